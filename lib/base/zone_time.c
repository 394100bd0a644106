/*
 * Local time of an instant, and the other way.
 */
#include "base/zone_form.h"

/* Nobody's times, and what is reckoned with them is still a number. */
#define FAR (INT64_MAX / 4)

static int64_t
bounded(int64_t time)
{
	return time > FAR ? FAR : time < -FAR ? -FAR : time;
}

static int64_t
floor_of(int64_t number, int64_t by)
{
	return number / by - (number % by < 0);
}

/* How many eras a time lies behind the one that is written out, in
 * microseconds. */
static int64_t
eras_off(const struct omni__zone *zone, int64_t time)
{
	if (!zone->ruled || (time >= zone->since ?
	    time - zone->since < OMNI__ERA : !zone->always))
		return 0;
	return floor_of(time - zone->since, OMNI__ERA) * OMNI__ERA;
}

static size_t
search(const struct omni__zone *zone, int64_t time)
{
	size_t low = 0, high = zone->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (zone->times[middle] <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How many changes there were until then. */
static size_t
changes_until(const struct omni__zone *zone, int64_t time)
{
	size_t i;

	if (zone->count == 0)
		return 0;
	if (time < 0 || time >> OMNI__ZONE_SHIFT >= OMNI__ZONE_SPANS)
		return search(zone, time);
	i = zone->spans[time >> OMNI__ZONE_SHIFT];
	while (i < zone->count && zone->times[i] <= time)
		i++;
	return i;
}

int32_t
omni__zone_offset(const struct omni__zone *zone, int64_t time)
{
	time = bounded(time);
	time -= eras_off(zone, time);
	return zone->offsets[changes_until(zone, time)];
}

int64_t
omni__zone_next(const struct omni__zone *zone, int64_t time)
{
	int64_t off;
	size_t i;

	if (time >= FAR)
		return INT64_MAX;
	time = bounded(time);
	off = eras_off(zone, time);
	i = changes_until(zone, time - off);
	return i < zone->count ? zone->times[i] + off : INT64_MAX;
}

struct omni__local
omni__zone_local(const struct omni__zone *zone, int64_t time)
{
	struct omni__local local;

	time = bounded(time);
	local.day = floor_of(time, OMNI__DAY);
	local.clock = time - local.day * OMNI__DAY +
	    omni__zone_offset(zone, time) * OMNI__SECOND;
	if (local.clock < 0 || local.clock >= OMNI__DAY) {
		int64_t days = floor_of(local.clock, OMNI__DAY);

		local.day += days;
		local.clock -= days * OMNI__DAY;
	}
	return local;
}

int64_t
omni__zone_instant(const struct omni__zone *zone, struct omni__local local)
{
	int64_t wanted, time, off;
	size_t i;

	if (local.day >= FAR / OMNI__DAY)
		return INT64_MAX;
	if (local.day <= -FAR / OMNI__DAY)
		return INT64_MIN;
	wanted = local.day * OMNI__DAY + local.clock;
	/* It is no earlier than this, and some stretches later at most. */
	time = wanted - zone->eastmost * OMNI__SECOND;
	off = eras_off(zone, time);
	wanted -= off;
	for (i = changes_until(zone, time - off); i < zone->count; i++)
		if (wanted < zone->times[i] +
		    zone->offsets[i] * OMNI__SECOND)
			break;
	time = wanted - zone->offsets[i] * OMNI__SECOND;
	/* In a gap: where it ends. */
	if (i > 0 && time < zone->times[i - 1])
		time = zone->times[i - 1];
	return time + off;
}
