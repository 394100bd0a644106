/*
 * What holds for every normaliser and any text: doing it twice changes
 * nothing, what comes out is UTF-8, and without memory it says so.
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
#include "harness_text.h"

/* ---- properties ----------------------------------------------------- */

static size_t
pick(struct harness *h, size_t below)
{
	return (size_t)harness_random(h, below);
}

static size_t
put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* Pieces that the normalisers treat in their own ways. */
static const char *const pieces[] = {
	"ann", "lee", "@", ".", ",", " ", "-", "'", "+46", "0", "(0)", "070",
	"1234567", "1952", "04", "03", "/", "april", "mai", "mailto:", "<", ">",
	"gatan", "gata", "storgatan", "street", "st", "lgh", "tr", "flat",
	"5", "16", "a", "norra", "east", "van", "der", "de la", "se", "us",
	"gmail.com", "ö", "Å", "ß", "İ", "ς", "Σ", "ου", "é", "\xcc\x81",
	"\xcc\xb8", "कि", "ガ", "한", "\xe1\x86\xab", "\xe2\x80\x8d", "\xc2\xa0",
	"。", "ﷺ", "\xcd\x85", "\xcd\x84", "ǆ", "ｶﾞ", "\xf0\x9d\x90\x80", "x",
	"8~10", "ext", "#", ";", ":", "\"", "+", "00", "011"
};

static size_t
random_text(struct harness *h, char out[512])
{
	size_t size = 0, count = pick(h, 12), i, length;
	uint32_t c;

	for (i = 0; i < count; i++) {
		if (pick(h, 3) > 0) {
			const char *piece = pieces[pick(h,
			    OMNI__COUNT(pieces))];

			length = strlen(piece);
			memcpy(out + size, piece, length);
			size += length;
			continue;
		}
		c = (uint32_t)pick(h, pick(h, 2) == 0 ? 0x600 :
		    0x110000);
		if (c >= 0xd800 && c < 0xe000)
			c = ' ';
		size += put_utf8(out + size, c);
	}
	return size;
}

static void
say_bytes(const char *what, const char *text, size_t size)
{
	size_t i;

	print_message("%s:", what);
	for (i = 0; i < size; i++)
		print_message(" %02x", (unsigned)(unsigned char)text[i]);
	print_message("\n");
}

static void
check_properties(const struct normaliser *n, const char *text, size_t size)
{
	struct omni__buf once = { .size = 0 }, twice = { .size = 0 };
	omni_status status = n->run(&once, text, size);

	if (status == OMNI_OK) {
		assert_true(omni__utf8_check(once.bytes, once.size, NULL));
		status = n->run(&twice, once.bytes, once.size);
		if (status != OMNI_OK || once.size != twice.size ||
		    memcmp(once.bytes, twice.bytes, once.size) != 0) {
			say_bytes("text", text, size);
			say_bytes("once", once.bytes, once.size);
			say_bytes("twice", twice.bytes, twice.size);
			fail_msg("%s: \"%.*s\" is \"%s\", then \"%s\" (%d)",
			    n->name, (int)size, text, once.bytes,
			    twice.bytes == NULL ? "" : twice.bytes,
			    (int)status);
		}
	} else {
		assert_int_equal(status, OMNI_NONE);
		assert_int_equal(once.size, 0);
	}
	omni__buf_free(&once);
	omni__buf_free(&twice);
}

/* What chance found. */
static const char *const awkward[] = {
	"(0)00 0316", "0316-00/00", "00.00.1952", "0000-00-00",
};

static void
normalising_twice_changes_nothing(void **state)
{
	struct harness h = { .engine = "no store" };
	char text[512];
	size_t i, j, size;

	(void)state;
	harness_seed(&h, __func__);
	for (i = 0; i < OMNI__COUNT(awkward); i++)
		for (j = 0; j < normaliser_count; j++)
			check_properties(&normalisers[j], awkward[i],
			    strlen(awkward[i]));
	for (i = 0; i < 40000; i++) {
		size = random_text(&h, text);
		for (j = 0; j < normaliser_count; j++)
			check_properties(&normalisers[j], text, size);
	}
}

/* ---- memory --------------------------------------------------------- */

/* Fails the allocation whose turn it is. */
struct scarce {
	long left, live;
};

static void *
scarce_allocate(void *user, void *memory, size_t size)
{
	struct scarce *scarce = user;
	void *grown;

	if (size == 0) {
		scarce->live -= memory != NULL;
		free(memory);
		return NULL;
	}
	if (scarce->left-- <= 0)
		return NULL;
	grown = realloc(memory, size);
	scarce->live += memory == NULL && grown != NULL;
	return grown;
}

static const char scarce_text[] =
    "Åke Ärlig van der Öberg <ake.arlig@längre-företagsnamn.se>, gatan 070";

static omni_status
run_all(struct omni__env *env, normalise_fn run)
{
	struct omni__buf buf = { .env = env };
	omni_status status = run(&buf, scarce_text, sizeof(scarce_text) - 1);

	omni__buf_free(&buf);
	return status;
}

static omni_status
run_split(struct omni__env *env)
{
	struct omni__buf part[3] = {
		{ .env = env }, { .env = env }, { .env = env }
	};
	omni_status status = omni__name_split(&part[0], &part[1], &part[2],
	    scarce_text, sizeof(scarce_text) - 1);
	size_t i;

	for (i = 0; i < 3; i++)
		omni__buf_free(&part[i]);
	return status;
}

/* Until it succeeds; nothing is left behind, and memory is all that is ever
 * wrong.  How often it failed. */
static long
starve(normalise_fn run)
{
	struct scarce scarce = { 0, 0 };
	struct omni__env env = omni__env_default;
	omni_status status;
	long turn = 0;

	env.allocate = scarce_allocate;
	env.allocate_user = &scarce;
	do {
		scarce.left = turn++;
		status = run != NULL ? run_all(&env, run) : run_split(&env);
		assert_int_equal(scarce.live, 0);
		if (scarce.left < 0)
			assert_int_equal(status, OMNI_NOMEM);
	} while (scarce.left < 0);
	assert_true(status == OMNI_OK || status == OMNI_NONE);
	return turn - 1;
}

static void
out_of_memory_is_said_and_leaves_nothing(void **state)
{
	size_t i;

	(void)state;
	assert_true(starve(NULL) >= 4);
	assert_true(starve(omni__fold) >= 1);
	for (i = 0; i < normaliser_count; i++)
		(void)starve(normalisers[i].run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normalising_twice_changes_nothing),
		cmocka_unit_test(out_of_memory_is_said_and_leaves_nothing)
	};

	return cmocka_run_group_tests_name("text properties", tests, NULL, NULL);
}
