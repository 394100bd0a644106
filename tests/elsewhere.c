/*
 * Resolves tables and prints what came of it as hashes, for tests/elsewhere.sh:
 * every machine and every compiler must print the same.
 *
 *	elsewhere store source:key:time:map:file ...
 *
 * Row by row, all at once, and with the model that is learned; time may be
 * empty.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "harness_sheet.h"

#define SHEETS_MAX 8

static struct sheet sheets[SHEETS_MAX];
static size_t sheet_count;
static const char *path;

static void
demand(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "elsewhere: %s\n", what);
	exit(1);
}

/* 2025-06-01: no clock and no chance tells these machines apart. */
static int64_t
now(void *user)
{
	(void)user;
	return INT64_C(1748736000000000);
}

static omni *
store(void)
{
	static const unsigned char key[32] = "the same key on every machine...";
	static const char *const ends[] = { "", "-wal", "-shm" };
	omni_config *config = omni_config_new();
	omni *db = NULL;
	char name[1024];
	size_t i;

	for (i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)remove(name);
	}
	demand(config != NULL &&
	    omni_config_set_clock(config, now, NULL) == OMNI_OK &&
	    omni_config_set_tenant_key(config, key, sizeof(key)) == OMNI_OK &&
	    omni_config_set_region(config, "SE") == OMNI_OK &&
	    omni_config_set_durability(config, OMNI_DURABLE_NORMAL) ==
	    OMNI_OK, "the configuration");
	if (omni_open(config, path, &db) != OMNI_OK)
		demand(false, omni_config_errmsg(config));
	omni_config_free(config);
	return db;
}

static void
read_sheet(char *text)
{
	char *parts[5], *at = text;
	struct sheet *sheet = &sheets[sheet_count++];
	FILE *file;
	size_t i;

	for (i = 0; i < 5; i++)
		parts[i] = strsep(&at, ":");
	demand(sheet_count <= SHEETS_MAX && parts[4] != NULL,
	    "a table is source:key:time:map:file");
	file = fopen(parts[4], "r");
	demand(file != NULL && sheet_read(sheet, file, parts[0], parts[1],
	    *parts[2] != '\0' ? parts[2] : NULL, parts[3]), parts[4]);
	(void)fclose(file);
}

static void
load(omni *db, bool bulk)
{
	size_t s, i, *rows;
	omni_status status;

	for (s = 0; s < sheet_count; s++) {
		rows = calloc(sheets[s].count, sizeof(*rows));
		demand(rows != NULL, "memory");
		for (i = 0; i < sheets[s].count; i++)
			rows[i] = i;
		status = sheet_import(db, &sheets[s], rows, sheets[s].count,
		    bulk);
		demand(status == OMNI_OK || status == OMNI_PARTIAL,
		    omni_errmsg(db));
		free(rows);
	}
}

static void
print(const char *what, const char *text)
{
	static const unsigned char key[32] = { 0 };
	unsigned char hash[OMNI__ID];
	char hex[2 * OMNI__ID + 1];
	size_t size = strlen(text), i, lines = 0;

	for (i = 0; i < size; i++)
		lines += text[i] == '\n';
	omni__hash_id(key, hash, text, size);
	omni__hex(hex, hash, sizeof(hash));
	(void)printf("%s: %zu lines, %s\n", what, lines, hex);
}

static void
print_identity(omni *db, const char *what)
{
	char *text = sheet_identity(db);

	demand(text != NULL, "the rows");
	print(what, text);
	free(text);
}

int
main(int argc, char **argv)
{
	char *model = NULL;
	omni *db;
	int i;

	demand(argc > 2, "usage: elsewhere store table ...");
	path = argv[1];
	for (i = 2; i < argc; i++)
		read_sheet(argv[i]);
	db = store();
	load(db, false);
	print_identity(db, "row by row");
	omni_close(db);
	db = store();
	load(db, true);
	print_identity(db, "all at once");
	if (omni_model_train(db, NULL, NULL) != OMNI_OK ||
	    omni_model_export(db, &model) != OMNI_OK)
		demand(false, omni_errmsg(db));
	print("the model learned", model);
	print_identity(db, "as learned");
	omni_text_free(model);
	omni_close(db);
	return 0;
}
