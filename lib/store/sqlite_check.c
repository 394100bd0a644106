/*
 * Is the file of the embedded store sound?  SQLite's own checks, as lines.
 */
#include <string.h>

#include "store/sqlite_store.h"

/* Appends each row of a checking PRAGMA as a line. */
static int
check_with(sqlite3 *db, const char *sql, struct omni__buf *lines)
{
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	while (code == SQLITE_OK || code == SQLITE_ROW) {
		const char *text;

		code = sqlite3_step(stmt);
		if (code != SQLITE_ROW)
			break;
		text = (const char *)sqlite3_column_text(stmt, 0);
		if (text == NULL)
			code = SQLITE_NOMEM;
		else if (strcmp(text, "ok") != 0) {
			omni__buf_str(lines, text);
			omni__buf_char(lines, '\n');
		}
	}
	(void)sqlite3_finalize(stmt);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

static omni_status
look(struct omni__store *store, struct omni__buf *lines,
    struct omni__error *error)
{
	static const char *const checks[] = {
		"PRAGMA integrity_check",
		"SELECT 'a row of ' || \"table\" || ' refers to a missing row "
		    "of ' || parent FROM pragma_foreign_key_check",
	};
	size_t i;

	for (i = 0; i < OMNI__COUNT(checks); i++) {
		int code = check_with(store->db, checks[i], lines);

		/* Too damaged to be checked is damage too. */
		if ((code & 0xff) == SQLITE_CORRUPT) {
			omni__buf_str(lines, "the file cannot be read to its "
			    "end\n");
			break;
		}
		if (code != SQLITE_OK)
			return omni__sqlite_fail(store, store->db, code,
			    error);
	}
	return lines->failed ? omni__nomem(error) : OMNI_OK;
}

omni_status
omni__sqlite_check(struct omni__store *store, struct omni__buf *lines,
    struct omni__error *error)
{
	omni_status status;

	store->retriable = false;
	status = look(store, lines, error);
	if (status != OMNI_OK || lines->size == 0)
		return status;
	/* SQLite takes a page for damaged, too, that could not be read this
	 * once or for which there was no memory: damage stays. */
	omni__buf_clear(lines);
	return look(store, lines, error);
}
