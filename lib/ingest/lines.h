/*
 * The line reader, inside: one JSON object a line, a CloudEvent or a
 * Segment-spec call.  lines.c cuts lines and chooses; lines_event.c,
 * lines_own.c, lines_define.c, lines_contact.c and lines_segment.c each know
 * one family; lines_json.c reads members, lines_raw.c their text.
 */
#ifndef OMNI_LINES_H
#define OMNI_LINES_H

#include <jansson.h>

#include "ingest/import.h"

/* The line at hand. */
struct omni__line {
	struct omni_import *import;
	int64_t number;
	json_t *root;
	const char *text;		/* as it came: valid JSON */
	size_t size;
	struct omni__buf *body;		/* scratch */
	struct omni__error error;	/* why it is rejected */
};

/* ---- members (lines_json.c) ----------------------------------------- */

enum { OMNI__OPTIONAL, OMNI__REQUIRED };

/* `within` goes before the name in a reason: "data." or "".  null counts as
 * absent; *out is then NULL. */
omni_status omni__line_string(struct omni__line *, const json_t *object,
    const char *within, const char *name, int need, const char **out);
omni_status omni__line_object(struct omni__line *, const json_t *object,
    const char *within, const char *name, int need, const json_t **out);
omni_status omni__line_array(struct omni__line *, const json_t *object,
    const char *within, const char *name, int need, const json_t **out);
/* OMNI_TIME_UNKNOWN when absent. */
omni_status omni__line_time(struct omni__line *, const json_t *object,
    const char *within, const char *name, int64_t *out);

/* A word that stands for a number; a list ends with NULL. */
struct omni__word {
	const char *text;
	int32_t number;
};

#define OMNI__NO_NUMBER INT32_MIN

/* What is wanted of an object; the first of text, number and time that is
 * set tells the type.  An optional member that is absent leaves NULL,
 * OMNI__NO_NUMBER or OMNI_TIME_UNKNOWN.  true and false count as 1 and 0. */
struct omni__line_member {
	const char *name;
	int need;
	const char **text;
	int32_t *number;
	const struct omni__word *words;	/* of number */
	int64_t *time;
};
omni_status omni__line_members(struct omni__line *, const json_t *object,
    const char *within, const struct omni__line_member *, size_t count);

/* A string, number or boolean as text; NULL for anything else.  scratch
 * takes OMNI__SCALAR bytes. */
#define OMNI__SCALAR 40
const char *omni__scalar_text(const json_t *, char *scratch);
/* Adds a feature from a scalar or from each of an array; null adds none. */
omni_status omni__line_feature(struct omni__line *, omni_record *,
    const char *kind, const json_t *value, const char *within,
    const char *name);
/* The first words about a line stay. */
omni_status omni__line_blame(struct omni__line *, omni_status,
    const char *reason);
/* The library's constructors fail for want of memory only. */
omni_status omni__line_nomem(struct omni__line *);

/* ---- text as it came (lines_raw.c) ---------------------------------- */

/*
 * Appends the member at a path of names (NULL-ended) of the line to the
 * body: its own text without blanks, so that 19.90 stays 19.90.
 */
omni_status omni__line_raw(struct omni__line *, const char *const *path,
    const json_t *value);

/* ---- families ------------------------------------------------------- */

/* Splits "type:key" at the first colon; type is copied to *type. */
omni_status omni__line_reference(struct omni__line *, const char *member,
    const char *text, struct omni__buf *type, const char **key);

omni_status omni__line_event(struct omni__line *);
omni_status omni__line_segment(struct omni__line *);
bool omni__segment_knows(const char *type);

/* The head of a CloudEvent. */
struct omni__event {
	const char *id, *source, *type, *channel;
	int64_t time;
	const json_t *data;		/* NULL when absent */
};
/* data.who as a record; *out is NULL when nobody is named. */
omni_status omni__line_who(struct omni__line *, const json_t *data,
    omni_record **out);
/* "omni.*" lines: choosing, those that define (lines_define.c), and what is
 * known or set (lines_contact.c). */
omni_status omni__line_own(struct omni__line *, const struct omni__event *);
omni_status omni__own_definition(struct omni__line *,
    const struct omni__event *);
omni_status omni__own_contact(struct omni__line *,
    const struct omni__event *);
omni_status omni__own_setting(struct omni__line *,
    const struct omni__event *);

#endif
