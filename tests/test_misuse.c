/*
 * Handles and objects in wrong hands: missing, busy, forked, closed, freed in
 * any order and by any thread.  A clear status, and never a crash.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#define ID "00112233445566778899aabbccddeeff"

/* Results that must not come. */
static omni_customer *customer;
static omni_explanation *why;
static omni_timeline *timeline;
static omni_case *story;
static omni_channel *channel;
static omni_purpose *purpose;
static omni_route *route;
static omni_feed *feed;
static char *text;

static int32_t
write_nothing(void *user, const char *bytes, size_t size)
{
	(void)user;
	(void)bytes;
	(void)size;
	return 0;
}

/* ---- what is missing ------------------------------------------------ */

static void
calls_on_nothing_are_misuse(void **state)
{
	omni_status wrong[] = {
		omni_open(NULL, NULL, NULL),
		omni_config_set_region(NULL, "SE"),
		omni_backup(NULL, "x"), omni_maintain(NULL, 1),
		omni_check(NULL, NULL), omni_rebuild(NULL),
		omni_record_set_source(NULL, "s", "k"),
		omni_record_set_time(NULL, 0),
		omni_record_add(NULL, "email", "x"),
		omni_record_put(NULL, NULL, NULL),
		omni_record_remove(NULL, "s", "k"),
		omni_customer_find(NULL, NULL, &customer),
		omni_customer_get(NULL, ID, &customer),
		omni_customer_of(NULL, "s", "k", &customer),
		omni_customer_search(NULL, NULL, NULL),
		omni_members_open(NULL, 0, NULL), omni_members_next(NULL),
		omni_customer_export(NULL, ID, write_nothing, NULL),
		omni_customer_erase(NULL, ID),
		omni_why(NULL, "s", "1", "s", "2", &why),
		omni_verdict_add(NULL, 0, "s", "k"),
		omni_verdict_add_id(NULL, 0, ID),
		omni_verdict_set_author(NULL, "x"),
		omni_verdict_put(NULL, NULL, NULL),
		omni_interaction_set_key(NULL, "s", "k"),
		omni_interaction_set_who(NULL, NULL),
		omni_interaction_set_body(NULL, "{}"),
		omni_interaction_put(NULL, NULL, NULL),
		omni_interaction_keep(NULL, NULL),
		omni_filter_set_channel(NULL, "web"),
		omni_timeline_open(NULL, ID, NULL, &timeline),
		omni_story_open(NULL, "o", "1", NULL, &timeline),
		omni_timeline_next(NULL, NULL),
		omni_case_get(NULL, "o", "1", &story),
		omni_setting_put(NULL, NULL, "n", "v", OMNI_NOW, NULL),
		omni_setting_get(NULL, ID, "n", &text),
		omni_channel_put(NULL, NULL, NULL),
		omni_channel_get(NULL, "web", &channel),
		omni_purpose_put(NULL, NULL, NULL),
		omni_purpose_get(NULL, "news", &purpose),
		omni_statement_put(NULL, NULL, NULL),
		omni_contact_put(NULL, NULL, NULL),
		omni_route_decide(NULL, ID, "news", OMNI_NOW, &route),
		omni_feed_open(NULL, NULL, &feed), omni_feed_next(NULL),
		omni_batch_new(NULL, NULL), omni_batch_commit(NULL),
		omni_batch_add_record(NULL, NULL),
		omni_import_new(NULL, OMNI_FORMAT_CSV, NULL),
		omni_import_write(NULL, "x", 1), omni_import_finish(NULL),
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (wrong[i] != OMNI_MISUSE)
			fail_msg("call %zu: %s", i,
			    omni_status_name(wrong[i]));
}

static void
results_have_somewhere_to_go(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *who = omni_record_new();

	(void)omni_record_add(who, "email", "a@mail.example");
	harness_is(h, omni_customer_find(h->db, who, NULL), OMNI_MISUSE);
	harness_is(h, omni_customer_get(h->db, ID, NULL), OMNI_MISUSE);
	harness_is(h, omni_customer_of(h->db, "s", "k", NULL), OMNI_MISUSE);
	harness_is(h, omni_customer_search(h->db, who, NULL), OMNI_MISUSE);
	harness_is(h, omni_members_open(h->db, 0, NULL), OMNI_MISUSE);
	harness_is(h, omni_why(h->db, "s", "1", "s", "2", NULL),
	    OMNI_MISUSE);
	harness_is(h, omni_timeline_open(h->db, ID, NULL, NULL),
	    OMNI_MISUSE);
	harness_is(h, omni_story_open(h->db, "o", "1", NULL, NULL),
	    OMNI_MISUSE);
	harness_is(h, omni_case_get(h->db, "o", "1", NULL), OMNI_MISUSE);
	harness_is(h, omni_setting_get(h->db, ID, "n", NULL), OMNI_MISUSE);
	harness_is(h, omni_channel_get(h->db, "web", NULL), OMNI_MISUSE);
	harness_is(h, omni_purpose_get(h->db, "news", NULL), OMNI_MISUSE);
	harness_is(h, omni_route_decide(h->db, ID, "news", OMNI_NOW, NULL),
	    OMNI_MISUSE);
	harness_is(h, omni_feed_open(h->db, NULL, NULL), OMNI_MISUSE);
	harness_is(h, omni_batch_new(h->db, NULL), OMNI_MISUSE);
	harness_is(h, omni_import_new(h->db, OMNI_FORMAT_CSV, NULL),
	    OMNI_MISUSE);
	harness_is(h, omni_record_put(h->db, NULL, NULL), OMNI_MISUSE);
	harness_is(h, omni_customer_find(h->db, NULL, &customer),
	    OMNI_INVALID);
	harness_is(h, omni_customer_export(h->db, ID, NULL, NULL),
	    OMNI_MISUSE);
	omni_record_free(who);
}

static void
nothing_is_freed_and_asked_without_harm(void **state)
{
	(void)state;
	omni_close(NULL);
	omni_interrupt(NULL);
	omni_config_free(NULL);
	omni_record_free(NULL);
	omni_customer_free(NULL);
	omni_matches_free(NULL);
	omni_members_free(NULL);
	omni_explanation_free(NULL);
	omni_verdict_free(NULL);
	omni_interaction_free(NULL);
	omni_filter_free(NULL);
	omni_timeline_free(NULL);
	omni_case_free(NULL);
	omni_text_free(NULL);
	omni_channel_free(NULL);
	omni_purpose_free(NULL);
	omni_statement_free(NULL);
	omni_contact_free(NULL);
	omni_route_free(NULL);
	omni_feed_free(NULL);
	omni_batch_free(NULL);
	omni_batch_clear(NULL);
	omni_import_free(NULL);
	omni_report_free(NULL);
	assert_non_null(omni_errmsg(NULL));
	assert_non_null(omni_config_errmsg(NULL));
	assert_non_null(omni_record_errmsg(NULL));
	assert_non_null(omni_interaction_errmsg(NULL));
	assert_non_null(omni_timeline_errmsg(NULL));
	assert_non_null(omni_import_errmsg(NULL));
	assert_null(omni_region(NULL));
	assert_null(omni_record_source(NULL));
	assert_int_equal(omni_record_count(NULL), 0);
	assert_null(omni_customer_id(NULL));
	assert_int_equal(omni_matches_count(NULL), 0);
	assert_null(omni_matches_customer(NULL, 0));
	assert_int_equal(omni_explanation_count(NULL), 0);
	assert_null(omni_explanation_kind(NULL, 0));
	assert_null(omni_feed_customer(NULL));
	assert_int_equal(omni_batch_count(NULL), 0);
	assert_int_equal(omni_route_step_count(NULL), 0);
	assert_null(omni_case_state(NULL));
	assert_int_equal(omni_report_count(NULL), 0);
}

/* ---- threads, forks, ends ------------------------------------------- */

struct intruder {
	omni *db;		/* NULL: not armed */
	omni_status status;
	int64_t now;
};

static void *
intrude(void *user)
{
	struct intruder *intruder = user;
	omni_customer *nobody = NULL;

	intruder->status = omni_customer_get(intruder->db, ID, &nobody);
	return NULL;
}

/* The clock is asked inside a call: just then another thread comes. */
static int64_t
clock_with_intruder(void *user)
{
	struct intruder *intruder = user;
	pthread_t thread;

	if (intruder->db != NULL && intruder->status == OMNI_OK) {
		assert_int_equal(pthread_create(&thread, NULL, intrude,
		    intruder), 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
	}
	return intruder->now;
}

static void
a_second_thread_is_told_that_the_handle_is_busy(void **state)
{
	struct harness *h = harness_of(state);
	struct intruder intruder = { .db = NULL, .now = HARNESS_NOW };
	omni_config *config = omni_config_new();
	omni_record *record = omni_record_new();
	omni *db = NULL;

	harness_ok(h, omni_config_set_clock(config, clock_with_intruder,
	    &intruder));
	harness_ok(h, omni_open(config, h->url, &db));
	omni_config_free(config);
	harness_ok(h, omni_record_add(record, "email", "a@mail.example"));
	intruder.db = db;
	assert_int_equal(omni_record_put(db, record, NULL), OMNI_OK);
	assert_int_equal(intruder.status, OMNI_BUSY);
	omni_record_free(record);
	omni_close(db);
}

/* In the child: 0 when all is as it should be. */
static int
use_after_fork(omni *db, omni_timeline *cursor)
{
	const omni_interaction *it = NULL;
	omni_customer *nobody = NULL;

	if (omni_customer_get(db, ID, &nobody) != OMNI_FORKED)
		return 1;
	if (strstr(omni_errmsg(db), "fork") == NULL)
		return 2;
	if (omni_rebuild(db) != OMNI_FORKED)
		return 3;
	if (omni_timeline_next(cursor, &it) != OMNI_FORKED)
		return 4;
	omni_timeline_free(cursor);
	omni_close(db);
	return 0;
}

static void
put_one(struct harness *h, bool again)
{
	omni_interaction *deed = omni_interaction_new("web", "visit");
	omni_record *who = omni_record_new();

	harness_ok(h, omni_record_set_source(who, "crm", "1"));
	harness_ok(h, omni_record_add(who, "email", "a@mail.example"));
	harness_is(h, omni_record_put(h->db, who, NULL), again ?
	    OMNI_DUPLICATE : OMNI_OK);
	harness_ok(h, omni_interaction_set_who(deed, who));
	harness_ok(h, omni_interaction_put(h->db, deed, NULL));
	omni_interaction_free(deed);
	omni_record_free(who);
}

static omni_timeline *
open_timeline(struct harness *h)
{
	omni_customer *found = NULL;
	omni_timeline *cursor = NULL;

	harness_ok(h, omni_customer_of(h->db, "crm", "1", &found));
	harness_ok(h, omni_timeline_open(h->db, omni_customer_id(found),
	    NULL, &cursor));
	omni_customer_free(found);
	return cursor;
}

static void
a_child_is_told_that_the_handle_is_its_parents(void **state)
{
	struct harness *h = harness_of(state);
	const omni_interaction *it = NULL;
	omni_timeline *cursor;
	int status = -1;
	pid_t child;

	put_one(h, false);
	cursor = open_timeline(h);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(use_after_fork(h->db, cursor));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	/* The parent's goes on. */
	harness_ok(h, omni_timeline_next(cursor, &it));
	omni_timeline_free(cursor);
	harness_ok(h, omni_rebuild(h->db));
}

static void *
free_it(void *user)
{
	omni_timeline_free(user);
	return NULL;
}

static void
another_thread_may_free_at_any_time(void **state)
{
	struct harness *h = harness_of(state);
	pthread_t threads[4];
	size_t i, round;

	put_one(h, false);
	for (round = 0; round < 25; round++) {
		for (i = 0; i < 4; i++)
			assert_int_equal(pthread_create(&threads[i], NULL,
			    free_it, open_timeline(h)), 0);
		put_one(h, true);
		for (i = 0; i < 4; i++)
			assert_int_equal(pthread_join(threads[i], NULL), 0);
	}
}

static void
a_handle_may_be_closed_before_its_cursors(void **state)
{
	struct harness *h = harness_of(state);
	const omni_interaction *it = NULL;
	omni_timeline *cursor;
	omni_members *members = NULL;
	omni_batch *batch = NULL;
	omni_record *record = omni_record_new();
	omni *own = h->db;

	put_one(h, false);
	h->db = harness_open(h);
	cursor = open_timeline(h);
	harness_ok(h, omni_members_open(h->db, 1, &members));
	harness_ok(h, omni_batch_new(h->db, &batch));
	harness_ok(h, omni_feed_open(h->db, NULL, &feed));
	omni_close(h->db);
	h->db = own;
	assert_int_equal(omni_timeline_next(cursor, &it), OMNI_OK);
	assert_int_equal(omni_timeline_next(cursor, &it), OMNI_DONE);
	assert_int_equal(omni_members_next(members), OMNI_OK);
	assert_int_equal(omni_feed_next(feed), OMNI_OK);
	assert_int_equal(omni_record_add(record, "email", "b@mail.example"),
	    OMNI_OK);
	assert_int_equal(omni_batch_add_record(batch, record), OMNI_OK);
	assert_int_equal(omni_batch_commit(batch), OMNI_OK);
	omni_record_free(record);
	omni_members_free(members);
	omni_timeline_free(cursor);
	omni_batch_free(batch);
	omni_feed_free(feed);
	feed = NULL;
}

struct things {
	omni *db;
	omni_timeline *cursor;
	omni_members *members;
	omni_batch *batch;
	omni_feed *feed;
	omni_customer *customer;
	omni_import *import;
	omni_report *report;
};

static void
free_thing(struct things *t, size_t which)
{
	switch (which) {
	case 0: omni_close(t->db); break;
	case 1: omni_timeline_free(t->cursor); break;
	case 2: omni_members_free(t->members); break;
	case 3: omni_batch_free(t->batch); break;
	case 4: omni_feed_free(t->feed); break;
	case 5: omni_customer_free(t->customer); break;
	case 6: omni_import_free(t->import); break;
	default: omni_report_free(t->report); break;
	}
}

static void
things_are_freed_in_any_order(void **state)
{
	struct harness *h = harness_of(state);
	size_t order[8], round, i, k, swap;
	omni *own = h->db;

	harness_seed(h, __func__);
	put_one(h, false);
	for (round = 0; round < 12; round++) {
		struct things t = { .db = harness_open(h) };

		h->db = t.db;
		t.cursor = open_timeline(h);
		harness_ok(h, omni_members_open(h->db, 1, &t.members));
		harness_ok(h, omni_batch_new(h->db, &t.batch));
		harness_ok(h, omni_feed_open(h->db, NULL, &t.feed));
		harness_ok(h, omni_customer_of(h->db, "crm", "1",
		    &t.customer));
		harness_ok(h, omni_import_new(h->db, OMNI_FORMAT_LINES,
		    &t.import));
		harness_ok(h, omni_check(h->db, &t.report));
		h->db = own;
		for (i = 0; i < 8; i++)
			order[i] = i;
		for (i = 8; i > 1; i--) {
			k = harness_random(h, i);
			swap = order[k];
			order[k] = order[i - 1];
			order[i - 1] = swap;
		}
		for (i = 0; i < 8; i++)
			free_thing(&t, order[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_on_nothing_are_misuse),
		HARNESS_TEST(results_have_somewhere_to_go),
		cmocka_unit_test(nothing_is_freed_and_asked_without_harm),
		HARNESS_TEST(a_second_thread_is_told_that_the_handle_is_busy),
		HARNESS_TEST(a_child_is_told_that_the_handle_is_its_parents),
		HARNESS_TEST(another_thread_may_free_at_any_time),
		HARNESS_TEST(a_handle_may_be_closed_before_its_cursors),
		HARNESS_TEST(things_are_freed_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
