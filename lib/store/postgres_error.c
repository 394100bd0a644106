/*
 * What the server says in SQLSTATEs, as statuses and texts.  Of its own
 * texts only the head is used, since the rest may quote customers' values.
 */
#include <stdio.h>
#include <string.h>

#include "store/postgres_store.h"

/* A code, or the head of one, before shorter heads. */
static const struct failure {
	const char *state;
	omni_status status;
	bool retriable;
	const char *advice;
} failures[] = {
	{ "40001", OMNI_BUSY, true, "another program wrote the same; try "
	    "again" },
	{ "40P01", OMNI_BUSY, true, "a deadlock was resolved; try again" },
	{ "40003", OMNI_UNREACHABLE, true, "the outcome is not known; try "
	    "again" },
	{ "55P03", OMNI_BUSY, false, "another program has been writing for "
	    "too long; try again" },
	/* Two who make the tables at once. */
	{ "42P07", OMNI_BUSY, true, "the tables are being made; try again" },
	{ "57014", OMNI_INTERRUPTED, false, "the server cancelled the "
	    "statement" },
	{ "57P", OMNI_UNREACHABLE, true, "the server is shutting down or "
	    "starting up" },
	{ "08", OMNI_UNREACHABLE, true, "the connection was lost" },
	{ "53100", OMNI_FULL, false, "the server's disk is full; free some "
	    "space and try again" },
	{ "53200", OMNI_IO, false, "the server is out of memory" },
	{ "53300", OMNI_UNREACHABLE, false, "the server has too many "
	    "connections" },
	{ "53", OMNI_FULL, false, "the server is out of resources" },
	{ "54", OMNI_INVALID, false, "a value is too long to be stored" },
	{ "22021", OMNI_INVALID, false, "a text is not UTF-8 or has a NUL" },
	{ "25006", OMNI_READONLY, false, "the database is read-only" },
	{ "42501", OMNI_READONLY, false, "the user may not do that; grant the "
	    "rights on the tables and the schema" },
	{ "28", OMNI_UNREACHABLE, false, "the server refuses the user" },
	{ "3D000", OMNI_MISSING, false, "there is no such database" },
	{ "58", OMNI_IO, false, "the server failed to read or write" },
	{ "XX001", OMNI_CORRUPT, false, "the server reports damaged data" },
	{ "XX002", OMNI_CORRUPT, false, "the server reports a damaged index; "
	    "REINDEX it" },
};

void
omni__postgres_line(char *out, size_t size, const char *text)
{
	size_t used = 0;

	for (; text != NULL && *text != '\0' && used + 1 < size; text++)
		out[used++] = *text == '\n' || *text == '\t' ? ' ' : *text;
	while (used > 0 && out[used - 1] == ' ')
		used--;
	out[used] = '\0';
}

omni_status
omni__postgres_lost(struct omni__store *store, struct omni__error *error)
{
	char line[300] = "";

	if (store->conn != NULL)
		omni__postgres_line(line, sizeof(line),
		    PQerrorMessage(store->conn));
	omni__postgres_drop(store);
	store->retriable = true;
	return omni__fail(error, OMNI_UNREACHABLE,
	    "the connection to the database server was lost%s%s",
	    line[0] != '\0' ? ": " : "", line);
}

/* Who makes a table second trips over a catalogue's index. */
static bool
is_catalogue(const PGresult *result)
{
	const char *schema = PQresultErrorField(result,
	    PG_DIAG_SCHEMA_NAME);

	return schema != NULL && strcmp(schema, "pg_catalog") == 0;
}

static const struct failure *
failure_of(const PGresult *result, const char *state)
{
	size_t i;

	if (strcmp(state, "23505") == 0 && is_catalogue(result))
		state = "42P07";
	for (i = 0; i < OMNI__COUNT(failures); i++)
		if (strncmp(state, failures[i].state,
		    strlen(failures[i].state)) == 0)
			return &failures[i];
	return NULL;
}

omni_status
omni__postgres_fail(struct omni__store *store, const PGresult *result,
    struct omni__error *error)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const struct failure *failure;
	char line[200];

	if (state == NULL) {
		/* Made by libpq itself: memory or the connection. */
		if (PQstatus(store->conn) == CONNECTION_BAD)
			return omni__postgres_lost(store, error);
		return omni__nomem(error);
	}
	omni__postgres_line(line, sizeof(line),
	    PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
	failure = failure_of(result, state);
	if (failure == NULL)
		return omni__fail(error, OMNI_INTERNAL,
		    "the database server says: %s (SQLSTATE %s)", line, state);
	store->retriable = failure->retriable;
	if (PQstatus(store->conn) == CONNECTION_BAD ||
	    (failure->status == OMNI_UNREACHABLE && failure->retriable))
		omni__postgres_drop(store);
	return omni__fail(error, failure->status,
	    "database server: %s (SQLSTATE %s)", failure->advice, state);
}
