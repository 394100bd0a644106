/*
 * Resolution: facts change rows; rows that changed, and all records of the
 * pools they touch, are clustered anew.  The result depends on what records
 * there are, never on how they came.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/resolve.h"

/* ---- versions ------------------------------------------------------- */

static const struct omni__sql version_put = {
	.name = "version_put",
	.in = "record:b fact:i happened:i content:i",
	.sql = "INSERT INTO omni_version (record, fact, happened, content)\n"
	    "SELECT $record, $fact, $happened, $content FROM p WHERE true\n"
	    "ON CONFLICT (record, fact) DO NOTHING",
};

/* Times order versions; an unknown one comes before all known. */
static int
compare_versions(int64_t happened, int64_t content, int64_t other_happened,
    int64_t other_content)
{
	if (happened != other_happened)
		return happened < other_happened ? -1 : 1;
	return content < other_content ? -1 : content > other_content;
}

_Static_assert(OMNI_TIME_UNKNOWN == INT64_MIN, "unknown sorts first");

static omni_status
put_version(struct omni *db, const unsigned char *record, int64_t fact,
    int64_t happened, int64_t content)
{
	struct omni__value v[4] = {
		omni__blob(record, OMNI__ID), omni__int(fact),
		omni__int_or_null(happened, OMNI_TIME_UNKNOWN),
		omni__int(content)
	};

	return omni__exec(db, &version_put, v, 1);
}

static void
lower_first(struct omni__row *row, int64_t happened)
{
	if (happened == OMNI_TIME_UNKNOWN ||
	    (row->first != OMNI_TIME_UNKNOWN && row->first <= happened))
		return;
	row->first = happened;
	row->touched = row->dirty = true;
}

/* A bulk holds many: what making a person left behind is given back, and what
 * is kept is as small as when it is stored. */
static omni_status
make_small(struct omni *db, const struct omni__fact *fact,
    struct omni__person *person)
{
	struct omni__mark mark = omni__arena_mark(&db->scratch);
	struct omni__buf kept = { .env = &db->env };
	struct omni__value packed = omni__null();
	struct omni__raw *raw;
	omni_status status;
	void *bytes = NULL;
	size_t count;

	status = omni__record_parse(db, fact->body, &raw, &count);
	if (status == OMNI_OK)
		status = omni__person_make(db, raw, count, person);
	if (status == OMNI_OK)
		status = omni__person_pack(db, person, &packed);
	omni__buf_add(&kept, packed.bytes, packed.size);
	omni__arena_release(&db->scratch, mark);
	if (status == OMNI_OK && !kept.failed)
		bytes = omni__arena_copy(&db->scratch, kept.bytes, kept.size);
	omni__buf_free(&kept);
	if (status != OMNI_OK)
		return status;
	return bytes == NULL ? omni__nomem(&db->error) :
	    omni__person_unpack(db, bytes, packed.size, person);
}

static omni_status
make_person(struct omni *db, const struct omni__fact *fact,
    struct omni__person *person)
{
	struct omni__raw *raw;
	omni_status status;
	size_t count;

	if (omni__bulk_runs(db))
		return make_small(db, fact, person);
	status = omni__record_parse(db, fact->body, &raw, &count);
	return status == OMNI_OK ? omni__person_make(db, raw, count, person) :
	    status;
}

static omni_status
adopt(struct omni__resolver *r, struct omni__row *row,
    const struct omni__fact *fact, int64_t happened, int64_t content)
{
	omni_status status = make_person(r->db, fact, &row->person);

	if (fact->source != NULL)
		row->flags = (row->flags & ((1 << OMNI__ROW_SOURCE) - 1)) |
		    fact->source_term << OMNI__ROW_SOURCE;
	row->person.source = row->flags >> OMNI__ROW_SOURCE;
	row->fact = fact->id;
	row->happened = happened;
	row->content = content;
	row->touched = row->refitted = row->dirty = true;
	return status;
}

static omni_status
apply_version(struct omni__resolver *r, const struct omni__fact *fact)
{
	struct omni__row *row = omni__row_get(r, fact->record);
	int64_t happened = omni__time_trusted(fact->happened,
	    fact->recorded) ? fact->happened : OMNI_TIME_UNKNOWN;
	int64_t content = omni__record_content(r->db, fact->body);
	omni_status status;

	if (row == NULL)
		return omni__nomem(&r->db->error);
	if (fact->source == NULL)
		row->flags |= OMNI__ROW_INLINE;
	if (row->fact == 0) {
		status = adopt(r, row, fact, happened, content);
		lower_first(row, happened);
		return status;
	}
	status = put_version(r->db, row->id, row->fact, row->happened,
	    row->content);
	if (status == OMNI_OK)
		status = put_version(r->db, row->id, fact->id, happened,
		    content);
	if (status == OMNI_OK && compare_versions(happened, content,
	    row->happened, row->content) > 0)
		status = adopt(r, row, fact, happened, content);
	lower_first(row, happened);
	return status;
}

/* An inline identity is as old as the first thing it did. */
static void
apply_deed(struct omni__resolver *r, const struct omni__fact *fact)
{
	struct omni__row *row = omni__row_find(r, fact->record);

	if (row == NULL || row->fact == 0 ||
	    !(row->flags & OMNI__ROW_INLINE))
		return;
	if (omni__time_trusted(fact->happened, fact->recorded))
		lower_first(row, fact->happened);
}

/* ---- clustering ----------------------------------------------------- */

static int
compare_nodes(const void *left, const void *right)
{
	return omni__node_order(left, right);
}

omni_status
omni__nodes_make(struct omni__resolver *r, struct omni__node **out,
    size_t *count)
{
	struct omni__node *nodes;
	size_t i, n = 0;

	nodes = omni__arena_zero(&r->db->scratch,
	    (r->count + 1) * sizeof(*nodes));
	if (nodes == NULL)
		return omni__nomem(&r->db->error);
	for (i = 0; i < r->count; i++) {
		struct omni__row *row = r->rows[i];

		if (row->gone || row->fact == 0)
			continue;
		nodes[n].id = row->id;
		nodes[n].first = row->first;
		nodes[n++].person = &row->person;
	}
	qsort(nodes, n, sizeof(*nodes), compare_nodes);
	*out = nodes;
	*count = n;
	return OMNI_OK;
}

static void
take_places(struct omni__resolver *r, const struct omni__node *nodes,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct omni__row *row = omni__row_find(r, nodes[i].id);
		const unsigned char *pool = nodes[nodes[i].pool].id;
		const unsigned char *customer = nodes[nodes[i].customer].id;
		const unsigned char *sure = nodes[nodes[i].sure].id;

		if (memcmp(row->pool, pool, OMNI__ID) == 0 &&
		    memcmp(row->customer, customer, OMNI__ID) == 0 &&
		    memcmp(row->sure, sure, OMNI__ID) == 0 &&
		    row->strength == nodes[i].strength)
			continue;
		memcpy(row->pool, pool, OMNI__ID);
		memcpy(row->customer, customer, OMNI__ID);
		memcpy(row->sure, sure, OMNI__ID);
		row->strength = nodes[i].strength;
		row->dirty = true;
	}
}

/* What was only looked at must not be clustered without its pool. */
static omni_status
keep_touched(struct omni__resolver *r)
{
	size_t i, kept = 0;
	bool found;

	r->by_id = (struct omni__map){ .arena = &r->db->scratch };
	for (i = 0; i < r->count; i++) {
		struct omni__row *row = r->rows[i];

		if (!row->touched)
			continue;
		if (omni__map_put(&r->by_id, row->id, OMNI__ID, kept,
		    &found) == NULL)
			return omni__nomem(&r->db->error);
		r->rows[kept++] = row;
	}
	r->count = kept;
	return OMNI_OK;
}

omni_status
omni__nodes_resolve(struct omni__resolver *r, struct omni__node *nodes,
    size_t count, const struct omni__claim *claims, size_t claim_count)
{
	struct omni__ruling *rulings = NULL;
	size_t ruling_count = 0;
	omni_status status;

	status = omni__rulings_make(r, nodes, count, &rulings,
	    &ruling_count);
	if (status == OMNI_OK)
		status = omni__cluster(r->db, nodes, count, claims,
		    claim_count, rulings, ruling_count);
	if (status != OMNI_OK)
		return status;
	take_places(r, nodes, count);
	status = omni__reviews_save(r, nodes, count);
	if (status == OMNI_OK && !r->quiet)
		status = omni__changes_note(r);
	return status == OMNI_OK ? omni__rows_save(r) : status;
}

omni_status
omni__resolve(struct omni__resolver *r)
{
	struct omni__node *nodes = NULL;
	struct omni__claim *claims = NULL;
	size_t count = 0, claim_count = 0;
	omni_status status;

	status = keep_touched(r);
	if (status != OMNI_OK || r->count == 0)
		return status;
	status = omni__keys_update(r);
	if (status == OMNI_OK)
		status = omni__rulings_load(r);
	if (status == OMNI_OK)
		status = omni__nodes_make(r, &nodes, &count);
	if (status == OMNI_OK)
		status = omni__claims_make(r, nodes, count, &claims,
		    &claim_count);
	return status == OMNI_OK ? omni__nodes_resolve(r, nodes, count,
	    claims, claim_count) : status;
}

/* ---- the room's doors ----------------------------------------------- */

static bool
concerns(const struct omni__fact *fact)
{
	return fact->record != NULL && (fact->noun == OMNI__FACT_RECORD ||
	    fact->noun == OMNI__FACT_INTERACTION ||
	    fact->noun == OMNI__FACT_STATEMENT ||
	    fact->noun == OMNI__FACT_SETTING);
}

static omni_status
load_rows(struct omni__resolver *r, const struct omni__fact *facts,
    size_t count)
{
	const unsigned char **ids;
	size_t i, n = 0;

	ids = omni__arena_alloc(&r->db->scratch,
	    (count + 1) * sizeof(*ids));
	if (ids == NULL)
		return omni__nomem(&r->db->error);
	for (i = 0; i < count; i++)
		if (concerns(&facts[i]) && !facts[i].fresh)
			ids[n++] = facts[i].record;
	return omni__rows_load(r, ids, n);
}

omni_status
omni__facts_gather(struct omni__resolver *r, const struct omni__fact *facts,
    size_t count)
{
	omni_status status;
	size_t i;

	status = load_rows(r, facts, count);
	for (i = 0; i < count && status == OMNI_OK; i++)
		if (facts[i].noun == OMNI__FACT_RECORD &&
		    facts[i].record != NULL)
			status = apply_version(r, &facts[i]);
	for (i = 0; i < count && status == OMNI_OK; i++)
		if (facts[i].noun == OMNI__FACT_VERDICT &&
		    facts[i].body != NULL)
			status = omni__rulings_apply(r, &facts[i]);
		else if (concerns(&facts[i]))
			apply_deed(r, &facts[i]);
	return status;
}

static omni_status
apply(struct omni *db, const struct omni__fact *facts, size_t count,
    bool quiet)
{
	struct omni__resolver r = { .db = db, .quiet = quiet };
	omni_status status;

	if (omni__bulk_runs(db))
		return omni__bulk_add(db, facts, count, quiet);
	r.by_id.arena = &db->scratch;
	status = omni__facts_gather(&r, facts, count);
	return status == OMNI_OK ? omni__resolve(&r) : status;
}

omni_status
omni__identity_apply(struct omni *db, const struct omni__fact *facts,
    size_t count)
{
	return apply(db, facts, count, false);
}

omni_status
omni__identity_reapply(struct omni *db, const struct omni__fact *facts,
    size_t count)
{
	return apply(db, facts, count, true);
}

static const struct omni__sql versions_of = {
	.name = "versions_of",
	.in = "id:b",
	.out = "i",
	.sql = "SELECT v.fact FROM omni_version v WHERE v.record = $id",
};

/* The facts of all versions of the rows that go. */
static omni_status
list_versions(struct omni__resolver *r, int64_t **facts, size_t *count)
{
	struct omni *db = r->db;
	struct omni__value *in;
	struct omni__result result;
	omni_status status;
	size_t i, n = 0;

	in = omni__arena_alloc(&db->scratch, (r->count + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < r->count; i++)
		in[i] = omni__blob(r->rows[i]->id, OMNI__ID);
	status = omni__query(db, &versions_of, in, r->count, &result);
	if (status != OMNI_OK)
		return status;
	*facts = omni__arena_alloc(&db->scratch,
	    (r->count + result.count + 1) * sizeof(**facts));
	if (*facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < r->count; i++)
		(*facts)[n++] = r->rows[i]->fact;
	for (i = 0; i < result.count; i++)
		if (result.values[i].number !=
		    r->rows[result.ordinal[i]]->fact)
			(*facts)[n++] = result.values[i].number;
	*count = n;
	return OMNI_OK;
}

omni_status
omni__records_forget(struct omni *db, const unsigned char *const *ids,
    size_t count, int64_t **facts, size_t *fact_count)
{
	struct omni__resolver r = { .db = db };
	omni_status status;
	size_t i;

	*fact_count = 0;
	r.by_id.arena = &db->scratch;
	status = omni__rows_load(&r, ids, count);
	if (status == OMNI_OK)
		status = list_versions(&r, facts, fact_count);
	for (i = 0; i < r.count; i++)
		r.rows[i]->gone = r.rows[i]->touched = r.rows[i]->refitted =
		    true;
	return status == OMNI_OK ? omni__resolve(&r) : status;
}
