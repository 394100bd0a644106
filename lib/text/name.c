/*
 * Names of persons: words, which of them are given, other and family names,
 * and which only join them.
 */
#include <string.h>

#include "text/scan.h"
#include "text/text.h"

/* Words that join a family name.  Some, in front of a whole name, say that
 * the family name is all there is; the others are given names as well. */
static const struct particle {
	char word[7];
	bool leads;
} particles[] = {
	{ .word = "af", .leads = true }, { .word = "al" },
	{ .word = "and" }, { .word = "bin" }, { .word = "da" },
	{ .word = "dal" }, { .word = "das" }, { .word = "de", .leads = true },
	{ .word = "degli" }, { .word = "dei" }, { .word = "del" },
	{ .word = "della" }, { .word = "den", .leads = true },
	{ .word = "der", .leads = true }, { .word = "di" }, { .word = "do" },
	{ .word = "dos" }, { .word = "du" }, { .word = "el" },
	{ .word = "ibn" }, { .word = "la", .leads = true }, { .word = "las" },
	{ .word = "le" }, { .word = "los" }, { .word = "of" },
	{ .word = "ten" }, { .word = "ter" },
	{ .word = "the" }, { .word = "van" }, { .word = "vom" },
	{ .word = "von", .leads = true }, { .word = "zu", .leads = true },
	{ .word = "zum" }, { .word = "zur", .leads = true }
};

static const char *const titles[] = {
	"dame", "dhr", "doctor", "dr", "frau", "fru", "herr", "hon", "lady",
	"lord", "madame", "mevr", "miss", "mlle", "mme", "monsieur", "mr",
	"mrs", "ms", "mx", "prof", "professor", "rev", "reverend", "rt",
	"senor", "senora", "sir", "sra", "srta"
};

static const char *const suffixes[] = {
	"ii", "iii", "iv", "jr", "junior", "md", "phd", "senior", "sr"
};

static const struct particle *
particle_of(const struct omni__span *word)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(particles); i++)
		if (omni__span_is(word, particles[i].word))
			return &particles[i];
	return NULL;
}

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

omni_status
omni__name_normalise(struct omni__buf *buf, const char *text, size_t size)
{
	size_t start = buf->size;
	omni_status status = omni__fold(buf, text, size);

	if (status != OMNI_OK)
		return status;
	return omni__words(buf, start, "'`");
}

/* "1st", "23rd": which of a line of lords, not who. */
static bool
is_ordinal(const struct omni__span *word)
{
	const char *end = word->text + word->size - 2;

	return word->size >= 3 && omni__scan_digit(end[-1]) &&
	    omni__scan_digit(word->text[0]) &&
	    (memcmp(end, "st", 2) == 0 || memcmp(end, "nd", 2) == 0 ||
	    memcmp(end, "rd", 2) == 0 || memcmp(end, "th", 2) == 0);
}

omni_status
omni__name_given(struct omni__buf *buf, const char *text, size_t size)
{
	struct omni__span word;
	size_t start = buf->size, at = 0, end;
	omni_status status = omni__name_normalise(buf, text, size);
	char *out;

	if (status != OMNI_OK)
		return status;
	end = buf->size - start;
	text = buf->bytes + start;
	out = buf->bytes + start;
	while (omni__word_next(text, end, &at, &word)) {
		if (is_ordinal(&word) ||
		    is_among(&word, titles, OMNI__COUNT(titles)))
			continue;
		if (out != buf->bytes + start)
			*out++ = ' ';
		memmove(out, word.text, word.size);
		out += word.size;
	}
	omni__scan_done(buf, out);
	return buf->size == start ? OMNI_NONE : OMNI_OK;
}

static bool
joins_only(const char *text, size_t size)
{
	static const char *const words[] = { "and", "of", "the" };
	struct omni__span word;
	size_t at = 0;

	while (omni__word_next(text, size, &at, &word))
		if (!is_among(&word, words, OMNI__COUNT(words)))
			return false;
	return true;
}

omni_status
omni__name_core(struct omni__buf *buf, const char *text, size_t size)
{
	struct omni__span word;
	size_t start = buf->size, at = 0;

	while (omni__word_next(text, size, &at, &word)) {
		if (word.size == 0 || particle_of(&word) != NULL)
			continue;
		if (buf->size > start)
			omni__buf_char(buf, ' ');
		omni__buf_add(buf, word.text, word.size);
	}
	/* Le is a family as well; Of is none. */
	if (buf->size == start && !joins_only(text, size))
		omni__buf_add(buf, text, size);
	if (buf->failed)
		return OMNI_NOMEM;
	return buf->size == start ? OMNI_NONE : OMNI_OK;
}

/* ---- splitting ------------------------------------------------------ */

static void
skip(struct omni__span *name, size_t size)
{
	name->text += size;
	name->size -= size;
}

/* "dr ann lee" to "ann lee". */
static void
drop_titles(struct omni__span *name)
{
	struct omni__span word;
	size_t at = 0;

	while (omni__word_next(name->text, name->size, &at, &word) &&
	    at < name->size &&
	    is_among(&word, titles, OMNI__COUNT(titles))) {
		skip(name, at);
		at = 0;
	}
}

static size_t
last_word(const struct omni__span *name)
{
	size_t at = name->size;

	while (at > 0 && name->text[at - 1] != ' ')
		at--;
	return at;
}

/* "ann lee jr" to "ann lee"; one word always stays. */
static void
drop_suffixes(struct omni__span *name)
{
	struct omni__span word;
	size_t at;

	while ((at = last_word(name)) > 0) {
		word.text = name->text + at;
		word.size = name->size - at;
		if (!is_among(&word, suffixes, OMNI__COUNT(suffixes)))
			return;
		name->size = at - 1;
	}
}

static bool
all_suffixes(const struct omni__span *name)
{
	struct omni__span word;
	size_t at = 0;

	while (omni__word_next(name->text, name->size, &at, &word))
		if (!is_among(&word, suffixes, OMNI__COUNT(suffixes)))
			return false;
	return true;
}

/* Where the family name begins behind the first word: at the last word, or
 * at the particles before it. */
static size_t
family_start(const struct omni__span *name, size_t at)
{
	struct omni__span word;
	size_t from = at, start = at;
	bool joined = false;

	while (from = at, omni__word_next(name->text, name->size, &at,
	    &word)) {
		if (!joined)
			start = from;
		joined = particle_of(&word) != NULL;
	}
	return start;
}

static void
put(struct omni__buf *buf, const char *text, size_t size)
{
	if (size > 0)
		omni__buf_add(buf, text, size);
}

/* The first word to given, the others to other. */
static void
put_given(struct omni__buf *given, struct omni__buf *other,
    const struct omni__span *name)
{
	struct omni__span word;
	size_t at = 0;

	if (!omni__word_next(name->text, name->size, &at, &word))
		return;
	put(given, word.text, word.size);
	if (at < name->size)
		put(other, name->text + at, name->size - at);
}

/* "ann mary van der lee" */
static void
split_plain(struct omni__buf *given, struct omni__buf *other,
    struct omni__buf *family, struct omni__span name)
{
	const struct particle *particle;
	struct omni__span word = { name.text, 0 };
	size_t at = 0, start;

	drop_titles(&name);
	drop_suffixes(&name);
	(void)omni__word_next(name.text, name.size, &at, &word);
	if (at >= name.size) {
		put(given, word.text, word.size);
		return;
	}
	particle = particle_of(&word);
	if (particle != NULL && particle->leads) {
		put(family, name.text, name.size);
		return;
	}
	put(given, word.text, word.size);
	start = family_start(&name, at);
	if (start > at)
		put(other, name.text + at, start - 1 - at);
	put(family, name.text + start, name.size - start);
}

/* "van der lee" , "ann mary" */
static void
split_comma(struct omni__buf *given, struct omni__buf *other,
    struct omni__buf *family, struct omni__span name, struct omni__span rest)
{
	drop_suffixes(&name);
	drop_titles(&rest);
	drop_suffixes(&rest);
	put(family, name.text, name.size);
	put_given(given, other, &rest);
}

omni_status
omni__name_split(struct omni__buf *given, struct omni__buf *other,
    struct omni__buf *family, const char *text, size_t size)
{
	struct omni__buf words = { .env = given->env };
	struct omni__span name, rest = { NULL, 0 };
	const char *comma = size == 0 ? NULL : memchr(text, ',', size);
	size_t head = comma == NULL ? size : (size_t)(comma - text), middle;
	omni_status status = omni__name_normalise(&words, text, head);

	middle = words.size;
	if (status != OMNI_NOMEM && comma != NULL)
		status = omni__name_normalise(&words, comma + 1,
		    size - head - 1);
	if (status == OMNI_NOMEM || words.size == 0)
		goto out;
	name.text = words.bytes;
	name.size = middle;
	rest.text = words.bytes + middle;
	rest.size = words.size - middle;
	if (middle == 0)
		split_plain(given, other, family, rest);
	else if (all_suffixes(&rest))
		split_plain(given, other, family, name);
	else
		split_comma(given, other, family, name, rest);
	status = given->failed || other->failed || family->failed ?
	    OMNI_NOMEM : OMNI_OK;
out:
	omni__buf_free(&words);
	return status;
}
