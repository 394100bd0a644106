/*
 * Tables told in any order, and what identity made of them.
 */
#include <stdlib.h>
#include <string.h>

#include "harness_sheet.h"
#include "store/db.h"

/* ---- tables --------------------------------------------------------- */

static char *
read_all(FILE *file)
{
	size_t room = 1 << 16, size = 0, got;
	char *text = malloc(room), *more;

	while (text != NULL && (got = fread(text + size, 1, room - size - 1,
	    file)) > 0) {
		size += got;
		if (room - size > 1)
			continue;
		more = realloc(text, room *= 2);
		if (more == NULL)
			free(text);
		text = more;
	}
	if (text != NULL)
		text[size] = '\0';
	return text;
}

/* No value here has a line's end in it. */
static bool
split(struct sheet *sheet)
{
	char *at = sheet->text, *end;
	size_t room = 0;

	for (; *at != '\0'; at++)
		room += *at == '\n';
	sheet->rows = calloc(room + 1, sizeof(*sheet->rows));
	if (sheet->rows == NULL)
		return false;
	for (at = sheet->text; (end = strchr(at, '\n')) != NULL;
	    at = end + 1) {
		*end = '\0';
		if (sheet->header == NULL)
			sheet->header = at;
		else
			sheet->rows[sheet->count++] = at;
	}
	return sheet->count > 0;
}

bool
sheet_read(struct sheet *sheet, FILE *file, const char *source,
    const char *key, const char *time, const char *map)
{
	*sheet = (struct sheet){
		.source = source, .key = key, .time = time, .map = map,
	};
	sheet->text = read_all(file);
	return sheet->text != NULL && split(sheet);
}

void
sheet_free(struct sheet *sheet)
{
	free(sheet->rows);
	free(sheet->text);
	*sheet = (struct sheet){ .count = 0 };
}

/* ---- telling -------------------------------------------------------- */

/* "column=kind,column=kind". */
static omni_status
map_columns(omni_import *import, const char *map)
{
	char column[64], kind[64];
	omni_status status = OMNI_OK;
	int used;

	while (status == OMNI_OK && sscanf(map, "%63[^=]=%63[^,]%n", column,
	    kind, &used) == 2) {
		status = omni_import_map(import, column, kind);
		map += used;
		map += *map == ',';
	}
	return status == OMNI_OK && *map != '\0' ? OMNI_INVALID : status;
}

static omni_status
write_line(omni_import *import, const char *line)
{
	omni_status status = omni_import_write(import, line, strlen(line));

	return status == OMNI_OK ? omni_import_write(import, "\n", 1) :
	    status;
}

static omni_status
begin(omni_import *import, const struct sheet *sheet, bool bulk)
{
	omni_status status = omni_import_set_source(import, sheet->source);

	if (status == OMNI_OK)
		status = omni_import_set_key_column(import, sheet->key);
	if (status == OMNI_OK && sheet->time != NULL)
		status = omni_import_set_time_column(import, sheet->time);
	if (status == OMNI_OK)
		status = map_columns(import, sheet->map);
	if (status == OMNI_OK && bulk)
		status = omni_import_set_bulk(import);
	return status == OMNI_OK ? write_line(import, sheet->header) : status;
}

omni_status
sheet_import(omni *db, const struct sheet *sheet, const size_t *rows,
    size_t count, bool bulk)
{
	omni_import *import = NULL;
	omni_status status = omni_import_new(db, OMNI_FORMAT_CSV, &import);
	size_t i;

	if (status == OMNI_OK)
		status = begin(import, sheet, bulk);
	for (i = 0; i < count && status == OMNI_OK; i++)
		status = write_line(import, sheet->rows[rows[i]]);
	if (status == OMNI_OK)
		status = omni_import_finish(import);
	omni_import_free(import);
	return status;
}

/* ---- what became of them -------------------------------------------- */

/* Of the flags without the number of the source, which came as it came. */
static const struct omni__sql records = {
	.name = "sheet_records", .out = "biiiibbbib",
	.sql = "SELECT id, happened, content, first, flags % 256, pool, "
	    "customer, sure, strength, features FROM omni_record "
	    "ORDER BY id",
};
static const struct omni__sql keys = {
	.name = "sheet_keys", .out = "iib",
	.sql = "SELECT hash, mark, record FROM omni_key "
	    "ORDER BY hash, mark, record",
};
static const struct omni__sql reviews = {
	.name = "sheet_reviews", .out = "bbii",
	.sql = "SELECT customer, other, which, weight FROM omni_review "
	    "ORDER BY customer, other",
};

/* Long ones by their hash. */
static void
paint(struct omni__buf *out, const struct omni__value *value)
{
	static const unsigned char key[32] = { 0 };
	char hex[2 * OMNI__ID + 1];

	if (value->type == OMNI__NULL)
		omni__buf_add(out, "-", 1);
	else if (value->type == OMNI__INT)
		omni__buf_printf(out, "%lld", (long long)value->number);
	else if (value->size == OMNI__ID) {
		omni__hex(hex, value->bytes, OMNI__ID);
		omni__buf_add(out, hex, 2 * OMNI__ID);
	} else
		omni__buf_printf(out, "%016llx", (unsigned long long)
		    omni__hash64(key, value->bytes, value->size));
	omni__buf_add(out, " ", 1);
}

static omni_status
paint_rows(omni *db, const struct omni__sql *sql, struct omni__buf *out)
{
	struct omni__result result = { .count = 0 };
	omni_status status = omni__enter(db);
	size_t r, c;

	if (status != OMNI_OK)
		return status;
	status = omni__query(db, sql, NULL, 1, &result);
	for (r = 0; r < result.count && status == OMNI_OK; r++) {
		for (c = 0; c < result.columns; c++)
			paint(out, OMNI__AT(&result, r, c));
		omni__buf_char(out, '\n');
	}
	return omni__leave(db, status);
}

char *
sheet_identity(omni *db)
{
	struct omni__buf out = { .env = NULL };
	omni_status status = paint_rows(db, &records, &out);

	if (status == OMNI_OK)
		status = paint_rows(db, &keys, &out);
	if (status == OMNI_OK)
		status = paint_rows(db, &reviews, &out);
	omni__buf_char(&out, '\0');
	if (status == OMNI_OK && !out.failed)
		return out.bytes;
	omni__buf_free(&out);
	return NULL;
}
