/*
 * The change feed: an append-only log of what became of customers, and where
 * the ids of vanished records lead.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/resolve.h"
#include "store/writer.h"

/* ---- writing -------------------------------------------------------- */

static const struct omni__sql feed_put = {
	.name = "feed_put",
	.in = "writer:i number:i stamp:i change:i customer:b other:b",
	.sql = "INSERT INTO omni_feed (writer, number, stamp, change,"
	    " customer, other)\n"
	    "SELECT $writer, $number, $stamp, $change, $customer, $other"
	    " FROM p WHERE true",
};

static const struct omni__sql alias_put = {
	.name = "alias_put",
	.in = "id:b leads:b",
	.sql = "INSERT INTO omni_alias (id, leads)\n"
	    "SELECT $id, $leads FROM p WHERE true\n"
	    "ON CONFLICT (id) DO UPDATE SET leads = excluded.leads",
};

struct line {
	int32_t change;
	const unsigned char *customer, *other;
};

static int compare_lines(const void *, const void *);

static omni_status
write_lines(struct omni *db, struct line *lines, size_t count)
{
	struct omni__value *v;
	omni_status status;
	int64_t first, stamp;
	size_t i;

	if (count == 0)
		return OMNI_OK;
	/* Taking no number still leases the writer the lines belong to. */
	status = omni__writer_take(db, 0, &first);
	if (status != OMNI_OK)
		return status;
	qsort(lines, count, sizeof(*lines), compare_lines);
	v = omni__arena_alloc(&db->scratch, 6 * count * sizeof(*v));
	if (v == NULL)
		return omni__nomem(&db->error);
	stamp = omni__writer_stamp(db, omni__clock(&db->env));
	for (i = 0; i < count; i++) {
		const struct line *line = &lines[i];

		v[6 * i] = omni__int(db->writer.number);
		v[6 * i + 1] = omni__int(omni__writer_feed(db));
		v[6 * i + 2] = omni__int(stamp);
		v[6 * i + 3] = omni__int(line->change);
		v[6 * i + 4] = omni__blob(line->customer, OMNI__ID);
		v[6 * i + 5] = line->other != NULL ?
		    omni__blob(line->other, OMNI__ID) : omni__null();
	}
	return omni__exec(db, &feed_put, v, count);
}

struct log {
	struct omni__resolver *r;
	struct line *lines;
	size_t count, room;
	struct omni__value *aliases;
	size_t alias_count;
	/* Customer id to the first of its rows, and from row to row. */
	struct omni__map before, after;
	size_t *next_before, *next_after;
};

/* Is the id a customer's, before or after? */
static bool
was(const struct log *log, const unsigned char *id)
{
	return omni__map_get(&log->before, id, OMNI__ID) != NULL;
}

static bool
is(const struct log *log, const unsigned char *id)
{
	return omni__map_get(&log->after, id, OMNI__ID) != NULL;
}

/* Puts row i at the head of the list of its customer. */
static bool
chain(struct omni__map *heads, size_t *next, const unsigned char *customer,
    size_t i)
{
	bool found;
	size_t *head = omni__map_put(heads, customer, OMNI__ID, i, &found);

	if (head == NULL)
		return false;
	next[i] = found ? *head : SIZE_MAX;
	*head = i;
	return true;
}

/* The first of a customer's rows, SIZE_MAX when it has none. */
static size_t
first_of(const struct omni__map *heads, const unsigned char *customer)
{
	const size_t *head = omni__map_get(heads, customer, OMNI__ID);

	return head != NULL ? *head : SIZE_MAX;
}

static omni_status
index_customers(struct log *log)
{
	struct omni__resolver *r = log->r;
	size_t i;

	log->before.arena = log->after.arena = &r->db->scratch;
	log->next_before = omni__arena_alloc(&r->db->scratch,
	    2 * (r->count + 1) * sizeof(*log->next_before));
	if (log->next_before == NULL)
		return omni__nomem(&r->db->error);
	log->next_after = log->next_before + r->count + 1;
	for (i = r->count; i-- > 0;) {
		const struct omni__row *row = r->rows[i];

		if (row->stored && !chain(&log->before, log->next_before,
		    row->old_customer, i))
			return omni__nomem(&r->db->error);
		if (!row->gone && row->fact != 0 && !chain(&log->after,
		    log->next_after, row->customer, i))
			return omni__nomem(&r->db->error);
	}
	return OMNI_OK;
}

/* Each line comes about from a row whose id is or was a customer's; twice
 * two lines a row is the most there can be. */
static omni_status
add(struct log *log, int32_t change, const unsigned char *customer,
    const unsigned char *other)
{
	struct line line = { change, customer, other };

	if (log->count == log->room)
		return omni__fail(&log->r->db->error, OMNI_INTERNAL,
		    "more changes of customers than records");
	log->lines[log->count++] = line;
	return OMNI_OK;
}

/* Of the records that were a customer's, the oldest that stays. */
static const struct omni__row *
heir(const struct log *log, const unsigned char *customer)
{
	const struct omni__row *best = NULL;
	size_t i = first_of(&log->before, customer);

	for (; i != SIZE_MAX; i = log->next_before[i]) {
		const struct omni__row *row = log->r->rows[i];

		if (row->gone)
			continue;
		if (best == NULL || memcmp(row->id, best->id, OMNI__ID) < 0)
			best = row;
	}
	return best;
}

/* A record that is gone: its id leads to what is left of its customer. */
static omni_status
note_gone(struct log *log, const struct omni__row *row)
{
	const struct omni__row *left = heir(log, row->old_customer);
	struct omni__value *alias = log->aliases + 2 * log->alias_count;

	if (left != NULL) {
		alias[0] = omni__blob(row->id, OMNI__ID);
		alias[1] = omni__blob(left->id, OMNI__ID);
		log->alias_count++;
	}
	if (!was(log, row->id))
		return OMNI_OK;
	return left != NULL ?
	    add(log, OMNI_CHANGE_MERGED, left->customer, row->id) :
	    add(log, OMNI_CHANGE_ERASED, row->id, NULL);
}

/* A new customer whose records were another's came out of that one. */
static const unsigned char *
parted_from(const struct log *log, const unsigned char *customer)
{
	size_t i = first_of(&log->after, customer);

	for (; i != SIZE_MAX; i = log->next_after[i]) {
		const struct omni__row *row = log->r->rows[i];

		if (row->stored && is(log, row->old_customer))
			return row->old_customer;
	}
	return NULL;
}

static omni_status
note_row(struct log *log, const struct omni__row *row)
{
	bool leads = memcmp(row->customer, row->id, OMNI__ID) == 0;
	const unsigned char *from;

	if (!leads)
		return was(log, row->id) ?
		    add(log, OMNI_CHANGE_MERGED, row->customer, row->id) :
		    OMNI_OK;
	if (was(log, row->id))
		return OMNI_OK;
	from = row->stored ? parted_from(log, row->id) : NULL;
	return from != NULL ? add(log, OMNI_CHANGE_SPLIT, from, row->id) :
	    add(log, OMNI_CHANGE_CREATED, row->id, NULL);
}

static int
compare_lines(const void *left, const void *right)
{
	const struct line *a = left, *b = right;
	int order;

	/* Who comes before who goes, then by id: no order of loading shows. */
	if (a->change != b->change)
		return a->change < b->change ? -1 : 1;
	order = memcmp(a->customer, b->customer, OMNI__ID);
	if (order != 0 || a->other == NULL || b->other == NULL)
		return order;
	return memcmp(a->other, b->other, OMNI__ID);
}

static omni_status
write_log(struct log *log)
{
	omni_status status;

	status = omni__exec(log->r->db, &alias_put, log->aliases,
	    log->alias_count);
	return status == OMNI_OK ? write_lines(log->r->db, log->lines,
	    log->count) : status;
}

omni_status
omni__changes_note(struct omni__resolver *r)
{
	struct log log = { .r = r };
	omni_status status;
	size_t i;

	log.room = r->count;
	log.lines = omni__arena_alloc(&r->db->scratch,
	    (r->count + 1) * sizeof(*log.lines));
	log.aliases = omni__arena_alloc(&r->db->scratch,
	    2 * (r->count + 1) * sizeof(*log.aliases));
	if (log.lines == NULL || log.aliases == NULL)
		return omni__nomem(&r->db->error);
	status = index_customers(&log);
	for (i = 0; i < r->count && status == OMNI_OK; i++) {
		const struct omni__row *row = r->rows[i];

		if (row->fact == 0)
			continue;
		status = row->gone ? note_gone(&log, row) :
		    note_row(&log, row);
	}
	return status == OMNI_OK ? write_log(&log) : status;
}

/* ---- what a rebuild changed ----------------------------------------- */

static const struct omni__sql places_page = {
	.name = "places_page",
	.in = "id:b limit:i",
	.out = "bb",
	.sql = "SELECT r.id, r.customer FROM omni_record r\n"
	    "WHERE r.id > $id ORDER BY r.id LIMIT $limit",
};
#define PLACES_PAGE 4096

struct place {
	unsigned char id[OMNI__ID], customer[OMNI__ID];
};

/* Who was whose, by record id. */
struct omni__places {
	const struct omni__env *env;
	struct place *list;
	size_t count, room;
};

static omni_status
take_page(struct omni__places *places, const struct omni__result *page)
{
	size_t i;

	if (omni__grow(places->env, &places->list, &places->room,
	    places->count + page->count, sizeof(*places->list)) != OMNI_OK)
		return OMNI_NOMEM;
	for (i = 0; i < page->count; i++) {
		const struct omni__value *v = OMNI__AT(page, i, 0);

		if (v[0].size != OMNI__ID || v[1].size != OMNI__ID)
			return OMNI_CORRUPT;
		memcpy(places->list[places->count].id, v[0].bytes, OMNI__ID);
		memcpy(places->list[places->count++].customer, v[1].bytes,
		    OMNI__ID);
	}
	return OMNI_OK;
}

static omni_status
read_places(struct omni *db, struct omni__places *places)
{
	struct omni__arena arena = { .env = &db->env };
	static const unsigned char first[OMNI__ID] = { 0 };
	struct omni__result page = { .count = PLACES_PAGE };
	omni_status status = OMNI_OK;
	struct omni__value in[2];

	while (status == OMNI_OK && page.count == PLACES_PAGE) {
		omni__arena_reset(&arena);
		in[0] = omni__blob(places->count > 0 ?
		    places->list[places->count - 1].id : first, OMNI__ID);
		in[1] = omni__int(PLACES_PAGE);
		status = db->ops->run(db->store, &places_page, in, 1, &arena,
		    &page, NULL, &db->error);
		if (status == OMNI_OK)
			status = take_page(places, &page);
	}
	omni__arena_free(&arena);
	if (status == OMNI_NOMEM)
		return omni__nomem(&db->error);
	return status == OMNI_CORRUPT ? omni__fail_once(&db->error, status,
	    "a record's row is damaged: rebuild the store") : status;
}

omni_status
omni__changes_begin(struct omni *db, struct omni__places **out)
{
	struct omni__places *places = omni__realloc(&db->env, NULL,
	    sizeof(*places));

	*out = places;
	if (places == NULL)
		return omni__nomem(&db->error);
	memset(places, 0, sizeof(*places));
	places->env = &db->env;
	return read_places(db, places);
}

void
omni__changes_free(struct omni__places *places)
{
	if (places == NULL)
		return;
	omni__free(places->env, places->list);
	omni__free(places->env, places);
}

static bool
same_id(const unsigned char *a, const unsigned char *b)
{
	return memcmp(a, b, OMNI__ID) == 0;
}

static bool
note_place(const struct place *was, const struct place *is, int32_t change,
    struct line *line)
{
	line->change = change;
	if (change == OMNI_CHANGE_MERGED) {
		line->customer = is->customer;
		line->other = was->id;
		return same_id(was->customer, was->id) &&
		    !same_id(is->customer, was->id);
	}
	line->customer = was->customer;
	line->other = is->id;
	return same_id(is->customer, is->id) &&
	    !same_id(was->customer, is->id);
}

/* Both lists are by record id; whoever is in one only is no news here. */
static omni_status
add_changes(struct omni *db, const struct omni__places *was,
    const struct omni__places *is, int32_t change)
{
	struct line *lines;
	size_t i, k = 0, n = 0;

	lines = omni__arena_alloc(&db->scratch,
	    (was->count + 1) * sizeof(*lines));
	if (lines == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < was->count; i++) {
		while (k < is->count && memcmp(is->list[k].id,
		    was->list[i].id, OMNI__ID) < 0)
			k++;
		if (k < is->count && same_id(is->list[k].id,
		    was->list[i].id))
			n += note_place(&was->list[i], &is->list[k], change,
			    &lines[n]);
	}
	return n > 0 ? write_lines(db, lines, n) : OMNI_OK;
}

omni_status
omni__changes_end(struct omni *db, const struct omni__places *was)
{
	struct omni__places is = { .env = &db->env };
	omni_status status = read_places(db, &is);

	if (status == OMNI_OK)
		status = add_changes(db, was, &is, OMNI_CHANGE_MERGED);
	if (status == OMNI_OK)
		status = add_changes(db, was, &is, OMNI_CHANGE_SPLIT);
	omni__free(&db->env, is.list);
	return status;
}

/* ---- reading -------------------------------------------------------- */

static const struct omni__sql feed_writers = {
	.name = "feed_writers",
	.out = "ii",
	.sql = "SELECT w.number, w.feed FROM omni_writer w ORDER BY w.number",
};

static const struct omni__sql feed_read = {
	.name = "feed_read",
	.in = "writer:i after:i limit:i",
	.out = "iibbi",
	.sql = "SELECT f.number, f.change, f.customer, f.other, f.stamp\n"
	    "FROM omni_feed f\n"
	    "WHERE f.writer = $writer AND f.number > $after\n"
	    "ORDER BY f.number LIMIT $limit",
};

#define PAGE 256

struct position {
	int64_t writer, number;
};

struct change_line {
	int64_t writer, number, stamp;
	int32_t change;
	char customer[OMNI_ID_SIZE], other[OMNI_ID_SIZE];
};

struct omni_feed {
	struct omni__object object;
	struct position *positions;
	size_t count, room;
	struct change_line page[PAGE];
	size_t page_count, at;
	const struct change_line *line;
	struct omni__buf text;
};

static struct position *
position_of(struct omni_feed *feed, int64_t writer)
{
	size_t i;

	for (i = 0; i < feed->count; i++)
		if (feed->positions[i].writer == writer)
			return &feed->positions[i];
	if (omni__grow(&feed->object.env, &feed->positions, &feed->room,
	    feed->count + 1, sizeof(*feed->positions)) != OMNI_OK)
		return NULL;
	feed->positions[feed->count].writer = writer;
	feed->positions[feed->count].number = 0;
	return &feed->positions[feed->count++];
}

/* "writer:number,writer:number" in decimal. */
static omni_status
parse_position(struct omni_feed *feed, const char *text)
{
	while (*text != '\0') {
		struct position *position;
		int64_t writer, number;
		char *end;

		writer = strtoll(text, &end, 10);
		if (end == text || *end != ':' || writer <= 0)
			return OMNI_INVALID;
		text = end + 1;
		number = strtoll(text, &end, 10);
		if (end == text || number < 0 || (*end != ',' && *end != 0))
			return OMNI_INVALID;
		text = *end == ',' ? end + 1 : end;
		position = position_of(feed, writer);
		if (position == NULL)
			return OMNI_NOMEM;
		position->number = number;
	}
	return OMNI_OK;
}

omni_status
omni_feed_open(omni *db, const char *position, omni_feed **out)
{
	omni_status status = omni__enter(db);
	struct omni_feed *feed;

	if (status != OMNI_OK)
		return status;
	if (out == NULL)
		return omni__leave(db, OMNI_MISUSE);
	*out = NULL;
	feed = omni__object_of(db, sizeof(*feed));
	if (feed == NULL)
		return omni__leave(db, omni__nomem(&db->error));
	feed->text.env = &feed->object.env;
	if (position != NULL)
		status = parse_position(feed, position);
	if (status == OMNI_INVALID)
		(void)omni__fail(&db->error, status,
		    "position is not one that omni_feed_position gave");
	if (status != OMNI_OK)
		omni_feed_free(feed);
	else
		*out = feed;
	return omni__leave(db, status);
}

void
omni_feed_free(omni_feed *feed)
{
	if (feed == NULL)
		return;
	omni__buf_free(&feed->text);
	omni__free(&feed->object.env, feed->positions);
	omni__object_free(feed);
}

static void
hex_of(char out[OMNI_ID_SIZE], const struct omni__value *value)
{
	out[0] = '\0';
	if (value->type == OMNI__BLOB && value->size == OMNI__ID)
		omni__hex(out, value->bytes, OMNI__ID);
}

static omni_status
read_lines(struct omni *db, struct omni_feed *feed, int64_t writer,
    int64_t after)
{
	struct omni__value v[3] = {
		omni__int(writer), omni__int(after),
		omni__int((int64_t)(PAGE - feed->page_count))
	};
	struct omni__result result;
	omni_status status;
	size_t i;

	status = omni__query(db, &feed_read, v, 1, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++) {
		struct change_line *line = &feed->page[feed->page_count++];
		const struct omni__value *row = OMNI__AT(&result, i, 0);

		line->writer = writer;
		line->number = row[0].number;
		line->change = (int32_t)row[1].number;
		hex_of(line->customer, &row[2]);
		hex_of(line->other, &row[3]);
		line->stamp = row[4].number;
	}
	return status;
}

/* The next lines of each writer, in the order of their stamps as far as
 * they are in one page. */
static omni_status
read_page(struct omni *db, void *context)
{
	struct omni_feed *feed = context;
	struct omni__result writers;
	omni_status status;
	size_t i;

	feed->page_count = feed->at = 0;
	status = omni__query(db, &feed_writers, NULL, 1, &writers);
	for (i = 0; status == OMNI_OK && i < writers.count &&
	    feed->page_count < PAGE; i++) {
		const struct omni__value *row = OMNI__AT(&writers, i, 0);
		struct position *position = position_of(feed, row[0].number);

		if (position == NULL)
			return omni__nomem(&db->error);
		if (row[1].number > position->number)
			status = read_lines(db, feed, position->writer,
			    position->number);
	}
	return status;
}

static int
by_stamp(const void *left, const void *right)
{
	const struct change_line *a = left, *b = right;

	if (a->stamp != b->stamp)
		return a->stamp < b->stamp ? -1 : 1;
	if (a->writer != b->writer)
		return a->writer < b->writer ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

omni_status
omni_feed_next(omni_feed *feed)
{
	struct position *position;
	omni_status status;

	if (feed == NULL)
		return OMNI_MISUSE;
	if (feed->at == feed->page_count) {
		struct omni *db = feed->object.db;

		status = omni__enter(db);
		if (status != OMNI_OK)
			return status;
		status = omni__transact(db, false, read_page, feed);
		if (status == OMNI_OK)
			qsort(feed->page, feed->page_count,
			    sizeof(*feed->page), by_stamp);
		status = omni__leave(db, status);
		if (status != OMNI_OK) {
			feed->page_count = feed->at = 0;
			return status;
		}
	}
	feed->line = NULL;
	if (feed->page_count == 0)
		return OMNI_DONE;
	feed->line = &feed->page[feed->at++];
	position = position_of(feed, feed->line->writer);
	if (position == NULL)
		return OMNI_NOMEM;
	position->number = feed->line->number;
	return OMNI_OK;
}

int32_t
omni_feed_change(const omni_feed *feed)
{
	return feed != NULL && feed->line != NULL ? feed->line->change : 0;
}

const char *
omni_feed_customer(const omni_feed *feed)
{
	return feed != NULL && feed->line != NULL ? feed->line->customer :
	    NULL;
}

const char *
omni_feed_other(const omni_feed *feed)
{
	return feed != NULL && feed->line != NULL &&
	    feed->line->other[0] != '\0' ? feed->line->other : NULL;
}

int64_t
omni_feed_time(const omni_feed *feed)
{
	return feed != NULL && feed->line != NULL ? feed->line->stamp :
	    OMNI_TIME_UNKNOWN;
}

const char *
omni_feed_position(omni_feed *feed)
{
	size_t i;

	if (feed == NULL)
		return NULL;
	omni__buf_clear(&feed->text);
	for (i = 0; i < feed->count; i++)
		omni__buf_printf(&feed->text, "%s%lld:%lld",
		    i > 0 ? "," : "", (long long)feed->positions[i].writer,
		    (long long)feed->positions[i].number);
	if (feed->text.failed)
		return NULL;
	return feed->count > 0 ? feed->text.bytes : "";
}
