/*
 * Addresses by keyed hash: what the consent room knows of them, it knows by
 * these, and whether one is proven to be its owner's can be read here; and
 * who holds one, by the key of identity.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/resolve.h"

/* The last word; 1 is OMNI_CONTACT_VERIFIED. */
static const struct omni__sql proof_get = {
	.name = "proof_get",
	.in = "address:b",
	.out = "i",
	.sql = "SELECT c.flag FROM omni_contact c\n"
	    "WHERE c.address = $address AND c.what = 1\n"
	    "ORDER BY c.happened DESC, c.fact DESC LIMIT 1",
};
_Static_assert(OMNI_CONTACT_VERIFIED == 1, "the statement says so");

omni_status
omni__address_hash(struct omni *db, const char *kind, const char *normal,
    unsigned char hash[OMNI__ID])
{
	struct omni__buf key = { .env = &db->env };
	omni_status status = OMNI_OK;

	omni__buf_str(&key, "contact ");
	omni__buf_add(&key, kind, strlen(kind) + 1);
	omni__buf_str(&key, normal);
	if (key.failed)
		status = omni__nomem(&db->error);
	else
		omni__hash_id(db->tenant_key, hash, key.bytes, key.size);
	omni__buf_free(&key);
	return status;
}

omni_status
omni__proofs_find(struct omni *db, const unsigned char (*hashes)[OMNI__ID],
    size_t count, bool *verified)
{
	struct omni__value *in = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*in));
	struct omni__result result;
	omni_status status;
	size_t i;

	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		in[i] = omni__blob(hashes[i], OMNI__ID);
		verified[i] = false;
	}
	status = omni__query(db, &proof_get, in, count, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++)
		verified[result.ordinal[i]] =
		    OMNI__AT(&result, i, 0)->number != 0;
	return status;
}

/* ---- who holds it --------------------------------------------------- */

static const struct omni__sql identifier_get = {
	.name = "identifier_get",
	.in = "hash:i limit:i",
	.out = "b",
	.sql = "SELECT k.record FROM omni_key k\n"
	    "WHERE k.hash = $hash\n"
	    "ORDER BY k.mark, k.record LIMIT $limit",
};

omni_status
omni__identifier_key(struct omni *db, const char *kind, const char *value,
    int64_t *key)
{
	const struct omni__raw raw = { kind, value };
	struct omni__person person;
	omni_status status;

	*key = 0;
	/* Of the others none is a feature by this name that points at
	 * somebody. */
	if (strcmp(kind, "email") != 0 && strcmp(kind, "phone") != 0)
		return OMNI_OK;
	status = omni__person_make(db, &raw, 1, &person);
	if (status == OMNI_OK && person.count == 1)
		*key = (int64_t)person.items[0].hash;
	return status;
}

static int
compare_ids(const void *left, const void *right)
{
	return memcmp(left, right, OMNI__ID);
}

/* Each once, and none that is no customer. */
static size_t
settle_customers(unsigned char (*ids)[OMNI__ID], size_t count)
{
	static const unsigned char none[OMNI__ID];
	size_t i, kept = 0;

	if (count > 1)
		qsort(ids, count, sizeof(*ids), compare_ids);
	for (i = 0; i < count; i++)
		if (memcmp(ids[i], none, OMNI__ID) != 0 && (kept == 0 ||
		    memcmp(ids[kept - 1], ids[i], OMNI__ID) != 0))
			memmove(ids[kept++], ids[i], OMNI__ID);
	return kept;
}

omni_status
omni__identifier_customers(struct omni *db, int64_t key, size_t most,
    unsigned char (**customers)[OMNI__ID], size_t *count, bool *all)
{
	struct omni__value in[2] = {
		omni__int(key), omni__int((int64_t)most + 1)
	};
	const unsigned char **records;
	struct omni__result result;
	omni_status status;
	size_t i;

	*all = false;
	*count = 0;
	if (key == 0)
		return OMNI_OK;
	status = omni__query(db, &identifier_get, in, 1, &result);
	if (status != OMNI_OK || result.count > most)
		return status;
	*all = true;
	records = omni__arena_alloc(&db->scratch,
	    (result.count + 1) * sizeof(*records));
	*customers = omni__arena_alloc(&db->scratch,
	    (result.count + 1) * sizeof(**customers));
	if (records == NULL || *customers == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result.count; i++)
		records[i] = result.values[i].bytes;
	status = omni__customers_of(db, records, result.count, *customers);
	if (status == OMNI_OK)
		*count = settle_customers(*customers, result.count);
	return status;
}
