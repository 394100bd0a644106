/*
 * Runs the byte code of pattern.h: backtracking, which is bounded because
 * the code has no loops.
 */
#include "text/pattern.h"

enum {
	ANY = 0x10, CLASS = 0x20, SPLIT = 0x30, SPLIT_FAR, JUMP, JUMP_FAR,
	SAVE = 0x38, LAST = 0x3e, MATCH = 0x3f
};

struct subject {
	const char *text;
	size_t size;
	bool whole;
	struct omni__pattern_groups *groups;
};

static size_t match(const struct subject *, const uint8_t *, size_t);

static bool
in_class(const uint8_t *code, char c)
{
	unsigned bits = (unsigned)(code[0] & 3) << 8 | code[1];

	return (bits >> (c - '0') & 1) != 0;
}

/* Bytes of the digit op at code that the text satisfies; 0 when it fails. */
static size_t
digits(const struct subject *s, const uint8_t *code, size_t at)
{
	if (code[0] >= ANY && code[0] < CLASS) {
		size_t count = (size_t)(code[0] - ANY) + 1;

		return count <= s->size - at ? count : 0;
	}
	if (at == s->size)
		return 0;
	if (code[0] < ANY)
		return s->text[at] - '0' == code[0];
	return in_class(code, s->text[at]);
}

/* Takes the first way if it leads to a match, with the groups it set. */
static size_t
split(const struct subject *s, const uint8_t *code, size_t at)
{
	struct omni__pattern_groups before = *s->groups;
	size_t end;

	/* Most ways fail at their first digit. */
	if (code[0] < SPLIT && digits(s, code, at) == 0)
		return OMNI__PATTERN_FAIL;
	end = match(s, code, at);
	if (end == OMNI__PATTERN_FAIL)
		*s->groups = before;
	return end;
}

static size_t
match(const struct subject *s, const uint8_t *code, size_t at)
{
	size_t count, distance, end;

	for (;;) {
		uint8_t op = code[0];

		if (op < SPLIT) {
			count = digits(s, code, at);
			if (count == 0)
				return OMNI__PATTERN_FAIL;
			at += count;
			code += op < CLASS ? 1 : 2;
		} else if (op < SAVE) {
			distance = code[1];
			code += 2;
			if (op == SPLIT_FAR || op == JUMP_FAR)
				distance |= (size_t)*code++ << 8;
			if (op <= SPLIT_FAR) {
				end = split(s, code, at);
				if (end != OMNI__PATTERN_FAIL)
					return end;
			}
			code += distance;
		} else if (op < LAST) {
			s->groups->at[op - SAVE] = (uint8_t)at;
			code++;
		} else {
			if ((op == LAST || s->whole) && at != s->size)
				return OMNI__PATTERN_FAIL;
			if (op == MATCH)
				return at;
			code++;
		}
	}
}

size_t
omni__pattern_match(const uint8_t *code, const char *text, size_t size,
    bool whole, struct omni__pattern_groups *groups)
{
	struct omni__pattern_groups unused = {{ 0 }};
	struct subject s = { text, size, whole, groups };

	if (groups == NULL)
		s.groups = &unused;
	else
		*groups = unused;
	return match(&s, code, 0);
}
