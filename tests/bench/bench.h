/*
 * What the benchmarks share: a clock, checks, seeded numbers, percentiles;
 * sales to put into a store (sales.c); looking back (look.c).
 */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

#include "omni.h"

/* Ends the benchmark with a word when something failed. */
void bench_check(int fine, const char *what);
void bench_ok(omni *db, omni_status status, const char *what);
/* Of the wall, or with BENCH_CPU of this process: for busy machines. */
double bench_seconds(void);
/* splitmix64 of i: the same numbers in every run. */
uint64_t bench_mix(uint64_t i);
/* Sorts and picks: share 0.5 is the median. */
double bench_quantile(double *values, size_t count, double share);
/* A fresh directory to work in, removed by bench_clean. */
void bench_directory(char *out, size_t size);
void bench_clean(const char *directory);
/* Opens a store, made when it is not there. */
omni *bench_open(const char *url);
/* Opens one to load much into: of Swedish region, no fsync a commit. */
omni *bench_open_load(const char *url);

/* ---- sales (sales.c) ------------------------------------------------ */

/* One interaction: who bought, where, when, and the one order it is of. */
struct bench_sale {
	char card[24], source[40], receipt[24], order[24];
	int64_t time;
};
extern const char bench_body[];

/* The i-th sale, to one of that many customers. */
void bench_sale_make(struct bench_sale *, size_t i, size_t customers);
void bench_sale_add(omni *db, omni_batch *, const struct bench_sale *);
void bench_commit(omni *db, omni_batch *);
/* Makes the customers known by their cards. */
void bench_cards_put(omni *db, size_t customers);
/* Puts sales from to to - 1 in batches of that size. */
void bench_sales_put(omni *db, size_t from, size_t to, size_t customers,
    size_t batch);

/* ---- looking back (look.c) ------------------------------------------ */

/* The card of the i-th look-up. */
void bench_card(char out[24], size_t i, size_t customers);
/* Identifier, customer, its 20 newest interactions: microseconds. */
double bench_look(omni *db, const char *card);
/* Many such, beside the same statements on the same file by hand. */
void bench_look_compare(omni *db, const char *path, size_t customers);

/* ---- customers of many sources (tills.c) ---------------------------- */

/* Cards seen at 300 tills beside cards seen at 3. */
void bench_tills(omni *db);
/* A customer of 300 keyed records. */
void bench_keyed(omni *db);

#endif
