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

	/* Out: */
	size_t pool;		/* index of the oldest record of its pool */
	size_t customer;	/* ... of its customer */
	size_t sure;		/* ... of the part of it that is surely one */
	int32_t strength;	/* at which it joined an older one; INT32_MAX:
				 * it is the oldest */
};

/* A steward's word, over indices of nodes; newest first in the list. */
struct omni__ruling {
	int32_t what;		/* OMNI_VERDICT_* */
	const size_t *side[2];
	size_t count[2];
};

/*
 * Finds pools (components of candidate pairs) and customers.  Nodes must come
 * sorted by (first, id), as omni__node_order says, and hold every record of
 * every pool that is touched.
 */
omni_status omni__cluster(struct omni *db, struct omni__node *nodes,
    size_t count, const struct omni__ruling *rulings, size_t ruling_count);

int omni__node_order(const struct omni__node *, const struct omni__node *);

/* ---- one pool (cluster.c) ------------------------------------------- */

/* An identifier that still points at somebody, and who holds it.  In lists
 * they stand by key, then by age. */
struct omni__claim {
	uint64_t key;
	size_t node;
};

/*
 * Unites the holders of each key whose pair weighs at least `least` (with
 * one_name: only those of one name), as if every pair were looked at; but no
 * pair is weighed that is connected already, so that a customer with
 * thousands of records costs one look at each.
 */
omni_status omni__connect(struct omni *db, const struct omni__model *,
    struct omni__node *const *nodes, const struct omni__claim *claims,
    size_t count, int32_t least, bool one_name, size_t *unions);

/* One pool, with indices of its own: nodes oldest first. */
struct omni__pool {
	struct omni__node **nodes;
	size_t count;
	const struct omni__claim *claims;
	size_t claim_count;
	const struct omni__ruling *rulings;
	size_t ruling_count;
};

/* Finds the customers of the pool; customer[i] is the index of the oldest
 * record of i's customer, sure[i] that of the part of it that is surely the
 * same person as i. */
omni_status omni__pool_cluster(struct omni *db,
    const struct omni__model *, const struct omni__pool *,
    size_t *customer, size_t *sure);

/* A total order of normalised features, for finding equal records. */
int omni__person_order(const struct omni__person *,
    const struct omni__person *);
/* Has it an identifier that still points at somebody? */
bool omni__person_live(const struct omni__person *);

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

#define OMNI__POOL_MAX 64

/* Joins groups from the strongest link down; joined[g] becomes the group that
 * g ended in (the one with the smallest `first`), strength[g] the weight at
 * which it joined an older one, INT32_MAX if it did not. */
omni_status omni__agglomerate(struct omni *db,
    const struct omni__model *, const struct omni__group *groups,
    size_t count, size_t joined[OMNI__POOL_MAX],
    int32_t strength[OMNI__POOL_MAX]);

#endif
