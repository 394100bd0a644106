/*
 * Reads JSON into jansson's values.  jansson's own reader is not used: when
 * memory runs out it drops bytes of a string that is just being read, says
 * that a good text is wrong, or reads behind its buffer.  Its values say
 * plainly when there is no memory for them.
 */
#include <errno.h>
#include <float.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "store/db.h"
#include "text/text.h"

/* As deep as jansson goes. */
#define DEPTH 2048

static const char bad_syntax[] = "bad syntax";
static const char too_early[] = "it ends too early";
static const char nul_character[] = "a NUL character";

struct reader {
	const char *start, *at, *end;
	size_t flags;
	bool starved;			/* no memory */
	const char *reason;		/* the first thing that is wrong */
	struct omni__buf text, name;	/* being read */
	json_t *root;
	json_t *open[DEPTH];		/* borrowed: the root has them */
	size_t depth;
};

/* ---- failing -------------------------------------------------------- */

static bool
wrong(struct reader *r, const char *reason)
{
	if (r->reason == NULL)
		r->reason = r->at == r->end && reason == bad_syntax ?
		    too_early : reason;
	return false;
}

static bool
starved(struct reader *r)
{
	r->starved = true;
	return false;
}

/* ---- single characters ---------------------------------------------- */

static bool
next_is(const struct reader *r, char wanted)
{
	return r->at < r->end && *r->at == wanted;
}

static bool
take(struct reader *r, char wanted)
{
	if (!next_is(r, wanted))
		return false;
	r->at++;
	return true;
}

static bool
digit_follows(const struct reader *r)
{
	return r->at < r->end && *r->at >= '0' && *r->at <= '9';
}

static void
skip_space(struct reader *r)
{
	while (next_is(r, ' ') || next_is(r, '\t') || next_is(r, '\r') ||
	    next_is(r, '\n'))
		r->at++;
}

/* ---- strings -------------------------------------------------------- */

/* Four digits behind \u. */
static bool
take_unit(struct reader *r, uint32_t *unit)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	int i;

	*unit = 0;
	for (i = 0; i < 4; i++) {
		const char *digit = r->at < r->end ?
		    memchr(digits, *r->at, sizeof(digits) - 1) : NULL;

		if (digit == NULL)
			return wrong(r, bad_syntax);
		*unit = *unit << 4 | ((uint32_t)(digit - digits) & 15);
		r->at++;
	}
	return true;
}

static void
add_character(struct omni__buf *buf, uint32_t c)
{
	if (c < 0x80) {
		omni__buf_char(buf, (char)c);
		return;
	}
	if (c < 0x800)
		omni__buf_char(buf, (char)(0xc0 | c >> 6));
	else {
		if (c < 0x10000)
			omni__buf_char(buf, (char)(0xe0 | c >> 12));
		else {
			omni__buf_char(buf, (char)(0xf0 | c >> 18));
			omni__buf_char(buf, (char)(0x80 | (c >> 12 & 63)));
		}
		omni__buf_char(buf, (char)(0x80 | (c >> 6 & 63)));
	}
	omni__buf_char(buf, (char)(0x80 | (c & 63)));
}

/* Behind \u; what lies beyond the first plane is written as two. */
static bool
take_unicode(struct reader *r, struct omni__buf *out)
{
	uint32_t c, low;

	if (!take_unit(r, &c))
		return false;
	if (c >= 0xd800 && c <= 0xdfff) {
		if (c >= 0xdc00 || !take(r, '\\') || !take(r, 'u') ||
		    !take_unit(r, &low) || low < 0xdc00 || low > 0xdfff)
			return wrong(r, bad_syntax);
		c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
	}
	if (c == 0 && (r->flags & JSON_ALLOW_NUL) == 0)
		return wrong(r, nul_character);
	add_character(out, c);
	return true;
}

static bool
take_escape(struct reader *r, struct omni__buf *out)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *letter = r->at < r->end ?
	    memchr(letters, *r->at, sizeof(letters) - 1) : NULL;

	if (letter != NULL) {
		r->at++;
		omni__buf_char(out, meanings[letter - letters]);
		return true;
	}
	return take(r, 'u') ? take_unicode(r, out) : wrong(r, bad_syntax);
}

static bool
take_string(struct reader *r, struct omni__buf *out)
{
	omni__buf_clear(out);
	if (!take(r, '"'))
		return wrong(r, bad_syntax);
	while (!take(r, '"')) {
		const char *from = r->at;

		while (r->at < r->end && *r->at != '"' && *r->at != '\\' &&
		    (unsigned char)*r->at >= 0x20)
			r->at++;
		omni__buf_add(out, from, (size_t)(r->at - from));
		if (next_is(r, '"'))
			continue;
		if (!take(r, '\\'))
			return wrong(r, bad_syntax);
		if (!take_escape(r, out))
			return false;
	}
	return out->failed ? starved(r) : true;
}

/* ---- numbers -------------------------------------------------------- */

static bool
scan_number(struct reader *r, bool *whole)
{
	*whole = true;
	(void)take(r, '-');
	if (!digit_follows(r))
		return wrong(r, bad_syntax);
	if (!take(r, '0'))
		while (digit_follows(r))
			r->at++;
	if (take(r, '.')) {
		*whole = false;
		if (!digit_follows(r))
			return wrong(r, bad_syntax);
		while (digit_follows(r))
			r->at++;
	}
	if (!take(r, 'e') && !take(r, 'E'))
		return true;
	*whole = false;
	if (!take(r, '+'))
		(void)take(r, '-');
	if (!digit_follows(r))
		return wrong(r, bad_syntax);
	while (digit_follows(r))
		r->at++;
	return true;
}

/* strtod wants the point of the locale that the host has set. */
static double
real_value(char *text)
{
	char *point = strchr(text, '.');

	if (point != NULL)
		*point = *localeconv()->decimal_point;
	return strtod(text, NULL);
}

static json_t *
take_number(struct reader *r)
{
	const char *from = r->at;
	long long number;
	double real;
	bool whole;

	if (!scan_number(r, &whole))
		return NULL;
	omni__buf_clear(&r->text);
	omni__buf_add(&r->text, from, (size_t)(r->at - from));
	if (r->text.failed) {
		(void)starved(r);
		return NULL;
	}
	if (whole && (r->flags & JSON_DECODE_INT_AS_REAL) == 0) {
		errno = 0;
		number = strtoll(r->text.bytes, NULL, 10);
		if (errno == 0)
			return json_integer(number);
		(void)wrong(r, "a number is too large");
		return NULL;
	}
	real = real_value(r->text.bytes);
	if (real >= -DBL_MAX && real <= DBL_MAX)
		return json_real(real);
	(void)wrong(r, "a number is too large");
	return NULL;
}

/* ---- values --------------------------------------------------------- */

static bool
take_word(struct reader *r, const char *word)
{
	size_t size = strlen(word);

	if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size) != 0)
		return false;
	r->at += size;
	return true;
}

static json_t *
take_scalar(struct reader *r)
{
	if (next_is(r, '"'))
		return take_string(r, &r->text) ? json_stringn_nocheck(
		    r->text.size > 0 ? r->text.bytes : "", r->text.size) :
		    NULL;
	if (take_word(r, "true"))
		return json_true();
	if (take_word(r, "false"))
		return json_false();
	if (take_word(r, "null"))
		return json_null();
	return take_number(r);
}

/* Gives the value to what is open; value may be NULL. */
static bool
place(struct reader *r, json_t *value)
{
	json_t *parent = r->depth > 0 ? r->open[r->depth - 1] : NULL;
	int failed;

	if (value == NULL)
		return r->reason != NULL ? false : starved(r);
	if (parent == NULL) {
		r->root = value;
		return true;
	}
	failed = json_is_object(parent) ?
	    json_object_set_new_nocheck(parent,
	    r->name.size > 0 ? r->name.bytes : "", value) :
	    json_array_append_new(parent, value);
	return failed == 0 ? true : starved(r);
}

static bool
take_name(struct reader *r)
{
	skip_space(r);
	if (!take_string(r, &r->name))
		return false;
	if (r->name.size > 0 &&
	    memchr(r->name.bytes, '\0', r->name.size) != NULL)
		return wrong(r, "a NUL character in a name");
	if ((r->flags & JSON_REJECT_DUPLICATES) != 0 &&
	    json_object_get(r->open[r->depth - 1],
	    r->name.size > 0 ? r->name.bytes : "") != NULL)
		return wrong(r, "a member occurs twice");
	skip_space(r);
	return take(r, ':') ? true : wrong(r, bad_syntax);
}

/* Behind a value: closes what ends and goes on to the next value, if any. */
static bool
take_ends(struct reader *r)
{
	for (;;) {
		bool object;

		skip_space(r);
		if (r->depth == 0)
			return true;
		object = json_is_object(r->open[r->depth - 1]);
		if (take(r, ','))
			return object ? take_name(r) : true;
		if (!take(r, object ? '}' : ']'))
			return wrong(r, bad_syntax);
		r->depth--;
	}
}

/* A scalar with what ends behind it, or the beginning of what holds more. */
static bool
take_value(struct reader *r)
{
	bool object;
	json_t *value;

	skip_space(r);
	object = next_is(r, '{');
	if (!object && !next_is(r, '[')) {
		if (r->depth == 0 && (r->flags & JSON_DECODE_ANY) == 0)
			return wrong(r, r->at == r->end ? too_early :
			    "it is no object");
		return place(r, take_scalar(r)) && take_ends(r);
	}
	if (r->depth == DEPTH)
		return wrong(r, "nested too deeply");
	r->at++;
	value = object ? json_object() : json_array();
	if (!place(r, value))
		return false;
	r->open[r->depth++] = value;
	skip_space(r);
	if (next_is(r, object ? '}' : ']'))
		return take_ends(r);
	return object ? take_name(r) : true;
}

static bool
read_all(struct reader *r)
{
	size_t bad;

	if (!omni__utf8_check(r->start, (size_t)(r->end - r->start), &bad)) {
		r->at = r->start + bad;
		return wrong(r, "not UTF-8");
	}
	do {
		if (!take_value(r))
			return false;
	} while (r->depth > 0);
	return r->at == r->end ? true :
	    wrong(r, "something follows the object");
}

/* Lines and characters, from 1. */
static void
locate(const struct reader *r, struct omni__json_problem *problem)
{
	const char *at;

	problem->reason = r->reason;
	problem->line = problem->column = 1;
	for (at = r->start; at < r->at; at++) {
		if (*at == '\n') {
			problem->line++;
			problem->column = 1;
		} else if (((unsigned char)*at & 0xc0) != 0x80)
			problem->column++;
	}
}

omni_status
omni__json_read(const char *text, size_t size, size_t flags,
    struct json_t **root, struct omni__json_problem *problem)
{
	struct reader r;
	bool whole;

	/* Not the 16 KiB that are filled as it gets deeper. */
	memset(&r, 0, offsetof(struct reader, open));
	r.depth = 0;
	r.start = r.at = text;
	r.end = text + size;
	r.flags = flags;
	whole = read_all(&r);
	omni__buf_free(&r.text);
	omni__buf_free(&r.name);
	*root = NULL;
	if (whole) {
		*root = r.root;
		return OMNI_OK;
	}
	json_decref(r.root);
	if (r.starved)
		return OMNI_NOMEM;
	locate(&r, problem);
	return OMNI_INVALID;
}

omni_status
omni__json_body(struct omni *db, const struct omni__fact *fact,
    struct json_t **root)
{
	struct omni__json_problem problem;
	omni_status status = OMNI_INVALID;

	*root = NULL;
	if (fact->body != NULL)
		status = omni__json_read(fact->body, strlen(fact->body), 0,
		    root, &problem);
	if (status == OMNI_NOMEM)
		return omni__nomem(&db->error);
	if (status != OMNI_OK)
		return omni__fail(&db->error, OMNI_CORRUPT,
		    "fact %lld: its body is damaged", (long long)fact->id);
	return OMNI_OK;
}
