/*
 * Records put and resolved by exact identifiers, in batches; then one by one,
 * durable, beside raw durable commits; size of an opened handle.
 *
 *	bench_records [records [people]]
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "bench.h"

#define BATCH 1000
#define SINGLES 2000

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

static void
put_all(omni *db, size_t count, size_t people)
{
	omni_batch *batch;
	size_t i;

	bench_ok(db, omni_batch_new(db, &batch), "batch");
	for (i = 0; i < count; i++) {
		omni_record *record = record_make(i, people);

		bench_ok(db, omni_batch_add_record(batch, record), "add");
		omni_record_free(record);
		if (omni_batch_count(batch) == BATCH) {
			bench_ok(db, omni_batch_commit(batch), "commit");
			omni_batch_clear(batch);
		}
	}
	bench_ok(db, omni_batch_commit(batch), "commit");
	omni_batch_free(batch);
}

static double
put_singly(omni *db, size_t from, size_t people)
{
	double start = bench_seconds();
	size_t i;

	for (i = from; i < from + SINGLES; i++) {
		omni_record *record = record_make(i, people);

		bench_ok(db, omni_record_put(db, record, NULL), "put");
		omni_record_free(record);
	}
	return bench_seconds() - start;
}

static double
commit_raw(const char *path)
{
	sqlite3 *db;
	double start;
	size_t i;

	bench_check(sqlite3_open(path, &db) == SQLITE_OK &&
	    sqlite3_exec(db, "PRAGMA synchronous=FULL; PRAGMA"
	    " journal_mode=WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, x"
	    " TEXT)", NULL, NULL, NULL) == SQLITE_OK, "raw open");
	start = bench_seconds();
	for (i = 0; i < SINGLES; i++)
		bench_check(sqlite3_exec(db, "INSERT INTO t (x) VALUES"
		    " ('a record as long as most of them are')", NULL, NULL,
		    NULL) == SQLITE_OK, "raw insert");
	start = bench_seconds() - start;
	(void)sqlite3_close(db);
	return start;
}

static long
resident_kib(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long total, resident = 0;

	if (f != NULL && fscanf(f, "%ld %ld", &total, &resident) != 2)
		resident = 0;
	if (f != NULL)
		(void)fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

int
main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 500000;
	size_t people = argc > 2 ? strtoul(argv[2], NULL, 10) : 200000;
	char directory[256], path[300];
	double start, took, raw;
	long before, after;
	omni *db = NULL;

	bench_directory(directory, sizeof(directory));
	(void)snprintf(path, sizeof(path), "%s/omni.db", directory);
	before = resident_kib();
	bench_check(omni_open(NULL, path, &db) == OMNI_OK, "open");
	after = resident_kib();
	(void)printf("opened: %ld KiB resident, %ld KiB before\n", after,
	    before);
	start = bench_seconds();
	put_all(db, count, people);
	took = bench_seconds() - start;
	(void)printf("records, batches of %d: %zu of %zu people, %.0f/s\n",
	    BATCH, count, people, (double)count / took);
	took = put_singly(db, count, people);
	(void)snprintf(path, sizeof(path), "%s/raw.db", directory);
	raw = commit_raw(path);
	(void)printf("single records, durable: %.0f/s; raw commits %.0f/s "
	    "(%.2f x)\n", SINGLES / took, SINGLES / raw, raw / took);
	omni_close(db);
	bench_clean(directory);
	return 0;
}
