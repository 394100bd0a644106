/*
 * How the population responds on each channel, and how much customers differ
 * in it: a beta distribution by moments.  Of customers with n messages and k
 * answers, weighted by n (Kleinman, Proportions with extraneous variance,
 * JASA 68, 1973):
 *
 *	p = K / N		K = sum k, N = sum n, over m customers
 *	S = sum n (k/n - p)^2 = sum k^2/n - K p
 *	E S = p (1 - p) ((1 - g) (m - 1) + g (N - sum n^2 / N))
 *
 * gives g = 1 / (a + b + 1), from which a = p (a + b).  In integers, so that
 * every processor learns the same; all sums are of one pass.
 */
#include "routing/learn.h"

/* ---- moments -------------------------------------------------------- */

/* Fractions are in 1 / 2^24.  More messages than LARGEST tell no more of one
 * customer: with it no sum overflows before 2^27 customers. */
#define ONE (INT64_C(1) << 24)
#define LARGEST 4095

void
omni__moments_add(struct omni__moments *m, int64_t sent, int64_t answered)
{
	if (sent <= 0)
		return;
	if (answered > sent)
		answered = sent;
	if (sent > LARGEST) {
		answered = answered * LARGEST / sent;
		sent = LARGEST;
	}
	m->customers++;
	m->sent += sent;
	m->answered += answered;
	m->squares += sent * sent;
	m->ratios += (answered * answered * ONE + sent / 2) / sent;
}

/* a / b as a fraction, rounded down; both below 2^51 and not negative. */
static int64_t
fraction(int64_t a, int64_t b)
{
	return a / b * ONE + (int64_t)((uint64_t)(a % b) *
	    (uint64_t)ONE / (uint64_t)b);
}

/* a + b in 1/1024 of a message, where g = num / den. */
static int64_t
strength_of(int64_t num, int64_t den)
{
	int64_t strength;

	if (den <= 0)
		return OMNI__STRENGTH;
	if (num <= 0)
		return OMNI__STRENGTH_MOST;
	strength = (den - num) / num * 1024 + (den - num) % num * 1024 / num;
	if (strength < OMNI__STRENGTH_LEAST)
		return OMNI__STRENGTH_LEAST;
	return strength < OMNI__STRENGTH_MOST ? strength :
	    OMNI__STRENGTH_MOST;
}

/* Per customer, so that the numbers stay small: num = S / (p q) - (m - 1),
 * den = N - sum n^2 / N - (m - 1). */
static int64_t
strength(const struct omni__moments *m, int64_t p)
{
	int64_t count = m->customers;
	int64_t answered = fraction(m->answered, count);
	int64_t spread = m->ratios / count - p * answered / ONE;
	int64_t binomial = (p * (ONE - p)) >> 10;	/* in 2^-38 */
	int64_t rest = ONE - ONE / count, num, den;

	if (binomial <= 0 || spread < 0)
		return OMNI__STRENGTH;
	/* In 2^-48 by 2^-38: in 2^-10; and then 14 bits more. */
	spread <<= 24;
	num = (spread / binomial << 14) +
	    ((spread % binomial << 14) / binomial) - rest;
	den = fraction(m->sent, count) -
	    fraction(m->squares, m->sent) / count - rest;
	return strength_of(num, den);
}

bool
omni__moments_learn(const struct omni__moments *m, int64_t *answered,
    int64_t *unanswered)
{
	int64_t p, sum;

	if (m->customers < OMNI__LEARNED_LEAST || m->answered == 0)
		return false;
	p = fraction(m->answered, m->sent);
	sum = strength(m, p);
	*answered = (p * sum + ONE / 2) / ONE;
	if (*answered < 1)
		*answered = 1;
	if (*answered > sum - 1)
		*answered = sum - 1;
	*unanswered = sum - *answered;
	return true;
}
