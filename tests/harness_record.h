/*
 * Records in a line, and whose they are.
 */
#ifndef HARNESS_RECORD_H
#define HARNESS_RECORD_H

#include <stdbool.h>

#include "harness.h"

#define YEARS(n) (HARNESS_NOW - (n) * 365 * HARNESS_DAY)

/* A row of the source "crm", inline where key is NULL, with kinds and values
 * up to a NULL. */
omni_record *make(const char *key, int64_t time, ...);
void put(struct harness *, const char *key, int64_t time, ...);

/* The n-th of 8,000 made-up names, of which no two sound alike to anybody. */
#define NAME_SIZE 16
void name_of(char out[NAME_SIZE], uint64_t n);

struct id {
	char text[OMNI_ID_SIZE];
};

/* The customer who has the row; the row's own id. */
struct id customer_of(struct harness *, const char *key);
struct id record_of(struct harness *, const char *key);
/* Are two rows one customer's? */
bool one(struct harness *, const char *a, const char *b);
/* Where an id that was once handed out leads now. */
struct id leads_to(struct harness *, struct id);
void same_id(struct id left, struct id right);
/* Looks up and frees who. */
omni_status find(struct harness *, omni_record *who, struct id *);
/* Two who are not alike at all, "a" and "b". */
void put_strangers(struct harness *);
/* A steward's word on two rows, a minute later. */
void rule(struct harness *, int32_t what, const char *a, const char *b);

#endif
