/*
 * Kept routes, read back: what was decided, for whom, and what was known.
 */
#include <string.h>

#include <jansson.h>

#include "routing/kept.h"

/* ---- the parts of a body -------------------------------------------- */

/* NULL where there is none; *failed when out of memory. */
static const char *
text_of(struct omni *db, const json_t *value, bool *failed)
{
	const char *text = json_string_value(value), *copy;

	if (text == NULL)
		return NULL;
	copy = omni__arena_strdup(&db->scratch, text);
	*failed |= copy == NULL;
	return copy;
}

static bool
read_records(struct omni *db, const json_t *list,
    const struct omni__member **members, size_t *count)
{
	struct omni__member *m;
	size_t i, n = json_array_size(list);

	*count = 0;
	*members = NULL;
	if (list == NULL)
		return true;
	m = omni__arena_zero(&db->scratch, (n + 1) * sizeof(*m));
	if (m == NULL)
		return false;
	for (i = 0; i < n; i++) {
		const json_t *pair = json_array_get(list, i);
		const char *hex = json_string_value(json_array_get(pair, 0));

		if (hex == NULL || !omni__unhex(m[*count].id, OMNI__ID, hex))
			continue;
		m[*count].fact = json_integer_value(json_array_get(pair, 1));
		m[*count].first = OMNI_TIME_UNKNOWN;
		memcpy(m[(*count)++].customer, m[0].id, OMNI__ID);
	}
	*members = m;
	return true;
}

/* As keep.c writes them. */
static bool
read_steps(struct omni *db, const json_t *list, struct omni__leg *legs)
{
	bool failed = false;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *leg = json_array_get(list, i);

		legs[i].channel = text_of(db, json_array_get(leg, 0),
		    &failed);
		legs[i].address = text_of(db, json_array_get(leg, 1),
		    &failed);
		legs[i].time = json_integer_value(json_array_get(leg, 2));
		legs[i].fact = json_integer_value(json_array_get(leg, 3));
		legs[i].text = text_of(db, json_array_get(leg, 4), &failed);
	}
	return !failed;
}

static bool
read_rejected(struct omni *db, const json_t *list, struct omni__leg *legs)
{
	bool failed = false;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *leg = json_array_get(list, i);

		legs[i].channel = text_of(db, json_array_get(leg, 0),
		    &failed);
		legs[i].reason = (int32_t)json_integer_value(
		    json_array_get(leg, 1));
		legs[i].fact = json_integer_value(json_array_get(leg, 2));
		legs[i].text = text_of(db, json_array_get(leg, 3), &failed);
	}
	return !failed;
}

static bool
read_way(struct omni *db, const json_t *root, struct omni__kept *kept)
{
	const json_t *steps = json_object_get(root, "steps");
	const json_t *rejected = json_object_get(root, "rejected");

	kept->steps = json_array_size(steps);
	kept->count = kept->steps + json_array_size(rejected);
	kept->legs = omni__arena_zero(&db->scratch,
	    (kept->count + 1) * sizeof(*kept->legs));
	return kept->legs != NULL &&
	    read_steps(db, steps, kept->legs) &&
	    read_rejected(db, rejected, kept->legs + kept->steps);
}

static bool
read_tried(struct omni *db, const json_t *list, struct omni__kept *kept)
{
	size_t i, n = json_array_size(list);
	const char **tried = omni__arena_alloc(&db->scratch,
	    (n + 1) * sizeof(*tried));
	bool failed = tried == NULL;

	for (i = 0; i < n && !failed; i++)
		tried[i] = text_of(db, json_array_get(list, i), &failed);
	kept->tried = tried;
	kept->tried_count = n;
	return !failed;
}

static bool
read_message(struct omni *db, const json_t *root, struct omni__kept *kept)
{
	const json_t *expiry = json_object_get(root, "expiry");
	const json_t *urgent = json_object_get(root, "urgent");
	struct omni_message *m = &kept->message;
	bool failed = false;

	m->id = text_of(db, json_object_get(root, "message"), &failed);
	m->brand = text_of(db, json_object_get(root, "brand"), &failed);
	m->time = json_integer_value(json_object_get(root, "at"));
	m->expiry = expiry != NULL ? json_integer_value(expiry) :
	    OMNI_TIME_UNKNOWN;
	m->urgent = urgent != NULL ? json_integer_value(urgent) != 0 : -1;
	kept->zone = text_of(db, json_object_get(root, "zone"), &failed);
	kept->zone_text = text_of(db, json_object_get(root, "zone_text"),
	    &failed);
	kept->language = text_of(db, json_object_get(root, "language"),
	    &failed);
	kept->after = json_integer_value(json_object_get(root, "after"));
	return !failed;
}

/* ---- the whole ------------------------------------------------------ */

/* A channel without a name would be no route. */
static bool
sound(const struct omni__kept *kept)
{
	size_t i;

	for (i = 0; i < kept->count; i++)
		if (kept->legs[i].channel == NULL ||
		    kept->legs[i].text == NULL)
			return false;
	for (i = 0; i < kept->tried_count; i++)
		if (kept->tried[i] == NULL)
			return false;
	return kept->member_count > 0;
}

static omni_status
read_body(struct omni *db, const json_t *root, struct omni__kept *kept)
{
	if (!read_message(db, root, kept) ||
	    !read_tried(db, json_object_get(root, "tried"), kept) ||
	    !read_way(db, root, kept) ||
	    !read_records(db, json_object_get(root, "held"), &kept->members,
	    &kept->member_count) ||
	    !read_records(db, json_object_get(root, "whole"), &kept->whole,
	    &kept->whole_count))
		return omni__nomem(&db->error);
	kept->sure = kept->whole != NULL;
	return sound(kept) ? OMNI_OK : omni__fail(&db->error, OMNI_CORRUPT,
	    "fact %lld: its body is damaged", (long long)kept->fact);
}

omni_status
omni__kept_of(struct omni *db, const struct omni__fact *fact,
    struct omni__kept *kept)
{
	json_t *root;
	omni_status status;

	memset(kept, 0, sizeof(*kept));
	if (fact->noun != OMNI__FACT_ROUTE)
		return OMNI_NONE;
	if (fact->body == NULL || fact->record == NULL)
		return omni__fail(&db->error, OMNI_ERASED,
		    "the person to whom route %lld led was erased",
		    (long long)fact->id);
	kept->fact = fact->id;
	kept->origin = *fact;
	kept->message.purpose = fact->kind;
	memcpy(kept->record, fact->record, OMNI__ID);
	status = omni__json_body(db, fact, &root);
	if (status == OMNI_OK)
		status = read_body(db, root, kept);
	json_decref(root);
	return status;
}

omni_status
omni__kept_read(struct omni *db, int64_t id, struct omni__kept *kept)
{
	struct omni__fact fact;
	omni_status status = omni__facts_read(db, &id, 1, &fact);

	return status == OMNI_OK ? omni__kept_of(db, &fact, kept) : status;
}

/* What was kept before it, by the same writer, was known. */
static omni_status
add_own(struct omni *db, int64_t fact, struct omni__view *view)
{
	int64_t writer = fact >> OMNI__SEQ_BITS, *seen;
	size_t count = view->count > (size_t)writer ? view->count :
	    (size_t)writer + 1;

	seen = omni__arena_zero(&db->scratch, count * sizeof(*seen));
	if (seen == NULL)
		return omni__nomem(&db->error);
	if (view->count > 0)
		memcpy(seen, view->seen, view->count * sizeof(*seen));
	seen[writer] = (fact & ((INT64_C(1) << OMNI__SEQ_BITS) - 1)) - 1;
	view->seen = seen;
	view->count = count;
	return OMNI_OK;
}

omni_status
omni__kept_view(struct omni *db, const struct omni__kept *kept,
    struct omni__view *view)
{
	json_t *root;
	omni_status status = omni__json_body(db, &kept->origin, &root);

	if (status == OMNI_OK)
		status = omni__view_read(db, json_object_get(root, "known"),
		    view);
	json_decref(root);
	return status == OMNI_OK ? add_own(db, kept->fact, view) : status;
}

/* ---- as a route ----------------------------------------------------- */

omni_status
omni__kept_fill(struct omni *db, const struct omni__kept *kept,
    struct omni_route *route)
{
	struct omni__arena *arena = &route->object.arena;
	bool failed = false;
	size_t i;

	omni__route_clear(route);
	omni__hex(route->customer, kept->record, OMNI__ID);
	route->at = kept->message.time;
	route->fact = kept->fact;
	route->steps = kept->steps;
	route->count = kept->count;
	route->purpose = omni__arena_keep(arena, kept->message.purpose,
	    &failed);
	route->zone = omni__arena_keep(arena, kept->zone, &failed);
	route->zone_text = omni__arena_keep(arena, kept->zone_text, &failed);
	route->language = omni__arena_keep(arena, kept->language, &failed);
	route->legs = omni__arena_zero(arena,
	    (kept->count + 1) * sizeof(*route->legs));
	if (route->legs == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < kept->count; i++) {
		struct omni__leg *leg = &route->legs[i];

		*leg = kept->legs[i];
		leg->channel = omni__arena_keep(arena, leg->channel, &failed);
		leg->address = omni__arena_keep(arena, leg->address, &failed);
		leg->text = omni__arena_keep(arena, leg->text, &failed);
	}
	return failed ? omni__nomem(&db->error) : OMNI_OK;
}

omni_status
omni__kept_show(struct omni *db, const struct omni__rules *rules,
    const struct omni__kept *kept, struct omni_route *route)
{
	struct omni__standing_of stands;
	omni_status status = omni__kept_stands(db, rules, kept, &stands);

	if (status == OMNI_OK)
		status = omni__kept_fill(db, kept, route);
	if (status == OMNI_OK)
		omni__route_kept(route, kept->fact, stands.result,
		    stands.due);
	return status;
}

struct getting {
	int64_t fact;
	struct omni_route *route;
};

static omni_status
get_work(struct omni *db, void *context)
{
	const struct getting *get = context;
	const struct omni__rules *rules;
	struct omni__kept kept;
	omni_status status = omni__kept_read(db, get->fact, &kept);

	if (status == OMNI_OK)
		status = omni__rules(db, &rules);
	return status == OMNI_OK ?
	    omni__kept_show(db, rules, &kept, get->route) : status;
}

omni_status
omni_route_get(omni *db, int64_t fact, omni_route **route)
{
	struct getting get = { .fact = fact };
	omni_status status;

	if (route == NULL)
		return OMNI_MISUSE;
	*route = NULL;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	status = omni__route_new(db, &get.route);
	if (status == OMNI_OK)
		status = omni__transact(db, false, get_work, &get);
	if (status == OMNI_OK)
		*route = get.route;
	else
		omni_route_free(get.route);
	return omni__leave(db, status);
}
