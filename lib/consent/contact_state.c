/*
 * What is known of contact points, as a projection: the last thing said of
 * each, by time, verification and suppression apart.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "consent/consent.h"

static const struct omni__sql contact_put = {
	.name = "contact_put",
	.in = "address:b happened:i fact:i verified:i suppressed:t",
	.sql = "INSERT INTO omni_contact"
	    " (address, happened, fact, verified, suppressed)\n"
	    "SELECT $address, $happened, $fact, $verified, $suppressed\n"
	    "FROM p WHERE true\n"
	    "ON CONFLICT (address) DO UPDATE\n"
	    "SET happened = excluded.happened, fact = excluded.fact,\n"
	    "  verified = excluded.verified,\n"
	    "  suppressed = excluded.suppressed\n"
	    "WHERE excluded.happened > omni_contact.happened\n"
	    "  OR (excluded.happened = omni_contact.happened\n"
	    "    AND excluded.fact > omni_contact.fact)",
};

static const struct omni__sql contact_get = {
	.name = "contact_get",
	.in = "address:b",
	.out = "iit",
	.sql = "SELECT c.happened, c.verified, c.suppressed\n"
	    "FROM omni_contact c WHERE c.address = $address",
};

/* ---- from facts to rows --------------------------------------------- */

omni_status
omni__contact_rows_add(struct omni *db, struct omni__contact_rows *rows,
    const struct omni__contact_row *row)
{
	if (rows->count == rows->room) {
		size_t room = rows->room == 0 ? 16 : rows->room * 2;
		struct omni__contact_row *more = omni__arena_alloc(
		    &db->scratch, room * sizeof(*more));

		if (more == NULL)
			return omni__nomem(&db->error);
		if (rows->count > 0)
			memcpy(more, rows->rows, rows->count * sizeof(*more));
		rows->rows = more;
		rows->room = room;
	}
	rows->rows[rows->count++] = *row;
	return OMNI_OK;
}

static omni_status
said_verified(struct omni *db, const json_t *verified,
    struct omni__contact_row row, struct omni__contact_rows *rows)
{
	unsigned char hash[OMNI__ID];

	memcpy(hash, row.key, OMNI__ID);
	/* Proving an address must not lift a complaint: they are two rows. */
	omni__address_proof(db, hash, row.key);
	row.verified = json_is_true(verified);
	return omni__contact_rows_add(db, rows, &row);
}

static omni_status
said_suppressed(struct omni *db, const json_t *cause,
    struct omni__contact_row row, struct omni__contact_rows *rows)
{
	const char *text = json_string_value(cause);

	if (text != NULL &&
	    (row.suppressed = omni__arena_strdup(&db->scratch, text)) == NULL)
		return omni__nomem(&db->error);
	return omni__contact_rows_add(db, rows, &row);
}

omni_status
omni__contact_said(struct omni *db, const struct omni__fact *fact,
    struct omni__contact_rows *rows)
{
	struct omni__contact_row row = {
		.happened = omni__fact_time(fact),
		.fact = fact->id,
	};
	const json_t *verified, *suppressed;
	const char *hex;
	json_t *root;
	omni_status status;

	if (fact->body == NULL)
		return OMNI_OK;
	status = omni__json_body(db, fact, &root);
	if (status != OMNI_OK)
		return status;
	hex = json_string_value(json_object_get(root, "address"));
	verified = json_object_get(root, "verified");
	suppressed = json_object_get(root, "suppressed");
	if (hex == NULL || !omni__unhex(row.key, OMNI__ID, hex))
		status = omni__fail(&db->error, OMNI_CORRUPT,
		    "fact %lld is no contact point", (long long)fact->id);
	if (status == OMNI_OK && verified != NULL)
		status = said_verified(db, verified, row, rows);
	if (status == OMNI_OK && suppressed != NULL)
		status = said_suppressed(db, suppressed, row, rows);
	json_decref(root);
	return status;
}

static int
compare_rows(const void *left, const void *right)
{
	const struct omni__contact_row *a = left, *b = right;
	int order = memcmp(a->key, b->key, OMNI__ID);

	if (order != 0)
		return order;
	if (a->happened != b->happened)
		return a->happened < b->happened ? -1 : 1;
	return (a->fact > b->fact) - (a->fact < b->fact);
}

/* The last of each key: rows of a batch do not see each other. */
static size_t
keep_last(struct omni__contact_row *rows, size_t count)
{
	size_t i, kept = 0;

	qsort(rows, count, sizeof(*rows), compare_rows);
	for (i = 0; i < count; i++)
		if (i + 1 == count ||
		    memcmp(rows[i].key, rows[i + 1].key, OMNI__ID) != 0)
			rows[kept++] = rows[i];
	return kept;
}

#define COLUMNS 5

omni_status
omni__contacts_put(struct omni *db, struct omni__contact_rows *rows)
{
	struct omni__value *in;
	size_t i;

	if (rows->count == 0)
		return OMNI_OK;
	rows->count = keep_last(rows->rows, rows->count);
	in = omni__arena_alloc(&db->scratch,
	    rows->count * COLUMNS * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < rows->count; i++) {
		const struct omni__contact_row *row = &rows->rows[i];
		struct omni__value *values = in + i * COLUMNS;

		values[0] = omni__blob(row->key, OMNI__ID);
		values[1] = omni__int(row->happened);
		values[2] = omni__int(row->fact);
		values[3] = omni__int(row->verified);
		values[4] = omni__text(row->suppressed);
	}
	return omni__exec(db, &contact_put, in, rows->count);
}

/* ---- reading -------------------------------------------------------- */

omni_status
omni__contacts_load(struct omni *db, const unsigned char (*hashes)[OMNI__ID],
    size_t count, struct omni__contact_state *states)
{
	unsigned char (*proofs)[OMNI__ID];
	struct omni__value *in;
	struct omni__result result;
	omni_status status;
	size_t i;

	if (count == 0)
		return OMNI_OK;
	memset(states, 0, count * sizeof(*states));
	proofs = omni__arena_alloc(&db->scratch, count * sizeof(*proofs));
	in = omni__arena_alloc(&db->scratch, 2 * count * sizeof(*in));
	if (proofs == NULL || in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		omni__address_proof(db, hashes[i], proofs[i]);
		in[2 * i] = omni__blob(hashes[i], OMNI__ID);
		in[2 * i + 1] = omni__blob(proofs[i], OMNI__ID);
	}
	status = omni__query(db, &contact_get, in, 2 * count, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++) {
		struct omni__contact_state *state =
		    &states[result.ordinal[i] / 2];
		const struct omni__value *row = OMNI__AT(&result, i, 0);

		if (result.ordinal[i] % 2 == 1) {
			state->verified = row[1].number != 0;
			continue;
		}
		state->since = row[0].number;
		state->suppressed = omni__value_text(&row[2]);
	}
	return status;
}
