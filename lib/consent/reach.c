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
	const char *told = omni__feature_of(features, count,
	    "address.country");
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
		.number = omni__feature_of(features, count, "address.number"),
		.postcode = omni__feature_of(features, count,
		    "address.postcode"),
		.city = omni__feature_of(features, count, "address.city"),
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

/* ---- writing -------------------------------------------------------- */

struct row {
	unsigned char record[OMNI__ID];
	int64_t happened, content, fact;
	struct omni__value pack;
};

/* The current version of each record comes last. */
static int
compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int order = memcmp(a->record, b->record, OMNI__ID);

	if (order == 0)
		order = omni__order(a->happened, b->happened);
	if (order == 0)
		order = omni__order(a->content, b->content);
	/* The same one twice: the first stays. */
	return order != 0 ? order : omni__order(b->fact, a->fact);
}

_Static_assert(OMNI_TIME_UNKNOWN == INT64_MIN, "unknown sorts first");

/* Rows of a batch do not see each other: one of each record goes. */
static size_t
keep_current(struct row *rows, size_t count)
{
	size_t i, kept = 0;

	if (count > 0)
		qsort(rows, count, sizeof(*rows), compare_rows);
	for (i = 0; i < count; i++)
		if (i + 1 == count || memcmp(rows[i].record,
		    rows[i + 1].record, OMNI__ID) != 0)
			rows[kept++] = rows[i];
	return kept;
}

static omni_status
put_some(struct omni *db, const struct row *rows, size_t count)
{
	struct omni__mark mark = omni__arena_mark(&db->scratch);
	struct omni__value *in = omni__arena_alloc(&db->scratch,
	    count * COLUMNS * sizeof(*in));
	omni_status status;
	size_t i;

	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		struct omni__value *v = in + i * COLUMNS;

		v[0] = omni__blob(rows[i].record, OMNI__ID);
		v[1] = omni__int_or_null(rows[i].happened,
		    OMNI_TIME_UNKNOWN);
		v[2] = omni__int(rows[i].content);
		v[3] = omni__int(rows[i].fact);
		v[4] = rows[i].pack;
	}
	status = omni__exec(db, &reach_put, in, count);
	omni__arena_release(&db->scratch, mark);
	return status;
}

/* So many rows are written at once. */
#define SOME 4096

static omni_status
put_rows(struct omni *db, struct row *rows, size_t count)
{
	omni_status status = OMNI_OK;
	size_t from, n;

	count = keep_current(rows, count);
	for (from = 0; from < count && status == OMNI_OK; from += n) {
		n = count - from < SOME ? count - from : SOME;
		status = put_some(db, rows + from, n);
	}
	return status;
}

/* ---- a bulk --------------------------------------------------------- */

/* Records come in any order, and each batch would touch as many pages as it
 * has rows: they are gathered, and written by record. */
struct gathered {
	struct omni__gathered head;
	struct omni__arena arena;	/* of the packs */
	struct row *rows;
	size_t count, room, bytes;
};

/* So much is held. */
#define GATHERED_MAX ((size_t)96 * 1024 * 1024)

static void
free_gathered(struct omni *db)
{
	struct gathered *g = (struct gathered *)db->gathered;

	omni__arena_free(&g->arena);
	omni__free(&db->env, g->rows);
	omni__free(&db->env, g);
	db->gathered = NULL;
}

static omni_status
write_gathered(struct omni *db)
{
	struct gathered *g = (struct gathered *)db->gathered;
	omni_status status = put_rows(db, g->rows, g->count);

	omni__arena_reset(&g->arena);
	g->count = g->bytes = 0;
	return status;
}

static struct gathered *
gathered_of(struct omni *db)
{
	struct gathered *g = (struct gathered *)db->gathered;

	if (g != NULL)
		return g;
	g = omni__realloc(&db->env, NULL, sizeof(*g));
	if (g == NULL)
		return NULL;
	memset(g, 0, sizeof(*g));
	g->head.write = write_gathered;
	g->head.free = free_gathered;
	g->arena.env = &db->env;
	db->gathered = &g->head;
	return g;
}

static omni_status
gather(struct omni *db, const struct row *rows, size_t count)
{
	struct gathered *g = gathered_of(db);
	size_t i;

	if (g == NULL || omni__grow(&db->env, &g->rows, &g->room,
	    g->count + count, sizeof(*g->rows)) != OMNI_OK)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		struct row *row = &g->rows[g->count];

		*row = rows[i];
		row->pack.bytes = omni__arena_copy(&g->arena,
		    rows[i].pack.bytes, rows[i].pack.size);
		if (row->pack.bytes == NULL)
			return omni__nomem(&db->error);
		g->count++;
		g->bytes += row->pack.size + sizeof(*row);
	}
	return g->bytes > GATHERED_MAX ? write_gathered(db) : OMNI_OK;
}

/* ---- applying ------------------------------------------------------- */

static omni_status
read_row(struct omni *db, const struct omni__fact *fact, struct row *row)
{
	memcpy(row->record, fact->record, OMNI__ID);
	row->fact = fact->id;
	row->happened = omni__time_trusted(fact->happened, fact->recorded) ?
	    fact->happened : OMNI_TIME_UNKNOWN;
	row->content = omni__record_content(db, fact->body);
	return omni__reach_pack(db, fact, &row->pack);
}

omni_status
omni__reach_apply(struct omni *db, const struct omni__fact *facts,
    size_t count)
{
	omni_status status = OMNI_OK;
	struct row *rows;
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		n += facts[i].noun == OMNI__FACT_RECORD;
	if (n == 0)
		return OMNI_OK;
	rows = omni__arena_alloc(&db->scratch, n * sizeof(*rows));
	if (rows == NULL)
		return omni__nomem(&db->error);
	for (i = n = 0; i < count && status == OMNI_OK; i++)
		/* Of what was removed or erased only the envelope is left. */
		if (facts[i].noun == OMNI__FACT_RECORD &&
		    facts[i].record != NULL && facts[i].body != NULL)
			status = read_row(db, &facts[i], &rows[n++]);
	if (status != OMNI_OK)
		return status;
	return omni__bulk_runs(db) ? gather(db, rows, n) :
	    put_rows(db, rows, n);
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
