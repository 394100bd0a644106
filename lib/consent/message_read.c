/*
 * The log of messages, read for many customers at once: what was sent, and
 * how much of it was answered.
 */
#include <stdlib.h>
#include <string.h>

#include "consent/consent.h"

static const struct omni__sql message_get = {
	.name = "message_get",
	.in = "record:b since:i",
	.out = "iiiiiii",
	.sql = "SELECT m.happened, m.fact, m.what, m.channel, m.purpose,"
	    " m.message, m.priority\n"
	    "FROM omni_message m\n"
	    "WHERE m.record = $record AND m.happened >= $since\n"
	    "ORDER BY m.happened, m.fact",
};

static const struct omni__sql response_get = {
	.name = "response_get",
	.in = "record:b",
	.out = "iiii",
	.sql = "SELECT r.channel, r.span, r.sent, r.answered\n"
	    "FROM omni_response r WHERE r.record = $record\n"
	    "ORDER BY r.channel, r.span",
};

static const struct omni__sql message_along = {
	.name = "message_along",
	.in = "from:b to:b since:i",
	.out = "biiiiiii",
	.sql = "SELECT m.record, m.happened, m.fact, m.what, m.channel,"
	    " m.purpose, m.message, m.priority\n"
	    "FROM omni_message m\n"
	    "WHERE m.record >= $from AND m.record <= $to"
	    " AND m.happened >= $since\n"
	    "ORDER BY m.record, m.happened, m.fact",
};

static const struct omni__sql response_along = {
	.name = "response_along",
	.in = "from:b to:b",
	.out = "biiii",
	.sql = "SELECT r.record, r.channel, r.span, r.sent, r.answered\n"
	    "FROM omni_response r\n"
	    "WHERE r.record >= $from AND r.record <= $to\n"
	    "ORDER BY r.record",
};

/* ---- reading messages ----------------------------------------------- */

static int
compare_sent(const void *left, const void *right)
{
	const struct omni__sent *a = left, *b = right;
	int order = omni__order(a->happened, b->happened);

	return order != 0 ? order : omni__order(a->fact, b->fact);
}

static omni_status
read_sent(struct omni *db, const unsigned char *id,
    const struct omni__value *row, struct omni__sent *sent)
{
	omni_status status;

	memcpy(sent->record, id, OMNI__ID);
	sent->happened = row[0].number;
	sent->fact = row[1].number;
	sent->what = (int32_t)row[2].number;
	sent->message = (uint64_t)row[5].number;
	sent->priority = (int32_t)row[6].number;
	status = omni__term_text(db, row[3].number, &sent->channel);
	return status == OMNI_OK ?
	    omni__term_text(db, row[4].number, &sent->purpose) : status;
}

/* The rows of one list, which begin at *at and have its ordinals. */
static omni_status
fill_sent(struct omni *db, const struct omni__view *view,
    const struct omni__result *result, size_t first, size_t *at,
    struct omni__sent_list *list)
{
	omni_status status = OMNI_OK;
	size_t i;

	list->size = 0;
	for (i = *at; i < result->count && status == OMNI_OK &&
	    result->ordinal[i] < first + list->count; i++) {
		const struct omni__value *row = OMNI__AT(result, i, 0);

		if (omni__view_sees(view, row[1].number))
			status = read_sent(db,
			    list->ids[result->ordinal[i] - first], row,
			    &list->sent[list->size++]);
	}
	*at = i;
	if (list->count > 1 && list->size > 1)
		qsort(list->sent, list->size, sizeof(*list->sent),
		    compare_sent);
	return status;
}

omni_status
omni__sent_load(struct omni *db, const struct omni__view *view,
    int64_t since, struct omni__sent_list *lists, size_t count)
{
	size_t i, k, n = 0, at = 0, first = 0;
	struct omni__result result;
	struct omni__value *in;
	struct omni__sent *sent;
	omni_status status;

	for (i = 0; i < count; i++)
		n += lists[i].count;
	in = omni__arena_alloc(&db->scratch, (2 * n + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = n = 0; i < count; i++)
		for (k = 0; k < lists[i].count; k++) {
			in[n++] = omni__blob(lists[i].ids[k], OMNI__ID);
			in[n++] = omni__int(since);
		}
	status = omni__query_records(db, &message_get, &message_along, in,
	    n / 2, 2, &result);
	if (status != OMNI_OK)
		return status;
	sent = omni__arena_alloc(&db->scratch,
	    (result.count + 1) * sizeof(*sent));
	if (sent == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		lists[i].sent = sent + at;
		status = fill_sent(db, view, &result, first, &at, &lists[i]);
		first += lists[i].count;
	}
	return status;
}

/* ---- reading counts ------------------------------------------------- */

static int
compare_responses(const void *left, const void *right)
{
	const struct omni__response *a = left, *b = right;
	int order = strcmp(a->channel, b->channel);

	return order != 0 ? order : (a->span > b->span) -
	    (a->span < b->span);
}

/* What several records have in one place is one. */
static size_t
sum_responses(struct omni__response *r, size_t count)
{
	size_t i, kept = 0;

	if (count > 1)
		qsort(r, count, sizeof(*r), compare_responses);
	for (i = 0; i < count; i++) {
		if (kept == 0 || compare_responses(&r[kept - 1], &r[i]) != 0) {
			r[kept++] = r[i];
			continue;
		}
		r[kept - 1].sent += r[i].sent;
		r[kept - 1].answered += r[i].answered;
	}
	return kept;
}

/* As the counts say. */
static omni_status
fill_counted(struct omni *db, const struct omni__result *result,
    size_t first, size_t *at, struct omni__response_list *list)
{
	omni_status status = OMNI_OK;
	size_t i, n = 0;

	for (i = *at; i < result->count && status == OMNI_OK &&
	    result->ordinal[i] < first + list->count; i++) {
		const struct omni__value *row = OMNI__AT(result, i, 0);
		struct omni__response *r = &list->responses[n];

		r->span = row[1].number;
		r->sent = row[2].number;
		r->answered = row[3].number;
		status = omni__term_text(db, row[0].number, &r->channel);
		n += r->channel != NULL;
	}
	*at = i;
	if (status == OMNI_OK)
		list->size = sum_responses(list->responses, n);
	return status;
}

static omni_status
load_counted(struct omni *db, struct omni__response_list *lists,
    size_t count)
{
	size_t i, k, n = 0, at = 0, first = 0;
	struct omni__response *responses;
	struct omni__result result;
	struct omni__value *in;
	omni_status status;

	for (i = 0; i < count; i++)
		n += lists[i].count;
	in = omni__arena_alloc(&db->scratch, (n + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = n = 0; i < count; i++)
		for (k = 0; k < lists[i].count; k++)
			in[n++] = omni__blob(lists[i].ids[k], OMNI__ID);
	status = omni__query_records(db, &response_get, &response_along, in,
	    n, 1, &result);
	if (status != OMNI_OK)
		return status;
	responses = omni__arena_alloc(&db->scratch,
	    (result.count + 1) * sizeof(*responses));
	if (responses == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		lists[i].responses = responses + at;
		status = fill_counted(db, &result, first, &at, &lists[i]);
		first += lists[i].count;
	}
	return status;
}

/* As the messages that are seen say. */
static omni_status
fill_seen(struct omni *db, const struct omni__sent_list *sent,
    struct omni__response_list *list)
{
	size_t i, n = 0;

	list->responses = omni__arena_alloc(&db->scratch,
	    (sent->size + 1) * sizeof(*list->responses));
	if (list->responses == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < sent->size; i++) {
		const struct omni__sent *s = &sent->sent[i];

		if (s->channel != NULL && (omni__result_answers(s->what) ||
		    s->what == OMNI_RESULT_SENT))
			list->responses[n++] = (struct omni__response){
				s->channel, omni__span_of(s->happened),
				s->what == OMNI_RESULT_SENT,
				omni__result_answers(s->what)
			};
	}
	list->size = sum_responses(list->responses, n);
	return OMNI_OK;
}

static omni_status
load_seen(struct omni *db, const struct omni__view *view,
    struct omni__response_list *lists, size_t count)
{
	struct omni__sent_list *sent;
	omni_status status;
	size_t i;

	sent = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*sent));
	if (sent == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		sent[i] = (struct omni__sent_list){
			lists[i].ids, lists[i].count, NULL, 0
		};
	status = omni__sent_load(db, view, INT64_MIN, sent, count);
	for (i = 0; i < count && status == OMNI_OK; i++)
		status = fill_seen(db, &sent[i], &lists[i]);
	return status;
}

omni_status
omni__responses_load(struct omni *db, const struct omni__view *view,
    struct omni__response_list *lists, size_t count)
{
	return view == NULL ? load_counted(db, lists, count) :
	    load_seen(db, view, lists, count);
}
