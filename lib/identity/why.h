/*
 * Inside the identity room: what speaks for two being one and what against,
 * in rows that an explanation shows.
 */
#ifndef OMNI_WHY_H
#define OMNI_WHY_H

#include "identity/model.h"

struct omni__reason {
	const char *kind, *left, *right, *level;
	struct omni__weight weight;
};

struct omni__reasons {
	struct omni__reason *rows;
	size_t count;
	int32_t weight, threshold;
};

/* The rows of what was compared, texts and all in the arena; of either sum
 * they and the weight agree. */
omni_status omni__reasons_make(struct omni *db, struct omni__arena *,
    const struct omni__model *, const struct omni__levels *,
    const struct omni__evidence *, struct omni__reasons *);

/* The object that shows them, with copies; begin is how its text begins.
 * NULL when out of memory. */
struct omni_explanation *omni__explanation_new(const struct omni__env *,
    const struct omni__reasons *, bool same, const char *begin);

#endif
