/*
 * The list of what a customer said, with what proves it and how each stands:
 * why may we write, and what did they know?
 */
#include <string.h>

#include <jansson.h>

#include "routing/routing.h"

/* One of them, its texts in the list's own memory. */
struct item {
	const char *purpose, *channel, *brand, *value, *via, *source;
	const char *evidence, *wording, *wording_text;
	int64_t fact, time, recorded, expiry, by;
	int32_t said, medium, rank, standing;
};

struct omni_statements {
	struct omni__object object;
	struct item *items;
	size_t count, next;	/* the one behind what is shown */
};

struct asked {
	unsigned char id[OMNI__ID];
	const char *purpose;
	struct omni_statements *list;
};

/* ---- the words at that time ----------------------------------------- */

static const struct omni__sql wording_then = {
	.name = "wording_then",
	.in = "noun:i name:i happened:i",
	.out = "i",
	.sql = "SELECT d.fact FROM omni_definition d\n"
	    "WHERE d.noun = $noun AND d.name = $name"
	    " AND d.happened <= $happened\n"
	    "ORDER BY d.happened DESC, d.fact DESC LIMIT 1",
};

/* The facts that defined the wordings as they were, 0 where there is none. */
static omni_status
find_wordings(struct omni *db, const struct omni__recipient *r,
    int64_t *facts)
{
	struct omni__value *in = omni__arena_alloc(&db->scratch,
	    3 * (r->said_count + 1) * sizeof(*in));
	struct omni__result result = { .count = 0 };
	omni_status status = OMNI_OK;
	size_t i;

	if (in == NULL)
		return omni__nomem(&db->error);
	memset(facts, 0, r->said_count * sizeof(*facts));
	for (i = 0; i < r->said_count && status == OMNI_OK; i++) {
		int64_t name;

		status = omni__term_find(db, r->said[i].wording, &name);
		in[3 * i] = omni__int(OMNI__FACT_WORDING);
		in[3 * i + 1] = omni__int(name);
		in[3 * i + 2] = omni__int(r->said[i].happened);
	}
	if (status == OMNI_OK && r->said_count > 0)
		status = omni__query(db, &wording_then, in, r->said_count,
		    &result);
	for (i = 0; i < result.count && status == OMNI_OK; i++)
		facts[result.ordinal[i]] = OMNI__AT(&result, i, 0)->number;
	return status;
}

static omni_status
wording_text(struct omni *db, const struct omni__fact *fact,
    const char **text)
{
	void *wording;
	omni_status status;

	*text = NULL;
	if (fact->noun != OMNI__FACT_WORDING || fact->body == NULL)
		return OMNI_OK;
	status = omni__definition_read(db, &db->scratch, fact,
	    &omni__wordings, &wording);
	if (status == OMNI_OK)
		*text = ((const struct omni_wording *)wording)->text;
	return status;
}

/* ---- filling -------------------------------------------------------- */

static omni_status
evidence_of(struct omni *db, const struct omni__fact *fact,
    const char **evidence)
{
	const char *text;
	json_t *root;
	omni_status status = omni__json_body(db, fact, &root);

	*evidence = NULL;
	if (status != OMNI_OK)
		return status;
	text = json_string_value(json_object_get(root, "evidence"));
	if (text != NULL && (*evidence = omni__arena_strdup(&db->scratch,
	    text)) == NULL)
		status = omni__nomem(&db->error);
	json_decref(root);
	return status;
}

static bool
own_texts(struct omni__arena *arena, struct item *item)
{
	const char **const texts[] = {
		&item->purpose, &item->channel, &item->brand, &item->value,
		&item->via, &item->source, &item->evidence, &item->wording,
		&item->wording_text
	};
	size_t i;

	for (i = 0; i < OMNI__COUNT(texts); i++)
		if (*texts[i] != NULL && (*texts[i] = omni__arena_strdup(
		    arena, *texts[i])) == NULL)
			return false;
	return true;
}

/* What the facts say of one, and what the words of its wording were. */
static omni_status
fill_item(struct omni *db, struct omni_statements *list,
    const struct omni__said *s, const struct omni__fact *fact,
    const struct omni__fact *words)
{
	struct item *item = &list->items[list->count];
	omni_status status = OMNI_OK;

	item->fact = s->fact;
	item->said = s->said;
	item->purpose = s->purpose;
	item->channel = s->channel;
	item->medium = s->medium;
	item->brand = s->brand;
	item->rank = s->rank;
	item->value = s->value;
	item->via = s->via;
	item->source = *s->source != '\0' ? s->source : NULL;
	item->wording = s->wording;
	item->time = s->happened;
	item->recorded = fact->recorded;
	item->expiry = s->expiry == INT64_MAX ? OMNI_TIME_UNKNOWN :
	    s->expiry;
	/* What proves what somebody else said is theirs. */
	if (!s->held || fact->record == NULL)
		status = evidence_of(db, fact, &item->evidence);
	if (status == OMNI_OK)
		status = wording_text(db, words, &item->wording_text);
	if (status == OMNI_OK && !own_texts(&list->object.arena, item))
		status = omni__nomem(&db->error);
	return status;
}

static omni_status
fill(struct omni *db, const struct asked *asked,
    const struct omni__wanted *wanted, const struct omni__recipient *r,
    const struct omni__fact *facts)
{
	struct omni_statements *list = asked->list;
	omni_status status = OMNI_OK;
	size_t i;

	list->count = 0;
	list->items = omni__arena_zero(&list->object.arena,
	    (r->said_count + 1) * sizeof(*list->items));
	if (list->items == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < r->said_count && status == OMNI_OK; i++) {
		const struct omni__said *by;

		if (asked->purpose != NULL && !omni__purpose_within(
		    asked->purpose, r->said[i].purpose))
			continue;
		status = fill_item(db, list, &r->said[i], &facts[i],
		    &facts[r->said_count + i]);
		list->items[list->count].standing = omni__standing(
		    r->said, r->said_count, i, wanted->rules, wanted->at,
		    &by);
		list->items[list->count++].by = by != NULL ? by->fact : 0;
	}
	return status;
}

/* ---- reading -------------------------------------------------------- */

/* The facts of what was said, then those of the wordings. */
static omni_status
read_facts(struct omni *db, const struct omni__recipient *r,
    struct omni__fact **facts)
{
	size_t count = r->said_count, i;
	int64_t *ids = omni__arena_alloc(&db->scratch,
	    (2 * count + 1) * sizeof(*ids));
	omni_status status;

	*facts = omni__arena_alloc(&db->scratch,
	    (2 * count + 1) * sizeof(**facts));
	if (ids == NULL || *facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		ids[i] = r->said[i].fact;
	status = find_wordings(db, r, ids + count);
	return status == OMNI_OK ?
	    omni__facts_read(db, ids, 2 * count, *facts) : status;
}

static omni_status
read_said(struct omni *db, void *context)
{
	const struct asked *asked = context;
	struct omni__recipient recipient = { .member_count = 0 };
	struct omni__wanted wanted = { .at = omni__clock(&db->env),
	    .sure = db->sure };
	struct omni__fact *facts;
	omni_status status;
	bool found;

	status = omni__customer_lookup(db, asked->id, recipient.customer,
	    &found);
	if (status == OMNI_OK && !found)
		return OMNI_NONE;
	if (status == OMNI_OK)
		status = omni__rules(db, &wanted.rules);
	if (status == OMNI_OK)
		status = omni__recipients_load(db, &wanted, &recipient, 1);
	if (status != OMNI_OK)
		return status;
	status = read_facts(db, &recipient, &facts);
	return status == OMNI_OK ? fill(db, asked, &wanted, &recipient,
	    facts) : status;
}

static omni_status
check(struct omni *db, const char *customer, struct asked *asked)
{
	omni_status status = omni__id_parse(&db->error, "customer", customer,
	    asked->id);

	if (status == OMNI_OK && asked->purpose != NULL)
		status = omni__purpose_check(&db->error, "purpose",
		    asked->purpose, false);
	return status;
}

omni_status
omni_statements_open(omni *db, const char *customer, const char *purpose,
    omni_statements **statements)
{
	struct asked asked = { .purpose = purpose };
	omni_status status = omni__enter(db);

	if (statements != NULL)
		*statements = NULL;
	if (status != OMNI_OK)
		return status;
	if (statements == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "statements is NULL"));
	status = check(db, customer, &asked);
	if (status == OMNI_OK && (asked.list = omni__object_new(&db->env,
	    sizeof(*asked.list))) == NULL)
		status = omni__nomem(&db->error);
	if (status == OMNI_OK)
		status = omni__transact(db, false, read_said, &asked);
	if (status == OMNI_OK)
		*statements = asked.list;
	else
		omni_statements_free(asked.list);
	return omni__leave(db, status);
}

omni_status
omni_statements_next(omni_statements *statements)
{
	if (statements == NULL)
		return OMNI_MISUSE;
	if (statements->next > statements->count)
		return OMNI_DONE;
	return ++statements->next <= statements->count ? OMNI_OK : OMNI_DONE;
}

void
omni_statements_free(omni_statements *statements)
{
	omni__object_free(statements);
}

/* ---- getters -------------------------------------------------------- */

static const struct item *
shown(const omni_statements *list)
{
	return list != NULL && list->next > 0 && list->next <= list->count ?
	    &list->items[list->next - 1] : NULL;
}

#define GETTER(type, name, member, none) \
type \
omni_statements_##name(const omni_statements *statements) \
{ \
	const struct item *item = shown(statements); \
\
	return item != NULL ? item->member : (none); \
}

GETTER(int64_t, fact, fact, 0)
GETTER(int32_t, said, said, 0)
GETTER(const char *, purpose, purpose, NULL)
GETTER(const char *, channel, channel, NULL)
GETTER(int32_t, medium, medium, 0)
GETTER(const char *, brand, brand, NULL)
GETTER(int32_t, rank, rank, 0)
GETTER(const char *, value, value, NULL)
GETTER(const char *, via, via, NULL)
GETTER(const char *, source, source, NULL)
GETTER(const char *, evidence, evidence, NULL)
GETTER(const char *, wording, wording, NULL)
GETTER(const char *, wording_text, wording_text, NULL)
GETTER(int64_t, time, time, OMNI_TIME_UNKNOWN)
GETTER(int64_t, recorded, recorded, OMNI_TIME_UNKNOWN)
GETTER(int64_t, expiry, expiry, OMNI_TIME_UNKNOWN)
GETTER(int32_t, standing, standing, 0)
GETTER(int64_t, by, by, 0)
