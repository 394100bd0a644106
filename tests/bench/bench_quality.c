/*
 * How right it is: data sets with truth, read with one configuration for
 * all, untrained and trained; what blocking costs, and what it lets through.
 *
 *	bench_quality [records [set ...]]
 *	bench_quality score set < source,key,customer.csv
 *
 * The made-up population (10,000 records unless told) is always there; the
 * others are where OMNI_DATA says, if it does.  To reach, of pairs trained:
 * historical_50k .955 (untrained .92), febrl3 and febrl4 .999, fake_1000 .97,
 * town .97 at a precision of .98; of records .96, .97 and .985.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "sets.h"

struct job {
	const struct bench_set *set;
	const char *data;	/* where its files are */
	const char *path;	/* of the store */
};

static void
import(void *context)
{
	const struct job *job = context;
	omni *db = bench_open_load(job->path);

	bench_set_import(db, job->set, job->data, 1);
	omni_close(db);
}

static void
train(void *context)
{
	const struct job *job = context;
	omni *db = bench_open_load(job->path);

	bench_ok(db, omni_model_train(db, NULL, NULL), "train");
	omni_close(db);
}

static void
print_score(const struct bench_score *s)
{
	(void)printf("    pairs P %.4f R %.4f F1 %.4f | B3 P %.4f R %.4f F1"
	    " %.4f | %zu customers of %zu, largest %zu\n", s->p, s->r, s->f1,
	    s->b3_p, s->b3_r, s->b3_f1, s->customers, s->people, s->largest);
	if (s->missing + s->extra > 0)
		(void)printf("    %zu records of the truth are missing, %zu"
		    " are not in it\n", s->missing, s->extra);
}

static double
share(uint64_t part, uint64_t whole)
{
	return whole > 0 ? (double)part / (double)whole : 1;
}

static void
print_cover(const struct bench_cover *c)
{
	(void)printf("    of true pairs %.4f share a key, %.4f lie in one pool"
	    " | a record: %.1f keys, %.1f pairs\n",
	    share(c->shared, c->pairs), share(c->pooled, c->pairs),
	    share(c->keys, c->records), share(c->candidates, c->records));
}

static void
judge(void *context)
{
	const struct job *job = context;
	omni *db = bench_open_load(job->path);
	struct bench_truth truth;
	struct bench_score score;
	struct bench_cover cover;

	bench_truth_read(&truth, job->set, job->data);
	bench_score_store(db, &truth, &score);
	omni_close(db);
	print_score(&score);
	bench_cover_read(job->path, &truth, &cover);
	print_cover(&cover);
	bench_truth_free(&truth);
}

static void
stage(const char *what, void (*work)(void *), struct job *job)
{
	struct bench_cost cost, rest;

	bench_child(work, job, &cost);
	(void)printf("  %s: %.2f s, %.0f MiB\n", what, cost.seconds,
	    cost.mib);
	bench_child(judge, job, &rest);
}

static void
measure(const struct bench_set *set, const char *data)
{
	char directory[256], path[300];
	struct job job = { set, data, path };

	bench_directory(directory, sizeof(directory));
	(void)snprintf(path, sizeof(path), "%s/omni.db", directory);
	(void)printf("%s\n", set->name);
	stage("untrained", import, &job);
	stage("trained", train, &job);
	bench_clean(directory);
}

static int
wanted(const struct bench_set *set, int argc, char **argv)
{
	int i;

	for (i = 2; i < argc; i++)
		if (strcmp(argv[i], set->name) == 0)
			return 1;
	return argc <= 2;
}

static void
measure_made_up(size_t records)
{
	char directory[256];
	struct bench_set set;

	bench_directory(directory, sizeof(directory));
	bench_set_make(&set, directory, records, 0);
	measure(&set, directory);
	bench_set_make(&set, directory, records, 1);
	measure(&set, directory);
	bench_clean(directory);
}

/* What somebody else made of a set, by the same measure. */
static void
score_list(const char *name, const char *data)
{
	struct bench_truth truth;
	struct bench_score score;
	size_t i;

	for (i = 0; i < bench_set_count; i++)
		if (strcmp(bench_sets[i].name, name) == 0)
			break;
	bench_check(i < bench_set_count && data != NULL, "finding the set");
	bench_truth_read(&truth, &bench_sets[i], data);
	bench_score_list(stdin, &truth, &score);
	print_score(&score);
	bench_truth_free(&truth);
}

int
main(int argc, char **argv)
{
	size_t records = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000, i;
	const char *data = getenv("OMNI_DATA");

	if (argc > 2 && strcmp(argv[1], "score") == 0) {
		score_list(argv[2], data);
		return 0;
	}
	for (i = 0; i < bench_set_count; i++) {
		const struct bench_set *set = &bench_sets[i];

		if (!wanted(set, argc, argv))
			continue;
		if (data != NULL && bench_set_present(set, data))
			measure(set, data);
		else
			(void)printf("%s: skipped, OMNI_DATA does not lead to"
			    " it\n", set->name);
	}
	if (records > 0)
		measure_made_up(records);
	return 0;
}
