/*
 * The pipeline: check each item and make its fact; find what is held
 * already; append the rest; bring the projections up to date.
 */
#include <string.h>

#include "ingest/put.h"

/* An item on its way. */
struct entry {
	struct omni__fact fact;
	struct omni__fact birth;	/* of the inline record it brings */
	const struct omni_record *who;
	bool has_birth;
	size_t identity;	/* index into ids, SIZE_MAX: none */
};

struct pipe {
	struct omni__item_put *items;
	size_t count;
	struct omni__arena *messages;

	/* Of the running attempt, in the scratch arena: */
	struct entry *entries;
	struct omni__map ids_at;
	const unsigned char **ids;	/* distinct records */
	struct omni__known *known;
	size_t id_count;
	struct omni__fact *facts;	/* to be stored */
	size_t fact_count;
	struct omni__item_put **owner;	/* of each fact, NULL for births */
};

/* Keeps the error for the item; what concerns all items is passed on. */
static omni_status
reject(struct omni *db, struct pipe *p, struct omni__item_put *item,
    omni_status status)
{
	if (status == OMNI_NOMEM || status == OMNI_BUSY ||
	    (status <= OMNI_IO && status != OMNI_UNDEFINED))
		return status;
	item->status = status;
	item->message = omni__arena_strdup(p->messages,
	    db->error.text[0] != '\0' ? db->error.text :
	    omni_status_text(status));
	omni__error_clear(&db->error);
	return item->message != NULL ? OMNI_OK : omni__nomem(&db->error);
}

/* ---- stage 1: facts ------------------------------------------------- */

static omni_status
set_identity(struct omni *db, struct pipe *p, size_t i,
    const unsigned char id[OMNI__ID])
{
	struct omni__item_put *item = &p->items[i];
	struct entry *entry = &p->entries[i];
	size_t *at;
	bool found;

	memcpy(item->id, id, OMNI__ID);
	item->has_id = true;
	at = omni__map_put(&p->ids_at, item->id, OMNI__ID, p->id_count,
	    &found);
	if (at == NULL)
		return omni__nomem(&db->error);
	if (!found)
		p->ids[p->id_count++] = item->id;
	entry->identity = *at;
	entry->fact.record = item->id;
	return OMNI_OK;
}

static omni_status
identify(struct omni *db, struct pipe *p, size_t i,
    const struct omni_record *who)
{
	unsigned char id[OMNI__ID];
	omni_status status;

	if (omni__record_empty(who))
		return OMNI_OK;
	status = omni__record_identify(db, who, id);
	if (status == OMNI_OK) {
		p->entries[i].who = who;
		status = set_identity(db, p, i, id);
	}
	return status;
}

static omni_status
prepare_record(struct omni *db, struct pipe *p, size_t i)
{
	const struct omni_record *record = p->items[i].record;
	struct entry *entry = &p->entries[i];
	omni_status status = identify(db, p, i, record);

	if (status != OMNI_OK)
		return status;
	if (omni__record_empty(record))
		return omni__fail(&db->error, OMNI_INVALID,
		    "the record has neither a source and key nor a feature");
	return omni__record_fact(db, record, p->items[i].id, &entry->fact);
}

static omni_status
prepare_interaction(struct omni *db, struct pipe *p, size_t i)
{
	const struct omni_interaction *interaction =
	    p->items[i].interaction;
	omni_status status;

	status = omni__interaction_fact(db, interaction,
	    &p->entries[i].fact);
	return status == OMNI_OK ? identify(db, p, i,
	    omni__interaction_who(interaction)) : status;
}

/* Told again when the customer has grown, it is still the same: what it holds
 * is no part of what was said. */
static omni_status
note_said(struct omni *db, struct pipe *p, size_t i, const char *customer)
{
	struct omni__fact bare;
	omni_status status;

	status = omni__statement_fact(db, p->items[i].statement, NULL, 0,
	    &bare);
	if (status != OMNI_OK)
		return status;
	p->entries[i].fact.said = omni__arena_printf(&db->scratch, "%s %s",
	    customer, bare.body);
	return p->entries[i].fact.said != NULL ? OMNI_OK :
	    omni__nomem(&db->error);
}

/* Spoken as a customer: by its oldest record, for all it holds now. */
static omni_status
prepare_spoken(struct omni *db, struct pipe *p, size_t i, const char *text)
{
	unsigned char id[OMNI__ID], customer[OMNI__ID];
	const unsigned char **held;
	struct omni__member *members;
	size_t k, count;
	omni_status status;
	bool found;

	status = omni__id_parse(&db->error, "customer", text, id);
	if (status == OMNI_OK)
		status = omni__customer_lookup(db, id, customer, &found);
	if (status == OMNI_OK && !found)
		status = omni__fail(&db->error, OMNI_INVALID,
		    "customer: there is none with the id %.32s", text);
	if (status == OMNI_OK)
		status = omni__customer_whole(db, customer, &members,
		    &count);
	if (status != OMNI_OK)
		return status;
	held = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*held));
	if (held == NULL)
		return omni__nomem(&db->error);
	for (k = 0; k < count; k++)
		held[k] = members[k].id;
	status = omni__statement_fact(db, p->items[i].statement, held,
	    count, &p->entries[i].fact);
	if (status == OMNI_OK)
		status = note_said(db, p, i, text);
	return status == OMNI_OK ? set_identity(db, p, i, customer) :
	    status;
}

static omni_status
prepare_statement(struct omni *db, struct pipe *p, size_t i)
{
	const struct omni_statement *statement = p->items[i].statement;
	const char *customer = omni__statement_customer(statement);
	omni_status status;

	if (customer != NULL)
		return prepare_spoken(db, p, i, customer);
	/* What has no who is about an address, or refused. */
	status = omni__statement_fact(db, statement, NULL, 0,
	    &p->entries[i].fact);
	return status == OMNI_OK ? identify(db, p, i,
	    omni__statement_who(statement)) : status;
}

static omni_status
prepare_setting(struct omni *db, struct pipe *p, size_t i)
{
	const struct omni__setting *setting = p->items[i].setting;
	omni_status status;

	if (omni__record_empty(setting->who))
		return omni__fail(&db->error, OMNI_INVALID,
		    "who: a setting is somebody's; name a record");
	status = omni__setting_fact(db, setting->name, setting->value,
	    setting->time, &p->entries[i].fact);
	return status == OMNI_OK ? identify(db, p, i, setting->who) :
	    status;
}

static omni_status
prepare_item(struct omni *db, struct pipe *p, size_t i)
{
	struct omni__item_put *item = &p->items[i];

	item->status = OMNI_OK;
	item->fact = 0;
	item->has_id = false;
	item->message = NULL;
	p->entries[i].identity = SIZE_MAX;
	if (item->record != NULL)
		return prepare_record(db, p, i);
	if (item->interaction != NULL)
		return prepare_interaction(db, p, i);
	if (item->statement != NULL)
		return prepare_statement(db, p, i);
	return prepare_setting(db, p, i);
}

static omni_status
prepare(struct omni *db, struct pipe *p)
{
	omni_status status = OMNI_OK;
	size_t i;

	p->entries = omni__arena_zero(&db->scratch,
	    p->count * sizeof(*p->entries));
	p->ids = omni__arena_alloc(&db->scratch, p->count * sizeof(*p->ids));
	if (p->entries == NULL || p->ids == NULL)
		return omni__nomem(&db->error);
	p->ids_at = (struct omni__map){ .arena = &db->scratch };
	p->id_count = p->fact_count = 0;
	for (i = 0; i < p->count && status == OMNI_OK; i++) {
		status = prepare_item(db, p, i);
		if (status != OMNI_OK)
			status = reject(db, p, &p->items[i], status);
	}
	return status;
}

/* ---- stage 2: what is held ------------------------------------------ */

static omni_status
settle_outcome(struct omni *db, struct pipe *p, struct omni__item_put *item,
    omni_status outcome, int64_t held)
{
	item->fact = held;
	switch (outcome) {
	case OMNI_CONFLICT:
		(void)omni__fail(&db->error, outcome,
		    "key: this source has told something else under the "
		    "same key");
		return reject(db, p, item, outcome);
	case OMNI_ERASED:
		(void)omni__fail(&db->error, outcome,
		    "what this key was about has been erased");
		return reject(db, p, item, outcome);
	default:
		item->status = outcome;
		return OMNI_OK;
	}
}

/* Host keys, of everything but records. */
static omni_status
find_held(struct omni *db, struct pipe *p)
{
	const struct omni__fact **facts;
	omni_status *outcome, status;
	int64_t *held;
	size_t *which, i, n = 0;

	facts = omni__arena_alloc(&db->scratch, p->count * sizeof(*facts));
	outcome = omni__arena_alloc(&db->scratch,
	    p->count * sizeof(*outcome));
	held = omni__arena_alloc(&db->scratch, p->count * sizeof(*held));
	which = omni__arena_alloc(&db->scratch, p->count * sizeof(*which));
	if (facts == NULL || outcome == NULL || held == NULL || which == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < p->count; i++)
		if (p->items[i].status == OMNI_OK &&
		    p->items[i].record == NULL) {
			which[n] = i;
			facts[n++] = &p->entries[i].fact;
		}
	status = omni__facts_known(db, facts, n, outcome, held);
	for (i = 0; i < n && status == OMNI_OK; i++)
		status = settle_outcome(db, p, &p->items[which[i]],
		    outcome[i], held[i] < 0 ?
		    -(int64_t)which[-held[i] - 1] - 1 : held[i]);
	return status;
}

/* Who cannot tell when it was cannot say that it was later. */
static bool
erased(const struct omni__known *known, int64_t happened, int64_t now)
{
	return known->erased != INT64_MIN &&
	    (!omni__time_trusted(happened, now) ||
	    happened <= known->erased);
}

/* No item's own fact, but the record that came with one. */
#define BIRTH SIZE_MAX

struct version {
	unsigned char id[OMNI__ID];
	int64_t happened, content;
};

/* The version a record fact of item i is; *again when the list had it before,
 * then as item *first. */
static omni_status
note_version(struct omni *db, const struct omni__fact *fact, size_t i,
    int64_t now, struct omni__map *seen, bool *again, size_t *first)
{
	struct version *version = omni__arena_zero(&db->scratch,
	    sizeof(*version));
	size_t *at;

	if (version == NULL)
		return omni__nomem(&db->error);
	memcpy(version->id, fact->record, OMNI__ID);
	version->happened = omni__time_trusted(fact->happened, now) ?
	    fact->happened : OMNI_TIME_UNKNOWN;
	version->content = omni__record_content(db, fact->body);
	at = omni__map_put(seen, version, sizeof(*version), i, again);
	if (at == NULL)
		return omni__nomem(&db->error);
	*first = *at;
	return OMNI_OK;
}

/* The record comes with this list; known->fact is then -1. */
static void
note_coming(struct omni__known *known, int64_t happened, int64_t now)
{
	if (known->fact == 0)
		known->fact = -1;
	if (omni__time_trusted(happened, now) &&
	    (known->first == OMNI_TIME_UNKNOWN || happened < known->first))
		known->first = happened;
}

/* A version of a record: held in the store, or earlier in the list? */
static omni_status
settle_version(struct omni *db, struct pipe *p, size_t i,
    struct omni__map *seen, int64_t now)
{
	struct omni__fact *fact = &p->entries[i].fact;
	struct omni__item_put *item = &p->items[i];
	struct omni__known *known = &p->known[p->entries[i].identity];
	omni_status status;
	int64_t held = 0;
	size_t first;
	bool again;

	status = note_version(db, fact, i, now, seen, &again, &first);
	if (status == OMNI_OK && known->fact > 0)
		status = omni__version_known(db, known, fact, now, &held);
	if (status != OMNI_OK)
		return status;
	if (held != 0 || again) {
		item->status = OMNI_DUPLICATE;
		item->fact = held != 0 || first == BIRTH ? held :
		    -(int64_t)first - 1;
		return OMNI_OK;
	}
	if (known->fact <= 0)
		note_coming(known, fact->happened, now);
	return OMNI_OK;
}

/* Who comes inline for the first time brings a record. */
static omni_status
settle_birth(struct omni *db, struct pipe *p, size_t i,
    struct omni__map *seen, int64_t now)
{
	struct entry *entry = &p->entries[i];
	struct omni__known *known = &p->known[entry->identity];
	omni_status status;
	size_t first;
	bool again;

	if (entry->who == NULL || entry->who->source != NULL ||
	    known->fact != 0)
		return OMNI_OK;
	status = omni__record_fact(db, entry->who, p->items[i].id,
	    &entry->birth);
	if (status != OMNI_OK)
		return status;
	entry->birth.happened = entry->fact.happened;
	entry->birth.timed = entry->fact.timed;
	entry->has_birth = true;
	note_coming(known, entry->fact.happened, now);
	return note_version(db, &entry->birth, BIRTH, now, seen, &again,
	    &first);
}

static omni_status
settle_item(struct omni *db, struct pipe *p, size_t i,
    struct omni__map *seen, int64_t now)
{
	struct omni__item_put *item = &p->items[i];

	if (item->record == NULL)
		return settle_birth(db, p, i, seen, now);
	return settle_version(db, p, i, seen, now);
}

/* Turns away what is about the erased, before anything is compared with
 * it. */
static omni_status
turn_away(struct omni *db, struct pipe *p, int64_t now)
{
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < p->count && status == OMNI_OK; i++) {
		struct entry *entry = &p->entries[i];

		if (p->items[i].status != OMNI_OK ||
		    entry->identity == SIZE_MAX ||
		    !erased(&p->known[entry->identity],
		    entry->fact.happened, now))
			continue;
		(void)omni__fail(&db->error, OMNI_ERASED,
		    "the person of this record was erased");
		status = reject(db, p, &p->items[i], OMNI_ERASED);
	}
	return status;
}

static omni_status
settle(struct omni *db, struct pipe *p)
{
	struct omni__map seen = { .arena = &db->scratch };
	int64_t now = omni__clock(&db->env);
	omni_status status;
	size_t i;

	p->known = omni__arena_alloc(&db->scratch,
	    (p->id_count + 1) * sizeof(*p->known));
	if (p->known == NULL)
		return omni__nomem(&db->error);
	status = omni__records_known(db, p->ids, p->id_count, p->known);
	if (status == OMNI_OK)
		status = turn_away(db, p, now);
	if (status == OMNI_OK)
		status = find_held(db, p);
	for (i = 0; i < p->count && status == OMNI_OK; i++)
		if (p->items[i].status == OMNI_OK &&
		    p->entries[i].identity != SIZE_MAX)
			status = settle_item(db, p, i, &seen, now);
	return status;
}

/* ---- stage 3: store ------------------------------------------------- */

static omni_status
collect(struct omni *db, struct pipe *p)
{
	size_t i;

	p->facts = omni__arena_alloc(&db->scratch,
	    2 * p->count * sizeof(*p->facts));
	p->owner = omni__arena_alloc(&db->scratch,
	    2 * p->count * sizeof(*p->owner));
	if (p->facts == NULL || p->owner == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < p->count; i++) {
		struct entry *entry = &p->entries[i];

		if (p->items[i].status != OMNI_OK)
			continue;
		if (entry->has_birth) {
			p->owner[p->fact_count] = NULL;
			p->facts[p->fact_count++] = entry->birth;
		}
		p->owner[p->fact_count] = &p->items[i];
		p->facts[p->fact_count++] = entry->fact;
	}
	return OMNI_OK;
}

static omni_status
reserve_keys(struct omni *db, struct pipe *p)
{
	const struct omni__fact **keyed;
	size_t i, n = 0;

	keyed = omni__arena_alloc(&db->scratch,
	    (p->fact_count + 1) * sizeof(*keyed));
	if (keyed == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < p->fact_count; i++)
		if (p->facts[i].noun != OMNI__FACT_RECORD)
			keyed[n++] = &p->facts[i];
	return omni__facts_reserve(db, keyed, n);
}

/* Those that can change who is who: records, and deeds that make an inline
 * identity older than it was. */
static omni_status
apply_identity(struct omni *db, struct pipe *p)
{
	struct omni__fact *some;
	size_t i, n = 0;

	some = omni__arena_alloc(&db->scratch,
	    (p->fact_count + 1) * sizeof(*some));
	if (some == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < p->fact_count; i++) {
		const struct omni__fact *fact = &p->facts[i];
		const struct omni__known *known;
		size_t *at;

		if (fact->record == NULL)
			continue;
		at = omni__map_get(&p->ids_at, fact->record, OMNI__ID);
		known = at != NULL ? &p->known[*at] : NULL;
		if (fact->noun == OMNI__FACT_RECORD || known == NULL ||
		    known->fact == -1 ||
		    known->first == OMNI_TIME_UNKNOWN ||
		    fact->happened < known->first) {
			some[n] = *fact;
			some[n++].fresh = known != NULL && known->fact == -1;
		}
	}
	return omni__identity_apply(db, some, n);
}

/* A duplicate of an earlier item is the fact that the earlier one became. */
static void
name_facts(struct pipe *p)
{
	size_t i;

	for (i = 0; i < p->fact_count; i++)
		if (p->owner[i] != NULL)
			p->owner[i]->fact = p->facts[i].id;
	for (i = 0; i < p->count; i++)
		if (p->items[i].status == OMNI_DUPLICATE &&
		    p->items[i].fact < 0)
			p->items[i].fact =
			    p->items[-p->items[i].fact - 1].fact;
}

static omni_status
store_part(struct omni *db, struct pipe *p)
{
	omni_status status;

	status = prepare(db, p);
	if (status == OMNI_OK)
		status = settle(db, p);
	if (status == OMNI_OK)
		status = collect(db, p);
	if (status == OMNI_OK)
		status = omni__facts_append(db, p->facts, p->fact_count);
	if (status == OMNI_OK)
		status = reserve_keys(db, p);
	if (status == OMNI_OK)
		status = apply_identity(db, p);
	if (status == OMNI_OK)
		status = omni__timeline_apply(db, p->facts, p->fact_count);
	if (status == OMNI_OK)
		status = omni__consent_apply(db, p->facts, p->fact_count);
	if (status == OMNI_OK)
		name_facts(p);
	return status;
}

/* Spoken as a customer: it depends on what came before it. */
static bool
is_spoken(const struct omni__item_put *item)
{
	return item->statement != NULL &&
	    omni__statement_customer(item->statement) != NULL;
}

/* All stages for all items, but where one depends on the items before it:
 * those are stored first. */
static omni_status
store(struct omni *db, void *context)
{
	const struct pipe *whole = context;
	omni_status status = OMNI_OK;
	size_t from, to;

	for (from = 0; from < whole->count && status == OMNI_OK; from = to) {
		struct pipe part = { .items = whole->items + from,
		    .messages = whole->messages };

		for (to = from + 1; to < whole->count &&
		    !is_spoken(&whole->items[to]); to++)
			;
		part.count = to - from;
		status = store_part(db, &part);
	}
	return status;
}

omni_status
omni__put_part(struct omni *db, struct omni__item_put *items, size_t count,
    struct omni__arena *messages)
{
	struct pipe pipe = { .items = items, .count = count,
	    .messages = messages };

	return count > 0 ? store(db, &pipe) : OMNI_OK;
}

omni_status
omni__put(struct omni *db, struct omni__item_put *items, size_t count,
    struct omni__arena *messages)
{
	struct pipe pipe = { .items = items, .count = count,
	    .messages = messages };

	if (count == 0)
		return OMNI_OK;
	return omni__transact(db, true, store, &pipe);
}

omni_status
omni__apply_all(struct omni *db, const struct omni__fact *facts,
    size_t count, bool rebuilding)
{
	omni_status status;

	status = omni__kinds_apply(db, facts, count);
	if (status == OMNI_OK)
		status = rebuilding ?
		    omni__identity_reapply(db, facts, count) :
		    omni__identity_apply(db, facts, count);
	if (status == OMNI_OK)
		status = omni__definitions_apply(db, facts, count);
	if (status == OMNI_OK)
		status = omni__timeline_apply(db, facts, count);
	if (status == OMNI_OK)
		status = omni__consent_apply(db, facts, count);
	/* Last: whom it resolves anew must be there. */
	if (status == OMNI_OK && !rebuilding)
		status = omni__models_apply(db, facts, count);
	return status;
}

/* ---- single puts ---------------------------------------------------- */

/* A list of one: its rejection is the call's failure. */
static omni_status
put_one(struct omni *db, struct omni__item_put *item, int64_t *fact)
{
	struct omni__arena messages = { .env = &db->env };
	omni_status status = omni__put(db, item, 1, &messages);

	if (status == OMNI_OK && item->status < 0)
		(void)omni__fail(&db->error, item->status, "%s",
		    item->message);
	omni__arena_free(&messages);
	if (status != OMNI_OK)
		return status;
	if (fact != NULL && item->status >= 0)
		*fact = item->fact;
	return item->status;
}

static omni_status
enter_with(struct omni *db, const void *object, const char *name)
{
	omni_status status = omni__enter(db);

	if (status == OMNI_OK && object == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "%s is NULL", name));
	return status;
}

omni_status
omni_record_put(omni *db, const omni_record *record, int64_t *fact)
{
	struct omni__item_put item = { .record = record };
	omni_status status = enter_with(db, record, "record");

	return status == OMNI_OK ?
	    omni__leave(db, put_one(db, &item, fact)) : status;
}

omni_status
omni_interaction_put(omni *db, const omni_interaction *interaction,
    int64_t *fact)
{
	struct omni__item_put item = { .interaction = interaction };
	omni_status status = enter_with(db, interaction, "interaction");

	return status == OMNI_OK ?
	    omni__leave(db, put_one(db, &item, fact)) : status;
}

omni_status
omni_statement_put(omni *db, const omni_statement *statement, int64_t *fact)
{
	struct omni__item_put item = { .statement = statement };
	omni_status status = enter_with(db, statement, "statement");

	return status == OMNI_OK ?
	    omni__leave(db, put_one(db, &item, fact)) : status;
}

omni_status
omni_setting_put(omni *db, const omni_record *who, const char *name,
    const char *value, int64_t time, int64_t *fact)
{
	struct omni__setting setting = { who, name, value, time };
	struct omni__item_put item = { .setting = &setting };
	omni_status status = omni__enter(db);

	return status == OMNI_OK ?
	    omni__leave(db, put_one(db, &item, fact)) : status;
}
