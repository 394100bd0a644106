/*
 * A disk below SQLite that fails when told to and remembers what was written
 * to it, in order.  Files are real ones, and so are locks and shared memory;
 * only waiting for the platter is left out, since no test cuts real power.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "fault.h"

const char *const disk_suffixes[DISK_FILES] = {
	[DISK_MAIN] = "", [DISK_LOG] = "-wal", [DISK_JOURNAL] = "-journal",
};

struct disk_file {
	sqlite3_file base;
	int name;		/* DISK_*, or -1: not recorded */
	sqlite3_file *real;	/* behind this struct */
};

static struct {
	bool armed, for_good, full, fired;
	uint64_t at, count;
	char recorded[512];
	struct disk_recording recording;
	sqlite3_vfs *below;
} disk;

/* ---- failing -------------------------------------------------------- */

static bool
fails(bool grows)
{
	if (!disk.armed || (disk.full && !grows))
		return false;
	disk.count++;
	if (disk.count != disk.at &&
	    !(disk.for_good && disk.count > disk.at))
		return false;
	disk.fired = true;
	/* What the system would have said. */
	errno = disk.full ? ENOSPC : EIO;
	return true;
}

static void
arm(uint64_t n, bool for_good, bool full)
{
	disk.at = n;
	disk.count = 0;
	disk.for_good = for_good;
	disk.full = full;
	disk.fired = false;
	disk.armed = true;
}

static void
arm_once(uint64_t n)
{
	arm(n, false, false);
}

static void
arm_gone(uint64_t n)
{
	arm(n, true, false);
}

static void
arm_full(uint64_t n)
{
	arm(n, true, true);
}

static bool
disarm(void)
{
	disk.armed = false;
	return disk.fired;
}

static bool
fits_error(omni_status status)
{
	return status == OMNI_IO;
}

static bool
fits_full(omni_status status)
{
	return status == OMNI_FULL;
}

const struct fault fault_disk_once = {
	.name = "one file operation fails",
	.arm = arm_once, .disarm = disarm, .fits = fits_error,
};

const struct fault fault_disk_gone = {
	.name = "all file operations fail from one on",
	.arm = arm_gone, .disarm = disarm, .fits = fits_error,
};

const struct fault fault_disk_full = {
	.name = "the disk is full",
	.arm = arm_full, .disarm = disarm, .fits = fits_full,
};

/* ---- recording ------------------------------------------------------ */

static void
record(int file, int what, int64_t offset, const void *bytes, size_t size)
{
	struct disk_recording *r = &disk.recording;
	struct disk_event *event;

	if (file < 0 || disk.recorded[0] == '\0')
		return;
	if (r->count == r->room) {
		r->room = r->room * 2 + 64;
		r->events = realloc(r->events, r->room * sizeof(*r->events));
		assert_non_null(r->events);
	}
	event = &r->events[r->count++];
	*event = (struct disk_event){ what, file, offset, size, NULL };
	if (bytes != NULL) {
		event->bytes = malloc(size + 1);
		assert_non_null(event->bytes);
		memcpy(event->bytes, bytes, size);
	}
}

/* Which of the files of the recorded store, or -1. */
static int
name_of(const char *path)
{
	size_t size = strlen(disk.recorded);
	int i;

	if (size == 0 || path == NULL ||
	    strncmp(path, disk.recorded, size) != 0)
		return -1;
	for (i = 0; i < DISK_FILES; i++)
		if (strcmp(path + size, disk_suffixes[i]) == 0)
			return i;
	return -1;
}

void
fault_disk_record(const char *path)
{
	(void)snprintf(disk.recorded, sizeof(disk.recorded), "%s", path);
	memset(&disk.recording, 0, sizeof(disk.recording));
}

size_t
fault_disk_events(void)
{
	return disk.recording.count;
}

struct disk_recording
fault_disk_recorded(void)
{
	struct disk_recording r = disk.recording;

	disk.recorded[0] = '\0';
	memset(&disk.recording, 0, sizeof(disk.recording));
	return r;
}

void
fault_disk_recording_free(struct disk_recording *r)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		free(r->events[i].bytes);
	free(r->events);
	memset(r, 0, sizeof(*r));
}

/* ---- files ---------------------------------------------------------- */

static sqlite3_file *
real_of(sqlite3_file *file)
{
	return ((struct disk_file *)(void *)file)->real;
}

static int
recorded_name(const sqlite3_file *file)
{
	return ((const struct disk_file *)(const void *)file)->name;
}

static int
disk_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int
disk_read(sqlite3_file *file, void *out, int size, sqlite3_int64 at)
{
	if (fails(false))
		return SQLITE_IOERR_READ;
	return real_of(file)->pMethods->xRead(real_of(file), out, size, at);
}

static int
disk_write(sqlite3_file *file, const void *bytes, int size,
    sqlite3_int64 at)
{
	sqlite3_file *real = real_of(file);
	int code;

	if (fails(true)) {
		/* A part may have come through. */
		(void)real->pMethods->xWrite(real, bytes, size / 2, at);
		errno = disk.full ? ENOSPC : EIO;
		return disk.full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	}
	code = real->pMethods->xWrite(real, bytes, size, at);
	if (code == SQLITE_OK)
		record(recorded_name(file), DISK_WRITE, at, bytes,
		    (size_t)size);
	return code;
}

static int
disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code;

	if (fails(false))
		return SQLITE_IOERR_TRUNCATE;
	code = real_of(file)->pMethods->xTruncate(real_of(file), size);
	if (code == SQLITE_OK)
		record(recorded_name(file), DISK_TRUNCATE, size, NULL, 0);
	return code;
}

static int
disk_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	if (fails(false))
		return SQLITE_IOERR_FSYNC;
	record(recorded_name(file), DISK_SYNC, 0, NULL, 0);
	return SQLITE_OK;
}

static int
disk_size(sqlite3_file *file, sqlite3_int64 *size)
{
	if (fails(false))
		return SQLITE_IOERR_FSTAT;
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int
disk_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int
disk_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int
disk_reserved(sqlite3_file *file, int *held)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file),
	    held);
}

static int
disk_control(sqlite3_file *file, int what, void *argument)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), what,
	    argument);
}

static int
disk_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

/* This disk tears, and promises nothing. */
static int
disk_character(sqlite3_file *file)
{
	(void)file;
	return 0;
}

static int
disk_shm_map(sqlite3_file *file, int page, int size, int extend,
    void volatile **out)
{
	if (fails(extend != 0)) {
		*out = NULL;
		return disk.full ? SQLITE_IOERR_SHMSIZE :
		    SQLITE_IOERR_SHMMAP;
	}
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size,
	    extend, out);
}

static int
disk_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset,
	    count, flags);
}

static void
disk_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int
disk_shm_unmap(sqlite3_file *file, int remove)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = disk_close,
	.xRead = disk_read,
	.xWrite = disk_write,
	.xTruncate = disk_truncate,
	.xSync = disk_sync,
	.xFileSize = disk_size,
	.xLock = disk_lock,
	.xUnlock = disk_unlock,
	.xCheckReservedLock = disk_reserved,
	.xFileControl = disk_control,
	.xSectorSize = disk_sector,
	.xDeviceCharacteristics = disk_character,
	.xShmMap = disk_shm_map,
	.xShmLock = disk_shm_lock,
	.xShmBarrier = disk_shm_barrier,
	.xShmUnmap = disk_shm_unmap,
};

/* ---- the file system ------------------------------------------------ */

static int
disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *out, int flags,
    int *given)
{
	struct disk_file *file = (struct disk_file *)(void *)out;
	int code;

	(void)vfs;
	out->pMethods = NULL;
	if (fails((flags & SQLITE_OPEN_CREATE) != 0))
		return SQLITE_CANTOPEN;
	file->name = name_of(path);
	file->real = (sqlite3_file *)(void *)(file + 1);
	code = disk.below->xOpen(disk.below, path, file->real, flags, given);
	if (code != SQLITE_OK)
		return code;
	out->pMethods = &methods;
	if ((flags & SQLITE_OPEN_CREATE) != 0)
		record(file->name, DISK_OPEN, 0, NULL, 0);
	return SQLITE_OK;
}

static int
disk_delete(sqlite3_vfs *vfs, const char *path, int synced)
{
	int code;

	(void)vfs;
	if (fails(false))
		return SQLITE_IOERR_DELETE;
	code = disk.below->xDelete(disk.below, path, 0);
	if (code == SQLITE_OK)
		record(name_of(path), DISK_DELETE, synced, NULL, 0);
	return code;
}

static int
disk_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
	(void)vfs;
	if (fails(false))
		return SQLITE_IOERR_ACCESS;
	return disk.below->xAccess(disk.below, path, flags, out);
}

void
fault_disk_insert(void)
{
	static sqlite3_vfs vfs;

	if (disk.below != NULL)
		return;
	assert_int_equal(sqlite3_initialize(), SQLITE_OK);
	disk.below = sqlite3_vfs_find(NULL);
	assert_non_null(disk.below);
	/* What is not ours works on names and the system alone. */
	vfs = *disk.below;
	vfs.zName = "faulty";
	vfs.pNext = NULL;
	vfs.szOsFile = (int)sizeof(struct disk_file) + disk.below->szOsFile;
	vfs.xOpen = disk_open;
	vfs.xDelete = disk_delete;
	vfs.xAccess = disk_access;
	assert_int_equal(sqlite3_vfs_register(&vfs, 1), SQLITE_OK);
}
