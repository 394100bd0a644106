/*
 * Where a customer can be reached: the addresses in the profile, and what is
 * known of them.
 */
#include <string.h>

#include "routing/routing.h"

/* A customer's names, as an addressee's; more are not looked at. */
#define NAMES_MAX 16

/* What a letter that came back was addressed to: a name at an address. */
struct addressed {
	unsigned char hash[OMNI__ID];
	size_t point;
};

struct reach {
	struct omni *db;
	const struct omni__profile *profile;
	size_t size;
	struct omni__points *points;
	const char *names[NAMES_MAX];
	size_t name_count;
	struct addressed *addressed;
	size_t addressed_count, addressed_room;
};

static omni_status
add_point(struct reach *r, const char *kind, const char *value, bool *added)
{
	struct omni__points *points = r->points;
	struct omni__point *point;
	omni_status status;

	if (points->count == points->room) {
		size_t room = points->room == 0 ? 16 : points->room * 2;
		struct omni__point *more = omni__arena_alloc(
		    &r->db->scratch, room * sizeof(*more));

		if (more == NULL)
			return omni__nomem(&r->db->error);
		if (points->count > 0)
			memcpy(more, points->items,
			    points->count * sizeof(*more));
		points->items = more;
		points->room = room;
	}
	point = &points->items[points->count];
	memset(point, 0, sizeof(*point));
	point->kind = kind;
	point->value = value;
	status = omni__contact_hash(r->db, kind, value, point->hash, added);
	if (status == OMNI_OK && *added)
		points->count++;
	return status;
}

/* ---- names ---------------------------------------------------------- */

static omni_status
add_name(struct reach *r, const char *full, const char *given,
    const char *family)
{
	const char *name;
	omni_status status;

	if (r->name_count == NAMES_MAX)
		return OMNI_OK;
	status = omni__contact_addressee(r->db, full, given, family, &name);
	if (status == OMNI_OK && name != NULL)
		r->names[r->name_count++] = name;
	return status;
}

static omni_status
add_families(struct reach *r, const char *given)
{
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < r->size && status == OMNI_OK; i++)
		if (strcmp(r->profile[i].kind, "name.family") == 0)
			status = add_name(r, NULL, given,
			    r->profile[i].value);
	return status;
}

static omni_status
add_names(struct reach *r)
{
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < r->size && status == OMNI_OK; i++) {
		const struct omni__profile *part = &r->profile[i];

		if (strcmp(part->kind, "name.full") == 0)
			status = add_name(r, part->value, NULL, NULL);
		else if (strcmp(part->kind, "name.given") == 0)
			status = add_families(r, part->value);
	}
	return status;
}

static omni_status
add_addressed(struct reach *r, struct omni__postal parts)
{
	size_t need = r->addressed_count + r->name_count, i;
	omni_status status = OMNI_OK;
	const char *line;
	bool usable;

	if (need > r->addressed_room) {
		struct addressed *more = omni__arena_alloc(&r->db->scratch,
		    2 * need * sizeof(*more));

		if (more == NULL)
			return omni__nomem(&r->db->error);
		if (r->addressed_count > 0)
			memcpy(more, r->addressed,
			    r->addressed_count * sizeof(*more));
		r->addressed = more;
		r->addressed_room = 2 * need;
	}
	for (i = 0; i < r->name_count && status == OMNI_OK; i++) {
		struct addressed *a = &r->addressed[r->addressed_count++];

		a->point = r->points->count - 1;
		parts.addressee = r->names[i];
		status = omni__contact_postal(r->db, &parts, &line);
		if (status == OMNI_OK)
			status = omni__contact_hash(r->db, "address", line,
			    a->hash, &usable);
	}
	return status;
}

/* ---- postal addresses ----------------------------------------------- */

/* The value of a kind that the same record seems to have told: one of the
 * same time; else, if any will do, the best. */
static const char *
beside(const struct reach *r, const struct omni__profile *street,
    const char *kind, bool any)
{
	const char *best = NULL;
	size_t i;

	for (i = 0; i < r->size; i++) {
		if (strcmp(r->profile[i].kind, kind) != 0)
			continue;
		if (r->profile[i].time == street->time)
			return r->profile[i].value;
		if (best == NULL && any)
			best = r->profile[i].value;
	}
	return best;
}

static omni_status
add_postal(struct reach *r, const struct omni__profile *part)
{
	bool added = false, full = strcmp(part->kind, "address.full") == 0;
	const struct omni__postal parts = {
		.full = full ? part->value : NULL,
		.street = part->value,
		.number = beside(r, part, "address.number", false),
		.postcode = beside(r, part, "address.postcode", true),
		.city = beside(r, part, "address.city", true),
	};
	const char *line;
	omni_status status = omni__contact_postal(r->db, &parts, &line);

	if (status == OMNI_OK && line != NULL)
		status = add_point(r, "address", line, &added);
	return status == OMNI_OK && added ? add_addressed(r, parts) :
	    status;
}

/* ---- all ------------------------------------------------------------ */

/* A point is suppressed when it is so for all, or for its addressee. */
static void
take_states(struct reach *r, const struct omni__contact_state *states)
{
	struct omni__point *items = r->points->items;
	size_t i;

	for (i = 0; i < r->points->count; i++)
		items[i].state = *states++;
	for (i = 0; i < r->addressed_count; i++, states++) {
		struct omni__contact_state *state =
		    &items[r->addressed[i].point].state;

		state->verified |= states->verified;
		if (state->suppressed == NULL) {
			state->suppressed = states->suppressed;
			state->since = states->since;
		}
	}
}

static omni_status
load_states(struct reach *r)
{
	size_t count = r->points->count + r->addressed_count, i;
	unsigned char (*hashes)[OMNI__ID];
	struct omni__contact_state *states;
	omni_status status;

	hashes = omni__arena_alloc(&r->db->scratch,
	    (count + 1) * sizeof(*hashes));
	states = omni__arena_zero(&r->db->scratch,
	    (count + 1) * sizeof(*states));
	if (hashes == NULL || states == NULL)
		return omni__nomem(&r->db->error);
	for (i = 0; i < r->points->count; i++)
		memcpy(hashes[i], r->points->items[i].hash, OMNI__ID);
	for (; i < count; i++)
		memcpy(hashes[i],
		    r->addressed[i - r->points->count].hash, OMNI__ID);
	status = omni__contacts_load(r->db,
	    (const unsigned char (*)[OMNI__ID])hashes, count, states);
	if (status == OMNI_OK)
		take_states(r, states);
	return status;
}

static omni_status
add_part(struct reach *r, const struct omni__profile *part)
{
	bool added;

	if (omni__contact_kind(part->kind))
		return add_point(r, part->kind, part->value, &added);
	if (strcmp(part->kind, "address.street") == 0 ||
	    strcmp(part->kind, "address.full") == 0)
		return add_postal(r, part);
	return OMNI_OK;
}

omni_status
omni__points_load(struct omni *db, const struct omni__member *members,
    size_t count, struct omni__points *points)
{
	struct reach r = { .db = db, .points = points };
	struct omni__profile *profile = NULL;
	omni_status status;
	size_t i;

	memset(points, 0, sizeof(*points));
	status = omni__customer_profile(db, members, count, &profile,
	    &r.size);
	r.profile = profile;
	if (status == OMNI_OK)
		status = add_names(&r);
	for (i = 0; i < r.size && status == OMNI_OK; i++)
		status = add_part(&r, &r.profile[i]);
	return status == OMNI_OK ? load_states(&r) : status;
}
