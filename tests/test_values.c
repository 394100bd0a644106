/*
 * Values that are none: unknown kinds, times and numbers out of range, bodies
 * that are not JSON, receipt numbers that come again.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"

#define ID "00112233445566778899aabbccddeeff"

/* ---- kinds, times, numbers ------------------------------------------ */

static void
an_unknown_kind_is_refused_by_name(void **state)
{
	static const char *const kinds[] = {
		"e mail", "EMAIL", "attr", "attr.", "address.", "\"",
		"record; DROP TABLE omni_fact"
	};
	/* These a host could have defined: the store tells. */
	static const char *const undefined[] = { "e-mail", "name", "x_1" };
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
	for (i = 0; i < sizeof(undefined) / sizeof(undefined[0]); i++) {
		omni_record *other = omni_record_new();

		harness_ok(h, omni_record_add(other, undefined[i], "x"));
		harness_is(h, omni_record_put(h->db, other, NULL),
		    OMNI_UNDEFINED);
		assert_non_null(strstr(omni_errmsg(h->db), undefined[i]));
		omni_record_free(other);
	}
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
	omni_route *route = NULL;
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
	omni_interaction *deed = omni_interaction_new("web", "visit");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(an_unknown_kind_is_refused_by_name),
		HARNESS_TEST(times_that_are_none_are_refused),
		HARNESS_TEST(numbers_out_of_range_are_refused),
		HARNESS_TEST(a_record_takes_so_many_features_and_no_more),
		HARNESS_TEST(a_body_that_is_not_json_is_refused),
		HARNESS_TEST(a_receipt_number_comes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
