/*
 * Keys: who holds which identifier, under which mark.  A key held under more
 * than COMMON distinct marks points at nobody; fewer names weaken it in
 * steps.  When a step is crossed, all its holders are looked at again.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/customer.h"

#define COMMON 50

/* So many holders are read at once; only of larger keys are the marks
 * counted first. */
#define GLANCE 300

static const struct omni__sql key_delete = {
	.name = "key_delete",
	.in = "hash:i mark:i record:b",
	.sql = "DELETE FROM omni_key USING p\n"
	    "WHERE hash = $hash AND mark = $mark AND omni_key.record ="
	    " $record",
};

static const struct omni__sql key_insert = {
	.name = "key_insert",
	.in = "hash:i mark:i record:b",
	.sql = "INSERT INTO omni_key (hash, mark, record)\n"
	    "SELECT $hash, $mark, $record FROM p WHERE true",
};

static const struct omni__sql key_glance = {
	.name = "key_glance",
	.in = "hash:i limit:i",
	.out = "ib",
	.sql = "SELECT k.mark, k.record FROM omni_key k\n"
	    "WHERE k.hash = $hash\n"
	    "ORDER BY k.mark, k.record LIMIT $limit",
};

/* The distinct marks of a key, by leaps through its index. */
static const struct omni__sql key_marks = {
	.name = "key_marks",
	.in = "hash:i limit:i",
	.out = "i",
	.sql = "WITH RECURSIVE m (mark) AS (\n"
	    "  SELECT min(k.mark) FROM omni_key k WHERE k.hash = $hash\n"
	    "  UNION ALL\n"
	    "  SELECT (SELECT min(k.mark) FROM omni_key k\n"
	    "    WHERE k.hash = $hash AND k.mark > m.mark)\n"
	    "  FROM m WHERE m.mark IS NOT NULL)\n"
	    "SELECT m.mark FROM m WHERE m.mark IS NOT NULL LIMIT $limit",
};

/* One key that a refitted row holds or held. */
struct key {
	int64_t hash;
	size_t added;		/* marks that came with this change */
	int64_t names, marks;	/* distinct: of names; of all kinds */
	int64_t last;		/* mark seen last */
	size_t holders;
	uint8_t step;
	bool wanted;		/* its holders' pools are to be loaded */
};

struct keys {
	struct omni__resolver *r;
	struct key *list;
	size_t count;
	struct omni__map by_hash;
	const unsigned char **holders;	/* whose pools are to be loaded */
	size_t holder_count, holder_room;
};

/* ---- writing -------------------------------------------------------- */

struct change {
	int64_t hash, mark;
	const unsigned char *record;
};

static int
compare_changes(const void *left, const void *right)
{
	const struct change *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->mark != b->mark)
		return a->mark < b->mark ? -1 : 1;
	return memcmp(a->record, b->record, OMNI__ID);
}

static size_t
add_keys(const struct omni *db, const struct omni__person *person,
    const unsigned char *id, struct change *out)
{
	size_t i, n = 0;

	for (i = 0; i < person->count; i++)
		if (person->items[i].hash != 0) {
			out[n].hash = (int64_t)person->items[i].hash;
			out[n].mark = omni__person_mark(db, person,
			    &person->items[i]);
			out[n++].record = id;
		}
	return n;
}

static omni_status
write_changes(struct omni *db, const struct omni__sql *sql,
    struct change *changes, size_t count)
{
	struct omni__value *v;
	size_t i;

	if (count == 0)
		return OMNI_OK;
	qsort(changes, count, sizeof(*changes), compare_changes);
	v = omni__arena_alloc(&db->scratch, 3 * count * sizeof(*v));
	if (v == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		v[3 * i] = omni__int(changes[i].hash);
		v[3 * i + 1] = omni__int(changes[i].mark);
		v[3 * i + 2] = omni__blob(changes[i].record, OMNI__ID);
	}
	return omni__exec(db, sql, v, count);
}

static omni_status
note_keys(struct keys *keys, const struct change *changes, size_t count,
    bool added)
{
	size_t i, *at;
	bool found;

	for (i = 0; i < count; i++) {
		struct key *key = &keys->list[keys->count];

		key->hash = changes[i].hash;
		at = omni__map_put(&keys->by_hash, &key->hash,
		    sizeof(key->hash), keys->count, &found);
		if (at == NULL)
			return omni__nomem(&keys->r->db->error);
		keys->count += !found;
		keys->list[*at].added += added;
	}
	return OMNI_OK;
}

static omni_status
write_keys(struct keys *keys)
{
	struct omni__resolver *r = keys->r;
	struct omni *db = r->db;
	struct change *old, *fresh;
	size_t i, room = 0, olds = 0, news = 0;
	omni_status status;

	for (i = 0; i < r->count; i++)
		if (r->rows[i]->refitted)
			room += r->rows[i]->old.count +
			    r->rows[i]->person.count;
	old = omni__arena_alloc(&db->scratch, (room + 1) * sizeof(*old));
	fresh = omni__arena_alloc(&db->scratch, (room + 1) * sizeof(*fresh));
	keys->list = omni__arena_zero(&db->scratch,
	    (2 * room + 1) * sizeof(*keys->list));
	if (old == NULL || fresh == NULL || keys->list == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < r->count; i++) {
		const struct omni__row *row = r->rows[i];

		if (!row->refitted)
			continue;
		if (row->stored)
			olds += add_keys(db, &row->old, row->id, old + olds);
		if (!row->gone)
			news += add_keys(db, &row->person, row->id,
			    fresh + news);
	}
	status = write_changes(db, &key_delete, old, olds);
	if (status == OMNI_OK)
		status = write_changes(db, &key_insert, fresh, news);
	if (status == OMNI_OK)
		status = note_keys(keys, old, olds, false);
	if (status == OMNI_OK)
		status = note_keys(keys, fresh, news, true);
	return status;
}

/* ---- reading -------------------------------------------------------- */

static void
count_mark(struct key *key, int64_t mark)
{
	if (mark == 0 || (key->marks > 0 && mark == key->last))
		return;
	key->last = mark;
	key->marks++;
	key->names += mark > 0;
}

static void
settle_step(struct key *key)
{
	/* Also when it became common just now, its holders must know. */
	key->wanted = key->marks <= COMMON ||
	    key->marks - (int64_t)key->added <= COMMON;
	key->step = key->marks > COMMON ? OMNI__STEP_COMMON :
	    key->names < 4 ? OMNI__STEP_1 :
	    key->names < 16 ? OMNI__STEP_4 : OMNI__STEP_16;
}

static omni_status
want_holder(struct keys *keys, const struct omni__value *record)
{
	struct omni *db = keys->r->db;

	if (record->size != OMNI__ID ||
	    omni__row_find(keys->r, record->bytes) != NULL)
		return OMNI_OK;
	if (keys->holder_count == keys->holder_room) {
		size_t room = keys->holder_room == 0 ? 256 :
		    2 * keys->holder_room;
		const unsigned char **holders = omni__arena_alloc(
		    &db->scratch, room * sizeof(*holders));

		if (holders == NULL)
			return omni__nomem(&db->error);
		if (keys->holder_count > 0)
			memcpy(holders, keys->holders,
			    keys->holder_count * sizeof(*holders));
		keys->holders = holders;
		keys->holder_room = room;
	}
	keys->holders[keys->holder_count++] = record->bytes;
	return OMNI_OK;
}

/* Reads at most `limit` holders of the keys chosen. */
static omni_status
glance(struct keys *keys, struct key **chosen, size_t count, int64_t limit,
    struct omni__result *result)
{
	struct omni *db = keys->r->db;
	struct omni__value *v;
	size_t i;

	v = omni__arena_alloc(&db->scratch, (2 * count + 1) * sizeof(*v));
	if (v == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		v[2 * i] = omni__int(chosen[i]->hash);
		v[2 * i + 1] = omni__int(limit);
	}
	return omni__query(db, &key_glance, v, count, result);
}

static omni_status
want_holders(struct keys *keys, struct key **chosen,
    const struct omni__result *result)
{
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < result->count && status == OMNI_OK; i++)
		if (chosen[result->ordinal[i]]->wanted)
			status = want_holder(keys, OMNI__AT(result, i, 1));
	return status;
}

/* The few keys with many holders: count marks first, and read all holders
 * only where that matters. */
static omni_status
study_large(struct keys *keys, struct key **large, size_t count)
{
	struct omni *db = keys->r->db;
	struct omni__result result;
	struct omni__value *v;
	omni_status status;
	size_t i, n = 0;

	if (count == 0)
		return OMNI_OK;
	v = omni__arena_alloc(&db->scratch, 2 * count * sizeof(*v));
	if (v == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		v[2 * i] = omni__int(large[i]->hash);
		v[2 * i + 1] = omni__int((int64_t)large[i]->added + COMMON +
		    3);
		large[i]->names = large[i]->marks = 0;
	}
	status = omni__query(db, &key_marks, v, count, &result);
	if (status != OMNI_OK)
		return status;
	for (i = 0; i < result.count; i++)
		count_mark(large[result.ordinal[i]],
		    result.values[i].number);
	for (i = 0; i < count; i++) {
		settle_step(large[i]);
		if (large[i]->wanted)
			large[n++] = large[i];
	}
	status = glance(keys, large, n, INT64_MAX, &result);
	return status == OMNI_OK ? want_holders(keys, large, &result) : status;
}

static omni_status
study(struct keys *keys)
{
	struct omni *db = keys->r->db;
	struct omni__result result;
	struct key **all, **large;
	omni_status status;
	size_t i, n = 0;

	all = omni__arena_alloc(&db->scratch,
	    (keys->count + 1) * sizeof(*all));
	large = omni__arena_alloc(&db->scratch,
	    (keys->count + 1) * sizeof(*large));
	if (all == NULL || large == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < keys->count; i++)
		all[i] = &keys->list[i];
	status = glance(keys, all, keys->count, GLANCE, &result);
	if (status != OMNI_OK)
		return status;
	for (i = 0; i < result.count; i++) {
		struct key *key = all[result.ordinal[i]];

		key->holders++;
		count_mark(key, OMNI__AT(&result, i, 0)->number);
	}
	for (i = 0; i < keys->count; i++)
		if (all[i]->holders < GLANCE)
			settle_step(all[i]);
		else
			large[n++] = all[i];
	status = want_holders(keys, all, &result);
	return status == OMNI_OK ? study_large(keys, large, n) : status;
}

/* Live counts into the rows. */
static void
set_steps(struct keys *keys)
{
	struct omni__resolver *r = keys->r;
	size_t i, k, *at;

	for (i = 0; i < r->count; i++) {
		struct omni__row *row = r->rows[i];

		for (k = 0; k < row->person.count && !row->gone; k++) {
			struct omni__item *item = &row->person.items[k];
			int64_t hash = (int64_t)item->hash;

			if (hash == 0)
				continue;
			at = omni__map_get(&keys->by_hash, &hash,
			    sizeof(hash));
			if (at == NULL || keys->list[*at].step == item->step)
				continue;
			item->step = keys->list[*at].step;
			row->dirty = true;
		}
	}
}

/* The pools of all stored rows there are: of those that changed, and of the
 * holders of their keys. */
static omni_status
load_pools(struct omni__resolver *r)
{
	const unsigned char **pools;
	size_t i, n = 0;

	pools = omni__arena_alloc(&r->db->scratch,
	    (r->count + 1) * sizeof(*pools));
	if (pools == NULL)
		return omni__nomem(&r->db->error);
	for (i = 0; i < r->count; i++)
		if (r->rows[i]->stored)
			pools[n++] = r->rows[i]->pool;
	return omni__rows_load_pools(r, pools, n);
}

omni_status
omni__keys_update(struct omni__resolver *r)
{
	struct keys keys = { .r = r, .by_hash = { .arena = &r->db->scratch } };
	omni_status status;

	status = write_keys(&keys);
	if (status == OMNI_OK && keys.count > 0)
		status = study(&keys);
	if (status == OMNI_OK)
		status = omni__rows_load(r, keys.holders,
		    keys.holder_count);
	if (status == OMNI_OK)
		status = load_pools(r);
	if (status == OMNI_OK)
		set_steps(&keys);
	return status;
}

/* ---- looking up ----------------------------------------------------- */

static omni_status
take_holders(struct omni *db, const struct omni__result *result,
    const size_t *items, struct key *counts, struct omni__holder **out,
    size_t *count)
{
	struct omni__holder *holders;
	size_t i, n = 0;

	holders = omni__arena_alloc(&db->scratch,
	    (result->count + 1) * sizeof(*holders));
	if (holders == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result->count; i++) {
		const struct omni__value *v = OMNI__AT(result, i, 0);

		count_mark(&counts[result->ordinal[i]], v[0].number);
		holders[n].item = items[result->ordinal[i]];
		holders[n].mark = v[0].number;
		holders[n++].record = v[1].bytes;
	}
	*out = holders;
	*count = n;
	return OMNI_OK;
}

omni_status
omni__holders_find(struct omni *db, struct omni__person *person,
    struct omni__holder **holders, size_t *count)
{
	struct omni__value v[2 * OMNI__ITEMS_MAX];
	size_t items[OMNI__ITEMS_MAX], i, n = 0;
	struct omni__result result;
	struct key *counts;
	omni_status status;

	for (i = 0; i < person->count; i++)
		if (person->items[i].hash != 0) {
			v[2 * n] = omni__int((int64_t)person->items[i].hash);
			v[2 * n + 1] = omni__int(GLANCE);
			items[n++] = i;
		}
	counts = omni__arena_zero(&db->scratch, (n + 1) * sizeof(*counts));
	if (counts == NULL)
		return omni__nomem(&db->error);
	status = omni__query(db, &key_glance, v, n, &result);
	if (status == OMNI_OK)
		status = take_holders(db, &result, items, counts, holders,
		    count);
	for (i = 0; i < n && status == OMNI_OK; i++) {
		settle_step(&counts[i]);
		person->items[items[i]].step = counts[i].step;
	}
	return status;
}
