/*
 * Looking back: from an identifier to the customer and to their twenty newest
 * interactions, by libomni and by the same statements by hand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "raw.h"

#define ASKED 5000
#define TURN 500

void
bench_card(char out[24], size_t i, size_t customers)
{
	(void)snprintf(out, 24, "C%08llu",
	    (unsigned long long)(bench_mix(i + 99) % customers));
}

double
bench_look(omni *db, const char *card)
{
	double start = bench_seconds();
	omni_record *who = omni_record_new();
	omni_filter *filter = omni_filter_new();
	omni_customer *customer = NULL;
	omni_timeline *past = NULL;
	const omni_interaction *it;
	omni_status status;

	(void)omni_record_add(who, "loyalty", card);
	(void)omni_filter_set_limit(filter, 20);
	bench_ok(db, omni_customer_find(db, who, &customer), "find");
	bench_check(customer != NULL, "find");
	bench_ok(db, omni_timeline_open(db, omni_customer_id(customer),
	    filter, &past), "timeline");
	while ((status = omni_timeline_next(past, &it)) == OMNI_OK)
		;
	bench_check(status == OMNI_DONE, "timeline");
	omni_timeline_free(past);
	omni_customer_free(customer);
	omni_filter_free(filter);
	omni_record_free(who);
	return (bench_seconds() - start) * 1e6;
}

/* ---- by hand -------------------------------------------------------- */

/* The key's holder, its record, its pool, the profile's fact, the stream,
 * the facts. */
struct raw {
	sqlite3 *db;
	sqlite3_stmt *holder, *pool, *fact, *stream;
	int64_t *hashes;
	size_t count;
	size_t sum;		/* what was read, so that it is read */
};

static void
load_hashes(struct raw *raw, size_t customers)
{
	sqlite3_stmt *keys = raw_prepare(raw->db,
	    "SELECT k.hash FROM omni_key k");

	raw->hashes = calloc(customers, sizeof(*raw->hashes));
	bench_check(raw->hashes != NULL, "memory");
	while (raw->count < customers && sqlite3_step(keys) == SQLITE_ROW)
		raw->hashes[raw->count++] = sqlite3_column_int64(keys, 0);
	(void)sqlite3_finalize(keys);
	bench_check(raw->count == customers, "the keys of all cards");
}

static void
raw_begin(struct raw *raw, const char *path, size_t customers)
{
	memset(raw, 0, sizeof(*raw));
	raw->db = raw_open(path);
	raw->holder = raw_prepare(raw->db, "SELECT k.mark, k.record,"
	    " coalesce(r.pool, r.id) FROM omni_key k"
	    " LEFT JOIN omni_record r ON r.id = k.record"
	    " WHERE k.hash = ? ORDER BY k.mark, k.record LIMIT 300");
	raw->pool = raw_prepare(raw->db, "SELECT * FROM omni_record"
	    " WHERE id = ?1 UNION ALL SELECT * FROM omni_record"
	    " WHERE pool = ?1");
	raw->fact = raw_prepare(raw->db, "SELECT * FROM omni_fact"
	    " WHERE id = ?");
	raw->stream = raw_prepare(raw->db, "SELECT t.happened, t.fact FROM"
	    " omni_timeline t WHERE t.record = ? ORDER BY t.happened DESC,"
	    " t.fact DESC LIMIT 20");
	load_hashes(raw, customers);
}

static void
raw_end(struct raw *raw)
{
	bench_check(raw->sum > 0, "raw look-up");
	(void)sqlite3_finalize(raw->holder);
	(void)sqlite3_finalize(raw->pool);
	(void)sqlite3_finalize(raw->fact);
	(void)sqlite3_finalize(raw->stream);
	(void)sqlite3_close(raw->db);
	free(raw->hashes);
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

/* The rows of a statement whose second column is a fact, and their facts. */
static void
read_facts(struct raw *raw, sqlite3_stmt *rows)
{
	while (sqlite3_step(rows) == SQLITE_ROW) {
		raw->sum += read_row(rows);
		(void)sqlite3_bind_int64(raw->fact, 1,
		    sqlite3_column_int64(rows, 1));
		while (sqlite3_step(raw->fact) == SQLITE_ROW)
			raw->sum += read_row(raw->fact);
		(void)sqlite3_reset(raw->fact);
	}
	(void)sqlite3_reset(rows);
}

static double
raw_look(struct raw *raw, size_t i)
{
	double start = bench_seconds();
	unsigned char record[16], pool[16];

	(void)sqlite3_bind_int64(raw->holder, 1,
	    raw->hashes[bench_mix(i + 99) % raw->count]);
	bench_check(sqlite3_step(raw->holder) == SQLITE_ROW, "holder");
	memcpy(record, sqlite3_column_blob(raw->holder, 1), sizeof(record));
	memcpy(pool, sqlite3_column_blob(raw->holder, 2), sizeof(pool));
	(void)sqlite3_reset(raw->holder);
	(void)sqlite3_bind_blob(raw->pool, 1, pool, sizeof(pool),
	    SQLITE_STATIC);
	read_facts(raw, raw->pool);
	(void)sqlite3_bind_blob(raw->stream, 1, record, sizeof(record),
	    SQLITE_STATIC);
	read_facts(raw, raw->stream);
	return (bench_seconds() - start) * 1e6;
}

/* ---- side by side --------------------------------------------------- */

/* In turns, so that what else the machine does hits both; the first round
 * warms the caches. */
void
bench_look_compare(omni *db, const char *path, size_t customers)
{
	static double ours[ASKED], theirs[ASKED];
	struct raw raw;
	size_t i, from, n;
	double median;
	char card[24];

	raw_begin(&raw, path, customers);
	for (n = 0; n < 2 * ASKED; n += TURN) {
		from = n % ASKED;
		for (i = from; i < from + TURN; i++) {
			bench_card(card, i, customers);
			ours[i] = bench_look(db, card);
		}
		for (i = from; i < from + TURN; i++)
			theirs[i] = raw_look(&raw, i);
	}
	raw_end(&raw);
	median = bench_quantile(ours, ASKED, .5);
	(void)printf("identifier, customer, 20 newest: median %.1f us, p99"
	    " %.1f us\n", median, bench_quantile(ours, ASKED, .99));
	(void)printf("  raw, same statements: median %.1f us, p99 %.1f us;"
	    " libomni %.2f x\n", bench_quantile(theirs, ASKED, .5),
	    bench_quantile(theirs, ASKED, .99),
	    bench_quantile(theirs, ASKED, .5) / median);
}
