/*
 * The timeline room: what happened, in order, on all channels; the stories
 * of references; settings.
 */
#ifndef OMNI_TIMELINE_H
#define OMNI_TIMELINE_H

#include "identity/identity.h"

/* ---- interactions (interaction.c) ----------------------------------- */

/* Whoever it was, or NULL; borrowed. */
const struct omni_record *omni__interaction_who(
    const struct omni_interaction *);
/* Checks it whole and makes its fact but for `record`: noun, happened (now
 * by db's clock when not set, then timed is false), source, key, channel,
 * kind, refs, body; strings borrowed from the interaction or in the scratch
 * arena.  Errors in db->error name the field. */
omni_status omni__interaction_fact(struct omni *db,
    const struct omni_interaction *, struct omni__fact *);
omni_status omni__interaction_copy(const struct omni_interaction *,
    struct omni_interaction **copy);

/* ---- projections (append.c) ----------------------------------------- */

/* Of INTERACTION and SETTING facts: timeline, references, usage counts,
 * settings, batch-first and sorted. */
omni_status omni__timeline_apply(struct omni *db,
    const struct omni__fact *facts, size_t count);
/* The ids of all interactions and settings that bear these records, for an
 * erasure; takes their rows out of the projections (references too). */
omni_status omni__timeline_erase(struct omni *db,
    const unsigned char *const *records, size_t count, int64_t **facts,
    size_t *fact_count);

/* ---- settings (setting.c) ------------------------------------------- */

/* The fact of a setting but for `record`: value is any text, NULL removes;
 * time as for an interaction.  Strings borrowed or in the scratch arena;
 * errors in db->error name the field. */
omni_status omni__setting_fact(struct omni *db, const char *name,
    const char *value, int64_t time, struct omni__fact *);

#endif
