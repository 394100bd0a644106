/*
 * How well names agree.  A person's name is three fields, given, family and
 * other, of one or more words each, and people put words into each other's
 * fields: so fields are compared by the best assignment of their words, and
 * then across.
 */
#include "identity/level.h"

/* ---- words ---------------------------------------------------------- */

static int
word_level(struct slice a, struct slice b)
{
	size_t shorter = a.size < b.size ? a.size : b.size;
	int32_t jw;

	if (equal(a, b))
		return OMNI__EXACT;
	if (shorter == 1 && a.text[0] == b.text[0])
		return NAME_INITIAL;
	if (shorter >= 4 && within(a, b, 1))
		return NAME_CLOSE;
	jw = similarity(a, b);
	if (jw >= 9200 && shorter >= 4)
		return NAME_CLOSE;
	if ((a.size >= 3 && has_prefix(b, a)) ||
	    (b.size >= 3 && has_prefix(a, b)) || jw >= 8500 ||
	    omni__name_related(a.text, a.size, b.text, b.size))
		return NAME_ALIKE;
	return jw >= 7000 ? NAME_FAR : OMNI__DIFFERS;
}

static bool
several_words(struct slice s)
{
	return memchr(s.text, ' ', s.size) != NULL;
}

int
omni__name_level(struct slice a, struct slice b)
{
	struct slice rest_a, x, y;
	int best;

	if (a.size == 0 || b.size == 0)
		return OMNI__MISSING_LEVEL;
	best = word_level(a, b);
	if (best == OMNI__EXACT || (!several_words(a) && !several_words(b)))
		return best;
	for (rest_a = a; next_word(&rest_a, &x);) {
		struct slice rest_b = b;

		while (next_word(&rest_b, &y)) {
			int level = word_level(x, y);

			if (level == OMNI__EXACT)
				level = NAME_CLOSE;
			if (level < best)
				best = level;
		}
	}
	return best;
}

/* ---- across the fields ---------------------------------------------- */

struct names {
	struct slice given, family, other;
};

static struct slice
only(const struct omni__person *person, int column)
{
	struct slice none = { "", 0 };

	if (person->begin[column] == person->begin[column + 1])
		return none;
	return slice_of(&person->items[person->begin[column]]);
}

static struct names
names_of(const struct omni__person *person)
{
	struct names names = {
		only(person, OMNI__GIVEN), only(person, OMNI__FAMILY),
		only(person, OMNI__OTHER)
	};

	return names;
}

static bool
weak(int level)
{
	return level == OMNI__MISSING_LEVEL || level >= NAME_FAR;
}

static bool
strong(int level)
{
	return level != OMNI__MISSING_LEVEL && level <= NAME_CLOSE;
}

/* Is some word of words close to the name? */
static bool
appears_in(struct slice words, struct slice name)
{
	struct slice word;

	if (name.size == 0)
		return false;
	while (next_word(&words, &word))
		if (strong(omni__name_level(word, name)))
			return true;
	return false;
}

/*
 * Given and family name in each other's field.  Where only one name is there
 * to compare, it is the family's: that is how people who have but one name in
 * a list are listed.
 */
static bool
swapped(const struct names *a, const struct names *b, int *given,
    int *family)
{
	int x, y;

	if (!weak(*given) || !weak(*family) || (!*given && !*family))
		return false;
	x = omni__name_level(a->given, b->family);
	y = omni__name_level(a->family, b->given);
	if ((!strong(x) && x != OMNI__MISSING_LEVEL) ||
	    (!strong(y) && y != OMNI__MISSING_LEVEL) || (!x && !y))
		return false;
	*given = x != 0 && y != 0 ? NAME_SWAPPED : 0;
	*family = NAME_SWAPPED;
	return true;
}

static int
other_level(struct slice a, struct slice b)
{
	struct slice x, y;
	int best = OMNI__DIFFERS;

	if (a.size == 0 || b.size == 0)
		return OMNI__MISSING_LEVEL;
	while (next_word(&a, &x)) {
		struct slice rest = b;

		while (next_word(&rest, &y)) {
			int level = word_level(x, y);

			if (level < best)
				best = level;
		}
	}
	return best == NAME_FAR ? OMNI__DIFFERS : best;
}

void
omni__compare_names(const struct omni__person *left,
    const struct omni__person *right, struct omni__levels *out)
{
	struct names a = names_of(left), b = names_of(right);
	int given = omni__name_level(a.given, b.given);
	int family = omni__name_level(a.family, b.family);

	if (swapped(&a, &b, &given, &family)) {
		out->level[OMNI__GIVEN] = (uint8_t)given;
		out->level[OMNI__FAMILY] = (uint8_t)family;
		return;
	}
	/* Two given names, called by the second; a maiden name kept. */
	if (given >= NAME_FAR && (appears_in(b.other, a.given) ||
	    appears_in(a.other, b.given)))
		given = NAME_SWAPPED;
	if (family >= NAME_FAR && (appears_in(b.other, a.family) ||
	    appears_in(a.other, b.family)))
		family = NAME_SWAPPED;
	out->level[OMNI__GIVEN] = (uint8_t)given;
	out->level[OMNI__FAMILY] = (uint8_t)family;
	out->level[OMNI__OTHER] = (uint8_t)other_level(a.other, b.other);
}
