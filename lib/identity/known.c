/*
 * What is already known about records that are about to be put.
 */
#include <string.h>

#include "identity/resolve.h"

static const struct omni__sql record_known = {
	.name = "record_known",
	.in = "id:b",
	.out = "iiiii",
	.sql = "SELECT r.fact, r.happened, r.content, r.first, r.flags\n"
	    "FROM omni_record r WHERE r.id = $id",
};

static const struct omni__sql version_known = {
	.name = "version_known",
	.in = "id:b",
	.out = "iii",
	.sql = "SELECT v.fact, v.happened, v.content\n"
	    "FROM omni_version v WHERE v.record = $id",
};

static omni_status
find_rows(struct omni *db, const unsigned char *const *ids, size_t count,
    struct omni__known *known)
{
	struct omni__value *in;
	struct omni__result result;
	omni_status status;
	size_t i;

	in = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		in[i] = omni__blob(ids[i], OMNI__ID);
	status = omni__query(db, &record_known, in, count, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++) {
		struct omni__known *k = &known[result.ordinal[i]];
		const struct omni__value *v = OMNI__AT(&result, i, 0);

		k->fact = v[0].number;
		k->happened = omni__value_int(&v[1], OMNI_TIME_UNKNOWN);
		k->content = v[2].number;
		k->first = omni__value_int(&v[3], OMNI_TIME_UNKNOWN);
	}
	return status;
}

/* What a bulk has gathered is newer than what is stored. */
static void
find_gathered(struct omni *db, const unsigned char *const *ids, size_t count,
    struct omni__known *known)
{
	const struct omni__row *row;
	size_t i;

	for (i = 0; i < count; i++) {
		row = omni__bulk_row(db, ids[i]);
		if (row == NULL)
			continue;
		known[i].fact = row->fact;
		known[i].happened = row->happened;
		known[i].content = row->content;
		known[i].first = row->first;
	}
}

/* Also what has a row: it may have come again after an erasure. */
static omni_status
find_tombstones(struct omni *db, const unsigned char *const *ids,
    size_t count, struct omni__known *known)
{
	int64_t *until;
	omni_status status;
	size_t i;

	until = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*until));
	if (until == NULL)
		return omni__nomem(&db->error);
	status = omni__tombstones_get(db, ids, count, until);
	for (i = 0; i < count && status == OMNI_OK; i++)
		known[i].erased = until[i];
	return status;
}

omni_status
omni__records_known(struct omni *db, const unsigned char *const *ids,
    size_t count, struct omni__known *known)
{
	omni_status status;
	size_t i;

	memset(known, 0, count * sizeof(*known));
	for (i = 0; i < count; i++) {
		known[i].happened = known[i].first = OMNI_TIME_UNKNOWN;
		known[i].erased = INT64_MIN;
	}
	status = find_rows(db, ids, count, known);
	if (omni__bulk_runs(db))
		find_gathered(db, ids, count, known);
	return status == OMNI_OK ? find_tombstones(db, ids, count, known) :
	    status;
}

omni_status
omni__version_known(struct omni *db, const struct omni__known *known,
    const struct omni__fact *fact, int64_t now, int64_t *held)
{
	struct omni__value in = omni__blob(fact->record, OMNI__ID);
	int64_t content = omni__record_content(db, fact->body);
	int64_t happened = omni__time_trusted(fact->happened, now) ?
	    fact->happened : OMNI_TIME_UNKNOWN;
	struct omni__result result;
	omni_status status;
	size_t i;

	*held = 0;
	if (known->fact == 0)
		return OMNI_OK;
	if (known->content == content && known->happened == happened) {
		*held = known->fact;
		return OMNI_OK;
	}
	status = omni__query(db, &version_known, &in, 1, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++) {
		const struct omni__value *v = OMNI__AT(&result, i, 0);

		if (v[2].number == content && omni__value_int(&v[1],
		    OMNI_TIME_UNKNOWN) == happened)
			*held = v[0].number;
	}
	return status;
}
