/*
 * The timeline room's projections: usage, batches of any size, erasure; and
 * what reading does when memory runs out.
 */
#include <stdio.h>
#include <string.h>

#include "harness_people.h"
#include "timeline/timeline.h"

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
	unsigned char id[OMNI__ID] = { 0 };
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
	people_put(h, 0, 2);
	for (i = 0; i < 150; i++)
		model_put(h, h->db, model, 1, 2);
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
	people_put(h, 0, 3);
	people_put(h, 1, 3);
	for (i = 0; i < 200; i++)
		model_put(h, h->db, model, 2, 3);
	for (i = 0; i < 20; i++)
		people_set(h, (int)harness_random(h, 3),
		    harness_random(h, 4) == 0 ? NULL :
		    model_channels[harness_random(h, 4)], model_time(h));
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

	people_put(h, 1, 2);
	people_put(h, 2, 1);
	for (i = 0; i < 3; i++) {
		const struct event event = { 2, 0, "web", "order",
			HARNESS_NOW - i, "W1", "placed" };

		(void)event_put(h, h->db, &event);
	}
	dump(h, &kept);
	/* More than one page of them, and settings that were outdone. */
	for (i = 0; i < 620; i++) {
		const struct event event = { 1, i % 10 == 0, "web", "order",
			HARNESS_NOW - i % 50, "W1", "paid" };

		(void)event_put(h, h->db, &event);
	}
	for (i = 0; i < 5; i++)
		people_set(h, 0, "sv", HARNESS_NOW - 10 + i);
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
	struct omni__env env = h->db->env;
	omni_filter *filter = omni_filter_new();
	char id[OMNI_ID_SIZE];
	omni_status status;
	int i;

	people_put(h, 1, 2);
	people_channel(h, "mail", OMNI_DIRECTION_OUT);
	for (i = 0; i < 45; i++) {
		const struct event event = { 1, i % 2, model_channels[i % 4],
			"order", HARNESS_NOW - i, "W1", "paid" };

		(void)event_put(h, h->db, &event);
	}
	people_set(h, 0, "sv", HARNESS_NOW);
	people_customer(h, 1, id);
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
	h->db->env = env;
	harness_ok(h, status);
	assert_true(i > 10);
	print_message("# %d allocations failed, one by one\n", i);
	omni_filter_free(filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(usage_counts_what_was_put),
		HARNESS_TEST(batches_of_any_size_make_the_same_projections),
		HARNESS_TEST(an_erasure_takes_everything_out_and_nothing_else),
		HARNESS_TEST(any_allocation_may_fail_and_the_next_call_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
