/*
 * An interaction as the host makes it: setters that check at once, the fact
 * that comes of it, and copies.
 */
#define _POSIX_C_SOURCE 200809L
#include <string.h>

#include <jansson.h>

#include "text/text.h"
#include "timeline/interaction.h"

enum {
	FIELD_CHANNEL = 1,
	FIELD_KIND = 2,
	FIELD_KEY = 4,
	FIELD_WHO = 8,
	FIELD_TIME = 16,
	FIELD_REFERENCE = 32,
	FIELD_BODY = 64
};

/* ---- what all setters share ----------------------------------------- */

omni_status
omni__field_set(struct omni__object *object, uint32_t *bad, uint32_t field,
    omni_status status)
{
	if (status < 0) {
		*bad |= field;
		return status;
	}
	*bad &= ~field;
	if (*bad == 0)
		omni__error_clear(&object->error);
	return status;
}

omni_status
omni__name_check(struct omni__error *error, const char *field,
    const char *value)
{
	if (value != NULL &&
	    strnlen(value, OMNI__NAME_MAX + 1) > OMNI__NAME_MAX)
		return omni__fail(error, OMNI_INVALID,
		    "%s is longer than %d bytes", field, OMNI__NAME_MAX);
	return omni__text_check(error, field, value);
}

omni_status
omni__object_name(struct omni__object *object, const char *field,
    const char *value, const char **copy)
{
	omni_status status = omni__name_check(&object->error, field, value);

	if (status != OMNI_OK)
		return status;
	return omni__object_text(object, field, value, copy);
}

/* ---- making and freeing --------------------------------------------- */

omni_interaction *
omni_interaction_new(const char *channel, const char *kind)
{
	struct omni_interaction *it;
	omni_status one, two;

	it = omni__object_new(NULL, sizeof(*it));
	if (it == NULL)
		return NULL;
	it->time = OMNI_NOW;
	/* The channel's error is the one to be seen when both are bad. */
	two = omni__object_name(&it->object, "kind", kind, &it->kind);
	one = omni__object_name(&it->object, "channel", channel,
	    &it->channel);
	if (one == OMNI_NOMEM || two == OMNI_NOMEM) {
		omni_interaction_free(it);
		return NULL;
	}
	if (one != OMNI_OK)
		it->bad |= FIELD_CHANNEL;
	if (two != OMNI_OK)
		it->bad |= FIELD_KIND;
	return it;
}

void
omni_interaction_free(omni_interaction *it)
{
	if (it == NULL || it->borrowed)
		return;
	omni_record_free(it->who);
	omni__free(&it->object.env, it->references);
	omni__object_free(it);
}

const char *
omni_interaction_errmsg(const omni_interaction *it)
{
	if (it == NULL)
		return "the interaction is NULL";
	return it->object.error.text[0] != '\0' ? it->object.error.text :
	    "no error";
}

/* ---- setters -------------------------------------------------------- */

static bool
fixed(const struct omni_interaction *it)
{
	return it == NULL || it->borrowed;
}

static omni_status
set(struct omni_interaction *it, uint32_t field, omni_status status)
{
	return omni__field_set(&it->object, &it->bad, field, status);
}

omni_status
omni_interaction_set_key(omni_interaction *it, const char *source,
    const char *key)
{
	const char *a, *b;
	omni_status status;

	if (fixed(it))
		return OMNI_MISUSE;
	status = omni__object_name(&it->object, "source", source, &a);
	if (status == OMNI_OK)
		status = omni__object_name(&it->object, "key", key, &b);
	if (status == OMNI_OK) {
		it->source = a;
		it->key = b;
	}
	return set(it, FIELD_KEY, status);
}

omni_status
omni_interaction_set_who(omni_interaction *it, const omni_record *who)
{
	struct omni_record *copy = NULL;
	omni_status status = OMNI_OK;

	if (fixed(it))
		return OMNI_MISUSE;
	if (who != NULL)
		status = omni__record_copy(who, &copy);
	if (status != OMNI_OK)
		return set(it, FIELD_WHO, omni__fail(&it->object.error,
		    status, "who: %s", omni_status_text(status)));
	omni_record_free(it->who);
	it->who = copy;
	return set(it, FIELD_WHO, OMNI_OK);
}

omni_status
omni_interaction_set_time(omni_interaction *it, int64_t time)
{
	omni_status status;

	if (fixed(it))
		return OMNI_MISUSE;
	status = omni__time_check(&it->object.error, "time", time);
	if (status == OMNI_OK)
		it->time = time == OMNI_TIME_UNKNOWN ? OMNI_NOW : time;
	return set(it, FIELD_TIME, status);
}

static struct omni__reference *
find_reference(const struct omni_interaction *it, const char *type,
    const char *key)
{
	size_t i;

	for (i = 0; i < it->count; i++)
		if (strcmp(it->references[i].key, key) == 0 &&
		    strcmp(it->references[i].type, type) == 0)
			return &it->references[i];
	return NULL;
}

/* NULL leaves the error in the object. */
static struct omni__reference *
add_reference(struct omni_interaction *it, const char *type, const char *key)
{
	struct omni__reference *reference, made = { NULL, NULL, NULL };
	struct omni__error *error = &it->object.error;

	if (omni__object_name(&it->object, "reference type", type,
	    &made.type) != OMNI_OK || omni__object_name(&it->object,
	    "reference key", key, &made.key) != OMNI_OK)
		return NULL;
	reference = find_reference(it, type, key);
	if (reference != NULL)
		return reference;
	if (it->count == OMNI__REFERENCES_MAX) {
		(void)omni__fail(error, OMNI_INVALID,
		    "reference: an interaction takes at most %d",
		    OMNI__REFERENCES_MAX);
		return NULL;
	}
	if (omni__grow(&it->object.env, &it->references, &it->room,
	    it->count + 1, sizeof(*it->references)) != OMNI_OK) {
		(void)omni__nomem(error);
		return NULL;
	}
	reference = &it->references[it->count++];
	*reference = made;
	return reference;
}

/* What was left out by an error does not come back with another reference,
 * so this error is never lifted. */
static omni_status
not_added(struct omni_interaction *it)
{
	return set(it, FIELD_REFERENCE, it->object.error.status);
}

omni_status
omni_interaction_add_reference(omni_interaction *it, const char *type,
    const char *key)
{
	if (fixed(it))
		return OMNI_MISUSE;
	return add_reference(it, type, key) != NULL ? OMNI_OK :
	    not_added(it);
}

omni_status
omni_interaction_set_status(omni_interaction *it, const char *type,
    const char *key, const char *value)
{
	struct omni__reference *reference;
	const char *copy;

	if (fixed(it))
		return OMNI_MISUSE;
	if (omni__object_text(&it->object, "status", value, &copy) != OMNI_OK)
		return not_added(it);
	reference = add_reference(it, type, key);
	if (reference == NULL)
		return not_added(it);
	reference->status = copy;
	return OMNI_OK;
}

/* Any JSON value; numbers may be longer than ours. */
static omni_status
check_body(struct omni__error *error, const char *text, size_t *size)
{
	struct omni__json_problem problem;
	json_t *value;
	omni_status status;

	if (text == NULL)
		return omni__fail(error, OMNI_INVALID, "body is NULL");
	*size = strnlen(text, OMNI__BODY_MAX + 1);
	if (*size > OMNI__BODY_MAX)
		return omni__fail(error, OMNI_INVALID,
		    "body is longer than %zu bytes", OMNI__BODY_MAX);
	status = omni__json_read(text, *size, JSON_DECODE_ANY |
	    JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, &value, &problem);
	json_decref(value);
	if (status == OMNI_OK)
		return OMNI_OK;
	if (status == OMNI_NOMEM)
		return omni__nomem(error);
	/* jansson's own words would quote what the customer wrote. */
	return omni__fail(error, OMNI_INVALID,
	    "body is not JSON at line %zu, column %zu", problem.line,
	    problem.column);
}

omni_status
omni_interaction_set_body(omni_interaction *it, const char *json)
{
	omni_status status;
	size_t size = 0;
	char *copy;

	if (fixed(it))
		return OMNI_MISUSE;
	status = check_body(&it->object.error, json, &size);
	if (status == OMNI_OK) {
		copy = omni__arena_text(&it->object.arena, json, size);
		if (copy == NULL)
			status = omni__nomem(&it->object.error);
		else
			it->body = copy;
	}
	return set(it, FIELD_BODY, status);
}

/* ---- what comes of it ----------------------------------------------- */

const struct omni_record *
omni__interaction_who(const struct omni_interaction *it)
{
	return it->who;
}

omni_status
omni__interaction_fact(struct omni *db, const struct omni_interaction *it,
    struct omni__fact *fact)
{
	memset(fact, 0, sizeof(*fact));
	if (it->bad != 0)
		return omni__fail(&db->error, it->object.error.status, "%s",
		    it->object.error.text);
	if (it->fact != 0)
		return omni__fail(&db->error, OMNI_MISUSE,
		    "interaction: this one was read from a store and is a "
		    "fact already");
	fact->noun = OMNI__FACT_INTERACTION;
	fact->timed = it->time != OMNI_NOW;
	fact->happened = fact->timed ? it->time : omni__clock(&db->env);
	fact->source = it->source;
	fact->key = it->key;
	fact->channel = it->channel;
	fact->kind = it->kind;
	fact->body = it->body;
	if (it->count == 0)
		return OMNI_OK;
	fact->refs = omni__references_write(&db->scratch, it->references,
	    it->count);
	return fact->refs != NULL ? OMNI_OK : omni__nomem(&db->error);
}

/* NULL stays NULL. */
static bool
copy_text(struct omni__arena *arena, const char **text)
{
	if (*text == NULL)
		return true;
	*text = omni__arena_strdup(arena, *text);
	return *text != NULL;
}

static bool
copy_references(struct omni_interaction *copy,
    const struct omni_interaction *it)
{
	struct omni__arena *arena = &copy->object.arena;
	struct omni__reference *to;
	size_t i;

	if (it->count == 0)
		return true;
	if (omni__grow(&copy->object.env, &copy->references, &copy->room,
	    it->count, sizeof(*copy->references)) != OMNI_OK)
		return false;
	for (i = 0; i < it->count; i++) {
		to = &copy->references[i];
		*to = it->references[i];
		if (!copy_text(arena, &to->type) ||
		    !copy_text(arena, &to->key) ||
		    !copy_text(arena, &to->status))
			return false;
	}
	copy->count = it->count;
	return true;
}

static bool
copy_texts(struct omni_interaction *copy, const struct omni_interaction *it)
{
	const char **const texts[] = {
		&copy->channel, &copy->kind, &copy->source, &copy->key,
		&copy->body
	};
	size_t i;

	copy->channel = it->channel;
	copy->kind = it->kind;
	copy->source = it->source;
	copy->key = it->key;
	copy->body = it->body;
	for (i = 0; i < OMNI__COUNT(texts); i++)
		if (!copy_text(&copy->object.arena, texts[i]))
			return false;
	return true;
}

omni_status
omni__interaction_copy(const struct omni_interaction *it,
    struct omni_interaction **out)
{
	struct omni_interaction *copy;
	omni_status status = OMNI_NOMEM;

	*out = NULL;
	copy = omni__object_new(&it->object.env, sizeof(*copy));
	if (copy == NULL)
		return status;
	copy->object.error = it->object.error;
	copy->bad = it->bad;
	copy->time = it->time;
	copy->fact = it->fact;
	copy->recorded = it->recorded;
	copy->placed = it->placed;
	if (!copy_texts(copy, it) || !copy_references(copy, it))
		goto out;
	status = it->who == NULL ? OMNI_OK :
	    omni__record_copy(it->who, &copy->who);
out:
	if (status == OMNI_OK)
		*out = copy;
	else
		omni_interaction_free(copy);
	return status;
}
