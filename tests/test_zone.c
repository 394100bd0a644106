/*
 * Time zones: every offset as libc has it, every local time found again, and
 * files that are damaged.
 */
#define _GNU_SOURCE
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

#include "base/zone_form.h"

#define FOLDER OMNI__ZONEINFO
#define HALF_HOUR 1800
#define HOUR INT64_C(3600)
#define BEGIN INT64_C(0)			/* 1970 */
#define MIDDLE INT64_C(2145916800)		/* 2038 */
#define END INT64_C(4102444800)			/* 2100 */

/* ---- the zones of this machine -------------------------------------- */

#define ZONES 1000

/* Each with the bytes of its file; those that are another one's are left
 * out. */
struct file {
	char name[64];
	unsigned char bytes[8192];
	size_t size;
};
static struct file *files;
static size_t file_count;

static int
add_file(const char *path, const struct stat *about, int type,
    struct FTW *where)
{
	const char *name = path + strlen(FOLDER) + 1;
	struct file *file = &files[file_count];
	FILE *in;
	size_t i;

	(void)about;
	(void)where;
	if (type != FTW_F || strncmp(name, "posix", 5) == 0 ||
	    strncmp(name, "right/", 6) == 0 || strchr(name, '.') != NULL ||
	    strcmp(name, "localtime") == 0)
		return 0;
	in = fopen(path, "rb");
	assert_non_null(in);
	file->size = fread(file->bytes, 1, sizeof(file->bytes), in);
	assert_true(file->size < sizeof(file->bytes));
	(void)fclose(in);
	if (file->size < 44 || memcmp(file->bytes, "TZif", 4) != 0)
		return 0;
	for (i = 0; i < file_count; i++)
		if (files[i].size == file->size && memcmp(files[i].bytes,
		    file->bytes, file->size) == 0)
			return 0;
	assert_true(strlen(name) < sizeof(file->name));
	(void)strcpy(file->name, name);
	file_count++;
	assert_true(file_count < ZONES);
	return 0;
}

struct fixture {
	struct omni__zones *zones;
	struct harness chance;		/* for its numbers alone */
};

static int
zones_begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (files == NULL) {
		files = calloc(ZONES, sizeof(*files));
		assert_non_null(files);
		(void)nftw(FOLDER, add_file, 16, 0);
		(void)printf("# %zu zones that differ\n", file_count);
		assert_true(file_count > 200);
	}
	assert_non_null(f);
	f->chance.engine = "this machine";
	f->zones = omni__zones_new(&omni__env_default, FOLDER);
	assert_non_null(f->zones);
	*state = f;
	return 0;
}

static int
zones_end(void **state)
{
	struct fixture *f = *state;

	omni__zones_free(f->zones);
	free(f);
	return 0;
}

static const struct omni__zone *
zone(struct fixture *f, const char *name)
{
	const struct omni__zone *found;
	struct omni__error error;

	if (omni__zone_find(f->zones, name, &found, &error) != OMNI_OK)
		fail_msg("%s: %s", name, error.text);
	return found;
}

/* ---- libc ----------------------------------------------------------- */

static void
libc_zone(const char *name)
{
	(void)setenv("TZ", name, 1);
	tzset();
}

static int32_t
libc_offset(int64_t second)
{
	time_t time = (time_t)second;
	struct tm tm;

	(void)localtime_r(&time, &tm);
	return (int32_t)tm.tm_gmtoff;
}

/* OMNI_ZONE_LONG: every half hour, whatever it takes. */
static bool
all_of_them(void)
{
	return getenv("OMNI_ZONE_LONG") != NULL;
}

/* How many half hours from `from` to `to` were looked at; those of which libc
 * says something else fail. */
static size_t
compare(const struct omni__zone *z, const char *name, int64_t from,
    int64_t to, int64_t step)
{
	size_t count = 0;
	int64_t t;

	for (t = from; t < to; t += step, count++) {
		int32_t ours = omni__zone_offset(z, t * OMNI__SECOND);

		if (ours != libc_offset(t))
			fail_msg("%s at %lld: %d, and libc has %d", name,
			    (long long)t, (int)ours, (int)libc_offset(t));
	}
	return count;
}

/* Two days around each change, to the second about it. */
static size_t
compare_changes(const struct omni__zone *z, const char *name)
{
	int64_t t = BEGIN * OMNI__SECOND, second;
	size_t count = 0;

	while ((t = omni__zone_next(z, t)) < END * OMNI__SECOND) {
		second = t / OMNI__SECOND;
		count += compare(z, name, second - 48 * HOUR,
		    second + 48 * HOUR, HALF_HOUR);
		count += compare(z, name, second - 2, second + 2, 1);
	}
	return count;
}

static void
offsets_are_libcs(void **state)
{
	struct fixture *f = *state;
	int64_t step = all_of_them() ? HALF_HOUR : 12 * HOUR;
	size_t i, count = 0;

	for (i = 0; i < file_count; i++) {
		const struct omni__zone *z = zone(f, files[i].name);

		libc_zone(files[i].name);
		count += compare(z, files[i].name, BEGIN, MIDDLE, step);
		count += compare(z, files[i].name, MIDDLE, END, 12 * HOUR);
		count += compare_changes(z, files[i].name);
	}
	(void)printf("# %zu instants of %zu zones as libc has them, every "
	    "%lld minutes from 1970 to 2037, then and around changes to "
	    "2100\n", count, file_count, (long long)step / 60);
}

/* Theirs is another time than ours. */
static void
leap_seconds_are_refused(void **state)
{
	struct fixture *f = *state;
	const struct omni__zone *found;
	struct omni__error error;

	if (access(FOLDER "/right/Europe/Stockholm", R_OK) != 0)
		skip();
	assert_int_equal(omni__zone_find(f->zones, "right/Europe/Stockholm",
	    &found, &error), OMNI_CORRUPT);
	assert_non_null(strstr(error.text, "leap seconds"));
}

/* ---- rules ---------------------------------------------------------- */

static void
rules_are_zones(void **state)
{
	static const struct {
		const char *rule;
		int64_t second;
		int32_t offset;
	} cases[] = {
		{ "CET-1CEST,M3.5.0,M10.5.0/3", 1743296399, 3600 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", 1743296400, 7200 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", 1761440400, 3600 },
		/* Before 1970, and two eras ahead. */
		{ "CET-1CEST,M3.5.0,M10.5.0/3", -14182940, 7200 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", -14182940 - 86400 * 180,
		    3600 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", 1743296400 +
		    INT64_C(86400) * 146097 * 2, 7200 },
		/* The south has its summer over the new year. */
		{ "NZST-12NZDT,M9.5.0,M4.1.0/3", 1735689600, 46800 },
		{ "NZST-12NZDT,M9.5.0,M4.1.0/3", 1751328000, 43200 },
		/* Half an hour of it. */
		{ "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 1735689600, 39600 },
		{ "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 1751328000, 37800 },
		/* Ireland's winter is the exception, by an hour less. */
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", 1735689600, 0 },
		{ "IST-1GMT0,M10.5.0,M3.5.0/1", 1751328000, 3600 },
		/* Before midnight, and days later. */
		{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1743296400, -3600 },
		{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1743296399, -7200 },
		{ "IST-2IDT,M3.4.4/26,M10.5.0", 1743119999, 7200 },
		{ "IST-2IDT,M3.4.4/26,M10.5.0", 1743120000, 10800 },
		/* Days of the year: the 60th is 1 March or 29 February. */
		{ "AAA0BBB,J60/0,J61/0", 1709164800, 0 },
		{ "AAA0BBB,J60/0,J61/0", 1709251200, 3600 },
		{ "AAA0BBB,59/0,60/0", 1709164800, 3600 },
		{ "AAA0BBB,59/0,60/0", 1709251200, 0 },
		/* Summer all the year: each begins as the other ends. */
		{ "XXX3EDT4,0/0,J365/23", 1735689600, -14400 },
		{ "XXX3EDT4,0/0,J365/23", 1735689600 + 4 * 86400, -14400 },
		/* None. */
		{ "<+0545>-5:45", 1735689600, 20700 },
		{ "ABC+3:30:15", 1735689600, -12615 }, { "UTC", 0, 0 },
		{ "UTC0", 1735689600, 0 },
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < OMNI__COUNT(cases); i++) {
		int32_t offset = omni__zone_offset(zone(f, cases[i].rule),
		    cases[i].second * OMNI__SECOND);

		if (offset != cases[i].offset)
			fail_msg("%s at %lld: %d", cases[i].rule,
			    (long long)cases[i].second, (int)offset);
	}
	assert_true(omni__zone_next(zone(f, "XXX3EDT4,0/0,J365/23"), 0) ==
	    INT64_MAX);
	assert_true(omni__zone_next(zone(f, "UTC"), 0) == INT64_MAX);
}

/* What libc reckons by itself of any rule. */
static void
random_rules_are_libcs(void **state)
{
	struct fixture *f = *state;
	char rule[160];
	int i;

	harness_seed(&f->chance, "random_rules_are_libcs");
	for (i = 0; i < 200; i++) {
		int begin = 2 + (int)harness_random(&f->chance, 4);
		int end = 7 + (int)harness_random(&f->chance, 5);
		bool south = harness_random(&f->chance, 2) != 0;

		(void)snprintf(rule, sizeof(rule),
		    "AAA%d:%02dBBB,M%d.%d.%d/%d:30,M%d.%d.%d/%d",
		    (int)harness_random(&f->chance, 24) - 12,
		    15 * (int)harness_random(&f->chance, 4),
		    south ? end : begin,
		    1 + (int)harness_random(&f->chance, 5),
		    (int)harness_random(&f->chance, 7),
		    (int)harness_random(&f->chance, 48) - 24,
		    south ? begin : end,
		    1 + (int)harness_random(&f->chance, 5),
		    (int)harness_random(&f->chance, 7),
		    (int)harness_random(&f->chance, 48) - 24);
		libc_zone(rule);
		(void)compare(zone(f, rule), rule, BEGIN, END, 97 * HOUR);
		(void)compare_changes(zone(f, rule), rule);
	}
}

/* ---- the other way -------------------------------------------------- */

static int64_t
naive_local(int64_t second)
{
	return second + libc_offset(second);
}

/* Instants half a minute apart, one by one: every change since 1970 falls on
 * one. */
static int64_t
naive_instant(int64_t local)
{
	int64_t t = local - 15 * HOUR;

	while (naive_local(t) < local)
		t += 30;
	return t;
}

static void
check_instant(const struct omni__zone *z, const char *name, int64_t local)
{
	struct omni__local l = { local / 86400, local % 86400 *
	    OMNI__SECOND };
	int64_t t = omni__zone_instant(z, l);
	struct omni__local back = omni__zone_local(z, t);

	if (t != naive_instant(local) * OMNI__SECOND)
		fail_msg("%s: the local time %lld is %lld, not %lld", name,
		    (long long)local, (long long)t,
		    (long long)naive_instant(local));
	/* There, or behind a gap. */
	assert_true(back.day > l.day || (back.day == l.day &&
	    back.clock >= l.clock));
}

static void
local_times_are_found(void **state)
{
	struct fixture *f = *state;
	size_t i, j, count = 0;

	harness_seed(&f->chance, "local_times_are_found");
	for (i = 0; i < file_count; i++) {
		const struct omni__zone *z = zone(f, files[i].name);
		int64_t t = 3 * OMNI__DAY +
		    (int64_t)harness_random(&f->chance,
		    (uint64_t)(END - 10 * 86400)) * OMNI__SECOND;
		int64_t next = omni__zone_next(z, t);

		libc_zone(files[i].name);
		if (next > END * OMNI__SECOND)
			next = t;
		/* Within three hours of a change. */
		for (j = 0; j < 12; j++, count++)
			check_instant(z, files[i].name, naive_local(next /
			    OMNI__SECOND) / 30 * 30 - 3 * HOUR +
			    30 * (int64_t)harness_random(&f->chance, 720));
	}
	(void)printf("# %zu local times found as by naive search\n", count);
}

/* Back and forth, far from any file: every era is like the first. */
static void
far_years_are_like_near_ones(void **state)
{
	static const char *const names[] = {
		"Europe/Stockholm", "Australia/Lord_Howe", "America/Santiago",
		"CET-1CEST,M3.5.0,M10.5.0/3"
	};
	struct fixture *f = *state;
	size_t i, j;

	for (i = 0; i < OMNI__COUNT(names); i++) {
		const struct omni__zone *z = zone(f, names[i]);
		int64_t t = 2 * MIDDLE * OMNI__SECOND;

		for (j = 0; j < 2000; j++, t = omni__zone_next(z, t)) {
			struct omni__local l = omni__zone_local(z, t);

			assert_int_equal(omni__zone_offset(z, t),
			    omni__zone_offset(z, t + 5 * OMNI__ERA));
			assert_int_equal(omni__zone_next(z, t) +
			    5 * OMNI__ERA,
			    omni__zone_next(z, t + 5 * OMNI__ERA));
			l.day += 5 * 146097;
			assert_true(omni__zone_instant(z, l) <=
			    t + 5 * OMNI__ERA);
			l.day -= 5 * 146097;
			assert_int_equal(omni__zone_instant(z, l) +
			    5 * OMNI__ERA, omni__zone_instant(z,
			    (struct omni__local){ l.day + 5 * 146097,
			    l.clock }));
		}
	}
}

/* Numbers at the ends are times like any. */
static void
no_time_is_too_far(void **state)
{
	static const int64_t times[] = {
		INT64_MIN, INT64_MIN + 1, -OMNI__ERA * 9, OMNI__ERA * 9,
		INT64_MAX - 1, INT64_MAX
	};
	struct fixture *f = *state;
	size_t i, j;

	for (i = 0; i < file_count; i += 7)
		for (j = 0; j < OMNI__COUNT(times); j++) {
			const struct omni__zone *z = zone(f, files[i].name);
			struct omni__local l = omni__zone_local(z, times[j]);

			assert_true(l.clock >= 0 && l.clock < OMNI__DAY);
			(void)omni__zone_next(z, times[j]);
			(void)omni__zone_instant(z, l);
			l.day = times[j];
			(void)omni__zone_instant(z, l);
		}
}

/* ---- names ---------------------------------------------------------- */

static void
what_is_no_zone_is_missing(void **state)
{
	static const char *const names[] = {
		"Europe/Nowhere", "", "/etc/localtime", "../../etc/passwd",
		"Europe/../Europe/Paris", "Europe", "zone.tab", "a b",
		"Europe/Paris\n", "CET-1CEST", "CET-1CEST,M3.5.0",
		"CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
		"CET-25", "CET-1CEST,J0,J1", "CET-1CEST,M3.5.0,M10.5.0/168",
		"CE-1", "<CE", "CET-1x", "CET", "CET-1CEST,M3.5.0,M10.5.0,"
	};
	struct fixture *f = *state;
	const struct omni__zone *found;
	struct omni__error error;
	size_t i, round;

	for (round = 0; round < 2; round++)
		for (i = 0; i < OMNI__COUNT(names); i++)
			if (strcmp(names[i], "CET") != 0)
				assert_int_equal(omni__zone_find(f->zones,
				    names[i], &found, &error), OMNI_MISSING);
	(void)omni__zone_find(f->zones, "Europe/Nowhere", &found, &error);
	assert_non_null(strstr(error.text, "Europe/Nowhere"));
	assert_non_null(strstr(error.text, FOLDER));
}

/* However many names are tried, it stays right. */
static void
many_names_are_no_trouble(void **state)
{
	struct fixture *f = *state;
	const struct omni__zone *found;
	char name[400];
	int i;

	for (i = 0; i < 2000; i++) {
		(void)snprintf(name, sizeof(name), "Nowhere/%d", i);
		assert_int_equal(omni__zone_find(f->zones, name, &found,
		    NULL), OMNI_MISSING);
	}
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(omni__zone_find(f->zones, name, &found, NULL),
	    OMNI_MISSING);
	assert_ptr_equal(zone(f, "Europe/Paris"), zone(f, "Europe/Paris"));
	assert_string_equal(omni__zone_name(zone(f, "Europe/Paris")),
	    "Europe/Paris");
}

static void
countries_have_their_zones(void **state)
{
	struct fixture *f = *state;
	static const char *const us[] = {
		"America/New_York", "America/Chicago", "America/Denver",
		"America/Phoenix", "America/Los_Angeles",
		"America/Anchorage", "America/Adak", "Pacific/Honolulu"
	};
	const struct omni__zone *const *list;
	size_t count, i;

	assert_int_equal(omni__zones_apart(f->zones, "SE"), 0);
	assert_int_equal(omni__zones_of(f->zones, "SE", &list, &count, NULL),
	    OMNI_OK);
	assert_int_equal(count, 1);
	assert_int_equal(omni__zones_apart(f->zones, "SE"), 1);
	assert_ptr_equal(list[0], zone(f, "Europe/Stockholm"));
	assert_int_equal(omni__zones_of(f->zones, "US", &list, &count, NULL),
	    OMNI_OK);
	assert_true(count > 20);
	assert_string_equal(omni__zone_name(list[0]), "America/New_York");
	/* Detroit's clock has long been New York's. */
	assert_int_equal(omni__zones_apart(f->zones, "US"), OMNI__COUNT(us));
	for (i = 0; i < OMNI__COUNT(us); i++)
		assert_string_equal(omni__zone_name(list[i]), us[i]);
	/* Buesingen went its own way until 1980. */
	assert_int_equal(omni__zones_of(f->zones, "DE", &list, &count, NULL),
	    OMNI_OK);
	assert_int_equal(count, 1);
	assert_string_equal(omni__zone_name(list[0]), "Europe/Berlin");
	assert_int_equal(omni__zones_of(f->zones, "NZ", &list, &count, NULL),
	    OMNI_OK);
	assert_int_equal(count, 2);
	assert_int_equal(omni__zones_of(f->zones, "ZZ", &list, &count, NULL),
	    OMNI_OK);
	assert_int_equal(count, 0);
	assert_int_equal(omni__zones_apart(f->zones, "ZZ"), 0);
	assert_int_equal(omni__zones_of(f->zones, "s", &list, &count, NULL),
	    OMNI_OK);
	assert_int_equal(count, 0);
}

static void
without_files_there_are_rules(void **state)
{
	struct omni__zones *zones = omni__zones_new(&omni__env_default,
	    "/nowhere");
	const struct omni__zone *found, *const *list;
	size_t count;

	(void)state;
	assert_int_equal(omni__zone_find(zones, "UTC", &found, NULL),
	    OMNI_OK);
	assert_int_equal(omni__zone_find(zones, "EST5", &found, NULL),
	    OMNI_OK);
	assert_int_equal(omni__zone_offset(found, 0), -18000);
	assert_int_equal(omni__zone_find(zones, "Europe/Paris", &found,
	    NULL), OMNI_MISSING);
	assert_int_equal(omni__zones_of(zones, "SE", &list, &count, NULL),
	    OMNI_OK);
	assert_int_equal(count, 0);
	omni__zones_free(zones);
}

/* ---- damage --------------------------------------------------------- */

/* It is a zone or it is corrupt; what is a zone can be asked anything. */
static bool
survives(const unsigned char *bytes, size_t size)
{
	struct omni__arena arena = { .env = &omni__env_default };
	struct omni__zone z = { 0 };
	const char *flaw = NULL;
	omni_status status = omni__zone_file(&arena, bytes, size, &z, &flaw);
	int64_t t = -3 * OMNI__ERA;
	int i;

	assert_true(status == OMNI_OK || status == OMNI_CORRUPT);
	assert_true((status == OMNI_CORRUPT) == (flaw != NULL));
	for (i = 0; i < 300 && status == OMNI_OK && t < INT64_MAX; i++) {
		struct omni__local l = omni__zone_local(&z, t);

		assert_true(l.clock >= 0 && l.clock < OMNI__DAY);
		assert_true(omni__zone_instant(&z, l) <= t);
		assert_true(omni__zone_next(&z, t) > t);
		t = omni__zone_next(&z, t);
	}
	omni__arena_free(&arena);
	return status == OMNI_OK;
}

static void
damaged_files_are_told(void **state)
{
	struct fixture *f = *state;
	unsigned char bytes[sizeof(files->bytes)];
	size_t round, i, sound = 0, rounds = 20000;

	harness_seed(&f->chance, "damaged_files_are_told");
	for (round = 0; round < rounds; round++) {
		const struct file *file = &files[harness_random(&f->chance,
		    file_count)];
		size_t size = file->size, damage;

		memcpy(bytes, file->bytes, size);
		/* Heads are where it hurts. */
		damage = harness_random(&f->chance, 5);
		for (i = 0; i < damage; i++)
			bytes[harness_random(&f->chance,
			    harness_random(&f->chance, 2) != 0 ? 200 :
			    size) % size] = (unsigned char)harness_random(
			    &f->chance, 256);
		if (harness_random(&f->chance, 4) == 0)
			size = harness_random(&f->chance, size);
		sound += survives(bytes, size);
	}
	(void)printf("# of %zu files, some damaged, %zu were read\n", rounds,
	    sound);
	assert_true(sound > 0 && sound < rounds);
}

/* Each byte too few is a flaw. */
static void
short_files_are_told(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < files[0].size; i++)
		assert_false(survives(files[0].bytes, i));
	assert_true(survives(files[0].bytes, files[0].size));
}

/* Version 1 had half the bits, and no footer. */
static void
old_files_are_read(void **state)
{
	struct fixture *f = *state;
	unsigned char old[44 + 2 * 5 + 2 * 6 + 4] = "TZif";
	struct omni__arena arena = { .env = &omni__env_default };
	struct omni__zone z = { 0 };
	const char *flaw;
	static const unsigned char body[] = {
		0x80, 0, 0, 0, 0, 0, 0, 100, 0, 1, 0, 0, 0x0e, 0x10, 0, 0,
		0xff, 0xff, 0xf1, 0xf0, 1, 0, 'A', 'B', 'C', 0
	};

	(void)f;
	old[35] = 2;
	old[39] = 2;
	old[43] = 4;
	memcpy(old + 44, body, sizeof(body));
	assert_int_equal(omni__zone_file(&arena, old, sizeof(old), &z,
	    &flaw), OMNI_OK);
	assert_int_equal(omni__zone_offset(&z, 99 * OMNI__SECOND), 3600);
	assert_int_equal(omni__zone_offset(&z, 100 * OMNI__SECOND), -3600);
	assert_int_equal(omni__zone_offset(&z, END * OMNI__SECOND), -3600);
	omni__arena_free(&arena);
}

/* ---- memory --------------------------------------------------------- */

static int64_t allowed;

static void *
scarce(void *user, void *memory, size_t size)
{
	(void)user;
	if (size == 0) {
		free(memory);
		return NULL;
	}
	return allowed-- > 0 ? realloc(memory, size) : NULL;
}

static omni_status
look_around(struct omni__zones *zones)
{
	static const char *const names[] = {
		"Europe/Stockholm", "Nowhere", "EST5EDT,M3.2.0,M11.1.0",
		"Asia/Tokyo"
	};
	const struct omni__zone *found, *const *list;
	struct omni__error error;
	omni_status status = OMNI_OK;
	size_t i, count;

	for (i = 0; i < OMNI__COUNT(names) && status == OMNI_OK; i++) {
		status = omni__zone_find(zones, names[i], &found, &error);
		if (status == OMNI_MISSING && i == 1)
			status = OMNI_OK;
	}
	if (status == OMNI_OK)
		status = omni__zones_of(zones, "US", &list, &count, &error);
	if (status == OMNI_OK)
		assert_true(count > 20);
	return status;
}

static void
memory_may_run_out_anywhere(void **state)
{
	struct omni__env env = omni__env_default;
	struct omni__zones *zones;
	int64_t n;
	omni_status status = OMNI_NOMEM;

	(void)state;
	env.allocate = scarce;
	for (n = 0; status != OMNI_OK; n++) {
		allowed = n;
		zones = omni__zones_new(&env, FOLDER);
		if (zones == NULL)
			continue;
		status = look_around(zones);
		assert_true(status == OMNI_OK || status == OMNI_NOMEM);
		/* Once there is memory again, so is all else. */
		allowed = INT64_MAX;
		assert_int_equal(look_around(zones), OMNI_OK);
		omni__zones_free(zones);
		assert_true(n < 10000);
	}
	(void)printf("# memory ran out at %lld places\n", (long long)n);
	assert_true(n > 10);
}

#define ZONE_TEST(test) \
	cmocka_unit_test_setup_teardown(test, zones_begin, zones_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ZONE_TEST(offsets_are_libcs),
		ZONE_TEST(leap_seconds_are_refused),
		ZONE_TEST(rules_are_zones),
		ZONE_TEST(random_rules_are_libcs),
		ZONE_TEST(local_times_are_found),
		ZONE_TEST(far_years_are_like_near_ones),
		ZONE_TEST(no_time_is_too_far),
		ZONE_TEST(what_is_no_zone_is_missing),
		ZONE_TEST(many_names_are_no_trouble),
		ZONE_TEST(countries_have_their_zones),
		ZONE_TEST(without_files_there_are_rules),
		ZONE_TEST(damaged_files_are_told),
		ZONE_TEST(short_files_are_told),
		ZONE_TEST(old_files_are_read),
		ZONE_TEST(memory_may_run_out_anywhere),
	};
	int failed = cmocka_run_group_tests_name("zone", tests, NULL, NULL);

	free(files);
	return failed;
}
