/*
 * Lines that define: channels, purposes and kinds, and what is known of a
 * contact point or set by a customer.  Each is a put of its own: what waits in
 * the batch is committed before, so that order is kept.
 */
#include "ingest/lines.h"

#include <string.h>

/* ---- omni.channel --------------------------------------------------- */

static const struct omni__word directions[] = {
	{ "in", OMNI_DIRECTION_IN },
	{ "out", OMNI_DIRECTION_OUT },
	{ "both", OMNI_DIRECTION_BOTH },
	{ NULL, 0 },
};

static const struct omni__word media[] = {
	{ "digital", OMNI_MEDIUM_DIGITAL },
	{ "physical", OMNI_MEDIUM_PHYSICAL },
	{ NULL, 0 },
};

struct channel {
	const char *name, *address;
	int32_t direction, medium, confidentiality, cost;
};

static omni_status
channel_read(struct omni__line *line, const json_t *data,
    struct channel *read)
{
	const struct omni__member members[] = {
		{ "name", OMNI__REQUIRED, .text = &read->name },
		{ "address", OMNI__OPTIONAL, .text = &read->address },
		{ "direction", OMNI__OPTIONAL, .number = &read->direction,
		    .words = directions },
		{ "medium", OMNI__OPTIONAL, .number = &read->medium,
		    .words = media },
		{ "confidentiality", OMNI__OPTIONAL,
		    .number = &read->confidentiality },
		{ "cost", OMNI__OPTIONAL, .number = &read->cost },
	};

	return omni__line_members(line, data, "data.", members,
	    OMNI__COUNT(members));
}

static omni_status
channel_said(omni_channel *channel, const struct channel *read)
{
	omni_status status = OMNI_OK;

	if (read->address != NULL)
		status = omni_channel_set_address(channel, read->address);
	if (status >= 0 && read->direction != OMNI__NO_NUMBER)
		status = omni_channel_set_direction(channel, read->direction);
	if (status >= 0 && read->medium != OMNI__NO_NUMBER)
		status = omni_channel_set_medium(channel, read->medium);
	if (status >= 0 && read->confidentiality != OMNI__NO_NUMBER)
		status = omni_channel_set_confidentiality(channel,
		    read->confidentiality);
	if (status >= 0 && read->cost != OMNI__NO_NUMBER)
		status = omni_channel_set_cost(channel, read->cost);
	return status;
}

static omni_status
channel_fill(struct omni__line *line, const struct omni__event *event,
    omni_channel *channel, const struct channel *read)
{
	omni_status status = omni_channel_set_key(channel, event->source,
	    event->id);

	if (status >= 0 && event->time != OMNI_TIME_UNKNOWN)
		status = omni_channel_set_time(channel, event->time);
	if (status >= 0)
		status = channel_said(channel, read);
	if (status < 0)
		return omni__line_blame(line, status,
		    omni_channel_errmsg(channel));
	return omni__import_flush(line->import);
}

omni_status
omni__own_channel(struct omni__line *line, const struct omni__event *event)
{
	struct channel read = { .name = NULL };
	omni_channel *channel = NULL;
	omni_status status = channel_read(line, event->data, &read);

	if (status == OMNI_OK &&
	    (channel = omni_channel_new(read.name)) == NULL)
		status = omni__line_nomem(line);
	if (status == OMNI_OK)
		status = channel_fill(line, event, channel, &read);
	if (status == OMNI_OK)
		status = omni__import_outcome(line->import, line->number,
		    omni_channel_put(line->import->object.db, channel, NULL));
	omni_channel_free(channel);
	return status;
}

/* ---- omni.purpose --------------------------------------------------- */

static const struct omni__word bases[] = {
	{ "consent", OMNI_BASIS_CONSENT },
	{ "interest", OMNI_BASIS_INTEREST },
	{ "contract", OMNI_BASIS_CONTRACT },
	{ "law", OMNI_BASIS_LAW },
	{ NULL, 0 },
};

struct purpose {
	const char *name, *class_name;
	int32_t basis, confidentiality, verified;
	const json_t *channels;
};

static omni_status
purpose_read(struct omni__line *line, const json_t *data,
    struct purpose *read)
{
	const struct omni__member members[] = {
		{ "name", OMNI__REQUIRED, .text = &read->name },
		{ "basis", OMNI__OPTIONAL, .number = &read->basis,
		    .words = bases },
		{ "class", OMNI__OPTIONAL, .text = &read->class_name },
		{ "confidentiality", OMNI__OPTIONAL,
		    .number = &read->confidentiality },
		{ "verified", OMNI__OPTIONAL, .number = &read->verified },
	};
	omni_status status = omni__line_members(line, data, "data.", members,
	    OMNI__COUNT(members));

	if (status == OMNI_OK)
		status = omni__line_array(line, data, "data.", "channels",
		    OMNI__OPTIONAL, &read->channels);
	return status;
}

static omni_status
purpose_said(omni_purpose *purpose, const struct purpose *read)
{
	omni_status status = OMNI_OK;

	if (read->basis != OMNI__NO_NUMBER)
		status = omni_purpose_set_basis(purpose, read->basis);
	if (status >= 0 && read->class_name != NULL)
		status = omni_purpose_set_class(purpose, read->class_name);
	if (status >= 0 && read->confidentiality != OMNI__NO_NUMBER)
		status = omni_purpose_set_confidentiality(purpose,
		    read->confidentiality);
	if (status >= 0 && read->verified != OMNI__NO_NUMBER)
		status = omni_purpose_set_verified(purpose, read->verified);
	return status;
}

static omni_status
purpose_channels(struct omni__line *line, omni_purpose *purpose,
    const json_t *channels)
{
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < json_array_size(channels) && status >= 0; i++) {
		const char *name = json_string_value(
		    json_array_get(channels, i));

		if (name == NULL || *name == '\0')
			return omni__fail(&line->error, OMNI_INVALID,
			    "data.channels has an entry that is no name");
		status = omni_purpose_add_channel(purpose, name);
	}
	return status;
}

static omni_status
purpose_fill(struct omni__line *line, const struct omni__event *event,
    omni_purpose *purpose, const struct purpose *read)
{
	omni_status status = omni_purpose_set_key(purpose, event->source,
	    event->id);

	if (status >= 0 && event->time != OMNI_TIME_UNKNOWN)
		status = omni_purpose_set_time(purpose, event->time);
	if (status >= 0)
		status = purpose_said(purpose, read);
	if (status >= 0)
		status = purpose_channels(line, purpose, read->channels);
	if (status < 0)
		return omni__line_blame(line, status,
		    omni_purpose_errmsg(purpose));
	return omni__import_flush(line->import);
}

omni_status
omni__own_purpose(struct omni__line *line, const struct omni__event *event)
{
	struct purpose read = { .name = NULL };
	omni_purpose *purpose = NULL;
	omni_status status = purpose_read(line, event->data, &read);

	if (status == OMNI_OK &&
	    (purpose = omni_purpose_new(read.name)) == NULL)
		status = omni__line_nomem(line);
	if (status == OMNI_OK)
		status = purpose_fill(line, event, purpose, &read);
	if (status == OMNI_OK)
		status = omni__import_outcome(line->import, line->number,
		    omni_purpose_put(line->import->object.db, purpose, NULL));
	omni_purpose_free(purpose);
	return status;
}

/* ---- omni.kind ------------------------------------------------------ */

static const struct omni__word rules[] = {
	{ "recent", OMNI_RULE_RECENT },
	{ "frequent", OMNI_RULE_FREQUENT },
	{ "verified", OMNI_RULE_VERIFIED },
	{ "source", OMNI_RULE_SOURCE },
	{ NULL, 0 },
};

struct kind {
	const char *name, *normaliser, *comparator;
	int32_t identifier, exclusive, single, stable, shared, veto, rule;
	const json_t *sources;
};

static omni_status
kind_read(struct omni__line *line, const json_t *data, struct kind *read)
{
	const struct omni__member members[] = {
		{ "name", OMNI__REQUIRED, .text = &read->name },
		{ "normaliser", OMNI__OPTIONAL, .text = &read->normaliser },
		{ "comparator", OMNI__OPTIONAL, .text = &read->comparator },
		{ "identifier", OMNI__OPTIONAL,
		    .number = &read->identifier },
		{ "exclusive", OMNI__OPTIONAL, .number = &read->exclusive },
		{ "single", OMNI__OPTIONAL, .number = &read->single },
		{ "stable", OMNI__OPTIONAL, .number = &read->stable },
		{ "shared", OMNI__OPTIONAL, .number = &read->shared },
		{ "veto", OMNI__OPTIONAL, .number = &read->veto },
		{ "rule", OMNI__OPTIONAL, .number = &read->rule,
		    .words = rules },
	};
	omni_status status = omni__line_members(line, data, "data.", members,
	    OMNI__COUNT(members));

	if (status == OMNI_OK)
		status = omni__line_array(line, data, "data.", "sources",
		    OMNI__OPTIONAL, &read->sources);
	return status;
}

static omni_status
kind_said(omni_kind *kind, const struct kind *read)
{
	const struct {
		omni_status (*set)(omni_kind *, int32_t);
		int32_t value;
	} numbers[] = {
		{ omni_kind_set_identifier, read->identifier },
		{ omni_kind_set_exclusive, read->exclusive },
		{ omni_kind_set_single, read->single },
		{ omni_kind_set_stable, read->stable },
		{ omni_kind_set_shared, read->shared },
		{ omni_kind_set_veto, read->veto },
		{ omni_kind_set_rule, read->rule },
	};
	omni_status status = OMNI_OK;
	size_t i;

	if (read->normaliser != NULL)
		status = omni_kind_set_normaliser(kind, read->normaliser);
	if (status >= 0 && read->comparator != NULL)
		status = omni_kind_set_comparator(kind, read->comparator);
	for (i = 0; i < OMNI__COUNT(numbers) && status >= 0; i++)
		if (numbers[i].value != OMNI__NO_NUMBER)
			status = numbers[i].set(kind, numbers[i].value);
	return status;
}

static omni_status
kind_sources(struct omni__line *line, omni_kind *kind, const json_t *sources)
{
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < json_array_size(sources) && status >= 0; i++) {
		const char *name = json_string_value(
		    json_array_get(sources, i));

		if (name == NULL || *name == '\0')
			return omni__fail(&line->error, OMNI_INVALID,
			    "data.sources has an entry that is no name");
		status = omni_kind_add_source(kind, name);
	}
	return status;
}

static omni_status
kind_fill(struct omni__line *line, const struct omni__event *event,
    omni_kind *kind, const struct kind *read)
{
	omni_status status = omni_kind_set_key(kind, event->source,
	    event->id);

	if (status >= 0 && event->time != OMNI_TIME_UNKNOWN)
		status = omni_kind_set_time(kind, event->time);
	if (status >= 0)
		status = kind_said(kind, read);
	if (status >= 0)
		status = kind_sources(line, kind, read->sources);
	if (status < 0)
		return omni__line_blame(line, status,
		    omni_kind_errmsg(kind));
	return omni__import_flush(line->import);
}

omni_status
omni__own_kind(struct omni__line *line, const struct omni__event *event)
{
	struct kind read = { .name = NULL };
	omni_kind *kind = NULL;
	omni_status status = kind_read(line, event->data, &read);

	if (status == OMNI_OK && (kind = omni_kind_new(read.name)) == NULL)
		status = omni__line_nomem(line);
	if (status == OMNI_OK)
		status = kind_fill(line, event, kind, &read);
	if (status == OMNI_OK)
		status = omni__import_outcome(line->import, line->number,
		    omni_kind_put(line->import->object.db, kind, NULL));
	omni_kind_free(kind);
	return status;
}

/* ---- omni.contact --------------------------------------------------- */

struct contact {
	const char *kind, *value, *suppressed;
	int32_t verified;
};

/* "suppressed": null lifts it, absent leaves it. */
static omni_status
contact_fill(struct omni__line *line, const struct omni__event *event,
    omni_contact *contact, const struct contact *read)
{
	omni_status status = OMNI_OK;

	if (read->verified != OMNI__NO_NUMBER)
		status = omni_contact_set_verified(contact, read->verified);
	if (status >= 0 &&
	    json_object_get(event->data, "suppressed") != NULL)
		status = omni_contact_set_suppressed(contact,
		    read->suppressed);
	if (status >= 0 && event->time != OMNI_TIME_UNKNOWN)
		status = omni_contact_set_time(contact, event->time);
	if (status < 0)
		return omni__line_blame(line, status,
		    omni_contact_errmsg(contact));
	return omni__import_flush(line->import);
}

omni_status
omni__own_contact(struct omni__line *line, const struct omni__event *event)
{
	struct contact read = { .kind = NULL };
	const struct omni__member members[] = {
		{ "kind", OMNI__REQUIRED, .text = &read.kind },
		{ "value", OMNI__REQUIRED, .text = &read.value },
		{ "suppressed", OMNI__OPTIONAL, .text = &read.suppressed },
		{ "verified", OMNI__OPTIONAL, .number = &read.verified },
	};
	omni_contact *contact = NULL;
	omni_status status = omni__line_members(line, event->data, "data.",
	    members, OMNI__COUNT(members));

	if (status == OMNI_OK &&
	    (contact = omni_contact_new(read.kind, read.value)) == NULL)
		status = omni__line_nomem(line);
	if (status == OMNI_OK)
		status = contact_fill(line, event, contact, &read);
	if (status == OMNI_OK)
		status = omni__import_outcome(line->import, line->number,
		    omni_contact_put(line->import->object.db, contact, NULL));
	omni_contact_free(contact);
	return status;
}

/* ---- omni.setting --------------------------------------------------- */

/* Without a time the setting counts from now. */
static omni_status
setting_put(struct omni__line *line, const struct omni__event *event,
    const omni_record *who, const char *name, const char *value)
{
	int64_t time = event->time == OMNI_TIME_UNKNOWN ? OMNI_NOW :
	    event->time;
	omni_status status = omni__import_flush(line->import);

	if (status != OMNI_OK)
		return status;
	status = omni_setting_put(line->import->object.db, who, name, value,
	    time, NULL);
	return omni__import_outcome(line->import, line->number, status);
}

omni_status
omni__own_setting(struct omni__line *line, const struct omni__event *event)
{
	const json_t *given = json_object_get(event->data, "value");
	char scratch[OMNI__SCALAR];
	const char *name, *value = omni__scalar_text(given, scratch);
	omni_record *who = NULL;
	omni_status status;

	status = omni__line_string(line, event->data, "data.", "name",
	    OMNI__REQUIRED, &name);
	if (status != OMNI_OK)
		return status;
	if (value == NULL && !json_is_null(given))
		return omni__fail(&line->error, OMNI_INVALID,
		    "data.value is neither a text nor null");
	status = omni__line_who(line, event->data, &who);
	if (status == OMNI_OK && who == NULL)
		status = omni__fail(&line->error, OMNI_INVALID,
		    "data.who is missing or empty");
	if (status == OMNI_OK)
		status = setting_put(line, event, who, name, value);
	omni_record_free(who);
	return status;
}
