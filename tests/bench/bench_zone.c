/*
 * Local times: ours beside libc's localtime_r, of the same random instants
 * from 1970 to 2037; how long it takes to read a zone; and when a message may
 * go, by a window of the law and quiet hours.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"

#include "routing/routing.h"

#define TIMES (1 << 20)
#define ROUNDS 5

static const char *const names[] = {
	"Europe/Stockholm", "America/New_York", "Asia/Kolkata",
	"Africa/Casablanca", "Australia/Lord_Howe", "UTC",
	"CET-1CEST,M3.5.0,M10.5.0/3"
};

static int64_t times[TIMES];
static struct omni__local locals[TIMES];
/* What was reckoned, so that it is. */
static volatile int64_t sum;

static void
fill(void)
{
	size_t i;

	for (i = 0; i < TIMES; i++)
		times[i] = (int64_t)(bench_mix(i) % 2145916800) *
		    OMNI__SECOND;
}

static double
offsets(const struct omni__zone *zone)
{
	double start = bench_seconds();
	int64_t n = 0;
	size_t i;

	for (i = 0; i < TIMES; i++)
		n += omni__zone_offset(zone, times[i]);
	sum = n;
	return bench_seconds() - start;
}

static double
there(const struct omni__zone *zone)
{
	double start = bench_seconds();
	size_t i;

	for (i = 0; i < TIMES; i++)
		locals[i] = omni__zone_local(zone, times[i]);
	return bench_seconds() - start;
}

static double
back(const struct omni__zone *zone)
{
	double start = bench_seconds();
	int64_t n = 0;
	size_t i;

	for (i = 0; i < TIMES; i++)
		n += omni__zone_instant(zone, locals[i]);
	sum = n;
	return bench_seconds() - start;
}

static double
libc(const char *name)
{
	double start;
	int64_t n = 0;
	size_t i;

	bench_check(setenv("TZ", name, 1) == 0, "setenv");
	tzset();
	start = bench_seconds();
	for (i = 0; i < TIMES; i++) {
		time_t time = (time_t)(times[i] / OMNI__SECOND);
		struct tm tm;

		(void)localtime_r(&time, &tm);
		n += tm.tm_mday + tm.tm_hour;
	}
	sum = n;
	return bench_seconds() - start;
}

static double
least(double a, double b)
{
	return a < b ? a : b;
}

static void
measure(struct omni__zones *zones, const char *name)
{
	const struct omni__zone *zone;
	double start = bench_seconds(), read, o = 1e9, t = 1e9, b = 1e9;
	double c = 1e9;
	int i;

	bench_check(omni__zone_find(zones, name, &zone, NULL) == OMNI_OK,
	    name);
	read = bench_seconds() - start;
	for (i = 0; i < ROUNDS; i++) {
		o = least(o, offsets(zone));
		t = least(t, there(zone));
		b = least(b, back(zone));
		c = least(c, libc(name));
	}
	(void)printf("%-28s %6.1f %6.1f %6.1f %6.1f %6.1f  %8.1f\n", name,
	    o / TIMES * 1e9, t / TIMES * 1e9, b / TIMES * 1e9,
	    c / TIMES * 1e9, c / t, read * 1e6);
}

static void
windows(struct omni__zones *zones)
{
	static const char *const what[] = { "a window",
	    "a window and quiet hours", "a window by all clocks of the US" };
	static struct omni_window law = { .region = "SE" };
	struct omni__window_rule rule = { .window = &law };
	const struct omni__rules rules = { .windows = &rule,
	    .window_count = 1 };
	struct omni_channel channel = { .medium = OMNI_MEDIUM_DIGITAL };
	struct omni_purpose purpose = { .class_name = "marketing" };
	struct omni__purpose_rule about = { .purpose = &purpose };
	const struct omni__message message = { .rule = &about,
	    .at = INT64_MAX };
	const struct omni__said quiet = { .said = OMNI_SAID_QUIET,
	    .purpose = "*", .value = "mo-fr 18:00-09:00; sa-su 20:00-11:00" };
	struct omni__recipient r = { .region = "SE", .said = &quiet };
	struct omni__wait wait;
	size_t i, j, many;
	int64_t n = 0;
	double start;

	channel.head.name = "email";
	purpose.head.name = "offer/shoes";
	bench_check(omni__hours_parse(NULL, "hours", "mo-fr 09:00-20:00; "
	    "sa 10:00-18:00; ph off", &rule.hours) == OMNI_OK, "hours");
	bench_check(omni__zone_find(zones, names[0], &r.zone, NULL) ==
	    OMNI_OK, names[0]);
	for (j = 0; j < 3; j++) {
		r.said_count = j == 1;
		if (j == 2) {
			bench_check(omni__zones_of(zones, "US", &r.zones,
			    &many, NULL) == OMNI_OK, "US");
			r.zone_count = omni__zones_apart(zones, "US");
		}
		start = bench_seconds();
		for (i = 0; i < TIMES; i++)
			n += omni__window_open(&rules, &message, &r,
			    &channel, times[i], &wait);
		(void)printf("%s: %.0f ns\n", what[j],
		    (bench_seconds() - start) / TIMES * 1e9);
	}
	sum = n;
}

int
main(void)
{
	struct omni__zones *zones = omni__zones_new(&omni__env_default,
	    OMNI__ZONEINFO);
	size_t i;

	bench_check(zones != NULL, "memory");
	fill();
	(void)printf("ns each, the least of %d rounds of %d random instants\n"
	    "%-28s offset  local   back   libc  ratio  read, us\n", ROUNDS,
	    TIMES, "zone");
	for (i = 0; i < OMNI__COUNT(names); i++)
		measure(zones, names[i]);
	windows(zones);
	omni__zones_free(zones);
	return 0;
}
