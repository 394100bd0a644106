/*
 * POSIX TZ strings, as RFC 8536 widens them: "CET-1CEST,M3.5.0,M10.5.0/3".
 * Read, reckoned for a year, and written out for an era.
 */
#include <string.h>

#include "base/zone_form.h"

/* ---- reading -------------------------------------------------------- */

struct scan {
	const char *at, *end;
};

static bool
take(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool
letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Three letters or more, or "<+03>": it only has to be there. */
static bool
take_name(struct scan *s)
{
	bool quoted = take(s, '<');
	size_t size = 0;

	for (; s->at < s->end; s->at++, size++)
		if (!letter(*s->at) && !(quoted && (digit(*s->at) ||
		    *s->at == '+' || *s->at == '-')))
			break;
	return size >= 3 && (!quoted || take(s, '>'));
}

static bool
take_number(struct scan *s, int32_t least, int32_t most, int32_t *number)
{
	int32_t n = 0;
	const char *start = s->at;

	for (; s->at < s->end && digit(*s->at) && s->at - start < 4; s->at++)
		n = n * 10 + (*s->at - '0');
	*number = n;
	return s->at > start && n >= least && n <= most;
}

/* "[+-]h[:m[:s]]" in seconds. */
static bool
take_clock(struct scan *s, int32_t hours, int32_t *seconds)
{
	bool minus = take(s, '-');
	int32_t n, size = 3600;

	if (!minus)
		(void)take(s, '+');
	if (!take_number(s, 0, hours, &n))
		return false;
	*seconds = n * size;
	while (size > 1 && take(s, ':')) {
		size /= 60;
		if (!take_number(s, 0, 59, &n))
			return false;
		*seconds += n * size;
	}
	if (minus)
		*seconds = -*seconds;
	return true;
}

static bool
take_turn(struct scan *s, struct omni__zone_turn *turn)
{
	bool fine;

	if (take(s, 'M')) {
		turn->sort = 'M';
		fine = take_number(s, 1, 12, &turn->month) && take(s, '.') &&
		    take_number(s, 1, 5, &turn->week) && take(s, '.') &&
		    take_number(s, 0, 6, &turn->day);
	} else {
		turn->sort = take(s, 'J') ? 'J' : 'N';
		fine = take_number(s, turn->sort == 'J', 365, &turn->day);
	}
	turn->second = 2 * 3600;
	if (fine && take(s, '/'))
		fine = take_clock(s, 167, &turn->second);
	return fine;
}

bool
omni__zone_rule_parse(const char *text, size_t size,
    struct omni__zone_rule *rule)
{
	struct scan s = { text, text + size };

	memset(rule, 0, sizeof(*rule));
	if (!take_name(&s) || !take_clock(&s, 24, &rule->winter))
		return false;
	rule->winter = -rule->winter;
	if (s.at == s.end)
		return true;
	rule->turns = true;
	rule->summer = rule->winter + 3600;
	if (!take_name(&s))
		return false;
	if (!take(&s, ',')) {
		if (!take_clock(&s, 24, &rule->summer) || !take(&s, ','))
			return false;
		rule->summer = -rule->summer;
	}
	return take_turn(&s, &rule->begin) && take(&s, ',') &&
	    take_turn(&s, &rule->end) && s.at == s.end;
}

/* ---- a year --------------------------------------------------------- */

static int64_t
day_of(const struct omni__zone_turn *turn, int64_t year)
{
	int64_t first = omni__days_from_civil(year, 1, 1), next, day;

	if (turn->sort == 'N')
		return first + turn->day;
	if (turn->sort == 'J')
		return first + turn->day - 1 + (turn->day >= 60 &&
		    omni__days_from_civil(year, 3, 1) - first == 60);
	first = omni__days_from_civil(year, turn->month, 1);
	next = turn->month == 12 ? first + 31 :
	    omni__days_from_civil(year, turn->month + 1, 1);
	/* 1970-01-01 was a Thursday; Sunday is 0. */
	day = first + (((turn->day - 4 - first) % 7 + 7) % 7) +
	    (turn->week - 1) * 7;
	return day < next ? day : day - 7;
}

void
omni__zone_rule_year(const struct omni__zone_rule *rule, int64_t year,
    int64_t *begin, int64_t *end)
{
	*begin = day_of(&rule->begin, year) * OMNI__DAY +
	    (rule->begin.second - rule->winter) * OMNI__SECOND;
	*end = day_of(&rule->end, year) * OMNI__DAY +
	    (rule->end.second - rule->summer) * OMNI__SECOND;
}

/* ---- drafts --------------------------------------------------------- */

/* An era, a year to look ahead, and what reaches into these from outside. */
#define YEARS 405

bool
omni__zone_draft_begin(struct omni__zone_draft *draft, size_t count,
    const struct omni__zone_rule *rule, int32_t offset)
{
	if (rule != NULL)
		count += rule->turns ? 2 * YEARS + 1 : 1;
	draft->times = omni__arena_alloc(draft->arena,
	    (count + 1) * sizeof(*draft->times));
	draft->offsets = omni__arena_alloc(draft->arena,
	    (count + 1) * sizeof(*draft->offsets));
	if (draft->times == NULL || draft->offsets == NULL)
		return false;
	draft->offsets[0] = offset;
	draft->count = 0;
	draft->last = INT64_MIN;
	return true;
}

void
omni__zone_draft_add(struct omni__zone_draft *draft, int64_t time,
    int32_t offset)
{
	draft->last = time;
	if (draft->count > 0 && draft->times[draft->count - 1] == time)
		draft->count--;
	if (draft->offsets[draft->count] == offset)
		return;
	draft->times[draft->count++] = time;
	draft->offsets[draft->count] = offset;
}

static int64_t
year_of(int64_t time)
{
	int64_t days = time / OMNI__DAY - (time % OMNI__DAY < 0), year;
	int month, day;

	omni__civil_from_days(days, &year, &month, &day);
	return year;
}

struct turn {
	int64_t time;
	int32_t step;		/* 1: summer begins, -1: it ends */
};

/* Sorts it in; they come nearly sorted. */
static void
turn_add(struct turn *turns, size_t *count, int64_t time, int32_t step)
{
	size_t i = (*count)++;

	for (; i > 0 && (turns[i - 1].time > time ||
	    (turns[i - 1].time == time && turns[i - 1].step > step)); i--)
		turns[i] = turns[i - 1];
	turns[i].time = time;
	turns[i].step = step;
}

/* All changes behind `from`, in so many years.  Summers of two years may
 * touch: it is summer while one lasts. */
static void
write_out(struct omni__zone_draft *draft, const struct omni__zone_rule *rule,
    int64_t from, int64_t to, struct turn *turns)
{
	int64_t begin, end, year = year_of(from) - 1;
	int32_t depth;
	size_t count = 0, i;

	omni__zone_rule_year(rule, year, &begin, &end);
	depth = end < begin;
	for (i = 0; i < YEARS; i++) {
		omni__zone_rule_year(rule, year + (int64_t)i, &begin, &end);
		turn_add(turns, &count, begin, 1);
		turn_add(turns, &count, end, -1);
	}
	for (i = 0; i < count && turns[i].time <= from; i++)
		depth += turns[i].step;
	omni__zone_draft_add(draft, from, depth > 0 ? rule->summer :
	    rule->winter);
	for (; i < count && turns[i].time < to; i++) {
		depth += turns[i].step;
		omni__zone_draft_add(draft, turns[i].time, depth > 0 ?
		    rule->summer : rule->winter);
	}
}

bool
omni__zone_draft_rule(struct omni__zone_draft *draft,
    const struct omni__zone_rule *rule, struct omni__zone *zone)
{
	const struct omni__env *env = draft->arena->env;
	int64_t from = draft->last;
	struct turn *turns;

	zone->always = from == INT64_MIN;
	if (zone->always)
		from = -365 * OMNI__DAY;
	if (!rule->turns) {
		omni__zone_draft_add(draft, from, rule->winter);
		return true;
	}
	turns = omni__realloc(env, NULL, 2 * YEARS * sizeof(*turns));
	if (turns == NULL)
		return false;
	zone->ruled = true;
	zone->since = omni__days_from_civil(year_of(from) + 1, 1, 1) *
	    OMNI__DAY;
	write_out(draft, rule, from, zone->since + OMNI__ERA +
	    366 * OMNI__DAY, turns);
	omni__free(env, turns);
	return true;
}

void
omni__zone_draft_end(const struct omni__zone_draft *draft,
    struct omni__zone *zone)
{
	size_t i, span;

	zone->times = draft->times;
	zone->offsets = draft->offsets;
	zone->count = draft->count;
	zone->eastmost = draft->offsets[0];
	for (i = 1; i <= draft->count; i++)
		if (draft->offsets[i] > zone->eastmost)
			zone->eastmost = draft->offsets[i];
	for (i = span = 0; span < OMNI__ZONE_SPANS; span++) {
		while (i < draft->count &&
		    draft->times[i] < (int64_t)span << OMNI__ZONE_SHIFT)
			i++;
		zone->spans[span] = (uint16_t)i;
	}
}
