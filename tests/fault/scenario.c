/*
 * What the scenarios share, and the few customers that they meet.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "scenario.h"

void
scenario_key(char out[SCENARIO_KEY], const char *stem, int64_t serial)
{
	(void)snprintf(out, SCENARIO_KEY, "%s%lld", stem, (long long)serial);
}

long long
scenario_apart(int64_t serial)
{
	return (long long)(serial * 7654321 % 10000000);
}

omni_status
scenario_record(omni_record **out, const char *source, const char *key,
    const char *const *features)
{
	omni_record *record = omni_record_new();
	omni_status status = OMNI_OK;

	*out = NULL;
	if (record == NULL)
		return OMNI_NOMEM;
	if (source != NULL)
		status = omni_record_set_source(record, source, key);
	for (; *features != NULL && status == OMNI_OK; features += 2)
		status = omni_record_add(record, features[0], features[1]);
	if (status == OMNI_OK) {
		*out = record;
		return OMNI_OK;
	}
	omni_record_free(record);
	return status;
}

omni_status
scenario_who(omni_record **out, const char *kind, const char *value)
{
	const char *features[] = { kind, value, NULL };

	return scenario_record(out, NULL, NULL, features);
}

omni_status
scenario_want(omni_status status, omni_status wanted)
{
	if (status == wanted)
		return OMNI_OK;
	return status < 0 ? status : OMNI_INTERNAL;
}

omni_status
scenario_got(const void *thing)
{
	return thing != NULL ? OMNI_OK : OMNI_NOMEM;
}

void
scenario_must(omni *db, omni_status status)
{
	if (status < 0)
		print_error("%s: %s\n", omni_status_name(status),
		    omni_errmsg(db));
	assert_true(status >= 0);
}

char *
scenario_customer(struct harness *h, const char *email)
{
	omni_customer *customer = NULL;
	omni_record *who = NULL;
	omni_status status = scenario_who(&who, "email", email);
	char *id = NULL;

	if (status == OMNI_OK)
		status = omni_customer_find(h->db, who, &customer);
	scenario_must(h->db, status);
	assert_non_null(customer);
	id = strdup(omni_customer_id(customer));
	assert_non_null(id);
	omni_customer_free(customer);
	omni_record_free(who);
	return id;
}

/* ---- the town ------------------------------------------------------- */

#define EVENT(id, type, rest) "{\"specversion\":\"1.0\",\"id\":\"" id \
	"\",\"source\":\"/town\",\"type\":\"" type "\"," \
	"\"time\":\"2025-05-01T10:00:00Z\"" rest "}\n"
#define ANN "\"who\":{\"email\":\"ann@shop.example\"}"
#define BO "\"who\":{\"phone\":\"+46701234567\"}"

static const char town[] =
    EVENT("c1", "omni.channel", ",\"data\":{\"name\":\"store\","
    "\"direction\":\"in\",\"medium\":\"physical\"}")
    EVENT("c2", "omni.channel", ",\"data\":{\"name\":\"email\","
    "\"direction\":\"both\",\"medium\":\"digital\","
    "\"address\":\"email\",\"confidentiality\":2}")
    EVENT("c3", "omni.channel", ",\"data\":{\"name\":\"sms\","
    "\"direction\":\"out\",\"medium\":\"digital\","
    "\"address\":\"phone\",\"cost\":3}")
    EVENT("p1", "omni.purpose", ",\"data\":{\"name\":\"news\","
    "\"basis\":\"consent\",\"class\":\"marketing\","
    "\"channels\":[\"email\",\"sms\"]}")
    EVENT("p2", "omni.purpose", ",\"data\":{\"name\":\"receipt\","
    "\"basis\":\"contract\",\"class\":\"transactional\","
    "\"channels\":[\"sms\",\"email\"]}")
    EVENT("1", "order.placed", ",\"channel\":\"store\",\"data\":{" ANN
    ",\"refs\":[\"order:7\"],\"status\":{\"order:7\":\"placed\"},"
    "\"body\":{\"price\":19.9}}")
    EVENT("2", "order.mailed", ",\"channel\":\"email\",\"data\":{" ANN
    ",\"refs\":[\"order:7\",\"product:x\"]}")
    EVENT("3", "order.collected", ",\"channel\":\"store\",\"data\":{" BO
    ",\"refs\":[\"order:7\"],\"status\":{\"order:7\":\"collected\"}}")
    EVENT("4", "visit", ",\"channel\":\"store\",\"data\":{" BO "}");

static const struct {
	const char *source, *key, *features[7];
} people[] = {
	{ "crm", "1", { "email", "ann@shop.example", "phone",
	    "+46701111111", "name.given", "Ann", NULL } },
	{ "web", "1", { "email", "ann@shop.example", "loyalty", "L1",
	    "name.given", "Anna", NULL } },
	{ "crm", "2", { "phone", "+46701234567", "name.given", "Bo",
	    NULL } },
};

static void
move_in(struct harness *h)
{
	omni_record *record;
	size_t i;

	for (i = 0; i < OMNI__COUNT(people); i++) {
		scenario_must(h->db, scenario_record(&record,
		    people[i].source, people[i].key, people[i].features));
		scenario_must(h->db, omni_record_put(h->db, record, NULL));
		omni_record_free(record);
	}
}

static void
settle(struct harness *h)
{
	omni_record *ann = NULL;
	omni_statement *yes = omni_statement_new(OMNI_SAID_GRANT, "news");

	scenario_must(h->db, scenario_who(&ann, "email",
	    "ann@shop.example"));
	assert_non_null(yes);
	scenario_must(h->db, omni_setting_put(h->db, ann, "language", "sv",
	    h->now, NULL));
	scenario_must(h->db, omni_statement_set_who(yes, ann));
	scenario_must(h->db, omni_statement_set_channel(yes, "email"));
	scenario_must(h->db, omni_statement_put(h->db, yes, NULL));
	omni_statement_free(yes);
	omni_record_free(ann);
}

void
scenario_populate(struct harness *h)
{
	omni_import *import = NULL;
	const char *reason;
	int64_t line;

	scenario_must(h->db, omni_import_new(h->db, OMNI_FORMAT_LINES,
	    &import));
	scenario_must(h->db, omni_import_write(import, town,
	    sizeof(town) - 1));
	scenario_must(h->db, omni_import_finish(import));
	while (omni_import_problem(import, &line, &reason) == OMNI_OK)
		print_error("town, line %lld: %s\n", (long long)line,
		    reason);
	assert_int_equal(omni_import_rejected(import), 0);
	omni_import_free(import);
	move_in(h);
	settle(h);
}

const struct scenario *
scenario_named(const char *name)
{
	size_t i;

	for (i = 0; i < scenarios_write_count; i++)
		if (strcmp(scenarios_write[i].name, name) == 0)
			return &scenarios_write[i];
	for (i = 0; i < scenarios_send_count; i++)
		if (strcmp(scenarios_send[i].name, name) == 0)
			return &scenarios_send[i];
	for (i = 0; i < scenarios_whole_count; i++)
		if (strcmp(scenarios_whole[i].name, name) == 0)
			return &scenarios_whole[i];
	fail_msg("there is no scenario \"%s\"", name);
	return NULL;
}
