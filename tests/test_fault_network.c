/*
 * The line to the server is cut at any piece of any call, once or for a
 * while: nothing acknowledged is lost, nothing counts twice, and the handle
 * finds the server again.
 */
#include "fault/fault.h"

static int
begin(void **state)
{
	struct harness *h;

	if (harness_postgres(state) != 0)
		return -1;
	h = *state;
	if (h == NULL)
		return 0;
	omni_close(h->db);
	fault_network_insert(h);
	h->db = harness_open(h);
	return 0;
}

static int
end(void **state)
{
	int status = harness_close(state);

	fault_network_remove();
	return status;
}

static void
cut(struct harness *h, const char *test, const struct scenario *list,
    size_t count, const struct fault *fault, uint64_t warm, uint64_t cold)
{
	struct fault_tally tally = { .points = 0 };
	size_t i;

	harness_seed(h, test);
	scenario_populate(h);
	for (i = 0; i < count; i++) {
		fault_try(h, &list[i], fault, false,
		    fault_long() ? 1 : warm, &tally);
		fault_try(h, &list[i], fault, true,
		    fault_long() ? 1 : cold, &tally);
	}
	fault_check(h->db);
	fault_report(test, &tally);
	assert_int_equal(tally.losses, 0);
}

static void
what_is_put_counts_once(void **state)
{
	cut(harness_of(state), __func__, scenarios_write,
	    scenarios_write_count, &fault_network_once, 7, 29);
}

static void
what_is_asked_is_answered(void **state)
{
	cut(harness_of(state), __func__, scenarios_read,
	    scenarios_read_count, &fault_network_once, 7, 29);
}

static void
what_is_sent_counts_once(void **state)
{
	cut(harness_of(state), __func__, scenarios_send,
	    scenarios_send_count, &fault_network_once, 7, 29);
}

static void
a_server_that_stays_away_is_told(void **state)
{
	cut(harness_of(state), __func__, scenarios_write, 1,
	    &fault_network_gone, 7, 29);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "what_is_put_counts_once", what_is_put_counts_once, begin,
		    end, NULL },
		{ "what_is_asked_is_answered", what_is_asked_is_answered,
		    begin, end, NULL },
		{ "what_is_sent_counts_once", what_is_sent_counts_once, begin,
		    end, NULL },
		{ "a_server_that_stays_away_is_told",
		    a_server_that_stays_away_is_told, begin, end, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
