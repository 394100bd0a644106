/*
 * Weights, after Fellegi and Sunter (1969): log2 of how much likelier an
 * agreement is for one person than for two.  Two sums are taken, against
 * strangers and against relatives, and the lesser one counts: a family
 * shares addresses, names and numbers, and is not a person.
 *
 * All arithmetic is in fixed point (1/1024 bit), so that every processor
 * finds the same customers.
 */
#include <math.h>
#include <string.h>

#include "identity/model.h"

/* ---- evidence ------------------------------------------------------- */

static void
at_most(struct omni__weight *w, int32_t strangers, int32_t relatives)
{
	if (w->strangers > strangers)
		w->strangers = strangers;
	if (w->relatives > relatives)
		w->relatives = relatives;
}

/* A name's level where it stands in another field (level_name.c). */
enum { SWAPPED = 6 };

static bool
agrees(int level, int worst)
{
	return level != OMNI__MISSING_LEVEL && level <= worst;
}

/* In bits against strangers: what it is worth to agree on this name. */
static int32_t
name_worth(const struct omni__model *model, const struct omni__item *item,
    int column)
{
	return item == NULL ? 0 : omni__value_weight(model, item, column,
	    OMNI__EXACT)->strangers;
}

static int32_t
lesser(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

/* Names that agree in each other's field are nearly as common as they are in
 * their own: a rare kind of agreement must not make a rare value of a common
 * one.  A bit more for being found where few have them. */
static void
temper_swapped(const struct omni__model *model,
    const struct omni__levels *levels, struct omni__evidence *e)
{
	const struct omni__item *const *left = levels->left;
	const struct omni__item *const *right = levels->right;
	int32_t one = OMNI__BIT + lesser(
	    name_worth(model, left[OMNI__GIVEN], OMNI__GIVEN),
	    name_worth(model, right[OMNI__FAMILY], OMNI__FAMILY));
	int32_t other = OMNI__BIT + lesser(
	    name_worth(model, left[OMNI__FAMILY], OMNI__FAMILY),
	    name_worth(model, right[OMNI__GIVEN], OMNI__GIVEN));
	struct omni__weight *given = &e->column[OMNI__GIVEN];
	struct omni__weight *family = &e->column[OMNI__FAMILY];

	if (levels->level[OMNI__FAMILY] != SWAPPED)
		return;
	if (levels->level[OMNI__GIVEN] == SWAPPED) {
		at_most(given, one,
		    model->level[OMNI__GIVEN][OMNI__EXACT].relatives);
		at_most(family, other,
		    model->level[OMNI__FAMILY][OMNI__EXACT].relatives);
	} else if (levels->level[OMNI__GIVEN] == OMNI__MISSING_LEVEL)
		at_most(family, one > other ? one : other,
		    model->level[OMNI__FAMILY][OMNI__EXACT].relatives);
}

/* Both, or the one that is known in the other's field. */
static bool
names_agree(const uint8_t *l)
{
	int given = l[OMNI__GIVEN], family = l[OMNI__FAMILY];

	if (given == SWAPPED || family == SWAPPED)
		return (given <= 4 || given == SWAPPED) &&
		    (family <= 4 || family == SWAPPED);
	return agrees(given, 4) && agrees(family, 4);
}

/* Two of one name invent similar addresses. */
bool
omni__email_explained(const struct omni__levels *levels)
{
	int email = levels->level[OMNI__EMAIL];

	return (email == 5 || email == 6) && names_agree(levels->level);
}

/* What another agreement explains counts nothing. */
static void
explain(const struct omni__model *model, const struct omni__levels *levels,
    struct omni__evidence *e)
{
	const uint8_t *l = levels->level;
	bool street = l[OMNI__STREET] == OMNI__EXACT;
	bool postcode = l[OMNI__POSTCODE] == OMNI__EXACT;

	/* City and region follow from a postcode or a street. */
	if (postcode || street) {
		if (agrees(l[OMNI__CITY], 2))
			at_most(&e->column[OMNI__CITY], 0, 0);
		if (l[OMNI__REGION] == OMNI__EXACT)
			at_most(&e->column[OMNI__REGION], 0, 0);
	} else if (l[OMNI__CITY] == OMNI__EXACT &&
	    l[OMNI__REGION] == OMNI__EXACT)
		at_most(&e->column[OMNI__REGION], 0, 0);
	if (street && l[OMNI__POSTCODE] > 1 && agrees(l[OMNI__POSTCODE], 4))
		at_most(&e->column[OMNI__POSTCODE], 0, INT32_MAX);
	if (omni__email_explained(levels))
		e->column[OMNI__EMAIL] =
		    model->level[OMNI__EMAIL][OMNI__DIFFERS];
	temper_swapped(model, levels, e);
}

static struct omni__weight
attributes(const struct omni__model *model, const struct omni__levels *l)
{
	struct omni__weight sum = { 0, 0 };
	size_t i;

	for (i = 0; i < l->attributes; i++) {
		const struct omni__attribute *one = &l->attribute[i];
		const struct omni__weight *w = omni__value_weight(model,
		    one->left, OMNI__ATTR, one->level);

		sum.strangers += w->strangers;
		sum.relatives += w->relatives;
	}
	return sum;
}

static struct omni__weight
sources(const struct omni__model *model, const struct omni__levels *levels)
{
	int32_t bits = omni__model_sources(model, levels->source[0],
	    levels->source[1]);
	struct omni__weight w = { bits, bits };

	return w;
}

void
omni__evidence(const struct omni__model *model,
    const struct omni__levels *levels, struct omni__evidence *e)
{
	int c;

	memset(e, 0, sizeof(*e));
	for (c = 0; c < model->columns; c++) {
		int level = levels->level[c];

		if (level == OMNI__MISSING_LEVEL)
			continue;
		e->present |= UINT32_C(1) << c;
		if (c == OMNI__ATTR)
			e->column[c] = attributes(model, levels);
		else if (c == OMNI__SOURCE)
			e->column[c] = sources(model, levels);
		else if (level == OMNI__EXACT &&
		    model->behaviour[c] & OMNI__IDENTIFIER)
			e->column[c] = model->exact[c][levels->step[c]];
		else if (level == OMNI__EXACT && levels->left[c] != NULL)
			e->column[c] = *omni__value_weight(model,
			    levels->left[c], c, level);
		else
			e->column[c] = model->level[c][level];
	}
	explain(model, levels, e);
}

/*
 * The parts of one address are not independent: of what agrees the best part
 * counts whole and the others half, of what differs only the worst.
 */
struct address {
	int32_t best, sum, worst;
};

static void
address_add(struct address *a, int32_t weight)
{
	if (weight > 0) {
		a->sum += weight;
		if (weight > a->best)
			a->best = weight;
	} else if (weight < a->worst)
		a->worst = weight;
}

static int32_t
address_weight(const struct address *a)
{
	return a->best + (a->sum - a->best) / 2 + a->worst;
}

static int32_t *
side_of(struct omni__weight *w, bool relatives)
{
	return relatives ? &w->relatives : &w->strangers;
}

/* Writes into each part of the address what it counts for. */
static void
count_address(struct omni__evidence *e, bool relatives)
{
	struct address a = { 0, 0, 0 };
	int32_t *best = NULL, *worst = NULL, *w, rest;
	int c;

	for (c = 0; c < OMNI__COLUMNS; c++) {
		w = side_of(&e->column[c], relatives);
		if (!(omni__behaviour[c] & OMNI__ADDRESS))
			continue;
		address_add(&a, *w);
		if (*w > 0 && (best == NULL || *w > *best))
			best = w;
		if (*w < 0 && (worst == NULL || *w < *worst))
			worst = w;
	}
	rest = (a.sum - a.best) / 2;
	for (c = 0; c < OMNI__COLUMNS; c++) {
		w = side_of(&e->column[c], relatives);
		if (!(omni__behaviour[c] & OMNI__ADDRESS) || w == best ||
		    w == worst)
			continue;
		*w = *w > 0 ? *w / 2 : 0;
		rest -= *w;
	}
	if (best != NULL)
		*best += rest;	/* what halving rounded off */
}

void
omni__evidence_count(struct omni__evidence *e)
{
	count_address(e, false);
	count_address(e, true);
}

int32_t
omni__evidence_weight(const struct omni__model *model,
    const struct omni__evidence *e)
{
	int32_t strangers = model->prior.strangers;
	int32_t relatives = model->prior.relatives;
	struct address s = { 0, 0, 0 }, r = { 0, 0, 0 };
	int c;

	for (c = 0; c < model->columns; c++) {
		const struct omni__weight *w = &e->column[c];

		if (omni__behaviour[c] & OMNI__ADDRESS) {
			address_add(&s, w->strangers);
			address_add(&r, w->relatives);
		} else {
			strangers += w->strangers;
			relatives += w->relatives;
		}
	}
	strangers += address_weight(&s);
	relatives += address_weight(&r);
	return strangers < relatives ? strangers : relatives;
}

int32_t
omni__pair_weight(const struct omni__model *model,
    const struct omni__person *a, const struct omni__person *b)
{
	struct omni__levels levels;
	struct omni__evidence evidence;

	omni__compare(model, a, b, &levels);
	omni__evidence(model, &levels, &evidence);
	return omni__evidence_weight(model, &evidence);
}

double
omni__probability(int32_t weight)
{
	return 1.0 / (1.0 + exp2(-(double)weight / OMNI__BIT));
}
