/*
 * Decisions: one by one for customers who said much, and for everybody.
 *
 *	bench_route [customers [store [make]]]
 *
 * A store of so many customers (20,000 unless told) is made; where one is
 * named, it stays, and is made when it is no file yet, or when told.  To reach
 * with a million, on SQLite: one decision, warm, with 12 channels, 50
 * statements and 3 caps: median under 60 us, 99 of 100 under 150 us; 100,000 a
 * second for everybody in memory that does not grow; on PostgreSQL 20,000 a
 * second.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "consent/reach.h"
#include "mail.h"
#include "raw.h"
#include "sets.h"

#define SAMPLE 1000
#define ROUNDS 5
#define BATCH 5000

/* ---- the store ------------------------------------------------------ */

struct job {
	const char *url;
	size_t customers, sample;
};

static void
make(void *context)
{
	const struct job *job = context;
	omni *db = bench_open_load(job->url);
	double start = bench_seconds();

	mail_define(db);
	mail_people(db, job->customers);
	(void)printf("  loaded in bulk: %.1f s\n", bench_seconds() - start);
	start = bench_seconds();
	mail_everybody(db, job->customers, BATCH);
	mail_sample(db, job->customers, job->sample, BATCH);
	(void)printf("  what they said and were sent, in batches: %.1f s\n",
	    bench_seconds() - start);
	bench_ok(db, omni_maintain(db, 60000), "maintain");
	omni_close(db);
}

/* ---- one by one ----------------------------------------------------- */

struct sample {
	char (*ids)[OMNI_ID_SIZE];
	size_t count;
};

static void
sample_read(omni *db, size_t count, struct sample *sample)
{
	size_t i;

	sample->count = count;
	sample->ids = calloc(count, sizeof(*sample->ids));
	bench_check(sample->ids != NULL, "memory");
	for (i = 0; i < count; i++) {
		omni_customer *customer = NULL;
		char key[24];

		mail_key(key, i);
		bench_ok(db, omni_customer_of(db, "all", key, &customer),
		    "customer");
		bench_check(customer != NULL, "customer");
		(void)snprintf(sample->ids[i], OMNI_ID_SIZE, "%s",
		    omni_customer_id(customer));
		omni_customer_free(customer);
	}
}

static void
decide_all(omni *db, const struct sample *sample, double *times)
{
	size_t i;

	for (i = 0; i < sample->count; i++) {
		const char *id = sample->ids[bench_mix(i) % sample->count];
		omni_route *route = NULL;
		double start = bench_seconds();

		bench_ok(db, omni_route_decide(db, id, "news", OMNI_NOW,
		    &route), "decide");
		times[i] = bench_seconds() - start;
		omni_route_free(route);
	}
}

/* ---- the same rows by hand ------------------------------------------ */

enum { RECORD, POOL, REACH, SAID, CONTACT, SENT, ANSWERED, TABLES };

static const char *const raw_sql[TABLES] = {
	[RECORD] = "SELECT customer, pool, fact, first FROM omni_record"
	    " WHERE id = ?1",
	[POOL] = "SELECT id, fact, first, customer FROM omni_record"
	    " WHERE pool = ?1",
	[REACH] = "SELECT happened, pack FROM omni_reach WHERE record = ?1",
	[SAID] = "SELECT fact, pack FROM omni_statement WHERE record = ?1",
	[CONTACT] = "SELECT happened, fact, what, flag, since, until, purpose,"
	    " cause FROM omni_contact WHERE address = ?1",
	[SENT] = "SELECT happened, fact, what, channel, purpose, message,"
	    " priority FROM omni_message WHERE record = ?1 AND happened >= ?2",
	[ANSWERED] = "SELECT channel, span, sent, answered FROM omni_response"
	    " WHERE record = ?1",
};

struct raw {
	sqlite3_stmt *get[TABLES];
	int64_t since;
	size_t rows, bytes;
};

/* Each row, each column. */
static int
raw_step(struct raw *raw, sqlite3_stmt *get)
{
	int code = sqlite3_step(get), i;

	for (i = 0; code == SQLITE_ROW && i < sqlite3_column_count(get); i++)
		if (sqlite3_column_type(get, i) == SQLITE_INTEGER)
			raw->bytes += sqlite3_column_int64(get, i) != 0;
		else if (sqlite3_column_blob(get, i) != NULL)
			raw->bytes += (size_t)sqlite3_column_bytes(get, i);
	raw->rows += code == SQLITE_ROW;
	return code;
}

static void
raw_read(struct raw *raw, int table, const void *id)
{
	sqlite3_stmt *get = raw->get[table];

	(void)sqlite3_bind_blob(get, 1, id, 16, SQLITE_STATIC);
	if (table == SENT)
		(void)sqlite3_bind_int64(get, 2, raw->since);
	while (raw_step(raw, get) == SQLITE_ROW)
		;
	(void)sqlite3_reset(get);
}

/* The addresses' hashes stand in the pack: see consent/reach.h. */
static size_t
raw_addresses(const unsigned char *pack, size_t size,
    unsigned char out[][16], size_t most)
{
	size_t at = 1, n = 0;

	while (at < size && n < most) {
		int texts = 1, tag = pack[at++];

		if (tag == OMNI__REACH_ADDRESS || tag == OMNI__REACH_EMAIL ||
		    tag == OMNI__REACH_PHONE || tag == OMNI__REACH_DEVICE) {
			memcpy(out[n++], pack + at, 16);
			at += 16;
			texts = tag == OMNI__REACH_ADDRESS ? 3 : 2;
		}
		for (; texts > 0; texts--)
			at += strlen((const char *)pack + at) + 1;
	}
	return n;
}

static void
raw_record(struct raw *raw, const void *id)
{
	sqlite3_stmt *get = raw->get[REACH];
	unsigned char hashes[16][16];
	size_t count = 0, i;

	(void)sqlite3_bind_blob(get, 1, id, 16, SQLITE_STATIC);
	while (raw_step(raw, get) == SQLITE_ROW)
		count = raw_addresses(sqlite3_column_blob(get, 1),
		    (size_t)sqlite3_column_bytes(get, 1), hashes, 16);
	(void)sqlite3_reset(get);
	raw_read(raw, SAID, id);
	raw_read(raw, SENT, id);
	raw_read(raw, ANSWERED, id);
	for (i = 0; i < count; i++)
		raw_read(raw, CONTACT, hashes[i]);
}

static void
raw_customer(struct raw *raw, const unsigned char id[16])
{
	unsigned char pool[16], member[16];
	sqlite3_stmt *get = raw->get[RECORD];

	memcpy(pool, id, 16);
	(void)sqlite3_bind_blob(get, 1, id, 16, SQLITE_STATIC);
	if (raw_step(raw, get) == SQLITE_ROW &&
	    sqlite3_column_bytes(get, 1) == 16)
		memcpy(pool, sqlite3_column_blob(get, 1), 16);
	(void)sqlite3_reset(get);
	raw_record(raw, id);
	get = raw->get[POOL];
	(void)sqlite3_bind_blob(get, 1, pool, 16, SQLITE_STATIC);
	while (raw_step(raw, get) == SQLITE_ROW) {
		if (memcmp(sqlite3_column_blob(get, 3), id, 16) != 0 ||
		    memcmp(sqlite3_column_blob(get, 0), id, 16) == 0)
			continue;
		memcpy(member, sqlite3_column_blob(get, 0), 16);
		raw_record(raw, member);
	}
	(void)sqlite3_reset(get);
}

static void
raw_all(sqlite3 *db, struct raw *raw, const struct sample *sample,
    double *times)
{
	size_t i;

	raw->rows = 0;
	for (i = 0; i < sample->count; i++) {
		const char *hex = sample->ids[bench_mix(i) % sample->count];
		unsigned char id[16];
		double start;

		bench_check(omni__unhex(id, 16, hex), "an id");
		start = bench_seconds();
		raw_run(db, "BEGIN");
		raw_customer(raw, id);
		raw_run(db, "COMMIT");
		times[i] = bench_seconds() - start;
	}
}

static void
print_times(const char *what, double *times, size_t count)
{
	(void)printf("  %s: median %.1f us, p99 %.1f us\n", what,
	    bench_quantile(times, count, .5) * 1e6,
	    bench_quantile(times, count, .99) * 1e6);
}

static void
raw_start(sqlite3 *db, struct raw *raw)
{
	int i;

	memset(raw, 0, sizeof(*raw));
	for (i = 0; i < TABLES; i++)
		raw->get[i] = raw_prepare(db, raw_sql[i]);
	raw->since = omni__clock(&omni__env_default) - 32 * OMNI__DAY;
}

static void
compare(omni *db, const char *path, const struct sample *sample)
{
	double *mine = calloc(2 * sample->count, sizeof(*mine));
	double *theirs = mine + sample->count, ratios[ROUNDS];
	sqlite3 *other = raw_open(path);
	struct raw raw;
	int i;

	bench_check(mine != NULL, "memory");
	raw_start(other, &raw);
	decide_all(db, sample, mine);
	raw_all(other, &raw, sample, theirs);
	for (i = 0; i < ROUNDS; i++) {
		decide_all(db, sample, mine);
		raw_all(other, &raw, sample, theirs);
		print_times("a decision", mine, sample->count);
		print_times("raw SQLite, the same rows", theirs,
		    sample->count);
		ratios[i] = bench_quantile(mine, sample->count, .5) /
		    bench_quantile(theirs, sample->count, .5);
	}
	(void)printf("  rows a decision: %.1f; times raw SQLite: %.2f"
	    " (median of %d)\n", (double)raw.rows / (double)sample->count,
	    bench_quantile(ratios, ROUNDS, .5), ROUNDS);
	for (i = 0; i < TABLES; i++)
		(void)sqlite3_finalize(raw.get[i]);
	(void)sqlite3_close(other);
	free(mine);
}

static void
single(void *context)
{
	const struct job *job = context;
	omni *db = bench_open(job->url);
	struct sample sample;
	double *times;
	int i;

	sample_read(db, job->sample, &sample);
	if (strstr(job->url, "://") == NULL)
		compare(db, job->url, &sample);
	else {
		times = calloc(sample.count, sizeof(*times));
		bench_check(times != NULL, "memory");
		for (i = 0; i < 2; i++)
			decide_all(db, &sample, times);
		print_times("a decision", times, sample.count);
		free(times);
	}
	free(sample.ids);
	omni_close(db);
}

/* ---- everybody ------------------------------------------------------ */

static void
run_many(omni *db, const char *purpose)
{
	omni_message *message = omni_message_new(purpose);
	omni_routes *routes = NULL;
	double start = bench_seconds(), spent;

	bench_ok(db, omni_route_many(db, message, NULL, 0, &routes), "many");
	bench_ok(db, omni_routes_run(routes), "run");
	spent = bench_seconds() - start;
	(void)printf("  %s for everybody: %lld decided, %lld go nowhere,"
	    " %.2f s, %.0f/s\n", purpose,
	    (long long)omni_routes_decided(routes),
	    (long long)omni_routes_nowhere(routes), spent,
	    (double)omni_routes_decided(routes) / spent);
	omni_routes_free(routes);
	omni_message_free(message);
}

static void
many(void *context)
{
	const struct job *job = context;
	omni *db = bench_open(job->url);
	int i;

	for (i = 0; i < 3; i++)
		run_many(db, "news");
	run_many(db, "invoice");
	omni_close(db);
}

int
main(int argc, char **argv)
{
	size_t customers = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000;
	char directory[256] = "", path[300];
	struct job job = { path, customers,
	    customers < 5 * SAMPLE ? customers / 5 + 1 : SAMPLE };
	struct bench_cost cost;

	if (argc > 2)
		(void)snprintf(path, sizeof(path), "%s", argv[2]);
	else {
		bench_directory(directory, sizeof(directory));
		(void)snprintf(path, sizeof(path), "%s/omni.db", directory);
	}
	(void)printf("%zu customers; of those asked one by one each said %d"
	    " things on 12 channels; 3 caps\n", customers, MAIL_STATEMENTS);
	if (argc < 3 || (strstr(path, "://") == NULL &&
	    access(path, F_OK) != 0) || argc > 3)
		bench_child(make, &job, &cost);
	bench_child(single, &job, &cost);
	bench_child(many, &job, &cost);
	(void)printf("  everybody in %.0f MiB\n", cost.mib);
	if (directory[0] != '\0')
		bench_clean(directory);
	return 0;
}
