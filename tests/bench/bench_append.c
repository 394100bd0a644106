/*
 * Interactions appended, beside raw SQLite: (a) writing the same rows into
 * the same tables in the same order, (b) one table with a random 16-byte
 * primary key and three indices.  Then "identifier, customer, twenty newest"
 * on what was written.
 *
 *	bench_append [interactions [customers]]
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "bench.h"

#define BATCH 10000
#define START INT64_C(1735689600000000)

static size_t customers = 100000;

/* ---- what is written ------------------------------------------------ */

struct event {
	char card[24], receipt[24], order[24];
	int64_t time;
};

static void
event_make(struct event *e, size_t i)
{
	uint64_t who = bench_mix(i) % customers;

	(void)snprintf(e->card, sizeof(e->card), "C%08llu",
	    (unsigned long long)who);
	(void)snprintf(e->receipt, sizeof(e->receipt), "R%09zu", i);
	(void)snprintf(e->order, sizeof(e->order), "%llu",
	    (unsigned long long)(bench_mix(i + 7) % 100000000));
	e->time = START + (int64_t)i * 20000000;
}

static const char body[] = "{\"amount\":715,\"currency\":\"SEK\"}";

/* ---- libomni -------------------------------------------------------- */

static omni *
open_store(const char *path)
{
	omni_config *config = omni_config_new();
	omni *db = NULL;

	bench_check(config != NULL, "config");
	bench_check(omni_open(config, path, &db) == OMNI_OK,
	    omni_config_errmsg(config));
	omni_config_free(config);
	return db;
}

static void
commit(omni *db, omni_batch *batch)
{
	bench_ok(db, omni_batch_commit(batch), "commit");
	omni_batch_clear(batch);
}

static void
put_cards(omni *db)
{
	omni_batch *batch;
	size_t i;
	char card[24];

	bench_ok(db, omni_batch_new(db, &batch), "batch");
	for (i = 0; i < customers; i++) {
		omni_record *who = omni_record_new();

		(void)snprintf(card, sizeof(card), "C%08zu", i);
		(void)omni_record_add(who, "loyalty", card);
		(void)omni_record_set_time(who, START - 1);
		bench_ok(db, omni_batch_add_record(batch, who), "add");
		omni_record_free(who);
		if (omni_batch_count(batch) == BATCH)
			commit(db, batch);
	}
	commit(db, batch);
	omni_batch_free(batch);
}

static void
add_event(omni *db, omni_batch *batch, const struct event *e)
{
	omni_interaction *it = omni_interaction_new("store", "purchase");
	omni_record *who = omni_record_new();

	(void)omni_record_add(who, "loyalty", e->card);
	(void)omni_interaction_set_key(it, "/pos/store-3/till-1", e->receipt);
	(void)omni_interaction_set_who(it, who);
	(void)omni_interaction_set_time(it, e->time);
	(void)omni_interaction_add_reference(it, "order", e->order);
	(void)omni_interaction_set_body(it, body);
	bench_ok(db, omni_batch_add_interaction(batch, it), "add");
	omni_record_free(who);
	omni_interaction_free(it);
}

static double
append_omni(omni *db, size_t count)
{
	double start = bench_seconds();
	omni_batch *batch;
	struct event e;
	size_t i;

	bench_ok(db, omni_batch_new(db, &batch), "batch");
	for (i = 0; i < count; i++) {
		event_make(&e, i);
		add_event(db, batch, &e);
		if (omni_batch_count(batch) == BATCH)
			commit(db, batch);
	}
	commit(db, batch);
	omni_batch_free(batch);
	return bench_seconds() - start;
}

/* ---- raw SQLite ----------------------------------------------------- */

static void
raw(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return;
	(void)fprintf(stderr, "bench: raw: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static sqlite3 *
raw_open(const char *path)
{
	sqlite3 *db;

	bench_check(sqlite3_open(path, &db) == SQLITE_OK, "raw open");
	raw(db, "PRAGMA synchronous=FULL; PRAGMA journal_mode=WAL;"
	    "PRAGMA secure_delete=ON; PRAGMA cache_size=-65536;"
	    "PRAGMA wal_autocheckpoint=10000");
	return db;
}

/* The rows of libomni's own store, read back and written again: exactly the
 * same work for the B-trees, in the same order, nothing else. */
struct table {
	const char *name, *order;
	int columns;
	size_t rows_per_batch;
};

static const struct table tables[] = {
	{ "omni_fact", "id", 12, 0 },
	{ "omni_host_key", "fact", 3, 0 },
	{ "omni_timeline", "fact", 5, 0 },
	{ "omni_reference", "fact", 5, 0 },
};

struct row {
	sqlite3_value *values[12];
};

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
		(void)fprintf(stderr, "bench: raw: %s\n",
		    sqlite3_errmsg(db));
		exit(1);
	}
	return statement;
}

static int
compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int c;

	for (c = 0; c < 4; c++) {
		sqlite3_value *x = a->values[c], *y = b->values[c];

		if (sqlite3_value_type(x) == SQLITE_INTEGER) {
			int64_t m = sqlite3_value_int64(x);
			int64_t n = sqlite3_value_int64(y);

			if (m != n)
				return m < n ? -1 : 1;
		} else {
			int m = sqlite3_value_bytes(x);
			int n = sqlite3_value_bytes(y);
			int order = memcmp(sqlite3_value_blob(x),
			    sqlite3_value_blob(y),
			    (size_t)(m < n ? m : n));

			if (order != 0)
				return order;
			if (m != n)
				return m < n ? -1 : 1;
		}
	}
	return 0;
}

static size_t
fetch(sqlite3_stmt *select, struct row *rows, int columns)
{
	size_t n = 0;
	int c;

	while (n < BATCH && sqlite3_step(select) == SQLITE_ROW) {
		for (c = 0; c < columns; c++)
			rows[n].values[c] = sqlite3_value_dup(
			    sqlite3_column_value(select, c));
		n++;
	}
	return n;
}

static void
insert(sqlite3_stmt *insert_one, struct row *rows, size_t count,
    int columns)
{
	size_t i;
	int c;

	for (i = 0; i < count; i++) {
		for (c = 0; c < columns; c++)
			(void)sqlite3_bind_value(insert_one, c + 1,
			    rows[i].values[c]);
		bench_check(sqlite3_step(insert_one) == SQLITE_DONE,
		    "raw insert");
		(void)sqlite3_reset(insert_one);
	}
}

static void
release(struct row *rows, size_t count, int columns)
{
	size_t i;
	int c;

	for (i = 0; i < count; i++)
		for (c = 0; c < columns; c++)
			sqlite3_value_free(rows[i].values[c]);
}

#define TABLES (sizeof(tables) / sizeof(tables[0]))

static void
copy_schema(sqlite3 *from, sqlite3 *to)
{
	sqlite3_stmt *list = prepare(from, "SELECT sql FROM sqlite_master"
	    " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'");

	while (sqlite3_step(list) == SQLITE_ROW)
		raw(to, (const char *)sqlite3_column_text(list, 0));
	(void)sqlite3_finalize(list);
}

/* Only the writing is timed; usage counts as one upsert per distinct row of
 * a batch, like libomni. */
static double
append_raw(const char *from_path, const char *path)
{
	sqlite3 *from = raw_open(from_path), *to = raw_open(path);
	sqlite3_stmt *selects[TABLES], *inserts[TABLES], *usage;
	static struct row rows[TABLES][BATCH];
	double took = 0;
	size_t t, n = 1, i;
	char sql[400];

	copy_schema(from, to);
	for (t = 0; t < TABLES; t++) {
		(void)snprintf(sql, sizeof(sql), "SELECT * FROM %s WHERE %s"
		    " IN (SELECT id FROM omni_fact WHERE noun = 2)"
		    " ORDER BY %s", tables[t].name, tables[t].order,
		    tables[t].order);
		selects[t] = prepare(from, sql);
		(void)snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES"
		    " (?,?,?%s)", tables[t].name, tables[t].columns == 12 ?
		    ",?,?,?,?,?,?,?,?,?" : tables[t].columns == 5 ?
		    ",?,?" : "");
		inserts[t] = prepare(to, sql);
	}
	usage = prepare(to, "INSERT INTO omni_usage VALUES (?,?,?,1,?)"
	    " ON CONFLICT (record, channel, kind) DO UPDATE SET count ="
	    " count + 1, latest = excluded.latest");
	while (n > 0) {
		double start;

		for (t = 0; t < TABLES; t++)
			n = fetch(selects[t], rows[t], tables[t].columns);
		start = bench_seconds();
		raw(to, "BEGIN IMMEDIATE");
		for (t = 0; t < TABLES; t++) {
			if (t > 0)
				qsort(rows[t], n, sizeof(rows[t][0]),
				    compare_rows);
			insert(inserts[t], rows[t], n, tables[t].columns);
		}
		for (i = 0; i < n; i++) {
			sqlite3_value **v = rows[2][i].values;

			(void)sqlite3_bind_value(usage, 1, v[0]);
			(void)sqlite3_bind_value(usage, 2, v[3]);
			(void)sqlite3_bind_value(usage, 3, v[4]);
			(void)sqlite3_bind_value(usage, 4, v[1]);
			bench_check(sqlite3_step(usage) == SQLITE_DONE,
			    "raw usage");
			(void)sqlite3_reset(usage);
		}
		raw(to, "COMMIT");
		took += bench_seconds() - start;
		for (t = 0; t < TABLES; t++)
			release(rows[t], n, tables[t].columns);
	}
	for (t = 0; t < TABLES; t++) {
		(void)sqlite3_finalize(selects[t]);
		(void)sqlite3_finalize(inserts[t]);
	}
	(void)sqlite3_finalize(usage);
	(void)sqlite3_close(from);
	(void)sqlite3_close(to);
	return took;
}

/* What one would do without thinking: a random key and three indices. */
static double
append_random(const char *path, size_t count)
{
	sqlite3 *db = raw_open(path);
	sqlite3_stmt *one;
	double start;
	size_t i;

	raw(db, "CREATE TABLE e (id BLOB PRIMARY KEY, card TEXT, time"
	    " INTEGER, source TEXT, receipt TEXT, channel TEXT, kind TEXT,"
	    " ref TEXT, body TEXT);"
	    "CREATE INDEX e_card ON e (card, time);"
	    "CREATE UNIQUE INDEX e_receipt ON e (source, receipt);"
	    "CREATE INDEX e_ref ON e (ref, time)");
	one = prepare(db, "INSERT INTO e VALUES (?,?,?,"
	    "'/pos/store-3/till-1',?,'store','purchase',?,?)");
	start = bench_seconds();
	raw(db, "BEGIN IMMEDIATE");
	for (i = 0; i < count; i++) {
		uint64_t id[2] = { bench_mix(2 * i), bench_mix(2 * i + 1) };
		struct event e;

		event_make(&e, i);
		(void)sqlite3_bind_blob(one, 1, id, 16, SQLITE_STATIC);
		(void)sqlite3_bind_text(one, 2, e.card, -1, SQLITE_STATIC);
		(void)sqlite3_bind_int64(one, 3, e.time);
		(void)sqlite3_bind_text(one, 4, e.receipt, -1,
		    SQLITE_STATIC);
		(void)sqlite3_bind_text(one, 5, e.order, -1, SQLITE_STATIC);
		(void)sqlite3_bind_text(one, 6, body, -1, SQLITE_STATIC);
		bench_check(sqlite3_step(one) == SQLITE_DONE, "raw insert");
		(void)sqlite3_reset(one);
		if ((i + 1) % BATCH == 0)
			raw(db, "COMMIT; BEGIN IMMEDIATE");
	}
	raw(db, "COMMIT");
	start = bench_seconds() - start;
	(void)sqlite3_finalize(one);
	(void)sqlite3_close(db);
	return start;
}

/* ---- looking back --------------------------------------------------- */

#define ASKED 5000

static void
look_omni(omni *db, double *times)
{
	size_t i, n;
	char card[24];

	for (i = 0; i < ASKED; i++) {
		double start = bench_seconds();
		omni_record *who = omni_record_new();
		omni_customer *customer = NULL;
		omni_timeline *past = NULL;
		const omni_interaction *it;
		omni_filter *filter = omni_filter_new();

		(void)snprintf(card, sizeof(card), "C%08llu",
		    (unsigned long long)(bench_mix(i + 99) % customers));
		(void)omni_record_add(who, "loyalty", card);
		(void)omni_filter_set_limit(filter, 20);
		bench_ok(db, omni_customer_find(db, who, &customer), "find");
		bench_check(customer != NULL, "find");
		bench_ok(db, omni_timeline_open(db,
		    omni_customer_id(customer), filter, &past), "timeline");
		for (n = 0; omni_timeline_next(past, &it) == OMNI_OK; n++)
			;
		omni_timeline_free(past);
		omni_customer_free(customer);
		omni_filter_free(filter);
		omni_record_free(who);
		times[i] = (bench_seconds() - start) * 1e6;
	}
}

/* A host that asks also reads what it gets. */
static size_t
read_row(sqlite3_stmt *statement)
{
	int c, n = sqlite3_column_count(statement);
	size_t sum = 0;

	for (c = 0; c < n; c++) {
		const void *bytes = NULL;

		switch (sqlite3_column_type(statement, c)) {
		case SQLITE_INTEGER:
			sum += (size_t)sqlite3_column_int64(statement, c);
			break;
		case SQLITE_NULL:
			break;
		default:
			bytes = sqlite3_column_blob(statement, c);
			sum += (size_t)sqlite3_column_bytes(statement, c);
		}
		sum += bytes != NULL;
	}
	return sum;
}

/* The same statements by hand: the key's holder, its record, its pool, the
 * profile's fact, the stream, the facts. */
static void
look_raw(const char *path, double *times)
{
	sqlite3 *db = raw_open(path);
	sqlite3_stmt *ids = prepare(db, "SELECT k.hash FROM omni_key k"
	    " ORDER BY k.record LIMIT 5000");
	sqlite3_stmt *holder = prepare(db, "SELECT k.mark, k.record, coalesce(r.pool, r.id)"
	    " FROM omni_key k LEFT JOIN omni_record r ON r.id = k.record"
	    " WHERE k.hash = ? ORDER BY k.mark, k.record LIMIT 300");
	sqlite3_stmt *pool = prepare(db, "SELECT * FROM omni_record"
	    " WHERE id = ?1 UNION ALL SELECT * FROM omni_record"
	    " WHERE pool = ?1");
	sqlite3_stmt *fact = prepare(db, "SELECT * FROM omni_fact"
	    " WHERE id = ?");
	sqlite3_stmt *line = prepare(db, "SELECT t.happened, t.fact FROM"
	    " omni_timeline t WHERE t.record = ? ORDER BY t.happened DESC,"
	    " t.fact DESC LIMIT 20");
	static int64_t hashes[ASKED];
	size_t i, n = 0, sum = 0;

	while (n < ASKED && sqlite3_step(ids) == SQLITE_ROW)
		hashes[n++] = sqlite3_column_int64(ids, 0);
	for (i = 0; i < ASKED; i++) {
		double start = bench_seconds();
		unsigned char record[16], in_pool[16];

		(void)sqlite3_bind_int64(holder, 1,
		    hashes[bench_mix(i) % n]);
		bench_check(sqlite3_step(holder) == SQLITE_ROW, "holder");
		memcpy(record, sqlite3_column_blob(holder, 1), 16);
		memcpy(in_pool, sqlite3_column_blob(holder, 2), 16);
		(void)sqlite3_reset(holder);
		(void)sqlite3_bind_blob(pool, 1, in_pool, 16, SQLITE_STATIC);
		while (sqlite3_step(pool) == SQLITE_ROW) {
			sum += read_row(pool);
			(void)sqlite3_bind_int64(fact, 1,
			    sqlite3_column_int64(pool, 1));
			while (sqlite3_step(fact) == SQLITE_ROW)
				sum += read_row(fact);
			(void)sqlite3_reset(fact);
		}
		(void)sqlite3_reset(pool);
		(void)sqlite3_bind_blob(line, 1, record, 16, SQLITE_STATIC);
		while (sqlite3_step(line) == SQLITE_ROW) {
			(void)sqlite3_bind_int64(fact, 1,
			    sqlite3_column_int64(line, 1));
			while (sqlite3_step(fact) == SQLITE_ROW)
				sum += read_row(fact);
			(void)sqlite3_reset(fact);
		}
		(void)sqlite3_reset(line);
		times[i] = (bench_seconds() - start) * 1e6;
	}
	bench_check(sum > 0, "raw look-up");
	(void)sqlite3_finalize(ids);
	(void)sqlite3_finalize(holder);
	(void)sqlite3_finalize(pool);
	(void)sqlite3_finalize(fact);
	(void)sqlite3_finalize(line);
	(void)sqlite3_close(db);
}

static void
look(omni *db, const char *path)
{
	static double ours[ASKED], theirs[ASKED];
	double a, b;

	look_omni(db, ours);	/* warms the cache */
	look_omni(db, ours);
	look_raw(path, theirs);
	look_raw(path, theirs);
	a = bench_quantile(ours, ASKED, .5);
	b = bench_quantile(theirs, ASKED, .5);
	(void)printf("identifier to 20 newest: median %.1f us, p99 %.1f us; "
	    "raw statements %.1f us (%.2f x)\n", a,
	    bench_quantile(ours, ASKED, .99), b, b / a);
}

static off_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : 0;
}

int
main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	char directory[256], path[300], same[300], other[300];
	off_t before, after;
	double ours, theirs, random_key;
	omni *db;

	if (argc > 2)
		customers = strtoul(argv[2], NULL, 10);
	bench_directory(directory, sizeof(directory));
	(void)snprintf(path, sizeof(path), "%s/omni.db", directory);
	(void)snprintf(same, sizeof(same), "%s/same.db", directory);
	(void)snprintf(other, sizeof(other), "%s/other.db", directory);
	db = open_store(path);
	put_cards(db);
	while (omni_maintain(db, 10000) == OMNI_OK)
		;
	before = size_of(path);
	ours = append_omni(db, count);
	while (omni_maintain(db, 10000) == OMNI_OK)
		;
	after = size_of(path);
	(void)printf("append %zu interactions of %zu customers: %.0f/s, "
	    "%.0f bytes each, body %zu\n", count, customers,
	    (double)count / ours, (double)(after - before) / (double)count,
	    strlen(body));
	theirs = append_raw(path, same);
	(void)printf("raw, same rows and tables: %.0f/s; libomni %.2f x\n",
	    (double)count / theirs, theirs / ours);
	random_key = append_random(other, count);
	(void)printf("raw, random key and three indices: %.0f/s; libomni "
	    "%.2f x\n", (double)count / random_key, random_key / ours);
	look(db, path);
	omni_close(db);
	bench_clean(directory);
	return 0;
}
