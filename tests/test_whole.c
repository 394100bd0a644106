/*
 * The store as a whole: copies of it, housekeeping, interrupts, erasing,
 * checking, opening it in other ways, and many writers at once.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "harness.h"

#define YEAR (365 * HARNESS_DAY)

/* ---- what is put ---------------------------------------------------- */

/* Person n's row; several rows of a person have her address in common. */
static omni_record *
make_row(int n, int person)
{
	omni_record *record = omni_record_new();
	char text[64];

	(void)snprintf(text, sizeof(text), "R%d", n);
	(void)omni_record_set_source(record, "crm", text);
	(void)omni_record_set_time(record, HARNESS_NOW - YEAR + n);
	(void)snprintf(text, sizeof(text), "p%d@mail.example", person);
	(void)omni_record_add(record, "email", text);
	return record;
}

static omni_status
put_row(omni *db, int n, int person)
{
	omni_record *record = make_row(n, person);
	omni_status status = omni_record_put(db, record, NULL);

	omni_record_free(record);
	return status;
}

static void
put_rows(struct harness *h, int count, int people)
{
	omni_batch *batch = NULL;
	int i;

	harness_ok(h, omni_batch_new(h->db, &batch));
	for (i = 0; i < count; i++) {
		omni_record *record = make_row(i, i % people);

		harness_ok(h, omni_batch_add_record(batch, record));
		omni_record_free(record);
	}
	harness_ok(h, omni_batch_commit(batch));
	omni_batch_free(batch);
}

static void
sound(struct harness *h)
{
	omni_report *report = NULL;
	omni_status status = omni_check(h->db, &report);
	int32_t i;

	for (i = 0; i < omni_report_count(report); i++)
		print_error("%s\n", omni_report_line(report, i));
	omni_report_free(report);
	harness_ok(h, status);
}

static int
count_rows(struct harness *h)
{
	omni_members *members = NULL;
	int count = 0;

	harness_ok(h, omni_members_open(h->db, 0, &members));
	while (omni_members_next(members) == OMNI_OK)
		count++;
	omni_members_free(members);
	return count;
}

/* All records and their customers, as one text, to be freed. */
static char *
partition(struct harness *h)
{
	omni_members *members = NULL;
	size_t room = 1 << 17, size = 0;
	char *text = malloc(room);

	assert_non_null(text);
	text[0] = '\0';
	harness_ok(h, omni_members_open(h->db, 1, &members));
	while (omni_members_next(members) == OMNI_OK) {
		assert_true(room - size > 200);
		size += (size_t)snprintf(text + size, room - size,
		    "%s %s\n", omni_members_key(members),
		    omni_members_customer(members));
	}
	omni_members_free(members);
	return text;
}

static bool
embedded(const struct harness *h)
{
	return strcmp(h->engine, "sqlite") == 0;
}

/* A file beside the store, gone with it. */
static void
beside(const struct harness *h, const char *name, char path[1024])
{
	(void)snprintf(path, 1024, "%s/%s", h->made, name);
}

/* The harness with another store in it. */
static struct harness
other_store(struct harness *h, const char *path)
{
	struct harness other = *h;

	(void)snprintf(other.url, sizeof(other.url), "%.1000s", path);
	other.db = harness_open(&other);
	return other;
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
		busy->status = put_row(busy->db, 1000 + busy->put,
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
		harness_ok(a, put_row(a->db, 5000 + (int)i, 500));
		harness_ok(b, put_row(b->db, 6000 + (int)i, 600));
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

	if (!embedded(h)) {
		harness_is(h, omni_backup(h->db, "store.db"),
		    OMNI_UNSUPPORTED);
		return;
	}
	put_rows(h, 400, 50);
	beside(h, "backup.db", path);
	busy.db = harness_open(h);
	assert_int_equal(pthread_create(&thread, NULL, keep_writing, &busy),
	    0);
	harness_ok(h, omni_backup(h->db, path));
	atomic_store(&busy.stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	harness_is(h, busy.status, OMNI_OK);
	copy = other_store(h, path);
	sound(&copy);
	assert_true(count_rows(&copy) >= 400 &&
	    count_rows(&copy) <= 400 + busy.put);
	assert_int_equal(count_rows(h), 400 + busy.put);
	number_differently(h, &copy);
	sound(&copy);
	sound(h);
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

	put_rows(h, 20, 10);
	omni_close(h->db);
	h->db = NULL;
	beside(h, "copy.db", path);
	copy_file(h->url, path);
	h->db = harness_open(h);
	copy = other_store(h, path);
	number_differently(h, &copy);
	sound(h);
	sound(&copy);
	omni_close(copy.db);
}

/* A backup is put back in the place of the store: what was put in the store
 * since, and has gone elsewhere, must not be numbered again. */
static void
a_backup_put_back_in_place_has_writers_of_its_own(void **state)
{
	static char gone[NUMBERS][64], now[NUMBERS][64];
	struct harness *h = harness_of(state);
	size_t i, k, n, m, common = 0, kept;
	char path[1024];

	put_rows(h, 20, 10);
	beside(h, "backup.db", path);
	harness_ok(h, omni_backup(h->db, path));
	kept = numbers_of(h, gone, NUMBERS);
	for (i = 0; i < 5; i++)
		harness_ok(h, put_row(h->db, 5000 + (int)i, 500));
	n = numbers_of(h, gone, NUMBERS);
	omni_close(h->db);
	h->db = NULL;
	copy_file(path, h->url);	/* the same file, the same inode */
	h->now += 400 * HARNESS_DAY;	/* no lease lasts that long */
	h->db = harness_open(h);
	for (i = 0; i < 5; i++)
		harness_ok(h, put_row(h->db, 6000 + (int)i, 600));
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

	put_rows(h, 300, 100);
	before = partition(h);
	for (i = 0; i < 50 && status == OMNI_OK; i++)
		status = omni_maintain(h->db, 20);
	harness_is(h, status, OMNI_DONE);
	after = partition(h);
	assert_string_equal(after, before);
	sound(h);
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

	put_rows(h, 3000, 1500);
	before = partition(h);
	assert_int_equal(pthread_create(&thread, NULL, keep_interrupting,
	    &busy), 0);
	for (i = 0; i < 20 && status == OMNI_OK; i++)
		status = omni_rebuild(h->db);
	atomic_store(&busy.stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	harness_is(h, status, OMNI_INTERRUPTED);
	after = partition(h);
	assert_string_equal(after, before);
	harness_ok(h, put_row(h->db, 9999, 9999));
	sound(h);
	free(before);
	free(after);
}

/* ---- erasing -------------------------------------------------------- */

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

	put_rows(h, 300, 100);
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
	static const char *const suffixes[] = { "", "-wal", "-journal" };
	size_t i, k, n, all = 0;
	char path[1100];

	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		for (k = 0; k < 3; k++) {
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

static void
of_an_erased_person_not_a_byte_is_left(void **state)
{
	struct harness *h = harness_of(state);
	char id[OMNI_ID_SIZE];

	put_zoe(h);
	zoes_id(h, id);
	if (embedded(h))
		assert_true(traces(h, false) > 10);
	harness_ok(h, omni_customer_erase(h->db, id));
	if (embedded(h))
		assert_int_equal(traces(h, true), 0);
	assert_int_equal(count_rows(h), 300);
	sound(h);
	/* Nor does the check, which copies tables, bring anything back. */
	if (embedded(h))
		assert_int_equal(traces(h, true), 0);
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
	sound(h);
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
	sound(h);
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
	sound(h);
}

static void
an_erasure_is_pending_while_a_reader_holds_old_pages(void **state)
{
	struct harness *h = harness_of(state);
	omni_status status;
	char id[OMNI_ID_SIZE];
	sqlite3 *reader = NULL;
	int i;

	put_zoe(h);
	zoes_id(h, id);
	assert_int_equal(sqlite3_open(h->url, &reader), SQLITE_OK);
	assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM "
	    "omni_fact", NULL, NULL, NULL), SQLITE_OK);
	harness_is(h, omni_customer_erase(h->db, id), OMNI_PENDING);
	assert_true(traces(h, false) > 0);
	assert_int_equal(sqlite3_close(reader), SQLITE_OK);
	status = OMNI_OK;
	for (i = 0; i < 50 && status == OMNI_OK; i++)
		status = omni_maintain(h->db, 100);
	harness_is(h, status, OMNI_DONE);
	assert_int_equal(traces(h, true), 0);
}

/* ---- checking ------------------------------------------------------- */

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
	};
	struct harness *h = harness_of(state);
	omni_verdict *same = omni_verdict_new(OMNI_VERDICT_SAME);
	omni_interaction *deed = omni_interaction_new("web", "order");
	size_t i;

	put_zoe(h);
	harness_ok(h, omni_verdict_add(same, 0, "crm", "R1"));
	harness_ok(h, omni_verdict_add(same, 0, "crm", "R2"));
	harness_ok(h, omni_verdict_put(h->db, same, NULL));
	harness_ok(h, omni_interaction_add_reference(deed, "order", "W1"));
	harness_ok(h, omni_interaction_put(h->db, deed, NULL));
	sound(h);
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
		sound(h);
	}
	omni_interaction_free(deed);
	omni_verdict_free(same);
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

	put_rows(h, 30, 10);
	before = partition(h);
	assert_int_equal(open_as(h, OMNI_MODE_READONLY, NULL, &reader,
	    message), OMNI_OK);
	h->db = reader;
	after = partition(h);
	assert_string_equal(after, before);
	harness_is(h, put_row(reader, 99, 99), OMNI_READONLY);
	harness_is(h, omni_record_remove(reader, "crm", "R1"),
	    OMNI_READONLY);
	harness_is(h, omni_rebuild(reader), OMNI_READONLY);
	sound(h);
	omni_close(reader);
	h->db = own;
	assert_int_equal(count_rows(h), 30);
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

	harness_sql(h, embedded(h) ? "PRAGMA user_version = 9999" :
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

/* ---- many writers --------------------------------------------------- */

#define WRITERS 4
#define ROWS 40

/* Rows of all writers meet in addresses, phones and cards: chains of them. */
static omni_status
put_colliding(omni *db, int writer, int i)
{
	omni_record *record = omni_record_new();
	omni_status status;
	char text[64];

	(void)snprintf(text, sizeof(text), "W%d-%d", writer, i);
	(void)omni_record_set_source(record, "crm", text);
	(void)omni_record_set_time(record, HARNESS_NOW - YEAR +
	    (i * 37 + writer * 11) % 100);
	(void)snprintf(text, sizeof(text), "c%d@mail.example",
	    (i * 7 + writer) % 29);
	(void)omni_record_add(record, "email", text);
	if (i % 3 == 0) {
		(void)snprintf(text, sizeof(text), "07012345%02d",
		    (i + 5 * writer) % 31);
		(void)omni_record_add(record, "phone", text);
	}
	if (i % 4 == 1) {
		(void)snprintf(text, sizeof(text), "CARD%03d",
		    (i + writer) % 17);
		(void)omni_record_add(record, "loyalty", text);
	}
	status = omni_record_put(db, record, NULL);
	omni_record_free(record);
	return status;
}

struct writer {
	omni *db;
	int number;
	omni_status status;
	char message[400];
};

static void *
write_all(void *user)
{
	struct writer *writer = user;
	int i;

	for (i = 0; i < ROWS && writer->status == OMNI_OK; i++)
		writer->status = put_colliding(writer->db, writer->number,
		    i);
	(void)snprintf(writer->message, sizeof(writer->message), "%s",
	    omni_errmsg(writer->db));
	return NULL;
}

/* What one writer makes of it, on the embedded engine. */
static char *
alone(void)
{
	void *state = NULL;
	struct harness *h;
	char *text;
	int w, i;

	assert_int_equal(harness_sqlite(&state), 0);
	h = state;
	for (w = 0; w < WRITERS; w++)
		for (i = 0; i < ROWS; i++)
			harness_ok(h, put_colliding(h->db, w, i));
	text = partition(h);
	(void)harness_close(&state);
	return text;
}

static void
as_if_alone(struct harness *h)
{
	char *wanted = alone(), *found = partition(h);

	assert_int_equal(count_rows(h), WRITERS * ROWS);
	assert_string_equal(found, wanted);
	sound(h);
	free(wanted);
	free(found);
}

static void
handles_that_write_at_once_end_like_one(void **state)
{
	struct harness *h = harness_of(state);
	struct writer writers[WRITERS];
	pthread_t threads[WRITERS];
	int w;

	for (w = 0; w < WRITERS; w++) {
		writers[w] = (struct writer){ .db = harness_open(h),
		    .number = w };
		assert_int_equal(pthread_create(&threads[w], NULL, write_all,
		    &writers[w]), 0);
	}
	for (w = 0; w < WRITERS; w++) {
		assert_int_equal(pthread_join(threads[w], NULL), 0);
		if (writers[w].status != OMNI_OK)
			fail_msg("writer %d: %s: %s", w,
			    omni_status_name(writers[w].status),
			    writers[w].message);
		omni_close(writers[w].db);
	}
	as_if_alone(h);
}

static int
write_as_a_process(struct harness *h, int number)
{
	struct writer writer = { .db = harness_open(h), .number = number };

	(void)write_all(&writer);
	if (writer.status != OMNI_OK)
		print_error("writer %d: %s\n", number, writer.message);
	omni_close(writer.db);
	return writer.status == OMNI_OK ? 0 : 1;
}

static void
processes_that_write_at_once_end_like_one(void **state)
{
	struct harness *h = harness_of(state);
	pid_t children[WRITERS];
	int w, status = -1;

	for (w = 0; w < WRITERS; w++) {
		children[w] = fork();
		assert_true(children[w] >= 0);
		if (children[w] == 0)
			_exit(write_as_a_process(h, w));
	}
	for (w = 0; w < WRITERS; w++) {
		assert_int_equal(waitpid(children[w], &status, 0),
		    children[w]);
		assert_int_equal(status, 0);
	}
	as_if_alone(h);
}

/* Of files, which a server does not show. */
#define EMBEDDED_TEST(test) \
	{ #test, test, harness_sqlite, harness_close, NULL }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(a_backup_of_a_store_in_use_is_sound),
		EMBEDDED_TEST(a_copied_file_has_writers_of_its_own),
		EMBEDDED_TEST(a_backup_put_back_in_place_has_writers_of_its_own),
		HARNESS_TEST(maintenance_comes_to_an_end_and_loses_nothing),
		HARNESS_TEST(a_long_call_is_interrupted_and_the_handle_lives),
		HARNESS_TEST(of_an_erased_person_not_a_byte_is_left),
		HARNESS_TEST(
		    what_comes_again_from_before_an_erasure_is_turned_away),
		HARNESS_TEST(an_erasure_at_a_till_in_1970_holds_all_the_same),
		HARNESS_TEST(old_rows_stay_away_when_the_person_has_come_again),
		EMBEDDED_TEST(
		    an_erasure_is_pending_while_a_reader_holds_old_pages),
		HARNESS_TEST(a_tampered_projection_is_found_named_and_mended),
		HARNESS_TEST(who_opens_to_read_can_do_that_and_no_more),
		EMBEDDED_TEST(a_store_that_is_not_there_is_missing),
		HARNESS_TEST(a_newer_schema_is_left_alone),
		HARNESS_TEST(another_region_or_key_is_a_mismatch),
		HARNESS_TEST(handles_that_write_at_once_end_like_one),
		HARNESS_TEST(processes_that_write_at_once_end_like_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
