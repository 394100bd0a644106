/*
 * Results of deliveries: interactions that say that nothing arrives at an
 * address any more.  They count when the address is told inline, as mailers
 * and printers do: a keyed record may have another address by now.
 */
#include <string.h>

#include <jansson.h>

#include "consent/consent.h"

/* Interactions of this kind suppress the address of whoever they name;
 * unless is the word under `member` of the body that takes it back. */
struct result_kind {
	const char *kind, *address, *cause, *member, *unless;
};

static const struct result_kind result_kinds[] = {
	{ "mail.bounced", "email", "bounce", "bounce", "soft" },
	{ "mail.complained", "email", "complaint", "complaint", "no" },
	{ "letter.returned", "address", "gone away", "cause", "unclaimed" },
};

/* ---- whose address -------------------------------------------------- */

static const char *
feature_of(const struct omni__raw *features, size_t count, const char *kind)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(features[i].kind, kind) == 0)
			return features[i].value;
	return NULL;
}

static omni_status
postal_of(struct omni *db, const struct omni__raw *features, size_t count,
    const char **line)
{
	struct omni__postal parts = {
		.full = feature_of(features, count, "address.full"),
		.street = feature_of(features, count, "address.street"),
		.number = feature_of(features, count, "address.number"),
		.postcode = feature_of(features, count, "address.postcode"),
		.city = feature_of(features, count, "address.city"),
	};
	omni_status status;

	status = omni__contact_addressee(db,
	    feature_of(features, count, "name.full"),
	    feature_of(features, count, "name.given"),
	    feature_of(features, count, "name.family"), &parts.addressee);
	return status == OMNI_OK ? omni__contact_postal(db, &parts, line) :
	    status;
}

/* The hash of the address that an inline record names; *usable is false
 * when it names none. */
static omni_status
named_address(struct omni *db, const struct omni__fact *record,
    const char *kind, unsigned char hash[OMNI__ID], bool *usable)
{
	struct omni__raw *features;
	const char *value = NULL;
	size_t count;
	omni_status status;

	*usable = false;
	if (record->noun != OMNI__FACT_RECORD || record->source != NULL ||
	    record->body == NULL)
		return OMNI_OK;
	status = omni__record_parse(db, record->body, &features, &count);
	if (status != OMNI_OK)
		return status;
	if (strcmp(kind, "address") == 0)
		status = postal_of(db, features, count, &value);
	else
		value = feature_of(features, count, kind);
	if (status != OMNI_OK || value == NULL)
		return status;
	return omni__contact_hash(db, kind, value, hash, usable);
}

/* The current versions of records; those that are not there get noun 0. */
static omni_status
read_records(struct omni *db, const unsigned char *const *ids, size_t count,
    struct omni__fact **records)
{
	struct omni__known *known;
	int64_t *facts;
	omni_status status;
	size_t i;

	known = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*known));
	facts = omni__arena_zero(&db->scratch, (count + 1) * sizeof(*facts));
	*records = omni__arena_zero(&db->scratch,
	    (count + 1) * sizeof(**records));
	if (known == NULL || facts == NULL || *records == NULL)
		return omni__nomem(&db->error);
	status = omni__records_known(db, ids, count, known);
	for (i = 0; i < count && status == OMNI_OK; i++)
		facts[i] = known[i].fact;
	return status == OMNI_OK ?
	    omni__facts_read(db, facts, count, *records) : status;
}

/* ---- projecting ----------------------------------------------------- */

static const struct result_kind *
kind_of(const struct omni__fact *fact)
{
	size_t i;

	if (fact->noun != OMNI__FACT_INTERACTION || fact->kind == NULL ||
	    fact->record == NULL)
		return NULL;
	for (i = 0; i < OMNI__COUNT(result_kinds); i++)
		if (strcmp(fact->kind, result_kinds[i].kind) == 0)
			return &result_kinds[i];
	return NULL;
}

/* The body is the host's own and may be any JSON. */
static omni_status
taken_back(struct omni *db, const struct omni__fact *fact,
    const struct result_kind *kind, bool *back)
{
	struct omni__json_problem problem;
	json_t *root;
	const char *word;

	*back = false;
	if (fact->body == NULL)
		return OMNI_OK;
	if (omni__json_read(fact->body, strlen(fact->body),
	    JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, &root,
	    &problem) == OMNI_NOMEM)
		return omni__nomem(&db->error);
	word = json_string_value(json_object_get(root, kind->member));
	*back = word != NULL && strcmp(word, kind->unless) == 0;
	json_decref(root);
	return OMNI_OK;
}

static omni_status
add_result(struct omni *db, const struct omni__fact *fact,
    const struct omni__fact *record, struct omni__contact_rows *rows)
{
	const struct result_kind *kind = kind_of(fact);
	struct omni__contact_row row = {
		.happened = omni__fact_time(fact),
		.fact = fact->id,
		.suppressed = kind->cause,
	};
	bool usable;
	omni_status status;

	status = named_address(db, record, kind->address, row.key, &usable);
	if (status != OMNI_OK || !usable)
		return status;
	return omni__contact_rows_add(db, rows, &row);
}

omni_status
omni__deliveries_read(struct omni *db, const struct omni__fact *facts,
    size_t count, struct omni__contact_rows *rows)
{
	const unsigned char **ids;
	const struct omni__fact **results;
	struct omni__fact *records;
	size_t i, n = 0;
	omni_status status = OMNI_OK;
	bool back;

	for (i = 0; i < count; i++)
		n += kind_of(&facts[i]) != NULL;
	if (n == 0)
		return OMNI_OK;
	ids = omni__arena_alloc(&db->scratch, n * sizeof(*ids));
	results = omni__arena_alloc(&db->scratch, n * sizeof(*results));
	if (ids == NULL || results == NULL)
		return omni__nomem(&db->error);
	for (i = n = 0; i < count && status == OMNI_OK; i++) {
		const struct result_kind *kind = kind_of(&facts[i]);

		if (kind == NULL)
			continue;
		status = taken_back(db, &facts[i], kind, &back);
		if (status != OMNI_OK || back)
			continue;
		results[n] = &facts[i];
		ids[n++] = facts[i].record;
	}
	if (status == OMNI_OK)
		status = read_records(db, ids, n, &records);
	for (i = 0; i < n && status == OMNI_OK; i++)
		status = add_result(db, results[i], &records[i], rows);
	return status;
}

/* ---- outliving an erasure ------------------------------------------- */

static const struct omni__sql suppressed_get = {
	.name = "consent_suppressed_get",
	.in = "address:b",
	.out = "iit",
	.sql = "SELECT c.happened, c.fact, c.suppressed\n"
	    "FROM omni_contact c\n"
	    "WHERE c.address = $address AND c.suppressed IS NOT NULL",
};

/* A microsecond later than the interaction, so that it is the last word
 * whatever the order of the ids. */
static omni_status
keep_suppression(struct omni *db, const struct result_kind *kind,
    const unsigned char hash[OMNI__ID], int64_t happened, const char *cause)
{
	struct omni__buf body = { .env = &db->env };
	struct omni__fact fact = {
		.noun = OMNI__FACT_CONTACT,
		.kind = kind->address,
		.happened = happened + 1,
		.timed = true,
	};
	char hex[2 * OMNI__ID + 1];
	omni_status status;

	omni__hex(hex, hash, OMNI__ID);
	omni__buf_printf(&body, "{\"address\":\"%s\",\"suppressed\":", hex);
	omni__buf_json(&body, cause);
	omni__buf_char(&body, '}');
	fact.body = body.bytes;
	status = body.failed ? omni__nomem(&db->error) :
	    omni__facts_append(db, &fact, 1);
	if (status == OMNI_OK)
		status = omni__consent_apply(db, &fact, 1);
	omni__buf_free(&body);
	return status;
}

/* An address that an erased record names, by a kind of result of its sort. */
struct named {
	unsigned char hash[OMNI__ID];
	const struct result_kind *kind;
};

/* Adds the address to the list, once. */
static omni_status
name_address(struct omni *db, const struct omni__fact *version,
    struct omni__map *seen, struct named *named, size_t *found)
{
	struct named *next = &named[*found];
	bool usable, known;
	omni_status status;

	status = named_address(db, version, next->kind->address, next->hash,
	    &usable);
	if (status != OMNI_OK || !usable)
		return status;
	if (omni__map_put(seen, next->hash, OMNI__ID, *found, &known) == NULL)
		return omni__nomem(&db->error);
	*found += !known;
	return OMNI_OK;
}

static omni_status
name_addresses(struct omni *db, const struct omni__fact *versions,
    size_t count, struct named **named, size_t *found)
{
	struct omni__map seen = { .arena = &db->scratch };
	omni_status status = OMNI_OK;
	size_t i, k;

	*found = 0;
	*named = omni__arena_alloc(&db->scratch,
	    (count * OMNI__COUNT(result_kinds) + 1) * sizeof(**named));
	if (*named == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++)
		for (k = 0; k < OMNI__COUNT(result_kinds) &&
		    status == OMNI_OK; k++) {
			(*named)[*found].kind = &result_kinds[k];
			status = name_address(db, &versions[i], &seen,
			    *named, found);
		}
	return status;
}

/* Of those that are suppressed, what an interaction told. */
static omni_status
keep_told(struct omni *db, const struct named *named,
    const struct omni__result *suppressed)
{
	struct omni__fact *facts;
	int64_t *ids;
	omni_status status;
	size_t i;

	ids = omni__arena_alloc(&db->scratch,
	    (suppressed->count + 1) * sizeof(*ids));
	facts = omni__arena_zero(&db->scratch,
	    (suppressed->count + 1) * sizeof(*facts));
	if (ids == NULL || facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < suppressed->count; i++)
		ids[i] = OMNI__AT(suppressed, i, 1)->number;
	status = omni__facts_read(db, ids, suppressed->count, facts);
	for (i = 0; i < suppressed->count && status == OMNI_OK; i++) {
		const struct omni__value *row = OMNI__AT(suppressed, i, 0);
		const struct named *n = &named[suppressed->ordinal[i]];

		if (facts[i].noun == OMNI__FACT_INTERACTION)
			status = keep_suppression(db, n->kind, n->hash,
			    row[0].number, omni__value_text(&row[2]));
	}
	return status;
}

omni_status
omni__deliveries_keep(struct omni *db, const unsigned char *const *records,
    size_t count)
{
	struct omni__fact *versions;
	struct omni__value *in;
	struct omni__result suppressed;
	struct named *named;
	omni_status status = read_records(db, records, count, &versions);
	size_t i, found = 0;

	if (status == OMNI_OK)
		status = name_addresses(db, versions, count, &named, &found);
	if (status != OMNI_OK)
		return status;
	in = omni__arena_alloc(&db->scratch, (found + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < found; i++)
		in[i] = omni__blob(named[i].hash, OMNI__ID);
	status = omni__query(db, &suppressed_get, in, found, &suppressed);
	return status == OMNI_OK ? keep_told(db, named, &suppressed) :
	    status;
}
