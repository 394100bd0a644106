/*
 * What customers say, through the public calls: confirmations, wordings,
 * renewals, soft opt-in, brands, media, addresses; and the list that proves
 * it.
 */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "harness_row.h"
#include "routing/routing.h"

#define T0 (HARNESS_NOW - 100 * HARNESS_DAY)
#define DAY(n) (T0 + (n) * HARNESS_DAY)
#define HOUR (60 * HARNESS_MINUTE)

#define assert_has(text, piece) \
	assert_true((text) != NULL && strstr((text), (piece)) != NULL)

/* ---- a shop --------------------------------------------------------- */

static void
define_channel(struct harness *h, const char *name, int32_t medium,
    const char *address)
{
	omni_channel *channel = omni_channel_new(name);

	assert_non_null(channel);
	harness_ok(h, omni_channel_set_direction(channel,
	    OMNI_DIRECTION_BOTH));
	harness_ok(h, omni_channel_set_medium(channel, medium));
	harness_ok(h, omni_channel_set_address(channel, address));
	harness_ok(h, omni_channel_set_time(channel, DAY(-900)));
	harness_ok(h, omni_channel_put(h->db, channel, NULL));
	omni_channel_free(channel);
}

static omni_purpose *
purpose_of(struct harness *h, const char *name, int32_t basis)
{
	omni_purpose *purpose = omni_purpose_new(name);

	assert_non_null(purpose);
	harness_ok(h, omni_purpose_set_basis(purpose, basis));
	harness_ok(h, omni_purpose_add_channel(purpose, "email"));
	harness_ok(h, omni_purpose_add_channel(purpose, "sms"));
	harness_ok(h, omni_purpose_add_channel(purpose, "post"));
	harness_ok(h, omni_purpose_set_order(purpose, OMNI_ORDER_FIXED));
	harness_ok(h, omni_purpose_set_time(purpose, DAY(-900)));
	return purpose;
}

static void
put_purpose(struct harness *h, omni_purpose *purpose)
{
	harness_ok(h, omni_purpose_put(h->db, purpose, NULL));
	omni_purpose_free(purpose);
}

static struct harness *
shop_of(void **state)
{
	struct harness *h = harness_of(state);

	define_channel(h, "email", OMNI_MEDIUM_DIGITAL, "email");
	define_channel(h, "sms", OMNI_MEDIUM_DIGITAL, "phone");
	define_channel(h, "post", OMNI_MEDIUM_PHYSICAL, "address");
	put_purpose(h, purpose_of(h, "news", OMNI_BASIS_CONSENT));
	put_purpose(h, purpose_of(h, "survey", OMNI_BASIS_INTEREST));
	return h;
}

static const char *const ann[] = {
	"name.full", "Ann Lee", "email", "ann@example.com",
	"phone", "+46701234567", "birth_date", "1970-02-03",
	"address.street", "Storgatan 1", "address.postcode", "211 71",
	"address.city", "Malmö", NULL
};
static const char *const bob[] = {
	"name.full", "Bob Okafor", "email", "ann@example.com",
	"email", "bob@example.com", "phone", "+46709876543",
	"birth_date", "1981-12-24", NULL
};

/* ---- saying --------------------------------------------------------- */

struct say {
	const char *source, *key;	/* the record that says it ... */
	const char *customer;		/* ... or the customer */
	int32_t said;
	const char *purpose, *channel, *brand, *wording, *value, *evidence;
	const char *kind, *address;
	int64_t time, expiry;		/* 0: none */
	int32_t medium;
	const char *told_by;		/* the statement's own source */
};

static void
set_texts(struct harness *h, omni_statement *s, const struct say *say)
{
	if (say->channel != NULL)
		harness_ok(h, omni_statement_set_channel(s, say->channel));
	if (say->brand != NULL)
		harness_ok(h, omni_statement_set_brand(s, say->brand));
	if (say->wording != NULL)
		harness_ok(h, omni_statement_set_wording(s, say->wording));
	if (say->value != NULL)
		harness_ok(h, omni_statement_set_value(s, say->value));
	if (say->evidence != NULL)
		harness_ok(h, omni_statement_set_evidence(s, say->evidence));
	if (say->address != NULL)
		harness_ok(h, omni_statement_set_address(s, say->kind,
		    say->address));
}

static void
set_speaker(struct harness *h, omni_statement *s, const struct say *say)
{
	omni_record *who;

	if (say->customer != NULL)
		harness_ok(h, omni_statement_set_customer(s, say->customer));
	if (say->source == NULL)
		return;
	who = omni_record_new();
	assert_non_null(who);
	harness_ok(h, omni_record_set_source(who, say->source, say->key));
	harness_ok(h, omni_statement_set_who(s, who));
	omni_record_free(who);
}

static omni_statement *
statement_of(struct harness *h, const struct say *say)
{
	static unsigned serial;
	omni_statement *s = omni_statement_new(say->said, say->purpose);
	char key[32];

	assert_non_null(s);
	set_speaker(h, s, say);
	set_texts(h, s, say);
	if (say->medium != 0)
		harness_ok(h, omni_statement_set_medium(s, say->medium));
	if (say->expiry != 0)
		harness_ok(h, omni_statement_set_expiry(s, say->expiry));
	if (say->told_by != NULL) {
		(void)snprintf(key, sizeof(key), "s%u", ++serial);
		harness_ok(h, omni_statement_set_key(s, say->told_by, key));
	}
	harness_ok(h, omni_statement_set_time(s, say->time));
	return s;
}

static int64_t
say_it(struct harness *h, const struct say *say)
{
	omni_statement *s = statement_of(h, say);
	int64_t fact = 0;

	harness_ok(h, omni_statement_put(h->db, s, &fact));
	omni_statement_free(s);
	return fact;
}

#define SAY(h, ...) say_it((h), &(struct say){ __VA_ARGS__ })
/* By the record that most tests are about. */
#define ANN(h, ...) SAY(h, .source = "crm", .key = "1", __VA_ARGS__)

static void
refuse_it(struct harness *h, const struct say *say, const char *piece)
{
	omni_statement *s = statement_of(h, say);

	harness_is(h, omni_statement_put(h->db, s, NULL), OMNI_INVALID);
	if (strstr(omni_errmsg(h->db), piece) == NULL)
		fail_msg("%s is not named: %s", piece, omni_errmsg(h->db));
	omni_statement_free(s);
}

#define REFUSED(h, piece, ...) \
	refuse_it((h), &(struct say){ __VA_ARGS__ }, (piece))

/* ---- what comes of it ----------------------------------------------- */

/* "email sms post:WITHDRAWN " */
static void
spell(const omni_route *route, char *out, size_t size)
{
	size_t used = 0;
	int32_t i;

	out[0] = '\0';
	for (i = 0; i < omni_route_step_count(route); i++)
		used += (size_t)snprintf(out + used, size - used, "%s ",
		    omni_route_step_channel(route, i));
	for (i = 0; i < omni_route_rejected_count(route); i++)
		used += (size_t)snprintf(out + used, size - used, "%s:%s ",
		    omni_route_rejected_channel(route, i),
		    omni_reason_name(omni_route_rejected_reason(route, i)) +
		    strlen("OMNI_REASON_"));
	assert_true(used < size);
}

static void
assert_try(struct harness *h, const char *key, const char *purpose,
    const char *brand, const char *wanted)
{
	omni_message *message = omni_message_new(purpose);
	omni_route *route = NULL;
	char id[OMNI_ID_SIZE], got[400];

	if (brand != NULL)
		harness_ok(h, omni_message_set_brand(message, brand));
	harness_ok(h, omni_route_try(h->db, whose(h, "crm", key, id),
	    message, &route));
	spell(route, got, sizeof(got));
	assert_string_equal(got, wanted);
	omni_route_free(route);
	omni_message_free(message);
}

static void
assert_news(struct harness *h, const char *wanted)
{
	assert_try(h, "1", "news", NULL, wanted);
}

#define ALL_OF(reason) "email:" reason " sms:" reason " post:" reason " "

/* The projections are what the facts say. */
static void
assert_checked(struct harness *h)
{
	omni_report *report = NULL;

	harness_ok(h, omni_check(h->db, &report));
	assert_int_equal(omni_report_count(report), 0);
	omni_report_free(report);
}

/* ---- double opt-in -------------------------------------------------- */

static struct harness *
confirming_of(void **state, int32_t seconds)
{
	struct harness *h = shop_of(state);
	omni_purpose *news = purpose_of(h, "news", OMNI_BASIS_CONSENT);

	harness_ok(h, omni_purpose_set_confirm(news, seconds));
	harness_ok(h, omni_purpose_set_time(news, DAY(-800)));
	put_purpose(h, news);
	put_record(h, "crm", "1", DAY(0), ann);
	return h;
}

static void
a_yes_counts_once_it_is_confirmed(void **state)
{
	struct harness *h = confirming_of(state, 86400);

	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(1));
	assert_news(h, ALL_OF("NOT_CONFIRMED"));
	ANN(h, .said = OMNI_SAID_CONFIRM, .purpose = "news",
	    .time = DAY(1) + HOUR);
	assert_news(h, "email sms post ");
	assert_checked(h);
}

static void
a_confirmation_that_comes_too_late_is_none(void **state)
{
	struct harness *h = confirming_of(state, 3600);

	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(1));
	ANN(h, .said = OMNI_SAID_CONFIRM, .purpose = "news",
	    .time = DAY(1) + HOUR + 1);
	assert_news(h, ALL_OF("NOT_CONFIRMED"));
	ANN(h, .said = OMNI_SAID_CONFIRM, .purpose = "news",
	    .time = DAY(1) + HOUR);
	assert_news(h, "email sms post ");
}

static void
who_withdrew_meanwhile_confirms_nothing(void **state)
{
	struct harness *h = confirming_of(state, 86400);

	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(1));
	ANN(h, .said = OMNI_SAID_WITHDRAW, .purpose = "news",
	    .time = DAY(1) + HOUR);
	ANN(h, .said = OMNI_SAID_CONFIRM, .purpose = "news",
	    .time = DAY(1) + 2 * HOUR);
	assert_news(h, ALL_OF("WITHDRAWN"));
}

static void
a_confirmation_is_of_the_same_words(void **state)
{
	struct harness *h = confirming_of(state, 86400);

	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(1),
	    .wording = "2025-01");
	ANN(h, .said = OMNI_SAID_CONFIRM, .purpose = "news",
	    .time = DAY(1) + 1, .wording = "2025-02");
	ANN(h, .said = OMNI_SAID_CONFIRM, .purpose = "news",
	    .time = DAY(1) + 2);
	ANN(h, .said = OMNI_SAID_CONFIRM, .purpose = "*",
	    .time = DAY(1) + 3, .wording = "2025-01");
	ANN(h, .said = OMNI_SAID_CONFIRM, .purpose = "news",
	    .time = DAY(1) + 4, .wording = "2025-01", .brand = "X");
	assert_news(h, ALL_OF("NOT_CONFIRMED"));
	ANN(h, .said = OMNI_SAID_CONFIRM, .purpose = "news",
	    .time = DAY(1) + 5, .wording = "2025-01");
	assert_news(h, "email sms post ");
}

/* Whoever clicks in the mail proves the address, and nothing else. */
static void
an_address_is_confirmed_by_whoever_has_it(void **state)
{
	struct harness *h = confirming_of(state, 86400);

	put_record(h, "crm", "2", DAY(0), bob);
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(1),
	    .kind = "email", .address = "ann@example.com");
	SAY(h, .said = OMNI_SAID_CONFIRM, .purpose = "news",
	    .time = DAY(1) + 1, .kind = "email",
	    .address = "bob@example.com");
	assert_news(h, "email:NOT_CONFIRMED sms:OTHER_ADDRESS "
	    "post:OTHER_ADDRESS ");
	SAY(h, .said = OMNI_SAID_CONFIRM, .purpose = "news",
	    .time = DAY(1) + 2, .kind = "email",
	    .address = "Ann@Example.com");
	assert_news(h, "email sms:OTHER_ADDRESS post:OTHER_ADDRESS ");
	assert_try(h, "2", "news", NULL,
	    "email:NO_CONSENT sms:NO_CONSENT post:NO_ADDRESS ");
	assert_checked(h);
}

/* ---- how long a yes counts ------------------------------------------ */

static void
a_yes_ends_with_its_wording(void **state)
{
	struct harness *h = shop_of(state);
	omni_wording *until = omni_wording_new("until"),
	    *days = omni_wording_new("days");

	put_record(h, "crm", "1", DAY(0), ann);
	harness_ok(h, omni_wording_set_expiry(until, HARNESS_NOW + 1));
	harness_ok(h, omni_wording_put(h->db, until, NULL));
	harness_ok(h, omni_wording_set_days(days, 98));
	harness_ok(h, omni_wording_put(h->db, days, NULL));
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(1),
	    .channel = "email", .wording = "until");
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(2),
	    .channel = "sms", .wording = "days");
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(9),
	    .channel = "post", .wording = "days");
	assert_news(h, "email post sms:EXPIRED ");
	h->now += 1;
	assert_news(h, "post email:EXPIRED sms:EXPIRED ");
	omni_wording_free(until);
	omni_wording_free(days);
}

static void
a_yes_is_to_be_renewed(void **state)
{
	struct harness *h = shop_of(state);
	omni_purpose *news = purpose_of(h, "news", OMNI_BASIS_CONSENT);

	harness_ok(h, omni_purpose_set_renewal(news, 50));
	harness_ok(h, omni_purpose_set_time(news, DAY(-800)));
	put_purpose(h, news);
	put_record(h, "crm", "1", DAY(0), ann);
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(50),
	    .channel = "email");
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news",
	    .time = DAY(50) + 1, .channel = "sms");
	assert_news(h, "sms email:EXPIRED post:NO_CONSENT ");
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(99),
	    .channel = "email");
	/* A day later, when it would be the turn of sms, that has ended. */
	assert_news(h, "email sms:EXPIRED post:NO_CONSENT ");
}

/* ---- the basis ------------------------------------------------------ */

static void
bought(struct harness *h, int64_t time)
{
	omni_interaction *sale = omni_interaction_new("store", "order.paid");
	omni_record *who = omni_record_new();

	harness_ok(h, omni_record_set_source(who, "crm", "1"));
	harness_ok(h, omni_interaction_set_who(sale, who));
	harness_ok(h, omni_interaction_set_time(sale, time));
	harness_ok(h, omni_interaction_put(h->db, sale, NULL));
	omni_interaction_free(sale);
	omni_record_free(who);
}

static void
who_bought_and_was_told_is_written_to(void **state)
{
	struct harness *h = shop_of(state);
	omni_purpose *offer = purpose_of(h, "offer", OMNI_BASIS_SOFT);

	harness_ok(h, omni_purpose_set_sale(offer, "order.paid", 30));
	put_purpose(h, offer);
	put_record(h, "crm", "1", DAY(0), ann);
	assert_try(h, "1", "offer", NULL, ALL_OF("NO_SALE"));
	/* Who says yes need not have bought. */
	put_record(h, "crm", "2", DAY(0), bob);
	SAY(h, .source = "crm", .key = "2", .said = OMNI_SAID_GRANT,
	    .purpose = "offer", .time = DAY(1));
	assert_try(h, "2", "offer", NULL, "email sms post:NO_ADDRESS ");
	bought(h, DAY(69));
	ANN(h, .said = OMNI_SAID_TOLD, .purpose = "offer", .time = DAY(69),
	    .channel = "email");
	/* 31 days ago is too long. */
	assert_try(h, "1", "offer", NULL, ALL_OF("NO_SALE"));
	bought(h, DAY(80));
	assert_try(h, "1", "offer", NULL,
	    "email sms:NO_SALE post:NO_SALE ");
	ANN(h, .said = OMNI_SAID_TOLD, .purpose = "*", .time = DAY(80));
	assert_try(h, "1", "offer", NULL, "email sms post ");
	ANN(h, .said = OMNI_SAID_WITHDRAW, .purpose = "offer",
	    .time = DAY(81), .channel = "sms");
	assert_try(h, "1", "offer", NULL, "email post sms:WITHDRAWN ");
	assert_checked(h);
}

static void
the_basis_is_of_a_channel_and_a_region(void **state)
{
	static const char *const anna[] = {
		"name.full", "Anna Berg", "email", "anna@example.com",
		"phone", "+4930123456", "address.street", "Am Markt 1",
		"address.postcode", "10115", "address.city", "Berlin",
		"address.country", "DE", NULL
	};
	static const char *const lisa[] = {
		"name.full", "Lisa Holm", "email", "lisa@example.com",
		"phone", "+46705551234", "address.street", "Kungsgatan 9",
		"address.postcode", "411 19", "address.city", "Göteborg",
		"address.country", "SE", NULL
	};
	struct harness *h = shop_of(state);
	omni_purpose *p = purpose_of(h, "poll", OMNI_BASIS_INTEREST);

	harness_ok(h, omni_purpose_set_basis_on(p, "sms", NULL,
	    OMNI_BASIS_CONSENT));
	harness_ok(h, omni_purpose_set_basis_on(p, NULL, "DE",
	    OMNI_BASIS_CONSENT));
	harness_ok(h, omni_purpose_set_basis_on(p, "post", "DE",
	    OMNI_BASIS_INTEREST));
	put_purpose(h, p);
	put_record(h, "crm", "1", DAY(0), anna);
	put_record(h, "crm", "2", DAY(0), lisa);
	assert_try(h, "1", "poll", NULL,
	    "post email:NO_CONSENT sms:NO_CONSENT ");
	assert_try(h, "2", "poll", NULL, "email post sms:NO_CONSENT ");
}

/* ---- brands, media, addresses --------------------------------------- */

static void
what_is_said_of_a_brand_is_of_no_other(void **state)
{
	struct harness *h = shop_of(state);

	put_record(h, "crm", "1", DAY(0), ann);
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(1),
	    .brand = "X");
	assert_try(h, "1", "news", "X", "email sms post ");
	assert_try(h, "1", "news", "Y", ALL_OF("NO_CONSENT"));
	assert_news(h, ALL_OF("NO_CONSENT"));
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(2));
	ANN(h, .said = OMNI_SAID_WITHDRAW, .purpose = "news",
	    .time = DAY(3), .brand = "Y");
	assert_try(h, "1", "news", "X", "email sms post ");
	assert_try(h, "1", "news", "Y", ALL_OF("WITHDRAWN"));
	assert_news(h, "email sms post ");
	/* A yes to all brands is no answer to a no to one. */
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(4));
	assert_try(h, "1", "news", "Y", ALL_OF("WITHDRAWN"));
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(5),
	    .brand = "Y");
	assert_try(h, "1", "news", "Y", "email sms post ");
}

static void
no_post_is_a_no_to_all_that_is_printed(void **state)
{
	struct harness *h = shop_of(state);

	put_record(h, "crm", "1", DAY(0), ann);
	ANN(h, .said = OMNI_SAID_WITHDRAW, .purpose = "*", .time = DAY(1),
	    .medium = OMNI_MEDIUM_PHYSICAL);
	assert_try(h, "1", "survey", NULL, "email sms post:WITHDRAWN ");
	/* A yes to all is broader; one to the channel lies within. */
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "*", .time = DAY(2));
	assert_try(h, "1", "survey", NULL, "email sms post:WITHDRAWN ");
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "survey",
	    .time = DAY(3), .channel = "post");
	assert_try(h, "1", "survey", NULL, "email sms post ");
	assert_checked(h);
}

static void
a_yes_for_an_address_is_for_it_alone(void **state)
{
	static const char *const two[] = {
		"name.full", "Ann Lee", "email", "ann@example.com",
		"email", "work@example.com", "phone", "+46701234567", NULL
	};
	struct harness *h = shop_of(state);
	omni_route *route = NULL;
	char id[OMNI_ID_SIZE];

	put_record(h, "crm", "1", DAY(0), two);
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(1),
	    .kind = "email", .address = "work@example.com");
	harness_ok(h, omni_route_decide(h->db, whose(h, "crm", "1",
	    id), "news", OMNI_NOW, &route));
	assert_int_equal(omni_route_step_count(route), 1);
	assert_string_equal(omni_route_step_address(route, 0),
	    "work@example.com");
	omni_route_free(route);
}

/* Whoever it was, and wherever else they can be reached. */
static void
a_no_at_a_shared_mailbox_is_everybodys(void **state)
{
	struct harness *h = shop_of(state);
	char a[OMNI_ID_SIZE], b[OMNI_ID_SIZE];

	put_record(h, "crm", "1", DAY(0), ann);
	put_record(h, "crm", "2", DAY(0), bob);
	assert_string_not_equal(whose(h, "crm", "1", a),
	    whose(h, "crm", "2", b));
	SAY(h, .source = "crm", .key = "2", .said = OMNI_SAID_GRANT,
	    .purpose = "news", .time = DAY(1));
	SAY(h, .said = OMNI_SAID_WITHDRAW, .purpose = "news",
	    .time = DAY(2), .kind = "email", .address = "ann@example.com");
	assert_news(h, ALL_OF("WITHDRAWN"));
	assert_try(h, "2", "news", NULL,
	    "email:WITHDRAWN sms:WITHDRAWN post:NO_ADDRESS ");
	/* Bob speaks in sight of it, and for himself. */
	SAY(h, .customer = b, .said = OMNI_SAID_GRANT, .purpose = "news",
	    .time = DAY(3), .told_by = "desk");
	assert_try(h, "2", "news", NULL, "email sms post:NO_ADDRESS ");
	assert_news(h, ALL_OF("WITHDRAWN"));
	assert_checked(h);
}

/* ---- who is who changes --------------------------------------------- */

static void
a_no_at_a_desk_beats_a_later_yes_of_who_turns_out_the_same(void **state)
{
	struct harness *h = shop_of(state);
	char a[OMNI_ID_SIZE];

	put_record(h, "crm", "1", DAY(0), ann);
	put_record(h, "web", "1", DAY(0), bob);
	ANN(h, .said = OMNI_SAID_WITHDRAW, .purpose = "news",
	    .time = DAY(1), .told_by = "store");
	SAY(h, .source = "web", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "news", .time = DAY(2), .told_by = "web");
	put_record(h, "web", "1", DAY(3), ann);
	assert_news(h, ALL_OF("WITHDRAWN"));
	/* And stays with both when they part again. */
	SAY(h, .customer = whose(h, "crm", "1", a),
	    .said = OMNI_SAID_WITHDRAW, .purpose = "survey",
	    .time = DAY(4));
	put_record(h, "crm", "1", DAY(5), bob);
	put_record(h, "web", "1", DAY(6), ann);
	assert_try(h, "1", "survey", NULL,
	    "email:WITHDRAWN sms:WITHDRAWN post:NO_ADDRESS ");
	put_record(h, "crm", "1", DAY(7), ann);
	assert_try(h, "1", "survey", NULL, ALL_OF("WITHDRAWN"));
	assert_checked(h);
}

/* Also where it is not sure whose the address is. */
static void
a_no_of_any_address_is_the_whole_customers(void **state)
{
	static const char *const maybe[] = {
		"email", "ann@example.com", "email", "other@example.com", NULL
	};
	struct harness *h = shop_of(state);
	char a[OMNI_ID_SIZE], b[OMNI_ID_SIZE];

	put_record(h, "crm", "1", DAY(0), ann);
	put_record(h, "web", "2", DAY(1), maybe);
	assert_string_equal(whose(h, "crm", "1", a),
	    whose(h, "web", "2", b));
	harness_ok(h, omni_set_sure(h->db, 1));
	assert_string_not_equal(whose(h, "crm", "1", a),
	    whose(h, "web", "2", b));
	assert_try(h, "1", "survey", NULL, "email sms post ");
	SAY(h, .said = OMNI_SAID_WITHDRAW, .purpose = "survey",
	    .time = DAY(2), .kind = "email", .address = "other@example.com");
	assert_try(h, "1", "survey", NULL, ALL_OF("WITHDRAWN"));
}

/* Nothing was said later than it was told. */
static void
a_clock_that_runs_ahead_has_no_last_word(void **state)
{
	struct harness *h = shop_of(state);

	put_record(h, "crm", "1", DAY(0), ann);
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news",
	    .time = h->now + 20 * HOUR, .told_by = "till");
	assert_news(h, "email sms post ");
	h->now += HOUR;
	ANN(h, .said = OMNI_SAID_WITHDRAW, .purpose = "news",
	    .time = h->now, .told_by = "till");
	assert_news(h, ALL_OF("WITHDRAWN"));
	h->now += HARNESS_DAY;
	assert_news(h, ALL_OF("WITHDRAWN"));
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news",
	    .time = h->now, .told_by = "till");
	assert_news(h, "email sms post ");
	assert_checked(h);
}

static void
a_yes_from_a_clock_ahead_can_be_confirmed(void **state)
{
	struct harness *h = confirming_of(state, 3600);

	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news",
	    .time = h->now + HARNESS_MINUTE);
	h->now += HARNESS_MINUTE / 2;
	ANN(h, .said = OMNI_SAID_CONFIRM, .purpose = "news", .time = h->now);
	assert_news(h, "email sms post ");
}

/* ---- what is refused ------------------------------------------------ */

static void
what_makes_no_sense_is_refused_by_name(void **state)
{
	static const char *const zones[] = {
		"/etc/passwd", "../UTC", "Europe//Rome", "Europe/", "5",
		"Europe/Rome; x"
	};
	static const char *const tags[] = {
		"s", "sv_SE", "sv-", "-sv", "abcdefghi", "sv-abcdefghi", "12"
	};
	struct harness *h = shop_of(state);
	size_t i;

#define BY .source = "crm", .key = "1", .time = DAY(1), .purpose = "news"
	REFUSED(h, "value", BY, .said = OMNI_SAID_QUIET);
	REFUSED(h, "value", BY, .said = OMNI_SAID_QUIET, .value = "night");
	REFUSED(h, "value", BY, .said = OMNI_SAID_GRANT, .value = "sv");
	for (i = 0; i < OMNI__COUNT(zones); i++)
		REFUSED(h, "value", BY, .said = OMNI_SAID_ZONE,
		    .value = zones[i]);
	for (i = 0; i < OMNI__COUNT(tags); i++)
		REFUSED(h, "value", BY, .said = OMNI_SAID_LANGUAGE,
		    .value = tags[i]);
	REFUSED(h, "medium", BY, .said = OMNI_SAID_GRANT,
	    .medium = OMNI_MEDIUM_DIGITAL, .channel = "email");
	REFUSED(h, "address", BY, .said = OMNI_SAID_TOLD, .kind = "email",
	    .address = "ann@example.com");
	REFUSED(h, "address", BY, .said = OMNI_SAID_GRANT, .kind = "email",
	    .address = "nobody");
	REFUSED(h, "expiry", BY, .said = OMNI_SAID_CONFIRM,
	    .expiry = DAY(9));
#undef BY
	REFUSED(h, "who", .said = OMNI_SAID_GRANT, .purpose = "news",
	    .time = DAY(1), .kind = "email", .address = "ann@example.com");
	REFUSED(h, "who", .said = OMNI_SAID_CONFIRM, .purpose = "news",
	    .time = DAY(1));
	ANN(h, .said = OMNI_SAID_ZONE, .purpose = "*", .time = DAY(1),
	    .value = "<+0330>-3:30");
	ANN(h, .said = OMNI_SAID_LANGUAGE, .purpose = "*", .time = DAY(1),
	    .value = "zh-Hant-TW");
	ANN(h, .said = OMNI_SAID_QUIET, .purpose = "*", .time = DAY(1),
	    .value = "none");
}

static void
bad_values_are_named_by_their_setters(void **state)
{
	omni_statement *s = omni_statement_new(OMNI_SAID_GRANT, "news");

	(void)state;
	assert_int_equal(omni_statement_set_medium(s, 3), OMNI_INVALID);
	assert_has(omni_statement_errmsg(s), "medium");
	assert_int_equal(omni_statement_set_medium(s, 0), OMNI_INVALID);
	assert_int_equal(omni_statement_set_brand(s, ""), OMNI_INVALID);
	assert_has(omni_statement_errmsg(s), "brand");
	assert_int_equal(omni_statement_set_address(s, "pigeon", "ann"),
	    OMNI_INVALID);
	assert_has(omni_statement_errmsg(s), "kind");
	assert_int_equal(omni_statement_set_address(s, "email", NULL),
	    OMNI_INVALID);
	assert_int_equal(omni_statement_set_value(s, "a\nb"), OMNI_INVALID);
	assert_int_equal(omni_statement_set_evidence(s, "a\nb"), OMNI_OK);
	assert_int_equal(omni_statement_set_evidence(s, "\xff"),
	    OMNI_INVALID);
	assert_int_equal(omni_statement_set_evidence(s, ""), OMNI_INVALID);
	assert_int_equal(omni_statement_set_medium(NULL, 1), OMNI_MISUSE);
	assert_int_equal(omni_statement_set_brand(NULL, "X"), OMNI_MISUSE);
	assert_int_equal(omni_statement_set_value(NULL, "X"), OMNI_MISUSE);
	assert_int_equal(omni_statement_set_evidence(NULL, "X"),
	    OMNI_MISUSE);
	assert_int_equal(omni_statement_set_address(NULL, "email", "X"),
	    OMNI_MISUSE);
	omni_statement_free(s);
}

/* ---- the list ------------------------------------------------------- */

static omni_statements *
list_of(struct harness *h, const char *key, const char *purpose)
{
	omni_statements *list = NULL;
	char id[OMNI_ID_SIZE];

	harness_ok(h, omni_statements_open(h->db, whose(h, "crm", key,
	    id), purpose, &list));
	return list;
}

static void
put_wording(struct harness *h, const char *text, int64_t time)
{
	omni_wording *wording = omni_wording_new("form");

	harness_ok(h, omni_wording_set_text(wording, text));
	harness_ok(h, omni_wording_set_time(wording, time));
	harness_ok(h, omni_wording_put(h->db, wording, NULL));
	omni_wording_free(wording);
}

static void
the_list_says_what_was_said_and_how_it_stands(void **state)
{
	struct harness *h = shop_of(state);
	omni_statements *list;
	int64_t yes, no;

	put_record(h, "crm", "1", DAY(0), ann);
	put_wording(h, "We may write.", DAY(0));
	put_wording(h, "We may write, also at night.", DAY(5));
	yes = ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news",
	    .time = DAY(2), .wording = "form", .brand = "X",
	    .channel = "email", .expiry = DAY(900), .told_by = "web",
	    .evidence = "form 7,\nsigned by \"Ann\"");
	no = SAY(h, .said = OMNI_SAID_WITHDRAW, .purpose = "*",
	    .time = DAY(3), .kind = "email", .address = "ann@example.com");
	ANN(h, .said = OMNI_SAID_QUIET, .purpose = "survey",
	    .time = DAY(4), .value = "22:00-07:00",
	    .medium = OMNI_MEDIUM_DIGITAL);
	list = list_of(h, "1", NULL);
	assert_int_equal(omni_statements_fact(list), 0);
	assert_int_equal(omni_statements_next(list), OMNI_OK);
	assert_int_equal(omni_statements_fact(list), yes);
	assert_int_equal(omni_statements_said(list), OMNI_SAID_GRANT);
	assert_string_equal(omni_statements_purpose(list), "news");
	assert_string_equal(omni_statements_channel(list), "email");
	assert_string_equal(omni_statements_brand(list), "X");
	assert_string_equal(omni_statements_source(list), "web");
	assert_null(omni_statements_via(list));
	assert_string_equal(omni_statements_evidence(list),
	    "form 7,\nsigned by \"Ann\"");
	assert_string_equal(omni_statements_wording(list), "form");
	assert_string_equal(omni_statements_wording_text(list),
	    "We may write.");
	assert_true(omni_statements_time(list) == DAY(2));
	assert_true(omni_statements_recorded(list) >= HARNESS_NOW);
	assert_true(omni_statements_expiry(list) == DAY(900));
	assert_int_equal(omni_statements_standing(list),
	    OMNI_STANDING_WITHDRAWN);
	assert_int_equal(omni_statements_by(list), no);
	assert_int_equal(omni_statements_next(list), OMNI_OK);
	assert_int_equal(omni_statements_fact(list), no);
	assert_int_equal(omni_statements_standing(list),
	    OMNI_STANDING_HOLDS);
	assert_int_equal(omni_statements_next(list), OMNI_OK);
	assert_string_equal(omni_statements_value(list), "22:00-07:00");
	assert_int_equal(omni_statements_medium(list), OMNI_MEDIUM_DIGITAL);
	assert_null(omni_statements_wording_text(list));
	assert_true(omni_statements_expiry(list) == OMNI_TIME_UNKNOWN);
	assert_int_equal(omni_statements_next(list), OMNI_DONE);
	assert_int_equal(omni_statements_next(list), OMNI_DONE);
	assert_null(omni_statements_value(list));
	omni_statements_free(list);
	/* Only what bears on news. */
	list = list_of(h, "1", "news");
	assert_int_equal(omni_statements_next(list), OMNI_OK);
	assert_int_equal(omni_statements_next(list), OMNI_OK);
	assert_int_equal(omni_statements_next(list), OMNI_DONE);
	omni_statements_free(list);
}

static void
the_list_of_nobody_and_misuse(void **state)
{
	struct harness *h = shop_of(state);
	omni_statements *list = (omni_statements *)h;
	char id[OMNI_ID_SIZE];

	harness_is(h, omni_statements_open(h->db,
	    "0123456789abcdef0123456789abcdef", NULL, &list), OMNI_NONE);
	assert_null(list);
	harness_is(h, omni_statements_open(h->db, "ann", NULL, &list),
	    OMNI_INVALID);
	assert_has(omni_errmsg(h->db), "customer");
	put_record(h, "crm", "1", DAY(0), ann);
	whose(h, "crm", "1", id);
	harness_is(h, omni_statements_open(h->db, id, "a//b", &list),
	    OMNI_INVALID);
	assert_has(omni_errmsg(h->db), "purpose");
	harness_is(h, omni_statements_open(h->db, id, NULL, NULL),
	    OMNI_MISUSE);
	assert_int_equal(omni_statements_open(NULL, id, NULL, &list),
	    OMNI_MISUSE);
	assert_int_equal(omni_statements_next(NULL), OMNI_MISUSE);
	assert_int_equal(omni_statements_fact(NULL), 0);
	assert_true(omni_statements_time(NULL) == OMNI_TIME_UNKNOWN);
	omni_statements_free(NULL);
	list = list_of(h, "1", NULL);
	assert_int_equal(omni_statements_next(list), OMNI_DONE);
	omni_statements_free(list);
}

/* ---- erasing -------------------------------------------------------- */

static void
inside(struct harness *h, omni__work_fn work, void *context)
{
	harness_ok(h, omni__enter(h->db));
	harness_ok(h, omni__leave(h->db, omni__transact(h->db, true, work,
	    context)));
}

static omni_status
has_no_evidence(struct omni *db, void *context)
{
	struct omni__fact fact;
	omni_status status = omni__facts_read(db, context, 1, &fact);

	if (status == OMNI_OK) {
		assert_has(fact.body, "withdraw");
		assert_null(strstr(fact.body, "Ann"));
	}
	return status;
}

static void
what_must_stay_keeps_no_evidence(void **state)
{
	struct harness *h = shop_of(state);
	int64_t fact;
	omni_statements *list;
	char id[OMNI_ID_SIZE];
	omni_status status;

	put_record(h, "crm", "1", DAY(0), ann);
	put_record(h, "crm", "2", DAY(0), bob);
	ANN(h, .said = OMNI_SAID_WITHDRAW, .purpose = "news",
	    .time = DAY(1), .kind = "email", .address = "ann@example.com",
	    .evidence = "a letter by Ann Lee");
	SAY(h, .said = OMNI_SAID_WITHDRAW, .purpose = "survey",
	    .time = DAY(2), .kind = "email", .address = "ann@example.com",
	    .evidence = "From: Ann Lee");
	ANN(h, .said = OMNI_SAID_LANGUAGE, .purpose = "*", .time = DAY(1),
	    .value = "sv");
	list = list_of(h, "1", NULL);
	assert_int_equal(omni_statements_next(list), OMNI_OK);
	fact = omni_statements_fact(list);
	assert_has(omni_statements_evidence(list), "Ann Lee");
	omni_statements_free(list);
	/* Of somebody else's letter nothing is shown. */
	list = list_of(h, "2", NULL);
	assert_int_equal(omni_statements_next(list), OMNI_OK);
	assert_int_equal(omni_statements_fact(list), fact);
	assert_null(omni_statements_evidence(list));
	assert_int_equal(omni_statements_next(list), OMNI_OK);
	assert_has(omni_statements_evidence(list), "Ann Lee");
	omni_statements_free(list);
	status = omni_customer_erase(h->db, whose(h, "crm", "1", id));
	assert_true(status == OMNI_OK || status == OMNI_PENDING);
	/* It still binds whoever has the address. */
	list = list_of(h, "2", NULL);
	assert_int_equal(omni_statements_next(list), OMNI_OK);
	assert_int_equal(omni_statements_said(list), OMNI_SAID_WITHDRAW);
	assert_int_equal(omni_statements_next(list), OMNI_OK);
	assert_string_equal(omni_statements_purpose(list), "survey");
	assert_null(omni_statements_evidence(list));
	assert_int_equal(omni_statements_next(list), OMNI_DONE);
	omni_statements_free(list);
	inside(h, has_no_evidence, &fact);
	assert_try(h, "2", "news", NULL,
	    "email:WITHDRAWN sms:WITHDRAWN post:NO_ADDRESS ");
	assert_checked(h);
}

/* ---- beneath the public calls --------------------------------------- */

#define PACKS 2000

static const char *
some(struct harness *h, const char *const *words, uint64_t count)
{
	return words[harness_random(h, count)];
}

static void
random_said(struct harness *h, struct omni__said *s, uint64_t *marks,
    unsigned char *address)
{
	static const char *const words[] = {
		"a", "b/c", "ö", "*", "long long long long word",
	};
	static const char *const more[] = { NULL, NULL, "x", "y" };
	size_t i;

	*s = (struct omni__said){ .happened = (int64_t)harness_random(h,
	    UINT64_MAX), .expiry = harness_random(h, 2) == 0 ? INT64_MAX :
	    (int64_t)harness_random(h, UINT64_MAX) };
	s->said = 1 + (int32_t)harness_random(h, OMNI_SAID_TOLD);
	s->purpose = some(h, words, OMNI__COUNT(words));
	s->channel = some(h, more, OMNI__COUNT(more));
	s->brand = some(h, more, OMNI__COUNT(more));
	s->via = some(h, more, OMNI__COUNT(more));
	s->wording = some(h, more, OMNI__COUNT(more));
	s->value = some(h, more, OMNI__COUNT(more));
	s->source = harness_random(h, 2) == 0 ? "" :
	    some(h, words, OMNI__COUNT(words));
	s->rank = harness_random(h, 2) == 0 ? 0 :
	    (int32_t)harness_random(h, INT32_MAX);
	s->medium = (int32_t)harness_random(h, 3);
	s->doubtful = harness_random(h, 2) == 0;
	s->held = harness_random(h, 2) == 0;
	s->mark = s->said == OMNI_SAID_WITHDRAW ?
	    harness_random(h, UINT64_MAX) : 0;
	s->seen_count = harness_random(h, 4);
	s->seen = marks;
	for (i = 0; i < s->seen_count; i++)
		marks[i] = harness_random(h, UINT64_MAX);
	for (i = 0; i < OMNI__ID; i++)
		address[i] = (unsigned char)harness_random(h, 256);
	s->address = harness_random(h, 2) == 0 ? NULL : address;
}

static void
assert_text(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a != NULL && b != NULL)
		assert_string_equal(a, b);
}

static void
assert_same_said(const struct omni__said *a, const struct omni__said *b)
{
	assert_text(a->purpose, b->purpose);
	assert_text(a->channel, b->channel);
	assert_text(a->brand, b->brand);
	assert_text(a->source, b->source);
	assert_text(a->via, b->via);
	assert_text(a->wording, b->wording);
	assert_text(a->value, b->value);
	assert_true(a->happened == b->happened && a->expiry == b->expiry);
	assert_true(a->said == b->said && a->rank == b->rank &&
	    a->medium == b->medium && a->doubtful == b->doubtful &&
	    a->held == b->held && a->mark == b->mark &&
	    a->seen_count == b->seen_count);
	assert_true(a->seen_count == 0 || memcmp(a->seen, b->seen,
	    a->seen_count * sizeof(*a->seen)) == 0);
	assert_int_equal(a->address == NULL, b->address == NULL);
	if (a->address != NULL && b->address != NULL)
		assert_memory_equal(a->address, b->address, OMNI__ID);
}

/* A byte that changed, or an end that is missing: never a crash. */
static void
damage(struct harness *h, struct omni *db, const struct omni__value *pack)
{
	unsigned char bytes[300];
	struct omni__value bad = *pack;
	struct omni__said s;
	omni_status status;

	assert_true(pack->size <= sizeof(bytes));
	memcpy(bytes, pack->bytes, pack->size);
	bad.bytes = bytes;
	if (harness_random(h, 2) == 0)
		bad.size = (uint32_t)harness_random(h, bad.size);
	else
		bytes[harness_random(h, bad.size)] ^=
		    (unsigned char)(1 + harness_random(h, 255));
	status = omni__said_unpack(db, &bad, &s);
	assert_true(status == OMNI_OK || status == OMNI_CORRUPT);
	if (bad.size < pack->size)
		assert_int_equal(status, OMNI_CORRUPT);
	if (status == OMNI_CORRUPT)
		assert_non_null(db->error.text);
	omni__error_clear(&db->error);
}

static omni_status
pack_and_unpack(struct omni *db, void *context)
{
	struct harness *h = context;
	uint64_t marks[4];
	unsigned char address[OMNI__ID];
	omni_status status = OMNI_OK;
	int i;

	for (i = 0; i < PACKS && status == OMNI_OK; i++) {
		struct omni__said before, after;
		struct omni__value pack;

		random_said(h, &before, marks, address);
		status = omni__said_pack(db, &before, &pack);
		if (status == OMNI_OK)
			status = omni__said_unpack(db, &pack, &after);
		if (status != OMNI_OK)
			break;
		assert_same_said(&before, &after);
		damage(h, db, &pack);
	}
	return status;
}

static void
a_packed_statement_is_read_as_it_was(void **state)
{
	struct harness *h = harness_of(state);

	harness_seed(h, __func__);
	inside(h, pack_and_unpack, h);
}

static void
a_damaged_row_asks_for_a_rebuild(void **state)
{
	struct harness *h = shop_of(state);
	omni_route *route = NULL;
	char id[OMNI_ID_SIZE];

	put_record(h, "crm", "1", DAY(0), ann);
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(1));
	harness_sql(h, strcmp(h->engine, "sqlite") == 0 ?
	    "UPDATE omni_statement SET pack = x'0142'" :
	    "UPDATE omni_statement SET pack = '\\x0142'");
	whose(h, "crm", "1", id);
	harness_is(h, omni_route_decide(h->db, id, "news", OMNI_NOW, &route),
	    OMNI_CORRUPT);
	assert_has(omni_errmsg(h->db), "rebuild");
	harness_ok(h, omni_rebuild(h->db));
	assert_news(h, "email sms post ");
}

/* ---- what was known then -------------------------------------------- */

struct then {
	char view[1000];
	unsigned char record[OMNI__ID];
	size_t now, then;
};

static omni_status
look_now(struct omni *db, void *context)
{
	struct then *t = context;
	const char *json;
	omni_status status = omni__view_write(db, &json);

	if (status == OMNI_OK)
		(void)snprintf(t->view, sizeof(t->view), "%s", json);
	return status;
}

static omni_status
count_then(struct omni *db, void *context)
{
	struct then *t = context;
	const unsigned char *id = t->record;
	struct omni__said_list now = { .ids = &id, .count = 1 }, then = now;
	struct omni__fact fact = { .body = t->view };
	struct omni__view view;
	json_t *root;
	omni_status status;

	omni__record_id(db, "crm", "1", t->record);
	status = omni__json_body(db, &fact, &root);
	if (status == OMNI_OK)
		status = omni__view_read(db, root, &view);
	json_decref(root);
	if (status == OMNI_OK)
		status = omni__statements_load(db, NULL, &now, 1);
	if (status == OMNI_OK)
		status = omni__statements_load(db, &view, &then, 1);
	t->now = now.size;
	t->then = then.size;
	return status;
}

static void
a_view_sees_what_was_there_whoever_wrote_it(void **state)
{
	struct harness *h = shop_of(state);
	struct then t = { .now = 0 };
	omni *first = h->db, *other = harness_open(h);

	put_record(h, "crm", "1", DAY(0), ann);
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(1));
	h->db = other;
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(2));
	h->db = first;
	inside(h, look_now, &t);
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(3));
	h->db = other;
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(4));
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(0));
	h->db = harness_open(h);
	ANN(h, .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(5));
	inside(h, count_then, &t);
	assert_int_equal(t.now, 6);
	assert_int_equal(t.then, 2);
	omni_close(h->db);
	omni_close(other);
	h->db = first;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(a_yes_counts_once_it_is_confirmed),
		HARNESS_TEST(a_confirmation_that_comes_too_late_is_none),
		HARNESS_TEST(who_withdrew_meanwhile_confirms_nothing),
		HARNESS_TEST(a_confirmation_is_of_the_same_words),
		HARNESS_TEST(an_address_is_confirmed_by_whoever_has_it),
		HARNESS_TEST(a_yes_ends_with_its_wording),
		HARNESS_TEST(a_yes_is_to_be_renewed),
		HARNESS_TEST(who_bought_and_was_told_is_written_to),
		HARNESS_TEST(the_basis_is_of_a_channel_and_a_region),
		HARNESS_TEST(what_is_said_of_a_brand_is_of_no_other),
		HARNESS_TEST(no_post_is_a_no_to_all_that_is_printed),
		HARNESS_TEST(a_yes_for_an_address_is_for_it_alone),
		HARNESS_TEST(a_no_at_a_shared_mailbox_is_everybodys),
		HARNESS_TEST(
		    a_no_at_a_desk_beats_a_later_yes_of_who_turns_out_the_same),
		HARNESS_TEST(a_no_of_any_address_is_the_whole_customers),
		HARNESS_TEST(a_clock_that_runs_ahead_has_no_last_word),
		HARNESS_TEST(a_yes_from_a_clock_ahead_can_be_confirmed),
		HARNESS_TEST(what_makes_no_sense_is_refused_by_name),
		cmocka_unit_test(bad_values_are_named_by_their_setters),
		HARNESS_TEST(the_list_says_what_was_said_and_how_it_stands),
		HARNESS_TEST(the_list_of_nobody_and_misuse),
		HARNESS_TEST(what_must_stay_keeps_no_evidence),
		HARNESS_TEST(a_packed_statement_is_read_as_it_was),
		HARNESS_TEST(a_damaged_row_asks_for_a_rebuild),
		HARNESS_TEST(a_view_sees_what_was_there_whoever_wrote_it),
	};

	return cmocka_run_group_tests_name("statement", tests, NULL, NULL);
}
