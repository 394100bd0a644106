/*
 * The law of permission, read naively: sets of statements and loops over
 * them.
 */
#include <string.h>

#include "decide.h"
#include "omni.h"

bool
o_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool
o_within(const char *purpose, const char *tree)
{
	size_t size = strlen(tree);

	return strcmp(tree, "*") == 0 || strcmp(purpose, tree) == 0 ||
	    (strncmp(purpose, tree, size) == 0 && purpose[size] == '/');
}

const struct o_channel *
o_channel(const struct o_world *w, const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < w->channel_count; i++)
		if (w->channels[i].defined &&
		    strcmp(w->channels[i].name, name) == 0)
			return &w->channels[i];
	return NULL;
}

const struct o_purpose *
o_purpose(const struct o_world *w, const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < w->purpose_count; i++)
		if (strcmp(w->purposes[i].name, name) == 0)
			return &w->purposes[i];
	return NULL;
}

/* ---- scopes --------------------------------------------------------- */

/* Is that channel among those of the statement? */
bool
o_about_channel(const struct o_world *w, const struct o_said *s,
    const char *channel)
{
	const struct o_channel *c = o_channel(w, channel);

	if (s->channel != NULL)
		return strcmp(s->channel, channel) == 0;
	return s->medium == 0 || (c != NULL && c->medium == s->medium);
}

bool
o_about_brand(const struct o_said *s, const char *brand)
{
	return s->brand == NULL || o_same(s->brand, brand);
}

static bool
contains(const struct o_asked *q, const struct o_said *s)
{
	return o_within(q->purpose->name, s->purpose) &&
	    o_about_channel(q->world, s, q->channel->name) &&
	    o_about_brand(s, q->brand);
}

/* A yes may be for one address; a no about one reaches all who have it,
 * wherever else they can be reached. */
static bool
here(const struct o_asked *q, const struct o_said *g)
{
	return g->address < 0 || g->address == q->address;
}

/* Nobody says yes to what is thought of later. */
static bool
reaches(const struct o_asked *q, const struct o_said *g)
{
	return contains(q, g) && (q->purpose->since <= g->time ||
	    strcmp(g->purpose, q->purpose->name) == 0);
}

static bool
channels_within(const struct o_world *w, const struct o_said *inner,
    const struct o_said *outer)
{
	if (outer->channel != NULL)
		return o_same(inner->channel, outer->channel);
	if (outer->medium == 0)
		return true;
	return inner->channel != NULL ?
	    o_about_channel(w, outer, inner->channel) :
	    inner->medium == outer->medium;
}

static bool
scope_within(const struct o_world *w, const struct o_said *inner,
    const struct o_said *outer)
{
	return o_within(inner->purpose, outer->purpose) &&
	    channels_within(w, inner, outer) &&
	    (outer->brand == NULL || o_same(inner->brand, outer->brand));
}

/* ---- does a yes count? ---------------------------------------------- */

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
end_of(const struct o_asked *q, const struct o_said *g)
{
	int64_t end = g->expiry;
	size_t i;

	for (i = 0; i < q->world->wording_count; i++) {
		const struct o_wording *wording = &q->world->wordings[i];

		if (!o_same(wording->name, g->wording))
			continue;
		end = earlier(end, wording->expiry);
		if (wording->days > 0)
			end = earlier(end, g->time + wording->days * O_DAY);
	}
	if (q->purpose->renewal > 0)
		end = earlier(end, g->time + q->purpose->renewal * O_DAY);
	return end;
}

static bool
withdrawn_between(const struct o_asked *q, int64_t from, int64_t to)
{
	size_t i;

	for (i = 0; i < q->count; i++)
		if (q->said[i]->said == OMNI_SAID_WITHDRAW &&
		    contains(q, q->said[i]) &&
		    q->said[i]->time >= from && q->said[i]->time <= to)
			return true;
	return false;
}

static bool
confirms(const struct o_asked *q, const struct o_said *c,
    const struct o_said *g)
{
	return c->said == OMNI_SAID_CONFIRM && c->time <= q->at &&
	    c->time >= g->time &&
	    c->time <= g->time + q->purpose->confirm * O_SECOND &&
	    strcmp(c->purpose, g->purpose) == 0 &&
	    o_same(c->channel, g->channel) && c->medium == g->medium &&
	    o_same(c->brand, g->brand) && o_same(c->wording, g->wording) &&
	    c->address == g->address &&
	    !withdrawn_between(q, g->time, c->time);
}

static bool
confirmed(const struct o_asked *q, const struct o_said *g)
{
	size_t i;

	for (i = 0; i < q->count; i++)
		if (confirms(q, q->said[i], g))
			return true;
	return q->purpose->confirm == 0;
}

static bool
live(const struct o_asked *q, const struct o_said *g)
{
	return g->said == OMNI_SAID_GRANT && reaches(q, g) && here(q, g) &&
	    g->time <= q->at && q->at < end_of(q, g) && confirmed(q, g);
}

/* ---- is a no lifted? ------------------------------------------------ */

/* Two that agree in all of it say the same. */
static bool
says_the_same(const struct o_said *a, const struct o_said *b)
{
	return a->time == b->time && o_same(a->purpose, b->purpose) &&
	    o_same(a->channel, b->channel) && a->medium == b->medium &&
	    o_same(a->brand, b->brand) && a->address == b->address &&
	    o_same(a->source, b->source);
}

static bool
names(const struct o_world *w, const struct o_said *g,
    const struct o_said *no)
{
	size_t i;

	for (i = 0; i < w->said_count; i++)
		if ((g->seen >> i & 1) != 0 &&
		    says_the_same(&w->saids[i], no))
			return true;
	return false;
}

static bool
covers(const struct o_world *w, const struct o_said *g,
    const struct o_said *no)
{
	return no->time < g->time &&
	    (o_same(g->source, no->source) || names(w, g, no)) &&
	    scope_within(w, g, no);
}

static bool
lifted(const struct o_asked *q, const struct o_said *no)
{
	size_t i;

	for (i = 0; i < q->count; i++)
		if (live(q, q->said[i]) && covers(q->world, q->said[i], no))
			return true;
	return false;
}

static bool
after(const struct o_said *a, const struct o_said *b)
{
	return b == NULL || a->time > b->time ||
	    (a->time == b->time && a->fact > b->fact);
}

static const struct o_said *
open_no(const struct o_asked *q)
{
	const struct o_said *newest = NULL;
	size_t i;

	for (i = 0; i < q->count; i++) {
		const struct o_said *s = q->said[i];

		if (s->said == OMNI_SAID_WITHDRAW && contains(q, s) &&
		    !lifted(q, s) && after(s, newest))
			newest = s;
	}
	return newest;
}

/* ---- the answer ----------------------------------------------------- */

static int
basis_of(const struct o_purpose *p, const char *channel, const char *region)
{
	int basis = p->basis, best = -1;
	size_t i;

	for (i = 0; i < p->basis_count; i++) {
		const struct o_basis *b = &p->bases[i];
		int strong = (b->channel != NULL) * 2 + (b->region != NULL);

		if ((b->channel == NULL || o_same(b->channel, channel)) &&
		    (b->region == NULL || o_same(b->region, region)) &&
		    strong > best) {
			best = strong;
			basis = b->basis;
		}
	}
	return basis;
}

/* Why a yes does not hold at this address now. */
static int
flaw(const struct o_asked *q, const struct o_said *g)
{
	if (!here(q, g))
		return OMNI_REASON_OTHER_ADDRESS;
	if (q->at >= end_of(q, g))
		return OMNI_REASON_EXPIRED;
	return confirmed(q, g) ? 0 : OMNI_REASON_NOT_CONFIRMED;
}

static int
consent(const struct o_asked *q, const struct o_said **grant)
{
	const struct o_said *good = NULL, *bad = NULL;
	size_t i;

	for (i = 0; i < q->count; i++) {
		const struct o_said *g = q->said[i];

		if (g->said != OMNI_SAID_GRANT || g->time > q->at ||
		    !reaches(q, g))
			continue;
		if (flaw(q, g) == 0 && after(g, good))
			good = g;
		else if (flaw(q, g) != 0 && after(g, bad))
			bad = g;
	}
	*grant = good != NULL ? good : bad;
	if (good != NULL)
		return 0;
	return bad != NULL ? flaw(q, bad) : OMNI_REASON_NO_CONSENT;
}

static bool
bought(const struct o_asked *q)
{
	int64_t last = INT64_MIN;
	size_t i;

	for (i = 0; i < q->world->sale_count; i++) {
		const struct o_sale *s = &q->world->sales[i];

		if ((q->members >> s->record & 1) != 0 &&
		    o_same(s->kind, q->purpose->sale_kind) &&
		    s->time <= q->asked && s->time > last)
			last = s->time;
	}
	return last != INT64_MIN && last <= q->at &&
	    q->at - last <= q->purpose->sale_days * O_DAY;
}

/* The last time that the customer was offered to say no. */
static const struct o_said *
told(const struct o_asked *q)
{
	const struct o_said *last = NULL;
	size_t i;

	for (i = 0; i < q->count; i++)
		if (q->said[i]->said == OMNI_SAID_TOLD &&
		    q->said[i]->time <= q->at && contains(q, q->said[i]) &&
		    after(q->said[i], last))
			last = q->said[i];
	return last;
}

void
o_permit(const struct o_asked *q, struct o_permit *permit)
{
	int basis = basis_of(q->purpose, q->channel->name, q->region);
	int consented = consent(q, &permit->grant);

	permit->no = open_no(q);
	permit->told = told(q);
	permit->basis = basis;
	permit->reason = 0;
	/* A yes that does not count is of no use to a soft opt-in. */
	if (basis == OMNI_BASIS_SOFT && consented != 0)
		permit->grant = NULL;
	if (basis == OMNI_BASIS_CONTRACT || basis == OMNI_BASIS_LAW)
		return;
	if (permit->no != NULL)
		permit->reason = OMNI_REASON_WITHDRAWN;
	else if (basis == OMNI_BASIS_CONSENT)
		permit->reason = consented;
	else if (basis == OMNI_BASIS_SOFT && consented != 0 &&
	    (!bought(q) || permit->told == NULL))
		permit->reason = OMNI_REASON_NO_SALE;
}
