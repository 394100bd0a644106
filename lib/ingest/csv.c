/*
 * The row reader: CSV with a header line, a record a row.  libcsv, in its
 * strict mode, finds fields and rows; this file keeps track of the lines,
 * gets back on its feet after a broken row, and knows the columns.
 *
 * libcsv takes its memory from libc: its hook has no user pointer.
 */
#include "ingest/import.h"

#include <csv.h>
#include <string.h>

#include "text/text.h"

#define COLUMNS_MAX ((size_t)4096)
#define UNMAPPED SIZE_MAX

/* What a column feeds. */
enum use { USE_KEY, USE_TIME, USE_FEATURE };

struct wish {
	enum use use;
	const char *column, *kind;
	size_t index;			/* of the column, from the header */
};

struct field {
	size_t offset, size;
};

struct omni__csv {
	struct csv_parser parser;
	bool parser_made;
	struct omni__arena names;
	const char *source;
	struct wish *wishes;
	size_t wish_count, wish_room;

	struct omni__buf row;		/* the fields, each with a NUL */
	struct field *fields;
	size_t field_count, field_room;
	bool too_many;

	size_t columns;			/* of the header; 0 before it */
	size_t bom;			/* bytes of the mark seen; 3: decided */
	size_t row_bytes;
	int64_t line, row_line;
	bool open, skipping, carriage;
	omni_status status;		/* of the callbacks */
};

/* ---- what the host wants -------------------------------------------- */

static omni_status
wish_add(struct omni_import *import, enum use use, const char *column,
    const char *kind)
{
	struct omni__csv *csv = import->csv;
	struct wish wish = { .use = use, .index = UNMAPPED };

	wish.column = omni__arena_strdup(&csv->names, column);
	wish.kind = kind == NULL ? NULL :
	    omni__arena_strdup(&csv->names, kind);
	if (wish.column == NULL || (kind != NULL && wish.kind == NULL) ||
	    omni__grow(&omni__env_default, &csv->wishes, &csv->wish_room,
	    csv->wish_count + 1, sizeof(*csv->wishes)) != OMNI_OK)
		return omni__nomem(&import->error);
	csv->wishes[csv->wish_count++] = wish;
	return OMNI_OK;
}

/* A key or time column is replaced when it is set again. */
static omni_status
wish_replace(struct omni_import *import, enum use use, const char *column)
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
		return omni__nomem(&import->error);
	return OMNI_OK;
}

omni_status
omni__csv_set_key(struct omni_import *import, const char *column)
{
	return wish_replace(import, USE_KEY, column);
}

omni_status
omni__csv_set_time(struct omni_import *import, const char *column)
{
	return wish_replace(import, USE_TIME, column);
}

/* The record itself knows which kinds there are. */
omni_status
omni__csv_map(struct omni_import *import, const char *column,
    const char *kind)
{
	omni_record *probe = omni_record_new();
	omni_status status;

	if (probe == NULL)
		return omni__nomem(&import->error);
	status = omni_record_add(probe, kind, "1");
	if (status < 0)
		(void)omni__fail(&import->error, status, "%s",
		    omni_record_errmsg(probe));
	omni_record_free(probe);
	if (status < 0)
		return status;
	return wish_add(import, USE_FEATURE, column, kind);
}

/* ---- the header ----------------------------------------------------- */

static const char *
field_text(const struct omni__csv *csv, size_t i)
{
	return csv->row.bytes + csv->fields[i].offset;
}

static omni_status
column_find(struct omni_import *import, struct wish *wish)
{
	struct omni__csv *csv = import->csv;
	size_t i;

	for (i = 0; i < csv->field_count; i++) {
		if (strcmp(field_text(csv, i), wish->column) != 0)
			continue;
		if (wish->index != UNMAPPED)
			return omni__fail(&import->error, OMNI_INVALID,
			    "the header has two columns named '%s'",
			    wish->column);
		wish->index = i;
	}
	if (wish->index == UNMAPPED)
		return omni__fail(&import->error, OMNI_INVALID,
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
		return omni__fail(&import->error, OMNI_INVALID,
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
wish_apply(const struct omni__csv *csv, const struct wish *wish,
    omni_record *record, struct omni__error *error)
{
	const char *text = "";
	omni_status status;
	int64_t time;

	if (wish->index < csv->field_count)
		text = field_text(csv, wish->index);
	if (*text == '\0' && wish->use != USE_KEY)
		return OMNI_OK;
	switch (wish->use) {
	case USE_KEY:
		if (*text == '\0')
			return omni__fail(error, OMNI_INVALID,
			    "the key column '%s' is empty", wish->column);
		status = omni_record_set_source(record, csv->source, text);
		break;
	case USE_TIME:
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
		return omni__nomem(&import->error);
	for (i = 0; i < csv->wish_count && status == OMNI_OK; i++)
		status = wish_apply(csv, &csv->wishes[i], record, &error);
	if (status == OMNI_OK)
		status = omni__import_record(import, csv->row_line, record);
	else if (omni__import_line_fault(status))
		status = omni__import_reject(import, csv->row_line,
		    error.text);
	else
		(void)omni__fail(&import->error, status, "%s", error.text);
	omni_record_free(record);
	return status;
}

static void
row_clear(struct omni__csv *csv)
{
	omni__buf_clear(&csv->row);
	csv->field_count = 0;
	csv->too_many = false;
	csv->open = false;
	csv->row_bytes = 0;
}

/* A broken header cannot be skipped: nothing after it has a name. */
static omni_status
row_reject(struct omni_import *import, const char *reason)
{
	struct omni__csv *csv = import->csv;

	if (csv->columns == 0)
		return omni__fail(&import->error, OMNI_INVALID,
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

static void
on_field(void *bytes, size_t size, void *user)
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
	if (omni__grow(&omni__env_default, &csv->fields, &csv->field_room,
	    csv->field_count + 1, sizeof(*csv->fields)) != OMNI_OK) {
		csv->status = omni__nomem(&import->error);
		return;
	}
	for (; size > 0 && is_blank(text[size - 1]); size--)
		;
	for (; size > 0 && is_blank(*text); size--)
		text++;
	csv->fields[csv->field_count++] =
	    (struct field){ csv->row.size, size };
	omni__buf_add(&csv->row, text, size);
	omni__buf_char(&csv->row, '\0');
	if (csv->row.failed)
		csv->status = omni__nomem(&import->error);
}

static void
on_row(int end, void *user)
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
	row_clear(csv);
}

/* ---- bytes ---------------------------------------------------------- */

static omni_status
parser_make(struct omni_import *import)
{
	struct omni__csv *csv = import->csv;

	if (csv->parser_made)
		csv_free(&csv->parser);
	csv->parser_made = csv_init(&csv->parser,
	    CSV_STRICT | CSV_STRICT_FINI) == 0;
	return csv->parser_made ? OMNI_OK : omni__nomem(&import->error);
}

/* After a broken row: forget it, go on at the next line. */
static omni_status
row_break(struct omni_import *import, const char *reason)
{
	struct omni__csv *csv = import->csv;
	omni_status status = row_reject(import, reason);

	row_clear(csv);
	csv->skipping = true;
	if (status == OMNI_OK)
		status = parser_make(import);
	return status;
}

static omni_status
piece_parse(struct omni_import *import, const char *bytes, size_t size)
{
	struct omni__csv *csv = import->csv;
	size_t i;

	for (i = 0; !csv->open && i < size; i++)
		if (!is_blank(bytes[i])) {
			csv->open = true;
			csv->row_line = csv->line;
		}
	if (csv->open)
		csv->row_bytes += size;
	if (csv->row_bytes > OMNI__LINE_MAX)
		return row_break(import, "the row is longer than 1 MiB "
		    "(is a quotation mark not closed?)");
	if (csv_parse(&csv->parser, bytes, size, on_field, on_row, import) ==
	    size)
		return csv->status;
	if (csv->status != OMNI_OK)
		return csv->status;
	if (csv_error(&csv->parser) != CSV_EPARSE)
		return omni__nomem(&import->error);
	return row_break(import, "a quotation mark is out of place");
}

/* A line ends with LF, CR or CR LF; size counts its end. */
static omni_status
piece_read(struct omni_import *import, const char *bytes, size_t size)
{
	struct omni__csv *csv = import->csv;
	char last = bytes[size - 1];
	omni_status status = OMNI_OK;
	bool follows = csv->carriage && size == 1 && last == '\n';

	if (!csv->skipping)
		status = piece_parse(import, bytes, size);
	if (status != OMNI_OK)
		return status;
	if (last == '\r' || (last == '\n' && !follows)) {
		csv->line++;
		csv->skipping = false;
	}
	csv->carriage = last == '\r';
	return omni__import_pace(import, size);
}

static size_t
piece_size(const char *bytes, size_t size)
{
	size_t n;

	for (n = 0; n < size; n++)
		if (bytes[n] == '\n' || bytes[n] == '\r')
			return n + 1;
	return size;
}

/* Skips a byte order mark, which may come in pieces. */
static omni_status
bom_skip(struct omni_import *import, const char **bytes, size_t *size)
{
	static const char mark[3] = { '\xEF', '\xBB', '\xBF' };
	struct omni__csv *csv = import->csv;
	size_t seen = csv->bom;

	while (csv->bom < 3 && *size > 0 && **bytes == mark[csv->bom]) {
		csv->bom++;
		(*bytes)++;
		(*size)--;
	}
	if (csv->bom == 3 || *size == 0)
		return OMNI_OK;
	seen = csv->bom;
	csv->bom = 3;
	/* It was the beginning of something else. */
	return seen == 0 ? OMNI_OK : piece_read(import, mark, seen);
}

static omni_status
csv_check(struct omni_import *import)
{
	struct omni__csv *csv = import->csv;
	size_t i;

	if (csv->source == NULL)
		return omni__fail(&import->error, OMNI_MISUSE,
		    "a CSV import needs the source of its records");
	for (i = 0; i < csv->wish_count; i++)
		if (csv->wishes[i].use == USE_KEY)
			return OMNI_OK;
	return omni__fail(&import->error, OMNI_MISUSE,
	    "a CSV import needs a key column");
}

/* ---- the reader ----------------------------------------------------- */

static omni_status
reader_open(struct omni_import *import)
{
	struct omni__csv *csv = omni__realloc(&omni__env_default, NULL,
	    sizeof(*csv));

	if (csv == NULL)
		return OMNI_NOMEM;
	memset(csv, 0, sizeof(*csv));
	csv->line = 1;
	import->csv = csv;
	return parser_make(import);
}

static omni_status
reader_write(struct omni_import *import, const char *bytes, size_t size)
{
	omni_status status = csv_check(import);

	if (status == OMNI_OK)
		status = bom_skip(import, &bytes, &size);
	while (status == OMNI_OK && size > 0) {
		size_t piece = piece_size(bytes, size);

		status = piece_read(import, bytes, piece);
		bytes += piece;
		size -= piece;
	}
	return status;
}

static omni_status
reader_finish(struct omni_import *import)
{
	struct omni__csv *csv = import->csv;

	if (!csv->skipping && csv_fini(&csv->parser, on_field, on_row,
	    import) != 0 && csv->status == OMNI_OK)
		csv->status = row_reject(import,
		    "a quotation mark is not closed");
	if (csv->status == OMNI_OK && csv->columns == 0)
		csv->status = omni__fail(&import->error, OMNI_INVALID,
		    "the input has no header line");
	return csv->status;
}

static void
reader_close(struct omni_import *import)
{
	struct omni__csv *csv = import->csv;

	if (csv == NULL)
		return;
	if (csv->parser_made)
		csv_free(&csv->parser);
	omni__arena_free(&csv->names);
	omni__buf_free(&csv->row);
	omni__free(&omni__env_default, csv->wishes);
	omni__free(&omni__env_default, csv->fields);
	omni__free(&omni__env_default, csv);
	import->csv = NULL;
}

const struct omni__import_reader omni__csv_reader = {
	.open = reader_open,
	.write = reader_write,
	.finish = reader_finish,
	.close = reader_close,
};
