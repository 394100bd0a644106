/*
 * Tables in memory, row by row, so that they can be told in any order and in
 * pieces of any size; and all that identity made of them, as one text.  Knows
 * nothing of cmocka: programs on other machines use it, too.
 */
#ifndef HARNESS_SHEET_H
#define HARNESS_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "omni.h"

struct sheet {
	const char *source, *key, *time, *map;	/* time: NULL for none */
	char *text;		/* the file */
	const char *header;
	const char **rows;	/* in text, without the end of the line */
	size_t count;
};

/* false: out of memory, or the file cannot be read or has no row.  The strings
 * are borrowed. */
bool sheet_read(struct sheet *, FILE *, const char *source, const char *key,
    const char *time, const char *map);
void sheet_free(struct sheet *);
/* Those rows, in that order, in one import. */
omni_status sheet_import(omni *, const struct sheet *, const size_t *rows,
    size_t count, bool bulk);
/* What identity derives: records, keys, what there is to review; without what
 * tells when it came.  To be freed; NULL: out of memory. */
char *sheet_identity(omni *);

#endif
