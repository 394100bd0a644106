/*
 * A map from byte strings to numbers, for the inside of one batch.
 */
#include <string.h>

#include "base/base.h"

struct omni__slot {
	const void *key;	/* NULL: empty */
	size_t size;
	uint64_t hash;
	size_t value;
};

/* FNV-1a, then mixed.  Keys from outside are record ids (keyed hashes) or
 * are bounded by the batch, so flooding gains nothing. */
static uint64_t
hash_bytes(const unsigned char *bytes, size_t size)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < size; i++)
		h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

static struct omni__slot *
find(const struct omni__map *map, const void *key, size_t size,
    uint64_t hash)
{
	size_t i = (size_t)hash & (map->room - 1);

	for (;; i = (i + 1) & (map->room - 1)) {
		struct omni__slot *slot = &map->slots[i];

		if (slot->key == NULL)
			return slot;
		if (slot->hash == hash && slot->size == size &&
		    (size == 0 || memcmp(slot->key, key, size) == 0))
			return slot;
	}
}

static bool
enlarge(struct omni__map *map)
{
	struct omni__map bigger = *map;
	size_t i;

	bigger.room = map->room == 0 ? 16 : map->room * 2;
	bigger.slots = omni__arena_zero(map->arena,
	    bigger.room * sizeof(*bigger.slots));
	if (bigger.slots == NULL)
		return false;
	for (i = 0; i < map->room; i++) {
		const struct omni__slot *slot = &map->slots[i];

		if (slot->key != NULL)
			*find(&bigger, slot->key, slot->size, slot->hash) =
			    *slot;
	}
	*map = bigger;
	return true;
}

size_t *
omni__map_put(struct omni__map *map, const void *key, size_t size,
    size_t value, bool *found)
{
	uint64_t hash = hash_bytes(key, size);
	struct omni__slot *slot;

	if (map->count * 4 >= map->room * 3 && !enlarge(map))
		return NULL;
	slot = find(map, key, size, hash);
	*found = slot->key != NULL;
	if (!*found) {
		slot->key = size > 0 ? key : "";
		slot->size = size;
		slot->hash = hash;
		slot->value = value;
		map->count++;
	}
	return &slot->value;
}

size_t *
omni__map_get(const struct omni__map *map, const void *key, size_t size)
{
	struct omni__slot *slot;

	if (map->count == 0)
		return NULL;
	slot = find(map, key, size, hash_bytes(key, size));
	return slot->key != NULL ? &slot->value : NULL;
}
