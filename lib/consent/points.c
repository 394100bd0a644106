/*
 * Where customers can be reached: the addresses that their records give, the
 * best first, and what is known of each.
 */
#include <stdlib.h>
#include <string.h>

#include "consent/reach.h"

static const struct omni__sql reach_get = {
	.name = "reach_get",
	.in = "record:b",
	.out = "ib",
	.sql = "SELECT r.happened, r.pack FROM omni_reach r\n"
	    "WHERE r.record = $record ORDER BY r.record",
};

static const struct omni__sql reach_along = {
	.name = "reach_along",
	.in = "from:b to:b",
	.out = "bib",
	.sql = "SELECT r.record, r.happened, r.pack FROM omni_reach r\n"
	    "WHERE r.record >= $from AND r.record <= $to\n"
	    "ORDER BY r.record",
};

/* A customer's names, as an addressee's; more are not looked at. */
#define NAMES_MAX 16

struct names {
	const char *items[NAMES_MAX];
	size_t count;
};

/* What is read of one customer. */
struct reach {
	struct omni *db;
	struct omni__points *points;
	struct names full, given, family;
};

/* What a letter that came back was addressed to: a name at an address. */
struct addressed {
	struct omni__point *point;
	unsigned char hash[OMNI__ID];
};

struct gathering {
	struct omni *db;
	struct omni__points_list *lists;
	size_t count;
	struct addressed *addressed;
	size_t addressed_count, addressed_room;
	size_t point_count;
};

/* ---- unpacking ------------------------------------------------------ */

struct cursor {
	const char *at, *end;
};

/* NULL when it is cut off. */
static const char *
next_text(struct cursor *c)
{
	const char *text = c->at;
	const char *nul = c->at == c->end ? NULL :
	    memchr(text, '\0', (size_t)(c->end - text));

	if (nul != NULL)
		c->at = nul + 1;
	return nul != NULL ? text : NULL;
}

static const char *
kind_of(char tag)
{
	switch (tag) {
	case OMNI__REACH_EMAIL:
		return "email";
	case OMNI__REACH_PHONE:
		return "phone";
	case OMNI__REACH_DEVICE:
		return "device";
	case OMNI__REACH_ADDRESS:
		return "address";
	default:
		return NULL;
	}
}

static omni_status
make_room(struct reach *r)
{
	struct omni__points *points = r->points;
	size_t room = points->room == 0 ? 8 : points->room * 2;
	struct omni__point *items;

	if (points->count < points->room)
		return OMNI_OK;
	items = omni__arena_alloc(&r->db->scratch, room * sizeof(*items));
	if (items == NULL)
		return omni__nomem(&r->db->error);
	if (points->count > 0)
		memcpy(items, points->items, points->count * sizeof(*items));
	points->items = items;
	points->room = room;
	return OMNI_OK;
}

static omni_status
damaged(struct omni *db)
{
	return omni__fail(&db->error, OMNI_CORRUPT,
	    "where a record can be reached is damaged: rebuild the store");
}

static omni_status
take_point(struct reach *r, struct cursor *c, const char *kind, int64_t time)
{
	struct omni__point *point;
	omni_status status = make_room(r);

	if (status != OMNI_OK)
		return status;
	point = &r->points->items[r->points->count];
	memset(point, 0, sizeof(*point));
	point->kind = kind;
	point->time = time;
	point->records = 1;
	if (c->end - c->at < OMNI__ID)
		return damaged(r->db);
	memcpy(point->hash, c->at, OMNI__ID);
	c->at += OMNI__ID;
	point->value = next_text(c);
	point->country = next_text(c);
	if (strcmp(kind, "address") == 0 &&
	    (point->key = next_text(c)) == NULL)
		return damaged(r->db);
	if (point->value == NULL || point->country == NULL)
		return damaged(r->db);
	if (*point->country == '\0')
		point->country = NULL;
	r->points->count++;
	return OMNI_OK;
}

static void
add_name(struct names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		if (strcmp(names->items[i], name) == 0)
			return;
	if (names->count < NAMES_MAX && *name != '\0')
		names->items[names->count++] = name;
}

static omni_status
take_name(struct reach *r, struct cursor *c, char tag)
{
	struct names *names = tag == OMNI__REACH_FULL ? &r->full :
	    tag == OMNI__REACH_GIVEN ? &r->given :
	    tag == OMNI__REACH_FAMILY ? &r->family : NULL;
	const char *name = next_text(c);

	if (names == NULL || name == NULL)
		return damaged(r->db);
	add_name(names, name);
	return OMNI_OK;
}

static omni_status
unpack(struct reach *r, const struct omni__value *pack, int64_t time)
{
	struct cursor c = { pack->bytes, NULL };
	omni_status status = OMNI_OK;

	if (pack->size == 0 || *c.at != OMNI__REACH_VERSION)
		return damaged(r->db);
	c.end = c.at++ + pack->size;
	while (c.at < c.end && status == OMNI_OK) {
		char tag = *c.at++;
		const char *kind = kind_of(tag);

		status = kind != NULL ? take_point(r, &c, kind, time) :
		    take_name(r, &c, tag);
	}
	return status;
}

/* ---- one customer --------------------------------------------------- */

static int
compare_values(const struct omni__point *a, const struct omni__point *b)
{
	int order = strcmp(a->kind, b->kind);

	return order != 0 ? order : strcmp(a->value, b->value);
}

/* The newest of a value first. */
static int
by_value(const void *left, const void *right)
{
	const struct omni__point *a = left, *b = right;
	int order = compare_values(a, b);

	if (order != 0)
		return order;
	if (a->time != b->time)
		return a->time > b->time ? -1 : 1;
	if ((a->country == NULL) != (b->country == NULL))
		return a->country == NULL ? 1 : -1;
	return a->country != NULL ? strcmp(a->country, b->country) : 0;
}

static int
best_first(const void *left, const void *right)
{
	const struct omni__point *a = left, *b = right;
	int order = strcmp(a->kind, b->kind);

	if (order != 0)
		return order;
	if (a->state.primary != b->state.primary)
		return a->state.primary ? -1 : 1;
	if (a->time != b->time)
		return a->time > b->time ? -1 : 1;
	if (a->records != b->records)
		return a->records > b->records ? -1 : 1;
	return strcmp(a->value, b->value);
}

/* Each value once. */
static void
merge_values(struct omni__points *points)
{
	struct omni__point *items = points->items;
	size_t i, kept = 0;

	if (points->count < 2)
		return;
	qsort(items, points->count, sizeof(*items), by_value);
	for (i = 0; i < points->count; i++) {
		struct omni__point *last = kept > 0 ? &items[kept - 1] : NULL;

		if (last == NULL || compare_values(last, &items[i]) != 0) {
			items[kept++] = items[i];
			continue;
		}
		last->records++;
		if (last->country == NULL)
			last->country = items[i].country;
	}
	points->count = kept;
}

/* ---- who has gone away ---------------------------------------------- */

static const char *
join(struct omni__arena *arena, const char *first, const char *last,
    const char *line)
{
	size_t a = strlen(first), b = strlen(last), c = strlen(line);
	char *key = omni__arena_alloc(arena, a + b + c + 1);

	if (key == NULL)
		return NULL;
	memcpy(key, first, a);
	memcpy(key + a, last, b);
	memcpy(key + a + b, line, c + 1);
	return key;
}

static omni_status
add_addressed(struct gathering *g, struct omni__point *point,
    const char *first, const char *last)
{
	struct addressed *a;
	const char *key;

	if (g->addressed_count == g->addressed_room) {
		size_t room = g->addressed_room == 0 ? 8 :
		    2 * g->addressed_room;
		struct addressed *more = omni__arena_alloc(&g->db->scratch,
		    room * sizeof(*more));

		if (more == NULL)
			return omni__nomem(&g->db->error);
		if (g->addressed_count > 0)
			memcpy(more, g->addressed,
			    g->addressed_count * sizeof(*more));
		g->addressed = more;
		g->addressed_room = room;
	}
	key = join(&g->db->scratch, first, last, point->key);
	if (key == NULL)
		return omni__nomem(&g->db->error);
	a = &g->addressed[g->addressed_count++];
	a->point = point;
	return omni__address_hash(g->db, "address", key, a->hash);
}

/* By every name that the customer bears, up to NAMES_MAX. */
static omni_status
address_point(struct gathering *g, const struct reach *r,
    struct omni__point *point)
{
	omni_status status = OMNI_OK;
	size_t i, k, n = 0;

	for (i = 0; i < r->full.count && status == OMNI_OK; i++, n++)
		status = add_addressed(g, point, r->full.items[i], "");
	for (i = 0; i < r->given.count; i++)
		for (k = 0; k < r->family.count && n < NAMES_MAX &&
		    status == OMNI_OK; k++, n++)
			status = add_addressed(g, point, r->given.items[i],
			    r->family.items[k]);
	return status;
}

static omni_status
address_points(struct gathering *g, const struct reach *r)
{
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < r->points->count && status == OMNI_OK; i++)
		if (r->points->items[i].key != NULL)
			status = address_point(g, r, &r->points->items[i]);
	g->point_count += r->points->count;
	return status;
}

static omni_status
join_suppressions(struct omni *db, struct omni__contact_state *state,
    const struct omni__contact_state *other)
{
	size_t count = state->suppression_count + other->suppression_count;
	struct omni__suppression *all;

	if (other->suppression_count == 0)
		return OMNI_OK;
	all = omni__arena_alloc(&db->scratch, count * sizeof(*all));
	if (all == NULL)
		return omni__nomem(&db->error);
	if (state->suppression_count > 0)
		memcpy(all, state->suppressions,
		    state->suppression_count * sizeof(*all));
	memcpy(all + state->suppression_count, other->suppressions,
	    other->suppression_count * sizeof(*all));
	state->suppressions = all;
	state->suppression_count = count;
	return OMNI_OK;
}

/* What is told of an addressee there holds for the address, as the
 * addressee's. */
static omni_status
join_state(struct omni *db, struct omni__contact_state *state,
    const struct omni__contact_state *other)
{
	state->verified |= other->verified;
	state->primary |= other->primary;
	if (state->valid_fact == 0) {
		state->since = other->since;
		state->until = other->until;
		state->valid_fact = other->valid_fact;
	}
	return join_suppressions(db, state, other);
}

/* ---- what is known of them ------------------------------------------ */

static omni_status
take_states(struct gathering *g, const struct omni__contact_state *states)
{
	omni_status status = OMNI_OK;
	size_t i, k;

	for (i = 0; i < g->count; i++)
		for (k = 0; k < g->lists[i].points.count; k++)
			g->lists[i].points.items[k].state = *states++;
	for (i = 0; i < g->addressed_count && status == OMNI_OK; i++)
		status = join_state(g->db, &g->addressed[i].point->state,
		    states++);
	return status;
}

static omni_status
load_states(struct gathering *g, const struct omni__view *view)
{
	size_t count = g->point_count + g->addressed_count, i, k, n = 0;
	unsigned char (*hashes)[OMNI__ID];
	struct omni__contact_state *states;
	omni_status status;

	hashes = omni__arena_alloc(&g->db->scratch,
	    (count + 1) * sizeof(*hashes));
	states = omni__arena_alloc(&g->db->scratch,
	    (count + 1) * sizeof(*states));
	if (hashes == NULL || states == NULL)
		return omni__nomem(&g->db->error);
	for (i = 0; i < g->count; i++)
		for (k = 0; k < g->lists[i].points.count; k++)
			memcpy(hashes[n++],
			    g->lists[i].points.items[k].hash, OMNI__ID);
	for (i = 0; i < g->addressed_count; i++)
		memcpy(hashes[n++], g->addressed[i].hash, OMNI__ID);
	status = omni__contacts_load(g->db, view,
	    (const unsigned char (*)[OMNI__ID])hashes, count, states);
	return status == OMNI_OK ? take_states(g, states) : status;
}

static const char *
country_of(const struct omni__points *points, const char *kind)
{
	size_t i;

	for (i = 0; i < points->count; i++)
		if (strcmp(points->items[i].kind, kind) == 0)
			return points->items[i].country;
	return NULL;
}

static void
settle(struct omni__points *points)
{
	if (points->count > 1)
		qsort(points->items, points->count, sizeof(*points->items),
		    best_first);
	points->country = country_of(points, "address");
	points->dialled = country_of(points, "phone");
}

/* ---- the rows ------------------------------------------------------- */

/* Of one member: NULL pack when it has none. */
struct row {
	struct omni__value pack;
	int64_t time;
};

static size_t
member_count(const struct gathering *g)
{
	size_t i, count = 0;

	for (i = 0; i < g->count; i++)
		count += g->lists[i].count;
	return count;
}

static omni_status
read_rows(struct gathering *g, struct row *rows, size_t count)
{
	struct omni__value *in = omni__arena_alloc(&g->db->scratch,
	    count * sizeof(*in));
	struct omni__result result;
	omni_status status;
	size_t i, k, n = 0;

	if (in == NULL)
		return omni__nomem(&g->db->error);
	for (i = 0; i < g->count; i++)
		for (k = 0; k < g->lists[i].count; k++)
			in[n++] = omni__blob(g->lists[i].members[k].id,
			    OMNI__ID);
	status = omni__query_records(g->db, &reach_get, &reach_along, in, n,
	    1, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++) {
		const struct omni__value *v = OMNI__AT(&result, i, 0);

		rows[result.ordinal[i]].time = omni__value_int(&v[0],
		    OMNI_TIME_UNKNOWN);
		rows[result.ordinal[i]].pack = v[1];
	}
	return status;
}

/* As it was: of the versions that the members name. */
static omni_status
read_versions(struct gathering *g, struct row *rows, size_t count)
{
	struct omni *db = g->db;
	int64_t *ids = omni__arena_alloc(&db->scratch, count * sizeof(*ids));
	struct omni__fact *facts = omni__arena_alloc(&db->scratch,
	    count * sizeof(*facts));
	omni_status status;
	size_t i, k, n = 0;

	if (ids == NULL || facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < g->count; i++)
		for (k = 0; k < g->lists[i].count; k++)
			ids[n++] = g->lists[i].members[k].fact;
	status = omni__facts_read(db, ids, count, facts);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		if (facts[i].noun != OMNI__FACT_RECORD ||
		    facts[i].body == NULL)
			continue;
		rows[i].time = omni__time_trusted(facts[i].happened,
		    facts[i].recorded) ? facts[i].happened :
		    OMNI_TIME_UNKNOWN;
		status = omni__reach_pack(db, &facts[i], &rows[i].pack);
	}
	return status;
}

static omni_status
gather_list(struct gathering *g, struct omni__points_list *list,
    const struct row *rows)
{
	struct reach r = { .db = g->db, .points = &list->points };
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < list->count && status == OMNI_OK; i++) {
		/* An inline record is as recent as we know it to be. */
		int64_t time = rows[i].time != OMNI_TIME_UNKNOWN ?
		    rows[i].time : list->members[i].first;

		if (rows[i].pack.type == OMNI__BLOB)
			status = unpack(&r, &rows[i].pack, time);
	}
	if (status == OMNI_OK)
		merge_values(&list->points);
	return status == OMNI_OK ? address_points(g, &r) : status;
}

omni_status
omni__points_load(struct omni *db, const struct omni__view *view,
    struct omni__points_list *lists, size_t count)
{
	struct gathering g = { .db = db, .lists = lists, .count = count };
	size_t all = member_count(&g), i;
	struct row *rows = omni__arena_zero(&db->scratch,
	    (all + 1) * sizeof(*rows));
	omni_status status = OMNI_OK;

	if (rows == NULL)
		return omni__nomem(&db->error);
	if (all > 0)
		status = view == NULL ? read_rows(&g, rows, all) :
		    read_versions(&g, rows, all);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		memset(&lists[i].points, 0, sizeof(lists[i].points));
		status = gather_list(&g, &lists[i], rows);
		rows += lists[i].count;
	}
	if (status == OMNI_OK)
		status = load_states(&g, view);
	for (i = 0; i < count && status == OMNI_OK; i++)
		settle(&lists[i].points);
	return status;
}
