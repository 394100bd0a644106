/*
 * How a customer responds, as a list that can be read: the channels on which
 * messages go, the likeliest to be answered first.
 */
#include <stdlib.h>
#include <string.h>

#include "routing/routing.h"

struct line {
	const char *channel;
	struct omni__rate rate;
};

struct omni_affinity {
	struct omni__object object;
	struct line *lines;
	size_t count, next;	/* the one behind what is shown */
};

struct asked {
	unsigned char id[OMNI__ID];
	int64_t at;
	struct omni_affinity *list;
};

/* ---- reading -------------------------------------------------------- */

/* What the customer was sent and answered, by all records. */
static omni_status
load_responses(struct omni *db, const struct omni__member *members,
    size_t count, struct omni__recipient *recipient)
{
	const unsigned char **ids = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*ids));
	struct omni__response_list list = { ids, count, NULL, 0 };
	omni_status status;
	size_t i;

	if (ids == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		ids[i] = members[i].id;
	status = omni__responses_load(db, NULL, &list, 1);
	recipient->responses = list.responses;
	recipient->response_count = list.size;
	return status;
}

static omni_status
add_line(struct omni *db, const struct asked *asked,
    const struct omni__rules *rules, const struct omni__recipient *recipient,
    const char *channel)
{
	struct omni_affinity *list = asked->list;
	struct line *line = &list->lines[list->count];

	line->channel = omni__arena_strdup(&list->object.arena, channel);
	if (line->channel == NULL)
		return omni__nomem(&db->error);
	omni__affinity(rules, recipient, channel, asked->at, &line->rate);
	list->count++;
	return OMNI_OK;
}

static int
likelier_first(const void *left, const void *right)
{
	const struct line *a = left, *b = right;

	if (a->rate.estimate != b->rate.estimate)
		return a->rate.estimate > b->rate.estimate ? -1 : 1;
	return strcmp(a->channel, b->channel);
}

/* Those that take messages, and those on which some were counted. */
static omni_status
fill(struct omni *db, const struct asked *asked,
    const struct omni__rules *rules, const struct omni__recipient *recipient)
{
	struct omni_affinity *list = asked->list;
	size_t room = rules->channel_count + recipient->response_count + 1;
	omni_status status = OMNI_OK;
	size_t i;

	list->count = 0;
	list->lines = omni__arena_zero(&list->object.arena,
	    room * sizeof(*list->lines));
	if (list->lines == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < rules->channel_count && status == OMNI_OK; i++)
		if (rules->channels[i]->direction != OMNI_DIRECTION_IN)
			status = add_line(db, asked, rules, recipient,
			    rules->channels[i]->head.name);
	for (i = 0; i < recipient->response_count && status == OMNI_OK; i++) {
		const char *channel = recipient->responses[i].channel;
		const struct omni_channel *defined = omni__rule_channel(
		    rules, channel);

		if ((defined == NULL ||
		    defined->direction == OMNI_DIRECTION_IN) && (i == 0 ||
		    strcmp(channel,
		    recipient->responses[i - 1].channel) != 0))
			status = add_line(db, asked, rules, recipient,
			    channel);
	}
	if (list->count > 1)
		qsort(list->lines, list->count, sizeof(*list->lines),
		    likelier_first);
	return status;
}

static omni_status
read_affinity(struct omni *db, void *context)
{
	const struct asked *asked = context;
	struct omni__recipient recipient = { .member_count = 0 };
	unsigned char customer[OMNI__ID];
	const struct omni__rules *rules;
	struct omni__member *members;
	omni_status status;
	size_t count;
	bool found;

	status = omni__customer_lookup(db, asked->id, customer, &found);
	if (status == OMNI_OK && !found)
		return OMNI_NONE;
	if (status == OMNI_OK)
		status = omni__customer_members(db, customer, &members,
		    &count);
	if (status == OMNI_OK)
		status = load_responses(db, members, count, &recipient);
	if (status == OMNI_OK)
		status = omni__rules(db, &rules);
	return status == OMNI_OK ? fill(db, asked, rules, &recipient) :
	    status;
}

omni_status
omni_affinity_open(omni *db, const char *customer, int64_t at,
    omni_affinity **affinity)
{
	struct asked asked = { .at = at };
	omni_status status = omni__enter(db);

	if (affinity != NULL)
		*affinity = NULL;
	if (status != OMNI_OK)
		return status;
	if (affinity == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "affinity is NULL"));
	status = omni__id_parse(&db->error, "customer", customer, asked.id);
	if (status == OMNI_OK)
		status = omni__instant_check(&db->error, "at", at);
	if (at == OMNI_NOW)
		asked.at = omni__clock(&db->env);
	if (status == OMNI_OK) {
		asked.list = omni__object_new(&db->env,
		    sizeof(*asked.list));
		status = asked.list == NULL ? omni__nomem(&db->error) :
		    omni__transact(db, false, read_affinity, &asked);
	}
	if (status == OMNI_OK)
		*affinity = asked.list;
	else
		omni__object_free(asked.list);
	return omni__leave(db, status);
}

/* ---- the list ------------------------------------------------------- */

omni_status
omni_affinity_next(omni_affinity *affinity)
{
	if (affinity == NULL)
		return OMNI_MISUSE;
	if (affinity->next > affinity->count)
		return OMNI_DONE;
	return affinity->next++ < affinity->count ? OMNI_OK : OMNI_DONE;
}

/* What is shown, or NULL. */
static const struct line *
shown(const omni_affinity *affinity)
{
	return affinity != NULL && affinity->next > 0 &&
	    affinity->next <= affinity->count ?
	    &affinity->lines[affinity->next - 1] : NULL;
}

const char *
omni_affinity_channel(const omni_affinity *affinity)
{
	const struct line *line = shown(affinity);

	return line != NULL ? line->channel : NULL;
}

/* From 1/1024 to thousandths. */
static int64_t
thousandths(int64_t number)
{
	return (number * 1000 + 512) / 1024;
}

int64_t
omni_affinity_sent(const omni_affinity *affinity)
{
	const struct line *line = shown(affinity);

	return line != NULL ? thousandths(line->rate.sent) : 0;
}

int64_t
omni_affinity_answered(const omni_affinity *affinity)
{
	const struct line *line = shown(affinity);

	return line != NULL ? thousandths(line->rate.answered) : 0;
}

int32_t
omni_affinity_rate(const omni_affinity *affinity)
{
	const struct line *line = shown(affinity);

	return line != NULL ? line->rate.estimate : 0;
}

int32_t
omni_affinity_prior(const omni_affinity *affinity)
{
	const struct line *line = shown(affinity);

	return line != NULL ? line->rate.population : 0;
}

int64_t
omni_affinity_strength(const omni_affinity *affinity)
{
	const struct line *line = shown(affinity);

	return line != NULL ? thousandths(line->rate.prior_answered +
	    line->rate.prior_unanswered) : 0;
}

void
omni_affinity_free(omni_affinity *affinity)
{
	omni__object_free(affinity);
}
