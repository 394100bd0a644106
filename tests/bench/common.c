/*
 * What the benchmarks share.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

void
bench_check(int fine, const char *what)
{
	if (fine)
		return;
	(void)fprintf(stderr, "bench: %s failed\n", what);
	exit(1);
}

void
bench_ok(omni *db, omni_status status, const char *what)
{
	if (status >= 0)
		return;
	(void)fprintf(stderr, "bench: %s: %s: %s\n", what,
	    omni_status_name(status), omni_errmsg(db));
	exit(1);
}

double
bench_seconds(void)
{
	struct timespec now;

	/* BENCH_CPU: time of this process alone, for machines that are busy. */
	(void)clock_gettime(getenv("BENCH_CPU") != NULL ?
	    CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

uint64_t
bench_mix(uint64_t i)
{
	uint64_t z = i * UINT64_C(0x9e3779b97f4a7c15) +
	    UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static int
compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return a < b ? -1 : a > b;
}

double
bench_quantile(double *values, size_t count, double share)
{
	size_t at = (size_t)((double)(count - 1) * share);

	qsort(values, count, sizeof(*values), compare);
	return values[at];
}

void
bench_directory(char *out, size_t size)
{
	const char *base = getenv("TMPDIR");

	(void)snprintf(out, size, "%s/omni-bench-XXXXXX",
	    base != NULL ? base : "/tmp");
	bench_check(mkdtemp(out) != NULL, "mkdtemp");
}

void
bench_clean(const char *directory)
{
	DIR *list = opendir(directory);
	struct dirent *entry;
	char path[1024];

	while (list != NULL && (entry = readdir(list)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", directory,
		    entry->d_name);
		(void)unlink(path);
	}
	if (list != NULL)
		(void)closedir(list);
	(void)rmdir(directory);
}

omni *
bench_open(const char *url)
{
	omni_config *config = omni_config_new();
	omni *db = NULL;

	bench_check(config != NULL, "config");
	bench_check(omni_open(config, url, &db) == OMNI_OK,
	    omni_config_errmsg(config));
	omni_config_free(config);
	return db;
}

/* The key is fixed: customers, too, are then the same in every run. */
omni *
bench_open_load(const char *url)
{
	static const unsigned char key[32] = { 'b', 'e', 'n', 'c', 'h' };
	omni_config *config = omni_config_new();
	omni *db = NULL;

	bench_check(config != NULL, "config");
	(void)omni_config_set_region(config, "SE");
	(void)omni_config_set_zone(config, "Europe/Stockholm");
	(void)omni_config_set_tenant_key(config, key, sizeof(key));
	(void)omni_config_set_durability(config, OMNI_DURABLE_NORMAL);
	bench_check(omni_open(config, url, &db) == OMNI_OK,
	    omni_config_errmsg(config));
	omni_config_free(config);
	return db;
}
