/*
 * Whom a question may mean.  Those who share an identifier or a block with it
 * are looked at, most in common first and never more than LOOKED_AT; of these
 * the likeliest customers are weighed as a whole.  Nothing is written.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/key.h"
#include "identity/search.h"

/* Records: a bound on the time that a look-up takes, not on whom it finds,
 * since who has much in common comes first. */
#define LOOKED_AT 48
/* Of a customer's records so many are read, so many different ones weighed. */
#define MEMBERS_READ 256
#define MEMBERS_WEIGHED 64

/* Of a block that points at somebody all holders are read; of those that
 * are too many, so many together. */
#define BLOCK_READ 130
#define CROWD_READ 1000

/* A record that has something in common with the question. */
struct candidate {
	const unsigned char *record;
	int32_t points;		/* for identifiers that they share */
	int32_t likeness;	/* of their sketches */
	bool sketched;
	bool chosen;		/* by something that few have, or all of a
				 * crowd were read */
	const unsigned char *customer, *pool, *whole;
	int32_t weight;
};

struct searcher {
	struct omni *db;
	struct omni__search *search;
	const struct omni__model *model;
	struct omni__person asked;
	int64_t sketch;		/* of the question */
	struct omni__map seen;	/* records to candidates */
	struct candidate *candidates;
	size_t count, room;
	struct candidate **customers;	/* the likeliest record of each */
	size_t customer_count;
};

/* ---- who shares something ------------------------------------------- */

static omni_status
make_room(struct searcher *s, size_t more)
{
	struct candidate *list;

	if (s->count + more <= s->room)
		return OMNI_OK;
	s->room = s->count + more;
	list = omni__arena_alloc(&s->db->scratch, s->room * sizeof(*list));
	if (list == NULL)
		return omni__nomem(&s->db->error);
	if (s->count > 0)
		memcpy(list, s->candidates, s->count * sizeof(*list));
	s->candidates = list;
	return OMNI_OK;
}

/* There must be room. */
static struct candidate *
candidate(struct searcher *s, const unsigned char *record)
{
	bool found;
	size_t *at = omni__map_put(&s->seen, record, OMNI__ID, s->count,
	    &found);

	if (at == NULL)
		return NULL;
	if (!found) {
		memset(&s->candidates[s->count], 0, sizeof(*s->candidates));
		s->candidates[s->count++].record = record;
	}
	return &s->candidates[*at];
}

static omni_status
find_holders(struct searcher *s)
{
	struct omni__holder *holders;
	omni_status status;
	size_t i, count;

	status = omni__holders_find(s->db, &s->asked, &holders, &count);
	if (status == OMNI_OK)
		status = make_room(s, count);
	for (i = 0; status == OMNI_OK && i < count; i++) {
		int step = s->asked.items[holders[i].item].step;
		struct candidate *c;

		if (step == OMNI__STEP_COMMON)
			continue;
		c = candidate(s, holders[i].record);
		if (c == NULL)
			return omni__nomem(&s->db->error);
		c->points += 32 - 8 * step;
		c->chosen = true;
	}
	return status;
}

/* Nobody where the block points at nobody. */
static const struct omni__sql find_block = {
	.name = "find_block",
	.in = "hash:i limit:i",
	.out = "ib",
	.sql = "SELECT k.mark, k.record FROM omni_key k\n"
	    "WHERE k.hash = $hash AND NOT EXISTS (\n"
	    "  SELECT 1 FROM omni_key c WHERE c.hash = $hash"
	    " AND c.mark = -1)\n"
	    "ORDER BY k.mark, k.record LIMIT $limit",
};

static const struct omni__sql find_crowd = {
	.name = "find_crowd",
	.in = "hash:i limit:i",
	.out = "ib",
	.sql = "SELECT k.mark, k.record FROM omni_key k\n"
	    "WHERE k.hash = $hash AND k.mark >= 0\n"
	    "ORDER BY k.mark, k.record LIMIT $limit",
};

/* The blocks of the question, and how many holders of each were read. */
struct blocks {
	int64_t hash[OMNI__BLOCKS_MAX];
	size_t rows[OMNI__BLOCKS_MAX];
	size_t count;
};

/* A block with as many rows as the limit may have more. */
static omni_status
read_blocks(struct searcher *s, const struct omni__sql *sql,
    struct blocks *blocks, size_t limit)
{
	struct omni__value v[2 * OMNI__BLOCKS_MAX];
	struct omni__result result;
	omni_status status;
	size_t i;

	for (i = 0; i < blocks->count; i++) {
		v[2 * i] = omni__int(blocks->hash[i]);
		v[2 * i + 1] = omni__int((int64_t)limit);
		blocks->rows[i] = 0;
	}
	status = omni__query(s->db, sql, v, blocks->count, &result);
	if (status == OMNI_OK)
		status = make_room(s, result.count);
	for (i = 0; status == OMNI_OK && i < result.count; i++)
		blocks->rows[result.ordinal[i]]++;
	for (i = 0; status == OMNI_OK && i < result.count; i++) {
		const struct omni__value *row = OMNI__AT(&result, i, 0);
		struct candidate *c = candidate(s, row[1].bytes);

		if (c == NULL)
			return omni__nomem(&s->db->error);
		if (!c->sketched)
			c->likeness = omni__sketches_points(s->sketch,
			    row[0].number);
		c->sketched = true;
		c->chosen |= blocks->rows[result.ordinal[i]] < limit;
	}
	return status;
}

/* Is anybody like the question in all that it says?  A rival would be, too,
 * and so be met in the same blocks. */
static bool
met_somebody(const struct searcher *s)
{
	int32_t most = omni__sketches_points(s->sketch, s->sketch);
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->candidates[i].sketched &&
		    s->candidates[i].likeness >= most)
			return true;
	return false;
}

static omni_status
read_crowds(struct searcher *s, struct blocks *blocks)
{
	bool crowded[OMNI__BLOCKS_MAX];
	omni_status status;
	size_t i, n = 0;

	for (i = 0; i < blocks->count; i++)
		if (blocks->rows[i] == 0)
			blocks->hash[n++] = blocks->hash[i];
	status = omni__blocks_common(s->db, blocks->hash, n, crowded);
	blocks->count = 0;
	for (i = 0; i < n && status == OMNI_OK; i++)
		if (crowded[i])
			blocks->hash[blocks->count++] = blocks->hash[i];
	if (status != OMNI_OK || blocks->count == 0)
		return status;
	return read_blocks(s, &find_crowd, blocks,
	    CROWD_READ / blocks->count);
}

static omni_status
find_blocks(struct searcher *s)
{
	struct omni__block list[OMNI__BLOCKS_MAX];
	struct blocks blocks;
	omni_status status;
	size_t i;

	blocks.count = omni__person_blocks(s->db, &s->asked, list);
	s->sketch = omni__person_sketch(s->db, &s->asked);
	for (i = 0; i < blocks.count; i++)
		blocks.hash[i] = list[i].hash;
	if (blocks.count == 0)
		return OMNI_OK;
	status = read_blocks(s, &find_block, &blocks, BLOCK_READ);
	if (status != OMNI_OK || met_somebody(s))
		return status;
	return read_crowds(s, &blocks);
}

static int
most_in_common(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	int32_t x = a->points + a->likeness, y = b->points + b->likeness;

	if (x != y)
		return x > y ? -1 : 1;
	return memcmp(a->record, b->record, OMNI__ID);
}

static omni_status
find_candidates(struct searcher *s)
{
	omni_status status = find_holders(s);

	if (status == OMNI_OK)
		status = find_blocks(s);
	if (status != OMNI_OK || s->count == 0)
		return status;
	qsort(s->candidates, s->count, sizeof(*s->candidates),
	    most_in_common);
	if (s->count > LOOKED_AT)
		s->count = LOOKED_AT;
	return OMNI_OK;
}

/* ---- one record each ------------------------------------------------ */

static const struct omni__sql find_row = {
	.name = "find_row",
	.in = "id:b sure:i",
	.out = "bbbb",
	.sql = "SELECT CASE $sure WHEN 0 THEN r.customer"
	    " ELSE coalesce(r.sure, r.customer) END,\n"
	    "  coalesce(r.pool, r.id), r.features, r.customer\n"
	    "FROM omni_record r WHERE r.id = $id",
};

static omni_status
weigh_record(struct searcher *s, const struct omni__value *v,
    struct candidate *c)
{
	struct omni__person person;
	omni_status status;

	if (v[0].size != OMNI__ID || v[1].size != OMNI__ID ||
	    v[3].size != OMNI__ID)
		return omni__fail(&s->db->error, OMNI_CORRUPT,
		    "a record's row is damaged: rebuild the store");
	status = omni__person_unpack(s->db, v[2].bytes, v[2].size, &person);
	if (status != OMNI_OK)
		return status;
	c->customer = v[0].bytes;
	c->pool = v[1].bytes;
	c->whole = v[3].bytes;
	c->weight = omni__pair_weight(s->model, &s->asked, &person);
	return OMNI_OK;
}

static omni_status
weigh_records(struct searcher *s)
{
	struct omni__result result;
	struct omni__value *v;
	omni_status status;
	size_t i;

	v = omni__arena_alloc(&s->db->scratch,
	    (2 * s->count + 1) * sizeof(*v));
	if (v == NULL)
		return omni__nomem(&s->db->error);
	for (i = 0; i < s->count; i++) {
		v[2 * i] = omni__blob(s->candidates[i].record, OMNI__ID);
		v[2 * i + 1] = omni__int(s->db->sure);
	}
	status = omni__query(s->db, &find_row, v, s->count, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++)
		status = weigh_record(s, OMNI__AT(&result, i, 0),
		    &s->candidates[result.ordinal[i]]);
	return status;
}

/* ---- customers as a whole ------------------------------------------- */

static int
likeliest(const void *left, const void *right)
{
	const struct candidate *const *a = left, *const *b = right;

	if ((*a)->weight != (*b)->weight)
		return (*a)->weight > (*b)->weight ? -1 : 1;
	return memcmp((*a)->customer, (*b)->customer, OMNI__ID);
}

/* The likeliest record of each customer speaks for it. */
static omni_status
find_customers(struct searcher *s)
{
	struct omni__map seen = { .arena = &s->db->scratch };
	struct candidate **list;
	size_t i, *at, n = 0;
	bool found;

	list = omni__arena_alloc(&s->db->scratch,
	    (s->count + 1) * sizeof(struct candidate *));
	if (list == NULL)
		return omni__nomem(&s->db->error);
	for (i = 0; i < s->count; i++) {
		struct candidate *c = &s->candidates[i], *best;

		if (c->customer == NULL)
			continue;
		at = omni__map_put(&seen, c->customer, OMNI__ID, n, &found);
		if (at == NULL)
			return omni__nomem(&s->db->error);
		if (!found) {
			list[n++] = c;
			continue;
		}
		best = list[*at];
		c->chosen = best->chosen = c->chosen || best->chosen;
		if (c->weight > best->weight)
			list[*at] = c;
	}
	if (n > 0)
		qsort(list, n, sizeof(struct candidate *), likeliest);
	s->customers = list;
	s->customer_count = n < s->search->most ? n : s->search->most;
	return OMNI_OK;
}

#define IS_MEMBER \
	"$customer = CASE $sure WHEN 0 THEN m.customer" \
	" ELSE coalesce(m.sure, m.customer) END"

static const struct omni__sql find_members = {
	.name = "find_members",
	.in = "pool:b customer:b sure:i limit:i",
	.out = "b",
	.sql = "SELECT m.features FROM omni_record m\n"
	    "WHERE m.id = $pool AND " IS_MEMBER "\n"
	    "UNION ALL\n"
	    "SELECT s.features FROM (SELECT m.features FROM omni_record m\n"
	    "  WHERE m.pool = $pool AND " IS_MEMBER "\n"
	    "  ORDER BY m.id LIMIT $limit) s",
};

static int
compare_persons(const void *left, const void *right)
{
	const struct omni__person *const *a = left, *const *b = right;

	return omni__person_order(*a, *b);
}

/* Equal records say what one of them says. */
static size_t
unlike(const struct omni__person **persons, size_t count)
{
	size_t i, n = 0;

	qsort(persons, count, sizeof(*persons), compare_persons);
	for (i = 0; i < count && n < MEMBERS_WEIGHED; i++)
		if (n == 0 || omni__person_order(persons[n - 1],
		    persons[i]) != 0)
			persons[n++] = persons[i];
	return n;
}

/* A steward reads the value that fits the question best. */
static void
show_levels(const struct searcher *s,
    const struct omni__person *const *persons, size_t count,
    struct omni__levels *shown)
{
	struct omni__weight best[OMNI__COLUMNS];
	struct omni__evidence e;
	struct omni__levels levels;
	size_t i;
	int c;

	for (i = 0; i < count; i++) {
		omni__compare(s->model, &s->asked, persons[i], &levels);
		omni__evidence(s->model, &levels, &e);
		if (i == 0)
			*shown = levels;
		for (c = 0; c < OMNI__COLUMNS; c++) {
			if (i > 0 && (levels.level[c] == OMNI__MISSING_LEVEL ||
			    (shown->level[c] != OMNI__MISSING_LEVEL &&
			    e.column[c].strangers <= best[c].strangers)))
				continue;
			best[c] = e.column[c];
			shown->level[c] = levels.level[c];
			shown->left[c] = levels.left[c];
			shown->right[c] = levels.right[c];
		}
	}
}

/*
 * Where an identifier speaks for it, certain is whom a record of that kind
 * would join.  Families and namesakes share the rest: who asks by that alone
 * wants odds of eight to one; among so many that some were not looked at, to
 * be sure.  By a mere name hardly anybody is certain.
 */
static int32_t
needed(const struct searcher *s, const struct candidate *c,
    const struct omni__evidence *e)
{
	int32_t sure = s->model->sure, needed = 2 * sure;
	int k;

	for (k = OMNI__OTHER + 1; k < OMNI__COLUMNS; k++) {
		if (e->column[k].strangers <= 0)
			continue;
		if (!c->chosen)
			return sure;
		if (s->model->behaviour[k] & OMNI__IDENTIFIER)
			return s->model->join;
		needed = 3 * OMNI__BIT;
	}
	return needed;
}

static omni_status
weigh_customer(struct searcher *s, const struct candidate *c,
    const struct omni__person **persons, size_t records)
{
	size_t count = unlike(persons, records);
	struct omni__match *match = &s->search->matches[s->search->count];
	const struct omni__person *asked = &s->asked;
	struct omni__evidence e;
	struct omni__levels levels;
	omni_status status;

	omni__entity_evidence(s->model, &asked, 1, persons, count, &e);
	match->weight = omni__evidence_weight(s->model, &e);
	/* What speaks against it more than for it is no match. */
	if (match->weight <= s->model->prior.strangers)
		return OMNI_OK;
	memcpy(match->customer, c->customer, OMNI__ID);
	memcpy(match->whole, c->whole, OMNI__ID);
	match->records = records;
	match->needed = needed(s, c, &e);
	s->search->count++;
	if (s->search->reasons == NULL)
		return OMNI_OK;
	show_levels(s, persons, count, &levels);
	status = omni__reasons_make(s->db, s->search->reasons, s->model,
	    &levels, &e, &match->reasons);
	match->reasons.threshold = match->needed;
	return status;
}

static omni_status
read_members(struct searcher *s, struct omni__result *result)
{
	struct omni__value *v;
	size_t i;

	v = omni__arena_alloc(&s->db->scratch,
	    (4 * s->customer_count + 1) * sizeof(*v));
	if (v == NULL)
		return omni__nomem(&s->db->error);
	for (i = 0; i < s->customer_count; i++) {
		v[4 * i] = omni__blob(s->customers[i]->pool, OMNI__ID);
		v[4 * i + 1] = omni__blob(s->customers[i]->customer,
		    OMNI__ID);
		v[4 * i + 2] = omni__int(s->db->sure);
		v[4 * i + 3] = omni__int(MEMBERS_READ);
	}
	return omni__query(s->db, &find_members, v, s->customer_count,
	    result);
}

static omni_status
weigh_customers(struct searcher *s)
{
	const struct omni__person **persons;
	struct omni__person *person;
	struct omni__result result;
	omni_status status = read_members(s, &result);
	size_t i, k, n;

	if (status != OMNI_OK)
		return status;
	persons = omni__arena_alloc(&s->db->scratch,
	    (result.count + 1) * sizeof(*persons));
	person = omni__arena_alloc(&s->db->scratch,
	    (result.count + 1) * sizeof(*person));
	s->search->matches = omni__arena_zero(&s->db->scratch,
	    (s->customer_count + 1) * sizeof(*s->search->matches));
	if (persons == NULL || person == NULL || s->search->matches == NULL)
		return omni__nomem(&s->db->error);
	for (i = k = 0; i < s->customer_count && status == OMNI_OK; i++) {
		for (n = 0; k < result.count && result.ordinal[k] == i &&
		    status == OMNI_OK; k++, n++) {
			status = omni__person_unpack(s->db,
			    result.values[k].bytes, result.values[k].size,
			    &person[k]);
			persons[n] = &person[k];
		}
		if (status == OMNI_OK && n > 0)
			status = weigh_customer(s, s->customers[i], persons,
			    n);
	}
	return status;
}

/* ---- the search ----------------------------------------------------- */

static int
best_first(const void *left, const void *right)
{
	const struct omni__match *a = left, *b = right;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return memcmp(a->customer, b->customer, OMNI__ID);
}

static bool
one_whole(const struct omni__match *a, const struct omni__match *b)
{
	return memcmp(a->whole, b->whole, OMNI__ID) == 0;
}

/* Where only what is surely one is read, a question that fits several parts of
 * one customer alike means the one that has most records. */
static void
main_part_first(struct omni__search *search)
{
	struct omni__match *m = search->matches, part;
	size_t i, best = 0;

	for (i = 1; i < search->count &&
	    m[i].weight >= m[0].weight - OMNI__BIT; i++)
		if (one_whole(&m[0], &m[i]) &&
		    m[i].records > m[best].records)
			best = i;
	part = m[best];
	memmove(m + 1, m, best * sizeof(*m));
	m[0] = part;
}

static omni_status
search_features(struct omni *db, struct omni__search *search)
{
	struct searcher s = { .db = db, .search = search,
	    .seen = { .arena = &db->scratch } };
	omni_status status = omni__model(db, &s.model);

	if (status != OMNI_OK)
		return status;
	status = omni__person_make(db, search->who->features,
	    search->who->count, &s.asked);
	if (status == OMNI_OK)
		status = find_candidates(&s);
	if (status == OMNI_OK)
		status = weigh_records(&s);
	if (status == OMNI_OK)
		status = find_customers(&s);
	if (status == OMNI_OK && s.customer_count > 0)
		status = weigh_customers(&s);
	if (status == OMNI_OK && search->count > 0) {
		qsort(search->matches, search->count,
		    sizeof(*search->matches), best_first);
		main_part_first(search);
	}
	return status;
}

/* A record named by source and key is its customer's, whatever it says. */
static omni_status
search_key(struct omni *db, struct omni__search *search)
{
	unsigned char id[OMNI__ID];
	omni_status status;
	bool found;

	search->matches = omni__arena_zero(&db->scratch,
	    sizeof(*search->matches));
	if (search->matches == NULL)
		return omni__nomem(&db->error);
	omni__record_id(db, search->who->source, search->who->key, id);
	status = omni__customer_lookup(db, id, search->matches[0].customer,
	    &found);
	search->matches[0].known = true;
	search->matches[0].weight = INT32_MAX;
	search->count = status == OMNI_OK && found;
	return status;
}

omni_status
omni__search(struct omni *db, struct omni__search *search)
{
	omni_status status = omni__kinds_check(db, search->who);

	search->count = 0;
	if (status == OMNI_OK && search->who->source != NULL)
		status = search_key(db, search);
	if (status == OMNI_OK && search->count == 0)
		status = search_features(db, search);
	return status;
}

omni_status
omni__search_outcome(const struct omni__search *search)
{
	const struct omni__match *m = search->matches;
	size_t i;

	if (search->count == 0)
		return OMNI_NONE;
	if (m[0].known)
		return OMNI_OK;
	if (m[0].weight < m[0].needed)
		return OMNI_SEVERAL;
	for (i = 1; i < search->count; i++)
		if (m[i].weight >= m[0].weight - OMNI__BIT &&
		    !one_whole(&m[0], &m[i]))
			return OMNI_SEVERAL;
	return OMNI_OK;
}
