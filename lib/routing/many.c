/*
 * One message to many: a page of customers at a time, each page in a
 * transaction of its own, so that memory does not grow with their number.
 */
#include <string.h>

#include "routing/kept.h"
#include "routing/tally.h"

/* Customers that are decided together; fewer where each is handed out. */
#define PAGE 1000
#define PAGE_SHOWN 250

struct omni_routes {
	struct omni__object object;
	struct omni_message message;
	int64_t at;			/* the instant of all of them */
	bool keep;

	/* Whom next: behind one of everybody, or of a list. */
	bool everybody, begun, last;
	unsigned char after[OMNI__ID];
	unsigned char (*ids)[OMNI__ID];
	size_t id_count, id_at;

	struct omni__totals totals;
	int64_t decided, nowhere;
	struct omni__ids met;		/* of a list, where once is enough */
	struct omni__ids letters;	/* households, of a dry run */

	struct omni__arena page;
	struct omni_route **routes;	/* of the page, and used again */
	size_t made, room, count, at_route;
};

/* What a page comes to; it counts once it is committed. */
struct page {
	struct omni_routes *run;
	bool shown;			/* each is handed out */
	unsigned char (*customers)[OMNI__ID];
	size_t count;			/* of these */
	size_t taken;			/* of the list */
	unsigned char after[OMNI__ID];	/* the last one */
	bool last;
	struct omni__round round;
	int64_t *held;			/* routed before: that fact, or 0 */
	struct omni__fact *before;	/* ... and what it says */
	struct omni__keeping *keeping;
	size_t *kept;			/* whose route each of them is */
	size_t kept_count, shown_count;
	struct omni__tally tally;
	struct omni__ids met, letters;
	int64_t decided, nowhere;
};

/* ---- whom ----------------------------------------------------------- */

static omni_status
next_of_all(struct omni *db, struct page *p, size_t most)
{
	struct omni_routes *run = p->run;
	omni_status status = omni__customers_page(db,
	    run->begun ? run->after : NULL, most, db->sure, &p->customers,
	    &p->count);

	p->last = p->count < most;
	return status;
}

/* An id that leads elsewhere is followed by itself. */
static omni_status
follow(struct omni *db, const unsigned char *id, unsigned char *customer,
    bool *found)
{
	static const unsigned char none[OMNI__ID];

	*found = memcmp(customer, none, OMNI__ID) != 0;
	return *found ? OMNI_OK :
	    omni__customer_lookup(db, id, customer, found);
}

static omni_status
take_listed(struct omni *db, struct page *p, const unsigned char *id,
    unsigned char *customer)
{
	struct omni_routes *run = p->run;
	bool found;
	omni_status status = follow(db, id, customer, &found);

	if (status != OMNI_OK || !found)
		return status;
	if (run->message.id != NULL) {
		if (omni__ids_have(&run->met, customer) ||
		    omni__ids_have(&p->met, customer))
			return OMNI_OK;
		if (!omni__ids_add(&p->met, customer))
			return omni__nomem(&db->error);
	}
	memmove(p->customers[p->count++], customer, OMNI__ID);
	return OMNI_OK;
}

static omni_status
next_of_list(struct omni *db, struct page *p, size_t most)
{
	struct omni_routes *run = p->run;
	const unsigned char **ids;
	omni_status status;
	size_t i, n = run->id_count - run->id_at;

	if (n > most)
		n = most;
	p->taken = n;
	p->last = run->id_at + n == run->id_count;
	ids = omni__arena_alloc(&db->scratch, (n + 1) * sizeof(*ids));
	p->customers = omni__arena_alloc(&db->scratch,
	    (n + 1) * sizeof(*p->customers));
	if (ids == NULL || p->customers == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < n; i++)
		ids[i] = run->ids[run->id_at + i];
	status = omni__customers_of(db, ids, n, p->customers);
	for (i = 0; i < n && status == OMNI_OK; i++)
		status = take_listed(db, p, ids[i], p->customers[i]);
	return status;
}

/* ---- households ----------------------------------------------------- */

static bool
has_letter(const struct page *p, const struct omni__point *point)
{
	return strcmp(point->kind, "address") == 0 &&
	    (omni__ids_have(&p->letters, point->hash) ||
	    omni__ids_have(&p->run->letters, point->hash));
}

/* What the store does not tell yet, or will not: letters of this very run. */
static omni_status
tell_letters(struct omni *db, const struct page *p, struct omni__recipient *r)
{
	struct omni__sent *all;
	size_t i, n = r->household_count, found = 0;

	for (i = 0; i < r->points.count; i++)
		found += has_letter(p, &r->points.items[i]);
	if (found == 0)
		return OMNI_OK;
	all = omni__arena_zero(&db->scratch, (n + found) * sizeof(*all));
	if (all == NULL)
		return omni__nomem(&db->error);
	if (n > 0)
		memcpy(all, r->household, n * sizeof(*all));
	for (i = 0; i < r->points.count; i++)
		if (has_letter(p, &r->points.items[i])) {
			memcpy(all[n].record, r->points.items[i].hash,
			    OMNI__ID);
			all[n].message = p->round.message.mark;
			all[n++].fact = -1;
		}
	r->household = all;
	r->household_count = n;
	return OMNI_OK;
}

static bool
note_letter(struct page *p, const struct omni__decision *d)
{
	const unsigned char *household = omni__household_of(d);

	return household == NULL || omni__ids_add(&p->letters, household);
}

/* ---- one by one ----------------------------------------------------- */

static bool
count_decision(struct page *p, const struct omni__decision *d)
{
	bool ok = true;
	size_t i;

	p->decided++;
	p->nowhere += d->steps == 0;
	if (d->steps > 0)
		ok = omni__tally_add(&p->tally, NULL, d->candidates[0].name,
		    0);
	for (i = d->steps; i < d->count && ok; i++)
		ok = omni__tally_add(&p->tally, NULL, d->candidates[i].name,
		    d->candidates[i].reason);
	return ok;
}

static bool
count_kept(struct page *p, const struct omni__kept *kept)
{
	bool ok = true;
	size_t i;

	p->decided++;
	p->nowhere += kept->steps == 0;
	if (kept->steps > 0)
		ok = omni__tally_add(&p->tally, NULL, kept->legs[0].channel,
		    0);
	for (i = kept->steps; i < kept->count && ok; i++)
		ok = omni__tally_add(&p->tally, NULL, kept->legs[i].channel,
		    kept->legs[i].reason);
	return ok;
}

/* The next of the page's objects. */
static omni_status
next_object(struct omni *db, struct page *p, struct omni_route **route)
{
	struct omni_routes *run = p->run;
	omni_status status = OMNI_OK;

	if (p->shown_count == run->made) {
		if (omni__grow(&run->object.env, &run->routes, &run->room,
		    run->made + 1, sizeof(*run->routes)) != OMNI_OK)
			return omni__nomem(&db->error);
		status = omni__route_new(db, &run->routes[run->made]);
		if (status == OMNI_OK)
			run->made++;
	}
	if (status == OMNI_OK)
		*route = run->routes[p->shown_count];
	return status;
}

/* It was routed before: what was decided then counts.  Who was erased since
 * counts no more. */
static omni_status
take_held(struct omni *db, struct page *p, const struct omni__fact *fact)
{
	struct omni_route *route;
	struct omni__kept kept;
	omni_status status = omni__kept_of(db, fact, &kept);

	if (status == OMNI_ERASED || status == OMNI_NONE) {
		omni__error_clear(&db->error);
		return OMNI_OK;
	}
	if (status == OMNI_OK && !count_kept(p, &kept))
		status = omni__nomem(&db->error);
	if (status != OMNI_OK || !p->shown)
		return status;
	status = next_object(db, p, &route);
	if (status == OMNI_OK)
		status = omni__kept_show(db, p->round.rules, &kept, route);
	if (status == OMNI_OK)
		p->shown_count++;
	return status;
}

static omni_status
fill_route(struct omni *db, struct page *p, const struct omni__decision *d)
{
	struct omni_route *route;
	omni_status status = next_object(db, p, &route);

	if (status == OMNI_OK)
		status = omni__route_fill(db, route, d);
	if (status != OMNI_OK)
		return status;
	if (p->run->keep) {
		p->kept[p->kept_count] = p->shown_count;
		p->keeping[p->kept_count++] = (struct omni__keeping){
			.message = &p->run->message,
			.decision = d,
			.route = route,
		};
	}
	p->shown_count++;
	return OMNI_OK;
}

static omni_status
decide_one(struct omni *db, struct page *p, size_t i)
{
	struct omni__decision *d = &p->round.decisions[i];
	bool household = p->round.message.rule->purpose->household != 0;
	bool bare = !household && !p->shown && !p->run->keep;
	struct omni__mark mark;
	omni_status status = OMNI_OK;

	if (p->held[i] != 0)
		return take_held(db, p, &p->before[i]);
	if (household)
		status = tell_letters(db, p, &p->round.recipients[i]);
	mark = omni__arena_mark(&db->scratch);
	if (status == OMNI_OK)
		status = omni__round_decide(db, &p->round, i);
	if (status != OMNI_OK)
		return status;
	if (!count_decision(p, d) || (household && !note_letter(p, d)))
		return omni__nomem(&db->error);
	/* Nothing of it is needed any more. */
	if (bare)
		omni__arena_release(&db->scratch, mark);
	else if (p->shown || p->run->keep)
		status = fill_route(db, p, d);
	return status;
}

/* ---- a page --------------------------------------------------------- */

static omni_status
begin_page(struct omni *db, struct page *p)
{
	struct omni_routes *run = p->run;

	omni__arena_reset(&run->page);
	p->tally = (struct omni__tally){ .arena = &run->page };
	p->kept_count = p->shown_count = p->count = p->taken = 0;
	p->decided = p->nowhere = 0;
	omni__ids_clear(&p->met);
	omni__ids_clear(&p->letters);
	return run->everybody ?
	    next_of_all(db, p, p->shown ? PAGE_SHOWN : PAGE) :
	    next_of_list(db, p, p->shown ? PAGE_SHOWN : PAGE);
}

static omni_status
begin_round(struct omni *db, struct omni_routes *run,
    struct omni__round *round)
{
	omni_status status = omni__round_begin(db, NULL, &run->message,
	    round);

	if (status != OMNI_OK)
		return status;
	round->message.at = round->wanted.at = run->at;
	if (round->message.rule->purpose->household == 0 ||
	    run->message.id != NULL)
		return OMNI_OK;
	if (run->keep)
		return omni__fail(&db->error, OMNI_INVALID,
		    "the message has no id, by which a household's other "
		    "members know that it is the same letter");
	/* Any mark will do for what is seen within this run alone. */
	round->message.mark = 1;
	return OMNI_OK;
}

/* Those that were routed before, and by what. */
static omni_status
load_held(struct omni *db, struct page *p)
{
	omni_status status = omni__routes_held(db, &p->round,
	    p->run->message.id, p->held);
	size_t i;

	for (i = 0; i < p->count && status == OMNI_OK; i++)
		if (p->held[i] != 0)
			return omni__facts_read(db, p->held, p->count,
			    p->before);
	return status;
}

static omni_status
load_page(struct omni *db, struct page *p)
{
	const struct omni_routes *run = p->run;
	struct omni__arena *scratch = &db->scratch;
	size_t count = p->count + 1;
	omni_status status;

	p->held = omni__arena_zero(scratch, count * sizeof(*p->held));
	p->kept = omni__arena_alloc(scratch, count * sizeof(*p->kept));
	p->keeping = omni__arena_alloc(scratch,
	    run->keep ? count * sizeof(*p->keeping) : 0);
	p->before = omni__arena_alloc(scratch,
	    run->keep ? count * sizeof(*p->before) : 0);
	if (p->held == NULL || p->kept == NULL || p->keeping == NULL ||
	    p->before == NULL)
		return omni__nomem(&db->error);
	status = begin_round(db, p->run, &p->round);
	if (status == OMNI_OK)
		status = omni__round_load(db, &p->round,
		    (const unsigned char (*)[OMNI__ID])p->customers,
		    p->count);
	return status == OMNI_OK && run->keep ? load_held(db, p) : status;
}

static omni_status
page_work(struct omni *db, void *context)
{
	struct page *p = context;
	omni_status status = begin_page(db, p);
	size_t i;

	if (status != OMNI_OK || p->count == 0)
		return status;
	memcpy(p->after, p->customers[p->count - 1], OMNI__ID);
	status = load_page(db, p);
	for (i = 0; i < p->count && status == OMNI_OK; i++)
		status = decide_one(db, p, i);
	if (status == OMNI_OK && p->run->keep)
		status = omni__routes_keep(db, p->keeping, p->kept_count);
	for (i = 0; i < p->kept_count && status == OMNI_OK; i++) {
		struct omni_route *route = p->run->routes[p->kept[i]];

		omni__route_kept(route, p->keeping[i].fact, 0,
		    omni__due_of(p->round.rules, route));
	}
	return status;
}

static bool
add_ids(struct omni__ids *all, const struct omni__ids *some)
{
	static const unsigned char none[OMNI__ID];
	size_t i;

	for (i = 0; i < some->room; i++)
		if (memcmp(some->slots[i], none, OMNI__ID) != 0 &&
		    !omni__ids_add(all, some->slots[i]))
			return false;
	return true;
}

/* What was committed counts, and is not decided again. */
static omni_status
end_page(const struct page *p)
{
	struct omni_routes *run = p->run;

	run->decided += p->decided;
	run->nowhere += p->nowhere;
	run->id_at += p->taken;
	run->last = p->last;
	if (run->everybody && p->count > 0) {
		memcpy(run->after, p->after, OMNI__ID);
		run->begun = true;
	}
	run->count = p->shown ? p->shown_count : 0;
	run->at_route = 0;
	if (!omni__totals_add(&run->object, &run->totals, &p->tally) ||
	    !add_ids(&run->met, &p->met) ||
	    (!run->keep && !add_ids(&run->letters, &p->letters)))
		return omni__fail(&run->object.error, OMNI_NOMEM,
		    "out of memory for the totals");
	return OMNI_OK;
}

/* What passes by itself may be tried again; any other failure stays. */
static omni_status
fail(struct omni *db, struct omni_routes *run, omni_status status)
{
	run->count = run->at_route = 0;
	if (status == OMNI_BUSY || status == OMNI_NOMEM ||
	    status == OMNI_INTERRUPTED || status == OMNI_UNREACHABLE)
		return status;
	return omni__fail(&run->object.error, status, "%s",
	    db->error.text[0] != '\0' ? db->error.text :
	    omni_status_text(status));
}

static omni_status
turn_page(struct omni *db, struct omni_routes *run, bool shown)
{
	struct page p = { .run = run, .shown = shown,
	    .met = { .env = &run->object.env },
	    .letters = { .env = &run->object.env } };
	omni_status status;

	run->count = run->at_route = 0;
	status = omni__transact(db, run->keep, page_work, &p);
	status = status >= 0 ? end_page(&p) : fail(db, run, status);
	omni__ids_free(&p.met);
	omni__ids_free(&p.letters);
	return status;
}

/* ---- opening -------------------------------------------------------- */

static omni_status
check_work(struct omni *db, void *context)
{
	struct omni__round round;

	return begin_round(db, context, &round);
}

static omni_status
copy_what(struct omni *db, struct omni_routes *run,
    const struct omni_message *message, const struct omni_audience *audience)
{
	struct omni__arena *arena = &run->object.arena;
	struct omni_message *m = &run->message;
	bool failed = false;

	m->flaw = message->flaw;
	m->purpose = omni__arena_keep(arena, message->purpose, &failed);
	m->id = omni__arena_keep(arena, message->id, &failed);
	m->brand = omni__arena_keep(arena, message->brand, &failed);
	m->time = message->time;
	m->expiry = message->expiry;
	m->urgent = message->urgent;
	run->at = m->time == OMNI_NOW ? omni__clock(&db->env) : m->time;
	run->everybody = audience == NULL;
	if (audience != NULL && audience->count > 0) {
		run->ids = omni__arena_copy(arena, audience->ids,
		    audience->count * sizeof(*run->ids));
		run->id_count = audience->count;
		failed |= run->ids == NULL;
	}
	return failed ? omni__nomem(&db->error) : OMNI_OK;
}

static omni_status
open_run(struct omni *db, const struct omni_message *message,
    const struct omni_audience *audience, bool keep, omni_routes **out)
{
	struct omni_routes *run;
	omni_status status;

	if (message == NULL)
		return omni__fail(&db->error, OMNI_MISUSE,
		    "message is NULL");
	run = omni__object_of(db, sizeof(*run));
	if (run == NULL)
		return omni__nomem(&db->error);
	run->keep = keep;
	run->page.env = run->met.env = run->letters.env = &run->object.env;
	status = copy_what(db, run, message, audience);
	if (status == OMNI_OK)
		status = omni__transact(db, false, check_work, run);
	if (status == OMNI_OK)
		*out = run;
	else
		omni_routes_free(run);
	return status;
}

omni_status
omni_route_many(omni *db, const omni_message *message,
    const omni_audience *audience, int32_t keep, omni_routes **routes)
{
	omni_status status;

	if (routes == NULL)
		return OMNI_MISUSE;
	*routes = NULL;
	status = omni__enter(db);
	return status == OMNI_OK ? omni__leave(db, open_run(db, message,
	    audience, keep != 0, routes)) : status;
}

void
omni_routes_free(omni_routes *routes)
{
	size_t i;

	if (routes == NULL)
		return;
	for (i = 0; i < routes->made; i++)
		omni_route_free(routes->routes[i]);
	omni__free(&routes->object.env, routes->routes);
	omni__free(&routes->object.env, routes->totals.rows);
	omni__ids_free(&routes->met);
	omni__ids_free(&routes->letters);
	omni__arena_free(&routes->page);
	omni__object_free(routes);
}

/* ---- going on ------------------------------------------------------- */

/* The first failure that stayed is told again. */
static omni_status
begin_call(struct omni *db, const struct omni_routes *run)
{
	omni_status status = omni__enter(db);

	if (status == OMNI_OK && run->object.error.status < 0)
		return omni__leave(db, omni__fail(&db->error,
		    run->object.error.status, "%s",
		    run->object.error.text));
	return status;
}

static omni_status
next(struct omni *db, struct omni_routes *run, const omni_route **route)
{
	omni_status status = OMNI_OK;

	while (run->at_route == run->count && !run->last &&
	    status == OMNI_OK)
		status = turn_page(db, run, true);
	if (status != OMNI_OK)
		return status;
	if (run->at_route == run->count)
		return OMNI_DONE;
	*route = run->routes[run->at_route++];
	return OMNI_OK;
}

omni_status
omni_routes_next(omni_routes *routes, const omni_route **route)
{
	omni_status status;

	if (route == NULL)
		return OMNI_MISUSE;
	*route = NULL;
	if (routes == NULL)
		return OMNI_MISUSE;
	status = begin_call(routes->object.db, routes);
	return status == OMNI_OK ? omni__leave(routes->object.db,
	    next(routes->object.db, routes, route)) : status;
}

omni_status
omni_routes_run(omni_routes *routes)
{
	omni_status status;

	if (routes == NULL)
		return OMNI_MISUSE;
	status = begin_call(routes->object.db, routes);
	if (status != OMNI_OK)
		return status;
	while (!routes->last && status == OMNI_OK)
		status = turn_page(routes->object.db, routes, false);
	routes->count = routes->at_route = 0;
	return omni__leave(routes->object.db, status);
}

/* ---- totals --------------------------------------------------------- */

int64_t
omni_routes_decided(const omni_routes *routes)
{
	return routes != NULL ? routes->decided : 0;
}

int64_t
omni_routes_nowhere(const omni_routes *routes)
{
	return routes != NULL ? routes->nowhere : 0;
}

int32_t
omni_routes_total_count(const omni_routes *routes)
{
	return routes != NULL ? (int32_t)routes->totals.count : 0;
}

static const struct omni__total *
total_at(const omni_routes *routes, int32_t i)
{
	if (routes == NULL || i < 0 || (size_t)i >= routes->totals.count)
		return NULL;
	return &routes->totals.rows[i];
}

const char *
omni_routes_total_channel(const omni_routes *routes, int32_t i)
{
	const struct omni__total *total = total_at(routes, i);

	return total != NULL ? total->channel : NULL;
}

int32_t
omni_routes_total_reason(const omni_routes *routes, int32_t i)
{
	const struct omni__total *total = total_at(routes, i);

	return total != NULL ? total->reason : 0;
}

int64_t
omni_routes_total_number(const omni_routes *routes, int32_t i)
{
	const struct omni__total *total = total_at(routes, i);

	return total != NULL ? total->number : 0;
}
