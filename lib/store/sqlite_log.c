/*
 * The write-ahead log of the embedded store: when its pages go home to the
 * file, and how erased bytes leave it.
 *
 * SQLite 3.7.0 to 3.51.2 (3.44.6 and 3.50.7 excepted) can lose a commit when
 * a checkpoint races another connection that starts the log anew.  So no
 * checkpoint here ever runs beside a writer: one connection holds the write
 * lock while a second one copies the pages.  On closing, SQLite holds the
 * whole file exclusively, which is as good.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/stat.h>

#include "store/sqlite_store.h"

/*
 * A checkpoint is due at so many pages of the log.  Copying pages one by one
 * costs more the more often it happens, a long log costs disk and makes
 * recovery slow; measured (bench_store).
 */
#define LOG_PAGES 8192

/* A log of this size holds the one page that starts it anew, not more. */
#define LOG_SCRUBBED (32 + 2 * (24 + 65536))

static int
on_commit(void *user, sqlite3 *db, const char *name, int pages)
{
	struct omni__store *store = user;

	(void)db;
	(void)name;
	/* The log was started anew: what could not be copied then can now. */
	if (pages < store->pages)
		store->due = LOG_PAGES;
	store->pages = pages;
	return SQLITE_OK;
}

void
omni__sqlite_log_watch(struct omni__store *store)
{
	store->due = LOG_PAGES;
	(void)sqlite3_wal_hook(store->db, on_commit, store);
}

static omni_status
open_second(struct omni__store *store, struct omni__error *error)
{
	omni_status status;

	if (store->second != NULL)
		return OMNI_OK;
	status = omni__sqlite_connect(store, SQLITE_OPEN_READWRITE,
	    &store->second, error);
	if (status != OMNI_OK)
		return status;
	status = omni__sqlite_exec(store, store->second,
	    "PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; "
	    "PRAGMA cache_size = 8; PRAGMA wal_autocheckpoint = 0; "
	    /* Finds the log, without which there is nothing to copy. */
	    "SELECT count(*) FROM sqlite_schema", error);
	if (status != OMNI_OK) {
		(void)sqlite3_close(store->second);
		store->second = NULL;
	}
	return status;
}

/* Copies what no reader still needs from the log, while our first connection
 * holds the write lock.  *left counts the pages that had to stay. */
static omni_status
copy_home(struct omni__store *store, int *left, struct omni__error *error)
{
	int code, in_log = 0, copied = 0;

	code = sqlite3_wal_checkpoint_v2(store->second, "main",
	    SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
	*left = in_log < 0 ? 1 : in_log - copied;
	/* When a reader is in the way, wait for as many pages again. */
	store->pages = in_log < 0 ? 0 : in_log;
	store->due = store->pages + LOG_PAGES;
	if (code != SQLITE_OK)
		return omni__sqlite_fail(store, store->second, code, error);
	return OMNI_OK;
}

/* Not within a transaction. */
static omni_status
checkpoint(struct omni__store *store, int *left, struct omni__error *error)
{
	omni_status status;

	*left = 0;
	status = open_second(store, error);
	if (status == OMNI_OK)
		status = omni__sqlite_ready(store, error);
	if (status == OMNI_OK)
		status = omni__sqlite_exec(store, store->db,
		    "BEGIN IMMEDIATE", error);
	if (status != OMNI_OK)
		return status;
	status = copy_home(store, left, error);
	omni__sqlite_undo(store);
	return status;
}

void
omni__sqlite_log_committed(struct omni__store *store)
{
	struct omni__error error = { .status = OMNI_OK };
	omni_status status;
	int left;

	if (store->pages < store->due)
		return;
	/* The commit stands, whatever becomes of the log.  Whoever holds the
	 * lock now will find the log as long and bring it home. */
	store->hasty = true;
	status = checkpoint(store, &left, &error);
	store->hasty = false;
	store->retriable = false;
	if (status == OMNI_OK)
		return;
	store->due = store->pages + LOG_PAGES / 4;
	if (status != OMNI_BUSY)
		omni__log(store->env, OMNI_LOG_WARNING,
		    "the log could not be written back: %s", error.text);
}

void
omni__sqlite_log_closing(struct omni__store *store)
{
	/* The last one to close brings the log home and removes it, holding
	 * the file exclusively; a long log is left to who opens next. */
	if (store->mode != OMNI_MODE_READONLY && store->pages < 2 * LOG_PAGES)
		(void)sqlite3_db_config(store->db,
		    SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, (int *)NULL);
}

omni_status
omni__sqlite_maintain(struct omni__store *store, int32_t milliseconds,
    struct omni__error *error)
{
	omni_status status;
	int left;

	(void)milliseconds;
	store->retriable = false;
	if (store->mode == OMNI_MODE_READONLY)
		return OMNI_DONE;
	if (!store->optimized) {
		store->optimized = true;
		status = omni__sqlite_exec(store, store->db,
		    "PRAGMA analysis_limit = 400; PRAGMA optimize", error);
		store->reshaped = true;
		return status;
	}
	status = checkpoint(store, &left, error);
	store->optimized = false;
	return status == OMNI_OK ? OMNI_DONE : status;
}

/* ---- erasing -------------------------------------------------------- */

static int64_t
log_size(const struct omni__store *store)
{
	const char *file = sqlite3_db_filename(store->db, "main");
	struct stat at;

	if (stat(sqlite3_filename_wal(file), &at) != 0)
		return 0;
	return (int64_t)at.st_size;
}

/* Writing the head again as it was is a commit that changes nothing. */
static omni_status
commit_nothing(struct omni__store *store, struct omni__error *error)
{
	omni_status status;
	int64_t version;

	status = omni__store_sqlite.schema(store, &version, error);
	if (status == OMNI_OK)
		status = omni__store_sqlite.set_schema(store, version, error);
	if (status == OMNI_OK)
		status = omni__sqlite_exec(store, store->db, "COMMIT", error);
	return status;
}

/* Brings all pages home and wipes what they hold beside their rows. */
static omni_status
wipe_pages(struct omni__store *store, int *left, struct omni__error *error)
{
	omni_status status;

	*left = 0;
	status = open_second(store, error);
	if (status == OMNI_OK)
		status = omni__sqlite_ready(store, error);
	if (status == OMNI_OK)
		status = omni__sqlite_exec(store, store->db,
		    "BEGIN IMMEDIATE", error);
	if (status != OMNI_OK)
		return status;
	status = copy_home(store, left, error);
	if (status == OMNI_OK && *left == 0)
		status = omni__sqlite_wipe(store, error);
	if (status == OMNI_OK && *left == 0)
		status = commit_nothing(store, error);
	omni__sqlite_undo(store);
	/* Our own copies of the pages are from before. */
	(void)sqlite3_db_release_memory(store->db);
	(void)sqlite3_db_release_memory(store->second);
	return status;
}

/*
 * With every page at home, the next commit starts the log anew if nobody
 * reads from it, and cuts the file to what it wrote.
 */
static omni_status
restart_log(struct omni__store *store, struct omni__error *error)
{
	omni_status status;

	status = omni__sqlite_ready(store, error);
	if (status == OMNI_OK)
		status = omni__sqlite_exec(store, store->db,
		    "PRAGMA journal_size_limit = 0; BEGIN IMMEDIATE", error);
	if (status == OMNI_OK)
		status = commit_nothing(store, error);
	omni__sqlite_undo(store);
	(void)sqlite3_exec(store->db, OMNI__LOG_LIMIT, NULL, NULL, NULL);
	return status;
}

/* SQLite cuts the log without waiting for the disk: a power cut could bring
 * back what was cut off. */
static omni_status
sync_log(struct omni__store *store, struct omni__error *error)
{
	sqlite3_file *log = NULL;
	int code = sqlite3_file_control(store->db, "main",
	    SQLITE_FCNTL_JOURNAL_POINTER, &log);

	if (code == SQLITE_OK && log != NULL && log->pMethods != NULL)
		code = log->pMethods->xSync(log, SQLITE_SYNC_FULL);
	return code == SQLITE_OK ? OMNI_OK :
	    omni__sqlite_fail(store, store->db, code, error);
}

omni_status
omni__sqlite_scrub(struct omni__store *store, struct omni__error *error)
{
	omni_status status;
	int attempt, left;

	store->retriable = false;
	if (store->mode == OMNI_MODE_READONLY)
		return omni__fail(error, OMNI_READONLY,
		    "%s: the store was opened read-only", store->path);
	status = wipe_pages(store, &left, error);
	if (status != OMNI_OK)
		return status;
	/* Another writer may come between the two steps: not often. */
	for (attempt = 0; attempt < 3 && left == 0; attempt++) {
		status = checkpoint(store, &left, error);
		if (status == OMNI_OK && left == 0)
			status = restart_log(store, error);
		if (status != OMNI_OK)
			return status;
		if (left == 0 && log_size(store) <= LOG_SCRUBBED)
			return sync_log(store, error);
	}
	return OMNI_PENDING;
}
