/*
 * Writes the made-up population as CSV, with the truth in the column person.
 *
 *	bench_people records [seed [source]] > people.csv
 *
 * source is crm, webshop, loyalty, app or store; without it records of all
 * come, with a column "source".  Without arguments it tells how fast it is.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "people.h"

static int
source_number(const char *name)
{
	int i;

	for (i = 0; i < BENCH_SOURCES; i++)
		if (strcmp(bench_source[i], name) == 0)
			return i;
	bench_check(0, "the source: there is none such, so the command");
	return -1;
}

static void
measure(size_t records)
{
	double start = bench_seconds();
	struct bench_people *people = bench_people_new(records, 1);
	FILE *out = fopen("/dev/null", "w");

	bench_check(out != NULL, "/dev/null");
	bench_people_write(people, 0, records, -1, out);
	(void)fclose(out);
	(void)printf("%zu records of %zu people made in %.2f s\n", records,
	    bench_people_count(people), bench_seconds() - start);
	bench_people_free(people);
}

int
main(int argc, char **argv)
{
	struct bench_people *people;
	size_t records;

	if (argc < 2) {
		measure(100000);
		return 0;
	}
	records = strtoul(argv[1], NULL, 10);
	bench_check(records > 0, "arguments: a number");
	people = bench_people_new(records,
	    argc > 2 ? strtoul(argv[2], NULL, 10) : 1);
	bench_people_write(people, 0, records,
	    argc > 3 ? source_number(argv[3]) : -1, stdout);
	bench_people_free(people);
	return 0;
}
