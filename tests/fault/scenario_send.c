/*
 * What is done about messages: statements and addresses in full, rules,
 * tokens, routes that are kept, gone on with and decided again.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "scenario.h"

#define DAYS(n) ((n) * HARNESS_DAY)

/* ---- what is common -------------------------------------------------- */

static omni_status
find_ann(struct harness *h, omni_customer **ann)
{
	omni_record *who = NULL;
	omni_status status = scenario_who(&who, "email", "ann@shop.example");

	*ann = NULL;
	if (status == OMNI_OK)
		status = scenario_want(omni_customer_find(h->db, who, ann),
		    OMNI_OK);
	omni_record_free(who);
	return status;
}

static omni_status
new_message(int64_t serial, omni_message **out)
{
	char id[SCENARIO_KEY];
	omni_message *m = omni_message_new("receipt");
	omni_status status = scenario_got(m);

	scenario_key(id, "M", serial);
	if (status == OMNI_OK)
		status = omni_message_set_id(m, id);
	if (status == OMNI_OK)
		status = omni_message_set_brand(m, "Norr");
	if (status == OMNI_OK)
		status = omni_message_set_time(m, HARNESS_NOW);
	if (status == OMNI_OK)
		status = omni_message_set_expiry(m, HARNESS_NOW + DAYS(9));
	if (status == OMNI_OK)
		status = omni_message_set_urgent(m, 1);
	*out = m;
	return status;
}

/* ---- routes ---------------------------------------------------------- */

/* All that a route tells is there. */
static omni_status
look_along(const omni_route *route)
{
	int32_t i;

	if (omni_route_customer(route) == NULL ||
	    omni_route_purpose(route) == NULL ||
	    omni_route_zone(route) == NULL ||
	    omni_route_zone_text(route) == NULL ||
	    omni_route_step_count(route) == 0)
		return OMNI_INTERNAL;
	for (i = 0; i < omni_route_step_count(route); i++)
		if (omni_route_step_channel(route, i) == NULL ||
		    omni_route_step_text(route, i) == NULL)
			return OMNI_INTERNAL;
	for (i = 0; i < omni_route_rejected_count(route); i++)
		if (omni_route_rejected_channel(route, i) == NULL ||
		    omni_route_rejected_text(route, i) == NULL)
			return OMNI_INTERNAL;
	return OMNI_OK;
}

typedef omni_status (*decide_fn)(omni *, const char *, const omni_message *,
    omni_route **);

static omni_status
decide(struct harness *h, int64_t serial, decide_fn how, omni_status wanted,
    omni_route **route)
{
	omni_customer *ann = NULL;
	omni_message *m = NULL;
	omni_status status = find_ann(h, &ann);

	if (status == OMNI_OK)
		status = new_message(serial, &m);
	if (status == OMNI_OK)
		status = scenario_want(how(h->db, omni_customer_id(ann), m,
		    route), wanted);
	if (status == OMNI_OK)
		status = look_along(*route);
	omni_message_free(m);
	omni_customer_free(ann);
	return status;
}

static omni_status
route_tried(struct harness *h, int64_t serial)
{
	omni_route *route = NULL;
	omni_status status = decide(h, serial, omni_route_try, OMNI_OK,
	    &route);

	omni_route_free(route);
	return status;
}

/* Kept: what failed behind the commit would be a lie. */
static omni_status
route_kept(struct harness *h, int64_t serial)
{
	omni_route *route = NULL;
	omni_status status = decide(h, serial, omni_route_put, OMNI_OK,
	    &route);

	if (status == OMNI_OK && omni_route_fact(route) == 0)
		status = OMNI_INTERNAL;
	omni_route_free(route);
	return status;
}

static void
one_route(struct harness *h, int64_t serial)
{
	scenario_must(h->db, route_kept(h, serial));
}

/* The route that was kept before. */
static omni_status
held_route(struct harness *h, int64_t serial, int64_t *fact)
{
	omni_route *route = NULL;
	omni_status status = decide(h, serial, omni_route_put,
	    OMNI_DUPLICATE, &route);

	*fact = omni_route_fact(route);
	omni_route_free(route);
	return status;
}

static omni_status
route_again(struct harness *h, int64_t serial)
{
	omni_route *route = NULL;
	int64_t fact;
	omni_status status = held_route(h, serial, &fact);

	if (status == OMNI_OK)
		status = scenario_want(omni_route_get(h->db, fact, &route),
		    OMNI_OK);
	if (status == OMNI_OK)
		status = look_along(route);
	omni_route_free(route);
	return status;
}

static omni_status
route_next(struct harness *h, int64_t serial)
{
	omni_route *route = NULL;
	int64_t fact;
	omni_status status = held_route(h, serial, &fact);

	if (status == OMNI_OK)
		status = scenario_want(omni_route_next(h->db, fact,
		    HARNESS_NOW + DAYS(2), &route), OMNI_OK);
	if (status == OMNI_OK && omni_route_fact(route) == fact)
		status = OMNI_INTERNAL;
	omni_route_free(route);
	return status;
}

static omni_status
route_replay(struct harness *h, int64_t serial)
{
	omni_route *route = NULL;
	int64_t fact;
	int32_t same = 0;
	omni_status status = held_route(h, serial, &fact);

	if (status == OMNI_OK)
		status = scenario_want(omni_route_replay(h->db, fact, &same,
		    &route), OMNI_OK);
	if (status == OMNI_OK && same != 1)
		status = OMNI_INTERNAL;
	omni_route_free(route);
	return status;
}

/* ---- many ------------------------------------------------------------ */

static omni_status
run_through(omni_routes *routes)
{
	const omni_route *route;
	omni_status status = omni_routes_next(routes, &route);

	if (status == OMNI_OK)
		status = omni_routes_run(routes);
	if (status < 0)
		return status;
	return omni_routes_decided(routes) > 0 &&
	    omni_routes_total_count(routes) > 0 &&
	    omni_routes_total_channel(routes, 0) != NULL &&
	    omni_routes_total_number(routes, 0) > 0 ? OMNI_OK :
	    OMNI_INTERNAL;
}

static omni_status
everybody(struct harness *h, int64_t serial)
{
	omni_message *m = NULL;
	omni_routes *routes = NULL;
	omni_status status = new_message(serial, &m);

	if (status == OMNI_OK)
		status = scenario_want(omni_route_many(h->db, m, NULL, 0,
		    &routes), OMNI_OK);
	if (status == OMNI_OK)
		status = run_through(routes);
	omni_routes_free(routes);
	omni_message_free(m);
	return status;
}

static omni_status
audience(struct harness *h, int64_t serial)
{
	omni_audience *ears = omni_audience_new();
	omni_customer *ann = NULL;
	omni_message *m = NULL;
	omni_routes *routes = NULL;
	omni_status status = scenario_got(ears);

	if (status == OMNI_OK)
		status = find_ann(h, &ann);
	if (status == OMNI_OK)
		status = omni_audience_add(ears, omni_customer_id(ann));
	if (status == OMNI_OK)
		status = new_message(serial, &m);
	if (status == OMNI_OK)
		status = scenario_want(omni_route_many(h->db, m, ears, 1,
		    &routes), OMNI_OK);
	if (status == OMNI_OK)
		status = run_through(routes);
	omni_routes_free(routes);
	omni_message_free(m);
	omni_customer_free(ann);
	omni_audience_free(ears);
	return status;
}

/* ---- permissions and affinity ---------------------------------------- */

static omni_status
permissions_of(struct harness *h, const char *customer)
{
	omni_permissions *p = NULL;
	omni_status status = scenario_want(omni_permissions_open(h->db,
	    customer, HARNESS_NOW, &p), OMNI_OK);
	int rows = 0;

	while (status == OMNI_OK &&
	    (status = omni_permissions_next(p)) == OMNI_OK) {
		rows++;
		if (omni_permissions_purpose(p) == NULL ||
		    omni_permissions_channel(p) == NULL ||
		    omni_permissions_number(p) < 1)
			status = OMNI_INTERNAL;
	}
	omni_permissions_free(p);
	if (status != OMNI_DONE)
		return status;
	return rows > 0 ? OMNI_OK : OMNI_INTERNAL;
}

static omni_status
permissions(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL;
	omni_status status = find_ann(h, &ann);

	(void)serial;
	if (status == OMNI_OK)
		status = permissions_of(h, omni_customer_id(ann));
	if (status == OMNI_OK)
		status = permissions_of(h, NULL);
	omni_customer_free(ann);
	return status;
}

static omni_status
affinity(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL;
	omni_affinity *a = NULL;
	omni_status status = find_ann(h, &ann);
	int rows = 0;

	(void)serial;
	if (status == OMNI_OK)
		status = scenario_want(omni_affinity_open(h->db,
		    omni_customer_id(ann), HARNESS_NOW, &a), OMNI_OK);
	while (status == OMNI_OK &&
	    (status = omni_affinity_next(a)) == OMNI_OK)
		if (omni_affinity_channel(a) != NULL)
			rows++;
	if (status == OMNI_DONE)
		status = rows > 0 ? OMNI_OK : OMNI_INTERNAL;
	omni_affinity_free(a);
	omni_customer_free(ann);
	return status;
}

static void
mail(struct harness *h, int who, const char *kind, const char *stem)
{
	char email[64], key[SCENARIO_KEY];
	omni_interaction *it = omni_interaction_new("email", kind);
	omni_record *record = NULL;

	(void)snprintf(email, sizeof(email), "reader%d@shop.example", who);
	scenario_key(key, stem, who);
	assert_non_null(it);
	scenario_must(h->db, scenario_who(&record, "email", email));
	scenario_must(h->db, omni_interaction_set_who(it, record));
	scenario_must(h->db, omni_interaction_set_time(it, HARNESS_NOW -
	    DAYS(3)));
	scenario_must(h->db, omni_interaction_set_key(it, "mailer", key));
	scenario_must(h->db, omni_interaction_put(h->db, it, NULL));
	omni_record_free(record);
	omni_interaction_free(it);
}

/* The same each time: there is something to learn from. */
static void
readers(struct harness *h, int64_t serial)
{
	int i;

	(void)serial;
	for (i = 0; i < 12; i++)
		mail(h, i, "mail.sent", "sent");
	mail(h, 0, "mail.opened", "opened");
}

static omni_status
learned(struct harness *h, int64_t serial)
{
	int64_t fact = 0;

	(void)serial;
	return scenario_want(omni_affinity_learn(h->db, &fact), OMNI_OK);
}

/* ---- statements and addresses ---------------------------------------- */

static omni_status
refusal(struct harness *h, int64_t serial)
{
	omni_statement *s = omni_statement_new(OMNI_SAID_WITHDRAW, "news");
	omni_status status = scenario_got(s);

	if (status == OMNI_OK)
		status = omni_statement_set_address(s, "email",
		    "bo@shop.example");
	if (status == OMNI_OK)
		status = omni_statement_set_medium(s, OMNI_MEDIUM_DIGITAL);
	if (status == OMNI_OK)
		status = omni_statement_set_brand(s, "Norr");
	if (status == OMNI_OK)
		status = omni_statement_set_evidence(s, "a letter");
	if (status == OMNI_OK)
		status = omni_statement_set_time(s, HARNESS_NOW + serial);
	if (status == OMNI_OK)
		status = scenario_want(omni_statement_put(h->db, s, NULL),
		    OMNI_OK);
	omni_statement_free(s);
	return status;
}

static omni_status
quiet(struct harness *h, int64_t serial)
{
	omni_statement *s = omni_statement_new(OMNI_SAID_QUIET, "*");
	omni_record *bo = NULL;
	omni_status status = scenario_got(s);

	if (status == OMNI_OK)
		status = scenario_who(&bo, "phone", "+46701234567");
	if (status == OMNI_OK)
		status = omni_statement_set_who(s, bo);
	if (status == OMNI_OK)
		status = omni_statement_set_value(s, "22:00-07:00");
	if (status == OMNI_OK)
		status = omni_statement_set_time(s, HARNESS_NOW + serial);
	if (status == OMNI_OK)
		status = scenario_want(omni_statement_put(h->db, s, NULL),
		    OMNI_OK);
	omni_record_free(bo);
	omni_statement_free(s);
	return status;
}

static omni_status
proof(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL;
	omni_statements *s = NULL;
	omni_status status = find_ann(h, &ann);
	int rows = 0;

	(void)serial;
	if (status == OMNI_OK)
		status = scenario_want(omni_statements_open(h->db,
		    omni_customer_id(ann), NULL, &s), OMNI_OK);
	while (status == OMNI_OK &&
	    (status = omni_statements_next(s)) == OMNI_OK) {
		rows++;
		if (omni_statements_purpose(s) == NULL ||
		    omni_statements_standing(s) == 0 ||
		    omni_statements_fact(s) == 0)
			status = OMNI_INTERNAL;
	}
	if (status == OMNI_DONE)
		status = rows > 0 ? OMNI_OK : OMNI_INTERNAL;
	omni_statements_free(s);
	omni_customer_free(ann);
	return status;
}

static omni_status
address_told(struct harness *h, int64_t serial)
{
	char email[SCENARIO_KEY];
	omni_contact *c;
	omni_status status;

	(void)snprintf(email, sizeof(email), "d%07lld@shop.example",
	    scenario_apart(serial));
	c = omni_contact_new("email", email);
	status = scenario_got(c);
	if (status == OMNI_OK)
		status = omni_contact_set_suppressed(c, "do not call");
	if (status == OMNI_OK)
		status = omni_contact_set_purpose(c, "news");
	if (status == OMNI_OK)
		status = omni_contact_set_primary(c, 1);
	if (status == OMNI_OK)
		status = omni_contact_set_valid(c, HARNESS_NOW,
		    OMNI_TIME_UNKNOWN);
	if (status == OMNI_OK)
		status = scenario_want(omni_contact_put(h->db, c, NULL),
		    OMNI_OK);
	omni_contact_free(c);
	return status;
}

static void
one_address(struct harness *h, int64_t serial)
{
	scenario_must(h->db, address_told(h, serial));
}

static omni_status
address_read(struct harness *h, int64_t serial)
{
	char email[SCENARIO_KEY];
	omni_contacts *c = NULL;
	omni_status status;
	int rows = 0;

	(void)snprintf(email, sizeof(email), "d%07lld@shop.example",
	    scenario_apart(serial));
	status = scenario_want(omni_contacts_open(h->db, "email", email, &c),
	    OMNI_OK);
	while (status == OMNI_OK &&
	    (status = omni_contacts_next(c)) == OMNI_OK) {
		rows++;
		if (omni_contacts_what(c) == OMNI_CONTACT_SUPPRESSED &&
		    omni_contacts_cause(c) == NULL)
			status = OMNI_INTERNAL;
	}
	if (status == OMNI_DONE)
		status = rows == 3 ? OMNI_OK : OMNI_INTERNAL;
	omni_contacts_free(c);
	return status;
}

/* ---- rules ----------------------------------------------------------- */

/* Each is told anew at another time, and holds for nothing that the other
 * scenarios send. */
static omni_status
window(struct harness *h, int64_t serial)
{
	omni_window *w = omni_window_new("nights"), *held = NULL;
	omni_status status = scenario_got(w);

	if (status == OMNI_OK)
		status = omni_window_set_region(w, "FR");
	if (status == OMNI_OK)
		status = omni_window_set_channel(w, "sms");
	if (status == OMNI_OK)
		status = omni_window_set_purpose(w, "news");
	if (status == OMNI_OK)
		status = omni_window_set_class(w, "marketing");
	if (status == OMNI_OK)
		status = omni_window_set_hours(w, "mo-fr 10:00-20:00; ph off");
	if (status == OMNI_OK)
		status = omni_window_set_time(w, HARNESS_NOW + serial);
	if (status == OMNI_OK)
		status = scenario_want(omni_window_put(h->db, w, NULL),
		    OMNI_OK);
	/* What is stored stands, also when this finds no memory. */
	(void)omni_window_get(h->db, "nights", &held);
	omni_window_free(held);
	omni_window_free(w);
	return status;
}

static omni_status
calendar(struct harness *h, int64_t serial)
{
	omni_calendar *c = omni_calendar_new("FR"), *held = NULL;
	omni_status status = scenario_got(c);

	if (status == OMNI_OK)
		status = omni_calendar_add_day(c, "2026-12-25");
	if (status == OMNI_OK)
		status = omni_calendar_add_day(c, "2026-01-01");
	if (status == OMNI_OK)
		status = omni_calendar_set_time(c, HARNESS_NOW + serial);
	if (status == OMNI_OK)
		status = scenario_want(omni_calendar_put(h->db, c, NULL),
		    OMNI_OK);
	(void)omni_calendar_get(h->db, "FR", &held);
	omni_calendar_free(held);
	omni_calendar_free(c);
	return status;
}

static omni_status
cap(struct harness *h, int64_t serial)
{
	omni_cap *c = omni_cap_new("few"), *held = NULL;
	omni_status status = scenario_got(c);

	if (status == OMNI_OK)
		status = omni_cap_set_channel(c, "sms");
	if (status == OMNI_OK)
		status = omni_cap_set_class(c, "marketing");
	if (status == OMNI_OK)
		status = omni_cap_set_limit(c, 3);
	if (status == OMNI_OK)
		status = omni_cap_set_sliding(c, 86400);
	if (status == OMNI_OK)
		status = omni_cap_set_time(c, HARNESS_NOW + serial);
	if (status == OMNI_OK)
		status = scenario_want(omni_cap_put(h->db, c, NULL),
		    OMNI_OK);
	(void)omni_cap_get(h->db, "few", &held);
	omni_cap_free(held);
	omni_cap_free(c);
	return status;
}

static omni_status
wording(struct harness *h, int64_t serial)
{
	omni_wording *w = omni_wording_new("2026"), *held = NULL;
	omni_status status = scenario_got(w);

	if (status == OMNI_OK)
		status = omni_wording_set_text(w, "Yes, write to me.");
	if (status == OMNI_OK)
		status = omni_wording_set_days(w, 365);
	if (status == OMNI_OK)
		status = omni_wording_set_time(w, HARNESS_NOW + serial);
	if (status == OMNI_OK)
		status = scenario_want(omni_wording_put(h->db, w, NULL),
		    OMNI_OK);
	(void)omni_wording_get(h->db, "2026", &held);
	omni_wording_free(held);
	omni_wording_free(w);
	return status;
}

/* ---- tokens ---------------------------------------------------------- */

static int64_t
clock_of(void *user)
{
	return ((const struct harness *)user)->now;
}

/* A handle of its own, with the secret. */
static omni_status
open_signing(struct harness *h, omni **db)
{
	static const unsigned char secret[32] = "nobody is told this secret";
	omni_config *config = omni_config_new();
	omni_status status = scenario_got(config);

	if (status == OMNI_OK)
		status = omni_config_set_token_key(config, secret,
		    sizeof(secret));
	if (status == OMNI_OK)
		status = omni_config_set_clock(config, clock_of, h);
	if (status == OMNI_OK)
		status = omni_open(config, h->url, db);
	omni_config_free(config);
	return status;
}

static omni_status
make_token(omni *db, int64_t serial, char **text)
{
	char email[SCENARIO_KEY], *lines = NULL;
	omni_token *token = omni_token_new(OMNI_TOKEN_UNSUBSCRIBE, "news");
	omni_status status = scenario_got(token);

	(void)snprintf(email, sizeof(email), "t%07lld@shop.example",
	    scenario_apart(serial));
	if (status == OMNI_OK)
		status = omni_token_set_address(token, "email", email);
	if (status == OMNI_OK)
		status = omni_token_set_channel(token, "email");
	if (status == OMNI_OK)
		status = scenario_want(omni_token_headers(db, token,
		    "https://shop.example/u?t=", "u@shop.example",
		    &lines), OMNI_OK);
	if (status == OMNI_OK)
		status = scenario_want(omni_token_make(db, token, text),
		    OMNI_OK);
	omni_text_free(lines);
	omni_token_free(token);
	return status;
}

static omni_status
one_click(struct harness *h, int64_t serial)
{
	omni *db = NULL;
	char *text = NULL;
	omni_status status = open_signing(h, &db);

	if (status == OMNI_OK)
		status = make_token(db, serial, &text);
	if (status == OMNI_OK)
		status = scenario_want(omni_token_redeem(db, text, "email",
		    NULL), OMNI_OK);
	omni_text_free(text);
	omni_close(db);
	return status;
}

const struct scenario scenarios_send[] = {
	{ .name = "a route tried", .run = route_tried },
	{ .name = "a route kept", .run = route_kept },
	{ .name = "a route again", .prepare = one_route, .run = route_again },
	{ .name = "the next step of a route", .prepare = one_route,
	    .run = route_next },
	{ .name = "a route decided again", .prepare = one_route,
	    .run = route_replay },
	{ .name = "routes of everybody", .run = everybody, .heavy = true },
	/* A page is kept before its routes are handed out. */
	{ .name = "routes of an audience", .run = audience, .late = true },
	{ .name = "permissions", .run = permissions, .heavy = true },
	{ .name = "affinity", .run = affinity },
	{ .name = "responses learned from", .prepare = readers,
	    .run = learned, .heavy = true },
	{ .name = "a no about an address", .run = refusal },
	{ .name = "quiet hours", .run = quiet },
	{ .name = "the proof", .run = proof },
	{ .name = "an address in full", .run = address_told },
	{ .name = "what is known of an address", .prepare = one_address,
	    .run = address_read },
	{ .name = "a window", .run = window },
	{ .name = "a calendar", .run = calendar },
	{ .name = "a cap", .run = cap },
	{ .name = "a wording", .run = wording },
	{ .name = "one click", .run = one_click, .heavy = true },
};
const size_t scenarios_send_count = OMNI__COUNT(scenarios_send);
