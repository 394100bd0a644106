/*
 * Words: texts that come again and again, as small numbers of this store.
 * A cache in the handle; what a rolled-back transaction made is forgotten.
 */
#include <string.h>

#include "store/db.h"

static const struct omni__sql term_find = {
	.name = "term_find",
	.in = "text:t",
	.out = "i",
	.sql = "SELECT t.number FROM omni_term t WHERE t.text = $text",
};

static const struct omni__sql term_text = {
	.name = "term_text",
	.in = "number:i",
	.out = "t",
	.sql = "SELECT t.text FROM omni_term t WHERE t.number = $number",
};

/* Two connections that choose one number collide, and one tries again. */
static const struct omni__sql term_add = {
	.name = "term_add",
	.in = "text:t",
	.out = "i",
	.sql = "INSERT INTO omni_term (number, text)\n"
	    "SELECT (SELECT coalesce(max(t.number), 0) + 1 FROM omni_term t),"
	    " $text FROM p WHERE true\n"
	    "RETURNING number",
};

void
omni__terms_forget(struct omni *db)
{
	struct omni__terms *terms = &db->terms;

	omni__arena_free(&terms->arena);
	omni__free(&db->env, terms->texts);
	memset(terms, 0, sizeof(*terms));
	terms->arena.env = &db->env;
}

static omni_status
remember(struct omni *db, int64_t number, const char *text)
{
	struct omni__terms *terms = &db->terms;
	size_t at = (size_t)number, old = terms->room;
	bool found;
	char *copy;

	terms->numbers.arena = &terms->arena;
	if (number < 1 || number > INT32_MAX)
		return omni__fail(&db->error, OMNI_CORRUPT,
		    "the word table holds a number out of range");
	if (omni__grow(&db->env, &terms->texts, &terms->room, at + 1,
	    sizeof(*terms->texts)) != OMNI_OK)
		return omni__nomem(&db->error);
	if (terms->room > old)
		memset(terms->texts + old, 0,
		    (terms->room - old) * sizeof(*terms->texts));
	if (terms->texts[at] != NULL)
		return OMNI_OK;
	copy = omni__arena_strdup(&terms->arena, text);
	if (copy == NULL || omni__map_put(&terms->numbers, copy,
	    strlen(copy), at, &found) == NULL)
		return omni__nomem(&db->error);
	terms->texts[at] = copy;
	return OMNI_OK;
}

omni_status
omni__term_find(struct omni *db, const char *text, int64_t *number)
{
	struct omni__value in = omni__text(text);
	struct omni__result result;
	omni_status status;
	size_t *known;

	*number = 0;
	if (text == NULL)
		return OMNI_OK;
	known = omni__map_get(&db->terms.numbers, text, strlen(text));
	if (known != NULL) {
		*number = (int64_t)*known;
		return OMNI_OK;
	}
	status = omni__query(db, &term_find, &in, 1, &result);
	if (status != OMNI_OK || result.count == 0)
		return status;
	*number = result.values[0].number;
	return remember(db, *number, text);
}

omni_status
omni__term(struct omni *db, const char *text, int64_t *number)
{
	struct omni__value in = omni__text(text);
	struct omni__result result;
	omni_status status;

	status = omni__term_find(db, text, number);
	if (status != OMNI_OK || *number != 0 || text == NULL)
		return status;
	status = omni__query(db, &term_add, &in, 1, &result);
	if (status != OMNI_OK)
		return status;
	*number = result.values[0].number;
	return remember(db, *number, text);
}

omni_status
omni__term_text(struct omni *db, int64_t number, const char **text)
{
	struct omni__value in = omni__int(number);
	struct omni__result result;
	omni_status status;

	*text = NULL;
	if (number == 0)
		return OMNI_OK;
	if (number > 0 && (size_t)number < db->terms.room &&
	    db->terms.texts[number] != NULL) {
		*text = db->terms.texts[number];
		return OMNI_OK;
	}
	status = omni__query(db, &term_text, &in, 1, &result);
	if (status != OMNI_OK)
		return status;
	if (result.count == 0)
		return omni__fail(&db->error, OMNI_CORRUPT,
		    "word %lld is used but not in the word table",
		    (long long)number);
	status = remember(db, number, omni__value_text(&result.values[0]));
	if (status == OMNI_OK)
		*text = db->terms.texts[number];
	return status;
}
