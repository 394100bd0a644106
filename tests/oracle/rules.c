/*
 * The rules of a world: hours, channels, purposes, windows, caps, wordings and
 * holidays, as chance has it.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "part.h"

size_t
draw(struct harness *h, size_t n)
{
	return (size_t)harness_random(h, n);
}

bool
one_in(struct harness *h, size_t n)
{
	return draw(h, n) == 0;
}

const char *
draw_word(struct harness *h, const char *const *words, size_t count)
{
	return words[draw(h, count)];
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
	int from = (int)draw(h, O_SLOTS), to = (int)draw(h, O_SLOTS) + 1;
	char text[32];

	if (one_in(h, 3)) {	/* hours as people have them */
		from = 12 * (int)(6 + draw(h, 17));
		to = 12 * (int)(5 + draw(h, 19));
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
	int from = (int)draw(h, 7), to = (int)draw(h, 7), i;

	memset(named, 0, 8 * sizeof(*named));
	if (first && one_in(h, 3)) {
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

void
draw_hours(struct harness *h, struct o_hours *hours)
{
	bool named[8], holiday[8] = { [7] = true };
	size_t rules = 1 + draw(h, 2), i;

	memset(hours, 0, sizeof(*hours));
	hours->given = true;
	for (i = 0; i < rules; i++) {
		if (i > 0)
			add(hours, "%s%s", "; ", "");
		random_days(h, hours, named, i == 0);
		clear(hours, named);
		random_span(h, hours, named, "");
		if (one_in(h, 4))
			random_span(h, hours, named, ",");
	}
	if (!one_in(h, 4))
		return;
	hours->holidays = true;
	if (one_in(h, 2)) {
		add(hours, "%s%s", "; ph off", "");
		return;
	}
	add(hours, "%s%s", "; ph ", "");
	random_span(h, hours, holiday, "");
}

/* ---- definitions ---------------------------------------------------- */

const struct o_channel w_channels[W_CHANNELS] = {
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

const char *
draw_channel(struct harness *h)
{
	return w_channels[draw(h, one_in(h, 12) ? W_CHANNELS :
	    W_OUTBOUND)].name;
}

static void
define_channels(struct harness *h, struct o_world *w, int64_t since)
{
	size_t i;

	for (i = 0; i < W_CHANNELS; i++) {
		struct o_channel *c = &w->channels[w->channel_count++];
		omni_channel *channel = omni_channel_new(w_channels[i].name);

		*c = w_channels[i];
		c->confidentiality = one_in(h, 5) ? (int)draw(h, 2) : 3;
		c->cost = (int)draw(h, 4);
		if (c->medium == OMNI_MEDIUM_PHYSICAL)
			c->lead = (int)draw(h, 4) * 86400;
		c->defined = !one_in(h, 40);
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

const char *
draw_purpose(struct harness *h)
{
	return draw_word(h, purposes, COUNT(purposes));
}

const char *
draw_tree(struct harness *h)
{
	return one_in(h, 4) ? "*" : draw_purpose(h);
}

static void
random_order(struct harness *h, struct o_purpose *p)
{
	size_t wanted = 1 + draw(h, 5), i;

	while (p->order_count < wanted) {
		const char *name = draw_channel(h);

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

	p->basis = bases[draw(h, COUNT(bases))];
	while (p->basis_count < 2 && one_in(h, 4)) {
		struct o_basis *b = &p->bases[p->basis_count];

		b->channel = one_in(h, 2) ? draw_channel(h) : NULL;
		b->region = b->channel == NULL || one_in(h, 2) ?
		    draw_word(h, regions, COUNT(regions)) : NULL;
		b->basis = bases[draw(h, COUNT(bases))];
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
	p->class_name = one_in(h, 4) ? NULL :
	    draw_word(h, classes, COUNT(classes));
	p->confidentiality = one_in(h, 4) ? 1 + (int)draw(h, 2) : 0;
	p->verified = one_in(h, 14);
	p->priority = (int)draw(h, 3);
	p->urgent = one_in(h, 6);
	p->confirm = one_in(h, 4) ? 86400 * (1 + (int64_t)draw(h, 5)) : 0;
	p->renewal = one_in(h, 5) ? 5 + (int)draw(h, 40) : 0;
	p->household = one_in(h, 2);
	p->wait = (int64_t)(1 + draw(h, 96)) * 1800;
	p->behaviour = one_in(h, 3) ? OMNI_ORDER_FIXED :
	    OMNI_ORDER_BEHAVIOUR;
	p->sale_kind = one_in(h, 2) ? "order.placed" : "order.paid";
	p->sale_days = 5 + (int)draw(h, 40);
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
		int64_t since = now - (int64_t)(5 + draw(h, 90)) * O_DAY;

		random_purpose(h, p, purposes[i]);
		p->since = since;
		if (one_in(h, 3)) {
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
	size_t count = draw(h, 4), i;

	for (i = 0; i < count; i++) {
		struct o_window *window = &w->windows[w->window_count++];

		memset(window, 0, sizeof(*window));
		window->name = window_names[i];
		window->region = one_in(h, 3) ?
		    draw_word(h, regions, COUNT(regions)) : NULL;
		window->channel = one_in(h, 2) ? draw_channel(h) : NULL;
		window->purpose = one_in(h, 3) ? draw_purpose(h) : NULL;
		window->class_name = one_in(h, 4) ?
		    draw_word(h, classes, COUNT(classes)) : NULL;
		draw_hours(h, &window->hours);
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
	size_t count = draw(h, 4), i;

	for (i = 0; i < count; i++) {
		struct o_cap *cap = &w->caps[w->cap_count++];

		memset(cap, 0, sizeof(*cap));
		cap->name = cap_names[i];
		cap->channel = one_in(h, 2) ? draw_channel(h) : NULL;
		cap->purpose = one_in(h, 3) ? draw_tree(h) : NULL;
		cap->class_name = one_in(h, 3) ?
		    draw_word(h, classes, COUNT(classes)) : NULL;
		cap->limit = one_in(h, 12) ? 0 : 1 + (int)draw(h, 4);
		cap->period = (int)draw(h, 4);
		cap->sliding = (int64_t)(1 + draw(h, 200)) * 3600;
		cap->action = one_in(h, 4) ? OMNI_CAP_DROP : OMNI_CAP_DEFER;
		put_cap(h, cap, since);
	}
}

const char *const w_wordings[W_WORDINGS] = { "A", "B" };

static void
define_wordings(struct harness *h, struct o_world *w, int64_t now)
{
	size_t i;

	for (i = 0; i < W_WORDINGS; i++) {
		struct o_wording *o = &w->wordings[w->wording_count++];
		omni_wording *wording = omni_wording_new(w_wordings[i]);

		o->name = w_wordings[i];
		o->expiry = O_NEVER;
		harness_ok(h, omni_wording_set_text(wording, "Yes, please"));
		if (one_in(h, 3)) {
			o->expiry = now + (int64_t)draw(h, 10) * O_DAY -
			    3 * O_DAY;
			harness_ok(h, omni_wording_set_expiry(wording,
			    o->expiry));
		}
		if (one_in(h, 3)) {
			o->days = 5 + (int)draw(h, 40);
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
		int64_t date = now / O_DAY + (int64_t)draw(h, 9) - 2;

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

void
define_rules(struct harness *h, struct o_world *w, int64_t now)
{
	define_channels(h, w, now - 100 * O_DAY);
	define_purposes(h, w, now);
	define_windows(h, w, now - 100 * O_DAY);
	define_caps(h, w, now - 100 * O_DAY);
	define_wordings(h, w, now);
	define_holidays(h, w, now);
}
