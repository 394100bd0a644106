/*
 * Claims: the identifiers and blocks that bring loaded records to each
 * other's notice.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/key.h"

static int
compare_claims(const void *left, const void *right)
{
	const struct omni__claim *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->node < b->node ? -1 : a->node > b->node;
}

static size_t
add_node(const struct omni *db, struct omni__node *nodes, size_t node,
    struct omni__claim *out)
{
	const struct omni__person *person = nodes[node].person;
	struct omni__block blocks[OMNI__BLOCKS_MAX];
	size_t i, count, n = 0;

	nodes[node].sketch = omni__person_sketch(db, person);
	for (i = 0; i < person->count; i++)
		if (person->items[i].hash != 0 &&
		    person->items[i].step != OMNI__STEP_COMMON) {
			out[n].key = person->items[i].hash;
			out[n].block = false;
			out[n++].node = (uint32_t)node;
		}
	count = omni__person_blocks(db, person, blocks);
	for (i = 0; i < count; i++) {
		out[n].key = (uint64_t)blocks[i].hash;
		out[n].block = true;
		out[n++].node = (uint32_t)node;
	}
	return n;
}

static omni_status
list_claims(struct omni *db, struct omni__node *nodes, size_t count,
    struct omni__claim **out, size_t *claim_count)
{
	size_t i, n = 0, room = 1;

	for (i = 0; i < count; i++)
		room += nodes[i].person->count + OMNI__BLOCKS_MAX;
	*out = omni__arena_alloc(&db->scratch, room * sizeof(**out));
	if (*out == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		n += add_node(db, nodes, i, *out + n);
	qsort(*out, n, sizeof(**out), compare_claims);
	*claim_count = n;
	return OMNI_OK;
}

/* Is it known from what changed whether a block points at nobody? */
static bool
known(const struct omni__resolver *r, uint64_t hash, bool *common)
{
	size_t *at = r->keys != NULL ? omni__map_get(&r->keys->by_hash, &hash,
	    sizeof(hash)) : NULL;

	if (at == NULL)
		return false;
	*common = r->keys->list[*at].common;
	return true;
}

size_t
omni__claims_end(const struct omni__claim *claims, size_t count, size_t from)
{
	size_t to;

	for (to = from + 1; to < count && claims[to].key == claims[from].key;
	    to++)
		;
	return to;
}

/* Keeps the claims of several, on what does not point at nobody. */
static size_t
keep_claims(const struct omni__resolver *r, struct omni__claim *claims,
    size_t count, const bool *asked)
{
	size_t from, to, kept = 0, question = 0;
	bool common;

	for (from = 0; from < count; from = to) {
		to = omni__claims_end(claims, count, from);
		if (to == from + 1)
			continue;
		common = false;
		if (claims[from].block &&
		    !known(r, claims[from].key, &common))
			common = asked[question++];
		if (common)
			continue;
		memmove(claims + kept, claims + from,
		    (to - from) * sizeof(*claims));
		kept += to - from;
	}
	return kept;
}

static omni_status
ask(struct omni__resolver *r, const struct omni__claim *claims,
    size_t count, bool **asked)
{
	struct omni *db = r->db;
	int64_t *hashes;
	size_t from, to, n = 0;
	bool common;

	hashes = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*hashes));
	*asked = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(**asked));
	if (hashes == NULL || *asked == NULL)
		return omni__nomem(&db->error);
	for (from = 0; from < count; from = to) {
		to = omni__claims_end(claims, count, from);
		if (to > from + 1 && claims[from].block &&
		    !known(r, claims[from].key, &common))
			hashes[n++] = (int64_t)claims[from].key;
	}
	return n > 0 ? omni__blocks_common(db, hashes, n, *asked) : OMNI_OK;
}

omni_status
omni__claims_make(struct omni__resolver *r, struct omni__node *nodes,
    size_t count, struct omni__claim **claims, size_t *claim_count)
{
	omni_status status;
	bool *asked = NULL;
	size_t i;

	status = list_claims(r->db, nodes, count, claims, claim_count);
	if (status == OMNI_OK)
		status = ask(r, *claims, *claim_count, &asked);
	if (status != OMNI_OK)
		return status;
	*claim_count = keep_claims(r, *claims, *claim_count, asked);
	for (i = 0; i < *claim_count; i++)
		nodes[(*claims)[i].node].live = true;
	return OMNI_OK;
}
