/*
 * Calendars: the public holidays of a region, which the host gives.
 */
#include <string.h>

#include "consent/consent.h"

#define DAYS_MAX 4096

enum { DAYS, FIELDS };

/* ---- regions and days ----------------------------------------------- */

omni_status
omni__region_check(struct omni__error *error, const char *field, char *code)
{
	size_t i;

	for (i = 0; i < 3 && code[i] != '\0'; i++) {
		if (code[i] >= 'a' && code[i] <= 'z')
			code[i] = (char)(code[i] - 'a' + 'A');
		if (code[i] < 'A' || code[i] > 'Z')
			break;
	}
	if (i == 2 && code[i] == '\0')
		return OMNI_OK;
	return omni__fail(error, OMNI_INVALID,
	    "%s is no region: two letters such as \"SE\"", field);
}

static int
digits(const char *text, size_t size)
{
	int number = 0;

	for (; size > 0; size--, text++) {
		if (*text < '0' || *text > '9')
			return -1;
		number = 10 * number + (*text - '0');
	}
	return number;
}

/* "2026-12-25", and a day that there was or will be. */
static omni_status
check_day(struct omni__error *error, const char *field, char *text)
{
	int64_t year;
	int month, day;

	if (strlen(text) == 10 && text[4] == '-' && text[7] == '-' &&
	    digits(text, 4) > 0 && digits(text + 5, 2) > 0 &&
	    digits(text + 8, 2) > 0) {
		omni__civil_from_days(omni__days_from_civil(digits(text, 4),
		    digits(text + 5, 2), digits(text + 8, 2)), &year, &month,
		    &day);
		if (year == digits(text, 4) && month == digits(text + 5, 2) &&
		    day == digits(text + 8, 2))
			return OMNI_OK;
	}
	return omni__fail(error, OMNI_INVALID,
	    "%s: that is no day such as \"2026-12-25\"", field);
}

static const struct omni__field fields[] = {
	[DAYS] = {
		.name = "days",
		.type = OMNI__FIELD_NAMES,
		.offset = offsetof(struct omni_calendar, days),
		.most = DAYS_MAX,
		.sorted = true,
		.check = check_day,
		.late = true,
	},
};
_Static_assert(OMNI__COUNT(fields) == FIELDS, "a field without a row");

const struct omni__sort omni__calendars = {
	.name = "calendar",
	.called = "region",
	.noun = OMNI__FACT_CALENDAR,
	.size = sizeof(struct omni_calendar),
	.fields = fields,
	.count = FIELDS,
	.check = omni__region_check,
};

/* ---- the calls ------------------------------------------------------ */

omni_calendar *
omni_calendar_new(const char *region)
{
	return omni__definition_new(&omni__calendars, region);
}

OMNI__DEFINITION_CALLS(calendar, omni__calendars)

omni_status
omni_calendar_add_day(omni_calendar *calendar, const char *day)
{
	return omni__definition_add(OMNI__HEAD(calendar), &fields[DAYS],
	    day);
}

const char *
omni_calendar_region(const omni_calendar *calendar)
{
	return calendar != NULL ? calendar->head.name : NULL;
}

int32_t
omni_calendar_day_count(const omni_calendar *calendar)
{
	return calendar != NULL ? (int32_t)calendar->days.count : 0;
}

const char *
omni_calendar_day(const omni_calendar *calendar, int32_t i)
{
	if (calendar == NULL || i < 0 || (size_t)i >= calendar->days.count)
		return NULL;
	return calendar->days.items[i];
}
