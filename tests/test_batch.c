/*
 * Batches: what they store does not depend on where one ends and the next
 * begins.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"

static omni_record *
row(const char *key, const char *email)
{
	omni_record *record = omni_record_new();

	assert_non_null(record);
	assert_int_equal(omni_record_set_source(record, "crm", key),
	    OMNI_OK);
	assert_int_equal(omni_record_set_time(record, HARNESS_NOW -
	    HARNESS_DAY), OMNI_OK);
	assert_int_equal(omni_record_add(record, "email", email), OMNI_OK);
	return record;
}

static void
put_row(struct harness *h, const char *key, const char *email)
{
	omni_record *record = row(key, email);

	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
}

static void
customer_of(struct harness *h, const char *key, char id[OMNI_ID_SIZE])
{
	omni_customer *customer = NULL;

	harness_ok(h, omni_customer_of(h->db, "crm", key, &customer));
	(void)snprintf(id, OMNI_ID_SIZE, "%s", omni_customer_id(customer));
	omni_customer_free(customer);
}

static void
define(struct harness *h)
{
	omni_channel *email = omni_channel_new("email");
	omni_purpose *news = omni_purpose_new("news");

	(void)omni_channel_set_direction(email, OMNI_DIRECTION_OUT);
	(void)omni_channel_set_address(email, "email");
	harness_ok(h, omni_channel_put(h->db, email, NULL));
	(void)omni_purpose_set_basis(news, OMNI_BASIS_INTEREST);
	(void)omni_purpose_add_channel(news, "email");
	harness_ok(h, omni_purpose_put(h->db, news, NULL));
	omni_channel_free(email);
	omni_purpose_free(news);
}

static omni_statement *
withdrawal(const char *customer)
{
	omni_statement *no = omni_statement_new(OMNI_SAID_WITHDRAW, "news");

	assert_non_null(no);
	assert_int_equal(omni_statement_set_customer(no, customer), OMNI_OK);
	assert_int_equal(omni_statement_set_time(no, HARNESS_NOW), OMNI_OK);
	assert_int_equal(omni_statement_set_key(no, "/consent", "S1"),
	    OMNI_OK);
	return no;
}

static void
part(struct harness *h, const char *a, const char *b)
{
	omni_verdict *apart = omni_verdict_new(OMNI_VERDICT_DIFFERENT);

	(void)omni_verdict_add(apart, 0, "crm", a);
	(void)omni_verdict_add(apart, 1, "crm", b);
	harness_ok(h, omni_verdict_put(h->db, apart, NULL));
	omni_verdict_free(apart);
}

static int32_t
steps_of(struct harness *h, const char *key)
{
	omni_route *route = NULL;
	char id[OMNI_ID_SIZE];
	int32_t steps;

	customer_of(h, key, id);
	harness_ok(h, omni_route_decide(h->db, id, "news", OMNI_NOW,
	    &route));
	steps = omni_route_step_count(route);
	omni_route_free(route);
	return steps;
}

/* ---- the tests ------------------------------------------------------ */

/* The record comes in the same batch as the no: it is held all the same. */
static void
a_no_spoken_as_a_customer_holds_what_the_batch_brought_before(void **state)
{
	struct harness *h = harness_of(state);
	omni_batch *batch = NULL;
	omni_record *second = row("2", "a@mail.example");
	omni_statement *no;
	char id[OMNI_ID_SIZE];

	define(h);
	put_row(h, "1", "a@mail.example");
	customer_of(h, "1", id);
	no = withdrawal(id);
	harness_ok(h, omni_batch_new(h->db, &batch));
	harness_ok(h, omni_batch_add_record(batch, second));
	harness_ok(h, omni_batch_add_statement(batch, no));
	harness_ok(h, omni_batch_commit(batch));
	part(h, "1", "2");
	assert_int_equal(steps_of(h, "1"), 0);
	assert_int_equal(steps_of(h, "2"), 0);
	harness_ok(h, omni_check(h->db, NULL));
	omni_batch_free(batch);
	omni_record_free(second);
	omni_statement_free(no);
}

static void
a_no_told_again_is_the_same_when_the_customer_has_grown(void **state)
{
	struct harness *h = harness_of(state);
	omni_statement *no;
	int64_t first = 0, again = 0;
	char id[OMNI_ID_SIZE];

	define(h);
	put_row(h, "1", "a@mail.example");
	customer_of(h, "1", id);
	no = withdrawal(id);
	harness_ok(h, omni_statement_put(h->db, no, &first));
	put_row(h, "2", "a@mail.example");
	harness_is(h, omni_statement_put(h->db, no, &again), OMNI_DUPLICATE);
	assert_true(first != 0 && first == again);
	omni_statement_free(no);
}

static omni_interaction *
receipt(const char *card)
{
	omni_interaction *it = omni_interaction_new("store", "purchase");
	omni_record *who = omni_record_new();

	(void)omni_record_add(who, "loyalty", card);
	assert_int_equal(omni_interaction_set_who(it, who), OMNI_OK);
	assert_int_equal(omni_interaction_set_key(it, "/pos", "R1"),
	    OMNI_OK);
	assert_int_equal(omni_interaction_set_time(it, HARNESS_NOW),
	    OMNI_OK);
	omni_record_free(who);
	return it;
}

static void
a_duplicate_in_a_batch_is_the_fact_of_the_first(void **state)
{
	struct harness *h = harness_of(state);
	omni_interaction *one = receipt("C1"), *other = receipt("C2");
	omni_batch *batch = NULL;

	harness_ok(h, omni_batch_new(h->db, &batch));
	harness_ok(h, omni_batch_add_interaction(batch, one));
	harness_ok(h, omni_batch_add_interaction(batch, one));
	harness_ok(h, omni_batch_add_interaction(batch, other));
	harness_is(h, omni_batch_commit(batch), OMNI_PARTIAL);
	assert_int_equal(omni_batch_status(batch, 0), OMNI_OK);
	assert_int_equal(omni_batch_status(batch, 1), OMNI_DUPLICATE);
	assert_int_equal(omni_batch_status(batch, 2), OMNI_CONFLICT);
	assert_true(omni_batch_fact(batch, 0) > 0);
	assert_int_equal(omni_batch_fact(batch, 1),
	    omni_batch_fact(batch, 0));
	omni_batch_free(batch);
	omni_interaction_free(one);
	omni_interaction_free(other);
}

/* One name and one e-mail under a thousand phones: far more than a pool
 * holds groups, and still one customer, one by one or at once. */
#define WAYS 1000

static void
a_customer_seen_in_a_thousand_ways_stays_whole(void **state)
{
	struct harness *h = harness_of(state);
	omni_batch *batch = NULL;
	omni_customer *customer = NULL;
	char text[32];
	int i;

	harness_ok(h, omni_batch_new(h->db, &batch));
	for (i = 0; i < WAYS; i++) {
		omni_record *record;

		(void)snprintf(text, sizeof(text), "K%04d", i);
		record = row(text, "walk.in@mail.example");
		(void)omni_record_add(record, "name.full", "Walter Inman");
		(void)snprintf(text, sizeof(text), "+4670123%04d", i);
		(void)omni_record_add(record, "phone", text);
		if (i % 250 == 249)
			harness_ok(h, omni_record_put(h->db, record, NULL));
		else
			harness_ok(h, omni_batch_add_record(batch, record));
		omni_record_free(record);
	}
	harness_ok(h, omni_batch_commit(batch));
	harness_ok(h, omni_customer_of(h->db, "crm", "K0000", &customer));
	assert_int_equal(omni_customer_record_count(customer), WAYS);
	harness_ok(h, omni_check(h->db, NULL));
	omni_customer_free(customer);
	omni_batch_free(batch);
}

/* Who shares an e-mail with one and a phone with another links the two. */
static void
an_address_and_a_card_together_link_their_owners(void **state)
{
	struct harness *h = harness_of(state);
	static const char *const said[3][2][2] = {
		{ { "email", "a@mail.example" }, { NULL, NULL } },
		{ { "loyalty", "700123" }, { NULL, NULL } },
		{ { "email", "a@mail.example" }, { "loyalty", "700123" } },
	};
	omni_members *members = NULL;
	char id[OMNI_ID_SIZE] = "";
	size_t i, k;

	for (i = 0; i < 3; i++) {
		omni_record *who = omni_record_new();

		for (k = 0; k < 2 && said[i][k][0] != NULL; k++)
			(void)omni_record_add(who, said[i][k][0],
			    said[i][k][1]);
		harness_ok(h, omni_record_put(h->db, who, NULL));
		omni_record_free(who);
	}
	harness_ok(h, omni_members_open(h->db, 1, &members));
	for (i = 0; omni_members_next(members) == OMNI_OK; i++) {
		const char *customer = omni_members_customer(members);

		if (i > 0)
			assert_string_equal(customer, id);
		(void)snprintf(id, sizeof(id), "%s", customer);
	}
	assert_int_equal(i, 3);
	omni_members_free(members);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(
		a_no_spoken_as_a_customer_holds_what_the_batch_brought_before),
		HARNESS_TEST(
		    a_no_told_again_is_the_same_when_the_customer_has_grown),
		HARNESS_TEST(a_duplicate_in_a_batch_is_the_fact_of_the_first),
		HARNESS_TEST(a_customer_seen_in_a_thousand_ways_stays_whole),
		HARNESS_TEST(
		    an_address_and_a_card_together_link_their_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
