/*
 * Records: what a host says about one person, and how that becomes a fact
 * and an id.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/model.h"

/* ---- the object ----------------------------------------------------- */

omni_record *
omni_record_new(void)
{
	struct omni_record *record;

	record = omni__object_new(NULL, sizeof(*record));
	if (record != NULL)
		record->time = OMNI_TIME_UNKNOWN;
	return record;
}

void
omni_record_free(omni_record *record)
{
	if (record == NULL)
		return;
	omni__free(&record->object.env, record->features);
	omni__object_free(record);
}

omni_status
omni_record_set_source(omni_record *record, const char *source,
    const char *key)
{
	const char *source_copy, *key_copy;
	omni_status status;

	if (record == NULL)
		return OMNI_MISUSE;
	status = omni__object_text(&record->object, "source", source,
	    &source_copy);
	if (status == OMNI_OK)
		status = omni__object_text(&record->object, "key", key,
		    &key_copy);
	if (status == OMNI_OK) {
		record->source = source_copy;
		record->key = key_copy;
	}
	return status;
}

omni_status
omni_record_set_time(omni_record *record, int64_t time)
{
	omni_status status;

	if (record == NULL)
		return OMNI_MISUSE;
	status = omni__time_check(&record->object.error, "time", time);
	if (status == OMNI_OK)
		record->time = time;
	return status;
}

/* White space at the ends of a value says nothing. */
static const char *
trim(const char *value, size_t *size)
{
	size_t n = strlen(value);

	while (n > 0 && (*value == ' ' || *value == '\t')) {
		value++;
		n--;
	}
	while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'))
		n--;
	*size = n;
	return value;
}

static omni_status
append(struct omni_record *record, const char *kind, const char *value,
    size_t size)
{
	struct omni__raw *feature;

	if (record->count == OMNI_FEATURES_MAX)
		return omni__fail(&record->object.error, OMNI_INVALID,
		    "a record has at most %d features", OMNI_FEATURES_MAX);
	if (omni__grow(&record->object.env, &record->features,
	    &record->room, record->count + 1, sizeof(*feature)) != OMNI_OK)
		return omni__nomem(&record->object.error);
	feature = &record->features[record->count];
	feature->kind = omni__arena_strdup(&record->object.arena, kind);
	feature->value = omni__arena_text(&record->object.arena, value,
	    size);
	if (feature->kind == NULL || feature->value == NULL)
		return omni__nomem(&record->object.error);
	record->count++;
	return OMNI_OK;
}

omni_status
omni_record_add(omni_record *record, const char *kind, const char *value)
{
	omni_status status;
	size_t size = 0;

	if (record == NULL)
		return OMNI_MISUSE;
	status = omni__text_check(&record->object.error, "kind", kind);
	if (status != OMNI_OK)
		return status;
	if (!omni__kind_named(kind))
		return omni__fail(&record->object.error, OMNI_UNDEFINED,
		    "kind \"%.60s\" is none: use one of the built-in kinds, "
		    "attr.NAME, or a defined one of small letters, digits, "
		    "'.', '_' and '-'", kind);
	if (value != NULL && *value == '\0')
		return OMNI_OK;
	/* Tabs at the ends are forgiven, inside they are control
	 * characters like any other. */
	if (value != NULL) {
		value = trim(value, &size);
		if (size == 0)
			return OMNI_OK;
	}
	status = omni__text_check(&record->object.error, kind, value);
	if (status != OMNI_OK && value != NULL &&
	    status == OMNI_INVALID && value[size] != '\0') {
		char *copy = omni__arena_text(&record->object.arena, value,
		    size);

		if (copy == NULL)
			return omni__nomem(&record->object.error);
		status = omni__text_check(&record->object.error, kind,
		    copy);
	}
	return status == OMNI_OK ? append(record, kind, value, size) :
	    status;
}

const char *
omni_record_source(const omni_record *record)
{
	return record != NULL ? record->source : NULL;
}

const char *
omni_record_key(const omni_record *record)
{
	return record != NULL ? record->key : NULL;
}

int64_t
omni_record_time(const omni_record *record)
{
	return record != NULL ? record->time : OMNI_TIME_UNKNOWN;
}

int32_t
omni_record_count(const omni_record *record)
{
	return record != NULL ? (int32_t)record->count : 0;
}

static const struct omni__raw *
feature_at(const omni_record *record, int32_t i)
{
	if (record == NULL || i < 0 || (size_t)i >= record->count)
		return NULL;
	return &record->features[i];
}

const char *
omni_record_kind(const omni_record *record, int32_t i)
{
	const struct omni__raw *feature = feature_at(record, i);

	return feature != NULL ? feature->kind : NULL;
}

const char *
omni_record_value(const omni_record *record, int32_t i)
{
	const struct omni__raw *feature = feature_at(record, i);

	return feature != NULL ? feature->value : NULL;
}

const char *
omni_record_errmsg(const omni_record *record)
{
	if (record == NULL)
		return "the record is NULL";
	return record->object.error.text[0] != '\0' ?
	    record->object.error.text : "no error";
}

omni_status
omni__record_copy(const struct omni_record *record,
    struct omni_record **out)
{
	struct omni_record *copy = omni_record_new();
	omni_status status = OMNI_OK;
	size_t i;

	*out = NULL;
	if (copy == NULL)
		return OMNI_NOMEM;
	copy->time = record->time;
	if (record->source != NULL)
		status = omni_record_set_source(copy, record->source,
		    record->key);
	for (i = 0; i < record->count && status == OMNI_OK; i++)
		status = append(copy, record->features[i].kind,
		    record->features[i].value,
		    strlen(record->features[i].value));
	if (status != OMNI_OK) {
		omni_record_free(copy);
		return status;
	}
	*out = copy;
	return OMNI_OK;
}

bool
omni__record_empty(const struct omni_record *record)
{
	return record == NULL ||
	    (record->source == NULL && record->count == 0);
}

/* ---- the id and the fact -------------------------------------------- */

static int
compare_raw(const void *left, const void *right)
{
	const struct omni__raw *a = left, *b = right;
	int order = strcmp(a->kind, b->kind);

	return order != 0 ? order : strcmp(a->value, b->value);
}

/* Sorted and without repetition, so that the order of adding says nothing. */
static omni_status
canonical(struct omni *db, const struct omni_record *record,
    struct omni__raw **out, size_t *count)
{
	struct omni__raw *raw;
	size_t i, kept = 0;

	raw = omni__arena_alloc(&db->scratch,
	    (record->count + 1) * sizeof(*raw));
	if (raw == NULL)
		return omni__nomem(&db->error);
	if (record->count > 0)
		memcpy(raw, record->features, record->count * sizeof(*raw));
	qsort(raw, record->count, sizeof(*raw), compare_raw);
	for (i = 0; i < record->count; i++)
		if (kept == 0 || compare_raw(&raw[kept - 1], &raw[i]) != 0)
			raw[kept++] = raw[i];
	*out = raw;
	*count = kept;
	return OMNI_OK;
}

static void
add_sized(struct omni__buf *buf, const char *text)
{
	size_t size = strlen(text);
	unsigned char prefix[4] = {
		(unsigned char)size, (unsigned char)(size >> 8),
		(unsigned char)(size >> 16), (unsigned char)(size >> 24)
	};

	omni__buf_add(buf, prefix, sizeof(prefix));
	omni__buf_add(buf, text, size);
}

/* Raw features, never normal forms: normalisers improve, ids must not
 * change. */
static omni_status
inline_id(struct omni *db, const struct omni_record *record,
    unsigned char id[OMNI__ID])
{
	struct omni__buf buf = { .env = &db->env };
	struct omni__raw *raw;
	omni_status status;
	size_t i, count;

	status = canonical(db, record, &raw, &count);
	if (status != OMNI_OK)
		return status;
	omni__buf_char(&buf, 'i');
	for (i = 0; i < count; i++) {
		add_sized(&buf, raw[i].kind);
		add_sized(&buf, raw[i].value);
	}
	if (buf.failed)
		status = omni__nomem(&db->error);
	else
		omni__hash_id(db->tenant_key, id, buf.bytes, buf.size);
	omni__buf_free(&buf);
	return status;
}

omni_status
omni__record_identify(struct omni *db, const struct omni_record *record,
    unsigned char id[OMNI__ID])
{
	omni_status status;

	if (omni__record_empty(record))
		return omni__fail(&db->error, OMNI_INVALID,
		    "the record has neither a source and key nor a feature");
	status = omni__kinds_check(db, record);
	if (status != OMNI_OK)
		return status;
	if (record->source == NULL)
		return inline_id(db, record, id);
	omni__record_id(db, record->source, record->key, id);
	return OMNI_OK;
}

omni_status
omni__record_fact(struct omni *db, const struct omni_record *record,
    const unsigned char *id, struct omni__fact *fact)
{
	struct omni__buf buf = { .env = &db->env };
	struct omni__raw *raw;
	omni_status status;
	size_t i, count;

	status = canonical(db, record, &raw, &count);
	if (status != OMNI_OK)
		return status;
	omni__buf_char(&buf, '[');
	for (i = 0; i < count; i++) {
		omni__buf_str(&buf, i > 0 ? ",[" : "[");
		omni__buf_json(&buf, raw[i].kind);
		omni__buf_char(&buf, ',');
		omni__buf_json(&buf, raw[i].value);
		omni__buf_char(&buf, ']');
	}
	omni__buf_char(&buf, ']');
	memset(fact, 0, sizeof(*fact));
	fact->noun = OMNI__FACT_RECORD;
	fact->record = id;
	fact->happened = record->time == OMNI_NOW ?
	    omni__clock(&db->env) : record->time;
	fact->timed = record->time != OMNI_NOW;
	fact->source = record->source;
	fact->key = record->key;
	if (!buf.failed)
		fact->body = omni__arena_text(&db->scratch, buf.bytes,
		    buf.size);
	omni__buf_free(&buf);
	return fact->body != NULL ? OMNI_OK : omni__nomem(&db->error);
}

int64_t
omni__record_content(const struct omni *db, const char *body)
{
	return (int64_t)omni__hash64(db->tenant_key, body, strlen(body));
}

/* ---- back from the fact --------------------------------------------- */

static omni_status
damaged(struct omni *db)
{
	return omni__fail(&db->error, OMNI_CORRUPT,
	    "a record fact's features are damaged");
}

/*
 * The text is ours (see omni__record_fact), so it is read by hand, several
 * times faster than by a general parser; a damaged one is still refused.
 */
static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A string at *at; moves behind it.  NULL when damaged. */
static const char *
take_string(const char **at, char **out)
{
	const char *p = *at, *start = *out;
	char *o = *out;

	if (*p++ != '"')
		return NULL;
	for (; *p != '"'; p++) {
		if (*p == '\0')
			return NULL;
		if (*p != '\\') {
			*o++ = *p;
			continue;
		}
		p++;
		if (*p == '"' || *p == '\\') {
			*o++ = *p;
		} else if (memcmp(p, "u00", 3) == 0 &&
		    hex_digit(p[3]) >= 0 && hex_digit(p[4]) >= 0) {
			*o++ = (char)(hex_digit(p[3]) << 4 |
			    hex_digit(p[4]));
			p += 4;
		} else
			return NULL;
	}
	*o++ = '\0';
	*at = p + 1;
	*out = o;
	return start;
}

static bool
take_char(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

static bool
take_feature(const char **at, char **out, struct omni__raw *raw)
{
	return take_char(at, '[') &&
	    (raw->kind = take_string(at, out)) != NULL &&
	    take_char(at, ',') &&
	    (raw->value = take_string(at, out)) != NULL &&
	    take_char(at, ']');
}

omni_status
omni__record_parse(struct omni *db, const char *body,
    struct omni__raw **features, size_t *count)
{
	struct omni__raw raw[OMNI_FEATURES_MAX];
	const char *at = body;
	char *out;
	size_t n = 0;

	*count = 0;
	if (body == NULL || !take_char(&at, '['))
		return damaged(db);
	/* What comes out is shorter than what goes in. */
	out = omni__arena_alloc(&db->scratch, strlen(body) + 1);
	if (out == NULL)
		return omni__nomem(&db->error);
	while (*at != ']') {
		if (n == OMNI_FEATURES_MAX || (n > 0 && !take_char(&at, ',')) ||
		    !take_feature(&at, &out, &raw[n]))
			return damaged(db);
		n++;
	}
	*features = omni__arena_copy(&db->scratch, raw, n * sizeof(*raw));
	if (*features == NULL)
		return omni__nomem(&db->error);
	*count = n;
	return OMNI_OK;
}

const char *
omni__feature_of(const struct omni__raw *features, size_t count,
    const char *kind)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(features[i].kind, kind) == 0)
			return features[i].value;
	return NULL;
}
