/*
 * Opening, entering, transactions: the frame around every call.
 */
#define _GNU_SOURCE
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "base/zone.h"
#include "store/config.h"
#include "store/writer.h"
#include "text/text.h"

#define ATTEMPTS 24

/* ---- entering and leaving ------------------------------------------- */

omni_status
omni__enter(struct omni *db)
{
	if (db == NULL)
		return OMNI_MISUSE;
	if (atomic_flag_test_and_set_explicit(&db->inside,
	    memory_order_acquire))
		return OMNI_BUSY;
	omni__error_clear(&db->error);
	if (db->process != (int64_t)getpid()) {
		(void)omni__fail(&db->error, OMNI_FORKED,
		    "this handle was opened before a fork: open another in "
		    "the child process");
		atomic_flag_clear_explicit(&db->inside, memory_order_release);
		return OMNI_FORKED;
	}
	/* An interrupt that came while no call ran was for none. */
	if (db->store != NULL)
		db->ops->resume(db->store);
	return OMNI_OK;
}

omni_status
omni__leave(struct omni *db, omni_status status)
{
	if (status < 0 && db->error.status >= 0)
		(void)omni__fail(&db->error, status, "%s",
		    omni_status_text(status));
	omni__arena_reset(&db->scratch);
	if (db->store != NULL)
		db->ops->resume(db->store);
	atomic_flag_clear_explicit(&db->inside, memory_order_release);
	return status;
}

void
omni__retain(struct omni *db)
{
	atomic_fetch_add(&db->references, 1);
}

static void
destroy(struct omni *db)
{
	struct omni__env env = db->env;

	if (db->store != NULL) {
		/* A child must not touch the parent's files or sockets. */
		if (db->process == (int64_t)getpid()) {
			omni__writer_return(db);
			db->ops->close(db->store);
		}
	}
	omni__terms_forget(db);
	omni__arena_free(&db->scratch);
	if (db->identity != NULL)
		db->identity_free(db);
	omni__free(&env, db->kinds);
	if (db->rules != NULL)
		db->rules_free(db);
	omni__zones_free(db->zones);
	omni__wipe(db->tenant_key, sizeof(db->tenant_key));
	if (db->token_key != NULL)
		omni__wipe(db->token_key, db->token_key_size);
	omni__free(&env, db->token_key);
	omni__free(&env, db);
}

void
omni__release(struct omni *db)
{
	if (atomic_fetch_sub(&db->references, 1) == 1)
		destroy(db);
}

/* ---- statements ----------------------------------------------------- */

omni_status
omni__query(struct omni *db, const struct omni__sql *sql,
    const struct omni__value *params, size_t rows,
    struct omni__result *result)
{
	if (rows == 0) {
		memset(result, 0, sizeof(*result));
		return OMNI_OK;
	}
	return db->ops->run(db->store, sql, params, rows, &db->scratch,
	    result, NULL, &db->error);
}

omni_status
omni__exec_count(struct omni *db, const struct omni__sql *sql,
    const struct omni__value *params, size_t rows, int64_t *changes)
{
	*changes = 0;
	if (rows == 0)
		return OMNI_OK;
	return db->ops->run(db->store, sql, params, rows, &db->scratch,
	    NULL, changes, &db->error);
}

omni_status
omni__exec(struct omni *db, const struct omni__sql *sql,
    const struct omni__value *params, size_t rows)
{
	int64_t changes;

	return omni__exec_count(db, sql, params, rows, &changes);
}

/* ---- transactions --------------------------------------------------- */

static void
pause_before_retry(struct omni *db, int attempt)
{
	struct timespec nap = { 0, 0 };
	uint32_t random = 0;
	int shift = attempt < 7 ? attempt : 7;

	/* Random, so that two who collided do not collide again. */
	(void)omni__random(&db->env, &random, sizeof(random));
	nap.tv_nsec = (long)(random % (UINT32_C(1000000) << shift));
	(void)nanosleep(&nap, NULL);
}

static omni_status
attempt(struct omni *db, bool write, omni__work_fn work, void *context,
    bool *landed)
{
	omni_status status;

	omni__arena_reset(&db->scratch);
	omni__error_clear(&db->error);
	*landed = false;
	status = db->ops->begin(db->store, write, &db->error);
	if (status != OMNI_OK)
		return status;
	db->transaction++;
	omni__stretch_set(db, NULL, NULL);
	omni__writer_begin(db);
	status = work(db, context);
	if (status >= 0 && write)
		status = status == OMNI_OK ? omni__writer_save(db) :
		    omni__writer_save(db) != OMNI_OK ? db->error.status :
		    status;
	if (status >= 0) {
		omni_status committed = db->ops->commit(db->store,
		    &db->error);

		if (committed == OMNI_OK) {
			omni__writer_committed(db);
			return status;
		}
		*landed = write;
		status = committed;
	}
	db->ops->rollback(db->store);
	omni__terms_forget(db);
	return status;
}

omni_status
omni__transact(struct omni *db, bool write, omni__work_fn work,
    void *context)
{
	omni_status status = OMNI_INTERNAL;
	bool unknown = false, landed = false;
	int i;

	if (write && db->mode == OMNI_MODE_READONLY)
		return omni__fail(&db->error, OMNI_READONLY,
		    "the store was opened to read only");
	for (i = 0; i < ATTEMPTS; i++) {
		if (!unknown)
			status = attempt(db, write, work, context, &unknown);
		if (status >= 0 || (!db->writer.lost &&
		    !db->ops->retry(db->store)))
			break;
		/* The answer to the commit got lost: had it landed?  Until
		 * that is known nothing is done again. */
		if (unknown && (status = omni__writer_landed(db,
		    &landed)) == OMNI_OK) {
			if (landed)
				break;
			unknown = false;
			status = OMNI_BUSY;
		}
		pause_before_retry(db, i);
	}
	if (landed) {
		omni__error_clear(&db->error);
		omni__writer_committed(db);
	} else if (status < 0 && unknown)
		omni__writer_doubt(db);
	return status;
}

/* ---- opening -------------------------------------------------------- */

/* Takes a value the store was set up with, or sets it up. */
static omni_status
settle_text(struct omni *db, const char *name, const char *wanted,
    const char *fallback, char *out, size_t room)
{
	struct omni__value value;
	omni_status status;

	status = omni__meta_get(db, name, &value);
	if (status != OMNI_OK)
		return status;
	if (value.type == OMNI__NULL) {
		if (wanted == NULL)
			wanted = fallback;
		(void)memcpy(out, wanted, strlen(wanted) + 1);
		return omni__meta_put(db, name,
		    omni__blob(out, strlen(out)));
	}
	if (value.size >= room)
		return omni__fail(&db->error, OMNI_CORRUPT,
		    "the store's %s is too long", name);
	memcpy(out, value.bytes, value.size);
	out[value.size] = '\0';
	if (wanted != NULL && strcmp(wanted, out) != 0)
		return omni__fail(&db->error, OMNI_MISMATCH,
		    "%s is %s, and the store was set up with %s", name,
		    wanted, out);
	return OMNI_OK;
}

static omni_status
settle_key(struct omni *db, const struct omni_config *config)
{
	struct omni__value value;
	omni_status status;

	status = omni__meta_get(db, "tenant_key", &value);
	if (status != OMNI_OK)
		return status;
	if (value.type != OMNI__NULL) {
		if (value.size != sizeof(db->tenant_key))
			return omni__fail(&db->error, OMNI_CORRUPT,
			    "the store's tenant key has a wrong size");
		memcpy(db->tenant_key, value.bytes, value.size);
		if (config->has_tenant_key && memcmp(db->tenant_key,
		    config->tenant_key, sizeof(db->tenant_key)) != 0)
			return omni__fail(&db->error, OMNI_MISMATCH,
			    "the tenant key is not the one that the store "
			    "was set up with");
		return OMNI_OK;
	}
	if (config->has_tenant_key)
		memcpy(db->tenant_key, config->tenant_key,
		    sizeof(db->tenant_key));
	else if (omni__random(&db->env, db->tenant_key,
	    sizeof(db->tenant_key)) != OMNI_OK)
		return omni__fail(&db->error, OMNI_IO,
		    "the random source gave no tenant key");
	return omni__meta_put(db, "tenant_key",
	    omni__blob(db->tenant_key, sizeof(db->tenant_key)));
}

struct settle {
	const struct omni_config *config;
};

static omni_status
settle(struct omni *db, void *context)
{
	const struct omni_config *config =
	    ((const struct settle *)context)->config;
	omni_status status;

	status = settle_key(db, config);
	if (status == OMNI_OK)
		status = settle_text(db, "region",
		    config->region[0] ? config->region : NULL, "ZZ",
		    db->region, sizeof(db->region));
	if (status == OMNI_OK)
		status = settle_text(db, "zone",
		    config->zone[0] ? config->zone : NULL, "UTC", db->zone,
		    sizeof(db->zone));
	return status;
}

/* Reads what the store was set up with; writes only when it is new. */
static omni_status
read_settings(struct omni *db, const struct omni_config *config)
{
	struct settle context = { config };
	struct omni__value value;
	bool write;
	omni_status status;

	status = omni__meta_get(db, "zone", &value);
	if (status != OMNI_OK)
		return status;
	write = value.type == OMNI__NULL;
	if (write && db->mode == OMNI_MODE_READONLY)
		return omni__fail(&db->error, OMNI_READONLY,
		    "the store was never set up: open it for writing once");
	return omni__transact(db, write, settle, &context);
}

static omni_status
connect_store(struct omni *db, const struct omni_config *config,
    const char *url, omni__work_fn fill)
{
	struct omni__store_options options = {
		.env = &db->env,
		.url = url,
		.mode = config->mode,
		.durability = config->durability,
		.timeout = config->timeout,
	};
	omni_status status;

	status = omni__store_open_ops(url,
	    config->module[0] ? config->module : NULL, &db->ops, &db->error);
	if (status == OMNI_OK)
		status = db->ops->open(&options, &db->store, &db->error);
	if (status == OMNI_OK)
		status = omni__schema_upgrade(db);
	if (status == OMNI_OK)
		status = read_settings(db, config);
	return status == OMNI_OK ? omni__schema_fill(db, fill) : status;
}

/* What a handle keeps beside itself. */
static omni_status
keep(struct omni *db, const struct omni_config *config)
{
	db->zones = omni__zones_new(&db->env, config->zoneinfo[0] ?
	    config->zoneinfo : OMNI__ZONEINFO);
	if (db->zones == NULL)
		return OMNI_NOMEM;
	if (config->token_key == NULL)
		return OMNI_OK;
	db->token_key = omni__realloc(&db->env, NULL,
	    config->token_key_size);
	if (db->token_key == NULL)
		return OMNI_NOMEM;
	memcpy(db->token_key, config->token_key, config->token_key_size);
	db->token_key_size = config->token_key_size;
	return OMNI_OK;
}

static struct omni *
allocate(const struct omni_config *config)
{
	struct omni *db;

	db = omni__realloc(&config->object.env, NULL, sizeof(*db));
	if (db == NULL)
		return NULL;
	memset(db, 0, sizeof(*db));
	db->env = config->object.env;
	db->scratch.env = &db->env;
	db->terms.arena.env = &db->env;
	db->mode = config->mode;
	db->process = (int64_t)getpid();
	atomic_init(&db->references, 1);
	atomic_init(&db->closed, false);
	atomic_flag_clear(&db->inside);
	if (keep(db, config) != OMNI_OK) {
		omni__zones_free(db->zones);
		omni__free(&db->env, db);
		return NULL;
	}
	return db;
}

static omni_status
open_with(struct omni_config *config, const char *url, omni__work_fn fill,
    struct omni **out)
{
	struct omni__error *error = &config->object.error;
	struct omni *db;
	omni_status status;

	if (url == NULL || *url == '\0')
		return omni__fail(error, OMNI_INVALID,
		    "url is empty: give a path or a postgresql:// URL");
	if (strlen(url) > OMNI_TEXT_MAX ||
	    !omni__utf8_check(url, strlen(url), NULL) ||
	    omni__utf8_control(url, strlen(url)))
		return omni__fail(error, OMNI_INVALID,
		    "url is too long, not UTF-8 or holds a control "
		    "character");
	if (sodium_init() < 0)
		return omni__fail(error, OMNI_IO,
		    "the system's random source does not work");
	db = allocate(config);
	if (db == NULL)
		return omni__nomem(error);
	status = connect_store(db, config, url, fill);
	if (status != OMNI_OK) {
		*error = db->error;
		if (error->text[0] == '\0')
			(void)omni__fail(error, status, "%s",
			    omni_status_text(status));
		omni__release(db);
		return status;
	}
	omni__arena_reset(&db->scratch);
	*out = db;
	return OMNI_OK;
}

omni_status
omni__open(struct omni_config *config, const char *url, omni__work_fn fill,
    struct omni **db)
{
	omni_config *made = NULL;
	omni_status status;

	if (db == NULL)
		return OMNI_MISUSE;
	*db = NULL;
	if (config == NULL) {
		config = made = omni_config_new();
		if (config == NULL)
			return OMNI_NOMEM;
	}
	omni__error_clear(&config->object.error);
	status = open_with(config, url, fill, db);
	omni_config_free(made);
	return status;
}

void
omni_close(omni *db)
{
	if (db != NULL)
		omni__release(db);
}

const char *
omni_errmsg(const omni *db)
{
	if (db == NULL)
		return "the handle is NULL";
	return db->error.text[0] != '\0' ? db->error.text : "no error";
}

void
omni_interrupt(omni *db)
{
	if (db != NULL && db->store != NULL)
		db->ops->interrupt(db->store);
}

const char *
omni_region(const omni *db)
{
	return db != NULL ? db->region : NULL;
}

const char *
omni_zone(const omni *db)
{
	return db != NULL ? db->zone : NULL;
}

#define TEXT(x) #x
#define VERSION(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)

const char *
omni_version(void)
{
	return VERSION(OMNI_VERSION_MAJOR, OMNI_VERSION_MINOR,
	    OMNI_VERSION_PATCH);
}

int32_t
omni_version_number(void)
{
	return OMNI_VERSION_MAJOR << 16 | OMNI_VERSION_MINOR << 8 |
	    OMNI_VERSION_PATCH;
}
