/*
 * The model of a handle: weights made of the rates that the governing model
 * fact gives, or of the defaults; and the look-up of frequent values.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/model_fact.h"

struct source_weight {
	int64_t term;
	int32_t bits;
};

/* What a model says value by value.  Places begin with 1. */
struct omni__valued {
	struct omni__frequency *entries;
	struct omni__weight *weights;
	uint8_t *named;		/* whose levels an attribute's value has */
	size_t count;
	uint32_t *slots;	/* places, 0: free; open addressing */
	size_t mask;
	struct omni__weight level[OMNI__NAMED_MAX + 1][OMNI__LEVELS];
	struct source_weight sources[OMNI__SOURCES_MAX];
	size_t source_count;
	int32_t apart;		/* from two sources */
};

/* What hangs at db->identity. */
struct held {
	struct omni__model model;
	struct omni__valued valued;
	struct omni__learned learned;
	struct omni__arena arena;
	struct omni__governing governing;
	uint64_t looked;	/* in which transaction it was found so */
};

/* ---- weights of rates ----------------------------------------------- */

const int64_t omni__step_holders[OMNI__STEP_COMMON] = { 1, 4, 16 };

struct omni__weight
omni__rate_weight(uint32_t same, uint32_t others, uint32_t household)
{
	uint64_t m = same, u = others, h = household;
	struct omni__weight w = {
		omni__log2_ratio(m, u),
		omni__log2_ratio(m * 1000, (1000 - h) * u + h * m)
	};

	return w;
}

struct omni__weight
omni__holder_weight(const struct omni__rates *rates, int64_t population,
    int64_t holders)
{
	uint64_t whole = OMNI__WHOLE;
	uint64_t others = (uint64_t)holders * whole / (uint64_t)population;

	/* More would say that few hold anything else. */
	if (others > whole / 2)
		others = whole / 2;
	return omni__rate_weight(rates->same[OMNI__EXACT],
	    others > 0 ? (uint32_t)others : 1, rates->household);
}

bool
omni__column_valued(const struct omni__model *model, int column)
{
	return column < OMNI__SOURCE && column != OMNI__GENDER &&
	    !(model->behaviour[column] & OMNI__IDENTIFIER);
}

static void
weigh_levels(const struct omni__rates *rates,
    struct omni__weight level[OMNI__LEVELS])
{
	int l;

	for (l = OMNI__EXACT; l < OMNI__LEVELS; l++)
		level[l] = omni__rate_weight(rates->same[l],
		    rates->others[l], rates->household);
}

static void
weigh_columns(struct omni__model *model, const struct omni__learned *learned)
{
	int c, s;

	memset(model, 0, sizeof(*model));
	memcpy(model->behaviour, omni__behaviour, sizeof(model->behaviour));
	model->columns = OMNI__HOST;
	for (c = 0; c < OMNI__SOURCE; c++) {
		weigh_levels(&learned->rates[c], model->level[c]);
		if (!(model->behaviour[c] & OMNI__IDENTIFIER))
			continue;
		for (s = OMNI__STEP_1; s < OMNI__STEP_COMMON; s++)
			model->exact[c][s] = omni__holder_weight(
			    &learned->rates[c], learned->population,
			    omni__step_holders[s]);
	}
	model->prior = learned->prior;
	model->join = learned->join;
	model->sure = learned->sure;
	model->edge = learned->edge;
}

/* ---- values --------------------------------------------------------- */

uint64_t
omni__value_hash(int column, const char *text, size_t size)
{
	uint64_t hash = (uint64_t)column + 1, part;
	size_t n;

	for (; size > 0; text += n, size -= n) {
		n = size < sizeof(part) ? size : sizeof(part);
		part = 0;
		memcpy(&part, text, n);
		hash = (hash ^ part) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return hash;
}

/* The slot where it is or would be. */
static uint32_t *
slot_of(const struct omni__valued *valued, int column, const char *text,
    size_t size)
{
	size_t at = (size_t)omni__value_hash(column, text, size) & valued->mask;

	for (;; at = (at + 1) & valued->mask) {
		uint32_t *slot = &valued->slots[at];
		const struct omni__frequency *entry;

		if (*slot == 0)
			return slot;
		entry = &valued->entries[*slot];
		if (entry->column == column && entry->size == size &&
		    memcmp(entry->text, text, size) == 0)
			return slot;
	}
}

uint32_t
omni__model_value(const struct omni__model *model, int column,
    const char *text, size_t size)
{
	const struct omni__valued *valued = model->valued;
	const char *eq;
	uint32_t place;

	if (valued == NULL || valued->count == 0)
		return 0;
	place = *slot_of(valued, column, text, size);
	if (place != 0 || column != OMNI__ATTR)
		return place;
	/* Not a frequent value, but an attribute that is known. */
	eq = memchr(text, '=', size);
	return eq != NULL ? *slot_of(valued, column, text,
	    (size_t)(eq - text) + 1) : 0;
}

/* Sought when it is asked for first: most pairs differ. */
static uint32_t
place_of(const struct omni__model *model, const struct omni__item *item)
{
	if (item->value == OMNI__VALUE_UNKNOWN)
		((struct omni__item *)(uintptr_t)item)->value =
		    omni__model_value(model, item->column, item->text,
		    item->size);
	return item->value;
}

const struct omni__weight *
omni__value_weight(const struct omni__model *model,
    const struct omni__item *item, int column, int level)
{
	const struct omni__valued *valued = model->valued;
	uint32_t place;

	if (level != OMNI__EXACT && column != OMNI__ATTR)
		return &model->level[column][level];
	place = place_of(model, item);
	if (place == 0)
		return &model->level[column][level];
	if (level == OMNI__EXACT)
		return &valued->weights[place];
	return &valued->level[valued->named[place]][level];
}

/* The rates that an attribute's text "name=..." has. */
static size_t
named_of(const struct omni__learned *learned, const char *text, size_t size)
{
	const char *eq = memchr(text, '=', size);
	size_t i, length = eq != NULL ? (size_t)(eq - text) : size;

	for (i = 0; i < learned->named_count; i++)
		if (strlen(learned->named[i].name) == length &&
		    memcmp(learned->named[i].name, text, length) == 0)
			return i + 1;
	return 0;
}

static void
add_value(struct held *held, const struct omni__frequency *value)
{
	struct omni__valued *valued = &held->valued;
	const struct omni__learned *learned = &held->learned;
	size_t place = valued->count + 1, named = 0;
	const struct omni__rates *rates = &learned->rates[value->column];
	uint32_t *slot = slot_of(valued, value->column, value->text,
	    value->size);

	if (*slot != 0)
		return;
	if (value->column == OMNI__ATTR)
		named = named_of(learned, value->text, value->size);
	if (named > 0)
		rates = &learned->named[named - 1].rates;
	valued->entries[place] = *value;
	valued->named[place] = (uint8_t)named;
	valued->weights[place] = omni__rate_weight(rates->same[OMNI__EXACT],
	    value->rate, rates->household);
	*slot = (uint32_t)place;
	valued->count = place;
}

/* What an attribute's values weigh that are not listed. */
static omni_status
add_named(struct held *held, size_t i)
{
	const struct omni__named_rates *named = &held->learned.named[i];
	struct omni__frequency rest = { .column = OMNI__ATTR };
	char *text = omni__arena_printf(&held->arena, "%s=", named->name);

	if (text == NULL)
		return OMNI_NOMEM;
	rest.text = text;
	rest.size = strlen(text);
	rest.rate = named->rates.others[OMNI__EXACT];
	weigh_levels(&named->rates, held->valued.level[i + 1]);
	add_value(held, &rest);
	return OMNI_OK;
}

static omni_status
make_values(struct held *held)
{
	const struct omni__learned *learned = &held->learned;
	struct omni__valued *valued = &held->valued;
	size_t i, n = learned->value_count + learned->named_count + 1;
	size_t room = 16;
	omni_status status = OMNI_OK;

	while (room < 2 * n)
		room *= 2;
	valued->mask = room - 1;
	valued->slots = omni__arena_zero(&held->arena,
	    room * sizeof(*valued->slots));
	valued->entries = omni__arena_alloc(&held->arena,
	    n * sizeof(*valued->entries));
	valued->weights = omni__arena_alloc(&held->arena,
	    n * sizeof(*valued->weights));
	valued->named = omni__arena_alloc(&held->arena, n);
	if (valued->slots == NULL || valued->entries == NULL ||
	    valued->weights == NULL || valued->named == NULL)
		return OMNI_NOMEM;
	for (i = 0; i < learned->named_count && status == OMNI_OK; i++)
		status = add_named(held, i);
	weigh_levels(&learned->rates[OMNI__ATTR], valued->level[0]);
	for (i = 0; i < learned->value_count; i++)
		add_value(held, &learned->values[i]);
	return status;
}

static int
compare_frequencies(const void *left, const void *right)
{
	const struct omni__frequency *a = left, *b = right;
	int order;

	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	if (a->rate != b->rate)
		return a->rate > b->rate ? -1 : 1;
	order = memcmp(a->text, b->text,
	    a->size < b->size ? a->size : b->size);
	if (order != 0)
		return order;
	return a->size < b->size ? -1 : a->size > b->size;
}

void
omni__frequencies_sort(struct omni__frequency *values, size_t count)
{
	if (count > 0)
		qsort(values, count, sizeof(*values), compare_frequencies);
}

/* ---- sources -------------------------------------------------------- */

/* Their words are made when the model is stored, so that each handle finds
 * the same. */
static omni_status
find_sources(struct omni *db, struct held *held)
{
	omni_status status = OMNI_OK;
	size_t i;

	held->valued.source_count = 0;
	held->valued.apart = 0;
	for (i = 0; i < held->learned.source_count; i++) {
		const struct omni__source_rate *rate =
		    &held->learned.sources[i];
		int32_t bits = omni__log2_ratio(rate->same, rate->others);
		struct source_weight *source =
		    &held->valued.sources[held->valued.source_count];

		if (rate->name == NULL) {
			held->valued.apart = bits;
			continue;
		}
		status = omni__term_find(db, rate->name, &source->term);
		if (status != OMNI_OK)
			return status;
		source->bits = bits;
		held->valued.source_count++;
	}
	return status;
}

static const struct source_weight *
source_of(const struct omni__valued *valued, int64_t term)
{
	size_t i;

	for (i = 0; i < valued->source_count; i++)
		if (valued->sources[i].term == term)
			return &valued->sources[i];
	return NULL;
}

int32_t
omni__model_sources(const struct omni__model *model, int64_t a, int64_t b)
{
	const struct source_weight *x, *y;

	if (model->valued == NULL || model->valued->source_count == 0 ||
	    a == 0 || b == 0)
		return 0;
	/* Of a source that came later nothing is known. */
	x = source_of(model->valued, a);
	y = a == b ? x : source_of(model->valued, b);
	if (x == NULL || y == NULL)
		return 0;
	return a == b ? x->bits : model->valued->apart;
}

/* ---- the handle's --------------------------------------------------- */

static void
drop(struct omni *db)
{
	struct held *held = db->identity;

	db->identity = NULL;
	if (held == NULL)
		return;
	omni__arena_free(&held->arena);
	omni__free(&db->env, held);
}

void
omni__model_forget(struct omni *db)
{
	drop(db);
}

static omni_status
read_learned(struct omni *db, struct held *held)
{
	struct omni__fact fact;
	omni_status status;

	if (held->governing.fact == 0) {
		status = omni__learned_default(&held->arena, &held->learned);
		return status == OMNI_OK ? status : omni__nomem(&db->error);
	}
	status = omni__facts_read(db, &held->governing.fact, 1, &fact);
	if (status != OMNI_OK)
		return status;
	if (fact.noun != OMNI__FACT_MODEL || fact.body == NULL)
		return omni__fail(&db->error, OMNI_CORRUPT,
		    "the governing model is not among the facts: rebuild "
		    "the store");
	return omni__learned_read(&db->error, &held->arena, fact.body,
	    strlen(fact.body), &held->learned);
}

static omni_status
load(struct omni *db, const struct omni__governing *governing)
{
	struct held *held;
	omni_status status;

	drop(db);
	held = omni__realloc(&db->env, NULL, sizeof(*held));
	if (held == NULL)
		return omni__nomem(&db->error);
	memset(held, 0, sizeof(*held));
	held->arena.env = &db->env;
	held->governing = *governing;
	db->identity = held;
	db->identity_free = drop;
	status = read_learned(db, held);
	if (status == OMNI_OK && make_values(held) != OMNI_OK)
		status = omni__nomem(&db->error);
	if (status == OMNI_OK)
		status = find_sources(db, held);
	if (status != OMNI_OK)
		drop(db);
	return status;
}

/* Looks once in each transaction which model governs. */
static omni_status
hold(struct omni *db)
{
	struct held *held = db->identity;
	struct omni__governing governing;
	omni_status status;

	if (held != NULL && held->looked == db->transaction)
		return OMNI_OK;
	status = omni__governing(db, &governing);
	if (status == OMNI_OK && (held == NULL ||
	    memcmp(&governing, &held->governing, sizeof(governing)) != 0))
		status = load(db, &governing);
	if (status == OMNI_OK)
		((struct held *)db->identity)->looked = db->transaction;
	return status;
}

omni_status
omni__model(struct omni *db, const struct omni__model **out)
{
	const struct omni__kinds *kinds;
	struct held *held;
	omni_status status = hold(db);

	if (status == OMNI_OK)
		status = omni__kinds(db, &kinds);
	if (status != OMNI_OK)
		return status;
	held = db->identity;
	if (held->model.valued == NULL ||
	    held->model.kinds != kinds->digest) {
		weigh_columns(&held->model, &held->learned);
		held->model.valued = &held->valued;
		omni__kinds_weigh(kinds,
		    (uint64_t)held->learned.population, &held->model);
	}
	*out = &held->model;
	return OMNI_OK;
}

omni_status
omni__model_learned(struct omni *db, const struct omni__learned **learned)
{
	omni_status status = hold(db);

	if (status == OMNI_OK)
		*learned = &((struct held *)db->identity)->learned;
	return status;
}
