/*
 * Numbers that cards, accounts and authorities give people: the same one
 * however it is grouped.
 */
#include "text/scan.h"
#include "text/text.h"

/* What people group with: blanks, dots, slashes, every dash. */
static bool
is_grouping(uint32_t c)
{
	return c == ' ' || c == '.' || c == '/' || c == '-' ||
	    (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0x00b7;
}

omni_status
omni__code_normalise(struct omni__buf *buf, const char *text, size_t size)
{
	size_t start = buf->size, at = start, from;
	omni_status status = omni__fold(buf, text, size);
	bool grouping;
	char *out;

	if (status != OMNI_OK)
		return status;
	out = buf->bytes + start;
	while (at < buf->size) {
		from = at;
		grouping = is_grouping(omni__scan_next(buf->bytes, buf->size,
		    &at));
		if (grouping && (out == buf->bytes + start ||
		    !omni__scan_joins(buf->bytes, buf->size, at)))
			continue;
		while (from < at)
			*out++ = buf->bytes[from++];
	}
	omni__scan_done(buf, out);
	return buf->size == start ? OMNI_NONE : OMNI_OK;
}
