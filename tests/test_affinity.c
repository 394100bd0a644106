/*
 * Affinity: how customers respond, how that decays, and what is learned of
 * everybody; against plain doubles and closed forms.
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "harness_people.h"
#include "harness_store.h"
#include "routing/learn.h"

#define NOW (60 * OMNI__SPAN + OMNI__DAY)	/* in span 60 */

/* ---- one customer --------------------------------------------------- */

static void
rate_of(const struct omni__response *responses, size_t count,
    const char *channel, struct omni__rate *rate)
{
	static const struct omni__prior priors[] = {
		{ "*", 1024, 19 * 1024 },
		{ "mail", 3072, 7168 },
	};
	const struct omni__rules rules = {
		.priors = priors, .prior_count = 2
	};
	const struct omni__recipient recipient = {
		.responses = responses, .response_count = count
	};

	omni__affinity(&rules, &recipient, channel, NOW, rate);
}

static void
who_has_no_history_has_the_populations_rate(void **state)
{
	const struct omni__rules nothing = { .prior_count = 0 };
	const struct omni__recipient recipient = { .response_count = 0 };
	struct omni__rate rate;

	(void)state;
	rate_of(NULL, 0, "mail", &rate);
	assert_int_equal(rate.estimate, 300000);
	assert_int_equal(rate.population, 300000);
	assert_true(rate.learned);
	/* Of a channel that was not learned, the mean of those that were. */
	rate_of(NULL, 0, "post", &rate);
	assert_int_equal(rate.estimate, 50000);
	assert_false(rate.learned);
	omni__affinity(&nothing, &recipient, "mail", NOW, &rate);
	assert_int_equal(rate.estimate, 200000);
	assert_int_equal(rate.prior_answered + rate.prior_unanswered,
	    10 * 1024);
}

static void
what_happened_counts_half_after_ninety_days(void **state)
{
	int64_t n;

	(void)state;
	for (n = -3; n < 40; n++) {
		const struct omni__response r = { "mail", 60 - n, 1000, 500 };
		double w = n < 0 || n > 26 ? 0 :
		    floor(1024 * exp2(-28.0 * (double)n / 90) + .5);
		struct omni__rate rate;

		rate_of(&r, 1, "mail", &rate);
		assert_int_equal(rate.sent, (int64_t)(1000 * w));
		assert_int_equal(rate.answered, (int64_t)(500 * w));
		/* 90 days are 3 spans and a bit: within a thousandth. */
		if (n >= 0 && n <= 26)
			assert_true(fabs((double)rate.sent / 1024000 -
			    exp2(-28.0 * (double)n / 90)) < .001);
	}
}

static void
another_channel_says_nothing(void **state)
{
	const struct omni__response r[] = {
		{ "mail", 60, 9, 9 }, { "sms", 60, 5, 1 }
	};
	struct omni__rate rate;

	(void)state;
	rate_of(r, 2, "sms", &rate);
	assert_int_equal(rate.sent, 5 * 1024);
	assert_int_equal(rate.answered, 1024);
	assert_int_equal(rate.estimate, 2 * 1000000 / 25);
	rate_of(r, 2, "post", &rate);
	assert_int_equal(rate.sent, 0);
}

/* Opens of what was sent in another span are none of this one's. */
static void
nobody_answers_more_than_was_sent(void **state)
{
	const struct omni__response r[] = {
		{ "mail", 59, 0, 7 }, { "mail", 60, 2, 50 }
	};
	struct omni__rate rate;

	(void)state;
	rate_of(r, 2, "mail", &rate);
	assert_int_equal(rate.sent, 2 * 1024);
	assert_int_equal(rate.answered, 2 * 1024);
	assert_int_equal(rate.estimate, 5 * 1000000 / 12);
}

/* Whatever is learned: it counts for five messages at least. */
static void
one_click_is_no_habit(void **state)
{
	int64_t sum, answered;

	(void)state;
	for (sum = OMNI__STRENGTH_LEAST; sum <= OMNI__STRENGTH_MOST;
	    sum += 7777)
		for (answered = 1; answered < sum; answered += sum / 9) {
			const struct omni__prior prior = {
				"mail", answered, sum - answered
			};
			const struct omni__rules rules = {
				.priors = &prior, .prior_count = 1
			};
			const struct omni__response r = { "mail", 60, 1, 1 };
			const struct omni__recipient recipient = {
				.responses = &r, .response_count = 1
			};
			struct omni__rate rate;

			omni__affinity(&rules, &recipient, "mail", NOW,
			    &rate);
			assert_true(rate.estimate >= rate.population);
			assert_true(rate.estimate - rate.population <=
			    1000000 / 6 + 1);
		}
}

static void
counts_beyond_reason_do_no_harm(void **state)
{
	const struct omni__response r[] = {
		{ "mail", 60, INT64_MAX, INT64_MAX },
		{ "mail", 59, -5, INT64_MAX },
		{ "mail", 58, INT64_MAX, -1 },
	};
	struct omni__rate rate;

	(void)state;
	rate_of(r, 3, "mail", &rate);
	assert_true(rate.estimate > 0 && rate.estimate <= 1000000);
	assert_true(rate.answered <= rate.sent);
}

/* ---- moments -------------------------------------------------------- */

static void
learn(const struct omni__moments *m, double *rate, double *strength)
{
	int64_t answered, unanswered;

	assert_true(omni__moments_learn(m, &answered, &unanswered));
	assert_true(answered > 0 && unanswered > 0);
	*rate = (double)answered / (double)(answered + unanswered);
	*strength = (double)(answered + unanswered) / 1024;
}

static void
add(struct omni__moments *m, int count, int64_t sent, int64_t answered)
{
	while (count-- > 0)
		omni__moments_add(m, sent, answered);
}

/* Beta(5, 5) and two messages each: 3/11, 5/11, 3/11. */
static void
a_known_beta_is_found(void **state)
{
	struct omni__moments m = { 0, 0, 0, 0, 0 };
	double rate, strength;

	(void)state;
	add(&m, 30000, 2, 0);
	add(&m, 50000, 2, 1);
	add(&m, 30000, 2, 2);
	learn(&m, &rate, &strength);
	assert_true(fabs(rate - .5) < 1e-4);
	assert_true(fabs(strength - 10) < .02);
}

static void
who_are_all_alike_are_known_well(void **state)
{
	struct omni__moments m = { 0, 0, 0, 0, 0 };
	double rate, strength;

	(void)state;
	add(&m, 5000, 100, 25);
	learn(&m, &rate, &strength);
	assert_true(fabs(rate - .25) < 1e-4);
	assert_true(strength == OMNI__STRENGTH_MOST / 1024.0);
}

static void
all_or_nothing_is_not_taken_at_its_word(void **state)
{
	struct omni__moments m = { 0, 0, 0, 0, 0 };
	double rate, strength;

	(void)state;
	add(&m, 500, 20, 0);
	add(&m, 500, 20, 20);
	learn(&m, &rate, &strength);
	assert_true(fabs(rate - .5) < 1e-3);
	assert_true(strength == OMNI__STRENGTH_LEAST / 1024.0);
}

/* With a message each nobody can tell how customers differ. */
static void
a_message_each_teaches_the_rate_alone(void **state)
{
	struct omni__moments m = { 0, 0, 0, 0, 0 };
	double rate, strength;

	(void)state;
	add(&m, 900, 1, 0);
	add(&m, 100, 1, 1);
	learn(&m, &rate, &strength);
	assert_true(fabs(rate - .1) < 1e-3);
	assert_true(strength == OMNI__STRENGTH / 1024.0);
}

static void
too_little_teaches_nothing(void **state)
{
	struct omni__moments m = { 0, 0, 0, 0, 0 };
	int64_t a, b;

	(void)state;
	assert_false(omni__moments_learn(&m, &a, &b));
	add(&m, OMNI__LEARNED_LEAST - 1, 5, 2);
	assert_false(omni__moments_learn(&m, &a, &b));
	add(&m, 1, 0, 0);
	assert_false(omni__moments_learn(&m, &a, &b));
	add(&m, 1, 5, 2);
	assert_true(omni__moments_learn(&m, &a, &b));
	/* Post cannot tell that it was read. */
	memset(&m, 0, sizeof(m));
	add(&m, 1000, 5, 0);
	assert_false(omni__moments_learn(&m, &a, &b));
	/* All answered everything: no division by what is nothing. */
	memset(&m, 0, sizeof(m));
	add(&m, 1000, 5, 5);
	assert_true(omni__moments_learn(&m, &a, &b));
	assert_true(b > 0);
}

/* ---- ... against doubles -------------------------------------------- */

static double
uniform(struct harness *h)
{
	return ((double)harness_random(h, UINT64_C(1) << 53) + .5) /
	    (double)(UINT64_C(1) << 53);
}

/* By sums of logarithms: shapes are whole. */
static double
gamma_of(struct harness *h, int shape)
{
	double sum = 0;

	while (shape-- > 0)
		sum -= log(uniform(h));
	return sum;
}

/* Kleinman's formulas as they stand in the paper, two passes. */
static double
strength_by_doubles(const double (*customers)[2], size_t count, double *rate)
{
	double n = 0, k = 0, squares = 0, s = 0, p, g;
	size_t i;

	for (i = 0; i < count; i++) {
		n += customers[i][0];
		k += customers[i][1];
		squares += customers[i][0] * customers[i][0];
	}
	*rate = p = k / n;
	for (i = 0; i < count; i++)
		s += customers[i][0] *
		    pow(customers[i][1] / customers[i][0] - p, 2);
	g = (s / (p * (1 - p)) - (double)(count - 1)) /
	    (n - squares / n - (double)(count - 1));
	return g <= 0 ? INFINITY : 1 / g - 1;
}

#define MANY 20000

static void
what_is_learned_agrees_with_doubles(void **state)
{
	struct harness h = { .engine = "no store" };
	double (*customers)[2] = calloc(MANY, sizeof(*customers));
	int round;

	(void)state;
	assert_non_null(customers);
	harness_seed(&h, "what_is_learned_agrees_with_doubles");
	for (round = 0; round < 30; round++) {
		struct omni__moments m = { 0, 0, 0, 0, 0 };
		int a = 1 + (int)harness_random(&h, 5),
		    b = 1 + (int)harness_random(&h, 60);
		int64_t most = 2 + (int64_t)harness_random(&h, 60);
		double rate, strength, wanted, p;
		size_t i;

		for (i = 0; i < MANY; i++) {
			double x = gamma_of(&h, a), y = gamma_of(&h, b);
			int64_t n = 1 + (int64_t)harness_random(&h,
			    (uint64_t)most), k = 0, j;

			for (j = 0; j < n; j++)
				k += uniform(&h) < x / (x + y);
			customers[i][0] = (double)n;
			customers[i][1] = (double)k;
			omni__moments_add(&m, n, k);
		}
		wanted = strength_by_doubles(
		    (const double (*)[2])customers, MANY, &p);
		learn(&m, &rate, &strength);
		assert_true(fabs(rate - p) < 3e-4);
		wanted = fmin(fmax(wanted, 5), 500);
		/* What is estimated is 1 / (a + b + 1). */
		assert_true(fabs(1 / (strength + 1) - 1 / (wanted + 1)) <
		    1e-4 + .005 / (wanted + 1));
	}
	free(customers);
}

/* A handful of customers with years of messages each. */
static void
large_numbers_do_not_overflow(void **state)
{
	struct omni__moments m = { 0, 0, 0, 0, 0 };
	double rate, strength;
	int i;

	(void)state;
	for (i = 0; i < 2000000; i++)
		omni__moments_add(&m, INT32_MAX, INT32_MAX / 2 +
		    (i % 2 == 0 ? INT32_MAX / 4 : -(INT32_MAX / 4)));
	learn(&m, &rate, &strength);
	assert_true(fabs(rate - .5) < 1e-3);
	assert_true(strength == 5);
}

/* ---- through a store ------------------------------------------------ */

static void
tell(struct harness *h, int person, int row, const char *channel,
    const char *kind, int64_t time)
{
	const struct event event = {
		person, row, channel, kind, time, NULL, NULL
	};

	(void)event_put(h, h->db, &event);
}

/* person 0 answers all, 1 half, the others nothing; each of six mails. */
static void
put_world(struct harness *h)
{
	int person, i;

	people_channel(h, "email", OMNI_DIRECTION_OUT);
	people_channel(h, "post", OMNI_DIRECTION_OUT);
	people_channel(h, "store", OMNI_DIRECTION_IN);
	for (person = 0; person < 12; person++) {
		people_put(h, person, 2);
		for (i = 0; i < 6; i++) {
			int64_t time = HARNESS_NOW - (i + 1) * HARNESS_DAY;

			tell(h, person, i % 2, "email", "mail.sent", time);
			if (person == 0 || (person == 1 && i < 3))
				tell(h, person, (i + 1) % 2, "email",
				    "mail.opened", time + HARNESS_MINUTE);
			tell(h, person, 0, "post", "letter.posted", time);
		}
	}
}

struct learned {
	int64_t fact;
	json_t *body;
};

static omni_status
read_learned(struct omni *db, void *context)
{
	struct learned *learned = context;
	struct omni__fact fact;
	omni_status status = omni__facts_read(db, &learned->fact, 1, &fact);

	assert_int_equal(fact.noun, OMNI__FACT_AFFINITY);
	return status == OMNI_OK ? omni__json_body(db, &fact,
	    &learned->body) : status;
}

static int64_t
member(const json_t *root, const char *channel, const char *name)
{
	const json_t *list = json_object_get(root, "channels");
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (strcmp(json_string_value(json_object_get(item,
		    "channel")), channel) == 0)
			return json_integer_value(json_object_get(item,
			    name));
	}
	return -1;
}

/* The customer's records count together. */
static void
everybody_teaches(void **state)
{
	struct harness *h = harness_of(state);
	struct learned learned = { 0, NULL };
	double wanted, rate;
	double customers[12][2];
	int i;

	harness_is(h, omni_affinity_learn(h->db, &learned.fact), OMNI_NONE);
	assert_int_equal(learned.fact, 0);
	put_world(h);
	harness_ok(h, omni_affinity_learn(h->db, &learned.fact));
	harness_ok(h, omni__transact(h->db, false, read_learned, &learned));
	assert_int_equal(member(learned.body, "email", "customers"), 12);
	assert_int_equal(member(learned.body, "email", "sent"), 72);
	assert_int_equal(member(learned.body, "email", "answers"), 9);
	assert_int_equal(member(learned.body, "post", "sent"), -1);
	assert_int_equal(member(learned.body, "*", "answered"),
	    member(learned.body, "email", "answered"));
	for (i = 0; i < 12; i++) {
		customers[i][0] = 6;
		customers[i][1] = i == 0 ? 6 : i == 1 ? 3 : 0;
	}
	wanted = strength_by_doubles((const double (*)[2])customers, 12,
	    &rate);
	assert_true(fabs(rate - .125) < 1e-9);
	/* So few and so different: the least that a prior counts for. */
	assert_true(wanted < 5);
	assert_int_equal(member(learned.body, "email", "answered") +
	    member(learned.body, "email", "unanswered"), 5 * 1024);
	json_decref(learned.body);
	store_sound(h);
}

static int32_t
rate_on(struct harness *h, int person, const char *channel, int64_t *sent,
    int64_t *answered)
{
	char id[OMNI_ID_SIZE];
	omni_affinity *list = NULL;
	int32_t rate = -1;

	people_customer(h, person, id);
	harness_ok(h, omni_affinity_open(h->db, id, HARNESS_NOW, &list));
	assert_null(omni_affinity_channel(list));
	while (omni_affinity_next(list) == OMNI_OK) {
		if (strcmp(omni_affinity_channel(list), channel) != 0)
			continue;
		rate = omni_affinity_rate(list);
		*sent = omni_affinity_sent(list);
		*answered = omni_affinity_answered(list);
	}
	assert_int_equal(omni_affinity_next(list), OMNI_DONE);
	assert_null(omni_affinity_channel(list));
	assert_int_equal(omni_affinity_rate(list), 0);
	omni_affinity_free(list);
	return rate;
}

static void
who_answers_more_is_likelier_to(void **state)
{
	struct harness *h = harness_of(state);
	int64_t fact, sent, answered;
	int32_t all, half, none;

	put_world(h);
	people_put(h, 20, 1);
	all = rate_on(h, 0, "email", &sent, &answered);
	assert_int_equal(sent, 6000);
	assert_int_equal(answered, 6000);
	/* (6 + 2) / (6 + 10): nothing learned yet. */
	assert_int_equal(all, 500000);
	half = rate_on(h, 1, "email", &sent, &answered);
	assert_int_equal(answered, 3000);
	assert_int_equal(half, 312500);
	harness_ok(h, omni_affinity_learn(h->db, &fact));
	/* (6 + .625) / (6 + 5) */
	all = rate_on(h, 0, "email", &sent, &answered);
	assert_int_equal(all, 602272);
	none = rate_on(h, 2, "email", &sent, &answered);
	assert_int_equal(none, 56818);
	assert_int_equal(rate_on(h, 20, "email", &sent, &answered), 125000);
	assert_int_equal(rate_on(h, 20, "post", &sent, &answered), 125000);
	assert_int_equal(sent, 0);
	/* A channel on which nothing goes is not listed. */
	assert_int_equal(rate_on(h, 20, "store", &sent, &answered), -1);
}

static void
the_likeliest_comes_first(void **state)
{
	struct harness *h = harness_of(state);
	omni_affinity *list = NULL;
	char id[OMNI_ID_SIZE];

	put_world(h);
	people_customer(h, 0, id);
	harness_ok(h, omni_affinity_open(h->db, id, OMNI_NOW, &list));
	harness_ok(h, omni_affinity_next(list));
	assert_string_equal(omni_affinity_channel(list), "email");
	assert_int_equal(omni_affinity_prior(list), 200000);
	assert_int_equal(omni_affinity_strength(list), 10000);
	harness_ok(h, omni_affinity_next(list));
	assert_string_equal(omni_affinity_channel(list), "post");
	/* (0 + 2) / (6 + 10) */
	assert_int_equal(omni_affinity_rate(list), 125000);
	assert_int_equal(omni_affinity_next(list), OMNI_DONE);
	assert_int_equal(omni_affinity_next(list), OMNI_DONE);
	omni_affinity_free(list);
}

static void
what_is_no_question_is_refused(void **state)
{
	struct harness *h = harness_of(state);
	omni_affinity *list = NULL;

	assert_int_equal(omni_affinity_open(NULL, "x", OMNI_NOW, &list),
	    OMNI_MISUSE);
	harness_is(h, omni_affinity_open(h->db, "x", OMNI_NOW, &list),
	    OMNI_INVALID);
	assert_non_null(strstr(omni_errmsg(h->db), "customer"));
	harness_is(h, omni_affinity_open(h->db,
	    "00000000000000000000000000000000", OMNI_NOW, &list),
	    OMNI_NONE);
	harness_is(h, omni_affinity_open(h->db,
	    "00000000000000000000000000000000", INT64_MAX - 1, &list),
	    OMNI_INVALID);
	harness_is(h, omni_affinity_open(h->db,
	    "00000000000000000000000000000000", OMNI_TIME_UNKNOWN, &list),
	    OMNI_INVALID);
	harness_is(h, omni_affinity_open(h->db,
	    "00000000000000000000000000000000", OMNI_NOW, NULL),
	    OMNI_MISUSE);
	assert_null(list);
	assert_int_equal(omni_affinity_learn(NULL, NULL), OMNI_MISUSE);
	assert_int_equal(omni_affinity_next(NULL), OMNI_MISUSE);
	assert_null(omni_affinity_channel(NULL));
	assert_int_equal(omni_affinity_sent(NULL), 0);
	assert_int_equal(omni_affinity_answered(NULL), 0);
	assert_int_equal(omni_affinity_strength(NULL), 0);
	omni_affinity_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_has_no_history_has_the_populations_rate),
		cmocka_unit_test(what_happened_counts_half_after_ninety_days),
		cmocka_unit_test(another_channel_says_nothing),
		cmocka_unit_test(nobody_answers_more_than_was_sent),
		cmocka_unit_test(one_click_is_no_habit),
		cmocka_unit_test(counts_beyond_reason_do_no_harm),
		cmocka_unit_test(a_known_beta_is_found),
		cmocka_unit_test(who_are_all_alike_are_known_well),
		cmocka_unit_test(all_or_nothing_is_not_taken_at_its_word),
		cmocka_unit_test(a_message_each_teaches_the_rate_alone),
		cmocka_unit_test(too_little_teaches_nothing),
		cmocka_unit_test(what_is_learned_agrees_with_doubles),
		cmocka_unit_test(large_numbers_do_not_overflow),
		HARNESS_TEST(everybody_teaches),
		HARNESS_TEST(who_answers_more_is_likelier_to),
		HARNESS_TEST(the_likeliest_comes_first),
		HARNESS_TEST(what_is_no_question_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
