/*
 * Erasing: not a byte of the person is left, and what comes again from before
 * is turned away, whatever clocks say.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "harness_store.h"

/* What is somebody's, as it was given and as it is compared. */
static const char *const secrets[] = {
	"Zoë-Ünique", "zoe-unique", "zoe unique", "Krångelström",
	"krangelstrom", "zoe.k@sekret.example", "+46709876543",
	"070-987 65 43", "1971-03-05", "Hemliga gränden", "hemliga granden",
	"the secret gift", "size-XS-please", "I said yes on paper",
	"row-of-zoe", "receipt-of-zoe"
};

static omni_record *
zoe_inline(void)
{
	omni_record *record = omni_record_new();

	(void)omni_record_add(record, "email", "zoe.k@sekret.example");
	return record;
}

static omni_record *
zoe_row(int64_t time)
{
	omni_record *record = zoe_inline();

	(void)omni_record_set_source(record, "crm", "row-of-zoe");
	(void)omni_record_set_time(record, time);
	(void)omni_record_add(record, "name.given", "Zoë-Ünique");
	(void)omni_record_add(record, "name.family", "Krångelström");
	(void)omni_record_add(record, "phone", "070-987 65 43");
	(void)omni_record_add(record, "birth_date", "1971-03-05");
	(void)omni_record_add(record, "address.street", "Hemliga gränden 7");
	return record;
}

static omni_status
put_purchase(struct harness *h, int64_t time, const char *key)
{
	omni_interaction *deed = omni_interaction_new("store", "purchase");
	omni_record *who = zoe_inline();
	omni_status status;

	harness_ok(h, omni_interaction_set_key(deed, "till-7", key));
	harness_ok(h, omni_interaction_set_who(deed, who));
	harness_ok(h, omni_interaction_set_time(deed, time));
	harness_ok(h, omni_interaction_set_body(deed,
	    "{\"note\":\"the secret gift\"}"));
	status = omni_interaction_put(h->db, deed, NULL);
	omni_interaction_free(deed);
	omni_record_free(who);
	return status;
}

static void
say_yes(struct harness *h)
{
	omni_purpose *news = omni_purpose_new("news");
	omni_statement *yes = omni_statement_new(OMNI_SAID_GRANT, "news");
	omni_record *who = zoe_inline();

	harness_ok(h, omni_purpose_set_basis(news, OMNI_BASIS_CONSENT));
	harness_ok(h, omni_purpose_put(h->db, news, NULL));
	harness_ok(h, omni_statement_set_who(yes, who));
	harness_ok(h, omni_statement_set_wording(yes,
	    "I said yes on paper"));
	harness_ok(h, omni_statement_set_time(yes, HARNESS_NOW - YEAR));
	harness_ok(h, omni_statement_put(h->db, yes, NULL));
	harness_ok(h, omni_setting_put(h->db, who, "size",
	    "size-XS-please", HARNESS_NOW - YEAR, NULL));
	omni_record_free(who);
	omni_statement_free(yes);
	omni_purpose_free(news);
}

/* Zoë and her life, among others'. */
static void
put_zoe(struct harness *h)
{
	omni_record *record;

	rows_put(h, 300, 100);
	record = zoe_row(HARNESS_NOW - YEAR);
	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
	harness_ok(h, put_purchase(h, HARNESS_NOW - YEAR,
	    "receipt-of-zoe"));
	harness_ok(h, put_purchase(h, HARNESS_NOW - YEAR / 2,
	    "receipt-of-zoe-2"));
	say_yes(h);
	/* A row that changes leaves its older version behind. */
	record = zoe_row(HARNESS_NOW - YEAR / 2);
	(void)omni_record_add(record, "attr.note", "the secret gift");
	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
}

static void
zoes_id(struct harness *h, char id[OMNI_ID_SIZE])
{
	omni_customer *customer = NULL;

	harness_ok(h, omni_customer_of(h->db, "crm", "row-of-zoe",
	    &customer));
	memcpy(id, omni_customer_id(customer), OMNI_ID_SIZE);
	omni_customer_free(customer);
}

static int32_t
records_of_zoe(struct harness *h)
{
	omni_customer *customer = NULL;
	int32_t count;

	harness_ok(h, omni_customer_of(h->db, "crm", "row-of-zoe",
	    &customer));
	count = omni_customer_record_count(customer);
	omni_customer_free(customer);
	return count;
}

static size_t
occurrences(const char *path, const char *text)
{
	FILE *file = fopen(path, "rb");
	size_t size = 0, length = strlen(text), i, found = 0;
	unsigned char *bytes;
	const size_t room = (size_t)16 << 20;

	if (file == NULL)
		return 0;
	bytes = malloc(room);
	assert_non_null(bytes);
	size = fread(bytes, 1, room, file);
	assert_true(size < room);
	(void)fclose(file);
	for (i = 0; i + length <= size; i++)
		found += memcmp(bytes + i, text, length) == 0;
	free(bytes);
	return found;
}

static size_t
traces(const struct harness *h, bool tell)
{
	static const char *const suffixes[] = {
		"", "-wal", "-shm", "-journal"
	};
	size_t i, k, n, all = 0;
	char path[1100];

	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		for (k = 0; k < 4; k++) {
			(void)snprintf(path, sizeof(path), "%s%s", h->url,
			    suffixes[k]);
			n = occurrences(path, secrets[i]);
			if (n > 0 && tell)
				print_error("%zu of \"%s\" in store%s\n", n,
				    secrets[i], suffixes[k]);
			all += n;
		}
	return all;
}

/* On a server: every column of every row of every table, blobs too.  An
 * exception there fails the test here. */
static void
search_tables(const struct harness *h, const char *text, bool wanted)
{
	char sql[1400];

	(void)snprintf(sql, sizeof(sql),
	    "DO $$ DECLARE t text; n bigint; found bigint := 0; BEGIN "
	    "FOR t IN SELECT tablename FROM pg_tables "
	    "WHERE tablename LIKE 'omni%%' LOOP "
	    "EXECUTE format('SELECT count(*) FROM %%I x WHERE "
	    "position(%%L in x::text) > 0 OR position(%%L in x::text) > 0', "
	    "t, '%s', encode(convert_to('%s', 'UTF8'), 'hex')) INTO n; "
	    "found := found + n; END LOOP; "
	    "IF (found > 0) <> %s THEN "
	    "RAISE EXCEPTION '%% rows', found; END IF; END $$", text, text,
	    wanted ? "true" : "false");
	harness_sql(h, sql);
}

static void
nothing_left(const struct harness *h)
{
	size_t i;

	if (store_embedded(h))
		assert_int_equal(traces(h, true), 0);
	for (i = 0; !store_embedded(h) &&
	    i < sizeof(secrets) / sizeof(secrets[0]); i++)
		search_tables(h, secrets[i], false);
}

static void
of_an_erased_person_not_a_byte_is_left(void **state)
{
	struct harness *h = harness_of(state);
	omni_kind *kind = omni_kind_new("attr.note");
	char id[OMNI_ID_SIZE];

	put_zoe(h);
	/* A kind of the host's is a column of its own. */
	harness_ok(h, omni_kind_set_identifier(kind, 1));
	harness_ok(h, omni_kind_put(h->db, kind, NULL));
	omni_kind_free(kind);
	/* What a model lists many have: it need not forget anybody. */
	harness_ok(h, omni_model_train(h->db, NULL, NULL));
	zoes_id(h, id);
	if (store_embedded(h))
		assert_true(traces(h, false) > 10);
	else {
		search_tables(h, "krangelstrom", true);
		search_tables(h, "the secret gift", true);
	}
	harness_ok(h, omni_customer_erase(h->db, id));
	nothing_left(h);
	assert_int_equal(rows_count(h), 300);
	store_sound(h);
	/* Nor does the check, which copies tables, bring anything back. */
	nothing_left(h);
	harness_ok(h, omni_rebuild(h->db));
	nothing_left(h);
}

/* ---- before and after ----------------------------------------------- */

static int
count_gone(struct harness *h, const char *id)
{
	omni_feed *feed = NULL;
	int n = 0;

	harness_ok(h, omni_feed_open(h->db, NULL, &feed));
	while (omni_feed_next(feed) == OMNI_OK)
		n += omni_feed_change(feed) == OMNI_CHANGE_ERASED &&
		    strcmp(omni_feed_customer(feed), id) == 0;
	omni_feed_free(feed);
	return n;
}

static void
what_an_erasure_would_take_is_told_and_not_taken(void **state)
{
	struct harness *h = harness_of(state);
	omni_erasure *erasure = NULL;
	char id[OMNI_ID_SIZE];

	put_zoe(h);
	zoes_id(h, id);
	harness_ok(h, omni_customer_erase_preview(h->db, id, &erasure));
	assert_int_equal(omni_erasure_records(erasure), records_of_zoe(h));
	/* The row in two versions, and she herself at the till. */
	assert_int_equal(omni_erasure_versions(erasure), 3);
	assert_int_equal(omni_erasure_interactions(erasure), 2);
	assert_int_equal(omni_erasure_statements(erasure), 1);
	assert_int_equal(omni_erasure_settings(erasure), 1);
	assert_int_equal(omni_erasure_contacts(erasure), 3);
	assert_int_equal(omni_erasure_verdicts(erasure), 0);
	omni_erasure_free(erasure);
	assert_int_equal(records_of_zoe(h), 2);
	assert_int_equal(count_gone(h, id), 0);
	store_sound(h);
	harness_ok(h, omni_customer_erase(h->db, id));
	assert_int_equal(count_gone(h, id), 1);
	harness_ok(h, omni_rebuild(h->db));
	assert_int_equal(count_gone(h, id), 1);
	harness_is(h, omni_customer_erase_preview(h->db, id, &erasure),
	    OMNI_NONE);
	assert_null(erasure);
	assert_int_equal(omni_erasure_records(NULL), 0);
	omni_erasure_free(NULL);
}

/* Fifty names under one address, two rows of each: one name more, and it
 * points at nobody. */
static void
put_office(struct harness *h)
{
	char key[16], given[24], family[24];
	int i;

	for (i = 0; i < 100; i++) {
		omni_record *record = omni_record_new();

		(void)snprintf(key, sizeof(key), "o%03d", i);
		(void)snprintf(given, sizeof(given), "%c%clba",
		    "BCDFGKLMRT"[i / 2 % 10], "aeiou"[i / 20]);
		(void)snprintf(family, sizeof(family), "%cor%cen",
		    "BCDFGKLMRT"[i / 2 % 10], "bdlmr"[i / 20]);
		harness_ok(h, omni_record_set_source(record, "desk", key));
		harness_ok(h, omni_record_set_time(record, HARNESS_NOW -
		    YEAR));
		harness_ok(h, omni_record_add(record, "name.given", given));
		harness_ok(h, omni_record_add(record, "name.family",
		    family));
		harness_ok(h, omni_record_add(record, "email",
		    "office@b.example"));
		harness_ok(h, omni_record_put(h->db, record, NULL));
		omni_record_free(record);
	}
}

static void
who_was_erased_might_as_well_never_have_come(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *record = zoe_row(HARNESS_NOW - YEAR);
	char *without, *with, *after, id[OMNI_ID_SIZE];

	put_office(h);
	without = store_partition(h);
	harness_renew(h);
	put_office(h);
	harness_ok(h, omni_record_add(record, "email", "office@b.example"));
	harness_ok(h, omni_record_put(h->db, record, NULL));
	with = store_partition(h);
	zoes_id(h, id);
	harness_ok(h, omni_customer_erase(h->db, id));
	after = store_partition(h);
	assert_string_equal(after, without);
	/* More than her own row was different with her. */
	assert_true(strlen(with) > strlen(without));
	assert_null(strstr(with, without));
	store_sound(h);
	free(without);
	free(with);
	free(after);
	omni_record_free(record);
}

static void
what_comes_again_from_before_an_erasure_is_turned_away(void **state)
{
	struct harness *h = harness_of(state);
	omni_customer *customer = NULL;
	omni_record *record;
	char id[OMNI_ID_SIZE];

	put_zoe(h);
	zoes_id(h, id);
	h->now += HARNESS_DAY;
	harness_ok(h, omni_customer_erase(h->db, id));
	harness_is(h, omni_customer_erase(h->db, id), OMNI_NONE);
	harness_is(h, omni_customer_get(h->db, id, &customer), OMNI_NONE);
	h->now += HARNESS_DAY;
	record = zoe_row(HARNESS_NOW - YEAR);
	harness_is(h, omni_record_put(h->db, record, NULL), OMNI_ERASED);
	omni_record_free(record);
	harness_is(h, put_purchase(h, HARNESS_NOW - YEAR, "receipt-of-zoe"),
	    OMNI_ERASED);
	/* A receipt of then that never came in time. */
	harness_is(h, put_purchase(h, HARNESS_NOW - YEAR, "late receipt"),
	    OMNI_ERASED);
	/* Later she comes again. */
	harness_ok(h, put_purchase(h, h->now, "new receipt"));
	record = zoe_row(h->now);
	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
	zoes_id(h, id);
	store_sound(h);
	harness_ok(h, omni_rebuild(h->db));
	harness_ok(h, omni_customer_get(h->db, id, &customer));
	assert_int_equal(omni_customer_record_count(customer), 2);
	omni_customer_free(customer);
}

/* Neither does a clock that is ahead bring her back, nor an old row once a
 * newer one is there. */
static void
old_rows_stay_away_when_the_person_has_come_again(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *old = zoe_row(HARNESS_NOW - YEAR), *again;
	omni_record *ahead = zoe_row(HARNESS_NOW + 70 * YEAR);
	omni_batch *batch = NULL;
	char id[OMNI_ID_SIZE];

	put_zoe(h);
	zoes_id(h, id);
	h->now += HARNESS_DAY;
	harness_ok(h, omni_customer_erase(h->db, id));
	h->now += HARNESS_DAY;
	harness_is(h, omni_record_put(h->db, ahead, NULL), OMNI_ERASED);
	harness_is(h, put_purchase(h, HARNESS_NOW + 70 * YEAR, "ahead"),
	    OMNI_ERASED);
	again = zoe_row(h->now);
	harness_ok(h, omni_batch_new(h->db, &batch));
	harness_ok(h, omni_batch_add_record(batch, again));
	harness_ok(h, omni_batch_add_record(batch, old));
	harness_is(h, omni_batch_commit(batch), OMNI_PARTIAL);
	assert_int_equal(omni_batch_status(batch, 0), OMNI_OK);
	assert_int_equal(omni_batch_status(batch, 1), OMNI_ERASED);
	omni_batch_free(batch);
	harness_ok(h, put_purchase(h, h->now, "new receipt"));
	harness_is(h, omni_record_put(h->db, old, NULL), OMNI_ERASED);
	harness_is(h, put_purchase(h, HARNESS_NOW - YEAR, "old receipt"),
	    OMNI_ERASED);
	store_sound(h);
	omni_record_free(old);
	omni_record_free(ahead);
	omni_record_free(again);
}

static void
an_erasure_at_a_till_in_1970_holds_all_the_same(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *old = zoe_row(HARNESS_NOW - YEAR);
	char id[OMNI_ID_SIZE];

	h->now = HARNESS_NOW + YEAR;
	put_zoe(h);
	zoes_id(h, id);
	h->now = HARNESS_DAY;
	harness_ok(h, omni_customer_erase(h->db, id));
	h->now = HARNESS_NOW + YEAR + HARNESS_DAY;
	harness_is(h, omni_record_put(h->db, old, NULL), OMNI_ERASED);
	omni_record_free(old);
	harness_ok(h, put_purchase(h, h->now, "new receipt"));
	/* Nor does one from 2099 hold for ever. */
	old = zoe_row(h->now);
	harness_ok(h, omni_record_put(h->db, old, NULL));
	omni_record_free(old);
	zoes_id(h, id);
	h->now = HARNESS_NOW + 74 * YEAR;
	harness_ok(h, omni_customer_erase(h->db, id));
	h->now = HARNESS_NOW + YEAR + 2 * HARNESS_DAY;
	harness_ok(h, put_purchase(h, h->now, "newest receipt"));
	store_sound(h);
}

/* A till in 2070 drags the stamps of all along, but not what others erase. */
static void
an_erasure_beside_a_till_in_2070_ends_with_the_day(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *again;
	char id[OMNI_ID_SIZE];

	h->now = HARNESS_NOW + YEAR;
	put_zoe(h);
	h->now = HARNESS_NOW + 45 * YEAR;
	harness_ok(h, row_put(h->db, 301, 1));
	h->now = HARNESS_NOW + YEAR + HARNESS_DAY;
	harness_ok(h, row_put(h->db, 302, 2));
	zoes_id(h, id);
	harness_ok(h, omni_customer_erase(h->db, id));
	h->now += HARNESS_DAY;
	harness_is(h, put_purchase(h, HARNESS_NOW, "late receipt"),
	    OMNI_ERASED);
	harness_ok(h, put_purchase(h, h->now, "new receipt"));
	again = zoe_row(h->now);
	harness_ok(h, omni_record_put(h->db, again, NULL));
	omni_record_free(again);
	store_sound(h);
}

/* Known by her row alone: it may be gone, or come later. */
static void
put_call(struct harness *h)
{
	omni_interaction *call = omni_interaction_new("phone", "call");
	omni_record *who = omni_record_new();

	harness_ok(h, omni_record_set_source(who, "crm", "row-of-zoe"));
	harness_ok(h, omni_interaction_set_who(call, who));
	harness_ok(h, omni_interaction_set_body(call,
	    "{\"note\":\"the secret gift\"}"));
	harness_ok(h, omni_interaction_put(h->db, call, NULL));
	harness_ok(h, omni_setting_put(h->db, who, "size",
	    "size-XS-please", h->now, NULL));
	omni_interaction_free(call);
	omni_record_free(who);
}

static void
check_traces(struct harness *h)
{
	if (store_embedded(h))
		assert_int_equal(traces(h, true), 0);
	store_sound(h);
}

static void
what_hangs_on_a_removed_row_goes_with_its_customer(void **state)
{
	struct harness *h = harness_of(state);
	omni_customer *customer = NULL;
	omni_record *mail = zoe_inline();
	char id[OMNI_ID_SIZE];

	put_zoe(h);
	put_call(h);
	harness_ok(h, omni_record_remove(h->db, "crm", "row-of-zoe"));
	harness_ok(h, omni_customer_find(h->db, mail, &customer));
	memcpy(id, omni_customer_id(customer), sizeof(id));
	omni_customer_free(customer);
	omni_record_free(mail);
	if (store_embedded(h))
		assert_true(traces(h, false) > 1);
	harness_ok(h, omni_customer_erase(h->db, id));
	check_traces(h);
	harness_is(h, omni_customer_erase(h->db, id), OMNI_NONE);
}

static void
what_hangs_on_an_id_without_a_customer_can_be_erased(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *record = zoe_row(HARNESS_NOW - YEAR);
	char id[OMNI_ID_SIZE];

	harness_ok(h, omni_record_put(h->db, record, NULL));
	zoes_id(h, id);
	harness_ok(h, omni_record_remove(h->db, "crm", "row-of-zoe"));
	harness_is(h, omni_customer_erase(h->db, id), OMNI_NONE);
	/* The row is not there any more, but is still named. */
	put_call(h);
	if (store_embedded(h))
		assert_true(traces(h, false) > 1);
	harness_ok(h, omni_customer_erase(h->db, id));
	check_traces(h);
	harness_is(h, omni_customer_erase(h->db, id), OMNI_NONE);
	harness_is(h, omni_record_put(h->db, record, NULL), OMNI_ERASED);
	omni_record_free(record);
}

/* A steward says that row 1 is Zoë's too. */
static void
rule_zoe(struct harness *h, int64_t time)
{
	omni_verdict *verdict = omni_verdict_new(OMNI_VERDICT_SAME);

	harness_ok(h, omni_verdict_add(verdict, 0, "crm", "row-of-zoe"));
	harness_ok(h, omni_verdict_add(verdict, 0, "desk", "other-row"));
	harness_ok(h, omni_verdict_set_author(verdict, "zoe unique"));
	harness_ok(h, omni_verdict_set_reason(verdict,
	    "has the phone 070-987 65 43"));
	harness_ok(h, omni_verdict_set_time(verdict, time));
	harness_ok(h, omni_verdict_put(h->db, verdict, NULL));
	omni_verdict_free(verdict);
}

static void
put_other(struct harness *h)
{
	omni_record *other = omni_record_new();

	harness_ok(h, omni_record_set_source(other, "desk", "other-row"));
	harness_ok(h, omni_record_add(other, "email", "other@b.example"));
	harness_ok(h, omni_record_put(h->db, other, NULL));
	omni_record_free(other);
}

static void
a_verdict_loses_the_erased_and_what_was_written_of_them(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *again;
	char id[OMNI_ID_SIZE];

	put_zoe(h);
	rule_zoe(h, h->now);
	zoes_id(h, id);
	harness_ok(h, omni_customer_erase(h->db, id));
	check_traces(h);
	/* Of before, of after: only the latter counts. */
	put_other(h);
	h->now += HARNESS_DAY;
	again = zoe_row(h->now);
	harness_ok(h, omni_record_put(h->db, again, NULL));
	omni_record_free(again);
	assert_int_equal(records_of_zoe(h), 1);
	rule_zoe(h, HARNESS_NOW - HARNESS_DAY);
	assert_int_equal(records_of_zoe(h), 1);
	rule_zoe(h, h->now);
	assert_int_equal(records_of_zoe(h), 2);
	store_sound(h);
	harness_ok(h, omni_rebuild(h->db));
	assert_int_equal(records_of_zoe(h), 2);
}

static void
an_erasure_is_pending_while_a_reader_holds_old_pages(void **state)
{
	struct harness *h = harness_of(state);
	omni_status status;
	char id[OMNI_ID_SIZE];
	sqlite3 *reader = NULL;
	omni *other;
	int i;

	put_zoe(h);
	other = harness_open(h);
	zoes_id(h, id);
	assert_int_equal(sqlite3_open(h->url, &reader), SQLITE_OK);
	assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM "
	    "omni_fact", NULL, NULL, NULL), SQLITE_OK);
	harness_is(h, omni_customer_erase(h->db, id), OMNI_PENDING);
	assert_true(traces(h, false) > 0);
	assert_int_equal(sqlite3_close(reader), SQLITE_OK);
	status = OMNI_OK;
	for (i = 0; i < 50 && status == OMNI_OK; i++)
		status = omni_maintain(other, 100);
	harness_is(h, status, OMNI_DONE);
	omni_close(other);
	assert_int_equal(traces(h, true), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(of_an_erased_person_not_a_byte_is_left),
		HARNESS_TEST(what_an_erasure_would_take_is_told_and_not_taken),
		HARNESS_TEST(who_was_erased_might_as_well_never_have_come),
		HARNESS_TEST(
		    what_comes_again_from_before_an_erasure_is_turned_away),
		HARNESS_TEST(an_erasure_at_a_till_in_1970_holds_all_the_same),
		HARNESS_TEST(old_rows_stay_away_when_the_person_has_come_again),
		HARNESS_TEST(
		    an_erasure_beside_a_till_in_2070_ends_with_the_day),
		HARNESS_TEST(
		    what_hangs_on_a_removed_row_goes_with_its_customer),
		HARNESS_TEST(
		    what_hangs_on_an_id_without_a_customer_can_be_erased),
		HARNESS_TEST(
		    a_verdict_loses_the_erased_and_what_was_written_of_them),
		EMBEDDED_TEST(
		    an_erasure_is_pending_while_a_reader_holds_old_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
