/*
 * Caps: how many messages a customer may get, in any span of some seconds or
 * in a day, week or month of its own zone, and when the next may go.
 */
#include <string.h>

#include "routing/routing.h"

/* A cap that binds the message, and the messages that count for it. */
struct bound {
	const struct omni_cap *cap;
	int64_t *times;			/* sorted */
	const char **own;		/* the channel, of those rows that are
					 * this very message; or NULL */
	size_t count;
	bool owns;			/* any of them is */
	int64_t start, end;		/* the period last asked for */
};

struct omni__counts {
	const struct omni__zone *zone;
	struct bound *bounds;
	size_t count;
	int64_t *spare;			/* as many as any bound has */
};

/* A message that counts for some cap. */
struct row {
	const struct omni__sent *sent;
	const char *class_name;		/* of its purpose, or NULL */
	bool own;
};

/* ---- which messages count ------------------------------------------- */

static bool
fits(const struct omni_cap *cap, const char *purpose, const char *class_name)
{
	if (cap->class_name != NULL && (class_name == NULL ||
	    strcmp(cap->class_name, class_name) != 0))
		return false;
	if (cap->purpose == NULL || strcmp(cap->purpose, "*") == 0)
		return true;
	return purpose != NULL && omni__purpose_within(purpose, cap->purpose);
}

/* A step that still waits gives way to what is more important. */
static bool
went(const struct omni__sent *sent, const struct omni__message *message)
{
	if (sent->what == OMNI_RESULT_SENT)
		return true;
	return sent->what == 0 && (sent->happened <= message->at ||
	    sent->priority >= message->rule->purpose->priority);
}

/* The rows of one message on one channel are one message, a kept step and
 * what was sent of it: the earliest counts, of those within reach of some cap,
 * for others may not be loaded.  slots hold places of rows, from 1. */
static bool
seen_before(const struct row *rows, size_t count, uint32_t *slots,
    size_t mask)
{
	const struct omni__sent *sent = rows[count].sent, *other;
	size_t i;

	/* Multiplied by the golden ratio: neighbours do not stay together. */
	for (i = (size_t)(sent->message * UINT64_C(0x9e3779b97f4a7c15) >>
	    32) & mask; slots[i] != 0; i = (i + 1) & mask) {
		other = rows[slots[i] - 1].sent;
		if (other->message == sent->message &&
		    omni__same(other->channel, sent->channel))
			return true;
	}
	slots[i] = (uint32_t)count + 1;
	return false;
}

static const char *
class_of(const struct omni__rules *rules, const char *purpose)
{
	const struct omni__purpose_rule *rule = purpose == NULL ? NULL :
	    omni__rule_purpose(rules, purpose);

	return rule != NULL ? rule->purpose->class_name : NULL;
}

static size_t
gather(const struct omni__rules *rules, const struct omni__message *message,
    const struct omni__recipient *r, struct row *rows, uint32_t *slots,
    size_t mask)
{
	int64_t since = message->at - rules->cap_reach;
	size_t i, n = 0;

	for (i = 0; i < r->sent_count; i++) {
		const struct omni__sent *sent = &r->sent[i];

		if (sent->happened < since || !went(sent, message))
			continue;
		rows[n].sent = sent;
		if (sent->message != 0 && seen_before(rows, n, slots, mask))
			continue;
		rows[n].own = message->mark != 0 &&
		    sent->message == message->mark;
		rows[n].class_name = n > 0 &&
		    rows[n - 1].sent->purpose == sent->purpose ?
		    rows[n - 1].class_name : class_of(rules, sent->purpose);
		n++;
	}
	return n;
}

/* ---- for which caps ------------------------------------------------- */

static bool
fill(struct omni__arena *arena, struct bound *bound, const struct row *rows,
    size_t count)
{
	const struct omni_cap *cap = bound->cap;
	size_t i;

	bound->times = omni__arena_alloc(arena,
	    (count + 1) * sizeof(*bound->times));
	bound->own = omni__arena_alloc(arena,
	    (count + 1) * sizeof(*bound->own));
	if (bound->times == NULL || bound->own == NULL)
		return false;
	for (i = 0; i < count; i++) {
		const struct omni__sent *sent = rows[i].sent;

		if ((cap->channel != NULL &&
		    !omni__same(cap->channel, sent->channel)) ||
		    !fits(cap, sent->purpose, rows[i].class_name))
			continue;
		bound->times[bound->count] = sent->happened;
		bound->own[bound->count++] = rows[i].own ? sent->channel :
		    NULL;
		bound->owns |= rows[i].own;
	}
	return true;
}

static bool
add_bounds(struct omni__arena *arena, struct omni__counts *counts,
    const struct omni__rules *rules, const struct omni__message *message)
{
	const struct omni_purpose *purpose = message->rule->purpose;
	size_t i;

	counts->bounds = omni__arena_zero(arena,
	    (rules->cap_count + 1) * sizeof(*counts->bounds));
	if (counts->bounds == NULL)
		return false;
	for (i = 0; i < rules->cap_count; i++)
		if (fits(rules->caps[i], purpose->head.name,
		    purpose->class_name))
			counts->bounds[counts->count++].cap = rules->caps[i];
	return true;
}

struct omni__counts *
omni__counts_new(struct omni__arena *arena, const struct omni__rules *rules,
    const struct omni__message *message, const struct omni__recipient *r)
{
	struct omni__counts *counts = omni__arena_zero(arena,
	    sizeof(*counts));
	size_t i, count, room = 16;
	struct row *rows;
	uint32_t *slots;

	if (counts == NULL || !add_bounds(arena, counts, rules, message))
		return NULL;
	counts->zone = r->zone;
	if (counts->count == 0)
		return counts;
	while (room < r->sent_count * 2)
		room *= 2;
	rows = omni__arena_alloc(arena, (r->sent_count + 1) * sizeof(*rows));
	slots = omni__arena_zero(arena, room * sizeof(*slots));
	counts->spare = omni__arena_alloc(arena,
	    (r->sent_count + 1) * sizeof(*counts->spare));
	if (rows == NULL || slots == NULL || counts->spare == NULL)
		return NULL;
	count = gather(rules, message, r, rows, slots, room - 1);
	for (i = 0; i < counts->count; i++)
		if (!fill(arena, &counts->bounds[i], rows, count))
			return NULL;
	return counts;
}

/* ---- sliding spans -------------------------------------------------- */

/* The first place whose time is not before t. */
static size_t
place_of(const int64_t *times, size_t count, int64_t t)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (times[middle] < t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * With n allowed, t is shut where n messages and t lie in less than a span:
 * for n neighbours that do, between the last of them less the span and the
 * first plus the span.  Both ends of these intervals rise, so that one pass
 * finds the first t that lies in none.
 */
static int64_t
sliding_open(const struct omni_cap *cap, const int64_t *times, size_t count,
    int64_t t)
{
	int64_t span = cap->sliding * OMNI__SECOND;
	size_t n = (size_t)cap->limit, i;

	for (i = place_of(times, count, t - span + 1); i + n <= count; i++) {
		if (times[i + n - 1] - span >= t)
			break;
		if (times[i + n - 1] - times[i] < span)
			t = times[i] + span;
	}
	return t;
}

/* ---- days, weeks and months ----------------------------------------- */

/* The day on which the period of a day begins, and the next one. */
static void
days_of(int32_t period, int64_t day, int64_t *first, int64_t *next)
{
	int64_t year;
	int month, date;

	*first = day;
	*next = day + 1;
	if (period == OMNI_PERIOD_WEEK) {
		/* 1970-01-01 was a Thursday. */
		*first = day - ((day + 3) % 7 + 7) % 7;
		*next = *first + 7;
	} else if (period == OMNI_PERIOD_MONTH) {
		omni__civil_from_days(day, &year, &month, &date);
		*first = day - date + 1;
		*next = month == 12 ?
		    omni__days_from_civil(year + 1, 1, 1) :
		    omni__days_from_civil(year, month + 1, 1);
	}
}

/* A period begins at the first instant whose date lies in it: where clocks go
 * back over midnight, too. */
static void
find_period(const struct omni__zone *zone, struct bound *bound, int64_t t)
{
	struct omni__local begin = { 0, 0 };
	int64_t first, next;

	if (bound->start <= t && t < bound->end)
		return;
	days_of(bound->cap->period, omni__zone_local(zone, t).day, &first,
	    &next);
	begin.day = next;
	bound->end = omni__zone_instant(zone, begin);
	if (bound->end <= t) {
		days_of(bound->cap->period, next, &first, &next);
		begin.day = next;
		bound->end = omni__zone_instant(zone, begin);
	}
	begin.day = first;
	bound->start = omni__zone_instant(zone, begin);
}

static int64_t
period_open(const struct omni__zone *zone, struct bound *bound,
    const int64_t *times, size_t count, int64_t t)
{
	size_t limit = (size_t)bound->cap->limit;

	for (;;) {
		find_period(zone, bound, t);
		if (place_of(times, count, bound->end) -
		    place_of(times, count, bound->start) < limit)
			return t;
		t = bound->end;
	}
}

/* ---- when the next may go ------------------------------------------- */

/* Without what is this very message on this channel. */
static const int64_t *
others(const struct omni__counts *counts, const struct bound *bound,
    const char *channel, size_t *count)
{
	size_t i, n = 0;

	*count = bound->count;
	if (!bound->owns)
		return bound->times;
	for (i = 0; i < bound->count; i++)
		if (bound->own[i] == NULL ||
		    strcmp(bound->own[i], channel) != 0)
			counts->spare[n++] = bound->times[i];
	*count = n;
	return counts->spare;
}

static int64_t
open_from(const struct omni__counts *counts, struct bound *bound,
    const char *channel, int64_t t)
{
	const int64_t *times;
	size_t count;

	if (bound->cap->limit == 0)
		return INT64_MAX;
	times = others(counts, bound, channel, &count);
	return bound->cap->sliding != 0 ?
	    sliding_open(bound->cap, times, count, t) :
	    period_open(counts->zone, bound, times, count, t);
}

static bool
binds(const struct omni_cap *cap, const char *channel, int32_t action)
{
	return cap->action == action && (cap->channel == NULL ||
	    strcmp(cap->channel, channel) == 0);
}

/* One that drops what is too many, and is reached then; or NULL. */
static const struct omni_cap *
dropping(const struct omni__counts *counts, const char *channel, int64_t t)
{
	size_t i;

	for (i = 0; i < counts->count; i++)
		if (binds(counts->bounds[i].cap, channel, OMNI_CAP_DROP) &&
		    open_from(counts, &counts->bounds[i], channel, t) != t)
			return counts->bounds[i].cap;
	return NULL;
}

/* Goes round until none of them moves it. */
static int64_t
deferred(const struct omni__counts *counts, const char *channel, int64_t t,
    const struct omni_cap **cap)
{
	size_t i, still = 0;

	for (i = 0; still < counts->count && t < INT64_MAX;
	    i = (i + 1) % counts->count) {
		struct bound *bound = &counts->bounds[i];
		int64_t open = t;

		if (binds(bound->cap, channel, OMNI_CAP_DEFER))
			open = open_from(counts, bound, channel, t);
		still = open == t ? still + 1 : 1;
		if (open != t)
			*cap = bound->cap;
		t = open;
	}
	return t;
}

int64_t
omni__cap_open(struct omni__counts *counts,
    const struct omni_channel *channel, int64_t from,
    const struct omni_cap **cap)
{
	const char *name = channel->head.name;
	const struct omni_cap *drops = dropping(counts, name, from);
	int64_t t = from;

	*cap = NULL;
	if (drops == NULL) {
		t = deferred(counts, name, from, cap);
		if (t != from && t != INT64_MAX)
			drops = dropping(counts, name, t);
	}
	if (drops == NULL)
		return t;
	*cap = drops;
	return INT64_MAX;
}
