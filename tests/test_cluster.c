/*
 * Clusters: what of a customer is surely one person, and what holds also for a
 * handle that reads no more than that.
 */
#include <stdio.h>
#include <string.h>

#include "harness_record.h"
#include "harness_store.h"

/* An address without a name is enough to join, not to be sure; a name and a
 * birth date beside it are. */
static void
put_unsure(struct harness *h)
{
	put(h, "a", YEARS(3), "email", "kim@mail.example", NULL);
	put(h, "b", YEARS(2), "email", "kim@mail.example", "phone",
	    "08-555 12 34", NULL);
}

static void
put_sure(struct harness *h)
{
	put(h, "s", YEARS(3), "name.given", "Anna", "name.family", "Berg",
	    "birth_date", "1971-03-05", "email", "berg@mail.example", NULL);
	put(h, "t", YEARS(2), "name.given", "Anna", "name.family", "Berg",
	    "birth_date", "1971-03-05", "email", "berg@mail.example",
	    "phone", "08-555 77 88", NULL);
}

static bool
surely_one(struct harness *h, const char *a, const char *b)
{
	bool same;

	harness_ok(h, omni_set_sure(h->db, 1));
	same = one(h, a, b);
	harness_ok(h, omni_set_sure(h->db, 0));
	return same;
}

static void
weak_evidence_joins_but_is_not_sure(void **state)
{
	struct harness *h = harness_of(state);

	put_unsure(h);
	put_sure(h);
	assert_true(one(h, "a", "b"));
	assert_false(surely_one(h, "a", "b"));
	assert_true(one(h, "s", "t"));
	assert_true(surely_one(h, "s", "t"));
	store_sound(h);
}

static void
a_steward_makes_sure(void **state)
{
	struct harness *h = harness_of(state);

	put_unsure(h);
	put_strangers(h);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	assert_true(surely_one(h, "a", "b"));
	store_sound(h);
}

/* How many customers the handle reads, of how many rows. */
static int
count_customers(struct harness *h, bool sure)
{
	omni_members *members = NULL;
	int count = 0;

	harness_ok(h, omni_set_sure(h->db, sure));
	harness_ok(h, omni_members_open(h->db, 0, &members));
	while (omni_members_next(members) == OMNI_OK) {
		struct id own = record_of(h, omni_members_key(members));

		count += strcmp(omni_members_customer(members),
		    own.text) == 0;
	}
	omni_members_free(members);
	harness_ok(h, omni_set_sure(h->db, 0));
	return count;
}

static void
every_reading_goes_by_the_level_of_the_handle(void **state)
{
	struct harness *h = harness_of(state);
	struct id found, part, whole;

	put_unsure(h);
	whole = customer_of(h, "b");
	assert_int_equal(count_customers(h, false), 1);
	assert_int_equal(count_customers(h, true), 2);
	harness_ok(h, omni_set_sure(h->db, 1));
	part = customer_of(h, "b");
	same_id(part, record_of(h, "b"));
	same_id(leads_to(h, part), part);
	same_id(leads_to(h, whole), whole);
	harness_ok(h, find(h, make("b", OMNI_TIME_UNKNOWN, NULL), &found));
	same_id(found, part);
	harness_ok(h, omni_set_sure(h->db, 0));
	same_id(leads_to(h, part), whole);
}

/* Sure parts lie within customers, and each is called by its oldest. */
static void
sure_parts_nest_in_customers(void **state)
{
	struct harness *h = harness_of(state);
	char *whole, *parts, *a, *b, *a_end, *b_end;

	rows_put(h, 200, 60);
	put_unsure(h);
	put_sure(h);
	whole = store_partition(h);
	harness_ok(h, omni_set_sure(h->db, 1));
	parts = store_partition(h);
	harness_ok(h, omni_set_sure(h->db, 0));
	assert_string_not_equal(whole, parts);
	for (a = whole, b = parts; *a != '\0'; a = a_end + 1, b = b_end + 1) {
		struct id id = { { 0 } }, customer = { { 0 } };

		a_end = strchr(a, '\n');
		b_end = strchr(b, '\n');
		assert_non_null(a_end);
		assert_non_null(b_end);
		assert_true(a_end - a >= OMNI_ID_SIZE - 1);
		memcpy(customer.text, a_end - OMNI_ID_SIZE + 1,
		    OMNI_ID_SIZE - 1);
		memcpy(id.text, b_end - OMNI_ID_SIZE + 1, OMNI_ID_SIZE - 1);
		same_id(leads_to(h, id), customer);
	}
	free(whole);
	free(parts);
}

/* ---- what was said -------------------------------------------------- */

static void
define(struct harness *h)
{
	omni_channel *mail = omni_channel_new("email");
	omni_purpose *news = omni_purpose_new("news");

	harness_ok(h, omni_channel_set_direction(mail, OMNI_DIRECTION_OUT));
	harness_ok(h, omni_channel_set_address(mail, "email"));
	harness_ok(h, omni_channel_put(h->db, mail, NULL));
	harness_ok(h, omni_purpose_set_basis(news, OMNI_BASIS_CONSENT));
	harness_ok(h, omni_purpose_add_channel(news, "email"));
	harness_ok(h, omni_purpose_put(h->db, news, NULL));
	omni_channel_free(mail);
	omni_purpose_free(news);
}

static void
say(struct harness *h, int32_t said, const char *key)
{
	omni_statement *statement = omni_statement_new(said, "news");
	omni_record *who = make(key, OMNI_TIME_UNKNOWN, NULL);

	h->now += HARNESS_MINUTE;
	harness_ok(h, omni_statement_set_who(statement, who));
	harness_ok(h, omni_statement_put(h->db, statement, NULL));
	omni_statement_free(statement);
	omni_record_free(who);
}

/* How many steps the route has. */
static int
steps(struct harness *h, const char *key)
{
	struct id customer = customer_of(h, key);
	omni_route *route = NULL;
	int count;

	harness_ok(h, omni_route_decide(h->db, customer.text, "news",
	    OMNI_NOW, &route));
	count = omni_route_step_count(route);
	omni_route_free(route);
	return count;
}

static void
a_yes_is_of_the_sure_part_and_a_no_of_the_whole(void **state)
{
	struct harness *h = harness_of(state);

	define(h);
	put_unsure(h);
	say(h, OMNI_SAID_GRANT, "a");
	assert_int_equal(steps(h, "b"), 1);
	harness_ok(h, omni_set_sure(h->db, 1));
	assert_int_equal(steps(h, "a"), 1);
	assert_int_equal(steps(h, "b"), 0);
	say(h, OMNI_SAID_WITHDRAW, "b");
	assert_int_equal(steps(h, "a"), 0);
}

static void
who_is_erased_is_erased_whole(void **state)
{
	struct harness *h = harness_of(state);
	struct id part;
	omni_customer *none = NULL;

	put_unsure(h);
	harness_ok(h, omni_set_sure(h->db, 1));
	part = customer_of(h, "b");
	harness_ok(h, omni_customer_erase(h->db, part.text));
	harness_is(h, omni_customer_of(h->db, "crm", "a", &none), OMNI_NONE);
	harness_is(h, omni_customer_of(h->db, "crm", "b", &none), OMNI_NONE);
}

/* ---- why ------------------------------------------------------------ */

/* Each record but the oldest joined once, and all hang together. */
static void
assert_tree(const omni_joins *joins, const omni_customer *customer)
{
	int32_t i, k, count = omni_joins_count(joins);

	assert_int_equal(count, omni_customer_record_count(customer) - 1);
	for (i = 0; i < omni_customer_record_count(customer); i++) {
		const char *id = omni_customer_record_id(customer, i);
		int times = 0;

		for (k = 0; k < count; k++)
			times += strcmp(omni_joins_younger(joins, k), id) ==
			    0;
		assert_int_equal(times,
		    strcmp(id, omni_customer_id(customer)) != 0);
	}
}

static void
a_customer_is_explained_by_its_joins(void **state)
{
	struct harness *h = harness_of(state);
	omni_customer *customer = NULL;
	omni_joins *joins = NULL;
	struct id id;
	bool unsure = false;
	int32_t i;

	put_sure(h);
	put(h, "w", YEARS(1), "name.given", "Anna", "phone",
	    "08-555 77 88", NULL);
	put_unsure(h);
	rule(h, OMNI_VERDICT_SAME, "s", "b");
	id = customer_of(h, "s");
	harness_ok(h, omni_customer_get(h->db, id.text, &customer));
	assert_int_equal(omni_customer_record_count(customer), 5);
	harness_ok(h, omni_why_customer(h->db, id.text, &joins));
	assert_tree(joins, customer);
	assert_int_equal(omni_joins_how(joins, 0), OMNI_JOINED_VERDICT);
	assert_true(omni_joins_verdict(joins, 0) != 0);
	assert_true(omni_joins_sure(joins, 0));
	for (i = 1; i < omni_joins_count(joins); i++) {
		assert_int_equal(omni_joins_how(joins, i),
		    OMNI_JOINED_EVIDENCE);
		assert_true(omni_joins_verdict(joins, i) == 0);
		assert_true(i == 1 || omni_joins_weight(joins, i) <=
		    omni_joins_weight(joins, i - 1));
		unsure |= !omni_joins_sure(joins, i);
	}
	assert_true(unsure);
	assert_null(omni_joins_older(joins, i));
	omni_joins_free(joins);
	omni_customer_free(customer);
	harness_is(h, omni_why_customer(h->db,
	    "00112233445566778899aabbccddeeff", &joins), OMNI_NONE);
	assert_null(joins);
}

static void
two_customers_are_explained_by_all_their_records(void **state)
{
	struct harness *h = harness_of(state);
	omni_explanation *why = NULL;
	struct id left, right;
	double strangers = 0, relatives = 0, lesser;
	int32_t i;

	put_sure(h);
	put(h, "d", YEARS(2), "name.given", "David", "name.family", "Berg",
	    "birth_date", "1969-11-20", "email", "berg@mail.example", NULL);
	left = customer_of(h, "s");
	right = customer_of(h, "d");
	harness_ok(h, omni_why_customers(h->db, left.text, right.text,
	    &why));
	assert_false(omni_explanation_same(why));
	for (i = 0; i < omni_explanation_count(why); i++) {
		strangers += omni_explanation_strangers(why, i);
		relatives += omni_explanation_relatives(why, i);
	}
	lesser = strangers < relatives ? strangers : relatives;
	assert_true(lesser - omni_explanation_weight(why) < 1e-9 &&
	    omni_explanation_weight(why) - lesser < 1e-9);
	omni_explanation_free(why);
	harness_is(h, omni_why_customers(h->db, left.text,
	    "00112233445566778899aabbccddeeff", &why), OMNI_NONE);
	assert_null(why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(weak_evidence_joins_but_is_not_sure),
		HARNESS_TEST(a_steward_makes_sure),
		HARNESS_TEST(every_reading_goes_by_the_level_of_the_handle),
		HARNESS_TEST(sure_parts_nest_in_customers),
		HARNESS_TEST(a_yes_is_of_the_sure_part_and_a_no_of_the_whole),
		HARNESS_TEST(who_is_erased_is_erased_whole),
		HARNESS_TEST(a_customer_is_explained_by_its_joins),
		HARNESS_TEST(two_customers_are_explained_by_all_their_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
