/*
 * The law of permission, as a pure function over statements in memory, so
 * that it can be tested against a naive reading of the same law.
 */
#include <string.h>

#include "routing/routing.h"

/* ---- scopes --------------------------------------------------------- */

static bool
channels_hold(const struct omni__said *s, const char *channel)
{
	return s->channel == NULL ||
	    (channel != NULL && strcmp(s->channel, channel) == 0);
}

static bool
contains(const struct omni__said *s, const struct omni__question *q)
{
	if (!omni__purpose_within(q->purpose, s->purpose) ||
	    !channels_hold(s, q->channel))
		return false;
	/* Nobody says yes to what is thought of later. */
	return s->said != OMNI_SAID_GRANT || q->since <= s->happened ||
	    strcmp(s->purpose, q->purpose) == 0;
}

static bool
scope_within(const struct omni__said *inner, const struct omni__said *outer)
{
	return omni__purpose_within(inner->purpose, outer->purpose) &&
	    channels_hold(outer, inner->channel);
}

/* ---- grants and withdrawals ----------------------------------------- */

/* A yes that is still to come is none. */
static bool
spoken(const struct omni__said *g, const struct omni__question *q)
{
	return g->said == OMNI_SAID_GRANT && g->happened <= q->at &&
	    contains(g, q);
}

static bool
live(const struct omni__said *g, const struct omni__question *q)
{
	return spoken(g, q) && q->at < g->expiry;
}

static bool
seen(const struct omni__said *g, const struct omni__said *w)
{
	size_t i;

	for (i = 0; i < g->seen_count; i++)
		if (g->seen[i] == w->mark)
			return true;
	return false;
}

/* The same source has seen what it told before. */
static bool
covers(const struct omni__said *g, const struct omni__said *w)
{
	return w->happened < g->happened && !g->doubtful &&
	    (strcmp(w->source, g->source) == 0 || seen(g, w)) &&
	    scope_within(g, w);
}

/* Does any yes after place i lift it? */
static bool
lifted(const struct omni__said *said, size_t count, size_t i,
    const struct omni__question *q)
{
	size_t k;

	for (k = count; k-- > i + 1;)
		if (live(&said[k], q) && covers(&said[k], &said[i]))
			return true;
	return false;
}

static const struct omni__said *
open_withdrawal(const struct omni__said *said, size_t count,
    const struct omni__question *q)
{
	size_t i;

	for (i = count; i-- > 0;)
		if (said[i].said == OMNI_SAID_WITHDRAW &&
		    contains(&said[i], q) && !lifted(said, count, i, q))
			return &said[i];
	return NULL;
}

static const struct omni__said *
newest_grant(const struct omni__said *said, size_t count,
    const struct omni__question *q)
{
	const struct omni__said *expired = NULL;
	size_t i;

	for (i = count; i-- > 0;) {
		if (live(&said[i], q))
			return &said[i];
		if (expired == NULL && spoken(&said[i], q))
			expired = &said[i];
	}
	return expired;
}

void
omni__permission(const struct omni__said *said, size_t count,
    const struct omni__question *q, struct omni__permit *permit)
{
	permit->reason = 0;
	permit->withdrawal = open_withdrawal(said, count, q);
	permit->grant = newest_grant(said, count, q);
	if (q->basis == OMNI_BASIS_CONTRACT || q->basis == OMNI_BASIS_LAW)
		return;
	if (permit->withdrawal != NULL)
		permit->reason = OMNI_REASON_WITHDRAWN;
	else if (q->basis == OMNI_BASIS_INTEREST)
		return;
	else if (permit->grant == NULL)
		permit->reason = OMNI_REASON_NO_CONSENT;
	else if (!live(permit->grant, q))
		permit->reason = OMNI_REASON_EXPIRED;
}
