/*
 * Interactions appended, beside raw SQLite: (a) writing the same rows into
 * the same tables in the same order, (b) one table with a random 16-byte
 * primary key and three indices.  Then looking back on what was written.
 *
 *	bench_append [interactions [customers]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench.h"
#include "raw.h"

#define BATCH 10000

/* ---- raw ------------------------------------------------------------ */

#define BY_FACT(table) "SELECT *, fact FROM " table " WHERE fact IN" \
	" (SELECT id FROM omni_fact WHERE noun = 2) ORDER BY fact"

/* Usage counts are one upsert a distinct row of a batch, as in libomni. */
static const struct raw_table tables[] = {
	{ "omni_fact", "SELECT *, id FROM omni_fact WHERE noun = 2"
	    " ORDER BY id", NULL },
	{ "omni_host_key", BY_FACT("omni_host_key"), NULL },
	{ "omni_timeline", BY_FACT("omni_timeline"), NULL },
	{ "omni_reference", BY_FACT("omni_reference"), NULL },
	{ "omni_usage", BY_FACT("omni_timeline"), "INSERT INTO omni_usage"
	    " VALUES (?1, ?4, ?5, ?6, ?2) ON CONFLICT (record, channel,"
	    " kind) DO UPDATE SET count = count + excluded.count, latest ="
	    " excluded.latest" },
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

static void
bind_sale(sqlite3_stmt *one, const struct bench_sale *sale)
{
	(void)sqlite3_bind_text(one, 2, sale->card, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(one, 3, sale->time);
	(void)sqlite3_bind_text(one, 4, sale->source, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(one, 5, sale->receipt, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(one, 6, sale->order, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(one, 7, bench_body, -1, SQLITE_STATIC);
}

/* What one would do without thinking: a random key and three indices. */
static double
append_random(const char *path, size_t count, size_t customers)
{
	sqlite3 *db = raw_open(path);
	sqlite3_stmt *one;
	double start;
	size_t i;

	raw_run(db, "CREATE TABLE e (id BLOB PRIMARY KEY, card TEXT, time"
	    " INTEGER, source TEXT, receipt TEXT, channel TEXT, kind TEXT,"
	    " ref TEXT, body TEXT);"
	    "CREATE INDEX e_card ON e (card, time);"
	    "CREATE UNIQUE INDEX e_receipt ON e (source, receipt);"
	    "CREATE INDEX e_ref ON e (ref, time)");
	one = raw_prepare(db, "INSERT INTO e VALUES (?,?,?,?,?,"
	    "'store','purchase',?,?)");
	start = bench_seconds();
	raw_run(db, "BEGIN IMMEDIATE");
	for (i = 0; i < count; i++) {
		uint64_t id[2] = { bench_mix(2 * i), bench_mix(2 * i + 1) };
		struct bench_sale sale;

		bench_sale_make(&sale, i, customers);
		(void)sqlite3_bind_blob(one, 1, id, 16, SQLITE_STATIC);
		bind_sale(one, &sale);
		bench_check(sqlite3_step(one) == SQLITE_DONE, "raw insert");
		(void)sqlite3_reset(one);
		if ((i + 1) % BATCH == 0)
			raw_run(db, "COMMIT; BEGIN IMMEDIATE");
	}
	raw_run(db, "COMMIT");
	start = bench_seconds() - start;
	(void)sqlite3_finalize(one);
	(void)sqlite3_close(db);
	return start;
}

/* ---- beside libomni ------------------------------------------------- */

static void
settle(omni *db)
{
	while (omni_maintain(db, 10000) == OMNI_OK)
		;
}

static double
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (double)st.st_size : 0;
}

static double
append(omni *db, const char *path, size_t count, size_t customers)
{
	double took, before, each;

	bench_cards_put(db, customers);
	settle(db);
	before = size_of(path);
	took = bench_seconds();
	bench_sales_put(db, 0, count, customers, BATCH);
	took = bench_seconds() - took;
	settle(db);
	each = (size_of(path) - before) / (double)count;
	(void)printf("append %zu interactions of %zu customers, batches of "
	    "%d: %.0f/s\n", count, customers, BATCH, (double)count / took);
	(void)printf("  rows of %zu B-trees, %.0f bytes beside the body of "
	    "%zu\n", TABLES, each - (double)strlen(bench_body),
	    strlen(bench_body));
	return took;
}

static void
compare(const char *what, size_t count, double theirs, double ours)
{
	(void)printf("  raw, %s: %.0f/s; libomni %.2f x\n", what,
	    (double)count / theirs, theirs / ours);
}

int
main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	size_t customers = argc > 2 ? strtoul(argv[2], NULL, 10) : 50000;
	char directory[256], path[300], same[300], other[300];
	double took;
	omni *db;

	bench_check(count > 0 && customers > 0, "arguments: a number");
	bench_directory(directory, sizeof(directory));
	(void)snprintf(path, sizeof(path), "%s/omni.db", directory);
	(void)snprintf(same, sizeof(same), "%s/same.db", directory);
	(void)snprintf(other, sizeof(other), "%s/other.db", directory);
	db = bench_open(path);
	took = append(db, path, count, customers);
	compare("same rows and tables", count,
	    raw_copy(path, same, tables, TABLES, BATCH), took);
	compare("random key and three indices", count,
	    append_random(other, count, customers), took);
	bench_look_compare(db, path, customers);
	bench_tills(db);
	bench_keyed(db);
	omni_close(db);
	bench_clean(directory);
	return 0;
}
