/*
 * The statements that count for a customer: of all its records, the
 * withdrawals that were spoken when one of them was held, and those that are
 * about one of its addresses.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "consent/statement.h"

/* ---- of a fact ------------------------------------------------------ */

/* The texts of a body that go into a row. */
static const struct {
	const char *name;
	size_t place;
} members[] = {
	{ "purpose", offsetof(struct omni__said, purpose) },
	{ "channel", offsetof(struct omni__said, channel) },
	{ "brand", offsetof(struct omni__said, brand) },
	{ "via", offsetof(struct omni__said, via) },
	{ "wording", offsetof(struct omni__said, wording) },
	{ "value", offsetof(struct omni__said, value) },
};

static omni_status
read_texts(struct omni *db, const json_t *root, struct omni__said *said)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(members); i++) {
		const char *text = json_string_value(json_object_get(root,
		    members[i].name));
		const char **place = (const char **)(void *)
		    ((char *)said + members[i].place);

		if (text != NULL && (*place = omni__arena_strdup(
		    &db->scratch, text)) == NULL)
			return omni__nomem(&db->error);
	}
	return OMNI_OK;
}

/* What makes a withdrawal this one, on every replica.  Two of a customer
 * that agree in all of it say the same. */
static omni_status
set_mark(struct omni *db, struct omni__said *said)
{
	struct omni__buf text = { .env = &db->env };
	omni_status status = OMNI_OK;

	omni__buf_printf(&text, "%lld ", (long long)said->happened);
	omni__buf_json(&text, said->purpose);
	omni__buf_json(&text, said->channel);
	omni__buf_json(&text, said->source);
	/* Grants know older ones by a mark that ended here. */
	if (said->medium != 0 || said->brand != NULL) {
		omni__buf_printf(&text, "%d", said->medium);
		omni__buf_json(&text, said->brand);
	}
	if (text.failed)
		status = omni__nomem(&db->error);
	else
		said->mark = omni__hash64(db->tenant_key, text.bytes,
		    text.size);
	omni__buf_free(&text);
	return status;
}

static omni_status
read_seen(struct omni *db, const json_t *seen, struct omni__said *said)
{
	size_t count = json_array_size(seen), i;
	unsigned char bytes[sizeof(int64_t)];
	uint64_t *marks;

	if (count == 0)
		return OMNI_OK;
	said->seen = marks = omni__arena_alloc(&db->scratch,
	    count * sizeof(*marks));
	if (marks == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		const char *hex = json_string_value(json_array_get(seen, i));

		if (hex != NULL && omni__unhex(bytes, sizeof(bytes), hex))
			marks[said->seen_count++] =
			    (uint64_t)omni__bytes_get(bytes);
	}
	return OMNI_OK;
}

static omni_status
read_address(struct omni *db, const json_t *root, struct omni__said *said)
{
	const char *hex = json_string_value(
	    json_object_get(root, "address"));
	unsigned char hash[OMNI__ID];

	if (hex == NULL || !omni__unhex(hash, OMNI__ID, hex))
		return OMNI_OK;
	said->address = omni__arena_copy(&db->scratch, hash, OMNI__ID);
	return said->address != NULL ? OMNI_OK : omni__nomem(&db->error);
}

static omni_status
read_body(struct omni *db, const json_t *root, struct omni__said *said)
{
	const char *expiry = json_string_value(
	    json_object_get(root, "expiry"));
	omni_status status = read_texts(db, root, said);

	said->said = omni__said_number(json_string_value(
	    json_object_get(root, "said")));
	said->rank = (int32_t)json_integer_value(
	    json_object_get(root, "rank"));
	said->medium = (int32_t)json_integer_value(
	    json_object_get(root, "medium"));
	said->expiry = INT64_MAX;
	if (expiry != NULL && omni_time_parse(expiry, &said->expiry) !=
	    OMNI_OK)
		said->expiry = INT64_MAX;
	if (status == OMNI_OK)
		status = read_address(db, root, said);
	if (status == OMNI_OK)
		status = read_seen(db, json_object_get(root, "seen"), said);
	return status;
}

omni_status
omni__said_read(struct omni *db, const struct omni__fact *fact,
    const struct json_t *root, struct omni__said *said)
{
	omni_status status;

	memset(said, 0, sizeof(*said));
	said->fact = fact->id;
	said->happened = omni__fact_time(fact);
	said->doubtful = !omni__time_trusted(fact->happened, fact->recorded);
	/* Nothing is said later than it is told: a till whose clock runs ahead
	 * would have the last word over a no that comes behind it. */
	if (!said->doubtful && said->happened > fact->recorded)
		said->happened = fact->recorded;
	said->source = fact->source != NULL ? fact->source : "";
	status = read_body(db, root, said);
	if (status == OMNI_OK && (said->said == 0 || said->purpose == NULL))
		status = omni__fail(&db->error, OMNI_CORRUPT,
		    "fact %lld is no statement", (long long)fact->id);
	return status == OMNI_OK && said->said == OMNI_SAID_WITHDRAW ?
	    set_mark(db, said) : status;
}

/* ---- of many customers ---------------------------------------------- */

const struct omni__sql omni__statement_of = {
	.name = "statement_of",
	.in = "record:b",
	.out = "ib",
	.sql = "SELECT s.fact, s.pack FROM omni_statement s\n"
	    "WHERE s.record = $record ORDER BY s.fact",
};

static const struct omni__sql statement_along = {
	.name = "statement_along",
	.in = "from:b to:b",
	.out = "bib",
	.sql = "SELECT s.record, s.fact, s.pack FROM omni_statement s\n"
	    "WHERE s.record >= $from AND s.record <= $to\n"
	    "ORDER BY s.record, s.fact",
};

/* By the record that spoke before by one that was held. */
static int
compare(const void *left, const void *right)
{
	const struct omni__said *a = left, *b = right;
	int order = omni__order(a->happened, b->happened);

	if (order == 0)
		order = omni__order(a->fact, b->fact);
	return order != 0 ? order : omni__order(a->held, b->held);
}

static bool
sorted(const struct omni__said *said, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (compare(&said[i - 1], &said[i]) > 0)
			return false;
	return true;
}

/* A withdrawal reaches a customer by several records, and counts once. */
static size_t
once(struct omni__said *said, size_t count)
{
	size_t i, kept = 0;

	if (!sorted(said, count))
		qsort(said, count, sizeof(*said), compare);
	for (i = 0; i < count; i++) {
		if (kept > 0 && said[i].fact == said[kept - 1].fact)
			continue;
		if (kept != i)
			said[kept] = said[i];
		kept++;
	}
	return kept;
}

/* The rows of one list, which begin at row *at. */
static omni_status
read_list(struct omni *db, const struct omni__view *view,
    const struct omni__result *result, size_t behind, size_t *at,
    struct omni__said_list *list, struct omni__said *said)
{
	omni_status status = OMNI_OK;
	size_t count = 0;

	for (; *at < result->count && result->ordinal[*at] < behind &&
	    status == OMNI_OK; ++*at) {
		const struct omni__value *row = OMNI__AT(result, *at, 0);

		if (!omni__view_sees(view, row[0].number))
			continue;
		status = omni__said_unpack(db, &row[1], &said[count]);
		said[count++].fact = row[0].number;
	}
	list->said = said;
	list->size = status == OMNI_OK ? once(said, count) : 0;
	return status;
}

static omni_status
query(struct omni *db, const struct omni__said_list *lists, size_t count,
    struct omni__result *result)
{
	struct omni__value *in;
	size_t i, k, n = 0;

	for (i = 0; i < count; i++)
		n += lists[i].count;
	in = omni__arena_alloc(&db->scratch, (n + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (n = 0, i = 0; i < count; i++)
		for (k = 0; k < lists[i].count; k++)
			in[n++] = omni__blob(lists[i].ids[k], OMNI__ID);
	result->count = 0;
	return n > 0 ? omni__query_records(db, &omni__statement_of,
	    &statement_along, in, n, 1, result) : OMNI_OK;
}

omni_status
omni__statements_load(struct omni *db, const struct omni__view *view,
    struct omni__said_list *lists, size_t count)
{
	struct omni__result result;
	struct omni__said *said;
	omni_status status = query(db, lists, count, &result);
	size_t i, at = 0, behind = 0;

	if (status != OMNI_OK)
		return status;
	said = omni__arena_alloc(&db->scratch,
	    (result.count + 1) * sizeof(*said));
	if (said == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		behind += lists[i].count;
		status = read_list(db, view, &result, behind, &at, &lists[i],
		    said + at);
	}
	return status;
}
