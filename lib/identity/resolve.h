/*
 * Resolution: what changed, whom it touches, and who is who afterwards.
 */
#ifndef OMNI_RESOLVE_H
#define OMNI_RESOLVE_H

#include "identity/cluster.h"

enum {
	OMNI__ROW_INLINE = 1,	/* an inline identity: no source and key */
	OMNI__ROW_RULED = 2,	/* a verdict names it */
	OMNI__ROW_DOUBT = 4,	/* omni_review has rows of this customer */
	OMNI__ROW_SOURCE = 8	/* from this bit on: the term of its source */
};

/* One row of omni_record, before and after. */
struct omni__row {
	unsigned char id[OMNI__ID];
	int64_t fact, happened, content, first;
	int64_t flags;
	unsigned char pool[OMNI__ID];
	unsigned char customer[OMNI__ID];
	unsigned char sure[OMNI__ID];	/* the oldest record that is surely
					 * the same person */
	int32_t strength;
	struct omni__person person;	/* with its blocks' common bits */

	bool stored;		/* it is in the table */
	unsigned char old_customer[OMNI__ID];
	struct omni__person old;	/* as stored; valid when stored */
	bool gone;		/* to be taken out */
	bool touched;		/* something about it changed */
	bool refitted;		/* its features changed: so do its keys */
	bool dirty;		/* the row must be written */
};

struct omni__resolver {
	struct omni *db;
	struct omni__row **rows;
	size_t count, room;
	struct omni__map by_id;
	bool quiet;		/* no change feed (rebuilding) */
	struct omni__keys *keys;	/* of the rows that changed */
};

/* ---- rows (row.c) --------------------------------------------------- */

/* Loads the rows of these ids that are stored and not loaded yet. */
omni_status omni__rows_load(struct omni__resolver *,
    const unsigned char *const *ids, size_t count);
/* All rows there are. */
omni_status omni__rows_load_all(struct omni__resolver *);
/* All rows of these pools. */
omni_status omni__rows_load_pools(struct omni__resolver *,
    const unsigned char *const *pools, size_t count);
/* NULL when not loaded. */
struct omni__row *omni__row_find(const struct omni__resolver *,
    const unsigned char *id);
/* The row, made new when it is not there; NULL when out of memory. */
struct omni__row *omni__row_get(struct omni__resolver *,
    const unsigned char *id);
/* Takes another resolver's row; false when out of memory. */
bool omni__row_adopt(struct omni__resolver *, struct omni__row *);
/* Deletes what is gone, writes what is dirty. */
omni_status omni__rows_save(struct omni__resolver *);

/* ---- keys (key.c) --------------------------------------------------- */

/*
 * Writes the keys of refitted rows, finds who shares them, loads those pools,
 * and brings the live counts of all loaded rows up to date.
 */
omni_status omni__keys_update(struct omni__resolver *);

/* ---- claims (claim.c) ----------------------------------------------- */

/* The keys that the nodes share, of those that point at somebody; sets each
 * node's sketch and whether it is live. */
omni_status omni__claims_make(struct omni__resolver *,
    struct omni__node *nodes, size_t count, struct omni__claim **claims,
    size_t *claim_count);

/* ---- verdicts (ruling.c) -------------------------------------------- */

/* Rulings that name loaded rows, newest first; loads the rows they name. */
omni_status omni__rulings_load(struct omni__resolver *);
omni_status omni__rulings_make(struct omni__resolver *,
    const struct omni__node *nodes, size_t count,
    struct omni__ruling **rulings, size_t *ruling_count);
/* Writes the projection of verdict facts and touches who they name. */
omni_status omni__rulings_apply(struct omni__resolver *,
    const struct omni__fact *fact);

/* ---- what is worth a look (review.c) -------------------------------- */

/* Brings omni_review up to date with what clustering left open. */
omni_status omni__reviews_save(struct omni__resolver *,
    const struct omni__node *nodes, size_t count);

/* ---- the change feed (feed.c) --------------------------------------- */

/* Appends what became of customers, and where vanished ids lead. */
omni_status omni__changes_note(struct omni__resolver *);

/* ---- resolution (resolve.c) ----------------------------------------- */

/* Brings everything that touched rows concern up to date. */
omni_status omni__resolve(struct omni__resolver *);
/* Nodes of all rows that stay, oldest first. */
omni_status omni__nodes_make(struct omni__resolver *,
    struct omni__node **nodes, size_t *count);
/* From nodes and claims to customers, written. */
omni_status omni__nodes_resolve(struct omni__resolver *,
    struct omni__node *nodes, size_t count,
    const struct omni__claim *claims, size_t claim_count);

/* ---- a bulk (bulk.c) ------------------------------------------------ */

/* Gathers instead of resolving. */
omni_status omni__bulk_add(struct omni *db, const struct omni__fact *facts,
    size_t count, bool quiet);
/* The row of a record that is gathered, NULL when it is not. */
const struct omni__row *omni__bulk_row(const struct omni *db,
    const unsigned char *id);
/* Facts into rows: which are loaded where they are stored. */
omni_status omni__facts_gather(struct omni__resolver *,
    const struct omni__fact *facts, size_t count);

/* ---- everybody (crowd.c) -------------------------------------------- */

/* Resolves the rows there are, which are all, and writes the keys of those
 * that changed. */
omni_status omni__resolve_all(struct omni__resolver *);

#endif
