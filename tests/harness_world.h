/*
 * Worlds made of a seed: what sources, tills and stewards know of people whose
 * values overlap.
 */
#ifndef HARNESS_WORLD_H
#define HARNESS_WORLD_H

#include <stdbool.h>

#include "harness.h"

#define FEATURES_MAX 10
#define RECORDS_MAX 400
#define VERSIONS_MAX 3
#define DEEDS_MAX 32
#define VERDICTS_MAX 8
#define NAMED_MAX 4

struct feature {
	const char *kind;
	char value[48];
};

struct version {
	int64_t time;
	struct feature features[FEATURES_MAX];
	size_t count;
};

/* A row of a source: versions that stay, versions that a removal takes. */
struct row {
	struct version kept[VERSIONS_MAX], lost[VERSIONS_MAX];
	size_t kept_count, lost_count;
	char key[24];
};

/* Something that somebody without a row did. */
struct deed {
	struct version who;	/* its time is when it happened */
	size_t row;		/* SIZE_MAX: inline */
};

struct verdict {
	int32_t what;
	size_t rows[NAMED_MAX];	/* the last one is the other side */
	size_t count;
};

struct world {
	struct row rows[RECORDS_MAX];
	size_t row_count;
	struct deed deeds[DEEDS_MAX];
	size_t deed_count;
	struct verdict verdicts[VERDICTS_MAX];
	size_t verdict_count;
	bool erasing;		/* now and then somebody wants to go */
};

enum shape {
	SMALL,		/* a few people whose values overlap */
	COMMON,		/* a value under more names than one can mean */
	MANY_WAYS,	/* one customer seen in a hundred ways */
	CROWD,		/* hundreds of few names under one value */
	SHAPES
};

size_t pick(struct harness *, size_t below);
/* True once in n times. */
bool once_in(struct harness *, size_t n);
void world_make(struct harness *, struct world *, enum shape);

#endif
