/*
 * Whom an erasure means: the records of a customer, and those that a source
 * took back before or that were only ever named, by what still hangs on them.
 */
#include <string.h>

#include "ingest/put.h"

static const struct omni__sql owned_leads = {
	.name = "owned_leads",
	.in = "id:b",
	.out = "b",
	.sql = "SELECT a.leads FROM omni_alias a WHERE a.id = $id",
};

/* A withdrawal that an erasure left to others, or that somebody else spoke,
 * is nobody's to erase. */
static const struct omni__sql owned_any = {
	.name = "owned_any",
	.in = "id:b",
	.out = "i",
	.sql = "SELECT t.fact FROM omni_timeline t WHERE t.record = $id\n"
	    "UNION ALL\n"
	    "SELECT s.fact FROM omni_setting s WHERE s.record = $id\n"
	    "UNION ALL\n"
	    "SELECT m.fact FROM omni_message m WHERE m.record = $id\n"
	    "UNION ALL\n"
	    "SELECT s.fact FROM omni_statement s\n"
	    "JOIN omni_fact f ON f.id = s.fact AND f.record = s.record\n"
	    "WHERE s.record = $id AND NOT EXISTS\n"
	    "  (SELECT 1 FROM omni_tombstone e WHERE e.hash = s.record)\n"
	    "LIMIT 1",
};

struct owned {
	struct omni__map seen;
	const unsigned char **ids;
	size_t count, room;
};

/* In the scratch arena, doubling; each id once. */
static omni_status
add(struct omni *db, struct owned *owned, const unsigned char *id)
{
	size_t room = owned->room == 0 ? 16 : owned->room * 2;
	const unsigned char **more;
	unsigned char *copy;
	bool found;

	if (omni__map_get(&owned->seen, id, OMNI__ID) != NULL)
		return OMNI_OK;
	copy = omni__arena_copy(&db->scratch, id, OMNI__ID);
	if (copy == NULL || omni__map_put(&owned->seen, copy, OMNI__ID,
	    owned->count, &found) == NULL)
		return omni__nomem(&db->error);
	if (owned->count == owned->room) {
		more = omni__arena_alloc(&db->scratch,
		    room * sizeof(*more));
		if (more == NULL)
			return omni__nomem(&db->error);
		if (owned->count > 0)
			memcpy(more, owned->ids,
			    owned->count * sizeof(*more));
		owned->ids = more;
		owned->room = room;
	}
	owned->ids[owned->count++] = copy;
	return OMNI_OK;
}

/* Adds what the statement tells of the ids from `from` on. */
static omni_status
add_found(struct omni *db, struct owned *owned, const struct omni__sql *sql,
    size_t from)
{
	size_t i, count = owned->count - from;
	struct omni__value *in;
	struct omni__result result;
	omni_status status;

	in = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		in[i] = omni__blob(owned->ids[from + i], OMNI__ID);
	status = omni__query(db, sql, in, count, &result);
	if (status != OMNI_OK)
		return status;
	for (i = 0; i < result.count && status == OMNI_OK; i++)
		if (result.values[i].size == OMNI__ID)
			status = add(db, owned, result.values[i].bytes);
	return status;
}

/* Again for what it added, until that is nothing. */
static omni_status
add_all(struct omni *db, struct owned *owned, const struct omni__sql *sql)
{
	omni_status status = OMNI_OK;
	size_t from = 0, to;

	while (from < owned->count && status == OMNI_OK) {
		to = owned->count;
		status = add_found(db, owned, sql, from);
		from = to;
	}
	return status;
}

static omni_status
add_members(struct omni *db, struct owned *owned,
    const unsigned char customer[OMNI__ID])
{
	struct omni__member *members;
	omni_status status;
	size_t i, count;

	status = omni__customer_whole(db, customer, &members, &count);
	if (status != OMNI_OK)
		return status;
	for (i = 0; i < count && status == OMNI_OK; i++)
		status = add(db, owned, members[i].id);
	return status;
}

/* An id that leads to no customer (any more): does anything hang on it or on
 * those it led to? */
static omni_status
add_stray(struct omni *db, struct owned *owned,
    const unsigned char id[OMNI__ID])
{
	omni_status status = add(db, owned, id);

	return status == OMNI_OK ? add_all(db, owned, &owned_leads) :
	    status;
}

static omni_status
is_any(struct omni *db, const struct owned *owned, bool *any)
{
	struct omni__value *in;
	struct omni__result result;
	omni_status status;
	size_t i;

	in = omni__arena_alloc(&db->scratch,
	    (owned->count + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < owned->count; i++)
		in[i] = omni__blob(owned->ids[i], OMNI__ID);
	status = omni__query(db, &owned_any, in, owned->count, &result);
	if (status == OMNI_OK)
		*any = result.count > 0;
	return status;
}

omni_status
omni__owned_records(struct omni *db, const unsigned char id[OMNI__ID],
    const unsigned char ***records, size_t *count)
{
	struct owned owned = { .seen = { .arena = &db->scratch } };
	unsigned char customer[OMNI__ID];
	omni_status status;
	bool found;

	*count = 0;
	status = omni__customer_lookup(db, id, customer, &found);
	if (status == OMNI_OK)
		status = found ? add_members(db, &owned, customer) :
		    add_stray(db, &owned, id);
	if (status == OMNI_OK)
		status = add_all(db, &owned, &omni__gone_to);
	if (status == OMNI_OK && !found)
		status = is_any(db, &owned, &found);
	if (status != OMNI_OK || !found)
		return status;
	*records = owned.ids;
	*count = owned.count;
	return OMNI_OK;
}
