/*
 * What the benchmarks share: a clock, checks, seeded numbers, percentiles.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

#include "omni.h"

/* Ends the benchmark with a word when something failed. */
void bench_check(int fine, const char *what);
void bench_ok(omni *db, omni_status status, const char *what);
double bench_seconds(void);
/* splitmix64 of i: the same numbers in every run. */
uint64_t bench_mix(uint64_t i);
/* Sorts and picks: share 0.5 is the median. */
double bench_quantile(double *values, size_t count, double share);
/* A fresh directory to work in, removed by bench_clean. */
void bench_directory(char *out, size_t size);
void bench_clean(const char *directory);

#endif
