/*
 * SQLite without libomni: the rows of a store, read back and written again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "raw.h"

#define COLUMNS 12
#define TABLES 8

sqlite3 *
raw_open(const char *path)
{
	sqlite3 *db;

	bench_check(sqlite3_open(path, &db) == SQLITE_OK, "raw open");
	raw_run(db, "PRAGMA synchronous=FULL; PRAGMA journal_mode=WAL;"
	    "PRAGMA secure_delete=ON; PRAGMA cache_size=-65536;"
	    "PRAGMA wal_autocheckpoint=10000");
	return db;
}

void
raw_run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return;
	(void)fprintf(stderr, "bench: raw: %s\n", sqlite3_errmsg(db));
	exit(1);
}

sqlite3_stmt *
raw_prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
		(void)fprintf(stderr, "bench: raw: %s\n",
		    sqlite3_errmsg(db));
		exit(1);
	}
	return statement;
}

/* ---- reading a batch ------------------------------------------------ */

struct row {
	sqlite3_value *values[COLUMNS];
};

struct table {
	sqlite3_stmt *select, *insert;
	struct row *rows;
	size_t count, room;
	int columns;
	int folds;
	enum { ASK, WAITING, ENDED } state;	/* is a row held already? */
};

static void
add_row(struct table *t)
{
	struct row *row;
	int c;

	if (t->count == t->room) {
		t->room = t->room > 0 ? 2 * t->room : 1024;
		t->rows = realloc(t->rows, t->room * sizeof(*t->rows));
		bench_check(t->rows != NULL, "memory");
	}
	row = &t->rows[t->count++];
	memset(row, 0, sizeof(*row));
	for (c = 0; c < t->columns; c++) {
		row->values[c] = sqlite3_value_dup(
		    sqlite3_column_value(t->select, c));
		bench_check(row->values[c] != NULL, "memory");
	}
}

/* Takes rows up to a number and a fact; the last row's fact. */
static int64_t
take(struct table *t, size_t most, int64_t until)
{
	int64_t fact = 0;

	while (t->count < most && t->state != ENDED) {
		if (t->state == ASK)
			t->state = sqlite3_step(t->select) == SQLITE_ROW ?
			    WAITING : ENDED;
		if (t->state == ENDED ||
		    sqlite3_column_int64(t->select, t->columns) > until)
			break;
		fact = sqlite3_column_int64(t->select, t->columns);
		add_row(t);
		t->state = ASK;
	}
	return fact;
}

static void
release(struct table *t)
{
	size_t i;
	int c;

	for (i = 0; i < t->count; i++)
		for (c = 0; c < t->columns; c++)
			sqlite3_value_free(t->rows[i].values[c]);
	t->count = 0;
}

/* ---- writing it ----------------------------------------------------- */

static int
compare_values(sqlite3_value *x, sqlite3_value *y)
{
	int m, n, order;

	if (sqlite3_value_type(x) == SQLITE_INTEGER) {
		int64_t a = sqlite3_value_int64(x);
		int64_t b = sqlite3_value_int64(y);

		return a < b ? -1 : a > b;
	}
	m = sqlite3_value_bytes(x);
	n = sqlite3_value_bytes(y);
	order = m == 0 || n == 0 ? 0 : memcmp(sqlite3_value_blob(x),
	    sqlite3_value_blob(y), (size_t)(m < n ? m : n));
	return order != 0 ? order : m < n ? -1 : m > n;
}

/* No primary key has more than four columns, and all come first. */
static int
compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int c, order = 0;

	for (c = 0; c < 4 && order == 0 && a->values[c] != NULL; c++)
		order = compare_values(a->values[c], b->values[c]);
	return order;
}

static void
insert(struct table *t)
{
	size_t i;
	int c, folded = 1;

	for (i = 0; i < t->count; i++) {
		const struct row *row = &t->rows[i];

		if (t->folds && i + 1 < t->count &&
		    compare_values(row->values[0], row[1].values[0]) == 0) {
			folded++;
			continue;
		}
		for (c = 0; c < t->columns; c++)
			(void)sqlite3_bind_value(t->insert, c + 1,
			    row->values[c]);
		if (t->folds)
			(void)sqlite3_bind_int(t->insert, c + 1, folded);
		folded = 1;
		bench_check(sqlite3_step(t->insert) == SQLITE_DONE,
		    "raw insert");
		(void)sqlite3_reset(t->insert);
	}
}

static double
write_batch(sqlite3 *db, struct table *tables, size_t count)
{
	double start = bench_seconds();
	size_t i;

	raw_run(db, "BEGIN IMMEDIATE");
	for (i = 0; i < count; i++) {
		qsort(tables[i].rows, tables[i].count,
		    sizeof(*tables[i].rows), compare_rows);
		insert(&tables[i]);
	}
	raw_run(db, "COMMIT");
	return bench_seconds() - start;
}

/* ---- all of it ------------------------------------------------------ */

static void
copy_schema(sqlite3 *from, sqlite3 *to)
{
	sqlite3_stmt *list = raw_prepare(from, "SELECT sql FROM"
	    " sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE"
	    " 'sqlite_%'");

	while (sqlite3_step(list) == SQLITE_ROW)
		raw_run(to, (const char *)sqlite3_column_text(list, 0));
	(void)sqlite3_finalize(list);
}

static void
prepare(struct table *t, const struct raw_table *what, sqlite3 *from,
    sqlite3 *to)
{
	char sql[200];
	int c, used;

	t->select = raw_prepare(from, what->select);
	t->columns = sqlite3_column_count(t->select) - 1;
	t->folds = what->insert != NULL;
	bench_check(t->columns <= COLUMNS, "columns");
	used = snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES (?",
	    what->name);
	for (c = 1; c < t->columns; c++)
		used += snprintf(sql + used, sizeof(sql) - (size_t)used,
		    ",?");
	(void)snprintf(sql + used, sizeof(sql) - (size_t)used, ")");
	t->insert = raw_prepare(to, t->folds ? what->insert : sql);
}

double
raw_copy(const char *from_path, const char *to_path,
    const struct raw_table *what, size_t count, size_t facts)
{
	sqlite3 *from = raw_open(from_path), *to = raw_open(to_path);
	struct table tables[TABLES];
	double took = 0;
	size_t i;

	bench_check(count <= TABLES, "tables");
	memset(tables, 0, sizeof(tables));
	copy_schema(from, to);
	for (i = 0; i < count; i++)
		prepare(&tables[i], &what[i], from, to);
	while (tables[0].state != ENDED) {
		int64_t until = take(&tables[0], facts, INT64_MAX);

		for (i = 1; i < count; i++)
			(void)take(&tables[i], SIZE_MAX, until);
		took += write_batch(to, tables, count);
		for (i = 0; i < count; i++)
			release(&tables[i]);
	}
	for (i = 0; i < count; i++) {
		(void)sqlite3_finalize(tables[i].select);
		(void)sqlite3_finalize(tables[i].insert);
		free(tables[i].rows);
	}
	(void)sqlite3_close(from);
	(void)sqlite3_close(to);
	return took;
}
