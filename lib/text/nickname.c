/*
 * Names that people are called by: Bill is William, Kalle is Karl, Pepe is
 * Josef or José.  The names are data (nicknames.txt); two are related when
 * some group holds both.
 */
#include <string.h>

#include "text/text.h"
#include "text/nickname_table.h"

_Static_assert(sizeof(nicknames) <= UINT16_MAX, "offsets are of two bytes");

/* The groups that hold a name, as numbers of two bytes. */
struct groups {
	const uint8_t *at, *end;
};

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

static bool
find(const char *text, size_t size, struct groups *groups)
{
	const uint8_t *row, *end;
	size_t bucket;

	if (size < 2 || size > NICKNAME_LONGEST)
		return false;
	bucket = hash(text, size) % NICKNAME_BUCKETS;
	row = nicknames + nickname_buckets[bucket];
	end = nicknames + nickname_buckets[bucket + 1];
	for (; row < end; row = groups->end) {
		groups->at = row + 1 + row[0] + 1;
		groups->end = groups->at + 2 * groups->at[-1];
		if (row[0] == size && memcmp(row + 1, text, size) == 0)
			return true;
	}
	return false;
}

bool
omni__name_related(const char *a, size_t a_size, const char *b,
    size_t b_size)
{
	struct groups x, y;

	if (!find(a, a_size, &x) || !find(b, b_size, &y))
		return false;
	while (x.at < x.end && y.at < y.end) {
		int order = memcmp(x.at, y.at, 2);

		if (order == 0)
			return true;
		if (order < 0)
			x.at += 2;
		else
			y.at += 2;
	}
	return false;
}
