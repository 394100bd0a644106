/*
 * The order of decision: each candidate goes through the table of steps
 * until one of them says why not; what stands is ranked.
 */
#include <stdlib.h>
#include <string.h>

#include "routing/routing.h"

/* ---- 1: can the channel carry it? ----------------------------------- */

static int32_t
carries(const struct omni__decision *d, struct omni__candidate *c)
{
	if (!c->allowed)
		return OMNI_REASON_NOT_ALLOWED;
	if (c->channel == NULL)
		return OMNI_REASON_UNDEFINED_CHANNEL;
	if (c->channel->direction == OMNI_DIRECTION_IN)
		return OMNI_REASON_INBOUND;
	if (c->channel->confidentiality < d->purpose->confidentiality)
		return OMNI_REASON_NOT_CONFIDENTIAL;
	return 0;
}

/* ---- 2 and 3: is there a contact point, and is it open? -------------- */

/* What is asked of a contact point, in the order of asking. */
enum { ANY, PROVED, OPEN };

static bool
point_fits(const struct omni__decision *d, const struct omni__candidate *c,
    const struct omni__point *point, int asked)
{
	if (strcmp(point->kind, c->channel->address) != 0)
		return false;
	if (asked >= PROVED && d->purpose->verified != 0 &&
	    !point->state.verified)
		return false;
	return asked < OPEN || point->state.suppressed == NULL;
}

static const struct omni__point *
best_point(const struct omni__decision *d, const struct omni__candidate *c,
    int asked)
{
	size_t i;

	for (i = 0; i < d->points.count; i++)
		if (point_fits(d, c, &d->points.items[i], asked))
			return &d->points.items[i];
	return NULL;
}

static int32_t
reaches(const struct omni__decision *d, struct omni__candidate *c)
{
	/* A channel without addresses has nothing that could be proved. */
	if (c->channel->address == NULL)
		return d->purpose->verified != 0 ?
		    OMNI_REASON_NOT_VERIFIED : 0;
	if ((c->point = best_point(d, c, ANY)) == NULL)
		return OMNI_REASON_NO_ADDRESS;
	if ((c->point = best_point(d, c, PROVED)) == NULL)
		return OMNI_REASON_NOT_VERIFIED;
	return 0;
}

static int32_t
open_to_messages(const struct omni__decision *d, struct omni__candidate *c)
{
	const struct omni__point *open;

	if (c->channel->address == NULL)
		return 0;
	/* The suppressed one stays for the text when there is no other. */
	open = best_point(d, c, OPEN);
	if (open == NULL)
		return OMNI_REASON_SUPPRESSED;
	c->point = open;
	return 0;
}

/* ---- 4: does the customer permit it? -------------------------------- */

static int32_t
permitted(const struct omni__decision *d, struct omni__candidate *c)
{
	struct omni__question question = {
		.purpose = d->purpose->head.name,
		.since = d->since,
		.basis = d->purpose->basis,
		.channel = c->name,
		.at = d->at,
	};

	omni__permission(d->said, d->said_count, &question, &c->permit);
	return c->permit.reason;
}

/* ---- the order ------------------------------------------------------ */

typedef int32_t (*step_fn)(const struct omni__decision *,
    struct omni__candidate *);

/* A step sees only what passed those above it. */
static const step_fn order[] = {
	carries,
	reaches,
	open_to_messages,
	permitted,
};

/* ---- 7: rank -------------------------------------------------------- */

/* The customer's rank, 1 the best; the last one for those without. */
static int64_t
rank_of(const struct omni__candidate *c)
{
	return c->preference != NULL ? c->preference->rank : INT64_MAX;
}

static int
by_number(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* At one rank what the customer said last counts more, then the cost, for
 * those that have a rank; else the purpose's order. */
static int
by_preference(const struct omni__candidate *a,
    const struct omni__candidate *b)
{
	int less = by_number(rank_of(a), rank_of(b));

	if (less != 0 || a->preference == NULL || b->preference == NULL)
		return less;
	less = by_number(b->preference->happened, a->preference->happened);
	if (less == 0 && a->channel != NULL && b->channel != NULL)
		less = by_number(a->channel->cost, b->channel->cost);
	return less;
}

static int
compare(const void *left, const void *right)
{
	const struct omni__candidate *a = left, *b = right;
	int less = by_number(a->reason != 0, b->reason != 0);

	/* What fell stays in the order of asking. */
	if (less == 0 && a->reason == 0) {
		less = by_number(a->permit.withdrawal != NULL,
		    b->permit.withdrawal != NULL);
		if (less == 0)
			less = by_preference(a, b);
	}
	return less != 0 ? less :
	    by_number((int64_t)a->order, (int64_t)b->order);
}

/* ---- 8: the steps --------------------------------------------------- */

/* All refused what must be sent: the default of the purpose takes it, and
 * it alone. */
static bool
force_default(struct omni__decision *d, size_t *steps)
{
	size_t i, first = 0;

	for (i = 0; i < *steps; i++) {
		if (d->candidates[i].permit.withdrawal == NULL)
			return false;
		if (d->candidates[i].order < d->candidates[first].order)
			first = i;
	}
	if (*steps == 0)
		return false;
	for (i = 0; i < *steps; i++)
		if (i != first)
			d->candidates[i].reason = OMNI_REASON_OBJECTED_LAST;
	*steps = 1;
	qsort(d->candidates, d->count, sizeof(*d->candidates), compare);
	return true;
}

static omni_status
add_texts(struct omni__decision *d, bool mandatory)
{
	size_t i;

	for (i = 0; i < d->count; i++) {
		struct omni__candidate *c = &d->candidates[i];

		c->text = c->reason == 0 ? omni__step_text(d, c, mandatory) :
		    omni__fall_text(d, c);
		if (c->text == NULL)
			return omni__nomem(&d->db->error);
	}
	return OMNI_OK;
}

omni_status
omni__decide(struct omni__decision *d, size_t *steps)
{
	size_t i, k;

	*steps = 0;
	for (i = 0; i < d->count; i++) {
		struct omni__candidate *c = &d->candidates[i];

		for (k = 0; k < OMNI__COUNT(order) && c->reason == 0; k++)
			c->reason = order[k](d, c);
		*steps += c->reason == 0;
	}
	if (d->count > 1)
		qsort(d->candidates, d->count, sizeof(*d->candidates),
		    compare);
	return add_texts(d, force_default(d, steps));
}
