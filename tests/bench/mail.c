/*
 * The store of mail.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "mail.h"
#include "people.h"

#define DAY INT64_C(86400000000)
/* What is told was told before 2026-11-01: the same in every run. */
#define NOW INT64_C(1793491200000000)

/* ---- definitions ---------------------------------------------------- */

static const struct mail_channel {
	const char *name, *address;
	int32_t medium, cost;
} channels[] = {
	{ "email", "email", OMNI_MEDIUM_DIGITAL, 1 },
	{ "newsletter", "email", OMNI_MEDIUM_DIGITAL, 1 },
	{ "push", "device", OMNI_MEDIUM_DIGITAL, 0 },
	{ "wallet", "device", OMNI_MEDIUM_DIGITAL, 0 },
	{ "browser", "device", OMNI_MEDIUM_DIGITAL, 0 },
	{ "chat", "phone", OMNI_MEDIUM_DIGITAL, 3 },
	{ "sms", "phone", OMNI_MEDIUM_DIGITAL, 5 },
	{ "mms", "phone", OMNI_MEDIUM_DIGITAL, 9 },
	{ "call", "phone", OMNI_MEDIUM_DIGITAL, 90 },
	{ "app", NULL, OMNI_MEDIUM_DIGITAL, 0 },
	{ "post", "address", OMNI_MEDIUM_PHYSICAL, 120 },
	{ "parcel", "address", OMNI_MEDIUM_PHYSICAL, 30 },
};
#define CHANNELS (sizeof(channels) / sizeof(channels[0]))

static void
define_channels(omni *db)
{
	size_t i;

	for (i = 0; i < CHANNELS; i++) {
		omni_channel *c = omni_channel_new(channels[i].name);

		(void)omni_channel_set_direction(c, OMNI_DIRECTION_OUT);
		(void)omni_channel_set_medium(c, channels[i].medium);
		(void)omni_channel_set_cost(c, channels[i].cost);
		if (channels[i].address != NULL)
			(void)omni_channel_set_address(c,
			    channels[i].address);
		(void)omni_channel_set_time(c, NOW - 2000 * DAY);
		bench_ok(db, omni_channel_put(db, c, NULL), "channel");
		omni_channel_free(c);
	}
}

static void
define_purpose(omni *db, const char *name, int32_t basis, const char *class)
{
	omni_purpose *p = omni_purpose_new(name);
	size_t i;

	(void)omni_purpose_set_basis(p, basis);
	(void)omni_purpose_set_class(p, class);
	for (i = 0; i < CHANNELS; i++)
		(void)omni_purpose_add_channel(p, channels[i].name);
	(void)omni_purpose_set_time(p, NOW - 2000 * DAY);
	bench_ok(db, omni_purpose_put(db, p, NULL), name);
	omni_purpose_free(p);
}

static void
define_cap(omni *db, const char *name, const char *channel, int32_t limit,
    int32_t days)
{
	omni_cap *cap = omni_cap_new(name);

	if (channel != NULL)
		(void)omni_cap_set_channel(cap, channel);
	(void)omni_cap_set_class(cap, "marketing");
	(void)omni_cap_set_limit(cap, limit);
	if (days > 0)
		(void)omni_cap_set_sliding(cap, days * 86400);
	(void)omni_cap_set_time(cap, NOW - 2000 * DAY);
	bench_ok(db, omni_cap_put(db, cap, NULL), name);
	omni_cap_free(cap);
}

void
mail_define(omni *db)
{
	omni_window *window = omni_window_new("evenings");

	define_channels(db);
	define_purpose(db, "news", OMNI_BASIS_CONSENT, "marketing");
	define_purpose(db, "news/shoes", OMNI_BASIS_CONSENT, "marketing");
	define_purpose(db, "survey", OMNI_BASIS_INTEREST, "service");
	define_purpose(db, "invoice", OMNI_BASIS_CONTRACT, "transactional");
	define_cap(db, "a month", NULL, 40, 30);
	define_cap(db, "a day of texts", "sms", 2, 0);
	define_cap(db, "a week of mail", "email", 9, 7);
	(void)omni_window_set_channel(window, "call");
	(void)omni_window_set_hours(window, "mo-fr 09:00-20:00");
	(void)omni_window_set_time(window, NOW - 2000 * DAY);
	bench_ok(db, omni_window_put(db, window, NULL), "window");
	omni_window_free(window);
}

/* ---- people --------------------------------------------------------- */

void
mail_key(char out[24], size_t customer)
{
	(void)snprintf(out, 24, "M%08zu", customer);
}

/* Who has the n-th record of the population: its first one there, so that
 * each makes a customer. */
struct pick {
	struct bench_people *people;
	unsigned char *seen;
	size_t next;
};

static void
pick_start(struct pick *pick, size_t customers)
{
	pick->people = bench_people_new(customers * 6 + 100, 1);
	pick->seen = calloc(customers * 32 + 64, 1);
	pick->next = 0;
	bench_check(pick->seen != NULL, "memory");
}

static void
pick_next(struct pick *pick, size_t customers, struct bench_line *line)
{
	for (;;) {
		bench_check(pick->next < bench_people_records(pick->people),
		    "enough people");
		bench_people_line(pick->people, pick->next++, line);
		if (line->email[0] == '\0' || line->street[0] == '\0' ||
		    line->person >= customers * 32 ||
		    pick->seen[line->person])
			continue;
		pick->seen[line->person] = 1;
		return;
	}
}

static void
pick_end(struct pick *pick)
{
	bench_people_free(pick->people);
	free(pick->seen);
}

static void
map_columns(omni *db, omni_import *import)
{
	static const char *const map[][2] = {
		{ "name", "name.full" }, { "given", "name.given" },
		{ "family", "name.family" }, { "birth", "birth_date" },
		{ "street", "address.street" },
		{ "postcode", "address.postcode" },
		{ "city", "address.city" }, { "email", "email" },
		{ "phone", "phone" },
	};
	size_t i;

	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		bench_ok(db, omni_import_map(import, map[i][0], map[i][1]),
		    "map");
}

static void
write_text(omni *db, omni_import *import, const char *text, int size)
{
	bench_ok(db, omni_import_write(import, text, (size_t)size), "import");
}

static const char header[] = "key,updated,name,given,family,birth,street,"
    "postcode,city,email,phone\n";

void
mail_people(omni *db, size_t customers)
{
	struct bench_line l;
	struct pick pick;
	omni_import *import;
	char key[24], text[2000];
	size_t i;

	bench_ok(db, omni_import_new(db, OMNI_FORMAT_CSV, &import), "import");
	bench_ok(db, omni_import_set_source(import, "all"), "source");
	bench_ok(db, omni_import_set_key_column(import, "key"), "key");
	bench_ok(db, omni_import_set_time_column(import, "updated"), "time");
	map_columns(db, import);
	bench_ok(db, omni_import_set_bulk(import), "bulk");
	write_text(db, import, header, (int)strlen(header));
	pick_start(&pick, customers);
	for (i = 0; i < customers; i++) {
		pick_next(&pick, customers, &l);
		mail_key(key, i);
		write_text(db, import, text, snprintf(text, sizeof(text),
		    "%s,%s,\"%s\",%s,%s,%s,%s,%s,%s,%s,%s\n", key, l.updated,
		    l.name, l.given, l.family, l.birth, l.street, l.postcode,
		    l.city, l.email, l.phone));
	}
	pick_end(&pick);
	bench_ok(db, omni_import_finish(import), "finish");
	omni_import_free(import);
}

/* ---- what they said and were sent ----------------------------------- */

static omni_record *
who_of(size_t customer)
{
	omni_record *who = omni_record_new();
	char key[24];

	mail_key(key, customer);
	bench_check(who != NULL && omni_record_set_source(who, "all", key) ==
	    OMNI_OK, "who");
	return who;
}

static void
say(omni *db, omni_batch *batch, size_t customer, int32_t said,
    const char *purpose, const char *channel, int64_t time, int32_t rank)
{
	omni_statement *s = omni_statement_new(said, purpose);
	omni_record *who = who_of(customer);

	(void)omni_statement_set_who(s, who);
	(void)omni_statement_set_channel(s, channel);
	(void)omni_statement_set_time(s, time);
	(void)omni_statement_set_via(s, "web");
	(void)omni_statement_set_wording(s, "2023-05");
	if (rank > 0)
		(void)omni_statement_set_rank(s, rank);
	if (said == OMNI_SAID_QUIET)
		(void)omni_statement_set_value(s, "22:00-07:00");
	bench_ok(db, omni_batch_add_statement(batch, s), "statement");
	omni_record_free(who);
	omni_statement_free(s);
}

static void
send(omni *db, omni_batch *batch, size_t customer, size_t n, const char *kind,
    int64_t time)
{
	omni_interaction *it = omni_interaction_new(
	    strncmp(kind, "sms", 3) == 0 ? "sms" : "email", kind);
	omni_record *who = who_of(customer);
	char key[40];

	(void)snprintf(key, sizeof(key), "%zu-%zu", customer, n);
	(void)omni_interaction_set_who(it, who);
	(void)omni_interaction_set_time(it, time);
	(void)omni_interaction_set_key(it, "mailer", key);
	(void)omni_interaction_add_reference(it, "purpose", "news");
	(void)omni_interaction_add_reference(it, "message", key);
	bench_ok(db, omni_batch_add_interaction(batch, it), "message");
	omni_record_free(who);
	omni_interaction_free(it);
}

static void
full(omni *db, omni_batch *batch, size_t most)
{
	if ((size_t)omni_batch_count(batch) >= most)
		bench_commit(db, batch);
}

/* Every fiftieth has shown that the address is theirs. */
static void
verify(omni *db, size_t customer)
{
	omni_customer *who = NULL;
	omni_contact *contact;
	const char *email;
	char key[24];

	mail_key(key, customer);
	bench_ok(db, omni_customer_of(db, "all", key, &who), "customer");
	email = omni_customer_value(who, "email");
	if (email != NULL) {
		contact = omni_contact_new("email", email);
		(void)omni_contact_set_verified(contact, 1);
		bench_ok(db, omni_contact_put(db, contact, NULL), "contact");
		omni_contact_free(contact);
	}
	omni_customer_free(who);
}

void
mail_everybody(omni *db, size_t customers, size_t most)
{
	omni_batch *batch;
	size_t i;

	bench_ok(db, omni_batch_new(db, &batch), "batch");
	for (i = 0; i < customers; i++) {
		int64_t time = NOW - DAY * (int64_t)(40 + bench_mix(i) % 900);

		if (bench_mix(i) % 10 < 8)
			say(db, batch, i, OMNI_SAID_GRANT, "news", "email",
			    time, 0);
		if (bench_mix(i) % 10 < 3)
			say(db, batch, i, OMNI_SAID_WITHDRAW, "*", "call",
			    time, 0);
		if (bench_mix(i) % 2 == 0)
			send(db, batch, i, 0, "mail.sent",
			    NOW - DAY * (int64_t)(bench_mix(i) % 50));
		if (i % 50 == 0)
			verify(db, i);
		full(db, batch, most);
	}
	bench_commit(db, batch);
	omni_batch_free(batch);
}

/* ---- who said much -------------------------------------------------- */

static void
say_much(omni *db, omni_batch *batch, size_t customer)
{
	size_t k;

	for (k = 0; k < MAIL_STATEMENTS; k++) {
		const char *channel = channels[k % CHANNELS].name;
		int64_t time = NOW - DAY * (int64_t)(1000 - 10 * k) -
		    (int64_t)customer;

		if (k < CHANNELS)
			say(db, batch, customer, OMNI_SAID_GRANT, "*",
			    channel, time, 0);
		else if (k < 2 * CHANNELS && k % 3 == 0)
			say(db, batch, customer, OMNI_SAID_WITHDRAW,
			    "news/shoes", channel, time, 0);
		else if (k < 3 * CHANNELS)
			say(db, batch, customer, OMNI_SAID_GRANT, "news",
			    channel, time, 0);
		else if (k + 1 < MAIL_STATEMENTS)
			say(db, batch, customer, OMNI_SAID_PREFER, "news",
			    channel, time, (int32_t)(1 + k % 7));
		else
			say(db, batch, customer, OMNI_SAID_QUIET, "*",
			    channel, time, 0);
	}
}

static void
send_much(omni *db, omni_batch *batch, size_t customer)
{
	size_t k;

	for (k = 0; k < MAIL_MESSAGES; k++)
		send(db, batch, customer, 100 + k, k % 4 == 3 ? "mail.opened" :
		    k % 5 == 4 ? "sms.sent" : "mail.sent",
		    NOW - DAY * (int64_t)k - (int64_t)customer);
}

/* The same person in an app: with a device and another address. */
static void
install_app(omni *db, omni_batch *batch, size_t customer,
    const struct bench_line *line)
{
	omni_record *record = omni_record_new();
	char key[32], device[32];

	(void)snprintf(key, sizeof(key), "A%zu", customer);
	(void)snprintf(device, sizeof(device), "device-%zu", customer);
	(void)omni_record_set_source(record, "app", key);
	(void)omni_record_add(record, "name.full", line->name);
	(void)omni_record_add(record, "name.given", line->given);
	(void)omni_record_add(record, "name.family", line->family);
	if (line->birth[0] != '\0')
		(void)omni_record_add(record, "birth_date", line->birth);
	(void)omni_record_add(record, "email", line->email);
	if (line->phone[0] != '\0')
		(void)omni_record_add(record, "phone", line->phone);
	(void)omni_record_add(record, "device", device);
	(void)omni_record_set_time(record, NOW - 100 * DAY);
	bench_ok(db, omni_batch_add_record(batch, record), "record");
	omni_record_free(record);
}

void
mail_sample(omni *db, size_t customers, size_t count, size_t most)
{
	struct bench_line line;
	struct pick pick;
	omni_batch *batch;
	size_t i;

	bench_ok(db, omni_batch_new(db, &batch), "batch");
	pick_start(&pick, customers);
	for (i = 0; i < count; i++) {
		pick_next(&pick, customers, &line);
		install_app(db, batch, i, &line);
		say_much(db, batch, i);
		send_much(db, batch, i);
		full(db, batch, most);
	}
	bench_commit(db, batch);
	pick_end(&pick);
	omni_batch_free(batch);
}
