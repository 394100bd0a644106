/*
 * All that a host can see of a store, as one text: two stores with the same
 * portrait hold the same facts and the same customers.
 */
#include <string.h>

#include "scenario.h"

static int32_t
paint(void *user, const char *text, size_t size)
{
	omni__buf_add(user, text, size);
	return 0;
}

/* Each customer once: members come by record. */
static bool
seen_before(const struct omni__buf *ids, const char *id)
{
	return ids->size > 0 && strstr(ids->bytes, id) != NULL;
}

static void
paint_customers(omni *db, struct omni__buf *out)
{
	struct omni__buf ids = { .env = NULL };
	omni_members *members = NULL;
	const char *id, *source;
	omni_status status;

	scenario_must(db, omni_members_open(db, 1, &members));
	while ((status = omni_members_next(members)) == OMNI_OK) {
		id = omni_members_customer(members);
		source = omni_members_source(members);
		omni__buf_printf(out, "%s:%s %s\n",
		    source != NULL ? source : "",
		    omni_members_key(members), id);
		if (!seen_before(&ids, id))
			omni__buf_printf(&ids, "%s\n", id);
	}
	assert_int_equal(status, OMNI_DONE);
	omni_members_free(members);
	for (id = ids.bytes; id != NULL && *id != '\0';
	    id += OMNI_ID_SIZE) {
		char one[OMNI_ID_SIZE];

		memcpy(one, id, OMNI_ID_SIZE - 1);
		one[OMNI_ID_SIZE - 1] = '\0';
		scenario_must(db, omni_customer_export(db, one, paint, out));
	}
	omni__buf_free(&ids);
}

static void
paint_changes(omni *db, struct omni__buf *out)
{
	omni_feed *feed = NULL;
	omni_status status;

	scenario_must(db, omni_feed_open(db, NULL, &feed));
	while ((status = omni_feed_next(feed)) == OMNI_OK)
		omni__buf_printf(out, "change %d %s %s\n",
		    omni_feed_change(feed), omni_feed_customer(feed),
		    omni_feed_other(feed) != NULL ?
		    omni_feed_other(feed) : "");
	assert_int_equal(status, OMNI_DONE);
	omni_feed_free(feed);
}

char *
fault_portrait(omni *db)
{
	struct omni__buf out = { .env = NULL };
	struct fault_rows rows = fault_count(db);
	size_t i;

	for (i = 0; i < FAULT_TABLES; i++)
		omni__buf_printf(&out, "%lld ", (long long)rows.rows[i]);
	omni__buf_char(&out, '\n');
	paint_customers(db, &out);
	paint_changes(db, &out);
	assert_false(out.failed);
	return out.bytes;
}
