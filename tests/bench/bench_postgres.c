/*
 * The same on a server: interactions appended in batches by libomni, and the
 * same rows written raw, an INSERT ... SELECT FROM unnest(...) a table and
 * batch; then "identifier, customer, twenty newest".
 *
 *	bench_postgres [interactions [customers]]
 *
 * Only with OMNI_TEST_POSTGRES.  By the wall; with BENCH_CPU also by the time
 * of the processors, ours and the backend's, which must run on this machine.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libpq-fe.h>

#include "bench.h"

#define BATCH 1000
#define ASKED 2000
#define TURN 100
#define TEXT 4000

/* ---- what either side spends ---------------------------------------- */

struct side {
	int backend;		/* its process at the server */
	double wall, client, server;
};

static double
seconds(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Nanoseconds on a processor come first there; 0 where there is none. */
static double
backend_seconds(int process)
{
	char path[40];
	long long spent = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/schedstat", process);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%lld", &spent) != 1)
		spent = 0;
	(void)fclose(f);
	return (double)spent / 1e9;
}

static void
side_start(struct side *side)
{
	side->client -= seconds(CLOCK_PROCESS_CPUTIME_ID);
	side->server -= backend_seconds(side->backend);
	side->wall -= seconds(CLOCK_MONOTONIC);
}

static void
side_stop(struct side *side)
{
	side->wall += seconds(CLOCK_MONOTONIC);
	side->client += seconds(CLOCK_PROCESS_CPUTIME_ID);
	side->server += backend_seconds(side->backend);
}

static void
side_compare(int cpu, size_t count, const struct side *ours,
    const struct side *theirs)
{
	double n = (double)count / 1e6;

	if (cpu)
		(void)printf("  of the processors, client + server: %.1f +"
		    " %.1f us each, raw %.1f + %.1f us; libomni %.2f x\n",
		    ours->client / n, ours->server / n, theirs->client / n,
		    theirs->server / n, (theirs->client + theirs->server) /
		    (ours->client + ours->server));
}

/* ---- the raw side --------------------------------------------------- */

static PGresult *
checked(PGconn *conn, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return result;
	(void)fprintf(stderr, "bench: raw: %s\n", PQerrorMessage(conn));
	exit(1);
}

static void
run(PGconn *conn, const char *sql)
{
	PQclear(checked(conn, PQexec(conn, sql)));
}

/* A table, the rows of a batch that belong to it (facts $1 < fact <= $2) and
 * the order of its primary key. */
struct table {
	const char *name, *rows, *order, *suffix;
};

#define BY_FACT(table) table " r WHERE r.fact > $1 AND r.fact <= $2"

static const struct table tables[] = {
	{ "omni_fact", "omni_fact r WHERE r.id > $1 AND r.id <= $2", "id",
	    "" },
	{ "omni_host_key", BY_FACT("omni_host_key"), "hash, fact", "" },
	{ "omni_timeline", BY_FACT("omni_timeline"),
	    "record, happened, fact", "" },
	{ "omni_reference", BY_FACT("omni_reference"),
	    "type, key, happened, fact", "" },
	{ "omni_usage", "(SELECT r.record, r.channel, r.kind, count(*) AS"
	    " count, max(r.happened) AS latest FROM "
	    BY_FACT("omni_timeline") " GROUP BY 1, 2, 3) r",
	    "record, channel, kind", " ON CONFLICT (record, channel, kind)"
	    " DO UPDATE SET count = omni_usage.count + excluded.count,"
	    " latest = excluded.latest" },
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))
#define COLUMNS 12

/* The columns as the server knows them: "array_agg(r.id ORDER BY ...)" to
 * read a batch, "$1::bigint[]" to write it. */
static PGresult *
columns(PGconn *conn, const struct table *t)
{
	const char *values[] = { t->name, t->order };

	return checked(conn, PQexecParams(conn, "SELECT string_agg("
	    "format('array_agg(r.%I ORDER BY %s)', attname, $2::text), ', '"
	    " ORDER BY attnum), string_agg(format('$%s::%s[]', attnum,"
	    " format_type(atttypid, NULL)), ', ' ORDER BY attnum) FROM"
	    " pg_attribute WHERE attrelid = $1::text::regclass AND attnum >"
	    " 0", 2, NULL, values, NULL, NULL, 0));
}

static void
prepare(PGconn *conn, const struct table *t)
{
	PGresult *lists = columns(conn, t);
	char sql[TEXT], name[64];

	(void)snprintf(sql, sizeof(sql), "SELECT %s FROM %s",
	    PQgetvalue(lists, 0, 0), t->rows);
	(void)snprintf(name, sizeof(name), "read %s", t->name);
	PQclear(checked(conn, PQprepare(conn, name, sql, 0, NULL)));
	(void)snprintf(sql, sizeof(sql), "INSERT INTO bench_raw.%s SELECT *"
	    " FROM unnest(%s)%s", t->name, PQgetvalue(lists, 0, 1),
	    t->suffix);
	(void)snprintf(name, sizeof(name), "write %s", t->name);
	PQclear(checked(conn, PQprepare(conn, name, sql, 0, NULL)));
	PQclear(lists);
}

/* Tables like libomni's, in a schema of their own. */
static PGconn *
raw_open(const char *url)
{
	PGconn *conn = PQconnectdb(url);
	char sql[300];
	size_t i;

	bench_check(PQstatus(conn) == CONNECTION_OK, "raw connection");
	run(conn, "SET client_min_messages = warning");
	run(conn, "CREATE SCHEMA bench_raw");
	for (i = 0; i < TABLES; i++) {
		(void)snprintf(sql, sizeof(sql), "CREATE TABLE bench_raw.%s"
		    " (LIKE %s INCLUDING ALL)", tables[i].name,
		    tables[i].name);
		run(conn, sql);
		prepare(conn, &tables[i]);
	}
	return conn;
}

static int64_t
last_fact(PGconn *conn)
{
	PGresult *result = checked(conn, PQexec(conn,
	    "SELECT coalesce(max(id), 0) FROM omni_fact"));
	int64_t last = strtoll(PQgetvalue(result, 0, 0), NULL, 10);

	PQclear(result);
	return last;
}

/* The batch as one row of binary arrays, which go back as they came. */
static PGresult *
read_batch(PGconn *conn, const struct table *t, int64_t from, int64_t to)
{
	char low[24], high[24], name[64];
	const char *values[] = { low, high };

	(void)snprintf(low, sizeof(low), "%lld", (long long)from);
	(void)snprintf(high, sizeof(high), "%lld", (long long)to);
	(void)snprintf(name, sizeof(name), "read %s", t->name);
	return checked(conn, PQexecPrepared(conn, name, 2, values, NULL,
	    NULL, 1));
}

static void
write_table(PGconn *conn, const struct table *t, const PGresult *batch)
{
	const char *values[COLUMNS];
	int sizes[COLUMNS], formats[COLUMNS], c, count = PQnfields(batch);
	char name[64];

	bench_check(count <= COLUMNS, "columns");
	for (c = 0; c < count; c++) {
		values[c] = PQgetvalue(batch, 0, c);
		sizes[c] = PQgetlength(batch, 0, c);
		formats[c] = 1;
	}
	(void)snprintf(name, sizeof(name), "write %s", t->name);
	PQclear(checked(conn, PQexecPrepared(conn, name, count, values,
	    sizes, formats, 1)));
}

/* Reading is not timed. */
static void
write_raw(PGconn *conn, int64_t from, int64_t to, struct side *side)
{
	PGresult *batch[TABLES];
	size_t i;

	for (i = 0; i < TABLES; i++)
		batch[i] = read_batch(conn, &tables[i], from, to);
	side_start(side);
	run(conn, "BEGIN");
	for (i = 0; i < TABLES; i++)
		write_table(conn, &tables[i], batch[i]);
	run(conn, "COMMIT");
	side_stop(side);
	for (i = 0; i < TABLES; i++)
		PQclear(batch[i]);
}

/* Both must have written the same. */
static void
check_equal(PGconn *conn)
{
	char sql[400];
	size_t i;

	for (i = 0; i < TABLES; i++) {
		PGresult *result;

		(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM"
		    " (TABLE bench_raw.%s EXCEPT ALL TABLE public.%s) d",
		    tables[i].name, tables[i].name);
		result = checked(conn, PQexec(conn, sql));
		bench_check(strcmp(PQgetvalue(result, 0, 0), "0") == 0,
		    tables[i].name);
		PQclear(result);
		(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM"
		    " bench_raw.%s", tables[i].name);
		result = checked(conn, PQexec(conn, sql));
		bench_check(strcmp(PQgetvalue(result, 0, 0), "0") != 0,
		    tables[i].name);
		PQclear(result);
	}
}

/* ---- appending ------------------------------------------------------ */

/* The only other one of this database. */
static int
other_backend(PGconn *conn)
{
	PGresult *result = checked(conn, PQexec(conn, "SELECT pid FROM"
	    " pg_stat_activity WHERE datname = current_database() AND"
	    " backend_type = 'client backend' AND pid <>"
	    " pg_backend_pid()"));
	int process;

	bench_check(PQntuples(result) == 1, "a database of its own");
	process = (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return process;
}

/* A batch each in turns, so that what else the machine does hits both. */
static void
append(omni *db, PGconn *conn, size_t count, size_t customers, int cpu)
{
	struct side ours = { .backend = other_backend(conn) };
	struct side theirs = { .backend = PQbackendPID(conn) };
	int64_t from = last_fact(conn), to;
	size_t i;

	for (i = 0; i < count; i += BATCH) {
		side_start(&ours);
		bench_sales_put(db, i, i + BATCH, customers, BATCH);
		side_stop(&ours);
		to = last_fact(conn);
		write_raw(conn, from, to, &theirs);
		from = to;
	}
	check_equal(conn);
	(void)printf("PostgreSQL, append %zu interactions of %zu customers,"
	    " batches of %d: %.0f/s\n", count, customers, BATCH,
	    (double)count / ours.wall);
	(void)printf("  raw, same rows by unnest: %.0f/s; libomni %.2f x\n",
	    (double)count / theirs.wall, theirs.wall / ours.wall);
	side_compare(cpu, count, &ours, &theirs);
}

/* ---- looking back --------------------------------------------------- */

/* The key's holder; its pool with the profile's facts; the stream with its
 * facts. */
static const char *const looks[] = {
	"SELECT k.mark, k.record, coalesce(r.pool, r.id) FROM omni_key k"
	" LEFT JOIN omni_record r ON r.id = k.record WHERE k.hash = $1"
	" ORDER BY k.mark, k.record LIMIT 300",
	"SELECT r.*, f.* FROM (SELECT * FROM omni_record WHERE id = $1"
	" UNION ALL SELECT * FROM omni_record WHERE pool = $1) r"
	" JOIN omni_fact f ON f.id = r.fact",
	"SELECT f.* FROM (SELECT happened, fact FROM omni_timeline"
	" WHERE record = $1 ORDER BY happened DESC, fact DESC LIMIT 20) t"
	" JOIN omni_fact f ON f.id = t.fact"
	" ORDER BY t.happened DESC, t.fact DESC",
};
static const char *const look_name[] = { "holder", "pool", "stream" };

static PGresult *
ask(PGconn *conn, int which, const char *value, int size)
{
	const int format = 1;

	return checked(conn, PQexecPrepared(conn, look_name[which], 1,
	    &value, &size, &format, 1));
}

static double
raw_look(PGconn *conn, const char hash[8])
{
	double start = bench_seconds();
	PGresult *holder = ask(conn, 0, hash, 8), *rows;

	bench_check(PQntuples(holder) > 0, "holder");
	rows = ask(conn, 1, PQgetvalue(holder, 0, 2),
	    PQgetlength(holder, 0, 2));
	bench_check(PQntuples(rows) > 0, "pool");
	PQclear(rows);
	rows = ask(conn, 2, PQgetvalue(holder, 0, 1),
	    PQgetlength(holder, 0, 1));
	PQclear(rows);
	PQclear(holder);
	return (bench_seconds() - start) * 1e6;
}

static void
prepare_looks(PGconn *conn)
{
	int i;

	for (i = 0; i < 3; i++)
		PQclear(checked(conn, PQprepare(conn, look_name[i],
		    looks[i], 0, NULL)));
}

/* One turn of either side, from the i-th look-up. */
static void
look_turn(omni *db, size_t i, size_t customers, struct side *side,
    double *times)
{
	size_t end = i + TURN;
	char card[24];

	side_start(side);
	for (; i < end; i++) {
		bench_card(card, i, customers);
		times[i] = bench_look(db, card);
	}
	side_stop(side);
}

static void
raw_turn(PGconn *conn, size_t i, const PGresult *keys, struct side *side,
    double *times)
{
	size_t end = i + TURN, held = (size_t)PQntuples(keys);

	side_start(side);
	for (; i < end; i++)
		times[i] = raw_look(conn, PQgetvalue(keys,
		    (int)(bench_mix(i + 99) % held), 0));
	side_stop(side);
}

static void
look(omni *db, PGconn *conn, size_t customers, int cpu)
{
	static double ours[ASKED], theirs[ASKED];
	struct side our = { .backend = other_backend(conn) };
	struct side their = { .backend = PQbackendPID(conn) };
	PGresult *keys = checked(conn, PQexecParams(conn,
	    "SELECT hash FROM omni_key", 0, NULL, NULL, NULL, NULL, 1));
	double median;
	size_t n;

	bench_check(PQntuples(keys) > 0, "keys");
	prepare_looks(conn);
	for (n = 0; n < 2 * ASKED; n += TURN) {
		look_turn(db, n % ASKED, customers, &our, ours);
		raw_turn(conn, n % ASKED, keys, &their, theirs);
	}
	PQclear(keys);
	median = bench_quantile(ours, ASKED, .5);
	(void)printf("PostgreSQL, identifier, customer, 20 newest: median "
	    "%.1f us, p99 %.1f us\n", median,
	    bench_quantile(ours, ASKED, .99));
	(void)printf("  raw, three statements: median %.1f us, p99 %.1f us;"
	    " libomni %.2f x\n", bench_quantile(theirs, ASKED, .5),
	    bench_quantile(theirs, ASKED, .99),
	    bench_quantile(theirs, ASKED, .5) / median);
	side_compare(cpu, 2 * ASKED, &our, &their);
}

int
main(int argc, char **argv)
{
	const char *url = getenv("OMNI_TEST_POSTGRES");
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	size_t customers = argc > 2 ? strtoul(argv[2], NULL, 10) : 5000;
	int cpu = getenv("BENCH_CPU") != NULL;
	PGconn *conn;
	omni *db;

	if (url == NULL || url[0] == '\0') {
		(void)printf("PostgreSQL: OMNI_TEST_POSTGRES is not set\n");
		return 0;
	}
	bench_check(count >= BATCH && count % BATCH == 0 && customers > 0,
	    "interactions are a multiple of 1,000: that");
	(void)unsetenv("BENCH_CPU");
	db = bench_open(url);
	bench_cards_put(db, customers);
	conn = raw_open(url);
	append(db, conn, count, customers, cpu);
	run(conn, "VACUUM ANALYZE");
	look(db, conn, customers, cpu);
	run(conn, "DROP SCHEMA bench_raw CASCADE");
	PQfinish(conn);
	omni_close(db);
	return 0;
}
