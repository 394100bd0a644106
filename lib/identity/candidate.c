/*
 * Candidates: rows that changed are weighed against those that share a key
 * with them; only of those that may be the same person the pools are loaded.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/key.h"

/* A row that changed, by its place in the resolver; with its mark of a key. */
struct newcomer {
	size_t place;
	int64_t mark;
};

/* The rows of one key that changed. */
struct circle {
	bool block;
	struct newcomer *list;
	size_t count;
};

/* A holder to be looked at, once for each key that it shares with rows that
 * changed: no circle where its pool is wanted whatever it weighs. */
struct candidate {
	const unsigned char *id;
	const struct circle *circle;
	int64_t mark;
};

struct search {
	struct omni__keys *keys;
	struct omni__resolver look;	/* rows that are only looked at */
	struct candidate *list;
	size_t count, room;
	const unsigned char **pools;
	size_t pool_count;
	struct omni__map taken;		/* those pools */
	/* By place: for which holder it was weighed last. */
	size_t *weighed;
};

static omni_status
add(struct search *s, const unsigned char *id, const struct circle *circle,
    int64_t mark)
{
	struct omni *db = s->keys->r->db;
	struct candidate *list;

	if (s->count == s->room) {
		size_t room = s->room == 0 ? 256 : 2 * s->room;

		list = omni__arena_alloc(&db->scratch, room * sizeof(*list));
		if (list == NULL)
			return omni__nomem(&db->error);
		if (s->count > 0)
			memcpy(list, s->list, s->count * sizeof(*list));
		s->list = list;
		s->room = room;
	}
	s->list[s->count++] = (struct candidate){ id, circle, mark };
	return OMNI_OK;
}

/* ---- whom a key brings to notice ------------------------------------ */

static int64_t
mark_of(const struct omni__key *key, size_t i)
{
	return key->holder[2 * i].number;
}

static const unsigned char *
id_of(const struct omni__key *key, size_t i)
{
	return key->holder[2 * i + 1].bytes;
}

/* The place of a holder among the rows when it is one that changed. */
static const size_t *
changed(struct search *s, const struct omni__key *key, size_t i)
{
	return omni__map_get(&s->keys->r->by_id, id_of(key, i), OMNI__ID);
}

/* All pairs of a key that came into view or went out of it: the holders that
 * changed are at hand, of the others those that meet somebody. */
static omni_status
want_holders(struct search *s, const struct omni__key *key)
{
	omni_status status = OMNI_OK;
	size_t i, j;

	for (i = 0; i < key->holders && status == OMNI_OK; i++) {
		bool meets = !key->block;

		if (changed(s, key, i) != NULL)
			continue;
		for (j = 0; j < key->holders && !meets; j++)
			meets = j != i && changed(s, key, j) == NULL &&
			    omni__sketches_meet(mark_of(key, i),
			    mark_of(key, j));
		if (meets)
			status = add(s, id_of(key, i), NULL, 0);
	}
	return status;
}

static struct circle *
make_circle(struct search *s, const struct omni__key *key)
{
	struct omni__resolver *r = s->keys->r;
	struct circle *circle;
	const size_t *place;
	size_t i;

	circle = omni__arena_zero(&r->db->scratch, sizeof(*circle));
	if (circle == NULL)
		return NULL;
	circle->block = key->block;
	circle->list = omni__arena_alloc(&r->db->scratch, sizeof(*circle->list)
	    * ((key->holders < r->count ? key->holders : r->count) + 1));
	if (circle->list == NULL)
		return NULL;
	for (i = 0; i < key->holders; i++)
		if ((place = changed(s, key, i)) != NULL)
			circle->list[circle->count++] =
			    (struct newcomer){ *place, mark_of(key, i) };
	return circle;
}

static bool
meets(const struct circle *circle, int64_t mark, const struct newcomer *one)
{
	return !circle->block || omni__sketches_meet(one->mark, mark);
}

static bool
meets_some(const struct circle *circle, int64_t mark)
{
	size_t i;

	for (i = 0; i < circle->count; i++)
		if (meets(circle, mark, &circle->list[i]))
			return true;
	return false;
}

/* The holders that meet a row that changed. */
static omni_status
meet_holders(struct search *s, const struct omni__key *key)
{
	const struct circle *circle = make_circle(s, key);
	omni_status status = OMNI_OK;
	size_t i;

	if (circle == NULL)
		return omni__nomem(&s->keys->r->db->error);
	for (i = 0; i < key->holders && status == OMNI_OK; i++)
		if (meets_some(circle, mark_of(key, i)) &&
		    changed(s, key, i) == NULL)
			status = add(s, id_of(key, i), circle,
			    mark_of(key, i));
	return status;
}

static omni_status
collect(struct search *s)
{
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < s->keys->count && status == OMNI_OK; i++) {
		const struct omni__key *key = &s->keys->list[i];

		if (key->wanted)
			status = want_holders(s, key);
		if (status == OMNI_OK && !key->common)
			status = meet_holders(s, key);
	}
	return status;
}

/* ---- weighing ------------------------------------------------------- */

/* By id; where its pool is wanted anyhow, that first. */
static int
compare_candidates(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	int order = memcmp(a->id, b->id, OMNI__ID);

	if (order != 0)
		return order;
	return (a->circle != NULL) - (b->circle != NULL);
}

static omni_status
load_candidates(struct search *s)
{
	const unsigned char **ids;
	size_t i, n = 0;

	ids = omni__arena_alloc(&s->look.db->scratch,
	    (s->count + 1) * sizeof(*ids));
	if (ids == NULL)
		return omni__nomem(&s->look.db->error);
	for (i = 0; i < s->count; i++)
		if (i == 0 || memcmp(ids[n - 1], s->list[i].id,
		    OMNI__ID) != 0)
			ids[n++] = s->list[i].id;
	return omni__rows_load(&s->look, ids, n);
}

static omni_status
take_pool(struct search *s, const unsigned char *pool)
{
	bool found;

	if (omni__map_put(&s->taken, pool, OMNI__ID, 0, &found) == NULL)
		return omni__nomem(&s->look.db->error);
	if (!found)
		s->pools[s->pool_count++] = pool;
	return OMNI_OK;
}

/* Holder number n, which is `row`, against those of a circle that it meets
 * and was not weighed against yet. */
static bool
resembles(struct search *s, const struct omni__model *model,
    const struct candidate *c, size_t n, const struct omni__row *row)
{
	size_t i;

	for (i = 0; i < c->circle->count; i++) {
		const struct newcomer *one = &c->circle->list[i];

		if (s->weighed[one->place] == n ||
		    !meets(c->circle, c->mark, one))
			continue;
		s->weighed[one->place] = n;
		if (omni__pair_weight(model,
		    &s->keys->r->rows[one->place]->person, &row->person) >=
		    model->edge)
			return true;
	}
	return false;
}

/* Of a pool that is taken already nobody needs to be weighed. */
static omni_status
weigh(struct search *s)
{
	const struct omni__model *model;
	const struct omni__row *row = NULL;
	omni_status status;
	size_t i, n = 0;

	status = omni__model(s->look.db, &model);
	for (i = 0; i < s->count && status == OMNI_OK; i++) {
		const struct candidate *c = &s->list[i];

		if (row == NULL || memcmp(row->id, c->id, OMNI__ID) != 0) {
			row = omni__row_find(&s->look, c->id);
			n++;
		}
		if (row == NULL ||
		    omni__map_get(&s->taken, row->pool, OMNI__ID) != NULL)
			continue;
		if (c->circle == NULL || resembles(s, model, c, n, row))
			status = take_pool(s, row->pool);
	}
	return status;
}

/* What is taken, and was weighed, so far: the pools of rows that changed. */
static omni_status
begin(struct search *s)
{
	struct omni__resolver *r = s->keys->r;
	struct omni__arena *arena = &r->db->scratch;
	omni_status status = OMNI_OK;
	size_t i;

	s->taken.arena = arena;
	s->pools = omni__arena_alloc(arena,
	    (s->count + r->count + 1) * sizeof(*s->pools));
	s->weighed = omni__arena_zero(arena,
	    (r->count + 1) * sizeof(*s->weighed));
	if (s->pools == NULL || s->weighed == NULL)
		return omni__nomem(&r->db->error);
	for (i = 0; i < r->count && status == OMNI_OK; i++)
		if (r->rows[i]->stored)
			status = take_pool(s, r->rows[i]->pool);
	return status;
}

omni_status
omni__neighbours_load(struct omni__keys *keys)
{
	struct omni__resolver *r = keys->r;
	struct search s = { .keys = keys, .look = { .db = r->db } };
	omni_status status;

	s.look.by_id.arena = &r->db->scratch;
	status = collect(&s);
	if (status == OMNI_OK)
		status = begin(&s);
	if (status == OMNI_OK && s.count > 0) {
		qsort(s.list, s.count, sizeof(*s.list), compare_candidates);
		status = load_candidates(&s);
	}
	if (status == OMNI_OK)
		status = weigh(&s);
	return status == OMNI_OK ?
	    omni__rows_load_pools(r, s.pools, s.pool_count) : status;
}
