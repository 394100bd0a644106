/*
 * The law of identity: who is who is a pure function of the facts that are
 * held.  Random histories (in any order, batched in any way, with changes,
 * removals, returns and verdicts) end in the same customers with the same ids
 * as one bulk load of what is left.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness_world.h"

#define OPS_MAX (RECORDS_MAX * (2 * VERSIONS_MAX + 2) + DEEDS_MAX + \
    VERDICTS_MAX)

/* ---- a history: what happens to a store ----------------------------- */

enum what { KEEP, LOSE, REMOVE, DO, RULE };

struct op {
	enum what what;
	size_t row, n;		/* n: which version, deed or verdict */
	uint64_t when;		/* ops are done by this */
};

struct history {
	struct op ops[OPS_MAX];
	size_t count;
};

static struct op *
append(struct harness *h, struct history *history, enum what what,
    size_t row, size_t n)
{
	struct op *op = &history->ops[history->count++];

	assert_true(history->count <= OPS_MAX);
	op->what = what;
	op->row = row;
	op->n = n;
	op->when = harness_random(h, UINT64_C(1) << 40);
	return op;
}

static int
compare_ops(const void *left, const void *right)
{
	const struct op *a = left, *b = right;

	return a->when < b->when ? -1 : a->when > b->when;
}

static int
compare_whens(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* What was appended from `from` on happens in the order it was appended. */
static void
in_this_order(struct history *history, size_t from)
{
	uint64_t whens[OPS_MAX];
	size_t i, n = 0;

	for (i = from; i < history->count; i++)
		whens[n++] = history->ops[i].when;
	qsort(whens, n, sizeof(*whens), compare_whens);
	for (i = from; i < history->count; i++)
		history->ops[i].when = whens[i - from];
}

/* Versions that go come before the removal, those that stay after it. */
static void
append_row(struct harness *h, struct history *history,
    const struct world *w, size_t r)
{
	const struct row *row = &w->rows[r];
	size_t k, from = history->count, turn;

	for (k = 0; k < row->lost_count; k++)
		(void)append(h, history, LOSE, r, k);
	if (row->lost_count > 0)
		(void)append(h, history, REMOVE, r, 0);
	turn = pick(h, row->kept_count);
	for (k = 0; k < row->kept_count; k++)
		(void)append(h, history, KEEP, r,
		    (k + turn) % row->kept_count);
	if (row->lost_count > 0)
		in_this_order(history, from);
}

static void
history_make(struct harness *h, struct history *history,
    const struct world *w)
{
	size_t i, from;

	history->count = 0;
	for (i = 0; i < w->row_count; i++)
		append_row(h, history, w, i);
	for (i = 0; i < w->deed_count; i++)
		(void)append(h, history, DO, 0, i);
	from = history->count;
	for (i = 0; i < w->verdict_count; i++)
		(void)append(h, history, RULE, 0, i);
	in_this_order(history, from);
	qsort(history->ops, history->count, sizeof(*history->ops),
	    compare_ops);
}

/* ---- doing it ------------------------------------------------------- */

static omni_record *
make_record(struct harness *h, const struct version *v, const char *key)
{
	omni_record *record = omni_record_new();
	size_t i;

	assert_non_null(record);
	if (key != NULL)
		harness_ok(h, omni_record_set_source(record, "crm", key));
	harness_ok(h, omni_record_set_time(record, v->time));
	for (i = 0; i < v->count; i++)
		harness_ok(h, omni_record_add(record, v->features[i].kind,
		    v->features[i].value));
	return record;
}

static omni_interaction *
make_deed(struct harness *h, const struct world *w, size_t n)
{
	const struct deed *deed = &w->deeds[n];
	omni_interaction *it = omni_interaction_new("web", "visit");
	omni_record *who = NULL;
	char key[16];

	assert_non_null(it);
	if (deed->row == SIZE_MAX)
		who = make_record(h, &deed->who, NULL);
	else {
		who = omni_record_new();
		harness_ok(h, omni_record_set_source(who, "crm",
		    w->rows[deed->row].key));
	}
	(void)snprintf(key, sizeof(key), "D%zu", n);
	harness_ok(h, omni_interaction_set_key(it, "web", key));
	harness_ok(h, omni_interaction_set_who(it, who));
	/* What happens happens at some time; the clocks differ. */
	harness_ok(h, omni_interaction_set_time(it,
	    deed->who.time != OMNI_TIME_UNKNOWN ? deed->who.time :
	    HARNESS_NOW - 7 * HARNESS_DAY));
	omni_record_free(who);
	return it;
}

/* What comes again is held; what comes after an erasure may be turned away. */
static void
taken(struct harness *h, omni_status status)
{
	if (status != OMNI_DUPLICATE && status != OMNI_ERASED)
		harness_ok(h, status);
}

/* Puts alone when there is no batch. */
static void
put_op(struct harness *h, const struct world *w, const struct op *op,
    omni_batch *batch)
{
	omni_interaction *it = NULL;
	omni_record *record = NULL;

	if (op->what == DO)
		it = make_deed(h, w, op->n);
	else
		record = make_record(h, op->what == KEEP ?
		    &w->rows[op->row].kept[op->n] :
		    &w->rows[op->row].lost[op->n], w->rows[op->row].key);
	if (batch == NULL)
		taken(h, record != NULL ?
		    omni_record_put(h->db, record, NULL) :
		    omni_interaction_put(h->db, it, NULL));
	else if (record != NULL)
		harness_ok(h, omni_batch_add_record(batch, record));
	else
		harness_ok(h, omni_batch_add_interaction(batch, it));
	omni_record_free(record);
	omni_interaction_free(it);
}

static void
remove_op(struct harness *h, const struct world *w, const struct op *op)
{
	omni_status status = omni_record_remove(h->db, "crm",
	    w->rows[op->row].key);

	/* Somebody may have been erased meanwhile. */
	if (!w->erasing || status != OMNI_NONE)
		harness_ok(h, status);
}

static void
erase_somebody(struct harness *h, const struct world *w)
{
	omni_customer *customer = NULL;
	omni_status status;

	status = omni_customer_of(h->db, "crm",
	    w->rows[pick(h, w->row_count)].key, &customer);
	if (status == OMNI_NONE)
		return;
	harness_ok(h, status);
	harness_ok(h, omni_customer_erase(h->db,
	    omni_customer_id(customer)));
	omni_customer_free(customer);
}

static void
rule_op(struct harness *h, const struct world *w, size_t n)
{
	const struct verdict *v = &w->verdicts[n];
	omni_verdict *verdict = omni_verdict_new(v->what);
	size_t i;

	assert_non_null(verdict);
	for (i = 0; i < v->count; i++)
		harness_ok(h, omni_verdict_add(verdict,
		    v->what == OMNI_VERDICT_DIFFERENT && i + 1 == v->count,
		    "crm", w->rows[v->rows[i]].key));
	harness_ok(h, omni_verdict_put(h->db, verdict, NULL));
	omni_verdict_free(verdict);
}

static bool
is_put(const struct op *op)
{
	return op->what == KEEP || op->what == LOSE || op->what == DO;
}

/* The next ops, at most `size`, in one batch; returns how many. */
static size_t
put_batch(struct harness *h, const struct world *w, const struct op *ops,
    size_t count, size_t size)
{
	omni_batch *batch = NULL;
	omni_status status;
	size_t i;

	harness_ok(h, omni_batch_new(h->db, &batch));
	for (i = 0; i < count && i < size && is_put(&ops[i]); i++)
		put_op(h, w, &ops[i], batch);
	status = omni_batch_commit(batch);
	if (!w->erasing || status != OMNI_PARTIAL)
		harness_ok(h, status);
	omni_batch_free(batch);
	return i;
}

static void
live(struct harness *h, const struct world *w, const struct history *history)
{
	/* Many come in larger batches, or it takes for ever. */
	size_t i = 0, batch = 12 + w->row_count / 8;
	size_t alone = w->row_count > 200 ? 30 : 2;

	while (i < history->count) {
		const struct op *op = &history->ops[i];

		/* Not so long that a time stops being believed. */
		h->now += (int64_t)pick(h, 1000);
		if (w->erasing && once_in(h, 10))
			erase_somebody(h, w);
		if (op->what == REMOVE)
			remove_op(h, w, op);
		else if (op->what == RULE)
			rule_op(h, w, op->n);
		else if (once_in(h, alone))
			put_op(h, w, op, NULL);
		else {
			i += put_batch(h, w, op, history->count - i,
			    1 + pick(h, batch));
			continue;
		}
		i++;
	}
}

/* What is left in the end, all at once. */
static void
load(struct harness *h, const struct world *w)
{
	struct op op = { .what = KEEP };
	omni_batch *batch = NULL;
	size_t i;

	harness_ok(h, omni_batch_new(h->db, &batch));
	for (i = 0; i < w->row_count; i++)
		for (op.row = i, op.n = 0; op.n < w->rows[i].kept_count;
		    op.n++)
			put_op(h, w, &op, batch);
	op.what = DO;
	for (op.n = 0; op.n < w->deed_count; op.n++)
		put_op(h, w, &op, batch);
	harness_ok(h, omni_batch_commit(batch));
	omni_batch_free(batch);
	for (i = 0; i < w->verdict_count; i++)
		rule_op(h, w, i);
}

/* ---- comparing ------------------------------------------------------ */

/* Is the record one of a customer of several? */
static bool
joined(struct harness *h, const omni_members *members)
{
	omni_customer *customer = NULL;
	bool several;

	harness_ok(h, omni_customer_get(h->db,
	    omni_members_customer(members), &customer));
	several = omni_customer_record_count(customer) > 1;
	omni_customer_free(customer);
	return several;
}

/* What the histories came to, so that one sees they were about something. */
struct tally {
	int64_t histories, changes, records, joined;
};

/* All records and their customers, as one text, to be freed. */
static char *
partition(struct harness *h, struct tally *tally)
{
	omni_members *members = NULL;
	size_t room = 1 << 16, size = 0;
	omni_status status;
	char *text = malloc(room);

	assert_non_null(text);
	text[0] = '\0';
	harness_ok(h, omni_members_open(h->db, 1, &members));
	while ((status = omni_members_next(members)) == OMNI_OK) {
		const char *source = omni_members_source(members);

		tally->records++;
		tally->joined += joined(h, members);
		assert_true(room - size > 200);
		size += (size_t)snprintf(text + size, room - size,
		    "%s %s %s\n", source != NULL ? source : "-",
		    omni_members_key(members),
		    omni_members_customer(members));
	}
	assert_int_equal(status, OMNI_DONE);
	omni_members_free(members);
	return text;
}

static void
sound(struct harness *h)
{
	omni_report *report = NULL;
	omni_status status = omni_check(h->db, &report);
	int32_t i;

	for (i = 0; i < omni_report_count(report); i++)
		print_error("%s\n", omni_report_line(report, i));
	omni_report_free(report);
	harness_ok(h, status);
}

static void
same(const char *left, const char *right, uint64_t seed, const char *what)
{
	if (strcmp(left, right) == 0)
		return;
	print_error("OMNI_TEST_SEED=%llu: %s\n",
	    (unsigned long long)seed, what);
	print_error("-- wanted\n%s-- found\n%s", right, left);
	fail();
}

static void
unchanged_by_a_rebuild(struct harness *h, const char *found, uint64_t seed)
{
	struct tally unused = { 0, 0, 0, 0 };
	char *again;

	harness_ok(h, omni_rebuild(h->db));
	again = partition(h, &unused);
	same(again, found, seed, "a rebuild changes who is who");
	free(again);
}

/* Each history on a fresh store; the bulk load on another one, which is
 * always embedded: both engines find the same. */
static void
check_history(struct harness *h, struct harness *bulk, enum shape shape,
    struct tally *tally)
{
	struct tally unused = { 0, 0, 0, 0 };
	static struct world w;
	static struct history history;
	uint64_t seed = h->random;
	char *found, *wanted;

	world_make(h, &w, shape);
	history_make(h, &history, &w);
	harness_renew(h);
	harness_renew(bulk);
	load(bulk, &w);
	wanted = partition(bulk, &unused);
	live(h, &w, &history);
	found = partition(h, tally);
	same(found, wanted, seed, "a history ends unlike its bulk load");
	sound(h);
	tally->changes += (int64_t)history.count;
	if (tally->histories++ % 5 == 0)
		unchanged_by_a_rebuild(h, found, seed);
	free(found);
	free(wanted);
}

static void
check_histories(void **state, enum shape shape, int64_t sqlite,
    int64_t postgres, const char *test)
{
	struct harness *h = harness_of(state);
	int64_t i, count = strcmp(h->engine, "sqlite") == 0 ? sqlite :
	    postgres;
	struct tally tally = { 0, 0, 0, 0 };
	void *other = NULL;

	harness_seed(h, test);
	assert_int_equal(harness_sqlite(&other), 0);
	for (i = 0; i < count; i++)
		check_history(h, other, shape, &tally);
	(void)harness_close(&other);
	printf("# %lld histories of %lld changes; %lld of %lld records share "
	    "a customer\n", (long long)tally.histories,
	    (long long)tally.changes, (long long)tally.joined,
	    (long long)tally.records);
	/* That such worlds are worth trying: some of their people meet, and
	 * some do not.  A share of a hundred records is chance; the many
	 * histories on SQLite, of the same shape, are judged. */
	if (tally.records >= 1000)
		assert_true(tally.joined > tally.records / 20 &&
		    tally.joined < tally.records);
}

/* ---- the tests ------------------------------------------------------ */

static void
any_history_of_a_few_ends_like_its_bulk_load(void **state)
{
	check_histories(state, SMALL, 970, 40, __func__);
}

static void
any_history_of_an_office_ends_like_its_bulk_load(void **state)
{
	check_histories(state, COMMON, 25, 2, __func__);
}

static void
any_history_of_one_seen_often_ends_like_its_bulk_load(void **state)
{
	check_histories(state, MANY_WAYS, 25, 2, __func__);
}

static void
any_history_of_a_crowd_ends_like_its_bulk_load(void **state)
{
	check_histories(state, CROWD, 4, 1, __func__);
}

static void
erased_ones_stay_so_in_a_rebuild(void **state)
{
	static struct world w;
	static struct history history;
	struct harness *h = harness_of(state);
	int i, count = strcmp(h->engine, "sqlite") == 0 ? 60 : 5;

	harness_seed(h, __func__);
	for (i = 0; i < count; i++) {
		struct tally tally = { 0, 0, 0, 0 };
		uint64_t seed = h->random;
		char *found;

		world_make(h, &w, SMALL);
		w.erasing = true;
		history_make(h, &history, &w);
		harness_renew(h);
		live(h, &w, &history);
		found = partition(h, &tally);
		sound(h);
		unchanged_by_a_rebuild(h, found, seed);
		free(found);
	}
}

int
main(void)
{
	/* Two thousand stores, none of which needs to outlive a power cut. */
	static const char memory[] = "/dev/shm";
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(any_history_of_a_few_ends_like_its_bulk_load),
		HARNESS_TEST(any_history_of_an_office_ends_like_its_bulk_load),
		HARNESS_TEST(
		    any_history_of_one_seen_often_ends_like_its_bulk_load),
		HARNESS_TEST(any_history_of_a_crowd_ends_like_its_bulk_load),
		HARNESS_TEST(erased_ones_stay_so_in_a_rebuild),
	};

	if (access(memory, W_OK) == 0)
		(void)setenv("TMPDIR", memory, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
