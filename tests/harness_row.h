/*
 * Rows of any source, with features as kind, value, ..., NULL; and whose they
 * are.
 */
#ifndef HARNESS_ROW_H
#define HARNESS_ROW_H

#include "harness.h"

/* To be freed. */
omni_record *record_with(const char *const *features);
void put_record(struct harness *, const char *source, const char *key,
    int64_t time, const char *const *features);
/* The customer of a row; out takes OMNI_ID_SIZE bytes and is returned. */
const char *whose(struct harness *, const char *source, const char *key,
    char *out);

#endif
