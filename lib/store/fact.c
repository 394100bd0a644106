/*
 * Facts: appended once, never changed; and what keeps one from being told
 * twice (host keys) or again after an erasure (tombstones).
 */
#include <stdlib.h>
#include <string.h>

#include "store/writer.h"

/* ---- times ---------------------------------------------------------- */

#define HAPPENED_MIN (INT64_C(631152000) * OMNI__SECOND)	/* 1990 */
#define HAPPENED_MAX (INT64_C(3345148800) * OMNI__SECOND)	/* 2076 */

bool
omni__time_trusted(int64_t happened, int64_t recorded)
{
	return happened != OMNI_TIME_UNKNOWN && happened >= HAPPENED_MIN &&
	    happened < HAPPENED_MAX &&
	    (happened <= recorded || happened - recorded <= OMNI__DAY);
}

int64_t
omni__fact_time(const struct omni__fact *fact)
{
	if (omni__time_trusted(fact->happened, fact->recorded))
		return fact->happened;
	return omni__time_trusted(fact->recorded, fact->recorded) ?
	    fact->recorded : fact->stamp;
}

/* ---- ids ------------------------------------------------------------ */

void
omni__record_id(const struct omni *db, const char *source, const char *key,
    unsigned char id[OMNI__ID])
{
	struct omni__buf text = { .env = &db->env };
	size_t size = strlen(source) + 1, room = size + strlen(key) + 2;
	unsigned char small[512], *bytes = small;

	/* "k", source, NUL, key: NULs divide, no string holds one. */
	if (room > sizeof(small)) {
		omni__buf_str(&text, "k");
		omni__buf_add(&text, source, size);
		omni__buf_str(&text, key);
		bytes = (unsigned char *)text.bytes;
		room = text.size;
	} else {
		bytes[0] = 'k';
		memcpy(bytes + 1, source, size);
		memcpy(bytes + 1 + size, key, strlen(key));
		room = 1 + size + strlen(key);
	}
	if (bytes != NULL && !text.failed)
		omni__hash_id(db->tenant_key, id, bytes, room);
	else
		memset(id, 0, OMNI__ID);
	omni__buf_free(&text);
}

/* ---- appending ------------------------------------------------------ */

static const struct omni__sql fact_insert = {
	.name = "fact_insert",
	.in = "id:i noun:i happened:i stamp:i recorded:i record:b source:i "
	    "key:t channel:i kind:i refs:t body:t",
	.sql = "INSERT INTO omni_fact (id, noun, happened, stamp, recorded,"
	    " record, source, key, channel, kind, refs, body)\n"
	    "SELECT $id, $noun, $happened, $stamp, $recorded, $record,"
	    " $source, $key, $channel, $kind, $refs, $body FROM p"
	    " WHERE true",
};
#define FACT_COLUMNS 12

static void
fact_row(const struct omni__fact *fact, struct omni__value *row)
{
	row[0] = omni__int(fact->id);
	row[1] = omni__int(fact->noun);
	row[2] = omni__int_or_null(fact->happened, OMNI_TIME_UNKNOWN);
	row[3] = omni__int(fact->stamp);
	row[4] = omni__int_or_null(fact->recorded, fact->stamp);
	row[5] = fact->record != NULL ?
	    omni__blob(fact->record, OMNI__ID) : omni__null();
	row[6] = omni__int_or_null(fact->source_term, 0);
	row[7] = omni__text(fact->key);
	row[8] = omni__int_or_null(fact->channel_term, 0);
	row[9] = omni__int_or_null(fact->kind_term, 0);
	row[10] = omni__text(fact->refs);
	row[11] = omni__text(fact->body);
}

static omni_status
find_terms(struct omni *db, struct omni__fact *fact)
{
	omni_status status;

	status = omni__term(db, fact->source, &fact->source_term);
	if (status == OMNI_OK)
		status = omni__term(db, fact->channel, &fact->channel_term);
	if (status == OMNI_OK)
		status = omni__term(db, fact->kind, &fact->kind_term);
	return status;
}

omni_status
omni__facts_append(struct omni *db, struct omni__fact *facts, size_t count)
{
	struct omni__value *rows;
	int64_t first = 0, now = omni__clock(&db->env);
	omni_status status = OMNI_OK;
	size_t i;

	if (count == 0)
		return OMNI_OK;
	rows = omni__arena_alloc(&db->scratch,
	    count * FACT_COLUMNS * sizeof(*rows));
	if (rows == NULL)
		return omni__nomem(&db->error);
	status = omni__writer_take(db, count, &first);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		facts[i].id = first + (int64_t)i;
		facts[i].stamp = omni__writer_stamp(db, now);
		facts[i].recorded = now;
		/* A run of stamps stays within the microseconds that passed:
		 * then recorded is the stamp and costs nothing. */
		if (facts[i].stamp >= now && facts[i].stamp - now < 1000000)
			facts[i].recorded = facts[i].stamp;
		status = find_terms(db, &facts[i]);
		fact_row(&facts[i], rows + i * FACT_COLUMNS);
	}
	if (status != OMNI_OK)
		return status;
	return omni__exec(db, &fact_insert, rows, count);
}

/* ---- reading -------------------------------------------------------- */

#define FACT_SELECT \
	"SELECT f.id, f.noun, f.happened, f.stamp, f.recorded, f.record,\n" \
	"  f.source, f.key, f.channel, f.kind, f.refs, f.body\n" \
	"FROM omni_fact f\n"
#define FACT_OUT "iiiiibitiitt"

static const struct omni__sql fact_read = {
	.name = "fact_read",
	.in = "id:i",
	.out = FACT_OUT,
	.sql = FACT_SELECT "WHERE f.id = $id",
};

static const struct omni__sql fact_scan = {
	.name = "fact_scan",
	.in = "after:i limit:i",
	.out = FACT_OUT,
	.sql = FACT_SELECT "WHERE f.id > $after ORDER BY f.id LIMIT $limit",
};

static omni_status
fact_from(struct omni *db, const struct omni__value *row,
    struct omni__fact *fact)
{
	omni_status status;

	fact->id = row[0].number;
	fact->noun = (int32_t)row[1].number;
	fact->happened = omni__value_int(&row[2], OMNI_TIME_UNKNOWN);
	fact->timed = fact->happened != OMNI_TIME_UNKNOWN;
	fact->stamp = row[3].number;
	fact->recorded = omni__value_int(&row[4], fact->stamp);
	fact->record = row[5].type == OMNI__BLOB &&
	    row[5].size == OMNI__ID ? row[5].bytes : NULL;
	fact->source_term = omni__value_int(&row[6], 0);
	fact->key = omni__value_text(&row[7]);
	fact->channel_term = omni__value_int(&row[8], 0);
	fact->kind_term = omni__value_int(&row[9], 0);
	fact->refs = omni__value_text(&row[10]);
	fact->body = omni__value_text(&row[11]);
	status = omni__term_text(db, fact->source_term, &fact->source);
	if (status == OMNI_OK)
		status = omni__term_text(db, fact->channel_term,
		    &fact->channel);
	if (status == OMNI_OK)
		status = omni__term_text(db, fact->kind_term, &fact->kind);
	return status;
}

omni_status
omni__facts_read(struct omni *db, const int64_t *ids, size_t count,
    struct omni__fact *facts)
{
	struct omni__value *in;
	struct omni__result result;
	omni_status status;
	size_t i;

	if (count == 0)
		return OMNI_OK;
	memset(facts, 0, count * sizeof(*facts));
	in = omni__arena_alloc(&db->scratch, count * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		in[i] = omni__int(ids[i]);
	status = omni__query(db, &fact_read, in, count, &result);
	for (i = 0; i < result.count && status == OMNI_OK; i++)
		status = fact_from(db, OMNI__AT(&result, i, 0),
		    &facts[result.ordinal[i]]);
	return status;
}

omni_status
omni__facts_scan(struct omni *db, int64_t after, size_t limit,
    struct omni__fact **facts, size_t *count)
{
	struct omni__value in[2] = {
		omni__int(after), omni__int((int64_t)limit)
	};
	struct omni__result result;
	omni_status status;
	size_t i;

	*count = 0;
	status = omni__query(db, &fact_scan, in, 1, &result);
	if (status != OMNI_OK || result.count == 0)
		return status;
	*facts = omni__arena_zero(&db->scratch,
	    result.count * sizeof(**facts));
	if (*facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result.count && status == OMNI_OK; i++)
		status = fact_from(db, OMNI__AT(&result, i, 0), *facts + i);
	*count = result.count;
	return status;
}

/* What is held in memory of them. */
#define PAGE 4000

omni_status
omni__facts_each(struct omni *db, omni__apply_fn apply)
{
	struct omni__fact *facts;
	omni_status status = OMNI_OK;
	int64_t after = 0;
	size_t count = 1;

	while (status == OMNI_OK && count > 0) {
		omni__arena_reset(&db->scratch);
		status = omni__facts_scan(db, after, PAGE, &facts, &count);
		if (status == OMNI_OK && count > 0) {
			after = facts[count - 1].id;
			status = apply(db, facts, count);
		}
	}
	return status;
}

/* ---- host keys ------------------------------------------------------ */

static const struct omni__sql key_find = {
	.name = "key_find",
	.in = "hash:i",
	.out = "ii",
	.sql = "SELECT k.fact, k.content FROM omni_host_key k\n"
	    "WHERE k.hash = $hash",
};

static const struct omni__sql key_insert = {
	.name = "key_insert",
	.in = "hash:i fact:i content:i",
	.sql = "INSERT INTO omni_host_key (hash, fact, content)\n"
	    "SELECT $hash, $fact, $content FROM p WHERE true",
};

static void
add_field(struct omni__buf *buf, const void *bytes, size_t size)
{
	uint32_t length = (uint32_t)size;
	unsigned char prefix[4] = {
		(unsigned char)length, (unsigned char)(length >> 8),
		(unsigned char)(length >> 16), (unsigned char)(length >> 24)
	};

	omni__buf_add(buf, prefix, sizeof(prefix));
	omni__buf_add(buf, bytes, size);
}

static void
add_text(struct omni__buf *buf, const char *text)
{
	/* NULL and "" differ by the tag. */
	omni__buf_char(buf, text != NULL ? 1 : 0);
	if (text != NULL)
		add_field(buf, text, strlen(text));
}

static int64_t
hash_buf(const struct omni *db, const struct omni__buf *buf)
{
	return (int64_t)omni__hash64(db->tenant_key, buf->bytes, buf->size);
}

static int64_t
key_hash(const struct omni *db, const struct omni__fact *fact,
    struct omni__buf *buf)
{
	omni__buf_clear(buf);
	add_text(buf, fact->source);
	add_text(buf, fact->key);
	return hash_buf(db, buf);
}

/* What must be equal for the same key to be the same fact.  A time that the
 * host did not give is not part of it. */
static int64_t
content_hash(const struct omni *db, const struct omni__fact *fact,
    struct omni__buf *buf)
{
	int32_t noun = fact->noun;

	omni__buf_clear(buf);
	omni__buf_printf(buf, "%d %lld ", noun,
	    fact->timed ? (long long)fact->happened : 0);
	if (fact->said != NULL)
		add_text(buf, fact->said);
	else if (fact->record != NULL)
		add_field(buf, fact->record, OMNI__ID);
	add_text(buf, fact->source);
	add_text(buf, fact->key);
	add_text(buf, fact->channel);
	add_text(buf, fact->kind);
	add_text(buf, fact->refs);
	if (fact->said == NULL)
		add_text(buf, fact->body);
	return hash_buf(db, buf);
}

static bool
has_key(const struct omni__fact *fact)
{
	return fact->source != NULL && fact->key != NULL;
}

/* What is said of somebody at a time that the host gave is its own key:
 * told twice it is one fact. */
static bool
is_own_key(const struct omni__fact *fact)
{
	return fact->timed && (fact->noun == OMNI__FACT_SETTING ||
	    fact->noun == OMNI__FACT_CONTACT ||
	    fact->noun == OMNI__FACT_VERDICT);
}

struct keyed {
	int64_t hash, content;
	size_t fact;		/* index */
};

static int
compare_keyed(const void *left, const void *right)
{
	const struct keyed *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->fact < b->fact ? -1 : a->fact > b->fact;
}

/* The facts that have a host key, with their hashes. */
static omni_status
hash_keys(struct omni *db, const struct omni__fact *const *facts,
    size_t count, struct keyed **out, size_t *found)
{
	struct omni__buf buf = { .env = &db->env };
	struct keyed *keyed;
	size_t i, n = 0;

	keyed = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*keyed));
	if (keyed == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && !buf.failed; i++) {
		if (!has_key(facts[i]) && !is_own_key(facts[i]))
			continue;
		keyed[n].content = content_hash(db, facts[i], &buf);
		keyed[n].hash = keyed[n].content;
		if (has_key(facts[i]) && !buf.failed)
			keyed[n].hash = key_hash(db, facts[i], &buf);
		keyed[n++].fact = i;
	}
	*out = keyed;
	*found = n;
	if (buf.failed) {
		omni__buf_free(&buf);
		return omni__nomem(&db->error);
	}
	omni__buf_free(&buf);
	return OMNI_OK;
}

/* A held key with other content: a conflict, an erasure, or (2^-64) another
 * key with the same hash. */
static omni_status
compare_held(struct omni *db, const struct omni__fact *fact, int64_t held,
    omni_status *outcome)
{
	struct omni__fact other;
	omni_status status;

	status = omni__facts_read(db, &held, 1, &other);
	if (status != OMNI_OK)
		return status;
	if (other.noun == 0 || (other.key == NULL && other.body == NULL))
		*outcome = OMNI_ERASED;
	else if (has_key(&other) && has_key(fact) &&
	    strcmp(other.source, fact->source) == 0 &&
	    strcmp(other.key, fact->key) == 0)
		*outcome = OMNI_CONFLICT;
	else
		*outcome = OMNI_OK;
	return OMNI_OK;
}

/* Against earlier facts of the same batch. */
static omni_status
compare_batch(struct omni *db, const struct omni__fact *const *facts,
    const struct keyed *keyed, size_t count, omni_status *outcome,
    int64_t *existing)
{
	struct omni__map seen = { .arena = &db->scratch };
	size_t i, *first;
	bool found;

	for (i = 0; i < count; i++) {
		const struct omni__fact *a, *b = facts[keyed[i].fact];

		if (outcome[keyed[i].fact] != OMNI_OK)
			continue;
		first = omni__map_put(&seen, &keyed[i].hash,
		    sizeof(keyed[i].hash), i, &found);
		if (first == NULL)
			return omni__nomem(&db->error);
		if (!found)
			continue;
		a = facts[keyed[*first].fact];
		if (has_key(a) != has_key(b))
			continue;
		if (has_key(a) && (strcmp(a->source, b->source) != 0 ||
		    strcmp(a->key, b->key) != 0))
			continue;
		outcome[keyed[i].fact] =
		    keyed[*first].content == keyed[i].content ?
		    OMNI_DUPLICATE : OMNI_CONFLICT;
		existing[keyed[i].fact] = -(int64_t)keyed[*first].fact - 1;
	}
	return OMNI_OK;
}

omni_status
omni__facts_known(struct omni *db, const struct omni__fact *const *facts,
    size_t count, omni_status *outcome, int64_t *existing)
{
	struct omni__value *in;
	struct omni__result held;
	struct keyed *keyed;
	omni_status status;
	size_t i, n;

	for (i = 0; i < count; i++) {
		outcome[i] = OMNI_OK;
		existing[i] = 0;
	}
	status = hash_keys(db, facts, count, &keyed, &n);
	if (status != OMNI_OK || n == 0)
		return status;
	qsort(keyed, n, sizeof(*keyed), compare_keyed);
	in = omni__arena_alloc(&db->scratch, n * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < n; i++)
		in[i] = omni__int(keyed[i].hash);
	status = omni__query(db, &key_find, in, n, &held);
	for (i = 0; i < held.count && status == OMNI_OK; i++) {
		const struct keyed *k = &keyed[held.ordinal[i]];
		const struct omni__value *row = OMNI__AT(&held, i, 0);

		if (outcome[k->fact] != OMNI_OK)
			continue;
		if (row[1].number == k->content)
			outcome[k->fact] = OMNI_DUPLICATE;
		else
			status = compare_held(db, facts[k->fact],
			    row[0].number, &outcome[k->fact]);
		if (outcome[k->fact] != OMNI_OK)
			existing[k->fact] = row[0].number;
	}
	if (status != OMNI_OK)
		return status;
	return compare_batch(db, facts, keyed, n, outcome, existing);
}

omni_status
omni__keys_find(struct omni *db, const char *source, const char *const *keys,
    size_t count, int64_t *facts)
{
	struct omni__buf buf = { .env = &db->env };
	struct omni__fact fact = { .source = source };
	struct omni__value *in = omni__arena_alloc(&db->scratch,
	    (count + 1) * sizeof(*in));
	struct omni__result held;
	omni_status status;
	size_t i;

	if (in == NULL)
		return omni__nomem(&db->error);
	if (count == 0)
		return OMNI_OK;
	for (i = 0; i < count && !buf.failed; i++) {
		facts[i] = 0;
		fact.key = keys[i];
		in[i] = omni__int(key_hash(db, &fact, &buf));
	}
	status = buf.failed ? omni__nomem(&db->error) :
	    omni__query(db, &key_find, in, count, &held);
	for (i = 0; status == OMNI_OK && i < held.count; i++)
		facts[held.ordinal[i]] = OMNI__AT(&held, i, 0)->number;
	omni__buf_free(&buf);
	return status;
}

omni_status
omni__facts_reserve(struct omni *db, const struct omni__fact *const *facts,
    size_t count)
{
	struct omni__value *in;
	struct keyed *keyed;
	omni_status status;
	size_t i, n;

	status = hash_keys(db, facts, count, &keyed, &n);
	if (status != OMNI_OK || n == 0)
		return status;
	/* In the order of the index, so that it is walked once. */
	qsort(keyed, n, sizeof(*keyed), compare_keyed);
	in = omni__arena_alloc(&db->scratch, 3 * n * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < n; i++) {
		in[3 * i] = omni__int(keyed[i].hash);
		in[3 * i + 1] = omni__int(facts[keyed[i].fact]->id);
		in[3 * i + 2] = omni__int(keyed[i].content);
	}
	return omni__exec(db, &key_insert, in, n);
}

/* ---- erasing -------------------------------------------------------- */

static const struct omni__sql fact_erase = {
	.name = "fact_erase",
	.in = "id:i",
	.sql = "UPDATE omni_fact SET happened = NULL, record = NULL,"
	    " source = NULL, key = NULL, channel = NULL, kind = NULL,"
	    " refs = NULL, body = NULL\n"
	    "FROM p WHERE id = $id",
};

static const struct omni__sql fact_rewrite = {
	.name = "fact_rewrite",
	.in = "id:i body:t",
	.sql = "UPDATE omni_fact SET body = $body FROM p WHERE id = $id",
};

omni_status
omni__fact_rewrite(struct omni *db, int64_t id, const char *body)
{
	struct omni__value in[2] = { omni__int(id), omni__text(body) };

	return omni__exec(db, &fact_rewrite, in, 1);
}

/* An erased fact's host key stays, so that it is turned away, but it equals no
 * content any more. */
static const struct omni__sql key_erase = {
	.name = "key_erase",
	.in = "hash:i fact:i",
	.sql = "UPDATE omni_host_key SET content = 0\n"
	    "FROM p WHERE hash = $hash AND fact = $fact",
};

static omni_status
erase_keys(struct omni *db, const struct omni__fact *facts, size_t count)
{
	const struct omni__fact **pointers;
	struct omni__value *in;
	struct keyed *keyed;
	omni_status status;
	size_t i, n = 0;

	pointers = omni__arena_alloc(&db->scratch,
	    count * sizeof(*pointers));
	in = omni__arena_alloc(&db->scratch, 2 * count * sizeof(*in));
	if (pointers == NULL || in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		pointers[i] = &facts[i];
	status = hash_keys(db, pointers, count, &keyed, &n);
	for (i = 0; status == OMNI_OK && i < n; i++) {
		in[2 * i] = omni__int(keyed[i].hash);
		in[2 * i + 1] = omni__int(facts[keyed[i].fact].id);
	}
	return status == OMNI_OK ? omni__exec(db, &key_erase, in, n) : status;
}

omni_status
omni__facts_erase(struct omni *db, const int64_t *ids, size_t count)
{
	struct omni__fact *facts;
	struct omni__value *in;
	omni_status status;
	size_t i;

	if (count == 0)
		return OMNI_OK;
	facts = omni__arena_alloc(&db->scratch, count * sizeof(*facts));
	in = omni__arena_alloc(&db->scratch, count * sizeof(*in));
	if (facts == NULL || in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		in[i] = omni__int(ids[i]);
	status = omni__facts_read(db, ids, count, facts);
	if (status == OMNI_OK)
		status = erase_keys(db, facts, count);
	if (status == OMNI_OK)
		status = omni__exec(db, &fact_erase, in, count);
	return status;
}

static const struct omni__sql tombstone_put = {
	.name = "tombstone_put",
	.in = "hash:b until:i",
	.sql = "INSERT INTO omni_tombstone (hash, until)\n"
	    "SELECT $hash, $until FROM p WHERE true\n"
	    "ON CONFLICT (hash) DO UPDATE SET until = excluded.until",
};

static const struct omni__sql tombstone_get = {
	.name = "tombstone_get",
	.in = "hash:b",
	.out = "i",
	.sql = "SELECT t.until FROM omni_tombstone t WHERE t.hash = $hash",
};

static const struct omni__sql tombstone_any = {
	.name = "tombstone_any",
	.out = "i",
	.sql = "SELECT t.until FROM omni_tombstone t LIMIT 1",
};

omni_status
omni__tombstones_put(struct omni *db, const unsigned char *const *hashes,
    size_t count, int64_t until)
{
	struct omni__value *in;
	size_t i;

	in = omni__arena_alloc(&db->scratch, 2 * (count + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		in[2 * i] = omni__blob(hashes[i], OMNI__ID);
		in[2 * i + 1] = omni__int(until);
	}
	return omni__exec(db, &tombstone_put, in, count);
}

omni_status
omni__tombstones_get(struct omni *db, const unsigned char *const *hashes,
    size_t count, int64_t *until)
{
	struct omni__value *in;
	struct omni__result result;
	omni_status status;
	size_t i;

	in = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		in[i] = omni__blob(hashes[i], OMNI__ID);
		until[i] = INT64_MIN;
	}
	/* Mostly nobody was ever erased. */
	status = omni__query(db, &tombstone_any, NULL, 1, &result);
	if (status != OMNI_OK || result.count == 0)
		return status;
	status = omni__query(db, &tombstone_get, in, count, &result);
	for (i = 0; i < result.count && status == OMNI_OK; i++)
		until[result.ordinal[i]] = result.values[i].number;
	return status;
}

/* ---- one fact by itself --------------------------------------------- */

struct put_one {
	struct omni__fact *fact;
	omni__apply_fn apply;
	int64_t id;
};

static omni_status
put_one(struct omni *db, void *context)
{
	struct put_one *put = context;
	struct omni__fact fact = *put->fact;
	const struct omni__fact *pointer = &fact;
	omni_status status, outcome;

	status = omni__facts_known(db, &pointer, 1, &outcome, &put->id);
	if (status != OMNI_OK)
		return status;
	if (outcome == OMNI_CONFLICT)
		return omni__fail(&db->error, OMNI_CONFLICT,
		    "key: this source has told another fact under the same "
		    "key");
	if (outcome == OMNI_ERASED)
		return omni__fail(&db->error, OMNI_ERASED,
		    "key: the fact of this key was erased");
	if (outcome != OMNI_OK)
		return outcome;
	status = omni__facts_append(db, &fact, 1);
	if (status == OMNI_OK)
		status = omni__facts_reserve(db, &pointer, 1);
	if (status == OMNI_OK)
		status = put->apply(db, &fact, 1);
	put->id = fact.id;
	return status;
}

omni_status
omni__fact_put(struct omni *db, struct omni__fact *fact,
    omni__apply_fn apply, int64_t *id)
{
	struct put_one put = { fact, apply, 0 };
	omni_status status = omni__transact(db, true, put_one, &put);

	if (status >= 0 && id != NULL)
		*id = put.id;
	return status;
}
