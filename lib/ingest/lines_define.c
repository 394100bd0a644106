/*
 * Lines that define: channels, purposes, kinds, windows, calendars, caps and
 * wordings, by the tables of their fields.  Each is a put of its own: what
 * waits in the batch is committed before, so that order is kept.
 */
#include "consent/consent.h"
#include "ingest/lines.h"

#include <string.h>

static const struct omni__sort *const sorts[] = {
	&omni__channels, &omni__purposes, &omni__kind_sort, &omni__windows,
	&omni__calendars, &omni__caps, &omni__wordings
};

/* What a setter refused; its words begin with the member. */
static omni_status
said(struct omni__line *line, const struct omni__definition *d,
    const char *within, omni_status status)
{
	return status >= 0 ? OMNI_OK : omni__fail_once(&line->error, status,
	    "%s%s", within, d->object.error.text);
}

/* ---- fields --------------------------------------------------------- */

static omni_status
read_number(struct omni__line *line, const json_t *data,
    struct omni__definition *d, const struct omni__field *field)
{
	int32_t number;
	const struct omni__line_member member = {
		field->name, OMNI__OPTIONAL, .number = &number
	};
	omni_status status = omni__line_members(line, data, "data.", &member,
	    1);

	if (status != OMNI_OK || number == OMNI__NO_NUMBER)
		return status;
	return said(line, d, "data.",
	    omni__definition_number(d, field, number));
}

static omni_status
read_text(struct omni__line *line, const json_t *data,
    struct omni__definition *d, const struct omni__field *field)
{
	const char *text;
	omni_status status = omni__line_string(line, data, "data.",
	    field->name, OMNI__OPTIONAL, &text);

	if (status != OMNI_OK || text == NULL)
		return status;
	return said(line, d, "data.", field->words != NULL ?
	    omni__definition_word(d, field, text) :
	    omni__definition_text(d, field, text));
}

static omni_status
read_time(struct omni__line *line, const json_t *data,
    struct omni__definition *d, const struct omni__field *field)
{
	int64_t time;
	omni_status status = omni__line_time(line, data, "data.",
	    field->name, &time);

	return status != OMNI_OK ? status :
	    said(line, d, "data.", omni__definition_instant(d, field, time));
}

static omni_status
read_names(struct omni__line *line, const json_t *data,
    struct omni__definition *d, const struct omni__field *field)
{
	const json_t *names;
	omni_status status = omni__line_array(line, data, "data.",
	    field->name, OMNI__OPTIONAL, &names);
	size_t i;

	for (i = 0; i < json_array_size(names) && status == OMNI_OK; i++) {
		const char *name = json_string_value(
		    json_array_get(names, i));

		if (name == NULL || *name == '\0')
			return omni__fail(&line->error, OMNI_INVALID,
			    "data.%s has an entry that is no name",
			    field->name);
		status = said(line, d, "data.",
		    omni__definition_add(d, field, name));
	}
	return status;
}

static omni_status
read_field(struct omni__line *line, const json_t *data,
    struct omni__definition *d, const struct omni__field *field)
{
	switch (field->type) {
	case OMNI__FIELD_NAMES:
		return read_names(line, data, d, field);
	case OMNI__FIELD_TIME:
		return read_time(line, data, d, field);
	case OMNI__FIELD_NUMBER:
		return field->words != NULL ?
		    read_text(line, data, d, field) :
		    read_number(line, data, d, field);
	default:
		return read_text(line, data, d, field);
	}
}

/* ---- purposes have more --------------------------------------------- */

static const struct omni__word bases[] = {
	{ "consent", OMNI_BASIS_CONSENT },
	{ "interest", OMNI_BASIS_INTEREST },
	{ "contract", OMNI_BASIS_CONTRACT },
	{ "law", OMNI_BASIS_LAW },
	{ "soft", OMNI_BASIS_SOFT },
	{ NULL, 0 },
};

static omni_status
read_basis(struct omni__line *line, const json_t *entry,
    struct omni_purpose *purpose)
{
	const char *channel = NULL, *region = NULL;
	int32_t basis = 0;
	const struct omni__line_member members[] = {
		{ "basis", OMNI__REQUIRED, .number = &basis,
		    .words = bases },
		{ "channel", OMNI__OPTIONAL, .text = &channel },
		{ "region", OMNI__OPTIONAL, .text = &region },
	};
	omni_status status = omni__line_members(line, entry, "data.bases.",
	    members, OMNI__COUNT(members));

	return status != OMNI_OK ? status :
	    said(line, &purpose->head, "data.bases.",
	    omni_purpose_set_basis_on(purpose, channel, region, basis));
}

static omni_status
read_sale(struct omni__line *line, const json_t *sale,
    struct omni_purpose *purpose)
{
	const char *kind = NULL;
	int32_t days = 0;
	const struct omni__line_member members[] = {
		{ "kind", OMNI__REQUIRED, .text = &kind },
		{ "days", OMNI__REQUIRED, .number = &days },
	};
	omni_status status = omni__line_members(line, sale, "data.sale.",
	    members, OMNI__COUNT(members));

	return status != OMNI_OK ? status :
	    said(line, &purpose->head, "data.sale: ",
	    omni_purpose_set_sale(purpose, kind, days));
}

static omni_status
read_purpose(struct omni__line *line, const json_t *data,
    struct omni_purpose *purpose)
{
	const json_t *list, *sale = NULL;
	omni_status status = omni__line_array(line, data, "data.", "bases",
	    OMNI__OPTIONAL, &list);
	size_t i;

	for (i = 0; i < json_array_size(list) && status == OMNI_OK; i++)
		status = read_basis(line, json_array_get(list, i), purpose);
	if (status == OMNI_OK)
		status = omni__line_object(line, data, "data.", "sale",
		    OMNI__OPTIONAL, &sale);
	return status == OMNI_OK && sale != NULL ?
	    read_sale(line, sale, purpose) : status;
}

/* ---- the line ------------------------------------------------------- */

static omni_status
fill(struct omni__line *line, const struct omni__event *event,
    const struct omni__sort *sort, void *object)
{
	struct omni__definition *d = object;
	omni_status status = said(line, d, "", omni__definition_key(d,
	    event->source, event->id));
	size_t i;

	if (status == OMNI_OK && event->time != OMNI_TIME_UNKNOWN)
		status = said(line, d, "",
		    omni__definition_time(d, event->time));
	for (i = 0; i < sort->count && status == OMNI_OK; i++)
		if (!sort->fields[i].inner)
			status = read_field(line, event->data, d,
			    &sort->fields[i]);
	if (status == OMNI_OK && sort == &omni__purposes)
		status = read_purpose(line, event->data, object);
	return status == OMNI_OK ? omni__import_flush(line->import) : status;
}

static omni_status
put(struct omni *db, const struct omni__sort *sort, const void *object)
{
	return sort == &omni__kind_sort ? omni_kind_put(db, object, NULL) :
	    omni__definition_put(db, object, sort, omni__definitions_apply,
	    NULL);
}

omni_status
omni__own_definition(struct omni__line *line,
    const struct omni__event *event)
{
	const struct omni__sort *sort;
	const char *name;
	void *object = NULL;
	omni_status status;
	size_t i;

	/* It is one of them: or it would not have come here. */
	for (i = 0; i + 1 < OMNI__COUNT(sorts) && strcmp(event->type +
	    strlen("omni."), sorts[i]->name) != 0; i++)
		;
	sort = sorts[i];
	status = omni__line_string(line, event->data, "data.",
	    omni__sort_called(sort), OMNI__REQUIRED, &name);
	if (status == OMNI_OK &&
	    (object = omni__definition_new(sort, name)) == NULL)
		status = omni__line_nomem(line);
	if (status == OMNI_OK)
		status = fill(line, event, sort, object);
	if (status == OMNI_OK)
		status = omni__import_outcome(line->import, line->number,
		    put(line->import->object.db, sort, object));
	omni__object_free(object);
	return status;
}
