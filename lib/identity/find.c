/*
 * Looking up without writing: who could this be, best first.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/customer.h"

struct match {
	unsigned char customer[OMNI__ID];
	int32_t weight;
	bool certain;		/* named by source and key */
};

struct search {
	const struct omni_record *who;
	struct match *matches;	/* in the scratch arena */
	size_t count;
	int32_t join;
};

/* ---- weighing ------------------------------------------------------- */

/* All records of a candidate's pool are loaded; those of the customer make
 * up the entity that the question is weighed against. */
static omni_status
weigh(struct omni *db, const struct omni__resolver *r,
    const struct omni__model *model, const struct omni__person *asked,
    struct match *match)
{
	const struct omni__person **persons;
	size_t i, n = 0;

	persons = omni__arena_alloc(&db->scratch,
	    (r->count + 1) * sizeof(*persons));
	if (persons == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < r->count; i++)
		if (memcmp(r->rows[i]->customer, match->customer,
		    OMNI__ID) == 0)
			persons[n++] = &r->rows[i]->person;
	match->weight = omni__entity_weight(model, asked, persons, n);
	return OMNI_OK;
}

static omni_status
load_pools(struct omni__resolver *r)
{
	const unsigned char **pools;
	size_t i, n = r->count;

	pools = omni__arena_alloc(&r->db->scratch,
	    (n + 1) * sizeof(*pools));
	if (pools == NULL)
		return omni__nomem(&r->db->error);
	for (i = 0; i < n; i++)
		pools[i] = r->rows[i]->pool;
	return omni__rows_load_pools(r, pools, n);
}

/* A handle that reads what is surely one looks for such parts. */
static void
read_sure(struct omni__resolver *r)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		memcpy(r->rows[i]->customer, r->rows[i]->sure, OMNI__ID);
}

/* One match for each customer that has a holder. */
static omni_status
list_customers(struct omni *db, struct omni__resolver *r, size_t holders,
    struct search *s)
{
	struct omni__map seen = { .arena = &db->scratch };
	size_t i;
	bool found;

	s->matches = omni__arena_zero(&db->scratch,
	    (holders + 1) * sizeof(*s->matches));
	if (s->matches == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < holders; i++) {
		if (omni__map_put(&seen, r->rows[i]->customer, OMNI__ID, 0,
		    &found) == NULL)
			return omni__nomem(&db->error);
		if (!found)
			memcpy(s->matches[s->count++].customer,
			    r->rows[i]->customer, OMNI__ID);
	}
	return OMNI_OK;
}

static omni_status
load_holders(struct omni *db, struct omni__resolver *r,
    struct omni__person *asked)
{
	struct omni__holder *holders;
	const unsigned char **ids;
	omni_status status;
	size_t i, count, n = 0;

	status = omni__holders_find(db, asked, &holders, &count);
	if (status != OMNI_OK)
		return status;
	ids = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*ids));
	if (ids == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		if (asked->items[holders[i].item].step !=
		    OMNI__STEP_COMMON)
			ids[n++] = holders[i].record;
	return omni__rows_load(r, ids, n);
}

static int
best_first(const void *left, const void *right)
{
	const struct match *a = left, *b = right;

	if (a->certain != b->certain)
		return a->certain ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return memcmp(a->customer, b->customer, OMNI__ID);
}

static omni_status
search_features(struct omni *db, struct search *s)
{
	struct omni__resolver r = { .db = db };
	const struct omni__model *model = NULL;
	struct omni__person asked;
	omni_status status;
	size_t i, holders;

	r.by_id.arena = &db->scratch;
	status = omni__model(db, &model);
	if (status == OMNI_OK)
		status = omni__person_make(db, s->who->features,
		    s->who->count, &asked);
	if (status == OMNI_OK)
		status = load_holders(db, &r, &asked);
	holders = r.count;
	if (status == OMNI_OK)
		status = load_pools(&r);
	if (status == OMNI_OK && db->sure)
		read_sure(&r);
	if (status == OMNI_OK)
		status = list_customers(db, &r, holders, s);
	for (i = 0; i < s->count && status == OMNI_OK; i++)
		status = weigh(db, &r, model, &asked, &s->matches[i]);
	if (status == OMNI_OK && s->count > 0)
		qsort(s->matches, s->count, sizeof(*s->matches), best_first);
	s->join = model != NULL ? model->join : 0;
	return status;
}

/* A record named by source and key is its customer's, whatever it says. */
static omni_status
search_key(struct omni *db, struct search *s)
{
	unsigned char id[OMNI__ID];
	omni_status status;
	bool found;

	s->matches = omni__arena_zero(&db->scratch, sizeof(*s->matches));
	if (s->matches == NULL)
		return omni__nomem(&db->error);
	omni__record_id(db, s->who->source, s->who->key, id);
	status = omni__customer_lookup(db, id, s->matches[0].customer,
	    &found);
	s->matches[0].certain = true;
	s->matches[0].weight = INT32_MAX;
	s->count = status == OMNI_OK && found;
	return status;
}

static omni_status
search(struct omni *db, struct search *s)
{
	omni_status status = OMNI_OK;

	s->count = 0;
	if (s->who->source != NULL)
		status = search_key(db, s);
	if (status == OMNI_OK && s->count == 0)
		status = search_features(db, s);
	return status;
}

static omni_status
check_who(struct omni *db, const struct omni_record *who)
{
	if (omni__record_empty(who))
		return omni__fail(&db->error, OMNI_INVALID,
		    "who is empty: name a source and key, or features");
	return OMNI_OK;
}

/* ---- one customer --------------------------------------------------- */

struct find {
	struct search search;
	struct omni_customer *customer;
};

/* One, if it is likely enough and no other comes within a bit of it. */
static omni_status
decide(const struct search *s)
{
	const struct match *m = s->matches;

	if (s->count == 0)
		return OMNI_NONE;
	if (m[0].certain)
		return OMNI_OK;
	if (m[0].weight < s->join)
		return OMNI_SEVERAL;
	if (s->count > 1 && m[1].weight >= s->join &&
	    m[1].weight >= m[0].weight - OMNI__BIT)
		return OMNI_SEVERAL;
	return OMNI_OK;
}

static omni_status
find(struct omni *db, void *context)
{
	struct find *f = context;
	omni_status status = search(db, &f->search);

	omni_customer_free(f->customer);
	f->customer = NULL;
	if (status == OMNI_OK)
		status = decide(&f->search);
	if (status == OMNI_OK)
		status = omni__customer_build(db,
		    f->search.matches[0].customer, &f->customer);
	return status;
}

omni_status
omni_customer_find(omni *db, const omni_record *who,
    omni_customer **customer)
{
	struct find f = { .search = { .who = who } };
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (customer == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "customer is NULL"));
	*customer = NULL;
	status = check_who(db, who);
	if (status == OMNI_OK)
		status = omni__transact(db, false, find, &f);
	if (status == OMNI_OK)
		*customer = f.customer;
	else
		omni_customer_free(f.customer);
	return omni__leave(db, status);
}

/* ---- all that match ------------------------------------------------- */

struct listed {
	char customer[OMNI_ID_SIZE];
	int32_t weight;
	bool certain;
};

struct omni_matches {
	struct omni__object object;
	struct listed *list;
	size_t count;
};

struct list {
	struct search search;
	struct omni_matches *matches;
};

static omni_status
list(struct omni *db, void *context)
{
	struct list *l = context;
	omni_status status = search(db, &l->search);
	size_t i;

	omni_matches_free(l->matches);
	l->matches = NULL;
	if (status != OMNI_OK)
		return status;
	l->matches = omni__object_new(&db->env, sizeof(*l->matches));
	if (l->matches == NULL)
		return omni__nomem(&db->error);
	l->matches->list = omni__arena_zero(&l->matches->object.arena,
	    (l->search.count + 1) * sizeof(*l->matches->list));
	if (l->matches->list == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < l->search.count; i++) {
		struct listed *out = &l->matches->list[i];

		omni__hex(out->customer, l->search.matches[i].customer,
		    OMNI__ID);
		out->weight = l->search.matches[i].weight;
		out->certain = l->search.matches[i].certain;
	}
	l->matches->count = l->search.count;
	return l->matches->count > 0 ? OMNI_OK : OMNI_NONE;
}

omni_status
omni_customer_search(omni *db, const omni_record *who,
    omni_matches **matches)
{
	struct list l = { .search = { .who = who } };
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (matches == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "matches is NULL"));
	*matches = NULL;
	status = check_who(db, who);
	if (status == OMNI_OK)
		status = omni__transact(db, false, list, &l);
	if (status == OMNI_OK)
		*matches = l.matches;
	else
		omni_matches_free(l.matches);
	return omni__leave(db, status);
}

void
omni_matches_free(omni_matches *matches)
{
	omni__object_free(matches);
}

int32_t
omni_matches_count(const omni_matches *matches)
{
	return matches != NULL ? (int32_t)matches->count : 0;
}

static const struct listed *
listed_at(const omni_matches *matches, int32_t i)
{
	if (matches == NULL || i < 0 || (size_t)i >= matches->count)
		return NULL;
	return &matches->list[i];
}

const char *
omni_matches_customer(const omni_matches *matches, int32_t i)
{
	const struct listed *match = listed_at(matches, i);

	return match != NULL ? match->customer : NULL;
}

double
omni_matches_probability(const omni_matches *matches, int32_t i)
{
	const struct listed *match = listed_at(matches, i);

	if (match == NULL)
		return 0.0;
	return match->certain ? 1.0 : omni__probability(match->weight);
}

double
omni_matches_weight(const omni_matches *matches, int32_t i)
{
	const struct listed *match = listed_at(matches, i);

	return match != NULL ? (double)match->weight / OMNI__BIT : 0.0;
}
