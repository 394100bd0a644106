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

/*
 * m: how often one person's two records are at that level, u: how often two
 * strangers are, in parts per million; h: how often members of a household
 * share the value, in thousandths.  Untrained defaults, chosen over several
 * public and generated data sets at once.
 */
struct rates {
	uint32_t m[OMNI__LEVELS];
	uint32_t u[OMNI__LEVELS];
	uint32_t h;
};

static const struct rates rates[OMNI__COLUMNS] = {
	[OMNI__GIVEN] = {
		{ 0, 700000, 80000, 30000, 50000, 30000, 20000, 90000 },
		{ 0, 10000, 4000, 20000, 10000, 50000, 1000, 900000 }, 60 },
	[OMNI__FAMILY] = {
		{ 0, 780000, 100000, 5000, 30000, 20000, 15000, 50000 },
		{ 0, 3000, 3000, 5000, 5000, 50000, 1000, 930000 }, 850 },
	[OMNI__OTHER] = {
		{ 0, 600000, 80000, 50000, 20000, 1000, 1000, 250000 },
		{ 0, 20000, 5000, 30000, 10000, 100, 100, 930000 }, 100 },
	[OMNI__BIRTH] = {
		{ 0, 800000, 100000, 40000, 10000, 10000, 5000, 35000 },
		{ 0, 200, 1500, 6000, 4000, 20000, 30000, 940000 }, 30 },
	[OMNI__GENDER] = {
		{ 0, 970000, 1000, 1000, 1000, 1000, 1000, 25000 },
		{ 0, 500000, 1000, 1000, 1000, 1000, 1000, 490000 }, 0 },
	[OMNI__EMAIL] = {
		{ 0, 720000, 100000, 60000, 30000, 20000, 5000, 65000 },
		{ 0, 200, 200, 1000, 2000, 10000, 100, 986000 }, 150 },
	[OMNI__PHONE] = {
		{ 0, 700000, 60000, 1000, 1000, 1000, 1000, 237000 },
		{ 0, 200, 300, 100, 100, 100, 100, 999000 }, 350 },
	[OMNI__LOYALTY] = {
		{ 0, 850000, 5000, 5000, 5000, 5000, 5000, 125000 },
		{ 0, 100, 100, 100, 100, 100, 100, 999500 }, 120 },
	[OMNI__ACCOUNT] = {
		{ 0, 850000, 5000, 5000, 5000, 5000, 5000, 125000 },
		{ 0, 100, 100, 100, 100, 100, 100, 999500 }, 30 },
	[OMNI__NATIONAL_ID] = {
		{ 0, 850000, 100000, 5000, 5000, 5000, 5000, 30000 },
		{ 0, 100, 500, 100, 100, 100, 100, 999000 }, 0 },
	[OMNI__STREET] = {
		{ 0, 700000, 120000, 30000, 10000, 5000, 5000, 130000 },
		{ 0, 1000, 3000, 10000, 100000, 100, 100, 880000 }, 950 },
	[OMNI__NUMBER] = {
		{ 0, 850000, 10000, 10000, 10000, 10000, 10000, 100000 },
		{ 0, 20000, 10000, 10000, 10000, 10000, 10000, 930000 },
		950 },
	[OMNI__POSTCODE] = {
		{ 0, 750000, 80000, 30000, 20000, 5000, 5000, 110000 },
		{ 0, 2000, 5000, 10000, 60000, 100, 100, 920000 }, 950 },
	[OMNI__CITY] = {
		{ 0, 780000, 80000, 20000, 10000, 5000, 5000, 100000 },
		{ 0, 50000, 10000, 20000, 50000, 100, 100, 870000 }, 970 },
	[OMNI__EXTRA] = {
		{ 0, 600000, 150000, 50000, 20000, 5000, 5000, 170000 },
		{ 0, 1000, 3000, 20000, 80000, 100, 100, 900000 }, 900 },
	[OMNI__REGION] = {
		{ 0, 880000, 5000, 5000, 5000, 5000, 5000, 95000 },
		{ 0, 250000, 1000, 1000, 1000, 1000, 1000, 740000 }, 990 },
	[OMNI__ORG] = {
		{ 0, 700000, 80000, 50000, 20000, 5000, 5000, 140000 },
		{ 0, 5000, 3000, 10000, 30000, 100, 100, 950000 }, 200 },
	[OMNI__ATTR] = {
		{ 0, 700000, 50000, 60000, 20000, 5000, 5000, 160000 },
		{ 0, 30000, 10000, 30000, 60000, 100, 100, 870000 }, 500 },
};

/* Of a store that was never trained. */
#define POPULATION 32768

static struct omni__weight
weight_of(uint64_t m, uint64_t u, uint64_t h)
{
	/* r = (1 - h) u + h m, in parts per billion. */
	uint64_t r = (1000 - h) * u + h * m;
	struct omni__weight w = {
		omni__log2_ratio(m, u), omni__log2_ratio(m * 1000, r)
	};

	return w;
}

/* Identifiers: u is how many hold the value among the population; scaled
 * so that a fraction of a part per million does not vanish. */
static struct omni__weight
identifier_weight(const struct rates *rate, uint64_t holders)
{
	uint64_t m = (uint64_t)rate->m[OMNI__EXACT] * POPULATION;

	return weight_of(m, holders * 1000000, rate->h);
}

static void
default_model(struct omni__model *model)
{
	static const uint64_t holders[] = { 1, 4, 16 };
	int c, l;

	memset(model, 0, sizeof(*model));
	memcpy(model->behaviour, omni__behaviour, sizeof(model->behaviour));
	model->columns = OMNI__HOST;
	for (c = 0; c < OMNI__COLUMNS; c++) {
		const struct rates *rate = &rates[c];

		for (l = OMNI__EXACT; l < OMNI__LEVELS; l++)
			model->level[c][l] = weight_of(rate->m[l],
			    rate->u[l], rate->h);
		if (!(model->behaviour[c] & OMNI__IDENTIFIER))
			continue;
		for (l = OMNI__STEP_1; l < OMNI__STEP_COMMON; l++)
			model->exact[c][l] = identifier_weight(rate,
			    holders[l]);
	}
	/* As many pairs of records are one person's as there are people. */
	model->prior.strangers = omni__log2_ratio(2, POPULATION);
	model->prior.relatives = 0;
	model->join = -OMNI__BIT;
	model->sure = 5 * OMNI__BIT;
	model->edge = -2 * OMNI__BIT;
}

uint32_t
omni__model_value(const struct omni__model *model, int column,
    const char *text, size_t size)
{
	(void)model;
	(void)column;
	(void)text;
	(void)size;
	return 0;
}

int32_t
omni__model_sources(const struct omni__model *model, int64_t a, int64_t b)
{
	(void)model;
	(void)a;
	(void)b;
	return 0;
}

omni_status
omni__model(struct omni *db, const struct omni__model **out)
{
	struct omni__model *model = db->identity;
	const struct omni__kinds *kinds;
	omni_status status = omni__kinds(db, &kinds);

	if (status != OMNI_OK)
		return status;
	if (model == NULL) {
		model = omni__realloc(&db->env, NULL, sizeof(*model));
		if (model == NULL)
			return omni__nomem(&db->error);
		default_model(model);
		db->identity = model;
	} else if (model->kinds == kinds->digest) {
		*out = model;
		return OMNI_OK;
	} else
		default_model(model);
	omni__kinds_weigh(kinds, POPULATION, model);
	*out = model;
	return OMNI_OK;
}

/* ---- evidence ------------------------------------------------------- */

static void
at_most(struct omni__weight *w, int32_t strangers, int32_t relatives)
{
	if (w->strangers > strangers)
		w->strangers = strangers;
	if (w->relatives > relatives)
		w->relatives = relatives;
}

static bool
agrees(int level, int worst)
{
	return level != OMNI__MISSING_LEVEL && level <= worst;
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
	/* Two of one name invent similar addresses. */
	if (agrees(l[OMNI__GIVEN], 4) && agrees(l[OMNI__FAMILY], 4) &&
	    (l[OMNI__EMAIL] == 5 || l[OMNI__EMAIL] == 6))
		e->column[OMNI__EMAIL] =
		    model->level[OMNI__EMAIL][OMNI__DIFFERS];
}

static struct omni__weight
attributes(const struct omni__model *model, const struct omni__levels *l)
{
	struct omni__weight sum = { 0, 0 };
	size_t i;

	for (i = 0; i < l->attributes; i++) {
		const struct omni__weight *w =
		    &model->level[OMNI__ATTR][l->attribute[i].level];

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
	for (c = 0; c < OMNI__COLUMNS; c++) {
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

	for (c = 0; c < OMNI__COLUMNS; c++) {
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
