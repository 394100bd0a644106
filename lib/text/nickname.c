/*
 * Names that people are called by: Bill is William, Kalle is Karl, Pepe is
 * Josef or José.  The names are data (nicknames.txt); two are related when
 * some group holds both.
 */
#include <string.h>

#include "text/text.h"
#include "text/nickname_table.h"

_Static_assert(OMNI__COUNT(nickname_slots) == NICKNAME_SLOTS &&
    OMNI__COUNT(nicknames) < NICKNAME_SLOTS / 2, "the table is not crowded");

/* Fowler, Noll, Vo: as the generator has it. */
static uint32_t
hash(const char *text, size_t size)
{
	uint32_t value = UINT32_C(0x811c9dc5);
	size_t i;

	for (i = 0; i < size; i++)
		value = (value ^ (unsigned char)text[i]) *
		    UINT32_C(0x01000193);
	return value;
}

static const struct nickname *
find(const char *text, size_t size)
{
	size_t at;

	if (size < 2 || size > NICKNAME_LONGEST)
		return NULL;
	for (at = hash(text, size) % NICKNAME_SLOTS; nickname_slots[at] != 0;
	    at = (at + 1) % NICKNAME_SLOTS) {
		const struct nickname *row =
		    &nicknames[nickname_slots[at] - 1];

		if (row->size == size && memcmp(row->name, text, size) == 0)
			return row;
	}
	return NULL;
}

bool
omni__name_related(const char *a, size_t a_size, const char *b,
    size_t b_size)
{
	const struct nickname *x = find(a, a_size), *y;
	const uint16_t *i, *j, *i_end, *j_end;

	if (x == NULL || (y = find(b, b_size)) == NULL)
		return false;
	i = nickname_groups + x->first;
	j = nickname_groups + y->first;
	i_end = i + x->groups;
	j_end = j + y->groups;
	while (i < i_end && j < j_end) {
		if (*i == *j)
			return true;
		if (*i < *j)
			i++;
		else
			j++;
	}
	return false;
}
