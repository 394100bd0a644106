/*
 * Agglomeration inside one pool: from the strongest link down, clusters
 * compared as entities.  Identifiers count by their best pair of values,
 * attributes by their mean over the pairs that have them, lessened where few
 * pairs do; the priors count once.
 */
#include <stddef.h>
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

/* What one column says between two clusters: over their pairs of records. */
struct entry {
	int64_t strangers, relatives;	/* sums */
	struct omni__weight best;
	uint32_t pairs;
};

/* Evidence between two clusters. */
struct cell {
	uint32_t present;	/* bit per column that some pair has */
	uint32_t all;		/* pairs */
	struct entry *entries;	/* by struct work.place */
};

struct work {
	const struct omni__model *model;
	const struct omni__group *groups;
	size_t count;
	/* Which entry of a cell is a column's: only those are kept that
	 * records of this pool have. */
	uint8_t place[OMNI__COLUMNS];
	size_t columns;
	struct cell *cells;	/* of i < j: j * (j - 1) / 2 + i */
	int32_t *weight;	/* [i * count + j] and [j * count + i] */
	/* Bits of clusters: cluster numbers are ages, since groups come
	 * oldest first and the older number survives a join. */
	uint64_t alive;
	uint64_t alone;		/* nameless ones that fit two */
	uint64_t apart[OMNI__POOL_MAX];
	uint64_t members[OMNI__POOL_MAX];	/* groups in the cluster */
	size_t nearest[OMNI__POOL_MAX];
	struct omni__arena arena;
	/* Enough for the few groups of most pools. */
	_Alignas(16) unsigned char room[8192];
};

#define BIT(i) (UINT64_C(1) << (i))

static int
lowest(uint64_t bits)
{
#if defined(__GNUC__)
	return __builtin_ctzll(bits);
#else
	int i = 0;

	while (!(bits >> i & 1))
		i++;
	return i;
#endif
}

static struct cell *
cell_of(const struct work *w, size_t i, size_t j)
{
	return i < j ? &w->cells[j * (j - 1) / 2 + i] :
	    &w->cells[i * (i - 1) / 2 + j];
}

static int32_t
weight_of(const struct work *w, size_t i, size_t j)
{
	return w->weight[i * w->count + j];
}

/* ---- one cell ------------------------------------------------------- */

/* Of sources it is the worst: that a register has two entries speaks against
 * one person, whatever other registers have. */
static void
keep_best(struct omni__weight *best, const struct omni__weight *other, int c)
{
	bool worst = c == OMNI__SOURCE;

	if ((other->strangers > best->strangers) != worst)
		best->strangers = other->strangers;
	if ((other->relatives > best->relatives) != worst)
		best->relatives = other->relatives;
}

static void
cell_add(struct cell *cell, const uint8_t *place,
    const struct omni__evidence *e)
{
	uint32_t bits;

	cell->all++;
	for (bits = e->present; bits != 0; bits &= bits - 1) {
		int c = lowest(bits);
		const struct omni__weight *x = &e->column[c];
		struct entry *entry = &cell->entries[place[c]];

		if (entry->pairs++ == 0)
			entry->best = *x;
		else
			keep_best(&entry->best, x, c);
		entry->strangers += x->strangers;
		entry->relatives += x->relatives;
	}
	cell->present |= e->present;
}

static void
cell_merge(struct cell *into, const struct cell *from, const uint8_t *place)
{
	uint32_t bits;

	for (bits = from->present; bits != 0; bits &= bits - 1) {
		int c = lowest(bits);
		size_t at = place[c];
		const struct entry *other = &from->entries[at];
		struct entry *entry = &into->entries[at];

		if (entry->pairs == 0)
			entry->best = other->best;
		else
			keep_best(&entry->best, &other->best, c);
		entry->strangers += other->strangers;
		entry->relatives += other->relatives;
		entry->pairs += other->pairs;
	}
	into->present |= from->present;
	into->all += from->all;
}

static int32_t
floor_divide(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return (int32_t)(a % b != 0 && a < 0 ? q - 1 : q);
}

/* The mean over the pairs that have it; what speaks for one person is lessened
 * where few do, what speaks against it is not: records that say nothing of a
 * birth date do not make two of them one. */
static struct omni__weight
entry_mean(const struct entry *entry, uint32_t all)
{
	struct omni__weight w = {
		floor_divide(entry->strangers, entry->pairs),
		floor_divide(entry->relatives, entry->pairs)
	};
	int64_t root;

	if (entry->pairs == all)
		return w;
	root = fourth_root[(uint64_t)entry->pairs * 64 / all];
	if (w.strangers > 0)
		w.strangers = floor_divide(w.strangers * root, 1024);
	if (w.relatives > 0)
		w.relatives = floor_divide(w.relatives * root, 1024);
	return w;
}

static void
cell_evidence(const struct omni__model *model, const struct cell *cell,
    const uint8_t *place, struct omni__evidence *e)
{
	uint32_t bits;

	memset(e, 0, sizeof(*e));
	e->present = cell->present;
	for (bits = cell->present; bits != 0; bits &= bits - 1) {
		int c = lowest(bits);
		const struct entry *entry = &cell->entries[place[c]];

		e->column[c] = model->behaviour[c] &
		    (OMNI__IDENTIFIER | OMNI__VETO) || c == OMNI__SOURCE ?
		    entry->best : entry_mean(entry, cell->all);
	}
}

static int32_t
cell_weight(const struct omni__model *model, const struct cell *cell,
    const uint8_t *place)
{
	struct omni__evidence e;

	cell_evidence(model, cell, place, &e);
	return omni__evidence_weight(model, &e);
}

/* ---- two entities --------------------------------------------------- */

static void
compare_all(const struct omni__model *model, struct cell *cell,
    const uint8_t *place, const struct omni__person *const *left,
    size_t left_count, const struct omni__person *const *right,
    size_t right_count)
{
	struct omni__levels levels;
	struct omni__evidence evidence;
	size_t x, y;

	for (x = 0; x < left_count; x++)
		for (y = 0; y < right_count; y++) {
			omni__compare(model, left[x], right[y], &levels);
			omni__evidence(model, &levels, &evidence);
			cell_add(cell, place, &evidence);
		}
}

void
omni__entity_evidence(const struct omni__model *model,
    const struct omni__person *const *left, size_t left_count,
    const struct omni__person *const *right, size_t right_count,
    struct omni__evidence *evidence)
{
	uint8_t place[OMNI__COLUMNS];
	struct entry entries[OMNI__COLUMNS];
	struct cell cell = { .entries = entries };
	int c;

	memset(entries, 0, sizeof(entries));
	for (c = 0; c < OMNI__COLUMNS; c++)
		place[c] = (uint8_t)c;
	compare_all(model, &cell, place, left, left_count, right,
	    right_count);
	cell_evidence(model, &cell, place, evidence);
}

int32_t
omni__entity_weight(const struct omni__model *model,
    const struct omni__person *person,
    const struct omni__person *const *records, size_t count)
{
	struct omni__evidence evidence;

	omni__entity_evidence(model, &person, 1, records, count, &evidence);
	return omni__evidence_weight(model, &evidence);
}

/* ---- the order of joining ------------------------------------------- */

/* Is the pair (i, j) to be joined before (i, k)?  Stronger first; of equals
 * the one with the oldest records. */
static bool
nearer(const struct work *w, size_t i, size_t j, size_t k)
{
	int32_t a = weight_of(w, i, j), b = weight_of(w, i, k);

	return a != b ? a > b : j < k;
}

/* Whom cluster i may join. */
static uint64_t
open_to(const struct work *w, size_t i)
{
	if (w->alone & BIT(i))
		return 0;
	return w->alive & ~w->alone & ~w->apart[i] & ~BIT(i);
}

static void
find_nearest(struct work *w, size_t i)
{
	uint64_t bits;
	size_t best = SIZE_MAX;

	/* From the oldest on, so that of equals the first is kept. */
	for (bits = open_to(w, i); bits != 0; bits &= bits - 1) {
		size_t j = (size_t)lowest(bits);

		if (best == SIZE_MAX || nearer(w, i, j, best))
			best = j;
	}
	w->nearest[i] = best;
}

/* Is the pair (i, j), i < j, to be joined before (k, l), k < l? */
static bool
before(const struct work *w, size_t i, size_t j, size_t k, size_t l)
{
	int32_t a = weight_of(w, i, j), b = weight_of(w, k, l);

	if (a != b)
		return a > b;
	return i != k ? i < k : j < l;
}

static bool
strongest(const struct work *w, size_t *a, size_t *b)
{
	uint64_t bits;
	bool found = false;

	for (bits = w->alive; bits != 0; bits &= bits - 1) {
		size_t i = (size_t)lowest(bits), n = w->nearest[i];

		if (n == SIZE_MAX)
			continue;
		if (!found || before(w, i < n ? i : n, i < n ? n : i, *a,
		    *b)) {
			*a = i < n ? i : n;
			*b = i < n ? n : i;
		}
		found = true;
	}
	return found;
}

/* ---- who fits two --------------------------------------------------- */

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

static bool
cluster_holds(const struct work *w, size_t cluster, uint64_t key)
{
	uint64_t bits;

	for (bits = w->members[cluster]; bits != 0; bits &= bits - 1)
		if (holds(&w->groups[lowest(bits)], key))
			return true;
	return false;
}

/* Which of x's identifiers the cluster shares: a bit each. */
static uint64_t
shared_keys(const struct work *w, size_t x, size_t cluster)
{
	const struct omni__person *person = w->groups[x].persons[0];
	uint64_t shared = 0;
	size_t i, bit = 0;

	for (i = 0; i < person->count && bit < 64; i++) {
		if (person->items[i].hash == 0)
			continue;
		if (cluster_holds(w, cluster, person->items[i].hash))
			shared |= BIT(bit);
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
	int32_t weight = weight_of(w, x, chosen);
	uint64_t bits;

	if (!w->groups[x].nameless || w->members[x] != BIT(x))
		return false;
	for (bits = open_to(w, x) & ~BIT(chosen); bits != 0;
	    bits &= bits - 1) {
		size_t k = (size_t)lowest(bits);

		if (weight_of(w, x, k) >= w->model->join &&
		    weight_of(w, x, k) >= weight - OMNI__BIT &&
		    shared_keys(w, x, k) == shared_keys(w, x, chosen) &&
		    (w->apart[chosen] & BIT(k) ||
		    weight_of(w, chosen, k) < w->model->join))
			return true;
	}
	return false;
}

static void
leave_alone(struct work *w, size_t x)
{
	uint64_t bits;

	w->alone |= BIT(x);
	w->nearest[x] = SIZE_MAX;
	for (bits = w->alive; bits != 0; bits &= bits - 1) {
		size_t k = (size_t)lowest(bits);

		if (w->nearest[k] == x)
			find_nearest(w, k);
	}
}

/* ---- joining -------------------------------------------------------- */

static void
join_apart(struct work *w, size_t a, size_t b)
{
	uint64_t bits;

	w->apart[a] |= w->apart[b];
	for (bits = w->apart[b]; bits != 0; bits &= bits - 1)
		w->apart[lowest(bits)] |= BIT(a);
}

static void
merge(struct work *w, size_t a, size_t b)
{
	uint64_t bits;

	w->alive &= ~BIT(b);
	w->nearest[b] = SIZE_MAX;
	w->members[a] |= w->members[b];
	join_apart(w, a, b);
	for (bits = w->alive & ~BIT(a); bits != 0; bits &= bits - 1) {
		size_t k = (size_t)lowest(bits);
		struct cell *cell = cell_of(w, a, k);

		cell_merge(cell, cell_of(w, b, k), w->place);
		w->weight[a * w->count + k] = w->weight[k * w->count + a] =
		    cell_weight(w->model, cell, w->place);
	}
	for (bits = w->alive; bits != 0; bits &= bits - 1) {
		size_t k = (size_t)lowest(bits), n = w->nearest[k];

		if (k == a || n == a || n == b)
			find_nearest(w, k);
		else if (open_to(w, k) & BIT(a) &&
		    (n == SIZE_MAX || nearer(w, k, a, n)))
			w->nearest[k] = a;
	}
}

/* ---- the start ------------------------------------------------------ */

/* The columns that two persons of the pool can differ in: those that somebody
 * has a feature of, and the sources, which are no feature. */
static void
find_columns(struct work *w)
{
	size_t g, i;
	int c;

	for (c = 0; c < OMNI__COLUMNS; c++) {
		bool present = c == OMNI__SOURCE;

		for (g = 0; g < w->count && !present; g++)
			for (i = 0; i < w->groups[g].count && !present; i++)
				present = w->groups[g].persons[i]->begin[c] <
				    w->groups[g].persons[i]->begin[c + 1];
		w->place[c] = (uint8_t)w->columns;
		w->columns += present;
	}
	/* Where nothing is, nothing is written; there is room for one. */
	w->columns++;
}

static omni_status
allocate(struct omni *db, struct work *w)
{
	size_t n = w->count, i, pairs = n * (n - 1) / 2;
	struct entry *entries;

	w->cells = omni__arena_alloc(&w->arena, pairs * sizeof(*w->cells));
	w->weight = omni__arena_zero(&w->arena, n * n * sizeof(*w->weight));
	entries = omni__arena_zero(&w->arena,
	    pairs * w->columns * sizeof(*entries));
	if (w->cells == NULL || w->weight == NULL || entries == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < pairs; i++) {
		w->cells[i].present = w->cells[i].all = 0;
		w->cells[i].entries = entries + i * w->columns;
	}
	return OMNI_OK;
}

static omni_status
prepare(struct omni *db, struct work *w)
{
	size_t i, j, n = w->count;
	omni_status status;

	find_columns(w);
	status = allocate(db, w);
	if (status != OMNI_OK)
		return status;
	for (i = 0; i < n; i++) {
		const struct omni__group *a = &w->groups[i];

		w->alive |= BIT(i);
		w->members[i] = BIT(i);
		w->apart[i] = a->apart;
		for (j = 0; j < i; j++) {
			const struct omni__group *b = &w->groups[j];
			struct cell *cell = cell_of(w, i, j);

			compare_all(w->model, cell, w->place, b->persons,
			    b->count, a->persons, a->count);
			w->weight[i * n + j] = w->weight[j * n + i] =
			    cell_weight(w->model, cell, w->place);
		}
	}
	for (i = 0; i < n; i++)
		find_nearest(w, i);
	return OMNI_OK;
}

/* ---- the outcome ---------------------------------------------------- */

static void
write_roots(const struct work *w, size_t root[OMNI__POOL_MAX])
{
	uint64_t clusters, groups;

	for (clusters = w->alive; clusters != 0; clusters &= clusters - 1) {
		size_t a = (size_t)lowest(clusters);

		for (groups = w->members[a]; groups != 0;
		    groups &= groups - 1)
			root[lowest(groups)] = a;
	}
}

/* Marks the strongest few of those that cluster i might still be one with. */
static uint64_t
likeliest(const struct work *w, size_t i)
{
	uint64_t left = w->alive & ~w->apart[i] & ~BIT(i), chosen = 0, bits;
	int n;

	for (n = 0; n < OMNI__RIVALS_MAX; n++) {
		size_t best = SIZE_MAX;

		for (bits = left & ~chosen; bits != 0; bits &= bits - 1) {
			size_t k = (size_t)lowest(bits);

			if (weight_of(w, i, k) >= OMNI__RIVAL_LEAST &&
			    (best == SIZE_MAX || nearer(w, i, k, best)))
				best = k;
		}
		if (best == SIZE_MAX)
			break;
		chosen |= BIT(best);
	}
	return chosen;
}

/* Who did not join, though it is not out of the question: each cluster's
 * likeliest, seen from either side. */
static void
write_rivals(const struct work *w, struct omni__agglomeration *out)
{
	uint64_t chosen[OMNI__POOL_MAX] = { 0 }, bits, others;

	for (bits = w->alive; bits != 0; bits &= bits - 1)
		chosen[lowest(bits)] = likeliest(w, (size_t)lowest(bits));
	for (bits = w->alive; bits != 0; bits &= bits - 1) {
		size_t a = (size_t)lowest(bits);

		for (others = w->alive & ~(BIT(a) | (BIT(a) - 1));
		    others != 0; others &= others - 1) {
			size_t b = (size_t)lowest(others);

			if (!(chosen[a] & BIT(b)) && !(chosen[b] & BIT(a)))
				continue;
			out->rivals[out->rival_count].older = a;
			out->rivals[out->rival_count].younger = b;
			out->rivals[out->rival_count++].weight =
			    weight_of(w, a, b);
		}
	}
}

/* ---- the whole ------------------------------------------------------ */

/* Does anything but a name speak for it?  Two may share a rare one. */
static bool
beyond_names(const struct work *w, size_t a, size_t b)
{
	struct omni__evidence e;
	uint32_t bits;

	cell_evidence(w->model, cell_of(w, a, b), w->place, &e);
	for (bits = e.present; bits != 0; bits &= bits - 1) {
		int c = lowest(bits);

		if (c > OMNI__OTHER && c != OMNI__SOURCE &&
		    c != OMNI__GENDER && e.column[c].strangers > 0)
			return true;
	}
	return false;
}

/* A join is sure when it is strong enough, rests on more than a name, and is
 * of two that each are surely one; of the unsure the parts stay. */
static bool
surely(const struct work *w, uint64_t doubtful, size_t a, size_t b)
{
	return !(doubtful & (BIT(a) | BIT(b))) &&
	    weight_of(w, a, b) >= w->model->sure && beyond_names(w, a, b);
}

static void
join_all(struct work *w, struct omni__agglomeration *out)
{
	uint64_t doubtful = 0, groups;
	size_t a = 0, b = 0;

	while (strongest(w, &a, &b) &&
	    weight_of(w, a, b) >= w->model->join) {
		if (fits_two(w, a, b)) {
			leave_alone(w, a);
			continue;
		}
		if (fits_two(w, b, a)) {
			leave_alone(w, b);
			continue;
		}
		if (!surely(w, doubtful, a, b))
			doubtful |= BIT(a);
		for (groups = doubtful & BIT(a) ? 0 : w->members[b];
		    groups != 0; groups &= groups - 1)
			out->sure[lowest(groups)] = a;
		/* The younger one joins the older, which is not touched. */
		out->strength[b] = weight_of(w, a, b);
		out->into[b] = a;
		merge(w, a, b);
	}
	write_roots(w, out->joined);
}

omni_status
omni__agglomerate(struct omni *db, const struct omni__model *model,
    const struct omni__group *groups, size_t count,
    struct omni__agglomeration *out)
{
	struct work w;
	omni_status status;
	size_t g;

	out->rival_count = 0;
	for (g = 0; g < count; g++) {
		out->joined[g] = out->sure[g] = out->into[g] = g;
		out->strength[g] = INT32_MAX;
	}
	if (count < 2)
		return OMNI_OK;
	memset(&w, 0, offsetof(struct work, room));
	w.model = model;
	w.groups = groups;
	w.count = count;
	w.arena = (struct omni__arena){ .env = &db->env, .given = w.room,
	    .given_room = sizeof(w.room) };
	status = prepare(db, &w);
	if (status == OMNI_OK) {
		join_all(&w, out);
		write_rivals(&w, out);
	}
	omni__arena_free(&w.arena);
	return status;
}
