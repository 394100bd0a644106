/*
 * The texts that PostgreSQL gets: a statement written for one row made one
 * for many, DDL written for SQLite made its own.
 */
#include <string.h>

#include "store/postgres_store.h"

/* ---- statements ----------------------------------------------------- */

static const char *
array_name(char type)
{
	return type == 'i' ? "int8[]" : type == 't' ? "text[]" : "bytea[]";
}

/*
 * unnest($1::int8[], $2::text[]) [WITH ORDINALITY] AS p(p_a, p_b).  The names
 * are no table's, so that a column may be called as a parameter is.
 */
static void
write_relation(struct omni__buf *out, const struct omni__param *params,
    size_t count, bool ordinal)
{
	size_t i;

	omni__buf_str(out, "unnest(");
	for (i = 0; i < count; i++)
		omni__buf_printf(out, "%s$%u::%s", i > 0 ? ", " : "",
		    (unsigned)(i + 1), array_name(params[i].type));
	omni__buf_str(out, ordinal ? ") WITH ORDINALITY AS p(" : ") AS p(");
	for (i = 0; i < count; i++)
		omni__buf_printf(out, "%sp_%.*s", i > 0 ? ", " : "",
		    (int)params[i].size, params[i].name);
	omni__buf_str(out, ordinal ? ", omni__i)" : ")");
}

/*
 * The rows are not sorted by the server: a sort there need not keep the
 * order of the rows of one parameter row.  The plan walks p in its order, and
 * run puts right what came otherwise.
 */
static void
write_query(struct omni__buf *out, const char *sql,
    const struct omni__param *params, size_t count)
{
	if (count == 0)
		omni__buf_str(out, "SELECT 1::int8, q.* FROM (\n");
	else {
		omni__buf_str(out, "SELECT p.omni__i, q.* FROM ");
		write_relation(out, params, count, true);
		omni__buf_str(out, " CROSS JOIN LATERAL (\n");
	}
	omni__sql_write(out, sql, "p.p_", true);
	omni__buf_str(out, "\n) AS q");
}

void
omni__postgres_statement(struct omni__buf *out, const char *sql,
    const struct omni__param *params, size_t count)
{
	if (omni__sql_reads(sql))
		write_query(out, sql, params, count);
	else if (count == 0)
		omni__sql_write(out, sql, NULL, true);
	else {
		omni__buf_str(out, "WITH p AS (SELECT * FROM ");
		write_relation(out, params, count, false);
		omni__buf_str(out, ")\n");
		omni__sql_write(out, sql, "p.p_", false);
	}
}

/* ---- DDL ------------------------------------------------------------ */

/* Types are written in capitals, so that a column may bear such a name. */
static const struct {
	const char *ours, *theirs;
} types[] = {
	{ "INTEGER", "BIGINT" },
	{ "BLOB", "BYTEA" },
	/* Bytes decide the order, as in SQLite. */
	{ "TEXT", "TEXT COLLATE \"C\"" },
};

/* Table options that PostgreSQL lacks; the second word may be absent. */
static const struct {
	const char *first, *second;
} options[] = {
	{ "STRICT", NULL },
	{ "WITHOUT", "ROWID" },
};

static bool
is_exactly(const struct omni__token *token, const char *word)
{
	return token->size == strlen(word) &&
	    memcmp(token->start, word, token->size) == 0;
}

static bool
next_word(const char **text, struct omni__token *token)
{
	while (omni__token_next(text, token))
		if (token->kind != OMNI__TOKEN_SPACE)
			return true;
	return false;
}

/* The size of a table option at text, with the space around; 0: none. */
static size_t
option_size(const char *text)
{
	const char *rest = text;
	struct omni__token token;
	size_t i;

	if (!next_word(&rest, &token))
		return 0;
	for (i = 0; i < OMNI__COUNT(options); i++) {
		if (!is_exactly(&token, options[i].first))
			continue;
		if (options[i].second == NULL)
			return (size_t)(rest - text);
		if (next_word(&rest, &token) &&
		    is_exactly(&token, options[i].second))
			return (size_t)(rest - text);
		return 0;
	}
	return 0;
}

/* All options that follow a closing parenthesis, with their commas. */
static size_t
options_size(const char *text)
{
	size_t size = option_size(text), more;

	while (size > 0) {
		size_t comma = strspn(text + size, " \t\n");

		if (text[size + comma] != ',')
			break;
		more = option_size(text + size + comma + 1);
		if (more == 0)
			break;
		size += comma + 1 + more;
	}
	return size;
}

static const char *
type_for(const struct omni__token *token)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(types); i++)
		if (token->kind == OMNI__TOKEN_WORD &&
		    is_exactly(token, types[i].ours))
			return types[i].theirs;
	return NULL;
}

void
omni__postgres_script(struct omni__buf *out, const char *ddl)
{
	struct omni__token token;

	while (omni__token_next(&ddl, &token)) {
		const char *type = type_for(&token);

		if (type != NULL)
			omni__buf_str(out, type);
		else
			omni__buf_add(out, token.start, token.size);
		if (token.kind == OMNI__TOKEN_OTHER && *token.start == ')')
			ddl += options_size(ddl);
	}
}
