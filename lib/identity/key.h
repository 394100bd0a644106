/*
 * Keys of rows that change, between key.c (who holds them, how common they
 * are), candidate.c (whom they bring to notice) and claim.c.
 */
#ifndef OMNI_KEY_H
#define OMNI_KEY_H

#include "identity/resolve.h"

/* One key that a refitted row holds or held. */
struct omni__key {
	int64_t hash;
	bool block;		/* not an identifier */
	size_t added, removed;	/* rows, by this change */
	int64_t names, marks;	/* distinct: of names; of all kinds */
	int64_t last;		/* mark seen last */
	const struct omni__value *holder;	/* pairs (mark, record) */
	size_t holders;
	uint8_t step;
	bool common;		/* points at nobody */
	bool wanted;		/* all its holders are to be looked at again */
};

struct omni__keys {
	struct omni__resolver *r;
	struct omni__key *list;
	size_t count;
	struct omni__map by_hash;
};

/* Live counts into the rows that are loaded. */
void omni__keys_set_steps(struct omni__keys *);
/* Which of these blocks point at nobody? */
omni_status omni__blocks_common(struct omni *db, const int64_t *hashes,
    size_t count, bool *common);

/* candidate.c: weighs rows that changed against the holders of their keys,
 * and loads the pools that they, or a change of a key, may touch. */
omni_status omni__neighbours_load(struct omni__keys *);

#endif
