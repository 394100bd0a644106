/*
 * What the scenarios share: objects made in one call, and outcomes that are
 * the wanted one or a failure.
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "fault.h"

/* "K17" for 17. */
#define SCENARIO_KEY 40
void scenario_key(char out[SCENARIO_KEY], const char *stem, int64_t serial);

/* A number of seven digits: neighbours' have hardly any in common, so that
 * values which are made of it are not each other's near misses. */
long long scenario_apart(int64_t serial);

/* A record with these kinds and values, NULL behind the last.  Without a
 * source it is an inline identity. */
omni_status scenario_record(omni_record **, const char *source,
    const char *key, const char *const *features);
/* Its one feature is this. */
omni_status scenario_who(omni_record **, const char *kind,
    const char *value);

/* An outcome that is no failure and yet not the wanted one is a defect: a
 * call must not take a failure for "nobody" or "nothing". */
omni_status scenario_want(omni_status, omni_status wanted);
/* What a getter gave is there, or there was no memory for it. */
omni_status scenario_got(const void *);

/* Undisturbed. */
void scenario_must(omni *, omni_status);

#endif
