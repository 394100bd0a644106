/*
 * Routes that are kept: given back, never twice, gone on with, and decided
 * again as they were.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "harness_route.h"
#include "harness_store.h"

#define HOUR (60 * HARNESS_MINUTE)

static struct harness *
house_of(void **state)
{
	struct harness *h = harness_of(state);

	house_make(h);
	put_person(h, "ann", "Annika");
	put_person(h, "bo", "Torbjorn");
	return h;
}

static void
first_step(const omni_route *route, const char *channel)
{
	assert_true(omni_route_step_count(route) > 0);
	assert_string_equal(omni_route_step_channel(route, 0), channel);
}

static int32_t
fell(const omni_route *route, const char *channel)
{
	int32_t i;

	for (i = 0; i < omni_route_rejected_count(route); i++)
		if (strcmp(omni_route_rejected_channel(route, i), channel) ==
		    0)
			return omni_route_rejected_reason(route, i);
	return 0;
}

/* Enough of them to learn from. */
static void
put_crowd(struct harness *h)
{
	char key[8], name[16];
	unsigned i;

	for (i = 0; i < 36; i++) {
		(void)snprintf(key, sizeof(key), "c%u", i);
		name_of(name, 3000 + i);
		put(h, key, YEARS(2), "name.given", name, NULL);
		tell(h, key, "sms.sent", "sms", NULL);
		tell(h, key, "mail.sent", "email", NULL);
		if (i % 3 == 0)
			tell(h, key, "sms.answered", "sms", NULL);
		if (i % 5 == 0)
			tell(h, key, "mail.clicked", "email", NULL);
	}
}

/* ---- given back ----------------------------------------------------- */

static void
a_kept_route_is_given_back_as_it_was_decided(void **state)
{
	struct harness *h = house_of(state);
	struct id ann = customer_of(h, "ann");
	omni_message *m = message_of("news", "m1");
	omni_route *tried = NULL, *kept = NULL, *back = NULL;

	say(h, "ann", OMNI_SAID_LANGUAGE, NULL, NULL, "sv");
	say(h, "ann", OMNI_SAID_WITHDRAW, "news", "sms", NULL);
	harness_ok(h, omni_route_try(h->db, ann.text, m, &tried));
	assert_int_equal(omni_route_fact(tried), 0);
	harness_ok(h, omni_route_put(h->db, ann.text, m, &kept));
	assert_true(omni_route_fact(kept) > 0);
	same_route(tried, kept);
	assert_int_equal(omni_route_result(kept), 0);
	assert_int_equal(omni_route_due(kept),
	    omni_route_step_time(kept, 0) + HARNESS_DAY);
	assert_int_equal(fell(kept, "sms"), OMNI_REASON_WITHDRAWN);
	h->now += HARNESS_DAY;
	say(h, "ann", OMNI_SAID_WITHDRAW, NULL, NULL, NULL);
	harness_ok(h, omni_route_get(h->db, omni_route_fact(kept), &back));
	same_route(kept, back);
	assert_int_equal(omni_route_fact(back), omni_route_fact(kept));
	assert_int_equal(omni_route_due(back), omni_route_due(kept));
	assert_string_equal(omni_route_language(back), "sv");
	omni_route_free(back);
	omni_route_free(kept);
	omni_route_free(tried);
	omni_message_free(m);
	store_sound(h);
}

static void
what_is_no_route_is_none(void **state)
{
	struct harness *h = house_of(state);
	struct id ann = customer_of(h, "ann");
	omni_message *m = message_of("nothing", "m1");
	omni_route *route = NULL;
	int32_t same = 7;

	harness_is(h, omni_route_get(h->db, 1, &route), OMNI_NONE);
	harness_is(h, omni_route_get(h->db, 99999, &route), OMNI_NONE);
	harness_is(h, omni_route_get(h->db, -1, &route), OMNI_NONE);
	harness_is(h, omni_route_next(h->db, 1, OMNI_NOW, &route),
	    OMNI_NONE);
	harness_is(h, omni_route_replay(h->db, 1, &same, &route), OMNI_NONE);
	assert_int_equal(same, 0);
	assert_null(route);
	assert_int_equal(omni_route_get(h->db, 1, NULL), OMNI_MISUSE);
	assert_int_equal(omni_route_next(h->db, 1, OMNI_NOW, NULL),
	    OMNI_MISUSE);
	assert_int_equal(omni_route_replay(h->db, 1, NULL, NULL),
	    OMNI_MISUSE);
	assert_int_equal(omni_route_put(h->db, ann.text, m, NULL),
	    OMNI_MISUSE);
	harness_is(h, omni_route_put(h->db, ann.text, NULL, &route),
	    OMNI_MISUSE);
	harness_is(h, omni_route_put(h->db, ann.text, m, &route),
	    OMNI_UNDEFINED);
	harness_is(h, omni_route_put(h->db, "17", m, &route), OMNI_INVALID);
	harness_is(h, omni_route_put(h->db,
	    "00000000000000000000000000000000", m, &route), OMNI_NONE);
	harness_is(h, omni_route_next(h->db, 1, OMNI_TIME_UNKNOWN, &route),
	    OMNI_INVALID);
	assert_null(route);
	omni_message_free(m);
}

/* ---- once ----------------------------------------------------------- */

static void
a_message_is_routed_once_to_a_customer(void **state)
{
	struct harness *h = house_of(state);
	omni_route *first, *again, *other;

	first = keep_route(h, "ann", "news", "m1", OMNI_OK);
	h->now += HOUR;
	say(h, "ann", OMNI_SAID_WITHDRAW, "news", NULL, NULL);
	again = keep_route(h, "ann", "news", "m1", OMNI_DUPLICATE);
	same_route(first, again);
	assert_int_equal(omni_route_fact(first), omni_route_fact(again));
	other = keep_route(h, "bo", "news", "m1", OMNI_OK);
	assert_true(omni_route_fact(other) != omni_route_fact(first));
	omni_route_free(other);
	other = keep_route(h, "ann", "news", "m2", OMNI_OK);
	assert_int_equal(omni_route_step_count(other), 0);
	assert_int_equal(omni_route_due(other), OMNI_TIME_UNKNOWN);
	omni_route_free(other);
	omni_route_free(again);
	omni_route_free(first);
	store_sound(h);
}

static void
without_an_id_each_is_a_message_of_its_own(void **state)
{
	struct harness *h = house_of(state);
	omni_route *first = keep_route(h, "ann", "news", NULL, OMNI_OK);
	omni_route *again = keep_route(h, "ann", "news", NULL, OMNI_OK);

	assert_true(omni_route_fact(first) != omni_route_fact(again));
	omni_route_free(again);
	omni_route_free(first);
}

static void
a_merge_does_not_route_it_twice(void **state)
{
	struct harness *h = house_of(state);
	omni_route *bo = keep_route(h, "bo", "news", "m1", OMNI_OK);
	omni_route *again;

	rule(h, OMNI_VERDICT_SAME, "ann", "bo");
	again = keep_route(h, "ann", "news", "m1", OMNI_DUPLICATE);
	assert_int_equal(omni_route_fact(again), omni_route_fact(bo));
	omni_route_free(again);
	/* Parts keep what was sent to the whole under its oldest record. */
	rule(h, OMNI_VERDICT_DIFFERENT, "ann", "bo");
	again = keep_route(h, "bo", "news", "m1", OMNI_DUPLICATE);
	omni_route_free(again);
	again = keep_route(h, "ann", "news", "m1", OMNI_OK);
	omni_route_free(again);
	omni_route_free(bo);
	store_sound(h);
}

static void
who_has_lost_the_oldest_record_is_still_known(void **state)
{
	struct harness *h = house_of(state);
	omni_route *first, *again;
	struct id old;

	put(h, "old", YEARS(3), "email", "old@mail.example", NULL);
	old = customer_of(h, "old");
	first = keep_route(h, "old", "news", "m1", OMNI_OK);
	rule(h, OMNI_VERDICT_SAME, "old", "ann");
	same_id(customer_of(h, "ann"), old);
	harness_ok(h, omni_record_remove(h->db, "crm", "old"));
	assert_string_not_equal(customer_of(h, "ann").text, old.text);
	again = keep_route(h, "ann", "news", "m1", OMNI_DUPLICATE);
	assert_int_equal(omni_route_fact(again), omni_route_fact(first));
	omni_route_free(again);
	/* It comes back as somebody else. */
	rule(h, OMNI_VERDICT_DIFFERENT, "old", "ann");
	h->now += HOUR;
	put(h, "old", h->now, "email", "old@mail.example", NULL);
	assert_false(one(h, "old", "ann"));
	again = keep_route(h, "ann", "news", "m1", OMNI_OK);
	omni_route_free(again);
	again = keep_route(h, "old", "news", "m1", OMNI_DUPLICATE);
	omni_route_free(again);
	omni_route_free(first);
	store_sound(h);
}

/* ---- at once -------------------------------------------------------- */

#define MESSAGES 25

struct sender {
	omni *db;
	const char *customer;
	int64_t facts[MESSAGES];
	omni_status outcomes[MESSAGES];
	char error[400];
};

static void *
send_all(void *user)
{
	struct sender *s = user;
	char id[16];
	int i;

	for (i = 0; i < MESSAGES; i++) {
		omni_message *m;
		omni_route *route = NULL;

		(void)snprintf(id, sizeof(id), "m%d", i);
		m = message_of("news", id);
		s->outcomes[i] = omni_route_put(s->db, s->customer, m,
		    &route);
		if (s->outcomes[i] < 0)
			(void)snprintf(s->error, sizeof(s->error), "%s",
			    omni_errmsg(s->db));
		s->facts[i] = omni_route_fact(route);
		omni_route_free(route);
		omni_message_free(m);
	}
	return NULL;
}

static void
two_who_send_at_once_route_it_once(void **state)
{
	struct harness *h = house_of(state);
	struct id ann = customer_of(h, "ann");
	struct sender senders[2] = {
		{ .db = harness_open(h), .customer = ann.text },
		{ .db = harness_open(h), .customer = ann.text },
	};
	pthread_t threads[2];
	int i;

	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, send_all,
		    &senders[i]), 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_string_equal(senders[i].error, "");
	}
	for (i = 0; i < MESSAGES; i++) {
		assert_int_equal(senders[0].outcomes[i] +
		    senders[1].outcomes[i], OMNI_OK + OMNI_DUPLICATE);
		assert_true(senders[0].facts[i] > 0);
		assert_int_equal(senders[0].facts[i], senders[1].facts[i]);
		replays(h, senders[0].facts[i]);
	}
	omni_close(senders[0].db);
	omni_close(senders[1].db);
	store_sound(h);
}

struct goer {
	omni *db;
	int64_t fact, at, next;
	omni_status outcome;
};

static void *
go_on(void *user)
{
	struct goer *g = user;
	omni_route *route = NULL;

	g->outcome = omni_route_next(g->db, g->fact, g->at, &route);
	g->next = omni_route_fact(route);
	omni_route_free(route);
	return NULL;
}

static void
two_who_go_on_at_once_do_it_once(void **state)
{
	struct harness *h = house_of(state);
	omni_route *first = keep_route(h, "ann", "news", "m1", OMNI_OK);
	struct goer goers[2];
	pthread_t threads[2];
	int i;

	h->now += 2 * HARNESS_DAY;
	for (i = 0; i < 2; i++) {
		goers[i] = (struct goer){ .db = harness_open(h),
		    .fact = omni_route_fact(first), .at = h->now };
		assert_int_equal(pthread_create(&threads[i], NULL, go_on,
		    &goers[i]), 0);
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		omni_close(goers[i].db);
	}
	assert_int_equal(goers[0].outcome + goers[1].outcome,
	    OMNI_OK + OMNI_PENDING);
	assert_int_equal(goers[0].next, goers[1].next);
	omni_route_free(first);
	store_sound(h);
}

/* ---- going on ------------------------------------------------------- */

/* What next says of a route; it is to be freed. */
static omni_route *
next_is(struct harness *h, int64_t fact, omni_status wanted)
{
	omni_route *route = NULL;

	harness_is(h, omni_route_next(h->db, fact, OMNI_NOW, &route),
	    wanted);
	return route;
}

static void
a_route_goes_on_when_its_time_has_passed(void **state)
{
	struct harness *h = house_of(state);
	omni_route *first = keep_route(h, "ann", "news", "m1", OMNI_OK);
	omni_route *next, *again;
	int64_t fact = omni_route_fact(first);

	first_step(first, "email");
	next = next_is(h, fact, OMNI_PENDING);
	same_route(first, next);
	omni_route_free(next);
	h->now = omni_route_due(first) - 1;
	omni_route_free(next_is(h, fact, OMNI_PENDING));
	h->now++;
	next = next_is(h, fact, OMNI_OK);
	first_step(next, "sms");
	assert_int_equal(fell(next, "email"), OMNI_REASON_TRIED);
	assert_int_equal(omni_route_time(next), h->now);
	/* Called again, by either fact, it is what runs. */
	again = next_is(h, fact, OMNI_PENDING);
	same_route(next, again);
	assert_int_equal(omni_route_fact(next), omni_route_fact(again));
	omni_route_free(again);
	again = next_is(h, omni_route_fact(next), OMNI_PENDING);
	omni_route_free(again);
	omni_route_free(next);
	h->now += HARNESS_DAY;
	next = next_is(h, fact, OMNI_OK);
	first_step(next, "post");
	omni_route_free(next);
	h->now += HARNESS_DAY;
	next = next_is(h, fact, OMNI_OK);
	assert_int_equal(omni_route_step_count(next), 0);
	assert_int_equal(omni_route_rejected_count(next), 3);
	again = next_is(h, fact, OMNI_PENDING);
	same_route(next, again);
	assert_int_equal(omni_route_due(again), OMNI_TIME_UNKNOWN);
	replays(h, fact);
	replays(h, omni_route_fact(next));
	omni_route_free(again);
	omni_route_free(next);
	omni_route_free(first);
	store_sound(h);
}

static void
what_bounced_goes_on_at_once(void **state)
{
	static const char *const failures[] = {
		"mail.bounced", "mail.complained", "mail.failed",
		"letter.returned"
	};
	struct harness *h = house_of(state);
	size_t i;

	for (i = 0; i < 4; i++) {
		char key[8], name[16], id[8];
		omni_route *first, *next;

		(void)snprintf(key, sizeof(key), "p%zu", i);
		(void)snprintf(id, sizeof(id), "m%zu", i);
		name_of(name, 40 + i);
		put_person(h, key, name);
		first = keep_route(h, key, "news", id, OMNI_OK);
		h->now += HARNESS_MINUTE;
		tell(h, key, "mail.sent", "email", id);
		tell(h, key, failures[i], "email", id);
		next = next_is(h, omni_route_fact(first), OMNI_OK);
		first_step(next, "sms");
		replays(h, omni_route_fact(next));
		omni_route_free(next);
		omni_route_free(first);
	}
	store_sound(h);
}

static void
what_arrived_is_done(void **state)
{
	struct harness *h = house_of(state);
	omni_route *first = keep_route(h, "ann", "news", "m1", OMNI_OK);
	omni_route *next;

	h->now += HARNESS_MINUTE;
	/* Another message, and another channel, tell nothing of this one. */
	tell(h, "ann", "mail.delivered", "email", "m2");
	tell(h, "ann", "sms.delivered", "sms", "m1");
	tell(h, "ann", "mail.sent", "email", "m1");
	next = next_is(h, omni_route_fact(first), OMNI_PENDING);
	assert_int_equal(omni_route_result(next), OMNI_RESULT_SENT);
	omni_route_free(next);
	tell(h, "ann", "mail.delivered", "email", "m1");
	tell(h, "ann", "mail.opened", "email", "m1");
	h->now += 3 * HARNESS_DAY;
	next = next_is(h, omni_route_fact(first), OMNI_DONE);
	assert_int_equal(omni_route_result(next), OMNI_RESULT_OPENED);
	assert_int_equal(omni_route_due(next), OMNI_TIME_UNKNOWN);
	same_route(first, next);
	omni_route_free(next);
	/* A bounce that comes behind says that it did not arrive. */
	tell(h, "ann", "mail.bounced", "email", "m1");
	next = next_is(h, omni_route_fact(first), OMNI_OK);
	first_step(next, "sms");
	omni_route_free(next);
	/* ... and late word from there that it did. */
	h->now += HARNESS_MINUTE;
	tell(h, "ann", "mail.opened", "email", "m1");
	next = next_is(h, omni_route_fact(first), OMNI_DONE);
	omni_route_free(next);
	omni_route_free(first);
	store_sound(h);
}

static void
how_far_is_enough_and_how_long_to_wait_are_the_purposes(void **state)
{
	static const char *const two[] = { "email", "sms", NULL };
	struct harness *h = house_of(state);
	omni_purpose *p = purpose_like(h, "pick-up", OMNI_BASIS_CONTRACT,
	    two);
	omni_route *first, *next;

	harness_ok(h, omni_purpose_set_wait(p, 3600));
	harness_ok(h, omni_purpose_set_until(p, OMNI_RESULT_ANSWERED));
	define_purpose(h, p);
	first = keep_route(h, "ann", "pick-up", "m1", OMNI_OK);
	h->now += HARNESS_MINUTE;
	tell(h, "ann", "mail.opened", "email", "m1");
	h->now += HOUR;
	next = next_is(h, omni_route_fact(first), OMNI_OK);
	first_step(next, "sms");
	tell(h, "ann", "sms.replied", "sms", "m1");
	omni_route_free(next);
	next = next_is(h, omni_route_fact(first), OMNI_DONE);
	assert_int_equal(omni_route_result(next), OMNI_RESULT_ANSWERED);
	omni_route_free(next);
	omni_route_free(first);
}

static void
without_an_id_time_alone_goes_on(void **state)
{
	struct harness *h = house_of(state);
	omni_route *first = keep_route(h, "ann", "news", NULL, OMNI_OK);
	omni_route *next;

	h->now += HARNESS_MINUTE;
	tell(h, "ann", "mail.failed", "email", NULL);
	tell(h, "ann", "mail.delivered", "email", NULL);
	omni_route_free(next_is(h, omni_route_fact(first), OMNI_PENDING));
	h->now = omni_route_due(first);
	next = next_is(h, omni_route_fact(first), OMNI_OK);
	first_step(next, "sms");
	replays(h, omni_route_fact(next));
	omni_route_free(next);
	omni_route_free(first);
}

static void
what_changed_meanwhile_counts(void **state)
{
	struct harness *h = house_of(state);
	omni_route *first = keep_route(h, "ann", "news", "m1", OMNI_OK);
	omni_route *next;

	say(h, "ann", OMNI_SAID_WITHDRAW, "news", "sms", NULL);
	h->now += 2 * HARNESS_DAY;
	next = next_is(h, omni_route_fact(first), OMNI_OK);
	first_step(next, "post");
	assert_int_equal(fell(next, "sms"), OMNI_REASON_WITHDRAWN);
	omni_route_free(next);
	omni_route_free(first);
	/* After a merge it is the whole customer's. */
	first = keep_route(h, "bo", "news", "m2", OMNI_OK);
	h->now += HARNESS_MINUTE;
	rule(h, OMNI_VERDICT_SAME, "ann", "bo");
	tell(h, "ann", "mail.failed", "email", "m2");
	next = next_is(h, omni_route_fact(first), OMNI_OK);
	assert_int_equal(fell(next, "email"), OMNI_REASON_TRIED);
	assert_int_equal(fell(next, "sms"), OMNI_REASON_WITHDRAWN);
	replays(h, omni_route_fact(next));
	replays(h, omni_route_fact(first));
	omni_route_free(next);
	omni_route_free(first);
	store_sound(h);
}

static void
what_has_expired_goes_nowhere(void **state)
{
	struct harness *h = house_of(state);
	struct id ann = customer_of(h, "ann");
	omni_message *m = message_of("news", "m1");
	omni_route *first = NULL, *next;

	harness_ok(h, omni_message_set_expiry(m, h->now + HOUR));
	harness_ok(h, omni_route_put(h->db, ann.text, m, &first));
	assert_int_equal(omni_route_step_count(first), 1);
	h->now += 2 * HARNESS_DAY;
	next = next_is(h, omni_route_fact(first), OMNI_OK);
	assert_int_equal(omni_route_step_count(next), 0);
	assert_int_equal(fell(next, "post"), OMNI_REASON_LATE);
	replays(h, omni_route_fact(next));
	omni_route_free(next);
	omni_route_free(first);
	omni_message_free(m);
	store_sound(h);
}

/* ---- erased --------------------------------------------------------- */

static int
collect(void *user, const char *bytes, size_t size)
{
	char *text = user;
	size_t used = strlen(text);

	if (used + size < 65536)
		memcpy(text + used, bytes, size);
	text[used + size] = '\0';
	return 0;
}

static void
a_person_s_routes_are_exported_and_erased(void **state)
{
	struct harness *h = house_of(state);
	struct id ann = customer_of(h, "ann");
	omni_route *first = keep_route(h, "ann", "news", "m1", OMNI_OK);
	int64_t fact = omni_route_fact(first);
	omni_route *route = NULL;
	char *text = calloc(1, 65537);
	int32_t same = 3;

	assert_non_null(text);
	omni_route_free(first);
	harness_ok(h, omni_customer_export(h->db, ann.text, collect, text));
	assert_non_null(strstr(text, "\"noun\":\"route\""));
	assert_non_null(strstr(text, "Annika@mail.example"));
	free(text);
	harness_ok(h, omni_customer_erase(h->db, ann.text));
	harness_is(h, omni_route_get(h->db, fact, &route), OMNI_ERASED);
	harness_is(h, omni_route_next(h->db, fact, OMNI_NOW, &route),
	    OMNI_ERASED);
	harness_is(h, omni_route_replay(h->db, fact, &same, &route),
	    OMNI_ERASED);
	assert_int_equal(same, 0);
	store_sound(h);
	/* Who comes back was sent it already. */
	h->now += HARNESS_DAY;
	put(h, "ann", h->now, "email", "annika@new.example", NULL);
	route = keep_route(h, "ann", "news", "m1", OMNI_ERASED);
	assert_null(route);
	route = keep_route(h, "ann", "news", "m2", OMNI_OK);
	omni_route_free(route);
	store_sound(h);
}

static void
routes_of_a_row_that_was_taken_back_can_be_erased(void **state)
{
	struct harness *h = house_of(state);
	struct id ann = customer_of(h, "ann");
	omni_route *route = keep_route(h, "ann", "news", "m1", OMNI_OK);
	omni_route *back = NULL;
	int64_t fact = omni_route_fact(route);

	omni_route_free(route);
	harness_ok(h, omni_record_remove(h->db, "crm", "ann"));
	harness_ok(h, omni_route_get(h->db, fact, &back));
	omni_route_free(back);
	/* It is due, and there is nobody to send it to. */
	h->now += 2 * HARNESS_DAY;
	harness_is(h, omni_route_next(h->db, fact, OMNI_NOW, &back),
	    OMNI_NONE);
	harness_ok(h, omni_customer_erase(h->db, ann.text));
	harness_is(h, omni_route_get(h->db, fact, &back), OMNI_ERASED);
	store_sound(h);
}

static void
a_route_to_who_was_one_goes_with_either_part(void **state)
{
	struct harness *h = house_of(state);
	omni_route *route, *back = NULL;
	struct id bo;
	char *text = calloc(1, 65537), *at;
	int times = 0;

	assert_non_null(text);
	rule(h, OMNI_VERDICT_SAME, "ann", "bo");
	route = keep_route(h, "ann", "news", "m1", OMNI_OK);
	harness_ok(h, omni_customer_export(h->db,
	    customer_of(h, "ann").text, collect, text));
	for (at = text; (at = strstr(at, "\"noun\":\"route\"")) != NULL; at++)
		times++;
	assert_int_equal(times, 1);
	rule(h, OMNI_VERDICT_DIFFERENT, "ann", "bo");
	/* Whichever of them is not the oldest. */
	bo = customer_of(h, strcmp(customer_of(h, "bo").text,
	    omni_route_customer(route)) == 0 ? "ann" : "bo");
	*text = '\0';
	harness_ok(h, omni_customer_export(h->db, bo.text, collect, text));
	assert_non_null(strstr(text, "\"noun\":\"route\""));
	free(text);
	harness_ok(h, omni_rebuild(h->db));
	harness_ok(h, omni_customer_erase(h->db, bo.text));
	harness_is(h, omni_route_get(h->db, omni_route_fact(route), &back),
	    OMNI_ERASED);
	omni_route_free(route);
	store_sound(h);
}

static void
an_attempt_that_was_erased_with_another_ends_the_route(void **state)
{
	struct harness *h = house_of(state);
	omni_route *first = keep_route(h, "ann", "news", "m1", OMNI_OK);
	omni_route *next;
	struct id bo;

	rule(h, OMNI_VERDICT_SAME, "ann", "bo");
	h->now += 2 * HARNESS_DAY;
	next = next_is(h, omni_route_fact(first), OMNI_OK);
	omni_route_free(next);
	rule(h, OMNI_VERDICT_DIFFERENT, "ann", "bo");
	bo = customer_of(h, "bo");
	harness_ok(h, omni_customer_erase(h->db, bo.text));
	h->now += 2 * HARNESS_DAY;
	next = next_is(h, omni_route_fact(first), OMNI_PENDING);
	same_route(first, next);
	assert_int_equal(omni_route_due(next), OMNI_TIME_UNKNOWN);
	omni_route_free(next);
	omni_route_free(first);
	store_sound(h);
}

/* ---- households ----------------------------------------------------- */

static void
a_household_gets_one_letter(void **state)
{
	struct harness *h = house_of(state);
	omni_route *first, *second, *other;

	put_neighbour(h, "cai", "Caisa", "Storgatan 1");
	put_neighbour(h, "dag", "Dagfinn", "Storgatan 1");
	assert_false(one(h, "cai", "dag"));
	first = keep_route(h, "cai", "letter", "l1", OMNI_OK);
	first_step(first, "post");
	second = keep_route(h, "dag", "letter", "l1", OMNI_OK);
	assert_int_equal(omni_route_step_count(second), 0);
	assert_int_equal(fell(second, "post"), OMNI_REASON_HOUSEHOLD);
	other = keep_route(h, "dag", "letter", "l2", OMNI_OK);
	first_step(other, "post");
	omni_route_free(other);
	other = keep_route(h, "ann", "letter", "l1", OMNI_OK);
	first_step(other, "post");
	store_sound(h);
	harness_ok(h, omni_rebuild(h->db));
	replays(h, omni_route_fact(first));
	replays(h, omni_route_fact(second));
	/* What the house knows of it goes with the one who got it. */
	harness_ok(h, omni_customer_erase(h->db,
	    customer_of(h, "cai").text));
	store_sound(h);
	omni_route_free(other);
	omni_route_free(second);
	omni_route_free(first);
}

struct neighbour {
	omni *db;
	struct id customer;
	omni_status status;
	int32_t steps;
};

static void *
send_letter(void *user)
{
	struct neighbour *n = user;
	omni_message *m = message_of("letter", "l1");
	omni_route *route = NULL;

	n->status = omni_route_put(n->db, n->customer.text, m, &route);
	n->steps = omni_route_step_count(route);
	omni_route_free(route);
	omni_message_free(m);
	return NULL;
}

static void
neighbours_at_once_get_one_letter(void **state)
{
	struct harness *h = house_of(state);
	struct neighbour n[2];
	pthread_t threads[2];
	int i;

	put_neighbour(h, "cai", "Caisa", "Storgatan 1");
	put_neighbour(h, "dag", "Dagfinn", "Storgatan 1");
	for (i = 0; i < 2; i++) {
		n[i].db = harness_open(h);
		n[i].customer = customer_of(h, i == 0 ? "cai" : "dag");
	}
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
		    send_letter, &n[i]), 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(n[i].status, OMNI_OK);
		omni_close(n[i].db);
	}
	assert_int_equal(n[0].steps + n[1].steps, 1);
	store_sound(h);
}

/* ---- decided again -------------------------------------------------- */

static void
redefine(struct harness *h)
{
	static const char *const one_way[] = { "post", NULL };
	omni_purpose *p = purpose_like(h, "news", OMNI_BASIS_CONSENT,
	    one_way);
	omni_channel *email = omni_channel_new("email");

	define_purpose(h, p);
	assert_non_null(email);
	harness_ok(h, omni_channel_set_direction(email, OMNI_DIRECTION_IN));
	harness_ok(h, omni_channel_put(h->db, email, NULL));
	omni_channel_free(email);
	define_window(h, "mornings", "mo-fr 08:00-10:00");
	define_cap(h, "one", NULL, 1);
}

static void
later_knowledge_changes_no_decision_that_was_kept(void **state)
{
	struct harness *h = house_of(state);
	struct id ann = customer_of(h, "ann");
	omni_route *before, *now = NULL;
	omni_message *m = message_of("news", "m1");
	int64_t fact;

	say(h, "ann", OMNI_SAID_PREFER, "news", "sms", NULL);
	before = keep_route(h, "ann", "news", "m1", OMNI_OK);
	fact = omni_route_fact(before);
	first_step(before, "sms");
	h->now += HOUR;
	say(h, "ann", OMNI_SAID_WITHDRAW, NULL, "sms", NULL);
	replays(h, fact);
	tell(h, "ann", "mail.bounced", "email", "m1");
	replays(h, fact);
	rule(h, OMNI_VERDICT_SAME, "ann", "bo");
	replays(h, fact);
	put(h, "ann", h->now, "name.given", "Annika", "email",
	    "other@mail.example", NULL);
	replays(h, fact);
	rule(h, OMNI_VERDICT_DIFFERENT, "ann", "bo");
	redefine(h);
	replays(h, fact);
	put_crowd(h);
	harness_ok(h, omni_affinity_learn(h->db, NULL));
	replays(h, fact);
	harness_ok(h, omni_rebuild(h->db));
	replays(h, fact);
	/* And what is decided now is another thing. */
	harness_ok(h, omni_route_try(h->db, ann.text, m, &now));
	assert_int_equal(omni_route_step_count(now), 0);
	omni_route_free(now);
	omni_route_free(before);
	omni_message_free(m);
	store_sound(h);
}

static void
what_was_told_late_is_not_what_was_known(void **state)
{
	struct harness *h = house_of(state);
	omni_statement *s = omni_statement_new(OMNI_SAID_WITHDRAW, "*");
	omni_record *who = make("ann", OMNI_NOW, NULL);
	omni_route *route = keep_route(h, "ann", "news", "m1", OMNI_OK);

	/* Said before the decision, and heard of behind it. */
	assert_non_null(s);
	harness_ok(h, omni_statement_set_who(s, who));
	harness_ok(h, omni_statement_set_time(s, h->now - HARNESS_DAY));
	harness_ok(h, omni_statement_put(h->db, s, NULL));
	replays(h, omni_route_fact(route));
	omni_route_free(route);
	omni_statement_free(s);
	omni_record_free(who);
}

static void
what_was_tampered_with_does_not_come_out_the_same(void **state)
{
	struct harness *h = house_of(state);
	omni_route *first, *again = NULL;
	int32_t same = 1;
	int64_t fact;

	say(h, "ann", OMNI_SAID_PREFER, "news", "sms", NULL);
	first = keep_route(h, "ann", "news", "m1", OMNI_OK);
	fact = omni_route_fact(first);
	first_step(first, "sms");
	harness_sql(h, "UPDATE omni_fact SET body ="
	    " replace(body, 'ranked 1 by', 'ranked 2 by') WHERE noun = 17");
	harness_ok(h, omni_route_replay(h->db, fact, &same, &again));
	assert_int_equal(same, 0);
	same_route(first, again);
	omni_route_free(again);
	harness_sql(h, "UPDATE omni_fact SET body ="
	    " replace(body, 'ranked 2 by', 'ranked 1 by') WHERE noun = 17");
	replays(h, fact);
	/* A statement that was lost. */
	harness_sql(h, "DELETE FROM omni_statement");
	harness_ok(h, omni_route_replay(h->db, fact, &same, NULL));
	assert_int_equal(same, 0);
	harness_ok(h, omni_rebuild(h->db));
	replays(h, fact);
	harness_sql(h, "UPDATE omni_fact SET body = '{\"at\":1}'"
	    " WHERE noun = 17");
	harness_is(h, omni_route_replay(h->db, fact, &same, &again),
	    OMNI_CORRUPT);
	harness_is(h, omni_route_get(h->db, fact, &again), OMNI_CORRUPT);
	assert_null(again);
	omni_route_free(first);
}

static void
a_record_that_was_taken_back_cannot_be_decided_from(void **state)
{
	struct harness *h = house_of(state);
	omni_route *route, *again = NULL;
	int32_t same = 1;

	rule(h, OMNI_VERDICT_SAME, "ann", "bo");
	route = keep_route(h, "ann", "news", "m1", OMNI_OK);
	harness_ok(h, omni_record_remove(h->db, "crm", "bo"));
	harness_is(h, omni_route_replay(h->db, omni_route_fact(route), &same,
	    &again), OMNI_ERASED);
	assert_int_equal(same, 0);
	assert_null(again);
	/* What was decided stays. */
	harness_ok(h, omni_route_get(h->db, omni_route_fact(route), &again));
	same_route(route, again);
	omni_route_free(again);
	omni_route_free(route);
	store_sound(h);
}

/* ---- random histories ----------------------------------------------- */

#define PEOPLE 8
#define KEPT 240

struct history {
	struct harness *h;
	int64_t facts[KEPT];
	int count, serial;
};

static const char *const keys[PEOPLE] = {
	"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"
};
static const char *const all_purposes[] = {
	"news", "offer", "offer/shoes", "bill", "letter", "result", "*"
};
static const char *const all_channels[] = { "email", "sms", "post", "app" };

static const char *
someone(struct harness *h)
{
	return keys[harness_random(h, PEOPLE)];
}

static void
random_version(struct history *y)
{
	struct harness *h = y->h;
	size_t who = harness_random(h, PEOPLE);
	char name[16], email[64], street[64];

	name_of(name, who * 100);
	(void)snprintf(email, sizeof(email), "%s%d@mail.example", name,
	    (int)harness_random(h, 3));
	(void)snprintf(street, sizeof(street), "Storgatan %d",
	    1 + (int)harness_random(h, 3));
	put(h, keys[who], h->now, "name.given", name, "email", email,
	    "phone", harness_random(h, 2) == 0 ? "+46701234567" :
	    "+4531234567", "address.street", street, "address.postcode",
	    "211 71", "address.city", "Malmö", NULL);
}

static void
random_word(struct history *y)
{
	static const int32_t said[] = {
		OMNI_SAID_GRANT, OMNI_SAID_GRANT, OMNI_SAID_WITHDRAW,
		OMNI_SAID_PREFER, OMNI_SAID_QUIET, OMNI_SAID_LANGUAGE,
		OMNI_SAID_ZONE
	};
	static const char *const hours[] = {
		"22:00-07:00", "none", "mo-fr 09:00-17:00"
	};
	static const char *const zones[] = {
		"Europe/Stockholm", "America/New_York", "Asia/Kolkata"
	};
	struct harness *h = y->h;
	int32_t what = said[harness_random(h, 7)];
	const char *value = NULL, *on = NULL, *about;

	about = all_purposes[harness_random(h, 7)];
	if (what == OMNI_SAID_PREFER || harness_random(h, 2) == 0)
		on = all_channels[harness_random(h, 4)];
	if (what == OMNI_SAID_QUIET)
		value = hours[harness_random(h, 3)];
	else if (what == OMNI_SAID_ZONE)
		value = zones[harness_random(h, 3)];
	else if (what == OMNI_SAID_LANGUAGE)
		value = harness_random(h, 2) == 0 ? "sv" : "da";
	if (what == OMNI_SAID_LANGUAGE || what == OMNI_SAID_ZONE)
		on = NULL;
	if (what == OMNI_SAID_ZONE)
		about = "*";
	say(h, someone(h), what, about, on, value);
}

static void
random_result(struct history *y)
{
	static const char *const kinds[] = {
		"mail.sent", "mail.opened", "mail.bounced", "sms.sent",
		"sms.answered", "sms.failed", "letter.sent", "letter.returned",
	};
	struct harness *h = y->h;
	size_t what = harness_random(h, 8);
	char id[16];

	(void)snprintf(id, sizeof(id), "m%d",
	    (int)harness_random(h, (uint64_t)y->serial + 1));
	tell(h, someone(h), kinds[what], what < 3 ? "email" : what < 6 ?
	    "sms" : "post", id);
}

static void
random_rules(struct history *y)
{
	static const char *const hours[] = {
		"08:00-20:00", "mo-fr 09:00-12:00", "mo-su 00:00-24:00"
	};
	static const char *const ways[] = { "sms", "email", "post", NULL };
	struct harness *h = y->h;
	omni_purpose *p;

	switch (harness_random(h, 4)) {
	case 0:
		define_window(h, "hours", hours[harness_random(h, 3)]);
		return;
	case 1:
		define_cap(h, "few", harness_random(h, 2) == 0 ? "email" :
		    NULL, (int32_t)harness_random(h, 5) - 1);
		return;
	case 2:
		harness_ok(h, omni_affinity_learn(h->db, NULL));
		return;
	default:
		p = purpose_like(h, harness_random(h, 2) == 0 ? "news" :
		    "offer", 1 + (int32_t)harness_random(h, 3),
		    ways + harness_random(h, 3));
		harness_ok(h, omni_purpose_set_order(p,
		    1 + (int32_t)harness_random(h, 2)));
		harness_ok(h, omni_purpose_set_priority(p,
		    (int32_t)harness_random(h, 10)));
		define_purpose(h, p);
	}
}

static void
random_address(struct history *y)
{
	struct harness *h = y->h;
	char name[16], email[64];
	omni_contact *c;

	name_of(name, 100 * harness_random(h, PEOPLE));
	(void)snprintf(email, sizeof(email), "%s%d@mail.example", name,
	    (int)harness_random(h, 3));
	c = omni_contact_new("email", email);
	assert_non_null(c);
	switch (harness_random(h, 3)) {
	case 0:
		harness_ok(h, omni_contact_set_suppressed(c,
		    harness_random(h, 2) == 0 ? "complaint" : NULL));
		break;
	case 1:
		harness_ok(h, omni_contact_set_primary(c, 1));
		break;
	default:
		harness_ok(h, omni_contact_set_verified(c, 1));
	}
	harness_ok(h, omni_contact_set_time(c, h->now));
	harness_ok(h, omni_contact_put(h->db, c, NULL));
	omni_contact_free(c);
}

static void
note_fact(struct history *y, int64_t fact)
{
	int i;

	for (i = 0; i < y->count; i++)
		if (y->facts[i] == fact)
			return;
	if (y->count < KEPT)
		y->facts[y->count++] = fact;
}

static void
random_route(struct history *y)
{
	struct harness *h = y->h;
	omni_message *m;
	omni_route *route = NULL;
	struct id who;
	char id[16];
	omni_status status;

	/* Some tills see only what is surely one. */
	harness_ok(h, omni_set_sure(h->db, harness_random(h, 4) == 0));
	who = customer_of(h, someone(h));

	if (y->count > 0 && harness_random(h, 4) == 0)
		status = omni_route_next(h->db,
		    y->facts[harness_random(h, (uint64_t)y->count)],
		    h->now, &route);
	else {
		(void)snprintf(id, sizeof(id), "m%d", y->serial +
		    (int)harness_random(h, 2));
		m = message_of(all_purposes[harness_random(h, 6)], id);
		if (harness_random(h, 3) == 0)
			harness_ok(h, omni_message_set_expiry(m, h->now +
			    (int64_t)harness_random(h, 72) * HOUR));
		if (harness_random(h, 5) == 0)
			harness_ok(h, omni_message_set_time(m, h->now));
		if (harness_random(h, 5) == 0)
			harness_ok(h, omni_message_set_brand(m, "Norr"));
		if (harness_random(h, 5) == 0)
			harness_ok(h, omni_message_set_urgent(m,
			    (int32_t)harness_random(h, 2)));
		status = omni_route_put(h->db, who.text, m, &route);
		y->serial++;
		omni_message_free(m);
	}
	if (status < 0)
		harness_ok(h, status);
	if (status == OMNI_OK)
		note_fact(y, omni_route_fact(route));
	omni_route_free(route);
	harness_ok(h, omni_set_sure(h->db, 0));
}

static void
random_run(struct history *y)
{
	struct harness *h = y->h;
	omni_routes *routes = NULL;
	const omni_route *route;
	omni_message *m;
	char id[16];

	(void)snprintf(id, sizeof(id), "m%d", y->serial++);
	m = message_of(harness_random(h, 2) == 0 ? "letter" : "news", id);
	harness_ok(h, omni_route_many(h->db, m, NULL, 1, &routes));
	while (omni_routes_next(routes, &route) == OMNI_OK)
		if (omni_route_rejected_count(route) > 0 &&
		    (omni_route_rejected_reason(route, 0) ==
		    OMNI_REASON_HOUSEHOLD || harness_random(h, 8) == 0))
			note_fact(y, omni_route_fact(route));
	omni_routes_free(routes);
	omni_message_free(m);
}

static void
random_verdict(struct history *y)
{
	struct harness *h = y->h;
	const char *a = someone(h), *b = someone(h);

	if (a != b)
		rule(h, harness_random(h, 2) == 0 ? OMNI_VERDICT_SAME :
		    OMNI_VERDICT_DIFFERENT, a, b);
}

static void
random_step(struct history *y)
{
	y->h->now += (int64_t)harness_random(y->h, 600) * HARNESS_MINUTE;
	switch (harness_random(y->h, 12)) {
	case 0:
		random_version(y);
		break;
	case 1:
	case 2:
	case 3:
		random_word(y);
		break;
	case 4:
	case 5:
		random_result(y);
		break;
	case 6:
		random_rules(y);
		break;
	case 7:
		random_address(y);
		break;
	case 8:
		if (harness_random(y->h, 8) == 0)
			random_run(y);
		else
			random_verdict(y);
		break;
	default:
		random_route(y);
	}
}

static void
whatever_came_later_every_decision_comes_out_the_same(void **state)
{
	struct harness *h = harness_of(state);
	struct history y = { .h = h };
	int i, nowhere = 0;
	omni_route *route = NULL;

	harness_seed(h, __func__);
	house_make(h);
	for (i = 0; i < PEOPLE; i++) {
		char name[16];

		name_of(name, (uint64_t)i * 100);
		put_person(h, keys[i], name);
	}
	put_crowd(h);
	while (y.count < KEPT)
		random_step(&y);
	for (i = 0; i < y.count; i++) {
		harness_ok(h, omni_set_sure(h->db, i % 2));
		replays(h, y.facts[i]);
		harness_ok(h, omni_route_get(h->db, y.facts[i], &route));
		nowhere += omni_route_step_count(route) == 0;
		omni_route_free(route);
	}
	printf("# %d decisions came out the same, %d of them nowhere\n",
	    y.count, nowhere);
	assert_true(nowhere < y.count);
	store_sound(h);
	harness_ok(h, omni_rebuild(h->db));
	for (i = 0; i < y.count; i += 7)
		replays(h, y.facts[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(a_kept_route_is_given_back_as_it_was_decided),
		HARNESS_TEST(what_is_no_route_is_none),
		HARNESS_TEST(a_message_is_routed_once_to_a_customer),
		HARNESS_TEST(without_an_id_each_is_a_message_of_its_own),
		HARNESS_TEST(a_merge_does_not_route_it_twice),
		HARNESS_TEST(who_has_lost_the_oldest_record_is_still_known),
		HARNESS_TEST(two_who_send_at_once_route_it_once),
		HARNESS_TEST(two_who_go_on_at_once_do_it_once),
		HARNESS_TEST(a_route_goes_on_when_its_time_has_passed),
		HARNESS_TEST(what_bounced_goes_on_at_once),
		HARNESS_TEST(what_arrived_is_done),
		HARNESS_TEST(
		    how_far_is_enough_and_how_long_to_wait_are_the_purposes),
		HARNESS_TEST(without_an_id_time_alone_goes_on),
		HARNESS_TEST(what_changed_meanwhile_counts),
		HARNESS_TEST(what_has_expired_goes_nowhere),
		HARNESS_TEST(a_person_s_routes_are_exported_and_erased),
		HARNESS_TEST(
		    routes_of_a_row_that_was_taken_back_can_be_erased),
		HARNESS_TEST(a_route_to_who_was_one_goes_with_either_part),
		HARNESS_TEST(
		    an_attempt_that_was_erased_with_another_ends_the_route),
		HARNESS_TEST(a_household_gets_one_letter),
		HARNESS_TEST(neighbours_at_once_get_one_letter),
		HARNESS_TEST(
		    later_knowledge_changes_no_decision_that_was_kept),
		HARNESS_TEST(what_was_told_late_is_not_what_was_known),
		HARNESS_TEST(
		    what_was_tampered_with_does_not_come_out_the_same),
		HARNESS_TEST(
		    a_record_that_was_taken_back_cannot_be_decided_from),
		HARNESS_TEST(
		    whatever_came_later_every_decision_comes_out_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
