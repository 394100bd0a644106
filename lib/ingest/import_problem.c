/*
 * The list of rejected lines: bounded, in the order of the lines, taken off
 * one by one.
 */
#include "ingest/import.h"

#include <stdlib.h>
#include <string.h>

/* A host that never asks must not run out of memory. */
#define PROBLEMS_MAX ((size_t)1 << 16)

/* What was handed out is dropped at the first addition after the last. */
static void
problems_recycle(struct omni__problems *list)
{
	if (list->taken < list->count)
		return;
	list->count = list->settled = list->taken = 0;
	omni__buf_clear(&list->texts);
}

/* A reason may name a member of the input, and is one line all the same. */
static void
reason_plain(char *reason)
{
	unsigned char *at;

	for (at = (unsigned char *)reason; *at != '\0'; at++)
		if (*at < 0x20 || *at == 0x7f)
			*at = '?';
		else if (*at == 0xC2 && at[1] >= 0x80 && at[1] < 0xA0)
			at[0] = at[1] = '?';
}

omni_status
omni__problem_add(struct omni__problems *list, int64_t line,
    const char *reason)
{
	omni_status status;

	problems_recycle(list);
	if (list->count == PROBLEMS_MAX) {
		list->dropped++;
		list->dropped_line = line;
		return OMNI_OK;
	}
	status = omni__grow(list->env, &list->items, &list->room,
	    list->count + 1, sizeof(*list->items));
	if (status != OMNI_OK)
		return status;
	list->items[list->count].line = line;
	list->items[list->count].reason = list->texts.size;
	omni__buf_add(&list->texts, reason, strlen(reason) + 1);
	if (list->texts.failed)
		return OMNI_NOMEM;
	reason_plain(list->texts.bytes + list->items[list->count].reason);
	list->count++;
	return OMNI_OK;
}

static int
problem_compare(const void *a, const void *b)
{
	const struct omni__problem *p = a, *q = b;

	if (p->line != q->line)
		return p->line < q->line ? -1 : 1;
	return p->reason < q->reason ? -1 : p->reason > q->reason;
}

void
omni__problems_settle(struct omni__problems *list)
{
	size_t fresh = list->count - list->settled;

	if (fresh > 1)
		qsort(list->items + list->settled, fresh,
		    sizeof(*list->items), problem_compare);
	list->settled = list->count;
}

/* What did not fit is told as one last line. */
static bool
problem_take_dropped(struct omni__problems *list, int64_t *line,
    const char **reason)
{
	if (list->dropped == 0 || list->taken < list->count)
		return false;
	problems_recycle(list);
	omni__buf_printf(&list->texts,
	    "%lld lines up to this one were rejected without a reason kept: "
	    "take the problems while importing", (long long)list->dropped);
	if (list->texts.failed)
		return false;
	*line = list->dropped_line;
	*reason = list->texts.bytes;
	list->dropped = 0;
	return true;
}

bool
omni__problem_take(struct omni__problems *list, int64_t *line,
    const char **reason)
{
	if (list->taken == list->settled)
		return problem_take_dropped(list, line, reason);
	*line = list->items[list->taken].line;
	*reason = list->texts.bytes + list->items[list->taken].reason;
	list->taken++;
	return true;
}

void
omni__problems_clear(struct omni__problems *list)
{
	list->count = list->settled = list->taken = 0;
	list->dropped = list->dropped_line = 0;
	omni__buf_clear(&list->texts);
}

void
omni__problems_free(struct omni__problems *list)
{
	omni__free(list->env, list->items);
	omni__buf_free(&list->texts);
	list->items = NULL;
}
