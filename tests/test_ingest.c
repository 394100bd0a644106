/*
 * What comes in as text: lines and rows become facts, whatever the pieces
 * they come in; what is wrong is named by line and member, and its
 * neighbours are kept.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"

/* ---- importing a text ----------------------------------------------- */

struct outcome {
	omni_status status;
	int64_t lines, stored, duplicates, rejected;
	char problems[4096];		/* "LINE: REASON\n"... */
	char error[400];
};

static void
problems_take(omni_import *import, struct outcome *out)
{
	size_t used = strlen(out->problems);
	const char *reason;
	int64_t line;

	while (omni_import_problem(import, &line, &reason) == OMNI_OK) {
		int size = snprintf(out->problems + used,
		    sizeof(out->problems) - used, "%lld: %s\n",
		    (long long)line, reason);

		assert_true(size > 0 &&
		    (size_t)size < sizeof(out->problems) - used);
		used += (size_t)size;
	}
}

/* Feeds and frees. */
static void
feed(omni_import *import, const char *text, size_t size, size_t piece,
    struct outcome *out)
{
	memset(out, 0, sizeof(*out));
	while (size > 0 && out->status == OMNI_OK) {
		size_t part = size < piece ? size : piece;

		out->status = omni_import_write(import, text, part);
		problems_take(import, out);
		text += part;
		size -= part;
	}
	if (out->status == OMNI_OK)
		out->status = omni_import_finish(import);
	problems_take(import, out);
	out->lines = omni_import_lines(import);
	out->stored = omni_import_stored(import);
	out->duplicates = omni_import_duplicates(import);
	out->rejected = omni_import_rejected(import);
	(void)snprintf(out->error, sizeof(out->error), "%s",
	    omni_import_errmsg(import));
	assert_int_equal(out->lines,
	    out->stored + out->duplicates + out->rejected);
	omni_import_free(import);
}

static void
feed_lines(struct harness *h, const char *text, size_t size, size_t piece,
    struct outcome *out)
{
	omni_import *import = NULL;

	harness_ok(h, omni_import_new(h->db, OMNI_FORMAT_LINES, &import));
	feed(import, text, size, piece, out);
}

static void
lines(struct harness *h, const char *text, struct outcome *out)
{
	feed_lines(h, text, strlen(text), 65536, out);
}

static omni_import *
rows_new(struct harness *h)
{
	omni_import *import = NULL;

	harness_ok(h, omni_import_new(h->db, OMNI_FORMAT_CSV, &import));
	assert_int_equal(omni_import_set_source(import, "crm"), OMNI_OK);
	assert_int_equal(omni_import_set_key_column(import, "id"), OMNI_OK);
	assert_int_equal(omni_import_set_time_column(import, "when"),
	    OMNI_OK);
	assert_int_equal(omni_import_map(import, "name", "name.full"),
	    OMNI_OK);
	assert_int_equal(omni_import_map(import, "mail", "email"), OMNI_OK);
	return import;
}

static void
rows(struct harness *h, const char *text, struct outcome *out)
{
	feed(rows_new(h), text, strlen(text), 65536, out);
}

static void
wanted(const struct outcome *out, int64_t stored, int64_t duplicates,
    int64_t rejected)
{
	if (out->stored != stored || out->duplicates != duplicates ||
	    out->rejected != rejected)
		print_error("%s%s\n", out->problems, out->error);
	assert_int_equal(out->stored, stored);
	assert_int_equal(out->duplicates, duplicates);
	assert_int_equal(out->rejected, rejected);
	assert_int_equal(out->status,
	    rejected > 0 ? OMNI_PARTIAL : OMNI_OK);
}

/* ---- asking the store ----------------------------------------------- */

/* The customer that this feature alone finds; to be freed. */
static omni_customer *
customer_by(struct harness *h, const char *kind, const char *value)
{
	omni_record *who = omni_record_new();
	omni_customer *customer = NULL;

	assert_non_null(who);
	assert_int_equal(omni_record_add(who, kind, value), OMNI_OK);
	harness_ok(h, omni_customer_find(h->db, who, &customer));
	omni_record_free(who);
	return customer;
}

static bool
has_feature(const omni_customer *customer, const char *kind,
    const char *value)
{
	int32_t i;

	for (i = 0; i < omni_customer_feature_count(customer); i++)
		if (strcmp(omni_customer_feature_kind(customer, i),
		    kind) == 0 &&
		    strcmp(omni_customer_feature_value(customer, i),
		    value) == 0)
			return true;
	return false;
}

static void
assert_feature(const omni_customer *customer, const char *kind,
    const char *value)
{
	if (!has_feature(customer, kind, value))
		fail_msg("the customer has no %s %s", kind, value);
}

/* The interactions that bear a reference, as text, oldest first. */
static void
story(struct harness *h, const char *type, const char *key, char *out,
    size_t size)
{
	omni_timeline *timeline = NULL;
	omni_filter *filter = omni_filter_new();
	const omni_interaction *it;
	omni_status status;

	*out = '\0';
	assert_non_null(filter);
	assert_int_equal(omni_filter_set_oldest(filter, 1), OMNI_OK);
	harness_ok(h, omni_story_open(h->db, type, key, filter, &timeline));
	while ((status = omni_timeline_next(timeline, &it)) == OMNI_OK) {
		const char *body = omni_interaction_body(it);
		size_t used = strlen(out);

		(void)snprintf(out + used, size - used, "%s %s %s %s\n",
		    omni_interaction_channel(it), omni_interaction_kind(it),
		    omni_interaction_key(it), body == NULL ? "-" : body);
	}
	assert_int_equal(status, OMNI_DONE);
	omni_timeline_free(timeline);
	omni_filter_free(filter);
}

/* ---- lines ---------------------------------------------------------- */

#define EVENT(id, type, rest) "{\"specversion\":\"1.0\",\"id\":\"" id \
	"\",\"source\":\"/s\",\"type\":\"" type "\"," \
	"\"time\":\"2025-03-01T10:00:00Z\"" rest "}\n"
#define STORE ",\"channel\":\"store\""
#define DATA(data) ",\"data\":{" data "}"
#define WHO(who) "\"who\":{" who "}"
#define ANN WHO("\"email\":\"ann@shop.example\"")

static const char setup[] =
    EVENT("c1", "omni.channel", DATA("\"name\":\"store\","
    "\"direction\":\"in\",\"medium\":\"physical\""))
    EVENT("c2", "omni.channel", DATA("\"name\":\"email\","
    "\"direction\":\"out\",\"medium\":\"digital\",\"address\":\"email\","
    "\"confidentiality\":2,\"cost\":1"))
    EVENT("c3", "omni.channel", DATA("\"name\":\"app\","
    "\"direction\":\"both\",\"medium\":\"digital\","
    "\"address\":\"device\""))
    EVENT("c4", "omni.channel", DATA("\"name\":\"web\","
    "\"direction\":\"in\",\"medium\":\"digital\""))
    EVENT("p1", "omni.purpose", DATA("\"name\":\"news\","
    "\"basis\":\"consent\",\"class\":\"marketing\","
    "\"channels\":[\"email\"],\"verified\":false"));

static const char story_lines[] =
    EVENT("1", "order.placed", STORE DATA(ANN ",\"refs\":[\"order:7\","
    "\"product:a:b\"],\"status\":{\"order:7\":\"placed\"},"
    "\"body\":{\"price\": 19.90, \"n\": [ 1, \"a b\" ]}"))
    "  \r\n\n"
    EVENT("2", "order.paid", STORE DATA(WHO("") ","
    "\"status\":{\"order:7\":\"paid\"}"))
    EVENT("3", "omni.record", DATA("\"key\":\"K1\","
    WHO("\"name\":\"Ann Lee\",\"email\":[\"ann@shop.example\","
    "\"ann@home.example\"],\"loyalty\":4711,\"phone\":null")))
    EVENT("4", "omni.statement", ",\"channel\":\"web\""
    DATA(ANN ",\"purpose\":\"news\",\"statement\":\"grant\","
    "\"on\":\"email\",\"wording\":\"w1\""));

static const char own_lines[] =
    EVENT("5", "omni.setting", DATA(ANN ",\"name\":\"size\","
    "\"value\":42"))
    EVENT("6", "omni.contact", DATA("\"kind\":\"email\","
    "\"value\":\"ann@home.example\",\"suppressed\":\"bounce\""));

/* Everything that a line can tell of an address. */
static void
a_line_tells_of_a_contact_point(void **state)
{
	struct harness *h = harness_of(state);
	omni_contacts *list = NULL;
	struct outcome out;
	int64_t from;

	lines(h, EVENT("1", "omni.contact", DATA("\"kind\":\"phone\","
	    "\"value\":\"0701234567\",\"suppressed\":\"list\","
	    "\"purpose\":\"offer\",\"primary\":true,"
	    "\"from\":\"2026-03-01\",\"until\":null")), &out);
	wanted(&out, 1, 0, 0);
	harness_ok(h, omni_contacts_open(h->db, "phone", "+46701234567",
	    &list));
	harness_ok(h, omni_contacts_next(list));
	assert_string_equal(omni_contacts_cause(list), "list");
	assert_string_equal(omni_contacts_purpose(list), "offer");
	harness_ok(h, omni_contacts_next(list));
	assert_int_equal(omni_contacts_what(list), OMNI_CONTACT_PRIMARY);
	assert_int_equal(omni_contacts_flag(list), 1);
	harness_ok(h, omni_contacts_next(list));
	harness_ok(h, omni_time_parse("2026-03-01", &from));
	assert_true(omni_contacts_from(list) == from);
	assert_true(omni_contacts_until(list) == OMNI_TIME_UNKNOWN);
	assert_int_equal(omni_contacts_next(list), OMNI_DONE);
	omni_contacts_free(list);
}

static void
lines_become_facts(void **state)
{
	struct harness *h = harness_of(state);
	omni_customer *ann, *same = NULL;
	omni_channel *channel = NULL;
	omni_purpose *purpose = NULL;
	omni_case *order = NULL;
	char *size = NULL, told[512];
	struct outcome out;

	lines(h, setup, &out);
	wanted(&out, 5, 0, 0);
	lines(h, story_lines, &out);
	wanted(&out, 4, 0, 0);
	lines(h, own_lines, &out);
	wanted(&out, 2, 0, 0);

	ann = customer_by(h, "loyalty", "4711");
	assert_feature(ann, "name.full", "Ann Lee");
	assert_feature(ann, "email", "ann@home.example");
	harness_ok(h, omni_customer_of(h->db, "/s", "K1", &same));
	assert_string_equal(omni_customer_id(ann), omni_customer_id(same));
	harness_ok(h, omni_setting_get(h->db, omni_customer_id(ann), "size",
	    &size));
	assert_string_equal(size, "42");

	story(h, "order", "7", told, sizeof(told));
	assert_string_equal(told,
	    "store order.placed 1 {\"price\":19.90,\"n\":[1,\"a b\"]}\n"
	    "store order.paid 2 -\n");
	story(h, "product", "a:b", told, sizeof(told));
	assert_non_null(strstr(told, "order.placed"));
	harness_ok(h, omni_case_get(h->db, "order", "7", &order));
	assert_string_equal(omni_case_state(order), "paid");
	assert_int_equal(omni_case_changes(order), 2);

	harness_ok(h, omni_channel_get(h->db, "email", &channel));
	assert_int_equal(omni_channel_direction(channel),
	    OMNI_DIRECTION_OUT);
	assert_string_equal(omni_channel_address(channel), "email");
	assert_int_equal(omni_channel_confidentiality(channel), 2);
	harness_ok(h, omni_purpose_get(h->db, "news", &purpose));
	assert_int_equal(omni_purpose_basis(purpose), OMNI_BASIS_CONSENT);
	assert_string_equal(omni_purpose_channel(purpose, 0), "email");

	omni_text_free(size);
	omni_case_free(order);
	omni_purpose_free(purpose);
	omni_channel_free(channel);
	omni_customer_free(same);
	omni_customer_free(ann);
}

/* Consent given on a line, and a bounce, decide where the news goes. */
static void
all_that_can_be_said_can_be_a_line(void **state)
{
	static const char lines[] =
	    EVENT("1", "omni.record", DATA(ANN ",\"key\":\"1\""))
	    EVENT("2", "omni.statement", DATA(ANN ",\"purpose\":\"news\","
	    "\"statement\":\"grant\",\"brand\":\"X\",\"wording\":\"w\","
	    "\"evidence\":\"form\\n7\",\"expiry\":\"2031-01-01\","
	    "\"address\":{\"kind\":\"email\","
	    "\"value\":\"ann@shop.example\"}"))
	    EVENT("3", "omni.statement", DATA("\"purpose\":\"news\","
	    "\"statement\":\"confirm\",\"brand\":\"X\",\"wording\":\"w\","
	    "\"address\":{\"kind\":\"email\","
	    "\"value\":\"ann@shop.example\"}"))
	    EVENT("4", "omni.statement", DATA(ANN ",\"purpose\":\"*\","
	    "\"statement\":\"quiet\",\"medium\":\"digital\","
	    "\"value\":\"22:00-07:00\""))
	    EVENT("5", "omni.statement", DATA(ANN ",\"purpose\":\"*\","
	    "\"statement\":\"language\",\"value\":\"sv\""))
	    EVENT("6", "omni.statement", DATA(ANN ",\"purpose\":\"*\","
	    "\"statement\":\"zone\",\"value\":\"Asia/Kolkata\""))
	    EVENT("7", "omni.statement", DATA(ANN ",\"purpose\":\"*\","
	    "\"statement\":\"told\""));
	static const int32_t wanted[] = {
		OMNI_SAID_GRANT, OMNI_SAID_CONFIRM, OMNI_SAID_QUIET,
		OMNI_SAID_LANGUAGE, OMNI_SAID_ZONE, OMNI_SAID_TOLD
	};
	struct harness *h = harness_of(state);
	omni_statements *said = NULL;
	omni_customer *customer = NULL;
	omni_record *who = omni_record_new();
	struct outcome out;
	size_t i;

	feed_lines(h, lines, strlen(lines), strlen(lines), &out);
	assert_string_equal(out.problems, "");
	assert_int_equal(out.stored, 7);
	harness_ok(h, omni_record_add(who, "email", "ann@shop.example"));
	harness_ok(h, omni_customer_find(h->db, who, &customer));
	harness_ok(h, omni_statements_open(h->db,
	    omni_customer_id(customer), NULL, &said));
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		harness_ok(h, omni_statements_next(said));
		assert_int_equal(omni_statements_said(said), wanted[i]);
		if (i > 1)
			continue;
		assert_string_equal(omni_statements_brand(said), "X");
		assert_string_equal(omni_statements_wording(said), "w");
	}
	harness_is(h, omni_statements_next(said), OMNI_DONE);
	omni_statements_free(said);
	omni_customer_free(customer);
	omni_record_free(who);
}

static void
statements_and_contacts_reach_the_route(void **state)
{
	struct harness *h = harness_of(state);
	omni_customer *ann;
	omni_route *route = NULL;
	struct outcome out;

	lines(h, setup, &out);
	lines(h, story_lines, &out);
	wanted(&out, 4, 0, 0);
	lines(h, own_lines, &out);
	wanted(&out, 2, 0, 0);
	ann = customer_by(h, "loyalty", "4711");
	harness_ok(h, omni_route_decide(h->db, omni_customer_id(ann), "news",
	    OMNI_NOW, &route));
	assert_int_equal(omni_route_step_count(route), 1);
	assert_string_equal(omni_route_step_address(route, 0),
	    "ann@shop.example");
	omni_route_free(route);
	omni_customer_free(ann);
}

static void
the_same_lines_again_change_nothing(void **state)
{
	struct harness *h = harness_of(state);
	omni_report *report = NULL;
	struct outcome out;

	lines(h, setup, &out);
	lines(h, story_lines, &out);
	wanted(&out, 4, 0, 0);
	lines(h, setup, &out);
	wanted(&out, 0, 5, 0);
	lines(h, story_lines, &out);
	wanted(&out, 0, 4, 0);
	harness_ok(h, omni_check(h->db, &report));
	omni_report_free(report);
}

static void
a_key_with_other_content_is_rejected(void **state)
{
	struct harness *h = harness_of(state);
	struct outcome out;

	lines(h, setup, &out);
	lines(h,
	    EVENT("R1", "purchase", STORE DATA("\"body\":1"))
	    EVENT("R1", "purchase", STORE DATA("\"body\":2"))
	    EVENT("R1", "purchase", STORE DATA("\"body\":1")), &out);
	wanted(&out, 1, 1, 1);
	assert_memory_equal(out.problems, "2: ", 3);
	assert_non_null(strstr(out.problems, "key"));
}

/* ---- lines that are wrong ------------------------------------------- */

static const struct {
	const char *line;
	const char *names;		/* what the reason must name */
} malformed[] = {
	{ "not json at all\n", "not JSON" },
	{ "{\"specversion\":\"1.0\",\"id\":\n", "ends too early" },
	{ "{\"a\":1} x\n", "something follows" },
	{ "{\"a\":1,\"a\":2}\n", "occurs twice" },
	{ "{\"a\":\"\xff\"}\n", "not UTF-8" },
	{ "{\"a\":\"\\u0000\"}\n", "NUL" },
	{ "{\"a\":123456789012345678901234567890}\n", "too large" },
	{ "[1,2]\n", "not a JSON object" },
	{ "\"text\"\n", "JSON" },
	{ "{}\n", "type" },
	{ "{\"type\":7}\n", "type" },
	{ "{\"type\":\"purchase\"}\n", "specversion" },
	{ "{\"specversion\":\"0.3\",\"type\":\"purchase\"}\n",
	    "specversion" },
	{ "{\"specversion\":\"1.0\",\"type\":\"x\",\"source\":\"/s\"}\n",
	    "id" },
	{ "{\"specversion\":\"1.0\",\"type\":\"x\",\"id\":\"1\"}\n",
	    "source" },
	{ "{\"specversion\":\"1.0\",\"type\":\"x\",\"id\":1,"
	    "\"source\":\"/s\"}\n", "id" },
	{ "{\"specversion\":\"1.0\",\"type\":\"x\",\"id\":\"1\","
	    "\"source\":\"/s\",\"channel\":\"store\","
	    "\"time\":\"yesterday\"}\n", "time" },
	{ EVENT("b", "purchase", ""), "channel" },
	{ EVENT("b", "purchase", STORE ",\"data\":[]"), "data" },
	{ EVENT("b", "purchase", STORE DATA("\"who\":\"ann\"")),
	    "data.who" },
	{ EVENT("b", "purchase", STORE DATA(WHO("\"shoe\":\"38\""))),
	    "\"shoe\"" },
	{ EVENT("b", "purchase", STORE DATA(WHO("\"email\":{\"a\":1}"))),
	    "data.who.email" },
	{ EVENT("b", "purchase", STORE DATA("\"refs\":\"order:1\"")),
	    "data.refs" },
	{ EVENT("b", "purchase", STORE DATA("\"refs\":[\"order\"]")),
	    "data.refs" },
	{ EVENT("b", "purchase", STORE DATA("\"refs\":[\":1\"]")),
	    "data.refs" },
	{ EVENT("b", "purchase", STORE DATA("\"refs\":[7]")), "data.refs" },
	{ EVENT("b", "purchase", STORE DATA("\"status\":{\"o\":\"x\"}")),
	    "data.status" },
	{ EVENT("b", "purchase", STORE DATA("\"status\":{\"o:1\":2}")),
	    "data.status" },
	{ EVENT("b", "omni.record", DATA(ANN)), "data.key" },
	{ EVENT("b", "omni.record", ""), "data" },
	{ EVENT("b", "omni.remove", DATA("\"key\":\"\"")), "data.key" },
	{ EVENT("b", "omni.thing", DATA("")), "type" },
	{ EVENT("b", "omni.channel", DATA("")), "data.name" },
	{ EVENT("b", "omni.channel", DATA("\"name\":\"x\","
	    "\"direction\":\"up\"")), "data.direction" },
	{ EVENT("b", "omni.channel", DATA("\"name\":\"x\","
	    "\"cost\":\"much\"")), "data.cost" },
	{ EVENT("b", "omni.purpose", DATA("\"name\":\"x\","
	    "\"basis\":\"whim\"")), "data.basis" },
	{ EVENT("b", "omni.purpose", DATA("\"name\":\"x\","
	    "\"channels\":[1]")), "data.channels" },
	{ EVENT("b", "omni.statement", DATA(ANN ",\"purpose\":\"news\","
	    "\"statement\":\"maybe\"")), "data.statement" },
	{ EVENT("b", "omni.statement", DATA(ANN
	    ",\"statement\":\"grant\"")), "data.purpose" },
	{ EVENT("b", "omni.statement", DATA("\"purpose\":\"news\","
	    "\"statement\":\"grant\"")), "data.who" },
	{ EVENT("b", "omni.statement", DATA(ANN ",\"purpose\":\"news\","
	    "\"statement\":\"prefer\",\"rank\":\"first\"")), "data.rank" },
	{ EVENT("b", "omni.statement", DATA(ANN ",\"purpose\":\"news\","
	    "\"statement\":\"withdraw\",\"medium\":\"air\"")),
	    "data.medium" },
	{ EVENT("b", "omni.statement", DATA(ANN ",\"purpose\":\"news\","
	    "\"statement\":\"withdraw\",\"address\":\"ann\"")),
	    "data.address" },
	{ EVENT("b", "omni.statement", DATA("\"purpose\":\"news\","
	    "\"statement\":\"withdraw\",\"address\":"
	    "{\"kind\":\"email\"}")), "data.address.value" },
	{ EVENT("b", "omni.statement", DATA(ANN ",\"purpose\":\"*\","
	    "\"statement\":\"zone\",\"value\":\"../x\"")), "value" },
	{ EVENT("b", "omni.setting", DATA(ANN ",\"name\":\"n\"")),
	    "data.value" },
	{ EVENT("b", "omni.setting", DATA("\"name\":\"n\",\"value\":1")),
	    "data.who" },
	{ EVENT("b", "omni.contact", DATA("\"kind\":\"email\"")),
	    "data.value" },
	{ EVENT("b", "omni.contact", DATA("\"kind\":\"email\","
	    "\"value\":\"a@b.example\",\"from\":\"later\"")),
	    "data.from" },
	{ EVENT("b", "omni.contact", DATA("\"kind\":\"email\","
	    "\"value\":\"a@b.example\",\"primary\":\"yes\"")),
	    "data.primary" },
	{ EVENT("b", "omni.contact", DATA("\"kind\":\"email\","
	    "\"value\":\"a@b.example\",\"suppressed\":\"asked\","
	    "\"purpose\":\"a//b\"")), "purpose" },
	{ EVENT("b", "omni.contact", DATA("\"kind\":\"email\","
	    "\"value\":\"a@b.example\",\"purpose\":\"offer\"")),
	    "contact point" },
	{ "{\"type\":\"track\",\"messageId\":\"m\"}\n", "event" },
	{ "{\"type\":\"track\",\"messageId\":\"m\",\"event\":\"x\"}\n",
	    "context.channel" },
	{ "{\"type\":\"page\"}\n", "messageId" },
	{ "{\"type\":\"page\",\"messageId\":\"m\",\"properties\":1}\n",
	    "properties" },
	{ "{\"type\":\"page\",\"messageId\":\"m\",\"context\":1}\n",
	    "context" },
	{ "{\"type\":\"page\",\"messageId\":\"m\","
	    "\"timestamp\":\"now\"}\n", "timestamp" },
	{ "{\"type\":\"identify\"}\n", "userId" },
	{ "{\"type\":\"identify\",\"userId\":\"u\",\"traits\":[]}\n",
	    "traits" },
	{ "{\"type\":\"identify\",\"userId\":{}}\n", "userId" },
	{ "{\"type\":\"group\",\"userId\":\"u\"}\n", "groupId" },
	{ "{\"type\":\"alias\",\"userId\":\"u\"}\n", "previousId" },
};

static void
a_bad_line_is_named_and_its_neighbours_kept(void **state)
{
	struct harness *h = harness_of(state);
	struct outcome out;
	char text[2048];
	size_t i;

	lines(h, setup, &out);
	for (i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    EVENT("before-%zu", "x", STORE) "%s"
		    EVENT("after-%zu", "x", STORE), i, malformed[i].line, i);
		lines(h, text, &out);
		wanted(&out, 2, 0, 1);
		if (strncmp(out.problems, "2: ", 3) != 0 ||
		    strstr(out.problems, malformed[i].names) == NULL)
			fail_msg("%s\nis told as\n%s", malformed[i].line,
			    out.problems);
	}
}

/* Names come from the input and go to logs and terminals. */
static void
a_reason_is_one_plain_line(void **state)
{
	struct harness *h = harness_of(state);
	struct outcome out;

	lines(h, EVENT("b", "purchase",
	    STORE DATA(WHO("\"a\\u001b\\n\\u009b\":{}"))), &out);
	wanted(&out, 0, 0, 1);
	assert_non_null(strstr(out.problems, "data.who.a????"));
}

/* One is found by the reader, one by the store: the host sees them sorted. */
static void
bad_lines_are_told_in_their_order(void **state)
{
	struct harness *h = harness_of(state);
	struct outcome out;

	lines(h, setup, &out);
	lines(h, "first\n"
	    EVENT("K", "x", STORE) EVENT("K", "y", STORE)
	    "fourth\n", &out);
	wanted(&out, 1, 0, 3);
	assert_non_null(strstr(out.problems, "1: "));
	assert_true(strstr(out.problems, "\n3: ") <
	    strstr(out.problems, "\n4: "));
	assert_non_null(strstr(out.problems, "\n3: "));
}

static void
a_line_without_end_costs_no_memory(void **state)
{
	struct harness *h = harness_of(state);
	size_t size = (size_t)3 << 20;
	char *text = malloc(size + 1024);
	struct outcome out;
	size_t piece;

	assert_non_null(text);
	lines(h, setup, &out);
	memset(text, 'x', size);
	(void)snprintf(text + size, 1024, "\n%s",
	    EVENT("1", "x", STORE));
	for (piece = 4096; piece <= 2 * size; piece *= 4096) {
		feed_lines(h, text, strlen(text), piece, &out);
		assert_int_equal(out.rejected, 1);
		assert_int_equal(out.lines, 2);
		assert_string_equal(out.problems,
		    "1: the line is longer than 1 MiB\n");
	}
	free(text);
}

static void
pieces_of_one_byte_are_the_same_lines(void **state)
{
	struct harness *h = harness_of(state);
	static const char text[] = "\xEF\xBB\xBF"
	    EVENT("1", "x", STORE DATA(ANN ",\"body\":\"\xC3\xA5\""))
	    "broken\r\n\r\n"
	    EVENT("2", "x", STORE) "{\"half\":";
	struct outcome whole, bytes;

	lines(h, setup, &whole);
	feed_lines(h, text, strlen(text), 1, &bytes);
	wanted(&bytes, 2, 0, 2);
	feed_lines(h, text, strlen(text), 65536, &whole);
	wanted(&whole, 0, 2, 2);
	assert_string_equal(bytes.problems, whole.problems);
	assert_int_equal(bytes.lines, whole.lines);
}

/* What is put by itself waits for what came before it. */
static void
lines_keep_their_order(void **state)
{
	struct harness *h = harness_of(state);
	omni_customer *ann;
	struct outcome out;

	lines(h,
	    EVENT("1", "omni.record", DATA("\"key\":\"A\"," ANN))
	    EVENT("2", "omni.record", DATA("\"key\":\"B\"," ANN))
	    EVENT("3", "omni.remove", DATA("\"key\":\"A\"")), &out);
	wanted(&out, 3, 0, 0);
	ann = customer_by(h, "email", "ann@shop.example");
	assert_int_equal(omni_customer_record_count(ann), 1);
	assert_string_equal(omni_customer_record_key(ann, 0), "B");
	omni_customer_free(ann);
}

/* ---- Segment-spec calls --------------------------------------------- */

#define CALL(type, rest) "{\"type\":\"" type "\"," \
	"\"timestamp\":\"2025-03-01T10:00:00Z\"," rest "}\n"
#define APP "\"context\":{\"channel\":\"app\",\"device\":{\"id\":\"d1\"}}"

static const char segment_lines[] =
    CALL("identify", "\"anonymousId\":\"anon1\",\"userId\":\"u1\"," APP
    ",\"traits\":{\"email\":\"kim@shop.example\",\"firstName\":\"Kim\","
    "\"last_name\":\"Berg\",\"birthday\":\"1980-02-01T00:00:00Z\","
    "\"address\":{\"street\":\"Hill 1\",\"postalCode\":\"111 22\","
    "\"city\":\"Town\"},\"plan\":\"gold\",\"age\":45,\"tags\":{}}")
    CALL("track", "\"messageId\":\"m1\",\"userId\":\"u1\"," APP
    ",\"event\":\"Order Completed\",\"properties\":{\"order_id\":\"55\","
    "\"total\":9.50,\"products\":[{\"product_id\":\"A\"},"
    "{\"product_id\":\"B\",\"category\":\"hats\"}]}")
    CALL("page", "\"messageId\":\"m2\",\"userId\":\"u1\","
    "\"name\":\"Shelf\",\"properties\":{\"category\":\"hats\"}")
    CALL("screen", "\"messageId\":\"m3\",\"userId\":\"u1\","
    "\"name\":\"Start\",\"properties\":{\"category\":\"hats\"}")
    CALL("group", "\"userId\":\"u1\",\"groupId\":\"club\"")
    CALL("alias", "\"userId\":\"u1\",\"previousId\":\"anon0\"");

static void
segment_calls_identify_and_tell(void **state)
{
	struct harness *h = harness_of(state);
	omni_customer *kim;
	char told[512];
	struct outcome out;

	lines(h, setup, &out);
	lines(h, segment_lines, &out);
	wanted(&out, 6, 0, 0);
	kim = customer_by(h, "email", "kim@shop.example");
	assert_feature(kim, "account", "u1");
	assert_feature(kim, "name.given", "Kim");
	assert_feature(kim, "name.family", "Berg");
	assert_feature(kim, "birth_date", "1980-02-01");
	assert_feature(kim, "address.street", "Hill 1");
	assert_feature(kim, "address.postcode", "111 22");
	assert_feature(kim, "attr.plan", "gold");
	assert_feature(kim, "attr.age", "45");
	omni_customer_free(kim);

	story(h, "order", "55", told, sizeof(told));
	assert_string_equal(told, "app Order Completed m1 "
	    "{\"order_id\":\"55\",\"total\":9.50,\"products\":"
	    "[{\"product_id\":\"A\"},{\"product_id\":\"B\","
	    "\"category\":\"hats\"}]}\n");
	story(h, "category", "hats", told, sizeof(told));
	assert_non_null(strstr(told, "web page.viewed m2 "
	    "{\"name\":\"Shelf\",\"category\":\"hats\"}"));
	assert_non_null(strstr(told, "app screen.viewed m3 "));
	lines(h, segment_lines, &out);
	wanted(&out, 0, 6, 0);
}

/* ---- rows ----------------------------------------------------------- */

static void
rows_become_records(void **state)
{
	struct harness *h = harness_of(state);
	omni_customer *customer = NULL;
	struct outcome out;

	rows(h, "\xEF\xBB\xBF id ,extra,name, mail ,when\r\n"
	    "1,,\"Lee, \"\"Ann\"\"\", ann@shop.example ,2025-01-01\r\n"
	    "\r\n"
	    "2,x,\"Two\nLines\",two@shop.example,\r\n"
	    "3", &out);
	wanted(&out, 3, 0, 0);
	harness_ok(h, omni_customer_of(h->db, "crm", "1", &customer));
	assert_feature(customer, "name.full", "Lee, \"Ann\"");
	assert_feature(customer, "email", "ann@shop.example");
	omni_customer_free(customer);
	harness_ok(h, omni_customer_of(h->db, "crm", "2", &customer));
	assert_feature(customer, "name.full", "Two Lines");
	omni_customer_free(customer);
	harness_ok(h, omni_customer_of(h->db, "crm", "3", &customer));
	omni_customer_free(customer);
}

static const char dirty_rows[] =
    "id,name,mail,when\n"
    "1,One,one@shop.example,\n"
    ",No Key,,\n"
    "3,Too,many,,columns\n"
    "4,Bad Time,,soon\n"
    "5,in\"side,,\n"
    "6,\"be\"hind,,\n"
    "7,\xff,,\n"
    "8,\"never closed,,\n"
    "9,Nine,,\n"
    "10,Ten,,\n";

static void
a_bad_row_is_named_and_its_neighbours_kept(void **state)
{
	struct harness *h = harness_of(state);
	struct outcome out;

	rows(h, dirty_rows, &out);
	wanted(&out, 3, 0, 7);
	assert_string_equal(out.problems,
	    "3: the key column 'id' is empty\n"
	    "4: the row has more columns than the header\n"
	    "5: column 'when' is not an ISO 8601 time\n"
	    "6: a quotation mark is out of place\n"
	    "7: a quotation mark is out of place\n"
	    "8: the row is not UTF-8\n"
	    "9: a quotation mark is not closed\n");
}

static void
pieces_of_any_size_are_the_same_rows(void **state)
{
	struct harness *h = harness_of(state);
	struct outcome whole, part;
	size_t piece;

	rows(h, dirty_rows, &whole);
	for (piece = 1; piece < 12; piece++) {
		feed(rows_new(h), dirty_rows, strlen(dirty_rows), piece,
		    &part);
		wanted(&part, 0, 3, 7);
		assert_string_equal(part.problems, whole.problems);
	}
}

static void
a_row_that_changed_is_a_new_version(void **state)
{
	struct harness *h = harness_of(state);
	omni_customer *customer = NULL;
	struct outcome out;

	rows(h, "id,name,mail,when\n1,Old,,2025-01-01\n", &out);
	wanted(&out, 1, 0, 0);
	rows(h, "id,name,mail,when\n1,New,,2025-02-01\n", &out);
	wanted(&out, 1, 0, 0);
	rows(h, "id,name,mail,when\n1,New,,2025-02-01\n", &out);
	wanted(&out, 0, 1, 0);
	harness_ok(h, omni_customer_of(h->db, "crm", "1", &customer));
	assert_feature(customer, "name.full", "New");
	assert_false(has_feature(customer, "name.full", "Old"));
	omni_customer_free(customer);
}

static void
columns_that_are_not_there_are_named(void **state)
{
	struct harness *h = harness_of(state);
	struct outcome out;

	rows(h, "id,name,when\n1,x,\n", &out);
	assert_int_equal(out.status, OMNI_INVALID);
	assert_non_null(strstr(out.error, "'mail'"));
	assert_int_equal(out.stored, 0);
	rows(h, "id,name,mail,mail,when\n1,x,,,\n", &out);
	assert_int_equal(out.status, OMNI_INVALID);
	assert_non_null(strstr(out.error, "'mail'"));
	rows(h, "", &out);
	assert_int_equal(out.status, OMNI_INVALID);
	assert_non_null(strstr(out.error, "header"));
	rows(h, "id,\"name\n", &out);
	assert_int_equal(out.status, OMNI_INVALID);
	assert_non_null(strstr(out.error, "header"));
}

static void
a_row_without_end_is_rejected(void **state)
{
	struct harness *h = harness_of(state);
	size_t size = (size_t)2 << 20;
	char *text = malloc(size + 64);
	struct outcome out;

	assert_non_null(text);
	(void)strcpy(text, "id,name,mail,when\n1,\"");
	memset(text + 20, 'x', size);
	(void)strcpy(text + 20 + size, "\n2,Two,,\n");
	feed(rows_new(h), text, strlen(text), 5000, &out);
	wanted(&out, 1, 0, 1);
	assert_memory_equal(out.problems, "2: ", 3);
	free(text);
}

/* ---- use ------------------------------------------------------------ */

static void
wrong_use_is_told(void **state)
{
	struct harness *h = harness_of(state);
	omni_import *import = NULL;
	const char *reason;
	int64_t line;

	assert_true(omni_import_new(NULL, OMNI_FORMAT_CSV, &import) < 0);
	assert_true(omni_import_new(h->db, 0, &import) < 0);
	assert_true(omni_import_new(h->db, 3, &import) < 0);
	assert_true(omni_import_new(h->db, OMNI_FORMAT_CSV, NULL) < 0);
	assert_null(import);
	omni_import_free(NULL);

	harness_ok(h, omni_import_new(h->db, OMNI_FORMAT_LINES, &import));
	assert_int_equal(omni_import_set_source(import, "s"), OMNI_MISUSE);
	assert_int_equal(omni_import_problem(import, NULL, &reason),
	    OMNI_MISUSE);
	assert_int_equal(omni_import_problem(import, &line, &reason),
	    OMNI_DONE);
	assert_int_equal(omni_import_finish(import), OMNI_OK);
	assert_int_equal(omni_import_finish(import), OMNI_OK);
	assert_int_equal(omni_import_write(import, "x", 1), OMNI_MISUSE);
	omni_import_free(import);

	harness_ok(h, omni_import_new(h->db, OMNI_FORMAT_CSV, &import));
	assert_int_equal(omni_import_set_source(import, ""), OMNI_INVALID);
	assert_int_equal(omni_import_map(import, "c", NULL), OMNI_INVALID);
	assert_true(omni_import_map(import, "c", "shoe") < 0);
	assert_non_null(strstr(omni_import_errmsg(import), "shoe"));
	assert_int_equal(omni_import_write(import, "a,b\n", 4),
	    OMNI_INVALID);
	assert_non_null(strstr(omni_import_errmsg(import), "source"));
	assert_int_equal(omni_import_finish(import), OMNI_INVALID);
	omni_import_free(import);
}

static void
an_import_outlives_its_handle(void **state)
{
	struct harness *h = harness_of(state);
	omni *other = harness_open(h);
	omni_import *import = NULL;

	assert_int_equal(omni_import_new(other, OMNI_FORMAT_LINES, &import),
	    OMNI_OK);
	omni_close(other);
	omni_import_free(import);
}

/* ---- memory --------------------------------------------------------- */

/* realloc, until the n-th. */
struct purse {
	int64_t left;
};

static void *
purse_allocate(void *user, void *memory, size_t size)
{
	struct purse *purse = user;

	if (size == 0) {
		free(memory);
		return NULL;
	}
	if (purse->left == 0)
		return NULL;
	if (purse->left > 0)
		purse->left--;
	return realloc(memory, size);
}

static omni *
purse_open(struct harness *h, struct purse *purse)
{
	omni_config *config = omni_config_new();
	omni *db = NULL;

	assert_non_null(config);
	assert_int_equal(omni_config_set_allocator(config, purse_allocate,
	    purse), OMNI_OK);
	assert_int_equal(omni_config_set_durability(config,
	    OMNI_DURABLE_NORMAL), OMNI_OK);
	assert_int_equal(omni_open(config, h->url, &db), OMNI_OK);
	omni_config_free(config);
	return db;
}

static void
everything_fed(omni *db, const char *text, int32_t format,
    struct outcome *out)
{
	omni_import *import = NULL;

	memset(out, 0, sizeof(*out));
	out->status = omni_import_new(db, format, &import);
	if (out->status == OMNI_OK && format == OMNI_FORMAT_CSV) {
		out->status = omni_import_set_source(import, "crm");
		if (out->status == OMNI_OK)
			out->status = omni_import_set_key_column(import,
			    "id");
		if (out->status == OMNI_OK)
			out->status = omni_import_map(import, "mail",
			    "email");
	}
	if (out->status == OMNI_OK)
		out->status = omni_import_write(import, text, strlen(text));
	if (out->status == OMNI_OK)
		out->status = omni_import_finish(import);
	if (out->status >= 0)
		out->lines = omni_import_lines(import);
	omni_import_free(import);
}

/* For all n, until it succeeds: the n-th allocation fails, the import says
 * so, and the same handle does it all once there is memory again. */
static void
out_of_memory(struct harness *h, const char *text, int32_t format,
    int64_t wanted_lines)
{
	struct purse purse = { -1 };
	omni *db = purse_open(h, &purse);
	struct outcome out;
	int64_t n;

	for (n = 0; n < 100000; n++) {
		purse.left = n;
		everything_fed(db, text, format, &out);
		if (out.status >= 0 && out.lines == wanted_lines)
			break;
		assert_int_equal(out.status, OMNI_NOMEM);
	}
	purse.left = -1;
	assert_true(n > 0 && n < 100000);
	everything_fed(db, text, format, &out);
	assert_true(out.status >= 0);
	assert_int_equal(out.lines, wanted_lines);
	printf("# %lld points on %s\n", (long long)n, h->engine);
	omni_close(db);
}

static void
memory_may_run_out_anywhere(void **state)
{
	struct harness *h = harness_of(state);
	struct outcome out;

	lines(h, setup, &out);
	out_of_memory(h, "broken\n"
	    EVENT("1", "x", STORE DATA(ANN ",\"body\":1"))
	    EVENT("2", "omni.record", DATA("\"key\":\"K\"," ANN))
	    CALL("page", "\"messageId\":\"m2\",\"userId\":\"u1\","
	    "\"name\":\"Shelf\""), OMNI_FORMAT_LINES, 4);
	out_of_memory(h, dirty_rows, OMNI_FORMAT_CSV, 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(lines_become_facts),
		HARNESS_TEST(a_line_tells_of_a_contact_point),
		HARNESS_TEST(all_that_can_be_said_can_be_a_line),
		HARNESS_TEST(statements_and_contacts_reach_the_route),
		HARNESS_TEST(the_same_lines_again_change_nothing),
		HARNESS_TEST(a_key_with_other_content_is_rejected),
		HARNESS_TEST(a_bad_line_is_named_and_its_neighbours_kept),
		HARNESS_TEST(a_reason_is_one_plain_line),
		HARNESS_TEST(bad_lines_are_told_in_their_order),
		HARNESS_TEST(a_line_without_end_costs_no_memory),
		HARNESS_TEST(pieces_of_one_byte_are_the_same_lines),
		HARNESS_TEST(lines_keep_their_order),
		HARNESS_TEST(segment_calls_identify_and_tell),
		HARNESS_TEST(rows_become_records),
		HARNESS_TEST(a_bad_row_is_named_and_its_neighbours_kept),
		HARNESS_TEST(pieces_of_any_size_are_the_same_rows),
		HARNESS_TEST(a_row_that_changed_is_a_new_version),
		HARNESS_TEST(columns_that_are_not_there_are_named),
		HARNESS_TEST(a_row_without_end_is_rejected),
		HARNESS_TEST(wrong_use_is_told),
		HARNESS_TEST(an_import_outlives_its_handle),
		HARNESS_TEST(memory_may_run_out_anywhere),
	};

	return cmocka_run_group_tests_name("ingest", tests, NULL, NULL);
}
