/*
 * Punycode: a label's ASCII first, then where and which the others are, as
 * numbers of variable length whose base adapts (RFC 3492, 6.1 and 6.3).
 */
#include "text/punycode.h"

enum {
	BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700,
	BIAS_START = 72, N_START = 128
};

struct encoder {
	char *out;
	size_t size;		/* > OMNI__PUNYCODE_ROOM once it overflowed */
	uint32_t bias;
};

static void
put(struct encoder *e, uint32_t digit)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	if (e->size < OMNI__PUNYCODE_ROOM)
		e->out[e->size] = digits[digit];
	e->size++;
}

static uint32_t
adapt(uint32_t delta, uint32_t points, int first)
{
	uint32_t k = 0;

	delta /= first ? DAMP : 2;
	delta += delta / points;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static void
put_number(struct encoder *e, uint32_t q)
{
	uint32_t k, t;

	for (k = BASE;; k += BASE) {
		t = k <= e->bias ? T_MIN :
		    k >= e->bias + T_MAX ? T_MAX : k - e->bias;
		if (q < t)
			break;
		put(e, t + (q - t) % (BASE - t));
		q = (q - t) / (BASE - t);
	}
	put(e, q);
}

/* The smallest character that is not below n. */
static uint32_t
next_point(const int32_t *label, size_t count, uint32_t n)
{
	uint32_t least = UINT32_MAX;
	size_t i;

	for (i = 0; i < count; i++)
		if ((uint32_t)label[i] >= n && (uint32_t)label[i] < least)
			least = (uint32_t)label[i];
	return least;
}

size_t
omni__punycode_encode(char out[OMNI__PUNYCODE_ROOM], const int32_t *label,
    size_t count)
{
	struct encoder e = { out, 0, BIAS_START };
	uint32_t n = N_START, delta = 0, basic, done, point;
	size_t i;

	/* Then no number below exceeds 0x110000 * 60. */
	if (count > OMNI__PUNYCODE_ROOM)
		return 0;
	for (i = 0; i < count; i++)
		if (label[i] < N_START && e.size < OMNI__PUNYCODE_ROOM)
			out[e.size++] = (char)label[i];
	done = basic = (uint32_t)e.size;
	if (basic > 0 && e.size < OMNI__PUNYCODE_ROOM)
		out[e.size++] = '-';
	for (; done < count && e.size <= OMNI__PUNYCODE_ROOM; delta++, n++) {
		point = next_point(label, count, n);
		delta += (point - n) * (done + 1);
		n = point;
		for (i = 0; i < count; i++) {
			if ((uint32_t)label[i] < n)
				delta++;
			if ((uint32_t)label[i] != n)
				continue;
			put_number(&e, delta);
			e.bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
	}
	return e.size <= OMNI__PUNYCODE_ROOM ? e.size : 0;
}
