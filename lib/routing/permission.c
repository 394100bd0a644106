/*
 * The law of permission, as a pure function over statements in memory, so
 * that it can be tested against a naive reading of the same law.
 */
#include <string.h>

#include "routing/routing.h"

static bool
same_address(const unsigned char *a, const unsigned char *b)
{
	return a == b ||
	    (a != NULL && b != NULL && memcmp(a, b, OMNI__ID) == 0);
}

/* ---- scopes --------------------------------------------------------- */

static bool
contains_channel(const struct omni__said *s,
    const struct omni_channel *channel)
{
	if (s->channel != NULL)
		return channel != NULL &&
		    strcmp(s->channel, channel->head.name) == 0;
	return s->medium == 0 ||
	    (channel != NULL && s->medium == channel->medium);
}

static bool
contains(const struct omni__said *s, const struct omni__question *q)
{
	const struct omni_purpose *purpose = q->rule->purpose;

	if ((s->brand != NULL && !omni__same(s->brand, q->brand)) ||
	    !contains_channel(s, q->channel) ||
	    !omni__purpose_within(purpose->head.name, s->purpose))
		return false;
	/* Nobody says yes to what is thought of later. */
	return s->said != OMNI_SAID_GRANT || q->rule->since <= s->happened ||
	    strcmp(s->purpose, purpose->head.name) == 0;
}

/* Does a channel that one of them names, or NULL, lie within the other's?
 * rules: to know a channel's medium. */
static bool
channels_within(const struct omni__said *inner,
    const struct omni__said *outer, const struct omni__rules *rules)
{
	const struct omni_channel *channel;

	if (outer->channel != NULL)
		return omni__same(inner->channel, outer->channel);
	if (outer->medium == 0 || outer->medium == inner->medium)
		return true;
	if (inner->channel == NULL)
		return false;
	channel = omni__rule_channel(rules, inner->channel);
	return channel != NULL && channel->medium == outer->medium;
}

static bool
scope_within(const struct omni__said *inner, const struct omni__said *outer,
    const struct omni__rules *rules)
{
	return (outer->brand == NULL ||
	    omni__same(inner->brand, outer->brand)) &&
	    omni__purpose_within(inner->purpose, outer->purpose) &&
	    channels_within(inner, outer, rules);
}

/* ---- a yes, and when it counts -------------------------------------- */

/* What was said, and what is asked of it; without a question what is asked is
 * how each stands by itself. */
struct law {
	const struct omni__said *said;
	size_t count;
	const struct omni__rules *rules;
	int64_t at;
	const struct omni__question *q;
	size_t from, to;	/* the first confirmation, behind the last */
};

/* Whoever is bombed with forms has thousands of yeses that nobody confirms,
 * and each is asked of often. */
static void
find_confirmations(struct law *law)
{
	size_t i;

	for (i = 0; i < law->count; i++) {
		if (law->said[i].said != OMNI_SAID_CONFIRM)
			continue;
		if (law->to == 0)
			law->from = i;
		law->to = i + 1;
	}
}

/* The purpose that makes demands on a yes; NULL when none is defined. */
static const struct omni__purpose_rule *
rule_of(const struct law *law, const struct omni__said *g)
{
	return law->q != NULL ? law->q->rule :
	    omni__rule_purpose(law->rules, g->purpose);
}

static int64_t
later(int64_t time, int64_t days)
{
	return time > INT64_MAX - 1 - days * OMNI__DAY ? INT64_MAX - 1 :
	    time + days * OMNI__DAY;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
grant_end(const struct omni__said *g, const struct omni__rules *rules,
    const struct omni__purpose_rule *rule)
{
	const struct omni_wording *wording = g->wording == NULL ? NULL :
	    omni__rule_wording(rules, g->wording);
	int64_t end = g->expiry;

	if (wording != NULL && wording->expiry != OMNI_TIME_UNKNOWN)
		end = least(end, wording->expiry);
	if (wording != NULL && wording->days > 0)
		end = least(end, later(g->happened, wording->days));
	if (rule != NULL && rule->purpose->renewal > 0)
		end = least(end, later(g->happened, rule->purpose->renewal));
	return end;
}

int64_t
omni__grant_end(const struct omni__said *g, const struct omni__question *q)
{
	return grant_end(g, q->rules, q->rule);
}

/* The first that was not said before. */
static size_t
first_since(const struct law *law, int64_t time)
{
	size_t low = 0, high = law->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (law->said[middle].happened < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A no of the same things between a yes and its confirmation. */
static bool
refused_between(const struct law *law, const struct omni__said *g,
    int64_t until)
{
	size_t i;

	for (i = first_since(law, g->happened);
	    i < law->count && law->said[i].happened <= until; i++) {
		const struct omni__said *w = &law->said[i];

		if (w->said == OMNI_SAID_WITHDRAW && (law->q != NULL ?
		    contains(w, law->q) : scope_within(g, w, law->rules)))
			return true;
	}
	return false;
}

/* Is it about the very same? */
static bool
repeats(const struct omni__said *k, const struct omni__said *g)
{
	return k->medium == g->medium && omni__same(k->purpose, g->purpose) &&
	    omni__same(k->channel, g->channel) &&
	    omni__same(k->brand, g->brand) &&
	    omni__same(k->wording, g->wording) &&
	    same_address(k->address, g->address);
}

static bool
confirms(const struct law *law, const struct omni__said *k,
    const struct omni__said *g)
{
	int64_t until = g->happened +
	    rule_of(law, g)->purpose->confirm * OMNI__SECOND;

	return k->said == OMNI_SAID_CONFIRM && !k->doubtful &&
	    k->happened >= g->happened &&
	    k->happened <= least(until, law->at) && repeats(k, g);
}

static bool
must_confirm(const struct law *law, const struct omni__said *g)
{
	const struct omni__purpose_rule *rule = rule_of(law, g);

	return rule != NULL && rule->purpose->confirm > 0;
}

/* What makes a pending yes count: the first that does.  Where a no comes
 * before it, it comes before all others. */
static const struct omni__said *
confirmation(const struct law *law, const struct omni__said *g)
{
	size_t first = first_since(law, g->happened), i;

	for (i = first > law->from ? first : law->from; i < law->to; i++)
		if (confirms(law, &law->said[i], g))
			return refused_between(law, g,
			    law->said[i].happened) ? NULL : &law->said[i];
	return NULL;
}

/* A yes that is still to come is none. */
static bool
spoken(const struct law *law, const struct omni__said *g)
{
	return g->said == OMNI_SAID_GRANT && g->happened <= law->at &&
	    (law->q == NULL || contains(g, law->q));
}

/* Why a yes that was spoken does not count there and then; 0: it does. */
static int32_t
falls(const struct law *law, const struct omni__said *g)
{
	if (law->q != NULL && g->address != NULL &&
	    !same_address(g->address, law->q->address))
		return OMNI_REASON_OTHER_ADDRESS;
	if (law->at >= grant_end(g, law->rules, rule_of(law, g)))
		return OMNI_REASON_EXPIRED;
	return must_confirm(law, g) && confirmation(law, g) == NULL ?
	    OMNI_REASON_NOT_CONFIRMED : 0;
}

/* ---- a no, and what lifts it ---------------------------------------- */

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
covers(const struct omni__said *g, const struct omni__said *w,
    const struct omni__rules *rules)
{
	return w->happened < g->happened && !g->doubtful &&
	    (strcmp(w->source, g->source) == 0 || seen(g, w)) &&
	    scope_within(g, w, rules);
}

static bool
lifts(const struct law *law, const struct omni__said *g,
    const struct omni__said *w)
{
	return spoken(law, g) && covers(g, w, law->rules) &&
	    falls(law, g) == 0;
}

/* Does any yes after place i lift it? */
static bool
lifted(const struct law *law, size_t i)
{
	size_t k;

	for (k = law->count; k-- > i + 1;)
		if (lifts(law, &law->said[k], &law->said[i]))
			return true;
	return false;
}

static const struct omni__said *
open_withdrawal(const struct law *law)
{
	size_t i;

	for (i = law->count; i-- > 0;)
		if (law->said[i].said == OMNI_SAID_WITHDRAW &&
		    contains(&law->said[i], law->q) && !lifted(law, i))
			return &law->said[i];
	return NULL;
}

/* ---- the answer ----------------------------------------------------- */

/* The newest yes that counts; else the newest, and why it does not. */
static int32_t
newest_grant(const struct law *law, const struct omni__said **grant)
{
	int32_t reason = OMNI_REASON_NO_CONSENT;
	size_t i;

	*grant = NULL;
	for (i = law->count; i-- > 0;) {
		int32_t why;

		if (!spoken(law, &law->said[i]))
			continue;
		why = falls(law, &law->said[i]);
		if (*grant == NULL || why == 0) {
			*grant = &law->said[i];
			reason = why;
		}
		if (why == 0)
			break;
	}
	return reason;
}

static const struct omni__said *
newest_told(const struct law *law)
{
	size_t i;

	for (i = law->count; i-- > 0;)
		if (law->said[i].said == OMNI_SAID_TOLD &&
		    law->said[i].happened <= law->at &&
		    contains(&law->said[i], law->q))
			return &law->said[i];
	return NULL;
}

/* A customer who bought, and was told how to say no; who has said yes need
 * not have. */
static int32_t
soft(const struct law *law, struct omni__permit *permit)
{
	const struct omni__question *q = law->q;

	permit->told = newest_told(law);
	return permit->told != NULL && q->sale != INT64_MIN &&
	    q->sale <= q->at &&
	    q->at <= later(q->sale, q->rule->purpose->sale_days) ? 0 :
	    OMNI_REASON_NO_SALE;
}

void
omni__permission(const struct omni__said *said, size_t count,
    const struct omni__question *q, struct omni__permit *permit)
{
	struct law law = { said, count, q->rules, q->at, q, 0, 0 };
	int32_t why;

	memset(permit, 0, sizeof(*permit));
	if (q->rule->purpose->confirm > 0)
		find_confirmations(&law);
	permit->basis = omni__purpose_basis(q->rule->purpose,
	    q->channel != NULL ? q->channel->head.name : NULL, q->region);
	permit->withdrawal = open_withdrawal(&law);
	why = newest_grant(&law, &permit->grant);
	if (why == 0 && q->rule->purpose->confirm > 0)
		permit->confirm = confirmation(&law, permit->grant);
	if (why != 0 && permit->basis != OMNI_BASIS_CONSENT)
		permit->grant = NULL;
	if (permit->basis == OMNI_BASIS_CONTRACT ||
	    permit->basis == OMNI_BASIS_LAW)
		return;
	if (permit->withdrawal != NULL)
		permit->reason = OMNI_REASON_WITHDRAWN;
	else if (permit->basis == OMNI_BASIS_SOFT && why != 0)
		permit->reason = soft(&law, permit);
	else if (permit->basis == OMNI_BASIS_CONSENT)
		permit->reason = why;
}

/* ---- how each stands ------------------------------------------------ */

/* What a yes takes in another takes in, too. */
static bool
takes_in(const struct law *law, const struct omni__said *outer,
    const struct omni__said *inner)
{
	return scope_within(inner, outer, law->rules) &&
	    (outer->address == NULL ||
	    same_address(inner->address, outer->address));
}

/* Is a no lifted for all that a statement (a yes, or itself) is about? */
static const struct omni__said *
lifted_for(const struct law *law, const struct omni__said *w,
    const struct omni__said *inner)
{
	size_t i;

	for (i = law->count; i-- > 0;)
		if (takes_in(law, &law->said[i], inner) &&
		    lifts(law, &law->said[i], w))
			return &law->said[i];
	return NULL;
}

static int32_t
standing_no(const struct law *law, size_t i, const struct omni__said **by)
{
	const struct omni__said *w = &law->said[i];
	const struct omni__said bare = { .purpose = w->purpose,
	    .channel = w->channel, .medium = w->medium, .brand = w->brand };
	size_t k;

	if ((*by = lifted_for(law, w, &bare)) != NULL)
		return OMNI_STANDING_LIFTED;
	for (k = law->count; k-- > i + 1;)
		if (law->said[k].said == OMNI_SAID_WITHDRAW &&
		    scope_within(w, &law->said[k], law->rules) &&
		    lifted_for(law, &law->said[k], &bare) == NULL) {
			*by = &law->said[k];
			return OMNI_STANDING_REPLACED;
		}
	/* A yes to a part of it leaves the rest. */
	for (k = law->count; k-- > i + 1 && *by == NULL;)
		if (lifts(law, &law->said[k], w))
			*by = &law->said[k];
	return OMNI_STANDING_HOLDS;
}

static int32_t
standing_yes(const struct law *law, size_t i, const struct omni__said **by)
{
	const struct omni__said *g = &law->said[i], *k;
	int32_t why;
	size_t n;

	for (n = law->count; n-- > 0;) {
		k = *by = &law->said[n];
		if (k->said == OMNI_SAID_WITHDRAW &&
		    scope_within(g, k, law->rules) &&
		    lifted_for(law, k, g) == NULL)
			return OMNI_STANDING_WITHDRAWN;
	}
	for (n = law->count; n-- > i + 1;) {
		k = *by = &law->said[n];
		if (spoken(law, k) && takes_in(law, k, g) &&
		    falls(law, k) == 0)
			return OMNI_STANDING_REPLACED;
	}
	why = falls(law, g);
	*by = why == 0 && must_confirm(law, g) ? confirmation(law, g) : NULL;
	return why == 0 ? OMNI_STANDING_HOLDS :
	    why == OMNI_REASON_EXPIRED ? OMNI_STANDING_EXPIRED :
	    OMNI_STANDING_PENDING;
}

/* What confirms nothing that asks for it came too late. */
static int32_t
standing_again(const struct law *law, const struct omni__said *k)
{
	size_t i;

	if (!must_confirm(law, k))
		return OMNI_STANDING_HOLDS;
	for (i = 0; i < law->count; i++)
		if (spoken(law, &law->said[i]) &&
		    strcmp(law->said[i].purpose, k->purpose) == 0 &&
		    confirms(law, k, &law->said[i]) &&
		    !refused_between(law, &law->said[i], k->happened))
			return OMNI_STANDING_HOLDS;
	return OMNI_STANDING_EXPIRED;
}

/* Of what is no permission the last word holds; quiet hours of different
 * scopes hold together. */
static int32_t
standing_else(const struct law *law, size_t i, const struct omni__said **by)
{
	const struct omni__said *s = &law->said[i];
	size_t k;

	for (k = law->count; k-- > i + 1;) {
		const struct omni__said *other = &law->said[k];

		if (other->said != s->said ||
		    !scope_within(s, other, law->rules) ||
		    (s->said == OMNI_SAID_QUIET &&
		    !scope_within(other, s, law->rules)))
			continue;
		*by = other;
		return OMNI_STANDING_REPLACED;
	}
	return OMNI_STANDING_HOLDS;
}

int32_t
omni__standing(const struct omni__said *said, size_t count, size_t i,
    const struct omni__rules *rules, int64_t at,
    const struct omni__said **by)
{
	struct law law = { said, count, rules, at, NULL, 0, 0 };

	*by = NULL;
	find_confirmations(&law);
	switch (said[i].said) {
	case OMNI_SAID_GRANT:
		return standing_yes(&law, i, by);
	case OMNI_SAID_WITHDRAW:
		return standing_no(&law, i, by);
	case OMNI_SAID_CONFIRM:
		return standing_again(&law, &said[i]);
	default:
		return standing_else(&law, i, by);
	}
}
