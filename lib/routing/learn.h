/*
 * Inside the routing room: learning how a population responds.
 */
#ifndef OMNI_LEARN_H
#define OMNI_LEARN_H

#include "routing/routing.h"

/* Fewer customers teach nothing. */
#define OMNI__LEARNED_LEAST 10
/* How many messages a prior counts for, in 1/1024: what is learned lies
 * between these, so that neither one click is a habit nor a year of them
 * counts nothing; and where customers have one message each, so that nobody
 * can tell how they differ. */
#define OMNI__STRENGTH_LEAST	(INT64_C(5) * 1024)
#define OMNI__STRENGTH_MOST	(INT64_C(500) * 1024)
#define OMNI__STRENGTH		(INT64_C(10) * 1024)

/* Sums over the customers who got messages on a channel. */
struct omni__moments {
	int64_t customers, sent, answered;
	int64_t squares;	/* of what each was sent */
	int64_t ratios;		/* answered^2 / sent of each, in 1/2^24 */
};
void omni__moments_add(struct omni__moments *, int64_t sent,
    int64_t answered);
/* The beta distribution, in 1/1024; false when too little is known. */
bool omni__moments_learn(const struct omni__moments *, int64_t *answered,
    int64_t *unanswered);

#endif
