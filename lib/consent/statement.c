/*
 * Statements: what a customer said.  The object that a host fills, and the
 * fact that it becomes.
 */
#include <string.h>

#include "consent/consent.h"

struct omni_statement {
	struct omni__object object;
	struct omni__error flaw;	/* of the constructor, for the put */
	const char *purpose;
	struct omni_record *who;
	const char *customer;
	const char *channel;
	const char *via;
	const char *wording;
	const char *source;
	const char *key;
	int64_t expiry;
	int64_t time;
	int32_t said;
	int32_t rank;
};

static const char *const saids[] = { NULL, "grant", "withdraw", "prefer" };
_Static_assert(OMNI__COUNT(saids) == OMNI_SAID_PREFER + 1,
    "something said without a word");

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
	if (said < OMNI_SAID_GRANT || said > OMNI_SAID_PREFER)
		status = omni__fail(&s->object.error, OMNI_INVALID,
		    "said is %d: it is from %d to %d", said, OMNI_SAID_GRANT,
		    OMNI_SAID_PREFER);
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

static omni_status
copy_texts(const struct omni_statement *from, struct omni_statement *s)
{
	const char *const texts[] = {
		from->purpose, from->customer, from->channel, from->via,
		from->wording, from->source, from->key
	};
	const char **const places[] = {
		&s->purpose, &s->customer, &s->channel, &s->via,
		&s->wording, &s->source, &s->key
	};
	size_t i;

	for (i = 0; i < OMNI__COUNT(texts); i++)
		if (texts[i] != NULL && (*places[i] = omni__arena_strdup(
		    &s->object.arena, texts[i])) == NULL)
			return OMNI_NOMEM;
	return OMNI_OK;
}

omni_status
omni__statement_copy(const struct omni_statement *from,
    struct omni_statement **copy)
{
	struct omni_statement *s = omni__object_new(NULL, sizeof(*s));
	omni_status status;

	if (s == NULL)
		return OMNI_NOMEM;
	status = copy_texts(from, s);
	if (status == OMNI_OK && from->who != NULL)
		status = omni__record_copy(from->who, &s->who);
	s->flaw = from->flaw;
	s->expiry = from->expiry;
	s->time = from->time;
	s->said = from->said;
	s->rank = from->rank;
	if (status == OMNI_OK)
		*copy = s;
	else
		omni_statement_free(s);
	return status;
}

/* ---- setters -------------------------------------------------------- */

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

omni_status
omni_statement_set_channel(omni_statement *statement, const char *channel)
{
	if (statement == NULL)
		return OMNI_MISUSE;
	return omni__object_text(&statement->object, "channel", channel,
	    &statement->channel);
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

/* ---- the fact ------------------------------------------------------- */

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

static omni_status
check(struct omni__error *error, const struct omni_statement *s)
{
	bool speaks = s->who != NULL && !omni__record_empty(s->who);

	if (s->purpose == NULL)
		return omni__fail(error, s->flaw.status, "statement: %s",
		    s->flaw.text);
	if (!speaks && s->customer == NULL)
		return omni__fail(error, OMNI_INVALID,
		    "statement: who said it is missing");
	if (speaks && s->customer != NULL)
		return omni__fail(error, OMNI_INVALID,
		    "statement: it has a who and a customer, and one of them "
		    "said it");
	if (s->said == OMNI_SAID_PREFER && s->channel == NULL)
		return omni__fail(error, OMNI_INVALID,
		    "channel: a preference is about one channel");
	if ((s->said == OMNI_SAID_PREFER) != (s->rank != 0))
		return omni__fail(error, OMNI_INVALID,
		    "rank: a preference has one, and nothing else has");
	if (s->said != OMNI_SAID_GRANT && s->expiry != OMNI_TIME_UNKNOWN)
		return omni__fail(error, OMNI_INVALID,
		    "expiry: only a yes ends by itself");
	return OMNI_OK;
}

static void
write_held(struct omni__buf *body, const unsigned char *const *held,
    size_t count)
{
	char hex[2 * OMNI__ID + 1];
	size_t i;

	omni__buf_str(body, ",\"held\":[");
	for (i = 0; i < count; i++) {
		omni__hex(hex, held[i], OMNI__ID);
		omni__buf_printf(body, "%s\"%s\"", i > 0 ? "," : "", hex);
	}
	omni__buf_char(body, ']');
}

/*
 * A no of which nothing is known but an address binds the address, and so
 * whoever shares it: who of them spoke cannot be known.  The hash is told
 * now, so that it outlives the erasure of the record.
 */
static omni_status
write_address(struct omni *db, struct omni__buf *body,
    const struct omni_statement *s)
{
	const struct omni_record *who = s->who;
	unsigned char hash[OMNI__ID];
	char hex[2 * OMNI__ID + 1];
	bool usable;
	omni_status status;

	if (s->said != OMNI_SAID_WITHDRAW || who == NULL ||
	    who->source != NULL || who->count != 1 ||
	    (strcmp(who->features[0].kind, "email") != 0 &&
	    strcmp(who->features[0].kind, "phone") != 0))
		return OMNI_OK;
	status = omni__contact_hash(db, who->features[0].kind,
	    who->features[0].value, hash, &usable);
	if (status == OMNI_OK && usable) {
		omni__hex(hex, hash, OMNI__ID);
		omni__buf_printf(body, ",\"address\":\"%s\"", hex);
	}
	return status;
}

/* Would a yes answer this no, if it knew of it? */
static bool
answers(const struct omni_statement *yes, const struct omni__said *no)
{
	return no->said == OMNI_SAID_WITHDRAW &&
	    strcmp(no->source, yes->source != NULL ? yes->source : "") != 0 &&
	    omni__purpose_within(yes->purpose, no->purpose) &&
	    (no->channel == NULL || (yes->channel != NULL &&
	    strcmp(no->channel, yes->channel) == 0));
}

/*
 * A yes spoken as a customer is spoken in sight of what this store holds:
 * it answers other sources' withdrawals, and names them, so that a replica
 * that held more can tell.
 */
static omni_status
write_seen(struct omni *db, struct omni__buf *body,
    const struct omni_statement *s, const unsigned char *const *held,
    size_t count)
{
	struct omni__said *said = NULL;
	const char *before = ",\"seen\":[";
	size_t i, size = 0;
	omni_status status;

	if (s->said != OMNI_SAID_GRANT || count == 0)
		return OMNI_OK;
	status = omni__statements_of(db, held, count, &said, &size);
	for (i = 0; i < size && status == OMNI_OK; i++) {
		if (!answers(s, &said[i]))
			continue;
		omni__buf_printf(body, "%s\"%016llx\"", before,
		    (unsigned long long)said[i].mark);
		before = ",";
	}
	if (*before == ',' && before[1] == '\0')
		omni__buf_char(body, ']');
	return status;
}

static void
write_text(struct omni__buf *body, const char *name, const char *value)
{
	if (value == NULL)
		return;
	omni__buf_printf(body, ",\"%s\":", name);
	omni__buf_json(body, value);
}

static omni_status
write_body(struct omni *db, struct omni__buf *body,
    const struct omni_statement *s, const unsigned char *const *held,
    size_t count)
{
	char iso[OMNI_TIME_SIZE];
	omni_status status = OMNI_OK;

	omni__buf_printf(body, "{\"said\":\"%s\"", saids[s->said]);
	write_text(body, "purpose", s->purpose);
	write_text(body, "channel", s->channel);
	write_text(body, "via", s->via);
	write_text(body, "wording", s->wording);
	if (s->rank != 0)
		omni__buf_printf(body, ",\"rank\":%d", s->rank);
	if (s->expiry != OMNI_TIME_UNKNOWN) {
		status = omni_time_format(s->expiry, iso, sizeof(iso));
		write_text(body, "expiry", iso);
	}
	/* A yes stays with who said it; only a no follows every part. */
	if (s->said == OMNI_SAID_WITHDRAW && count > 0)
		write_held(body, held, count);
	if (status == OMNI_OK)
		status = write_address(db, body, s);
	if (status == OMNI_OK)
		status = write_seen(db, body, s, held, count);
	omni__buf_char(body, '}');
	return status;
}

omni_status
omni__statement_fact(struct omni *db, const struct omni_statement *s,
    const unsigned char *const *held, size_t count, struct omni__fact *fact)
{
	struct omni__buf body = { .env = &db->env };
	omni_status status = check(&db->error, s);

	if (status == OMNI_OK)
		status = write_body(db, &body, s, held, count);
	if (status != OMNI_OK)
		goto out;
	memset(fact, 0, sizeof(*fact));
	fact->noun = OMNI__FACT_STATEMENT;
	fact->timed = s->time != OMNI_NOW && s->time != OMNI_TIME_UNKNOWN;
	fact->happened = fact->timed ? s->time : omni__clock(&db->env);
	fact->source = s->source;
	fact->key = s->key;
	fact->channel = s->via;
	fact->kind = s->purpose;
	fact->body = body.failed ? NULL : omni__arena_text(&db->scratch,
	    body.bytes, body.size);
	if (fact->body == NULL)
		status = omni__nomem(&db->error);
out:
	omni__buf_free(&body);
	return status;
}
