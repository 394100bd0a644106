/*
 * The statements that count for a customer: of all its records, the
 * withdrawals that were spoken when one of them was held, and those that are
 * about one of its addresses.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "consent/consent.h"

static const struct omni__sql statement_of = {
	.name = "statement_of",
	.in = "record:b",
	.out = "iitiiit",
	.sql = "SELECT s.fact, s.said, s.purpose, s.channel, s.happened,\n"
	    "  s.source, s.body\n"
	    "FROM omni_statement s WHERE s.record = $record",
};

static const char *
member(struct omni *db, const json_t *root, const char *name, bool *failed)
{
	const char *text = json_string_value(json_object_get(root, name));
	const char *copy;

	if (text == NULL)
		return NULL;
	copy = omni__arena_strdup(&db->scratch, text);
	*failed |= copy == NULL;
	return copy;
}

/* What makes a withdrawal this one, on every replica.  Two of a customer
 * that agree in all of it say the same.  text is room to write in. */
static omni_status
set_mark(struct omni *db, struct omni__said *said, struct omni__buf *text)
{
	omni__buf_clear(text);
	omni__buf_printf(text, "%lld ", (long long)said->happened);
	omni__buf_json(text, said->purpose);
	omni__buf_json(text, said->channel);
	omni__buf_json(text, said->source);
	if (text->failed)
		return omni__nomem(&db->error);
	said->mark = omni__hash64(db->tenant_key, text->bytes, text->size);
	return OMNI_OK;
}

static bool
read_seen(struct omni *db, const json_t *seen, struct omni__said *said)
{
	size_t count = json_array_size(seen), i;
	unsigned char bytes[sizeof(uint64_t)];
	uint64_t *marks;

	if (count == 0)
		return true;
	said->seen = marks = omni__arena_alloc(&db->scratch,
	    count * sizeof(*marks));
	if (marks == NULL)
		return false;
	for (i = 0; i < count; i++) {
		const char *hex = json_string_value(json_array_get(seen, i));
		size_t k;

		if (hex == NULL || !omni__unhex(bytes, sizeof(bytes), hex))
			continue;
		marks[said->seen_count] = 0;
		for (k = 0; k < sizeof(bytes); k++)
			marks[said->seen_count] =
			    marks[said->seen_count] << 8 | bytes[k];
		said->seen_count++;
	}
	return true;
}

static omni_status
read_body(struct omni *db, const char *body, struct omni__said *said)
{
	json_t *root = NULL;
	const json_t *expiry;
	struct omni__json_problem problem;
	omni_status status = OMNI_INVALID;
	bool failed = false;

	if (body != NULL)
		status = omni__json_read(body, strlen(body), 0, &root,
		    &problem);
	if (status == OMNI_NOMEM)
		return omni__nomem(&db->error);
	if (status != OMNI_OK)
		return omni__fail(&db->error, OMNI_CORRUPT,
		    "the row of statement %lld is damaged: rebuild",
		    (long long)said->fact);
	expiry = json_object_get(root, "expiry");
	said->via = member(db, root, "via", &failed);
	said->wording = member(db, root, "wording", &failed);
	said->expiry = json_is_integer(expiry) ?
	    json_integer_value(expiry) : INT64_MAX;
	said->rank = (int32_t)json_integer_value(
	    json_object_get(root, "rank"));
	said->doubtful = json_is_true(json_object_get(root, "doubtful"));
	failed |= !read_seen(db, json_object_get(root, "seen"), said);
	json_decref(root);
	return failed ? omni__nomem(&db->error) : OMNI_OK;
}

static omni_status
read_row(struct omni *db, const struct omni__value *row,
    struct omni__said *said, struct omni__buf *text)
{
	omni_status status;

	said->fact = row[0].number;
	said->said = (int32_t)row[1].number;
	said->purpose = omni__value_text(&row[2]);
	said->happened = row[4].number;
	status = omni__term_text(db, row[3].number, &said->channel);
	if (status == OMNI_OK)
		status = omni__term_text(db, row[5].number, &said->source);
	if (status == OMNI_OK && said->source == NULL)
		said->source = "";
	if (status == OMNI_OK && said->said == OMNI_SAID_WITHDRAW)
		status = set_mark(db, said, text);
	return status == OMNI_OK ?
	    read_body(db, omni__value_text(&row[6]), said) : status;
}

static int
compare(const void *left, const void *right)
{
	const struct omni__said *a = left, *b = right;

	if (a->happened != b->happened)
		return a->happened < b->happened ? -1 : 1;
	return (a->fact > b->fact) - (a->fact < b->fact);
}

/* A withdrawal reaches a customer by several records, and counts once. */
static size_t
once(struct omni__said *said, size_t count)
{
	size_t i, kept = 0;

	if (count > 1)
		qsort(said, count, sizeof(*said), compare);
	for (i = 0; i < count; i++)
		if (kept == 0 || said[i].fact != said[kept - 1].fact)
			said[kept++] = said[i];
	return kept;
}

omni_status
omni__statements_of(struct omni *db, const unsigned char *const *ids,
    size_t count, struct omni__said **said, size_t *size)
{
	struct omni__value *in = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*in));
	struct omni__buf text = { .env = &db->env };
	struct omni__result result;
	omni_status status;
	size_t i;

	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		in[i] = omni__blob(ids[i], OMNI__ID);
	status = omni__query(db, &statement_of, in, count, &result);
	if (status != OMNI_OK)
		return status;
	*said = omni__arena_zero(&db->scratch,
	    (result.count + 1) * sizeof(**said));
	if (*said == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result.count && status == OMNI_OK; i++)
		status = read_row(db, OMNI__AT(&result, i, 0), *said + i,
		    &text);
	omni__buf_free(&text);
	*size = once(*said, result.count);
	return status;
}
