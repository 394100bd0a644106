/*
 * Ids and keyed hashes, by libsodium; hexadecimal.
 */
#include <string.h>

#include <sodium.h>

#include "base/base.h"

_Static_assert(crypto_shorthash_BYTES == 8, "SipHash gives 64 bits");
_Static_assert(crypto_shorthash_KEYBYTES <= 32, "the tenant's key holds it");
_Static_assert(OMNI__ID >= crypto_generichash_BYTES_MIN, "ids are BLAKE2b");

uint64_t
omni__hash64(const unsigned char key[32], const void *bytes, size_t size)
{
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t hash = 0;
	size_t i;

	(void)crypto_shorthash(out, bytes, size, key);
	/* Little-endian by hand: equal on every processor. */
	for (i = 0; i < sizeof(out); i++)
		hash |= (uint64_t)out[i] << (8 * i);
	return hash;
}

void
omni__hash_id(const unsigned char key[32], unsigned char out[OMNI__ID],
    const void *bytes, size_t size)
{
	(void)crypto_generichash(out, OMNI__ID, bytes, size, key, 32);
}

void
omni__hex(char *out, const unsigned char *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < size; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * size] = '\0';
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
omni__unhex(unsigned char *out, size_t size, const char *hex)
{
	size_t i;

	for (i = 0; i < size; i++) {
		int high = digit(hex[2 * i]);
		int low = high < 0 ? -1 : digit(hex[2 * i + 1]);

		if (low < 0)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return hex[2 * size] == '\0';
}

void
omni__wipe(void *memory, size_t size)
{
	sodium_memzero(memory, size);
}
