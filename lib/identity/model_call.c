/*
 * omni_model_*: learning, looking at, taking out and putting in a model.
 */
#include <string.h>

#include "identity/model_fact.h"
#include "identity/resolve.h"
#include "identity/train.h"

/* ---- learning ------------------------------------------------------- */

struct training {
	struct omni *db;
	struct omni__arena arena;
	struct omni__learned *learned;
	omni_progress_fn progress;
	void *user;
};

/* Also notices omni_interrupt, which the store tells who asks it. */
static omni_status
pace(void *context, int32_t done)
{
	struct training *t = context;
	struct omni__value value;

	if (t->progress != NULL && t->progress(t->user, done) != 0)
		return omni__fail(&t->db->error, OMNI_INTERRUPTED,
		    "progress: the host ended the training");
	return omni__meta_get(t->db, "model", &value);
}

static omni_status
train(struct omni *db, void *context)
{
	struct training *t = context;

	omni__arena_reset(&t->arena);
	t->learned = omni__arena_zero(&t->arena, sizeof(*t->learned));
	if (t->learned == NULL)
		return omni__nomem(&db->error);
	return omni__train(db, &t->arena, t->learned, pace, t);
}

omni_status
omni_model_train(omni *db, omni_progress_fn progress, void *user)
{
	struct training t = { .db = db, .progress = progress, .user = user };
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	t.arena.env = &db->env;
	if (db->mode == OMNI_MODE_READONLY)
		status = omni__fail(&db->error, OMNI_READONLY,
		    "the store was opened to read only");
	if (status == OMNI_OK)
		status = omni__transact(db, false, train, &t);
	if (status == OMNI_OK)
		status = omni__learned_put(db, t.learned, NULL);
	omni__arena_free(&t.arena);
	if (status == OMNI_OK && progress != NULL)
		(void)progress(user, 1000);
	return omni__leave(db, status);
}

/* ---- as text -------------------------------------------------------- */

static omni_status
export(struct omni *db, void *context)
{
	struct omni__buf *out = context;
	const struct omni__learned *learned;
	omni_status status = omni__model_learned(db, &learned);

	omni__buf_clear(out);
	if (status != OMNI_OK)
		return status;
	omni__learned_write(learned, out);
	return out->failed ? omni__nomem(&db->error) : OMNI_OK;
}

omni_status
omni_model_export(omni *db, char **text)
{
	struct omni__buf out = { .env = NULL };
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (text == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "text is NULL"));
	*text = NULL;
	out.env = &db->env;
	status = omni__transact(db, false, export, &out);
	if (status == OMNI_OK) {
		*text = omni__text_new(&db->env, out.bytes, out.size);
		if (*text == NULL)
			status = omni__nomem(&db->error);
	}
	omni__buf_free(&out);
	return omni__leave(db, status);
}

static omni_status
import(struct omni *db, const char *text, int64_t *fact)
{
	struct omni__arena arena = { .env = &db->env };
	struct omni__learned *learned = omni__arena_zero(&arena,
	    sizeof(*learned));
	omni_status status;

	if (learned == NULL)
		return omni__nomem(&db->error);
	status = omni__learned_read(&db->error, &arena, text, strlen(text),
	    learned);
	if (status == OMNI_OK)
		status = omni__learned_put(db, learned, fact);
	omni__arena_free(&arena);
	return status;
}

omni_status
omni_model_import(omni *db, const char *text, int64_t *fact)
{
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (text == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "text is NULL"));
	return omni__leave(db, import(db, text, fact));
}

/* ---- looking at ----------------------------------------------------- */

struct omni_model {
	struct omni__object object;
	int64_t version, time, records, pairs, matches, held;
	double join, sure;
};

static const struct omni__sql count_keyed = {
	.name = "count_keyed",
	.in = "inline:i",
	.out = "i",
	.sql = "SELECT count(*) FROM omni_record r\n"
	    "WHERE (r.flags & $inline) = 0",
};

static omni_status
look(struct omni *db, void *context)
{
	struct omni_model *model = context;
	const struct omni__learned *learned;
	struct omni__value in = omni__int(OMNI__ROW_INLINE);
	struct omni__governing governing;
	struct omni__result result;
	struct omni__fact fact;
	omni_status status = omni__model_learned(db, &learned);

	if (status == OMNI_OK)
		status = omni__governing(db, &governing);
	if (status == OMNI_OK)
		status = omni__query(db, &count_keyed, &in, 1, &result);
	if (status != OMNI_OK)
		return status;
	model->held = result.values[0].number;
	model->version = governing.fact;
	model->time = OMNI_TIME_UNKNOWN;
	model->records = learned->records;
	model->pairs = learned->pairs;
	model->matches = learned->matches;
	model->join = (double)learned->join / OMNI__BIT;
	model->sure = (double)learned->sure / OMNI__BIT;
	if (governing.fact == 0)
		return OMNI_OK;
	status = omni__facts_read(db, &governing.fact, 1, &fact);
	model->time = fact.happened;
	return status;
}

omni_status
omni_model_get(omni *db, omni_model **out)
{
	omni_status status = omni__enter(db);
	struct omni_model *model;

	if (status != OMNI_OK)
		return status;
	if (out == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "model is NULL"));
	*out = NULL;
	model = omni__object_new(&db->env, sizeof(*model));
	if (model == NULL)
		return omni__leave(db, omni__nomem(&db->error));
	status = omni__transact(db, false, look, model);
	if (status == OMNI_OK)
		*out = model;
	else
		omni__object_free(model);
	return omni__leave(db, status);
}

void
omni_model_free(omni_model *model)
{
	if (model != NULL)
		omni__object_free(model);
}

int64_t
omni_model_version(const omni_model *model)
{
	return model != NULL ? model->version : 0;
}

int64_t
omni_model_time(const omni_model *model)
{
	return model != NULL ? model->time : OMNI_TIME_UNKNOWN;
}

int64_t
omni_model_records(const omni_model *model)
{
	return model != NULL ? model->records : 0;
}

int64_t
omni_model_pairs(const omni_model *model)
{
	return model != NULL ? model->pairs : 0;
}

int64_t
omni_model_matches(const omni_model *model)
{
	return model != NULL ? model->matches : 0;
}

double
omni_model_join(const omni_model *model)
{
	return model != NULL ? model->join : 0;
}

double
omni_model_sure(const omni_model *model)
{
	return model != NULL ? model->sure : 0;
}

/* What the defaults are made for. */
#define UNTRAINED 16384

int32_t
omni_model_advice(const omni_model *model)
{
	int64_t records;

	if (model == NULL)
		return 0;
	records = model->records > 0 ? model->records : UNTRAINED;
	return model->held >= 4 * records;
}
