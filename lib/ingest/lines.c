/*
 * The line reader: cuts lines out of bytes that come in pieces, parses each
 * as JSON and gives it to the family it belongs to.
 */
#include "ingest/lines.h"

#include <string.h>

struct omni__lines {
	struct omni__buf carry;		/* the beginning of a line */
	struct omni__buf body;		/* scratch of the line at hand */
	int64_t line;			/* its number */
	bool skipping;			/* the line is longer than allowed */
};

/* ---- one line ------------------------------------------------------- */

static omni_status
line_parse(struct omni__line *line)
{
	struct omni__json_problem problem;
	omni_status status;

	status = omni__json_read(line->text, line->size,
	    JSON_REJECT_DUPLICATES, &line->root, &problem);
	if (status == OMNI_NOMEM)
		return omni__line_nomem(line);
	if (status != OMNI_OK)
		return omni__fail(&line->error, OMNI_INVALID,
		    "not JSON: %s (column %zu)", problem.reason,
		    problem.column);
	if (!json_is_object(line->root))
		return omni__fail(&line->error, OMNI_INVALID,
		    "not a JSON object");
	return OMNI_OK;
}

static omni_status
line_dispatch(struct omni__line *line)
{
	const char *type;
	omni_status status = omni__line_string(line, line->root, "", "type",
	    OMNI__REQUIRED, &type);

	if (status != OMNI_OK)
		return status;
	if (json_object_get(line->root, "specversion") == NULL &&
	    omni__segment_knows(type))
		return omni__line_segment(line);
	return omni__line_event(line);
}

static omni_status
line_read(struct omni_import *import, const char *text, size_t size)
{
	struct omni__line line = {
		.import = import,
		.number = import->text->line,
		.text = text,
		.size = size,
		.body = &import->text->body,
	};
	omni_status status;

	import->lines++;
	omni__buf_clear(line.body);
	status = line_parse(&line);
	if (status == OMNI_OK)
		status = line_dispatch(&line);
	json_decref(line.root);
	if (omni__import_line_fault(line.error.status))
		return omni__import_reject(import, line.number,
		    line.error.text);
	if (line.error.status != OMNI_OK)
		return omni__fail(&import->object.error, line.error.status,
		    "%s", line.error.text);
	return status;
}

/* ---- cutting -------------------------------------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static omni_status
line_end(struct omni_import *import, const char *text, size_t size)
{
	struct omni__lines *lines = import->text;
	bool fits = size <= OMNI__LINE_MAX && !lines->skipping;
	omni_status status = OMNI_OK;

	lines->line++;
	if (lines->line == 1 && size >= 3 &&
	    memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		size -= 3;
	}
	for (; size > 0 && is_blank(text[size - 1]); size--)
		;
	for (; size > 0 && is_blank(*text); size--)
		text++;
	if (!fits) {
		import->lines++;
		status = omni__import_reject(import, lines->line,
		    "the line is longer than 1 MiB");
	} else if (size > 0)
		status = line_read(import, text, size);
	lines->skipping = false;
	omni__buf_clear(&lines->carry);
	if (status != OMNI_OK)
		return status;
	return omni__import_pace(import, size);
}

static omni_status
line_carry(struct omni_import *import, const char *bytes, size_t size)
{
	struct omni__lines *lines = import->text;

	if (lines->skipping)
		return OMNI_OK;
	if (lines->carry.size + size > OMNI__LINE_MAX) {
		lines->skipping = true;
		omni__buf_clear(&lines->carry);
		return OMNI_OK;
	}
	omni__buf_add(&lines->carry, bytes, size);
	if (lines->carry.failed)
		return omni__nomem(&import->object.error);
	return OMNI_OK;
}

static omni_status
line_cut(struct omni_import *import, const char *bytes, size_t size)
{
	struct omni__lines *lines = import->text;
	omni_status status;

	if (lines->carry.size == 0 && !lines->skipping)
		return line_end(import, bytes, size);
	status = line_carry(import, bytes, size);
	if (status != OMNI_OK)
		return status;
	return line_end(import, lines->carry.bytes, lines->carry.size);
}

/* ---- the reader ----------------------------------------------------- */

static omni_status
reader_open(struct omni_import *import)
{
	struct omni__lines *lines = omni__realloc(&import->object.env, NULL,
	    sizeof(*lines));

	if (lines == NULL)
		return OMNI_NOMEM;
	memset(lines, 0, sizeof(*lines));
	lines->carry.env = lines->body.env = &import->object.env;
	import->text = lines;
	return OMNI_OK;
}

static omni_status
reader_write(struct omni_import *import, const char *bytes, size_t size)
{
	omni_status status = OMNI_OK;

	while (status == OMNI_OK && size > 0) {
		const char *end = memchr(bytes, '\n', size);
		size_t piece;

		if (end == NULL)
			return line_carry(import, bytes, size);
		piece = (size_t)(end - bytes);
		status = line_cut(import, bytes, piece);
		bytes += piece + 1;
		size -= piece + 1;
	}
	return status;
}

static omni_status
reader_finish(struct omni_import *import)
{
	struct omni__lines *lines = import->text;

	if (lines->carry.size == 0 && !lines->skipping)
		return OMNI_OK;
	return line_end(import, lines->carry.bytes, lines->carry.size);
}

static void
reader_close(struct omni_import *import)
{
	struct omni__lines *lines = import->text;

	if (lines == NULL)
		return;
	omni__buf_free(&lines->carry);
	omni__buf_free(&lines->body);
	omni__free(&import->object.env, lines);
	import->text = NULL;
}

const struct omni__import_reader omni__lines_reader = {
	.open = reader_open,
	.write = reader_write,
	.finish = reader_finish,
	.close = reader_close,
};
