/*
 * The one pipeline through which everything enters: a list of items goes
 * through each stage together.  A single put is a list of one.
 */
#ifndef OMNI_PUT_H
#define OMNI_PUT_H

#include "consent/consent.h"
#include "timeline/timeline.h"

struct omni__setting {
	const struct omni_record *who;
	const char *name, *value;
	int64_t time;
};

/* One of the four, then what became of it. */
struct omni__item_put {
	const struct omni_record *record;
	const struct omni_interaction *interaction;
	const struct omni_statement *statement;
	const struct omni__setting *setting;

	omni_status status;	/* OK, DUPLICATE, or why it was rejected */
	int64_t fact;
	unsigned char id[OMNI__ID];	/* of its record */
	bool has_id;
	char *message;		/* in the arena given, when rejected */
};

/*
 * Stores what is good of the items in one transaction.  OMNI_OK even when some
 * were rejected; a failure stored nothing.  Messages live in `messages`.
 */
omni_status omni__put(struct omni *db, struct omni__item_put *items,
    size_t count, struct omni__arena *messages);

/* The same for a part of a bulk, inside the caller's transaction. */
omni_status omni__put_part(struct omni *db, struct omni__item_put *items,
    size_t count, struct omni__arena *messages);

/*
 * Whose erasure is asked for by an id that was handed out: the customer's
 * records, and those that are gone but led to them; else what an id owns that
 * leads to no customer.  No records: nobody.  In the scratch arena.
 */
omni_status omni__owned_records(struct omni *db,
    const unsigned char id[OMNI__ID], const unsigned char ***records,
    size_t *count);

/* What was erased, here or by another handle, also goes from free pages and
 * from the log; what could not go yet is remembered by the store (OMNI_PENDING,
 * or a failure). */
omni_status omni__scrub(struct omni *db);

/* Projections of facts in every room, in the order that they need. */
omni_status omni__apply_all(struct omni *db, const struct omni__fact *facts,
    size_t count, bool rebuilding);

#endif
