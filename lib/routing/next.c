/*
 * What became of a kept route, and where it goes on: its attempts, each of
 * which tries one channel, and the results that were told of them.
 */
#include <string.h>

#include "routing/kept.h"

/* A chain has no more attempts than there are channels; a damaged one must
 * not hang a till. */
#define ATTEMPTS_MAX 1000

/* ---- the latest attempt --------------------------------------------- */

/* One that was erased, since it also spoke of somebody else, is the last:
 * *ended. */
static omni_status
find_last(struct omni *db, const struct omni__kept *kept,
    struct omni__kept *last, bool *ended)
{
	struct omni__kept next;
	int64_t fact, follower;
	omni_status status = OMNI_OK;
	const char *key;
	int i;

	*last = *kept;
	fact = kept->fact;
	for (i = 0; i < ATTEMPTS_MAX; i++) {
		key = omni__follower_key(db, fact);
		if (key == NULL)
			return omni__nomem(&db->error);
		status = omni__keys_find(db, OMNI__FOLLOWS, &key, 1,
		    &follower);
		if (status != OMNI_OK || follower == 0)
			break;
		status = omni__kept_read(db, follower, &next);
		if (status == OMNI_ERASED) {
			omni__error_clear(&db->error);
			*ended = true;
			return OMNI_OK;
		}
		if (status == OMNI_OK && next.after != fact)
			status = omni__fail(&db->error, OMNI_CORRUPT,
			    "route %lld is followed by one that is not its "
			    "own", (long long)fact);
		if (status != OMNI_OK)
			break;
		*last = next;
		fact = follower;
	}
	return status;
}

/* ---- what was told of it -------------------------------------------- */

/* Whose log tells of it: all who are one with the one it went to. */
static omni_status
load_results(struct omni *db, const struct omni__kept *last,
    struct omni__sent_list *list)
{
	struct omni__member *members = NULL;
	const unsigned char **ids;
	size_t i, count;
	omni_status status = omni__customer_whole(db, last->record, &members,
	    &count);

	if (status != OMNI_OK)
		return status;
	ids = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*ids));
	if (ids == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		ids[i] = members[i].id;
	/* It may be gone, and what was told of it not. */
	if (count == 0)
		ids[count++] = last->record;
	*list = (struct omni__sent_list){ .ids = ids, .count = count };
	return omni__sent_load(db, NULL, INT64_MIN, list, 1);
}

/* How it went on one channel, in the order of time. */
struct outcome {
	int32_t best, failure;	/* 0: none was told */
	int64_t failed;		/* when */
	bool arrived;
};

static void
take_result(struct outcome *o, const struct omni__sent *told, int32_t until)
{
	if (told->what < OMNI_RESULT_BOUNCED) {
		if (told->what > o->best)
			o->best = told->what;
		o->arrived |= told->what >= until;
		return;
	}
	o->failure = told->what;
	o->failed = told->happened;
	/* Who complains has got it. */
	if (told->what != OMNI_RESULT_COMPLAINED)
		o->arrived = false;
}

static void
follow_channel(const struct omni__sent_list *list, uint64_t mark,
    const char *channel, int32_t until, struct outcome *o)
{
	size_t i;

	memset(o, 0, sizeof(*o));
	for (i = 0; i < list->size; i++) {
		const struct omni__sent *told = &list->sent[i];

		if (told->what > 0 && told->message == mark &&
		    told->channel != NULL &&
		    strcmp(told->channel, channel) == 0)
			take_result(o, told, until);
	}
}

/* A message that arrived late, on a channel that was given up, has arrived. */
static void
read_results(const struct omni__sent_list *list, uint64_t mark,
    int32_t until, struct omni__standing_of *stands)
{
	const struct omni__kept *last = &stands->last;
	struct outcome o;
	size_t i;

	for (i = 0; i < last->tried_count && !stands->arrived; i++) {
		follow_channel(list, mark, last->tried[i], until, &o);
		stands->arrived = o.arrived;
		stands->result = o.arrived ? o.best : o.failure != 0 ?
		    o.failure : o.best;
	}
	if (stands->arrived || last->steps == 0)
		return;
	follow_channel(list, mark, last->legs[0].channel, until, &o);
	stands->arrived = o.arrived;
	stands->failed = !o.arrived && o.failure != 0;
	stands->result = stands->failed ? o.failure : o.best;
	if (stands->failed && o.failed < stands->due)
		stands->due = o.failed;
}

omni_status
omni__kept_stands(struct omni *db, const struct omni__rules *rules,
    const struct omni__kept *kept, struct omni__standing_of *stands)
{
	const struct omni__purpose_rule *rule = omni__rule_purpose(rules,
	    kept->message.purpose);
	struct omni__sent_list list;
	const struct omni__kept *last = &stands->last;
	bool ended = false;
	omni_status status;

	memset(stands, 0, sizeof(*stands));
	stands->due = OMNI_TIME_UNKNOWN;
	status = find_last(db, kept, &stands->last, &ended);
	if (status != OMNI_OK || rule == NULL || ended)
		return status;
	if (last->steps > 0)
		stands->due = last->legs[0].time +
		    rule->purpose->wait * OMNI__SECOND;
	if (last->message.id == NULL)
		return OMNI_OK;
	status = load_results(db, last, &list);
	if (status == OMNI_OK)
		read_results(&list, omni__message_mark(db, last->message.id),
		    rule->purpose->until, stands);
	if (stands->arrived)
		stands->due = OMNI_TIME_UNKNOWN;
	return status;
}

int64_t
omni__due_of(const struct omni__rules *rules, const struct omni_route *route)
{
	const struct omni__purpose_rule *rule = omni__rule_purpose(rules,
	    route->purpose);

	return route->steps == 0 || rule == NULL ? OMNI_TIME_UNKNOWN :
	    route->legs[0].time + rule->purpose->wait * OMNI__SECOND;
}

/* ---- going on ------------------------------------------------------- */

struct going {
	int64_t fact, at;
	struct omni_route *route;
	omni_status outcome;
};

static omni_status
list_tried(struct omni *db, const struct omni__kept *last,
    struct omni__message *message)
{
	size_t n = last->tried_count;
	const char **tried = omni__arena_alloc(&db->scratch,
	    (n + 1) * sizeof(*tried));

	if (tried == NULL)
		return omni__nomem(&db->error);
	if (n > 0)
		memcpy(tried, last->tried, n * sizeof(*tried));
	tried[n] = last->legs[0].channel;
	message->tried = tried;
	message->tried_count = n + 1;
	return OMNI_OK;
}

/* The same message at that instant, to who the customer is now. */
static omni_status
decide_anew(struct omni *db, const struct going *going,
    const struct omni__kept *last, struct omni__round *round, bool *found)
{
	unsigned char customer[1][OMNI__ID];
	struct omni_message message = last->message;
	omni_status status;

	status = omni__customer_lookup(db, last->record, customer[0], found);
	if (status != OMNI_OK || !*found)
		return status;
	message.time = OMNI_NOW;
	status = omni__round_begin(db, NULL, &message, round);
	if (status == OMNI_OK)
		status = list_tried(db, last, &round->message);
	if (status != OMNI_OK)
		return status;
	round->message.at = round->wanted.at =
	    going->at > last->message.time ? going->at : last->message.time;
	status = omni__round_load(db, round,
	    (const unsigned char (*)[OMNI__ID])customer, 1);
	return status == OMNI_OK ? omni__round_decide(db, round, 0) : status;
}

static omni_status
go_on(struct omni *db, struct going *going, const struct omni__kept *last)
{
	struct omni__keeping keeping = {
		.message = &last->message,
		.route = going->route,
		.after = last->fact,
	};
	struct omni__round round;
	omni_status status;
	bool found;

	status = decide_anew(db, going, last, &round, &found);
	if (status == OMNI_OK && !found)
		return going->outcome = OMNI_NONE;
	if (status != OMNI_OK)
		return status;
	keeping.decision = round.decisions;
	status = omni__route_fill(db, going->route, round.decisions);
	if (status == OMNI_OK)
		status = omni__routes_keep(db, &keeping, 1);
	if (status == OMNI_OK)
		omni__route_kept(going->route, keeping.fact, 0,
		    omni__due_of(round.rules, going->route));
	return status;
}

static omni_status
show(struct omni *db, struct going *going,
    const struct omni__standing_of *stands, omni_status outcome)
{
	omni_status status = omni__kept_fill(db, &stands->last,
	    going->route);

	if (status != OMNI_OK)
		return status;
	omni__route_kept(going->route, stands->last.fact, stands->result,
	    stands->due);
	return going->outcome = outcome;
}

static omni_status
next_work(struct omni *db, void *context)
{
	struct going *going = context;
	const struct omni__rules *rules;
	struct omni__standing_of stands;
	struct omni__kept kept;
	omni_status status;

	going->outcome = OMNI_OK;
	status = omni__kept_read(db, going->fact, &kept);
	if (status == OMNI_NONE)
		return going->outcome = OMNI_NONE;
	if (status == OMNI_OK)
		status = omni__rules(db, &rules);
	if (status == OMNI_OK)
		status = omni__kept_stands(db, rules, &kept, &stands);
	if (status != OMNI_OK)
		return status;
	if (stands.arrived)
		return show(db, going, &stands, OMNI_DONE);
	if (stands.due == OMNI_TIME_UNKNOWN ||
	    (!stands.failed && going->at < stands.due))
		return show(db, going, &stands, OMNI_PENDING);
	return go_on(db, going, &stands.last);
}

static omni_status
next_route(struct omni *db, int64_t fact, int64_t at,
    struct omni_route **route)
{
	struct going going = { .fact = fact, .at = at };
	omni_status status;

	status = omni__instant_check(&db->error, "at", at);
	if (at == OMNI_NOW)
		going.at = omni__clock(&db->env);
	if (status == OMNI_OK)
		status = omni__route_new(db, &going.route);
	if (status == OMNI_OK &&
	    (status = omni__transact(db, true, next_work, &going)) >= 0)
		status = going.outcome;
	if (status >= 0 && status != OMNI_NONE)
		*route = going.route;
	else
		omni_route_free(going.route);
	return status;
}

omni_status
omni_route_next(omni *db, int64_t fact, int64_t at, omni_route **route)
{
	omni_status status;

	if (route == NULL)
		return OMNI_MISUSE;
	*route = NULL;
	status = omni__enter(db);
	return status == OMNI_OK ? omni__leave(db, next_route(db, fact, at,
	    route)) : status;
}
