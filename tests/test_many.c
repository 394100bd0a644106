/*
 * One message to many, and what many permit: as one by one.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "harness_route.h"
#include "harness_store.h"

/* More than a page of those that are handed out, and than one that is not. */
#define SOME 300
#define MANY 1100

/* ---- people --------------------------------------------------------- */

static void
add_row(struct harness *h, omni_batch *batch, unsigned i)
{
	char key[16], text[64];
	omni_record *record;

	(void)snprintf(key, sizeof(key), "k%u", i);
	record = make(key, YEARS(2) + i, NULL);
	(void)snprintf(text, sizeof(text), "k%u@mail.example", i);
	if (i % 5 != 4)
		harness_ok(h, omni_record_add(record, "email", text));
	(void)snprintf(text, sizeof(text), "+4670%07u", 1000 + i * 13);
	if (i % 3 != 2)
		harness_ok(h, omni_record_add(record, "phone", text));
	harness_ok(h, omni_batch_add_record(batch, record));
	omni_record_free(record);
}

static void
add_word(struct harness *h, omni_batch *batch, unsigned i)
{
	omni_statement *s = omni_statement_new(i % 2 == 0 ?
	    OMNI_SAID_WITHDRAW : OMNI_SAID_GRANT, i % 4 < 2 ? "news" :
	    "offer");
	char key[16];
	omni_record *who;

	(void)snprintf(key, sizeof(key), "k%u", i);
	who = make(key, OMNI_NOW, NULL);
	assert_non_null(s);
	harness_ok(h, omni_statement_set_who(s, who));
	if (i % 8 < 4)
		harness_ok(h, omni_statement_set_channel(s, "email"));
	harness_ok(h, omni_statement_set_time(s, h->now - HARNESS_DAY));
	harness_ok(h, omni_batch_add_statement(batch, s));
	omni_statement_free(s);
	omni_record_free(who);
}

static struct harness *
town_of(void **state, unsigned people)
{
	struct harness *h = harness_of(state);
	omni_batch *batch = NULL;
	unsigned i;

	house_make(h);
	harness_ok(h, omni_batch_new(h->db, &batch));
	for (i = 0; i < people; i++)
		add_row(h, batch, i);
	for (i = 0; i < people; i += 7)
		add_word(h, batch, i);
	harness_ok(h, omni_batch_commit(batch));
	omni_batch_free(batch);
	return h;
}

/* ---- runs ----------------------------------------------------------- */

static omni_routes *
many(struct harness *h, const char *purpose, const char *id,
    const omni_audience *audience, int keep)
{
	omni_message *m = message_of(purpose, id);
	omni_routes *routes = NULL;

	harness_ok(h, omni_route_many(h->db, m, audience, keep, &routes));
	omni_message_free(m);
	return routes;
}

static int64_t
total(const omni_routes *routes, const char *channel, int32_t reason)
{
	int32_t i;

	for (i = 0; i < omni_routes_total_count(routes); i++)
		if (strcmp(omni_routes_total_channel(routes, i), channel) ==
		    0 && omni_routes_total_reason(routes, i) == reason)
			return omni_routes_total_number(routes, i);
	return 0;
}

static void
same_totals(const omni_routes *a, const omni_routes *b)
{
	int32_t i;

	assert_int_equal(omni_routes_decided(a), omni_routes_decided(b));
	assert_int_equal(omni_routes_nowhere(a), omni_routes_nowhere(b));
	assert_int_equal(omni_routes_total_count(a),
	    omni_routes_total_count(b));
	for (i = 0; i < omni_routes_total_count(a); i++)
		assert_int_equal(omni_routes_total_number(a, i), total(b,
		    omni_routes_total_channel(a, i),
		    omni_routes_total_reason(a, i)));
}

struct tally {
	int64_t decided, nowhere, email, no_email, refused;
};

static void
count_one(struct tally *tally, const omni_route *route)
{
	int32_t i;

	tally->decided++;
	tally->nowhere += omni_route_step_count(route) == 0;
	tally->email += omni_route_step_count(route) > 0 &&
	    strcmp(omni_route_step_channel(route, 0), "email") == 0;
	for (i = 0; i < omni_route_rejected_count(route); i++) {
		if (strcmp(omni_route_rejected_channel(route, i), "email") !=
		    0)
			continue;
		tally->no_email += omni_route_rejected_reason(route, i) ==
		    OMNI_REASON_NO_ADDRESS;
		tally->refused += omni_route_rejected_reason(route, i) ==
		    OMNI_REASON_WITHDRAWN;
	}
}

static void
tally_is(const omni_routes *routes, const struct tally *tally)
{
	assert_int_equal(omni_routes_decided(routes), tally->decided);
	assert_int_equal(omni_routes_nowhere(routes), tally->nowhere);
	assert_int_equal(total(routes, "email", 0), tally->email);
	assert_int_equal(total(routes, "email", OMNI_REASON_NO_ADDRESS),
	    tally->no_email);
	assert_int_equal(total(routes, "email", OMNI_REASON_WITHDRAWN),
	    tally->refused);
}

static void
everybody_is_routed_as_one_by_one(void **state)
{
	struct harness *h = town_of(state, MANY);
	omni_routes *shown = many(h, "news", "m1", NULL, 0);
	omni_routes *run = many(h, "news", "m1", NULL, 0);
	omni_message *m = message_of("news", "m1");
	struct tally tally = { 0, 0, 0, 0, 0 };
	const omni_route *route;
	char last[OMNI_ID_SIZE] = "";
	omni_status status;

	while ((status = omni_routes_next(shown, &route)) == OMNI_OK) {
		omni_route *alone = NULL;

		/* Each once. */
		assert_true(strcmp(last, omni_route_customer(route)) < 0);
		(void)snprintf(last, sizeof(last), "%s",
		    omni_route_customer(route));
		count_one(&tally, route);
		if (tally.decided % 9 != 0)
			continue;
		harness_ok(h, omni_route_try(h->db, last, m, &alone));
		same_route(route, alone);
		omni_route_free(alone);
	}
	harness_is(h, status, OMNI_DONE);
	harness_is(h, omni_routes_next(shown, &route), OMNI_DONE);
	assert_null(route);
	assert_int_equal(tally.decided, MANY);
	assert_true(tally.refused > 0 && tally.nowhere > 0);
	tally_is(shown, &tally);
	harness_ok(h, omni_routes_run(run));
	same_totals(shown, run);
	harness_ok(h, omni_routes_run(run));
	harness_is(h, omni_routes_next(run, &route), OMNI_DONE);
	same_totals(shown, run);
	omni_message_free(m);
	omni_routes_free(run);
	omni_routes_free(shown);
}

static void
a_run_can_go_on_where_the_host_stopped(void **state)
{
	struct harness *h = town_of(state, SOME);
	omni_routes *whole = many(h, "news", NULL, NULL, 0);
	omni_routes *parts = many(h, "news", NULL, NULL, 0);
	const omni_route *route;
	int i;

	harness_ok(h, omni_routes_run(whole));
	for (i = 0; i < 5; i++)
		harness_ok(h, omni_routes_next(parts, &route));
	assert_true(omni_routes_decided(parts) >= 5);
	harness_ok(h, omni_routes_run(parts));
	same_totals(whole, parts);
	omni_routes_free(parts);
	omni_routes_free(whole);
}

static void
a_list_is_those_who_are_customers_each_once(void **state)
{
	struct harness *h = town_of(state, 20);
	omni_audience *list = omni_audience_new();
	struct id old = customer_of(h, "k3");
	omni_routes *routes;

	assert_non_null(list);
	assert_int_equal(omni_audience_add(list, "k3"), OMNI_INVALID);
	assert_non_null(strstr(omni_audience_errmsg(list), "customer"));
	assert_int_equal(omni_audience_add(NULL, old.text), OMNI_MISUSE);
	assert_int_equal(omni_audience_add(list, NULL), OMNI_INVALID);
	assert_int_equal(omni_audience_count(list), 0);
	routes = many(h, "news", "m1", list, 0);
	harness_ok(h, omni_routes_run(routes));
	assert_int_equal(omni_routes_decided(routes), 0);
	omni_routes_free(routes);
	rule(h, OMNI_VERDICT_SAME, "k2", "k3");
	harness_ok(h, omni_audience_add(list, old.text));
	harness_ok(h, omni_audience_add(list, customer_of(h, "k2").text));
	harness_ok(h, omni_audience_add(list,
	    "00000000000000000000000000000001"));
	harness_ok(h, omni_audience_add(list, customer_of(h, "k5").text));
	assert_int_equal(omni_audience_count(list), 4);
	routes = many(h, "news", "m1", list, 0);
	harness_ok(h, omni_routes_run(routes));
	assert_int_equal(omni_routes_decided(routes), 2);
	omni_routes_free(routes);
	/* Without an id there is nothing by which twice is once. */
	routes = many(h, "news", NULL, list, 0);
	omni_audience_free(list);
	harness_ok(h, omni_routes_run(routes));
	assert_int_equal(omni_routes_decided(routes), 3);
	omni_routes_free(routes);
}

/* ---- kept ----------------------------------------------------------- */

static void
what_is_kept_is_kept_once(void **state)
{
	struct harness *h = town_of(state, SOME);
	omni_route *before = keep_route(h, "k7", "news", "m1", OMNI_OK);
	omni_routes *kept = many(h, "news", "m1", NULL, 1);
	omni_routes *again, *dry = many(h, "news", "m1", NULL, 0);
	const omni_route *route;
	int64_t facts[SOME];
	int i = 0, found = 0;

	while (omni_routes_next(kept, &route) == OMNI_OK) {
		omni_route *back = NULL;

		facts[i] = omni_route_fact(route);
		found += facts[i] == omni_route_fact(before);
		harness_ok(h, omni_route_get(h->db, facts[i++], &back));
		same_route(route, back);
		assert_int_equal(omni_route_due(route), omni_route_due(back));
		omni_route_free(back);
	}
	assert_int_equal(i, SOME);
	assert_int_equal(found, 1);
	harness_ok(h, omni_routes_run(dry));
	same_totals(kept, dry);
	again = many(h, "news", "m1", NULL, 1);
	for (i = 0; i < SOME; i++) {
		harness_ok(h, omni_routes_next(again, &route));
		assert_int_equal(omni_route_fact(route), facts[i]);
	}
	harness_is(h, omni_routes_next(again, &route), OMNI_DONE);
	same_totals(kept, again);
	for (i = 0; i < SOME; i += 11)
		replays(h, facts[i]);
	store_sound(h);
	omni_routes_free(again);
	omni_routes_free(dry);
	omni_routes_free(kept);
	omni_route_free(before);
}

static void
a_run_that_is_not_shown_is_kept_likewise(void **state)
{
	struct harness *h = town_of(state, SOME);
	omni_routes *kept = many(h, "news", "m1", NULL, 1);
	omni_routes *dry = many(h, "news", "m1", NULL, 0);
	omni_route *route;

	harness_ok(h, omni_routes_run(kept));
	harness_ok(h, omni_routes_run(dry));
	same_totals(kept, dry);
	route = keep_route(h, "k8", "news", "m1", OMNI_DUPLICATE);
	replays(h, omni_route_fact(route));
	omni_route_free(route);
	omni_routes_free(dry);
	omni_routes_free(kept);
	store_sound(h);
}

static void
erased_people_count_no_more(void **state)
{
	struct harness *h = town_of(state, 20);
	omni_routes *kept = many(h, "news", "m1", NULL, 1);
	omni_routes *again;

	harness_ok(h, omni_routes_run(kept));
	harness_ok(h, omni_customer_erase(h->db,
	    customer_of(h, "k3").text));
	h->now += HARNESS_DAY;
	put(h, "k3", h->now, "email", "new@mail.example", NULL);
	again = many(h, "news", "m1", NULL, 1);
	harness_ok(h, omni_routes_run(again));
	assert_int_equal(omni_routes_decided(again), 19);
	omni_routes_free(again);
	omni_routes_free(kept);
	store_sound(h);
}

struct runner {
	omni *db;
	omni_routes *routes;
	int64_t facts[SOME];
	int count;
	omni_status status;
};

/* Until it is through, however often the other is in its way. */
static void *
run_all(void *user)
{
	struct runner *r = user;
	const omni_route *route;

	do {
		r->status = omni_routes_next(r->routes, &route);
		if (r->status == OMNI_OK && r->count < SOME)
			r->facts[r->count++] = omni_route_fact(route);
	} while (r->status == OMNI_OK || r->status == OMNI_BUSY);
	return NULL;
}

static void
two_runs_of_a_message_are_one(void **state)
{
	struct harness *h = town_of(state, SOME);
	omni_message *m = message_of("news", "m1");
	struct runner *r = calloc(2, sizeof(*r));
	pthread_t threads[2];
	int i;

	assert_non_null(r);
	for (i = 0; i < 2; i++) {
		r[i].db = harness_open(h);
		assert_int_equal(omni_route_many(r[i].db, m, NULL, 1,
		    &r[i].routes), OMNI_OK);
	}
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_all,
		    &r[i]), 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(r[i].status, OMNI_DONE);
		assert_int_equal(r[i].count, SOME);
	}
	same_totals(r[0].routes, r[1].routes);
	assert_memory_equal(r[0].facts, r[1].facts, sizeof(r[0].facts));
	for (i = 0; i < 2; i++) {
		omni_routes_free(r[i].routes);
		omni_close(r[i].db);
	}
	omni_message_free(m);
	free(r);
	store_sound(h);
}

/* ---- households ----------------------------------------------------- */

#define HOUSES 9
#define NEIGHBOURS 30

static struct harness *
street_of(void **state)
{
	struct harness *h = harness_of(state);
	char key[8], name[16], house[32];
	unsigned i;

	house_make(h);
	for (i = 0; i < NEIGHBOURS; i++) {
		(void)snprintf(key, sizeof(key), "n%u", i);
		(void)snprintf(house, sizeof(house), "Storgatan %u",
		    1 + i % HOUSES);
		name_of(name, i);
		put_neighbour(h, key, name, house);
	}
	return h;
}

static void
a_letter_goes_once_to_each_household(void **state)
{
	struct harness *h = street_of(state);
	omni_message *m = message_of("letter", NULL);
	omni_routes *dry = many(h, "letter", NULL, NULL, 0);
	omni_routes *named = many(h, "letter", "l1", NULL, 0);
	omni_routes *kept = NULL;
	const omni_route *route;

	assert_int_equal(rows_count(h), NEIGHBOURS);
	harness_ok(h, omni_routes_run(dry));
	assert_int_equal(omni_routes_decided(dry), NEIGHBOURS);
	assert_int_equal(total(dry, "post", 0), HOUSES);
	assert_int_equal(total(dry, "post", OMNI_REASON_HOUSEHOLD),
	    NEIGHBOURS - HOUSES);
	harness_ok(h, omni_routes_run(named));
	same_totals(dry, named);
	harness_is(h, omni_route_many(h->db, m, NULL, 1, &kept),
	    OMNI_INVALID);
	assert_null(kept);
	assert_non_null(strstr(omni_errmsg(h->db), "id"));
	kept = many(h, "letter", "l1", NULL, 1);
	while (omni_routes_next(kept, &route) == OMNI_OK)
		replays(h, omni_route_fact(route));
	same_totals(dry, kept);
	store_sound(h);
	/* Another run knows of them by the store. */
	omni_routes_free(named);
	named = many(h, "letter", "l1", NULL, 1);
	harness_ok(h, omni_routes_run(named));
	same_totals(dry, named);
	omni_routes_free(named);
	omni_routes_free(kept);
	omni_routes_free(dry);
	omni_message_free(m);
}

/* ---- what goes wrong ------------------------------------------------ */

static void
what_cannot_be_routed_is_told_when_it_is_opened(void **state)
{
	struct harness *h = town_of(state, 3);
	omni_message *m = message_of("nothing", NULL);
	omni_routes *routes = NULL;
	const omni_route *route;

	harness_is(h, omni_route_many(h->db, m, NULL, 0, &routes),
	    OMNI_UNDEFINED);
	harness_is(h, omni_route_many(h->db, NULL, NULL, 0, &routes),
	    OMNI_MISUSE);
	assert_int_equal(omni_route_many(h->db, m, NULL, 0, NULL),
	    OMNI_MISUSE);
	assert_int_equal(omni_route_many(NULL, m, NULL, 0, &routes),
	    OMNI_MISUSE);
	assert_null(routes);
	assert_int_equal(omni_routes_next(NULL, &route), OMNI_MISUSE);
	assert_int_equal(omni_routes_run(NULL), OMNI_MISUSE);
	assert_int_equal(omni_routes_total_number(NULL, 0), 0);
	assert_null(omni_routes_total_channel(NULL, 0));
	omni_routes_free(NULL);
	omni_audience_free(NULL);
	omni_message_free(m);
}

static void
a_run_outlives_the_handle_that_was_closed(void **state)
{
	struct harness *h = town_of(state, SOME);
	omni *other = harness_open(h);
	omni_message *m = message_of("news", NULL);
	omni_routes *routes = NULL;
	const omni_route *route;

	assert_int_equal(omni_route_many(other, m, NULL, 0, &routes),
	    OMNI_OK);
	omni_message_free(m);
	omni_close(other);
	assert_int_equal(omni_routes_next(routes, &route), OMNI_OK);
	assert_int_equal(omni_routes_run(routes), OMNI_OK);
	assert_int_equal(omni_routes_decided(routes), SOME);
	omni_routes_free(routes);
}

static void
a_failure_stays(void **state)
{
	struct harness *h = town_of(state, 30);
	omni_routes *routes = many(h, "news", NULL, NULL, 0);
	omni_permissions *matrix = NULL;
	const omni_route *route;

	harness_ok(h, omni_permissions_open(h->db, NULL, OMNI_NOW, &matrix));
	if (store_embedded(h))
		harness_sql(h, "UPDATE omni_reach SET pack = x'ff'");
	else
		harness_sql(h, "UPDATE omni_reach SET pack = '\\xff'");
	harness_is(h, omni_routes_next(routes, &route), OMNI_CORRUPT);
	assert_null(route);
	harness_is(h, omni_permissions_next(matrix), OMNI_CORRUPT);
	harness_ok(h, omni_rebuild(h->db));
	harness_is(h, omni_routes_run(routes), OMNI_CORRUPT);
	harness_is(h, omni_routes_next(routes, &route), OMNI_CORRUPT);
	assert_int_equal(omni_routes_decided(routes), 0);
	omni_permissions_free(matrix);
	omni_routes_free(routes);
}

static omni *
impatient(struct harness *h)
{
	omni_config *config = omni_config_new();
	omni *db = NULL;

	assert_non_null(config);
	assert_int_equal(omni_config_set_timeout(config, 20), OMNI_OK);
	assert_int_equal(omni_open(config, h->url, &db), OMNI_OK);
	omni_config_free(config);
	return db;
}

/* Another program writes; when it is done the run goes on. */
static void
a_page_that_found_the_store_busy_is_tried_again(void **state)
{
	struct harness *h = town_of(state, SOME);
	omni *db = impatient(h);
	omni_message *m = message_of("news", "m1");
	omni_routes *routes = NULL;
	const omni_route *route;
	sqlite3 *other;

	assert_int_equal(omni_route_many(db, m, NULL, 1, &routes), OMNI_OK);
	assert_int_equal(omni_routes_next(routes, &route), OMNI_OK);
	assert_int_equal(sqlite3_open(h->url, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL,
	    NULL), SQLITE_OK);
	assert_int_equal(omni_routes_run(routes), OMNI_BUSY);
	assert_int_equal(omni_routes_run(routes), OMNI_BUSY);
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
	assert_int_equal(omni_routes_run(routes), OMNI_OK);
	assert_int_equal(omni_routes_decided(routes), SOME);
	omni_routes_free(routes);
	omni_message_free(m);
	omni_close(db);
	store_sound(h);
}

static void
who_may_only_read_can_ask(void **state)
{
	struct harness *h = town_of(state, 5);
	omni_config *config = omni_config_new();
	omni_message *m = message_of("news", "m1");
	struct id who = customer_of(h, "k1");
	omni_routes *routes = NULL;
	omni_route *route = NULL;
	omni *db = NULL;

	assert_non_null(config);
	assert_int_equal(omni_config_set_mode(config, OMNI_MODE_READONLY),
	    OMNI_OK);
	assert_int_equal(omni_open(config, h->url, &db), OMNI_OK);
	assert_int_equal(omni_route_many(db, m, NULL, 0, &routes), OMNI_OK);
	assert_int_equal(omni_routes_run(routes), OMNI_OK);
	assert_int_equal(omni_routes_decided(routes), 5);
	omni_routes_free(routes);
	assert_int_equal(omni_route_many(db, m, NULL, 1, &routes), OMNI_OK);
	assert_int_equal(omni_routes_run(routes), OMNI_READONLY);
	omni_routes_free(routes);
	assert_int_equal(omni_route_put(db, who.text, m, &route),
	    OMNI_READONLY);
	assert_null(route);
	omni_message_free(m);
	omni_config_free(config);
	omni_close(db);
}

/* ---- the matrix ----------------------------------------------------- */

/* What a route of that purpose says of the channel. */
static int32_t
reason_of(const omni_route *route, const char *channel)
{
	int32_t i;

	for (i = 0; i < omni_route_step_count(route); i++)
		if (strcmp(omni_route_step_channel(route, i), channel) == 0)
			return 0;
	for (i = 0; i < omni_route_rejected_count(route); i++)
		if (strcmp(omni_route_rejected_channel(route, i), channel) ==
		    0)
			return omni_route_rejected_reason(route, i);
	return OMNI_REASON_NOT_ALLOWED;
}

static void
a_customer_s_matrix_is_what_routes_say(void **state)
{
	struct harness *h = harness_of(state);
	omni_permissions *matrix = NULL;
	omni_route *route = NULL;
	struct id ann;
	int rows = 0;

	house_make(h);
	put_person(h, "ann", "Annika");
	say(h, "ann", OMNI_SAID_WITHDRAW, "news", "sms", NULL);
	say(h, "ann", OMNI_SAID_GRANT, "offer", "email", NULL);
	ann = customer_of(h, "ann");
	harness_ok(h, omni_permissions_open(h->db, ann.text, OMNI_NOW,
	    &matrix));
	assert_null(omni_permissions_purpose(matrix));
	while (omni_permissions_next(matrix) == OMNI_OK) {
		const char *channel = omni_permissions_channel(matrix);

		harness_ok(h, omni_route_decide(h->db, ann.text,
		    omni_permissions_purpose(matrix), OMNI_NOW, &route));
		assert_int_equal(omni_permissions_reason(matrix),
		    reason_of(route, channel));
		assert_string_not_equal(channel, "store");
		assert_true(strlen(omni_permissions_text(matrix)) > 5);
		assert_int_equal(omni_permissions_number(matrix), 1);
		if (omni_permissions_reason(matrix) ==
		    OMNI_REASON_WITHDRAWN)
			assert_true(omni_permissions_fact(matrix) > 0);
		omni_route_free(route);
		rows++;
	}
	assert_int_equal(rows, 6 * 4);
	harness_is(h, omni_permissions_next(matrix), OMNI_DONE);
	assert_null(omni_permissions_channel(matrix));
	omni_permissions_free(matrix);
}

static int64_t
cell(struct harness *h, const char *customer, const char *purpose,
    const char *channel, int32_t reason)
{
	omni_permissions *matrix = NULL;
	int64_t number = 0;

	harness_ok(h, omni_permissions_open(h->db, customer, OMNI_NOW,
	    &matrix));
	while (omni_permissions_next(matrix) == OMNI_OK)
		if (strcmp(omni_permissions_purpose(matrix), purpose) == 0 &&
		    strcmp(omni_permissions_channel(matrix), channel) == 0 &&
		    omni_permissions_reason(matrix) == reason)
			number += omni_permissions_number(matrix);
	omni_permissions_free(matrix);
	return number;
}

static void
everybody_s_matrix_is_the_sum(void **state)
{
	struct harness *h = town_of(state, 60);
	omni_permissions *matrix = NULL;
	int64_t all = 0;
	unsigned i;
	char key[8];

	harness_ok(h, omni_permissions_open(h->db, NULL, OMNI_NOW, &matrix));
	while (omni_permissions_next(matrix) == OMNI_OK) {
		const char *purpose = omni_permissions_purpose(matrix);
		const char *channel = omni_permissions_channel(matrix);
		int32_t reason = omni_permissions_reason(matrix);
		int64_t number = 0;

		all += omni_permissions_number(matrix);
		assert_null(omni_permissions_text(matrix));
		if (strcmp(purpose, "news") != 0)
			continue;
		for (i = 0; i < 60; i++) {
			(void)snprintf(key, sizeof(key), "k%u", i);
			number += cell(h, customer_of(h, key).text, purpose,
			    channel, reason);
		}
		assert_int_equal(omni_permissions_number(matrix), number);
	}
	assert_int_equal(all, 60 * 6 * 4);
	omni_permissions_free(matrix);
	assert_true(cell(h, NULL, "news", "email", OMNI_REASON_WITHDRAWN) >
	    0);
}

static void
a_matrix_that_cannot_be_is_told(void **state)
{
	struct harness *h = town_of(state, 2);
	omni_permissions *matrix = NULL;

	harness_is(h, omni_permissions_open(h->db, "17", OMNI_NOW, &matrix),
	    OMNI_INVALID);
	harness_is(h, omni_permissions_open(h->db,
	    "00000000000000000000000000000001", OMNI_NOW, &matrix),
	    OMNI_NONE);
	harness_is(h, omni_permissions_open(h->db, NULL, OMNI_TIME_UNKNOWN,
	    &matrix), OMNI_INVALID);
	assert_null(matrix);
	assert_int_equal(omni_permissions_open(h->db, NULL, OMNI_NOW, NULL),
	    OMNI_MISUSE);
	assert_int_equal(omni_permissions_next(NULL), OMNI_MISUSE);
	assert_null(omni_permissions_purpose(NULL));
	assert_int_equal(omni_permissions_number(NULL), 0);
	omni_permissions_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(everybody_is_routed_as_one_by_one),
		HARNESS_TEST(a_run_can_go_on_where_the_host_stopped),
		HARNESS_TEST(a_list_is_those_who_are_customers_each_once),
		HARNESS_TEST(what_is_kept_is_kept_once),
		HARNESS_TEST(a_run_that_is_not_shown_is_kept_likewise),
		HARNESS_TEST(two_runs_of_a_message_are_one),
		HARNESS_TEST(erased_people_count_no_more),
		HARNESS_TEST(a_letter_goes_once_to_each_household),
		HARNESS_TEST(what_cannot_be_routed_is_told_when_it_is_opened),
		HARNESS_TEST(a_run_outlives_the_handle_that_was_closed),
		HARNESS_TEST(a_failure_stays),
		EMBEDDED_TEST(a_page_that_found_the_store_busy_is_tried_again),
		HARNESS_TEST(who_may_only_read_can_ask),
		HARNESS_TEST(a_customer_s_matrix_is_what_routes_say),
		HARNESS_TEST(everybody_s_matrix_is_the_sum),
		HARNESS_TEST(a_matrix_that_cannot_be_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
