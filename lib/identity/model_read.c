/*
 * A model from JSON, strictly: what is not known, out of range or missing is
 * turned away with the member's name.
 */
#include <string.h>

#include <jansson.h>

#include "identity/rates.h"
#include "store/db.h"

struct reader {
	struct omni__error *error;
	struct omni__arena *arena;
	struct omni__learned *learned;
	size_t room;		/* for values */
};

static omni_status
bad(const struct reader *r, const char *where, const char *member,
    const char *what)
{
	return omni__fail(r->error, OMNI_INVALID, "model: %.60s%s%.60s %s",
	    where, *where != '\0' && *member != '\0' ? "." : "", member,
	    what);
}

static omni_status
read_number(const struct reader *r, const char *where, const char *member,
    const json_t *value, int64_t least, int64_t most, int64_t *out)
{
	if (!json_is_integer(value) || json_integer_value(value) < least ||
	    json_integer_value(value) > most) {
		char what[80];

		(void)snprintf(what, sizeof(what),
		    "must be a whole number from %lld to %lld",
		    (long long)least, (long long)most);
		return bad(r, where, member, what);
	}
	*out = json_integer_value(value);
	return OMNI_OK;
}

static omni_status
read_rate(const struct reader *r, const char *where, const char *member,
    const json_t *value, uint32_t *out)
{
	int64_t number = 0;
	omni_status status = read_number(r, where, member, value, 1,
	    OMNI__WHOLE, &number);

	*out = (uint32_t)number;
	return status;
}

/* Members that are not among the names. */
static omni_status
check_members(const struct reader *r, const char *where, json_t *object,
    const char *const *names)
{
	const char *key;
	json_t *value;
	size_t i;

	if (!json_is_object(object))
		return bad(r, where, "", "must be an object");
	json_object_foreach(object, key, value) {
		for (i = 0; names[i] != NULL; i++)
			if (strcmp(names[i], key) == 0)
				break;
		if (names[i] == NULL)
			return bad(r, where, key, "is not known");
	}
	return OMNI_OK;
}

/* ---- rates ---------------------------------------------------------- */

static omni_status
read_levels(const struct reader *r, const char *where, const char *member,
    const json_t *list, uint32_t out[OMNI__LEVELS])
{
	omni_status status = OMNI_OK;
	size_t i;

	if (!json_is_array(list) ||
	    json_array_size(list) != OMNI__LEVELS - 1)
		return bad(r, where, member, "must be a list of 7 rates");
	out[OMNI__MISSING_LEVEL] = 0;
	for (i = 1; i < OMNI__LEVELS && status == OMNI_OK; i++)
		status = read_rate(r, where, member,
		    json_array_get(list, i - 1), &out[i]);
	return status;
}

/* attribute: NULL, or the name that goes before each value. */
static omni_status
read_value(struct reader *r, const char *where, int column,
    const char *attribute, const char *key, const json_t *rate)
{
	struct omni__learned *learned = r->learned;
	struct omni__frequency *value;
	const char *text;

	if (*key == '\0' || strlen(key) > OMNI__VALUE_MAX)
		return bad(r, where, "values", "has an empty or long value");
	if (learned->value_count == OMNI__FREQUENT_MAX)
		return bad(r, where, "values", "are too many");
	if (omni__grow(r->arena->env, &learned->values, &r->room,
	    learned->value_count + 1, sizeof(*value)) != OMNI_OK)
		return omni__nomem(r->error);
	text = attribute != NULL ? omni__arena_printf(r->arena, "%s=%s",
	    attribute, key) : omni__arena_strdup(r->arena, key);
	if (text == NULL)
		return omni__nomem(r->error);
	value = &learned->values[learned->value_count++];
	value->column = column;
	value->text = text;
	value->size = strlen(text);
	return read_rate(r, where, "values", rate, &value->rate);
}

static omni_status
read_rates(struct reader *r, const char *where, json_t *object, int column,
    const char *attribute, struct omni__rates *rates)
{
	static const char *const members[] = { "same", "others", "household",
	    "values", NULL };
	json_t *values, *rate;
	const char *key;
	int64_t household = 0;
	omni_status status = check_members(r, where, object, members);

	if (status == OMNI_OK)
		status = read_levels(r, where, "same",
		    json_object_get(object, "same"), rates->same);
	if (status == OMNI_OK)
		status = read_levels(r, where, "others",
		    json_object_get(object, "others"), rates->others);
	if (status == OMNI_OK)
		status = read_number(r, where, "household",
		    json_object_get(object, "household"), 0, 1000,
		    &household);
	rates->household = (uint32_t)household;
	values = json_object_get(object, "values");
	if (status != OMNI_OK || values == NULL)
		return status;
	if (!json_is_object(values) || (column == OMNI__ATTR &&
	    attribute == NULL))
		return bad(r, where, "values", "must be an object, and not "
		    "of all attributes");
	json_object_foreach(values, key, rate)
		if ((status = read_value(r, where, column, attribute, key,
		    rate)) != OMNI_OK)
			break;
	return status;
}

static omni_status
read_columns(struct reader *r, json_t *columns)
{
	const char *key;
	json_t *object;
	omni_status status = OMNI_OK;

	if (!json_is_object(columns))
		return bad(r, "columns", "", "must be an object");
	json_object_foreach(columns, key, object) {
		int c;

		for (c = 0; c < OMNI__SOURCE; c++)
			if (strcmp(omni__column_name[c], key) == 0)
				break;
		status = c == OMNI__SOURCE ?
		    bad(r, "columns", key, "is not known") :
		    read_rates(r, key, object, c, NULL,
		    &r->learned->rates[c]);
		if (status != OMNI_OK)
			break;
	}
	return status;
}

static omni_status
read_attribute(struct reader *r, const char *key, json_t *object)
{
	struct omni__learned *learned = r->learned;
	struct omni__named_rates *named;

	if (*key == '\0' || strlen(key) > OMNI__ATTRIBUTE_MAX ||
	    strchr(key, '=') != NULL)
		return bad(r, "attributes", key, "is no attribute's name");
	if (learned->named_count == OMNI__NAMED_MAX)
		return bad(r, "attributes", "", "are too many");
	named = &learned->named[learned->named_count++];
	named->name = omni__arena_strdup(r->arena, key);
	if (named->name == NULL)
		return omni__nomem(r->error);
	return read_rates(r, key, object, OMNI__ATTR, named->name,
	    &named->rates);
}

static omni_status
read_attributes(struct reader *r, json_t *attributes)
{
	const char *key;
	json_t *object;
	omni_status status = OMNI_OK;

	if (!json_is_object(attributes))
		return bad(r, "attributes", "", "must be an object");
	json_object_foreach(attributes, key, object)
		if ((status = read_attribute(r, key, object)) != OMNI_OK)
			break;
	return status;
}

static omni_status
read_source(struct reader *r, const char *key, json_t *object)
{
	static const char *const members[] = { "same", "others", NULL };
	struct omni__learned *learned = r->learned;
	struct omni__source_rate *source;
	omni_status status;

	if (strlen(key) > OMNI_TEXT_MAX ||
	    learned->source_count > OMNI__SOURCES_MAX)
		return bad(r, "sources", "", "are too many or too long");
	source = &learned->sources[learned->source_count++];
	source->name = NULL;
	if (*key != '\0') {
		source->name = omni__arena_strdup(r->arena, key);
		if (source->name == NULL)
			return omni__nomem(r->error);
	}
	status = check_members(r, "sources", object, members);
	if (status == OMNI_OK)
		status = read_rate(r, "sources", "same",
		    json_object_get(object, "same"), &source->same);
	if (status == OMNI_OK)
		status = read_rate(r, "sources", "others",
		    json_object_get(object, "others"), &source->others);
	return status;
}

static omni_status
read_sources(struct reader *r, json_t *sources)
{
	const char *key;
	json_t *object;
	omni_status status = OMNI_OK;
	size_t named = 0;

	if (!json_is_object(sources))
		return bad(r, "sources", "", "must be an object");
	json_object_foreach(sources, key, object) {
		named += *key != '\0';
		status = named > OMNI__SOURCES_MAX ?
		    bad(r, "sources", "", "are too many") :
		    read_source(r, key, object);
		if (status != OMNI_OK)
			break;
	}
	return status;
}

/* ---- the whole ------------------------------------------------------ */

#define BITS_MAX (100 * OMNI__BIT)

static omni_status
read_bits(const struct reader *r, const char *where, const char *member,
    json_t *object, int32_t *out)
{
	int64_t number = 0;
	omni_status status = read_number(r, where, member,
	    json_object_get(object, member), -BITS_MAX, BITS_MAX, &number);

	*out = (int32_t)number;
	return status;
}

static omni_status
read_counts(const struct reader *r, json_t *root)
{
	struct omni__learned *learned = r->learned;
	const struct {
		const char *name;
		int64_t least, *out;
	} counts[] = {
		{ "records", 0, &learned->records },
		{ "pairs", 0, &learned->pairs },
		{ "matches", 0, &learned->matches },
		{ "population", 2, &learned->population }
	};
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < OMNI__COUNT(counts) && status == OMNI_OK; i++)
		status = read_number(r, "", counts[i].name,
		    json_object_get(root, counts[i].name), counts[i].least,
		    INT64_C(1) << 40, counts[i].out);
	return status;
}

static omni_status
read_thresholds(const struct reader *r, json_t *root)
{
	static const char *const members[] = { "strangers", "relatives",
	    NULL };
	struct omni__learned *learned = r->learned;
	json_t *prior = json_object_get(root, "prior");
	omni_status status = check_members(r, "prior", prior, members);

	if (status == OMNI_OK)
		status = read_bits(r, "prior", "strangers", prior,
		    &learned->prior.strangers);
	if (status == OMNI_OK)
		status = read_bits(r, "prior", "relatives", prior,
		    &learned->prior.relatives);
	if (status == OMNI_OK)
		status = read_bits(r, "", "join", root, &learned->join);
	if (status == OMNI_OK)
		status = read_bits(r, "", "sure", root, &learned->sure);
	if (status == OMNI_OK)
		status = read_bits(r, "", "edge", root, &learned->edge);
	if (status == OMNI_OK && (learned->edge > learned->join ||
	    learned->join > learned->sure))
		status = bad(r, "join", "", "must lie from edge to sure");
	return status;
}

static omni_status
read_model(struct reader *r, json_t *root)
{
	static const char *const members[] = { "model", "records", "pairs",
	    "matches", "population", "prior", "join", "sure", "edge",
	    "columns", "attributes", "sources", NULL };
	int64_t format;
	omni_status status = check_members(r, "", root, members);

	if (status == OMNI_OK)
		status = read_number(r, "", "model",
		    json_object_get(root, "model"), 1, 1, &format);
	if (status == OMNI_OK)
		status = read_counts(r, root);
	if (status == OMNI_OK)
		status = read_thresholds(r, root);
	if (status == OMNI_OK)
		status = read_columns(r, json_object_get(root, "columns"));
	if (status == OMNI_OK)
		status = read_attributes(r,
		    json_object_get(root, "attributes"));
	if (status == OMNI_OK)
		status = read_sources(r, json_object_get(root, "sources"));
	return status;
}

/* Columns that the text does not have stay as in the defaults; frequent
 * values are the text's alone. */
static omni_status
start(struct reader *r)
{
	omni_status status = omni__learned_default(r->arena, r->learned);

	r->learned->values = NULL;
	r->learned->value_count = 0;
	return status == OMNI_OK ? status : omni__nomem(r->error);
}

/* What grew while reading becomes the arena's. */
static omni_status
finish(struct reader *r)
{
	struct omni__learned *learned = r->learned;
	struct omni__frequency *grown = learned->values;

	learned->values = omni__arena_copy(r->arena, grown,
	    (learned->value_count > 0 ? learned->value_count : 1) *
	    sizeof(*grown));
	omni__free(r->arena->env, grown);
	if (learned->values == NULL)
		return omni__nomem(r->error);
	omni__frequencies_sort(learned->values, learned->value_count);
	return OMNI_OK;
}

omni_status
omni__learned_read(struct omni__error *error, struct omni__arena *arena,
    const char *text, size_t size, struct omni__learned *learned)
{
	struct reader r = { error, arena, learned, 0 };
	struct omni__json_problem problem;
	json_t *root = NULL;
	omni_status status;

	if (size > OMNI__MODEL_MAX)
		return bad(&r, "", "", "is longer than 4 MiB");
	status = omni__json_read(text, size, JSON_REJECT_DUPLICATES, &root,
	    &problem);
	if (status == OMNI_NOMEM)
		return omni__nomem(error);
	if (status != OMNI_OK)
		return omni__fail(error, OMNI_INVALID,
		    "model: line %zu, column %zu: %s", problem.line,
		    problem.column, problem.reason);
	status = start(&r);
	/* Room for one, so that there is something to copy. */
	if (status == OMNI_OK && omni__grow(arena->env, &learned->values,
	    &r.room, 1, sizeof(*learned->values)) != OMNI_OK)
		status = omni__nomem(error);
	if (status == OMNI_OK)
		status = read_model(&r, root);
	json_decref(root);
	if (status == OMNI_OK)
		return finish(&r);
	omni__free(arena->env, learned->values);
	learned->values = NULL;
	return status;
}
