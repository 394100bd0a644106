/*
 * The matrix of permissions: every purpose on every channel that takes
 * messages, of one customer with its reasons, or of everybody with numbers.
 */
#include <string.h>

#include "routing/kept.h"
#include "routing/tally.h"

#define PAGE 1000

/* One of a customer's. */
struct row {
	const char *purpose, *channel, *text;
	int64_t fact;
	int32_t reason;
};

struct omni_permissions {
	struct omni__object object;
	int64_t at;
	struct row *rows;		/* of one customer */
	struct omni__totals totals;	/* ... or of everybody */
	size_t count, next;

	bool everybody, begun, counted;
	unsigned char after[OMNI__ID];
	struct omni__arena page;
};

/* ---- asking --------------------------------------------------------- */

/* A customer as purposes see them: confidential ones only what is surely
 * one. */
struct asked {
	const struct omni__rules *rules;
	int64_t at;
	struct omni__recipient *all, *sure;
	size_t count;
};

static bool
any_confidential(const struct omni__rules *rules)
{
	size_t i;

	for (i = 0; i < rules->purpose_count; i++)
		if (rules->purposes[i].purpose->confidentiality > 0)
			return true;
	return false;
}

static omni_status
load(struct omni *db, const struct asked *asked,
    unsigned char (*customers)[OMNI__ID], bool sure,
    struct omni__recipient **recipients)
{
	struct omni__wanted wanted = {
		.rules = asked->rules,
		.at = asked->at,
		.sure = sure,
		.sales = asked->rules->sale_count > 0,
		.place = true,
	};
	size_t i;

	*recipients = omni__arena_zero(&db->scratch,
	    (asked->count + 1) * sizeof(**recipients));
	if (*recipients == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < asked->count; i++)
		memcpy((*recipients)[i].customer, customers[i], OMNI__ID);
	return omni__recipients_load(db, &wanted, *recipients, asked->count);
}

static omni_status
load_both(struct omni *db, struct asked *asked,
    unsigned char (*customers)[OMNI__ID])
{
	omni_status status = load(db, asked, customers, db->sure,
	    &asked->all);

	asked->sure = asked->all;
	return status == OMNI_OK && !db->sure &&
	    any_confidential(asked->rules) ?
	    load(db, asked, customers, true, &asked->sure) : status;
}

/* Which of the purpose's channels it is; SIZE_MAX: none. */
static size_t
place_of(const struct omni_purpose *purpose, const char *channel)
{
	size_t i;

	for (i = 0; i < purpose->channels.count; i++)
		if (strcmp(purpose->channels.items[i], channel) == 0)
			return i;
	return SIZE_MAX;
}

/* A place in the matrix, and what stands there. */
struct cell {
	struct omni__message message;
	struct omni__decision decision;
	struct omni__candidate candidate;
};

static void
ask(const struct asked *asked, size_t who,
    const struct omni__purpose_rule *rule,
    const struct omni_channel *channel, struct cell *cell)
{
	const struct omni_purpose *purpose = rule->purpose;
	size_t order = place_of(purpose, channel->head.name);

	cell->message = (struct omni__message){
		.rule = rule,
		.at = asked->at,
		.expiry = INT64_MAX,
		.urgent = purpose->urgent != 0,
	};
	cell->candidate = (struct omni__candidate){
		.name = channel->head.name,
		.order = order,
		.allowed = order != SIZE_MAX,
		.channel = channel,
		.time = asked->at,
	};
	cell->decision = (struct omni__decision){
		.rules = asked->rules,
		.message = &cell->message,
		.recipient = purpose->confidentiality > 0 ?
		    &asked->sure[who] : &asked->all[who],
		.candidates = &cell->candidate,
		.count = 1,
	};
	cell->candidate.reason = omni__candidate_permitted(&cell->decision,
	    &cell->candidate);
	cell->decision.steps = cell->candidate.reason == 0;
}

typedef omni_status (*cell_fn)(struct omni *, void *context,
    const struct cell *);

static omni_status
each_cell(struct omni *db, const struct asked *asked, size_t who,
    cell_fn take, void *context)
{
	const struct omni__rules *rules = asked->rules;
	omni_status status = OMNI_OK;
	struct cell cell;
	size_t i, k;

	for (i = 0; i < rules->purpose_count && status == OMNI_OK; i++)
		for (k = 0; k < rules->channel_count && status == OMNI_OK;
		    k++) {
			if (rules->channels[k]->direction ==
			    OMNI_DIRECTION_IN)
				continue;
			ask(asked, who, &rules->purposes[i],
			    rules->channels[k], &cell);
			status = take(db, context, &cell);
		}
	return status;
}

/* ---- one customer --------------------------------------------------- */

struct one {
	struct omni_permissions *permissions;
	unsigned char id[OMNI__ID];
};

static omni_status
add_row(struct omni *db, void *context, const struct cell *cell)
{
	struct omni_permissions *p = context;
	struct omni__arena *arena = &p->object.arena;
	const struct omni__candidate *c = &cell->candidate;
	struct row *row = &p->rows[p->count];

	row->purpose = omni__arena_strdup(arena,
	    cell->message.rule->purpose->head.name);
	row->channel = omni__arena_strdup(arena, c->name);
	row->text = c->reason == 0 ?
	    omni__step_text(arena, &cell->decision, c) :
	    omni__fall_text(arena, &cell->decision, c);
	row->fact = omni__candidate_fact(c);
	row->reason = c->reason;
	if (row->purpose == NULL || row->channel == NULL ||
	    row->text == NULL)
		return omni__nomem(&db->error);
	p->count++;
	return OMNI_OK;
}

static omni_status
read_one(struct omni *db, void *context)
{
	struct one *one = context;
	struct omni_permissions *p = one->permissions;
	struct asked asked = { .at = p->at, .count = 1 };
	unsigned char customer[1][OMNI__ID];
	omni_status status;
	bool found;

	p->count = 0;
	omni__arena_reset(&p->object.arena);
	status = omni__customer_lookup(db, one->id, customer[0], &found);
	if (status != OMNI_OK || !found)
		return status != OMNI_OK ? status : OMNI_NONE;
	status = omni__rules(db, &asked.rules);
	if (status == OMNI_OK)
		status = load_both(db, &asked, customer);
	if (status != OMNI_OK)
		return status;
	p->rows = omni__arena_zero(&p->object.arena,
	    (asked.rules->purpose_count * asked.rules->channel_count + 1) *
	    sizeof(*p->rows));
	if (p->rows == NULL)
		return omni__nomem(&db->error);
	return each_cell(db, &asked, 0, add_row, p);
}

/* ---- everybody ------------------------------------------------------ */

/* A page of them. */
struct page {
	struct omni_permissions *permissions;
	struct omni__tally tally;
	unsigned char after[OMNI__ID];
	size_t count;
};

static omni_status
count_cell(struct omni *db, void *context, const struct cell *cell)
{
	struct omni__tally *tally = context;

	return omni__tally_add(tally, cell->message.rule->purpose->head.name,
	    cell->candidate.name, cell->candidate.reason) ? OMNI_OK :
	    omni__nomem(&db->error);
}

static omni_status
count_page(struct omni *db, void *context)
{
	struct page *page = context;
	struct omni_permissions *p = page->permissions;
	struct asked asked = { .at = p->at };
	unsigned char (*customers)[OMNI__ID];
	omni_status status;
	size_t i;

	omni__arena_reset(&p->page);
	page->tally = (struct omni__tally){ .arena = &p->page };
	status = omni__customers_page(db, p->begun ? p->after : NULL, PAGE,
	    db->sure, &customers, &page->count);
	if (status != OMNI_OK || page->count == 0)
		return status;
	asked.count = page->count;
	memcpy(page->after, customers[page->count - 1], OMNI__ID);
	status = omni__rules(db, &asked.rules);
	if (status == OMNI_OK)
		status = load_both(db, &asked, customers);
	for (i = 0; i < page->count && status == OMNI_OK; i++)
		status = each_cell(db, &asked, i, count_cell, &page->tally);
	return status;
}

/* What was counted stays counted when a later page fails. */
static omni_status
count_all(struct omni *db, struct omni_permissions *p)
{
	struct page page = { .permissions = p };
	omni_status status = OMNI_OK;

	while (!p->counted && status == OMNI_OK) {
		status = omni__transact(db, false, count_page, &page);
		if (status != OMNI_OK)
			break;
		if (!omni__totals_add(&p->object, &p->totals, &page.tally))
			status = omni__fail(&p->object.error, OMNI_NOMEM,
			    "out of memory for the totals");
		memcpy(p->after, page.after, OMNI__ID);
		p->begun = true;
		p->counted = page.count < PAGE;
	}
	p->count = p->totals.count;
	return status;
}

/* ---- the calls ------------------------------------------------------ */

static omni_status
open_matrix(struct omni *db, const char *customer, int64_t at,
    omni_permissions **out)
{
	struct one one = { .permissions = NULL };
	struct omni_permissions *p;
	omni_status status = omni__instant_check(&db->error, "at", at);

	if (status == OMNI_OK && customer != NULL)
		status = omni__id_parse(&db->error, "customer", customer,
		    one.id);
	if (status != OMNI_OK)
		return status;
	one.permissions = p = omni__object_of(db, sizeof(*p));
	if (p == NULL)
		return omni__nomem(&db->error);
	p->at = at == OMNI_NOW ? omni__clock(&db->env) : at;
	p->page.env = &p->object.env;
	p->everybody = customer == NULL;
	if (customer != NULL)
		status = omni__transact(db, false, read_one, &one);
	if (status == OMNI_OK)
		*out = p;
	else
		omni_permissions_free(p);
	return status;
}

omni_status
omni_permissions_open(omni *db, const char *customer, int64_t at,
    omni_permissions **permissions)
{
	omni_status status;

	if (permissions == NULL)
		return OMNI_MISUSE;
	*permissions = NULL;
	status = omni__enter(db);
	return status == OMNI_OK ? omni__leave(db, open_matrix(db, customer,
	    at, permissions)) : status;
}

static omni_status
next(struct omni *db, struct omni_permissions *p)
{
	const struct omni__error *error = &p->object.error;
	omni_status status = OMNI_OK;

	if (error->status < 0)
		return omni__fail(&db->error, error->status, "%s",
		    error->text);
	if (p->everybody && !p->counted)
		status = count_all(db, p);
	if (status != OMNI_OK)
		return status;
	if (p->next > p->count)
		return OMNI_DONE;
	return p->next++ < p->count ? OMNI_OK : OMNI_DONE;
}

omni_status
omni_permissions_next(omni_permissions *permissions)
{
	struct omni *db;
	omni_status status;

	if (permissions == NULL)
		return OMNI_MISUSE;
	db = permissions->object.db;
	status = omni__enter(db);
	return status == OMNI_OK ?
	    omni__leave(db, next(db, permissions)) : status;
}

void
omni_permissions_free(omni_permissions *permissions)
{
	if (permissions == NULL)
		return;
	omni__free(&permissions->object.env, permissions->totals.rows);
	omni__arena_free(&permissions->page);
	omni__object_free(permissions);
}

/* ---- getters: of the row that next came to --------------------------- */

static bool
has_row(const omni_permissions *p)
{
	return p != NULL && p->next > 0 && p->next <= p->count;
}

static const struct row *
row_of(const omni_permissions *p)
{
	return has_row(p) && !p->everybody ? &p->rows[p->next - 1] : NULL;
}

static const struct omni__total *
total_of(const omni_permissions *p)
{
	return has_row(p) && p->everybody ? &p->totals.rows[p->next - 1] :
	    NULL;
}

const char *
omni_permissions_purpose(const omni_permissions *permissions)
{
	const struct row *row = row_of(permissions);
	const struct omni__total *total = total_of(permissions);

	return row != NULL ? row->purpose :
	    total != NULL ? total->purpose : NULL;
}

const char *
omni_permissions_channel(const omni_permissions *permissions)
{
	const struct row *row = row_of(permissions);
	const struct omni__total *total = total_of(permissions);

	return row != NULL ? row->channel :
	    total != NULL ? total->channel : NULL;
}

int32_t
omni_permissions_reason(const omni_permissions *permissions)
{
	const struct row *row = row_of(permissions);
	const struct omni__total *total = total_of(permissions);

	return row != NULL ? row->reason : total != NULL ? total->reason : 0;
}

const char *
omni_permissions_text(const omni_permissions *permissions)
{
	const struct row *row = row_of(permissions);

	return row != NULL ? row->text : NULL;
}

int64_t
omni_permissions_fact(const omni_permissions *permissions)
{
	const struct row *row = row_of(permissions);

	return row != NULL ? row->fact : 0;
}

int64_t
omni_permissions_number(const omni_permissions *permissions)
{
	const struct omni__total *total = total_of(permissions);

	return row_of(permissions) != NULL ? 1 :
	    total != NULL ? total->number : 0;
}
