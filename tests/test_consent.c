/*
 * Channels, purposes, contact points and statements: what is checked, what
 * is kept, and what outlives an erasure.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "consent/consent.h"

#define T0 (HARNESS_NOW - 100 * HARNESS_DAY)
#define DAY(n) (T0 + (n) * HARNESS_DAY)

#define assert_has(text, piece) \
	assert_true((text) != NULL && strstr((text), (piece)) != NULL)

/* ---- channels and purposes ------------------------------------------ */

static void
a_channel_is_read_as_it_was_defined(void **state)
{
	struct harness *h = harness_of(state);
	omni_channel *channel = omni_channel_new("läten/post"), *held = NULL;

	assert_non_null(channel);
	harness_ok(h, omni_channel_set_direction(channel,
	    OMNI_DIRECTION_OUT));
	harness_ok(h, omni_channel_set_medium(channel,
	    OMNI_MEDIUM_PHYSICAL));
	harness_ok(h, omni_channel_set_address(channel, "address"));
	harness_ok(h, omni_channel_set_confidentiality(channel, 7));
	harness_ok(h, omni_channel_set_cost(channel, 1250));
	harness_is(h, omni_channel_get(h->db, "läten/post", &held),
	    OMNI_NONE);
	harness_ok(h, omni_channel_put(h->db, channel, NULL));
	harness_ok(h, omni_channel_get(h->db, "läten/post", &held));
	assert_string_equal(omni_channel_name(held), "läten/post");
	assert_int_equal(omni_channel_direction(held), OMNI_DIRECTION_OUT);
	assert_int_equal(omni_channel_medium(held), OMNI_MEDIUM_PHYSICAL);
	assert_string_equal(omni_channel_address(held), "address");
	assert_int_equal(omni_channel_confidentiality(held), 7);
	assert_int_equal(omni_channel_cost(held), 1250);
	omni_channel_free(held);
	omni_channel_free(channel);
}

static void
a_purpose_is_read_as_it_was_defined(void **state)
{
	struct harness *h = harness_of(state);
	omni_purpose *purpose = omni_purpose_new("offer/\"shoes\""),
	    *held = NULL;
	char name[16];
	int i;

	assert_non_null(purpose);
	harness_ok(h, omni_purpose_set_basis(purpose, OMNI_BASIS_LAW));
	harness_ok(h, omni_purpose_set_class(purpose, "service"));
	harness_ok(h, omni_purpose_set_confidentiality(purpose, 9));
	harness_ok(h, omni_purpose_set_verified(purpose, -3));
	for (i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "c%d", i % 20);
		harness_ok(h, omni_purpose_add_channel(purpose, name));
	}
	harness_ok(h, omni_purpose_put(h->db, purpose, NULL));
	harness_ok(h, omni_purpose_get(h->db, "offer/\"shoes\"", &held));
	assert_string_equal(omni_purpose_name(held), "offer/\"shoes\"");
	assert_int_equal(omni_purpose_basis(held), OMNI_BASIS_LAW);
	assert_string_equal(omni_purpose_class(held), "service");
	assert_int_equal(omni_purpose_confidentiality(held), 9);
	assert_int_equal(omni_purpose_verified(held), 1);
	assert_int_equal(omni_purpose_channel_count(held), 20);
	for (i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "c%d", i);
		assert_string_equal(omni_purpose_channel(held, i), name);
	}
	assert_null(omni_purpose_channel(held, 20));
	assert_null(omni_purpose_channel(held, -1));
	omni_purpose_free(held);
	omni_purpose_free(purpose);
}

static void
the_latest_definition_holds_whatever_the_order(void **state)
{
	static const struct { int64_t time; int32_t cost; } told[] = {
		{ DAY(2), 22 }, { DAY(5), 55 }, { DAY(1), 11 },
	};
	struct harness *h = harness_of(state);
	omni_channel *held = NULL;
	size_t i;

	for (i = 0; i < OMNI__COUNT(told); i++) {
		omni_channel *channel = omni_channel_new("sms");

		harness_ok(h, omni_channel_set_cost(channel, told[i].cost));
		harness_ok(h, omni_channel_set_time(channel, told[i].time));
		harness_ok(h, omni_channel_put(h->db, channel, NULL));
		omni_channel_free(channel);
	}
	harness_ok(h, omni_channel_get(h->db, "sms", &held));
	assert_int_equal(omni_channel_cost(held), 55);
	omni_channel_free(held);
}

static void
a_definition_told_twice_is_one(void **state)
{
	struct harness *h = harness_of(state);
	omni_purpose *purpose = omni_purpose_new("news");
	int64_t first = 0, second = 0;

	harness_ok(h, omni_purpose_set_key(purpose, "setup", "news"));
	harness_ok(h, omni_purpose_put(h->db, purpose, &first));
	h->now += HARNESS_DAY;
	harness_is(h, omni_purpose_put(h->db, purpose, &second),
	    OMNI_DUPLICATE);
	assert_true(first == second && first != 0);
	harness_ok(h, omni_purpose_set_verified(purpose, 1));
	harness_is(h, omni_purpose_put(h->db, purpose, NULL),
	    OMNI_CONFLICT);
	omni_purpose_free(purpose);
}

/* ---- bad values ----------------------------------------------------- */

static void
bad_values_of_channels_are_named(void **state)
{
	struct harness *h = harness_of(state);
	omni_channel *channel = omni_channel_new("email"), *none = NULL;

	assert_int_equal(omni_channel_set_direction(channel, 4),
	    OMNI_INVALID);
	assert_has(omni_channel_errmsg(channel), "direction");
	assert_int_equal(omni_channel_set_medium(channel, 0), OMNI_INVALID);
	assert_int_equal(omni_channel_set_address(channel, "pigeon"),
	    OMNI_UNDEFINED);
	assert_int_equal(omni_channel_set_address(channel, NULL),
	    OMNI_INVALID);
	assert_int_equal(omni_channel_set_confidentiality(channel, 10),
	    OMNI_INVALID);
	assert_has(omni_channel_errmsg(channel), "confidentiality");
	assert_int_equal(omni_channel_set_cost(channel, -1), OMNI_INVALID);
	assert_int_equal(omni_channel_set_key(channel, "a", ""),
	    OMNI_INVALID);
	assert_int_equal(omni_channel_set_key(channel, "a\nb", "c"),
	    OMNI_INVALID);
	assert_int_equal(omni_channel_set_time(channel, INT64_MAX - 1),
	    OMNI_INVALID);
	/* None of it stuck. */
	harness_ok(h, omni_channel_put(h->db, channel, NULL));
	omni_channel_free(channel);
	assert_int_equal(omni_channel_put(NULL, NULL, NULL), OMNI_MISUSE);
	harness_is(h, omni_channel_put(h->db, NULL, NULL), OMNI_MISUSE);
	harness_is(h, omni_channel_get(h->db, NULL, &none), OMNI_INVALID);
	assert_int_equal(omni_channel_get(h->db, "email", NULL),
	    OMNI_MISUSE);
	assert_int_equal(omni_channel_set_cost(NULL, 1), OMNI_MISUSE);
	assert_non_null(omni_channel_errmsg(NULL));
	assert_null(omni_channel_name(NULL));
	omni_channel_free(NULL);
}

static void
a_bad_name_is_reported_when_it_is_put(void **state)
{
	static const char *const bad[] = {
		"", "/", "a/", "/a", "a//b", "*", "a/*", "\xff\xfe", "a\tb",
		NULL
	};
	struct harness *h = harness_of(state);
	omni_channel *channel = omni_channel_new("");
	size_t i;

	harness_is(h, omni_channel_put(h->db, channel, NULL), OMNI_INVALID);
	assert_has(omni_errmsg(h->db), "name");
	omni_channel_free(channel);
	for (i = 0; i < OMNI__COUNT(bad); i++) {
		omni_purpose *purpose = omni_purpose_new(bad[i]);

		assert_non_null(purpose);
		(void)omni_purpose_set_basis(purpose, 77);
		harness_is(h, omni_purpose_put(h->db, purpose, NULL),
		    OMNI_INVALID);
		assert_has(omni_errmsg(h->db), "name");
		omni_purpose_free(purpose);
	}
}

static void
a_mebibyte_is_no_name(void **state)
{
	struct harness *h = harness_of(state);
	size_t size = 1 << 20;
	char *text = malloc(size + 1);
	omni_contact *contact;
	omni_statement *s;

	assert_non_null(text);
	memset(text, 'x', size);
	text[size] = '\0';
	contact = omni_contact_new("email", text);
	s = omni_statement_new(OMNI_SAID_GRANT, text);
	harness_is(h, omni_contact_put(h->db, contact, NULL), OMNI_INVALID);
	harness_is(h, omni_statement_put(h->db, s, NULL), OMNI_INVALID);
	assert_int_equal(omni_statement_set_wording(s, text), OMNI_INVALID);
	omni_statement_free(s);
	omni_contact_free(contact);
	free(text);
}

/* ---- statements ----------------------------------------------------- */

static omni_record *
somebody(void)
{
	omni_record *who = omni_record_new();

	assert_non_null(who);
	assert_int_equal(omni_record_add(who, "email", "ann@example.com"),
	    OMNI_OK);
	return who;
}

static omni_statement *
said_by(const omni_record *who, int32_t said, const char *purpose)
{
	omni_statement *s = omni_statement_new(said, purpose);

	assert_non_null(s);
	if (who != NULL)
		assert_int_equal(omni_statement_set_who(s, who), OMNI_OK);
	return s;
}

static void
assert_refused(struct harness *h, omni_statement *s, const char *piece)
{
	harness_is(h, omni_statement_put(h->db, s, NULL), OMNI_INVALID);
	assert_has(omni_errmsg(h->db), piece);
	omni_statement_free(s);
}

static void
a_statement_that_says_nothing_clear_is_refused(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *who = somebody();
	omni_statement *s;

	assert_refused(h, said_by(who, 0, "news"), "said");
	assert_refused(h, said_by(who, 9, "news"), "said");
	assert_refused(h, said_by(who, -1, "news"), "said");
	assert_refused(h, said_by(who, OMNI_SAID_GRANT, "news/"), "purpose");
	assert_refused(h, said_by(who, OMNI_SAID_GRANT, NULL), "purpose");
	assert_refused(h, said_by(NULL, OMNI_SAID_GRANT, "news"), "who");
	assert_refused(h, said_by(who, OMNI_SAID_PREFER, "news"), "channel");
	s = said_by(who, OMNI_SAID_PREFER, "news");
	assert_int_equal(omni_statement_set_channel(s, "email"), OMNI_OK);
	assert_refused(h, s, "rank");
	s = said_by(who, OMNI_SAID_GRANT, "news");
	assert_int_equal(omni_statement_set_rank(s, 1), OMNI_OK);
	assert_refused(h, s, "rank");
	s = said_by(who, OMNI_SAID_WITHDRAW, "news");
	assert_int_equal(omni_statement_set_expiry(s, DAY(1)), OMNI_OK);
	assert_refused(h, s, "expiry");
	s = said_by(who, OMNI_SAID_WITHDRAW, "news");
	assert_int_equal(omni_statement_set_customer(s,
	    "0123456789abcdef0123456789abcdef"), OMNI_OK);
	assert_refused(h, s, "customer");
	omni_record_free(who);
}

static void
bad_values_of_statements_are_named(void **state)
{
	struct harness *h = harness_of(state);
	omni_statement *s = said_by(NULL, OMNI_SAID_GRANT, "*");

	assert_int_equal(omni_statement_set_customer(s, "ann"),
	    OMNI_INVALID);
	assert_has(omni_statement_errmsg(s), "customer");
	assert_int_equal(omni_statement_set_rank(s, 0), OMNI_INVALID);
	assert_has(omni_statement_errmsg(s), "rank");
	assert_int_equal(omni_statement_set_channel(s, ""), OMNI_INVALID);
	assert_int_equal(omni_statement_set_via(s, "a\x01"), OMNI_INVALID);
	assert_int_equal(omni_statement_set_expiry(s, OMNI_NOW),
	    OMNI_INVALID);
	assert_int_equal(omni_statement_set_time(s, INT64_MIN + 1),
	    OMNI_INVALID);
	assert_int_equal(omni_statement_set_key(s, NULL, "k"),
	    OMNI_INVALID);
	assert_int_equal(omni_statement_set_who(s, NULL), OMNI_MISUSE);
	assert_int_equal(omni_statement_set_rank(NULL, 1), OMNI_MISUSE);
	assert_non_null(omni_statement_errmsg(NULL));
	assert_int_equal(omni_statement_set_customer(s,
	    "0123456789abcdef0123456789abcdef"), OMNI_OK);
	harness_is(h, omni_statement_put(h->db, s, NULL), OMNI_INVALID);
	assert_has(omni_errmsg(h->db), "customer");
	omni_statement_free(s);
	omni_statement_free(NULL);
}

static void
a_statement_told_twice_is_one(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *who = somebody();
	omni_statement *s = said_by(who, OMNI_SAID_GRANT, "news");
	int64_t first = 0, second = 0;

	assert_int_equal(omni_statement_set_key(s, "web", "consent-17"),
	    OMNI_OK);
	harness_ok(h, omni_statement_put(h->db, s, &first));
	h->now += HARNESS_DAY;
	harness_is(h, omni_statement_put(h->db, s, &second),
	    OMNI_DUPLICATE);
	assert_true(first == second && first != 0);
	assert_int_equal(omni_statement_set_channel(s, "email"), OMNI_OK);
	harness_is(h, omni_statement_put(h->db, s, NULL), OMNI_CONFLICT);
	omni_statement_free(s);
	omni_record_free(who);
}

/* ---- contact points ------------------------------------------------- */

static void
bad_values_of_contact_points_are_named(void **state)
{
	static const struct { const char *kind, *value, *piece; } bad[] = {
		{ "pigeon", "ann", "kind" }, { NULL, "ann", "kind" },
		{ "email", "", "value" }, { "email", NULL, "value" },
		{ "email", "nobody", "value" }, { "phone", "12", "value" },
		{ "address", "--", "value" },
	};
	struct harness *h = harness_of(state);
	omni_contact *contact;
	size_t i;

	for (i = 0; i < OMNI__COUNT(bad); i++) {
		contact = omni_contact_new(bad[i].kind, bad[i].value);
		assert_int_equal(omni_contact_set_verified(contact, 1),
		    OMNI_OK);
		harness_is(h, omni_contact_put(h->db, contact, NULL),
		    OMNI_INVALID);
		assert_has(omni_errmsg(h->db), bad[i].piece);
		omni_contact_free(contact);
	}
	contact = omni_contact_new("email", "ann@example.com");
	harness_is(h, omni_contact_put(h->db, contact, NULL), OMNI_INVALID);
	assert_int_equal(omni_contact_set_suppressed(contact, ""),
	    OMNI_INVALID);
	assert_has(omni_contact_errmsg(contact), "cause");
	assert_int_equal(omni_contact_set_time(contact, INT64_MAX - 1),
	    OMNI_INVALID);
	omni_contact_free(contact);
	harness_is(h, omni_contact_put(h->db, NULL, NULL), OMNI_MISUSE);
	assert_int_equal(omni_contact_set_verified(NULL, 1), OMNI_MISUSE);
	assert_non_null(omni_contact_errmsg(NULL));
	omni_contact_free(NULL);
}

/* What a test looks at beneath the public calls, in one transaction. */
struct look {
	const char *kind, *value;
	int64_t fact;
	struct omni__contact_state state;
	bool suppressed;
	char body[512];
};

static omni_status
look_at(struct omni *db, void *context)
{
	struct look *look = context;
	unsigned char hash[1][OMNI__ID];
	struct omni__fact fact;
	bool usable;
	omni_status status;

	look->body[0] = '\0';
	status = omni__contact_hash(db, look->kind, look->value, hash[0],
	    &usable);
	assert_true(status != OMNI_OK || usable);
	if (status == OMNI_OK)
		status = omni__contacts_load(db, NULL,
		    (const unsigned char (*)[OMNI__ID])hash, 1,
		    &look->state);
	/* Only whether, since the texts go with the call. */
	look->suppressed = look->state.suppression_count > 0;
	if (status == OMNI_OK && look->fact != 0)
		status = omni__facts_read(db, &look->fact, 1, &fact);
	if (status == OMNI_OK && look->fact != 0)
		(void)snprintf(look->body, sizeof(look->body), "%s",
		    fact.body);
	return status;
}

static void
inside(struct harness *h, omni__work_fn work, void *context)
{
	harness_ok(h, omni__enter(h->db));
	harness_ok(h, omni__leave(h->db, omni__transact(h->db, true, work,
	    context)));
}

static void
an_address_is_kept_as_a_keyed_hash(void **state)
{
	struct harness *h = harness_of(state);
	struct look look = { .kind = "email", .value = "ANN@example.com " };
	omni_contact *contact = omni_contact_new("email",
	    "ann@Example.com");

	assert_int_equal(omni_contact_set_suppressed(contact, "bounce"),
	    OMNI_OK);
	assert_int_equal(omni_contact_set_verified(contact, 1), OMNI_OK);
	harness_ok(h, omni_contact_put(h->db, contact, &look.fact));
	inside(h, look_at, &look);
	assert_true(look.state.verified && look.suppressed);
	assert_has(look.body, "bounce");
	assert_null(strcasestr(look.body, "ann"));
	assert_null(strcasestr(look.body, "example"));
	/* Each of the two goes by itself. */
	h->now += 1;
	assert_int_equal(omni_contact_set_suppressed(contact, NULL),
	    OMNI_OK);
	harness_ok(h, omni_contact_put(h->db, contact, NULL));
	inside(h, look_at, &look);
	assert_true(look.state.verified && !look.suppressed);
	omni_contact_free(contact);
}

/* ---- erasing -------------------------------------------------------- */

struct erase {
	const omni_record *who[2];
	size_t count, facts;
};

static omni_status
erase_said(struct omni *db, void *context)
{
	struct erase *erase = context;
	unsigned char ids[2][OMNI__ID];
	const unsigned char *pointers[2] = { ids[0], ids[1] };
	int64_t *facts = NULL;
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < erase->count && status == OMNI_OK; i++)
		status = omni__record_identify(db, erase->who[i], ids[i]);
	if (status == OMNI_OK)
		status = omni__deliveries_keep(db, pointers, erase->count);
	if (status == OMNI_OK)
		status = omni__consent_erase(db, pointers, erase->count,
		    &facts, &erase->facts);
	if (status == OMNI_OK)
		status = omni__facts_erase(db, facts, erase->facts);
	return status;
}

struct count_said {
	const omni_record *who;
	size_t count;
};

static omni_status
count_statements(struct omni *db, void *context)
{
	struct count_said *c = context;
	unsigned char id[OMNI__ID];
	const unsigned char *pointer = id;
	struct omni__said_list list = { .ids = &pointer, .count = 1 };
	omni_status status;

	status = omni__record_identify(db, c->who, id);
	if (status == OMNI_OK)
		status = omni__statements_load(db, NULL, &list, 1);
	c->count = list.size;
	return status;
}

static size_t
statements_of(struct harness *h, const omni_record *who)
{
	struct count_said c = { who, 0 };

	inside(h, count_statements, &c);
	return c.count;
}

static omni_record *
row_of(struct harness *h, const char *key, const char *email)
{
	omni_record *record = omni_record_new();

	harness_ok(h, omni_record_set_source(record, "crm", key));
	harness_ok(h, omni_record_set_time(record, DAY(0)));
	assert_int_equal(omni_record_add(record, "name.full", "Ann Lee"),
	    OMNI_OK);
	assert_int_equal(omni_record_add(record, "phone", "+46701234567"),
	    OMNI_OK);
	assert_int_equal(omni_record_add(record, "birth_date", "1970-02-03"),
	    OMNI_OK);
	assert_int_equal(omni_record_add(record, "email", email), OMNI_OK);
	harness_ok(h, omni_record_put(h->db, record, NULL));
	return record;
}

static void
a_no_that_others_share_outlives_its_speaker(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *one = row_of(h, "1", "ann@example.com"),
	    *two = row_of(h, "2", "ann@example.com");
	struct erase erase = { .who = { one, two }, .count = 1 };
	omni_customer *customer = NULL;
	omni_statement *s;

	harness_ok(h, omni_customer_of(h->db, "crm", "1", &customer));
	assert_int_equal(omni_customer_record_count(customer), 2);
	s = said_by(NULL, OMNI_SAID_WITHDRAW, "*");
	assert_int_equal(omni_statement_set_customer(s,
	    omni_customer_id(customer)), OMNI_OK);
	harness_ok(h, omni_statement_put(h->db, s, NULL));
	omni_statement_free(s);
	s = said_by(one, OMNI_SAID_GRANT, "news");
	harness_ok(h, omni_statement_put(h->db, s, NULL));
	omni_statement_free(s);
	assert_int_equal(statements_of(h, one), 2);
	assert_int_equal(statements_of(h, two), 1);
	inside(h, erase_said, &erase);
	assert_int_equal(erase.facts, 1);
	assert_int_equal(statements_of(h, two), 1);
	erase.count = 2;
	inside(h, erase_said, &erase);
	assert_int_equal(erase.facts, 1);
	assert_int_equal(statements_of(h, one), 0);
	assert_int_equal(statements_of(h, two), 0);
	omni_customer_free(customer);
	omni_record_free(one);
	omni_record_free(two);
}

static void
bounce_of(struct harness *h, const omni_record *who)
{
	omni_interaction *bounce = omni_interaction_new("email",
	    "mail.bounced");

	harness_ok(h, omni_interaction_set_who(bounce, who));
	harness_ok(h, omni_interaction_set_time(bounce, DAY(3)));
	harness_ok(h, omni_interaction_put(h->db, bounce, NULL));
	omni_interaction_free(bounce);
}

/* The rows of the room, to compare before and after. */
static const struct omni__sql tables[] = {
	{ "t_statement", NULL, "bib",
	    "SELECT s.record, s.fact, s.pack\n"
	    "FROM omni_statement s ORDER BY s.record, s.fact", NULL },
	{ "t_contact", NULL, "biiiiiitt",
	    "SELECT c.address, c.happened, c.fact, c.what, c.flag, c.since,\n"
	    "  c.until, c.purpose, c.cause FROM omni_contact c\n"
	    "ORDER BY c.address, c.happened, c.fact, c.what", NULL },
	{ "t_definition", NULL, "iiii",
	    "SELECT d.noun, d.name, d.happened, d.fact\n"
	    "FROM omni_definition d\n"
	    "ORDER BY d.noun, d.name, d.happened, d.fact", NULL },
};

struct dump {
	struct omni__buf text;
	size_t rows;
};

static void
add_value(struct omni__buf *buf, const struct omni__value *value)
{
	if (value->type == OMNI__INT)
		omni__buf_printf(buf, "%lld ", (long long)value->number);
	else if (value->type != OMNI__NULL)
		omni__buf_add(buf, value->bytes, value->size);
	omni__buf_char(buf, '|');
}

static omni_status
dump_tables(struct omni *db, void *context)
{
	struct dump *dump = context;
	struct omni__result result;
	omni_status status = OMNI_OK;
	size_t i, k;

	omni__buf_clear(&dump->text);
	dump->rows = 0;
	for (i = 0; i < OMNI__COUNT(tables) && status == OMNI_OK; i++) {
		status = omni__query(db, &tables[i], NULL, 1, &result);
		if (status != OMNI_OK)
			break;
		for (k = 0; k < result.count * result.columns; k++)
			add_value(&dump->text, &result.values[k]);
		dump->rows += result.count;
	}
	return status;
}

static void
assert_rebuilds_equal(struct harness *h, size_t rows)
{
	struct dump before = { .rows = 0 }, after = { .rows = 0 };

	inside(h, dump_tables, &before);
	harness_ok(h, omni_rebuild(h->db));
	inside(h, dump_tables, &after);
	assert_int_equal(before.rows, rows);
	assert_int_equal(after.rows, rows);
	assert_int_equal(before.text.size, after.text.size);
	assert_memory_equal(before.text.bytes, after.text.bytes,
	    before.text.size);
	omni__buf_free(&before.text);
	omni__buf_free(&after.text);
}

static void
the_person_is_erased_and_the_suppression_rebuilt(void **state)
{
	struct harness *h = harness_of(state);
	struct look look = { .kind = "email", .value = "ann@example.com" };
	omni_record *who = somebody();
	omni_statement *yes = said_by(who, OMNI_SAID_GRANT, "news"),
	    *no = said_by(who, OMNI_SAID_WITHDRAW, "news");
	omni_customer *customer = NULL;
	omni_status status;

	harness_ok(h, omni_statement_put(h->db, yes, NULL));
	harness_ok(h, omni_statement_put(h->db, no, NULL));
	bounce_of(h, who);
	harness_ok(h, omni_customer_find(h->db, who, &customer));
	status = omni_customer_erase(h->db, omni_customer_id(customer));
	assert_true(status == OMNI_OK || status == OMNI_PENDING);
	inside(h, look_at, &look);
	assert_true(look.suppressed);
	/* The no for the record and for the address, that there is one of
	 * the address, and the bounce. */
	assert_rebuilds_equal(h, 4);
	inside(h, look_at, &look);
	assert_true(look.suppressed);
	omni_customer_free(customer);
	omni_statement_free(yes);
	omni_statement_free(no);
	omni_record_free(who);
}

static void
what_suppresses_an_address_outlives_an_erasure(void **state)
{
	struct harness *h = harness_of(state);
	struct look look = { .kind = "email", .value = "ann@example.com" };
	omni_record *who = somebody();
	struct erase erase = { .who = { who, NULL }, .count = 1 };

	bounce_of(h, who);
	inside(h, look_at, &look);
	assert_true(look.suppressed);
	inside(h, erase_said, &erase);
	inside(h, look_at, &look);
	assert_true(look.suppressed);
	omni_record_free(who);
}

/* An address that unsubscribed does so also under its next owner. */
static void
a_no_of_an_address_outlives_an_erasure(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *who = somebody();
	omni_statement *s = said_by(who, OMNI_SAID_WITHDRAW, "news");
	struct erase erase = { .who = { who, NULL }, .count = 1 };

	harness_ok(h, omni_statement_put(h->db, s, NULL));
	assert_int_equal(statements_of(h, who), 1);
	inside(h, erase_said, &erase);
	assert_int_equal(erase.facts, 0);
	assert_int_equal(statements_of(h, who), 1);
	assert_rebuilds_equal(h, 3);
	omni_statement_free(s);
	omni_record_free(who);
}

static void
a_rebuild_gives_the_same_rows(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *one = row_of(h, "1", "ann@example.com"),
	    *two = row_of(h, "2", "ann@example.com"), *who = somebody();
	omni_purpose *purpose = omni_purpose_new("news");
	omni_contact *contact = omni_contact_new("phone", "070-123 45 67");
	omni_customer *customer = NULL;
	omni_statement *s;
	int64_t i;

	for (i = 3; i >= 1; i--) {
		harness_ok(h, omni_purpose_set_time(purpose, DAY(i)));
		harness_ok(h, omni_purpose_put(h->db, purpose, NULL));
		assert_int_equal(omni_contact_set_suppressed(contact,
		    i == 2 ? "gone" : NULL), OMNI_OK);
		assert_int_equal(omni_contact_set_time(contact, DAY(i)),
		    OMNI_OK);
		harness_ok(h, omni_contact_put(h->db, contact, NULL));
	}
	bounce_of(h, who);
	harness_ok(h, omni_customer_of(h->db, "crm", "1", &customer));
	s = said_by(NULL, OMNI_SAID_WITHDRAW, "*");
	assert_int_equal(omni_statement_set_customer(s,
	    omni_customer_id(customer)), OMNI_OK);
	harness_ok(h, omni_statement_put(h->db, s, NULL));
	omni_statement_free(s);
	s = said_by(who, OMNI_SAID_GRANT, "news");
	assert_int_equal(omni_statement_set_expiry(s, DAY(500)), OMNI_OK);
	harness_ok(h, omni_statement_put(h->db, s, NULL));
	omni_statement_free(s);
	/* Statements: the customer's records and the yes; contacts: what was
	 * told of a phone, and a bounce; the definitions, and their digest. */
	assert_rebuilds_equal(h, (size_t)omni_customer_record_count(customer)
	    + 1 + 3 + 1 + 3 + 1);
	omni_customer_free(customer);
	omni_contact_free(contact);
	omni_purpose_free(purpose);
	omni_record_free(one);
	omni_record_free(two);
	omni_record_free(who);
}

/* ---- no memory ------------------------------------------------------ */

struct scarce {
	size_t left;
	int blocks;
};

static void *
scarce_allocate(void *user, void *memory, size_t size)
{
	struct scarce *scarce = user;

	if (size == 0) {
		scarce->blocks -= memory != NULL;
		free(memory);
		return NULL;
	}
	if (scarce->left == 0)
		return NULL;
	scarce->left--;
	scarce->blocks += memory == NULL;
	return realloc(memory, size);
}

/* Both rooms' definitions. */
static omni_status
use_definitions(omni *db)
{
	omni_purpose *purpose = omni_purpose_new("news"), *held = NULL;
	omni_channel *channel = omni_channel_new("email");
	omni_status status;

	(void)omni_purpose_add_channel(purpose, "email");
	(void)omni_purpose_set_key(purpose, "setup", "news");
	(void)omni_channel_set_address(channel, "email");
	(void)omni_channel_set_key(channel, "setup", "email");
	status = omni_purpose_put(db, purpose, NULL);
	if (status >= 0)
		status = omni_channel_put(db, channel, NULL);
	if (status >= 0)
		status = omni_purpose_get(db, "news", &held);
	omni_purpose_free(held);
	omni_channel_free(channel);
	omni_purpose_free(purpose);
	return status;
}

/* A no, and a yes in sight of it; under keys, so that trying again adds
 * nothing. */
static omni_status
use_statements(omni *db, const char *customer)
{
	omni_status status = OMNI_OK;
	int32_t said;

	for (said = OMNI_SAID_WITHDRAW; said >= OMNI_SAID_GRANT &&
	    status >= 0; said--) {
		omni_statement *s = said_by(NULL, said, "news");

		(void)omni_statement_set_customer(s, customer);
		(void)omni_statement_set_time(s, DAY(5 - said));
		(void)omni_statement_set_key(s, said == OMNI_SAID_GRANT ?
		    "desk" : "web", "1");
		status = omni_statement_put(db, s, NULL);
		omni_statement_free(s);
	}
	return status;
}

/* All parts of a statement, by an address alone; and the list of what was
 * said. */
static omni_status
use_list(omni *db, const char *customer)
{
	omni_statement *s = said_by(NULL, OMNI_SAID_CONFIRM, "news");
	omni_statements *list = NULL;
	omni_status status;
	int count = 0;

	(void)omni_statement_set_address(s, "email", "ann@example.com");
	(void)omni_statement_set_brand(s, "X");
	(void)omni_statement_set_medium(s, OMNI_MEDIUM_DIGITAL);
	(void)omni_statement_set_wording(s, "form");
	(void)omni_statement_set_evidence(s, "mail 7");
	(void)omni_statement_set_key(s, "mailer", "7");
	status = omni_statement_put(db, s, NULL);
	omni_statement_free(s);
	if (status >= 0)
		status = omni_statements_open(db, customer, "news", &list);
	while (list != NULL && omni_statements_next(list) == OMNI_OK)
		count++;
	omni_statements_free(list);
	assert_true(status < 0 || count == 3);
	return status;
}

static omni_status
use_all(omni *db, const char *customer)
{
	omni_contact *contact = omni_contact_new("email",
	    "ann@example.com");
	omni_route *route = NULL;
	omni_status status = use_definitions(db);

	(void)omni_contact_set_verified(contact, 1);
	if (status >= 0)
		status = omni_contact_put(db, contact, NULL);
	if (status >= 0)
		status = use_statements(db, customer);
	if (status >= 0)
		status = use_list(db, customer);
	if (status >= 0)
		status = omni_route_decide(db, customer, "news", OMNI_NOW,
		    &route);
	if (status >= 0)
		assert_int_equal(omni_route_step_count(route), 1);
	omni_route_free(route);
	omni_contact_free(contact);
	return status;
}

static omni *
open_scarce(struct harness *h, struct scarce *scarce)
{
	omni_config *config = omni_config_new();
	omni *db = NULL;

	assert_non_null(config);
	assert_int_equal(omni_config_set_durability(config,
	    OMNI_DURABLE_NORMAL), OMNI_OK);
	assert_int_equal(omni_config_set_allocator(config, scarce_allocate,
	    scarce), OMNI_OK);
	assert_int_equal(omni_open(config, h->url, &db), OMNI_OK);
	omni_config_free(config);
	return db;
}

static void
every_allocation_may_fail(void **state)
{
	struct harness *h = harness_of(state);
	struct scarce scarce = { SIZE_MAX, 0 };
	omni_record *row = row_of(h, "1", "ann@example.com");
	omni_customer *customer = NULL;
	omni_status status = OMNI_NOMEM;
	size_t n;

	harness_ok(h, omni_customer_of(h->db, "crm", "1", &customer));
	for (n = 0; status < 0 && n < 2000; n++) {
		omni *db;

		scarce.left = SIZE_MAX;
		db = open_scarce(h, &scarce);
		scarce.left = n;
		status = use_all(db, omni_customer_id(customer));
		if (status < 0 && status != OMNI_NOMEM)
			fail_msg("allocation %zu: %s: %s", n,
			    omni_status_name(status), omni_errmsg(db));
		/* The handle is as good as before. */
		scarce.left = SIZE_MAX;
		assert_true(use_all(db, omni_customer_id(customer)) >= 0);
		omni_close(db);
		assert_int_equal(scarce.blocks, 0);
	}
	assert_true(status >= 0);
	assert_true(n > 10);
	printf("# %zu allocations failed, one after the other\n", n - 1);
	omni_customer_free(customer);
	omni_record_free(row);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(a_channel_is_read_as_it_was_defined),
		HARNESS_TEST(a_purpose_is_read_as_it_was_defined),
		HARNESS_TEST(the_latest_definition_holds_whatever_the_order),
		HARNESS_TEST(a_definition_told_twice_is_one),
		HARNESS_TEST(bad_values_of_channels_are_named),
		HARNESS_TEST(a_bad_name_is_reported_when_it_is_put),
		HARNESS_TEST(a_mebibyte_is_no_name),
		HARNESS_TEST(a_statement_that_says_nothing_clear_is_refused),
		HARNESS_TEST(bad_values_of_statements_are_named),
		HARNESS_TEST(a_statement_told_twice_is_one),
		HARNESS_TEST(bad_values_of_contact_points_are_named),
		HARNESS_TEST(an_address_is_kept_as_a_keyed_hash),
		HARNESS_TEST(a_no_that_others_share_outlives_its_speaker),
		HARNESS_TEST(what_suppresses_an_address_outlives_an_erasure),
		HARNESS_TEST(the_person_is_erased_and_the_suppression_rebuilt),
		HARNESS_TEST(a_no_of_an_address_outlives_an_erasure),
		HARNESS_TEST(a_rebuild_gives_the_same_rows),
		HARNESS_TEST(every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("consent", tests, NULL, NULL);
}
