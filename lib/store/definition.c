/*
 * Definitions (channels, purposes, kinds, windows ...): all versions of a
 * name, of which the newest by (happened, id) holds.  Beside them stands one
 * row that tells whether anything changed.
 */
#include <stdlib.h>

#include "store/db.h"

static const struct omni__sql definition_find = {
	.name = "definition_find",
	.in = "noun:i name:i",
	.out = "i",
	.sql = "SELECT d.fact FROM omni_definition d\n"
	    "WHERE d.noun = $noun AND d.name = $name\n"
	    "ORDER BY d.happened DESC, d.fact DESC LIMIT 1",
};

static const struct omni__sql definition_told = {
	.name = "definition_told",
	.in = "noun:i",
	.out = "iii",
	.sql = "SELECT d.name, d.happened, d.fact FROM omni_definition d\n"
	    "WHERE d.noun = $noun\n"
	    "ORDER BY d.name, d.happened, d.fact",
};

static const struct omni__sql definition_put = {
	.name = "definition_put",
	.in = "noun:i name:i happened:i fact:i",
	.out = "i",
	.sql = "INSERT INTO omni_definition (noun, name, happened, fact)\n"
	    "SELECT $noun, $name, $happened, $fact FROM p WHERE true\n"
	    "ON CONFLICT (noun, name, happened, fact) DO NOTHING\n"
	    "RETURNING fact",
};
#define COLUMNS 4

omni_status
omni__definition_find(struct omni *db, int32_t noun, const char *name,
    int64_t *fact)
{
	struct omni__value in[2];
	struct omni__result result;
	int64_t term;
	omni_status status;

	*fact = 0;
	status = omni__term_find(db, name, &term);
	if (status != OMNI_OK || term == 0)
		return status;
	in[0] = omni__int(noun);
	in[1] = omni__int(term);
	status = omni__query(db, &definition_find, in, 1, &result);
	if (status == OMNI_OK && result.count > 0)
		*fact = result.values[0].number;
	return status;
}

omni_status
omni__definitions_told(struct omni *db, int32_t noun,
    struct omni__result *told)
{
	struct omni__value in = omni__int(noun);

	return omni__query(db, &definition_told, &in, 1, told);
}

/* ---- has anything changed? ------------------------------------------ */

/* The sum of what the facts' ids hash to, whatever their order, as the time of
 * a row of no noun: it goes and comes back with the rows that it is of. */
static const struct omni__sql digest_get = {
	.name = "definition_digest_get",
	.in = "",
	.out = "i",
	.sql = "SELECT d.happened FROM omni_definition d\n"
	    "WHERE d.noun = 0 AND d.name = 0",
};

static const struct omni__sql digest_drop = {
	.name = "definition_digest_drop",
	.in = "",
	.sql = "DELETE FROM omni_definition WHERE noun = 0 AND name = 0",
};

omni_status
omni__definitions_digest(struct omni *db, uint64_t *digest)
{
	struct omni__result result;
	omni_status status = omni__query(db, &digest_get, NULL, 1, &result);

	*digest = status == OMNI_OK && result.count > 0 ?
	    (uint64_t)result.values[0].number : 0;
	return status;
}

static omni_status
add_to_digest(struct omni *db, const struct omni__result *added)
{
	struct omni__value row[COLUMNS] = { omni__int(0), omni__int(0) };
	struct omni__result none;
	uint64_t digest;
	omni_status status = omni__definitions_digest(db, &digest);
	size_t i;

	for (i = 0; i < added->count; i++) {
		unsigned char id[8];

		omni__bytes_put(id, OMNI__AT(added, i, 0)->number);
		digest += omni__hash64(db->tenant_key, id, sizeof(id));
	}
	row[2] = omni__int((int64_t)digest);
	row[3] = omni__int(0);
	if (status == OMNI_OK)
		status = omni__exec(db, &digest_drop, NULL, 1);
	return status == OMNI_OK ?
	    omni__query(db, &definition_put, row, 1, &none) : status;
}

/* ---- the projection ------------------------------------------------- */

static bool
is_definition(int32_t noun)
{
	return noun == OMNI__FACT_CHANNEL || noun == OMNI__FACT_PURPOSE ||
	    (noun >= OMNI__FACT_KIND && noun <= OMNI__FACT_WORDING) ||
	    noun == OMNI__FACT_AFFINITY;
}

static int
compare_rows(const void *left, const void *right)
{
	const struct omni__value *a = left, *b = right;
	int i;

	for (i = 0; i < COLUMNS; i++)
		if (a[i].number != b[i].number)
			return a[i].number < b[i].number ? -1 : 1;
	return 0;
}

static void
fill_row(const struct omni__fact *fact, struct omni__value *row)
{
	row[0] = omni__int(fact->noun);
	row[1] = omni__int(fact->kind_term);
	row[2] = omni__int(omni__fact_time(fact));
	row[3] = omni__int(fact->id);
}

omni_status
omni__definitions_apply(struct omni *db, const struct omni__fact *facts,
    size_t count)
{
	struct omni__result added;
	struct omni__value *rows;
	omni_status status;
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		n += is_definition(facts[i].noun);
	if (n == 0)
		return OMNI_OK;
	rows = omni__arena_alloc(&db->scratch, COLUMNS * n * sizeof(*rows));
	if (rows == NULL)
		return omni__nomem(&db->error);
	for (i = n = 0; i < count; i++)
		if (is_definition(facts[i].noun) && facts[i].kind_term != 0)
			fill_row(&facts[i], rows + COLUMNS * n++);
	qsort(rows, n, COLUMNS * sizeof(*rows), compare_rows);
	status = omni__query(db, &definition_put, rows, n, &added);
	return status == OMNI_OK && added.count > 0 ?
	    add_to_digest(db, &added) : status;
}

/* ---- all of them ---------------------------------------------------- */

static const struct omni__sql definition_facts = {
	.name = "definition_facts",
	.in = "",
	.out = "i",
	.sql = "SELECT f.id FROM omni_fact f\n"
	    "WHERE f.noun IN (6, 7, 12, 13, 14, 15, 16, 18)\n"
	    "ORDER BY f.id",
};
_Static_assert(OMNI__FACT_CHANNEL == 6 && OMNI__FACT_PURPOSE == 7 &&
    OMNI__FACT_KIND == 12 && OMNI__FACT_WORDING == 16 &&
    OMNI__FACT_AFFINITY == 18, "the numbers in definition_facts");

omni_status
omni__definitions_rebuild(struct omni *db)
{
	struct omni__result result;
	struct omni__fact *facts;
	int64_t *ids;
	omni_status status = omni__query(db, &definition_facts, NULL, 1,
	    &result);
	size_t i;

	if (status != OMNI_OK || result.count == 0)
		return status;
	ids = omni__arena_alloc(&db->scratch, result.count * sizeof(*ids));
	facts = omni__arena_alloc(&db->scratch,
	    result.count * sizeof(*facts));
	if (ids == NULL || facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result.count; i++)
		ids[i] = result.values[i].number;
	status = omni__facts_read(db, ids, result.count, facts);
	return status == OMNI_OK ?
	    omni__definitions_apply(db, facts, result.count) : status;
}
