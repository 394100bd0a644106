/*
 * Rows by number, and the store as a whole.
 */
#include <stdio.h>
#include <string.h>

#include "harness_store.h"

static omni_record *
make_row(int n, int person)
{
	omni_record *record = omni_record_new();
	char text[64];

	(void)snprintf(text, sizeof(text), "R%d", n);
	(void)omni_record_set_source(record, "crm", text);
	(void)omni_record_set_time(record, HARNESS_NOW - YEAR + n);
	(void)snprintf(text, sizeof(text), "p%d@mail.example", person);
	(void)omni_record_add(record, "email", text);
	return record;
}

omni_status
row_put(omni *db, int n, int person)
{
	omni_record *record = make_row(n, person);
	omni_status status = omni_record_put(db, record, NULL);

	omni_record_free(record);
	return status;
}

void
rows_put(struct harness *h, int count, int people)
{
	omni_batch *batch = NULL;
	int i;

	harness_ok(h, omni_batch_new(h->db, &batch));
	for (i = 0; i < count; i++) {
		omni_record *record = make_row(i, i % people);

		harness_ok(h, omni_batch_add_record(batch, record));
		omni_record_free(record);
	}
	harness_ok(h, omni_batch_commit(batch));
	omni_batch_free(batch);
}

void
store_sound(struct harness *h)
{
	omni_report *report = NULL;
	omni_status status = omni_check(h->db, &report);
	int32_t i;

	for (i = 0; i < omni_report_count(report); i++)
		print_error("%s\n", omni_report_line(report, i));
	omni_report_free(report);
	harness_ok(h, status);
}

int
rows_count(struct harness *h)
{
	omni_members *members = NULL;
	int count = 0;

	harness_ok(h, omni_members_open(h->db, 0, &members));
	while (omni_members_next(members) == OMNI_OK)
		count++;
	omni_members_free(members);
	return count;
}

char *
store_partition(struct harness *h)
{
	omni_members *members = NULL;
	size_t room = 1 << 17, size = 0;
	char *text = malloc(room);

	assert_non_null(text);
	text[0] = '\0';
	harness_ok(h, omni_members_open(h->db, 1, &members));
	while (omni_members_next(members) == OMNI_OK) {
		assert_true(room - size > 200);
		size += (size_t)snprintf(text + size, room - size,
		    "%s %s\n", omni_members_key(members),
		    omni_members_customer(members));
	}
	omni_members_free(members);
	return text;
}

bool
store_embedded(const struct harness *h)
{
	return strcmp(h->engine, "sqlite") == 0;
}
