/*
 * Inside the identity room: making customer objects.
 */
#ifndef OMNI_CUSTOMER_H
#define OMNI_CUSTOMER_H

#include "identity/resolve.h"

/* The object for a customer's id (not an alias). */
omni_status omni__customer_build(struct omni *db,
    const unsigned char id[OMNI__ID], struct omni_customer **customer);

/* The holders of an identifier, as a look-up sees them: at most `limit` of
 * the key's (mark, record) rows. */
struct omni__holder {
	size_t item;		/* of the person that was asked about */
	int64_t mark;
	const unsigned char *record;
};
/* Also sets the steps of the person's identifiers. */
omni_status omni__holders_find(struct omni *db, struct omni__person *person,
    struct omni__holder **holders, size_t *count);

#endif
