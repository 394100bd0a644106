/*
 * The ONE interface to storage: open, begin, commit, rollback and statements
 * over many rows at once.  store_sqlite.c and store_postgres.c implement it;
 * nobody else knows which one it is.
 *
 * One SQL text serves both.  It is written as for a single row of
 * parameters named $name:
 *
 *	SELECT t.a FROM t WHERE t.k = $k ORDER BY t.a LIMIT $n
 *	INSERT INTO t (k, a) SELECT $k, $a FROM p WHERE true
 *	    ON CONFLICT (k) DO NOTHING
 *	UPDATE t SET a = t.a + $a FROM p WHERE t.k = $k
 *	DELETE FROM t USING p WHERE t.k = $k
 *
 * SQLite binds $name as it stands, with the words "FROM p" and "USING p"
 * taken out, and runs the statement once per row; INSERT as written above
 * (FROM p WHERE true) becomes VALUES, so its list has no aggregates.
 * PostgreSQL gets all rows in one round trip: p is a typed unnest of arrays
 * WITH ORDINALITY, $name becomes p.p_name, and a text that begins with SELECT
 * or WITH is put behind p as a LATERAL query, so that its LIMIT counts per row.
 *
 * Rows of one batch do not see each other: callers aggregate duplicates
 * first.
 */
#ifndef OMNI_STORE_H
#define OMNI_STORE_H

#include "base/base.h"

/* ---- values --------------------------------------------------------- */

enum { OMNI__NULL, OMNI__INT, OMNI__TEXT, OMNI__BLOB };

struct omni__value {
	uint32_t type;		/* OMNI__NULL ... */
	uint32_t size;		/* of text (without a NUL) and blobs */
	union {
		int64_t number;
		const void *bytes;	/* results: text ends with a NUL */
	};
};

struct omni__value omni__null(void);
struct omni__value omni__int(int64_t);
/* The number that stands for "not known" becomes OMNI__NULL. */
struct omni__value omni__int_or_null(int64_t number, int64_t unknown);
/* ... and back. */
int64_t omni__value_int(const struct omni__value *, int64_t unknown);
/* NULL becomes OMNI__NULL; borrowed. */
struct omni__value omni__text(const char *);
struct omni__value omni__blob(const void *, size_t);
/* NULL when not a text. */
const char *omni__value_text(const struct omni__value *);

/* ---- statements ----------------------------------------------------- */

/*
 * in:  the parameters in order, "name:type" separated by blanks, type i
 *      (int64), t (text) or b (blob); all may be NULL.
 * out: a letter a result column, "" or NULL for a statement without rows.
 * postgres: another text where one cannot serve both (NULL: sql).
 * Statements are static constants: their address identifies them.
 */
struct omni__sql {
	const char *name;
	const char *in;
	const char *out;
	const char *sql;
	const char *postgres;
};

struct omni__result {
	size_t count;			/* rows */
	size_t columns;
	struct omni__value *values;	/* count * columns, in the arena */
	/* Of each row: its parameter row, from 0; rows come sorted by it.
	 * For INSERT, UPDATE and DELETE with RETURNING it is not meaningful
	 * on PostgreSQL (0). */
	uint32_t *ordinal;
};

/* The value in row r, column c. */
#define OMNI__AT(result, r, c) \
	(&(result)->values[(size_t)(r) * (result)->columns + (size_t)(c)])

/* ---- the interface -------------------------------------------------- */

struct omni__store;

struct omni__store_options {
	const struct omni__env *env;
	const char *url;
	int32_t mode;			/* OMNI_MODE_* */
	int32_t durability;		/* OMNI_DURABLE_* */
	int32_t timeout;		/* milliseconds */
};

/* Raised when the struct below or anything it uses changes. */
#define OMNI__STORE_VERSION 1

struct omni__store_ops {
	uint32_t version;		/* OMNI__STORE_VERSION */
	const char *name;		/* "sqlite", "postgres" */

	/* Opens, and makes the database empty-but-ours where the mode says
	 * so.  OMNI_MISSING, FOREIGN, READONLY, UNREACHABLE, BUSY ... */
	omni_status (*open)(const struct omni__store_options *,
	    struct omni__store **, struct omni__error *);
	void (*close)(struct omni__store *);

	/* A read transaction is one snapshot; a write transaction is
	 * serialisable.  OMNI_BUSY (from any of these, run included) with
	 * omni__store_retry true: roll back and try again. */
	omni_status (*begin)(struct omni__store *, bool write,
	    struct omni__error *);
	omni_status (*commit)(struct omni__store *, struct omni__error *);
	void (*rollback)(struct omni__store *);
	/* After a failure: may the whole transaction be tried again?  True for
	 * serialisation failures, deadlocks and a lost connection (also one
	 * lost during commit, whose outcome is then unknown: the caller
	 * repeats under the same fact ids). */
	bool (*retry)(const struct omni__store *);

	/* Runs the statement for each of `rows` rows of parameters (flat, as
	 * many a row as `in` names; rows may be 1 with none).  result may be
	 * NULL; its memory is the arena's.  changes (may be NULL) counts the
	 * rows written.  Outside a transaction each call is its own. */
	omni_status (*run)(struct omni__store *, const struct omni__sql *,
	    const struct omni__value *params, size_t rows,
	    struct omni__arena *, struct omni__result *, int64_t *changes,
	    struct omni__error *);
	/* Runs our own DDL: statements separated by ";\n".  Written for
	 * SQLite; PostgreSQL maps INTEGER, BLOB, TEXT (in capitals), STRICT
	 * and WITHOUT ROWID. */
	omni_status (*script)(struct omni__store *, const char *ddl,
	    struct omni__error *);

	/* The schema version: 0 in an empty database. */
	omni_status (*schema)(struct omni__store *, int64_t *version,
	    struct omni__error *);
	omni_status (*set_schema)(struct omni__store *, int64_t version,
	    struct omni__error *);

	/* Something that differs when the file was copied to another place
	 * or machine (a restored backup, a cloned disk). */
	omni_status (*identity)(struct omni__store *, unsigned char out[16],
	    struct omni__error *);

	/* May be called from any thread while another is inside. */
	void (*interrupt)(struct omni__store *);
	/* Forgets an interrupt that came when nothing ran. */
	void (*resume)(struct omni__store *);

	omni_status (*backup)(struct omni__store *, const char *path,
	    struct omni__error *);
	/* OMNI_OK: more to do; OMNI_DONE. */
	omni_status (*maintain)(struct omni__store *, int32_t milliseconds,
	    struct omni__error *);
	/* Checks the storage itself; appends lines about damage. */
	omni_status (*check)(struct omni__store *, struct omni__buf *lines,
	    struct omni__error *);
	/* After an erasure: makes the erased bytes go from free pages and from
	 * the log.  OMNI_PENDING while a reader holds them. */
	omni_status (*scrub)(struct omni__store *, struct omni__error *);
};

/* The embedded store. */
extern const struct omni__store_ops omni__store_sqlite;

/* What the module libomni-postgres.so exports (one function), and what a
 * static build registers. */
typedef const struct omni__store_ops *(*omni__store_module_fn)(
    uint32_t version);
#define OMNI__STORE_MODULE "omni_postgres_module"
void omni__store_register(const struct omni__store_ops *);

/* ---- what every implementation shares (statement.c) ----------------- */

/* The parameters that `in` names. */
#define OMNI__PARAMS_MAX 24
struct omni__param {
	const char *name;
	size_t size;
	char type;			/* 'i', 't' or 'b' */
};
/* How many, or 0 with a text that is ours and wrong (INTERNAL). */
size_t omni__sql_params(const struct omni__sql *,
    struct omni__param params[OMNI__PARAMS_MAX]);
/* May a value stand for that parameter?  Its type, or NULL. */
bool omni__param_takes(const struct omni__param *,
    const struct omni__value *);

/* A piece of SQL: quoted text and comments are one piece each. */
enum {
	OMNI__TOKEN_SPACE,	/* and comments */
	OMNI__TOKEN_WORD,	/* letters, digits, _ */
	OMNI__TOKEN_PARAM,	/* $name */
	OMNI__TOKEN_QUOTED,
	OMNI__TOKEN_OTHER	/* one character */
};
struct omni__token {
	const char *start;
	size_t size;
	int32_t kind;
};
/* Takes the next piece off *text; false at the end. */
bool omni__token_next(const char **text, struct omni__token *);
/* Is it this word, in any case? */
bool omni__token_is(const struct omni__token *, const char *word);
/* Does the text begin with SELECT, VALUES or WITH? */
bool omni__sql_reads(const char *sql);
/*
 * Writes the text with each $name as prefix and name (NULL: as it stands).
 * strip takes "FROM p" and "USING p" out; "FROM p, t" becomes "FROM t".
 */
void omni__sql_write(struct omni__buf *, const char *sql,
    const char *prefix, bool strip);

/* What is prepared for a statement, found by the statement's address. */
struct omni__cache {
	const struct omni__env *env;
	struct omni__cached {
		const struct omni__sql *sql;
		void *prepared;
	} *slots;
	size_t room, count;
};
/* Where it is kept (NULL inside when new); NULL when out of memory. */
void **omni__cache_find(struct omni__cache *, const struct omni__sql *);
void omni__cache_free(struct omni__cache *);

/* The rows of a result while their number is not known.  Lives with the
 * store, so that a query allocates nothing but its arena. */
struct omni__rows {
	const struct omni__env *env;
	struct omni__value *values;
	uint32_t *ordinals;
	size_t values_room, ordinals_room, columns, count;
};
void omni__rows_start(struct omni__rows *, size_t columns);
/* The values of one row more, to be filled; NULL when out of memory. */
struct omni__value *omni__rows_add(struct omni__rows *, uint32_t ordinal);
/* Copies them to the arena. */
omni_status omni__rows_result(struct omni__rows *, struct omni__arena *,
    struct omni__result *);
void omni__rows_free(struct omni__rows *);

/* ---- choosing one (registry.c) -------------------------------------- */

/*
 * "postgresql://" and "postgres://": what was registered, else the module at
 * module_path (absolute; NULL: beside the code that asks), which is never
 * unloaded.  Anything else is a path of the embedded store.
 */
omni_status omni__store_open_ops(const char *url, const char *module_path,
    const struct omni__store_ops **, struct omni__error *);

#endif
