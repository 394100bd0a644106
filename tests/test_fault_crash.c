/*
 * A writer is killed at any moment, and a disk's quota runs out: what was
 * acknowledged is there, and the store goes on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fault/scenario.h"

/* ---- kill ----------------------------------------------------------- */

static const char *const calls[] = {
	"a new record", "an interaction", "a batch", "a record that changes",
	"an import of rows", "maintain", "a route kept",
};

/* Batches use the keys of interactions. */
static int64_t
serial_of(int64_t n)
{
	return n / (int64_t)OMNI__COUNT(calls) +
	    (strcmp(calls[(size_t)n % OMNI__COUNT(calls)], "a batch") == 0 ?
	    1000000 : 0);
}

/* Writes until it is killed; tells which call was acknowledged. */
static void
write_on(struct harness *h, int64_t from, int out)
{
	int64_t n;

	h->db = harness_open(h);
	for (n = from;; n++) {
		const struct scenario *s = scenario_named(
		    calls[(size_t)n % OMNI__COUNT(calls)]);

		if (s->run(h, serial_of(n)) != OMNI_OK ||
		    write(out, &n, sizeof(n)) != (ssize_t)sizeof(n))
			_exit(1);
	}
}

static void
wait_a_moment(uint64_t microseconds)
{
	struct timespec nap = { 0, (long)(microseconds * 1000) };

	(void)nanosleep(&nap, NULL);
}

/* The last call that was acknowledged, or from - 1. */
static int64_t
last_acknowledged(int in, int64_t from)
{
	int64_t n, last = from - 1;

	while (read(in, &n, sizeof(n)) == (ssize_t)sizeof(n))
		last = n;
	return last;
}

static int64_t
write_and_kill(struct harness *h, int64_t from)
{
	int64_t last;
	int pipes[2], status;
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)close(pipes[0]);
		write_on(h, from, pipes[1]);
	}
	(void)close(pipes[1]);
	wait_a_moment(3000 + harness_random(h, 60000));
	(void)kill(child, SIGKILL);
	last = last_acknowledged(pipes[0], from);
	(void)close(pipes[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	/* It did not end by itself. */
	assert_true(WIFSIGNALED(status));
	return last;
}

static bool
record_is_there(struct harness *h, const char *source, const char *stem,
    int64_t serial)
{
	char key[SCENARIO_KEY];
	omni_customer *customer = NULL;
	omni_status status;

	scenario_key(key, stem, serial);
	status = omni_customer_of(h->db, source, key, &customer);
	omni_customer_free(customer);
	return status == OMNI_OK;
}

static bool
order_is_there(struct harness *h, int64_t serial)
{
	char key[SCENARIO_KEY];
	omni_case *c = NULL;
	omni_status status;

	scenario_key(key, "R", serial);
	status = omni_case_get(h->db, "order", key, &c);
	omni_case_free(c);
	return status == OMNI_OK;
}

/* All of the call is there, or nothing; -1: a part. */
static int
is_there(struct harness *h, int64_t n)
{
	int64_t serial = serial_of(n);
	bool one, other;

	switch ((size_t)n % OMNI__COUNT(calls)) {
	case 0:
		return record_is_there(h, "crm", "K", serial);
	case 1:
		return order_is_there(h, serial);
	case 2:
		one = record_is_there(h, "web", "B", serial);
		other = order_is_there(h, serial);
		return one == other ? one : -1;
	case 4:
		one = record_is_there(h, "list", "M", serial);
		other = record_is_there(h, "list", "N", serial);
		return one == other ? one : -1;
	case 6:
		/* It is given back and not made anew. */
		return scenario_named("a route again")->run(h, serial) ==
		    OMNI_OK;
	default:
		return 1;
	}
}

static void
a_killed_writer_loses_nothing_acknowledged(void **state)
{
	struct harness *h = harness_of(state);
	int rounds = fault_long() ? 200 : 30, round;
	int64_t n, last, next = 0, losses = 0;

	harness_seed(h, __func__);
	scenario_populate(h);
	omni_close(h->db);
	h->db = NULL;
	for (round = 0; round < rounds; round++) {
		int64_t from = next;

		last = write_and_kill(h, from);
		h->db = harness_open(h);
		for (n = from; n <= last; n++)
			losses += is_there(h, n) != 1;
		/* What was in flight came as a whole or not at all; it is not
		 * tried again under the same number. */
		losses += is_there(h, last + 1) < 0;
		/* The next call of a series begins with a record. */
		next = (last + 2 + (int64_t)OMNI__COUNT(calls)) /
		    (int64_t)OMNI__COUNT(calls) *
		    (int64_t)OMNI__COUNT(calls);
		if (round % 5 == 0)
			fault_check(h->db);
		omni_close(h->db);
		h->db = NULL;
	}
	h->db = harness_open(h);
	fault_check(h->db);
	printf("# %d writers killed, about %lld calls, %lld losses\n", rounds,
	    (long long)next, (long long)losses);
	assert_int_equal(losses, 0);
}

/* ---- quota ---------------------------------------------------------- */

/* No file may become larger; what would be gets EFBIG. */
static void
limit_files(rlim_t size)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static rlim_t
log_size(const struct harness *h)
{
	char name[1100];
	struct stat at;

	(void)snprintf(name, sizeof(name), "%s-wal", h->url);
	assert_int_equal(stat(name, &at), 0);
	return (rlim_t)at.st_size;
}

/* Writes until the quota ends it. */
static void
run_into_limit(struct harness *h, rlim_t size, int64_t *serial)
{
	const struct scenario *s = scenario_named("a batch");
	struct fault_rows before, now;
	omni_status status;
	int i;

	limit_files(size);
	for (i = 0; i < 400; i++) {
		before = fault_count(h->db);
		status = s->run(h, ++*serial);
		if (status != OMNI_OK)
			break;
	}
	now = fault_count(h->db);
	if (status != OMNI_FULL)
		print_error("limit %llu: %s: %s\n", (unsigned long long)size,
		    omni_status_name(status), omni_errmsg(h->db));
	assert_int_equal(status, OMNI_FULL);
	assert_true(fault_rows_equal(&before, &now));
	limit_files(RLIM_INFINITY);
	/* The very call that failed. */
	scenario_must(h->db, s->run(h, *serial));
}

static void
a_full_quota_is_told_and_survived(void **state)
{
	struct harness *h = harness_of(state);
	int tries = fault_long() ? 400 : 40, i;
	int64_t serial = 0;

	(void)signal(SIGXFSZ, SIG_IGN);
	harness_seed(h, __func__);
	scenario_populate(h);
	for (i = 0; i < tries; i++) {
		run_into_limit(h, log_size(h) + harness_random(h, 200000),
		    &serial);
		if (i % 8 == 0)
			fault_check(h->db);
		/* Then the log begins anew, below the next limit. */
		if (i % 4 == 0)
			scenario_must(h->db, scenario_named("maintain")->run(h,
			    0));
	}
	fault_check(h->db);
	printf("# %d quotas, %lld batches, 0 losses\n", tries,
	    (long long)serial);
}

#define SQLITE_TEST(test) \
	{ #test, test, harness_sqlite, harness_close, NULL }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SQLITE_TEST(a_killed_writer_loses_nothing_acknowledged),
		SQLITE_TEST(a_full_quota_is_told_and_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
