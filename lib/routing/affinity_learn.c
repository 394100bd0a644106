/*
 * Learning how the population responds: through all customers, a page at a
 * time, into one sum for each channel, and then a fact.
 */
#include <stdlib.h>
#include <string.h>

#include "routing/learn.h"

/* Customers that are looked at together. */
#define PAGE 1000

/* ---- through everybody ---------------------------------------------- */

struct learned {
	const char *channel;
	struct omni__moments moments;
};

struct learner {
	struct omni *db;
	struct omni__arena arena;	/* names, the map */
	struct omni__map by_channel;
	struct learned *channels;
	size_t count, room;
	int64_t now;			/* the span that runs */
	unsigned char after[OMNI__ID], last[OMNI__ID];
	bool begun;
	/* Of the page, in the scratch arena: */
	struct omni__response_list *lists;
	size_t customers;
};

static omni_status
list_records(struct omni *db, const struct omni__members *members,
    struct omni__response_list *list)
{
	const unsigned char **ids = omni__arena_alloc(&db->scratch,
	    (members->count + 1) * sizeof(*ids));
	size_t i;

	if (ids == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < members->count; i++)
		ids[i] = members->items[i].id;
	list->ids = ids;
	list->count = members->count;
	return OMNI_OK;
}

static omni_status
read_page(struct omni *db, void *context)
{
	struct learner *l = context;
	unsigned char (*customers)[OMNI__ID];
	struct omni__members *members;
	omni_status status;
	size_t i, count;

	status = omni__customers_page(db, l->begun ? l->after : NULL, PAGE,
	    false, &customers, &count);
	if (status != OMNI_OK || count == 0)
		return status == OMNI_OK ? OMNI_DONE : status;
	members = omni__arena_zero(&db->scratch, count * sizeof(*members));
	l->lists = omni__arena_zero(&db->scratch,
	    count * sizeof(*l->lists));
	if (members == NULL || l->lists == NULL)
		return omni__nomem(&db->error);
	status = omni__members_of(db,
	    (const unsigned char (*)[OMNI__ID])customers, count, false,
	    members);
	for (i = 0; i < count && status == OMNI_OK; i++)
		status = list_records(db, &members[i], &l->lists[i]);
	if (status == OMNI_OK)
		status = omni__responses_load(db, NULL, l->lists, count);
	if (status != OMNI_OK)
		return status;
	l->customers = count;
	memcpy(l->last, customers[count - 1], OMNI__ID);
	return OMNI_OK;
}

/* NULL when out of memory. */
static struct omni__moments *
moments_of(struct learner *l, const char *channel)
{
	size_t size = strlen(channel), *place;
	const char *name;
	bool found;

	place = omni__map_get(&l->by_channel, channel, size);
	if (place != NULL)
		return &l->channels[*place].moments;
	name = omni__arena_text(&l->arena, channel, size);
	if (name == NULL || omni__grow(&l->db->env, &l->channels, &l->room,
	    l->count + 1, sizeof(*l->channels)) != OMNI_OK ||
	    omni__map_put(&l->by_channel, name, size, l->count,
	    &found) == NULL)
		return NULL;
	memset(&l->channels[l->count], 0, sizeof(*l->channels));
	l->channels[l->count].channel = name;
	return &l->channels[l->count++].moments;
}

/* Of a customer; spans of a channel follow each other. */
static omni_status
add_customer(struct learner *l, const struct omni__response_list *list)
{
	struct omni__moments *moments;
	size_t i, n;

	for (i = 0; i < list->size; i += n) {
		const struct omni__response *first = &list->responses[i];
		int64_t sent = 0, answered = 0;

		for (n = 0; i + n < list->size &&
		    strcmp(first[n].channel, first->channel) == 0; n++) {
			if (first[n].span > l->now ||
			    l->now - first[n].span >= OMNI__SPANS_COUNTED)
				continue;
			sent += first[n].sent;
			answered += first[n].answered < first[n].sent ?
			    first[n].answered : first[n].sent;
		}
		if (sent == 0)
			continue;
		moments = moments_of(l, first->channel);
		if (moments == NULL)
			return omni__nomem(&l->db->error);
		omni__moments_add(moments, sent, answered);
	}
	return OMNI_OK;
}

static omni_status
survey(struct learner *l)
{
	omni_status status;
	size_t i;

	for (;;) {
		status = omni__transact(l->db, false, read_page, l);
		if (status == OMNI_DONE)
			return OMNI_OK;
		for (i = 0; i < l->customers && status == OMNI_OK; i++)
			status = add_customer(l, &l->lists[i]);
		if (status != OMNI_OK)
			return status;
		/* Not within: an attempt whose end is lost reads it again. */
		memcpy(l->after, l->last, OMNI__ID);
		l->begun = true;
	}
}

/* ---- the fact ------------------------------------------------------- */

static int
by_name(const void *left, const void *right)
{
	const struct learned *a = left, *b = right;

	return strcmp(a->channel, b->channel);
}

static void
write_channel(struct omni__buf *body, const char *channel, int64_t answered,
    int64_t unanswered, const struct omni__moments *m)
{
	omni__buf_str(body, body->size > 0 ? ",{\"channel\":" :
	    "{\"channels\":[{\"channel\":");
	omni__buf_json(body, channel);
	omni__buf_printf(body, ",\"answered\":%lld,\"unanswered\":%lld",
	    (long long)answered, (long long)unanswered);
	if (m != NULL)
		omni__buf_printf(body, ",\"customers\":%lld,\"sent\":%lld,"
		    "\"answers\":%lld", (long long)m->customers,
		    (long long)m->sent, (long long)m->answered);
	omni__buf_char(body, '}');
}

/* Empty when there is nothing to learn from.  What was learned of some
 * channels is in the mean what is expected of the others. */
static void
write_body(struct omni__buf *body, struct learner *l)
{
	int64_t answered, unanswered, all = 0, none = 0, count = 0;
	size_t i;

	if (l->count > 1)
		qsort(l->channels, l->count, sizeof(*l->channels), by_name);
	for (i = 0; i < l->count; i++) {
		const struct learned *learned = &l->channels[i];

		if (!omni__moments_learn(&learned->moments, &answered,
		    &unanswered))
			continue;
		write_channel(body, learned->channel, answered, unanswered,
		    &learned->moments);
		all += answered;
		none += unanswered;
		count++;
	}
	if (count == 0)
		return;
	write_channel(body, OMNI__PRIOR_OTHERS,
	    all > count ? all / count : 1, none > count ? none / count : 1,
	    NULL);
	omni__buf_str(body, "]}");
}

static omni_status
put_learned(struct learner *l, int64_t *id)
{
	struct omni__buf body = { .env = &l->db->env };
	struct omni__fact fact = {
		.noun = OMNI__FACT_AFFINITY,
		.kind = "affinity",
		.happened = omni__clock(&l->db->env),
	};
	omni_status status;

	write_body(&body, l);
	fact.body = body.bytes;
	if (body.failed)
		status = omni__nomem(&l->db->error);
	else
		status = body.size == 0 ? OMNI_NONE : omni__fact_put(l->db,
		    &fact, omni__definitions_apply, id);
	omni__buf_free(&body);
	return status;
}

omni_status
omni_affinity_learn(omni *db, int64_t *fact)
{
	struct learner l = { .db = db };
	omni_status status = omni__enter(db);

	if (fact != NULL)
		*fact = 0;
	if (status != OMNI_OK)
		return status;
	l.arena.env = &db->env;
	l.by_channel.arena = &l.arena;
	l.now = omni__span_of(omni__clock(&db->env));
	status = survey(&l);
	if (status == OMNI_OK)
		status = put_learned(&l, fact);
	omni__arena_free(&l.arena);
	omni__free(&db->env, l.channels);
	return omni__leave(db, status);
}
