/*
 * Numbers as bytes that mean the same on every processor.
 */
#include "base/base.h"

void
omni__bytes_put(unsigned char out[8], int64_t number)
{
	int i;

	for (i = 0; i < 8; i++)
		out[i] = (unsigned char)((uint64_t)number >> (56 - 8 * i));
}

int64_t
omni__bytes_get(const unsigned char in[8])
{
	uint64_t number = 0;
	int i;

	for (i = 0; i < 8; i++)
		number = number << 8 | in[i];
	return (int64_t)number;
}
