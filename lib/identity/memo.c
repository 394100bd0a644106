/*
 * A memory for weights of pairs: direct-mapped, so that what does not fit is
 * weighed again and nothing else.
 */
#include <string.h>

#include "identity/cluster.h"

struct slot {
	uint64_t pair;		/* 0: empty; no node is paired with itself */
	int32_t weight;
};

struct omni__memo {
	const struct omni__env *env;
	size_t mask;
	struct slot slots[];
};

#define SLOTS_MAX ((size_t)1 << 20)
#define NODES_MIN 256		/* fewer are not worth it */

struct omni__memo *
omni__memo_new(const struct omni__env *env, size_t nodes)
{
	struct omni__memo *memo;
	size_t count = 1024;

	if (nodes < NODES_MIN)
		return NULL;
	while (count < SLOTS_MAX && count < 16 * nodes)
		count *= 2;
	memo = omni__realloc(env, NULL, sizeof(*memo) +
	    count * sizeof(memo->slots[0]));
	if (memo == NULL)
		return NULL;
	memset(memo->slots, 0, count * sizeof(memo->slots[0]));
	memo->env = env;
	memo->mask = count - 1;
	return memo;
}

void
omni__memo_free(struct omni__memo *memo)
{
	if (memo != NULL)
		omni__free(memo->env, memo);
}

int32_t
omni__memo_weight(struct omni__memo *memo, const struct omni__model *model,
    const struct omni__node *a, const struct omni__node *b)
{
	struct slot *slot;
	uint64_t pair;

	if (memo == NULL)
		return omni__pair_weight(model, a->person, b->person);
	pair = a->number < b->number ?
	    (uint64_t)a->number << 32 | b->number :
	    (uint64_t)b->number << 32 | a->number;
	slot = &memo->slots[(pair * UINT64_C(0x9e3779b97f4a7c15) >> 40) &
	    memo->mask];
	if (slot->pair != pair) {
		slot->weight = omni__pair_weight(model, a->person,
		    b->person);
		slot->pair = pair;
	}
	return slot->weight;
}
