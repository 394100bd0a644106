/*
 * Cases and settings: what the statuses and the words of a customer add up
 * to, against naive folds.
 */
#include <stdio.h>
#include <string.h>

#include "harness_people.h"
#include "base/base.h"

/* ---- cases ---------------------------------------------------------- */

/* The naive fold of one reference. */
static void
check_case(struct harness *h, const struct model *model, const char *key)
{
	const struct item *last = NULL, *known = NULL;
	bool seen[4] = { false, false, false, false };
	char id[OMNI_ID_SIZE];
	int32_t changes = 0, count = 0, mentions = 0, i;
	omni_case *c = NULL;
	size_t n;

	for (n = 0; n < model->count; n++) {
		const struct item *item = &model->items[n];

		if (item->event.key == NULL ||
		    strcmp(item->event.key, key) != 0)
			continue;
		mentions++;
		for (i = 0; i < 4; i++)
			seen[i] |= item->event.channel == model_channels[i];
		if (known == NULL || model_order(known, item) < 0)
			known = item;
		if (item->event.status == NULL)
			continue;
		changes++;
		if (last == NULL || model_order(last, item) < 0)
			last = item;
	}
	harness_is(h, omni_case_get(h->db, "order", key, &c),
	    mentions > 0 ? OMNI_OK : OMNI_NONE);
	if (mentions == 0)
		return;
	assert_int_equal(omni_case_changes(c), changes);
	if (last == NULL)
		assert_null(omni_case_state(c));
	else {
		assert_string_equal(omni_case_state(c), last->event.status);
		assert_int_equal(omni_case_time(c), last->event.time);
	}
	people_customer(h, known->event.person, id);
	assert_string_equal(omni_case_customer(c), id);
	seen[3] = false;	/* "mail" goes out */
	for (i = 0; i < 4; i++)
		count += seen[i];
	assert_int_equal(omni_case_channel_count(c), count);
	for (i = 1; i < count; i++)
		assert_true(strcmp(omni_case_channel(c, i - 1),
		    omni_case_channel(c, i)) < 0);
	for (i = 0; i < count; i++)
		assert_string_not_equal(omni_case_channel(c, i), "mail");
	assert_null(omni_case_channel(c, count));
	omni_case_free(c);
}

static void
a_case_is_the_fold_of_its_history(void **state)
{
	struct harness *h = harness_of(state);
	struct model *model = model_new();
	int round, i;

	harness_seed(h, "cases");
	people_put(h, 0, 2);
	people_put(h, 1, 2);
	people_channel(h, "mail", OMNI_DIRECTION_OUT);
	people_channel(h, "web", OMNI_DIRECTION_BOTH);
	for (round = 0; round < 12; round++) {
		for (i = 0; i < 8; i++)
			check_case(h, model, model->keys[i]);
		for (i = 0; i < 12; i++)
			model_put(h, h->db, model, 2, 2);
	}
	free(model);
}

static void
a_case_of_nobody_has_no_customer(void **state)
{
	struct harness *h = harness_of(state);
	const struct event nobody = { -1, 0, "web", "order",
		HARNESS_NOW - 1, "W1", "placed" };
	omni_case *c;

	(void)event_put(h, h->db, &nobody);
	harness_ok(h, omni_case_get(h->db, "order", "W1", &c));
	assert_null(omni_case_customer(c));
	assert_string_equal(omni_case_state(c), "placed");
	omni_case_free(c);
	harness_is(h, omni_case_get(h->db, "order", "W2", &c), OMNI_NONE);
	assert_null(c);
	harness_is(h, omni_case_get(h->db, "order", "", &c), OMNI_INVALID);
}

/* ---- settings ------------------------------------------------------- */

static void
check_setting(struct harness *h, const char *wanted)
{
	char id[OMNI_ID_SIZE], *value = NULL;

	people_customer(h, 1, id);
	harness_is(h, omni_setting_get(h->db, id, "language", &value),
	    wanted != NULL ? OMNI_OK : OMNI_NONE);
	if (wanted != NULL)
		assert_string_equal(value, wanted);
	else
		assert_null(value);
	omni_text_free(value);
}

static void
a_setting_is_the_last_word_from_any_record(void **state)
{
	struct harness *h = harness_of(state);

	people_put(h, 1, 3);
	check_setting(h, NULL);
	people_set(h, 0, "sv", HARNESS_NOW - 100);
	check_setting(h, "sv");
	people_set(h, 1, "a \"quoted\\\" line\nand another", HARNESS_NOW - 50);
	check_setting(h, "a \"quoted\\\" line\nand another");
	/* What comes late was said early. */
	people_set(h, 2, "de", HARNESS_NOW - 70);
	check_setting(h, "a \"quoted\\\" line\nand another");
	people_set(h, 2, NULL, HARNESS_NOW - 40);
	check_setting(h, NULL);
	people_set(h, 2, "fi", HARNESS_NOW - 45);
	check_setting(h, NULL);
	people_set(h, 0, "", HARNESS_NOW - 30);
	check_setting(h, "");
	/* Said at one instant: the one told last. */
	people_set(h, 1, "no", HARNESS_NOW - 20);
	people_set(h, 2, "da", HARNESS_NOW - 20);
	check_setting(h, "da");
	people_set(h, 2, "is", HARNESS_NOW - 20);
	check_setting(h, "is");
	/* A clock in 2100 does not win for ever. */
	people_set(h, 0, "xx", INT64_C(4102444800000000));
	h->now += HARNESS_DAY;
	people_set(h, 1, "en", h->now);
	check_setting(h, "en");
}

/* What such a till tells is the latest word, until there is a later one. */
static void
a_till_in_1970_or_2100_sets_like_any_other(void **state)
{
	struct harness *h = harness_of(state);
	const int64_t today = HARNESS_NOW + 400 * HARNESS_DAY;
	const int64_t clocks[] = { HARNESS_DAY, INT64_C(4102444800000000) };
	size_t i;

	h->now = today;
	people_put(h, 1, 3);
	people_set(h, 0, "sv", today - HARNESS_DAY);
	for (i = 0; i < 2; i++) {
		h->now = clocks[i];
		people_set(h, 1, "xx", h->now);
		check_setting(h, "xx");
		h->now = today + (int64_t)(i + 1) * HARNESS_MINUTE;
		people_set(h, 2, "en", h->now);
		check_setting(h, "en");
	}
	harness_ok(h, omni_rebuild(h->db));
	check_setting(h, "en");
}

static void
a_setting_without_sense_is_refused(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *record = people_who(1, 0);
	char id[OMNI_ID_SIZE], *value;

	people_put(h, 1, 1);
	people_customer(h, 1, id);
	harness_is(h, omni_setting_put(h->db, record, "", "x", OMNI_NOW,
	    NULL), OMNI_INVALID);
	harness_is(h, omni_setting_put(h->db, record, "a", "\xff", OMNI_NOW,
	    NULL), OMNI_INVALID);
	assert_string_equal(omni_errmsg(h->db),
	    "value is not UTF-8 at byte 0");
	harness_is(h, omni_setting_put(h->db, record, "a", "x",
	    INT64_MAX - 1, NULL), OMNI_INVALID);
	harness_is(h, omni_setting_get(h->db, id, NULL, &value),
	    OMNI_INVALID);
	harness_is(h, omni_setting_get(h->db, "x", "a", &value),
	    OMNI_INVALID);
	omni_record_free(record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(a_case_is_the_fold_of_its_history),
		HARNESS_TEST(a_case_of_nobody_has_no_customer),
		HARNESS_TEST(a_setting_is_the_last_word_from_any_record),
		HARNESS_TEST(a_till_in_1970_or_2100_sets_like_any_other),
		HARNESS_TEST(a_setting_without_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
