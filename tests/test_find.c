/*
 * Looking up without writing: whom a few features mean, who may be meant, and
 * why.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness_record.h"

#define WHO(...) make(NULL, OMNI_TIME_UNKNOWN, __VA_ARGS__, NULL)

/* ---- asking --------------------------------------------------------- */

/* Frees who. */
static omni_matches *
ask(struct harness *h, omni_record *who)
{
	omni_matches *matches = NULL;
	omni_status status = omni_customer_search(h->db, who, &matches);

	if (status != OMNI_OK)
		harness_is(h, status, OMNI_NONE);
	assert_true((status == OMNI_OK) == (omni_matches_count(matches) > 0));
	omni_record_free(who);
	return matches;
}

/* Where in the list, -1 when not. */
static int32_t
place_of(struct harness *h, const omni_matches *matches, const char *key)
{
	struct id id = customer_of(h, key);
	int32_t i;

	for (i = 0; i < omni_matches_count(matches); i++)
		if (strcmp(omni_matches_customer(matches, i), id.text) == 0)
			return i;
	return -1;
}

static void
means(struct harness *h, const char *key, omni_record *who)
{
	struct id id = { "" };

	harness_ok(h, find(h, who, &id));
	same_id(id, customer_of(h, key));
}

/* None is certain; of two named ones both are listed. */
static void
may_mean(struct harness *h, const char *a, const char *b, omni_record *who)
{
	omni_customer *customer = NULL;
	omni_matches *matches;
	int32_t i;

	harness_is(h, omni_customer_find(h->db, who, &customer),
	    OMNI_SEVERAL);
	assert_null(customer);
	matches = ask(h, who);
	assert_true(place_of(h, matches, a) >= 0);
	assert_true(b == NULL || place_of(h, matches, b) >= 0);
	for (i = 0; i < omni_matches_count(matches); i++)
		assert_false(omni_matches_certain(matches, i));
	omni_matches_free(matches);
}

/* Some people of a town, none of them alike. */
static void
put_town(struct harness *h)
{
	static const char *const people[][6] = {
		{ "William", "Carter", "1961-04-12", "3 Mill Lane", "20 100",
		    "Malmo" },
		{ "Katarina", "Lindqvist", "1980-03-07", "Storgatan 3",
		    "222 22", "Lund" },
		{ "Bengt", "Zetterlund", "1944-11-30", "Kyrkogatan 17",
		    "223 50", "Lund" },
		{ "Yasmin", "Haddad", "1992-08-21", "Dalgatan 8", "254 40",
		    "Helsingborg" },
		{ "Oskar", "Mattsson", "1975-01-02", "Bangatan 55", "291 31",
		    "Kristianstad" },
	};
	size_t i;

	for (i = 0; i < sizeof(people) / sizeof(people[0]); i++)
		put(h, people[i][1], YEARS(3), "name.given", people[i][0],
		    "name.family", people[i][1], "birth_date", people[i][2],
		    "address.street", people[i][3], "address.postcode",
		    people[i][4], "address.city", people[i][5], NULL);
}

/* ---- by what is known of them --------------------------------------- */

static void
a_name_and_a_birth_date_find_one(void **state)
{
	struct harness *h = harness_of(state);

	put_town(h);
	means(h, "Lindqvist", WHO("name.given", "Katarina", "name.family",
	    "Lindqvist", "birth_date", "1980-03-07"));
	means(h, "Lindqvist", WHO("name.full", "Katarina Lindqvist",
	    "birth_date", "1980-03-07"));
}

static void
slips_of_who_asks_are_forgiven(void **state)
{
	struct harness *h = harness_of(state);

	put_town(h);
	/* A letter, day and month swapped, a digit, another's spelling. */
	means(h, "Lindqvist", WHO("name.given", "Katarina", "name.family",
	    "Lindkvist", "birth_date", "1980-03-07"));
	means(h, "Lindqvist", WHO("name.given", "Katarina", "name.family",
	    "Lindqvist", "birth_date", "1980-07-03"));
	means(h, "Zetterlund", WHO("name.given", "Bengt", "name.family",
	    "Zetterlund", "birth_date", "1944-11-03", "address.city",
	    "Lund"));
	means(h, "Haddad", WHO("name.given", "Haddad", "name.family",
	    "Yasmin", "birth_date", "1992-08-21"));
}

static void
what_people_are_called_is_as_good_as_their_name(void **state)
{
	struct harness *h = harness_of(state);

	put_town(h);
	means(h, "Carter", WHO("name.given", "Bill", "name.family", "Carter",
	    "birth_date", "1961-04-12"));
}

static void
a_name_and_an_address_find_one(void **state)
{
	struct harness *h = harness_of(state);

	put_town(h);
	means(h, "Mattsson", WHO("name.given", "Oskar", "name.family",
	    "Mattsson", "address.street", "Bangatan 55", "address.postcode",
	    "291 31"));
	means(h, "Mattsson", WHO("name.given", "Oscar", "name.family",
	    "Mattson", "address.postcode", "29131", "address.city",
	    "Kristianstad"));
}

static void
who_is_not_there_is_nobody(void **state)
{
	struct harness *h = harness_of(state);
	struct id id;

	put_town(h);
	harness_is(h, find(h, WHO("name.given", "Fatou", "name.family",
	    "Diallo", "birth_date", "1955-05-05"), &id), OMNI_NONE);
	assert_null(ask(h, WHO("name.given", "Fatou", "name.family",
	    "Diallo")));
}

static void
a_customer_of_many_records_is_weighed_as_a_whole(void **state)
{
	struct harness *h = harness_of(state);
	omni_matches *matches;

	put(h, "crm", YEARS(3), "name.given", "Ann", "name.family", "Lee",
	    "email", "ann@mail.example", "birth_date", "1970-02-03", NULL);
	put(h, "web", YEARS(2), "email", "ann@mail.example", "phone",
	    "070-111 22 33", NULL);
	put(h, "app", YEARS(1), "phone", "070-111 22 33", "loyalty", "L-9",
	    NULL);
	assert_true(one(h, "crm", "app"));
	means(h, "crm", WHO("name.family", "Lee", "birth_date", "1970-02-03",
	    "loyalty", "L-9"));
	matches = ask(h, WHO("loyalty", "L-9", "name.given", "Ann"));
	assert_int_equal(omni_matches_count(matches), 1);
	omni_matches_free(matches);
}

/* ---- who must not be mistaken --------------------------------------- */

static void
put_berg(struct harness *h, const char *given, const char *birth)
{
	put(h, given, YEARS(2), "name.given", given, "name.family", "Berg",
	    "birth_date", birth, "address.street", "Storgatan 3",
	    "address.postcode", "222 22", "address.city", "Lund", "phone",
	    "046-55 12 34", "email", "berg@mail.example", NULL);
}

static void
of_a_family_nobody_is_certain_until_somebody_is_named(void **state)
{
	struct harness *h = harness_of(state);
	struct id id;

	put_town(h);
	put_berg(h, "Anna", "1971-03-05");
	put_berg(h, "David", "1969-11-20");
	put_berg(h, "Moa", "2001-06-30");
	may_mean(h, "Anna", "Moa", WHO("email", "berg@mail.example"));
	may_mean(h, "Anna", "David", WHO("name.family", "Berg", "phone",
	    "046-55 12 34", "address.street", "Storgatan 3",
	    "address.postcode", "222 22"));
	means(h, "David", WHO("name.given", "David", "name.family", "Berg",
	    "phone", "046-55 12 34"));
	/* A sister of whom the store knows nothing. */
	assert_int_not_equal(find(h, WHO("name.given", "Elin", "name.family",
	    "Berg", "birth_date", "2004-02-11", "phone", "046-55 12 34",
	    "address.street", "Storgatan 3", "address.postcode", "222 22"),
	    &id), OMNI_OK);
}

static void
put_holm(struct harness *h, const char *key, const char *birth,
    const char *loyalty)
{
	put(h, key, YEARS(2), "name.given", "Erik", "name.family", "Holm",
	    "birth_date", birth, "address.street", "Dalgatan 8",
	    "address.postcode", "254 40", "address.city", "Helsingborg",
	    "loyalty", loyalty, NULL);
}

static void
a_son_who_bears_his_fathers_name_is_told_by_his_birth_date(void **state)
{
	struct harness *h = harness_of(state);

	put_town(h);
	put_holm(h, "father", "1950-02-17", "4711");
	put_holm(h, "son", "1978-09-30", "8150");
	assert_false(one(h, "father", "son"));
	may_mean(h, "father", "son", WHO("name.given", "Erik", "name.family",
	    "Holm", "address.street", "Dalgatan 8", "address.postcode",
	    "254 40"));
	means(h, "son", WHO("name.given", "Erik", "name.family", "Holm",
	    "birth_date", "1978-09-30"));
	means(h, "father", WHO("name.given", "Erik", "name.family", "Holm",
	    "birth_date", "1950-02-17", "address.postcode", "254 40"));
}

static void
two_of_one_name_in_one_town_are_several(void **state)
{
	struct harness *h = harness_of(state);

	put_town(h);
	put(h, "one", YEARS(3), "name.given", "Maria", "name.family",
	    "Svensson", "address.city", "Lund", "email", "ms@mail.example",
	    "birth_date", "1966-07-08", NULL);
	put(h, "two", YEARS(3), "name.given", "Maria", "name.family",
	    "Svensson", "address.city", "Lund", "email",
	    "maria.s@post.example", "birth_date", "1988-12-01", NULL);
	may_mean(h, "one", "two", WHO("name.given", "Maria", "name.family",
	    "Svensson", "address.city", "Lund"));
	means(h, "two", WHO("name.given", "Maria", "name.family", "Svensson",
	    "address.city", "Lund", "email", "maria.s@post.example"));
}

/* As many as nobody can look at, born on different days. */
#define ANDERSSONS 260

static void
put_anderssons(struct harness *h)
{
	omni_batch *batch = NULL;
	omni_record *record;
	char key[16], birth[16];
	int i;

	harness_ok(h, omni_batch_new(h->db, &batch));
	for (i = 0; i < ANDERSSONS; i++) {
		(void)snprintf(key, sizeof(key), "A%d", i);
		(void)snprintf(birth, sizeof(birth), "19%02d-%02d-%02d",
		    30 + i * 7 % 65, 1 + i % 12, 1 + i * 5 % 28);
		record = make(key, YEARS(3), "name.given", "Anna",
		    "name.family", "Andersson", "birth_date", birth, NULL);
		harness_ok(h, omni_batch_add_record(batch, record));
		omni_record_free(record);
	}
	harness_ok(h, omni_batch_commit(batch));
	omni_batch_free(batch);
}

static void
a_common_name_means_nobody_in_particular(void **state)
{
	struct harness *h = harness_of(state);
	omni_matches *matches;
	struct id id;
	double sum = 0.0;
	int32_t i;

	put_anderssons(h);
	put(h, "she", YEARS(2), "name.given", "Anna", "name.family",
	    "Andersson", "birth_date", "1999-12-31", "address.postcode",
	    "111 22", NULL);
	harness_is(h, find(h, WHO("name.given", "Anna", "name.family",
	    "Andersson"), &id), OMNI_SEVERAL);
	matches = ask(h, WHO("name.given", "Anna", "name.family",
	    "Andersson"));
	assert_in_range(omni_matches_count(matches), 2, 48);
	for (i = 0; i < omni_matches_count(matches); i++) {
		assert_false(omni_matches_certain(matches, i));
		assert_true(i == 0 || omni_matches_weight(matches, i) <=
		    omni_matches_weight(matches, i - 1));
		sum += omni_matches_probability(matches, i);
	}
	assert_true(sum <= 1.0 + 1e-9);
	omni_matches_free(matches);
	/* What goes with it makes it somebody. */
	means(h, "she", WHO("name.given", "Anna", "name.family", "Andersson",
	    "birth_date", "1999-12-31"));
	means(h, "she", WHO("name.given", "Anna", "name.family", "Andersson",
	    "address.postcode", "111 22"));
	means(h, "A8", WHO("name.given", "Anna", "name.family", "Andersson",
	    "birth_date", "1986-09-13"));
}

static void
a_value_under_too_many_names_finds_nobody_alone(void **state)
{
	static const char *const givens[] = { "Anna", "Bertil", "Cilla",
		"David", "Erik", "Frida", "Gustav", "Hanna" };
	static const char *const families[] = { "Ek", "Berg", "Dahl",
		"Forsman", "Lindqvist", "Moberg", "Nyman", "Quist" };
	struct harness *h = harness_of(state);
	char key[16], birth[16];
	struct id id;
	size_t i;

	for (i = 0; i < 64; i++) {
		(void)snprintf(key, sizeof(key), "%zu", i);
		(void)snprintf(birth, sizeof(birth), "19%02zu-03-%02zu",
		    20 + i, 1 + i % 28);
		put(h, key, YEARS(3), "name.given", givens[i % 8],
		    "name.family", families[i / 8], "birth_date", birth,
		    "email", "none@none.example", NULL);
	}
	harness_is(h, find(h, WHO("email", "none@none.example"), &id),
	    OMNI_NONE);
	means(h, "13", WHO("email", "none@none.example", "name.given",
	    "Frida", "name.family", "Berg", "birth_date", "1933-03-14"));
}

/* Under one name hundreds of rows, which hide nobody who shares a value. */
static void
who_is_seen_in_hundreds_of_ways_hides_nobody(void **state)
{
	static const char *const others[] = { "Xaver", "Olle", "Greta",
		"Moa" };
	struct harness *h = harness_of(state);
	omni_batch *batch = NULL;
	omni_matches *matches;
	omni_record *record;
	char key[24], phone[24];
	size_t k;
	int i;

	harness_ok(h, omni_batch_new(h->db, &batch));
	for (i = 0; i < 400; i++) {
		(void)snprintf(key, sizeof(key), "seen %d", i);
		(void)snprintf(phone, sizeof(phone), "070-%07d", 1234567 +
		    7654 * i);
		record = make(key, YEARS(3), "name.given", "Anna",
		    "name.family", "Berg", "birth_date", "1971-03-05",
		    "email", "berg@mail.example", "phone", phone, NULL);
		harness_ok(h, omni_batch_add_record(batch, record));
		omni_record_free(record);
	}
	harness_ok(h, omni_batch_commit(batch));
	omni_batch_free(batch);
	for (k = 0; k < 4; k++) {
		(void)snprintf(phone, sizeof(phone), "19%zu2-11-20", 4 + k);
		put(h, others[k], YEARS(2), "name.given", others[k],
		    "name.family", "Berg", "birth_date", phone, "email",
		    "berg@mail.example", NULL);
		assert_false(one(h, "seen 0", others[k]));
	}
	matches = ask(h, WHO("email", "berg@mail.example"));
	for (k = 0; k < 4; k++)
		assert_true(place_of(h, matches, others[k]) >= 0);
	assert_true(place_of(h, matches, "seen 399") >= 0);
	assert_false(omni_matches_certain(matches, 0));
	omni_matches_free(matches);
	means(h, "seen 0", WHO("email", "berg@mail.example", "name.given",
	    "Anna", "birth_date", "1971-03-05"));
}

/* ---- what is told --------------------------------------------------- */

/* The lesser of two sums is the weight. */
static void
adds_up(const omni_explanation *why, double weight)
{
	double strangers = 0.0, relatives = 0.0;
	int32_t i;

	for (i = 0; i < omni_explanation_count(why); i++) {
		assert_non_null(omni_explanation_kind(why, i));
		assert_non_null(omni_explanation_level(why, i));
		strangers += omni_explanation_strangers(why, i);
		relatives += omni_explanation_relatives(why, i);
	}
	/* Parts of 1/1024: exact in a double. */
	assert_true(weight == omni_explanation_weight(why));
	assert_true(weight == (strangers < relatives ? strangers :
	    relatives));
}

static int32_t
reason_of(const omni_explanation *why, const char *kind)
{
	int32_t i;

	for (i = 0; i < omni_explanation_count(why); i++)
		if (strcmp(omni_explanation_kind(why, i), kind) == 0)
			return i;
	fail_msg("nothing is said of %s", kind);
	return -1;
}

static void
each_match_says_why(void **state)
{
	struct harness *h = harness_of(state);
	omni_explanation *why = NULL, *kept = NULL;
	omni_matches *matches;
	int32_t i, k;

	put_berg(h, "Anna", "1971-03-05");
	put_berg(h, "David", "1969-11-20");
	matches = ask(h, WHO("name.given", "Anna", "email",
	    "berg@mail.example", "address.city", "Lund"));
	assert_int_equal(omni_matches_count(matches), 2);
	assert_int_equal(place_of(h, matches, "Anna"), 0);
	for (i = 0; i < 2; i++) {
		harness_ok(h, omni_matches_why(matches, i, &why));
		adds_up(why, omni_matches_weight(matches, i));
		assert_int_equal(omni_explanation_same(why),
		    omni_matches_certain(matches, i));
		assert_true(omni_explanation_text(why)[0] != '\0');
		k = reason_of(why, "name.given");
		assert_string_equal(omni_explanation_left(why, k), "anna");
		assert_string_equal(omni_explanation_right(why, k), i == 0 ?
		    "anna" : "david");
		assert_string_equal(omni_explanation_level(why, k), i == 0 ?
		    "exact" : "differs");
		assert_true((omni_explanation_strangers(why, k) > 0) ==
		    (i == 0));
		omni_explanation_free(why);
	}
	/* It outlives the list, and there is none for nobody. */
	harness_ok(h, omni_matches_why(matches, 0, &kept));
	harness_is(h, omni_matches_why(matches, 2, &why), OMNI_NONE);
	assert_null(why);
	harness_is(h, omni_matches_why(matches, -1, &why), OMNI_NONE);
	harness_is(h, omni_matches_why(NULL, 0, &why), OMNI_NONE);
	harness_is(h, omni_matches_why(matches, 0, NULL), OMNI_MISUSE);
	assert_int_equal(omni_matches_certain(matches, 2), 0);
	assert_int_equal(omni_matches_certain(NULL, 0), 0);
	omni_matches_free(matches);
	assert_true(omni_explanation_text(kept)[0] != '\0');
	omni_explanation_free(kept);
}

static void
of_two_that_fit_alike_neither_has_more_than_half(void **state)
{
	struct harness *h = harness_of(state);
	omni_matches *matches;
	double p, q;

	put_holm(h, "father", "1950-02-17", "4711");
	put_holm(h, "son", "1978-09-30", "8150");
	matches = ask(h, WHO("name.given", "Erik", "name.family", "Holm",
	    "address.street", "Dalgatan 8", "address.postcode", "254 40"));
	assert_int_equal(omni_matches_count(matches), 2);
	p = omni_matches_probability(matches, 0);
	q = omni_matches_probability(matches, 1);
	assert_true(p > 0.0 && p <= 0.5 && q > 0.0 && p + q < 1.0);
	omni_matches_free(matches);
}

static void
who_is_named_by_source_and_key_is_that_customer(void **state)
{
	struct harness *h = harness_of(state);
	omni_explanation *why = NULL;
	omni_matches *matches;

	put_town(h);
	means(h, "Haddad", make("Haddad", OMNI_TIME_UNKNOWN, NULL));
	matches = ask(h, make("Haddad", OMNI_TIME_UNKNOWN, "name.given",
	    "Oskar", NULL));
	assert_int_equal(omni_matches_count(matches), 1);
	assert_int_equal(place_of(h, matches, "Haddad"), 0);
	assert_true(omni_matches_probability(matches, 0) == 1.0);
	assert_true(omni_matches_certain(matches, 0));
	harness_is(h, omni_matches_why(matches, 0, &why), OMNI_NONE);
	omni_matches_free(matches);
	/* A key that is not there yet: by what else is told. */
	means(h, "Haddad", make("new", OMNI_TIME_UNKNOWN, "name.given",
	    "Yasmin", "name.family", "Haddad", "birth_date", "1992-08-21",
	    NULL));
}

static void
a_handle_that_wants_to_be_sure_is_given_the_main_part(void **state)
{
	struct harness *h = harness_of(state);
	struct id inline_one, ann;

	/* Who left an address alone is hers, but not surely. */
	put(h, NULL, YEARS(4), "email", "ann@mail.example", NULL);
	put(h, "ann", YEARS(3), "email", "ann@mail.example", "name.given",
	    "Annabella", "name.family", "Quist", "birth_date", "1970-03-04",
	    NULL);
	put(h, "too", YEARS(2), "email", "ann@mail.example", "name.given",
	    "Annabella", "name.family", "Quist", "birth_date", "1970-03-04",
	    "phone", "+46701234567", NULL);
	assert_int_equal(find(h, WHO("email", "ann@mail.example"),
	    &inline_one), OMNI_OK);
	harness_ok(h, omni_set_sure(h->db, 1));
	assert_true(one(h, "ann", "too"));
	assert_int_equal(find(h, WHO("email", "ann@mail.example"), &ann),
	    OMNI_OK);
	same_id(ann, customer_of(h, "ann"));
	assert_string_not_equal(ann.text, inline_one.text);
}

/* ---- whatever is asked ---------------------------------------------- */

#define CROWD 60
#define QUESTIONS 40

static const char *
one_of(struct harness *h, const char *const *list, size_t count)
{
	return list[harness_random(h, count)];
}

/* Of few names, dates and places, so that much fits much. */
static omni_record *
chance_record(struct harness *h, const char *key)
{
	static const char *const givens[] = { "Anna", "Bengt", "Cilla", "A.",
		"Benkt", "Anna Maria" };
	static const char *const families[] = { "Berg", "Ek", "Dahl-Ek",
		"Bergh", "Anna" };
	static const char *const births[] = { "1971-03-05", "1971-05-03",
		"1972-03-05", "1944", "2001-11-30" };
	static const char *const emails[] = { "berg@mail.example",
		"ek@mail.example", "anna@mail.example" };
	static const char *const postcodes[] = { "111 22", "111 23",
		"291 31" };
	static const char *const kinds[] = { "name.given", "name.family",
		"birth_date", "email", "address.postcode" };
	static const char *const *const values[] = { givens, families,
		births, emails, postcodes };
	static const size_t counts[] = { 6, 5, 5, 3, 3 };
	omni_record *record = make(key, YEARS(3), "name.given",
	    one_of(h, givens, 6), NULL);
	size_t i;

	for (i = 1; i < 5; i++)
		if (harness_random(h, 3) > 0)
			harness_ok(h, omni_record_add(record, kinds[i],
			    one_of(h, values[i], counts[i])));
	return record;
}

/* What a list says is sound in itself, and of one mind with a look-up. */
static void
is_sound(struct harness *h, const omni_record *who,
    const omni_matches *matches)
{
	int32_t i, count = omni_matches_count(matches);
	omni_customer *customer = NULL;
	omni_explanation *why = NULL;
	double sum = 0.0;
	omni_status status = omni_customer_find(h->db, who, &customer);

	assert_int_equal(status, count == 0 ? OMNI_NONE :
	    omni_matches_certain(matches, 0) ? OMNI_OK : OMNI_SEVERAL);
	if (customer != NULL)
		assert_string_equal(omni_customer_id(customer),
		    omni_matches_customer(matches, 0));
	omni_customer_free(customer);
	for (i = 0; i < count; i++) {
		assert_true(i == 0 || !omni_matches_certain(matches, i));
		assert_true(i == 0 || omni_matches_weight(matches, i) <=
		    omni_matches_weight(matches, i - 1));
		sum += omni_matches_probability(matches, i);
		harness_ok(h, omni_matches_why(matches, i, &why));
		adds_up(why, omni_matches_weight(matches, i));
		omni_explanation_free(why);
	}
	assert_true(sum < 1.0 + 1e-9);
}

static void
note_matches(const omni_matches *matches, char *out, size_t room)
{
	size_t size = 0;
	int32_t i;

	out[0] = '\0';
	for (i = 0; i < omni_matches_count(matches); i++)
		size += (size_t)snprintf(out + size, room - size, "%s %.4f\n",
		    omni_matches_customer(matches, i),
		    omni_matches_weight(matches, i));
	assert_true(size < room);
}

/* The answers to questions that chance asks of rows that chance made, in an
 * order that it may choose, too. */
static void
answers_of(struct harness *h, uint64_t seed, bool backwards,
    char answers[QUESTIONS][4096])
{
	omni_record *rows[CROWD], *who;
	omni_matches *matches;
	char key[16];
	int i;

	h->random = seed;
	for (i = 0; i < CROWD; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		rows[i] = chance_record(h, key);
	}
	for (i = 0; i < CROWD; i++)
		harness_ok(h, omni_record_put(h->db, rows[backwards ?
		    CROWD - 1 - i : i], NULL));
	for (i = 0; i < CROWD; i++)
		omni_record_free(rows[i]);
	for (i = 0; i < QUESTIONS; i++) {
		who = chance_record(h, NULL);
		matches = NULL;
		assert_true(omni_customer_search(h->db, who, &matches) >= 0);
		is_sound(h, who, matches);
		note_matches(matches, answers[i], sizeof(answers[i]));
		omni_matches_free(matches);
		omni_record_free(who);
	}
}

static void
answers_are_sound_and_know_no_order(void **state)
{
	static char first[QUESTIONS][4096], second[QUESTIONS][4096];
	struct harness *h = harness_of(state);
	uint64_t seed;
	int i;

	harness_seed(h, "answers_are_sound_and_know_no_order");
	seed = h->random;
	answers_of(h, seed, false, first);
	harness_renew(h);
	answers_of(h, seed, true, second);
	for (i = 0; i < QUESTIONS; i++)
		assert_string_equal(first[i], second[i]);
}

/* ---- limits --------------------------------------------------------- */

static void
a_question_without_a_feature_is_none(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *empty = omni_record_new();
	omni_customer *customer = NULL;
	omni_matches *matches = NULL;

	harness_is(h, omni_customer_find(h->db, empty, &customer),
	    OMNI_INVALID);
	assert_non_null(strstr(omni_errmsg(h->db), "who"));
	harness_is(h, omni_customer_search(h->db, empty, &matches),
	    OMNI_INVALID);
	assert_non_null(strstr(omni_errmsg(h->db), "who"));
	harness_is(h, omni_customer_search(h->db, NULL, &matches),
	    OMNI_INVALID);
	assert_null(matches);
	omni_record_free(empty);
	/* Features by which nobody can be found. */
	assert_null(ask(h, WHO("email", "not an address")));
	assert_null(ask(h, WHO("device", "kiosk-1")));
}

static void
asking_leaves_nothing_behind(void **state)
{
	struct harness *h = harness_of(state);
	omni_config *config = omni_config_new();
	omni_feed *feed = NULL;
	omni *own = h->db, *reader = NULL;
	omni_members *members = NULL;
	int32_t records = 0, changes = 0;

	put_town(h);
	assert_int_equal(omni_config_set_mode(config, OMNI_MODE_READONLY),
	    OMNI_OK);
	assert_int_equal(omni_open(config, h->url, &reader), OMNI_OK);
	omni_config_free(config);
	h->db = reader;
	means(h, "Haddad", WHO("name.given", "Yasmin", "name.family",
	    "Haddad", "birth_date", "1992-08-21"));
	omni_matches_free(ask(h, WHO("name.given", "Yasmin", "name.family",
	    "Nobody", "email", "yasmin@mail.example")));
	h->db = own;
	omni_close(reader);
	harness_ok(h, omni_members_open(h->db, 1, &members));
	while (omni_members_next(members) == OMNI_OK)
		records++;
	omni_members_free(members);
	assert_int_equal(records, 5);
	harness_ok(h, omni_feed_open(h->db, NULL, &feed));
	while (omni_feed_next(feed) == OMNI_OK)
		changes++;
	omni_feed_free(feed);
	assert_int_equal(changes, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(a_name_and_a_birth_date_find_one),
		HARNESS_TEST(slips_of_who_asks_are_forgiven),
		HARNESS_TEST(what_people_are_called_is_as_good_as_their_name),
		HARNESS_TEST(a_name_and_an_address_find_one),
		HARNESS_TEST(who_is_not_there_is_nobody),
		HARNESS_TEST(a_customer_of_many_records_is_weighed_as_a_whole),
		HARNESS_TEST(
		    of_a_family_nobody_is_certain_until_somebody_is_named),
		HARNESS_TEST(
		    a_son_who_bears_his_fathers_name_is_told_by_his_birth_date),
		HARNESS_TEST(two_of_one_name_in_one_town_are_several),
		HARNESS_TEST(a_common_name_means_nobody_in_particular),
		HARNESS_TEST(a_value_under_too_many_names_finds_nobody_alone),
		HARNESS_TEST(who_is_seen_in_hundreds_of_ways_hides_nobody),
		HARNESS_TEST(each_match_says_why),
		HARNESS_TEST(of_two_that_fit_alike_neither_has_more_than_half),
		HARNESS_TEST(who_is_named_by_source_and_key_is_that_customer),
		HARNESS_TEST(
		    a_handle_that_wants_to_be_sure_is_given_the_main_part),
		HARNESS_TEST(answers_are_sound_and_know_no_order),
		HARNESS_TEST(a_question_without_a_feature_is_none),
		HARNESS_TEST(asking_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
