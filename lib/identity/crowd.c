/*
 * Everybody at once.  Keys are counted and grouped in memory instead of in
 * the store; what comes of it is what one record after the other would have
 * given.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/crowd.h"
#include "identity/key.h"

/* ---- claims of all -------------------------------------------------- */

struct crowd {
	struct omni *db;
	struct omni__node *nodes;
	size_t count;
	struct omni__claim *claims;	/* by key, then by age */
	size_t claim_count;
};

/* All identifiers, common ones too, and all blocks. */
static size_t
add_node(struct crowd *c, size_t node, struct omni__claim *out)
{
	const struct omni__person *person = c->nodes[node].person;
	struct omni__block blocks[OMNI__BLOCKS_MAX];
	size_t i, count, n = 0;

	for (i = 0; i < person->count; i++)
		if (person->items[i].hash != 0)
			out[n++] = (struct omni__claim){
			    person->items[i].hash, (uint32_t)node, false };
	count = omni__person_blocks(c->db, person, blocks);
	for (i = 0; i < count; i++)
		out[n++] = (struct omni__claim){ (uint64_t)blocks[i].hash,
		    (uint32_t)node, true };
	return n;
}

/* Grown as they come: few have as many as they might. */
static omni_status
collect_claims(struct crowd *c)
{
	struct omni__claim *claims = NULL, *temporary;
	size_t i, n = 0, room = 0;
	omni_status status = OMNI_OK;

	for (i = 0; i < c->count && status == OMNI_OK; i++) {
		c->nodes[i].sketch = omni__person_sketch(c->db,
		    c->nodes[i].person);
		status = omni__grow(&c->db->env, &claims, &room, n +
		    c->nodes[i].person->count + OMNI__BLOCKS_MAX,
		    sizeof(*claims));
		if (status == OMNI_OK)
			n += add_node(c, i, claims + n);
	}
	temporary = status == OMNI_OK && n > 0 ? omni__realloc(&c->db->env,
	    NULL, n * sizeof(*claims)) : NULL;
	if (temporary == NULL && (n > 0 || status != OMNI_OK)) {
		omni__free(&c->db->env, claims);
		return omni__nomem(&c->db->error);
	}
	omni__radix_sort(claims, temporary, n, sizeof(*claims));
	omni__free(&c->db->env, temporary);
	c->claims = claims;
	c->claim_count = n;
	return OMNI_OK;
}

_Static_assert(sizeof(struct omni__claim) == 16, "radix sort");

/* ---- how common keys are -------------------------------------------- */

static const struct omni__item *
item_of(const struct crowd *c, const struct omni__claim *claim)
{
	const struct omni__person *person = c->nodes[claim->node].person;
	size_t i;

	for (i = 0; i < person->count; i++)
		if (person->items[i].hash == claim->key)
			return &person->items[i];
	return NULL;
}

static int64_t
mark_of(const struct crowd *c, const struct omni__claim *claim)
{
	if (claim->block)
		return c->nodes[claim->node].sketch;
	return omni__person_mark(c->db, c->nodes[claim->node].person,
	    item_of(c, claim));
}

static bool
is_new(const int64_t *marks, size_t count, int64_t mark)
{
	size_t i;

	for (i = count; i-- > 0;)
		if (marks[i] == mark)
			return false;
	return true;
}

/* The step of the claims [from, to), STEP_COMMON where they point at nobody;
 * counts no further than that. */
static uint8_t
count_group(const struct crowd *c, size_t from, size_t to)
{
	bool block = c->claims[from].block;
	int64_t marks[OMNI__MARKS_MAX + 1], mark, names = 0;
	size_t i, n = 0;

	if (block && to - from > OMNI__HOLDERS_MAX)
		return OMNI__STEP_COMMON;
	for (i = from; i < to; i++) {
		mark = mark_of(c, &c->claims[i]);
		if ((mark == 0 && !block) || !is_new(marks, n, mark))
			continue;
		marks[n++] = mark;
		names += mark > 0;
		if (omni__key_step(block, names, (int64_t)n) ==
		    OMNI__STEP_COMMON)
			return OMNI__STEP_COMMON;
	}
	return omni__key_step(block, names, (int64_t)n);
}

/* ---- training ------------------------------------------------------- */

omni_status
omni__crowd_load(struct omni *db, bool keyed, struct omni__crowd *crowd)
{
	struct omni__resolver r = { .db = db };
	omni_status status;
	size_t i;

	memset(crowd, 0, sizeof(*crowd));
	r.by_id.arena = &db->scratch;
	status = omni__rows_load_all(&r);
	if (status != OMNI_OK)
		return status;
	crowd->persons = omni__arena_alloc(&db->scratch,
	    (r.count + 1) * sizeof(*crowd->persons));
	if (crowd->persons == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < r.count; i++)
		if (!keyed || r.rows[i]->person.source != 0)
			crowd->persons[crowd->count++] = &r.rows[i]->person;
	return OMNI_OK;
}

struct pairs {
	const struct omni__env *env;
	uint64_t *list;
	size_t count, room;
};

/* Each once; halves what is held, mostly. */
static omni_status
thin_out(struct pairs *pairs)
{
	uint64_t *temporary;
	size_t i, n = 0;

	if (pairs->count == 0)
		return OMNI_OK;
	temporary = omni__realloc(pairs->env, NULL,
	    pairs->count * sizeof(*temporary));
	if (temporary == NULL)
		return OMNI_NOMEM;
	omni__radix_sort(pairs->list, temporary, pairs->count,
	    sizeof(*temporary));
	omni__free(pairs->env, temporary);
	for (i = 0; i < pairs->count; i++)
		if (n == 0 || pairs->list[n - 1] != pairs->list[i])
			pairs->list[n++] = pairs->list[i];
	pairs->count = n;
	return OMNI_OK;
}

static omni_status
add_pair(struct pairs *pairs, uint32_t a, uint32_t b)
{
	omni_status status = OMNI_OK;

	if (pairs->count == pairs->room && pairs->room > 0)
		status = thin_out(pairs);
	if (status == OMNI_OK && pairs->count + pairs->room / 4 >=
	    pairs->room)
		status = omni__grow(pairs->env, &pairs->list, &pairs->room,
		    pairs->count + pairs->room / 4 + 1,
		    sizeof(*pairs->list));
	if (status != OMNI_OK)
		return status;
	pairs->list[pairs->count++] = a < b ? (uint64_t)a << 32 | b :
	    (uint64_t)b << 32 | a;
	return OMNI_OK;
}

/* Of more holders than a block may have, each is paired with so many that
 * follow it: an address that thousands share must not be all there is to
 * learn from. */
#define FOLLOWERS 16

static omni_status
pair_group(const struct crowd *c, size_t from, size_t to,
    struct pairs *pairs)
{
	size_t reach = to - from > OMNI__HOLDERS_MAX ? FOLLOWERS : to - from;
	omni_status status = OMNI_OK;
	size_t i, j;

	for (i = from; i < to; i++)
		for (j = i + 1; j < to && j - i <= reach &&
		    status == OMNI_OK; j++) {
			uint32_t a = c->claims[i].node, b = c->claims[j].node;

			if (!c->claims[from].block || omni__sketches_meet(
			    c->nodes[a].sketch, c->nodes[b].sketch))
				status = add_pair(pairs, a, b);
		}
	return status;
}

static omni_status
collect_pairs(const struct crowd *c, struct pairs *pairs)
{
	omni_status status = OMNI_OK;
	size_t from, to;

	for (from = 0; from < c->claim_count && status == OMNI_OK;
	    from = to) {
		to = omni__claims_end(c->claims, c->claim_count, from);
		if (to > from + 1 &&
		    count_group(c, from, to) != OMNI__STEP_COMMON)
			status = pair_group(c, from, to, pairs);
	}
	if (status == OMNI_OK)
		status = thin_out(pairs);
	return status == OMNI_NOMEM ? omni__nomem(&c->db->error) : status;
}

omni_status
omni__crowd_pairs(struct omni *db, const struct omni__crowd *crowd,
    omni__pair_fn fn, void *context)
{
	struct crowd c = { .db = db, .count = crowd->count };
	struct pairs pairs = { .env = &db->env };
	omni_status status;
	size_t i;

	c.nodes = omni__arena_zero(&db->scratch,
	    (crowd->count + 1) * sizeof(*c.nodes));
	if (c.nodes == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < crowd->count; i++)
		c.nodes[i].person = crowd->persons[i];
	status = collect_claims(&c);
	if (status == OMNI_OK)
		status = collect_pairs(&c, &pairs);
	omni__free(&db->env, c.claims);
	for (i = 0; i < pairs.count && status == OMNI_OK; i++)
		status = fn(context, crowd->persons[pairs.list[i] >> 32],
		    crowd->persons[pairs.list[i] & UINT32_MAX]);
	omni__free(&db->env, pairs.list);
	return status;
}

/* ---- resolving everybody -------------------------------------------- */

struct everybody {
	struct crowd crowd;
	struct omni__resolver *r;
	struct omni__row **rows;	/* of the nodes */
	struct omni__key_writer *writer;
};

static void
set_step(struct everybody *e, const struct omni__claim *claim, uint8_t step)
{
	struct omni__row *row = e->rows[claim->node];
	size_t i;

	for (i = 0; i < row->person.count; i++) {
		struct omni__item *item = &row->person.items[i];

		if (item->hash != claim->key || item->step == step)
			continue;
		item->step = step;
		row->dirty = true;
	}
}

/* The rows of a key that are not stored yet. */
static omni_status
write_group(struct everybody *e, size_t from, size_t to, bool common)
{
	const struct crowd *c = &e->crowd;
	omni_status status = OMNI_OK;
	bool fresh = false;
	size_t i;

	for (i = from; i < to && status == OMNI_OK; i++) {
		const struct omni__row *row = e->rows[c->claims[i].node];

		if (row->stored)
			continue;
		fresh = true;
		status = omni__key_write(e->writer,
		    (int64_t)c->claims[i].key, mark_of(c, &c->claims[i]),
		    row->id);
	}
	if (status == OMNI_OK && c->claims[from].block)
		status = omni__key_mark(e->writer,
		    (int64_t)c->claims[from].key, common, fresh);
	return status;
}

/* Counts every key, writes those of new rows, and leaves the claims that
 * bring several to notice. */
static omni_status
settle_claims(struct everybody *e)
{
	struct crowd *c = &e->crowd;
	omni_status status = OMNI_OK;
	size_t from, to, i, kept = 0;

	for (from = 0; from < c->claim_count && status == OMNI_OK;
	    from = to) {
		uint8_t step;

		to = omni__claims_end(c->claims, c->claim_count, from);
		step = count_group(c, from, to);
		for (i = from; i < to && !c->claims[from].block; i++)
			set_step(e, &c->claims[i], step);
		status = write_group(e, from, to, step == OMNI__STEP_COMMON);
		if (to == from + 1 || step == OMNI__STEP_COMMON)
			continue;
		for (i = from; i < to; i++) {
			c->nodes[c->claims[i].node].live = true;
			c->claims[kept++] = c->claims[i];
		}
	}
	c->claim_count = kept;
	return status == OMNI_OK ? omni__keys_flush(e->writer) : status;
}

static omni_status
find_rows(struct everybody *e)
{
	struct omni__resolver *r = e->r;
	size_t i;

	e->rows = omni__arena_alloc(&r->db->scratch,
	    (e->crowd.count + 1) * sizeof(*e->rows));
	if (e->rows == NULL)
		return omni__nomem(&r->db->error);
	for (i = 0; i < e->crowd.count; i++)
		e->rows[i] = omni__row_find(r, e->crowd.nodes[i].id);
	return OMNI_OK;
}

omni_status
omni__resolve_all(struct omni__resolver *r)
{
	struct everybody e = { .crowd = { .db = r->db }, .r = r };
	omni_status status;

	/* Rows that were stored may hold other keys now. */
	status = omni__keys_rewrite(r, &e.writer);
	if (status == OMNI_OK)
		status = omni__rulings_load(r);
	if (status == OMNI_OK)
		status = omni__nodes_make(r, &e.crowd.nodes,
		    &e.crowd.count);
	if (status == OMNI_OK)
		status = find_rows(&e);
	if (status == OMNI_OK)
		status = collect_claims(&e.crowd);
	if (status == OMNI_OK)
		status = settle_claims(&e);
	if (status == OMNI_OK)
		status = omni__nodes_resolve(r, e.crowd.nodes,
		    e.crowd.count, e.crowd.claims, e.crowd.claim_count);
	omni__free(&r->db->env, e.crowd.claims);
	return status;
}
