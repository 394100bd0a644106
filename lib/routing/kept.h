/*
 * Inside the routing room: decisions for many at once, and those that are
 * kept as facts.
 */
#ifndef OMNI_KEPT_H
#define OMNI_KEPT_H

#include "routing/routing.h"

/* ---- a round: one message, many customers (round.c) ------------------ */

struct omni__round {
	const struct omni__rules *rules;
	struct omni__message message;
	struct omni__wanted wanted;
	struct omni__recipient *recipients;
	struct omni__decision *decisions;
	size_t count;
};

/* Reads the message under the rules that a view sees (NULL: that hold). */
omni_status omni__round_begin(struct omni *db, const struct omni__view *,
    const struct omni_message *, struct omni__round *);
/* Loads these customers; with a view the recipients are there, and hold the
 * records.  Nothing is decided yet. */
omni_status omni__round_load(struct omni *db, struct omni__round *,
    const unsigned char (*customers)[OMNI__ID], size_t count);
omni_status omni__round_decide(struct omni *db, struct omni__round *,
    size_t i);

/* ---- keeping (keep.c) ------------------------------------------------ */

/* For each of a round: the fact under which the message was routed to the
 * customer before, or to one that is part of it now; 0: it never was. */
omni_status omni__routes_held(struct omni *db, const struct omni__round *,
    const char *message, int64_t *facts);

struct omni__keeping {
	const struct omni_message *message;
	const struct omni__decision *decision;
	const struct omni_route *route;		/* filled from it */
	int64_t after;		/* the route that it goes on with, or 0 */
	int64_t fact;		/* what it became */
};
/* Keeps them in this order, inside a transaction. */
omni_status omni__routes_keep(struct omni *db, struct omni__keeping *,
    size_t count);
/* The postal address whose household gets this letter, else NULL. */
const unsigned char *omni__household_of(const struct omni__decision *);

/* The host key of the attempt that follows a route. */
#define OMNI__FOLLOWS "omni.follows"
const char *omni__follower_key(struct omni *db, int64_t fact);
/* When the attempt after this one is due. */
int64_t omni__due_of(const struct omni__rules *, const struct omni_route *);

/* ---- what was kept (kept.c) ------------------------------------------ */

/* All of it in the scratch arena. */
struct omni__kept {
	int64_t fact, after;
	unsigned char record[OMNI__ID];
	struct omni_message message;	/* its time is the route's */
	const char *zone, *zone_text, *language;
	struct omni__leg *legs;		/* the steps, then the rejected */
	size_t steps, count;
	const char *const *tried;
	size_t tried_count;
	bool sure;
	const struct omni__member *members, *whole;
	size_t member_count, whole_count;
	struct omni__fact origin;
};

/* OMNI_NONE: no route; OMNI_ERASED. */
omni_status omni__kept_read(struct omni *db, int64_t fact,
    struct omni__kept *);
/* The same of a fact that was read. */
omni_status omni__kept_of(struct omni *db, const struct omni__fact *,
    struct omni__kept *);
/* What was known when it was kept. */
omni_status omni__kept_view(struct omni *db, const struct omni__kept *,
    struct omni__view *);
/* Makes it what is handed out. */
omni_status omni__kept_fill(struct omni *db, const struct omni__kept *,
    struct omni_route *);

/* How a kept route stands, whatever attempt of it was asked for (next.c). */
struct omni__standing_of {
	struct omni__kept last;		/* its latest attempt */
	int32_t result;
	int64_t due;
	bool arrived;
	bool failed;			/* at once, whatever the time */
};
omni_status omni__kept_stands(struct omni *db, const struct omni__rules *,
    const struct omni__kept *, struct omni__standing_of *);
/* Makes it, with its result, what is handed out. */
omni_status omni__kept_show(struct omni *db, const struct omni__rules *,
    const struct omni__kept *, struct omni_route *);

#endif
