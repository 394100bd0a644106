/*
 * The census: how many records have which value, and how many names have it.
 * What few names have goes into no model one by one: it is somebody's own.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/train.h"

/* At most so many values of a column are listed, and only those that are
 * twice as frequent as the rest: others hardly differ from it. */
#define LISTED_MAX 2000
#define LISTED_RATIO 2

/* Bytes of all that are listed, so that the model can be read again however
 * its text is escaped. */
#define LISTED_BYTES (OMNI__MODEL_MAX / 4)

/* ---- which attributes there are ------------------------------------- */

struct name_count {
	const char *text;	/* with its "=" */
	size_t size;
	int64_t records;
};

static int
by_count(const void *left, const void *right)
{
	const struct name_count *a = left, *b = right;
	int order;

	if (a->records != b->records)
		return a->records > b->records ? -1 : 1;
	order = memcmp(a->text, b->text,
	    a->size < b->size ? a->size : b->size);
	if (order != 0)
		return order;
	return a->size < b->size ? -1 : a->size > b->size;
}

#define NAMES_MAX 1024

static size_t
name_size(const struct omni__item *item)
{
	const char *eq = memchr(item->text, '=', item->size);

	return eq != NULL ? (size_t)(eq - item->text) + 1 : 0;
}

static omni_status
count_name(struct omni__map *map, struct name_count *names, size_t *count,
    const struct omni__item *item)
{
	size_t size = name_size(item), *at;
	bool found;

	/* A model names no longer ones; size counts the "=". */
	if (size < 2 || size > OMNI__ATTRIBUTE_MAX + 1)
		return OMNI_OK;
	if (*count == NAMES_MAX) {
		at = omni__map_get(map, item->text, size);
		if (at != NULL)
			names[*at].records++;
		return OMNI_OK;
	}
	at = omni__map_put(map, item->text, size, *count, &found);
	if (at == NULL)
		return OMNI_NOMEM;
	if (!found) {
		names[*count].text = item->text;
		names[*count].size = size;
		names[(*count)++].records = 0;
	}
	names[*at].records++;
	return OMNI_OK;
}

static omni_status
find_names(struct omni__census *census, const struct omni__crowd *crowd)
{
	struct omni__map map = { .arena = &census->arena };
	struct name_count *names;
	size_t i, k, count = 0;

	names = omni__arena_alloc(&census->arena, NAMES_MAX * sizeof(*names));
	if (names == NULL)
		return OMNI_NOMEM;
	for (i = 0; i < crowd->count; i++) {
		const struct omni__person *p = crowd->persons[i];

		for (k = p->begin[OMNI__ATTR]; k < p->begin[OMNI__ATTR + 1];
		    k++)
			if (count_name(&map, names, &count, &p->items[k]) !=
			    OMNI_OK)
				return OMNI_NOMEM;
	}
	if (count > 0)
		qsort(names, count, sizeof(*names), by_count);
	for (i = 0; i < count && i < OMNI__NAMED_MAX; i++) {
		census->named[i] = omni__arena_text(&census->arena,
		    names[i].text, names[i].size);
		if (census->named[i] == NULL)
			return OMNI_NOMEM;
		census->named_count = i + 1;
	}
	return OMNI_OK;
}

size_t
omni__census_field(const struct omni__census *census,
    const struct omni__item *item)
{
	size_t i, size;

	if (item->column != OMNI__ATTR)
		return item->column;
	size = name_size(item);
	for (i = 0; i < census->named_count; i++)
		if (strlen(census->named[i]) == size &&
		    memcmp(census->named[i], item->text, size) == 0)
			return OMNI__COLUMNS + i;
	return OMNI__FIELDS;
}

/* ---- values --------------------------------------------------------- */

/* Slots are places in values; grows at half full. */
static uint32_t *
slot_of(const struct omni__census *census, size_t field, const char *text,
    size_t size, uint32_t hash)
{
	size_t at = hash & census->mask;

	for (;; at = (at + 1) & census->mask) {
		uint32_t *slot = &census->slots[at];
		const struct omni__counted *value;

		if (*slot == 0)
			return slot;
		value = &census->values[*slot - 1];
		if (value->hash == hash && value->field == field &&
		    value->size == size &&
		    memcmp(value->text, text, size) == 0)
			return slot;
	}
}

static omni_status
grow(struct omni__census *census)
{
	const struct omni__env *env = &census->db->env;
	size_t room = census->slots != NULL ? 2 * (census->mask + 1) : 4096;
	uint32_t *slots = omni__realloc(env, NULL, room * sizeof(*slots));
	size_t i, at;

	if (slots == NULL)
		return OMNI_NOMEM;
	memset(slots, 0, room * sizeof(*slots));
	for (i = 0; i < census->count; i++) {
		at = census->values[i].hash & (room - 1);
		while (slots[at] != 0)
			at = (at + 1) & (room - 1);
		slots[at] = (uint32_t)(i + 1);
	}
	omni__free(env, census->slots);
	census->slots = slots;
	census->mask = room - 1;
	return OMNI_OK;
}

/* Another name that has the value; nameless records are nobody. */
static void
note_name(struct omni__counted *value, int64_t mark)
{
	uint32_t name = (uint32_t)mark ^ (uint32_t)(mark >> 32);
	size_t i;

	if (mark == 0 || value->names == OMNI__FREQUENT_NAMES)
		return;
	for (i = 0; i < value->names; i++)
		if (value->name[i] == name)
			return;
	if (value->names < OMNI__FREQUENT_NAMES - 1)
		value->name[value->names] = name;
	value->names++;
}

static omni_status
count_value(struct omni__census *census, size_t field,
    const struct omni__item *item, int64_t mark)
{
	uint32_t hash = (uint32_t)omni__value_hash((int)field, item->text,
	    item->size);
	struct omni__counted *value;
	uint32_t *slot;

	if ((census->slots == NULL || 2 * census->count > census->mask) &&
	    grow(census) != OMNI_OK)
		return OMNI_NOMEM;
	slot = slot_of(census, field, item->text, item->size, hash);
	if (*slot == 0) {
		if (census->count >= UINT32_MAX - 1 ||
		    omni__grow(&census->db->env, &census->values,
		    &census->room, census->count + 1, sizeof(*value)) !=
		    OMNI_OK)
			return OMNI_NOMEM;
		value = &census->values[census->count++];
		memset(value, 0, sizeof(*value));
		value->text = item->text;
		value->size = item->size;
		value->field = (uint8_t)field;
		value->hash = hash;
		*slot = (uint32_t)census->count;
	}
	value = &census->values[*slot - 1];
	value->records++;
	note_name(value, mark);
	return OMNI_OK;
}

static omni_status
count_person(struct omni__census *census, const struct omni__person *p)
{
	size_t i, last = OMNI__FIELDS, field;

	for (i = 0; i < p->count; i++) {
		const struct omni__item *item = &p->items[i];

		field = omni__census_field(census, item);
		if (field == OMNI__FIELDS)
			continue;
		census->present[field] += field != last;
		last = field;
		if (omni__column_valued(census->model, item->column) &&
		    count_value(census, field, item, p->mark) != OMNI_OK)
			return OMNI_NOMEM;
	}
	return OMNI_OK;
}

/* ---- sources -------------------------------------------------------- */

static void
count_source(struct omni__census *census, int64_t term)
{
	size_t i;

	if (term == 0)
		return;
	census->keyed++;
	for (i = 0; i < census->source_count; i++)
		if (census->sources[i].term == term) {
			census->sources[i].records++;
			return;
		}
	if (i == OMNI__SOURCES_MAX)
		return;
	census->sources[i].term = term;
	census->sources[i].records = 1;
	census->source_count++;
}

size_t
omni__census_source(const struct omni__census *census, int64_t term)
{
	size_t i;

	for (i = 0; i < census->source_count; i++)
		if (census->sources[i].term == term)
			return i;
	return SIZE_MAX;
}

omni_status
omni__census_take(struct omni *db, const struct omni__model *model,
    const struct omni__crowd *crowd, struct omni__census *census)
{
	size_t i;

	memset(census, 0, sizeof(*census));
	census->db = db;
	census->model = model;
	census->arena.env = &db->env;
	if (find_names(census, crowd) != OMNI_OK)
		return omni__nomem(&db->error);
	for (i = 0; i < crowd->count; i++) {
		count_source(census, crowd->persons[i]->source);
		if (count_person(census, crowd->persons[i]) != OMNI_OK)
			return omni__nomem(&db->error);
	}
	return OMNI_OK;
}

void
omni__census_free(struct omni__census *census)
{
	if (census->db == NULL)
		return;
	omni__free(&census->db->env, census->values);
	omni__free(&census->db->env, census->slots);
	omni__arena_free(&census->arena);
}

/* ---- rates ---------------------------------------------------------- */

/* As many records of the default take part as of a prior in learning. */
#define PRIOR 200

static uint32_t
whole(double rate)
{
	if (rate >= .9)
		rate = .9;
	return rate * OMNI__WHOLE < 1 ? 1 : (uint32_t)(rate * OMNI__WHOLE);
}

/* How frequent the values of a field are that few names have: what one of
 * them is expected to have, by names, so that one customer with many records
 * makes no value frequent. */
static void
find_rest(const struct omni__census *census, uint32_t *rest)
{
	double one[OMNI__FIELDS] = { 0 }, two[OMNI__FIELDS] = { 0 };
	size_t i;

	for (i = 0; i < census->count; i++) {
		const struct omni__counted *value = &census->values[i];
		double names = value->names > 0 ? value->names : 1;

		if (value->names == OMNI__FREQUENT_NAMES)
			continue;
		one[value->field] += names;
		two[value->field] += names * names;
	}
	for (i = 0; i < OMNI__FIELDS; i++)
		rest[i] = whole(((one[i] > 0 ? two[i] / one[i] : 0) + PRIOR *
		    (double)rest[i] / OMNI__WHOLE) /
		    ((double)census->present[i] + PRIOR));
}

/* The frequent ones, by field, most frequent first. */
static int
by_frequency(const void *left, const void *right)
{
	const struct omni__counted *a = *(struct omni__counted *const *)left;
	const struct omni__counted *b = *(struct omni__counted *const *)right;
	int order;

	if (a->field != b->field)
		return a->field < b->field ? -1 : 1;
	if (a->records != b->records)
		return a->records > b->records ? -1 : 1;
	order = memcmp(a->text, b->text,
	    a->size < b->size ? a->size : b->size);
	if (order != 0)
		return order;
	return a->size < b->size ? -1 : a->size > b->size;
}

/* Sets the rate of each value; the listed ones come out sorted. */
static size_t
rate_values(struct omni__census *census, const uint32_t *rest,
    struct omni__counted **listed)
{
	size_t i, n = 0, kept = 0, bytes = 0, taken[OMNI__FIELDS] = { 0 };

	for (i = 0; i < census->count; i++) {
		struct omni__counted *value = &census->values[i];
		uint32_t rate = whole((double)value->records /
		    (double)census->present[value->field]);

		value->rate = rest[value->field];
		if (value->names == OMNI__FREQUENT_NAMES &&
		    value->size <= OMNI__VALUE_MAX &&
		    rate / LISTED_RATIO >= rest[value->field]) {
			value->rate = rate;
			listed[n++] = value;
		}
	}
	if (n > 0)
		qsort(listed, n, sizeof(*listed), by_frequency);
	for (i = 0; i < n; i++) {
		struct omni__counted *value = listed[i];

		bytes += value->size;
		if (taken[value->field]++ < LISTED_MAX &&
		    kept < OMNI__FREQUENT_MAX && bytes <= LISTED_BYTES)
			listed[kept++] = value;
		else
			value->rate = rest[value->field];
	}
	return kept;
}

static omni_status
list_values(struct omni__census *census, const uint32_t *rest,
    struct omni__arena *arena, struct omni__learned *learned)
{
	struct omni__counted **listed;
	size_t i, n;

	listed = omni__arena_alloc(&census->arena,
	    (census->count + 1) * sizeof(struct omni__counted *));
	if (listed == NULL)
		return OMNI_NOMEM;
	n = rate_values(census, rest, listed);
	learned->values = omni__arena_alloc(arena,
	    (n + 1) * sizeof(*learned->values));
	if (learned->values == NULL)
		return OMNI_NOMEM;
	for (i = 0; i < n; i++) {
		struct omni__frequency *value = &learned->values[i];

		value->column = listed[i]->field >= OMNI__COLUMNS ?
		    OMNI__ATTR : listed[i]->field;
		value->size = listed[i]->size;
		value->rate = listed[i]->rate;
		value->text = omni__arena_text(arena, listed[i]->text,
		    listed[i]->size);
		if (value->text == NULL)
			return OMNI_NOMEM;
	}
	learned->value_count = n;
	omni__frequencies_sort(learned->values, n);
	return OMNI_OK;
}

/* Attributes begin with what is known of attributes as such. */
static omni_status
name_attributes(const struct omni__census *census, struct omni__arena *arena,
    struct omni__learned *learned)
{
	size_t i;

	learned->named_count = census->named_count;
	for (i = 0; i < census->named_count; i++) {
		struct omni__named_rates *named = &learned->named[i];

		named->rates = learned->rates[OMNI__ATTR];
		named->name = omni__arena_text(arena, census->named[i],
		    strlen(census->named[i]) - 1);
		if (named->name == NULL)
			return OMNI_NOMEM;
	}
	return OMNI_OK;
}

omni_status
omni__census_rates(struct omni__census *census, struct omni__arena *arena,
    struct omni__learned *learned)
{
	uint32_t rest[OMNI__FIELDS] = { 0 };
	size_t i;
	int c;

	if (name_attributes(census, arena, learned) != OMNI_OK)
		return omni__nomem(&census->db->error);
	for (c = 0; c < OMNI__SOURCE; c++)
		rest[c] = learned->rates[c].others[OMNI__EXACT];
	for (i = 0; i < census->named_count; i++)
		rest[OMNI__COLUMNS + i] =
		    learned->rates[OMNI__ATTR].others[OMNI__EXACT];
	find_rest(census, rest);
	for (c = 0; c < OMNI__SOURCE; c++)
		if (omni__column_valued(census->model, c) && c != OMNI__ATTR)
			learned->rates[c].others[OMNI__EXACT] = rest[c];
	for (i = 0; i < census->named_count; i++)
		learned->named[i].rates.others[OMNI__EXACT] =
		    rest[OMNI__COLUMNS + i];
	if (list_values(census, rest, arena, learned) != OMNI_OK)
		return omni__nomem(&census->db->error);
	return OMNI_OK;
}

uint32_t
omni__census_rate(const struct omni__census *census, size_t field,
    const struct omni__item *item)
{
	uint32_t hash = (uint32_t)omni__value_hash((int)field, item->text,
	    item->size);
	const uint32_t *slot;

	if (census->slots == NULL)
		return 1;
	slot = slot_of(census, field, item->text, item->size, hash);
	return *slot != 0 ? census->values[*slot - 1].rate : 1;
}
