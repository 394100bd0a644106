/*
 * The projections of consent: statements by record, a row more for every
 * record that a withdrawal follows and for the address that it binds, and
 * when a purpose was first defined.
 */
#include <string.h>

#include <jansson.h>

#include "consent/consent.h"

/* ---- SQL ------------------------------------------------------------ */

static const struct omni__sql statement_put = {
	.name = "statement_put",
	.in = "record:b fact:i said:i purpose:t channel:i happened:i "
	    "source:i held:i body:t",
	.sql = "INSERT INTO omni_statement (record, fact, said, purpose,"
	    " channel, happened, source, held, body)\n"
	    "SELECT $record, $fact, $said, $purpose, $channel, $happened,"
	    " $source, $held, $body FROM p WHERE true\n"
	    "ON CONFLICT (record, fact) DO NOTHING",
};
#define COLUMNS 9

static const struct omni__sql statement_by = {
	.name = "statement_by",
	.in = "record:b",
	.out = "i",
	.sql = "SELECT s.fact FROM omni_statement s\n"
	    "WHERE s.record = $record AND s.held = 0\n"
	    "ORDER BY s.fact",
};

static const struct omni__sql statement_drop = {
	.name = "statement_drop",
	.in = "record:b fact:i",
	.sql = "DELETE FROM omni_statement USING p\n"
	    "WHERE omni_statement.record = $record\n"
	    "  AND omni_statement.fact = $fact",
};

/* The first definition of a purpose stands beside the last one, under a
 * noun of its own. */
#define NOUN_FIRST (100 + OMNI__FACT_PURPOSE)

static const struct omni__sql first_put = {
	.name = "definition_first_put",
	.in = "noun:i name:i happened:i fact:i",
	.sql = "INSERT INTO omni_definition (noun, name, happened, fact)\n"
	    "SELECT $noun, $name, $happened, $fact FROM p WHERE true\n"
	    "ON CONFLICT (noun, name) DO UPDATE\n"
	    "SET happened = excluded.happened, fact = excluded.fact\n"
	    "WHERE excluded.happened < omni_definition.happened\n"
	    "  OR (excluded.happened = omni_definition.happened\n"
	    "    AND excluded.fact < omni_definition.fact)",
};

static const struct omni__sql first_get = {
	.name = "definition_first_get",
	.in = "noun:i name:i",
	.out = "i",
	.sql = "SELECT d.happened FROM omni_definition d\n"
	    "WHERE d.noun = $noun AND d.name = $name",
};

/* ---- statements ----------------------------------------------------- */

struct rows {
	struct omni__value *values;
	size_t count, room;
};

static struct omni__value *
rows_add(struct omni *db, struct rows *rows)
{
	if (rows->count == rows->room) {
		size_t room = rows->room == 0 ? 64 : rows->room * 2;
		size_t row = COLUMNS * sizeof(struct omni__value);
		struct omni__value *more = omni__arena_alloc(&db->scratch,
		    room * row);

		if (more == NULL)
			return NULL;
		if (rows->count > 0)
			memcpy(more, rows->values, rows->count * row);
		rows->values = more;
		rows->room = room;
	}
	return rows->values + COLUMNS * rows->count++;
}

static int32_t
said_of(const char *word)
{
	static const char *const words[] = {
		[OMNI_SAID_GRANT] = "grant",
		[OMNI_SAID_WITHDRAW] = "withdraw",
		[OMNI_SAID_PREFER] = "prefer",
	};
	int32_t i;

	for (i = OMNI_SAID_GRANT; i <= OMNI_SAID_PREFER; i++)
		if (word != NULL && strcmp(word, words[i]) == 0)
			return i;
	return 0;
}

static void
add_member(struct omni__buf *buf, const json_t *root, const char *name)
{
	const char *text = json_string_value(json_object_get(root, name));

	if (text == NULL)
		return;
	omni__buf_printf(buf, "\"%s\":", name);
	omni__buf_json(buf, text);
	omni__buf_char(buf, ',');
}

static void
add_seen(struct omni__buf *buf, const json_t *seen)
{
	size_t i;

	if (json_array_size(seen) == 0)
		return;
	omni__buf_str(buf, "\"seen\":[");
	for (i = 0; i < json_array_size(seen); i++) {
		if (i > 0)
			omni__buf_char(buf, ',');
		omni__buf_json(buf, json_string_value(
		    json_array_get(seen, i)));
	}
	omni__buf_str(buf, "],");
}

/* What a decision needs beside the columns; the list of records held has
 * become rows. */
static const char *
row_body(struct omni *db, const struct omni__fact *fact, const json_t *root)
{
	struct omni__buf buf = { .env = &db->env };
	const char *expiry = json_string_value(
	    json_object_get(root, "expiry")), *text = NULL;
	int64_t time;

	omni__buf_char(&buf, '{');
	add_member(&buf, root, "via");
	add_member(&buf, root, "wording");
	add_seen(&buf, json_object_get(root, "seen"));
	if (expiry != NULL && omni_time_parse(expiry, &time) == OMNI_OK)
		omni__buf_printf(&buf, "\"expiry\":%lld,", (long long)time);
	omni__buf_printf(&buf, "\"rank\":%lld,\"doubtful\":%s}",
	    (long long)json_integer_value(json_object_get(root, "rank")),
	    omni__time_trusted(fact->happened, fact->recorded) ? "false" :
	    "true");
	if (!buf.failed)
		text = omni__arena_text(&db->scratch, buf.bytes, buf.size);
	omni__buf_free(&buf);
	return text;
}

/* The row of whoever said it. */
static omni_status
own_row(struct omni *db, const struct omni__fact *fact, const json_t *root,
    struct omni__value *row)
{
	const char *purpose = json_string_value(
	    json_object_get(root, "purpose"));
	const char *channel = json_string_value(
	    json_object_get(root, "channel"));
	int64_t term = 0;
	omni_status status;

	status = omni__term(db, channel, &term);
	if (status != OMNI_OK)
		return status;
	row[0] = omni__blob(fact->record, OMNI__ID);
	row[1] = omni__int(fact->id);
	row[2] = omni__int(said_of(json_string_value(
	    json_object_get(root, "said"))));
	row[3] = omni__text(purpose == NULL ? NULL :
	    omni__arena_strdup(&db->scratch, purpose));
	row[4] = omni__int(term);
	row[5] = omni__int(omni__fact_time(fact));
	row[6] = omni__int(fact->source_term);
	row[7] = omni__int(0);
	row[8] = omni__text(row_body(db, fact, root));
	if (row[2].number == 0 || purpose == NULL)
		return omni__fail(&db->error, OMNI_CORRUPT,
		    "fact %lld is no statement", (long long)fact->id);
	return row[3].type == OMNI__NULL || row[8].type == OMNI__NULL ?
	    omni__nomem(&db->error) : OMNI_OK;
}

/* NULL when out of memory, or when it is none. */
static const unsigned char *
id_of(struct omni *db, const json_t *value)
{
	unsigned char id[OMNI__ID];
	const char *hex = json_string_value(value);

	if (hex == NULL || !omni__unhex(id, OMNI__ID, hex))
		return NULL;
	return omni__arena_copy(&db->scratch, id, OMNI__ID);
}

/* The same row for somebody else whom it reaches. */
static omni_status
follow(struct omni *db, struct rows *rows, const struct omni__value *own,
    const unsigned char *id)
{
	struct omni__value *row;

	if (id != NULL && memcmp(id, own[0].bytes, OMNI__ID) == 0)
		return OMNI_OK;
	row = id != NULL ? rows_add(db, rows) : NULL;
	if (row == NULL)
		return omni__nomem(&db->error);
	memcpy(row, own, COLUMNS * sizeof(*own));
	row[0] = omni__blob(id, OMNI__ID);
	row[7] = omni__int(1);
	return OMNI_OK;
}

static omni_status
followers(struct omni *db, const json_t *root, struct rows *rows,
    const struct omni__value *first)
{
	const json_t *held = json_object_get(root, "held");
	const json_t *address = json_object_get(root, "address");
	struct omni__value own[COLUMNS];
	omni_status status = OMNI_OK;
	size_t i;

	/* Adding rows moves them. */
	memcpy(own, first, sizeof(own));
	for (i = 0; i < json_array_size(held) && status == OMNI_OK; i++)
		status = follow(db, rows, own,
		    id_of(db, json_array_get(held, i)));
	if (status == OMNI_OK && address != NULL)
		status = follow(db, rows, own, id_of(db, address));
	return status;
}

static omni_status
add_statement(struct omni *db, const struct omni__fact *fact,
    struct rows *rows)
{
	struct omni__value *row;
	json_t *root;
	omni_status status;

	if (fact->body == NULL || fact->record == NULL)
		return OMNI_OK;
	status = omni__json_body(db, fact, &root);
	if (status != OMNI_OK)
		return status;
	row = rows_add(db, rows);
	status = row == NULL ? omni__nomem(&db->error) :
	    own_row(db, fact, root, row);
	if (status == OMNI_OK)
		status = followers(db, root, rows, row);
	json_decref(root);
	return status;
}

/* ---- first definitions ---------------------------------------------- */

static omni_status
add_first(struct omni *db, const struct omni__fact *fact)
{
	struct omni__value in[4] = {
		omni__int(NOUN_FIRST),
		omni__int(fact->kind_term),
		omni__int(omni__fact_time(fact)),
		omni__int(fact->id),
	};

	return fact->kind_term == 0 ? OMNI_OK :
	    omni__exec(db, &first_put, in, 1);
}

omni_status
omni__purpose_since(struct omni *db, const char *name, int64_t *since)
{
	struct omni__value in[2] = { omni__int(NOUN_FIRST) };
	struct omni__result result;
	int64_t term;
	omni_status status;

	*since = INT64_MAX;
	status = omni__term_find(db, name, &term);
	if (status != OMNI_OK || term == 0)
		return status;
	in[1] = omni__int(term);
	status = omni__query(db, &first_get, in, 1, &result);
	if (status == OMNI_OK && result.count > 0)
		*since = result.values[0].number;
	return status;
}

/* ---- applying ------------------------------------------------------- */

omni_status
omni__consent_apply(struct omni *db, const struct omni__fact *facts,
    size_t count)
{
	struct omni__contact_rows contacts = { NULL, 0, 0 };
	struct rows statements = { NULL, 0, 0 };
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < count && status == OMNI_OK; i++) {
		const struct omni__fact *fact = &facts[i];

		if (fact->noun == OMNI__FACT_STATEMENT)
			status = add_statement(db, fact, &statements);
		else if (fact->noun == OMNI__FACT_CONTACT)
			status = omni__contact_said(db, fact, &contacts);
		else if (fact->noun == OMNI__FACT_PURPOSE)
			status = add_first(db, fact);
	}
	if (status == OMNI_OK)
		status = omni__deliveries_read(db, facts, count, &contacts);
	if (status == OMNI_OK)
		status = omni__exec(db, &statement_put, statements.values,
		    statements.count);
	if (status == OMNI_OK)
		status = omni__contacts_put(db, &contacts);
	return status;
}

/* ---- erasing -------------------------------------------------------- */

struct erasing {
	struct omni *db;
	struct omni__map records;	/* that are erased */
	int64_t *facts;
	size_t count;
	struct omni__value *drop;	/* (record, fact) */
	size_t drops, room;
};

static omni_status
drop_row(struct erasing *e, const unsigned char *record, int64_t fact)
{
	if (e->drops == e->room) {
		size_t room = e->room == 0 ? 32 : e->room * 2;
		struct omni__value *more = omni__arena_alloc(
		    &e->db->scratch, 2 * room * sizeof(*more));

		if (more == NULL)
			return omni__nomem(&e->db->error);
		if (e->drops > 0)
			memcpy(more, e->drop, 2 * e->drops * sizeof(*more));
		e->drop = more;
		e->room = room;
	}
	e->drop[2 * e->drops] = omni__blob(record, OMNI__ID);
	e->drop[2 * e->drops++ + 1] = omni__int(fact);
	return OMNI_OK;
}

/* A withdrawal that also holds for somebody who stays must stay, and so must
 * one that binds an address: there is nothing personal in them but keyed
 * hashes. */
static omni_status
erase_held(struct erasing *e, const struct omni__fact *fact,
    const json_t *root, bool *stays)
{
	const json_t *held = json_object_get(root, "held");
	omni_status status = OMNI_OK;
	size_t i;

	*stays = json_object_get(root, "address") != NULL;
	for (i = 0; i < json_array_size(held); i++) {
		const unsigned char *id = id_of(e->db,
		    json_array_get(held, i));

		if (id == NULL)
			return omni__nomem(&e->db->error);
		if (omni__map_get(&e->records, id, OMNI__ID) == NULL)
			*stays = true;
	}
	for (i = 0; i < json_array_size(held) && !*stays &&
	    status == OMNI_OK; i++) {
		const unsigned char *id = id_of(e->db,
		    json_array_get(held, i));

		status = id == NULL ? omni__nomem(&e->db->error) :
		    drop_row(e, id, fact->id);
	}
	return status;
}

static omni_status
erase_one(struct erasing *e, const struct omni__fact *fact)
{
	json_t *root;
	omni_status status;
	bool stays;

	if (fact->body == NULL || fact->record == NULL)
		return OMNI_OK;
	/* Without it what must stay would go. */
	status = omni__json_body(e->db, fact, &root);
	if (status == OMNI_OK)
		status = erase_held(e, fact, root, &stays);
	if (status == OMNI_OK && !stays) {
		status = drop_row(e, fact->record, fact->id);
		e->facts[e->count++] = fact->id;
	}
	json_decref(root);
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
	status = omni__query(db, &statement_by, in, count, &result);
	if (status != OMNI_OK)
		return status;
	*found = result.count;
	e->facts = omni__arena_zero(&db->scratch,
	    (result.count + 1) * sizeof(*e->facts));
	*facts = omni__arena_zero(&db->scratch,
	    (result.count + 1) * sizeof(**facts));
	if (e->facts == NULL || *facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result.count; i++)
		e->facts[i] = result.values[i].number;
	return omni__facts_read(db, e->facts, result.count, *facts);
}

omni_status
omni__consent_erase(struct omni *db, const unsigned char *const *records,
    size_t count, int64_t **facts, size_t *fact_count)
{
	struct erasing e = { .db = db, .records = { .arena = &db->scratch } };
	struct omni__fact *said = NULL;
	size_t i, found = 0;
	omni_status status;

	status = find_said(&e, records, count, &said, &found);
	for (i = 0; i < found && status == OMNI_OK; i++)
		status = erase_one(&e, &said[i]);
	if (status == OMNI_OK)
		status = omni__exec(db, &statement_drop, e.drop, e.drops);
	*facts = e.facts;
	*fact_count = e.count;
	return status;
}
