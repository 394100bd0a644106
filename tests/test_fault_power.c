/*
 * The power fails at any write: what was acknowledged is there, what was in
 * flight is there as a whole or not at all, what was erased stays erased, and
 * the store goes on.
 *
 * One run is recorded, write by write; then the disk is cut short behind each
 * of them and what was not synced is left to chance.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "fault/scenario.h"

/* The serial number of a call is that of its round, and so many more. */
static const struct {
	const char *name;
	int64_t more;
} plan[] = {
	{ "a new record", 0 }, { "an interaction", 0 },
	{ "a record that changes", 0 }, { "a channel", 0 },
	{ "a purpose", 0 }, { "a setting", 0 }, { "a preference", 0 },
	{ "a yes", 0 }, { "a withdrawal", 0 }, { "a contact point", 0 },
	{ "a route kept", 0 }, { "the next step of a route", 0 },
	{ "a no about an address", 0 }, { "a window", 0 },
	{ "an import of rows", 0 }, { "a new record", 100 },
	{ "a record that goes", 100 }, { "a batch", 100 },
	{ "an erasure", 0 }, { "an interaction again", 0 },
	{ "an import of lines", 0 }, { "maintain", 0 },
};

#define ROUNDS 4
#define STEPS (1 + ROUNDS * OMNI__COUNT(plan))

struct step {
	size_t events;		/* when it was acknowledged */
	char *portrait;		/* of the store then */
};

struct run {
	struct harness *h;
	char path[300];
	struct disk_recording recording;
	struct step steps[STEPS];
	size_t erased[ROUNDS];	/* the step that erased c<serial>@... */
	uint64_t points, losses;
};

static int64_t
clock_of(void *user)
{
	return ((const struct harness *)user)->now;
}

static omni *
open_durable(struct run *run)
{
	omni_config *config = omni_config_new();
	omni *db = NULL;
	omni_status status;

	assert_non_null(config);
	assert_int_equal(omni_config_set_clock(config, clock_of, run->h),
	    OMNI_OK);
	assert_int_equal(omni_config_set_durability(config,
	    OMNI_DURABLE_FULL), OMNI_OK);
	status = omni_open(config, run->path, &db);
	if (status != OMNI_OK)
		print_error("open: %s: %s\n", omni_status_name(status),
		    omni_config_errmsg(config));
	omni_config_free(config);
	return db;
}

/* ---- recording ------------------------------------------------------ */

static void
acknowledge(struct run *run, size_t step)
{
	run->steps[step].events = fault_disk_events();
	run->steps[step].portrait = fault_portrait(run->h->db);
}

static void
record(struct run *run)
{
	size_t step = 0, round, i;

	fault_disk_record(run->path);
	run->h->db = open_durable(run);
	assert_non_null(run->h->db);
	scenario_populate(run->h);
	acknowledge(run, step++);
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < OMNI__COUNT(plan); i++) {
			const struct scenario *s = scenario_named(plan[i].name);
			omni_status status;

			run->h->now += HARNESS_MINUTE;
			status = s->run(run->h, (int64_t)round + 1 +
			    plan[i].more);
			if (status != OMNI_OK)
				print_error("%s: %s: %s\n", s->name,
				    omni_status_name(status),
				    omni_errmsg(run->h->db));
			assert_int_equal(status, OMNI_OK);
			if (strcmp(s->name, "an erasure") == 0)
				run->erased[round] = step;
			acknowledge(run, step++);
		}
	assert_int_equal(step, STEPS);
	omni_close(run->h->db);
	run->h->db = NULL;
	run->recording = fault_disk_recorded();
}

/* ---- judging -------------------------------------------------------- */

static void
lose(struct run *run, size_t event, const char *what)
{
	if (++run->losses < 20)
		print_error("power cut behind event %zu: %s\n", event, what);
}

/* What the person typed is gone from the disk, whatever was torn. */
static void
judge_erased(struct run *run, size_t event, size_t step)
{
	char text[64];
	size_t round;

	for (round = 0; round < ROUNDS; round++) {
		if (run->erased[round] > step)
			continue;
		(void)snprintf(text, sizeof(text), "c%zu@shop.example",
		    round + 1);
		if (fault_power_holds(run->path, text))
			lose(run, event, "what was erased is back");
	}
}

static void
go_on(struct run *run)
{
	const struct scenario *s = scenario_named("a new record");

	/* The lease of the writer that lost its power is over. */
	run->h->now += HARNESS_DAY;
	scenario_must(run->h->db, s->run(run->h, 77777));
	fault_check(run->h->db);
	run->h->now -= HARNESS_DAY;
}

/* acknowledged: how many steps were. */
static void
judge(struct run *run, size_t event, size_t acknowledged, bool thorough)
{
	char *found;

	run->points++;
	if (acknowledged > 0)
		judge_erased(run, event, acknowledged - 1);
	run->h->db = open_durable(run);
	if (run->h->db == NULL) {
		lose(run, event, "the store does not open");
		return;
	}
	found = fault_portrait(run->h->db);
	/* While it is being made it only has to be sound. */
	if (acknowledged > 0 &&
	    strcmp(found, run->steps[acknowledged - 1].portrait) != 0 &&
	    (acknowledged == STEPS ||
	    strcmp(found, run->steps[acknowledged].portrait) != 0))
		lose(run, event, "it is neither as before nor as after");
	free(found);
	if (thorough)
		go_on(run);
	omni_close(run->h->db);
	run->h->db = NULL;
}

/* ---- cutting -------------------------------------------------------- */

static void
cut_behind(struct run *run, const struct power *power, size_t event,
    int times)
{
	size_t acknowledged = 0;
	int i;

	while (acknowledged < STEPS &&
	    run->steps[acknowledged].events <= event)
		acknowledged++;
	for (i = 0; i < times; i++) {
		fault_power_cut(power, run->path, run->h);
		judge(run, event, acknowledged,
		    harness_random(run->h, 40) == 0);
	}
}

static void
cut_everywhere(struct run *run, int times)
{
	struct power power = { .files = { { .there = false } } };
	size_t i;

	for (i = 0; i < run->recording.count; i++) {
		fault_power_apply(&power, &run->recording.events[i]);
		cut_behind(run, &power, i + 1, times);
	}
	fault_power_free(&power);
}

static void
what_was_acknowledged_survives_a_power_cut(void **state)
{
	static struct run run;
	size_t i;

	run.h = harness_of(state);
	omni_close(run.h->db);
	harness_seed(run.h, __func__);
	(void)snprintf(run.path, sizeof(run.path), "%s/power.db",
	    run.h->made);
	record(&run);
	cut_everywhere(&run, fault_long() ? 6 : 1);
	printf("# %zu events of %zu calls, %llu power cuts, %llu losses\n",
	    run.recording.count, STEPS, (unsigned long long)run.points,
	    (unsigned long long)run.losses);
	for (i = 0; i < STEPS; i++)
		free(run.steps[i].portrait);
	fault_disk_recording_free(&run.recording);
	assert_int_equal(run.losses, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "what_was_acknowledged_survives_a_power_cut",
		    what_was_acknowledged_survives_a_power_cut,
		    harness_sqlite, harness_close, NULL },
	};

	fault_disk_insert();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
