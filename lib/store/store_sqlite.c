/*
 * The embedded store, on SQLite: opening a file and knowing whether it is
 * ours, transactions, the schema's version, and the table of operations.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/sqlite_store.h"

/* ---- small things --------------------------------------------------- */

static int64_t
monotonic_ms(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * Waits for another's lock: short naps first, since most transactions are,
 * until the deadline or an interrupt.  Returns 0 to give up.
 */
static int
wait_for_lock(void *user, int attempt)
{
	static const unsigned char naps[] = { 1, 1, 2, 3, 5, 8, 12, 20 };
	struct omni__store *store = user;
	size_t i = (size_t)attempt < sizeof(naps) ? (size_t)attempt :
	    sizeof(naps) - 1;
	struct timespec nap = { 0, naps[i] * 1000000L };

	if (attempt == 0)
		store->deadline = monotonic_ms() + store->timeout;
	if (store->hasty || atomic_load(&store->interrupted) ||
	    monotonic_ms() >= store->deadline)
		return 0;
	(void)nanosleep(&nap, NULL);
	return 1;
}

enum frame { BEGIN_READ, BEGIN_WRITE, COMMIT, ROLLBACK, FRAMES };

static const char *const frame_texts[FRAMES] = {
	[BEGIN_READ] = "BEGIN",
	[BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
};

_Static_assert(FRAMES <= OMNI__COUNT(((struct omni__store *)0)->frames),
    "the handle has room for each");

static int
prepare_frame(struct omni__store *store, enum frame frame)
{
	if (store->frames[frame] != NULL)
		return SQLITE_OK;
	return sqlite3_prepare_v3(store->db, frame_texts[frame], -1,
	    SQLITE_PREPARE_PERSISTENT, &store->frames[frame], NULL);
}

void
omni__sqlite_undo(struct omni__store *store)
{
	sqlite3_stmt *way_back = store->frames[ROLLBACK];
	int attempt;

	if (way_back != NULL && sqlite3_get_autocommit(store->db) == 0) {
		(void)sqlite3_step(way_back);
		(void)sqlite3_reset(way_back);
	}
	/* After some failures SQLite has rolled back by itself; an interrupt
	 * may hit the first attempt. */
	for (attempt = 0; attempt < 3 &&
	    sqlite3_get_autocommit(store->db) == 0; attempt++)
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

omni_status
omni__sqlite_settle(struct omni__store *store, struct omni__error *error)
{
	if (store->inside || sqlite3_get_autocommit(store->db) != 0)
		return OMNI_OK;
	omni__sqlite_undo(store);
	return sqlite3_get_autocommit(store->db) != 0 ? OMNI_OK :
	    omni__nomem(error);
}

/* The way back is made ready before it is needed: there may be no memory
 * then. */
static omni_status
prepare_rollback(struct omni__store *store, struct omni__error *error)
{
	int code;

	(void)sqlite3_finalize(store->frames[ROLLBACK]);
	store->frames[ROLLBACK] = NULL;
	code = prepare_frame(store, ROLLBACK);
	if (code != SQLITE_OK)
		return omni__sqlite_fail(store, store->db, code, error);
	return OMNI_OK;
}

omni_status
omni__sqlite_ready(struct omni__store *store, struct omni__error *error)
{
	omni_status status = omni__sqlite_settle(store, error);

	if (status != OMNI_OK ||
	    (store->frames[ROLLBACK] != NULL && !store->reshaped))
		return status;
	store->reshaped = false;
	return prepare_rollback(store, error);
}

omni_status
omni__sqlite_exec(struct omni__store *store, sqlite3 *db, const char *sql,
    struct omni__error *error)
{
	int code = sqlite3_exec(db, sql, NULL, NULL, NULL);

	if (code == SQLITE_OK)
		return OMNI_OK;
	return omni__sqlite_fail(store, db, code, error);
}

omni_status
omni__sqlite_number(struct omni__store *store, sqlite3 *db, const char *sql,
    int64_t *number, struct omni__error *error)
{
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	*number = 0;
	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	if (code == SQLITE_ROW) {
		*number = sqlite3_column_int64(stmt, 0);
		code = SQLITE_DONE;
	}
	(void)sqlite3_finalize(stmt);
	if (code == SQLITE_DONE)
		return OMNI_OK;
	return omni__sqlite_fail(store, db, code, error);
}

/* ---- connections ---------------------------------------------------- */

/* Nothing in a file that comes from elsewhere may act on its own. */
static const struct { int option, value; } guards[] = {
	{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
	{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
	{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
	{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
	{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
	{ SQLITE_DBCONFIG_DQS_DML, 0 },
	{ SQLITE_DBCONFIG_DQS_DDL, 0 },
	/* See sqlite_log.c for what may bring the log home, and when. */
	{ SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 },
};

static int
set_guards(sqlite3 *db)
{
	int code = SQLITE_OK;
	size_t i;

	for (i = 0; i < OMNI__COUNT(guards) && code == SQLITE_OK; i++)
		code = sqlite3_db_config(db, guards[i].option,
		    guards[i].value, (int *)NULL);
	return code;
}

omni_status
omni__sqlite_connect(struct omni__store *store, int flags, sqlite3 **out,
    struct omni__error *error)
{
	sqlite3 *db = NULL;
	omni_status status;
	int code;

	code = sqlite3_open_v2(store->path, &db, flags |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_busy_handler(db, wait_for_lock, store);
	if (code == SQLITE_OK)
		code = set_guards(db);
	if (code != SQLITE_OK) {
		status = omni__sqlite_fail(store, db, code, error);
		(void)sqlite3_close(db);
		return status;
	}
	*out = db;
	return OMNI_OK;
}

/* ---- opening -------------------------------------------------------- */

/*
 * mmap off: an I/O error must be a status and not a signal.  The cache is
 * a bound, memory is taken as pages are read.
 */
static const char settings[] =
    "PRAGMA secure_delete = ON;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA cache_size = -65536;"
    OMNI__LOG_LIMIT
    "PRAGMA wal_autocheckpoint = 0;";

static const char *const synchronous[] = {
	[OMNI_DURABLE_FULL] = "PRAGMA synchronous = FULL;",
	[OMNI_DURABLE_NORMAL] = "PRAGMA synchronous = NORMAL;",
};

/* A path is a path: with ./ in front neither ":memory:" nor "file:" means
 * anything else, however SQLite was built. */
static char *
plain_path(const struct omni__env *env, const char *url)
{
	size_t size = strlen(url), lead = url[0] == '/' ? 0 : 2;
	char *path = omni__realloc(env, NULL, lead + size + 1);

	if (path == NULL)
		return NULL;
	memcpy(path, "./", lead);
	memcpy(path + lead, url, size + 1);
	return path;
}

static omni_status
look_at_path(const struct omni__store *store, struct omni__error *error)
{
	struct stat at;

	if (stat(store->path, &at) == 0) {
		if (S_ISREG(at.st_mode))
			return OMNI_OK;
		return omni__fail(error, OMNI_FOREIGN,
		    "%s: this is not a file", store->path);
	}
	if (errno == ENOENT && store->mode != OMNI_MODE_CREATE)
		return omni__fail(error, OMNI_MISSING,
		    "%s: there is no such store", store->path);
	/* What else is wrong SQLite finds too, and says which. */
	return OMNI_OK;
}

static omni_status
use_log(struct omni__store *store, struct omni__error *error)
{
	static const char sql[] = "PRAGMA journal_mode = WAL";
	int64_t until = monotonic_ms() + store->timeout;
	struct timespec nap = { 0, 5000000L };
	sqlite3_stmt *stmt;
	bool wal = false;
	int code;

	/* Two who create at once upset each other without waiting. */
	do {
		stmt = NULL;
		code = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
		if (code == SQLITE_OK)
			code = sqlite3_step(stmt);
		if (code == SQLITE_ROW) {
			const char *mode = (const char *)
			    sqlite3_column_text(stmt, 0);

			wal = mode != NULL && strcmp(mode, "wal") == 0;
		}
		(void)sqlite3_finalize(stmt);
	} while ((code & 0xff) == SQLITE_BUSY && monotonic_ms() < until &&
	    nanosleep(&nap, NULL) == 0);
	if (code != SQLITE_ROW)
		return omni__sqlite_fail(store, store->db, code, error);
	if (!wal)
		return omni__fail(error, OMNI_UNSUPPORTED,
		    "%s: the file system cannot share memory, which the log "
		    "needs; use a local disk", store->path);
	return OMNI_OK;
}

static omni_status
mark_ours(struct omni__store *store, struct omni__error *error)
{
	char sql[64];

	(void)snprintf(sql, sizeof(sql), "PRAGMA application_id = %d",
	    OMNI__APPLICATION_ID);
	return omni__sqlite_exec(store, store->db, sql, error);
}

/* Ours, empty, or somebody else's? */
static omni_status
recognise(struct omni__store *store, bool *empty, struct omni__error *error)
{
	int64_t id, objects = 0;
	omni_status status;

	*empty = false;
	status = omni__sqlite_number(store, store->db,
	    "PRAGMA application_id", &id, error);
	if (status != OMNI_OK || id == OMNI__APPLICATION_ID)
		return status;
	if (id == 0) {
		status = omni__sqlite_number(store, store->db,
		    "SELECT count(*) FROM sqlite_schema", &objects, error);
		if (status != OMNI_OK)
			return status;
		*empty = objects == 0;
	}
	if (!*empty)
		return omni__fail(error, OMNI_FOREIGN,
		    "%s: the file belongs to another program", store->path);
	if (store->mode != OMNI_MODE_CREATE)
		return omni__fail(error, OMNI_MISSING,
		    "%s: the file is empty, there is no store in it",
		    store->path);
	return OMNI_OK;
}

static omni_status
set_up(struct omni__store *store, struct omni__error *error)
{
	omni_status status;
	bool empty;

	status = recognise(store, &empty, error);
	if (status == OMNI_OK)
		status = omni__sqlite_exec(store, store->db,
		    synchronous[store->durability], error);
	if (status == OMNI_OK)
		status = omni__sqlite_exec(store, store->db, settings, error);
	if (status != OMNI_OK || store->mode == OMNI_MODE_READONLY)
		return status;
	if (sqlite3_db_readonly(store->db, "main") != 0)
		return omni__fail(error, OMNI_READONLY,
		    "%s: the file cannot be written; check its permissions or "
		    "open it read-only", store->path);
	status = use_log(store, error);
	if (status == OMNI_OK && empty)
		status = mark_ours(store, error);
	if (status == OMNI_OK)
		omni__sqlite_log_watch(store);
	return status;
}

static void
sqlite_close(struct omni__store *store)
{
	size_t i;

	if (store == NULL)
		return;
	for (i = 0; i < OMNI__COUNT(store->frames); i++)
		(void)sqlite3_finalize(store->frames[i]);
	omni__sqlite_statements_free(store);
	omni__rows_free(&store->rows);
	(void)sqlite3_close(store->second);
	if (store->db != NULL) {
		omni__sqlite_log_closing(store);
		(void)sqlite3_close(store->db);
	}
	omni__free(store->env, store->path);
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
	store->timeout = options->timeout;
	atomic_init(&store->interrupted, false);
	store->path = plain_path(options->env, options->url);
	if (store->path == NULL) {
		omni__free(options->env, store);
		return NULL;
	}
	return store;
}

static omni_status
sqlite_open(const struct omni__store_options *options,
    struct omni__store **out, struct omni__error *error)
{
	static const int flags[] = {
		[OMNI_MODE_CREATE] = SQLITE_OPEN_READWRITE |
		    SQLITE_OPEN_CREATE,
		[OMNI_MODE_EXISTING] = SQLITE_OPEN_READWRITE,
		[OMNI_MODE_READONLY] = SQLITE_OPEN_READONLY,
	};
	struct omni__store *store;
	omni_status status;

	*out = NULL;
	if (options->url[0] == '\0')
		return omni__fail(error, OMNI_INVALID,
		    "the path of the store is empty");
	store = store_new(options);
	if (store == NULL)
		return omni__nomem(error);
	status = look_at_path(store, error);
	if (status == OMNI_OK)
		status = omni__sqlite_connect(store, flags[store->mode],
		    &store->db, error);
	if (status == OMNI_OK)
		status = set_up(store, error);
	if (status != OMNI_OK) {
		sqlite_close(store);
		return status;
	}
	*out = store;
	return OMNI_OK;
}

/* ---- transactions --------------------------------------------------- */

static omni_status
run_frame(struct omni__store *store, enum frame frame,
    struct omni__error *error)
{
	int code = prepare_frame(store, frame);

	if (code == SQLITE_OK) {
		(void)sqlite3_step(store->frames[frame]);
		code = sqlite3_reset(store->frames[frame]);
	}
	if (code != SQLITE_OK)
		return omni__sqlite_fail(store, store->db, code, error);
	return OMNI_OK;
}

static omni_status
sqlite_begin(struct omni__store *store, bool write,
    struct omni__error *error)
{
	omni_status status;

	store->retriable = false;
	if (store->inside)
		return omni__fail(error, OMNI_INTERNAL,
		    "a transaction within a transaction");
	if (write && store->mode == OMNI_MODE_READONLY)
		return omni__fail(error, OMNI_READONLY,
		    "%s: the store was opened read-only", store->path);
	status = omni__sqlite_ready(store, error);
	if (status != OMNI_OK)
		return status;
	status = run_frame(store, write ? BEGIN_WRITE : BEGIN_READ, error);
	if (status != OMNI_OK)
		return status;
	store->inside = true;
	store->writing = write;
	return OMNI_OK;
}

static omni_status
sqlite_commit(struct omni__store *store, struct omni__error *error)
{
	omni_status status;

	store->retriable = false;
	if (!store->inside || sqlite3_get_autocommit(store->db) != 0)
		return omni__fail_once(error, OMNI_MISUSE,
		    "there is no transaction to commit");
	if (atomic_load(&store->interrupted))
		return omni__fail(error, OMNI_INTERRUPTED, "interrupted");
	status = run_frame(store, COMMIT, error);
	if (status != OMNI_OK)
		return status;
	store->inside = false;
	if (store->writing)
		omni__sqlite_log_committed(store);
	return OMNI_OK;
}

static void
sqlite_rollback(struct omni__store *store)
{
	omni__sqlite_undo(store);
	store->inside = false;
}

static bool
sqlite_retry(const struct omni__store *store)
{
	return store->retriable;
}

/* ---- schema and identity -------------------------------------------- */

static omni_status
sqlite_script(struct omni__store *store, const char *ddl,
    struct omni__error *error)
{
	omni_status status;

	store->retriable = false;
	status = omni__sqlite_exec(store, store->db, ddl, error);
	store->reshaped = true;
	if (status == OMNI_OK && store->inside)
		status = prepare_rollback(store, error);
	return status;
}

static omni_status
sqlite_schema(struct omni__store *store, int64_t *version,
    struct omni__error *error)
{
	store->retriable = false;
	return omni__sqlite_number(store, store->db, "PRAGMA user_version",
	    version, error);
}

static omni_status
sqlite_set_schema(struct omni__store *store, int64_t version,
    struct omni__error *error)
{
	char sql[64];

	store->retriable = false;
	(void)snprintf(sql, sizeof(sql), "PRAGMA user_version = %lld",
	    (long long)version);
	return omni__sqlite_exec(store, store->db, sql, error);
}

/* The machine's id as far as it may be read; 0 bytes where there is none. */
static size_t
machine_id(unsigned char *out, size_t room)
{
	int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (fd == -1)
		return 0;
	size = read(fd, out, room);
	(void)close(fd);
	return size < 0 ? 0 : (size_t)size;
}

static omni_status
sqlite_identity(struct omni__store *store, unsigned char out[16],
    struct omni__error *error)
{
	static const unsigned char key[32] = "libomni store identity";
	unsigned char place[64 + 2 * sizeof(uint64_t)] = { 0 };
	uint64_t device, inode;
	struct stat at;

	if (stat(sqlite3_db_filename(store->db, "main"), &at) != 0)
		return omni__fail(error, OMNI_IO,
		    "%s: the file was moved or removed while open; open it "
		    "again", store->path);
	(void)machine_id(place, 64);
	device = (uint64_t)at.st_dev;
	inode = (uint64_t)at.st_ino;
	memcpy(place + 64, &device, sizeof(device));
	memcpy(place + 64 + sizeof(device), &inode, sizeof(inode));
	omni__hash_id(key, out, place, sizeof(place));
	return OMNI_OK;
}

/* ---- interrupting --------------------------------------------------- */

static void
sqlite_interrupt(struct omni__store *store)
{
	atomic_store(&store->interrupted, true);
	sqlite3_interrupt(store->db);
}

static void
sqlite_resume(struct omni__store *store)
{
	atomic_store(&store->interrupted, false);
}

/* ---- the table ------------------------------------------------------ */

const struct omni__store_ops omni__store_sqlite = {
	.version = OMNI__STORE_VERSION,
	.name = "sqlite",
	.open = sqlite_open,
	.close = sqlite_close,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.retry = sqlite_retry,
	.run = omni__sqlite_run,
	.script = sqlite_script,
	.schema = sqlite_schema,
	.set_schema = sqlite_set_schema,
	.identity = sqlite_identity,
	.interrupt = sqlite_interrupt,
	.resume = sqlite_resume,
	.backup = omni__sqlite_backup,
	.maintain = omni__sqlite_maintain,
	.check = omni__sqlite_check,
	.scrub = omni__sqlite_scrub,
};
