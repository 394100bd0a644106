/*
 * Interactions: what setters refuse, what a fact keeps of them, and copies.
 */
#include <stdio.h>
#include <string.h>

#include "harness_people.h"
#include "timeline/interaction.h"

/* ---- interactions --------------------------------------------------- */

static void
a_bad_value_is_named_at_once_and_by_the_put(void **state)
{
	struct harness *h = harness_of(state);
	static const struct {
		const char *value;
		const char *says;
	} bad[] = {
		{ NULL, "channel is NULL" }, { "", "channel is empty" },
		{ "a\xff", "channel is not UTF-8 at byte 1" },
		{ "a\nb", "channel holds a control character" },
	};
	omni_interaction *it;
	int64_t fact = 0;
	size_t i;

	for (i = 0; i < OMNI__COUNT(bad); i++) {
		it = omni_interaction_new(bad[i].value, "sale");
		assert_non_null(it);
		assert_string_equal(omni_interaction_errmsg(it), bad[i].says);
		harness_is(h, omni_interaction_put(h->db, it, &fact),
		    OMNI_INVALID);
		assert_string_equal(omni_errmsg(h->db), bad[i].says);
		omni_interaction_free(it);
	}
	it = omni_interaction_new("store", "sale");
	harness_is(h, omni_interaction_set_time(it, INT64_MAX - 1),
	    OMNI_INVALID);
	harness_is(h, omni_interaction_put(h->db, it, &fact), OMNI_INVALID);
	assert_non_null(strstr(omni_errmsg(h->db), "time"));
	/* Set well, it is well. */
	harness_ok(h, omni_interaction_set_time(it, HARNESS_NOW));
	harness_is(h, omni_interaction_set_body(it, "{\"a\":"),
	    OMNI_INVALID);
	harness_is(h, omni_interaction_put(h->db, it, &fact), OMNI_INVALID);
	assert_non_null(strstr(omni_errmsg(h->db), "body is not JSON"));
	harness_ok(h, omni_interaction_set_body(it, "{\"a\":1}"));
	harness_ok(h, omni_interaction_put(h->db, it, &fact));
	assert_true(fact > 0);
	/* A reference that was left out does not come back. */
	harness_is(h, omni_interaction_add_reference(it, "order", ""),
	    OMNI_INVALID);
	harness_ok(h, omni_interaction_add_reference(it, "order", "W1"));
	harness_is(h, omni_interaction_put(h->db, it, &fact), OMNI_INVALID);
	omni_interaction_free(it);
}

static void
no_string_is_too_long_to_be_told_so(void **state)
{
	omni_interaction *it = omni_interaction_new("store", "sale");
	size_t size = (size_t)1 << 20;
	char *text = malloc(size + 4);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', size + 2);
	text[size + 2] = '\0';
	assert_int_equal(omni_interaction_set_key(it, text, "1"),
	    OMNI_INVALID);
	assert_int_equal(omni_interaction_set_key(it, "pos", text),
	    OMNI_INVALID);
	assert_int_equal(omni_interaction_add_reference(it, text, "1"),
	    OMNI_INVALID);
	assert_int_equal(omni_interaction_set_status(it, "order", "1", text),
	    OMNI_INVALID);
	/* A body of exactly the most is taken. */
	text[0] = text[size - 1] = '"';
	text[size] = '\0';
	assert_int_equal(omni_interaction_set_body(it, text), OMNI_OK);
	text[size - 1] = 'x';
	text[size] = '"';
	text[size + 1] = '\0';
	assert_int_equal(omni_interaction_set_body(it, text), OMNI_INVALID);
	omni_interaction_free(it);
	free(text);
}

static void
a_reference_has_the_last_status_it_was_given(void **state)
{
	omni_interaction *it = omni_interaction_new("store", "sale"), *copy;

	(void)state;
	assert_int_equal(omni_interaction_set_status(it, "order", "W1",
	    "placed"), OMNI_OK);
	assert_int_equal(omni_interaction_add_reference(it, "product", "X"),
	    OMNI_OK);
	assert_int_equal(omni_interaction_set_status(it, "order", "W1",
	    "paid"), OMNI_OK);
	assert_int_equal(omni_interaction_add_reference(it, "order", "W1"),
	    OMNI_OK);
	assert_int_equal(omni_interaction_keep(it, &copy), OMNI_OK);
	omni_interaction_free(it);
	assert_int_equal(omni_interaction_reference_count(copy), 2);
	assert_string_equal(omni_interaction_reference_type(copy, 0),
	    "order");
	assert_string_equal(omni_interaction_reference_key(copy, 0), "W1");
	assert_string_equal(omni_interaction_reference_status(copy, 0),
	    "paid");
	assert_string_equal(omni_interaction_reference_key(copy, 1), "X");
	assert_null(omni_interaction_reference_status(copy, 1));
	assert_null(omni_interaction_reference_key(copy, 2));
	assert_null(omni_interaction_reference_key(copy, -1));
	omni_interaction_free(copy);
}

static void
any_json_is_a_body_and_nothing_else(void **state)
{
	static const char *const good[] = {
		"{}", "[1, 2]", "\"caf\xc3\xa9\"", "null", " 12 ", "true",
		"123456789012345678901234567890", "\"\\u0000\"", "{\"a\":19.90}"
	};
	static const char *const bad[] = {
		"", "{", "nul", "'a'", "{\"a\":1}x", "\"\xff\"", "[1,]", NULL
	};
	omni_interaction *it = omni_interaction_new("web", "visit");
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(good); i++) {
		assert_int_equal(omni_interaction_set_body(it, good[i]),
		    OMNI_OK);
		assert_string_equal(omni_interaction_body(it), good[i]);
	}
	for (i = 0; i < OMNI__COUNT(bad); i++)
		assert_int_equal(omni_interaction_set_body(it, bad[i]),
		    OMNI_INVALID);
	omni_interaction_free(it);
}

static void
references_read_back_as_they_were_written(void **state)
{
	static const char letters[] = "a\"\\[],u0\xc3\xa9";
	struct harness fake = { .engine = "no store" };
	struct omni__arena arena = { .env = NULL };
	char texts[3][12];
	int round, i, j;

	(void)state;
	harness_seed(&fake, "references");
	for (round = 0; round < 2000; round++) {
		struct omni__reference in[4];
		struct omni__mention out;
		const char *text;
		size_t count = 1 + (size_t)harness_random(&fake, 4), n;

		for (i = 0; i < 3; i++) {
			int size = 1 + (int)harness_random(&fake, 10);

			for (j = 0; j < size; j++)
				texts[i][j] = letters[harness_random(&fake,
				    sizeof(letters) - 1)];
			texts[i][size] = '\0';
		}
		for (n = 0; n < count; n++) {
			in[n].type = texts[harness_random(&fake, 3)];
			in[n].key = texts[harness_random(&fake, 3)];
			in[n].status = harness_random(&fake, 2) ?
			    texts[harness_random(&fake, 3)] : NULL;
		}
		text = omni__references_write(&arena, in, count);
		assert_true(omni__references_bound(text) >= count);
		for (n = 0; n < count; n++) {
			assert_int_equal(omni__reference_next(&arena, &text,
			    &out), OMNI_OK);
			assert_int_equal(out.type.size, strlen(in[n].type));
			assert_memory_equal(out.type.bytes, in[n].type,
			    out.type.size);
			assert_int_equal(out.key.size, strlen(in[n].key));
			assert_memory_equal(out.key.bytes, in[n].key,
			    out.key.size);
			assert_int_equal(out.status.bytes == NULL,
			    in[n].status == NULL);
			if (in[n].status != NULL)
				assert_memory_equal(out.status.bytes,
				    in[n].status, out.status.size);
		}
		assert_int_equal(omni__reference_next(&arena, &text, &out),
		    OMNI_DONE);
		omni__arena_reset(&arena);
	}
	omni__arena_free(&arena);
}

static void
damaged_references_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "[", "[]", "[[]]", "[[\"a\"]]", "[[\"a\",\"b\"]",
		"[[\"a\",\"b\",\"c\",\"d\"]]", "[[\"a\",\"b\\\"]]",
		"[[\"a\",\"b\\n\"]]", "[[\"a\",\"b\"]]x", "[[\"a\",1]]",
		"[[\"a\",\"b\\u12\"]]", "[[\"a\",\"b\"],]"
	};
	struct omni__arena arena = { .env = NULL };
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(bad); i++) {
		struct omni__mention mention;
		const char *at = bad[i];
		omni_status status;

		do
			status = omni__reference_next(&arena, &at, &mention);
		while (status == OMNI_OK);
		if (strcmp(bad[i], "[]") == 0)
			continue;	/* ends at the bracket, or not at all */
		assert_int_equal(status, OMNI_CORRUPT);
	}
	omni__arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_string_is_too_long_to_be_told_so),
		cmocka_unit_test(a_reference_has_the_last_status_it_was_given),
		cmocka_unit_test(any_json_is_a_body_and_nothing_else),
		cmocka_unit_test(references_read_back_as_they_were_written),
		cmocka_unit_test(damaged_references_are_refused),
		HARNESS_TEST(a_bad_value_is_named_at_once_and_by_the_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
