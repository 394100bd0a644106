/*
 * Results of deliveries: interactions that say that nothing arrives at an
 * address any more.  They count when the address is told inline, as mailers
 * and printers do: a keyed record may have another address by now.
 */
#include <string.h>

#include "consent/consent.h"

/* ---- whose address -------------------------------------------------- */

static omni_status
postal_of(struct omni *db, const struct omni__raw *features, size_t count,
    const char **line)
{
	struct omni__postal parts = {
		.full = omni__feature_of(features, count, "address.full"),
		.street = omni__feature_of(features, count, "address.street"),
		.number = omni__feature_of(features, count, "address.number"),
		.postcode = omni__feature_of(features, count,
		    "address.postcode"),
		.city = omni__feature_of(features, count, "address.city"),
	};
	omni_status status;

	status = omni__contact_addressee(db,
	    omni__feature_of(features, count, "name.full"),
	    omni__feature_of(features, count, "name.given"),
	    omni__feature_of(features, count, "name.family"),
	    &parts.addressee);
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
		value = omni__feature_of(features, count, kind);
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

/* Why it may suppress an address, NULL when it cannot. */
static const char *
cause_of(const struct omni__fact *fact)
{
	return fact->noun == OMNI__FACT_INTERACTION && fact->record != NULL ?
	    omni__result_cause(fact->kind) : NULL;
}

static omni_status
add_result(struct omni *db, const struct omni__fact *fact,
    const struct omni__fact *record, struct omni__contact_rows *rows)
{
	struct omni__contact_row row = {
		.happened = omni__fact_time(fact),
		.fact = fact->id,
		.what = OMNI_CONTACT_SUPPRESSED,
		.flag = 1,
		.since = OMNI_TIME_UNKNOWN,
		.until = OMNI_TIME_UNKNOWN,
		.cause = cause_of(fact),
	};
	const char *kind;
	omni_status status;
	bool usable;

	(void)omni__result_of(fact->kind, &kind);
	status = named_address(db, record, kind, row.address, &usable);
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
	bool mild;

	for (i = 0; i < count; i++)
		n += cause_of(&facts[i]) != NULL;
	if (n == 0)
		return OMNI_OK;
	ids = omni__arena_alloc(&db->scratch, n * sizeof(*ids));
	results = omni__arena_alloc(&db->scratch, n * sizeof(*results));
	if (ids == NULL || results == NULL)
		return omni__nomem(&db->error);
	for (i = n = 0; i < count && status == OMNI_OK; i++) {
		if (cause_of(&facts[i]) == NULL)
			continue;
		status = omni__result_mild(db, &facts[i], &mild);
		if (status != OMNI_OK || mild)
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

static const struct omni__sql contact_drop = {
	.name = "contact_drop",
	.in = "address:b happened:i fact:i what:i",
	.sql = "DELETE FROM omni_contact USING p\n"
	    "WHERE omni_contact.address = $address\n"
	    "  AND omni_contact.happened = $happened\n"
	    "  AND omni_contact.fact = $fact\n"
	    "  AND omni_contact.what = $what",
};
#define DROP_COLUMNS 4

/* The addresses that erased records name, each once. */
struct named {
	struct omni__map seen;
	unsigned char (*hashes)[OMNI__ID];
	const char **kinds;
	size_t count;
};

static const char *const kinds[] = { "email", "phone", "device", "address" };

/* Adds the address to the list, once. */
static omni_status
name_address(struct omni *db, const struct omni__fact *version,
    const char *kind, struct named *named)
{
	unsigned char *next = named->hashes[named->count];
	bool usable, known;
	omni_status status;

	status = named_address(db, version, kind, next, &usable);
	if (status != OMNI_OK || !usable)
		return status;
	if (omni__map_put(&named->seen, next, OMNI__ID, named->count,
	    &known) == NULL)
		return omni__nomem(&db->error);
	if (!known)
		named->kinds[named->count++] = kind;
	return OMNI_OK;
}

static omni_status
name_addresses(struct omni *db, const struct omni__fact *versions,
    size_t count, struct named *named)
{
	size_t room = count * OMNI__COUNT(kinds) + 1, i;
	omni_status status = OMNI_OK;

	memset(named, 0, sizeof(*named));
	named->seen.arena = &db->scratch;
	named->hashes = omni__arena_alloc(&db->scratch,
	    room * sizeof(*named->hashes));
	named->kinds = omni__arena_alloc(&db->scratch,
	    room * sizeof(*named->kinds));
	if (named->hashes == NULL || named->kinds == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count * OMNI__COUNT(kinds) && status == OMNI_OK; i++)
		status = name_address(db, &versions[i / OMNI__COUNT(kinds)],
		    kinds[i % OMNI__COUNT(kinds)], named);
	return status;
}

/* A microsecond later than the interaction, so that it is the last word
 * whatever the order of the ids. */
static omni_status
keep_suppression(struct omni *db, const char *kind,
    const struct omni__contact_row *row)
{
	struct omni__buf body = { .env = &db->env };
	struct omni__fact fact = {
		.noun = OMNI__FACT_CONTACT,
		.kind = kind,
		.happened = row->happened + 1,
		.timed = true,
	};
	char hex[2 * OMNI__ID + 1];
	omni_status status;

	omni__hex(hex, row->address, OMNI__ID);
	omni__buf_printf(&body, "{\"address\":\"%s\",\"suppressed\":", hex);
	omni__buf_json(&body, row->cause);
	omni__buf_char(&body, '}');
	fact.body = body.bytes;
	status = body.failed ? omni__nomem(&db->error) :
	    omni__facts_append(db, &fact, 1);
	if (status == OMNI_OK)
		status = omni__consent_apply(db, &fact, 1);
	omni__buf_free(&body);
	return status;
}

/* Which rows were told by interactions of the records that go. */
static omni_status
find_told(struct omni *db, const unsigned char *const *records, size_t count,
    const struct omni__contact_row *rows, size_t found, bool *told)
{
	struct omni__map erased = { .arena = &db->scratch };
	struct omni__fact *facts;
	omni_status status;
	int64_t *ids;
	size_t i;
	bool known;

	ids = omni__arena_alloc(&db->scratch, (found + 1) * sizeof(*ids));
	facts = omni__arena_alloc(&db->scratch,
	    (found + 1) * sizeof(*facts));
	if (ids == NULL || facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		if (omni__map_put(&erased, records[i], OMNI__ID, i,
		    &known) == NULL)
			return omni__nomem(&db->error);
	for (i = 0; i < found; i++)
		ids[i] = rows[i].fact;
	status = omni__facts_read(db, ids, found, facts);
	for (i = 0; status == OMNI_OK && i < found; i++)
		told[i] = facts[i].noun == OMNI__FACT_INTERACTION &&
		    facts[i].record != NULL && omni__map_get(&erased,
		    facts[i].record, OMNI__ID) != NULL;
	return status;
}

/* Is it the last word on its address, of those on every purpose? */
static bool
is_last(const struct omni__contact_row *rows, size_t count, size_t i)
{
	size_t k;

	for (k = i + 1; k < count && rows[k].list == rows[i].list; k++)
		if (rows[k].what == OMNI_CONTACT_SUPPRESSED &&
		    (rows[k].purpose == NULL ||
		    strcmp(rows[k].purpose, "*") == 0))
			return false;
	return true;
}

static omni_status
keep_told(struct omni *db, const struct named *named,
    const struct omni__contact_row *rows, size_t count, const bool *told)
{
	omni_status status = OMNI_OK;
	struct omni__value *drop;
	size_t i, n = 0;

	drop = omni__arena_alloc(&db->scratch,
	    (count + 1) * DROP_COLUMNS * sizeof(*drop));
	if (drop == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		if (!told[i])
			continue;
		drop[n++] = omni__blob(rows[i].address, OMNI__ID);
		drop[n++] = omni__int(rows[i].happened);
		drop[n++] = omni__int(rows[i].fact);
		drop[n++] = omni__int(rows[i].what);
		if (is_last(rows, count, i))
			status = keep_suppression(db,
			    named->kinds[rows[i].list], &rows[i]);
	}
	return status == OMNI_OK ? omni__exec(db, &contact_drop, drop,
	    n / DROP_COLUMNS) : status;
}

omni_status
omni__deliveries_keep(struct omni *db, const unsigned char *const *records,
    size_t count)
{
	struct omni__contact_row *rows = NULL;
	struct omni__fact *versions;
	struct named named;
	size_t found = 0;
	bool *told;
	omni_status status = read_records(db, records, count, &versions);

	if (status == OMNI_OK)
		status = name_addresses(db, versions, count, &named);
	if (status == OMNI_OK)
		status = omni__contact_history(db, NULL,
		    (const unsigned char (*)[OMNI__ID])named.hashes,
		    named.count, &rows, &found);
	if (status != OMNI_OK || found == 0)
		return status;
	told = omni__arena_zero(&db->scratch, found * sizeof(*told));
	if (told == NULL)
		return omni__nomem(&db->error);
	status = find_told(db, records, count, rows, found, told);
	return status == OMNI_OK ? keep_told(db, &named, rows, found, told) :
	    status;
}
