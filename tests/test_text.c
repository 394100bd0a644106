/*
 * The text room: what people type differently and mean alike.
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
#include "text/punycode.h"

/* ---- UTF-8 and folding ---------------------------------------------- */

static void
bad_utf8_is_found_where_it_begins(void **state)
{
	static const struct {
		const char *text;
		size_t size, bad;
	} cases[] = {
		{ "abc\xff", 4, 3 }, { "\xc0\x80", 2, 0 }, { "\xe0\x80\x80", 3, 0 },
		{ "ab\xed\xa0\x80", 5, 2 }, { "\xf4\x90\x80\x80", 4, 0 },
		{ "\xf5\x80\x80\x80", 4, 0 }, { "0123456789\xc3", 11, 10 },
		{ "\xe2\x82", 2, 0 }, { "\x80", 1, 0 }, { "\xc3\xa5\xc3(", 4, 2 }
	};
	size_t i, bad;

	(void)state;
	for (i = 0; i < OMNI__COUNT(cases); i++) {
		bad = SIZE_MAX;
		assert_false(omni__utf8_check(cases[i].text, cases[i].size,
		    &bad));
		assert_int_equal(bad, cases[i].bad);
		assert_false(omni__utf8_check(cases[i].text, cases[i].size,
		    NULL));
	}
	assert_true(omni__utf8_check("", 0, NULL));
	assert_true(omni__utf8_check("a\0b", 3, NULL));
	assert_true(omni__utf8_check("\xf4\x8f\xbf\xbf\xed\x9f\xbf", 7, NULL));
}

static void
a_control_character_is_seen(void **state)
{
	(void)state;
	assert_true(omni__utf8_control("a\0b", 3));
	assert_true(omni__utf8_control("a\n", 2));
	assert_true(omni__utf8_control("\x7f", 1));
	assert_true(omni__utf8_control("\xc2\x85", 2));
	assert_false(omni__utf8_control("\xc2\xa0", 2));
	assert_false(omni__utf8_control("Malm\xc3\xb6 1", 7));
}

static void
folding_leaves_plain_letters(void **state)
{
	static const struct text_case cases[] = {
		{ "  Ann \t Lee\n", "ann lee" }, { "", NULL }, { " \t ", NULL },
		{ "MALMÖ", "malmo" }, { "Ångström", "angstrom" },
		{ "A\xcc\x8angstro\xcc\x88m", "angstrom" },
		{ "Đặng", "dang" }, { "Łukasz", "lukasz" },
		{ "Straße", "strasse" }, { "STRAẞE", "strasse" },
		{ "Æble Øl Þór Œuvre", "aeble ol thor oeuvre" },
		{ "Diyarbakır İzmir", "diyarbakir izmir" },
		{ "ﬁn", "fin" }, { "Ｔｏｋｙｏ", "tokyo" },
		{ "Əliyev", "aliyev" }, { "O’Brien", "o'brien" },
		{ "a\xc2\xa0\xe2\x80\x83" "b", "a b" },
		{ "co\xc2\xad" "op", "coop" }
	};

	(void)state;
	CHECK(omni__fold, cases);
}

static void
cyrillic_and_greek_are_written_in_latin(void **state)
{
	static const struct text_case cases[] = {
		{ "Сергей", "sergei" }, { "Серге\xd0\xb8\xcc\x86", "sergei" },
		{ "Ольга", "olga" }, { "ЩУКИН", "shchukin" },
		{ "Київ", "kiiv" }, { "Ђорђе", "djordje" },
		{ "Παπαδόπουλος", "papadopoulos" },
		{ "ΠΑΠΑΔΟΠΟΥΛΟΣ", "papadopoulos" },
		{ "Ευάγγελος", "evaggelos" }, { "ᾳ", "ai" }
	};

	(void)state;
	CHECK(omni__fold, cases);
}

static void
an_indic_vowel_is_a_letter(void **state)
{
	static const struct text_case cases[] = {
		{ "कि", "कि" }, { "के", "के" }, { "प्रिया", "प्रिया" },
		{ "সোমা", "সোমা" }, { "தமிழ்", "தமிழ்" }
	};

	(void)state;
	CHECK(omni__fold, cases);
}

static void
the_voicing_of_kana_is_a_letter(void **state)
{
	static const struct text_case cases[] = {
		{ "ガ", "ガ" }, { "カ", "カ" },
		{ "\xe3\x82\xab\xe3\x82\x99", "ガ" }, { "ｶﾞ", "ガ" }
	};

	(void)state;
	CHECK(omni__fold, cases);
}

static void
jamo_become_syllables(void **state)
{
	static const struct text_case cases[] = {
		{ "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "한" },
		{ "김 민준", "김 민준" }
	};

	(void)state;
	CHECK(omni__fold, cases);
}

/* ---- e-mail --------------------------------------------------------- */

static void
an_address_has_one_spelling(void **state)
{
	static const struct text_case cases[] = {
		{ "Ann.Lee@BÜCHER.de", "ann.lee@xn--bcher-kva.de" },
		{ " mailto:Ann@X.se?subject=hi ", "ann@x.se" },
		{ "Ann Lee <ann@x.se>", "ann@x.se" },
		{ "\xc2\xa0<MAILTO:ann@x.se.>\xe2\x80\x8b", "ann@x.se" },
		{ "a@ｂｃ。se", "a@bc.se" },
		{ "a@straße.de", "a@xn--strae-oqa.de" },
		{ "a@XN--BCHER-KVA.de", "a@xn--bcher-kva.de" },
		{ "a@bu\xcc\x88" "cher.de", "a@xn--bcher-kva.de" },
		{ "JOSÉ@x.se", "josé@x.se" },
		{ "\"a@b\"@x.se", "\"a@b\"@x.se" },
		{ "a+b.c@gmail.com", "a+b.c@gmail.com" }
	};

	(void)state;
	CHECK(omni__email_normalise, cases);
}

static void
a_domain_loses_no_character(void **state)
{
	static const struct text_case cases[] = {
		{ "x@ba_d.de", "x@ba_d.de" }, { "x@b!d.de", "x@b!d.de" },
		{ "x@ba_dü.de", "x@xn--ba_d-3ra.de" }
	};

	(void)state;
	CHECK(omni__email_normalise, cases);
}

static void
what_is_no_address_points_at_nobody(void **state)
{
	static const struct text_case cases[] = {
		{ "", NULL }, { "@", NULL }, { "ann", NULL }, { "@x.se", NULL },
		{ "ann@", NULL }, { "ann@x y.se", NULL }, { "a b@x.se", NULL },
		{ "ann@.", NULL }, { "a@\xc2\xad", NULL }, { "<>", NULL }
	};

	(void)state;
	CHECK(omni__email_normalise, cases);
}

static void
check_long_label(size_t letters)
{
	char text[700] = "a@";
	struct text_case c = { text, text };
	size_t i;

	for (i = 0; i < letters; i++)
		memcpy(text + 2 + 2 * i, "ö", 3);
	check_case(omni__email_normalise, &c);
}

static void
a_label_too_long_for_punycode_is_kept(void **state)
{
	(void)state;
	check_long_label(60);
	check_long_label(260);
}

static void
a_provider_delivers_several_spellings_to_one_mailbox(void **state)
{
	static const struct text_case cases[] = {
		{ "ann.lee+shop@gmail.com", "annlee@gmail.com" },
		{ "annlee@googlemail.com", "annlee@gmail.com" },
		{ "ann.lee+shop@x.se", "ann.lee+shop@x.se" },
		{ "ann.lee+a@outlook.com", "ann.lee@outlook.com" },
		{ "ann-a@yahoo.com", "ann@yahoo.com" },
		{ "+a@gmail.com", "+a@gmail.com" }, { "ann", NULL }
	};

	(void)state;
	CHECK(omni__email_mailbox, cases);
}

/* RFC 3492, 7.1 (A), (B), (L). */
static void
punycode_encodes_the_samples_of_its_rfc(void **state)
{
	static const struct text_case cases[] = {
		{ "a@ليهمابتكلموشعربي؟",
		    "a@xn--egbpdaj6bu4bxfgehfvwxn" },
		{ "a@他们为什么不说中文", "a@xn--ihqwcrb4cv8a8dqg056pqjye" },
		{ "a@3年B組金八先生", "a@xn--3b-ww4c5e180e575a65lsy2b" }
	};
	static const int32_t many[OMNI__PUNYCODE_ROOM + 1] = { 0xe5 };
	char out[OMNI__PUNYCODE_ROOM];

	(void)state;
	CHECK(omni__email_normalise, cases);
	assert_int_equal(omni__punycode_encode(out, many,
	    OMNI__COUNT(many)), 0);
}

/* ---- codes, dates --------------------------------------------------- */

static void
a_code_is_the_same_however_it_is_grouped(void **state)
{
	static const struct text_case cases[] = {
		{ "9752-0012 3345", "975200123345" }, { "19520403-1234",
		    "195204031234" }, { "AB.12/3\xe2\x80\x93" "4", "ab1234" },
		{ " - ", NULL }, { "", NULL }, { "c00_1", "c00_1" }
	};

	(void)state;
	CHECK(omni__code_normalise, cases);
}

static void
a_date_is_the_same_in_every_notation(void **state)
{
	static const struct text_case cases[] = {
		{ "1952-04-03", "1952-04-03" }, { "19520403", "1952-04-03" },
		{ "3.4.1952", "1952-04-03" }, { "03-04-1952", "1952-04-03" },
		{ "1952/04/03", "1952-04-03" }, { "03/04/1952", "1952-04-03" },
		{ "3 April 1952", "1952-04-03" },
		{ "April 3rd, 1952", "1952-04-03" },
		{ "den 3 apr. 1952", "1952-04-03" },
		{ "3. März 1952", "1952-03-03" },
		{ "3 août 1952", "1952-08-03" },
		{ "1er février 1952", "1952-02-01" },
		{ "3 de diciembre de 1952", "1952-12-03" },
		{ "3 maj 1952", "1952-05-03" },
		{ "03041952", "1952-04-03" },
		{ "1952年4月3日", "1952-04-03" },
		{ "1952-04-03T10:20:30Z", "1952-04-03" },
		{ "1952-04-03 00:00", "1952-04-03" },
		{ "1952-04", "1952-04" }, { "04/1952", "1952-04" },
		{ "April 1952", "1952-04" }, { "1952", "1952" }
	};

	(void)state;
	CHECK(omni__date_normalise, cases);
}

static void
day_and_month_change_places_only_when_they_must(void **state)
{
	static const struct text_case cases[] = {
		{ "04/03/1952", "1952-03-04" }, { "04/13/1952", "1952-04-13" },
		{ "1952-13-04", "1952-04-13" }, { "29.2.2000", "2000-02-29" }
	};

	(void)state;
	CHECK(omni__date_normalise, cases);
}

static void
what_is_no_date_is_not_guessed(void **state)
{
	static const struct text_case cases[] = {
		{ "", NULL }, { "03/04/52", NULL }, { "520403", NULL },
		{ "1952-02-30", NULL }, { "29.2.1900", NULL }, { "1952-00-00",
		    NULL }, { "1952-13", NULL }, { "1952-1953", NULL },
		{ "3 jui 1952", NULL }, { "soon", NULL }, { "1952-13-13", NULL },
		{ "0000-00-00", NULL }, { "19520403-1234", NULL },
		{ "1 2 3 1952", NULL }, { "3 april may 1952", NULL }
	};

	(void)state;
	CHECK(omni__date_normalise, cases);
}

/* ---- names ---------------------------------------------------------- */

static void
a_name_is_its_words(void **state)
{
	static const struct text_case cases[] = {
		{ "Ann-Mary  O'Brien", "ann mary obrien" },
		{ "J.R. Smith", "j r smith" }, { "D’Artagnan", "dartagnan" },
		{ "Müller (född Åberg)", "muller fodd aberg" },
		{ "李小明", "李小明" }, { "--", NULL }, { "", NULL },
		{ "ь", NULL }
	};

	(void)state;
	CHECK(omni__name_normalise, cases);
}

static void
particles_are_no_part_of_the_core(void **state)
{
	static const struct text_case cases[] = {
		{ "van der lee", "lee" }, { "von essen", "essen" },
		{ "de la cruz", "cruz" }, { "le", "le" }, { "lee", "lee" },
		{ "garcia lopez", "garcia lopez" }, { "", NULL }
	};

	(void)state;
	CHECK(omni__name_core, cases);
}

static void
a_full_name_splits(void **state)
{
	static const char *const cases[][4] = {
		{ "Ann Lee", "ann", "", "lee" },
		{ "Lee, Ann Mary", "ann", "mary", "lee" },
		{ "Ann Mary van der Lee", "ann", "mary", "van der lee" },
		{ "van der Lee, Ann", "ann", "", "van der lee" },
		{ "Dr. Ann Lee Jr.", "ann", "", "lee" },
		{ "Ann Lee, Jr.", "ann", "", "lee" },
		{ "Lee, Dr Ann", "ann", "", "lee" },
		{ "J. R. R. Tolkien", "j", "r r", "tolkien" },
		{ "von Essen", "", "", "von essen" },
		{ "Van Morrison", "van", "", "morrison" },
		{ "Nguyen Thi Le", "nguyen", "thi", "le" },
		{ "Ann", "ann", "", "" }, { "Mr", "mr", "", "" },
		{ ", Ann", "ann", "", "" }, { "Lee,", "lee", "", "" },
		{ "王小明", "王小明", "", "" }
	};
	struct omni__buf part[3] = {{ .size = 0 }};
	size_t i, j;

	(void)state;
	for (i = 0; i < OMNI__COUNT(cases); i++) {
		for (j = 0; j < 3; j++) {
			omni__buf_clear(&part[j]);
			omni__buf_str(&part[j], "");
		}
		assert_int_equal(omni__name_split(&part[0], &part[1],
		    &part[2], cases[i][0], strlen(cases[i][0])), OMNI_OK);
		for (j = 0; j < 3; j++)
			assert_string_equal(part[j].bytes, cases[i][j + 1]);
	}
	assert_int_equal(omni__name_split(&part[0], &part[1], &part[2],
	    " , ", 3), OMNI_NONE);
	for (j = 0; j < 3; j++)
		omni__buf_free(&part[j]);
}

/* ---- addresses ------------------------------------------------------ */

static void
a_postcode_is_its_letters_and_digits(void **state)
{
	static const struct text_case se[] = {
		{ "211 71", "21171" }, { "SE-211 71", "21171" },
		{ "S-21171", "21171" }, { "SE 211 71", "21171" },
		{ "SW1A 1AA", "sw1a1aa" }, { "-", NULL }, { "", NULL }
	};
	static const struct text_case us[] = {
		{ "12345-6789", "12345" }, { "2134", "02134" },
		{ "12345", "12345" }, { "US 12345", "12345" }
	};

	(void)state;
	CHECK(postcode_se, se);
	CHECK(postcode_us, us);
}

static void
a_street_is_the_same_however_it_is_shortened(void **state)
{
	static const struct text_case cases[] = {
		{ "Järnvägsgatan 16A", "jarnvagsg 16a" },
		{ "Järnvägsg. 16 A", "jarnvagsg 16a" },
		{ "Björkvägen 12 lgh 1487", "bjorkv 12" },
		{ "Björkv. 12", "bjorkv 12" },
		{ "Storgatan 5, 2 tr", "storg 5" },
		{ "S:t Eriksgatan 74A", "st eriksg 74a" },
		{ "Sankt Eriksg. 74A", "st eriksg 74a" },
		{ "10 High Street", "10 high st" }, { "10 High St.", "10 high st" },
		{ "Flat 2, 10 High St", "10 high st" },
		{ "5 Elm Avenue", "5 elm av" }, { "5 Elm Ave", "5 elm av" },
		{ "Hauptstraße 7", "hauptstr 7" }, { "Hauptstr. 7", "hauptstr 7" },
		{ "12, rue de la Paix", "12 r de la paix" },
		{ "Kvarnbacken 74A", "kvarnbacken 74a" },
		{ "Lgh 5", "lgh 5" }, { "...", NULL }, { "", NULL }
	};

	(void)state;
	CHECK(omni__street_normalise, cases);
}

static void
every_abbreviation_is_found(void **state)
{
	static const struct text_case cases[] = {
		{ "alley avenida boulevard circle close", "al av bd cir cl" },
		{ "court drive east grove highway lane", "ct dr e gr hwy ln" },
		{ "mount north parade place plaza road", "mt n pde pl plz rd" },
		{ "rue saint south square terrace", "r st s sq tce" },
		{ "vagen vastra vei vej west", "v v v v w" }
	};

	(void)state;
	CHECK(omni__street_normalise, cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_utf8_is_found_where_it_begins),
		cmocka_unit_test(a_control_character_is_seen),
		cmocka_unit_test(folding_leaves_plain_letters),
		cmocka_unit_test(cyrillic_and_greek_are_written_in_latin),
		cmocka_unit_test(an_indic_vowel_is_a_letter),
		cmocka_unit_test(the_voicing_of_kana_is_a_letter),
		cmocka_unit_test(jamo_become_syllables),
		cmocka_unit_test(an_address_has_one_spelling),
		cmocka_unit_test(a_domain_loses_no_character),
		cmocka_unit_test(what_is_no_address_points_at_nobody),
		cmocka_unit_test(a_label_too_long_for_punycode_is_kept),
		cmocka_unit_test(
		    a_provider_delivers_several_spellings_to_one_mailbox),
		cmocka_unit_test(punycode_encodes_the_samples_of_its_rfc),
		cmocka_unit_test(a_code_is_the_same_however_it_is_grouped),
		cmocka_unit_test(a_date_is_the_same_in_every_notation),
		cmocka_unit_test(
		    day_and_month_change_places_only_when_they_must),
		cmocka_unit_test(what_is_no_date_is_not_guessed),
		cmocka_unit_test(a_name_is_its_words),
		cmocka_unit_test(particles_are_no_part_of_the_core),
		cmocka_unit_test(a_full_name_splits),
		cmocka_unit_test(a_postcode_is_its_letters_and_digits),
		cmocka_unit_test(a_street_is_the_same_however_it_is_shortened),
		cmocka_unit_test(every_abbreviation_is_found)
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
