/*
 * People as shops meet them: who lives together, shares, moves, marries and
 * types what comes to hand.  Each is told row by row and again all at once, to
 * the same end, with the model as it comes.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness_record.h"

/* ---- rows, told either way ------------------------------------------ */

/* The columns of a row, in this order; NULL or "": nothing is known. */
enum {
	KEY, GIVEN, FAMILY, BIRTH, EMAIL, PHONE, STREET, NUMBER, POSTCODE,
	CITY, DEVICE, COLUMNS
};
static const char *const kinds[COLUMNS] = {
	[GIVEN] = "name.given", [FAMILY] = "name.family",
	[BIRTH] = "birth_date", [EMAIL] = "email", [PHONE] = "phone",
	[STREET] = "address.street", [NUMBER] = "address.number",
	[POSTCODE] = "address.postcode", [CITY] = "address.city",
	[DEVICE] = "device",
};

typedef const char *row[COLUMNS];

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static omni_import *
sheet(struct harness *h, bool bulk)
{
	omni_import *import = NULL;
	size_t k;

	harness_ok(h, omni_import_new(h->db, OMNI_FORMAT_CSV, &import));
	harness_ok(h, omni_import_set_source(import, "crm"));
	harness_ok(h, omni_import_set_key_column(import, "key"));
	for (k = KEY + 1; k < COLUMNS; k++)
		harness_ok(h, omni_import_map(import, kinds[k], kinds[k]));
	if (bulk)
		harness_ok(h, omni_import_set_bulk(import));
	harness_ok(h, omni_import_write(import, "key", 3));
	for (k = KEY + 1; k < COLUMNS; k++) {
		harness_ok(h, omni_import_write(import, ",", 1));
		harness_ok(h, omni_import_write(import, kinds[k],
		    strlen(kinds[k])));
	}
	harness_ok(h, omni_import_write(import, "\n", 1));
	return import;
}

static void
sheet_add(struct harness *h, omni_import *import, const row cells)
{
	size_t k;

	for (k = 0; k < COLUMNS; k++) {
		const char *text = cells[k] != NULL ? cells[k] : "";

		harness_ok(h, omni_import_write(import, text, strlen(text)));
		harness_ok(h, omni_import_write(import,
		    k + 1 < COLUMNS ? "," : "\n", 1));
	}
}

static void
sheet_end(struct harness *h, omni_import *import)
{
	const char *reason;
	int64_t line;

	harness_ok(h, omni_import_finish(import));
	while (omni_import_problem(import, &line, &reason) == OMNI_OK)
		print_error("line %lld: %s\n", (long long)line, reason);
	assert_int_equal(omni_import_rejected(import), 0);
	omni_import_free(import);
}

static void
put_alone(struct harness *h, const row cells)
{
	omni_record *record = omni_record_new();
	size_t k;

	assert_non_null(record);
	harness_ok(h, omni_record_set_source(record, "crm", cells[KEY]));
	for (k = KEY + 1; k < COLUMNS; k++)
		if (cells[k] != NULL && *cells[k] != '\0')
			harness_ok(h, omni_record_add(record, kinds[k],
			    cells[k]));
	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
}

/* Either way into a store of its own: the first row to come first, or all
 * of them at once. */
static void
tell(struct harness *h, const row *rows, size_t count, bool bulk)
{
	omni_import *import;
	size_t i;

	harness_renew(h);
	if (!bulk) {
		for (i = 0; i < count; i++)
			put_alone(h, rows[i]);
		return;
	}
	import = sheet(h, true);
	for (i = 0; i < count; i++)
		sheet_add(h, import, rows[i]);
	sheet_end(h, import);
}

static int
compare_ids(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct id));
}

/* How many customers that many rows are of. */
static size_t
customers(struct harness *h, size_t rows)
{
	struct id *ids = calloc(rows, sizeof(*ids));
	omni_members *members = NULL;
	size_t i, n = 0, count = 0;

	assert_non_null(ids);
	harness_ok(h, omni_members_open(h->db, 0, &members));
	while (omni_members_next(members) == OMNI_OK) {
		assert_true(n < rows);
		memcpy(ids[n++].text, omni_members_customer(members),
		    OMNI_ID_SIZE);
	}
	omni_members_free(members);
	assert_int_equal(n, rows);
	qsort(ids, n, sizeof(*ids), compare_ids);
	for (i = 0; i < n; i++)
		count += i == 0 || compare_ids(&ids[i - 1], &ids[i]) != 0;
	free(ids);
	return count;
}

/* Does the customer hold together also where it must be sure? */
static bool
surely_one(struct harness *h, const char *a, const char *b)
{
	bool same;

	harness_ok(h, omni_set_sure(h->db, 1));
	same = one(h, a, b);
	harness_ok(h, omni_set_sure(h->db, 0));
	return same;
}

/* ---- who lives together --------------------------------------------- */

#define HOME "Björkvägen", "12", "752 28", "Uppsala"

static void
twins_are_two_people(void **state)
{
	static const row rows[] = {
		{ "alva", "Alva", "Sandin", "2001-05-17", "alva@mail.example",
		    "070-111 22 33", HOME, NULL },
		{ "maja", "Maja", "Sandin", "2001-05-17", "maja@post.example",
		    "070-888 99 10", HOME, NULL },
		{ "alva again", "Alva", "Sandin", "2001-05-17", NULL,
		    "070-111 22 33", HOME, NULL },
		{ "maja again", "Maja", "Sandin", "2001-05-17",
		    "maja@post.example", NULL, HOME, NULL },
	};
	struct harness *h = harness_of(state);
	int bulk;

	for (bulk = 0; bulk < 2; bulk++) {
		tell(h, rows, COUNT(rows), bulk);
		assert_false(one(h, "alva", "maja"));
		assert_true(one(h, "alva", "alva again"));
		assert_true(one(h, "maja", "maja again"));
	}
}

static void
twins_who_share_all_but_a_name_are_taken_for_one(void **state)
{
	/* A name that was changed, or two people?  Of what else there is all
	 * agrees, and twins are rare; a steward knows better. */
	static const row rows[] = {
		{ "alva", "Alva", "Sandin", "2001-05-17", NULL,
		    "018-55 12 40", HOME, NULL },
		{ "maja", "Maja", "Sandin", "2001-05-17", NULL,
		    "018-55 12 40", HOME, NULL },
	};
	struct harness *h = harness_of(state);
	int bulk;

	for (bulk = 0; bulk < 2; bulk++) {
		tell(h, rows, COUNT(rows), bulk);
		assert_true(one(h, "alva", "maja"));
		rule(h, OMNI_VERDICT_DIFFERENT, "alva", "maja");
		assert_false(one(h, "alva", "maja"));
	}
}

static void
father_and_son_of_one_name_at_one_address_are_two_people(void **state)
{
	static const row rows[] = {
		{ "father", "Erik", "Holm", "1950-02-17",
		    "eh50@mail.example", "070-555 77 10", HOME, NULL },
		{ "son", "Erik", "Holm", "1978-09-30",
		    "junior@post.example", "073-811 22 39", HOME, NULL },
		{ "father again", "Erik", "Holm", "1950-02-17", NULL,
		    "070-555 77 10", HOME, NULL },
		{ "son again", "Erik", "Holm", NULL,
		    "junior@post.example", "073-811 22 39", NULL },
	};
	struct harness *h = harness_of(state);
	int bulk;

	for (bulk = 0; bulk < 2; bulk++) {
		tell(h, rows, COUNT(rows), bulk);
		assert_false(one(h, "father", "son"));
		assert_true(one(h, "father", "father again"));
		assert_true(one(h, "son", "son again"));
	}
}

static void
father_and_son_with_nothing_of_their_own_are_not_surely_one(void **state)
{
	/* But for the day of birth, which may be mistyped, all agrees; and of
	 * a row without one nobody can say whose it is. */
	static const row rows[] = {
		{ "father", "Erik", "Holm", "1950-02-17", NULL,
		    "018-55 77 10", HOME, NULL },
		{ "son", "Erik", "Holm", "1978-09-30", NULL,
		    "018-55 77 10", HOME, NULL },
		{ "either", "Erik", "Holm", NULL, NULL, "018-55 77 10", HOME,
		    NULL },
	};
	struct harness *h = harness_of(state);
	int bulk;

	for (bulk = 0; bulk < 2; bulk++) {
		tell(h, rows, COUNT(rows), bulk);
		assert_false(surely_one(h, "father", "son"));
	}
}

static void
the_email_that_a_couple_shares_joins_nobody(void **state)
{
	static const row rows[] = {
		{ "she", "Astrid", "Lindqvist", "1971-03-05",
		    "lindqvist@mail.example", "070-111 22 33", HOME, NULL },
		{ "he", "David", "Lindqvist", "1969-11-20",
		    "lindqvist@mail.example", "070-999 88 77", HOME, NULL },
		{ "she at the shop", "Astrid", "Lindqvist", NULL,
		    "lindqvist@mail.example", NULL, NULL },
		{ "he at the shop", "David", "Lindqvist", NULL,
		    "lindqvist@mail.example", NULL, NULL },
	};
	struct harness *h = harness_of(state);
	int bulk;

	for (bulk = 0; bulk < 2; bulk++) {
		tell(h, rows, COUNT(rows), bulk);
		assert_false(one(h, "she", "he"));
		assert_true(one(h, "she", "she at the shop"));
		assert_true(one(h, "he", "he at the shop"));
	}
}

/* ---- what many share ------------------------------------------------ */

/* Row n: nobody has the name, the day of birth or the address of another. */
struct stranger {
	char key[16], given[NAME_SIZE], family[NAME_SIZE], birth[16];
	char email[40];
	row cells;
};

static void
stranger_make(struct stranger *s, size_t n)
{
	size_t far = n * 7654321 % 10000019;

	(void)snprintf(s->key, sizeof(s->key), "P%zu", n);
	name_of(s->given, far / 8000);
	name_of(s->family, far);
	(void)snprintf(s->birth, sizeof(s->birth), "19%02zu-%02zu-%02zu",
	    30 + far % 70, 1 + far / 70 % 12, 1 + far / 840 % 28);
	(void)snprintf(s->email, sizeof(s->email), "%s%zu@mail.example",
	    s->family, far);
	memset(s->cells, 0, sizeof(s->cells));
	s->cells[KEY] = s->key;
	s->cells[GIVEN] = s->given;
	s->cells[FAMILY] = s->family;
	s->cells[BIRTH] = s->birth;
	s->cells[EMAIL] = s->email;
}

/* So many strangers, each with that value, too. */
static void
tell_strangers(struct harness *h, size_t count, size_t column,
    const char *value, bool bulk)
{
	omni_import *import;
	struct stranger s;
	size_t i;

	harness_renew(h);
	import = sheet(h, bulk);
	for (i = 0; i < count; i++) {
		stranger_make(&s, i);
		s.cells[column] = value;
		sheet_add(h, import, s.cells);
	}
	sheet_end(h, import);
}

static void
stay_strangers(struct harness *h, size_t count, size_t column,
    const char *value)
{
	int bulk;

	for (bulk = 0; bulk < 2; bulk++) {
		tell_strangers(h, count, column, value, bulk);
		assert_int_equal(customers(h, count), count);
	}
}

static void
the_phone_of_an_office_leaves_its_people_apart(void **state)
{
	stay_strangers(harness_of(state), 80, PHONE, "08-555 01 10");
}

static void
no_address_at_all_is_nobodys(void **state)
{
	stay_strangers(harness_of(state), 90, EMAIL, "none@none.com");
}

static void
two_who_gave_no_address_are_not_one_by_that(void **state)
{
	/* In a small shop, too, where it is not seen often. */
	static const row rows[] = {
		{ "a", "Anna", "Berg", NULL, "none@none.com", NULL },
		{ "b", "Bertil", "Ek", NULL, "none@none.com", NULL },
		{ "c", NULL, NULL, NULL, "none@none.com", "070-123 45 67",
		    NULL },
	};
	struct harness *h = harness_of(state);
	int bulk;

	for (bulk = 0; bulk < 2; bulk++) {
		tell(h, rows, COUNT(rows), bulk);
		assert_false(one(h, "a", "b"));
		assert_false(one(h, "a", "c") && one(h, "b", "c"));
	}
}

/* One of each hundred comes a second time, at the tablet as well. */
static void
come_again(struct harness *h, size_t count, bool bulk)
{
	omni_import *import = sheet(h, bulk);
	struct stranger s;
	size_t i;

	for (i = 0; i < count; i += 100) {
		stranger_make(&s, i);
		s.key[0] = 'Q';
		s.cells[DEVICE] = "tablet-1";
		sheet_add(h, import, s.cells);
	}
	sheet_end(h, import);
}

static void
the_tablet_of_the_shop_joins_none_of_ten_thousand(void **state)
{
	struct harness *h = harness_of(state);
	size_t count = 10000, i;
	char first[16], second[16];
	int bulk;

	for (bulk = 0; bulk < 2; bulk++) {
		tell_strangers(h, count, DEVICE, "tablet-1", bulk);
		come_again(h, count, bulk);
		assert_int_equal(customers(h, count + count / 100), count);
		for (i = 0; i < count; i += 100) {
			(void)snprintf(first, sizeof(first), "P%zu", i);
			(void)snprintf(second, sizeof(second), "Q%zu", i);
			assert_true(one(h, first, second));
		}
	}
}

/* ---- what changes hands, and names ---------------------------------- */

static void
a_number_given_to_another_is_not_the_one_who_had_it(void **state)
{
	static const row rows[] = {
		{ "before", "Astrid", "Lindqvist", "1971-03-05",
		    "astrid@mail.example", "070-111 22 33", HOME, NULL },
		{ "after", "Gustav", "Moberg", "1990-08-12",
		    "gm@post.example", "070-111 22 33", "Storgatan", "3",
		    "111 22", "Stockholm", NULL },
		{ "after again", "Gustav", "Moberg", NULL, NULL,
		    "070-111 22 33", NULL },
	};
	struct harness *h = harness_of(state);
	int bulk;

	for (bulk = 0; bulk < 2; bulk++) {
		tell(h, rows, COUNT(rows), bulk);
		assert_false(one(h, "before", "after"));
		assert_true(one(h, "after", "after again"));
	}
}

static void
who_marries_stays_who_she_is(void **state)
{
	static const row rows[] = {
		{ "maiden", "Frida", "Nyman", "1988-06-21", NULL,
		    "070-444 55 66", NULL },
		{ "wife", "Frida", "Lindqvist", "1988-06-21", NULL,
		    "070-444 55 66", NULL },
		{ "husband", "Ivar", "Lindqvist", "1986-01-30", NULL,
		    "070-444 55 66", NULL },
	};
	struct harness *h = harness_of(state);
	int bulk;

	for (bulk = 0; bulk < 2; bulk++) {
		tell(h, rows, COUNT(rows), bulk);
		assert_true(one(h, "maiden", "wife"));
		assert_false(one(h, "wife", "husband"));
	}
}

static void
two_of_one_name_and_town_are_two_people(void **state)
{
	static const row rows[] = {
		{ "a", "Anna", "Andersson", "1961-01-09", NULL, NULL, NULL,
		    NULL, NULL, "Uppsala", NULL },
		{ "b", "Anna", "Andersson", "1984-10-26", NULL, NULL, NULL,
		    NULL, NULL, "Uppsala", NULL },
		{ "c", "Anna", "Andersson", NULL, "anna.c@mail.example",
		    NULL, NULL, NULL, NULL, "Uppsala", NULL },
		{ "d", "Anna", "Andersson", NULL, NULL, "070-333 44 55",
		    NULL, NULL, NULL, "Uppsala", NULL },
	};
	struct harness *h = harness_of(state);
	size_t i, k;
	int bulk;

	/* Of c and d nothing tells whether they are a, b or each other: a
	 * guess at most. */
	for (bulk = 0; bulk < 2; bulk++) {
		tell(h, rows, COUNT(rows), bulk);
		assert_false(one(h, "a", "b"));
		for (i = 0; i < COUNT(rows); i++)
			for (k = i + 1; k < COUNT(rows); k++)
				assert_false(surely_one(h, rows[i][KEY],
				    rows[k][KEY]));
	}
}

/* ---- who is seen often ---------------------------------------------- */

#define WAYS 3000

/* The n-th way to write her: a letter of a name missing, one name short, a
 * date, a number or a street that is not told. */
static void
write_her(struct stranger *s, char given[32], char family[32], size_t n)
{
	size_t cut = n % 9;

	(void)snprintf(given, 32, "%s", n % 5 == 1 ? "Margarethe" :
	    n % 5 == 3 ? "M" : "Margareta");
	(void)snprintf(family, 32, "Zetterlund");
	if (n % 3 == 1)
		memmove(family + 1 + cut, family + 2 + cut, 9 - cut);
	stranger_make(s, n);
	(void)snprintf(s->email, sizeof(s->email),
	    "margareta.zetterlund@mail.example");
	(void)snprintf(s->birth, sizeof(s->birth), "1948-1%zu-0%zu",
	    n % 11 == 5 ? (size_t)2 : (size_t)1, n % 7 == 2 ? (size_t)8 :
	    (size_t)3);
	s->cells[GIVEN] = given;
	s->cells[FAMILY] = family;
	if (n % 4 == 3)
		s->cells[BIRTH] = NULL;
	if (n % 2 == 1)
		s->cells[PHONE] = "018-55 31 07";
	if (n % 6 == 4) {
		s->cells[STREET] = "Björkvägen";
		s->cells[NUMBER] = "12";
		s->cells[POSTCODE] = "752 28";
	}
}

static void
who_is_seen_in_thousands_of_ways_is_one(void **state)
{
	struct harness *h = harness_of(state);
	char given[32], family[32];
	struct stranger s;
	size_t i;
	int bulk;

	for (bulk = 0; bulk < 2; bulk++) {
		omni_import *import;

		harness_renew(h);
		import = sheet(h, bulk);
		for (i = 0; i < WAYS; i++) {
			write_her(&s, given, family, i);
			sheet_add(h, import, s.cells);
		}
		sheet_end(h, import);
		assert_int_equal(customers(h, WAYS), 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(twins_are_two_people),
		HARNESS_TEST(
		    twins_who_share_all_but_a_name_are_taken_for_one),
		HARNESS_TEST(
		    father_and_son_of_one_name_at_one_address_are_two_people),
		HARNESS_TEST(
		    father_and_son_with_nothing_of_their_own_are_not_surely_one),
		HARNESS_TEST(the_email_that_a_couple_shares_joins_nobody),
		HARNESS_TEST(the_phone_of_an_office_leaves_its_people_apart),
		HARNESS_TEST(no_address_at_all_is_nobodys),
		HARNESS_TEST(two_who_gave_no_address_are_not_one_by_that),
		HARNESS_TEST(the_tablet_of_the_shop_joins_none_of_ten_thousand),
		HARNESS_TEST(
		    a_number_given_to_another_is_not_the_one_who_had_it),
		HARNESS_TEST(who_marries_stays_who_she_is),
		HARNESS_TEST(two_of_one_name_and_town_are_two_people),
		HARNESS_TEST(who_is_seen_in_thousands_of_ways_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
