/*
 * Worlds, inside: what chance draws, and what the parts of a world offer to
 * each other.
 */
#ifndef ORACLE_PART_H
#define ORACLE_PART_H

#include "world.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* 0 to n - 1; true once in n times. */
size_t draw(struct harness *, size_t n);
bool one_in(struct harness *, size_t n);
const char *draw_word(struct harness *, const char *const *words,
    size_t count);

/* ---- rules (rules.c) ------------------------------------------------- */

/* The last one takes no messages. */
#define W_CHANNELS 7
#define W_OUTBOUND (W_CHANNELS - 1)
extern const struct o_channel w_channels[W_CHANNELS];
#define W_WORDINGS 2
extern const char *const w_wordings[W_WORDINGS];

const char *draw_channel(struct harness *);
const char *draw_purpose(struct harness *);
/* One of them, or all. */
const char *draw_tree(struct harness *);
void draw_hours(struct harness *, struct o_hours *);
/* All that is defined in a world. */
void define_rules(struct harness *, struct o_world *, int64_t now);

/* ---- what is said (said.c) ------------------------------------------- */

extern const char *const w_brands[2];
void world_say(struct harness *, struct o_world *, int64_t now);
/* The record by which a customer is called. */
int world_oldest(struct harness *, const struct o_world *, const char *id);
const char *world_kind(const struct o_world *, int address);

#endif
