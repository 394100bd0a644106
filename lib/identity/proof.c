/*
 * Addresses by keyed hash: what the consent room knows of them, it knows by
 * these, and whether one is proven to be its owner's can be read here.
 */
#include <string.h>

#include "identity/identity.h"

static const struct omni__sql proof_get = {
	.name = "proof_get",
	.in = "address:b",
	.out = "i",
	.sql = "SELECT c.verified FROM omni_contact c\n"
	    "WHERE c.address = $address",
};

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

void
omni__address_proof(const struct omni *db,
    const unsigned char hash[OMNI__ID], unsigned char proof[OMNI__ID])
{
	unsigned char text[OMNI__ID + 9] = "verified ";

	memcpy(text + 9, hash, OMNI__ID);
	omni__hash_id(db->tenant_key, proof, text, sizeof(text));
}

omni_status
omni__proofs_find(struct omni *db, const unsigned char (*proofs)[OMNI__ID],
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
		in[i] = omni__blob(proofs[i], OMNI__ID);
		verified[i] = false;
	}
	status = omni__query(db, &proof_get, in, count, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++)
		verified[result.ordinal[i]] =
		    OMNI__AT(&result, i, 0)->number != 0;
	return status;
}
