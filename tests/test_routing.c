/*
 * Permission and routes: the law of permission beside a naive reading of the
 * same law, and what it means for customers that merge, split and change
 * their minds.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "harness_row.h"
#include "routing/routing.h"

#define T0 (HARNESS_NOW - 100 * HARNESS_DAY)
#define DAY(n) (T0 + (n) * HARNESS_DAY)

/* ---- the naive reading ---------------------------------------------- */

/* Scopes as sets over a small world, whose last members stand for all that
 * is not named. */
static const char *const world_purposes[] = {
	"news", "offer", "offer/shoes", "offer/shoes/red", "offering",
	"invoice", NULL
};
static const char *const world_channels[] = { "email", "sms", "post", NULL };
#define PURPOSES OMNI__COUNT(world_purposes)
#define CHANNELS OMNI__COUNT(world_channels)

static uint32_t
subtree(const char *purpose)
{
	char inside[64];
	uint32_t set = 0;
	size_t i;

	if (purpose[0] == '*')
		return (UINT32_C(1) << PURPOSES) - 1;
	(void)snprintf(inside, sizeof(inside), "%s/", purpose);
	for (i = 0; world_purposes[i] != NULL; i++)
		if (strcmp(world_purposes[i], purpose) == 0 ||
		    strncmp(world_purposes[i], inside, strlen(inside)) == 0)
			set |= UINT32_C(1) << i;
	return set;
}

static uint32_t
channels_of(const char *channel)
{
	size_t i;

	for (i = 0; world_channels[i] != NULL; i++)
		if (channel != NULL && strcmp(world_channels[i], channel) == 0)
			return UINT32_C(1) << i;
	return (UINT32_C(1) << CHANNELS) - 1;
}

struct naive {
	const struct omni__said *said;
	size_t count;
	size_t purpose, channel;	/* in the world */
	int64_t since, at;
};

static int
naive_contains(const struct naive *n, const struct omni__said *s)
{
	int inside = (subtree(s->purpose) >> n->purpose & 1) != 0 &&
	    (channels_of(s->channel) >> n->channel & 1) != 0;

	if (s->said == OMNI_SAID_GRANT && n->since > s->happened &&
	    strcmp(s->purpose, world_purposes[n->purpose]) != 0)
		return 0;
	return inside;
}

static int
naive_covers(const struct omni__said *g, const struct omni__said *w)
{
	uint32_t p = subtree(g->purpose), c = channels_of(g->channel);
	int known = strcmp(w->source, g->source) == 0;
	size_t i;

	if (!(w->happened < g->happened) || g->doubtful)
		return 0;
	for (i = 0; i < g->seen_count; i++)
		known |= g->seen[i] == w->mark;
	if (!known)
		return 0;
	return (p & subtree(w->purpose)) == p &&
	    (c & channels_of(w->channel)) == c;
}

static int
naive_in_g(const struct naive *n, const struct omni__said *g)
{
	return g->said == OMNI_SAID_GRANT && naive_contains(n, g) &&
	    g->happened <= n->at && n->at < g->expiry;
}

static int
naive_open(const struct naive *n)
{
	size_t i, k;

	for (i = 0; i < n->count; i++) {
		const struct omni__said *w = &n->said[i];
		int covered = 0;

		if (w->said != OMNI_SAID_WITHDRAW || !naive_contains(n, w))
			continue;
		for (k = 0; k < n->count; k++)
			covered |= naive_in_g(n, &n->said[k]) &&
			    naive_covers(&n->said[k], w);
		if (!covered)
			return 1;
	}
	return 0;
}

static int
naive_granted(const struct naive *n)
{
	size_t i;
	int any = 0;

	for (i = 0; i < n->count; i++)
		any |= naive_in_g(n, &n->said[i]);
	return any;
}

/* 1 yes, 0 no, 2 yes but last. */
static int
naive_permit(const struct naive *n, int32_t basis)
{
	if (basis == OMNI_BASIS_CONTRACT || basis == OMNI_BASIS_LAW)
		return naive_open(n) ? 2 : 1;
	if (naive_open(n))
		return 0;
	return basis == OMNI_BASIS_INTEREST || naive_granted(n);
}

/* ---- random histories ----------------------------------------------- */

static const char *
pick(struct harness *h, const char *const *words, size_t count)
{
	return words[harness_random(h, count)];
}

/* Marks of withdrawals; a grant knows the last few of them. */
#define SEEN_MOST 5
static const uint64_t all_marks[SEEN_MOST] = { 1, 2, 3, 4, 5 };

static void
random_said(struct harness *h, struct omni__said *s, size_t i)
{
	static const char *const purposes[] = {
		"*", "news", "offer", "offer/shoes", "offer/shoes/red",
		"offering", "invoice"
	};
	static const char *const channels[] = {
		NULL, NULL, "email", "sms", "post"
	};
	static const char *const sources[] = { "", "till", "web" };

	memset(s, 0, sizeof(*s));
	s->fact = (int64_t)i + 1;
	s->said = harness_random(h, 2) ? OMNI_SAID_GRANT :
	    OMNI_SAID_WITHDRAW;
	s->purpose = pick(h, purposes, OMNI__COUNT(purposes));
	s->channel = pick(h, channels, OMNI__COUNT(channels));
	s->source = pick(h, sources, OMNI__COUNT(sources));
	s->happened = DAY((int64_t)harness_random(h, 12));
	s->expiry = s->said == OMNI_SAID_GRANT && harness_random(h, 4) == 0 ?
	    s->happened + (int64_t)harness_random(h, 12) * HARNESS_DAY + 1 :
	    INT64_MAX;
	s->doubtful = harness_random(h, 10) == 0;
	if (s->said == OMNI_SAID_WITHDRAW)
		s->mark = 1 + harness_random(h, SEEN_MOST);
	else if (harness_random(h, 3) == 0)
		s->seen_count = harness_random(h, SEEN_MOST + 1);
	s->seen = all_marks + (SEEN_MOST - s->seen_count);
}

static int
by_time(const void *left, const void *right)
{
	const struct omni__said *a = left, *b = right;

	if (a->happened != b->happened)
		return a->happened < b->happened ? -1 : 1;
	return (a->fact > b->fact) - (a->fact < b->fact);
}

static size_t
random_history(struct harness *h, struct omni__said *said, size_t most)
{
	size_t i, count = harness_random(h, most + 1);

	for (i = 0; i < count; i++)
		random_said(h, &said[i], i);
	qsort(said, count, sizeof(*said), by_time);
	return count;
}

#define HISTORIES 60000

static void
permission_is_what_the_law_says(void **state)
{
	struct harness bare = { .engine = "no store" }, *h = &bare;
	const struct omni__rules rules = { .digest = 0 };
	struct omni__said said[10];
	size_t seen[3] = { 0, 0, 0 };
	size_t i;

	(void)state;
	harness_seed(h, __func__);
	for (i = 0; i < HISTORIES; i++) {
		struct naive n = {
			.said = said,
			.count = random_history(h, said, 10),
			.purpose = harness_random(h, PURPOSES - 1),
			.channel = harness_random(h, CHANNELS - 1),
			.since = DAY((int64_t)harness_random(h, 8) - 1),
			.at = DAY((int64_t)harness_random(h, 16)),
		};
		struct omni_purpose purpose = {
			.head.name = world_purposes[n.purpose],
			.basis = 1 + (int32_t)harness_random(h, 4),
		};
		struct omni_channel channel = {
			.head.name = world_channels[n.channel],
		};
		struct omni__purpose_rule rule = {
			.purpose = &purpose,
			.since = n.since,
		};
		struct omni__question q = {
			.rules = &rules,
			.rule = &rule,
			.channel = &channel,
			.at = n.at,
		};
		struct omni__permit permit;
		int wanted = naive_permit(&n, purpose.basis), got;

		omni__permission(said, n.count, &q, &permit);
		got = permit.reason != 0 ? 0 : purpose.basis >=
		    OMNI_BASIS_CONTRACT && permit.withdrawal != NULL ? 2 : 1;
		if (got != wanted)
			fail_msg("history %zu: %d is wanted, not %d", i,
			    wanted, got);
		seen[wanted]++;
	}
	printf("# %d histories: %zu no, %zu yes, %zu last\n", HISTORIES,
	    seen[0], seen[1], seen[2]);
	assert_true(seen[0] > 5000 && seen[1] > 5000 && seen[2] > 5000);
}

/* ---- what every test defines ---------------------------------------- */

static void
define_channel(struct harness *h, const char *name, int32_t direction,
    const char *address)
{
	omni_channel *channel = omni_channel_new(name);

	assert_non_null(channel);
	harness_ok(h, omni_channel_set_direction(channel, direction));
	if (address != NULL)
		harness_ok(h, omni_channel_set_address(channel, address));
	harness_ok(h, omni_channel_set_time(channel, DAY(-900)));
	harness_ok(h, omni_channel_put(h->db, channel, NULL));
	omni_channel_free(channel);
}

static omni_purpose *
purpose_of(struct harness *h, const char *name, int32_t basis,
    const char *const *channels)
{
	omni_purpose *purpose = omni_purpose_new(name);

	assert_non_null(purpose);
	harness_ok(h, omni_purpose_set_basis(purpose, basis));
	for (; *channels != NULL; channels++)
		harness_ok(h, omni_purpose_add_channel(purpose, *channels));
	harness_ok(h, omni_purpose_set_time(purpose, DAY(-900)));
	return purpose;
}

static void
define_purpose(struct harness *h, const char *name, int32_t basis,
    const char *const *channels)
{
	omni_purpose *purpose = purpose_of(h, name, basis, channels);

	harness_ok(h, omni_purpose_put(h->db, purpose, NULL));
	omni_purpose_free(purpose);
}

static const char *const all_channels[] = { "email", "sms", "post", NULL };

static struct harness *
shop_of(void **state)
{
	struct harness *h = harness_of(state);

	define_channel(h, "store", OMNI_DIRECTION_IN, NULL);
	define_channel(h, "email", OMNI_DIRECTION_BOTH, "email");
	define_channel(h, "sms", OMNI_DIRECTION_OUT, "phone");
	define_channel(h, "post", OMNI_DIRECTION_OUT, "address");
	define_purpose(h, "news", OMNI_BASIS_CONSENT, all_channels);
	define_purpose(h, "offer", OMNI_BASIS_CONSENT, all_channels);
	define_purpose(h, "offer/shoes", OMNI_BASIS_CONSENT, all_channels);
	define_purpose(h, "survey", OMNI_BASIS_INTEREST, all_channels);
	define_purpose(h, "invoice", OMNI_BASIS_CONTRACT, all_channels);
	return h;
}

/* ---- records -------------------------------------------------------- */

static const char *const ann[] = {
	"name.full", "Ann Lee", "email", "ann@example.com",
	"phone", "+46701234567", "birth_date", "1970-02-03",
	"address.street", "Storgatan 1", "address.postcode", "211 71",
	"address.city", "Malmö", NULL
};
static const char *const bob[] = {
	"name.full", "Bob Okafor", "email", "bob@example.com",
	"phone", "+46709876543", "birth_date", "1981-12-24", NULL
};

/* ---- statements ----------------------------------------------------- */

struct say {
	const char *source, *key;	/* the record that says it */
	const char *customer;		/* or the customer */
	int32_t said;
	const char *purpose, *channel;
	int64_t time, expiry;		/* 0: none */
	int32_t rank;
	const char *told_by;		/* the statement's own source */
	const omni_record *who;
};

static void
add_who(struct harness *h, omni_statement *s, const struct say *say)
{
	omni_record *who;

	if (say->customer != NULL) {
		harness_ok(h, omni_statement_set_customer(s, say->customer));
		return;
	}
	if (say->who != NULL) {
		harness_ok(h, omni_statement_set_who(s, say->who));
		return;
	}
	who = omni_record_new();
	assert_non_null(who);
	harness_ok(h, omni_record_set_source(who, say->source, say->key));
	harness_ok(h, omni_statement_set_who(s, who));
	omni_record_free(who);
}

static void
say_it(struct harness *h, const struct say *say)
{
	static unsigned serial;
	omni_statement *s = omni_statement_new(say->said, say->purpose);
	char key[32];

	assert_non_null(s);
	add_who(h, s, say);
	if (say->channel != NULL)
		harness_ok(h, omni_statement_set_channel(s, say->channel));
	if (say->expiry != 0)
		harness_ok(h, omni_statement_set_expiry(s, say->expiry));
	if (say->rank != 0)
		harness_ok(h, omni_statement_set_rank(s, say->rank));
	if (say->told_by != NULL) {
		(void)snprintf(key, sizeof(key), "s%u", ++serial);
		harness_ok(h, omni_statement_set_key(s, say->told_by, key));
	}
	harness_ok(h, omni_statement_set_wording(s, "2025-01"));
	harness_ok(h, omni_statement_set_time(s, say->time));
	harness_ok(h, omni_statement_put(h->db, s, NULL));
	omni_statement_free(s);
}

#define SAY(h, ...) say_it((h), &(struct say){ __VA_ARGS__ })

/* ---- routes --------------------------------------------------------- */

static omni_route *
route_of(struct harness *h, const char *source, const char *key,
    const char *purpose)
{
	omni_route *route = NULL;
	char id[OMNI_ID_SIZE];

	harness_ok(h, omni_route_decide(h->db, whose(h, source, key,
	    id), purpose, OMNI_NOW, &route));
	return route;
}

/* The steps as "email sms ", what fell as "post:WITHDRAWN ". */
static void
spell(const omni_route *route, char *out, size_t size)
{
	size_t used = 0;
	int32_t i;

	out[0] = '\0';
	for (i = 0; i < omni_route_step_count(route); i++) {
		assert_non_null(omni_route_step_text(route, i));
		used += (size_t)snprintf(out + used, size - used, "%s ",
		    omni_route_step_channel(route, i));
	}
	for (i = 0; i < omni_route_rejected_count(route); i++) {
		assert_non_null(omni_route_rejected_text(route, i));
		used += (size_t)snprintf(out + used, size - used, "%s:%s ",
		    omni_route_rejected_channel(route, i),
		    omni_reason_name(omni_route_rejected_reason(route, i)) +
		    strlen("OMNI_REASON_"));
	}
	assert_true(used < size);
}

static void
assert_route(struct harness *h, const char *source, const char *key,
    const char *purpose, const char *wanted)
{
	omni_route *route = route_of(h, source, key, purpose);
	char got[400];

	spell(route, got, sizeof(got));
	assert_string_equal(got, wanted);
	omni_route_free(route);
}

/* ---- changing one's mind -------------------------------------------- */

static void
silence_is_a_yes_only_to_legitimate_interest(void **state)
{
	struct harness *h = shop_of(state);

	put_record(h, "crm", "1", DAY(0), ann);
	assert_route(h, "crm", "1", "news",
	    "email:NO_CONSENT sms:NO_CONSENT post:NO_CONSENT ");
	assert_route(h, "crm", "1", "survey", "email sms post ");
	assert_route(h, "crm", "1", "invoice", "email sms post ");
}

static void
stop_everything_beats_an_older_narrow_yes(void **state)
{
	struct harness *h = shop_of(state);

	put_record(h, "crm", "1", DAY(0), ann);
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "offer/shoes", .channel = "email", .time = DAY(1));
	assert_route(h, "crm", "1", "offer/shoes",
	    "email sms:NO_CONSENT post:NO_CONSENT ");
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_WITHDRAW,
	    .purpose = "*", .time = DAY(2));
	assert_route(h, "crm", "1", "offer/shoes",
	    "email:WITHDRAWN sms:WITHDRAWN post:WITHDRAWN ");
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "offer/shoes", .channel = "email", .time = DAY(3));
	assert_route(h, "crm", "1", "offer/shoes",
	    "email sms:WITHDRAWN post:WITHDRAWN ");
}

static void
a_broad_yes_does_not_lift_a_narrow_no(void **state)
{
	struct harness *h = shop_of(state);

	put_record(h, "crm", "1", DAY(0), ann);
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_WITHDRAW,
	    .purpose = "offer/shoes", .channel = "sms", .time = DAY(1));
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "*", .time = DAY(2));
	assert_route(h, "crm", "1", "offer/shoes",
	    "email post sms:WITHDRAWN ");
	assert_route(h, "crm", "1", "offer", "email sms post ");
}

static void
a_late_no_counts_from_when_it_was_said(void **state)
{
	struct harness *h = shop_of(state);

	put_record(h, "crm", "1", DAY(0), ann);
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "news", .time = DAY(5));
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_WITHDRAW,
	    .purpose = "news", .time = DAY(4));
	assert_route(h, "crm", "1", "news", "email sms post ");
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_WITHDRAW,
	    .purpose = "news", .time = DAY(5));
	assert_route(h, "crm", "1", "news",
	    "email:WITHDRAWN sms:WITHDRAWN post:WITHDRAWN ");
}

static void
a_yes_by_a_clock_that_lies_lifts_no_no(void **state)
{
	struct harness *h = shop_of(state);

	put_record(h, "crm", "1", DAY(0), ann);
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_WITHDRAW,
	    .purpose = "news", .time = DAY(5));
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "news", .time = HARNESS_NOW + 20000 * HARNESS_DAY);
	assert_route(h, "crm", "1", "news",
	    "email:WITHDRAWN sms:WITHDRAWN post:WITHDRAWN ");
}

static void
consent_expires_and_withdrawal_does_not(void **state)
{
	struct harness *h = shop_of(state);

	put_record(h, "crm", "1", DAY(0), ann);
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "news", .channel = "email", .time = DAY(1),
	    .expiry = HARNESS_NOW + 1);
	assert_route(h, "crm", "1", "news",
	    "email sms:NO_CONSENT post:NO_CONSENT ");
	h->now += 1;
	assert_route(h, "crm", "1", "news",
	    "email:EXPIRED sms:NO_CONSENT post:NO_CONSENT ");
	/* Nor does an expired yes still answer an older no. */
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_WITHDRAW,
	    .purpose = "survey", .time = DAY(1));
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "survey", .time = DAY(2),
	    .expiry = h->now + 3 * HARNESS_DAY);
	assert_route(h, "crm", "1", "survey", "email sms post ");
	h->now += 3 * HARNESS_DAY;
	assert_route(h, "crm", "1", "survey",
	    "email:WITHDRAWN sms:WITHDRAWN post:WITHDRAWN ");
}

static void
a_yes_does_not_reach_what_is_thought_of_later(void **state)
{
	static const char *const email[] = { "email", NULL };
	struct harness *h = shop_of(state);
	omni_purpose *later = purpose_of(h, "offer/hats",
	    OMNI_BASIS_CONSENT, email);

	put_record(h, "crm", "1", DAY(0), ann);
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "offer", .time = DAY(5));
	harness_ok(h, omni_purpose_set_time(later, DAY(6)));
	harness_ok(h, omni_purpose_put(h->db, later, NULL));
	assert_route(h, "crm", "1", "offer/hats", "email:NO_CONSENT ");
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "offer", .time = DAY(7));
	assert_route(h, "crm", "1", "offer/hats", "email ");
	/* Defining it anew does not make it younger. */
	harness_ok(h, omni_purpose_set_time(later, DAY(8)));
	harness_ok(h, omni_purpose_put(h->db, later, NULL));
	assert_route(h, "crm", "1", "offer/hats", "email ");
	omni_purpose_free(later);
}

/* ---- merging and splitting ------------------------------------------ */

static void
a_no_survives_a_merge_with_a_later_yes(void **state)
{
	struct harness *h = shop_of(state);
	char a[OMNI_ID_SIZE], b[OMNI_ID_SIZE];

	put_record(h, "pos", "1", DAY(0), ann);
	put_record(h, "web", "1", DAY(1), bob);
	SAY(h, .source = "pos", .key = "1", .said = OMNI_SAID_WITHDRAW,
	    .purpose = "news", .time = DAY(2), .told_by = "pos");
	SAY(h, .source = "web", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "news", .time = DAY(3), .told_by = "web");
	assert_route(h, "web", "1", "news", "email sms post:NO_ADDRESS ");
	/* It was Ann all the time. */
	put_record(h, "web", "1", DAY(4), ann);
	assert_string_equal(whose(h, "pos", "1", a),
	    whose(h, "web", "1", b));
	assert_route(h, "web", "1", "news",
	    "email:WITHDRAWN sms:WITHDRAWN post:WITHDRAWN ");
	/* Who sees all of her says yes again: that counts from then on. */
	SAY(h, .customer = a, .said = OMNI_SAID_GRANT, .purpose = "news",
	    .channel = "email", .time = DAY(5), .told_by = "clerk");
	assert_route(h, "web", "1", "news",
	    "email sms:WITHDRAWN post:WITHDRAWN ");
	SAY(h, .source = "pos", .key = "1", .said = OMNI_SAID_WITHDRAW,
	    .purpose = "news", .time = DAY(6), .told_by = "pos");
	assert_route(h, "web", "1", "news",
	    "email:WITHDRAWN sms:WITHDRAWN post:WITHDRAWN ");
	/* As it does when she speaks where she said no. */
	SAY(h, .source = "web", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "news", .time = DAY(7), .told_by = "pos");
	assert_route(h, "web", "1", "news", "email sms post ");
}

static void
a_no_that_was_delivered_late_was_not_seen(void **state)
{
	struct harness *h = shop_of(state);
	char a[OMNI_ID_SIZE];

	put_record(h, "pos", "1", DAY(0), ann);
	SAY(h, .customer = whose(h, "pos", "1", a),
	    .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(5));
	assert_route(h, "pos", "1", "news", "email sms post ");
	SAY(h, .source = "pos", .key = "1", .said = OMNI_SAID_WITHDRAW,
	    .purpose = "news", .time = DAY(4), .told_by = "pos");
	assert_route(h, "pos", "1", "news",
	    "email:WITHDRAWN sms:WITHDRAWN post:WITHDRAWN ");
}

static void
a_no_spoken_as_a_customer_follows_every_part(void **state)
{
	struct harness *h = shop_of(state);
	char a[OMNI_ID_SIZE], b[OMNI_ID_SIZE];

	put_record(h, "pos", "1", DAY(0), ann);
	put_record(h, "web", "1", DAY(1), ann);
	SAY(h, .source = "web", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "news", .time = DAY(2));
	SAY(h, .customer = whose(h, "web", "1", a),
	    .said = OMNI_SAID_WITHDRAW, .purpose = "news", .time = DAY(3));
	assert_route(h, "web", "1", "news",
	    "email:WITHDRAWN sms:WITHDRAWN post:WITHDRAWN ");
	/* They were two. */
	put_record(h, "web", "1", DAY(4), bob);
	assert_string_not_equal(whose(h, "pos", "1", a),
	    whose(h, "web", "1", b));
	assert_route(h, "pos", "1", "news",
	    "email:WITHDRAWN sms:WITHDRAWN post:WITHDRAWN ");
	assert_route(h, "web", "1", "news",
	    "email:WITHDRAWN sms:WITHDRAWN post:NO_ADDRESS ");
}

static void
a_yes_stays_with_who_said_it(void **state)
{
	struct harness *h = shop_of(state);
	char a[OMNI_ID_SIZE];

	put_record(h, "pos", "1", DAY(0), ann);
	put_record(h, "web", "1", DAY(1), ann);
	SAY(h, .customer = whose(h, "web", "1", a),
	    .said = OMNI_SAID_GRANT, .purpose = "news", .time = DAY(3));
	assert_route(h, "web", "1", "news", "email sms post ");
	put_record(h, "web", "1", DAY(4), bob);
	assert_route(h, "pos", "1", "news", "email sms post ");
	assert_route(h, "web", "1", "news",
	    "email:NO_CONSENT sms:NO_CONSENT post:NO_ADDRESS ");
}

static void
a_no_of_which_only_an_address_is_known_reaches_all_who_share_it(void **state)
{
	static const char *const son[] = {
		"name.full", "Tim Lee", "phone", "070 1234567",
		"email", "tim@example.com", "birth_date", "2001-07-08", NULL
	};
	static const char *const only[] = { "phone", "+46701234567", NULL };
	struct harness *h = shop_of(state);
	omni_record *who = record_with(only);
	char a[OMNI_ID_SIZE], b[OMNI_ID_SIZE];

	put_record(h, "crm", "1", DAY(0), ann);
	put_record(h, "crm", "2", DAY(0), son);
	assert_string_not_equal(whose(h, "crm", "1", a),
	    whose(h, "crm", "2", b));
	SAY(h, .who = who, .said = OMNI_SAID_WITHDRAW, .purpose = "survey",
	    .channel = "sms", .time = DAY(1));
	assert_route(h, "crm", "1", "survey", "email post sms:WITHDRAWN ");
	assert_route(h, "crm", "2", "survey",
	    "email sms:WITHDRAWN post:NO_ADDRESS ");
	omni_record_free(who);
}

/* ---- what must be sent ---------------------------------------------- */

static void
an_objection_puts_a_channel_last(void **state)
{
	struct harness *h = shop_of(state);

	put_record(h, "crm", "1", DAY(0), ann);
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_WITHDRAW,
	    .purpose = "invoice", .channel = "email", .time = DAY(1));
	assert_route(h, "crm", "1", "invoice", "sms post email ");
}

static void
what_must_be_sent_goes_to_the_default_when_all_is_refused(void **state)
{
	struct harness *h = shop_of(state);
	omni_route *route;

	put_record(h, "crm", "1", DAY(0), ann);
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_PREFER,
	    .purpose = "invoice", .channel = "post", .rank = 1,
	    .time = DAY(1));
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_WITHDRAW,
	    .purpose = "*", .time = DAY(2));
	assert_route(h, "crm", "1", "invoice",
	    "email sms:OBJECTED_LAST post:OBJECTED_LAST ");
	route = route_of(h, "crm", "1", "invoice");
	assert_int_equal(strncmp(omni_route_step_text(route, 0), "MANDATORY",
	    9), 0);
	omni_route_free(route);
}

/* ---- contact points ------------------------------------------------- */

static void
tell_contact(struct harness *h, const char *kind, const char *value,
    const char *cause, int verified, int64_t time)
{
	omni_contact *contact = omni_contact_new(kind, value);

	assert_non_null(contact);
	if (verified >= 0)
		harness_ok(h, omni_contact_set_verified(contact, verified));
	else
		harness_ok(h, omni_contact_set_suppressed(contact, cause));
	harness_ok(h, omni_contact_set_time(contact, time));
	harness_ok(h, omni_contact_put(h->db, contact, NULL));
	omni_contact_free(contact);
}

static void
a_suppressed_address_is_so_for_all_who_share_it(void **state)
{
	static const char *const son[] = {
		"name.full", "Tim Lee", "email", "ANN@example.com",
		"birth_date", "2001-07-08", NULL
	};
	struct harness *h = shop_of(state);
	char a[OMNI_ID_SIZE], b[OMNI_ID_SIZE];

	put_record(h, "crm", "1", DAY(0), ann);
	put_record(h, "crm", "2", DAY(0), son);
	assert_string_not_equal(whose(h, "crm", "1", a),
	    whose(h, "crm", "2", b));
	tell_contact(h, "email", "ann@Example.com", "complaint", -1, DAY(1));
	assert_route(h, "crm", "1", "survey", "sms post email:SUPPRESSED ");
	assert_route(h, "crm", "2", "survey",
	    "email:SUPPRESSED sms:NO_ADDRESS post:NO_ADDRESS ");
	/* To prove that it is one's own is not to take a complaint back. */
	tell_contact(h, "email", "ann@example.com", NULL, 1, DAY(2));
	assert_route(h, "crm", "1", "survey", "sms post email:SUPPRESSED ");
	tell_contact(h, "email", "ann@example.com", NULL, -1, DAY(3));
	assert_route(h, "crm", "1", "survey", "email sms post ");
	/* What is older comes too late. */
	tell_contact(h, "email", "ann@example.com", "bounce", -1, DAY(2));
	assert_route(h, "crm", "1", "survey", "email sms post ");
}

static void
report(struct harness *h, const char *kind, const char *body,
    const char *const *features, int64_t time)
{
	omni_interaction *happened = omni_interaction_new("email", kind);
	omni_record *who = record_with(features);

	assert_non_null(happened);
	harness_ok(h, omni_interaction_set_who(happened, who));
	harness_ok(h, omni_interaction_set_body(happened, body));
	harness_ok(h, omni_interaction_set_time(happened, time));
	harness_ok(h, omni_interaction_put(h->db, happened, NULL));
	omni_interaction_free(happened);
	omni_record_free(who);
}

static void
a_letter_goes_to_the_address_on_one_line(void **state)
{
	static const char *const post[] = { "post", NULL };
	struct harness *h = shop_of(state);
	omni_route *route;

	define_purpose(h, "letter", OMNI_BASIS_INTEREST, post);
	put_record(h, "crm", "1", DAY(0), ann);
	route = route_of(h, "crm", "1", "letter");
	assert_int_equal(omni_route_step_count(route), 1);
	assert_string_equal(omni_route_step_address(route, 0),
	    "Storgatan 1, 211 71 Malmö");
	assert_true(omni_route_step_time(route, 0) == h->now);
	omni_route_free(route);
	tell_contact(h, "address", "STORGATAN 1 21171 MALMÖ", "gone away",
	    -1, DAY(1));
	assert_route(h, "crm", "1", "letter", "post:SUPPRESSED ");
}

static void
who_has_gone_away_leaves_the_household_behind(void **state)
{
	static const char *const returned[] = {
		"name.given", "Ann", "name.family", "LEE",
		"address.street", "Storgatan 1", "address.postcode", "21171",
		"address.city", "Malmö", NULL
	};
	static const char *const tenant[] = {
		"name.full", "Bob Okafor", "email", "bob@example.com",
		"address.street", "Storgatan 1", "address.postcode", "21171",
		"address.city", "Malmö", NULL
	};
	struct harness *h = shop_of(state);

	put_record(h, "crm", "1", DAY(0), ann);
	put_record(h, "crm", "2", DAY(0), tenant);
	report(h, "letter.returned", "{\"cause\":\"gone away\"}", returned,
	    DAY(2));
	assert_route(h, "crm", "1", "survey", "email sms post:SUPPRESSED ");
	assert_route(h, "crm", "2", "survey", "email post sms:NO_ADDRESS ");
	/* A house that is gone is so for all. */
	tell_contact(h, "address", "Storgatan 1, 211 71 Malmö", "demolished",
	    -1, DAY(3));
	assert_route(h, "crm", "2", "survey",
	    "email sms:NO_ADDRESS post:SUPPRESSED ");
}

static void
the_newest_address_that_is_not_suppressed_is_used(void **state)
{
	static const char *const moved[] = {
		"name.full", "Ann Lee", "email", "ann.lee@example.org",
		"phone", "+46701234567", "birth_date", "1970-02-03", NULL
	};
	struct harness *h = shop_of(state);
	omni_route *route;

	put_record(h, "crm", "1", DAY(0), ann);
	put_record(h, "web", "1", DAY(9), moved);
	route = route_of(h, "crm", "1", "survey");
	assert_string_equal(omni_route_step_address(route, 0),
	    "ann.lee@example.org");
	omni_route_free(route);
	tell_contact(h, "email", "ann.lee@example.org", "bounce", -1,
	    DAY(10));
	route = route_of(h, "crm", "1", "survey");
	assert_string_equal(omni_route_step_channel(route, 0), "email");
	assert_string_equal(omni_route_step_address(route, 0),
	    "ann@example.com");
	omni_route_free(route);
}

static void
confidential_purposes_ask_for_a_proved_address(void **state)
{
	struct harness *h = shop_of(state);
	omni_purpose *purpose = purpose_of(h, "result", OMNI_BASIS_CONTRACT,
	    all_channels);

	harness_ok(h, omni_purpose_set_verified(purpose, 1));
	harness_ok(h, omni_purpose_put(h->db, purpose, NULL));
	put_record(h, "crm", "1", DAY(0), ann);
	tell_contact(h, "phone", "070-123 45 67", NULL, 1, DAY(1));
	assert_route(h, "crm", "1", "result",
	    "sms email:NOT_VERIFIED post:NOT_VERIFIED ");
	harness_ok(h, omni_purpose_set_confidentiality(purpose, 3));
	harness_ok(h, omni_purpose_set_time(purpose, DAY(2)));
	harness_ok(h, omni_purpose_put(h->db, purpose, NULL));
	assert_route(h, "crm", "1", "result", "email:NOT_CONFIDENTIAL "
	    "sms:NOT_CONFIDENTIAL post:NOT_CONFIDENTIAL ");
	omni_purpose_free(purpose);
}

static void
a_bounce_suppresses_the_address_that_it_names(void **state)
{
	static const char *const address[] = {
		"email", "ann@example.com", NULL
	};
	struct harness *h = shop_of(state);

	put_record(h, "crm", "1", DAY(0), ann);
	report(h, "mail.bounced", "{\"bounce\":\"soft\"}", address, DAY(1));
	assert_route(h, "crm", "1", "survey", "email sms post ");
	report(h, "mail.bounced", "{\"bounce\":\"hard\"}", address, DAY(2));
	assert_route(h, "crm", "1", "survey", "sms post email:SUPPRESSED ");
	tell_contact(h, "email", "ann@example.com", NULL, -1, DAY(3));
	assert_route(h, "crm", "1", "survey", "email sms post ");
}

static void
a_bounce_is_one_for_all_who_share_the_address(void **state)
{
	static const char *const son[] = {
		"name.full", "Tim Lee", "email", "ANN@example.com",
		"phone", "+46705550199", "birth_date", "2001-07-08", NULL
	};
	static const char *const address[] = {
		"email", "ann@example.com", NULL
	};
	struct harness *h = shop_of(state);
	char a[OMNI_ID_SIZE], b[OMNI_ID_SIZE];

	put_record(h, "crm", "1", DAY(0), ann);
	put_record(h, "crm", "2", DAY(0), son);
	assert_string_not_equal(whose(h, "crm", "1", a),
	    whose(h, "crm", "2", b));
	assert_route(h, "crm", "2", "survey", "email sms post:NO_ADDRESS ");
	report(h, "mail.bounced", "{\"bounce\":\"hard\"}", address, DAY(2));
	assert_route(h, "crm", "1", "survey", "sms post email:SUPPRESSED ");
	assert_route(h, "crm", "2", "survey",
	    "sms email:SUPPRESSED post:NO_ADDRESS ");
}

/* ---- rank ----------------------------------------------------------- */

static void
a_preference_ranks_and_never_permits(void **state)
{
	static const char *const two[] = { "email", "post", NULL };
	struct harness *h = shop_of(state);

	define_purpose(h, "receipt", OMNI_BASIS_CONSENT, two);
	put_record(h, "crm", "1", DAY(0), ann);
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_PREFER,
	    .purpose = "*", .channel = "post", .rank = 1, .time = DAY(1));
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_PREFER,
	    .purpose = "receipt", .channel = "sms", .rank = 2,
	    .time = DAY(1));
	assert_route(h, "crm", "1", "receipt",
	    "email:NO_CONSENT post:NO_CONSENT sms:NOT_ALLOWED ");
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "receipt", .time = DAY(2));
	assert_route(h, "crm", "1", "receipt",
	    "post email sms:NOT_ALLOWED ");
	/* The last word holds, and of two first places the later one. */
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_PREFER,
	    .purpose = "receipt", .channel = "email", .rank = 1,
	    .time = DAY(3));
	assert_route(h, "crm", "1", "receipt",
	    "email post sms:NOT_ALLOWED ");
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_PREFER,
	    .purpose = "receipt", .channel = "email", .rank = 3,
	    .time = DAY(4));
	assert_route(h, "crm", "1", "receipt",
	    "post email sms:NOT_ALLOWED ");
}

/* ---- what is not there ---------------------------------------------- */

static void
what_is_not_defined_is_said_so(void **state)
{
	static const char *const odd[] = { "store", "pigeon", "email", NULL };
	struct harness *h = shop_of(state);
	omni_route *route = NULL;
	char id[OMNI_ID_SIZE];

	put_record(h, "crm", "1", DAY(0), ann);
	(void)whose(h, "crm", "1", id);
	define_purpose(h, "odd", OMNI_BASIS_LAW, odd);
	assert_route(h, "crm", "1", "odd",
	    "email store:INBOUND pigeon:UNDEFINED_CHANNEL ");
	harness_is(h, omni_route_decide(h->db, id, "nothing", OMNI_NOW,
	    &route), OMNI_UNDEFINED);
	assert_null(route);
	harness_is(h, omni_route_decide(h->db,
	    "0123456789abcdef0123456789abcdef", "news", OMNI_NOW, &route),
	    OMNI_NONE);
	harness_is(h, omni_route_decide(h->db, "me", "news", OMNI_NOW,
	    &route), OMNI_INVALID);
	harness_is(h, omni_route_decide(h->db, id, "news//x", OMNI_NOW,
	    &route), OMNI_INVALID);
	harness_is(h, omni_route_decide(h->db, id, NULL, OMNI_NOW, &route),
	    OMNI_INVALID);
	harness_is(h, omni_route_decide(h->db, NULL, "news", OMNI_NOW,
	    &route), OMNI_INVALID);
	harness_is(h, omni_route_decide(h->db, id, "news",
	    OMNI_TIME_UNKNOWN, &route), OMNI_INVALID);
	assert_int_equal(omni_route_decide(NULL, id, "news", OMNI_NOW,
	    &route), OMNI_MISUSE);
	assert_int_equal(omni_route_decide(h->db, id, "news", OMNI_NOW,
	    NULL), OMNI_MISUSE);
	assert_null(route);
	assert_null(omni_route_step_channel(NULL, 0));
	assert_int_equal(omni_route_rejected_count(NULL), 0);
	omni_route_free(NULL);
}

static void
a_route_outlives_its_handle(void **state)
{
	struct harness *h = shop_of(state);
	omni_route *route;

	put_record(h, "crm", "1", DAY(0), ann);
	route = route_of(h, "crm", "1", "invoice");
	omni_close(h->db);
	h->db = NULL;
	assert_string_equal(omni_route_step_address(route, 0),
	    "ann@example.com");
	assert_null(omni_route_step_channel(route, 3));
	assert_null(omni_route_step_channel(route, -1));
	assert_null(omni_route_rejected_text(route, 0));
	omni_route_free(route);
}

/* ---- messages: times, zones, caps ----------------------------------- */

static omni_message *
message_of(const char *purpose, int64_t time)
{
	omni_message *message = omni_message_new(purpose);

	assert_non_null(message);
	assert_int_equal(omni_message_set_time(message, time), OMNI_OK);
	return message;
}

static omni_route *
try_message(struct harness *h, const char *key, const omni_message *message)
{
	omni_route *route = NULL;
	char id[OMNI_ID_SIZE];

	harness_ok(h, omni_route_try(h->db, whose(h, "crm", key, id),
	    message, &route));
	assert_string_equal(omni_route_customer(route), id);
	assert_true(omni_route_fact(route) == 0);
	assert_true(omni_route_due(route) == OMNI_TIME_UNKNOWN);
	return route;
}

/* The same, of steps that wait with their minutes: "email+30m ". */
static void
assert_tried(struct harness *h, const char *key, const omni_message *message,
    const char *wanted)
{
	omni_route *route = try_message(h, key, message);
	char got[400], fell[400], *after = got;
	int32_t i, steps = omni_route_step_count(route);

	for (i = 0; i < steps; i++) {
		int64_t late = omni_route_step_time(route, i) -
		    omni_route_time(route);

		after += sprintf(after, late == 0 ? "%s " : "%s+%lldm ",
		    omni_route_step_channel(route, i),
		    (long long)(late / HARNESS_MINUTE));
	}
	spell(route, fell, sizeof(fell));
	/* What fell, behind as many words as there are steps. */
	for (after[0] = '\0', after = fell; steps > 0; steps--)
		after = strchr(after, ' ') + 1;
	strcat(got, after);
	assert_string_equal(got, wanted);
	omni_route_free(route);
}

static int64_t
instant(const char *iso)
{
	int64_t time;

	assert_int_equal(omni_time_parse(iso, &time), OMNI_OK);
	return time;
}

/* Quiet hours, a zone, a language. */
static void
say_value(struct harness *h, int32_t said, const char *value, int64_t time)
{
	omni_statement *s = omni_statement_new(said, "*");

	assert_non_null(s);
	add_who(h, s, &(struct say){ .source = "crm", .key = "1" });
	harness_ok(h, omni_statement_set_value(s, value));
	harness_ok(h, omni_statement_set_time(s, time));
	harness_ok(h, omni_statement_put(h->db, s, NULL));
	omni_statement_free(s);
}

static void
quiet_hours_are_those_of_the_recipients_clock(void **state)
{
	static const struct {
		const char *zone, *quiet, *at, *goes;
	} nights[] = {
		/* Across midnight: before it, behind it, at the very end. */
		{ "Europe/Stockholm", "22:00-07:00", "2025-06-10T21:30:00Z",
		    "2025-06-11T05:00:00Z" },
		{ "Europe/Stockholm", "22:00-07:00", "2025-06-11T03:00:00Z",
		    "2025-06-11T05:00:00Z" },
		{ "Europe/Stockholm", "22:00-07:00", "2025-06-11T05:00:00Z",
		    "2025-06-11T05:00:00Z" },
		{ "America/New_York", "22:00-07:00", "2025-06-11T03:00:00Z",
		    "2025-06-11T11:00:00Z" },
		/* 02:30 is not there in that night: from 03:00 on. */
		{ "Europe/Stockholm", "22:00-02:30", "2026-03-28T23:00:00Z",
		    "2026-03-29T01:00:00Z" },
		/* In that one it is there twice: it is quiet before each. */
		{ "Europe/Stockholm", "22:00-02:30", "2025-10-25T22:00:00Z",
		    "2025-10-26T00:30:00Z" },
		{ "Europe/Stockholm", "22:00-02:30", "2025-10-26T01:10:00Z",
		    "2025-10-26T01:30:00Z" },
	};
	struct harness *h = shop_of(state);
	size_t i;

	put_record(h, "crm", "1", DAY(0), ann);
	for (i = 0; i < OMNI__COUNT(nights); i++) {
		omni_message *message = message_of("survey",
		    instant(nights[i].at));
		omni_route *route;

		say_value(h, OMNI_SAID_ZONE, nights[i].zone,
		    DAY(1) + (int64_t)i);
		say_value(h, OMNI_SAID_QUIET, nights[i].quiet,
		    DAY(1) + (int64_t)i);
		route = try_message(h, "1", message);
		assert_string_equal(omni_route_zone(route), nights[i].zone);
		assert_true(omni_route_step_time(route, 0) ==
		    instant(nights[i].goes));
		omni_route_free(route);
		omni_message_free(message);
	}
}

static void
an_unknown_zone_is_passed_over_and_told(void **state)
{
	struct harness *h = shop_of(state);
	omni_route *route;
	char zone[80];

	put_record(h, "crm", "1", DAY(0), ann);
	route = route_of(h, "crm", "1", "survey");
	(void)snprintf(zone, sizeof(zone), "%s", omni_route_zone(route));
	assert_null(strstr(omni_route_zone_text(route), "not know"));
	omni_route_free(route);
	say_value(h, OMNI_SAID_ZONE, "Mars/Olympus", DAY(1));
	route = route_of(h, "crm", "1", "survey");
	assert_string_equal(omni_route_zone(route), zone);
	assert_non_null(strstr(omni_route_zone_text(route), "not know"));
	assert_int_equal(omni_route_step_count(route), 3);
	omni_route_free(route);
}

/* By mail from eight to nine, in the United States. */
static void
american_hours(struct harness *h)
{
	omni_window *window = omni_window_new("us-mail");

	harness_ok(h, omni_window_set_channel(window, "email"));
	harness_ok(h, omni_window_set_region(window, "US"));
	harness_ok(h, omni_window_set_hours(window, "08:00-21:00"));
	harness_ok(h, omni_window_put(h->db, window, NULL));
	omni_window_free(window);
}

static void
who_lives_somewhere_in_a_country_has_the_law_of_all_of_it(void **state)
{
	static const char *const amy[] = {
		"name.full", "Amy Poe", "email", "amy@example.com",
		"address.street", "350 Fifth Avenue", "address.city",
		"New York", "address.country", "US", NULL
	};
	struct harness *h = shop_of(state);
	/* Eight in New York; in Honolulu it is two. */
	omni_message *message = message_of("survey",
	    instant("2025-06-10T12:00:00Z"));
	omni_route *route;

	put_record(h, "crm", "1", DAY(0), amy);
	american_hours(h);
	route = try_message(h, "1", message);
	assert_string_equal(omni_route_zone(route), "America/New_York");
	assert_string_equal(omni_route_step_channel(route, 0), "email");
	assert_true(omni_route_step_time(route, 0) ==
	    instant("2025-06-10T18:00:00Z"));
	assert_non_null(strstr(omni_route_step_text(route, 0),
	    "waits until 2025-06-10T18:00:00Z: window \"us-mail\" in "
	    "Pacific/Honolulu, America/New_York (the postal address lies in "
	    "US, which has several: a guess, the first; the law is kept by "
	    "all 8 of its clocks)"));
	omni_route_free(route);
	/* One who tells their zone has its hours. */
	say_value(h, OMNI_SAID_ZONE, "America/Chicago", DAY(1));
	route = try_message(h, "1", message);
	assert_true(omni_route_step_time(route, 0) ==
	    instant("2025-06-10T13:00:00Z"));
	assert_null(strstr(omni_route_step_text(route, 0), "clocks"));
	omni_route_free(route);
	omni_message_free(message);
}

static void
tell_result(struct harness *h, const char *channel, const char *kind,
    int64_t time)
{
	omni_interaction *told = omni_interaction_new(channel, kind);
	omni_record *who = omni_record_new();
	static unsigned serial;
	char id[32];

	(void)snprintf(id, sizeof(id), "m%u", ++serial);
	harness_ok(h, omni_record_set_source(who, "crm", "1"));
	harness_ok(h, omni_interaction_set_who(told, who));
	harness_ok(h, omni_interaction_add_reference(told, "purpose",
	    "survey"));
	harness_ok(h, omni_interaction_add_reference(told, "message", id));
	harness_ok(h, omni_interaction_set_time(told, time));
	harness_ok(h, omni_interaction_put(h->db, told, NULL));
	omni_interaction_free(told);
	omni_record_free(who);
}

static void
put_cap(struct harness *h, int32_t action, int64_t time)
{
	omni_cap *cap = omni_cap_new("daily");

	assert_non_null(cap);
	harness_ok(h, omni_cap_set_channel(cap, "email"));
	harness_ok(h, omni_cap_set_limit(cap, 1));
	harness_ok(h, omni_cap_set_action(cap, action));
	harness_ok(h, omni_cap_set_time(cap, time));
	harness_ok(h, omni_cap_put(h->db, cap, NULL));
	omni_cap_free(cap);
}

static void
a_cap_that_is_reached_ends_at_the_recipients_midnight(void **state)
{
	struct harness *h = shop_of(state);
	/* 23:59 in Stockholm. */
	int64_t late = instant("2025-05-20T21:59:00Z");
	omni_message *message = message_of("survey", late);

	put_record(h, "crm", "1", DAY(0), ann);
	say_value(h, OMNI_SAID_ZONE, "Europe/Stockholm", DAY(1));
	put_cap(h, OMNI_CAP_DEFER, DAY(0));
	assert_tried(h, "1", message, "email sms+1440m post+2880m ");
	tell_result(h, "email", "mail.sent", instant("2025-05-20T20:00:00Z"));
	tell_result(h, "email", "mail.opened",
	    instant("2025-05-20T20:05:00Z"));
	assert_tried(h, "1", message, "email+1m sms+1441m post+2881m ");
	say_value(h, OMNI_SAID_ZONE, "America/New_York", DAY(2));
	assert_tried(h, "1", message, "email+361m sms+1801m post+3241m ");
	put_cap(h, OMNI_CAP_DROP, DAY(1));
	assert_tried(h, "1", message, "sms post+1440m email:CAPPED ");
	omni_message_free(message);
}

static void
set_lead(struct harness *h, const char *name, int32_t days)
{
	omni_channel *channel = omni_channel_new(name);

	assert_non_null(channel);
	harness_ok(h, omni_channel_set_direction(channel,
	    OMNI_DIRECTION_OUT));
	harness_ok(h, omni_channel_set_medium(channel,
	    OMNI_MEDIUM_PHYSICAL));
	harness_ok(h, omni_channel_set_address(channel, "address"));
	harness_ok(h, omni_channel_set_lead(channel, days * 86400));
	harness_ok(h, omni_channel_put(h->db, channel, NULL));
	omni_channel_free(channel);
}

static void
a_letter_goes_in_time_or_not_at_all(void **state)
{
	struct harness *h = shop_of(state);
	omni_message *message = message_of("survey", DAY(90));

	put_record(h, "crm", "1", DAY(0), ann);
	set_lead(h, "post", 3);
	harness_ok(h, omni_message_set_expiry(message, DAY(95)));
	assert_tried(h, "1", message, "email sms+1440m post+2880m ");
	harness_ok(h, omni_message_set_expiry(message, DAY(95) - 1));
	assert_tried(h, "1", message, "email sms+1440m post:LATE ");
	harness_ok(h, omni_message_set_expiry(message, DAY(91) - 1));
	assert_tried(h, "1", message, "email sms:LATE post:LATE ");
	omni_message_free(message);
}

static void
who_has_only_a_street_gets_letters(void **state)
{
	static const char *const street[] = {
		"name.full", "Una Bell", "address.street", "Ringvägen 5",
		"address.postcode", "118 60", "address.city", "Stockholm",
		NULL
	};
	struct harness *h = shop_of(state);
	omni_statement *no = omni_statement_new(OMNI_SAID_WITHDRAW, "*");

	put_record(h, "crm", "1", DAY(0), street);
	set_lead(h, "post", 3);
	assert_route(h, "crm", "1", "survey",
	    "post email:NO_ADDRESS sms:NO_ADDRESS ");
	/* No post, please: then nothing is left, but for what must be. */
	add_who(h, no, &(struct say){ .source = "crm", .key = "1" });
	harness_ok(h, omni_statement_set_medium(no, OMNI_MEDIUM_PHYSICAL));
	harness_ok(h, omni_statement_put(h->db, no, NULL));
	assert_route(h, "crm", "1", "survey",
	    "email:NO_ADDRESS sms:NO_ADDRESS post:WITHDRAWN ");
	assert_route(h, "crm", "1", "invoice",
	    "post email:NO_ADDRESS sms:NO_ADDRESS ");
	omni_statement_free(no);
}

static void
what_is_urgent_passes_quiet_hours_and_not_the_law(void **state)
{
	struct harness *h = shop_of(state);
	omni_window *window = omni_window_new("no texts at night");
	/* 23:00 in Stockholm. */
	omni_message *message = message_of("survey",
	    instant("2025-06-10T21:00:00Z"));

	put_record(h, "crm", "1", DAY(0), ann);
	say_value(h, OMNI_SAID_ZONE, "Europe/Stockholm", DAY(1));
	say_value(h, OMNI_SAID_QUIET, "21:00-07:00", DAY(1));
	harness_ok(h, omni_window_set_channel(window, "email"));
	harness_ok(h, omni_window_set_hours(window, "06:00-22:00"));
	assert_tried(h, "1", message, "email+480m sms+1920m post+3360m ");
	harness_ok(h, omni_message_set_urgent(message, 1));
	assert_tried(h, "1", message, "email sms+1440m post+2880m ");
	harness_ok(h, omni_window_put(h->db, window, NULL));
	assert_tried(h, "1", message, "email+420m sms+1860m post+3300m ");
	omni_message_free(message);
	omni_window_free(window);
}

/* ---- behaviour ------------------------------------------------------ */

static void
behaviour_ranks_who_said_nothing(void **state)
{
	struct harness *h = shop_of(state);
	omni_purpose *fixed = purpose_of(h, "fixed", OMNI_BASIS_INTEREST,
	    all_channels);
	omni_route *route;
	int i;

	harness_ok(h, omni_purpose_set_order(fixed, OMNI_ORDER_FIXED));
	harness_ok(h, omni_purpose_put(h->db, fixed, NULL));
	put_record(h, "crm", "1", DAY(0), ann);
	for (i = 0; i < 6; i++) {
		tell_result(h, "email", "mail.sent", DAY(80 + i));
		tell_result(h, "sms", "sms.sent", DAY(80 + i));
		tell_result(h, "sms", "sms.answered", DAY(80 + i));
	}
	assert_route(h, "crm", "1", "survey", "sms post email ");
	route = route_of(h, "crm", "1", "survey");
	assert_non_null(strstr(omni_route_step_text(route, 0),
	    "answered 6 of 6 messages there (decayed), estimated 50 %; "
	    "nothing was learned yet of all customers, 20 % is assumed"));
	omni_route_free(route);
	assert_route(h, "crm", "1", "fixed", "email sms post ");
	/* Who says what they want is not second-guessed. */
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_PREFER,
	    .purpose = "*", .channel = "email", .rank = 1, .time = DAY(90));
	assert_route(h, "crm", "1", "survey", "email sms post ");
	omni_purpose_free(fixed);
}

/* ---- what is surely one --------------------------------------------- */

static void
what_is_confidential_goes_by_what_is_surely_one(void **state)
{
	static const char *const alone[] = { "email", "kim@mail.example",
	    NULL };
	static const char *const dialled[] = { "email", "kim@mail.example",
	    "phone", "+4685551234", NULL };
	struct harness *h = shop_of(state);
	omni_purpose *result = purpose_of(h, "result", OMNI_BASIS_INTEREST,
	    all_channels);
	omni_channel *sms = NULL, *email = NULL;
	char a[OMNI_ID_SIZE], b[OMNI_ID_SIZE];

	harness_ok(h, omni_purpose_set_confidentiality(result, 1));
	harness_ok(h, omni_purpose_put(h->db, result, NULL));
	harness_ok(h, omni_channel_get(h->db, "sms", &sms));
	harness_ok(h, omni_channel_set_confidentiality(sms, 1));
	harness_ok(h, omni_channel_put(h->db, sms, NULL));
	harness_ok(h, omni_channel_get(h->db, "email", &email));
	harness_ok(h, omni_channel_set_confidentiality(email, 1));
	harness_ok(h, omni_channel_put(h->db, email, NULL));
	put_record(h, "crm", "1", DAY(0), alone);
	put_record(h, "crm", "2", DAY(1), dialled);
	assert_string_equal(whose(h, "crm", "1", a),
	    whose(h, "crm", "2", b));
	assert_route(h, "crm", "1", "survey", "email sms post:NO_ADDRESS ");
	assert_route(h, "crm", "1", "result",
	    "email sms:NO_ADDRESS post:NOT_CONFIDENTIAL ");
	/* A no is heard whoever of them said it. */
	SAY(h, .source = "crm", .key = "2", .said = OMNI_SAID_WITHDRAW,
	    .purpose = "result", .time = DAY(2));
	assert_route(h, "crm", "1", "result",
	    "email:WITHDRAWN sms:NO_ADDRESS post:NOT_CONFIDENTIAL ");
	omni_channel_free(email);
	omni_channel_free(sms);
	omni_purpose_free(result);
}

/* ---- witnesses ------------------------------------------------------ */

static void
a_route_names_its_facts_and_the_language(void **state)
{
	struct harness *h = shop_of(state);
	omni_contact *gone = omni_contact_new("phone", "+46701234567");
	omni_statement *yes = omni_statement_new(OMNI_SAID_GRANT, "news");
	omni_statement *no = omni_statement_new(OMNI_SAID_WITHDRAW, "news");
	int64_t told_yes, told_no, told_gone;
	omni_route *route;

	put_record(h, "crm", "1", DAY(0), ann);
	add_who(h, yes, &(struct say){ .source = "crm", .key = "1" });
	add_who(h, no, &(struct say){ .source = "crm", .key = "1" });
	harness_ok(h, omni_statement_set_channel(no, "post"));
	harness_ok(h, omni_statement_put(h->db, yes, &told_yes));
	harness_ok(h, omni_statement_put(h->db, no, &told_no));
	harness_ok(h, omni_contact_set_suppressed(gone, "bounce"));
	harness_ok(h, omni_contact_put(h->db, gone, &told_gone));
	say_value(h, OMNI_SAID_LANGUAGE, "sv", DAY(1));
	route = route_of(h, "crm", "1", "news");
	assert_string_equal(omni_route_purpose(route), "news");
	assert_string_equal(omni_route_language(route), "sv");
	assert_true(omni_route_time(route) == h->now);
	assert_true(omni_route_step_fact(route, 0) == told_yes);
	assert_int_equal(omni_route_rejected_count(route), 2);
	assert_true(omni_route_rejected_fact(route, 0) == told_gone);
	assert_true(omni_route_rejected_fact(route, 1) == told_no);
	assert_true(omni_route_rejected_fact(route, 2) == 0);
	assert_int_equal(omni_route_result(route), 0);
	omni_route_free(route);
	omni_statement_free(no);
	omni_statement_free(yes);
	omni_contact_free(gone);
}

/* ---- messages as they should not be ---------------------------------- */

static void
a_message_says_what_is_wrong_with_it(void **state)
{
	struct harness *h = shop_of(state);
	omni_message *message = omni_message_new("news//x");
	omni_route *route = NULL;
	char id[OMNI_ID_SIZE];

	put_record(h, "crm", "1", DAY(0), ann);
	(void)whose(h, "crm", "1", id);
	assert_non_null(strstr(omni_message_errmsg(message), "purpose"));
	harness_is(h, omni_route_try(h->db, id, message, &route),
	    OMNI_INVALID);
	assert_non_null(strstr(omni_errmsg(h->db), "purpose"));
	omni_message_free(message);
	message = omni_message_new("nothing");
	harness_is(h, omni_route_try(h->db, id, message, &route),
	    OMNI_UNDEFINED);
	omni_message_free(message);
	harness_is(h, omni_route_try(h->db, id, NULL, &route), OMNI_MISUSE);
	message = message_of("news", DAY(3));
	assert_int_equal(omni_message_set_expiry(message, DAY(2)), OMNI_OK);
	harness_is(h, omni_route_try(h->db, id, message, &route),
	    OMNI_INVALID);
	assert_non_null(strstr(omni_errmsg(h->db), "expiry"));
	assert_null(route);
	assert_int_equal(omni_message_set_expiry(message, OMNI_NOW),
	    OMNI_INVALID);
	assert_int_equal(omni_message_set_time(message, OMNI_TIME_UNKNOWN),
	    OMNI_INVALID);
	assert_int_equal(omni_message_set_time(message, INT64_MAX - 1),
	    OMNI_INVALID);
	assert_int_equal(omni_message_set_id(message, ""), OMNI_INVALID);
	assert_non_null(strstr(omni_message_errmsg(message), "id"));
	assert_int_equal(omni_message_set_brand(message, "\001"),
	    OMNI_INVALID);
	omni_message_free(message);
	assert_int_equal(omni_message_set_urgent(NULL, 1), OMNI_MISUSE);
	assert_int_equal(omni_message_set_id(NULL, "1"), OMNI_MISUSE);
	assert_non_null(omni_message_errmsg(NULL));
	omni_message_free(NULL);
}

/* One that waited too long in a queue is no mistake. */
static void
a_message_that_has_expired_goes_nowhere(void **state)
{
	struct harness *h = shop_of(state);
	omni_message *message = omni_message_new("survey");

	put_record(h, "crm", "1", DAY(0), ann);
	assert_int_equal(omni_message_set_expiry(message, DAY(2)), OMNI_OK);
	assert_tried(h, "1", message, "email:LATE sms:LATE post:LATE ");
	omni_message_free(message);
}

/* ---- how much is asked of the store ---------------------------------- */

static struct omni__store_ops counting;
static const struct omni__store_ops *counted;
static size_t runs;

static omni_status
count_run(struct omni__store *store, const struct omni__sql *sql,
    const struct omni__value *params, size_t rows,
    struct omni__arena *arena, struct omni__result *result,
    int64_t *changes, struct omni__error *error)
{
	runs++;
	assert_true(changes == NULL || omni__sql_reads(sql->sql));
	return counted->run(store, sql, params, rows, arena, result, changes,
	    error);
}

/* How many statements a decision runs, once the handle knows its words. */
static size_t
runs_of(struct harness *h, const char *source, const char *key)
{
	omni_route *route = NULL;
	char id[OMNI_ID_SIZE];
	int i;

	(void)whose(h, source, key, id);
	for (i = 0; i < 2; i++) {
		runs = 0;
		harness_ok(h, omni_route_decide(h->db, id, "survey",
		    OMNI_NOW, &route));
		omni_route_free(route);
	}
	return runs;
}

#define RECORDS 40

static void
many_records_take_no_more_statements_than_one(void **state)
{
	struct harness *h = shop_of(state);
	omni_customer *customer = NULL;
	size_t few;
	int i;

	put_record(h, "crm", "1", DAY(0), ann);
	SAY(h, .source = "crm", .key = "1", .said = OMNI_SAID_GRANT,
	    .purpose = "survey", .time = DAY(1));
	counted = h->db->ops;
	counting = *counted;
	counting.run = count_run;
	h->db->ops = &counting;
	few = runs_of(h, "crm", "1");
	h->db->ops = counted;
	for (i = 0; i < RECORDS; i++) {
		char key[16];

		(void)snprintf(key, sizeof(key), "%d", i);
		put_record(h, "web", key, DAY(2), ann);
		SAY(h, .source = "web", .key = key, .said = OMNI_SAID_GRANT,
		    .purpose = "survey", .time = DAY(3));
	}
	harness_ok(h, omni_customer_of(h->db, "crm", "1", &customer));
	assert_int_equal(omni_customer_record_count(customer), RECORDS + 1);
	omni_customer_free(customer);
	h->db->ops = &counting;
	assert_int_equal(runs_of(h, "crm", "1"), few);
	h->db->ops = counted;
	printf("# a decision runs %zu statements\n", few);
	assert_true(few > 0 && few < 25);
}

/* ---- random histories through the store ----------------------------- */

static const struct {
	const char *name;
	int32_t basis;
} stored[] = {
	{ "news", OMNI_BASIS_INTEREST }, { "offer", OMNI_BASIS_CONSENT },
	{ "offer/shoes", OMNI_BASIS_CONSENT },
	{ "offer/shoes/red", OMNI_BASIS_CONSENT },
	{ "offering", OMNI_BASIS_CONSENT }, { "invoice", OMNI_BASIS_LAW },
};
_Static_assert(OMNI__COUNT(stored) == PURPOSES - 1, "the world is stored");

static void
tell_history(struct harness *h, const omni_record *who,
    struct omni__said *said, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		/* Lies of clocks and what was seen are other tests'. */
		said[i].doubtful = false;
		said[i].seen_count = 0;
		SAY(h, .who = who, .said = said[i].said,
		    .purpose = said[i].purpose, .channel = said[i].channel,
		    .time = said[i].happened,
		    .expiry = said[i].expiry == INT64_MAX ? 0 :
		    said[i].expiry,
		    .told_by = said[i].source[0] != '\0' ? said[i].source :
		    NULL);
	}
}

/* Where a channel came: 0 rejected, else its place from 1. */
static int
place_of(const omni_route *route, const char *channel)
{
	int32_t i;

	for (i = 0; i < omni_route_step_count(route); i++)
		if (strcmp(omni_route_step_channel(route, i), channel) == 0)
			return i + 1;
	return 0;
}

static void
check_history(struct harness *h, const char *id, struct naive *n)
{
	int wanted[CHANNELS], lasts = 0, places = 0;
	omni_route *route = NULL;
	size_t c;

	for (c = 0; c < CHANNELS - 1; c++) {
		n->channel = c;
		wanted[c] = naive_permit(n, stored[n->purpose].basis);
		lasts += wanted[c] == 2;
	}
	harness_ok(h, omni_route_decide(h->db, id, stored[n->purpose].name,
	    n->at, &route));
	for (c = 0; c < CHANNELS - 1; c++) {
		int place = place_of(route, world_channels[c]);

		places += place != 0;
		/* Refused everywhere: only the default takes it. */
		if (lasts == (int)CHANNELS - 1)
			assert_int_equal(place, c == 0);
		else
			assert_int_equal(place != 0, wanted[c] != 0);
		if (wanted[c] == 1)
			assert_true(place <= (int)CHANNELS - 1 - lasts);
	}
	assert_int_equal(places, omni_route_step_count(route));
	omni_route_free(route);
}

#define STORED_HISTORIES 120

static void
stored_histories_give_the_same_answers(void **state)
{
	struct harness *h = harness_of(state);
	struct omni__said said[8];
	size_t i, p;

	harness_seed(h, __func__);
	define_channel(h, "email", OMNI_DIRECTION_OUT, NULL);
	define_channel(h, "sms", OMNI_DIRECTION_OUT, NULL);
	define_channel(h, "post", OMNI_DIRECTION_OUT, NULL);
	/* All steps at once, so that all are asked at the same instant. */
	for (p = 0; p < OMNI__COUNT(stored); p++) {
		omni_purpose *purpose = purpose_of(h, stored[p].name,
		    stored[p].basis, all_channels);

		harness_ok(h, omni_purpose_set_wait(purpose, 0));
		harness_ok(h, omni_purpose_put(h->db, purpose, NULL));
		omni_purpose_free(purpose);
	}
	for (i = 0; i < STORED_HISTORIES; i++) {
		struct naive n = {
			.said = said,
			.count = random_history(h, said, 8),
			.since = DAY(-900),
		};
		omni_record *who = omni_record_new();
		omni_customer *customer = NULL;
		char card[32];

		(void)snprintf(card, sizeof(card), "L%04zu", i * 7919);
		assert_int_equal(omni_record_add(who, "loyalty", card),
		    OMNI_OK);
		harness_ok(h, omni_record_put(h->db, who, NULL));
		tell_history(h, who, said, n.count);
		harness_ok(h, omni_customer_find(h->db, who, &customer));
		for (p = 0; p < OMNI__COUNT(stored); p++) {
			n.purpose = p;
			n.at = DAY((int64_t)harness_random(h, 16));
			check_history(h, omni_customer_id(customer), &n);
		}
		omni_customer_free(customer);
		omni_record_free(who);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(permission_is_what_the_law_says),
		HARNESS_TEST(silence_is_a_yes_only_to_legitimate_interest),
		HARNESS_TEST(stop_everything_beats_an_older_narrow_yes),
		HARNESS_TEST(a_broad_yes_does_not_lift_a_narrow_no),
		HARNESS_TEST(a_late_no_counts_from_when_it_was_said),
		HARNESS_TEST(a_yes_by_a_clock_that_lies_lifts_no_no),
		HARNESS_TEST(consent_expires_and_withdrawal_does_not),
		HARNESS_TEST(a_yes_does_not_reach_what_is_thought_of_later),
		HARNESS_TEST(a_no_survives_a_merge_with_a_later_yes),
		HARNESS_TEST(a_no_that_was_delivered_late_was_not_seen),
		HARNESS_TEST(a_no_spoken_as_a_customer_follows_every_part),
		HARNESS_TEST(a_yes_stays_with_who_said_it),
		HARNESS_TEST(
	a_no_of_which_only_an_address_is_known_reaches_all_who_share_it),
		HARNESS_TEST(an_objection_puts_a_channel_last),
		HARNESS_TEST(
		    what_must_be_sent_goes_to_the_default_when_all_is_refused),
		HARNESS_TEST(a_suppressed_address_is_so_for_all_who_share_it),
		HARNESS_TEST(a_letter_goes_to_the_address_on_one_line),
		HARNESS_TEST(who_has_gone_away_leaves_the_household_behind),
		HARNESS_TEST(
		    the_newest_address_that_is_not_suppressed_is_used),
		HARNESS_TEST(confidential_purposes_ask_for_a_proved_address),
		HARNESS_TEST(a_bounce_suppresses_the_address_that_it_names),
		HARNESS_TEST(a_bounce_is_one_for_all_who_share_the_address),
		HARNESS_TEST(a_preference_ranks_and_never_permits),
		HARNESS_TEST(what_is_not_defined_is_said_so),
		HARNESS_TEST(a_route_outlives_its_handle),
		HARNESS_TEST(quiet_hours_are_those_of_the_recipients_clock),
		HARNESS_TEST(an_unknown_zone_is_passed_over_and_told),
		HARNESS_TEST(
		    who_lives_somewhere_in_a_country_has_the_law_of_all_of_it),
		HARNESS_TEST(
		    a_cap_that_is_reached_ends_at_the_recipients_midnight),
		HARNESS_TEST(a_letter_goes_in_time_or_not_at_all),
		HARNESS_TEST(who_has_only_a_street_gets_letters),
		HARNESS_TEST(
		    what_is_urgent_passes_quiet_hours_and_not_the_law),
		HARNESS_TEST(behaviour_ranks_who_said_nothing),
		HARNESS_TEST(what_is_confidential_goes_by_what_is_surely_one),
		HARNESS_TEST(a_route_names_its_facts_and_the_language),
		HARNESS_TEST(a_message_says_what_is_wrong_with_it),
		HARNESS_TEST(a_message_that_has_expired_goes_nowhere),
		HARNESS_TEST(many_records_take_no_more_statements_than_one),
		HARNESS_TEST(stored_histories_give_the_same_answers),
	};

	return cmocka_run_group_tests_name("routing", tests, NULL, NULL);
}
