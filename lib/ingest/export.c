/*
 * Export: everything held about one customer, as JSON, one object a line.
 */
#include <stdlib.h>
#include <string.h>

#include "ingest/put.h"

struct export {
	const char *id;
	unsigned char customer[OMNI__ID];
	struct omni__buf buf;
	omni_write_fn write;
	void *user;
};

static const char *const nouns[] = {
	[OMNI__FACT_RECORD] = "record",
	[OMNI__FACT_INTERACTION] = "interaction",
	[OMNI__FACT_STATEMENT] = "statement",
	[OMNI__FACT_SETTING] = "setting",
	[OMNI__FACT_ROUTE] = "route",
};

static void
write_time(struct omni__buf *buf, const char *name, int64_t time)
{
	char text[OMNI_TIME_SIZE];

	if (omni_time_format(time, text, sizeof(text)) != OMNI_OK)
		return;
	omni__buf_printf(buf, ",\"%s\":\"%s\"", name, text);
}

static void
write_text(struct omni__buf *buf, const char *name, const char *text)
{
	if (text == NULL)
		return;
	omni__buf_printf(buf, ",\"%s\":", name);
	omni__buf_json(buf, text);
}

static void
write_fact(struct omni__buf *buf, const struct omni__fact *fact)
{
	char hex[OMNI_ID_SIZE];

	omni__buf_printf(buf, "{\"fact\":%lld", (long long)fact->id);
	write_text(buf, "noun", nouns[fact->noun]);
	if (fact->record != NULL) {
		omni__hex(hex, fact->record, OMNI__ID);
		write_text(buf, "record", hex);
	}
	write_time(buf, "time", fact->happened);
	write_time(buf, "recorded", fact->recorded);
	write_text(buf, "source", fact->source);
	write_text(buf, "id", fact->key);
	write_text(buf, "channel", fact->channel);
	write_text(buf, "kind", fact->kind);
	if (fact->refs != NULL)
		omni__buf_printf(buf, ",\"refs\":%s", fact->refs);
	if (fact->body != NULL)
		omni__buf_printf(buf, ",\"body\":%s", fact->body);
	omni__buf_str(buf, "}\n");
}

static omni_status
hand_over(struct omni *db, struct export *e)
{
	if (e->buf.failed)
		return omni__nomem(&db->error);
	if (e->buf.size > 0 &&
	    e->write(e->user, e->buf.bytes, e->buf.size) != 0)
		return omni__fail(&db->error, OMNI_IO,
		    "the host's writer did not take the export");
	omni__buf_clear(&e->buf);
	return OMNI_OK;
}

static omni_status
write_facts(struct omni *db, struct export *e, const int64_t *ids,
    size_t count)
{
	struct omni__fact *facts;
	omni_status status;
	size_t i;

	facts = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*facts));
	if (facts == NULL)
		return omni__nomem(&db->error);
	status = omni__facts_read(db, ids, count, facts);
	for (i = 0; i < count && status == OMNI_OK; i++)
		if (facts[i].noun > 0 && (size_t)facts[i].noun <
		    OMNI__COUNT(nouns) && nouns[facts[i].noun] != NULL)
			write_fact(&e->buf, &facts[i]);
	return status;
}

/* The facts of a projection's rows for some records. */
#define FACTS_OF(table) { \
	.name = "export_" table, .in = "record:b", .out = "i", \
	.sql = "SELECT x.fact FROM omni_" table " x" \
	    " WHERE x.record = $record ORDER BY x.fact" }

static const struct omni__sql tables[] = {
	FACTS_OF("version"), FACTS_OF("timeline"), FACTS_OF("statement"),
	FACTS_OF("setting"),
	/* Routes; what became of messages is on the timeline. */
	{ .name = "export_message", .in = "record:b", .out = "i",
	    .sql = "SELECT x.fact FROM omni_message x"
	    " WHERE x.record = $record AND x.what <= 0 ORDER BY x.fact" },
};

static int
compare_ids(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* What has a row under several of the records is told once. */
static size_t
each_once(int64_t *ids, size_t count)
{
	size_t i, n = 0;

	if (count > 1)
		qsort(ids, count, sizeof(*ids), compare_ids);
	for (i = 0; i < count; i++)
		if (n == 0 || ids[n - 1] != ids[i])
			ids[n++] = ids[i];
	return n;
}

static omni_status
write_table(struct omni *db, struct export *e, const struct omni__sql *sql,
    const struct omni__value *records, size_t count)
{
	struct omni__result result;
	int64_t *ids;
	omni_status status;
	size_t i;

	status = omni__query(db, sql, records, count, &result);
	if (status != OMNI_OK)
		return status;
	ids = omni__arena_alloc(&db->scratch,
	    (result.count + 1) * sizeof(*ids));
	if (ids == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result.count; i++)
		ids[i] = result.values[i].number;
	return write_facts(db, e, ids, each_once(ids, result.count));
}

static omni_status
write_head(struct omni *db, struct export *e,
    const struct omni__member *members, size_t count)
{
	struct omni__profile *profile;
	omni_status status;
	size_t i, size;
	char hex[OMNI_ID_SIZE];

	status = omni__customer_profile(db, members, count, &profile, &size);
	if (status != OMNI_OK)
		return status;
	omni__hex(hex, e->customer, OMNI__ID);
	omni__buf_printf(&e->buf, "{\"customer\":\"%s\",\"features\":[", hex);
	for (i = 0; i < size; i++) {
		omni__buf_str(&e->buf, i > 0 ? ",[" : "[");
		omni__buf_json(&e->buf, profile[i].kind);
		omni__buf_char(&e->buf, ',');
		omni__buf_json(&e->buf, profile[i].value);
		omni__buf_char(&e->buf, ']');
	}
	omni__buf_str(&e->buf, "]}\n");
	return OMNI_OK;
}

static omni_status
write_all(struct omni *db, struct export *e)
{
	struct omni__member *members;
	struct omni__value *records;
	int64_t *current;
	size_t i, count;
	omni_status status;

	status = omni__customer_members(db, e->customer, &members, &count);
	if (status == OMNI_OK)
		status = write_head(db, e, members, count);
	if (status != OMNI_OK)
		return status;
	records = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*records));
	current = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*current));
	if (records == NULL || current == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		records[i] = omni__blob(members[i].id, OMNI__ID);
		current[i] = members[i].fact;
	}
	status = write_facts(db, e, current, count);
	for (i = 0; i < OMNI__COUNT(tables) && status == OMNI_OK; i++)
		status = write_table(db, e, &tables[i], records, count);
	return status;
}

static omni_status
export(struct omni *db, void *context)
{
	struct export *e = context;
	unsigned char id[OMNI__ID];
	omni_status status;
	bool found;

	omni__buf_clear(&e->buf);
	status = omni__id_parse(&db->error, "id", e->id, id);
	if (status == OMNI_OK)
		status = omni__customer_lookup(db, id, e->customer, &found);
	if (status != OMNI_OK)
		return status;
	return found ? write_all(db, e) : OMNI_NONE;
}

omni_status
omni_customer_export(omni *db, const char *id, omni_write_fn write,
    void *user)
{
	omni_status status = omni__enter(db);
	struct export e = { .id = id, .write = write, .user = user };

	if (status != OMNI_OK)
		return status;
	if (write == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "write is NULL"));
	e.buf.env = &db->env;
	status = omni__transact(db, false, export, &e);
	/* Handed over once the reading is done: the host's writer may take
	 * its time. */
	if (status == OMNI_OK)
		status = hand_over(db, &e);
	omni__buf_free(&e.buf);
	return omni__leave(db, status);
}
