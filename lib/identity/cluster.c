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
	size_t *unions, *label, *all;	/* of the piece at hand; all nodes */
	uint32_t *seen, round;	/* what was met in this round */
	uint64_t *classes;	/* of each node, once sides are found */
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

static uint64_t
mix(uint64_t x)
{
	x *= UINT64_C(0x9e3779b97f4a7c15);
	x ^= x >> 29;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	return x ^ x >> 32;
}

static void
add_side(struct work *w, uint64_t *classes, uint32_t *seen,
    const struct omni__ruling *ruling, size_t side, uint32_t number)
{
	size_t i, root;

	for (i = 0; i < ruling->count[side]; i++) {
		root = omni__root(w->same, ruling->side[side][i]);
		if (seen[root] == number)
			continue;
		seen[root] = number;
		classes[root] ^= mix(number);
	}
}

/*
 * Which sides of a "different" in force name a record, or one that is the same
 * from the start, as a number: of two with one number none is kept apart from
 * the other.  0 for those whom no steward keeps apart.
 */
static omni_status
find_classes(struct work *w)
{
	size_t count = w->pool->count, r, i;
	uint32_t *seen = omni__arena_zero(&w->db->scratch,
	    count * sizeof(*seen));
	uint64_t *classes = omni__arena_zero(&w->db->scratch,
	    count * sizeof(*classes));

	if (seen == NULL || classes == NULL)
		return omni__nomem(&w->db->error);
	for (r = 0; r < w->pool->ruling_count; r++) {
		const struct omni__ruling *ruling = &w->pool->rulings[r];

		if (w->contradicted[r] != SIZE_MAX ||
		    ruling->what != OMNI_VERDICT_DIFFERENT)
			continue;
		add_side(w, classes, seen, ruling, 0, (uint32_t)r * 2 + 1);
		add_side(w, classes, seen, ruling, 1, (uint32_t)r * 2 + 2);
	}
	for (i = 0; i < count; i++)
		classes[i] = classes[omni__root(w->same, i)];
	w->classes = classes;
	return OMNI_OK;
}

/* Too large a pool is first drawn together where one name stands under one
 * shared identifier (an atom): a customer seen in many ways stays whole, and
 * so does each side of what a steward keeps apart. */
static omni_status
unite_atoms(struct work *w)
{
	struct omni__pool pool = *w->pool;
	omni_status status = OMNI_OK;

	if (w->apart)
		status = find_classes(w);
	pool.classes = w->classes;
	if (status == OMNI_OK)
		status = omni__connect(w->db, w->model, &pool, 0, true,
		    w->same);
	return status == OMNI_OK ? omni__connect(w->db, w->model, &pool,
	    w->model->sure, true, w->surely) : status;
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

/* No more than one beyond what fits is counted. */
static size_t
count_groups(struct work *w, const size_t *members, size_t count)
{
	size_t i, n = 0;

	w->round++;
	for (i = 0; i < count && n <= OMNI__POOL_MAX; i++) {
		size_t root = omni__root(w->same, members[i]);

		n += w->seen[root] != w->round;
		w->seen[root] = w->round;
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

/* Some nodes of a pool, oldest first, and the claims among them. */
struct piece {
	const size_t *members;
	size_t count;
	const struct omni__claim *claims;
	size_t claim_count;
};

static omni_status split_piece(struct work *w, const struct piece *,
    int32_t level);

/* The whole of it is one customer, single links of LEVEL_MAX bits; or as many
 * as stewards keep apart. */
static omni_status
one_customer(struct work *w, const size_t *members, size_t count)
{
	struct omni__map first = { .arena = &w->db->scratch };
	static const uint64_t everybody = 0;
	const uint64_t *class;
	size_t i, *oldest;
	bool found;

	for (i = 0; i < count; i++) {
		struct omni__node *node = w->pool->nodes[members[i]];

		class = w->classes != NULL ? &w->classes[members[i]] :
		    &everybody;
		oldest = omni__map_put(&first, class, sizeof(*class),
		    members[i], &found);
		if (oldest == NULL)
			return omni__nomem(&w->db->error);
		w->customer[members[i]] = w->sure[members[i]] = *oldest;
		if (!found)
			continue;
		node->strength = LEVEL_MAX;
		node->into = w->pool->nodes[*oldest];
		node->how = OMNI__JOINED_EVIDENCE;
	}
	return OMNI_OK;
}

/* Numbers the components of w->unions in the order of their oldest. */
static size_t
label(struct work *w, const struct piece *p)
{
	size_t i, n = 0;

	w->round++;
	for (i = 0; i < p->count; i++) {
		size_t root = omni__root(w->unions, p->members[i]);

		if (w->seen[root] != w->round) {
			w->seen[root] = w->round;
			w->label[root] = n++;
		}
	}
	return n;
}

static size_t
label_of(struct work *w, size_t node)
{
	return w->label[omni__root(w->unions, node)];
}

/* Deals members and claims out to the components; each keeps its order. */
static void
deal(struct work *w, const struct piece *p, struct piece *parts, size_t n,
    size_t *members, struct omni__claim *claims)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		parts[label_of(w, p->members[i])].count++;
	for (i = 0; i < p->claim_count; i++)
		parts[label_of(w, p->claims[i].node)].claim_count++;
	for (i = 0; i < n; i++) {
		parts[i].members = members;
		parts[i].claims = claims;
		members += parts[i].count;
		claims += parts[i].claim_count;
		parts[i].count = parts[i].claim_count = 0;
	}
	for (i = 0; i < p->count; i++) {
		struct piece *part = &parts[label_of(w, p->members[i])];

		((size_t *)(uintptr_t)part->members)[part->count++] =
		    p->members[i];
	}
	for (i = 0; i < p->claim_count; i++) {
		struct piece *part = &parts[label_of(w, p->claims[i].node)];

		((struct omni__claim *)(uintptr_t)part->claims)[
		    part->claim_count++] = p->claims[i];
	}
}

/* The components of a piece at a level, each on its own. */
static omni_status
each_component(struct work *w, const struct piece *p, int32_t level)
{
	struct omni__arena *arena = &w->db->scratch;
	size_t n = label(w, p), i, *members;
	struct omni__claim *claims;
	omni_status status = OMNI_OK;
	struct piece *parts;

	parts = omni__arena_zero(arena, n * sizeof(*parts));
	members = omni__arena_alloc(arena, p->count * sizeof(*members));
	claims = omni__arena_alloc(arena,
	    (p->claim_count + 1) * sizeof(*claims));
	if (parts == NULL || members == NULL || claims == NULL)
		return omni__nomem(&w->db->error);
	deal(w, p, parts, n, members, claims);
	for (i = 0; i < n && status == OMNI_OK; i++)
		status = split_piece(w, &parts[i], level);
	return status;
}

/* p: one component at `level`. */
static omni_status
split_piece(struct work *w, const struct piece *p, int32_t level)
{
	struct omni__pool pool = *w->pool;
	omni_status status = OMNI_OK;
	size_t i, groups = count_groups(w, p->members, p->count);

	if (groups > OMNI__POOL_MAX && level == w->model->edge) {
		status = unite_atoms(w);
		if (status != OMNI_OK)
			return status;
		groups = count_groups(w, p->members, p->count);
	}
	if (groups <= OMNI__POOL_MAX)
		return cluster_part(w, p->members, p->count);
	if (level >= LEVEL_MAX)
		return one_customer(w, p->members, p->count);
	level += OMNI__BIT;
	for (i = 0; i < p->count; i++)
		w->unions[p->members[i]] = omni__root(w->same,
		    p->members[i]);
	pool.claims = p->claims;
	pool.claim_count = p->claim_count;
	status = omni__connect(w->db, w->model, &pool, level, false,
	    w->unions);
	return status == OMNI_OK ? each_component(w, p, level) : status;
}

static omni_status
work_start(struct work *w)
{
	const struct omni__pool *pool = w->pool;
	size_t i;

	w->same = omni__arena_alloc(&w->db->scratch,
	    5 * pool->count * sizeof(*w->same));
	w->seen = omni__arena_zero(&w->db->scratch,
	    pool->count * sizeof(*w->seen));
	if (w->same == NULL || w->seen == NULL)
		return omni__nomem(&w->db->error);
	w->surely = w->same + pool->count;
	w->unions = w->surely + pool->count;
	w->label = w->unions + pool->count;
	w->all = w->label + pool->count;
	for (i = 0; i < pool->count; i++) {
		struct omni__node *node = pool->nodes[i];

		w->same[i] = w->surely[i] = w->all[i] = i;
		node->into = NULL;
		node->how = 0;
		node->strength = INT32_MAX;
		node->rivals = NULL;
		node->rival_count = 0;
	}
	return OMNI_OK;
}

omni_status
omni__pool_cluster(struct omni *db, const struct omni__model *model,
    const struct omni__pool *pool, size_t *customer, size_t *sure)
{
	struct work w = { .db = db, .model = model, .pool = pool,
	    .customer = customer, .sure = sure };
	struct piece whole = { .count = pool->count,
	    .claims = pool->claims, .claim_count = pool->claim_count };
	omni_status status = work_start(&w);

	whole.members = w.all;
	if (status == OMNI_OK)
		status = unite_given(&w);
	return status == OMNI_OK ? split_piece(&w, &whole, model->edge) :
	    status;
}
