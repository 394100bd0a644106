/*
 * Statements on the server: prepared once for each connection, then one
 * round trip for all rows of parameters.
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "store/postgres_store.h"

/* More rows or bytes than this go in several round trips: the server takes
 * messages below 1 GB and builds each array in memory. */
#define CHUNK_ROWS ((size_t)65536)
#define CHUNK_BYTES ((size_t)64 << 20)

/* Kept from one run to the next. */
#define WIRE_KEPT ((size_t)4 << 20)

struct statement {
	const struct omni__sql *sql;
	size_t count;			/* parameters */
	size_t columns;
	bool reads;
	uint32_t generation;		/* of the connection that knows it */
	char name[24];
	struct omni__param params[OMNI__PARAMS_MAX];
	Oid types[OMNI__PARAMS_MAX];
	struct omni__buf text;
};

struct call {
	struct statement *statement;
	const struct omni__value *params;
	size_t rows;
	struct omni__arena *arena;
	struct omni__result *result;	/* or NULL */
	bool disordered;		/* rows came in another order */
	int64_t changes;
	struct omni__error *error;
};

static omni_status
defect(const struct omni__sql *sql, const char *what,
    struct omni__error *error)
{
	return omni__fail(error, OMNI_INTERNAL, "statement %s: %s", sql->name,
	    what);
}

/* ---- preparing ------------------------------------------------------ */

static void
statement_free(const struct omni__env *env, struct statement *statement)
{
	if (statement == NULL)
		return;
	omni__buf_free(&statement->text);
	omni__free(env, statement);
}

static omni_status
statement_new(const struct omni__env *env, const struct omni__sql *sql,
    struct statement **out, struct omni__error *error)
{
	const char *text = sql->postgres != NULL ? sql->postgres : sql->sql;
	struct statement *statement;
	size_t i;

	statement = omni__realloc(env, NULL, sizeof(*statement));
	if (statement == NULL)
		return omni__nomem(error);
	memset(statement, 0, sizeof(*statement));
	statement->sql = sql;
	statement->text.env = env;
	statement->columns = strlen(sql->out == NULL ? "" : sql->out);
	statement->reads = omni__sql_reads(text);
	statement->count = omni__sql_params(sql, statement->params);
	for (i = 0; i < statement->count; i++)
		statement->types[i] = omni__postgres_array_type(
		    statement->params[i].type);
	omni__postgres_statement(&statement->text, text, statement->params,
	    statement->count);
	if (statement->text.failed) {
		statement_free(env, statement);
		return omni__nomem(error);
	}
	if (statement->count == 0 && sql->in != NULL && sql->in[0] != '\0') {
		statement_free(env, statement);
		return defect(sql, "malformed parameters", error);
	}
	*out = statement;
	return OMNI_OK;
}

void
omni__postgres_statements_free(struct omni__store *store)
{
	size_t i;

	for (i = 0; i < store->statements.room; i++)
		statement_free(store->env,
		    store->statements.slots[i].prepared);
	omni__cache_free(&store->statements);
}

/* NULL with a failure in *status. */
static struct statement *
find(struct omni__store *store, const struct omni__sql *sql,
    omni_status *status, struct omni__error *error)
{
	void **slot = omni__cache_find(&store->statements, sql);
	struct statement *statement = NULL;

	if (slot == NULL) {
		*status = omni__nomem(error);
		return NULL;
	}
	*status = OMNI_OK;
	if (*slot != NULL)
		return *slot;
	*status = statement_new(store->env, sql, &statement, error);
	*slot = statement;
	return statement;
}

/* Names the statement in errors that are ours. */
static omni_status
named(const struct statement *statement, omni_status status,
    struct omni__error *error)
{
	struct omni__error plain;

	if (status != OMNI_INTERNAL || error == NULL)
		return status;
	plain = *error;
	return defect(statement->sql, plain.text, error);
}

static omni_status
prepare(struct omni__store *store, struct statement *statement,
    struct omni__error *error)
{
	PGresult *result;
	omni_status status;

	if (store->conn == NULL)
		return omni__postgres_lost(store, error);
	if (statement->generation == store->generation)
		return OMNI_OK;
	(void)snprintf(statement->name, sizeof(statement->name), "omni_%lu",
	    (unsigned long)++store->names);
	if (!PQsendPrepare(store->conn, statement->name,
	    statement->text.bytes, (int)statement->count, statement->types))
		return omni__postgres_lost(store, error);
	status = omni__postgres_answer(store, store->timeout, &result, error);
	PQclear(result);
	if (status == OMNI_OK)
		statement->generation = store->generation;
	return named(statement, status, error);
}

/* ---- sending -------------------------------------------------------- */

/* Rows from `first` that go together. */
static size_t
chunk_rows(const struct call *call, size_t first)
{
	const struct statement *statement = call->statement;
	size_t bytes = 0, rows, i;

	for (rows = 0; first + rows < call->rows && rows < CHUNK_ROWS;
	    rows++) {
		const struct omni__value *row = call->params +
		    (first + rows) * statement->count;

		for (i = 0; i < statement->count; i++)
			bytes += row[i].type == OMNI__TEXT ||
			    row[i].type == OMNI__BLOB ? row[i].size : 8;
		if (bytes > CHUNK_BYTES && rows > 0)
			break;
	}
	return rows;
}

static bool
types_fit(const struct call *call, size_t first, size_t rows)
{
	const struct statement *statement = call->statement;
	const struct omni__value *value = call->params +
	    first * statement->count;
	size_t row, i;

	for (row = 0; row < rows; row++)
		for (i = 0; i < statement->count; i++, value++)
			if (!omni__param_takes(&statement->params[i], value))
				return false;
	return true;
}

static omni_status
send(struct omni__store *store, const struct call *call, size_t first,
    size_t rows)
{
	const struct statement *statement = call->statement;
	const struct omni__value *params = call->params +
	    first * statement->count;
	const char *values[OMNI__PARAMS_MAX];
	int sizes[OMNI__PARAMS_MAX], formats[OMNI__PARAMS_MAX];
	size_t need = 0, i;
	unsigned char *out;

	for (i = 0; i < statement->count; i++) {
		size_t size = omni__postgres_array_size(params + i,
		    statement->count, rows);

		sizes[i] = (int)size;
		formats[i] = 1;
		need += size;
	}
	if (omni__grow(store->env, &store->wire, &store->wire_room, need, 1)
	    != OMNI_OK)
		return omni__nomem(call->error);
	out = store->wire;
	for (i = 0; i < statement->count; i++) {
		values[i] = (const char *)out;
		out = omni__postgres_array_write(out,
		    statement->params[i].type, params + i, statement->count,
		    rows);
	}
	if (!PQsendQueryPrepared(store->conn, statement->name,
	    (int)statement->count, values, sizes, formats, 1))
		return omni__postgres_lost(store, call->error);
	return OMNI_OK;
}

/* ---- receiving ------------------------------------------------------ */

/* The parameter row of a result's row; they come behind `first`. */
static bool
read_ordinal(const PGresult *from, int row, size_t first, size_t rows,
    uint32_t *ordinal)
{
	struct omni__value value;

	if (!omni__postgres_read(from, row, 0, 'i', &value) ||
	    value.number < 1 || (uint64_t)value.number > rows)
		return false;
	*ordinal = (uint32_t)(first + (size_t)value.number - 1);
	return true;
}

static omni_status
read_row(struct omni__store *store, struct call *call, const PGresult *from,
    int row, uint32_t ordinal)
{
	const struct statement *statement = call->statement;
	struct omni__value *values = omni__rows_add(&store->rows, ordinal);
	int lead = statement->reads ? 1 : 0;
	size_t i;

	if (values == NULL)
		return omni__nomem(call->error);
	for (i = 0; i < statement->columns; i++) {
		struct omni__value *value = &values[i];

		if (!omni__postgres_read(from, row, (int)i + lead,
		    statement->sql->out[i], value))
			return defect(statement->sql, "a column has another "
			    "type than it declares", call->error);
		if (value->type != OMNI__TEXT && value->type != OMNI__BLOB)
			continue;
		value->bytes = omni__arena_text(call->arena, value->bytes,
		    value->size);
		if (value->bytes == NULL)
			return omni__nomem(call->error);
	}
	return OMNI_OK;
}

static omni_status
read_rows(struct omni__store *store, struct call *call, const PGresult *from,
    size_t first, size_t rows)
{
	const struct statement *statement = call->statement;
	int count = PQntuples(from), i;
	uint32_t last = 0, ordinal = 0;
	omni_status status = OMNI_OK;

	if ((size_t)PQnfields(from) != statement->columns +
	    (statement->reads ? 1 : 0))
		return defect(statement->sql, "yields other columns than it "
		    "declares", call->error);
	for (i = 0; i < count && status == OMNI_OK; i++) {
		if (statement->reads &&
		    !read_ordinal(from, i, first, rows, &ordinal))
			return defect(statement->sql, "a row belongs to no "
			    "parameters", call->error);
		call->disordered |= ordinal < last;
		last = ordinal;
		status = read_row(store, call, from, i, ordinal);
	}
	return status;
}

static omni_status
run_chunk(struct omni__store *store, struct call *call, size_t first,
    size_t rows)
{
	struct statement *statement = call->statement;
	PGresult *from;
	omni_status status;

	if (!types_fit(call, first, rows))
		return defect(statement->sql, "a parameter has another type",
		    call->error);
	status = prepare(store, statement, call->error);
	if (status == OMNI_OK)
		status = send(store, call, first, rows);
	if (status != OMNI_OK)
		return status;
	status = omni__postgres_answer(store, store->timeout, &from,
	    call->error);
	if (status != OMNI_OK)
		return named(statement, status, call->error);
	if (!statement->reads)
		call->changes += strtoll(PQcmdTuples(from), NULL, 10);
	if (call->result != NULL)
		status = read_rows(store, call, from, first, rows);
	PQclear(from);
	return status;
}

/* ---- all rows ------------------------------------------------------- */

/* Rows by ordinal, those of one ordinal as they came (counting sort). */
static omni_status
put_in_order(struct omni__store *store, struct call *call)
{
	struct omni__result *result = call->result;
	struct omni__rows *rows = &store->rows;
	size_t *next, i, place, sum = 0;

	next = omni__arena_zero(call->arena,
	    (call->rows + 1) * sizeof(*next));
	if (next == NULL)
		return omni__nomem(call->error);
	for (i = 0; i < rows->count; i++)
		next[rows->ordinals[i]]++;
	for (i = 0; i < call->rows; i++) {
		size_t count = next[i];

		next[i] = sum;
		sum += count;
	}
	for (i = 0; i < rows->count; i++) {
		place = next[rows->ordinals[i]]++;
		result->ordinal[place] = rows->ordinals[i];
		memcpy(result->values + place * rows->columns,
		    rows->values + i * rows->columns,
		    rows->columns * sizeof(*rows->values));
	}
	return OMNI_OK;
}

static omni_status
run_rows(struct omni__store *store, struct call *call)
{
	omni_status status = OMNI_OK;
	size_t first, rows;

	call->changes = 0;
	call->disordered = false;
	omni__rows_start(&store->rows, call->statement->columns);
	for (first = 0; first < call->rows && status == OMNI_OK;
	    first += rows) {
		rows = chunk_rows(call, first);
		status = run_chunk(store, call, first, rows);
	}
	if (store->wire_room > WIRE_KEPT) {
		omni__free(store->env, store->wire);
		store->wire = NULL;
		store->wire_room = 0;
	}
	if (status != OMNI_OK || call->result == NULL)
		return status;
	if (omni__rows_result(&store->rows, call->arena, call->result) !=
	    OMNI_OK)
		return omni__nomem(call->error);
	return call->disordered ? put_in_order(store, call) : OMNI_OK;
}

/* A call outside a transaction is one by itself.  One that reads in one
 * round trip is so anyway, and may be sent again on a new connection. */
static omni_status
run_alone(struct omni__store *store, struct call *call)
{
	bool reads = call->statement->reads;
	omni_status status;

	if (reads && chunk_rows(call, 0) == call->rows) {
		bool fresh = store->conn == NULL;

		status = omni__postgres_connect(store, call->error);
		if (status == OMNI_OK)
			status = run_rows(store, call);
		if (status != OMNI_UNREACHABLE || !store->retriable || fresh)
			return status;
		status = omni__postgres_connect(store, call->error);
		return status == OMNI_OK ? run_rows(store, call) : status;
	}
	status = omni__store_postgres.begin(store, !reads, call->error);
	if (status != OMNI_OK)
		return status;
	status = run_rows(store, call);
	if (status == OMNI_OK)
		status = omni__store_postgres.commit(store, call->error);
	if (status != OMNI_OK)
		omni__store_postgres.rollback(store);
	return status;
}

omni_status
omni__postgres_run(struct omni__store *store, const struct omni__sql *sql,
    const struct omni__value *params, size_t rows, struct omni__arena *arena,
    struct omni__result *result, int64_t *changes, struct omni__error *error)
{
	struct call call = {
		.params = params, .rows = rows, .arena = arena,
		.result = result, .error = error,
	};
	omni_status status;

	store->retriable = false;
	if (atomic_load(&store->interrupted))
		return omni__fail(error, OMNI_INTERRUPTED, "interrupted");
	call.statement = find(store, sql, &status, error);
	if (call.statement == NULL)
		return status;
	if (store->inside && !store->writing && !call.statement->reads)
		return defect(sql, "writes in a transaction that reads", error);
	status = store->inside ? run_rows(store, &call) :
	    run_alone(store, &call);
	if (status == OMNI_OK && changes != NULL)
		*changes = call.changes;
	return status;
}
