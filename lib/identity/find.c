/*
 * Looking up without writing: who could this be, best first.
 */
#include <math.h>
#include <string.h>

#include "identity/search.h"

/* Of how many customers a search tells; a look-up for one needs fewer. */
#define LISTED 48
#define COMPARED 12

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
	struct omni__search search;
	struct omni_customer *customer;
};

static omni_status
find(struct omni *db, void *context)
{
	struct find *f = context;
	omni_status status = omni__search(db, &f->search);

	omni_customer_free(f->customer);
	f->customer = NULL;
	if (status == OMNI_OK)
		status = omni__search_outcome(&f->search);
	if (status == OMNI_OK)
		status = omni__customer_build(db,
		    f->search.matches[0].customer, &f->customer);
	return status;
}

omni_status
omni_customer_find(omni *db, const omni_record *who,
    omni_customer **customer)
{
	struct find f = { .search = { .who = who, .most = COMPARED } };
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
	double probability;
	bool known, certain;
	struct omni__reasons reasons;
};

struct omni_matches {
	struct omni__object object;
	struct listed *list;
	size_t count;
};

struct list {
	struct omni__search search;
	struct omni_matches *matches;
};

/* At most one of them is meant, or nobody: odds become shares. */
static void
share_out(struct listed *list, size_t count)
{
	double best, sum;
	size_t i;

	if (count == 0)
		return;
	if (list[0].known) {
		list[0].probability = 1.0;
		return;
	}
	best = list[0].weight > 0 ? (double)list[0].weight : 0.0;
	sum = exp2(-best / OMNI__BIT);
	for (i = 0; i < count; i++) {
		list[i].probability = exp2(((double)list[i].weight - best) /
		    OMNI__BIT);
		sum += list[i].probability;
	}
	for (i = 0; i < count; i++)
		list[i].probability /= sum;
}

static omni_status
take_matches(struct omni *db, struct omni_matches *matches,
    const struct omni__search *search)
{
	struct listed *list;
	size_t i;

	list = omni__arena_zero(&matches->object.arena,
	    (search->count + 1) * sizeof(*list));
	if (list == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < search->count; i++) {
		const struct omni__match *match = &search->matches[i];

		omni__hex(list[i].customer, match->customer, OMNI__ID);
		list[i].weight = match->weight;
		list[i].known = match->known;
		list[i].reasons = match->reasons;
	}
	if (search->count > 0)
		list[0].certain = omni__search_outcome(search) == OMNI_OK;
	share_out(list, search->count);
	matches->list = list;
	matches->count = search->count;
	return search->count > 0 ? OMNI_OK : OMNI_NONE;
}

static omni_status
list(struct omni *db, void *context)
{
	struct list *l = context;
	omni_status status;

	omni_matches_free(l->matches);
	l->matches = omni__object_new(&db->env, sizeof(*l->matches));
	if (l->matches == NULL)
		return omni__nomem(&db->error);
	l->search.reasons = &l->matches->object.arena;
	status = omni__search(db, &l->search);
	return status == OMNI_OK ?
	    take_matches(db, l->matches, &l->search) : status;
}

omni_status
omni_customer_search(omni *db, const omni_record *who,
    omni_matches **matches)
{
	struct list l = { .search = { .who = who, .most = LISTED } };
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

	return match != NULL ? match->probability : 0.0;
}

double
omni_matches_weight(const omni_matches *matches, int32_t i)
{
	const struct listed *match = listed_at(matches, i);

	return match != NULL ? (double)match->weight / OMNI__BIT : 0.0;
}

int32_t
omni_matches_certain(const omni_matches *matches, int32_t i)
{
	const struct listed *match = listed_at(matches, i);

	return match != NULL && match->certain;
}

omni_status
omni_matches_why(const omni_matches *matches, int32_t i,
    omni_explanation **why)
{
	const struct listed *match = listed_at(matches, i);

	if (why == NULL)
		return OMNI_MISUSE;
	*why = NULL;
	if (match == NULL || match->known)
		return OMNI_NONE;
	*why = omni__explanation_new(&matches->object.env, &match->reasons,
	    match->certain, match->certain ?
	    "This customer is meant: the question weighs" :
	    "This customer may be meant: the question weighs");
	return *why != NULL ? OMNI_OK : OMNI_NOMEM;
}
