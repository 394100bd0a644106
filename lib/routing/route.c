/*
 * omni_route: gathers in one read transaction what a decision needs, and
 * hands out what was decided.
 */
#include <string.h>

#include "routing/routing.h"

struct step {
	const char *channel;
	const char *address;	/* NULL: the channel needs none */
	const char *text;
	int32_t reason;
};

struct omni_route {
	struct omni__object object;
	int64_t at;
	struct step *items;	/* the steps, then what was rejected */
	size_t steps, count;
};

/* ---- candidates ----------------------------------------------------- */

static struct omni__candidate *
find_candidate(struct omni__decision *d, const char *name)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (strcmp(d->candidates[i].name, name) == 0)
			return &d->candidates[i];
	return NULL;
}

static bool
counts(const struct omni__decision *d, const struct omni__said *said)
{
	return said->said == OMNI_SAID_PREFER && said->channel != NULL &&
	    said->happened <= d->at &&
	    omni__purpose_within(d->purpose->head.name, said->purpose);
}

/* The purpose's channels, and those that the customer would rather have. */
static omni_status
add_candidates(struct omni__decision *d)
{
	const struct omni__names *channels = &d->purpose->channels;
	size_t i, wished = 0;

	for (i = 0; i < d->said_count; i++)
		wished += counts(d, &d->said[i]);
	d->candidates = omni__arena_zero(&d->db->scratch,
	    (channels->count + wished + 1) * sizeof(*d->candidates));
	if (d->candidates == NULL)
		return omni__nomem(&d->db->error);
	for (i = 0; i < channels->count; i++) {
		d->candidates[i].name = channels->items[i];
		d->candidates[i].order = i;
		d->candidates[i].allowed = true;
	}
	d->count = channels->count;
	for (i = 0; i < d->said_count; i++) {
		struct omni__candidate *c;

		if (!counts(d, &d->said[i]))
			continue;
		c = find_candidate(d, d->said[i].channel);
		if (c == NULL) {
			c = &d->candidates[d->count];
			c->name = d->said[i].channel;
			c->order = d->count++;
		}
		/* Sorted by time: the last one holds. */
		c->preference = &d->said[i];
	}
	return OMNI_OK;
}

static omni_status
load_channels(struct omni__decision *d)
{
	struct omni__arena *scratch = &d->db->scratch;
	const char **names = omni__arena_alloc(scratch,
	    (d->count + 1) * sizeof(*names));
	void **channels = omni__arena_zero(scratch,
	    (d->count + 1) * sizeof(*channels));
	omni_status status;
	size_t i;

	if (names == NULL || channels == NULL)
		return omni__nomem(&d->db->error);
	for (i = 0; i < d->count; i++)
		names[i] = d->candidates[i].name;
	status = omni__definitions_load(d->db, &omni__channels, names,
	    d->count, channels);
	for (i = 0; i < d->count && status == OMNI_OK; i++)
		d->candidates[i].channel = channels[i];
	return status;
}

/* ---- gathering ------------------------------------------------------ */

static omni_status
load_purpose(struct omni__decision *d, const char *name)
{
	void *purpose = NULL;
	omni_status status;

	status = omni__definitions_load(d->db, &omni__purposes, &name, 1,
	    &purpose);
	if (status != OMNI_OK)
		return status;
	if (purpose == NULL)
		return omni__fail(&d->db->error, OMNI_UNDEFINED,
		    "purpose is not defined: put its definition first");
	d->purpose = purpose;
	return omni__purpose_since(d->db, name, &d->since);
}

/* What was said by the records, and about the addresses. */
static omni_status
load_said(struct omni__decision *d, const struct omni__member *members,
    size_t count)
{
	size_t i, all = count + d->points.count;
	const unsigned char **ids = omni__arena_alloc(&d->db->scratch,
	    (all + 1) * sizeof(*ids));
	struct omni__said *said = NULL;
	omni_status status;

	if (ids == NULL)
		return omni__nomem(&d->db->error);
	for (i = 0; i < count; i++)
		ids[i] = members[i].id;
	for (; i < all; i++)
		ids[i] = d->points.items[i - count].hash;
	status = omni__statements_of(d->db, ids, all, &said,
	    &d->said_count);
	d->said = said;
	return status;
}

static bool
comes_before(const struct omni__said *a, const struct omni__said *b)
{
	if (a->happened != b->happened)
		return a->happened < b->happened;
	return a->fact < b->fact;
}

/* Adds the withdrawals among what others said, each in its place. */
static omni_status
merge_withdrawals(struct omni__decision *d, const struct omni__said *others,
    size_t count)
{
	struct omni__said *all = omni__arena_alloc(&d->db->scratch,
	    (d->said_count + count + 1) * sizeof(*all));
	size_t i, k = 0, n = 0;

	if (all == NULL)
		return omni__nomem(&d->db->error);
	for (i = 0; i < count; i++) {
		if (others[i].said != OMNI_SAID_WITHDRAW)
			continue;
		while (k < d->said_count &&
		    comes_before(&d->said[k], &others[i]))
			all[n++] = d->said[k++];
		if (k == d->said_count || d->said[k].fact != others[i].fact)
			all[n++] = others[i];
	}
	while (k < d->said_count)
		all[n++] = d->said[k++];
	d->said = all;
	d->said_count = n;
	return OMNI_OK;
}

/* Where only what is surely one person is read, a no still reaches the whole
 * customer. */
static omni_status
load_withdrawals(struct omni__decision *d,
    const unsigned char customer[OMNI__ID])
{
	struct omni__member *members = NULL;
	struct omni__said *others = NULL;
	const unsigned char **ids;
	size_t i, count, said = 0;
	omni_status status;

	status = omni__customer_whole(d->db, customer, &members, &count);
	if (status != OMNI_OK)
		return status;
	ids = omni__arena_alloc(&d->db->scratch, (count + 1) * sizeof(*ids));
	if (ids == NULL)
		return omni__nomem(&d->db->error);
	for (i = 0; i < count; i++)
		ids[i] = members[i].id;
	status = omni__statements_of(d->db, ids, count, &others, &said);
	return status == OMNI_OK ? merge_withdrawals(d, others, said) :
	    status;
}

static omni_status
load_customer(struct omni__decision *d,
    const unsigned char customer[OMNI__ID])
{
	struct omni__member *members;
	size_t count;
	omni_status status;

	status = omni__customer_members(d->db, customer, &members, &count);
	if (status == OMNI_OK)
		status = omni__points_load(d->db, members, count,
		    &d->points);
	if (status == OMNI_OK)
		status = load_said(d, members, count);
	return status == OMNI_OK && d->db->sure ?
	    load_withdrawals(d, customer) : status;
}

/* ---- keeping the outcome -------------------------------------------- */

/* NULL stays NULL; *failed when out of memory. */
static const char *
keep(struct omni_route *route, const char *text, bool *failed)
{
	const char *copy;

	if (text == NULL)
		return NULL;
	copy = omni__arena_strdup(&route->object.arena, text);
	*failed |= copy == NULL;
	return copy;
}

static omni_status
keep_route(struct omni_route *route, const struct omni__decision *d,
    size_t steps)
{
	bool failed = false;
	size_t i;

	route->at = d->at;
	route->steps = steps;
	route->count = d->count;
	route->items = omni__arena_zero(&route->object.arena,
	    (d->count + 1) * sizeof(*route->items));
	if (route->items == NULL)
		return omni__nomem(&d->db->error);
	for (i = 0; i < d->count; i++) {
		const struct omni__candidate *c = &d->candidates[i];
		struct step *step = &route->items[i];

		step->channel = keep(route, c->name, &failed);
		step->text = keep(route, c->text, &failed);
		step->reason = c->reason;
		if (c->point != NULL)
			step->address = keep(route, c->point->value,
			    &failed);
	}
	return failed ? omni__nomem(&d->db->error) : OMNI_OK;
}

/* ---- the call ------------------------------------------------------- */

struct asked {
	unsigned char id[OMNI__ID];
	const char *purpose;
	int64_t at;
	struct omni_route *route;
};

static omni_status
decide(struct omni *db, void *context)
{
	const struct asked *asked = context;
	struct omni__decision d = { .db = db, .at = asked->at };
	unsigned char customer[OMNI__ID];
	size_t steps;
	bool found;
	omni_status status;

	status = omni__customer_lookup(db, asked->id, customer, &found);
	if (status != OMNI_OK || !found)
		return status != OMNI_OK ? status : OMNI_NONE;
	status = load_purpose(&d, asked->purpose);
	if (status == OMNI_OK)
		status = load_customer(&d, customer);
	if (status == OMNI_OK)
		status = add_candidates(&d);
	if (status == OMNI_OK)
		status = load_channels(&d);
	if (status == OMNI_OK)
		status = omni__decide(&d, &steps);
	if (status == OMNI_OK)
		status = keep_route(asked->route, &d, steps);
	return status;
}

static omni_status
check(struct omni *db, const char *customer, struct asked *asked)
{
	omni_status status;

	status = omni__id_parse(&db->error, "customer", customer, asked->id);
	if (status == OMNI_OK)
		status = omni__purpose_check(&db->error, "purpose",
		    asked->purpose, false);
	if (status == OMNI_OK)
		status = omni__time_check(&db->error, "at", asked->at);
	if (status == OMNI_OK && asked->at == OMNI_TIME_UNKNOWN)
		status = omni__fail(&db->error, OMNI_INVALID,
		    "at is unknown: a message goes at an instant");
	if (asked->at == OMNI_NOW)
		asked->at = omni__clock(&db->env);
	return status;
}

omni_status
omni_route_decide(omni *db, const char *customer, const char *purpose,
    int64_t at, omni_route **route)
{
	struct asked asked = { .purpose = purpose, .at = at };
	omni_status status;

	if (route == NULL)
		return OMNI_MISUSE;
	*route = NULL;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	status = check(db, customer, &asked);
	if (status == OMNI_OK) {
		asked.route = omni__object_new(&db->env,
		    sizeof(*asked.route));
		status = asked.route == NULL ? omni__nomem(&db->error) :
		    omni__transact(db, false, decide, &asked);
	}
	if (status == OMNI_OK)
		*route = asked.route;
	else
		omni__object_free(asked.route);
	return omni__leave(db, status);
}

void
omni_route_free(omni_route *route)
{
	omni__object_free(route);
}

/* ---- getters -------------------------------------------------------- */

static const struct step *
step_at(const struct omni_route *route, int32_t i)
{
	if (route == NULL || i < 0 || (size_t)i >= route->steps)
		return NULL;
	return &route->items[i];
}

static const struct step *
rejected_at(const struct omni_route *route, int32_t i)
{
	if (route == NULL || i < 0 ||
	    (size_t)i >= route->count - route->steps)
		return NULL;
	return &route->items[route->steps + (size_t)i];
}

int32_t
omni_route_step_count(const omni_route *route)
{
	return route != NULL ? (int32_t)route->steps : 0;
}

const char *
omni_route_step_channel(const omni_route *route, int32_t i)
{
	const struct step *step = step_at(route, i);

	return step != NULL ? step->channel : NULL;
}

const char *
omni_route_step_address(const omni_route *route, int32_t i)
{
	const struct step *step = step_at(route, i);

	return step != NULL ? step->address : NULL;
}

int64_t
omni_route_step_time(const omni_route *route, int32_t i)
{
	return step_at(route, i) != NULL ? route->at : 0;
}

const char *
omni_route_step_text(const omni_route *route, int32_t i)
{
	const struct step *step = step_at(route, i);

	return step != NULL ? step->text : NULL;
}

int32_t
omni_route_rejected_count(const omni_route *route)
{
	return route != NULL ? (int32_t)(route->count - route->steps) : 0;
}

const char *
omni_route_rejected_channel(const omni_route *route, int32_t i)
{
	const struct step *step = rejected_at(route, i);

	return step != NULL ? step->channel : NULL;
}

int32_t
omni_route_rejected_reason(const omni_route *route, int32_t i)
{
	const struct step *step = rejected_at(route, i);

	return step != NULL ? step->reason : 0;
}

const char *
omni_route_rejected_text(const omni_route *route, int32_t i)
{
	const struct step *step = rejected_at(route, i);

	return step != NULL ? step->text : NULL;
}
