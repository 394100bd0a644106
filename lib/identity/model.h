/*
 * Inside the identity room: what a record is made of once normalised, and
 * how much two of them weigh as one person.
 */
#ifndef OMNI_MODEL_H
#define OMNI_MODEL_H

#include "identity/identity.h"

/* ---- columns of evidence (kind.c) ----------------------------------- */

/* Stored in omni_record.features: numbers stay, rebuild when they change. */
enum omni__column {
	OMNI__GIVEN, OMNI__FAMILY, OMNI__OTHER, OMNI__BIRTH, OMNI__GENDER,
	OMNI__EMAIL, OMNI__PHONE, OMNI__LOYALTY, OMNI__ACCOUNT,
	OMNI__NATIONAL_ID, OMNI__STREET, OMNI__NUMBER, OMNI__POSTCODE,
	OMNI__CITY, OMNI__EXTRA, OMNI__REGION, OMNI__ORG, OMNI__ATTR,
	OMNI__SOURCE,		/* no feature: which registers tell of it */
	OMNI__HOST,		/* kinds that hosts define, by name */
	OMNI__COLUMNS = OMNI__HOST + 12
};
#define OMNI__HOSTS (OMNI__COLUMNS - OMNI__HOST)

/* How host kinds' values are compared when they are not equal. */
enum omni__comparator {
	OMNI__COMPARE_EXACT, OMNI__COMPARE_CODE, OMNI__COMPARE_WORDS,
	OMNI__COMPARE_NAME, OMNI__COMPARE_DATE, OMNI__COMPARE_EMAIL,
	OMNI__COMPARE_STREET, OMNI__COMPARE_POSTCODE,
	OMNI__COMPARATORS
};

enum omni__behaviour {
	OMNI__IDENTIFIER = 1,	/* points at a person by itself: a key */
	OMNI__ADDRESS = 2,	/* part of one postal address */
	OMNI__VETO = 4		/* who differ there are two */
};

typedef omni_status (*omni__normalise_fn)(struct omni__buf *,
    const char *value, size_t size, const char *region);

/* A kind of feature as hosts name it. */
struct omni__kind {
	const char *name;
	omni__normalise_fn normalise;
	int column;		/* -1: kept, but no evidence (devices) */
	int32_t rule;		/* OMNI_RULE_*: which value survives */
};

/* A built-in one, or NULL; "attr.*" gives the entry of "attr". */
const struct omni__kind *omni__kind_find(const char *name);
/* May a kind be called so?  A built-in one's name, "attr." and anything, or
 * small letters, digits, '.', '_' and '-' after a letter. */
bool omni__kind_named(const char *name);
/* Normalisers by name, NULL behind the last. */
const char *omni__normaliser_name(int32_t i);
omni__normalise_fn omni__normaliser(int32_t i);
/* Of the built-in ones; omni__model.behaviour has the host's too. */
extern const uint8_t omni__behaviour[OMNI__COLUMNS];
extern const char *const omni__column_name[OMNI__COLUMNS];

/* ---- kinds of a store (kinds.c) ------------------------------------- */

#define OMNI__KIND_SIZE 64

/* A kind that the host defined. */
struct omni__host {
	char name[OMNI__KIND_SIZE];
	struct omni__kind kind;		/* its name points above */
	int32_t comparator, shared;	/* per cent of a household */
	bool identifier, exclusive, single, stable, veto;
};

/* What holds in a store: the built-in kinds as it redefines them, and those
 * of the host by name, at most OMNI__HOSTS: a function of the definitions. */
struct omni__kinds {
	uint64_t digest;		/* of all that, 0: nothing is defined */
	uint64_t evidence;		/* of what identity rests on */
	uint64_t looked;		/* in which transaction found so */
	size_t hosts;
	struct omni__host host[OMNI__HOSTS];
	uint32_t veto;			/* bit per built-in column */
	int32_t rule[32];		/* of built-in kinds, in their order */
};

/* As they hold in this transaction. */
omni_status omni__kinds(struct omni *db, const struct omni__kinds **kinds);
/* The host's or a built-in one, NULL when there is none of that name. */
const struct omni__kind *omni__kind_of(const struct omni__kinds *,
    const char *name);
int32_t omni__kind_rule(const struct omni__kinds *, const char *name);
/* The name of a column of evidence. */
const char *omni__kind_column(const struct omni__kinds *, int column);
struct omni__model;
struct omni__person;
/* Puts into a model what the kinds say of their columns: to be called last
 * when one is made.  population: how many people identifiers tell apart. */
void omni__kinds_weigh(const struct omni__kinds *, uint64_t population,
    struct omni__model *);
/* Do two say the same in all columns that have a veto?  Who does not is not
 * one with the other before all of both is looked at. */
bool omni__veto_alike(const struct omni__model *,
    const struct omni__person *, const struct omni__person *);
/* UNDEFINED when a feature is of no kind. */
omni_status omni__kinds_check(struct omni *db, const struct omni_record *);
/* ---- persons: the normalised features of a record (person.c) -------- */

/* The live count of an identifier: how many names hold it. */
enum { OMNI__STEP_1, OMNI__STEP_4, OMNI__STEP_16, OMNI__STEP_COMMON };

#define OMNI__VALUE_UNKNOWN UINT32_MAX

struct omni__item {
	uint8_t column;
	uint8_t step;		/* of identifiers */
	uint16_t size;
	uint32_t value;		/* its place among the model's frequent values,
				 * 0: it is not one; or not sought yet */
	const char *text;
	uint64_t hash;		/* of identifiers: their key */
	uint64_t letters;	/* omni__letters of the text; 0: not known */
};

struct omni__person {
	struct omni__item *items;	/* by column, then text */
	size_t count;
	uint8_t begin[OMNI__COLUMNS + 1]; /* items of column c: begin[c] to
					   * begin[c + 1] */
	int64_t mark;		/* of the name's sound, > 0; 0: nameless */
	int64_t source;		/* the term of a keyed record's source, 0 */
};

/* At most so many items in a person: enough for begin[]. */
#define OMNI__ITEMS_MAX 255

/* Normalises raw features; memory is the scratch arena's. */
omni_status omni__person_make(struct omni *db, const struct omni__raw *raw,
    size_t count, struct omni__person *person);
/* To and from the stored form. */
omni_status omni__person_pack(struct omni *db, const struct omni__person *,
    struct omni__value *blob);
omni_status omni__person_unpack(struct omni *db, const void *bytes,
    size_t size, struct omni__person *person);
/* The mark under which the holder stands at one of its keys: its name's,
 * or, negative, that of its other identifiers; 0 when it has neither. */
int64_t omni__person_mark(const struct omni *db,
    const struct omni__person *, const struct omni__item *key);
/* Equal in all normalised features? */
bool omni__person_equal(const struct omni__person *,
    const struct omni__person *);

/* ---- blocks: composite keys (block.c) ------------------------------- */

/* Two parts of what a record says, hashed together (a blocking key): who
 * shares one is looked at.  By themselves they are no evidence. */
#define OMNI__BLOCKS_MAX 40

struct omni__block {
	int64_t hash;
};

/* The blocks of a person, sorted by hash, each once. */
size_t omni__person_blocks(const struct omni *db,
    const struct omni__person *, struct omni__block out[OMNI__BLOCKS_MAX]);
/* What a record says in 62 bits; and whether two that share a block look
 * alike enough to be weighed: a function of the two alone. */
int64_t omni__person_sketch(const struct omni *db,
    const struct omni__person *);
bool omni__sketches_meet(int64_t a, int64_t b);
/* The keys under which those stand who live in the same street and have a
 * name; false when the person has no street. */
bool omni__street_range(const struct omni *db, const struct omni__person *,
    int64_t *least, int64_t *most);
/* Can two who stand there live at one address? */
bool omni__sketches_near(int64_t a, int64_t b);
/* How much they have in common, and how much not: the more the liker. */
int omni__sketches_points(int64_t a, int64_t b);

/* ---- levels of agreement (level.c) ---------------------------------- */

/* 0: not comparable; 1: exact; 2 to 6: closer to farther, by column; 7:
 * differs. */
#define OMNI__LEVELS 8
enum { OMNI__MISSING_LEVEL = 0, OMNI__EXACT = 1, OMNI__DIFFERS = 7 };

/* Attributes of one name: the best pair of values. */
struct omni__attribute {
	const struct omni__item *left, *right;
	int level;
};
#define OMNI__ATTRIBUTES_MAX 16

struct omni__levels {
	uint8_t level[OMNI__COLUMNS];
	uint8_t step[OMNI__COLUMNS];	/* of the pair that agrees exactly */
	const struct omni__item *left[OMNI__COLUMNS];
	const struct omni__item *right[OMNI__COLUMNS];
	int64_t source[2];
	size_t attributes;
	struct omni__attribute attribute[OMNI__ATTRIBUTES_MAX];
};

void omni__compare(const struct omni__model *, const struct omni__person *,
    const struct omni__person *, struct omni__levels *);
const char *omni__level_name(int column, int level);

/* ---- weights (weight.c) --------------------------------------------- */

/* Bits for one person in 1/1024: against strangers, against relatives. */
struct omni__weight {
	int32_t strangers, relatives;
};

struct omni__model {
	/* Of the columns, the host's kinds included (kind_define.c). */
	uint8_t behaviour[OMNI__COLUMNS];
	uint8_t comparator[OMNI__COLUMNS];	/* from OMNI__HOST on */
	uint8_t columns;	/* in use: none from here on */
	bool veto;		/* some column has one */
	uint64_t kinds;		/* digest of the kinds it was made with */

	struct omni__weight level[OMNI__COLUMNS][OMNI__LEVELS];
	/* Exact agreement of identifiers, by their live count. */
	struct omni__weight exact[OMNI__COLUMNS][OMNI__STEP_COMMON + 1];
	const struct omni__valued *valued;	/* value by value */
	struct omni__weight prior;
	int32_t join;		/* two customers become one from here */
	int32_t sure;		/* ... and are surely one from here */
	int32_t edge;		/* two records are candidates from here */
};

/* Evidence column by column: what each adds, after what another agreement
 * explains was taken out. */
struct omni__evidence {
	struct omni__weight column[OMNI__COLUMNS];
	uint32_t present;	/* bit per column */
};

/* The model of the store (default when none was trained). */
omni_status omni__model(struct omni *db, const struct omni__model **model);
/* The place of a normalised value among the frequent ones, 0 when it is not
 * one of them. */
uint32_t omni__model_value(const struct omni__model *, int column,
    const char *text, size_t size);
/* The weight of a level of a column where the value has that place. */
const struct omni__weight *omni__value_weight(const struct omni__model *,
    const struct omni__item *, int column, int level);
/* What it is worth, against strangers and relatives alike, that two keyed
 * records come from these sources (terms); 0 when one is inline. */
int32_t omni__model_sources(const struct omni__model *, int64_t a,
    int64_t b);
/* Is the e-mail alike only because the name is? */
bool omni__email_explained(const struct omni__levels *);
void omni__evidence(const struct omni__model *, const struct omni__levels *,
    struct omni__evidence *);
/* The weight of the evidence as a whole, priors in. */
int32_t omni__evidence_weight(const struct omni__model *,
    const struct omni__evidence *);
/* Leaves in each column what it counts for: the columns and the priors then
 * sum up to the weight. */
void omni__evidence_count(struct omni__evidence *);
/* From persons straight to the weight. */
int32_t omni__pair_weight(const struct omni__model *,
    const struct omni__person *, const struct omni__person *);
/* Probability of a weight in 1/1024 bits. */
double omni__probability(int32_t weight);

#endif
