/*
 * Contact points: what is told of an address, what holds of it, and what
 * becomes of messages that went there.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "harness_record.h"
#include "harness_store.h"
#include "consent/consent.h"

#define AT(n) (HARNESS_NOW - 400 * HARNESS_DAY + (n) * HARNESS_DAY)
#define ANN "ann@example.com"

#define assert_has(text, piece) \
	assert_true((text) != NULL && strstr((text), (piece)) != NULL)

/* ---- telling -------------------------------------------------------- */

static omni_contact *
about(const char *kind, const char *value, int64_t time)
{
	omni_contact *contact = omni_contact_new(kind, value);

	assert_non_null(contact);
	assert_int_equal(omni_contact_set_time(contact, time), OMNI_OK);
	return contact;
}

static int64_t
tell(struct harness *h, omni_contact *contact)
{
	int64_t fact = 0;

	harness_ok(h, omni_contact_put(h->db, contact, &fact));
	omni_contact_free(contact);
	return fact;
}

static int64_t
suppress(struct harness *h, const char *cause, const char *purpose,
    int64_t time)
{
	omni_contact *contact = about("email", ANN, time);

	harness_ok(h, omni_contact_set_suppressed(contact, cause));
	if (purpose != NULL)
		harness_ok(h, omni_contact_set_purpose(contact, purpose));
	return tell(h, contact);
}

/* ---- reading -------------------------------------------------------- */

#define STANDING 8

/* What holds, copied out of the transaction. */
struct look {
	const char *kind, *value;
	const struct omni__view *view;
	struct omni__contact_state state;
	char causes[STANDING][64];	/* "cause for purpose" */
	int64_t facts[STANDING];
	size_t count;
};

static omni_status
look_inside(struct omni *db, void *context)
{
	struct look *look = context;
	unsigned char hash[1][OMNI__ID];
	omni_status status;
	bool usable;
	size_t i;

	status = omni__contact_hash(db, look->kind, look->value, hash[0],
	    &usable);
	assert_true(status != OMNI_OK || usable);
	if (status == OMNI_OK)
		status = omni__contacts_load(db, look->view,
		    (const unsigned char (*)[OMNI__ID])hash, 1,
		    &look->state);
	look->count = status == OMNI_OK ? look->state.suppression_count : 0;
	assert_true(look->count <= STANDING);
	for (i = 0; i < look->count; i++) {
		const struct omni__suppression *s =
		    &look->state.suppressions[i];

		(void)snprintf(look->causes[i], sizeof(look->causes[i]),
		    "%s for %s", s->cause, s->purpose);
		look->facts[i] = s->fact;
	}
	return status;
}

static struct look
look(struct harness *h, const char *kind, const char *value)
{
	struct look look = { .kind = kind, .value = value };

	harness_ok(h, omni__transact(h->db, false, look_inside, &look));
	return look;
}

static bool
stands(struct harness *h, const char *what)
{
	struct look l = look(h, "email", ANN);
	size_t i;

	for (i = 0; i < l.count; i++)
		if (strcmp(l.causes[i], what) == 0)
			return true;
	return false;
}

/* ---- what holds ----------------------------------------------------- */

static void
of_an_unknown_address_nothing_is_known(void **state)
{
	struct harness *h = harness_of(state);
	omni_contacts *list = NULL;
	struct look l = look(h, "email", ANN);

	assert_false(l.state.verified || l.state.primary);
	assert_int_equal(l.count, 0);
	assert_true(l.state.since == INT64_MIN);
	assert_true(l.state.until == INT64_MAX);
	harness_ok(h, omni_contacts_open(h->db, "email", ANN, &list));
	assert_int_equal(omni_contacts_what(list), 0);
	assert_int_equal(omni_contacts_next(list), OMNI_DONE);
	assert_int_equal(omni_contacts_next(list), OMNI_DONE);
	assert_int_equal(omni_contacts_what(list), 0);
	assert_true(omni_contacts_time(list) == OMNI_TIME_UNKNOWN);
	omni_contacts_free(list);
}

static void
a_fact_tells_several_things(void **state)
{
	struct harness *h = harness_of(state);
	omni_contact *contact = about("phone", "070-123 45 67", AT(1));
	omni_contacts *list = NULL;
	struct look l;
	int64_t fact;

	harness_ok(h, omni_contact_set_verified(contact, 1));
	harness_ok(h, omni_contact_set_suppressed(contact, "on a list"));
	harness_ok(h, omni_contact_set_purpose(contact, "offer"));
	harness_ok(h, omni_contact_set_primary(contact, 1));
	harness_ok(h, omni_contact_set_valid(contact, AT(0), AT(90)));
	fact = tell(h, contact);
	l = look(h, "phone", "+46701234567");
	assert_true(l.state.verified && l.state.primary);
	assert_int_equal(l.count, 1);
	assert_string_equal(l.causes[0], "on a list for offer");
	assert_int_equal(l.facts[0], fact);
	assert_true(l.state.since == AT(0) && l.state.until == AT(90));
	assert_int_equal(l.state.valid_fact, fact);
	harness_ok(h, omni_contacts_open(h->db, "phone", "0701234567",
	    &list));
	harness_ok(h, omni_contacts_next(list));
	assert_int_equal(omni_contacts_what(list), OMNI_CONTACT_VERIFIED);
	assert_int_equal(omni_contacts_flag(list), 1);
	assert_null(omni_contacts_purpose(list));
	harness_ok(h, omni_contacts_next(list));
	assert_int_equal(omni_contacts_what(list), OMNI_CONTACT_SUPPRESSED);
	assert_string_equal(omni_contacts_cause(list), "on a list");
	assert_string_equal(omni_contacts_purpose(list), "offer");
	harness_ok(h, omni_contacts_next(list));
	assert_int_equal(omni_contacts_what(list), OMNI_CONTACT_PRIMARY);
	harness_ok(h, omni_contacts_next(list));
	assert_int_equal(omni_contacts_what(list), OMNI_CONTACT_VALID);
	assert_true(omni_contacts_from(list) == AT(0));
	assert_true(omni_contacts_until(list) == AT(90));
	assert_true(omni_contacts_time(list) == AT(1));
	assert_int_equal(omni_contacts_fact(list), fact);
	assert_int_equal(omni_contacts_next(list), OMNI_DONE);
	omni_contacts_free(list);
}

static void
the_list_is_oldest_first_and_outlives_the_store(void **state)
{
	struct harness *h = harness_of(state);
	omni_contacts *list = NULL;
	int64_t late, early, lifted;

	late = suppress(h, "complaint", NULL, AT(5));
	early = suppress(h, "bounce", NULL, AT(2));
	lifted = suppress(h, NULL, NULL, AT(9));
	harness_ok(h, omni_contacts_open(h->db, "email", "Ann@Example.com ",
	    &list));
	omni_close(h->db);
	h->db = NULL;
	assert_int_equal(omni_contacts_next(list), OMNI_OK);
	assert_int_equal(omni_contacts_fact(list), early);
	assert_string_equal(omni_contacts_cause(list), "bounce");
	assert_string_equal(omni_contacts_purpose(list), "*");
	assert_int_equal(omni_contacts_next(list), OMNI_OK);
	assert_int_equal(omni_contacts_fact(list), late);
	assert_int_equal(omni_contacts_next(list), OMNI_OK);
	assert_int_equal(omni_contacts_fact(list), lifted);
	assert_null(omni_contacts_cause(list));
	assert_int_equal(omni_contacts_flag(list), 0);
	assert_int_equal(omni_contacts_next(list), OMNI_DONE);
	omni_contacts_free(list);
	h->db = harness_open(h);
}

/* A complaint about offers is no bounce, and lifting one lifts no other. */
static void
suppressions_stand_for_each_purpose_apart(void **state)
{
	struct harness *h = harness_of(state);

	(void)suppress(h, "do not call", "offer", AT(1));
	(void)suppress(h, "bounce", NULL, AT(2));
	(void)suppress(h, "asked", "offer/shoes", AT(3));
	assert_true(stands(h, "do not call for offer"));
	assert_true(stands(h, "bounce for *"));
	assert_true(stands(h, "asked for offer/shoes"));
	(void)suppress(h, NULL, "offer", AT(4));
	assert_false(stands(h, "do not call for offer"));
	assert_true(stands(h, "bounce for *"));
	assert_true(stands(h, "asked for offer/shoes"));
	(void)suppress(h, NULL, "*", AT(4));
	assert_false(stands(h, "bounce for *"));
	assert_true(stands(h, "asked for offer/shoes"));
	(void)suppress(h, "complaint", "offer/shoes", AT(5));
	assert_false(stands(h, "asked for offer/shoes"));
	assert_true(stands(h, "complaint for offer/shoes"));
	store_sound(h);
}

static void
the_last_word_holds_whatever_came_first(void **state)
{
	struct harness *h = harness_of(state);
	omni_contact *contact;
	struct look l;

	(void)suppress(h, NULL, NULL, AT(7));
	(void)suppress(h, "bounce", NULL, AT(3));
	assert_int_equal(look(h, "email", ANN).count, 0);
	contact = about("email", ANN, AT(9));
	harness_ok(h, omni_contact_set_valid(contact, OMNI_TIME_UNKNOWN,
	    OMNI_TIME_UNKNOWN));
	(void)tell(h, contact);
	contact = about("email", ANN, AT(8));
	harness_ok(h, omni_contact_set_valid(contact, AT(1), AT(2)));
	harness_ok(h, omni_contact_set_primary(contact, 1));
	(void)tell(h, contact);
	l = look(h, "email", ANN);
	assert_true(l.state.since == INT64_MIN);
	assert_true(l.state.until == INT64_MAX);
	assert_true(l.state.primary);
	store_sound(h);
}

static void
told_twice_at_one_time_is_once(void **state)
{
	struct harness *h = harness_of(state);
	omni_contact *contact = about("email", ANN, AT(1));
	int64_t one = 0, two = 0;

	harness_ok(h, omni_contact_set_suppressed(contact, "bounce"));
	harness_ok(h, omni_contact_put(h->db, contact, &one));
	harness_is(h, omni_contact_put(h->db, contact, &two),
	    OMNI_DUPLICATE);
	assert_int_equal(one, two);
	omni_contact_free(contact);
}

static void
what_says_nothing_clear_is_refused(void **state)
{
	struct harness *h = harness_of(state);
	omni_contact *contact = omni_contact_new("email", ANN);
	omni_contacts *list = NULL;

	harness_is(h, omni_contact_put(h->db, contact, NULL), OMNI_INVALID);
	assert_has(omni_errmsg(h->db), "nothing is said");
	assert_int_equal(omni_contact_set_purpose(contact, "a//b"),
	    OMNI_INVALID);
	assert_has(omni_contact_errmsg(contact), "purpose");
	assert_int_equal(omni_contact_set_purpose(contact, NULL),
	    OMNI_INVALID);
	assert_int_equal(omni_contact_set_valid(contact, AT(2), AT(1)),
	    OMNI_INVALID);
	assert_has(omni_contact_errmsg(contact), "until");
	assert_int_equal(omni_contact_set_valid(contact, OMNI_NOW, AT(1)),
	    OMNI_INVALID);
	assert_int_equal(omni_contact_set_valid(contact, INT64_MAX - 1,
	    AT(1)), OMNI_INVALID);
	assert_has(omni_contact_errmsg(contact), "from");
	harness_ok(h, omni_contact_set_purpose(contact, "offer"));
	harness_ok(h, omni_contact_set_primary(contact, 1));
	harness_is(h, omni_contact_put(h->db, contact, NULL), OMNI_INVALID);
	assert_has(omni_errmsg(h->db), "purpose");
	omni_contact_free(contact);
	assert_int_equal(omni_contact_set_primary(NULL, 1), OMNI_MISUSE);
	assert_int_equal(omni_contact_set_purpose(NULL, "a"), OMNI_MISUSE);
	assert_int_equal(omni_contact_set_valid(NULL, 0, 1), OMNI_MISUSE);
	harness_is(h, omni_contacts_open(h->db, "street", "x", &list),
	    OMNI_INVALID);
	assert_has(omni_errmsg(h->db), "kind");
	harness_is(h, omni_contacts_open(h->db, "email", "no address",
	    &list), OMNI_INVALID);
	assert_has(omni_errmsg(h->db), "value");
	harness_is(h, omni_contacts_open(h->db, NULL, "x", &list),
	    OMNI_INVALID);
	harness_is(h, omni_contacts_open(h->db, "email", NULL, &list),
	    OMNI_INVALID);
	harness_is(h, omni_contacts_open(h->db, "email", ANN, NULL),
	    OMNI_MISUSE);
	assert_int_equal(omni_contacts_open(NULL, "email", ANN, &list),
	    OMNI_MISUSE);
	assert_null(list);
	assert_int_equal(omni_contacts_next(NULL), OMNI_MISUSE);
	assert_int_equal(omni_contacts_flag(NULL), 0);
	omni_contacts_free(NULL);
}

/* ---- deliveries ----------------------------------------------------- */

static void
result_put(struct harness *h, omni_record *who, const char *kind,
    const char *body, int64_t time)
{
	omni_interaction *it = omni_interaction_new("out", kind);

	assert_non_null(it);
	harness_ok(h, omni_interaction_set_who(it, who));
	harness_ok(h, omni_interaction_set_time(it, time));
	if (body != NULL)
		harness_ok(h, omni_interaction_set_body(it, body));
	harness_ok(h, omni_interaction_put(h->db, it, NULL));
	omni_interaction_free(it);
}

static const char *const address_kinds[] = {
	"email", "phone", "device", "address"
};

struct names {
	char values[4][64];	/* by address_kinds */
};

/* Somebody who names an address of each kind. */
static omni_record *
names_of(struct names *n, size_t i)
{
	char street[32];

	(void)snprintf(street, sizeof(street), "Storgatan %zu", i + 1);
	(void)snprintf(n->values[0], 64, "ann%zu@example.com", i);
	(void)snprintf(n->values[1], 64, "+467012345%02zu", i);
	(void)snprintf(n->values[2], 64, "d-%zu", i);
	(void)snprintf(n->values[3], 64, "Ann Ek, %s, 211 71 Malmö",
	    street);
	return make(NULL, OMNI_TIME_UNKNOWN, "email", n->values[0],
	    "phone", n->values[1], "device", n->values[2],
	    "name.full", "Ann Ek", "address.street", street,
	    "address.postcode", "211 71", "address.city", "Malmö", NULL);
}

static void
what_became_of_a_message_suppresses_its_address(void **state)
{
	static const struct {
		const char *kind, *body, *suppressed;
	} told[] = {
		{ "mail.bounced", NULL, "email" },
		{ "email.bounced", "{\"bounce\":\"hard\"}", "email" },
		{ "mail.bounced", "{\"bounce\":\"soft\"}", NULL },
		{ "mail.complained", NULL, "email" },
		{ "mail.complained", "{\"complaint\":\"no\"}", NULL },
		{ "mail.opened", NULL, NULL },
		{ "mail.failed", NULL, NULL },
		{ "sms.bounced", NULL, "phone" },
		{ "sms.complained", "7", "phone" },
		{ "sms.bounced", "{\"bounce\":\"soft\"}", NULL },
		{ "push.bounced", NULL, "device" },
		{ "letter.returned", NULL, "address" },
		{ "letter.returned", "{\"cause\":\"unclaimed\"}", NULL },
		{ "letter.posted", NULL, NULL },
		{ "call.complained", NULL, NULL },
		{ "message.bounced", NULL, NULL },
		{ "order.returned", NULL, NULL },
		{ "mail.bounced.twice", NULL, NULL },
		{ "bounced", NULL, NULL },
		{ "mail.", NULL, NULL },
	};
	struct harness *h = harness_of(state);
	size_t i, k;

	for (i = 0; i < OMNI__COUNT(told); i++) {
		struct names n;
		omni_record *who = names_of(&n, i);

		result_put(h, who, told[i].kind, told[i].body, AT(1));
		for (k = 0; k < OMNI__COUNT(n.values); k++)
			assert_int_equal(look(h, address_kinds[k],
			    n.values[k]).count,
			    told[i].suppressed != NULL &&
			    strcmp(address_kinds[k],
			    told[i].suppressed) == 0);
		omni_record_free(who);
	}
}

/* A row of a register may have another address by now. */
static void
a_keyed_record_names_no_address(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *who = omni_record_new();

	put(h, "1", AT(0), "email", ANN, NULL);
	harness_ok(h, omni_record_set_source(who, "crm", "1"));
	result_put(h, who, "mail.bounced", NULL, AT(1));
	assert_int_equal(look(h, "email", ANN).count, 0);
	omni_record_free(who);
}

static void
bounce(struct harness *h)
{
	omni_record *who = make(NULL, OMNI_TIME_UNKNOWN, "email", ANN, NULL);

	result_put(h, who, "mail.bounced", NULL, AT(1));
	omni_record_free(who);
}

static void
erase_all(struct harness *h, const char *key)
{
	omni_status status = omni_customer_erase(h->db,
	    customer_of(h, key).text);

	assert_true(status == OMNI_OK || status == OMNI_PENDING);
}

/* It is the address' own, whoever has it. */
static void
a_bounce_survives_merge_split_import_and_erasure(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "1", AT(0), "name.full", "Ann Ek", "email", ANN,
	    "birth_date", "1970-01-02", NULL);
	put(h, "2", AT(0), "name.full", "Bo Al", "phone", "0701234567",
	    "birth_date", "1988-05-06", NULL);
	bounce(h);
	assert_true(stands(h, "bounce for *"));
	rule(h, OMNI_VERDICT_SAME, "1", "2");
	assert_true(one(h, "1", "2"));
	assert_true(stands(h, "bounce for *"));
	rule(h, OMNI_VERDICT_DIFFERENT, "1", "2");
	assert_false(one(h, "1", "2"));
	assert_true(stands(h, "bounce for *"));
	put(h, "1", AT(2), "name.full", "Ann Ek", "email", ANN, NULL);
	assert_true(stands(h, "bounce for *"));
	erase_all(h, "1");
	assert_true(stands(h, "bounce for *"));
	store_sound(h);
	put(h, "3", h->now + 1, "name.full", "Cy Ek", "email", ANN, NULL);
	harness_ok(h, omni_rebuild(h->db));
	assert_true(stands(h, "bounce for *"));
	store_sound(h);
}

static void
a_clock_that_runs_ahead_lifts_nothing_to_come(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *who = make(NULL, OMNI_TIME_UNKNOWN, "email", ANN, NULL);

	(void)suppress(h, NULL, NULL, h->now + HARNESS_DAY / 2);
	h->now += HARNESS_MINUTE;
	result_put(h, who, "mail.bounced", NULL, h->now);
	assert_true(stands(h, "bounce for *"));
	store_sound(h);
	omni_record_free(who);
}

/* What was told before, and after, keeps its place. */
static void
an_erasure_keeps_the_order_of_what_was_said(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *who = make(NULL, OMNI_TIME_UNKNOWN, "email", ANN, NULL);
	omni_customer *customer = NULL;
	omni_status status;

	result_put(h, who, "mail.bounced", NULL, AT(1));
	(void)suppress(h, NULL, NULL, AT(2));
	(void)suppress(h, "asked", "offer", AT(3));
	assert_false(stands(h, "bounce for *"));
	harness_ok(h, omni_customer_find(h->db, who, &customer));
	status = omni_customer_erase(h->db, omni_customer_id(customer));
	assert_true(status == OMNI_OK || status == OMNI_PENDING);
	omni_customer_free(customer);
	assert_false(stands(h, "bounce for *"));
	assert_true(stands(h, "asked for offer"));
	store_sound(h);
	h->now += HARNESS_DAY;
	/* A newer one counts, and stays when its teller goes. */
	result_put(h, who, "mail.complained", NULL, h->now);
	assert_true(stands(h, "complaint for *"));
	customer = NULL;
	harness_ok(h, omni_customer_find(h->db, who, &customer));
	status = omni_customer_erase(h->db, omni_customer_id(customer));
	assert_true(status == OMNI_OK || status == OMNI_PENDING);
	omni_customer_free(customer);
	assert_true(stands(h, "complaint for *"));
	store_sound(h);
	omni_record_free(who);
}

/* ---- on the way ----------------------------------------------------- */

static void
purpose_by_mail(struct harness *h, const char *name)
{
	omni_purpose *purpose = omni_purpose_new(name);

	harness_ok(h, omni_purpose_set_basis(purpose, OMNI_BASIS_INTEREST));
	harness_ok(h, omni_purpose_add_channel(purpose, "mail"));
	harness_ok(h, omni_purpose_set_time(purpose, AT(0)));
	harness_ok(h, omni_purpose_put(h->db, purpose, NULL));
	omni_purpose_free(purpose);
}

/* 0: it goes there; else why not.  *fact: what forbids it. */
static int32_t
reason_for(struct harness *h, const char *key, const char *purpose,
    int64_t *fact)
{
	omni_route *route = NULL;
	int32_t reason = 0;

	*fact = 0;
	harness_ok(h, omni_route_decide(h->db, customer_of(h, key).text,
	    purpose, h->now, &route));
	if (omni_route_step_count(route) == 0) {
		reason = omni_route_rejected_reason(route, 0);
		*fact = omni_route_rejected_fact(route, 0);
	}
	omni_route_free(route);
	return reason;
}

static void
who_shares_an_address_shares_what_shuts_it(void **state)
{
	struct harness *h = harness_of(state);
	omni_channel *mail = omni_channel_new("mail");
	omni_contact *contact;
	int64_t fact, told;

	harness_ok(h, omni_channel_set_direction(mail, OMNI_DIRECTION_OUT));
	harness_ok(h, omni_channel_set_address(mail, "email"));
	harness_ok(h, omni_channel_put(h->db, mail, NULL));
	omni_channel_free(mail);
	purpose_by_mail(h, "offer");
	purpose_by_mail(h, "news");
	put(h, "1", AT(0), "name.full", "Ann Ek", "email", ANN,
	    "birth_date", "1970-01-02", NULL);
	put(h, "2", AT(0), "name.full", "Bo Al", "email", ANN,
	    "birth_date", "1988-05-06", NULL);
	assert_false(one(h, "1", "2"));
	assert_int_equal(reason_for(h, "1", "offer", &fact), 0);
	told = suppress(h, "do not call", "offer", AT(1));
	assert_int_equal(reason_for(h, "1", "offer", &fact),
	    OMNI_REASON_SUPPRESSED);
	assert_int_equal(fact, told);
	assert_int_equal(reason_for(h, "1", "news", &fact), 0);
	bounce(h);
	assert_int_equal(reason_for(h, "1", "news", &fact),
	    OMNI_REASON_SUPPRESSED);
	assert_int_equal(reason_for(h, "2", "news", &fact),
	    OMNI_REASON_SUPPRESSED);
	(void)suppress(h, NULL, NULL, AT(9));
	assert_int_equal(reason_for(h, "2", "news", &fact), 0);
	assert_int_equal(reason_for(h, "2", "offer", &fact),
	    OMNI_REASON_SUPPRESSED);
	contact = about("email", ANN, AT(2));
	harness_ok(h, omni_contact_set_valid(contact, OMNI_TIME_UNKNOWN,
	    h->now - 1));
	(void)tell(h, contact);
	assert_int_equal(reason_for(h, "2", "news", &fact),
	    OMNI_REASON_NOT_VALID);
}

/* ---- a naive fold --------------------------------------------------- */

#define ADDRESSES 4
#define TOLD 120

struct told {
	int address, what;
	int64_t time, fact, from, until;
	int flag, purpose;	/* index */
};

static const char *const purposes[] = { "*", "offer", "news" };

static void
tell_random(struct harness *h, omni *db, struct told *t)
{
	omni_contact *contact;
	char value[32];

	t->address = (int)harness_random(h, ADDRESSES);
	t->what = 1 + (int)harness_random(h, 4);
	t->time = AT((int64_t)harness_random(h, 30));
	t->flag = (int)harness_random(h, 2);
	t->purpose = (int)harness_random(h, 3);
	t->from = AT((int64_t)harness_random(h, 5));
	t->until = AT(10 + (int64_t)harness_random(h, 5));
	(void)snprintf(value, sizeof(value), "a%d@example.com", t->address);
	contact = about("email", value, t->time);
	if (t->what == OMNI_CONTACT_VERIFIED)
		(void)omni_contact_set_verified(contact, t->flag);
	else if (t->what == OMNI_CONTACT_PRIMARY)
		(void)omni_contact_set_primary(contact, t->flag);
	else if (t->what == OMNI_CONTACT_VALID)
		(void)omni_contact_set_valid(contact, t->from, t->until);
	else {
		(void)omni_contact_set_suppressed(contact,
		    t->flag ? "cause" : NULL);
		(void)omni_contact_set_purpose(contact,
		    purposes[t->purpose]);
	}
	/* Told twice is the first fact. */
	assert_true(omni_contact_put(db, contact, &t->fact) >= 0);
	omni_contact_free(contact);
}

static bool
seen(const struct told *t, const struct omni__view *view)
{
	return view == NULL || (t->fact & ((INT64_C(1) << 43) - 1)) <=
	    view->seen[t->fact >> 43];
}

/* The last one of a sort, or NULL. */
static const struct told *
last(const struct told *told, const struct omni__view *view, int address,
    int what, int purpose)
{
	const struct told *best = NULL;
	int i;

	for (i = 0; i < TOLD; i++) {
		const struct told *t = &told[i];

		if (t->address != address || t->what != what ||
		    (purpose >= 0 && t->purpose != purpose) ||
		    !seen(t, view))
			continue;
		if (best == NULL || t->time > best->time ||
		    (t->time == best->time && t->fact > best->fact))
			best = t;
	}
	return best;
}

struct comparing {
	const struct told *told;
	const struct omni__view *view;
};

static void
compare_one(const struct comparing *c, int address,
    const struct omni__contact_state *state)
{
	const struct told *t;
	size_t standing = 0, i, found;
	int p;

	t = last(c->told, c->view, address, OMNI_CONTACT_VERIFIED, -1);
	assert_int_equal(state->verified, t != NULL && t->flag);
	t = last(c->told, c->view, address, OMNI_CONTACT_PRIMARY, -1);
	assert_int_equal(state->primary, t != NULL && t->flag);
	t = last(c->told, c->view, address, OMNI_CONTACT_VALID, -1);
	assert_true(state->since == (t != NULL ? t->from : INT64_MIN));
	assert_true(state->until == (t != NULL ? t->until : INT64_MAX));
	for (p = 0; p < 3; p++) {
		t = last(c->told, c->view, address, OMNI_CONTACT_SUPPRESSED,
		    p);
		for (found = i = 0; i < state->suppression_count; i++)
			if (strcmp(state->suppressions[i].purpose,
			    purposes[p]) == 0) {
				assert_non_null(t);
				assert_int_equal(state->suppressions[i].fact,
				    t->fact);
				found++;
			}
		assert_int_equal(found, t != NULL && t->flag);
		standing += found;
	}
	assert_int_equal(state->suppression_count, standing);
}

static omni_status
compare_all(struct omni *db, void *context)
{
	struct comparing *c = context;
	struct omni__contact_state states[ADDRESSES];
	unsigned char hashes[ADDRESSES][OMNI__ID];
	omni_status status = OMNI_OK;
	char value[32];
	bool usable;
	int i;

	for (i = 0; i < ADDRESSES && status == OMNI_OK; i++) {
		(void)snprintf(value, sizeof(value), "a%d@example.com", i);
		status = omni__contact_hash(db, "email", value, hashes[i],
		    &usable);
	}
	if (status == OMNI_OK)
		status = omni__contacts_load(db, c->view,
		    (const unsigned char (*)[OMNI__ID])hashes, ADDRESSES,
		    states);
	for (i = 0; i < ADDRESSES && status == OMNI_OK; i++)
		compare_one(c, i, &states[i]);
	return status;
}

static void
random_histories_agree_with_a_naive_fold(void **state)
{
	struct harness *h = harness_of(state);
	omni *other = harness_open(h);
	struct told told[TOLD];
	int64_t seqs[64] = { 0 };
	struct omni__view view = { seqs, 64 };
	struct comparing c = { told, NULL };
	int i, round;

	harness_seed(h, "random_histories_agree_with_a_naive_fold");
	for (i = 0; i < TOLD; i++)
		tell_random(h, harness_random(h, 2) ? other : h->db,
		    &told[i]);
	for (round = 0; round < 20; round++) {
		harness_ok(h, omni__transact(h->db, false, compare_all, &c));
		c.view = &view;
		for (i = 0; i < 64; i++)
			seqs[i] = (int64_t)harness_random(h, TOLD);
		if (round == 10)
			harness_ok(h, omni_rebuild(h->db));
	}
	store_sound(h);
	omni_close(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(of_an_unknown_address_nothing_is_known),
		HARNESS_TEST(a_fact_tells_several_things),
		HARNESS_TEST(the_list_is_oldest_first_and_outlives_the_store),
		HARNESS_TEST(suppressions_stand_for_each_purpose_apart),
		HARNESS_TEST(the_last_word_holds_whatever_came_first),
		HARNESS_TEST(told_twice_at_one_time_is_once),
		HARNESS_TEST(what_says_nothing_clear_is_refused),
		HARNESS_TEST(what_became_of_a_message_suppresses_its_address),
		HARNESS_TEST(a_keyed_record_names_no_address),
		HARNESS_TEST(a_bounce_survives_merge_split_import_and_erasure),
		HARNESS_TEST(a_clock_that_runs_ahead_lifts_nothing_to_come),
		HARNESS_TEST(an_erasure_keeps_the_order_of_what_was_said),
		HARNESS_TEST(who_shares_an_address_shares_what_shuts_it),
		HARNESS_TEST(random_histories_agree_with_a_naive_fold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
