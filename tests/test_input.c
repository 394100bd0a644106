/*
 * Bad input: every string of every call as NULL, empty, not UTF-8, with
 * control characters and far too long.  A clear status, and a message that
 * names the field.
 */
#include <stdio.h>
#include <string.h>

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
ON(contact, contact_purpose, omni_contact_new("email", "a@mail.example"),
    omni_contact_set_purpose(o, s))

#define NEW_TOKEN omni_token_new(OMNI_TOKEN_UNSUBSCRIBE, "offer")
ON(token, token_kind, NEW_TOKEN,
    omni_token_set_address(o, s, "a@mail.example"))
ON(token, token_value, NEW_TOKEN, omni_token_set_address(o, "email", s))
ON(token, token_channel, NEW_TOKEN, omni_token_set_channel(o, s))
ON(token, token_brand, NEW_TOKEN, omni_token_set_brand(o, s))
ON(token, token_wording, NEW_TOKEN, omni_token_set_wording(o, s))

static omni_status
token_purpose(struct said *said, const char *s)
{
	omni_token *token = omni_token_new(OMNI_TOKEN_UNSUBSCRIBE, s);
	char *made = NULL;
	omni_status status = omni_token_make(said->db, token, &made);

	assert_null(made);
	omni_token_free(token);
	return say(said, status, omni_errmsg(said->db));
}

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
static omni_contacts *contacts;
static omni_affinity *affinity;
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
ON_DB(contacts_kind, omni_contacts_open(db, s, "x", &contacts))
ON_DB(contacts_value, omni_contacts_open(db, "email", s, &contacts))
ON_DB(affinity_customer, omni_affinity_open(db, s, OMNI_NOW, &affinity))
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

#define ON_IMPORT(name, call) \
	static omni_status name(struct said *said, const char *s) \
	{ \
		omni_import *o = NULL; \
		omni_status status; \
		assert_int_equal(omni_import_new(said->db, OMNI_FORMAT_CSV, \
		    &o), OMNI_OK); \
		status = (call); \
		(void)say(said, status, omni_import_errmsg(o)); \
		omni_import_free(o); \
		return status; \
	}
ON_IMPORT(import_source, omni_import_set_source(o, s))
ON_IMPORT(import_key, omni_import_set_key_column(o, s))
ON_IMPORT(import_time, omni_import_set_time_column(o, s))
ON_IMPORT(import_column, omni_import_map(o, s, "email"))
ON_IMPORT(import_kind, omni_import_map(o, "mail", s))

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
	{ "omni_contact_set_purpose", "purpose", contact_purpose, 0 },
	{ "omni_contacts_open", "kind", contacts_kind, 0 },
	{ "omni_contacts_open", "value", contacts_value, 0 },
	{ "omni_token_new", "purpose", token_purpose, 0 },
	{ "omni_token_set_address", "kind", token_kind, 0 },
	{ "omni_token_set_address", "value", token_value, 0 },
	{ "omni_token_set_channel", "channel", token_channel, MAY_BE_NULL },
	{ "omni_token_set_brand", "brand", token_brand, MAY_BE_NULL },
	{ "omni_token_set_wording", "wording", token_wording, MAY_BE_NULL },
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
	{ "omni_affinity_open", "customer", affinity_customer, 0 },
	{ "omni_feed_open", "position", feed_position,
	    MAY_BE_NULL | MAY_BE_EMPTY },
	{ "omni_backup", "path", backup_path, 0 },
	{ "omni_import_set_source", "source", import_source, 0 },
	{ "omni_import_set_key_column", "column", import_key, 0 },
	{ "omni_import_set_time_column", "column", import_time, 0 },
	{ "omni_import_map", "column", import_column, 0 },
	{ "omni_import_map", "kind", import_kind, 0 },
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
	    route == NULL && contacts == NULL && affinity == NULL &&
	    text == NULL);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(every_string_is_checked_and_named),
		HARNESS_TEST(messages_do_not_repeat_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
