/*
 * Customers by the many: the records of each, and everybody page by page.
 * What is asked for one alone is in customer.c.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/identity.h"

/*
 * An order keeps a server's planner from reading a table whole to look up a
 * few of its rows, as it would where it has no statistics yet.
 */
#define HOLDER \
	"CASE $sure WHEN 0 THEN r.customer" \
	" ELSE coalesce(r.sure, r.customer) END"

/* A pool is called by its oldest record, whose own row has none. */
static const struct omni__sql members_root = {
	.name = "members_root",
	.in = "customer:b sure:i",
	.out = "biib",
	.sql = "SELECT r.pool, r.fact, r.first, " HOLDER "\n"
	    "FROM omni_record r WHERE r.id = $customer ORDER BY r.id",
};

static const struct omni__sql members_roots = {
	.name = "members_roots",
	.in = "from:b to:b sure:i",
	.out = "bbiib",
	.sql = "SELECT r.id, r.pool, r.fact, r.first, " HOLDER "\n"
	    "FROM omni_record r WHERE r.id >= $from AND r.id <= $to\n"
	    "ORDER BY r.id",
};

static const struct omni__sql members_rest = {
	.name = "members_rest",
	.in = "pool:b sure:i",
	.out = "bbii",
	.sql = "SELECT r.id, " HOLDER ", r.fact, r.first\n"
	    "FROM omni_record r WHERE r.pool = $pool ORDER BY r.id",
};

static const struct omni__sql members_rests = {
	.name = "members_rests",
	.in = "from:b to:b sure:i",
	.out = "bbbii",
	.sql = "SELECT r.pool, r.id, " HOLDER ", r.fact, r.first\n"
	    "FROM omni_record r WHERE r.pool >= $from AND r.pool <= $to\n"
	    "ORDER BY r.pool",
};

static const struct omni__sql customers_page = {
	.name = "customers_page",
	.in = "after:b limit:i sure:i",
	.out = "b",
	.sql = "SELECT r.id FROM omni_record r\n"
	    "WHERE r.id > $after AND r.id = " HOLDER "\n"
	    "ORDER BY r.id LIMIT $limit",
};

/* A record that is there again has a customer of its own by now. */
const struct omni__sql omni__gone_to = {
	.name = "gone_to",
	.in = "id:b",
	.out = "b",
	.sql = "SELECT a.id FROM omni_alias a\n"
	    "WHERE a.leads = $id AND NOT EXISTS\n"
	    "  (SELECT 1 FROM omni_record r WHERE r.id = a.id)",
};

/* ---- members -------------------------------------------------------- */

/* Of each customer the row of its oldest record; NULL: there is none such. */
static omni_status
find_roots(struct omni *db, const unsigned char (*customers)[OMNI__ID],
    size_t count, bool sure, const struct omni__value **roots)
{
	struct omni__value *in = omni__arena_alloc(&db->scratch,
	    2 * count * sizeof(*in));
	struct omni__result result;
	omni_status status;
	size_t i;

	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		in[2 * i] = omni__blob(customers[i], OMNI__ID);
		in[2 * i + 1] = omni__int(sure);
	}
	status = omni__query_records(db, &members_root, &members_roots, in,
	    count, 2, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++) {
		const struct omni__value *v = OMNI__AT(&result, i, 0);
		size_t at = result.ordinal[i];

		if (v[3].size == OMNI__ID && memcmp(v[3].bytes,
		    customers[at], OMNI__ID) == 0)
			roots[at] = v;
	}
	return status;
}

static omni_status
find_rest(struct omni *db, const unsigned char (*customers)[OMNI__ID],
    size_t count, bool sure, const struct omni__value *const *roots,
    struct omni__result *rest)
{
	struct omni__value *in = omni__arena_alloc(&db->scratch,
	    2 * count * sizeof(*in));
	size_t i;

	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		const struct omni__value *root = roots[i];

		in[2 * i] = root != NULL && root->type != OMNI__NULL ?
		    *root : omni__blob(customers[i], OMNI__ID);
		in[2 * i + 1] = omni__int(sure);
	}
	return omni__query_records(db, &members_rest, &members_rests, in,
	    count, 2, rest);
}

static void
take_member(struct omni__member *member, const unsigned char *id,
    const unsigned char *customer, const struct omni__value *v)
{
	memcpy(member->id, id, OMNI__ID);
	memcpy(member->customer, customer, OMNI__ID);
	member->fact = v[0].number;
	member->first = omni__value_int(&v[1], OMNI_TIME_UNKNOWN);
}

static int
oldest_first(const void *left, const void *right)
{
	const struct omni__member *a = left, *b = right;
	bool known_a = a->first != OMNI_TIME_UNKNOWN;
	bool known_b = b->first != OMNI_TIME_UNKNOWN;

	if (known_a != known_b)
		return known_a ? -1 : 1;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return memcmp(a->id, b->id, OMNI__ID);
}

/* Of a pool: a record of the customer, but not the one it is called by? */
static bool
is_other(const struct omni__value *v, const unsigned char *customer)
{
	return v[0].size == OMNI__ID && v[1].size == OMNI__ID &&
	    memcmp(v[1].bytes, customer, OMNI__ID) == 0 &&
	    memcmp(v[0].bytes, customer, OMNI__ID) != 0;
}

/* Roots and the rest, which come by the order of their customers. */
static void
deal_out(const unsigned char (*customers)[OMNI__ID], size_t count,
    const struct omni__value *const *roots, const struct omni__result *rest,
    struct omni__member *members, struct omni__members *lists)
{
	size_t i, k = 0;

	for (i = 0; i < count; i++) {
		struct omni__members *list = &lists[i];

		list->items = members;
		list->count = 0;
		if (roots[i] != NULL)
			take_member(&members[list->count++], customers[i],
			    customers[i], roots[i] + 1);
		for (; k < rest->count && rest->ordinal[k] == i; k++) {
			const struct omni__value *v = OMNI__AT(rest, k, 0);

			if (is_other(v, customers[i]))
				take_member(&members[list->count++],
				    v[0].bytes, customers[i], v + 2);
		}
		members += list->count;
		if (list->count > 1)
			qsort(list->items, list->count,
			    sizeof(*list->items), oldest_first);
	}
}

omni_status
omni__members_of(struct omni *db, const unsigned char (*customers)[OMNI__ID],
    size_t count, bool sure, struct omni__members *lists)
{
	struct omni__result rest;
	struct omni__member *members;
	const struct omni__value **roots;
	omni_status status;

	if (count == 0)
		return OMNI_OK;
	roots = omni__arena_zero(&db->scratch, count * sizeof(*roots));
	if (roots == NULL)
		return omni__nomem(&db->error);
	status = find_roots(db, customers, count, sure, roots);
	if (status == OMNI_OK)
		status = find_rest(db, customers, count, sure, roots,
		    &rest);
	if (status != OMNI_OK)
		return status;
	members = omni__arena_alloc(&db->scratch,
	    (count + rest.count) * sizeof(*members));
	if (members == NULL)
		return omni__nomem(&db->error);
	deal_out(customers, count, roots, &rest, members, lists);
	return OMNI_OK;
}

/* ---- everybody ------------------------------------------------------ */

/* Records of others lie between; where they are many the page is none. */
#define BETWEEN 4

static const struct omni__sql stretch_count = {
	.name = "stretch_count",
	.in = "from:b to:b",
	.out = "i",
	.sql = "SELECT count(*) FROM omni_record r\n"
	    "WHERE r.id >= $from AND r.id <= $to",
};

/* What is asked next is about all of these: they lie side by side. */
static omni_status
note_stretch(struct omni *db, const unsigned char (*customers)[OMNI__ID],
    size_t count)
{
	struct omni__value in[2] = {
		omni__blob(customers[0], OMNI__ID),
		omni__blob(customers[count - 1], OMNI__ID)
	};
	struct omni__result result;
	omni_status status = omni__query(db, &stretch_count, in, 1, &result);

	if (status == OMNI_OK && result.values[0].number <=
	    (int64_t)count * BETWEEN)
		omni__stretch_set(db, customers[0], customers[count - 1]);
	return status;
}

omni_status
omni__customers_page(struct omni *db, const unsigned char *after,
    size_t limit, bool sure, unsigned char (**customers)[OMNI__ID],
    size_t *count)
{
	struct omni__value in[3] = {
		omni__blob(after != NULL ? after :
		    (const unsigned char *)"", after != NULL ? OMNI__ID : 0),
		omni__int((int64_t)limit), omni__int(sure)
	};
	struct omni__result result;
	omni_status status = omni__query(db, &customers_page, in, 1, &result);
	size_t i;

	*count = 0;
	if (status != OMNI_OK)
		return status;
	*customers = omni__arena_alloc(&db->scratch,
	    (result.count + 1) * sizeof(**customers));
	if (*customers == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result.count; i++)
		if (result.values[i].size == OMNI__ID)
			memcpy((*customers)[(*count)++],
			    result.values[i].bytes, OMNI__ID);
	omni__stretch_set(db, NULL, NULL);
	return *count == 0 ? OMNI_OK : note_stretch(db,
	    (const unsigned char (*)[OMNI__ID])*customers, *count);
}
