/*
 * An import: bytes in, facts out.  This file is the public face: it gathers
 * what the readers make of the text in a batch, commits it when enough has
 * come together, and keeps the account of every line.
 */
#include "ingest/import.h"

/* Committed together; large enough that a commit costs little a line. */
#define ITEMS_MAX ((size_t)5000)
#define BYTES_MAX ((size_t)16 << 20)

static const struct omni__import_reader *const readers[] = {
	[OMNI_FORMAT_CSV] = &omni__csv_reader,
	[OMNI_FORMAT_LINES] = &omni__lines_reader,
};

/* ---- making and freeing --------------------------------------------- */

/* NULL: the status says why. */
static struct omni_import *
import_make(omni *db, int32_t format, omni_import **out, omni_status *status)
{
	struct omni_import *import = NULL;

	*status = omni__enter(db);
	if (*status != OMNI_OK)
		return NULL;
	if (out == NULL)
		*status = omni__fail(&db->error, OMNI_MISUSE,
		    "import is NULL");
	else if (format < OMNI_FORMAT_CSV || format > OMNI_FORMAT_LINES)
		*status = omni__fail(&db->error, OMNI_INVALID,
		    "format is neither OMNI_FORMAT_CSV nor "
		    "OMNI_FORMAT_LINES");
	else if ((import = omni__object_of(db, sizeof(*import))) == NULL)
		*status = omni__nomem(&db->error);
	*status = omni__leave(db, *status);
	if (import == NULL)
		return NULL;
	import->reader = readers[format];
	atomic_flag_clear(&import->inside);
	import->problems.env = &import->object.env;
	import->problems.texts.env = &import->object.env;
	return import;
}

omni_status
omni_import_new(omni *db, int32_t format, omni_import **out)
{
	omni_status status;
	struct omni_import *import;

	if (out != NULL)
		*out = NULL;
	import = import_make(db, format, out, &status);
	if (import == NULL)
		return status;
	status = omni_batch_new(db, &import->batch);
	if (status == OMNI_OK)
		status = import->reader->open(import);
	if (status == OMNI_OK)
		*out = import;
	else
		omni_import_free(import);
	return status;
}

void
omni_import_free(omni_import *import)
{
	if (import == NULL)
		return;
	import->reader->close(import);
	omni__import_bulk_free(import);
	omni_batch_free(import->batch);
	omni__problems_free(&import->problems);
	omni__free(&import->object.env, import->item_lines);
	omni__object_free(import);
}

/* ---- the account of the lines --------------------------------------- */

bool
omni__import_line_fault(omni_status status)
{
	return status == OMNI_INVALID || status == OMNI_CONFLICT ||
	    status == OMNI_ERASED || status == OMNI_UNDEFINED;
}

omni_status
omni__import_reject(struct omni_import *import, int64_t line,
    const char *reason)
{
	import->rejected++;
	import->waiting++;
	if (omni__problem_add(&import->problems, line, reason) != OMNI_OK)
		return omni__nomem(&import->object.error);
	return OMNI_OK;
}

omni_status
omni__import_outcome(struct omni_import *import, int64_t line,
    omni_status status)
{
	if (status == OMNI_DUPLICATE || status == OMNI_NONE) {
		import->duplicates++;
		return OMNI_OK;
	}
	if (status >= 0) {
		import->stored++;
		return OMNI_OK;
	}
	if (omni__import_line_fault(status))
		return omni__import_reject(import, line,
		    omni_errmsg(import->object.db));
	return omni__fail(&import->object.error, status, "%s",
	    omni_errmsg(import->object.db));
}

static omni_status
item_outcome(struct omni_import *import, size_t i)
{
	omni_status status = omni_batch_status(import->batch, (int32_t)i);

	if (status < 0)
		return omni__import_reject(import, import->item_lines[i],
		    omni_batch_message(import->batch, (int32_t)i));
	if (status == OMNI_DUPLICATE)
		import->duplicates++;
	else
		import->stored++;
	return OMNI_OK;
}

static omni_status
batch_commit(struct omni_import *import)
{
	omni_status status = omni_batch_commit(import->batch);
	size_t i;

	if (status < 0)
		return omni__fail(&import->object.error, status, "%s",
		    omni_errmsg(import->object.db));
	status = OMNI_OK;
	for (i = 0; i < import->items && status == OMNI_OK; i++)
		status = item_outcome(import, i);
	omni_batch_clear(import->batch);
	import->items = 0;
	return status;
}

omni_status
omni__import_flush(struct omni_import *import)
{
	omni_status status = OMNI_OK;

	if (import->bulk != NULL)
		return OMNI_OK;
	if (import->items > 0)
		status = batch_commit(import);
	omni__problems_settle(&import->problems);
	import->bytes = 0;
	import->waiting = 0;
	return status;
}

omni_status
omni__import_pace(struct omni_import *import, size_t bytes)
{
	import->bytes += bytes;
	if (import->items < ITEMS_MAX && import->bytes < BYTES_MAX &&
	    import->waiting < ITEMS_MAX)
		return OMNI_OK;
	return omni__import_flush(import);
}

/* ---- items ---------------------------------------------------------- */

/* Room for the line number comes first: an item in the batch always has
 * one. */
static omni_status
item_room(struct omni_import *import)
{
	if (omni__grow(&import->object.env, &import->item_lines,
	    &import->item_room, import->items + 1,
	    sizeof(*import->item_lines)) != OMNI_OK)
		return omni__nomem(&import->object.error);
	return OMNI_OK;
}

static omni_status
item_added(struct omni_import *import, int64_t line, omni_status status)
{
	if (status == OMNI_OK) {
		import->item_lines[import->items++] = line;
		return OMNI_OK;
	}
	if (omni__import_line_fault(status))
		return omni__import_reject(import, line,
		    omni_errmsg(import->object.db));
	return omni__fail(&import->object.error, status, "%s",
	    omni_errmsg(import->object.db));
}

omni_status
omni__import_record(struct omni_import *import, int64_t line,
    const omni_record *record)
{
	omni_status status;

	if (import->bulk != NULL)
		return omni__import_bulk_record(import, line, record);
	status = item_room(import);
	if (status != OMNI_OK)
		return status;
	return item_added(import, line,
	    omni_batch_add_record(import->batch, record));
}

omni_status
omni__import_interaction(struct omni_import *import, int64_t line,
    const omni_interaction *interaction)
{
	omni_status status = item_room(import);

	if (status != OMNI_OK)
		return status;
	return item_added(import, line,
	    omni_batch_add_interaction(import->batch, interaction));
}

omni_status
omni__import_statement(struct omni_import *import, int64_t line,
    const omni_statement *statement)
{
	omni_status status = item_room(import);

	if (status != OMNI_OK)
		return status;
	return item_added(import, line,
	    omni_batch_add_statement(import->batch, statement));
}

/* ---- settings ------------------------------------------------------- */

static omni_status
set(struct omni_import *import, const char *field, const char *text,
    omni_status (*setter)(struct omni_import *, const char *))
{
	omni_status status;

	if (import == NULL)
		return OMNI_MISUSE;
	if (import->object.error.status != OMNI_OK &&
	    import->state != OMNI__IMPORT_SETUP)
		return import->object.error.status;
	omni__error_clear(&import->object.error);
	if (import->reader != &omni__csv_reader)
		return omni__fail(&import->object.error, OMNI_MISUSE,
		    "only a CSV import has a source and columns");
	if (import->state != OMNI__IMPORT_SETUP)
		return omni__fail(&import->object.error, OMNI_MISUSE,
		    "source and columns are set before the first write");
	status = omni__text_check(&import->object.error, field, text);
	return status == OMNI_OK ? setter(import, text) : status;
}

omni_status
omni_import_set_source(omni_import *import, const char *source)
{
	return set(import, "source", source, omni__csv_set_source);
}

omni_status
omni_import_set_key_column(omni_import *import, const char *column)
{
	return set(import, "column", column, omni__csv_set_key);
}

omni_status
omni_import_set_time_column(omni_import *import, const char *column)
{
	return set(import, "column", column, omni__csv_set_time);
}

static omni_status
set_nothing(struct omni_import *import, const char *text)
{
	(void)import;
	(void)text;
	return OMNI_OK;
}

omni_status
omni_import_map(omni_import *import, const char *column, const char *kind)
{
	omni_status status = set(import, "column", column, set_nothing);

	if (status == OMNI_OK)
		status = set(import, "kind", kind, set_nothing);
	if (status == OMNI_OK)
		status = omni__csv_map(import, column, kind);
	return status;
}

omni_status
omni_import_set_bulk(omni_import *import)
{
	omni_status status = set(import, "bulk", "bulk", set_nothing);

	return status == OMNI_OK ? omni__import_bulk_new(import) : status;
}

/* ---- reading -------------------------------------------------------- */

static omni_status
bytes_write(struct omni_import *import, const char *bytes, size_t size)
{
	struct omni__error *error = &import->object.error;

	if (import->state == OMNI__IMPORT_FINISHED)
		return omni__fail_once(error, OMNI_MISUSE,
		    "the import is finished");
	if (import->state == OMNI__IMPORT_READING && error->status != OMNI_OK)
		return error->status;
	if (import->state == OMNI__IMPORT_SETUP)
		omni__error_clear(error);
	import->state = OMNI__IMPORT_READING;
	if (import->bulk != NULL)
		return omni__import_bulk_write(import, bytes, size);
	return import->reader->write(import, bytes, size);
}

static omni_status
bytes_finish(struct omni_import *import)
{
	omni_status status;

	if (import->state != OMNI__IMPORT_FINISHED) {
		status = bytes_write(import, NULL, 0);
		if (status == OMNI_OK && import->bulk != NULL)
			status = omni__import_bulk_finish(import);
		else if (status == OMNI_OK)
			status = import->reader->finish(import);
		if (status == OMNI_OK)
			(void)omni__import_flush(import);
		import->state = OMNI__IMPORT_FINISHED;
	}
	if (import->object.error.status != OMNI_OK)
		return import->object.error.status;
	return import->rejected > 0 ? OMNI_PARTIAL : OMNI_OK;
}

/* One thread at a time, as with a handle. */
omni_status
omni_import_write(omni_import *import, const void *bytes, size_t size)
{
	omni_status status;

	if (import == NULL || (bytes == NULL && size > 0))
		return OMNI_MISUSE;
	if (atomic_flag_test_and_set(&import->inside))
		return OMNI_BUSY;
	status = bytes_write(import, bytes, size);
	atomic_flag_clear(&import->inside);
	return status;
}

omni_status
omni_import_finish(omni_import *import)
{
	omni_status status;

	if (import == NULL)
		return OMNI_MISUSE;
	if (atomic_flag_test_and_set(&import->inside))
		return OMNI_BUSY;
	status = bytes_finish(import);
	atomic_flag_clear(&import->inside);
	return status;
}

/* ---- what became of it ---------------------------------------------- */

int64_t
omni_import_lines(const omni_import *import)
{
	return import == NULL ? 0 : import->lines;
}

int64_t
omni_import_stored(const omni_import *import)
{
	return import == NULL ? 0 : import->stored;
}

int64_t
omni_import_duplicates(const omni_import *import)
{
	return import == NULL ? 0 : import->duplicates;
}

int64_t
omni_import_rejected(const omni_import *import)
{
	return import == NULL ? 0 : import->rejected;
}

omni_status
omni_import_problem(omni_import *import, int64_t *line, const char **reason)
{
	if (import == NULL || line == NULL || reason == NULL)
		return OMNI_MISUSE;
	*line = 0;
	*reason = "";
	return omni__problem_take(&import->problems, line, reason) ?
	    OMNI_OK : OMNI_DONE;
}

const char *
omni_import_errmsg(const omni_import *import)
{
	return import == NULL ? "no import" : import->object.error.text;
}
