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
what_is_put_is_stored_or_refused(void **state)
{
	fault_torture(harness_of(state), __func__, scenarios_write,
	    scenarios_write_count, faults, OMNI__COUNT(faults), 17);
}

static void
what_is_asked_is_answered_or_refused(void **state)
{
	fault_torture(harness_of(state), __func__, scenarios_read,
	    scenarios_read_count, faults, OMNI__COUNT(faults), 17);
}

static void
messages_are_routed_or_refused(void **state)
{
	fault_torture(harness_of(state), __func__, scenarios_send,
	    scenarios_send_count, faults, OMNI__COUNT(faults), 17);
}

static void
stewards_are_answered_or_refused(void **state)
{
	fault_torture(harness_of(state), __func__, scenarios_steward,
	    scenarios_steward_count, faults, OMNI__COUNT(faults), 17);
}

static void
the_store_as_a_whole_is_as_it_was(void **state)
{
	fault_torture(harness_of(state), __func__, scenarios_whole,
	    scenarios_whole_count, faults, OMNI__COUNT(faults), 17);
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
	};

	fault_disk_insert();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
