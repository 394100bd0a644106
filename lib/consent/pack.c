/*
 * A statement as one small blob, so that a decision reads fifty of them in
 * microseconds: words by their numbers, only the parts that are there.
 *
 *	version, OMNI_SAID_* and flags, parts (2 bytes), happened (8),
 *	purpose, then each part in the order below
 *
 * Numbers of words and sizes have seven bits a byte, the lowest first.  What a
 * host may write in words of its own goes with the row, as text.
 */
#include <string.h>

#include "consent/consent.h"

#define VERSION 1

#define SAID_MASK 0x3f
#define DOUBTFUL 0x40
#define HELD 0x80

/* The parts, in order. */
enum {
	PART_CHANNEL = 0x0001, PART_BRAND = 0x0002, PART_SOURCE = 0x0004,
	PART_VIA = 0x0008, PART_ADDRESS = 0x0010, PART_EXPIRY = 0x0020,
	PART_RANK = 0x0040, PART_MEDIUM = 0x0080, PART_MARK = 0x0100,
	PART_WORDING = 0x0200, PART_VALUE = 0x0400, PART_SEEN = 0x0800,
	PARTS = 0x0fff
};

/* ---- writing -------------------------------------------------------- */

static void
put_number(struct omni__buf *out, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		omni__buf_char(out, (char)(number | 0x80));
	omni__buf_char(out, (char)number);
}

static void
put_long(struct omni__buf *out, int64_t number)
{
	unsigned char bytes[8];

	omni__bytes_put(bytes, number);
	omni__buf_add(out, bytes, sizeof(bytes));
}

static omni_status
put_word(struct omni *db, struct omni__buf *out, const char *text)
{
	int64_t number;
	omni_status status = omni__term(db, text, &number);

	if (status == OMNI_OK)
		put_number(out, (uint64_t)number);
	return status;
}

static unsigned
parts_of(const struct omni__said *s)
{
	return (s->channel != NULL ? PART_CHANNEL : 0U) |
	    (s->brand != NULL ? PART_BRAND : 0U) |
	    (s->source != NULL && *s->source != '\0' ? PART_SOURCE : 0U) |
	    (s->via != NULL ? PART_VIA : 0U) |
	    (s->wording != NULL ? PART_WORDING : 0U) |
	    (s->address != NULL ? PART_ADDRESS : 0U) |
	    (s->expiry != INT64_MAX ? PART_EXPIRY : 0U) |
	    (s->rank != 0 ? PART_RANK : 0U) |
	    (s->medium != 0 ? PART_MEDIUM : 0U) |
	    (s->said == OMNI_SAID_WITHDRAW ? PART_MARK : 0U) |
	    (s->value != NULL ? PART_VALUE : 0U) |
	    (s->seen_count > 0 ? PART_SEEN : 0U);
}

static omni_status
put_words(struct omni *db, struct omni__buf *out, const struct omni__said *s,
    unsigned parts)
{
	const char *const words[] = {
		s->channel, s->brand, s->source, s->via
	};
	omni_status status = put_word(db, out, s->purpose);
	size_t i;

	for (i = 0; i < OMNI__COUNT(words) && status == OMNI_OK; i++)
		if ((parts >> i & 1) != 0)
			status = put_word(db, out, words[i]);
	return status;
}

/* Its NUL is kept, so that it can be read where it lies. */
static void
put_text(struct omni__buf *out, const char *text)
{
	put_number(out, strlen(text) + 1);
	omni__buf_add(out, text, strlen(text) + 1);
}

static void
put_rest(struct omni__buf *out, const struct omni__said *s, unsigned parts)
{
	size_t i;

	if ((parts & PART_ADDRESS) != 0)
		omni__buf_add(out, s->address, OMNI__ID);
	if ((parts & PART_EXPIRY) != 0)
		put_long(out, s->expiry);
	if ((parts & PART_RANK) != 0)
		put_number(out, (uint64_t)s->rank);
	if ((parts & PART_MEDIUM) != 0)
		put_number(out, (uint64_t)s->medium);
	if ((parts & PART_MARK) != 0)
		put_long(out, (int64_t)s->mark);
	if ((parts & PART_WORDING) != 0)
		put_text(out, s->wording);
	if ((parts & PART_VALUE) != 0)
		put_text(out, s->value);
	if ((parts & PART_SEEN) != 0)
		put_number(out, s->seen_count);
	for (i = 0; i < s->seen_count; i++)
		put_long(out, (int64_t)s->seen[i]);
}

omni_status
omni__said_pack(struct omni *db, const struct omni__said *s,
    struct omni__value *out)
{
	struct omni__buf pack = { .env = &db->env };
	unsigned parts = parts_of(s);
	omni_status status;
	void *copy;

	omni__buf_char(&pack, VERSION);
	omni__buf_char(&pack, (char)(s->said | (s->doubtful ? DOUBTFUL : 0) |
	    (s->held ? HELD : 0)));
	omni__buf_char(&pack, (char)(parts >> 8));
	omni__buf_char(&pack, (char)parts);
	put_long(&pack, s->happened);
	status = put_words(db, &pack, s, parts);
	put_rest(&pack, s, parts);
	copy = status != OMNI_OK || pack.failed ? NULL :
	    omni__arena_copy(&db->scratch, pack.bytes, pack.size);
	if (copy != NULL)
		*out = omni__blob(copy, pack.size);
	else if (status == OMNI_OK)
		status = omni__nomem(&db->error);
	omni__buf_free(&pack);
	return status;
}

/* ---- reading -------------------------------------------------------- */

/* What is behind the end reads as zeroes, and is noted. */
struct reader {
	const unsigned char *at, *end;
	bool bad;
};

static const unsigned char *
take(struct reader *r, size_t size)
{
	const unsigned char *bytes = r->at;

	if ((size_t)(r->end - r->at) < size) {
		r->bad = true;
		return NULL;
	}
	r->at += size;
	return bytes;
}

static uint64_t
take_number(struct reader *r)
{
	uint64_t number = 0;
	int shift;

	for (shift = 0; shift < 63 && r->at < r->end; shift += 7) {
		unsigned char c = *r->at++;

		number |= (uint64_t)(c & 0x7f) << shift;
		if ((c & 0x80) == 0)
			return number;
	}
	r->bad = true;
	return 0;
}

static int32_t
take_small(struct reader *r)
{
	uint64_t number = take_number(r);

	if (number <= INT32_MAX)
		return (int32_t)number;
	r->bad = true;
	return 0;
}

static int64_t
take_long(struct reader *r)
{
	const unsigned char *bytes = take(r, 8);

	return bytes != NULL ? omni__bytes_get(bytes) : 0;
}

static const char *
take_text(struct reader *r)
{
	uint64_t size = take_number(r);
	const unsigned char *text = size > 0 && size <= OMNI_TEXT_MAX + 1 ?
	    take(r, (size_t)size) : NULL;

	if (text != NULL && text[size - 1] == '\0')
		return (const char *)text;
	r->bad = true;
	return NULL;
}

static omni_status
take_word(struct omni *db, struct reader *r, const char **text)
{
	int32_t number = take_small(r);

	if (number > 0)
		return omni__term_text(db, number, text);
	r->bad = true;
	return OMNI_OK;
}

static omni_status
take_words(struct omni *db, struct reader *r, unsigned parts,
    struct omni__said *s)
{
	const char **const words[] = {
		&s->channel, &s->brand, &s->source, &s->via
	};
	omni_status status = take_word(db, r, &s->purpose);
	size_t i;

	s->source = "";
	for (i = 0; i < OMNI__COUNT(words) && status == OMNI_OK; i++)
		if ((parts >> i & 1) != 0)
			status = take_word(db, r, words[i]);
	return status;
}

static omni_status
take_seen(struct omni *db, struct reader *r, struct omni__said *s)
{
	uint64_t count = take_number(r);
	uint64_t *marks;
	size_t i;

	if (r->bad || count > (uint64_t)(r->end - r->at) / 8) {
		r->bad = true;
		return OMNI_OK;
	}
	marks = omni__arena_alloc(&db->scratch,
	    ((size_t)count + 1) * sizeof(*marks));
	if (marks == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < (size_t)count; i++)
		marks[i] = (uint64_t)take_long(r);
	s->seen = marks;
	s->seen_count = (size_t)count;
	return OMNI_OK;
}

static omni_status
take_rest(struct omni *db, struct reader *r, unsigned parts,
    struct omni__said *s)
{
	if ((parts & PART_ADDRESS) != 0)
		s->address = take(r, OMNI__ID);
	s->expiry = (parts & PART_EXPIRY) != 0 ? take_long(r) : INT64_MAX;
	if ((parts & PART_RANK) != 0)
		s->rank = take_small(r);
	if ((parts & PART_MEDIUM) != 0)
		s->medium = take_small(r);
	if ((parts & PART_MARK) != 0)
		s->mark = (uint64_t)take_long(r);
	if ((parts & PART_WORDING) != 0)
		s->wording = take_text(r);
	if ((parts & PART_VALUE) != 0)
		s->value = take_text(r);
	return (parts & PART_SEEN) != 0 ? take_seen(db, r, s) : OMNI_OK;
}

omni_status
omni__said_unpack(struct omni *db, const struct omni__value *value,
    struct omni__said *s)
{
	struct reader r = { .at = value->bytes };
	const unsigned char *head;
	omni_status status = OMNI_OK;
	unsigned parts = 0;

	r.end = r.at + (value->type == OMNI__BLOB ? value->size : 0);
	memset(s, 0, sizeof(*s));
	head = take(&r, 4);
	if (head != NULL && head[0] == VERSION) {
		s->said = head[1] & SAID_MASK;
		s->doubtful = (head[1] & DOUBTFUL) != 0;
		s->held = (head[1] & HELD) != 0;
		parts = (unsigned)head[2] << 8 | head[3];
		s->happened = take_long(&r);
		if (!r.bad)
			status = take_words(db, &r, parts, s);
		if (status == OMNI_OK && !r.bad)
			status = take_rest(db, &r, parts, s);
	} else
		r.bad = true;
	if (status == OMNI_OK && (r.bad || r.at != r.end || s->said == 0 ||
	    (parts & ~(unsigned)PARTS) != 0))
		status = omni__fail(&db->error, OMNI_CORRUPT,
		    "the row of a statement is damaged: rebuild the store");
	return status;
}
