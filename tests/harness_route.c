/*
 * A house that sends, for the tests of kept routes and of many.
 */
#include <stdio.h>
#include <string.h>

#include "harness_route.h"

/* ---- definitions ---------------------------------------------------- */

static void
channel(struct harness *h, const char *name, int32_t direction,
    int32_t medium, const char *address, int32_t confidentiality)
{
	omni_channel *c = omni_channel_new(name);

	assert_non_null(c);
	harness_ok(h, omni_channel_set_direction(c, direction));
	harness_ok(h, omni_channel_set_medium(c, medium));
	if (address != NULL)
		harness_ok(h, omni_channel_set_address(c, address));
	harness_ok(h, omni_channel_set_confidentiality(c, confidentiality));
	harness_ok(h, omni_channel_set_time(c, YEARS(4)));
	harness_ok(h, omni_channel_put(h->db, c, NULL));
	omni_channel_free(c);
}

omni_purpose *
purpose_like(struct harness *h, const char *name, int32_t basis,
    const char *const *channels)
{
	omni_purpose *p = omni_purpose_new(name);

	assert_non_null(p);
	harness_ok(h, omni_purpose_set_basis(p, basis));
	for (; *channels != NULL; channels++)
		harness_ok(h, omni_purpose_add_channel(p, *channels));
	return p;
}

void
define_purpose(struct harness *h, omni_purpose *p)
{
	harness_ok(h, omni_purpose_put(h->db, p, NULL));
	omni_purpose_free(p);
}

static void
purpose(struct harness *h, const char *name, int32_t basis,
    const char *const *channels)
{
	omni_purpose *p = purpose_like(h, name, basis, channels);

	harness_ok(h, omni_purpose_set_time(p, YEARS(4)));
	if (strcmp(name, "letter") == 0)
		harness_ok(h, omni_purpose_set_household(p, 1));
	if (strcmp(name, "result") == 0)
		harness_ok(h, omni_purpose_set_confidentiality(p, 5));
	define_purpose(h, p);
}

void
house_make(struct harness *h)
{
	static const char *const all[] = { "email", "sms", "post", NULL };
	static const char *const paper[] = { "post", NULL };
	static const char *const bills[] = { "email", "post", NULL };
	static const char *const closed[] = { "app", "post", NULL };

	channel(h, "email", OMNI_DIRECTION_BOTH, OMNI_MEDIUM_DIGITAL,
	    "email", 3);
	channel(h, "sms", OMNI_DIRECTION_OUT, OMNI_MEDIUM_DIGITAL, "phone",
	    3);
	channel(h, "post", OMNI_DIRECTION_OUT, OMNI_MEDIUM_PHYSICAL,
	    "address", 5);
	channel(h, "app", OMNI_DIRECTION_BOTH, OMNI_MEDIUM_DIGITAL, "device",
	    9);
	channel(h, "store", OMNI_DIRECTION_IN, OMNI_MEDIUM_PHYSICAL, NULL,
	    0);
	purpose(h, "news", OMNI_BASIS_INTEREST, all);
	purpose(h, "offer", OMNI_BASIS_CONSENT, all);
	purpose(h, "offer/shoes", OMNI_BASIS_CONSENT, all);
	purpose(h, "bill", OMNI_BASIS_CONTRACT, bills);
	purpose(h, "letter", OMNI_BASIS_INTEREST, paper);
	purpose(h, "result", OMNI_BASIS_CONTRACT, closed);
}

void
define_window(struct harness *h, const char *name, const char *hours)
{
	omni_window *w = omni_window_new(name);

	assert_non_null(w);
	harness_ok(h, omni_window_set_hours(w, hours));
	harness_ok(h, omni_window_put(h->db, w, NULL));
	omni_window_free(w);
}

void
define_cap(struct harness *h, const char *name, const char *on,
    int32_t limit)
{
	omni_cap *cap = omni_cap_new(name);

	assert_non_null(cap);
	if (on != NULL)
		harness_ok(h, omni_cap_set_channel(cap, on));
	harness_ok(h, omni_cap_set_limit(cap, limit));
	harness_ok(h, omni_cap_put(h->db, cap, NULL));
	omni_cap_free(cap);
}

/* ---- people --------------------------------------------------------- */

static void
person(struct harness *h, const char *key, const char *name,
    const char *street)
{
	char email[64], phone[32];
	unsigned hash = 5381;
	const char *at;

	for (at = name; *at != '\0'; at++)
		hash = hash * 33 + (unsigned char)*at;
	(void)snprintf(email, sizeof(email), "%s@mail.example", name);
	(void)snprintf(phone, sizeof(phone), "+467%08u", hash % 100000000);
	put(h, key, YEARS(2), "name.given", name, "email", email, "phone",
	    phone, "address.street", street, "address.postcode", "211 71",
	    "address.city", "Malmö", "address.country", "SE", NULL);
}

void
put_person(struct harness *h, const char *key, const char *name)
{
	char street[64];

	(void)snprintf(street, sizeof(street), "%sgatan 7", name);
	person(h, key, name, street);
}

void
put_neighbour(struct harness *h, const char *key, const char *name,
    const char *house)
{
	person(h, key, name, house);
}

/* ---- what they say, and what is told --------------------------------- */

static omni_record *
row_of(const char *key)
{
	omni_record *who = omni_record_new();

	assert_non_null(who);
	assert_int_equal(omni_record_set_source(who, "crm", key), OMNI_OK);
	return who;
}

void
say(struct harness *h, const char *key, int32_t said, const char *about,
    const char *on, const char *value)
{
	omni_statement *s = omni_statement_new(said,
	    about != NULL ? about : "*");
	omni_record *who = row_of(key);

	assert_non_null(s);
	harness_ok(h, omni_statement_set_who(s, who));
	if (on != NULL)
		harness_ok(h, omni_statement_set_channel(s, on));
	if (value != NULL)
		harness_ok(h, omni_statement_set_value(s, value));
	if (said == OMNI_SAID_PREFER)
		harness_ok(h, omni_statement_set_rank(s, 1));
	harness_ok(h, omni_statement_set_time(s, h->now));
	harness_ok(h, omni_statement_put(h->db, s, NULL));
	omni_statement_free(s);
	omni_record_free(who);
}

void
tell(struct harness *h, const char *key, const char *kind, const char *on,
    const char *message)
{
	omni_interaction *it = omni_interaction_new(on, kind);
	omni_record *who = row_of(key);

	assert_non_null(it);
	harness_ok(h, omni_interaction_set_who(it, who));
	harness_ok(h, omni_interaction_set_time(it, h->now));
	if (message != NULL)
		harness_ok(h, omni_interaction_add_reference(it, "message",
		    message));
	harness_ok(h, omni_interaction_put(h->db, it, NULL));
	omni_interaction_free(it);
	omni_record_free(who);
}

/* ---- routes --------------------------------------------------------- */

omni_message *
message_of(const char *about, const char *id)
{
	omni_message *m = omni_message_new(about);

	assert_non_null(m);
	if (id != NULL)
		assert_int_equal(omni_message_set_id(m, id), OMNI_OK);
	return m;
}

omni_route *
keep_route(struct harness *h, const char *key, const char *about,
    const char *id, omni_status wanted)
{
	struct id customer = customer_of(h, key);
	omni_message *m = message_of(about, id);
	omni_route *route = NULL;

	harness_is(h, omni_route_put(h->db, customer.text, m, &route),
	    wanted);
	omni_message_free(m);
	return route;
}

static int
add(char *text, size_t room, size_t at, const char *label, int32_t i,
    const char *a, const char *b, int64_t number, int64_t fact,
    const char *words)
{
	return snprintf(text + at, room - at, "%s %d: %s %s %lld %lld %s\n",
	    label, (int)i, a, b != NULL ? b : "-", (long long)number,
	    (long long)fact, words);
}

#define ROUTE_ROOM 16384

char *
route_text(const omni_route *r)
{
	char *text = malloc(ROUTE_ROOM);
	const char *language = omni_route_language(r);
	size_t n;
	int32_t i;

	assert_non_null(text);
	n = (size_t)snprintf(text, ROUTE_ROOM, "%s %s %lld %s (%s) %s\n",
	    omni_route_customer(r), omni_route_purpose(r),
	    (long long)omni_route_time(r), omni_route_zone(r),
	    omni_route_zone_text(r), language != NULL ? language : "-");
	for (i = 0; i < omni_route_step_count(r); i++)
		n += (size_t)add(text, ROUTE_ROOM, n, "step", i,
		    omni_route_step_channel(r, i),
		    omni_route_step_address(r, i),
		    omni_route_step_time(r, i), omni_route_step_fact(r, i),
		    omni_route_step_text(r, i));
	for (i = 0; i < omni_route_rejected_count(r); i++)
		n += (size_t)add(text, ROUTE_ROOM, n, "not", i,
		    omni_route_rejected_channel(r, i), NULL,
		    omni_route_rejected_reason(r, i),
		    omni_route_rejected_fact(r, i),
		    omni_route_rejected_text(r, i));
	assert_true(n < ROUTE_ROOM);
	return text;
}

void
same_route(const omni_route *a, const omni_route *b)
{
	char *left = route_text(a), *right = route_text(b);

	assert_string_equal(left, right);
	free(left);
	free(right);
}

void
replays(struct harness *h, int64_t fact)
{
	omni_route *then = NULL, *again = NULL;
	int32_t same = 0;

	harness_ok(h, omni_route_get(h->db, fact, &then));
	harness_ok(h, omni_route_replay(h->db, fact, &same, &again));
	same_route(then, again);
	assert_int_equal(same, 1);
	omni_route_free(again);
	omni_route_free(then);
}
