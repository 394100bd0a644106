/*
 * Candidates: rows that changed are weighed against those that share a key
 * with them; only of those that may be the same person the pools are loaded.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/key.h"

/* A holder to be looked at: row is the changed one that it is weighed
 * against, NULL when its pool is wanted whatever it weighs. */
struct candidate {
	const unsigned char *id;
	const struct omni__row *row;
};

struct search {
	struct omni__keys *keys;
	struct omni__resolver look;	/* rows that are only looked at */
	struct candidate *list;
	size_t count, room;
	const unsigned char **pools;
	size_t pool_count;
};

static omni_status
add(struct search *s, const unsigned char *id, const struct omni__row *row)
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
	s->list[s->count].id = id;
	s->list[s->count++].row = row;
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

/* The row of a holder when it is one that changed. */
static const struct omni__row *
changed(struct search *s, const struct omni__key *key, size_t i)
{
	return omni__row_find(s->keys->r, id_of(key, i));
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
			status = add(s, id_of(key, i), NULL);
	}
	return status;
}

/* The holders that a changed row meets. */
static omni_status
meet_holders(struct search *s, const struct omni__key *key)
{
	const struct omni__row *row;
	omni_status status = OMNI_OK;
	size_t i, j;

	for (i = 0; i < key->holders && status == OMNI_OK; i++) {
		row = changed(s, key, i);
		if (row == NULL)
			continue;
		for (j = 0; j < key->holders && status == OMNI_OK; j++)
			if ((!key->block || omni__sketches_meet(
			    mark_of(key, i), mark_of(key, j))) &&
			    changed(s, key, j) == NULL)
				status = add(s, id_of(key, j), row);
	}
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

/* By id; the wanted ones first. */
static int
compare_candidates(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	int order = memcmp(a->id, b->id, OMNI__ID);

	if (order != 0)
		return order;
	if ((a->row == NULL) != (b->row == NULL))
		return a->row == NULL ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
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
weigh(struct search *s)
{
	const struct omni__model *model;
	const struct omni__row *row = NULL;
	omni_status status;
	bool taken = false;
	size_t i;

	status = omni__model(s->look.db, &model);
	for (i = 0; i < s->count && status == OMNI_OK; i++) {
		const struct candidate *c = &s->list[i];

		if (row == NULL || memcmp(row->id, c->id, OMNI__ID) != 0) {
			row = omni__row_find(&s->look, c->id);
			taken = false;
		}
		if (row == NULL || taken || (i > 0 &&
		    compare_candidates(c - 1, c) == 0))
			continue;
		taken = c->row == NULL || omni__pair_weight(model,
		    &c->row->person, &row->person) >= model->edge;
		if (taken)
			s->pools[s->pool_count++] = row->pool;
	}
	return status;
}

omni_status
omni__neighbours_load(struct omni__keys *keys)
{
	struct omni__resolver *r = keys->r;
	struct search s = { .keys = keys, .look = { .db = r->db } };
	omni_status status;
	size_t i;

	s.look.by_id.arena = &r->db->scratch;
	status = collect(&s);
	s.pools = omni__arena_alloc(&r->db->scratch,
	    (s.count + r->count + 1) * sizeof(*s.pools));
	if (s.pools == NULL)
		return omni__nomem(&r->db->error);
	if (status == OMNI_OK && s.count > 0) {
		qsort(s.list, s.count, sizeof(*s.list), compare_candidates);
		status = load_candidates(&s);
	}
	if (status == OMNI_OK)
		status = weigh(&s);
	for (i = 0; i < r->count; i++)
		if (r->rows[i]->stored)
			s.pools[s.pool_count++] = r->rows[i]->pool;
	return status == OMNI_OK ?
	    omni__rows_load_pools(r, s.pools, s.pool_count) : status;
}
