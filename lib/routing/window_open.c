/*
 * When a message may go: the legal windows that fit it, and the customer's
 * quiet hours, in the recipient's own time; where that is a guess, windows by
 * every clock that it may be.  From boundary to boundary, and along stretches
 * of time in which the clocks do not change: in a stretch local time runs like
 * any other.
 */
#include <string.h>

#include "routing/routing.h"

#define MINUTE (60 * OMNI__SECOND)
#define DAY_MINUTES 1440
#define YEAR (366 * OMNI__DAY)

/* What is asked, and how far it was found to be put off. */
struct search {
	const struct omni__rules *rules;
	const struct omni__message *message;
	const struct omni__recipient *recipient;
	const struct omni_channel *channel;
	int64_t time, limit;
	bool moved;
	struct omni__wait *wait;
};

/* ---- one day -------------------------------------------------------- */

/* What hours say of a local day, with what is left of the day before; 2 to a
 * span. */
struct day {
	int64_t from[2 * OMNI__SPANS_MAX], to[2 * OMNI__SPANS_MAX];
	size_t count;
};

static void
day_add(struct day *day, const struct omni__hours *hours, int row,
    int64_t shift)
{
	const struct omni__minutes *span = hours->spans[row];
	uint8_t i;

	for (i = 0; i < hours->counts[row]; i++, span++) {
		if (span->to <= shift)
			continue;
		day->from[day->count] = (span->from - shift) * MINUTE;
		day->to[day->count++] = (span->to - shift) * MINUTE;
	}
}

static int
row_of(const struct search *s, const struct omni__hours *hours, int64_t day)
{
	/* 1970-01-01 was a Thursday. */
	int weekday = (int)(((day + 3) % 7 + 7) % 7);

	return omni__hours_day(hours, weekday, hours->holidays &&
	    omni__rule_holiday(s->rules, s->recipient->region, day));
}

/* The first moment of the day from `clock` on that lies in the hours. */
static int64_t
first_inside(const struct day *day, int64_t clock)
{
	int64_t first = OMNI__DAY, start;
	size_t i;

	for (i = 0; i < day->count; i++) {
		start = day->from[i] > clock ? day->from[i] : clock;
		if (start < day->to[i] && start < first)
			first = start;
	}
	return first;
}

static int64_t
first_outside(const struct day *day, int64_t clock)
{
	size_t i;

	for (i = 0; i < day->count; i++)
		if (day->from[i] <= clock && clock < day->to[i]) {
			clock = day->to[i];
			i = SIZE_MAX;	/* anew: spans may overlap */
		}
	return clock < OMNI__DAY ? clock : OMNI__DAY;
}

/* ---- from day to day ------------------------------------------------ */

/* In the stretch that begins at `time` and ends before `end`: the first
 * instant that the hours let it go; `end` or later when there is none. */
static int64_t
in_stretch(const struct search *s, const struct omni__zone *zone,
    const struct omni__hours *hours, bool quiet, int64_t time, int64_t end)
{
	struct omni__local local = omni__zone_local(zone, time);
	int64_t midnight = time - local.clock, first;

	do {
		struct day day = { .count = 0 };

		day_add(&day, hours, row_of(s, hours, local.day), 0);
		day_add(&day, hours, row_of(s, hours, local.day - 1),
		    DAY_MINUTES);
		first = quiet ? first_outside(&day, local.clock) :
		    first_inside(&day, local.clock);
		if (first < OMNI__DAY)
			return midnight + first;
		local.day++;
		local.clock = 0;
		midnight += OMNI__DAY;
	} while (midnight < end);
	return end;
}

/* Puts the search off until the hours let it go.  Did it move? */
static bool
put_off(struct search *s, const struct omni__zone *zone,
    const struct omni__hours *hours, bool quiet)
{
	int64_t time = s->time, end, stop, found;

	for (;;) {
		end = omni__zone_next(zone, time);
		stop = end <= s->limit ? end : s->limit + 1;
		found = in_stretch(s, zone, hours, quiet, time, stop);
		if (found < stop)
			break;
		if (stop > s->limit) {
			found = INT64_MAX;
			break;
		}
		time = end;
	}
	if (found == s->time)
		return false;
	s->time = found;
	s->moved = true;
	memset(s->wait, 0, sizeof(*s->wait));
	return true;
}

/* ---- windows -------------------------------------------------------- */

static bool
same(const char *rule, const char *value)
{
	return rule == NULL || (value != NULL && strcmp(rule, value) == 0);
}

static bool
window_fits(const struct search *s, const struct omni_window *window)
{
	const struct omni_purpose *purpose = s->message->rule->purpose;

	return same(window->region, s->recipient->region) &&
	    same(window->channel, s->channel->head.name) &&
	    same(window->class_name, purpose->class_name) &&
	    (window->purpose == NULL || omni__purpose_within(
	    purpose->head.name, window->purpose));
}

/* By every clock by which the recipient may live. */
static void
by_clocks(struct search *s, const struct omni__window_rule *rule)
{
	const struct omni__recipient *r = s->recipient;
	const struct omni__zone *const *zones = r->zones != NULL ? r->zones :
	    &r->zone;
	size_t count = r->zones != NULL ? r->zone_count : 1, i;

	for (i = 0; i < count && s->time != INT64_MAX; i++)
		if ((rule != s->wait->window || zones[i] != s->wait->zone) &&
		    put_off(s, zones[i], &rule->hours, false)) {
			s->wait->window = rule;
			s->wait->zone = zones[i];
		}
}

static void
windows(struct search *s)
{
	const struct omni__window_rule *rule = s->rules->windows;
	size_t i;

	for (i = 0; i < s->rules->window_count && s->time != INT64_MAX;
	    i++, rule++)
		if (window_fits(s, rule->window))
			by_clocks(s, rule);
}

/* ---- quiet hours ---------------------------------------------------- */

static bool
quiet_fits(const struct search *s, const struct omni__said *said)
{
	const struct omni_channel *channel = s->channel;

	if (said->said != OMNI_SAID_QUIET || said->value == NULL ||
	    said->happened > s->message->at ||
	    !same(said->brand, s->message->brand) ||
	    !omni__purpose_within(s->message->rule->purpose->head.name,
	    said->purpose))
		return false;
	if (said->channel != NULL)
		return strcmp(said->channel, channel->head.name) == 0;
	/* Hours in which nothing may ring are no matter of the post's. */
	return channel->medium == (said->medium != 0 ? said->medium :
	    OMNI_MEDIUM_DIGITAL);
}

/* Was it said anew of the same purposes, channels and brand? */
static bool
said_anew(const struct search *s, size_t i)
{
	const struct omni__said *said = s->recipient->said, *old = &said[i];

	for (i++; i < s->recipient->said_count; i++)
		if (said[i].said == OMNI_SAID_QUIET &&
		    said[i].happened <= s->message->at &&
		    said[i].medium == old->medium &&
		    omni__same(said[i].channel, old->channel) &&
		    omni__same(said[i].brand, old->brand) &&
		    strcmp(said[i].purpose, old->purpose) == 0)
			return true;
	return false;
}

static void
quiets(struct search *s)
{
	const struct omni__recipient *r = s->recipient;
	struct omni__hours hours;
	struct omni__error error;
	size_t i;

	for (i = 0; i < r->said_count && s->time != INT64_MAX; i++)
		if (&r->said[i] != s->wait->quiet &&
		    quiet_fits(s, &r->said[i]) && !said_anew(s, i) &&
		    omni__hours_parse(&error, "value", r->said[i].value,
		    &hours) == OMNI_OK && put_off(s, r->zone, &hours, true))
			s->wait->quiet = &r->said[i];
}

int64_t
omni__window_open(const struct omni__rules *rules,
    const struct omni__message *message,
    const struct omni__recipient *recipient,
    const struct omni_channel *channel, int64_t from, struct omni__wait *wait)
{
	struct search s = { rules, message, recipient, channel, from, 0,
	    true, wait };

	memset(wait, 0, sizeof(*wait));
	if (from >= INT64_MAX - YEAR)
		return INT64_MAX;
	s.limit = from + YEAR;
	/* What moved it last holds; the others are asked again. */
	while (s.moved && s.time != INT64_MAX) {
		s.moved = false;
		windows(&s);
		if (!message->urgent)
			quiets(&s);
	}
	return s.time;
}
