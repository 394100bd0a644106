/*
 * What the parts of the embedded store share: its handle, how a code of
 * SQLite becomes a status and a text, and the log's upkeep.
 */
#ifndef OMNI_SQLITE_STORE_H
#define OMNI_SQLITE_STORE_H

#include <stdatomic.h>

#include <sqlite3.h>

#include "store/store.h"

/* "Omni": the file is ours. */
#define OMNI__APPLICATION_ID 0x4f6d6e69

/* How far a log that has become longer is cut back when it starts anew. */
#define OMNI__LOG_LIMIT "PRAGMA journal_size_limit = 33554432;"

struct omni__store {
	const struct omni__env *env;
	sqlite3 *db;
	sqlite3 *second;	/* checkpoints; opened when first needed */
	char *path;		/* as given, with ./ before a relative one */
	int32_t mode, durability, timeout;
	atomic_bool interrupted;
	bool inside;		/* the caller's transaction */
	bool writing;
	bool retriable;
	bool reshaped;		/* the schema changed: ROLLBACK is stale */
	bool hasty;		/* does not wait for another's lock */
	int64_t deadline;	/* of the wait for another's lock */
	sqlite3_stmt *frames[4];	/* BEGIN and so on */
	struct omni__cache statements;
	struct omni__rows rows;
	/* Of the log: pages it holds, and at how many it is next due. */
	int pages, due;
	bool optimized;		/* statistics were looked at */
};

/* sqlite_error.c */
omni_status omni__sqlite_fail(struct omni__store *, sqlite3 *db, int code,
    struct omni__error *);

/* store_sqlite.c */
/* Another connection to the same file, with the same busy handler. */
omni_status omni__sqlite_connect(struct omni__store *, int flags,
    sqlite3 **db, struct omni__error *);
/* Rolls the first connection back if there is anything to. */
void omni__sqlite_undo(struct omni__store *);
/* Makes up for a rollback for which there was no memory. */
omni_status omni__sqlite_settle(struct omni__store *, struct omni__error *);
/* Before each BEGIN: the same, and a rollback will need no memory. */
omni_status omni__sqlite_ready(struct omni__store *, struct omni__error *);
/* Runs SQL without results. */
omni_status omni__sqlite_exec(struct omni__store *, sqlite3 *db,
    const char *sql, struct omni__error *);
/* The number that a statement yields. */
omni_status omni__sqlite_number(struct omni__store *, sqlite3 *db,
    const char *sql, int64_t *number, struct omni__error *);

/* sqlite_text.c */
void omni__sqlite_text(struct omni__buf *, const char *sql);

/* sqlite_run.c */
omni_status omni__sqlite_run(struct omni__store *, const struct omni__sql *,
    const struct omni__value *params, size_t rows, struct omni__arena *,
    struct omni__result *, int64_t *changes, struct omni__error *);
void omni__sqlite_statements_free(struct omni__store *);

/* sqlite_log.c */
void omni__sqlite_log_watch(struct omni__store *);
/* After a commit: brings the log's pages home when they have become many. */
void omni__sqlite_log_committed(struct omni__store *);
/* Just before the connection is closed. */
void omni__sqlite_log_closing(struct omni__store *);
omni_status omni__sqlite_maintain(struct omni__store *, int32_t milliseconds,
    struct omni__error *);
omni_status omni__sqlite_scrub(struct omni__store *, struct omni__error *);

/* sqlite_wipe.c */
omni_status omni__sqlite_wipe(struct omni__store *, struct omni__error *);

/* sqlite_check.c */
omni_status omni__sqlite_check(struct omni__store *, struct omni__buf *lines,
    struct omni__error *);

/* sqlite_backup.c */
omni_status omni__sqlite_backup(struct omni__store *, const char *path,
    struct omni__error *);

#endif
