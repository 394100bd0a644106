/*
 * An import all at once: its bytes are kept until the end, then read and stored
 * in one transaction, and who is who is found for all together.  A transaction
 * that must be run again reads them again.
 */
#include "ingest/import.h"
#include "ingest/put.h"

#include <string.h>

/* So many rows go through the stages together. */
#define PART 5000

struct omni__import_bulk {
	struct omni__buf bytes;
	struct omni__item_put items[PART];
	int64_t lines[PART];
	size_t count;
};

omni_status
omni__import_bulk_new(struct omni_import *import)
{
	struct omni__import_bulk *bulk;

	if (import->bulk != NULL)
		return OMNI_OK;
	bulk = omni__realloc(&import->object.env, NULL, sizeof(*bulk));
	if (bulk == NULL)
		return omni__nomem(&import->object.error);
	memset(bulk, 0, sizeof(*bulk));
	bulk->bytes.env = &import->object.env;
	import->bulk = bulk;
	return OMNI_OK;
}

static void
drop_items(struct omni__import_bulk *bulk)
{
	size_t i;

	for (i = 0; i < bulk->count; i++)
		omni_record_free((omni_record *)
		    (uintptr_t)bulk->items[i].record);
	bulk->count = 0;
}

void
omni__import_bulk_free(struct omni_import *import)
{
	if (import->bulk == NULL)
		return;
	drop_items(import->bulk);
	omni__buf_free(&import->bulk->bytes);
	omni__free(&import->object.env, import->bulk);
	import->bulk = NULL;
}

omni_status
omni__import_bulk_write(struct omni_import *import, const char *bytes,
    size_t size)
{
	omni__buf_add(&import->bulk->bytes, bytes, size);
	return import->bulk->bytes.failed ?
	    omni__nomem(&import->object.error) : OMNI_OK;
}

/* ---- parts ---------------------------------------------------------- */

omni_status
omni__import_bulk_record(struct omni_import *import, int64_t line,
    const omni_record *record)
{
	struct omni__import_bulk *bulk = import->bulk;
	struct omni_record *copy;
	omni_status status = omni__record_copy(record, &copy);

	if (status != OMNI_OK)
		return omni__nomem(&import->object.error);
	memset(&bulk->items[bulk->count], 0, sizeof(bulk->items[0]));
	bulk->items[bulk->count].record = copy;
	bulk->lines[bulk->count++] = line;
	return bulk->count == PART ? omni__import_bulk_flush(import) :
	    OMNI_OK;
}

static omni_status
count_item(struct omni_import *import, const struct omni__item_put *item,
    int64_t line)
{
	if (item->status < 0)
		return omni__import_reject(import, line, item->message);
	if (item->status == OMNI_DUPLICATE)
		import->duplicates++;
	else
		import->stored++;
	return OMNI_OK;
}

omni_status
omni__import_bulk_flush(struct omni_import *import)
{
	struct omni__import_bulk *bulk = import->bulk;
	struct omni *db = import->object.db;
	struct omni__arena messages = { .env = &import->object.env };
	omni_status status;
	size_t i;

	omni__arena_reset(&db->scratch);
	status = omni__put_part(db, bulk->items, bulk->count, &messages);
	for (i = 0; i < bulk->count && status == OMNI_OK; i++)
		status = count_item(import, &bulk->items[i], bulk->lines[i]);
	omni__arena_free(&messages);
	drop_items(bulk);
	omni__problems_settle(&import->problems);
	return status;
}

/* ---- the whole ------------------------------------------------------ */

static void
forget_account(struct omni_import *import)
{
	drop_items(import->bulk);
	import->lines = import->stored = 0;
	import->duplicates = import->rejected = 0;
	import->waiting = 0;
	omni__problems_clear(&import->problems);
	omni__error_clear(&import->object.error);
}

static omni_status
read_all(struct omni *db, void *context)
{
	struct omni_import *import = context;
	const struct omni__buf *bytes = &import->bulk->bytes;
	omni_status status;

	forget_account(import);
	status = omni__bulk_begin(db);
	if (status == OMNI_OK)
		status = import->reader->restart(import);
	if (status == OMNI_OK && bytes->size > 0)
		status = import->reader->write(import, bytes->bytes,
		    bytes->size);
	if (status == OMNI_OK)
		status = import->reader->finish(import);
	if (status == OMNI_OK && import->bulk->count > 0)
		status = omni__import_bulk_flush(import);
	return status == OMNI_OK ? omni__bulk_end(db) : status;
}

omni_status
omni__import_bulk_finish(struct omni_import *import)
{
	struct omni *db = import->object.db;
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return omni__fail(&import->object.error, status, "%s",
		    omni_errmsg(db));
	status = omni__transact(db, true, read_all, import);
	omni__bulk_discard(db);
	/* The reader's own words where it has some. */
	if (status != OMNI_OK && import->object.error.status == OMNI_OK)
		(void)omni__fail(&import->object.error, status, "%s",
		    db->error.text);
	if (status != OMNI_OK)
		import->stored = import->duplicates = 0;
	return omni__leave(db, status);
}
