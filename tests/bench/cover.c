/*
 * Which true pairs blocking lets the library see: read from the tables of a
 * store's file, by the rule for common keys, and by nothing that resolves.
 * The sketches of blocks, which spare the library most of the strangers among
 * these pairs, are not looked at here.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "raw.h"
#include "sets.h"

#define MARKS_MAX 50		/* an identifier with more is common */
#define HOLDERS_MAX 128		/* of more, only each mark's first */

struct id {
	unsigned char bytes[16];
};
/* A record that the truth knows. */
struct seen {
	struct id id, pool;
	uint32_t person;
};
struct pairs {
	uint64_t *pair;
	size_t count, room;
};
struct holder {
	int64_t mark;
	uint32_t record;
};
struct cover {
	struct seen *seen;	/* by id */
	size_t count;
	struct pairs candidates;
	struct holder *holder;	/* of the key that is read */
	size_t holders, room;
	size_t marks;		/* it has, of records that nobody knows too */
	int64_t mark;		/* the last one */
};

/* ---- pairs ---------------------------------------------------------- */

static int
by_pair(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static void
pairs_settle(struct pairs *pairs)
{
	size_t i, kept = 0;

	if (pairs->count == 0)
		return;
	qsort(pairs->pair, pairs->count, sizeof(*pairs->pair), by_pair);
	for (i = 0; i < pairs->count; i++)
		if (kept == 0 || pairs->pair[kept - 1] != pairs->pair[i])
			pairs->pair[kept++] = pairs->pair[i];
	pairs->count = kept;
}

static void
pairs_add(struct pairs *pairs, uint32_t a, uint32_t b)
{
	if (a == b)
		return;
	if (pairs->count == pairs->room) {
		pairs_settle(pairs);
		if (pairs->count * 2 >= pairs->room) {
			pairs->room = pairs->room * 2 + 1000000;
			pairs->pair = realloc(pairs->pair,
			    pairs->room * sizeof(*pairs->pair));
			bench_check(pairs->pair != NULL, "memory");
		}
	}
	pairs->pair[pairs->count++] = a < b ? (uint64_t)a << 32 | b :
	    (uint64_t)b << 32 | a;
}

/* ---- records -------------------------------------------------------- */

static int
by_id(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct id));
}

static void
records_read(struct cover *cover, sqlite3 *db,
    const struct bench_truth *truth)
{
	sqlite3_stmt *rows = raw_prepare(db, "SELECT r.id,"
	    " coalesce(r.pool, r.id), t.text, f.key FROM omni_record r"
	    " JOIN omni_fact f ON f.id = r.fact"
	    " JOIN omni_term t ON t.number = f.source ORDER BY r.id");
	size_t at;

	cover->seen = calloc(truth->count + 1, sizeof(*cover->seen));
	bench_check(cover->seen != NULL, "memory");
	while (sqlite3_step(rows) == SQLITE_ROW) {
		struct seen *seen = &cover->seen[cover->count];

		at = bench_truth_find(truth,
		    (const char *)sqlite3_column_text(rows, 2),
		    (const char *)sqlite3_column_text(rows, 3));
		if (at == SIZE_MAX || cover->count == truth->count)
			continue;
		memcpy(&seen->id, sqlite3_column_blob(rows, 0), 16);
		memcpy(&seen->pool, sqlite3_column_blob(rows, 1), 16);
		seen->person = truth->known[at].person;
		cover->count++;
	}
	(void)sqlite3_finalize(rows);
}

/* ---- keys ----------------------------------------------------------- */

static void
key_end(struct cover *cover)
{
	const struct holder *h = cover->holder;
	bool all = cover->holders <= HOLDERS_MAX;
	size_t i, j;

	for (i = 0; cover->marks <= MARKS_MAX && i < cover->holders; i++)
		for (j = 0; j < (all ? i : cover->holders); j++)
			if (all || j == 0 || h[j].mark != h[j - 1].mark)
				pairs_add(&cover->candidates, h[i].record,
				    h[j].record);
	cover->holders = cover->marks = 0;
}

static void
key_add(struct cover *cover, int64_t mark, uint32_t record)
{
	if (cover->holders == cover->room) {
		cover->room = cover->room * 2 + 1000;
		cover->holder = realloc(cover->holder,
		    cover->room * sizeof(*cover->holder));
		bench_check(cover->holder != NULL, "memory");
	}
	cover->holder[cover->holders].mark = mark;
	cover->holder[cover->holders++].record = record;
}

static void
mark_see(struct cover *cover, int64_t mark)
{
	cover->marks += cover->marks == 0 || cover->mark != mark;
	cover->mark = mark;
}

/* The marker of a common block has no record. */
static bool
is_marker(sqlite3_stmt *rows)
{
	return sqlite3_column_bytes(rows, 2) == 0;
}

static uint64_t
keys_read(struct cover *cover, sqlite3 *db)
{
	sqlite3_stmt *rows = raw_prepare(db, "SELECT hash, mark, record"
	    " FROM omni_key ORDER BY hash, mark, record");
	int64_t hash, last = 0;
	uint64_t count = 0;
	const struct seen *seen;

	while (sqlite3_step(rows) == SQLITE_ROW) {
		hash = sqlite3_column_int64(rows, 0);
		if (hash != last)
			key_end(cover);
		last = hash;
		if (is_marker(rows)) {
			cover->marks = MARKS_MAX + 1;
			continue;
		}
		mark_see(cover, sqlite3_column_int64(rows, 1));
		seen = bsearch(sqlite3_column_blob(rows, 2), cover->seen,
		    cover->count, sizeof(*seen), by_id);
		if (seen == NULL)
			continue;
		count++;
		key_add(cover, cover->mark, (uint32_t)(seen - cover->seen));
	}
	key_end(cover);
	(void)sqlite3_finalize(rows);
	return count;
}

/* ---- counting ------------------------------------------------------- */

static int
by_person_and_pool(const void *left, const void *right)
{
	const struct seen *a = left, *b = right;

	if (a->person != b->person)
		return a->person < b->person ? -1 : 1;
	return memcmp(&a->pool, &b->pool, sizeof(a->pool));
}

static void
pools_count(struct cover *cover, struct bench_cover *out)
{
	struct seen *s = cover->seen;
	size_t i, person = 0, pool = 0;

	qsort(s, cover->count, sizeof(*s), by_person_and_pool);
	for (i = 1; i < cover->count; i++) {
		if (s[i].person != s[i - 1].person)
			person = i;
		if (by_person_and_pool(&s[i], &s[i - 1]) != 0)
			pool = i;
		out->pairs += i - person;
		out->pooled += i - pool;
	}
}

static void
pairs_count(const struct cover *cover, struct bench_cover *out)
{
	const struct pairs *c = &cover->candidates;
	size_t i;

	for (i = 0; i < c->count; i++)
		out->shared += cover->seen[c->pair[i] >> 32].person ==
		    cover->seen[c->pair[i] & UINT32_MAX].person;
	out->candidates = c->count;
}

void
bench_cover_read(const char *path, const struct bench_truth *truth,
    struct bench_cover *out)
{
	struct cover cover;
	sqlite3 *db = raw_open(path);

	memset(&cover, 0, sizeof(cover));
	memset(out, 0, sizeof(*out));
	records_read(&cover, db, truth);
	out->records = cover.count;
	out->keys = keys_read(&cover, db);
	(void)sqlite3_close(db);
	pairs_settle(&cover.candidates);
	pairs_count(&cover, out);
	pools_count(&cover, out);
	free(cover.seen);
	free(cover.holder);
	free(cover.candidates.pair);
}
