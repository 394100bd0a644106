/*
 * Sorting of many small items by a 64-bit number: least significant digit
 * first (radix sort), in time linear in their count.
 */
#include <string.h>

#include "base/base.h"

#define DIGIT 11
#define DIGITS 6		/* of 64 bits */
#define VALUES (1 << DIGIT)

static uint64_t
number_of(const unsigned char *item)
{
	uint64_t number;

	memcpy(&number, item, sizeof(number));
	return number;
}

static void
count_digits(const unsigned char *items, size_t count, size_t size,
    size_t counts[DIGITS][VALUES])
{
	uint64_t number;
	size_t i, d;

	memset(counts, 0, DIGITS * sizeof(counts[0]));
	for (i = 0; i < count; i++) {
		number = number_of(items + i * size);
		for (d = 0; d < DIGITS; d++)
			counts[d][number >> (d * DIGIT) & (VALUES - 1)]++;
	}
}

/* Counts become places. */
static void
sum_up(size_t counts[VALUES])
{
	size_t v, n, sum = 0;

	for (v = 0; v < VALUES; v++) {
		n = counts[v];
		counts[v] = sum;
		sum += n;
	}
}

static void
deal(const unsigned char *from, unsigned char *to, size_t count, size_t size,
    unsigned int shift, size_t places[VALUES])
{
	size_t i, *place;

	for (i = 0; i < count; i++, from += size) {
		place = &places[number_of(from) >> shift & (VALUES - 1)];
		if (size == 16)
			memcpy(to + 16 * (*place)++, from, 16);
		else
			memcpy(to + 8 * (*place)++, from, 8);
	}
}

void
omni__radix_sort(void *items, void *temporary, size_t count, size_t size)
{
	size_t counts[DIGITS][VALUES], d;
	unsigned char *from = items, *to = temporary, *swap;
	uint64_t first;

	if (count < 2)
		return;
	count_digits(from, count, size, counts);
	first = number_of(from);
	for (d = 0; d < DIGITS; d++) {
		/* All alike in this digit. */
		if (counts[d][first >> (d * DIGIT) & (VALUES - 1)] == count)
			continue;
		sum_up(counts[d]);
		deal(from, to, count, size, (unsigned int)(d * DIGIT),
		    counts[d]);
		swap = from;
		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, count * size);
}
