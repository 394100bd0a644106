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
	size_t *contradicted;	/* of each ruling, as below */
	bool apart;		/* some ruling keeps records apart */
	/* Union-find of what is one from the start, and surely so. */
	size_t *same, *surely;
	size_t *customer, *sure;	/* out */
};

/* ---- rulings -------------------------------------------------------- */

/* What is looked at while rulings are weighed against newer ones. */
struct court {
	const struct omni__ruling *rulings;
	size_t *contradicted;
	size_t *unions;
	bool *named;		/* roots that the ruling at hand would unite */
};

static bool
in_force(const struct court *c, size_t r, int32_t what)
{
	return c->contradicted[r] == SIZE_MAX && c->rulings[r].what == what;
}

static void
unite_side(size_t *unions, const struct omni__ruling *ruling)
{
	size_t i;

	for (i = 1; i < ruling->count[0]; i++)
		(void)omni__unite(unions, ruling->side[0][0],
		    ruling->side[0][i]);
}

static bool
names(const struct court *c, const struct omni__ruling *ruling, int side)
{
	size_t i;

	for (i = 0; i < ruling->count[side]; i++)
		if (c->named[omni__root(c->unions, ruling->side[side][i])])
			return true;
	return false;
}

static void
name_side(struct court *c, const struct omni__ruling *ruling, int side,
    bool named)
{
	size_t i;

	for (i = 0; i < ruling->count[side]; i++)
		c->named[omni__root(c->unions, ruling->side[side][i])] =
		    named;
}

/* Would uniting its members break a newer "different"?  Which, the newest
 * first; SIZE_MAX: none. */
static size_t
same_breaks(struct court *c, size_t r)
{
	size_t i, found = SIZE_MAX;

	name_side(c, &c->rulings[r], 0, true);
	for (i = 0; i < r && found == SIZE_MAX; i++)
		if (in_force(c, i, OMNI_VERDICT_DIFFERENT) &&
		    names(c, &c->rulings[i], 0) &&
		    names(c, &c->rulings[i], 1))
			found = i;
	name_side(c, &c->rulings[r], 0, false);
	return found;
}

static bool
separates(struct court *c, const struct omni__ruling *ruling)
{
	bool found;

	name_side(c, ruling, 0, true);
	found = names(c, ruling, 1);
	name_side(c, ruling, 0, false);
	return found;
}

/* Which newer "same" brought together what a "different" parts?  All before
 * it are told anew. */
static size_t
who_united(struct court *c, size_t r, size_t nodes)
{
	size_t i;

	for (i = 0; i < nodes; i++)
		c->unions[i] = i;
	for (i = 0; i < r; i++) {
		if (!in_force(c, i, OMNI_VERDICT_SAME))
			continue;
		unite_side(c->unions, &c->rulings[i]);
		if (separates(c, &c->rulings[r]))
			break;
	}
	c->contradicted[r] = i;
	for (; i < r; i++)
		if (in_force(c, i, OMNI_VERDICT_SAME))
			unite_side(c->unions, &c->rulings[i]);
	return c->contradicted[r];
}

omni_status
omni__rulings_obey(struct omni *db, const struct omni__ruling *rulings,
    size_t count, size_t nodes, size_t *contradicted)
{
	struct court c = { rulings, contradicted, NULL, NULL };
	size_t r, i;

	c.unions = omni__arena_alloc(&db->scratch,
	    (nodes + 1) * sizeof(*c.unions));
	c.named = omni__arena_zero(&db->scratch,
	    (nodes + 1) * sizeof(*c.named));
	if (c.unions == NULL || c.named == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < nodes; i++)
		c.unions[i] = i;
	for (r = 0; r < count; r++) {
		contradicted[r] = SIZE_MAX;
		if (rulings[r].what == OMNI_VERDICT_SAME) {
			contradicted[r] = same_breaks(&c, r);
			if (contradicted[r] == SIZE_MAX)
				unite_side(c.unions, &rulings[r]);
		} else if (separates(&c, &rulings[r]))
			contradicted[r] = who_united(&c, r, nodes);
	}
	return OMNI_OK;
}

/* ---- records that are one from the start ---------------------------- */

/* The younger of two parts joins the older, for the reason given. */
static void
join(struct work *w, size_t a, size_t b, int32_t how, int64_t ruling,
    int32_t strength)
{
	size_t older, younger;
	struct omni__node *node;

	a = omni__root(w->same, a);
	b = omni__root(w->same, b);
	if (a == b)
		return;
	older = omni__unite(w->same, a, b);
	younger = older == a ? b : a;
	node = w->pool->nodes[younger];
	node->into = w->pool->nodes[older];
	node->how = how;
	node->ruling = ruling;
	node->strength = strength;
}

static omni_status
obey(struct work *w)
{
	const struct omni__pool *pool = w->pool;
	omni_status status;
	size_t r, i;

	w->contradicted = omni__arena_alloc(&w->db->scratch,
	    (pool->ruling_count + 1) * sizeof(*w->contradicted));
	if (w->contradicted == NULL)
		return omni__nomem(&w->db->error);
	status = omni__rulings_obey(w->db, pool->rulings,
	    pool->ruling_count, pool->count, w->contradicted);
	for (r = 0; status == OMNI_OK && r < pool->ruling_count; r++) {
		const struct omni__ruling *ruling = &pool->rulings[r];

		if (w->contradicted[r] != SIZE_MAX)
			continue;
		w->apart |= ruling->what == OMNI_VERDICT_DIFFERENT;
		if (ruling->what != OMNI_VERDICT_SAME)
			continue;
		for (i = 1; i < ruling->count[0]; i++)
			join(w, ruling->side[0][0], ruling->side[0][i],
			    OMNI__JOINED_VERDICT, ruling->fact,
			    INT32_MAX - 1);
		unite_side(w->surely, ruling);
	}
	return status;
}

/* Does a ruling forbid what is one now? */
static bool
forbidden(struct work *w)
{
	size_t r, i, j;

	for (r = 0; r < w->pool->ruling_count && w->apart; r++) {
		const struct omni__ruling *ruling = &w->pool->rulings[r];

		if (w->contradicted[r] != SIZE_MAX ||
		    ruling->what != OMNI_VERDICT_DIFFERENT)
			continue;
		for (i = 0; i < ruling->count[0]; i++)
			for (j = 0; j < ruling->count[1]; j++)
				if (omni__root(w->same, ruling->side[0][i])
				    == omni__root(w->same,
				    ruling->side[1][j]))
					return true;
	}
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
		size_t x = (size_t)(order[i - 1] - w->pool->nodes);
		size_t y = (size_t)(order[i] - w->pool->nodes);
		int32_t weight;

		if (omni__person_order(a, b) != 0 ||
		    !(*order[i])->live)
			continue;
		weight = omni__pair_weight(w->model, a, b);
		if (weight >= w->model->join)
			join(w, x, y, OMNI__JOINED_EQUAL, 0, weight);
		if (weight >= w->model->sure)
			(void)omni__unite(w->surely, x, y);
	}
	return OMNI_OK;
}

/* Takes back what unite_equal did. */
static void
part_equal(struct work *w, const size_t *same, const size_t *surely)
{
	size_t i, size = w->pool->count * sizeof(*same);

	memcpy(w->same, same, size);
	memcpy(w->surely, surely, size);
	for (i = 0; i < w->pool->count; i++) {
		struct omni__node *node = w->pool->nodes[i];

		if (node->how != OMNI__JOINED_EQUAL)
			continue;
		node->into = NULL;
		node->how = 0;
		node->strength = INT32_MAX;
	}
}

/* A steward's word goes before equality: where a "different" lies between
 * equal records, none of the pool is united for being equal. */
static omni_status
unite_given(struct work *w)
{
	size_t *same, *surely, size = w->pool->count * sizeof(*same);
	omni_status status = OMNI_OK;

	if (w->pool->ruling_count > 0)
		status = obey(w);
	if (status != OMNI_OK || !w->apart)
		return status == OMNI_OK ? unite_equal(w) : status;
	same = omni__arena_copy(&w->db->scratch, w->same, size);
	surely = omni__arena_copy(&w->db->scratch, w->surely, size);
	if (same == NULL || surely == NULL)
		return omni__nomem(&w->db->error);
	status = unite_equal(w);
	if (status == OMNI_OK && forbidden(w))
		part_equal(w, same, surely);
	return status;
}

/* Too large a pool is first drawn together where one name stands under one
 * shared identifier (an atom): a customer seen in many ways stays whole.
 * Where stewards keep people apart, nothing is drawn together unasked. */
static omni_status
unite_atoms(struct work *w)
{
	omni_status status;

	if (w->apart)
		return OMNI_OK;
	status = omni__connect(w->db, w->model, w->pool, 0, true, w->same);
	return status == OMNI_OK ? omni__connect(w->db, w->model,
	    w->pool, w->model->sure, true, w->surely) : status;
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

/* The groups that one side of a ruling names. */
static uint64_t
groups_of(struct work *w, const struct omni__ruling *ruling, int side,
    const struct omni__group *groups, size_t count)
{
	uint64_t bits = 0;
	size_t i, g;

	for (i = 0; i < ruling->count[side]; i++) {
		size_t root = omni__root(w->same, ruling->side[side][i]);

		for (g = 0; g < count; g++)
			if (groups[g].first == root)
				bits |= UINT64_C(1) << g;
	}
	return bits;
}

/* Marks groups that a ruling keeps apart. */
static void
keep_apart(struct work *w, struct omni__group *groups, size_t count)
{
	uint64_t left, right;
	size_t r, g;

	for (r = 0; r < w->pool->ruling_count; r++) {
		const struct omni__ruling *ruling = &w->pool->rulings[r];

		if (w->contradicted[r] != SIZE_MAX ||
		    ruling->what != OMNI_VERDICT_DIFFERENT)
			continue;
		left = groups_of(w, ruling, 0, groups, count);
		right = groups_of(w, ruling, 1, groups, count);
		for (g = 0; g < count; g++) {
			if (left >> g & 1)
				groups[g].apart |= right;
			if (right >> g & 1)
				groups[g].apart |= left;
		}
	}
}

/* ---- what agglomeration found --------------------------------------- */

struct part {
	const size_t *members;
	size_t count;
	struct omni__group groups[OMNI__POOL_MAX];
	size_t group_count;
	size_t *group_of;	/* of each member */
	struct omni__agglomeration found;
};

static void
take_customers(struct work *w, const struct part *p)
{
	size_t i;

	for (i = 0; i < p->count; i++) {
		size_t g = p->group_of[i], into = p->found.into[g];
		const struct omni__group *group = &p->groups[g];
		struct omni__node *node = w->pool->nodes[p->members[i]];

		w->customer[p->members[i]] =
		    p->groups[p->found.joined[g]].first;
		if (p->members[i] == group->first) {
			node->strength = p->found.strength[g];
			if (into == g)
				continue;
			node->how = OMNI__JOINED_EVIDENCE;
			node->into = w->pool->nodes[p->groups[into].first];
		} else if (node->into == NULL) {
			/* Of one name under one identifier. */
			node->how = OMNI__JOINED_EVIDENCE;
			node->into = w->pool->nodes[group->first];
			node->strength = INT32_MAX - 1;
		}
	}
}

/* Whatever is one from the start weighs alike against others, so that whom
 * one of it surely joined, all did. */
static void
take_sure(struct work *w, const struct part *p)
{
	bool joined[OMNI__POOL_MAX] = { false };
	size_t i, g;

	for (g = 0; g < p->group_count; g++)
		if (p->found.sure[g] != g)
			joined[g] = joined[p->found.sure[g]] = true;
	for (i = 0; i < p->count; i++) {
		g = p->group_of[i];
		if (joined[g])
			(void)omni__unite(w->surely, p->members[i],
			    p->groups[p->found.sure[g]].first);
	}
	for (i = 0; i < p->count; i++)
		w->sure[p->members[i]] = omni__root(w->surely,
		    p->members[i]);
}

/* They come in the order of the older ones. */
static omni_status
take_rivals(struct work *w, const struct part *p)
{
	struct omni__rival *list;
	size_t i;

	if (p->found.rival_count == 0)
		return OMNI_OK;
	list = omni__arena_alloc(&w->db->scratch,
	    p->found.rival_count * sizeof(*list));
	if (list == NULL)
		return omni__nomem(&w->db->error);
	for (i = 0; i < p->found.rival_count; i++) {
		struct omni__node *older = w->pool->nodes[
		    p->groups[p->found.rivals[i].older].first];

		list[i].node = w->pool->nodes[
		    p->groups[p->found.rivals[i].younger].first];
		list[i].weight = p->found.rivals[i].weight;
		if (older->rival_count++ == 0)
			older->rivals = &list[i];
	}
	return OMNI_OK;
}

/* A part that fits: agglomerate and write the customers down. */
static omni_status
cluster_part(struct work *w, const size_t *members, size_t count)
{
	struct part p = { .members = members, .count = count };
	omni_status status;

	p.group_of = omni__arena_alloc(&w->db->scratch,
	    count * sizeof(*p.group_of));
	if (p.group_of == NULL)
		return omni__nomem(&w->db->error);
	status = make_groups(w, members, count, p.groups, p.group_of,
	    &p.group_count);
	if (status != OMNI_OK)
		return status;
	keep_apart(w, p.groups, p.group_count);
	status = omni__agglomerate(w->db, w->model, p.groups,
	    p.group_count, &p.found);
	if (status != OMNI_OK)
		return status;
	take_customers(w, &p);
	take_sure(w, &p);
	return take_rivals(w, &p);
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
		struct omni__node *node = w->pool->nodes[members[i]];

		w->customer[members[i]] = w->sure[members[i]] = members[0];
		node->strength = i == 0 ? INT32_MAX : LEVEL_MAX;
		if (i == 0)
			continue;
		node->into = w->pool->nodes[members[0]];
		node->how = OMNI__JOINED_EVIDENCE;
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
	status = omni__connect(w->db, w->model, w->pool, level, false, unions);
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
	    3 * pool->count * sizeof(*w.same));
	if (w.same == NULL)
		return omni__nomem(&db->error);
	w.surely = w.same + pool->count;
	all = w.surely + pool->count;
	for (i = 0; i < pool->count; i++) {
		struct omni__node *node = pool->nodes[i];

		w.same[i] = w.surely[i] = all[i] = i;
		node->into = NULL;
		node->how = 0;
		node->strength = INT32_MAX;
		node->rivals = NULL;
		node->rival_count = 0;
	}
	status = unite_given(&w);
	if (status == OMNI_OK)
		status = split_part(&w, all, pool->count, model->edge);
	return status;
}
