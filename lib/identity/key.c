/*
 * Keys: who holds which identifier, under which mark; who lies in which block,
 * with which sketch.  A key held under more than OMNI__MARKS_MAX distinct
 * marks (a block under more than OMNI__SKETCHES_MAX, or by more than
 * OMNI__HOLDERS_MAX) points at nobody; fewer names weaken an identifier in
 * steps.  When a step is crossed, all its holders are looked at again.
 *
 * A block that points at nobody bears a marker, so that it need not be read to
 * be known as such.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/customer.h"
#include "identity/key.h"

/* The mark of a block's marker: sketches are not negative. */
#define MARKER (-1)

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

static const struct omni__sql block_glance = {
	.name = "block_glance",
	.in = "hash:i limit:i",
	.out = "ib",
	.sql = "SELECT k.mark, k.record FROM omni_key k\n"
	    "WHERE k.hash = $hash AND k.mark >= 0\n"
	    "ORDER BY k.mark, k.record LIMIT $limit",
};

static const struct omni__sql key_marker = {
	.name = "key_marker",
	.in = "hash:i",
	.out = "i",
	.sql = "SELECT k.mark FROM omni_key k\n"
	    "WHERE k.hash = $hash AND k.mark = -1",
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

/* ---- writing -------------------------------------------------------- */

struct change {
	int64_t hash, mark;
	const unsigned char *record;
	bool block;
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

/* At most count + OMNI__BLOCKS_MAX of them. */
static size_t
add_keys(const struct omni *db, const struct omni__person *person,
    const unsigned char *id, struct change *out)
{
	struct omni__block blocks[OMNI__BLOCKS_MAX];
	size_t i, count, n = 0;
	int64_t sketch;

	for (i = 0; i < person->count; i++)
		if (person->items[i].hash != 0) {
			out[n].hash = (int64_t)person->items[i].hash;
			out[n].mark = omni__person_mark(db, person,
			    &person->items[i]);
			out[n].block = false;
			out[n++].record = id;
		}
	count = omni__person_blocks(db, person, blocks);
	sketch = omni__person_sketch(db, person);
	for (i = 0; i < count; i++) {
		out[n].hash = blocks[i].hash;
		out[n].mark = sketch;
		out[n].block = true;
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
	v = omni__arena_alloc(&db->scratch, 3 * count * sizeof(*v));
	if (v == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		v[3 * i] = omni__int(changes[i].hash);
		v[3 * i + 1] = omni__int(changes[i].mark);
		v[3 * i + 2] = omni__blob(changes[i].record,
		    changes[i].mark == MARKER && changes[i].block ? 0 :
		    OMNI__ID);
	}
	return omni__exec(db, sql, v, count);
}

static omni_status
note_keys(struct omni__keys *keys, const struct change *changes,
    size_t count, bool added)
{
	size_t i, *at;
	bool found;

	for (i = 0; i < count; i++) {
		struct omni__key *key = &keys->list[keys->count];

		key->hash = changes[i].hash;
		key->block = changes[i].block;
		at = omni__map_put(&keys->by_hash, &key->hash,
		    sizeof(key->hash), keys->count, &found);
		if (at == NULL)
			return omni__nomem(&keys->r->db->error);
		keys->count += !found;
		if (added)
			keys->list[*at].added++;
		else
			keys->list[*at].removed++;
	}
	return OMNI_OK;
}

/* What is taken out and put in again is not touched; both lists sorted. */
static void
cancel_out(struct change *old, size_t *olds, struct change *fresh,
    size_t *news)
{
	size_t i = 0, j = 0, kept_old = 0, kept_new = 0;

	while (i < *olds || j < *news) {
		int order = i == *olds ? 1 : j == *news ? -1 :
		    compare_changes(&old[i], &fresh[j]);

		if (order < 0) {
			old[kept_old++] = old[i++];
		} else if (order > 0) {
			fresh[kept_new++] = fresh[j++];
		} else {
			i++;
			j++;
		}
	}
	*olds = kept_old;
	*news = kept_new;
}

static bool
chosen(const struct omni__row *row, bool only_stored)
{
	return row->refitted && (row->stored || !only_stored);
}

/* Of rows that changed; of those that were stored only, when asked. */
static omni_status
write_keys(struct omni__keys *keys, bool only_stored)
{
	struct omni__resolver *r = keys->r;
	struct omni *db = r->db;
	struct change *old, *fresh;
	size_t i, room = 0, olds = 0, news = 0;
	omni_status status;

	for (i = 0; i < r->count; i++)
		if (chosen(r->rows[i], only_stored))
			room += r->rows[i]->old.count +
			    r->rows[i]->person.count + 2 * OMNI__BLOCKS_MAX;
	old = omni__arena_alloc(&db->scratch, (room + 1) * sizeof(*old));
	fresh = omni__arena_alloc(&db->scratch, (room + 1) * sizeof(*fresh));
	if (old == NULL || fresh == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < r->count; i++) {
		const struct omni__row *row = r->rows[i];

		if (!chosen(row, only_stored))
			continue;
		if (row->stored)
			olds += add_keys(db, &row->old, row->id, old + olds);
		if (!row->gone)
			news += add_keys(db, &row->person, row->id,
			    fresh + news);
	}
	keys->list = omni__arena_zero(&db->scratch,
	    (olds + news + 1) * sizeof(*keys->list));
	if (keys->list == NULL)
		return omni__nomem(&db->error);
	qsort(old, olds, sizeof(*old), compare_changes);
	qsort(fresh, news, sizeof(*fresh), compare_changes);
	/* Of what stays, too, the holders are looked at. */
	status = note_keys(keys, fresh, news, false);
	for (i = 0; i < keys->count; i++)
		keys->list[i].removed = 0;
	cancel_out(old, &olds, fresh, &news);
	if (status == OMNI_OK)
		status = write_changes(db, &key_delete, old, olds);
	if (status == OMNI_OK)
		status = write_changes(db, &key_insert, fresh, news);
	if (status == OMNI_OK)
		status = note_keys(keys, old, olds, false);
	return status == OMNI_OK ? note_keys(keys, fresh, news, true) :
	    status;
}

/* ---- counting ------------------------------------------------------- */

static void
count_mark(struct omni__key *key, int64_t mark)
{
	if ((mark == 0 && !key->block) ||
	    (key->marks > 0 && mark == key->last))
		return;
	key->last = mark;
	key->marks++;
	key->names += mark > 0;
}

uint8_t
omni__key_step(bool block, int64_t names, int64_t marks)
{
	if (marks > (block ? OMNI__SKETCHES_MAX : OMNI__MARKS_MAX))
		return OMNI__STEP_COMMON;
	return block || names < 4 ? OMNI__STEP_1 :
	    names < 16 ? OMNI__STEP_4 : OMNI__STEP_16;
}

/* Its holders must know when it became common, or when what it is worth may
 * have changed. */
static void
settle_step(struct omni__key *key)
{
	int64_t added = (int64_t)key->added, removed = (int64_t)key->removed;

	key->step = omni__key_step(false, key->names, key->marks);
	key->common = key->step == OMNI__STEP_COMMON;
	key->wanted = (key->marks <= OMNI__MARKS_MAX ||
	    key->marks - added <= OMNI__MARKS_MAX) &&
	    (omni__key_step(false, key->names - added, key->marks - added) !=
	    key->step || omni__key_step(false, key->names + removed,
	    key->marks + removed) != key->step);
}

/* Reads at most `limit` holders of the keys chosen, beside those that came
 * with this change. */
static omni_status
glance(struct omni__keys *keys, const struct omni__sql *sql,
    struct omni__key **chosen, size_t count, int64_t limit,
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
		v[2 * i + 1] = omni__int(limit == INT64_MAX ? limit :
		    limit + (int64_t)chosen[i]->added);
	}
	return omni__query(db, sql, v, count, result);
}

/* The rows of a result that belong to each key. */
static void
take_holders(struct omni__key **chosen, size_t count,
    const struct omni__result *result)
{
	size_t i, row = 0;

	for (i = 0; i < count; i++) {
		struct omni__key *key = chosen[i];

		key->holder = row < result->count ?
		    OMNI__AT(result, row, 0) : NULL;
		key->holders = 0;
		key->names = key->marks = 0;
		for (; row < result->count && result->ordinal[row] == i;
		    row++) {
			count_mark(key, OMNI__AT(result, row, 0)->number);
			key->holders++;
		}
	}
}

static omni_status
choose(struct omni__keys *keys, bool block, struct omni__key ***chosen,
    size_t *count)
{
	size_t i, n = 0;

	*chosen = omni__arena_alloc(&keys->r->db->scratch,
	    (keys->count + 1) * sizeof(**chosen));
	if (*chosen == NULL)
		return omni__nomem(&keys->r->db->error);
	for (i = 0; i < keys->count; i++)
		if (keys->list[i].block == block)
			(*chosen)[n++] = &keys->list[i];
	*count = n;
	return OMNI_OK;
}

/* The few keys with many holders: count marks first, and read all holders
 * only where that matters. */
static omni_status
study_large(struct omni__keys *keys, struct omni__key **large, size_t count)
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
		v[2 * i + 1] = omni__int((int64_t)large[i]->added +
		    OMNI__MARKS_MAX + 3);
		large[i]->names = large[i]->marks = 0;
		large[i]->holders = 0;
	}
	status = omni__query(db, &key_marks, v, count, &result);
	if (status != OMNI_OK)
		return status;
	for (i = 0; i < result.count; i++)
		count_mark(large[result.ordinal[i]],
		    result.values[i].number);
	for (i = 0; i < count; i++) {
		settle_step(large[i]);
		if (large[i]->wanted || !large[i]->common)
			large[n++] = large[i];
	}
	status = glance(keys, &key_glance, large, n, INT64_MAX, &result);
	if (status != OMNI_OK)
		return status;
	take_holders(large, n, &result);
	for (i = 0; i < n; i++)
		settle_step(large[i]);
	return OMNI_OK;
}

static omni_status
study_identifiers(struct omni__keys *keys)
{
	struct omni__key **all, **large;
	struct omni__result result;
	omni_status status;
	size_t i, count, n = 0;

	status = choose(keys, false, &all, &count);
	if (status != OMNI_OK || count == 0)
		return status;
	large = omni__arena_alloc(&keys->r->db->scratch,
	    count * sizeof(*large));
	if (large == NULL)
		return omni__nomem(&keys->r->db->error);
	status = glance(keys, &key_glance, all, count, GLANCE, &result);
	if (status != OMNI_OK)
		return status;
	take_holders(all, count, &result);
	for (i = 0; i < count; i++)
		if (all[i]->holders < GLANCE + all[i]->added)
			settle_step(all[i]);
		else
			large[n++] = all[i];
	return study_large(keys, large, n);
}

/* ---- blocks --------------------------------------------------------- */

static omni_status
find_markers(struct omni__keys *keys, struct omni__key **blocks,
    size_t count)
{
	struct omni *db = keys->r->db;
	struct omni__result result;
	struct omni__value *v;
	omni_status status;
	size_t i;

	v = omni__arena_alloc(&db->scratch, count * sizeof(*v));
	if (v == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		v[i] = omni__int(blocks[i]->hash);
	status = omni__query(db, &key_marker, v, count, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++)
		blocks[result.ordinal[i]]->common = true;
	return status;
}

static omni_status
write_markers(struct omni__keys *keys, const struct omni__sql *sql,
    struct omni__key **blocks, size_t count)
{
	struct omni *db = keys->r->db;
	struct omni__value *v;
	size_t i;

	if (count == 0)
		return OMNI_OK;
	v = omni__arena_alloc(&db->scratch, 3 * count * sizeof(*v));
	if (v == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		v[3 * i] = omni__int(blocks[i]->hash);
		v[3 * i + 1] = omni__int(MARKER);
		v[3 * i + 2] = omni__blob("", 0);
	}
	return omni__exec(db, sql, v, count);
}

/* The blocks whose holders may have become too many, or few enough. */
static omni_status
settle_blocks(struct omni__keys *keys, struct omni__key **blocks,
    size_t count)
{
	struct omni__key **fresh, **gone;
	size_t i, news = 0, olds = 0;
	omni_status status;

	fresh = omni__arena_alloc(&keys->r->db->scratch,
	    (2 * count + 1) * sizeof(*fresh));
	if (fresh == NULL)
		return omni__nomem(&keys->r->db->error);
	gone = fresh + count;
	for (i = 0; i < count; i++) {
		struct omni__key *key = blocks[i];
		bool was = key->common;

		key->common = omni__key_step(true, 0, key->marks) ==
		    OMNI__STEP_COMMON || key->holders > OMNI__HOLDERS_MAX;
		key->wanted = key->common != was;
		if (key->wanted && key->common)
			fresh[news++] = key;
		else if (key->wanted)
			gone[olds++] = key;
	}
	status = write_markers(keys, &key_insert, fresh, news);
	return status == OMNI_OK ?
	    write_markers(keys, &key_delete, gone, olds) : status;
}

static omni_status
study_blocks(struct omni__keys *keys)
{
	struct omni__key **all;
	struct omni__result result;
	omni_status status;
	size_t i, count, n = 0;

	status = choose(keys, true, &all, &count);
	if (status != OMNI_OK || count == 0)
		return status;
	status = find_markers(keys, all, count);
	/* More holders do not change what is common already. */
	for (i = 0; i < count; i++)
		if (!all[i]->common || all[i]->removed > 0)
			all[n++] = all[i];
	if (status == OMNI_OK)
		status = glance(keys, &block_glance, all, n,
		    OMNI__HOLDERS_MAX + 1, &result);
	if (status != OMNI_OK)
		return status;
	take_holders(all, n, &result);
	return settle_blocks(keys, all, n);
}

/* ---- the whole ------------------------------------------------------ */

void
omni__keys_set_steps(struct omni__keys *keys)
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

static omni_status
keys_new(struct omni__resolver *r, struct omni__keys **out)
{
	struct omni__keys *keys;

	keys = omni__arena_zero(&r->db->scratch, sizeof(*keys));
	if (keys == NULL)
		return omni__nomem(&r->db->error);
	keys->r = r;
	keys->by_hash.arena = &r->db->scratch;
	*out = keys;
	return OMNI_OK;
}

omni_status
omni__keys_update(struct omni__resolver *r)
{
	struct omni__keys *keys = NULL;
	omni_status status;

	status = keys_new(r, &keys);
	r->keys = keys;
	if (status == OMNI_OK)
		status = write_keys(keys, false);
	if (status == OMNI_OK)
		status = study_identifiers(keys);
	if (status == OMNI_OK)
		status = study_blocks(keys);
	if (status == OMNI_OK)
		omni__keys_set_steps(keys);
	if (status == OMNI_OK)
		status = omni__neighbours_load(keys);
	if (status == OMNI_OK)
		omni__keys_set_steps(keys);
	return status;
}

omni_status
omni__blocks_common(struct omni *db, const int64_t *hashes, size_t count,
    bool *common)
{
	struct omni__result result;
	struct omni__value *v;
	omni_status status;
	size_t i;

	v = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*v));
	if (v == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		v[i] = omni__int(hashes[i]);
		common[i] = false;
	}
	status = omni__query(db, &key_marker, v, count, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++)
		common[result.ordinal[i]] = true;
	return status;
}

/* ---- many keys ------------------------------------------------------ */

#define WRITTEN 4096

struct omni__key_writer {
	struct omni *db;
	struct omni__keys *changed;	/* of rows that were stored */
	struct change *list, *markers;
	size_t count, marker_count;
};

static const struct omni__sql marker_insert = {
	.name = "marker_insert",
	.in = "hash:i mark:i record:b",
	.sql = "INSERT INTO omni_key (hash, mark, record)\n"
	    "SELECT $hash, $mark, $record FROM p WHERE true\n"
	    "ON CONFLICT (hash, mark, record) DO NOTHING",
};

/* Takes the markers off what changed: they are set anew. */
static omni_status
unmark(struct omni__keys *keys)
{
	struct omni__key **blocks;
	omni_status status;
	size_t count = 0;

	status = choose(keys, true, &blocks, &count);
	return status == OMNI_OK ?
	    write_markers(keys, &key_delete, blocks, count) : status;
}

omni_status
omni__keys_rewrite(struct omni__resolver *r, struct omni__key_writer **out)
{
	struct omni *db = r->db;
	struct omni__key_writer *writer;
	omni_status status;

	status = keys_new(r, &r->keys);
	writer = omni__arena_zero(&db->scratch, sizeof(*writer));
	if (status != OMNI_OK || writer == NULL)
		return omni__nomem(&db->error);
	writer->db = db;
	writer->changed = r->keys;
	writer->list = omni__arena_alloc(&db->scratch,
	    WRITTEN * sizeof(*writer->list));
	writer->markers = omni__arena_alloc(&db->scratch,
	    WRITTEN * sizeof(*writer->markers));
	if (writer->list == NULL || writer->markers == NULL)
		return omni__nomem(&db->error);
	*out = writer;
	status = write_keys(r->keys, true);
	return status == OMNI_OK ? unmark(r->keys) : status;
}

static omni_status
write_out(struct omni__key_writer *writer, const struct omni__sql *sql,
    struct change *list, size_t *count)
{
	struct omni__mark mark = omni__arena_mark(&writer->db->scratch);
	omni_status status;

	status = write_changes(writer->db, sql, list, *count);
	omni__arena_release(&writer->db->scratch, mark);
	*count = 0;
	return status;
}

omni_status
omni__key_write(struct omni__key_writer *writer, int64_t hash, int64_t mark,
    const unsigned char *record)
{
	omni_status status = OMNI_OK;

	if (writer->count == WRITTEN)
		status = write_out(writer, &key_insert, writer->list,
		    &writer->count);
	writer->list[writer->count++] = (struct change){ hash, mark, record,
	    false };
	return status;
}

omni_status
omni__key_mark(struct omni__key_writer *writer, int64_t hash, bool common,
    bool fresh)
{
	bool changed = omni__map_get(&writer->changed->by_hash, &hash,
	    sizeof(hash)) != NULL;
	omni_status status = OMNI_OK;

	if (!common || (!fresh && !changed))
		return OMNI_OK;
	if (writer->marker_count == WRITTEN)
		status = write_out(writer, &marker_insert, writer->markers,
		    &writer->marker_count);
	writer->markers[writer->marker_count++] = (struct change){ hash,
	    MARKER, (const unsigned char *)"", true };
	return status;
}

omni_status
omni__keys_flush(struct omni__key_writer *writer)
{
	omni_status status;

	status = write_out(writer, &key_insert, writer->list,
	    &writer->count);
	if (status == OMNI_OK)
		status = write_out(writer, &marker_insert, writer->markers,
		    &writer->marker_count);
	writer->changed->r->keys = NULL;
	return status;
}
