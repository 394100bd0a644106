/*
 * Writers at once, in one process and in several, whose rows meet: no fact is
 * lost, and they end as one writer would have.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness_store.h"

#define WRITERS 4
#define ROWS 40

/* Rows of all writers meet in addresses, phones and cards: chains of them. */
static omni_status
put_colliding(omni *db, int writer, int i)
{
	omni_record *record = omni_record_new();
	omni_status status;
	char text[64];

	(void)snprintf(text, sizeof(text), "W%d-%d", writer, i);
	(void)omni_record_set_source(record, "crm", text);
	(void)omni_record_set_time(record, HARNESS_NOW - YEAR +
	    (i * 37 + writer * 11) % 100);
	(void)snprintf(text, sizeof(text), "c%d@mail.example",
	    (i * 7 + writer) % 29);
	(void)omni_record_add(record, "email", text);
	if (i % 3 == 0) {
		(void)snprintf(text, sizeof(text), "07012345%02d",
		    (i + 5 * writer) % 31);
		(void)omni_record_add(record, "phone", text);
	}
	if (i % 4 == 1) {
		(void)snprintf(text, sizeof(text), "CARD%03d",
		    (i + writer) % 17);
		(void)omni_record_add(record, "loyalty", text);
	}
	status = omni_record_put(db, record, NULL);
	omni_record_free(record);
	return status;
}

struct writer {
	omni *db;
	int number;
	omni_status status;
	char message[400];
};

static void *
write_all(void *user)
{
	struct writer *writer = user;
	int i;

	for (i = 0; i < ROWS && writer->status == OMNI_OK; i++)
		writer->status = put_colliding(writer->db, writer->number,
		    i);
	(void)snprintf(writer->message, sizeof(writer->message), "%s",
	    omni_errmsg(writer->db));
	return NULL;
}

/* What one writer makes of it, on the embedded engine. */
static char *
alone(void)
{
	void *state = NULL;
	struct harness *h;
	char *text;
	int w, i;

	assert_int_equal(harness_sqlite(&state), 0);
	h = state;
	for (w = 0; w < WRITERS; w++)
		for (i = 0; i < ROWS; i++)
			harness_ok(h, put_colliding(h->db, w, i));
	text = store_partition(h);
	(void)harness_close(&state);
	return text;
}

static void
as_if_alone(struct harness *h)
{
	char *wanted = alone(), *found = store_partition(h);

	assert_int_equal(rows_count(h), WRITERS * ROWS);
	assert_string_equal(found, wanted);
	store_sound(h);
	free(wanted);
	free(found);
}

static void
handles_that_write_at_once_end_like_one(void **state)
{
	struct harness *h = harness_of(state);
	struct writer writers[WRITERS];
	pthread_t threads[WRITERS];
	int w;

	for (w = 0; w < WRITERS; w++) {
		writers[w] = (struct writer){ .db = harness_open(h),
		    .number = w };
		assert_int_equal(pthread_create(&threads[w], NULL, write_all,
		    &writers[w]), 0);
	}
	for (w = 0; w < WRITERS; w++) {
		assert_int_equal(pthread_join(threads[w], NULL), 0);
		if (writers[w].status != OMNI_OK)
			fail_msg("writer %d: %s: %s", w,
			    omni_status_name(writers[w].status),
			    writers[w].message);
		omni_close(writers[w].db);
	}
	as_if_alone(h);
}

static int
write_as_a_process(struct harness *h, int number)
{
	struct writer writer = { .db = harness_open(h), .number = number };

	(void)write_all(&writer);
	if (writer.status != OMNI_OK)
		print_error("writer %d: %s\n", number, writer.message);
	omni_close(writer.db);
	return writer.status == OMNI_OK ? 0 : 1;
}

static void
processes_that_write_at_once_end_like_one(void **state)
{
	struct harness *h = harness_of(state);
	pid_t children[WRITERS];
	int w, status = -1;

	for (w = 0; w < WRITERS; w++) {
		children[w] = fork();
		assert_true(children[w] >= 0);
		if (children[w] == 0)
			_exit(write_as_a_process(h, w));
	}
	for (w = 0; w < WRITERS; w++) {
		assert_int_equal(waitpid(children[w], &status, 0),
		    children[w]);
		assert_int_equal(status, 0);
	}
	as_if_alone(h);
}

/* A till that slept longer than its lease lasts, while another wrote. */
static void
an_idle_handle_that_lost_its_writer_takes_another(void **state)
{
	struct harness *h = harness_of(state);
	omni *other;
	int i;

	harness_ok(h, put_colliding(h->db, 0, 0));
	h->now += 11 * HARNESS_MINUTE;
	other = harness_open(h);
	assert_int_equal(put_colliding(other, 1, 0), OMNI_OK);
	for (i = 1; i < 4; i++) {
		harness_ok(h, put_colliding(h->db, 0, i));
		assert_int_equal(put_colliding(other, 1, i), OMNI_OK);
	}
	omni_close(other);
	harness_ok(h, omni_check(h->db, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(handles_that_write_at_once_end_like_one),
		HARNESS_TEST(processes_that_write_at_once_end_like_one),
		HARNESS_TEST(
		    an_idle_handle_that_lost_its_writer_takes_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
