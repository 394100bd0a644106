/*
 * When recipients last bought: what a soft opt-in rests on.
 */
#include <string.h>

#include "routing/routing.h"

static const struct omni__sql sale_latest = {
	.name = "sale_latest",
	.in = "record:b kind:i",
	.out = "i",
	.sql = "SELECT u.latest FROM omni_usage u\n"
	    "WHERE u.record = $record AND u.kind = $kind",
};

/* The last at or before an instant. */
static const struct omni__sql sale_before = {
	.name = "sale_before",
	.in = "record:b kind:i at:i",
	.out = "i",
	.sql = "SELECT t.happened FROM omni_timeline t\n"
	    "WHERE t.record = $record AND t.happened <= $at\n"
	    "  AND t.kind = $kind\n"
	    "ORDER BY t.happened DESC LIMIT 1",
};

/* All of them, for a view to choose from. */
static const struct omni__sql sale_all = {
	.name = "sale_all",
	.in = "record:b kind:i at:i",
	.out = "ii",
	.sql = "SELECT t.happened, t.fact FROM omni_timeline t\n"
	    "WHERE t.record = $record AND t.happened <= $at\n"
	    "  AND t.kind = $kind",
};

/* A record and a kind of sale: whose it is, and where it is asked again. */
struct asked {
	const unsigned char *record;
	int64_t kind;
	int64_t *sale;
	bool later;		/* there is one after the instant */
};

struct sales {
	struct omni *db;
	const struct omni__wanted *wanted;
	struct asked *asked;
	size_t count;
};

/* ---- what is asked -------------------------------------------------- */

static omni_status
find_kinds(struct omni *db, const struct omni__rules *rules, int64_t **kinds)
{
	omni_status status = OMNI_OK;
	size_t i;

	*kinds = omni__arena_alloc(&db->scratch,
	    (rules->sale_count + 1) * sizeof(**kinds));
	if (*kinds == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < rules->sale_count && status == OMNI_OK; i++)
		status = omni__term_find(db, rules->sale_kinds[i],
		    &(*kinds)[i]);
	return status;
}

static void
ask_of(struct sales *s, const struct omni__recipient *r,
    const int64_t *kinds, int64_t *sales)
{
	size_t kind, i;

	for (kind = 0; kind < s->wanted->rules->sale_count; kind++) {
		sales[kind] = INT64_MIN;
		/* A word that nobody used yet: nothing is sold so. */
		for (i = 0; i < r->member_count && kinds[kind] != 0; i++)
			s->asked[s->count++] = (struct asked){
			    .record = r->members[i].id,
			    .kind = kinds[kind], .sale = &sales[kind] };
	}
}

static omni_status
ask(struct sales *s, struct omni__recipient *recipients, size_t count)
{
	struct omni__arena *scratch = &s->db->scratch;
	size_t kinds = s->wanted->rules->sale_count, members = 0, i;
	int64_t *sales, *terms = NULL;
	omni_status status = find_kinds(s->db, s->wanted->rules, &terms);

	if (status != OMNI_OK)
		return status;
	for (i = 0; i < count; i++)
		members += recipients[i].member_count;
	sales = omni__arena_alloc(scratch,
	    (count * kinds + 1) * sizeof(*sales));
	s->asked = omni__arena_alloc(scratch,
	    (members * kinds + 1) * sizeof(*s->asked));
	if (sales == NULL || s->asked == NULL)
		return omni__nomem(&s->db->error);
	for (i = 0; i < count; i++, sales += kinds) {
		recipients[i].sales = sales;
		ask_of(s, &recipients[i], terms, sales);
	}
	return OMNI_OK;
}

/* ---- what is known -------------------------------------------------- */

/* columns: 2, or 3 with the instant. */
static omni_status
query(struct sales *s, const struct omni__sql *sql, size_t columns,
    struct omni__result *result)
{
	struct omni__value *in = omni__arena_alloc(&s->db->scratch,
	    (s->count * columns + 1) * sizeof(*in));
	size_t i;

	if (in == NULL)
		return omni__nomem(&s->db->error);
	for (i = 0; i < s->count; i++) {
		in[columns * i] = omni__blob(s->asked[i].record, OMNI__ID);
		in[columns * i + 1] = omni__int(s->asked[i].kind);
		if (columns > 2)
			in[columns * i + 2] = omni__int(s->wanted->at);
	}
	return omni__query(s->db, sql, in, s->count, result);
}

static void
note(const struct asked *asked, int64_t time)
{
	if (time > *asked->sale)
		*asked->sale = time;
}

static omni_status
load_latest(struct sales *s)
{
	struct omni__result result;
	omni_status status = query(s, &sale_latest, 2, &result);
	size_t i, n = 0;

	for (i = 0; status == OMNI_OK && i < result.count; i++) {
		struct asked *asked = &s->asked[result.ordinal[i]];

		if (result.values[i].number > s->wanted->at)
			asked->later = true;
		else
			note(asked, result.values[i].number);
	}
	/* Of those there may be another before. */
	for (i = 0; i < s->count; i++)
		if (s->asked[i].later)
			s->asked[n++] = s->asked[i];
	s->count = n;
	if (status == OMNI_OK)
		status = query(s, &sale_before, 3, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++)
		note(&s->asked[result.ordinal[i]], result.values[i].number);
	return status;
}

static omni_status
load_seen(struct sales *s)
{
	struct omni__result result;
	omni_status status = query(s, &sale_all, 3, &result);
	size_t i;

	for (i = 0; status == OMNI_OK && i < result.count; i++) {
		const struct omni__value *v = OMNI__AT(&result, i, 0);

		if (omni__view_sees(s->wanted->view, v[1].number))
			note(&s->asked[result.ordinal[i]], v[0].number);
	}
	return status;
}

omni_status
omni__sales_load(struct omni *db, const struct omni__wanted *wanted,
    struct omni__recipient *recipients, size_t count)
{
	struct sales s = { .db = db, .wanted = wanted };
	omni_status status;

	status = ask(&s, recipients, count);
	if (status != OMNI_OK || s.count == 0)
		return status;
	return wanted->view == NULL ? load_latest(&s) : load_seen(&s);
}
