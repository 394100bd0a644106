/*
 * Scenarios that write facts: each call that puts, changes or takes away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../harness_record.h"
#include "scenario.h"

/* ---- records -------------------------------------------------------- */

static omni_status
put_record(struct harness *h, const char *stem, int64_t serial,
    const char *const *features)
{
	char key[SCENARIO_KEY];
	omni_record *record;
	int64_t fact = 0;
	omni_status status;

	scenario_key(key, stem, serial);
	status = scenario_record(&record, "crm", key, features);
	if (status == OMNI_OK)
		status = scenario_want(omni_record_put(h->db, record, &fact),
		    OMNI_OK);
	omni_record_free(record);
	return status == OMNI_OK && fact == 0 ? OMNI_INTERNAL : status;
}

/* splitmix64: who has nearly one's number has another name. */
static uint64_t
far(int64_t serial)
{
	struct harness chance = { .random = (uint64_t)serial };

	return harness_random(&chance, UINT64_MAX);
}

static void
birth_of(char out[SCENARIO_KEY], int64_t serial)
{
	uint64_t n = far(serial);

	(void)snprintf(out, SCENARIO_KEY, "19%02u-%02u-%02u",
	    (unsigned)(30 + n % 70), (unsigned)(1 + n / 70 % 12),
	    (unsigned)(1 + n / 840 % 28));
}

static void
names_of(char given[NAME_SIZE], char family[NAME_SIZE], int64_t serial)
{
	uint64_t n = far(serial);

	name_of(given, n >> 20);
	name_of(family, n >> 40);
}

/* A record of somebody whom no other serial number resembles. */
static omni_status
put_new(struct harness *h, const char *stem, int64_t serial)
{
	char email[SCENARIO_KEY], phone[SCENARIO_KEY], birth[SCENARIO_KEY];
	char given[NAME_SIZE], family[NAME_SIZE];
	const char *features[] = { "email", email, "phone", phone,
		"name.given", given, "name.family", family,
		"birth_date", birth, "attr.size", "M", NULL };

	names_of(given, family, serial);
	birth_of(birth, serial);
	(void)snprintf(email, sizeof(email), "c%07lld@shop.example",
	    scenario_apart(serial));
	(void)snprintf(phone, sizeof(phone), "+4670%07lld",
	    scenario_apart(serial));
	return put_record(h, stem, serial, features);
}

static omni_status
record_new(struct harness *h, int64_t serial)
{
	return put_new(h, "K", serial);
}

static void
one_record(struct harness *h, int64_t serial)
{
	scenario_must(h->db, put_new(h, "K", serial));
}

static omni_status
record_change(struct harness *h, int64_t serial)
{
	char card[SCENARIO_KEY];
	const char *features[] = { "loyalty", card, "name.given", "Cilla",
		NULL };

	scenario_key(card, "LC", scenario_apart(serial));
	return put_record(h, "K", serial, features);
}

static void
two_records(struct harness *h, int64_t serial)
{
	char value[SCENARIO_KEY];
	const char *mail[] = { "email", value, "name.given", "Eva", NULL };
	const char *card[] = { "loyalty", value, "name.given", "Eva", NULL };

	(void)snprintf(value, sizeof(value), "e%07lld@shop.example",
	    scenario_apart(serial));
	scenario_must(h->db, put_record(h, "A", serial, mail));
	scenario_key(value, "LJ", scenario_apart(serial));
	scenario_must(h->db, put_record(h, "B", serial, card));
}

static omni_status
record_join(struct harness *h, int64_t serial)
{
	char email[SCENARIO_KEY], card[SCENARIO_KEY];
	const char *features[] = { "email", email, "loyalty", card,
		"name.given", "Eva", NULL };

	(void)snprintf(email, sizeof(email), "e%07lld@shop.example",
	    scenario_apart(serial));
	scenario_key(card, "LJ", scenario_apart(serial));
	return put_record(h, "J", serial, features);
}

static omni_status
record_remove(struct harness *h, int64_t serial)
{
	char key[SCENARIO_KEY];

	scenario_key(key, "K", serial);
	return scenario_want(omni_record_remove(h->db, "crm", key), OMNI_OK);
}

/* By what no identifier is: the name and the day of birth. */
static omni_status
search(struct harness *h, int64_t serial)
{
	char given[NAME_SIZE], family[NAME_SIZE], birth[SCENARIO_KEY];
	const char *features[] = { "name.given", given, "name.family",
		family, "birth_date", birth, NULL };
	omni_matches *found = NULL;
	omni_record *who = NULL;
	omni_status status;

	names_of(given, family, serial);
	birth_of(birth, serial);
	status = scenario_record(&who, NULL, NULL, features);
	if (status == OMNI_OK)
		status = scenario_want(omni_customer_search(h->db, who,
		    &found), OMNI_OK);
	if (status == OMNI_OK && (omni_matches_count(found) == 0 ||
	    omni_matches_probability(found, 0) <= 0.0))
		status = OMNI_INTERNAL;
	omni_matches_free(found);
	omni_record_free(who);
	return status;
}

/* ---- interactions --------------------------------------------------- */

static omni_status
make_interaction(omni_interaction **out, int64_t serial)
{
	char key[SCENARIO_KEY], email[SCENARIO_KEY];
	omni_interaction *it = omni_interaction_new("store", "purchase");
	omni_record *who = NULL;
	omni_status status = scenario_got(it);

	scenario_key(key, "R", serial);
	(void)snprintf(email, sizeof(email), "i%07lld@shop.example",
	    scenario_apart(serial + 1234567));
	if (status == OMNI_OK)
		status = scenario_who(&who, "email", email);
	if (status == OMNI_OK)
		status = omni_interaction_set_who(it, who);
	if (status == OMNI_OK)
		status = omni_interaction_set_key(it, "pos/1", key);
	if (status == OMNI_OK)
		status = omni_interaction_set_time(it, HARNESS_NOW -
		    HARNESS_DAY);
	if (status == OMNI_OK)
		status = omni_interaction_add_reference(it, "product", "x");
	if (status == OMNI_OK)
		status = omni_interaction_set_status(it, "order", key,
		    "paid");
	if (status == OMNI_OK)
		status = omni_interaction_set_body(it, "{\"price\": 12}");
	omni_record_free(who);
	if (status == OMNI_OK)
		*out = it;
	else
		omni_interaction_free(it);
	return status;
}

static omni_status
put_interaction(struct harness *h, int64_t serial, omni_status wanted)
{
	omni_interaction *it = NULL;
	int64_t fact = 0;
	omni_status status = make_interaction(&it, serial);

	if (status == OMNI_OK) {
		status = scenario_want(omni_interaction_put(h->db, it, &fact),
		    wanted);
		omni_interaction_free(it);
	}
	return status == OMNI_OK && fact == 0 ? OMNI_INTERNAL : status;
}

static omni_status
interaction_new(struct harness *h, int64_t serial)
{
	return put_interaction(h, serial, OMNI_OK);
}

static void
one_interaction(struct harness *h, int64_t serial)
{
	scenario_must(h->db, put_interaction(h, serial, OMNI_OK));
}

static omni_status
interaction_again(struct harness *h, int64_t serial)
{
	return put_interaction(h, serial, OMNI_DUPLICATE);
}

static omni_status
setting(struct harness *h, int64_t serial)
{
	char value[SCENARIO_KEY];
	omni_record *who = NULL;
	omni_status status = scenario_who(&who, "email",
	    "ann@shop.example");

	scenario_key(value, "v", serial);
	if (status == OMNI_OK)
		status = scenario_want(omni_setting_put(h->db, who, value,
		    value, h->now + serial, NULL), OMNI_OK);
	omni_record_free(who);
	return status;
}

/* ---- what customers say --------------------------------------------- */

static omni_status
make_statement(omni_statement **out, int64_t serial)
{
	char key[SCENARIO_KEY], phone[SCENARIO_KEY];
	omni_statement *s = omni_statement_new(OMNI_SAID_PREFER, "news");
	omni_record *who = NULL;
	omni_status status = scenario_got(s);

	scenario_key(key, "S", serial);
	(void)snprintf(phone, sizeof(phone), "+4673%07lld",
	    scenario_apart(serial));
	if (status == OMNI_OK)
		status = scenario_who(&who, "phone", phone);
	if (status == OMNI_OK)
		status = omni_statement_set_who(s, who);
	if (status == OMNI_OK)
		status = omni_statement_set_channel(s, "sms");
	if (status == OMNI_OK)
		status = omni_statement_set_via(s, "store");
	if (status == OMNI_OK)
		status = omni_statement_set_rank(s, 1);
	if (status == OMNI_OK)
		status = omni_statement_set_wording(s, "v3");
	if (status == OMNI_OK)
		status = omni_statement_set_time(s, HARNESS_NOW);
	if (status == OMNI_OK)
		status = omni_statement_set_key(s, "web", key);
	omni_record_free(who);
	if (status == OMNI_OK)
		*out = s;
	else
		omni_statement_free(s);
	return status;
}

static omni_status
statement(struct harness *h, int64_t serial)
{
	omni_statement *s = NULL;
	omni_status status = make_statement(&s, serial);

	if (status == OMNI_OK) {
		status = scenario_want(omni_statement_put(h->db, s, NULL),
		    OMNI_OK);
		omni_statement_free(s);
	}
	return status;
}

static omni_status
grant(struct harness *h, int64_t serial)
{
	omni_statement *s = omni_statement_new(OMNI_SAID_GRANT, "news");
	omni_record *ann = NULL;
	omni_status status = scenario_got(s);

	if (status == OMNI_OK)
		status = scenario_who(&ann, "email", "ann@shop.example");
	if (status == OMNI_OK)
		status = omni_statement_set_who(s, ann);
	if (status == OMNI_OK)
		status = omni_statement_set_expiry(s, HARNESS_NOW +
		    HARNESS_DAY);
	if (status == OMNI_OK)
		status = omni_statement_set_time(s, h->now + serial);
	if (status == OMNI_OK)
		status = scenario_want(omni_statement_put(h->db, s, NULL),
		    OMNI_OK);
	omni_record_free(ann);
	omni_statement_free(s);
	return status;
}

static omni_status
withdrawal(struct harness *h, int64_t serial)
{
	omni_statement *s = omni_statement_new(OMNI_SAID_WITHDRAW, "*");
	omni_customer *customer = NULL;
	omni_status status = scenario_got(s);

	if (status == OMNI_OK)
		status = scenario_want(omni_customer_of(h->db, "crm", "1",
		    &customer), OMNI_OK);
	if (status == OMNI_OK)
		status = omni_statement_set_customer(s,
		    omni_customer_id(customer));
	if (status == OMNI_OK)
		status = omni_statement_set_time(s, h->now + serial);
	if (status == OMNI_OK)
		status = scenario_want(omni_statement_put(h->db, s, NULL),
		    OMNI_OK);
	omni_customer_free(customer);
	omni_statement_free(s);
	return status;
}

static omni_status
contact(struct harness *h, int64_t serial)
{
	char email[SCENARIO_KEY];
	omni_contact *c;
	omni_status status;

	(void)snprintf(email, sizeof(email), "b%07lld@shop.example",
	    scenario_apart(serial + 2345678));
	c = omni_contact_new("email", email);
	status = scenario_got(c);
	if (status == OMNI_OK)
		status = omni_contact_set_verified(c, 1);
	if (status == OMNI_OK)
		status = omni_contact_set_suppressed(c, "bounce");
	if (status == OMNI_OK)
		status = omni_contact_set_time(c, HARNESS_NOW);
	if (status == OMNI_OK)
		status = scenario_want(omni_contact_put(h->db, c, NULL),
		    OMNI_OK);
	omni_contact_free(c);
	return status;
}

/* ---- definitions ---------------------------------------------------- */

static omni_status
channel(struct harness *h, int64_t serial)
{
	char name[SCENARIO_KEY];
	omni_channel *c;
	omni_status status;

	scenario_key(name, "kiosk", serial);
	c = omni_channel_new(name);
	status = scenario_got(c);
	if (status == OMNI_OK)
		status = omni_channel_set_direction(c, OMNI_DIRECTION_BOTH);
	if (status == OMNI_OK)
		status = omni_channel_set_medium(c, OMNI_MEDIUM_PHYSICAL);
	if (status == OMNI_OK)
		status = omni_channel_set_address(c, "phone");
	if (status == OMNI_OK)
		status = omni_channel_set_confidentiality(c, 3);
	if (status == OMNI_OK)
		status = omni_channel_set_cost(c, 2);
	if (status == OMNI_OK)
		status = omni_channel_set_key(c, "setup", name);
	if (status == OMNI_OK)
		status = omni_channel_set_time(c, HARNESS_NOW);
	if (status == OMNI_OK)
		status = scenario_want(omni_channel_put(h->db, c, NULL),
		    OMNI_OK);
	omni_channel_free(c);
	return status;
}

static omni_status
purpose(struct harness *h, int64_t serial)
{
	char name[SCENARIO_KEY];
	omni_purpose *p;
	omni_status status;

	scenario_key(name, "offer/p", serial);
	p = omni_purpose_new(name);
	status = scenario_got(p);
	if (status == OMNI_OK)
		status = omni_purpose_set_basis(p, OMNI_BASIS_INTEREST);
	if (status == OMNI_OK)
		status = omni_purpose_set_class(p, "marketing");
	if (status == OMNI_OK)
		status = omni_purpose_add_channel(p, "email");
	if (status == OMNI_OK)
		status = omni_purpose_set_confidentiality(p, 1);
	if (status == OMNI_OK)
		status = omni_purpose_set_verified(p, 1);
	if (status == OMNI_OK)
		status = omni_purpose_set_key(p, "setup", name);
	if (status == OMNI_OK)
		status = omni_purpose_set_time(p, HARNESS_NOW);
	if (status == OMNI_OK)
		status = scenario_want(omni_purpose_put(h->db, p, NULL),
		    OMNI_OK);
	omni_purpose_free(p);
	return status;
}

/* ---- models --------------------------------------------------------- */

static omni_status
model_learned(struct harness *h, int64_t serial)
{
	(void)serial;
	return scenario_want(omni_model_train(h->db, NULL, NULL), OMNI_OK);
}

static omni_status
model_taken(struct harness *h, int64_t serial)
{
	char *text = NULL;
	omni_status status = scenario_want(omni_model_export(h->db, &text),
	    OMNI_OK);

	(void)serial;
	if (status == OMNI_OK)
		status = scenario_want(omni_model_import(h->db, text, NULL),
		    OMNI_OK);
	omni_text_free(text);
	return status;
}

/* ---- kinds ---------------------------------------------------------- */

/* Another one each time, so that everybody is resolved anew. */
static omni_status
put_kind(struct harness *h, const char *stem, int64_t serial, int64_t time)
{
	char key[SCENARIO_KEY];
	omni_kind *k = omni_kind_new("badge");
	omni_status status = scenario_got(k);

	scenario_key(key, stem, serial);
	if (status == OMNI_OK)
		status = omni_kind_set_normaliser(k, "code");
	if (status == OMNI_OK)
		status = omni_kind_set_comparator(k, "code");
	if (status == OMNI_OK)
		status = omni_kind_set_identifier(k, 1);
	if (status == OMNI_OK)
		status = omni_kind_set_shared(k, (int32_t)(serial % 90));
	if (status == OMNI_OK)
		status = omni_kind_set_rule(k, OMNI_RULE_SOURCE);
	if (status == OMNI_OK)
		status = omni_kind_add_source(k, "crm");
	if (status == OMNI_OK)
		status = omni_kind_set_key(k, "setup", key);
	if (status == OMNI_OK)
		status = omni_kind_set_time(k, time);
	if (status == OMNI_OK)
		status = scenario_want(omni_kind_put(h->db, k, NULL),
		    OMNI_OK);
	omni_kind_free(k);
	return status;
}

static void
one_kind(struct harness *h, int64_t serial)
{
	scenario_must(h->db, put_kind(h, "before", serial + 1,
	    HARNESS_NOW - 1));
}

static omni_status
kind(struct harness *h, int64_t serial)
{
	return put_kind(h, "badge", serial, HARNESS_NOW + serial);
}

/* ---- verdicts ------------------------------------------------------- */

static omni_status
verdict(struct harness *h, int64_t serial)
{
	char a[SCENARIO_KEY];
	omni_verdict *v = omni_verdict_new(OMNI_VERDICT_DIFFERENT);
	omni_customer *b = NULL;
	omni_status status = scenario_got(v);

	scenario_key(a, "A", serial);
	if (status == OMNI_OK)
		status = omni_verdict_add(v, 0, "crm", a);
	scenario_key(a, "B", serial);
	if (status == OMNI_OK)
		status = scenario_want(omni_customer_of(h->db, "crm", a, &b),
		    OMNI_OK);
	if (status == OMNI_OK)
		status = omni_verdict_add_id(v, 1,
		    omni_customer_record_id(b, 0));
	if (status == OMNI_OK)
		status = omni_verdict_set_author(v, "Disa");
	if (status == OMNI_OK)
		status = omni_verdict_set_reason(v, "two people");
	if (status == OMNI_OK)
		status = omni_verdict_set_time(v, HARNESS_NOW);
	if (status == OMNI_OK)
		status = scenario_want(omni_verdict_put(h->db, v, NULL),
		    OMNI_OK);
	omni_customer_free(b);
	omni_verdict_free(v);
	return status;
}

static omni_status
verdict_same(struct harness *h, int64_t serial)
{
	char key[SCENARIO_KEY];
	omni_verdict *v = omni_verdict_new(OMNI_VERDICT_SAME);
	omni_status status = scenario_got(v);

	scenario_key(key, "A", serial);
	if (status == OMNI_OK)
		status = omni_verdict_add(v, 0, "crm", key);
	scenario_key(key, "B", serial);
	if (status == OMNI_OK)
		status = omni_verdict_add(v, 0, "crm", key);
	if (status == OMNI_OK)
		status = scenario_want(omni_verdict_put(h->db, v, NULL),
		    OMNI_OK);
	omni_verdict_free(v);
	return status;
}

/* Tells what would be, and leaves nothing. */
static omni_status
verdict_tried(struct harness *h, int64_t serial)
{
	char key[SCENARIO_KEY];
	omni_verdict *v = omni_verdict_new(OMNI_VERDICT_SAME);
	omni_preview *seen = NULL;
	omni_status status = scenario_got(v);

	scenario_key(key, "A", serial);
	if (status == OMNI_OK)
		status = omni_verdict_add(v, 0, "crm", key);
	scenario_key(key, "B", serial);
	if (status == OMNI_OK)
		status = omni_verdict_add(v, 0, "crm", key);
	if (status == OMNI_OK)
		status = scenario_want(omni_verdict_preview(h->db, v, &seen),
		    OMNI_OK);
	if (status == OMNI_OK && (omni_preview_count(seen) != 1 ||
	    omni_preview_change(seen, 0) != OMNI_CHANGE_MERGED ||
	    omni_preview_customer(seen, 0) == NULL ||
	    omni_preview_other(seen, 0) == NULL))
		status = OMNI_INTERNAL;
	omni_preview_free(seen);
	omni_verdict_free(v);
	return status;
}

/* ---- many at once --------------------------------------------------- */

static omni_status
fill(omni_batch *batch, int64_t serial)
{
	char key[SCENARIO_KEY];
	const char *features[] = { "loyalty", key, NULL };
	omni_interaction *it = NULL;
	omni_statement *said = NULL;
	omni_record *record = NULL;
	omni_status status;

	scenario_key(key, "B", serial);
	status = scenario_record(&record, "web", key, features);
	if (status == OMNI_OK)
		status = omni_batch_add_record(batch, record);
	if (status == OMNI_OK)
		status = make_interaction(&it, serial);
	if (status == OMNI_OK)
		status = omni_batch_add_interaction(batch, it);
	if (status == OMNI_OK)
		status = make_statement(&said, serial);
	if (status == OMNI_OK)
		status = omni_batch_add_statement(batch, said);
	omni_statement_free(said);
	omni_interaction_free(it);
	omni_record_free(record);
	return status;
}

static omni_status
batch(struct harness *h, int64_t serial)
{
	omni_batch *batch = NULL;
	omni_status status = omni_batch_new(h->db, &batch);
	int32_t i;

	if (status == OMNI_OK)
		status = fill(batch, serial);
	if (status == OMNI_OK)
		status = scenario_want(omni_batch_commit(batch), OMNI_OK);
	for (i = 0; i < 3 && status == OMNI_OK; i++)
		if (omni_batch_status(batch, i) != OMNI_OK ||
		    omni_batch_fact(batch, i) == 0)
			status = OMNI_INTERNAL;
	if (status == OMNI_OK && omni_batch_count(batch) != 3)
		status = OMNI_INTERNAL;
	/* What is committed stands, also when this finds no memory. */
	(void)omni_batch_customer(batch, 0);
	(void)omni_batch_message(batch, 0);
	omni_batch_clear(batch);
	omni_batch_free(batch);
	return status;
}

static omni_status
feed_import(omni_import *import, const char *text)
{
	size_t half = strlen(text) / 2;
	omni_status status = omni_import_write(import, text, half);

	if (status == OMNI_OK)
		status = omni_import_write(import, text + half,
		    strlen(text) - half);
	if (status == OMNI_OK)
		status = scenario_want(omni_import_finish(import), OMNI_OK);
	if (status == OMNI_OK && (omni_import_stored(import) != 2 ||
	    omni_import_rejected(import) != 0))
		status = OMNI_INTERNAL;
	omni_import_free(import);
	return status;
}

static omni_status
import_sheet(struct harness *h, int64_t serial, bool bulk)
{
	char text[400];
	omni_import *import = NULL;
	long long n = scenario_apart(serial);
	omni_status status = omni_import_new(h->db, OMNI_FORMAT_CSV,
	    &import);

	if (status == OMNI_OK && bulk)
		status = omni_import_set_bulk(import);
	(void)snprintf(text, sizeof(text), "no,when,mail,\"first name\"\n"
	    "M%lld,2025-01-02,m%lld@shop.example,\"Ma \"\"M\"\"\"\n"
	    "N%lld,2025-01-03,n%lld@shop.example,Nils\n",
	    (long long)serial, n, (long long)serial, n);
	if (status == OMNI_OK)
		status = omni_import_set_source(import, "list");
	if (status == OMNI_OK)
		status = omni_import_set_key_column(import, "no");
	if (status == OMNI_OK)
		status = omni_import_set_time_column(import, "when");
	if (status == OMNI_OK)
		status = omni_import_map(import, "mail", "email");
	if (status == OMNI_OK)
		status = omni_import_map(import, "first name", "name.given");
	if (status == OMNI_OK)
		return feed_import(import, text);
	omni_import_free(import);
	return status;
}

static omni_status
import_rows(struct harness *h, int64_t serial)
{
	return import_sheet(h, serial, false);
}

static omni_status
import_bulk(struct harness *h, int64_t serial)
{
	return import_sheet(h, serial, true);
}

static omni_status
import_lines(struct harness *h, int64_t serial)
{
	char text[800];
	omni_import *import = NULL;
	long long n = scenario_apart(serial);
	omni_status status = omni_import_new(h->db, OMNI_FORMAT_LINES,
	    &import);

	(void)snprintf(text, sizeof(text),
	    "{\"specversion\":\"1.0\",\"id\":\"x%lld\",\"source\":\"/l\","
	    "\"type\":\"order.placed\",\"channel\":\"store\","
	    "\"time\":\"2025-03-01T10:00:00Z\",\"data\":{\"who\":"
	    "{\"email\":\"ann@shop.example\"},\"refs\":[\"order:%lld\"]}}\n"
	    "{\"type\":\"identify\",\"messageId\":\"y%lld\",\"userId\":"
	    "\"u%lld\",\"timestamp\":\"2025-03-01T10:00:00Z\",\"traits\":"
	    "{\"email\":\"u%lld@shop.example\",\"firstName\":\"Ulla\"}}\n",
	    n, n, n, n, n);
	return status == OMNI_OK ? feed_import(import, text) : status;
}

/* ---- leaving -------------------------------------------------------- */

static void
one_leaver(struct harness *h, int64_t serial)
{
	one_record(h, serial);
	one_interaction(h, serial);
}

static omni_status
erase(struct harness *h, int64_t serial)
{
	char key[SCENARIO_KEY];
	omni_customer *customer = NULL;
	omni_status status;

	scenario_key(key, "K", serial);
	status = scenario_want(omni_customer_of(h->db, "crm", key,
	    &customer), OMNI_OK);
	if (status == OMNI_OK)
		status = scenario_want(omni_customer_erase(h->db,
		    omni_customer_id(customer)), OMNI_OK);
	omni_customer_free(customer);
	return status;
}

static omni_status
erase_foreseen(struct harness *h, int64_t serial)
{
	char key[SCENARIO_KEY];
	omni_customer *customer = NULL;
	omni_erasure *erasure = NULL;
	omni_status status;

	scenario_key(key, "K", serial);
	status = scenario_want(omni_customer_of(h->db, "crm", key,
	    &customer), OMNI_OK);
	if (status == OMNI_OK)
		status = scenario_want(omni_customer_erase_preview(h->db,
		    omni_customer_id(customer), &erasure), OMNI_OK);
	if (status == OMNI_OK && omni_erasure_records(erasure) !=
	    omni_customer_record_count(customer))
		status = OMNI_INTERNAL;
	omni_erasure_free(erasure);
	omni_customer_free(customer);
	return status;
}

const struct scenario scenarios_write[] = {
	{ .name = "a new record", .run = record_new },
	{ .name = "a record that changes", .prepare = one_record,
	    .run = record_change },
	{ .name = "a record that joins two", .prepare = two_records,
	    .run = record_join, .varies = true },
	{ .name = "a record that goes", .prepare = one_record,
	    .run = record_remove },
	{ .name = "an interaction", .run = interaction_new },
	{ .name = "an interaction again", .prepare = one_interaction,
	    .run = interaction_again },
	{ .name = "a setting", .run = setting },
	{ .name = "a preference", .run = statement },
	{ .name = "a yes", .run = grant },
	{ .name = "a withdrawal", .run = withdrawal },
	{ .name = "a contact point", .run = contact },
	{ .name = "a channel", .run = channel },
	{ .name = "a purpose", .run = purpose },
	{ .name = "two are different", .prepare = two_records,
	    .run = verdict },
	{ .name = "two are the same", .prepare = two_records,
	    .run = verdict_same, .varies = true },
	{ .name = "a verdict tried out", .prepare = two_records,
	    .run = verdict_tried },
	{ .name = "a search by attributes", .prepare = one_record,
	    .run = search },
	{ .name = "a kind", .prepare = one_kind, .run = kind },
	{ .name = "an erasure foreseen", .prepare = one_leaver,
	    .run = erase_foreseen },
	{ .name = "a batch", .run = batch },
	{ .name = "an import of rows", .run = import_rows },
	{ .name = "an import all at once", .run = import_bulk },
	{ .name = "an import of lines", .run = import_lines },
	{ .name = "an erasure", .prepare = one_leaver, .run = erase,
	    .late = true },
	/* What is learned of these is no model to judge others by. */
	{ .name = "a model that is learned", .prepare = two_records,
	    .run = model_learned, .varies = true },
	{ .name = "a model that is taken", .run = model_taken,
	    .varies = true },
};
const size_t scenarios_write_count = OMNI__COUNT(scenarios_write);
