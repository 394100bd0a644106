/*
 * Hours of the week, as windows and quiet hours tell them:
 * "mo-fr 09:00-20:00; sa 10:00-18:00; ph off".
 */
#include <string.h>

#include "consent/consent.h"

#define MINUTES 1440

static const char *const days[8] = {
	"mo", "tu", "we", "th", "fr", "sa", "su", "ph"
};
#define EVERY_DAY 0x7f
#define HOLIDAY (1u << OMNI__HOLIDAY)

struct scan {
	struct omni__error *error;
	const char *field, *text, *at;
};

/* What a customer said is not repeated: where it is wrong, and why. */
static omni_status
wrong(const struct scan *s, const char *why)
{
	return omni__fail(s->error, OMNI_INVALID,
	    "%s is wrong at its character %zu: %s", s->field,
	    (size_t)(s->at - s->text) + 1, why);
}

static void
skip(struct scan *s)
{
	while (*s->at == ' ')
		s->at++;
}

static bool
take(struct scan *s, char c)
{
	skip(s);
	if (*s->at != c)
		return false;
	s->at++;
	skip(s);
	return true;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool
letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
take_word(struct scan *s, const char *word)
{
	size_t i;

	for (i = 0; word[i] != '\0'; i++)
		if (lower(s->at[i]) != word[i])
			return false;
	if (letter(s->at[i]))
		return false;
	s->at += i;
	skip(s);
	return true;
}

/* ---- days ----------------------------------------------------------- */

static bool
take_day(struct scan *s, unsigned most, unsigned *day)
{
	for (*day = 0; *day <= most; (*day)++)
		if (take_word(s, days[*day]))
			return true;
	return false;
}

/* "mo-fr,su,ph"; "sa-mo" goes round. */
static omni_status
take_days(struct scan *s, unsigned *named)
{
	unsigned from, to;

	*named = 0;
	do {
		if (!take_day(s, OMNI__HOLIDAY, &from))
			return wrong(s, "a day is mo, tu, we, th, fr, sa, su "
			    "or ph");
		to = from;
		if (from != OMNI__HOLIDAY && take(s, '-') &&
		    !take_day(s, OMNI__HOLIDAY - 1, &to))
			return wrong(s, "a range ends with a day from mo to "
			    "su");
		for (; from != to; from = (from + 1) % 7)
			*named |= 1u << from;
		*named |= 1u << to;
	} while (take(s, ','));
	return OMNI_OK;
}

/* ---- times ---------------------------------------------------------- */

/* "9:00" or "09:00", in minutes. */
static bool
take_time(struct scan *s, int16_t most, int16_t *minutes)
{
	int hour, minute;

	if (!digit(s->at[0]))
		return false;
	hour = *s->at++ - '0';
	if (digit(s->at[0]))
		hour = hour * 10 + (*s->at++ - '0');
	if (s->at[0] != ':' || !digit(s->at[1]) || !digit(s->at[2]) ||
	    digit(s->at[3]))
		return false;
	minute = (s->at[1] - '0') * 10 + (s->at[2] - '0');
	s->at += 3;
	skip(s);
	*minutes = (int16_t)(hour * 60 + minute);
	return minute < 60 && *minutes <= most;
}

static omni_status
take_span(struct scan *s, struct omni__minutes *span)
{
	const char *start = s->at;

	if (!take_time(s, MINUTES - 1, &span->from) || !take(s, '-') ||
	    !take_time(s, MINUTES, &span->to)) {
		s->at = start;
		return wrong(s, "times are HH:MM-HH:MM, from 00:00 to 24:00");
	}
	if (span->from == span->to) {
		s->at = start;
		return wrong(s, "this begins when it ends; a whole day is "
		    "00:00-24:00");
	}
	if (span->to < span->from)
		span->to = (int16_t)(span->to + MINUTES);
	return OMNI_OK;
}

static omni_status
take_times(struct scan *s, struct omni__minutes *spans, uint8_t *count)
{
	omni_status status;

	*count = 0;
	if (take_word(s, "off"))
		return OMNI_OK;
	do {
		if (*count == OMNI__SPANS_MAX)
			return wrong(s, "a day has 8 spans at most");
		status = take_span(s, &spans[(*count)++]);
	} while (status == OMNI_OK && take(s, ','));
	return status;
}

/* ---- rules ---------------------------------------------------------- */

static omni_status
take_rule(struct scan *s, struct omni__hours *hours)
{
	struct omni__minutes spans[OMNI__SPANS_MAX];
	unsigned named = EVERY_DAY, day;
	uint8_t count;
	omni_status status = OMNI_OK;

	if (letter(*s->at) && lower(*s->at) != 'o')
		status = take_days(s, &named);
	if (status == OMNI_OK)
		status = take_times(s, spans, &count);
	if (status != OMNI_OK)
		return status;
	for (day = 0; day <= OMNI__HOLIDAY; day++)
		if ((named & 1u << day) != 0) {
			memcpy(hours->spans[day], spans,
			    count * sizeof(*spans));
			hours->counts[day] = count;
		}
	if ((named & HOLIDAY) != 0)
		hours->holidays = true;
	return OMNI_OK;
}

omni_status
omni__hours_parse(struct omni__error *error, const char *field,
    const char *text, struct omni__hours *hours)
{
	struct scan s = { error, field, text, text };
	omni_status status;

	memset(hours, 0, sizeof(*hours));
	skip(&s);
	if (take_word(&s, "none") && *s.at == '\0')
		return OMNI_OK;
	do
		status = take_rule(&s, hours);
	while (status == OMNI_OK && take(&s, ';'));
	if (status == OMNI_OK && *s.at != '\0')
		return wrong(&s, "here a rule ends, by \";\" or for good");
	return status;
}

int
omni__hours_day(const struct omni__hours *hours, int weekday, bool holiday)
{
	return holiday && hours->holidays ? OMNI__HOLIDAY : weekday;
}
