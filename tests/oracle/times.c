/*
 * Windows, quiet hours and caps: five minutes at a time, and row by row.
 */
#include <string.h>

#include "decide.h"
#include "omni.h"

#define SLOT (5 * O_MINUTE)

/* ---- windows and quiet hours ---------------------------------------- */

static bool
holiday(const struct o_person *p, int64_t day)
{
	size_t i;

	for (i = 0; i < p->world->holiday_count; i++)
		if (p->world->holidays[i] == day &&
		    strcmp(p->region, "SE") == 0)
			return true;
	return false;
}

static int
row_of(const struct o_person *p, const struct o_hours *hours, int64_t day)
{
	return hours->holidays && holiday(p, day) ? 7 : o_weekday(day);
}

/* Hours that pass midnight are those of the day on which they begin. */
static bool
hours_open(const struct o_person *p, enum o_zone zone,
    const struct o_hours *hours, int64_t time)
{
	int64_t day = o_local_day(zone, time);
	int slot = o_local_minute(zone, time) / 5;

	return hours->open[row_of(p, hours, day)][slot] ||
	    hours->open[row_of(p, hours, day - 1)][O_SLOTS + slot];
}

/* By all clocks of the US, where one of them is guessed. */
static bool
lawful(const struct o_person *p, const struct o_hours *hours, int64_t time)
{
	static const enum o_zone clocks[] = {
		O_NEW_YORK, O_CHICAGO, O_DENVER, O_PHOENIX, O_LOS_ANGELES,
		O_ANCHORAGE, O_ADAK, O_HONOLULU
	};
	size_t i;

	for (i = 0; i < sizeof(clocks) / sizeof(*clocks) && p->guess; i++)
		if (!hours_open(p, clocks[i], hours, time))
			return false;
	return p->guess || hours_open(p, p->zone, hours, time);
}

static bool
window_fits(const struct o_person *p, const struct o_window *w,
    const struct o_channel *c)
{
	return w->hours.given &&
	    (w->region == NULL || o_same(w->region, p->region)) &&
	    (w->channel == NULL || o_same(w->channel, c->name)) &&
	    (w->purpose == NULL || o_within(p->purpose->name, w->purpose)) &&
	    (w->class_name == NULL ||
	    o_same(w->class_name, p->purpose->class_name));
}

static bool
quiet_fits(const struct o_person *p, const struct o_said *s,
    const struct o_channel *c)
{
	if (s->said != OMNI_SAID_QUIET || s->time > p->message->at ||
	    !o_within(p->purpose->name, s->purpose) ||
	    !o_about_brand(s, p->message->brand))
		return false;
	if (s->channel == NULL && s->medium == 0)
		return c->medium == OMNI_MEDIUM_DIGITAL;
	return o_about_channel(p->world, s, c->name);
}

/* Did somebody say it anew, for the same scope? */
static bool
said_anew(const struct o_person *p, const struct o_said *s)
{
	size_t i;

	for (i = 0; i < p->said_count; i++) {
		const struct o_said *o = p->said[i];

		if (o->said == s->said && o->time <= p->message->at &&
		    o_same(o->purpose, s->purpose) &&
		    o_same(o->channel, s->channel) &&
		    o->medium == s->medium && o_same(o->brand, s->brand) &&
		    (o->time > s->time ||
		    (o->time == s->time && o->fact > s->fact)))
			return true;
	}
	return false;
}

static bool
urgent(const struct o_person *p)
{
	return p->message->urgent >= 0 ? p->message->urgent != 0 :
	    p->purpose->urgent != 0;
}

int64_t
o_window(const struct o_person *p, const struct o_channel *c, int64_t from)
{
	const struct o_hours *windows[O_MANY], *quiet[O_SAIDS];
	size_t n = 0, q = 0, i;
	int64_t t;

	for (i = 0; i < p->world->window_count; i++)
		if (window_fits(p, &p->world->windows[i], c))
			windows[n++] = &p->world->windows[i].hours;
	for (i = 0; i < p->said_count && !urgent(p); i++)
		if (quiet_fits(p, p->said[i], c) && !said_anew(p, p->said[i]))
			quiet[q++] = &p->said[i]->hours;
	for (t = from; t <= from + 366 * O_DAY; t = (t / SLOT + 1) * SLOT) {
		bool open = true;

		for (i = 0; i < n && open; i++)
			open = lawful(p, windows[i], t);
		for (i = 0; i < q && open; i++)
			open = !hours_open(p, p->zone, quiet[i], t);
		if (open)
			return t;
	}
	return O_NEVER;
}

/* ---- caps ----------------------------------------------------------- */

static bool
cap_fits(const struct o_world *w, const struct o_cap *cap,
    const char *channel, const char *purpose)
{
	const struct o_purpose *p = o_purpose(w, purpose);

	if (cap->channel != NULL && !o_same(cap->channel, channel))
		return false;
	if (cap->purpose != NULL && strcmp(cap->purpose, "*") != 0 &&
	    (purpose == NULL || !o_within(purpose, cap->purpose)))
		return false;
	return cap->class_name == NULL ||
	    (p != NULL && o_same(cap->class_name, p->class_name));
}

/* A step that still waits gives way to what is more important; what is this
 * very message, there, does not count twice. */
static bool
went(const struct o_person *p, const struct o_sent *row, const char *channel)
{
	if (row->record < 0 || (p->members >> row->record & 1) == 0)
		return false;
	if (p->message->id != 0 && row->message == p->message->id &&
	    o_same(row->channel, channel))
		return false;
	if (row->what == OMNI_RESULT_SENT)
		return true;
	return row->what == 0 && !(row->time > p->message->at &&
	    row->priority < p->purpose->priority);
}

/* As far back as any cap reaches, nothing else is looked at; a day or a month
 * may have some hours more. */
static int64_t
reach(const struct o_world *w)
{
	static const int64_t days[] = { 0, 2, 8, 32 };
	int64_t most = 0;
	size_t i;

	for (i = 0; i < w->cap_count; i++) {
		int64_t this = w->caps[i].period == 0 ?
		    w->caps[i].sliding * O_SECOND :
		    days[w->caps[i].period] * 86400 * O_SECOND;

		if (w->caps[i].limit >= 0 && this > most)
			most = this;
	}
	return most;
}

/* The times of what a cap counts against a message to that channel: of each
 * message the first. */
static size_t
counted(const struct o_person *p, const struct o_cap *cap,
    const char *channel, int64_t *times)
{
	const struct o_sent *rows[O_SENT];
	size_t n = 0, kept = 0, i, k;

	for (i = 0; i < p->world->sent_count; i++) {
		const struct o_sent *row = &p->world->sent[i];

		if (row->time < p->message->at - reach(p->world) ||
		    !went(p, row, channel))
			continue;
		for (k = 0; k < n; k++)
			if (row->message != 0 &&
			    rows[k]->message == row->message &&
			    o_same(rows[k]->channel, row->channel))
				break;
		if (k == n)
			rows[n++] = row;
		else if (row->time < rows[k]->time)
			rows[k] = row;
	}
	for (i = 0; i < n; i++)
		if (cap_fits(p->world, cap, rows[i]->channel,
		    rows[i]->purpose))
			times[kept++] = rows[i]->time;
	return kept;
}

/* The first day of the period in which a day lies. */
static int64_t
period_of(int period, int64_t day)
{
	int year, month, dom;

	if (period == OMNI_PERIOD_WEEK)
		return day - o_weekday(day);
	if (period == OMNI_PERIOD_DAY)
		return day;
	o_date(day, &year, &month, &dom);
	return day - (dom - 1);
}

/* Messages in the fullest span that holds t, this one not among them. */
static int
fullest(const int64_t *times, size_t count, int64_t span, int64_t t)
{
	size_t i, k;
	int most = 0;

	for (i = 0; i <= count; i++) {
		int64_t from = i < count ? times[i] : t;
		int n = 0;

		if (from > t || t - from >= span)
			continue;
		for (k = 0; k < count; k++)
			n += times[k] >= from && times[k] - from < span;
		if (n > most)
			most = n;
	}
	return most;
}

static int
in_period(const struct o_person *p, const struct o_cap *cap,
    const int64_t *times, size_t count, int64_t t)
{
	int64_t now = period_of(cap->period, o_local_day(p->zone, t));
	size_t i;
	int n = 0;

	for (i = 0; i < count; i++)
		n += period_of(cap->period,
		    o_local_day(p->zone, times[i])) == now;
	return n;
}

/* The first instant of the next period. */
static int64_t
next_period(const struct o_person *p, const struct o_cap *cap, int64_t t)
{
	int64_t now = period_of(cap->period, o_local_day(p->zone, t));

	do
		t = (t / SLOT + 1) * SLOT;
	while (period_of(cap->period, o_local_day(p->zone, t)) == now);
	return t;
}

static bool
open_at(const struct o_person *p, const struct o_cap *cap,
    const int64_t *times, size_t count, int64_t t)
{
	int n = cap->period == 0 ?
	    fullest(times, count, cap->sliding * O_SECOND, t) :
	    in_period(p, cap, times, count, t);

	return n + 1 <= cap->limit;
}

static int64_t
cap_open(const struct o_person *p, const struct o_cap *cap,
    const char *channel, int64_t from)
{
	int64_t times[O_SENT], t = from, next;
	size_t count = counted(p, cap, channel, times), i;

	if (cap->limit == 0)
		return O_NEVER;
	while (!open_at(p, cap, times, count, t)) {
		if (cap->period != 0) {
			t = next_period(p, cap, t);
			continue;
		}
		/* It opens as one of them leaves the span. */
		next = O_NEVER;
		for (i = 0; i < count; i++)
			if (times[i] + cap->sliding * O_SECOND > t &&
			    times[i] + cap->sliding * O_SECOND < next)
				next = times[i] + cap->sliding * O_SECOND;
		t = next;
	}
	return t;
}

static bool
binds(const struct o_person *p, const struct o_cap *cap,
    const struct o_channel *c, int action)
{
	return cap->action == action && cap_fits(p->world, cap, c->name,
	    p->purpose->name);
}

/* Does one that drops what is too many drop it then? */
static bool
dropped(const struct o_person *p, const struct o_channel *c, int64_t t)
{
	size_t i;

	for (i = 0; i < p->world->cap_count; i++)
		if (binds(p, &p->world->caps[i], c, OMNI_CAP_DROP) &&
		    cap_open(p, &p->world->caps[i], c->name, t) != t)
			return true;
	return false;
}

int64_t
o_cap(const struct o_person *p, const struct o_channel *c, int64_t from)
{
	int64_t t = from, next;
	bool moved = !dropped(p, c, from);
	size_t i;

	if (!moved)
		return O_NEVER;
	while (moved && t != O_NEVER) {
		moved = false;
		for (i = 0; i < p->world->cap_count && t != O_NEVER; i++) {
			const struct o_cap *cap = &p->world->caps[i];

			if (!binds(p, cap, c, OMNI_CAP_DEFER))
				continue;
			next = cap_open(p, cap, c->name, t);
			moved |= next != t;
			t = next;
		}
	}
	return t != O_NEVER && dropped(p, c, t) ? O_NEVER : t;
}
