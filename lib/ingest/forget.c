/*
 * Leaving: a source deletes a row; a person is erased.  Payloads go from
 * the facts, which keep their envelopes.
 */
#include <stdlib.h>
#include <string.h>

#include "ingest/put.h"

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
	const unsigned char **records;
	size_t count;
	int64_t now;
	int64_t newest;		/* of the times of what is erased, or 0 */
};

typedef omni_status (*erase_fn)(struct omni *,
    const unsigned char *const *records, size_t count, int64_t **facts,
    size_t *fact_count);

static bool
clock_believed(const struct erasure *e)
{
	return e->now >= OMNI__RELEASED && omni__time_trusted(e->now, e->now);
}

/* The times of what goes, by the clocks that told of it. */
static omni_status
note_newest(struct omni *db, struct erasure *e, const int64_t *ids,
    size_t count)
{
	struct omni__fact *facts;
	omni_status status;
	size_t i;

	facts = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*facts));
	if (facts == NULL)
		return omni__nomem(&db->error);
	status = omni__facts_read(db, ids, count, facts);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		const int64_t times[] = {
			facts[i].happened, facts[i].recorded
		};
		size_t k;

		for (k = 0; k < OMNI__COUNT(times); k++)
			if (omni__time_trusted(times[k], facts[i].recorded) &&
			    times[k] > e->newest)
				e->newest = times[k];
	}
	return status;
}

/* Takes the rows of a room out, then the payloads of its facts. */
static omni_status
erase_room(struct omni *db, struct erasure *e, erase_fn room)
{
	int64_t *facts;
	size_t count;
	omni_status status;

	status = room(db, e->records, e->count, &facts, &count);
	if (status == OMNI_OK && !clock_believed(e))
		status = note_newest(db, e, facts, count);
	return status == OMNI_OK ? omni__facts_erase(db, facts, count) :
	    status;
}

/* The fact names records by their keyed hashes only. */
static omni_status
append_erasure(struct omni *db, const struct erasure *e, int64_t *id)
{
	struct omni__buf body = { .env = &db->env };
	struct omni__fact fact = {
		.noun = OMNI__FACT_ERASURE, .happened = e->now
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
	*id = fact.id;
	return status;
}

/*
 * Until when what is told of the person is turned away: until now.  Where the
 * clock cannot be believed, all that was known of them is before it; the
 * stamps would not do, since one till that is ahead drags those of all.
 */
static int64_t
erased_until(const struct erasure *e)
{
	if (clock_believed(e))
		return e->now;
	return omni__time_trusted(e->now, e->now) && e->now > e->newest ?
	    e->now : e->newest;
}

static omni_status
erase_rooms(struct omni *db, struct erasure *e)
{
	omni_status status;

	status = omni__deliveries_keep(db, e->records, e->count);
	if (status == OMNI_OK)
		status = erase_room(db, e, omni__timeline_erase);
	if (status == OMNI_OK)
		status = erase_room(db, e, omni__consent_erase);
	if (status == OMNI_OK)
		status = omni__rulings_erase(db, e->records, e->count);
	if (status == OMNI_OK)
		status = erase_room(db, e, omni__records_forget);
	return status;
}

static omni_status
erase(struct omni *db, void *context)
{
	struct erasure *e = context;
	int64_t fact = 0;
	omni_status status;

	e->now = omni__clock(&db->env);
	e->newest = 0;
	status = omni__owned_records(db, e->id, &e->records, &e->count);
	if (status != OMNI_OK)
		return status;
	if (e->count == 0)
		return OMNI_NONE;
	status = erase_rooms(db, e);
	if (status == OMNI_OK)
		status = omni__tombstones_put(db, e->records, e->count,
		    erased_until(e));
	if (status == OMNI_OK)
		status = append_erasure(db, e, &fact);
	/* Whatever happens now, whoever maintains the store next knows. */
	return status == OMNI_OK ? omni__meta_put(db, "scrub",
	    omni__blob(&fact, sizeof(fact))) : status;
}

/* ---- wiping --------------------------------------------------------- */

static omni_status
read_mark(struct omni *db, void *context)
{
	int64_t *mark = context;
	struct omni__value value;
	omni_status status = omni__meta_get(db, "scrub", &value);

	*mark = 0;
	if (status == OMNI_OK && value.type == OMNI__BLOB &&
	    value.size == sizeof(*mark))
		memcpy(mark, value.bytes, sizeof(*mark));
	return status;
}

/* Somebody else may have erased meanwhile: that is not wiped yet. */
static omni_status
clear_mark(struct omni *db, void *context)
{
	const int64_t *wiped = context, none = 0;
	int64_t mark;
	omni_status status = read_mark(db, &mark);

	return status == OMNI_OK && mark == *wiped ? omni__meta_put(db,
	    "scrub", omni__blob(&none, sizeof(none))) : status;
}

omni_status
omni__scrub(struct omni *db)
{
	int64_t mark;
	omni_status status = omni__transact(db, false, read_mark, &mark);

	if (status != OMNI_OK || mark == 0)
		return status;
	status = db->ops->scrub(db->store, &db->error);
	return status == OMNI_OK ?
	    omni__transact(db, true, clear_mark, &mark) : status;
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
