/*
 * omni_config: what the host chooses before it opens a store.
 */
#include <string.h>

#include "store/config.h"
#include "text/text.h"

#define DEFAULT_TIMEOUT 10000

omni_config *
omni_config_new(void)
{
	struct omni_config *config;

	config = omni__object_new(NULL, sizeof(*config));
	if (config != NULL)
		config->timeout = DEFAULT_TIMEOUT;
	return config;
}

void
omni_config_free(omni_config *config)
{
	const struct omni__env *made_by = &omni__env_default;

	if (config == NULL)
		return;
	omni__wipe(config->tenant_key, sizeof(config->tenant_key));
	if (config->token_key != NULL)
		omni__wipe(config->token_key, config->token_key_size);
	omni__free(made_by, config->token_key);
	/* The host's allocator is for what is opened, not for the config. */
	config->object.env = *made_by;
	omni__object_free(config);
}

omni_status
omni_config_set_region(omni_config *config, const char *region)
{
	if (config == NULL)
		return OMNI_MISUSE;
	if (region == NULL || strlen(region) != 2 ||
	    !omni__region_known(region))
		return omni__fail(&config->object.error, OMNI_INVALID,
		    "region is not an ISO 3166 alpha-2 code such as \"SE\"");
	memcpy(config->region, region, 3);
	return OMNI_OK;
}

/* An IANA name: letters, digits and _ + - in parts divided by slashes. */
static bool
zone_plausible(const char *zone)
{
	size_t size = strlen(zone), i;

	if (size == 0 || size >= sizeof(((struct omni_config *)0)->zone) ||
	    zone[0] == '/' || strstr(zone, "//") != NULL)
		return false;
	for (i = 0; i < size; i++) {
		char c = zone[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && strchr("_+-/", c) == NULL)
			return false;
	}
	return true;
}

omni_status
omni_config_set_zone(omni_config *config, const char *zone)
{
	if (config == NULL)
		return OMNI_MISUSE;
	if (zone == NULL || !zone_plausible(zone))
		return omni__fail(&config->object.error, OMNI_INVALID,
		    "zone is not an IANA time zone name such as "
		    "\"Europe/Stockholm\"");
	memcpy(config->zone, zone, strlen(zone) + 1);
	return OMNI_OK;
}

omni_status
omni_config_set_tenant_key(omni_config *config, const void *key, size_t size)
{
	if (config == NULL)
		return OMNI_MISUSE;
	if (key == NULL || size != sizeof(config->tenant_key))
		return omni__fail(&config->object.error, OMNI_INVALID,
		    "the tenant key must have %zu bytes",
		    sizeof(config->tenant_key));
	memcpy(config->tenant_key, key, size);
	config->has_tenant_key = true;
	return OMNI_OK;
}

/* So few bytes can be guessed, and more than so many are no key. */
#define TOKEN_KEY_LEAST 32
#define TOKEN_KEY_MOST 1024

omni_status
omni_config_set_token_key(omni_config *config, const void *key, size_t size)
{
	unsigned char *copy;

	if (config == NULL)
		return OMNI_MISUSE;
	if (key == NULL || size < TOKEN_KEY_LEAST || size > TOKEN_KEY_MOST)
		return omni__fail(&config->object.error, OMNI_INVALID,
		    "the token key must have %d to %d bytes",
		    TOKEN_KEY_LEAST, TOKEN_KEY_MOST);
	copy = omni__realloc(&omni__env_default, NULL, size);
	if (copy == NULL)
		return omni__nomem(&config->object.error);
	memcpy(copy, key, size);
	if (config->token_key != NULL)
		omni__wipe(config->token_key, config->token_key_size);
	omni__free(&omni__env_default, config->token_key);
	config->token_key = copy;
	config->token_key_size = size;
	return OMNI_OK;
}

static omni_status
set_choice(omni_config *config, const char *field, int32_t *place,
    int32_t value, int32_t least, int32_t most)
{
	if (config == NULL)
		return OMNI_MISUSE;
	if (value < least || value > most)
		return omni__fail(&config->object.error, OMNI_INVALID,
		    "%s is %d and must be from %d to %d", field, value,
		    least, most);
	*place = value;
	return OMNI_OK;
}

omni_status
omni_config_set_mode(omni_config *config, int32_t mode)
{
	return set_choice(config, "mode", config ? &config->mode : NULL,
	    mode, OMNI_MODE_CREATE, OMNI_MODE_READONLY);
}

omni_status
omni_config_set_durability(omni_config *config, int32_t durability)
{
	return set_choice(config, "durability",
	    config ? &config->durability : NULL, durability,
	    OMNI_DURABLE_FULL, OMNI_DURABLE_NORMAL);
}

omni_status
omni_config_set_timeout(omni_config *config, int32_t milliseconds)
{
	return set_choice(config, "timeout",
	    config ? &config->timeout : NULL, milliseconds, 1, 3600000);
}

static omni_status
set_path(omni_config *config, const char *field, char *place, size_t room,
    const char *path)
{
	if (path == NULL || path[0] != '/' || strlen(path) >= room)
		return omni__fail(&config->object.error, OMNI_INVALID,
		    "the path of the %s is not absolute or too long", field);
	memcpy(place, path, strlen(path) + 1);
	return OMNI_OK;
}

omni_status
omni_config_set_module(omni_config *config, const char *path)
{
	if (config == NULL)
		return OMNI_MISUSE;
	return set_path(config, "module", config->module,
	    sizeof(config->module), path);
}

omni_status
omni_config_set_zoneinfo(omni_config *config, const char *path)
{
	if (config == NULL)
		return OMNI_MISUSE;
	return set_path(config, "zoneinfo", config->zoneinfo,
	    sizeof(config->zoneinfo), path);
}

/* NULL restores the default. */
omni_status
omni_config_set_allocator(omni_config *config, omni_allocate_fn allocate,
    void *user)
{
	if (config == NULL)
		return OMNI_MISUSE;
	config->object.env.allocate = allocate != NULL ? allocate :
	    omni__env_default.allocate;
	config->object.env.allocate_user = user;
	return OMNI_OK;
}

omni_status
omni_config_set_clock(omni_config *config, omni_clock_fn clock, void *user)
{
	if (config == NULL)
		return OMNI_MISUSE;
	config->object.env.clock = clock != NULL ? clock :
	    omni__env_default.clock;
	config->object.env.clock_user = user;
	return OMNI_OK;
}

omni_status
omni_config_set_random(omni_config *config, omni_random_fn random,
    void *user)
{
	if (config == NULL)
		return OMNI_MISUSE;
	config->object.env.random = random != NULL ? random :
	    omni__env_default.random;
	config->object.env.random_user = user;
	return OMNI_OK;
}

omni_status
omni_config_set_log(omni_config *config, omni_log_fn log, void *user)
{
	if (config == NULL)
		return OMNI_MISUSE;
	config->object.env.log = log;
	config->object.env.log_user = user;
	return OMNI_OK;
}

const char *
omni_config_errmsg(const omni_config *config)
{
	if (config == NULL)
		return "the config is NULL";
	return config->object.error.text[0] != '\0' ?
	    config->object.error.text : "no error";
}
