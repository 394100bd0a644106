/*
 * Addresses in one piece: which part of a line is the street, the postcode,
 * the city; and which word of a street is the number of the house.
 */
#include <string.h>

#include "text/scan.h"
#include "text/text.h"

/* ---- house numbers -------------------------------------------------- */

static bool
all_digits(const struct omni__span *word)
{
	size_t i;

	for (i = 0; i < word->size; i++)
		if (!omni__scan_digit(word->text[i]))
			return false;
	return true;
}

/* "12", "12b", not "5th" of an avenue. */
static bool
is_house(const struct omni__span *word)
{
	size_t i = 0;

	while (i < word->size && omni__scan_digit(word->text[i]))
		i++;
	return i > 0 && word->size - i <= 1;
}

static bool
is_half(const struct omni__span *word)
{
	return omni__span_is(word, "bis") || omni__span_is(word, "ter");
}

#define STREET_WORDS 32

static size_t
read_words(const char *text, size_t size, struct omni__span *words)
{
	size_t at = 0, count = 0;

	while (count < STREET_WORDS &&
	    omni__word_next(text, size, &at, &words[count]))
		count += words[count].size > 0;
	return count;
}

static struct omni__span
span_of(const struct omni__span *first, const struct omni__span *last)
{
	struct omni__span span = {
		first->text, (size_t)(last->text + last->size - first->text)
	};

	return span;
}

/* How many words at the end, or at the beginning, are the number's. */
static size_t
number_behind(const struct omni__span *words, size_t count)
{
	if (count < 2 || !is_house(&words[count - 1]))
		return 0;
	return count > 2 && all_digits(&words[count - 2]) ? 2 : 1;
}

static size_t
number_before(const struct omni__span *words, size_t count)
{
	size_t n = 1;

	if (count < 2 || !is_house(&words[0]))
		return 0;
	if (count > 2 && (is_house(&words[1]) || is_half(&words[1])))
		n++;
	return n;
}

bool
omni__street_split(const char *text, size_t size, struct omni__span *street,
    struct omni__span *number)
{
	struct omni__span words[STREET_WORDS];
	size_t count = read_words(text, size, words), n;

	if (count == STREET_WORDS)
		return false;
	if ((n = number_behind(words, count)) > 0) {
		*street = span_of(&words[0], &words[count - n - 1]);
		*number = span_of(&words[count - n], &words[count - 1]);
		return true;
	}
	if ((n = number_before(words, count)) == 0)
		return false;
	*number = span_of(&words[0], &words[n - 1]);
	*street = span_of(&words[n], &words[count - 1]);
	return true;
}

/* ---- postcodes in a line -------------------------------------------- */

/* The shape of a word: 9 for digits, A for letters. */
static bool
has_shape(const struct omni__span *word, const char *shape)
{
	size_t i;

	for (i = 0; i < word->size; i++) {
		char c = omni__scan_lower(word->text[i]);

		if (shape[i] == '\0' ||
		    (shape[i] == '9' && !omni__scan_digit(c)) ||
		    (shape[i] == 'A' && !omni__scan_letter(c)) ||
		    (shape[i] != '9' && shape[i] != 'A' && shape[i] != c))
			return false;
	}
	return shape[i] == '\0';
}

/* One word or two; before: in front of the city. */
static const struct postcode_shape {
	const char *first, *second;
	bool before, behind;
} postcode_shapes[] = {
	{ "AA-999", "99", true, false }, { "A-999", "99", true, false },
	{ "999", "99", true, false },	/* Sweden, Czechia, Greece */
	{ "9999", "AA", true, false },	/* the Netherlands */
	{ "A9", "9AA", false, true }, { "A99", "9AA", false, true },
	{ "AA9", "9AA", false, true }, { "AA99", "9AA", false, true },
	{ "A9A", "9AA", false, true }, { "AA9A", "9AA", false, true },
	{ "A9A", "9A9", false, true },	/* Canada */
	{ "AA-99999", NULL, true, false }, { "A-99999", NULL, true, false },
	{ "AA-9999", NULL, true, false }, { "A-9999", NULL, true, false },
	{ "99-999", NULL, true, false }, { "9999-999", NULL, true, false },
	{ "99999-9999", NULL, false, true },
	{ "9999AA", NULL, true, false },
	{ "99999", NULL, true, true }, { "9999", NULL, true, true },
	{ "999999", NULL, true, true }
};

/* How many words from at on are a postcode that stands there. */
static size_t
postcode_at(const struct omni__span *words, size_t count, size_t at)
{
	size_t i, n;

	for (i = 0; i < OMNI__COUNT(postcode_shapes); i++) {
		const struct postcode_shape *s = &postcode_shapes[i];

		n = s->second != NULL ? 2 : 1;
		if (at + n > count || !has_shape(&words[at], s->first) ||
		    (n == 2 && !has_shape(&words[at + 1], s->second)))
			continue;
		if ((s->before && at == 0) || (s->behind && at + n == count))
			return n;
	}
	return 0;
}

/* ---- lines ---------------------------------------------------------- */

#define PIECES 8

static struct omni__span
trimmed(const char *text, size_t size)
{
	while (size > 0 && (text[0] == ' ' || text[0] == '\t')) {
		text++;
		size--;
	}
	while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '.' ||
	    text[size - 1] == '\t'))
		size--;
	return (struct omni__span){ text, size };
}

/* What stands between commas and line ends. */
static size_t
read_pieces(const char *text, size_t size, struct omni__span *pieces)
{
	size_t i, from = 0, count = 0;

	for (i = 0; i <= size && count < PIECES; i++) {
		if (i < size && text[i] != ',' && text[i] != '\n' &&
		    text[i] != ';')
			continue;
		pieces[count] = trimmed(text + from, i - from);
		count += pieces[count].size > 0;
		from = i + 1;
	}
	return count;
}

/* "IL", "NSW": a part of a country, in capitals. */
static bool
is_state(const struct omni__span *word)
{
	size_t i;

	for (i = 0; i < word->size; i++)
		if (word->text[i] < 'A' || word->text[i] > 'Z')
			return false;
	return word->size == 2 || word->size == 3;
}

/* Takes postcode, state and city out of a piece; false without postcode. */
static bool
read_place(const struct omni__span *piece, struct omni__address *out)
{
	struct omni__span words[STREET_WORDS];
	size_t count = read_words(piece->text, piece->size, words);
	size_t i, n = 0, first = 0, end = count;

	for (i = 0; i < count && n == 0; i++)
		n = postcode_at(words, count, i);
	if (n == 0)
		return false;
	i--;
	out->postcode = span_of(&words[i], &words[i + n - 1]);
	if (i == 0)
		first = n;
	else
		end = i;
	if (end > first && i > 0 && is_state(&words[end - 1]))
		out->region = words[--end];
	if (end > first)
		out->city = span_of(&words[first], &words[end - 1]);
	return true;
}

static bool
has_digit(const struct omni__span *piece)
{
	size_t i;

	for (i = 0; i < piece->size; i++)
		if (omni__scan_digit(piece->text[i]))
			return true;
	return false;
}

/* Of the pieces before the place the first with a number is the street. */
static void
read_street(const struct omni__span *pieces, size_t count,
    struct omni__address *out)
{
	size_t i, street = 0;

	for (i = 0; i < count; i++)
		if (has_digit(&pieces[i])) {
			street = i;
			break;
		}
	if (count == 0)
		return;
	out->street = pieces[street];
	if (count > 1)
		out->extra = pieces[street == 0 ? 1 : 0];
}

/* A country's name alone; two letters may be a part of one. */
static omni_status
read_country(const struct omni__env *env, const struct omni__span *piece,
    char region[3])
{
	region[0] = '\0';
	if (piece->size <= 2 && !has_shape(piece, "uk"))
		return OMNI_NONE;
	return omni__country_find(env, piece->text, piece->size, region);
}

omni_status
omni__address_split(const struct omni__env *env, const char *text,
    size_t size, struct omni__address *out)
{
	struct omni__span pieces[PIECES];
	size_t count = read_pieces(text, size, pieces), i;
	omni_status status = OMNI_NONE;

	memset(out, 0, sizeof(*out));
	if (count > 1)
		status = read_country(env, &pieces[count - 1], out->country);
	if (status == OMNI_NOMEM)
		return status;
	count -= status == OMNI_OK;
	for (i = count; i > 1; i--)
		if (read_place(&pieces[i - 1], out)) {
			count = i - 1;
			break;
		}
	if (out->city.size == 0 && count > 1 &&
	    !has_digit(&pieces[count - 1]))
		out->city = pieces[--count];
	read_street(pieces, count, out);
	return OMNI_OK;
}
