/*
 * Who is related to whom: customers that share an address or an identifier
 * and are not one person.  What so many share that it points at nobody is no
 * relation.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/customer.h"

/* Of a customer's records so many are looked at. */
#define MEMBERS_MAX 500
/* Holders of one key that are read; beyond them one of each name. */
#define HOLDERS_READ 300
#define NAMES_READ 60
/* Of a street so many rows are read, of who may live in one house there so
 * many looked at; more customers than that in one house are no household. */
#define STREET_READ 5000
#define HOUSE_READ 400
#define HOUSEHOLD_MAX 20

#define HOUSEHOLD OMNI__COLUMNS	/* the reason that is no column */

static const struct omni__sql related_holders = {
	.name = "related_holders",
	.in = "hash:i limit:i",
	.out = "b",
	.sql = "SELECT k.record FROM omni_key k\n"
	    "WHERE k.hash = $hash\n"
	    "ORDER BY k.mark, k.record LIMIT $limit",
};

/* One holder of each name, by leaps through the index. */
static const struct omni__sql related_names = {
	.name = "related_names",
	.in = "hash:i limit:i",
	.out = "b",
	.sql = "WITH RECURSIVE m (mark) AS (\n"
	    "  SELECT min(k.mark) FROM omni_key k WHERE k.hash = $hash\n"
	    "  UNION ALL\n"
	    "  SELECT (SELECT min(k.mark) FROM omni_key k\n"
	    "    WHERE k.hash = $hash AND k.mark > m.mark)\n"
	    "  FROM m WHERE m.mark IS NOT NULL)\n"
	    "SELECT (SELECT k.record FROM omni_key k\n"
	    "  WHERE k.hash = $hash AND k.mark = m.mark\n"
	    "  ORDER BY k.record LIMIT 1)\n"
	    "FROM m WHERE m.mark IS NOT NULL LIMIT $limit",
};

static const struct omni__sql related_street = {
	.name = "related_street",
	.in = "least:i most:i limit:i",
	.out = "ib",
	.sql = "SELECT k.mark, k.record FROM omni_key k\n"
	    "WHERE k.hash >= $least AND k.hash <= $most\n"
	    "ORDER BY k.hash, k.mark, k.record LIMIT $limit",
};

struct relative {
	char id[OMNI_ID_SIZE];
	uint64_t reasons;	/* a bit for each column, and for HOUSEHOLD */
	const char **names;
	int32_t count;
};

struct omni_related {
	struct omni__object object;
	struct relative *list;
	size_t count;
};

/* What the search works on, in the scratch arena. */
struct search {
	struct omni *db;
	unsigned char id[OMNI__ID], customer[OMNI__ID];
	struct omni__resolver r;	/* the rows that were read */
	struct omni__row **members;
	size_t member_count;
	struct omni__map found;		/* customers to places in the list */
	struct found {
		unsigned char customer[OMNI__ID];
		uint64_t reasons;
	} *list;
	size_t count, room;
	struct omni_related *out;
};

/* ---- finding -------------------------------------------------------- */

static omni_status
note(struct search *s, const unsigned char *customer, int reason)
{
	struct found *more;
	size_t *at;
	bool known;

	if (memcmp(customer, s->customer, OMNI__ID) == 0)
		return OMNI_OK;
	if (s->count == s->room) {
		s->room = s->room == 0 ? 32 : 2 * s->room;
		more = omni__arena_alloc(&s->db->scratch,
		    s->room * sizeof(*more));
		if (more == NULL)
			return omni__nomem(&s->db->error);
		if (s->count > 0)
			memcpy(more, s->list, s->count * sizeof(*more));
		s->list = more;
	}
	customer = omni__arena_copy(&s->db->scratch, customer, OMNI__ID);
	at = customer == NULL ? NULL : omni__map_put(&s->found, customer,
	    OMNI__ID, s->count, &known);
	if (at == NULL)
		return omni__nomem(&s->db->error);
	if (!known) {
		memcpy(s->list[s->count].customer, customer, OMNI__ID);
		s->list[s->count++].reasons = 0;
	}
	s->list[*at].reasons |= UINT64_C(1) << reason;
	return OMNI_OK;
}

/* The customers of these records. */
static omni_status
customers(struct search *s, const unsigned char *const *records,
    size_t count, unsigned char (**out)[OMNI__ID])
{
	*out = omni__arena_alloc(&s->db->scratch,
	    (count + 1) * sizeof(**out));
	if (*out == NULL)
		return omni__nomem(&s->db->error);
	return omni__customers_of(s->db, records, count, *out);
}

/* ---- identifiers ---------------------------------------------------- */

struct keys {
	struct omni__map seen;
	int64_t *hashes;
	uint8_t *columns;
	size_t count;
};

static omni_status
collect_keys(struct search *s, struct keys *keys)
{
	size_t room = 0, i, k;
	bool found;

	for (i = 0; i < s->member_count; i++)
		room += s->members[i]->person.count;
	keys->seen.arena = &s->db->scratch;
	keys->hashes = omni__arena_alloc(&s->db->scratch,
	    (room + 1) * sizeof(*keys->hashes));
	keys->columns = omni__arena_alloc(&s->db->scratch, room + 1);
	if (keys->hashes == NULL || keys->columns == NULL)
		return omni__nomem(&s->db->error);
	for (i = 0; i < s->member_count; i++)
		for (k = 0; k < s->members[i]->person.count; k++) {
			const struct omni__item *item =
			    &s->members[i]->person.items[k];
			int64_t *hash = &keys->hashes[keys->count];

			if (item->hash == 0 ||
			    item->step == OMNI__STEP_COMMON)
				continue;
			*hash = (int64_t)item->hash;
			keys->columns[keys->count] = item->column;
			if (omni__map_put(&keys->seen, hash, sizeof(*hash),
			    0, &found) == NULL)
				return omni__nomem(&s->db->error);
			keys->count += !found;
		}
	return OMNI_OK;
}

static omni_status
note_rows(struct search *s, const struct keys *keys,
    const struct omni__result *result)
{
	static const unsigned char nobody[OMNI__ID];
	const unsigned char **records;
	unsigned char (*whose)[OMNI__ID];
	omni_status status;
	size_t i;

	records = omni__arena_alloc(&s->db->scratch,
	    (result->count + 1) * sizeof(*records));
	if (records == NULL)
		return omni__nomem(&s->db->error);
	for (i = 0; i < result->count; i++)
		records[i] = result->values[i].size == OMNI__ID ?
		    result->values[i].bytes : nobody;
	status = customers(s, records, result->count, &whose);
	for (i = 0; i < result->count && status == OMNI_OK; i++)
		if (memcmp(whose[i], nobody, OMNI__ID) != 0)
			status = note(s, whose[i],
			    keys->columns[result->ordinal[i]]);
	return status;
}

static omni_status
note_holders(struct search *s, const struct keys *keys,
    const struct omni__sql *sql, int64_t limit)
{
	struct omni__value *in = omni__arena_alloc(&s->db->scratch,
	    (2 * keys->count + 1) * sizeof(*in));
	struct omni__result result;
	omni_status status;
	size_t i;

	if (in == NULL)
		return omni__nomem(&s->db->error);
	for (i = 0; i < keys->count; i++) {
		in[2 * i] = omni__int(keys->hashes[i]);
		in[2 * i + 1] = omni__int(limit);
	}
	status = omni__query(s->db, sql, in, keys->count, &result);
	return status == OMNI_OK ? note_rows(s, keys, &result) : status;
}

static omni_status
by_identifiers(struct search *s)
{
	struct keys keys = { .count = 0 };
	omni_status status = collect_keys(s, &keys);

	if (status == OMNI_OK)
		status = note_holders(s, &keys, &related_holders,
		    HOLDERS_READ);
	if (status == OMNI_OK)
		status = note_holders(s, &keys, &related_names, NAMES_READ);
	return status;
}

/* ---- households ----------------------------------------------------- */

/* Equal, or one of the two does not tell. */
enum { APART, UNTOLD, ALIKE };

static int
compare_first(const struct omni__person *a, const struct omni__person *b,
    int column)
{
	const struct omni__item *x, *y;

	if (a->begin[column] == a->begin[column + 1] ||
	    b->begin[column] == b->begin[column + 1])
		return UNTOLD;
	x = &a->items[a->begin[column]];
	y = &b->items[b->begin[column]];
	return x->size == y->size && memcmp(x->text, y->text, x->size) == 0 ?
	    ALIKE : APART;
}

/* A house number of its own, or one that stands in the street's line. */
static bool
one_number(const struct omni__person *a, const struct omni__person *b)
{
	const struct omni__item *street = &a->items[a->begin[OMNI__STREET]];
	size_t i;

	if (a->begin[OMNI__NUMBER] != a->begin[OMNI__NUMBER + 1] ||
	    b->begin[OMNI__NUMBER] != b->begin[OMNI__NUMBER + 1])
		return compare_first(a, b, OMNI__NUMBER) == ALIKE;
	for (i = 0; i < street->size; i++)
		if (street->text[i] >= '0' && street->text[i] <= '9')
			return true;
	return false;
}

static bool
one_house(const struct omni__person *a, const struct omni__person *b)
{
	int postcode = compare_first(a, b, OMNI__POSTCODE);
	int city = compare_first(a, b, OMNI__CITY);

	return compare_first(a, b, OMNI__STREET) == ALIKE &&
	    one_number(a, b) && compare_first(a, b, OMNI__EXTRA) != APART &&
	    (postcode == ALIKE || (postcode == UNTOLD && city == ALIKE));
}

/* Rows of the street whose sketches say that they may be of that house. */
static omni_status
read_street(struct search *s, const struct omni__person *at,
    const unsigned char ***records, size_t *count)
{
	struct omni__value in[3] = { omni__int(0), omni__int(0),
	    omni__int(STREET_READ) };
	struct omni__result result;
	int64_t sketch = omni__person_sketch(s->db, at), least, most;
	omni_status status;
	size_t i;

	*count = 0;
	if (!omni__street_range(s->db, at, &least, &most))
		return OMNI_OK;
	in[0] = omni__int(least);
	in[1] = omni__int(most);
	status = omni__query(s->db, &related_street, in, 1, &result);
	if (status != OMNI_OK)
		return status;
	*records = omni__arena_alloc(&s->db->scratch,
	    (result.count + 1) * sizeof(**records));
	if (*records == NULL)
		return omni__nomem(&s->db->error);
	for (i = 0; i < result.count && *count < HOUSE_READ; i++) {
		const struct omni__value *row = OMNI__AT(&result, i, 0);

		if (row[1].size == OMNI__ID &&
		    omni__sketches_near(sketch, row[0].number))
			(*records)[(*count)++] = row[1].bytes;
	}
	return OMNI_OK;
}

/* Who lives there; more than a household are neighbours. */
static omni_status
note_house(struct search *s, const struct omni__person *at,
    const unsigned char **records, size_t count)
{
	struct omni__map whose = { .arena = &s->db->scratch };
	unsigned char (*owners)[OMNI__ID];
	size_t i, n = 0, persons = 0;
	omni_status status = OMNI_OK;
	bool found;

	for (i = 0; i < count; i++) {
		const struct omni__row *row = omni__row_find(&s->r,
		    records[i]);

		if (row != NULL && one_house(at, &row->person))
			records[n++] = records[i];
	}
	status = customers(s, records, n, &owners);
	for (i = 0; i < n && status == OMNI_OK; i++) {
		if (omni__map_put(&whose, owners[i], OMNI__ID, 0, &found) ==
		    NULL)
			return omni__nomem(&s->db->error);
		persons += !found;
	}
	for (i = 0; i < n && persons <= HOUSEHOLD_MAX && status == OMNI_OK;
	    i++)
		status = note(s, owners[i], HOUSEHOLD);
	return status;
}

static omni_status
by_address(struct search *s)
{
	omni_status status = OMNI_OK;
	size_t i, k, count;

	for (i = 0; i < s->member_count && status == OMNI_OK; i++) {
		const struct omni__person *at = &s->members[i]->person;
		const unsigned char **records = NULL;

		for (k = 0; k < i; k++)
			if (one_house(at, &s->members[k]->person))
				break;
		if (k < i || !one_house(at, at))
			continue;
		status = read_street(s, at, &records, &count);
		if (status == OMNI_OK && count > 0)
			status = omni__rows_load(&s->r, records, count);
		if (status == OMNI_OK && count > 0)
			status = note_house(s, at, records, count);
	}
	return status;
}

/* ---- the object ----------------------------------------------------- */

static int
count_bits(uint64_t bits)
{
	int n = 0;

	for (; bits != 0; bits &= bits - 1)
		n++;
	return n;
}

static int
compare_found(const void *left, const void *right)
{
	const struct found *a = left, *b = right;
	int x = count_bits(a->reasons), y = count_bits(b->reasons);

	if (x != y)
		return x > y ? -1 : 1;
	return memcmp(a->customer, b->customer, OMNI__ID);
}

static omni_status
name_reasons(struct search *s, const struct omni__kinds *kinds,
    const struct found *found, struct relative *relative)
{
	struct omni__arena *arena = &s->out->object.arena;
	int c;

	omni__hex(relative->id, found->customer, OMNI__ID);
	relative->names = omni__arena_alloc(arena,
	    (size_t)(count_bits(found->reasons) + 1) *
	    sizeof(*relative->names));
	if (relative->names == NULL)
		return omni__nomem(&s->db->error);
	for (c = HOUSEHOLD; c >= 0; c--) {
		const char *name = c == HOUSEHOLD ? "household" :
		    omni__kind_column(kinds, c);

		if (!(found->reasons >> c & 1))
			continue;
		name = omni__arena_strdup(arena, name);
		if (name == NULL)
			return omni__nomem(&s->db->error);
		relative->names[relative->count++] = name;
	}
	return OMNI_OK;
}

static omni_status
hand_over(struct search *s)
{
	const struct omni__kinds *kinds;
	omni_status status = omni__kinds(s->db, &kinds);
	size_t i;

	if (s->count > 0)
		qsort(s->list, s->count, sizeof(*s->list), compare_found);
	s->out->list = omni__arena_zero(&s->out->object.arena,
	    (s->count + 1) * sizeof(*s->out->list));
	if (status == OMNI_OK && s->out->list == NULL)
		status = omni__nomem(&s->db->error);
	for (i = 0; i < s->count && status == OMNI_OK; i++)
		status = name_reasons(s, kinds, &s->list[i],
		    &s->out->list[i]);
	s->out->count = s->count;
	return status;
}

static omni_status
load_members(struct search *s)
{
	struct omni__member *members;
	const unsigned char **ids;
	omni_status status;
	size_t i, count;

	status = omni__customer_members(s->db, s->customer, &members,
	    &count);
	if (status != OMNI_OK)
		return status;
	if (count > MEMBERS_MAX)
		count = MEMBERS_MAX;
	ids = omni__arena_alloc(&s->db->scratch,
	    (count + 1) * sizeof(*ids));
	s->members = omni__arena_alloc(&s->db->scratch,
	    (count + 1) * sizeof(*s->members));
	if (ids == NULL || s->members == NULL)
		return omni__nomem(&s->db->error);
	for (i = 0; i < count; i++)
		ids[i] = members[i].id;
	if (count > 0)
		status = omni__rows_load(&s->r, ids, count);
	for (i = 0; i < count && status == OMNI_OK; i++)
		if ((s->members[s->member_count] = omni__row_find(&s->r,
		    ids[i])) != NULL)
			s->member_count++;
	return status;
}

static omni_status
search(struct omni *db, void *context)
{
	struct search *asked = context, s = { .db = db,
	    .r = { .db = db }, .found = { .arena = &db->scratch } };
	omni_status status;
	bool found;

	s.r.by_id.arena = &db->scratch;
	omni_related_free(asked->out);
	asked->out = NULL;
	status = omni__customer_lookup(db, asked->id, s.customer, &found);
	if (status != OMNI_OK)
		return status;
	if (!found)
		return OMNI_NONE;
	asked->out = s.out = omni__object_new(&db->env, sizeof(*s.out));
	if (s.out == NULL)
		return omni__nomem(&db->error);
	status = load_members(&s);
	if (status == OMNI_OK)
		status = by_identifiers(&s);
	if (status == OMNI_OK)
		status = by_address(&s);
	return status == OMNI_OK ? hand_over(&s) : status;
}

omni_status
omni_related_open(omni *db, const char *id, omni_related **related)
{
	struct search s = { .out = NULL };
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (related == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "related is NULL"));
	*related = NULL;
	status = omni__id_parse(&db->error, "id", id, s.id);
	if (status == OMNI_OK)
		status = omni__transact(db, false, search, &s);
	if (status == OMNI_OK)
		*related = s.out;
	else
		omni_related_free(s.out);
	return omni__leave(db, status);
}

int32_t
omni_related_count(const omni_related *related)
{
	return related != NULL ? (int32_t)related->count : 0;
}

static const struct relative *
relative_at(const omni_related *related, int32_t i)
{
	if (related == NULL || i < 0 || (size_t)i >= related->count)
		return NULL;
	return &related->list[i];
}

const char *
omni_related_customer(const omni_related *related, int32_t i)
{
	const struct relative *relative = relative_at(related, i);

	return relative != NULL ? relative->id : NULL;
}

int32_t
omni_related_reason_count(const omni_related *related, int32_t i)
{
	const struct relative *relative = relative_at(related, i);

	return relative != NULL ? relative->count : 0;
}

const char *
omni_related_reason(const omni_related *related, int32_t i, int32_t n)
{
	const struct relative *relative = relative_at(related, i);

	if (relative == NULL || n < 0 || n >= relative->count)
		return NULL;
	return relative->names[n];
}

void
omni_related_free(omni_related *related)
{
	omni__object_free(related);
}
