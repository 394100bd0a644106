/*
 * Telephone numbers: the same one however and wherever it is typed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness_text.h"
#include "text/pattern.h"

/* ---- phones --------------------------------------------------------- */

static void
a_number_is_the_same_however_it_is_written(void **state)
{
	static const struct text_case cases[] = {
		{ "070-123 45 67", "+46701234567" },
		{ "0701234567", "+46701234567" },
		{ "+46701234567", "+46701234567" },
		{ "+46 (0)70-123 45 67", "+46701234567" },
		{ "0046 701234567", "+46701234567" },
		{ "(070) 1234567", "+46701234567" },
		{ "46701234567", "+46701234567" },
		{ "(+46) 70 123 45 67", "+46701234567" },
		{ "tel:+46-70-123-45-67", "+46701234567" },
		{ "Tel. 070/1234567", "+46701234567" },
		{ "０７０１２３４５６７", "+46701234567" },
		{ "＋٤٦٧٠١٢٣٤٥٦٧", "+46701234567" },
		{ "+1 650-253-0000", "+16502530000" },
		{ "+47 (0)22 12 34 56", "+4722123456" },
		{ "+39 06 1234 5678", "+390612345678" },
		{ "8~10 46 70 123 45 67", "+46701234567" }
	};

	(void)state;
	CHECK(phone_se, cases);
}

static void
an_extension_or_a_remark_ends_a_number(void **state)
{
	static const struct text_case cases[] = {
		{ "08-123 456 78 ext. 12", "+46812345678" },
		{ "08-12345678x12", "+46812345678" },
		{ "tel:+46-8-12345678;ext=12", "+46812345678" },
		{ "08-123 456 78 #12", "+46812345678" },
		{ "070-123 45 67 mobil", "+46701234567" },
		{ "0701234567 / 08-12345678", "+46701234567" }
	};

	(void)state;
	CHECK(phone_se, cases);
}

static void
a_number_is_read_where_it_was_typed(void **state)
{
	static const struct text_case us[] = {
		{ "(650) 253-0000", "+16502530000" },
		{ "1 650 253 0000", "+16502530000" },
		{ "1-800-FLOWERS", "+18003569377" },
		{ "011 46 70 123 45 67", "+46701234567" },
		{ "0046 70 123 45 67", "+46701234567" }
	};
	static const struct text_case anywhere[] = {
		{ "0046701234567", "+46701234567" },
		{ "0701234567", "0701234567" }, { "46701234567", "46701234567" },
		{ "+999123456", "+999123456" }
	};

	(void)state;
	CHECK(phone_us, us);
	CHECK(phone_anywhere, anywhere);
}

static void
only_an_impossible_length_is_no_number(void **state)
{
	static const struct text_case cases[] = {
		{ "", NULL }, { "1234", NULL }, { "ring mig", NULL },
		{ "+1234567890123456789", NULL }, { "+46 1", NULL },
		{ "0000000000000000000000000000000000000000000000", NULL },
		{ "12345", "12345" }, { "0000000", "0000000" }
	};

	(void)state;
	CHECK(phone_se, cases);
}

static void
a_number_tells_its_region(void **state)
{
	static const struct {
		const char *number, *region;
	} cases[] = {
		{ "+46701234567", "SE" }, { "+16502530000", "US" },
		{ "+18095551234", "DO" }, { "+77012345678", "KZ" },
		{ "+74951234567", "RU" }, { "+441481123456", "GB" },
		{ "+870123456789", NULL }, { "+999", NULL }, { "0701", NULL },
		{ "+", NULL }, { "+46x", NULL }
	};
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(cases); i++)
		if (cases[i].region == NULL)
			assert_null(omni__phone_region(cases[i].number));
		else
			assert_string_equal(omni__phone_region(
			    cases[i].number), cases[i].region);
	assert_null(omni__phone_region(NULL));
	assert_true(omni__region_known("SE"));
	assert_true(omni__region_known("ZW"));
	assert_true(omni__region_known("AC"));
	assert_false(omni__region_known("XX"));
	assert_false(omni__region_known("se"));
	assert_false(omni__region_known(""));
	assert_false(omni__region_known(NULL));
}

static void
a_range_newer_than_the_table_is_kept_whole(void **state)
{
	static const struct text_case cases[] = {
		{ "+7 899 123 45 67", "+78991234567" },
		{ "+1 123 456 7890", "+11234567890" },
		{ "+7 8 495 123 45 67", "+74951234567" },
		{ "+46 070 123 45 67", "+46701234567" }
	};

	(void)state;
	CHECK(phone_anywhere, cases);
}

static void
a_pattern_tries_every_way(void **state)
{
	/* (1(?:2|23)?)4 and \d{2}$|9 */
	static const uint8_t group[] = {
		0x38, 0x01, 0x30, 0x07, 0x30, 0x03, 0x02, 0x32, 0x02, 0x02,
		0x03, 0x39, 0x04, 0x3f
	};
	static const uint8_t end[] = {
		0x30, 0x04, 0x11, 0x3e, 0x32, 0x01, 0x09, 0x3f
	};
	struct omni__pattern_groups groups = {{ 0 }};

	(void)state;
	assert_int_equal(omni__pattern_match(group, "1234", 4, true, &groups),
	    4);
	assert_int_equal(groups.at[0], 0);
	assert_int_equal(groups.at[1], 3);
	assert_int_equal(omni__pattern_match(group, "1245", 4, false, NULL),
	    3);
	assert_true(omni__pattern_match(group, "1245", 4, true, NULL) ==
	    OMNI__PATTERN_FAIL);
	assert_true(omni__pattern_match(group, "12", 2, false, NULL) ==
	    OMNI__PATTERN_FAIL);
	assert_int_equal(omni__pattern_match(end, "12", 2, false, NULL), 2);
	assert_int_equal(omni__pattern_match(end, "987", 3, false, NULL), 1);
	assert_true(omni__pattern_match(end, "123", 3, false, NULL) ==
	    OMNI__PATTERN_FAIL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_the_same_however_it_is_written),
		cmocka_unit_test(an_extension_or_a_remark_ends_a_number),
		cmocka_unit_test(a_number_is_read_where_it_was_typed),
		cmocka_unit_test(only_an_impossible_length_is_no_number),
		cmocka_unit_test(a_number_tells_its_region),
		cmocka_unit_test(a_range_newer_than_the_table_is_kept_whole),
		cmocka_unit_test(a_pattern_tries_every_way)
	};

	return cmocka_run_group_tests_name("phone", tests, NULL, NULL);
}
