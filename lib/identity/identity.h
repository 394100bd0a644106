/*
 * The identity room: who is who.  Records come in as facts; out come
 * customers, as a pure function of the records that are there, of the
 * verdicts and of the model.
 */
#ifndef OMNI_IDENTITY_H
#define OMNI_IDENTITY_H

#include "store/db.h"

/* ---- records (record.c) --------------------------------------------- */

struct omni__raw {
	const char *kind;
	const char *value;
};

struct omni_record {
	struct omni__object object;
	const char *source;	/* NULL: inline */
	const char *key;
	int64_t time;
	struct omni__raw *features;
	size_t count, room;
};

/* Is there anything in it that says who? */
bool omni__record_empty(const struct omni_record *);
/*
 * The record's id: of source and key, or of the raw features.  Copies
 * nothing.  INVALID when it has neither.
 */
omni_status omni__record_identify(struct omni *db,
    const struct omni_record *, unsigned char id[OMNI__ID]);
/* Its fact: noun, happened, record (points to id), body; source and key
 * only for keyed ones.  Strings in the scratch arena. */
omni_status omni__record_fact(struct omni *db, const struct omni_record *,
    const unsigned char *id, struct omni__fact *);
/* What tells a record's versions apart: a hash of its fact's body. */
int64_t omni__record_content(const struct omni *db, const char *body);
/* The features of a record fact's body: [["email","a@b.c"],...]. */
omni_status omni__record_parse(struct omni *db, const char *body,
    struct omni__raw **features, size_t *count);
/* The first of a kind, or NULL. */
const char *omni__feature_of(const struct omni__raw *, size_t count,
    const char *kind);
omni_status omni__record_copy(const struct omni_record *,
    struct omni_record **copy);

/* ---- what is known already (known.c) -------------------------------- */

struct omni__known {
	int64_t fact;		/* of the current version; 0: no such record */
	int64_t happened, content, first;
	int64_t erased;		/* until then it was; INT64_MIN: never */
};
omni_status omni__records_known(struct omni *db,
    const unsigned char *const *ids, size_t count, struct omni__known *known);
/* *held: the fact that is the same version of a keyed record, or 0. */
omni_status omni__version_known(struct omni *db, const struct omni__known *,
    const struct omni__fact *, int64_t now, int64_t *held);

/* ---- resolution (resolve.c) ----------------------------------------- */

/* Versions, removals and verdicts among the facts become customers; other
 * facts with a record may make it older.  Others are skipped. */
omni_status omni__identity_apply(struct omni *db,
    const struct omni__fact *facts, size_t count);

/* The same without the change feed, for a rebuild. */
omni_status omni__identity_reapply(struct omni *db,
    const struct omni__fact *facts, size_t count);
/*
 * A bulk, inside one transaction: what identity_apply gets from begin on is
 * gathered, and resolved together by end, as if it had come one by one.
 * Between, customers are not known.  discard: when it came to no end.
 */
omni_status omni__bulk_begin(struct omni *db);
omni_status omni__bulk_end(struct omni *db);
void omni__bulk_discard(struct omni *db);
bool omni__bulk_runs(const struct omni *db);
/* Around a rebuild: remembers who was who, then appends to the change feed
 * what became different. */
struct omni__places;
/* *places is to be freed also when this fails. */
omni_status omni__changes_begin(struct omni *db,
    struct omni__places **places);
omni_status omni__changes_end(struct omni *db, const struct omni__places *);
void omni__changes_free(struct omni__places *);
/* Takes records out as if they had never come; facts gets the ids of all
 * their versions, which the caller erases. */
omni_status omni__records_forget(struct omni *db,
    const unsigned char *const *ids, size_t count, int64_t **facts,
    size_t *fact_count);
/* Takes erased records out of the verdicts, and what was written of them. */
omni_status omni__rulings_erase(struct omni *db,
    const unsigned char *const *ids, size_t count);

/* Everybody anew, under the model and the kinds that hold now; appends what
 * became different to the change feed.  A bulk that runs will do it.  Resets
 * the scratch arena. */
omni_status omni__identity_renew(struct omni *db);

/* ---- models (model_fact.c) ------------------------------------------ */

/* Of MODEL facts: the one that was told last governs.  Resolves everybody
 * anew when another does. */
omni_status omni__models_apply(struct omni *db,
    const struct omni__fact *facts, size_t count);
/* Before a rebuild resolves: the model that everything rests on. */
omni_status omni__models_rebuild(struct omni *db);

/* ---- customers (customer.c) ----------------------------------------- */

struct omni__member {
	unsigned char id[OMNI__ID];
	unsigned char customer[OMNI__ID];
	int64_t fact;		/* its current version */
	int64_t first;		/* OMNI_TIME_UNKNOWN when unknown */
};

/* The customer to which an id leads that was ever handed out; *found is
 * false when there was none such.  With db->sure: the sure part of one. */
omni_status omni__customer_lookup(struct omni *db,
    const unsigned char id[OMNI__ID], unsigned char customer[OMNI__ID],
    bool *found);
/* The records of a customer, oldest first (the first is the customer's id);
 * in the scratch arena.  With db->sure: of the sure part of one. */
omni_status omni__customer_members(struct omni *db,
    const unsigned char customer[OMNI__ID], struct omni__member **members,
    size_t *count);
/* The same for many at once, whole or surely one, whatever the handle reads:
 * of customers[i] into lists[i]. */
struct omni__members {
	struct omni__member *items;
	size_t count;
};
omni_status omni__members_of(struct omni *db,
    const unsigned char (*customers)[OMNI__ID], size_t count, bool sure,
    struct omni__members *lists);
/* The next customers by id after one (NULL: from the first), at most
 * limit. */
omni_status omni__customers_page(struct omni *db,
    const unsigned char *after, size_t limit, bool sure,
    unsigned char (**customers)[OMNI__ID], size_t *count);
/* Whatever the handle reads: all records of the customer to which an id
 * leads; none where it leads to nobody. */
omni_status omni__customer_whole(struct omni *db,
    const unsigned char id[OMNI__ID], struct omni__member **members,
    size_t *count);
/* (id) to ids of records that are gone, and led to that one. */
extern const struct omni__sql omni__gone_to;
/* For each record id its customer, or all zeroes. */
omni_status omni__customers_of(struct omni *db,
    const unsigned char *const *records, size_t count,
    unsigned char (*customers)[OMNI__ID]);
/* An id as the host writes it; INVALID names the field. */
omni_status omni__id_parse(struct omni__error *, const char *field,
    const char *text, unsigned char id[OMNI__ID]);

/* A customer's values, newest and most frequent first within a kind. */
struct omni__profile {
	const char *kind;
	const char *value;	/* as the source gave it */
	const char *normal;	/* normalised, "" when nothing usable */
	int32_t records;	/* how many say so */
	int64_t time;		/* of the latest that does */
	const size_t *said;	/* which members do, newest first */
	/* Only where what survives was asked for: */
	bool verified;
	bool common;		/* so many have it that it is nobody's */
	int64_t alike;		/* records that say it in some writing */
	size_t place;		/* in which order they came */
};
omni_status omni__customer_profile(struct omni *db,
    const struct omni__member *members, size_t count,
    struct omni__profile **profile, size_t *size);

/* Of KIND facts: their projection.  Resolves everybody anew when evidence
 * changed. */
omni_status omni__kinds_apply(struct omni *db,
    const struct omni__fact *facts, size_t count);
/* Before a rebuild resolves: the definitions that everything rests on. */
omni_status omni__kinds_rebuild(struct omni *db);
struct omni__sort;
extern const struct omni__sort omni__kind_sort;

/* The keyed hash under which an address is known, by its kind and normal form
 * (its letters and digits when postal), and which of them are proven. */
omni_status omni__address_hash(struct omni *db, const char *kind,
    const char *normal, unsigned char hash[OMNI__ID]);
omni_status omni__proofs_find(struct omni *db,
    const unsigned char (*hashes)[OMNI__ID], size_t count, bool *verified);

/* Under what the holders of an e-mail or a telephone are found; 0 for what
 * points at nobody. */
omni_status omni__identifier_key(struct omni *db, const char *kind,
    const char *value, int64_t *key);
/* The customers, as the handle reads them, who hold it; *all is false, and
 * there are none, when more than `most` records do or nothing could be found
 * by it. */
omni_status omni__identifier_customers(struct omni *db, int64_t key,
    size_t most, unsigned char (**customers)[OMNI__ID], size_t *count,
    bool *all);

/* The normal form of a value of a kind ("email", "address.street", ...), by
 * the kind's normaliser; "" when nothing usable.  In the scratch arena. */
omni_status omni__kind_normalise(struct omni *db, const char *kind,
    const char *value, const char **normal);

#endif
