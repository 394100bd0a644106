/*
 * Folding: what people type differently and mean alike becomes the same
 * bytes.  Letters of Latin, Greek and Cyrillic end as plain Latin ones; in
 * other scripts a mark is a letter's half (an Indic vowel, the voicing of
 * kana) and stays.
 */
#include <string.h>

#include <utf8proc.h>

#include "text/scan.h"
#include "text/text.h"

/* ---- what letters become -------------------------------------------- */

/* From U+00C0; "" is no letter. */
static const char fold_latin[][3] = {
	"a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e",
	"i", "i", "i", "i", "d", "n", "o", "o", "o", "o", "o", "",
	"o", "u", "u", "u", "u", "y", "th", "ss", "a", "a", "a", "a",
	"a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
	"d", "n", "o", "o", "o", "o", "o", "", "o", "u", "u", "u",
	"u", "y", "th", "y", "a", "a", "a", "a", "a", "a", "c", "c",
	"c", "c", "c", "c", "c", "c", "d", "d", "d", "d", "e", "e",
	"e", "e", "e", "e", "e", "e", "e", "e", "g", "g", "g", "g",
	"g", "g", "g", "g", "h", "h", "h", "h", "i", "i", "i", "i",
	"i", "i", "i", "i", "i", "i", "ij", "ij", "j", "j", "k", "k",
	"q", "l", "l", "l", "l", "l", "l", "l", "l", "l", "l", "n",
	"n", "n", "n", "n", "n", "'n", "ng", "ng", "o", "o", "o", "o",
	"o", "o", "oe", "oe", "r", "r", "r", "r", "r", "r", "s", "s",
	"s", "s", "s", "s", "s", "s", "t", "t", "t", "t", "t", "t",
	"u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u",
	"w", "w", "y", "y", "y", "z", "z", "z", "z", "z", "z", "s"
};

/* From U+0391, as ELOT 743 has them. */
static const char fold_greek[][3] = {
	"a", "v", "g", "d", "e", "z", "i", "th", "i", "k", "l", "m",
	"n", "x", "o", "p", "r", "", "s", "t", "y", "f", "ch", "ps",
	"o", "i", "y", "a", "e", "i", "i", "y", "a", "v", "g", "d",
	"e", "z", "i", "th", "i", "k", "l", "m", "n", "x", "o", "p",
	"r", "s", "s", "t", "y", "f", "ch", "ps", "o", "i", "y", "o",
	"y", "o"
};

/* From U+0400; the two signs of hardness and softness are no sound. */
static const char fold_cyrillic[][5] = {
	"e", "e", "dj", "g", "ie", "dz", "i", "i", "j", "lj", "nj", "c",
	"k", "i", "u", "dz", "a", "b", "v", "g", "d", "e", "zh", "z",
	"i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u",
	"f", "kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "iu", "ia",
	"a", "b", "v", "g", "d", "e", "zh", "z", "i", "i", "k", "l",
	"m", "n", "o", "p", "r", "s", "t", "u", "f", "kh", "ts", "ch",
	"sh", "shch", "", "y", "", "e", "iu", "ia", "e", "e", "dj", "g",
	"ie", "dz", "i", "i", "j", "lj", "nj", "c", "k", "i", "u", "dz"
};

_Static_assert(OMNI__COUNT(fold_latin) == 0x180 - 0xc0, "U+017F is last");
_Static_assert(OMNI__COUNT(fold_greek) == 0x3cf - 0x391, "U+03CE is last");
_Static_assert(OMNI__COUNT(fold_cyrillic) == 0x60, "U+045F is last");

/* Lower-case letters that have no decomposition, and apostrophes; sorted. */
static const struct fold_letter {
	uint16_t letter;
	char latin[3];
} fold_letters[] = {
	{ 0x00b4, "'" },	/* ´ */
	{ 0x0180, "b" },	/* ƀ */
	{ 0x0188, "c" },	/* ƈ */
	{ 0x018c, "d" },	/* ƌ */
	{ 0x0192, "f" },	/* ƒ */
	{ 0x0199, "k" },	/* ƙ */
	{ 0x019a, "l" },	/* ƚ */
	{ 0x01a5, "p" },	/* ƥ */
	{ 0x01ad, "t" },	/* ƭ */
	{ 0x01b4, "y" },	/* ƴ */
	{ 0x01b6, "z" },	/* ƶ */
	{ 0x01dd, "e" },	/* ǝ */
	{ 0x01e5, "g" },	/* ǥ */
	{ 0x0225, "z" },	/* ȥ */
	{ 0x023c, "c" },	/* ȼ */
	{ 0x0247, "e" },	/* ɇ */
	{ 0x0249, "j" },	/* ɉ */
	{ 0x024d, "r" },	/* ɍ */
	{ 0x024f, "y" },	/* ɏ */
	{ 0x0253, "b" },	/* ɓ */
	{ 0x0254, "o" },	/* ɔ */
	{ 0x0256, "d" },	/* ɖ */
	{ 0x0257, "d" },	/* ɗ */
	{ 0x0259, "a" },	/* ə: Əliyev is Aliyev */
	{ 0x025b, "e" },	/* ɛ */
	{ 0x0260, "g" },	/* ɠ */
	{ 0x0263, "g" },	/* ɣ */
	{ 0x0268, "i" },	/* ɨ */
	{ 0x0269, "i" },	/* ɩ */
	{ 0x0272, "n" },	/* ɲ */
	{ 0x0275, "o" },	/* ɵ */
	{ 0x0289, "u" },	/* ʉ */
	{ 0x028b, "v" },	/* ʋ */
	{ 0x02b9, "'" },	/* ʹ */
	{ 0x02bb, "'" },	/* ʻ */
	{ 0x02bc, "'" },	/* ʼ */
	{ 0x0491, "g" },	/* ґ */
	{ 0x0493, "g" },	/* ғ */
	{ 0x0497, "zh" },	/* җ */
	{ 0x049b, "k" },	/* қ */
	{ 0x049d, "k" },	/* ҝ */
	{ 0x04a3, "n" },	/* ң */
	{ 0x04af, "u" },	/* ү */
	{ 0x04b1, "u" },	/* ұ */
	{ 0x04b3, "kh" },	/* ҳ */
	{ 0x04b7, "ch" },	/* ҷ */
	{ 0x04b9, "ch" },	/* ҹ */
	{ 0x04bb, "h" },	/* һ */
	{ 0x04d9, "a" },	/* ә */
	{ 0x04e9, "o" },	/* ө */
	{ 0x2018, "'" },	/* ‘ */
	{ 0x2019, "'" },	/* ’ */
	{ 0x2032, "'" }		/* ′ */
};

static const char *
letter_rare(uint32_t c)
{
	size_t low = 0, high = OMNI__COUNT(fold_letters);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (fold_letters[middle].letter == c)
			return fold_letters[middle].latin;
		if (fold_letters[middle].letter < c)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The Latin for a letter that has one, else NULL. */
static const char *
letter_latin(uint32_t c)
{
	if (c >= 0xc0 && c < 0x180)
		return fold_latin[c - 0xc0][0] != '\0' ?
		    fold_latin[c - 0xc0] : NULL;
	if (c >= 0x391 && c < 0x3cf)
		return fold_greek[c - 0x391];
	if (c >= 0x400 && c < 0x460)
		return fold_cyrillic[c - 0x400];
	return letter_rare(c);
}

/* Blocks whose letters carry marks as ornament: Latin, Greek, Cyrillic. */
static const struct block {
	uint32_t first, last;
} bare_blocks[] = {
	{ 0x0000, 0x02ff }, { 0x0370, 0x052f }, { 0x1c80, 0x1c8f },
	{ 0x1d00, 0x1dbf }, { 0x1e00, 0x1fff }, { 0x2c60, 0x2c7f },
	{ 0xa640, 0xa66d }, { 0xa680, 0xa69b }, { 0xa720, 0xa7ff },
	{ 0xab30, 0xab6f }
};

static bool
is_bare(uint32_t c)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(bare_blocks); i++)
		if (c <= bare_blocks[i].last)
			return c >= bare_blocks[i].first;
	return false;
}

/* ---- ASCII ---------------------------------------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static omni_status
fold_ascii(struct omni__buf *buf, const char *text, size_t size)
{
	char *out = omni__scan_room(buf, size), *start = out;
	size_t i;
	bool blank = false;

	if (out == NULL)
		return OMNI_NOMEM;
	for (i = 0; i < size; i++) {
		char c = text[i];

		if (is_blank(c)) {
			blank = out != start;
			continue;
		}
		if (blank)
			*out++ = ' ';
		blank = false;
		*out++ = omni__scan_lower(c);
	}
	omni__scan_done(buf, out);
	return out == start ? OMNI_NONE : OMNI_OK;
}

/* ---- the rest of Unicode -------------------------------------------- */

#define ONE_ROOM 32		/* U+FDFA, the longest, takes 18 */
#define RUN_ROOM 160
#define RUN_BREAK 96

struct folding {
	struct omni__buf *buf;
	size_t start;		/* of our output in buf */
	utf8proc_int32_t run[RUN_ROOM];
	size_t count;		/* characters that wait to be composed */
	uint32_t letter;	/* the one before, of those in the tables */
	bool bare;		/* the base before takes no marks */
	bool blank;		/* one is due before the next character */
};

static void
due_blank(struct folding *f)
{
	if (f->blank && f->buf->size > f->start)
		omni__buf_char(f->buf, ' ');
	f->blank = false;
}

/* Puts marks into their canonical order: a stable insertion sort between
 * starters. */
static void
run_order(utf8proc_int32_t *run, size_t count)
{
	size_t i, j;

	for (i = 1; i < count; i++) {
		utf8proc_int32_t c = run[i];
		int class = utf8proc_get_property(c)->combining_class;

		if (class == 0)
			continue;
		for (j = i; j > 0 && utf8proc_get_property(run[j - 1])->
		    combining_class > class; j--)
			run[j] = run[j - 1];
		run[j] = c;
	}
}

static void
run_flush(struct folding *f)
{
	utf8proc_ssize_t count;
	size_t i;

	if (f->count == 0)
		return;
	due_blank(f);
	run_order(f->run, f->count);
	count = utf8proc_normalize_utf32(f->run, (utf8proc_ssize_t)f->count,
	    UTF8PROC_COMPOSE | UTF8PROC_STABLE);
	for (i = 0; count > 0 && i < (size_t)count; i++)
		omni__scan_put(f->buf, (uint32_t)f->run[i]);
	f->count = 0;
}

/* Upsilon sounds after the vowel before it: ου, αυ, ευ. */
static const struct diphthong {
	uint16_t vowel;
	char latin[2];
} diphthongs[] = {
	{ .vowel = 0x3bf, .latin = "u" },
	{ .vowel = 0x3b1, .latin = "v" },
	{ .vowel = 0x3b5, .latin = "v" }
};

static const char *
upsilon(uint32_t before)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(diphthongs); i++)
		if (before == diphthongs[i].vowel ||
		    before == diphthongs[i].vowel - 0x20u)
			return diphthongs[i].latin;
	return "y";
}

static void
put_latin(struct folding *f, uint32_t c, const char *latin)
{
	if (c == 0x3c5 || c == 0x3cd || c == 0x3a5 || c == 0x38e)
		latin = upsilon(f->letter);
	f->letter = c;
	run_flush(f);
	f->bare = true;
	if (latin[0] == '\0')
		return;
	due_blank(f);
	omni__buf_str(f->buf, latin);
}

static bool
is_mark(const utf8proc_property_t *property)
{
	return property->category == UTF8PROC_CATEGORY_MN ||
	    property->category == UTF8PROC_CATEGORY_MC ||
	    property->category == UTF8PROC_CATEGORY_ME;
}

/* Letters, marks and digits: a mark on anything else is no letter's half. */
static bool
is_letter(const utf8proc_property_t *property)
{
	return property->category >= UTF8PROC_CATEGORY_LU &&
	    property->category <= UTF8PROC_CATEGORY_NO;
}

/* Something that no character before it can compose with. */
static bool
starts_run(uint32_t c, const utf8proc_property_t *property)
{
	return !is_mark(property) && property->combining_class == 0 &&
	    !(c >= 0x1160 && c < 0x1200);
}

static bool
is_space(const utf8proc_property_t *property)
{
	return property->category >= UTF8PROC_CATEGORY_ZS &&
	    property->category <= UTF8PROC_CATEGORY_ZP;
}

/* A character that is decomposed and lower-case already. */
static void
put_plain(struct folding *f, uint32_t c)
{
	const utf8proc_property_t *property;
	const char *latin = c < 0x80 ? NULL : letter_latin(c);

	if (latin != NULL) {
		put_latin(f, c, latin);
		return;
	}
	property = utf8proc_get_property((utf8proc_int32_t)c);
	if (is_space(property) || (c < 0x80 && is_blank((char)c)) ||
	    c == 0x85) {
		run_flush(f);
		f->letter = 0;
		f->blank = true;
		f->bare = true;
		return;
	}
	if (is_mark(property) && f->bare)
		return;
	if (is_bare(c) || !is_letter(property)) {
		run_flush(f);
		due_blank(f);
		f->bare = true;
		omni__scan_put(f->buf, c);
		return;
	}
	f->bare = false;
	if (f->count == RUN_ROOM ||
	    (f->count >= RUN_BREAK && starts_run(c, property)))
		run_flush(f);
	f->run[f->count++] = (utf8proc_int32_t)c;
}

static void
put_any(struct folding *f, uint32_t c)
{
	utf8proc_int32_t parts[ONE_ROOM];
	utf8proc_ssize_t count, i;
	int bound = 0;

	count = utf8proc_decompose_char((utf8proc_int32_t)c, parts, ONE_ROOM,
	    UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
	    UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, &bound);
	if (count < 0 || count > ONE_ROOM) {
		put_plain(f, c);
		return;
	}
	for (i = 0; i < count; i++)
		put_plain(f, (uint32_t)parts[i]);
}

/* ASCII up to the next blank or other character; returns where that is. */
static size_t
put_word(struct folding *f, const char *text, size_t size, size_t at)
{
	char *out;

	run_flush(f);
	due_blank(f);
	f->letter = 0;
	f->bare = true;
	out = omni__scan_room(f->buf, size - at);
	if (out == NULL)
		return size;
	for (; at < size && (unsigned char)text[at] < 0x80 &&
	    !is_blank(text[at]); at++)
		*out++ = omni__scan_lower(text[at]);
	omni__scan_done(f->buf, out);
	return at;
}

/* The letters of most names are in the tables; the others are decomposed. */
static void
put(struct folding *f, uint32_t c)
{
	const char *latin = letter_latin(c);

	if (latin != NULL)
		put_latin(f, c, latin);
	else
		put_any(f, c);
}

omni_status
omni__fold(struct omni__buf *buf, const char *text, size_t size)
{
	struct folding f;
	size_t at = 0;

	if (omni__scan_ascii(text, size))
		return fold_ascii(buf, text, size);
	f.buf = buf;
	f.start = buf->size;
	f.count = 0;
	f.letter = 0;
	f.bare = true;
	f.blank = false;
	while (at < size) {
		if ((unsigned char)text[at] < 0x80 && !is_blank(text[at]))
			at = put_word(&f, text, size, at);
		else
			put(&f, omni__scan_next(text, size, &at));
	}
	run_flush(&f);
	if (buf->failed)
		return OMNI_NOMEM;
	return buf->size == f.start ? OMNI_NONE : OMNI_OK;
}
