/*
 * Which store a URL means: the embedded one, or the one that speaks to a
 * server, which is a module so that a kiosk never loads what it needs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"

#define MODULE_FILE "libomni-postgres.so"

/* What a static build registered.  The only state of the library that
 * belongs to no handle: the call that sets it has none to give. */
static _Atomic(const struct omni__store_ops *) registered;

/* An address inside our own code, to learn where that was loaded from. */
static const char here[] = "libomni";

void
omni__store_register(const struct omni__store_ops *ops)
{
	atomic_store(&registered, ops);
}

static bool
is_server(const char *url)
{
	return strncmp(url, "postgresql://", 13) == 0 ||
	    strncmp(url, "postgres://", 11) == 0;
}

/* The module's path beside the file that holds our code. */
static bool
module_beside(char path[PATH_MAX])
{
	Dl_info found;
	char *slash;

	if (dladdr(here, &found) == 0 || found.dli_fname == NULL ||
	    realpath(found.dli_fname, path) == NULL)
		return false;
	slash = strrchr(path, '/');
	if (slash == NULL ||
	    (size_t)(slash + 1 - path) + sizeof(MODULE_FILE) > PATH_MAX)
		return false;
	memcpy(slash + 1, MODULE_FILE, sizeof(MODULE_FILE));
	return true;
}

static omni_status
module_load(const char *path, const struct omni__store_ops **ops,
    struct omni__error *error)
{
	omni__store_module_fn entry;
	void *module, *symbol;

	module = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (module == NULL) {
		const char *why = dlerror();

		return omni__fail(error, OMNI_UNSUPPORTED,
		    "the module for PostgreSQL cannot be loaded: %s",
		    why != NULL ? why : path);
	}
	symbol = dlsym(module, OMNI__STORE_MODULE);
	if (symbol == NULL)
		return omni__fail(error, OMNI_UNSUPPORTED,
		    "%s is not a module of libomni", path);
	/* POSIX has symbols be data; the copy keeps ISO C satisfied. */
	memcpy(&entry, &symbol, sizeof(entry));
	*ops = entry(OMNI__STORE_VERSION);
	if (*ops == NULL)
		return omni__fail(error, OMNI_UNSUPPORTED,
		    "%s belongs to another version of libomni", path);
	return OMNI_OK;
}

omni_status
omni__store_open_ops(const char *url, const char *module_path,
    const struct omni__store_ops **ops, struct omni__error *error)
{
	char beside[PATH_MAX];

	*ops = &omni__store_sqlite;
	if (!is_server(url))
		return OMNI_OK;
	*ops = atomic_load(&registered);
	if (*ops != NULL)
		return OMNI_OK;
	if (module_path == NULL) {
		if (!module_beside(beside))
			return omni__fail(error, OMNI_UNSUPPORTED,
			    "the module for PostgreSQL is not found: give its "
			    "path with omni_config_set_module");
		module_path = beside;
	}
	if (module_path[0] != '/')
		return omni__fail(error, OMNI_INVALID,
		    "the path of a module must be absolute: %s", module_path);
	return module_load(module_path, ops, error);
}
