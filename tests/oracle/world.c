/*
 * Random worlds.  Each thing that happens is put into the library and into
 * the arrays at once; what a fact depends on when it is put (which records
 * were a customer's, what was withdrawn before) is asked before.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "world.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static size_t
below(struct harness *h, size_t n)
{
	return (size_t)harness_random(h, n);
}

static bool
once_in(struct harness *h, size_t n)
{
	return below(h, n) == 0;
}

static const char *
word(struct harness *h, const char *const *words, size_t count)
{
	return words[below(h, count)];
}

/* ---- hours ---------------------------------------------------------- */

static const char *const days[] = { "mo", "tu", "we", "th", "fr", "sa",
	"su" };

static void
fill(struct o_hours *hours, int day, int from, int to)
{
	int i;

	for (i = from; i < to; i++)
		hours->open[day][i] = true;
}

/* A span of a rule; to < from reaches into the next day. */
static void
add_span(struct o_hours *hours, const bool *named, int from, int to)
{
	int i;

	for (i = 0; i < 8; i++)
		if (named[i])
			fill(hours, i, from, to <= from ? to + O_SLOTS : to);
}

/* What a rule names is told anew. */
static void
clear(struct o_hours *hours, const bool *named)
{
	int i;

	for (i = 0; i < 8; i++)
		if (named[i])
			memset(hours->open[i], 0, sizeof(hours->open[i]));
}

static void
add(struct o_hours *hours, const char *format, const char *a, const char *b)
{
	size_t used = strlen(hours->text);

	(void)snprintf(hours->text + used, sizeof(hours->text) - used, format,
	    a, b);
}

static void
random_span(struct harness *h, struct o_hours *hours, const bool *named,
    const char *before)
{
	int from = (int)below(h, O_SLOTS), to = (int)below(h, O_SLOTS) + 1;
	char text[32];

	if (once_in(h, 3)) {	/* hours as people have them */
		from = 12 * (int)(6 + below(h, 17));
		to = 12 * (int)(5 + below(h, 19));
	}
	if (to == from)
		to++;
	(void)snprintf(text, sizeof(text), "%02d:%02d-%02d:%02d", from / 12,
	    from % 12 * 5, to / 12, to % 12 * 5);
	add(hours, "%s%s", before, text);
	add_span(hours, named, from, to);
}

/* "mo-fr", "sa,su" ... or none: every day. */
static void
random_days(struct harness *h, struct o_hours *hours, bool *named,
    bool first)
{
	int from = (int)below(h, 7), to = (int)below(h, 7), i;

	memset(named, 0, 8 * sizeof(*named));
	if (first && once_in(h, 3)) {
		for (i = 0; i < 7; i++)
			named[i] = true;
		return;
	}
	for (i = from; ; i = (i + 1) % 7) {
		named[i] = true;
		if (i == to)
			break;
	}
	add(hours, from == to ? "%s " : "%s-%s ", days[from], days[to]);
}

static void
random_hours(struct harness *h, struct o_hours *hours)
{
	bool named[8], holiday[8] = { [7] = true };
	size_t rules = 1 + below(h, 2), i;

	memset(hours, 0, sizeof(*hours));
	hours->given = true;
	for (i = 0; i < rules; i++) {
		if (i > 0)
			add(hours, "%s%s", "; ", "");
		random_days(h, hours, named, i == 0);
		clear(hours, named);
		random_span(h, hours, named, "");
		if (once_in(h, 4))
			random_span(h, hours, named, ",");
	}
	if (!once_in(h, 4))
		return;
	hours->holidays = true;
	if (once_in(h, 2)) {
		add(hours, "%s%s", "; ph off", "");
		return;
	}
	add(hours, "%s%s", "; ph ", "");
	random_span(h, hours, holiday, "");
}

/* ---- definitions ---------------------------------------------------- */

static const struct o_channel channels[] = {
	{ "email", "email", OMNI_DIRECTION_BOTH, OMNI_MEDIUM_DIGITAL,
	    0, 0, 0, true },
	{ "sms", "phone", OMNI_DIRECTION_OUT, OMNI_MEDIUM_DIGITAL,
	    0, 0, 0, true },
	{ "post", "address", OMNI_DIRECTION_OUT, OMNI_MEDIUM_PHYSICAL,
	    0, 0, 0, true },
	{ "push", "device", OMNI_DIRECTION_OUT, OMNI_MEDIUM_DIGITAL,
	    0, 0, 0, true },
	{ "call", "phone", OMNI_DIRECTION_BOTH, OMNI_MEDIUM_DIGITAL,
	    0, 0, 0, true },
	{ "web", NULL, OMNI_DIRECTION_BOTH, OMNI_MEDIUM_DIGITAL,
	    0, 0, 0, true },
	{ "store", NULL, OMNI_DIRECTION_IN, OMNI_MEDIUM_PHYSICAL,
	    0, 0, 0, true },
};
#define NO_STORE (COUNT(channels) - 1)

static const char *
any_channel(struct harness *h)
{
	return channels[below(h, once_in(h, 12) ? COUNT(channels) :
	    NO_STORE)].name;
}

static void
define_channels(struct harness *h, struct o_world *w, int64_t since)
{
	size_t i;

	for (i = 0; i < COUNT(channels); i++) {
		struct o_channel *c = &w->channels[w->channel_count++];
		omni_channel *channel = omni_channel_new(channels[i].name);

		*c = channels[i];
		c->confidentiality = once_in(h, 5) ? (int)below(h, 2) : 3;
		c->cost = (int)below(h, 4);
		if (c->medium == OMNI_MEDIUM_PHYSICAL)
			c->lead = (int)below(h, 4) * 86400;
		c->defined = !once_in(h, 40);
		harness_ok(h, omni_channel_set_direction(channel,
		    c->direction));
		harness_ok(h, omni_channel_set_medium(channel, c->medium));
		if (c->address != NULL)
			harness_ok(h, omni_channel_set_address(channel,
			    c->address));
		harness_ok(h, omni_channel_set_confidentiality(channel,
		    c->confidentiality));
		harness_ok(h, omni_channel_set_cost(channel, c->cost));
		harness_ok(h, omni_channel_set_lead(channel, c->lead));
		harness_ok(h, omni_channel_set_time(channel, since));
		if (c->defined)
			harness_ok(h, omni_channel_put(h->db, channel, NULL));
		omni_channel_free(channel);
	}
}

static const char *const purposes[] = {
	"news", "offer", "offer/shoes", "offer/shoes/red", "invoice", "result",
	"offering"
};
static const char *const classes[] = { "marketing", "service",
	"transactional" };
static const char *const regions[] = { "SE", "IN", "US" };

static const char *
any_purpose(struct harness *h)
{
	return word(h, purposes, COUNT(purposes));
}

static const char *
any_tree(struct harness *h)
{
	return once_in(h, 4) ? "*" : any_purpose(h);
}

static void
random_order(struct harness *h, struct o_purpose *p)
{
	size_t wanted = 1 + below(h, 5), i;

	while (p->order_count < wanted) {
		const char *name = any_channel(h);

		for (i = 0; i < p->order_count; i++)
			if (strcmp(p->order[i], name) == 0)
				break;
		if (i == p->order_count)
			p->order[p->order_count++] = name;
		else
			wanted -= wanted > 1;
	}
}

static void
random_bases(struct harness *h, struct o_purpose *p)
{
	static const int bases[] = { OMNI_BASIS_CONSENT, OMNI_BASIS_CONSENT,
		OMNI_BASIS_INTEREST, OMNI_BASIS_INTEREST, OMNI_BASIS_CONTRACT,
		OMNI_BASIS_LAW, OMNI_BASIS_SOFT };

	p->basis = bases[below(h, COUNT(bases))];
	while (p->basis_count < 2 && once_in(h, 4)) {
		struct o_basis *b = &p->bases[p->basis_count];

		b->channel = once_in(h, 2) ? any_channel(h) : NULL;
		b->region = b->channel == NULL || once_in(h, 2) ?
		    word(h, regions, COUNT(regions)) : NULL;
		b->basis = bases[below(h, COUNT(bases))];
		if (p->basis_count == 1 &&
		    (b->channel == NULL) == (p->bases[0].channel == NULL) &&
		    (b->region == NULL) == (p->bases[0].region == NULL))
			break;	/* of two alike the last holds */
		p->basis_count++;
	}
}

static void
random_purpose(struct harness *h, struct o_purpose *p, const char *name)
{
	memset(p, 0, sizeof(*p));
	p->name = name;
	random_bases(h, p);
	random_order(h, p);
	p->class_name = once_in(h, 4) ? NULL :
	    word(h, classes, COUNT(classes));
	p->confidentiality = once_in(h, 4) ? 1 + (int)below(h, 2) : 0;
	p->verified = once_in(h, 14);
	p->priority = (int)below(h, 3);
	p->urgent = once_in(h, 6);
	p->confirm = once_in(h, 4) ? 86400 * (1 + (int64_t)below(h, 5)) : 0;
	p->renewal = once_in(h, 5) ? 5 + (int)below(h, 40) : 0;
	p->household = once_in(h, 2);
	p->wait = (int64_t)(1 + below(h, 96)) * 1800;
	p->behaviour = once_in(h, 3) ? OMNI_ORDER_FIXED :
	    OMNI_ORDER_BEHAVIOUR;
	p->sale_kind = once_in(h, 2) ? "order.placed" : "order.paid";
	p->sale_days = 5 + (int)below(h, 40);
}

static void
set_order(struct harness *h, const struct o_purpose *p, omni_purpose *purpose)
{
	size_t i;

	for (i = 0; i < p->order_count; i++)
		harness_ok(h, omni_purpose_add_channel(purpose, p->order[i]));
	for (i = 0; i < p->basis_count; i++)
		harness_ok(h, omni_purpose_set_basis_on(purpose,
		    p->bases[i].channel, p->bases[i].region,
		    p->bases[i].basis));
}

static void
put_purpose(struct harness *h, const struct o_purpose *p, int64_t time)
{
	omni_purpose *purpose = omni_purpose_new(p->name);

	harness_ok(h, omni_purpose_set_basis(purpose, p->basis));
	set_order(h, p, purpose);
	if (p->class_name != NULL)
		harness_ok(h, omni_purpose_set_class(purpose, p->class_name));
	harness_ok(h, omni_purpose_set_confidentiality(purpose,
	    p->confidentiality));
	harness_ok(h, omni_purpose_set_verified(purpose, p->verified));
	harness_ok(h, omni_purpose_set_priority(purpose, p->priority));
	harness_ok(h, omni_purpose_set_urgent(purpose, p->urgent));
	harness_ok(h, omni_purpose_set_confirm(purpose, (int32_t)p->confirm));
	harness_ok(h, omni_purpose_set_renewal(purpose, p->renewal));
	harness_ok(h, omni_purpose_set_household(purpose, p->household));
	harness_ok(h, omni_purpose_set_wait(purpose, (int32_t)p->wait));
	harness_ok(h, omni_purpose_set_order(purpose, p->behaviour));
	harness_ok(h, omni_purpose_set_sale(purpose, p->sale_kind,
	    p->sale_days));
	harness_ok(h, omni_purpose_set_time(purpose, time));
	harness_ok(h, omni_purpose_put(h->db, purpose, NULL));
	omni_purpose_free(purpose);
}

/* Some are told anew: the last holds, the first tells since when. */
static void
define_purposes(struct harness *h, struct o_world *w, int64_t now)
{
	size_t i;

	for (i = 0; i < COUNT(purposes); i++) {
		struct o_purpose *p = &w->purposes[w->purpose_count++], first;
		int64_t since = now - (int64_t)(5 + below(h, 90)) * O_DAY;

		random_purpose(h, p, purposes[i]);
		p->since = since;
		if (once_in(h, 3)) {
			random_purpose(h, &first, purposes[i]);
			put_purpose(h, p, since + O_DAY);
			put_purpose(h, &first, since);
		} else
			put_purpose(h, p, since);
	}
}

static const char *const window_names[] = { "w1", "w2", "w3" };

static void
put_window(struct harness *h, const struct o_window *w, int64_t time)
{
	omni_window *window = omni_window_new(w->name);

	harness_ok(h, omni_window_set_region(window, w->region));
	harness_ok(h, omni_window_set_channel(window, w->channel));
	harness_ok(h, omni_window_set_purpose(window, w->purpose));
	harness_ok(h, omni_window_set_class(window, w->class_name));
	harness_ok(h, omni_window_set_hours(window, w->hours.text));
	harness_ok(h, omni_window_set_time(window, time));
	harness_ok(h, omni_window_put(h->db, window, NULL));
	omni_window_free(window);
}

static void
define_windows(struct harness *h, struct o_world *w, int64_t since)
{
	size_t count = below(h, 4), i;

	for (i = 0; i < count; i++) {
		struct o_window *window = &w->windows[w->window_count++];

		memset(window, 0, sizeof(*window));
		window->name = window_names[i];
		window->region = once_in(h, 3) ?
		    word(h, regions, COUNT(regions)) : NULL;
		window->channel = once_in(h, 2) ? any_channel(h) : NULL;
		window->purpose = once_in(h, 3) ? any_purpose(h) : NULL;
		window->class_name = once_in(h, 4) ?
		    word(h, classes, COUNT(classes)) : NULL;
		random_hours(h, &window->hours);
		put_window(h, window, since);
	}
}

static const char *const cap_names[] = { "c1", "c2", "c3" };

static void
put_cap(struct harness *h, const struct o_cap *c, int64_t time)
{
	omni_cap *cap = omni_cap_new(c->name);

	harness_ok(h, omni_cap_set_channel(cap, c->channel));
	harness_ok(h, omni_cap_set_purpose(cap, c->purpose));
	harness_ok(h, omni_cap_set_class(cap, c->class_name));
	harness_ok(h, omni_cap_set_limit(cap, c->limit));
	if (c->period != 0)
		harness_ok(h, omni_cap_set_period(cap, c->period));
	else
		harness_ok(h, omni_cap_set_sliding(cap, (int32_t)c->sliding));
	harness_ok(h, omni_cap_set_action(cap, c->action));
	harness_ok(h, omni_cap_set_time(cap, time));
	harness_ok(h, omni_cap_put(h->db, cap, NULL));
	omni_cap_free(cap);
}

static void
define_caps(struct harness *h, struct o_world *w, int64_t since)
{
	size_t count = below(h, 4), i;

	for (i = 0; i < count; i++) {
		struct o_cap *cap = &w->caps[w->cap_count++];

		memset(cap, 0, sizeof(*cap));
		cap->name = cap_names[i];
		cap->channel = once_in(h, 2) ? any_channel(h) : NULL;
		cap->purpose = once_in(h, 3) ? any_tree(h) : NULL;
		cap->class_name = once_in(h, 3) ?
		    word(h, classes, COUNT(classes)) : NULL;
		cap->limit = once_in(h, 12) ? 0 : 1 + (int)below(h, 4);
		cap->period = (int)below(h, 4);
		cap->sliding = (int64_t)(1 + below(h, 200)) * 3600;
		cap->action = once_in(h, 4) ? OMNI_CAP_DROP : OMNI_CAP_DEFER;
		put_cap(h, cap, since);
	}
}

static const char *const wording_names[] = { "A", "B" };

static void
define_wordings(struct harness *h, struct o_world *w, int64_t now)
{
	size_t i;

	for (i = 0; i < COUNT(wording_names); i++) {
		struct o_wording *o = &w->wordings[w->wording_count++];
		omni_wording *wording = omni_wording_new(wording_names[i]);

		o->name = wording_names[i];
		o->expiry = O_NEVER;
		harness_ok(h, omni_wording_set_text(wording, "Yes, please"));
		if (once_in(h, 3)) {
			o->expiry = now + (int64_t)below(h, 10) * O_DAY -
			    3 * O_DAY;
			harness_ok(h, omni_wording_set_expiry(wording,
			    o->expiry));
		}
		if (once_in(h, 3)) {
			o->days = 5 + (int)below(h, 40);
			harness_ok(h, omni_wording_set_days(wording,
			    o->days));
		}
		harness_ok(h, omni_wording_set_time(wording,
		    now - 100 * O_DAY));
		harness_ok(h, omni_wording_put(h->db, wording, NULL));
		omni_wording_free(wording);
	}
}

static void
define_holidays(struct harness *h, struct o_world *w, int64_t now)
{
	omni_calendar *calendar = omni_calendar_new("SE");
	char text[16];
	int year, month, day;
	size_t i;

	for (i = 0; i < 3; i++) {
		int64_t date = now / O_DAY + (int64_t)below(h, 9) - 2;

		w->holidays[w->holiday_count++] = date;
		o_date(date, &year, &month, &day);
		(void)snprintf(text, sizeof(text), "%04d-%02d-%02d", year,
		    month, day);
		harness_ok(h, omni_calendar_add_day(calendar, text));
	}
	harness_ok(h, omni_calendar_set_time(calendar, now - 100 * O_DAY));
	harness_ok(h, omni_calendar_put(h->db, calendar, NULL));
	omni_calendar_free(calendar);
}

/* ---- records -------------------------------------------------------- */

static const struct o_address all_addresses[] = {
	{ "email", "alma@post.example", NULL },
	{ "email", "bo@post.example", NULL },
	{ "email", "cleo@post.example", NULL },
	{ "phone", "+46701740605", "SE" },
	{ "phone", "+919876543210", "IN" },
	{ "phone", "+46701740606", "SE" },
	{ "device", "device-one", NULL },
	{ "device", "device-two", NULL },
	{ "address", "Storgatan 1, 211 43 Malmo", NULL },
	{ "address", "Kungsgatan 5, 411 19 Goteborg, Sweden", "SE" },
	{ "address", "12 MG Road, Bengaluru 560001, India", "IN" },
	{ "address", "350 Fifth Avenue, New York, NY 10118, United States",
	    "US" },
};
/* Where each kind begins in that list, and how many there are. */
static const size_t kind_at[O_PARTS + 1] = { 0, 3, 6, 8, 12 };
static const char *const kinds[] = { "email", "phone", "device",
	"address.full" };

static void
add_feature(struct harness *h, omni_record *record, const char *kind,
    const char *value)
{
	(void)h;
	assert_int_equal(omni_record_add(record, kind, value), OMNI_OK);
}

static void
put_version(struct harness *h, const struct o_world *w,
    const struct o_record *r)
{
	omni_record *record = omni_record_new();
	size_t i;

	assert_non_null(record);
	assert_int_equal(omni_record_set_source(record, "crm", r->key),
	    OMNI_OK);
	assert_int_equal(omni_record_set_time(record, r->time), OMNI_OK);
	add_feature(h, record, "name.given", r->given);
	add_feature(h, record, "name.family", r->family);
	if (r->born[0] != '\0')
		add_feature(h, record, "birth_date", r->born);
	for (i = 0; i < O_PARTS; i++)
		if (r->addresses[i] >= 0)
			add_feature(h, record, kinds[i],
			    w->addresses[r->addresses[i]].value);
	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
}

static void
random_addresses(struct harness *h, struct o_record *r)
{
	size_t i;

	for (i = 0; i < O_PARTS; i++)
		r->addresses[i] = once_in(h, 6) ? -1 : (int)(kind_at[i] +
		    below(h, kind_at[i + 1] - kind_at[i]));
}

static void
put_records(struct harness *h, struct o_world *w, int64_t now)
{
	static const char *const given[] = { "Alma", "Bertil", "Cleopatra",
		"Dagobert", "Eskil" };
	static const char *const family[] = { "Andersson", "Bonaparte",
		"Czerny", "Dostojevski" };
	size_t count = 2 + below(h, 6), i;

	for (i = 0; i < count; i++) {
		struct o_record *r = &w->records[w->record_count++];

		memset(r, 0, sizeof(*r));
		(void)snprintf(r->key, sizeof(r->key), "r%d", (int)i);
		strcpy(r->given, word(h, given, COUNT(given)));
		strcpy(r->family, word(h, family, COUNT(family)));
		if (!once_in(h, 3))
			(void)snprintf(r->born, sizeof(r->born),
			    "19%02zu-0%zu-1%zu", 40 + below(h, 60),
			    1 + below(h, 9), below(h, 10));
		r->time = now - (int64_t)(100 + below(h, 5)) * O_DAY;
		r->there = true;
		random_addresses(h, r);
		put_version(h, w, r);
	}
}

/* ---- who is one ----------------------------------------------------- */

static uint32_t
records_of(const struct o_world *w, const omni_customer *customer)
{
	uint32_t set = 0;
	int32_t i;
	size_t k;

	for (i = 0; i < omni_customer_record_count(customer); i++) {
		const char *key = omni_customer_record_key(customer, i);

		for (k = 0; key != NULL && k < w->record_count; k++)
			if (strcmp(w->records[k].key, key) == 0)
				set |= UINT32_C(1) << k;
	}
	return set;
}

void
world_members(struct harness *h, omni *sure, const struct o_world *w,
    size_t record, uint32_t *members, uint32_t *surely,
    char id[OMNI_ID_SIZE])
{
	omni_customer *customer = NULL;

	harness_ok(h, omni_customer_of(h->db, "crm", w->records[record].key,
	    &customer));
	*members = records_of(w, customer);
	(void)snprintf(id, OMNI_ID_SIZE, "%s", omni_customer_id(customer));
	omni_customer_free(customer);
	if (sure == NULL)
		return;
	harness_is_at(sure, omni_customer_get(sure, id, &customer), OMNI_OK,
	    __FILE__, __LINE__);
	*surely = records_of(w, customer);
	omni_customer_free(customer);
}

/* The record by which a customer is called. */
static int
oldest(struct harness *h, const struct o_world *w, const char *id)
{
	omni_customer *customer = NULL;
	int32_t i;
	int found = -1;
	size_t k;

	harness_ok(h, omni_customer_get(h->db, id, &customer));
	for (i = 0; i < omni_customer_record_count(customer); i++)
		for (k = 0; k < w->record_count; k++)
			if (strcmp(omni_customer_record_id(customer, i),
			    id) == 0 && strcmp(w->records[k].key,
			    omni_customer_record_key(customer, i)) == 0)
				found = (int)k;
	omni_customer_free(customer);
	assert_true(found >= 0);
	return found;
}

/* ---- statements ----------------------------------------------------- */

static const char *const sources[] = { "", "till", "web" };
static const char *const languages[] = { "sv", "en-GB", "hi" };
static const char *const brands[] = { "Norr", "Soder" };

static void
random_scope(struct harness *h, struct o_said *s)
{
	s->purpose = any_tree(h);
	if (!once_in(h, 3))
		s->channel = any_channel(h);
	else if (once_in(h, 4))
		s->medium = once_in(h, 2) ? OMNI_MEDIUM_PHYSICAL :
		    OMNI_MEDIUM_DIGITAL;
	if (once_in(h, 5))
		s->brand = word(h, brands, COUNT(brands));
}

static bool
binds(int said)
{
	return said == OMNI_SAID_GRANT || said == OMNI_SAID_WITHDRAW;
}

static int
own_address(struct harness *h, const struct o_world *w, int who)
{
	int part = (int)below(h, O_PARTS);

	return w->records[who].addresses[part];
}

static void
random_said(struct harness *h, struct o_world *w, struct o_said *s,
    int64_t now)
{
	static const int sorts[] = {
		OMNI_SAID_GRANT, OMNI_SAID_GRANT, OMNI_SAID_GRANT,
		OMNI_SAID_GRANT, OMNI_SAID_WITHDRAW, OMNI_SAID_PREFER,
		OMNI_SAID_PREFER, OMNI_SAID_QUIET, OMNI_SAID_ZONE,
		OMNI_SAID_TOLD, OMNI_SAID_LANGUAGE
	};

	memset(s, 0, sizeof(*s));
	s->said = sorts[below(h, COUNT(sorts))];
	random_scope(h, s);
	s->source = word(h, sources, COUNT(sources));
	s->who = (int)below(h, w->record_count);
	s->address = -1;
	s->expiry = O_NEVER;
	s->time = now - (int64_t)below(h, 40 * 48) * 30 * O_MINUTE;
	if (binds(s->said) && once_in(h, 5))
		s->address = own_address(h, w, s->who);
	if (s->said == OMNI_SAID_WITHDRAW && s->address >= 0 &&
	    once_in(h, 2))
		s->who = -1;
	else if (once_in(h, 3))
		s->as_customer = true;
	if (s->said == OMNI_SAID_GRANT) {
		s->wording = once_in(h, 2) ? NULL :
		    word(h, wording_names, COUNT(wording_names));
		if (once_in(h, 5))
			s->expiry = s->time + (int64_t)(1 + below(h, 50)) *
			    O_DAY;
	}
	if (s->said == OMNI_SAID_PREFER) {
		s->rank = 1 + (int)below(h, 3);
		s->channel = any_channel(h);
		s->medium = 0;
	}
	if (s->said == OMNI_SAID_ZONE) {
		s->zone = (int)below(h, O_ZONES);
		s->purpose = "*";
		s->channel = s->brand = NULL;
		s->medium = 0;
	}
	if (s->said == OMNI_SAID_LANGUAGE) {
		s->language = word(h, languages, COUNT(languages));
		s->channel = NULL;
		s->medium = 0;
	}
	if (s->said == OMNI_SAID_QUIET && !once_in(h, 5))
		random_hours(h, &s->hours);
}

/* Says yes again to one of the last yeses, or to something near. */
static void
random_confirm(struct harness *h, const struct o_world *w, struct o_said *s)
{
	const struct o_said *g = &w->saids[below(h, w->said_count)];

	if (g->said != OMNI_SAID_GRANT)
		return;
	*s = *g;
	s->said = OMNI_SAID_CONFIRM;
	s->expiry = O_NEVER;
	s->held = 0;
	s->seen = 0;
	s->time = g->time + (int64_t)below(h, 120) * 3600 * O_SECOND;
	if (s->time > h->now)	/* clocks that run ahead are not believed */
		s->time = h->now;
	s->as_customer = false;
	if (once_in(h, 6))
		s->wording = word(h, wording_names, COUNT(wording_names));
	if (once_in(h, 8))
		s->purpose = any_tree(h);
	if (s->address >= 0 && once_in(h, 2))
		s->who = -1;
}

static bool
lives_at(const struct o_world *w, uint32_t members, int address)
{
	size_t i, k;

	for (i = 0; i < w->record_count; i++)
		for (k = 0; k < O_PARTS; k++)
			if ((members >> i & 1) != 0 && address >= 0 &&
			    w->records[i].addresses[k] == address)
				return true;
	return false;
}

/* What a yes as a customer is spoken in sight of: all that was withdrawn by
 * the customer's records, held for one of them, or about an address. */
static void
see(const struct o_world *w, struct o_said *s, uint32_t members)
{
	size_t i;

	for (i = 0; i < w->said_count; i++) {
		const struct o_said *no = &w->saids[i];

		if (no->said == OMNI_SAID_WITHDRAW &&
		    ((no->who >= 0 && (members >> no->who & 1) != 0) ||
		    (no->held & members) != 0 ||
		    lives_at(w, members, no->address)))
			s->seen |= UINT64_C(1) << i;
	}
}

static void
set_who(struct harness *h, const struct o_world *w, struct o_said *s,
    omni_statement *statement)
{
	omni_record *who;
	uint32_t members, surely;
	char id[OMNI_ID_SIZE];

	if (s->as_customer) {
		world_members(h, NULL, w, (size_t)s->who, &members, &surely,
		    id);
		s->who = oldest(h, w, id);
		if (s->said == OMNI_SAID_WITHDRAW)
			s->held = members;
		if (s->said == OMNI_SAID_GRANT)
			see(w, s, members);
		harness_ok(h, omni_statement_set_customer(statement, id));
	} else if (s->who >= 0) {
		who = omni_record_new();
		assert_int_equal(omni_record_set_source(who, "crm",
		    w->records[s->who].key), OMNI_OK);
		harness_ok(h, omni_statement_set_who(statement, who));
		omni_record_free(who);
	}
}

static const char *
kind_of_address(const struct o_world *w, int address)
{
	return w->addresses[address].kind;
}

static void
set_value(struct harness *h, const struct o_said *s,
    omni_statement *statement)
{
	if (s->said == OMNI_SAID_QUIET)
		harness_ok(h, omni_statement_set_value(statement,
		    s->hours.given ? s->hours.text : "none"));
	if (s->said == OMNI_SAID_ZONE)
		harness_ok(h, omni_statement_set_value(statement,
		    o_zone_names[s->zone]));
	if (s->said == OMNI_SAID_LANGUAGE)
		harness_ok(h, omni_statement_set_value(statement,
		    s->language));
	if (s->rank > 0)
		harness_ok(h, omni_statement_set_rank(statement, s->rank));
	if (s->expiry != O_NEVER)
		harness_ok(h, omni_statement_set_expiry(statement,
		    s->expiry));
}

static void
put_said(struct harness *h, struct o_world *w, struct o_said *s)
{
	omni_statement *st = omni_statement_new(s->said, s->purpose);
	char key[24];

	set_who(h, w, s, st);
	if (s->channel != NULL)
		harness_ok(h, omni_statement_set_channel(st, s->channel));
	if (s->medium != 0)
		harness_ok(h, omni_statement_set_medium(st, s->medium));
	if (s->brand != NULL)
		harness_ok(h, omni_statement_set_brand(st, s->brand));
	if (s->wording != NULL)
		harness_ok(h, omni_statement_set_wording(st, s->wording));
	if (s->address >= 0)
		harness_ok(h, omni_statement_set_address(st,
		    kind_of_address(w, s->address),
		    w->addresses[s->address].value));
	set_value(h, s, st);
	harness_ok(h, omni_statement_set_time(st, s->time));
	(void)snprintf(key, sizeof(key), "%zu", w->said_count);
	if (s->source[0] != '\0')
		harness_ok(h, omni_statement_set_key(st, s->source, key));
	harness_ok(h, omni_statement_put(h->db, st, &s->fact));
	omni_statement_free(st);
	w->said_count++;
}

static void
say(struct harness *h, struct o_world *w, int64_t now)
{
	struct o_said *s = &w->saids[w->said_count];

	if (w->said_count == O_SAIDS)
		return;
	random_said(h, w, s, now);
	if (w->said_count > 0 && once_in(h, 5))
		random_confirm(h, w, s);
	put_said(h, w, s);
}

/* ---- addresses ------------------------------------------------------ */

static void
set_told(struct harness *h, const struct o_told *t, omni_contact *contact)
{
	if (t->what == OMNI_CONTACT_VERIFIED)
		harness_ok(h, omni_contact_set_verified(contact, t->flag));
	else if (t->what == OMNI_CONTACT_PRIMARY)
		harness_ok(h, omni_contact_set_primary(contact, t->flag));
	else if (t->what == OMNI_CONTACT_VALID)
		harness_ok(h, omni_contact_set_valid(contact, t->from,
		    t->until));
	else {
		harness_ok(h, omni_contact_set_suppressed(contact, t->cause));
		harness_ok(h, omni_contact_set_purpose(contact, t->purpose));
	}
}

static void
tell(struct harness *h, struct o_world *w, int64_t now)
{
	struct o_told *t = &w->told[w->told_count];
	omni_contact *contact;

	if (w->told_count == O_TOLD)
		return;
	memset(t, 0, sizeof(*t));
	w->told_count++;
	t->address = (int)below(h, w->address_count);
	t->what = OMNI_CONTACT_VERIFIED + (int)below(h, 4);
	t->flag = !once_in(h, 4);
	t->purpose = any_tree(h);
	t->cause = once_in(h, 3) ? NULL : "gone away";
	t->from = once_in(h, 2) ? OMNI_TIME_UNKNOWN :
	    now - (int64_t)below(h, 10) * O_DAY;
	t->until = once_in(h, 2) ? OMNI_TIME_UNKNOWN :
	    now + (int64_t)below(h, 200) * 3600 * O_SECOND;
	t->time = now - (int64_t)below(h, 40 * 48) * 30 * O_MINUTE;
	contact = omni_contact_new(kind_of_address(w, t->address),
	    w->addresses[t->address].value);
	set_told(h, t, contact);
	harness_ok(h, omni_contact_set_time(contact, t->time));
	harness_ok(h, omni_contact_put(h->db, contact, &t->fact));
	omni_contact_free(contact);
}

/* ---- messages and sales --------------------------------------------- */

static omni_interaction *
interaction(struct harness *h, const struct o_world *w, int record,
    const char *channel, const char *kind, int64_t time)
{
	omni_interaction *it = omni_interaction_new(channel, kind);
	omni_record *who = omni_record_new();

	assert_int_equal(omni_record_set_source(who, "crm",
	    w->records[record].key), OMNI_OK);
	harness_ok(h, omni_interaction_set_who(it, who));
	harness_ok(h, omni_interaction_set_time(it, time));
	omni_record_free(who);
	return it;
}

/* On that channel, in the word for its messages. */
static const char *
result_kind(const char *channel, int what)
{
	static const char *const sent[] = { "mail.sent", "sms.sent",
		"letter.posted", "push.sent", "call.sent", "message.sent" };
	static const char *const opened[] = { "email.opened", "sms.answered",
		"letter.answered", "push.opened", "call.answered",
		"message.clicked" };
	size_t i;

	for (i = 0; i < NO_STORE; i++)
		if (strcmp(channels[i].name, channel) == 0)
			break;
	return what == OMNI_RESULT_SENT ? sent[i] : opened[i];
}

static void
set_message(struct harness *h, omni_interaction *it, const struct o_sent *s)
{
	char id[16];

	if (s->purpose != NULL)
		harness_ok(h, omni_interaction_add_reference(it, "purpose",
		    s->purpose));
	if (s->message == 0)
		return;
	(void)snprintf(id, sizeof(id), "m%d", s->message);
	harness_ok(h, omni_interaction_add_reference(it, "message", id));
}

static void
send_to(struct harness *h, struct o_world *w, int64_t now)
{
	struct o_sent *s = &w->sent[w->sent_count];
	omni_interaction *it;

	if (w->sent_count == O_SENT)
		return;
	memset(s, 0, sizeof(*s));
	w->sent_count++;
	s->record = (int)below(h, w->record_count);
	s->address = -1;
	s->channel = channels[below(h, NO_STORE)].name;
	s->what = once_in(h, 3) ? OMNI_RESULT_OPENED : OMNI_RESULT_SENT;
	s->purpose = once_in(h, 5) ? NULL : any_purpose(h);
	s->message = once_in(h, 2) ? 1000 + (int)w->sent_count : 0;
	s->time = now - (int64_t)below(h, once_in(h, 2) ? 3 * 1440 :
	    60 * 1440) * O_MINUTE;
	it = interaction(h, w, s->record, s->channel,
	    result_kind(s->channel, s->what), s->time);
	set_message(h, it, s);
	harness_ok(h, omni_interaction_put(h->db, it, NULL));
	omni_interaction_free(it);
}

static void
sell(struct harness *h, struct o_world *w, int64_t now)
{
	struct o_sale *s = &w->sales[w->sale_count];
	omni_interaction *it;

	if (w->sale_count == O_MANY)
		return;
	w->sale_count++;
	s->record = (int)below(h, w->record_count);
	s->kind = once_in(h, 2) ? "order.placed" : "order.paid";
	s->time = now + O_DAY - (int64_t)below(h, 50 * 24) * 60 * O_MINUTE;
	it = interaction(h, w, s->record, "store", s->kind, s->time);
	harness_ok(h, omni_interaction_put(h->db, it, NULL));
	omni_interaction_free(it);
}

/* What a kept route leaves behind: a letter to a household is known by its
 * address, too. */
static void
keep(struct harness *h, const struct o_world *w, const omni_route *kept,
    const struct o_message *m, struct o_sent *s)
{
	const char *channel = omni_route_step_channel(kept, 0);
	const char *address = omni_route_step_address(kept, 0);
	bool household = false, physical = false;
	size_t i;

	memset(s, 0, sizeof(*s));
	s->record = oldest(h, w, omni_route_customer(kept));
	s->address = -1;
	s->purpose = m->purpose;
	s->message = m->id;
	s->time = omni_route_step_time(kept, 0);
	for (i = 0; i < w->channel_count; i++)
		if (strcmp(w->channels[i].name, channel) == 0) {
			s->channel = w->channels[i].name;
			physical = w->channels[i].medium ==
			    OMNI_MEDIUM_PHYSICAL;
		}
	for (i = 0; i < w->purpose_count; i++)
		if (strcmp(w->purposes[i].name, m->purpose) == 0) {
			s->priority = w->purposes[i].priority;
			household = w->purposes[i].household != 0;
		}
	for (i = 0; i < w->address_count && household && physical; i++)
		if (strcmp(w->addresses[i].value, address) == 0)
			s->address = (int)i;
}

/* A message is routed, and the route kept. */
static void
route(struct harness *h, struct o_world *w, int64_t now)
{
	struct o_message m;
	omni_message *message;
	omni_route *kept = NULL;
	uint32_t members, surely;
	char id[OMNI_ID_SIZE];
	omni_status status;

	if (w->sent_count == O_SENT || w->kept_count == O_SENT)
		return;
	world_members(h, NULL, w, below(h, w->record_count), &members,
	    &surely, id);
	world_message(h, w, now, &m, &message);
	status = omni_route_put(h->db, id, message, &kept);
	if (status != OMNI_DUPLICATE)
		harness_ok(h, status);
	omni_message_free(message);
	if (status == OMNI_OK)
		w->kept[w->kept_count++] = omni_route_fact(kept);
	if (status == OMNI_OK && omni_route_step_count(kept) > 0)
		keep(h, w, kept, &m, &w->sent[w->sent_count++]);
	omni_route_free(kept);
}

/* ---- stewards and registers ------------------------------------------ */

static void
judge(struct harness *h, const struct o_world *w)
{
	omni_verdict *verdict;
	int32_t what = once_in(h, 3) ? OMNI_VERDICT_DIFFERENT :
	    OMNI_VERDICT_SAME;
	size_t a = below(h, w->record_count), b = below(h, w->record_count);

	if (a == b)
		return;
	verdict = omni_verdict_new(what);
	harness_ok(h, omni_verdict_add(verdict, 0, "crm",
	    w->records[a].key));
	harness_ok(h, omni_verdict_add(verdict,
	    what == OMNI_VERDICT_DIFFERENT, "crm", w->records[b].key));
	harness_ok(h, omni_verdict_put(h->db, verdict, NULL));
	omni_verdict_free(verdict);
}

static void
move(struct harness *h, struct o_world *w, int64_t now)
{
	struct o_record *r = &w->records[below(h, w->record_count)];
	/* No two versions at one instant: their contents would decide. */
	int64_t time = now - (int64_t)below(h, 90 * 24) * 60 * O_MINUTE +
	    h->now % (60 * O_MINUTE);
	struct o_record old = *r;

	random_addresses(h, &old);
	old.time = time;
	put_version(h, w, &old);
	if (time > r->time)
		*r = old;
}

/* ---- all ------------------------------------------------------------ */

int64_t
world_begin(struct harness *h, struct o_world *w)
{
	/* Clocks change in Europe and in America; Monday; a year's end. */
	static const int dates[][3] = {
		{ 2025, 3, 30 }, { 2025, 10, 26 }, { 2025, 3, 9 },
		{ 2025, 11, 2 }, { 2025, 6, 2 }, { 2025, 12, 31 },
		{ 2024, 3, 31 }, { 2024, 2, 29 }
	};
	const int *date = dates[below(h, COUNT(dates))];
	int64_t now = o_days(date[0], date[1], date[2]) * O_DAY +
	    (int64_t)below(h, 1440) * O_MINUTE;

	memset(w, 0, sizeof(*w));
	h->now = now + O_DAY;
	w->region = "SE";
	w->zone = O_UTC;
	memcpy(w->addresses, all_addresses, sizeof(all_addresses));
	w->address_count = COUNT(all_addresses);
	define_channels(h, w, now - 100 * O_DAY);
	define_purposes(h, w, now);
	define_windows(h, w, now - 100 * O_DAY);
	define_caps(h, w, now - 100 * O_DAY);
	define_wordings(h, w, now);
	define_holidays(h, w, now);
	put_records(h, w, now);
	return now;
}

void
world_go_on(struct harness *h, struct o_world *w, int64_t now, int deeds)
{
	int i;

	for (i = 0; i < deeds; i++) {
		h->now += O_SECOND;
		switch (below(h, 16)) {
		case 0:
		case 1:
			judge(h, w);
			break;
		case 2:
			move(h, w, now);
			break;
		case 3:
			sell(h, w, now);
			break;
		case 4:
		case 5:
			tell(h, w, now);
			break;
		case 6:
		case 7:
		case 8:
			send_to(h, w, now);
			break;
		case 9:
		case 10:
			route(h, w, now);
			break;
		default:
			say(h, w, now);
			break;
		}
	}
}

void
world_message(struct harness *h, const struct o_world *w, int64_t now,
    struct o_message *m, omni_message **message)
{
	char id[16];

	memset(m, 0, sizeof(*m));
	m->purpose = w->purposes[below(h, w->purpose_count)].name;
	m->brand = once_in(h, 3) ? word(h, brands, COUNT(brands)) : NULL;
	m->id = once_in(h, 3) ? 1 + (int)below(h, 6) : 0;
	m->at = now - O_DAY + (int64_t)below(h, 8 * 1440) * O_MINUTE +
	    (once_in(h, 2) ? (int64_t)below(h, 60000000) : 0);
	m->expiry = once_in(h, 3) ? m->at + (int64_t)below(h, 6 * 24) * 60 *
	    O_MINUTE : O_NEVER;
	m->urgent = once_in(h, 5) ? (int)below(h, 2) : -1;
	*message = omni_message_new(m->purpose);
	assert_non_null(*message);
	harness_ok(h, omni_message_set_time(*message, m->at));
	if (m->brand != NULL)
		harness_ok(h, omni_message_set_brand(*message, m->brand));
	if (m->expiry != O_NEVER)
		harness_ok(h, omni_message_set_expiry(*message, m->expiry));
	if (m->urgent >= 0)
		harness_ok(h, omni_message_set_urgent(*message, m->urgent));
	if (m->id == 0)
		return;
	(void)snprintf(id, sizeof(id), "m%d", m->id);
	harness_ok(h, omni_message_set_id(*message, id));
}

/* ---- for who looks for a difference ---------------------------------- */

static const char *
when(int64_t time)
{
	static char texts[8][OMNI_TIME_SIZE];
	static int next;
	char *text = texts[next++ % 8];

	if (time == O_NEVER || time == OMNI_TIME_UNKNOWN ||
	    omni_time_format(time, text, OMNI_TIME_SIZE) != OMNI_OK)
		return "-";
	return text;
}

static const char *
or_dash(const char *text)
{
	return text == NULL ? "-" : text;
}

static void
print_purposes(const struct o_world *w)
{
	size_t i, k;

	for (i = 0; i < w->purpose_count; i++) {
		const struct o_purpose *p = &w->purposes[i];

		printf("purpose %s since %s basis %d class %s conf %d "
		    "verified %d prio %d urgent %d confirm %lld renewal %d "
		    "house %d wait %lld order %d sale %s %d:", p->name,
		    when(p->since), p->basis, or_dash(p->class_name),
		    p->confidentiality, p->verified, p->priority, p->urgent,
		    (long long)p->confirm, p->renewal, p->household,
		    (long long)p->wait, p->behaviour, p->sale_kind,
		    p->sale_days);
		for (k = 0; k < p->order_count; k++)
			printf(" %s", p->order[k]);
		for (k = 0; k < p->basis_count; k++)
			printf(" [%s %s %d]", or_dash(p->bases[k].channel),
			    or_dash(p->bases[k].region), p->bases[k].basis);
		printf("\n");
	}
}

static void
print_rules(const struct o_world *w)
{
	size_t i;

	for (i = 0; i < w->channel_count; i++)
		printf("channel %s conf %d cost %d lead %d%s\n",
		    w->channels[i].name, w->channels[i].confidentiality,
		    w->channels[i].cost, w->channels[i].lead,
		    w->channels[i].defined ? "" : " UNDEFINED");
	print_purposes(w);
	for (i = 0; i < w->window_count; i++)
		printf("window %s %s %s %s: %s\n",
		    or_dash(w->windows[i].region),
		    or_dash(w->windows[i].channel),
		    or_dash(w->windows[i].purpose),
		    or_dash(w->windows[i].class_name),
		    w->windows[i].hours.text);
	for (i = 0; i < w->cap_count; i++)
		printf("cap %s %s %s %s: %d in %lld s or period %d, "
		    "action %d\n", w->caps[i].name,
		    or_dash(w->caps[i].channel), or_dash(w->caps[i].purpose),
		    or_dash(w->caps[i].class_name), w->caps[i].limit,
		    (long long)w->caps[i].sliding, w->caps[i].period,
		    w->caps[i].action);
	for (i = 0; i < w->wording_count; i++)
		printf("wording %s until %s, %d days\n", w->wordings[i].name,
		    when(w->wordings[i].expiry), w->wordings[i].days);
	for (i = 0; i < w->holiday_count; i++)
		printf("holiday %s\n", when(w->holidays[i] * O_DAY));
}

static void
print_saids(const struct o_world *w)
{
	static const char *const saids[] = { "", "GRANT", "WITHDRAW",
		"PREFER", "CONFIRM", "QUIET", "LANGUAGE", "ZONE", "TOLD" };
	size_t i;

	for (i = 0; i < w->said_count; i++) {
		const struct o_said *s = &w->saids[i];

		printf("said %zu %s %s by %s medium %d brand %s who %d "
		    "address %d at %s until %s source '%s' wording %s "
		    "rank %d held %x seen %llx value '%s' zone %d "
		    "fact %lld\n", i, saids[s->said], s->purpose,
		    or_dash(s->channel), s->medium, or_dash(s->brand),
		    s->who, s->address, when(s->time), when(s->expiry),
		    s->source, or_dash(s->wording), s->rank, s->held,
		    (unsigned long long)s->seen, s->hours.text, s->zone,
		    (long long)s->fact);
	}
}

void
world_print(const struct o_world *w)
{
	size_t i;

	print_rules(w);
	for (i = 0; i < w->record_count; i++)
		printf("record %zu at %s: %d %d %d %d\n", i,
		    when(w->records[i].time), w->records[i].addresses[0],
		    w->records[i].addresses[1], w->records[i].addresses[2],
		    w->records[i].addresses[3]);
	for (i = 0; i < w->address_count; i++)
		printf("address %zu %s %s\n", i, w->addresses[i].kind,
		    w->addresses[i].value);
	print_saids(w);
	for (i = 0; i < w->told_count; i++)
		printf("told address %d what %d flag %d purpose %s cause %s "
		    "from %s until %s at %s fact %lld\n", w->told[i].address,
		    w->told[i].what, w->told[i].flag, w->told[i].purpose,
		    or_dash(w->told[i].cause), when(w->told[i].from),
		    when(w->told[i].until), when(w->told[i].time),
		    (long long)w->told[i].fact);
	for (i = 0; i < w->sent_count; i++)
		printf("sent to %d address %d by %s for %s message %d what "
		    "%d priority %d at %s\n", w->sent[i].record,
		    w->sent[i].address, or_dash(w->sent[i].channel),
		    or_dash(w->sent[i].purpose), w->sent[i].message,
		    w->sent[i].what, w->sent[i].priority,
		    when(w->sent[i].time));
	for (i = 0; i < w->sale_count; i++)
		printf("sale %d %s at %s\n", w->sales[i].record,
		    w->sales[i].kind, when(w->sales[i].time));
}
