/*
 * Worlds for the oracle: made of a seed, told to the library through its
 * public calls, and kept as the oracle's plain arrays.
 */
#ifndef ORACLE_WORLD_H
#define ORACLE_WORLD_H

#include "../harness.h"
#include "oracle.h"

/* The instant around which everything happens. */
int64_t world_begin(struct harness *, struct o_world *);
/* Something new happens: said, told, sent, routed, merged, split ... */
void world_go_on(struct harness *, struct o_world *, int64_t now, int deeds);
/* Whose records are one: all of the customer that has a record, and those
 * that are surely one with it; the customer's id. */
void world_members(struct harness *, omni *sure, const struct o_world *,
    size_t record, uint32_t *members, uint32_t *surely,
    char id[OMNI_ID_SIZE]);
/* A message of a purpose of that world, at an instant near now; *message is
 * the library's, to be freed. */
void world_message(struct harness *, const struct o_world *, int64_t now,
    struct o_message *, omni_message **message);
void world_print(const struct o_world *);

#endif
