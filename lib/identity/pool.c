/*
 * Pools: components of candidate pairs.  A candidate pair shares an identifier
 * or a block that is not common, and weighs at least model->edge; or a steward
 * called the two the same.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/cluster.h"

int
omni__node_order(const struct omni__node *a, const struct omni__node *b)
{
	bool known_a = a->first != OMNI_TIME_UNKNOWN;
	bool known_b = b->first != OMNI_TIME_UNKNOWN;

	if (known_a != known_b)
		return known_a ? -1 : 1;
	if (known_a && a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return memcmp(a->id, b->id, OMNI__ID);
}

size_t
omni__root(size_t *parent, size_t i)
{
	while (parent[i] != i) {
		parent[i] = parent[parent[i]];
		i = parent[i];
	}
	return i;
}

size_t
omni__unite(size_t *parent, size_t a, size_t b)
{
	a = omni__root(parent, a);
	b = omni__root(parent, b);
	if (a == b)
		return a;
	if (a > b) {
		size_t swap = a;

		a = b;
		b = swap;
	}
	parent[b] = a;
	return a;
}

struct gather {
	struct omni *db;
	const struct omni__model *model;
	struct omni__node *nodes;
	size_t count;
	const struct omni__ruling *rulings;
	size_t ruling_count;
	struct omni__claim *claims;
	size_t claim_count;
	struct omni__memo *memo;
	size_t *twin;		/* the oldest record that is equal and speaks
				 * for it */
	size_t *pool;		/* union-find */
};

/* ---- equal records -------------------------------------------------- */

int
omni__person_order(const struct omni__person *a,
    const struct omni__person *b)
{
	size_t i;

	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	for (i = 0; i < a->count; i++) {
		const struct omni__item *x = &a->items[i], *y = &b->items[i];
		int order;

		if (x->column != y->column)
			return x->column < y->column ? -1 : 1;
		if (x->size != y->size)
			return x->size < y->size ? -1 : 1;
		order = memcmp(x->text, y->text, x->size);
		if (order != 0)
			return order;
	}
	return 0;
}

static int
compare_nodes(const void *left, const void *right)
{
	const struct omni__node *const *a = left, *const *b = right;
	int order = omni__person_order((*a)->person, (*b)->person);

	return order != 0 ? order : *a < *b ? -1 : *a > *b;
}

/* Equal records need to be compared with the others once only, if they are
 * candidates among themselves. */
static omni_status
find_twins(struct gather *g)
{
	const struct omni__node **order;
	size_t i;

	order = omni__arena_alloc(&g->db->scratch,
	    g->count * sizeof(*order));
	if (order == NULL)
		return omni__nomem(&g->db->error);
	for (i = 0; i < g->count; i++) {
		order[i] = &g->nodes[i];
		g->twin[i] = i;
	}
	qsort(order, g->count, sizeof(*order), compare_nodes);
	for (i = 1; i < g->count; i++) {
		const struct omni__person *a = order[i - 1]->person;
		const struct omni__person *b = order[i]->person;

		if (omni__person_order(a, b) == 0 && order[i]->live &&
		    omni__pair_weight(g->model, a, b) >= g->model->join)
			g->twin[order[i] - g->nodes] =
			    g->twin[order[i - 1] - g->nodes];
	}
	for (i = 0; i < g->count; i++)
		(void)omni__unite(g->pool, i, g->twin[i]);
	return OMNI_OK;
}

/* ---- shared keys ---------------------------------------------------- */

/* Those of the nodes that speak for others; the rest say nothing new. */
static omni_status
collect_claims(struct gather *g, const struct omni__claim *claims,
    size_t count)
{
	size_t i, n = 0;

	g->claims = omni__arena_alloc(&g->db->scratch,
	    (count + 1) * sizeof(*g->claims));
	if (g->claims == NULL)
		return omni__nomem(&g->db->error);
	for (i = 0; i < count; i++)
		if (g->twin[claims[i].node] == claims[i].node)
			g->claims[n++] = claims[i];
	g->claim_count = n;
	return OMNI_OK;
}

static omni_status
connect_all(struct gather *g)
{
	struct omni__pool all = { .count = g->count, .memo = g->memo,
	    .claims = g->claims, .claim_count = g->claim_count };
	size_t i;

	all.nodes = omni__arena_alloc(&g->db->scratch,
	    g->count * sizeof(*all.nodes));
	if (all.nodes == NULL)
		return omni__nomem(&g->db->error);
	for (i = 0; i < g->count; i++)
		all.nodes[i] = &g->nodes[i];
	return omni__connect(g->db, g->model, &all, g->model->edge, false,
	    g->pool);
}

/* ---- pools ---------------------------------------------------------- */

/* A ruling in force or not ties those whom it names: when one goes, it may
 * hold of the others.  That one is not another needs no tie: what contradicts
 * it is between these two. */
static void
unite_named(struct gather *g, const struct omni__ruling *ruling)
{
	size_t i, s;

	if (ruling->count[0] == 0 || (ruling->what != OMNI_VERDICT_SAME &&
	    ruling->count[0] + ruling->count[1] <= 2))
		return;
	for (s = 0; s < 2; s++)
		for (i = 0; i < ruling->count[s]; i++)
			(void)omni__unite(g->pool, ruling->side[0][0],
			    ruling->side[s][i]);
}

static void
unite_pools(struct gather *g)
{
	size_t i, r;

	for (r = 0; r < g->ruling_count; r++)
		unite_named(g, &g->rulings[r]);
	for (i = 0; i < g->count; i++)
		g->nodes[i].pool = omni__root(g->pool, i);
}

/* Members, claims and rulings of each pool, in runs. */
struct runs {
	size_t *local;		/* index of a node within its pool */
	struct omni__node **members;
	size_t *begin;		/* of pool root r: members[begin[r]] on */
	size_t *size;
	struct omni__claim *claims;
	size_t *claim_begin, *claim_size;
};

static bool
allocate_runs(struct gather *g, struct runs *runs)
{
	struct omni__arena *arena = &g->db->scratch;
	size_t size = g->count * sizeof(size_t);

	runs->local = omni__arena_alloc(arena, size);
	runs->begin = omni__arena_zero(arena, size);
	runs->size = omni__arena_zero(arena, size);
	runs->claim_begin = omni__arena_zero(arena, size);
	runs->claim_size = omni__arena_zero(arena, size);
	runs->members = omni__arena_alloc(arena,
	    g->count * sizeof(*runs->members));
	runs->claims = omni__arena_alloc(arena,
	    (g->claim_count + 1) * sizeof(*runs->claims));
	return runs->local != NULL && runs->begin != NULL &&
	    runs->size != NULL && runs->claim_begin != NULL &&
	    runs->claim_size != NULL && runs->members != NULL &&
	    runs->claims != NULL;
}

/* Counting sort by pool; within one, the order (age) stays. */
static omni_status
make_runs(struct gather *g, struct runs *runs)
{
	size_t i, at = 0, claim_at = 0;

	if (!allocate_runs(g, runs))
		return omni__nomem(&g->db->error);
	for (i = 0; i < g->count; i++)
		runs->size[g->nodes[i].pool]++;
	for (i = 0; i < g->claim_count; i++)
		runs->claim_size[g->nodes[g->claims[i].node].pool]++;
	for (i = 0; i < g->count; i++) {
		runs->begin[i] = at;
		at += runs->size[i];
		runs->claim_begin[i] = claim_at;
		claim_at += runs->claim_size[i];
		runs->size[i] = runs->claim_size[i] = 0;
	}
	for (i = 0; i < g->count; i++) {
		size_t p = g->nodes[i].pool;

		runs->local[i] = runs->size[p];
		runs->members[runs->begin[p] + runs->size[p]++] =
		    &g->nodes[i];
	}
	for (i = 0; i < g->claim_count; i++) {
		struct omni__claim claim = g->claims[i];
		size_t pool = g->nodes[claim.node].pool;

		claim.node = (uint32_t)runs->local[claim.node];
		runs->claims[runs->claim_begin[pool] +
		    runs->claim_size[pool]++] = claim;
	}
	return OMNI_OK;
}

/* The part of a ruling that lies in a pool, in the pool's indices. */
static omni_status
localise(struct gather *g, const struct runs *runs, size_t pool,
    const struct omni__ruling *ruling, struct omni__ruling *out)
{
	size_t s, i, *list;

	memset(out, 0, sizeof(*out));
	out->fact = ruling->fact;
	out->what = ruling->what;
	for (s = 0; s < 2; s++) {
		list = omni__arena_alloc(&g->db->scratch,
		    (ruling->count[s] + 1) * sizeof(*list));
		if (list == NULL)
			return omni__nomem(&g->db->error);
		out->side[s] = list;
		for (i = 0; i < ruling->count[s]; i++)
			if (g->nodes[ruling->side[s][i]].pool == pool)
				list[out->count[s]++] =
				    runs->local[ruling->side[s][i]];
	}
	return OMNI_OK;
}

static omni_status
local_rulings(struct gather *g, const struct runs *runs, size_t pool,
    struct omni__pool *out)
{
	struct omni__ruling *list;
	omni_status status = OMNI_OK;
	size_t r, n = 0;

	if (g->ruling_count == 0)
		return OMNI_OK;
	list = omni__arena_alloc(&g->db->scratch,
	    g->ruling_count * sizeof(*list));
	if (list == NULL)
		return omni__nomem(&g->db->error);
	for (r = 0; r < g->ruling_count && status == OMNI_OK; r++) {
		status = localise(g, runs, pool, &g->rulings[r], &list[n]);
		if (list[n].count[0] > 0 &&
		    (list[n].what == OMNI_VERDICT_SAME ||
		    list[n].count[1] > 0))
			n++;
	}
	out->rulings = list;
	out->ruling_count = n;
	return status;
}

static omni_status
cluster_one(struct gather *g, const struct runs *runs, size_t root)
{
	struct omni__pool pool = {
		.nodes = runs->members + runs->begin[root],
		.memo = g->memo,
		.count = runs->size[root],
		.claims = runs->claims + runs->claim_begin[root],
		.claim_count = runs->claim_size[root],
	};
	omni_status status;
	size_t *customer, *sure, i;

	if (pool.count == 1) {
		pool.nodes[0]->customer = pool.nodes[0]->sure = root;
		pool.nodes[0]->strength = INT32_MAX;
		return OMNI_OK;
	}
	customer = omni__arena_alloc(&g->db->scratch,
	    2 * pool.count * sizeof(*customer));
	if (customer == NULL)
		return omni__nomem(&g->db->error);
	sure = customer + pool.count;
	status = local_rulings(g, runs, root, &pool);
	if (status == OMNI_OK)
		status = omni__pool_cluster(g->db, g->model, &pool,
		    customer, sure);
	for (i = 0; i < pool.count && status == OMNI_OK; i++) {
		pool.nodes[i]->customer =
		    (size_t)(pool.nodes[customer[i]] - g->nodes);
		pool.nodes[i]->sure =
		    (size_t)(pool.nodes[sure[i]] - g->nodes);
	}
	return status;
}

static omni_status
find_pools(struct gather *g, const struct omni__claim *claims, size_t count)
{
	struct runs runs;
	omni_status status;
	size_t i;

	status = find_twins(g);
	if (status == OMNI_OK)
		status = collect_claims(g, claims, count);
	if (status == OMNI_OK)
		status = connect_all(g);
	if (status != OMNI_OK)
		return status;
	unite_pools(g);
	status = make_runs(g, &runs);
	for (i = 0; i < g->count && status == OMNI_OK; i++)
		if (g->nodes[i].pool == i)
			status = cluster_one(g, &runs, i);
	return status;
}

omni_status
omni__cluster(struct omni *db, struct omni__node *nodes, size_t count,
    const struct omni__claim *claims, size_t claim_count,
    const struct omni__ruling *rulings, size_t ruling_count)
{
	struct gather g = { .db = db, .nodes = nodes, .count = count,
	    .rulings = rulings, .ruling_count = ruling_count };
	omni_status status;
	size_t i;

	if (count == 0)
		return OMNI_OK;
	status = omni__model(db, &g.model);
	if (status != OMNI_OK)
		return status;
	g.twin = omni__arena_alloc(&db->scratch, count * sizeof(*g.twin));
	g.pool = omni__arena_alloc(&db->scratch, count * sizeof(*g.pool));
	if (g.twin == NULL || g.pool == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		g.pool[i] = i;
		nodes[i].number = (uint32_t)i;
	}
	g.memo = omni__memo_new(&db->env, count);
	status = find_pools(&g, claims, claim_count);
	omni__memo_free(g.memo);
	return status;
}
