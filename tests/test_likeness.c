/*
 * How alike two texts are: the papers' own examples, and the fast forms
 * against the plain ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"
#include "text/text.h"

/* ---- plain forms to compare with ------------------------------------ */

/* Jaro and Winkler as their papers have it, in floating point. */
static double
naive_jaro_winkler(const char *a, size_t m, const char *b, size_t n)
{
	bool in_a[256] = { false }, in_b[256] = { false };
	size_t longer = m > n ? m : n, reach = longer < 4 ? 0 : longer / 2 - 1;
	size_t i, j, k = 0, matches = 0, moved = 0, prefix = 0, kept;
	double jaro;

	if (m == 0 || n == 0)
		return m == n;
	for (j = 0; j < n; j++)
		for (i = 0; i < m; i++) {
			if (in_a[i] || a[i] != b[j] || i + reach < j ||
			    i > j + reach)
				continue;
			in_a[i] = in_b[j] = true;
			matches++;
			break;
		}
	if (matches == 0)
		return 0;
	for (i = 0; i < m; i++) {
		if (!in_a[i])
			continue;
		while (!in_b[k])
			k++;
		moved += a[i] != b[k++];
	}
	kept = matches - moved / 2;
	jaro = ((double)matches / (double)m + (double)matches / (double)n +
	    (double)kept / (double)matches) / 3;
	while (prefix < 4 && prefix < m && prefix < n && a[prefix] == b[prefix])
		prefix++;
	return jaro + (double)prefix * .1 * (1 - jaro);
}

static int32_t
least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static int32_t
naive_damerau(const char *a, size_t m, const char *b, size_t n)
{
	static int32_t d[257][257];
	size_t i, j;

	for (i = 0; i <= m; i++)
		d[i][0] = (int32_t)i;
	for (j = 0; j <= n; j++)
		d[0][j] = (int32_t)j;
	for (i = 1; i <= m; i++)
		for (j = 1; j <= n; j++) {
			d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1,
			    d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[m][n];
}

/* ---- likeness ------------------------------------------------------- */

static size_t
pick(struct harness *h, size_t below)
{
	return (size_t)harness_random(h, below);
}

/* Two texts of few letters; the second mostly a changed copy of the first. */
static void
random_pair(struct harness *h, size_t limit, char *a, size_t *m, char *b,
    size_t *n)
{
	size_t i, edits = pick(h, 12), at;
	size_t letters = 1 + pick(h, 8);

	*m = pick(h, limit + 1);
	for (i = 0; i < *m; i++)
		a[i] = (char)('a' + pick(h, letters));
	*n = pick(h, limit + 1);
	for (i = 0; i < *n; i++)
		b[i] = (char)('a' + pick(h, letters));
	if (edits == 0 || *m < 3)
		return;
	memcpy(b, a, *m);
	*n = *m;
	for (i = 0; i < edits && *n > 2; i++) {
		at = pick(h, *n - 1);
		if (pick(h, 3) == 0) {
			b[at] = (char)('a' + pick(h, letters));
		} else if (pick(h, 2) == 0) {
			char c = b[at];

			b[at] = b[at + 1];
			b[at + 1] = c;
		} else {
			memmove(b + at, b + at + 1, --*n - at);
		}
	}
}

static size_t
naive_common(const char *a, size_t m, const char *b, size_t n)
{
	size_t count[256] = { 0 }, i, common = 0;

	for (i = 0; i < m; i++)
		count[(unsigned char)a[i]]++;
	for (i = 0; i < n; i++)
		if (count[(unsigned char)b[i]] > 0) {
			count[(unsigned char)b[i]]--;
			common++;
		}
	return common;
}

/* What the letters promise is never less than what is there. */
static void
check_bounds(const char *a, size_t m, const char *b, size_t n)
{
	size_t common = omni__letters_common(omni__letters(a, m), m,
	    omni__letters(b, n), n), longer = m > n ? m : n;
	int32_t alike = omni__jaro_winkler(a, m, b, n);

	assert_true(common >= naive_common(a, m, b, n));
	assert_true(common <= m && common <= n);
	assert_true(omni__jaro_winkler_may(a, m, b, n, common, alike));
	assert_true(naive_damerau(a, m, b, n) >= (int32_t)(longer - common));
	assert_true(alike == omni__jaro_winkler(b, n, a, m));
}

static void
check_pair(struct harness *h, const char *a, size_t m, const char *b, size_t n)
{
	int32_t limit = (int32_t)pick(h, m + n + 2);
	int32_t distance = naive_damerau(a, m, b, n);
	int32_t want = distance > limit ? limit + 1 : distance;
	double alike = 10000 * naive_jaro_winkler(a, m, b, n);
	int32_t got = omni__jaro_winkler(a, m, b, n);

	assert_int_equal(omni__damerau(a, m, b, n, limit), want);
	assert_int_equal(omni__damerau(b, n, a, m, limit), want);
	if (got > alike + .001 || got < alike - 1.001)
		fail_msg("jaro_winkler(\"%.*s\", \"%.*s\") is %d, not %f",
		    (int)m, a, (int)n, b, (int)got, alike);
}

static void
words_of_bits_agree_with_plain_tables(void **state)
{
	struct harness h = { .engine = "no store" };
	char a[256], b[256];
	size_t i, m, n;

	(void)state;
	harness_seed(&h, __func__);
	for (i = 0; i < 60000; i++) {
		random_pair(&h, i % 2 == 0 ? 12 : 64, a, &m, b, &n);
		check_pair(&h, a, m, b, n);
		check_bounds(a, m, b, n);
	}
	for (i = 0; i < 2000; i++) {
		random_pair(&h, 256, a, &m, b, &n);
		check_pair(&h, a, m, b, n);
	}
}

static void
likeness_is_what_the_papers_say(void **state)
{
	char longer[300];

	(void)state;
	assert_int_equal(omni__jaro_winkler("martha", 6, "marhta", 6), 9611);
	assert_int_equal(omni__jaro_winkler("dixon", 5, "dicksonx", 8), 8133);
	assert_int_equal(omni__jaro_winkler("dwayne", 6, "duane", 5), 8400);
	assert_int_equal(omni__jaro_winkler("abc", 3, "xyz", 3), 0);
	assert_int_equal(omni__jaro_winkler("", 0, "", 0), 10000);
	assert_int_equal(omni__jaro_winkler("a", 1, "", 0), 0);
	assert_int_equal(omni__damerau("ca", 2, "abc", 3, 5), 3);
	assert_int_equal(omni__damerau("ab", 2, "ba", 2, 5), 1);
	assert_int_equal(omni__damerau("kitten", 6, "sitting", 7, 5), 3);
	assert_int_equal(omni__damerau("kitten", 6, "sitting", 7, 2), 3);
	assert_int_equal(omni__damerau("", 0, "abc", 3, 5), 3);
	assert_int_equal(omni__damerau("a", 1, "b", 1, 0), 1);
	memset(longer, 'a', sizeof(longer));
	assert_int_equal(omni__damerau(longer, 300, longer, 280, 50), 0);
	assert_int_equal(omni__jaro_winkler(longer, 300, longer, 280), 10000);
}

static void
soundex_is_the_american_one(void **state)
{
	static const char *const cases[][2] = {
		{ "robert", "R163" }, { "rupert", "R163" },
		{ "ashcraft", "A261" }, { "tymczak", "T522" },
		{ "pfister", "P236" }, { "honeyman", "H555" }, { "lee", "L000" },
		{ "jackson brown", "J250" }, { "李", "" }, { "", "" },
		{ "12", "" }
	};
	char out[5];
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(cases); i++) {
		omni__soundex(out, cases[i][0], strlen(cases[i][0]));
		assert_string_equal(out, cases[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_bits_agree_with_plain_tables),
		cmocka_unit_test(likeness_is_what_the_papers_say),
		cmocka_unit_test(soundex_is_the_american_one)
	};

	return cmocka_run_group_tests_name("likeness", tests, NULL, NULL);
}
