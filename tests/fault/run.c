/*
 * Runs a scenario again and again while one operation after the other fails,
 * and judges what came of it: a clear failure or the whole effect, nothing
 * lost, nothing held, and a handle that works.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario.h"
#include "store/db.h"

/* ---- what a store holds --------------------------------------------- */

#define ROWS(table) "(SELECT count(*) FROM omni_" table ")"

static const struct omni__sql count_rows = {
	.name = "fault_count_rows", .out = "iiiiiiiiiiiiiiiiiii",
	.sql = "SELECT " ROWS("fact") ", " ROWS("host_key") ", "
	    ROWS("tombstone") ", " ROWS("feed") ", " ROWS("alias") ", "
	    ROWS("record") ", " ROWS("version") ", " ROWS("key") ", "
	    ROWS("verdict") ", " ROWS("timeline") ", " ROWS("reference") ", "
	    ROWS("usage") ", " ROWS("setting") ", " ROWS("definition") ", "
	    ROWS("statement") ", " ROWS("contact") ", " ROWS("reach") ", "
	    ROWS("message") ", " ROWS("response"),
};

struct fault_rows
fault_count(omni *db)
{
	struct omni__result result = { .count = 0 };
	struct fault_rows rows;
	omni_status status = omni__enter(db);
	size_t i;

	assert_int_equal(status, OMNI_OK);
	status = omni__query(db, &count_rows, NULL, 1, &result);
	scenario_must(db, status);
	assert_int_equal(result.count, 1);
	for (i = 0; i < FAULT_TABLES; i++)
		rows.rows[i] = result.values[i].number;
	(void)omni__leave(db, status);
	return rows;
}

bool
fault_rows_equal(const struct fault_rows *a, const struct fault_rows *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

void
fault_check(omni *db)
{
	omni_report *report = NULL;
	omni_status status = omni_check(db, &report);
	int32_t i;

	for (i = 0; i < omni_report_count(report); i++)
		print_error("check: %s\n", omni_report_line(report, i));
	omni_report_free(report);
	if (status != OMNI_OK)
		print_error("%s: %s\n", omni_status_name(status),
		    omni_errmsg(db));
	assert_int_equal(status, OMNI_OK);
}

/* ---- one trial ------------------------------------------------------ */

struct trial {
	struct harness *h;
	const struct scenario *scenario;
	const struct fault *fault;
	struct fault_tally *tally;
	bool cold;
	int64_t serial, held;
	struct fault_rows before;
	struct fault_rows effect;	/* what one call adds */
};

/* The feed, and the keys: how many a record has depends on what others have,
 * and a check tells whether they are right. */
enum { FEED = 3, KEYS = 7 };

/* Has the call, made once, had its whole effect? */
static bool
took_effect(const struct trial *t, const struct fault_rows *now)
{
	size_t i;

	for (i = 0; i < FAULT_TABLES; i++)
		if (i != KEYS && !(i == FEED && t->scenario->varies) &&
		    now->rows[i] != t->before.rows[i] + t->effect.rows[i])
			return false;
	return true;
}

static void
lose(struct trial *t, uint64_t n, const char *what, omni_status status)
{
	t->tally->losses++;
	if (t->tally->losses > 40)
		return;
	print_error("%s, %s, %s, point %llu: %s (%s: %s)\n",
	    t->scenario->name, t->cold ? "cold" : "warm", t->fault->name,
	    (unsigned long long)n, what, omni_status_name(status),
	    omni_errmsg(t->h->db));
}

static void
prepare(struct trial *t)
{
	static int64_t last = 1000;

	t->serial = ++last;
	if (t->scenario->prepare != NULL)
		t->scenario->prepare(t->h, t->serial);
	t->before = fault_count(t->h->db);
}

static void
reopen(struct trial *t)
{
	t->h->db = harness_open(t->h);
}

/* Everything is given back when the store is closed. */
static void
shut(struct trial *t, uint64_t n)
{
	int64_t left;

	omni_close(t->h->db);
	t->h->db = NULL;
	if (t->fault->held == NULL)
		return;
	left = t->fault->held() - t->held;
	if (left == 0)
		return;
	t->tally->losses++;
	print_error("%s, %s, %s, point %llu: %lld blocks are held\n",
	    t->scenario->name, t->cold ? "cold" : "warm", t->fault->name,
	    (unsigned long long)n, (long long)left);
	t->held += left;
}

/* The call failed: the store is as before, or as behind the commit. */
static void
judge_failure(struct trial *t, uint64_t n, omni_status status, bool fits)
{
	struct fault_rows now;
	bool same;

	t->tally->failures++;
	if (!fits)
		lose(t, n, "another status was expected", status);
	now = fault_count(t->h->db);
	same = fault_rows_equal(&now, &t->before);
	if (!same && !t->scenario->late &&
	    !(t->fault->uncertain && took_effect(t, &now)))
		lose(t, n, "the failed call left something", status);
	if (!same)
		prepare(t);
}

/* As a host makes the call, when nothing is wrong. */
static void
undisturbed(struct trial *t)
{
	omni_status status = t->scenario->run(t->h, t->serial);

	if (status != OMNI_OK)
		print_error("%s, undisturbed: %s: %s\n", t->scenario->name,
		    omni_status_name(status), omni_errmsg(t->h->db));
	assert_int_equal(status, OMNI_OK);
}

/* Learns what a call adds, and has the handle prepare its statements. */
static void
rehearse(struct trial *t)
{
	struct fault_rows after;
	size_t i;

	prepare(t);
	undisturbed(t);
	after = fault_count(t->h->db);
	for (i = 0; i < FAULT_TABLES; i++)
		t->effect.rows[i] = after.rows[i] - t->before.rows[i];
	prepare(t);
}

/* The call found its way round the fault: it counts once. */
static void
judge_success(struct trial *t, uint64_t n, omni_status status)
{
	struct fault_rows now = fault_count(t->h->db);

	size_t i;

	t->tally->benign++;
	if (!took_effect(t, &now)) {
		lose(t, n, "the effect is another one", status);
		for (i = 0; i < FAULT_TABLES; i++)
			print_error("%lld (%lld) ", (long long)(now.rows[i] -
			    t->before.rows[i]), (long long)t->effect.rows[i]);
		print_error("\n");
	}
	prepare(t);
}

/* The status must fit before another call on the handle changes its text. */
static bool
judge(struct trial *t, uint64_t n)
{
	omni_status status;
	bool fired;

	t->fault->arm(n);
	status = t->scenario->run(t->h, t->serial);
	fired = t->fault->disarm();
	t->tally->points++;
	if (status < 0 && fired)
		judge_failure(t, n, status, t->fault->fits(status));
	else if (status < 0)
		lose(t, n, "it fails without a fault", status);
	else if (fired)
		judge_success(t, n, status);
	return fired;
}

void
fault_try(struct harness *h, const struct scenario *scenario,
    const struct fault *fault, bool cold, uint64_t stride,
    struct fault_tally *tally)
{
	struct trial t = {
		.h = h, .scenario = scenario, .fault = fault,
		.tally = tally, .cold = cold,
	};
	uint64_t n = 1 + harness_random(h, stride);
	bool fired = true;

	omni_close(h->db);
	h->db = NULL;
	t.held = fault->held != NULL ? fault->held() : 0;
	reopen(&t);
	rehearse(&t);
	while (fired) {
		if (cold) {
			shut(&t, n);
			reopen(&t);
		}
		fired = judge(&t, n);
		n += stride;
	}
	shut(&t, n);
	reopen(&t);
	prepare(&t);
	undisturbed(&t);
}

void
fault_report(const char *test, const struct fault_tally *tally)
{
	printf("# %s: %llu points, %llu clear failures, %llu without effect, "
	    "%llu losses\n", test, (unsigned long long)tally->points,
	    (unsigned long long)tally->failures,
	    (unsigned long long)tally->benign,
	    (unsigned long long)tally->losses);
	(void)fflush(stdout);
}

bool
fault_long(void)
{
	const char *given = getenv("OMNI_FAULT_LONG");

	return given != NULL && strcmp(given, "") != 0 &&
	    strcmp(given, "0") != 0;
}

/* Only every so many-th point: where each costs much, as with sanitizers. */
static uint64_t
thinned(void)
{
	const char *given = getenv("OMNI_FAULT_STRIDE");
	long long n = given != NULL ? strtoll(given, NULL, 10) : 1;

	return n > 1 ? (uint64_t)n : 1;
}

void
fault_torture(struct harness *h, const char *test,
    const struct scenario *list, size_t count,
    const struct fault *const *faults, size_t fault_count,
    uint64_t stride)
{
	uint64_t every = thinned();
	uint64_t wide = fault_long() ? 1 : stride * every;
	struct fault_tally tally = { .points = 0 };
	size_t i, j;

	harness_seed(h, test);
	scenario_populate(h);
	for (i = 0; i < count; i++)
		for (j = 0; j < fault_count; j++) {
			fault_try(h, &list[i], faults[j], false,
			    list[i].heavy ? wide : every, &tally);
			fault_try(h, &list[i], faults[j], true, wide, &tally);
		}
	fault_check(h->db);
	fault_report(test, &tally);
	assert_int_equal(tally.losses, 0);
}
