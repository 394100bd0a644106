/*
 * Models: the defaults, one learned, one taken out and put in again; what a
 * model changes, and what it may say of people.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness_record.h"
#include "harness_store.h"

/* ---- help ----------------------------------------------------------- */

static char *
taken_out(struct harness *h)
{
	char *text = NULL;

	harness_ok(h, omni_model_export(h->db, &text));
	assert_non_null(text);
	return text;
}

/* A minute later than what was told before. */
static void
put_in(struct harness *h, const char *text)
{
	h->now += HARNESS_MINUTE;
	harness_ok(h, omni_model_import(h->db, text, NULL));
}

static void
learn(struct harness *h)
{
	h->now += HARNESS_MINUTE;
	harness_ok(h, omni_model_train(h->db, NULL, NULL));
}

/* The text with one part of it in another's place; to be freed. */
static char *
changed(const char *text, const char *part, const char *other)
{
	const char *at = strstr(text, part);
	size_t size = strlen(text) + strlen(other) + 1;
	char *copy = malloc(size);

	assert_non_null(at);
	assert_non_null(copy);
	(void)snprintf(copy, size, "%.*s%s%s", (int)(at - text), text, other,
	    at + strlen(part));
	return copy;
}

static int64_t
version(struct harness *h)
{
	omni_model *model = NULL;
	int64_t fact;

	harness_ok(h, omni_model_get(h->db, &model));
	fact = omni_model_version(model);
	omni_model_free(model);
	return fact;
}

static int
feed_lines(struct harness *h, int32_t change)
{
	omni_feed *feed = NULL;
	int n = 0;

	harness_ok(h, omni_feed_open(h->db, NULL, &feed));
	while (omni_feed_next(feed) == OMNI_OK)
		n += omni_feed_change(feed) == change;
	omni_feed_free(feed);
	return n;
}

/* ---- a town to learn from ------------------------------------------- */

#define PEOPLE 150

static const char *const given[] = { "Anna", "Bertil", "Cecilia", "David",
	"Elsa", "Fredrik", "Greta", "Hugo", "Ines", "Johan" };
static const char *const family[] = { "Andersson", "Berg", "Carlsson",
	"Dahl", "Ek", "Falk", "Grahn", "Holm" };

/* Person p as the source tells of it, with a slip in some rows. */
static omni_record *
townsman(int p, int row)
{
	const char *const sources[] = { "crm", "shop" };
	omni_record *record = omni_record_new();
	char key[32], text[64];

	(void)snprintf(key, sizeof(key), "%d-%d", p, row);
	(void)omni_record_set_source(record, sources[row % 2], key);
	(void)omni_record_add(record, "name.given",
	    given[(p * 7 + p / 10) % 10]);
	(void)snprintf(text, sizeof(text), "%s%s", family[(p * 3 + p / 8) %
	    8], row == 1 && p % 5 == 0 ? "s" : "");
	(void)omni_record_add(record, "name.family", text);
	(void)snprintf(text, sizeof(text), "19%02d-%02d-%02d", p * 37 % 80 +
	    10, p * 5 % 12 + 1, row == 1 && p % 7 == 0 ? 1 : p * 11 % 28 + 1);
	(void)omni_record_add(record, "birth_date", text);
	(void)snprintf(text, sizeof(text), "%05d", 10000 + p % 40 * 111);
	(void)omni_record_add(record, "address.postcode", text);
	(void)snprintf(text, sizeof(text), "trade %d", p % 5);
	(void)omni_record_add(record, "attr.trade", text);
	(void)snprintf(text, sizeof(text), "p%d@example.com", p);
	(void)omni_record_add(record, "email", text);
	return record;
}

static void
settle_town(struct harness *h, bool backwards)
{
	omni_batch *batch = NULL;
	int i, n = 2 * PEOPLE;

	harness_ok(h, omni_batch_new(h->db, &batch));
	for (i = 0; i < n; i++) {
		int k = backwards ? n - 1 - i : i;
		omni_record *record = townsman(k / 2, k % 2);

		assert_int_equal(omni_batch_add_record(batch, record),
		    OMNI_OK);
		omni_record_free(record);
	}
	harness_ok(h, omni_batch_commit(batch));
	omni_batch_free(batch);
}

/* ---- tests ---------------------------------------------------------- */

static void
a_new_store_has_the_defaults(void **state)
{
	struct harness *h = harness_of(state);
	omni_model *model = NULL;
	char *text = taken_out(h);

	assert_non_null(strstr(text, "\"records\": 0"));
	omni_text_free(text);
	harness_ok(h, omni_model_get(h->db, &model));
	assert_true(omni_model_version(model) == 0);
	assert_true(omni_model_time(model) == OMNI_TIME_UNKNOWN);
	assert_true(omni_model_records(model) == 0);
	assert_int_equal(omni_model_advice(model), 0);
	assert_true(omni_model_join(model) < omni_model_sure(model));
	omni_model_free(model);
	harness_is(h, omni_model_train(h->db, NULL, NULL), OMNI_NONE);
}

static void
a_model_comes_out_as_it_was_put_in(void **state)
{
	struct harness *h = harness_of(state);
	char *before, *after;

	settle_town(h, false);
	learn(h);
	before = taken_out(h);
	put_in(h, before);
	after = taken_out(h);
	assert_string_equal(before, after);
	omni_text_free(after);
	omni_text_free(before);
	store_sound(h);
}

static void
the_same_records_teach_the_same(void **state)
{
	struct harness *h = harness_of(state);
	omni_model *model = NULL;
	char *first, *again, *other;

	settle_town(h, false);
	learn(h);
	first = taken_out(h);
	/* Also where another model governs, and whoever came first. */
	learn(h);
	again = taken_out(h);
	harness_renew(h);
	settle_town(h, true);
	learn(h);
	other = taken_out(h);
	assert_string_equal(first, again);
	assert_string_equal(first, other);
	harness_ok(h, omni_model_get(h->db, &model));
	assert_true(omni_model_records(model) == 2 * PEOPLE);
	assert_true(omni_model_matches(model) > PEOPLE * 9 / 10 &&
	    omni_model_matches(model) < PEOPLE * 11 / 10);
	assert_true(omni_model_time(model) == h->now);
	omni_model_free(model);
	omni_text_free(first);
	omni_text_free(again);
	omni_text_free(other);
}

/* What few people have is theirs, and not the model's. */
static void
a_model_tells_frequent_values_only(void **state)
{
	struct harness *h = harness_of(state);
	char *text;

	settle_town(h, false);
	put(h, "rare", YEARS(1), "name.given", "Anna", "name.family",
	    "Quillfeather", "attr.trade", "lamplighter", NULL);
	learn(h);
	text = taken_out(h);
	assert_non_null(strstr(text, "\"anna\""));
	assert_non_null(strstr(text, "\"trade 3\""));
	assert_null(strstr(text, "quillfeather"));
	assert_null(strstr(text, "lamplighter"));
	assert_null(strstr(text, "p17"));
	assert_null(strstr(text, "example.com"));
	omni_text_free(text);
}

static void
what_is_wrong_is_named(void **state)
{
	static const struct { const char *part, *other, *named; } wrong[] = {
		{ "\"join\": -1024", "\"join\": \"soon\"", "join" },
		{ "\"join\": -1024", "\"join\": -999999999", "join" },
		{ "\"join\": -1024", "\"join\": 90000", "join" },
		{ "\"records\": 0,\n", "", "records" },
		{ "\"records\": 0", "\"records\": -1", "records" },
		{ "\"population\":", "\"popularity\":", "popularity" },
		{ "\"model\": 1", "\"model\": 2", "model" },
		{ "\"strangers\":", "\"strange\":", "strange" },
		{ "\"birth_date\": {", "\"birthday\": {", "birthday" },
		{ "\"household\": 30", "\"household\": 1001",
		    "birth_date.household" },
		{ "\"household\": 30", "\"household\": 0.5",
		    "birth_date.household" },
		{ "\"household\": 30", "\"home\": 30", "birth_date.home" },
		{ "\"same\": [", "\"same\": [0, ", "name.given.same" },
		{ "\"same\": [700000000", "\"same\": [0",
		    "name.given.same" },
		{ "\"sources\": {}", "\"sources\": {\"a\": 3}", "sources" },
		{ "\"sources\": {}", "\"sources\": []", "sources" },
		{ "\"attributes\": {}", "\"attributes\": {\"x=\": {}}",
		    "attributes" },
		{ "\"edge\"", "\"join\"", "line" },
		{ "{\"model\"", "[\"model\"", "line 1" },
	};
	struct harness *h = harness_of(state);
	char *text = taken_out(h);
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *bad = changed(text, wrong[i].part, wrong[i].other);

		harness_is(h, omni_model_import(h->db, bad, NULL),
		    OMNI_INVALID);
		if (strstr(omni_errmsg(h->db), wrong[i].named) == NULL)
			fail_msg("%s: %s", wrong[i].other,
			    omni_errmsg(h->db));
		free(bad);
	}
	harness_is(h, omni_model_import(h->db, "", NULL), OMNI_INVALID);
	harness_is(h, omni_model_import(h->db, NULL, NULL), OMNI_MISUSE);
	assert_true(version(h) == 0);
	omni_text_free(text);
}

static void
two_halves(struct harness *h)
{
	put(h, "a", YEARS(2), "name.given", "Greta", "name.family", "Falk",
	    "birth_date", "1970-02-03", "email", "greta@example.com", NULL);
	put(h, "b", YEARS(1), "name.given", "Greta", "name.family", "Falk",
	    "birth_date", "1970-02-03", "email", "greta@example.com", NULL);
	assert_true(one(h, "a", "b"));
}

static void
another_model_changes_who_is_who_once(void **state)
{
	struct harness *h = harness_of(state);
	char *text = taken_out(h), *strict, *before, *after;

	two_halves(h);
	before = store_partition(h);
	strict = changed(text, "\"join\": -1024,\n\"sure\": ",
	    "\"join\": 90000,\n\"sure\": 9");
	put_in(h, strict);
	assert_false(one(h, "a", "b"));
	assert_int_equal(feed_lines(h, OMNI_CHANGE_SPLIT), 1);
	put_in(h, strict);
	assert_int_equal(feed_lines(h, OMNI_CHANGE_SPLIT), 1);
	store_sound(h);
	harness_ok(h, omni_rebuild(h->db));
	assert_false(one(h, "a", "b"));
	assert_int_equal(feed_lines(h, OMNI_CHANGE_SPLIT), 1);
	put_in(h, text);
	assert_true(one(h, "a", "b"));
	assert_int_equal(feed_lines(h, OMNI_CHANGE_SPLIT), 1);
	after = store_partition(h);
	assert_string_equal(before, after);
	store_sound(h);
	free(strict);
	free(before);
	free(after);
	omni_text_free(text);
}

/* What comes after a model is resolved under it, and all facts under the one
 * that governs in the end, wherever it stands among them. */
static void
the_last_model_governs_all(void **state)
{
	struct harness *h = harness_of(state);
	char *before, *after;

	settle_town(h, false);
	learn(h);
	two_halves(h);
	before = store_partition(h);
	harness_ok(h, omni_rebuild(h->db));
	after = store_partition(h);
	assert_string_equal(before, after);
	store_sound(h);
	free(before);
	free(after);
}

static void
another_handle_notices_a_model(void **state)
{
	struct harness *h = harness_of(state);
	omni *other = harness_open(h);
	char *text = taken_out(h), *strict, *seen = NULL;

	strict = changed(text, "\"join\": -1024", "\"join\": -2000");
	assert_int_equal(omni_model_export(other, &seen), OMNI_OK);
	assert_string_equal(seen, text);
	omni_text_free(seen);
	put_in(h, strict);
	assert_int_equal(omni_model_export(other, &seen), OMNI_OK);
	assert_string_equal(seen, strict);
	omni_text_free(seen);
	omni_text_free(text);
	free(strict);
	omni_close(other);
}

static void
the_later_of_two_models_governs(void **state)
{
	struct harness *h = harness_of(state);
	char *text = taken_out(h), *late, *seen;
	int64_t first;

	late = changed(text, "\"join\": -1024", "\"join\": -2000");
	put_in(h, text);
	first = version(h);
	put_in(h, late);
	assert_true(version(h) != first);
	seen = taken_out(h);
	assert_string_equal(seen, late);
	omni_text_free(seen);
	omni_text_free(text);
	free(late);
}

/* ---- progress ------------------------------------------------------- */

struct watch {
	int calls;
	int32_t last, stop;
	bool back;
};

static int32_t
watch(void *user, int32_t done)
{
	struct watch *w = user;

	w->calls++;
	w->back |= done < w->last;
	w->last = done;
	return done >= w->stop;
}

static void
progress_goes_forward_and_can_end_it(void **state)
{
	struct harness *h = harness_of(state);
	struct watch all = { .stop = 2000 }, some = { .stop = 300 };
	char *before, *after;

	settle_town(h, false);
	before = store_partition(h);
	h->now += HARNESS_MINUTE;
	harness_is(h, omni_model_train(h->db, watch, &some),
	    OMNI_INTERRUPTED);
	assert_true(version(h) == 0);
	after = store_partition(h);
	assert_string_equal(before, after);
	harness_ok(h, omni_model_train(h->db, watch, &all));
	assert_true(all.calls > 5);
	assert_false(all.back);
	assert_int_equal(all.last, 1000);
	assert_true(version(h) != 0);
	free(before);
	free(after);
}

/* Who is in both registers is likelier one than who is twice in one. */
static void
sources_are_evidence(void **state)
{
	struct harness *h = harness_of(state);
	omni_explanation *why = NULL;
	double sum = 0, source = 0;
	int32_t i;

	settle_town(h, false);
	learn(h);
	harness_ok(h, omni_why(h->db, "crm", "3-0", "shop", "3-1", &why));
	for (i = 0; i < omni_explanation_count(why); i++) {
		sum += omni_explanation_strangers(why, i);
		if (strcmp(omni_explanation_kind(why, i), "source") == 0)
			source = omni_explanation_strangers(why, i);
	}
	assert_true(source > .5);
	assert_true(sum >= omni_explanation_weight(why) - .01);
	omni_explanation_free(why);
}

static void
a_reader_takes_out_and_does_not_learn(void **state)
{
	struct harness *h = harness_of(state);
	omni_config *config = omni_config_new();
	omni *reader = NULL;
	char *text = NULL;

	assert_int_equal(omni_config_set_mode(config, OMNI_MODE_READONLY),
	    OMNI_OK);
	assert_int_equal(omni_open(config, h->url, &reader), OMNI_OK);
	assert_int_equal(omni_model_export(reader, &text), OMNI_OK);
	assert_int_equal(omni_model_train(reader, NULL, NULL),
	    OMNI_READONLY);
	assert_int_equal(omni_model_import(reader, text, NULL),
	    OMNI_READONLY);
	omni_text_free(text);
	omni_close(reader);
	omni_config_free(config);
}

/* Of what many have, nothing is too long to be learned beside. */
static void
long_values_do_not_hinder_learning(void **state)
{
	struct harness *h = harness_of(state);
	char city[511], kind[240], *text;
	int i;

	memset(city, 'x', sizeof(city));
	city[sizeof(city) - 1] = '\0';
	(void)snprintf(kind, sizeof(kind), "attr.%.230s", city);
	for (i = 0; i < 2 * PEOPLE; i++) {
		omni_record *record = townsman(i / 2, i % 2);

		harness_ok(h, omni_record_add(record, "address.city", city));
		harness_ok(h, omni_record_add(record, kind, "some"));
		harness_ok(h, omni_record_put(h->db, record, NULL));
		omni_record_free(record);
	}
	learn(h);
	text = taken_out(h);
	put_in(h, text);
	omni_text_free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(a_new_store_has_the_defaults),
		HARNESS_TEST(a_model_comes_out_as_it_was_put_in),
		HARNESS_TEST(the_same_records_teach_the_same),
		HARNESS_TEST(a_model_tells_frequent_values_only),
		HARNESS_TEST(long_values_do_not_hinder_learning),
		HARNESS_TEST(what_is_wrong_is_named),
		HARNESS_TEST(another_model_changes_who_is_who_once),
		HARNESS_TEST(the_last_model_governs_all),
		HARNESS_TEST(another_handle_notices_a_model),
		HARNESS_TEST(the_later_of_two_models_governs),
		HARNESS_TEST(progress_goes_forward_and_can_end_it),
		HARNESS_TEST(sources_are_evidence),
		HARNESS_TEST(a_reader_takes_out_and_does_not_learn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
