/*
 * Folded text as words.
 */
#include <string.h>

#include <utf8proc.h>

#include "text/scan.h"
#include "text/text.h"

/* What a character is to a word; an apostrophe or the like joins. */
enum kind { WORD, GAP, JOIN };

static enum kind
kind_of_ascii(char c, const char *drop)
{
	if (omni__scan_letter(c) || omni__scan_digit(c))
		return WORD;
	for (; *drop != '\0'; drop++)
		if (*drop == c)
			return JOIN;
	return GAP;
}

static enum kind
kind_of(uint32_t c)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);

	return category >= UTF8PROC_CATEGORY_LU &&
	    category <= UTF8PROC_CATEGORY_NO ? WORD : GAP;
}

omni_status
omni__words(struct omni__buf *buf, size_t start, const char *drop)
{
	const char *text = buf->bytes;
	char *first = buf->bytes + start, *out = first;
	size_t at = start, from;
	bool gap = false;
	enum kind kind;

	while (at < buf->size) {
		from = at;
		if ((unsigned char)text[at] < 0x80)
			kind = kind_of_ascii(text[at++], drop);
		else
			kind = kind_of(omni__scan_next(text, buf->size, &at));
		if (kind != WORD) {
			gap = gap || kind == GAP;
			continue;
		}
		if (gap && out != first)
			*out++ = ' ';
		gap = false;
		while (from < at)
			*out++ = text[from++];
	}
	omni__scan_done(buf, out);
	return out == first ? OMNI_NONE : OMNI_OK;
}

bool
omni__word_next(const char *text, size_t size, size_t *at,
    struct omni__span *word)
{
	const char *end;

	if (*at >= size)
		return false;
	word->text = text + *at;
	end = memchr(word->text, ' ', size - *at);
	word->size = end == NULL ? size - *at : (size_t)(end - word->text);
	*at += word->size + 1;
	return true;
}
