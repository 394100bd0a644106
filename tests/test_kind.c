/*
 * Kinds that hosts define: what they are like, what they weigh, whom they
 * keep apart, and that a changed definition changes who is who.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness_record.h"
#include "harness_store.h"

/* ---- defining ------------------------------------------------------- */

static omni_kind *
make_kind(struct harness *h, const char *name, bool identifier)
{
	omni_kind *kind = omni_kind_new(name);

	harness_ok(h, omni_kind_set_normaliser(kind, "code"));
	harness_ok(h, omni_kind_set_comparator(kind, "code"));
	harness_ok(h, omni_kind_set_identifier(kind, identifier));
	return kind;
}

static void
define(struct harness *h, omni_kind *kind)
{
	/* A minute later than what was defined before. */
	h->now += HARNESS_MINUTE;
	harness_ok(h, omni_kind_put(h->db, kind, NULL));
	omni_kind_free(kind);
}

static void
veto(struct harness *h, const char *name, bool on)
{
	omni_kind *kind = omni_kind_new(name);

	harness_ok(h, omni_kind_set_veto(kind, on));
	define(h, kind);
}

static omni_status
put_kind(struct harness *h, const char *kind, const char *value)
{
	omni_record *record = make("x", YEARS(1), kind, value, NULL);
	omni_status status = omni_record_put(h->db, record, NULL);

	omni_record_free(record);
	return status;
}

static void
a_kind_is_known_once_it_is_defined(void **state)
{
	struct harness *h = harness_of(state);

	harness_is(h, put_kind(h, "patient_no", "P-1"), OMNI_UNDEFINED);
	assert_non_null(strstr(omni_errmsg(h->db), "patient_no"));
	define(h, make_kind(h, "patient_no", true));
	harness_ok(h, put_kind(h, "patient_no", "P-1"));
}

static void
another_handle_notices_a_definition(void **state)
{
	struct harness *h = harness_of(state);
	omni *other = harness_open(h);
	omni_record *record = make("y", YEARS(1), "patient_no", "P-2", NULL);

	assert_int_equal(omni_record_put(other, record, NULL),
	    OMNI_UNDEFINED);
	define(h, make_kind(h, "patient_no", true));
	assert_int_equal(omni_record_put(other, record, NULL), OMNI_OK);
	omni_record_free(record);
	omni_close(other);
}

static void
a_kind_of_the_host_weighs_in_a_customer_as_in_a_pair(void **state)
{
	struct harness *h = harness_of(state);
	omni_explanation *why = NULL;
	omni_customer *customer = NULL;
	omni_joins *joins = NULL;

	define(h, make_kind(h, "shoe", false));
	put(h, "a", YEARS(1), "email", "ann@a.example", "shoe", "38",
	    NULL);
	put(h, "b", YEARS(2), "email", "ann@a.example", "shoe", "38",
	    "phone", "+46 70 123 45 67", NULL);
	harness_ok(h, omni_why(h->db, "crm", "a", "crm", "b", &why));
	harness_ok(h, omni_customer_of(h->db, "crm", "a", &customer));
	harness_ok(h, omni_why_customer(h->db, omni_customer_id(customer),
	    &joins));
	assert_int_equal(omni_joins_count(joins), 1);
	assert_true(omni_joins_weight(joins, 0) ==
	    omni_explanation_weight(why));
	omni_joins_free(joins);
	omni_customer_free(customer);
	omni_explanation_free(why);
}

static void
a_kind_comes_back_as_it_was_put(void **state)
{
	struct harness *h = harness_of(state);
	omni_kind *kind = make_kind(h, "policy", true), *held = NULL;

	harness_ok(h, omni_kind_set_exclusive(kind, 1));
	harness_ok(h, omni_kind_set_single(kind, 1));
	harness_ok(h, omni_kind_set_stable(kind, 1));
	harness_ok(h, omni_kind_set_shared(kind, 40));
	harness_ok(h, omni_kind_set_veto(kind, 1));
	harness_ok(h, omni_kind_set_rule(kind, OMNI_RULE_SOURCE));
	harness_ok(h, omni_kind_add_source(kind, "crm"));
	harness_ok(h, omni_kind_add_source(kind, "web"));
	define(h, kind);
	harness_ok(h, omni_kind_get(h->db, "policy", &held));
	assert_string_equal(omni_kind_of_name(held), "policy");
	assert_string_equal(omni_kind_normaliser(held), "code");
	assert_string_equal(omni_kind_comparator(held), "code");
	assert_int_equal(omni_kind_identifier(held), 1);
	assert_int_equal(omni_kind_exclusive(held), 1);
	assert_int_equal(omni_kind_single(held), 1);
	assert_int_equal(omni_kind_stable(held), 1);
	assert_int_equal(omni_kind_shared(held), 40);
	assert_int_equal(omni_kind_veto(held), 1);
	assert_int_equal(omni_kind_rule(held), OMNI_RULE_SOURCE);
	assert_int_equal(omni_kind_source_count(held), 2);
	assert_string_equal(omni_kind_source(held, 1), "web");
	assert_null(omni_kind_source(held, 2));
	omni_kind_free(held);
	harness_is(h, omni_kind_get(h->db, "nothing", &held), OMNI_NONE);
	assert_null(held);
}

static void
all_kinds_are_listed_the_hosts_last(void **state)
{
	struct harness *h = harness_of(state);
	omni_kinds *kinds = NULL;
	int32_t count;

	define(h, make_kind(h, "zone", false));
	define(h, make_kind(h, "badge", true));
	veto(h, "national_id", true);
	harness_ok(h, omni_kinds_open(h->db, &kinds));
	count = omni_kinds_count(kinds);
	assert_string_equal(omni_kind_of_name(omni_kinds_at(kinds,
	    count - 2)), "badge");
	assert_string_equal(omni_kind_of_name(omni_kinds_at(kinds,
	    count - 1)), "zone");
	assert_string_equal(omni_kind_of_name(omni_kinds_at(kinds, 0)),
	    omni_kind_name(0));
	assert_null(omni_kinds_at(kinds, count));
	while (count-- > 0)
		assert_int_equal(omni_kind_veto(omni_kinds_at(kinds, count)),
		    strcmp(omni_kind_of_name(omni_kinds_at(kinds, count)),
		    "national_id") == 0);
	omni_kinds_free(kinds);
}

static void
what_cannot_be_is_refused_by_name(void **state)
{
	struct harness *h = harness_of(state);
	omni_kind *kind = omni_kind_new("email");
	char name[24];
	int i;

	assert_int_equal(omni_kind_set_shared(kind, 101), OMNI_INVALID);
	assert_non_null(strstr(omni_kind_errmsg(kind), "shared"));
	assert_int_equal(omni_kind_set_comparator(kind, "magic"),
	    OMNI_INVALID);
	assert_non_null(strstr(omni_kind_errmsg(kind), "comparator"));
	assert_int_equal(omni_kind_set_rule(kind, 9), OMNI_INVALID);
	harness_ok(h, omni_kind_set_identifier(kind, 1));
	harness_is(h, omni_kind_put(h->db, kind, NULL), OMNI_INVALID);
	omni_kind_free(kind);
	kind = omni_kind_new("Not A Kind");
	harness_is(h, omni_kind_put(h->db, kind, NULL), OMNI_INVALID);
	omni_kind_free(kind);
	for (i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "kind-%d", i);
		define(h, make_kind(h, name, false));
	}
	define(h, make_kind(h, "kind-3", true));
	kind = make_kind(h, "one-too-many", false);
	harness_is(h, omni_kind_put(h->db, kind, NULL), OMNI_INVALID);
	omni_kind_free(kind);
	harness_is(h, omni_kind_get(h->db, "one-too-many", &kind),
	    OMNI_NONE);
	harness_is(h, omni_kind_put(h->db, NULL, NULL), OMNI_MISUSE);
}

/* As lines of JSON; returns how many were rejected. */
static int64_t
import_lines(struct harness *h, const char *text)
{
	omni_import *import = NULL;
	int64_t rejected;

	harness_ok(h, omni_import_new(h->db, OMNI_FORMAT_LINES, &import));
	assert_true(omni_import_write(import, text, strlen(text)) >= 0);
	assert_true(omni_import_finish(import) >= 0);
	rejected = omni_import_rejected(import);
	omni_import_free(import);
	return rejected;
}

#define KIND_LINE(id, data) "{\"specversion\":\"1.0\",\"source\":\"s\"," \
	"\"id\":\"" id "\",\"type\":\"omni.kind\",\"data\":{" data "}}\n"

static void
a_line_defines_a_kind(void **state)
{
	struct harness *h = harness_of(state);
	omni_kind *kind = NULL;

	assert_int_equal(import_lines(h, KIND_LINE("1", "\"name\":\"badge\","
	    "\"normaliser\":\"code\",\"comparator\":\"words\","
	    "\"identifier\":true,\"exclusive\":1,\"shared\":30,"
	    "\"veto\":true,\"rule\":\"source\","
	    "\"sources\":[\"crm\",\"web\"]")), 0);
	harness_ok(h, omni_kind_get(h->db, "badge", &kind));
	assert_string_equal(omni_kind_normaliser(kind), "code");
	assert_string_equal(omni_kind_comparator(kind), "words");
	assert_int_equal(omni_kind_identifier(kind), 1);
	assert_int_equal(omni_kind_exclusive(kind), 1);
	assert_int_equal(omni_kind_single(kind), 0);
	assert_int_equal(omni_kind_shared(kind), 30);
	assert_int_equal(omni_kind_veto(kind), 1);
	assert_int_equal(omni_kind_rule(kind), OMNI_RULE_SOURCE);
	assert_int_equal(omni_kind_source_count(kind), 2);
	omni_kind_free(kind);
	assert_int_equal(import_lines(h,
	    KIND_LINE("2", "\"name\":\"x y\"")
	    KIND_LINE("3", "\"normaliser\":\"code\"")
	    KIND_LINE("4", "\"name\":\"z\",\"normaliser\":\"none\"")
	    KIND_LINE("5", "\"name\":\"z\",\"shared\":101")
	    KIND_LINE("6", "\"name\":\"z\",\"sources\":[1]")
	    KIND_LINE("7", "\"name\":\"z\",\"rule\":\"source\"")
	    KIND_LINE("8", "\"name\":\"email\",\"single\":1")
	    KIND_LINE("9", "\"name\":\"z\"")), 7);
	harness_ok(h, omni_kind_get(h->db, "z", &kind));
	omni_kind_free(kind);
}

/* ---- what they weigh ------------------------------------------------ */

static void
an_identifier_of_the_host_joins_people(void **state)
{
	struct harness *h = harness_of(state);

	define(h, make_kind(h, "patient_no", true));
	put(h, "a", YEARS(3), "patient_no", "P-4711", "name.given", "Ann",
	    "name.family", "Lee", NULL);
	put(h, "b", YEARS(2), "patient_no", "p 4711", "name.given", "Ann",
	    NULL);
	put(h, "c", YEARS(1), "patient_no", "P-4712", "name.given", "Ann",
	    NULL);
	assert_true(one(h, "a", "b"));
	assert_false(one(h, "a", "c"));
	store_sound(h);
}

static void
an_attribute_of_the_host_joins_nobody_by_itself(void **state)
{
	struct harness *h = harness_of(state);

	define(h, make_kind(h, "shoe", false));
	put(h, "a", YEARS(3), "shoe", "43", "name.given", "Ann", NULL);
	put(h, "b", YEARS(2), "shoe", "43", "name.given", "Bo", NULL);
	assert_false(one(h, "a", "b"));
}

/* Whoever comes first, the definition or the people. */
static void
a_definition_counts_for_who_was_there_before(void **state)
{
	struct harness *h = harness_of(state);
	omni_kind *kind = make_kind(h, "patient_no", false);

	define(h, kind);
	put(h, "a", YEARS(3), "patient_no", "P-4711", "name.given", "Ann",
	    "name.family", "Lee", NULL);
	put(h, "b", YEARS(2), "patient_no", "p 4711", "phone",
	    "+46701234567", NULL);
	assert_false(one(h, "a", "b"));
	define(h, make_kind(h, "patient_no", true));
	assert_true(one(h, "a", "b"));
	store_sound(h);
	/* A normaliser that keeps the blank tells them apart again. */
	kind = omni_kind_new("patient_no");
	harness_ok(h, omni_kind_set_identifier(kind, 1));
	harness_ok(h, omni_kind_set_normaliser(kind, "fold"));
	harness_ok(h, omni_kind_set_comparator(kind, "exact"));
	define(h, kind);
	assert_false(one(h, "a", "b"));
	store_sound(h);
	harness_ok(h, omni_rebuild(h->db));
	assert_false(one(h, "a", "b"));
}

/* Kinds whose names sort before others move those to other columns. */
static void
a_kind_that_comes_later_leaves_the_others_what_they_are(void **state)
{
	struct harness *h = harness_of(state);

	define(h, make_kind(h, "patient_no", true));
	put(h, "a", YEARS(3), "patient_no", "P-4711", "name.given", "Ann",
	    NULL);
	put(h, "b", YEARS(2), "patient_no", "P-4711", "name.given", "Ann",
	    NULL);
	define(h, make_kind(h, "badge", true));
	put(h, "c", YEARS(1), "patient_no", "P-4711", "badge", "B-100200",
	    "name.given", "Ann", NULL);
	put(h, "d", YEARS(1), "badge", "B-100200", "name.given", "Ann",
	    NULL);
	assert_true(one(h, "a", "b"));
	assert_true(one(h, "a", "c"));
	assert_true(one(h, "a", "d"));
	store_sound(h);
}

/* ---- vetoes --------------------------------------------------------- */

/* Two rows that are one person by all but the number. */
static void
put_two(struct harness *h, const char *first, const char *second)
{
	put(h, "a", YEARS(3), "name.given", "Ann", "name.family", "Lee",
	    "birth_date", "1970-01-02", "email", "ann@mail.example",
	    "phone", "+46701234567", "national_id", first, NULL);
	put(h, "b", YEARS(2), "name.given", "Ann", "name.family", "Lee",
	    "birth_date", "1970-01-02", "email", "ann@mail.example",
	    "phone", "+46701234567", "national_id", second, NULL);
}

static void
who_differs_in_a_veto_is_never_one(void **state)
{
	struct harness *h = harness_of(state);

	put_two(h, "700102-1234", "580607-9876");
	assert_true(one(h, "a", "b"));
	veto(h, "national_id", true);
	assert_false(one(h, "a", "b"));
	store_sound(h);
	/* A third that names no number does not bring them together. */
	put(h, "c", YEARS(1), "name.given", "Ann", "name.family", "Lee",
	    "birth_date", "1970-01-02", "email", "ann@mail.example",
	    "phone", "+46701234567", NULL);
	assert_false(one(h, "a", "b"));
	assert_true(one(h, "c", "a") || one(h, "c", "b"));
	store_sound(h);
	veto(h, "national_id", false);
	assert_true(one(h, "a", "b"));
	assert_true(one(h, "a", "c"));
}

static void
a_near_miss_is_no_veto(void **state)
{
	struct harness *h = harness_of(state);

	veto(h, "national_id", true);
	put_two(h, "700102-1234", "700102-1243");
	assert_true(one(h, "a", "b"));
}

static void
who_has_a_value_in_common_does_not_clash(void **state)
{
	struct harness *h = harness_of(state);

	veto(h, "national_id", true);
	put_two(h, "700102-1234", "580607-9876");
	assert_false(one(h, "a", "b"));
	put(h, "a", YEARS(1), "name.given", "Ann", "name.family", "Lee",
	    "birth_date", "1970-01-02", "email", "ann@mail.example",
	    "national_id", "700102-1234", "national_id", "580607-9876",
	    NULL);
	assert_true(one(h, "a", "b"));
}

static void
a_steward_overrules_a_veto(void **state)
{
	struct harness *h = harness_of(state);

	veto(h, "national_id", true);
	put_two(h, "700102-1234", "580607-9876");
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	assert_true(one(h, "a", "b"));
	store_sound(h);
}

static void
a_kind_of_the_host_can_veto(void **state)
{
	struct harness *h = harness_of(state);
	omni_kind *kind = make_kind(h, "patient_no", true);

	harness_ok(h, omni_kind_set_veto(kind, 1));
	define(h, kind);
	put(h, "a", YEARS(3), "name.given", "Ann", "name.family", "Lee",
	    "email", "ann@mail.example", "patient_no", "A-100", NULL);
	put(h, "b", YEARS(2), "name.given", "Ann", "name.family", "Lee",
	    "email", "ann@mail.example", "patient_no", "Z-999", NULL);
	assert_false(one(h, "a", "b"));
}

/* ---- why ------------------------------------------------------------ */

static void
why_names_the_kinds_of_the_host(void **state)
{
	struct harness *h = harness_of(state);
	omni_explanation *why = NULL;
	double sum = 0.0, relatives = 0.0, badge = 0.0, date = 0.0;
	int32_t i;

	define(h, make_kind(h, "badge", true));
	veto(h, "birth_date", true);
	put(h, "a", YEARS(3), "name.full", "Ann Lee", "badge", "B-1001",
	    "birth_date", "1970-01-02", NULL);
	put(h, "b", YEARS(2), "name.full", "Ann Lee", "badge", "b 1001",
	    "birth_date", "1985-11-30", NULL);
	assert_false(one(h, "a", "b"));
	harness_ok(h, omni_why(h->db, "crm", "a", "crm", "b", &why));
	for (i = 0; i < omni_explanation_count(why); i++) {
		double bits = omni_explanation_strangers(why, i);

		sum += bits;
		relatives += omni_explanation_relatives(why, i);
		if (strcmp(omni_explanation_kind(why, i), "badge") == 0)
			badge = bits;
		if (strcmp(omni_explanation_kind(why, i),
		    "birth_date") == 0)
			date = bits;
	}
	assert_true(badge > 5.0);
	assert_true(date < -1000.0);
	if (relatives < sum)
		sum = relatives;
	assert_true(sum == omni_explanation_weight(why));
	omni_explanation_free(why);
}

/* ---- the feed ------------------------------------------------------- */

static int
count_changes(struct harness *h, int32_t what)
{
	omni_feed *feed = NULL;
	int n = 0;

	harness_ok(h, omni_feed_open(h->db, NULL, &feed));
	while (omni_feed_next(feed) == OMNI_OK)
		n += omni_feed_change(feed) == what;
	omni_feed_free(feed);
	return n;
}

static void
the_feed_tells_once_what_a_definition_changed(void **state)
{
	struct harness *h = harness_of(state);
	omni_kind *kind;
	int created;

	put_two(h, "700102-1234", "580607-9876");
	put(h, "other", YEARS(1), "email", "bo@mail.example", NULL);
	assert_int_equal(count_changes(h, OMNI_CHANGE_SPLIT), 0);
	created = count_changes(h, OMNI_CHANGE_CREATED);
	veto(h, "national_id", true);
	assert_int_equal(count_changes(h, OMNI_CHANGE_SPLIT), 1);
	assert_int_equal(count_changes(h, OMNI_CHANGE_CREATED), created);
	/* What is no evidence changes nobody. */
	kind = omni_kind_new("national_id");
	harness_ok(h, omni_kind_set_veto(kind, 1));
	harness_ok(h, omni_kind_set_rule(kind, OMNI_RULE_RECENT));
	define(h, kind);
	harness_ok(h, omni_rebuild(h->db));
	assert_int_equal(count_changes(h, OMNI_CHANGE_SPLIT), 1);
	assert_int_equal(count_changes(h, OMNI_CHANGE_CREATED), created);
}

/* ---- order ---------------------------------------------------------- */

#define ROWS 80

/* A row of a few people who share cards and badges; some have a number. */
static omni_record *
make_row(struct harness *h, int n)
{
	static const char *const names[] = {
		"Ann Lee", "Anne Lee", "Bo Ek", "Carin Ek"
	};
	static const char *const numbers[] = {
		"700102-1234", "700102-1235", "580607-9876"
	};
	omni_record *row;
	char key[16], card[16], badge[16];

	(void)snprintf(key, sizeof(key), "k%d", n);
	(void)snprintf(card, sizeof(card), "L-%d",
	    1000 + (int)harness_random(h, 14));
	(void)snprintf(badge, sizeof(badge), "B-%d",
	    1000 + (int)harness_random(h, 20));
	row = make(key, YEARS(1) + n * HARNESS_MINUTE, "name.full",
	    names[harness_random(h, 4)], "loyalty", card, NULL);
	if (harness_random(h, 2) == 0)
		harness_ok(h, omni_record_add(row, "badge", badge));
	if (harness_random(h, 3) == 0)
		harness_ok(h, omni_record_add(row, "zone",
		    harness_random(h, 2) == 0 ? "north" : "south"));
	if (harness_random(h, 2) == 0)
		harness_ok(h, omni_record_add(row, "national_id",
		    numbers[harness_random(h, 3)]));
	return row;
}

static void
define_all(struct harness *h, bool evidence)
{
	define(h, make_kind(h, "badge", evidence));
	define(h, make_kind(h, "zone", false));
	veto(h, "national_id", evidence);
}

static void
shuffle(struct harness *h, omni_record **rows)
{
	size_t i, k;

	for (i = ROWS - 1; i > 0; i--) {
		omni_record *row = rows[i];

		k = (size_t)harness_random(h, i + 1);
		rows[i] = rows[k];
		rows[k] = row;
	}
}

static char *
build(struct harness *h, omni_record **rows, size_t defined_at)
{
	size_t i;

	harness_renew(h);
	define_all(h, defined_at == 0);
	shuffle(h, rows);
	for (i = 0; i < ROWS; i++) {
		if (i > 0 && i == defined_at)
			define_all(h, true);
		harness_ok(h, omni_record_put(h->db, rows[i], NULL));
	}
	if (defined_at == ROWS)
		define_all(h, true);
	return store_partition(h);
}

static void
who_is_who_does_not_depend_on_when_kinds_were_defined(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *rows[ROWS];
	char *wanted, *found;
	int i;

	harness_seed(h, "kinds");
	for (i = 0; i < ROWS; i++)
		rows[i] = make_row(h, i);
	wanted = build(h, rows, 0);
	for (i = 1; i <= 4; i++) {
		found = build(h, rows, i < 4 ? (size_t)harness_random(h,
		    ROWS - 1) + 1 : ROWS);
		assert_string_equal(found, wanted);
		free(found);
	}
	store_sound(h);
	harness_ok(h, omni_rebuild(h->db));
	found = store_partition(h);
	assert_string_equal(found, wanted);
	free(found);
	free(wanted);
	for (i = 0; i < ROWS; i++)
		omni_record_free(rows[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(a_kind_is_known_once_it_is_defined),
		HARNESS_TEST(another_handle_notices_a_definition),
		HARNESS_TEST(a_kind_comes_back_as_it_was_put),
		HARNESS_TEST(
		    a_kind_of_the_host_weighs_in_a_customer_as_in_a_pair),
		HARNESS_TEST(all_kinds_are_listed_the_hosts_last),
		HARNESS_TEST(what_cannot_be_is_refused_by_name),
		HARNESS_TEST(a_line_defines_a_kind),
		HARNESS_TEST(an_identifier_of_the_host_joins_people),
		HARNESS_TEST(an_attribute_of_the_host_joins_nobody_by_itself),
		HARNESS_TEST(a_definition_counts_for_who_was_there_before),
		HARNESS_TEST(
		    a_kind_that_comes_later_leaves_the_others_what_they_are),
		HARNESS_TEST(who_differs_in_a_veto_is_never_one),
		HARNESS_TEST(a_near_miss_is_no_veto),
		HARNESS_TEST(who_has_a_value_in_common_does_not_clash),
		HARNESS_TEST(a_steward_overrules_a_veto),
		HARNESS_TEST(a_kind_of_the_host_can_veto),
		HARNESS_TEST(why_names_the_kinds_of_the_host),
		HARNESS_TEST(the_feed_tells_once_what_a_definition_changed),
		HARNESS_TEST(
		    who_is_who_does_not_depend_on_when_kinds_were_defined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
