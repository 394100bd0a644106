/*
 * A copy of the embedded store while it is in use: one snapshot, written
 * under another name and named right when it is whole and on the disk.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/sqlite_store.h"

/* So many pages are copied between two looks at an interrupt. */
#define STEP_PAGES 512

struct backup {
	struct omni__store *store;
	const char *path;
	struct omni__buf part;	/* the name until it is whole */
	bool made;		/* the part is there */
	sqlite3 *from, *to;
	struct omni__error *error;
};

static omni_status
system_failed(const struct backup *backup, const char *what)
{
	int number = errno;

	return omni__fail(backup->error,
	    number == ENOSPC || number == EDQUOT ? OMNI_FULL :
	    number == ENOENT || number == ENOTDIR ? OMNI_MISSING :
	    number == EACCES || number == EROFS ? OMNI_READONLY : OMNI_IO,
	    "backup to %s: %s (error %d)", backup->path, what, number);
}

static omni_status
reserve(struct backup *backup)
{
	int fd;

	if (backup->path[0] == '\0')
		return omni__fail(backup->error, OMNI_INVALID,
		    "the path of the backup is empty");
	if (access(backup->path, F_OK) == 0)
		return omni__fail(backup->error, OMNI_INVALID,
		    "backup to %s: there is such a file already; give a new "
		    "name", backup->path);
	omni__buf_printf(&backup->part, "%s%s.part",
	    backup->path[0] == '/' ? "" : "./", backup->path);
	if (backup->part.failed)
		return omni__nomem(backup->error);
	fd = open(backup->part.bytes, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0666);
	if (fd == -1 && errno == EEXIST)
		return omni__fail(backup->error, OMNI_INVALID,
		    "backup to %s: an unfinished one is there; remove %s",
		    backup->path, backup->part.bytes);
	if (fd == -1)
		return system_failed(backup, "the file cannot be made");
	backup->made = true;
	(void)close(fd);
	return OMNI_OK;
}

/* The copy is one file that nobody else has: it needs no journal, and one
 * fsync at the end. */
static omni_status
connect_both(struct backup *backup)
{
	omni_status status;
	int64_t objects;
	int code;

	status = omni__sqlite_connect(backup->store,
	    backup->store->mode == OMNI_MODE_READONLY ? SQLITE_OPEN_READONLY :
	    SQLITE_OPEN_READWRITE, &backup->from, backup->error);
	if (status != OMNI_OK)
		return status;
	/* A snapshot: writers meanwhile do not make the copy start again. */
	status = omni__sqlite_exec(backup->store, backup->from, "BEGIN",
	    backup->error);
	if (status == OMNI_OK)
		status = omni__sqlite_number(backup->store, backup->from,
		    "SELECT count(*) FROM sqlite_schema", &objects,
		    backup->error);
	if (status != OMNI_OK)
		return status;
	code = sqlite3_open_v2(backup->part.bytes, &backup->to,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_EXRESCODE, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(backup->to, "PRAGMA synchronous = OFF; "
		    "PRAGMA journal_mode = OFF", NULL, NULL, NULL);
	if (code != SQLITE_OK)
		return omni__sqlite_fail(backup->store, backup->to, code,
		    backup->error);
	return OMNI_OK;
}

static omni_status
copy_pages(struct backup *backup)
{
	sqlite3_backup *copy;
	int code;

	copy = sqlite3_backup_init(backup->to, "main", backup->from, "main");
	if (copy == NULL)
		return omni__sqlite_fail(backup->store, backup->to,
		    sqlite3_extended_errcode(backup->to), backup->error);
	do {
		code = atomic_load(&backup->store->interrupted) ?
		    SQLITE_INTERRUPT : sqlite3_backup_step(copy, STEP_PAGES);
	} while (code == SQLITE_OK);
	(void)sqlite3_backup_finish(copy);
	if (code != SQLITE_DONE)
		return omni__sqlite_fail(backup->store, backup->to, code,
		    backup->error);
	return OMNI_OK;
}

static omni_status
sync_file(const struct backup *backup, const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	bool synced;

	if (fd == -1)
		return system_failed(backup, "the file cannot be opened");
	synced = fsync(fd) == 0;
	(void)close(fd);
	if (!synced)
		return system_failed(backup, "the disk did not take it");
	return OMNI_OK;
}

/* Gives the whole copy its name, never another file's, for good. */
static omni_status
name_it(struct backup *backup)
{
	char *slash = strrchr(backup->part.bytes, '/');
	omni_status status;

	status = sync_file(backup, backup->part.bytes, O_WRONLY);
	if (status != OMNI_OK)
		return status;
	if (link(backup->part.bytes, backup->path) == 0)
		(void)unlink(backup->part.bytes);
	else if (errno == EEXIST || access(backup->path, F_OK) == 0 ||
	    rename(backup->part.bytes, backup->path) != 0)
		return system_failed(backup, "the copy cannot be named");
	backup->made = false;
	slash[slash == backup->part.bytes ? 1 : 0] = '\0';
	return sync_file(backup, backup->part.bytes, O_RDONLY | O_DIRECTORY);
}

omni_status
omni__sqlite_backup(struct omni__store *store, const char *path,
    struct omni__error *error)
{
	struct backup backup = {
		.store = store, .path = path, .error = error,
		.part = { .env = store->env },
	};
	omni_status status;

	store->retriable = false;
	status = reserve(&backup);
	if (status == OMNI_OK)
		status = connect_both(&backup);
	if (status == OMNI_OK)
		status = copy_pages(&backup);
	(void)sqlite3_close(backup.to);
	(void)sqlite3_close(backup.from);
	if (status == OMNI_OK)
		status = name_it(&backup);
	if (backup.made)
		(void)unlink(backup.part.bytes);
	omni__buf_free(&backup.part);
	return status;
}
