/*
 * Who is related to whom: households, shared contact points, and what is
 * shared by so many that it tells nothing.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness_record.h"

/* The reasons for which b is listed beside a, "" when it is not: names with
 * blanks between them. */
static const char *
reasons(struct harness *h, const char *a, const char *b, char out[200])
{
	omni_related *related = NULL;
	struct id other = customer_of(h, b);
	int32_t i, n;

	out[0] = '\0';
	harness_ok(h, omni_related_open(h->db, customer_of(h, a).text,
	    &related));
	for (i = 0; i < omni_related_count(related); i++) {
		if (strcmp(omni_related_customer(related, i),
		    other.text) != 0)
			continue;
		assert_string_equal(out, "");	/* each once */
		for (n = 0; n < omni_related_reason_count(related, i); n++)
			snprintf(out + strlen(out), 200 - strlen(out),
			    "%s%s", n > 0 ? " " : "",
			    omni_related_reason(related, i, n));
	}
	omni_related_free(related);
	return out;
}

static int32_t
count_related(struct harness *h, const char *key)
{
	omni_related *related = NULL;
	int32_t count;

	harness_ok(h, omni_related_open(h->db, customer_of(h, key).text,
	    &related));
	count = omni_related_count(related);
	omni_related_free(related);
	return count;
}

static void
put_couple(struct harness *h)
{
	put(h, "ann", YEARS(3), "name.full", "Ann Lee", "birth_date",
	    "1970-01-02", "phone", "040123456", "address.street", "Storgatan",
	    "address.number", "12", "address.postcode", "211 42",
	    "address.city", "Malmo", NULL);
	put(h, "bo", YEARS(3), "name.full", "Bo Lee", "birth_date",
	    "1968-11-30", "phone", "040123456", "address.street", "Storgatan",
	    "address.number", "12", "address.postcode", "21142",
	    "address.city", "Malmo", NULL);
	put(h, "stranger", YEARS(3), "name.full", "Carin Ek", "birth_date",
	    "1990-05-05", "address.street", "Storgatan", "address.number",
	    "14", "address.postcode", "211 42", NULL);
	assert_false(one(h, "ann", "bo"));
}

static void
a_couple_is_a_household_with_a_telephone(void **state)
{
	struct harness *h = harness_of(state);
	char out[200];

	put_couple(h);
	assert_string_equal(reasons(h, "ann", "bo", out), "household phone");
	assert_string_equal(reasons(h, "bo", "ann", out), "household phone");
	assert_string_equal(reasons(h, "ann", "stranger", out), "");
	assert_int_equal(count_related(h, "ann"), 1);
	assert_int_equal(count_related(h, "stranger"), 0);
}

static void
one_house_in_two_towns_is_two(void **state)
{
	struct harness *h = harness_of(state);
	char out[200];

	put(h, "a", YEARS(3), "name.full", "Ann Lee", "address.street",
	    "Storgatan", "address.number", "1", "address.city", "Lund", NULL);
	put(h, "b", YEARS(3), "name.full", "Bo Ek", "address.street",
	    "Storgatan", "address.number", "1", "address.city", "Kiruna",
	    NULL);
	put(h, "c", YEARS(3), "name.full", "Carin Nord", "address.street",
	    "Storgatan", "address.number", "1", "address.city", "Lund", NULL);
	assert_string_equal(reasons(h, "a", "b", out), "");
	assert_string_equal(reasons(h, "a", "c", out), "household");
}

static void
who_shares_a_card_is_related_by_it(void **state)
{
	struct harness *h = harness_of(state);
	char out[200];

	put(h, "a", YEARS(3), "name.full", "Ann Lee", "birth_date",
	    "1970-01-02", "loyalty", "L100", NULL);
	put(h, "b", YEARS(3), "name.full", "Gustav Ek", "birth_date",
	    "1999-07-30", "loyalty", "L100", NULL);
	assert_false(one(h, "a", "b"));
	assert_string_equal(reasons(h, "a", "b", out), "loyalty");
}

static void
what_everybody_has_relates_nobody(void **state)
{
	struct harness *h = harness_of(state);
	char key[16], name[40];
	int i;

	for (i = 0; i < 120; i++) {
		snprintf(key, sizeof(key), "r%d", i);
		snprintf(name, sizeof(name), "%c%cx%c %c%cdottir",
		    'A' + i % 13, 'a' + i % 7, 'a' + i % 11,
		    'K' + i % 11, 'a' + i % 17);
		put(h, key, YEARS(3), "name.full", name, "email",
		    "info@shop.example", "address.street", "Torget",
		    "address.number", "1", "address.postcode", "11122",
		    NULL);
	}
	assert_int_equal(count_related(h, "r7"), 0);
}

static void
nobody_is_related_to_nobody(void **state)
{
	struct harness *h = harness_of(state);
	omni_related *related = NULL;

	put_couple(h);
	harness_is(h, omni_related_open(h->db,
	    "00112233445566778899aabbccddeeff", &related), OMNI_NONE);
	assert_null(related);
	harness_is(h, omni_related_open(h->db, "no id", &related),
	    OMNI_INVALID);
	assert_int_equal(omni_related_count(NULL), 0);
	assert_null(omni_related_customer(NULL, 0));
	omni_related_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(a_couple_is_a_household_with_a_telephone),
		HARNESS_TEST(one_house_in_two_towns_is_two),
		HARNESS_TEST(who_shares_a_card_is_related_by_it),
		HARNESS_TEST(what_everybody_has_relates_nobody),
		HARNESS_TEST(nobody_is_related_to_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
