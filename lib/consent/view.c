/*
 * What was known at some moment: of each writer the facts up to one.  Facts
 * of a writer are numbered without gaps, and a transaction sees all those of
 * a writer up to the last one that was committed.
 */
#include <jansson.h>

#include "consent/consent.h"

#define WRITER_ID 8		/* bytes */
/* Their numbers are the upper bits of ids of facts. */
#define WRITERS_MAX (INT64_C(1) << (63 - OMNI__SEQ_BITS))

static const struct omni__sql writers = {
	.name = "view_writers",
	.out = "ibi",
	.sql = "SELECT w.number, w.id, w.seq FROM omni_writer w\n"
	    "ORDER BY w.number",
};

bool
omni__view_sees(const struct omni__view *view, int64_t fact)
{
	int64_t writer = fact >> OMNI__SEQ_BITS;
	int64_t seq = fact & ((INT64_C(1) << OMNI__SEQ_BITS) - 1);

	return view == NULL || (writer >= 0 &&
	    (size_t)writer < view->count && seq <= view->seen[writer]);
}

omni_status
omni__view_write(struct omni *db, const char **json)
{
	struct omni__buf text = { .env = &db->env };
	struct omni__result result;
	char hex[2 * WRITER_ID + 1];
	const char *before = "";
	omni_status status;
	size_t i;

	status = omni__query(db, &writers, NULL, 1, &result);
	if (status != OMNI_OK)
		return status;
	omni__buf_char(&text, '{');
	for (i = 0; i < result.count; i++) {
		const struct omni__value *row = OMNI__AT(&result, i, 0);
		int64_t seq = row[2].number;

		/* Its own row is written when the transaction ends. */
		if (row[0].number == db->writer.number &&
		    db->writer.next > seq)
			seq = db->writer.next;
		if (seq <= 0 || row[1].size != WRITER_ID)
			continue;
		omni__hex(hex, row[1].bytes, WRITER_ID);
		omni__buf_printf(&text, "%s\"%s\":%lld", before, hex,
		    (long long)seq);
		before = ",";
	}
	omni__buf_char(&text, '}');
	*json = text.failed ? NULL : omni__arena_text(&db->scratch,
	    text.bytes, text.size);
	omni__buf_free(&text);
	return *json != NULL ? OMNI_OK : omni__nomem(&db->error);
}

omni_status
omni__view_read(struct omni *db, const struct json_t *root,
    struct omni__view *view)
{
	struct omni__result result;
	char hex[2 * WRITER_ID + 1];
	int64_t *seen, last;
	omni_status status;
	size_t i;

	status = omni__query(db, &writers, NULL, 1, &result);
	if (status != OMNI_OK)
		return status;
	last = result.count > 0 ?
	    OMNI__AT(&result, result.count - 1, 0)->number : 0;
	if (last >= WRITERS_MAX || (result.count > 0 &&
	    OMNI__AT(&result, 0, 0)->number < 0))
		return omni__fail(&db->error, OMNI_CORRUPT,
		    "a writer has a number that none can have");
	seen = omni__arena_zero(&db->scratch,
	    ((size_t)last + 1) * sizeof(*seen));
	if (seen == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result.count; i++) {
		const struct omni__value *row = OMNI__AT(&result, i, 0);

		if (row[1].size != WRITER_ID)
			continue;
		omni__hex(hex, row[1].bytes, WRITER_ID);
		seen[row[0].number] = json_integer_value(
		    json_object_get(root, hex));
	}
	view->seen = seen;
	view->count = (size_t)last + 1;
	return OMNI_OK;
}
