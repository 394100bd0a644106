/*
 * omni_route: gathers in one read transaction what a decision needs, and
 * hands out what was decided.
 */
#include <string.h>

#include "routing/kept.h"

/* ---- the object ----------------------------------------------------- */

omni_status
omni__route_new(struct omni *db, struct omni_route **route)
{
	*route = omni__object_new(&db->env, sizeof(**route));
	if (*route == NULL)
		return omni__nomem(&db->error);
	(*route)->due = OMNI_TIME_UNKNOWN;
	return OMNI_OK;
}

void
omni_route_free(omni_route *route)
{
	omni__object_free(route);
}

void
omni__route_kept(struct omni_route *route, int64_t fact, int32_t result,
    int64_t due)
{
	route->fact = fact;
	route->result = result;
	route->due = due;
}

static bool
keep_leg(struct omni_route *route, const struct omni__decision *d,
    const struct omni__candidate *c, struct omni__leg *leg)
{
	struct omni__arena *arena = &route->object.arena;
	bool failed = false;

	leg->channel = omni__arena_keep(arena, c->name, &failed);
	if (c->point != NULL)
		leg->address = omni__arena_keep(arena, c->point->value,
		    &failed);
	leg->text = c->reason == 0 ? omni__step_text(arena, d, c) :
	    omni__fall_text(arena, d, c);
	leg->time = c->time;
	leg->fact = omni__candidate_fact(c);
	leg->reason = c->reason;
	return !failed && leg->text != NULL;
}

void
omni__route_clear(struct omni_route *route)
{
	omni__arena_reset(&route->object.arena);
	memset((char *)route + sizeof(route->object), 0,
	    sizeof(*route) - sizeof(route->object));
	route->due = OMNI_TIME_UNKNOWN;
}

static const char *
language_of(const struct omni__decision *d)
{
	const struct omni__recipient *r = d->recipient;
	const struct omni__message *m = d->message;
	const struct omni__said *said = omni__said_last(r->said,
	    r->said_count, OMNI_SAID_LANGUAGE, m->rule->purpose->head.name,
	    NULL, m->brand, m->at);

	return said != NULL ? said->value : NULL;
}

omni_status
omni__route_fill(struct omni *db, struct omni_route *route,
    const struct omni__decision *d)
{
	const struct omni__recipient *r = d->recipient;
	struct omni__arena *arena = &route->object.arena;
	bool failed = false;
	size_t i;

	omni__route_clear(route);
	omni__hex(route->customer, r->customer, OMNI__ID);
	route->at = d->message->at;
	route->steps = d->steps;
	route->count = d->count;
	route->purpose = omni__arena_keep(arena,
	    d->message->rule->purpose->head.name, &failed);
	route->zone = omni__arena_keep(arena, omni__zone_name(r->zone),
	    &failed);
	route->zone_text = omni__arena_keep(arena, r->zone_text, &failed);
	route->language = omni__arena_keep(arena, language_of(d), &failed);
	route->legs = omni__arena_zero(arena,
	    (d->count + 1) * sizeof(*route->legs));
	if (route->legs == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < d->count && !failed; i++)
		failed = !keep_leg(route, d, &d->candidates[i],
		    &route->legs[i]);
	return failed ? omni__nomem(&db->error) : OMNI_OK;
}

/* ---- deciding ------------------------------------------------------- */

struct asked {
	unsigned char id[OMNI__ID];
	const struct omni_message *message;
	struct omni_route *route;
};

static omni_status
decide(struct omni *db, void *context)
{
	const struct asked *asked = context;
	unsigned char customer[1][OMNI__ID];
	struct omni__round round;
	bool found;
	omni_status status;

	status = omni__customer_lookup(db, asked->id, customer[0], &found);
	if (status != OMNI_OK || !found)
		return status != OMNI_OK ? status : OMNI_NONE;
	status = omni__round_begin(db, NULL, asked->message, &round);
	if (status == OMNI_OK)
		status = omni__round_load(db, &round,
		    (const unsigned char (*)[OMNI__ID])customer, 1);
	if (status == OMNI_OK)
		status = omni__round_decide(db, &round, 0);
	return status == OMNI_OK ? omni__route_fill(db, asked->route,
	    round.decisions) : status;
}

/* Within a call. */
static omni_status
decide_for(struct omni *db, const char *customer,
    const struct omni_message *message, struct omni_route **route)
{
	struct asked asked = { .message = message };
	omni_status status;

	status = omni__id_parse(&db->error, "customer", customer, asked.id);
	if (status == OMNI_OK)
		status = omni__route_new(db, &asked.route);
	if (status == OMNI_OK)
		status = omni__transact(db, false, decide, &asked);
	if (status == OMNI_OK)
		*route = asked.route;
	else
		omni__object_free(asked.route);
	return status;
}

omni_status
omni_route_try(omni *db, const char *customer, const omni_message *message,
    omni_route **route)
{
	omni_status status;

	if (route == NULL)
		return OMNI_MISUSE;
	*route = NULL;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	if (message == NULL)
		status = omni__fail(&db->error, OMNI_MISUSE,
		    "message is NULL");
	else
		status = decide_for(db, customer, message, route);
	return omni__leave(db, status);
}

static omni_status
check(struct omni *db, const struct omni_message *message)
{
	omni_status status;

	status = omni__purpose_check(&db->error, "purpose", message->purpose,
	    false);
	if (status == OMNI_OK)
		status = omni__instant_check(&db->error, "at",
		    message->time);
	return status;
}

omni_status
omni_route_decide(omni *db, const char *customer, const char *purpose,
    int64_t at, omni_route **route)
{
	struct omni_message message = {
		.purpose = purpose,
		.time = at,
		.expiry = OMNI_TIME_UNKNOWN,
		.urgent = -1,
	};
	omni_status status;

	if (route == NULL)
		return OMNI_MISUSE;
	*route = NULL;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	status = check(db, &message);
	if (status == OMNI_OK)
		status = decide_for(db, customer, &message, route);
	return omni__leave(db, status);
}

/* ---- getters: of the route ------------------------------------------ */

int64_t
omni_route_fact(const omni_route *route)
{
	return route != NULL ? route->fact : 0;
}

const char *
omni_route_customer(const omni_route *route)
{
	return route != NULL ? route->customer : NULL;
}

const char *
omni_route_purpose(const omni_route *route)
{
	return route != NULL ? route->purpose : NULL;
}

int64_t
omni_route_time(const omni_route *route)
{
	return route != NULL ? route->at : 0;
}

const char *
omni_route_zone(const omni_route *route)
{
	return route != NULL ? route->zone : NULL;
}

const char *
omni_route_zone_text(const omni_route *route)
{
	return route != NULL ? route->zone_text : NULL;
}

const char *
omni_route_language(const omni_route *route)
{
	return route != NULL ? route->language : NULL;
}

int32_t
omni_route_result(const omni_route *route)
{
	return route != NULL ? route->result : 0;
}

int64_t
omni_route_due(const omni_route *route)
{
	return route != NULL ? route->due : OMNI_TIME_UNKNOWN;
}

/* ---- getters: of its steps, and of what was rejected ----------------- */

static const struct omni__leg *
step_at(const struct omni_route *route, int32_t i)
{
	if (route == NULL || i < 0 || (size_t)i >= route->steps)
		return NULL;
	return &route->legs[i];
}

static const struct omni__leg *
rejected_at(const struct omni_route *route, int32_t i)
{
	if (route == NULL || i < 0 ||
	    (size_t)i >= route->count - route->steps)
		return NULL;
	return &route->legs[route->steps + (size_t)i];
}

int32_t
omni_route_step_count(const omni_route *route)
{
	return route != NULL ? (int32_t)route->steps : 0;
}

const char *
omni_route_step_channel(const omni_route *route, int32_t i)
{
	const struct omni__leg *step = step_at(route, i);

	return step != NULL ? step->channel : NULL;
}

const char *
omni_route_step_address(const omni_route *route, int32_t i)
{
	const struct omni__leg *step = step_at(route, i);

	return step != NULL ? step->address : NULL;
}

int64_t
omni_route_step_time(const omni_route *route, int32_t i)
{
	const struct omni__leg *step = step_at(route, i);

	return step != NULL ? step->time : 0;
}

const char *
omni_route_step_text(const omni_route *route, int32_t i)
{
	const struct omni__leg *step = step_at(route, i);

	return step != NULL ? step->text : NULL;
}

int64_t
omni_route_step_fact(const omni_route *route, int32_t i)
{
	const struct omni__leg *step = step_at(route, i);

	return step != NULL ? step->fact : 0;
}

int32_t
omni_route_rejected_count(const omni_route *route)
{
	return route != NULL ? (int32_t)(route->count - route->steps) : 0;
}

const char *
omni_route_rejected_channel(const omni_route *route, int32_t i)
{
	const struct omni__leg *leg = rejected_at(route, i);

	return leg != NULL ? leg->channel : NULL;
}

int32_t
omni_route_rejected_reason(const omni_route *route, int32_t i)
{
	const struct omni__leg *leg = rejected_at(route, i);

	return leg != NULL ? leg->reason : 0;
}

const char *
omni_route_rejected_text(const omni_route *route, int32_t i)
{
	const struct omni__leg *leg = rejected_at(route, i);

	return leg != NULL ? leg->text : NULL;
}

int64_t
omni_route_rejected_fact(const omni_route *route, int32_t i)
{
	const struct omni__leg *leg = rejected_at(route, i);

	return leg != NULL ? leg->fact : 0;
}
