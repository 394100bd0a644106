/*
 * The oracle, inside.
 */
#ifndef ORACLE_DECIDE_H
#define ORACLE_DECIDE_H

#include "oracle.h"

bool o_same(const char *, const char *);
bool o_within(const char *purpose, const char *tree);
const struct o_channel *o_channel(const struct o_world *, const char *name);
const struct o_purpose *o_purpose(const struct o_world *, const char *name);
bool o_about_channel(const struct o_world *, const struct o_said *,
    const char *channel);
bool o_about_brand(const struct o_said *, const char *brand);

/* May this go there? */
struct o_asked {
	const struct o_world *world;
	const struct o_purpose *purpose;
	const struct o_channel *channel;
	const char *brand, *region;
	int address;			/* -1: none */
	uint32_t members;
	int64_t asked, at;		/* the message's instant, and when */
	const struct o_said *const *said;	/* what counts */
	size_t count;
};

struct o_permit {
	int reason, basis;
	const struct o_said *grant, *no, *told;
};
void o_permit(const struct o_asked *, struct o_permit *);

/* ---- times ---------------------------------------------------------- */

/* Somebody to whom a message goes. */
struct o_person {
	const struct o_world *world;
	const struct o_purpose *purpose;
	const struct o_message *message;
	uint32_t members, whole;
	const struct o_said *said[O_SAIDS];
	size_t said_count;
	const char *region;
	enum o_zone zone;
	bool guess;		/* it is in the US, and who knows where */
};

/* The first instant that the windows and quiet hours allow. */
int64_t o_window(const struct o_person *, const struct o_channel *,
    int64_t from);
/* The first that the caps allow; O_NEVER when one of them drops it. */
int64_t o_cap(const struct o_person *, const struct o_channel *,
    int64_t from);

#endif
