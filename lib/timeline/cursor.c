/*
 * Cursors: a page at a time, each in a transaction of its own, and between
 * pages nothing is held.  What is handed out lives in the page's arena.
 *
 * Each page is read of the customer as it is then: a merge between two pages
 * brings the other records' interactions in from the cursor's place on, and a
 * split takes theirs out.
 */
#include <string.h>

#include "timeline/cursor.h"

/* The first page is what a till shows; later ones grow, because who reads so
 * far reads on. */
#define PAGE_FIRST 20
#define PAGE_MOST 160

struct omni_timeline {
	struct omni__object object;
	unsigned char customer[OMNI__ID];
	const char *type, *key;		/* a story when not NULL */
	struct omni_filter filter;
	struct omni__place from;	/* the next page lies behind */
	int64_t left;			/* by the limit */
	size_t page_size;
	bool last;			/* this page is */
	bool found;			/* there is such a customer */

	struct omni__arena page;
	struct omni_interaction *items;
	size_t count, at;
	char token[OMNI__TOKEN_SIZE];
};

/* ---- reading a page ------------------------------------------------- */

static omni_status
read_items(struct omni *db, struct omni_timeline *timeline,
    const struct omni__place *places, size_t count)
{
	struct omni__fact *facts;
	omni_status status;
	int64_t *ids;
	size_t i;

	ids = omni__arena_alloc(&db->scratch, count * sizeof(*ids));
	facts = omni__arena_alloc(&db->scratch, count * sizeof(*facts));
	timeline->items = omni__arena_zero(&timeline->page,
	    count * sizeof(*timeline->items));
	if (ids == NULL || facts == NULL || timeline->items == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		ids[i] = places[i].fact;
	status = omni__facts_read(db, ids, count, facts);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		struct omni_interaction *it = &timeline->items[i];

		if (facts[i].noun != OMNI__FACT_INTERACTION)
			return omni__fail(&db->error, OMNI_CORRUPT,
			    "fact %lld is on the timeline and not among the "
			    "facts: rebuild the store", (long long)ids[i]);
		status = omni__interaction_read(&db->error, &timeline->page,
		    &facts[i], it);
		it->placed = places[i].happened;
		it->borrowed = true;
		it->object.env = timeline->object.env;
	}
	timeline->count = count;
	return status;
}

static omni_status
find_members(struct omni *db, struct omni_timeline *timeline,
    struct omni__search *search)
{
	unsigned char customer[OMNI__ID];
	struct omni__member *members;
	omni_status status;

	timeline->found = true;
	if (timeline->type != NULL)
		return OMNI_OK;
	status = omni__customer_lookup(db, timeline->customer, customer,
	    &timeline->found);
	if (status != OMNI_OK || !timeline->found)
		return status;
	status = omni__customer_members(db, customer, &members,
	    &search->count);
	search->members = members;
	return status;
}

/* May run again from the start, so it changes only what it makes. */
static omni_status
read_page(struct omni *db, void *context)
{
	struct omni_timeline *timeline = context;
	struct omni__search search = {
		.type = timeline->type,
		.key = timeline->key,
		.filter = &timeline->filter,
		.from = timeline->from
	};
	struct omni__place *places;
	omni_status status;
	size_t most = timeline->page_size, count = 0;

	timeline->items = NULL;
	timeline->count = timeline->at = 0;
	omni__arena_reset(&timeline->page);
	if (timeline->filter.limit > 0 && timeline->left < (int64_t)most)
		most = (size_t)timeline->left;
	status = find_members(db, timeline, &search);
	if (status == OMNI_OK && timeline->found)
		status = omni__streams_read(db, &search, most, &places,
		    &count);
	if (status == OMNI_OK && count > 0)
		status = read_items(db, timeline, places, count);
	timeline->last = count < most || (timeline->filter.limit > 0 &&
	    (int64_t)count == timeline->left);
	return status;
}

static omni_status
turn_page(struct omni *db, struct omni_timeline *timeline)
{
	omni_status status = omni__transact(db, false, read_page, timeline);

	if (status < 0)
		return status;
	if (timeline->page_size < PAGE_MOST)
		timeline->page_size *= 2;
	return OMNI_OK;
}

/* ---- opening -------------------------------------------------------- */

/* Where the first page begins: before the first that may pass, or behind the
 * token, whichever is further on. */
static void
begin(struct omni_timeline *timeline, int64_t now)
{
	struct omni_filter *filter = &timeline->filter;
	struct omni__place *from = &timeline->from;

	if (filter->since == OMNI_NOW)
		filter->since = now;
	if (filter->until == OMNI_NOW)
		filter->until = now;
	from->fact = 0;
	if (filter->oldest)
		from->happened = filter->since;
	else
		from->happened = filter->until == OMNI_TIME_UNKNOWN ?
		    INT64_MAX : filter->until;
	if (filter->goes_on && (filter->oldest ?
	    filter->behind.happened >= from->happened :
	    filter->behind.happened < from->happened))
		*from = filter->behind;
	omni__token_write(timeline->token, from);
	timeline->left = filter->limit;
	timeline->page_size = PAGE_FIRST;
}

/* NULL leaves the error in the handle. */
static struct omni_timeline *
timeline_new(struct omni *db, const struct omni_filter *filter)
{
	struct omni_timeline *timeline;

	if (filter != NULL && filter->bad != 0) {
		(void)omni__fail(&db->error, filter->object.error.status,
		    "filter: %s", filter->object.error.text);
		return NULL;
	}
	timeline = omni__object_of(db, sizeof(*timeline));
	if (timeline == NULL) {
		(void)omni__nomem(&db->error);
		return NULL;
	}
	timeline->page.env = &timeline->object.env;
	timeline->filter.since = OMNI_TIME_UNKNOWN;
	timeline->filter.until = OMNI_TIME_UNKNOWN;
	if (filter != NULL && omni__filter_copy(&timeline->object.arena,
	    filter, &timeline->filter) != OMNI_OK) {
		(void)omni__nomem(&db->error);
		omni_timeline_free(timeline);
		return NULL;
	}
	begin(timeline, omni__clock(&db->env));
	return timeline;
}

/* Reads the first page and hands the cursor out, or frees it. */
static omni_status
opened(struct omni *db, struct omni_timeline *timeline, omni_timeline **out)
{
	omni_status status = turn_page(db, timeline);

	if (status == OMNI_OK && !timeline->found)
		status = OMNI_NONE;
	if (status == OMNI_OK)
		*out = timeline;
	else
		omni_timeline_free(timeline);
	return status;
}

static omni_status
open_timeline(struct omni *db, const char *customer,
    const struct omni_filter *filter, omni_timeline **out)
{
	struct omni_timeline *timeline;
	unsigned char id[OMNI__ID];
	omni_status status;

	status = omni__id_parse(&db->error, "customer", customer, id);
	if (status != OMNI_OK)
		return status;
	timeline = timeline_new(db, filter);
	if (timeline == NULL)
		return db->error.status;
	memcpy(timeline->customer, id, sizeof(id));
	return opened(db, timeline, out);
}

static omni_status
open_story(struct omni *db, const char *type, const char *key,
    const struct omni_filter *filter, omni_timeline **out)
{
	struct omni_timeline *timeline;
	struct omni__arena *arena;
	omni_status status;

	status = omni__name_check(&db->error, "reference type", type);
	if (status == OMNI_OK)
		status = omni__name_check(&db->error, "reference key", key);
	if (status != OMNI_OK)
		return status;
	timeline = timeline_new(db, filter);
	if (timeline == NULL)
		return db->error.status;
	arena = &timeline->object.arena;
	timeline->type = omni__arena_strdup(arena, type);
	timeline->key = omni__arena_strdup(arena, key);
	if (timeline->type != NULL && timeline->key != NULL)
		return opened(db, timeline, out);
	omni_timeline_free(timeline);
	return omni__nomem(&db->error);
}

omni_status
omni_timeline_open(omni *db, const char *customer,
    const omni_filter *filter, omni_timeline **out)
{
	omni_status status;

	if (out == NULL)
		return OMNI_MISUSE;
	*out = NULL;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	return omni__leave(db, open_timeline(db, customer, filter, out));
}

omni_status
omni_story_open(omni *db, const char *type, const char *key,
    const omni_filter *filter, omni_timeline **out)
{
	omni_status status;

	if (out == NULL)
		return OMNI_MISUSE;
	*out = NULL;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	return omni__leave(db, open_story(db, type, key, filter, out));
}

/* ---- going on ------------------------------------------------------- */

static omni_status
hand_out(struct omni_timeline *timeline, const omni_interaction **out)
{
	const struct omni_interaction *it =
	    &timeline->items[timeline->at++];

	timeline->from.happened = it->placed;
	timeline->from.fact = it->fact;
	timeline->left--;
	omni__token_write(timeline->token, &timeline->from);
	*out = it;
	return OMNI_OK;
}

static omni_status
next(struct omni *db, struct omni_timeline *timeline,
    const omni_interaction **out)
{
	struct omni__error *error = &timeline->object.error;
	omni_status status = OMNI_OK;

	if (error->status < 0)
		return omni__fail(&db->error, error->status, "%s",
		    error->text);
	if (timeline->at == timeline->count && !timeline->last)
		status = turn_page(db, timeline);
	if (status < 0)
		return omni__fail(error, status, "%s",
		    db->error.text[0] != '\0' ? db->error.text :
		    omni_status_text(status));
	if (timeline->at < timeline->count)
		return hand_out(timeline, out);
	return OMNI_DONE;
}

omni_status
omni_timeline_next(omni_timeline *timeline, const omni_interaction **it)
{
	struct omni *db;
	omni_status status;

	if (it == NULL)
		return OMNI_MISUSE;
	*it = NULL;
	if (timeline == NULL)
		return OMNI_MISUSE;
	db = timeline->object.db;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	return omni__leave(db, next(db, timeline, it));
}

const char *
omni_timeline_token(omni_timeline *timeline)
{
	return timeline != NULL ? timeline->token : NULL;
}

const char *
omni_timeline_errmsg(const omni_timeline *timeline)
{
	if (timeline == NULL)
		return "the timeline is NULL";
	return timeline->object.error.text[0] != '\0' ?
	    timeline->object.error.text : "no error";
}

void
omni_timeline_free(omni_timeline *timeline)
{
	if (timeline == NULL)
		return;
	omni__arena_free(&timeline->page);
	omni__object_free(timeline);
}
