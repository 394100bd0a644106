/*
 * Some time zones by the rules of their laws, nothing read from any file.
 */
#include "oracle.h"

const char *const o_zone_names[O_ZONES] = {
	"UTC", "Europe/Stockholm", "America/New_York", "Asia/Kolkata"
};

static bool
leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
month_size(int year, int month)
{
	static const int sizes[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};

	return sizes[month - 1] + (month == 2 && leap(year));
}

int64_t
o_days(int year, int month, int day)
{
	int64_t days = day - 1;
	int i;

	for (i = 1970; i < year; i++)
		days += leap(i) ? 366 : 365;
	for (i = 1; i < month; i++)
		days += month_size(year, i);
	return days;
}

void
o_date(int64_t days, int *year, int *month, int *day)
{
	for (*year = 1970; days >= (leap(*year) ? 366 : 365); ++*year)
		days -= leap(*year) ? 366 : 365;
	for (*month = 1; days >= month_size(*year, *month); ++*month)
		days -= month_size(*year, *month);
	*day = (int)days + 1;
}

/* 1970-01-01 was a Thursday. */
int
o_weekday(int64_t days)
{
	return (int)((days + 3) % 7);
}

/* The n-th Sunday of a month, or the last one (n = 0), as days. */
static int64_t
sunday(int year, int month, int n)
{
	int64_t day;

	if (n == 0) {
		day = o_days(year, month, month_size(year, month));
		while (o_weekday(day) != 6)
			day--;
		return day;
	}
	day = o_days(year, month, 1);
	while (o_weekday(day) != 6)
		day++;
	return day + 7 * (n - 1);
}

static int64_t
year_of(int64_t time)
{
	int year, month, day;

	o_date(time / O_DAY, &year, &month, &day);
	return year;
}

/* Directive 2000/84/EC: at 01:00 UTC, last Sundays of March and October. */
static int64_t
european(int64_t time)
{
	static int64_t known, from, until;
	int64_t year = year_of(time);

	if (known != year) {
		from = sunday((int)year, 3, 0) * O_DAY + 60 * O_MINUTE;
		until = sunday((int)year, 10, 0) * O_DAY + 60 * O_MINUTE;
		known = year;
	}
	return time >= from && time < until ? 7200 : 3600;
}

/* 15 U.S.C. 260a: at 2 o'clock local time, the second Sunday of March and
 * the first of November. */
static int64_t
american(int64_t time)
{
	static int64_t known, from, until;
	int64_t year = year_of(time);

	if (known != year) {
		from = sunday((int)year, 3, 2) * O_DAY + 420 * O_MINUTE;
		until = sunday((int)year, 11, 1) * O_DAY + 360 * O_MINUTE;
		known = year;
	}
	return time >= from && time < until ? -14400 : -18000;
}

/* So many hours behind New York, by the same law. */
static int64_t
west(int hours, int64_t time)
{
	return american(time - hours * 60 * O_MINUTE) - hours * 3600;
}

int64_t
o_offset(enum o_zone zone, int64_t time)
{
	switch (zone) {
	case O_STOCKHOLM:
		return european(time);
	case O_NEW_YORK:
		return american(time);
	case O_CHICAGO:
		return west(1, time);
	case O_DENVER:
		return west(2, time);
	case O_LOS_ANGELES:
		return west(3, time);
	case O_ANCHORAGE:
		return west(4, time);
	case O_ADAK:
		return west(5, time);
	/* 15 U.S.C. 260a (a): a state may leave it. */
	case O_PHOENIX:
		return -25200;
	case O_HONOLULU:
		return -36000;
	case O_KOLKATA:
		return 19800;
	default:
		return 0;
	}
}

int64_t
o_local_day(enum o_zone zone, int64_t time)
{
	return (time + o_offset(zone, time) * O_SECOND) / O_DAY;
}

int
o_local_minute(enum o_zone zone, int64_t time)
{
	return (int)((time + o_offset(zone, time) * O_SECOND) % O_DAY /
	    O_MINUTE);
}
