/*
 * Where a customer can be reached: the addresses in the profile, and what is
 * known of them.
 */
#include <string.h>

#include "routing/routing.h"

static omni_status
add_point(struct omni *db, struct omni__points *points, const char *kind,
    const char *value)
{
	struct omni__point *point;
	bool usable;
	omni_status status;

	if (points->count == points->room) {
		size_t room = points->room == 0 ? 16 : points->room * 2;
		struct omni__point *more = omni__arena_alloc(&db->scratch,
		    room * sizeof(*more));

		if (more == NULL)
			return omni__nomem(&db->error);
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
	status = omni__contact_hash(db, kind, value, point->hash, &usable);
	if (status == OMNI_OK && usable)
		points->count++;
	return status;
}

/* ---- postal addresses ----------------------------------------------- */

/* The value of a kind that the same record seems to have told: one of the
 * same time; else, if any will do, the best. */
static const char *
beside(const struct omni__profile *profile, size_t size,
    const struct omni__profile *street, const char *kind, bool any)
{
	const char *best = NULL;
	size_t i;

	for (i = 0; i < size; i++) {
		if (strcmp(profile[i].kind, kind) != 0)
			continue;
		if (profile[i].time == street->time)
			return profile[i].value;
		if (best == NULL && any)
			best = profile[i].value;
	}
	return best;
}

static omni_status
add_postal(struct omni *db, struct omni__points *points,
    const struct omni__profile *profile, size_t size,
    const struct omni__profile *part)
{
	bool full = strcmp(part->kind, "address.full") == 0;
	const struct omni__postal parts = {
		.full = full ? part->value : NULL,
		.street = part->value,
		.number = beside(profile, size, part, "address.number",
		    false),
		.postcode = beside(profile, size, part, "address.postcode",
		    true),
		.city = beside(profile, size, part, "address.city", true),
	};
	const char *line;
	omni_status status = omni__contact_postal(db, &parts, &line);

	if (status != OMNI_OK || line == NULL)
		return status;
	return add_point(db, points, "address", line);
}

/* ---- all ------------------------------------------------------------ */

static omni_status
load_states(struct omni *db, struct omni__points *points)
{
	unsigned char (*hashes)[OMNI__ID];
	struct omni__contact_state *states;
	omni_status status;
	size_t i;

	hashes = omni__arena_alloc(&db->scratch,
	    (points->count + 1) * sizeof(*hashes));
	states = omni__arena_zero(&db->scratch,
	    (points->count + 1) * sizeof(*states));
	if (hashes == NULL || states == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < points->count; i++)
		memcpy(hashes[i], points->items[i].hash, OMNI__ID);
	status = omni__contacts_load(db,
	    (const unsigned char (*)[OMNI__ID])hashes, points->count, states);
	for (i = 0; i < points->count && status == OMNI_OK; i++)
		points->items[i].state = states[i];
	return status;
}

omni_status
omni__points_load(struct omni *db, const struct omni__member *members,
    size_t count, struct omni__points *points)
{
	struct omni__profile *profile = NULL;
	size_t i, size = 0;
	omni_status status;

	memset(points, 0, sizeof(*points));
	status = omni__customer_profile(db, members, count, &profile, &size);
	for (i = 0; i < size && status == OMNI_OK; i++) {
		const struct omni__profile *part = &profile[i];

		if (omni__contact_kind(part->kind))
			status = add_point(db, points, part->kind,
			    part->value);
		else if (strcmp(part->kind, "address.street") == 0 ||
		    strcmp(part->kind, "address.full") == 0)
			status = add_postal(db, points, profile, size, part);
	}
	return status == OMNI_OK ? load_states(db, points) : status;
}
