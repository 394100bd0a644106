/*
 * UTF-8: is it valid, has it control characters, and walking through it.
 */
#include <string.h>

#include "text/scan.h"
#include "text/text.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* Eight bytes at once, in any order. */
static uint64_t
eight(const char *text)
{
	uint64_t word;

	memcpy(&word, text, sizeof(word));
	return word;
}

static size_t
ascii_run(const char *text, size_t size)
{
	size_t at = 0;

	while (size - at >= 8 && (eight(text + at) & HIGH_BITS) == 0)
		at += 8;
	while (at < size && (unsigned char)text[at] < 0x80)
		at++;
	return at;
}

bool
omni__scan_ascii(const char *text, size_t size)
{
	return ascii_run(text, size) == size;
}

/* What the first byte says of the sequence: its length and the range of its
 * second byte, which is where overlong forms and surrogates show. */
struct lead {
	unsigned char first, size, low, high;
};

static const struct lead leads[] = {
	{ .first = 0xc2, .size = 2, .low = 0x80, .high = 0xbf },
	{ .first = 0xe0, .size = 3, .low = 0xa0, .high = 0xbf },
	{ .first = 0xe1, .size = 3, .low = 0x80, .high = 0xbf },
	{ .first = 0xed, .size = 3, .low = 0x80, .high = 0x9f },
	{ .first = 0xee, .size = 3, .low = 0x80, .high = 0xbf },
	{ .first = 0xf0, .size = 4, .low = 0x90, .high = 0xbf },
	{ .first = 0xf1, .size = 4, .low = 0x80, .high = 0xbf },
	{ .first = 0xf4, .size = 4, .low = 0x80, .high = 0x8f }
};

static const struct lead *
lead_of(unsigned char byte)
{
	size_t i;

	if (byte < leads[0].first || byte > 0xf4)
		return NULL;
	for (i = OMNI__COUNT(leads); byte < leads[i - 1].first; i--)
		continue;
	return &leads[i - 1];
}

/* The bytes of the valid sequence at text, 0 when there is none. */
static size_t
sequence(const char *text, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)text;
	const struct lead *lead;
	size_t i;

	if (bytes[0] < 0x80)
		return 1;
	lead = lead_of(bytes[0]);
	if (lead == NULL || lead->size > size || bytes[1] < lead->low ||
	    bytes[1] > lead->high)
		return 0;
	for (i = 2; i < lead->size; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	return lead->size;
}

bool
omni__utf8_check(const char *text, size_t size, size_t *bad)
{
	size_t at = 0, step;

	while ((at += ascii_run(text + at, size - at)) < size) {
		step = sequence(text + at, size - at);
		if (step == 0) {
			if (bad != NULL)
				*bad = at;
			return false;
		}
		at += step;
	}
	return true;
}

bool
omni__utf8_control(const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c == 0x7f)
			return true;
		/* C1: U+0080 to U+009F. */
		if (c == 0xc2 && i + 1 < size &&
		    (unsigned char)text[i + 1] < 0xa0)
			return true;
	}
	return false;
}

uint32_t
omni__scan_next(const char *text, size_t size, size_t *at)
{
	const unsigned char *bytes = (const unsigned char *)text + *at;
	size_t step = sequence(text + *at, size - *at);

	*at += step == 0 ? 1 : step;
	switch (step) {
	case 1:
		return bytes[0];
	case 2:
		return (bytes[0] & 0x1fu) << 6 | (bytes[1] & 0x3fu);
	case 3:
		return (bytes[0] & 0x0fu) << 12 | (bytes[1] & 0x3fu) << 6 |
		    (bytes[2] & 0x3fu);
	case 4:
		return (bytes[0] & 0x07u) << 18 | (bytes[1] & 0x3fu) << 12 |
		    (bytes[2] & 0x3fu) << 6 | (bytes[3] & 0x3fu);
	default:
		return 0xfffd;
	}
}

void
omni__scan_put(struct omni__buf *buf, uint32_t c)
{
	unsigned char out[4];
	size_t size;

	if (c < 0x80) {
		out[0] = (unsigned char)c;
		size = 1;
	} else if (c < 0x800) {
		out[0] = (unsigned char)(0xc0 | c >> 6);
		size = 2;
	} else if (c < 0x10000) {
		out[0] = (unsigned char)(0xe0 | c >> 12);
		out[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		size = 3;
	} else {
		out[0] = (unsigned char)(0xf0 | c >> 18);
		out[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
		out[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		size = 4;
	}
	if (size > 1)
		out[size - 1] = (unsigned char)(0x80 | (c & 0x3f));
	omni__buf_add(buf, out, size);
}

bool
omni__scan_joins(const char *text, size_t size, size_t at)
{
	uint32_t c;

	if (at >= size || (unsigned char)text[at] != 0xe1)
		return false;
	c = omni__scan_next(text, size, &at);
	return c >= 0x1160 && c < 0x1200;
}

char *
omni__scan_room(struct omni__buf *buf, size_t size)
{
	if (buf->failed || size > SIZE_MAX / 2 - buf->size ||
	    omni__grow(buf->env, &buf->bytes, &buf->room,
	    buf->size + size + 1, 1) != OMNI_OK) {
		buf->failed = true;
		return NULL;
	}
	return buf->bytes + buf->size;
}

void
omni__scan_done(struct omni__buf *buf, char *end)
{
	*end = '\0';
	buf->size = (size_t)(end - buf->bytes);
}
