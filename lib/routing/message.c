/*
 * Messages: what is to be sent, as the host tells it, and as the decision
 * reads it.
 */
#include "routing/routing.h"

omni_message *
omni_message_new(const char *purpose)
{
	struct omni_message *m = omni__object_new(NULL, sizeof(*m));
	omni_status status;

	if (m == NULL)
		return NULL;
	m->time = OMNI_NOW;
	m->expiry = OMNI_TIME_UNKNOWN;
	m->urgent = -1;
	status = omni__purpose_check(&m->object.error, "purpose", purpose,
	    false);
	if (status == OMNI_OK)
		status = omni__object_text(&m->object, "purpose", purpose,
		    &m->purpose);
	if (status == OMNI_NOMEM) {
		omni__object_free(m);
		return NULL;
	}
	m->flaw = m->object.error;
	return m;
}

void
omni_message_free(omni_message *message)
{
	omni__object_free(message);
}

const char *
omni_message_errmsg(const omni_message *message)
{
	return message != NULL ? message->object.error.text :
	    "the message is NULL";
}

/* ---- setters -------------------------------------------------------- */

omni_status
omni_message_set_id(omni_message *message, const char *id)
{
	if (message == NULL)
		return OMNI_MISUSE;
	return omni__object_text(&message->object, "id", id, &message->id);
}

omni_status
omni_message_set_brand(omni_message *message, const char *brand)
{
	if (message == NULL)
		return OMNI_MISUSE;
	return omni__object_text(&message->object, "brand", brand,
	    &message->brand);
}

omni_status
omni_message_set_time(omni_message *message, int64_t time)
{
	omni_status status;

	if (message == NULL)
		return OMNI_MISUSE;
	status = omni__time_check(&message->object.error, "time", time);
	if (status == OMNI_OK && time == OMNI_TIME_UNKNOWN)
		status = omni__fail(&message->object.error, OMNI_INVALID,
		    "time is unknown: a message goes at an instant");
	if (status == OMNI_OK)
		message->time = time;
	return status;
}

omni_status
omni_message_set_expiry(omni_message *message, int64_t time)
{
	omni_status status;

	if (message == NULL)
		return OMNI_MISUSE;
	status = omni__time_check(&message->object.error, "expiry", time);
	if (status == OMNI_OK && time == OMNI_NOW)
		status = omni__fail(&message->object.error, OMNI_INVALID,
		    "expiry is now: give an instant, or OMNI_TIME_UNKNOWN "
		    "for none");
	if (status == OMNI_OK)
		message->expiry = time;
	return status;
}

omni_status
omni_message_set_urgent(omni_message *message, int32_t urgent)
{
	if (message == NULL)
		return OMNI_MISUSE;
	message->urgent = urgent != 0;
	return OMNI_OK;
}

/* ---- as the decision reads it --------------------------------------- */

/* One that waited in the host's queue until it was too late is no mistake:
 * its route says so.  One that is late by its own words is. */
static omni_status
check(struct omni *db, const struct omni_message *m)
{
	if (m->flaw.status != OMNI_OK)
		return omni__fail(&db->error, m->flaw.status, "%s",
		    m->flaw.text);
	if (m->time != OMNI_NOW && m->expiry != OMNI_TIME_UNKNOWN &&
	    m->expiry < m->time)
		return omni__fail(&db->error, OMNI_INVALID,
		    "expiry is before the message's time");
	return OMNI_OK;
}

omni_status
omni__message_read(struct omni *db, const struct omni__rules *rules,
    const struct omni_message *m, struct omni__message *out)
{
	const struct omni__purpose_rule *rule;
	omni_status status = check(db, m);

	if (status != OMNI_OK)
		return status;
	rule = omni__rule_purpose(rules, m->purpose);
	if (rule == NULL)
		return omni__fail(&db->error, OMNI_UNDEFINED,
		    "purpose is not defined: put its definition first");
	*out = (struct omni__message){
		.rule = rule,
		.brand = m->brand,
		.mark = m->id != NULL ? omni__message_mark(db, m->id) : 0,
		.at = m->time == OMNI_NOW ? omni__clock(&db->env) : m->time,
		.expiry = m->expiry == OMNI_TIME_UNKNOWN ? INT64_MAX :
		    m->expiry,
		.urgent = (m->urgent < 0 ? rule->purpose->urgent :
		    m->urgent) != 0,
	};
	return OMNI_OK;
}
