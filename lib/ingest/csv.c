/*
 * Rows to records: the columns that the header names, what each feeds, and
 * what is wrong with a row.
 */
#include "ingest/csv.h"

#include <string.h>

#include "text/text.h"

#define COLUMNS_MAX ((size_t)4096)
#define UNMAPPED SIZE_MAX

/* ---- what the host wants -------------------------------------------- */

static omni_status
wish_add(struct omni_import *import, enum omni__use use, const char *column,
    const char *kind)
{
	struct omni__csv *csv = import->csv;
	struct omni__wish wish = { .use = use, .index = UNMAPPED };

	wish.column = omni__arena_strdup(&csv->names, column);
	wish.kind = kind == NULL ? NULL :
	    omni__arena_strdup(&csv->names, kind);
	if (wish.column == NULL || (kind != NULL && wish.kind == NULL) ||
	    omni__grow(&import->object.env, &csv->wishes, &csv->wish_room,
	    csv->wish_count + 1, sizeof(*csv->wishes)) != OMNI_OK)
		return omni__nomem(&import->object.error);
	csv->wishes[csv->wish_count++] = wish;
	return OMNI_OK;
}

/* A key or time column is replaced when it is set again. */
static omni_status
wish_replace(struct omni_import *import, enum omni__use use,
    const char *column)
{
	struct omni__csv *csv = import->csv;
	size_t i;

	for (i = 0; i < csv->wish_count; i++)
		if (csv->wishes[i].use == use) {
			csv->wishes[i] = csv->wishes[--csv->wish_count];
			break;
		}
	return wish_add(import, use, column, NULL);
}

omni_status
omni__csv_set_source(struct omni_import *import, const char *source)
{
	import->csv->source = omni__arena_strdup(&import->csv->names, source);
	if (import->csv->source == NULL)
		return omni__nomem(&import->object.error);
	return OMNI_OK;
}

omni_status
omni__csv_set_key(struct omni_import *import, const char *column)
{
	return wish_replace(import, OMNI__USE_KEY, column);
}

omni_status
omni__csv_set_time(struct omni_import *import, const char *column)
{
	return wish_replace(import, OMNI__USE_TIME, column);
}

static omni_status
kind_known(struct omni_import *import, const char *name)
{
	omni_kind *kind = NULL;
	omni_status status;

	if (strncmp(name, "attr.", 5) == 0)
		return OMNI_OK;
	status = omni_kind_get(import->object.db, name, &kind);
	omni_kind_free(kind);
	if (status == OMNI_NONE)
		return omni__fail(&import->object.error, OMNI_UNDEFINED,
		    "kind \"%.60s\" is not known: use a built-in kind or "
		    "attr.NAME, or define it", name);
	return status < 0 ? omni__fail(&import->object.error, status, "%s",
	    omni_errmsg(import->object.db)) : OMNI_OK;
}

/* The record itself knows what a kind is called, the store which there
 * are. */
omni_status
omni__csv_map(struct omni_import *import, const char *column,
    const char *kind)
{
	omni_record *probe = omni_record_new();
	omni_status status;

	if (probe == NULL)
		return omni__nomem(&import->object.error);
	status = omni_record_add(probe, kind, "1");
	if (status < 0)
		(void)omni__fail(&import->object.error, status, "%s",
		    omni_record_errmsg(probe));
	else
		status = kind_known(import, kind);
	omni_record_free(probe);
	if (status < 0)
		return status;
	return wish_add(import, OMNI__USE_FEATURE, column, kind);
}

omni_status
omni__csv_check(struct omni_import *import)
{
	struct omni__csv *csv = import->csv;
	size_t i;

	if (csv->source == NULL)
		return omni__fail(&import->object.error, OMNI_INVALID,
		    "a CSV import needs the source of its records");
	for (i = 0; i < csv->wish_count; i++)
		if (csv->wishes[i].use == OMNI__USE_KEY)
			return OMNI_OK;
	return omni__fail(&import->object.error, OMNI_INVALID,
	    "a CSV import needs a key column");
}

/* ---- the header ----------------------------------------------------- */

static const char *
field_text(const struct omni__csv *csv, size_t i)
{
	return csv->row.bytes + csv->fields[i].offset;
}

static omni_status
column_find(struct omni_import *import, struct omni__wish *wish)
{
	struct omni__csv *csv = import->csv;
	size_t i;

	for (i = 0; i < csv->field_count; i++) {
		if (strcmp(field_text(csv, i), wish->column) != 0)
			continue;
		if (wish->index != UNMAPPED)
			return omni__fail(&import->object.error, OMNI_INVALID,
			    "the header has two columns named '%s'",
			    wish->column);
		wish->index = i;
	}
	if (wish->index == UNMAPPED)
		return omni__fail(&import->object.error, OMNI_INVALID,
		    "the header has no column '%s'", wish->column);
	return OMNI_OK;
}

static omni_status
header_read(struct omni_import *import)
{
	struct omni__csv *csv = import->csv;
	omni_status status = OMNI_OK;
	size_t i;

	if (csv->too_many)
		return omni__fail(&import->object.error, OMNI_INVALID,
		    "the header has more than %zu columns", COLUMNS_MAX);
	csv->columns = csv->field_count;
	for (i = 0; i < csv->wish_count && status == OMNI_OK; i++)
		status = column_find(import, &csv->wishes[i]);
	return status;
}

/* ---- rows ----------------------------------------------------------- */

/* What is wrong with the bytes of a row, or NULL. */
static const char *
row_fault(const struct omni__csv *csv)
{
	size_t i;

	if (csv->too_many || csv->field_count > csv->columns)
		return "the row has more columns than the header";
	if (csv->row.size > 0 &&
	    !omni__utf8_check(csv->row.bytes, csv->row.size, NULL))
		return "the row is not UTF-8";
	for (i = 0; i < csv->field_count; i++)
		if (strlen(field_text(csv, i)) != csv->fields[i].size)
			return "the row has a NUL byte";
	return NULL;
}

static omni_status
wish_apply(const struct omni__csv *csv, const struct omni__wish *wish,
    omni_record *record, struct omni__error *error)
{
	const char *text = "";
	omni_status status;
	int64_t time;

	if (wish->index < csv->field_count)
		text = field_text(csv, wish->index);
	if (*text == '\0' && wish->use != OMNI__USE_KEY)
		return OMNI_OK;
	switch (wish->use) {
	case OMNI__USE_KEY:
		if (*text == '\0')
			return omni__fail(error, OMNI_INVALID,
			    "the key column '%s' is empty", wish->column);
		status = omni_record_set_source(record, csv->source, text);
		break;
	case OMNI__USE_TIME:
		status = omni_time_parse(text, &time);
		if (status != OMNI_OK)
			return omni__fail(error, status,
			    "column '%s' is not an ISO 8601 time",
			    wish->column);
		status = omni_record_set_time(record, time);
		break;
	default:
		status = omni_record_add(record, wish->kind, text);
		break;
	}
	if (status < 0)
		return omni__fail(error, status, "column '%s': %s",
		    wish->column, omni_record_errmsg(record));
	return OMNI_OK;
}

static omni_status
row_store(struct omni_import *import)
{
	struct omni__csv *csv = import->csv;
	struct omni__error error = { .status = OMNI_OK };
	const char *fault = row_fault(csv);
	omni_status status = OMNI_OK;
	omni_record *record;
	size_t i;

	if (fault != NULL)
		return omni__import_reject(import, csv->row_line, fault);
	record = omni_record_new();
	if (record == NULL)
		return omni__nomem(&import->object.error);
	for (i = 0; i < csv->wish_count && status == OMNI_OK; i++)
		status = wish_apply(csv, &csv->wishes[i], record, &error);
	if (status == OMNI_OK)
		status = omni__import_record(import, csv->row_line, record);
	else if (omni__import_line_fault(status))
		status = omni__import_reject(import, csv->row_line,
		    error.text);
	else
		(void)omni__fail(&import->object.error, status, "%s",
		    error.text);
	omni_record_free(record);
	return status;
}

void
omni__csv_clear(struct omni__csv *csv)
{
	omni__buf_clear(&csv->row);
	csv->field_count = 0;
	csv->too_many = false;
	csv->open = false;
	csv->row_bytes = 0;
}

/* A broken header cannot be skipped: nothing after it has a name. */
omni_status
omni__csv_reject(struct omni_import *import, const char *reason)
{
	struct omni__csv *csv = import->csv;

	if (csv->columns == 0)
		return omni__fail(&import->object.error, OMNI_INVALID,
		    "the header line is broken: %s", reason);
	import->lines++;
	return omni__import_reject(import, csv->row_line, reason);
}

/* ---- what libcsv calls ---------------------------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A value in two lines, an address say, becomes one line: a feature has no
 * control characters. */
static void
field_copy(struct omni__buf *row, const char *text, size_t size)
{
	size_t i, from = row->size;

	omni__buf_add(row, text, size);
	omni__buf_char(row, '\0');
	for (i = from; !row->failed && i < row->size; i++)
		if (row->bytes[i] == '\r' || row->bytes[i] == '\n')
			row->bytes[i] = ' ';
}

void
omni__csv_on_field(void *bytes, size_t size, void *user)
{
	struct omni_import *import = user;
	struct omni__csv *csv = import->csv;
	const char *text = bytes;

	if (csv->status != OMNI_OK)
		return;
	if (csv->field_count == COLUMNS_MAX ||
	    (csv->columns > 0 && csv->field_count == csv->columns)) {
		csv->too_many = true;
		return;
	}
	if (omni__grow(&import->object.env, &csv->fields, &csv->field_room,
	    csv->field_count + 1, sizeof(*csv->fields)) != OMNI_OK) {
		csv->status = omni__nomem(&import->object.error);
		return;
	}
	for (; size > 0 && is_blank(text[size - 1]); size--)
		;
	for (; size > 0 && is_blank(*text); size--)
		text++;
	csv->fields[csv->field_count++] =
	    (struct omni__field){ csv->row.size, size };
	field_copy(&csv->row, text, size);
	if (csv->row.failed)
		csv->status = omni__nomem(&import->object.error);
}

void
omni__csv_on_row(int end, void *user)
{
	struct omni_import *import = user;
	struct omni__csv *csv = import->csv;

	(void)end;
	if (csv->status != OMNI_OK)
		return;
	if (csv->columns == 0)
		csv->status = header_read(import);
	else {
		import->lines++;
		csv->status = row_store(import);
	}
	omni__csv_clear(csv);
}
