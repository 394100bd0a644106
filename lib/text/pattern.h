/*
 * A matcher of digit patterns compiled beforehand: what the numbering plans
 * of phone_table.h need of regular expressions, in a page and without memory.
 *
 *	00-09	that digit
 *	10-1f	1 to 16 digits, any
 *	20-23 b	a digit of the set whose bits 9 to 0 are these
 *	30 d	try what follows; failing that, go on d bytes further
 *	31 d d	the same, d in two bytes, low one first
 *	32 d	go on d bytes further (33 d d)
 *	38-3d	where group 1 starts and ends, 2, 3
 *	3e	only at the end of the text
 *	3f	done
 */
#ifndef OMNI_PATTERN_H
#define OMNI_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OMNI__PATTERN_GROUPS 3
#define OMNI__PATTERN_FAIL SIZE_MAX

struct omni__pattern_groups {
	/* at[2 * n] to at[2 * n + 1] is group n + 1; both 0 when unset, which
	 * a group that takes part never is: it is not empty. */
	uint8_t at[2 * OMNI__PATTERN_GROUPS];
};

/* Text is at most 255 digits '0' to '9'.  Where the match that begins at its
 * start ends, or OMNI__PATTERN_FAIL; `whole` wants it to end with the text. */
size_t omni__pattern_match(const uint8_t *code, const char *text,
    size_t size, bool whole, struct omni__pattern_groups *);

#endif
