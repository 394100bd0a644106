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

static void
write_staying(struct omni__buf *buf, const json_t *list,
    const struct omni__map *gone)
{
	const char *comma = "";
	unsigned char id[OMNI__ID];
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const char *hex = json_string_value(json_array_get(list, i));

		if (hex == NULL || !omni__unhex(id, OMNI__ID, hex) ||
		    omni__map_get(gone, id, OMNI__ID) != NULL)
			continue;
		omni__buf_printf(buf, "%s\"%s\"", comma, hex);
		comma = ",";
	}
}

/* The verdict without the erased, and without what the steward wrote of
 * them: that is about those who are left. */
static omni_status
rewrite(struct omni *db, const struct omni__fact *fact,
    const struct omni__map *gone)
{
	struct omni__buf body = { .env = &db->env };
	const char *what;
	omni_status status;
	json_t *root;

	if (fact->body == NULL)
		return OMNI_OK;
	status = omni__json_body(db, fact, &root);
	if (status != OMNI_OK)
		return status;
	what = json_string_value(json_object_get(root, "what"));
	omni__buf_printf(&body, "{\"what\":\"%s\",\"a\":[",
	    what != NULL && strcmp(what, "same") == 0 ? "same" :
	    "different");
	write_staying(&body, json_object_get(root, "a"), gone);
	omni__buf_str(&body, "],\"b\":[");
	write_staying(&body, json_object_get(root, "b"), gone);
	omni__buf_str(&body, "]}");
	json_decref(root);
	status = body.failed ? omni__nomem(&db->error) :
	    omni__fact_rewrite(db, fact->id, body.bytes);
	omni__buf_free(&body);
	return status;
}

static omni_status
rewrite_all(struct omni *db, const struct omni__value *in, size_t count)
{
	struct omni__map gone = { .arena = &db->scratch };
	struct omni__result result;
	struct omni__fact *facts;
	omni_status status;
	int64_t *ids;
	size_t i;
	bool found;

	status = omni__query(db, &ruling_of, in, count, &result);
	if (status != OMNI_OK || result.count == 0)
		return status;
	for (i = 0; i < count; i++)
		if (omni__map_put(&gone, in[i].bytes, OMNI__ID, i,
		    &found) == NULL)
			return omni__nomem(&db->error);
	ids = omni__arena_alloc(&db->scratch, result.count * sizeof(*ids));
	facts = omni__arena_alloc(&db->scratch,
	    result.count * sizeof(*facts));
	if (ids == NULL || facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result.count; i++)
		ids[i] = result.values[i].number;
	status = omni__facts_read(db, ids, result.count, facts);
	for (i = 0; i < result.count && status == OMNI_OK; i++)
		status = rewrite(db, &facts[i], &gone);
	return status;
}

omni_status
omni__rulings_erase(struct omni *db, const unsigned char *const *ids,
    size_t count)
{
	struct omni__value *in;
	omni_status status;
	size_t i;

	in = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		in[i] = omni__blob(ids[i], OMNI__ID);
	status = rewrite_all(db, in, count);
	return status == OMNI_OK ? omni__exec(db, &ruling_erase, in, count) :
	    status;
}

/* ---- applying ------------------------------------------------------- */

/* As with all that is told of an erased person: only what came later
 * counts. */
static bool
is_erased(const struct omni__fact *fact, int64_t until)
{
	return until != INT64_MIN && (fact->happened <= until ||
	    !omni__time_trusted(fact->happened, fact->recorded));
}

static omni_status
put_member(struct omni__resolver *r, const struct omni__fact *fact,
    const unsigned char *id, int32_t what, int32_t side)
{
	struct omni__value v[5] = {
		omni__blob(id, OMNI__ID), omni__int(fact->id),
		omni__int(what), omni__int(side), omni__int(fact->stamp)
	};
	struct omni *db = r->db;
	struct omni__row *row;
	omni_status status;
	int64_t erased;

	status = omni__tombstones_get(db, &id, 1, &erased);
	if (status != OMNI_OK || is_erased(fact, erased))
		return status;
	status = omni__exec(db, &ruling_put, v, 1);
	if (status == OMNI_OK)
		status = omni__rows_load(r, &id, 1);
	if (status != OMNI_OK)
		return status;
	row = omni__row_find(r, id);
	if (row != NULL) {
		row->flags |= OMNI__ROW_RULED;
		row->touched = row->dirty = true;
	}
	return OMNI_OK;
}

/* {"what":"same","a":[hex...],"b":[hex...]}; the erased are left out. */
static omni_status
put_side(struct omni__resolver *r, const struct omni__fact *fact,
    const json_t *list, int32_t what, int32_t side)
{
	omni_status status = OMNI_OK;
	unsigned char id[OMNI__ID];
	size_t i;

	for (i = 0; i < json_array_size(list) && status == OMNI_OK; i++) {
		const char *hex = json_string_value(json_array_get(list, i));

		status = hex != NULL && omni__unhex(id, OMNI__ID, hex) ?
		    put_member(r, fact, id, what, side) :
		    omni__fail(&r->db->error, OMNI_CORRUPT,
		    "a verdict's fact is damaged");
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
	for (from = 0; status == OMNI_OK && from < members.count;
	    from = to) {
		size_t which = members.ordinal[from];

		for (to = from; to < members.count &&
		    members.ordinal[to] == which; to++)
			;
		dated[which].fact = dated[which].ruling.fact =
		    found.facts[which];
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
