/*
 * From CSV to committed customers, each run in a process of its own: how
 * time and memory grow with the number of records.
 *
 *	bench_bulk [most]
 *
 * Sizes go up to `most` (100,000 unless told; 5000000 is the whole curve, and
 * takes minutes).  To reach: historical_50k trained under 2 s and 300 MiB; a
 * million records under 40 s and 2 GiB; near-linear.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bench.h"
#include "sets.h"

struct job {
	const struct bench_set *set;
	const char *data;	/* where its files are */
	const char *url;	/* of the store */
	int bulk;
};

static void
load(void *context)
{
	const struct job *job = context;
	omni *db = bench_open_load(job->url);

	bench_set_import(db, job->set, job->data, job->bulk);
	omni_close(db);
}

static void
train(void *context)
{
	const struct job *job = context;
	omni *db = bench_open_load(job->url);

	bench_ok(db, omni_model_train(db, NULL, NULL), "train");
	omni_close(db);
}

static void
print_cost(const char *what, size_t records, const struct bench_cost *cost)
{
	(void)printf("  %s: %.2f s (processor %.2f s), %.0f MiB, %.0f"
	    " records/s\n", what, cost->seconds, cost->cpu, cost->mib,
	    (double)records / cost->seconds);
	(void)fflush(stdout);
}

/* What a user does once: load, train, have customers. */
static void
measure_job(const struct job *job, size_t records)
{
	struct bench_cost loaded, trained;

	bench_child(load, (void *)(uintptr_t)job, &loaded);
	print_cost(job->bulk ? "loaded in bulk" : "loaded in batches", records,
	    &loaded);
	bench_child(train, (void *)(uintptr_t)job, &trained);
	print_cost("trained, resolved anew", records, &trained);
	trained.seconds += loaded.seconds;
	trained.cpu += loaded.cpu;
	if (trained.mib < loaded.mib)
		trained.mib = loaded.mib;
	print_cost("both", records, &trained);
}

static size_t
count_lines(const struct bench_set *set, const char *data)
{
	char path[512];
	size_t i, lines = 0;
	int c;

	for (i = 0; i < BENCH_FILES && set->file[i].name != NULL; i++) {
		FILE *in;

		(void)snprintf(path, sizeof(path), "%s/%s", data,
		    set->file[i].name);
		in = fopen(path, "r");
		bench_check(in != NULL, path);
		while ((c = getc_unlocked(in)) != EOF)
			lines += c == '\n';
		(void)fclose(in);
		lines--;
	}
	return lines;
}

static void
print_file(const char *path, size_t records)
{
	struct stat st;

	if (stat(path, &st) == 0)
		(void)printf("  the file: %.0f MiB, %.0f bytes a record\n",
		    (double)st.st_size / 1048576,
		    (double)st.st_size / (double)records);
}

static void
measure(const struct bench_set *set, const char *data, int bulk)
{
	char directory[256], path[300];
	struct job job = { set, data, path, bulk };
	size_t records = count_lines(set, data);

	bench_directory(directory, sizeof(directory));
	(void)snprintf(path, sizeof(path), "%s/omni.db", directory);
	(void)printf("%s, %zu records, SQLite\n", set->name, records);
	measure_job(&job, records);
	print_file(path, records);
	bench_clean(directory);
}

/* The server's own time and memory are not in the figures. */
static void
measure_server(const struct bench_set *set, const char *data)
{
	struct job job = { set, data, getenv("OMNI_TEST_POSTGRES"), 1 };
	size_t records = count_lines(set, data);

	if (job.url == NULL)
		return;
	(void)printf("%s, %zu records, PostgreSQL\n", set->name, records);
	measure_job(&job, records);
}

static void
measure_made_up(size_t records)
{
	char directory[256];
	struct bench_set set;

	bench_directory(directory, sizeof(directory));
	bench_set_make(&set, directory, records, 1);
	measure(&set, directory, 1);
	if (records == 10000)
		measure(&set, directory, 0);
	if (records == 10000)
		measure_server(&set, directory);
	bench_clean(directory);
}

int
main(int argc, char **argv)
{
	static const size_t sizes[] = { 10000, 100000, 1000000, 5000000 };
	size_t most = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000, i;
	const char *data = getenv("OMNI_DATA");

	if (data != NULL && bench_set_present(&bench_sets[0], data))
		measure(&bench_sets[0], data, 1);
	else
		(void)printf("historical_50k: skipped, OMNI_DATA does not"
		    " lead to it\n");
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (sizes[i] <= most)
			measure_made_up(sizes[i]);
	return 0;
}
