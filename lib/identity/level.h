/*
 * Inside the levels: what the comparators of names and of other values
 * share.
 */
#ifndef OMNI_LEVEL_H
#define OMNI_LEVEL_H

#include <string.h>

#include "identity/model.h"
#include "text/text.h"

struct slice {
	const char *text;
	size_t size;
	uint64_t letters;	/* 0: nobody counted them */
};

/* Where names stand between exact (1) and differs (7). */
enum {
	NAME_CLOSE = 2,		/* a slip, or parts of it agree */
	NAME_INITIAL = 3,
	NAME_ALIKE = 4,		/* what one is called, or begins as */
	NAME_FAR = 5,
	NAME_SWAPPED = 6	/* stands in another field */
};

/* Given, family and other names of both, together. */
void omni__compare_names(const struct omni__person *,
    const struct omni__person *, struct omni__levels *);
/* Two names of one field; 0 when one is empty. */
int omni__name_level(struct slice, struct slice);

static inline struct slice
slice_of(const struct omni__item *item)
{
	struct slice s = { item->text, item->size, item->letters };

	return s;
}

static inline bool
equal(struct slice a, struct slice b)
{
	return a.size == b.size &&
	    (a.size == 0 || a.text[0] == b.text[0]) &&
	    (a.letters == b.letters || a.letters == 0 || b.letters == 0) &&
	    memcmp(a.text, b.text, a.size) == 0;
}

/* Is a blank in it?  Where its class of letters is not, it is not. */
static inline bool
several_words(struct slice s)
{
	return (s.letters == 0 || (s.letters & 1) != 0) &&
	    memchr(s.text, ' ', s.size) != NULL;
}

/* How many bytes they have in common, at most. */
static inline size_t
common(struct slice a, struct slice b)
{
	if (a.letters == 0 || b.letters == 0)
		return a.size < b.size ? a.size : b.size;
	return omni__letters_common(a.letters, a.size, b.letters, b.size);
}

/* Jaro and Winkler's; 0 when it cannot reach the floor. */
static inline int32_t
similarity(struct slice a, struct slice b, int32_t floor)
{
	if (!omni__jaro_winkler_may(a.text, a.size, b.text, b.size,
	    common(a, b), floor))
		return 0;
	return omni__jaro_winkler(a.text, a.size, b.text, b.size);
}

static inline bool
within(struct slice a, struct slice b, int32_t limit)
{
	size_t longer = a.size > b.size ? a.size : b.size;

	/* What the longer one has of its own must be put there. */
	if (longer - common(a, b) > (size_t)limit)
		return false;
	return omni__damerau(a.text, a.size, b.text, b.size, limit) <= limit;
}

static inline bool
has_prefix(struct slice text, struct slice prefix)
{
	return prefix.size <= text.size &&
	    (prefix.size == 0 || text.text[0] == prefix.text[0]) &&
	    memcmp(text.text, prefix.text, prefix.size) == 0;
}

/* Takes the next word off the front; false at the end. */
static inline bool
next_word(struct slice *rest, struct slice *word)
{
	const char *blank;

	while (rest->size > 0 && *rest->text == ' ') {
		rest->text++;
		rest->size--;
	}
	if (rest->size == 0)
		return false;
	blank = memchr(rest->text, ' ', rest->size);
	word->text = rest->text;
	word->size = blank != NULL ? (size_t)(blank - rest->text) :
	    rest->size;
	word->letters = 0;
	rest->text += word->size;
	rest->size -= word->size;
	return true;
}

#endif
