/*
 * From records that may be one person to customers: a pure function of the
 * records, of their identifiers' live counts, of the verdicts and of the
 * model.
 */
#ifndef OMNI_CLUSTER_H
#define OMNI_CLUSTER_H

#include "identity/model.h"

/* One record in the neighbourhood that is looked at. */
struct omni__node {
	const unsigned char *id;	/* OMNI__ID bytes */
	int64_t first;			/* OMNI_TIME_UNKNOWN sorts last */
	const struct omni__person *person;
	uint32_t number;		/* its place among the nodes */
	int64_t sketch;
	bool live;		/* something brings it to others' notice */

	/* Out: */
	size_t pool;		/* index of the oldest record of its pool */
	size_t customer;	/* ... of its customer */
	size_t sure;		/* ... of the part of it that is surely one */
	int32_t strength;	/* at which it joined an older one; INT32_MAX:
				 * it is the oldest */
	const struct omni__node *into;	/* the oldest record of what it
				 * joined; NULL: it is the oldest */
	int32_t how;		/* OMNI__JOINED_*: why it did */
	int64_t ruling;		/* the fact of the verdict that says so */
	/* Of a customer's oldest record: younger ones who may be the same. */
	struct omni__rival *rivals;
	size_t rival_count;
};

enum {
	OMNI__JOINED_EVIDENCE = 1, OMNI__JOINED_EQUAL, OMNI__JOINED_VERDICT
};

struct omni__rival {
	const struct omni__node *node;	/* oldest record of its customer */
	int32_t weight;
};

/* A steward's word, over indices of nodes; newest first in the list. */
struct omni__ruling {
	int64_t fact;
	int32_t what;		/* OMNI_VERDICT_* */
	const size_t *side[2];
	size_t count[2];
};

/*
 * Rulings come newest first: contradicted[r] is the newer one in force that
 * does not go with ruling r, SIZE_MAX where r itself is in force.  Indices in
 * rulings are below `nodes`.
 */
omni_status omni__rulings_obey(struct omni *db,
    const struct omni__ruling *rulings, size_t count, size_t nodes,
    size_t *contradicted);

/* An identifier or block that still points at somebody, and who holds it.  In
 * lists they stand by key, then by age. */
struct omni__claim {
	uint64_t key;
	uint32_t node;
	bool block;
};
/* Where the claims of a key end that begin at `from` (claim.c). */
size_t omni__claims_end(const struct omni__claim *, size_t count,
    size_t from);

/*
 * Finds pools (components of candidate pairs) and customers.  Nodes must come
 * sorted by (first, id), as omni__node_order says, and hold every record of
 * every pool that is touched; claims bring them to each other's notice.
 */
omni_status omni__cluster(struct omni *db, struct omni__node *nodes,
    size_t count, const struct omni__claim *claims, size_t claim_count,
    const struct omni__ruling *rulings, size_t ruling_count);

int omni__node_order(const struct omni__node *, const struct omni__node *);

/* ---- one pool (cluster.c) ------------------------------------------- */

/* Weights of pairs that were found already, as many as there is room for: the
 * same strangers meet under several keys.  NULL remembers nothing. */
struct omni__memo;
struct omni__memo *omni__memo_new(const struct omni__env *, size_t nodes);
void omni__memo_free(struct omni__memo *);
int32_t omni__memo_weight(struct omni__memo *, const struct omni__model *,
    const struct omni__node *, const struct omni__node *);

/* One pool, with indices of its own: nodes oldest first. */
struct omni__pool {
	struct omni__node **nodes;
	size_t count;
	struct omni__memo *memo;
	const uint64_t *classes;	/* NULL, or only of one class connect */
	const struct omni__claim *claims;
	size_t claim_count;
	const struct omni__ruling *rulings;
	size_t ruling_count;
};

/*
 * Unites the holders of each key whose pair weighs at least `least` (with
 * one_name: only those of one name, by identifiers), as if every pair were
 * looked at; but no pair is weighed that is connected already, so that a
 * customer with thousands of records costs one look at each.
 */
omni_status omni__connect(struct omni *db, const struct omni__model *,
    const struct omni__pool *, int32_t least, bool one_name,
    size_t *unions);

/* Finds the customers of the pool; customer[i] is the index of the oldest
 * record of i's customer, sure[i] that of the part of it that is surely the
 * same person as i. */
omni_status omni__pool_cluster(struct omni *db,
    const struct omni__model *, const struct omni__pool *,
    size_t *customer, size_t *sure);

/* A total order of normalised features, for finding equal records. */
int omni__person_order(const struct omni__person *,
    const struct omni__person *);

/* ---- agglomeration (agglomerate.c) ---------------------------------- */

/* Union-find over indices; the root is the smallest index. */
size_t omni__root(size_t *parent, size_t i);
/* Joins two; returns the root. */
size_t omni__unite(size_t *parent, size_t a, size_t b);

/* What agglomeration starts from: records that are one already. */
struct omni__group {
	const struct omni__person **persons;	/* some of its records */
	size_t count;
	size_t records;
	size_t first;		/* index of its oldest record */
	bool nameless;
	uint64_t apart;		/* bit g: may not join group g */
};

/* The weight of one person against several records that are one customer. */
int32_t omni__entity_weight(const struct omni__model *,
    const struct omni__person *, const struct omni__person *const *records,
    size_t count);
/* What all records of one say for being one with all of the other. */
void omni__entity_evidence(const struct omni__model *,
    const struct omni__person *const *left, size_t left_count,
    const struct omni__person *const *right, size_t right_count,
    struct omni__evidence *evidence);

#define OMNI__POOL_MAX 64

/* Two customers of a pool that did not join are worth a person's look from
 * this weight on; of each customer the likeliest few. */
#define OMNI__RIVAL_LEAST (-12 * OMNI__BIT)
#define OMNI__RIVALS_MAX 3

/* What became of groups; numbers are groups', of clusters those of their
 * oldest (the one with the smallest `first`). */
struct omni__agglomeration {
	size_t joined[OMNI__POOL_MAX];	/* the cluster it ended in */
	size_t sure[OMNI__POOL_MAX];	/* ... by links of model->sure */
	size_t into[OMNI__POOL_MAX];	/* the cluster that took in its own */
	/* ... at this weight; INT32_MAX: none did */
	int32_t strength[OMNI__POOL_MAX];
	struct {
		size_t older, younger;
		int32_t weight;
	} rivals[OMNI__POOL_MAX * OMNI__RIVALS_MAX];
	size_t rival_count;
};

/* Joins groups, oldest first, from the strongest link down. */
omni_status omni__agglomerate(struct omni *db,
    const struct omni__model *, const struct omni__group *groups,
    size_t count, struct omni__agglomeration *out);

#endif
