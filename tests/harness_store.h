/*
 * Rows by number, and the store as a whole: is it sound, who is whose.
 */
#ifndef HARNESS_STORE_H
#define HARNESS_STORE_H

#include <stdbool.h>

#include "harness.h"

#define YEAR (365 * HARNESS_DAY)

/* Row n; the rows of a person have her address in common. */
omni_status row_put(omni *db, int n, int person);
/* Rows 0 to count - 1, dealt out to so many people, at once. */
void rows_put(struct harness *, int count, int people);
int rows_count(struct harness *);
/* The check finds nothing. */
void store_sound(struct harness *);
/* All records and their customers, as one text, to be freed. */
char *store_partition(struct harness *);
/* It is a file, and no server's. */
bool store_embedded(const struct harness *);

/* A test of files, which a server does not show. */
#define EMBEDDED_TEST(test) \
	{ #test, test, harness_sqlite, harness_close, NULL }

#endif
