/*
 * The profile: which of a customer's values survives, by which rule, and who
 * says each of them.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness_record.h"

/* Who is surely one person, whatever else is said of her. */
#define ANN "loyalty", "L-1000", "name.full", "Ann Lee", "birth_date", \
	"1970-01-02", "national_id", "700102-1234"

static omni_customer *
get(struct harness *h, const char *key)
{
	omni_customer *customer = NULL;

	harness_ok(h, omni_customer_of(h->db, "crm", key, &customer));
	return customer;
}

static void
survives(struct harness *h, const char *kind, const char *value)
{
	omni_customer *customer = get(h, "a");
	const char *found = omni_customer_value(customer, kind);

	if (value == NULL)
		assert_null(found);
	else {
		assert_non_null(found);
		assert_string_equal(found, value);
	}
	omni_customer_free(customer);
}

static void
set_rule(struct harness *h, const char *name, int32_t rule,
    const char *first, const char *second)
{
	omni_kind *kind = omni_kind_new(name);

	h->now += HARNESS_MINUTE;
	harness_ok(h, omni_kind_set_rule(kind, rule));
	if (first != NULL)
		harness_ok(h, omni_kind_add_source(kind, first));
	if (second != NULL)
		harness_ok(h, omni_kind_add_source(kind, second));
	harness_ok(h, omni_kind_put(h->db, kind, NULL));
	omni_kind_free(kind);
}

static void
put_from(struct harness *h, const char *source, int64_t time,
    const char *kind, const char *value)
{
	omni_record *record = make("x", time, "loyalty", "L-1000", "email",
	    "ann@mail.example", kind, value, NULL);

	harness_ok(h, omni_record_set_source(record, source, "1"));
	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
}

/* ---- rules ---------------------------------------------------------- */

static void
the_name_that_most_write_survives(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(5), "loyalty", "L-1000", "name.given", "Anne",
	    "name.family", "Lee", NULL);
	put(h, "b", YEARS(4), "loyalty", "L-1000", "name.given", "ANNE",
	    "name.family", "Lee", NULL);
	put(h, "c", YEARS(1), "loyalty", "L-1000", "name.given", "Ane",
	    "name.family", "Lee", NULL);
	assert_true(one(h, "a", "c"));
	/* Of the two that are alike, the newer writing. */
	survives(h, "name.given", "ANNE");
	set_rule(h, "name.given", OMNI_RULE_RECENT, NULL, NULL);
	survives(h, "name.given", "Ane");
}

static void
a_verified_address_survives_a_newer_one(void **state)
{
	struct harness *h = harness_of(state);
	omni_contact *contact = omni_contact_new("email",
	    "Old@Mail.example");
	omni_customer *customer;
	int32_t i;

	put(h, "a", YEARS(5), ANN, "email",
	    "old@mail.example", NULL);
	put(h, "b", YEARS(1), ANN, "email",
	    "new@mail.example", NULL);
	survives(h, "email", "new@mail.example");
	harness_ok(h, omni_contact_set_verified(contact, 1));
	harness_ok(h, omni_contact_put(h->db, contact, NULL));
	omni_contact_free(contact);
	survives(h, "email", "old@mail.example");
	customer = get(h, "a");
	for (i = 0; i < omni_customer_feature_count(customer); i++)
		assert_int_equal(omni_customer_feature_verified(customer, i),
		    strcmp(omni_customer_feature_value(customer, i),
		    "old@mail.example") == 0);
	omni_customer_free(customer);
	set_rule(h, "email", OMNI_RULE_RECENT, NULL, NULL);
	survives(h, "email", "new@mail.example");
}

static void
an_address_survives_whole(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(5), ANN, "address.street",
	    "Old Road", "address.number", "1", "address.extra", "Flat 9",
	    "address.postcode", "11111", "address.city", "Lund", NULL);
	put(h, "b", YEARS(2), ANN, "address.street",
	    "New Road", "address.number", "2", "address.city", "Malmo",
	    NULL);
	/* Newer, but no letter would arrive there. */
	put(h, "c", YEARS(1), ANN, "address.city", "Ystad",
	    NULL);
	survives(h, "address.street", "New Road");
	survives(h, "address.number", "2");
	survives(h, "address.city", "Malmo");
	survives(h, "address.extra", NULL);
	survives(h, "address.postcode", NULL);
	put(h, "d", YEARS(4), ANN, "address.street",
	    "old road", "address.number", "1", "address.extra", "flat 9",
	    "address.postcode", "111 11", "address.city", "Lund", NULL);
	survives(h, "address.street", "New Road");
	set_rule(h, "address.full", OMNI_RULE_FREQUENT, NULL, NULL);
	survives(h, "address.street", "old road");
	survives(h, "address.extra", "flat 9");
}

static void
the_source_that_is_trusted_most_has_the_word(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(5), "loyalty", "L-1000", "email",
	    "ann@mail.example", NULL);
	put_from(h, "bank", YEARS(4), "birth_date", "1970-01-02");
	put_from(h, "web", YEARS(2), "birth_date", "1970-01-03");
	put_from(h, "till", YEARS(1), "birth_date", "1970-01-04");
	survives(h, "birth_date", "1970-01-04");
	set_rule(h, "birth_date", OMNI_RULE_SOURCE, "bank", "web");
	survives(h, "birth_date", "1970-01-02");
	set_rule(h, "birth_date", OMNI_RULE_SOURCE, "web", "bank");
	survives(h, "birth_date", "1970-01-03");
	set_rule(h, "birth_date", OMNI_RULE_SOURCE, "nobody", NULL);
	survives(h, "birth_date", "1970-01-04");
}

static void
what_is_no_value_survives_nobody(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(5), ANN, "email",
	    "ann@mail.example", "phone", "+46701234567", NULL);
	put(h, "b", YEARS(1), ANN, "email", "n/a",
	    "phone", "unknown", NULL);
	assert_true(one(h, "a", "b"));
	survives(h, "email", "ann@mail.example");
	survives(h, "phone", "+46701234567");
	survives(h, "account", NULL);
}

static void
what_everybody_has_survives_only_where_there_is_nothing_else(void **state)
{
	struct harness *h = harness_of(state);
	char key[16], name[40];
	int i;

	put(h, "a", YEARS(1), ANN, "email", "info@shop.example", NULL);
	put(h, "b", YEARS(5), ANN, NULL);
	for (i = 0; i < 120; i++) {
		snprintf(key, sizeof(key), "r%d", i);
		snprintf(name, sizeof(name), "%c%cx%c %c%cdottir",
		    'A' + i % 13, 'a' + i % 7, 'a' + i % 11,
		    'K' + i % 11, 'a' + i % 17);
		put(h, key, YEARS(3), "name.full", name, "email",
		    "info@shop.example", NULL);
	}
	survives(h, "email", "info@shop.example");
	put(h, "b", YEARS(4), ANN, "email", "ann@mail.example", NULL);
	survives(h, "email", "ann@mail.example");
}

/* ---- who says so ---------------------------------------------------- */

static int32_t
feature(const omni_customer *customer, const char *kind, const char *value)
{
	int32_t i;

	for (i = 0; i < omni_customer_feature_count(customer); i++)
		if (strcmp(omni_customer_feature_kind(customer, i),
		    kind) == 0 && strcmp(omni_customer_feature_value(
		    customer, i), value) == 0)
			return i;
	return -1;
}

static void
every_value_tells_which_records_say_so(void **state)
{
	struct harness *h = harness_of(state);
	omni_customer *customer;
	int32_t i, r;

	put(h, "a", YEARS(5), "loyalty", "L-1000", "email",
	    "ann@mail.example", NULL);
	put(h, "b", YEARS(2), "loyalty", "L-1000", "phone", "+46701234567",
	    NULL);
	put(h, "c", YEARS(3), "loyalty", "L-1000", NULL);
	customer = get(h, "b");
	i = feature(customer, "loyalty", "L-1000");
	assert_int_equal(omni_customer_feature_records(customer, i), 3);
	r = omni_customer_feature_record(customer, i, 0);
	assert_string_equal(omni_customer_record_key(customer, r), "b");
	assert_int_equal(omni_customer_record_time(customer, r), YEARS(2));
	r = omni_customer_feature_record(customer, i, 1);
	assert_string_equal(omni_customer_record_key(customer, r), "c");
	r = omni_customer_feature_record(customer, i, 2);
	assert_string_equal(omni_customer_record_key(customer, r), "a");
	assert_int_equal(omni_customer_feature_record(customer, i, 3), -1);
	i = feature(customer, "phone", "+46701234567");
	r = omni_customer_feature_record(customer, i, 0);
	assert_string_equal(omni_customer_record_source(customer, r), "crm");
	assert_string_equal(omni_customer_record_key(customer, r), "b");
	omni_customer_free(customer);
}

static void
of_each_kind_one_value_survives(void **state)
{
	struct harness *h = harness_of(state);
	omni_customer *customer;
	int32_t i, k;

	put(h, "a", YEARS(5), "loyalty", "L-1000", "email",
	    "ann@mail.example", "attr.size", "S", NULL);
	put(h, "b", YEARS(2), "loyalty", "L-1000", "email",
	    "ann@work.example", "attr.size", "M", "attr.colour", "red",
	    NULL);
	customer = get(h, "a");
	assert_int_equal(omni_customer_attribute_count(customer), 4);
	for (i = 0; i < 4; i++) {
		int32_t f = omni_customer_attribute(customer, i);

		for (k = i + 1; k < 4; k++)
			assert_string_not_equal(
			    omni_customer_feature_kind(customer, f),
			    omni_customer_feature_kind(customer,
			    omni_customer_attribute(customer, k)));
	}
	assert_int_equal(omni_customer_attribute(customer, 4), -1);
	assert_string_equal(omni_customer_value(customer, "attr.size"), "M");
	assert_null(omni_customer_value(customer, NULL));
	assert_null(omni_customer_value(NULL, "email"));
	omni_customer_free(customer);
}

static void
a_kind_of_the_host_survives_by_its_rule(void **state)
{
	struct harness *h = harness_of(state);

	set_rule(h, "segment", OMNI_RULE_FREQUENT, NULL, NULL);
	put(h, "a", YEARS(5), "loyalty", "L-1000", "segment", "gold", NULL);
	put(h, "b", YEARS(4), "loyalty", "L-1000", "segment", "gold", NULL);
	put(h, "c", YEARS(1), "loyalty", "L-1000", "segment", "red", NULL);
	survives(h, "segment", "gold");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(the_name_that_most_write_survives),
		HARNESS_TEST(a_verified_address_survives_a_newer_one),
		HARNESS_TEST(an_address_survives_whole),
		HARNESS_TEST(the_source_that_is_trusted_most_has_the_word),
		HARNESS_TEST(what_is_no_value_survives_nobody),
		HARNESS_TEST(
		    what_everybody_has_survives_only_where_there_is_nothing_else),
		HARNESS_TEST(every_value_tells_which_records_say_so),
		HARNESS_TEST(of_each_kind_one_value_survives),
		HARNESS_TEST(a_kind_of_the_host_survives_by_its_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
