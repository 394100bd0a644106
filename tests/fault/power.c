/*
 * What a disk may hold after a power cut.  Of what was written since a file
 * was last synced each sector is there or not, as chance has it; a file that
 * was made or removed may not know it yet.
 */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

#define SECTOR 512

static void
grow(unsigned char **bytes, size_t *room, size_t need)
{
	if (need <= *room)
		return;
	*bytes = realloc(*bytes, need * 2);
	assert_non_null(*bytes);
	memset(*bytes + *room, 0, need * 2 - *room);
	*room = need * 2;
}

static void
resize(struct power_file *file, size_t size)
{
	grow(&file->durable, &file->room, size + 1);
	if (size < file->size)
		memset(file->durable + size, 0, file->size - size);
	file->size = size;
}

static void
put(struct power_file *file, size_t at, const unsigned char *bytes,
    size_t size)
{
	if (size == 0)
		return;
	if (at + size > file->size)
		resize(file, at + size);
	memcpy(file->durable + at, bytes, size);
}

static void
settle(struct power_file *file, const struct disk_event *event)
{
	if (event->what == DISK_WRITE)
		put(file, (size_t)event->offset, event->bytes, event->size);
	else
		resize(file, (size_t)event->offset);
}

static void
wait_for_sync(struct power_file *file, const struct disk_event *event)
{
	if (file->count == file->waiting_room) {
		file->waiting_room = file->waiting_room * 2 + 16;
		file->waiting = realloc(file->waiting,
		    file->waiting_room * sizeof(*file->waiting));
		assert_non_null(file->waiting);
	}
	file->waiting[file->count++] = *event;
}

static void
empty(struct power_file *file)
{
	file->count = 0;
	resize(file, 0);
}

/* What the directory says now it says for good. */
static void
name_all(struct power *power)
{
	int i;

	for (i = 0; i < DISK_FILES; i++)
		power->files[i].named = power->files[i].there;
}

void
fault_power_apply(struct power *power, const struct disk_event *event)
{
	struct power_file *file = &power->files[event->file];
	size_t i;

	switch (event->what) {
	case DISK_OPEN:
		if (!file->there)
			empty(file);
		file->there = true;
		break;
	case DISK_SYNC:
		for (i = 0; i < file->count; i++)
			settle(file, &file->waiting[i]);
		file->count = 0;
		/* SQLite syncs a new log or journal with its directory. */
		if (!file->named)
			name_all(power);
		break;
	case DISK_DELETE:
		file->there = false;
		if (event->offset != 0)
			file->named = false;
		break;
	default:
		wait_for_sync(file, event);
		break;
	}
}

/* Sector by sector. */
static void
tear(struct power_file *file, const struct disk_event *event,
    struct harness *chance)
{
	size_t done = 0, at = (size_t)event->offset;

	while (done < event->size) {
		size_t part = SECTOR - (at + done) % SECTOR;

		if (part > event->size - done)
			part = event->size - done;
		if (harness_random(chance, 2) == 0)
			put(file, at + done, event->bytes + done, part);
		done += part;
	}
}

/* A disk writes much, little or nothing of what waits; in order or not. */
static void
leave_to_chance(struct power_file *file, const struct power_file *from,
    struct harness *chance)
{
	uint64_t mood = harness_random(chance, 4), some;
	size_t i;

	for (i = 0; i < from->count; i++) {
		some = harness_random(chance, 8);
		if (mood == 0 || (mood == 1 && some == 0))
			continue;
		if (mood == 2 && some != 0 &&
		    from->waiting[i].what == DISK_WRITE)
			put(file, (size_t)from->waiting[i].offset,
			    from->waiting[i].bytes, from->waiting[i].size);
		else if (from->waiting[i].what == DISK_WRITE)
			tear(file, &from->waiting[i], chance);
		else if (some < 4)
			settle(file, &from->waiting[i]);
	}
}

/* In place: it is the same file on the same machine as before. */
static void
write_image(const char *path, const unsigned char *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd != -1);
	if (size > 0)
		assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	(void)close(fd);
}

static void
cut_file(const struct power_file *from, const char *path,
    struct harness *chance)
{
	struct power_file file = { .there = from->there };
	bool there = from->there;

	if (from->there != from->named)
		there = harness_random(chance, 2) == 0;
	if (!there) {
		(void)unlink(path);
		return;
	}
	put(&file, 0, from->durable, from->size);
	leave_to_chance(&file, from, chance);
	write_image(path, file.durable, file.size);
	free(file.durable);
}

void
fault_power_cut(const struct power *power, const char *path,
    struct harness *chance)
{
	char name[600];
	int i;

	for (i = 0; i < DISK_FILES; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path,
		    disk_suffixes[i]);
		cut_file(&power->files[i], name, chance);
	}
	/* Shared memory does not outlive the power. */
	(void)snprintf(name, sizeof(name), "%s-shm", path);
	(void)unlink(name);
}

static bool
file_holds(const char *path, const char *text)
{
	FILE *file = fopen(path, "rb");
	size_t wanted = strlen(text), same = 0;
	int c;

	if (file == NULL)
		return false;
	while (same < wanted && (c = getc(file)) != EOF) {
		if (c != text[same])
			same = 0;
		if (c == text[same])
			same++;
	}
	(void)fclose(file);
	return same == wanted;
}

bool
fault_power_holds(const char *path, const char *text)
{
	char name[600];
	int i;

	for (i = 0; i < DISK_FILES; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path,
		    disk_suffixes[i]);
		if (file_holds(name, text))
			return true;
	}
	return false;
}

void
fault_power_free(struct power *power)
{
	int i;

	for (i = 0; i < DISK_FILES; i++) {
		free(power->files[i].durable);
		free(power->files[i].waiting);
	}
	memset(power, 0, sizeof(*power));
}
