/*
 * Telephone numbers to E.164 by the numbering plans of phone_table.h.  A
 * plan ages, so nothing here asks whether a number is valid: a plan only
 * decides which digits in front are a prefix and which are the number.
 */
#include <string.h>

#include "text/pattern.h"
#include "text/scan.h"
#include "text/text.h"

struct phone_plan {
	char name[3];		/* ISO 3166; "" for satellite, freephone ... */
	char insert[5];		/* put before `group` instead of the prefix */
	uint16_t calling;
	uint16_t general;	/* pattern of all its numbers; 0: no pattern */
	uint16_t trunk;		/* national prefix */
	uint16_t abroad;	/* international prefix */
	uint16_t leading;	/* of a shared code, these numbers are here */
	uint8_t group;
	bool main;	/* speaks for its calling code */
	bool shared;	/* the code has other regions as well */
	uint32_t lengths;	/* bit n: n digits are possible */
	uint32_t local;		/* the same, without the area code */
};

#include "text/phone_table.h"

#define DIGITS_ROOM 40
#define DIGITS_MIN 5
#define DIGITS_MAX 17
#define TRUNK_MAX DIGITS_ROOM
#define LOCAL_MIN 6		/* what a town's numbers have, at least */

/* What was typed. */
struct typed {
	char digits[DIGITS_ROOM];
	size_t count;
	bool plus;		/* a plus before the first digit */
	bool tone;		/* a wait for the tone behind it: 8~10 */
};

/* A calling code and what follows. */
struct number {
	const struct phone_plan *plan;
	char digits[DIGITS_ROOM];
	size_t count;
};

/* ---- reading what was typed ----------------------------------------- */

/* The zeros of the scripts whose digits people type numbers with. */
static const uint32_t zeros[] = {
	0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6,
	0x0c66, 0x0ce6, 0x0d66, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810,
	0xff10
};

/* ASCII for a digit or plus of another script, blank for anything else. */
static char
plain(uint32_t c)
{
	size_t i;

	if (c == 0xff0b)
		return '+';
	for (i = 0; i < OMNI__COUNT(zeros); i++)
		if (c >= zeros[i] && c < zeros[i] + 10)
			return (char)('0' + (c - zeros[i]));
	return ' ';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_letter(char c)
{
	return is_upper((char)(c & ~0x20));
}

/* "0800 FLOWERS": capitals after a short prefix are keys of the dial. */
static bool
spells(const struct typed *typed, const char *text, size_t size)
{
	size_t i, letters = 0;

	if (typed->count < 2 || typed->count > 4 || size > DIGITS_ROOM)
		return false;
	for (i = 0; i < size; i++) {
		letters += is_upper(text[i]);
		if (!is_upper(text[i]) && text[i] != '-' && text[i] != ' ' &&
		    !is_digit(text[i]))
			return false;
	}
	return letters >= 3;
}

static char
dial_key(char c)
{
	static const char keys[] = "22233344455566677778889999";

	return is_upper(c) ? keys[c - 'A'] : c;
}

/* Does c end a number of this many digits: an extension, a second number, a
 * remark? */
static bool
ends_number(const struct typed *typed, char c)
{
	if (is_letter(c) || c == ';' || c == '#' || c == '*')
		return typed->count >= DIGITS_MIN;
	return (c == '/' || c == ',') && typed->count >= 8;
}

/* false with more digits than any number has. */
static bool
take(struct typed *typed, char c)
{
	if (c == '+' && typed->count == 0)
		typed->plus = true;
	if (c == '~' && typed->count == 1)
		typed->tone = true;
	if (!is_digit(c))
		return true;
	if (typed->count == DIGITS_ROOM)
		return false;
	typed->digits[typed->count++] = c;
	return true;
}

/* 8~10 goes abroad in the plan that the Soviet Union left behind. */
static void
drop_tone(struct typed *typed)
{
	static const char abroad[] = "810";

	if (!typed->tone || typed->count < 3 ||
	    memcmp(typed->digits, abroad, 3) != 0)
		return;
	typed->plus = true;
	typed->count -= 3;
	memmove(typed->digits, typed->digits + 3, typed->count);
}

static bool
typed_read(struct typed *typed, const char *text, size_t size)
{
	size_t at = 0;
	bool spelt = false;

	typed->count = 0;
	typed->plus = typed->tone = false;
	while (at < size) {
		char c = text[at];

		if ((unsigned char)c >= 0x80) {
			c = plain(omni__scan_next(text, size, &at));
		} else {
			if (!spelt && is_upper(c))
				spelt = spells(typed, text + at, size - at);
			if (spelt)
				c = dial_key(c);
			at++;
		}
		if (ends_number(typed, c))
			break;
		if (!take(typed, c))
			return false;
	}
	drop_tone(typed);
	return true;
}

/* ---- plans ---------------------------------------------------------- */

static const struct phone_plan *
plan_of_region(const char *region)
{
	size_t low = 0, high = OMNI__COUNT(phone_plans);

	if (region == NULL || region[0] == '\0')
		return NULL;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(region, phone_plans[middle].name);

		if (order == 0)
			return &phone_plans[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* Calling codes are prefix-free.  *size is the code's digits. */
static const struct phone_plan *
plan_of_digits(const char *digits, size_t count, size_t *size)
{
	unsigned code = 0;
	size_t i;

	for (i = 0; i < count && i < 3; i++) {
		code = code * 10 + (unsigned)(digits[i] - '0');
		if (code == 0)
			return NULL;
		if (phone_codes[code] != 0) {
			*size = i + 1;
			return &phone_plans[phone_codes[code] - 1];
		}
	}
	return NULL;
}

static bool
has_length(const struct phone_plan *plan, size_t count)
{
	return count < 32 && (plan->lengths >> count & 1) != 0;
}

static bool
is_general(const struct phone_plan *plan, const char *digits, size_t count)
{
	return has_length(plan, count) && plan->general != 0 &&
	    omni__pattern_match(phone_patterns + plan->general, digits, count,
	    true, NULL) != OMNI__PATTERN_FAIL;
}

static bool
too_long(const struct phone_plan *plan, size_t count)
{
	return count >= 32 || plan->lengths >> count == 0;
}

/* ---- prefixes ------------------------------------------------------- */

static void
number_set(struct number *number, const struct phone_plan *plan,
    const char *digits, size_t count)
{
	number->plan = plan;
	number->count = count;
	memcpy(number->digits, digits, count);
}

/* Writes the number without its trunk prefix, which in some plans also
 * stands for an area code to put in.  False without a prefix. */
static bool
trunk_strip(const struct phone_plan *plan, const char *digits, size_t count,
    struct number *out)
{
	struct omni__pattern_groups groups = {{ 0 }};
	size_t end, insert = 0, start = 0, kept = 0;

	if (plan->trunk == 0)
		return false;
	end = omni__pattern_match(phone_patterns + plan->trunk, digits, count,
	    false, &groups);
	if (end == OMNI__PATTERN_FAIL)
		return false;
	if (plan->group != 0 && groups.at[2 * plan->group - 1] != 0) {
		insert = strlen(plan->insert);
		start = groups.at[2 * plan->group - 2];
		kept = groups.at[2 * plan->group - 1] - start;
	}
	if (insert + kept + (count - end) > DIGITS_ROOM)
		return false;
	out->plan = plan;
	out->count = insert + kept + (count - end);
	memcpy(out->digits, plan->insert, insert);
	memcpy(out->digits + insert, digits + start, kept);
	memcpy(out->digits + insert + kept, digits + end, count - end);
	return true;
}

/* A plan ages: a number whose length is right only with the digit in front
 * may be of a new range.  But nowhere does one begin with 0 that has a trunk
 * prefix of 0. */
static bool
is_new_range(const struct number *number, const struct number *bare)
{
	return number->count > 0 && number->digits[0] != '0' &&
	    has_length(number->plan, number->count) &&
	    !has_length(number->plan, bare->count);
}

/* Trunk prefixes go until the number is whole, or has none.  One that is
 * whole as it stands keeps what may look like a prefix. */
static void
trunk_drop(struct number *number)
{
	const struct phone_plan *plan = number->plan;
	struct number bare;
	int left;

	for (left = TRUNK_MAX; left > 0; left--) {
		if (is_general(plan, number->digits, number->count) ||
		    !trunk_strip(plan, number->digits, number->count, &bare))
			return;
		if (is_new_range(number, &bare))
			return;
		/* Some plans' prefix may be empty. */
		if (bare.count == number->count && memcmp(bare.digits,
		    number->digits, bare.count) == 0)
			return;
		number_set(number, plan, bare.digits, bare.count);
	}
}

/* "+47 (0)22 ...", "8 66 ...": trunk prefixes that a plan never had, or has
 * given up, are typed all the same. */
static void
habit_drop(struct number *number)
{
	const struct phone_plan *plan = number->plan;
	char first = number->count > 0 ? number->digits[0] : '\0';

	if (number->count < 2 || (first != '0' &&
	    (first != '8' || !too_long(plan, number->count))) ||
	    is_general(plan, number->digits, number->count) ||
	    !is_general(plan, number->digits + 1, number->count - 1))
		return;
	number->count--;
	memmove(number->digits, number->digits + 1, number->count);
}

/* digits begin with a calling code. */
static bool
number_international(struct number *number, const char *digits, size_t count)
{
	size_t size;
	const struct phone_plan *plan = plan_of_digits(digits, count, &size);

	if (plan == NULL || count - size < 2)
		return false;
	number_set(number, plan, digits + size, count - size);
	trunk_drop(number);
	habit_drop(number);
	return true;
}

/* Where the number begins behind an international prefix, else 0. */
static size_t
abroad_size(const struct phone_plan *plan, const char *digits, size_t count)
{
	static const char everywhere[] = "00";
	size_t end;

	if (plan == NULL)
		return count > 2 && memcmp(digits, everywhere, 2) == 0 ? 2 : 0;
	if (plan->abroad == 0)
		return 0;
	end = omni__pattern_match(phone_patterns + plan->abroad, digits, count,
	    false, NULL);
	if (end == OMNI__PATTERN_FAIL || end >= count || digits[end] == '0')
		return 0;
	return end;
}

/* "46701234567" typed in Sweden: its own calling code without a plus. */
static bool
number_own_code(struct number *number, const struct phone_plan *plan,
    const char *digits, size_t count)
{
	size_t size;
	const struct phone_plan *owner = plan_of_digits(digits, count, &size);

	if (owner == NULL || owner->calling != plan->calling ||
	    count - size < 2)
		return false;
	number_set(number, plan, digits + size, count - size);
	trunk_drop(number);
	habit_drop(number);
	if (too_long(plan, count))
		return true;
	return has_length(plan, number->count) &&
	    is_general(plan, number->digits, number->count) &&
	    !is_general(plan, digits, count);
}

/* Lengths change when a plan is full, so a few digits less are no reason to
 * leave a number without its code; but a number too short for any plan is an
 * extension or a service. */
static bool
is_plausible(const struct phone_plan *plan, const struct number *number)
{
	if (number->count < DIGITS_MIN)
		return is_general(plan, number->digits, number->count);
	return has_length(plan, number->count) ||
	    (number->count >= LOCAL_MIN && !too_long(plan, number->count));
}

static bool
number_national(struct number *number, const struct phone_plan *plan,
    const char *digits, size_t count)
{
	if (number_own_code(number, plan, digits, count))
		return true;
	number_set(number, plan, digits, count);
	trunk_drop(number);
	habit_drop(number);
	return is_plausible(plan, number);
}

/* Regions that share a code have plans of their own; what theirs made must
 * read the same from abroad, where the main plan of the code speaks. */
static void
number_settle(struct number *number)
{
	if (number->plan->main)
		return;
	number->plan = &phone_plans[phone_codes[number->plan->calling] - 1];
	trunk_drop(number);
	habit_drop(number);
}

/* False when no plan fits and the digits stay as typed. */
static bool
number_parse(struct number *number, const struct typed *typed,
    const struct phone_plan *home)
{
	const char *digits = typed->digits;
	size_t count = typed->count;
	size_t skip;

	if (typed->plus)
		return number_international(number, digits, count);
	skip = abroad_size(home, digits, count);
	if (skip > 0 && number_international(number, digits + skip,
	    count - skip))
		return true;
	if (home == NULL)
		return false;
	if (number_national(number, home, digits, count)) {
		number_settle(number);
		return true;
	}
	/* Typed for abroad by someone from elsewhere. */
	skip = abroad_size(NULL, digits, count);
	return skip > 0 && number_international(number, digits + skip,
	    count - skip) && has_length(number->plan, number->count);
}

/* ---- the calls ------------------------------------------------------ */

/* Digits of the calling code, from the right end of a small field. */
static size_t
calling_digits(unsigned calling, char out[3])
{
	size_t size = calling >= 100 ? 3 : calling >= 10 ? 2 : 1, i;

	for (i = size; i > 0; i--) {
		out[i - 1] = (char)('0' + calling % 10);
		calling /= 10;
	}
	return size;
}

omni_status
omni__phone_normalise(struct omni__buf *buf, const char *text, size_t size,
    const char *region)
{
	struct typed typed;
	struct number number;
	char out[4 + DIGITS_ROOM];
	size_t count, digits;

	if (!typed_read(&typed, text, size))
		return OMNI_NONE;
	if (number_parse(&number, &typed, plan_of_region(region))) {
		out[0] = '+';
		count = 1 + calling_digits(number.plan->calling, out + 1);
		memcpy(out + count, number.digits, number.count);
		count += number.count;
	} else {
		count = 0;
		if (typed.plus)
			out[count++] = '+';
		memcpy(out + count, typed.digits, typed.count);
		count += typed.count;
	}
	digits = count - (count > 0 && out[0] == '+');
	if (digits < DIGITS_MIN || digits > DIGITS_MAX)
		return OMNI_NONE;
	omni__buf_add(buf, out, count);
	return buf->failed ? OMNI_NOMEM : OMNI_OK;
}

/* Of regions that share a code, the one whose leading digits these are. */
static const struct phone_plan *
plan_among(const struct phone_plan *main, const char *digits, size_t count)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(phone_plans); i++) {
		const struct phone_plan *plan = &phone_plans[i];

		if (plan->calling == main->calling && plan->leading != 0 &&
		    omni__pattern_match(phone_patterns + plan->leading,
		    digits, count, false, NULL) != OMNI__PATTERN_FAIL)
			return plan;
	}
	return main;
}

const char *
omni__phone_region(const char *e164)
{
	const struct phone_plan *plan;
	size_t size, count;

	if (e164 == NULL || e164[0] != '+')
		return NULL;
	count = strspn(e164 + 1, "0123456789");
	if (count > DIGITS_ROOM || e164[1 + count] != '\0')
		return NULL;
	plan = plan_of_digits(e164 + 1, count, &size);
	if (plan == NULL || plan->name[0] == '\0')
		return NULL;
	if (plan->shared)
		plan = plan_among(plan, e164 + 1 + size, count - size);
	return plan->name;
}

bool
omni__region_known(const char *region)
{
	return plan_of_region(region) != NULL;
}
