/*
 * Purposes: why the organisation writes.  A tree of paths, whose root is
 * "*".
 */
#include <string.h>

#include "consent/consent.h"

static const char *const bases[] = {
	"consent", "interest", "contract", "law"
};

enum { BASIS, CLASS, CHANNELS, CONFIDENTIALITY, VERIFIED, FIELDS };

static const struct omni__field fields[] = {
	[BASIS] = {
		.name = "basis",
		.type = OMNI__FIELD_NUMBER,
		.offset = offsetof(struct omni_purpose, basis),
		.low = OMNI_BASIS_CONSENT,
		.high = OMNI_BASIS_LAW,
		.words = bases,
	},
	[CLASS] = {
		.name = "class",
		.type = OMNI__FIELD_TEXT,
		.offset = offsetof(struct omni_purpose, class_name),
	},
	[CHANNELS] = {
		.name = "channels",
		.type = OMNI__FIELD_NAMES,
		.offset = offsetof(struct omni_purpose, channels),
	},
	[CONFIDENTIALITY] = {
		.name = "confidentiality",
		.type = OMNI__FIELD_NUMBER,
		.offset = offsetof(struct omni_purpose, confidentiality),
		.low = 0,
		.high = 9,
	},
	[VERIFIED] = {
		.name = "verified",
		.type = OMNI__FIELD_NUMBER,
		.offset = offsetof(struct omni_purpose, verified),
		.low = 0,
		.high = 1,
	},
};
_Static_assert(OMNI__COUNT(fields) == FIELDS, "a field without a row");
_Static_assert(OMNI__COUNT(bases) == OMNI_BASIS_LAW,
    "a basis without a word");

/* ---- the tree ------------------------------------------------------- */

omni_status
omni__purpose_check(struct omni__error *error, const char *field,
    const char *path, bool star)
{
	omni_status status = omni__text_check(error, field, path);
	size_t size;

	if (status != OMNI_OK || (star && strcmp(path, "*") == 0))
		return status;
	size = strlen(path);
	if (path[0] == '/' || path[size - 1] == '/' ||
	    strstr(path, "//") != NULL || strchr(path, '*') != NULL)
		return omni__fail(error, OMNI_INVALID,
		    "%s is no path such as \"offer/shoes\"", field);
	return OMNI_OK;
}

bool
omni__purpose_within(const char *purpose, const char *tree)
{
	size_t size = strlen(tree);

	if (strcmp(tree, "*") == 0)
		return true;
	return strncmp(purpose, tree, size) == 0 &&
	    (purpose[size] == '\0' || purpose[size] == '/');
}

static omni_status
check_path(struct omni__error *error, const char *field, const char *path)
{
	return omni__purpose_check(error, field, path, false);
}

const struct omni__sort omni__purposes = {
	.name = "purpose",
	.noun = OMNI__FACT_PURPOSE,
	.size = sizeof(struct omni_purpose),
	.fields = fields,
	.count = FIELDS,
	.check = check_path,
};

/* ---- making --------------------------------------------------------- */

omni_purpose *
omni_purpose_new(const char *name)
{
	struct omni_purpose *purpose = omni__definition_new(&omni__purposes,
	    name);

	/* What asks most of the organisation. */
	if (purpose != NULL)
		purpose->basis = OMNI_BASIS_CONSENT;
	return purpose;
}

void
omni_purpose_free(omni_purpose *purpose)
{
	omni__object_free(purpose);
}

static omni_status
set_number(struct omni_purpose *purpose, int field, int32_t value)
{
	if (purpose == NULL)
		return OMNI_MISUSE;
	return omni__definition_number(&purpose->head, &fields[field],
	    value);
}

omni_status
omni_purpose_set_basis(omni_purpose *purpose, int32_t basis)
{
	return set_number(purpose, BASIS, basis);
}

omni_status
omni_purpose_set_confidentiality(omni_purpose *purpose, int32_t level)
{
	return set_number(purpose, CONFIDENTIALITY, level);
}

omni_status
omni_purpose_set_verified(omni_purpose *purpose, int32_t verified)
{
	return set_number(purpose, VERIFIED, verified != 0);
}

omni_status
omni_purpose_set_class(omni_purpose *purpose, const char *name)
{
	if (purpose == NULL)
		return OMNI_MISUSE;
	return omni__object_text(&purpose->head.object, "class", name,
	    &purpose->class_name);
}

/* Arenas do not grow in place; the old list is small and goes with the
 * object. */
static omni_status
grow_names(struct omni__object *object, struct omni__names *names)
{
	size_t room = names->room == 0 ? 8 : names->room * 2;
	const char **items;

	if (names->count < names->room)
		return OMNI_OK;
	items = omni__arena_alloc(&object->arena, room * sizeof(*items));
	if (items == NULL)
		return omni__nomem(&object->error);
	if (names->count > 0)
		memcpy(items, names->items, names->count * sizeof(*items));
	names->items = items;
	names->room = room;
	return OMNI_OK;
}

#define CHANNELS_MAX 256

omni_status
omni_purpose_add_channel(omni_purpose *purpose, const char *channel)
{
	struct omni__names *names;
	const char *copy;
	omni_status status;
	size_t i;

	if (purpose == NULL)
		return OMNI_MISUSE;
	names = &purpose->channels;
	status = omni__object_text(&purpose->head.object, "channel", channel,
	    &copy);
	if (status != OMNI_OK)
		return status;
	for (i = 0; i < names->count; i++)
		if (strcmp(names->items[i], channel) == 0)
			return OMNI_OK;
	if (names->count == CHANNELS_MAX)
		return omni__fail(&purpose->head.object.error, OMNI_INVALID,
		    "channel: a purpose has at most %d", CHANNELS_MAX);
	status = grow_names(&purpose->head.object, names);
	if (status == OMNI_OK)
		names->items[names->count++] = copy;
	return status;
}

omni_status
omni_purpose_set_key(omni_purpose *purpose, const char *source,
    const char *key)
{
	if (purpose == NULL)
		return OMNI_MISUSE;
	return omni__definition_key(&purpose->head, source, key);
}

omni_status
omni_purpose_set_time(omni_purpose *purpose, int64_t time)
{
	if (purpose == NULL)
		return OMNI_MISUSE;
	return omni__definition_time(&purpose->head, time);
}

const char *
omni_purpose_errmsg(const omni_purpose *purpose)
{
	return omni__definition_errmsg(
	    purpose != NULL ? &purpose->head : NULL, "the purpose is NULL");
}

/* ---- put and get ---------------------------------------------------- */

/* Also notes when it was first defined, as grants need to know. */
static omni_status
apply_purpose(struct omni *db, const struct omni__fact *facts, size_t count)
{
	omni_status status = omni__definitions_apply(db, facts, count);

	return status == OMNI_OK ? omni__consent_apply(db, facts, count) :
	    status;
}

omni_status
omni_purpose_put(omni *db, const omni_purpose *purpose, int64_t *fact)
{
	return omni__definition_put(db,
	    purpose != NULL ? &purpose->head : NULL, &omni__purposes,
	    apply_purpose, fact);
}

omni_status
omni_purpose_get(omni *db, const char *name, omni_purpose **purpose)
{
	return omni__definition_get(db, &omni__purposes, name, purpose);
}

const char *
omni_purpose_name(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->head.name : NULL;
}

int32_t
omni_purpose_basis(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->basis : 0;
}

const char *
omni_purpose_class(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->class_name : NULL;
}

int32_t
omni_purpose_channel_count(const omni_purpose *purpose)
{
	return purpose != NULL ? (int32_t)purpose->channels.count : 0;
}

const char *
omni_purpose_channel(const omni_purpose *purpose, int32_t i)
{
	if (purpose == NULL || i < 0 || (size_t)i >= purpose->channels.count)
		return NULL;
	return purpose->channels.items[i];
}

int32_t
omni_purpose_confidentiality(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->confidentiality : 0;
}

int32_t
omni_purpose_verified(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->verified : 0;
}
