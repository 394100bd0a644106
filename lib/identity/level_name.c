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
	jw = similarity(a, b, 7000);
	if (jw >= 9200 && shorter >= 4)
		return NAME_CLOSE;
	if ((a.size >= 3 && has_prefix(b, a)) ||
	    (b.size >= 3 && has_prefix(a, b)) || jw >= 8500 ||
	    omni__name_related(a.text, a.size, b.text, b.size))
		return NAME_ALIKE;
	return jw >= 7000 ? NAME_FAR : OMNI__DIFFERS;
}

/* The words of a field; what is behind the eighth has nothing to add. */
#define WORDS_MAX 8
#define TAKEN OMNI__LEVELS

struct words {
	struct slice word[WORDS_MAX];
	size_t count;
};

static void
words_of(struct words *words, struct slice s)
{
	words->count = 0;
	while (words->count < WORDS_MAX &&
	    next_word(&s, &words->word[words->count]))
		words->count++;
}

/* "ann marie" and "annmarie", "j r" and "jr". */
static bool
equal_but_blanks(struct slice a, struct slice b)
{
	size_t i = 0, j = 0;

	for (;;) {
		while (i < a.size && a.text[i] == ' ')
			i++;
		while (j < b.size && b.text[j] == ' ')
			j++;
		if (i == a.size || j == b.size)
			return i == a.size && j == b.size;
		if (a.text[i++] != b.text[j++])
			return false;
	}
}

/* "jr" of "john robert". */
static bool
spells_initials(struct slice letters, const struct words *words)
{
	size_t i;

	if (letters.size != words->count || words->count < 2)
		return false;
	for (i = 0; i < words->count; i++)
		if (letters.text[i] != words->word[i].text[0])
			return false;
	return true;
}

/* The levels of all pairs of words, of which the best are taken out. */
struct pairs {
	uint8_t level[WORDS_MAX][WORDS_MAX];
	size_t rows, columns;
};

static int
take_best(struct pairs *pairs)
{
	size_t i, j, row = 0, column = 0;

	for (i = 0; i < pairs->rows; i++)
		for (j = 0; j < pairs->columns; j++)
			if (pairs->level[i][j] < pairs->level[row][column]) {
				row = i;
				column = j;
			}
	i = pairs->level[row][column];
	for (j = 0; j < pairs->columns; j++)
		pairs->level[row][j] = TAKEN;
	for (j = 0; j < pairs->rows; j++)
		pairs->level[j][column] = TAKEN;
	return (int)i;
}

/* Each word of the field of fewer words with one of the other's, the best
 * pairs first.  How well the best and the worst of them agree. */
static void
assign(const struct words *a, const struct words *b, int *best, int *worst)
{
	struct pairs pairs = { .rows = a->count, .columns = b->count };
	size_t i, j, left = a->count < b->count ? a->count : b->count;

	for (i = 0; i < a->count; i++)
		for (j = 0; j < b->count; j++)
			pairs.level[i][j] = (uint8_t)word_level(a->word[i],
			    b->word[j]);
	*best = *worst = take_best(&pairs);
	while (--left > 0)
		*worst = take_best(&pairs);
}

/* Fields of several words.  All words of the shorter one in the longer one
 * are close; one of them that is not leaves little more than alike: Anna
 * Maria is not Anna Karin. */
static int
words_level(struct slice a, struct slice b)
{
	struct words x, y;
	int best, worst;

	if (equal_but_blanks(a, b))
		return NAME_CLOSE;
	words_of(&x, a);
	words_of(&y, b);
	assign(&x, &y, &best, &worst);
	if (best <= NAME_CLOSE)
		return worst < NAME_FAR ? NAME_CLOSE : NAME_ALIKE;
	if (spells_initials(a, &y) || spells_initials(b, &x))
		return NAME_INITIAL;
	return best;
}

/* So that a tie falls the same from either side. */
static bool
in_order(struct slice a, struct slice b)
{
	return a.size != b.size ? a.size < b.size :
	    memcmp(a.text, b.text, a.size) < 0;
}

int
omni__name_level(struct slice a, struct slice b)
{
	int parts;

	if (a.size == 0 || b.size == 0)
		return OMNI__MISSING_LEVEL;
	if (equal(a, b))
		return OMNI__EXACT;
	if (!several_words(a) && !several_words(b))
		return word_level(a, b);
	parts = in_order(a, b) ? words_level(a, b) : words_level(b, a);
	/* A blank that is one too many, or a word that fell into two. */
	return parts > NAME_CLOSE && a.size >= 4 && within(a, b, 1) ?
	    NAME_CLOSE : parts;
}

/* ---- across the fields ---------------------------------------------- */

struct names {
	struct slice given, family, other;
};

static struct slice
only(const struct omni__person *person, int column)
{
	struct slice none = { "", 0, 0 };

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
