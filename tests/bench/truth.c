/*
 * The truth beside a data set: which record is of which person.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "sets.h"

/* ---- CSV ------------------------------------------------------------ */

size_t
bench_split(char *line, char *field[BENCH_COLUMNS])
{
	size_t count = 0;
	char *from = line, *to;
	int quoted;

	while (count < BENCH_COLUMNS) {
		while (*from == ' ')
			from++;
		quoted = *from == '"';
		from += quoted;
		field[count++] = to = from;
		while (*from != '\0' && (quoted ||
		    (*from != ',' && *from != '\n' && *from != '\r'))) {
			if (quoted && *from == '"') {
				if (from[1] != '"') {
					quoted = 0;
					from++;
					continue;
				}
				from++;
			}
			*to++ = *from++;
		}
		quoted = *from == ',';
		from += quoted;
		*to = '\0';
		if (!quoted)
			break;
	}
	return count;
}

static size_t
column(char *const field[BENCH_COLUMNS], size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count && strcmp(field[i], name) != 0; i++)
		;
	bench_check(i < count, name);
	return i;
}

/* ---- who is who ----------------------------------------------------- */

struct entry {
	char *name, *person;
};
struct list {
	struct entry *entry;
	size_t count, room;
};

static void
list_add(struct list *list, const char *source, const char *key,
    const char *person)
{
	struct entry *entry;

	if (list->count == list->room) {
		list->room = list->room * 2 + 1000;
		list->entry = realloc(list->entry,
		    list->room * sizeof(*list->entry));
		bench_check(list->entry != NULL, "memory");
	}
	entry = &list->entry[list->count++];
	bench_check(asprintf(&entry->name, "%s\t%s", source, key) > 0,
	    "memory");
	entry->person = strdup(person);
	bench_check(entry->person != NULL, "memory");
}

/* Of "rec-12-dup-0" the person is 12. */
static void
person_of_key(const char *key, char out[32])
{
	size_t skip = strcspn(key, "0123456789");

	(void)snprintf(out, 32, "%.*s",
	    (int)strspn(key + skip, "0123456789"), key + skip);
}

/* source NULL: it stands in a column of its own. */
static void
read_one(struct list *list, const char *path, const char *source,
    const char *key, const char *person)
{
	FILE *in = fopen(path, "r");
	char *line = NULL, *field[BENCH_COLUMNS], who[32];
	size_t size = 0, count, at_key, at_person = 0, at_source = 0;

	bench_check(in != NULL && getline(&line, &size, in) > 0, path);
	count = bench_split(line, field);
	at_key = column(field, count, key);
	if (person != NULL)
		at_person = column(field, count, person);
	if (source == NULL)
		at_source = column(field, count, "source");
	while (getline(&line, &size, in) > 0) {
		if (bench_split(line, field) <= at_key)
			continue;
		if (person == NULL)
			person_of_key(field[at_key], who);
		list_add(list, source != NULL ? source : field[at_source],
		    field[at_key], person != NULL ? field[at_person] : who);
	}
	free(line);
	(void)fclose(in);
}

static int
by_person(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	return strcmp(a->person, b->person);
}

static int
by_name(const void *left, const void *right)
{
	const struct bench_known *a = left, *b = right;

	return strcmp(a->name, b->name);
}

/* Persons get numbers. */
static void
number(struct bench_truth *truth, struct list *list)
{
	size_t i;

	qsort(list->entry, list->count, sizeof(*list->entry), by_person);
	truth->known = calloc(list->count + 1, sizeof(*truth->known));
	bench_check(truth->known != NULL, "memory");
	for (i = 0; i < list->count; i++) {
		if (i == 0 || by_person(&list->entry[i - 1],
		    &list->entry[i]) != 0)
			truth->people++;
		truth->known[i].name = list->entry[i].name;
		truth->known[i].person = (uint32_t)(truth->people - 1);
	}
	for (i = 0; i < list->count; i++)
		free(list->entry[i].person);
	truth->count = list->count;
	free(list->entry);
	qsort(truth->known, truth->count, sizeof(*truth->known), by_name);
}

void
bench_truth_read(struct bench_truth *truth, const struct bench_set *set,
    const char *data)
{
	struct list list = { NULL, 0, 0 };
	char path[512];
	size_t i;

	memset(truth, 0, sizeof(*truth));
	for (i = 0; i < BENCH_FILES && set->file[i].name != NULL; i++) {
		const struct bench_file *file = &set->file[i];

		(void)snprintf(path, sizeof(path), "%s/%s%s%s", data,
		    set->folder != NULL ? set->folder : "",
		    set->folder != NULL ? "/" : "",
		    set->truth != NULL ? set->truth : file->name);
		read_one(&list, path, set->truth != NULL ? NULL : file->source,
		    set->truth != NULL ? "key" : file->key, set->person);
		if (set->truth != NULL)
			break;
	}
	number(truth, &list);
}

void
bench_truth_free(struct bench_truth *truth)
{
	size_t i;

	for (i = 0; i < truth->count; i++)
		free(truth->known[i].name);
	free(truth->known);
}

size_t
bench_truth_find(const struct bench_truth *truth, const char *source,
    const char *key)
{
	char name[512];
	struct bench_known asked = { name, 0 };
	const struct bench_known *found;

	(void)snprintf(name, sizeof(name), "%s\t%s", source, key);
	found = bsearch(&asked, truth->known, truth->count, sizeof(asked),
	    by_name);
	return found != NULL ? (size_t)(found - truth->known) : SIZE_MAX;
}
