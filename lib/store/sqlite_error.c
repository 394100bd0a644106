/*
 * What SQLite says in numbers, said so that whoever runs the shop knows
 * which file it is about and what to do.
 */
#include <errno.h>
#include <string.h>

#include "store/sqlite_store.h"

struct failure {
	int code;
	omni_status status;
	const char *advice;
};

static const char damaged[] =
    "the file is damaged; restore a backup or run a check";

/* Extended codes stand before the primary code they belong to. */
static const struct failure failures[] = {
	{ SQLITE_FULL, OMNI_FULL,
	    "the disk or its quota is full; free some space and try again" },
	{ SQLITE_NOMEM, OMNI_NOMEM, "out of memory" },
	{ SQLITE_IOERR_NOMEM, OMNI_NOMEM, "out of memory" },
	{ SQLITE_IOERR_CORRUPTFS, OMNI_CORRUPT,
	    "the file system reports damage; check the disk" },
	{ SQLITE_IOERR_LOCK, OMNI_IO,
	    "the file system does not lock files; use a local disk" },
	{ SQLITE_IOERR, OMNI_IO,
	    "reading or writing the file failed; check the disk" },
	{ SQLITE_CORRUPT, OMNI_CORRUPT, damaged },
	{ SQLITE_NOTADB, OMNI_FOREIGN,
	    "the file is not a libomni store; give another path" },
	{ SQLITE_READONLY_DIRECTORY, OMNI_READONLY,
	    "the directory of the file cannot be written; the log needs it" },
	{ SQLITE_READONLY_CANTINIT, OMNI_READONLY,
	    "the log cannot be read without writing beside the file" },
	{ SQLITE_READONLY_CANTLOCK, OMNI_READONLY,
	    "the log cannot be locked without writing beside the file" },
	{ SQLITE_READONLY_DBMOVED, OMNI_IO,
	    "the file was moved or removed while open; open it again" },
	{ SQLITE_READONLY, OMNI_READONLY,
	    "the file cannot be written; check how it was opened and its "
	    "permissions" },
	{ SQLITE_PERM, OMNI_READONLY, "the file may not be used" },
	{ SQLITE_AUTH, OMNI_READONLY, "the file may not be used" },
	{ SQLITE_BUSY_SNAPSHOT, OMNI_BUSY,
	    "another program wrote meanwhile; try again" },
	{ SQLITE_BUSY_RECOVERY, OMNI_BUSY,
	    "another program recovers the log; try again" },
	{ SQLITE_BUSY, OMNI_BUSY,
	    "another program has been writing for too long; try again" },
	{ SQLITE_LOCKED, OMNI_BUSY, "a part of the file is in use; try again" },
	{ SQLITE_PROTOCOL, OMNI_BUSY,
	    "too many programs lock the file at once; try again" },
	{ SQLITE_INTERRUPT, OMNI_INTERRUPTED, "interrupted" },
	{ SQLITE_TOOBIG, OMNI_INVALID, "a value is too long to be stored" },
	{ SQLITE_CANTOPEN, OMNI_IO,
	    "the file or its log cannot be opened; check its directory" },
	{ SQLITE_NOLFS, OMNI_FULL, "the file system takes no larger file" },
};

/* What the system meant, where SQLite's own number does not tell. */
static const struct failure system_failures[] = {
	{ ENOSPC, OMNI_FULL,
	    "the disk is full; free some space and try again" },
	{ EDQUOT, OMNI_FULL,
	    "the quota is used up; free some space and try again" },
	{ EFBIG, OMNI_FULL, "the file may not grow further; raise its limit" },
	{ ENOENT, OMNI_MISSING, "there is no such file or directory" },
	{ EACCES, OMNI_READONLY, "permission denied" },
	{ EPERM, OMNI_READONLY, "permission denied" },
	{ EROFS, OMNI_READONLY, "the file system is read-only" },
};

static const struct failure *
find(const struct failure *table, size_t count, int code)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (table[i].code == code)
			return &table[i];
	return NULL;
}

static const struct failure *
find_system(int number)
{
	return find(system_failures, OMNI__COUNT(system_failures), number);
}

/*
 * Why a file could not be written.  The connection's own number is often
 * that of something that was tidied up afterwards, so the log, then the file
 * are asked for theirs.
 */
static const struct failure *
write_failure(sqlite3 *db)
{
	const struct failure *failure = NULL;
	sqlite3_file *log = NULL;
	int number = 0;

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER,
	    &log) == SQLITE_OK && log != NULL && log->pMethods != NULL &&
	    log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO,
	    &number) == SQLITE_OK)
		failure = find_system(number);
	if (failure == NULL && sqlite3_file_control(db, "main",
	    SQLITE_FCNTL_LAST_ERRNO, &number) == SQLITE_OK)
		failure = find_system(number);
	return failure;
}

static const struct failure *
failure_of(sqlite3 *db, int code)
{
	const struct failure *failure = NULL;
	int primary = code & 0xff;

	if (db != NULL && code != SQLITE_IOERR_NOMEM &&
	    (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN))
		failure = find_system(sqlite3_system_errno(db));
	if (failure == NULL && db != NULL && code == SQLITE_IOERR_WRITE)
		failure = write_failure(db);
	if (failure == NULL)
		failure = find(failures, OMNI__COUNT(failures), code);
	if (failure == NULL)
		failure = find(failures, OMNI__COUNT(failures), primary);
	return failure;
}

omni_status
omni__sqlite_fail(struct omni__store *store, sqlite3 *db, int code,
    struct omni__error *error)
{
	const struct failure *failure = failure_of(db, code);

	store->retriable = code == SQLITE_BUSY_SNAPSHOT ||
	    code == SQLITE_BUSY_RECOVERY;
	/* The busy handler gives up at once when interrupted. */
	if ((code & 0xff) == SQLITE_BUSY && atomic_load(&store->interrupted))
		return omni__fail(error, OMNI_INTERRUPTED, "interrupted");
	if (failure == NULL)
		return omni__fail(error, OMNI_INTERNAL, "%s: %s (SQLite %d)",
		    store->path, db != NULL ? sqlite3_errmsg(db) :
		    sqlite3_errstr(code), code);
	if (failure->status == OMNI_NOMEM)
		return omni__nomem(error);
	return omni__fail(error, failure->status, "%s: %s (SQLite %d)",
	    store->path, failure->advice, code);
}
