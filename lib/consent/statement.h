/*
 * Inside the consent room: a statement as the host fills it.
 */
#ifndef OMNI_STATEMENT_H
#define OMNI_STATEMENT_H

#include "consent/consent.h"

struct omni_statement {
	struct omni__object object;
	struct omni__error flaw;	/* of the constructor, for the put */
	struct omni_record *who;
	const char *purpose, *customer, *channel, *brand, *via, *wording;
	const char *value, *evidence, *source, *key;
	const char *address_kind, *address;	/* as the host gave it ... */
	const unsigned char *bound;		/* ... or its hash, of a link */
	int64_t expiry, time;
	int32_t said, rank, medium;
};

/* The rows of a record, or of an address: fact and pack, by fact. */
extern const struct omni__sql omni__statement_of;

/* The words for OMNI_SAID_* in a body; NULL for what is none. */
const char *omni__said_word(int32_t said);
/* ... and back; 0 for what is none. */
int32_t omni__said_number(const char *word);
/* Where these records can be reached now, by hash; in the scratch arena. */
omni_status omni__addresses_of(struct omni *db,
    const unsigned char *const *records, size_t count,
    const unsigned char ***hashes, size_t *found);
/* A STATEMENT fact as one, but for held; root is its body. */
omni_status omni__said_read(struct omni *db, const struct omni__fact *,
    const struct json_t *root, struct omni__said *);

#endif
