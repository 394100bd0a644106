/*
 * The data sets that may be there, and the one that is always there.  Only
 * which column is what differs between them.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "people.h"
#include "sets.h"

#define FEBRL_MAP \
	"given_name=name.given,surname=name.family," \
	"street_number=address.number,address_1=address.street," \
	"address_2=address.extra,suburb=address.city," \
	"postcode=address.postcode,state=address.region," \
	"date_of_birth=birth_date,soc_sec_id=national_id"
#define FEBRL(file, from) { file ".csv", from, "rec_id", NULL, FEBRL_MAP }

#define TOWN_FILES { \
	{ "crm.csv", "crm", "crm_id", "updated_at", \
	    "given_name=name.given,family_name=name.family," \
	    "birth_date=birth_date,email=email,phone=phone," \
	    "street=address.street,postcode=address.postcode," \
	    "city=address.city" }, \
	{ "web_accounts.csv", "webshop", "account", "created_at", \
	    "account=account,name=name.full,email=email,phone=phone," \
	    "street=address.street,postcode=address.postcode," \
	    "city=address.city" }, \
	{ "loyalty.csv", "loyalty", "loyalty_no", "joined_at", \
	    "loyalty_no=loyalty,given_name=name.given," \
	    "family_name=name.family,phone=phone,email=email," \
	    "birth_date=birth_date" } }

const struct bench_set bench_sets[] = {
	{ .name = "historical_50k", .person = "cluster",
	    .file = { { "historical_50k.csv", "all", "unique_id", NULL,
	    "full_name=name.full,first_name=name.given,surname=name.family,"
	    "dob=birth_date,birth_place=attr.birth_place,"
	    "postcode_fake=address.postcode,gender=gender,"
	    "occupation=attr.occupation" } } },
	{ .name = "fake_1000", .person = "cluster",
	    .file = { { "fake_1000.csv", "all", "unique_id", NULL,
	    "first_name=name.given,surname=name.family,dob=birth_date,"
	    "city=address.city,email=email" } } },
	{ .name = "febrl1", .file = { FEBRL("febrl1", "all") } },
	{ .name = "febrl2", .file = { FEBRL("febrl2", "all") } },
	{ .name = "febrl3", .file = { FEBRL("febrl3", "all") } },
	{ .name = "febrl4", .file = { FEBRL("febrl4a", "a"),
	    FEBRL("febrl4b", "b") } },
	{ .name = "town", .folder = "town", .file = TOWN_FILES,
	    .truth = "truth_records.csv", .person = "person" },
	{ .name = "town, all year", .folder = "town", .file = TOWN_FILES,
	    .lines = { "setup.jsonl", "store.jsonl", "web.jsonl", "app.jsonl",
	    "kiosk.jsonl", "call.jsonl", "chat.jsonl", "mail.jsonl",
	    "post.jsonl", "statement.jsonl" },
	    .truth = "truth_records.csv", .person = "person" },
};
const size_t bench_set_count = sizeof(bench_sets) / sizeof(bench_sets[0]);

static void
path_make(char *out, size_t size, const struct bench_set *set,
    const char *data, const char *name)
{
	(void)snprintf(out, size, "%s/%s%s%s", data,
	    set->folder != NULL ? set->folder : "",
	    set->folder != NULL ? "/" : "", name);
}

int
bench_set_present(const struct bench_set *set, const char *data)
{
	char path[512];
	size_t i;

	for (i = 0; i < BENCH_FILES && set->file[i].name != NULL; i++) {
		path_make(path, sizeof(path), set, data, set->file[i].name);
		if (access(path, R_OK) != 0)
			return 0;
	}
	for (i = 0; i < BENCH_LINES && set->lines[i] != NULL; i++) {
		path_make(path, sizeof(path), set, data, set->lines[i]);
		if (access(path, R_OK) != 0)
			return 0;
	}
	return 1;
}

/* ---- reading -------------------------------------------------------- */

static void
import_pieces(omni *db, omni_import *import, const char *path)
{
	static char piece[256 * 1024];
	FILE *in = fopen(path, "r");
	size_t n;

	bench_check(in != NULL, path);
	while ((n = fread(piece, 1, sizeof(piece), in)) > 0)
		bench_ok(db, omni_import_write(import, piece, n), path);
	bench_check(ferror(in) == 0, path);
	(void)fclose(in);
	bench_ok(db, omni_import_finish(import), path);
	bench_check(omni_import_stored(import) > 0, path);
}

static void
import_map(omni *db, omni_import *import, const char *map)
{
	char *copy = strdup(map), *pair, *equals;

	bench_check(copy != NULL, "memory");
	for (pair = strtok(copy, ","); pair != NULL;
	    pair = strtok(NULL, ",")) {
		equals = strchr(pair, '=');
		*equals = '\0';
		bench_ok(db, omni_import_map(import, pair, equals + 1), pair);
	}
	free(copy);
}

void
bench_import_file(omni *db, const struct bench_file *file, const char *path,
    int bulk)
{
	omni_import *import = NULL;

	bench_ok(db, omni_import_new(db, OMNI_FORMAT_CSV, &import), path);
	bench_ok(db, omni_import_set_source(import, file->source), path);
	bench_ok(db, omni_import_set_key_column(import, file->key), path);
	if (file->time != NULL)
		bench_ok(db, omni_import_set_time_column(import, file->time),
		    path);
	import_map(db, import, file->map);
	if (bulk)
		bench_ok(db, omni_import_set_bulk(import), path);
	import_pieces(db, import, path);
	omni_import_free(import);
}

void
bench_set_import(omni *db, const struct bench_set *set, const char *data,
    int bulk)
{
	char path[512];
	size_t i;

	for (i = 0; i < BENCH_FILES && set->file[i].name != NULL; i++) {
		path_make(path, sizeof(path), set, data, set->file[i].name);
		bench_import_file(db, &set->file[i], path, bulk);
	}
	for (i = 0; i < BENCH_LINES && set->lines[i] != NULL; i++) {
		omni_import *import = NULL;

		path_make(path, sizeof(path), set, data, set->lines[i]);
		bench_ok(db, omni_import_new(db, OMNI_FORMAT_LINES, &import),
		    path);
		import_pieces(db, import, path);
		omni_import_free(import);
	}
}

/* ---- made up -------------------------------------------------------- */

static void
write_file(const struct bench_people *people, const char *directory,
    const char *name, int source)
{
	char path[512];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	out = fopen(path, "w");
	bench_check(out != NULL, path);
	bench_people_write(people, 0, bench_people_records(people), source,
	    out);
	bench_check(fclose(out) == 0, path);
}

void
bench_set_make(struct bench_set *set, const char *directory, size_t records,
    int one_file)
{
	static const char *const names[BENCH_SOURCES] = {
		"people-crm.csv", "people-webshop.csv", "people-loyalty.csv",
		"people-app.csv", "people-store.csv"
	};
	struct bench_people *people = bench_people_new(records, 1);
	int i;

	memset(set, 0, sizeof(*set));
	set->name = one_file ? "made up, one source" : "made up";
	set->person = "person";
	for (i = 0; i < (one_file ? 1 : BENCH_SOURCES); i++) {
		struct bench_file *file = &set->file[i];

		file->name = one_file ? "people.csv" : names[i];
		file->source = one_file ? "all" : bench_source[i];
		file->key = "key";
		file->time = "updated";
		file->map = bench_people_map;
		write_file(people, directory, file->name, one_file ? -1 : i);
	}
	bench_people_free(people);
}
