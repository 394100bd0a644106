/*
 * The open handle: what every room above the store shares.  A call enters
 * the handle, does its work in one transaction that may be tried again, and
 * leaves it.  Facts are appended here and nowhere else.
 */
#ifndef OMNI_DB_H
#define OMNI_DB_H

#include <stdatomic.h>

#include "store/store.h"

/* ---- words (term.c) ------------------------------------------------- */

/* Names of channels, kinds, sources and purposes, as small numbers of this
 * store.  0 stands for "not given". */
struct omni__terms {
	struct omni__arena arena;
	struct omni__map numbers;
	const char **texts;	/* by number */
	size_t count, room;
};

/* ---- the handle (db.c) ---------------------------------------------- */

struct omni__writer {
	int64_t number;		/* local, 0: none leased yet */
	int64_t token;		/* proves the lease */
	int64_t seq;		/* last one committed */
	int64_t next;		/* last one handed out in this transaction */
	int64_t stamp;		/* hybrid clock, committed */
	int64_t next_stamp;	/* ... in this transaction */
	int64_t feed;		/* last line of the change feed, committed */
	int64_t next_feed;
	bool fresh;		/* leased in this very transaction */
	bool checked;		/* the lease was found good in it */
	bool lost;		/* the lease was taken by somebody else */
};

/* Records side by side, the whole of which the running transaction is about
 * (stretch.c). */
struct omni__stretch {
	bool holds;
	unsigned char from[OMNI__ID], to[OMNI__ID];
};

/* What a room gathers in a bulk, to be written together at its end; NULL when
 * nothing is. */
struct omni__gathered {
	omni_status (*write)(struct omni *db);
	void (*free)(struct omni *db);
};

struct omni {
	struct omni__env env;
	const struct omni__store_ops *ops;
	struct omni__store *store;
	struct omni__error error;
	struct omni__arena scratch;	/* of the running attempt */
	struct omni__terms terms;
	struct omni__writer writer;
	unsigned char tenant_key[32];
	char region[4];
	char zone[64];
	int32_t mode;
	bool sure;			/* customers are read as what of them
					 * is surely one */
	uint64_t transaction;		/* counts them, repeated ones too */
	struct omni__stretch stretch;
	void *identity;			/* the identity room's weights */
	void (*identity_free)(struct omni *db);
	void *kinds;			/* ... and its kinds */
	void *bulk;			/* ... and what it gathers */
	struct omni__gathered *gathered;	/* ... and a room above it */
	void *rules;			/* the routing room's, compiled */
	void (*rules_free)(struct omni *db);
	struct omni__zones *zones;	/* that were read */
	unsigned char *token_key;	/* or NULL */
	size_t token_key_size;
	int64_t process;		/* pid that opened it */
	atomic_int references;		/* the handle and its cursors */
	atomic_flag inside;
	atomic_bool closed;
};

/* Begins a public call: clears the error; OMNI_BUSY when another thread is
 * inside, OMNI_FORKED in a child, OMNI_MISUSE for NULL. */
omni_status omni__enter(struct omni *db);
/* Ends it and returns status; a failure without a text gets one. */
omni_status omni__leave(struct omni *db, omni_status status);
/* A cursor keeps the store open behind omni_close. */
void omni__retain(struct omni *db);
void omni__release(struct omni *db);

/*
 * Runs work in one transaction, again from the start when the store says
 * that helps.  Before each attempt db->scratch is reset and context->… is
 * as the caller left it: work must not change what it would need again.
 */
typedef omni_status (*omni__work_fn)(struct omni *db, void *context);
omni_status omni__transact(struct omni *db, bool write, omni__work_fn work,
    void *context);

/* omni_open; fill: what the rooms above do after a step of the schema. */
omni_status omni__open(struct omni_config *, const char *url,
    omni__work_fn fill, struct omni **db);

/* Shorthands for db->ops->run with the scratch arena. */
omni_status omni__query(struct omni *db, const struct omni__sql *,
    const struct omni__value *params, size_t rows, struct omni__result *);
omni_status omni__exec(struct omni *db, const struct omni__sql *,
    const struct omni__value *params, size_t rows);
/*
 * What point gives for records, the first of its parameters.  Where the
 * transaction is about a stretch of them those of the stretch are read in one
 * go: along asks the same from $from to $to with the other parameters, which
 * are equal in all rows, and gives the record before the other columns, by
 * record and then in the same order.
 */
omni_status omni__query_records(struct omni *db,
    const struct omni__sql *point, const struct omni__sql *along,
    const struct omni__value *in, size_t rows, size_t params,
    struct omni__result *);
/* From now to the end of the transaction; NULL: none. */
void omni__stretch_set(struct omni *db, const unsigned char *from,
    const unsigned char *to);
/* Also counts the rows written. */
omni_status omni__exec_count(struct omni *db, const struct omni__sql *,
    const struct omni__value *params, size_t rows, int64_t *changes);

/* The number of a text, made when new (write transactions only); 0 for
 * NULL. */
omni_status omni__term(struct omni *db, const char *text, int64_t *number);
/* Without making one: 0 when unknown. */
omni_status omni__term_find(struct omni *db, const char *text,
    int64_t *number);
/* The text of a number, NULL for 0; lives as long as the handle. */
omni_status omni__term_text(struct omni *db, int64_t number,
    const char **text);
/* Forgets the cache (after a rollback). */
void omni__terms_forget(struct omni *db);

/* ---- result objects (object.c) -------------------------------------- */

/* The head of everything that is handed out: its own copy of the
 * environment, so that it may outlive the handle, and its memory. */
struct omni__object {
	struct omni__env env;
	struct omni__arena arena;
	struct omni *db;	/* retained, or NULL */
	struct omni__error error;
};

/* A zeroed struct of that size that begins with struct omni__object. */
void *omni__object_new(const struct omni__env *, size_t size);
/* ... that keeps the store open. */
void *omni__object_of(struct omni *db, size_t size);
void omni__object_free(void *object);

/* A copy that is handed out, for omni_text_free. */
char *omni__text_new(const struct omni__env *, const void *bytes,
    size_t size);

/*
 * Checks a string argument and copies it into the object: UTF-8, no control
 * characters, not empty, at most OMNI_TEXT_MAX bytes.  NULL is INVALID.
 * The error's text names the field.
 */
omni_status omni__object_text(struct omni__object *, const char *field,
    const char *value, const char **copy);
/* The checks alone. */
omni_status omni__text_check(struct omni__error *, const char *field,
    const char *value);
/* A time is OMNI_TIME_UNKNOWN, OMNI_NOW or within years 1 to 9999. */
omni_status omni__time_check(struct omni__error *, const char *field,
    int64_t time);
/* ... and not unknown. */
omni_status omni__instant_check(struct omni__error *, const char *field,
    int64_t time);

/* ---- facts (fact.c) ------------------------------------------------- */

/* Sorts of facts; stored, so numbers stay. */
enum {
	OMNI__FACT_RECORD = 1,		/* a version of a record */
	OMNI__FACT_INTERACTION = 2,
	OMNI__FACT_STATEMENT = 3,
	OMNI__FACT_VERDICT = 4,
	OMNI__FACT_SETTING = 5,
	OMNI__FACT_CHANNEL = 6,		/* definitions */
	OMNI__FACT_PURPOSE = 7,
	OMNI__FACT_CONTACT = 8,
	OMNI__FACT_REMOVAL = 9,		/* of a record, by its source */
	OMNI__FACT_ERASURE = 10,	/* of a person */
	OMNI__FACT_MODEL = 11,
	OMNI__FACT_KIND = 12,		/* a definition */
	OMNI__FACT_WINDOW = 13,		/* definitions ... */
	OMNI__FACT_CALENDAR = 14,
	OMNI__FACT_CAP = 15,
	OMNI__FACT_WORDING = 16,	/* ... to here */
	OMNI__FACT_ROUTE = 17,		/* a decision that was kept */
	OMNI__FACT_AFFINITY = 18	/* how the population responds */
};

/*
 * One fact.  What the host gave: noun to body.  What append adds: id,
 * stamp, recorded.  Strings are borrowed.  refs is JSON,
 * [["order","W1","paid"],["product","X"]]; body is JSON.
 */
struct omni__fact {
	int32_t noun;
	int64_t happened;	/* OMNI_TIME_UNKNOWN: not known */
	bool timed;		/* the host gave the time */
	const unsigned char *record;	/* OMNI__ID bytes or NULL */
	const char *source;	/* with key: the host's idempotency key */
	const char *key;
	const char *channel;
	const char *kind;
	const char *refs;
	const char *body;
	const char *said;	/* what the host gave, where record and body
				 * also hold what was looked up; or NULL */
	bool fresh;		/* its record is not in the store yet */

	int64_t id;		/* writer number << 43 | seq */
	int64_t stamp;
	int64_t recorded;
	int64_t source_term, channel_term, kind_term;
};

#define OMNI__SEQ_BITS 43

/* Appends them in order: gives ids and stamps and inserts the rows. */
omni_status omni__facts_append(struct omni *db, struct omni__fact *facts,
    size_t count);
/*
 * For facts with a host key: outcome[i] becomes OMNI_OK (new), OMNI_DUPLICATE,
 * OMNI_CONFLICT or OMNI_ERASED, also against earlier ones of the same batch;
 * existing[i] the id of the one held, or -1 - j when fact j of the list is
 * it.  Facts without a host key are OK.
 * reserve: their keys are recorded, to be called after append for the new.
 */
omni_status omni__facts_known(struct omni *db,
    const struct omni__fact *const *facts, size_t count,
    omni_status *outcome, int64_t *existing);
omni_status omni__facts_reserve(struct omni *db,
    const struct omni__fact *const *facts, size_t count);

/* The facts held under host keys, whatever they say; 0: none.  One key in 2^64
 * has another's hash: who reads the fact sees. */
omni_status omni__keys_find(struct omni *db, const char *source,
    const char *const *keys, size_t count, int64_t *facts);

/* Makes projections of the facts that concern a room; skips the others. */
typedef omni_status (*omni__apply_fn)(struct omni *db,
    const struct omni__fact *facts, size_t count);
/* One fact in a transaction of its own: known, append, reserve, apply.  For
 * facts that bring no new record.  OMNI_DUPLICATE with the id of the one
 * held; OMNI_CONFLICT, OMNI_ERASED. */
omni_status omni__fact_put(struct omni *db, struct omni__fact *fact,
    omni__apply_fn apply, int64_t *id);

/* Reads facts by id, in the order asked; missing ones get noun 0.  Strings
 * live in the scratch arena, terms as long as the handle. */
omni_status omni__facts_read(struct omni *db, const int64_t *ids,
    size_t count, struct omni__fact *facts);
/* The facts after id `after`, at most `limit`, by id: for rebuilding. */
omni_status omni__facts_scan(struct omni *db, int64_t after, size_t limit,
    struct omni__fact **facts, size_t *count);
/* All of them a page at a time; between pages the scratch arena is reset. */
omni_status omni__facts_each(struct omni *db, omni__apply_fn);
/* Drops the payload and keeps the envelope. */
omni_status omni__facts_erase(struct omni *db, const int64_t *ids,
    size_t count);

/* A clock before the year of this release was reset. */
#define OMNI__RELEASED (INT64_C(1767225600) * OMNI__SECOND)	/* 2026 */
/* One ten years later than that is shown as doubtful; a till may live as long,
 * so that nothing else rests on it. */
#define OMNI__DOUBTED (OMNI__RELEASED + 3653 * OMNI__DAY)	/* 2036 */

/* Where only a part of the payload must go: puts the rest in its place. */
omni_status omni__fact_rewrite(struct omni *db, int64_t id,
    const char *body);

/* May a time be believed?  Not when it lies before 1990, or from 2076 on, or
 * more than a day behind the moment it was recorded. */
bool omni__time_trusted(int64_t happened, int64_t recorded);
/* Where a fact stands in time: when it happened if that is trusted, else when
 * it was recorded; by its stamp where that clock was impossible, so that it
 * is neither first nor last for ever. */
int64_t omni__fact_time(const struct omni__fact *);

/* A record's id from its source and key. */
void omni__record_id(const struct omni *db, const char *source,
    const char *key, unsigned char id[OMNI__ID]);

/* ---- JSON (json.c) -------------------------------------------------- */

struct json_t;

/* What is wrong with a text, and where, from 1. */
struct omni__json_problem {
	const char *reason;	/* static */
	size_t line, column;
};

/* As json_loadb, with its flags JSON_DECODE_ANY, JSON_DECODE_INT_AS_REAL,
 * JSON_ALLOW_NUL and JSON_REJECT_DUPLICATES.  OMNI_NOMEM, or OMNI_INVALID and
 * *problem tells; neither sets an error's text. */
omni_status omni__json_read(const char *text, size_t size, size_t flags,
    struct json_t **root, struct omni__json_problem *problem);
/* The body of a fact that we wrote: OMNI_NOMEM or OMNI_CORRUPT. */
omni_status omni__json_body(struct omni *db, const struct omni__fact *,
    struct json_t **root);

/* ---- tombstones (fact.c) -------------------------------------------- */

/* Turns away what is about `hash` and happened before `until`. */
omni_status omni__tombstones_put(struct omni *db,
    const unsigned char *const *hashes, size_t count, int64_t until);
/* until[i]: INT64_MIN when there is none. */
omni_status omni__tombstones_get(struct omni *db,
    const unsigned char *const *hashes, size_t count, int64_t *until);

/* ---- definitions (definition.c) ------------------------------------- */

/* Newest by (happened, id) of a noun and name, or *fact = 0. */
omni_status omni__definition_find(struct omni *db, int32_t noun,
    const char *name, int64_t *fact);
/* All versions of all of a noun: rows of (name, happened, fact), sorted, so
 * that the last of a name holds; the name as a term. */
omni_status omni__definitions_told(struct omni *db, int32_t noun,
    struct omni__result *told);
/* Tells whether any changed: a pure function of the set of their facts. */
omni_status omni__definitions_digest(struct omni *db, uint64_t *digest);
/* Projection of definition facts (kind is the name), and of what was learned
 * of how people respond. */
omni_status omni__definitions_apply(struct omni *db,
    const struct omni__fact *facts, size_t count);
/* ... of all there are, before what leans on them. */
omni_status omni__definitions_rebuild(struct omni *db);

/* ---- the schema (schema.c) ------------------------------------------ */

omni_status omni__schema_upgrade(struct omni *db);
/* Has the projections filled that a step of the schema left empty, once. */
omni_status omni__schema_fill(struct omni *db, omni__work_fn fill);
/* Empties every projection. */
omni_status omni__projections_clear(struct omni *db);
/* Names of the projection tables, NULL behind the last. */
extern const char *const omni__projections[];

omni_status omni__meta_get(struct omni *db, const char *name,
    struct omni__value *value);
omni_status omni__meta_put(struct omni *db, const char *name,
    struct omni__value value);

#endif
