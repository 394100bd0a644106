/*
 * The fact that a statement becomes: what is checked when it is put, and the
 * body that keeps it.  Addresses become keyed hashes here.
 */
#include <string.h>

#include "consent/statement.h"

/* ---- values --------------------------------------------------------- */

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "sv", "pt-BR", "zh-Hant-TW": BCP 47 as it is used, by its form alone. */
static bool
is_language(const char *tag)
{
	size_t size = 0;

	for (; is_letter(*tag); tag++)
		size++;
	if (size < 2 || size > 8)
		return false;
	while (*tag == '-') {
		for (size = 0, tag++; is_letter(*tag) || is_digit(*tag);
		    tag++)
			size++;
		if (size < 1 || size > 8)
			return false;
	}
	return *tag == '\0';
}

#define ZONE_MAX 100

/* A name of the zone database, or a POSIX one: this machine need not know
 * it. */
static bool
is_zone(const char *name)
{
	size_t i;

	if (!is_letter(name[0]) && name[0] != '<')
		return false;
	for (i = 0; name[i] != '\0'; i++)
		if (!is_letter(name[i]) && !is_digit(name[i]) &&
		    strchr("+-_/,.:<>", name[i]) == NULL)
			return false;
	return i <= ZONE_MAX && strstr(name, "..") == NULL &&
	    strstr(name, "//") == NULL && name[i - 1] != '/';
}

static omni_status
check_value(struct omni__error *error, const struct omni_statement *s)
{
	struct omni__hours hours;

	switch (s->said) {
	case OMNI_SAID_QUIET:
		return omni__hours_parse(error, "value", s->value, &hours);
	case OMNI_SAID_LANGUAGE:
		return is_language(s->value) ? OMNI_OK : omni__fail(error,
		    OMNI_INVALID, "value: a language is a tag such as "
		    "\"sv\" or \"pt-BR\"");
	default:
		return is_zone(s->value) ? OMNI_OK : omni__fail(error,
		    OMNI_INVALID, "value: a time zone has a name such as "
		    "\"Europe/Stockholm\"");
	}
}

/* ---- checks --------------------------------------------------------- */

/* What goes with which sort of statement. */
enum { VALUE = 1, RANK = 2, EXPIRY = 4, ADDRESS = 8, ALONE = 16 };
static const int takes[] = {
	[OMNI_SAID_GRANT] = EXPIRY | ADDRESS,
	[OMNI_SAID_WITHDRAW] = ADDRESS | ALONE,
	[OMNI_SAID_PREFER] = RANK,
	[OMNI_SAID_CONFIRM] = ADDRESS | ALONE,
	[OMNI_SAID_QUIET] = VALUE,
	[OMNI_SAID_LANGUAGE] = VALUE,
	[OMNI_SAID_ZONE] = VALUE,
	[OMNI_SAID_TOLD] = 0,
};

static bool
takes_it(const struct omni_statement *s, int what)
{
	return (takes[s->said] & what) != 0;
}

static bool
has_address(const struct omni_statement *s)
{
	return s->address != NULL || s->bound != NULL;
}

static omni_status
check_speaker(struct omni__error *error, const struct omni_statement *s)
{
	bool speaks = !omni__record_empty(s->who);

	if (speaks && s->customer != NULL)
		return omni__fail(error, OMNI_INVALID,
		    "statement: it has a who and a customer, and one of them "
		    "said it");
	/* Who has the address said it. */
	if (speaks || s->customer != NULL ||
	    (has_address(s) && takes_it(s, ALONE)))
		return OMNI_OK;
	return omni__fail(error, OMNI_INVALID,
	    "statement: who said it is missing; name a customer or a record");
}

static omni_status
check_scope(struct omni__error *error, const struct omni_statement *s)
{
	if (s->channel != NULL && s->medium != 0)
		return omni__fail(error, OMNI_INVALID,
		    "medium: it is about a channel or about a medium, not "
		    "both");
	if (s->said == OMNI_SAID_PREFER && s->channel == NULL)
		return omni__fail(error, OMNI_INVALID,
		    "channel: a preference is about one channel");
	if (has_address(s) && !takes_it(s, ADDRESS))
		return omni__fail(error, OMNI_INVALID,
		    "address: only a yes, its confirmation and a no are "
		    "about one");
	return OMNI_OK;
}

static omni_status
check(struct omni__error *error, const struct omni_statement *s)
{
	omni_status status;

	if (s->purpose == NULL)
		return omni__fail(error, s->flaw.status, "statement: %s",
		    s->flaw.text);
	status = check_speaker(error, s);
	if (status == OMNI_OK)
		status = check_scope(error, s);
	if (status != OMNI_OK)
		return status;
	if (takes_it(s, RANK) != (s->rank != 0))
		return omni__fail(error, OMNI_INVALID,
		    "rank: a preference has one, and nothing else has");
	if (s->expiry != OMNI_TIME_UNKNOWN && !takes_it(s, EXPIRY))
		return omni__fail(error, OMNI_INVALID,
		    "expiry: only a yes ends by itself");
	if (takes_it(s, VALUE) != (s->value != NULL))
		return omni__fail(error, OMNI_INVALID,
		    "value: quiet hours, a language and a time zone have "
		    "one, and nothing else has");
	return s->value != NULL ? check_value(error, s) : OMNI_OK;
}

/* ---- the body ------------------------------------------------------- */

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
 * whoever shares it: who of them spoke cannot be known.
 */
static bool
only_address(const struct omni_statement *s)
{
	const struct omni_record *who = s->who;

	return s->said == OMNI_SAID_WITHDRAW && who != NULL &&
	    who->source == NULL && who->count == 1 &&
	    (strcmp(who->features[0].kind, "email") == 0 ||
	    strcmp(who->features[0].kind, "phone") == 0);
}

/* The hash is told now, so that it outlives the erasure of the record. */
static omni_status
write_address(struct omni *db, struct omni__buf *body,
    const struct omni_statement *s)
{
	bool named = s->address != NULL;
	unsigned char hash[OMNI__ID];
	char hex[2 * OMNI__ID + 1];
	bool usable = true;
	omni_status status = OMNI_OK;

	if (s->bound != NULL)
		memcpy(hash, s->bound, OMNI__ID);
	else if (named || only_address(s))
		status = omni__contact_hash(db,
		    named ? s->address_kind : s->who->features[0].kind,
		    named ? s->address : s->who->features[0].value, hash,
		    &usable);
	else
		return OMNI_OK;
	if (status == OMNI_OK && !usable && named)
		return omni__fail(&db->error, OMNI_INVALID,
		    "address: no message could go there");
	if (status == OMNI_OK && usable) {
		omni__hex(hex, hash, OMNI__ID);
		omni__buf_printf(body, ",\"address\":\"%s\"", hex);
	}
	return status;
}

/* Would a yes answer this no, if it knew of it?  Which medium a channel has is
 * asked when it counts. */
static bool
answers(const struct omni_statement *yes, const struct omni__said *no)
{
	if (no->said != OMNI_SAID_WITHDRAW ||
	    strcmp(no->source, yes->source != NULL ? yes->source : "") == 0 ||
	    !omni__purpose_within(yes->purpose, no->purpose))
		return false;
	if (no->brand != NULL && (yes->brand == NULL ||
	    strcmp(no->brand, yes->brand) != 0))
		return false;
	if (no->channel != NULL)
		return yes->channel != NULL &&
		    strcmp(no->channel, yes->channel) == 0;
	return no->medium == 0 || no->medium == yes->medium ||
	    yes->channel != NULL;
}

omni_status
omni__addresses_of(struct omni *db, const unsigned char *const *records,
    size_t count, const unsigned char ***hashes, size_t *found)
{
	struct omni__member *members = omni__arena_zero(&db->scratch,
	    (count + 1) * sizeof(*members));
	struct omni__points_list list = { .members = members,
	    .count = count };
	omni_status status;
	size_t i;

	if (members == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		memcpy(members[i].id, records[i], OMNI__ID);
	status = omni__points_load(db, NULL, &list, 1);
	if (status != OMNI_OK)
		return status;
	*found = list.points.count;
	*hashes = omni__arena_alloc(&db->scratch,
	    (*found + 1) * sizeof(**hashes));
	if (*hashes == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < *found; i++)
		(*hashes)[i] = list.points.items[i].hash;
	return OMNI_OK;
}

/* What was said by these records, and about their addresses. */
static omni_status
load_sight(struct omni *db, const unsigned char *const *held, size_t count,
    struct omni__said_list *sight)
{
	const unsigned char **ids, **hashes;
	size_t found;
	omni_status status = omni__addresses_of(db, held, count, &hashes,
	    &found);

	if (status != OMNI_OK)
		return status;
	ids = omni__arena_alloc(&db->scratch,
	    (count + found + 1) * sizeof(*ids));
	if (ids == NULL)
		return omni__nomem(&db->error);
	memcpy(ids, held, count * sizeof(*ids));
	memcpy(ids + count, hashes, found * sizeof(*ids));
	sight->ids = ids;
	sight->count = count + found;
	return omni__statements_load(db, NULL, sight, 1);
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
	struct omni__said_list sight = { .count = 0 };
	const char *before = ",\"seen\":[";
	size_t i;
	omni_status status;

	if (s->said != OMNI_SAID_GRANT || count == 0)
		return OMNI_OK;
	status = load_sight(db, held, count, &sight);
	for (i = 0; i < sight.size && status == OMNI_OK; i++) {
		if (!answers(s, &sight.said[i]))
			continue;
		omni__buf_printf(body, "%s\"%016llx\"", before,
		    (unsigned long long)sight.said[i].mark);
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

/* Whoever tells a statement again must make the same text of it, also with
 * another release: what is new comes behind. */
static omni_status
write_body(struct omni *db, struct omni__buf *body,
    const struct omni_statement *s, const unsigned char *const *held,
    size_t count)
{
	char iso[OMNI_TIME_SIZE];
	omni_status status = OMNI_OK;

	omni__buf_printf(body, "{\"said\":\"%s\"", omni__said_word(s->said));
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
	if (s->medium != 0)
		omni__buf_printf(body, ",\"medium\":%d", s->medium);
	write_text(body, "brand", s->brand);
	write_text(body, "value", s->value);
	write_text(body, "evidence", s->evidence);
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
