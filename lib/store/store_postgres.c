/*
 * The store on a server of the PostgreSQL family, as a module: opening,
 * transactions, the schema's version, and the table of operations.  The
 * tables lie where the search path leads.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "store/postgres_store.h"

/* The one place where isolation is chosen. */
static const char *const begin_texts[] = {
	[false] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	[true] = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE",
};

/* Making tables and indices over what is there takes its time. */
#define SCRIPT_PATIENCE 60

/* Below this a server on another continent could never answer. */
#define TIMEOUT_MIN 100

/* ---- numbers from the server ---------------------------------------- */

/* The first column of the first row; 0 when there is none. */
static omni_status
ask_number(struct omni__store *store, const char *sql, int64_t *number,
    struct omni__error *error)
{
	PGresult *result;
	omni_status status;

	*number = 0;
	status = omni__postgres_exec(store, sql, &result, error);
	if (status != OMNI_OK)
		return status;
	if (PQntuples(result) > 0)
		*number = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return OMNI_OK;
}

/* ---- opening -------------------------------------------------------- */

static void
postgres_close(struct omni__store *store)
{
	if (store == NULL)
		return;
	omni__postgres_drop(store);
	omni__postgres_statements_free(store);
	omni__rows_free(&store->rows);
	omni__free(store->env, store->wire);
	PQconninfoFree(store->url);
	if (store->wake != -1)
		(void)close(store->wake);
	omni__free(store->env, store);
}

static struct omni__store *
store_new(const struct omni__store_options *options)
{
	struct omni__store *store = omni__realloc(options->env, NULL,
	    sizeof(*store));

	if (store == NULL)
		return NULL;
	memset(store, 0, sizeof(*store));
	store->env = options->env;
	store->statements.env = options->env;
	store->rows.env = options->env;
	store->mode = options->mode;
	store->durability = options->durability;
	store->timeout = options->timeout > TIMEOUT_MIN ? options->timeout :
	    TIMEOUT_MIN;
	store->generation = 1;
	atomic_init(&store->interrupted, false);
	store->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return store;
}

static omni_status
make_ours(struct omni__store *store, struct omni__error *error)
{
	omni_status status;
	int attempt;

	/* Another who opens it first may win the race. */
	for (attempt = 0; attempt < 3; attempt++) {
		status = omni__postgres_exec(store,
		    "CREATE TABLE IF NOT EXISTS omni_schema"
		    " (version BIGINT PRIMARY KEY)", NULL, error);
		if (status != OMNI_BUSY)
			return status;
	}
	return status;
}

static omni_status
recognise(struct omni__store *store, struct omni__error *error)
{
	omni_status status;
	int64_t held;

	status = ask_number(store, "SELECT count(*) FROM pg_class WHERE oid"
	    " = to_regclass('omni_schema')", &held, error);
	if (status != OMNI_OK)
		return status;
	if (held == 0 && store->mode != OMNI_MODE_CREATE)
		return omni__fail(error, OMNI_MISSING,
		    "there is no store in the database");
	if (held == 0)
		return make_ours(store, error);
	status = ask_number(store, "SELECT count(*) FROM pg_attribute WHERE"
	    " attrelid = to_regclass('omni_schema') AND attname = 'version'"
	    " AND atttypid = 'int8'::regtype", &held, error);
	if (status == OMNI_OK && held == 0)
		return omni__fail(error, OMNI_FOREIGN,
		    "the table omni_schema belongs to another program");
	return status;
}

static omni_status
postgres_open(const struct omni__store_options *options,
    struct omni__store **out, struct omni__error *error)
{
	struct omni__store *store = store_new(options);
	omni_status status;

	*out = NULL;
	if (store == NULL)
		return omni__nomem(error);
	if (store->wake == -1)
		status = omni__fail(error, OMNI_IO,
		    "no file descriptor is left");
	else
		status = omni__postgres_parse(store, options->url, error);
	if (status == OMNI_OK)
		status = omni__postgres_connect(store, error);
	if (status == OMNI_OK)
		status = recognise(store, error);
	if (status != OMNI_OK) {
		postgres_close(store);
		return status;
	}
	*out = store;
	return OMNI_OK;
}

/* ---- transactions --------------------------------------------------- */

static omni_status
postgres_begin(struct omni__store *store, bool write,
    struct omni__error *error)
{
	bool fresh = store->conn == NULL;
	omni_status status;

	store->retriable = false;
	if (store->inside)
		return omni__fail(error, OMNI_INTERNAL,
		    "a transaction within a transaction");
	if (write && store->mode == OMNI_MODE_READONLY)
		return omni__fail(error, OMNI_READONLY,
		    "the store was opened read-only");
	if (atomic_load(&store->interrupted))
		return omni__fail(error, OMNI_INTERRUPTED, "interrupted");
	status = omni__postgres_connect(store, error);
	if (status == OMNI_OK)
		status = omni__postgres_exec(store, begin_texts[write], NULL,
		    error);
	/* The server may have gone and come since the last call. */
	if (status == OMNI_UNREACHABLE && store->retriable && !fresh) {
		status = omni__postgres_connect(store, error);
		if (status == OMNI_OK)
			status = omni__postgres_exec(store,
			    begin_texts[write], NULL, error);
	}
	if (status != OMNI_OK)
		return status;
	store->inside = true;
	store->writing = write;
	return OMNI_OK;
}

static omni_status
postgres_commit(struct omni__store *store, struct omni__error *error)
{
	PGresult *result;
	omni_status status;
	bool undone;

	store->retriable = false;
	if (!store->inside)
		return omni__fail_once(error, OMNI_MISUSE,
		    "there is no transaction to commit");
	status = omni__postgres_exec(store, "COMMIT", &result, error);
	if (status != OMNI_OK)
		return status;
	/* So the server answers when the transaction had failed. */
	undone = strcmp(PQcmdStatus(result), "ROLLBACK") == 0;
	PQclear(result);
	store->inside = false;
	if (undone)
		return omni__fail_once(error, OMNI_MISUSE,
		    "there is no transaction to commit");
	return OMNI_OK;
}

static void
postgres_rollback(struct omni__store *store)
{
	struct omni__error ignored = { .status = OMNI_OK };
	bool retriable = store->retriable;

	/* What cannot be rolled back goes with its connection. */
	if (store->inside && store->conn != NULL &&
	    omni__postgres_exec(store, "ROLLBACK", NULL, &ignored) != OMNI_OK)
		omni__postgres_drop(store);
	store->inside = false;
	store->retriable = retriable;
}

static bool
postgres_retry(const struct omni__store *store)
{
	return store->retriable;
}

/* ---- schema and identity -------------------------------------------- */

/* Outside a transaction there may be no connection for the moment. */
static omni_status
ready(struct omni__store *store, struct omni__error *error)
{
	store->retriable = false;
	return store->inside ? OMNI_OK : omni__postgres_connect(store, error);
}

static omni_status
postgres_script(struct omni__store *store, const char *ddl,
    struct omni__error *error)
{
	struct omni__buf text = { .env = store->env };
	PGresult *result = NULL;
	omni_status status;

	omni__postgres_script(&text, ddl);
	if (text.failed)
		status = omni__nomem(error);
	else
		status = ready(store, error);
	if (status == OMNI_OK && (store->conn == NULL ||
	    !PQsendQuery(store->conn, text.bytes == NULL ? "" : text.bytes)))
		status = omni__postgres_lost(store, error);
	if (status == OMNI_OK)
		status = omni__postgres_answer(store,
		    store->timeout > INT32_MAX / SCRIPT_PATIENCE ? INT32_MAX :
		    store->timeout * SCRIPT_PATIENCE, &result, error);
	PQclear(result);
	omni__buf_free(&text);
	return status;
}

static omni_status
postgres_schema(struct omni__store *store, int64_t *version,
    struct omni__error *error)
{
	omni_status status = ready(store, error);

	*version = 0;
	if (status != OMNI_OK)
		return status;
	return ask_number(store,
	    "SELECT COALESCE(max(version), 0) FROM omni_schema", version,
	    error);
}

static omni_status
postgres_set_schema(struct omni__store *store, int64_t version,
    struct omni__error *error)
{
	omni_status status = ready(store, error);
	char sql[128];

	if (status != OMNI_OK)
		return status;
	(void)snprintf(sql, sizeof(sql), "DELETE FROM omni_schema; "
	    "INSERT INTO omni_schema (version) VALUES (%lld)",
	    (long long)version);
	return omni__postgres_exec(store, sql, NULL, error);
}

/* Where we are: the database, and the cluster if that may be known. */
static omni_status
postgres_identity(struct omni__store *store, unsigned char out[16],
    struct omni__error *error)
{
	static const unsigned char key[32] = "libomni store identity";
	int64_t allowed, cluster = 0;
	PGresult *result;
	char place[512];
	omni_status status;

	status = ready(store, error);
	if (status == OMNI_OK)
		status = ask_number(store, "SELECT count(*) FROM pg_proc WHERE"
		    " oid = to_regprocedure('pg_control_system()') AND"
		    " has_function_privilege(oid, 'EXECUTE')", &allowed,
		    error);
	if (status == OMNI_OK && allowed > 0)
		status = ask_number(store, "SELECT system_identifier FROM "
		    "pg_control_system()", &cluster, error);
	if (status == OMNI_OK)
		status = omni__postgres_exec(store, "SELECT oid::text || '/' ||"
		    " datname || '/' || COALESCE(current_schema(), '') FROM"
		    " pg_database WHERE datname = current_database()",
		    &result, error);
	if (status != OMNI_OK)
		return status;
	(void)snprintf(place, sizeof(place), "%lld/%s", (long long)cluster,
	    PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
	PQclear(result);
	omni__hash_id(key, out, place, strlen(place));
	return OMNI_OK;
}

/* ---- interrupting; what a server does by itself --------------------- */

static void
postgres_interrupt(struct omni__store *store)
{
	const uint64_t one = 1;

	atomic_store(&store->interrupted, true);
	/* It cannot fail but by being full, which wakes as well. */
	(void)!write(store->wake, &one, sizeof(one));
}

static void
postgres_resume(struct omni__store *store)
{
	uint64_t count;

	if (!atomic_exchange(&store->interrupted, false))
		return;
	(void)!read(store->wake, &count, sizeof(count));
}

static omni_status
postgres_backup(struct omni__store *store, const char *path,
    struct omni__error *error)
{
	(void)store;
	(void)path;
	return omni__fail(error, OMNI_UNSUPPORTED,
	    "a database server is backed up with its own tools (pg_dump, "
	    "pg_basebackup)");
}

static omni_status
postgres_maintain(struct omni__store *store, int32_t milliseconds,
    struct omni__error *error)
{
	(void)store;
	(void)milliseconds;
	(void)error;
	return OMNI_DONE;
}

static omni_status
postgres_check(struct omni__store *store, struct omni__buf *lines,
    struct omni__error *error)
{
	(void)store;
	(void)lines;
	(void)error;
	return OMNI_OK;
}

/* Erased rows leave the server's files when its vacuum comes by. */
static omni_status
postgres_scrub(struct omni__store *store, struct omni__error *error)
{
	(void)store;
	(void)error;
	return OMNI_OK;
}

/* ---- the table ------------------------------------------------------ */

const struct omni__store_ops omni__store_postgres = {
	.version = OMNI__STORE_VERSION,
	.name = "postgres",
	.open = postgres_open,
	.close = postgres_close,
	.begin = postgres_begin,
	.commit = postgres_commit,
	.rollback = postgres_rollback,
	.retry = postgres_retry,
	.run = omni__postgres_run,
	.script = postgres_script,
	.schema = postgres_schema,
	.set_schema = postgres_set_schema,
	.identity = postgres_identity,
	.interrupt = postgres_interrupt,
	.resume = postgres_resume,
	.backup = postgres_backup,
	.maintain = postgres_maintain,
	.check = postgres_check,
	.scrub = postgres_scrub,
};

/* The only name that the module gives away. */
OMNI_API const struct omni__store_ops *omni_postgres_module(uint32_t version);

const struct omni__store_ops *
omni_postgres_module(uint32_t version)
{
	return version == OMNI__STORE_VERSION ? &omni__store_postgres : NULL;
}
