/*
 * Inside the timeline room: what a cursor looks for, and the merged streams
 * that it reads.
 */
#ifndef OMNI_CURSOR_H
#define OMNI_CURSOR_H

#include "timeline/interaction.h"

/* A place in time, between two interactions or on one.  Ids of facts are
 * greater than 0. */
struct omni__place {
	int64_t happened;
	int64_t fact;
};

/* ---- filters and tokens (filter.c) ----------------------------------- */

struct omni_filter {
	struct omni__object object;
	const char *channel;	/* NULL: any; so the others */
	const char *kind;
	const char *type, *key;
	int64_t since, until;	/* OMNI_TIME_UNKNOWN: no bound */
	int64_t limit;		/* 0: none */
	bool oldest;
	bool goes_on;		/* behind `behind` */
	struct omni__place behind;
	uint32_t bad;
};

/* Copies the conditions into a zeroed filter; strings go to the arena. */
omni_status omni__filter_copy(struct omni__arena *,
    const struct omni_filter *, struct omni_filter *copy);

#define OMNI__TOKEN_SIZE 36
void omni__token_write(char out[OMNI__TOKEN_SIZE],
    const struct omni__place *);
/* INVALID when it is none of ours. */
bool omni__token_read(const char *, struct omni__place *);

/* ---- streams (stream.c) ---------------------------------------------- */

/* Where to read and what to leave out. */
struct omni__search {
	const struct omni__member *members;	/* a customer's records ... */
	size_t count;
	const char *type, *key;			/* ... or a story */
	const struct omni_filter *filter;
	struct omni__place from;		/* behind this place */
};

/* The next `most` places, in order, merged from all streams (k-way); in
 * the scratch arena. */
omni_status omni__streams_read(struct omni *, const struct omni__search *,
    size_t most, struct omni__place **places, size_t *count);

#endif
