/*
 * Times: microseconds since 1970 UTC, and ISO 8601 both ways.
 */
#include <stdio.h>
#include <string.h>

#include "base/base.h"

int64_t
omni_time_unknown(void)
{
	return OMNI_TIME_UNKNOWN;
}

int64_t
omni_now(void)
{
	return OMNI_NOW;
}

/* Both by Howard Hinnant's era arithmetic ("chrono-compatible low-level date
 * algorithms"): years from March, eras of 400 years. */
int64_t
omni__days_from_civil(int64_t year, int month, int day)
{
	int64_t era, of_era, of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	of_era = year - era * 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

void
omni__civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t era, of_era, y, of_year, m;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = days - era * 146097;
	y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * y + y / 4 - y / 100);
	m = (5 * of_year + 2) / 153;
	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = y + era * 400 + (*month <= 2);
}

/* Exactly count digits at *text; moves behind them.  -1 when not there. */
static int64_t
take_number(const char **text, int count)
{
	int64_t number = 0;
	int i;

	for (i = 0; i < count; i++) {
		char c = (*text)[i];

		if (c < '0' || c > '9')
			return -1;
		number = number * 10 + (c - '0');
	}
	*text += count;
	return number;
}

static bool
take(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

static int
days_in_month(int64_t year, int64_t month)
{
	static const int days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};

	if (month == 2 && year % 4 == 0 &&
	    (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

static bool
parse_date(const char **text, int64_t *days)
{
	int64_t year, month, day;

	if ((year = take_number(text, 4)) < 0 || !take(text, '-') ||
	    (month = take_number(text, 2)) < 1 || month > 12 ||
	    !take(text, '-') || (day = take_number(text, 2)) < 1 ||
	    day > days_in_month(year, month))
		return false;
	*days = omni__days_from_civil(year, (int)month, (int)day);
	return true;
}

/* Digits behind the point; microseconds, the rest cut off. */
static bool
parse_fraction(const char **text, int64_t *micros)
{
	int64_t unit = OMNI__SECOND;
	int digits = 0;

	*micros = 0;
	if (!take(text, '.') && !take(text, ','))
		return true;
	for (; **text >= '0' && **text <= '9'; (*text)++, digits++) {
		unit /= 10;
		*micros += unit * (**text - '0');
	}
	return digits > 0;
}

static bool
parse_clock(const char **text, int64_t *micros)
{
	int64_t hour, minute, second = 0, fraction = 0;

	if ((hour = take_number(text, 2)) < 0 || hour > 24 ||
	    !take(text, ':') || (minute = take_number(text, 2)) < 0 ||
	    minute > 59)
		return false;
	if (take(text, ':') && ((second = take_number(text, 2)) < 0 ||
	    second > 60 || !parse_fraction(text, &fraction)))
		return false;
	*micros = ((hour * 60 + minute) * 60 + second) * OMNI__SECOND +
	    fraction;
	return *micros <= OMNI__DAY;
}

/* "Z", "+02:00", "+0200", "+02" or nothing (UTC). */
static bool
parse_offset(const char **text, int64_t *micros)
{
	int64_t hours, minutes = 0;
	int sign;

	*micros = 0;
	if (take(text, 'Z') || take(text, 'z') || **text == '\0')
		return true;
	if (**text != '+' && **text != '-')
		return false;
	sign = *(*text)++ == '+' ? 1 : -1;
	if ((hours = take_number(text, 2)) < 0 || hours > 23)
		return false;
	(void)take(text, ':');
	if (**text != '\0' && ((minutes = take_number(text, 2)) < 0 ||
	    minutes > 59))
		return false;
	*micros = sign * (hours * 60 + minutes) * 60 * OMNI__SECOND;
	return true;
}

omni_status
omni_time_parse(const char *text, int64_t *time)
{
	int64_t days, clock = 0, offset = 0;

	if (text == NULL || time == NULL || !parse_date(&text, &days))
		return OMNI_INVALID;
	if (*text != '\0') {
		if (!take(&text, 'T') && !take(&text, 't') &&
		    !take(&text, ' '))
			return OMNI_INVALID;
		if (!parse_clock(&text, &clock) ||
		    !parse_offset(&text, &offset) || *text != '\0')
			return OMNI_INVALID;
	}
	*time = days * OMNI__DAY + clock - offset;
	return OMNI_OK;
}

/* So many digits, and what comes behind them. */
static char *
put_digits(char *out, int64_t number, int digits, char behind)
{
	int i;

	for (i = digits - 1; i >= 0; i--, number /= 10)
		out[i] = (char)('0' + number % 10);
	out[digits] = behind;
	return out + digits + 1;
}

/* By hand: every reason that is given has a time in it. */
static void
put_time(char *out, int64_t days, int64_t rest)
{
	int64_t year, seconds = rest / OMNI__SECOND;
	int64_t micros = rest % OMNI__SECOND;
	int month, day;

	omni__civil_from_days(days, &year, &month, &day);
	if (year >= 0 && year <= 9999)
		out = put_digits(out, year, 4, '-');
	else
		out += snprintf(out, OMNI_TIME_SIZE, "%04lld-",
		    (long long)year);
	out = put_digits(out, month, 2, '-');
	out = put_digits(out, day, 2, 'T');
	out = put_digits(out, seconds / 3600, 2, ':');
	out = put_digits(out, seconds / 60 % 60, 2, ':');
	out = put_digits(out, seconds % 60, 2, micros != 0 ? '.' : 'Z');
	if (micros != 0)
		out = put_digits(out, micros, 6, 'Z');
	*out = '\0';
}

omni_status
omni_time_format(int64_t time, char *out, size_t size)
{
	int64_t days, rest;

	if (out == NULL || size == 0)
		return OMNI_INVALID;
	out[0] = '\0';
	if (size < OMNI_TIME_SIZE || time == OMNI_TIME_UNKNOWN ||
	    time == OMNI_NOW)
		return OMNI_INVALID;
	days = time / OMNI__DAY;
	rest = time % OMNI__DAY;
	if (rest < 0) {
		rest += OMNI__DAY;
		days--;
	}
	put_time(out, days, rest);
	return OMNI_OK;
}
