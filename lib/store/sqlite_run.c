/*
 * Statements of the embedded store: prepared once, then bound, stepped and
 * reset for each row of parameters, with nothing in between.
 */
#include <string.h>

#include "store/sqlite_store.h"

struct statement {
	sqlite3_stmt *stmt;
	const struct omni__sql *sql;
	size_t count;			/* parameters */
	size_t columns;
	bool reads;			/* changes nothing */
	int index[OMNI__PARAMS_MAX];	/* SQLite's; 0: not in the text */
	struct omni__param params[OMNI__PARAMS_MAX];
};

/* ---- preparing ------------------------------------------------------ */

static omni_status
defect(const struct omni__sql *sql, const char *what,
    struct omni__error *error)
{
	return omni__fail(error, OMNI_INTERNAL, "statement %s: %s", sql->name,
	    what);
}

/* Where in the prepared text each declared parameter is. */
static omni_status
find_params(struct statement *statement, struct omni__error *error)
{
	const struct omni__sql *sql = statement->sql;
	int used = 0, last = sqlite3_bind_parameter_count(statement->stmt);
	char name[64];
	size_t i;

	statement->count = omni__sql_params(sql, statement->params);
	if (statement->count == 0 && sql->in != NULL && sql->in[0] != '\0')
		return defect(sql, "malformed parameters", error);
	for (i = 0; i < statement->count; i++) {
		const struct omni__param *param = &statement->params[i];

		if (param->size + 2 > sizeof(name))
			return defect(sql, "a parameter's name is too long",
			    error);
		name[0] = '$';
		memcpy(name + 1, param->name, param->size);
		name[1 + param->size] = '\0';
		statement->index[i] = sqlite3_bind_parameter_index(
		    statement->stmt, name);
		used += statement->index[i] > 0;
	}
	if (used != last)
		return defect(sql, "uses a parameter that it does not declare",
		    error);
	return OMNI_OK;
}

static omni_status
prepare_text(struct omni__store *store, struct statement *statement,
    struct omni__error *error)
{
	struct omni__buf text = { .env = store->env };
	omni_status status = OMNI_OK;
	int code;

	omni__sqlite_text(&text, statement->sql->sql);
	if (text.failed) {
		status = omni__nomem(error);
		goto out;
	}
	code = sqlite3_prepare_v3(store->db, text.bytes, (int)text.size + 1,
	    SQLITE_PREPARE_PERSISTENT, &statement->stmt, NULL);
	if (code == SQLITE_ERROR)
		status = defect(statement->sql, sqlite3_errmsg(store->db),
		    error);
	else if (code != SQLITE_OK)
		status = omni__sqlite_fail(store, store->db, code, error);
out:
	omni__buf_free(&text);
	return status;
}

static omni_status
prepare(struct omni__store *store, const struct omni__sql *sql,
    struct statement **out, struct omni__error *error)
{
	struct statement *statement;
	omni_status status;

	statement = omni__realloc(store->env, NULL, sizeof(*statement));
	if (statement == NULL)
		return omni__nomem(error);
	memset(statement, 0, sizeof(*statement));
	statement->sql = sql;
	status = prepare_text(store, statement, error);
	if (status == OMNI_OK)
		status = find_params(statement, error);
	if (status == OMNI_OK) {
		statement->columns = (size_t)sqlite3_column_count(
		    statement->stmt);
		statement->reads = sqlite3_stmt_readonly(statement->stmt) != 0;
		if (statement->columns !=
		    strlen(sql->out == NULL ? "" : sql->out))
			status = defect(sql, "yields other columns than it "
			    "declares", error);
	}
	if (status != OMNI_OK) {
		(void)sqlite3_finalize(statement->stmt);
		omni__free(store->env, statement);
		return status;
	}
	*out = statement;
	return OMNI_OK;
}

static omni_status
prepared(struct omni__store *store, const struct omni__sql *sql,
    struct statement **out, struct omni__error *error)
{
	void **slot = omni__cache_find(&store->statements, sql);
	omni_status status;

	if (slot == NULL)
		return omni__nomem(error);
	if (*slot == NULL) {
		status = prepare(store, sql, out, error);
		if (status != OMNI_OK)
			return status;
		*slot = *out;
	}
	*out = *slot;
	return OMNI_OK;
}

void
omni__sqlite_statements_free(struct omni__store *store)
{
	size_t i;

	for (i = 0; i < store->statements.room; i++) {
		struct statement *statement =
		    store->statements.slots[i].prepared;

		if (statement == NULL)
			continue;
		(void)sqlite3_finalize(statement->stmt);
		omni__free(store->env, statement);
	}
	omni__cache_free(&store->statements);
}

/* ---- one row of parameters ------------------------------------------ */

static int
bind_value(sqlite3_stmt *stmt, int index, const struct omni__value *value)
{
	switch (value->type) {
	case OMNI__INT:
		return sqlite3_bind_int64(stmt, index, value->number);
	case OMNI__TEXT:
		return sqlite3_bind_text(stmt, index, value->bytes,
		    (int)value->size, SQLITE_STATIC);
	case OMNI__BLOB:
		/* A NULL pointer would bind NULL. */
		if (value->size == 0)
			return sqlite3_bind_zeroblob(stmt, index, 0);
		return sqlite3_bind_blob(stmt, index, value->bytes,
		    (int)value->size, SQLITE_STATIC);
	default:
		return sqlite3_bind_null(stmt, index);
	}
}

static int
bind_row(const struct statement *statement, const struct omni__value *row)
{
	int code = SQLITE_OK;
	size_t i;

	if (row == NULL && statement->count > 0)
		return SQLITE_MISMATCH;
	for (i = 0; i < statement->count && code == SQLITE_OK; i++) {
		if (!omni__param_takes(&statement->params[i], &row[i]))
			return SQLITE_MISMATCH;
		if (statement->index[i] > 0)
			code = bind_value(statement->stmt,
			    statement->index[i], &row[i]);
	}
	return code;
}

/* NULL bytes stand for out of memory, also SQLite's. */
static const void *
copy_column(sqlite3_stmt *stmt, int column, bool text, uint32_t *size,
    struct omni__arena *arena)
{
	const void *bytes = text ?
	    (const void *)sqlite3_column_text(stmt, column) :
	    sqlite3_column_blob(stmt, column);

	*size = (uint32_t)sqlite3_column_bytes(stmt, column);
	if (bytes == NULL && *size > 0)
		return NULL;
	return omni__arena_text(arena, bytes, *size);
}

static bool
read_value(sqlite3_stmt *stmt, int column, char type,
    struct omni__arena *arena, struct omni__value *value)
{
	*value = omni__null();
	if (sqlite3_column_type(stmt, column) == SQLITE_NULL)
		return true;
	if (type == 'i') {
		*value = omni__int(sqlite3_column_int64(stmt, column));
		return true;
	}
	value->type = type == 't' ? OMNI__TEXT : OMNI__BLOB;
	value->bytes = copy_column(stmt, column, type == 't', &value->size,
	    arena);
	return value->bytes != NULL;
}

static bool
read_row(struct omni__store *store, const struct statement *statement,
    uint32_t ordinal, struct omni__arena *arena)
{
	struct omni__value *values = omni__rows_add(&store->rows, ordinal);
	size_t i;

	if (values == NULL)
		return false;
	for (i = 0; i < statement->columns; i++)
		if (!read_value(statement->stmt, (int)i,
		    statement->sql->out[i], arena, &values[i]))
			return false;
	return true;
}

/* arena NULL: the rows are not wanted. */
static int
run_row(struct omni__store *store, const struct statement *statement,
    const struct omni__value *row, uint32_t ordinal,
    struct omni__arena *arena)
{
	int code = bind_row(statement, row);

	if (code != SQLITE_OK)
		return code;
	while ((code = sqlite3_step(statement->stmt)) == SQLITE_ROW) {
		if (atomic_load_explicit(&store->interrupted,
		    memory_order_relaxed))
			return SQLITE_INTERRUPT;
		if (arena != NULL &&
		    !read_row(store, statement, ordinal, arena))
			return SQLITE_NOMEM;
	}
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* ---- all rows ------------------------------------------------------- */

struct call {
	const struct statement *statement;
	const struct omni__value *params;
	size_t rows;
	struct omni__arena *arena;
	struct omni__result *result;	/* or NULL */
	int64_t changes;
	struct omni__error *error;
};

static omni_status
row_failed(struct omni__store *store, const struct call *call, int code)
{
	if (code == SQLITE_MISMATCH)
		return defect(call->statement->sql,
		    "a parameter has another type", call->error);
	return omni__sqlite_fail(store, store->db, code, call->error);
}

static omni_status
run_rows(struct omni__store *store, struct call *call)
{
	const struct statement *statement = call->statement;
	struct omni__arena *arena = call->result == NULL ? NULL : call->arena;
	omni_status status = OMNI_OK;
	size_t i;

	omni__rows_start(&store->rows, statement->columns);
	for (i = 0; i < call->rows && status == OMNI_OK; i++) {
		int code = atomic_load_explicit(&store->interrupted,
		    memory_order_relaxed) ? SQLITE_INTERRUPT :
		    run_row(store, statement,
		    call->params == NULL ? NULL :
		    call->params + i * statement->count, (uint32_t)i, arena);

		if (code != SQLITE_OK)
			status = row_failed(store, call, code);
		else if (!statement->reads)
			call->changes += sqlite3_changes64(store->db);
		(void)sqlite3_reset(statement->stmt);
	}
	/* What was bound belongs to the caller. */
	(void)sqlite3_clear_bindings(statement->stmt);
	if (status == OMNI_OK && call->result != NULL &&
	    omni__rows_result(&store->rows, arena, call->result) != OMNI_OK)
		status = omni__nomem(call->error);
	return status;
}

/* A call outside a transaction is one by itself. */
static omni_status
run_alone(struct omni__store *store, struct call *call)
{
	bool reads = call->statement->reads;
	omni_status status;

	if (reads && call->rows == 1)
		return run_rows(store, call);
	status = omni__store_sqlite.begin(store, !reads, call->error);
	if (status != OMNI_OK)
		return status;
	status = run_rows(store, call);
	if (status == OMNI_OK)
		status = omni__store_sqlite.commit(store, call->error);
	if (status != OMNI_OK)
		omni__store_sqlite.rollback(store);
	return status;
}

omni_status
omni__sqlite_run(struct omni__store *store, const struct omni__sql *sql,
    const struct omni__value *params, size_t rows, struct omni__arena *arena,
    struct omni__result *result, int64_t *changes, struct omni__error *error)
{
	struct call call = {
		.params = params, .rows = rows, .arena = arena,
		.result = result, .error = error,
	};
	struct statement *statement = NULL;
	omni_status status;

	store->retriable = false;
	if (store->inside && sqlite3_get_autocommit(store->db) != 0)
		return omni__fail_once(error, OMNI_MISUSE,
		    "the transaction has failed: roll it back");
	status = omni__sqlite_settle(store, error);
	if (status == OMNI_OK)
		status = prepared(store, sql, &statement, error);
	if (status != OMNI_OK)
		return status;
	if (store->inside && !store->writing && !statement->reads)
		return defect(sql, "writes in a transaction that reads", error);
	call.statement = statement;
	status = store->inside ? run_rows(store, &call) :
	    run_alone(store, &call);
	if (status == OMNI_OK && changes != NULL)
		*changes = call.changes;
	return status;
}
