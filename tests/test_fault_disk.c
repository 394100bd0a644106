/*
 * The disk fails at every operation of every public call, once or for good,
 * or is full: the call says so, nothing of it is left, and the handle works
 * when the disk does.
 */
#include <stdio.h>

#include "fault/scenario.h"

static const struct fault *const faults[] = {
	&fault_disk_once, &fault_disk_gone, &fault_disk_full,
};

static void
what_is_put_is_stored_or_refused(void **state)
{
	fault_torture(harness_of(state), __func__, scenarios_write,
	    scenarios_write_count, faults, OMNI__COUNT(faults), 1);
}

static void
what_is_asked_is_answered_or_refused(void **state)
{
	fault_torture(harness_of(state), __func__, scenarios_read,
	    scenarios_read_count, faults, OMNI__COUNT(faults), 1);
}

static void
messages_are_routed_or_refused(void **state)
{
	fault_torture(harness_of(state), __func__, scenarios_send,
	    scenarios_send_count, faults, OMNI__COUNT(faults), 1);
}

static void
stewards_are_answered_or_refused(void **state)
{
	fault_torture(harness_of(state), __func__, scenarios_steward,
	    scenarios_steward_count, faults, OMNI__COUNT(faults), 1);
}

static void
the_store_as_a_whole_is_as_it_was(void **state)
{
	fault_torture(harness_of(state), __func__, scenarios_whole,
	    scenarios_whole_count, faults, OMNI__COUNT(faults), 1);
}

/* Erases while the n-th operation and all that follow fail; then another
 * program opens the store and tidies up.  False when nothing failed. */
static bool
cut_erasure_short(struct harness *h, int64_t serial, uint64_t n)
{
	const struct scenario *erasure = scenario_named("an erasure");
	char text[SCENARIO_KEY];
	omni_status status;
	bool fired;

	erasure->prepare(h, serial);
	fault_disk_gone.arm(n);
	status = erasure->run(h, serial);
	fired = fault_disk_gone.disarm();
	assert_int_equal(status < 0, fired);
	omni_close(h->db);
	h->db = harness_open(h);
	scenario_must(h->db, scenario_named("maintain")->run(h, 0));
	/* It may not even have begun. */
	if (status < 0)
		(void)erasure->run(h, serial);
	(void)snprintf(text, sizeof(text), "c%07lld@shop.example",
	    scenario_apart(serial));
	assert_false(fault_power_holds(h->url, text));
	return fired;
}

static void
an_erasure_that_was_cut_short_is_finished(void **state)
{
	struct harness *h = harness_of(state);
	int64_t serial = 5000;
	uint64_t n = 1;

	scenario_populate(h);
	while (cut_erasure_short(h, ++serial, n))
		n++;
	fault_check(h->db);
	printf("# an erasure cut short at each of %llu operations\n",
	    (unsigned long long)n - 1);
}

#define SQLITE_TEST(test) \
	{ #test, test, harness_sqlite, harness_close, NULL }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SQLITE_TEST(what_is_put_is_stored_or_refused),
		SQLITE_TEST(what_is_asked_is_answered_or_refused),
		SQLITE_TEST(messages_are_routed_or_refused),
		SQLITE_TEST(stewards_are_answered_or_refused),
		SQLITE_TEST(the_store_as_a_whole_is_as_it_was),
		SQLITE_TEST(an_erasure_that_was_cut_short_is_finished),
	};

	fault_disk_insert();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
