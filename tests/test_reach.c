/*
 * Where customers can be reached, and recipients: packed when a record comes,
 * read for many at once, as it is or as it was.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "harness_record.h"
#include "harness_store.h"
#include "routing/routing.h"

/* ---- reading -------------------------------------------------------- */

#define MOST 40

struct reading {
	unsigned char ids[MOST][OMNI__ID];
	size_t count;
	bool sure;
	/* As of versions: instead of the members' own, where not 0. */
	const struct omni__view *view;
	int64_t fact;
	char text[MOST][1000];
	char country[MOST][8], dialled[MOST][8];
};

static void
spell(const struct omni__points *points, char *out, size_t size)
{
	size_t used = 0, i;

	out[0] = '\0';
	for (i = 0; i < points->count; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s%s;",
		    points->items[i].value,
		    points->items[i].state.primary ? " first" : "",
		    points->items[i].state.suppression_count > 0 ? " shut" :
		    "");
	assert_true(used < size);
}

static omni_status
read_points(struct omni *db, void *context)
{
	struct reading *r = context;
	struct omni__members members[MOST];
	struct omni__points_list lists[MOST];
	omni_status status;
	size_t i, k;

	status = omni__members_of(db, (const unsigned char (*)[OMNI__ID])
	    r->ids, r->count, r->sure, members);
	if (status != OMNI_OK)
		return status;
	for (i = 0; i < r->count; i++) {
		for (k = 0; r->fact != 0 && k < members[i].count; k++)
			members[i].items[k].fact = r->fact;
		lists[i].members = members[i].items;
		lists[i].count = members[i].count;
	}
	status = omni__points_load(db, r->view, lists, r->count);
	for (i = 0; i < r->count && status == OMNI_OK; i++) {
		const struct omni__points *p = &lists[i].points;

		spell(p, r->text[i], sizeof(r->text[i]));
		(void)snprintf(r->country[i], sizeof(r->country[i]), "%s",
		    p->country != NULL ? p->country : "-");
		(void)snprintf(r->dialled[i], sizeof(r->dialled[i]), "%s",
		    p->dialled != NULL ? p->dialled : "-");
	}
	return status;
}

static omni_status
try_reading(struct harness *h, struct reading *r)
{
	omni_status status;

	assert_int_equal(omni__enter(h->db), OMNI_OK);
	status = omni__transact(h->db, false, read_points, r);
	return omni__leave(h->db, status);
}

static void
add_customer(struct reading *r, struct id id)
{
	assert_true(r->count < MOST);
	assert_true(omni__unhex(r->ids[r->count++], OMNI__ID, id.text));
}

static void
read_one(struct harness *h, const char *key, struct reading *r)
{
	memset(r, 0, sizeof(*r));
	add_customer(r, customer_of(h, key));
	harness_ok(h, try_reading(h, r));
}

static void
assert_points(struct harness *h, const char *key, const char *wanted)
{
	struct reading r;

	read_one(h, key, &r);
	assert_string_equal(r.text[0], wanted);
}

/* ---- order ---------------------------------------------------------- */

static void
the_newest_comes_first_within_a_kind(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(3), "email", "old@kim.example", "phone",
	    "+46701111111", NULL);
	put(h, "b", YEARS(1), "email", "new@kim.example", NULL);
	put(h, "c", YEARS(2), "email", "mid@kim.example", "device", "d-1",
	    NULL);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	rule(h, OMNI_VERDICT_SAME, "a", "c");
	assert_points(h, "a", "d-1;new@kim.example;mid@kim.example;"
	    "old@kim.example;+46701111111;");
}

static void
of_equal_age_what_more_records_give_comes_first(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(2), "email", "b@kim.example", "phone",
	    "+46701111111", NULL);
	put(h, "b", YEARS(2), "email", "b@kim.example", "email",
	    "c@kim.example", "email", "a@kim.example", NULL);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	assert_points(h, "a", "b@kim.example;a@kim.example;c@kim.example;"
	    "+46701111111;");
}

static void
tell(struct harness *h, const char *kind, const char *value, bool primary,
    const char *cause)
{
	omni_contact *contact = omni_contact_new(kind, value);

	assert_non_null(contact);
	if (primary)
		harness_ok(h, omni_contact_set_primary(contact, 1));
	if (cause != NULL)
		harness_ok(h, omni_contact_set_suppressed(contact, cause));
	harness_ok(h, omni_contact_put(h->db, contact, NULL));
	omni_contact_free(contact);
}

static void
what_is_told_primary_comes_before_what_is_newer(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(3), "email", "old@kim.example", NULL);
	put(h, "a2", YEARS(1), "email", "new@kim.example", NULL);
	rule(h, OMNI_VERDICT_SAME, "a", "a2");
	tell(h, "email", "OLD@kim.example", true, NULL);
	tell(h, "email", "new@kim.example", false, "bounce");
	assert_points(h, "a", "old@kim.example first;new@kim.example shut;");
}

/* ---- versions ------------------------------------------------------- */

static void
only_the_current_version_of_a_record_counts(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(2), "email", "two@kim.example", NULL);
	put(h, "a", YEARS(3), "email", "three@kim.example", NULL);
	assert_points(h, "a", "two@kim.example;");
	put(h, "a", OMNI_TIME_UNKNOWN, "email", "whenever@kim.example", NULL);
	assert_points(h, "a", "two@kim.example;");
	put(h, "a", YEARS(1), "phone", "+46701111111", NULL);
	assert_points(h, "a", "+46701111111;");
	/* A clock that lies says nothing about when. */
	put(h, "a", HARNESS_NOW + 400 * HARNESS_DAY, "email",
	    "late@kim.example", NULL);
	assert_points(h, "a", "+46701111111;");
	store_sound(h);
	harness_ok(h, omni_rebuild(h->db));
	assert_points(h, "a", "+46701111111;");
}

static void
whatever_the_order_of_versions_the_rows_are_the_same(void **state)
{
	struct harness *h = harness_of(state);
	int i;

	harness_seed(h, "reach");
	for (i = 0; i < 60; i++) {
		char key[8], email[40];
		int64_t time = harness_random(h, 6) == 0 ? OMNI_TIME_UNKNOWN :
		    YEARS((int64_t)harness_random(h, 4));

		(void)snprintf(key, sizeof(key), "r%d",
		    (int)harness_random(h, 6));
		(void)snprintf(email, sizeof(email), "m%d@%s.example",
		    (int)harness_random(h, 9), key);
		if (harness_random(h, 8) == 0) {
			omni_status status = omni_record_remove(h->db, "crm",
			    key);

			assert_true(status == OMNI_OK ||
			    status == OMNI_NONE);
			continue;
		}
		{
			omni_record *record = make(key, time, "email", email,
			    "name.full", "Kim Berg", NULL);

			assert_true(omni_record_put(h->db, record, NULL) >=
			    0);
			omni_record_free(record);
		}
	}
	store_sound(h);
}

static int64_t
count_rows(struct harness *h)
{
	static const struct omni__sql count = {
		.name = "count_reach", .in = "", .out = "i",
		.sql = "SELECT count(*) FROM omni_reach"
	};
	struct omni__arena arena = { .env = &h->db->env };
	struct omni__result result;
	int64_t rows;

	assert_int_equal(h->db->ops->run(h->db->store, &count, NULL, 1,
	    &arena, &result, NULL, &h->db->error), OMNI_OK);
	rows = result.values[0].number;
	omni__arena_free(&arena);
	return rows;
}

static void
who_leaves_leaves_no_address_behind(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(3), "email", "a@kim.example", NULL);
	put(h, "b", YEARS(3), "email", "b@lou.example", NULL);
	put(h, "b", YEARS(2), "email", "bb@lou.example", NULL);
	assert_int_equal(count_rows(h), 2);
	harness_ok(h, omni_customer_erase(h->db, customer_of(h, "b").text));
	assert_int_equal(count_rows(h), 1);
	harness_ok(h, omni_record_remove(h->db, "crm", "a"));
	assert_int_equal(count_rows(h), 0);
	put(h, "a", YEARS(3), "email", "again@kim.example", NULL);
	assert_points(h, "a", "again@kim.example;");
	store_sound(h);
}

/* ---- as it was ------------------------------------------------------ */

static void
what_was_known_can_be_read_again(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *record = make("a", YEARS(3), "email", "then@kim.example",
	    "phone", "+46701111111", NULL);
	int64_t seen[64];
	const struct omni__view view = { seen, 64 };
	struct reading r = { .count = 0 };
	size_t i;

	for (i = 0; i < 64; i++)
		seen[i] = INT64_MAX;
	harness_ok(h, omni_record_put(h->db, record, &r.fact));
	omni_record_free(record);
	put(h, "a", YEARS(2), "email", "now@kim.example", NULL);
	assert_points(h, "a", "now@kim.example;");
	add_customer(&r, customer_of(h, "a"));
	r.view = &view;
	harness_ok(h, try_reading(h, &r));
	assert_string_equal(r.text[0], "then@kim.example;+46701111111;");
}

/* ---- places --------------------------------------------------------- */

static void
the_country_is_that_of_the_best_address(void **state)
{
	struct harness *h = harness_of(state);
	struct reading r;

	put(h, "a", YEARS(3), "address.street", "Storgatan 1",
	    "address.postcode", "211 71", "address.city", "Malmö",
	    "address.country", "Sverige", "phone", "+4912345678901", NULL);
	read_one(h, "a", &r);
	assert_string_equal(r.text[0],
	    "Storgatan 1, 211 71 Malmö;+4912345678901;");
	assert_string_equal(r.country[0], "SE");
	assert_string_equal(r.dialled[0], "DE");
	put(h, "b", YEARS(2), "address.full",
	    "Bahnhofstrasse 9, 8001 Zürich, Switzerland", NULL);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	read_one(h, "a", &r);
	assert_string_equal(r.country[0], "CH");
	put(h, "c", YEARS(1), "address.street", "Nygatan 2", "address.city",
	    "Lund", NULL);
	rule(h, OMNI_VERDICT_SAME, "a", "c");
	read_one(h, "a", &r);
	assert_string_equal(r.country[0], "-");
}

static void
who_has_gone_away_is_so_by_each_name_of_the_customer(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(3), "name.given", "Ann", "name.family", "Lee",
	    "email", "ann@kim.example", NULL);
	put(h, "b", YEARS(2), "address.full", "Storgatan 1, 211 71 Malmö",
	    NULL);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	assert_points(h, "a", "Storgatan 1, 211 71 Malmö;ann@kim.example;");
	tell(h, "address", "ANN LEE, Storgatan 1, 21171 Malmo", false,
	    "gone away");
	assert_points(h, "a",
	    "Storgatan 1, 211 71 Malmö shut;ann@kim.example;");
	put(h, "c", YEARS(2), "name.full", "Bo Lee", "address.full",
	    "Storgatan 1, 211 71 Malmö", NULL);
	assert_points(h, "c", "Storgatan 1, 211 71 Malmö;");
}

static void
streets_of_one_record_are_not_mixed_with_cities_of_another(void **state)
{
	struct harness *h = harness_of(state);

	put(h, "a", YEARS(3), "address.street", "Storgatan 1", "email",
	    "ann@kim.example", NULL);
	put(h, "b", YEARS(2), "address.city", "Lund", "phone",
	    "+46701111111", NULL);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	assert_points(h, "a", "ann@kim.example;+46701111111;");
}

static void
a_damaged_row_is_said_to_be_so(void **state)
{
	static const char *const packs[] = {
		"x''", "x'02'", "x'0165'", "x'0165000102030405060708090a0b0c0d"
		"0e0f6100'", "x'0171'", "x'014e41'", NULL
	};
	static const char *const server[] = {
		"''", "'\\x02'", "'\\x0165'", "'\\x0165000102030405060708090a"
		"0b0c0d0e0f6100'", "'\\x0171'", "'\\x014e41'", NULL
	};
	struct harness *h = harness_of(state);
	struct reading r;
	char sql[200];
	size_t i;

	put(h, "a", YEARS(3), "email", "a@kim.example", NULL);
	for (i = 0; packs[i] != NULL; i++) {
		(void)snprintf(sql, sizeof(sql),
		    "UPDATE omni_reach SET pack = %s",
		    store_embedded(h) ? packs[i] : server[i]);
		harness_sql(h, sql);
		memset(&r, 0, sizeof(r));
		add_customer(&r, customer_of(h, "a"));
		harness_is(h, try_reading(h, &r), OMNI_CORRUPT);
	}
	harness_ok(h, omni_rebuild(h->db));
	assert_points(h, "a", "a@kim.example;");
}

/* ---- many ----------------------------------------------------------- */

/* Twelve records, some joined, some only nearly surely so. */
static void
put_crowd(struct harness *h)
{
	int i;

	for (i = 0; i < 12; i++) {
		char key[16], email[40], phone[40], name[NAME_SIZE];

		(void)snprintf(key, sizeof(key), "k%d", i);
		(void)snprintf(email, sizeof(email), "%d@kim.example", i);
		(void)snprintf(phone, sizeof(phone), "+4670111%04d", i / 3);
		name_of(name, (uint64_t)i);
		if (i % 3 == 0)
			put(h, key, YEARS(3), "email", email, "phone", phone,
			    NULL);
		else
			put(h, key, YEARS(i % 3), "phone", phone, "email",
			    email, "address.full", "Storgatan 1, Lund", NULL);
	}
	rule(h, OMNI_VERDICT_SAME, "k0", "k5");
	rule(h, OMNI_VERDICT_DIFFERENT, "k6", "k7");
}

struct crowd {
	bool sure;
	size_t page, customers, records;
	size_t held[MOST];	/* records of each */
	struct reading reading;
};

static omni_status
read_crowd(struct omni *db, void *context)
{
	struct crowd *c = context;
	const unsigned char *after = NULL;
	unsigned char (*page)[OMNI__ID];
	omni_status status = OMNI_OK;
	size_t count = 1;

	c->customers = c->records = 0;
	while (status == OMNI_OK && count > 0) {
		struct omni__members lists[MOST];
		size_t i;

		status = omni__customers_page(db, after, c->page, c->sure,
		    &page, &count);
		if (status != OMNI_OK || count == 0)
			break;
		assert_true(count <= c->page);
		after = page[count - 1];
		status = omni__members_of(db,
		    (const unsigned char (*)[OMNI__ID])page, count, c->sure,
		    lists);
		for (i = 0; i < count && status == OMNI_OK; i++) {
			memcpy(c->reading.ids[c->customers], page[i],
			    OMNI__ID);
			c->held[c->customers++] = lists[i].count;
			c->records += lists[i].count;
		}
	}
	return status;
}

/* As the list of all records says. */
static void
assert_held(struct harness *h, struct crowd *c)
{
	omni_members *members = NULL;
	size_t i;

	harness_ok(h, omni_set_sure(h->db, c->sure));
	harness_ok(h, omni_members_open(h->db, 0, &members));
	harness_ok(h, omni_set_sure(h->db, 0));
	while (omni_members_next(members) == OMNI_OK) {
		unsigned char id[OMNI__ID];

		assert_true(omni__unhex(id, OMNI__ID,
		    omni_members_customer(members)));
		for (i = 0; i < c->customers && memcmp(c->reading.ids[i], id,
		    OMNI__ID) != 0; i++)
			;
		assert_true(i < c->customers && c->held[i]-- > 0);
	}
	omni_members_free(members);
}

static void
pages_of_everybody_hold_each_customer_with_all_records(void **state)
{
	struct harness *h = harness_of(state);
	size_t page;
	int sure;

	put_crowd(h);
	for (sure = 0; sure < 2; sure++)
		for (page = 1; page < 14; page += 4) {
			struct crowd c = { .sure = sure != 0, .page = page };

			assert_int_equal(omni__enter(h->db), OMNI_OK);
			harness_ok(h, omni__leave(h->db, omni__transact(
			    h->db, false, read_crowd, &c)));
			assert_int_equal(c.records, 12);
			assert_true(c.customers > 1 && c.customers < 12);
			assert_held(h, &c);
		}
}

static void
many_together_are_read_as_each_alone(void **state)
{
	struct harness *h = harness_of(state);
	struct crowd c = { .page = 5 };
	size_t i;

	put_crowd(h);
	tell(h, "email", "3@kim.example", false, "bounce");
	tell(h, "email", "7@kim.example", true, NULL);
	assert_int_equal(omni__enter(h->db), OMNI_OK);
	harness_ok(h, omni__leave(h->db, omni__transact(h->db, false,
	    read_crowd, &c)));
	c.reading.count = c.customers;
	harness_ok(h, try_reading(h, &c.reading));
	for (i = 0; i < c.customers; i++) {
		struct reading alone = { .count = 1 };

		memcpy(alone.ids[0], c.reading.ids[i], OMNI__ID);
		harness_ok(h, try_reading(h, &alone));
		assert_string_equal(alone.text[0], c.reading.text[i]);
		assert_string_not_equal(alone.text[0], "");
	}
}

static void
nobody_has_no_records_and_no_addresses(void **state)
{
	struct harness *h = harness_of(state);
	struct reading r = { .count = 1 };

	put(h, "a", YEARS(3), "email", "a@kim.example", NULL);
	harness_ok(h, try_reading(h, &r));
	assert_string_equal(r.text[0], "");
}

/* ---- recipients ----------------------------------------------------- */

struct recipients {
	struct omni__wanted wanted;
	unsigned char id[OMNI__ID];
	size_t said, withdrawals, members, whole;
	int64_t sale;
};

static omni_status
load_recipient(struct omni *db, void *context)
{
	static const char *const kinds[] = { "purchase" };
	struct recipients *asked = context;
	struct omni__rules rules = { .sale_kinds = kinds, .sale_count = 1 };
	struct omni__wanted wanted = asked->wanted;
	struct omni__recipient r;
	omni_status status;
	size_t i;

	memset(&r, 0, sizeof(r));
	memcpy(r.customer, asked->id, OMNI__ID);
	wanted.rules = &rules;
	status = omni__recipients_load(db, &wanted, &r, 1);
	if (status != OMNI_OK)
		return status;
	asked->said = r.said_count;
	asked->members = r.member_count;
	asked->whole = r.whole_count;
	asked->withdrawals = 0;
	asked->sale = r.sales != NULL ? r.sales[0] : 0;
	for (i = 0; i < r.said_count; i++) {
		asked->withdrawals += r.said[i].said == OMNI_SAID_WITHDRAW;
		if (i > 0)
			assert_true(r.said[i - 1].happened <=
			    r.said[i].happened);
	}
	return OMNI_OK;
}

static void
load(struct harness *h, const char *key, struct recipients *asked)
{
	struct id id;

	if (asked->wanted.sure)
		harness_ok(h, omni_set_sure(h->db, 1));
	id = customer_of(h, key);
	harness_ok(h, omni_set_sure(h->db, 0));
	assert_true(omni__unhex(asked->id, OMNI__ID, id.text));
	assert_int_equal(omni__enter(h->db), OMNI_OK);
	harness_ok(h, omni__leave(h->db, omni__transact(h->db, false,
	    load_recipient, asked)));
}

static void
say(struct harness *h, const char *key, int32_t said)
{
	omni_statement *s = omni_statement_new(said, "news");
	omni_record *who = make(key, OMNI_TIME_UNKNOWN, NULL);

	harness_ok(h, omni_statement_set_who(s, who));
	harness_ok(h, omni_statement_put(h->db, s, NULL));
	omni_record_free(who);
	omni_statement_free(s);
}

static void
where_it_must_be_sure_only_a_no_is_everybodys(void **state)
{
	struct harness *h = harness_of(state);
	struct recipients asked = { .wanted.at = HARNESS_NOW };

	put(h, "a", YEARS(3), "email", "kim@mail.example", NULL);
	put(h, "b", YEARS(2), "email", "kim@mail.example", "phone",
	    "08-555 12 34", NULL);
	assert_true(one(h, "a", "b"));
	say(h, "a", OMNI_SAID_GRANT);
	say(h, "a", OMNI_SAID_WITHDRAW);
	say(h, "b", OMNI_SAID_GRANT);
	load(h, "b", &asked);
	assert_int_equal(asked.members, 2);
	assert_int_equal(asked.said, 3);
	asked.wanted.sure = true;
	load(h, "b", &asked);
	assert_int_equal(asked.members, 1);
	assert_int_equal(asked.whole, 2);
	assert_int_equal(asked.said, 2);
	assert_int_equal(asked.withdrawals, 1);
}

static void
buy(struct harness *h, const char *key, const char *channel, int64_t time)
{
	omni_interaction *it = omni_interaction_new(channel, "purchase");
	omni_record *who = make(key, OMNI_TIME_UNKNOWN, NULL);

	harness_ok(h, omni_interaction_set_who(it, who));
	harness_ok(h, omni_interaction_set_time(it, time));
	harness_ok(h, omni_interaction_put(h->db, it, NULL));
	omni_record_free(who);
	omni_interaction_free(it);
}

static void
the_last_sale_is_the_last_before_the_instant(void **state)
{
	struct harness *h = harness_of(state);
	struct recipients asked = { .wanted = { .sales = true } };
	static const struct {
		int64_t at, sale;
	} cases[] = {
		{ 5, 5 }, { 6, 5 }, { 7, 7 }, { 8, 8 }, { 30, 9 }
	};
	size_t i;

	put(h, "a", YEARS(3), "email", "a@kim.example", NULL);
	put(h, "b", YEARS(3), "email", "b@lou.example", NULL);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	asked.wanted.at = HARNESS_NOW;
	load(h, "a", &asked);
	assert_true(asked.sale == INT64_MIN);
	buy(h, "a", "store", YEARS(1) + 9 * HARNESS_DAY);
	buy(h, "a", "web", YEARS(1) + 5 * HARNESS_DAY);
	buy(h, "a", "web", YEARS(1) + 8 * HARNESS_DAY);
	buy(h, "b", "store", YEARS(1) + 7 * HARNESS_DAY);
	buy(h, "b", "store", YEARS(1) + 1 * HARNESS_DAY);
	for (i = 0; i < OMNI__COUNT(cases); i++) {
		asked.wanted.at = YEARS(1) + cases[i].at * HARNESS_DAY;
		load(h, "a", &asked);
		assert_true(asked.sale == YEARS(1) +
		    cases[i].sale * HARNESS_DAY);
	}
	asked.wanted.at = YEARS(1);
	load(h, "a", &asked);
	assert_true(asked.sale == INT64_MIN);
}

/* ---- side by side --------------------------------------------------- */

#define CROWD 200

struct beside {
	bool apart, sure;	/* looked up one by one */
	char *text;
	size_t size;
};

static void
spell_recipient(FILE *out, const struct omni__recipient *r)
{
	size_t i;

	for (i = 0; i < r->member_count; i++)
		(void)fprintf(out, "%lld ", (long long)r->members[i].fact);
	for (i = 0; i < r->points.count; i++)
		(void)fprintf(out, "%s ", r->points.items[i].value);
	for (i = 0; i < r->said_count; i++)
		(void)fprintf(out, "said %lld %d ",
		    (long long)r->said[i].fact, r->said[i].said);
	for (i = 0; i < r->sent_count; i++)
		(void)fprintf(out, "sent %lld ", (long long)r->sent[i].fact);
	for (i = 0; i < r->response_count; i++)
		(void)fprintf(out, "%s %lld %lld ", r->responses[i].channel,
		    (long long)r->responses[i].sent,
		    (long long)r->responses[i].answered);
	(void)fprintf(out, "%zu\n", r->whole_count);
}

static omni_status
load_beside(struct omni *db, void *context)
{
	struct beside *b = context;
	const struct omni__rules rules = { .cap_reach = 32 * OMNI__DAY };
	const struct omni__wanted wanted = { .rules = &rules,
	    .at = HARNESS_NOW, .sure = b->sure, .sent = true,
	    .responses = true };
	struct omni__recipient *r = calloc(CROWD, sizeof(*r));
	unsigned char (*page)[OMNI__ID];
	size_t count, i;
	FILE *out;
	omni_status status = omni__customers_page(db, NULL, CROWD, b->sure,
	    &page, &count);

	assert_int_equal(status, OMNI_OK);
	assert_true(count > 128 && count < CROWD && db->stretch.holds);
	if (b->apart)
		omni__stretch_set(db, NULL, NULL);
	for (i = 0; i < count; i++)
		memcpy(r[i].customer, page[i], OMNI__ID);
	status = omni__recipients_load(db, &wanted, r, count);
	out = open_memstream(&b->text, &b->size);
	for (i = 0; i < count && status == OMNI_OK; i++)
		spell_recipient(out, &r[i]);
	assert_int_equal(fclose(out), 0);
	free(r);
	return status;
}

static void
send(struct harness *h, const char *key, int64_t time)
{
	omni_interaction *it = omni_interaction_new("email", "mail.sent");
	omni_record *who = make(key, OMNI_TIME_UNKNOWN, NULL);

	harness_ok(h, omni_interaction_set_who(it, who));
	harness_ok(h, omni_interaction_set_time(it, time));
	harness_ok(h, omni_interaction_put(h->db, it, NULL));
	omni_record_free(who);
	omni_interaction_free(it);
}

/* Each ninth has two records, each sixteenth two that are not surely one. */
static void
put_town(struct harness *h)
{
	char key[16], email[40], phone[40];
	int i;

	for (i = 0; i < CROWD - 20; i++) {
		(void)snprintf(key, sizeof(key), "t%d", i);
		(void)snprintf(email, sizeof(email), "%d@kim.example",
		    i % 16 == 1 ? i - 1 : i);
		(void)snprintf(phone, sizeof(phone), "+467011%05d", i);
		put(h, key, YEARS(2), "email", email, "phone", phone, NULL);
		if (i % 9 == 8)
			rule(h, OMNI_VERDICT_SAME, key, "t3");
		if (i % 3 == 0)
			say(h, key, OMNI_SAID_GRANT);
		if (i % 7 == 0)
			say(h, key, OMNI_SAID_WITHDRAW);
		if (i % 4 == 0)
			send(h, key, HARNESS_NOW - (i % 50) * HARNESS_DAY);
	}
}

static void
who_lies_side_by_side_is_read_as_if_looked_up(void **state)
{
	struct harness *h = harness_of(state);
	int i;

	put_town(h);
	for (i = 0; i < 2; i++) {
		struct beside along = { .sure = i > 0 },
		    apart = { .sure = i > 0, .apart = true };

		assert_int_equal(omni__enter(h->db), OMNI_OK);
		harness_ok(h, omni__leave(h->db, omni__transact(h->db, false,
		    load_beside, &along)));
		assert_int_equal(omni__enter(h->db), OMNI_OK);
		harness_ok(h, omni__leave(h->db, omni__transact(h->db, false,
		    load_beside, &apart)));
		assert_string_equal(along.text, apart.text);
		assert_non_null(strstr(along.text, "sent"));
		assert_non_null(strstr(along.text, "said"));
		free(along.text);
		free(apart.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(the_newest_comes_first_within_a_kind),
		HARNESS_TEST(of_equal_age_what_more_records_give_comes_first),
		HARNESS_TEST(what_is_told_primary_comes_before_what_is_newer),
		HARNESS_TEST(only_the_current_version_of_a_record_counts),
		HARNESS_TEST(
		    whatever_the_order_of_versions_the_rows_are_the_same),
		HARNESS_TEST(who_leaves_leaves_no_address_behind),
		HARNESS_TEST(what_was_known_can_be_read_again),
		HARNESS_TEST(the_country_is_that_of_the_best_address),
		HARNESS_TEST(
		    who_has_gone_away_is_so_by_each_name_of_the_customer),
		HARNESS_TEST(
		    streets_of_one_record_are_not_mixed_with_cities_of_another),
		HARNESS_TEST(a_damaged_row_is_said_to_be_so),
		HARNESS_TEST(
		    pages_of_everybody_hold_each_customer_with_all_records),
		HARNESS_TEST(many_together_are_read_as_each_alone),
		HARNESS_TEST(nobody_has_no_records_and_no_addresses),
		HARNESS_TEST(where_it_must_be_sure_only_a_no_is_everybodys),
		HARNESS_TEST(the_last_sale_is_the_last_before_the_instant),
		HARNESS_TEST(who_lies_side_by_side_is_read_as_if_looked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
