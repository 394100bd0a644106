/*
 * Any bytes as the stored form of two persons: they are turned away, or they
 * are persons that pack to what they came from, and compare and weigh the
 * same from either side, with what is known of their letters and without.
 * Text in lines, "kind=value", makes persons too.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "identity/model.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static omni *db;
static char path[64] = "/tmp/omni-fuzz-person-XXXXXX";

static void
demand(int holds)
{
	if (!holds)
		abort();
}

static void
store_remove(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[sizeof(path) + 8];
	size_t i;

	omni_close(db);
	for (i = 0; i < OMNI__COUNT(ends); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)remove(name);
	}
}

static void
store_open(void)
{
	omni_config *config;
	int file;

	if (db != NULL)
		return;
	file = mkstemp(path);
	demand(file >= 0 && close(file) == 0);
	(void)remove(path);
	config = omni_config_new();
	demand(config != NULL && omni_open(config, path, &db) == OMNI_OK);
	omni_config_free(config);
	(void)atexit(store_remove);
}

/* ---- persons -------------------------------------------------------- */

static bool
unpacked(const uint8_t *bytes, size_t size, struct omni__person *person)
{
	struct omni__value blob;
	omni_status status = omni__person_unpack(db, bytes, size, person);

	demand(status == OMNI_OK || status == OMNI_CORRUPT);
	if (status != OMNI_OK)
		return false;
	demand(omni__person_pack(db, person, &blob) == OMNI_OK);
	demand(blob.size == size && (size == 0 ||
	    memcmp(blob.bytes, bytes, size) == 0));
	return true;
}

/* Lines of kind=value; what is not valid never gets here in the library. */
static bool
made(const uint8_t *bytes, size_t size, struct omni__person *person)
{
	struct omni__raw raw[16];
	char *text = omni__arena_text(&db->scratch, (const char *)bytes,
	    size), *line, *value;
	struct omni__value blob;
	size_t count = 0;

	if (memchr(bytes, '\0', size) != NULL ||
	    !omni__utf8_check(text, size, NULL))
		return false;
	for (line = text; line != NULL && count < OMNI__COUNT(raw);) {
		char *end = strchr(line, '\n');

		if (end != NULL)
			*end++ = '\0';
		value = strchr(line, '=');
		if (value != NULL) {
			*value++ = '\0';
			raw[count++] = (struct omni__raw){ line, value };
		}
		line = end;
	}
	demand(omni__person_make(db, raw, count, person) == OMNI_OK);
	demand(omni__person_pack(db, person, &blob) == OMNI_OK);
	return unpacked(blob.bytes, blob.size, person);
}

static void
forget_letters(struct omni__person *person)
{
	size_t i;

	for (i = 0; i < person->count; i++)
		person->items[i].letters = 0;
}

static void
compare(struct omni__person *a, struct omni__person *b)
{
	const struct omni__model *model;
	struct omni__levels there, back, full;

	demand(omni__model(db, &model) == OMNI_OK);
	omni__compare(model, a, b, &there);
	omni__compare(model, b, a, &back);
	demand(memcmp(there.level, back.level, sizeof(there.level)) == 0);
	demand(omni__pair_weight(model, a, b) ==
	    omni__pair_weight(model, b, a));
	forget_letters(a);
	forget_letters(b);
	omni__compare(model, a, b, &full);
	demand(memcmp(there.level, full.level, sizeof(there.level)) == 0);
}

/* Where the first person ends: at an empty line, or in the middle. */
static size_t
middle(const uint8_t *bytes, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size; i++)
		if (bytes[i] == '\n' && bytes[i + 1] == '\n')
			return i;
	return size / 2;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct omni__person a, b;
	size_t half;

	if (size == 0)
		return 0;
	store_open();
	omni__arena_reset(&db->scratch);
	bytes++;
	half = middle(bytes, --size);
	if (unpacked(bytes, half, &a) && unpacked(bytes + half, size - half,
	    &b))
		compare(&a, &b);
	if (made(bytes, half, &a) && made(bytes + half, size - half, &b))
		compare(&a, &b);
	return 0;
}
