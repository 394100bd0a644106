/*
 * Where a record can be reached, as a projection: its addresses with their
 * keyed hashes, and what letters to it are addressed to, packed in one row.
 * What a customer can be reached at is in points.c.
 */
#include <stdlib.h>
#include <string.h>

#include "consent/reach.h"
#include "text/text.h"

static const struct omni__sql reach_put = {
	.name = "reach_put",
	.in = "record:b happened:i content:i fact:i pack:b",
	.sql = "INSERT INTO omni_reach"
	    " (record, happened, content, fact, pack)\n"
	    "SELECT $record, $happened, $content, $fact, $pack\n"
	    "FROM p WHERE true\n"
	    "ON CONFLICT (record) DO UPDATE\n"
	    "SET happened = excluded.happened, content = excluded.content,\n"
	    "  fact = excluded.fact, pack = excluded.pack\n"
	    "WHERE (excluded.happened IS NOT NULL\n"
	    "    AND (omni_reach.happened IS NULL\n"
	    "      OR excluded.happened > omni_reach.happened))\n"
	    "  OR (excluded.content > omni_reach.content\n"
	    "    AND (excluded.happened = omni_reach.happened\n"
	    "      OR (excluded.happened IS NULL\n"
	    "        AND omni_reach.happened IS NULL)))",
};
#define COLUMNS 5

static const struct omni__sql reach_drop = {
	.name = "reach_drop",
	.in = "record:b",
	.sql = "DELETE FROM omni_reach USING p\n"
	    "WHERE omni_reach.record = $record",
};

/* ---- packing -------------------------------------------------------- */

static void
pack_text(struct omni__buf *pack, const char *text)
{
	omni__buf_add(pack, text, strlen(text) + 1);
}

static const char *
feature_of(const struct omni__raw *features, size_t count, const char *kind)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(features[i].kind, kind) == 0)
			return features[i].value;
	return NULL;
}

static const struct packed_kind {
	const char *kind;
	char tag;
} point_kinds[] = {
	{ "email", OMNI__REACH_EMAIL },
	{ "phone", OMNI__REACH_PHONE },
	{ "device", OMNI__REACH_DEVICE },
}, name_kinds[] = {
	{ "name.full", OMNI__REACH_FULL },
	{ "name.given", OMNI__REACH_GIVEN },
	{ "name.family", OMNI__REACH_FAMILY },
};

static char
tag_of(const struct packed_kind *kinds, size_t count, const char *kind)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].tag;
	return 0;
}

/* *added is false when nothing in it points anywhere. */
static omni_status
pack_point(struct omni *db, struct omni__buf *pack, char tag,
    const char *kind, const char *value, bool *added)
{
	unsigned char hash[OMNI__ID];
	omni_status status = omni__contact_hash(db, kind, value, hash,
	    added);

	if (status != OMNI_OK || !*added)
		return status;
	omni__buf_char(pack, tag);
	omni__buf_add(pack, hash, OMNI__ID);
	pack_text(pack, value);
	return OMNI_OK;
}

static omni_status
pack_contact(struct omni *db, struct omni__buf *pack, char tag,
    const struct omni__raw *feature)
{
	const char *normal = "", *region = NULL;
	omni_status status;
	bool added;

	status = pack_point(db, pack, tag, feature->kind, feature->value,
	    &added);
	if (status != OMNI_OK || !added)
		return status;
	if (tag == OMNI__REACH_PHONE) {
		status = omni__kind_normalise(db, feature->kind,
		    feature->value, &normal);
		if (status == OMNI_OK && normal[0] == '+')
			region = omni__phone_region(normal);
	}
	pack_text(pack, region != NULL ? region : "");
	return status;
}

/* Where it lies, if the record or the line says so; else "". */
static omni_status
country_of(struct omni *db, const struct omni__raw *features, size_t count,
    const char *full, char country[3])
{
	const char *told = feature_of(features, count, "address.country");
	struct omni__address parts;
	omni_status status = OMNI_NONE;

	country[0] = '\0';
	if (told != NULL)
		status = omni__country_find(&db->env, told, strlen(told),
		    country);
	if (status == OMNI_NONE && full != NULL) {
		status = omni__address_split(&db->env, full, strlen(full),
		    &parts);
		if (status == OMNI_OK)
			memcpy(country, parts.country, 3);
	}
	if (status == OMNI_NONE)
		country[0] = '\0';
	return status == OMNI_NOMEM ? omni__nomem(&db->error) : OMNI_OK;
}

static omni_status
pack_postal(struct omni *db, struct omni__buf *pack,
    const struct omni__raw *features, size_t count,
    const struct omni__raw *feature)
{
	bool full = strcmp(feature->kind, "address.full") == 0, added = false;
	const struct omni__postal parts = {
		.full = full ? feature->value : NULL,
		.street = feature->value,
		.number = feature_of(features, count, "address.number"),
		.postcode = feature_of(features, count, "address.postcode"),
		.city = feature_of(features, count, "address.city"),
	};
	char country[3];
	const char *line;
	omni_status status = omni__contact_postal(db, &parts, &line);

	if (status == OMNI_OK && line != NULL)
		status = pack_point(db, pack, OMNI__REACH_ADDRESS, "address",
		    line, &added);
	if (status != OMNI_OK || !added)
		return status;
	status = country_of(db, features, count, parts.full, country);
	pack_text(pack, country);
	if (status == OMNI_OK)
		status = omni__postal_key(db, pack, line);
	omni__buf_char(pack, '\0');
	return status;
}

/* However a source writes a name, the letters of given and family name. */
static omni_status
pack_name(struct omni *db, struct omni__buf *pack, char tag,
    const char *value)
{
	omni_status status = OMNI_OK;

	if (tag == OMNI__REACH_FULL)
		status = omni__contact_addressee(db, value, NULL, NULL,
		    &value);
	if (status != OMNI_OK || value == NULL)
		return status;
	omni__buf_char(pack, tag);
	status = omni__postal_key(db, pack, value);
	omni__buf_char(pack, '\0');
	return status;
}

static omni_status
pack_feature(struct omni *db, struct omni__buf *pack,
    const struct omni__raw *features, size_t count,
    const struct omni__raw *feature)
{
	char tag = tag_of(point_kinds, OMNI__COUNT(point_kinds),
	    feature->kind);

	if (tag != 0)
		return pack_contact(db, pack, tag, feature);
	tag = tag_of(name_kinds, OMNI__COUNT(name_kinds), feature->kind);
	if (tag != 0)
		return pack_name(db, pack, tag, feature->value);
	if (strcmp(feature->kind, "address.street") == 0 ||
	    strcmp(feature->kind, "address.full") == 0)
		return pack_postal(db, pack, features, count, feature);
	return OMNI_OK;
}

omni_status
omni__reach_pack(struct omni *db, const struct omni__fact *fact,
    struct omni__value *out)
{
	struct omni__buf pack = { .env = &db->env };
	struct omni__raw *features = NULL;
	size_t i, count = 0;
	void *bytes = NULL;
	omni_status status;

	omni__buf_char(&pack, OMNI__REACH_VERSION);
	status = omni__record_parse(db, fact->body, &features, &count);
	for (i = 0; i < count && status == OMNI_OK; i++)
		status = pack_feature(db, &pack, features, count,
		    &features[i]);
	if (!pack.failed)
		bytes = omni__arena_copy(&db->scratch, pack.bytes, pack.size);
	*out = omni__blob(bytes, pack.size);
	if (status == OMNI_OK && bytes == NULL)
		status = omni__nomem(&db->error);
	omni__buf_free(&pack);
	return status;
}

/* ---- applying ------------------------------------------------------- */

struct version {
	const struct omni__fact *fact;
	int64_t happened, content;
};

/* The current one of each record comes last. */
static int
compare_versions(const void *left, const void *right)
{
	const struct version *a = left, *b = right;
	int order = memcmp(a->fact->record, b->fact->record, OMNI__ID);

	if (order != 0)
		return order;
	if (a->happened != b->happened)
		return a->happened < b->happened ? -1 : 1;
	if (a->content != b->content)
		return a->content < b->content ? -1 : 1;
	/* The same one twice: the first stays. */
	return (a->fact < b->fact) - (a->fact > b->fact);
}

_Static_assert(OMNI_TIME_UNKNOWN == INT64_MIN, "unknown sorts first");

/* Rows of a batch do not see each other: one of each record goes. */
static size_t
keep_current(struct version *versions, size_t count)
{
	size_t i, kept = 0;

	qsort(versions, count, sizeof(*versions), compare_versions);
	for (i = 0; i < count; i++)
		if (i + 1 == count || memcmp(versions[i].fact->record,
		    versions[i + 1].fact->record, OMNI__ID) != 0)
			versions[kept++] = versions[i];
	return kept;
}

static omni_status
put_versions(struct omni *db, const struct version *versions, size_t count)
{
	struct omni__value *in = omni__arena_alloc(&db->scratch,
	    count * COLUMNS * sizeof(*in));
	omni_status status = OMNI_OK;
	size_t i;

	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		const struct version *version = &versions[i];
		struct omni__value *v = in + i * COLUMNS;

		v[0] = omni__blob(version->fact->record, OMNI__ID);
		v[1] = omni__int_or_null(version->happened,
		    OMNI_TIME_UNKNOWN);
		v[2] = omni__int(version->content);
		v[3] = omni__int(version->fact->id);
		status = omni__reach_pack(db, version->fact, &v[4]);
	}
	return status == OMNI_OK ? omni__exec(db, &reach_put, in, count) :
	    status;
}

omni_status
omni__reach_apply(struct omni *db, const struct omni__fact *facts,
    size_t count)
{
	struct version *versions;
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		n += facts[i].noun == OMNI__FACT_RECORD;
	if (n == 0)
		return OMNI_OK;
	versions = omni__arena_alloc(&db->scratch, n * sizeof(*versions));
	if (versions == NULL)
		return omni__nomem(&db->error);
	for (i = n = 0; i < count; i++) {
		const struct omni__fact *fact = &facts[i];

		/* Of what was removed or erased only the envelope is left. */
		if (fact->noun != OMNI__FACT_RECORD || fact->record == NULL ||
		    fact->body == NULL)
			continue;
		versions[n].fact = fact;
		versions[n].happened = omni__time_trusted(fact->happened,
		    fact->recorded) ? fact->happened : OMNI_TIME_UNKNOWN;
		versions[n++].content = omni__record_content(db, fact->body);
	}
	n = keep_current(versions, n);
	return n > 0 ? put_versions(db, versions, n) : OMNI_OK;
}

omni_status
omni__reach_erase(struct omni *db, const unsigned char *const *records,
    size_t count)
{
	struct omni__value *in = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*in));
	size_t i;

	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		in[i] = omni__blob(records[i], OMNI__ID);
	return omni__exec(db, &reach_drop, in, count);
}
