/*
 * Records put and resolved by exact identifiers, in batches, beside raw
 * SQLite writing the rows that came of it; then one by one, durable, beside
 * raw durable commits.
 *
 *	bench_records [records [people]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"
#include "raw.h"

#define BATCH 1000
#define SINGLES 2000
#define TURN 50

/* ---- records -------------------------------------------------------- */

static const char *const given[] = {
	"Anna", "Bo", "Carla", "David", "Elin", "Fatima", "Georg", "Hanna",
	"Ivan", "Julia", "Karl", "Lena", "Maria", "Nils", "Olga", "Per"
};
static const char *const family[] = {
	"Andersson", "Berg", "Costa", "Dahl", "Ek", "Fischer", "Gomez",
	"Holm", "Ivanov", "Jansen", "Kowalski", "Lind", "Meyer", "Novak",
	"Olsson", "Peters"
};

/* One of a person's records: two of their three identifiers. */
static omni_record *
record_make(size_t i, size_t people)
{
	uint64_t person = bench_mix(i) % people, n = bench_mix(person + 5);
	omni_record *record = omni_record_new();
	char text[64];

	(void)snprintf(text, sizeof(text), "K%09zu", i);
	(void)omni_record_set_source(record, i % 3 == 0 ? "crm" :
	    i % 3 == 1 ? "webshop" : "loyalty", text);
	(void)omni_record_set_time(record, INT64_C(1735689600000000) +
	    (int64_t)i * 1000000);
	(void)omni_record_add(record, "name.given", given[n % 16]);
	(void)omni_record_add(record, "name.family", family[n / 16 % 16]);
	(void)snprintf(text, sizeof(text), "p%llu@mail.example",
	    (unsigned long long)person);
	if (i % 3 != 2)
		(void)omni_record_add(record, "email", text);
	(void)snprintf(text, sizeof(text), "+4670%07llu",
	    (unsigned long long)person % 10000000);
	if (i % 3 != 0)
		(void)omni_record_add(record, "phone", text);
	(void)snprintf(text, sizeof(text), "7%08llu",
	    (unsigned long long)person);
	if (i % 3 != 1)
		(void)omni_record_add(record, "loyalty", text);
	return record;
}

static double
put_all(omni *db, size_t count, size_t people)
{
	double start = bench_seconds();
	omni_batch *batch;
	size_t i;

	bench_ok(db, omni_batch_new(db, &batch), "batch");
	for (i = 0; i < count; i++) {
		omni_record *record = record_make(i, people);

		bench_ok(db, omni_batch_add_record(batch, record), "add");
		omni_record_free(record);
		if (omni_batch_count(batch) == BATCH)
			bench_commit(db, batch);
	}
	bench_commit(db, batch);
	omni_batch_free(batch);
	return bench_seconds() - start;
}

/* What a record leaves behind, in its final state: what it was before others
 * joined it is not written again.  A line of the change feed comes with the
 * record that the customer is called by. */
static const struct raw_table tables[] = {
	{ "omni_fact", "SELECT *, id FROM omni_fact ORDER BY id", NULL },
	{ "omni_record", "SELECT *, fact FROM omni_record ORDER BY fact",
	    NULL },
	{ "omni_key", "SELECT k.*, r.fact FROM omni_key k JOIN omni_record r"
	    " ON r.id = k.record ORDER BY r.fact", NULL },
	{ "omni_feed", "SELECT f.*, r.fact FROM omni_feed f JOIN omni_record"
	    " r ON r.id = f.customer ORDER BY r.fact", NULL },
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

static void
in_batches(omni *db, const char *path, const char *same, size_t count,
    size_t people)
{
	double ours = put_all(db, count, people), theirs;

	(void)printf("records put and resolved, batches of %d: %zu of %zu "
	    "people, %.0f/s\n", BATCH, count, people, (double)count / ours);
	theirs = raw_copy(path, same, tables, TABLES, BATCH);
	(void)printf("  raw, the rows it made: %.0f/s; libomni %.2f x\n",
	    (double)count / theirs, theirs / ours);
}

/* ---- one by one ----------------------------------------------------- */

/* Of the wall: a commit waits for the disk. */
static double
wall(void)
{
	struct timespec now;

	(void)timespec_get(&now, TIME_UTC);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct spent {
	double wall, other;	/* other: by bench_seconds */
};

static void
put_singly(omni *db, size_t from, size_t people, struct spent *spent)
{
	double start = wall(), other = bench_seconds();
	size_t i;

	for (i = from; i < from + TURN; i++) {
		omni_record *record = record_make(i, people);

		bench_ok(db, omni_record_put(db, record, NULL), "put");
		omni_record_free(record);
	}
	spent->wall += wall() - start;
	spent->other += bench_seconds() - other;
}

static void
commit_singly(sqlite3_stmt *one, struct spent *spent)
{
	double start = wall(), other = bench_seconds();
	size_t i;

	for (i = 0; i < TURN; i++) {
		bench_check(sqlite3_step(one) == SQLITE_DONE, "raw insert");
		(void)sqlite3_reset(one);
	}
	spent->wall += wall() - start;
	spent->other += bench_seconds() - other;
}

/* In turns, so that what else the disk does hits both. */
static void
singly(omni *db, const char *path, size_t from, size_t people)
{
	struct spent ours = { 0, 0 }, theirs = { 0, 0 };
	sqlite3 *raw = raw_open(path);
	sqlite3_stmt *one;
	size_t i;

	raw_run(raw, "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)");
	one = raw_prepare(raw, "INSERT INTO t (x) VALUES"
	    " ('a record as long as most of them are')");
	for (i = 0; i < SINGLES; i += TURN) {
		put_singly(db, from + i, people, &ours);
		commit_singly(one, &theirs);
	}
	(void)sqlite3_finalize(one);
	(void)sqlite3_close(raw);
	(void)printf("single records, durable: %.0f/s; raw commits of a row "
	    "%.0f/s; libomni %.2f x\n", SINGLES / ours.wall,
	    SINGLES / theirs.wall, theirs.wall / ours.wall);
	if (getenv("BENCH_CPU") != NULL)
		(void)printf("  of the processor: %.1f us each, raw %.1f "
		    "us\n", ours.other / SINGLES * 1e6,
		    theirs.other / SINGLES * 1e6);
}

int
main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 500000;
	size_t people = argc > 2 ? strtoul(argv[2], NULL, 10) : 200000;
	char directory[256], path[300], same[300], other[300];
	omni *db;

	bench_check(count > 0 && people > 0, "arguments: a number");
	bench_directory(directory, sizeof(directory));
	(void)snprintf(path, sizeof(path), "%s/omni.db", directory);
	(void)snprintf(same, sizeof(same), "%s/same.db", directory);
	(void)snprintf(other, sizeof(other), "%s/other.db", directory);
	db = bench_open(path);
	in_batches(db, path, same, count, people);
	singly(db, other, count, people);
	omni_close(db);
	bench_clean(directory);
	return 0;
}
