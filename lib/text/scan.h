/*
 * Walking through UTF-8, for the files of this room.
 */
#ifndef OMNI_SCAN_H
#define OMNI_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/text.h"

/* The character at *at < size, and *at behind it.  A byte that is not UTF-8
 * comes back as U+FFFD, so that the walk always ends. */
uint32_t omni__scan_next(const char *, size_t size, size_t *at);
/* Adds a character that is not a surrogate. */
void omni__scan_put(struct omni__buf *, uint32_t c);
/* Are all bytes ASCII? */
bool omni__scan_ascii(const char *, size_t);

/* Is there, at `at`, the second or third part of a Korean syllable?  What
 * stands before it must not go, or it would join what is before that. */
bool omni__scan_joins(const char *, size_t size, size_t at);

/* Where `size` bytes may be written behind the buffer's text, NULL (and the
 * buffer failed) when out of memory; done says where writing ended. */
char *omni__scan_room(struct omni__buf *, size_t size);
void omni__scan_done(struct omni__buf *, char *end);

/* Turns folded text from `start` on, where it stands, into words of letters,
 * marks and digits with one blank between; what is in `drop` (ASCII) goes
 * and joins its sides.  NONE without a word. */
omni_status omni__words(struct omni__buf *, size_t start, const char *drop);
/* The next of such words, false at the end. */
bool omni__word_next(const char *, size_t size, size_t *at,
    struct omni__span *word);

static inline bool
omni__span_is(const struct omni__span *span, const char *text)
{
	size_t i;

	for (i = 0; i < span->size; i++)
		if (text[i] == '\0' || text[i] != span->text[i])
			return false;
	return text[i] == '\0';
}

static inline char
omni__scan_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool
omni__scan_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Lower case only. */
static inline bool
omni__scan_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

#endif
