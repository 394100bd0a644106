/*
 * The text that SQLite gets.  Where one row is inserted as it stands,
 * INSERT ... SELECT becomes INSERT ... VALUES: for a query SQLite expects
 * many rows and keeps every page that it touches for an undo, which costs a
 * third of a load (bench_store).
 */
#include "store/sqlite_store.h"

struct insertion {
	const char *select, *list, *list_end, *rest;
};

/* The next piece that is no space. */
static bool
next_piece(const char **text, struct omni__token *token)
{
	while (omni__token_next(text, token))
		if (token->kind != OMNI__TOKEN_SPACE)
			return true;
	return false;
}

/* Moves behind the first such word that lies in no parentheses. */
static bool
find_word(const char **text, const char *word, const char **start)
{
	struct omni__token token;
	int depth = 0;

	while (next_piece(text, &token)) {
		if (token.kind == OMNI__TOKEN_OTHER)
			depth += *token.start == '(' ? 1 :
			    *token.start == ')' ? -1 : 0;
		else if (depth == 0 && omni__token_is(&token, word)) {
			*start = token.start;
			return true;
		}
	}
	return false;
}

static bool
next_is(const char **text, const char *word)
{
	struct omni__token token;

	return next_piece(text, &token) && omni__token_is(&token, word);
}

/* INSERT ... SELECT list FROM p WHERE true [ON ... | RETURNING ...] */
static bool
is_one_row(const char *text, struct insertion *parts)
{
	struct omni__token token;
	const char *rest;

	if (!next_is(&text, "INSERT") ||
	    !find_word(&text, "SELECT", &parts->select))
		return false;
	parts->list = text;
	if (!find_word(&text, "FROM", &parts->list_end) ||
	    !next_is(&text, "p") || !next_is(&text, "WHERE") ||
	    !next_is(&text, "true"))
		return false;
	parts->rest = rest = text;
	return !next_piece(&rest, &token) || omni__token_is(&token, "ON") ||
	    omni__token_is(&token, "RETURNING");
}

void
omni__sqlite_text(struct omni__buf *out, const char *sql)
{
	struct insertion parts;

	if (!is_one_row(sql, &parts)) {
		omni__sql_write(out, sql, NULL, true);
		return;
	}
	omni__buf_add(out, sql, (size_t)(parts.select - sql));
	omni__buf_str(out, "VALUES (");
	omni__buf_add(out, parts.list, (size_t)(parts.list_end - parts.list));
	omni__buf_str(out, ")");
	omni__buf_str(out, parts.rest);
}
