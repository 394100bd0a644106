/*
 * Postal addresses: postcodes without their ornaments, streets with the
 * words that people abbreviate abbreviated, and without the flat.
 */
#include <string.h>

#include "text/scan.h"
#include "text/text.h"

/* ---- postcodes ------------------------------------------------------ */

/* Where all postcodes are of so many digits, a shorter one has lost its
 * zeros to a spreadsheet. */
static const struct postcode_width {
	char region[3];
	uint8_t digits;
} postcode_widths[] = {
	{ "AU", 4 }, { "DE", 5 }, { "EE", 5 }, { "ES", 5 }, { "FI", 5 },
	{ "FR", 5 }, { "IT", 5 }, { "LT", 5 }, { "NO", 4 }, { "US", 5 }
};

static size_t
run_of(const char *text, size_t size, bool (*is)(char))
{
	size_t i = 0;

	while (i < size && is(text[i]))
		i++;
	return i;
}

static bool
is_dash(const char *text, size_t size)
{
	return size > 0 && text[0] == '-';
}

/* "se-211 71", "d-10115", and "se 211 71" in Sweden: the bytes in front that
 * are the country's. */
static size_t
country_size(const char *text, size_t size, const char *region)
{
	size_t letters = run_of(text, size, omni__scan_letter);
	const char *rest = text + letters;

	if (letters == 0 || letters > 2 || size - letters < 2)
		return 0;
	if (is_dash(rest, size - letters) && omni__scan_digit(rest[1]))
		return letters + 1;
	if (letters == 2 && region != NULL && strlen(region) == 2 &&
	    text[0] == omni__scan_lower(region[0]) &&
	    text[1] == omni__scan_lower(region[1]) &&
	    (rest[0] == ' ' || omni__scan_digit(rest[0])))
		return letters + (rest[0] == ' ');
	return 0;
}

/* "12345-6789": the four digits name a block of houses, if known at all. */
static size_t
without_block(const char *text, size_t size)
{
	size_t digits = run_of(text, size, omni__scan_digit);

	if (digits == 5 && size == 10 && is_dash(text + 5, 5) &&
	    run_of(text + 6, 4, omni__scan_digit) == 4)
		return 5;
	return size;
}

static size_t
missing_zeros(const char *code, size_t size, const char *region)
{
	size_t i;

	if (region == NULL || size < 3 ||
	    run_of(code, size, omni__scan_digit) != size)
		return 0;
	for (i = 0; i < OMNI__COUNT(postcode_widths); i++)
		if (strcmp(region, postcode_widths[i].region) == 0)
			return size < postcode_widths[i].digits ?
			    postcode_widths[i].digits - size : 0;
	return 0;
}

/* Leaves the letters and digits of the size bytes at from. */
static size_t
squeeze(char *out, const char *from, size_t size)
{
	size_t i, count = 0;

	for (i = 0; i < size; i++)
		if (omni__scan_letter(from[i]) || omni__scan_digit(from[i]) ||
		    (unsigned char)from[i] >= 0x80 ||
		    (count > 0 && omni__scan_joins(from, size, i + 1)))
			out[count++] = from[i];
	return count;
}

/* The folded text behind start, to what counts of it. */
static size_t
postcode_core(char *text, size_t size, const char *region)
{
	size_t at = country_size(text, size, region);

	size = squeeze(text, text + at, without_block(text + at, size - at));
	while ((at = country_size(text, size, region)) > 0) {
		size -= at;
		memmove(text, text + at, size);
	}
	return size;
}

static omni_status
postcode_fill(struct omni__buf *buf, size_t start, const char *region)
{
	size_t size = buf->size - start;
	size_t zeros = missing_zeros(buf->bytes + start, size, region);
	char *end = omni__scan_room(buf, zeros);

	if (end == NULL)
		return OMNI_NOMEM;
	memmove(buf->bytes + start + zeros, buf->bytes + start, size);
	memset(buf->bytes + start, '0', zeros);
	omni__scan_done(buf, end + zeros);
	return OMNI_OK;
}

omni_status
omni__postcode_normalise(struct omni__buf *buf, const char *text,
    size_t size, const char *region)
{
	size_t start = buf->size;
	omni_status status = omni__fold(buf, text, size);

	if (status != OMNI_OK)
		return status;
	size = postcode_core(buf->bytes + start, buf->size - start, region);
	omni__scan_done(buf, buf->bytes + start + size);
	return size == 0 ? OMNI_NONE : postcode_fill(buf, start, region);
}

/* ---- streets -------------------------------------------------------- */

/* Sorted, for the search.  None of the short forms is here again. */
static const struct abbreviation {
	char word[11];
	char brief[6];
} abbreviations[] = {
	{ "alley", "al" }, { "ave", "av" }, { "avenida", "av" },
	{ "avenue", "av" }, { "blvd", "bd" }, { "boulevard", "bd" },
	{ "building", "bldg" }, { "bulevard", "bd" }, { "calle", "c" },
	{ "carrer", "c" }, { "chemin", "ch" }, { "circle", "cir" },
	{ "circuit", "cct" }, { "close", "cl" }, { "court", "ct" },
	{ "crescent", "cres" }, { "drive", "dr" }, { "east", "e" },
	{ "esplanade", "esp" }, { "expressway", "expy" },
	{ "freeway", "fwy" }, { "gardens", "gdns" }, { "gata", "g" },
	{ "gatan", "g" }, { "gate", "g" }, { "gaten", "g" },
	{ "grove", "gr" }, { "heights", "hts" }, { "highway", "hwy" },
	{ "impasse", "imp" }, { "lane", "ln" }, { "mount", "mt" },
	{ "mountain", "mtn" }, { "norra", "n" }, { "north", "n" },
	{ "ostra", "o" }, { "parade", "pde" }, { "parkway", "pkwy" },
	{ "place", "pl" }, { "platz", "pl" }, { "plaza", "plz" },
	{ "point", "pt" }, { "road", "rd" }, { "route", "rte" },
	{ "rue", "r" }, { "saint", "st" }, { "sankt", "st" },
	{ "sant", "st" }, { "sodra", "s" }, { "south", "s" },
	{ "square", "sq" }, { "straat", "str" }, { "strasse", "str" },
	{ "street", "st" }, { "terrace", "tce" }, { "vag", "v" },
	{ "vagen", "v" }, { "vastra", "v" }, { "veg", "v" },
	{ "vegen", "v" }, { "vei", "v" }, { "veien", "v" }, { "vej", "v" },
	{ "west", "w" }
};

/* What ends one word with the street's name: Kungsgatan, Hauptstrasse. */
static const struct abbreviation endings[] = {
	{ "gatan", "g" }, { "gata", "g" }, { "gaten", "g" },
	{ "vagen", "v" }, { "veien", "v" }, { "vegen", "v" },
	{ "strasse", "str" }, { "straat", "str" }
};

/* Before the number of a flat; all of them go. */
static const char *const flat_words[] = {
	"apartment", "app", "appartement", "appt", "apt", "apto", "bte",
	"flat", "lagenhet", "leilighet", "lgh", "room", "ste", "suite",
	"unit", "whg", "wohnung"
};

/* Behind the number of a floor. */
static const char *const floor_words[] = {
	"etage", "etg", "floor", "tr", "trappa", "trappor", "vaning"
};

#define WORDS_ROOM 32

/* The words of a street; more than WORDS_ROOM are no street. */
struct street {
	struct omni__span words[WORDS_ROOM];
	size_t count;
};

static bool
is_among(const struct omni__span *word, const char *const *list,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (omni__span_is(word, list[i]))
			return true;
	return false;
}

static bool
is_number(const struct omni__span *word)
{
	return run_of(word->text, word->size, omni__scan_digit) == word->size;
}

static bool
is_numbered(const struct omni__span *word)
{
	return word->size == 1 ||
	    run_of(word->text, word->size, omni__scan_digit) > 0;
}

static void
street_remove(struct street *street, size_t at)
{
	street->count -= 2;
	memmove(street->words + at, street->words + at + 2,
	    (street->count - at) * sizeof(street->words[0]));
}

/* "storgatan 5 2 tr": a floor stands behind the number of the house. */
static bool
is_floor(const struct street *street, size_t at)
{
	const struct omni__span *word = street->words + at;

	return at >= 2 && is_numbered(word - 1) && is_number(word) &&
	    is_among(word + 1, floor_words, OMNI__COUNT(floor_words));
}

/* Takes one flat or floor out; false when there is none. */
static bool
drop_flat(struct street *street)
{
	const struct omni__span *word = street->words;
	size_t i;

	for (i = 0; i + 1 < street->count; i++) {
		bool flat = is_numbered(&word[i + 1]) &&
		    is_among(&word[i], flat_words, OMNI__COUNT(flat_words));

		if ((flat || is_floor(street, i)) && street->count > 2) {
			street_remove(street, i);
			return true;
		}
	}
	return false;
}

static const char *
word_brief(const struct omni__span *word)
{
	size_t low = 0, high = OMNI__COUNT(abbreviations);

	while (low < high) {
		size_t middle = (low + high) / 2;
		const char *key = abbreviations[middle].word;
		int order = strncmp(key, word->text, word->size);

		if (order == 0 && key[word->size] == '\0')
			return abbreviations[middle].brief;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Bytes of the word before an ending, whose short form is *brief. */
static size_t
word_stem(const struct omni__span *word, const char **brief)
{
	size_t i, size;

	for (i = 0; i < OMNI__COUNT(endings); i++) {
		size = strlen(endings[i].word);
		if (word->size < size + 2 || memcmp(word->text + word->size -
		    size, endings[i].word, size) != 0)
			continue;
		*brief = endings[i].brief;
		return word->size - size;
	}
	*brief = "";
	return word->size;
}

/* Writes the word's short form at out, which is never longer. */
static size_t
put_brief(char *out, const struct omni__span *word)
{
	const char *brief = word_brief(word);
	size_t stem = 0;

	if (brief == NULL)
		stem = word_stem(word, &brief);
	memmove(out, word->text, stem);
	memcpy(out + stem, brief, strlen(brief));
	return stem + strlen(brief);
}

/* What was shortened may be a word that is: until it is none. */
static char *
put_word(char *out, struct omni__span word)
{
	size_t size;

	while ((size = put_brief(out, &word)) < word.size) {
		word.text = out;
		word.size = size;
	}
	return out + size;
}

/* "16 a" is "16a"; at is not the first. */
static bool
is_entrance(const struct street *street, size_t at)
{
	const struct omni__span *word = street->words + at;

	return at + 1 == street->count && word->size == 1 &&
	    omni__scan_letter(word->text[0]) && is_number(word - 1);
}

/* Before anything is left out, so that doing it twice changes nothing. */
static size_t
abbreviate(char *text, size_t size)
{
	struct omni__span word;
	char *out = text;
	size_t at = 0;

	while (omni__word_next(text, size, &at, &word)) {
		if (out != text)
			*out++ = ' ';
		out = put_word(out, word);
	}
	return (size_t)(out - text);
}

static void
street_read(struct street *street, const char *text, size_t size)
{
	size_t at = 0;

	street->count = 0;
	while (street->count < WORDS_ROOM && omni__word_next(text, size, &at,
	    &street->words[street->count]))
		street->count++;
	while (drop_flat(street))
		continue;
}

omni_status
omni__street_normalise(struct omni__buf *buf, const char *text, size_t size)
{
	struct street street;
	size_t start = buf->size, i;
	omni_status status = omni__fold(buf, text, size);
	char *out;

	if (status == OMNI_OK)
		status = omni__words(buf, start, "':");
	if (status != OMNI_OK)
		return status;
	out = buf->bytes + start;
	street_read(&street, out, abbreviate(out, buf->size - start));
	for (i = 0; i < street.count; i++) {
		if (i > 0 && !is_entrance(&street, i))
			*out++ = ' ';
		memmove(out, street.words[i].text, street.words[i].size);
		out += street.words[i].size;
	}
	omni__scan_done(buf, out);
	return OMNI_OK;
}
