/*
 * Statements: what a customer said.  The object that a host fills; what
 * becomes of it is in statement_fact.c.
 */
#define _POSIX_C_SOURCE 200809L
#include <string.h>

#include "consent/statement.h"
#include "text/text.h"

static const char *const saids[] = {
	[OMNI_SAID_GRANT] = "grant",
	[OMNI_SAID_WITHDRAW] = "withdraw",
	[OMNI_SAID_PREFER] = "prefer",
	[OMNI_SAID_CONFIRM] = "confirm",
	[OMNI_SAID_QUIET] = "quiet",
	[OMNI_SAID_LANGUAGE] = "language",
	[OMNI_SAID_ZONE] = "zone",
	[OMNI_SAID_TOLD] = "told",
};
#define SAID_LAST ((int32_t)OMNI__COUNT(saids) - 1)

const char *
omni__said_word(int32_t said)
{
	return said >= OMNI_SAID_GRANT && said <= SAID_LAST ? saids[said] :
	    NULL;
}

int32_t
omni__said_number(const char *word)
{
	int32_t i;

	for (i = OMNI_SAID_GRANT; i <= SAID_LAST && word != NULL; i++)
		if (strcmp(word, saids[i]) == 0)
			return i;
	return 0;
}

/* ---- making --------------------------------------------------------- */

omni_statement *
omni_statement_new(int32_t said, const char *purpose)
{
	struct omni_statement *s = omni__object_new(NULL, sizeof(*s));
	omni_status status;

	if (s == NULL)
		return NULL;
	s->said = said;
	s->time = OMNI_NOW;
	s->expiry = OMNI_TIME_UNKNOWN;
	if (omni__said_word(said) == NULL)
		status = omni__fail(&s->object.error, OMNI_INVALID,
		    "said is %d: it is from %d to %d", said, OMNI_SAID_GRANT,
		    SAID_LAST);
	else
		status = omni__purpose_check(&s->object.error, "purpose",
		    purpose, true);
	if (status == OMNI_OK)
		status = omni__object_text(&s->object, "purpose", purpose,
		    &s->purpose);
	if (status == OMNI_NOMEM) {
		omni__object_free(s);
		return NULL;
	}
	s->flaw = s->object.error;
	return s;
}

void
omni_statement_free(omni_statement *statement)
{
	if (statement == NULL)
		return;
	omni_record_free(statement->who);
	omni__object_free(statement);
}

/* Its texts, wherever they are in the struct. */
static const size_t texts[] = {
	offsetof(struct omni_statement, purpose),
	offsetof(struct omni_statement, customer),
	offsetof(struct omni_statement, channel),
	offsetof(struct omni_statement, brand),
	offsetof(struct omni_statement, via),
	offsetof(struct omni_statement, wording),
	offsetof(struct omni_statement, value),
	offsetof(struct omni_statement, evidence),
	offsetof(struct omni_statement, source),
	offsetof(struct omni_statement, key),
	offsetof(struct omni_statement, address_kind),
	offsetof(struct omni_statement, address),
};

static const char **
text_at(struct omni_statement *s, size_t i)
{
	return (const char **)(void *)((char *)s + texts[i]);
}

/* The texts of a struct that was copied as it stands still belong to the
 * original. */
static omni_status
own_texts(struct omni_statement *s)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(texts); i++) {
		const char **text = text_at(s, i);

		if (*text != NULL && (*text = omni__arena_strdup(
		    &s->object.arena, *text)) == NULL)
			return OMNI_NOMEM;
	}
	return OMNI_OK;
}

omni_status
omni__statement_copy(const struct omni_statement *from,
    struct omni_statement **copy)
{
	struct omni_statement *s = omni__object_new(NULL, sizeof(*s));
	struct omni__object object;
	omni_status status;

	if (s == NULL)
		return OMNI_NOMEM;
	object = s->object;
	*s = *from;
	s->object = object;
	s->who = NULL;
	status = own_texts(s);
	if (status == OMNI_OK && from->who != NULL)
		status = omni__record_copy(from->who, &s->who);
	if (status == OMNI_OK)
		*copy = s;
	else
		omni_statement_free(s);
	return status;
}

/* ---- who said it ---------------------------------------------------- */

omni_status
omni_statement_set_who(omni_statement *statement, const omni_record *who)
{
	struct omni_record *copy = NULL;
	omni_status status;

	if (statement == NULL)
		return OMNI_MISUSE;
	if (who == NULL)
		return omni__fail(&statement->object.error, OMNI_MISUSE,
		    "who is NULL");
	status = omni__record_copy(who, &copy);
	if (status != OMNI_OK)
		return omni__fail(&statement->object.error, status,
		    "who: %s", omni_status_text(status));
	omni_record_free(statement->who);
	statement->who = copy;
	return OMNI_OK;
}

omni_status
omni_statement_set_customer(omni_statement *statement, const char *customer)
{
	unsigned char id[OMNI__ID];
	omni_status status;

	if (statement == NULL)
		return OMNI_MISUSE;
	status = omni__id_parse(&statement->object.error, "customer",
	    customer, id);
	if (status != OMNI_OK)
		return status;
	return omni__object_text(&statement->object, "customer", customer,
	    &statement->customer);
}

const struct omni_record *
omni__statement_who(const struct omni_statement *statement)
{
	return statement->who;
}

const char *
omni__statement_customer(const struct omni_statement *statement)
{
	return statement->customer;
}

/* ---- what it is about ----------------------------------------------- */

omni_status
omni_statement_set_channel(omni_statement *statement, const char *channel)
{
	if (statement == NULL)
		return OMNI_MISUSE;
	return omni__object_text(&statement->object, "channel", channel,
	    &statement->channel);
}

omni_status
omni_statement_set_medium(omni_statement *statement, int32_t medium)
{
	if (statement == NULL)
		return OMNI_MISUSE;
	if (medium != OMNI_MEDIUM_DIGITAL && medium != OMNI_MEDIUM_PHYSICAL)
		return omni__fail(&statement->object.error, OMNI_INVALID,
		    "medium is %d: it is %d (digital) or %d (physical)",
		    medium, OMNI_MEDIUM_DIGITAL, OMNI_MEDIUM_PHYSICAL);
	statement->medium = medium;
	return OMNI_OK;
}

omni_status
omni_statement_set_brand(omni_statement *statement, const char *brand)
{
	if (statement == NULL)
		return OMNI_MISUSE;
	return omni__object_text(&statement->object, "brand", brand,
	    &statement->brand);
}

omni_status
omni_statement_set_address(omni_statement *statement, const char *kind,
    const char *value)
{
	const char *a, *b;
	omni_status status;

	if (statement == NULL)
		return OMNI_MISUSE;
	status = omni__object_text(&statement->object, "address kind", kind,
	    &a);
	if (status == OMNI_OK && !omni__contact_kind(kind))
		return omni__fail(&statement->object.error, OMNI_INVALID,
		    "address kind is none of email, phone, device and "
		    "address");
	if (status == OMNI_OK)
		status = omni__object_text(&statement->object, "address",
		    value, &b);
	if (status != OMNI_OK)
		return status;
	statement->address_kind = a;
	statement->address = b;
	return OMNI_OK;
}

/* ---- what else ------------------------------------------------------ */

omni_status
omni_statement_set_value(omni_statement *statement, const char *value)
{
	if (statement == NULL)
		return OMNI_MISUSE;
	return omni__object_text(&statement->object, "value", value,
	    &statement->value);
}

static omni_status
keep_text(struct omni_statement *statement, const char *text,
    const char **place)
{
	const char *copy = omni__arena_strdup(&statement->object.arena, text);

	if (copy == NULL)
		return omni__nomem(&statement->object.error);
	*place = copy;
	return OMNI_OK;
}

omni_status
omni_statement_set_evidence(omni_statement *statement, const char *evidence)
{
	size_t size, bad;

	if (statement == NULL)
		return OMNI_MISUSE;
	size = evidence != NULL ? strnlen(evidence, OMNI_TEXT_MAX + 1) : 0;
	/* A form, or the head of a mail, has lines. */
	if (size > 0 && size <= OMNI_TEXT_MAX &&
	    omni__utf8_check(evidence, size, &bad))
		return keep_text(statement, evidence, &statement->evidence);
	return omni__fail(&statement->object.error, OMNI_INVALID,
	    size == 0 ? "evidence is NULL or empty" : size > OMNI_TEXT_MAX ?
	    "evidence is too long" : "evidence is not UTF-8");
}

omni_status
omni_statement_set_via(omni_statement *statement, const char *channel)
{
	if (statement == NULL)
		return OMNI_MISUSE;
	return omni__object_text(&statement->object, "via", channel,
	    &statement->via);
}

omni_status
omni_statement_set_rank(omni_statement *statement, int32_t rank)
{
	if (statement == NULL)
		return OMNI_MISUSE;
	if (rank < 1)
		return omni__fail(&statement->object.error, OMNI_INVALID,
		    "rank is %d: 1 is the best", rank);
	statement->rank = rank;
	return OMNI_OK;
}

omni_status
omni_statement_set_wording(omni_statement *statement, const char *wording)
{
	if (statement == NULL)
		return OMNI_MISUSE;
	return omni__object_text(&statement->object, "wording", wording,
	    &statement->wording);
}

static omni_status
set_time(struct omni_statement *statement, const char *field, int64_t time,
    int64_t *place)
{
	omni_status status = omni__time_check(&statement->object.error,
	    field, time);

	if (status == OMNI_OK)
		*place = time;
	return status;
}

omni_status
omni_statement_set_expiry(omni_statement *statement, int64_t time)
{
	if (statement == NULL)
		return OMNI_MISUSE;
	if (time == OMNI_NOW)
		return omni__fail(&statement->object.error, OMNI_INVALID,
		    "expiry is now: it would never have been said");
	return set_time(statement, "expiry", time, &statement->expiry);
}

omni_status
omni_statement_set_time(omni_statement *statement, int64_t time)
{
	if (statement == NULL)
		return OMNI_MISUSE;
	return set_time(statement, "time", time, &statement->time);
}

omni_status
omni_statement_set_key(omni_statement *statement, const char *source,
    const char *key)
{
	const char *a, *b;
	omni_status status;

	if (statement == NULL)
		return OMNI_MISUSE;
	status = omni__object_text(&statement->object, "source", source, &a);
	if (status == OMNI_OK)
		status = omni__object_text(&statement->object, "key", key,
		    &b);
	if (status != OMNI_OK)
		return status;
	statement->source = a;
	statement->key = b;
	return OMNI_OK;
}

const char *
omni_statement_errmsg(const omni_statement *statement)
{
	if (statement == NULL)
		return "the statement is NULL";
	return statement->object.error.text[0] != '\0' ?
	    statement->object.error.text : "no error";
}
