/*
 * Memory runs out at every allocation of every public call, once or for good:
 * the call fails clearly, leaves nothing behind, holds nothing, and the handle
 * works when there is memory again.
 */
#include "fault/fault.h"

static const struct fault *const faults[] = {
	&fault_memory_once, &fault_memory_gone,
};

static void
torture(struct harness *h, const char *test, const struct scenario *list,
    size_t count)
{
	struct fault_tally tally = { .points = 0 };
	size_t i, j;

	harness_seed(h, test);
	scenario_populate(h);
	for (i = 0; i < count; i++)
		for (j = 0; j < OMNI__COUNT(faults); j++) {
			uint64_t wide = fault_long() ? 1 : 17;
			uint64_t stride = list[i].heavy ? wide : 1;

			fault_try(h, &list[i], faults[j], false, stride,
			    &tally);
			fault_try(h, &list[i], faults[j], true, wide, &tally);
		}
	fault_check(h->db);
	fault_report(test, &tally);
	assert_int_equal(tally.losses, 0);
}

static void
what_is_put_is_stored_or_refused(void **state)
{
	torture(harness_of(state), __func__, scenarios_write,
	    scenarios_write_count);
}

static void
what_is_asked_is_answered_or_refused(void **state)
{
	torture(harness_of(state), __func__, scenarios_read,
	    scenarios_read_count);
}

static void
the_store_as_a_whole_is_as_it_was(void **state)
{
	torture(harness_of(state), __func__, scenarios_whole,
	    scenarios_whole_count);
}

#define SQLITE_TEST(test) \
	{ #test, test, harness_sqlite, harness_close, NULL }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SQLITE_TEST(what_is_put_is_stored_or_refused),
		SQLITE_TEST(what_is_asked_is_answered_or_refused),
		SQLITE_TEST(the_store_as_a_whole_is_as_it_was),
	};

	fault_disk_insert();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
