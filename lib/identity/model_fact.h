/*
 * Inside the identity room: models as facts.
 */
#ifndef OMNI_MODEL_FACT_H
#define OMNI_MODEL_FACT_H

#include "identity/rates.h"

/* Which model fact governs; all 0: none, the defaults hold. */
struct omni__governing {
	int64_t fact, stamp;
	int64_t content;	/* hash of its body: an id that a rollback
				 * gave back may come again with another */
};

omni_status omni__governing(struct omni *db, struct omni__governing *);
/* Drops the handle's copy: the next who asks reads it anew. */
void omni__model_forget(struct omni *db);

#endif
