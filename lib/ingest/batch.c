/*
 * omni_batch: a list of items that the host adds to, committed at once.
 */
#include <string.h>

#include "ingest/put.h"

#define ITEMS_MAX 1000000

struct omni_batch {
	struct omni__object object;
	struct omni__arena results;	/* messages, customers */
	struct omni__item_put *items;
	size_t count, room;
	char (*customers)[OMNI_ID_SIZE];	/* looked up when asked for */
	bool committed;
};

omni_status
omni_batch_new(omni *db, omni_batch **out)
{
	omni_status status = omni__enter(db);
	struct omni_batch *batch;

	if (status != OMNI_OK)
		return status;
	if (out == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "batch is NULL"));
	*out = NULL;
	batch = omni__object_of(db, sizeof(*batch));
	if (batch == NULL)
		return omni__leave(db, omni__nomem(&db->error));
	batch->results.env = &batch->object.env;
	*out = batch;
	return omni__leave(db, OMNI_OK);
}

static void
free_items(struct omni_batch *batch)
{
	size_t i;

	for (i = 0; i < batch->count; i++) {
		struct omni__item_put *item = &batch->items[i];

		/* The batch's own copies, const to everybody else. */
		omni_record_free((omni_record *)(uintptr_t)item->record);
		omni_interaction_free(
		    (omni_interaction *)(uintptr_t)item->interaction);
		omni_statement_free(
		    (omni_statement *)(uintptr_t)item->statement);
	}
	batch->count = 0;
}

void
omni_batch_free(omni_batch *batch)
{
	if (batch == NULL)
		return;
	free_items(batch);
	omni__free(&batch->object.env, batch->items);
	omni__arena_free(&batch->results);
	omni__object_free(batch);
}

void
omni_batch_clear(omni_batch *batch)
{
	if (batch == NULL)
		return;
	free_items(batch);
	omni__arena_reset(&batch->results);
	batch->customers = NULL;
	batch->committed = false;
}

/* Room for one more; the error stays on the handle. */
static omni_status
next_item(struct omni_batch *batch, const void *object,
    struct omni__item_put **item)
{
	struct omni *db = batch->object.db;
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (object == NULL)
		status = omni__fail(&db->error, OMNI_MISUSE,
		    "the item to add is NULL");
	else if (batch->committed)
		status = omni__fail(&db->error, OMNI_MISUSE,
		    "the batch is committed: clear it first");
	else if (batch->count == ITEMS_MAX)
		status = omni__fail(&db->error, OMNI_INVALID,
		    "a batch takes at most %d items", ITEMS_MAX);
	else if (omni__grow(&batch->object.env, &batch->items, &batch->room,
	    batch->count + 1, sizeof(*batch->items)) != OMNI_OK)
		status = omni__nomem(&db->error);
	if (status == OMNI_OK) {
		*item = &batch->items[batch->count];
		memset(*item, 0, sizeof(**item));
	}
	return omni__leave(db, status);
}

omni_status
omni_batch_add_record(omni_batch *batch, const omni_record *record)
{
	struct omni__item_put *item;
	struct omni_record *copy;
	omni_status status;

	if (batch == NULL)
		return OMNI_MISUSE;
	status = next_item(batch, record, &item);
	if (status == OMNI_OK)
		status = omni__record_copy(record, &copy);
	if (status != OMNI_OK)
		return status;
	item->record = copy;
	batch->count++;
	return OMNI_OK;
}

omni_status
omni_batch_add_interaction(omni_batch *batch,
    const omni_interaction *interaction)
{
	struct omni__item_put *item;
	struct omni_interaction *copy;
	omni_status status;

	if (batch == NULL)
		return OMNI_MISUSE;
	status = next_item(batch, interaction, &item);
	if (status == OMNI_OK)
		status = omni__interaction_copy(interaction, &copy);
	if (status != OMNI_OK)
		return status;
	item->interaction = copy;
	batch->count++;
	return OMNI_OK;
}

omni_status
omni_batch_add_statement(omni_batch *batch, const omni_statement *statement)
{
	struct omni__item_put *item;
	struct omni_statement *copy;
	omni_status status;

	if (batch == NULL)
		return OMNI_MISUSE;
	status = next_item(batch, statement, &item);
	if (status == OMNI_OK)
		status = omni__statement_copy(statement, &copy);
	if (status != OMNI_OK)
		return status;
	item->statement = copy;
	batch->count++;
	return OMNI_OK;
}

omni_status
omni_batch_commit(omni_batch *batch)
{
	struct omni *db;
	omni_status status;
	size_t i;

	if (batch == NULL)
		return OMNI_MISUSE;
	db = batch->object.db;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	if (batch->committed)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "the batch is committed already: clear it first"));
	status = omni__put(db, batch->items, batch->count, &batch->results);
	batch->committed = status == OMNI_OK;
	for (i = 0; i < batch->count && status == OMNI_OK; i++)
		if (batch->items[i].status < 0)
			status = OMNI_PARTIAL;
	return omni__leave(db, status);
}

static const struct omni__item_put *
result_at(const omni_batch *batch, int32_t i)
{
	if (batch == NULL || !batch->committed || i < 0 ||
	    (size_t)i >= batch->count)
		return NULL;
	return &batch->items[i];
}

int32_t
omni_batch_count(const omni_batch *batch)
{
	return batch != NULL ? (int32_t)batch->count : 0;
}

omni_status
omni_batch_status(const omni_batch *batch, int32_t i)
{
	const struct omni__item_put *item = result_at(batch, i);

	return item != NULL ? item->status : OMNI_MISUSE;
}

const char *
omni_batch_message(const omni_batch *batch, int32_t i)
{
	const struct omni__item_put *item = result_at(batch, i);

	if (item == NULL)
		return "there is no such result";
	return item->message != NULL ? item->message :
	    omni_status_text(item->status);
}

int64_t
omni_batch_fact(const omni_batch *batch, int32_t i)
{
	const struct omni__item_put *item = result_at(batch, i);

	return item != NULL ? item->fact : 0;
}

/* ---- customers, all at once when the first is asked for -------------- */

static omni_status
find_customers(struct omni *db, void *context)
{
	struct omni_batch *batch = context;
	unsigned char (*found)[OMNI__ID];
	const unsigned char **ids;
	omni_status status;
	size_t i;

	ids = omni__arena_alloc(&db->scratch, batch->count * sizeof(*ids));
	found = omni__arena_alloc(&db->scratch,
	    batch->count * sizeof(*found));
	if (ids == NULL || found == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < batch->count; i++)
		ids[i] = batch->items[i].id;
	status = omni__customers_of(db, ids, batch->count, found);
	for (i = 0; i < batch->count && status == OMNI_OK; i++)
		omni__hex(batch->customers[i], found[i], OMNI__ID);
	return status;
}

const char *
omni_batch_customer(const omni_batch *batch, int32_t i)
{
	/* The result is cached in the batch, whose holder may write to it. */
	struct omni_batch *own = (struct omni_batch *)(uintptr_t)batch;
	const struct omni__item_put *item = result_at(batch, i);
	struct omni *db;
	omni_status status;

	if (item == NULL || !item->has_id || item->status < 0)
		return NULL;
	if (own->customers == NULL) {
		db = own->object.db;
		own->customers = omni__arena_zero(&own->results,
		    own->count * sizeof(*own->customers));
		if (own->customers == NULL || omni__enter(db) != OMNI_OK) {
			own->customers = NULL;
			return NULL;
		}
		status = omni__transact(db, false, find_customers, own);
		if (omni__leave(db, status) != OMNI_OK) {
			own->customers = NULL;
			return NULL;
		}
	}
	/* All zeroes: a record that is not there (yet). */
	return strspn(own->customers[i], "0") == OMNI_ID_SIZE - 1 ? NULL :
	    own->customers[i];
}
