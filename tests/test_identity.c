/*
 * Who is who, in sentences: what makes two records one customer and what does
 * not, and what stewards decide.
 */
#include <stdio.h>
#include <string.h>

#include "harness_record.h"

static void
the_same_address_joins_who_has_no_name(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(2), "email", "kim@mail.example", NULL);
	put(h, "b", YEARS(1), "email", "KIM@Mail.Example", NULL);
	put(h, "c", YEARS(1), "email", "tim@mail.example", NULL);
	assert_true(one(h, "a", "b"));
	assert_false(one(h, "a", "c"));
}

static void
a_name_alone_joins_nobody(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(2), "name.given", "John", "name.family", "Smith",
	    NULL);
	put(h, "b", YEARS(2), "name.given", "John", "name.family", "Smith",
	    NULL);
	put(h, "c", YEARS(2), "name.given", "John", NULL);
	put(h, "d", YEARS(2), "name.given", "John", NULL);
	assert_false(one(h, "a", "b"));
	assert_false(one(h, "c", "d"));
}

static void
a_couple_that_shares_an_address_is_two_people(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "she", YEARS(2), "name.given", "Anna", "name.family", "Berg",
	    "email", "berg@mail.example", "birth_date", "1971-03-05", NULL);
	put(h, "he", YEARS(1), "name.given", "David", "name.family", "Berg",
	    "email", "berg@mail.example", "birth_date", "1969-11-20", NULL);
	put(h, "she again", YEARS(1), "name.given", "Anna", "name.family",
	    "Berg", "email", "berg@mail.example", NULL);
	assert_false(one(h, "she", "he"));
	assert_true(one(h, "she", "she again"));
}

static void
father_and_son_in_one_house_are_two_people(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "father", YEARS(2), "name.given", "Erik", "name.family",
	    "Holm", "birth_date", "1950-02-17", "phone", "08-555 12 34",
	    "address.street", "Storgatan", "address.number", "3",
	    "address.postcode", "111 22", "address.city", "Stockholm",
	    "email", "holm@mail.example", NULL);
	put(h, "son", YEARS(1), "name.given", "Gustav", "name.family",
	    "Holm", "birth_date", "1978-09-30", "phone", "08-555 12 34",
	    "address.street", "Storgatan", "address.number", "3",
	    "address.postcode", "111 22", "address.city", "Stockholm",
	    "email", "holm@mail.example", NULL);
	assert_false(one(h, "father", "son"));
}

/* Sixty names of different sounds. */
static void
put_many(struct harness *h, const char *kind, const char *value)
{
	static const char *const givens[] = {
		"Anna", "Bertil", "Cilla", "David", "Erik", "Frida",
		"Gustav", "Hanna", "Ivar", "Jonas"
	};
	static const char *const families[] = {
		"Ek", "Berg", "Dahl", "Forsman", "Lindqvist", "Moberg"
	};
	char key[16];
	size_t i, k;

	for (i = 0; i < 10; i++)
		for (k = 0; k < 6; k++) {
			(void)snprintf(key, sizeof(key), "%zu-%zu", i, k);
			put(h, key, YEARS(3), "name.given", givens[i],
			    "name.family", families[k], kind, value, NULL);
		}
}

/* None of those who have it are joined by it, nor is who has nothing else. */
static void
joins_nobody(struct harness *h, const char *kind, const char *value)
{
	omni_members *members = NULL;
	struct id id;
	int32_t count = 0;

	put_many(h, kind, value);
	put(h, "nameless", YEARS(1), kind, value, NULL);
	put(h, "nameless too", YEARS(1), kind, value, NULL);
	harness_ok(h, omni_members_open(h->db, 0, &members));
	while (omni_members_next(members) == OMNI_OK) {
		struct id own = record_of(h, omni_members_key(members));

		assert_string_equal(omni_members_customer(members),
		    own.text);
		count++;
	}
	omni_members_free(members);
	assert_int_equal(count, 62);
	harness_is(h, find(h, make(NULL, OMNI_TIME_UNKNOWN, kind, value,
	    NULL), &id), OMNI_NONE);
}

static void
the_phone_of_an_office_joins_nobody(void **state)
{
	joins_nobody(harness_of(state), "phone", "08-555 01 10");
}

static void
a_card_number_typed_to_get_on_joins_nobody(void **state)
{
	joins_nobody(harness_of(state), "loyalty", "0000000000");
}

static void
an_address_given_to_give_none_joins_nobody(void **state)
{
	joins_nobody(harness_of(state), "email", "none@none.com");
}

static void
a_common_value_joins_again_once_it_is_rare(void **state)
{
	struct harness *h = harness_of(state);
	char key[16];
	size_t i, k;

	put(h, "a", YEARS(1), "loyalty", "778899", NULL);
	put(h, "b", YEARS(1), "loyalty", "778899", NULL);
	assert_true(one(h, "a", "b"));
	put_many(h, "loyalty", "778899");
	assert_false(one(h, "a", "b"));
	for (i = 0; i < 10; i++)
		for (k = 0; k < 6; k++) {
			(void)snprintf(key, sizeof(key), "%zu-%zu", i, k);
			harness_ok(h, omni_record_remove(h->db, "crm", key));
		}
	assert_true(one(h, "a", "b"));
}

static void
another_national_id_weighs_against_but_no_slip_in_it(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(2), "email", "x@mail.example", "national_id",
	    "19710305-1234", NULL);
	put(h, "other", YEARS(2), "email", "x@mail.example", "national_id",
	    "19640821-9876", NULL);
	assert_false(one(h, "a", "other"));
	put(h, "b", YEARS(2), "email", "y@mail.example", "national_id",
	    "19550101-5555", NULL);
	put(h, "slip", YEARS(2), "email", "y@mail.example", "national_id",
	    "19550101-5556", NULL);
	assert_true(one(h, "b", "slip"));
}

static void
devices_never_join_people(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(2), "device", "till-phone-1", NULL);
	put(h, "b", YEARS(2), "device", "till-phone-1", NULL);
	put(h, "c", YEARS(2), "device", "till-phone-1", "email",
	    "c@mail.example", NULL);
	put(h, "d", YEARS(2), "device", "till-phone-1", "email",
	    "d@mail.example", NULL);
	assert_false(one(h, "a", "b"));
	assert_false(one(h, "a", "c"));
	assert_false(one(h, "c", "d"));
}

/* ---- stewards ------------------------------------------------------- */

static void
put_alike(struct harness *h)
{
	put(h, "a", YEARS(3), "email", "a@mail.example", NULL);
	put(h, "b", YEARS(2), "email", "a@mail.example", NULL);
}

static void
a_steward_holds_together_what_nothing_else_would(void **state)
{
	struct harness *h = harness_of(state);

	put_strangers(h);
	assert_false(one(h, "a", "b"));
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	assert_true(one(h, "a", "b"));
}

static void
a_steward_keeps_apart_what_looks_alike(void **state)
{
	struct harness *h = harness_of(state);

	put_alike(h);
	assert_true(one(h, "a", "b"));
	rule(h, OMNI_VERDICT_DIFFERENT, "a", "b");
	assert_false(one(h, "a", "b"));
}

static void
of_verdicts_the_newest_holds(void **state)
{
	struct harness *h = harness_of(state);

	put_strangers(h);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	rule(h, OMNI_VERDICT_DIFFERENT, "a", "b");
	assert_false(one(h, "a", "b"));
	rule(h, OMNI_VERDICT_SAME, "b", "a");
	assert_true(one(h, "a", "b"));
}

static void
kept_apart_from_one_is_apart_from_whom_that_one_is(void **state)
{
	struct harness *h = harness_of(state);

	put_strangers(h);
	put(h, "c", YEARS(1), "email", "b@mail.example", "name.given",
	    "Bertil", NULL);
	assert_true(one(h, "b", "c"));
	rule(h, OMNI_VERDICT_DIFFERENT, "a", "c");
	/* Older than that would be another matter. */
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	assert_true(one(h, "a", "b"));
	assert_false(one(h, "a", "c"));
}

static void
a_verdict_sleeps_while_a_record_is_away(void **state)
{
	struct harness *h = harness_of(state);

	put_strangers(h);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	harness_ok(h, omni_record_remove(h->db, "crm", "b"));
	put(h, "b", YEARS(2), "email", "new@mail.example", NULL);
	assert_true(one(h, "a", "b"));
}

static void
a_verdict_waits_for_records_to_come(void **state)
{
	struct harness *h = harness_of(state);

	rule(h, OMNI_VERDICT_SAME, "a", "b");
	put_strangers(h);
	assert_true(one(h, "a", "b"));
}

static void
a_verdict_told_twice_is_one(void **state)
{
	struct harness *h = harness_of(state);
	omni_verdict *same = omni_verdict_new(OMNI_VERDICT_SAME);
	int64_t first = 0, again = 0;

	put_strangers(h);
	harness_ok(h, omni_verdict_add(same, 0, "crm", "a"));
	harness_ok(h, omni_verdict_add(same, 0, "crm", "b"));
	harness_ok(h, omni_verdict_set_time(same, HARNESS_NOW));
	harness_ok(h, omni_verdict_put(h->db, same, &first));
	assert_true(one(h, "a", "b"));
	harness_is(h, omni_verdict_put(h->db, same, &again), OMNI_DUPLICATE);
	assert_true(first == again);
	/* A steward may say the same again later. */
	harness_ok(h, omni_verdict_set_time(same, HARNESS_NOW + 1));
	harness_ok(h, omni_verdict_put(h->db, same, &again));
	assert_true(first != again);
	omni_verdict_free(same);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(the_same_address_joins_who_has_no_name),
		HARNESS_TEST(a_name_alone_joins_nobody),
		HARNESS_TEST(a_couple_that_shares_an_address_is_two_people),
		HARNESS_TEST(father_and_son_in_one_house_are_two_people),
		HARNESS_TEST(the_phone_of_an_office_joins_nobody),
		HARNESS_TEST(a_card_number_typed_to_get_on_joins_nobody),
		HARNESS_TEST(an_address_given_to_give_none_joins_nobody),
		HARNESS_TEST(a_common_value_joins_again_once_it_is_rare),
		HARNESS_TEST(
		    another_national_id_weighs_against_but_no_slip_in_it),
		HARNESS_TEST(devices_never_join_people),
		HARNESS_TEST(a_steward_holds_together_what_nothing_else_would),
		HARNESS_TEST(a_steward_keeps_apart_what_looks_alike),
		HARNESS_TEST(of_verdicts_the_newest_holds),
		HARNESS_TEST(
		    kept_apart_from_one_is_apart_from_whom_that_one_is),
		HARNESS_TEST(a_verdict_sleeps_while_a_record_is_away),
		HARNESS_TEST(a_verdict_waits_for_records_to_come),
		HARNESS_TEST(a_verdict_told_twice_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
