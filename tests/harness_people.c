/*
 * People, what they do, and the model of it.
 */
#include <stdio.h>
#include <string.h>

#include "harness_people.h"

/* ---- people and what they do ---------------------------------------- */

void
record_key(char out[32], int person, int record)
{
	(void)snprintf(out, 32, "%d-%d", person, record);
}

/* A row of a person: so alike that nobody takes two for two. */
static void
put_row(struct harness *h, int person, int row)
{
	static const char *const givens[] = { "Astrid", "Bengt", "Cecilia" };
	static const char *const families[] = {
		"Ek", "Lindqvist", "Zetterlund"
	};
	omni_record *record = omni_record_new();
	char key[32], text[64];

	record_key(key, person, row);
	harness_ok(h, omni_record_set_source(record, "crm", key));
	harness_ok(h, omni_record_set_time(record, HARNESS_NOW -
	    HARNESS_DAY * 400));
	harness_ok(h, omni_record_add(record, "name.given",
	    givens[person % 3]));
	harness_ok(h, omni_record_add(record, "name.family",
	    families[person / 3 % 3]));
	(void)snprintf(text, sizeof(text), "19%02d-0%d-1%d",
	    50 + 7 * person % 40, 1 + person % 9, person % 10);
	harness_ok(h, omni_record_add(record, "birth_date", text));
	(void)snprintf(text, sizeof(text), "p%d@mail%d.example", person,
	    person);
	harness_ok(h, omni_record_add(record, "email", text));
	(void)snprintf(text, sizeof(text), "+4670%07d", 1234567 * (person + 1) %
	    10000000);
	harness_ok(h, omni_record_add(record, "phone", text));
	(void)snprintf(text, sizeof(text), "L%08d", 7654321 * (person + 1));
	harness_ok(h, omni_record_add(record, "loyalty", text));
	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
}

void
people_put(struct harness *h, int person, int rows)
{
	int i;

	for (i = 0; i < rows; i++)
		put_row(h, person, i);
}

void
people_customer(struct harness *h, int person, char id[OMNI_ID_SIZE])
{
	omni_customer *customer = NULL;
	char key[32];

	record_key(key, person, 0);
	harness_ok(h, omni_customer_of(h->db, "crm", key, &customer));
	(void)snprintf(id, OMNI_ID_SIZE, "%s", omni_customer_id(customer));
	omni_customer_free(customer);
}

/* person < 0: nobody known. */
omni_record *
people_who(int person, int row)
{
	omni_record *record = omni_record_new();
	char key[32];

	if (person >= 0) {
		record_key(key, person, row);
		assert_int_equal(omni_record_set_source(record, "crm", key),
		    OMNI_OK);
	}
	return record;
}

int64_t
event_put(struct harness *h, omni *db, const struct event *event)
{
	omni_interaction *it;
	omni_record *record = people_who(event->person, event->row);
	omni_status status;
	int64_t fact = 0;

	it = omni_interaction_new(event->channel, event->kind);
	assert_non_null(it);
	harness_ok(h, omni_interaction_set_time(it, event->time));
	harness_ok(h, omni_interaction_set_who(it, record));
	if (event->key != NULL && event->status == NULL)
		harness_ok(h, omni_interaction_add_reference(it, "order",
		    event->key));
	if (event->status != NULL)
		harness_ok(h, omni_interaction_set_status(it, "order",
		    event->key, event->status));
	status = omni_interaction_put(db, it, &fact);
	if (status != OMNI_OK)
		print_error("put: %s\n", omni_errmsg(db));
	assert_int_equal(status, OMNI_OK);
	omni_interaction_free(it);
	omni_record_free(record);
	return fact;
}

int64_t
event_put_at(struct harness *h, int person, const char *channel,
    const char *kind, int64_t time)
{
	const struct event event = { person, 0, channel, kind, time, NULL,
		NULL };

	return event_put(h, h->db, &event);
}

void
people_channel(struct harness *h, const char *name, int32_t direction)
{
	omni_channel *channel = omni_channel_new(name);

	assert_non_null(channel);
	harness_ok(h, omni_channel_set_direction(channel, direction));
	harness_ok(h, omni_channel_put(h->db, channel, NULL));
	omni_channel_free(channel);
}

/* What chance says twice, at one time, is said once. */
void
people_set(struct harness *h, int row, const char *value, int64_t time)
{
	omni_record *record = people_who(1, row);
	omni_status status;

	status = omni_setting_put(h->db, record, "language", value, time,
	    NULL);
	if (status != OMNI_DUPLICATE)
		harness_ok(h, status);
	omni_record_free(record);
}

/* ---- a model of what was put ---------------------------------------- */

const char *const model_channels[] = { "store", "web", "call", "mail" };
const char *const model_kinds[] = { "sale", "visit", "question" };

struct model *
model_new(void)
{
	struct model *model = calloc(1, sizeof(*model));
	size_t i;

	assert_non_null(model);
	for (i = 0; i < 8; i++)
		(void)snprintf(model->keys[i], sizeof(model->keys[i]), "W%zu",
		    i);
	return model;
}

/* Within ten minutes, so that many happen at once. */
int64_t
model_time(struct harness *h)
{
	return HARNESS_NOW - HARNESS_DAY +
	    (int64_t)harness_random(h, 60) * (HARNESS_MINUTE / 6);
}

void
model_put(struct harness *h, omni *db, struct model *model, int persons,
    int rows)
{
	static const char *const statuses[] = { "placed", "paid", "ready" };
	struct item *item = &model->items[model->count++];

	assert_true(model->count <= ITEMS);
	memset(item, 0, sizeof(*item));
	item->event.person = (int)harness_random(h, (uint64_t)persons);
	item->event.row = (int)harness_random(h, (uint64_t)rows);
	item->event.channel = model_channels[harness_random(h, 4)];
	item->event.kind = model_kinds[harness_random(h, 3)];
	item->event.time = model_time(h);
	if (harness_random(h, 3) > 0)
		item->event.key = model->keys[harness_random(h, 8)];
	if (item->event.key != NULL && harness_random(h, 2) > 0)
		item->event.status = statuses[harness_random(h, 3)];
	item->fact = event_put(h, db, &item->event);
}

struct item *
model_find(struct model *model, int64_t fact)
{
	size_t i;

	for (i = 0; i < model->count; i++)
		if (model->items[i].fact == fact)
			return &model->items[i];
	return NULL;
}

int
model_order(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	if (a->event.time != b->event.time)
		return a->event.time < b->event.time ? -1 : 1;
	return (a->fact > b->fact) - (a->fact < b->fact);
}
