/*
 * Writers: leased sequences, so that no two connections number facts alike.
 */
#ifndef OMNI_WRITER_H
#define OMNI_WRITER_H

#include "store/db.h"

/* Forgets numbers handed out in an attempt that was not committed. */
void omni__writer_begin(struct omni *db);
/* Leases a writer if there is none, then numbers `count` facts. */
omni_status omni__writer_take(struct omni *db, size_t count, int64_t *first);
/* The next stamp of the hybrid clock for a fact recorded at `now`. */
int64_t omni__writer_stamp(struct omni *db, int64_t now);
/* The next line number of the change feed. */
int64_t omni__writer_feed(struct omni *db);
/* Stores the numbers with the transaction that used them. */
omni_status omni__writer_save(struct omni *db);
void omni__writer_committed(struct omni *db);
/* After a commit without an answer: did it happen?  Waits for it if it is
 * just happening. */
omni_status omni__writer_landed(struct omni *db, bool *landed);
/* That cannot be known: its numbers may be taken, so another writer goes on. */
void omni__writer_doubt(struct omni *db);
/* Gives the lease back. */
void omni__writer_return(struct omni *db);

#endif
