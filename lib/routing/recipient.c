/*
 * Recipients, a batch at a time: who they are, where they can be reached, what
 * they said, what they were sent and how they respond; a round of statements
 * for all of them.
 */
#include <string.h>

#include "routing/routing.h"

struct loading {
	struct omni *db;
	const struct omni__wanted *wanted;
	struct omni__recipient *recipients;
	size_t count;
	const unsigned char ***ids;	/* of each */
	size_t *id_counts;
};

/* ---- who ------------------------------------------------------------ */

static omni_status
customers_of(struct loading *l, unsigned char (**out)[OMNI__ID])
{
	size_t i;

	*out = omni__arena_alloc(&l->db->scratch,
	    (l->count + 1) * sizeof(**out));
	if (*out == NULL)
		return omni__nomem(&l->db->error);
	for (i = 0; i < l->count; i++)
		memcpy((*out)[i], l->recipients[i].customer, OMNI__ID);
	return OMNI_OK;
}

/* The whole customers that these are parts of. */
static omni_status
whole_customers(struct loading *l, unsigned char (*customers)[OMNI__ID])
{
	struct omni *db = l->db;
	const unsigned char **parts = omni__arena_alloc(&db->scratch,
	    (l->count + 1) * sizeof(*parts));
	bool sure = db->sure;
	omni_status status;
	size_t i;

	if (parts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < l->count; i++)
		parts[i] = l->recipients[i].customer;
	db->sure = false;
	status = omni__customers_of(db, parts, l->count, customers);
	db->sure = sure;
	return status;
}

static omni_status
load_whole(struct loading *l, unsigned char (*customers)[OMNI__ID],
    struct omni__members *lists)
{
	omni_status status = whole_customers(l, customers);
	size_t i;

	if (status == OMNI_OK)
		status = omni__members_of(l->db,
		    (const unsigned char (*)[OMNI__ID])customers, l->count,
		    false, lists);
	for (i = 0; i < l->count && status == OMNI_OK; i++) {
		l->recipients[i].whole = lists[i].items;
		l->recipients[i].whole_count = lists[i].count;
	}
	return status;
}

static omni_status
load_members(struct loading *l)
{
	unsigned char (*customers)[OMNI__ID];
	struct omni__members *lists = omni__arena_alloc(&l->db->scratch,
	    (l->count + 1) * sizeof(*lists));
	omni_status status = lists == NULL ? omni__nomem(&l->db->error) :
	    customers_of(l, &customers);
	size_t i;

	if (status == OMNI_OK)
		status = omni__members_of(l->db,
		    (const unsigned char (*)[OMNI__ID])customers, l->count,
		    l->wanted->sure, lists);
	for (i = 0; i < l->count && status == OMNI_OK; i++) {
		l->recipients[i].members = lists[i].items;
		l->recipients[i].member_count = lists[i].count;
		l->recipients[i].whole = NULL;
		l->recipients[i].whole_count = 0;
	}
	if (status == OMNI_OK && l->wanted->sure)
		status = load_whole(l, customers, lists);
	return status;
}

/* ---- where ---------------------------------------------------------- */

static omni_status
load_points(struct loading *l)
{
	struct omni__points_list *lists = omni__arena_alloc(&l->db->scratch,
	    (l->count + 1) * sizeof(*lists));
	omni_status status;
	size_t i;

	if (lists == NULL)
		return omni__nomem(&l->db->error);
	for (i = 0; i < l->count; i++) {
		lists[i].members = l->recipients[i].members;
		lists[i].count = l->recipients[i].member_count;
	}
	status = omni__points_load(l->db, l->wanted->view, lists, l->count);
	for (i = 0; i < l->count && status == OMNI_OK; i++)
		l->recipients[i].points = lists[i].points;
	return status;
}

/* Its records, then the addresses that somebody spoke of. */
static omni_status
list_ids(struct loading *l)
{
	struct omni__arena *scratch = &l->db->scratch;
	size_t i, k, n;

	l->ids = omni__arena_alloc(scratch, (l->count + 1) * sizeof(*l->ids));
	l->id_counts = omni__arena_alloc(scratch,
	    (l->count + 1) * sizeof(*l->id_counts));
	if (l->ids == NULL || l->id_counts == NULL)
		return omni__nomem(&l->db->error);
	for (i = 0; i < l->count; i++) {
		const struct omni__recipient *r = &l->recipients[i];
		const unsigned char **ids = omni__arena_alloc(scratch,
		    (r->member_count + r->points.count + 1) * sizeof(*ids));

		if (ids == NULL)
			return omni__nomem(&l->db->error);
		l->ids[i] = ids;
		for (n = 0; n < r->member_count; n++)
			ids[n] = r->members[n].id;
		for (k = 0; k < r->points.count; k++)
			if (r->points.items[k].state.said)
				ids[n++] = r->points.items[k].hash;
		l->id_counts[i] = n;
	}
	return OMNI_OK;
}

/* ---- what was said -------------------------------------------------- */

static bool
comes_before(const struct omni__said *a, const struct omni__said *b)
{
	if (a->happened != b->happened)
		return a->happened < b->happened;
	return a->fact < b->fact;
}

/* Where only what is surely one person is read, a no still reaches the whole
 * customer: adds those among what others said, each in its place. */
static omni_status
merge_withdrawals(struct loading *l, struct omni__recipient *r,
    const struct omni__said *others, size_t count)
{
	struct omni__said *all;
	size_t i, k = 0, n = 0;

	if (count == 0)
		return OMNI_OK;
	all = omni__arena_alloc(&l->db->scratch,
	    (r->said_count + count) * sizeof(*all));
	if (all == NULL)
		return omni__nomem(&l->db->error);
	for (i = 0; i < count; i++) {
		if (others[i].said != OMNI_SAID_WITHDRAW)
			continue;
		while (k < r->said_count &&
		    comes_before(&r->said[k], &others[i]))
			all[n++] = r->said[k++];
		if (k == r->said_count || r->said[k].fact != others[i].fact)
			all[n++] = others[i];
	}
	while (k < r->said_count)
		all[n++] = r->said[k++];
	r->said = all;
	r->said_count = n;
	return OMNI_OK;
}

/* The addresses of the whole customer; somebody may have said no of them. */
static omni_status
whole_points(struct loading *l, struct omni__points_list **out)
{
	struct omni__points_list *lists = omni__arena_zero(&l->db->scratch,
	    (l->count + 1) * sizeof(*lists));
	size_t i;

	*out = lists;
	if (lists == NULL)
		return omni__nomem(&l->db->error);
	for (i = 0; i < l->count; i++) {
		lists[i].members = l->recipients[i].whole;
		lists[i].count = l->recipients[i].whole_count;
	}
	return omni__points_load(l->db, l->wanted->view, lists, l->count);
}

static omni_status
list_whole(struct loading *l, struct omni__said_list *lists)
{
	struct omni__points_list *points;
	omni_status status = whole_points(l, &points);
	size_t i, k, n;

	for (i = 0; i < l->count && status == OMNI_OK; i++) {
		const struct omni__recipient *r = &l->recipients[i];
		const struct omni__points *all = &points[i].points;
		const unsigned char **ids = omni__arena_alloc(
		    &l->db->scratch,
		    (r->whole_count + all->count + 1) * sizeof(*ids));

		if (ids == NULL)
			return omni__nomem(&l->db->error);
		for (n = 0; n < r->whole_count; n++)
			ids[n] = r->whole[n].id;
		for (k = 0; k < all->count; k++)
			if (all->items[k].state.said)
				ids[n++] = all->items[k].hash;
		lists[i] = (struct omni__said_list){ .ids = ids,
		    .count = n };
	}
	return status;
}

static omni_status
load_said(struct loading *l)
{
	size_t count = l->wanted->sure ? 2 * l->count : l->count, i;
	struct omni__said_list *lists = omni__arena_zero(&l->db->scratch,
	    (count + 1) * sizeof(*lists));
	omni_status status = lists == NULL ? omni__nomem(&l->db->error) :
	    OMNI_OK;

	for (i = 0; i < l->count && status == OMNI_OK; i++) {
		lists[i].ids = l->ids[i];
		lists[i].count = l->id_counts[i];
	}
	if (status == OMNI_OK && l->wanted->sure)
		status = list_whole(l, lists + l->count);
	if (status == OMNI_OK)
		status = omni__statements_load(l->db, l->wanted->view, lists,
		    count);
	for (i = 0; i < l->count && status == OMNI_OK; i++) {
		struct omni__recipient *r = &l->recipients[i];

		r->said = lists[i].said;
		r->said_count = lists[i].size;
		if (l->wanted->sure)
			status = merge_withdrawals(l, r,
			    lists[l->count + i].said,
			    lists[l->count + i].size);
	}
	return status;
}

/* ---- what was sent, and answered ------------------------------------ */

static omni_status
load_sent(struct loading *l)
{
	struct omni__sent_list *lists = omni__arena_zero(&l->db->scratch,
	    (l->count + 1) * sizeof(*lists));
	omni_status status;
	size_t i;

	if (lists == NULL)
		return omni__nomem(&l->db->error);
	for (i = 0; i < l->count; i++) {
		lists[i].ids = l->ids[i];
		lists[i].count = l->recipients[i].member_count;
	}
	/* Its own letters, which are no reason against one, go far back. */
	status = omni__sent_load(l->db, l->wanted->view,
	    l->wanted->household ? INT64_MIN :
	    l->wanted->at - l->wanted->rules->cap_reach, lists, l->count);
	for (i = 0; i < l->count && status == OMNI_OK; i++) {
		l->recipients[i].sent = lists[i].sent;
		l->recipients[i].sent_count = lists[i].size;
	}
	return status;
}

static omni_status
list_postal(struct loading *l, const struct omni__points *points,
    struct omni__sent_list *list)
{
	const unsigned char **ids = omni__arena_alloc(&l->db->scratch,
	    (points->count + 1) * sizeof(*ids));
	size_t i;

	if (ids == NULL)
		return omni__nomem(&l->db->error);
	for (i = 0; i < points->count; i++)
		if (strcmp(points->items[i].kind, "address") == 0)
			ids[list->count++] = points->items[i].hash;
	list->ids = ids;
	return OMNI_OK;
}

static omni_status
load_household(struct loading *l)
{
	struct omni__sent_list *lists = omni__arena_zero(&l->db->scratch,
	    (l->count + 1) * sizeof(*lists));
	omni_status status = OMNI_OK;
	size_t i;

	if (lists == NULL)
		return omni__nomem(&l->db->error);
	for (i = 0; i < l->count && status == OMNI_OK; i++)
		status = list_postal(l, &l->recipients[i].points, &lists[i]);
	if (status != OMNI_OK)
		return status;
	/* One letter is never sent twice, however late. */
	status = omni__sent_load(l->db, l->wanted->view, INT64_MIN, lists,
	    l->count);
	for (i = 0; i < l->count && status == OMNI_OK; i++) {
		l->recipients[i].household = lists[i].sent;
		l->recipients[i].household_count = lists[i].size;
	}
	return status;
}

static omni_status
load_responses(struct loading *l)
{
	struct omni__response_list *lists = omni__arena_zero(
	    &l->db->scratch, (l->count + 1) * sizeof(*lists));
	omni_status status;
	size_t i;

	if (lists == NULL)
		return omni__nomem(&l->db->error);
	for (i = 0; i < l->count; i++) {
		lists[i].ids = l->ids[i];
		lists[i].count = l->recipients[i].member_count;
	}
	status = omni__responses_load(l->db, l->wanted->view, lists,
	    l->count);
	for (i = 0; i < l->count && status == OMNI_OK; i++) {
		l->recipients[i].responses = lists[i].responses;
		l->recipients[i].response_count = lists[i].size;
	}
	return status;
}

/* ---- all ------------------------------------------------------------ */

static omni_status
load_deeds(struct loading *l)
{
	const struct omni__wanted *wanted = l->wanted;
	omni_status status = OMNI_OK;

	if (wanted->sent)
		status = load_sent(l);
	if (status == OMNI_OK && wanted->household)
		status = load_household(l);
	if (status == OMNI_OK && wanted->responses)
		status = load_responses(l);
	if (status == OMNI_OK && wanted->sales)
		status = omni__sales_load(l->db, wanted, l->recipients,
		    l->count);
	return status;
}

static void
forget(struct omni__recipient *r)
{
	r->sent = r->household = NULL;
	r->responses = NULL;
	r->sales = NULL;
	r->sent_count = r->household_count = r->response_count = 0;
	r->zone = NULL;
	r->zone_text = NULL;
	r->zones = NULL;
	r->zone_count = 0;
	r->region = NULL;
}

omni_status
omni__recipients_load(struct omni *db, const struct omni__wanted *wanted,
    struct omni__recipient *recipients, size_t count)
{
	struct loading l = { .db = db, .wanted = wanted,
	    .recipients = recipients, .count = count };
	omni_status status = OMNI_OK;
	size_t i;

	if (count == 0)
		return OMNI_OK;
	for (i = 0; i < count; i++)
		forget(&recipients[i]);
	if (wanted->view == NULL)
		status = load_members(&l);
	if (status == OMNI_OK)
		status = load_points(&l);
	if (status == OMNI_OK)
		status = list_ids(&l);
	if (status == OMNI_OK)
		status = load_said(&l);
	if (status == OMNI_OK)
		status = load_deeds(&l);
	for (i = 0; i < count && status == OMNI_OK && wanted->place; i++)
		status = omni__place(db, wanted->at, &recipients[i]);
	return status;
}
