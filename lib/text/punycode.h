/*
 * Punycode (RFC 3492), the encoding half.
 */
#ifndef OMNI_PUNYCODE_H
#define OMNI_PUNYCODE_H

#include <stddef.h>
#include <stdint.h>

/* A label on the wire is at most 63 bytes, "xn--" among them. */
#define OMNI__PUNYCODE_ROOM 59

/* The bytes written to out, not ended by a NUL; 0 when they do not fit. */
size_t omni__punycode_encode(char out[OMNI__PUNYCODE_ROOM],
    const int32_t *label, size_t count);

#endif
