/*
 * Everybody at once: all current records in memory and the candidate pairs
 * among them, for training, bulk loads and rebuilding.
 */
#ifndef OMNI_CROWD_H
#define OMNI_CROWD_H

#include "identity/model.h"

struct omni__crowd {
	const struct omni__person **persons;	/* by record id; scratch */
	size_t count;
};

/* All current records, keyed ones only with keyed. */
omni_status omni__crowd_load(struct omni *db, bool keyed,
    struct omni__crowd *crowd);

typedef omni_status (*omni__pair_fn)(void *context,
    const struct omni__person *a, const struct omni__person *b);
/*
 * Calls fn once for each pair that shares an identifier or a block that is
 * not common (of one with very many holders a sample), in an order that
 * depends on the records alone; a failure ends it.
 */
omni_status omni__crowd_pairs(struct omni *db, const struct omni__crowd *,
    omni__pair_fn fn, void *context);

#endif
