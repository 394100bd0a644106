/*
 * Counts by purpose, channel and reason, and sets of ids: what a run over
 * many customers keeps of them.
 */
#include <string.h>

#include "routing/tally.h"

/* ---- of a page ------------------------------------------------------ */

static size_t
slot_of(const struct omni__tally *tally, const struct omni__total *key)
{
	uint64_t hash = (uint64_t)(uintptr_t)key->purpose * 31 +
	    (uint64_t)(uintptr_t)key->channel;
	size_t at;

	hash = (hash + (uint64_t)key->reason) *
	    UINT64_C(0x9e3779b97f4a7c15);
	for (at = (size_t)(hash >> 40) & (tally->room - 1);
	    tally->slots[at].number != 0; at = (at + 1) & (tally->room - 1))
		if (tally->slots[at].channel == key->channel &&
		    tally->slots[at].purpose == key->purpose &&
		    tally->slots[at].reason == key->reason)
			break;
	return at;
}

static bool
grow(struct omni__tally *tally)
{
	struct omni__tally more = *tally;
	size_t i;

	more.room = tally->room == 0 ? 64 : tally->room * 2;
	more.slots = omni__arena_zero(tally->arena,
	    more.room * sizeof(*more.slots));
	if (more.slots == NULL)
		return false;
	for (i = 0; i < tally->room; i++)
		if (tally->slots[i].number != 0)
			more.slots[slot_of(&more, &tally->slots[i])] =
			    tally->slots[i];
	*tally = more;
	return true;
}

bool
omni__tally_add(struct omni__tally *tally, const char *purpose,
    const char *channel, int32_t reason)
{
	struct omni__total key = { .purpose = purpose, .channel = channel,
	    .reason = reason };
	struct omni__total *slot;

	if (2 * tally->count >= tally->room && !grow(tally))
		return false;
	slot = &tally->slots[slot_of(tally, &key)];
	if (slot->number == 0) {
		*slot = key;
		tally->count++;
	}
	slot->number++;
	return true;
}

/* ---- of a run ------------------------------------------------------- */

static int
compare_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int
compare(const struct omni__total *a, const struct omni__total *b)
{
	int order = compare_text(a->purpose, b->purpose);

	if (order == 0)
		order = compare_text(a->channel, b->channel);
	return order != 0 ? order : (a->reason > b->reason) -
	    (a->reason < b->reason);
}

static bool
insert(struct omni__object *object, struct omni__totals *totals, size_t at,
    const struct omni__total *total)
{
	struct omni__total row = *total;

	if (row.purpose != NULL)
		row.purpose = omni__arena_strdup(&object->arena,
		    row.purpose);
	row.channel = omni__arena_strdup(&object->arena, row.channel);
	if (row.channel == NULL ||
	    (total->purpose != NULL && row.purpose == NULL) ||
	    omni__grow(&object->env, &totals->rows, &totals->room,
	    totals->count + 1, sizeof(row)) != OMNI_OK)
		return false;
	memmove(&totals->rows[at + 1], &totals->rows[at],
	    (totals->count - at) * sizeof(row));
	totals->rows[at] = row;
	totals->count++;
	return true;
}

static bool
add_total(struct omni__object *object, struct omni__totals *totals,
    const struct omni__total *total)
{
	size_t low = 0, high = totals->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(&totals->rows[middle], total);

		if (order == 0) {
			totals->rows[middle].number += total->number;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return insert(object, totals, low, total);
}

bool
omni__totals_add(struct omni__object *object, struct omni__totals *totals,
    const struct omni__tally *tally)
{
	size_t i;

	for (i = 0; i < tally->room; i++)
		if (tally->slots[i].number != 0 &&
		    !add_total(object, totals, &tally->slots[i]))
			return false;
	return true;
}

/* ---- ids ------------------------------------------------------------ */

static const unsigned char none[OMNI__ID];

/* Ids are keyed hashes, so that their own bits will do. */
static size_t
place_of(const struct omni__ids *ids, const unsigned char *id)
{
	size_t at;
	uint64_t hash;

	memcpy(&hash, id, sizeof(hash));
	for (at = (size_t)hash & (ids->room - 1);
	    memcmp(ids->slots[at], none, OMNI__ID) != 0 &&
	    memcmp(ids->slots[at], id, OMNI__ID) != 0;
	    at = (at + 1) & (ids->room - 1))
		;
	return at;
}

bool
omni__ids_have(const struct omni__ids *ids, const unsigned char *id)
{
	return ids->count > 0 && memcmp(ids->slots[place_of(ids, id)], id,
	    OMNI__ID) == 0;
}

static bool
widen(struct omni__ids *ids)
{
	struct omni__ids more = *ids;
	size_t i;

	more.room = ids->room == 0 ? 64 : ids->room * 2;
	more.slots = omni__realloc(ids->env, NULL,
	    more.room * sizeof(*more.slots));
	if (more.slots == NULL)
		return false;
	memset(more.slots, 0, more.room * sizeof(*more.slots));
	for (i = 0; i < ids->room; i++)
		if (memcmp(ids->slots[i], none, OMNI__ID) != 0)
			memcpy(more.slots[place_of(&more, ids->slots[i])],
			    ids->slots[i], OMNI__ID);
	omni__free(ids->env, ids->slots);
	*ids = more;
	return true;
}

bool
omni__ids_add(struct omni__ids *ids, const unsigned char *id)
{
	size_t at;

	if (2 * ids->count >= ids->room && !widen(ids))
		return false;
	at = place_of(ids, id);
	if (memcmp(ids->slots[at], none, OMNI__ID) == 0) {
		memcpy(ids->slots[at], id, OMNI__ID);
		ids->count++;
	}
	return true;
}

void
omni__ids_clear(struct omni__ids *ids)
{
	if (ids->count > 0)
		memset(ids->slots, 0, ids->room * sizeof(*ids->slots));
	ids->count = 0;
}

void
omni__ids_free(struct omni__ids *ids)
{
	omni__free(ids->env, ids->slots);
	ids->slots = NULL;
	ids->room = ids->count = 0;
}
