/*
 * The order of decision, one step after the other: what the channel carries,
 * the contact point, the permission, the time, the caps, the rank, the steps.
 */
#include <string.h>

#include "decide.h"
#include "omni.h"

/* ---- addresses ------------------------------------------------------ */

struct point {
	int address, records;
	int64_t time;
	bool primary, verified;
};

/* The last word on a thing; of a suppression, for that purpose. */
static const struct o_told *
last_told(const struct o_world *w, int address, int what,
    const char *purpose)
{
	const struct o_told *last = NULL;
	size_t i;

	for (i = 0; i < w->told_count; i++) {
		const struct o_told *t = &w->told[i];

		if (t->address == address && t->what == what &&
		    (purpose == NULL || o_same(t->purpose, purpose)) &&
		    (last == NULL || t->time > last->time ||
		    (t->time == last->time && t->fact > last->fact)))
			last = t;
	}
	return last;
}

static bool
flag(const struct o_world *w, int address, int what)
{
	const struct o_told *t = last_told(w, address, what, NULL);

	return t != NULL && t->flag != 0;
}

/* The newest suppression that stands for the purpose. */
static const struct o_told *
suppression(const struct o_world *w, int address, const char *purpose)
{
	const struct o_told *found = NULL;
	size_t i;

	for (i = 0; i < w->told_count; i++) {
		const struct o_told *t = &w->told[i];

		if (t->address != address ||
		    t->what != OMNI_CONTACT_SUPPRESSED ||
		    !o_within(purpose, t->purpose))
			continue;
		t = last_told(w, address, OMNI_CONTACT_SUPPRESSED,
		    t->purpose);
		if (t->cause != NULL && (found == NULL ||
		    t->time > found->time || (t->time == found->time &&
		    t->fact > found->fact)))
			found = t;
	}
	return found;
}

static bool
valid(const struct o_world *w, int address, int64_t at)
{
	const struct o_told *t = last_told(w, address, OMNI_CONTACT_VALID,
	    NULL);

	return t == NULL || ((t->from == OMNI_TIME_UNKNOWN || t->from <= at) &&
	    (t->until == OMNI_TIME_UNKNOWN || at <= t->until));
}

static bool
has(const struct o_world *w, uint32_t members, int address)
{
	size_t i, k;

	for (i = 0; i < w->record_count; i++)
		for (k = 0; k < O_PARTS; k++)
			if ((members >> i & 1) != 0 &&
			    w->records[i].there &&
			    w->records[i].addresses[k] == address)
				return true;
	return false;
}

static struct point
point_of(const struct o_world *w, uint32_t members, int address)
{
	struct point p = { .address = address, .time = INT64_MIN };
	size_t i, k;

	for (i = 0; i < w->record_count; i++)
		for (k = 0; k < O_PARTS; k++) {
			const struct o_record *r = &w->records[i];

			if ((members >> i & 1) == 0 || !r->there ||
			    r->addresses[k] != address)
				continue;
			p.records++;
			if (r->time > p.time)
				p.time = r->time;
		}
	p.primary = flag(w, address, OMNI_CONTACT_PRIMARY);
	p.verified = flag(w, address, OMNI_CONTACT_VERIFIED);
	return p;
}

static bool
better(const struct o_world *w, const struct point *a, const struct point *b)
{
	if (a->primary != b->primary)
		return a->primary;
	if (a->time != b->time)
		return a->time > b->time;
	if (a->records != b->records)
		return a->records > b->records;
	return strcmp(w->addresses[a->address].value,
	    w->addresses[b->address].value) < 0;
}

/* The customer's addresses of a kind, the best first. */
static size_t
points(const struct o_world *w, uint32_t members, const char *kind,
    struct point *out)
{
	size_t count = 0, i, k;

	for (i = 0; i < w->address_count; i++) {
		struct point p;

		if (strcmp(w->addresses[i].kind, kind) != 0 ||
		    !has(w, members, (int)i))
			continue;
		p = point_of(w, members, (int)i);
		for (k = count++; k > 0 && better(w, &p, &out[k - 1]); k--)
			out[k] = out[k - 1];
		out[k] = p;
	}
	return count;
}

/* ---- where the recipient lives -------------------------------------- */

/* Of the best address of a kind. */
static const char *
country(const struct o_world *w, uint32_t members, const char *kind)
{
	struct point list[16];

	return points(w, members, kind, list) == 0 ? NULL :
	    w->addresses[list[0].address].country;
}

static bool
zone_of_country(const char *name, enum o_zone *zone)
{
	if (name == NULL)
		return false;
	*zone = strcmp(name, "SE") == 0 ? O_STOCKHOLM :
	    strcmp(name, "IN") == 0 ? O_KOLKATA : O_NEW_YORK;
	return true;
}

static void
place(struct o_person *p)
{
	const char *lives = country(p->world, p->members, "address");
	const char *dials = country(p->world, p->members, "phone");
	const struct o_said *last = NULL;
	bool american = false;
	size_t i;

	p->region = lives != NULL ? lives : dials != NULL ? dials :
	    p->world->region;
	p->zone = p->world->zone;
	/* One that has a single zone is better than one with several. */
	if (lives != NULL && strcmp(lives, "US") != 0)
		(void)zone_of_country(lives, &p->zone);
	else if (dials != NULL && strcmp(dials, "US") != 0)
		(void)zone_of_country(dials, &p->zone);
	else
		american = zone_of_country(lives, &p->zone) ||
		    zone_of_country(dials, &p->zone);
	for (i = 0; i < p->said_count; i++) {
		const struct o_said *s = p->said[i];

		if (s->said == OMNI_SAID_ZONE && s->time <= p->message->at &&
		    (last == NULL || s->time > last->time ||
		    (s->time == last->time && s->fact > last->fact)))
			last = s;
	}
	if (last != NULL)
		p->zone = (enum o_zone)last->zone;
	p->guess = last == NULL && american;
}

/* The last one that the customer named for such messages. */
static const char *
language(const struct o_person *p)
{
	const struct o_said *last = NULL;
	size_t i;

	for (i = 0; i < p->said_count; i++) {
		const struct o_said *s = p->said[i];

		if (s->said == OMNI_SAID_LANGUAGE &&
		    s->time <= p->message->at &&
		    o_within(p->purpose->name, s->purpose) &&
		    o_about_brand(s, p->message->brand) &&
		    (last == NULL || s->time > last->time ||
		    (s->time == last->time && s->fact > last->fact)))
			last = s;
	}
	return last == NULL ? NULL : last->language;
}

/* ---- whose statements ----------------------------------------------- */

static bool
speaks(const struct o_person *p, const struct o_said *s)
{
	const struct o_world *w = p->world;
	bool no = s->said == OMNI_SAID_WITHDRAW;

	if (s->who >= 0 && (p->members >> s->who & 1) != 0)
		return true;
	if (no && (s->held & p->members) != 0)
		return true;
	/* Only what is surely one is read, but a no of all of it counts. */
	if (no && s->who >= 0 && (p->whole >> s->who & 1) != 0)
		return true;
	if (no && (s->held & p->whole) != 0)
		return true;
	return (no || s->said == OMNI_SAID_CONFIRM) && s->address >= 0 &&
	    has(w, p->members, s->address);
}

static void
listen(struct o_person *p)
{
	size_t i;

	p->said_count = 0;
	for (i = 0; i < p->world->said_count; i++)
		if (speaks(p, &p->world->saids[i]))
			p->said[p->said_count++] = &p->world->saids[i];
}

/* ---- candidates ----------------------------------------------------- */

struct candidate {
	const char *name;
	const struct o_channel *channel;
	const struct o_said *rank;	/* what the customer ranked */
	struct o_permit permit;
	bool allowed;
	size_t order;
	int address, reason;
	int64_t time;
	double estimate;
};

struct work {
	struct o_person person;
	struct candidate list[O_SAIDS];
	size_t count;
	bool sure, mandatory, close;
};

static int64_t
fact_of(const struct o_said *s)
{
	return s == NULL ? 0 : s->fact;
}

/* What a candidate rests on, or what it fell by; of what fell for its time
 * nothing is said. */
static int64_t
witness(const struct work *w, const struct candidate *c)
{
	const struct o_world *world = w->person.world;

	switch (c->reason) {
	case 0:
		return c->permit.basis == OMNI_BASIS_CONSENT ?
		    fact_of(c->permit.grant) :
		    c->permit.basis == OMNI_BASIS_SOFT ?
		    fact_of(c->permit.grant != NULL ? c->permit.grant :
		    c->permit.told) : 0;
	case OMNI_REASON_WITHDRAWN:
	case OMNI_REASON_OBJECTED_LAST:
		return fact_of(c->permit.no);
	case OMNI_REASON_EXPIRED:
	case OMNI_REASON_NOT_CONFIRMED:
	case OMNI_REASON_OTHER_ADDRESS:
		return fact_of(c->permit.grant);
	case OMNI_REASON_SUPPRESSED:
		return suppression(world, c->address,
		    w->person.purpose->name)->fact;
	case OMNI_REASON_NOT_VALID:
		return last_told(world, c->address, OMNI_CONTACT_VALID,
		    NULL)->fact;
	default:
		return 0;
	}
}

static void
permit_at(const struct work *w, const struct candidate *c, int address,
    int64_t at, struct o_permit *permit)
{
	const struct o_person *p = &w->person;
	const struct o_asked asked = {
		.world = p->world, .purpose = p->purpose,
		.channel = c->channel, .brand = p->message->brand,
		.region = p->region, .address = address,
		.members = p->members, .asked = p->message->at, .at = at,
		.said = p->said, .count = p->said_count,
	};

	o_permit(&asked, permit);
}

/* Steps 2 to 4: the best address that nothing speaks against; else the
 * reason of what comes furthest. */
static int
reach(const struct work *w, struct candidate *c, int64_t at)
{
	const struct o_person *p = &w->person;
	struct point list[16];
	size_t count = points(p->world, p->members, c->channel->address,
	    list), i;
	int reason = OMNI_REASON_NO_ADDRESS, best = -1;

	for (i = 0; i < count; i++) {
		int a = list[i].address, why;
		struct o_permit permit = { 0 };

		if (p->purpose->verified != 0 && !list[i].verified)
			why = OMNI_REASON_NOT_VERIFIED;
		else if (suppression(p->world, a, p->purpose->name) != NULL)
			why = OMNI_REASON_SUPPRESSED;
		else if (!valid(p->world, a, at))
			why = OMNI_REASON_NOT_VALID;
		else {
			permit_at(w, c, a, at, &permit);
			why = permit.reason;
		}
		/* The first that stands; among them one without a no. */
		if (why == 0 && (best < 0 || reason != 0 ||
		    (c->permit.no != NULL && permit.no == NULL))) {
			best = a;
			reason = 0;
			c->permit = permit;
		} else if (reason != 0 && why != 0 &&
		    (best < 0 || (why >= 40 ? reason < 40 :
		    why > reason))) {
			best = a;
			reason = why;
			c->permit = permit;
		}
	}
	c->address = best;
	return reason;
}

static int
judge(const struct work *w, struct candidate *c, int64_t at)
{
	const struct o_purpose *purpose = w->person.purpose;

	c->address = -1;
	if (!c->allowed)
		return OMNI_REASON_NOT_ALLOWED;
	if (c->channel == NULL)
		return OMNI_REASON_UNDEFINED_CHANNEL;
	if (c->channel->direction == OMNI_DIRECTION_IN)
		return OMNI_REASON_INBOUND;
	if (c->channel->confidentiality < purpose->confidentiality)
		return OMNI_REASON_NOT_CONFIDENTIAL;
	if (c->channel->address != NULL)
		return reach(w, c, at);
	if (purpose->verified != 0)
		return OMNI_REASON_NOT_VERIFIED;
	permit_at(w, c, -1, at, &c->permit);
	return c->permit.reason;
}

static struct candidate *
find(struct work *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->count; i++)
		if (strcmp(w->list[i].name, name) == 0)
			return &w->list[i];
	return NULL;
}

static struct candidate *
add(struct work *w, const char *name, bool allowed)
{
	struct candidate *c = &w->list[w->count];

	*c = (struct candidate) {
		.name = name, .allowed = allowed, .order = w->count,
		.channel = o_channel(w->person.world, name),
	};
	w->count++;
	return c;
}

/* The purpose's channels, and those that the customer would rather have. */
static void
gather(struct work *w)
{
	const struct o_person *p = &w->person;
	const struct o_said *sorted[O_SAIDS];
	size_t i, k, n = 0;

	for (i = 0; i < p->purpose->order_count; i++)
		(void)add(w, p->purpose->order[i], true);
	for (i = 0; i < p->said_count; i++) {
		const struct o_said *s = p->said[i];

		if (s->said != OMNI_SAID_PREFER ||
		    s->time > p->message->at ||
		    !o_within(p->purpose->name, s->purpose) ||
		    !o_about_brand(s, p->message->brand))
			continue;
		for (k = n++; k > 0 && (s->time < sorted[k - 1]->time ||
		    (s->time == sorted[k - 1]->time &&
		    s->fact < sorted[k - 1]->fact)); k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = s;
	}
	for (i = 0; i < n; i++) {
		struct candidate *c = find(w, sorted[i]->channel);

		if (c == NULL)
			c = add(w, sorted[i]->channel, false);
		c->rank = sorted[i];
	}
}

/* ---- times ---------------------------------------------------------- */

/* When it goes there, from an instant on; or why it does not any more. */
static int
go(const struct work *w, struct candidate *c, int64_t from)
{
	const struct o_person *p = &w->person;
	int64_t lead = c->channel->lead * O_SECOND, t = from, next;
	int held = OMNI_REASON_LATE, i;

	for (i = 0; i < 64; i++) {
		next = o_window(p, c->channel, t);
		if (next != t)
			held = OMNI_REASON_QUIET;
		if (next == O_NEVER)
			return OMNI_REASON_QUIET;
		t = next;
		next = o_cap(p, c->channel, t);
		if (next == O_NEVER)
			return OMNI_REASON_CAPPED;
		if (next == t)
			break;
		held = OMNI_REASON_CAPPED;
		t = next;
	}
	if (p->message->expiry != O_NEVER && t + lead > p->message->expiry)
		return held;
	c->time = t;
	return 0;
}

/* Did somebody else at this address get the letter? */
static bool
got_there(const struct o_person *p, const struct candidate *c)
{
	size_t i;

	if (p->purpose->household == 0 || p->message->id == 0 ||
	    c->channel->medium != OMNI_MEDIUM_PHYSICAL || c->address < 0)
		return false;
	for (i = 0; i < p->world->sent_count; i++)
		if (p->world->sent[i].message == p->message->id &&
		    p->world->sent[i].what == 0 &&
		    p->world->sent[i].address == c->address &&
		    (p->members >> p->world->sent[i].record & 1) == 0)
			return true;
	return false;
}

/* ---- rank ----------------------------------------------------------- */

static bool
behaves(const struct work *w)
{
	return w->person.purpose->behaviour != OMNI_ORDER_FIXED;
}

/* Negative: a comes first. */
static int
compare(struct work *w, const struct candidate *a, const struct candidate *b)
{
	bool no_a = a->permit.no != NULL, no_b = b->permit.no != NULL;

	if (no_a != no_b)
		return no_a ? 1 : -1;
	if ((a->rank != NULL) != (b->rank != NULL))
		return a->rank != NULL ? -1 : 1;
	if (a->rank != NULL) {
		if (a->rank->rank != b->rank->rank)
			return a->rank->rank < b->rank->rank ? -1 : 1;
		if (a->rank->time != b->rank->time)
			return a->rank->time > b->rank->time ? -1 : 1;
		if (a->channel->cost != b->channel->cost)
			return a->channel->cost < b->channel->cost ? -1 : 1;
	} else if (behaves(w) && a->estimate != b->estimate) {
		double gap = a->estimate - b->estimate;

		if (gap < 0.003 && gap > -0.003)
			w->close = true;
		return gap > 0 ? -1 : 1;
	}
	return a->order < b->order ? -1 : 1;
}

static void
rank(struct work *w)
{
	struct candidate c;
	size_t i, k;

	for (i = 1; i < w->count; i++) {
		c = w->list[i];
		if (c.reason != 0)
			continue;
		for (k = i; k > 0 && (w->list[k - 1].reason != 0 ||
		    compare(w, &c, &w->list[k - 1]) < 0); k--)
			w->list[k] = w->list[k - 1];
		w->list[k] = c;
	}
}

/* Steps in the order that they have, then what fell in that of asking. */
static size_t
arrange(struct work *w)
{
	struct candidate sorted[O_SAIDS];
	size_t n = 0, steps, i, k;

	for (i = 0; i < w->count; i++)
		if (w->list[i].reason == 0)
			sorted[n++] = w->list[i];
	steps = n;
	for (k = 0; k < w->count; k++)
		for (i = 0; i < w->count; i++)
			if (w->list[i].reason != 0 && w->list[i].order == k)
				sorted[n++] = w->list[i];
	memcpy(w->list, sorted, n * sizeof(*sorted));
	return steps;
}

/* ---- the decision --------------------------------------------------- */

/* From an instant on; what was permitted is asked again for when it goes. */
static bool
take(const struct work *w, struct candidate *c, int64_t from)
{
	c->reason = go(w, c, from);
	if (c->reason == 0)
		c->reason = judge(w, c, c->time);
	return c->reason == 0;
}

/* Was what stands refused altogether? */
static bool
all_refused(const struct work *w)
{
	bool any = false;
	size_t i;

	for (i = 0; i < w->count; i++) {
		if (w->list[i].reason != 0)
			continue;
		if (w->list[i].permit.no == NULL)
			return false;
		any = true;
	}
	return any;
}

/* The first of the purpose's that takes what must be sent takes it alone. */
static void
force(struct work *w)
{
	size_t i;

	for (i = 0; i < w->count; i++) {
		struct candidate *c = &w->list[i];

		if (c->reason != 0)
			continue;
		if (w->mandatory)
			c->reason = OMNI_REASON_OBJECTED_LAST;
		else
			w->mandatory = take(w, c, w->person.message->at);
	}
}

/* One after the other, each after the wait of the one before. */
static void
walk(struct work *w)
{
	int64_t from = w->person.message->at;
	size_t i;

	for (i = 0; i < w->count; i++)
		if (w->list[i].reason == 0 && take(w, &w->list[i], from))
			from = w->list[i].time +
			    w->person.purpose->wait * O_SECOND;
}

static void
start(struct work *w, const struct o_world *world, uint32_t members,
    uint32_t sure, const struct o_message *message)
{
	struct o_person *p = &w->person;

	memset(w, 0, sizeof(*w));
	p->world = world;
	p->message = message;
	p->purpose = o_purpose(world, message->purpose);
	w->sure = p->purpose->confidentiality > 0;
	p->members = w->sure ? sure : members;
	p->whole = members;
	listen(p);
	place(p);
}

static void
hand_out(const struct work *w, size_t steps, struct o_route *route)
{
	size_t i;

	route->steps = steps;
	route->count = w->count;
	route->zone = w->person.zone;
	route->language = language(&w->person);
	route->close = w->close;
	for (i = 0; i < w->count; i++) {
		const struct candidate *c = &w->list[i];

		route->places[i] = (struct o_place) {
			.channel = c->name, .address = c->address,
			.reason = c->reason, .time = c->time,
			.fact = witness(w, c),
		};
	}
}

void
o_decide(const struct o_world *world, uint32_t members, uint32_t sure,
    const struct o_message *message, struct o_route *route)
{
	static struct work w;
	size_t i;

	start(&w, world, members, sure, message);
	gather(&w);
	for (i = 0; i < w.count; i++) {
		struct candidate *c = &w.list[i];

		c->reason = judge(&w, c, message->at);
		if (c->reason == 0)
			c->reason = go(&w, c, message->at);
		if (c->reason == 0 && got_there(&w.person, c))
			c->reason = OMNI_REASON_HOUSEHOLD;
		if (c->reason == 0)
			c->estimate = o_estimate(world, w.person.members,
			    c->name, message->at);
	}
	if (all_refused(&w))
		force(&w);
	else {
		rank(&w);
		walk(&w);
	}
	hand_out(&w, arrange(&w), route);
}

int
o_permitted(const struct o_world *world, uint32_t members, uint32_t sure,
    const char *purpose, const char *channel, int64_t at)
{
	static struct work w;
	const struct o_message message = {
		.purpose = purpose, .at = at, .expiry = O_NEVER, .urgent = -1,
	};
	struct candidate *c;
	size_t i;

	start(&w, world, members, sure, &message);
	for (i = 0; i < w.person.purpose->order_count; i++)
		if (strcmp(w.person.purpose->order[i], channel) == 0)
			break;
	c = add(&w, channel, i < w.person.purpose->order_count);
	return judge(&w, c, at);
}
