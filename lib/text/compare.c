/*
 * How alike two texts are, byte by byte: folded text is mostly ASCII.  Up
 * to 64 bytes a machine word holds a row of the comparison; longer texts are
 * compared by their first 256 bytes in the plain way.
 */
#include <string.h>

#include "text/scan.h"
#include "text/text.h"

#define WORD 64
#define LONG 256
#define SCALE 10000

/* Per byte, where it is in the text.  Only the entries of bytes that occur
 * in either text are ever set, so only those are cleared. */
struct places {
	uint64_t of[256];
};

static void
places_set(struct places *places, const char *a, size_t a_size,
    const char *b, size_t b_size)
{
	size_t i;

	for (i = 0; i < b_size; i++)
		places->of[(unsigned char)b[i]] = 0;
	for (i = 0; i < a_size; i++)
		places->of[(unsigned char)a[i]] = 0;
	for (i = 0; i < a_size; i++)
		places->of[(unsigned char)a[i]] |= UINT64_C(1) << i;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* ---- Jaro and Winkler ----------------------------------------------- */

static uint32_t
ones(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) +
	    (word >> 2 & UINT64_C(0x3333333333333333));
	word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (uint32_t)(word * UINT64_C(0x0101010101010101) >> 56);
}

/* Bits first to last. */
static uint64_t
bits(size_t first, size_t last)
{
	return UINT64_MAX << first & UINT64_MAX >> (WORD - 1 - last);
}

/* How far apart the same byte may be and still match. */
static size_t
jaro_reach(size_t a_size, size_t b_size)
{
	size_t longer = a_size > b_size ? a_size : b_size;

	return longer < 4 ? 0 : longer / 2 - 1;
}

struct jaro {
	uint32_t matches;
	uint32_t moved;		/* matches that are not in the same order */
};

static struct jaro
jaro_word(const char *a, size_t a_size, const char *b, size_t b_size)
{
	struct places places;
	struct jaro jaro = { 0, 0 };
	size_t reach = jaro_reach(a_size, b_size), j;
	uint64_t in_a = 0, in_b = 0, hit;

	places_set(&places, a, a_size, b, b_size);
	for (j = 0; j < b_size && j < a_size + reach; j++) {
		hit = places.of[(unsigned char)b[j]] & ~in_a &
		    bits(j < reach ? 0 : j - reach,
		    least(j + reach, a_size - 1));
		in_a |= hit & -hit;
		in_b |= (uint64_t)(hit != 0) << j;
	}
	jaro.matches = ones(in_a);
	for (j = 0; in_a != 0; j++, in_b >>= 1) {
		if ((in_b & 1) == 0)
			continue;
		jaro.moved += (places.of[(unsigned char)b[j]] & in_a & -in_a)
		    == 0;
		in_a &= in_a - 1;
	}
	return jaro;
}

static struct jaro
jaro_long(const char *a, size_t a_size, const char *b, size_t b_size)
{
	bool in_a[LONG] = { false }, in_b[LONG] = { false };
	struct jaro jaro = { 0, 0 };
	size_t reach = jaro_reach(a_size, b_size), i, j, last;

	for (j = 0; j < b_size; j++) {
		last = least(j + reach + 1, a_size);
		for (i = j < reach ? 0 : j - reach; i < last; i++)
			if (!in_a[i] && a[i] == b[j])
				break;
		if (i >= last)
			continue;
		in_a[i] = in_b[j] = true;
		jaro.matches++;
	}
	for (i = j = 0; i < a_size && j < b_size; i++, j++) {
		while (i < a_size && !in_a[i])
			i++;
		while (j < b_size && !in_b[j])
			j++;
		if (i < a_size && j < b_size)
			jaro.moved += a[i] != b[j];
	}
	return jaro;
}

static size_t
prefix_of(const char *a, size_t a_size, const char *b, size_t b_size)
{
	size_t prefix = 0;

	while (prefix < 4 && prefix < a_size && prefix < b_size &&
	    a[prefix] == b[prefix])
		prefix++;
	return prefix;
}

/* Exact in integers, so that every processor says the same. */
static int32_t
winkler(struct jaro jaro, size_t a_size, size_t b_size, size_t prefix)
{
	int64_t m = jaro.matches, a = (int64_t)a_size, b = (int64_t)b_size;
	int64_t part, whole, p = (int64_t)prefix;

	if (m == 0)
		return 0;
	part = m * m * (a + b) + (m - jaro.moved / 2) * a * b;
	whole = 3 * a * b * m;
	return (int32_t)(SCALE * (10 * part + p * (whole - part)) /
	    (10 * whole));
}

int32_t
omni__jaro_winkler(const char *a, size_t a_size, const char *b,
    size_t b_size)
{
	struct jaro jaro;

	a_size = least(a_size, LONG);
	b_size = least(b_size, LONG);
	if (a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0))
		return SCALE;
	if (a_size == 0 || b_size == 0)
		return 0;
	if (a_size <= WORD && b_size <= WORD)
		jaro = jaro_word(a, a_size, b, b_size);
	else
		jaro = jaro_long(a, a_size, b, b_size);
	return winkler(jaro, a_size, b_size,
	    prefix_of(a, a_size, b, b_size));
}

/* ---- bounds --------------------------------------------------------- */

uint64_t
omni__letters(const char *text, size_t size)
{
	uint64_t once = 0, twice = 0, bit;
	size_t i;

	for (i = 0; i < size; i++) {
		bit = UINT64_C(1) << ((unsigned char)text[i] & 31);
		twice |= once & bit;
		once |= bit;
	}
	return once | twice << 32;
}

size_t
omni__letters_common(uint64_t a, size_t a_size, uint64_t b, size_t b_size)
{
	/* Third and further ones of a class may be any. */
	return ones(a & b) + least(a_size - ones(a), b_size - ones(b));
}

/* As winkler() with all in order, and without its division. */
bool
omni__jaro_winkler_may(const char *a, size_t a_size, const char *b,
    size_t b_size, size_t common, int32_t floor)
{
	int64_t part, whole, p;

	if (a_size > LONG || b_size > LONG)
		return true;
	part = (int64_t)(common * (a_size + b_size) + a_size * b_size);
	whole = (int64_t)(3 * a_size * b_size);
	if (common == 0)
		part = 0;
	p = (int64_t)prefix_of(a, a_size, b, b_size);
	return SCALE * (10 * part + p * (whole - part)) >=
	    floor * 10 * whole;
}

/* ---- Damerau and Levenshtein ---------------------------------------- */

/* Hyyrö (2003), optimal string alignment; 0 < a_size <= 64.  Vertical
 * differences of a column are kept as two words, +1 and -1. */
static int32_t
damerau_word(const char *a, size_t a_size, const char *b, size_t b_size)
{
	struct places places;
	uint64_t plus = UINT64_MAX, minus = 0, diagonal = 0, here, before = 0;
	uint64_t right_plus, right_minus, swapped;
	uint64_t last = UINT64_C(1) << (a_size - 1);
	int32_t distance = (int32_t)a_size;
	size_t j;

	places_set(&places, a, a_size, b, b_size);
	for (j = 0; j < b_size; j++) {
		here = places.of[(unsigned char)b[j]];
		swapped = (~diagonal & here) << 1 & before;
		diagonal = (((here & plus) + plus) ^ plus) | here | minus |
		    swapped;
		right_plus = minus | ~(diagonal | plus);
		right_minus = diagonal & plus;
		distance += (right_plus & last) != 0;
		distance -= (right_minus & last) != 0;
		right_plus = right_plus << 1 | 1;
		right_minus <<= 1;
		plus = right_minus | ~(diagonal | right_plus);
		minus = right_plus & diagonal;
		before = here;
	}
	return distance;
}

/* One cell: row i, column j of the table, from the two rows above. */
static int32_t
damerau_cell(const char *a, size_t i, const char *b, size_t j,
    const int32_t *above2, const int32_t *above, const int32_t *row)
{
	int32_t best = above[j - 1] + (a[i - 1] != b[j - 1]);

	if (above[j] + 1 < best)
		best = above[j] + 1;
	if (row[j - 1] + 1 < best)
		best = row[j - 1] + 1;
	if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
	    above2[j - 2] + 1 < best)
		best = above2[j - 2] + 1;
	return best;
}

/* Only cells within limit of the diagonal can lead to a distance within
 * limit; those beside the band count as more than that. */
static int32_t
damerau_band(const char *a, size_t a_size, const char *b, size_t b_size,
    int32_t limit)
{
	int32_t rows[3][LONG + 1] = {{ 0 }};
	size_t band = (size_t)limit, i, j, first, last;

	for (j = 0; j <= b_size; j++)
		rows[0][j] = (int32_t)j;
	for (i = 1; i <= a_size; i++) {
		int32_t *row = rows[i % 3];
		int32_t least_here = INT32_MAX;

		first = i > band ? i - band : 1;
		last = least(i + band, b_size);
		row[first - 1] = first == 1 ? (int32_t)i : limit + 1;
		for (j = first; j <= last; j++) {
			row[j] = damerau_cell(a, i, b, j, rows[(i + 1) % 3],
			    rows[(i + 2) % 3], row);
			if (row[j] < least_here)
				least_here = row[j];
		}
		if (last < b_size)
			row[last + 1] = limit + 1;
		if (least_here > limit && row[first - 1] > limit)
			return limit + 1;
	}
	return rows[a_size % 3][b_size];
}

int32_t
omni__damerau(const char *a, size_t a_size, const char *b, size_t b_size,
    int32_t limit)
{
	const char *text;
	size_t size;
	int32_t distance;

	a_size = least(a_size, LONG);
	b_size = least(b_size, LONG);
	if (limit < 0)
		limit = 0;
	if (limit > LONG)
		limit = LONG;
	while (a_size > 0 && b_size > 0 && *a == *b) {
		a++;
		b++;
		a_size--;
		b_size--;
	}
	while (a_size > 0 && b_size > 0 && a[a_size - 1] == b[b_size - 1]) {
		a_size--;
		b_size--;
	}
	text = a;
	/* The shorter one is a. */
	if (a_size > b_size) {
		a = b;
		b = text;
		size = a_size;
		a_size = b_size;
		b_size = size;
	}
	if (b_size - a_size > (size_t)limit)
		return limit + 1;
	if (a_size == 0)
		return (int32_t)b_size;
	if (a_size <= WORD)
		distance = damerau_word(a, a_size, b, b_size);
	else
		distance = damerau_band(a, a_size, b, b_size, limit);
	return distance > limit ? limit + 1 : distance;
}

/* ---- Soundex -------------------------------------------------------- */

void
omni__soundex(char out[5], const char *text, size_t size)
{
	/* Vowels (0) part two like sounds; h and w do not. */
	static const char codes[] = "01230120022455012623010202";
	size_t i, count = 0;
	char code, before = '0';

	_Static_assert(sizeof(codes) == 27, "a code for each letter");
	for (i = 0; i < size && count < 4 && !(count > 0 && text[i] == ' ');
	    i++) {
		char c = omni__scan_lower(text[i]);

		if (!omni__scan_letter(c))
			continue;
		code = codes[c - 'a'];
		if (count == 0)
			out[count++] = (char)(c - 'a' + 'A');
		else if (c == 'h' || c == 'w')
			continue;
		else if (code != '0' && code != before)
			out[count++] = code;
		before = code;
	}
	while (count > 0 && count < 4)
		out[count++] = '0';
	out[count == 0 ? 0 : 4] = '\0';
}
