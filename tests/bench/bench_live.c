/*
 * One record at a time, among many: put it and know its customer; batches of
 * a thousand; look-ups that write nothing.
 *
 *	bench_live [records]
 *
 * So many made-up records (100,000 unless told) are there before, trained on;
 * a commit does not wait for the disk.  To reach with a million: a put under
 * 0.3 ms, 99 of 100 under 2 ms; 5,000/s in batches; look-ups, 99 of 100,
 * under 2 ms.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "people.h"
#include "sets.h"

#define SINGLES 4000
#define BATCHES 10
#define BATCH 1000
#define ASKED 4000
#define NEW (SINGLES + BATCHES * BATCH)

/* How much is asked of a store: of a server, with its round trips, less. */
struct load {
	size_t records, singles, batches, asked;
};

/* ---- records -------------------------------------------------------- */

enum { NAME = 1, BIRTH = 2, ADDRESS = 4, IDENTIFIERS = 8, ALL = 15 };

static void
add(omni_record *record, const char *kind, const char *value)
{
	bench_check(omni_record_add(record, kind, value) == OMNI_OK,
	    omni_record_errmsg(record));
}

/* What of a line is told. */
static omni_record *
record_make(const struct bench_line *line, int what)
{
	omni_record *record = omni_record_new();

	bench_check(record != NULL, "memory");
	if ((what & NAME) != 0) {
		add(record, "name.full", line->name);
		add(record, "name.given", line->given);
		add(record, "name.family", line->family);
	}
	if ((what & BIRTH) != 0)
		add(record, "birth_date", line->birth);
	if ((what & ADDRESS) != 0) {
		add(record, "address.street", line->street);
		add(record, "address.postcode", line->postcode);
		add(record, "address.city", line->city);
	}
	if ((what & IDENTIFIERS) != 0) {
		add(record, "email", line->email);
		add(record, "phone", line->phone);
	}
	return record;
}

static omni_record *
record_keyed(const struct bench_people *people, size_t i)
{
	struct bench_line line;
	omni_record *record;
	int64_t time;

	bench_people_line(people, i, &line);
	record = record_make(&line, ALL);
	bench_check(omni_time_parse(line.updated, &time) == OMNI_OK &&
	    omni_record_set_time(record, time) == OMNI_OK &&
	    omni_record_set_source(record, "all", line.key) == OMNI_OK,
	    "a record");
	return record;
}

/* ---- putting -------------------------------------------------------- */

static void
print_times(const char *what, double *values, size_t count)
{
	(void)printf("  %s: median %.3f ms, p99 %.3f ms, most %.3f ms\n", what,
	    bench_quantile(values, count, .5) * 1e3,
	    bench_quantile(values, count, .99) * 1e3,
	    bench_quantile(values, count, 1) * 1e3);
}

/* A checkpoint between two commits is the host's time, when it is idle. */
static void
singles(omni *db, const struct bench_people *people, size_t from,
    size_t count)
{
	static double put[SINGLES], get[SINGLES];
	struct bench_line line;
	omni_batch *batch;
	size_t i;

	bench_ok(db, omni_batch_new(db, &batch), "batch");
	for (i = 0; i < count; i++) {
		omni_record *record = record_keyed(people, from + i);
		omni_customer *customer = NULL;
		double start = bench_seconds();

		bench_ok(db, omni_batch_add_record(batch, record), "add");
		bench_ok(db, omni_batch_commit(batch), "put");
		bench_check(omni_batch_customer(batch, 0) != NULL, "whose");
		put[i] = bench_seconds() - start;
		omni_batch_clear(batch);
		bench_people_line(people, from + i, &line);
		start = bench_seconds();
		bench_ok(db, omni_customer_of(db, "all", line.key, &customer),
		    "customer");
		get[i] = bench_seconds() - start;
		omni_customer_free(customer);
		omni_record_free(record);
		if (i % 500 == 499)
			bench_ok(db, omni_maintain(db, 500), "maintain");
	}
	omni_batch_free(batch);
	print_times("put one record, know its customer", put, count);
	print_times("all about that customer", get, count);
}

static void
batches(omni *db, const struct bench_people *people, size_t from,
    size_t count)
{
	double spent = 0, start;
	omni_batch *batch;
	size_t i, k;

	bench_ok(db, omni_batch_new(db, &batch), "batch");
	for (i = 0; i < count; i++) {
		for (k = 0; k < BATCH; k++) {
			omni_record *record = record_keyed(people,
			    from + i * BATCH + k);

			bench_ok(db, omni_batch_add_record(batch, record),
			    "add");
			omni_record_free(record);
		}
		start = bench_seconds();
		bench_commit(db, batch);
		spent += bench_seconds() - start;
	}
	omni_batch_free(batch);
	(void)printf("  batches of %d: %.0f records/s\n", BATCH,
	    (double)(count * BATCH) / spent);
}

/* ---- looking up ----------------------------------------------------- */

struct tally {
	size_t one, several, nobody, right;
};

/* Is the customer found the one that holds the record asked about? */
static void
tell(omni *db, struct tally *tally, omni_status status,
    const omni_customer *found, const char *key)
{
	omni_customer *held = NULL;

	tally->several += status == OMNI_SEVERAL;
	tally->nobody += status == OMNI_NONE;
	if (status != OMNI_OK)
		return;
	tally->one++;
	bench_ok(db, omni_customer_of(db, "all", key, &held), "customer");
	tally->right += strcmp(omni_customer_id(found),
	    omni_customer_id(held)) == 0;
	omni_customer_free(held);
}

static int
answers(const struct bench_line *line, int what)
{
	return ((what & BIRTH) == 0 || line->birth[0] != '\0') &&
	    ((what & ADDRESS) == 0 || line->street[0] != '\0') &&
	    ((what & IDENTIFIERS) == 0 || line->email[0] != '\0' ||
	    line->phone[0] != '\0');
}

static void
look_up(omni *db, const struct bench_people *people,
    const struct load *load, int what, const char *name)
{
	static double spent[ASKED];
	struct tally tally = { 0, 0, 0, 0 };
	struct bench_line line;
	size_t i, n;

	for (i = n = 0; n < load->asked; i++) {
		omni_customer *customer = NULL;
		omni_record *who;
		omni_status status;
		double start;

		bench_people_line(people, bench_mix(i) % load->records,
		    &line);
		if (!answers(&line, what))
			continue;
		who = record_make(&line, what);
		start = bench_seconds();
		status = omni_customer_find(db, who, &customer);
		spent[n++] = bench_seconds() - start;
		bench_ok(db, status, "find");
		tell(db, &tally, status, customer, line.key);
		omni_customer_free(customer);
		omni_record_free(who);
	}
	print_times(name, spent, n);
	(void)printf("    one %.1f %%, of these who holds it %.1f %%; several"
	    " %.1f %%; nobody %.1f %%\n", 100. * (double)tally.one / (double)n,
	    100. * (double)tally.right / (double)(tally.one + !tally.one),
	    100. * (double)tally.several / (double)n,
	    100. * (double)tally.nobody / (double)n);
}

/* ---- all ------------------------------------------------------------ */

static void
load_all(omni *db, const struct bench_people *people, size_t records)
{
	struct bench_file file = { "people.csv", "all", "key", "updated",
	    bench_people_map };
	char directory[256], path[300];
	FILE *out;

	bench_directory(directory, sizeof(directory));
	(void)snprintf(path, sizeof(path), "%s/people.csv", directory);
	out = fopen(path, "w");
	bench_check(out != NULL, path);
	bench_people_write(people, 0, records, -1, out);
	bench_check(fclose(out) == 0, path);
	bench_import_file(db, &file, path, 1);
	bench_clean(directory);
}

static void
measure(const char *url, const struct load *load)
{
	struct bench_people *people = bench_people_new(load->records + NEW,
	    1);
	double start = bench_seconds();
	omni *db = bench_open_load(url);

	load_all(db, people, load->records);
	(void)printf("%zu records loaded in %.1f s\n", load->records,
	    bench_seconds() - start);
	start = bench_seconds();
	bench_ok(db, omni_model_train(db, NULL, NULL), "train");
	(void)printf("trained in %.1f s\n", bench_seconds() - start);
	while (omni_maintain(db, 1000) == OMNI_OK)
		;
	singles(db, people, load->records, load->singles);
	batches(db, people, load->records + load->singles, load->batches);
	look_up(db, people, load, IDENTIFIERS, "find by e-mail and phone");
	look_up(db, people, load, NAME | BIRTH, "find by name and birth");
	look_up(db, people, load, NAME | ADDRESS,
	    "find by name and address");
	omni_close(db);
	bench_people_free(people);
}

int
main(int argc, char **argv)
{
	struct load own = { argc > 1 ? strtoul(argv[1], NULL, 10) : 100000,
	    SINGLES, BATCHES, ASKED };
	struct load far = { own.records < 10000 ? own.records : 10000,
	    SINGLES / 8, 2, ASKED / 8 };
	const char *server = getenv("OMNI_TEST_POSTGRES");
	char directory[256], path[300];

	bench_check(own.records > 0, "arguments: a number");
	bench_directory(directory, sizeof(directory));
	(void)snprintf(path, sizeof(path), "%s/omni.db", directory);
	(void)printf("SQLite\n");
	measure(path, &own);
	bench_clean(directory);
	if (server != NULL) {
		(void)printf("PostgreSQL\n");
		measure(server, &far);
	}
	return 0;
}
