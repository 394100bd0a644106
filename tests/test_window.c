/*
 * When a message may go: hours of the week, windows of the law and quiet hours
 * in the recipient's own time, over changes of the clocks; and where a
 * recipient lives.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "routing/routing.h"

#define MINUTE HARNESS_MINUTE
#define HOUR (60 * MINUTE)
#define MOST 8

/* ---- a small world -------------------------------------------------- */

struct world {
	struct harness chance;		/* for its numbers alone */
	struct omni__zones *zones;
	struct omni_channel channel;
	struct omni_purpose purpose;
	struct omni__purpose_rule rule;
	struct omni_window window[MOST];
	struct omni__window_rule windows[MOST];
	struct omni_calendar calendar;
	const struct omni_calendar *calendars[1];
	const char *holidays[MOST];
	char days[MOST][11];
	struct omni__rules rules;
	struct omni__message message;
	struct omni__said said[MOST];
	struct omni__recipient r;
	const struct omni__zone *may_be[MOST];
	struct omni__wait wait;
};

static void
lives_in(struct world *w, const char *name)
{
	assert_int_equal(omni__zone_find(w->zones, name, &w->r.zone, NULL),
	    OMNI_OK);
}

/* Where it lives is a guess: it may be there, too. */
static void
or_in(struct world *w, const char *name)
{
	const struct omni__zone *zone;

	assert_int_equal(omni__zone_find(w->zones, name, &zone, NULL),
	    OMNI_OK);
	if (w->r.zones == NULL)
		w->may_be[w->r.zone_count++] = w->r.zone;
	w->r.zones = w->may_be;
	assert_true(w->r.zone_count < MOST);
	w->may_be[w->r.zone_count++] = zone;
}

static int
world_begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -1;
	*state = w;
	w->chance.engine = "this machine";
	w->zones = omni__zones_new(&omni__env_default, OMNI__ZONEINFO);
	w->channel.head.name = "email";
	w->channel.medium = OMNI_MEDIUM_DIGITAL;
	w->purpose.head.name = "offer/shoes";
	w->purpose.class_name = "marketing";
	w->rule.purpose = &w->purpose;
	w->message.rule = &w->rule;
	w->message.expiry = INT64_MAX;
	w->message.at = INT64_MAX / 2;
	w->calendar.head.name = "SE";
	w->calendar.days.items = w->holidays;
	w->calendars[0] = &w->calendar;
	w->rules.calendars = w->calendars;
	w->rules.calendar_count = 1;
	w->rules.windows = w->windows;
	w->r.said = w->said;
	w->r.region = "SE";
	lives_in(w, "Europe/Stockholm");
	return 0;
}

static int
world_end(void **state)
{
	struct world *w = *state;

	omni__zones_free(w->zones);
	free(w);
	return 0;
}

static void
parse(const char *text, struct omni__hours *hours)
{
	struct omni__error error;

	if (omni__hours_parse(&error, "hours", text, hours) != OMNI_OK)
		fail_msg("\"%s\": %s", text, error.text);
}

static struct omni_window *
add_window(struct world *w, const char *hours)
{
	size_t i = w->rules.window_count++;

	assert_true(i < MOST);
	memset(&w->window[i], 0, sizeof(w->window[i]));
	w->windows[i].window = &w->window[i];
	parse(hours, &w->windows[i].hours);
	return &w->window[i];
}

static struct omni__said *
add_quiet(struct world *w, const char *value)
{
	struct omni__said *said = &w->said[w->r.said_count++];

	assert_true(w->r.said_count <= MOST);
	memset(said, 0, sizeof(*said));
	said->said = OMNI_SAID_QUIET;
	said->fact = said->happened = (int64_t)w->r.said_count;
	said->expiry = INT64_MAX;
	said->purpose = "*";
	said->source = "";
	said->value = value;
	return said;
}

static void
add_holiday(struct world *w, int64_t day)
{
	size_t i = w->calendar.days.count++;
	int64_t year;
	int month, day_;

	assert_true(i < MOST);
	omni__civil_from_days(day, &year, &month, &day_);
	(void)snprintf(w->days[i], sizeof(w->days[i]), "%04u-%02u-%02u",
	    (unsigned)year % 10000, (unsigned)month % 100,
	    (unsigned)day_ % 100);
	w->holidays[i] = w->days[i];
}

static int64_t
at(const char *iso)
{
	int64_t time;

	assert_int_equal(omni_time_parse(iso, &time), OMNI_OK);
	return time;
}

static int64_t
opens(struct world *w, int64_t from)
{
	return omni__window_open(&w->rules, &w->message, &w->r, &w->channel,
	    from, &w->wait);
}

static void
goes(struct world *w, const char *from, const char *wanted)
{
	int64_t time = opens(w, at(from));
	char text[OMNI_TIME_SIZE];

	if (time == at(wanted))
		return;
	if (time == INT64_MAX)
		fail_msg("from %s: never, not %s", from, wanted);
	(void)omni_time_format(time, text, sizeof(text));
	fail_msg("from %s: %s, not %s", from, text, wanted);
}

/* ---- hours of the week ---------------------------------------------- */

/* Is a local minute open?  Today's row and the one of the day before. */
static bool
is_open(const struct omni__hours *hours, int before, int today,
    int minute)
{
	const struct omni__minutes *span;
	uint8_t i;

	for (i = 0; i < hours->counts[today]; i++) {
		span = &hours->spans[today][i];
		if (minute >= span->from && minute < span->to)
			return true;
	}
	for (i = 0; i < hours->counts[before]; i++)
		if (minute + 24 * 60 < hours->spans[before][i].to)
			return true;
	return false;
}

static void
hours_are_read(void **state)
{
	static const struct {
		const char *text;
		int weekday;
		bool holiday, open;
		const char *time;
	} cases[] = {
		{ "09:00-20:00", 6, false, true, "09:00" },
		{ "09:00-20:00", 6, false, false, "08:59" },
		{ "09:00-20:00", 6, false, false, "20:00" },
		{ "9:00-20:00", 0, true, true, "19:59" },
		{ "mo-fr 09:00-20:00", 4, false, true, "12:00" },
		{ "mo-fr 09:00-20:00", 5, false, false, "12:00" },
		{ "Mo-Fr 09:00-20:00; PH off", 4, true, false, "12:00" },
		{ "mo-fr 09:00-20:00; ph off", 4, false, true, "12:00" },
		{ "mo-su 09:00-20:00", 4, true, true, "12:00" },
		{ "ph 10:00-12:00", 4, true, true, "10:00" },
		{ "ph 10:00-12:00", 4, false, false, "10:00" },
		{ "ph,su 10:00-12:00", 6, false, true, "10:00" },
		{ "sa-mo 10:00-12:00", 0, false, true, "10:00" },
		{ "sa-mo 10:00-12:00", 1, false, false, "10:00" },
		{ "mo,we,fr-sa 10:00-12:00", 5, false, true, "10:00" },
		{ "mo,we,fr-sa 10:00-12:00", 3, false, false, "10:00" },
		{ "10:00-13:00,14:00-20:00", 3, false, false, "13:30" },
		{ "10:00-13:00, 14:00-20:00", 3, false, true, "14:00" },
		{ "00:00-24:00", 3, false, true, "23:59" },
		{ "22:00-07:00", 3, false, true, "23:00" },
		{ "22:00-07:00", 3, false, true, "06:59" },
		{ "22:00-07:00", 3, false, false, "07:00" },
		/* A later rule is told anew what its days are. */
		{ "09:00-20:00; tu off", 1, false, false, "12:00" },
		{ "09:00-20:00; tu 10:00-11:00", 1, false, false, "12:00" },
		{ "tu off; 09:00-20:00", 1, false, true, "12:00" },
		{ "off", 1, false, false, "12:00" },
		{ "none", 1, false, false, "12:00" },
		{ "  mo - fr   09:00 - 20:00 ;sa off ", 1, false, true,
		    "12:00" },
		/* What passes midnight is of the day on which it begins. */
		{ "fr 22:00-02:00", 5, false, true, "01:59" },
		{ "fr 22:00-02:00", 4, false, false, "01:59" },
		{ "fr 22:00-02:00; sa 10:00-11:00", 5, false, true, "01:00" },
		{ "fr 22:00-02:00; ph off", 5, true, true, "01:00" },
		{ "su 22:00-02:00", 0, false, true, "01:00" },
	};
	struct omni__hours hours;
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(cases); i++) {
		int minute = atoi(cases[i].time) * 60 +
		    atoi(cases[i].time + 3);
		int day = cases[i].weekday;

		parse(cases[i].text, &hours);
		if (is_open(&hours, (day + 6) % 7,
		    omni__hours_day(&hours, day, cases[i].holiday), minute)
		    != cases[i].open)
			fail_msg("case %zu: \"%s\" on day %d at %s", i,
			    cases[i].text, day, cases[i].time);
	}
}

static void
what_is_no_hours_is_told(void **state)
{
	static const struct {
		const char *text, *at;
	} cases[] = {
		{ "", "character 1:" }, { " ", "character 2:" },
		{ "mo", "character 3:" }, { "mo-fr", "character 6:" },
		{ "monday 09:00-10:00", "character 1:" },
		{ "mo-ph 09:00-10:00", "character 4:" },
		{ "mo-xx 09:00-10:00", "character 4:" },
		{ "mo,xx 09:00-10:00", "character 4:" },
		{ "09:00", "character 1:" }, { "09:00-", "character 1:" },
		{ "24:00-25:00", "character 1:" },
		{ "09:00-24:01", "character 1:" },
		{ "09:60-10:00", "character 1:" },
		{ "0900-1000", "character 1:" },
		{ "09:000-10:00", "character 1:" },
		{ "09:00-09:00", "a whole day is 00:00-24:00" },
		{ "mo 09:00-10:00;", "character 16:" },
		{ "mo 09:00-10:00; ;", "character 17:" },
		{ "mo 09:00-10:00 x", "character 16:" },
		{ "none; mo 09:00-10:00", "character 5:" },
		{ "mo off 09:00-10:00", "character 8:" },
		{ "1:00-2:00,2:00-3:00,3:00-4:00,4:00-5:00,5:00-6:00,"
		    "6:00-7:00,7:00-8:00,8:00-9:00,9:00-10:00", "8 spans" },
		{ "anna@example.com", "character 1:" },
	};
	struct omni__hours hours;
	struct omni__error error;
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(cases); i++) {
		assert_int_equal(omni__hours_parse(&error, "value",
		    cases[i].text, &hours), OMNI_INVALID);
		assert_int_equal(strncmp(error.text, "value ", 6), 0);
		if (strstr(error.text, cases[i].at) == NULL)
			fail_msg("\"%s\": %s", cases[i].text, error.text);
		assert_null(strstr(error.text, "anna"));
	}
}

/* ---- windows -------------------------------------------------------- */

static void
without_a_rule_it_goes_at_once(void **state)
{
	struct world *w = *state;

	goes(w, "2025-03-03T03:04:05.5Z", "2025-03-03T03:04:05.5Z");
	assert_null(w->wait.window);
	assert_null(w->wait.quiet);
}

static void
a_window_defers_to_its_next_opening(void **state)
{
	struct world *w = *state;

	(void)add_window(w, "mo-fr 09:00-20:00; sa 10:00-18:00");
	goes(w, "2025-03-03T10:00:00.25Z", "2025-03-03T10:00:00.25Z");
	assert_null(w->wait.window);
	goes(w, "2025-03-03T03:04:05Z", "2025-03-03T08:00:00Z");
	assert_ptr_equal(w->wait.window, &w->windows[0]);
	goes(w, "2025-03-03T18:59:59.999999Z", "2025-03-03T18:59:59.999999Z");
	goes(w, "2025-03-03T19:00:00Z", "2025-03-04T08:00:00Z");
	/* Friday evening; Saturday evening. */
	goes(w, "2025-03-07T20:00:00Z", "2025-03-08T09:00:00Z");
	goes(w, "2025-03-08T20:00:00Z", "2025-03-10T08:00:00Z");
}

static void
only_windows_that_fit_bind(void **state)
{
	struct world *w = *state;
	struct omni_window *window = add_window(w, "none");

	assert_true(opens(w, at("2025-03-03T10:00:00Z")) == INT64_MAX);
	window->region = "US";
	goes(w, "2025-03-03T10:00:00Z", "2025-03-03T10:00:00Z");
	window->region = "SE";
	window->channel = "sms";
	goes(w, "2025-03-03T10:00:00Z", "2025-03-03T10:00:00Z");
	window->channel = "email";
	window->purpose = "offer/hats";
	goes(w, "2025-03-03T10:00:00Z", "2025-03-03T10:00:00Z");
	window->purpose = "offer";
	window->class_name = "service";
	goes(w, "2025-03-03T10:00:00Z", "2025-03-03T10:00:00Z");
	window->class_name = "marketing";
	assert_true(opens(w, at("2025-03-03T10:00:00Z")) == INT64_MAX);
	/* And what is of no class. */
	w->purpose.class_name = NULL;
	goes(w, "2025-03-03T10:00:00Z", "2025-03-03T10:00:00Z");
}

static void
a_public_holiday_has_its_own_hours(void **state)
{
	struct world *w = *state;

	/* Thursday 2025-05-01. */
	add_holiday(w, omni__days_from_civil(2025, 5, 1));
	(void)add_window(w, "mo-fr 10:00-13:00,14:00-20:00; ph off");
	goes(w, "2025-04-30T18:00:00Z", "2025-05-02T08:00:00Z");
	goes(w, "2025-05-01T09:00:00Z", "2025-05-02T08:00:00Z");
	/* Another region's holidays are its own. */
	w->r.region = "FI";
	goes(w, "2025-05-01T09:00:00Z", "2025-05-01T09:00:00Z");
	w->r.region = "SE";
	/* Without a rule it is as its weekday. */
	w->rules.window_count = 0;
	(void)add_window(w, "mo-fr 10:00-13:00,14:00-20:00");
	goes(w, "2025-05-01T09:00:00Z", "2025-05-01T09:00:00Z");
}

/* ---- quiet hours ---------------------------------------------------- */

static void
quiet_hours_pass_midnight(void **state)
{
	struct world *w = *state;

	(void)add_quiet(w, "22:00-07:00");
	goes(w, "2025-03-03T20:59:59Z", "2025-03-03T20:59:59Z");
	goes(w, "2025-03-03T21:00:00Z", "2025-03-04T06:00:00Z");
	assert_ptr_equal(w->wait.quiet, &w->said[0]);
	goes(w, "2025-03-03T23:30:00Z", "2025-03-04T06:00:00Z");
	goes(w, "2025-03-04T05:59:59.999999Z", "2025-03-04T06:00:00Z");
	/* Of the day on which they begin. */
	w->said[0].value = "fr-sa 22:00-09:00; mo-th,su 22:00-07:00";
	goes(w, "2025-03-08T07:00:00Z", "2025-03-08T08:00:00Z");
	goes(w, "2025-03-10T06:30:00Z", "2025-03-10T06:30:00Z");
	/* One after the other, without a gap. */
	w->said[0].value = "sa-su 00:00-24:00; mo-fr 20:00-24:00,"
	    "00:00-08:00";
	goes(w, "2025-03-07T19:00:00Z", "2025-03-10T07:00:00Z");
}

static void
urgent_messages_pass_quiet_hours_and_not_the_law(void **state)
{
	struct world *w = *state;

	(void)add_quiet(w, "22:00-07:00");
	w->message.urgent = true;
	goes(w, "2025-03-03T21:00:00Z", "2025-03-03T21:00:00Z");
	(void)add_window(w, "08:00-21:00");
	goes(w, "2025-03-03T21:00:00Z", "2025-03-04T07:00:00Z");
}

static void
quiet_hours_bind_what_they_name(void **state)
{
	struct world *w = *state;
	struct omni__said *quiet = add_quiet(w, "00:00-24:00");
	const char *noon = "2025-03-03T11:00:00Z";

	assert_true(opens(w, at(noon)) == INT64_MAX);
	assert_ptr_equal(w->wait.quiet, quiet);
	/* A letter makes no noise, unless it was told. */
	w->channel.medium = OMNI_MEDIUM_PHYSICAL;
	goes(w, noon, noon);
	quiet->medium = OMNI_MEDIUM_PHYSICAL;
	assert_true(opens(w, at(noon)) == INT64_MAX);
	w->channel.medium = OMNI_MEDIUM_DIGITAL;
	goes(w, noon, noon);
	quiet->medium = 0;
	quiet->channel = "sms";
	goes(w, noon, noon);
	quiet->channel = "email";
	assert_true(opens(w, at(noon)) == INT64_MAX);
	quiet->purpose = "offer/hats";
	goes(w, noon, noon);
	quiet->purpose = "offer";
	quiet->brand = "north";
	goes(w, noon, noon);
	w->message.brand = "north";
	assert_true(opens(w, at(noon)) == INT64_MAX);
	/* Said later than the message is decided for. */
	w->message.at = quiet->happened - 1;
	goes(w, noon, noon);
}

static void
the_last_word_of_a_scope_holds(void **state)
{
	struct world *w = *state;
	const char *noon = "2025-03-03T11:00:00Z";

	(void)add_quiet(w, "00:00-24:00");
	(void)add_quiet(w, "none");
	goes(w, noon, noon);
	/* Of another scope both bind. */
	w->said[1].purpose = "offer";
	assert_true(opens(w, at(noon)) == INT64_MAX);
	w->said[1].purpose = "*";
	w->said[1].channel = "email";
	assert_true(opens(w, at(noon)) == INT64_MAX);
	w->said[0].channel = "email";
	goes(w, noon, noon);
	w->said[0].channel = w->said[1].channel = NULL;
	w->said[1].medium = OMNI_MEDIUM_DIGITAL;
	assert_true(opens(w, at(noon)) == INT64_MAX);
	w->said[1].medium = 0;
	w->said[1].brand = "north";
	assert_true(opens(w, at(noon)) == INT64_MAX);
	w->said[1].brand = NULL;
	w->said[0].value = "12:00-13:00";
	w->said[1].value = "13:00-14:00";
	w->said[1].purpose = "offer";
	goes(w, noon, "2025-03-03T13:00:00Z");
	assert_ptr_equal(w->wait.quiet, &w->said[1]);
}

static void
windows_and_quiet_hours_hold_together(void **state)
{
	struct world *w = *state;

	(void)add_window(w, "mo-fr 09:00-20:00");
	(void)add_window(w, "10:00-21:00");
	/* Ten minutes are left, on a Wednesday. */
	(void)add_quiet(w, "mo-tu,th-su 00:00-24:00; we 00:00-19:50");
	goes(w, "2025-03-03T10:00:00Z", "2025-03-05T18:50:00Z");
	assert_ptr_equal(w->wait.quiet, &w->said[0]);
	goes(w, "2025-03-05T18:59:59Z", "2025-03-05T18:59:59Z");
	goes(w, "2025-03-05T19:00:00Z", "2025-03-12T18:50:00Z");
	/* Nothing is left. */
	w->said[0].value = "00:00-20:00";
	assert_true(opens(w, at("2025-03-05T19:00:00Z")) == INT64_MAX);
	assert_true(w->wait.quiet != NULL || w->wait.window != NULL);
}

static void
what_opens_within_a_year_is_found(void **state)
{
	struct world *w = *state;
	int64_t monday = omni__days_from_civil(2025, 3, 3);

	(void)add_window(w, "ph 10:00-11:00");
	add_holiday(w, monday + 366);
	goes(w, "2025-03-03T09:30:00Z", "2026-03-04T09:00:00Z");
	assert_true(opens(w, at("2025-03-03T08:59:59Z")) == INT64_MAX);
	assert_ptr_equal(w->wait.window, &w->windows[0]);
}

/* ---- clocks that change --------------------------------------------- */

static void
clocks_that_change_are_followed(void **state)
{
	static const struct {
		const char *zone, *hours, *from, *wanted;
	} cases[] = {
		/* The gap takes the opening minute, or all of the hours. */
		{ "Europe/Stockholm", "02:30-05:00", "2025-03-30T00:00:00Z",
		    "2025-03-30T01:00:00Z" },
		{ "Europe/Stockholm", "02:00-03:00", "2025-03-30T00:00:00Z",
		    "2025-03-31T00:00:00Z" },
		{ "Europe/Stockholm", "01:00-02:30", "2025-03-30T00:59:59Z",
		    "2025-03-30T00:59:59Z" },
		{ "Europe/Stockholm", "01:00-02:30", "2025-03-30T01:00:00Z",
		    "2025-03-30T23:00:00Z" },
		/* What comes twice opens the first time, and again. */
		{ "Europe/Stockholm", "02:30-05:00", "2025-10-26T00:00:00Z",
		    "2025-10-26T00:30:00Z" },
		{ "Europe/Stockholm", "02:30-03:00", "2025-10-26T00:59:00Z",
		    "2025-10-26T00:59:00Z" },
		{ "Europe/Stockholm", "02:30-03:00", "2025-10-26T01:00:00Z",
		    "2025-10-26T01:30:00Z" },
		{ "Europe/Stockholm", "01:00-02:15", "2025-10-26T00:20:00Z",
		    "2025-10-26T01:00:00Z" },
		{ "America/New_York", "08:00-21:00", "2025-03-09T02:00:00Z",
		    "2025-03-09T12:00:00Z" },
		{ "America/New_York", "08:00-21:00", "2025-11-02T02:00:00Z",
		    "2025-11-02T13:00:00Z" },
		/* Half an hour, in the south. */
		{ "Australia/Lord_Howe", "02:10-09:00",
		    "2025-10-04T15:00:00Z", "2025-10-04T15:30:00Z" },
		{ "Australia/Lord_Howe", "01:45-09:00",
		    "2025-04-05T14:30:00Z", "2025-04-05T14:45:00Z" },
		{ "Australia/Lord_Howe", "01:45-01:50",
		    "2025-04-05T15:00:00Z", "2025-04-05T15:15:00Z" },
		{ "America/Santiago", "00:30-09:00", "2025-09-07T03:00:00Z",
		    "2025-09-07T04:00:00Z" },
		/* Winter is the exception. */
		{ "Europe/Dublin", "01:30-05:00", "2025-03-30T00:00:00Z",
		    "2025-03-30T01:00:00Z" },
		{ "Europe/Dublin", "01:30-05:00", "2025-10-26T00:00:00Z",
		    "2025-10-26T00:30:00Z" },
		/* Ramadan: 2025-02-23 to 2025-04-06. */
		{ "Africa/Casablanca", "09:00-10:00", "2025-02-23T12:00:00Z",
		    "2025-02-24T09:00:00Z" },
		{ "Africa/Casablanca", "09:00-10:00", "2025-04-06T12:00:00Z",
		    "2025-04-07T08:00:00Z" },
		/* There was no Friday in Samoa that week. */
		{ "Pacific/Apia", "fr 09:00-17:00", "2011-12-29T12:00:00Z",
		    "2012-01-05T19:00:00Z" },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "02:30-05:00",
		    "2025-03-30T00:00:00Z", "2025-03-30T01:00:00Z" },
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < OMNI__COUNT(cases); i++) {
		lives_in(w, cases[i].zone);
		w->rules.window_count = 0;
		(void)add_window(w, cases[i].hours);
		goes(w, cases[i].from, cases[i].wanted);
	}
	w->rules.window_count = 0;
	lives_in(w, "Europe/Stockholm");
	/* Nine hours of quiet are eight, and ten. */
	(void)add_quiet(w, "22:00-07:00");
	goes(w, "2025-03-29T22:00:00Z", "2025-03-30T05:00:00Z");
	goes(w, "2025-10-25T21:00:00Z", "2025-10-26T06:00:00Z");
	/* The hour comes again, and is quiet again. */
	w->said[0].value = "02:30-02:45";
	goes(w, "2025-10-26T00:35:00Z", "2025-10-26T00:45:00Z");
	goes(w, "2025-10-26T01:35:00Z", "2025-10-26T01:45:00Z");
	w->said[0].value = "02:30-03:00";
	goes(w, "2025-10-26T00:35:00Z", "2025-10-26T01:00:00Z");
}

/* ---- minute by minute ----------------------------------------------- */

/* Hours made of a seed: as text, and as the minutes of two days from each of
 * eight. */
struct week {
	char text[400];
	bool open[8][2880];
	bool holidays;
};

static void
make_rule(struct world *w, struct week *week, unsigned days)
{
	static const char *const names[] = {
		"mo", "tu", "we", "th", "fr", "sa", "su", "ph"
	};
	size_t count = harness_random(&w->chance, 3), i, used, minute;
	unsigned d;

	for (d = 0; d < 8; d++)
		if ((days & 1u << d) != 0) {
			used = strlen(week->text);
			(void)snprintf(week->text + used,
			    sizeof(week->text) - used, "%s%s",
			    used == 0 || week->text[used - 1] == ' ' ? "" :
			    ",", names[d]);
			memset(week->open[d], 0, sizeof(week->open[d]));
		}
	if (count == 0)
		(void)strcat(week->text, " off");
	for (i = 0; i < count; i++) {
		size_t from = 15 * harness_random(&w->chance, 96);
		size_t to = 15 * (1 + harness_random(&w->chance, 96));

		if (from == to)
			to = to == 1440 ? 1425 : to + 15;
		used = strlen(week->text);
		(void)snprintf(week->text + used, sizeof(week->text) - used,
		    "%s%02u:%02u-%02u:%02u", i == 0 ? " " : ",",
		    (unsigned)from / 60 % 25, (unsigned)from % 60,
		    (unsigned)to / 60 % 25, (unsigned)to % 60);
		if (to < from)
			to += 1440;
		for (d = 0; d < 8; d++)
			for (minute = from; minute < to; minute++)
				week->open[d][minute] |=
				    (days & 1u << d) != 0;
	}
	week->holidays |= (days & 0x80) != 0;
}

static void
make_week(struct world *w, struct week *week)
{
	size_t rules = 1 + harness_random(&w->chance, 3), i;

	memset(week, 0, sizeof(*week));
	for (i = 0; i < rules; i++) {
		if (i > 0)
			(void)strcat(week->text, "; ");
		make_rule(w, week, 1 + (unsigned)harness_random(&w->chance,
		    255));
	}
}

static bool
is_holiday(const struct world *w, int64_t day)
{
	char text[48];
	int64_t year;
	int month, day_;
	size_t i;

	omni__civil_from_days(day, &year, &month, &day_);
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02d", (int)year,
	    month, day_);
	for (i = 0; i < w->calendar.days.count; i++)
		if (strcmp(text, w->holidays[i]) == 0)
			return true;
	return false;
}

static bool
open_in(const struct world *w, const struct omni__zone *zone,
    const struct week *week, int64_t time)
{
	int64_t local = time + omni__zone_offset(zone, time) *
	    OMNI__SECOND, day = local / OMNI__DAY;
	int64_t minute = local % OMNI__DAY / MINUTE;
	int64_t today = week->holidays && is_holiday(w, day) ? 7 :
	    (day + 3) % 7;
	int64_t before = week->holidays && is_holiday(w, day - 1) ? 7 :
	    (day + 2) % 7;

	return week->open[today][minute] || week->open[before][minute + 1440];
}

/* Wherever it may be. */
static bool
lawful(const struct world *w, const struct week *week, int64_t time)
{
	size_t i;

	for (i = 0; i < w->r.zone_count; i++)
		if (!open_in(w, w->may_be[i], week, time))
			return false;
	return w->r.zone_count > 0 || open_in(w, w->r.zone, week, time);
}

static int64_t
naive(const struct world *w, const struct week *weeks, size_t windows,
    size_t quiets, int64_t from)
{
	int64_t t = from;
	bool open = false;
	size_t i;

	while (t <= from + 3 * OMNI__DAY) {
		for (i = 0, open = true; i < windows && open; i++)
			open = lawful(w, &weeks[i], t);
		for (; i < windows + quiets && open; i++)
			open = !open_in(w, w->r.zone, &weeks[i], t);
		if (open)
			return t;
		t += MINUTE - t % MINUTE;
	}
	return INT64_MAX;
}

static void
try_one(struct world *w, struct week weeks[4], int64_t from)
{
	size_t windows = harness_random(&w->chance, 3), quiets, i;
	int64_t ours, theirs;

	quiets = harness_random(&w->chance, 2) + (windows == 0);
	w->rules.window_count = w->r.said_count = 0;
	for (i = 0; i < windows + quiets; i++) {
		make_week(w, &weeks[i]);
		if (i < windows)
			(void)add_window(w, weeks[i].text);
		else
			add_quiet(w, weeks[i].text)->purpose = i % 2 ? "*" :
			    "offer";
	}
	theirs = naive(w, weeks, windows, quiets, from);
	ours = opens(w, from);
	if (theirs == INT64_MAX ? ours <= from + 3 * OMNI__DAY :
	    ours != theirs)
		fail_msg("in %s (of %zu) from %lld, \"%s\", \"%s\", \"%s\" "
		    "(%zu windows, %zu quiet): %lld, not %lld",
		    omni__zone_name(w->r.zone), w->r.zone_count,
		    (long long)from,
		    weeks[0].text, weeks[1].text, weeks[2].text, windows,
		    quiets, (long long)ours, (long long)theirs);
	assert_true((ours != from) == (w->wait.window != NULL ||
	    w->wait.quiet != NULL));
	assert_true((w->wait.window != NULL) == (w->wait.zone != NULL));
}

/* Every second one may be somewhere else. */
static void
live_anywhere(struct world *w, const char *const *zones, size_t count,
    size_t i)
{
	size_t others = i % 2 * (1 + harness_random(&w->chance, 3));

	w->r.zones = NULL;
	w->r.zone_count = 0;
	lives_in(w, zones[i / 2 % count]);
	while (others-- > 0)
		or_in(w, zones[harness_random(&w->chance, count)]);
}

static void
it_is_as_if_minutes_were_tried(void **state)
{
	static const char *const zones[] = {
		"Europe/Stockholm", "America/New_York", "Australia/Lord_Howe",
		"Europe/Dublin", "Africa/Casablanca", "America/Santiago",
		"Asia/Kolkata", "America/St_Johns", "Pacific/Chatham",
		"Antarctica/Troll", "NZST-12NZDT,M9.5.0,M4.1.0/3", "UTC"
	};
	struct world *w = *state;
	struct week *weeks = calloc(4, sizeof(*weeks));
	size_t i, j, count = 0;

	assert_non_null(weeks);
	harness_seed(&w->chance, "it_is_as_if_minutes_were_tried");
	for (i = 0; i < 2400; i++) {
		int64_t t = (int64_t)harness_random(&w->chance,
		    1767225600 - 86400 * 400) * OMNI__SECOND + OMNI__DAY * 7;

		live_anywhere(w, zones, OMNI__COUNT(zones), i);
		if (omni__zone_next(w->r.zone, t) != INT64_MAX)
			t = omni__zone_next(w->r.zone, t);
		w->calendar.days.count = 0;
		for (j = 0; j < 2; j++)
			add_holiday(w, t / OMNI__DAY + (int64_t)j * 2 - 1);
		for (j = 0; j < 10; j++, count++)
			try_one(w, weeks, t - OMNI__DAY +
			    (int64_t)harness_random(&w->chance,
			    (uint64_t)(3 * OMNI__DAY / 2)));
	}
	free(weeks);
	(void)printf("# %zu windows and quiet hours as minute by minute\n",
	    count);
}

/* ---- where the zone is a guess -------------------------------------- */

static void
the_law_is_kept_wherever_one_may_be(void **state)
{
	struct world *w = *state;

	lives_in(w, "America/New_York");
	or_in(w, "Pacific/Honolulu");
	or_in(w, "America/Chicago");
	add_window(w, "08:00-21:00")->channel = "email";
	/* Eight in New York, and two in Honolulu. */
	goes(w, "2026-06-01T12:00:00Z", "2026-06-01T18:00:00Z");
	assert_string_equal(omni__zone_name(w->wait.zone),
	    "Pacific/Honolulu");
	goes(w, "2026-06-01T19:00:00Z", "2026-06-01T19:00:00Z");
	assert_null(w->wait.zone);
	/* Nine in the evening there, and three in the afternoon. */
	goes(w, "2026-06-02T00:59:59Z", "2026-06-02T00:59:59Z");
	goes(w, "2026-06-02T01:00:00Z", "2026-06-02T18:00:00Z");
	/* Standard time in New York; in Honolulu there is no other. */
	goes(w, "2026-12-01T19:00:00Z", "2026-12-01T19:00:00Z");
	goes(w, "2026-12-02T01:30:00Z", "2026-12-02T01:30:00Z");
	goes(w, "2026-12-02T02:00:00Z", "2026-12-02T18:00:00Z");
	/* No hour is one of noon everywhere. */
	add_window(w, "12:00-13:00")->channel = "email";
	assert_int_equal(opens(w, at("2026-06-01T12:00:00Z")), INT64_MAX);
}

static void
a_holiday_is_one_by_each_clock(void **state)
{
	struct world *w = *state;

	lives_in(w, "Europe/Stockholm");
	or_in(w, "Pacific/Auckland");
	add_window(w, "00:00-24:00; ph off");
	/* 6 June 2026. */
	add_holiday(w, at("2026-06-06T00:00:00Z") / OMNI__DAY);
	goes(w, "2026-06-05T11:59:00Z", "2026-06-05T11:59:00Z");
	goes(w, "2026-06-05T12:00:00Z", "2026-06-06T22:00:00Z");
	assert_string_equal(omni__zone_name(w->wait.zone),
	    "Europe/Stockholm");
}

static void
quiet_hours_go_by_the_guess(void **state)
{
	struct world *w = *state;

	lives_in(w, "America/New_York");
	or_in(w, "Pacific/Honolulu");
	add_quiet(w, "21:00-08:00");
	goes(w, "2026-06-01T11:00:00Z", "2026-06-01T12:00:00Z");
	assert_null(w->wait.zone);
	add_window(w, "07:00-22:00");
	/* Both: from seven in Honolulu to nine in New York. */
	goes(w, "2026-06-01T11:00:00Z", "2026-06-01T17:00:00Z");
	assert_null(w->wait.quiet);
	goes(w, "2026-06-02T01:00:00Z", "2026-06-02T17:00:00Z");
}

/* ---- where a recipient lives ---------------------------------------- */

struct house {
	const char *said, *lives, *dials, *store;
	const char *zone, *region, *text;
};

static void
settles(struct harness *h, const struct house *house)
{
	struct omni__said said = {
		.said = OMNI_SAID_ZONE, .purpose = "offer", .happened = 5,
		.value = house->said,
	};
	struct omni__recipient r = {
		.points = { .country = house->lives,
		    .dialled = house->dials },
		.said = &said,
		.said_count = house->said != NULL,
	};

	(void)strcpy(h->db->zone, house->store);
	harness_ok(h, omni__place(h->db, 5, &r));
	if (strcmp(omni__zone_name(r.zone), house->zone) != 0 ||
	    strcmp(r.region, house->region) != 0 ||
	    strcmp(r.zone_text, house->text) != 0)
		fail_msg("%s in %s: \"%s\", not %s: \"%s\"",
		    omni__zone_name(r.zone), r.region, r.zone_text,
		    house->zone, house->text);
	/* Where it may be, if that is a guess: the US have eight clocks. */
	assert_int_equal(r.zone_count, strstr(house->text, "guess") ? 8 : 0);
	assert_int_equal(r.zones != NULL, r.zone_count > 0);
	omni__arena_reset(&h->db->scratch);
}

static void
a_recipient_lives_somewhere(void **state)
{
	static const struct house houses[] = {
		{ NULL, NULL, NULL, "UTC", "UTC", "FI", "the store's" },
		{ NULL, NULL, NULL, "Europe/Helsinki", "Europe/Helsinki",
		    "FI", "the store's" },
		{ NULL, NULL, "NO", "UTC", "Europe/Oslo", "NO",
		    "the phone number is of NO" },
		{ NULL, "SE", "NO", "UTC", "Europe/Stockholm", "SE",
		    "the postal address lies in SE" },
		{ "Asia/Tokyo", "SE", "NO", "UTC", "Asia/Tokyo", "SE",
		    "the customer named it" },
		{ "<+07>-7", "SE", "NO", "UTC", "<+07>-7", "SE",
		    "the customer named it" },
		{ "Asia/Nowhere", "SE", NULL, "UTC", "Europe/Stockholm", "SE",
		    "the customer named one that this machine does not know; "
		    "the postal address lies in SE" },
		{ "Asia/Nowhere", NULL, NULL, "UTC", "UTC", "FI",
		    "the customer named one that this machine does not know; "
		    "the store's" },
		/* One that is sure before a guess. */
		{ NULL, "US", "SE", "UTC", "Europe/Stockholm", "US",
		    "the phone number is of SE" },
		{ NULL, "US", NULL, "UTC", "America/New_York", "US",
		    "the postal address lies in US, which has several: a "
		    "guess, the first; the law is kept by all 8 of its "
		    "clocks" },
		{ NULL, "US", "CA", "America/Chicago", "America/Chicago",
		    "US", "the postal address lies in US, which has several: "
		    "a guess, the store's; the law is kept by all 8 of its "
		    "clocks" },
		{ NULL, NULL, "US", "America/Chicago", "America/Chicago",
		    "US", "the phone number is of US, which has several: a "
		    "guess, the store's; the law is kept by all 8 of its "
		    "clocks" },
		/* A country without clocks. */
		{ NULL, "ZZ", NULL, "UTC", "UTC", "ZZ", "the store's" },
	};
	struct harness *h = harness_of(state);
	size_t i;

	(void)strcpy(h->db->region, "FI");
	for (i = 0; i < OMNI__COUNT(houses); i++)
		settles(h, &houses[i]);
}

static void *
nothing(void *context, void *memory, size_t size)
{
	(void)context;
	if (size == 0)
		free(memory);
	return NULL;
}

static void
a_place_needs_room_for_its_words(void **state)
{
	struct harness *h = harness_of(state);
	struct omni__arena scratch = h->db->scratch;
	struct omni__env env = *scratch.env;
	struct omni__recipient r = { .points = { .country = "US" } };
	_Alignas(16) unsigned char room[1024];
	size_t n, failed = 0;
	omni_status status = OMNI_NOMEM;

	env.allocate = nothing;
	for (n = 0; status != OMNI_OK && n <= sizeof(room); n += 16) {
		h->db->scratch = (struct omni__arena){ .env = &env,
		    .given = room, .given_room = n };
		status = omni__place(h->db, 5, &r);
		assert_true(status == OMNI_OK || status == OMNI_NOMEM);
		failed += status == OMNI_NOMEM;
	}
	h->db->scratch = scratch;
	harness_ok(h, status);
	/* Of the guess, and of the whole. */
	assert_in_range(failed, 10, sizeof(room) / 16 - 1);
}

static void
the_last_zone_that_was_said_holds(void **state)
{
	struct harness *h = harness_of(state);
	struct omni__said said[3] = {
		{ .said = OMNI_SAID_ZONE, .purpose = "*", .happened = 5,
		    .value = "Asia/Tokyo" },
		{ .said = OMNI_SAID_LANGUAGE, .purpose = "*", .happened = 6,
		    .value = "sv" },
		{ .said = OMNI_SAID_ZONE, .purpose = "*", .happened = 7,
		    .value = "Asia/Seoul" },
	};
	struct omni__recipient r = { .said = said, .said_count = 3 };

	harness_ok(h, omni__place(h->db, 7, &r));
	assert_string_equal(omni__zone_name(r.zone), "Asia/Seoul");
	harness_ok(h, omni__place(h->db, 6, &r));
	assert_string_equal(omni__zone_name(r.zone), "Asia/Tokyo");
	harness_ok(h, omni__place(h->db, 4, &r));
	assert_string_equal(r.zone_text, "the store's");
}

static void
the_last_word_is_about_something(void **state)
{
	struct omni_channel email = { .medium = OMNI_MEDIUM_DIGITAL };
	struct omni__said said[] = {
		{ .said = OMNI_SAID_LANGUAGE, .purpose = "*" },
		{ .said = OMNI_SAID_LANGUAGE, .purpose = "offer" },
		{ .said = OMNI_SAID_LANGUAGE, .purpose = "offer",
		    .brand = "north" },
		{ .said = OMNI_SAID_LANGUAGE, .purpose = "offer",
		    .channel = "email" },
		{ .said = OMNI_SAID_LANGUAGE, .purpose = "offer",
		    .medium = OMNI_MEDIUM_PHYSICAL },
	};

	(void)state;
	email.head.name = "email";
#define LAST(purpose, channel, brand) \
	omni__said_last(said, OMNI__COUNT(said), OMNI_SAID_LANGUAGE, \
	    purpose, channel, brand, 0)
	assert_ptr_equal(LAST("news", &email, NULL), &said[0]);
	assert_ptr_equal(LAST("offer/shoes", &email, NULL), &said[3]);
	assert_ptr_equal(LAST("offer/shoes", NULL, NULL), &said[1]);
	assert_ptr_equal(LAST("offer/shoes", NULL, "north"), &said[2]);
	email.head.name = "post";
	email.medium = OMNI_MEDIUM_PHYSICAL;
	assert_ptr_equal(LAST("offer", &email, "north"), &said[4]);
	assert_null(omni__said_last(said, OMNI__COUNT(said),
	    OMNI_SAID_ZONE, NULL, NULL, NULL, 0));
#undef LAST
}

/* ---- the hours of some countries ------------------------------------ */

#define COUNTRIES "examples/windows.jsonl"

static void
import_countries(struct harness *h)
{
	static char text[65536];
	FILE *in = fopen(COUNTRIES, "r");
	omni_import *import = NULL;
	size_t size;

	if (in == NULL)
		fail_msg("%s is not there: run this where the Makefile is",
		    COUNTRIES);
	size = fread(text, 1, sizeof(text), in);
	(void)fclose(in);
	harness_ok(h, omni_import_new(h->db, OMNI_FORMAT_LINES, &import));
	harness_ok(h, omni_import_write(import, text, size));
	harness_ok(h, omni_import_finish(import));
	assert_int_equal(omni_import_rejected(import), 0);
	assert_int_equal(omni_import_stored(import), 9);
	omni_import_free(import);
}

struct country {
	const char *region, *zone, *channel, *from, *wanted;
};

static omni_status
try_country(struct omni *db, void *context)
{
	const struct country *country = context;
	struct omni_channel channel = { .medium = OMNI_MEDIUM_DIGITAL };
	struct omni_purpose purpose = { .class_name = "marketing" };
	struct omni__purpose_rule rule = { .purpose = &purpose };
	struct omni__message message = { .rule = &rule };
	struct omni__recipient r = { .region = country->region };
	struct omni__wait wait;
	const struct omni__rules *rules;

	channel.head.name = country->channel;
	purpose.head.name = "offer";
	assert_int_equal(omni__rules(db, &rules), OMNI_OK);
	assert_int_equal(omni__zone_find(db->zones, country->zone, &r.zone,
	    &db->error), OMNI_OK);
	assert_int_equal(omni__window_open(rules, &message, &r, &channel,
	    at(country->from), &wait), at(country->wanted));
	return OMNI_OK;
}

static void
countries_have_their_hours(void **state)
{
	static const struct country countries[] = {
		/* Calls before eight, by the clock of who is called. */
		{ "US", "America/Los_Angeles", "call", "2026-06-01T14:30:00Z",
		    "2026-06-01T15:00:00Z" },
		{ "US", "America/New_York", "sms", "2026-06-02T01:00:00Z",
		    "2026-06-02T12:00:00Z" },
		/* Saturday evening. */
		{ "CA", "America/Toronto", "call", "2026-06-06T23:00:00Z",
		    "2026-06-07T14:00:00Z" },
		/* Lunch; the evening before the fourteenth of July. */
		{ "FR", "Europe/Paris", "call", "2026-06-01T11:30:00Z",
		    "2026-06-01T12:00:00Z" },
		{ "FR", "Europe/Paris", "call", "2026-07-13T18:00:00Z",
		    "2026-07-15T08:00:00Z" },
		{ "FR", "Europe/Paris", "sms", "2026-07-14T18:00:00Z",
		    "2026-07-14T18:00:00Z" },
		/* From Maundy Thursday evening to Monday. */
		{ "ES", "Europe/Madrid", "call", "2026-04-02T19:00:00Z",
		    "2026-04-06T07:00:00Z" },
		{ "AU", "Australia/Sydney", "call", "2026-04-02T09:00:00Z",
		    "2026-04-03T22:00:00Z" },
		{ "SE", "Europe/Stockholm", "call", "2026-04-02T02:00:00Z",
		    "2026-04-02T02:00:00Z" },
	};
	struct harness *h = harness_of(state);
	size_t i;

	import_countries(h);
	for (i = 0; i < OMNI__COUNT(countries); i++) {
		struct country country = countries[i];

		harness_ok(h, omni__transact(h->db, false, try_country,
		    &country));
	}
}

/* ---- without the system's zones ------------------------------------- */

static void
a_store_without_its_zone_says_what_to_do(void **state)
{
	struct harness *h = harness_of(state);
	struct omni__recipient r = { .points = { .country = "SE" } };
	omni_config *config = omni_config_new();
	omni *db = NULL;

	assert_non_null(config);
	assert_int_equal(omni_config_set_zoneinfo(config, "nowhere"),
	    OMNI_INVALID);
	assert_non_null(strstr(omni_config_errmsg(config), "zoneinfo"));
	assert_int_equal(omni_config_set_zoneinfo(config, NULL),
	    OMNI_INVALID);
	assert_int_equal(omni_config_set_zoneinfo(NULL, "/nowhere"),
	    OMNI_MISUSE);
	assert_int_equal(omni_config_set_zoneinfo(config, "/nowhere"),
	    OMNI_OK);
	assert_int_equal(omni_open(config, h->url, &db), OMNI_OK);
	omni_config_free(config);
	/* UTC is always there. */
	assert_int_equal(omni__place(db, 0, &r), OMNI_OK);
	(void)strcpy(db->zone, "Europe/Stockholm");
	assert_int_equal(omni__place(db, 0, &r), OMNI_MISSING);
	assert_non_null(strstr(omni_errmsg(db), "Europe/Stockholm"));
	assert_non_null(strstr(omni_errmsg(db), "tzdata"));
	omni_close(db);
}

#define WORLD_TEST(test) \
	cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours_are_read),
		cmocka_unit_test(what_is_no_hours_is_told),
		WORLD_TEST(without_a_rule_it_goes_at_once),
		WORLD_TEST(a_window_defers_to_its_next_opening),
		WORLD_TEST(only_windows_that_fit_bind),
		WORLD_TEST(a_public_holiday_has_its_own_hours),
		WORLD_TEST(quiet_hours_pass_midnight),
		WORLD_TEST(urgent_messages_pass_quiet_hours_and_not_the_law),
		WORLD_TEST(quiet_hours_bind_what_they_name),
		WORLD_TEST(the_last_word_of_a_scope_holds),
		WORLD_TEST(windows_and_quiet_hours_hold_together),
		WORLD_TEST(what_opens_within_a_year_is_found),
		WORLD_TEST(clocks_that_change_are_followed),
		WORLD_TEST(it_is_as_if_minutes_were_tried),
		WORLD_TEST(the_law_is_kept_wherever_one_may_be),
		WORLD_TEST(a_holiday_is_one_by_each_clock),
		WORLD_TEST(quiet_hours_go_by_the_guess),
		HARNESS_TEST(a_recipient_lives_somewhere),
		HARNESS_TEST(a_place_needs_room_for_its_words),
		HARNESS_TEST(the_last_zone_that_was_said_holds),
		cmocka_unit_test(the_last_word_is_about_something),
		HARNESS_TEST(countries_have_their_hours),
		HARNESS_TEST(a_store_without_its_zone_says_what_to_do),
	};

	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
