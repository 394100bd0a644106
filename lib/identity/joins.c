/*
 * Why a customer is one: the joins that made it, and what all records of two
 * customers say together.  The pool is clustered again, which comes out the
 * same, and its joins are read.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/resolve.h"
#include "identity/why.h"

/* ---- the tree ------------------------------------------------------- */

struct joined {
	char older[OMNI_ID_SIZE], younger[OMNI_ID_SIZE];
	int32_t weight, how;
	int64_t verdict;
	bool sure;
};

struct omni_joins {
	struct omni__object object;
	struct joined *list;
	size_t count;
};

struct ask {
	unsigned char id[2][OMNI__ID];
	struct omni_joins *joins;
	struct omni_explanation *explanation;
};

/* The customer's pool, and whoever is tied to it, as nodes; *whole is the
 * customer's id, whatever level the handle reads at. */
static omni_status
load_pool(struct omni__resolver *r, const unsigned char *id,
    const struct omni__row **row)
{
	omni_status status = omni__rows_load(r, &id, 1);
	const unsigned char *pool;

	*row = NULL;
	if (status != OMNI_OK)
		return status;
	*row = omni__row_find(r, id);
	if (*row == NULL)
		return OMNI_NONE;
	pool = (*row)->pool;
	return omni__rows_load_pools(r, &pool, 1);
}

static omni_status
cluster_again(struct omni__resolver *r, struct omni__node **nodes,
    size_t *count)
{
	struct omni__claim *claims = NULL;
	struct omni__ruling *rulings = NULL;
	size_t claim_count = 0, ruling_count = 0;
	omni_status status = omni__rulings_load(r);

	if (status == OMNI_OK)
		status = omni__nodes_make(r, nodes, count);
	if (status == OMNI_OK)
		status = omni__claims_make(r, *nodes, *count, &claims,
		    &claim_count);
	if (status == OMNI_OK)
		status = omni__rulings_make(r, *nodes, *count, &rulings,
		    &ruling_count);
	return status == OMNI_OK ? omni__cluster(r->db, *nodes, *count,
	    claims, claim_count, rulings, ruling_count) : status;
}

/* Records of one name under one identifier were drawn together unweighed:
 * what the two say is what there is to show. */
static int32_t
weight_of(const struct omni__model *model, const struct omni__node *node)
{
	return node->strength < INT32_MAX - 1 ? node->strength :
	    omni__pair_weight(model, node->person, node->into->person);
}

/* By strength, so that the tree reads from its leaves. */
static int
strongest_first(const void *left, const void *right)
{
	const struct joined *a = left, *b = right;
	bool said_a = a->how == OMNI_JOINED_VERDICT;
	bool said_b = b->how == OMNI_JOINED_VERDICT;
	int order;

	if (said_a != said_b)
		return said_a ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	order = strcmp(a->older, b->older);
	return order != 0 ? order : strcmp(a->younger, b->younger);
}

static omni_status
list_joins(struct omni *db, const struct omni__node *nodes, size_t count,
    const unsigned char *customer, struct omni_joins *joins)
{
	const struct omni__model *model;
	omni_status status = omni__model(db, &model);
	size_t i;

	if (status != OMNI_OK)
		return status;
	joins->list = omni__arena_alloc(&joins->object.arena,
	    (count + 1) * sizeof(*joins->list));
	if (joins->list == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		const struct omni__node *node = &nodes[i];
		struct joined *join = &joins->list[joins->count];

		if (node->into == NULL || memcmp(nodes[node->customer].id,
		    customer, OMNI__ID) != 0)
			continue;
		omni__hex(join->older, node->into->id, OMNI__ID);
		omni__hex(join->younger, node->id, OMNI__ID);
		join->weight = weight_of(model, node);
		join->how = node->how;
		join->verdict = node->ruling;
		join->sure = node->sure == node->into->sure;
		joins->count++;
	}
	if (joins->count > 1)
		qsort(joins->list, joins->count, sizeof(*joins->list),
		    strongest_first);
	return OMNI_OK;
}

_Static_assert(OMNI_JOINED_EVIDENCE == (int)OMNI__JOINED_EVIDENCE &&
    OMNI_JOINED_EQUAL == (int)OMNI__JOINED_EQUAL &&
    OMNI_JOINED_VERDICT == (int)OMNI__JOINED_VERDICT,
    "what is told is what is kept");

static omni_status
find_joins(struct omni *db, void *context)
{
	struct ask *ask = context;
	struct omni__resolver r = { .db = db };
	struct omni__node *nodes = NULL;
	const struct omni__row *row;
	unsigned char customer[OMNI__ID];
	omni_status status;
	size_t count = 0;
	bool found;

	omni_joins_free(ask->joins);
	ask->joins = omni__object_new(&db->env, sizeof(*ask->joins));
	if (ask->joins == NULL)
		return omni__nomem(&db->error);
	r.by_id.arena = &db->scratch;
	status = omni__customer_lookup(db, ask->id[0], customer, &found);
	if (status != OMNI_OK || !found)
		return status != OMNI_OK ? status : OMNI_NONE;
	status = load_pool(&r, customer, &row);
	if (status == OMNI_OK)
		status = cluster_again(&r, &nodes, &count);
	return status == OMNI_OK ? list_joins(db, nodes, count,
	    row->customer, ask->joins) : status;
}

omni_status
omni_why_customer(omni *db, const char *id, omni_joins **joins)
{
	struct ask ask = { .joins = NULL };
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (joins == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "joins is NULL"));
	*joins = NULL;
	status = omni__id_parse(&db->error, "id", id, ask.id[0]);
	if (status == OMNI_OK)
		status = omni__transact(db, false, find_joins, &ask);
	if (status == OMNI_OK)
		*joins = ask.joins;
	else
		omni_joins_free(ask.joins);
	return omni__leave(db, status);
}

void
omni_joins_free(omni_joins *joins)
{
	omni__object_free(joins);
}

int32_t
omni_joins_count(const omni_joins *joins)
{
	return joins != NULL ? (int32_t)joins->count : 0;
}

static const struct joined *
join_at(const omni_joins *joins, int32_t i)
{
	return joins != NULL && i >= 0 && (size_t)i < joins->count ?
	    &joins->list[i] : NULL;
}

const char *
omni_joins_older(const omni_joins *joins, int32_t i)
{
	const struct joined *join = join_at(joins, i);

	return join != NULL ? join->older : NULL;
}

const char *
omni_joins_younger(const omni_joins *joins, int32_t i)
{
	const struct joined *join = join_at(joins, i);

	return join != NULL ? join->younger : NULL;
}

double
omni_joins_weight(const omni_joins *joins, int32_t i)
{
	const struct joined *join = join_at(joins, i);

	return join != NULL ? (double)join->weight / OMNI__BIT : 0.0;
}

int32_t
omni_joins_how(const omni_joins *joins, int32_t i)
{
	const struct joined *join = join_at(joins, i);

	return join != NULL ? join->how : 0;
}

int64_t
omni_joins_verdict(const omni_joins *joins, int32_t i)
{
	const struct joined *join = join_at(joins, i);

	return join != NULL ? join->verdict : 0;
}

int32_t
omni_joins_sure(const omni_joins *joins, int32_t i)
{
	const struct joined *join = join_at(joins, i);

	return join != NULL && join->sure;
}

/* ---- two customers -------------------------------------------------- */

/* So many different records of a customer are compared. */
#define COMPARED 64

struct side {
	const struct omni__person *persons[COMPARED];
	size_t count;
	unsigned char customer[OMNI__ID];
};

static const unsigned char *
level_of(const struct omni *db, const struct omni__row *row)
{
	return db->sure ? row->sure : row->customer;
}

static omni_status
load_side(struct omni *db, const unsigned char *id, struct side *side)
{
	struct omni__resolver r = { .db = db };
	const struct omni__row *row;
	unsigned char customer[OMNI__ID];
	omni_status status;
	size_t i, k;
	bool found;

	r.by_id.arena = &db->scratch;
	status = omni__customer_lookup(db, id, customer, &found);
	if (status != OMNI_OK || !found)
		return status != OMNI_OK ? status : OMNI_NONE;
	memcpy(side->customer, customer, OMNI__ID);
	status = load_pool(&r, customer, &row);
	for (i = 0; i < r.count && status == OMNI_OK; i++) {
		const struct omni__person *person = &r.rows[i]->person;

		if (memcmp(level_of(db, r.rows[i]), customer, OMNI__ID) != 0)
			continue;
		for (k = 0; k < side->count; k++)
			if (omni__person_equal(side->persons[k], person))
				break;
		if (k == side->count && k < COMPARED)
			side->persons[side->count++] = person;
	}
	return status;
}

/* A steward reads the values that go together best. */
static void
show_best(const struct omni__model *model, const struct side *a,
    const struct side *b, struct omni__levels *shown)
{
	struct omni__weight best[OMNI__COLUMNS];
	struct omni__levels levels;
	struct omni__evidence e;
	size_t i;
	int c;

	for (i = 0; i < a->count * b->count; i++) {
		omni__compare(model, a->persons[i / b->count],
		    b->persons[i % b->count], &levels);
		omni__evidence(model, &levels, &e);
		if (i == 0)
			*shown = levels;
		for (c = 0; c < OMNI__COLUMNS; c++) {
			if (i > 0 && (levels.level[c] == OMNI__MISSING_LEVEL ||
			    (shown->level[c] != OMNI__MISSING_LEVEL &&
			    e.column[c].strangers <= best[c].strangers)))
				continue;
			best[c] = e.column[c];
			shown->level[c] = levels.level[c];
			shown->left[c] = levels.left[c];
			shown->right[c] = levels.right[c];
		}
	}
}

static omni_status
compare_customers(struct omni *db, void *context)
{
	struct ask *ask = context;
	struct side a = { .count = 0 }, b = { .count = 0 };
	const struct omni__model *model = NULL;
	struct omni__evidence evidence;
	struct omni__reasons reasons;
	struct omni__levels levels;
	omni_status status;
	bool same;

	omni_explanation_free(ask->explanation);
	ask->explanation = NULL;
	status = omni__model(db, &model);
	if (status == OMNI_OK)
		status = load_side(db, ask->id[0], &a);
	if (status == OMNI_OK)
		status = load_side(db, ask->id[1], &b);
	if (status != OMNI_OK)
		return status;
	same = memcmp(a.customer, b.customer, OMNI__ID) == 0;
	omni__entity_evidence(model, a.persons, a.count, b.persons, b.count,
	    &evidence);
	show_best(model, &a, &b, &levels);
	status = omni__reasons_make(db, &db->scratch, model, &levels,
	    &evidence, &reasons);
	if (status != OMNI_OK)
		return status;
	ask->explanation = omni__explanation_new(&db->env, &reasons, same,
	    same ? "They are one customer: all its records weigh" :
	    "They are two customers: their records weigh");
	return ask->explanation != NULL ? OMNI_OK : omni__nomem(&db->error);
}

omni_status
omni_why_customers(omni *db, const char *id_a, const char *id_b,
    omni_explanation **explanation)
{
	struct ask ask = { .joins = NULL };
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (explanation == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "explanation is NULL"));
	*explanation = NULL;
	status = omni__id_parse(&db->error, "id_a", id_a, ask.id[0]);
	if (status == OMNI_OK)
		status = omni__id_parse(&db->error, "id_b", id_b, ask.id[1]);
	if (status == OMNI_OK)
		status = omni__transact(db, false, compare_customers, &ask);
	if (status == OMNI_OK)
		*explanation = ask.explanation;
	else
		omni_explanation_free(ask.explanation);
	return omni__leave(db, status);
}
