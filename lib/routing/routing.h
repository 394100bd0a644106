/*
 * The routing room: where a message goes, and why not elsewhere.
 *
 * The published order of decision: 1 the channel can carry it, 2 there is a
 * contact point, 3 it is not suppressed, 4 the customer permits it, 5 quiet
 * hours and legal windows, 6 caps, 7 rank, 8 the steps.  Every one of 1 to
 * 4 is a row of the table in decide.c; windows and caps are not decided yet
 * and have their place behind its last row.
 */
#ifndef OMNI_ROUTING_H
#define OMNI_ROUTING_H

#include "consent/consent.h"

/* ---- permission: a pure function (permission.c) --------------------- */

/* May this go there? */
struct omni__question {
	const char *purpose;
	int64_t since;		/* when the purpose was first defined */
	int32_t basis;		/* OMNI_BASIS_* */
	const char *channel;
	int64_t at;
};

struct omni__permit {
	int32_t reason;		/* 0: yes; else OMNI_REASON_* */
	/* The newest yes that holds, or one that has expired. */
	const struct omni__said *grant;
	/* The newest no that no yes lifts.  With the basis contract or law
	 * it does not forbid, but puts the channel last. */
	const struct omni__said *withdrawal;
};

/*
 * The law of permission: restriction flows down, grants do not; withdrawal
 * wins.  said is sorted by (happened, fact).
 *
 * Only a later yes of the same source lifts a no, or one that was spoken in
 * sight of it, and only one whose scope lies within: another source cannot
 * know what was withdrawn, and a broad yes was no answer to a narrow no.
 * A yes whose clock cannot be believed lifts nothing.  A yes reaches a
 * purpose that was defined before it was spoken, or that it names itself.
 *
 * A no of which nothing is known but an e-mail address or a phone binds the
 * address and reaches all who have it; it is among said for each of them.
 */
void omni__permission(const struct omni__said *said, size_t count,
    const struct omni__question *question, struct omni__permit *permit);

/* ---- contact points of a customer (reach.c) ------------------------- */

struct omni__point {
	const char *kind;	/* "email", "phone", "device", "address" */
	const char *value;	/* as a source gave it */
	unsigned char hash[OMNI__ID];
	struct omni__contact_state state;
};

struct omni__points {
	struct omni__point *items;
	size_t count, room;
};

/* All of the customer's, the best first within a kind. */
omni_status omni__points_load(struct omni *db,
    const struct omni__member *members, size_t count,
    struct omni__points *points);

/* ---- the decision (decide.c, reason.c) ------------------------------ */

struct omni__candidate {
	const char *name;
	size_t order;			/* of the purpose */
	bool allowed;			/* the purpose uses it */
	const struct omni_channel *channel;	/* NULL: not defined */
	const struct omni__point *point;	/* NULL: needs none */
	const struct omni__said *preference;	/* or NULL */
	struct omni__permit permit;
	int32_t reason;			/* why it fell; 0: a step */
	const char *text;
};

struct omni__decision {
	struct omni *db;
	const struct omni_purpose *purpose;
	int64_t since, at;
	const struct omni__said *said;
	size_t said_count;
	struct omni__points points;
	struct omni__candidate *candidates;
	size_t count, room;
};

/* Takes every candidate through the order of decision, sorts those that
 * stand to the front and gives each its text.  *steps: how many stand. */
omni_status omni__decide(struct omni__decision *, size_t *steps);

/* Texts for a step and for what fell; NULL when out of memory. */
const char *omni__step_text(const struct omni__decision *,
    const struct omni__candidate *, bool mandatory);
const char *omni__fall_text(const struct omni__decision *,
    const struct omni__candidate *);

#endif
