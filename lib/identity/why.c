/*
 * Why two records are, or are not, one person: feature by feature.
 */
#include <string.h>

#include "identity/resolve.h"

struct reason {
	const char *kind, *left, *right, *level;
	struct omni__weight weight;
};

struct omni_explanation {
	struct omni__object object;
	struct reason reasons[OMNI__COLUMNS + 1];
	size_t count;
	int32_t weight, threshold;
	bool same;
	const char *text;
};

struct why {
	unsigned char id[2][OMNI__ID];
	struct omni_explanation *out;
};

static const char prior[] = "prior";

static const char *
item_text(struct omni_explanation *e, const struct omni__item *item)
{
	if (item == NULL)
		return "";
	return omni__arena_text(&e->object.arena, item->text, item->size);
}

/* How rare it is that two records are one person's, before anything is known
 * of them: without it the sums would not come out. */
static void
add_prior(struct omni_explanation *e, const struct omni__model *model)
{
	struct reason *reason = &e->reasons[e->count++];

	reason->kind = prior;
	reason->left = reason->right = reason->level = "";
	reason->weight = model->prior;
}

static omni_status
add_reasons(struct omni *db, struct omni_explanation *e,
    const struct omni__levels *levels, const struct omni__evidence *evidence)
{
	int c;

	for (c = 0; c < OMNI__COLUMNS; c++) {
		struct reason *reason = &e->reasons[e->count];

		if (levels->left[c] == NULL && levels->right[c] == NULL &&
		    evidence->column[c].strangers == 0 &&
		    evidence->column[c].relatives == 0)
			continue;
		reason->kind = omni__column_name[c];
		reason->left = item_text(e, levels->left[c]);
		reason->right = item_text(e, levels->right[c]);
		reason->level = omni__level_name(c, levels->level[c]);
		reason->weight = evidence->column[c];
		if (reason->left == NULL || reason->right == NULL)
			return omni__nomem(&db->error);
		e->count++;
	}
	return OMNI_OK;
}

/* The feature that says most for, or against. */
static const struct reason *
strongest(const struct omni_explanation *e, bool for_it)
{
	const struct reason *best = NULL;
	size_t i;

	for (i = 0; i < e->count; i++) {
		const struct reason *r = &e->reasons[i];
		int32_t w = r->weight.strangers;

		if (r->kind == prior)
			continue;
		if (for_it ? w > 0 && (best == NULL ||
		    w > best->weight.strangers) : w < 0 && (best == NULL ||
		    w < best->weight.strangers))
			best = r;
	}
	return best;
}

static omni_status
write_text(struct omni *db, struct omni_explanation *e)
{
	const struct reason *most = strongest(e, true);
	const struct reason *least = strongest(e, false);

	e->text = omni__arena_printf(&e->object.arena,
	    "They are %s customer: the pair weighs %.1f bits (%.1f %%) where "
	    "%.1f join; %s speaks most for it and %s most against.",
	    e->same ? "one" : "not one", (double)e->weight / OMNI__BIT,
	    100.0 * omni__probability(e->weight),
	    (double)e->threshold / OMNI__BIT, most ? most->kind : "nothing",
	    least ? least->kind : "nothing");
	return e->text != NULL ? OMNI_OK : omni__nomem(&db->error);
}

static omni_status
explain(struct omni *db, const struct omni__row *a,
    const struct omni__row *b, struct omni_explanation *e)
{
	const struct omni__model *model;
	struct omni__levels levels;
	struct omni__evidence evidence;
	omni_status status = omni__model(db, &model);

	if (status != OMNI_OK)
		return status;
	omni__compare(model, &a->person, &b->person, &levels);
	omni__evidence(model, &levels, &evidence);
	e->weight = omni__evidence_weight(model, &evidence);
	e->threshold = model->join;
	e->same = memcmp(a->customer, b->customer, OMNI__ID) == 0;
	omni__evidence_count(&evidence);
	add_prior(e, model);
	status = add_reasons(db, e, &levels, &evidence);
	return status == OMNI_OK ? write_text(db, e) : status;
}

static omni_status
why(struct omni *db, void *context)
{
	struct why *w = context;
	struct omni__resolver r = { .db = db };
	const unsigned char *ids[2] = { w->id[0], w->id[1] };
	struct omni__row *a, *b;
	omni_status status;

	omni_explanation_free(w->out);
	w->out = NULL;
	r.by_id.arena = &db->scratch;
	status = omni__rows_load(&r, ids, 2);
	if (status != OMNI_OK)
		return status;
	a = omni__row_find(&r, w->id[0]);
	b = omni__row_find(&r, w->id[1]);
	if (a == NULL || b == NULL)
		return OMNI_NONE;
	w->out = omni__object_new(&db->env, sizeof(*w->out));
	if (w->out == NULL)
		return omni__nomem(&db->error);
	return explain(db, a, b, w->out);
}

omni_status
omni_why(omni *db, const char *source_a, const char *key_a,
    const char *source_b, const char *key_b, omni_explanation **explanation)
{
	const char *const fields[4] = { "source_a", "key_a", "source_b",
	    "key_b" };
	const char *const values[4] = { source_a, key_a, source_b, key_b };
	struct why w = { .out = NULL };
	omni_status status = omni__enter(db);
	size_t i;

	if (status != OMNI_OK)
		return status;
	if (explanation == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "explanation is NULL"));
	*explanation = NULL;
	for (i = 0; i < 4 && status == OMNI_OK; i++)
		status = omni__text_check(&db->error, fields[i], values[i]);
	if (status == OMNI_OK) {
		omni__record_id(db, source_a, key_a, w.id[0]);
		omni__record_id(db, source_b, key_b, w.id[1]);
		status = omni__transact(db, false, why, &w);
	}
	if (status == OMNI_OK)
		*explanation = w.out;
	else
		omni_explanation_free(w.out);
	return omni__leave(db, status);
}

void
omni_explanation_free(omni_explanation *explanation)
{
	omni__object_free(explanation);
}

int32_t
omni_explanation_count(const omni_explanation *e)
{
	return e != NULL ? (int32_t)e->count : 0;
}

static const struct reason *
reason_at(const omni_explanation *e, int32_t i)
{
	return e != NULL && i >= 0 && (size_t)i < e->count ?
	    &e->reasons[i] : NULL;
}

const char *
omni_explanation_kind(const omni_explanation *e, int32_t i)
{
	const struct reason *reason = reason_at(e, i);

	return reason != NULL ? reason->kind : NULL;
}

const char *
omni_explanation_left(const omni_explanation *e, int32_t i)
{
	const struct reason *reason = reason_at(e, i);

	return reason != NULL ? reason->left : NULL;
}

const char *
omni_explanation_right(const omni_explanation *e, int32_t i)
{
	const struct reason *reason = reason_at(e, i);

	return reason != NULL ? reason->right : NULL;
}

const char *
omni_explanation_level(const omni_explanation *e, int32_t i)
{
	const struct reason *reason = reason_at(e, i);

	return reason != NULL ? reason->level : NULL;
}

double
omni_explanation_strangers(const omni_explanation *e, int32_t i)
{
	const struct reason *reason = reason_at(e, i);

	return reason != NULL ?
	    (double)reason->weight.strangers / OMNI__BIT : 0.0;
}

double
omni_explanation_relatives(const omni_explanation *e, int32_t i)
{
	const struct reason *reason = reason_at(e, i);

	return reason != NULL ?
	    (double)reason->weight.relatives / OMNI__BIT : 0.0;
}

double
omni_explanation_weight(const omni_explanation *e)
{
	return e != NULL ? (double)e->weight / OMNI__BIT : 0.0;
}

double
omni_explanation_probability(const omni_explanation *e)
{
	return e != NULL ? omni__probability(e->weight) : 0.0;
}

double
omni_explanation_threshold(const omni_explanation *e)
{
	return e != NULL ? (double)e->threshold / OMNI__BIT : 0.0;
}

int32_t
omni_explanation_same(const omni_explanation *e)
{
	return e != NULL && e->same;
}

const char *
omni_explanation_text(const omni_explanation *e)
{
	return e != NULL ? e->text : NULL;
}
