/*
 * Pairs of records weighed per second on one core: what resolution does most
 * once there are names, dates and addresses beside identifiers.  Those of one
 * person, those that blocks propose, and any two.
 *
 *	bench_pairs [persons]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "identity/model.h"

#define PAIRS 1000000
#define TEXT 64

enum { GIVEN, FAMILY, BIRTH, EMAIL, PHONE, STREET, NUMBER, POSTCODE, CITY,
	FEATURES };

static const char *const kinds[FEATURES] = {
	[GIVEN] = "name.given", [FAMILY] = "name.family",
	[BIRTH] = "birth_date", [EMAIL] = "email", [PHONE] = "phone",
	[STREET] = "address.street", [NUMBER] = "address.number",
	[POSTCODE] = "address.postcode", [CITY] = "address.city",
};

static const char *const given[] = {
	"Alexandra", "Bo", "Carl-Johan", "David", "Elin", "Fatima", "Georg",
	"Hanna Maria", "Ivan", "Juli\303\241n", "Karl", "Lena", "Margareta",
	"Nils", "Olga", "Per"
};
static const char *const family[] = {
	"Andersson", "Bergstr\303\266m", "da Costa", "Dahl", "Ek", "Fischer",
	"Gomez", "Holmqvist", "Ivanov", "Jansen", "Kowalski", "Lindgren",
	"Meyer", "Nov\303\241k", "Olsson", "Petersen-Wolff"
};
static const char *const streets[] = {
	"Storgatan", "Kungsgatan", "Church Road", "Bahnhofstrasse",
	"Avenue de la Gare", "Drottninggatan", "Mill Lane", "Parkv\303\244gen"
};
static const char *const cities[] = {
	"Stockholm", "G\303\266teborg", "Malm\303\266", "Uppsala",
	"V\303\244ster\303\245s", "Link\303\266ping", "Lund", "Kiruna"
};

struct written {
	char text[FEATURES][TEXT];
};

static void
person_write(struct written *w, uint64_t person)
{
	uint64_t n = bench_mix(person);
	size_t i;

	(void)snprintf(w->text[GIVEN], TEXT, "%s", given[n % 16]);
	(void)snprintf(w->text[FAMILY], TEXT, "%s", family[n / 16 % 16]);
	(void)snprintf(w->text[BIRTH], TEXT, "%llu-%02llu-%02llu",
	    (unsigned long long)(1930 + n / 256 % 80),
	    (unsigned long long)(1 + n / 32768 % 12),
	    (unsigned long long)(1 + n / 1048576 % 28));
	(void)snprintf(w->text[EMAIL], TEXT, "%.3s.%llu@mail%llu.example",
	    family[n / 16 % 16], (unsigned long long)person,
	    (unsigned long long)(n >> 40) % 5);
	for (i = 0; w->text[EMAIL][i] != '\0'; i++)
		if (w->text[EMAIL][i] == ' ')
			w->text[EMAIL][i] = '_';
	(void)snprintf(w->text[PHONE], TEXT, "+4670%07llu",
	    (unsigned long long)(n >> 20) % 10000000);
	(void)snprintf(w->text[STREET], TEXT, "%s", streets[n >> 44 & 7]);
	(void)snprintf(w->text[NUMBER], TEXT, "%llu",
	    (unsigned long long)(n >> 47 & 63));
	(void)snprintf(w->text[POSTCODE], TEXT, "%05llu",
	    10000 + (unsigned long long)(n >> 10) % 80000);
	(void)snprintf(w->text[CITY], TEXT, "%s", cities[n >> 53 & 7]);
}

/* As another till has it: two neighbouring letters change places in one
 * field, and one field is missing. */
static void
person_garble(struct written *w, uint64_t seed)
{
	uint64_t n = bench_mix(seed + 12345);
	char *text = w->text[n % FEATURES];
	size_t length = strlen(text);

	if (length > 3) {
		size_t at = 1 + (size_t)(n >> 8) % (length - 3);
		char c = text[at];

		/* Only letters of one byte. */
		if ((c & 0x80) == 0 && (text[at + 1] & 0x80) == 0) {
			text[at] = text[at + 1];
			text[at + 1] = c;
		}
	}
	w->text[(n >> 32) % FEATURES][0] = '\0';
}

static void
person_make(omni *db, const struct written *w, struct omni__person *person)
{
	struct omni__raw raw[FEATURES];
	size_t i, count = 0;

	for (i = 0; i < FEATURES; i++)
		if (w->text[i][0] != '\0')
			raw[count++] = (struct omni__raw){
			    .kind = kinds[i], .value = w->text[i] };
	bench_ok(db, omni__person_make(db, raw, count, person), "person");
}

/* Two records of each person, side by side; they live in the handle's
 * scratch memory, so nothing else may be called on it. */
static struct omni__person *
persons_make(omni *db, size_t count)
{
	struct omni__person *persons = calloc(2 * count, sizeof(*persons));
	double start;
	size_t i;

	bench_check(persons != NULL, "memory");
	start = bench_seconds();
	for (i = 0; i < count; i++) {
		struct written w;

		person_write(&w, i);
		person_make(db, &w, &persons[2 * i]);
		person_garble(&w, i);
		person_make(db, &w, &persons[2 * i + 1]);
	}
	(void)printf("records normalised: %.0f/s\n",
	    2 * (double)count / (bench_seconds() - start));
	return persons;
}

/* ---- which pairs ---------------------------------------------------- */

struct pair {
	uint32_t a, b;
};

struct pairs {
	struct pair *pair;
	size_t count;
};

static struct pairs
pairs_new(void)
{
	struct pairs pairs = { calloc(PAIRS, sizeof(struct pair)), 0 };

	bench_check(pairs.pair != NULL, "memory");
	return pairs;
}

static struct pairs
pairs_any(size_t count, int same)
{
	struct pairs pairs = pairs_new();
	size_t i;

	for (i = 0; i < PAIRS; i++) {
		size_t a = i % count, b = same ? a : bench_mix(i) % count;

		pairs.pair[pairs.count++] = (struct pair){
		    (uint32_t)(2 * a), (uint32_t)(2 * b + 1) };
	}
	return pairs;
}

/* One of its blocks points at a person. */
struct sign {
	int64_t hash;
	uint32_t person;
};

static int
compare_signs(const void *left, const void *right)
{
	const struct sign *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->person < b->person ? -1 : a->person > b->person;
}

static size_t
signs_make(omni *db, const struct omni__person *persons, size_t count,
    struct sign *signs)
{
	struct omni__block blocks[OMNI__BLOCKS_MAX];
	size_t i, j, n, total = 0;

	for (i = 0; i < count; i++) {
		n = omni__person_blocks(db, &persons[i], blocks);
		for (j = 0; j < n; j++)
			signs[total++] = (struct sign){ blocks[j].hash,
			    (uint32_t)i };
	}
	qsort(signs, total, sizeof(*signs), compare_signs);
	return total;
}

/* Of those that share a block which few have, in the order of blocks. */
static struct pairs
pairs_blocked(omni *db, const struct omni__person *persons, size_t count)
{
	struct sign *signs = calloc(count * OMNI__BLOCKS_MAX, sizeof(*signs));
	struct pairs pairs = pairs_new();
	size_t total, i, j, end;

	bench_check(signs != NULL, "memory");
	total = signs_make(db, persons, count, signs);
	for (i = 0; i < total && pairs.count < PAIRS; i = end) {
		for (end = i; end < total && signs[end].hash ==
		    signs[i].hash; end++)
			continue;
		for (j = i + 1; j < end && end - i <= 50; j++)
			if (pairs.count < PAIRS)
				pairs.pair[pairs.count++] = (struct pair){
				    signs[i].person, signs[j].person };
	}
	free(signs);
	return pairs;
}

static void
weigh(const struct omni__model *model, const struct omni__person *persons,
    struct pairs pairs, const char *what)
{
	double start = bench_seconds(), took;
	size_t i, n, joined = 0, rounds = 1 + PAIRS / pairs.count;

	for (n = 0; n < rounds; n++)
		for (i = 0; i < pairs.count; i++)
			joined += omni__pair_weight(model,
			    &persons[pairs.pair[i].a],
			    &persons[pairs.pair[i].b]) >= model->join;
	took = bench_seconds() - start;
	n = rounds * pairs.count;
	(void)printf("pairs of %s weighed: %.0f/s (%.2f %% would join)\n",
	    what, (double)n / took, 100. * (double)joined / (double)n);
	free(pairs.pair);
}

int
main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 5000;
	const struct omni__model *model;
	struct omni__person *persons;
	char directory[256], path[300];
	omni *db;

	bench_check(count > 0, "arguments: a number");
	bench_directory(directory, sizeof(directory));
	(void)snprintf(path, sizeof(path), "%s/omni.db", directory);
	db = bench_open(path);
	bench_ok(db, omni__model(db, &model), "model");
	persons = persons_make(db, count);
	weigh(model, persons, pairs_any(count, 1), "one person");
	weigh(model, persons, pairs_blocked(db, persons, 2 * count),
	    "one block");
	weigh(model, persons, pairs_any(count, 0), "any two");
	free(persons);
	omni_close(db);
	bench_clean(directory);
	return 0;
}
