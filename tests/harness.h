/*
 * What the tests of all rooms share: a fresh store on either engine, a clock
 * that only the test moves, and seeds that are printed.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "omni.h"

/* 2025-06-01 00:00 UTC, where every harness' clock begins. */
#define HARNESS_NOW INT64_C(1748736000000000)
#define HARNESS_MINUTE INT64_C(60000000)
#define HARNESS_DAY (1440 * HARNESS_MINUTE)

struct harness {
	omni *db;
	int64_t now;		/* what the clock says */
	const char *engine;	/* "sqlite", "postgres" */
	char url[1024];
	char made[256];		/* the directory or the database to remove */
	uint64_t random;	/* the state of harness_random */
};

/* Fixtures: each test has a fresh store. */
int harness_sqlite(void **state);
int harness_postgres(void **state);
int harness_close(void **state);
/* What a test begins with: its store.  Where there is no server
 * (OMNI_TEST_POSTGRES) the test is skipped here. */
struct harness *harness_of(void **state);

/* Puts an empty store in the place of the one that is there. */
void harness_renew(struct harness *);
/* Another handle on the same store, with the same clock; not NULL. */
omni *harness_open(struct harness *);
/* SQL past the library, by the engine's own means, as somebody would who
 * tampers with the store. */
void harness_sql(const struct harness *, const char *sql);
/* The numbers of a seed: OMNI_TEST_SEED, or another one each run.  Printed,
 * so that what failed can be run again. */
void harness_seed(struct harness *, const char *test);
/* 0 to below - 1. */
uint64_t harness_random(struct harness *, uint64_t below);

/* The test on both engines. */
#define HARNESS_TEST(test) \
	{ #test " (sqlite)", test, harness_sqlite, harness_close, NULL }, \
	{ #test " (postgres)", test, harness_postgres, harness_close, NULL }

/* The status is the one wanted, or what the handle says is printed. */
#define harness_is(h, status, wanted) \
	harness_is_at((h)->db, (status), (wanted), __FILE__, __LINE__)
#define harness_ok(h, status) harness_is(h, status, OMNI_OK)
void harness_is_at(const omni *, omni_status status, omni_status wanted,
    const char *file, int line);

#endif
