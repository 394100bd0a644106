/*
 * How well customers agree with the truth: precision and recall over pairs
 * of records, and B-cubed, over records (Bagga and Baldwin 1998).
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "sets.h"

struct cell {
	uint32_t customer, person;
};

static int
by_customer(const void *left, const void *right)
{
	const struct cell *a = left, *b = right;

	if (a->customer != b->customer)
		return a->customer < b->customer ? -1 : 1;
	return a->person < b->person ? -1 : a->person > b->person;
}

static uint64_t
pairs(uint64_t n)
{
	return n * (n - 1) / 2;
}

/* How many there are of each number; *kinds of them. */
static uint32_t *
sizes(const uint32_t *of, size_t count, size_t *kinds)
{
	uint32_t most = 0, *size;
	size_t i;

	for (i = 0; i < count; i++)
		most = of[i] > most ? of[i] : most;
	size = calloc((size_t)most + 1, sizeof(*size));
	bench_check(size != NULL, "memory");
	for (i = 0, *kinds = 0; i < count; i++)
		*kinds += size[of[i]]++ == 0;
	return size;
}

static double
harmonic(double p, double r)
{
	return p + r > 0 ? 2 * p * r / (p + r) : 0;
}

static uint64_t
pairs_of(const uint32_t *of, size_t count, uint32_t *size)
{
	uint64_t sum = 0;
	size_t i;

	/* Each of n sees n - 1 others; twice each pair. */
	for (i = 0; i < count; i++)
		sum += size[of[i]] - 1;
	return sum / 2;
}

/* Records of one person in one customer, n of them. */
static void
count_cell(struct bench_score *score, uint64_t n, uint32_t customer,
    uint32_t person)
{
	score->right += pairs(n);
	score->b3_p += (double)(n * n) / customer;
	score->b3_r += (double)(n * n) / person;
}

static void
count_cells(struct bench_score *score, struct cell *cells, size_t count,
    const uint32_t *customer_size, const uint32_t *person_size)
{
	size_t i, from;

	qsort(cells, count, sizeof(*cells), by_customer);
	for (i = from = 0; i < count; i++)
		if (i + 1 == count ||
		    by_customer(&cells[i], &cells[i + 1]) != 0) {
			count_cell(score, i + 1 - from,
			    customer_size[cells[i].customer],
			    person_size[cells[i].person]);
			from = i + 1;
		}
	score->b3_p /= (double)count;
	score->b3_r /= (double)count;
}

void
bench_score_make(const uint32_t *person, const uint32_t *customer,
    size_t count, struct bench_score *score)
{
	struct cell *cells = calloc(count + 1, sizeof(*cells));
	uint32_t *customer_size, *person_size;
	size_t i;

	bench_check(cells != NULL, "memory");
	memset(score, 0, sizeof(*score));
	score->records = count;
	customer_size = sizes(customer, count, &score->customers);
	person_size = sizes(person, count, &score->people);
	score->found = pairs_of(customer, count, customer_size);
	score->pairs = pairs_of(person, count, person_size);
	for (i = 0; i < count; i++) {
		cells[i].customer = customer[i];
		cells[i].person = person[i];
		if (customer_size[customer[i]] > score->largest)
			score->largest = customer_size[customer[i]];
	}
	count_cells(score, cells, count, customer_size, person_size);
	score->p = score->found > 0 ?
	    (double)score->right / (double)score->found : 1;
	score->r = score->pairs > 0 ?
	    (double)score->right / (double)score->pairs : 1;
	score->f1 = harmonic(score->p, score->r);
	score->b3_f1 = harmonic(score->b3_p, score->b3_r);
	free(cells);
	free(customer_size);
	free(person_size);
}

/* ---- of a store, of a list ------------------------------------------ */

/* Which record of the truth is in which customer. */
struct held {
	const char *customer;
	uint32_t known;
};
struct holding {
	const struct bench_truth *truth;
	struct held *held;
	size_t count, extra;
};

static int
by_id(const void *left, const void *right)
{
	const struct held *a = left, *b = right;

	return strcmp(a->customer, b->customer);
}

static void
holding_new(struct holding *all, const struct bench_truth *truth)
{
	memset(all, 0, sizeof(*all));
	all->truth = truth;
	all->held = calloc(truth->count + 1, sizeof(*all->held));
	bench_check(all->held != NULL, "memory");
}

static void
holding_add(struct holding *all, const char *source, const char *key,
    const char *customer)
{
	size_t at = bench_truth_find(all->truth, source, key);
	struct held *held = &all->held[all->count];

	if (at == SIZE_MAX) {
		all->extra++;
		return;
	}
	bench_check(all->count < all->truth->count, "a record once");
	held->customer = strdup(customer);
	bench_check(held->customer != NULL, "memory");
	held->known = (uint32_t)at;
	all->count++;
}

/* Records that nobody holds count as alone. */
static void
holding_score(struct holding *all, struct bench_score *score)
{
	size_t i, count = all->truth->count;
	uint32_t *person = calloc(count + 1, sizeof(*person)), number = 0;
	uint32_t *customer = calloc(count + 1, sizeof(*customer));

	bench_check(person != NULL && customer != NULL, "memory");
	qsort(all->held, all->count, sizeof(*all->held), by_id);
	for (i = 0; i < all->count; i++) {
		number += i == 0 ||
		    by_id(&all->held[i - 1], &all->held[i]) != 0;
		customer[all->held[i].known] = number;
	}
	for (i = 0; i < count; i++) {
		person[i] = all->truth->known[i].person;
		if (customer[i] == 0)
			customer[i] = ++number;
	}
	bench_score_make(person, customer, count, score);
	score->missing = count - all->count;
	score->extra = all->extra;
	for (i = 0; i < all->count; i++)
		free((void *)(uintptr_t)all->held[i].customer);
	free(all->held);
	free(person);
	free(customer);
}

void
bench_score_store(omni *db, const struct bench_truth *truth,
    struct bench_score *score)
{
	omni_members *members = NULL;
	struct holding all;
	omni_status status;

	holding_new(&all, truth);
	bench_ok(db, omni_members_open(db, 0, &members), "members");
	while ((status = omni_members_next(members)) == OMNI_OK)
		holding_add(&all, omni_members_source(members),
		    omni_members_key(members), omni_members_customer(members));
	bench_check(status == OMNI_DONE, "members");
	omni_members_free(members);
	holding_score(&all, score);
}

void
bench_score_list(FILE *list, const struct bench_truth *truth,
    struct bench_score *score)
{
	char *line = NULL, *field[BENCH_COLUMNS];
	struct holding all;
	size_t size = 0;

	holding_new(&all, truth);
	bench_check(getline(&line, &size, list) > 0, "a line of names");
	while (getline(&line, &size, list) > 0)
		if (bench_split(line, field) >= 3)
			holding_add(&all, field[0], field[1], field[2]);
	free(line);
	holding_score(&all, score);
}
