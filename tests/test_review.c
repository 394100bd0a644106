/*
 * What stewards are shown: who may be one but did not join, who joined without
 * being sure, the best first; and what they have settled no more.
 */
#include <stdio.h>
#include <string.h>

#include "harness_record.h"
#include "harness_store.h"

struct shown {
	char customer[OMNI_ID_SIZE], other[OMNI_ID_SIZE];
	double weight;
};

static size_t
read_review(struct harness *h, int32_t which, struct shown *out, size_t room)
{
	omni_review *review = NULL;
	size_t n = 0;

	harness_ok(h, omni_review_open(h->db, which, &review));
	while (omni_review_next(review) == OMNI_OK) {
		assert_true(n < room);
		memcpy(out[n].customer, omni_review_customer(review),
		    OMNI_ID_SIZE);
		memcpy(out[n].other, omni_review_other(review),
		    OMNI_ID_SIZE);
		out[n++].weight = omni_review_weight(review);
		assert_true(omni_review_probability(review) >= 0);
		assert_true(omni_review_probability(review) <= 1);
	}
	assert_null(omni_review_customer(review));
	omni_review_free(review);
	return n;
}

/* Is the pair shown, whichever way round? */
static bool
shows(const struct shown *list, size_t count, struct id a, struct id b)
{
	size_t i;

	for (i = 0; i < count; i++)
		if ((strcmp(list[i].customer, a.text) == 0 &&
		    strcmp(list[i].other, b.text) == 0) ||
		    (strcmp(list[i].customer, b.text) == 0 &&
		    strcmp(list[i].other, a.text) == 0))
			return true;
	return false;
}

/* Father and son of one name and one house. */
static void
put_family(struct harness *h)
{
	put(h, "father", YEARS(3), "name.given", "Erik", "name.family",
	    "Holm", "birth_date", "1950-02-17", "phone", "08-555 12 34",
	    "email", "holm@mail.example", NULL);
	put(h, "son", YEARS(2), "name.given", "Erik", "name.family", "Holm",
	    "birth_date", "1978-09-30", "phone", "08-555 12 34",
	    "email", "holm@mail.example", NULL);
	put(h, "somebody", YEARS(2), "email", "holm@mail.example", NULL);
}

#define SHOWN_MAX 16

static void
who_may_be_one_is_shown(void **state)
{
	struct harness *h = harness_of(state);
	struct shown list[SHOWN_MAX];
	size_t count;

	put_family(h);
	put_strangers(h);
	rule(h, OMNI_VERDICT_DIFFERENT, "a", "b");
	count = read_review(h, OMNI_REVIEW_POSSIBLE, list, SHOWN_MAX);
	if (!one(h, "father", "son"))
		assert_true(shows(list, count, customer_of(h, "father"),
		    customer_of(h, "son")));
	assert_false(shows(list, count, customer_of(h, "a"),
	    customer_of(h, "b")));
	store_sound(h);
}

static void
what_is_settled_is_shown_no_more(void **state)
{
	struct harness *h = harness_of(state);
	struct shown list[SHOWN_MAX];
	struct id a, b;
	size_t count;

	put(h, "a", YEARS(3), "name.given", "Anna", "name.family", "Berg",
	    "birth_date", "1971-03-05", "email", "berg@mail.example", NULL);
	put(h, "b", YEARS(2), "name.given", "David", "name.family", "Berg",
	    "birth_date", "1969-11-20", "email", "berg@mail.example", NULL);
	/* Whoever wrote from there brings them together. */
	put(h, "c", YEARS(1), "email", "berg@mail.example", NULL);
	a = customer_of(h, "a");
	b = customer_of(h, "b");
	count = read_review(h, OMNI_REVIEW_POSSIBLE, list, SHOWN_MAX);
	assert_true(shows(list, count, a, b));
	rule(h, OMNI_VERDICT_DIFFERENT, "a", "b");
	count = read_review(h, OMNI_REVIEW_POSSIBLE, list, SHOWN_MAX);
	assert_false(shows(list, count, a, b));
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	count = read_review(h, OMNI_REVIEW_POSSIBLE, list, SHOWN_MAX);
	assert_false(shows(list, count, a, b));
	count = read_review(h, OMNI_REVIEW_UNSURE, list, SHOWN_MAX);
	assert_false(shows(list, count, a, b));
	store_sound(h);
}

static void
what_joined_but_is_not_sure_is_shown_until_a_steward_is(void **state)
{
	struct harness *h = harness_of(state);
	struct shown list[SHOWN_MAX];

	put(h, "a", YEARS(3), "email", "kim@mail.example", NULL);
	put(h, "b", YEARS(2), "email", "kim@mail.example", "phone",
	    "08-555 12 34", NULL);
	assert_true(one(h, "a", "b"));
	assert_int_equal(read_review(h, OMNI_REVIEW_UNSURE, list,
	    SHOWN_MAX), 1);
	assert_string_equal(list[0].customer, customer_of(h, "b").text);
	assert_string_equal(list[0].other, record_of(h, "b").text);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	assert_int_equal(read_review(h, OMNI_REVIEW_UNSURE, list,
	    SHOWN_MAX), 0);
}

/* Couples that share an address, from which somebody wrote. */
static void
put_couples(struct harness *h, int count)
{
	static const char *const his[] = { "David", "Erik", "Gustav",
	    "Ivar", "Jonas" };
	static const char *const hers[] = { "Anna", "Cilla", "Frida",
	    "Hanna", "Karin" };
	omni_batch *batch = NULL;
	static const char *const begins[] = { "Lind", "Berg", "Sand",
	    "Ek", "Hag", "Norr", "Sjo", "Wall", "Ost", "Kron", "Gran",
	    "Fors", "Mal", "Ryd", "Tor", "Upp", "Vik" };
	static const char *const ends[] = { "strom", "qvist", "dahl",
	    "feldt", "gren", "holm", "mark", "nius", "vall", "man",
	    "backe", "lund", "rot", "stedt", "hage", "by", "lof", "sten" };
	char key[16], family[24], email[48], birth[16];
	int i, k;

	harness_ok(h, omni_batch_new(h->db, &batch));
	for (i = 0; i < count; i++)
		for (k = 0; k < 3; k++) {
			omni_record *record;

			(void)snprintf(key, sizeof(key), "%d-%d", i, k);
			(void)snprintf(family, sizeof(family), "%s%s",
			    begins[i % 17], ends[i % 18]);
			(void)snprintf(email, sizeof(email),
			    "%s.%s@mail.example", ends[i % 18],
			    begins[i % 17]);
			(void)snprintf(birth, sizeof(birth), "%d-%02d-%02d",
			    1940 + (i + 31 * k) % 61, 1 + (i * 7 + k * 5) % 12,
			    1 + (i * 11 + k * 13) % 28);
			record = k == 2 ? make(key, YEARS(1), "email",
			    email, NULL) : make(key, YEARS(2), "name.given",
			    k == 0 ? hers[i % 5] : his[i % 5],
			    "name.family", family, "birth_date", birth,
			    "email", email, NULL);
			harness_ok(h, omni_batch_add_record(batch, record));
			omni_record_free(record);
		}
	harness_ok(h, omni_batch_commit(batch));
	omni_batch_free(batch);
}

#define COUPLES 300

static void
the_likeliest_come_first_page_by_page(void **state)
{
	struct harness *h = harness_of(state);
	static struct shown list[4 * COUPLES];
	size_t count, i, k;

	put_couples(h, COUPLES);
	count = read_review(h, OMNI_REVIEW_POSSIBLE, list,
	    sizeof(list) / sizeof(*list));
	assert_true(count >= COUPLES);
	for (i = 1; i < count; i++)
		assert_true(list[i - 1].weight >= list[i].weight);
	for (i = 1; i < count; i++)
		for (k = 0; k < i; k++)
			assert_false(strcmp(list[i].customer,
			    list[k].customer) == 0 && strcmp(list[i].other,
			    list[k].other) == 0);
	store_sound(h);
}

static void
what_is_removed_or_erased_is_shown_no_more(void **state)
{
	struct harness *h = harness_of(state);
	struct shown list[SHOWN_MAX];
	struct id gone, id;
	size_t count;

	put_couples(h, 2);
	gone = customer_of(h, "0-0");
	id = customer_of(h, "1-1");
	count = read_review(h, OMNI_REVIEW_POSSIBLE, list, SHOWN_MAX);
	assert_true(shows(list, count, gone, customer_of(h, "0-1")));
	assert_true(shows(list, count, id, customer_of(h, "1-0")));
	harness_ok(h, omni_record_remove(h->db, "crm", "0-0"));
	harness_ok(h, omni_customer_erase(h->db, id.text));
	count = read_review(h, OMNI_REVIEW_POSSIBLE, list, SHOWN_MAX);
	assert_false(shows(list, count, gone, customer_of(h, "0-1")));
	assert_false(shows(list, count, id, customer_of(h, "1-0")));
	store_sound(h);
}

static void
a_review_is_of_one_kind_or_the_other(void **state)
{
	struct harness *h = harness_of(state);
	omni_review *review = NULL;

	harness_is(h, omni_review_open(h->db, 3, &review), OMNI_INVALID);
	assert_null(review);
	harness_is(h, omni_review_open(h->db, OMNI_REVIEW_UNSURE, NULL),
	    OMNI_MISUSE);
	assert_int_equal(omni_review_next(NULL), OMNI_MISUSE);
	omni_review_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(who_may_be_one_is_shown),
		HARNESS_TEST(what_is_settled_is_shown_no_more),
		HARNESS_TEST(
		    what_joined_but_is_not_sure_is_shown_until_a_steward_is),
		HARNESS_TEST(the_likeliest_come_first_page_by_page),
		HARNESS_TEST(what_is_removed_or_erased_is_shown_no_more),
		HARNESS_TEST(a_review_is_of_one_kind_or_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
