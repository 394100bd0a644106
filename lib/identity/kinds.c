/*
 * The kinds of a store: the built-in ones as it redefines them, and those of
 * the host, each with a column of evidence of its own.  Which kind has which
 * column depends on the names alone, never on when a kind was defined.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/kind.h"

/* ---- what holds ----------------------------------------------------- */

static int
compare_names(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

/* Each once: its versions lie side by side. */
static omni_status
defined_names(struct omni *db, const char ***names, size_t *count)
{
	struct omni__result told;
	omni_status status = omni__definitions_told(db, OMNI__FACT_KIND,
	    &told);
	size_t i;

	*count = 0;
	if (status != OMNI_OK)
		return status;
	*names = omni__arena_alloc(&db->scratch,
	    (told.count + 1) * sizeof(**names));
	if (*names == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < told.count && status == OMNI_OK; i++) {
		int64_t name = OMNI__AT(&told, i, 0)->number;

		if (i == 0 || name != OMNI__AT(&told, i - 1, 0)->number)
			status = omni__term_text(db, name,
			    &(*names)[(*count)++]);
	}
	if (status == OMNI_OK)
		qsort(*names, *count, sizeof(**names), compare_names);
	return status;
}

omni_status
omni__kinds_defined(struct omni *db, struct omni_kind ***kinds,
    size_t *count)
{
	const char **names;
	void **objects;
	omni_status status;
	size_t i, n;

	*count = 0;
	status = defined_names(db, &names, &n);
	if (status != OMNI_OK)
		return status;
	objects = omni__arena_zero(&db->scratch, (n + 1) * sizeof(*objects));
	*kinds = omni__arena_zero(&db->scratch, (n + 1) * sizeof(**kinds));
	if (objects == NULL || *kinds == NULL)
		return omni__nomem(&db->error);
	status = omni__definitions_load(db, &omni__kind_sort, names, n,
	    objects);
	for (i = 0; i < n && status == OMNI_OK; i++)
		if (objects[i] != NULL)
			(*kinds)[(*count)++] = objects[i];
	return status;
}

static uint64_t
digest_of(const struct omni *db, struct omni_kind *const *kinds,
    size_t count, bool evidence, bool *failed)
{
	struct omni__buf buf = { .env = &db->env };
	uint64_t digest = 0;
	size_t i, k;

	for (i = 0; i < count; i++) {
		const struct omni_kind *x = kinds[i];

		omni__buf_printf(&buf, "%s %d %d %d %d %d %d %d %d\n",
		    x->head.name, x->normaliser, x->comparator,
		    x->identifier, x->exclusive, x->single, x->stable,
		    x->shared, x->veto);
		if (evidence)
			continue;
		omni__buf_printf(&buf, "%d", x->rule);
		for (k = 0; k < x->sources.count; k++)
			omni__buf_printf(&buf, " %s", x->sources.items[k]);
		omni__buf_char(&buf, '\n');
	}
	*failed = buf.failed;
	if (count > 0 && !buf.failed)
		digest = omni__hash64(db->tenant_key, buf.bytes, buf.size) |
		    1;
	omni__buf_free(&buf);
	return digest;
}

static void
take_host(struct omni__kinds *kinds, const struct omni_kind *x)
{
	struct omni__host *host = &kinds->host[kinds->hosts];
	size_t size = strlen(x->head.name);

	if (kinds->hosts == OMNI__HOSTS || size >= sizeof(host->name))
		return;
	memcpy(host->name, x->head.name, size + 1);
	host->kind.name = host->name;
	host->kind.column = OMNI__HOST + (int)kinds->hosts;
	host->kind.normalise = omni__normaliser(x->normaliser);
	host->kind.rule = x->rule != 0 ? x->rule : OMNI_RULE_RECENT;
	host->comparator = x->comparator;
	host->shared = x->shared;
	host->identifier = x->identifier != 0;
	host->exclusive = x->exclusive != 0;
	host->single = x->single != 0;
	host->stable = x->stable != 0;
	host->veto = x->veto != 0;
	kinds->hosts++;
}

static void
take_built_in(struct omni__kinds *kinds, const struct omni_kind *x)
{
	int32_t i = omni__kind_index(x->head.name);
	const struct omni__kind *kind = omni__kind_find(x->head.name);

	if (x->rule != 0 && (size_t)i < OMNI__COUNT(kinds->rule))
		kinds->rule[i] = x->rule;
	if (x->veto != 0 && kind->column >= 0)
		kinds->veto |= UINT32_C(1) << kind->column;
}

static omni_status
make(struct omni *db, struct omni__kinds *kinds)
{
	struct omni_kind **defined;
	size_t i, count;
	bool failed = false, again = false;
	omni_status status = omni__kinds_defined(db, &defined, &count);

	if (status != OMNI_OK)
		return status;
	memset(kinds, 0, sizeof(*kinds));
	kinds->digest = digest_of(db, defined, count, false, &failed);
	kinds->evidence = digest_of(db, defined, count, true, &again);
	if (failed || again)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		if (omni__kind_index(defined[i]->head.name) >= 0)
			take_built_in(kinds, defined[i]);
		else
			take_host(kinds, defined[i]);
	return OMNI_OK;
}

/* ---- the copy of the handle ----------------------------------------- */

/* What the store says of its kinds, told by their digest: one row to look at
 * in each transaction. */
static omni_status
stored_digest(struct omni *db, uint64_t *digest)
{
	struct omni__value value;
	omni_status status = omni__meta_get(db, "kinds", &value);
	const unsigned char *bytes = value.bytes;
	int i;

	*digest = 0;
	if (status != OMNI_OK || value.type != OMNI__BLOB || value.size != 8)
		return status;
	for (i = 0; i < 8; i++)
		*digest = *digest << 8 | bytes[i];
	return OMNI_OK;
}

static omni_status
store_digest(struct omni *db, uint64_t digest)
{
	unsigned char bytes[8];
	int i;

	for (i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(digest >> (56 - 8 * i));
	return omni__meta_put(db, "kinds", omni__blob(bytes, sizeof(bytes)));
}

/* Names in the copy point into it. */
static void
replace(struct omni *db, const struct omni__kinds *from)
{
	struct omni__kinds *kinds = db->kinds;
	size_t i;

	*kinds = *from;
	kinds->looked = db->transaction;
	for (i = 0; i < kinds->hosts; i++)
		kinds->host[i].kind.name = kinds->host[i].name;
}

static omni_status
hold(struct omni *db)
{
	if (db->kinds == NULL) {
		db->kinds = omni__realloc(&db->env, NULL,
		    sizeof(struct omni__kinds));
		if (db->kinds == NULL)
			return omni__nomem(&db->error);
		memset(db->kinds, 0, sizeof(struct omni__kinds));
	}
	return OMNI_OK;
}

omni_status
omni__kinds(struct omni *db, const struct omni__kinds **out)
{
	struct omni__kinds *kinds, fresh;
	omni_status status = hold(db);
	uint64_t digest;

	if (status != OMNI_OK)
		return status;
	*out = kinds = db->kinds;
	if (kinds->looked == db->transaction)
		return OMNI_OK;
	status = stored_digest(db, &digest);
	if (status != OMNI_OK)
		return status;
	if (digest != kinds->digest) {
		status = make(db, &fresh);
		if (status != OMNI_OK)
			return status;
		replace(db, &fresh);
	}
	kinds->looked = db->transaction;
	return OMNI_OK;
}

/* ---- looking up ----------------------------------------------------- */

const struct omni__kind *
omni__kind_of(const struct omni__kinds *kinds, const char *name)
{
	size_t i;

	for (i = 0; i < kinds->hosts; i++)
		if (strcmp(kinds->host[i].name, name) == 0)
			return &kinds->host[i].kind;
	return omni__kind_find(name);
}

int32_t
omni__kind_rule(const struct omni__kinds *kinds, const char *name)
{
	const struct omni__kind *kind = omni__kind_of(kinds, name);
	int32_t i = omni__kind_index(name);

	if (kind == NULL)
		return OMNI_RULE_RECENT;
	if (kind->column < OMNI__HOST && i >= 0 &&
	    (size_t)i < OMNI__COUNT(kinds->rule) && kinds->rule[i] != 0)
		return kinds->rule[i];
	return kind->rule;
}

const char *
omni__kind_column(const struct omni__kinds *kinds, int column)
{
	if (column >= OMNI__HOST &&
	    (size_t)(column - OMNI__HOST) < kinds->hosts)
		return kinds->host[column - OMNI__HOST].name;
	return column >= 0 && column < OMNI__HOST ?
	    omni__column_name[column] : "";
}

omni_status
omni__kinds_check(struct omni *db, const struct omni_record *record)
{
	const struct omni__kinds *kinds;
	omni_status status = omni__kinds(db, &kinds);
	size_t i;

	for (i = 0; i < record->count && status == OMNI_OK; i++)
		if (omni__kind_of(kinds, record->features[i].kind) == NULL)
			status = omni__fail(&db->error, OMNI_UNDEFINED,
			    "kind \"%.60s\" is not known: use a built-in "
			    "kind or attr.NAME, or define it",
			    record->features[i].kind);
	return status;
}

/* ---- weights -------------------------------------------------------- */

/* Of the parts per million that are near misses, by level. */
static const uint32_t near_same[OMNI__LEVELS] = {
	0, 0, 50000, 25000, 15000, 5000, 5000, 0
};
static const uint32_t near_other[2][OMNI__LEVELS] = {
	{ 0, 0, 10000, 20000, 40000, 20000, 20000, 0 },
	{ 0, 0, 300, 200, 200, 200, 100, 0 },	/* of identifiers */
};

/* How often one person's two values differ. */
static uint32_t
differ_rate(const struct omni__host *host)
{
	if (host->exclusive)
		return 30000;
	if (host->single)
		return host->stable ? 50000 : 125000;
	return host->stable ? 250000 : 450000;
}

/* m, u and r as in weight.c; all three at one scale. */
static struct omni__weight
weigh(uint64_t m, uint64_t u, const struct omni__host *host)
{
	uint64_t h = (uint64_t)host->shared;
	struct omni__weight w = {
		omni__log2_ratio(m, u),
		omni__log2_ratio(m * 100, (100 - h) * u + h * m)
	};

	return w;
}

static void
weigh_host(const struct omni__host *host, uint64_t population,
    struct omni__model *model)
{
	static const uint64_t holders[] = { 1, 4, 16 };
	bool key = host->identifier || host->exclusive;
	uint32_t m = 1000000 - differ_rate(host), u = 1000000;
	uint32_t first = host->exclusive ? 100 : 30000;
	int c = host->kind.column, l;

	for (l = 2; l < OMNI__DIFFERS; l++) {
		m -= near_same[l];
		u -= near_other[key][l];
		model->level[c][l] = weigh(near_same[l], near_other[key][l],
		    host);
	}
	model->level[c][OMNI__EXACT] = weigh(m, first, host);
	model->level[c][OMNI__DIFFERS] = weigh(differ_rate(host),
	    key ? u : u - first, host);
	for (l = OMNI__STEP_1; l < OMNI__STEP_COMMON; l++)
		model->exact[c][l] = weigh(m * population,
		    holders[l] * 1000000, host);
	memset(&model->exact[c][OMNI__STEP_COMMON], 0,
	    sizeof(struct omni__weight));
	model->behaviour[c] = host->identifier ? OMNI__IDENTIFIER : 0;
	model->comparator[c] = (uint8_t)host->comparator;
}

/* No other evidence outweighs it, and sums of several stay numbers. */
static void
forbid(struct omni__model *model, int column)
{
	const struct omni__weight never = { -(1 << 24), -(1 << 24) };

	model->level[column][OMNI__DIFFERS] = never;
	model->behaviour[column] |= OMNI__VETO;
	model->veto = true;
}

void
omni__kinds_weigh(const struct omni__kinds *kinds, uint64_t population,
    struct omni__model *model)
{
	size_t i;
	int c;

	memcpy(model->behaviour, omni__behaviour, sizeof(model->behaviour));
	model->veto = false;
	model->columns = (uint8_t)(OMNI__HOST + kinds->hosts);
	model->kinds = kinds->digest;
	for (i = 0; i < kinds->hosts; i++) {
		weigh_host(&kinds->host[i], population, model);
		if (kinds->host[i].veto)
			forbid(model, kinds->host[i].kind.column);
	}
	for (c = 0; c < OMNI__HOST; c++)
		if (kinds->veto >> c & 1)
			forbid(model, c);
}

static bool
column_alike(const struct omni__person *a, const struct omni__person *b,
    int column)
{
	size_t i = a->begin[column], j = b->begin[column];
	size_t count = a->begin[column + 1] - i;

	if (b->begin[column + 1] - j != count)
		return false;
	for (; count > 0; count--, i++, j++)
		if (a->items[i].size != b->items[j].size ||
		    memcmp(a->items[i].text, b->items[j].text,
		    a->items[i].size) != 0)
			return false;
	return true;
}

bool
omni__veto_alike(const struct omni__model *model,
    const struct omni__person *a, const struct omni__person *b)
{
	int c;

	for (c = 0; model->veto && c < model->columns; c++)
		if (model->behaviour[c] & OMNI__VETO &&
		    !column_alike(a, b, c))
			return false;
	return true;
}

/* ---- resolving anew ------------------------------------------------- */

static const char clear_identity[] =
"DELETE FROM omni_record;\n"
"DELETE FROM omni_version;\n"
"DELETE FROM omni_key;\n"
"DELETE FROM omni_verdict;\n"
"DELETE FROM omni_review";

/* What was normalised is made again of the facts. */
static omni_status
normalise_again(struct omni *db)
{
	struct omni__places *places;
	omni_status status = omni__changes_begin(db, &places);

	if (status == OMNI_OK)
		status = omni__bulk_begin(db);
	if (status == OMNI_OK)
		status = db->ops->script(db->store, clear_identity,
		    &db->error);
	if (status == OMNI_OK)
		status = omni__facts_each(db, omni__identity_reapply);
	if (status == OMNI_OK)
		status = omni__bulk_end(db);
	omni__bulk_discard(db);
	if (status == OMNI_OK)
		status = omni__changes_end(db, places);
	omni__changes_free(places);
	return status;
}

/* ---- from facts ----------------------------------------------------- */

/* The definitions changed, or may have: *renew when evidence did. */
static omni_status
settle(struct omni *db, bool *renew)
{
	const struct omni__kinds *held;
	struct omni__kinds fresh;
	omni_status status = hold(db);
	uint64_t evidence;

	if (status == OMNI_OK)
		status = omni__kinds(db, &held);
	if (status != OMNI_OK)
		return status;
	evidence = held->evidence;
	status = make(db, &fresh);
	if (status != OMNI_OK || fresh.digest == held->digest)
		return status;
	*renew = fresh.evidence != evidence;
	replace(db, &fresh);
	return store_digest(db, fresh.digest);
}

omni_status
omni__kinds_apply(struct omni *db, const struct omni__fact *facts,
    size_t count)
{
	omni_status status;
	bool renew = false;
	size_t i;

	for (i = 0; i < count && facts[i].noun != OMNI__FACT_KIND; i++)
		;
	if (i == count)
		return OMNI_OK;
	status = omni__definitions_apply(db, facts, count);
	if (status == OMNI_OK)
		status = settle(db, &renew);
	return status == OMNI_OK && renew && !omni__bulk_runs(db) ?
	    normalise_again(db) : status;
}

omni_status
omni__kinds_rebuild(struct omni *db)
{
	bool renew = false;
	omni_status status = omni__definitions_rebuild(db);

	return status == OMNI_OK ? settle(db, &renew) : status;
}
