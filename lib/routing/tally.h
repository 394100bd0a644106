/*
 * Inside the routing room: counting by purpose, channel and reason, and
 * remembering whom a run has met.
 */
#ifndef OMNI_TALLY_H
#define OMNI_TALLY_H

#include "routing/routing.h"

struct omni__total {
	const char *purpose, *channel;	/* the purpose may be NULL */
	int64_t number;
	int32_t reason;
};

/* Of a page: names are told apart by where they lie.  Zero it, then set the
 * arena; false when out of memory. */
struct omni__tally {
	struct omni__arena *arena;
	struct omni__total *slots;
	size_t room, count;
};
bool omni__tally_add(struct omni__tally *, const char *purpose,
    const char *channel, int32_t reason);

/* Of a run, sorted by their names, which are copied. */
struct omni__totals {
	struct omni__total *rows;
	size_t count, room;
};
bool omni__totals_add(struct omni__object *, struct omni__totals *,
    const struct omni__tally *);

/* Ids of OMNI__ID bytes, each once.  Zero it, then set env. */
struct omni__ids {
	const struct omni__env *env;
	unsigned char (*slots)[OMNI__ID];
	size_t room, count;
};
bool omni__ids_have(const struct omni__ids *, const unsigned char *id);
/* False when out of memory. */
bool omni__ids_add(struct omni__ids *, const unsigned char *id);
void omni__ids_clear(struct omni__ids *);
void omni__ids_free(struct omni__ids *);

/* Whom it is about. */
struct omni_audience {
	struct omni__object object;
	unsigned char (*ids)[OMNI__ID];
	size_t count, room;
};

#endif
