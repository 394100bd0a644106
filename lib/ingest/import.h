/*
 * The import room, inside: what the two readers (rows of CSV, lines of JSON)
 * share with import.c, which keeps the batch, the counters and the list of
 * rejected lines.  Readers turn text into records, interactions, statements
 * and definitions, and put these through the public calls alone.
 */
#ifndef OMNI_IMPORT_H
#define OMNI_IMPORT_H

#include "store/db.h"

/* A longer line or row is rejected, in bounded memory. */
#define OMNI__LINE_MAX ((size_t)1 << 20)

struct omni__csv;
struct omni__lines;

/* ---- rejected lines (import_problem.c) ------------------------------ */

struct omni__problem {
	int64_t line;
	size_t reason;			/* offset into texts */
};

/*
 * A rejection by the reader comes at once, one by the store with its batch;
 * so that the host sees them in the order of the lines, only what is
 * settled (up to the last commit) is handed out.
 */
struct omni__problems {
	const struct omni__env *env;
	struct omni__problem *items;
	size_t count, room, settled, taken;
	struct omni__buf texts;
	int64_t dropped;		/* beyond what the list takes */
	int64_t dropped_line;		/* the last of them */
};

omni_status omni__problem_add(struct omni__problems *, int64_t line,
    const char *reason);
/* Sorts what came since the last time by line and lets it out. */
void omni__problems_settle(struct omni__problems *);
/* False when there is none. */
bool omni__problem_take(struct omni__problems *, int64_t *line,
    const char **reason);
void omni__problems_clear(struct omni__problems *);
void omni__problems_free(struct omni__problems *);

/* ---- an import (import.c) ------------------------------------------- */

enum omni__import_state {
	OMNI__IMPORT_SETUP,		/* setters may be called */
	OMNI__IMPORT_READING,
	OMNI__IMPORT_FINISHED
};

struct omni_import {
	struct omni__object object;	/* with the error, which sticks */
	omni_batch *batch;
	const struct omni__import_reader *reader;
	enum omni__import_state state;
	atomic_flag inside;

	struct omni__import_bulk *bulk;	/* NULL: as it comes */
	int64_t *item_lines;		/* the line of each item of the batch */
	size_t items, item_room;
	size_t waiting;			/* rejected since the last commit */
	size_t bytes;			/* read since the last commit */

	int64_t lines, stored, duplicates, rejected;
	struct omni__problems problems;

	struct omni__csv *csv;		/* the state of the reader in use */
	struct omni__lines *text;
};

/* One a format. */
struct omni__import_reader {
	omni_status (*open)(struct omni_import *);
	omni_status (*write)(struct omni_import *, const char *, size_t);
	omni_status (*finish)(struct omni_import *);
	/* To the first byte again; what was set stays. */
	omni_status (*restart)(struct omni_import *);
	void (*close)(struct omni_import *);
};

extern const struct omni__import_reader omni__csv_reader;
extern const struct omni__import_reader omni__lines_reader;

/* ---- all at once (import_bulk.c) ------------------------------------ */

/* Keeps the bytes until the import is finished. */
omni_status omni__import_bulk_new(struct omni_import *);
omni_status omni__import_bulk_write(struct omni_import *, const char *bytes,
    size_t size);
/* Reads and stores them in one transaction. */
omni_status omni__import_bulk_finish(struct omni_import *);
omni_status omni__import_bulk_record(struct omni_import *, int64_t line,
    const omni_record *);
omni_status omni__import_bulk_flush(struct omni_import *);
void omni__import_bulk_free(struct omni_import *);

/* Sets of the CSV reader; each call adds to or replaces what was said. */
omni_status omni__csv_set_source(struct omni_import *, const char *);
omni_status omni__csv_set_key(struct omni_import *, const char *);
omni_status omni__csv_set_time(struct omni_import *, const char *);
omni_status omni__csv_map(struct omni_import *, const char *column,
    const char *kind);

/*
 * What readers call, once a line or row.  All return OMNI_OK, whatever
 * becomes of the line, or a failure that ends the import.
 */
omni_status omni__import_record(struct omni_import *, int64_t line,
    const omni_record *);
omni_status omni__import_interaction(struct omni_import *, int64_t line,
    const omni_interaction *);
omni_status omni__import_statement(struct omni_import *, int64_t line,
    const omni_statement *);
omni_status omni__import_reject(struct omni_import *, int64_t line,
    const char *reason);
/* Commits what waits: before a put of its own, so that order is kept. */
omni_status omni__import_flush(struct omni_import *);
/* Counts a put of its own by its status. */
omni_status omni__import_outcome(struct omni_import *, int64_t line,
    omni_status);
/* Is a failure the fault of one line, and not of the store or the host? */
bool omni__import_line_fault(omni_status);
/* Commits when enough has gathered. */
omni_status omni__import_pace(struct omni_import *, size_t bytes);

#endif
