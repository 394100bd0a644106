/*
 * Dates in the notations people and systems use, to ISO 8601.  A year of two
 * digits is not guessed at: a wrong century makes another person.
 */
#include <string.h>

#include "text/scan.h"
#include "text/text.h"

#define YEAR_MIN 1000
#define YEAR_MAX 2999
/* Before it, 19111032 is a slip in the year's order, not the day's. */
#define YEAR_RECENT 1800

/* English, Swedish, German, French, Spanish, and their neighbours where they
 * differ, folded.  Any beginning of three letters or more that fits only one
 * month will do. */
static const struct month_name {
	char name[11];
	uint8_t month;
} month_names[] = {
	{ "january", 1 }, { "januari", 1 }, { "januar", 1 }, { "janner", 1 },
	{ "janvier", 1 }, { "enero", 1 },
	{ "february", 2 }, { "februari", 2 }, { "februar", 2 },
	{ "fevrier", 2 }, { "febrero", 2 },
	{ "march", 3 }, { "mars", 3 }, { "marz", 3 }, { "maerz", 3 },
	{ "mrz", 3 }, { "marzo", 3 }, { "marts", 3 }, { "maart", 3 },
	{ "april", 4 }, { "avril", 4 }, { "abril", 4 },
	{ "may", 5 }, { "maj", 5 }, { "mai", 5 }, { "mayo", 5 }, { "mei", 5 },
	{ "june", 6 }, { "juni", 6 }, { "juin", 6 }, { "junio", 6 },
	{ "july", 7 }, { "juli", 7 }, { "juillet", 7 }, { "julio", 7 },
	{ "august", 8 }, { "augusti", 8 }, { "aout", 8 }, { "agosto", 8 },
	{ "september", 9 }, { "septembre", 9 }, { "septiembre", 9 },
	{ "setiembre", 9 },
	{ "october", 10 }, { "oktober", 10 }, { "octobre", 10 },
	{ "octubre", 10 },
	{ "november", 11 }, { "novembre", 11 }, { "noviembre", 11 },
	{ "december", 12 }, { "dezember", 12 }, { "decembre", 12 },
	{ "diciembre", 12 }, { "desember", 12 }
};

/* Words between the parts: "3rd of April", "den 3 april", "1er mai". */
static const char *const fillers[] = {
	"d", "de", "del", "den", "der", "e", "er", "le", "nd", "of", "rd",
	"st", "th", "the"
};

struct date {
	uint32_t year, month, day;	/* 0: not said */
};

/* 0 when it is no month, or may be two. */
static uint32_t
month_of(const struct omni__span *word)
{
	uint32_t month = 0;
	size_t i;

	if (word->size < 3 || word->size >= sizeof(month_names[0].name))
		return 0;
	for (i = 0; i < OMNI__COUNT(month_names); i++) {
		if (memcmp(month_names[i].name, word->text, word->size) != 0)
			continue;
		if (month != 0 && month != month_names[i].month)
			return 0;
		month = month_names[i].month;
	}
	return month;
}

static bool
is_filler(const struct omni__span *word)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(fillers); i++)
		if (omni__span_is(word, fillers[i]))
			return true;
	return false;
}

/* ---- is there such a day? ------------------------------------------- */

static uint32_t
month_days(uint32_t year, uint32_t month)
{
	static const uint8_t days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

static bool
is_date(const struct date *date)
{
	if (date->year < YEAR_MIN || date->year > YEAR_MAX)
		return false;
	if (date->month == 0)
		return date->day == 0;
	return date->month <= 12 && (date->day == 0 ||
	    date->day <= month_days(date->year, date->month));
}

/* Day and month the other way round, when only so it is a date. */
static bool
settle(struct date *date)
{
	struct date swapped = { date->year, date->day, date->month };

	if (is_date(date))
		return true;
	if (date->day == 0 || !is_date(&swapped))
		return false;
	*date = swapped;
	return true;
}

/* ---- reading -------------------------------------------------------- */

struct number {
	uint32_t value;
	size_t digits;
};

/* The parts of a date in their order. */
struct parts {
	struct number number[3];
	size_t count;
	uint32_t month;			/* by name */
};

static uint32_t
number_of(const char *digits, size_t size)
{
	uint32_t value = 0;
	size_t i;

	for (i = 0; i < size; i++)
		value = value * 10 + (uint32_t)(digits[i] - '0');
	return value;
}

/* 19520403, or 03041952 where that alone is a date. */
static bool
read_eight(struct date *date, const char *digits)
{
	date->year = number_of(digits, 4);
	date->month = number_of(digits + 4, 2);
	date->day = number_of(digits + 6, 2);
	if (date->month != 0 && date->day != 0 && is_date(date))
		return true;
	date->day = number_of(digits, 2);
	date->month = number_of(digits + 2, 2);
	date->year = number_of(digits + 4, 4);
	return date->month != 0 && date->day != 0 &&
	    date->year >= YEAR_RECENT && settle(date);
}

static bool
add_number(struct parts *parts, const struct omni__span *word)
{
	if (parts->count == 3 || word->size > 4 || word->size == 3)
		return false;
	parts->number[parts->count].digits = word->size;
	parts->number[parts->count++].value =
	    number_of(word->text, word->size);
	return true;
}

static bool
add_word(struct parts *parts, const struct omni__span *word)
{
	uint32_t month = month_of(word);

	if (month == 0)
		return is_filler(word);
	if (parts->month != 0)
		return false;
	parts->month = month;
	return true;
}

/* A run of digits or of letters. */
static bool
next_run(const char *text, size_t size, size_t *at, struct omni__span *run)
{
	size_t i = *at;
	bool digits;

	while (i < size && !omni__scan_digit(text[i]) &&
	    !omni__scan_letter(text[i]))
		i++;
	if (i == size)
		return false;
	run->text = text + i;
	digits = omni__scan_digit(text[i]);
	while (i < size && (digits ? omni__scan_digit(text[i]) :
	    omni__scan_letter(text[i])))
		i++;
	run->size = (size_t)(text + i - run->text);
	*at = i;
	return true;
}

static bool
complete(const struct parts *parts)
{
	return parts->count + (parts->month != 0) == 3;
}

/* Behind a date: the time of day, which is no part of it. */
static bool
is_time(const char *text, size_t size, size_t at)
{
	size_t i = at;

	while (i < size && (text[i] == ' ' || text[i] == 't' ||
	    text[i] == ','))
		i++;
	if (i == at)
		return false;
	at = i;
	while (i < size && omni__scan_digit(text[i]))
		i++;
	return i > at && i - at <= 2 && i < size && text[i] == ':';
}

static bool
read_parts(struct parts *parts, const char *text, size_t size)
{
	struct omni__span run;
	size_t at = 0;
	bool known;

	memset(parts, 0, sizeof(*parts));
	for (;;) {
		if (complete(parts) && is_time(text, size, at))
			return true;
		if (!next_run(text, size, &at, &run))
			return true;
		known = omni__scan_digit(run.text[0]) ?
		    add_number(parts, &run) : add_word(parts, &run);
		if (!known)
			return false;
	}
}

static bool
is_year(const struct number *number)
{
	return number->digits == 4;
}

/* 3 April 1952, April 3rd 1952, 1952 April 3; April 1952 */
static bool
date_of_named(struct date *date, const struct parts *parts)
{
	const struct number *n = parts->number;

	date->month = parts->month;
	date->day = 0;
	if (parts->count == 1) {
		date->year = n[0].value;
		return is_year(&n[0]) && is_date(date);
	}
	if (parts->count != 2 || is_year(&n[0]) == is_year(&n[1]))
		return false;
	date->year = is_year(&n[0]) ? n[0].value : n[1].value;
	date->day = is_year(&n[0]) ? n[1].value : n[0].value;
	return date->day != 0 && is_date(date);
}

/* 1952-04-03, 3/4/1952 */
static bool
date_of_three(struct date *date, const struct number *n)
{
	if (is_year(&n[1]) || is_year(&n[0]) == is_year(&n[2]) ||
	    n[1].value == 0)
		return false;
	date->year = is_year(&n[0]) ? n[0].value : n[2].value;
	date->month = n[1].value;
	date->day = is_year(&n[0]) ? n[2].value : n[0].value;
	return date->day != 0 && settle(date);
}

/* 1952-04, 04/1952, 1952 */
static bool
date_of_numbers(struct date *date, const struct parts *parts)
{
	const struct number *n = parts->number;
	size_t year = parts->count == 2 && is_year(&n[1]);

	if (parts->count == 3)
		return date_of_three(date, n);
	if (parts->count == 0 || !is_year(&n[year]))
		return false;
	date->year = n[year].value;
	date->month = date->day = 0;
	if (parts->count == 2) {
		date->month = n[1 - year].value;
		if (date->month == 0 || is_year(&n[1 - year]))
			return false;
	}
	return is_date(date);
}

static bool
read_date(struct date *date, const char *text, size_t size)
{
	struct parts parts;
	size_t digits = 0;

	while (digits < size && omni__scan_digit(text[digits]))
		digits++;
	if (digits == 8 && (size == 8 || is_time(text, size, digits)))
		return read_eight(date, text);
	if (!read_parts(&parts, text, size))
		return false;
	return parts.month != 0 ? date_of_named(date, &parts) :
	    date_of_numbers(date, &parts);
}

/* ---- what is a date but for a slip ---------------------------------- */

/* 1952-04-93: three numbers, of which the year is the first or the last. */
static bool
shape_of_three(struct date *date, const struct number *n)
{
	if (is_year(&n[1]) || is_year(&n[0]) == is_year(&n[2]))
		return false;
	if (!is_year(&n[0]) && date_of_three(date, n))
		return true;
	date->year = is_year(&n[0]) ? n[0].value : n[2].value;
	date->month = n[1].value;
	date->day = is_year(&n[0]) ? n[2].value : n[0].value;
	return true;
}

static bool
shape_of_eight(struct date *date, const char *digits)
{
	if (read_eight(date, digits))
		return true;
	date->year = number_of(digits, 4);
	date->month = number_of(digits + 4, 2);
	date->day = number_of(digits + 6, 2);
	return true;
}

/* Which part is wrong nobody knows, so none is moved or left out. */
static bool
read_shape(struct date *date, const char *text, size_t size)
{
	struct parts parts;
	size_t digits = 0;
	bool found;

	while (digits < size && omni__scan_digit(text[digits]))
		digits++;
	if (digits == 8 && (size == 8 || is_time(text, size, digits)))
		found = shape_of_eight(date, text);
	else
		found = read_parts(&parts, text, size) && parts.month == 0 &&
		    parts.count == 3 && shape_of_three(date, parts.number);
	return found && date->year > 0 && date->year <= YEAR_MAX;
}

/* ---- writing -------------------------------------------------------- */

static char *
put(char *out, uint32_t value, size_t digits)
{
	size_t i;

	for (i = digits; i > 0; i--) {
		out[i - 1] = (char)('0' + value % 10);
		value /= 10;
	}
	return out + digits;
}

/* What is not said is left out. */
static omni_status
write_date(struct omni__buf *buf, const struct date *date, size_t parts)
{
	char *out = omni__scan_room(buf, sizeof("1952-04-03"));

	if (out == NULL)
		return OMNI_NOMEM;
	out = put(out, date->year, 4);
	if (parts > 1) {
		*out++ = '-';
		out = put(out, date->month, 2);
	}
	if (parts > 2) {
		*out++ = '-';
		out = put(out, date->day, 2);
	}
	omni__scan_done(buf, out);
	return OMNI_OK;
}

static size_t
said(const struct date *date)
{
	return date->month == 0 ? 1 : date->day == 0 ? 2 : 3;
}

/* How many parts the text says, 0 when it is no date. */
typedef size_t (*read_fn)(struct date *, const char *, size_t);

static size_t
read_calendar(struct date *date, const char *text, size_t size)
{
	return read_date(date, text, size) ? said(date) : 0;
}

static size_t
read_comparable(struct date *date, const char *text, size_t size)
{
	if (!read_shape(date, text, size))
		return read_calendar(date, text, size);
	if (date->month != 0 || date->day != 0)
		return 3;
	/* A year alone must be one by itself, too. */
	return date->year >= YEAR_MIN ? 1 : 0;
}

static omni_status
rewrite(struct omni__buf *buf, const char *text, size_t size, read_fn read)
{
	struct date date = { 0, 0, 0 };
	size_t start = buf->size, parts;
	omni_status status = omni__fold(buf, text, size);

	if (status != OMNI_OK)
		return status;
	parts = read(&date, buf->bytes + start, buf->size - start);
	omni__scan_done(buf, buf->bytes + start);
	return parts > 0 ? write_date(buf, &date, parts) : OMNI_NONE;
}

omni_status
omni__date_normalise(struct omni__buf *buf, const char *text, size_t size)
{
	return rewrite(buf, text, size, read_calendar);
}

omni_status
omni__date_comparable(struct omni__buf *buf, const char *text, size_t size)
{
	return rewrite(buf, text, size, read_comparable);
}
