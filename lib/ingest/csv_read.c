/*
 * The row reader: CSV with a header line, a record a row.  libcsv, in its
 * strict mode, finds fields and rows; this file keeps track of the lines and
 * gets back on its feet after a broken row.
 *
 * libcsv takes its memory from libc: its hook has no user pointer.
 */
#include "ingest/csv.h"

#include <string.h>

/* libcsv's buffer grows by this; its own 128 bytes make long rows slow. */
#define GROW ((size_t)16 * 1024)

/* ---- bytes ---------------------------------------------------------- */

static omni_status
parser_make(struct omni_import *import)
{
	struct omni__csv *csv = import->csv;

	if (csv->parser_made)
		csv_free(&csv->parser);
	csv->parser_made = csv_init(&csv->parser,
	    CSV_STRICT | CSV_STRICT_FINI) == 0;
	if (!csv->parser_made)
		return omni__nomem(&import->object.error);
	csv_set_blk_size(&csv->parser, GROW);
	return OMNI_OK;
}

/* Forgets a broken row; what follows its first line is read again. */
static omni_status
row_break(struct omni_import *import, const char *reason)
{
	struct omni__csv *csv = import->csv;
	omni_status status = omni__csv_reject(import, reason);

	omni__csv_clear(csv);
	csv->skipping = csv->broken = true;
	if (status == OMNI_OK)
		status = parser_make(import);
	return status;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
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
	if (csv_parse(&csv->parser, bytes, size, omni__csv_on_field,
	    omni__csv_on_row, import) == size)
		return csv->status;
	if (csv->status != OMNI_OK)
		return csv->status;
	if (csv_error(&csv->parser) != CSV_EPARSE)
		return omni__nomem(&import->object.error);
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

/* Behind the first line end, or 0 when there is none. */
static size_t
first_line(const char *bytes, size_t size)
{
	size_t n = piece_size(bytes, size);

	if (n == 0 || (bytes[n - 1] != '\n' && bytes[n - 1] != '\r'))
		return 0;
	return n < size && bytes[n - 1] == '\r' && bytes[n] == '\n' ?
	    n + 1 : n;
}

/* Puts the reader behind the first line of the row that broke. */
static size_t
rewind_to(struct omni__csv *csv, const char *bytes, size_t size)
{
	size_t n = first_line(bytes, size);

	csv->broken = false;
	if (n == 0)
		return size;
	csv->line = csv->row_line + 1;
	csv->skipping = false;
	csv->carriage = bytes[n - 1] == '\r';
	return n;
}

/*
 * A quotation mark that is not closed swallows good rows: only the line it
 * stands in is rejected, the rest is read again.  Each break begins further
 * on, so this ends.
 */
static omni_status
row_again(struct omni_import *import)
{
	struct omni__csv *csv = import->csv;
	struct omni__buf again = csv->raw;
	size_t start = 0, at = rewind_to(csv, again.bytes, again.size);
	omni_status status = OMNI_OK;

	csv->raw = (struct omni__buf){ .env = again.env };
	while (at < again.size && status == OMNI_OK) {
		size_t piece = piece_size(again.bytes + at, again.size - at);

		if (!csv->open && !csv->skipping)
			start = at;
		status = piece_read(import, again.bytes + at, piece);
		at += piece;
		if (csv->broken)
			at = start + rewind_to(csv, again.bytes + start,
			    at - start);
	}
	if (csv->open)
		omni__buf_add(&csv->raw, again.bytes + start,
		    again.size - start);
	omni__buf_free(&again);
	if (status == OMNI_OK && csv->raw.failed)
		status = omni__nomem(&import->object.error);
	return status;
}

static omni_status
bytes_read(struct omni_import *import, const char *bytes, size_t size)
{
	struct omni__csv *csv = import->csv;
	omni_status status = OMNI_OK;

	while (status == OMNI_OK && size > 0) {
		size_t piece = piece_size(bytes, size);

		if (!csv->open)
			omni__buf_clear(&csv->raw);
		if (!csv->skipping)
			omni__buf_add(&csv->raw, bytes, piece);
		if (csv->raw.failed)
			return omni__nomem(&import->object.error);
		status = piece_read(import, bytes, piece);
		if (status == OMNI_OK && csv->broken)
			status = row_again(import);
		bytes += piece;
		size -= piece;
	}
	return status;
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
	return seen == 0 ? OMNI_OK : bytes_read(import, mark, seen);
}

/* ---- the reader ----------------------------------------------------- */

static omni_status
reader_open(struct omni_import *import)
{
	struct omni__csv *csv = omni__realloc(&import->object.env, NULL,
	    sizeof(*csv));

	if (csv == NULL)
		return OMNI_NOMEM;
	memset(csv, 0, sizeof(*csv));
	csv->names.env = csv->row.env = csv->raw.env = &import->object.env;
	csv->line = 1;
	import->csv = csv;
	return parser_make(import);
}

static omni_status
reader_write(struct omni_import *import, const char *bytes, size_t size)
{
	omni_status status = omni__csv_check(import);

	if (status == OMNI_OK)
		status = bom_skip(import, &bytes, &size);
	if (status == OMNI_OK)
		status = bytes_read(import, bytes, size);
	return status;
}

/* The last row may lack its line end, or the end of its quotation. */
static omni_status
last_row(struct omni_import *import)
{
	struct omni__csv *csv = import->csv;
	omni_status status = OMNI_OK;

	while (status == OMNI_OK && !csv->skipping) {
		if (csv_fini(&csv->parser, omni__csv_on_field,
		    omni__csv_on_row, import) == 0)
			return csv->status;
		if (csv->status != OMNI_OK)
			return csv->status;
		status = row_break(import, "a quotation mark is not closed");
		if (status == OMNI_OK)
			status = row_again(import);
	}
	return status;
}

static omni_status
reader_finish(struct omni_import *import)
{
	omni_status status = last_row(import);

	if (status == OMNI_OK && import->csv->columns == 0)
		return omni__fail(&import->object.error, OMNI_INVALID,
		    "the input has no header line");
	return status;
}

static omni_status
reader_restart(struct omni_import *import)
{
	struct omni__csv *csv = import->csv;
	size_t i;

	omni__csv_clear(csv);
	omni__buf_clear(&csv->raw);
	csv->columns = csv->bom = 0;
	csv->line = 1;
	csv->row_line = 0;
	csv->skipping = csv->broken = csv->carriage = false;
	csv->status = OMNI_OK;
	for (i = 0; i < csv->wish_count; i++)
		csv->wishes[i].index = SIZE_MAX;
	return parser_make(import);
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
	omni__buf_free(&csv->raw);
	omni__free(&import->object.env, csv->wishes);
	omni__free(&import->object.env, csv->fields);
	omni__free(&import->object.env, csv);
	import->csv = NULL;
}

const struct omni__import_reader omni__csv_reader = {
	.open = reader_open,
	.write = reader_write,
	.finish = reader_finish,
	.restart = reader_restart,
	.close = reader_close,
};
