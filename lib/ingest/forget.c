/*
 * Leaving: a source deletes a row; a person is erased.  Payloads go from
 * the facts, which keep their envelopes.
 */
#include <stdlib.h>
#include <string.h>

#include "ingest/put.h"
#include "store/writer.h"

/* ---- removal -------------------------------------------------------- */

struct removal {
	unsigned char id[OMNI__ID];
	const char *source;
};

static omni_status
append_removal(struct omni *db, const struct removal *removal)
{
	struct omni__fact fact = {
		.noun = OMNI__FACT_REMOVAL,
		.happened = omni__clock(&db->env),
		.record = removal->id,
	};

	return omni__facts_append(db, &fact, 1);
}

static omni_status
remove_record(struct omni *db, void *context)
{
	struct removal *removal = context;
	const unsigned char *id = removal->id;
	int64_t *facts;
	size_t count;
	omni_status status;

	status = omni__records_forget(db, &id, 1, &facts, &count);
	if (status != OMNI_OK)
		return status;
	if (count == 0)
		return OMNI_NONE;
	status = omni__facts_erase(db, facts, count);
	return status == OMNI_OK ? append_removal(db, removal) : status;
}

omni_status
omni_record_remove(omni *db, const char *source, const char *key)
{
	struct removal removal = { .source = source };
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	status = omni__text_check(&db->error, "source", source);
	if (status == OMNI_OK)
		status = omni__text_check(&db->error, "key", key);
	if (status == OMNI_OK) {
		omni__record_id(db, source, key, removal.id);
		status = omni__transact(db, true, remove_record, &removal);
	}
	return omni__leave(db, status);
}

/* ---- erasure -------------------------------------------------------- */

struct erasure {
	unsigned char id[OMNI__ID];
	unsigned char (*records)[OMNI__ID];
	const unsigned char **pointers;
	size_t count;
};

static omni_status
list_records(struct omni *db, struct erasure *e, bool *found)
{
	unsigned char customer[OMNI__ID];
	struct omni__member *members;
	omni_status status;
	size_t i;

	status = omni__customer_lookup(db, e->id, customer, found);
	if (status != OMNI_OK || !*found)
		return status;
	status = omni__customer_members(db, customer, &members, &e->count);
	if (status != OMNI_OK)
		return status;
	e->records = omni__arena_alloc(&db->scratch,
	    (e->count + 1) * sizeof(*e->records));
	e->pointers = omni__arena_alloc(&db->scratch,
	    (e->count + 1) * sizeof(*e->pointers));
	if (e->records == NULL || e->pointers == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < e->count; i++) {
		memcpy(e->records[i], members[i].id, OMNI__ID);
		e->pointers[i] = e->records[i];
	}
	return OMNI_OK;
}

typedef omni_status (*erase_fn)(struct omni *,
    const unsigned char *const *records, size_t count, int64_t **facts,
    size_t *fact_count);

/* Takes the rows of a room out, then the payloads of its facts. */
static omni_status
erase_room(struct omni *db, const struct erasure *e, erase_fn room)
{
	int64_t *facts;
	size_t count;
	omni_status status;

	status = room(db, e->pointers, e->count, &facts, &count);
	return status == OMNI_OK ? omni__facts_erase(db, facts, count) :
	    status;
}

/* The fact names records by their keyed hashes only. */
static omni_status
append_erasure(struct omni *db, const struct erasure *e, int64_t now)
{
	struct omni__buf body = { .env = &db->env };
	struct omni__fact fact = {
		.noun = OMNI__FACT_ERASURE, .happened = now
	};
	char hex[OMNI_ID_SIZE];
	omni_status status;
	size_t i;

	omni__buf_str(&body, "{\"records\":[");
	for (i = 0; i < e->count; i++) {
		omni__hex(hex, e->records[i], OMNI__ID);
		omni__buf_printf(&body, "%s\"%s\"", i > 0 ? "," : "", hex);
	}
	omni__buf_str(&body, "]}");
	fact.body = body.bytes;
	status = body.failed ? omni__nomem(&db->error) :
	    omni__facts_append(db, &fact, 1);
	omni__buf_free(&body);
	return status;
}

/* Until when what is told of the person is turned away: all that the store
 * has seen so far is before it, whatever the clock says now. */
static omni_status
erased_until(struct omni *db, int64_t now, int64_t *until)
{
	omni_status status;
	int64_t first, stamp;

	status = omni__writer_take(db, 0, &first);
	if (status != OMNI_OK)
		return status;
	stamp = omni__writer_stamp(db, now);
	*until = omni__time_trusted(now, now) && now > stamp ? now : stamp;
	return OMNI_OK;
}

static omni_status
erase(struct omni *db, void *context)
{
	struct erasure *e = context;
	int64_t now = omni__clock(&db->env), until = now;
	omni_status status;
	bool found;

	status = list_records(db, e, &found);
	if (status != OMNI_OK)
		return status;
	if (!found)
		return OMNI_NONE;
	status = erased_until(db, now, &until);
	if (status == OMNI_OK)
		status = omni__deliveries_keep(db, e->pointers, e->count);
	if (status == OMNI_OK)
		status = erase_room(db, e, omni__timeline_erase);
	if (status == OMNI_OK)
		status = erase_room(db, e, omni__consent_erase);
	if (status == OMNI_OK)
		status = omni__rulings_erase(db, e->pointers, e->count);
	if (status == OMNI_OK)
		status = erase_room(db, e, omni__records_forget);
	if (status == OMNI_OK)
		status = omni__tombstones_put(db,
		    (const unsigned char (*)[OMNI__ID])e->records, e->count,
		    until);
	if (status == OMNI_OK)
		status = append_erasure(db, e, now);
	/* Whatever happens now, the next one who opens the store knows. */
	return status == OMNI_OK ? omni__meta_put(db, "scrub",
	    omni__blob("1", 1)) : status;
}

static omni_status
scrubbed(struct omni *db, void *context)
{
	(void)context;
	return omni__meta_put(db, "scrub", omni__blob("0", 1));
}

omni_status
omni__scrub(struct omni *db)
{
	omni_status status;

	db->scrub_pending = true;
	status = db->ops->scrub(db->store, &db->error);
	if (status == OMNI_OK)
		status = omni__transact(db, true, scrubbed, NULL);
	db->scrub_pending = status != OMNI_OK;
	return status;
}

omni_status
omni_customer_erase(omni *db, const char *id)
{
	struct erasure e = { .count = 0 };
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	status = omni__id_parse(&db->error, "id", id, e.id);
	if (status == OMNI_OK)
		status = omni__transact(db, true, erase, &e);
	if (status == OMNI_OK)
		status = omni__scrub(db);
	return omni__leave(db, status);
}
