/*
 * Keeping decisions: a route becomes a fact that tells what was decided, for
 * whom, and what was known, so that it can be given back, and decided again.
 */
#include <string.h>

#include "routing/kept.h"

/* Under these sources and their keys nothing is kept twice: a message for a
 * customer, and what follows an attempt. */
#define MESSAGES "omni.message"

/* ---- was it routed before? ------------------------------------------ */

/* Every id that the customer may have been called by, and whose it is. */
struct names {
	struct omni__map seen;
	struct omni__value *ids;
	size_t *owners;
	size_t count, room;
};

static omni_status
add_name(struct omni *db, struct names *names, const void *id, size_t owner)
{
	size_t room = names->room == 0 ? 64 : names->room * 2;
	struct omni__value *ids;
	size_t *owners;
	bool found;

	if (names->count == names->room) {
		ids = omni__arena_alloc(&db->scratch, room * sizeof(*ids));
		owners = omni__arena_alloc(&db->scratch,
		    room * sizeof(*owners));
		if (ids == NULL || owners == NULL)
			return omni__nomem(&db->error);
		if (names->count > 0) {
			memcpy(ids, names->ids, names->count * sizeof(*ids));
			memcpy(owners, names->owners,
			    names->count * sizeof(*owners));
		}
		names->ids = ids;
		names->owners = owners;
		names->room = room;
	}
	if (omni__map_put(&names->seen, id, OMNI__ID, owner, &found) == NULL)
		return omni__nomem(&db->error);
	if (!found) {
		names->ids[names->count] = omni__blob(id, OMNI__ID);
		names->owners[names->count++] = owner;
	}
	return OMNI_OK;
}

/* The whole customer's, also where only what is surely one gets it. */
static omni_status
add_members(struct omni *db, struct names *names,
    const struct omni__recipient *r, size_t owner)
{
	const struct omni__member *members =
	    r->whole != NULL ? r->whole : r->members;
	size_t i, count = r->whole != NULL ? r->whole_count : r->member_count;
	omni_status status = OMNI_OK;

	for (i = 0; i < count && status == OMNI_OK; i++)
		status = add_name(db, names, members[i].id, owner);
	return status;
}

/* Those that led to what was added, and again to those. */
static omni_status
add_gone(struct omni *db, struct names *names)
{
	struct omni__result result;
	size_t i, from = 0, to;
	omni_status status = OMNI_OK;

	while (from < names->count && status == OMNI_OK) {
		to = names->count;
		status = omni__query(db, &omni__gone_to, names->ids + from,
		    to - from, &result);
		for (i = 0; status == OMNI_OK && i < result.count; i++)
			if (result.values[i].size == OMNI__ID)
				status = add_name(db, names,
				    result.values[i].bytes,
				    names->owners[from + result.ordinal[i]]);
		from = to;
	}
	return status;
}

static const char *
message_key(struct omni *db, const char *message, const void *id)
{
	char hex[OMNI_ID_SIZE];

	omni__hex(hex, id, OMNI__ID);
	return omni__arena_printf(&db->scratch, "%s %s", message, hex);
}

static omni_status
find_keys(struct omni *db, const struct names *names, const char *message,
    int64_t *held)
{
	const char **keys = omni__arena_alloc(&db->scratch,
	    (names->count + 1) * sizeof(*keys));
	size_t i;

	if (keys == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < names->count; i++)
		if ((keys[i] = message_key(db, message,
		    names->ids[i].bytes)) == NULL)
			return omni__nomem(&db->error);
	return omni__keys_find(db, MESSAGES, keys, names->count, held);
}

/* Of several, since two who were sent it are one now, the first. */
omni_status
omni__routes_held(struct omni *db, const struct omni__round *round,
    const char *message, int64_t *facts)
{
	struct names names = { .seen = { .arena = &db->scratch } };
	omni_status status = OMNI_OK;
	int64_t *held;
	size_t i;

	memset(facts, 0, round->count * sizeof(*facts));
	if (message == NULL)
		return OMNI_OK;
	for (i = 0; i < round->count && status == OMNI_OK; i++)
		status = add_members(db, &names, &round->recipients[i], i);
	if (status == OMNI_OK)
		status = add_gone(db, &names);
	if (status != OMNI_OK)
		return status;
	held = omni__arena_alloc(&db->scratch,
	    (names.count + 1) * sizeof(*held));
	if (held == NULL)
		return omni__nomem(&db->error);
	status = find_keys(db, &names, message, held);
	for (i = 0; status == OMNI_OK && i < names.count; i++) {
		int64_t *fact = &facts[names.owners[i]];

		if (held[i] != 0 && (*fact == 0 || held[i] < *fact))
			*fact = held[i];
	}
	return status;
}

/* ---- the fact's body ------------------------------------------------ */

static void
add_text(struct omni__buf *buf, const char *name, const char *text)
{
	if (text == NULL)
		return;
	omni__buf_printf(buf, ",\"%s\":", name);
	omni__buf_json(buf, text);
}

static void
add_records(struct omni__buf *buf, const char *name,
    const struct omni__member *members, size_t count)
{
	char hex[OMNI_ID_SIZE];
	size_t i;

	if (members == NULL)
		return;
	omni__buf_printf(buf, ",\"%s\":[", name);
	for (i = 0; i < count; i++) {
		omni__hex(hex, members[i].id, OMNI__ID);
		omni__buf_printf(buf, "%s[\"%s\",%lld]", i > 0 ? "," : "",
		    hex, (long long)members[i].fact);
	}
	omni__buf_char(buf, ']');
}

/* [channel, address, time, fact, text] of a step, and of what was rejected
 * [channel, reason, fact, text]: no address that it did not go to. */
static void
add_leg(struct omni__buf *buf, const struct omni__leg *leg)
{
	omni__buf_char(buf, '[');
	omni__buf_json(buf, leg->channel);
	if (leg->reason == 0) {
		omni__buf_char(buf, ',');
		omni__buf_json(buf, leg->address);
	}
	omni__buf_printf(buf, ",%lld,%lld,",
	    leg->reason != 0 ? (long long)leg->reason : (long long)leg->time,
	    (long long)leg->fact);
	omni__buf_json(buf, leg->text);
	omni__buf_char(buf, ']');
}

static void
add_legs(struct omni__buf *buf, const char *name,
    const struct omni__leg *legs, size_t count)
{
	size_t i;

	omni__buf_printf(buf, ",\"%s\":[", name);
	for (i = 0; i < count; i++) {
		if (i > 0)
			omni__buf_char(buf, ',');
		add_leg(buf, &legs[i]);
	}
	omni__buf_char(buf, ']');
}

static void
add_tried(struct omni__buf *buf, const struct omni__message *message)
{
	size_t i;

	if (message->tried_count == 0)
		return;
	omni__buf_str(buf, ",\"tried\":[");
	for (i = 0; i < message->tried_count; i++) {
		if (i > 0)
			omni__buf_char(buf, ',');
		omni__buf_json(buf, message->tried[i]);
	}
	omni__buf_char(buf, ']');
}

const unsigned char *
omni__household_of(const struct omni__decision *d)
{
	const struct omni__candidate *step = d->candidates;

	if (d->steps == 0 || d->message->mark == 0 ||
	    d->message->rule->purpose->household == 0 ||
	    step->channel->medium != OMNI_MEDIUM_PHYSICAL ||
	    step->point == NULL)
		return NULL;
	return step->point->hash;
}

/* What the log of messages reads. */
static void
add_row(struct omni__buf *buf, const struct omni__decision *d)
{
	const unsigned char *household = omni__household_of(d);
	char hex[OMNI_ID_SIZE];

	if (d->steps == 0)
		return;
	omni__buf_printf(buf, ",\"row\":{\"time\":%lld,\"priority\":%d",
	    (long long)d->candidates[0].time,
	    (int)d->message->rule->purpose->priority);
	if (household != NULL) {
		omni__hex(hex, household, OMNI__ID);
		omni__buf_printf(buf, ",\"household\":\"%s\"", hex);
	}
	omni__buf_char(buf, '}');
}

static void
add_message(struct omni__buf *buf, const struct omni__keeping *keeping)
{
	const struct omni_message *m = keeping->message;

	omni__buf_printf(buf, "{\"at\":%lld",
	    (long long)keeping->decision->message->at);
	add_text(buf, "message", m->id);
	add_text(buf, "brand", m->brand);
	if (m->expiry != OMNI_TIME_UNKNOWN)
		omni__buf_printf(buf, ",\"expiry\":%lld",
		    (long long)m->expiry);
	if (m->urgent >= 0)
		omni__buf_printf(buf, ",\"urgent\":%d", m->urgent != 0);
	if (keeping->after != 0)
		omni__buf_printf(buf, ",\"after\":%lld",
		    (long long)keeping->after);
}

static omni_status
make_body(struct omni *db, const struct omni__keeping *keeping,
    const char *known, struct omni__buf *buf, const char **body)
{
	const struct omni__decision *d = keeping->decision;
	const struct omni__recipient *r = d->recipient;
	const struct omni_route *route = keeping->route;

	omni__buf_clear(buf);
	add_message(buf, keeping);
	add_tried(buf, d->message);
	add_records(buf, "held", r->members, r->member_count);
	add_records(buf, "whole", r->whole, r->whole_count);
	omni__buf_printf(buf, ",\"known\":%s", known);
	add_text(buf, "zone", route->zone);
	add_text(buf, "zone_text", route->zone_text);
	add_text(buf, "language", route->language);
	add_legs(buf, "steps", route->legs, route->steps);
	add_legs(buf, "rejected", route->legs + route->steps,
	    route->count - route->steps);
	add_row(buf, d);
	omni__buf_char(buf, '}');
	*body = buf->failed ? NULL : omni__arena_text(&db->scratch,
	    buf->bytes, buf->size);
	return *body != NULL ? OMNI_OK : omni__nomem(&db->error);
}

/* ---- the fact ------------------------------------------------------- */

const char *
omni__follower_key(struct omni *db, int64_t fact)
{
	return omni__arena_printf(&db->scratch, "%lld", (long long)fact);
}

static omni_status
name_fact(struct omni *db, const struct omni__keeping *keeping,
    struct omni__fact *fact)
{
	fact->source = MESSAGES;
	if (keeping->after != 0) {
		fact->source = OMNI__FOLLOWS;
		fact->key = omni__follower_key(db, keeping->after);
	} else if (keeping->message->id != NULL)
		fact->key = message_key(db, keeping->message->id,
		    fact->record);
	else {
		fact->source = NULL;
		return OMNI_OK;
	}
	return fact->key != NULL ? OMNI_OK : omni__nomem(&db->error);
}

static omni_status
make_fact(struct omni *db, const struct omni__keeping *keeping,
    const char *known, int64_t now, struct omni__buf *buf,
    struct omni__fact *fact)
{
	const struct omni__decision *d = keeping->decision;
	omni_status status;

	*fact = (struct omni__fact){
		.noun = OMNI__FACT_ROUTE,
		.happened = now,
		.record = d->recipient->customer,
		.kind = d->message->rule->purpose->head.name,
		.channel = d->steps > 0 ? d->candidates[0].name : NULL,
	};
	status = name_fact(db, keeping, fact);
	return status == OMNI_OK ?
	    make_body(db, keeping, known, buf, &fact->body) : status;
}

/* Whoever keeps sees what is known before the first of them; a later one
 * knows of those before it by its own number. */
omni_status
omni__routes_keep(struct omni *db, struct omni__keeping *keeping,
    size_t count)
{
	struct omni__buf buf = { .env = &db->env };
	int64_t now = omni__clock(&db->env);
	const struct omni__fact **keyed;
	struct omni__fact *facts;
	const char *known = NULL;
	omni_status status;
	size_t i;

	if (count == 0)
		return OMNI_OK;
	facts = omni__arena_alloc(&db->scratch, count * sizeof(*facts));
	keyed = omni__arena_alloc(&db->scratch, count * sizeof(*keyed));
	if (facts == NULL || keyed == NULL)
		return omni__nomem(&db->error);
	status = omni__view_write(db, &known);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		keyed[i] = &facts[i];
		status = make_fact(db, &keeping[i], known, now, &buf,
		    &facts[i]);
	}
	omni__buf_free(&buf);
	if (status == OMNI_OK)
		status = omni__facts_append(db, facts, count);
	if (status == OMNI_OK)
		status = omni__facts_reserve(db, keyed, count);
	if (status == OMNI_OK)
		status = omni__messages_apply(db, facts, count);
	for (i = 0; i < count && status == OMNI_OK; i++)
		keeping[i].fact = facts[i].id;
	return status;
}

/* ---- the call ------------------------------------------------------- */

struct putting {
	unsigned char id[OMNI__ID];
	const struct omni_message *message;
	struct omni_route *route;
	omni_status outcome;
};

static omni_status
keep_new(struct omni *db, struct putting *put, struct omni__round *round)
{
	struct omni__keeping keeping = {
		.message = put->message,
		.decision = round->decisions,
		.route = put->route,
	};
	omni_status status = omni__round_decide(db, round, 0);

	if (status == OMNI_OK)
		status = omni__route_fill(db, put->route, keeping.decision);
	if (status == OMNI_OK)
		status = omni__routes_keep(db, &keeping, 1);
	if (status != OMNI_OK)
		return status;
	omni__route_kept(put->route, keeping.fact, 0,
	    omni__due_of(round->rules, put->route));
	return OMNI_OK;
}

static omni_status
show_held(struct omni *db, struct putting *put,
    const struct omni__round *round, int64_t held)
{
	struct omni__kept kept;
	omni_status status = omni__kept_read(db, held, &kept);

	return status == OMNI_OK ? omni__kept_show(db, round->rules, &kept,
	    put->route) : status;
}

static omni_status
put_work(struct omni *db, void *context)
{
	struct putting *put = context;
	unsigned char customer[1][OMNI__ID];
	struct omni__round round;
	omni_status status;
	int64_t held;
	bool found;

	status = omni__customer_lookup(db, put->id, customer[0], &found);
	if (status == OMNI_OK && !found)
		return put->outcome = OMNI_NONE;
	if (status == OMNI_OK)
		status = omni__round_begin(db, NULL, put->message, &round);
	if (status == OMNI_OK)
		status = omni__round_load(db, &round,
		    (const unsigned char (*)[OMNI__ID])customer, 1);
	if (status == OMNI_OK)
		status = omni__routes_held(db, &round, put->message->id,
		    &held);
	if (status != OMNI_OK)
		return status;
	put->outcome = held != 0 ? OMNI_DUPLICATE : OMNI_OK;
	status = held != 0 ? show_held(db, put, &round, held) :
	    keep_new(db, put, &round);
	return status == OMNI_OK ? put->outcome : status;
}

static omni_status
put_route(struct omni *db, const char *customer,
    const struct omni_message *message, struct omni_route **route)
{
	struct putting put = { .message = message };
	omni_status status;

	if (message == NULL)
		return omni__fail(&db->error, OMNI_MISUSE,
		    "message is NULL");
	status = omni__id_parse(&db->error, "customer", customer, put.id);
	if (status == OMNI_OK)
		status = omni__route_new(db, &put.route);
	/* What an answer that got lost had said is in the outcome. */
	if (status == OMNI_OK &&
	    (status = omni__transact(db, true, put_work, &put)) >= 0)
		status = put.outcome;
	if (status == OMNI_OK || status == OMNI_DUPLICATE)
		*route = put.route;
	else
		omni_route_free(put.route);
	return status;
}

omni_status
omni_route_put(omni *db, const char *customer, const omni_message *message,
    omni_route **route)
{
	omni_status status;

	if (route == NULL)
		return OMNI_MISUSE;
	*route = NULL;
	status = omni__enter(db);
	return status == OMNI_OK ? omni__leave(db, put_route(db, customer,
	    message, route)) : status;
}
