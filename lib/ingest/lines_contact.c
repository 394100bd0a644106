/*
 * Lines about what is known of a contact point or set by a customer.  Each is
 * a put of its own: what waits in the batch is committed before, so that order
 * is kept.
 */
#include "ingest/lines.h"

#include <string.h>

/* ---- omni.contact --------------------------------------------------- */

struct contact {
	const char *kind, *value, *suppressed, *purpose;
	int32_t verified, primary;
	int64_t from, until;
};

static bool
is_given(const struct omni__event *event, const char *member)
{
	return json_object_get(event->data, member) != NULL;
}

/* "suppressed": null lifts it, absent leaves it; so with from and until. */
static omni_status
contact_fill(struct omni__line *line, const struct omni__event *event,
    omni_contact *contact, const struct contact *read)
{
	omni_status status = OMNI_OK;

	if (read->verified != OMNI__NO_NUMBER)
		status = omni_contact_set_verified(contact, read->verified);
	if (status >= 0 && is_given(event, "suppressed"))
		status = omni_contact_set_suppressed(contact,
		    read->suppressed);
	if (status >= 0 && read->purpose != NULL)
		status = omni_contact_set_purpose(contact, read->purpose);
	if (status >= 0 && read->primary != OMNI__NO_NUMBER)
		status = omni_contact_set_primary(contact, read->primary);
	if (status >= 0 && (is_given(event, "from") ||
	    is_given(event, "until")))
		status = omni_contact_set_valid(contact, read->from,
		    read->until);
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
	const struct omni__line_member members[] = {
		{ "kind", OMNI__REQUIRED, .text = &read.kind },
		{ "value", OMNI__REQUIRED, .text = &read.value },
		{ "suppressed", OMNI__OPTIONAL, .text = &read.suppressed },
		{ "purpose", OMNI__OPTIONAL, .text = &read.purpose },
		{ "verified", OMNI__OPTIONAL, .number = &read.verified },
		{ "primary", OMNI__OPTIONAL, .number = &read.primary },
		{ "from", OMNI__OPTIONAL, .time = &read.from },
		{ "until", OMNI__OPTIONAL, .time = &read.until },
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
