/*
 * Inside the identity room: what a model has learned, as rates, from which
 * its weights follow.
 */
#ifndef OMNI_RATES_H
#define OMNI_RATES_H

#include "identity/model.h"

/* A whole: rates are parts of it. */
#define OMNI__WHOLE UINT32_C(1000000000)

/*
 * same: how often two records of one person are at that level; others: how
 * often those of two people are, exact agreement being that on a value that
 * is not among the frequent ones.  household: how often its members share
 * the value, in thousandths.
 */
struct omni__rates {
	uint32_t same[OMNI__LEVELS];
	uint32_t others[OMNI__LEVELS];
	uint32_t household;
};

/* How many records have a frequent value.  An attribute's text is
 * "name=value". */
struct omni__frequency {
	int column;
	const char *text;
	size_t size;
	uint32_t rate;
};

/* Attributes are learned name by name. */
struct omni__named_rates {
	const char *name;
	struct omni__rates rates;
};
#define OMNI__NAMED_MAX 32

/* Pairs of records that come from one source, or from two. */
struct omni__source_rate {
	const char *name;	/* NULL: from two */
	uint32_t same, others;
};
#define OMNI__SOURCES_MAX 48

#define OMNI__FREQUENT_MAX 20000	/* values in a model */
#define OMNI__VALUE_MAX 500	/* bytes of one of them */
#define OMNI__ATTRIBUTE_MAX 200	/* bytes of an attribute's name */

struct omni__learned {
	int64_t records;	/* it learned from; 0: it is the default */
	int64_t pairs;		/* it looked at */
	int64_t matches;	/* of them, as it believes */
	int64_t population;	/* that identifiers tell apart */
	struct omni__weight prior;
	int32_t join, sure, edge;
	struct omni__rates rates[OMNI__HOST];
	struct omni__named_rates named[OMNI__NAMED_MAX];
	size_t named_count;
	struct omni__source_rate sources[OMNI__SOURCES_MAX + 1];
	size_t source_count;
	struct omni__frequency *values;
	size_t value_count;
};

/* What holds where nothing was learned (model_default.c). */
omni_status omni__learned_default(struct omni__arena *,
    struct omni__learned *);

/* ---- weights of rates (model.c) ------------------------------------- */

struct omni__weight omni__rate_weight(uint32_t same, uint32_t others,
    uint32_t household);
/* Of an identifier that so many hold. */
struct omni__weight omni__holder_weight(const struct omni__rates *,
    int64_t population, int64_t holders);
extern const int64_t omni__step_holders[OMNI__STEP_COMMON];
uint64_t omni__value_hash(int column, const char *text, size_t size);
/* Of two records of a column that is judged value by value? */
bool omni__column_valued(const struct omni__model *, int column);
/* Sorts as a model lists them: by column, rate (high first), text. */
void omni__frequencies_sort(struct omni__frequency *, size_t count);

/* What the governing model learned, as long as the transaction lasts. */
omni_status omni__model_learned(struct omni *db,
    const struct omni__learned **);

/* ---- as text (model_write.c, model_read.c) -------------------------- */

#define OMNI__MODEL_MAX (4 << 20)	/* bytes of its JSON */

void omni__learned_write(const struct omni__learned *, struct omni__buf *);
/* INVALID names the member; the strings lie in the arena. */
omni_status omni__learned_read(struct omni__error *, struct omni__arena *,
    const char *text, size_t size, struct omni__learned *);

/* ---- as a fact (model_fact.c) --------------------------------------- */

/* Stores what was learned, and resolves everybody anew. */
omni_status omni__learned_put(struct omni *db, const struct omni__learned *,
    int64_t *fact);

#endif
