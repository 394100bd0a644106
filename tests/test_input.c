/*
 * Bad input: every string of every call as NULL, empty, not UTF-8, with
 * control characters and far too long; times that are none; handles that are
 * missing, busy, forked or closed.  A clear status, a message that names the
 * field, and never a crash.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

/* ---- strings -------------------------------------------------------- */

enum bad { BAD_NULL, BAD_EMPTY, BAD_UTF8, BAD_CONTROL, BAD_LONG, BADS };

/* What a field takes all the same. */
enum {
	MAY_BE_NULL = 1 << BAD_NULL,
	MAY_BE_EMPTY = 1 << BAD_EMPTY,
	MAY_CONTROL = 1 << BAD_CONTROL,
	NO_MESSAGE = 1 << BADS	/* the object has none to ask for */
};

static const char *const bad_names[BADS] = {
	[BAD_NULL] = "NULL", [BAD_EMPTY] = "empty", [BAD_UTF8] = "not UTF-8",
	[BAD_CONTROL] = "a control character", [BAD_LONG] = "1 MiB long"
};

static const char *
bad_text(enum bad bad)
{
	static char text[(1 << 20) + 1];

	switch (bad) {
	case BAD_EMPTY:
		return "";
	case BAD_UTF8:
		return "caf\xe9 \xc0\x80";
	case BAD_CONTROL:
		return "one\x01two";
	case BAD_LONG:
		memset(text, 'a', sizeof(text) - 1);
		return text;
	default:
		return NULL;
	}
}

struct said {
	omni *db;
	char message[512];
};

static omni_status
say(struct said *said, omni_status status, const char *message)
{
	assert_non_null(message);
	(void)snprintf(said->message, sizeof(said->message), "%s", message);
	return status;
}

/* A call on the handle. */
#define ON_DB(name, call) \
	static omni_status name(struct said *said, const char *s) \
	{ \
		omni *db = said->db; \
		omni_status status = (call); \
		return say(said, status, omni_errmsg(db)); \
	}

/* A call on an object of its own. */
#define ON(noun, name, made, call) \
	static omni_status name(struct said *said, const char *s) \
	{ \
		omni_##noun *o = (made); \
		omni_status status; \
		assert_non_null(o); \
		status = (call); \
		(void)say(said, status, omni_##noun##_errmsg(o)); \
		omni_##noun##_free(o); \
		return status; \
	}

ON(config, config_region, omni_config_new(), omni_config_set_region(o, s))
ON(config, config_zone, omni_config_new(), omni_config_set_zone(o, s))
ON(config, config_module, omni_config_new(), omni_config_set_module(o, s))

static omni_status
open_url(struct said *said, const char *s)
{
	omni_config *config = omni_config_new();
	omni_status status;
	omni *db = NULL;

	status = omni_open(config, s, &db);
	assert_null(db);
	status = say(said, status, omni_config_errmsg(config));
	omni_config_free(config);
	return status;
}

ON(record, record_source, omni_record_new(),
    omni_record_set_source(o, s, "1"))
ON(record, record_key, omni_record_new(), omni_record_set_source(o, "s", s))
ON(record, record_kind, omni_record_new(), omni_record_add(o, s, "x"))
ON(record, record_value, omni_record_new(),
    omni_record_add(o, "email", s))

#define NEW_DEED omni_interaction_new("web", "visit")
ON(interaction, deed_source, NEW_DEED, omni_interaction_set_key(o, s, "1"))
ON(interaction, deed_key, NEW_DEED, omni_interaction_set_key(o, "s", s))
ON(interaction, deed_type, NEW_DEED,
    omni_interaction_add_reference(o, s, "1"))
ON(interaction, deed_reference, NEW_DEED,
    omni_interaction_add_reference(o, "order", s))
ON(interaction, deed_status_type, NEW_DEED,
    omni_interaction_set_status(o, s, "1", "paid"))
ON(interaction, deed_status_key, NEW_DEED,
    omni_interaction_set_status(o, "order", s, "paid"))
ON(interaction, deed_status, NEW_DEED,
    omni_interaction_set_status(o, "order", "1", s))
ON(interaction, deed_body, NEW_DEED, omni_interaction_set_body(o, s))

/* Constructors return no status: the put tells. */
static omni_status
put_deed(struct said *said, omni_interaction *deed)
{
	omni_status status;

	assert_non_null(deed);
	status = omni_interaction_put(said->db, deed, NULL);
	omni_interaction_free(deed);
	return say(said, status, omni_errmsg(said->db));
}

static omni_status
deed_channel(struct said *said, const char *s)
{
	return put_deed(said, omni_interaction_new(s, "visit"));
}

static omni_status
deed_kind(struct said *said, const char *s)
{
	return put_deed(said, omni_interaction_new("web", s));
}

ON(filter, filter_channel, omni_filter_new(), omni_filter_set_channel(o, s))
ON(filter, filter_kind, omni_filter_new(), omni_filter_set_kind(o, s))
ON(filter, filter_type, omni_filter_new(),
    omni_filter_set_reference(o, s, "1"))
ON(filter, filter_key, omni_filter_new(),
    omni_filter_set_reference(o, "order", s))
ON(filter, filter_token, omni_filter_new(), omni_filter_set_token(o, s))

ON(channel, channel_address, omni_channel_new("x"),
    omni_channel_set_address(o, s))
ON(channel, channel_source, omni_channel_new("x"),
    omni_channel_set_key(o, s, "1"))
ON(channel, channel_key, omni_channel_new("x"),
    omni_channel_set_key(o, "s", s))

static omni_status
channel_name(struct said *said, const char *s)
{
	omni_channel *channel = omni_channel_new(s);
	omni_status status = omni_channel_put(said->db, channel, NULL);

	omni_channel_free(channel);
	return say(said, status, omni_errmsg(said->db));
}

ON(purpose, purpose_class, omni_purpose_new("x"),
    omni_purpose_set_class(o, s))
ON(purpose, purpose_channel, omni_purpose_new("x"),
    omni_purpose_add_channel(o, s))
ON(purpose, purpose_source, omni_purpose_new("x"),
    omni_purpose_set_key(o, s, "1"))
ON(purpose, purpose_key, omni_purpose_new("x"),
    omni_purpose_set_key(o, "s", s))

static omni_status
purpose_name(struct said *said, const char *s)
{
	omni_purpose *purpose = omni_purpose_new(s);
	omni_status status = omni_purpose_put(said->db, purpose, NULL);

	omni_purpose_free(purpose);
	return say(said, status, omni_errmsg(said->db));
}

#define NEW_YES omni_statement_new(OMNI_SAID_GRANT, "news")
ON(statement, said_customer, NEW_YES, omni_statement_set_customer(o, s))
ON(statement, said_channel, NEW_YES, omni_statement_set_channel(o, s))
ON(statement, said_via, NEW_YES, omni_statement_set_via(o, s))
ON(statement, said_wording, NEW_YES, omni_statement_set_wording(o, s))
ON(statement, said_source, NEW_YES, omni_statement_set_key(o, s, "1"))
ON(statement, said_key, NEW_YES, omni_statement_set_key(o, "s", s))

static omni_status
said_purpose(struct said *said, const char *s)
{
	omni_statement *yes = omni_statement_new(OMNI_SAID_GRANT, s);
	omni_record *who = omni_record_new();
	omni_status status;

	(void)omni_record_add(who, "email", "a@mail.example");
	(void)omni_statement_set_who(yes, who);
	status = omni_statement_put(said->db, yes, NULL);
	omni_statement_free(yes);
	omni_record_free(who);
	return say(said, status, omni_errmsg(said->db));
}

ON(contact, contact_cause, omni_contact_new("email", "a@mail.example"),
    omni_contact_set_suppressed(o, s))

static omni_status
put_contact(struct said *said, omni_contact *contact)
{
	omni_status status = omni_contact_put(said->db, contact, NULL);

	omni_contact_free(contact);
	return say(said, status, omni_errmsg(said->db));
}

static omni_status
contact_kind(struct said *said, const char *s)
{
	return put_contact(said, omni_contact_new(s, "a@mail.example"));
}

static omni_status
contact_value(struct said *said, const char *s)
{
	return put_contact(said, omni_contact_new("email", s));
}

/* Verdicts have no message of their own. */
#define ON_VERDICT(name, call) \
	static omni_status name(struct said *said, const char *s) \
	{ \
		omni_verdict *o = omni_verdict_new(OMNI_VERDICT_SAME); \
		omni_status status = (call); \
		omni_verdict_free(o); \
		return say(said, status, ""); \
	}
ON_VERDICT(verdict_source, omni_verdict_add(o, 0, s, "1"))
ON_VERDICT(verdict_key, omni_verdict_add(o, 0, "s", s))
ON_VERDICT(verdict_id, omni_verdict_add_id(o, 0, s))
ON_VERDICT(verdict_author, omni_verdict_set_author(o, s))
ON_VERDICT(verdict_reason, omni_verdict_set_reason(o, s))

/* Results that must not come. */
static omni_customer *customer;
static omni_explanation *why;
static omni_timeline *timeline;
static omni_case *story;
static omni_channel *channel;
static omni_purpose *purpose;
static omni_route *route;
static omni_feed *feed;
static char *text;

static int32_t
write_nothing(void *user, const char *bytes, size_t size)
{
	(void)user;
	(void)bytes;
	(void)size;
	return 0;
}

#define ID "00112233445566778899aabbccddeeff"
ON_DB(remove_source, omni_record_remove(db, s, "1"))
ON_DB(remove_key, omni_record_remove(db, "s", s))
ON_DB(get_id, omni_customer_get(db, s, &customer))
ON_DB(of_source, omni_customer_of(db, s, "1", &customer))
ON_DB(of_key, omni_customer_of(db, "s", s, &customer))
ON_DB(export_id, omni_customer_export(db, s, write_nothing, NULL))
ON_DB(erase_id, omni_customer_erase(db, s))
ON_DB(why_source_a, omni_why(db, s, "1", "s", "2", &why))
ON_DB(why_key_a, omni_why(db, "s", s, "s", "2", &why))
ON_DB(why_source_b, omni_why(db, "s", "1", s, "2", &why))
ON_DB(why_key_b, omni_why(db, "s", "1", "s", s, &why))
ON_DB(timeline_customer, omni_timeline_open(db, s, NULL, &timeline))
ON_DB(story_type, omni_story_open(db, s, "1", NULL, &timeline))
ON_DB(story_key, omni_story_open(db, "order", s, NULL, &timeline))
ON_DB(case_type, omni_case_get(db, s, "1", &story))
ON_DB(case_key, omni_case_get(db, "order", s, &story))
ON_DB(setting_customer, omni_setting_get(db, s, "size", &text))
ON_DB(setting_name, omni_setting_get(db, ID, s, &text))
ON_DB(channel_get, omni_channel_get(db, s, &channel))
ON_DB(purpose_get, omni_purpose_get(db, s, &purpose))
ON_DB(route_customer, omni_route_decide(db, s, "news", OMNI_NOW, &route))
ON_DB(route_purpose, omni_route_decide(db, ID, s, OMNI_NOW, &route))
ON_DB(backup_path, omni_backup(db, s))

static omni_status
feed_position(struct said *said, const char *s)
{
	omni_feed *changes = NULL;
	omni_status status = omni_feed_open(said->db, s, &changes);

	(void)say(said, status, omni_errmsg(said->db));
	assert_true((changes != NULL) == (status == OMNI_OK));
	omni_feed_free(changes);
	return status;
}

static omni_status
put_setting(struct said *said, const char *name, const char *value)
{
	omni_record *who = omni_record_new();
	omni_status status;

	(void)omni_record_add(who, "email", "a@mail.example");
	status = omni_setting_put(said->db, who, name, value, OMNI_NOW, NULL);
	omni_record_free(who);
	return say(said, status, omni_errmsg(said->db));
}

static omni_status
setting_put_name(struct said *said, const char *s)
{
	return put_setting(said, s, "M");
}

static omni_status
setting_put_value(struct said *said, const char *s)
{
	return put_setting(said, "size", s);
}

static omni_status
time_text(struct said *said, const char *s)
{
	int64_t time = 7;
	omni_status status = omni_time_parse(s, &time);

	return say(said, status, "");
}

struct field {
	const char *call, *name;	/* the message names the field so */
	omni_status (*try)(struct said *, const char *);
	int takes;
};

static const struct field fields[] = {
	{ "omni_time_parse", "", time_text, NO_MESSAGE },
	{ "omni_config_set_region", "region", config_region, 0 },
	{ "omni_config_set_zone", "zone", config_zone, 0 },
	{ "omni_config_set_module", "path", config_module, 0 },
	{ "omni_open", "url", open_url, 0 },
	{ "omni_record_set_source", "source", record_source, 0 },
	{ "omni_record_set_source", "key", record_key, 0 },
	{ "omni_record_add", "kind", record_kind, 0 },
	{ "omni_record_add", "email", record_value, MAY_BE_EMPTY },
	{ "omni_interaction_set_key", "source", deed_source, 0 },
	{ "omni_interaction_set_key", "key", deed_key, 0 },
	{ "omni_interaction_add_reference", "type", deed_type, 0 },
	{ "omni_interaction_add_reference", "key", deed_reference, 0 },
	{ "omni_interaction_set_status", "type", deed_status_type, 0 },
	{ "omni_interaction_set_status", "key", deed_status_key, 0 },
	{ "omni_interaction_set_status", "status", deed_status, 0 },
	{ "omni_interaction_set_body", "body", deed_body, 0 },
	{ "omni_interaction_new", "channel", deed_channel, 0 },
	{ "omni_interaction_new", "kind", deed_kind, 0 },
	{ "omni_filter_set_channel", "channel", filter_channel, 0 },
	{ "omni_filter_set_kind", "kind", filter_kind, 0 },
	{ "omni_filter_set_reference", "type", filter_type, 0 },
	{ "omni_filter_set_reference", "key", filter_key, 0 },
	{ "omni_filter_set_token", "token", filter_token, 0 },
	{ "omni_channel_new", "name", channel_name, 0 },
	{ "omni_channel_set_address", "kind", channel_address, 0 },
	{ "omni_channel_set_key", "source", channel_source, 0 },
	{ "omni_channel_set_key", "key", channel_key, 0 },
	{ "omni_channel_get", "name", channel_get, 0 },
	{ "omni_purpose_new", "name", purpose_name, 0 },
	{ "omni_purpose_set_class", "class", purpose_class, 0 },
	{ "omni_purpose_add_channel", "channel", purpose_channel, 0 },
	{ "omni_purpose_set_key", "source", purpose_source, 0 },
	{ "omni_purpose_set_key", "key", purpose_key, 0 },
	{ "omni_purpose_get", "name", purpose_get, 0 },
	{ "omni_statement_new", "purpose", said_purpose, 0 },
	{ "omni_statement_set_customer", "customer", said_customer, 0 },
	{ "omni_statement_set_channel", "channel", said_channel, 0 },
	{ "omni_statement_set_via", "via", said_via, 0 },
	{ "omni_statement_set_wording", "wording", said_wording, 0 },
	{ "omni_statement_set_key", "source", said_source, 0 },
	{ "omni_statement_set_key", "key", said_key, 0 },
	{ "omni_contact_new", "kind", contact_kind, 0 },
	{ "omni_contact_new", "value", contact_value, 0 },
	{ "omni_contact_set_suppressed", "cause", contact_cause,
	    MAY_BE_NULL },
	{ "omni_verdict_add", "source", verdict_source, NO_MESSAGE },
	{ "omni_verdict_add", "key", verdict_key, NO_MESSAGE },
	{ "omni_verdict_add_id", "record_id", verdict_id, NO_MESSAGE },
	{ "omni_verdict_set_author", "author", verdict_author, NO_MESSAGE },
	{ "omni_verdict_set_reason", "reason", verdict_reason, NO_MESSAGE },
	{ "omni_record_remove", "source", remove_source, 0 },
	{ "omni_record_remove", "key", remove_key, 0 },
	{ "omni_customer_get", "id", get_id, 0 },
	{ "omni_customer_of", "source", of_source, 0 },
	{ "omni_customer_of", "key", of_key, 0 },
	{ "omni_customer_export", "id", export_id, 0 },
	{ "omni_customer_erase", "id", erase_id, 0 },
	{ "omni_why", "source_a", why_source_a, 0 },
	{ "omni_why", "key_a", why_key_a, 0 },
	{ "omni_why", "source_b", why_source_b, 0 },
	{ "omni_why", "key_b", why_key_b, 0 },
	{ "omni_timeline_open", "customer", timeline_customer, 0 },
	{ "omni_story_open", "type", story_type, 0 },
	{ "omni_story_open", "key", story_key, 0 },
	{ "omni_case_get", "type", case_type, 0 },
	{ "omni_case_get", "key", case_key, 0 },
	{ "omni_setting_put", "name", setting_put_name, 0 },
	{ "omni_setting_put", "value", setting_put_value,
	    MAY_BE_NULL | MAY_BE_EMPTY | MAY_CONTROL },
	{ "omni_setting_get", "customer", setting_customer, 0 },
	{ "omni_setting_get", "name", setting_name, 0 },
	{ "omni_route_decide", "customer", route_customer, 0 },
	{ "omni_route_decide", "purpose", route_purpose, 0 },
	{ "omni_feed_open", "position", feed_position,
	    MAY_BE_NULL | MAY_BE_EMPTY },
	{ "omni_backup", "path", backup_path, 0 },
};

static int
try_field(omni *db, const struct field *field, enum bad bad)
{
	struct said said = { .db = db };
	omni_status status = field->try(&said, bad_text(bad));

	if (field->takes >> bad & 1) {
		if (status >= 0)
			return 0;
	} else if (status == OMNI_INVALID && (field->takes & NO_MESSAGE ||
	    strstr(said.message, field->name) != NULL))
		return 0;
	print_error("%s, %s is %s: %s, \"%s\"\n", field->call, field->name,
	    bad_names[bad], omni_status_name(status), said.message);
	return 1;
}

static void
every_string_is_checked_and_named(void **state)
{
	struct harness *h = harness_of(state);
	size_t i;
	int bad, wrong = 0;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		for (bad = 0; bad < BADS; bad++)
			wrong += try_field(h->db, &fields[i], (enum bad)bad);
	assert_int_equal(wrong, 0);
	assert_true(customer == NULL && why == NULL && timeline == NULL &&
	    story == NULL && channel == NULL && purpose == NULL &&
	    route == NULL && text == NULL);
}

/* A message never repeats what it was about: it may be somebody's. */
static void
messages_do_not_repeat_values(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *record = omni_record_new();
	const char *secret = "Sensitive\x01Person";

	assert_int_equal(omni_record_add(record, "email", secret),
	    OMNI_INVALID);
	assert_null(strstr(omni_record_errmsg(record), "Sensitive"));
	assert_int_equal(omni_record_set_source(record, "crm", secret),
	    OMNI_INVALID);
	assert_null(strstr(omni_record_errmsg(record), "Sensitive"));
	harness_is(h, omni_record_remove(h->db, "crm", secret),
	    OMNI_INVALID);
	assert_null(strstr(omni_errmsg(h->db), "Sensitive"));
	omni_record_free(record);
}

/* ---- kinds, times, numbers ------------------------------------------ */

static void
an_unknown_kind_is_refused_by_name(void **state)
{
	static const char *const kinds[] = {
		"e-mail", "EMAIL", "attr", "attr.", "name", "address", "\"",
		"record; DROP TABLE omni_fact"
	};
	struct harness *h = harness_of(state);
	omni_record *record = omni_record_new();
	omni_status status;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		status = omni_record_add(record, kinds[i], "x");
		if (status != OMNI_UNDEFINED && status != OMNI_INVALID)
			fail_msg("%s: %s", kinds[i],
			    omni_status_name(status));
		assert_non_null(strstr(omni_record_errmsg(record), "kind"));
	}
	assert_int_equal(omni_record_count(record), 0);
	for (i = 0; omni_kind_name((int32_t)i) != NULL; i++)
		assert_int_equal(omni_record_add(record, strcmp(
		    omni_kind_name((int32_t)i), "attr.*") == 0 ? "attr.x" :
		    omni_kind_name((int32_t)i), "12345"), OMNI_OK);
	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
}

static void
times_that_are_none_are_refused(void **state)
{
	static const int64_t times[] = {
		INT64_MIN + 1, INT64_MAX - 1, INT64_C(-62135596800000001),
		INT64_C(253402300800000000)
	};
	struct harness *h = harness_of(state);
	omni_record *record = omni_record_new();
	omni_interaction *deed = omni_interaction_new("web", "visit");
	omni_verdict *verdict = omni_verdict_new(OMNI_VERDICT_SAME);
	omni_filter *filter = omni_filter_new();
	omni_statement *yes = omni_statement_new(OMNI_SAID_GRANT, "news");
	omni_contact *contact = omni_contact_new("email", "a@mail.example");
	omni_channel *web = omni_channel_new("web");
	omni_purpose *news = omni_purpose_new("news");
	size_t i;

	(void)omni_record_add(record, "email", "a@mail.example");
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		int64_t t = times[i];

		assert_int_equal(omni_record_set_time(record, t),
		    OMNI_INVALID);
		assert_non_null(strstr(omni_record_errmsg(record), "time"));
		assert_int_equal(omni_interaction_set_time(deed, t),
		    OMNI_INVALID);
		assert_non_null(strstr(omni_interaction_errmsg(deed),
		    "time"));
		assert_int_equal(omni_verdict_set_time(verdict, t),
		    OMNI_INVALID);
		assert_int_equal(omni_filter_set_since(filter, t),
		    OMNI_INVALID);
		assert_non_null(strstr(omni_filter_errmsg(filter), "since"));
		assert_int_equal(omni_filter_set_until(filter, t),
		    OMNI_INVALID);
		assert_non_null(strstr(omni_filter_errmsg(filter), "until"));
		assert_int_equal(omni_statement_set_time(yes, t),
		    OMNI_INVALID);
		assert_int_equal(omni_statement_set_expiry(yes, t),
		    OMNI_INVALID);
		assert_non_null(strstr(omni_statement_errmsg(yes),
		    "expiry"));
		assert_int_equal(omni_contact_set_time(contact, t),
		    OMNI_INVALID);
		assert_int_equal(omni_channel_set_time(web, t),
		    OMNI_INVALID);
		assert_int_equal(omni_purpose_set_time(news, t),
		    OMNI_INVALID);
		harness_is(h, omni_setting_put(h->db, record, "size", "M", t,
		    NULL), OMNI_INVALID);
		assert_non_null(strstr(omni_errmsg(h->db), "time"));
		harness_is(h, omni_route_decide(h->db, ID, "news", t,
		    &route), OMNI_INVALID);
		assert_null(route);
	}
	omni_record_free(record);
	omni_interaction_free(deed);
	omni_verdict_free(verdict);
	omni_filter_free(filter);
	omni_statement_free(yes);
	omni_contact_free(contact);
	omni_channel_free(web);
	omni_purpose_free(news);
}

static void
numbers_out_of_range_are_refused(void **state)
{
	struct harness *h = harness_of(state);
	omni_config *config = omni_config_new();
	omni_verdict *verdict = omni_verdict_new(77);
	omni_import *import = NULL;
	unsigned char key[32] = { 1 };

	assert_int_equal(omni_config_set_mode(config, 3), OMNI_INVALID);
	assert_int_equal(omni_config_set_durability(config, -1),
	    OMNI_INVALID);
	assert_int_equal(omni_config_set_timeout(config, -1), OMNI_INVALID);
	assert_int_equal(omni_config_set_tenant_key(config, key, 31),
	    OMNI_INVALID);
	assert_int_equal(omni_config_set_tenant_key(config, NULL, 32),
	    OMNI_INVALID);
	harness_is(h, omni_maintain(h->db, -1), OMNI_INVALID);
	harness_is(h, omni_import_new(h->db, 9, &import), OMNI_INVALID);
	assert_null(import);
	assert_int_equal(omni_verdict_add(verdict, 2, "s", "1"),
	    OMNI_INVALID);
	harness_is(h, omni_verdict_put(h->db, verdict, NULL), OMNI_INVALID);
	assert_string_equal(omni_status_name(12345), "OMNI_?");
	assert_null(omni_kind_name(-1));
	assert_null(omni_kind_name(100000));
	omni_verdict_free(verdict);
	omni_config_free(config);
}

static void
a_record_takes_so_many_features_and_no_more(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *record = omni_record_new();
	char value[32];
	int i;

	for (i = 0; i < OMNI_FEATURES_MAX; i++) {
		(void)snprintf(value, sizeof(value), "e%d@mail.example", i);
		assert_int_equal(omni_record_add(record, "email", value),
		    OMNI_OK);
	}
	assert_int_equal(omni_record_add(record, "email", "x@mail.example"),
	    OMNI_INVALID);
	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
}

/* ---- bodies and receipts -------------------------------------------- */

static void
a_body_that_is_not_json_is_refused(void **state)
{
	static const char *const bodies[] = {
		"{", "{\"a\":}", "nul", "[1,2", "{\"a\":1}{", "'a'", "\"a",
		"{\"a\":\"\\ud800\"}", " "
	};
	struct harness *h = harness_of(state);
	omni_interaction *deed = NEW_DEED;
	size_t i;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		omni_status status = omni_interaction_set_body(deed,
		    bodies[i]);

		if (status != OMNI_INVALID)
			fail_msg("%s: %s", bodies[i],
			    omni_status_name(status));
		assert_non_null(strstr(omni_interaction_errmsg(deed),
		    "body"));
	}
	assert_int_equal(omni_interaction_set_body(deed, "\"text\""),
	    OMNI_OK);
	harness_ok(h, omni_interaction_put(h->db, deed, NULL));
	omni_interaction_free(deed);
}

static omni_status
put_receipt(struct harness *h, const char *body, int64_t *fact)
{
	omni_interaction *deed = omni_interaction_new("store", "purchase");
	omni_status status;

	harness_ok(h, omni_interaction_set_key(deed, "till-1", "R1"));
	harness_ok(h, omni_interaction_set_time(deed, HARNESS_NOW));
	harness_ok(h, omni_interaction_set_body(deed, body));
	status = omni_interaction_put(h->db, deed, fact);
	omni_interaction_free(deed);
	return status;
}

static void
a_receipt_number_comes_again(void **state)
{
	struct harness *h = harness_of(state);
	int64_t first = 0, again = 0;

	harness_ok(h, put_receipt(h, "{\"total\":100}", &first));
	harness_is(h, put_receipt(h, "{\"total\":100}", &again),
	    OMNI_DUPLICATE);
	assert_int_equal(again, first);
	harness_is(h, put_receipt(h, "{\"total\":250}", &again),
	    OMNI_CONFLICT);
	assert_non_null(strstr(omni_errmsg(h->db), "key"));
	/* In one list as well. */
	harness_is(h, put_receipt(h, "{\"total\":100}", &again),
	    OMNI_DUPLICATE);
}

/* ---- what is missing ------------------------------------------------ */

static void
calls_on_nothing_are_misuse(void **state)
{
	omni_status wrong[] = {
		omni_open(NULL, NULL, NULL),
		omni_config_set_region(NULL, "SE"),
		omni_backup(NULL, "x"), omni_maintain(NULL, 1),
		omni_check(NULL, NULL), omni_rebuild(NULL),
		omni_record_set_source(NULL, "s", "k"),
		omni_record_set_time(NULL, 0),
		omni_record_add(NULL, "email", "x"),
		omni_record_put(NULL, NULL, NULL),
		omni_record_remove(NULL, "s", "k"),
		omni_customer_find(NULL, NULL, &customer),
		omni_customer_get(NULL, ID, &customer),
		omni_customer_of(NULL, "s", "k", &customer),
		omni_customer_search(NULL, NULL, NULL),
		omni_members_open(NULL, 0, NULL), omni_members_next(NULL),
		omni_customer_export(NULL, ID, write_nothing, NULL),
		omni_customer_erase(NULL, ID),
		omni_why(NULL, "s", "1", "s", "2", &why),
		omni_verdict_add(NULL, 0, "s", "k"),
		omni_verdict_add_id(NULL, 0, ID),
		omni_verdict_set_author(NULL, "x"),
		omni_verdict_put(NULL, NULL, NULL),
		omni_interaction_set_key(NULL, "s", "k"),
		omni_interaction_set_who(NULL, NULL),
		omni_interaction_set_body(NULL, "{}"),
		omni_interaction_put(NULL, NULL, NULL),
		omni_interaction_keep(NULL, NULL),
		omni_filter_set_channel(NULL, "web"),
		omni_timeline_open(NULL, ID, NULL, &timeline),
		omni_story_open(NULL, "o", "1", NULL, &timeline),
		omni_timeline_next(NULL, NULL),
		omni_case_get(NULL, "o", "1", &story),
		omni_setting_put(NULL, NULL, "n", "v", OMNI_NOW, NULL),
		omni_setting_get(NULL, ID, "n", &text),
		omni_channel_put(NULL, NULL, NULL),
		omni_channel_get(NULL, "web", &channel),
		omni_purpose_put(NULL, NULL, NULL),
		omni_purpose_get(NULL, "news", &purpose),
		omni_statement_put(NULL, NULL, NULL),
		omni_contact_put(NULL, NULL, NULL),
		omni_route_decide(NULL, ID, "news", OMNI_NOW, &route),
		omni_feed_open(NULL, NULL, &feed), omni_feed_next(NULL),
		omni_batch_new(NULL, NULL), omni_batch_commit(NULL),
		omni_batch_add_record(NULL, NULL),
		omni_import_new(NULL, OMNI_FORMAT_CSV, NULL),
		omni_import_write(NULL, "x", 1), omni_import_finish(NULL),
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (wrong[i] != OMNI_MISUSE)
			fail_msg("call %zu: %s", i,
			    omni_status_name(wrong[i]));
}

static void
results_have_somewhere_to_go(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *who = omni_record_new();

	(void)omni_record_add(who, "email", "a@mail.example");
	harness_is(h, omni_customer_find(h->db, who, NULL), OMNI_MISUSE);
	harness_is(h, omni_customer_get(h->db, ID, NULL), OMNI_MISUSE);
	harness_is(h, omni_customer_of(h->db, "s", "k", NULL), OMNI_MISUSE);
	harness_is(h, omni_customer_search(h->db, who, NULL), OMNI_MISUSE);
	harness_is(h, omni_members_open(h->db, 0, NULL), OMNI_MISUSE);
	harness_is(h, omni_why(h->db, "s", "1", "s", "2", NULL),
	    OMNI_MISUSE);
	harness_is(h, omni_timeline_open(h->db, ID, NULL, NULL),
	    OMNI_MISUSE);
	harness_is(h, omni_story_open(h->db, "o", "1", NULL, NULL),
	    OMNI_MISUSE);
	harness_is(h, omni_case_get(h->db, "o", "1", NULL), OMNI_MISUSE);
	harness_is(h, omni_setting_get(h->db, ID, "n", NULL), OMNI_MISUSE);
	harness_is(h, omni_channel_get(h->db, "web", NULL), OMNI_MISUSE);
	harness_is(h, omni_purpose_get(h->db, "news", NULL), OMNI_MISUSE);
	harness_is(h, omni_route_decide(h->db, ID, "news", OMNI_NOW, NULL),
	    OMNI_MISUSE);
	harness_is(h, omni_feed_open(h->db, NULL, NULL), OMNI_MISUSE);
	harness_is(h, omni_batch_new(h->db, NULL), OMNI_MISUSE);
	harness_is(h, omni_import_new(h->db, OMNI_FORMAT_CSV, NULL),
	    OMNI_MISUSE);
	harness_is(h, omni_record_put(h->db, NULL, NULL), OMNI_MISUSE);
	harness_is(h, omni_customer_find(h->db, NULL, &customer),
	    OMNI_INVALID);
	harness_is(h, omni_customer_export(h->db, ID, NULL, NULL),
	    OMNI_MISUSE);
	omni_record_free(who);
}

static void
nothing_is_freed_and_asked_without_harm(void **state)
{
	(void)state;
	omni_close(NULL);
	omni_interrupt(NULL);
	omni_config_free(NULL);
	omni_record_free(NULL);
	omni_customer_free(NULL);
	omni_matches_free(NULL);
	omni_members_free(NULL);
	omni_explanation_free(NULL);
	omni_verdict_free(NULL);
	omni_interaction_free(NULL);
	omni_filter_free(NULL);
	omni_timeline_free(NULL);
	omni_case_free(NULL);
	omni_text_free(NULL);
	omni_channel_free(NULL);
	omni_purpose_free(NULL);
	omni_statement_free(NULL);
	omni_contact_free(NULL);
	omni_route_free(NULL);
	omni_feed_free(NULL);
	omni_batch_free(NULL);
	omni_batch_clear(NULL);
	omni_import_free(NULL);
	omni_report_free(NULL);
	assert_non_null(omni_errmsg(NULL));
	assert_non_null(omni_config_errmsg(NULL));
	assert_non_null(omni_record_errmsg(NULL));
	assert_non_null(omni_interaction_errmsg(NULL));
	assert_non_null(omni_timeline_errmsg(NULL));
	assert_non_null(omni_import_errmsg(NULL));
	assert_null(omni_region(NULL));
	assert_null(omni_record_source(NULL));
	assert_int_equal(omni_record_count(NULL), 0);
	assert_null(omni_customer_id(NULL));
	assert_int_equal(omni_matches_count(NULL), 0);
	assert_null(omni_matches_customer(NULL, 0));
	assert_int_equal(omni_explanation_count(NULL), 0);
	assert_null(omni_explanation_kind(NULL, 0));
	assert_null(omni_feed_customer(NULL));
	assert_int_equal(omni_batch_count(NULL), 0);
	assert_int_equal(omni_route_step_count(NULL), 0);
	assert_null(omni_case_state(NULL));
	assert_int_equal(omni_report_count(NULL), 0);
}

/* ---- threads, forks, ends ------------------------------------------- */

struct intruder {
	omni *db;		/* NULL: not armed */
	omni_status status;
	int64_t now;
};

static void *
intrude(void *user)
{
	struct intruder *intruder = user;
	omni_customer *nobody = NULL;

	intruder->status = omni_customer_get(intruder->db, ID, &nobody);
	return NULL;
}

/* The clock is asked inside a call: just then another thread comes. */
static int64_t
clock_with_intruder(void *user)
{
	struct intruder *intruder = user;
	pthread_t thread;

	if (intruder->db != NULL && intruder->status == OMNI_OK) {
		assert_int_equal(pthread_create(&thread, NULL, intrude,
		    intruder), 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
	}
	return intruder->now;
}

static void
a_second_thread_is_told_that_the_handle_is_busy(void **state)
{
	struct harness *h = harness_of(state);
	struct intruder intruder = { .db = NULL, .now = HARNESS_NOW };
	omni_config *config = omni_config_new();
	omni_record *record = omni_record_new();
	omni *db = NULL;

	harness_ok(h, omni_config_set_clock(config, clock_with_intruder,
	    &intruder));
	harness_ok(h, omni_open(config, h->url, &db));
	omni_config_free(config);
	harness_ok(h, omni_record_add(record, "email", "a@mail.example"));
	intruder.db = db;
	assert_int_equal(omni_record_put(db, record, NULL), OMNI_OK);
	assert_int_equal(intruder.status, OMNI_BUSY);
	omni_record_free(record);
	omni_close(db);
}

/* In the child: 0 when all is as it should be. */
static int
use_after_fork(omni *db, omni_timeline *cursor)
{
	const omni_interaction *it = NULL;
	omni_customer *nobody = NULL;

	if (omni_customer_get(db, ID, &nobody) != OMNI_FORKED)
		return 1;
	if (strstr(omni_errmsg(db), "fork") == NULL)
		return 2;
	if (omni_rebuild(db) != OMNI_FORKED)
		return 3;
	if (omni_timeline_next(cursor, &it) != OMNI_FORKED)
		return 4;
	omni_timeline_free(cursor);
	omni_close(db);
	return 0;
}

static void
put_one(struct harness *h, bool again)
{
	omni_interaction *deed = NEW_DEED;
	omni_record *who = omni_record_new();

	harness_ok(h, omni_record_set_source(who, "crm", "1"));
	harness_ok(h, omni_record_add(who, "email", "a@mail.example"));
	harness_is(h, omni_record_put(h->db, who, NULL), again ?
	    OMNI_DUPLICATE : OMNI_OK);
	harness_ok(h, omni_interaction_set_who(deed, who));
	harness_ok(h, omni_interaction_put(h->db, deed, NULL));
	omni_interaction_free(deed);
	omni_record_free(who);
}

static omni_timeline *
open_timeline(struct harness *h)
{
	omni_customer *found = NULL;
	omni_timeline *cursor = NULL;

	harness_ok(h, omni_customer_of(h->db, "crm", "1", &found));
	harness_ok(h, omni_timeline_open(h->db, omni_customer_id(found),
	    NULL, &cursor));
	omni_customer_free(found);
	return cursor;
}

static void
a_child_is_told_that_the_handle_is_its_parents(void **state)
{
	struct harness *h = harness_of(state);
	const omni_interaction *it = NULL;
	omni_timeline *cursor;
	int status = -1;
	pid_t child;

	put_one(h, false);
	cursor = open_timeline(h);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(use_after_fork(h->db, cursor));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	/* The parent's goes on. */
	harness_ok(h, omni_timeline_next(cursor, &it));
	omni_timeline_free(cursor);
	harness_ok(h, omni_rebuild(h->db));
}

static void *
free_it(void *user)
{
	omni_timeline_free(user);
	return NULL;
}

static void
another_thread_may_free_at_any_time(void **state)
{
	struct harness *h = harness_of(state);
	pthread_t threads[4];
	size_t i, round;

	put_one(h, false);
	for (round = 0; round < 25; round++) {
		for (i = 0; i < 4; i++)
			assert_int_equal(pthread_create(&threads[i], NULL,
			    free_it, open_timeline(h)), 0);
		put_one(h, true);
		for (i = 0; i < 4; i++)
			assert_int_equal(pthread_join(threads[i], NULL), 0);
	}
}

static void
a_handle_may_be_closed_before_its_cursors(void **state)
{
	struct harness *h = harness_of(state);
	const omni_interaction *it = NULL;
	omni_timeline *cursor;
	omni_members *members = NULL;
	omni_batch *batch = NULL;
	omni_record *record = omni_record_new();
	omni *own = h->db;

	put_one(h, false);
	h->db = harness_open(h);
	cursor = open_timeline(h);
	harness_ok(h, omni_members_open(h->db, 1, &members));
	harness_ok(h, omni_batch_new(h->db, &batch));
	harness_ok(h, omni_feed_open(h->db, NULL, &feed));
	omni_close(h->db);
	h->db = own;
	assert_int_equal(omni_timeline_next(cursor, &it), OMNI_OK);
	assert_int_equal(omni_timeline_next(cursor, &it), OMNI_DONE);
	assert_int_equal(omni_members_next(members), OMNI_OK);
	assert_int_equal(omni_feed_next(feed), OMNI_OK);
	assert_int_equal(omni_record_add(record, "email", "b@mail.example"),
	    OMNI_OK);
	assert_int_equal(omni_batch_add_record(batch, record), OMNI_OK);
	assert_int_equal(omni_batch_commit(batch), OMNI_OK);
	omni_record_free(record);
	omni_members_free(members);
	omni_timeline_free(cursor);
	omni_batch_free(batch);
	omni_feed_free(feed);
	feed = NULL;
}

struct things {
	omni *db;
	omni_timeline *cursor;
	omni_members *members;
	omni_batch *batch;
	omni_feed *feed;
	omni_customer *customer;
	omni_import *import;
	omni_report *report;
};

static void
free_thing(struct things *t, size_t which)
{
	switch (which) {
	case 0: omni_close(t->db); break;
	case 1: omni_timeline_free(t->cursor); break;
	case 2: omni_members_free(t->members); break;
	case 3: omni_batch_free(t->batch); break;
	case 4: omni_feed_free(t->feed); break;
	case 5: omni_customer_free(t->customer); break;
	case 6: omni_import_free(t->import); break;
	default: omni_report_free(t->report); break;
	}
}

static void
things_are_freed_in_any_order(void **state)
{
	struct harness *h = harness_of(state);
	size_t order[8], round, i, k, swap;
	omni *own = h->db;

	harness_seed(h, __func__);
	put_one(h, false);
	for (round = 0; round < 12; round++) {
		struct things t = { .db = harness_open(h) };

		h->db = t.db;
		t.cursor = open_timeline(h);
		harness_ok(h, omni_members_open(h->db, 1, &t.members));
		harness_ok(h, omni_batch_new(h->db, &t.batch));
		harness_ok(h, omni_feed_open(h->db, NULL, &t.feed));
		harness_ok(h, omni_customer_of(h->db, "crm", "1",
		    &t.customer));
		harness_ok(h, omni_import_new(h->db, OMNI_FORMAT_LINES,
		    &t.import));
		harness_ok(h, omni_check(h->db, &t.report));
		h->db = own;
		for (i = 0; i < 8; i++)
			order[i] = i;
		for (i = 8; i > 1; i--) {
			k = harness_random(h, i);
			swap = order[k];
			order[k] = order[i - 1];
			order[i - 1] = swap;
		}
		for (i = 0; i < 8; i++)
			free_thing(&t, order[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(every_string_is_checked_and_named),
		HARNESS_TEST(messages_do_not_repeat_values),
		HARNESS_TEST(an_unknown_kind_is_refused_by_name),
		HARNESS_TEST(times_that_are_none_are_refused),
		HARNESS_TEST(numbers_out_of_range_are_refused),
		HARNESS_TEST(a_record_takes_so_many_features_and_no_more),
		HARNESS_TEST(a_body_that_is_not_json_is_refused),
		HARNESS_TEST(a_receipt_number_comes_again),
		cmocka_unit_test(calls_on_nothing_are_misuse),
		HARNESS_TEST(results_have_somewhere_to_go),
		cmocka_unit_test(nothing_is_freed_and_asked_without_harm),
		HARNESS_TEST(a_second_thread_is_told_that_the_handle_is_busy),
		HARNESS_TEST(a_child_is_told_that_the_handle_is_its_parents),
		HARNESS_TEST(another_thread_may_free_at_any_time),
		HARNESS_TEST(a_handle_may_be_closed_before_its_cursors),
		HARNESS_TEST(things_are_freed_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
