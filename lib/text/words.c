/*
 * Folded text as words.
 */
#include <string.h>

#include <utf8proc.h>

#include "text/scan.h"
#include "text/text.h"

static bool
is_word(uint32_t c)
{
	utf8proc_category_t category;

	if (c < 0x80)
		return omni__scan_letter((char)c) || omni__scan_digit((char)c);
	category = utf8proc_category((utf8proc_int32_t)c);
	return category >= UTF8PROC_CATEGORY_LU &&
	    category <= UTF8PROC_CATEGORY_NO;
}

omni_status
omni__words(struct omni__buf *buf, size_t start, const char *drop)
{
	char *out = buf->bytes + start;
	size_t at = start, from;
	bool blank = false;
	uint32_t c;

	while (at < buf->size) {
		from = at;
		c = omni__scan_next(buf->bytes, buf->size, &at);
		if (c != 0 && c < 0x80 && strchr(drop, (int)c) != NULL)
			continue;
		if (!is_word(c)) {
			blank = true;
			continue;
		}
		if (blank && out != buf->bytes + start)
			*out++ = ' ';
		blank = false;
		memmove(out, buf->bytes + from, at - from);
		out += at - from;
	}
	omni__scan_done(buf, out);
	return buf->size == start ? OMNI_NONE : OMNI_OK;
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

bool
omni__span_is(const struct omni__span *span, const char *text)
{
	size_t size = strlen(text);

	return span->size == size && memcmp(span->text, text, size) == 0;
}
