/*
 * CloudEvents 1.0, structured JSON: the head of an event, whom it is about,
 * what it refers to; every type that is not the library's own is the kind of
 * an interaction.
 */
#include "ingest/lines.h"

#include <string.h>

/* ---- whom ----------------------------------------------------------- */

omni_status
omni__line_who(struct omni__line *line, const json_t *data,
    omni_record **out)
{
	const json_t *who = NULL;
	const char *name;
	json_t *value;
	omni_record *record;
	omni_status status;

	*out = NULL;
	status = omni__line_object(line, data, "data.", "who", OMNI__OPTIONAL,
	    &who);
	if (status != OMNI_OK || who == NULL)
		return status;
	record = omni_record_new();
	if (record == NULL)
		return omni__line_nomem(line);
	json_object_foreach((json_t *)(uintptr_t)who, name, value) {
		const char *kind = strcmp(name, "name") == 0 ? "name.full" :
		    name;

		status = omni__line_feature(line, record, kind, value,
		    "data.who.", name);
		if (status != OMNI_OK)
			break;
	}
	if (status == OMNI_OK && omni_record_count(record) > 0) {
		*out = record;
		return OMNI_OK;
	}
	omni_record_free(record);
	return status;
}

/* ---- references and statuses ---------------------------------------- */

omni_status
omni__line_reference(struct omni__line *line, const char *member,
    const char *text, struct omni__buf *type, const char **key)
{
	const char *colon = text == NULL ? NULL : strchr(text, ':');

	if (colon == NULL || colon == text || colon[1] == '\0')
		return omni__fail(&line->error, OMNI_INVALID,
		    "%s has an entry that is not \"type:key\"", member);
	omni__buf_clear(type);
	omni__buf_add(type, text, (size_t)(colon - text));
	*key = colon + 1;
	return type->failed ? omni__line_nomem(line) : OMNI_OK;
}

/* A reference with its status, where there is one. */
static omni_status
reference_add(struct omni__line *line, omni_interaction *interaction,
    const char *member, const char *text, const json_t *state)
{
	const char *key;
	omni_status status;

	if (state != NULL && json_string_length(state) == 0)
		return omni__fail(&line->error, OMNI_INVALID,
		    "data.status has a value that is no string or is empty");
	status = omni__line_reference(line, member, text, line->body, &key);
	if (status != OMNI_OK)
		return status;
	if (state == NULL)
		status = omni_interaction_add_reference(interaction,
		    line->body->bytes, key);
	else
		status = omni_interaction_set_status(interaction,
		    line->body->bytes, key, json_string_value(state));
	if (status < 0)
		return omni__line_blame(line, status,
		    omni_interaction_errmsg(interaction));
	return OMNI_OK;
}

static bool
array_has(const json_t *array, const char *text)
{
	size_t i;

	for (i = 0; i < json_array_size(array); i++) {
		const char *item = json_string_value(json_array_get(array, i));

		if (item != NULL && strcmp(item, text) == 0)
			return true;
	}
	return false;
}

static omni_status
references_add(struct omni__line *line, omni_interaction *interaction,
    const json_t *data)
{
	const json_t *refs = NULL, *states = NULL;
	const char *name;
	json_t *state;
	omni_status status;
	size_t i;

	status = omni__line_array(line, data, "data.", "refs", OMNI__OPTIONAL,
	    &refs);
	if (status == OMNI_OK)
		status = omni__line_object(line, data, "data.", "status",
		    OMNI__OPTIONAL, &states);
	for (i = 0; i < json_array_size(refs) && status == OMNI_OK; i++) {
		const char *text = json_string_value(json_array_get(refs, i));

		status = reference_add(line, interaction, "data.refs", text,
		    text == NULL ? NULL : json_object_get(states, text));
	}
	if (status != OMNI_OK)
		return status;
	json_object_foreach((json_t *)(uintptr_t)states, name, state) {
		if (array_has(refs, name))
			continue;
		status = reference_add(line, interaction, "data.status", name,
		    state);
		if (status != OMNI_OK)
			return status;
	}
	return OMNI_OK;
}

/* ---- interactions --------------------------------------------------- */

static omni_status
body_set(struct omni__line *line, omni_interaction *interaction,
    const json_t *data)
{
	static const char *const path[] = { "data", "body", NULL };
	const json_t *body = json_object_get(data, "body");
	omni_status status;

	if (body == NULL)
		return OMNI_OK;
	omni__buf_clear(line->body);
	status = omni__line_raw(line, path, body);
	if (status != OMNI_OK)
		return status;
	status = omni_interaction_set_body(interaction, line->body->bytes);
	if (status < 0)
		return omni__line_blame(line, status,
		    omni_interaction_errmsg(interaction));
	return OMNI_OK;
}

static omni_status
interaction_fill(struct omni__line *line, const struct omni__event *event,
    omni_interaction *interaction, const omni_record *who)
{
	omni_status status = omni_interaction_set_key(interaction,
	    event->source, event->id);

	if (status >= 0 && event->time != OMNI_TIME_UNKNOWN)
		status = omni_interaction_set_time(interaction, event->time);
	if (status >= 0 && who != NULL)
		status = omni_interaction_set_who(interaction, who);
	if (status < 0)
		return omni__line_blame(line, status,
		    omni_interaction_errmsg(interaction));
	status = references_add(line, interaction, event->data);
	if (status != OMNI_OK)
		return status;
	return body_set(line, interaction, event->data);
}

static omni_status
event_interaction(struct omni__line *line, const struct omni__event *event)
{
	omni_interaction *interaction = NULL;
	omni_record *who = NULL;
	omni_status status;

	if (event->channel == NULL || *event->channel == '\0')
		return omni__fail(&line->error, OMNI_INVALID,
		    "channel is missing");
	status = omni__line_who(line, event->data, &who);
	if (status != OMNI_OK)
		goto out;
	interaction = omni_interaction_new(event->channel, event->type);
	if (interaction == NULL) {
		status = omni__line_nomem(line);
		goto out;
	}
	status = interaction_fill(line, event, interaction, who);
	if (status == OMNI_OK)
		status = omni__import_interaction(line->import, line->number,
		    interaction);
out:
	omni_interaction_free(interaction);
	omni_record_free(who);
	return status;
}

/* ---- the head ------------------------------------------------------- */

static omni_status
version_check(struct omni__line *line)
{
	const char *version;
	omni_status status = omni__line_string(line, line->root, "",
	    "specversion", OMNI__REQUIRED, &version);

	if (status == OMNI_OK && strcmp(version, "1.0") != 0)
		return omni__fail(&line->error, OMNI_INVALID,
		    "specversion is not 1.0");
	return status;
}

static omni_status
head_read(struct omni__line *line, struct omni__event *event)
{
	const json_t *root = line->root;
	const struct omni__line_member members[] = {
		{ "id", OMNI__REQUIRED, .text = &event->id },
		{ "source", OMNI__REQUIRED, .text = &event->source },
		{ "type", OMNI__REQUIRED, .text = &event->type },
		{ "channel", OMNI__OPTIONAL, .text = &event->channel },
		{ "time", OMNI__OPTIONAL, .time = &event->time },
	};
	omni_status status = version_check(line);

	if (status == OMNI_OK)
		status = omni__line_members(line, root, "", members,
		    OMNI__COUNT(members));
	if (status == OMNI_OK)
		status = omni__line_object(line, root, "", "data",
		    OMNI__OPTIONAL, &event->data);
	return status;
}

omni_status
omni__line_event(struct omni__line *line)
{
	struct omni__event event = { .time = OMNI_TIME_UNKNOWN };
	omni_status status = head_read(line, &event);

	if (status != OMNI_OK)
		return status;
	if (strncmp(event.type, "omni.", 5) == 0)
		return omni__line_own(line, &event);
	return event_interaction(line, &event);
}
