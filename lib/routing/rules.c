/*
 * Rules: the definitions, compiled once and kept by the handle until one of
 * them changes.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "routing/routing.h"

/* ---- what is defined ------------------------------------------------ */

/* The version of a name that holds, and when the name was first defined. */
struct held {
	struct omni__definition *definition;
	int64_t since;
	int64_t fact;
};

struct helds {
	struct held *items;
	size_t count;
};

struct maker {
	struct omni *db;
	const struct omni__view *view;
	struct omni__arena *arena;
	struct omni__rules *rules;
};

static int
compare_names(const void *left, const void *right)
{
	const struct held *a = left, *b = right;

	return strcmp(a->definition->name, b->definition->name);
}

/* Of rows that are sorted by (name, happened, fact), those that are seen. */
static omni_status
choose(const struct maker *m, const struct omni__result *told,
    struct helds *helds)
{
	int64_t name = 0;
	size_t i;

	helds->count = 0;
	helds->items = omni__arena_zero(&m->db->scratch,
	    (told->count + 1) * sizeof(*helds->items));
	if (helds->items == NULL)
		return omni__nomem(&m->db->error);
	for (i = 0; i < told->count; i++) {
		const struct omni__value *row = OMNI__AT(told, i, 0);

		if (!omni__view_sees(m->view, row[2].number))
			continue;
		if (helds->count == 0 || row[0].number != name)
			helds->items[helds->count++].since = row[1].number;
		name = row[0].number;
		helds->items[helds->count - 1].fact = row[2].number;
	}
	return OMNI_OK;
}

static omni_status
read_helds(const struct maker *m, const struct omni__sort *sort,
    struct helds *helds)
{
	size_t i, n = 0, count = helds->count;
	int64_t *ids = omni__arena_alloc(&m->db->scratch,
	    (count + 1) * sizeof(*ids));
	struct omni__fact *facts = omni__arena_alloc(&m->db->scratch,
	    (count + 1) * sizeof(*facts));
	omni_status status;

	if (ids == NULL || facts == NULL)
		return omni__nomem(&m->db->error);
	for (i = 0; i < count; i++)
		ids[i] = helds->items[i].fact;
	status = omni__facts_read(m->db, ids, count, facts);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		void *object;

		if (facts[i].body == NULL)
			continue;
		helds->items[n] = helds->items[i];
		status = omni__definition_read(m->db, m->arena, &facts[i],
		    sort, &object);
		helds->items[n++].definition = object;
	}
	helds->count = n;
	return status;
}

/* Sorted by name; the list in the scratch arena, what it names in the
 * rules'. */
static omni_status
load(const struct maker *m, const struct omni__sort *sort,
    struct helds *helds)
{
	struct omni__result told;
	omni_status status = omni__definitions_told(m->db, sort->noun, &told);

	if (status == OMNI_OK)
		status = choose(m, &told, helds);
	if (status == OMNI_OK)
		status = read_helds(m, sort, helds);
	if (status == OMNI_OK)
		qsort(helds->items, helds->count, sizeof(*helds->items),
		    compare_names);
	return status;
}

static void *
room_for(const struct maker *m, size_t count, size_t size)
{
	return omni__arena_zero(m->arena, (count + 1) * size);
}

/* Those that need nothing but to be found. */
static omni_status
load_list(const struct maker *m, const struct omni__sort *sort,
    const void **list, size_t *count)
{
	struct helds helds;
	void **items;
	omni_status status = load(m, sort, &helds);
	size_t i;

	if (status != OMNI_OK)
		return status;
	items = room_for(m, helds.count, sizeof(*items));
	if (items == NULL)
		return omni__nomem(&m->db->error);
	for (i = 0; i < helds.count; i++)
		items[i] = helds.items[i].definition;
	*list = items;
	*count = helds.count;
	return OMNI_OK;
}

/* ---- purposes ------------------------------------------------------- */

/* The place of a kind of sale among those that some purpose asks for. */
static size_t
sale_place(struct omni__rules *rules, const char **kinds, const char *kind)
{
	size_t i;

	if (kind == NULL)
		return SIZE_MAX;
	for (i = 0; i < rules->sale_count; i++)
		if (strcmp(kinds[i], kind) == 0)
			return i;
	kinds[rules->sale_count] = kind;
	return rules->sale_count++;
}

static omni_status
load_purposes(const struct maker *m)
{
	struct omni__rules *rules = m->rules;
	struct omni__purpose_rule *purposes;
	struct helds helds;
	const char **kinds;
	omni_status status = load(m, &omni__purposes, &helds);
	size_t i;

	if (status != OMNI_OK)
		return status;
	purposes = room_for(m, helds.count, sizeof(*purposes));
	kinds = room_for(m, helds.count, sizeof(*kinds));
	if (purposes == NULL || kinds == NULL)
		return omni__nomem(&m->db->error);
	for (i = 0; i < helds.count; i++) {
		purposes[i].purpose = (const struct omni_purpose *)
		    (const void *)helds.items[i].definition;
		purposes[i].since = helds.items[i].since;
		purposes[i].sale = sale_place(rules, kinds,
		    purposes[i].purpose->sale_kind);
	}
	rules->purposes = purposes;
	rules->purpose_count = helds.count;
	rules->sale_kinds = kinds;
	return OMNI_OK;
}

/* ---- windows and caps ----------------------------------------------- */

/* One without hours is none. */
static omni_status
load_windows(const struct maker *m)
{
	struct omni__window_rule *windows;
	struct helds helds;
	omni_status status = load(m, &omni__windows, &helds);
	size_t i, n = 0;

	if (status != OMNI_OK)
		return status;
	windows = room_for(m, helds.count, sizeof(*windows));
	if (windows == NULL)
		return omni__nomem(&m->db->error);
	for (i = 0; i < helds.count && status == OMNI_OK; i++) {
		const struct omni_window *window =
		    (const struct omni_window *)(const void *)
		    helds.items[i].definition;

		if (window->hours == NULL)
			continue;
		windows[n].window = window;
		/* What a newer libomni wrote must not be passed over. */
		status = omni__hours_parse(&m->db->error, "hours",
		    window->hours, &windows[n++].hours);
	}
	m->rules->windows = windows;
	m->rules->window_count = n;
	return status;
}

/* How far back it looks; a local day or month may have some hours more. */
static int64_t
reach(const struct omni_cap *cap)
{
	static const int64_t days[] = {
		[OMNI_PERIOD_DAY] = 2, [OMNI_PERIOD_WEEK] = 8,
		[OMNI_PERIOD_MONTH] = 32
	};

	return cap->sliding != 0 ? cap->sliding * OMNI__SECOND :
	    days[cap->period] * OMNI__DAY;
}

/* One without a limit is none. */
static omni_status
load_caps(const struct maker *m)
{
	struct omni__rules *rules = m->rules;
	const struct omni_cap **caps;
	struct helds helds;
	omni_status status = load(m, &omni__caps, &helds);
	size_t i;

	if (status != OMNI_OK)
		return status;
	caps = room_for(m, helds.count, sizeof(*caps));
	if (caps == NULL)
		return omni__nomem(&m->db->error);
	for (i = 0; i < helds.count; i++) {
		const struct omni_cap *cap = (const struct omni_cap *)
		    (const void *)helds.items[i].definition;

		if (cap->limit < 0)
			continue;
		caps[rules->cap_count++] = cap;
		if (reach(cap) > rules->cap_reach)
			rules->cap_reach = reach(cap);
	}
	rules->caps = caps;
	return OMNI_OK;
}

/* ---- what was learned ----------------------------------------------- */

static int
compare_priors(const void *left, const void *right)
{
	const struct omni__prior *a = left, *b = right;

	return strcmp(a->channel, b->channel);
}

static omni_status
add_prior(const struct maker *m, const json_t *learned,
    struct omni__prior *priors)
{
	const char *channel = json_string_value(
	    json_object_get(learned, "channel"));
	struct omni__prior *prior = &priors[m->rules->prior_count];

	prior->answered = json_integer_value(
	    json_object_get(learned, "answered"));
	prior->unanswered = json_integer_value(
	    json_object_get(learned, "unanswered"));
	if (channel == NULL || prior->answered < 0 ||
	    prior->unanswered < 0 || prior->answered > INT32_MAX ||
	    prior->unanswered > INT32_MAX ||
	    prior->answered + prior->unanswered == 0)
		return OMNI_OK;
	prior->channel = omni__arena_strdup(m->arena, channel);
	if (prior->channel == NULL)
		return omni__nomem(&m->db->error);
	m->rules->prior_count++;
	return OMNI_OK;
}

static omni_status
read_priors(const struct maker *m, const json_t *channels)
{
	struct omni__prior *priors = room_for(m, json_array_size(channels),
	    sizeof(*priors));
	omni_status status = OMNI_OK;
	size_t i;

	if (priors == NULL)
		return omni__nomem(&m->db->error);
	for (i = 0; i < json_array_size(channels) && status == OMNI_OK; i++)
		status = add_prior(m, json_array_get(channels, i), priors);
	qsort(priors, m->rules->prior_count, sizeof(*priors),
	    compare_priors);
	m->rules->priors = priors;
	return status;
}

static omni_status
load_priors(const struct maker *m)
{
	struct omni__result told;
	struct omni__fact fact;
	struct helds helds = { NULL, 0 };
	json_t *root;
	omni_status status = omni__definitions_told(m->db,
	    OMNI__FACT_AFFINITY, &told);

	if (status == OMNI_OK)
		status = choose(m, &told, &helds);
	if (status != OMNI_OK || helds.count == 0)
		return status;
	status = omni__facts_read(m->db, &helds.items[helds.count - 1].fact,
	    1, &fact);
	if (status != OMNI_OK || fact.body == NULL)
		return status;
	status = omni__json_body(m->db, &fact, &root);
	if (status != OMNI_OK)
		return status;
	status = read_priors(m, json_object_get(root, "channels"));
	json_decref(root);
	return status;
}

/* ---- all ------------------------------------------------------------ */

static omni_status
make(const struct maker *m)
{
	struct omni__rules *r = m->rules;
	const void *list = NULL;
	omni_status status = load_purposes(m);

	if (status == OMNI_OK)
		status = load_list(m, &omni__channels, &list,
		    &r->channel_count);
	r->channels = list;
	if (status == OMNI_OK)
		status = load_list(m, &omni__calendars, &list,
		    &r->calendar_count);
	r->calendars = list;
	if (status == OMNI_OK)
		status = load_list(m, &omni__wordings, &list,
		    &r->wording_count);
	r->wordings = list;
	if (status == OMNI_OK)
		status = load_windows(m);
	if (status == OMNI_OK)
		status = load_caps(m);
	return status == OMNI_OK ? load_priors(m) : status;
}

omni_status
omni__rules_then(struct omni *db, const struct omni__view *view,
    const struct omni__rules **out)
{
	struct omni__rules *rules = omni__arena_zero(&db->scratch,
	    sizeof(*rules));
	const struct maker m = { db, view, &db->scratch, rules };

	*out = rules;
	return rules == NULL ? omni__nomem(&db->error) : make(&m);
}

/* ---- the copy of the handle ----------------------------------------- */

struct kept {
	struct omni__rules rules;
	struct omni__arena arena;
	uint64_t looked;	/* in which transaction it was found so */
};

static void
kept_free(struct omni *db, struct kept *kept)
{
	if (kept == NULL)
		return;
	omni__arena_free(&kept->arena);
	omni__free(&db->env, kept);
}

static void
rules_free(struct omni *db)
{
	kept_free(db, db->rules);
	db->rules = NULL;
}

static omni_status
keep(struct omni *db, uint64_t digest)
{
	struct kept *kept = omni__realloc(&db->env, NULL, sizeof(*kept));
	struct maker m = { .db = db };
	omni_status status;

	if (kept == NULL)
		return omni__nomem(&db->error);
	memset(kept, 0, sizeof(*kept));
	kept->arena.env = &db->env;
	kept->rules.digest = digest;
	m.arena = &kept->arena;
	m.rules = &kept->rules;
	status = make(&m);
	if (status != OMNI_OK) {
		kept_free(db, kept);
		return status;
	}
	rules_free(db);
	db->rules = kept;
	db->rules_free = rules_free;
	return OMNI_OK;
}

omni_status
omni__rules(struct omni *db, const struct omni__rules **rules)
{
	struct kept *kept = db->rules;
	uint64_t digest;
	omni_status status = OMNI_OK;

	if (kept == NULL || kept->looked != db->transaction) {
		status = omni__definitions_digest(db, &digest);
		if (status == OMNI_OK &&
		    (kept == NULL || kept->rules.digest != digest))
			status = keep(db, digest);
		if (status != OMNI_OK)
			return status;
		kept = db->rules;
		kept->looked = db->transaction;
	}
	*rules = &kept->rules;
	return OMNI_OK;
}

/* ---- looking up ----------------------------------------------------- */

/* Items begin with a pointer to their definition and are sorted by name. */
static const void *
find(const void *items, size_t count, size_t size, const char *name)
{
	size_t from = 0, to = count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		const char *item = (const char *)items + middle * size;
		const struct omni__definition *definition;
		int order;

		memcpy(&definition, item, sizeof(definition));
		order = strcmp(name, definition->name);
		if (order == 0)
			return item;
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

const struct omni__purpose_rule *
omni__rule_purpose(const struct omni__rules *rules, const char *name)
{
	return find(rules->purposes, rules->purpose_count,
	    sizeof(*rules->purposes), name);
}

const struct omni_channel *
omni__rule_channel(const struct omni__rules *rules, const char *name)
{
	const struct omni_channel *const *channel = find(rules->channels,
	    rules->channel_count, sizeof(*rules->channels), name);

	return channel != NULL ? *channel : NULL;
}

const struct omni_wording *
omni__rule_wording(const struct omni__rules *rules, const char *name)
{
	const struct omni_wording *const *wording = find(rules->wordings,
	    rules->wording_count, sizeof(*rules->wordings), name);

	return wording != NULL ? *wording : NULL;
}

const struct omni__prior *
omni__rule_prior(const struct omni__rules *rules, const char *channel)
{
	const struct omni__prior wanted = { channel, 0, 0 };

	return rules->prior_count == 0 ? NULL : bsearch(&wanted,
	    rules->priors, rules->prior_count, sizeof(wanted),
	    compare_priors);
}

/* "2026-12-25". */
static void
write_day(char out[11], int64_t days)
{
	int64_t year;
	int month, day, i;

	omni__civil_from_days(days, &year, &month, &day);
	for (i = 3; i >= 0; i--, year /= 10)
		out[i] = (char)('0' + year % 10);
	out[4] = out[7] = '-';
	out[5] = (char)('0' + month / 10);
	out[6] = (char)('0' + month % 10);
	out[8] = (char)('0' + day / 10);
	out[9] = (char)('0' + day % 10);
	out[10] = '\0';
}

bool
omni__rule_holiday(const struct omni__rules *rules, const char *region,
    int64_t day)
{
	const struct omni_calendar *const *calendar = find(rules->calendars,
	    rules->calendar_count, sizeof(*rules->calendars), region);
	size_t from = 0, to;
	char wanted[11];

	if (calendar == NULL)
		return false;
	write_day(wanted, day);
	for (to = (*calendar)->days.count; from < to;) {
		size_t middle = from + (to - from) / 2;
		int order = strcmp(wanted, (*calendar)->days.items[middle]);

		if (order == 0)
			return true;
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return false;
}
