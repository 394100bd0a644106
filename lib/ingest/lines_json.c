/*
 * Members of a JSON line: typed getters whose refusals name the member and
 * never its value.
 */
#include "ingest/lines.h"

#include <stdio.h>
#include <string.h>

/* ---- refusals ------------------------------------------------------- */

omni_status
omni__line_blame(struct omni__line *line, omni_status status,
    const char *reason)
{
	return omni__fail_once(&line->error, status, "%s", reason);
}

omni_status
omni__line_nomem(struct omni__line *line)
{
	return omni__nomem(&line->error);
}

static omni_status
member_wrong(struct omni__line *line, const char *within, const char *name,
    const char *what)
{
	return omni__fail(&line->error, OMNI_INVALID, "%s%s %s", within, name,
	    what);
}

/* ---- typed members -------------------------------------------------- */

/* The member, or NULL when absent or null; that is a fault if needed. */
static omni_status
member_get(struct omni__line *line, const json_t *object,
    const char *within, const char *name, int need, const json_t **out)
{
	const json_t *value = json_object_get(object, name);

	*out = json_is_null(value) ? NULL : value;
	if (*out == NULL && need == OMNI__REQUIRED)
		return member_wrong(line, within, name, "is missing");
	return OMNI_OK;
}

omni_status
omni__line_string(struct omni__line *line, const json_t *object,
    const char *within, const char *name, int need, const char **out)
{
	const json_t *value;
	omni_status status = member_get(line, object, within, name, need,
	    &value);

	*out = NULL;
	if (status != OMNI_OK || value == NULL)
		return status;
	if (!json_is_string(value))
		return member_wrong(line, within, name, "is not a string");
	*out = json_string_value(value);
	if (**out == '\0' && need == OMNI__REQUIRED)
		return member_wrong(line, within, name, "is empty");
	return OMNI_OK;
}

omni_status
omni__line_object(struct omni__line *line, const json_t *object,
    const char *within, const char *name, int need, const json_t **out)
{
	omni_status status = member_get(line, object, within, name, need,
	    out);

	if (status == OMNI_OK && *out != NULL && !json_is_object(*out))
		return member_wrong(line, within, name, "is not an object");
	return status;
}

omni_status
omni__line_array(struct omni__line *line, const json_t *object,
    const char *within, const char *name, int need, const json_t **out)
{
	omni_status status = member_get(line, object, within, name, need,
	    out);

	if (status == OMNI_OK && *out != NULL && !json_is_array(*out))
		return member_wrong(line, within, name, "is not an array");
	return status;
}

static omni_status
line_number(struct omni__line *line, const json_t *object,
    const char *within, const struct omni__line_member *member)
{
	const json_t *value;
	omni_status status = member_get(line, object, within, member->name,
	    member->need, &value);
	json_int_t number;

	*member->number = OMNI__NO_NUMBER;
	if (status != OMNI_OK || value == NULL)
		return status;
	number = json_is_boolean(value) ? json_is_true(value) :
	    json_integer_value(value);
	if ((!json_is_integer(value) && !json_is_boolean(value)) ||
	    number <= INT32_MIN || number > INT32_MAX)
		return member_wrong(line, within, member->name,
		    "is not a small whole number");
	*member->number = (int32_t)number;
	return OMNI_OK;
}

static omni_status
line_word(struct omni__line *line, const json_t *object, const char *within,
    const struct omni__line_member *member)
{
	const struct omni__word *word = member->words;
	const char *text;
	omni_status status = omni__line_string(line, object, within,
	    member->name, member->need, &text);

	*member->number = OMNI__NO_NUMBER;
	if (status != OMNI_OK || text == NULL)
		return status;
	for (; word->text != NULL; word++)
		if (strcmp(word->text, text) == 0) {
			*member->number = word->number;
			return OMNI_OK;
		}
	return member_wrong(line, within, member->name,
	    "is none of the words it may be");
}

omni_status
omni__line_time(struct omni__line *line, const json_t *object,
    const char *within, const char *name, int64_t *out)
{
	const char *text;
	omni_status status = omni__line_string(line, object, within, name,
	    OMNI__OPTIONAL, &text);

	*out = OMNI_TIME_UNKNOWN;
	if (status != OMNI_OK || text == NULL)
		return status;
	if (omni_time_parse(text, out) != OMNI_OK)
		return member_wrong(line, within, name,
		    "is not an ISO 8601 time");
	return OMNI_OK;
}

static omni_status
line_member(struct omni__line *line, const json_t *object,
    const char *within, const struct omni__line_member *member)
{
	if (member->text != NULL)
		return omni__line_string(line, object, within, member->name,
		    member->need, member->text);
	if (member->words != NULL)
		return line_word(line, object, within, member);
	if (member->number != NULL)
		return line_number(line, object, within, member);
	return omni__line_time(line, object, within, member->name,
	    member->time);
}

omni_status
omni__line_members(struct omni__line *line, const json_t *object,
    const char *within, const struct omni__line_member *members, size_t count)
{
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < count && status == OMNI_OK; i++)
		status = line_member(line, object, within, &members[i]);
	return status;
}

/* ---- features ------------------------------------------------------- */

const char *
omni__scalar_text(const json_t *value, char *scratch)
{
	if (value == NULL)
		return NULL;
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string_value(value);
	case JSON_INTEGER:
		snprintf(scratch, OMNI__SCALAR, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
		return scratch;
	case JSON_REAL:
		snprintf(scratch, OMNI__SCALAR, "%.15g",
		    json_real_value(value));
		return scratch;
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	default:
		return NULL;
	}
}

static omni_status
feature_add(struct omni__line *line, omni_record *record, const char *kind,
    const json_t *value, const char *within, const char *name)
{
	char scratch[OMNI__SCALAR];
	const char *text = omni__scalar_text(value, scratch);
	omni_status status;

	if (json_is_null(value))
		return OMNI_OK;
	if (text == NULL)
		return member_wrong(line, within, name, "is not a text");
	status = omni_record_add(record, kind, text);
	if (status < 0)
		return omni__fail(&line->error, status, "%s%s: %s", within,
		    name, omni_record_errmsg(record));
	return OMNI_OK;
}

omni_status
omni__line_feature(struct omni__line *line, omni_record *record,
    const char *kind, const json_t *value, const char *within,
    const char *name)
{
	omni_status status = OMNI_OK;
	size_t i;

	if (value == NULL)
		return OMNI_OK;
	if (!json_is_array(value))
		return feature_add(line, record, kind, value, within, name);
	for (i = 0; i < json_array_size(value) && status == OMNI_OK; i++)
		status = feature_add(line, record, kind,
		    json_array_get(value, i), within, name);
	return status;
}
