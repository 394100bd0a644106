/*
 * The consent room: channels, purposes, contact points, and what customers
 * said.
 */
#ifndef OMNI_CONSENT_H
#define OMNI_CONSENT_H

#include "identity/identity.h"

/* ---- statements (statement.c) --------------------------------------- */

/* Who said it, or NULL; borrowed. */
const struct omni_record *omni__statement_who(const struct omni_statement *);
/* The customer id it was spoken as, or NULL. */
const char *omni__statement_customer(const struct omni_statement *);
/* Checks it whole and makes its fact but for `record`.  held: the ids of the
 * records the customer has now (for one spoken as a customer), else 0.
 * Strings borrowed or in the scratch arena; errors name the field. */
omni_status omni__statement_fact(struct omni *db,
    const struct omni_statement *, const unsigned char *const *held,
    size_t count, struct omni__fact *);
omni_status omni__statement_copy(const struct omni_statement *,
    struct omni_statement **copy);

/* ---- projections (consent.c) ---------------------------------------- */

/* Of STATEMENT and CONTACT facts. */
omni_status omni__consent_apply(struct omni *db,
    const struct omni__fact *facts, size_t count);
/* The ids of all statements by these records, for an erasure; takes their
 * rows out.  What suppresses an address stays, as a keyed hash. */
omni_status omni__consent_erase(struct omni *db,
    const unsigned char *const *records, size_t count, int64_t **facts,
    size_t *fact_count);

#endif
