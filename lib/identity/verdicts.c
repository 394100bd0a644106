/*
 * The verdicts that are held, newest first, and what has become of each: in
 * force, contradicted by newer ones, or asleep while records are away.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "identity/cluster.h"

static const struct omni__sql verdict_rows = {
	.name = "verdict_rows",
	.out = "ibiiii",
	.sql = "SELECT v.fact, v.record, v.what, v.side, v.stamp, r.fact\n"
	    "FROM omni_verdict v\n"
	    "LEFT JOIN omni_record r ON r.id = v.record\n"
	    "ORDER BY v.stamp DESC, v.fact DESC, v.side, v.record",
};

struct named {
	int32_t side;
	int64_t fact;		/* of the record as it is; 0: it is away */
	int64_t told;		/* when that was told */
	size_t node;
	unsigned char record[OMNI__ID];
	char id[OMNI_ID_SIZE];
	const char *source, *key;
};

struct held {
	int64_t fact, time, recorded;
	int32_t what, state;
	int64_t against;
	bool outdated;
	const char *author, *reason;
	struct named *members;
	size_t count;
};

struct omni_verdicts {
	struct omni__object object;
	struct held *list;
	size_t count;
	size_t next;		/* the one handed out is next - 1 */
};

/* ---- reading -------------------------------------------------------- */

static omni_status
count_held(struct omni *db, struct omni_verdicts *v,
    const struct omni__result *rows)
{
	size_t i, n = 0;

	for (i = 0; i < rows->count; i++)
		n += i == 0 || OMNI__AT(rows, i, 0)->number !=
		    OMNI__AT(rows, i - 1, 0)->number;
	v->list = omni__arena_zero(&v->object.arena,
	    (n + 1) * sizeof(*v->list));
	return v->list != NULL ? OMNI_OK : omni__nomem(&db->error);
}

static omni_status
take_rows(struct omni *db, struct omni_verdicts *v,
    const struct omni__result *rows)
{
	struct named *members;
	size_t i;

	members = omni__arena_zero(&v->object.arena,
	    (rows->count + 1) * sizeof(*members));
	if (members == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < rows->count; i++) {
		const struct omni__value *row = OMNI__AT(rows, i, 0);
		struct held *held;

		if (i == 0 || row[0].number !=
		    OMNI__AT(rows, i - 1, 0)->number) {
			held = &v->list[v->count++];
			held->fact = row[0].number;
			held->what = (int32_t)row[2].number;
			held->members = &members[i];
		}
		held = &v->list[v->count - 1];
		if (row[1].size != OMNI__ID)
			return omni__fail(&db->error, OMNI_CORRUPT,
			    "a verdict's row is damaged: rebuild the store");
		memcpy(members[i].record, row[1].bytes, OMNI__ID);
		omni__hex(members[i].id, row[1].bytes, OMNI__ID);
		members[i].side = (int32_t)row[3].number;
		members[i].fact = omni__value_int(&row[5], 0);
		held->count++;
	}
	return OMNI_OK;
}

/* NULL stays NULL; false when out of memory. */
static bool
keep(struct omni_verdicts *v, const char *text, const char **copy)
{
	*copy = text != NULL ? omni__arena_strdup(&v->object.arena, text) :
	    NULL;
	return text == NULL || *copy != NULL;
}

static omni_status
take_fact(struct omni *db, struct omni_verdicts *v, struct held *held,
    const struct omni__fact *fact)
{
	omni_status status;
	json_t *root;
	bool kept;

	held->time = fact->happened;
	held->recorded = fact->recorded;
	if (fact->body == NULL)
		return OMNI_OK;
	status = omni__json_body(db, fact, &root);
	if (status != OMNI_OK)
		return status;
	kept = keep(v, json_string_value(json_object_get(root, "author")),
	    &held->author) &&
	    keep(v, json_string_value(json_object_get(root, "reason")),
	    &held->reason);
	json_decref(root);
	return kept ? OMNI_OK : omni__nomem(&db->error);
}

static omni_status
read_facts(struct omni *db, struct omni_verdicts *v)
{
	struct omni__fact *facts;
	omni_status status;
	int64_t *ids;
	size_t i;

	ids = omni__arena_alloc(&db->scratch, (v->count + 1) * sizeof(*ids));
	facts = omni__arena_alloc(&db->scratch,
	    (v->count + 1) * sizeof(*facts));
	if (ids == NULL || facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < v->count; i++)
		ids[i] = v->list[i].fact;
	status = omni__facts_read(db, ids, v->count, facts);
	for (i = 0; i < v->count && status == OMNI_OK; i++)
		status = take_fact(db, v, &v->list[i], &facts[i]);
	return status;
}

/* How the records that are there are called, and since when they say what
 * they say. */
static omni_status
read_records(struct omni *db, struct omni_verdicts *v, size_t count)
{
	struct named *members = count > 0 ? v->list[0].members : NULL;
	struct omni__fact *facts;
	omni_status status;
	int64_t *ids;
	size_t i, n = 0;

	ids = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*ids));
	facts = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*facts));
	if (ids == NULL || facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		if (members[i].fact != 0)
			ids[n++] = members[i].fact;
	status = omni__facts_read(db, ids, n, facts);
	for (i = n = 0; i < count && status == OMNI_OK; i++) {
		if (members[i].fact == 0)
			continue;
		members[i].told = facts[n].recorded;
		if (!keep(v, facts[n].source, &members[i].source) ||
		    !keep(v, facts[n].key, &members[i].key))
			status = omni__nomem(&db->error);
		n++;
	}
	return status;
}

/* ---- judging -------------------------------------------------------- */

/* Numbers the records that are there; *nodes is how many. */
static omni_status
number_records(struct omni *db, struct omni_verdicts *v, size_t *nodes)
{
	struct omni__map seen = { .arena = &db->scratch };
	size_t i, k, *at;
	bool found;

	*nodes = 0;
	for (i = 0; i < v->count; i++)
		for (k = 0; k < v->list[i].count; k++) {
			struct named *member = &v->list[i].members[k];

			if (member->fact == 0)
				continue;
			at = omni__map_put(&seen, member->record, OMNI__ID,
			    *nodes, &found);
			if (at == NULL)
				return omni__nomem(&db->error);
			member->node = *at;
			*nodes += !found;
		}
	return OMNI_OK;
}

static omni_status
make_ruling(struct omni *db, const struct held *held,
    struct omni__ruling *ruling)
{
	size_t *list, k;

	list = omni__arena_alloc(&db->scratch,
	    2 * (held->count + 1) * sizeof(*list));
	if (list == NULL)
		return omni__nomem(&db->error);
	memset(ruling, 0, sizeof(*ruling));
	ruling->fact = held->fact;
	ruling->what = held->what;
	ruling->side[0] = list;
	ruling->side[1] = list + held->count + 1;
	for (k = 0; k < held->count; k++) {
		const struct named *member = &held->members[k];
		size_t side = member->side != 0;

		if (member->fact != 0)
			list[side * (held->count + 1) +
			    ruling->count[side]++] = member->node;
	}
	return OMNI_OK;
}

static void
judge(struct omni_verdicts *v, const struct omni__ruling *rulings,
    const size_t *contradicted)
{
	size_t i, k;

	for (i = 0; i < v->count; i++) {
		struct held *held = &v->list[i];
		const struct omni__ruling *ruling = &rulings[i];

		for (k = 0; k < held->count; k++)
			held->outdated |= held->members[k].fact != 0 &&
			    held->members[k].told > held->recorded;
		held->state = OMNI_VERDICT_IN_FORCE;
		if (contradicted[i] != SIZE_MAX) {
			held->state = OMNI_VERDICT_CONTRADICTED;
			held->against = rulings[contradicted[i]].fact;
		} else if (ruling->what == OMNI_VERDICT_SAME ?
		    ruling->count[0] < 2 :
		    ruling->count[0] == 0 || ruling->count[1] == 0)
			held->state = OMNI_VERDICT_DORMANT;
	}
}

/* As clustering does it, for all at once. */
static omni_status
weigh(struct omni *db, struct omni_verdicts *v)
{
	struct omni__ruling *rulings;
	size_t i, nodes, *contradicted;
	omni_status status;

	rulings = omni__arena_alloc(&db->scratch,
	    (v->count + 1) * sizeof(*rulings));
	contradicted = omni__arena_alloc(&db->scratch,
	    (v->count + 1) * sizeof(*contradicted));
	if (rulings == NULL || contradicted == NULL)
		return omni__nomem(&db->error);
	status = number_records(db, v, &nodes);
	for (i = 0; i < v->count && status == OMNI_OK; i++)
		status = make_ruling(db, &v->list[i], &rulings[i]);
	if (status == OMNI_OK)
		status = omni__rulings_obey(db, rulings, v->count, nodes,
		    contradicted);
	if (status == OMNI_OK)
		judge(v, rulings, contradicted);
	return status;
}

/* ---- the list ------------------------------------------------------- */

static omni_status
read_all(struct omni *db, void *context)
{
	struct omni_verdicts *v = context;
	struct omni__result rows;
	omni_status status;

	omni__arena_reset(&v->object.arena);
	v->count = 0;
	status = omni__query(db, &verdict_rows, NULL, 1, &rows);
	if (status == OMNI_OK)
		status = count_held(db, v, &rows);
	if (status == OMNI_OK)
		status = take_rows(db, v, &rows);
	if (status == OMNI_OK)
		status = read_facts(db, v);
	if (status == OMNI_OK)
		status = read_records(db, v, rows.count);
	return status == OMNI_OK ? weigh(db, v) : status;
}

omni_status
omni_verdicts_open(omni *db, omni_verdicts **out)
{
	omni_status status = omni__enter(db);
	struct omni_verdicts *v;

	if (status != OMNI_OK)
		return status;
	if (out == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "verdicts is NULL"));
	*out = NULL;
	v = omni__object_new(&db->env, sizeof(*v));
	if (v == NULL)
		return omni__leave(db, omni__nomem(&db->error));
	status = omni__transact(db, false, read_all, v);
	if (status == OMNI_OK)
		*out = v;
	else
		omni_verdicts_free(v);
	return omni__leave(db, status);
}

void
omni_verdicts_free(omni_verdicts *verdicts)
{
	omni__object_free(verdicts);
}

omni_status
omni_verdicts_next(omni_verdicts *verdicts)
{
	if (verdicts == NULL)
		return OMNI_MISUSE;
	if (verdicts->next >= verdicts->count) {
		verdicts->next = verdicts->count + 1;
		return OMNI_DONE;
	}
	verdicts->next++;
	return OMNI_OK;
}

static const struct held *
current(const omni_verdicts *v)
{
	if (v == NULL || v->next == 0 || v->next > v->count)
		return NULL;
	return &v->list[v->next - 1];
}

int64_t
omni_verdicts_fact(const omni_verdicts *verdicts)
{
	const struct held *held = current(verdicts);

	return held != NULL ? held->fact : 0;
}

int32_t
omni_verdicts_what(const omni_verdicts *verdicts)
{
	const struct held *held = current(verdicts);

	return held != NULL ? held->what : 0;
}

const char *
omni_verdicts_author(const omni_verdicts *verdicts)
{
	const struct held *held = current(verdicts);

	return held != NULL ? held->author : NULL;
}

const char *
omni_verdicts_reason(const omni_verdicts *verdicts)
{
	const struct held *held = current(verdicts);

	return held != NULL ? held->reason : NULL;
}

int64_t
omni_verdicts_time(const omni_verdicts *verdicts)
{
	const struct held *held = current(verdicts);

	return held != NULL ? held->time : OMNI_TIME_UNKNOWN;
}

int32_t
omni_verdicts_state(const omni_verdicts *verdicts)
{
	const struct held *held = current(verdicts);

	return held != NULL ? held->state : 0;
}

int64_t
omni_verdicts_against(const omni_verdicts *verdicts)
{
	const struct held *held = current(verdicts);

	return held != NULL ? held->against : 0;
}

int32_t
omni_verdicts_outdated(const omni_verdicts *verdicts)
{
	const struct held *held = current(verdicts);

	return held != NULL && held->outdated;
}

int32_t
omni_verdicts_count(const omni_verdicts *verdicts)
{
	const struct held *held = current(verdicts);

	return held != NULL ? (int32_t)held->count : 0;
}

static const struct named *
member_at(const omni_verdicts *verdicts, int32_t i)
{
	const struct held *held = current(verdicts);

	return held != NULL && i >= 0 && (size_t)i < held->count ?
	    &held->members[i] : NULL;
}

int32_t
omni_verdicts_side(const omni_verdicts *verdicts, int32_t i)
{
	const struct named *member = member_at(verdicts, i);

	return member != NULL ? member->side : 0;
}

const char *
omni_verdicts_record_id(const omni_verdicts *verdicts, int32_t i)
{
	const struct named *member = member_at(verdicts, i);

	return member != NULL ? member->id : NULL;
}

const char *
omni_verdicts_source(const omni_verdicts *verdicts, int32_t i)
{
	const struct named *member = member_at(verdicts, i);

	return member != NULL ? member->source : NULL;
}

const char *
omni_verdicts_key(const omni_verdicts *verdicts, int32_t i)
{
	const struct named *member = member_at(verdicts, i);

	return member != NULL ? member->key : NULL;
}
