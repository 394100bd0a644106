/*
 * The projections of consent: statements by record, and a row more for every
 * record that a withdrawal follows and for the address that it binds.
 */
#include <string.h>

#include <jansson.h>

#include "consent/statement.h"

/* ---- SQL ------------------------------------------------------------ */

static const struct omni__sql statement_put = {
	.name = "statement_put",
	.in = "record:b fact:i pack:b",
	.sql = "INSERT INTO omni_statement (record, fact, pack)\n"
	    "SELECT $record, $fact, $pack FROM p WHERE true\n"
	    "ON CONFLICT (record, fact) DO NOTHING",
};
#define COLUMNS 3

static const struct omni__sql statement_drop = {
	.name = "statement_drop",
	.in = "record:b fact:i",
	.sql = "DELETE FROM omni_statement USING p\n"
	    "WHERE omni_statement.record = $record\n"
	    "  AND omni_statement.fact = $fact",
};

/* ---- statements ----------------------------------------------------- */

/* Rows to be written, or to be dropped. */
struct rows {
	struct omni *db;
	struct omni__value *values;
	size_t columns, count, room;
	struct omni__contact_rows *contacts;	/* beside statements */
};

static struct omni__value *
rows_add(struct rows *rows)
{
	if (rows->count == rows->room) {
		size_t room = rows->room == 0 ? 64 : rows->room * 2;
		size_t row = rows->columns * sizeof(struct omni__value);
		struct omni__value *more = omni__arena_alloc(
		    &rows->db->scratch, room * row);

		if (more == NULL)
			return NULL;
		if (rows->count > 0)
			memcpy(more, rows->values, rows->count * row);
		rows->values = more;
		rows->room = room;
	}
	return rows->values + rows->columns * rows->count++;
}

static omni_status
add_row(struct rows *rows, const unsigned char *record, int64_t fact,
    const struct omni__value *pack)
{
	struct omni__value *row = rows_add(rows);

	if (row == NULL)
		return omni__nomem(&rows->db->error);
	row[0] = omni__blob(record, OMNI__ID);
	row[1] = omni__int(fact);
	if (pack != NULL)
		row[2] = *pack;
	return OMNI_OK;
}

/* The ids of the records that were held, in the scratch arena. */
static omni_status
read_held(struct omni *db, const json_t *held, unsigned char **ids,
    size_t *count)
{
	unsigned char *at;
	size_t i;

	*ids = at = omni__arena_alloc(&db->scratch,
	    (json_array_size(held) + 1) * OMNI__ID);
	if (at == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < json_array_size(held); i++) {
		const char *hex = json_string_value(json_array_get(held, i));

		if (hex != NULL && omni__unhex(at, OMNI__ID, hex))
			at += OMNI__ID;
	}
	*count = (size_t)(at - *ids) / OMNI__ID;
	return OMNI_OK;
}

/* What was said, and the records for which it also holds. */
static omni_status
read_statement(struct omni *db, const struct omni__fact *fact,
    struct omni__said *said, unsigned char **held, size_t *count)
{
	json_t *root;
	omni_status status = omni__json_body(db, fact, &root);

	if (status != OMNI_OK)
		return status;
	status = omni__said_read(db, fact, root, said);
	if (status == OMNI_OK)
		status = read_held(db, json_object_get(root, "held"), held,
		    count);
	json_decref(root);
	return status;
}

/* Whose address it is holds it, too: of a no, and of what nobody else said. */
static bool
binds_address(const struct omni__fact *fact, const struct omni__said *said)
{
	return said->address != NULL && (said->said == OMNI_SAID_WITHDRAW ||
	    fact->record == NULL);
}

/* What is known of the address tells that there is something to look for:
 * most addresses are none that anybody spoke of. */
static omni_status
bind_address(struct rows *rows, const struct omni__fact *fact,
    const struct omni__said *said, const struct omni__value *pack)
{
	struct omni__contact_row row = {
		.happened = said->happened,
		.fact = fact->id,
		.what = OMNI__CONTACT_SAID,
		.since = OMNI_TIME_UNKNOWN,
		.until = OMNI_TIME_UNKNOWN,
	};
	omni_status status;

	memcpy(row.address, said->address, OMNI__ID);
	status = omni__contact_rows_add(rows->db, rows->contacts, &row);
	return status == OMNI_OK ? add_row(rows, said->address, fact->id,
	    pack) : status;
}

/* The same row for everybody else whom it reaches. */
static omni_status
add_followers(struct rows *rows, const struct omni__fact *fact,
    struct omni__said *said, const unsigned char *held, size_t count)
{
	struct omni__value pack;
	omni_status status;
	size_t i;

	if (count == 0 && !binds_address(fact, said))
		return OMNI_OK;
	said->held = true;
	status = omni__said_pack(rows->db, said, &pack);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		const unsigned char *id = held + i * OMNI__ID;

		if (fact->record == NULL ||
		    memcmp(id, fact->record, OMNI__ID) != 0)
			status = add_row(rows, id, fact->id, &pack);
	}
	return status == OMNI_OK && binds_address(fact, said) ?
	    bind_address(rows, fact, said, &pack) : status;
}

static omni_status
add_statement(struct omni *db, const struct omni__fact *fact,
    struct rows *rows)
{
	struct omni__said said;
	struct omni__value pack;
	unsigned char *held = NULL;
	size_t count = 0;
	omni_status status;

	if (fact->body == NULL)
		return OMNI_OK;
	status = read_statement(db, fact, &said, &held, &count);
	if (status == OMNI_OK && fact->record != NULL) {
		status = omni__said_pack(db, &said, &pack);
		if (status == OMNI_OK)
			status = add_row(rows, fact->record, fact->id, &pack);
	}
	return status == OMNI_OK ?
	    add_followers(rows, fact, &said, held, count) : status;
}

/* ---- applying ------------------------------------------------------- */

omni_status
omni__consent_apply(struct omni *db, const struct omni__fact *facts,
    size_t count)
{
	struct omni__contact_rows contacts = { NULL, 0, 0 };
	struct rows statements = { .db = db, .columns = COLUMNS,
	    .contacts = &contacts };
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < count && status == OMNI_OK; i++)
		if (facts[i].noun == OMNI__FACT_STATEMENT)
			status = add_statement(db, &facts[i], &statements);
		else if (facts[i].noun == OMNI__FACT_CONTACT)
			status = omni__contact_said(db, &facts[i], &contacts);
	if (status == OMNI_OK)
		status = omni__deliveries_read(db, facts, count, &contacts);
	if (status == OMNI_OK)
		status = omni__exec(db, &statement_put, statements.values,
		    statements.count);
	if (status == OMNI_OK)
		status = omni__contacts_put(db, &contacts);
	if (status == OMNI_OK)
		status = omni__reach_apply(db, facts, count);
	return status == OMNI_OK ? omni__messages_apply(db, facts, count) :
	    status;
}

/* ---- erasing -------------------------------------------------------- */

struct erasing {
	struct omni *db;
	struct omni__map records;	/* that are erased */
	struct rows drop;		/* (record, fact) */
	int64_t *facts;
	size_t count;
};

/* What proves it may name the person, and ends the body: the name of a member
 * is nowhere else, since quotes within a text are escaped. */
static omni_status
forget_evidence(struct omni *db, const struct omni__fact *fact)
{
	const char *end = strstr(fact->body, ",\"evidence\":");
	char *rest;

	if (end == NULL)
		return OMNI_OK;
	rest = omni__arena_printf(&db->scratch, "%.*s}",
	    (int)(end - fact->body), fact->body);
	return rest != NULL ? omni__fact_rewrite(db, fact->id, rest) :
	    omni__nomem(&db->error);
}

/* A withdrawal that also holds for somebody who stays must stay, and so must
 * one that binds an address: there is nothing personal in them but keyed
 * hashes. */
static bool
must_stay(const struct erasing *e, const struct omni__said *said,
    const unsigned char *held, size_t count)
{
	size_t i;

	if (said->said != OMNI_SAID_WITHDRAW)
		return false;
	for (i = 0; i < count; i++)
		if (omni__map_get(&e->records, held + i * OMNI__ID,
		    OMNI__ID) == NULL)
			return true;
	return said->address != NULL;
}

static omni_status
erase_one(struct erasing *e, const struct omni__fact *fact)
{
	struct omni *db = e->db;
	struct omni__said said;
	unsigned char *held = NULL;
	size_t i, count = 0;
	omni_status status;

	if (fact->body == NULL || fact->record == NULL)
		return OMNI_OK;
	/* Without it what must stay would go. */
	status = read_statement(db, fact, &said, &held, &count);
	if (status != OMNI_OK)
		return status;
	if (must_stay(e, &said, held, count))
		return forget_evidence(db, fact);
	for (i = 0; i < count && status == OMNI_OK; i++)
		status = add_row(&e->drop, held + i * OMNI__ID, fact->id,
		    NULL);
	if (status == OMNI_OK)
		status = add_row(&e->drop, fact->record, fact->id, NULL);
	e->facts[e->count++] = fact->id;
	return status;
}

/* Which of the rows are of what these records said themselves; *found
 * facts in e->facts. */
static omni_status
own_facts(struct erasing *e, const struct omni__result *result,
    size_t *found)
{
	struct omni__said said;
	omni_status status = OMNI_OK;
	size_t i, n = 0;

	e->facts = omni__arena_zero(&e->db->scratch,
	    (result->count + 1) * sizeof(*e->facts));
	if (e->facts == NULL)
		return omni__nomem(&e->db->error);
	for (i = 0; i < result->count && status == OMNI_OK; i++) {
		const struct omni__value *row = OMNI__AT(result, i, 0);

		status = omni__said_unpack(e->db, &row[1], &said);
		if (!said.held)
			e->facts[n++] = row[0].number;
	}
	*found = n;
	return status;
}

static omni_status
find_said(struct erasing *e, const unsigned char *const *records,
    size_t count, struct omni__fact **facts, size_t *found)
{
	struct omni *db = e->db;
	struct omni__value *in = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*in));
	struct omni__result result;
	omni_status status;
	bool known;
	size_t i;

	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		in[i] = omni__blob(records[i], OMNI__ID);
		if (omni__map_put(&e->records, records[i], OMNI__ID, i,
		    &known) == NULL)
			return omni__nomem(&db->error);
	}
	status = omni__query(db, &omni__statement_of, in, count, &result);
	if (status == OMNI_OK)
		status = own_facts(e, &result, found);
	if (status != OMNI_OK)
		return status;
	*facts = omni__arena_zero(&db->scratch,
	    (*found + 1) * sizeof(**facts));
	if (*facts == NULL)
		return omni__nomem(&db->error);
	return omni__facts_read(db, e->facts, *found, *facts);
}

static omni_status
read_facts(struct omni *db, const struct omni__result *rows,
    struct omni__fact **facts)
{
	int64_t *ids = omni__arena_alloc(&db->scratch,
	    (rows->count + 1) * sizeof(*ids));
	size_t i;

	*facts = omni__arena_alloc(&db->scratch,
	    (rows->count + 1) * sizeof(**facts));
	if (ids == NULL || *facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < rows->count; i++)
		ids[i] = OMNI__AT(rows, i, 0)->number;
	return omni__facts_read(db, ids, rows->count, *facts);
}

/* What was said about an address by nobody in particular may be proved by a
 * text that names whoever had it. */
static omni_status
erase_nameless(struct omni *db, const unsigned char *const *records,
    size_t count)
{
	const unsigned char **hashes;
	struct omni__result result;
	struct omni__fact *facts;
	struct omni__value *in;
	omni_status status;
	size_t i, found;

	status = omni__addresses_of(db, records, count, &hashes, &found);
	if (status != OMNI_OK || found == 0)
		return status;
	in = omni__arena_alloc(&db->scratch, found * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < found; i++)
		in[i] = omni__blob(hashes[i], OMNI__ID);
	status = omni__query(db, &omni__statement_of, in, found, &result);
	if (status == OMNI_OK)
		status = read_facts(db, &result, &facts);
	for (i = 0; i < result.count && status == OMNI_OK; i++)
		if (facts[i].record == NULL && facts[i].body != NULL)
			status = forget_evidence(db, &facts[i]);
	return status;
}

omni_status
omni__consent_erase(struct omni *db, const unsigned char *const *records,
    size_t count, int64_t **facts, size_t *fact_count)
{
	struct erasing e = { .db = db, .records = { .arena = &db->scratch },
	    .drop = { .db = db, .columns = 2 } };
	struct omni__fact *said = NULL;
	size_t i, found = 0;
	omni_status status;

	status = find_said(&e, records, count, &said, &found);
	for (i = 0; i < found && status == OMNI_OK; i++)
		status = erase_one(&e, &said[i]);
	if (status == OMNI_OK)
		status = omni__exec(db, &statement_drop, e.drop.values,
		    e.drop.count);
	if (status == OMNI_OK)
		status = erase_nameless(db, records, count);
	*facts = e.facts;
	*fact_count = e.count;
	return status;
}
