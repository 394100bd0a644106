/*
 * The order of decision, as a pure function: each candidate goes through the
 * table of steps until one of them says why not; what stands is ranked and
 * gets its times.  Reasons are asked for in the order of their numbers
 * (UNDEFINED_CHANNEL with the first), so that a channel that fell for two
 * reasons tells the one that comes first.
 */
#include <stdlib.h>
#include <string.h>

#include "routing/routing.h"

/* What is decided, and what is gathered for it once. */
struct work {
	struct omni__arena *arena;
	struct omni__decision *d;
	struct omni__counts *counts;
	struct omni__candidate **order;	/* those that stand, by rank */
	size_t standing;
};

/* ---- 1: can the channel carry it? ----------------------------------- */

static int32_t
carries(const struct omni__decision *d, struct omni__candidate *c, int64_t at)
{
	(void)at;
	if (!c->allowed)
		return OMNI_REASON_NOT_ALLOWED;
	if (c->channel == NULL)
		return OMNI_REASON_UNDEFINED_CHANNEL;
	if (c->channel->direction == OMNI_DIRECTION_IN)
		return OMNI_REASON_INBOUND;
	if (c->channel->confidentiality <
	    d->message->rule->purpose->confidentiality)
		return OMNI_REASON_NOT_CONFIDENTIAL;
	return 0;
}

/* ---- 2 and 3: is there a contact point, and is it open? -------------- */

/* The newest one that forbids it. */
static const struct omni__suppression *
shut_by(const struct omni__decision *d, const struct omni__point *point)
{
	const struct omni__contact_state *state = &point->state;
	const struct omni__suppression *shut = NULL, *s;
	size_t i;

	for (i = 0; i < state->suppression_count; i++) {
		s = &state->suppressions[i];
		if (s->purpose != NULL &&
		    !omni__purpose_within(d->message->rule->purpose->head.name,
		    s->purpose))
			continue;
		if (shut == NULL || s->time > shut->time ||
		    (s->time == shut->time && s->fact > shut->fact))
			shut = s;
	}
	return shut;
}

/* Why a message cannot go to a point, 0 when it can. */
static int32_t
point_shut(const struct omni__decision *d, const struct omni__point *point,
    int64_t at)
{
	if (d->message->rule->purpose->verified != 0 &&
	    !point->state.verified)
		return OMNI_REASON_NOT_VERIFIED;
	if (point->state.suppression_count > 0 && shut_by(d, point) != NULL)
		return OMNI_REASON_SUPPRESSED;
	if (at < point->state.since || at > point->state.until)
		return OMNI_REASON_NOT_VALID;
	return 0;
}

/* The best one that is open; else the one that came furthest, for the
 * text. */
static int32_t
reaches(const struct omni__decision *d, struct omni__candidate *c, int64_t at)
{
	const struct omni__points *points = &d->recipient->points;
	int32_t furthest = OMNI_REASON_NO_ADDRESS, shut;
	size_t i;

	c->point = NULL;
	c->suppression = NULL;
	/* A channel without addresses has nothing that could be proved. */
	if (c->channel->address == NULL)
		return d->message->rule->purpose->verified != 0 ?
		    OMNI_REASON_NOT_VERIFIED : 0;
	for (i = 0; i < points->count; i++) {
		if (strcmp(points->items[i].kind, c->channel->address) != 0)
			continue;
		shut = point_shut(d, &points->items[i], at);
		if (shut != 0 && shut <= furthest)
			continue;
		c->point = &points->items[i];
		furthest = shut;
		if (shut == 0)
			return 0;
	}
	if (furthest == OMNI_REASON_SUPPRESSED)
		c->suppression = shut_by(d, c->point);
	return furthest;
}

/* ---- 4: does the customer permit it? -------------------------------- */

void
omni__question_of(const struct omni__decision *d,
    const struct omni__candidate *c, int64_t at, struct omni__question *q)
{
	const struct omni__recipient *r = d->recipient;
	const struct omni__purpose_rule *rule = d->message->rule;

	*q = (struct omni__question){
		.rules = d->rules,
		.rule = rule,
		.channel = c->channel,
		.brand = d->message->brand,
		.region = r->region,
		.address = c->point != NULL ? c->point->hash : NULL,
		.sale = rule->sale != SIZE_MAX && r->sales != NULL ?
		    r->sales[rule->sale] : INT64_MIN,
		.at = at,
	};
}

/* How good an answer is: yes, yes but last, no. */
static int
grade(const struct omni__permit *permit)
{
	return permit->reason != 0 ? 0 : permit->withdrawal != NULL ? 1 : 2;
}

/* Of the open points the best to which the customer says yes: a yes, or a no,
 * may be bound to one of them. */
static int32_t
permitted(const struct omni__decision *d, struct omni__candidate *c,
    int64_t at)
{
	const struct omni__recipient *r = d->recipient;
	const struct omni__point *end = r->points.items + r->points.count;
	const struct omni__point *point;
	struct omni__question question;
	struct omni__permit permit;

	omni__question_of(d, c, at, &question);
	omni__permission(r->said, r->said_count, &question, &c->permit);
	if (c->point == NULL)
		return c->permit.reason;
	for (point = c->point + 1; point < end && grade(&c->permit) < 2;
	    point++) {
		if (strcmp(point->kind, c->channel->address) != 0 ||
		    point_shut(d, point, at) != 0)
			continue;
		question.address = point->hash;
		omni__permission(r->said, r->said_count, &question, &permit);
		if (grade(&permit) > grade(&c->permit)) {
			c->point = point;
			c->permit = permit;
		}
	}
	return c->permit.reason;
}

/* ---- the order ------------------------------------------------------ */

typedef int32_t (*step_fn)(const struct omni__decision *,
    struct omni__candidate *, int64_t at);

/* A step sees only what passed those above it. */
static const step_fn steps[] = {
	carries,
	reaches,
	permitted,
};

static int32_t
asked(const struct omni__decision *d, struct omni__candidate *c, int64_t at)
{
	int32_t reason = 0;
	size_t i;

	for (i = 0; i < OMNI__COUNT(steps) && reason == 0; i++)
		reason = steps[i](d, c, at);
	return reason;
}

int32_t
omni__candidate_permitted(const struct omni__decision *d,
    struct omni__candidate *c)
{
	return c->reason = asked(d, c, d->message->at);
}

/* ---- 5 and 6: when may it go? --------------------------------------- */

#define ROUNDS 64

/* Windows and caps move it in turn until both agree.  Its time, or why there
 * is none: what held it up last. */
static int32_t
find_time(const struct work *w, struct omni__candidate *c, int64_t from)
{
	const struct omni__decision *d = w->d;
	int32_t held = OMNI_REASON_LATE;
	int64_t open, t = from;
	int round;

	memset(&c->wait, 0, sizeof(c->wait));
	c->cap = NULL;
	for (round = 0; round < ROUNDS; round++) {
		struct omni__wait wait = { .window = NULL };
		const struct omni_cap *cap = NULL;

		open = omni__window_open(d->rules, d->message, d->recipient,
		    c->channel, t, &wait);
		if (open != t) {
			held = OMNI_REASON_QUIET;
			c->wait = wait;
			c->cap = NULL;
		}
		t = open;
		if (open != INT64_MAX)
			t = omni__cap_open(w->counts, c->channel, open, &cap);
		if (t != open) {
			held = OMNI_REASON_CAPPED;
			c->cap = cap;
			memset(&c->wait, 0, sizeof(c->wait));
		}
		c->time = t;
		if (t == INT64_MAX)
			break;
		if (t == open)
			return t > d->message->expiry -
			    c->channel->lead * OMNI__SECOND ? held : 0;
	}
	return held;
}

/* ---- the rest that can be asked of one candidate -------------------- */

/* Not one that went to whom it was one customer with before they parted. */
static bool
own(const struct omni__recipient *r, int64_t fact)
{
	size_t i;

	for (i = 0; i < r->sent_count; i++)
		if (r->sent[i].fact == fact && r->sent[i].what == 0)
			return true;
	return false;
}

/* Somebody else at that address gets this very letter. */
static bool
household_has_it(const struct omni__decision *d,
    const struct omni__candidate *c)
{
	const struct omni__recipient *r = d->recipient;
	const struct omni__sent *letter;
	size_t i;

	if (d->message->mark == 0 || c->point == NULL ||
	    d->message->rule->purpose->household == 0 ||
	    c->channel->medium != OMNI_MEDIUM_PHYSICAL)
		return false;
	for (i = 0; i < r->household_count; i++) {
		letter = &r->household[i];
		if (letter->message == d->message->mark &&
		    memcmp(letter->record, c->point->hash, OMNI__ID) == 0 &&
		    !own(r, letter->fact))
			return true;
	}
	return false;
}

static bool
tried(const struct omni__message *message, const char *channel)
{
	size_t i;

	for (i = 0; i < message->tried_count; i++)
		if (strcmp(message->tried[i], channel) == 0)
			return true;
	return false;
}

/* All that can be asked before what stands is ranked. */
static void
examine(const struct work *w, struct omni__candidate *c)
{
	const struct omni__message *message = w->d->message;

	c->reason = asked(w->d, c, message->at);
	if (c->reason == 0)
		c->reason = find_time(w, c, message->at);
	if (c->reason == 0 && household_has_it(w->d, c))
		c->reason = OMNI_REASON_HOUSEHOLD;
	if (c->reason == 0 && tried(message, c->name))
		c->reason = OMNI_REASON_TRIED;
}

/* ---- candidates ----------------------------------------------------- */

static bool
brand_fits(const struct omni__said *said, const char *brand)
{
	return said->brand == NULL ||
	    (brand != NULL && strcmp(said->brand, brand) == 0);
}

static bool
wish(const struct omni__decision *d, const struct omni__said *said)
{
	return said->said == OMNI_SAID_PREFER && said->channel != NULL &&
	    said->happened <= d->message->at &&
	    omni__purpose_within(d->message->rule->purpose->head.name,
	    said->purpose) && brand_fits(said, d->message->brand);
}

static struct omni__candidate *
find_candidate(struct omni__decision *d, const char *name)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (strcmp(d->candidates[i].name, name) == 0)
			return &d->candidates[i];
	return NULL;
}

static struct omni__candidate *
add_candidate(struct omni__decision *d, const char *name, bool allowed)
{
	struct omni__candidate *c = &d->candidates[d->count];

	c->name = name;
	c->order = d->count++;
	c->allowed = allowed;
	c->channel = omni__rule_channel(d->rules, name);
	return c;
}

/* The purpose's channels, and those that the customer would rather have. */
static bool
add_candidates(struct omni__arena *arena, struct omni__decision *d)
{
	const struct omni__names *names =
	    &d->message->rule->purpose->channels;
	const struct omni__recipient *r = d->recipient;
	size_t i, wishes = 0;

	for (i = 0; i < r->said_count; i++)
		wishes += wish(d, &r->said[i]);
	d->candidates = omni__arena_zero(arena,
	    (names->count + wishes + 1) * sizeof(*d->candidates));
	if (d->candidates == NULL)
		return false;
	d->count = 0;
	for (i = 0; i < names->count; i++)
		(void)add_candidate(d, names->items[i], true);
	for (i = 0; i < r->said_count && wishes > 0; i++) {
		struct omni__candidate *c;

		if (!wish(d, &r->said[i]))
			continue;
		c = find_candidate(d, r->said[i].channel);
		if (c == NULL)
			c = add_candidate(d, r->said[i].channel, false);
		/* Sorted by time: the last one holds. */
		c->preference = &r->said[i];
		wishes--;
	}
	return true;
}

/* ---- 7: rank -------------------------------------------------------- */

/* The customer's rank, 1 the best; the last one for those without. */
static int64_t
rank_of(const struct omni__candidate *c)
{
	return c->preference != NULL ? c->preference->rank : INT64_MAX;
}

/* At one rank what the customer said last counts more, then the cost. */
static int
by_preference(const struct omni__candidate *a,
    const struct omni__candidate *b)
{
	int less = omni__order(rank_of(a), rank_of(b));

	if (less != 0 || a->preference == NULL || b->preference == NULL)
		return less;
	less = omni__order(b->preference->happened, a->preference->happened);
	return less != 0 ? less :
	    omni__order(a->channel->cost, b->channel->cost);
}

/* Rates are there where the customer did not rank and behaviour decides. */
static int
by_rank(const void *left, const void *right)
{
	const struct omni__candidate *a =
	    *(const struct omni__candidate *const *)left;
	const struct omni__candidate *b =
	    *(const struct omni__candidate *const *)right;
	int less = omni__order(a->permit.withdrawal != NULL,
	    b->permit.withdrawal != NULL);

	if (less == 0)
		less = by_preference(a, b);
	if (less == 0)
		less = omni__order(b->rate.estimate, a->rate.estimate);
	return less != 0 ? less :
	    omni__order((int64_t)a->order, (int64_t)b->order);
}

static void
rank(struct work *w)
{
	struct omni__decision *d = w->d;
	bool behaviour = d->message->rule->purpose->order ==
	    OMNI_ORDER_BEHAVIOUR;
	size_t i;

	for (i = 0; i < d->count; i++) {
		struct omni__candidate *c = &d->candidates[i];

		if (c->reason != 0)
			continue;
		if (behaviour && c->preference == NULL)
			omni__affinity(d->rules, d->recipient, c->name,
			    d->message->at, &c->rate);
		w->order[w->standing++] = c;
	}
	if (w->standing > 1)
		qsort(w->order, w->standing, sizeof(*w->order), by_rank);
}

/* ---- 8: the steps --------------------------------------------------- */

/* When a step that may not go before `from` goes; what was permitted at first
 * is asked again for the instant at which it would. */
static bool
takes(const struct work *w, struct omni__candidate *c, int64_t from)
{
	int64_t at = w->d->message->at;

	if (from != at)
		c->reason = find_time(w, c, from);
	if (c->reason == 0 && c->time != at)
		c->reason = asked(w->d, c, c->time);
	return c->reason == 0;
}

static void
take_in_order(const struct work *w)
{
	int64_t wait = w->d->message->rule->purpose->wait * OMNI__SECOND;
	int64_t from = w->d->message->at;
	size_t i;

	for (i = 0; i < w->standing; i++)
		if (takes(w, w->order[i], from))
			from = w->order[i]->time + wait;
}

static bool
all_objected(const struct work *w)
{
	/* Who did not object comes first. */
	return w->standing > 0 && w->order[0]->permit.withdrawal != NULL;
}

/* All refused what must be sent: the default of the purpose takes it, and
 * it alone. */
static void
force_default(const struct work *w)
{
	struct omni__decision *d = w->d;
	size_t i;

	for (i = 0; i < d->count; i++) {
		struct omni__candidate *c = &d->candidates[i];

		if (c->reason != 0)
			continue;
		if (d->mandatory)
			c->reason = OMNI_REASON_OBJECTED_LAST;
		else
			d->mandatory = takes(w, c, d->message->at);
	}
}

/* Steps by rank, then what fell in the order of asking. */
static bool
put_in_order(struct work *w)
{
	struct omni__decision *d = w->d;
	struct omni__candidate *sorted = omni__arena_alloc(w->arena,
	    (d->count + 1) * sizeof(*sorted));
	size_t i, n = 0;

	if (sorted == NULL)
		return false;
	for (i = 0; i < w->standing; i++)
		if (w->order[i]->reason == 0)
			sorted[n++] = *w->order[i];
	d->steps = n;
	for (i = 0; i < d->count; i++)
		if (d->candidates[i].reason != 0)
			sorted[n++] = d->candidates[i];
	d->candidates = sorted;
	return true;
}

static bool
prepare(struct work *w)
{
	struct omni__decision *d = w->d;

	if (!add_candidates(w->arena, d))
		return false;
	w->order = omni__arena_alloc(w->arena,
	    (d->count + 1) * sizeof(struct omni__candidate *));
	w->counts = omni__counts_new(w->arena, d->rules, d->message,
	    d->recipient);
	return w->order != NULL && w->counts != NULL;
}

omni_status
omni__decide(struct omni__arena *arena, struct omni__decision *d)
{
	struct work w = { .arena = arena, .d = d };
	size_t i;

	d->steps = 0;
	d->mandatory = false;
	if (!prepare(&w))
		return OMNI_NOMEM;
	for (i = 0; i < d->count; i++)
		examine(&w, &d->candidates[i]);
	rank(&w);
	if (all_objected(&w))
		force_default(&w);
	else
		take_in_order(&w);
	return put_in_order(&w) ? OMNI_OK : OMNI_NOMEM;
}
