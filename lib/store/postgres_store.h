/*
 * What the parts of the server's store share: its handle, the wire with a
 * deadline, and the texts that PostgreSQL gets.
 */
#ifndef OMNI_POSTGRES_STORE_H
#define OMNI_POSTGRES_STORE_H

#include <stdatomic.h>

#include <libpq-fe.h>

#include "store/store.h"

struct omni__store {
	const struct omni__env *env;
	PGconn *conn;			/* NULL: none, or lost */
	PQconninfoOption *url;		/* as parsed */
	int32_t mode, durability, timeout;
	atomic_bool interrupted;
	int wake;			/* an eventfd that ends a wait */
	size_t hosts, host;		/* of the URL; the one in use */
	bool inside;			/* the caller's transaction */
	bool writing;
	bool retriable;
	/* Changes with each connection: statements are prepared anew. */
	uint32_t generation;
	uint32_t names;			/* of prepared statements, handed out */
	struct omni__cache statements;
	struct omni__rows rows;
	unsigned char *wire;		/* the parameters of a run */
	size_t wire_room;
};

/* ---- the wire (postgres_wire.c) ------------------------------------- */

/* Waits for what was sent to be answered in full.  *result (to be cleared)
 * is the last one, or the first that failed.  A server that says nothing for
 * `patience` milliseconds is given up, with the connection. */
omni_status omni__postgres_answer(struct omni__store *, int32_t patience,
    PGresult **result, struct omni__error *);
/* Sends a text, waits, and checks the result; result may be NULL. */
omni_status omni__postgres_exec(struct omni__store *, const char *sql,
    PGresult **result, struct omni__error *);
/* Ends a wait for the socket: OMNI_OK when ready, INTERRUPTED, UNREACHABLE
 * when the time (CLOCK_MONOTONIC, milliseconds) is up. */
omni_status omni__postgres_wait(struct omni__store *, short events,
    int64_t until, short *ready);
int64_t omni__postgres_now(void);

/* ---- connections (postgres_connect.c) ------------------------------- */

omni_status omni__postgres_parse(struct omni__store *, const char *url,
    struct omni__error *);
/* Connects if there is no connection: to the host in use before, then to the
 * others, each with its share of the time. */
omni_status omni__postgres_connect(struct omni__store *,
    struct omni__error *);
/* Gives the connection up. */
void omni__postgres_drop(struct omni__store *);

/* ---- errors (postgres_error.c) -------------------------------------- */

/* What a result, or a connection that was lost, says. */
omni_status omni__postgres_fail(struct omni__store *, const PGresult *,
    struct omni__error *);
omni_status omni__postgres_lost(struct omni__store *, struct omni__error *);
/* libpq's text on one line. */
void omni__postgres_line(char *out, size_t size, const char *text);

/* ---- texts (postgres_text.c) ---------------------------------------- */

/* The text that runs for all rows of parameters at once. */
void omni__postgres_statement(struct omni__buf *, const char *sql,
    const struct omni__param *params, size_t count);
/* DDL written for SQLite. */
void omni__postgres_script(struct omni__buf *, const char *ddl);

/* ---- values (postgres_value.c) -------------------------------------- */

/* The bytes that a column of parameters takes on the wire, and writing it
 * there: a one-dimensional array in PostgreSQL's binary form. */
size_t omni__postgres_array_size(const struct omni__value *first,
    size_t stride, size_t rows);
unsigned char *omni__postgres_array_write(unsigned char *out, char type,
    const struct omni__value *first, size_t stride, size_t rows);
Oid omni__postgres_array_type(char type);
/* A value of a result; false when its type does not fit.  Bytes are the
 * result's own. */
bool omni__postgres_read(const PGresult *, int row, int column, char type,
    struct omni__value *);

/* ---- statements (postgres_run.c) ------------------------------------ */

omni_status omni__postgres_run(struct omni__store *,
    const struct omni__sql *, const struct omni__value *params, size_t rows,
    struct omni__arena *, struct omni__result *, int64_t *changes,
    struct omni__error *);
void omni__postgres_statements_free(struct omni__store *);

extern const struct omni__store_ops omni__store_postgres;

#endif
