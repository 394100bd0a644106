/*
 * Keys of rows that change, between key.c (who holds them, how common they
 * are), candidate.c (whom they bring to notice) and claim.c.
 */
#ifndef OMNI_KEY_H
#define OMNI_KEY_H

#include "identity/resolve.h"

/* An identifier held under more distinct marks points at nobody; and a block
 * under more sketches, or by more holders. */
#define OMNI__MARKS_MAX 50
#define OMNI__SKETCHES_MAX 20
#define OMNI__HOLDERS_MAX 64

/* What an identifier, or a block, that is held so often is worth. */
uint8_t omni__key_step(bool block, int64_t names, int64_t marks);

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

/* ---- many keys ------------------------------------------------------ */

struct omni__key_writer;

/* Writes what changed of the keys of stored rows; the keys of new ones are
 * then told to the writer, those of one key together. */
omni_status omni__keys_rewrite(struct omni__resolver *,
    struct omni__key_writer **writer);
omni_status omni__key_write(struct omni__key_writer *, int64_t hash,
    int64_t mark, const unsigned char *record);
/* After the last of a block: it points at nobody, or does; fresh: it has new
 * holders. */
omni_status omni__key_mark(struct omni__key_writer *, int64_t hash,
    bool common, bool fresh);
/* After the last of all. */
omni_status omni__keys_flush(struct omni__key_writer *);

/* candidate.c: weighs rows that changed against the holders of their keys,
 * and loads the pools that they, or a change of a key, may touch. */
omni_status omni__neighbours_load(struct omni__keys *);

#endif
