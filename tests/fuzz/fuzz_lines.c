/*
 * Fuzzing the import: any bytes, as lines and as rows, in pieces of any
 * size, give a clear account and never a crash; and what came in whole is
 * what came in pieces.  The first byte chooses the format and the pieces.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "omni.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static char directory[] = "/tmp/omni-fuzz-XXXXXX";
static char path[sizeof(directory) + 16];
static omni *db;
static int runs;

static void
store_remove(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[sizeof(path) + 8];
	size_t i;

	omni_close(db);
	db = NULL;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)remove(name);
	}
}

static void
directory_remove(void)
{
	store_remove();
	(void)remove(directory);
}

/* A store that grew for a while is thrown away: each run stays quick. */
static void
store_renew(void)
{
	omni_config *config;

	if (*path == '\0') {
		if (mkdtemp(directory) == NULL)
			abort();
		(void)snprintf(path, sizeof(path), "%s/store.db", directory);
		(void)atexit(directory_remove);
	}
	if (db != NULL && ++runs % 500 != 0)
		return;
	store_remove();
	config = omni_config_new();
	if (config == NULL || omni_config_set_durability(config,
	    OMNI_DURABLE_NORMAL) != OMNI_OK ||
	    omni_open(config, path, &db) != OMNI_OK)
		abort();
	omni_config_free(config);
}

static omni_import *
import_new(int32_t format)
{
	omni_import *import = NULL;

	if (omni_import_new(db, format, &import) != OMNI_OK)
		abort();
	if (format == OMNI_FORMAT_CSV && (
	    omni_import_set_source(import, "s") != OMNI_OK ||
	    omni_import_set_key_column(import, "k") != OMNI_OK ||
	    omni_import_map(import, "e", "email") != OMNI_OK))
		abort();
	return import;
}

struct account {
	omni_status status;
	int64_t lines, rejected, sum;
};

static void
feed(int32_t format, const uint8_t *bytes, size_t size, size_t piece,
    struct account *account)
{
	omni_import *import = import_new(format);
	const char *reason;
	int64_t line;

	account->status = OMNI_OK;
	account->sum = 0;
	while (size > 0 && account->status == OMNI_OK) {
		size_t part = size < piece ? size : piece;

		account->status = omni_import_write(import, bytes, part);
		bytes += part;
		size -= part;
	}
	if (account->status == OMNI_OK)
		account->status = omni_import_finish(import);
	while (omni_import_problem(import, &line, &reason) == OMNI_OK)
		account->sum += line;
	account->lines = omni_import_lines(import);
	account->rejected = omni_import_rejected(import);
	if (account->status >= 0 && account->lines !=
	    omni_import_stored(import) + omni_import_duplicates(import) +
	    account->rejected)
		abort();
	omni_import_free(import);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct account whole, parts;
	int32_t format;

	if (size == 0)
		return 0;
	store_renew();
	format = (*bytes & 1) != 0 ? OMNI_FORMAT_CSV : OMNI_FORMAT_LINES;
	feed(format, bytes + 1, size - 1, SIZE_MAX, &whole);
	feed(format, bytes + 1, size - 1, (size_t)(*bytes >> 1) + 1, &parts);
	/* The second time the store may turn away more, never read other
	 * lines. */
	if (whole.lines != parts.lines)
		abort();
	return 0;
}
