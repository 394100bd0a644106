/*
 * The options of omni_open, as the store room reads them.
 */
#ifndef OMNI_CONFIG_H
#define OMNI_CONFIG_H

#include "store/db.h"

struct omni_config {
	struct omni__object object;
	char region[4];
	char zone[64];
	unsigned char tenant_key[32];
	bool has_tenant_key;
	int32_t mode;
	int32_t durability;
	int32_t timeout;
	char module[1024];
	char zoneinfo[1024];
	unsigned char *token_key;	/* or NULL; of the config's own env */
	size_t token_key_size;
};

#endif
