/*
 * Definitions (channels, purposes, kinds): the newest by (happened, id) of a
 * name holds.
 */
#include "store/db.h"

static const struct omni__sql definition_find = {
	.name = "definition_find",
	.in = "noun:i name:i",
	.out = "i",
	.sql = "SELECT d.fact FROM omni_definition d\n"
	    "WHERE d.noun = $noun AND d.name = $name",
};

static const struct omni__sql definition_put = {
	.name = "definition_put",
	.in = "noun:i name:i happened:i fact:i",
	.sql = "INSERT INTO omni_definition (noun, name, happened, fact)\n"
	    "SELECT $noun, $name, $happened, $fact FROM p WHERE true\n"
	    "ON CONFLICT (noun, name) DO UPDATE\n"
	    "SET happened = excluded.happened, fact = excluded.fact\n"
	    "WHERE excluded.happened > omni_definition.happened\n"
	    "  OR (excluded.happened = omni_definition.happened\n"
	    "    AND excluded.fact > omni_definition.fact)",
};

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
omni__definitions_apply(struct omni *db, const struct omni__fact *facts,
    size_t count)
{
	omni_status status = OMNI_OK;
	size_t i;

	/* One at a time: rows of a batch do not see each other, and
	 * definitions are few. */
	for (i = 0; i < count && status == OMNI_OK; i++) {
		const struct omni__fact *fact = &facts[i];
		struct omni__value in[4];

		if ((fact->noun != OMNI__FACT_CHANNEL &&
		    fact->noun != OMNI__FACT_PURPOSE &&
		    fact->noun != OMNI__FACT_KIND) ||
		    fact->kind_term == 0)
			continue;
		in[0] = omni__int(fact->noun);
		in[1] = omni__int(fact->kind_term);
		in[2] = omni__int(omni__fact_time(fact));
		in[3] = omni__int(fact->id);
		status = omni__exec(db, &definition_put, in, 1);
	}
	return status;
}
