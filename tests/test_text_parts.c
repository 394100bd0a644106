/*
 * Addresses in one line, numbers of houses, countries, gender and
 * organisations: what people write, and what is in it.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "harness_text.h"

/* ---- lines ---------------------------------------------------------- */

static void
is_span(const char *line, const char *part, const struct omni__span *got,
    const char *want)
{
	if (got->size != strlen(want) ||
	    (got->size > 0 && memcmp(got->text, want, got->size) != 0))
		fail_msg("\"%s\": %s is \"%.*s\", not \"%s\"", line, part,
		    (int)got->size, got->size > 0 ? got->text : "", want);
}

static void
a_line_of_an_address_has_parts(void **state)
{
	static const struct {
		const char *line, *street, *extra, *postcode, *city, *region;
		const char *country;
	} cases[] = {
		{ "Storgatan 12, 111 22 Stockholm, Sweden", "Storgatan 12",
		    "", "111 22", "Stockholm", "", "SE" },
		{ "Storgatan 12 B, SE-111 22 Stockholm", "Storgatan 12 B",
		    "", "SE-111 22", "Stockholm", "", "" },
		{ "Hauptstr. 7, 10115 Berlin, Deutschland", "Hauptstr. 7",
		    "", "10115", "Berlin", "", "DE" },
		{ "Keizersgracht 5\n1015 CN Amsterdam\nNederland",
		    "Keizersgracht 5", "", "1015 CN", "Amsterdam", "", "NL" },
		{ "10 High Street, London SW1A 1AA, UK", "10 High Street",
		    "", "SW1A 1AA", "London", "", "GB" },
		{ "Flat 2, Elm House, Leeds, LS1 4AB", "Flat 2", "Elm House",
		    "LS1 4AB", "Leeds", "", "" },
		{ "12 rue de la Paix, 75002 Paris, France",
		    "12 rue de la Paix", "", "75002", "Paris", "", "FR" },
		{ "123 Main St, Springfield, IL 62704", "123 Main St", "",
		    "62704", "Springfield", "IL", "" },
		{ "123 Main St, Springfield IL 62704-1234, USA",
		    "123 Main St", "", "62704-1234", "Springfield", "IL",
		    "US" },
		{ "99 Bank St, Ottawa ON K1A 0B1, Canada", "99 Bank St", "",
		    "K1A 0B1", "Ottawa", "ON", "CA" },
		{ "Storgatan 12, Stockholm", "Storgatan 12", "", "",
		    "Stockholm", "", "" },
		{ "Storgatan 12", "Storgatan 12", "", "", "", "", "" },
		{ " , ; ", "", "", "", "", "", "" }, { "", "", "", "", "",
		    "", "" }
	};
	struct omni__address a;
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(cases); i++) {
		const char *line = cases[i].line;

		assert_int_equal(omni__address_split(NULL, line,
		    strlen(line), &a), OMNI_OK);
		is_span(line, "street", &a.street, cases[i].street);
		is_span(line, "extra", &a.extra, cases[i].extra);
		is_span(line, "postcode", &a.postcode, cases[i].postcode);
		is_span(line, "city", &a.city, cases[i].city);
		is_span(line, "region", &a.region, cases[i].region);
		assert_string_equal(a.country, cases[i].country);
	}
}

static void
a_house_has_its_number_at_either_end(void **state)
{
	static const struct {
		const char *line, *street, *number;
	} cases[] = {
		{ "storg 12b", "storg", "12b" }, { "12 high st", "high st",
		    "12" }, { "12 14 r x", "r x", "12 14" },
		{ "r x 12 14", "r x", "12 14" },
		{ "12 bis r x", "r x", "12 bis" },
		{ "17 juni str 5", "17 juni str", "5" },
		{ "5th av", NULL, NULL }, { "storg", NULL, NULL },
		{ "12", NULL, NULL }, { "", NULL, NULL }
	};
	struct omni__span street, number;
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(cases); i++) {
		const char *line = cases[i].line;
		bool found = omni__street_split(line, strlen(line), &street,
		    &number);

		assert_int_equal(found, cases[i].street != NULL);
		if (!found)
			continue;
		is_span(line, "street", &street, cases[i].street);
		is_span(line, "number", &number, cases[i].number);
	}
}

static void
a_country_has_many_names(void **state)
{
	static const char *const cases[][2] = {
		{ "Sverige", "SE" }, { "the Netherlands", "NL" },
		{ "u.k.", "" }, { "UK", "GB" }, { "Österreich", "AT" },
		{ "se", "SE" }, { "xx", "" }, { "Atlantis", "" }, { "", "" }
	};
	char region[3];
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(cases); i++) {
		assert_int_equal(omni__country_find(NULL, cases[i][0],
		    strlen(cases[i][0]), region),
		    cases[i][1][0] != '\0' ? OMNI_OK : OMNI_NONE);
		assert_string_equal(region, cases[i][1]);
	}
}

/* ---- people and organisations --------------------------------------- */

static void
gender_is_a_sign(void **state)
{
	static const struct text_case cases[] = {
		{ "Female", "f" }, { "kvinna", "f" }, { "MANN", "m" },
		{ "1", "m" }, { "2", "f" }, { "9", NULL }, { "Other", "x" },
		{ "non-binary", "x" }, { "Unknown", NULL }, { "n/a", NULL },
		{ "something else", "something else" }, { "", NULL }
	};

	(void)state;
	CHECK(omni__gender_normalise, cases);
}

static void
an_organisation_goes_without_its_legal_form(void **state)
{
	static const struct text_case cases[] = {
		{ "AB Volvo (publ)", "volvo" }, { "Volvo AB", "volvo" },
		{ "Meyer GmbH & Co. KG", "meyer" }, { "GmbH", "gmbh" },
		{ "Smith's Shop Ltd.", "smiths shop" }, { "S.p.A. Rossi",
		    "s p a rossi" }, { "Rossi S.p.A.", "rossi" },
		{ "Oy Karl Fazer Ab", "karl fazer" }, { "", NULL }
	};

	(void)state;
	CHECK(omni__org_normalise, cases);
}

static void
a_given_name_is_no_title(void **state)
{
	static const struct text_case cases[] = {
		{ "Sir John", "john" }, { "Dr. Ann Mary", "ann mary" },
		{ "3rd Anthony", "anthony" }, { "Rev", NULL }, { "2nd", NULL },
		{ "", NULL }, { "...", NULL }, { "Best", "best" }
	};

	(void)state;
	CHECK(omni__name_given, cases);
}

static void
a_slip_in_a_date_stays_where_it_is(void **state)
{
	static const struct text_case cases[] = {
		{ "1952-04-03", "1952-04-03" }, { "1952-21-03", "1952-21-03" },
		{ "19520493", "1952-04-93" }, { "03041952", "1952-04-03" },
		{ "31.02.1952", "1952-02-31" }, { "04/25/1952", "1952-04-25" },
		{ "3 April 1952", "1952-04-03" }, { "1952", "1952" },
		{ "1952-00-00", "1952" }, { "0990-01-01", "0990-01-01" },
		{ "0000-00-00", NULL }, { "9999-99-99", NULL },
		{ "31 Foo 1952", NULL }, { "12-13-14", NULL }, { "", NULL }
	};

	(void)state;
	CHECK(omni__date_comparable, cases);
}

static void
a_nickname_is_related_either_way(void **state)
{
	static const struct {
		const char *a, *b;
		bool related;
	} cases[] = {
		{ "bill", "william", true }, { "peggy", "margaret", true },
		{ "kalle", "karl", true }, { "pepe", "jose", true },
		{ "paco", "francisco", true }, { "gosia", "malgorzata", true },
		{ "sasha", "aleksandr", true }, { "vania", "ioann", true },
		{ "vova", "vladimir", true }, { "jussi", "johannes", true },
		{ "bill", "robert", false }, { "bill", "nobody", false },
		{ "x", "xavier", false }, { "", "", false },
		{ "a name that is far too long", "bill", false }
	};
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(cases); i++) {
		const char *a = cases[i].a, *b = cases[i].b;

		assert_int_equal(omni__name_related(a, strlen(a), b,
		    strlen(b)), cases[i].related);
		assert_int_equal(omni__name_related(b, strlen(b), a,
		    strlen(a)), cases[i].related);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_an_address_has_parts),
		cmocka_unit_test(a_house_has_its_number_at_either_end),
		cmocka_unit_test(a_country_has_many_names),
		cmocka_unit_test(gender_is_a_sign),
		cmocka_unit_test(an_organisation_goes_without_its_legal_form),
		cmocka_unit_test(a_given_name_is_no_title),
		cmocka_unit_test(a_slip_in_a_date_stays_where_it_is),
		cmocka_unit_test(a_nickname_is_related_either_way)
	};

	return cmocka_run_group_tests_name("text of addresses and people",
	    tests, NULL, NULL);
}
