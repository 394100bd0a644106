/*
 * Data sets with truth: how they are read (sets.c), who is who in truth
 * (truth.c) and how well customers agree with it (score.c).
 */
#ifndef BENCH_SETS_H
#define BENCH_SETS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>

#include "omni.h"

/* ---- data sets (sets.c) --------------------------------------------- */

#define BENCH_FILES 6
#define BENCH_LINES 12

/* A CSV file of records; its map is all that is told about it. */
struct bench_file {
	const char *name, *source, *key, *time, *map;
};

/* Where the truth stands: by default in the files themselves. */
struct bench_set {
	const char *name, *folder;
	struct bench_file file[BENCH_FILES];
	const char *lines[BENCH_LINES];
	const char *truth;	/* a file with source, key and person */
	const char *person;	/* the column; NULL: the number in the key */
};

extern const struct bench_set bench_sets[];
extern const size_t bench_set_count;

/* Are its files there? */
int bench_set_present(const struct bench_set *, const char *data);
/* Writes records of the made-up population as a data set: a file a source,
 * or one file of all. */
void bench_set_make(struct bench_set *, const char *directory,
    size_t records, int one_file);
/* Imports the files as they are; in bulk, or batch after batch. */
void bench_set_import(omni *db, const struct bench_set *, const char *data,
    int bulk);
void bench_import_file(omni *db, const struct bench_file *,
    const char *path, int bulk);

/* ---- the truth (truth.c) -------------------------------------------- */

struct bench_known {
	char *name;		/* source, a tab, key */
	uint32_t person;
};
struct bench_truth {
	struct bench_known *known;	/* by name */
	size_t count, room, people;
};

void bench_truth_read(struct bench_truth *, const struct bench_set *,
    const char *data);
void bench_truth_free(struct bench_truth *);
/* SIZE_MAX when it is not in there. */
size_t bench_truth_find(const struct bench_truth *, const char *source,
    const char *key);

#define BENCH_COLUMNS 64
/* Splits a line of CSV in place; quotes go, so do blanks before a value. */
size_t bench_split(char *line, char *field[BENCH_COLUMNS]);

/* ---- agreement (score.c) -------------------------------------------- */

struct bench_score {
	size_t records, people, customers, largest;
	size_t missing, extra;	/* of the truth, of the store */
	uint64_t pairs, found, right;
	double p, r, f1;		/* of pairs */
	double b3_p, b3_r, b3_f1;	/* of records */
};

/* Group i is in person i's truth and in a customer: both are numbers. */
void bench_score_make(const uint32_t *person, const uint32_t *customer,
    size_t count, struct bench_score *);
void bench_score_store(omni *db, const struct bench_truth *,
    struct bench_score *);
/* Of lines "source,key,customer" below a line of names. */
void bench_score_list(FILE *, const struct bench_truth *,
    struct bench_score *);

/* ---- what is looked at (cover.c) ------------------------------------ */

/* Of a store's file: which true pairs could be found at all. */
struct bench_cover {
	size_t records;
	uint64_t keys;		/* of all records */
	uint64_t candidates;	/* pairs that share a key that still points */
	uint64_t pairs;		/* in truth */
	uint64_t shared;	/* ... that are such candidates */
	uint64_t pooled;	/* ... in one pool */
};
void bench_cover_read(const char *path, const struct bench_truth *,
    struct bench_cover *);

/* ---- processes (child.c) -------------------------------------------- */

/* Runs work in a process of its own, for its own time and memory. */
struct bench_cost {
	double seconds;		/* of the wall, or of the processor */
	double cpu;
	double mib;		/* the most that was resident */
};
void bench_child(void (*work)(void *), void *context, struct bench_cost *);

#endif
