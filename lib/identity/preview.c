/*
 * What a verdict would change: it is put, the feed is read, and all is taken
 * back.
 */
#include <string.h>

#include "identity/verdict.h"

/* Ends a transaction that is to leave nothing behind; nobody's status. */
#define TAKE_BACK (-1000)

static const struct omni__sql preview_read = {
	.name = "preview_read",
	.in = "writer:i after:i",
	.out = "ibb",
	.sql = "SELECT f.change, f.customer, f.other FROM omni_feed f\n"
	    "WHERE f.writer = $writer AND f.number > $after\n"
	    "ORDER BY f.number",
};

struct foreseen {
	int32_t change;
	char customer[OMNI_ID_SIZE], other[OMNI_ID_SIZE];
};

struct omni_preview {
	struct omni__object object;
	struct foreseen *list;
	size_t count;
};

struct trial {
	struct omni__fact fact;
	struct omni_preview *preview;
};

static void
write_id(char out[OMNI_ID_SIZE], const struct omni__value *value)
{
	out[0] = '\0';
	if (value->type == OMNI__BLOB && value->size == OMNI__ID)
		omni__hex(out, value->bytes, OMNI__ID);
}

/* A transaction that is tried again begins with an empty list. */
static omni_status
keep_changes(struct omni *db, struct omni_preview *preview)
{
	struct omni__value in[2] = {
		omni__int(db->writer.number), omni__int(db->writer.feed)
	};
	struct omni__result found;
	omni_status status;
	size_t i;

	omni__arena_reset(&preview->object.arena);
	preview->count = 0;
	status = omni__query(db, &preview_read, in, 1, &found);
	if (status != OMNI_OK)
		return status;
	preview->list = omni__arena_alloc(&preview->object.arena,
	    (found.count + 1) * sizeof(*preview->list));
	if (preview->list == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < found.count; i++) {
		const struct omni__value *v = OMNI__AT(&found, i, 0);
		struct foreseen *change = &preview->list[i];

		change->change = (int32_t)v[0].number;
		write_id(change->customer, &v[1]);
		write_id(change->other, &v[2]);
	}
	preview->count = found.count;
	return OMNI_OK;
}

static omni_status
try_out(struct omni *db, void *context)
{
	struct trial *trial = context;
	struct omni__fact fact = trial->fact;
	omni_status status;

	status = omni__facts_append(db, &fact, 1);
	if (status == OMNI_OK)
		status = omni__identity_apply(db, &fact, 1);
	if (status == OMNI_OK)
		status = keep_changes(db, trial->preview);
	return status == OMNI_OK ? TAKE_BACK : status;
}

static omni_status
foresee(struct omni *db, const struct omni_verdict *verdict,
    struct omni_preview *preview)
{
	struct omni__buf body = { .env = &db->env };
	struct trial trial = { .preview = preview };
	omni_status status;

	status = omni__verdict_fact(db, verdict, &body, &trial.fact);
	if (status == OMNI_OK)
		status = omni__transact(db, true, try_out, &trial);
	omni__buf_free(&body);
	if (status == TAKE_BACK) {
		omni__error_clear(&db->error);
		status = OMNI_OK;
	}
	return status;
}

omni_status
omni_verdict_preview(omni *db, const omni_verdict *verdict,
    omni_preview **out)
{
	omni_status status = omni__enter(db);
	struct omni_preview *preview;

	if (status != OMNI_OK)
		return status;
	if (out == NULL || verdict == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "%s is NULL", out == NULL ? "preview" : "verdict"));
	*out = NULL;
	preview = omni__object_new(&db->env, sizeof(*preview));
	if (preview == NULL)
		return omni__leave(db, omni__nomem(&db->error));
	status = foresee(db, verdict, preview);
	if (status == OMNI_OK)
		*out = preview;
	else
		omni_preview_free(preview);
	return omni__leave(db, status);
}

void
omni_preview_free(omni_preview *preview)
{
	omni__object_free(preview);
}

int32_t
omni_preview_count(const omni_preview *preview)
{
	return preview != NULL ? (int32_t)preview->count : 0;
}

static const struct foreseen *
change_at(const omni_preview *preview, int32_t i)
{
	return preview != NULL && i >= 0 && (size_t)i < preview->count ?
	    &preview->list[i] : NULL;
}

int32_t
omni_preview_change(const omni_preview *preview, int32_t i)
{
	const struct foreseen *change = change_at(preview, i);

	return change != NULL ? change->change : 0;
}

const char *
omni_preview_customer(const omni_preview *preview, int32_t i)
{
	const struct foreseen *change = change_at(preview, i);

	return change != NULL ? change->customer : NULL;
}

const char *
omni_preview_other(const omni_preview *preview, int32_t i)
{
	const struct foreseen *change = change_at(preview, i);

	return change != NULL && change->other[0] != '\0' ? change->other :
	    NULL;
}
