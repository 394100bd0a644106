/*
 * A bulk: facts are gathered as rows in memory, over many rounds of the
 * scratch arena, and resolved together: with everybody else when they are many
 * beside those that are stored, else a slice after the other.
 */
#include <string.h>

#include "identity/resolve.h"

struct bulk {
	struct omni *db;
	struct omni__arena arena;	/* of the rows gathered */
	struct omni__resolver r;
};

/* The bulk's memory takes the place of the scratch arena, and back: what makes
 * rows need not know. */
static void
trade_arenas(struct bulk *bulk)
{
	struct omni__arena arena = bulk->arena;

	bulk->arena = bulk->db->scratch;
	bulk->db->scratch = arena;
}

void
omni__bulk_discard(struct omni *db)
{
	struct bulk *bulk = db->bulk;

	if (db->gathered != NULL)
		db->gathered->free(db);
	if (bulk == NULL)
		return;
	omni__arena_free(&bulk->arena);
	omni__free(&db->env, bulk);
	db->bulk = NULL;
}

omni_status
omni__bulk_begin(struct omni *db)
{
	struct bulk *bulk;

	omni__bulk_discard(db);
	bulk = omni__realloc(&db->env, NULL, sizeof(*bulk));
	if (bulk == NULL)
		return omni__nomem(&db->error);
	memset(bulk, 0, sizeof(*bulk));
	bulk->db = db;
	bulk->arena.env = &db->env;
	bulk->r.db = db;
	bulk->r.by_id.arena = &db->scratch;
	db->bulk = bulk;
	return OMNI_OK;
}

bool
omni__bulk_runs(const struct omni *db)
{
	return db->bulk != NULL;
}

omni_status
omni__bulk_add(struct omni *db, const struct omni__fact *facts, size_t count,
    bool quiet)
{
	struct bulk *bulk = db->bulk;
	omni_status status;

	bulk->r.quiet |= quiet;
	trade_arenas(bulk);
	status = omni__facts_gather(&bulk->r, facts, count);
	trade_arenas(bulk);
	return status;
}

const struct omni__row *
omni__bulk_row(const struct omni *db, const unsigned char *id)
{
	const struct bulk *bulk = db->bulk;

	return bulk != NULL ? omni__row_find(&bulk->r, id) : NULL;
}

/* ---- the end of it -------------------------------------------------- */

static const struct omni__sql row_count = {
	.name = "row_count",
	.out = "i",
	.sql = "SELECT count(*) FROM omni_record r",
};

/* Fewer than one in so many: their neighbourhoods are cheaper than all. */
#define MANY 8
#define SLICE 2000

/* Slices before may have moved what was gathered from the store. */
static omni_status
look_again(struct bulk *bulk, size_t from, size_t to)
{
	struct omni *db = bulk->db;
	struct omni__resolver now = { .db = db };
	const unsigned char *ids[SLICE];
	omni_status status;
	size_t i, n = 0;

	now.by_id.arena = &db->scratch;
	for (i = from; i < to; i++)
		if (bulk->r.rows[i]->stored)
			ids[n++] = bulk->r.rows[i]->id;
	status = omni__rows_load(&now, ids, n);
	for (i = 0; i < now.count && status == OMNI_OK; i++) {
		const struct omni__row *is = now.rows[i];
		struct omni__row *row = omni__row_find(&bulk->r, is->id);

		memcpy(row->pool, is->pool, OMNI__ID);
		memcpy(row->customer, is->customer, OMNI__ID);
		memcpy(row->old_customer, is->customer, OMNI__ID);
		memcpy(row->sure, is->sure, OMNI__ID);
		row->strength = is->strength;
		row->flags = is->flags | (row->flags & ~OMNI__ROW_DOUBT);
		if (!row->refitted)
			row->person = is->person;
		row->old = is->old;
	}
	return status;
}

static omni_status
resolve_slice(struct bulk *bulk, size_t from, size_t to)
{
	struct omni *db = bulk->db;
	struct omni__resolver r = { .db = db, .quiet = bulk->r.quiet };
	omni_status status;
	size_t i;

	omni__arena_reset(&db->scratch);
	status = look_again(bulk, from, to);
	if (status != OMNI_OK)
		return status;
	r.by_id.arena = &db->scratch;
	for (i = from; i < to; i++)
		if (bulk->r.rows[i]->touched &&
		    !omni__row_adopt(&r, bulk->r.rows[i]))
			return omni__nomem(&db->error);
	return omni__resolve(&r);
}

static omni_status
resolve_slices(struct bulk *bulk)
{
	omni_status status = OMNI_OK;
	size_t from, to;

	for (from = 0; from < bulk->r.count && status == OMNI_OK; from = to) {
		to = bulk->r.count - from > SLICE ? from + SLICE :
		    bulk->r.count;
		status = resolve_slice(bulk, from, to);
	}
	return status;
}

static omni_status
resolve_everybody(struct bulk *bulk)
{
	omni_status status;

	trade_arenas(bulk);
	status = omni__rows_load_all(&bulk->r);
	if (status == OMNI_OK)
		status = omni__resolve_all(&bulk->r);
	trade_arenas(bulk);
	return status;
}

omni_status
omni__bulk_end(struct omni *db)
{
	struct bulk *bulk = db->bulk;
	struct omni__result result;
	omni_status status = OMNI_OK;

	if (db->gathered != NULL)
		status = db->gathered->write(db);
	if (status == OMNI_OK)
		status = omni__query(db, &row_count, NULL, 1, &result);
	if (status == OMNI_OK && bulk->r.count > 0)
		status = (int64_t)bulk->r.count * MANY <
		    result.values[0].number ? resolve_slices(bulk) :
		    resolve_everybody(bulk);
	omni__bulk_discard(db);
	return status;
}

omni_status
omni__identity_renew(struct omni *db)
{
	omni_status status;

	if (omni__bulk_runs(db))
		return OMNI_OK;
	status = omni__bulk_begin(db);
	if (status == OMNI_OK)
		status = resolve_everybody(db->bulk);
	omni__bulk_discard(db);
	return status;
}
