/*
 * Levels: how well two values of one kind agree.  Level 1 is exact, 2 to 6
 * grow weaker, 7 differs; what each is worth is the model's business.
 */
#include "identity/level.h"

/* ---- dates ---------------------------------------------------------- */

enum {
	DATE_TYPO = 2, DATE_TWO_PARTS = 3, DATE_TWO_TYPOS = 4,
	DATE_SAME_YEAR = 5, DATE_NEXT_YEAR = 6
};

static int
year_of(struct slice s)
{
	int year = 0;
	size_t i;

	for (i = 0; i < 4 && i < s.size; i++)
		year = year * 10 + (s.text[i] - '0');
	return year;
}

static bool
same_part(struct slice a, size_t at, struct slice b, size_t bt, size_t size)
{
	return memcmp(a.text + at, b.text + bt, size) == 0;
}

static int
full_date_level(struct slice a, struct slice b)
{
	bool year = same_part(a, 0, b, 0, 4), month = same_part(a, 5, b, 5, 2);
	bool day = same_part(a, 8, b, 8, 2);
	int differ = 0, gap;
	size_t i, first = 0;

	for (i = 10; i-- > 0;)
		if (a.text[i] != b.text[i]) {
			differ++;
			first = i;
		}
	if (year && same_part(a, 5, b, 8, 2) && same_part(a, 8, b, 5, 2))
		return DATE_TYPO;
	/* Of one length, one slip is another digit or two that changed
	 * places. */
	if (differ == 1 || (differ == 2 &&
	    a.text[first] == b.text[first + 1] &&
	    a.text[first + 1] == b.text[first]))
		return DATE_TYPO;
	if ((year && (month || day)) || (month && day))
		return DATE_TWO_PARTS;
	if (differ == 2)
		return DATE_TWO_TYPOS;
	if (year)
		return DATE_SAME_YEAR;
	gap = year_of(a) - year_of(b);
	return gap >= -1 && gap <= 1 ? DATE_NEXT_YEAR : OMNI__DIFFERS;
}

/* A date of which a part is not told, with one that tells more. */
static int
partial_date_level(struct slice a, struct slice b)
{
	struct slice year_a = { a.text, 4, 0 }, year_b = { b.text, 4, 0 };
	int gap = year_of(a) - year_of(b);

	if (equal(year_a, year_b))
		return a.size >= 7 && b.size >= 7 &&
		    same_part(a, 5, b, 5, 2) ? DATE_TWO_PARTS :
		    DATE_SAME_YEAR;
	return gap >= -1 && gap <= 1 ? DATE_NEXT_YEAR : OMNI__DIFFERS;
}

static int
date_level(struct slice a, struct slice b)
{
	if (a.size == 10 && b.size == 10)
		return full_date_level(a, b);
	if (a.size >= 4 && b.size >= 4)
		return partial_date_level(a, b);
	return within(a, b, 1) ? DATE_TYPO : OMNI__DIFFERS;
}

/* ---- e-mail --------------------------------------------------------- */

enum {
	EMAIL_TYPO = 2, EMAIL_LOCAL = 3, EMAIL_TWO_TYPOS = 4,
	EMAIL_LETTERS = 5, EMAIL_PLAIN_LOCAL = 6
};

/* A local part without its dots and dashes, and perhaps without digits. */
struct plain {
	char text[64];
	size_t size;
	bool digits;		/* had some */
};

static void
plain_of(struct plain *out, struct slice s)
{
	size_t i;

	out->size = 0;
	out->digits = false;
	for (i = 0; i < s.size && out->size < sizeof(out->text); i++) {
		char c = s.text[i];

		out->text[out->size] = c;
		out->size += c >= 'a' && c <= 'z';
		out->digits |= c >= '0' && c <= '9';
	}
}

static struct slice
as_slice(const struct plain *plain)
{
	struct slice s = { plain->text, plain->size,
	    omni__letters(plain->text, plain->size) };

	return s;
}

/* The next letter or digit, 0 at the end. */
static char
next_plain(struct slice s, size_t *at)
{
	while (*at < s.size) {
		char c = s.text[(*at)++];

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			return c;
	}
	return 0;
}

/* Equal but for dots and dashes? */
static bool
same_letters(struct slice a, struct slice b)
{
	size_t i = 0, j = 0;
	char c;

	do {
		c = next_plain(a, &i);
		if (c != next_plain(b, &j))
			return false;
	} while (c != 0);
	return true;
}

static void
split_address(struct slice s, struct slice *local, struct slice *domain)
{
	const char *at = memchr(s.text, '@', s.size);

	local->text = s.text;
	local->size = at != NULL ? (size_t)(at - s.text) : s.size;
	local->letters = domain->letters = 0;
	domain->text = s.text + local->size;
	domain->size = s.size - local->size;
}

static int
email_level(struct slice a, struct slice b)
{
	struct slice local_a, local_b, domain_a, domain_b;
	struct plain plain_a, plain_b;
	bool same_plain;

	split_address(a, &local_a, &domain_a);
	split_address(b, &local_b, &domain_b);
	plain_of(&plain_a, local_a);
	plain_of(&plain_b, local_b);
	if (equal(local_a, local_b))
		return within(domain_a, domain_b, 2) ? EMAIL_TYPO :
		    plain_a.digits || plain_b.digits ? EMAIL_LOCAL :
		    EMAIL_PLAIN_LOCAL;
	if (same_letters(local_a, local_b))
		return EMAIL_LETTERS;
	same_plain = equal(as_slice(&plain_a), as_slice(&plain_b));
	if (same_plain && !equal(domain_a, domain_b))
		return EMAIL_LETTERS;
	if (within(a, b, 2))
		return within(a, b, 1) ? EMAIL_TYPO : EMAIL_TWO_TYPOS;
	if (same_plain || similarity(as_slice(&plain_a),
	    as_slice(&plain_b), 9000) >= 9000)
		return EMAIL_LETTERS;
	return OMNI__DIFFERS;
}

/* ---- the rest ------------------------------------------------------- */

static int
code_level(struct slice a, struct slice b)
{
	return a.size >= 6 && b.size >= 6 && within(a, b, 1) ? 2 :
	    OMNI__DIFFERS;
}

/* "sw1a1aa": what is before the last three is the district. */
static bool
is_british(struct slice code)
{
	const char *end = code.text + code.size;

	return code.size >= 5 && code.size <= 7 && code.text[0] >= 'a' &&
	    code.text[0] <= 'z' && end[-1] >= 'a' && end[-1] <= 'z' &&
	    end[-2] >= 'a' && end[-2] <= 'z' && end[-3] >= '0' &&
	    end[-3] <= '9';
}

/* A near miss (2), one district (3), one region (4). */
static int
postcode_level(struct slice a, struct slice b)
{
	bool british = is_british(a) && is_british(b) && a.size == b.size;
	size_t district = british ? a.size - 3 : 3;
	bool same = a.size >= district && b.size >= district &&
	    same_part(a, 0, b, 0, district);

	if (same && british && a.text[district] == b.text[district])
		return 2;
	if (within(a, b, 1))
		return 2;
	if (same)
		return 3;
	return a.size >= 2 && b.size >= 2 && same_part(a, 0, b, 0, 2) ? 4 :
	    OMNI__DIFFERS;
}

static int
street_level(struct slice a, struct slice b)
{
	int32_t jw;

	if (within(a, b, 2))
		return 2;
	jw = similarity(a, b, 8000);
	return jw >= 9000 ? 3 : jw >= 8000 ? 4 : OMNI__DIFFERS;
}

static bool
share_a_word(struct slice a, struct slice b)
{
	struct slice x, y;

	while (next_word(&a, &x)) {
		struct slice rest = b;

		while (next_word(&rest, &y))
			if (x.size > 3 && equal(x, y))
				return true;
	}
	return false;
}

static int
words_level(struct slice a, struct slice b)
{
	int32_t jw;

	if (within(a, b, 1) || (jw = similarity(a, b, 8000)) >= 9000)
		return 2;
	if (share_a_word(a, b))
		return 3;
	return jw >= 8000 ? 4 : OMNI__DIFFERS;
}

static int
differs(struct slice a, struct slice b)
{
	(void)a;
	(void)b;
	return OMNI__DIFFERS;
}

typedef int (*level_fn)(struct slice, struct slice);

/* For values that are not equal.  Names are compared together. */
static const level_fn comparators[OMNI__HOST] = {
	[OMNI__BIRTH] = date_level,
	[OMNI__GENDER] = differs,
	[OMNI__EMAIL] = email_level,
	[OMNI__PHONE] = code_level,
	[OMNI__LOYALTY] = differs,
	[OMNI__ACCOUNT] = differs,
	[OMNI__NATIONAL_ID] = code_level,
	[OMNI__STREET] = street_level,
	[OMNI__NUMBER] = code_level,
	[OMNI__POSTCODE] = postcode_level,
	[OMNI__CITY] = words_level,
	[OMNI__EXTRA] = words_level,
	[OMNI__REGION] = differs,
	[OMNI__ORG] = words_level,
};

static const level_fn host_comparators[OMNI__COMPARATORS] = {
	[OMNI__COMPARE_EXACT] = differs,
	[OMNI__COMPARE_CODE] = code_level,
	[OMNI__COMPARE_WORDS] = words_level,
	[OMNI__COMPARE_NAME] = omni__name_level,
	[OMNI__COMPARE_DATE] = date_level,
	[OMNI__COMPARE_EMAIL] = email_level,
	[OMNI__COMPARE_STREET] = street_level,
	[OMNI__COMPARE_POSTCODE] = postcode_level,
};

/* Has the pair of items more to say than what is there? */
static bool
is_better(const struct omni__levels *out, int column, int level, int step)
{
	int best = out->level[column];

	if (best == OMNI__MISSING_LEVEL || level < best)
		return true;
	return level == best && level == OMNI__EXACT &&
	    step < out->step[column];
}

/* With more pairs of values than this only equal ones are found. */
#define NEAR_PAIRS 256

/* The best pair of values of a column: lowest level, then lowest step. */
static void
compare_column(const struct omni__person *a, const struct omni__person *b,
    int column, level_fn compare, struct omni__levels *out)
{
	bool near = (a->begin[column + 1] - a->begin[column]) *
	    (b->begin[column + 1] - b->begin[column]) <= NEAR_PAIRS;
	size_t i, j;

	for (i = a->begin[column]; i < a->begin[column + 1]; i++)
		for (j = b->begin[column]; j < b->begin[column + 1]; j++) {
			const struct omni__item *left = &a->items[i];
			const struct omni__item *right = &b->items[j];
			struct slice x = slice_of(left), y = slice_of(right);
			int level = equal(x, y) ? OMNI__EXACT :
			    near ? compare(x, y) : OMNI__DIFFERS;

			if (!is_better(out, column, level, left->step))
				continue;
			out->level[column] = (uint8_t)level;
			out->step[column] = left->step;
			out->left[column] = left;
			out->right[column] = right;
		}
}

/* The length of an attribute's name with its "=", 0 when it has none. */
static size_t
name_size(struct slice s)
{
	const char *eq = memchr(s.text, '=', s.size);

	return eq != NULL ? (size_t)(eq - s.text) + 1 : 0;
}

static int
attribute_level(struct slice a, struct slice b, size_t name)
{
	a.text += name;
	a.size -= name;
	b.text += name;
	b.size -= name;
	a.letters = b.letters = 0;
	return equal(a, b) ? OMNI__EXACT : words_level(a, b);
}

/* The better of two pairs of one name stays. */
static void
note_attribute(struct omni__levels *out, const struct omni__item *left,
    const struct omni__item *right, size_t name, int level)
{
	struct omni__attribute *last = out->attributes > 0 ?
	    &out->attribute[out->attributes - 1] : NULL;

	if (last == NULL || last->left->size < name ||
	    memcmp(last->left->text, left->text, name) != 0) {
		if (out->attributes == OMNI__ATTRIBUTES_MAX)
			return;
		last = &out->attribute[out->attributes++];
		last->level = OMNI__LEVELS;
	}
	if (level >= last->level)
		return;
	last->left = left;
	last->right = right;
	last->level = level;
}

static void
compare_attributes(const struct omni__person *a,
    const struct omni__person *b, struct omni__levels *out)
{
	size_t i, j;

	for (i = a->begin[OMNI__ATTR]; i < a->begin[OMNI__ATTR + 1]; i++)
		for (j = b->begin[OMNI__ATTR]; j < b->begin[OMNI__ATTR + 1];
		    j++) {
			struct slice x = slice_of(&a->items[i]);
			struct slice y = slice_of(&b->items[j]);
			size_t name = name_size(x);

			if (name > 0 && name <= y.size &&
			    same_part(x, 0, y, 0, name))
				note_attribute(out, &a->items[i],
				    &b->items[j], name,
				    attribute_level(x, y, name));
		}
	for (i = 0; i < out->attributes; i++) {
		const struct omni__attribute *one = &out->attribute[i];

		if (out->level[OMNI__ATTR] != OMNI__MISSING_LEVEL &&
		    out->level[OMNI__ATTR] <= one->level)
			continue;
		out->level[OMNI__ATTR] = (uint8_t)one->level;
		out->left[OMNI__ATTR] = one->left;
		out->right[OMNI__ATTR] = one->right;
	}
}

void
omni__compare(const struct omni__model *model, const struct omni__person *a,
    const struct omni__person *b, struct omni__levels *out)
{
	int c;

	memset(out, 0, offsetof(struct omni__levels, attribute));
	omni__compare_names(a, b, out);
	for (c = OMNI__BIRTH; c < OMNI__ATTR; c++)
		if (a->begin[c] != a->begin[c + 1] &&
		    b->begin[c] != b->begin[c + 1])
			compare_column(a, b, c, comparators[c], out);
	compare_attributes(a, b, out);
	for (c = OMNI__HOST; c < model->columns; c++)
		if (a->begin[c] != a->begin[c + 1] &&
		    b->begin[c] != b->begin[c + 1])
			compare_column(a, b, c,
			    host_comparators[model->comparator[c]], out);
	out->source[0] = a->source;
	out->source[1] = b->source;
	if (a->source != 0 && b->source != 0)
		out->level[OMNI__SOURCE] = a->source == b->source ?
		    OMNI__EXACT : OMNI__DIFFERS;
	for (c = OMNI__GIVEN; c <= OMNI__OTHER; c++) {
		if (a->begin[c] != a->begin[c + 1])
			out->left[c] = &a->items[a->begin[c]];
		if (b->begin[c] != b->begin[c + 1])
			out->right[c] = &b->items[b->begin[c]];
	}
}

const char *
omni__level_name(int column, int level)
{
	static const char *const names[OMNI__LEVELS] = {
		"missing", "exact", "close", "similar", "alike", "weak",
		"faint", "differs"
	};

	if (column <= OMNI__OTHER && level == NAME_SWAPPED)
		return "swapped";
	if (column <= OMNI__OTHER && level == NAME_INITIAL)
		return "initial";
	return level >= 0 && level < OMNI__LEVELS ? names[level] : "missing";
}
