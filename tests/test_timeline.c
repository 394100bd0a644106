/*
 * Timelines and stories, on both engines: pages, tokens, filters, late and
 * doubtful times, against a model that keeps everything in one array.
 */
#include <stdio.h>
#include <string.h>

#include "harness_people.h"
#include "timeline/cursor.h"

/* ---- timelines ------------------------------------------------------ */

static void
what_was_put_is_read_back_whole(void **state)
{
	struct harness *h = harness_of(state);
	omni_interaction *it = omni_interaction_new("store", "sale"), *copy;
	omni_timeline *timeline = NULL;
	const omni_interaction *got;
	omni_record *record = people_who(1, 0);
	char id[OMNI_ID_SIZE];
	int64_t fact = 0, again = 0;

	people_put(h, 1, 1);
	people_customer(h, 1, id);
	harness_ok(h, omni_interaction_set_who(it, record));
	harness_ok(h, omni_interaction_set_time(it, HARNESS_NOW - 5));
	harness_ok(h, omni_interaction_set_key(it, "pos/1", "R\"1"));
	harness_ok(h, omni_interaction_set_status(it, "order", "W \\ \"1\"",
	    "paid"));
	harness_ok(h, omni_interaction_add_reference(it, "product", "X"));
	harness_ok(h, omni_interaction_set_body(it, "{\"total\": 19.90}"));
	harness_ok(h, omni_interaction_put(h->db, it, &fact));
	harness_is(h, omni_interaction_put(h->db, it, &again),
	    OMNI_DUPLICATE);
	assert_int_equal(fact, again);

	harness_ok(h, omni_timeline_open(h->db, id, NULL, &timeline));
	harness_ok(h, omni_timeline_next(timeline, &got));
	assert_int_equal(omni_interaction_fact(got), fact);
	harness_ok(h, omni_interaction_keep(got, &copy));
	harness_is(h, omni_timeline_next(timeline, &got), OMNI_DONE);
	assert_null(got);
	omni_timeline_free(timeline);

	assert_string_equal(omni_interaction_channel(copy), "store");
	assert_string_equal(omni_interaction_kind(copy), "sale");
	assert_string_equal(omni_interaction_source(copy), "pos/1");
	assert_string_equal(omni_interaction_key(copy), "R\"1");
	assert_string_equal(omni_interaction_body(copy),
	    "{\"total\": 19.90}");
	assert_int_equal(omni_interaction_time(copy), HARNESS_NOW - 5);
	assert_true(omni_interaction_recorded(copy) >= HARNESS_NOW);
	assert_int_equal(omni_interaction_time_doubtful(copy), 0);
	assert_int_equal(omni_interaction_reference_count(copy), 2);
	assert_string_equal(omni_interaction_reference_key(copy, 0),
	    "W \\ \"1\"");
	assert_string_equal(omni_interaction_reference_status(copy, 0),
	    "paid");
	assert_null(omni_interaction_reference_status(copy, 1));
	/* It is a fact already: putting it again would lose who it was. */
	harness_is(h, omni_interaction_put(h->db, copy, &fact), OMNI_MISUSE);
	omni_interaction_free(copy);
	omni_interaction_free(it);
	omni_record_free(record);
}

/* Reads `most` items (0: all) and checks that they come in order. */
static size_t
read_some(struct harness *h, omni_timeline *timeline, struct model *model,
    bool oldest, struct item *last, size_t most)
{
	const omni_interaction *it;
	omni_status status;
	size_t count = 0;

	while ((most == 0 || count < most) &&
	    (status = omni_timeline_next(timeline, &it)) != OMNI_DONE) {
		struct item *item;

		harness_ok(h, status);
		item = model_find(model, omni_interaction_fact(it));
		assert_non_null(item);
		assert_int_equal(omni_interaction_time(it),
		    item->event.time);
		assert_string_equal(omni_interaction_channel(it),
		    item->event.channel);
		if (last->fact != 0)
			assert_true(oldest ? model_order(last, item) < 0 :
			    model_order(last, item) > 0);
		item->seen++;
		*last = *item;
		count++;
	}
	return count;
}

/* One walk over a person's timeline in pieces, while others write. */
static void
walk(struct harness *h, omni *other, struct model *model, int rows)
{
	bool oldest = harness_random(h, 2) != 0;
	struct item last = { .fact = 0 };
	char id[OMNI_ID_SIZE], token[64] = "";
	omni_timeline *timeline;
	omni_filter *filter;
	size_t before = model->count, i, count, most;

	for (i = 0; i < model->count; i++)
		model->items[i].seen = 0;
	people_customer(h, 0, id);
	do {
		filter = omni_filter_new();
		harness_ok(h, omni_filter_set_oldest(filter, oldest));
		most = 1 + (size_t)harness_random(h, 60);
		harness_ok(h, omni_filter_set_limit(filter, (int64_t)most));
		if (token[0] != '\0')
			harness_ok(h, omni_filter_set_token(filter, token));
		harness_ok(h, omni_timeline_open(h->db, id, filter,
		    &timeline));
		omni_filter_free(filter);
		count = read_some(h, timeline, model, oldest, &last,
		    1 + (size_t)harness_random(h, 30));
		for (i = harness_random(h, 3); i > 0; i--)
			model_put(h, other, model, 2, rows);
		count += read_some(h, timeline, model, oldest, &last, 0);
		assert_true(count <= most);
		(void)snprintf(token, sizeof(token), "%s",
		    omni_timeline_token(timeline));
		omni_timeline_free(timeline);
	} while (count == most);
	for (i = 0; i < model->count; i++) {
		const struct item *item = &model->items[i];

		if (item->event.person != 0)
			assert_int_equal(item->seen, 0);
		else if (i < before)
			assert_int_equal(item->seen, 1);
		else
			assert_true(item->seen <= 1);
	}
}

static void
pages_give_each_item_once_and_in_order_while_others_write(void **state)
{
	struct harness *h = harness_of(state);
	struct model *model = model_new();
	int rows, round, i;
	omni *other;

	harness_seed(h, "paging");
	rows = 1 + (int)harness_random(h, 7);
	people_put(h, 0, rows);
	people_put(h, 1, rows);
	other = harness_open(h);
	for (round = 0; round < 6; round++) {
		for (i = 0; i < 80; i++)
			model_put(h, h->db, model, 2, rows);
		walk(h, other, model, rows);
	}
	omni_close(other);
	free(model);
}

static bool
passes(const struct item *item, const char *channel, const char *kind,
    int64_t since, int64_t until, const char *key)
{
	const struct event *event = &item->event;

	return (channel == NULL || strcmp(channel, event->channel) == 0) &&
	    (kind == NULL || strcmp(kind, event->kind) == 0) &&
	    (since == OMNI_TIME_UNKNOWN || event->time >= since) &&
	    (until == OMNI_TIME_UNKNOWN || event->time < until) &&
	    (key == NULL || (event->key != NULL &&
	    strcmp(key, event->key) == 0));
}

/* A random filter, on a timeline (story NULL) or a story. */
static void
filter_once(struct harness *h, struct model *model, const char *story)
{
	const char *channel = harness_random(h, 2) ? NULL :
	    model_channels[harness_random(h, 4)];
	const char *kind = harness_random(h, 2) ? NULL :
	    model_kinds[harness_random(h, 3)];
	const char *key = harness_random(h, 2) ? NULL :
	    model->keys[harness_random(h, 8)];
	int64_t since = harness_random(h, 2) ? OMNI_TIME_UNKNOWN :
	    model_time(h), until = harness_random(h, 2) ?
	    OMNI_TIME_UNKNOWN : model_time(h);
	bool oldest = harness_random(h, 2) != 0;
	omni_filter *filter = omni_filter_new();
	struct item last = { .fact = 0 };
	omni_timeline *timeline = NULL;
	char id[OMNI_ID_SIZE];
	size_t i;

	harness_ok(h, omni_filter_set_oldest(filter, oldest));
	harness_ok(h, omni_filter_set_since(filter, since));
	harness_ok(h, omni_filter_set_until(filter, until));
	if (channel != NULL)
		harness_ok(h, omni_filter_set_channel(filter, channel));
	if (kind != NULL)
		harness_ok(h, omni_filter_set_kind(filter, kind));
	if (key != NULL)
		harness_ok(h, omni_filter_set_reference(filter, "order", key));
	people_customer(h, 0, id);
	harness_ok(h, story == NULL ?
	    omni_timeline_open(h->db, id, filter, &timeline) :
	    omni_story_open(h->db, "order", story, filter, &timeline));
	for (i = 0; i < model->count; i++)
		model->items[i].seen = 0;
	(void)read_some(h, timeline, model, oldest, &last, 0);
	for (i = 0; i < model->count; i++) {
		const struct item *item = &model->items[i];
		bool wanted = passes(item, channel, kind, since, until, key);

		if (story == NULL ? item->event.person != 0 :
		    item->event.key == NULL ||
		    strcmp(item->event.key, story) != 0)
			wanted = false;
		assert_int_equal(item->seen, wanted);
	}
	omni_timeline_free(timeline);
	omni_filter_free(filter);
}

static void
filters_let_through_what_a_naive_reader_would(void **state)
{
	struct harness *h = harness_of(state);
	struct model *model = model_new();
	int i;

	harness_seed(h, "filters");
	people_put(h, 0, 3);
	people_put(h, 1, 3);
	for (i = 0; i < 250; i++)
		model_put(h, h->db, model, 2, 3);
	for (i = 0; i < 60; i++)
		filter_once(h, model, i % 2 == 0 ? NULL :
		    model->keys[harness_random(h, 8)]);
	free(model);
}

static void
a_word_never_heard_lets_nothing_through(void **state)
{
	struct harness *h = harness_of(state);
	omni_filter *filter = omni_filter_new();
	const omni_interaction *it;
	omni_timeline *timeline;
	char id[OMNI_ID_SIZE];

	people_put(h, 1, 1);
	people_customer(h, 1, id);
	(void)event_put_at(h, 1, "store", "sale", HARNESS_NOW);
	harness_ok(h, omni_filter_set_channel(filter, "semaphore"));
	harness_ok(h, omni_timeline_open(h->db, id, filter, &timeline));
	harness_is(h, omni_timeline_next(timeline, &it), OMNI_DONE);
	harness_is(h, omni_timeline_next(timeline, &it), OMNI_DONE);
	omni_timeline_free(timeline);
	omni_filter_free(filter);
}

static void
a_late_arrival_lands_where_it_belongs(void **state)
{
	struct harness *h = harness_of(state);
	int64_t first, late, last;
	const omni_interaction *it;
	omni_timeline *timeline;
	char id[OMNI_ID_SIZE];

	people_put(h, 1, 1);
	people_customer(h, 1, id);
	first = event_put_at(h, 1, "web", "order",
	    HARNESS_NOW - 3 * HARNESS_DAY);
	last = event_put_at(h, 1, "call", "call", HARNESS_NOW - HARNESS_DAY);
	late = event_put_at(h, 1, "kiosk", "visit",
	    HARNESS_NOW - 2 * HARNESS_DAY);
	harness_ok(h, omni_timeline_open(h->db, id, NULL, &timeline));
	harness_ok(h, omni_timeline_next(timeline, &it));
	assert_int_equal(omni_interaction_fact(it), last);
	harness_ok(h, omni_timeline_next(timeline, &it));
	assert_int_equal(omni_interaction_fact(it), late);
	harness_ok(h, omni_timeline_next(timeline, &it));
	assert_int_equal(omni_interaction_fact(it), first);
	omni_timeline_free(timeline);
}

static void
a_doubtful_time_is_flagged_and_placed_by_when_it_was_told(void **state)
{
	struct harness *h = harness_of(state);
	static const int64_t years[] = {
		0, INT64_C(4102444800000000)	/* 1970 and 2100 */
	};
	const omni_interaction *it;
	omni_timeline *timeline;
	char id[OMNI_ID_SIZE];
	int64_t facts[4];
	int i;

	people_put(h, 1, 1);
	people_customer(h, 1, id);
	for (i = 0; i < 4; i++) {
		h->now += HARNESS_MINUTE;
		facts[i] = event_put_at(h, 1, "till", "sale",
		    i % 2 == 0 ? h->now : years[i / 2]);
	}
	harness_ok(h, omni_timeline_open(h->db, id, NULL, &timeline));
	for (i = 3; i >= 0; i--) {
		harness_ok(h, omni_timeline_next(timeline, &it));
		assert_int_equal(omni_interaction_fact(it), facts[i]);
		assert_int_equal(omni_interaction_time_doubtful(it), i % 2);
		if (i % 2 == 1)
			assert_int_equal(omni_interaction_time(it),
			    years[i / 2]);
	}
	omni_timeline_free(timeline);
}

/* It may be right, but more probably a battery was changed. */
static void
a_till_far_ahead_is_flagged_and_kept(void **state)
{
	struct harness *h = harness_of(state);
	const omni_interaction *it;
	omni_timeline *timeline;
	char id[OMNI_ID_SIZE];
	int i;

	people_put(h, 1, 1);
	people_customer(h, 1, id);
	for (i = 0; i < 2; i++) {
		h->now = HARNESS_NOW + 365 * HARNESS_DAY * 15 * i;
		(void)event_put_at(h, 1, "till", "sale", h->now);
	}
	harness_ok(h, omni_timeline_open(h->db, id, NULL, &timeline));
	for (i = 1; i >= 0; i--) {
		harness_ok(h, omni_timeline_next(timeline, &it));
		assert_int_equal(omni_interaction_time_doubtful(it), i);
		assert_int_equal(omni_interaction_time(it),
		    HARNESS_NOW + 365 * HARNESS_DAY * 15 * i);
	}
	omni_timeline_free(timeline);
}

static void
without_a_time_it_happened_now(void **state)
{
	struct harness *h = harness_of(state);
	omni_interaction *it = omni_interaction_new("web", "visit");
	const omni_interaction *got;
	omni_timeline *timeline;

	harness_ok(h, omni_interaction_add_reference(it, "page", "/"));
	harness_ok(h, omni_interaction_put(h->db, it, NULL));
	harness_ok(h, omni_story_open(h->db, "page", "/", NULL, &timeline));
	harness_ok(h, omni_timeline_next(timeline, &got));
	assert_int_equal(omni_interaction_time(got), h->now);
	omni_timeline_free(timeline);
	omni_interaction_free(it);
}

static void
a_story_crosses_customers(void **state)
{
	struct harness *h = harness_of(state);
	const struct event events[] = {
		{ 0, 0, "app", "order", HARNESS_NOW - 3, "W1", "placed" },
		{ -1, 0, "mail", "mail", HARNESS_NOW - 2, "W1", NULL },
		{ 1, 0, "store", "pickup", HARNESS_NOW - 1, "W1", "collected" },
		{ 1, 0, "store", "sale", HARNESS_NOW, "W2", "paid" }
	};
	omni_timeline *timeline;
	const omni_interaction *it;
	int64_t facts[4];
	size_t i;

	people_put(h, 0, 1);
	people_put(h, 1, 1);
	for (i = 0; i < 4; i++)
		facts[i] = event_put(h, h->db, &events[i]);
	harness_ok(h, omni_story_open(h->db, "order", "W1", NULL, &timeline));
	for (i = 3; i-- > 0; ) {
		harness_ok(h, omni_timeline_next(timeline, &it));
		assert_int_equal(omni_interaction_fact(it), facts[i]);
	}
	harness_is(h, omni_timeline_next(timeline, &it), OMNI_DONE);
	omni_timeline_free(timeline);
	harness_ok(h, omni_story_open(h->db, "order", "W9", NULL, &timeline));
	harness_is(h, omni_timeline_next(timeline, &it), OMNI_DONE);
	omni_timeline_free(timeline);
}

static void
nobody_and_nonsense_open_no_timeline(void **state)
{
	struct harness *h = harness_of(state);
	static const char nobody[] = "00112233445566778899aabbccddeeff";
	omni_filter *filter = omni_filter_new();
	omni_timeline *timeline;
	char token[64];

	harness_is(h, omni_timeline_open(h->db, nobody, NULL, &timeline),
	    OMNI_NONE);
	assert_null(timeline);
	harness_is(h, omni_timeline_open(h->db, "nonsense", NULL, &timeline),
	    OMNI_INVALID);
	harness_is(h, omni_timeline_open(h->db, NULL, NULL, &timeline),
	    OMNI_INVALID);
	harness_is(h, omni_story_open(h->db, "", "W1", NULL, &timeline),
	    OMNI_INVALID);
	harness_is(h, omni_story_open(h->db, "order", NULL, NULL, &timeline),
	    OMNI_INVALID);
	harness_is(h, omni_filter_set_token(filter, "t1zz"), OMNI_INVALID);
	(void)memset(token, 'f', 34);
	(void)memcpy(token, "t1", 2);
	token[34] = '\0';
	harness_is(h, omni_filter_set_token(filter, token), OMNI_INVALID);
	/* The open says what nobody looked at. */
	harness_is(h, omni_story_open(h->db, "order", "W1", filter,
	    &timeline), OMNI_INVALID);
	assert_non_null(strstr(omni_errmsg(h->db), "token"));
	omni_filter_free(filter);
	assert_int_equal(omni_timeline_open(NULL, nobody, NULL, &timeline),
	    OMNI_MISUSE);
	assert_int_equal(omni_timeline_next(NULL, NULL), OMNI_MISUSE);
	omni_timeline_free(NULL);
	omni_filter_free(NULL);
	omni_interaction_free(NULL);
	omni_case_free(NULL);
	omni_text_free(NULL);
}

static void
a_cursor_outlives_the_handle(void **state)
{
	struct harness *h = harness_of(state);
	omni_timeline *timeline;
	const omni_interaction *it;
	char id[OMNI_ID_SIZE];
	omni *other;
	int i;

	people_put(h, 1, 1);
	people_customer(h, 1, id);
	for (i = 0; i < 50; i++)
		(void)event_put_at(h, 1, "web", "visit", HARNESS_NOW - i);
	other = harness_open(h);
	harness_ok(h, omni_timeline_open(other, id, NULL, &timeline));
	omni_close(other);
	for (i = 0; i < 50; i++)
		assert_int_equal(omni_timeline_next(timeline, &it), OMNI_OK);
	assert_int_equal(omni_timeline_next(timeline, &it), OMNI_DONE);
	omni_timeline_free(timeline);
}

static void
an_error_sticks_to_its_cursor(void **state)
{
	struct harness *h = harness_of(state);
	struct omni__error error;
	omni_timeline *timeline;
	const omni_interaction *it;
	char id[OMNI_ID_SIZE];
	int i;

	people_put(h, 1, 1);
	people_customer(h, 1, id);
	for (i = 0; i < 30; i++)
		(void)event_put_at(h, 1, "web", "visit", HARNESS_NOW - i);
	harness_ok(h, omni_timeline_open(h->db, id, NULL, &timeline));
	/* Somebody tampers between two pages. */
	harness_ok(h, h->db->ops->script(h->db->store,
	    "DELETE FROM omni_fact", &error));
	for (i = 0; i < 20; i++)
		harness_ok(h, omni_timeline_next(timeline, &it));
	for (i = 0; i < 3; i++) {
		harness_is(h, omni_timeline_next(timeline, &it),
		    OMNI_CORRUPT);
		assert_null(it);
		assert_non_null(strstr(omni_timeline_errmsg(timeline),
		    "rebuild"));
		assert_string_equal(omni_errmsg(h->db),
		    omni_timeline_errmsg(timeline));
	}
	omni_timeline_free(timeline);
}

/* ---- customers change ----------------------------------------------- */

static void
judge(struct harness *h, int32_t what)
{
	omni_verdict *verdict = omni_verdict_new(what);

	assert_non_null(verdict);
	harness_ok(h, omni_verdict_add(verdict, 0, "crm", "0-0"));
	harness_ok(h, omni_verdict_add(verdict,
	    what == OMNI_VERDICT_SAME ? 0 : 1, "crm", "1-0"));
	harness_ok(h, omni_verdict_put(h->db, verdict, NULL));
	omni_verdict_free(verdict);
}

/* Two people of one row each, who become one in the midst of a page and then
 * two again. */
static void
a_cursor_reads_on_when_customers_merge_and_split(void **state)
{
	struct harness *h = harness_of(state);
	struct model *model = model_new();
	struct item last = { .fact = 0 }, middle, end;
	omni_timeline *timeline;
	char id[OMNI_ID_SIZE];
	size_t i, theirs = 0;

	harness_seed(h, "merge");
	people_put(h, 0, 1);
	people_put(h, 1, 1);
	for (i = 0; i < 240; i++)
		model_put(h, h->db, model, 2, 1);
	people_customer(h, 0, id);
	harness_ok(h, omni_timeline_open(h->db, id, NULL, &timeline));
	(void)read_some(h, timeline, model, false, &last, 20);
	middle = last;
	judge(h, OMNI_VERDICT_SAME);
	(void)read_some(h, timeline, model, false, &last, 40);
	end = last;
	h->now += HARNESS_MINUTE;
	judge(h, OMNI_VERDICT_DIFFERENT);
	(void)read_some(h, timeline, model, false, &last, 0);
	omni_timeline_free(timeline);
	for (i = 0; i < model->count; i++) {
		const struct item *item = &model->items[i];
		bool between = model_order(item, &middle) < 0 &&
		    model_order(item, &end) >= 0;

		theirs += item->event.person == 1 && between;
		assert_int_equal(item->seen, item->event.person == 0 ||
		    between);
	}
	assert_true(theirs > 0);
	free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(what_was_put_is_read_back_whole),
		HARNESS_TEST(
		    pages_give_each_item_once_and_in_order_while_others_write),
		HARNESS_TEST(filters_let_through_what_a_naive_reader_would),
		HARNESS_TEST(a_word_never_heard_lets_nothing_through),
		HARNESS_TEST(a_late_arrival_lands_where_it_belongs),
		HARNESS_TEST(
		    a_doubtful_time_is_flagged_and_placed_by_when_it_was_told),
		HARNESS_TEST(a_till_far_ahead_is_flagged_and_kept),
		HARNESS_TEST(without_a_time_it_happened_now),
		HARNESS_TEST(a_cursor_reads_on_when_customers_merge_and_split),
		HARNESS_TEST(a_story_crosses_customers),
		HARNESS_TEST(nobody_and_nonsense_open_no_timeline),
		HARNESS_TEST(a_cursor_outlives_the_handle),
		HARNESS_TEST(an_error_sticks_to_its_cursor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
