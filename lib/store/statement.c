/*
 * What both stores share: values, the declared parameters of a statement,
 * the one SQL text cut into pieces, prepared statements by address, and the
 * rows of a result while they come.
 */
#include <string.h>

#include "store/store.h"

/* ---- values --------------------------------------------------------- */

struct omni__value
omni__null(void)
{
	return (struct omni__value){ .type = OMNI__NULL };
}

struct omni__value
omni__int(int64_t number)
{
	return (struct omni__value){ .type = OMNI__INT, .number = number };
}

struct omni__value
omni__int_or_null(int64_t number, int64_t unknown)
{
	return number == unknown ? omni__null() : omni__int(number);
}

int64_t
omni__value_int(const struct omni__value *value, int64_t unknown)
{
	return value->type == OMNI__INT ? value->number : unknown;
}

struct omni__value
omni__text(const char *text)
{
	if (text == NULL)
		return omni__null();
	return (struct omni__value){
		.type = OMNI__TEXT,
		.size = (uint32_t)strlen(text),
		.bytes = text,
	};
}

struct omni__value
omni__blob(const void *bytes, size_t size)
{
	if (bytes == NULL)
		return omni__null();
	return (struct omni__value){
		.type = OMNI__BLOB,
		.size = (uint32_t)size,
		.bytes = bytes,
	};
}

const char *
omni__value_text(const struct omni__value *value)
{
	return value->type == OMNI__TEXT ? value->bytes : NULL;
}

/* ---- declared parameters -------------------------------------------- */

/* Reads "name:type" up to a blank or the end; false when it is not that. */
static bool
read_param(const char **text, struct omni__param *param)
{
	const char *colon = *text + strcspn(*text, ": ");

	if (colon == *text || *colon != ':' || colon[1] == '\0' ||
	    strchr("itb", colon[1]) == NULL ||
	    (colon[2] != ' ' && colon[2] != '\0'))
		return false;
	param->name = *text;
	param->size = (size_t)(colon - *text);
	param->type = colon[1];
	*text = colon + 2;
	return true;
}

size_t
omni__sql_params(const struct omni__sql *sql,
    struct omni__param params[OMNI__PARAMS_MAX])
{
	const char *text = sql->in == NULL ? "" : sql->in;
	size_t count = 0;

	for (;;) {
		text += strspn(text, " ");
		if (*text == '\0')
			return count;
		if (count == OMNI__PARAMS_MAX ||
		    !read_param(&text, &params[count]))
			return 0;
		count++;
	}
}

bool
omni__param_takes(const struct omni__param *param,
    const struct omni__value *value)
{
	static const char letters[] = {
		[OMNI__INT] = 'i', [OMNI__TEXT] = 't', [OMNI__BLOB] = 'b',
	};

	return value->type == OMNI__NULL ||
	    (value->type < OMNI__COUNT(letters) &&
	    letters[value->type] == param->type);
}

/* ---- the text in pieces --------------------------------------------- */

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_';
}

static size_t
space_size(const char *text)
{
	size_t size = 0;

	for (;;) {
		if (is_space(text[size]))
			size++;
		else if (text[size] == '-' && text[size + 1] == '-')
			size += strcspn(text + size, "\n");
		else
			return size;
	}
}

/* Up to the closing quote; a doubled one stands for itself. */
static size_t
quoted_size(const char *text)
{
	size_t size = 1;

	for (; text[size] != '\0'; size++) {
		if (text[size] != text[0])
			continue;
		if (text[size + 1] != text[0])
			return size + 1;
		size++;
	}
	return size;
}

static size_t
word_size(const char *text)
{
	size_t size = 0;

	while (is_word(text[size]))
		size++;
	return size;
}

bool
omni__token_next(const char **text, struct omni__token *token)
{
	const char *start = *text;

	token->start = start;
	if (*start == '\0')
		return false;
	if ((token->size = space_size(start)) > 0)
		token->kind = OMNI__TOKEN_SPACE;
	else if (*start == '\'' || *start == '"') {
		token->kind = OMNI__TOKEN_QUOTED;
		token->size = quoted_size(start);
	} else if (*start == '$' && word_size(start + 1) > 0) {
		token->kind = OMNI__TOKEN_PARAM;
		token->size = 1 + word_size(start + 1);
	} else if ((token->size = word_size(start)) > 0)
		token->kind = OMNI__TOKEN_WORD;
	else {
		token->kind = OMNI__TOKEN_OTHER;
		token->size = 1;
	}
	*text = start + token->size;
	return true;
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool
omni__token_is(const struct omni__token *token, const char *word)
{
	size_t i;

	if (token->kind != OMNI__TOKEN_WORD || strlen(word) != token->size)
		return false;
	for (i = 0; i < token->size; i++)
		if (upper(token->start[i]) != upper(word[i]))
			return false;
	return true;
}

bool
omni__sql_reads(const char *sql)
{
	struct omni__token token;

	while (omni__token_next(&sql, &token))
		if (token.kind != OMNI__TOKEN_SPACE)
			return omni__token_is(&token, "SELECT") ||
			    omni__token_is(&token, "VALUES") ||
			    omni__token_is(&token, "WITH");
	return false;
}

/*
 * At "FROM p" or "USING p", where p is not the head of a longer name: how
 * many bytes to leave out, and in *keep how many of them to write after all
 * (those of the word, when another table follows a comma).
 */
static size_t
relation_size(const struct omni__token *word, size_t *keep)
{
	const char *rest = word->start + word->size;
	struct omni__token space, name;
	size_t gap;

	*keep = 0;
	if (!omni__token_is(word, "FROM") && !omni__token_is(word, "USING"))
		return 0;
	if (!omni__token_next(&rest, &space) ||
	    space.kind != OMNI__TOKEN_SPACE ||
	    !omni__token_next(&rest, &name) || !omni__token_is(&name, "p") ||
	    *rest == '.' || *rest == '(')
		return 0;
	gap = space_size(rest);
	if (rest[gap] == ',') {
		*keep = word->size;
		rest += gap + 1;
	}
	return (size_t)(rest - word->start);
}

void
omni__sql_write(struct omni__buf *out, const char *sql, const char *prefix,
    bool strip)
{
	struct omni__token token;

	while (omni__token_next(&sql, &token)) {
		size_t keep = 0;
		size_t size = strip ? relation_size(&token, &keep) : 0;

		if (size > 0) {
			omni__buf_add(out, token.start, keep);
			sql = token.start + size;
		} else if (token.kind == OMNI__TOKEN_PARAM && prefix != NULL) {
			omni__buf_str(out, prefix);
			omni__buf_add(out, token.start + 1, token.size - 1);
		} else
			omni__buf_add(out, token.start, token.size);
	}
}

/* ---- prepared statements by address --------------------------------- */

#define CACHE_MIN ((size_t)64)

static struct omni__cached *
slot_of(const struct omni__cache *cache, const struct omni__sql *sql)
{
	/* Fibonacci hashing: addresses share their low and high bits. */
	uint64_t hash = (uint64_t)(uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(hash >> 32) & (cache->room - 1);

	while (cache->slots[i].sql != NULL && cache->slots[i].sql != sql)
		i = (i + 1) & (cache->room - 1);
	return &cache->slots[i];
}

static bool
cache_grow(struct omni__cache *cache)
{
	struct omni__cache wide = {
		.env = cache->env,
		.room = cache->room == 0 ? CACHE_MIN : cache->room * 2,
		.count = cache->count,
	};
	size_t i;

	wide.slots = omni__realloc(wide.env, NULL,
	    wide.room * sizeof(*wide.slots));
	if (wide.slots == NULL)
		return false;
	memset(wide.slots, 0, wide.room * sizeof(*wide.slots));
	for (i = 0; i < cache->room; i++)
		if (cache->slots[i].sql != NULL)
			*slot_of(&wide, cache->slots[i].sql) = cache->slots[i];
	omni__free(cache->env, cache->slots);
	*cache = wide;
	return true;
}

void **
omni__cache_find(struct omni__cache *cache, const struct omni__sql *sql)
{
	struct omni__cached *slot;

	if ((cache->count + 1) * 2 > cache->room && !cache_grow(cache))
		return NULL;
	slot = slot_of(cache, sql);
	if (slot->sql == NULL) {
		slot->sql = sql;
		cache->count++;
	}
	return &slot->prepared;
}

void
omni__cache_free(struct omni__cache *cache)
{
	omni__free(cache->env, cache->slots);
	cache->slots = NULL;
	cache->room = cache->count = 0;
}

/* ---- rows while they come ------------------------------------------- */

/* Scratch that one large result made is given back by the next. */
#define ROWS_KEPT ((size_t)16384)

void
omni__rows_free(struct omni__rows *rows)
{
	omni__free(rows->env, rows->values);
	omni__free(rows->env, rows->ordinals);
	rows->values = NULL;
	rows->ordinals = NULL;
	rows->values_room = rows->ordinals_room = rows->count = 0;
}

void
omni__rows_start(struct omni__rows *rows, size_t columns)
{
	if (rows->values_room > ROWS_KEPT || rows->ordinals_room > ROWS_KEPT)
		omni__rows_free(rows);
	rows->columns = columns;
	rows->count = 0;
}

struct omni__value *
omni__rows_add(struct omni__rows *rows, uint32_t ordinal)
{
	size_t used = rows->count * rows->columns;

	if (used + rows->columns > rows->values_room &&
	    omni__grow(rows->env, &rows->values, &rows->values_room,
	    used + rows->columns, sizeof(*rows->values)) != OMNI_OK)
		return NULL;
	if (rows->count == rows->ordinals_room &&
	    omni__grow(rows->env, &rows->ordinals, &rows->ordinals_room,
	    rows->count + 1, sizeof(*rows->ordinals)) != OMNI_OK)
		return NULL;
	rows->ordinals[rows->count++] = ordinal;
	return rows->values + used;
}

omni_status
omni__rows_result(struct omni__rows *rows, struct omni__arena *arena,
    struct omni__result *result)
{
	size_t cells = rows->count * rows->columns;

	result->columns = rows->columns;
	result->count = 0;
	result->values = NULL;
	result->ordinal = NULL;
	if (rows->count == 0)
		return OMNI_OK;
	result->values = omni__arena_copy(arena, rows->values,
	    cells * sizeof(*rows->values));
	result->ordinal = omni__arena_copy(arena, rows->ordinals,
	    rows->count * sizeof(*rows->ordinals));
	if (result->values == NULL || result->ordinal == NULL)
		return OMNI_NOMEM;
	result->count = rows->count;
	return OMNI_OK;
}
