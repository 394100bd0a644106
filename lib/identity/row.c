/*
 * Rows of omni_record: loading, finding, saving.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/resolve.h"

#define ROW_COLUMNS \
	"r.id, r.fact, r.happened, r.content, r.first, r.flags,\n" \
	"  r.pool, r.customer, r.sure, r.strength, r.features"
#define ROW_OUT "biiiiibbbib"

static const struct omni__sql row_load = {
	.name = "row_load",
	.in = "id:b",
	.out = ROW_OUT,
	.sql = "SELECT " ROW_COLUMNS "\n"
	    "FROM omni_record r WHERE r.id = $id",
};

static const struct omni__sql row_pool = {
	.name = "row_pool",
	.in = "pool:b",
	.out = ROW_OUT,
	.sql = "SELECT " ROW_COLUMNS "\n"
	    "FROM omni_record r WHERE r.pool = $pool",
};

static const struct omni__sql row_delete = {
	.name = "row_delete",
	.in = "id:b",
	.sql = "DELETE FROM omni_record USING p WHERE id = $id",
};

static const struct omni__sql row_version_delete = {
	.name = "row_version_delete",
	.in = "id:b",
	.sql = "DELETE FROM omni_version USING p WHERE record = $id",
};

#define ROW_IN \
	"id:b fact:i happened:i content:i first:i flags:i pool:b " \
	"customer:b sure:b strength:i features:b"

static const struct omni__sql row_insert = {
	.name = "row_insert",
	.in = ROW_IN,
	.sql = "INSERT INTO omni_record (id, fact, happened, content, first,"
	    " flags, pool, customer, sure, strength, features)\n"
	    "SELECT $id, $fact, $happened, $content, $first, $flags, $pool,"
	    " $customer, $sure, $strength, $features FROM p"
	    " WHERE true",
};

static const struct omni__sql row_update = {
	.name = "row_update",
	.in = ROW_IN,
	.sql = "UPDATE omni_record SET fact = $fact, happened = $happened,"
	    " content = $content, first = $first, flags = $flags,"
	    " pool = $pool, customer = $customer, sure = $sure,"
	    " strength = $strength, features = $features\n"
	    "FROM p WHERE id = $id",
};
#define SAVE_COLUMNS 11

/* ---- in memory ------------------------------------------------------ */

struct omni__row *
omni__row_find(const struct omni__resolver *r, const unsigned char *id)
{
	size_t *at = omni__map_get(&r->by_id, id, OMNI__ID);

	return at != NULL ? r->rows[*at] : NULL;
}

static bool
make_room(struct omni__resolver *r)
{
	size_t room = r->room == 0 ? 64 : r->room * 2;
	struct omni__row **rows;

	if (r->count < r->room)
		return true;
	rows = omni__arena_alloc(&r->db->scratch, room * sizeof(*rows));
	if (rows == NULL)
		return false;
	if (r->count > 0)
		memcpy(rows, r->rows, r->count * sizeof(*rows));
	r->rows = rows;
	r->room = room;
	return true;
}

bool
omni__row_adopt(struct omni__resolver *r, struct omni__row *row)
{
	bool found;

	r->by_id.arena = &r->db->scratch;
	if (!make_room(r) || omni__map_put(&r->by_id, row->id, OMNI__ID,
	    r->count, &found) == NULL)
		return false;
	r->rows[r->count++] = row;
	return true;
}

struct omni__row *
omni__row_get(struct omni__resolver *r, const unsigned char *id)
{
	struct omni__row *row = omni__row_find(r, id);

	if (row != NULL)
		return row;
	row = omni__arena_zero(&r->db->scratch, sizeof(*row));
	if (row == NULL)
		return NULL;
	memcpy(row->id, id, OMNI__ID);
	row->happened = row->first = OMNI_TIME_UNKNOWN;
	row->strength = INT32_MAX;
	return omni__row_adopt(r, row) ? row : NULL;
}

/* ---- from the store ------------------------------------------------- */

static omni_status
take_row(struct omni__resolver *r, const struct omni__value *v)
{
	struct omni__row *row;
	omni_status status;

	if (v[0].size != OMNI__ID || v[7].size != OMNI__ID ||
	    (v[6].type != OMNI__NULL && v[6].size != OMNI__ID) ||
	    (v[8].type != OMNI__NULL && v[8].size != OMNI__ID))
		return omni__fail(&r->db->error, OMNI_CORRUPT,
		    "a record's row is damaged: rebuild the store");
	if (omni__row_find(r, v[0].bytes) != NULL)
		return OMNI_OK;
	row = omni__row_get(r, v[0].bytes);
	if (row == NULL)
		return omni__nomem(&r->db->error);
	row->fact = v[1].number;
	row->happened = omni__value_int(&v[2], OMNI_TIME_UNKNOWN);
	row->content = v[3].number;
	row->first = omni__value_int(&v[4], OMNI_TIME_UNKNOWN);
	row->flags = v[5].number;
	memcpy(row->pool, v[6].type != OMNI__NULL ? v[6].bytes :
	    v[0].bytes, OMNI__ID);
	memcpy(row->customer, v[7].bytes, OMNI__ID);
	memcpy(row->old_customer, v[7].bytes, OMNI__ID);
	memcpy(row->sure, v[8].type != OMNI__NULL ? v[8].bytes :
	    v[7].bytes, OMNI__ID);
	row->strength = (int32_t)omni__value_int(&v[9], INT32_MAX);
	row->stored = true;
	status = omni__person_unpack(r->db, v[10].bytes, v[10].size,
	    &row->old);
	if (status != OMNI_OK)
		return status;
	row->old.source = row->flags >> OMNI__ROW_SOURCE;
	/* Items are shared until the row is refitted; steps are set in
	 * both alike. */
	row->person = row->old;
	return OMNI_OK;
}

static int
compare_ids(const void *left, const void *right)
{
	const unsigned char *const *a = left, *const *b = right;

	return memcmp(*a, *b, OMNI__ID);
}

/* Distinct ids as parameters, sorted, so that the B-tree is walked once. */
static omni_status
id_params(struct omni *db, const unsigned char *const *ids, size_t count,
    struct omni__value **params, size_t *rows)
{
	const unsigned char **sorted;
	size_t i, n = 0;

	sorted = omni__arena_copy(&db->scratch, ids, count * sizeof(*sorted));
	*params = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(**params));
	if (sorted == NULL || *params == NULL)
		return omni__nomem(&db->error);
	qsort(sorted, count, sizeof(*sorted), compare_ids);
	for (i = 0; i < count; i++)
		if (i == 0 || memcmp(sorted[i - 1], sorted[i], OMNI__ID) != 0)
			(*params)[n++] = omni__blob(sorted[i], OMNI__ID);
	*rows = n;
	return OMNI_OK;
}

static omni_status
load(struct omni__resolver *r, const struct omni__sql *sql,
    const unsigned char *const *ids, size_t count)
{
	struct omni__value *params = NULL;
	struct omni__result result;
	omni_status status;
	size_t i, rows = 0;

	if (count == 0)
		return OMNI_OK;
	status = id_params(r->db, ids, count, &params, &rows);
	if (status == OMNI_OK)
		status = omni__query(r->db, sql, params, rows, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++)
		status = take_row(r, OMNI__AT(&result, i, 0));
	return status;
}

omni_status
omni__rows_load(struct omni__resolver *r, const unsigned char *const *ids,
    size_t count)
{
	return load(r, &row_load, ids, count);
}

/* The oldest record of a pool, after which it is called, is not among those
 * that name it. */
omni_status
omni__rows_load_pools(struct omni__resolver *r,
    const unsigned char *const *pools, size_t count)
{
	const unsigned char **roots;
	omni_status status;
	size_t i, n = 0;

	roots = omni__arena_alloc(&r->db->scratch,
	    (count + 1) * sizeof(*roots));
	if (roots == NULL)
		return omni__nomem(&r->db->error);
	for (i = 0; i < count; i++)
		if (omni__row_find(r, pools[i]) == NULL)
			roots[n++] = pools[i];
	status = load(r, &row_load, roots, n);
	return status == OMNI_OK ? load(r, &row_pool, pools, count) :
	    status;
}

static const struct omni__sql row_page = {
	.name = "row_page",
	.in = "id:b limit:i",
	.out = ROW_OUT,
	.sql = "SELECT " ROW_COLUMNS "\n"
	    "FROM omni_record r WHERE r.id > $id\n"
	    "ORDER BY r.id LIMIT $limit",
};
#define ROW_PAGE 4096

/* What is kept of a page is its features; the rest is copied. */
static omni_status
keep_page(struct omni__resolver *r, struct omni__result *page,
    unsigned char last[OMNI__ID])
{
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < page->count && status == OMNI_OK; i++) {
		struct omni__value *v = OMNI__AT(page, i, 0);

		if (v[0].size == OMNI__ID)
			memcpy(last, v[0].bytes, OMNI__ID);
		if (v[0].size == OMNI__ID &&
		    omni__row_find(r, v[0].bytes) != NULL)
			continue;
		v[10].bytes = omni__arena_copy(&r->db->scratch, v[10].bytes,
		    v[10].size);
		if (v[10].bytes == NULL)
			return omni__nomem(&r->db->error);
		status = take_row(r, v);
	}
	return status;
}

omni_status
omni__rows_load_all(struct omni__resolver *r)
{
	struct omni *db = r->db;
	struct omni__arena arena = { .env = &db->env };
	unsigned char last[OMNI__ID] = { 0 };
	struct omni__value in[2];
	struct omni__result page = { .count = ROW_PAGE };
	omni_status status = OMNI_OK;

	while (status == OMNI_OK && page.count == ROW_PAGE) {
		omni__arena_reset(&arena);
		in[0] = omni__blob(last, OMNI__ID);
		in[1] = omni__int(ROW_PAGE);
		status = db->ops->run(db->store, &row_page, in, 1, &arena,
		    &page, NULL, &db->error);
		if (status == OMNI_OK)
			status = keep_page(r, &page, last);
	}
	omni__arena_free(&arena);
	return status;
}

/* ---- to the store --------------------------------------------------- */

static omni_status
save_params(struct omni *db, const struct omni__row *row,
    struct omni__value *v)
{
	v[0] = omni__blob(row->id, OMNI__ID);
	v[1] = omni__int(row->fact);
	v[2] = omni__int_or_null(row->happened, OMNI_TIME_UNKNOWN);
	v[3] = omni__int(row->content);
	v[4] = omni__int_or_null(row->first, OMNI_TIME_UNKNOWN);
	v[5] = omni__int(row->flags);
	v[6] = memcmp(row->pool, row->id, OMNI__ID) != 0 ?
	    omni__blob(row->pool, OMNI__ID) : omni__null();
	v[7] = omni__blob(row->customer, OMNI__ID);
	v[8] = memcmp(row->sure, row->customer, OMNI__ID) != 0 ?
	    omni__blob(row->sure, OMNI__ID) : omni__null();
	v[9] = omni__int_or_null(row->strength, INT32_MAX);
	return omni__person_pack(db, &row->person, &v[10]);
}

static int
compare_rows(const void *left, const void *right)
{
	const struct omni__row *const *a = left, *const *b = right;

	return memcmp((*a)->id, (*b)->id, OMNI__ID);
}

/* What becomes of a row. */
enum fate { KEPT, INSERTED, UPDATED, DELETED };

static enum fate
fate_of(const struct omni__row *row)
{
	if (row->gone)
		return row->stored ? DELETED : KEPT;
	return !row->dirty ? KEPT : row->stored ? UPDATED : INSERTED;
}

/* So many rows are written at once. */
#define SAVED 4096

static omni_status
save_some(struct omni *db, struct omni__row **rows, size_t count,
    enum fate fate)
{
	static const struct omni__sql *const write[] = {
		[INSERTED] = &row_insert, [UPDATED] = &row_update,
		[DELETED] = &row_delete
	};
	size_t columns = fate == DELETED ? 1 : SAVE_COLUMNS, i;
	omni_status status = OMNI_OK;
	struct omni__value *v;

	v = omni__arena_alloc(&db->scratch, count * columns * sizeof(*v));
	if (v == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++)
		if (fate == DELETED)
			v[i] = omni__blob(rows[i]->id, OMNI__ID);
		else
			status = save_params(db, rows[i], v + i * columns);
	if (status == OMNI_OK)
		status = omni__exec(db, write[fate], v, count);
	if (status == OMNI_OK && fate == DELETED)
		status = omni__exec(db, &row_version_delete, v, count);
	return status;
}

static omni_status
save_all(struct omni *db, struct omni__row **sorted, size_t count,
    enum fate fate)
{
	struct omni__row *some[SAVED];
	struct omni__mark mark;
	omni_status status = OMNI_OK;
	size_t i, n = 0;

	for (i = 0; i < count && status == OMNI_OK; i++) {
		if (fate_of(sorted[i]) == fate)
			some[n++] = sorted[i];
		if (n == 0 || (n < SAVED && i + 1 < count))
			continue;
		mark = omni__arena_mark(&db->scratch);
		status = save_some(db, some, n, fate);
		omni__arena_release(&db->scratch, mark);
		n = 0;
	}
	return status;
}

omni_status
omni__rows_save(struct omni__resolver *r)
{
	struct omni *db = r->db;
	struct omni__row **sorted;
	omni_status status;

	sorted = omni__arena_copy(&db->scratch, r->rows,
	    r->count * sizeof(*sorted));
	if (sorted == NULL)
		return omni__nomem(&db->error);
	qsort(sorted, r->count, sizeof(*sorted), compare_rows);
	status = save_all(db, sorted, r->count, DELETED);
	if (status == OMNI_OK)
		status = save_all(db, sorted, r->count, UPDATED);
	if (status == OMNI_OK)
		status = save_all(db, sorted, r->count, INSERTED);
	return status;
}
