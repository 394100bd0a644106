/*
 * Inside the identity room: learning a model from the records at hand.
 */
#ifndef OMNI_TRAIN_H
#define OMNI_TRAIN_H

#include "identity/crowd.h"
#include "identity/rates.h"

/* Called with what is done, in thousandths; a failure ends the training. */
typedef omni_status (*omni__pace_fn)(void *context, int32_t done);

/*
 * What is trained: a column, or an attribute by its name, at
 * OMNI__COLUMNS + its number.
 */
#define OMNI__FIELDS (OMNI__COLUMNS + OMNI__NAMED_MAX)

/* ---- the census: which values there are (train_census.c) ------------ */

/* A value is frequent, and may be told to others, when so many names have
 * it: nobody's own. */
#define OMNI__FREQUENT_NAMES 8

struct omni__counted {
	const char *text;
	uint32_t size;
	uint32_t records;
	uint32_t hash;
	uint32_t rate;			/* once taken */
	uint8_t field, names;
	uint32_t name[OMNI__FREQUENT_NAMES - 1];
};

struct omni__census {
	struct omni *db;
	struct omni__arena arena;
	const struct omni__model *model;
	const char *named[OMNI__NAMED_MAX];	/* "name=" */
	size_t named_count;
	struct omni__counted *values;
	size_t count, room;
	uint32_t *slots;			/* places from 1, 0: free */
	size_t mask;
	int64_t present[OMNI__FIELDS];
	/* Terms of sources and how many records each has, the largest ones;
	 * of what records there are otherwise. */
	struct { int64_t term, records; } sources[OMNI__SOURCES_MAX];
	size_t source_count;
	int64_t keyed;
};

/* Counts; the census must be freed, also after a failure. */
omni_status omni__census_take(struct omni *db,
    const struct omni__model *, const struct omni__crowd *,
    struct omni__census *);
void omni__census_free(struct omni__census *);
/* Gives each value its rate, and each column that of its unlisted ones. */
omni_status omni__census_rates(struct omni__census *, struct omni__arena *,
    struct omni__learned *);
/* The field of an item; OMNI__FIELDS when it is an attribute that is not
 * among those looked at. */
size_t omni__census_field(const struct omni__census *,
    const struct omni__item *);
/* The rate of a value that was counted, 1 otherwise. */
uint32_t omni__census_rate(const struct omni__census *, size_t field,
    const struct omni__item *);
/* The place of a source, SIZE_MAX when it is not among them. */
size_t omni__census_source(const struct omni__census *, int64_t term);

/* ---- agreement patterns (train_pattern.c) --------------------------- */

/* Codes: levels as they are, and exact agreement of values by how rare they
 * are, in half bits; of identifiers by step; of sources by place. */
#define OMNI__CODES 64
#define OMNI__CODE_EXACT 8

struct omni__pattern {
	uint32_t pairs;
	uint8_t code[];		/* by active field */
};

struct omni__patterns {
	struct omni *db;
	const struct omni__census *census;
	uint8_t field[OMNI__FIELDS];	/* the active ones */
	size_t fields, stride;
	unsigned char *rows;		/* struct omni__pattern, stride apart */
	size_t count, room;
	uint32_t *slots;
	size_t mask;
};

omni_status omni__patterns_start(struct omni__patterns *, struct omni *db,
    const struct omni__census *);
omni_status omni__patterns_add(struct omni__patterns *,
    const struct omni__person *, const struct omni__person *);
const struct omni__pattern *omni__pattern_at(const struct omni__patterns *,
    size_t i);
void omni__patterns_free(struct omni__patterns *);
/* The code that a value's rate has, and the rate that a code stands for. */
uint8_t omni__rate_code(uint32_t rate);
uint32_t omni__code_rate(uint8_t code);

/* ---- learning (train.c) --------------------------------------------- */

/* Rates from patterns of candidate pairs, of which each stands for `stride`
 * (expectation maximisation); learned holds what it begins with. */
omni_status omni__learn(struct omni *db, const struct omni__patterns *,
    const struct omni__census *, int64_t stride, struct omni__learned *,
    omni__pace_fn pace, void *context);
/* The whole of it: *learned's strings lie in the arena.  NONE when there are
 * no two keyed records. */
omni_status omni__train(struct omni *db, struct omni__arena *,
    struct omni__learned *learned, omni__pace_fn pace, void *context);

#endif
