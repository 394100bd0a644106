/*
 * Models as facts: which one governs, and what happens when another does.
 */
#include <string.h>

#include "identity/model_fact.h"

/* ---- which one governs ---------------------------------------------- */

#define GOVERNING_SIZE 24

omni_status
omni__governing(struct omni *db, struct omni__governing *governing)
{
	struct omni__value value;
	omni_status status = omni__meta_get(db, "model", &value);
	const unsigned char *bytes;

	memset(governing, 0, sizeof(*governing));
	if (status != OMNI_OK || value.type != OMNI__BLOB ||
	    value.size != GOVERNING_SIZE)
		return status;
	bytes = value.bytes;
	governing->fact = omni__bytes_get(bytes);
	governing->stamp = omni__bytes_get(bytes + 8);
	governing->content = omni__bytes_get(bytes + 16);
	return OMNI_OK;
}

static omni_status
govern(struct omni *db, const struct omni__governing *governing)
{
	unsigned char bytes[GOVERNING_SIZE];

	omni__bytes_put(bytes, governing->fact);
	omni__bytes_put(bytes + 8, governing->stamp);
	omni__bytes_put(bytes + 16, governing->content);
	return omni__meta_put(db, "model", omni__blob(bytes, sizeof(bytes)));
}

static bool
later(const struct omni__governing *a, const struct omni__governing *b)
{
	return a->stamp != b->stamp ? a->stamp > b->stamp :
	    a->fact > b->fact;
}

/* ---- taking one ----------------------------------------------------- */

/* Words for the sources that it names. */
static omni_status
make_terms(struct omni *db, const char *body)
{
	struct omni__arena arena = { .env = &db->env };
	struct omni__learned *learned = omni__arena_alloc(&arena,
	    sizeof(*learned));
	omni_status status;
	int64_t term;
	size_t i;

	if (learned == NULL)
		return omni__nomem(&db->error);
	status = omni__learned_read(&db->error, &arena, body, strlen(body),
	    learned);
	for (i = 0; status == OMNI_OK && i < learned->source_count; i++)
		if (learned->sources[i].name != NULL)
			status = omni__term(db, learned->sources[i].name,
			    &term);
	omni__arena_free(&arena);
	return status;
}

/* *changed: it governs now. */
static omni_status
take(struct omni *db, const struct omni__fact *fact, bool *changed)
{
	struct omni__governing held, told = {
		.fact = fact->id, .stamp = fact->stamp
	};
	omni_status status = omni__governing(db, &held);

	if (status != OMNI_OK || !later(&told, &held))
		return status;
	told.content = (int64_t)omni__hash64(db->tenant_key, fact->body,
	    strlen(fact->body));
	status = make_terms(db, fact->body);
	if (status == OMNI_OK)
		status = govern(db, &told);
	omni__model_forget(db);
	*changed = true;
	return status;
}

omni_status
omni__models_apply(struct omni *db, const struct omni__fact *facts,
    size_t count)
{
	omni_status status = OMNI_OK;
	bool changed = false;
	size_t i;

	for (i = 0; i < count && status == OMNI_OK; i++)
		if (facts[i].noun == OMNI__FACT_MODEL &&
		    facts[i].body != NULL)
			status = take(db, &facts[i], &changed);
	return status == OMNI_OK && changed ? omni__identity_renew(db) :
	    status;
}

static const struct omni__sql models_told = {
	.name = "models_told",
	.in = "noun:i",
	.out = "i",
	.sql = "SELECT f.id FROM omni_fact f\n"
	    "WHERE f.noun = $noun AND f.body IS NOT NULL\n"
	    "ORDER BY f.stamp DESC, f.id DESC LIMIT 1",
};

omni_status
omni__models_rebuild(struct omni *db)
{
	const struct omni__governing none = { 0, 0, 0 };
	struct omni__value noun = omni__int(OMNI__FACT_MODEL);
	struct omni__result result;
	struct omni__fact fact;
	omni_status status;
	bool changed;

	omni__model_forget(db);
	status = omni__query(db, &models_told, &noun, 1, &result);
	if (status == OMNI_OK)
		status = govern(db, &none);
	if (status != OMNI_OK || result.count == 0)
		return status;
	status = omni__facts_read(db, &result.values[0].number, 1, &fact);
	return status == OMNI_OK ? take(db, &fact, &changed) : status;
}

omni_status
omni__learned_put(struct omni *db, const struct omni__learned *learned,
    int64_t *fact)
{
	struct omni__buf body = { .env = &db->env };
	struct omni__fact f = { .noun = OMNI__FACT_MODEL };
	omni_status status;

	omni__learned_write(learned, &body);
	f.body = body.bytes;
	f.happened = omni__clock(&db->env);
	status = body.failed ? omni__nomem(&db->error) :
	    omni__fact_put(db, &f, omni__models_apply, fact);
	omni__buf_free(&body);
	return status;
}
