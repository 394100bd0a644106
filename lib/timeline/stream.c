/*
 * The streams of a customer's records, merged as they are read (k-way): the
 * heads of all streams come in one query, and a stream is read on only when
 * its turn has come.
 */
#include <string.h>

#include "timeline/cursor.h"

/* ---- statements ----------------------------------------------------- */

#define SEARCH_IN "record:b type:t key:t happened:i fact:i bound:i most:i " \
	"channel:i kind:i with_type:t with_key:t"

#define FROM_TIMELINE \
	"SELECT t.happened, t.fact FROM omni_timeline t\n" \
	"WHERE t.record = $record\n"
#define FROM_REFERENCE \
	"SELECT t.happened, t.fact FROM omni_reference t\n" \
	"WHERE t.type = $type AND t.key = $key\n"
#define FROM_REFERENCE_FACT \
	"SELECT t.happened, t.fact FROM omni_reference t\n" \
	"JOIN omni_fact e ON e.id = t.fact\n" \
	"WHERE t.type = $type AND t.key = $key\n"

#define THAT_PASS(alias) \
	"  AND ($channel = 0 OR " alias ".channel = $channel)\n" \
	"  AND ($kind = 0 OR " alias ".kind = $kind)\n" \
	"  AND ($with_type IS NULL OR EXISTS (\n" \
	"    SELECT 1 FROM omni_reference r\n" \
	"    WHERE r.type = $with_type AND r.key = $with_key\n" \
	"      AND r.happened = t.happened AND r.fact = t.fact))\n"

#define NEWEST_FIRST \
	"  AND (t.happened, t.fact) < ($happened, $fact)\n" \
	"  AND t.happened >= $bound\n" \
	"ORDER BY t.happened DESC, t.fact DESC LIMIT $most"
#define OLDEST_FIRST \
	"  AND (t.happened, t.fact) > ($happened, $fact)\n" \
	"  AND t.happened < $bound\n" \
	"ORDER BY t.happened, t.fact LIMIT $most"

enum { CUSTOMER, STORY };
enum { PLAIN, FILTERED };
enum { NEWEST, OLDEST };

#define SEARCH(its_name, text) \
	{ .name = its_name, .in = SEARCH_IN, .out = "ii", .sql = text }

static const struct omni__sql searches[][2][2] = {
	[CUSTOMER][PLAIN][NEWEST] = SEARCH("timeline_newest",
	    FROM_TIMELINE NEWEST_FIRST),
	[CUSTOMER][PLAIN][OLDEST] = SEARCH("timeline_oldest",
	    FROM_TIMELINE OLDEST_FIRST),
	[CUSTOMER][FILTERED][NEWEST] = SEARCH("timeline_newest_filtered",
	    FROM_TIMELINE THAT_PASS("t") NEWEST_FIRST),
	[CUSTOMER][FILTERED][OLDEST] = SEARCH("timeline_oldest_filtered",
	    FROM_TIMELINE THAT_PASS("t") OLDEST_FIRST),
	[STORY][PLAIN][NEWEST] = SEARCH("story_newest",
	    FROM_REFERENCE NEWEST_FIRST),
	[STORY][PLAIN][OLDEST] = SEARCH("story_oldest",
	    FROM_REFERENCE OLDEST_FIRST),
	[STORY][FILTERED][NEWEST] = SEARCH("story_newest_filtered",
	    FROM_REFERENCE_FACT THAT_PASS("e") NEWEST_FIRST),
	[STORY][FILTERED][OLDEST] = SEARCH("story_oldest_filtered",
	    FROM_REFERENCE_FACT THAT_PASS("e") OLDEST_FIRST),
};
_Static_assert(OMNI__COUNT(searches) == STORY + 1, "a text for each search");

/* Where the parameters of a row are that differ between streams. */
enum { IN_RECORD, IN_TYPE, IN_KEY, IN_HAPPENED, IN_FACT, IN_BOUND, IN_MOST,
	IN_CHANNEL, IN_KIND, IN_WITH_TYPE, IN_WITH_KEY, IN_COUNT };

/* ---- the merge ------------------------------------------------------ */

struct stream {
	const struct omni__member *member;	/* NULL: a story */
	const struct omni__value *rows;		/* happened, fact */
	size_t count, at;
	size_t asked;		/* more may follow when count reaches it */
};

struct merge {
	struct omni *db;
	const struct omni__search *search;
	const struct omni__sql *sql;
	struct omni__value common[IN_COUNT];
	struct stream *streams;
	struct stream **heap;	/* the one whose turn it is on top */
	size_t waiting;
	bool oldest;
};

/* The head of which of the two comes first? */
static bool
before(const struct merge *merge, const struct stream *a,
    const struct stream *b)
{
	const struct omni__value *x = a->rows + 2 * a->at;
	const struct omni__value *y = b->rows + 2 * b->at;

	if (x[0].number != y[0].number)
		return (x[0].number < y[0].number) == merge->oldest;
	return (x[1].number < y[1].number) == merge->oldest;
}

static void
sink(struct merge *merge, size_t i)
{
	struct stream **heap = merge->heap, *moved = heap[i];
	size_t child;

	while ((child = 2 * i + 1) < merge->waiting) {
		if (child + 1 < merge->waiting &&
		    before(merge, heap[child + 1], heap[child]))
			child++;
		if (!before(merge, heap[child], moved))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = moved;
}

static void
fill_row(const struct merge *merge, const struct stream *stream,
    struct omni__value *row)
{
	memcpy(row, merge->common, sizeof(merge->common));
	if (stream->member != NULL)
		row[IN_RECORD] = omni__blob(stream->member->id, OMNI__ID);
	row[IN_MOST] = omni__int((int64_t)stream->asked);
	if (stream->count > 0) {
		const struct omni__value *last =
		    stream->rows + 2 * (stream->count - 1);

		row[IN_HAPPENED] = last[0];
		row[IN_FACT] = last[1];
	}
}

/* Rows come sorted by the stream that asked. */
static void
take_rows(struct merge *merge, const struct omni__result *result)
{
	size_t i, n;

	for (i = 0; i < result->count; i += n) {
		struct stream *stream = &merge->streams[result->ordinal[i]];

		for (n = 1; i + n < result->count &&
		    result->ordinal[i + n] == result->ordinal[i]; n++)
			continue;
		stream->rows = OMNI__AT(result, i, 0);
		stream->count = n;
		merge->heap[merge->waiting++] = stream;
	}
	for (i = merge->waiting / 2; i-- > 0; )
		sink(merge, i);
}

static omni_status
read_heads(struct merge *merge, size_t most)
{
	size_t count = merge->search->type != NULL ? 1 :
	    merge->search->count;
	size_t chunk = count == 1 ? most : 2 * most / count + 1, i;
	struct omni *db = merge->db;
	struct omni__result result;
	struct omni__value *in;
	omni_status status;

	if (chunk > most)
		chunk = most;
	merge->streams = omni__arena_zero(&db->scratch,
	    count * sizeof(*merge->streams));
	merge->heap = omni__arena_alloc(&db->scratch,
	    count * sizeof(*merge->heap));
	in = omni__arena_alloc(&db->scratch,
	    count * IN_COUNT * sizeof(*in));
	if (merge->streams == NULL || merge->heap == NULL || in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		struct stream *stream = &merge->streams[i];

		stream->asked = chunk;
		if (merge->search->type == NULL)
			stream->member = &merge->search->members[i];
		fill_row(merge, stream, in + i * IN_COUNT);
	}
	status = omni__query(db, merge->sql, in, count, &result);
	if (status == OMNI_OK)
		take_rows(merge, &result);
	return status;
}

/* The next rows of the stream on top, which has none left; more each time,
 * as one that has had so many turns will have others. */
static omni_status
read_on(struct merge *merge, struct stream *stream, size_t most)
{
	struct omni__value in[IN_COUNT];
	struct omni__result result;
	omni_status status;

	stream->asked *= 2;
	if (stream->asked > most)
		stream->asked = most;
	fill_row(merge, stream, in);
	status = omni__query(merge->db, merge->sql, in, 1, &result);
	if (status != OMNI_OK)
		return status;
	stream->rows = result.values;
	stream->count = result.count;
	stream->at = 0;
	return OMNI_OK;
}

/* Behind the head of the stream on top. */
static omni_status
step(struct merge *merge, size_t most)
{
	struct stream *stream = merge->heap[0];
	omni_status status;

	if (++stream->at == stream->count && stream->count == stream->asked) {
		status = read_on(merge, stream, most);
		if (status != OMNI_OK)
			return status;
	}
	if (stream->at >= stream->count)
		merge->heap[0] = merge->heap[--merge->waiting];
	if (merge->waiting > 1)
		sink(merge, 0);
	return OMNI_OK;
}

/* ---- what is searched ----------------------------------------------- */

/* A word that no interaction was ever put with: nothing passes. */
static omni_status
find_words(struct merge *merge, bool *nothing)
{
	const struct omni_filter *filter = merge->search->filter;
	int64_t channel = 0, kind = 0;
	omni_status status;

	status = omni__term_find(merge->db, filter->channel, &channel);
	if (status == OMNI_OK)
		status = omni__term_find(merge->db, filter->kind, &kind);
	*nothing = (filter->channel != NULL && channel == 0) ||
	    (filter->kind != NULL && kind == 0);
	merge->common[IN_CHANNEL] = omni__int(channel);
	merge->common[IN_KIND] = omni__int(kind);
	return status;
}

static omni_status
prepare(struct merge *merge, bool *nothing)
{
	const struct omni__search *search = merge->search;
	const struct omni_filter *filter = search->filter;
	struct omni__value *common = merge->common;
	bool filtered = filter->channel != NULL || filter->kind != NULL ||
	    filter->type != NULL;

	merge->oldest = filter->oldest;
	merge->sql = &searches[search->type != NULL ? STORY : CUSTOMER]
	    [filtered ? FILTERED : PLAIN][filter->oldest ? OLDEST : NEWEST];
	common[IN_RECORD] = omni__null();
	common[IN_TYPE] = omni__text(search->type);
	common[IN_KEY] = omni__text(search->key);
	common[IN_HAPPENED] = omni__int(search->from.happened);
	common[IN_FACT] = omni__int(search->from.fact);
	/* INT64_MIN is "no bound" either way. */
	common[IN_BOUND] = omni__int(!filter->oldest ? filter->since :
	    filter->until == OMNI_TIME_UNKNOWN ? INT64_MAX : filter->until);
	common[IN_WITH_TYPE] = omni__text(filter->type);
	common[IN_WITH_KEY] = omni__text(filter->key);
	return find_words(merge, nothing);
}

omni_status
omni__streams_read(struct omni *db, const struct omni__search *search,
    size_t most, struct omni__place **places, size_t *count)
{
	struct merge merge = { .db = db, .search = search };
	bool nothing;
	omni_status status;

	*count = 0;
	*places = omni__arena_alloc(&db->scratch, most * sizeof(**places));
	if (*places == NULL)
		return omni__nomem(&db->error);
	status = prepare(&merge, &nothing);
	if (status != OMNI_OK || nothing || most == 0 ||
	    (search->type == NULL && search->count == 0))
		return status;
	status = read_heads(&merge, most);
	while (status == OMNI_OK && merge.waiting > 0) {
		const struct stream *top = merge.heap[0];
		struct omni__place *place = &(*places)[(*count)++];

		place->happened = top->rows[2 * top->at].number;
		place->fact = top->rows[2 * top->at + 1].number;
		if (*count == most)
			break;
		status = step(&merge, most);
	}
	return status;
}
