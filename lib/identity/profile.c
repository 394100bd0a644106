/*
 * The profile: every value that a customer's records give, who says so and
 * since when; and of each kind the one that survives, by the kind's rule.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/customer.h"
#include "identity/kind.h"

/* A record says a value. */
struct mention {
	size_t feature;		/* as gathered, later as sorted */
	size_t record;		/* index into the members */
	int64_t time;
};

struct gather {
	struct omni *db;
	const struct omni__kinds *kinds;
	struct omni__map seen;
	struct omni__profile *list;
	size_t count, room;
	struct mention *mentions;
	size_t mention_count, mention_room;
};

/* ---- gathering ------------------------------------------------------ */

/* Room for one more in the scratch arena. */
static omni_status
make_room(struct omni *db, void *list_pointer, size_t count, size_t *room,
    size_t size)
{
	size_t more = *room == 0 ? 32 : 2 * *room;
	void *old, *list;

	if (count < *room)
		return OMNI_OK;
	memcpy(&old, list_pointer, sizeof(old));
	list = omni__arena_alloc(&db->scratch, more * size);
	if (list == NULL)
		return omni__nomem(&db->error);
	if (count > 0)
		memcpy(list, old, count * size);
	memcpy(list_pointer, &list, sizeof(list));
	*room = more;
	return OMNI_OK;
}

static omni_status
add_mention(struct gather *g, size_t feature, size_t record, int64_t time)
{
	struct mention mention = { feature, record, time };
	omni_status status = make_room(g->db, &g->mentions,
	    g->mention_count, &g->mention_room, sizeof(*g->mentions));

	if (status == OMNI_OK)
		g->mentions[g->mention_count++] = mention;
	return status;
}

static omni_status
gather_feature(struct gather *g, const struct omni__raw *raw, size_t record,
    int64_t time)
{
	size_t kind = strlen(raw->kind) + 1, value = strlen(raw->value);
	char *key = omni__arena_alloc(&g->db->scratch, kind + value + 1);
	struct omni__profile *entry;
	size_t *at;
	omni_status status = make_room(g->db, &g->list, g->count, &g->room,
	    sizeof(*g->list));
	bool found;

	if (status != OMNI_OK)
		return status;
	if (key == NULL)
		return omni__nomem(&g->db->error);
	memcpy(key, raw->kind, kind);
	memcpy(key + kind, raw->value, value + 1);
	at = omni__map_put(&g->seen, key, kind + value, g->count, &found);
	if (at == NULL)
		return omni__nomem(&g->db->error);
	entry = &g->list[*at];
	if (!found) {
		memset(entry, 0, sizeof(*entry));
		entry->kind = raw->kind;
		entry->value = raw->value;
		entry->time = OMNI_TIME_UNKNOWN;
		entry->place = g->count++;
		status = omni__kind_normalise(g->db, raw->kind, raw->value,
		    &entry->normal);
	}
	entry->records++;
	if (time > entry->time)
		entry->time = time;
	return status == OMNI_OK ? add_mention(g, entry->place, record,
	    time) : status;
}

int64_t
omni__member_time(const struct omni__member *member,
    const struct omni__fact *fact)
{
	/* An inline record is as recent as we know it to be. */
	return omni__time_trusted(fact->happened, fact->recorded) ?
	    fact->happened : member->first;
}

static omni_status
gather_facts(struct gather *g, const struct omni__member *members,
    const struct omni__fact *facts, size_t count)
{
	struct omni__raw *raw;
	omni_status status = OMNI_OK;
	size_t i, k, n;

	for (i = 0; i < count && status == OMNI_OK; i++) {
		int64_t time = omni__member_time(&members[i], &facts[i]);

		if (facts[i].body == NULL)
			continue;
		status = omni__record_parse(g->db, facts[i].body, &raw, &n);
		for (k = 0; k < n && status == OMNI_OK; k++)
			status = gather_feature(g, &raw[k], i, time);
	}
	return status;
}

/* ---- order ---------------------------------------------------------- */

static int
kind_rank(const char *kind)
{
	const char *name;
	int32_t i;

	for (i = 0; (name = omni_kind_name(i)) != NULL; i++)
		if (strcmp(name, kind) == 0)
			break;
	return i;
}

static int
compare_profile(const void *left, const void *right)
{
	const struct omni__profile *a = left, *b = right;
	int rank_a = kind_rank(a->kind), rank_b = kind_rank(b->kind), order;

	if (rank_a != rank_b)
		return rank_a < rank_b ? -1 : 1;
	order = strcmp(a->kind, b->kind);
	if (order != 0)
		return order;
	if (a->time != b->time)
		return a->time > b->time ? -1 : 1;
	if (a->records != b->records)
		return a->records > b->records ? -1 : 1;
	return strcmp(a->value, b->value);
}

/* By feature, the newest first. */
static int
compare_mentions(const void *left, const void *right)
{
	const struct mention *a = left, *b = right;

	if (a->feature != b->feature)
		return a->feature < b->feature ? -1 : 1;
	if (a->time != b->time)
		return a->time > b->time ? -1 : 1;
	return (a->record > b->record) - (a->record < b->record);
}

/* Sorts the values and tells each who says so. */
static omni_status
settle(struct gather *g)
{
	size_t *sorted, *said, i;

	sorted = omni__arena_alloc(&g->db->scratch,
	    (g->count + 1) * sizeof(*sorted));
	said = omni__arena_alloc(&g->db->scratch,
	    (g->mention_count + 1) * sizeof(*said));
	if (sorted == NULL || said == NULL)
		return omni__nomem(&g->db->error);
	if (g->count > 0)
		qsort(g->list, g->count, sizeof(*g->list), compare_profile);
	for (i = 0; i < g->count; i++)
		sorted[g->list[i].place] = i;
	for (i = 0; i < g->mention_count; i++)
		g->mentions[i].feature = sorted[g->mentions[i].feature];
	if (g->mention_count > 0)
		qsort(g->mentions, g->mention_count, sizeof(*g->mentions),
		    compare_mentions);
	for (i = 0; i < g->mention_count; i++) {
		struct omni__profile *entry =
		    &g->list[g->mentions[i].feature];

		said[i] = g->mentions[i].record;
		if (entry->said == NULL)
			entry->said = &said[i];
	}
	return OMNI_OK;
}

static bool
can_be_verified(const struct omni__profile *entry)
{
	return entry->normal[0] != '\0' &&
	    (strcmp(entry->kind, "email") == 0 ||
	    strcmp(entry->kind, "phone") == 0);
}

static omni_status
verify(struct gather *g)
{
	unsigned char (*hashes)[OMNI__ID];
	struct omni__profile **entries;
	omni_status status = OMNI_OK;
	bool *verified;
	size_t i, n = 0;

	hashes = omni__arena_alloc(&g->db->scratch,
	    (g->count + 1) * sizeof(*hashes));
	entries = omni__arena_alloc(&g->db->scratch,
	    (g->count + 1) * sizeof(struct omni__profile *));
	verified = omni__arena_zero(&g->db->scratch,
	    (g->count + 1) * sizeof(*verified));
	if (hashes == NULL || entries == NULL || verified == NULL)
		return omni__nomem(&g->db->error);
	for (i = 0; i < g->count && status == OMNI_OK; i++) {
		struct omni__profile *entry = &g->list[i];

		if (!can_be_verified(entry))
			continue;
		entries[n] = entry;
		status = omni__address_hash(g->db, entry->kind,
		    entry->normal, hashes[n++]);
	}
	if (status == OMNI_OK)
		status = omni__proofs_find(g->db,
		    (const unsigned char (*)[OMNI__ID])hashes, n, verified);
	for (i = 0; i < n && status == OMNI_OK; i++)
		entries[i]->verified = verified[i];
	return status;
}

/* ---- what points at nobody ------------------------------------------ */

static bool
is_identifier(const struct gather *g, const struct omni__profile *entry)
{
	const struct omni__kind *kind = omni__kind_of(g->kinds, entry->kind);
	int c = kind != NULL ? kind->column : -1;

	if (c < 0 || entry->normal[0] == '\0')
		return false;
	return c >= OMNI__HOST ? g->kinds->host[c - OMNI__HOST].identifier :
	    (omni__behaviour[c] & OMNI__IDENTIFIER) != 0;
}

/* Is there a choice between identifiers? */
static bool
has_choice(const struct gather *g)
{
	size_t i;

	for (i = 1; i < g->count; i++)
		if (strcmp(g->list[i].kind, g->list[i - 1].kind) == 0 &&
		    is_identifier(g, &g->list[i]) &&
		    is_identifier(g, &g->list[i - 1]))
			return true;
	return false;
}

/* What the rows of the members know to be common. */
static omni_status
collect_common(struct gather *g, const struct omni__resolver *r,
    struct omni__map *common)
{
	size_t i, k;
	bool found;

	for (i = 0; i < r->count; i++)
		for (k = 0; k < r->rows[i]->person.count; k++) {
			const struct omni__item *item =
			    &r->rows[i]->person.items[k];

			if (item->hash != 0 &&
			    item->step == OMNI__STEP_COMMON &&
			    omni__map_put(common, item->text, item->size,
			    item->column, &found) == NULL)
				return omni__nomem(&g->db->error);
		}
	return OMNI_OK;
}

/* What everybody has ("none@none.example") is nobody's, if there is
 * another. */
static omni_status
note_common(struct gather *g, const struct omni__member *members,
    size_t count)
{
	struct omni__resolver r = { .db = g->db,
	    .by_id = { .arena = &g->db->scratch } };
	struct omni__map common = { .arena = &g->db->scratch };
	const unsigned char **ids;
	omni_status status;
	size_t i;

	if (!has_choice(g))
		return OMNI_OK;
	ids = omni__arena_alloc(&g->db->scratch,
	    (count + 1) * sizeof(*ids));
	if (ids == NULL)
		return omni__nomem(&g->db->error);
	for (i = 0; i < count; i++)
		ids[i] = members[i].id;
	status = omni__rows_load(&r, ids, count);
	if (status == OMNI_OK)
		status = collect_common(g, &r, &common);
	for (i = 0; i < g->count && status == OMNI_OK; i++)
		g->list[i].common = is_identifier(g, &g->list[i]) &&
		    omni__map_get(&common, g->list[i].normal,
		    strlen(g->list[i].normal)) != NULL;
	return status;
}

/* ---- what survives -------------------------------------------------- */

/* A value, or a whole address, that stands for election. */
struct candidate {
	bool whole;		/* an address is; an identifier is his */
	bool verified;
	size_t source;		/* its place in the rule's order */
	int64_t records;	/* that say the same, however it is written */
	int64_t time;
	size_t place;		/* index of the feature, or of the record */
};

struct chooser {
	struct gather *g;
	const char **sources;	/* of each record, NULL: inline */
	struct omni_kind **defined;
	size_t defined_count;
	size_t *chosen, chosen_count;
};

static size_t
source_rank(const struct chooser *c, const char *kind, const char *source)
{
	const struct omni__names *names = NULL;
	size_t i;

	for (i = 0; i < c->defined_count; i++)
		if (strcmp(c->defined[i]->head.name, kind) == 0)
			names = &c->defined[i]->sources;
	for (i = 0; names != NULL && source != NULL && i < names->count; i++)
		if (strcmp(names->items[i], source) == 0)
			return i;
	return SIZE_MAX;
}

/* Is a to survive rather than b?  What the rule does not tell the newest
 * tells; then what most say. */
static bool
survives(int32_t rule, const struct candidate *a, const struct candidate *b)
{
	if (a->whole != b->whole)
		return a->whole;
	if (rule == OMNI_RULE_VERIFIED && a->verified != b->verified)
		return a->verified;
	if (rule == OMNI_RULE_SOURCE && a->source != b->source)
		return a->source < b->source;
	if (rule == OMNI_RULE_FREQUENT && a->records != b->records)
		return a->records > b->records;
	if (a->time != b->time)
		return a->time > b->time;
	if (a->records != b->records)
		return a->records > b->records;
	return a->place < b->place;
}

static bool
is_address(const struct omni__profile *entry)
{
	return strncmp(entry->kind, "address.", 8) == 0;
}

/* How many records say what is the same once normalised. */
static omni_status
count_alike(struct gather *g, size_t from, size_t to)
{
	struct omni__map map = { .arena = &g->db->scratch };
	size_t i, *at;
	bool found;

	for (i = from; i < to; i++) {
		at = omni__map_put(&map, g->list[i].normal,
		    strlen(g->list[i].normal), 0, &found);
		if (at == NULL)
			return omni__nomem(&g->db->error);
		*at += (size_t)g->list[i].records;
	}
	for (i = from; i < to; i++) {
		at = omni__map_get(&map, g->list[i].normal,
		    strlen(g->list[i].normal));
		if (at != NULL)
			g->list[i].alike = (int64_t)*at;
	}
	return OMNI_OK;
}

static struct candidate
value_candidate(const struct chooser *c, size_t place)
{
	const struct omni__profile *entry = &c->g->list[place];
	struct candidate candidate = {
		.whole = !entry->common, .verified = entry->verified,
		.source = SIZE_MAX, .records = entry->alike,
		.time = entry->time, .place = place
	};
	int32_t i;

	for (i = 0; i < entry->records; i++) {
		size_t rank = source_rank(c, entry->kind,
		    c->sources[entry->said[i]]);

		if (rank < candidate.source)
			candidate.source = rank;
	}
	return candidate;
}

/* The values from..to are of one kind. */
static omni_status
choose_value(struct chooser *c, size_t from, size_t to)
{
	const struct omni__profile *list = c->g->list;
	int32_t rule = omni__kind_rule(c->g->kinds, list[from].kind);
	struct candidate best, next;
	omni_status status = count_alike(c->g, from, to);
	bool any = false;
	size_t i;

	for (i = from; i < to && status == OMNI_OK; i++) {
		/* "none@none.example" is no value. */
		if (list[i].normal[0] == '\0')
			continue;
		next = value_candidate(c, i);
		if (!any || survives(rule, &next, &best))
			best = next;
		any = true;
	}
	if (any)
		c->chosen[c->chosen_count++] = best.place;
	return status;
}

/* ---- whole addresses ------------------------------------------------ */

/* What a record says of addresses: its mentions, by feature. */
struct residence {
	struct candidate candidate;
	const struct mention *mentions;
	size_t count;
};

static int
compare_by_record(const void *left, const void *right)
{
	const struct mention *a = left, *b = right;

	if (a->record != b->record)
		return a->record < b->record ? -1 : 1;
	return (a->feature > b->feature) - (a->feature < b->feature);
}

static omni_status
address_mentions(struct gather *g, struct mention **out, size_t *count)
{
	struct mention *list = omni__arena_alloc(&g->db->scratch,
	    (g->mention_count + 1) * sizeof(*list));
	size_t i, n = 0;

	if (list == NULL)
		return omni__nomem(&g->db->error);
	for (i = 0; i < g->mention_count; i++) {
		const struct omni__profile *entry =
		    &g->list[g->mentions[i].feature];

		if (is_address(entry) && entry->normal[0] != '\0')
			list[n++] = g->mentions[i];
	}
	if (n > 0)
		qsort(list, n, sizeof(*list), compare_by_record);
	*out = list;
	*count = n;
	return OMNI_OK;
}

static bool
gives(const struct gather *g, const struct residence *r, const char *kind)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (strcmp(g->list[r->mentions[i].feature].kind, kind) == 0)
			return true;
	return false;
}

/* A letter would arrive there. */
static bool
is_whole(const struct gather *g, const struct residence *r)
{
	return gives(g, r, "address.full") || (gives(g, r, "address.street") &&
	    (gives(g, r, "address.postcode") ||
	    gives(g, r, "address.city")));
}

/* The same address is the same normal forms. */
static omni_status
residence_key(const struct gather *g, const struct residence *r,
    struct omni__buf *key)
{
	size_t i;

	omni__buf_clear(key);
	for (i = 0; i < r->count; i++) {
		const struct omni__profile *entry =
		    &g->list[r->mentions[i].feature];

		omni__buf_printf(key, "%s=%s\n", entry->kind, entry->normal);
	}
	return key->failed ? omni__nomem(&g->db->error) : OMNI_OK;
}

static omni_status
count_residences(struct gather *g, struct residence *list, size_t count)
{
	struct omni__map map = { .arena = &g->db->scratch };
	struct omni__buf key = { .env = &g->db->env };
	omni_status status = OMNI_OK;
	size_t i, *at;
	int pass;
	bool found;

	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < count && status == OMNI_OK; i++) {
			char *copy;

			status = residence_key(g, &list[i], &key);
			if (status != OMNI_OK)
				break;
			copy = omni__arena_copy(&g->db->scratch, key.bytes,
			    key.size);
			at = copy == NULL ? NULL : omni__map_put(&map, copy,
			    key.size, 0, &found);
			if (at == NULL)
				status = omni__nomem(&g->db->error);
			else if (pass == 0)
				++*at;
			else
				list[i].candidate.records = (int64_t)*at;
		}
	omni__buf_free(&key);
	return status;
}

static omni_status
find_residences(struct chooser *c, struct residence **out, size_t *count)
{
	struct gather *g = c->g;
	struct residence *list, *r = NULL;
	struct mention *mentions = NULL;
	size_t i, n = 0, total = 0;
	omni_status status = address_mentions(g, &mentions, &total);

	if (status != OMNI_OK)
		return status;
	list = omni__arena_zero(&g->db->scratch,
	    (total + 1) * sizeof(*list));
	if (list == NULL)
		return omni__nomem(&g->db->error);
	for (i = 0; i < total; i++) {
		if (r == NULL || r->candidate.place != mentions[i].record) {
			r = &list[n++];
			r->mentions = &mentions[i];
			r->candidate.place = mentions[i].record;
			r->candidate.time = mentions[i].time;
			r->candidate.source = source_rank(c, "address.full",
			    c->sources[mentions[i].record]);
		}
		r->count++;
	}
	for (i = 0; i < n; i++)
		list[i].candidate.whole = is_whole(g, &list[i]);
	*out = list;
	*count = n;
	return count_residences(g, list, n);
}

/* Never parts of two addresses: all that one record says of one. */
static omni_status
choose_address(struct chooser *c)
{
	int32_t rule = omni__kind_rule(c->g->kinds, "address.full");
	const struct residence *best = NULL;
	struct residence *list = NULL;
	const char *last = "";
	size_t i, count = 0;
	omni_status status = find_residences(c, &list, &count);

	for (i = 0; i < count && status == OMNI_OK; i++)
		if (best == NULL || survives(rule, &list[i].candidate,
		    &best->candidate))
			best = &list[i];
	for (i = 0; best != NULL && i < best->count; i++) {
		size_t place = best->mentions[i].feature;

		/* Who gives two streets lives in the first. */
		if (strcmp(last, c->g->list[place].kind) == 0)
			continue;
		last = c->g->list[place].kind;
		c->chosen[c->chosen_count++] = place;
	}
	return status;
}

/* ---- the whole ------------------------------------------------------ */

static int
compare_places(const void *left, const void *right)
{
	const size_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static omni_status
choose_all(struct chooser *c)
{
	struct gather *g = c->g;
	omni_status status = OMNI_OK;
	size_t from, to;

	for (from = 0; from < g->count && status == OMNI_OK; from = to) {
		for (to = from + 1; to < g->count && strcmp(
		    g->list[to].kind, g->list[from].kind) == 0; to++)
			;
		if (!is_address(&g->list[from]))
			status = choose_value(c, from, to);
	}
	if (status == OMNI_OK)
		status = choose_address(c);
	if (c->chosen_count > 0)
		qsort(c->chosen, c->chosen_count, sizeof(*c->chosen),
		    compare_places);
	return status;
}

static omni_status
choose(struct gather *g, const struct omni__fact *facts, size_t count,
    size_t **chosen, size_t *chosen_count)
{
	struct chooser c = { .g = g };
	omni_status status = OMNI_OK;
	size_t i;

	c.sources = omni__arena_alloc(&g->db->scratch,
	    (count + 1) * sizeof(*c.sources));
	c.chosen = omni__arena_alloc(&g->db->scratch,
	    (g->count + 1) * sizeof(*c.chosen));
	if (c.sources == NULL || c.chosen == NULL)
		return omni__nomem(&g->db->error);
	for (i = 0; i < count; i++)
		c.sources[i] = facts[i].source;
	if (g->kinds->digest != 0)
		status = omni__kinds_defined(g->db, &c.defined,
		    &c.defined_count);
	if (status == OMNI_OK)
		status = choose_all(&c);
	*chosen = c.chosen;
	*chosen_count = c.chosen_count;
	return status;
}

omni_status
omni__profile_make(struct omni *db, const struct omni__member *members,
    const struct omni__fact *facts, size_t count,
    struct omni__profile **profile, size_t *size, size_t **chosen,
    size_t *chosen_count)
{
	struct gather g = { .db = db };
	omni_status status = omni__kinds(db, &g.kinds);

	g.seen.arena = &db->scratch;
	*size = 0;
	if (status == OMNI_OK)
		status = gather_facts(&g, members, facts, count);
	if (status == OMNI_OK)
		status = settle(&g);
	if (status == OMNI_OK && chosen != NULL) {
		status = verify(&g);
		if (status == OMNI_OK)
			status = note_common(&g, members, count);
		if (status == OMNI_OK)
			status = choose(&g, facts, count, chosen,
			    chosen_count);
	}
	*profile = g.list;
	if (status == OMNI_OK)
		*size = g.count;
	return status;
}

omni_status
omni__members_read(struct omni *db, const struct omni__member *members,
    size_t count, struct omni__fact **facts)
{
	int64_t *ids;
	size_t i;

	ids = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*ids));
	*facts = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(**facts));
	if (ids == NULL || *facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		ids[i] = members[i].fact;
	return omni__facts_read(db, ids, count, *facts);
}

omni_status
omni__customer_profile(struct omni *db, const struct omni__member *members,
    size_t count, struct omni__profile **profile, size_t *size)
{
	struct omni__fact *facts;
	omni_status status = omni__members_read(db, members, count, &facts);

	return status == OMNI_OK ? omni__profile_make(db, members, facts,
	    count, profile, size, NULL, NULL) : status;
}
