/*
 * What is worth a steward's look: customers of one pool that may be one but
 * did not join, and parts of a customer that joined without being sure.  A
 * projection like the customers themselves, written with them.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/resolve.h"

/* ---- writing -------------------------------------------------------- */

static const struct omni__sql review_of = {
	.name = "review_of",
	.in = "customer:b",
	.out = "bbii",
	.sql = "SELECT v.customer, v.other, v.which, v.weight\n"
	    "FROM omni_review v WHERE v.customer = $customer",
};

static const struct omni__sql review_delete = {
	.name = "review_delete",
	.in = "customer:b other:b",
	.sql = "DELETE FROM omni_review USING p\n"
	    "WHERE omni_review.customer = $customer"
	    " AND omni_review.other = $other",
};

static const struct omni__sql review_put = {
	.name = "review_put",
	.in = "customer:b other:b which:i weight:i",
	.sql = "INSERT INTO omni_review (customer, other, which, weight)\n"
	    "SELECT $customer, $other, $which, $weight FROM p WHERE true\n"
	    "ON CONFLICT (customer, other) DO UPDATE\n"
	    "SET which = excluded.which, weight = excluded.weight",
};

struct doubt {
	const unsigned char *customer, *other;
	int32_t which, weight;
};

struct doubts {
	struct doubt *list;
	size_t count;
};

static int
compare_doubts(const void *left, const void *right)
{
	const struct doubt *a = left, *b = right;
	int order = memcmp(a->customer, b->customer, OMNI__ID);

	return order != 0 ? order : memcmp(a->other, b->other, OMNI__ID);
}

/* A part that joined an older one of its customer, though not surely. */
static bool
is_unsure(const struct omni__node *nodes, size_t i)
{
	return nodes[i].sure == i && nodes[i].customer != i;
}

/* What is one by name under one identifier was never weighed as a whole. */
static omni_status
joining_weight(struct omni *db, const struct omni__node *node,
    int32_t *weight)
{
	const struct omni__model *model;
	omni_status status = OMNI_OK;

	*weight = node->strength;
	if (node->strength < INT32_MAX - 1 || node->into == NULL)
		return OMNI_OK;
	status = omni__model(db, &model);
	if (status == OMNI_OK)
		*weight = omni__pair_weight(model, node->person,
		    node->into->person);
	return status;
}

static omni_status
list_wanted(struct omni *db, const struct omni__node *nodes, size_t count,
    struct doubts *wanted)
{
	omni_status status = OMNI_OK;
	size_t i, k, n = 0, room = 0;

	for (i = 0; i < count; i++)
		room += nodes[i].rival_count + is_unsure(nodes, i);
	wanted->list = omni__arena_alloc(&db->scratch,
	    (room + 1) * sizeof(*wanted->list));
	if (wanted->list == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		for (k = 0; k < nodes[i].rival_count; k++)
			wanted->list[n++] = (struct doubt){ nodes[i].id,
			    nodes[i].rivals[k].node->id,
			    OMNI_REVIEW_POSSIBLE,
			    nodes[i].rivals[k].weight };
		if (!is_unsure(nodes, i))
			continue;
		wanted->list[n] = (struct doubt){
		    nodes[nodes[i].customer].id, nodes[i].id,
		    OMNI_REVIEW_UNSURE, 0 };
		status = joining_weight(db, &nodes[i],
		    &wanted->list[n++].weight);
	}
	wanted->count = n;
	if (n > 1)
		qsort(wanted->list, n, sizeof(*wanted->list),
		    compare_doubts);
	return status;
}

/* What stands under the rows that were customers and had something. */
static omni_status
list_stored(struct omni__resolver *r, struct doubts *stored)
{
	struct omni *db = r->db;
	struct omni__result found;
	struct omni__value *in;
	omni_status status;
	size_t i, n = 0;

	stored->count = 0;
	in = omni__arena_alloc(&db->scratch, (r->count + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < r->count; i++)
		if (r->rows[i]->stored &&
		    r->rows[i]->flags & OMNI__ROW_DOUBT)
			in[n++] = omni__blob(r->rows[i]->id, OMNI__ID);
	if (n == 0)
		return OMNI_OK;
	status = omni__query(db, &review_of, in, n, &found);
	if (status != OMNI_OK)
		return status;
	stored->list = omni__arena_alloc(&db->scratch,
	    (found.count + 1) * sizeof(*stored->list));
	if (stored->list == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < found.count; i++) {
		const struct omni__value *v = OMNI__AT(&found, i, 0);

		if (v[0].size != OMNI__ID || v[1].size != OMNI__ID)
			return omni__fail(&db->error, OMNI_CORRUPT,
			    "a row of omni_review is damaged: rebuild");
		stored->list[i] = (struct doubt){ v[0].bytes, v[1].bytes,
		    (int32_t)v[2].number, (int32_t)v[3].number };
	}
	stored->count = found.count;
	if (found.count > 1)
		qsort(stored->list, found.count, sizeof(*stored->list),
		    compare_doubts);
	return OMNI_OK;
}

/* The rows whose flag says that something stands under them. */
static void
set_flags(struct omni__resolver *r, const struct doubts *wanted)
{
	size_t i;

	for (i = 0; i < r->count; i++) {
		struct omni__row *row = r->rows[i];
		size_t low = 0, high = wanted->count;
		bool any;

		while (low < high) {
			size_t middle = (low + high) / 2;

			if (memcmp(wanted->list[middle].customer,
			    row->id, OMNI__ID) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		any = low < wanted->count && memcmp(
		    wanted->list[low].customer, row->id, OMNI__ID) == 0;
		if (any == ((row->flags & OMNI__ROW_DOUBT) != 0))
			continue;
		row->flags ^= OMNI__ROW_DOUBT;
		row->dirty = true;
	}
}

static omni_status
write_changes(struct omni *db, const struct doubts *stored,
    const struct doubts *wanted)
{
	struct omni__value *gone, *put;
	size_t i = 0, k = 0, gones = 0, puts = 0;
	omni_status status;

	gone = omni__arena_alloc(&db->scratch,
	    (2 * stored->count + 1) * sizeof(*gone));
	put = omni__arena_alloc(&db->scratch,
	    (4 * wanted->count + 1) * sizeof(*put));
	if (gone == NULL || put == NULL)
		return omni__nomem(&db->error);
	while (i < stored->count || k < wanted->count) {
		const struct doubt *s = i == stored->count ? NULL :
		    &stored->list[i];
		const struct doubt *w = k == wanted->count ? NULL :
		    &wanted->list[k];
		int order = s == NULL ? 1 : w == NULL ? -1 :
		    compare_doubts(s, w);

		i += order <= 0;
		k += order >= 0;
		if (order < 0) {
			gone[2 * gones] = omni__blob(s->customer, OMNI__ID);
			gone[2 * gones++ + 1] = omni__blob(s->other,
			    OMNI__ID);
		} else if (order > 0 || s->which != w->which ||
		    s->weight != w->weight) {
			put[4 * puts] = omni__blob(w->customer, OMNI__ID);
			put[4 * puts + 1] = omni__blob(w->other, OMNI__ID);
			put[4 * puts + 2] = omni__int(w->which);
			put[4 * puts++ + 3] = omni__int(w->weight);
		}
	}
	status = omni__exec(db, &review_delete, gone, gones);
	return status == OMNI_OK ? omni__exec(db, &review_put, put, puts) :
	    status;
}

omni_status
omni__reviews_save(struct omni__resolver *r, const struct omni__node *nodes,
    size_t count)
{
	struct doubts stored = { NULL, 0 }, wanted = { NULL, 0 };
	omni_status status;

	status = list_stored(r, &stored);
	if (status == OMNI_OK)
		status = list_wanted(r->db, nodes, count, &wanted);
	if (status != OMNI_OK)
		return status;
	set_flags(r, &wanted);
	return stored.count + wanted.count == 0 ? OMNI_OK :
	    write_changes(r->db, &stored, &wanted);
}

/* ---- reading -------------------------------------------------------- */

#define PAGE 256

static const struct omni__sql review_likely = {
	.name = "review_likely",
	.in = "weight:i customer:b other:b limit:i",
	.out = "ibb",
	.sql = "SELECT v.weight, v.customer, v.other FROM omni_review v\n"
	    "WHERE v.which = 1 AND (v.weight, v.customer, v.other) <\n"
	    "  ($weight, $customer, $other)\n"
	    "ORDER BY v.weight DESC, v.customer DESC, v.other DESC\n"
	    "LIMIT $limit",
};

static const struct omni__sql review_unsure = {
	.name = "review_unsure",
	.in = "weight:i customer:b other:b limit:i",
	.out = "ibb",
	.sql = "SELECT v.weight, v.customer, v.other FROM omni_review v\n"
	    "WHERE v.which = 2 AND (v.weight, v.customer, v.other) >\n"
	    "  ($weight, $customer, $other)\n"
	    "ORDER BY v.weight, v.customer, v.other\n"
	    "LIMIT $limit",
};

_Static_assert(OMNI_REVIEW_POSSIBLE == 1 && OMNI_REVIEW_UNSURE == 2,
    "the statements above name them");

struct seen {
	int64_t weight;
	unsigned char customer[OMNI__ID], other[OMNI__ID];
};

struct omni_review {
	struct omni__object object;
	const struct omni__sql *sql;
	struct seen page[PAGE];
	struct seen last;	/* behind which the next page begins */
	size_t count, at;
	bool any;		/* something is handed out */
	char customer[OMNI_ID_SIZE], other[OMNI_ID_SIZE];
};

omni_status
omni_review_open(omni *db, int32_t which, omni_review **out)
{
	omni_status status = omni__enter(db);
	struct omni_review *review;

	if (status != OMNI_OK)
		return status;
	if (out == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "review is NULL"));
	*out = NULL;
	if (which != OMNI_REVIEW_POSSIBLE && which != OMNI_REVIEW_UNSURE)
		return omni__leave(db, omni__fail(&db->error, OMNI_INVALID,
		    "which is %d: it is neither OMNI_REVIEW_POSSIBLE nor "
		    "OMNI_REVIEW_UNSURE", which));
	review = omni__object_of(db, sizeof(*review));
	if (review == NULL)
		return omni__leave(db, omni__nomem(&db->error));
	review->sql = which == OMNI_REVIEW_POSSIBLE ? &review_likely :
	    &review_unsure;
	review->last.weight = which == OMNI_REVIEW_POSSIBLE ? INT64_MAX :
	    INT64_MIN;
	*out = review;
	return omni__leave(db, OMNI_OK);
}

void
omni_review_free(omni_review *review)
{
	omni__object_free(review);
}

static omni_status
read_page(struct omni *db, void *context)
{
	struct omni_review *review = context;
	struct omni__value in[4] = {
		omni__int(review->last.weight),
		omni__blob(review->last.customer, OMNI__ID),
		omni__blob(review->last.other, OMNI__ID), omni__int(PAGE)
	};
	struct omni__result found;
	omni_status status;
	size_t i;

	review->count = review->at = 0;
	status = omni__query(db, review->sql, in, 1, &found);
	for (i = 0; status == OMNI_OK && i < found.count; i++) {
		const struct omni__value *v = OMNI__AT(&found, i, 0);
		struct seen *seen = &review->page[i];

		if (v[1].size != OMNI__ID || v[2].size != OMNI__ID)
			return omni__fail(&db->error, OMNI_CORRUPT,
			    "a row of omni_review is damaged: rebuild");
		seen->weight = v[0].number;
		memcpy(seen->customer, v[1].bytes, OMNI__ID);
		memcpy(seen->other, v[2].bytes, OMNI__ID);
	}
	if (status == OMNI_OK)
		review->count = found.count;
	return status;
}

omni_status
omni_review_next(omni_review *review)
{
	struct omni *db;
	omni_status status;

	if (review == NULL)
		return OMNI_MISUSE;
	review->any = false;
	if (review->at == review->count) {
		db = review->object.db;
		status = omni__enter(db);
		if (status != OMNI_OK)
			return status;
		status = omni__leave(db, omni__transact(db, false, read_page,
		    review));
		if (status != OMNI_OK) {
			review->at = review->count = 0;
			return status;
		}
	}
	if (review->at == review->count)
		return OMNI_DONE;
	review->last = review->page[review->at++];
	omni__hex(review->customer, review->last.customer, OMNI__ID);
	omni__hex(review->other, review->last.other, OMNI__ID);
	review->any = true;
	return OMNI_OK;
}

const char *
omni_review_customer(const omni_review *review)
{
	return review != NULL && review->any ? review->customer : NULL;
}

const char *
omni_review_other(const omni_review *review)
{
	return review != NULL && review->any ? review->other : NULL;
}

double
omni_review_weight(const omni_review *review)
{
	return review != NULL && review->any ?
	    (double)review->last.weight / OMNI__BIT : 0.0;
}

double
omni_review_probability(const omni_review *review)
{
	return review != NULL && review->any ?
	    omni__probability((int32_t)review->last.weight) : 0.0;
}
