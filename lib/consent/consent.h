/*
 * The consent room: channels, purposes, contact points, and what customers
 * said.
 */
#ifndef OMNI_CONSENT_H
#define OMNI_CONSENT_H

#include "identity/identity.h"
#include "store/define.h"

/* ---- definitions (channel.c, purpose.c) ----------------------------- */

struct omni_channel {
	struct omni__definition head;
	const char *address;
	int32_t direction, medium, confidentiality, cost;
};

struct omni_purpose {
	struct omni__definition head;
	const char *class_name;
	struct omni__names channels;
	int32_t basis, confidentiality, verified;
};

extern const struct omni__sort omni__channels;
extern const struct omni__sort omni__purposes;

/* A purpose is a path without empty parts; star: or "*". */
omni_status omni__purpose_check(struct omni__error *, const char *field,
    const char *path, bool star);
/* Is a purpose in the subtree of another, or the same?  "*" is the root. */
bool omni__purpose_within(const char *purpose, const char *tree);
/* When a purpose was first defined; INT64_MAX when it never was. */
omni_status omni__purpose_since(struct omni *db, const char *name,
    int64_t *since);

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

/* One that counts for a customer, as the projection keeps it. */
struct omni__said {
	int64_t fact;
	int64_t happened;
	int64_t expiry;		/* INT64_MAX: none */
	const char *purpose;
	const char *channel;	/* NULL: all */
	const char *source;	/* "" when the host gave none */
	const char *via;	/* or NULL */
	const char *wording;	/* or NULL */
	int32_t said;		/* OMNI_SAID_* */
	int32_t rank;
	bool doubtful;		/* its clock cannot be believed */
	uint64_t mark;		/* of a withdrawal: what is in `seen` */
	const uint64_t *seen;	/* the withdrawals that a grant knew of */
	size_t seen_count;
};
/* All statements of these records, and withdrawals that hold for one of
 * them or for one of these addresses (by omni__contact_hash); each once, by
 * (happened, fact).  In the scratch arena. */
omni_status omni__statements_of(struct omni *db,
    const unsigned char *const *ids, size_t count,
    struct omni__said **said, size_t *size);

/* ---- contact points (contact.c, delivery.c) ------------------------- */

/* Is this a kind of address: "email", "phone", "device", "address"? */
bool omni__contact_kind(const char *kind);
/* The keyed hash of an address; *usable is false when nothing in it points
 * anywhere. */
omni_status omni__contact_hash(struct omni *db, const char *kind,
    const char *value, unsigned char hash[OMNI__ID], bool *usable);
/* "Street 1, 211 71 Malmo" of its parts (each may be NULL or empty); *line is
 * NULL when they are no postal address; in the scratch arena.  An addressee
 * goes before it: who has gone away leaves a household behind, so that a
 * letter that came back speaks of the two together. */
struct omni__postal {
	const char *addressee;
	const char *full, *street, *number, *postcode, *city;
};
/* "Ann Lee" of a full name or of its parts, NULL when there is none. */
omni_status omni__contact_addressee(struct omni *db, const char *full,
    const char *given, const char *family, const char **name);
omni_status omni__contact_postal(struct omni *db,
    const struct omni__postal *parts, const char **line);

struct omni__contact_state {
	const char *suppressed;	/* the cause, or NULL */
	int64_t since;		/* when it was */
	bool verified;
};
/* What is known of addresses; strings in the scratch arena. */
omni_status omni__contacts_load(struct omni *db,
    const unsigned char (*hashes)[OMNI__ID], size_t count,
    struct omni__contact_state *states);

/* One thing said about an address: verified and suppressed are two, so that
 * proving an address does not lift a complaint. */
struct omni__contact_row {
	unsigned char key[OMNI__ID];
	int64_t happened, fact;
	const char *suppressed;
	bool verified;
};
struct omni__contact_rows {
	struct omni__contact_row *rows;
	size_t count, room;
};
/* The rows that CONTACT facts and results of deliveries give. */
omni_status omni__contact_rows_add(struct omni *db,
    struct omni__contact_rows *, const struct omni__contact_row *);
omni_status omni__contact_said(struct omni *db, const struct omni__fact *,
    struct omni__contact_rows *);
omni_status omni__deliveries_read(struct omni *db,
    const struct omni__fact *facts, size_t count,
    struct omni__contact_rows *);
omni_status omni__contacts_put(struct omni *db, struct omni__contact_rows *);
/* To be called before anything of these records is erased: what suppresses
 * an address on the word of one of their interactions becomes a fact of its
 * own. */
omni_status omni__deliveries_keep(struct omni *db,
    const unsigned char *const *records, size_t count);

/* ---- projections (consent.c) ---------------------------------------- */

/* Of STATEMENT and CONTACT facts, of results of deliveries among
 * INTERACTION facts (identity must have been applied before), and of when a
 * PURPOSE was first defined. */
omni_status omni__consent_apply(struct omni *db,
    const struct omni__fact *facts, size_t count);
/* The ids of the statements by these records, for an erasure; takes their
 * rows out.  What suppresses an address stays, as a keyed hash, and so does
 * a withdrawal that binds an address or also holds for other records. */
omni_status omni__consent_erase(struct omni *db,
    const unsigned char *const *records, size_t count, int64_t **facts,
    size_t *fact_count);

#endif
