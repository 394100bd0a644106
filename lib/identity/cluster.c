/*
 * The customers of one pool.  What is one from the start (a steward's word,
 * equal records) is drawn together; a pool of more than OMNI__POOL_MAX such
 * groups is cut along its weaker pairs, one bit at a time; each part is
 * agglomerated.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/cluster.h"

struct work {
	struct omni *db;
	const struct omni__model *model;
	const struct omni__pool *pool;
	bool *obeyed;		/* rulings that no newer one contradicts */
	bool apart;		/* some ruling keeps records apart */
	size_t *same;		/* union-find of what is one from the start */
	size_t *customer, *sure;	/* out */
};

/* ---- records that are one from the start ---------------------------- */

static bool
separates(const struct omni__ruling *ruling, size_t *unions)
{
	size_t i, j;

	for (i = 0; i < ruling->count[0]; i++)
		for (j = 0; j < ruling->count[1]; j++)
			if (omni__root(unions, ruling->side[0][i]) ==
			    omni__root(unions, ruling->side[1][j]))
				return true;
	return false;
}

/* Would uniting its members break a newer "different"? */
static bool
contradicted(struct work *w, size_t r, size_t *trial)
{
	const struct omni__ruling *ruling = &w->pool->rulings[r];
	size_t i;

	if (ruling->what == OMNI_VERDICT_DIFFERENT)
		return separates(ruling, w->same);
	memcpy(trial, w->same, w->pool->count * sizeof(*trial));
	for (i = 1; i < ruling->count[0]; i++)
		(void)omni__unite(trial, ruling->side[0][0],
		    ruling->side[0][i]);
	for (i = 0; i < r; i++)
		if (w->obeyed[i] &&
		    w->pool->rulings[i].what == OMNI_VERDICT_DIFFERENT &&
		    separates(&w->pool->rulings[i], trial))
			return true;
	return false;
}

/* Newest first; a ruling that contradicts newer ones is not obeyed. */
static omni_status
obey(struct work *w)
{
	size_t *trial;
	size_t r, i;

	w->obeyed = omni__arena_zero(&w->db->scratch,
	    (w->pool->ruling_count + 1) * sizeof(*w->obeyed));
	trial = omni__arena_alloc(&w->db->scratch,
	    w->pool->count * sizeof(*trial));
	if (w->obeyed == NULL || trial == NULL)
		return omni__nomem(&w->db->error);
	for (r = 0; r < w->pool->ruling_count; r++) {
		const struct omni__ruling *ruling = &w->pool->rulings[r];

		if (contradicted(w, r, trial))
			continue;
		w->obeyed[r] = true;
		w->apart |= ruling->what == OMNI_VERDICT_DIFFERENT;
		if (ruling->what != OMNI_VERDICT_SAME)
			continue;
		for (i = 1; i < ruling->count[0]; i++)
			(void)omni__unite(w->same, ruling->side[0][0],
			    ruling->side[0][i]);
	}
	return OMNI_OK;
}

/* Does a ruling forbid what the union-find says? */
static bool
forbidden(struct work *w, size_t *unions)
{
	size_t r;

	for (r = 0; r < w->pool->ruling_count && w->apart; r++)
		if (w->obeyed[r] && w->pool->rulings[r].what ==
		    OMNI_VERDICT_DIFFERENT &&
		    separates(&w->pool->rulings[r], unions))
			return true;
	return false;
}

static int
compare_nodes(const void *left, const void *right)
{
	struct omni__node *const *const *a = left, *const *const *b = right;
	int order = omni__person_order((**a)->person, (**b)->person);

	return order != 0 ? order : *a < *b ? -1 : *a > *b;
}

/* Equal records share a node, if one such pair weighs enough to join. */
static omni_status
unite_equal(struct work *w)
{
	struct omni__node **const *order, ***sorted;
	size_t i, count = w->pool->count;

	sorted = omni__arena_alloc(&w->db->scratch, count * sizeof(*sorted));
	if (sorted == NULL)
		return omni__nomem(&w->db->error);
	for (i = 0; i < count; i++)
		sorted[i] = &w->pool->nodes[i];
	qsort(sorted, count, sizeof(*sorted), compare_nodes);
	order = sorted;
	for (i = 1; i < count; i++) {
		const struct omni__person *a = (*order[i - 1])->person;
		const struct omni__person *b = (*order[i])->person;

		if (omni__person_order(a, b) == 0 && omni__person_live(a) &&
		    omni__pair_weight(w->model, a, b) >= w->model->join)
			(void)omni__unite(w->same,
			    (size_t)(order[i - 1] - w->pool->nodes),
			    (size_t)(order[i] - w->pool->nodes));
	}
	return OMNI_OK;
}

/* A steward's word goes before equality: where a "different" lies between
 * equal records, none of the pool is united for being equal. */
static omni_status
unite_given(struct work *w)
{
	size_t *before;
	omni_status status;

	status = obey(w);
	if (status != OMNI_OK)
		return status;
	before = omni__arena_copy(&w->db->scratch, w->same,
	    w->pool->count * sizeof(*w->same));
	if (before == NULL)
		return omni__nomem(&w->db->error);
	status = unite_equal(w);
	if (status == OMNI_OK && forbidden(w, w->same))
		memcpy(w->same, before, w->pool->count * sizeof(*w->same));
	return status;
}

/* Too large a pool is first drawn together where one name stands under one
 * shared identifier (an atom): a customer seen in many ways stays whole.
 * Where stewards keep people apart, nothing is drawn together unasked. */
static omni_status
unite_atoms(struct work *w)
{
	const struct omni__pool *pool = w->pool;

	if (w->apart)
		return OMNI_OK;
	return omni__connect(w->db, w->model, pool->nodes, pool->claims,
	    pool->claim_count, 0, true, w->same);
}

/* ---- groups --------------------------------------------------------- */

/* Records of a group that are compared: its oldest, all different. */
#define SPEAKERS 12

static omni_status
make_groups(struct work *w, const size_t *members, size_t count,
    struct omni__group *groups, size_t *group_of, size_t *out)
{
	size_t i, g, n = 0;

	for (i = 0; i < count; i++) {
		size_t root = omni__root(w->same, members[i]);
		const struct omni__person *person =
		    w->pool->nodes[members[i]]->person;
		struct omni__group *group;

		for (g = 0; g < n && groups[g].first != root; g++)
			;
		if (g == n) {
			memset(&groups[n], 0, sizeof(groups[n]));
			groups[n].first = root;
			groups[n].nameless = true;
			groups[n].persons = omni__arena_alloc(
			    &w->db->scratch, SPEAKERS * sizeof(person));
			if (groups[n++].persons == NULL)
				return omni__nomem(&w->db->error);
		}
		group = &groups[g];
		group_of[i] = g;
		group->records++;
		group->nameless &= person->mark == 0;
		if (group->count < SPEAKERS && (group->count == 0 ||
		    !omni__person_equal(person,
		    group->persons[group->count - 1])))
			group->persons[group->count++] = person;
	}
	*out = n;
	return OMNI_OK;
}

static size_t
count_groups(struct work *w, const size_t *members, size_t count)
{
	size_t i, n = 0;
	bool *seen = omni__arena_zero(&w->db->scratch,
	    w->pool->count * sizeof(*seen));

	if (seen == NULL)
		return SIZE_MAX;
	for (i = 0; i < count; i++) {
		size_t root = omni__root(w->same, members[i]);

		n += !seen[root];
		seen[root] = true;
	}
	return n;
}

/* Marks groups that a ruling keeps apart. */
static void
keep_apart(struct work *w, struct omni__group *groups, size_t count)
{
	size_t r, i, j, g, h;

	for (r = 0; r < w->pool->ruling_count; r++) {
		const struct omni__ruling *ruling = &w->pool->rulings[r];

		if (!w->obeyed[r] || ruling->what != OMNI_VERDICT_DIFFERENT)
			continue;
		for (i = 0; i < ruling->count[0]; i++)
			for (j = 0; j < ruling->count[1]; j++) {
				size_t a = omni__root(w->same,
				    ruling->side[0][i]);
				size_t b = omni__root(w->same,
				    ruling->side[1][j]);

				for (g = 0; g < count; g++)
					for (h = 0; h < count; h++)
						if (groups[g].first == a &&
						    groups[h].first == b) {
							groups[g].apart |=
							    UINT64_C(1) << h;
							groups[h].apart |=
							    UINT64_C(1) << g;
						}
			}
	}
}

/* A part that fits: agglomerate and write the customers down. */
static omni_status
cluster_part(struct work *w, const size_t *members, size_t count)
{
	struct omni__group groups[OMNI__POOL_MAX];
	size_t joined[OMNI__POOL_MAX], n = 0, i, *group_of;
	int32_t strength[OMNI__POOL_MAX];
	omni_status status;

	group_of = omni__arena_alloc(&w->db->scratch,
	    count * sizeof(*group_of));
	if (group_of == NULL)
		return omni__nomem(&w->db->error);
	status = make_groups(w, members, count, groups, group_of, &n);
	if (status != OMNI_OK)
		return status;
	keep_apart(w, groups, n);
	status = omni__agglomerate(w->db, w->model, groups, n, joined,
	    strength);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		const struct omni__group *group = &groups[group_of[i]];
		struct omni__node *node = w->pool->nodes[members[i]];

		w->customer[members[i]] =
		    groups[joined[group_of[i]]].first;
		w->sure[members[i]] = w->customer[members[i]];
		/* Others of a group are one with its oldest from the start. */
		node->strength = members[i] == group->first ?
		    strength[group_of[i]] : INT32_MAX - 1;
	}
	return status;
}

/* ---- parts of a pool ------------------------------------------------ */

/* Above this level what still hangs together is one customer. */
#define LEVEL_MAX (40 * OMNI__BIT)

static omni_status split_part(struct work *w, const size_t *members,
    size_t count, int32_t level);

/* The whole of it is one customer: single links of LEVEL_MAX bits. */
static void
one_customer(struct work *w, const size_t *members, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		w->customer[members[i]] = w->sure[members[i]] = members[0];
		w->pool->nodes[members[i]]->strength = i == 0 ? INT32_MAX :
		    LEVEL_MAX;
	}
}

/* Gathers the members of each component of `unions` among some nodes, in
 * order of age, and hands each to split_part. */
static omni_status
each_component(struct work *w, size_t *unions, const size_t *members,
    size_t count, int32_t level)
{
	size_t *next, *tail, *list, i, n;
	omni_status status = OMNI_OK;

	next = omni__arena_alloc(&w->db->scratch,
	    w->pool->count * sizeof(*next));
	tail = omni__arena_alloc(&w->db->scratch,
	    w->pool->count * sizeof(*tail));
	list = omni__arena_alloc(&w->db->scratch, count * sizeof(*list));
	if (next == NULL || tail == NULL || list == NULL)
		return omni__nomem(&w->db->error);
	for (i = 0; i < count; i++) {
		size_t node = members[i], root = omni__root(unions, node);

		next[node] = SIZE_MAX;
		if (root != node)
			next[tail[root]] = node;
		tail[root] = node;
	}
	for (i = 0; i < count && status == OMNI_OK; i++) {
		size_t node = members[i];

		if (omni__root(unions, node) != node)
			continue;
		for (n = 0; node != SIZE_MAX; node = next[node])
			list[n++] = node;
		status = split_part(w, list, n, level);
	}
	return status;
}

/* members: one component at `level`, oldest first. */
static omni_status
split_part(struct work *w, const size_t *members, size_t count,
    int32_t level)
{
	size_t *unions, *copy, groups;
	omni_status status = OMNI_OK;

	groups = count_groups(w, members, count);
	if (groups == SIZE_MAX)
		return omni__nomem(&w->db->error);
	if (groups > OMNI__POOL_MAX && level == w->model->edge) {
		status = unite_atoms(w);
		if (status != OMNI_OK)
			return status;
		groups = count_groups(w, members, count);
	}
	if (groups <= OMNI__POOL_MAX)
		return cluster_part(w, members, count);
	if (level >= LEVEL_MAX) {
		one_customer(w, members, count);
		return OMNI_OK;
	}
	level += OMNI__BIT;
	unions = omni__arena_copy(&w->db->scratch, w->same,
	    w->pool->count * sizeof(*unions));
	copy = omni__arena_copy(&w->db->scratch, members,
	    count * sizeof(*copy));
	if (unions == NULL || copy == NULL)
		return omni__nomem(&w->db->error);
	status = omni__connect(w->db, w->model, w->pool->nodes,
	    w->pool->claims, w->pool->claim_count, level, false, unions);
	return status == OMNI_OK ?
	    each_component(w, unions, copy, count, level) : status;
}

omni_status
omni__pool_cluster(struct omni *db, const struct omni__model *model,
    const struct omni__pool *pool, size_t *customer, size_t *sure)
{
	struct work w = { .db = db, .model = model, .pool = pool,
	    .customer = customer, .sure = sure };
	size_t *all, i;
	omni_status status;

	w.same = omni__arena_alloc(&db->scratch,
	    pool->count * sizeof(*w.same));
	all = omni__arena_alloc(&db->scratch, pool->count * sizeof(*all));
	if (w.same == NULL || all == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < pool->count; i++)
		w.same[i] = all[i] = i;
	status = unite_given(&w);
	if (status == OMNI_OK)
		status = split_part(&w, all, pool->count, model->edge);
	return status;
}
