/*
 * Why two records are, or are not, one person: feature by feature.
 */
#include <string.h>

#include "identity/resolve.h"
#include "identity/why.h"

struct omni_explanation {
	struct omni__object object;
	struct omni__reasons reasons;
	bool same;
	const char *text;
};

struct why {
	unsigned char id[2][OMNI__ID];
	struct omni_explanation *out;
};

static const char prior[] = "prior";

/* ---- rows ----------------------------------------------------------- */

static const char *
item_text(struct omni__arena *arena, const struct omni__item *item)
{
	if (item == NULL)
		return "";
	return omni__arena_text(arena, item->text, item->size);
}

/* How rare it is that two records are one person's, before anything is known
 * of them: without it the sums would not come out. */
static void
add_prior(struct omni__reasons *reasons, const struct omni__model *model)
{
	struct omni__reason *reason = &reasons->rows[reasons->count++];

	reason->kind = prior;
	reason->left = reason->right = reason->level = "";
	reason->weight = model->prior;
}

/* The host's kinds may be called otherwise by the time that this is read. */
static const char *
column_name(struct omni__arena *arena, const struct omni__kinds *kinds,
    int column)
{
	return column < OMNI__HOST ? omni__column_name[column] :
	    omni__arena_strdup(arena, omni__kind_column(kinds, column));
}

static omni_status
add_reasons(struct omni *db, struct omni__arena *arena,
    const struct omni__levels *levels, const struct omni__evidence *evidence,
    struct omni__reasons *reasons)
{
	const struct omni__kinds *kinds;
	omni_status status = omni__kinds(db, &kinds);
	int c;

	for (c = 0; c < OMNI__COLUMNS && status == OMNI_OK; c++) {
		struct omni__reason *reason = &reasons->rows[reasons->count];

		if (levels->left[c] == NULL && levels->right[c] == NULL &&
		    evidence->column[c].strangers == 0 &&
		    evidence->column[c].relatives == 0)
			continue;
		reason->kind = column_name(arena, kinds, c);
		reason->left = item_text(arena, levels->left[c]);
		reason->right = item_text(arena, levels->right[c]);
		reason->level = omni__level_name(c, levels->level[c]);
		reason->weight = evidence->column[c];
		if (reason->kind == NULL || reason->left == NULL ||
		    reason->right == NULL)
			return omni__nomem(&db->error);
		reasons->count++;
	}
	return status;
}

omni_status
omni__reasons_make(struct omni *db, struct omni__arena *arena,
    const struct omni__model *model, const struct omni__levels *levels,
    const struct omni__evidence *evidence, struct omni__reasons *reasons)
{
	struct omni__evidence counted = *evidence;

	memset(reasons, 0, sizeof(*reasons));
	reasons->rows = omni__arena_alloc(arena,
	    (OMNI__COLUMNS + 1) * sizeof(*reasons->rows));
	if (reasons->rows == NULL)
		return omni__nomem(&db->error);
	reasons->weight = omni__evidence_weight(model, evidence);
	reasons->threshold = model->join;
	omni__evidence_count(&counted);
	add_prior(reasons, model);
	return add_reasons(db, arena, levels, &counted, reasons);
}

/* ---- the object ----------------------------------------------------- */

/* The feature that says most for, or against. */
static const char *
strongest(const struct omni__reasons *reasons, bool for_it)
{
	const struct omni__reason *best = NULL;
	size_t i;

	for (i = 0; i < reasons->count; i++) {
		const struct omni__reason *r = &reasons->rows[i];
		int32_t w = r->weight.strangers;

		if (strcmp(r->kind, prior) == 0)
			continue;
		if (for_it ? w > 0 && (best == NULL ||
		    w > best->weight.strangers) : w < 0 && (best == NULL ||
		    w < best->weight.strangers))
			best = r;
	}
	return best != NULL ? best->kind : "nothing";
}

static bool
copy_rows(struct omni__arena *arena, struct omni__reasons *reasons)
{
	struct omni__reason *rows;
	size_t i;

	rows = omni__arena_copy(arena, reasons->rows,
	    reasons->count * sizeof(*rows));
	if (rows == NULL)
		return false;
	reasons->rows = rows;
	for (i = 0; i < reasons->count; i++) {
		struct omni__reason *r = &rows[i];

		r->kind = omni__arena_strdup(arena, r->kind);
		r->left = omni__arena_strdup(arena, r->left);
		r->right = omni__arena_strdup(arena, r->right);
		if (r->kind == NULL || r->left == NULL || r->right == NULL)
			return false;
	}
	return true;
}

struct omni_explanation *
omni__explanation_new(const struct omni__env *env,
    const struct omni__reasons *reasons, bool same, const char *begin)
{
	struct omni_explanation *e = omni__object_new(env, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->reasons = *reasons;
	e->same = same;
	e->text = omni__arena_printf(&e->object.arena,
	    "%s %.1f bits (%.1f %%) where %.1f join; %s speaks most for it and "
	    "%s most against.", begin, (double)reasons->weight / OMNI__BIT,
	    100.0 * omni__probability(reasons->weight),
	    (double)reasons->threshold / OMNI__BIT,
	    strongest(reasons, true), strongest(reasons, false));
	if (e->text == NULL || !copy_rows(&e->object.arena, &e->reasons)) {
		omni_explanation_free(e);
		return NULL;
	}
	return e;
}

/* ---- two records ---------------------------------------------------- */

static omni_status
explain(struct omni *db, const struct omni__row *a,
    const struct omni__row *b, struct omni_explanation **out)
{
	bool same = memcmp(a->customer, b->customer, OMNI__ID) == 0;
	const struct omni__model *model;
	struct omni__levels levels;
	struct omni__evidence evidence;
	struct omni__reasons reasons;
	omni_status status = omni__model(db, &model);

	if (status != OMNI_OK)
		return status;
	omni__compare(model, &a->person, &b->person, &levels);
	omni__evidence(model, &levels, &evidence);
	status = omni__reasons_make(db, &db->scratch, model, &levels,
	    &evidence, &reasons);
	if (status != OMNI_OK)
		return status;
	*out = omni__explanation_new(&db->env, &reasons, same, same ?
	    "They are one customer: the pair weighs" :
	    "They are not one customer: the pair weighs");
	return *out != NULL ? OMNI_OK : omni__nomem(&db->error);
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
	return explain(db, a, b, &w->out);
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
	return e != NULL ? (int32_t)e->reasons.count : 0;
}

static const struct omni__reason *
reason_at(const omni_explanation *e, int32_t i)
{
	return e != NULL && i >= 0 && (size_t)i < e->reasons.count ?
	    &e->reasons.rows[i] : NULL;
}

const char *
omni_explanation_kind(const omni_explanation *e, int32_t i)
{
	const struct omni__reason *reason = reason_at(e, i);

	return reason != NULL ? reason->kind : NULL;
}

const char *
omni_explanation_left(const omni_explanation *e, int32_t i)
{
	const struct omni__reason *reason = reason_at(e, i);

	return reason != NULL ? reason->left : NULL;
}

const char *
omni_explanation_right(const omni_explanation *e, int32_t i)
{
	const struct omni__reason *reason = reason_at(e, i);

	return reason != NULL ? reason->right : NULL;
}

const char *
omni_explanation_level(const omni_explanation *e, int32_t i)
{
	const struct omni__reason *reason = reason_at(e, i);

	return reason != NULL ? reason->level : NULL;
}

double
omni_explanation_strangers(const omni_explanation *e, int32_t i)
{
	const struct omni__reason *reason = reason_at(e, i);

	return reason != NULL ?
	    (double)reason->weight.strangers / OMNI__BIT : 0.0;
}

double
omni_explanation_relatives(const omni_explanation *e, int32_t i)
{
	const struct omni__reason *reason = reason_at(e, i);

	return reason != NULL ?
	    (double)reason->weight.relatives / OMNI__BIT : 0.0;
}

double
omni_explanation_weight(const omni_explanation *e)
{
	return e != NULL ? (double)e->reasons.weight / OMNI__BIT : 0.0;
}

double
omni_explanation_probability(const omni_explanation *e)
{
	return e != NULL ? omni__probability(e->reasons.weight) : 0.0;
}

double
omni_explanation_threshold(const omni_explanation *e)
{
	return e != NULL ? (double)e->reasons.threshold / OMNI__BIT : 0.0;
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
