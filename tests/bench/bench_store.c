/*
 * The stores beside the bare libraries doing the same: what the interface
 * costs.  Each pair runs in one process, one after the other, on the same
 * disk.
 *
 *	bench_store [rows]
 *
 * PostgreSQL only with OMNI_TEST_POSTGRES, and by the wall.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>
#include <sqlite3.h>

#include "bench.h"
#include "store/store.h"

#define BATCH 10000
#define SERVER_BATCH 1000

static const char tables[] =
    "CREATE TABLE bench_fact (\n"
    "  id INTEGER PRIMARY KEY,\n"
    "  record BLOB NOT NULL,\n"
    "  body TEXT\n"
    ") STRICT;\n"
    "CREATE TABLE bench_key (\n"
    "  hash INTEGER NOT NULL,\n"
    "  id INTEGER NOT NULL,\n"
    "  PRIMARY KEY (hash, id)\n"
    ") STRICT, WITHOUT ROWID;\n";

static const struct omni__sql put_fact = { "put_fact",
	"id:i record:b body:t", "",
	"INSERT INTO bench_fact (id, record, body)\n"
	"SELECT $id, $record, $body FROM p WHERE true\n"
	"ON CONFLICT (id) DO NOTHING", NULL };
static const struct omni__sql put_key = { "put_key", "hash:i id:i", "",
	"INSERT INTO bench_key (hash, id) SELECT $hash, $id FROM p\n"
	"WHERE true ON CONFLICT (hash, id) DO NOTHING", NULL };
static const struct omni__sql get_fact = { "get_fact", "id:i", "bt",
	"SELECT record, body FROM bench_fact WHERE id = $id", NULL };

static void
check(int fine, const char *what)
{
	if (fine)
		return;
	(void)fprintf(stderr, "bench_store: %s\n", what);
	exit(1);
}

static int64_t
mixed(int64_t i)
{
	return (int64_t)((uint64_t)i * UINT64_C(0x9e3779b97f4a7c15) >> 1);
}

/* ---- one batch, prepared for both sides ----------------------------- */

struct batch {
	size_t rows;
	unsigned char records[BATCH][16];
	struct omni__value facts[BATCH * 3];
	struct omni__value keys[BATCH * 2];
};

static const char body[] = "{\"order\":\"W8841\",\"total\":1299,"
    "\"currency\":\"SEK\",\"till\":3,\"lines\":[\"TS-1\",\"TS-2\"]}";

static void
batch_fill(struct batch *batch, int64_t from, size_t rows)
{
	size_t i;

	batch->rows = rows;
	for (i = 0; i < rows; i++) {
		int64_t id = from + (int64_t)i, hash = mixed(id);

		memcpy(batch->records[i], &hash, sizeof(hash));
		memcpy(batch->records[i] + 8, &id, sizeof(id));
		batch->facts[3 * i] = omni__int(id);
		batch->facts[3 * i + 1] = omni__blob(batch->records[i], 16);
		batch->facts[3 * i + 2] = omni__text(body);
		batch->keys[2 * i] = omni__int(hash);
		batch->keys[2 * i + 1] = omni__int(id);
	}
}

/* ---- through the interface ------------------------------------------ */

static struct omni__error error;

static struct omni__store *
store_open(const struct omni__store_ops *ops, const char *url)
{
	struct omni__store_options options = {
		.env = &omni__env_default, .url = url, .timeout = 60000,
	};
	struct omni__store *store = NULL;

	check(ops->open(&options, &store, &error) == OMNI_OK, error.text);
	return store;
}

static double
load(const struct omni__store_ops *ops, struct omni__store *store,
    struct batch *batch, int64_t rows, size_t step)
{
	double start = bench_seconds(), filling = 0;
	int64_t from;

	for (from = 0; from < rows; from += (int64_t)step) {
		double before = bench_seconds();

		batch_fill(batch, from, step);
		filling += bench_seconds() - before;
		check(ops->begin(store, true, &error) == OMNI_OK &&
		    ops->run(store, &put_fact, batch->facts, step, NULL, NULL,
		    NULL, &error) == OMNI_OK &&
		    ops->run(store, &put_key, batch->keys, step, NULL, NULL,
		    NULL, &error) == OMNI_OK &&
		    ops->commit(store, &error) == OMNI_OK, error.text);
	}
	return bench_seconds() - start - filling;
}

static double
look_up(const struct omni__store_ops *ops, struct omni__store *store,
    int64_t rows, int64_t count, size_t step)
{
	struct omni__arena arena = { .env = NULL };
	struct omni__value *ids = calloc(step, sizeof(*ids));
	struct omni__result result;
	double start = bench_seconds();
	int64_t done;
	size_t i;

	check(ids != NULL, "out of memory");
	for (done = 0; done < count; done += (int64_t)step) {
		for (i = 0; i < step; i++)
			ids[i] = omni__int(mixed(done + (int64_t)i) % rows);
		check(ops->run(store, &get_fact, ids, step, &arena, &result,
		    NULL, &error) == OMNI_OK && result.count == step,
		    error.text);
		omni__arena_reset(&arena);
	}
	omni__arena_free(&arena);
	free(ids);
	return bench_seconds() - start;
}

/* ---- raw SQLite ----------------------------------------------------- */

struct raw {
	sqlite3 *db;
	sqlite3_stmt *fact, *key, *get, *begin, *commit;
};

static sqlite3_stmt *
raw_prepare(sqlite3 *db, const char *text)
{
	sqlite3_stmt *stmt = NULL;

	check(sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT,
	    &stmt, NULL) == SQLITE_OK, sqlite3_errmsg(db));
	return stmt;
}

static void
raw_open(struct raw *raw, const char *path)
{
	check(sqlite3_open_v2(path, &raw->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK,
	    "open");
	check(sqlite3_exec(raw->db, "PRAGMA synchronous = FULL;"
	    "PRAGMA journal_mode = WAL; PRAGMA cache_size = -65536;"
	    "PRAGMA wal_autocheckpoint = 8192; PRAGMA secure_delete = ON;"
	    "PRAGMA temp_store = MEMORY", NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(raw->db, tables, NULL, NULL, NULL) == SQLITE_OK,
	    sqlite3_errmsg(raw->db));
	raw->fact = raw_prepare(raw->db, "INSERT INTO bench_fact (id, record,"
	    " body) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING");
	raw->key = raw_prepare(raw->db, "INSERT INTO bench_key (hash, id)"
	    " VALUES (?, ?) ON CONFLICT (hash, id) DO NOTHING");
	raw->get = raw_prepare(raw->db, get_fact.sql);
	raw->begin = raw_prepare(raw->db, "BEGIN IMMEDIATE");
	raw->commit = raw_prepare(raw->db, "COMMIT");
}

static void
raw_step(sqlite3_stmt *stmt)
{
	check(sqlite3_step(stmt) == SQLITE_DONE, "step");
	(void)sqlite3_reset(stmt);
}

static void
raw_batch(struct raw *raw, const struct batch *batch)
{
	size_t i;

	raw_step(raw->begin);
	for (i = 0; i < batch->rows; i++) {
		const struct omni__value *row = &batch->facts[3 * i];

		(void)sqlite3_bind_int64(raw->fact, 1, row[0].number);
		(void)sqlite3_bind_blob(raw->fact, 2, row[1].bytes, 16,
		    SQLITE_STATIC);
		(void)sqlite3_bind_text(raw->fact, 3, row[2].bytes,
		    (int)row[2].size, SQLITE_STATIC);
		raw_step(raw->fact);
	}
	for (i = 0; i < batch->rows; i++) {
		const struct omni__value *row = &batch->keys[2 * i];

		(void)sqlite3_bind_int64(raw->key, 1, row[0].number);
		(void)sqlite3_bind_int64(raw->key, 2, row[1].number);
		raw_step(raw->key);
	}
	raw_step(raw->commit);
}

static double
raw_load(struct raw *raw, struct batch *batch, int64_t rows, size_t step)
{
	double start = bench_seconds(), filling = 0;
	int64_t from;

	for (from = 0; from < rows; from += (int64_t)step) {
		double before = bench_seconds();

		batch_fill(batch, from, step);
		filling += bench_seconds() - before;
		raw_batch(raw, batch);
	}
	return bench_seconds() - start - filling;
}

/* What a program does with a row: it copies what it keeps. */
static double
raw_look_up(struct raw *raw, int64_t rows, int64_t count)
{
	double start = bench_seconds();
	static char kept[256];
	int64_t i;

	for (i = 0; i < count; i++) {
		(void)sqlite3_bind_int64(raw->get, 1, mixed(i) % rows);
		check(sqlite3_step(raw->get) == SQLITE_ROW, "no such row");
		memcpy(kept, sqlite3_column_blob(raw->get, 0),
		    (size_t)sqlite3_column_bytes(raw->get, 0));
		memcpy(kept + 16, sqlite3_column_text(raw->get, 1),
		    (size_t)sqlite3_column_bytes(raw->get, 1));
		(void)sqlite3_reset(raw->get);
	}
	return bench_seconds() - start;
}

static void
raw_close(struct raw *raw)
{
	sqlite3_stmt *all[] = { raw->fact, raw->key, raw->get, raw->begin,
	    raw->commit };
	size_t i;

	for (i = 0; i < OMNI__COUNT(all); i++)
		(void)sqlite3_finalize(all[i]);
	(void)sqlite3_close(raw->db);
}

/* ---- figures -------------------------------------------------------- */

static void
figure(const char *what, int64_t count, double ours, double theirs)
{
	(void)printf("%-44s %9.0f/s  raw %9.0f/s  ratio %.2f\n", what,
	    (double)count / ours, (double)count / theirs, theirs / ours);
	(void)fflush(stdout);
}

static void
open_both(const char *dir, const char *name, struct omni__store **store,
    struct raw *raw)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/%s-ours.db", dir, name);
	*store = store_open(&omni__store_sqlite, path);
	check(omni__store_sqlite.script(*store, tables, &error) == OMNI_OK,
	    error.text);
	(void)snprintf(path, sizeof(path), "%s/%s-raw.db", dir, name);
	raw_open(raw, path);
}

static void
bench_sqlite(const char *dir, struct batch *batch, int64_t rows)
{
	const struct omni__store_ops *ops = &omni__store_sqlite;
	struct omni__store *store;
	double put, raw_put, one, raw_one;
	struct raw raw;

	open_both(dir, "many", &store, &raw);
	raw_put = raw_load(&raw, batch, rows, BATCH);
	put = load(ops, store, batch, rows, BATCH);
	figure("SQLite, rows put in batches of 10,000", rows, put, raw_put);
	raw_one = raw_look_up(&raw, rows, 500000);
	one = look_up(ops, store, rows, 500000, 1000);
	figure("SQLite, looked up by key, 1,000 at once", 500000, one,
	    raw_one);
	one = look_up(ops, store, rows, 500000, 1);
	figure("SQLite, looked up by key, one at once", 500000, one, raw_one);
	ops->close(store);
	raw_close(&raw);
	open_both(dir, "single", &store, &raw);
	raw_one = raw_load(&raw, batch, 5000, 1);
	one = load(ops, store, batch, 5000, 1);
	figure("SQLite, durable commits of one row", 5000, one, raw_one);
	ops->close(store);
	raw_close(&raw);
}

/* ---- raw libpq: INSERT ... unnest of binary arrays ------------------- */

static void
pq_check(PGconn *conn, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	check(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK,
	    PQerrorMessage(conn));
	PQclear(result);
}

static void
put_be(unsigned char **out, uint64_t number, int size)
{
	while (size-- > 0)
		*(*out)++ = (unsigned char)(number >> (8 * size));
}

/* A column of the batch as a binary array; returns its end. */
static unsigned char *
pq_array(unsigned char *out, const struct omni__value *first, size_t stride,
    size_t rows, uint32_t type)
{
	size_t i;

	put_be(&out, 1, 4);
	put_be(&out, 0, 4);
	put_be(&out, type, 4);
	put_be(&out, rows, 4);
	put_be(&out, 1, 4);
	for (i = 0; i < rows; i++, first += stride) {
		if (first->type == OMNI__INT) {
			put_be(&out, 8, 4);
			put_be(&out, (uint64_t)first->number, 8);
			continue;
		}
		put_be(&out, first->size, 4);
		memcpy(out, first->bytes, first->size);
		out += first->size;
	}
	return out;
}

static void
pq_put(PGconn *conn, const char *name, const struct omni__value *values,
    const uint32_t *types, int columns, size_t rows, unsigned char *wire)
{
	const char *starts[3];
	int sizes[3], formats[3] = { 1, 1, 1 }, i;

	for (i = 0; i < columns; i++) {
		unsigned char *end = pq_array(wire, values + i,
		    (size_t)columns, rows, types[i]);

		starts[i] = (const char *)wire;
		sizes[i] = (int)(end - wire);
		wire = end;
	}
	pq_check(conn, PQexecPrepared(conn, name, columns, starts, sizes,
	    formats, 1));
}

static double
pq_load(PGconn *conn, struct batch *batch, int64_t rows)
{
	static const uint32_t fact_types[] = { 20, 17, 25 };
	static const uint32_t key_types[] = { 20, 20 };
	unsigned char *wire = malloc((size_t)4 << 20);
	double start, filling = 0;
	int64_t from;

	check(wire != NULL, "out of memory");
	pq_check(conn, PQprepare(conn, "fact", "INSERT INTO bench_fact (id,"
	    " record, body) SELECT * FROM unnest($1::int8[], $2::bytea[],"
	    " $3::text[]) ON CONFLICT (id) DO NOTHING", 3, NULL));
	pq_check(conn, PQprepare(conn, "key", "INSERT INTO bench_key (hash,"
	    " id) SELECT * FROM unnest($1::int8[], $2::int8[])"
	    " ON CONFLICT (hash, id) DO NOTHING", 2, NULL));
	start = bench_seconds();
	for (from = 0; from < rows; from += SERVER_BATCH) {
		double before = bench_seconds();

		batch_fill(batch, from, SERVER_BATCH);
		filling += bench_seconds() - before;
		pq_check(conn, PQexec(conn,
		    "BEGIN ISOLATION LEVEL SERIALIZABLE"));
		pq_put(conn, "fact", batch->facts, fact_types, 3,
		    SERVER_BATCH, wire);
		pq_put(conn, "key", batch->keys, key_types, 2, SERVER_BATCH,
		    wire);
		pq_check(conn, PQexec(conn, "COMMIT"));
	}
	free(wire);
	return bench_seconds() - start - filling;
}

static double
pq_look_up(PGconn *conn, int64_t rows, int64_t count)
{
	unsigned char *wire = malloc((size_t)1 << 20);
	struct omni__value ids[SERVER_BATCH];
	const uint32_t type = 20;
	double start;
	int64_t done;
	size_t i;

	check(wire != NULL, "out of memory");
	pq_check(conn, PQprepare(conn, "get", "SELECT f.record, f.body FROM"
	    " unnest($1::int8[]) AS p (id) JOIN bench_fact AS f USING (id)",
	    1, NULL));
	start = bench_seconds();
	for (done = 0; done < count; done += SERVER_BATCH) {
		for (i = 0; i < SERVER_BATCH; i++)
			ids[i] = omni__int(mixed(done + (int64_t)i) % rows);
		pq_put(conn, "get", ids, &type, 1, SERVER_BATCH, wire);
	}
	free(wire);
	return bench_seconds() - start;
}

static void
bench_postgres(const char *url, struct batch *batch, int64_t rows)
{
	static const char clear[] = "TRUNCATE bench_fact, bench_key";
	const struct omni__store_ops *ops;
	struct omni__store *store;
	double put, raw_put, get, raw_get;
	PGconn *conn = PQconnectdb(url);

	check(PQstatus(conn) == CONNECTION_OK, PQerrorMessage(conn));
	check(omni__store_open_ops(url, NULL, &ops, &error) == OMNI_OK,
	    error.text);
	store = store_open(ops, url);
	check(ops->script(store, tables, &error) == OMNI_OK, error.text);
	raw_put = pq_load(conn, batch, rows);
	pq_check(conn, PQexec(conn, clear));
	put = load(ops, store, batch, rows, SERVER_BATCH);
	figure("PostgreSQL, rows put in batches of 1,000", rows, put,
	    raw_put);
	pq_check(conn, PQexec(conn, "VACUUM ANALYZE"));
	raw_get = pq_look_up(conn, rows, rows);
	get = look_up(ops, store, rows, rows, SERVER_BATCH);
	figure("PostgreSQL, looked up by key, 1,000 at once", rows, get,
	    raw_get);
	pq_check(conn, PQexec(conn, "DROP TABLE bench_fact, bench_key"));
	ops->close(store);
	PQfinish(conn);
}

int
main(int argc, char **argv)
{
	int64_t rows = argc > 1 ? strtoll(argv[1], NULL, 10) : 1000000;
	const char *url = getenv("OMNI_TEST_POSTGRES");
	struct batch *batch = malloc(sizeof(*batch));
	char directory[256];

	check(batch != NULL && rows >= BATCH && rows % BATCH == 0,
	    "rows are a multiple of 10,000");
	bench_directory(directory, sizeof(directory));
	bench_sqlite(directory, batch, rows);
	bench_clean(directory);
	(void)unsetenv("BENCH_CPU");
	if (url != NULL && url[0] != '\0')
		bench_postgres(url, batch, rows > 200000 ? 200000 : rows);
	else
		(void)printf("PostgreSQL: OMNI_TEST_POSTGRES is not set\n");
	free(batch);
	return 0;
}
