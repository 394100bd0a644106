/*
 * SQLite without libomni, set as libomni sets it: what the figures are
 * compared with.
 */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include <stddef.h>

#include <sqlite3.h>

sqlite3 *raw_open(const char *path);
void raw_run(sqlite3 *, const char *sql);
sqlite3_stmt *raw_prepare(sqlite3 *, const char *sql);

/*
 * Rows of one table of a libomni store.  select gives them in the order of
 * their facts, and behind their columns the fact each came with; the first
 * table of a list gives one row a fact.  insert is NULL where the row is
 * written as it is; else it may use one parameter behind the columns: how
 * many rows with an equal first column were folded into this one.
 */
struct raw_table {
	const char *name, *select, *insert;
};

/*
 * Writes the rows of a store once more, into the same tables of a new file:
 * exactly the same rows for the B-trees, so many facts a durable commit,
 * sorted within, and nothing else.  Seconds; reading is not timed.
 */
double raw_copy(const char *from, const char *to,
    const struct raw_table *tables, size_t count, size_t facts);

#endif
