/*
 * Inside the identity room: kinds as hosts define them.
 */
#ifndef OMNI_KIND_H
#define OMNI_KIND_H

#include "identity/model.h"
#include "store/define.h"

struct omni_kind {
	struct omni__definition head;
	int32_t normaliser, comparator, shared, rule;	/* rule 0: the usual */
	int32_t identifier, exclusive, single, stable, veto;
	struct omni__names sources;
};

/* The place of a built-in kind in omni_kind_name's order, -1 for others. */
int32_t omni__kind_index(const char *name);
/* What is defined, by name; in the scratch arena, not to be freed. */
omni_status omni__kinds_defined(struct omni *db, struct omni_kind ***kinds,
    size_t *count);

#endif
