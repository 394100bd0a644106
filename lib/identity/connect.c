/*
 * Connections between the holders of shared keys: the components that
 * all pairs would give, found without weighing all pairs.
 */
#include <string.h>

#include "identity/cluster.h"

/* The parts in which the holders of one key hang together so far: lists of
 * holders, chained by their place in the group. */
struct parts {
	const struct omni__model *model;
	struct omni__memo *memo;
	struct omni__node *const *nodes;
	const uint64_t *classes;
	int32_t least;
	bool one_name;
	size_t *unions;

	const struct omni__claim *group;
	size_t *next;		/* of a holder: the next of its part */
	size_t *first, *last;	/* of a part */
	size_t count;
};

static bool
may_connect(const struct parts *p, size_t a, size_t b)
{
	const struct omni__person *x = p->nodes[a]->person;
	const struct omni__person *y = p->nodes[b]->person;

	if (p->one_name && (x->mark == 0 || x->mark != y->mark ||
	    !omni__veto_alike(p->model, x, y)))
		return false;
	if (p->classes != NULL && p->classes[a] != p->classes[b])
		return false;
	if (p->group->block && !omni__sketches_meet(p->nodes[a]->sketch,
	    p->nodes[b]->sketch))
		return false;
	return omni__memo_weight(p->memo, p->model, p->nodes[a],
	    p->nodes[b]) >= p->least;
}

/* Does holder h connect with somebody of the part? */
static bool
joins_part(const struct parts *p, size_t h, size_t part)
{
	size_t node = p->group[h].node, i;
	size_t first = p->group[p->first[part]].node;

	if (omni__root(p->unions, node) == omni__root(p->unions, first))
		return true;
	for (i = p->first[part]; i != SIZE_MAX; i = p->next[i])
		if (may_connect(p, p->group[i].node, node)) {
			(void)omni__unite(p->unions, node,
			    p->group[i].node);
			return true;
		}
	return false;
}

/* Hangs the list of part b behind that of part a; the last part takes b's
 * place. */
static void
merge_parts(struct parts *p, size_t a, size_t b)
{
	p->next[p->last[a]] = p->first[b];
	p->last[a] = p->last[b];
	p->count--;
	p->first[b] = p->first[p->count];
	p->last[b] = p->last[p->count];
}

static void
add_holder(struct parts *p, size_t h)
{
	size_t part, mine = SIZE_MAX;

	p->next[h] = SIZE_MAX;
	for (part = 0; part < p->count;) {
		if (!joins_part(p, h, part)) {
			part++;
		} else if (mine == SIZE_MAX) {
			mine = part;
			p->next[p->last[part]] = h;
			p->last[part++] = h;
		} else
			merge_parts(p, mine, part);
	}
	if (mine != SIZE_MAX)
		return;
	p->first[p->count] = p->last[p->count] = h;
	p->count++;
}

omni_status
omni__connect(struct omni *db, const struct omni__model *model,
    const struct omni__pool *pool, int32_t least, bool one_name,
    size_t *unions)
{
	struct parts p = { .model = model, .memo = pool->memo,
	    .nodes = pool->nodes, .classes = pool->classes, .least = least,
	    .one_name = one_name, .unions = unions };
	const struct omni__claim *claims = pool->claims;
	size_t from, to, h, count = pool->claim_count;

	p.next = omni__arena_alloc(&db->scratch,
	    3 * (count + 1) * sizeof(*p.next));
	if (p.next == NULL)
		return omni__nomem(&db->error);
	p.first = p.next + count + 1;
	p.last = p.first + count + 1;
	for (from = 0; from < count; from = to) {
		to = omni__claims_end(claims, count, from);
		if (one_name && claims[from].block)
			continue;
		p.group = claims + from;
		p.count = 0;
		for (h = 0; h < to - from; h++)
			add_holder(&p, h);
	}
	return OMNI_OK;
}
