/*
 * Verdicts of stewards: sets of record ids as seen.  Absent members are
 * dormant; they count again when their record returns.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "identity/resolve.h"

static const struct omni__sql ruling_put = {
	.name = "ruling_put",
	.in = "record:b fact:i what:i side:i stamp:i",
	.sql = "INSERT INTO omni_verdict (record, fact, what, side, stamp)\n"
	    "SELECT $record, $fact, $what, $side, $stamp FROM p WHERE true\n"
	    "ON CONFLICT (record, fact, side) DO NOTHING",
};

static const struct omni__sql ruling_of = {
	.name = "ruling_of",
	.in = "record:b",
	.out = "i",
	.sql = "SELECT v.fact FROM omni_verdict v WHERE v.record = $record",
};

static const struct omni__sql ruling_any = {
	.name = "ruling_any",
	.out = "i",
	.sql = "SELECT v.fact FROM omni_verdict v LIMIT 1",
};

static const struct omni__sql ruling_members = {
	.name = "ruling_members",
	.in = "fact:i",
	.out = "biii",
	.sql = "SELECT v.record, v.what, v.side, v.stamp\n"
	    "FROM omni_verdict v WHERE v.fact = $fact\n"
	    "ORDER BY v.side, v.record",
};

/* ---- the projection ------------------------------------------------- */

static const struct omni__sql ruling_erase = {
	.name = "ruling_erase",
	.in = "record:b",
	.sql = "DELETE FROM omni_verdict USING p"
	    " WHERE omni_verdict.record = $record",
};

omni_status
omni__rulings_erase(struct omni *db, const unsigned char *const *ids,
    size_t count)
{
	struct omni__value *in;
	size_t i;

	in = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		in[i] = omni__blob(ids[i], OMNI__ID);
	return omni__exec(db, &ruling_erase, in, count);
}

/* {"what":"same","a":[hex...],"b":[hex...]}; the erased are left out. */
static omni_status
put_side(struct omni__resolver *r, const struct omni__fact *fact,
    const json_t *list, int32_t what, int32_t side)
{
	struct omni *db = r->db;
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < json_array_size(list) && status == OMNI_OK; i++) {
		const char *hex = json_string_value(json_array_get(list, i));
		unsigned char id[OMNI__ID];
		const unsigned char *pointer = id;
		struct omni__value v[5];
		struct omni__row *row;
		int64_t erased;

		if (hex == NULL || !omni__unhex(id, OMNI__ID, hex))
			return omni__fail(&db->error, OMNI_CORRUPT,
			    "a verdict's fact is damaged");
		status = omni__tombstones_get(db, &pointer, 1, &erased);
		if (status != OMNI_OK || erased != INT64_MIN)
			continue;
		v[0] = omni__blob(id, OMNI__ID);
		v[1] = omni__int(fact->id);
		v[2] = omni__int(what);
		v[3] = omni__int(side);
		v[4] = omni__int(fact->stamp);
		status = omni__exec(db, &ruling_put, v, 1);
		if (status == OMNI_OK)
			status = omni__rows_load(r, &pointer, 1);
		row = omni__row_find(r, id);
		if (status == OMNI_OK && row != NULL) {
			row->flags |= OMNI__ROW_RULED;
			row->touched = row->dirty = true;
		}
	}
	return status;
}

omni_status
omni__rulings_apply(struct omni__resolver *r, const struct omni__fact *fact)
{
	json_t *body;
	const char *word;
	omni_status status;
	int32_t what;

	status = omni__json_body(r->db, fact, &body);
	if (status != OMNI_OK)
		return status;
	word = json_string_value(json_object_get(body, "what"));
	what = word != NULL && strcmp(word, "same") == 0 ?
	    OMNI_VERDICT_SAME : OMNI_VERDICT_DIFFERENT;
	status = put_side(r, fact, json_object_get(body, "a"), what, 0);
	if (status == OMNI_OK)
		status = put_side(r, fact, json_object_get(body, "b"), what,
		    1);
	json_decref(body);
	return status;
}

/* ---- who is concerned ----------------------------------------------- */

struct found {
	int64_t *facts;
	size_t count;
};

/* The verdicts that name rows which are new or known to be ruled. */
static omni_status
find_verdicts(struct omni__resolver *r, struct found *found)
{
	struct omni *db = r->db;
	struct omni__map seen = { .arena = &db->scratch };
	struct omni__value *v;
	struct omni__result result;
	struct omni__row **asked;
	omni_status status;
	size_t i, n = 0;
	bool known;

	found->count = 0;
	v = omni__arena_alloc(&db->scratch, (r->count + 1) * sizeof(*v));
	asked = omni__arena_alloc(&db->scratch,
	    (r->count + 1) * sizeof(*asked));
	if (v == NULL || asked == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < r->count; i++) {
		struct omni__row *row = r->rows[i];

		if (row->gone || row->fact == 0 || (row->stored &&
		    !(row->flags & OMNI__ROW_RULED)))
			continue;
		asked[n] = row;
		v[n++] = omni__blob(row->id, OMNI__ID);
	}
	/* Mostly no steward ever spoke. */
	status = omni__query(db, &ruling_any, NULL, 1, &result);
	if (status != OMNI_OK || result.count == 0)
		return status;
	status = omni__query(db, &ruling_of, v, n, &result);
	if (status != OMNI_OK)
		return status;
	found->facts = omni__arena_alloc(&db->scratch,
	    (result.count + 1) * sizeof(*found->facts));
	if (found->facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result.count; i++) {
		struct omni__row *row = asked[result.ordinal[i]];

		if (!(row->flags & OMNI__ROW_RULED)) {
			row->flags |= OMNI__ROW_RULED;
			row->dirty = true;
		}
		found->facts[found->count] = result.values[i].number;
		if (omni__map_put(&seen, &found->facts[found->count],
		    sizeof(int64_t), 0, &known) == NULL)
			return omni__nomem(&db->error);
		found->count += !known;
	}
	return OMNI_OK;
}

static omni_status
read_members(struct omni__resolver *r, const struct found *found,
    struct omni__result *result)
{
	struct omni__value *v;
	size_t i;

	v = omni__arena_alloc(&r->db->scratch,
	    (found->count + 1) * sizeof(*v));
	if (v == NULL)
		return omni__nomem(&r->db->error);
	for (i = 0; i < found->count; i++)
		v[i] = omni__int(found->facts[i]);
	return omni__query(r->db, &ruling_members, v, found->count, result);
}

/* A verdict ties pools together: load those of its members, and what verdicts
 * name these, until nobody new turns up. */
omni_status
omni__rulings_load(struct omni__resolver *r)
{
	struct omni__result members;
	struct found found;
	const unsigned char **ids;
	omni_status status;
	size_t i, before;

	do {
		before = r->count;
		status = find_verdicts(r, &found);
		if (status != OMNI_OK || found.count == 0)
			return status;
		status = read_members(r, &found, &members);
		if (status != OMNI_OK)
			return status;
		ids = omni__arena_alloc(&r->db->scratch,
		    (members.count + 1) * sizeof(*ids));
		if (ids == NULL)
			return omni__nomem(&r->db->error);
		for (i = 0; i < members.count; i++)
			ids[i] = OMNI__AT(&members, i, 0)->bytes;
		status = omni__rows_load(r, ids, members.count);
		if (status != OMNI_OK || r->count == before)
			return status;
		ids = omni__arena_alloc(&r->db->scratch,
		    r->count * sizeof(*ids));
		if (ids == NULL)
			return omni__nomem(&r->db->error);
		for (i = before; i < r->count; i++)
			ids[i - before] = r->rows[i]->pool;
		status = omni__rows_load_pools(r, ids, r->count - before);
	} while (status == OMNI_OK);
	return status;
}

/* ---- for clustering ------------------------------------------------- */

struct dated {
	struct omni__ruling ruling;
	int64_t stamp, fact;
};

static int
newest_first(const void *left, const void *right)
{
	const struct dated *a = left, *b = right;

	if (a->stamp != b->stamp)
		return a->stamp > b->stamp ? -1 : 1;
	return a->fact > b->fact ? -1 : a->fact < b->fact;
}

static omni_status
index_nodes(struct omni__resolver *r, const struct omni__node *nodes,
    size_t count, struct omni__map *map)
{
	size_t i;
	bool found;

	map->arena = &r->db->scratch;
	for (i = 0; i < count; i++)
		if (omni__map_put(map, nodes[i].id, OMNI__ID, i, &found) ==
		    NULL)
			return omni__nomem(&r->db->error);
	return OMNI_OK;
}

/* One verdict's members that are there, as indices of nodes. */
static omni_status
make_ruling(struct omni__resolver *r, const struct omni__map *map,
    const struct omni__result *members, size_t from, size_t to,
    struct dated *out)
{
	size_t i, *list, *at;

	list = omni__arena_alloc(&r->db->scratch,
	    2 * (to - from + 1) * sizeof(*list));
	if (list == NULL)
		return omni__nomem(&r->db->error);
	out->ruling.side[0] = list;
	out->ruling.side[1] = list + (to - from + 1);
	for (i = from; i < to; i++) {
		const struct omni__value *v = OMNI__AT(members, i, 0);
		size_t side = v[2].number != 0;

		out->ruling.what = (int32_t)v[1].number;
		out->stamp = v[3].number;
		at = omni__map_get(map, v[0].bytes, v[0].size);
		if (at != NULL)
			list[side * (to - from + 1) +
			    out->ruling.count[side]++] = *at;
	}
	return OMNI_OK;
}

omni_status
omni__rulings_make(struct omni__resolver *r, const struct omni__node *nodes,
    size_t count, struct omni__ruling **out, size_t *out_count)
{
	struct omni__map map = { .arena = NULL };
	struct omni__result members;
	struct found found;
	struct dated *dated;
	omni_status status;
	size_t i, from, to;

	*out_count = 0;
	*out = NULL;
	status = find_verdicts(r, &found);
	if (status != OMNI_OK || found.count == 0)
		return status;
	status = read_members(r, &found, &members);
	if (status == OMNI_OK)
		status = index_nodes(r, nodes, count, &map);
	dated = omni__arena_zero(&r->db->scratch,
	    found.count * sizeof(*dated));
	*out = omni__arena_alloc(&r->db->scratch,
	    found.count * sizeof(**out));
	if (status == OMNI_OK && (dated == NULL || *out == NULL))
		return omni__nomem(&r->db->error);
	for (from = 0; from < members.count && status == OMNI_OK;
	    from = to) {
		size_t which = members.ordinal[from];

		for (to = from; to < members.count &&
		    members.ordinal[to] == which; to++)
			;
		dated[which].fact = found.facts[which];
		status = make_ruling(r, &map, &members, from, to,
		    &dated[which]);
	}
	if (status != OMNI_OK)
		return status;
	qsort(dated, found.count, sizeof(*dated), newest_first);
	for (i = 0; i < found.count; i++)
		(*out)[i] = dated[i].ruling;
	*out_count = found.count;
	return OMNI_OK;
}
