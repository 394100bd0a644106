/*
 * How a customer responds on a channel: decayed counts of what was sent and
 * answered, and an estimate that is drawn to the population's rate as far as
 * the customer's own messages are few: the mean of a beta distribution whose
 * prior was learned from everybody (empirical Bayes).
 */
#include <string.h>

#include "routing/routing.h"

/* Half as much after 90 days: 1024 * 2^(-28 n / 90) for n spans. */
static const int16_t decay[] = {
	1024, 825, 665, 536, 432, 348, 281, 226, 182, 147, 119, 96, 77, 62,
	50, 40, 32, 26, 21, 17, 14, 11, 9, 7, 6, 5, 4
};
_Static_assert(OMNI__COUNT(decay) == OMNI__SPANS_COUNTED, "two years");

/* More messages in four weeks than anybody gets. */
#define MOST 1000000

static int64_t
limited(int64_t count, int64_t most)
{
	return count < 0 ? 0 : count < most ? count : most;
}

/* The share of what was answered, in millionths. */
static int32_t
rate_of(int64_t answered, int64_t sent)
{
	return (int32_t)(answered * 1000000 / sent);
}

static bool
is_usable(const struct omni__prior *prior)
{
	return prior != NULL && prior->answered > 0 &&
	    prior->answered <= INT32_MAX && prior->unanswered > 0 &&
	    prior->unanswered <= INT32_MAX;
}

static void
prior_of(const struct omni__rules *rules, const char *channel,
    struct omni__rate *rate)
{
	const struct omni__prior *prior = omni__rule_prior(rules, channel);

	rate->learned = is_usable(prior);
	if (!rate->learned)
		prior = omni__rule_prior(rules, OMNI__PRIOR_OTHERS);
	rate->prior_answered = is_usable(prior) ? prior->answered :
	    OMNI__PRIOR_ANSWERED;
	rate->prior_unanswered = is_usable(prior) ? prior->unanswered :
	    OMNI__PRIOR_UNANSWERED;
}

void
omni__affinity(const struct omni__rules *rules,
    const struct omni__recipient *recipient, const char *channel, int64_t at,
    struct omni__rate *rate)
{
	int64_t now = omni__span_of(at), strength;
	size_t i;

	memset(rate, 0, sizeof(*rate));
	prior_of(rules, channel, rate);
	for (i = 0; i < recipient->response_count; i++) {
		const struct omni__response *r = &recipient->responses[i];
		int64_t age = now - r->span, sent = limited(r->sent, MOST);

		if (age < 0 || age >= OMNI__SPANS_COUNTED ||
		    strcmp(r->channel, channel) != 0)
			continue;
		rate->sent += sent * decay[age];
		rate->answered += limited(r->answered, sent) * decay[age];
	}
	strength = rate->prior_answered + rate->prior_unanswered;
	rate->population = rate_of(rate->prior_answered, strength);
	rate->estimate = rate_of(rate->answered + rate->prior_answered,
	    rate->sent + strength);
}
