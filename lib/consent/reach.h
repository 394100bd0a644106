/*
 * How omni_reach packs where a record can be reached: reach.c writes it,
 * points.c reads it.
 */
#ifndef OMNI_REACH_H
#define OMNI_REACH_H

#include "consent/consent.h"

/*
 * A byte that tells the version, then entries that begin with a tag.  Texts
 * end with a NUL.
 *
 *	an address	its hash, its value, the country ("" unknown); if
 *			postal also its key (omni__postal_key)
 *	a name		its key
 */
#define OMNI__REACH_VERSION 1
enum {
	OMNI__REACH_EMAIL = 'e',
	OMNI__REACH_PHONE = 'p',
	OMNI__REACH_DEVICE = 'd',
	OMNI__REACH_ADDRESS = 'a',
	OMNI__REACH_FULL = 'N',
	OMNI__REACH_GIVEN = 'G',
	OMNI__REACH_FAMILY = 'F'
};

/* Of a RECORD fact; in the scratch arena. */
omni_status omni__reach_pack(struct omni *db, const struct omni__fact *,
    struct omni__value *out);

#endif
