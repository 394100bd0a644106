/*
 * Addresses by keyed hash: what the consent room knows of them, it knows by
 * these, and whether one is proven to be its owner's can be read here.
 */
#include <string.h>

#include "identity/identity.h"

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
