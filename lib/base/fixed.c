/*
 * Logarithms in fixed point: weights must be the same bits on every
 * processor, so no floating point takes part.
 */
#include "base/base.h"

/* Bits of a fraction below one, by squaring (Knuth, TAOCP 1.2.2 ex. 25). */
#define FRACTION_BITS 10

_Static_assert(OMNI__BIT == 1 << FRACTION_BITS, "the unit of weights");

/* log2 of value in 1/1024 bits, rounded down. */
static int32_t
log2_fixed(uint64_t value)
{
	int32_t whole = 0, i, result;
	uint64_t x;

	while (whole < 63 && value >> (whole + 1) != 0)
		whole++;
	/* x = value scaled to 1 <= x < 2 with 31 fraction bits. */
	x = whole > 31 ? value >> (whole - 31) : value << (31 - whole);
	result = whole * OMNI__BIT;
	for (i = FRACTION_BITS - 1; i >= 0; i--) {
		x = x * x >> 31;
		if (x >= UINT64_C(1) << 32) {
			x >>= 1;
			result += 1 << i;
		}
	}
	return result;
}

int32_t
omni__log2_ratio(uint64_t numerator, uint64_t denominator)
{
	return log2_fixed(numerator) - log2_fixed(denominator);
}
