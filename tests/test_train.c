/*
 * Learning: expectation maximisation against a plain one in floating point,
 * and the parts that it rests on.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "identity/train.h"

/* ---- codes ---------------------------------------------------------- */

static void
a_code_stands_for_its_rates(void **state)
{
	uint32_t rate;

	(void)state;
	for (rate = 100; rate < OMNI__WHOLE / 2; rate += rate / 3 + 1) {
		uint8_t code = omni__rate_code(rate);
		double off = log2((double)omni__code_rate(code) / rate);

		assert_true(code >= OMNI__CODE_EXACT && code < OMNI__CODES);
		/* The middle of half a bit. */
		assert_true(fabs(off) < .27);
	}
	assert_int_equal(omni__rate_code(OMNI__WHOLE), OMNI__CODE_EXACT);
}

/* ---- learning ------------------------------------------------------- */

/* Three fields without values of their own, and all that two records can
 * have in common in them. */
#define FIELDS 3
static const uint8_t fields[FIELDS] = { OMNI__BIRTH, OMNI__GENDER,
	OMNI__PHONE };
#define PATTERNS 64
#define POPULATION 4000
#define ROUNDS 10
#define PRIOR 200.0

struct lesson {
	struct harness *h;
	struct omni__model model;
	struct omni__census census;
	struct omni__patterns patterns;
	struct omni__learned learned;
	struct omni__arena arena;
	unsigned char rows[PATTERNS * 16];
};

static omni_status
no_pace(void *context, int32_t done)
{
	(void)context;
	(void)done;
	return OMNI_OK;
}

static struct omni__pattern *
row(struct lesson *lesson, size_t i)
{
	return (void *)(lesson->rows + i * lesson->patterns.stride);
}

/* Many pairs that differ, some that agree, each level somewhere. */
static void
set_lesson(struct lesson *lesson, struct harness *h)
{
	size_t i;

	memset(lesson, 0, sizeof(*lesson));
	lesson->h = h;
	lesson->arena.env = &h->db->env;
	assert_int_equal(omni__learned_default(&lesson->arena,
	    &lesson->learned), OMNI_OK);
	lesson->learned.population = POPULATION;
	lesson->census.model = &lesson->model;
	lesson->patterns.db = h->db;
	lesson->patterns.census = &lesson->census;
	lesson->patterns.fields = FIELDS;
	memcpy(lesson->patterns.field, fields, FIELDS);
	lesson->patterns.stride = 8;
	lesson->patterns.rows = lesson->rows;
	lesson->patterns.count = PATTERNS;
	for (i = 0; i < PATTERNS; i++) {
		struct omni__pattern *p = row(lesson, i);

		p->code[0] = (uint8_t)(2 + i % 6);
		p->code[1] = i / 6 % 2 == 0 ? OMNI__EXACT : OMNI__DIFFERS;
		p->code[2] = i / 12 % 3 == 0 ? 2 : i / 12 % 3 == 1 ?
		    OMNI__DIFFERS : OMNI__MISSING_LEVEL;
		p->pairs = (uint32_t)(1 + i + (p->code[0] == 2 ? 300 : 0) +
		    (p->code[2] == OMNI__DIFFERS ? 700 : 0));
	}
}

/* What the paper says, in so many words. */
struct plain {
	double same[FIELDS][OMNI__LEVELS], matches, relatives;
};

static double
ratio(const struct lesson *lesson, const struct plain *plain, size_t f,
    int level, bool relatives)
{
	const struct omni__rates *start = &lesson->learned.rates[fields[f]];
	double m = plain->same[f][level];
	double u = start->others[level] / 1e9, h = start->household / 1e3;

	return m / (relatives ? (1 - h) * u + h * m : u);
}

static void
plain_round(const struct lesson *lesson, const struct plain *start,
    struct plain *plain)
{
	const double all = POPULATION * (POPULATION - 1) / 2.0;
	double seen[FIELDS][OMNI__LEVELS] = { { 0 } }, sum[FIELDS] = { 0 };
	double matches = 0, relatives = 0;
	size_t i, f;
	int l;

	for (i = 0; i < PATTERNS; i++) {
		const struct omni__pattern *p = row((struct lesson *)
		    (uintptr_t)lesson, i);
		double s = plain->matches / all;
		double r = plain->matches / plain->relatives, likely;

		for (f = 0; f < FIELDS; f++)
			if (p->code[f] != 0) {
				s *= ratio(lesson, plain, f, p->code[f],
				    false);
				r *= ratio(lesson, plain, f, p->code[f],
				    true);
			}
		likely = 1 / (1 + 1 / s + 1 / r);
		matches += likely * p->pairs;
		relatives += likely / r * p->pairs;
		for (f = 0; f < FIELDS; f++)
			if (likely > 1e-4 && p->code[f] != 0) {
				seen[f][p->code[f]] += likely * p->pairs;
				sum[f] += likely * p->pairs;
			}
	}
	for (f = 0; f < FIELDS; f++)
		for (l = 1; l < OMNI__LEVELS; l++)
			plain->same[f][l] = (seen[f][l] + PRIOR *
			    start->same[f][l]) / (sum[f] + PRIOR);
	plain->matches = fmax(matches, POPULATION * .02);
	plain->relatives = fmax(relatives, POPULATION * .05);
}

static void
learning_agrees_with_the_paper(void **state)
{
	static struct lesson lesson;
	struct harness *h = harness_of(state);
	struct plain plain, start;
	size_t f;
	int l, round;

	set_lesson(&lesson, h);
	for (f = 0; f < FIELDS; f++)
		for (l = 0; l < OMNI__LEVELS; l++)
			start.same[f][l] =
			    lesson.learned.rates[fields[f]].same[l] / 1e9;
	start.matches = start.relatives = POPULATION - 1;
	plain = start;
	for (round = 0; round < ROUNDS; round++)
		plain_round(&lesson, &start, &plain);
	harness_ok(h, omni__learn(h->db, &lesson.patterns, &lesson.census, 1,
	    &lesson.learned, no_pace, NULL));
	for (f = 0; f < FIELDS; f++)
		for (l = 1; l < OMNI__LEVELS; l++) {
			double same =
			    lesson.learned.rates[fields[f]].same[l] / 1e9;

			if (fabs(same - plain.same[f][l]) > .01 * same + 1e-6)
				fail_msg("%zu %d: %g, not %g", f, l, same,
				    plain.same[f][l]);
		}
	assert_true(fabs((double)lesson.learned.matches - plain.matches) <
	    .01 * plain.matches);
	/* It learned something. */
	assert_true(fabs(plain.same[0][2] - start.same[0][2]) > .05);
	omni__arena_free(&lesson.arena);
}

/* A stride of two is as if each pair stood there twice. */
static void
a_sample_stands_for_all(void **state)
{
	static struct lesson half, whole;
	struct harness *h = harness_of(state);
	size_t i;

	set_lesson(&half, h);
	set_lesson(&whole, h);
	for (i = 0; i < PATTERNS; i++)
		row(&whole, i)->pairs *= 2;
	harness_ok(h, omni__learn(h->db, &half.patterns, &half.census, 2,
	    &half.learned, no_pace, NULL));
	harness_ok(h, omni__learn(h->db, &whole.patterns, &whole.census, 1,
	    &whole.learned, no_pace, NULL));
	assert_memory_equal(half.learned.rates, whole.learned.rates,
	    sizeof(half.learned.rates));
	assert_true(half.learned.matches == whole.learned.matches);
	assert_true(half.learned.prior.strangers ==
	    whole.learned.prior.strangers);
	omni__arena_free(&half.arena);
	omni__arena_free(&whole.arena);
}

/* ---- reading and writing -------------------------------------------- */

/* Any model that can be read is written as it was, in one form. */
static void
a_model_has_one_form(void **state)
{
	struct harness *h = harness_of(state);
	struct omni__arena arena = { .env = &h->db->env };
	struct omni__learned *learned, *again;
	struct omni__buf first = { .env = &h->db->env };
	struct omni__buf second = { .env = &h->db->env };
	struct omni__error error;
	int round;

	learned = omni__arena_zero(&arena, sizeof(*learned));
	again = omni__arena_zero(&arena, sizeof(*again));
	omni__error_clear(&error);
	assert_int_equal(omni__learned_default(&arena, learned), OMNI_OK);
	harness_seed(h, "a_model_has_one_form");
	for (round = 0; round < 50; round++) {
		struct omni__rates *rates =
		    &learned->rates[harness_random(h, OMNI__SOURCE)];

		rates->same[1 + harness_random(h, 7)] =
		    (uint32_t)(1 + harness_random(h, OMNI__WHOLE));
		rates->household = (uint32_t)harness_random(h, 1001);
		learned->named_count = harness_random(h, 3);
		learned->named[0].name = "a \"quoted\" one";
		learned->named[0].rates = *rates;
		learned->named[1].name = "b.\xc3\xa9";
		learned->named[1].rates = *rates;
		omni__buf_clear(&first);
		omni__buf_clear(&second);
		omni__learned_write(learned, &first);
		assert_int_equal(omni__learned_read(&error, &arena,
		    first.bytes, first.size, again), OMNI_OK);
		omni__learned_write(again, &second);
		assert_string_equal(first.bytes, second.bytes);
		assert_true(again->value_count == learned->value_count);
	}
	omni__buf_free(&first);
	omni__buf_free(&second);
	omni__arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_stands_for_its_rates),
		{ "learning_agrees_with_the_paper",
		    learning_agrees_with_the_paper, harness_sqlite,
		    harness_close, NULL },
		{ "a_sample_stands_for_all", a_sample_stands_for_all,
		    harness_sqlite, harness_close, NULL },
		{ "a_model_has_one_form", a_model_has_one_form,
		    harness_sqlite, harness_close, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
