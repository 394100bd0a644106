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

struct cell {
	int type, size;
	int64_t number;		/* or where in the batch the bytes are */
	const char *bytes;
};

struct row {
	struct cell cells[COLUMNS];
};

struct table {
	sqlite3_stmt *select, *insert;
	struct row *rows;
	size_t count, room;
	char *bytes;		/* of all texts and blobs of the batch */
	size_t used, space;
	int columns;
	int folds;
	enum { ASK, WAITING, ENDED } state;	/* is a row held already? */
};

/* One element more, or as many as are wanted more. */
static void *
grow(void *memory, size_t used, size_t more, size_t *room, size_t size)
{
	if (used + more <= *room)
		return memory;
	*room = 2 * (used + more) + 1024;
	memory = realloc(memory, *room * size);
	bench_check(memory != NULL, "memory");
	return memory;
}

static void
add_cell(struct table *t, struct cell *cell, int column)
{
	cell->type = sqlite3_column_type(t->select, column);
	if (cell->type == SQLITE_INTEGER) {
		cell->number = sqlite3_column_int64(t->select, column);
	} else if (cell->type != SQLITE_NULL) {
		const void *bytes = sqlite3_column_blob(t->select, column);
		size_t size = (size_t)sqlite3_column_bytes(t->select,
		    column);

		t->bytes = grow(t->bytes, t->used, size, &t->space, 1);
		if (size > 0)
			memcpy(t->bytes + t->used, bytes, size);
		cell->size = (int)size;
		cell->number = (int64_t)t->used;
		t->used += size;
	}
}

static void
add_row(struct table *t)
{
	struct row *row;
	int c;

	t->rows = grow(t->rows, t->count, 1, &t->room, sizeof(*t->rows));
	row = &t->rows[t->count++];
	memset(row, 0, sizeof(*row));
	for (c = 0; c < t->columns; c++)
		add_cell(t, &row->cells[c], c);
}

/* The bytes have come to rest. */
static void
settle(struct table *t)
{
	size_t i;
	int c;

	for (i = 0; i < t->count; i++)
		for (c = 0; c < t->columns; c++) {
			struct cell *cell = &t->rows[i].cells[c];

			if (cell->type != SQLITE_INTEGER)
				cell->bytes = t->bytes + cell->number;
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
	settle(t);
	return fact;
}

/* ---- writing it ----------------------------------------------------- */

static int
compare_cells(const struct cell *x, const struct cell *y)
{
	int order;

	if (x->type == SQLITE_INTEGER)
		return x->number < y->number ? -1 : x->number > y->number;
	order = memcmp(x->bytes, y->bytes,
	    (size_t)(x->size < y->size ? x->size : y->size));
	return order != 0 ? order : x->size < y->size ? -1 :
	    x->size > y->size;
}

/* No primary key has more than four columns, and all come first. */
static int
compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int c, order = 0;

	for (c = 0; c < 4 && order == 0 && a->cells[c].type != 0; c++)
		order = compare_cells(&a->cells[c], &b->cells[c]);
	return order;
}

static void
bind(sqlite3_stmt *statement, int at, const struct cell *cell)
{
	if (cell->type == SQLITE_INTEGER)
		(void)sqlite3_bind_int64(statement, at, cell->number);
	else if (cell->type == SQLITE_TEXT)
		(void)sqlite3_bind_text(statement, at, cell->bytes,
		    cell->size, SQLITE_STATIC);
	else if (cell->type == SQLITE_BLOB)
		(void)sqlite3_bind_blob(statement, at, cell->bytes,
		    cell->size, SQLITE_STATIC);
	else
		(void)sqlite3_bind_null(statement, at);
}

static void
insert(struct table *t)
{
	size_t i;
	int c, folded = 1;

	for (i = 0; i < t->count; i++) {
		const struct row *row = &t->rows[i];

		if (t->folds && i + 1 < t->count &&
		    compare_cells(row->cells, row[1].cells) == 0) {
			folded++;
			continue;
		}
		for (c = 0; c < t->columns; c++)
			bind(t->insert, c + 1, &row->cells[c]);
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
		/* Facts are in order. */
		if (i > 0)
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
			tables[i].count = tables[i].used = 0;
	}
	for (i = 0; i < count; i++) {
		(void)sqlite3_finalize(tables[i].select);
		(void)sqlite3_finalize(tables[i].insert);
		free(tables[i].rows);
		free(tables[i].bytes);
	}
	(void)sqlite3_close(from);
	(void)sqlite3_close(to);
	return took;
}
