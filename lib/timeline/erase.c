/*
 * Taking what records did out of the projections, and telling which facts
 * it was, so that their payload can go.
 */
#include <string.h>

#include "timeline/interaction.h"

/* Facts that are looked at together. */
#define PAGE 500

/* ---- statements ----------------------------------------------------- */

static const struct omni__sql stream_scan = {
	.name = "stream_scan",
	.in = "record:b happened:i fact:i most:i",
	.out = "ii",
	.sql = "SELECT t.happened, t.fact FROM omni_timeline t\n"
	    "WHERE t.record = $record\n"
	    "  AND (t.happened, t.fact) > ($happened, $fact)\n"
	    "ORDER BY t.happened, t.fact LIMIT $most",
};

static const struct omni__sql reference_delete = {
	.name = "reference_delete",
	.in = "type:t key:t happened:i fact:i",
	.sql = "DELETE FROM omni_reference USING p\n"
	    "WHERE omni_reference.type = $type\n"
	    "  AND omni_reference.key = $key\n"
	    "  AND omni_reference.happened = $happened\n"
	    "  AND omni_reference.fact = $fact",
};

static const struct omni__sql timeline_delete = {
	.name = "timeline_delete",
	.in = "record:b",
	.sql = "DELETE FROM omni_timeline USING p\n"
	    "WHERE omni_timeline.record = $record",
};

static const struct omni__sql usage_delete = {
	.name = "usage_delete",
	.in = "record:b",
	.sql = "DELETE FROM omni_usage USING p\n"
	    "WHERE omni_usage.record = $record",
};

static const struct omni__sql setting_delete = {
	.name = "setting_delete",
	.in = "record:b",
	.sql = "DELETE FROM omni_setting USING p\n"
	    "WHERE omni_setting.record = $record",
};

/* The projection holds only the last of each name: the others are found by
 * going through the facts, which an erasure may cost. */
static const struct omni__sql setting_scan = {
	.name = "setting_scan",
	.in = "noun:i after:i most:i",
	.out = "ib",
	.sql = "SELECT f.id, f.record FROM omni_fact f\n"
	    "WHERE f.id > $after AND f.noun = $noun"
	    " AND f.record IS NOT NULL\n"
	    "ORDER BY f.id LIMIT $most",
};

/* ---- the list of facts ---------------------------------------------- */

struct list {
	int64_t *ids;
	size_t count, room;
};

/* In the scratch arena, doubling. */
static omni_status
list_add(struct omni *db, struct list *list, int64_t id)
{
	size_t room = list->room == 0 ? 64 : list->room * 2;
	int64_t *more;

	if (list->count == list->room) {
		more = omni__arena_alloc(&db->scratch,
		    room * sizeof(*more));
		if (more == NULL)
			return omni__nomem(&db->error);
		if (list->count > 0)
			memcpy(more, list->ids,
			    list->count * sizeof(*more));
		list->ids = more;
		list->room = room;
	}
	list->ids[list->count++] = id;
	return OMNI_OK;
}

/* ---- interactions --------------------------------------------------- */

static omni_status
mention_rows(struct omni *db, const struct omni__fact *fact,
    struct omni__value **row)
{
	int64_t happened = omni__fact_time(fact);
	const char *at = fact->refs;
	struct omni__mention mention;
	omni_status status;

	if (at == NULL)
		return OMNI_OK;
	while ((status = omni__reference_next(&db->scratch, &at,
	    &mention)) == OMNI_OK) {
		*(*row)++ = omni__slice_value(&mention.type);
		*(*row)++ = omni__slice_value(&mention.key);
		*(*row)++ = omni__int(happened);
		*(*row)++ = omni__int(fact->id);
	}
	if (status == OMNI_DONE)
		return OMNI_OK;
	if (status == OMNI_NOMEM)
		return omni__nomem(&db->error);
	return omni__fail(&db->error, OMNI_CORRUPT,
	    "fact %lld: its references are damaged", (long long)fact->id);
}

static omni_status
delete_mentions(struct omni *db, const int64_t *ids, size_t count)
{
	struct omni__value *rows, *row;
	struct omni__fact *facts;
	omni_status status;
	size_t bound = 0, i;

	facts = omni__arena_alloc(&db->scratch, count * sizeof(*facts));
	if (facts == NULL)
		return omni__nomem(&db->error);
	status = omni__facts_read(db, ids, count, facts);
	if (status != OMNI_OK)
		return status;
	for (i = 0; i < count; i++)
		if (facts[i].refs != NULL)
			bound += omni__references_bound(facts[i].refs);
	rows = row = omni__arena_alloc(&db->scratch,
	    4 * bound * sizeof(*rows));
	if (rows == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++)
		status = mention_rows(db, &facts[i], &row);
	if (status != OMNI_OK)
		return status;
	return omni__exec(db, &reference_delete, rows,
	    (size_t)(row - rows) / 4);
}

static omni_status
erase_stream(struct omni *db, const unsigned char *record, struct list *list)
{
	struct omni__value in[4] = {
		omni__blob(record, OMNI__ID), omni__int(INT64_MIN),
		omni__int(0), omni__int(PAGE)
	};
	struct omni__result page;
	int64_t ids[PAGE];
	omni_status status;
	size_t i;

	do {
		status = omni__query(db, &stream_scan, in, 1, &page);
		if (status != OMNI_OK || page.count == 0)
			return status;
		for (i = 0; i < page.count && status == OMNI_OK; i++) {
			ids[i] = OMNI__AT(&page, i, 1)->number;
			status = list_add(db, list, ids[i]);
		}
		if (status == OMNI_OK)
			status = delete_mentions(db, ids, page.count);
		in[1] = *OMNI__AT(&page, page.count - 1, 0);
		in[2] = *OMNI__AT(&page, page.count - 1, 1);
	} while (status == OMNI_OK && page.count == PAGE);
	return status;
}

/* ---- settings ------------------------------------------------------- */

static omni_status
list_settings(struct omni *db, const struct omni__map *records,
    struct list *list)
{
	struct omni__value in[3] = {
		omni__int(OMNI__FACT_SETTING), omni__int(0), omni__int(PAGE)
	};
	struct omni__result page;
	omni_status status;
	size_t i;

	do {
		status = omni__query(db, &setting_scan, in, 1, &page);
		if (status != OMNI_OK || page.count == 0)
			return status;
		for (i = 0; i < page.count && status == OMNI_OK; i++) {
			const struct omni__value *row =
			    OMNI__AT(&page, i, 0);

			in[1] = row[0];
			if (omni__map_get(records, row[1].bytes,
			    row[1].size) != NULL)
				status = list_add(db, list, row[0].number);
		}
	} while (status == OMNI_OK && page.count == PAGE);
	return status;
}

/* Who ever set anything has a row: the others need no search. */
static omni_status
erase_settings(struct omni *db, const unsigned char *const *records,
    const struct omni__value *in, size_t count, struct list *list)
{
	struct omni__map map = { .arena = &db->scratch };
	int64_t changes;
	omni_status status;
	size_t i;
	bool found;

	status = omni__exec_count(db, &setting_delete, in, count, &changes);
	if (status != OMNI_OK || changes == 0)
		return status;
	for (i = 0; i < count; i++)
		if (omni__map_put(&map, records[i], OMNI__ID, i,
		    &found) == NULL)
			return omni__nomem(&db->error);
	return list_settings(db, &map, list);
}

omni_status
omni__timeline_erase(struct omni *db, const unsigned char *const *records,
    size_t count, int64_t **facts, size_t *fact_count)
{
	struct list list = { NULL, 0, 0 };
	omni_status status = OMNI_OK;
	struct omni__value *in;
	size_t i;

	*facts = NULL;
	*fact_count = 0;
	if (count == 0)
		return OMNI_OK;
	in = omni__arena_alloc(&db->scratch, count * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		in[i] = omni__blob(records[i], OMNI__ID);
		status = erase_stream(db, records[i], &list);
	}
	if (status == OMNI_OK)
		status = omni__exec(db, &timeline_delete, in, count);
	if (status == OMNI_OK)
		status = omni__exec(db, &usage_delete, in, count);
	if (status == OMNI_OK)
		status = erase_settings(db, records, in, count, &list);
	*facts = list.ids;
	*fact_count = list.count;
	return status;
}
