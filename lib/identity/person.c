/*
 * A person: the normalised features of one record, sorted, so that equal
 * records are equal bytes; and the marks under which it holds its keys.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/model.h"
#include "text/text.h"

/* ---- collecting ----------------------------------------------------- */

struct collector {
	struct omni *db;
	const struct omni__kinds *kinds;
	struct omni__buf given, family, other;	/* tokens of all names */
	struct omni__buf full;			/* ... of full names */
	struct omni__buf work;
	struct omni__item *items;
	size_t count, room;
	const char *region;	/* where its numbers and postcodes are of */
	char country[3];	/* ... when an address says so */
};

static bool
failed(const struct collector *c)
{
	return c->given.failed || c->family.failed || c->other.failed ||
	    c->full.failed || c->work.failed;
}

static omni_status
add_item(struct collector *c, int column, const char *text, size_t size)
{
	struct omni__item *item;

	if (size == 0 || c->count == c->room)
		return OMNI_OK;
	/* What is longer has no more to say. */
	if (size > 512)
		size = 512;
	item = &c->items[c->count];
	item->column = (uint8_t)column;
	item->step = OMNI__STEP_1;
	item->size = (uint16_t)size;
	item->value = 0;
	item->text = omni__arena_text(&c->db->scratch, text, size);
	if (item->text == NULL)
		return omni__nomem(&c->db->error);
	c->count++;
	return OMNI_OK;
}

static void
join(struct omni__buf *buf, const char *tokens, size_t size)
{
	if (size == 0)
		return;
	if (buf->size > 0)
		omni__buf_char(buf, ' ');
	omni__buf_add(buf, tokens, size);
}

/* An attribute's text is "name=value": only equal names compare. */
static omni_status
add_attribute(struct collector *c, const struct omni__raw *raw)
{
	omni__buf_clear(&c->work);
	omni__buf_str(&c->work, raw->kind + 5);
	omni__buf_char(&c->work, '=');
	if (omni__fold(&c->work, raw->value, strlen(raw->value)) ==
	    OMNI_NOMEM || c->work.failed)
		return omni__nomem(&c->db->error);
	if (c->work.size == strlen(raw->kind + 5) + 1)
		return OMNI_OK;
	return add_item(c, OMNI__ATTR, c->work.bytes, c->work.size);
}

static omni_status
normalise(struct collector *c, const struct omni__kind *kind,
    const char *text, size_t size)
{
	omni_status status;

	omni__buf_clear(&c->work);
	if (kind->column == OMNI__BIRTH)
		status = omni__date_comparable(&c->work, text, size);
	else
		status = kind->normalise(&c->work, text, size,
		    kind->column == OMNI__POSTCODE ? c->region :
		    c->db->region);
	if (status == OMNI_NOMEM || c->work.failed)
		return omni__nomem(&c->db->error);
	return OMNI_OK;
}

static omni_status
add_part(struct collector *c, const char *kind_name,
    const struct omni__span *part)
{
	const struct omni__kind *kind = omni__kind_find(kind_name);
	omni_status status;

	if (part->size == 0)
		return OMNI_OK;
	status = normalise(c, kind, part->text, part->size);
	if (status != OMNI_OK)
		return status;
	return add_item(c, kind->column, c->work.bytes, c->work.size);
}

/* An address in one line, as if its parts had been told. */
static omni_status
add_address(struct collector *c, const char *value)
{
	struct omni__address a;
	omni_status status = omni__address_split(&c->db->env, value,
	    strlen(value), &a);

	if (status != OMNI_OK)
		return omni__nomem(&c->db->error);
	if ((status = add_part(c, "address.street", &a.street)) == OMNI_OK &&
	    (status = add_part(c, "address.extra", &a.extra)) == OMNI_OK &&
	    (status = add_part(c, "address.postcode", &a.postcode)) ==
	    OMNI_OK &&
	    (status = add_part(c, "address.city", &a.city)) == OMNI_OK)
		status = add_part(c, "address.region", &a.region);
	return status;
}

static omni_status
add_feature(struct collector *c, const struct omni__raw *raw)
{
	const struct omni__kind *kind = omni__kind_of(c->kinds, raw->kind);
	omni_status status;

	if (kind == NULL || kind->column < 0)
		return OMNI_OK;
	if (kind->column == OMNI__ATTR)
		return add_attribute(c, raw);
	if (strcmp(kind->name, "address.full") == 0)
		return add_address(c, raw->value);
	if (strcmp(kind->name, "name.full") == 0) {
		join(&c->full, raw->value, strlen(raw->value));
		return failed(c) ? omni__nomem(&c->db->error) : OMNI_OK;
	}
	status = normalise(c, kind, raw->value, strlen(raw->value));
	if (status != OMNI_OK || c->work.size == 0)
		return status;
	if (kind->column == OMNI__GIVEN)
		join(&c->given, c->work.bytes, c->work.size);
	else if (kind->column == OMNI__FAMILY)
		join(&c->family, c->work.bytes, c->work.size);
	else
		return add_item(c, kind->column, c->work.bytes,
		    c->work.size);
	return failed(c) ? omni__nomem(&c->db->error) : OMNI_OK;
}

/* The country of the addresses, where one is told; and how many items there
 * will be at most: a line of an address may become five, a street two. */
static omni_status
survey(struct collector *c, const struct omni__raw *raw, size_t count)
{
	struct omni__address address;
	omni_status status = OMNI_OK;
	size_t i;

	c->region = c->db->region;
	c->room = count + 4;
	for (i = 0; i < count && status != OMNI_NOMEM; i++) {
		const char *kind = raw[i].kind, *value = raw[i].value;

		c->country[0] = '\0';
		if (strncmp(kind, "address.", 8) != 0)
			continue;
		c->room++;
		if (strcmp(kind, "address.country") == 0)
			status = omni__country_find(&c->db->env, value,
			    strlen(value), c->country);
		else if (strcmp(kind, "address.full") == 0) {
			c->room += 5;
			status = omni__address_split(&c->db->env, value,
			    strlen(value), &address);
			memcpy(c->country, address.country,
			    sizeof(c->country));
		}
		if (c->country[0] != '\0') {
			c->region = c->country;
			break;
		}
	}
	for (; i < count; i++)
		c->room += 6;
	if (c->room > OMNI__ITEMS_MAX)
		c->room = OMNI__ITEMS_MAX;
	return status == OMNI_NOMEM ? omni__nomem(&c->db->error) : OMNI_OK;
}

/* The number of the house, where the street's line holds it. */
static void
split_streets(struct collector *c)
{
	struct omni__span street, number;
	size_t i, count = c->count;

	for (i = 0; i < count; i++)
		if (c->items[i].column == OMNI__NUMBER)
			return;
	for (i = 0; i < count && c->count < c->room; i++) {
		struct omni__item *item = &c->items[i];

		if (item->column != OMNI__STREET || !omni__street_split(
		    item->text, item->size, &street, &number))
			continue;
		c->items[c->count] = *item;
		c->items[c->count].column = OMNI__NUMBER;
		c->items[c->count].text = number.text;
		c->items[c->count++].size = (uint16_t)number.size;
		item->text = street.text;
		item->size = (uint16_t)street.size;
	}
}

/* Is the token (up to a blank or the end) one of tokens? */
static bool
has_token(const struct omni__buf *tokens, const char *token, size_t size)
{
	const char *at = tokens->bytes, *end;

	if (tokens->size == 0)
		return false;
	for (end = at + tokens->size; at < end;) {
		const char *blank = memchr(at, ' ', (size_t)(end - at));
		size_t length = (size_t)((blank ? blank : end) - at);

		if (length == size && memcmp(at, token, size) == 0)
			return true;
		at += length + 1;
	}
	return false;
}

/* Tokens of the full name that are neither given nor family name. */
static void
other_tokens(struct collector *c, const char *at, size_t size)
{
	const char *end = at + size;

	while (at < end) {
		const char *blank = memchr(at, ' ', (size_t)(end - at));
		size_t length = (size_t)((blank ? blank : end) - at);

		if (length > 0 && !has_token(&c->given, at, length) &&
		    !has_token(&c->family, at, length) &&
		    !has_token(&c->other, at, length))
			join(&c->other, at, length);
		at += length + 1;
	}
}

/* The family name of a full one, without what joins it. */
static omni_status
split_full_name(struct collector *c)
{
	omni_status status;

	omni__buf_clear(&c->work);
	status = omni__name_split(&c->given, &c->other, &c->work,
	    c->full.bytes, c->full.size);
	if (status != OMNI_NOMEM && c->work.size > 0)
		status = omni__name_core(&c->family, c->work.bytes,
		    c->work.size);
	return status;
}

/* A full name stands for given and family where those are not told. */
static omni_status
use_full_name(struct collector *c)
{
	omni_status status;

	if (c->full.size == 0)
		return OMNI_OK;
	if (c->given.size == 0 && c->family.size == 0)
		status = split_full_name(c);
	else {
		const struct omni__kind *family =
		    omni__kind_find("name.family");

		omni__buf_clear(&c->work);
		status = family->normalise(&c->work, c->full.bytes,
		    c->full.size, c->db->region);
		if (status == OMNI_OK && c->work.size > 0)
			other_tokens(c, c->work.bytes, c->work.size);
	}
	if (status == OMNI_NOMEM || failed(c))
		return omni__nomem(&c->db->error);
	return OMNI_OK;
}

static int
compare_items(const void *left, const void *right)
{
	const struct omni__item *a = left, *b = right;
	int order;

	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	order = memcmp(a->text, b->text,
	    a->size < b->size ? a->size : b->size);
	if (order != 0)
		return order;
	return a->size < b->size ? -1 : a->size > b->size;
}

/* ---- keys and marks ------------------------------------------------- */

static uint64_t
item_key(const struct omni *db, const struct omni__item *item)
{
	char bytes[520];

	bytes[0] = (char)('0' + item->column);
	memcpy(bytes + 1, item->text, item->size);
	return omni__hash64(db->tenant_key, bytes, (size_t)item->size + 1);
}

static const char *
last_token(const struct omni__item *item, size_t *size)
{
	size_t at = item->size;

	while (at > 0 && item->text[at - 1] != ' ')
		at--;
	*size = item->size - at;
	return item->text + at;
}

/* Sounds, not letters: a typing error is no second holder. */
static int64_t
name_mark(const struct omni *db, const struct omni__person *person)
{
	const struct omni__item *given = NULL, *family = NULL;
	char sounds[12] = { 0 };
	const char *text;
	uint64_t hash;
	size_t size;

	if (person->begin[OMNI__GIVEN] < person->begin[OMNI__GIVEN + 1])
		given = &person->items[person->begin[OMNI__GIVEN]];
	if (person->begin[OMNI__FAMILY] < person->begin[OMNI__FAMILY + 1])
		family = &person->items[person->begin[OMNI__FAMILY]];
	if (given == NULL && family == NULL)
		return 0;
	if (given != NULL)
		omni__soundex(sounds, given->text, given->size);
	if (family != NULL) {
		text = last_token(family, &size);
		omni__soundex(sounds + 5, text, size);
	}
	hash = omni__hash64(db->tenant_key, sounds, sizeof(sounds));
	return (int64_t)(hash >> 1 | 1);
}

/* Fills what follows from sorted items: columns, keys, the mark. */
static void
finish(const struct omni *db, const struct omni__model *model,
    struct omni__person *person)
{
	size_t i = 0;
	int c;

	for (c = 0; c <= OMNI__COLUMNS; c++) {
		while (i < person->count && person->items[i].column < c)
			i++;
		person->begin[c] = (uint8_t)i;
	}
	for (i = 0; i < person->count; i++) {
		struct omni__item *item = &person->items[i];
		bool key = (model->behaviour[item->column] &
		    OMNI__IDENTIFIER) != 0;

		item->hash = key ? item_key(db, item) : 0;
		item->letters = omni__letters(item->text, item->size);
		item->value = key ? 0 : OMNI__VALUE_UNKNOWN;
	}
	person->mark = name_mark(db, person);
}

int64_t
omni__person_mark(const struct omni *db, const struct omni__person *person,
    const struct omni__item *key)
{
	uint64_t hashes[OMNI__ITEMS_MAX], hash;
	size_t i, n = 0;

	if (person->mark != 0)
		return person->mark;
	for (i = 0; i < person->count; i++)
		if (person->items[i].hash != 0 &&
		    person->items[i].hash != key->hash)
			hashes[n++] = person->items[i].hash;
	if (n == 0)
		return 0;
	hash = omni__hash64(db->tenant_key, hashes, n * sizeof(*hashes));
	return -(int64_t)(hash >> 1 | 1);
}

/* ---- making, packing ------------------------------------------------ */

static omni_status
finish_names(struct collector *c)
{
	omni_status status = use_full_name(c);

	if (status == OMNI_OK)
		status = add_item(c, OMNI__GIVEN, c->given.bytes,
		    c->given.size);
	if (status == OMNI_OK)
		status = add_item(c, OMNI__FAMILY, c->family.bytes,
		    c->family.size);
	if (status == OMNI_OK)
		status = add_item(c, OMNI__OTHER, c->other.bytes,
		    c->other.size);
	return status;
}

static size_t
unique_items(struct omni__item *items, size_t count)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++)
		if (kept == 0 ||
		    compare_items(&items[kept - 1], &items[i]) != 0)
			items[kept++] = items[i];
	return kept;
}

omni_status
omni__person_make(struct omni *db, const struct omni__raw *raw, size_t count,
    struct omni__person *person)
{
	const struct omni__buf empty = { .env = &db->env };
	struct collector c = { .db = db, .given = empty, .family = empty,
	    .other = empty, .full = empty, .work = empty };
	const struct omni__model *model;
	omni_status status;
	size_t i;

	memset(person, 0, sizeof(*person));
	status = omni__model(db, &model);
	if (status == OMNI_OK)
		status = omni__kinds(db, &c.kinds);
	if (status != OMNI_OK)
		return status;
	status = survey(&c, raw, count);
	if (status != OMNI_OK)
		return status;
	c.items = omni__arena_alloc(&db->scratch,
	    c.room * sizeof(*c.items));
	if (c.items == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++)
		status = add_feature(&c, &raw[i]);
	if (status == OMNI_OK)
		status = finish_names(&c);
	if (status == OMNI_OK) {
		split_streets(&c);
		qsort(c.items, c.count, sizeof(*c.items), compare_items);
		person->items = c.items;
		person->count = unique_items(c.items, c.count);
		finish(db, model, person);
	}
	omni__buf_free(&c.given);
	omni__buf_free(&c.family);
	omni__buf_free(&c.other);
	omni__buf_free(&c.full);
	omni__buf_free(&c.work);
	return status;
}

/* Each item: column, step, size (two bytes, low first), text. */
omni_status
omni__person_pack(struct omni *db, const struct omni__person *person,
    struct omni__value *blob)
{
	unsigned char *bytes, *at;
	size_t i, size = 0;

	for (i = 0; i < person->count; i++)
		size += 4 + (size_t)person->items[i].size;
	at = bytes = omni__arena_alloc(&db->scratch, size + 1);
	if (bytes == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < person->count; i++) {
		const struct omni__item *item = &person->items[i];

		*at++ = item->column;
		*at++ = item->step;
		*at++ = (unsigned char)(item->size & 255);
		*at++ = (unsigned char)(item->size >> 8);
		memcpy(at, item->text, item->size);
		at += item->size;
	}
	*blob = omni__blob(bytes, size);
	return OMNI_OK;
}

static omni_status
damaged(struct omni *db)
{
	return omni__fail(&db->error, OMNI_CORRUPT,
	    "a record's stored features are damaged: rebuild the store");
}

/* How many items the bytes hold, if they are sound. */
static size_t
count_items(const unsigned char *at, const unsigned char *end)
{
	size_t count = 0, size;

	for (; end - at >= 4 && count < OMNI__ITEMS_MAX; count++) {
		size = 4 + (size_t)(at[2] | at[3] << 8);
		if ((size_t)(end - at) < size)
			break;
		at += size;
	}
	return count;
}

omni_status
omni__person_unpack(struct omni *db, const void *memory, size_t size,
    struct omni__person *person)
{
	const unsigned char *at = memory, *end = at + size;
	size_t count = 0, room = count_items(at, end);
	const struct omni__model *model;
	omni_status status = omni__model(db, &model);

	memset(person, 0, sizeof(*person));
	if (status != OMNI_OK)
		return status;
	person->items = omni__arena_alloc(&db->scratch,
	    room * sizeof(*person->items));
	if (person->items == NULL)
		return omni__nomem(&db->error);
	while (at < end) {
		struct omni__item *item = &person->items[count];

		if (count == room || end - at < 4)
			return damaged(db);
		item->column = at[0];
		item->step = at[1];
		item->size = (uint16_t)(at[2] | at[3] << 8);
		item->value = 0;
		item->text = (const char *)at + 4;
		at += 4;
		if (item->column >= OMNI__COLUMNS || item->size > 512 ||
		    item->step > OMNI__STEP_COMMON ||
		    (size_t)(end - at) < item->size || (count > 0 &&
		    compare_items(item - 1, item) >= 0))
			return damaged(db);
		at += item->size;
		count++;
	}
	person->count = count;
	finish(db, model, person);
	return OMNI_OK;
}

bool
omni__person_equal(const struct omni__person *a,
    const struct omni__person *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (compare_items(&a->items[i], &b->items[i]) != 0)
			return false;
	return true;
}
