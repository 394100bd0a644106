/*
 * References as a fact keeps them: a JSON text of a form of our own, so that
 * reading it back takes neither a parser nor, as a rule, a copy.
 */
#include <string.h>

#include "timeline/interaction.h"

struct omni__value
omni__slice_value(const struct omni__slice *slice)
{
	struct omni__value value = omni__null();

	if (slice->bytes == NULL)
		return value;
	value.type = OMNI__TEXT;
	value.size = (uint32_t)slice->size;
	value.bytes = slice->bytes;
	return value;
}

/* ---- writing -------------------------------------------------------- */

/* Names hold no control characters, so these two are all there is to
 * escape. */
static char *
add_string(char *out, const char *text)
{
	*out++ = '"';
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			*out++ = '\\';
		*out++ = *text;
	}
	*out++ = '"';
	return out;
}

static size_t
room_of(const char *text)
{
	return text == NULL ? 0 : 2 * strlen(text) + 3;
}

const char *
omni__references_write(struct omni__arena *arena,
    const struct omni__reference *references, size_t count)
{
	size_t room = 3, i;
	char *text, *out;

	for (i = 0; i < count; i++)
		room += 3 + room_of(references[i].type) +
		    room_of(references[i].key) +
		    room_of(references[i].status);
	text = out = omni__arena_alloc(arena, room);
	if (text == NULL)
		return NULL;
	for (i = 0; i < count; i++) {
		*out++ = i == 0 ? '[' : ',';
		*out++ = '[';
		out = add_string(out, references[i].type);
		*out++ = ',';
		out = add_string(out, references[i].key);
		if (references[i].status != NULL) {
			*out++ = ',';
			out = add_string(out, references[i].status);
		}
		*out++ = ']';
	}
	*out++ = ']';
	*out = '\0';
	return text;
}

/* ---- reading -------------------------------------------------------- */

static bool
hex_digit(char c, unsigned *value)
{
	if (c >= '0' && c <= '9')
		*value = *value * 16 + (unsigned)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*value = *value * 16 + (unsigned)(c - 'a') + 10;
	else
		return false;
	return true;
}

/* What stands behind a backslash; 0 when it is none of ours. */
static char
unescape(const char **at)
{
	unsigned value = 0;
	const char *text = *at;
	int i;

	if (*text == '"' || *text == '\\') {
		*at = text + 1;
		return *text;
	}
	if (*text != 'u')
		return '\0';
	for (i = 1; i <= 4; i++)
		if (!hex_digit(text[i], &value))
			return '\0';
	*at = text + 5;
	return value < 0x80 ? (char)value : '\0';
}

static omni_status
copy_escaped(struct omni__arena *arena, const char **at,
    struct omni__slice *slice)
{
	const char *text = *at;
	char *copy, *out;

	copy = out = omni__arena_alloc(arena, strlen(text) + 1);
	if (copy == NULL)
		return OMNI_NOMEM;
	while (*text != '"') {
		char c = *text++;

		if (c == '\\')
			c = unescape(&text);
		if (c == '\0')
			return OMNI_CORRUPT;
		*out++ = c;
	}
	slice->bytes = copy;
	slice->size = (size_t)(out - copy);
	*at = text + 1;
	return OMNI_OK;
}

omni_status
omni__string_next(struct omni__arena *arena, const char **at,
    struct omni__slice *slice)
{
	const char *text = *at, *end;

	if (*text++ != '"')
		return OMNI_CORRUPT;
	for (end = text; *end != '"'; end++) {
		if (*end == '\0')
			return OMNI_CORRUPT;
		if (*end == '\\') {
			*at = text;
			return copy_escaped(arena, at, slice);
		}
	}
	slice->bytes = text;
	slice->size = (size_t)(end - text);
	*at = end + 1;
	return OMNI_OK;
}

size_t
omni__references_bound(const char *text)
{
	size_t count = 0;

	while ((text = strchr(text, '[')) != NULL) {
		text++;
		count++;
	}
	return count;
}

omni_status
omni__reference_next(struct omni__arena *arena, const char **at,
    struct omni__mention *mention)
{
	struct omni__slice *const parts[] = {
		&mention->type, &mention->key, &mention->status
	};
	omni_status status;
	size_t i;

	if (**at == ']')
		return (*at)[1] == '\0' ? OMNI_DONE : OMNI_CORRUPT;
	/* "[[" before the first, ",[" before the others. */
	if ((**at != '[' && **at != ',') || (*at)[1] != '[')
		return OMNI_CORRUPT;
	*at += 2;
	mention->status.bytes = NULL;
	mention->status.size = 0;
	for (i = 0; i < OMNI__COUNT(parts); i++) {
		status = omni__string_next(arena, at, parts[i]);
		if (status != OMNI_OK)
			return status;
		if (**at == ']')
			break;
		if (*(*at)++ != ',')
			return OMNI_CORRUPT;
	}
	if (i == 0 || i == OMNI__COUNT(parts))
		return OMNI_CORRUPT;
	(*at)++;
	return OMNI_OK;
}
