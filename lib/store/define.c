/*
 * What channels, purposes, kinds and the other definitions share: a checked
 * name, a table of fields, and the way into a fact's body and back.
 */
#define _GNU_SOURCE
#include <string.h>

#include <jansson.h>

#include "store/define.h"

/* ---- fields --------------------------------------------------------- */

static int32_t
number_of(const void *object, const struct omni__field *field)
{
	int32_t value;

	memcpy(&value, (const char *)object + field->offset, sizeof(value));
	return value;
}

static int64_t
time_of(const void *object, const struct omni__field *field)
{
	int64_t value;

	memcpy(&value, (const char *)object + field->offset, sizeof(value));
	return value;
}

static const char *
text_of(const void *object, const struct omni__field *field)
{
	const char *value;

	memcpy(&value, (const char *)object + field->offset, sizeof(value));
	return value;
}

static const struct omni__names *
names_of(const void *object, const struct omni__field *field)
{
	return (const struct omni__names *)(const void *)
	    ((const char *)object + field->offset);
}

static void
set_text(void *object, const struct omni__field *field, const char *value)
{
	memcpy((char *)object + field->offset, &value, sizeof(value));
}

/* What holds where nothing is told; the object is zeroed. */
static void
preset(void *object, const struct omni__sort *sort)
{
	const int64_t unknown = OMNI_TIME_UNKNOWN;
	size_t i;

	for (i = 0; i < sort->count; i++) {
		const struct omni__field *field = &sort->fields[i];
		char *place = (char *)object + field->offset;

		if (field->type == OMNI__FIELD_NUMBER)
			memcpy(place, &field->preset, sizeof(field->preset));
		else if (field->type == OMNI__FIELD_TEXT)
			set_text(object, field, field->text);
		else if (field->type == OMNI__FIELD_TIME)
			memcpy(place, &unknown, sizeof(unknown));
	}
}

/* ---- making --------------------------------------------------------- */

const char *
omni__sort_called(const struct omni__sort *sort)
{
	return sort->called != NULL ? sort->called : "name";
}

/* Ends of lines and tabs are fine, all else as in any text. */
static omni_status
check_lines(struct omni__object *object, const char *name,
    const char *value)
{
	size_t i, size = strnlen(value, OMNI_TEXT_MAX + 1);
	char *flat = omni__arena_text(&object->arena, value, size);

	if (flat == NULL)
		return omni__nomem(&object->error);
	for (i = 0; i < size; i++)
		if (flat[i] == '\n' || flat[i] == '\t')
			flat[i] = ' ';
	return omni__text_check(&object->error, name, flat);
}

static omni_status
checked_text(struct omni__object *object, const struct omni__field *field,
    const char *value, const char **copy)
{
	omni_status status = field->lines && value != NULL ?
	    check_lines(object, field->name, value) :
	    omni__text_check(&object->error, field->name, value);
	char *text;

	if (status != OMNI_OK)
		return status;
	text = omni__arena_strdup(&object->arena, value);
	if (text == NULL)
		return omni__nomem(&object->error);
	if (field->check != NULL)
		status = field->check(&object->error, field->name, text);
	if (status == OMNI_OK)
		*copy = text;
	return status;
}

void *
omni__definition_new(const struct omni__sort *sort, const char *name)
{
	const struct omni__field field = {
		.name = omni__sort_called(sort),
		.check = sort->check,
	};
	struct omni__definition *d = omni__object_new(NULL, sort->size);

	if (d == NULL)
		return NULL;
	preset(d, sort);
	d->time = OMNI_NOW;
	if (checked_text(&d->object, &field, name, &d->name) == OMNI_NOMEM) {
		omni__object_free(d);
		return NULL;
	}
	d->flaw = d->object.error;
	return d;
}

omni_status
omni__definition_number(struct omni__definition *d,
    const struct omni__field *field, int32_t value)
{
	if (d == NULL)
		return OMNI_MISUSE;
	if (field->low == 0 && field->high == 1)
		value = value != 0;
	if (value < field->low || value > field->high)
		return omni__fail(&d->object.error, OMNI_INVALID,
		    "%s is %d: it is from %d to %d", field->name, value,
		    field->low, field->high);
	memcpy((char *)d + field->offset, &value, sizeof(value));
	return OMNI_OK;
}

omni_status
omni__definition_word(struct omni__definition *d,
    const struct omni__field *field, const char *word)
{
	omni_status status;
	int32_t i;

	if (d == NULL)
		return OMNI_MISUSE;
	status = omni__text_check(&d->object.error, field->name, word);
	if (status != OMNI_OK)
		return status;
	for (i = field->low; i <= field->high; i++)
		if (strcmp(field->words[i - field->low], word) == 0)
			return omni__definition_number(d, field, i);
	return omni__fail(&d->object.error, OMNI_INVALID,
	    "%s is none of the words it may be", field->name);
}

omni_status
omni__definition_text(struct omni__definition *d,
    const struct omni__field *field, const char *value)
{
	const char *copy = field->text;
	omni_status status = OMNI_OK;

	if (d == NULL)
		return OMNI_MISUSE;
	if (value != NULL)
		status = checked_text(&d->object, field, value, &copy);
	if (status == OMNI_OK)
		set_text(d, field, copy);
	return status;
}

/* Arenas do not grow in place; the old list is small and goes with the
 * object. */
bool
omni__names_insert(struct omni__arena *arena, struct omni__names *names,
    size_t i, const char *name)
{
	if (names->count == names->room) {
		size_t room = names->room == 0 ? 8 : names->room * 2;
		const char **items = omni__arena_alloc(arena,
		    room * sizeof(*items));

		if (items == NULL)
			return false;
		if (names->count > 0)
			memcpy(items, names->items,
			    names->count * sizeof(*items));
		names->items = items;
		names->room = room;
	}
	memmove(names->items + i + 1, names->items + i,
	    (names->count - i) * sizeof(*names->items));
	names->items[i] = name;
	names->count++;
	return true;
}

static omni_status
names_put(struct omni__object *object, const struct omni__field *field,
    struct omni__names *names, const char *name)
{
	size_t i;
	int order;

	for (i = 0; i < names->count; i++) {
		order = strcmp(names->items[i], name);
		if (order == 0)
			return OMNI_OK;
		if (field->sorted && order > 0)
			break;
	}
	if (field->most > 0 && names->count == (size_t)field->most)
		return omni__fail(&object->error, OMNI_INVALID,
		    "%s: there are %d already, and no more go in",
		    field->name, field->most);
	return omni__names_insert(&object->arena, names, i, name) ?
	    OMNI_OK : omni__nomem(&object->error);
}

omni_status
omni__definition_add(struct omni__definition *d,
    const struct omni__field *field, const char *name)
{
	const char *copy;
	omni_status status;

	if (d == NULL)
		return OMNI_MISUSE;
	status = checked_text(&d->object, field, name, &copy);
	return status != OMNI_OK ? status : names_put(&d->object, field,
	    (struct omni__names *)(void *)((char *)d + field->offset), copy);
}

omni_status
omni__definition_instant(struct omni__definition *d,
    const struct omni__field *field, int64_t time)
{
	omni_status status;

	if (d == NULL)
		return OMNI_MISUSE;
	if (time == OMNI_NOW)
		return omni__fail(&d->object.error, OMNI_INVALID,
		    "%s is now: give a time", field->name);
	status = omni__time_check(&d->object.error, field->name, time);
	if (status == OMNI_OK)
		memcpy((char *)d + field->offset, &time, sizeof(time));
	return status;
}

omni_status
omni__definition_key(struct omni__definition *d, const char *source,
    const char *key)
{
	const char *a, *b;
	omni_status status;

	if (d == NULL)
		return OMNI_MISUSE;
	status = omni__object_text(&d->object, "source", source, &a);
	if (status == OMNI_OK)
		status = omni__object_text(&d->object, "key", key, &b);
	if (status != OMNI_OK)
		return status;
	d->source = a;
	d->key = b;
	return OMNI_OK;
}

omni_status
omni__definition_time(struct omni__definition *d, int64_t time)
{
	omni_status status;

	if (d == NULL)
		return OMNI_MISUSE;
	status = omni__time_check(&d->object.error, "time", time);
	if (status == OMNI_OK)
		d->time = time;
	return status;
}

const char *
omni__definition_errmsg(const struct omni__definition *d, const char *null)
{
	if (d == NULL)
		return null;
	return d->object.error.text[0] != '\0' ? d->object.error.text :
	    "no error";
}

/* ---- into a body ---------------------------------------------------- */

static void
write_names(struct omni__buf *buf, const struct omni__names *names)
{
	size_t i;

	omni__buf_char(buf, '[');
	for (i = 0; i < names->count; i++) {
		if (i > 0)
			omni__buf_char(buf, ',');
		omni__buf_json(buf, names->items[i]);
	}
	omni__buf_char(buf, ']');
}

static void
write_field(struct omni__buf *buf, const void *object,
    const struct omni__field *field)
{
	int32_t number;

	omni__buf_json(buf, field->name);
	omni__buf_char(buf, ':');
	switch (field->type) {
	case OMNI__FIELD_TEXT:
		omni__buf_json(buf, text_of(object, field));
		break;
	case OMNI__FIELD_NAMES:
		write_names(buf, names_of(object, field));
		break;
	case OMNI__FIELD_TIME:
		omni__buf_printf(buf, "%lld",
		    (long long)time_of(object, field));
		break;
	default:
		number = number_of(object, field);
		if (field->words != NULL)
			omni__buf_json(buf,
			    field->words[number - field->low]);
		else
			omni__buf_printf(buf, "%d", number);
	}
}

static bool
is_told(const void *object, const struct omni__field *field)
{
	const char *text;
	int32_t number;

	switch (field->type) {
	case OMNI__FIELD_TEXT:
		text = text_of(object, field);
		return text != NULL && (field->text == NULL ||
		    strcmp(text, field->text) != 0);
	case OMNI__FIELD_NAMES:
		return names_of(object, field)->count > 0;
	case OMNI__FIELD_TIME:
		return time_of(object, field) != OMNI_TIME_UNKNOWN;
	default:
		number = number_of(object, field);
		return number != field->preset && number >= field->low &&
		    number <= field->high;
	}
}

static void
write_body(struct omni__buf *buf, const void *object,
    const struct omni__sort *sort)
{
	size_t i;

	omni__buf_char(buf, '{');
	for (i = 0; i < sort->count; i++) {
		const struct omni__field *field = &sort->fields[i];

		if (field->late && !is_told(object, field))
			continue;
		if (buf->size > 1)
			omni__buf_char(buf, ',');
		write_field(buf, object, field);
	}
	omni__buf_char(buf, '}');
}

static omni_status
put_definition(struct omni *db, const struct omni__definition *d,
    const struct omni__sort *sort, omni__apply_fn apply, int64_t *id)
{
	struct omni__buf body = { .env = &db->env };
	struct omni__fact fact = {
		.noun = sort->noun,
		.source = d->source,
		.key = d->key,
		.kind = d->name,
		.happened = d->time,
		.timed = d->time != OMNI_NOW && d->time != OMNI_TIME_UNKNOWN,
	};
	omni_status status;

	if (!fact.timed)
		fact.happened = omni__clock(&db->env);
	write_body(&body, d, sort);
	fact.body = body.bytes;
	status = body.failed ? omni__nomem(&db->error) :
	    omni__fact_put(db, &fact, apply, id);
	omni__buf_free(&body);
	return status;
}

omni_status
omni__definition_put(struct omni *db, const struct omni__definition *d,
    const struct omni__sort *sort, omni__apply_fn apply, int64_t *fact)
{
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (d == NULL)
		status = omni__fail(&db->error, OMNI_MISUSE,
		    "the %s is NULL", sort->name);
	else if (d->name == NULL)
		status = omni__fail(&db->error, d->flaw.status, "%s %s",
		    sort->name, d->flaw.text);
	else
		status = put_definition(db, d, sort, apply, fact);
	return omni__leave(db, status);
}

/* ---- and back ------------------------------------------------------- */

static bool
read_text(struct omni__arena *arena, const json_t *value, void *out)
{
	const char *text = json_string_value(value);
	char *copy;

	if (text == NULL)
		return true;
	copy = omni__arena_strdup(arena, text);
	memcpy(out, &copy, sizeof(copy));
	return copy != NULL;
}

static void
read_time(const json_t *value, void *out)
{
	int64_t time = json_integer_value(value);

	if (json_is_integer(value))
		memcpy(out, &time, sizeof(time));
}

static bool
read_names(struct omni__arena *arena, const json_t *value, void *out)
{
	struct omni__names names = { NULL, 0, json_array_size(value) };
	size_t i;

	names.items = omni__arena_alloc(arena,
	    (names.room + 1) * sizeof(*names.items));
	if (names.items == NULL)
		return false;
	for (i = 0; i < names.room; i++) {
		const char *name = json_string_value(
		    json_array_get(value, i));

		if (name == NULL)
			continue;
		name = omni__arena_strdup(arena, name);
		if (name == NULL)
			return false;
		names.items[names.count++] = name;
	}
	memcpy(out, &names, sizeof(names));
	return true;
}

/* A word or number that this library does not know is as if it were not
 * told. */
static void
read_number(const struct omni__field *field, const json_t *value, void *out)
{
	const char *word = json_string_value(value);
	json_int_t number = json_integer_value(value);
	int32_t i, found;

	for (i = field->low; field->words != NULL && i <= field->high; i++)
		if (word != NULL &&
		    strcmp(word, field->words[i - field->low]) == 0)
			number = i;
	if (number < field->low || number > field->high ||
	    (word == NULL && !json_is_integer(value)))
		return;
	found = (int32_t)number;
	memcpy(out, &found, sizeof(found));
}

static bool
read_field(struct omni__arena *arena, const struct omni__field *field,
    const json_t *value, void *object)
{
	void *out = (char *)object + field->offset;

	switch (field->type) {
	case OMNI__FIELD_TEXT:
		return read_text(arena, value, out);
	case OMNI__FIELD_NAMES:
		return read_names(arena, value, out);
	case OMNI__FIELD_TIME:
		read_time(value, out);
		return true;
	default:
		read_number(field, value, out);
		return true;
	}
}

static omni_status
read_body(struct omni *db, struct omni__arena *arena,
    const struct omni__fact *fact, const struct omni__sort *sort,
    void *object)
{
	struct omni__definition *d = object;
	json_t *root;
	omni_status status;
	size_t i;

	status = omni__json_body(db, fact, &root);
	if (status != OMNI_OK)
		return status;
	preset(object, sort);
	d->time = fact->happened;
	d->name = omni__arena_strdup(arena, fact->kind);
	if (d->name == NULL)
		status = omni__nomem(&db->error);
	for (i = 0; i < sort->count && status == OMNI_OK; i++)
		if (!read_field(arena, &sort->fields[i],
		    json_object_get(root, sort->fields[i].name), object))
			status = omni__nomem(&db->error);
	if (status == OMNI_OK && sort->ready != NULL &&
	    !sort->ready(arena, object))
		status = omni__nomem(&db->error);
	json_decref(root);
	return status;
}

omni_status
omni__definition_read(struct omni *db, struct omni__arena *arena,
    const struct omni__fact *fact, const struct omni__sort *sort,
    void **object)
{
	*object = omni__arena_zero(arena, sort->size);
	return *object == NULL ? omni__nomem(&db->error) :
	    read_body(db, arena, fact, sort, *object);
}

/* ---- reading -------------------------------------------------------- */

static omni_status
find_facts(struct omni *db, const struct omni__sort *sort,
    const char *const *names, size_t count, struct omni__fact **facts)
{
	int64_t *ids = omni__arena_zero(&db->scratch,
	    (count + 1) * sizeof(*ids));
	omni_status status = OMNI_OK;
	size_t i;

	*facts = omni__arena_zero(&db->scratch,
	    (count + 1) * sizeof(**facts));
	if (ids == NULL || *facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++)
		status = omni__definition_find(db, sort->noun, names[i],
		    &ids[i]);
	if (status == OMNI_OK)
		status = omni__facts_read(db, ids, count, *facts);
	return status;
}

omni_status
omni__definitions_load(struct omni *db, const struct omni__sort *sort,
    const char *const *names, size_t count, void **objects)
{
	struct omni__fact *facts;
	omni_status status = find_facts(db, sort, names, count, &facts);
	size_t i;

	for (i = 0; i < count && status == OMNI_OK; i++) {
		objects[i] = NULL;
		if (facts[i].noun != sort->noun || facts[i].body == NULL)
			continue;
		status = omni__definition_read(db, &db->scratch, &facts[i],
		    sort, &objects[i]);
	}
	return status;
}

struct get {
	const struct omni__sort *sort;
	const char *name;
	void *object;
};

static omni_status
get_one(struct omni *db, void *context)
{
	const struct get *get = context;
	struct omni__object *object = get->object;
	struct omni__fact *facts;
	omni_status status;

	status = find_facts(db, get->sort, &get->name, 1, &facts);
	if (status != OMNI_OK)
		return status;
	if (facts[0].noun != get->sort->noun)
		return OMNI_NONE;
	return read_body(db, &object->arena, &facts[0], get->sort, object);
}

/* As the constructor would have it. */
static omni_status
look_for(struct omni *db, struct get *get, const char *name)
{
	struct omni__object *object = get->object;
	struct omni__error ignored;
	char *copy = omni__arena_strdup(&object->arena, name);

	if (copy == NULL)
		return omni__nomem(&db->error);
	if (get->sort->check != NULL)
		(void)get->sort->check(&ignored, "", copy);
	get->name = copy;
	return omni__transact(db, false, get_one, get);
}

omni_status
omni__definition_get(struct omni *db, const struct omni__sort *sort,
    const char *name, void *object)
{
	struct get get = { sort, NULL, NULL };
	void **out = object;
	omni_status status;

	if (out == NULL)
		return OMNI_MISUSE;
	*out = NULL;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	status = omni__text_check(&db->error, omni__sort_called(sort), name);
	if (status == OMNI_OK) {
		get.object = omni__object_new(&db->env, sort->size);
		status = get.object == NULL ? omni__nomem(&db->error) :
		    look_for(db, &get, name);
	}
	if (status == OMNI_OK)
		*out = get.object;
	else
		omni__object_free(get.object);
	return omni__leave(db, status);
}
