/*
 * Values in PostgreSQL's binary form: arrays of parameters out, columns of
 * results in.  Big-endian, as on the wire.
 */
#include <string.h>

#include "store/postgres_store.h"

/* Numbers of built-in types, fixed since they exist (pg_type.dat). */
enum {
	TYPE_BOOL = 16, TYPE_BYTEA = 17, TYPE_CHAR = 18, TYPE_NAME = 19,
	TYPE_INT8 = 20, TYPE_INT2 = 21, TYPE_INT4 = 23, TYPE_TEXT = 25,
	TYPE_JSON = 114, TYPE_UNKNOWN = 705, TYPE_BYTEA_ARRAY = 1001,
	TYPE_TEXT_ARRAY = 1009, TYPE_INT8_ARRAY = 1016, TYPE_BPCHAR = 1042,
	TYPE_VARCHAR = 1043, TYPE_NUMERIC = 1700,
};

#define ARRAY_HEAD 20

/* ---- parameters ----------------------------------------------------- */

Oid
omni__postgres_array_type(char type)
{
	return type == 'i' ? TYPE_INT8_ARRAY : type == 't' ?
	    TYPE_TEXT_ARRAY : TYPE_BYTEA_ARRAY;
}

static unsigned char *
put32(unsigned char *out, uint32_t number)
{
	out[0] = (unsigned char)(number >> 24);
	out[1] = (unsigned char)(number >> 16);
	out[2] = (unsigned char)(number >> 8);
	out[3] = (unsigned char)number;
	return out + 4;
}

static unsigned char *
put64(unsigned char *out, uint64_t number)
{
	return put32(put32(out, (uint32_t)(number >> 32)), (uint32_t)number);
}

static size_t
value_size(const struct omni__value *value)
{
	return value->type == OMNI__NULL ? 4 : value->type == OMNI__INT ?
	    12 : 4 + (size_t)value->size;
}

size_t
omni__postgres_array_size(const struct omni__value *first, size_t stride,
    size_t rows)
{
	size_t size = ARRAY_HEAD, i;

	for (i = 0; i < rows; i++)
		size += value_size(first + i * stride);
	return size;
}

static unsigned char *
write_value(unsigned char *out, const struct omni__value *value)
{
	switch (value->type) {
	case OMNI__NULL:
		return put32(out, UINT32_MAX);
	case OMNI__INT:
		return put64(put32(out, 8), (uint64_t)value->number);
	default:
		out = put32(out, value->size);
		if (value->size > 0)
			memcpy(out, value->bytes, value->size);
		return out + value->size;
	}
}

unsigned char *
omni__postgres_array_write(unsigned char *out, char type,
    const struct omni__value *first, size_t stride, size_t rows)
{
	uint32_t element = type == 'i' ? TYPE_INT8 : type == 't' ? TYPE_TEXT :
	    TYPE_BYTEA;
	size_t i;

	out = put32(out, 1);			/* dimensions */
	out = put32(out, 1);			/* there may be NULLs */
	out = put32(out, element);
	out = put32(out, (uint32_t)rows);
	out = put32(out, 1);			/* the first index */
	for (i = 0; i < rows; i++)
		out = write_value(out, first + i * stride);
	return out;
}

/* ---- results -------------------------------------------------------- */

static uint64_t
get(const unsigned char *bytes, size_t size)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < size; i++)
		number = number << 8 | bytes[i];
	return number;
}

/*
 * Sums of integers are numeric: digits to the base of 10,000, the first of
 * them worth 10,000 to the power of its weight.  Fractions are cut.
 */
static bool
get_numeric(const unsigned char *bytes, size_t size, int64_t *number)
{
	int digits, weight, i;
	uint64_t sum = 0;
	bool negative;

	if (size < 8)
		return false;
	digits = (int16_t)get(bytes, 2);
	weight = (int16_t)get(bytes + 2, 2);
	negative = get(bytes + 4, 2) == 0x4000;
	if ((!negative && get(bytes + 4, 2) != 0) || digits < 0 ||
	    size < 8 + 2 * (size_t)digits)
		return false;
	for (i = 0; i <= weight; i++) {
		uint64_t digit = i < digits ? get(bytes + 8 + 2 * i, 2) : 0;

		if (sum > ((uint64_t)INT64_MAX - digit) / 10000)
			return false;
		sum = sum * 10000 + digit;
	}
	*number = negative ? -(int64_t)sum : (int64_t)sum;
	return true;
}

static bool
get_number(Oid type, const unsigned char *bytes, size_t size,
    int64_t *number)
{
	size_t width = type == TYPE_INT8 ? 8 : type == TYPE_INT4 ? 4 :
	    type == TYPE_INT2 ? 2 : type == TYPE_BOOL ? 1 : 0;

	if (type == TYPE_NUMERIC)
		return get_numeric(bytes, size, number);
	if (width == 0 || size != width)
		return false;
	*number = (int64_t)get(bytes, size);
	if (type == TYPE_INT4)
		*number = (int32_t)*number;
	else if (type == TYPE_INT2)
		*number = (int16_t)*number;
	return true;
}

static bool
is_text(Oid type)
{
	return type == TYPE_TEXT || type == TYPE_VARCHAR ||
	    type == TYPE_BPCHAR || type == TYPE_NAME || type == TYPE_CHAR ||
	    type == TYPE_UNKNOWN || type == TYPE_JSON;
}

bool
omni__postgres_read(const PGresult *result, int row, int column, char type,
    struct omni__value *value)
{
	const char *bytes = PQgetvalue(result, row, column);
	size_t size = (size_t)PQgetlength(result, row, column);
	Oid stored = PQftype(result, column);

	*value = omni__null();
	if (PQgetisnull(result, row, column))
		return true;
	if (type == 'i') {
		value->type = OMNI__INT;
		return get_number(stored, (const unsigned char *)bytes, size,
		    &value->number);
	}
	value->type = type == 't' ? OMNI__TEXT : OMNI__BLOB;
	value->size = (uint32_t)size;
	value->bytes = bytes;
	return type == 't' ? is_text(stored) : stored == TYPE_BYTEA;
}
