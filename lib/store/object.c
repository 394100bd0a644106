/*
 * Objects that are handed to the host, and the checks on what it hands in.
 */
#define _POSIX_C_SOURCE 200809L
#include <string.h>

#include "store/db.h"
#include "text/text.h"

/* Most objects hold a few short strings: those lie behind the struct, in the
 * same piece of memory. */
#define ROOM_BEHIND 384

void *
omni__object_new(const struct omni__env *env, size_t size)
{
	struct omni__object *object;

	if (env == NULL)
		env = &omni__env_default;
	size = (size + 15) & ~(size_t)15;
	object = omni__realloc(env, NULL, size + ROOM_BEHIND);
	if (object == NULL)
		return NULL;
	memset(object, 0, size);
	object->arena.given = (unsigned char *)object + size;
	object->arena.given_room = ROOM_BEHIND;
	object->env = *env;
	object->arena.env = &object->env;
	return object;
}

void *
omni__object_of(struct omni *db, size_t size)
{
	struct omni__object *object = omni__object_new(&db->env, size);

	if (object != NULL) {
		omni__retain(db);
		object->db = db;
	}
	return object;
}

void
omni__object_free(void *memory)
{
	struct omni__object *object = memory;
	struct omni__env env;

	if (object == NULL)
		return;
	omni__arena_free(&object->arena);
	env = object->env;
	if (object->db != NULL)
		omni__release(object->db);
	omni__free(&env, object);
}

omni_status
omni__text_check(struct omni__error *error, const char *field,
    const char *value)
{
	size_t size, bad;

	if (value == NULL)
		return omni__fail(error, OMNI_INVALID, "%s is NULL", field);
	size = strnlen(value, OMNI_TEXT_MAX + 1);
	if (size == 0)
		return omni__fail(error, OMNI_INVALID, "%s is empty", field);
	if (size > OMNI_TEXT_MAX)
		return omni__fail(error, OMNI_INVALID,
		    "%s is longer than %d bytes", field, OMNI_TEXT_MAX);
	if (!omni__utf8_check(value, size, &bad))
		return omni__fail(error, OMNI_INVALID,
		    "%s is not UTF-8 at byte %zu", field, bad);
	if (omni__utf8_control(value, size))
		return omni__fail(error, OMNI_INVALID,
		    "%s holds a control character", field);
	return OMNI_OK;
}

omni_status
omni__object_text(struct omni__object *object, const char *field,
    const char *value, const char **copy)
{
	omni_status status = omni__text_check(&object->error, field, value);
	char *text;

	if (status != OMNI_OK)
		return status;
	text = omni__arena_strdup(&object->arena, value);
	if (text == NULL)
		return omni__nomem(&object->error);
	*copy = text;
	return OMNI_OK;
}

/* Years 1 to 9999: what ISO 8601 can write. */
#define TIME_MIN (INT64_C(-62135596800) * OMNI__SECOND)
#define TIME_MAX (INT64_C(253402300800) * OMNI__SECOND - 1)

omni_status
omni__time_check(struct omni__error *error, const char *field, int64_t time)
{
	if (time == OMNI_TIME_UNKNOWN || time == OMNI_NOW ||
	    (time >= TIME_MIN && time <= TIME_MAX))
		return OMNI_OK;
	return omni__fail(error, OMNI_INVALID,
	    "%s is out of range: microseconds since 1970 of a year from 1 to "
	    "9999", field);
}

omni_status
omni__instant_check(struct omni__error *error, const char *field,
    int64_t time)
{
	omni_status status = omni__time_check(error, field, time);

	if (status == OMNI_OK && time == OMNI_TIME_UNKNOWN)
		status = omni__fail(error, OMNI_INVALID,
		    "%s is unknown: what is decided is so at an instant",
		    field);
	return status;
}

/* ---- texts that are handed out -------------------------------------- */

/* A text that knows who has to free it. */
struct text {
	omni_allocate_fn allocate;
	void *user;
	char bytes[];
};

char *
omni__text_new(const struct omni__env *env, const void *bytes, size_t size)
{
	struct text *text;

	text = omni__realloc(env, NULL, sizeof(*text) + size + 1);
	if (text == NULL)
		return NULL;
	text->allocate = env->allocate;
	text->user = env->allocate_user;
	if (size > 0)
		memcpy(text->bytes, bytes, size);
	text->bytes[size] = '\0';
	return text->bytes;
}

void
omni_text_free(char *bytes)
{
	struct omni__env env = omni__env_default;
	struct text *text;

	if (bytes == NULL)
		return;
	text = (struct text *)(void *)(bytes - offsetof(struct text, bytes));
	env.allocate = text->allocate;
	env.allocate_user = text->user;
	omni__free(&env, text);
}
