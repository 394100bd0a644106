/*
 * The text of a member of a JSON line, as it came but for the blanks: a body
 * is kept and not understood, so 19.90 must not become 19.9.  Reads what
 * the parser has found valid.
 */
#include "ingest/lines.h"

#include <stdlib.h>
#include <string.h>

/* A run of valid JSON; what is read moves `at`. */
struct run {
	const char *at, *end;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
run_blanks(struct run *run)
{
	while (run->at < run->end && is_blank(*run->at))
		run->at++;
}

static void
run_string(struct run *run)
{
	for (run->at++; run->at < run->end && *run->at != '"'; run->at++)
		if (*run->at == '\\')
			run->at++;
	if (run->at < run->end)
		run->at++;
	else
		run->at = run->end;
}

/* To the end of the value, or of the list that holds it. */
static void
run_value(struct run *run)
{
	size_t depth = 0;

	for (; run->at < run->end; run->at++) {
		char c = *run->at;

		if (c == '"') {
			run_string(run);
			run->at--;
		} else if (c == '{' || c == '[')
			depth++;
		else if (depth == 0 && (c == ',' || c == '}' || c == ']'))
			return;
		else if (c == '}' || c == ']')
			depth--;
	}
}

/* Narrows an object to the value of a member; false when none bears the
 * name letter by letter. */
static bool
run_member(struct run *run, const char *name)
{
	size_t size = strlen(name);

	run_blanks(run);
	if (run->at == run->end || *run->at != '{')
		return false;
	for (run->at++; run->at < run->end; run->at++) {
		struct run key, value;

		run_blanks(run);
		if (run->at == run->end || *run->at != '"')
			return false;
		key.at = run->at + 1;
		run_string(run);
		key.end = run->at - 1;
		run_blanks(run);
		run->at++;	/* the colon */
		run_blanks(run);
		value.at = run->at;
		run_value(run);
		value.end = run->at;
		if ((size_t)(key.end - key.at) == size &&
		    memcmp(key.at, name, size) == 0) {
			*run = value;
			return true;
		}
	}
	return false;
}

static void
run_compact(struct run run, struct omni__buf *out)
{
	while (run.at < run.end) {
		const char *from = run.at;

		if (*run.at == '"')
			run_string(&run);
		else
			while (run.at < run.end && *run.at != '"' &&
			    !is_blank(*run.at))
				run.at++;
		omni__buf_add(out, from, (size_t)(run.at - from));
		run_blanks(&run);
	}
}

/* A member whose name is written with escapes: as jansson writes it. */
static omni_status
raw_dump(struct omni__line *line, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_PRESERVE_ORDER |
	    JSON_ENCODE_ANY);

	if (text == NULL)
		return omni__nomem(&line->error);
	omni__buf_str(line->body, text);
	free(text);
	return OMNI_OK;
}

omni_status
omni__line_raw(struct omni__line *line, const char *const *path,
    const json_t *value)
{
	struct run run = { line->text, line->text + line->size };

	for (; *path != NULL; path++)
		if (!run_member(&run, *path))
			break;
	if (*path != NULL && raw_dump(line, value) != OMNI_OK)
		return line->error.status;
	if (*path == NULL)
		run_compact(run, line->body);
	return line->body->failed ? omni__nomem(&line->error) : OMNI_OK;
}
