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
	status = omni__reach_erase(db, &id, 1);
	if (status == OMNI_OK)
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

/* What an erasure takes. */
struct omni_erasure {
	struct omni__object object;
	int32_t records, versions, interactions, settings, statements;
	int32_t contacts, verdicts;
};

struct erasure {
	struct omni_erasure *tally;	/* of a preview, or NULL */
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

/* ---- counting ------------------------------------------------------- */

static const struct omni__sql erasure_verdicts = {
	.name = "erasure_verdicts",
	.in = "record:b",
	.out = "i",
	.sql = "SELECT v.fact FROM omni_verdict v WHERE v.record = $record",
};

/* Facts that go, by what they are. */
static omni_status
tally_facts(struct omni *db, struct omni_erasure *tally, const int64_t *ids,
    size_t count)
{
	int32_t *const sorts[] = {
		[OMNI__FACT_RECORD] = &tally->versions,
		[OMNI__FACT_INTERACTION] = &tally->interactions,
		[OMNI__FACT_STATEMENT] = &tally->statements,
		[OMNI__FACT_SETTING] = &tally->settings,
	};
	struct omni__fact *facts;
	omni_status status;
	size_t i;

	facts = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*facts));
	if (facts == NULL)
		return omni__nomem(&db->error);
	status = omni__facts_read(db, ids, count, facts);
	for (i = 0; i < count && status == OMNI_OK; i++)
		if (facts[i].noun > 0 && (size_t)facts[i].noun <
		    OMNI__COUNT(sorts) && sorts[facts[i].noun] != NULL)
			++*sorts[facts[i].noun];
	return status;
}

static omni_status
tally_verdicts(struct omni *db, const struct erasure *e)
{
	struct omni__map seen = { .arena = &db->scratch };
	struct omni__value *in;
	struct omni__result result;
	omni_status status;
	size_t i;
	bool found;

	in = omni__arena_alloc(&db->scratch, (e->count + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < e->count; i++)
		in[i] = omni__blob(e->records[i], OMNI__ID);
	status = omni__query(db, &erasure_verdicts, in, e->count, &result);
	for (i = 0; i < result.count && status == OMNI_OK; i++) {
		if (omni__map_put(&seen, &result.values[i].number,
		    sizeof(int64_t), 0, &found) == NULL)
			return omni__nomem(&db->error);
		e->tally->verdicts += !found;
	}
	return status;
}

/* E-mail addresses, telephones and streets, each once however written. */
static omni_status
tally_contacts(struct omni *db, struct omni_erasure *tally,
    const struct omni__member *members, size_t count)
{
	static const char *const kinds[] = {
		"email", "phone", "address.full", "address.street"
	};
	struct omni__map seen = { .arena = &db->scratch };
	struct omni__profile *profile;
	omni_status status;
	size_t i, k, size;
	bool found;

	status = omni__customer_profile(db, members, count, &profile, &size);
	for (i = 0; i < size && status == OMNI_OK; i++)
		for (k = 0; k < OMNI__COUNT(kinds); k++) {
			const char *key = profile[i].normal;

			if (*key == '\0' ||
			    strcmp(profile[i].kind, kinds[k]) != 0)
				continue;
			key = omni__arena_printf(&db->scratch, "%s %s",
			    kinds[k], key);
			if (key == NULL || omni__map_put(&seen, key,
			    strlen(key), 0, &found) == NULL)
				return omni__nomem(&db->error);
			tally->contacts += !found;
		}
	return status;
}

/* What is known of the records before they go. */
static omni_status
tally_records(struct omni *db, const struct erasure *e)
{
	struct omni__member *members;
	omni_status status;
	size_t count;

	status = omni__customer_whole(db, e->id, &members, &count);
	if (status != OMNI_OK)
		return status;
	e->tally->records = (int32_t)count;
	status = tally_contacts(db, e->tally, members, count);
	return status == OMNI_OK ? tally_verdicts(db, e) : status;
}

/* ---- taking --------------------------------------------------------- */

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
	if (status == OMNI_OK && e->tally != NULL)
		status = tally_facts(db, e->tally, facts, count);
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
		status = erase_room(db, e, omni__messages_erase);
	if (status == OMNI_OK)
		status = omni__reach_erase(db, e->records, e->count);
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
	if (e->tally != NULL)
		status = tally_records(db, e);
	if (status == OMNI_OK)
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

/* ---- the preview ---------------------------------------------------- */

/* What is foreseen is done in a transaction that is then taken back: this
 * ends it, and is nobody's status. */
#define TAKE_BACK (-1000)

static omni_status
foresee(struct omni *db, void *context)
{
	struct erasure *e = context;
	struct omni_erasure *tally = e->tally;
	omni_status status;

	tally->records = tally->versions = tally->interactions = 0;
	tally->settings = tally->statements = tally->contacts = 0;
	tally->verdicts = 0;
	status = erase(db, e);
	return status == OMNI_OK ? TAKE_BACK : status;
}

omni_status
omni_customer_erase_preview(omni *db, const char *id, omni_erasure **out)
{
	struct erasure e = { .count = 0 };
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (out == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "erasure is NULL"));
	*out = NULL;
	status = omni__id_parse(&db->error, "id", id, e.id);
	if (status == OMNI_OK) {
		e.tally = omni__object_new(&db->env, sizeof(*e.tally));
		status = e.tally == NULL ? omni__nomem(&db->error) :
		    omni__transact(db, true, foresee, &e);
	}
	if (status == TAKE_BACK) {
		omni__error_clear(&db->error);
		*out = e.tally;
		return omni__leave(db, OMNI_OK);
	}
	omni_erasure_free(e.tally);
	return omni__leave(db, status);
}

int32_t
omni_erasure_records(const omni_erasure *erasure)
{
	return erasure != NULL ? erasure->records : 0;
}

int32_t
omni_erasure_versions(const omni_erasure *erasure)
{
	return erasure != NULL ? erasure->versions : 0;
}

int32_t
omni_erasure_interactions(const omni_erasure *erasure)
{
	return erasure != NULL ? erasure->interactions : 0;
}

int32_t
omni_erasure_settings(const omni_erasure *erasure)
{
	return erasure != NULL ? erasure->settings : 0;
}

int32_t
omni_erasure_statements(const omni_erasure *erasure)
{
	return erasure != NULL ? erasure->statements : 0;
}

int32_t
omni_erasure_contacts(const omni_erasure *erasure)
{
	return erasure != NULL ? erasure->contacts : 0;
}

int32_t
omni_erasure_verdicts(const omni_erasure *erasure)
{
	return erasure != NULL ? erasure->verdicts : 0;
}

void
omni_erasure_free(omni_erasure *erasure)
{
	omni__object_free(erasure);
}
