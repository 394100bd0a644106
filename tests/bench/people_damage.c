/*
 * What happens to words between a mouth, a hand, a scanner and a system.
 * Only plain letters are touched, so that the text stays UTF-8.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "people.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Replaces n bytes at one place, if there is room. */
static void
replace(char *text, size_t size, size_t at, size_t n, const char *by)
{
	size_t length = strlen(text), more = strlen(by);

	if (length - n + more >= size)
		return;
	memmove(text + at + more, text + at + n, length - at - n + 1);
	memcpy(text + at, by, more);
}

/* ---- typing --------------------------------------------------------- */

static const char *const rows[] = { "qwertyuiop", "asdfghjkl", "zxcvbnm" };

static char
neighbour(struct bench_random *random, char c)
{
	bool capital = c >= 'A' && c <= 'Z';
	char small = capital ? (char)(c - 'A' + 'a') : c, next = small;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		const char *at = strchr(rows[i], small);

		if (at == NULL)
			continue;
		next = at > rows[i] && (at[1] == '\0' ||
		    bench_chance(random, 500)) ? at[-1] : at[1];
	}
	return capital ? (char)(next - 'a' + 'A') : next;
}

void
bench_mistype(struct bench_random *random, char *text, size_t size)
{
	size_t n = strlen(text), at, tries;
	char two[3] = "";

	if (n < 3)
		return;
	for (tries = 0, at = 0; tries < 8 && !is_letter(text[at]); tries++)
		at = bench_below(random, n);
	if (!is_letter(text[at]))
		return;
	two[0] = text[at];
	switch (bench_below(random, 4)) {
	case 0:
		text[at] = neighbour(random, text[at]);
		return;
	case 1:
		replace(text, size, at, 1, "");
		return;
	case 2:
		two[1] = text[at] < 'a' ? (char)(text[at] - 'A' + 'a') :
		    text[at];
		replace(text, size, at, 1, two);
		return;
	default:
		if (!is_letter(text[at + 1]))
			return;
		text[at] = text[at + 1];
		text[at + 1] = two[0];
	}
}

void
bench_mistype_digit(struct bench_random *random, char *text)
{
	size_t n = strlen(text), at = 0, tries;

	for (tries = 0; n > 0 && tries < 20; tries++) {
		at = bench_below(random, n);
		if (text[at] >= '0' && text[at] <= '9')
			break;
	}
	if (n == 0 || text[at] < '0' || text[at] > '9')
		return;
	if (text[at + 1] >= '0' && text[at + 1] <= '9' &&
	    bench_chance(random, 400)) {
		char first = text[at];

		text[at] = text[at + 1];
		text[at + 1] = first;
	} else
		text[at] = (char)('0' + bench_below(random, 10));
}

/* ---- hearing, reading ----------------------------------------------- */

struct change {
	const char *from, *to;
};

static const struct change heard[] = {
	{ "ck", "k" }, { "ss", "s" }, { "qv", "kv" }, { "ph", "f" },
	{ "th", "t" }, { "tz", "ts" }, { "ch", "sh" }, { "ei", "ai" },
	{ "ie", "i" }, { "ll", "l" }, { "nn", "n" }, { "tt", "t" },
	{ "w", "v" }, { "z", "s" }, { "y", "i" }, { "c", "k" }, { "x", "ks" },
	{ "dt", "t" }, { "hj", "j" }, { "sj", "sh" }, { "son", "sson" }
};

static const struct change misread[] = {
	{ "rn", "m" }, { "cl", "d" }, { "li", "h" }, { "ii", "u" },
	{ "m", "rn" }, { "l", "1" }, { "O", "0" }, { "o", "0" }, { "B", "8" },
	{ "S", "5" }, { "h", "b" }, { "e", "c" }, { "n", "u" }, { "g", "q" },
	{ "1", "l" }, { "0", "O" }, { "5", "S" }
};

/* The first change that fits, looked for from anywhere in the table. */
static void
change_one(struct bench_random *random, const struct change *changes,
    size_t count, char *text, size_t size)
{
	size_t i, from = bench_below(random, count);

	for (i = 0; i < count; i++) {
		const struct change *c = &changes[(from + i) % count];
		const char *at = strstr(text, c->from);

		if (at == NULL)
			continue;
		replace(text, size, (size_t)(at - text), strlen(c->from),
		    c->to);
		return;
	}
}

void
bench_mishear(struct bench_random *random, char *text, size_t size)
{
	change_one(random, heard, COUNT(heard), text, size);
}

void
bench_misread(struct bench_random *random, char *text, size_t size)
{
	change_one(random, misread, COUNT(misread), text, size);
}

/* ---- letters -------------------------------------------------------- */

static const struct {
	const char *letter, *plain, *out;
} accents[] = {
	{ "å", "a", "aa" }, { "ä", "a", "ae" }, { "ö", "o", "oe" },
	{ "Å", "A", "Aa" }, { "Ä", "A", "Ae" }, { "Ö", "O", "Oe" },
	{ "ü", "u", "ue" }, { "ß", "ss", "ss" }, { "é", "e", "e" },
	{ "á", "a", "a" }, { "í", "i", "i" }, { "ó", "o", "o" },
	{ "ú", "u", "u" }, { "ñ", "n", "n" }, { "Á", "A", "A" },
	{ "Ó", "O", "O" }, { "ł", "l", "l" }, { "Ł", "L", "L" },
	{ "ą", "a", "a" }, { "ę", "e", "e" }, { "ć", "c", "c" },
	{ "ń", "n", "n" }, { "ś", "s", "s" }, { "ź", "z", "z" },
	{ "ż", "z", "z" }, { "Ż", "Z", "Z" }
};

void
bench_plain(char *text, size_t size, bool out)
{
	size_t i;

	for (i = 0; i < COUNT(accents); i++) {
		const char *at;

		while ((at = strstr(text, accents[i].letter)) != NULL) {
			if (strlen(text) + 2 >= size)
				return;
			replace(text, size, (size_t)(at - text), 2,
			    out ? accents[i].out : accents[i].plain);
		}
	}
}

void
bench_capitals(char *text)
{
	size_t i;

	for (i = 0; text[i] != '\0'; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 'a' && c <= 'z')
			text[i] = (char)(c - 'a' + 'A');
		else if (i > 0 && (unsigned char)text[i - 1] == 0xc3 &&
		    c >= 0xa0 && c <= 0xbe && c != 0xb7)
			text[i] = (char)(c - 0x20);
	}
}

void
bench_small(char *text)
{
	size_t i;

	for (i = 0; text[i] != '\0'; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 'A' && c <= 'Z')
			text[i] = (char)(c - 'A' + 'a');
		else if (i > 0 && (unsigned char)text[i - 1] == 0xc3 &&
		    c >= 0x80 && c <= 0x9e && c != 0x97)
			text[i] = (char)(c + 0x20);
	}
}
