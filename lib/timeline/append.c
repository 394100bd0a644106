/*
 * From facts to projections: the order of the timeline, the references, the
 * usage counts and the settings.  A batch is sorted by each table's key
 * first, because records are random ids: that makes the walk through a
 * B-tree a local one.
 */
#include <stdlib.h>
#include <string.h>

#include "timeline/interaction.h"

/* ---- statements ----------------------------------------------------- */

static const struct omni__sql timeline_insert = {
	.name = "timeline_insert",
	.in = "record:b happened:i fact:i channel:i kind:i",
	.sql = "INSERT INTO omni_timeline (record, happened, fact, channel,"
	    " kind)\n"
	    "SELECT $record, $happened, $fact, $channel, $kind FROM p"
	    " WHERE true",
};
#define TIMELINE_COLUMNS 5

static const struct omni__sql usage_add = {
	.name = "usage_add",
	.in = "record:b channel:i kind:i count:i latest:i",
	.sql = "INSERT INTO omni_usage (record, channel, kind, count,"
	    " latest)\n"
	    "SELECT $record, $channel, $kind, $count, $latest FROM p"
	    " WHERE true\n"
	    "ON CONFLICT (record, channel, kind) DO UPDATE\n"
	    "SET count = omni_usage.count + excluded.count,\n"
	    "  latest = CASE WHEN excluded.latest > omni_usage.latest\n"
	    "    THEN excluded.latest ELSE omni_usage.latest END",
};
#define USAGE_COLUMNS 5

static const struct omni__sql reference_insert = {
	.name = "reference_insert",
	.in = "type:t key:t happened:i fact:i status:t",
	.sql = "INSERT INTO omni_reference (type, key, happened, fact,"
	    " status)\n"
	    "SELECT $type, $key, $happened, $fact, $status FROM p"
	    " WHERE true",
};
#define REFERENCE_COLUMNS 5

/* Last writer wins; a removal is a value too, so that an older one that
 * comes late does not bring the setting back. */
static const struct omni__sql setting_put = {
	.name = "setting_put",
	.in = "record:b name:i happened:i fact:i value:t",
	.sql = "INSERT INTO omni_setting (record, name, happened, fact,"
	    " value)\n"
	    "SELECT $record, $name, $happened, $fact, $value FROM p"
	    " WHERE true\n"
	    "ON CONFLICT (record, name) DO UPDATE\n"
	    "SET happened = excluded.happened, fact = excluded.fact,\n"
	    "  value = excluded.value\n"
	    "WHERE excluded.happened > omni_setting.happened\n"
	    "  OR (excluded.happened = omni_setting.happened\n"
	    "    AND excluded.fact > omni_setting.fact)",
};
#define SETTING_COLUMNS 5

/* ---- a batch, sorted ------------------------------------------------ */

/* An interaction on its record's stream; also the newest of one usage. */
struct event {
	uint64_t prefix;	/* of record, so that most compares are one */
	const unsigned char *record;
	int64_t happened, fact, channel, kind;
};

struct mention {
	struct omni__mention what;
	int64_t happened, fact;
	size_t order;
};

struct change {
	const unsigned char *record;
	int64_t name, happened, fact;
	const char *value;	/* JSON string, or NULL */
};

struct batch {
	struct event *events;
	struct mention *mentions;
	struct change *changes;
	size_t event_count, mention_count, change_count;
};

static int
compare_slices(const struct omni__slice *a, const struct omni__slice *b)
{
	size_t size = a->size < b->size ? a->size : b->size;
	int order = memcmp(a->bytes, b->bytes, size);

	return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

static int
compare_records(const struct event *a, const struct event *b)
{
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return a->record == b->record ? 0 :
	    memcmp(a->record, b->record, OMNI__ID);
}

static int
by_stream(const void *left, const void *right)
{
	const struct event *a = left, *b = right;
	int order = compare_records(a, b);

	if (order == 0)
		order = omni__order(a->happened, b->happened);
	return order != 0 ? order : omni__order(a->fact, b->fact);
}

static int
by_usage(const void *left, const void *right)
{
	const struct event *a = left, *b = right;
	int order = omni__order(a->channel, b->channel);

	return order != 0 ? order : omni__order(a->kind, b->kind);
}

static int
compare_rows(const struct mention *a, const struct mention *b)
{
	int order = compare_slices(&a->what.type, &b->what.type);

	if (order == 0)
		order = compare_slices(&a->what.key, &b->what.key);
	if (order == 0)
		order = omni__order(a->happened, b->happened);
	return order != 0 ? order : omni__order(a->fact, b->fact);
}

static int
by_reference(const void *left, const void *right)
{
	const struct mention *a = left, *b = right;
	int order = compare_rows(a, b);

	return order != 0 ? order : (a->order > b->order) -
	    (a->order < b->order);
}

static int
by_setting(const void *left, const void *right)
{
	const struct change *a = left, *b = right;
	int order = memcmp(a->record, b->record, OMNI__ID);

	if (order == 0)
		order = omni__order(a->name, b->name);
	if (order == 0)
		order = omni__order(a->happened, b->happened);
	return order != 0 ? order : omni__order(a->fact, b->fact);
}

/* ---- collecting ----------------------------------------------------- */

static uint64_t
prefix_of(const unsigned char *record)
{
	uint64_t prefix = 0;
	int i;

	for (i = 0; i < 8; i++)
		prefix = prefix << 8 | record[i];
	return prefix;
}

static omni_status
add_mentions(struct omni *db, struct batch *batch,
    const struct omni__fact *fact, int64_t happened)
{
	const char *at = fact->refs;
	struct mention *mention;
	omni_status status;

	for (;;) {
		mention = &batch->mentions[batch->mention_count];
		status = omni__reference_next(&db->scratch, &at,
		    &mention->what);
		if (status != OMNI_OK)
			break;
		mention->happened = happened;
		mention->fact = fact->id;
		mention->order = batch->mention_count++;
	}
	if (status == OMNI_DONE)
		return OMNI_OK;
	if (status == OMNI_NOMEM)
		return omni__nomem(&db->error);
	return omni__fail(&db->error, OMNI_CORRUPT,
	    "fact %lld: its references are damaged", (long long)fact->id);
}

/* What was erased has neither record nor references any more. */
static omni_status
add_fact(struct omni *db, struct batch *batch, const struct omni__fact *fact)
{
	int64_t happened;

	if (fact->noun != OMNI__FACT_INTERACTION &&
	    fact->noun != OMNI__FACT_SETTING)
		return OMNI_OK;
	happened = omni__fact_time(fact);
	if (fact->noun == OMNI__FACT_SETTING) {
		if (fact->record != NULL)
			batch->changes[batch->change_count++] =
			    (struct change){ fact->record, fact->kind_term,
			    happened, fact->id, fact->body };
		return OMNI_OK;
	}
	if (fact->record != NULL)
		batch->events[batch->event_count++] = (struct event){
			prefix_of(fact->record), fact->record, happened,
			fact->id, fact->channel_term, fact->kind_term
		};
	return fact->refs == NULL ? OMNI_OK :
	    add_mentions(db, batch, fact, happened);
}

static omni_status
collect(struct omni *db, const struct omni__fact *facts, size_t count,
    struct batch *batch)
{
	/* One more than there are: the place of the one that is not. */
	size_t events = 0, mentions = 1, changes = 0, i;
	omni_status status = OMNI_OK;

	memset(batch, 0, sizeof(*batch));
	for (i = 0; i < count; i++) {
		changes += facts[i].noun == OMNI__FACT_SETTING;
		if (facts[i].noun != OMNI__FACT_INTERACTION)
			continue;
		events++;
		if (facts[i].refs != NULL)
			mentions += omni__references_bound(facts[i].refs);
	}
	batch->events = omni__arena_alloc(&db->scratch,
	    events * sizeof(*batch->events));
	batch->mentions = omni__arena_alloc(&db->scratch,
	    mentions * sizeof(*batch->mentions));
	batch->changes = omni__arena_alloc(&db->scratch,
	    changes * sizeof(*batch->changes));
	if (batch->events == NULL || batch->mentions == NULL ||
	    batch->changes == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++)
		status = add_fact(db, batch, &facts[i]);
	return status;
}

/* ---- writing, a table at a time ------------------------------------- */

static omni_status
put_events(struct omni *db, const struct batch *batch)
{
	struct omni__value *rows, *row;
	size_t i;

	rows = row = omni__arena_alloc(&db->scratch,
	    batch->event_count * TIMELINE_COLUMNS * sizeof(*rows));
	if (rows == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < batch->event_count; i++) {
		const struct event *event = &batch->events[i];

		*row++ = omni__blob(event->record, OMNI__ID);
		*row++ = omni__int(event->happened);
		*row++ = omni__int(event->fact);
		*row++ = omni__int(event->channel);
		*row++ = omni__int(event->kind);
	}
	return omni__exec(db, &timeline_insert, rows, batch->event_count);
}

/* The rows of one record, which are sorted in place. */
static struct omni__value *
add_usages(struct event *events, size_t count, struct omni__value *row)
{
	size_t i, n;

	if (count > 1)
		qsort(events, count, sizeof(*events), by_usage);
	for (i = 0; i < count; i += n) {
		int64_t latest = events[i].happened;

		for (n = 1; i + n < count &&
		    by_usage(&events[i], &events[i + n]) == 0; n++)
			if (events[i + n].happened > latest)
				latest = events[i + n].happened;
		*row++ = omni__blob(events[i].record, OMNI__ID);
		*row++ = omni__int(events[i].channel);
		*row++ = omni__int(events[i].kind);
		*row++ = omni__int((int64_t)n);
		*row++ = omni__int(latest);
	}
	return row;
}

static omni_status
put_usages(struct omni *db, struct batch *batch)
{
	struct omni__value *rows, *row;
	size_t i, n;

	rows = row = omni__arena_alloc(&db->scratch,
	    batch->event_count * USAGE_COLUMNS * sizeof(*rows));
	if (rows == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < batch->event_count; i += n) {
		struct event *first = &batch->events[i];

		for (n = 1; i + n < batch->event_count &&
		    compare_records(first, first + n) == 0; n++)
			continue;
		row = add_usages(first, n, row);
	}
	return omni__exec(db, &usage_add, rows,
	    (size_t)(row - rows) / USAGE_COLUMNS);
}

/* An interaction that mentions a reference twice has one row: with the last
 * status it gave. */
static omni_status
put_mentions(struct omni *db, const struct batch *batch)
{
	struct omni__value *rows, *row;
	size_t i, n;

	rows = row = omni__arena_alloc(&db->scratch,
	    batch->mention_count * REFERENCE_COLUMNS * sizeof(*rows));
	if (rows == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < batch->mention_count; i += n) {
		const struct mention *first = &batch->mentions[i];
		const struct omni__slice *status = &first->what.status;

		for (n = 1; i + n < batch->mention_count &&
		    compare_rows(first, first + n) == 0; n++)
			if (first[n].what.status.bytes != NULL)
				status = &first[n].what.status;
		*row++ = omni__slice_value(&first->what.type);
		*row++ = omni__slice_value(&first->what.key);
		*row++ = omni__int(first->happened);
		*row++ = omni__int(first->fact);
		*row++ = omni__slice_value(status);
	}
	return omni__exec(db, &reference_insert, rows,
	    (size_t)(row - rows) / REFERENCE_COLUMNS);
}

static omni_status
setting_row(struct omni *db, const struct change *change,
    struct omni__value *row)
{
	struct omni__slice value = { NULL, 0 };
	const char *at = change->value;
	omni_status status = OMNI_OK;

	if (at != NULL)
		status = omni__string_next(&db->scratch, &at, &value);
	if (status == OMNI_NOMEM)
		return omni__nomem(&db->error);
	if (status != OMNI_OK)
		return omni__fail(&db->error, OMNI_CORRUPT,
		    "fact %lld: the setting's value is damaged",
		    (long long)change->fact);
	row[0] = omni__blob(change->record, OMNI__ID);
	row[1] = omni__int(change->name);
	row[2] = omni__int(change->happened);
	row[3] = omni__int(change->fact);
	row[4] = omni__slice_value(&value);
	return OMNI_OK;
}

/* Rows of one batch do not see each other, so only the last of each record
 * and name goes out. */
static omni_status
put_changes(struct omni *db, const struct batch *batch)
{
	const struct change *changes = batch->changes;
	struct omni__value *rows;
	omni_status status;
	size_t i, n = 0;

	rows = omni__arena_alloc(&db->scratch,
	    batch->change_count * SETTING_COLUMNS * sizeof(*rows));
	if (rows == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < batch->change_count; i++) {
		if (i + 1 < batch->change_count &&
		    changes[i].name == changes[i + 1].name &&
		    memcmp(changes[i].record, changes[i + 1].record,
		    OMNI__ID) == 0)
			continue;
		status = setting_row(db, &changes[i],
		    rows + n++ * SETTING_COLUMNS);
		if (status != OMNI_OK)
			return status;
	}
	return omni__exec(db, &setting_put, rows, n);
}

static void
sort(void *items, size_t count, size_t size,
    int (*compare)(const void *, const void *))
{
	if (count > 1)
		qsort(items, count, size, compare);
}

omni_status
omni__timeline_apply(struct omni *db, const struct omni__fact *facts,
    size_t count)
{
	struct batch batch;
	omni_status status;

	status = collect(db, facts, count, &batch);
	if (status != OMNI_OK)
		return status;
	sort(batch.events, batch.event_count, sizeof(*batch.events),
	    by_stream);
	sort(batch.mentions, batch.mention_count, sizeof(*batch.mentions),
	    by_reference);
	sort(batch.changes, batch.change_count, sizeof(*batch.changes),
	    by_setting);
	status = put_events(db, &batch);
	if (status == OMNI_OK)
		status = put_mentions(db, &batch);
	if (status == OMNI_OK)
		status = put_usages(db, &batch);
	if (status == OMNI_OK)
		status = put_changes(db, &batch);
	return status;
}
