/*
 * Verdicts: any sequence of them against a slow reading of the rules, what
 * becomes of one that newer ones contradict, and trying one out.
 */
#include <stdio.h>
#include <string.h>

#include "harness_record.h"
#include "harness_store.h"

/* ---- a slow reading of the rules ------------------------------------ */

#define ROWS 9
#define WORDS 24
#define SIDE 3

struct word {
	int32_t what;
	size_t side[2][SIDE], count[2];
	int64_t fact;
	bool kept;		/* goes with those that are newer */
};

struct oracle {
	bool there[ROWS];
	struct word words[WORDS];	/* oldest first */
	size_t count;
	bool one[ROWS][ROWS];
};

static void
close_over(struct oracle *o)
{
	size_t i, j, k;

	for (k = 0; k < ROWS; k++)
		for (i = 0; i < ROWS; i++)
			for (j = 0; j < ROWS; j++)
				o->one[i][j] |= o->one[i][k] && o->one[k][j];
}

/* Who is one if the words kept so far are heeded, by who is there. */
static void
unite(struct oracle *o)
{
	size_t w, i, k;

	memset(o->one, 0, sizeof(o->one));
	for (i = 0; i < ROWS; i++)
		o->one[i][i] = true;
	for (w = 0; w < o->count; w++) {
		const struct word *word = &o->words[w];

		if (!word->kept || word->what != OMNI_VERDICT_SAME)
			continue;
		for (i = 0; i < word->count[0]; i++)
			for (k = 0; k < word->count[0]; k++)
				if (o->there[word->side[0][i]] &&
				    o->there[word->side[0][k]])
					o->one[word->side[0][i]]
					    [word->side[0][k]] = true;
	}
	close_over(o);
}

static bool
consistent(struct oracle *o)
{
	size_t w, i, k;

	unite(o);
	for (w = 0; w < o->count; w++) {
		const struct word *word = &o->words[w];

		if (!word->kept || word->what != OMNI_VERDICT_DIFFERENT)
			continue;
		for (i = 0; i < word->count[0]; i++)
			for (k = 0; k < word->count[1]; k++)
				if (o->there[word->side[0][i]] &&
				    o->there[word->side[1][k]] &&
				    o->one[word->side[0][i]]
				    [word->side[1][k]])
					return false;
	}
	return true;
}

/* Newest first: each is kept that goes with all that are kept already. */
static void
judge(struct oracle *o)
{
	size_t w;

	for (w = 0; w < o->count; w++)
		o->words[w].kept = false;
	for (w = o->count; w-- > 0;) {
		o->words[w].kept = true;
		o->words[w].kept = consistent(o);
	}
	unite(o);
}

/* ---- telling the same to both --------------------------------------- */

static void
row_key(size_t row, char key[8])
{
	(void)snprintf(key, 8, "r%zu", row);
}

static void
put_row(struct harness *h, struct oracle *o, size_t row)
{
	static const char *const names[ROWS] = {
		"Anna Ek", "Bertil Dahl", "Cilla Moberg", "David Forsman",
		"Erik Lindqvist", "Frida Holm", "Gustav Nyberg",
		"Hanna Rask", "Ivar Quist"
	};
	char key[8], email[32];

	row_key(row, key);
	(void)snprintf(email, sizeof(email), "%s@mail.example", key);
	put(h, key, YEARS(3) + (int64_t)row * HARNESS_DAY, "name.full",
	    names[row], "email", email, NULL);
	o->there[row] = true;
}

static void
remove_row(struct harness *h, struct oracle *o, size_t row)
{
	char key[8];

	row_key(row, key);
	harness_ok(h, omni_record_remove(h->db, "crm", key));
	o->there[row] = false;
}

static void
draw(struct harness *h, struct word *word)
{
	size_t order[ROWS], i, k, swap, n = 0;

	for (i = 0; i < ROWS; i++)
		order[i] = i;
	for (i = ROWS; i-- > 1;) {
		k = (size_t)harness_random(h, i + 1);
		swap = order[i];
		order[i] = order[k];
		order[k] = swap;
	}
	memset(word, 0, sizeof(*word));
	word->what = harness_random(h, 2) == 0 ? OMNI_VERDICT_SAME :
	    OMNI_VERDICT_DIFFERENT;
	word->count[0] = word->what == OMNI_VERDICT_SAME ?
	    2 + (size_t)harness_random(h, 2) :
	    1 + (size_t)harness_random(h, 2);
	word->count[1] = word->what == OMNI_VERDICT_SAME ? 0 :
	    1 + (size_t)harness_random(h, 2);
	for (i = 0; i < 2; i++)
		for (k = 0; k < word->count[i]; k++)
			word->side[i][k] = order[n++];
}

static omni_verdict *
verdict_of(const struct word *word)
{
	omni_verdict *verdict = omni_verdict_new(word->what);
	char key[8];
	int32_t side;
	size_t k;

	assert_non_null(verdict);
	for (side = 0; side < 2; side++)
		for (k = 0; k < word->count[side]; k++) {
			row_key(word->side[side][k], key);
			assert_int_equal(omni_verdict_add(verdict, side,
			    "crm", key), OMNI_OK);
		}
	return verdict;
}

static void
say(struct harness *h, struct oracle *o)
{
	struct word *word = &o->words[o->count];
	omni_verdict *verdict;

	draw(h, word);
	verdict = verdict_of(word);
	h->now += HARNESS_MINUTE;
	harness_ok(h, omni_verdict_put(h->db, verdict, &word->fact));
	omni_verdict_free(verdict);
	o->count++;
}

/* ---- do they agree? ------------------------------------------------- */

static void
agree_on_customers(struct harness *h, const struct oracle *o)
{
	struct id customer[ROWS];
	char key[8];
	size_t i, k;

	for (i = 0; i < ROWS; i++) {
		row_key(i, key);
		if (o->there[i])
			customer[i] = customer_of(h, key);
	}
	for (i = 0; i < ROWS; i++)
		for (k = 0; k < ROWS; k++)
			if (o->there[i] && o->there[k])
				assert_int_equal(o->one[i][k], strcmp(
				    customer[i].text, customer[k].text) == 0);
}

static size_t
present(const struct oracle *o, const struct word *word, int side)
{
	size_t k, n = 0;

	for (k = 0; k < word->count[side]; k++)
		n += o->there[word->side[side][k]];
	return n;
}

static int32_t
state_of(const struct oracle *o, const struct word *word)
{
	if (!word->kept)
		return OMNI_VERDICT_CONTRADICTED;
	if (word->what == OMNI_VERDICT_SAME ? present(o, word, 0) < 2 :
	    present(o, word, 0) == 0 || present(o, word, 1) == 0)
		return OMNI_VERDICT_DORMANT;
	return OMNI_VERDICT_IN_FORCE;
}

static void
agree_on_verdicts(struct harness *h, const struct oracle *o)
{
	omni_verdicts *list = NULL;
	size_t w = o->count;

	harness_ok(h, omni_verdicts_open(h->db, &list));
	while (w-- > 0) {
		const struct word *word = &o->words[w];

		assert_int_equal(omni_verdicts_next(list), OMNI_OK);
		assert_true(omni_verdicts_fact(list) == word->fact);
		assert_int_equal(omni_verdicts_what(list), word->what);
		assert_int_equal(omni_verdicts_state(list),
		    state_of(o, word));
		assert_int_equal(omni_verdicts_against(list) != 0,
		    !word->kept);
		assert_int_equal(omni_verdicts_count(list),
		    word->count[0] + word->count[1]);
	}
	assert_int_equal(omni_verdicts_next(list), OMNI_DONE);
	omni_verdicts_free(list);
}

static void
any_sequence_of_verdicts_ends_as_the_rules_say(void **state)
{
	struct harness *h = harness_of(state);
	struct oracle o;
	size_t round, i, contradicted = 0;
	size_t rounds = h->engine[0] == 's' ? 6 : 2;

	harness_seed(h, __func__);
	/* Also as many as it takes for one to contradict another. */
	for (round = 0; round < rounds || (contradicted == 0 && round < 50);
	    round++) {
		memset(&o, 0, sizeof(o));
		harness_renew(h);
		for (i = 0; i < ROWS; i++)
			put_row(h, &o, i);
		while (o.count < WORDS) {
			size_t row = (size_t)harness_random(h, ROWS);

			if (harness_random(h, 4) != 0)
				say(h, &o);
			else if (o.there[row])
				remove_row(h, &o, row);
			else
				put_row(h, &o, row);
			judge(&o);
			agree_on_customers(h, &o);
		}
		agree_on_verdicts(h, &o);
		for (i = 0; i < o.count; i++)
			contradicted += !o.words[i].kept;
		store_sound(h);
	}
	print_message("# %zu of %zu verdicts are contradicted by newer ones\n",
	    contradicted, round * WORDS);
	assert_true(contradicted > 0);
}

static void
what_contradicts_a_verdict_may_be_about_others(void **state)
{
	struct harness *h = harness_of(state);
	struct oracle o;
	omni_verdict *verdict;
	size_t i;
	static const struct word words[] = {
		{ OMNI_VERDICT_SAME, { { 0, 4 } }, { 2, 0 }, 0, true },
		{ OMNI_VERDICT_DIFFERENT, { { 4, 7 }, { 0, 5 } }, { 2, 2 }, 0,
		    false },
		{ OMNI_VERDICT_SAME, { { 5, 7 } }, { 2, 0 }, 0, true },
	};

	/* 4 and 7 are not 0 and 5, was said; but 5 is 7.  So that is not so,
	 * of 4 and 0 neither, who were one before. */
	memset(&o, 0, sizeof(o));
	for (i = 0; i < ROWS; i++)
		put_row(h, &o, i);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		o.words[o.count++] = words[i];
		verdict = verdict_of(&words[i]);
		h->now += HARNESS_MINUTE;
		harness_ok(h, omni_verdict_put(h->db, verdict, NULL));
		omni_verdict_free(verdict);
	}
	assert_true(one(h, "r5", "r7"));
	assert_true(one(h, "r0", "r4"));
	judge(&o);
	agree_on_customers(h, &o);
	store_sound(h);
}

/* ---- one by one ----------------------------------------------------- */

static void
a_verdict_tells_who_and_why_and_what_it_is_against(void **state)
{
	struct harness *h = harness_of(state);
	omni_verdict *same = omni_verdict_new(OMNI_VERDICT_SAME);
	omni_verdicts *list = NULL;
	int64_t fact;

	put_strangers(h);
	harness_ok(h, omni_verdict_add(same, 0, "crm", "a"));
	harness_ok(h, omni_verdict_add(same, 0, "crm", "b"));
	harness_ok(h, omni_verdict_set_author(same, "desk 4"));
	harness_ok(h, omni_verdict_set_reason(same, "showed a passport"));
	harness_ok(h, omni_verdict_put(h->db, same, &fact));
	omni_verdict_free(same);
	rule(h, OMNI_VERDICT_DIFFERENT, "a", "b");
	harness_ok(h, omni_verdicts_open(h->db, &list));
	assert_int_equal(omni_verdicts_next(list), OMNI_OK);
	assert_int_equal(omni_verdicts_what(list), OMNI_VERDICT_DIFFERENT);
	assert_int_equal(omni_verdicts_state(list), OMNI_VERDICT_IN_FORCE);
	assert_int_equal(omni_verdicts_side(list, 1), 1);
	fact = omni_verdicts_fact(list);
	assert_int_equal(omni_verdicts_next(list), OMNI_OK);
	assert_int_equal(omni_verdicts_state(list),
	    OMNI_VERDICT_CONTRADICTED);
	assert_true(omni_verdicts_against(list) == fact);
	assert_string_equal(omni_verdicts_author(list), "desk 4");
	assert_string_equal(omni_verdicts_reason(list), "showed a passport");
	assert_int_equal(omni_verdicts_count(list), 2);
	assert_string_equal(omni_verdicts_source(list, 0), "crm");
	assert_non_null(omni_verdicts_record_id(list, 1));
	assert_null(omni_verdicts_key(list, 2));
	assert_int_equal(omni_verdicts_next(list), OMNI_DONE);
	assert_null(omni_verdicts_author(list));
	omni_verdicts_free(list);
}

static bool
outdated(struct harness *h)
{
	omni_verdicts *list = NULL;
	bool result;

	harness_ok(h, omni_verdicts_open(h->db, &list));
	harness_ok(h, omni_verdicts_next(list));
	result = omni_verdicts_outdated(list) != 0;
	omni_verdicts_free(list);
	return result;
}

static void
a_verdict_older_than_a_record_is_flagged(void **state)
{
	struct harness *h = harness_of(state);

	put_strangers(h);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	assert_false(outdated(h));
	h->now += HARNESS_DAY;
	put(h, "a", h->now, "name.full", "Somebody Else", "email",
	    "else@mail.example", NULL);
	assert_true(one(h, "a", "b"));
	assert_true(outdated(h));
}

static void
nobody_is_somebody_else(void **state)
{
	struct harness *h = harness_of(state);
	omni_verdict *verdict = omni_verdict_new(OMNI_VERDICT_DIFFERENT);
	struct id id;

	put_strangers(h);
	id = record_of(h, "a");
	harness_ok(h, omni_verdict_add(verdict, 0, "crm", "a"));
	harness_ok(h, omni_verdict_add_id(verdict, 1, id.text));
	harness_is(h, omni_verdict_put(h->db, verdict, NULL), OMNI_INVALID);
	omni_verdict_free(verdict);
}

/* ---- trying out ----------------------------------------------------- */

static omni_preview *
preview_of(struct harness *h, int32_t what, const char *a, const char *b)
{
	struct id left = customer_of(h, a), right = customer_of(h, b);
	omni_verdict *verdict = omni_verdict_new(what);
	omni_preview *preview = NULL;

	harness_ok(h, omni_verdict_add_customer(h->db, verdict, 0,
	    left.text));
	harness_ok(h, omni_verdict_add_customer(h->db, verdict,
	    what == OMNI_VERDICT_DIFFERENT, right.text));
	harness_ok(h, omni_verdict_preview(h->db, verdict, &preview));
	omni_verdict_free(verdict);
	return preview;
}

static void
a_preview_tells_what_would_change_and_changes_nothing(void **state)
{
	struct harness *h = harness_of(state);
	struct id a, b;
	omni_preview *preview;
	omni_feed *feed = NULL;
	char *before, *after;

	put_strangers(h);
	a = customer_of(h, "a");
	b = customer_of(h, "b");
	before = store_partition(h);
	preview = preview_of(h, OMNI_VERDICT_SAME, "a", "b");
	assert_int_equal(omni_preview_count(preview), 1);
	assert_int_equal(omni_preview_change(preview, 0),
	    OMNI_CHANGE_MERGED);
	assert_true((strcmp(omni_preview_customer(preview, 0), a.text) == 0
	    && strcmp(omni_preview_other(preview, 0), b.text) == 0) ||
	    (strcmp(omni_preview_customer(preview, 0), b.text) == 0 &&
	    strcmp(omni_preview_other(preview, 0), a.text) == 0));
	assert_null(omni_preview_customer(preview, 1));
	omni_preview_free(preview);
	after = store_partition(h);
	assert_string_equal(before, after);
	free(before);
	free(after);
	/* Neither does the feed tell, nor is anything in the way later. */
	harness_ok(h, omni_feed_open(h->db, NULL, &feed));
	while (omni_feed_next(feed) == OMNI_OK)
		assert_int_equal(omni_feed_change(feed),
		    OMNI_CHANGE_CREATED);
	omni_feed_free(feed);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	assert_true(one(h, "a", "b"));
	store_sound(h);
}

static void
a_preview_of_what_is_so_already_is_empty(void **state)
{
	struct harness *h = harness_of(state);
	omni_preview *preview;

	put_strangers(h);
	preview = preview_of(h, OMNI_VERDICT_DIFFERENT, "a", "b");
	assert_int_equal(omni_preview_count(preview), 0);
	omni_preview_free(preview);
}

static void
a_preview_tells_of_a_split(void **state)
{
	struct harness *h = harness_of(state);
	omni_verdict *verdict = omni_verdict_new(OMNI_VERDICT_DIFFERENT);
	omni_preview *preview = NULL;

	put(h, "a", YEARS(2), "email", "kim@mail.example", NULL);
	put(h, "b", YEARS(1), "email", "kim@mail.example", NULL);
	harness_ok(h, omni_verdict_add(verdict, 0, "crm", "a"));
	harness_ok(h, omni_verdict_add(verdict, 1, "crm", "b"));
	harness_ok(h, omni_verdict_preview(h->db, verdict, &preview));
	assert_int_equal(omni_preview_count(preview), 1);
	assert_int_equal(omni_preview_change(preview, 0),
	    OMNI_CHANGE_SPLIT);
	omni_preview_free(preview);
	omni_verdict_free(verdict);
	assert_true(one(h, "a", "b"));
}

static void
a_customer_who_is_not_there_is_added_to_nothing(void **state)
{
	struct harness *h = harness_of(state);
	omni_verdict *verdict = omni_verdict_new(OMNI_VERDICT_SAME);
	omni_preview *preview = NULL;

	harness_is(h, omni_verdict_add_customer(h->db, verdict, 0,
	    "00112233445566778899aabbccddeeff"), OMNI_NONE);
	harness_is(h, omni_verdict_add_customer(h->db, verdict, 0, "?"),
	    OMNI_INVALID);
	harness_is(h, omni_verdict_preview(h->db, verdict, &preview),
	    OMNI_INVALID);
	assert_null(preview);
	omni_verdict_free(verdict);
}

/* More different records of one person than agglomeration takes. */
static void
a_verdict_takes_one_out_of_a_large_customer(void **state)
{
	struct harness *h = harness_of(state);
	char key[16], value[16];
	struct id most;
	int i, rest = 0;

	for (i = 0; i < 90; i++) {
		(void)snprintf(key, sizeof(key), "%d", i);
		(void)snprintf(value, sizeof(value), "c%d", i);
		put(h, key, YEARS(1), "name.given", "Annabella",
		    "name.family", "Svenqvistson", "birth_date",
		    "1960-02-03", "email", "annabella@example.com",
		    "attr.hobby", value, NULL);
	}
	assert_true(one(h, "0", "89"));
	rule(h, OMNI_VERDICT_DIFFERENT, "3", "4");
	assert_false(one(h, "3", "4"));
	most = customer_of(h, "0");
	for (i = 0; i < 90; i++) {
		struct id its;

		(void)snprintf(key, sizeof(key), "%d", i);
		its = customer_of(h, key);
		rest += strcmp(its.text, most.text) == 0;
	}
	assert_true(rest >= 88);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(any_sequence_of_verdicts_ends_as_the_rules_say),
		HARNESS_TEST(what_contradicts_a_verdict_may_be_about_others),
		HARNESS_TEST(
		    a_verdict_tells_who_and_why_and_what_it_is_against),
		HARNESS_TEST(a_verdict_takes_one_out_of_a_large_customer),
		HARNESS_TEST(a_verdict_older_than_a_record_is_flagged),
		HARNESS_TEST(nobody_is_somebody_else),
		HARNESS_TEST(
		    a_preview_tells_what_would_change_and_changes_nothing),
		HARNESS_TEST(a_preview_of_what_is_so_already_is_empty),
		HARNESS_TEST(a_preview_tells_of_a_split),
		HARNESS_TEST(a_customer_who_is_not_there_is_added_to_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
