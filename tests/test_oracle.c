/*
 * Decisions beside an oracle: worlds made of a seed are told to the library
 * and to a naive reading of the design (tests/oracle), and both are asked
 * where messages go.  OMNI_TEST_CASES asks so many questions (a million for
 * a long run) instead of what fits into a test.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "oracle/part.h"

#define PHASES 3
#define ASKED 120		/* in each phase of a world */

struct tally {
	long cases, steps, fell, moved, close, rows, replayed;
	long reasons[128];
};

static long
cases_wanted(const struct harness *h)
{
	const char *given = getenv("OMNI_TEST_CASES");

	if (given != NULL)
		return strtol(given, NULL, 10);
	return strcmp(h->engine, "sqlite") == 0 ? 32000 : 3000;
}

/* ---- comparing ------------------------------------------------------ */

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
same_step(const struct o_world *w, const struct o_place *want,
    const omni_route *got, int32_t i)
{
	const char *address = want->address < 0 ? NULL :
	    w->addresses[want->address].value;

	return same_text(want->channel, omni_route_step_channel(got, i)) &&
	    same_text(address, omni_route_step_address(got, i)) &&
	    want->time == omni_route_step_time(got, i) &&
	    want->fact == omni_route_step_fact(got, i);
}

/* What waits too long may wait for a window and for quiet hours: which of
 * them is told is the library's to choose. */
static bool
same_fall(const struct o_place *want, const omni_route *got, int32_t i)
{
	return same_text(want->channel, omni_route_rejected_channel(got,
	    i)) && want->reason == omni_route_rejected_reason(got, i) &&
	    (want->reason == OMNI_REASON_QUIET ||
	    want->fact == omni_route_rejected_fact(got, i));
}

static bool
same_route(const struct o_world *w, const struct o_route *want,
    const omni_route *got)
{
	int32_t steps = (int32_t)want->steps, i;

	if (omni_route_step_count(got) != steps ||
	    omni_route_rejected_count(got) != (int32_t)want->count - steps ||
	    !same_text(omni_route_zone(got), o_zone_names[want->zone]) ||
	    !same_text(omni_route_language(got), want->language))
		return false;
	for (i = 0; i < steps; i++)
		if (!same_step(w, &want->places[i], got, i))
			return false;
	for (; i < (int32_t)want->count; i++)
		if (!same_fall(&want->places[i], got, i - steps))
			return false;
	return true;
}

static void
print_wanted(const struct o_world *w, const struct o_route *route)
{
	char time[OMNI_TIME_SIZE];
	size_t i;

	printf("the oracle, zone %s:\n", o_zone_names[route->zone]);
	for (i = 0; i < route->count; i++) {
		const struct o_place *p = &route->places[i];

		if (i < route->steps) {
			(void)omni_time_format(p->time, time, sizeof(time));
			printf("  step %s %s %s\n", p->channel,
			    p->address < 0 ? "-" :
			    w->addresses[p->address].value, time);
		} else
			printf("  not %s: %s\n", p->channel,
			    omni_reason_name(p->reason));
	}
}

static void
print_got(const omni_route *route)
{
	char time[OMNI_TIME_SIZE];
	int32_t i;

	printf("the library, zone %s (%s):\n", omni_route_zone(route),
	    omni_route_zone_text(route));
	for (i = 0; i < omni_route_step_count(route); i++) {
		(void)omni_time_format(omni_route_step_time(route, i), time,
		    sizeof(time));
		printf("  step %s %s %s: %s\n",
		    omni_route_step_channel(route, i),
		    omni_route_step_address(route, i) == NULL ? "-" :
		    omni_route_step_address(route, i), time,
		    omni_route_step_text(route, i));
	}
	for (i = 0; i < omni_route_rejected_count(route); i++)
		printf("  not %s: %s: %s\n",
		    omni_route_rejected_channel(route, i),
		    omni_reason_name(omni_route_rejected_reason(route, i)),
		    omni_route_rejected_text(route, i));
}

static void
print_asked(const struct o_message *m, uint32_t members, uint32_t surely)
{
	char at[OMNI_TIME_SIZE], expiry[OMNI_TIME_SIZE] = "-";

	(void)omni_time_format(m->at, at, sizeof(at));
	if (m->expiry != O_NEVER)
		(void)omni_time_format(m->expiry, expiry, sizeof(expiry));
	printf("asked: %s brand %s id %d at %s until %s urgent %d, members "
	    "%x, surely %x\n", m->purpose, m->brand == NULL ? "-" : m->brand,
	    m->id, at, expiry, m->urgent, members, surely);
}

/* ---- asking --------------------------------------------------------- */

static void
count(struct tally *tally, const struct o_message *m,
    const struct o_route *route)
{
	size_t i;

	tally->cases++;
	tally->steps += (long)route->steps;
	tally->moved += route->steps > 0 && route->places[0].time != m->at;
	for (i = route->steps; i < route->count; i++) {
		tally->fell++;
		tally->reasons[route->places[i].reason & 127]++;
	}
}

/* Where estimates all but agree the order is the rounding's. */
static void
compare(const struct o_world *w, uint32_t members, uint32_t surely,
    const struct o_message *m, const struct o_route *want,
    const omni_route *got, struct tally *tally)
{
	if (want->close) {
		tally->close++;
		return;
	}
	if (same_route(w, want, got))
		return;
	world_print(w);
	print_asked(m, members, surely);
	print_wanted(w, want);
	print_got(got);
	fail_msg("case %ld differs", tally->cases);
}

static void
ask(struct harness *h, omni *sure, const struct o_world *w, int64_t now,
    struct tally *tally)
{
	uint32_t members, surely;
	char id[OMNI_ID_SIZE];
	struct o_message m;
	struct o_route want;
	omni_message *message;
	omni_route *got = NULL;

	world_members(h, sure, w, harness_random(h, w->record_count),
	    &members, &surely, id);
	world_message(h, w, now, &m, &message);
	harness_ok(h, omni_route_try(h->db, id, message, &got));
	o_decide(w, members, surely, &m, &want);
	compare(w, members, surely, &m, &want, got, tally);
	count(tally, &m, &want);
	omni_route_free(got);
	omni_message_free(message);
}

/* ---- everybody ------------------------------------------------------- */

static bool
for_households(const struct o_world *w, const char *purpose)
{
	size_t i;

	for (i = 0; i < w->purpose_count; i++)
		if (strcmp(w->purposes[i].name, purpose) == 0)
			return w->purposes[i].household != 0;
	return false;
}

/* One message to all, and each is decided as by itself: not one that a
 * household gets once, or that was sent before. */
static void
compare_many(struct harness *h, omni *sure, const struct o_world *w,
    int64_t now, struct tally *tally)
{
	struct o_message m;
	omni_message *message;
	omni_routes *routes = NULL;
	const omni_route *got;
	uint32_t members, surely, seen = 0;
	char id[OMNI_ID_SIZE];
	struct o_route want;
	omni_status status;

	world_message(h, w, now, &m, &message);
	if (m.id != 0 || for_households(w, m.purpose)) {
		omni_message_free(message);
		return;
	}
	harness_ok(h, omni_route_many(h->db, message, NULL, 0, &routes));
	while ((status = omni_routes_next(routes, &got)) == OMNI_OK) {
		int record = world_oldest(h, w, omni_route_customer(got));

		world_members(h, sure, w, (size_t)record, &members, &surely,
		    id);
		o_decide(w, members, surely, &m, &want);
		compare(w, members, surely, &m, &want, got, tally);
		count(tally, &m, &want);
		assert_int_equal(seen & members, 0);
		seen |= members;
	}
	harness_is(h, status, OMNI_DONE);
	assert_int_equal(seen, (UINT32_C(1) << w->record_count) - 1);
	omni_routes_free(routes);
	omni_message_free(message);
}

/* ---- the matrix, and what was kept ----------------------------------- */

/* Each purpose on each channel that takes messages. */
static void
compare_matrix(struct harness *h, omni *sure, const struct o_world *w,
    int64_t at, struct tally *tally)
{
	omni_permissions *p = NULL;
	uint32_t members, surely;
	char id[OMNI_ID_SIZE];
	omni_status status;
	long rows = 0, wanted = 0;
	size_t i;

	for (i = 0; i < w->channel_count; i++)
		wanted += w->channels[i].defined &&
		    w->channels[i].direction != OMNI_DIRECTION_IN;
	world_members(h, sure, w, harness_random(h, w->record_count),
	    &members, &surely, id);
	harness_ok(h, omni_permissions_open(h->db, id, at, &p));
	while ((status = omni_permissions_next(p)) == OMNI_OK) {
		int want = o_permitted(w, members, surely,
		    omni_permissions_purpose(p), omni_permissions_channel(p),
		    at);

		if (want != omni_permissions_reason(p)) {
			world_print(w);
			fail_msg("%s by %s: %s is wanted, not %s",
			    omni_permissions_purpose(p),
			    omni_permissions_channel(p),
			    omni_reason_name(want), omni_reason_name(
			    omni_permissions_reason(p)));
		}
		rows++;
	}
	harness_is(h, status, OMNI_DONE);
	assert_int_equal(rows, wanted * (long)w->purpose_count);
	tally->rows += rows;
	omni_permissions_free(p);
}

/* Whatever was said, told, sent and merged since. */
static void
decide_again(struct harness *h, const struct o_world *w,
    struct tally *tally)
{
	size_t i;

	for (i = 0; i < w->kept_count; i++) {
		omni_route *route = NULL;
		int32_t same = 0;

		harness_ok(h, omni_route_replay(h->db, w->kept[i], &same,
		    &route));
		if (!same) {
			world_print(w);
			print_got(route);
			fail_msg("route %lld is another one now",
			    (long long)w->kept[i]);
		}
		tally->replayed++;
		omni_route_free(route);
	}
}

static void
one_world(struct harness *h, struct tally *tally)
{
	static struct o_world w;
	uint64_t seed = h->random;
	int64_t now;
	omni *sure;
	int i, k;

	harness_renew(h);
	if (getenv("OMNI_TEST_WORLDS") != NULL)
		printf("# world of OMNI_TEST_SEED=%llu\n",
		    (unsigned long long)seed);
	now = world_begin(h, &w);
	sure = harness_open(h);
	harness_ok(h, omni_set_sure(sure, 1));
	for (i = 0; i < PHASES; i++) {
		world_go_on(h, &w, now, 4 + (int)harness_random(h, 28));
		for (k = 0; k < ASKED; k++)
			ask(h, sure, &w, now, tally);
		compare_many(h, sure, &w, now, tally);
		compare_matrix(h, sure, &w, now + O_DAY, tally);
	}
	decide_again(h, &w, tally);
	omni_close(sure);
}

static void
the_library_decides_as_the_design_says(void **state)
{
	struct harness *h = harness_of(state);
	struct tally tally = { 0 };
	long wanted = cases_wanted(h);
	int i;

	harness_seed(h, __func__);
	while (tally.cases < wanted)
		one_world(h, &tally);
	printf("# %ld decisions: %ld steps (%ld first ones moved), %ld "
	    "channels fell, %ld left undecided\n", tally.cases, tally.steps,
	    tally.moved, tally.fell, tally.close);
	printf("# %ld permissions, %ld kept routes decided again\n",
	    tally.rows, tally.replayed);
	for (i = 0; i < 128; i++)
		if (tally.reasons[i] > 0)
			printf("#  %6ld %s\n", tally.reasons[i],
			    omni_reason_name(i));
	assert_true(tally.steps > tally.cases / 10);
	assert_true(tally.moved > tally.cases / 50);
	assert_true(tally.close < tally.cases / 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(the_library_decides_as_the_design_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
