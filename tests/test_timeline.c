/*
 * The timeline room: interactions, timelines, stories, cases and settings, on
 * both engines, against models that keep everything in one array.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "timeline/cursor.h"

/* ---- people and what they do ---------------------------------------- */

static void
record_key(char out[32], int person, int record)
{
	(void)snprintf(out, 32, "%d-%d", person, record);
}

/* A row of a person: so alike that nobody takes two for two. */
static void
put_row(struct harness *h, int person, int row)
{
	static const char *const givens[] = { "Astrid", "Bengt", "Cecilia" };
	static const char *const families[] = { "Ek", "Lindqvist", "Zetterlund" };
	omni_record *record = omni_record_new();
	char key[32], text[64];

	record_key(key, person, row);
	harness_ok(h, omni_record_set_source(record, "crm", key));
	harness_ok(h, omni_record_set_time(record, HARNESS_NOW -
	    HARNESS_DAY * 400));
	harness_ok(h, omni_record_add(record, "name.given",
	    givens[person % 3]));
	harness_ok(h, omni_record_add(record, "name.family",
	    families[person / 3 % 3]));
	(void)snprintf(text, sizeof(text), "19%02d-0%d-1%d",
	    50 + 7 * person % 40, 1 + person % 9, person % 10);
	harness_ok(h, omni_record_add(record, "birth_date", text));
	(void)snprintf(text, sizeof(text), "p%d@mail%d.example", person,
	    person);
	harness_ok(h, omni_record_add(record, "email", text));
	(void)snprintf(text, sizeof(text), "+4670%07d", 1234567 * (person + 1) %
	    10000000);
	harness_ok(h, omni_record_add(record, "phone", text));
	(void)snprintf(text, sizeof(text), "L%08d", 7654321 * (person + 1));
	harness_ok(h, omni_record_add(record, "loyalty", text));
	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
}

static void
put_person(struct harness *h, int person, int rows)
{
	int i;

	for (i = 0; i < rows; i++)
		put_row(h, person, i);
}

static void
customer_id(struct harness *h, int person, char id[OMNI_ID_SIZE])
{
	omni_customer *customer = NULL;
	char key[32];

	record_key(key, person, 0);
	harness_ok(h, omni_customer_of(h->db, "crm", key, &customer));
	(void)snprintf(id, OMNI_ID_SIZE, "%s", omni_customer_id(customer));
	omni_customer_free(customer);
}

/* person < 0: nobody known. */
static omni_record *
who(int person, int row)
{
	omni_record *record = omni_record_new();
	char key[32];

	if (person >= 0) {
		record_key(key, person, row);
		assert_int_equal(omni_record_set_source(record, "crm", key),
		    OMNI_OK);
	}
	return record;
}

struct event {
	int person, row;
	const char *channel, *kind;
	int64_t time;
	const char *key;	/* of an "order", or NULL */
	const char *status;
};

static int64_t
put(struct harness *h, omni *db, const struct event *event)
{
	omni_interaction *it;
	omni_record *record = who(event->person, event->row);
	omni_status status;
	int64_t fact = 0;

	it = omni_interaction_new(event->channel, event->kind);
	assert_non_null(it);
	harness_ok(h, omni_interaction_set_time(it, event->time));
	harness_ok(h, omni_interaction_set_who(it, record));
	if (event->key != NULL && event->status == NULL)
		harness_ok(h, omni_interaction_add_reference(it, "order",
		    event->key));
	if (event->status != NULL)
		harness_ok(h, omni_interaction_set_status(it, "order",
		    event->key, event->status));
	status = omni_interaction_put(db, it, &fact);
	if (status != OMNI_OK)
		print_error("put: %s\n", omni_errmsg(db));
	assert_int_equal(status, OMNI_OK);
	omni_interaction_free(it);
	omni_record_free(record);
	return fact;
}

static int64_t
put_at(struct harness *h, int person, const char *channel, const char *kind,
    int64_t time)
{
	const struct event event = { person, 0, channel, kind, time, NULL,
		NULL };

	return put(h, h->db, &event);
}

/* ---- a model of what was put ---------------------------------------- */

struct item {
	struct event event;
	int64_t fact;
	int seen;
};

#define ITEMS 2000

struct model {
	struct item items[ITEMS];
	size_t count;
	char keys[8][8];
};

static const char *const channels[] = { "store", "web", "call", "mail" };
static const char *const kinds[] = { "sale", "visit", "question" };

static struct model *
model_new(void)
{
	struct model *model = calloc(1, sizeof(*model));
	size_t i;

	assert_non_null(model);
	for (i = 0; i < 8; i++)
		(void)snprintf(model->keys[i], sizeof(model->keys[i]), "W%zu",
		    i);
	return model;
}

/* Within ten minutes, so that many happen at once. */
static int64_t
random_time(struct harness *h)
{
	return HARNESS_NOW - HARNESS_DAY +
	    (int64_t)harness_random(h, 60) * (HARNESS_MINUTE / 6);
}

static void
put_random(struct harness *h, omni *db, struct model *model, int persons,
    int rows)
{
	static const char *const statuses[] = { "placed", "paid", "ready" };
	struct item *item = &model->items[model->count++];

	assert_true(model->count <= ITEMS);
	memset(item, 0, sizeof(*item));
	item->event.person = (int)harness_random(h, (uint64_t)persons);
	item->event.row = (int)harness_random(h, (uint64_t)rows);
	item->event.channel = channels[harness_random(h, 4)];
	item->event.kind = kinds[harness_random(h, 3)];
	item->event.time = random_time(h);
	if (harness_random(h, 3) > 0)
		item->event.key = model->keys[harness_random(h, 8)];
	if (item->event.key != NULL && harness_random(h, 2) > 0)
		item->event.status = statuses[harness_random(h, 3)];
	item->fact = put(h, db, &item->event);
}

static struct item *
find_item(struct model *model, int64_t fact)
{
	size_t i;

	for (i = 0; i < model->count; i++)
		if (model->items[i].fact == fact)
			return &model->items[i];
	return NULL;
}

static int
by_place(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	if (a->event.time != b->event.time)
		return a->event.time < b->event.time ? -1 : 1;
	return (a->fact > b->fact) - (a->fact < b->fact);
}

/* ---- interactions --------------------------------------------------- */

static void
a_bad_value_is_named_at_once_and_by_the_put(void **state)
{
	struct harness *h = harness_of(state);
	static const struct {
		const char *value;
		const char *says;
	} bad[] = {
		{ NULL, "channel is NULL" }, { "", "channel is empty" },
		{ "a\xff", "channel is not UTF-8 at byte 1" },
		{ "a\nb", "channel holds a control character" },
	};
	omni_interaction *it;
	int64_t fact = 0;
	size_t i;

	for (i = 0; i < OMNI__COUNT(bad); i++) {
		it = omni_interaction_new(bad[i].value, "sale");
		assert_non_null(it);
		assert_string_equal(omni_interaction_errmsg(it), bad[i].says);
		harness_is(h, omni_interaction_put(h->db, it, &fact),
		    OMNI_INVALID);
		assert_string_equal(omni_errmsg(h->db), bad[i].says);
		omni_interaction_free(it);
	}
	it = omni_interaction_new("store", "sale");
	harness_is(h, omni_interaction_set_time(it, INT64_MAX - 1),
	    OMNI_INVALID);
	harness_is(h, omni_interaction_put(h->db, it, &fact), OMNI_INVALID);
	assert_non_null(strstr(omni_errmsg(h->db), "time"));
	/* Set well, it is well. */
	harness_ok(h, omni_interaction_set_time(it, HARNESS_NOW));
	harness_is(h, omni_interaction_set_body(it, "{\"a\":"),
	    OMNI_INVALID);
	harness_is(h, omni_interaction_put(h->db, it, &fact), OMNI_INVALID);
	assert_non_null(strstr(omni_errmsg(h->db), "body is not JSON"));
	harness_ok(h, omni_interaction_set_body(it, "{\"a\":1}"));
	harness_ok(h, omni_interaction_put(h->db, it, &fact));
	assert_true(fact > 0);
	/* A reference that was left out does not come back. */
	harness_is(h, omni_interaction_add_reference(it, "order", ""),
	    OMNI_INVALID);
	harness_ok(h, omni_interaction_add_reference(it, "order", "W1"));
	harness_is(h, omni_interaction_put(h->db, it, &fact), OMNI_INVALID);
	omni_interaction_free(it);
}

static void
no_string_is_too_long_to_be_told_so(void **state)
{
	omni_interaction *it = omni_interaction_new("store", "sale");
	size_t size = (size_t)1 << 20;
	char *text = malloc(size + 4);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', size + 2);
	text[size + 2] = '\0';
	assert_int_equal(omni_interaction_set_key(it, text, "1"),
	    OMNI_INVALID);
	assert_int_equal(omni_interaction_set_key(it, "pos", text),
	    OMNI_INVALID);
	assert_int_equal(omni_interaction_add_reference(it, text, "1"),
	    OMNI_INVALID);
	assert_int_equal(omni_interaction_set_status(it, "order", "1", text),
	    OMNI_INVALID);
	/* A body of exactly the most is taken. */
	text[0] = text[size - 1] = '"';
	text[size] = '\0';
	assert_int_equal(omni_interaction_set_body(it, text), OMNI_OK);
	text[size - 1] = 'x';
	text[size] = '"';
	text[size + 1] = '\0';
	assert_int_equal(omni_interaction_set_body(it, text), OMNI_INVALID);
	omni_interaction_free(it);
	free(text);
}

static void
a_reference_has_the_last_status_it_was_given(void **state)
{
	omni_interaction *it = omni_interaction_new("store", "sale"), *copy;

	(void)state;
	assert_int_equal(omni_interaction_set_status(it, "order", "W1",
	    "placed"), OMNI_OK);
	assert_int_equal(omni_interaction_add_reference(it, "product", "X"),
	    OMNI_OK);
	assert_int_equal(omni_interaction_set_status(it, "order", "W1",
	    "paid"), OMNI_OK);
	assert_int_equal(omni_interaction_add_reference(it, "order", "W1"),
	    OMNI_OK);
	assert_int_equal(omni_interaction_keep(it, &copy), OMNI_OK);
	omni_interaction_free(it);
	assert_int_equal(omni_interaction_reference_count(copy), 2);
	assert_string_equal(omni_interaction_reference_type(copy, 0),
	    "order");
	assert_string_equal(omni_interaction_reference_key(copy, 0), "W1");
	assert_string_equal(omni_interaction_reference_status(copy, 0),
	    "paid");
	assert_string_equal(omni_interaction_reference_key(copy, 1), "X");
	assert_null(omni_interaction_reference_status(copy, 1));
	assert_null(omni_interaction_reference_key(copy, 2));
	assert_null(omni_interaction_reference_key(copy, -1));
	omni_interaction_free(copy);
}

static void
any_json_is_a_body_and_nothing_else(void **state)
{
	static const char *const good[] = {
		"{}", "[1, 2]", "\"caf\xc3\xa9\"", "null", " 12 ", "true",
		"123456789012345678901234567890", "\"\\u0000\"", "{\"a\":19.90}"
	};
	static const char *const bad[] = {
		"", "{", "nul", "'a'", "{\"a\":1}x", "\"\xff\"", "[1,]", NULL
	};
	omni_interaction *it = omni_interaction_new("web", "visit");
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(good); i++) {
		assert_int_equal(omni_interaction_set_body(it, good[i]),
		    OMNI_OK);
		assert_string_equal(omni_interaction_body(it), good[i]);
	}
	for (i = 0; i < OMNI__COUNT(bad); i++)
		assert_int_equal(omni_interaction_set_body(it, bad[i]),
		    OMNI_INVALID);
	omni_interaction_free(it);
}

static void
references_read_back_as_they_were_written(void **state)
{
	static const char letters[] = "a\"\\[],u0\xc3\xa9";
	struct harness fake = { .engine = "no store" };
	struct omni__arena arena = { .env = NULL };
	char texts[3][12];
	int round, i, j;

	(void)state;
	harness_seed(&fake, "references");
	for (round = 0; round < 2000; round++) {
		struct omni__reference in[4];
		struct omni__mention out;
		const char *text;
		size_t count = 1 + (size_t)harness_random(&fake, 4), n;

		for (i = 0; i < 3; i++) {
			int size = 1 + (int)harness_random(&fake, 10);

			for (j = 0; j < size; j++)
				texts[i][j] = letters[harness_random(&fake,
				    sizeof(letters) - 1)];
			texts[i][size] = '\0';
		}
		for (n = 0; n < count; n++) {
			in[n].type = texts[harness_random(&fake, 3)];
			in[n].key = texts[harness_random(&fake, 3)];
			in[n].status = harness_random(&fake, 2) ?
			    texts[harness_random(&fake, 3)] : NULL;
		}
		text = omni__references_write(&arena, in, count);
		assert_true(omni__references_bound(text) >= count);
		for (n = 0; n < count; n++) {
			assert_int_equal(omni__reference_next(&arena, &text,
			    &out), OMNI_OK);
			assert_int_equal(out.type.size, strlen(in[n].type));
			assert_memory_equal(out.type.bytes, in[n].type,
			    out.type.size);
			assert_int_equal(out.key.size, strlen(in[n].key));
			assert_memory_equal(out.key.bytes, in[n].key,
			    out.key.size);
			assert_int_equal(out.status.bytes == NULL,
			    in[n].status == NULL);
			if (in[n].status != NULL)
				assert_memory_equal(out.status.bytes,
				    in[n].status, out.status.size);
		}
		assert_int_equal(omni__reference_next(&arena, &text, &out),
		    OMNI_DONE);
		omni__arena_reset(&arena);
	}
	omni__arena_free(&arena);
}

static void
damaged_references_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "[", "[]", "[[]]", "[[\"a\"]]", "[[\"a\",\"b\"]",
		"[[\"a\",\"b\",\"c\",\"d\"]]", "[[\"a\",\"b\\\"]]",
		"[[\"a\",\"b\\n\"]]", "[[\"a\",\"b\"]]x", "[[\"a\",1]]",
		"[[\"a\",\"b\\u12\"]]", "[[\"a\",\"b\"],]"
	};
	struct omni__arena arena = { .env = NULL };
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(bad); i++) {
		struct omni__mention mention;
		const char *at = bad[i];
		omni_status status;

		do
			status = omni__reference_next(&arena, &at, &mention);
		while (status == OMNI_OK);
		if (strcmp(bad[i], "[]") == 0)
			continue;	/* ends at the bracket, or not at all */
		assert_int_equal(status, OMNI_CORRUPT);
	}
	omni__arena_free(&arena);
}

/* ---- timelines ------------------------------------------------------ */

static void
what_was_put_is_read_back_whole(void **state)
{
	struct harness *h = harness_of(state);
	omni_interaction *it = omni_interaction_new("store", "sale"), *copy;
	omni_timeline *timeline = NULL;
	const omni_interaction *got;
	omni_record *record = who(1, 0);
	char id[OMNI_ID_SIZE];
	int64_t fact = 0, again = 0;

	put_person(h, 1, 1);
	customer_id(h, 1, id);
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
		item = find_item(model, omni_interaction_fact(it));
		assert_non_null(item);
		assert_int_equal(omni_interaction_time(it),
		    item->event.time);
		assert_string_equal(omni_interaction_channel(it),
		    item->event.channel);
		if (last->fact != 0)
			assert_true(oldest ? by_place(last, item) < 0 :
			    by_place(last, item) > 0);
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
	customer_id(h, 0, id);
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
			put_random(h, other, model, 2, rows);
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
	put_person(h, 0, rows);
	put_person(h, 1, rows);
	other = harness_open(h);
	for (round = 0; round < 6; round++) {
		for (i = 0; i < 80; i++)
			put_random(h, h->db, model, 2, rows);
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
	    channels[harness_random(h, 4)];
	const char *kind = harness_random(h, 2) ? NULL :
	    kinds[harness_random(h, 3)];
	const char *key = harness_random(h, 2) ? NULL :
	    model->keys[harness_random(h, 8)];
	int64_t since = harness_random(h, 2) ? OMNI_TIME_UNKNOWN :
	    random_time(h), until = harness_random(h, 2) ?
	    OMNI_TIME_UNKNOWN : random_time(h);
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
	customer_id(h, 0, id);
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
	put_person(h, 0, 3);
	put_person(h, 1, 3);
	for (i = 0; i < 250; i++)
		put_random(h, h->db, model, 2, 3);
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

	put_person(h, 1, 1);
	customer_id(h, 1, id);
	(void)put_at(h, 1, "store", "sale", HARNESS_NOW);
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

	put_person(h, 1, 1);
	customer_id(h, 1, id);
	first = put_at(h, 1, "web", "order", HARNESS_NOW - 3 * HARNESS_DAY);
	last = put_at(h, 1, "call", "call", HARNESS_NOW - HARNESS_DAY);
	late = put_at(h, 1, "kiosk", "visit", HARNESS_NOW - 2 * HARNESS_DAY);
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

	put_person(h, 1, 1);
	customer_id(h, 1, id);
	for (i = 0; i < 4; i++) {
		h->now += HARNESS_MINUTE;
		facts[i] = put_at(h, 1, "till", "sale",
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

	put_person(h, 0, 1);
	put_person(h, 1, 1);
	for (i = 0; i < 4; i++)
		facts[i] = put(h, h->db, &events[i]);
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

	put_person(h, 1, 1);
	customer_id(h, 1, id);
	for (i = 0; i < 50; i++)
		(void)put_at(h, 1, "web", "visit", HARNESS_NOW - i);
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

	put_person(h, 1, 1);
	customer_id(h, 1, id);
	for (i = 0; i < 30; i++)
		(void)put_at(h, 1, "web", "visit", HARNESS_NOW - i);
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

/* ---- cases ---------------------------------------------------------- */

static void
define_channel(struct harness *h, const char *name, int32_t direction)
{
	omni_channel *channel = omni_channel_new(name);

	assert_non_null(channel);
	harness_ok(h, omni_channel_set_direction(channel, direction));
	harness_ok(h, omni_channel_put(h->db, channel, NULL));
	omni_channel_free(channel);
}

/* The naive fold of one reference. */
static void
check_case(struct harness *h, const struct model *model, const char *key)
{
	const struct item *last = NULL, *known = NULL;
	bool seen[4] = { false, false, false, false };
	char id[OMNI_ID_SIZE];
	int32_t changes = 0, count = 0, mentions = 0, i;
	omni_case *c = NULL;
	size_t n;

	for (n = 0; n < model->count; n++) {
		const struct item *item = &model->items[n];

		if (item->event.key == NULL ||
		    strcmp(item->event.key, key) != 0)
			continue;
		mentions++;
		for (i = 0; i < 4; i++)
			seen[i] |= item->event.channel == channels[i];
		if (known == NULL || by_place(known, item) < 0)
			known = item;
		if (item->event.status == NULL)
			continue;
		changes++;
		if (last == NULL || by_place(last, item) < 0)
			last = item;
	}
	harness_is(h, omni_case_get(h->db, "order", key, &c),
	    mentions > 0 ? OMNI_OK : OMNI_NONE);
	if (mentions == 0)
		return;
	assert_int_equal(omni_case_changes(c), changes);
	if (last == NULL)
		assert_null(omni_case_state(c));
	else {
		assert_string_equal(omni_case_state(c), last->event.status);
		assert_int_equal(omni_case_time(c), last->event.time);
	}
	customer_id(h, known->event.person, id);
	assert_string_equal(omni_case_customer(c), id);
	seen[3] = false;	/* "mail" goes out */
	for (i = 0; i < 4; i++)
		count += seen[i];
	assert_int_equal(omni_case_channel_count(c), count);
	for (i = 1; i < count; i++)
		assert_true(strcmp(omni_case_channel(c, i - 1),
		    omni_case_channel(c, i)) < 0);
	for (i = 0; i < count; i++)
		assert_string_not_equal(omni_case_channel(c, i), "mail");
	assert_null(omni_case_channel(c, count));
	omni_case_free(c);
}

static void
a_case_is_the_fold_of_its_history(void **state)
{
	struct harness *h = harness_of(state);
	struct model *model = model_new();
	int round, i;

	harness_seed(h, "cases");
	put_person(h, 0, 2);
	put_person(h, 1, 2);
	define_channel(h, "mail", OMNI_DIRECTION_OUT);
	define_channel(h, "web", OMNI_DIRECTION_BOTH);
	for (round = 0; round < 12; round++) {
		for (i = 0; i < 8; i++)
			check_case(h, model, model->keys[i]);
		for (i = 0; i < 12; i++)
			put_random(h, h->db, model, 2, 2);
	}
	free(model);
}

static void
a_case_of_nobody_has_no_customer(void **state)
{
	struct harness *h = harness_of(state);
	const struct event nobody = { -1, 0, "web", "order",
		HARNESS_NOW - 1, "W1", "placed" };
	omni_case *c;

	(void)put(h, h->db, &nobody);
	harness_ok(h, omni_case_get(h->db, "order", "W1", &c));
	assert_null(omni_case_customer(c));
	assert_string_equal(omni_case_state(c), "placed");
	omni_case_free(c);
	harness_is(h, omni_case_get(h->db, "order", "W2", &c), OMNI_NONE);
	assert_null(c);
	harness_is(h, omni_case_get(h->db, "order", "", &c), OMNI_INVALID);
}

/* ---- settings ------------------------------------------------------- */

static void
set_at(struct harness *h, int row, const char *value, int64_t time)
{
	omni_record *record = who(1, row);

	harness_ok(h, omni_setting_put(h->db, record, "language", value,
	    time, NULL));
	omni_record_free(record);
}

static void
check_setting(struct harness *h, const char *wanted)
{
	char id[OMNI_ID_SIZE], *value = NULL;

	customer_id(h, 1, id);
	harness_is(h, omni_setting_get(h->db, id, "language", &value),
	    wanted != NULL ? OMNI_OK : OMNI_NONE);
	if (wanted != NULL)
		assert_string_equal(value, wanted);
	else
		assert_null(value);
	omni_text_free(value);
}

static void
a_setting_is_the_last_word_from_any_record(void **state)
{
	struct harness *h = harness_of(state);

	put_person(h, 1, 3);
	check_setting(h, NULL);
	set_at(h, 0, "sv", HARNESS_NOW - 100);
	check_setting(h, "sv");
	set_at(h, 1, "a \"quoted\\\" line\nand another", HARNESS_NOW - 50);
	check_setting(h, "a \"quoted\\\" line\nand another");
	/* What comes late was said early. */
	set_at(h, 2, "de", HARNESS_NOW - 70);
	check_setting(h, "a \"quoted\\\" line\nand another");
	set_at(h, 2, NULL, HARNESS_NOW - 40);
	check_setting(h, NULL);
	set_at(h, 2, "fi", HARNESS_NOW - 45);
	check_setting(h, NULL);
	set_at(h, 0, "", HARNESS_NOW - 30);
	check_setting(h, "");
	/* A clock in 2100 does not win for ever. */
	set_at(h, 0, "xx", INT64_C(4102444800000000));
	h->now += HARNESS_DAY;
	set_at(h, 1, "en", h->now);
	check_setting(h, "en");
}

static void
a_setting_without_sense_is_refused(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *record = who(1, 0);
	char id[OMNI_ID_SIZE], *value;

	put_person(h, 1, 1);
	customer_id(h, 1, id);
	harness_is(h, omni_setting_put(h->db, record, "", "x", OMNI_NOW,
	    NULL), OMNI_INVALID);
	harness_is(h, omni_setting_put(h->db, record, "a", "\xff", OMNI_NOW,
	    NULL), OMNI_INVALID);
	assert_string_equal(omni_errmsg(h->db),
	    "value is not UTF-8 at byte 0");
	harness_is(h, omni_setting_put(h->db, record, "a", "x",
	    INT64_MAX - 1, NULL), OMNI_INVALID);
	harness_is(h, omni_setting_get(h->db, id, NULL, &value),
	    OMNI_INVALID);
	harness_is(h, omni_setting_get(h->db, "x", "a", &value),
	    OMNI_INVALID);
	omni_record_free(record);
}

/* ---- projections ---------------------------------------------------- */

static const struct omni__sql count_rows = {
	.name = "test_count_rows",
	.in = "",
	.out = "iiiii",
	.sql = "SELECT (SELECT count(*) FROM omni_timeline),\n"
	    "  (SELECT count(*) FROM omni_reference),\n"
	    "  (SELECT count(*) FROM omni_usage),\n"
	    "  (SELECT coalesce(CAST(sum(u.count) AS BIGINT), 0)"
	    " FROM omni_usage u),\n"
	    "  (SELECT count(*) FROM omni_setting)",
};

static void
count_all(struct harness *h, int64_t counts[5])
{
	struct omni__result result;
	int i;

	harness_ok(h, omni__enter(h->db));
	harness_ok(h, omni__query(h->db, &count_rows, NULL, 1, &result));
	for (i = 0; i < 5; i++)
		counts[i] = result.values[i].number;
	(void)omni__leave(h->db, OMNI_OK);
}

static const struct omni__sql usage_of = {
	.name = "test_usage_of",
	.in = "record:b",
	.out = "ttii",
	.sql = "SELECT c.text, k.text, u.count, u.latest FROM omni_usage u\n"
	    "JOIN omni_term c ON c.number = u.channel\n"
	    "JOIN omni_term k ON k.number = u.kind\n"
	    "WHERE u.record = $record",
};

static void
check_usage(struct harness *h, const struct model *model, int row)
{
	unsigned char id[OMNI__ID];
	struct omni__value in = omni__blob(id, sizeof(id));
	struct omni__result result;
	char key[32];
	size_t i, n, total = 0, all = 0;

	record_key(key, 0, row);
	harness_ok(h, omni__enter(h->db));
	omni__record_id(h->db, "crm", key, id);
	harness_ok(h, omni__query(h->db, &usage_of, &in, 1, &result));
	for (n = 0; n < model->count; n++)
		all += model->items[n].event.person == 0 &&
		    model->items[n].event.row == row;
	for (i = 0; i < result.count; i++) {
		const struct omni__value *got = OMNI__AT(&result, i, 0);
		int64_t count = 0, latest = INT64_MIN;

		for (n = 0; n < model->count; n++) {
			const struct event *event = &model->items[n].event;

			if (event->person != 0 || event->row != row ||
			    strcmp(event->channel, got[0].bytes) != 0 ||
			    strcmp(event->kind, got[1].bytes) != 0)
				continue;
			count++;
			if (event->time > latest)
				latest = event->time;
		}
		assert_int_equal(got[2].number, count);
		assert_int_equal(got[3].number, latest);
		total += (size_t)count;
	}
	assert_int_equal(total, all);
	(void)omni__leave(h->db, OMNI_OK);
}

static void
usage_counts_what_was_put(void **state)
{
	struct harness *h = harness_of(state);
	struct model *model = model_new();
	int i;

	harness_seed(h, "usage");
	put_person(h, 0, 2);
	for (i = 0; i < 150; i++)
		put_random(h, h->db, model, 1, 2);
	check_usage(h, model, 0);
	check_usage(h, model, 1);
	free(model);
}

/* ---- one big batch, taken in again and taken out --------------------- */

struct rebuild {
	size_t step;
};

static omni_status
again(struct omni *db, void *context)
{
	const struct rebuild *rebuild = context;
	struct omni__fact *facts;
	int64_t after = 0;
	omni_status status;
	size_t count;

	status = db->ops->script(db->store, "DELETE FROM omni_timeline;\n"
	    "DELETE FROM omni_reference;\nDELETE FROM omni_usage;\n"
	    "DELETE FROM omni_setting", &db->error);
	while (status == OMNI_OK) {
		status = omni__facts_scan(db, after, rebuild->step, &facts,
		    &count);
		if (status != OMNI_OK || count == 0)
			break;
		after = facts[count - 1].id;
		status = omni__timeline_apply(db, facts, count);
	}
	return status;
}

static const struct omni__sql *const dumps[] = {
	&(const struct omni__sql){ .name = "test_timeline", .in = "",
	    .out = "biiii", .sql = "SELECT t.record, t.happened, t.fact,"
	    " t.channel, t.kind FROM omni_timeline t"
	    " ORDER BY t.record, t.happened, t.fact" },
	&(const struct omni__sql){ .name = "test_reference", .in = "",
	    .out = "ttiit", .sql = "SELECT r.type, r.key, r.happened, r.fact,"
	    " r.status FROM omni_reference r ORDER BY r.fact, r.key" },
	&(const struct omni__sql){ .name = "test_usage", .in = "",
	    .out = "biiii", .sql = "SELECT u.record, u.channel, u.kind,"
	    " u.count, u.latest FROM omni_usage u"
	    " ORDER BY u.record, u.channel, u.kind" },
	&(const struct omni__sql){ .name = "test_setting", .in = "",
	    .out = "biiit", .sql = "SELECT s.record, s.name, s.happened,"
	    " s.fact, s.value FROM omni_setting s"
	    " ORDER BY s.record, s.name" },
};

/* All rows of all tables as text. */
static void
dump(struct harness *h, struct omni__buf *out)
{
	size_t i, n;

	omni__buf_clear(out);
	harness_ok(h, omni__enter(h->db));
	for (i = 0; i < OMNI__COUNT(dumps); i++) {
		struct omni__result result;

		harness_ok(h, omni__query(h->db, dumps[i], NULL, 1,
		    &result));
		for (n = 0; n < result.count * result.columns; n++) {
			const struct omni__value *value = &result.values[n];

			if (value->type == OMNI__INT)
				omni__buf_printf(out, "%lld ",
				    (long long)value->number);
			else if (value->type == OMNI__NULL)
				omni__buf_str(out, "- ");
			else
				omni__buf_add(out, value->bytes, value->size);
		}
	}
	(void)omni__leave(h->db, OMNI_OK);
	assert_false(out->failed);
}

static void
batches_of_any_size_make_the_same_projections(void **state)
{
	struct harness *h = harness_of(state);
	struct omni__buf before = { .env = NULL }, after = { .env = NULL };
	struct rebuild rebuild;
	struct model *model = model_new();
	int i;

	harness_seed(h, "batches");
	put_person(h, 0, 3);
	put_person(h, 1, 3);
	for (i = 0; i < 200; i++)
		put_random(h, h->db, model, 2, 3);
	for (i = 0; i < 20; i++)
		set_at(h, (int)harness_random(h, 3),
		    harness_random(h, 4) ? channels[harness_random(h, 4)] :
		    NULL, random_time(h));
	dump(h, &before);
	for (i = 0; i < 4; i++) {
		rebuild.step = i == 0 ? 10000 :
		    1 + (size_t)harness_random(h, 60);
		harness_ok(h, omni__enter(h->db));
		harness_ok(h, omni__transact(h->db, true, again, &rebuild));
		(void)omni__leave(h->db, OMNI_OK);
		dump(h, &after);
		assert_int_equal(before.size, after.size);
		assert_memory_equal(before.bytes, after.bytes, after.size);
	}
	omni__buf_free(&before);
	omni__buf_free(&after);
	free(model);
}

struct erase {
	unsigned char ids[2][OMNI__ID];
	size_t count;
};

static omni_status
erase(struct omni *db, void *context)
{
	struct erase *e = context;
	const unsigned char *const records[] = { e->ids[0], e->ids[1] };
	int64_t *facts;
	omni_status status;

	status = omni__timeline_erase(db, records, 2, &facts, &e->count);
	if (status == OMNI_OK)
		status = omni__facts_erase(db, facts, e->count);
	return status;
}

static void
an_erasure_takes_everything_out_and_nothing_else(void **state)
{
	struct harness *h = harness_of(state);
	struct omni__buf kept = { .env = NULL }, after = { .env = NULL };
	struct rebuild rebuild = { 1000 };
	struct erase e;
	int64_t counts[5];
	int i;

	put_person(h, 1, 2);
	put_person(h, 2, 1);
	for (i = 0; i < 3; i++) {
		const struct event event = { 2, 0, "web", "order",
			HARNESS_NOW - i, "W1", "placed" };

		(void)put(h, h->db, &event);
	}
	dump(h, &kept);
	/* More than one page of them, and settings that were outdone. */
	for (i = 0; i < 620; i++) {
		const struct event event = { 1, i % 2, "web", "order",
			HARNESS_NOW - i % 50, "W1", "paid" };

		(void)put(h, h->db, &event);
	}
	for (i = 0; i < 5; i++)
		set_at(h, 0, "sv", HARNESS_NOW - 10 + i);
	harness_ok(h, omni__enter(h->db));
	omni__record_id(h->db, "crm", "1-0", e.ids[0]);
	omni__record_id(h->db, "crm", "1-1", e.ids[1]);
	harness_ok(h, omni__transact(h->db, true, erase, &e));
	(void)omni__leave(h->db, OMNI_OK);
	assert_int_equal(e.count, 625);
	dump(h, &after);
	assert_string_equal(after.bytes, kept.bytes);
	count_all(h, counts);
	assert_int_equal(counts[0], 3);
	assert_int_equal(counts[1], 3);
	assert_int_equal(counts[3], 3);
	assert_int_equal(counts[4], 0);
	/* What was erased stays away when all is made anew. */
	harness_ok(h, omni__enter(h->db));
	harness_ok(h, omni__transact(h->db, true, again, &rebuild));
	(void)omni__leave(h->db, OMNI_OK);
	dump(h, &after);
	assert_string_equal(after.bytes, kept.bytes);
	omni__buf_free(&kept);
	omni__buf_free(&after);
}

/* ---- out of memory -------------------------------------------------- */

struct failing {
	long left;		/* allocations until the one that fails */
	bool failed;
};

static void *
failing_allocate(void *user, void *memory, size_t size)
{
	struct failing *failing = user;

	if (size == 0) {
		free(memory);
		return NULL;
	}
	if (failing->left-- == 0) {
		failing->failed = true;
		return NULL;
	}
	return realloc(memory, size);
}

static omni_status
read_all(omni_timeline *timeline)
{
	const omni_interaction *it;
	omni_interaction *copy = NULL;
	omni_status status;

	while ((status = omni_timeline_next(timeline, &it)) == OMNI_OK) {
		status = omni_interaction_keep(it, &copy);
		omni_interaction_free(copy);
		if (status != OMNI_OK)
			break;
	}
	omni_timeline_free(timeline);
	return status == OMNI_DONE ? OMNI_OK : status;
}

static omni_status
read_everything(omni *db, const char *id, const omni_filter *filter)
{
	omni_timeline *timeline;
	omni_case *c = NULL;
	char *value = NULL;
	omni_status status;

	status = omni_timeline_open(db, id, filter, &timeline);
	if (status == OMNI_OK)
		status = read_all(timeline);
	if (status == OMNI_OK)
		status = omni_story_open(db, "order", "W1", NULL, &timeline);
	if (status == OMNI_OK)
		status = read_all(timeline);
	if (status == OMNI_OK)
		status = omni_case_get(db, "order", "W1", &c);
	omni_case_free(c);
	if (status == OMNI_OK)
		status = omni_setting_get(db, id, "language", &value);
	omni_text_free(value);
	return status;
}

static void
any_allocation_may_fail_and_the_next_call_works(void **state)
{
	struct harness *h = harness_of(state);
	struct failing failing = { 0, false };
	omni_filter *filter = omni_filter_new();
	char id[OMNI_ID_SIZE];
	omni_status status;
	int i;

	put_person(h, 1, 2);
	define_channel(h, "mail", OMNI_DIRECTION_OUT);
	for (i = 0; i < 45; i++) {
		const struct event event = { 1, i % 2, channels[i % 4],
			"order", HARNESS_NOW - i, "W1", "paid" };

		(void)put(h, h->db, &event);
	}
	set_at(h, 0, "sv", HARNESS_NOW);
	customer_id(h, 1, id);
	harness_ok(h, omni_filter_set_kind(filter, "order"));
	harness_ok(h, omni_filter_set_reference(filter, "order", "W1"));
	h->db->env.allocate = failing_allocate;
	h->db->env.allocate_user = &failing;
	for (i = 0; ; i++) {
		failing.left = i;
		failing.failed = false;
		status = read_everything(h->db, id, filter);
		if (!failing.failed)
			break;
		failing.left = -1;
		if (status != OMNI_OK)
			harness_is(h, status, OMNI_NOMEM);
		harness_ok(h, read_everything(h->db, id, filter));
	}
	harness_ok(h, status);
	assert_true(i > 10);
	print_message("# %d allocations failed, one by one\n", i);
	omni_filter_free(filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_string_is_too_long_to_be_told_so),
		cmocka_unit_test(
		    a_reference_has_the_last_status_it_was_given),
		cmocka_unit_test(any_json_is_a_body_and_nothing_else),
		cmocka_unit_test(references_read_back_as_they_were_written),
		cmocka_unit_test(damaged_references_are_refused),
		HARNESS_TEST(a_bad_value_is_named_at_once_and_by_the_put),
		HARNESS_TEST(what_was_put_is_read_back_whole),
		HARNESS_TEST(
		    pages_give_each_item_once_and_in_order_while_others_write),
		HARNESS_TEST(filters_let_through_what_a_naive_reader_would),
		HARNESS_TEST(a_word_never_heard_lets_nothing_through),
		HARNESS_TEST(a_late_arrival_lands_where_it_belongs),
		HARNESS_TEST(
		    a_doubtful_time_is_flagged_and_placed_by_when_it_was_told),
		HARNESS_TEST(without_a_time_it_happened_now),
		HARNESS_TEST(a_story_crosses_customers),
		HARNESS_TEST(nobody_and_nonsense_open_no_timeline),
		HARNESS_TEST(a_cursor_outlives_the_handle),
		HARNESS_TEST(an_error_sticks_to_its_cursor),
		HARNESS_TEST(a_case_is_the_fold_of_its_history),
		HARNESS_TEST(a_case_of_nobody_has_no_customer),
		HARNESS_TEST(a_setting_is_the_last_word_from_any_record),
		HARNESS_TEST(a_setting_without_sense_is_refused),
		HARNESS_TEST(usage_counts_what_was_put),
		HARNESS_TEST(batches_of_any_size_make_the_same_projections),
		HARNESS_TEST(an_erasure_takes_everything_out_and_nothing_else),
		HARNESS_TEST(any_allocation_may_fail_and_the_next_call_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
