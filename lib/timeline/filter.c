/*
 * What a cursor looks for, and the token that says where it was.
 */
#include <string.h>

#include "timeline/cursor.h"

enum {
	FIELD_CHANNEL = 1,
	FIELD_KIND = 2,
	FIELD_REFERENCE = 4,
	FIELD_SINCE = 8,
	FIELD_UNTIL = 16,
	FIELD_LIMIT = 32,
	FIELD_TOKEN = 64
};

/* ---- tokens --------------------------------------------------------- */

/* The hexadecimal digits of both numbers.  They say neither the direction nor
 * the conditions, so a reader may turn round where it is. */
static const char prefix[] = "t1";

#define DIGITS (2 * 16)

void
omni__token_write(char out[OMNI__TOKEN_SIZE], const struct omni__place *place)
{
	unsigned char bytes[DIGITS / 2];

	_Static_assert(OMNI__TOKEN_SIZE >= sizeof(prefix) + DIGITS,
	    "room for a token");
	omni__bytes_put(bytes, place->happened);
	omni__bytes_put(bytes + 8, place->fact);
	memcpy(out, prefix, sizeof(prefix));
	omni__hex(out + sizeof(prefix) - 1, bytes, sizeof(bytes));
}

bool
omni__token_read(const char *text, struct omni__place *place)
{
	unsigned char bytes[DIGITS / 2];

	if (strncmp(text, prefix, sizeof(prefix) - 1) != 0 ||
	    !omni__unhex(bytes, sizeof(bytes), text + sizeof(prefix) - 1))
		return false;
	place->happened = omni__bytes_get(bytes);
	place->fact = omni__bytes_get(bytes + 8);
	return place->fact >= 0;
}

/* ---- filters -------------------------------------------------------- */

omni_filter *
omni_filter_new(void)
{
	struct omni_filter *filter = omni__object_new(NULL, sizeof(*filter));

	if (filter == NULL)
		return NULL;
	filter->since = filter->until = OMNI_TIME_UNKNOWN;
	return filter;
}

void
omni_filter_free(omni_filter *filter)
{
	omni__object_free(filter);
}

const char *
omni_filter_errmsg(const omni_filter *filter)
{
	if (filter == NULL)
		return "the filter is NULL";
	return filter->object.error.text[0] != '\0' ?
	    filter->object.error.text : "no error";
}

static omni_status
set(struct omni_filter *filter, uint32_t field, omni_status status)
{
	return omni__field_set(&filter->object, &filter->bad, field, status);
}

omni_status
omni_filter_set_channel(omni_filter *filter, const char *channel)
{
	if (filter == NULL)
		return OMNI_MISUSE;
	return set(filter, FIELD_CHANNEL, omni__object_name(&filter->object,
	    "channel", channel, &filter->channel));
}

omni_status
omni_filter_set_kind(omni_filter *filter, const char *kind)
{
	if (filter == NULL)
		return OMNI_MISUSE;
	return set(filter, FIELD_KIND, omni__object_name(&filter->object,
	    "kind", kind, &filter->kind));
}

omni_status
omni_filter_set_since(omni_filter *filter, int64_t since)
{
	omni_status status;

	if (filter == NULL)
		return OMNI_MISUSE;
	status = omni__time_check(&filter->object.error, "since", since);
	if (status == OMNI_OK)
		filter->since = since;
	return set(filter, FIELD_SINCE, status);
}

omni_status
omni_filter_set_until(omni_filter *filter, int64_t until)
{
	omni_status status;

	if (filter == NULL)
		return OMNI_MISUSE;
	status = omni__time_check(&filter->object.error, "until", until);
	if (status == OMNI_OK)
		filter->until = until;
	return set(filter, FIELD_UNTIL, status);
}

omni_status
omni_filter_set_reference(omni_filter *filter, const char *type,
    const char *key)
{
	const char *a, *b;
	omni_status status;

	if (filter == NULL)
		return OMNI_MISUSE;
	status = omni__object_name(&filter->object, "reference type", type,
	    &a);
	if (status == OMNI_OK)
		status = omni__object_name(&filter->object, "reference key",
		    key, &b);
	if (status == OMNI_OK) {
		filter->type = a;
		filter->key = b;
	}
	return set(filter, FIELD_REFERENCE, status);
}

omni_status
omni_filter_set_oldest(omni_filter *filter, int32_t oldest)
{
	if (filter == NULL)
		return OMNI_MISUSE;
	filter->oldest = oldest != 0;
	return OMNI_OK;
}

omni_status
omni_filter_set_limit(omni_filter *filter, int64_t limit)
{
	if (filter == NULL)
		return OMNI_MISUSE;
	if (limit < 0)
		return set(filter, FIELD_LIMIT,
		    omni__fail(&filter->object.error, OMNI_INVALID,
		    "limit is less than 0"));
	filter->limit = limit;
	return set(filter, FIELD_LIMIT, OMNI_OK);
}

omni_status
omni_filter_set_token(omni_filter *filter, const char *token)
{
	struct omni__error *error;
	omni_status status;

	if (filter == NULL)
		return OMNI_MISUSE;
	error = &filter->object.error;
	status = omni__name_check(error, "token", token);
	if (status == OMNI_OK && !omni__token_read(token, &filter->behind))
		status = omni__fail(error, OMNI_INVALID,
		    "token is none that omni_timeline_token gave");
	if (status == OMNI_OK)
		filter->goes_on = true;
	return set(filter, FIELD_TOKEN, status);
}

omni_status
omni__filter_copy(struct omni__arena *arena, const struct omni_filter *from,
    struct omni_filter *copy)
{
	const char **const texts[] = {
		&copy->channel, &copy->kind, &copy->type, &copy->key
	};
	size_t i;

	copy->channel = from->channel;
	copy->kind = from->kind;
	copy->type = from->type;
	copy->key = from->key;
	copy->since = from->since;
	copy->until = from->until;
	copy->limit = from->limit;
	copy->oldest = from->oldest;
	copy->goes_on = from->goes_on;
	copy->behind = from->behind;
	for (i = 0; i < OMNI__COUNT(texts); i++) {
		if (*texts[i] == NULL)
			continue;
		*texts[i] = omni__arena_strdup(arena, *texts[i]);
		if (*texts[i] == NULL)
			return OMNI_NOMEM;
	}
	return OMNI_OK;
}
