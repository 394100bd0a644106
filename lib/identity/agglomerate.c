/*
 * Agglomeration inside one pool: from the strongest link down, clusters
 * compared as entities.  Identifiers count by their best pair of values,
 * attributes by their mean over the pairs that have them, lessened where few
 * pairs do; the priors count once.
 */
#include <string.h>

#include "identity/cluster.h"

/* (share of pairs present)^(1/4) by sixty-fourths, in 1/1024. */
static const uint16_t fourth_root[65] = {
	0, 362, 430, 476, 512, 541, 566, 589, 609, 627, 644, 659, 674, 687,
	700, 712, 724, 735, 746, 756, 766, 775, 784, 793, 801, 810, 818, 825,
	833, 840, 847, 854, 861, 868, 874, 881, 887, 893, 899, 905, 910, 916,
	922, 927, 932, 938, 943, 948, 953, 958, 963, 967, 972, 977, 981, 986,
	990, 995, 999, 1003, 1008, 1012, 1016, 1020, 1024
};

/* Evidence between two clusters: sums over their pairs of records. */
struct cell {
	struct { int64_t strangers, relatives; } sum[OMNI__COLUMNS];
	struct omni__weight best[OMNI__COLUMNS];
	uint32_t pairs[OMNI__COLUMNS];
	uint32_t all;
	int32_t weight;
	bool apart;
};

struct work {
	const struct omni__model *model;
	const struct omni__group *groups;
	size_t count;
	struct cell **cells;	/* [i * count + j], shared with [j, i] */
	bool *alive;
	bool *alone;		/* a nameless one that fits two */
	uint64_t *members;	/* groups in the cluster */
	size_t *nearest;
};

static struct cell *
cell_of(const struct work *w, size_t i, size_t j)
{
	return w->cells[i * w->count + j];
}

/* ---- one cell ------------------------------------------------------- */

static void
cell_add(struct cell *cell, const struct omni__evidence *e)
{
	int c;

	cell->all++;
	for (c = 0; c < OMNI__COLUMNS; c++) {
		const struct omni__weight *x = &e->column[c];
		struct omni__weight *best = &cell->best[c];

		if (!(e->present >> c & 1))
			continue;
		if (cell->pairs[c]++ == 0)
			*best = *x;
		if (x->strangers > best->strangers)
			best->strangers = x->strangers;
		if (x->relatives > best->relatives)
			best->relatives = x->relatives;
		cell->sum[c].strangers += x->strangers;
		cell->sum[c].relatives += x->relatives;
	}
}

static void
cell_merge(struct cell *into, const struct cell *from)
{
	int c;

	for (c = 0; c < OMNI__COLUMNS; c++) {
		struct omni__weight *best = &into->best[c];
		const struct omni__weight *other = &from->best[c];

		if (from->pairs[c] == 0)
			continue;
		if (into->pairs[c] == 0)
			*best = *other;
		if (other->strangers > best->strangers)
			best->strangers = other->strangers;
		if (other->relatives > best->relatives)
			best->relatives = other->relatives;
		into->sum[c].strangers += from->sum[c].strangers;
		into->sum[c].relatives += from->sum[c].relatives;
		into->pairs[c] += from->pairs[c];
	}
	into->all += from->all;
	into->apart |= from->apart;
}

static int32_t
floor_divide(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return (int32_t)(a % b != 0 && a < 0 ? q - 1 : q);
}

static void
cell_score(const struct omni__model *model, struct cell *cell)
{
	struct omni__evidence e;
	int c;

	memset(&e, 0, sizeof(e));
	for (c = 0; c < OMNI__COLUMNS; c++) {
		int64_t n = cell->pairs[c], root;
		struct omni__weight *w = &e.column[c];

		if (n == 0)
			continue;
		e.present |= UINT32_C(1) << c;
		if (model->behaviour[c] & OMNI__IDENTIFIER) {
			*w = cell->best[c];
			continue;
		}
		w->strangers = floor_divide(cell->sum[c].strangers, n);
		w->relatives = floor_divide(cell->sum[c].relatives, n);
		root = fourth_root[n * 64 / (int64_t)cell->all];
		w->strangers = floor_divide(w->strangers * root, 1024);
		w->relatives = floor_divide(w->relatives * root, 1024);
	}
	cell->weight = omni__evidence_weight(model, &e);
}

int32_t
omni__entity_weight(const struct omni__model *model,
    const struct omni__person *person,
    const struct omni__person *const *records, size_t count)
{
	struct omni__levels levels;
	struct omni__evidence evidence;
	struct cell cell;
	size_t i;

	memset(&cell, 0, sizeof(cell));
	for (i = 0; i < count; i++) {
		omni__compare(model, person, records[i], &levels);
		omni__evidence(model, &levels, &evidence);
		cell_add(&cell, &evidence);
	}
	cell_score(model, &cell);
	return cell.weight;
}

static omni_status
fill_cell(struct omni *db, const struct work *w, size_t i, size_t j)
{
	const struct omni__group *a = &w->groups[i], *b = &w->groups[j];
	struct cell *cell = omni__arena_zero(&db->scratch, sizeof(*cell));
	struct omni__levels levels;
	struct omni__evidence evidence;
	size_t x, y;

	if (cell == NULL)
		return omni__nomem(&db->error);
	for (x = 0; x < a->count; x++)
		for (y = 0; y < b->count; y++) {
			omni__compare(w->model, a->persons[x], b->persons[y],
			    &levels);
			omni__evidence(w->model, &levels, &evidence);
			cell_add(cell, &evidence);
		}
	cell->apart = (a->apart >> j & 1) != 0;
	cell_score(w->model, cell);
	w->cells[i * w->count + j] = w->cells[j * w->count + i] = cell;
	return OMNI_OK;
}

/* ---- the order of joining ------------------------------------------- */

/* Is the pair (i, j) to be joined before (k, l)?  i < j and k < l by age:
 * stronger first; of equals the one with the oldest records. */
static bool
before(const struct work *w, size_t i, size_t j, size_t k, size_t l)
{
	int32_t a = cell_of(w, i, j)->weight, b = cell_of(w, k, l)->weight;

	if (a != b)
		return a > b;
	return i != k ? i < k : j < l;
}

static bool
open_pair(const struct work *w, size_t i, size_t j)
{
	return i != j && w->alive[j] && !w->alone[i] && !w->alone[j] &&
	    !cell_of(w, i, j)->apart;
}

/* Cluster numbers are ages: groups come oldest first, and the older number
 * survives a join. */
static void
find_nearest(const struct work *w, size_t i)
{
	size_t j, best = SIZE_MAX;

	for (j = 0; j < w->count; j++) {
		if (!open_pair(w, i, j))
			continue;
		if (best == SIZE_MAX || before(w, i < j ? i : j,
		    i < j ? j : i, i < best ? i : best,
		    i < best ? best : i))
			best = j;
	}
	w->nearest[i] = best;
}

static bool
strongest(const struct work *w, size_t *a, size_t *b)
{
	size_t i, best = SIZE_MAX;

	for (i = 0; i < w->count; i++) {
		size_t n = w->nearest[i], m;

		if (!w->alive[i] || n == SIZE_MAX)
			continue;
		if (best == SIZE_MAX) {
			best = i;
			continue;
		}
		m = w->nearest[best];
		if (before(w, i < n ? i : n, i < n ? n : i,
		    best < m ? best : m, best < m ? m : best))
			best = i;
	}
	if (best == SIZE_MAX)
		return false;
	*a = best < w->nearest[best] ? best : w->nearest[best];
	*b = best < w->nearest[best] ? w->nearest[best] : best;
	return true;
}

static bool
holds(const struct omni__group *group, uint64_t key)
{
	size_t i, k;

	for (i = 0; i < group->count; i++)
		for (k = 0; k < group->persons[i]->count; k++)
			if (group->persons[i]->items[k].hash == key)
				return true;
	return false;
}

/* Which of x's identifiers the cluster shares: a bit each. */
static uint64_t
shared_keys(const struct work *w, size_t x, size_t cluster)
{
	const struct omni__person *person = w->groups[x].persons[0];
	uint64_t shared = 0;
	size_t i, g, bit = 0;

	for (i = 0; i < person->count && bit < 64; i++) {
		if (person->items[i].hash == 0)
			continue;
		for (g = 0; g < w->count; g++)
			if (w->members[cluster] >> g & 1 &&
			    holds(&w->groups[g], person->items[i].hash))
				shared |= UINT64_C(1) << bit;
		bit++;
	}
	return shared;
}

/* A nameless one that fits two customers by the same values, within one bit,
 * who are not one themselves, belongs to neither.  (Who shares an e-mail with
 * one and a phone with the other links the two.) */
static bool
fits_two(const struct work *w, size_t x, size_t chosen)
{
	int32_t weight = cell_of(w, x, chosen)->weight;
	size_t k;

	if (!w->groups[x].nameless || (w->members[x] & (w->members[x] - 1)))
		return false;
	for (k = 0; k < w->count; k++) {
		const struct cell *other;

		if (k == x || k == chosen || !w->alive[k] || w->alone[k])
			continue;
		other = cell_of(w, x, k);
		if (!other->apart && other->weight >= w->model->join &&
		    other->weight >= weight - OMNI__BIT &&
		    shared_keys(w, x, k) == shared_keys(w, x, chosen) &&
		    (cell_of(w, chosen, k)->apart ||
		    cell_of(w, chosen, k)->weight < w->model->join))
			return true;
	}
	return false;
}

static void
leave_alone(struct work *w, size_t x)
{
	size_t k;

	w->alone[x] = true;
	w->nearest[x] = SIZE_MAX;
	for (k = 0; k < w->count; k++)
		if (w->alive[k] && w->nearest[k] == x)
			find_nearest(w, k);
}

static void
merge(struct work *w, size_t a, size_t b)
{
	size_t k;

	w->alive[b] = false;
	w->nearest[b] = SIZE_MAX;
	w->members[a] |= w->members[b];
	for (k = 0; k < w->count; k++)
		if (k != a && w->alive[k]) {
			cell_merge(cell_of(w, a, k), cell_of(w, b, k));
			cell_score(w->model, cell_of(w, a, k));
		}
	for (k = 0; k < w->count; k++)
		if (w->alive[k])
			find_nearest(w, k);
}

/* ---- the whole ------------------------------------------------------ */

static omni_status
prepare(struct omni *db, struct work *w)
{
	omni_status status = OMNI_OK;
	size_t i, j, n = w->count;

	w->cells = omni__arena_zero(&db->scratch,
	    n * n * sizeof(struct cell *));
	w->alive = omni__arena_alloc(&db->scratch, n * sizeof(bool));
	w->alone = omni__arena_zero(&db->scratch, n * sizeof(bool));
	w->members = omni__arena_alloc(&db->scratch, n * sizeof(uint64_t));
	w->nearest = omni__arena_alloc(&db->scratch, n * sizeof(size_t));
	if (w->cells == NULL || w->alive == NULL || w->alone == NULL ||
	    w->members == NULL || w->nearest == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < n; i++) {
		w->alive[i] = true;
		w->members[i] = UINT64_C(1) << i;
		for (j = i + 1; j < n && status == OMNI_OK; j++)
			status = fill_cell(db, w, i, j);
	}
	for (i = 0; i < n && status == OMNI_OK; i++)
		find_nearest(w, i);
	return status;
}

omni_status
omni__agglomerate(struct omni *db, const struct omni__model *model,
    const struct omni__group *groups, size_t count,
    size_t joined[OMNI__POOL_MAX], int32_t strength[OMNI__POOL_MAX])
{
	struct work w = { .model = model, .groups = groups, .count = count };
	omni_status status;
	size_t a, b, g;

	for (g = 0; g < count; g++) {
		joined[g] = g;
		strength[g] = INT32_MAX;
	}
	if (count < 2)
		return OMNI_OK;
	status = prepare(db, &w);
	if (status != OMNI_OK)
		return status;
	while (strongest(&w, &a, &b)) {
		int32_t weight = cell_of(&w, a, b)->weight;

		if (weight < model->join)
			break;
		if (fits_two(&w, a, b)) {
			leave_alone(&w, a);
			continue;
		}
		if (fits_two(&w, b, a)) {
			leave_alone(&w, b);
			continue;
		}
		/* The younger one joins the older, which is not touched. */
		strength[b] = weight;
		merge(&w, a, b);
	}
	for (a = 0; a < count; a++)
		for (g = 0; g < count && w.alive[a]; g++)
			if (w.members[a] >> g & 1)
				joined[g] = a;
	return OMNI_OK;
}
