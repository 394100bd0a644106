/*
 * The decision as a pure function, over worlds built by hand: a table of
 * changes and what each makes of the same message; times, caps and ranks; and
 * caps beside a naive count.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "routing/routing.h"

#define HOUR (60 * HARNESS_MINUTE)
/* 2025-03-03, a Monday, 10:00 UTC. */
#define AT (INT64_C(1740996000) * OMNI__SECOND)

enum { CHAT, EMAIL, POST, SMS, STORE, CHANNELS };
enum { INVOICE, NEWS, OFFER, SHOES, PURPOSES };
#define MOST 24

/* The definitions, a message, and whom it is for; to be changed before it is
 * decided. */
struct world {
	struct omni__zones *zones;
	struct omni__arena arena;
	struct omni_channel channel[CHANNELS];
	const struct omni_channel *channels[CHANNELS];
	struct omni_purpose purpose[PURPOSES];
	struct omni__purpose_rule purposes[PURPOSES];
	struct omni_window window[MOST];
	struct omni__window_rule windows[MOST];
	struct omni_cap cap[MOST];
	const struct omni_cap *caps[MOST];
	struct omni__prior priors[CHANNELS];
	const struct omni__zone *may_be[2];
	struct omni__rules rules;
	struct omni__message message;
	struct omni__point points[MOST];
	struct omni__suppression shut[MOST];
	struct omni__said said[MOST];
	struct omni__sent sent[MOST];
	struct omni__sent household[MOST];
	struct omni__response responses[MOST];
	int64_t sales[1];
	struct omni__recipient r;
	struct omni__decision d;
};

/* ---- building ------------------------------------------------------- */

static void
add_channels(struct world *w)
{
	static const struct {
		const char *name, *address;
		int32_t direction, medium;
	} made[CHANNELS] = {
		[CHAT] = { "chat", NULL, OMNI_DIRECTION_BOTH,
		    OMNI_MEDIUM_DIGITAL },
		[EMAIL] = { "email", "email", OMNI_DIRECTION_BOTH,
		    OMNI_MEDIUM_DIGITAL },
		[POST] = { "post", "address", OMNI_DIRECTION_OUT,
		    OMNI_MEDIUM_PHYSICAL },
		[SMS] = { "sms", "phone", OMNI_DIRECTION_OUT,
		    OMNI_MEDIUM_DIGITAL },
		[STORE] = { "store", NULL, OMNI_DIRECTION_IN,
		    OMNI_MEDIUM_PHYSICAL },
	};
	size_t i;

	for (i = 0; i < CHANNELS; i++) {
		w->channel[i].head.name = made[i].name;
		w->channel[i].address = made[i].address;
		w->channel[i].direction = made[i].direction;
		w->channel[i].medium = made[i].medium;
		w->channels[i] = &w->channel[i];
	}
	w->rules.channels = w->channels;
	w->rules.channel_count = CHANNELS;
}

static const char *usual[] = { "email", "sms", "post" };

static void
add_purposes(struct world *w)
{
	static const char *const names[PURPOSES] = {
		[INVOICE] = "invoice", [NEWS] = "news", [OFFER] = "offer",
		[SHOES] = "offer/shoes",
	};
	size_t i;

	for (i = 0; i < PURPOSES; i++) {
		struct omni_purpose *p = &w->purpose[i];

		p->head.name = names[i];
		p->class_name = i == INVOICE ? "service" : "marketing";
		p->channels.items = usual;
		p->channels.count = OMNI__COUNT(usual);
		p->basis = i == INVOICE ? OMNI_BASIS_CONTRACT :
		    OMNI_BASIS_INTEREST;
		p->order = OMNI_ORDER_BEHAVIOUR;
		w->purposes[i].purpose = p;
		w->purposes[i].since = AT - 900 * HARNESS_DAY;
		w->purposes[i].sale = SIZE_MAX;
	}
	w->rules.purposes = w->purposes;
	w->rules.purpose_count = PURPOSES;
}

static struct omni__point *
add_point(struct world *w, const char *kind, const char *value)
{
	struct omni__point *point = &w->points[w->r.points.count++];

	assert_true(w->r.points.count <= MOST);
	point->kind = kind;
	point->value = value;
	memset(point->hash, (int)w->r.points.count, OMNI__ID);
	point->state.since = INT64_MIN;
	point->state.until = INT64_MAX;
	return point;
}

static struct omni__said *
say(struct world *w, int32_t said, const char *purpose, const char *channel,
    int64_t time)
{
	struct omni__said *s = &w->said[w->r.said_count++];

	assert_true(w->r.said_count <= MOST);
	s->fact = (int64_t)w->r.said_count;
	s->said = said;
	s->purpose = purpose;
	s->channel = channel;
	s->happened = time;
	s->expiry = INT64_MAX;
	s->source = "web";
	s->held = true;
	return s;
}

static struct omni__sent *
add_sent(struct world *w, const char *channel, int64_t time)
{
	struct omni__sent *s = &w->sent[w->r.sent_count++];

	assert_true(w->r.sent_count <= MOST);
	s->fact = 1000 + (int64_t)w->r.sent_count;
	s->channel = channel;
	s->purpose = "news";
	s->happened = time;
	s->what = OMNI_RESULT_SENT;
	return s;
}

static struct omni_cap *
add_cap(struct world *w, const char *name, int32_t limit, int32_t period)
{
	struct omni_cap *cap = &w->cap[w->rules.cap_count];

	cap->head.name = name;
	cap->limit = limit;
	cap->period = period;
	cap->action = OMNI_CAP_DEFER;
	w->caps[w->rules.cap_count++] = cap;
	w->rules.cap_reach = 366 * OMNI__DAY;
	assert_true(w->rules.cap_count <= MOST);
	return cap;
}

static struct omni_window *
add_window(struct world *w, const char *name, const char *hours)
{
	struct omni_window *window = &w->window[w->rules.window_count];
	struct omni__error error = { 0 };

	window->head.name = name;
	window->purpose = "*";
	window->hours = hours;
	w->windows[w->rules.window_count].window = window;
	assert_int_equal(omni__hours_parse(&error, "hours", hours,
	    &w->windows[w->rules.window_count++].hours), OMNI_OK);
	assert_true(w->rules.window_count <= MOST);
	return window;
}

static const struct omni__zone *
zone_of(struct world *w, const char *name)
{
	const struct omni__zone *zone = NULL;
	struct omni__error error = { 0 };

	assert_int_equal(omni__zone_find(w->zones, name, &zone, &error),
	    OMNI_OK);
	return zone;
}

static void
send_news(struct world *w, int purpose)
{
	w->message.rule = &w->purposes[purpose];
}

static struct world *
world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->arena.env = &omni__env_default;
	w->zones = omni__zones_new(&omni__env_default, OMNI__ZONEINFO);
	assert_non_null(w->zones);
	add_channels(w);
	add_purposes(w);
	w->rules.caps = w->caps;
	w->rules.windows = w->windows;
	w->rules.priors = w->priors;
	w->r.points.items = w->points;
	w->r.said = w->said;
	w->r.sent = w->sent;
	w->r.household = w->household;
	w->r.responses = w->responses;
	w->r.sales = w->sales;
	w->r.zone = zone_of(w, "UTC");
	w->r.zone_text = "the store's own";
	w->r.region = "SE";
	w->message.at = AT;
	w->message.expiry = INT64_MAX;
	send_news(w, NEWS);
	(void)add_point(w, "email", "ann@example.com");
	(void)add_point(w, "phone", "+46701234567");
	(void)add_point(w, "address", "Storgatan 1, 211 71 Malmö");
	return w;
}

static void
world_free(struct world *w)
{
	omni__arena_free(&w->arena);
	omni__zones_free(w->zones);
	free(w);
}

/* ---- deciding ------------------------------------------------------- */

static int
by_time(const void *left, const void *right)
{
	const struct omni__said *a = left, *b = right;

	if (a->happened != b->happened)
		return a->happened < b->happened ? -1 : 1;
	return (a->fact > b->fact) - (a->fact < b->fact);
}

static int
by_sending(const void *left, const void *right)
{
	const struct omni__sent *a = left, *b = right;

	if (a->happened != b->happened)
		return a->happened < b->happened ? -1 : 1;
	return (a->fact > b->fact) - (a->fact < b->fact);
}

static void
decide(struct world *w)
{
	qsort(w->said, w->r.said_count, sizeof(w->said[0]), by_time);
	qsort(w->sent, w->r.sent_count, sizeof(w->sent[0]), by_sending);
	memset(&w->d, 0, sizeof(w->d));
	w->d.rules = &w->rules;
	w->d.message = &w->message;
	w->d.recipient = &w->r;
	assert_int_equal(omni__decide(&w->arena, &w->d), OMNI_OK);
}

/* "email sms+2h post:WITHDRAWN ". */
static void
spell(struct world *w, char *out, size_t size)
{
	size_t used = 0, i;

	out[0] = '\0';
	for (i = 0; i < w->d.count; i++) {
		const struct omni__candidate *c = &w->d.candidates[i];
		int64_t late = c->time - w->message.at;

		assert_int_equal(c->reason == 0, i < w->d.steps);
		if (c->reason != 0)
			used += (size_t)snprintf(out + used, size - used,
			    "%s:%s ", c->name, omni_reason_name(c->reason) +
			    strlen("OMNI_REASON_"));
		else if (late == 0)
			used += (size_t)snprintf(out + used, size - used,
			    "%s ", c->name);
		else
			used += (size_t)snprintf(out + used, size - used,
			    "%s+%lld%s ", c->name, (long long)(late /
			    (late % HOUR == 0 ? HOUR : HARNESS_MINUTE)),
			    late % HOUR == 0 ? "h" : "m");
		assert_non_null(c->reason == 0 ?
		    omni__step_text(&w->arena, &w->d, c) :
		    omni__fall_text(&w->arena, &w->d, c));
		(void)omni__candidate_fact(c);
	}
	assert_true(used < size);
}

/* ---- one change at a time ------------------------------------------- */

static void
nothing(struct world *w)
{
	(void)w;
}

static void
other_wishes(struct world *w)
{
	(void)say(w, OMNI_SAID_PREFER, "*", "chat", AT - 5);
	(void)say(w, OMNI_SAID_PREFER, "*", "pigeon", AT - 4);
}

static const char *odd[] = { "store", "pigeon", "email" };

static void
odd_channels(struct world *w)
{
	w->purpose[NEWS].channels.items = odd;
}

static void
secrets(struct world *w)
{
	w->purpose[NEWS].confidentiality = 2;
	w->channel[POST].confidentiality = 2;
}

static void
no_phone(struct world *w)
{
	w->points[1].kind = "device";
}

static void
proved(struct world *w)
{
	w->purpose[NEWS].verified = 1;
	w->points[1].state.verified = true;
}

static const char *by_chat[] = { "chat" };

static void
proved_chat(struct world *w)
{
	w->purpose[NEWS].verified = 1;
	w->purpose[NEWS].channels = (struct omni__names){ by_chat, 1, 1 };
}

static void
suppress(struct world *w, size_t point, const char *purpose)
{
	w->shut[point] = (struct omni__suppression){ "bounce", purpose,
	    AT - HARNESS_DAY, 77 };
	w->points[point].state.suppressions = &w->shut[point];
	w->points[point].state.suppression_count = 1;
}

static void
bounced(struct world *w)
{
	suppress(w, 0, "*");
}

static void
barred_for_offers(struct world *w)
{
	suppress(w, 1, "offer");
}

static void
barred_offer(struct world *w)
{
	suppress(w, 1, "offer");
	send_news(w, SHOES);
}

static void
second_address(struct world *w)
{
	suppress(w, 0, NULL);
	(void)add_point(w, "email", "a.lee@example.org");
}

static void
valid_from_now(struct world *w)
{
	w->points[0].state.since = AT;
	w->points[1].state.since = AT + 1;
}

static void
valid_until_now(struct world *w)
{
	w->points[0].state.until = AT;
	w->points[1].state.until = AT - 1;
}

static void
needs_yes(struct world *w)
{
	w->purpose[NEWS].basis = OMNI_BASIS_CONSENT;
}

static void
said_no(struct world *w)
{
	(void)say(w, OMNI_SAID_WITHDRAW, "*", "sms", AT - 5);
}

static void
yes_for_a_while(struct world *w)
{
	needs_yes(w);
	say(w, OMNI_SAID_GRANT, "news", "email", AT - 9)->expiry = AT;
	say(w, OMNI_SAID_GRANT, "news", "post", AT - 9)->expiry = AT + 1;
}

static void
yes_that_ends_in_the_night(struct world *w)
{
	needs_yes(w);
	say(w, OMNI_SAID_GRANT, "news", "email", AT - 9)->expiry =
	    AT + 9 * HOUR;
	say(w, OMNI_SAID_GRANT, "news", "sms", AT - 9)->expiry =
	    AT + 11 * HOUR;
	add_window(w, "evening", "20:00-24:00")->purpose = "news";
}

static void
yes_at_one_address(struct world *w)
{
	needs_yes(w);
	say(w, OMNI_SAID_GRANT, "news", "email", AT - 9)->address =
	    w->points[3].hash;
	say(w, OMNI_SAID_GRANT, "news", "sms", AT - 9)->address =
	    w->points[3].hash;
	(void)add_point(w, "email", "a.lee@example.org");
}

static void
no_at_one_address(struct world *w)
{
	send_news(w, INVOICE);
	(void)add_point(w, "email", "a.lee@example.org");
	say(w, OMNI_SAID_WITHDRAW, "*", "email", AT - 9)->address =
	    w->points[0].hash;
}

static void
unconfirmed(struct world *w)
{
	needs_yes(w);
	w->purpose[NEWS].confirm = 3600;
	(void)say(w, OMNI_SAID_GRANT, "news", "email", AT - HOUR);
	(void)say(w, OMNI_SAID_GRANT, "news", "sms", AT - HOUR);
	(void)say(w, OMNI_SAID_CONFIRM, "news", "sms", AT - 1);
}

static void
sold(struct world *w)
{
	w->purpose[NEWS].basis = OMNI_BASIS_SOFT;
	w->purpose[NEWS].sale_days = 30;
	w->purposes[NEWS].sale = 0;
	w->sales[0] = AT - HARNESS_DAY;
	(void)say(w, OMNI_SAID_TOLD, "news", "email", AT - 9);
}

static void
sold_long_ago(struct world *w)
{
	sold(w);
	w->sales[0] = AT - 30 * HARNESS_DAY - 1;
}

static void
one_objection(struct world *w)
{
	send_news(w, INVOICE);
	(void)say(w, OMNI_SAID_WITHDRAW, "invoice", "email", AT - 9);
}

static void
all_refused(struct world *w)
{
	send_news(w, INVOICE);
	(void)say(w, OMNI_SAID_PREFER, "invoice", "post", AT - 10);
	(void)say(w, OMNI_SAID_WITHDRAW, "*", NULL, AT - 9);
}

/* The default cannot take it: the next one does. */
static void
all_refused_and_a_bounce(struct world *w)
{
	all_refused(w);
	suppress(w, 0, NULL);
}

static void
at_night(struct world *w)
{
	struct omni__said *s = say(w, OMNI_SAID_QUIET, "*", NULL, AT - 9);

	s->value = "22:00-07:00";
	w->message.at = AT + 13 * HOUR;
}

static void
at_night_urgently(struct world *w)
{
	at_night(w);
	w->message.urgent = true;
}

static void
until_midnight(struct world *w)
{
	at_night(w);
	w->message.expiry = w->message.at + HOUR;
}

static void
by_law(struct world *w)
{
	add_window(w, "calls", "mo-fr 12:00-20:00")->channel = "sms";
	w->message.urgent = true;
}

static void
by_law_somewhere(struct world *w)
{
	by_law(w);
	w->may_be[0] = w->r.zone;
	w->may_be[1] = zone_of(w, "America/New_York");
	w->r.zones = w->may_be;
	w->r.zone_count = 2;
}

static void
never_open(struct world *w)
{
	add_window(w, "shut", "none")->channel = "sms";
}

static void
slow_post(struct world *w)
{
	w->channel[POST].lead = 2 * 86400;
	w->message.expiry = AT + 2 * HARNESS_DAY - 1;
}

static void
post_in_time(struct world *w)
{
	w->channel[POST].lead = 2 * 86400;
	w->message.expiry = AT + 2 * HARNESS_DAY;
}

static void
waits_in_vain(struct world *w)
{
	w->purpose[NEWS].wait = 3600;
	w->message.expiry = AT + HOUR;
}

static void
one_a_day(struct world *w)
{
	add_cap(w, "daily", 1, OMNI_PERIOD_DAY)->channel = "email";
	(void)add_sent(w, "email", AT - HOUR);
	(void)add_sent(w, "sms", AT - HOUR);
}

static void
two_a_day(struct world *w)
{
	one_a_day(w);
	w->cap[0].limit = 2;
}

static void
one_a_day_in_tokyo(struct world *w)
{
	one_a_day(w);
	w->r.zone = zone_of(w, "Asia/Tokyo");
}

/* 23:59 on the clock of Stockholm; a minute later it may go. */
static void
the_last_minute_of_the_day(struct world *w)
{
	one_a_day(w);
	w->r.zone = zone_of(w, "Europe/Stockholm");
	w->message.at = AT + 13 * HOUR - HARNESS_MINUTE;
}

/* The clock goes back at 03:00: that day has 25 hours. */
static void
a_day_of_25_hours(struct world *w)
{
	w->r.zone = zone_of(w, "Europe/Stockholm");
	/* 2025-10-25 22:00 UTC, the first minute of the 26th there. */
	w->message.at = INT64_C(1761429600) * OMNI__SECOND;
	add_cap(w, "daily", 1, OMNI_PERIOD_DAY)->channel = "email";
	(void)add_sent(w, "email", w->message.at);
}

/* The clock goes back from 00:01 to 23:01: a new day has begun, whatever it
 * shows. */
static void
a_midnight_that_comes_twice(struct world *w)
{
	w->r.zone = zone_of(w, "America/St_Johns");
	/* 2010-11-07 03:00 UTC, 23:30 there for the second time. */
	w->message.at = INT64_C(1289098800) * OMNI__SECOND;
	add_cap(w, "daily", 1, OMNI_PERIOD_DAY)->channel = "email";
	(void)add_sent(w, "email", w->message.at - 9 * HOUR);
	w->purpose[NEWS].channels.count = 1;
}

static void
a_message_after_the_first_midnight(struct world *w)
{
	a_midnight_that_comes_twice(w);
	w->sent[0].happened = w->message.at - 30 * HARNESS_MINUTE;
}

static void
one_a_week(struct world *w)
{
	one_a_day(w);
	w->cap[0].period = OMNI_PERIOD_WEEK;
}

static void
one_a_month(struct world *w)
{
	one_a_day(w);
	w->cap[0].period = OMNI_PERIOD_MONTH;
}

static void
one_in_two_hours(struct world *w)
{
	one_a_day(w);
	w->cap[0].period = 0;
	w->cap[0].sliding = 7200;
}

static void
no_more_than_that(struct world *w)
{
	one_a_day(w);
	w->cap[0].action = OMNI_CAP_DROP;
}

static void
none_at_all(struct world *w)
{
	add_cap(w, "none", 0, OMNI_PERIOD_DAY)->class_name = "marketing";
}

static void
capped_too_long(struct world *w)
{
	one_a_day(w);
	w->message.expiry = AT + 14 * HOUR - 1;
}

static void
another_class(struct world *w)
{
	one_a_day(w);
	w->cap[0].class_name = "service";
}

static void
counts_its_class(struct world *w)
{
	one_a_day(w);
	w->cap[0].class_name = "marketing";
	w->sent[0].purpose = "invoice";
}

static void
of_no_purpose(struct world *w)
{
	one_a_day(w);
	w->cap[0].purpose = "news";
	w->sent[0].purpose = NULL;
}

static void
of_no_purpose_for_any(struct world *w)
{
	one_a_day(w);
	w->sent[0].purpose = NULL;
}

static void
opened_is_not_sent(struct world *w)
{
	one_a_day(w);
	w->sent[0].what = OMNI_RESULT_OPENED;
}

/* A step and its sending are one message, and so is this very one. */
static void
told_twice(struct world *w)
{
	two_a_day(w);
	w->sent[0].message = 5;
	*add_sent(w, "email", AT - 2 * HOUR) = w->sent[0];
	w->sent[2].fact = 2000;
	w->sent[2].what = 0;
}

static void
this_very_one(struct world *w)
{
	one_a_day(w);
	w->sent[0].message = w->message.mark = 5;
}

static void
waiting_with_less_priority(struct world *w)
{
	one_a_day(w);
	w->purpose[NEWS].priority = 3;
	w->sent[0].what = 0;
	w->sent[0].happened = AT + HOUR;
	w->sent[0].priority = 2;
}

static void
waiting_with_as_much(struct world *w)
{
	waiting_with_less_priority(w);
	w->sent[0].priority = 3;
}

static void
went_with_less_priority(struct world *w)
{
	waiting_with_less_priority(w);
	w->sent[0].happened = AT;
}

/* Midnight lies in quiet hours, and these end in the next day. */
static void
cap_and_quiet(struct world *w)
{
	one_a_day(w);
	say(w, OMNI_SAID_QUIET, "*", NULL, AT - 9)->value = "22:00-07:00";
}

static void
letter(struct world *w, int64_t fact)
{
	w->purpose[NEWS].household = 1;
	w->message.mark = 5;
	w->household[0] = (struct omni__sent){ .fact = fact, .message = 5,
	    .channel = "post" };
	memcpy(w->household[0].record, w->points[2].hash, OMNI__ID);
	w->r.household_count = 1;
}

static void
household(struct world *w)
{
	letter(w, 3000);
}

static void
household_elsewhere(struct world *w)
{
	letter(w, 3000);
	w->household[0].record[0] ^= 1;
}

static void
household_itself(struct world *w)
{
	letter(w, 1001);
	add_sent(w, "post", AT - 9)->what = 0;
	w->sent[0].message = 5;
}

static void
household_that_parted(struct world *w)
{
	household_itself(w);
	w->sent[0].what = OMNI__ROUTE_HELD;
}

static const char *const before[] = { "email", "post" };

static void
tried_before(struct world *w)
{
	w->message.tried = before;
	w->message.tried_count = 2;
}

static void
tried_and_bounced(struct world *w)
{
	tried_before(w);
	suppress(w, 0, "*");
}

static void
steps_wait(struct world *w)
{
	w->purpose[NEWS].wait = 3 * 3600;
	add_window(w, "noon", "10:00-11:00,15:00-16:00")->channel = "sms";
}

static void
ranked(struct world *w)
{
	say(w, OMNI_SAID_PREFER, "*", "post", AT - 9)->rank = 2;
	say(w, OMNI_SAID_PREFER, "news", "sms", AT - 8)->rank = 1;
	say(w, OMNI_SAID_PREFER, "offer", "email", AT - 8)->rank = 1;
	say(w, OMNI_SAID_PREFER, "news", "email", AT + 1)->rank = 1;
}

static void
ranked_for_a_brand(struct world *w)
{
	struct omni__said *s = say(w, OMNI_SAID_PREFER, "*", "post", AT - 9);

	s->rank = 1;
	s->brand = "acme";
}

static void
of_that_brand(struct world *w)
{
	ranked_for_a_brand(w);
	w->message.brand = "acme";
}

static void
ranked_alike(struct world *w)
{
	say(w, OMNI_SAID_PREFER, "*", "sms", AT - 9)->rank = 1;
	say(w, OMNI_SAID_PREFER, "*", "post", AT - 9)->rank = 1;
	w->channel[SMS].cost = 7;
}

static void
answers(struct world *w)
{
	w->responses[0] = (struct omni__response){ "email",
	    AT / OMNI__SPAN, 10, 0 };
	w->responses[1] = (struct omni__response){ "post", AT / OMNI__SPAN,
	    10, 9 };
	w->r.response_count = 2;
}

static void
answers_in_fixed_order(struct world *w)
{
	answers(w);
	w->purpose[NEWS].order = OMNI_ORDER_FIXED;
}

static void
answers_and_ranks(struct world *w)
{
	answers(w);
	say(w, OMNI_SAID_PREFER, "*", "email", AT - 9)->rank = 9;
}

static void
everybody_answers_texts(struct world *w)
{
	w->priors[0] = (struct omni__prior){ "sms", 4096, 4096 };
	w->rules.prior_count = 1;
}

static const struct {
	void (*change)(struct world *);
	const char *wanted;
} changes[] = {
	{ nothing, "email sms post " },
	{ other_wishes, "email sms post chat:NOT_ALLOWED "
	    "pigeon:NOT_ALLOWED " },
	{ odd_channels, "email store:INBOUND pigeon:UNDEFINED_CHANNEL " },
	{ secrets, "post email:NOT_CONFIDENTIAL sms:NOT_CONFIDENTIAL " },
	{ no_phone, "email post sms:NO_ADDRESS " },
	{ proved, "sms email:NOT_VERIFIED post:NOT_VERIFIED " },
	{ proved_chat, "chat:NOT_VERIFIED " },
	{ bounced, "sms post email:SUPPRESSED " },
	{ barred_for_offers, "email sms post " },
	{ barred_offer, "email post sms:SUPPRESSED " },
	{ second_address, "email sms post " },
	{ valid_from_now, "email post sms:NOT_VALID " },
	{ valid_until_now, "email post sms:NOT_VALID " },
	{ needs_yes, "email:NO_CONSENT sms:NO_CONSENT post:NO_CONSENT " },
	{ said_no, "email post sms:WITHDRAWN " },
	{ yes_for_a_while, "post email:EXPIRED sms:NO_CONSENT " },
	{ yes_that_ends_in_the_night,
	    "sms+10h email:EXPIRED post:NO_CONSENT " },
	{ yes_at_one_address, "email sms:OTHER_ADDRESS post:NO_CONSENT " },
	{ no_at_one_address, "sms post email " },
	{ unconfirmed, "sms email:NOT_CONFIRMED post:NO_CONSENT " },
	{ sold, "email sms:NO_SALE post:NO_SALE " },
	{ sold_long_ago, "email:NO_SALE sms:NO_SALE post:NO_SALE " },
	{ one_objection, "sms post email " },
	{ all_refused, "email sms:OBJECTED_LAST post:OBJECTED_LAST " },
	{ all_refused_and_a_bounce,
	    "sms email:SUPPRESSED post:OBJECTED_LAST " },
	{ at_night, "email+8h sms+8h post+8h " },
	{ at_night_urgently, "email sms post " },
	{ until_midnight, "post email:QUIET sms:QUIET " },
	{ by_law, "email sms+2h post+2h " },
	{ never_open, "email post sms:QUIET " },
	{ slow_post, "email sms post:LATE " },
	{ post_in_time, "email sms post " },
	{ waits_in_vain, "email sms+1h post:LATE " },
	{ one_a_day, "email+14h sms+14h post+14h " },
	{ two_a_day, "email sms post " },
	{ one_a_day_in_tokyo, "email+5h sms+5h post+5h " },
	{ the_last_minute_of_the_day, "email+1m sms+1m post+1m " },
	{ a_day_of_25_hours, "email+25h sms+25h post+25h " },
	{ a_midnight_that_comes_twice, "email " },
	{ a_message_after_the_first_midnight, "email+1470m " },
	{ one_a_week, "email+158h sms+158h post+158h " },
	{ one_a_month, "email+686h sms+686h post+686h " },
	{ one_in_two_hours, "email+1h sms+1h post+1h " },
	{ no_more_than_that, "sms post email:CAPPED " },
	{ none_at_all, "email:CAPPED sms:CAPPED post:CAPPED " },
	{ capped_too_long, "sms post email:CAPPED " },
	{ another_class, "email sms post " },
	{ counts_its_class, "email sms post " },
	{ of_no_purpose, "email sms post " },
	{ of_no_purpose_for_any, "email+14h sms+14h post+14h " },
	{ opened_is_not_sent, "email sms post " },
	{ told_twice, "email sms post " },
	{ this_very_one, "email sms post " },
	{ waiting_with_less_priority, "email sms post " },
	{ waiting_with_as_much, "email+14h sms+14h post+14h " },
	{ went_with_less_priority, "email+14h sms+14h post+14h " },
	{ cap_and_quiet, "email+21h sms+21h post+21h " },
	{ household, "email sms post:HOUSEHOLD " },
	{ household_elsewhere, "email sms post " },
	{ household_itself, "email sms post " },
	{ household_that_parted, "email sms post:HOUSEHOLD " },
	{ tried_before, "sms email:TRIED post:TRIED " },
	{ tried_and_bounced, "sms email:SUPPRESSED post:TRIED " },
	{ steps_wait, "email sms+5h post+8h " },
	{ ranked, "sms post email " },
	{ ranked_for_a_brand, "email sms post " },
	{ of_that_brand, "post email sms " },
	{ ranked_alike, "post sms email " },
	{ answers, "post sms email " },
	{ answers_in_fixed_order, "email sms post " },
	{ answers_and_ranks, "email post sms " },
	{ everybody_answers_texts, "sms email post " },
};

static void
each_change_has_its_consequence(void **state)
{
	char got[400];
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(changes); i++) {
		struct world *w = world_new();

		changes[i].change(w);
		decide(w);
		spell(w, got, sizeof(got));
		if (strcmp(got, changes[i].wanted) != 0)
			fail_msg("change %zu: %s, not %s", i, got,
			    changes[i].wanted);
		world_free(w);
	}
}

/* ---- more than one thing at once ------------------------------------ */

static void
assert_decided(struct world *w, const char *wanted)
{
	char got[400];

	decide(w);
	spell(w, got, sizeof(got));
	assert_string_equal(got, wanted);
}

/* A cap that drops is asked also where another one moved the message to. */
static void
a_message_is_not_moved_to_where_it_would_be_too_many(void **state)
{
	struct world *w = world_new();

	(void)state;
	send_news(w, OFFER);
	add_cap(w, "gap", 1, 0)->channel = "email";
	w->cap[0].sliding = 8 * 3600;
	add_cap(w, "offers", 1, 0)->action = OMNI_CAP_DROP;
	w->cap[1].channel = "email";
	w->cap[1].purpose = "offer";
	w->cap[1].sliding = 16 * 3600;
	(void)add_sent(w, "email", AT - HOUR);
	add_sent(w, "email", AT + 20 * HOUR)->purpose = "offer";
	assert_decided(w, "sms post email:CAPPED ");
	assert_true(w->d.candidates[2].cap == &w->cap[1]);
	w->cap[1].limit = 2;
	assert_decided(w, "email+7h sms+7h post+7h ");
	w->cap[1].limit = 1;
	w->cap[1].sliding = 13 * 3600;
	assert_decided(w, "email+7h sms+7h post+7h ");
	world_free(w);
}

/* Each waits for the other until both agree. */
static void
windows_and_caps_agree_in_the_end(void **state)
{
	struct world *w = world_new();
	int64_t day;

	(void)state;
	add_window(w, "morning", "07:00-08:00")->channel = "email";
	add_cap(w, "daily", 1, OMNI_PERIOD_DAY)->channel = "email";
	for (day = 1; day <= 5; day++)
		(void)add_sent(w, "email", AT + day * HARNESS_DAY -
		    3 * HOUR);
	assert_decided(w, "email+141h sms+141h post+141h ");
	world_free(w);
}

static void
what_is_asked_at_last_is_asked_of_every_address(void **state)
{
	struct world *w = world_new();
	struct omni__point *other;

	(void)state;
	/* The first address is valid until the evening only. */
	other = add_point(w, "email", "a.lee@example.org");
	w->points[0].state.until = AT + HOUR;
	add_window(w, "evening", "20:00-24:00")->channel = "email";
	decide(w);
	assert_true(w->d.steps == 3);
	assert_true(w->d.candidates[0].point == other);
	other->state.until = AT;
	assert_decided(w, "sms post email:NOT_VALID ");
	world_free(w);
}

/* What the matrix asks: the first steps alone, which know of no times. */
static void
what_is_permitted_is_asked_of_one_channel(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < OMNI__COUNT(changes); i++) {
		struct world *w = world_new();

		changes[i].change(w);
		decide(w);
		for (k = 0; k < w->d.count; k++) {
			const struct omni__candidate *c = &w->d.candidates[k];
			struct omni__candidate alone = { .name = c->name,
			    .channel = c->channel, .allowed = c->allowed };
			bool stood = c->reason == 0 || c->time != 0 ||
			    c->reason == OMNI_REASON_OBJECTED_LAST;

			assert_int_equal(omni__candidate_permitted(&w->d,
			    &alone), stood ? 0 : c->reason);
			assert_int_equal(alone.reason, stood ? 0 :
			    c->reason);
		}
		world_free(w);
	}
}

/* ---- texts ---------------------------------------------------------- */

/* Of a channel, whether it is a step or fell. */
static const char *
text_of(struct world *w, const char *channel)
{
	size_t i = 0;

	decide(w);
	while (i < w->d.count &&
	    strcmp(w->d.candidates[i].name, channel) != 0)
		i++;
	assert_true(i < w->d.count);
	return i < w->d.steps ? omni__step_text(&w->arena, &w->d,
	    &w->d.candidates[i]) : omni__fall_text(&w->arena, &w->d,
	    &w->d.candidates[i]);
}

static void
yes_to_a_wording(struct world *w)
{
	struct omni__said *s;

	needs_yes(w);
	s = say(w, OMNI_SAID_GRANT, "*", "email", AT - HARNESS_DAY);
	s->via = "web";
	s->wording = "2025-01";
	s->brand = w->message.brand = "acme";
	s = say(w, OMNI_SAID_PREFER, "*", "email", AT - HOUR);
	s->rank = 1;
	s->via = "app";
}

static void
needs_yes_to_a_brand(struct world *w)
{
	needs_yes(w);
	w->message.brand = "acme";
}

static void
answered_some(struct world *w)
{
	w->responses[0] = (struct omni__response){ "email",
	    AT / OMNI__SPAN - 3, 19, 8 };
	w->r.response_count = 1;
}

static void
no_sale_ever(struct world *w)
{
	sold(w);
	w->sales[0] = INT64_MIN;
}

static const struct {
	void (*change)(struct world *);
	const char *channel, *wanted;
} texts[] = {
	{ yes_to_a_wording, "email", "the customer said yes to everything by "
	    "email for acme on 2025-03-02T10:00:00Z via web, wording "
	    "\"2025-01\"; ranked 1 by the customer on 2025-03-03T09:00:00Z "
	    "via app" },
	{ nothing, "sms", "legitimate interest, and the customer did not "
	    "object; no message there yet to go by; nothing was learned yet of "
	    "all customers, 20 % is assumed; number 2 of the purpose's "
	    "channels" },
	{ waits_in_vain, "sms", "legitimate interest, and the customer did not "
	    "object; no message there yet to go by; nothing was learned yet of "
	    "all customers, 20 % is assumed; number 2 of the purpose's "
	    "channels; 1 hour after email" },
	{ at_night, "email", "legitimate interest, and the customer did not "
	    "object; no message there yet to go by; nothing was learned yet of "
	    "all customers, 20 % is assumed; number 1 of the purpose's "
	    "channels; waits until 2025-03-04T07:00:00Z: quiet hours "
	    "22:00-07:00 since 2025-03-03T09:59:59.999991Z, UTC (the store's "
	    "own)" },
	{ by_law, "sms", "legitimate interest, and the customer did not "
	    "object; no message there yet to go by; nothing was learned yet of "
	    "all customers, 20 % is assumed; number 2 of the purpose's "
	    "channels; waits until 2025-03-03T12:00:00Z: window \"calls\", UTC "
	    "(the store's own)" },
	{ one_in_two_hours, "email", "legitimate interest, and the customer "
	    "did not object; no message there yet to go by; nothing was "
	    "learned yet of all customers, 20 % is assumed; number 1 of the "
	    "purpose's channels; waits until 2025-03-03T11:00:00Z: cap "
	    "\"daily\" of 1 in 2 hours is reached, UTC (the store's own)" },
	{ sold, "email", "soft opt-in: a sale on 2025-03-02T10:00:00Z; the "
	    "customer was told how to say no on 2025-03-03T09:59:59.999991Z "
	    "and did not; no message there yet to go by; nothing was learned "
	    "yet of all customers, 20 % is assumed; number 1 of the purpose's "
	    "channels" },
	{ one_objection, "email", "the contract needs it; a last resort, since "
	    "the customer said no to invoice by email on "
	    "2025-03-03T09:59:59.999991Z; no message there yet to go by; "
	    "nothing was learned yet of all customers, 20 % is assumed; number "
	    "1 of the purpose's channels" },
	{ household, "post", "somebody else of the household gets it" },
	{ tried_before, "email", "the message was tried there before" },
	{ answers_in_fixed_order, "email", "legitimate interest, and the "
	    "customer did not object; number 1 of the purpose's channels" },
	{ answered_some, "email", "legitimate interest, and the customer did "
	    "not object; answered 4.2 of 9.9 messages there (decayed), "
	    "estimated 31 %; nothing was learned yet of all customers, 20 % is "
	    "assumed; number 1 of the purpose's channels" },
	{ all_refused, "email", "MANDATORY: the contract needs it; the "
	    "customer refused every channel, this one on "
	    "2025-03-03T09:59:59.999991Z; no message there yet to go by; "
	    "nothing was learned yet of all customers, 20 % is assumed; number "
	    "1 of the purpose's channels" },
	{ all_refused, "sms", "the customer said no to everything by any "
	    "channel on 2025-03-03T09:59:59.999991Z; the purpose's default "
	    "takes what must be sent" },
	{ needs_yes_to_a_brand, "sms", "the customer has not said yes to news "
	    "by sms for acme" },
	{ bounced, "email", "the contact point is suppressed: bounce on "
	    "2025-03-02T10:00:00Z" },
	{ barred_offer, "sms", "the contact point is suppressed: bounce on "
	    "2025-03-02T10:00:00Z, for offer" },
	{ valid_from_now, "sms", "the contact point is not valid at that "
	    "time, from 2025-03-03T10:00:00.000001Z" },
	{ yes_that_ends_in_the_night, "email", "the consent has expired on "
	    "2025-03-03T19:00:00Z; the customer said yes on "
	    "2025-03-03T09:59:59.999991Z; it could not go before "
	    "2025-03-03T20:00:00Z" },
	{ unconfirmed, "email", "the consent is not confirmed: the customer "
	    "said yes on 2025-03-03T09:00:00Z, and has to say so again "
	    "within 1 hour" },
	{ sold_long_ago, "email", "no sale after which to write without "
	    "consent: the last one was on 2025-02-01T09:59:59.999999Z and "
	    "speaks for 30 days" },
	{ sold, "sms", "no sale after which to write without consent: the "
	    "last one was on 2025-03-02T10:00:00Z and speaks for 30 days, "
	    "but the customer was not told how to say no" },
	{ no_sale_ever, "sms", "no sale after which to write without "
	    "consent: there was none" },
	{ until_midnight, "email", "quiet hours or a legal window: quiet "
	    "hours 22:00-07:00 since 2025-03-03T09:59:59.999991Z, UTC (the "
	    "store's own); it would come on 2025-03-04T07:00:00Z, and is "
	    "worth nothing after 2025-03-04T00:00:00Z" },
	{ never_open, "sms", "quiet hours or a legal window: window "
	    "\"shut\", UTC (the store's own); it does not open within "
	    "a year" },
	{ slow_post, "post", "it would come after the message has expired: "
	    "on 2025-03-05T10:00:00Z, and is worth nothing after "
	    "2025-03-05T09:59:59.999999Z" },
	{ no_more_than_that, "email", "the cap on messages is reached: cap "
	    "\"daily\" of 1 a day is reached, UTC (the store's own); what is "
	    "too many is not sent" },
	{ everybody_answers_texts, "sms", "legitimate interest, and the "
	    "customer did not object; no message there yet to go by, all "
	    "customers answer 50 %; number 2 of the purpose's channels" },
	{ by_law_somewhere, "sms", "legitimate interest, and the customer "
	    "did not object; no message there yet to go by; nothing was "
	    "learned yet of all customers, 20 % is assumed; number 2 of the "
	    "purpose's channels; waits until 2025-03-03T17:00:00Z: window "
	    "\"calls\" in America/New_York, UTC (the store's own)" },
};

static void
every_number_that_decided_is_told(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(texts); i++) {
		struct world *w = world_new();
		const char *got;

		texts[i].change(w);
		got = text_of(w, texts[i].channel);
		if (strcmp(got, texts[i].wanted) != 0)
			fail_msg("text %zu:\n%s\nnot\n%s", i, got,
			    texts[i].wanted);
		world_free(w);
	}
}

/* ---- caps beside a naive count -------------------------------------- */

#define ROWS 14
#define CAPS 3
#define HOURS 900

struct naive {
	struct world *w;
	const char *channel;
	int64_t from;
	int counts[CAPS][ROWS];
};

static int
naive_within(const char *purpose, const char *tree)
{
	size_t size = strlen(tree);

	return tree[0] == '*' || strcmp(purpose, tree) == 0 ||
	    (strncmp(purpose, tree, size) == 0 && purpose[size] == '/');
}

static int
naive_fits(const struct omni_cap *cap, const char *channel,
    const char *purpose)
{
	int service = purpose != NULL && strcmp(purpose, "invoice") == 0;
	const char *class_name = service ? "service" : "marketing";

	if (cap->channel != NULL && (channel == NULL ||
	    strcmp(cap->channel, channel) != 0))
		return 0;
	if (cap->purpose != NULL && (purpose == NULL ||
	    !naive_within(purpose, cap->purpose)))
		return 0;
	return cap->class_name == NULL || (purpose != NULL &&
	    strcmp(purpose, "unheard") != 0 &&
	    strcmp(cap->class_name, class_name) == 0);
}

static int
naive_same(const struct omni__sent *a, const struct omni__sent *b)
{
	return a->message != 0 && a->message == b->message &&
	    (a->channel == b->channel || (a->channel != NULL &&
	    b->channel != NULL && strcmp(a->channel, b->channel) == 0));
}

static int
naive_went(const struct naive *n, const struct omni__sent *s)
{
	const struct omni__message *m = &n->w->message;

	if (s->what != 0 && s->what != OMNI_RESULT_SENT)
		return 0;
	return s->what != 0 || s->happened <= m->at ||
	    s->priority >= m->rule->purpose->priority;
}

/* Does a message count for a cap, beside the one that is decided? */
static int
naive_counts(const struct naive *n, const struct omni_cap *cap, size_t i)
{
	const struct omni__sent *sent = n->w->r.sent;
	size_t k;

	if (!naive_went(n, &sent[i]))
		return 0;
	for (k = 0; k < i; k++)
		if (naive_went(n, &sent[k]) && naive_same(&sent[k], &sent[i]))
			return 0;
	if (sent[i].message != 0 &&
	    sent[i].message == n->w->message.mark &&
	    sent[i].channel != NULL &&
	    strcmp(sent[i].channel, n->channel) == 0)
		return 0;
	return naive_fits(cap, sent[i].channel, sent[i].purpose);
}

/* The days of the zone, counted; weeks from Monday. */
static int64_t
naive_period(const struct world *w, int32_t period, int64_t t)
{
	int64_t day = omni__zone_local(w->r.zone, t).day, year;
	int month, date;

	if (period == OMNI_PERIOD_DAY)
		return day;
	if (period == OMNI_PERIOD_WEEK)
		return (day + 3) / 7;
	omni__civil_from_days(day, &year, &month, &date);
	return year * 12 + month;
}

/* How many there are in [begin, begin + span), with one at t. */
static int
naive_in_span(const struct naive *n, const struct omni_cap *cap,
    int64_t begin, int64_t span)
{
	const int *counts = n->counts[cap - n->w->cap];
	int count = 1;
	size_t i;

	for (i = 0; i < n->w->r.sent_count; i++)
		count += counts[i] && n->w->r.sent[i].happened >= begin &&
		    n->w->r.sent[i].happened < begin + span;
	return count;
}

static int
naive_reached(const struct naive *n, const struct omni_cap *cap, int64_t t)
{
	const struct omni__recipient *r = &n->w->r;
	int64_t span = cap->sliding * OMNI__SECOND;
	int count = 1;
	size_t i;

	if (cap->sliding != 0) {
		/* A span that holds t and too many begins at one of them. */
		for (i = 0; i < r->sent_count; i++)
			if (r->sent[i].happened > t - span &&
			    r->sent[i].happened <= t &&
			    naive_in_span(n, cap, r->sent[i].happened,
			    span) > cap->limit)
				return 1;
		return naive_in_span(n, cap, t, span) > cap->limit;
	}
	for (i = 0; i < r->sent_count; i++)
		count += n->counts[cap - n->w->cap][i] &&
		    naive_period(n->w, cap->period, r->sent[i].happened) ==
		    naive_period(n->w, cap->period, t);
	return count > cap->limit;
}

static int
naive_any(const struct naive *n, int32_t action, int64_t t)
{
	const struct omni_purpose *p = n->w->message.rule->purpose;
	size_t i;

	for (i = 0; i < n->w->rules.cap_count; i++)
		if (n->w->cap[i].action == action &&
		    naive_fits(&n->w->cap[i], n->channel, p->head.name) &&
		    naive_reached(n, &n->w->cap[i], t))
			return 1;
	return 0;
}

/* Hour by hour: everything here happens at full hours. */
static int64_t
naive_open(struct naive *n)
{
	int64_t t = n->from;
	size_t c, i;

	for (c = 0; c < n->w->rules.cap_count; c++)
		for (i = 0; i < n->w->r.sent_count; i++)
			n->counts[c][i] = naive_counts(n, &n->w->cap[c], i);
	if (naive_any(n, OMNI_CAP_DROP, t))
		return INT64_MAX;
	while (naive_any(n, OMNI_CAP_DEFER, t)) {
		t += HOUR;
		if (t > n->from + HOURS * HOUR)
			return INT64_MAX;
	}
	return t != n->from && naive_any(n, OMNI_CAP_DROP, t) ? INT64_MAX :
	    t;
}

static const char *
pick(struct harness *h, const char *const *words, size_t count)
{
	return words[harness_random(h, count)];
}

#define PICK(h, words) pick((h), (words), OMNI__COUNT(words))

static void
random_caps(struct harness *h, struct world *w)
{
	static const char *const channels[] = { NULL, NULL, "email", "sms" };
	static const char *const trees[] = {
		NULL, NULL, "*", "news", "offer", "offer/shoes"
	};
	static const char *const classes[] = { NULL, NULL, "marketing" };
	size_t i, count = 1 + harness_random(h, CAPS);

	for (i = 0; i < count; i++) {
		struct omni_cap *cap = add_cap(w, "cap",
		    harness_random(h, 16) == 0 ? 0 :
		    1 + (int32_t)harness_random(h, 3),
		    1 + (int32_t)harness_random(h, 3));

		cap->channel = PICK(h, channels);
		cap->purpose = PICK(h, trees);
		cap->class_name = PICK(h, classes);
		cap->action = harness_random(h, 4) == 0 ? OMNI_CAP_DROP :
		    OMNI_CAP_DEFER;
		/* "*" is no name that what has no purpose would miss. */
		if (cap->purpose != NULL && cap->purpose[0] == '*')
			cap->purpose = NULL;
		if (harness_random(h, 2) == 0) {
			cap->period = 0;
			cap->sliding = (int32_t)(1 +
			    harness_random(h, 60)) * 3600;
		}
	}
}

static void
random_sent(struct harness *h, struct world *w)
{
	static const char *const channels[] = { NULL, "email", "sms" };
	static const char *const purposes[] = {
		NULL, "news", "offer", "offer/shoes", "invoice", "unheard"
	};
	static const int32_t whats[] = {
		0, 0, OMNI_RESULT_SENT, OMNI_RESULT_SENT, OMNI_RESULT_OPENED
	};
	size_t i, count = harness_random(h, ROWS + 1);

	for (i = 0; i < count; i++) {
		struct omni__sent *s = add_sent(w, PICK(h, channels),
		    w->message.at + ((int64_t)harness_random(h, 140) - 70) *
		    HOUR);

		s->purpose = PICK(h, purposes);
		s->what = whats[harness_random(h, OMNI__COUNT(whats))];
		s->message = harness_random(h, 6);
		s->priority = (int32_t)harness_random(h, 3);
	}
	qsort(w->sent, w->r.sent_count, sizeof(w->sent[0]), by_sending);
}

#define WORLDS 20000

static void
caps_count_as_a_naive_count_does(void **state)
{
	static const char *const zones[] = {
		"UTC", "Europe/Stockholm", "America/New_York", "Asia/Tokyo"
	};
	/* Around both changes of the clock, and a change of the month. */
	static const int64_t instants[] = {
		AT, INT64_C(1743292800) * OMNI__SECOND,
		INT64_C(1761436800) * OMNI__SECOND,
	};
	struct harness bare = { .engine = "no store" }, *h = &bare;
	size_t i, moved = 0, never = 0;

	(void)state;
	harness_seed(h, __func__);
	for (i = 0; i < WORLDS; i++) {
		struct world *w = world_new();
		struct naive n = { .w = w, .channel = "email" };
		const struct omni_cap *cap = NULL;
		struct omni__counts *counts;
		int64_t wanted, got;

		w->r.zone = zone_of(w, PICK(h, zones));
		w->message.at = instants[harness_random(h, 3)];
		w->message.mark = harness_random(h, 3);
		w->purpose[NEWS].priority = 1;
		send_news(w, (int)harness_random(h, PURPOSES));
		random_caps(h, w);
		random_sent(h, w);
		n.from = w->message.at + (int64_t)harness_random(h, 30) *
		    HOUR;
		counts = omni__counts_new(&w->arena, &w->rules, &w->message,
		    &w->r);
		assert_non_null(counts);
		got = omni__cap_open(counts, &w->channel[EMAIL], n.from,
		    &cap);
		wanted = naive_open(&n);
		if (got != wanted)
			fail_msg("world %zu: %lld is wanted, not %lld hours",
			    i, (long long)((wanted - n.from) / HOUR),
			    (long long)((got - n.from) / HOUR));
		assert_true((cap != NULL) == (got != n.from));
		moved += got != n.from && got != INT64_MAX;
		never += got == INT64_MAX;
		world_free(w);
	}
	printf("# %d worlds: %zu messages wait, %zu never go\n", WORLDS, moved,
	    never);
	assert_true(moved > WORLDS / 40 && never > WORLDS / 40);
}

/* A cap over very many messages is no matter of their square. */
static void
very_many_messages_are_counted(void **state)
{
	struct world *w = world_new();
	struct omni__sent *many = calloc(200000, sizeof(*many));
	size_t i;

	(void)state;
	assert_non_null(many);
	for (i = 0; i < 200000; i++)
		many[i] = (struct omni__sent){ .fact = (int64_t)i + 1,
		    .happened = AT + (int64_t)i * HARNESS_MINUTE,
		    .message = i / 2, .channel = i % 2 ? "email" : "sms",
		    .purpose = "news", .what = OMNI_RESULT_SENT };
	w->r.sent = many;
	w->r.sent_count = 200000;
	add_cap(w, "hourly", 2, 0)->sliding = 3600;
	(void)add_cap(w, "daily", 3, OMNI_PERIOD_DAY);
	w->d.rules = &w->rules;
	w->d.message = &w->message;
	w->d.recipient = &w->r;
	assert_int_equal(omni__decide(&w->arena, &w->d), OMNI_OK);
	/* 200,000 minutes later, and the rest of that day. */
	assert_true(w->d.candidates[0].time == AT + 3350 * HOUR);
	w->r.sent = w->sent;
	free(many);
	world_free(w);
}

/* ---- memory --------------------------------------------------------- */

struct scarce {
	size_t left;
};

static void *
allocate(void *user, void *memory, size_t size)
{
	struct scarce *scarce = user;

	if (size == 0) {
		free(memory);
		return NULL;
	}
	if (scarce->left == 0)
		return NULL;
	scarce->left--;
	return realloc(memory, size);
}

/* Everything that a decision and its texts allocate; true when all went
 * well. */
static int
decide_with(struct world *w, size_t allocations)
{
	struct scarce scarce = { allocations };
	struct omni__env env = omni__env_default;
	struct omni__arena arena = { .env = &env };
	omni_status status;
	size_t i, told = 0;

	env.allocate = allocate;
	env.allocate_user = &scarce;
	status = omni__decide(&arena, &w->d);
	for (i = 0; i < w->d.count && status == OMNI_OK; i++)
		told += (w->d.candidates[i].reason == 0 ?
		    omni__step_text(&arena, &w->d, &w->d.candidates[i]) :
		    omni__fall_text(&arena, &w->d, &w->d.candidates[i])) !=
		    NULL;
	assert_true(status == OMNI_OK || status == OMNI_NOMEM);
	omni__arena_free(&arena);
	return status == OMNI_OK && told == w->d.count;
}

static void
without_memory_it_says_so(void **state)
{
	struct world *w = world_new();
	size_t i = 0;

	(void)state;
	cap_and_quiet(w);
	answers(w);
	other_wishes(w);
	decide(w);
	while (!decide_with(w, i))
		i++;
	assert_true(i > 3);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_change_has_its_consequence),
		cmocka_unit_test(
		    a_message_is_not_moved_to_where_it_would_be_too_many),
		cmocka_unit_test(windows_and_caps_agree_in_the_end),
		cmocka_unit_test(
		    what_is_asked_at_last_is_asked_of_every_address),
		cmocka_unit_test(what_is_permitted_is_asked_of_one_channel),
		cmocka_unit_test(every_number_that_decided_is_told),
		cmocka_unit_test(caps_count_as_a_naive_count_does),
		cmocka_unit_test(very_many_messages_are_counted),
		cmocka_unit_test(without_memory_it_says_so),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
