/*
 * The store as a whole: copies of it, housekeeping, interrupts, checking, and
 * opening it in other ways.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "harness_store.h"

/* A file beside the store, gone with it. */
static void
beside(const struct harness *h, const char *name, char path[1024])
{
	(void)snprintf(path, 1024, "%s/%s", h->made, name);
}

/* The harness with another store in it. */
static void
other_store(struct harness *h, const char *path, struct harness *other)
{
	*other = *h;
	(void)snprintf(other->url, sizeof(other->url), "%.1000s", path);
	other->db = harness_open(other);
}

/* ---- copies --------------------------------------------------------- */

struct busy {
	omni *db;
	atomic_bool stop;
	int put;
	omni_status status;
};

static void *
keep_writing(void *user)
{
	struct busy *busy = user;

	while (!atomic_load(&busy->stop) && busy->status == OMNI_OK) {
		busy->status = row_put(busy->db, 1000 + busy->put,
		    busy->put % 50);
		busy->put += busy->status == OMNI_OK;
	}
	return NULL;
}

/* "writer id:seq" of each fact above a number of facts, as one text. */
static size_t
numbers_of(const struct harness *h, char (*numbers)[64], size_t room)
{
	static const char sql[] = "SELECT hex(w.id) || ':' || (f.id & "
	    "(1 << 43) - 1) FROM omni_fact f JOIN omni_writer w "
	    "ON w.number = f.id >> 43 ORDER BY 1";
	sqlite3_stmt *stmt = NULL;
	sqlite3 *raw = NULL;
	size_t n = 0;

	assert_int_equal(sqlite3_open(h->url, &raw), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(raw, sql, -1, &stmt, NULL),
	    SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		assert_true(n < room);
		(void)snprintf(numbers[n++], 64, "%s",
		    (const char *)sqlite3_column_text(stmt, 0));
	}
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(raw);
	return n;
}

#define NUMBERS 4096

/* Facts put in two copies from now on must not bear the same numbers. */
static void
number_differently(struct harness *a, struct harness *b)
{
	static char left[NUMBERS][64], right[NUMBERS][64];
	size_t i, k, n, m, common = 0, before;

	before = numbers_of(b, right, NUMBERS);
	for (i = 0; i < 5; i++) {
		harness_ok(a, row_put(a->db, 5000 + (int)i, 500));
		harness_ok(b, row_put(b->db, 6000 + (int)i, 600));
	}
	n = numbers_of(a, left, NUMBERS);
	m = numbers_of(b, right, NUMBERS);
	assert_int_equal(m, before + 5);
	for (i = 0; i < n; i++)
		for (k = 0; k < m; k++)
			common += strcmp(left[i], right[k]) == 0;
	/* What they had in common they still have, and nothing more. */
	assert_true(common <= before);
	assert_true(n - common >= 5 && m - common >= 5);
}

static void
a_backup_of_a_store_in_use_is_sound(void **state)
{
	struct harness *h = harness_of(state), copy;
	struct busy busy = { .db = NULL };
	pthread_t thread;
	char path[1024];

	if (!store_embedded(h)) {
		harness_is(h, omni_backup(h->db, "store.db"),
		    OMNI_UNSUPPORTED);
		return;
	}
	rows_put(h, 400, 50);
	beside(h, "backup.db", path);
	busy.db = harness_open(h);
	assert_int_equal(pthread_create(&thread, NULL, keep_writing, &busy),
	    0);
	harness_ok(h, omni_backup(h->db, path));
	atomic_store(&busy.stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	harness_is(h, busy.status, OMNI_OK);
	other_store(h, path, &copy);
	store_sound(&copy);
	assert_true(rows_count(&copy) >= 400 &&
	    rows_count(&copy) <= 400 + busy.put);
	assert_int_equal(rows_count(h), 400 + busy.put);
	number_differently(h, &copy);
	store_sound(&copy);
	store_sound(h);
	/* Never over a file that is there. */
	harness_is(h, omni_backup(h->db, path), OMNI_INVALID);
	omni_close(busy.db);
	omni_close(copy.db);
}

static void
copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	char bytes[65536];
	size_t size;

	assert_true(in != NULL && out != NULL);
	while ((size = fread(bytes, 1, sizeof(bytes), in)) > 0)
		assert_int_equal(fwrite(bytes, 1, size, out), size);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(fclose(in), 0);
}

static void
a_copied_file_has_writers_of_its_own(void **state)
{
	struct harness *h = harness_of(state), copy;
	char path[1024];

	rows_put(h, 20, 10);
	omni_close(h->db);
	h->db = NULL;
	beside(h, "copy.db", path);
	copy_file(h->url, path);
	h->db = harness_open(h);
	other_store(h, path, &copy);
	number_differently(h, &copy);
	store_sound(h);
	store_sound(&copy);
	omni_close(copy.db);
}

/* A backup is put back in the place of the store: what was put in the store
 * since, and has gone elsewhere, must not be numbered again. */
static void
a_backup_put_back_has_writers_of_its_own(void **state)
{
	static char gone[NUMBERS][64], now[NUMBERS][64];
	struct harness *h = harness_of(state);
	size_t i, k, n, m, common = 0, kept;
	char path[1024];

	rows_put(h, 20, 10);
	beside(h, "backup.db", path);
	harness_ok(h, omni_backup(h->db, path));
	kept = numbers_of(h, gone, NUMBERS);
	for (i = 0; i < 5; i++)
		harness_ok(h, row_put(h->db, 5000 + (int)i, 500));
	n = numbers_of(h, gone, NUMBERS);
	omni_close(h->db);
	h->db = NULL;
	copy_file(path, h->url);	/* the same file, the same inode */
	h->now += 400 * HARNESS_DAY;	/* no lease lasts that long */
	h->db = harness_open(h);
	for (i = 0; i < 5; i++)
		harness_ok(h, row_put(h->db, 6000 + (int)i, 600));
	m = numbers_of(h, now, NUMBERS);
	for (i = 0; i < n; i++)
		for (k = 0; k < m; k++)
			common += strcmp(gone[i], now[k]) == 0;
	assert_int_equal(common, kept);
}

/* ---- housekeeping, interrupts --------------------------------------- */

static void
maintenance_comes_to_an_end_and_loses_nothing(void **state)
{
	struct harness *h = harness_of(state);
	omni_status status = OMNI_OK;
	char *before, *after;
	int i;

	rows_put(h, 300, 100);
	before = store_partition(h);
	for (i = 0; i < 50 && status == OMNI_OK; i++)
		status = omni_maintain(h->db, 20);
	harness_is(h, status, OMNI_DONE);
	after = store_partition(h);
	assert_string_equal(after, before);
	store_sound(h);
	free(before);
	free(after);
}

static void *
keep_interrupting(void *user)
{
	const struct timespec nap = { 0, 2000000 };
	struct busy *busy = user;

	while (!atomic_load(&busy->stop)) {
		(void)nanosleep(&nap, NULL);
		omni_interrupt(busy->db);
	}
	return NULL;
}

static void
a_long_call_is_interrupted_and_the_handle_lives(void **state)
{
	struct harness *h = harness_of(state);
	struct busy busy = { .db = h->db };
	omni_status status = OMNI_OK;
	char *before, *after;
	pthread_t thread;
	int i;

	rows_put(h, 3000, 1500);
	before = store_partition(h);
	assert_int_equal(pthread_create(&thread, NULL, keep_interrupting,
	    &busy), 0);
	for (i = 0; i < 20 && status == OMNI_OK; i++)
		status = omni_rebuild(h->db);
	atomic_store(&busy.stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	harness_is(h, status, OMNI_INTERRUPTED);
	after = store_partition(h);
	assert_string_equal(after, before);
	harness_ok(h, row_put(h->db, 9999, 9999));
	store_sound(h);
	free(before);
	free(after);
}

/* ---- checking ------------------------------------------------------- */

/* Something for each projection. */
static void
put_something_of_each(struct harness *h)
{
	omni_verdict *same = omni_verdict_new(OMNI_VERDICT_SAME);
	omni_interaction *deed = omni_interaction_new("web", "order");
	omni_purpose *news = omni_purpose_new("news");
	omni_statement *yes = omni_statement_new(OMNI_SAID_GRANT, "news");
	omni_contact *contact = omni_contact_new("email", "p1@mail.example");
	omni_record *who = omni_record_new();

	rows_put(h, 100, 30);
	harness_ok(h, row_put(h->db, 1, 77));
	harness_ok(h, omni_record_set_source(who, "crm", "R1"));
	harness_ok(h, omni_verdict_add(same, 0, "crm", "R1"));
	harness_ok(h, omni_verdict_add(same, 0, "crm", "R2"));
	harness_ok(h, omni_verdict_put(h->db, same, NULL));
	harness_ok(h, omni_interaction_set_who(deed, who));
	harness_ok(h, omni_interaction_add_reference(deed, "order", "W1"));
	harness_ok(h, omni_interaction_put(h->db, deed, NULL));
	harness_ok(h, omni_purpose_put(h->db, news, NULL));
	harness_ok(h, omni_statement_set_who(yes, who));
	harness_ok(h, omni_statement_put(h->db, yes, NULL));
	harness_ok(h, omni_setting_put(h->db, who, "size", "M", HARNESS_NOW,
	    NULL));
	harness_ok(h, omni_contact_set_verified(contact, 1));
	harness_ok(h, omni_contact_put(h->db, contact, NULL));
	omni_record_free(who);
	omni_contact_free(contact);
	omni_statement_free(yes);
	omni_purpose_free(news);
	omni_interaction_free(deed);
	omni_verdict_free(same);
}

static void
a_tampered_projection_is_found_named_and_mended(void **state)
{
	static const char *const tampering[][2] = {
		{ "omni_record", "UPDATE omni_record SET strength = 77" },
		{ "omni_record", "DELETE FROM omni_record" },
		{ "omni_version", "DELETE FROM omni_version" },
		{ "omni_key", "UPDATE omni_key SET mark = mark + 1" },
		{ "omni_verdict", "DELETE FROM omni_verdict" },
		{ "omni_timeline", "DELETE FROM omni_timeline" },
		{ "omni_reference", "DELETE FROM omni_reference" },
		{ "omni_usage", "DELETE FROM omni_usage" },
		{ "omni_setting", "DELETE FROM omni_setting" },
		{ "omni_definition", "DELETE FROM omni_definition" },
		{ "omni_statement", "DELETE FROM omni_statement" },
		{ "omni_contact", "DELETE FROM omni_contact" },
	};
	struct harness *h = harness_of(state);
	size_t i;

	put_something_of_each(h);
	store_sound(h);
	for (i = 0; i < sizeof(tampering) / sizeof(tampering[0]); i++) {
		omni_report *report = NULL;
		bool named = false;
		int32_t k;

		harness_sql(h, tampering[i][1]);
		harness_is(h, omni_check(h->db, &report), OMNI_CORRUPT);
		for (k = 0; k < omni_report_count(report); k++)
			named |= strstr(omni_report_line(report, k),
			    tampering[i][0]) != NULL;
		if (!named)
			fail_msg("%s is not named", tampering[i][0]);
		omni_report_free(report);
		harness_ok(h, omni_rebuild(h->db));
		store_sound(h);
	}
}

/* ---- other ways to open it ------------------------------------------ */

static omni_status
open_as(struct harness *h, int32_t mode, const char *region, omni **db,
    char message[400])
{
	omni_config *config = omni_config_new();
	omni_status status;

	assert_int_equal(omni_config_set_mode(config, mode), OMNI_OK);
	if (region != NULL)
		assert_int_equal(omni_config_set_region(config, region),
		    OMNI_OK);
	status = omni_open(config, h->url, db);
	(void)snprintf(message, 400, "%s", omni_config_errmsg(config));
	omni_config_free(config);
	return status;
}

static void
who_opens_to_read_can_do_that_and_no_more(void **state)
{
	struct harness *h = harness_of(state);
	omni *own = h->db, *reader = NULL;
	char message[400], *before, *after;

	rows_put(h, 30, 10);
	before = store_partition(h);
	assert_int_equal(open_as(h, OMNI_MODE_READONLY, NULL, &reader,
	    message), OMNI_OK);
	h->db = reader;
	after = store_partition(h);
	assert_string_equal(after, before);
	harness_is(h, row_put(reader, 99, 99), OMNI_READONLY);
	harness_is(h, omni_record_remove(reader, "crm", "R1"),
	    OMNI_READONLY);
	harness_is(h, omni_rebuild(reader), OMNI_READONLY);
	store_sound(h);
	omni_close(reader);
	h->db = own;
	assert_int_equal(rows_count(h), 30);
	free(before);
	free(after);
}

static void
a_store_that_is_not_there_is_missing(void **state)
{
	struct harness *h = harness_of(state), nowhere = *h;
	char message[400];
	omni *db = NULL;

	beside(h, "nothing.db", nowhere.url);
	assert_int_equal(open_as(&nowhere, OMNI_MODE_EXISTING, NULL, &db,
	    message), OMNI_MISSING);
	assert_null(db);
	assert_int_equal(open_as(&nowhere, OMNI_MODE_READONLY, NULL, &db,
	    message), OMNI_MISSING);
	assert_true(access(nowhere.url, F_OK) != 0);
}

static void
a_newer_schema_is_left_alone(void **state)
{
	struct harness *h = harness_of(state);
	char message[400];
	omni *db = NULL;

	harness_sql(h, store_embedded(h) ? "PRAGMA user_version = 9999" :
	    "UPDATE omni_schema SET version = 9999");
	assert_int_equal(open_as(h, OMNI_MODE_CREATE, NULL, &db, message),
	    OMNI_NEWER);
	assert_null(db);
	assert_non_null(strstr(message, "newer"));
}

static void
another_region_or_key_is_a_mismatch(void **state)
{
	struct harness *h = harness_of(state);
	static const unsigned char key[32] = "somebody else's";
	omni_config *config = omni_config_new();
	char message[400];
	omni *db = NULL;

	assert_string_equal(omni_region(h->db), "SE");
	assert_int_equal(open_as(h, OMNI_MODE_CREATE, "DE", &db, message),
	    OMNI_MISMATCH);
	assert_null(db);
	assert_non_null(strstr(message, "region"));
	assert_int_equal(omni_config_set_tenant_key(config, key,
	    sizeof(key)), OMNI_OK);
	assert_int_equal(omni_open(config, h->url, &db), OMNI_MISMATCH);
	assert_null(db);
	assert_non_null(strstr(omni_config_errmsg(config), "key"));
	omni_config_free(config);
	assert_int_equal(open_as(h, OMNI_MODE_CREATE, "SE", &db, message),
	    OMNI_OK);
	omni_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(a_backup_of_a_store_in_use_is_sound),
		EMBEDDED_TEST(a_copied_file_has_writers_of_its_own),
		EMBEDDED_TEST(a_backup_put_back_has_writers_of_its_own),
		HARNESS_TEST(maintenance_comes_to_an_end_and_loses_nothing),
		HARNESS_TEST(a_long_call_is_interrupted_and_the_handle_lives),
		HARNESS_TEST(a_tampered_projection_is_found_named_and_mended),
		HARNESS_TEST(who_opens_to_read_can_do_that_and_no_more),
		EMBEDDED_TEST(a_store_that_is_not_there_is_missing),
		HARNESS_TEST(a_newer_schema_is_left_alone),
		HARNESS_TEST(another_region_or_key_is_a_mismatch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
