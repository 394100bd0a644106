/*
 * Ids of customers and where they lead, the change feed, look-ups, and what an
 * explanation says.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness_record.h"

/* ---- ids ------------------------------------------------------------ */

static void
the_id_is_that_of_the_oldest_record_whenever_it_came(void **state)
{
	struct harness *h = harness_of(state);
	struct id first;

	put(h, "b", YEARS(2), "email", "a@mail.example", NULL);
	first = customer_of(h, "b");
	same_id(first, record_of(h, "b"));
	put(h, "c", YEARS(1), "email", "a@mail.example", NULL);
	same_id(customer_of(h, "c"), first);
	put(h, "a", YEARS(3), "email", "a@mail.example", NULL);
	same_id(customer_of(h, "b"), record_of(h, "a"));
	put(h, "timeless", OMNI_TIME_UNKNOWN, "email", "a@mail.example",
	    NULL);
	same_id(customer_of(h, "timeless"), record_of(h, "a"));
	same_id(leads_to(h, first), record_of(h, "a"));
}

static void
a_till_in_another_century_steals_no_ids(void **state)
{
	struct harness *h = harness_of(state);
	struct id id;

	put(h, "a", YEARS(3), "email", "a@mail.example", "loyalty", "12345",
	    NULL);
	id = customer_of(h, "a");
	put(h, "early", INT64_C(86400000000), "email", "a@mail.example",
	    NULL);
	put(h, "late", INT64_C(4070908800000000), "email", "a@mail.example",
	    NULL);
	same_id(customer_of(h, "early"), id);
	same_id(customer_of(h, "late"), id);
	/* Nor does it have the last word on a row. */
	put(h, "a", INT64_C(4070908800000000), "email", "z@mail.example",
	    NULL);
	assert_true(one(h, "a", "early"));
}

static void
ids_once_handed_out_lead_to_the_customer_for_good(void **state)
{
	struct harness *h = harness_of(state);
	struct id a, b;

	put_strangers(h);
	a = customer_of(h, "a");
	b = customer_of(h, "b");
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	same_id(leads_to(h, a), a);
	same_id(leads_to(h, b), a);
	rule(h, OMNI_VERDICT_DIFFERENT, "a", "b");
	same_id(leads_to(h, a), a);
	same_id(leads_to(h, b), b);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	harness_ok(h, omni_record_remove(h->db, "crm", "a"));
	same_id(leads_to(h, a), b);
	same_id(leads_to(h, b), b);
}

static void
ids_of_removed_records_lead_on_as_long_as_anybody_is_left(void **state)
{
	static const char *const keys[] = { "a", "b", "c" };
	struct harness *h = harness_of(state);
	omni_customer *customer = NULL;
	struct id ids[3];
	size_t i, k;

	for (i = 0; i < 3; i++)
		put(h, keys[i], YEARS(5) + (int64_t)i, "email",
		    "a@mail.example", NULL);
	for (i = 0; i < 3; i++)
		ids[i] = record_of(h, keys[i]);
	for (i = 0; i < 2; i++) {
		harness_ok(h, omni_record_remove(h->db, "crm", keys[i]));
		for (k = 0; k < 3; k++)
			same_id(leads_to(h, ids[k]), ids[i + 1]);
	}
	harness_ok(h, omni_record_remove(h->db, "crm", "c"));
	for (k = 0; k < 3; k++)
		harness_is(h, omni_customer_get(h->db, ids[k].text,
		    &customer), OMNI_NONE);
	/* It comes back, and is somebody else by now. */
	put(h, "a", YEARS(5), "email", "other@mail.example", NULL);
	put(h, "b", YEARS(4), "email", "a@mail.example", NULL);
	same_id(leads_to(h, ids[0]), ids[0]);
	same_id(leads_to(h, ids[1]), ids[1]);
}

static void
an_id_never_handed_out_leads_nowhere(void **state)
{
	struct harness *h = harness_of(state);
	omni_customer *customer = NULL;

	put_strangers(h);
	harness_is(h, omni_customer_get(h->db,
	    "00112233445566778899aabbccddeeff", &customer), OMNI_NONE);
	assert_null(customer);
	harness_is(h, omni_customer_get(h->db, "not an id", &customer),
	    OMNI_INVALID);
	harness_is(h, omni_customer_of(h->db, "crm", "never", &customer),
	    OMNI_NONE);
}

/* ---- the change feed ------------------------------------------------ */

/* A time that the feed's clock, which distrusts clocks, believes. */
#define LATER (HARNESS_NOW + 365 * HARNESS_DAY)

struct change {
	int32_t what;
	struct id customer, other;
};

#define CHANGES_MAX 64

/* Reads on from a position, which moves on. */
static size_t
read_feed(struct harness *h, char position[256], struct change *changes,
    size_t limit)
{
	omni_feed *feed = NULL;
	omni_status status = OMNI_DONE;
	size_t n = 0;

	harness_ok(h, omni_feed_open(h->db, position, &feed));
	while (n < limit && (status = omni_feed_next(feed)) == OMNI_OK) {
		const char *other = omni_feed_other(feed);

		memset(&changes[n], 0, sizeof(changes[n]));
		changes[n].what = omni_feed_change(feed);
		memcpy(changes[n].customer.text, omni_feed_customer(feed),
		    OMNI_ID_SIZE);
		if (other != NULL)
			memcpy(changes[n].other.text, other, OMNI_ID_SIZE);
		assert_true(omni_feed_time(feed) >= LATER);
		n++;
	}
	if (n < limit)
		harness_is(h, status, OMNI_DONE);
	(void)snprintf(position, 256, "%s", omni_feed_position(feed));
	omni_feed_free(feed);
	return n;
}

static void
is_change(const struct change *change, int32_t what, struct id customer,
    const struct id *other)
{
	assert_int_equal(change->what, what);
	same_id(change->customer, customer);
	assert_string_equal(change->other.text, other != NULL ? other->text :
	    "");
}

static void
the_feed_tells_what_became_of_customers(void **state)
{
	struct harness *h = harness_of(state);
	struct change c[CHANGES_MAX];
	char at[256] = "";
	struct id a, b;

	h->now = LATER;
	put_strangers(h);
	a = customer_of(h, "a");
	b = customer_of(h, "b");
	assert_int_equal(read_feed(h, at, c, CHANGES_MAX), 2);
	is_change(&c[0], OMNI_CHANGE_CREATED, a, NULL);
	is_change(&c[1], OMNI_CHANGE_CREATED, b, NULL);
	rule(h, OMNI_VERDICT_SAME, "a", "b");
	assert_int_equal(read_feed(h, at, c, CHANGES_MAX), 1);
	is_change(&c[0], OMNI_CHANGE_MERGED, a, &b);
	rule(h, OMNI_VERDICT_DIFFERENT, "a", "b");
	assert_int_equal(read_feed(h, at, c, CHANGES_MAX), 1);
	is_change(&c[0], OMNI_CHANGE_SPLIT, a, &b);
	(void)omni_customer_erase(h->db, b.text);
	assert_int_equal(read_feed(h, at, c, CHANGES_MAX), 1);
	is_change(&c[0], OMNI_CHANGE_ERASED, b, NULL);
	/* Nothing happened: nothing is told. */
	put(h, "a", YEARS(1), "email", "a@mail.example", "name.given",
	    "Anna", "name.family", "Ek", NULL);
	harness_ok(h, omni_rebuild(h->db));
	assert_int_equal(read_feed(h, at, c, CHANGES_MAX), 0);
}

static void
the_feed_goes_on_exactly_where_it_was_left(void **state)
{
	struct harness *h = harness_of(state);
	struct change all[CHANGES_MAX], some[CHANGES_MAX];
	char start[256] = "", at[256] = "", key[16], email[32];
	omni *other = harness_open(h), *own = h->db;
	size_t i, n, read = 0;

	h->now = LATER;
	for (i = 0; i < 20; i++) {
		h->db = i % 3 == 0 ? other : own;
		(void)snprintf(key, sizeof(key), "k%zu", i);
		(void)snprintf(email, sizeof(email), "e%zu@mail.example",
		    i / 2);
		put(h, key, YEARS(2), "email", email, NULL);
	}
	h->db = own;
	n = read_feed(h, start, all, CHANGES_MAX);
	/* Created, and either merged into or become a customer's older half. */
	assert_true(n >= 10);
	while ((i = read_feed(h, at, some + read, 1)) > 0)
		read += i;
	assert_int_equal(read, n);
	for (i = 0; i < n; i++) {
		size_t found = 0, k;

		for (k = 0; k < n; k++)
			found += memcmp(&all[i], &some[k],
			    sizeof(all[i])) == 0;
		assert_int_equal(found, 1);
	}
	omni_close(other);
}

/* ---- a follower ------------------------------------------------------ */

#define FOLLOWED_MAX 200

/* Who is there, as somebody knows who reads nothing but the feed. */
struct follower {
	char at[256];
	struct id list[FOLLOWED_MAX];
	size_t count;
};

static size_t
place_of(const struct follower *f, const char *id)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (strcmp(f->list[i].text, id) == 0)
			return i;
	return SIZE_MAX;
}

static void
comes(struct follower *f, const char *id)
{
	assert_true(place_of(f, id) == SIZE_MAX);
	assert_true(f->count < FOLLOWED_MAX);
	memcpy(f->list[f->count++].text, id, OMNI_ID_SIZE);
}

static void
goes(struct follower *f, const char *id)
{
	size_t i = place_of(f, id);

	assert_true(i != SIZE_MAX);
	f->list[i] = f->list[--f->count];
}

/* Each change is one that can be: who goes was there, who comes was not. */
static void
follow(struct harness *h, struct follower *f)
{
	omni_feed *feed = NULL;

	harness_ok(h, omni_feed_open(h->db, f->at, &feed));
	while (omni_feed_next(feed) == OMNI_OK) {
		const char *customer = omni_feed_customer(feed);
		const char *other = omni_feed_other(feed);

		switch (omni_feed_change(feed)) {
		case OMNI_CHANGE_CREATED:
			comes(f, customer);
			break;
		case OMNI_CHANGE_MERGED:
			goes(f, other);
			break;
		case OMNI_CHANGE_SPLIT:
			comes(f, other);
			break;
		default:
			goes(f, customer);
		}
	}
	(void)snprintf(f->at, sizeof(f->at), "%s", omni_feed_position(feed));
	omni_feed_free(feed);
}

static void
knows_who_is_there(struct harness *h, struct follower *f)
{
	omni_members *members = NULL;
	char seen[FOLLOWED_MAX] = { 0 };
	size_t distinct = 0, i;

	follow(h, f);
	harness_ok(h, omni_members_open(h->db, 1, &members));
	while (omni_members_next(members) == OMNI_OK) {
		i = place_of(f, omni_members_customer(members));
		assert_true(i != SIZE_MAX);
		distinct += !seen[i];
		seen[i] = 1;
	}
	omni_members_free(members);
	assert_int_equal(distinct, f->count);
}

/* How rare it is, in 1/1024 bits, that two are one person. */
static void
set_prior(struct harness *h, const char *prior)
{
	char *text = NULL, *changed, *at;
	size_t size;

	h->now += HARNESS_MINUTE;
	harness_ok(h, omni_model_export(h->db, &text));
	size = strlen(text) + 20;
	changed = malloc(size);
	assert_non_null(changed);
	at = strstr(text, "\"strangers\": ");
	assert_non_null(at);
	(void)snprintf(changed, size, "%.*s\"strangers\": %s%s",
	    (int)(at - text), text, prior, strchr(at, ','));
	harness_ok(h, omni_model_import(h->db, changed, NULL));
	free(changed);
	omni_text_free(text);
}

static void
set_veto(struct harness *h, int32_t veto)
{
	omni_kind *kind = omni_kind_new("birth_date");

	h->now += HARNESS_MINUTE;
	harness_ok(h, omni_kind_set_veto(kind, veto));
	harness_ok(h, omni_kind_put(h->db, kind, NULL));
	omni_kind_free(kind);
}

/* Rows of few people, in whom families share addresses and dates differ. */
static void
put_one(struct harness *h)
{
	static const char *const names[] = { "Ann Lee", "Bo Ek", "Eva Ek" };
	static const char *const dates[] = { "1970-01-02", "1985-06-30" };
	uint64_t n = harness_random(h, 30);
	char key[16], email[40], card[16];
	omni_record *row;
	omni_status status;

	(void)snprintf(key, sizeof(key), "k%d", (int)n);
	(void)snprintf(email, sizeof(email), "e%d@mail.example",
	    (int)harness_random(h, 6));
	(void)snprintf(card, sizeof(card), "L-%d",
	    1000 + (int)harness_random(h, 9));
	row = make(key, h->now - (int64_t)harness_random(h, 1000) * HARNESS_DAY,
	    "name.full", names[harness_random(h, 3)], "birth_date",
	    dates[harness_random(h, 2)], "email", email,
	    harness_random(h, 2) == 0 ? "loyalty" : "account", card, NULL);
	status = omni_record_put(h->db, row, NULL);
	/* Rows of who was erased since are turned away. */
	assert_true(status >= 0 || status == OMNI_ERASED);
	omni_record_free(row);
}

static void
take_one(struct harness *h)
{
	char key[16];
	omni_customer *customer = NULL;

	(void)snprintf(key, sizeof(key), "k%d", (int)harness_random(h, 30));
	if (harness_random(h, 4) != 0) {
		(void)omni_record_remove(h->db, "crm", key);
		return;
	}
	if (omni_customer_of(h->db, "crm", key, &customer) != OMNI_OK)
		return;
	harness_ok(h, omni_customer_erase(h->db,
	    omni_customer_id(customer)));
	omni_customer_free(customer);
	h->now += HARNESS_DAY;
}

static void
who_reads_nothing_but_the_feed_knows_who_is_there(void **state)
{
	struct harness *h = harness_of(state);
	struct follower f = { .count = 0 };
	int i;

	harness_seed(h, "feed");
	h->now = LATER;
	for (i = 0; i < 60; i++) {
		h->now += HARNESS_MINUTE;
		if (harness_random(h, 4) == 0)
			take_one(h);
		else
			put_one(h);
		switch (i % 20) {
		case 6:
			set_veto(h, i % 40 == 6);
			break;
		case 10:
			set_prior(h, i == 30 ? "-13312" : "-25600");
			break;
		case 14:
			harness_ok(h, omni_rebuild(h->db));
			break;
		}
		/* Also when several changes are read at once. */
		if (harness_random(h, 3) != 0)
			knows_who_is_there(h, &f);
	}
	knows_who_is_there(h, &f);
}

static void
a_rebuild_and_the_same_model_again_are_no_news(void **state)
{
	struct harness *h = harness_of(state);
	struct change c[CHANGES_MAX];
	char at[256] = "";
	size_t split;
	int i;

	harness_seed(h, "news");
	h->now = LATER;
	for (i = 0; i < 20; i++)
		put_one(h);
	(void)read_feed(h, at, c, CHANGES_MAX);
	set_prior(h, "-13312");
	harness_ok(h, omni_rebuild(h->db));
	set_veto(h, 0);
	assert_int_equal(read_feed(h, at, c, CHANGES_MAX), 0);
	set_prior(h, "-40960");
	split = read_feed(h, at, c, CHANGES_MAX);
	assert_true(split > 0);
	for (i = 0; i < (int)split; i++)
		assert_int_equal(c[i].what, OMNI_CHANGE_SPLIT);
	/* And back: the same who came out go in again. */
	set_prior(h, "-13312");
	assert_int_equal(read_feed(h, at, c, CHANGES_MAX), split);
	for (i = 0; i < (int)split; i++)
		assert_int_equal(c[i].what, OMNI_CHANGE_MERGED);
	harness_ok(h, omni_rebuild(h->db));
	assert_int_equal(read_feed(h, at, c, CHANGES_MAX), 0);
}

/* ---- looking up ----------------------------------------------------- */

static void
a_look_up_finds_one_or_several_or_none(void **state)
{
	struct harness *h = harness_of(state);
	omni_matches *matches = NULL;
	omni_record *who;
	struct id id;

	put(h, "she", YEARS(2), "name.given", "Anna", "name.family", "Berg",
	    "email", "berg@mail.example", "birth_date", "1971-03-05", NULL);
	put(h, "he", YEARS(1), "name.given", "David", "name.family", "Berg",
	    "email", "berg@mail.example", "birth_date", "1969-11-20",
	    "loyalty", "4711", NULL);
	harness_ok(h, find(h, make(NULL, OMNI_TIME_UNKNOWN, "loyalty",
	    "4711", NULL), &id));
	same_id(id, customer_of(h, "he"));
	harness_ok(h, find(h, make(NULL, OMNI_TIME_UNKNOWN, "email",
	    "berg@mail.example", "name.given", "Anna", "name.family", "Berg",
	    NULL), &id));
	same_id(id, customer_of(h, "she"));
	harness_is(h, find(h, make(NULL, OMNI_TIME_UNKNOWN, "email",
	    "berg@mail.example", NULL), &id), OMNI_SEVERAL);
	harness_is(h, find(h, make(NULL, OMNI_TIME_UNKNOWN, "email",
	    "nobody@mail.example", NULL), &id), OMNI_NONE);
	who = make(NULL, OMNI_TIME_UNKNOWN, "email", "berg@mail.example",
	    NULL);
	harness_ok(h, omni_customer_search(h->db, who, &matches));
	assert_int_equal(omni_matches_count(matches), 2);
	assert_true(omni_matches_weight(matches, 0) >=
	    omni_matches_weight(matches, 1));
	assert_true(omni_matches_probability(matches, 0) > 0.0 &&
	    omni_matches_probability(matches, 0) < 1.0);
	omni_matches_free(matches);
	omni_record_free(who);
}

/* All bytes of the store's file and of its log. */
static size_t
bytes_of(const struct harness *h, const char *suffix, unsigned char *out,
    size_t room)
{
	char path[1100];
	FILE *file;
	size_t size;

	(void)snprintf(path, sizeof(path), "%s%s", h->url, suffix);
	file = fopen(path, "rb");
	if (file == NULL)
		return 0;
	size = fread(out, 1, room, file);
	(void)fclose(file);
	assert_true(size < room);
	return size;
}

#define ROOM ((size_t)8 << 20)

static void
look_all_over(struct harness *h)
{
	omni_explanation *why = NULL;
	omni_matches *matches = NULL;
	omni_customer *customer = NULL;
	omni_timeline *timeline = NULL;
	omni_record *who = make(NULL, OMNI_TIME_UNKNOWN, "email",
	    "a@mail.example", "phone", "070 999 88 77", NULL);
	struct id id = customer_of(h, "a");

	harness_ok(h, omni_customer_find(h->db, who, &customer));
	harness_ok(h, omni_customer_search(h->db, who, &matches));
	harness_ok(h, omni_why(h->db, "crm", "a", "crm", "b", &why));
	harness_ok(h, omni_timeline_open(h->db, id.text, NULL, &timeline));
	omni_timeline_free(timeline);
	omni_explanation_free(why);
	omni_matches_free(matches);
	omni_customer_free(customer);
	omni_record_free(who);
}

static void
a_look_up_writes_nothing(void **state)
{
	struct harness *h = harness_of(state);
	unsigned char *before, *after;
	size_t size, i;

	put_strangers(h);
	if (strcmp(h->engine, "sqlite") != 0) {
		look_all_over(h);	/* allowed there, at least */
		return;
	}
	before = malloc(ROOM);
	after = malloc(ROOM);
	assert_true(before != NULL && after != NULL);
	for (i = 0; i < 2; i++) {
		const char *suffix = i == 0 ? "" : "-wal";

		size = bytes_of(h, suffix, before, ROOM);
		look_all_over(h);
		assert_int_equal(bytes_of(h, suffix, after, ROOM), size);
		assert_true(size > 0);
		assert_memory_equal(before, after, size);
	}
	free(before);
	free(after);
}

/* ---- why ------------------------------------------------------------ */

/* The lesser of two sums is the weight. */
static void
adds_up(const omni_explanation *why)
{
	double strangers = 0.0, relatives = 0.0, weight;
	int32_t i;

	for (i = 0; i < omni_explanation_count(why); i++) {
		assert_non_null(omni_explanation_kind(why, i));
		assert_non_null(omni_explanation_left(why, i));
		assert_non_null(omni_explanation_right(why, i));
		assert_non_null(omni_explanation_level(why, i));
		strangers += omni_explanation_strangers(why, i);
		relatives += omni_explanation_relatives(why, i);
	}
	weight = strangers < relatives ? strangers : relatives;
	/* Parts of 1/1024: exact in a double. */
	assert_true(weight == omni_explanation_weight(why));
	assert_true(omni_explanation_probability(why) >= 0.0 &&
	    omni_explanation_probability(why) <= 1.0);
	assert_true(omni_explanation_text(why)[0] != '\0');
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
why_says_what_each_feature_adds(void **state)
{
	struct harness *h = harness_of(state);
	omni_explanation *why = NULL;
	int32_t i;

	put(h, "a", YEARS(2), "name.given", "Anna", "name.family", "Berg",
	    "email", "berg@mail.example", "birth_date", "1971-03-05",
	    "address.street", "Storgatan", "address.number", "3",
	    "address.postcode", "111 22", "address.city", "Lund", NULL);
	put(h, "b", YEARS(1), "name.given", "Anna", "name.family", "Berg",
	    "email", "berg@mail.example", "birth_date", "1971-03-06",
	    "address.street", "Storgatan", "address.number", "4",
	    "address.postcode", "111 22", "address.city", "Lund", NULL);
	harness_ok(h, omni_why(h->db, "crm", "a", "crm", "b", &why));
	adds_up(why);
	assert_true(omni_explanation_same(why));
	assert_true(omni_explanation_weight(why) >=
	    omni_explanation_threshold(why));
	i = reason_of(why, "email");
	assert_string_equal(omni_explanation_level(why, i), "exact");
	assert_string_equal(omni_explanation_left(why, i),
	    "berg@mail.example");
	assert_true(omni_explanation_strangers(why, i) > 0.0);
	i = reason_of(why, "address.number");
	assert_string_equal(omni_explanation_right(why, i), "4");
	(void)reason_of(why, "birth_date");
	omni_explanation_free(why);
}

static void
why_adds_up_for_any_two(void **state)
{
	static const char *const keys[] = { "a", "b", "c", "d" };
	struct harness *h = harness_of(state);
	omni_explanation *why;
	size_t i, k;

	put(h, "a", YEARS(2), "name.full", "Ann Mary Lee", "phone",
	    "070 123 45 67", "address.street", "Storgatan 3",
	    "address.postcode", "111 22", "address.city", "Lund", "attr.shoe",
	    "38", NULL);
	put(h, "b", YEARS(2), "name.full", "Lee, Anna", "phone",
	    "+46701234567", "address.street", "Lillgatan 9",
	    "address.postcode", "222 33", "address.city", "Lund", "attr.shoe",
	    "39", "gender", "f", NULL);
	put(h, "c", YEARS(2), "loyalty", "991", NULL);
	put(h, "d", YEARS(2), "gender", "m", "name.org", "Lee & Lee", "phone",
	    "070 123 45 68", "address.extra", "c/o Ek", "address.street",
	    "Storgatan 3", "address.city", "Malmö", "address.region",
	    "Skåne", NULL);
	for (i = 0; i < 4; i++)
		for (k = 0; k < 4; k++) {
			why = NULL;
			harness_ok(h, omni_why(h->db, "crm", keys[i], "crm",
			    keys[k], &why));
			adds_up(why);
			omni_explanation_free(why);
		}
	harness_is(h, omni_why(h->db, "crm", "a", "crm", "nobody", &why),
	    OMNI_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(
		    the_id_is_that_of_the_oldest_record_whenever_it_came),
		HARNESS_TEST(a_till_in_another_century_steals_no_ids),
		HARNESS_TEST(ids_once_handed_out_lead_to_the_customer_for_good),
		HARNESS_TEST(
		    ids_of_removed_records_lead_on_as_long_as_anybody_is_left),
		HARNESS_TEST(an_id_never_handed_out_leads_nowhere),
		HARNESS_TEST(the_feed_tells_what_became_of_customers),
		HARNESS_TEST(the_feed_goes_on_exactly_where_it_was_left),
		HARNESS_TEST(who_reads_nothing_but_the_feed_knows_who_is_there),
		HARNESS_TEST(a_rebuild_and_the_same_model_again_are_no_news),
		HARNESS_TEST(a_look_up_finds_one_or_several_or_none),
		HARNESS_TEST(a_look_up_writes_nothing),
		HARNESS_TEST(why_says_what_each_feature_adds),
		HARNESS_TEST(why_adds_up_for_any_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
