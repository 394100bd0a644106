/*
 * The log of messages, a projection: routes that were kept, and what
 * interactions told of messages, by record; and how many were sent and
 * answered on each channel in spans of four weeks.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "consent/consent.h"

/* ---- SQL ------------------------------------------------------------ */

static const struct omni__sql message_put = {
	.name = "message_put",
	.in = "record:b happened:i fact:i what:i channel:i purpose:i "
	    "message:i priority:i",
	.sql = "INSERT INTO omni_message (record, happened, fact, what,"
	    " channel, purpose, message, priority)\n"
	    "SELECT $record, $happened, $fact, $what, $channel, $purpose,"
	    " $message, $priority FROM p WHERE true\n"
	    "ON CONFLICT (record, happened, fact) DO NOTHING",
};
#define MESSAGE_COLUMNS 8

static const struct omni__sql route_get = {
	.name = "message_route_get",
	.in = "record:b",
	.out = "i",
	.sql = "SELECT m.fact FROM omni_message m\n"
	    "WHERE m.record = $record AND m.what <= 0\n"
	    "ORDER BY m.fact",
};

static const struct omni__sql message_drop = {
	.name = "message_drop",
	.in = "record:b happened:i fact:i",
	.sql = "DELETE FROM omni_message USING p\n"
	    "WHERE omni_message.record = $record\n"
	    "  AND omni_message.happened = $happened\n"
	    "  AND omni_message.fact = $fact",
};
#define DROP_COLUMNS 3

static const struct omni__sql message_delete = {
	.name = "message_delete",
	.in = "record:b",
	.sql = "DELETE FROM omni_message USING p\n"
	    "WHERE omni_message.record = $record",
};

static const struct omni__sql response_add = {
	.name = "response_add",
	.in = "record:b channel:i span:i sent:i answered:i",
	.sql = "INSERT INTO omni_response"
	    " (record, channel, span, sent, answered)\n"
	    "SELECT $record, $channel, $span, $sent, $answered\n"
	    "FROM p WHERE true\n"
	    "ON CONFLICT (record, channel, span) DO UPDATE\n"
	    "SET sent = omni_response.sent + excluded.sent,\n"
	    "  answered = omni_response.answered + excluded.answered",
};
#define RESPONSE_COLUMNS 5

static const struct omni__sql response_delete = {
	.name = "response_delete",
	.in = "record:b",
	.sql = "DELETE FROM omni_response USING p\n"
	    "WHERE omni_response.record = $record",
};

/* ---- from facts to rows --------------------------------------------- */

uint64_t
omni__message_mark(const struct omni *db, const char *id)
{
	uint64_t mark = omni__hash64(db->tenant_key, id, strlen(id));

	return mark != 0 ? mark : 1;
}

struct row {
	unsigned char record[OMNI__ID];
	int64_t happened, fact, channel, purpose;
	uint64_t mark;
	int32_t what, priority;
};

/* In the scratch arena, doubling. */
struct rows {
	struct omni *db;
	struct row *items;
	size_t count, room;
};

/* Room for one more, or NULL when out of memory. */
static struct row *
rows_add(struct rows *rows)
{
	size_t room = rows->room == 0 ? 64 : rows->room * 2;
	struct row *more;

	if (rows->count == rows->room) {
		more = omni__arena_alloc(&rows->db->scratch,
		    room * sizeof(*more));
		if (more == NULL) {
			(void)omni__nomem(&rows->db->error);
			return NULL;
		}
		if (rows->count > 0)
			memcpy(more, rows->items,
			    rows->count * sizeof(*more));
		rows->items = more;
		rows->room = room;
	}
	return memset(&rows->items[rows->count++], 0, sizeof(*more));
}

/* Of the references of a type the first one's key. */
static const char *
reference_of(const json_t *refs, const char *type)
{
	size_t i;

	for (i = 0; i < json_array_size(refs); i++) {
		const json_t *ref = json_array_get(refs, i);
		const char *word = json_string_value(json_array_get(ref, 0));

		if (word != NULL && strcmp(word, type) == 0)
			return json_string_value(json_array_get(ref, 1));
	}
	return NULL;
}

/* Which message it was, and why it was sent, where the interaction says. */
static omni_status
read_references(struct omni *db, const struct omni__fact *fact,
    struct row *row)
{
	struct omni__json_problem problem;
	const char *message, *purpose;
	json_t *refs;
	omni_status status;

	if (fact->refs == NULL)
		return OMNI_OK;
	status = omni__json_read(fact->refs, strlen(fact->refs), 0, &refs,
	    &problem);
	if (status == OMNI_NOMEM)
		return omni__nomem(&db->error);
	if (status != OMNI_OK)
		return omni__fail(&db->error, OMNI_CORRUPT,
		    "fact %lld: its references are damaged",
		    (long long)fact->id);
	message = reference_of(refs, "message");
	purpose = reference_of(refs, "purpose");
	if (message != NULL)
		row->mark = omni__message_mark(db, message);
	status = omni__term(db, purpose, &row->purpose);
	json_decref(refs);
	return status;
}

/* What an interaction tells, if it does. */
static omni_status
add_result(struct rows *rows, const struct omni__fact *fact)
{
	int32_t what = omni__result_of(fact->kind, NULL);
	omni_status status = OMNI_OK;
	struct row *row;
	bool mild = false;

	/* A complaint that was none ends nothing. */
	if (what == OMNI_RESULT_COMPLAINED)
		status = omni__result_mild(rows->db, fact, &mild);
	if (what == 0 || mild || status != OMNI_OK)
		return status;
	row = rows_add(rows);
	if (row == NULL)
		return OMNI_NOMEM;
	memcpy(row->record, fact->record, OMNI__ID);
	row->happened = omni__fact_time(fact);
	row->fact = fact->id;
	row->what = what;
	row->channel = fact->channel_term;
	return read_references(rows->db, fact, row);
}

/* What a route tells of its record. */
static struct row
route_row(struct omni *db, const struct omni__fact *fact, const json_t *root)
{
	const json_t *step = json_object_get(root, "row");
	const char *message = json_string_value(
	    json_object_get(root, "message"));
	struct row row = {
		.happened = omni__fact_time(fact),
		.fact = fact->id,
		.what = OMNI__ROUTE_NOWHERE,
		.purpose = fact->kind_term,
	};

	memcpy(row.record, fact->record, OMNI__ID);
	if (message != NULL)
		row.mark = omni__message_mark(db, message);
	if (!json_is_integer(json_object_get(step, "time")))
		return row;
	row.what = 0;
	row.happened = json_integer_value(json_object_get(step, "time"));
	row.channel = fact->channel_term;
	row.priority = (int32_t)json_integer_value(
	    json_object_get(step, "priority"));
	return row;
}

/* The same under another id; a damaged one is nobody's. */
static omni_status
add_under(struct rows *rows, const struct row *row, const char *hex,
    int32_t what)
{
	unsigned char id[OMNI__ID];
	struct row *copy;

	if (hex == NULL || !omni__unhex(id, OMNI__ID, hex) ||
	    memcmp(id, row->record, OMNI__ID) == 0)
		return OMNI_OK;
	copy = rows_add(rows);
	if (copy == NULL)
		return OMNI_NOMEM;
	*copy = *row;
	copy->what = what;
	memcpy(copy->record, id, OMNI__ID);
	return OMNI_OK;
}

/* Its row, that of the household it goes to, and those of the records that
 * the customer had beside the oldest: when they part, it speaks of them. */
static omni_status
add_rows(struct rows *rows, const struct omni__fact *fact,
    const json_t *root)
{
	struct row row = route_row(rows->db, fact, root);
	const json_t *held = json_object_get(root, "whole");
	struct row *first = rows_add(rows);
	omni_status status;
	size_t i;

	if (first == NULL)
		return OMNI_NOMEM;
	*first = row;
	if (held == NULL)
		held = json_object_get(root, "held");
	status = add_under(rows, &row, json_string_value(json_object_get(
	    json_object_get(root, "row"), "household")), row.what);
	for (i = 0; i < json_array_size(held) && status == OMNI_OK; i++)
		status = add_under(rows, &row, json_string_value(
		    json_array_get(json_array_get(held, i), 0)),
		    OMNI__ROUTE_HELD);
	return status;
}

static omni_status
add_route(struct rows *rows, const struct omni__fact *fact)
{
	json_t *root;
	omni_status status;

	if (fact->body == NULL)
		return OMNI_OK;
	status = omni__json_body(rows->db, fact, &root);
	if (status == OMNI_OK)
		status = add_rows(rows, fact, root);
	json_decref(root);
	return status;
}

static int
compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int order = memcmp(a->record, b->record, OMNI__ID);

	if (order == 0)
		order = omni__order(a->happened, b->happened);
	return order != 0 ? order : omni__order(a->fact, b->fact);
}

/* ---- writing -------------------------------------------------------- */

static omni_status
put_rows(struct omni *db, const struct row *rows, size_t count)
{
	struct omni__value *in, *v;
	size_t i;

	in = v = omni__arena_alloc(&db->scratch,
	    count * MESSAGE_COLUMNS * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		*v++ = omni__blob(rows[i].record, OMNI__ID);
		*v++ = omni__int(rows[i].happened);
		*v++ = omni__int(rows[i].fact);
		*v++ = omni__int(rows[i].what);
		*v++ = omni__int(rows[i].channel);
		*v++ = omni__int(rows[i].purpose);
		*v++ = omni__int((int64_t)rows[i].mark);
		*v++ = omni__int(rows[i].priority);
	}
	return omni__exec(db, &message_put, in, count);
}

int64_t
omni__span_of(int64_t time)
{
	return time / OMNI__SPAN - (time % OMNI__SPAN < 0);
}

/* One of a sum. */
struct count {
	const unsigned char *record;
	int64_t channel, span, sent, answered;
};

static int
compare_counts(const void *left, const void *right)
{
	const struct count *a = left, *b = right;
	int order = memcmp(a->record, b->record, OMNI__ID);

	if (order != 0)
		return order;
	if (a->channel != b->channel)
		return a->channel < b->channel ? -1 : 1;
	return (a->span > b->span) - (a->span < b->span);
}

/* Rows of one batch do not see each other: the same place is added to
 * once. */
static size_t
sum_counts(struct count *counts, size_t count)
{
	size_t i, kept = 0;

	if (count > 1)
		qsort(counts, count, sizeof(*counts), compare_counts);
	for (i = 0; i < count; i++) {
		if (kept == 0 ||
		    compare_counts(&counts[kept - 1], &counts[i]) != 0) {
			counts[kept++] = counts[i];
			continue;
		}
		counts[kept - 1].sent += counts[i].sent;
		counts[kept - 1].answered += counts[i].answered;
	}
	return kept;
}

static omni_status
add_counts(struct omni *db, const struct row *rows, size_t count)
{
	struct count *counts;
	struct omni__value *in, *v;
	size_t i, n = 0;

	counts = omni__arena_alloc(&db->scratch, count * sizeof(*counts));
	if (counts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		if (rows[i].what == OMNI_RESULT_SENT ||
		    omni__result_answers(rows[i].what))
			counts[n++] = (struct count){
				rows[i].record, rows[i].channel,
				omni__span_of(rows[i].happened),
				rows[i].what == OMNI_RESULT_SENT,
				omni__result_answers(rows[i].what)
			};
	n = sum_counts(counts, n);
	in = v = omni__arena_alloc(&db->scratch,
	    (n + 1) * RESPONSE_COLUMNS * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < n; i++) {
		*v++ = omni__blob(counts[i].record, OMNI__ID);
		*v++ = omni__int(counts[i].channel);
		*v++ = omni__int(counts[i].span);
		*v++ = omni__int(counts[i].sent);
		*v++ = omni__int(counts[i].answered);
	}
	return omni__exec(db, &response_add, in, n);
}

/* What was erased has no record any more. */
static bool
is_logged(const struct omni__fact *fact)
{
	return fact->record != NULL && (fact->noun == OMNI__FACT_ROUTE ||
	    (fact->noun == OMNI__FACT_INTERACTION &&
	    omni__result_of(fact->kind, NULL) != 0));
}

omni_status
omni__messages_apply(struct omni *db, const struct omni__fact *facts,
    size_t count)
{
	struct rows rows = { .db = db };
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < count && status == OMNI_OK; i++)
		if (is_logged(&facts[i]))
			status = facts[i].noun == OMNI__FACT_ROUTE ?
			    add_route(&rows, &facts[i]) :
			    add_result(&rows, &facts[i]);
	if (status != OMNI_OK || rows.count == 0)
		return status;
	qsort(rows.items, rows.count, sizeof(*rows.items), compare_rows);
	status = put_rows(db, rows.items, rows.count);
	return status == OMNI_OK ? add_counts(db, rows.items, rows.count) :
	    status;
}

/* ---- erasing -------------------------------------------------------- */

/* All that these routes have, under whatever record and household. */
static omni_status
drop_routes(struct omni *db, const struct omni__fact *routes, size_t count)
{
	struct rows rows = { .db = db };
	struct omni__value *in;
	omni_status status = OMNI_OK;
	size_t i, n = 0;

	for (i = 0; i < count && status == OMNI_OK; i++)
		if (routes[i].record != NULL)
			status = add_route(&rows, &routes[i]);
	if (status != OMNI_OK)
		return status;
	in = omni__arena_alloc(&db->scratch,
	    (rows.count + 1) * DROP_COLUMNS * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < rows.count; i++) {
		in[n++] = omni__blob(rows.items[i].record, OMNI__ID);
		in[n++] = omni__int(rows.items[i].happened);
		in[n++] = omni__int(rows.items[i].fact);
	}
	return omni__exec(db, &message_drop, in, n / DROP_COLUMNS);
}

omni_status
omni__messages_erase(struct omni *db, const unsigned char *const *records,
    size_t count, int64_t **facts, size_t *fact_count)
{
	struct omni__result result;
	struct omni__fact *routes;
	struct omni__value *in;
	omni_status status;
	size_t i;

	*fact_count = 0;
	in = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		in[i] = omni__blob(records[i], OMNI__ID);
	status = omni__query(db, &route_get, in, count, &result);
	if (status != OMNI_OK)
		return status;
	*facts = omni__arena_alloc(&db->scratch,
	    (result.count + 1) * sizeof(**facts));
	routes = omni__arena_alloc(&db->scratch,
	    (result.count + 1) * sizeof(*routes));
	if (*facts == NULL || routes == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result.count; i++)
		(*facts)[i] = result.values[i].number;
	*fact_count = result.count;
	status = omni__facts_read(db, *facts, *fact_count, routes);
	if (status == OMNI_OK)
		status = drop_routes(db, routes, *fact_count);
	if (status == OMNI_OK)
		status = omni__exec(db, &message_delete, in, count);
	return status == OMNI_OK ?
	    omni__exec(db, &response_delete, in, count) : status;
}
