/*
 * The stores, both by the same cases: SQLite always, PostgreSQL when
 * OMNI_TEST_POSTGRES has its URL (tests/postgres.sh gives one).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store/store.h"

/* ---- the statements of the tests ------------------------------------ */

static const char tables[] =
    "CREATE TABLE goods (\n"
    "  k INTEGER PRIMARY KEY,\n"
    "  name TEXT,\n"
    "  body BLOB\n"
    ") STRICT;\n"
    "CREATE TABLE pairs (\n"
    "  a INTEGER NOT NULL,\n"
    "  b INTEGER NOT NULL,\n"
    "  PRIMARY KEY (a, b)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX goods_name ON goods (name);\n";

enum {
	PUT, GET, ALL, COUNT, COUNT_PAIRS, PUT_PAIR, PAIRS, MARKED, ADD,
	RENAME, DELETE, SUM, FOREVER, NAMES, ECHO_ROW, NEXT_COUNT, BAD_TYPE,
	BAD_COLUMNS, BAD_PARAM, BAD_TEXT, WORDS, SAME_NAMES, STATEMENTS
};

static const struct omni__sql sql[] = {
	[PUT] = { "put", "k:i name:t body:b", "",
	    "INSERT INTO goods (k, name, body)\n"
	    "SELECT $k, $name, $body FROM p WHERE true\n"
	    "ON CONFLICT (k) DO NOTHING", NULL },
	[GET] = { "get", "k:i", "itb",
	    "SELECT k, name, body FROM goods WHERE k = $k", NULL },
	[ALL] = { "all", "", "it", "SELECT k, name FROM goods ORDER BY k",
	    NULL },
	[COUNT] = { "count", "", "i", "SELECT count(*) FROM goods", NULL },
	[COUNT_PAIRS] = { "count_pairs", NULL, "i",
	    "SELECT count(*) FROM pairs", NULL },
	[PUT_PAIR] = { "put_pair", "a:i b:i", "",
	    "INSERT INTO pairs (a, b) SELECT $a, $b FROM p WHERE true\n"
	    "ON CONFLICT (a, b) DO NOTHING", NULL },
	[PAIRS] = { "pairs", "a:i n:i", "i",
	    "SELECT b FROM pairs WHERE a = $a ORDER BY b DESC LIMIT $n",
	    NULL },
	[MARKED] = { "marked", "k:i name:t", "it",
	    "INSERT INTO goods (k, name) SELECT $k, $name FROM p WHERE true\n"
	    "ON CONFLICT (k) DO UPDATE SET name = excluded.name\n"
	    "RETURNING k, name", NULL },
	[ADD] = { "add", "a:i by:i", "",
	    "UPDATE pairs SET b = pairs.b + $by FROM p WHERE pairs.a = $a",
	    NULL },
	[RENAME] = { "rename", "k:i name:t", "",
	    "UPDATE goods SET name = $name FROM p WHERE goods.k = $k", NULL },
	[DELETE] = { "delete", "k:i", "",
	    "DELETE FROM goods USING p WHERE goods.k = $k", NULL },
	[SUM] = { "sum", NULL, "i", "SELECT sum(k) FROM goods", NULL },
	[FOREVER] = { "forever", NULL, "i",
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n\n"
	    "WHERE i < 2000000000) SELECT count(*) FROM n", NULL },
	[NAMES] = { "names", NULL, "t",
	    "SELECT name FROM goods ORDER BY name", NULL },
	[ECHO_ROW] = { "echo", "i:i t:t b:b", "itb",
	    "SELECT $i, $t, $b FROM p", NULL },
	[NEXT_COUNT] = { "next_count", "k:i", "",
	    "INSERT INTO goods (k, name)\n"
	    "SELECT $k, 'n' || (SELECT count(*) FROM goods) FROM p\n"
	    "WHERE true", NULL },
	[BAD_TYPE] = { "bad_type", "k", "i", "SELECT $k", NULL },
	[BAD_COLUMNS] = { "bad_columns", NULL, "ii", "SELECT 1", NULL },
	[BAD_PARAM] = { "bad_param", "k:i", "i", "SELECT $other", NULL },
	[BAD_TEXT] = { "bad_text", NULL, "i", "SELECT FROM WHERE", NULL },
	[WORDS] = { "words", "k:i", "tt",
	    "SELECT 'FROM p and $k' AS x, name FROM goods\n"
	    "-- FROM p in a comment\n"
	    "WHERE k = $k", NULL },
	[SAME_NAMES] = { "same_names", "k:i name:t", "t",
	    "UPDATE goods SET name = $name FROM p WHERE k = $k AND\n"
	    "name IS NOT NULL RETURNING name", NULL },
};

_Static_assert(OMNI__COUNT(sql) == STATEMENTS, "each has its text");

/* ---- a store and its place ------------------------------------------ */

struct place {
	const char *server;	/* NULL: SQLite */
	char dir[64];
	char url[1024];
	char schema[64];
	const struct omni__store_ops *ops;
	struct omni__store *store;
	struct omni__error error;
	struct omni__arena arena;
	struct omni__result result;
};

static omni_status
open_at(struct place *at, const char *url, int32_t mode, int32_t timeout,
    struct omni__store **store)
{
	struct omni__store_options options = {
		.env = &omni__env_default, .url = url, .mode = mode,
		.durability = OMNI_DURABLE_NORMAL, .timeout = timeout,
	};

	omni__error_clear(&at->error);
	*store = NULL;
	return at->ops->open(&options, store, &at->error);
}

#define assert_ok(at, expression) do { \
	omni_status ok_ = (expression); \
	if (ok_ != OMNI_OK) \
		fail_msg("%s: %s: %s", #expression, omni_status_name(ok_), \
		    (at)->error.text); \
} while (0)

/* The statement with its rows of parameters; the result in at->result. */
static omni_status
run(struct place *at, struct omni__store *store, int which,
    const struct omni__value *params, size_t rows)
{
	return at->ops->run(store, &sql[which], params, rows, &at->arena,
	    &at->result, NULL, &at->error);
}

static int64_t
number(struct place *at, struct omni__store *store, int which)
{
	assert_ok(at, run(at, store, which, NULL, 1));
	assert_int_equal(at->result.count, 1);
	return OMNI__AT(&at->result, 0, 0)->number;
}

static omni_status
put(struct place *at, struct omni__store *store, int64_t k,
    const char *name)
{
	struct omni__value row[] = { omni__int(k), omni__text(name),
	    omni__null() };

	return run(at, store, PUT, row, 1);
}

static void
script_elsewhere(struct place *at, const char *format)
{
	struct omni__store *store;
	char text[256];

	assert_ok(at, open_at(at, at->server, OMNI_MODE_CREATE, 10000,
	    &store));
	(void)snprintf(text, sizeof(text), format, at->schema);
	assert_ok(at, at->ops->script(store, text, &at->error));
	at->ops->close(store);
}

static int
set_up(void **state)
{
	static unsigned number_of;
	struct place *at = calloc(1, sizeof(*at));
	const char *server = *state;

	assert_non_null(at);
	at->server = server;
	(void)snprintf(at->dir, sizeof(at->dir), "/tmp/omni-store.XXXXXX");
	assert_non_null(mkdtemp(at->dir));
	(void)snprintf(at->url, sizeof(at->url), "%s/shop.db", at->dir);
	if (server != NULL) {
		(void)snprintf(at->schema, sizeof(at->schema), "t%d_%u",
		    (int)getpid(), ++number_of);
		(void)snprintf(at->url, sizeof(at->url),
		    "%s%coptions=-csearch_path%%3D%s", server,
		    strchr(server, '?') == NULL ? '?' : '&', at->schema);
	}
	assert_ok(at, omni__store_open_ops(at->url, NULL, &at->ops,
	    &at->error));
	if (server != NULL)
		script_elsewhere(at, "CREATE SCHEMA %s");
	assert_ok(at, open_at(at, at->url, OMNI_MODE_CREATE, 5000,
	    &at->store));
	assert_ok(at, at->ops->script(at->store, tables, &at->error));
	*state = at;
	return 0;
}

static void
remove_tree(const char *dir)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0);
}

static int
tear_down(void **state)
{
	struct place *at = *state;

	at->ops->close(at->store);
	if (at->server != NULL)
		script_elsewhere(at, "DROP SCHEMA %s CASCADE");
	remove_tree(at->dir);
	omni__arena_free(&at->arena);
	free(at);
	return 0;
}

/* ---- rows in, rows out ---------------------------------------------- */

#define MANY 5000

static void
many_rows_come_with_their_ordinals(void **state)
{
	struct place *at = *state;
	struct omni__value *rows = calloc(MANY * 3, sizeof(*rows));
	int64_t changes = 0;
	size_t i;

	assert_non_null(rows);
	for (i = 0; i < MANY; i++) {
		rows[3 * i] = omni__int((int64_t)i * 2);
		rows[3 * i + 1] = omni__text(i % 2 ? "odd" : "even");
		rows[3 * i + 2] = omni__null();
	}
	assert_ok(at, at->ops->run(at->store, &sql[PUT], rows, MANY, NULL,
	    NULL, &changes, &at->error));
	assert_int_equal(changes, MANY);
	assert_ok(at, at->ops->run(at->store, &sql[PUT], rows, MANY, NULL,
	    NULL, &changes, &at->error));
	assert_int_equal(changes, 0);
	/* Backwards, and every second one is not there. */
	for (i = 0; i < MANY; i++)
		rows[i] = omni__int(MANY - (int64_t)i);
	assert_ok(at, run(at, at->store, GET, rows, MANY));
	assert_int_equal(at->result.count, MANY / 2);
	assert_int_equal(at->result.columns, 3);
	for (i = 0; i < at->result.count; i++) {
		int64_t k = OMNI__AT(&at->result, i, 0)->number;

		assert_int_equal(k, MANY - 2 * (int64_t)i);
		assert_int_equal(at->result.ordinal[i], MANY - k);
		assert_string_equal(omni__value_text(
		    OMNI__AT(&at->result, i, 1)), k % 4 ? "odd" : "even");
	}
	free(rows);
}

static void
a_limit_counts_for_each_row(void **state)
{
	struct place *at = *state;
	static const int64_t expected[] = { 9, 8, 7, 29, 9, 8, 7, 6 };
	static const uint32_t ordinals[] = { 0, 0, 0, 2, 3, 3, 3, 3 };
	struct omni__value rows[60], ask[8];
	size_t i;

	for (i = 0; i < 30; i++) {
		rows[2 * i] = omni__int((int64_t)i / 10);
		rows[2 * i + 1] = omni__int((int64_t)i);
	}
	assert_ok(at, run(at, at->store, PUT_PAIR, rows, 30));
	ask[0] = omni__int(0);
	ask[1] = omni__int(3);
	ask[2] = omni__int(77);
	ask[3] = omni__int(3);
	ask[4] = omni__int(2);
	ask[5] = omni__int(1);
	ask[6] = omni__int(0);
	ask[7] = omni__int(4);
	assert_ok(at, run(at, at->store, PAIRS, ask, 4));
	assert_int_equal(at->result.count, OMNI__COUNT(expected));
	for (i = 0; i < OMNI__COUNT(expected); i++) {
		assert_int_equal(OMNI__AT(&at->result, i, 0)->number,
		    expected[i]);
		assert_int_equal(at->result.ordinal[i], ordinals[i]);
	}
}

static void
nothing_asked_is_nothing_answered(void **state)
{
	struct place *at = *state;

	assert_ok(at, run(at, at->store, GET, NULL, 0));
	assert_int_equal(at->result.count, 0);
}

static void
values_come_back_as_they_went(void **state)
{
	static const unsigned char bytes[] = { 0, 255, '\'', 0, 128, '\\' };
	struct place *at = *state;
	struct omni__value rows[] = {
		omni__int(INT64_MIN), omni__text("K\xc3\xb8" "benhavn"),
		omni__blob(bytes, sizeof(bytes)),
		omni__int(INT64_MAX), omni__text(""), omni__blob("", 0),
		omni__null(), omni__null(), omni__null(),
		omni__int(-1), omni__text("NULL {,\"} \\ $i FROM p"),
		omni__blob("x", 1),
	};
	size_t i, j;

	assert_ok(at, run(at, at->store, ECHO_ROW, rows, 4));
	assert_int_equal(at->result.count, 4);
	for (i = 0; i < 4; i++) {
		assert_int_equal(at->result.ordinal[i], i);
		for (j = 0; j < 3; j++) {
			struct omni__value *out = OMNI__AT(&at->result, i, j);
			struct omni__value *in = &rows[3 * i + j];

			assert_int_equal(out->type, in->type);
			if (in->type == OMNI__INT) {
				assert_int_equal(out->number, in->number);
				continue;
			}
			assert_int_equal(out->size, in->size);
			if (in->type == OMNI__NULL)
				continue;
			assert_memory_equal(out->bytes, in->bytes, in->size);
			if (in->type == OMNI__TEXT)
				assert_int_equal(((const char *)out->bytes)
				    [out->size], '\0');
		}
	}
}

static void
a_long_value_comes_back_whole(void **state)
{
	struct place *at = *state;
	size_t size = (size_t)3 << 20;
	char *text = malloc(size + 1);
	struct omni__value row[3], key = omni__int(1);

	assert_non_null(text);
	memset(text, 'x', size);
	text[size] = '\0';
	row[0] = omni__int(1);
	/* Not into the index, which takes no such keys on a server. */
	row[1] = omni__null();
	row[2] = omni__blob(text, size);
	assert_ok(at, run(at, at->store, PUT, row, 1));
	assert_ok(at, run(at, at->store, GET, &key, 1));
	assert_int_equal(OMNI__AT(&at->result, 0, 2)->size, size);
	assert_memory_equal(OMNI__AT(&at->result, 0, 2)->bytes, text, size);
	free(text);
}

static void
returning_gives_the_rows_written(void **state)
{
	struct place *at = *state;
	struct omni__value rows[] = {
		omni__int(1), omni__text("one"), omni__int(2),
		omni__text("two"),
	};

	assert_ok(at, run(at, at->store, MARKED, rows, 2));
	assert_int_equal(at->result.count, 2);
	rows[1] = omni__text("uno");
	assert_ok(at, run(at, at->store, MARKED, rows, 1));
	assert_int_equal(at->result.count, 1);
	assert_string_equal(omni__value_text(OMNI__AT(&at->result, 0, 1)),
	    "uno");
	assert_int_equal(number(at, at->store, COUNT), 2);
}

static void
updates_and_deletes_find_their_rows(void **state)
{
	struct place *at = *state;
	struct omni__value rows[] = {
		omni__int(1), omni__int(10), omni__int(2), omni__int(20),
	}, ask[] = { omni__int(2), omni__int(9) }, key = omni__int(7);
	int64_t changes = 0;

	assert_ok(at, run(at, at->store, PUT_PAIR, rows, 2));
	assert_ok(at, at->ops->run(at->store, &sql[ADD], rows, 2, NULL, NULL,
	    &changes, &at->error));
	assert_int_equal(changes, 2);
	assert_ok(at, run(at, at->store, PAIRS, ask, 1));
	assert_int_equal(OMNI__AT(&at->result, 0, 0)->number, 40);
	assert_ok(at, put(at, at->store, 7, "seven"));
	assert_ok(at, at->ops->run(at->store, &sql[DELETE], &key, 1, NULL,
	    NULL, &changes, &at->error));
	assert_int_equal(changes, 1);
	assert_int_equal(number(at, at->store, COUNT), 0);
}

static void
sums_are_numbers(void **state)
{
	struct place *at = *state;

	assert_ok(at, run(at, at->store, SUM, NULL, 1));
	assert_int_equal(OMNI__AT(&at->result, 0, 0)->type, OMNI__NULL);
	assert_ok(at, put(at, at->store, 12345678901234, "a"));
	assert_int_equal(number(at, at->store, SUM), 12345678901234);
	assert_ok(at, put(at, at->store, -12345678901234, "b"));
	assert_int_equal(number(at, at->store, SUM), 0);
	assert_ok(at, put(at, at->store, -30000, "c"));
	assert_int_equal(number(at, at->store, SUM), -30000);
}

static void
text_is_ordered_by_its_bytes(void **state)
{
	static const char *const expected[] = { "B", "Z", "a", "b",
	    "\xc3\xa4" };
	struct place *at = *state;
	size_t i;

	for (i = OMNI__COUNT(expected); i-- > 0;)
		assert_ok(at, put(at, at->store, (int64_t)i, expected[i]));
	assert_ok(at, run(at, at->store, NAMES, NULL, 1));
	for (i = 0; i < OMNI__COUNT(expected); i++)
		assert_string_equal(omni__value_text(
		    OMNI__AT(&at->result, i, 0)), expected[i]);
}

static void
quoted_words_are_not_parameters(void **state)
{
	struct place *at = *state;
	struct omni__value key = omni__int(5);

	assert_ok(at, put(at, at->store, 5, "five"));
	assert_ok(at, run(at, at->store, WORDS, &key, 1));
	assert_string_equal(omni__value_text(OMNI__AT(&at->result, 0, 0)),
	    "FROM p and $k");
}

static void
a_parameter_may_be_called_as_a_column_is(void **state)
{
	struct place *at = *state;
	struct omni__value row[] = { omni__int(5), omni__text("six") };

	assert_ok(at, put(at, at->store, 5, "five"));
	assert_ok(at, run(at, at->store, SAME_NAMES, row, 1));
	assert_int_equal(at->result.count, 1);
	assert_string_equal(omni__value_text(OMNI__AT(&at->result, 0, 0)),
	    "six");
}

static void
our_own_mistakes_are_named(void **state)
{
	static const int bad[] = { BAD_TYPE, BAD_COLUMNS, BAD_PARAM,
	    BAD_TEXT };
	struct place *at = *state;
	struct omni__value text = omni__text("x");
	size_t i;

	for (i = 0; i < OMNI__COUNT(bad); i++) {
		struct omni__value key = omni__int(1);

		assert_int_equal(run(at, at->store, bad[i], &key, 1),
		    OMNI_INTERNAL);
		assert_non_null(strstr(at->error.text, sql[bad[i]].name));
	}
	assert_int_equal(run(at, at->store, GET, &text, 1), OMNI_INTERNAL);
	omni__error_clear(&at->error);
	assert_int_equal(number(at, at->store, COUNT), 0);
}

/* ---- transactions --------------------------------------------------- */

static void
a_rollback_leaves_nothing(void **state)
{
	struct place *at = *state;

	assert_ok(at, at->ops->begin(at->store, true, &at->error));
	assert_ok(at, put(at, at->store, 1, "one"));
	assert_int_equal(number(at, at->store, COUNT), 1);
	at->ops->rollback(at->store);
	assert_int_equal(number(at, at->store, COUNT), 0);
	assert_ok(at, at->ops->begin(at->store, true, &at->error));
	assert_ok(at, put(at, at->store, 1, "one"));
	assert_ok(at, at->ops->commit(at->store, &at->error));
	assert_int_equal(number(at, at->store, COUNT), 1);
}

static void
a_failed_statement_spoils_its_transaction_alone(void **state)
{
	struct place *at = *state;

	assert_ok(at, at->ops->begin(at->store, true, &at->error));
	assert_ok(at, put(at, at->store, 1, "one"));
	assert_int_equal(run(at, at->store, BAD_TEXT, NULL, 1),
	    OMNI_INTERNAL);
	at->ops->rollback(at->store);
	assert_false(at->ops->retry(at->store));
	omni__error_clear(&at->error);
	assert_int_equal(number(at, at->store, COUNT), 0);
	assert_int_equal(at->ops->commit(at->store, &at->error),
	    OMNI_MISUSE);
}

static void
a_read_transaction_is_one_snapshot(void **state)
{
	struct place *at = *state;
	struct omni__store *other;

	assert_ok(at, open_at(at, at->url, OMNI_MODE_EXISTING, 5000,
	    &other));
	assert_ok(at, at->ops->begin(at->store, false, &at->error));
	assert_int_equal(number(at, at->store, COUNT), 0);
	assert_ok(at, put(at, other, 1, "one"));
	assert_int_equal(number(at, other, COUNT), 1);
	assert_int_equal(number(at, at->store, COUNT), 0);
	assert_int_equal(put(at, at->store, 2, "two"), OMNI_INTERNAL);
	omni__error_clear(&at->error);
	at->ops->rollback(at->store);
	assert_int_equal(number(at, at->store, COUNT), 1);
	at->ops->close(other);
}

/* Both count the rows and write how many there were: in some order of the
 * two one of them saw the other's. */
static void
write_transactions_are_serialisable(void **state)
{
	struct place *at = *state;
	struct omni__value first = omni__int(1), second = omni__int(2);
	struct omni__store *other;
	omni_status status;

	assert_ok(at, open_at(at, at->url, OMNI_MODE_EXISTING, 300, &other));
	assert_ok(at, at->ops->begin(at->store, true, &at->error));
	assert_ok(at, run(at, at->store, NEXT_COUNT, &first, 1));
	status = at->ops->begin(other, true, &at->error);
	if (status == OMNI_OK)
		status = run(at, other, NEXT_COUNT, &second, 1);
	assert_ok(at, at->ops->commit(at->store, &at->error));
	if (status == OMNI_OK)
		status = at->ops->commit(other, &at->error);
	assert_int_equal(status, OMNI_BUSY);
	/* SQLite has waited already; the server asks for another attempt. */
	assert_int_equal(at->ops->retry(other), at->server != NULL);
	at->ops->rollback(other);
	omni__error_clear(&at->error);
	assert_ok(at, at->ops->begin(other, true, &at->error));
	assert_ok(at, run(at, other, NEXT_COUNT, &second, 1));
	assert_ok(at, at->ops->commit(other, &at->error));
	assert_ok(at, run(at, at->store, NAMES, NULL, 1));
	assert_string_equal(omni__value_text(OMNI__AT(&at->result, 0, 0)),
	    "n0");
	assert_string_equal(omni__value_text(OMNI__AT(&at->result, 1, 0)),
	    "n1");
	at->ops->close(other);
}

#define CHILDREN 3
#define CHILD_ROWS 60

/* Returns how many attempts were needed, or -1. */
static int
write_as_a_child(struct place *at, int child)
{
	struct omni__store *store;
	int row, attempts = 0;

	if (open_at(at, at->url, OMNI_MODE_CREATE, 20000, &store) != OMNI_OK)
		return -1;
	for (row = 0; row < CHILD_ROWS; attempts++) {
		omni_status status = at->ops->begin(store, true, &at->error);

		if (status == OMNI_OK)
			status = put(at, store, child * CHILD_ROWS + row,
			    "child");
		if (status == OMNI_OK)
			status = at->ops->commit(store, &at->error);
		if (status == OMNI_OK)
			row++;
		else if (!at->ops->retry(store))
			return -1;
		at->ops->rollback(store);
	}
	at->ops->close(store);
	return attempts;
}

static void
processes_share_a_store(void **state)
{
	struct place *at = *state;
	pid_t children[CHILDREN];
	int i, how;

	for (i = 0; i < CHILDREN; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			_exit(write_as_a_child(at, i) < CHILD_ROWS);
	}
	for (i = 0; i < CHILDREN; i++) {
		assert_int_equal(waitpid(children[i], &how, 0), children[i]);
		assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
	}
	assert_int_equal(number(at, at->store, COUNT), CHILDREN * CHILD_ROWS);
}

/* ---- interrupting --------------------------------------------------- */

static void *
interrupt_soon(void *user)
{
	struct place *at = user;
	struct timespec nap = { 0, 100000000L };

	(void)nanosleep(&nap, NULL);
	at->ops->interrupt(at->store);
	return NULL;
}

static void
a_long_call_can_be_interrupted(void **state)
{
	struct place *at = *state;
	pthread_t thread;

	assert_ok(at, at->ops->begin(at->store, true, &at->error));
	assert_ok(at, put(at, at->store, 1, "one"));
	assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, at),
	    0);
	assert_int_equal(run(at, at->store, FOREVER, NULL, 1),
	    OMNI_INTERRUPTED);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_false(at->ops->retry(at->store));
	at->ops->rollback(at->store);
	at->ops->resume(at->store);
	omni__error_clear(&at->error);
	assert_int_equal(number(at, at->store, COUNT), 0);
	assert_ok(at, put(at, at->store, 1, "one"));
}

static void
an_interrupt_out_of_time_is_forgotten(void **state)
{
	struct place *at = *state;

	at->ops->interrupt(at->store);
	assert_int_equal(run(at, at->store, COUNT, NULL, 1),
	    OMNI_INTERRUPTED);
	assert_int_equal(at->ops->begin(at->store, true, &at->error) ==
	    OMNI_OK ? at->ops->commit(at->store, &at->error) :
	    OMNI_INTERRUPTED, OMNI_INTERRUPTED);
	at->ops->rollback(at->store);
	at->ops->resume(at->store);
	omni__error_clear(&at->error);
	assert_int_equal(number(at, at->store, COUNT), 0);
}

/* ---- opening -------------------------------------------------------- */

static void
a_store_is_as_it_was_left(void **state)
{
	struct place *at = *state;
	unsigned char before[16], after[16];
	int64_t version = -1;

	assert_ok(at, at->ops->schema(at->store, &version, &at->error));
	assert_int_equal(version, 0);
	assert_ok(at, at->ops->set_schema(at->store, 41, &at->error));
	assert_ok(at, at->ops->set_schema(at->store, 42, &at->error));
	assert_ok(at, put(at, at->store, 1, "one"));
	assert_ok(at, at->ops->identity(at->store, before, &at->error));
	at->ops->close(at->store);
	assert_ok(at, open_at(at, at->url, OMNI_MODE_EXISTING, 5000,
	    &at->store));
	assert_ok(at, at->ops->schema(at->store, &version, &at->error));
	assert_int_equal(version, 42);
	assert_ok(at, at->ops->identity(at->store, after, &at->error));
	assert_memory_equal(before, after, sizeof(before));
	assert_int_equal(number(at, at->store, COUNT), 1);
}

static void
a_rolled_back_schema_never_was(void **state)
{
	struct place *at = *state;
	int64_t version = -1;

	assert_ok(at, at->ops->begin(at->store, true, &at->error));
	assert_ok(at, at->ops->script(at->store,
	    "CREATE TABLE extra (k INTEGER PRIMARY KEY) STRICT;\n"
	    "CREATE TABLE more (k TEXT) STRICT;\n", &at->error));
	assert_ok(at, at->ops->set_schema(at->store, 7, &at->error));
	at->ops->rollback(at->store);
	assert_ok(at, at->ops->schema(at->store, &version, &at->error));
	assert_int_equal(version, 0);
	assert_ok(at, at->ops->script(at->store,
	    "CREATE TABLE extra (k INTEGER PRIMARY KEY) STRICT;\n",
	    &at->error));
}

static void
who_reads_only_cannot_write(void **state)
{
	struct place *at = *state;
	struct omni__store *reader;

	assert_ok(at, put(at, at->store, 1, "one"));
	assert_ok(at, open_at(at, at->url, OMNI_MODE_READONLY, 1000,
	    &reader));
	assert_int_equal(number(at, reader, COUNT), 1);
	assert_int_equal(put(at, reader, 2, "two"), OMNI_READONLY);
	assert_int_equal(at->ops->begin(reader, true, &at->error),
	    OMNI_READONLY);
	assert_true(at->ops->set_schema(reader, 3, &at->error) < 0);
	omni__error_clear(&at->error);
	assert_ok(at, at->ops->begin(reader, false, &at->error));
	assert_int_equal(number(at, reader, COUNT), 1);
	at->ops->rollback(reader);
	at->ops->close(reader);
}

static void
upkeep_comes_to_an_end(void **state)
{
	struct place *at = *state;
	struct omni__buf lines = { .env = NULL };
	omni_status status = OMNI_OK;
	int rounds;

	assert_ok(at, put(at, at->store, 1, "one"));
	for (rounds = 0; rounds < 10 && status == OMNI_OK; rounds++)
		status = at->ops->maintain(at->store, 100, &at->error);
	assert_int_equal(status, OMNI_DONE);
	assert_ok(at, at->ops->check(at->store, &lines, &at->error));
	assert_int_equal(lines.size, 0);
	omni__buf_free(&lines);
}

/* ---- out of memory -------------------------------------------------- */

struct scarce {
	size_t left, blocks;
};

static void *
scarce_allocate(void *user, void *memory, size_t size)
{
	struct scarce *scarce = user;

	if (size == 0) {
		scarce->blocks -= memory != NULL;
		free(memory);
		return NULL;
	}
	if (scarce->left == 0)
		return NULL;
	scarce->left--;
	scarce->blocks += memory == NULL;
	return realloc(memory, size);
}

static omni_status
work_with(struct place *at, const struct omni__env *env)
{
	struct omni__store_options options = {
		.env = env, .url = at->url, .mode = OMNI_MODE_CREATE,
		.timeout = 5000,
	};
	struct omni__arena arena = { .env = env };
	struct omni__value row[] = { omni__int(1), omni__text("x"),
	    omni__null() }, key = omni__int(1);
	struct omni__result result = { .count = 0 };
	struct omni__store *store = NULL;
	omni_status status;

	status = at->ops->open(&options, &store, &at->error);
	if (status == OMNI_OK)
		status = at->ops->run(store, &sql[PUT], row, 1, NULL, NULL,
		    NULL, &at->error);
	if (status == OMNI_OK)
		status = at->ops->run(store, &sql[GET], &key, 1, &arena,
		    &result, NULL, &at->error);
	if (status == OMNI_OK)
		assert_int_equal(result.count, 1);
	if (store != NULL)
		at->ops->close(store);
	omni__arena_free(&arena);
	return status;
}

static void
every_allocation_may_fail(void **state)
{
	struct place *at = *state;
	struct scarce scarce = { .left = 0 };
	struct omni__env env = omni__env_default;
	omni_status status = OMNI_NOMEM;
	size_t n;

	env.allocate = scarce_allocate;
	env.allocate_user = &scarce;
	for (n = 0; status != OMNI_OK && n < 500; n++) {
		scarce.left = n;
		status = work_with(at, &env);
		assert_true(status == OMNI_OK || status == OMNI_NOMEM);
		assert_int_equal(scarce.blocks, 0);
	}
	assert_int_equal(status, OMNI_OK);
	assert_true(n > 5);
}

/* ---- SQLite alone: files -------------------------------------------- */

static char *
path_in(struct place *at, const char *name, char *out, size_t size)
{
	(void)snprintf(out, size, "%s/%s", at->dir, name);
	return out;
}

static void
write_file(const char *path, const void *bytes, size_t size, off_t offset)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0666);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, size, offset), size);
	assert_int_equal(close(fd), 0);
}

static int64_t
file_size(const char *path)
{
	struct stat about;

	return stat(path, &about) == 0 ? (int64_t)about.st_size : -1;
}

/* How often the bytes are in the file. */
static int
occurrences(const char *path, const char *bytes)
{
	int fd = open(path, O_RDONLY), count = 0;
	int64_t size = file_size(path);
	char *content, *found;

	if (fd < 0)
		return 0;
	content = malloc((size_t)size + 1);
	assert_non_null(content);
	assert_int_equal(read(fd, content, (size_t)size), size);
	(void)close(fd);
	found = content;
	while ((found = memmem(found, (size_t)(content + size - found), bytes,
	    strlen(bytes))) != NULL) {
		count++;
		found++;
	}
	free(content);
	return count;
}

static void
run_raw(const char *path, const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
what_is_not_ours_is_left_alone(void **state)
{
	static const char prose[] = "This is a shopping list: bread, milk, "
	    "and a long walk home in the rain, with an umbrella for two.";
	struct place *at = *state;
	struct omni__store *store;
	char path[128];

	(void)path_in(at, "list.txt", path, sizeof(path));
	write_file(path, prose, sizeof(prose), 0);
	assert_int_equal(open_at(at, path, OMNI_MODE_CREATE, 100, &store),
	    OMNI_FOREIGN);
	assert_non_null(strstr(at->error.text, "list.txt"));
	assert_int_equal(file_size(path), sizeof(prose));
	assert_int_equal(occurrences(path, prose), 1);

	(void)path_in(at, "other.db", path, sizeof(path));
	run_raw(path, "CREATE TABLE t (x); INSERT INTO t VALUES (1)");
	assert_int_equal(open_at(at, path, OMNI_MODE_CREATE, 100, &store),
	    OMNI_FOREIGN);
	(void)path_in(at, "marked.db", path, sizeof(path));
	run_raw(path, "PRAGMA application_id = 99");
	assert_int_equal(open_at(at, path, OMNI_MODE_CREATE, 100, &store),
	    OMNI_FOREIGN);
	assert_int_equal(open_at(at, at->dir, OMNI_MODE_CREATE, 100, &store),
	    OMNI_FOREIGN);
	assert_null(store);
}

static void
what_is_missing_is_said_to_be(void **state)
{
	struct place *at = *state;
	struct omni__store *store;
	char path[128];

	(void)path_in(at, "none.db", path, sizeof(path));
	assert_int_equal(open_at(at, path, OMNI_MODE_EXISTING, 100, &store),
	    OMNI_MISSING);
	assert_int_equal(open_at(at, path, OMNI_MODE_READONLY, 100, &store),
	    OMNI_MISSING);
	assert_int_equal(file_size(path), -1);
	write_file(path, "", 0, 0);
	assert_int_equal(open_at(at, path, OMNI_MODE_EXISTING, 100, &store),
	    OMNI_MISSING);
	(void)path_in(at, "no/such/dir.db", path, sizeof(path));
	assert_int_equal(open_at(at, path, OMNI_MODE_CREATE, 100, &store),
	    OMNI_MISSING);
	assert_non_null(strstr(at->error.text, "no/such/dir.db"));
	assert_int_equal(open_at(at, "", OMNI_MODE_CREATE, 100, &store),
	    OMNI_INVALID);
}

/* In a child, since it changes the directory. */
static int
open_odd_names(struct place *at)
{
	static const char *const names[] = { ":memory:", "file:x?mode=memory",
	    "-wal", "with blank" };
	struct omni__store *store;
	size_t i;

	if (chdir(at->dir) != 0)
		return 1;
	for (i = 0; i < OMNI__COUNT(names); i++) {
		if (open_at(at, names[i], OMNI_MODE_CREATE, 100, &store) !=
		    OMNI_OK)
			return 2;
		at->ops->close(store);
		if (file_size(names[i]) < 512)
			return 3;
	}
	return 0;
}

static void
a_path_is_only_a_path(void **state)
{
	struct place *at = *state;
	pid_t child = fork();
	int how;

	assert_true(child >= 0);
	if (child == 0)
		_exit(open_odd_names(at));
	assert_int_equal(waitpid(child, &how, 0), child);
	assert_true(WIFEXITED(how));
	assert_int_equal(WEXITSTATUS(how), 0);
}

static void
fill(struct place *at, struct omni__store *store, int64_t from, int64_t to)
{
	char body[1000];
	int64_t k;

	memset(body, 'b', sizeof(body));
	assert_ok(at, at->ops->begin(store, true, &at->error));
	for (k = from; k < to; k++) {
		struct omni__value row[] = { omni__int(k), omni__text("f"),
		    omni__blob(body, sizeof(body)) };

		assert_ok(at, run(at, store, PUT, row, 1));
	}
	assert_ok(at, at->ops->commit(store, &at->error));
}

static void
damage_is_found(void **state)
{
	struct place *at = *state;
	struct omni__buf lines = { .env = NULL };
	char noise[4096 * 20];
	omni_status status;

	fill(at, at->store, 0, 2000);
	at->ops->close(at->store);
	memset(noise, 0xa5, sizeof(noise));
	write_file(at->url, noise, sizeof(noise), 4096 * 100);
	assert_ok(at, open_at(at, at->url, OMNI_MODE_EXISTING, 100,
	    &at->store));
	status = run(at, at->store, SUM, NULL, 1);
	if (status != OMNI_OK)
		assert_int_equal(status, OMNI_CORRUPT);
	status = run(at, at->store, NAMES, NULL, 1);
	assert_ok(at, at->ops->check(at->store, &lines, &at->error));
	assert_true(lines.size > 0);
	omni__buf_free(&lines);
}

static void
a_damaged_head_is_no_crash(void **state)
{
	struct place *at = *state;
	unsigned char noise[80];
	int64_t size;
	omni_status status;

	fill(at, at->store, 0, 100);
	at->ops->close(at->store);
	at->store = NULL;
	size = file_size(at->url);
	memset(noise, 0xff, sizeof(noise));
	write_file(at->url, noise, sizeof(noise), 16);
	status = open_at(at, at->url, OMNI_MODE_EXISTING, 100, &at->store);
	assert_true(status == OMNI_FOREIGN || status == OMNI_CORRUPT);
	assert_int_equal(file_size(at->url), size);
}

static void
a_full_disk_is_survived(void **state)
{
	struct place *at = *state;
	struct rlimit limit, before;
	char path[1100], body[4096];
	omni_status status = OMNI_OK;
	int64_t k;

	fill(at, at->store, 0, 100);
	(void)snprintf(path, sizeof(path), "%s-wal", at->url);
	memset(body, 'x', sizeof(body));
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = (rlim_t)file_size(path) + 100000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (k = 1000; k < 2000 && status == OMNI_OK; k++) {
		struct omni__value row[] = { omni__int(k), omni__null(),
		    omni__blob(body, sizeof(body)) };

		status = run(at, at->store, PUT, row, 1);
	}
	assert_int_equal(status, OMNI_FULL);
	assert_false(at->ops->retry(at->store));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	omni__error_clear(&at->error);
	/* All that was said to be stored is; the handle goes on. */
	assert_int_equal(number(at, at->store, COUNT), 100 + k - 1001);
	assert_ok(at, put(at, at->store, 5000, "after"));
	(void)signal(SIGXFSZ, SIG_DFL);
}

static void
another_writer_is_waited_for(void **state)
{
	struct place *at = *state;
	struct omni__store *other;

	assert_ok(at, open_at(at, at->url, OMNI_MODE_EXISTING, 200, &other));
	assert_ok(at, at->ops->begin(at->store, true, &at->error));
	assert_int_equal(put(at, other, 1, "one"), OMNI_BUSY);
	assert_non_null(strstr(at->error.text, "shop.db"));
	at->ops->rollback(at->store);
	omni__error_clear(&at->error);
	assert_ok(at, put(at, other, 1, "one"));
	at->ops->close(other);
}

/* ---- SQLite alone: the log, copies, erasing ------------------------- */

#define LOG_BOUND (48 << 20)

static void
the_log_does_not_grow_for_ever(void **state)
{
	struct place *at = *state;
	char path[1100];
	int64_t k;

	(void)snprintf(path, sizeof(path), "%s-wal", at->url);
	for (k = 0; k < 60; k++) {
		fill(at, at->store, k * 2000, (k + 1) * 2000);
		assert_true(file_size(path) < LOG_BOUND);
	}
	assert_true(file_size(at->url) > LOG_BOUND);
	assert_int_equal(number(at, at->store, COUNT), 120000);
}

static void
the_last_to_close_brings_the_log_home(void **state)
{
	struct place *at = *state;
	struct omni__store *other;
	char path[1100];

	(void)snprintf(path, sizeof(path), "%s-wal", at->url);
	assert_ok(at, open_at(at, at->url, OMNI_MODE_EXISTING, 200, &other));
	assert_ok(at, put(at, at->store, 1, "one"));
	at->ops->close(at->store);
	assert_true(file_size(path) > 0);
	at->ops->close(other);
	assert_int_equal(file_size(path), -1);
	assert_ok(at, open_at(at, at->url, OMNI_MODE_EXISTING, 200,
	    &at->store));
	assert_int_equal(number(at, at->store, COUNT), 1);
}

static void
a_backup_is_one_snapshot_of_a_store_in_use(void **state)
{
	struct place *at = *state;
	unsigned char ours[16], theirs[16];
	struct omni__store *copy;
	struct stat about;
	char path[128];

	fill(at, at->store, 0, 500);
	assert_ok(at, at->ops->begin(at->store, true, &at->error));
	assert_ok(at, put(at, at->store, 9999, "not yet"));
	(void)path_in(at, "copy.db", path, sizeof(path));
	assert_ok(at, at->ops->backup(at->store, path, &at->error));
	assert_ok(at, at->ops->commit(at->store, &at->error));
	assert_int_equal(at->ops->backup(at->store, path, &at->error),
	    OMNI_INVALID);
	assert_int_equal(at->ops->backup(at->store, "/none/such/x",
	    &at->error), OMNI_MISSING);
	omni__error_clear(&at->error);
	(void)path_in(at, "copy.db.part", path, sizeof(path));
	assert_int_equal(stat(path, &about), -1);
	(void)path_in(at, "copy.db", path, sizeof(path));
	assert_ok(at, open_at(at, path, OMNI_MODE_EXISTING, 100, &copy));
	assert_int_equal(number(at, copy, COUNT), 500);
	assert_ok(at, put(at, copy, 777777, "goes on"));
	assert_ok(at, at->ops->identity(at->store, ours, &at->error));
	assert_ok(at, at->ops->identity(copy, theirs, &at->error));
	assert_memory_not_equal(ours, theirs, sizeof(ours));
	at->ops->close(copy);
}

static void
an_interrupted_backup_leaves_nothing(void **state)
{
	struct place *at = *state;
	char path[128];

	fill(at, at->store, 0, 5000);
	(void)path_in(at, "copy.db", path, sizeof(path));
	at->ops->interrupt(at->store);
	assert_int_equal(at->ops->backup(at->store, path, &at->error),
	    OMNI_INTERRUPTED);
	at->ops->resume(at->store);
	assert_int_equal(file_size(path), -1);
	(void)path_in(at, "copy.db.part", path, sizeof(path));
	assert_int_equal(file_size(path), -1);
}

#define SECRET "ann.lee@example.org/secret-"

/* Some rows of many sizes, so that pages split and cells move. */
static void
put_secrets(struct place *at, int64_t from, int64_t to)
{
	char name[600], body[9000];
	int64_t k;

	assert_ok(at, at->ops->begin(at->store, true, &at->error));
	for (k = from; k < to; k++) {
		size_t size = (size_t)(k * 7919 % 400);

		/* Scattered over the index on names. */
		(void)snprintf(name, sizeof(name), "%02d" SECRET "%d",
		    (int)(k * 31 % 97), (int)k);
		memset(name + strlen(name), '.', size);
		name[2 + strlen(SECRET) + 1 + size] = '\0';
		struct omni__value row[] = { omni__int(k * 37 % 10007),
		    omni__text(name), omni__null() };

		/* Some reach over several pages. */
		memset(body, 'o', sizeof(body));
		memcpy(body + 4900, SECRET, strlen(SECRET));
		if (k % 10 == 0)
			row[2] = omni__blob(body, 5000 + (size_t)k % 4000);
		assert_ok(at, run(at, at->store, PUT, row, 1));
	}
	assert_ok(at, at->ops->commit(at->store, &at->error));
}

static void
erased_bytes_leave_the_file_and_the_log(void **state)
{
	struct place *at = *state;
	struct omni__value keys[3000];
	char log[1100];
	size_t i;

	(void)snprintf(log, sizeof(log), "%s-wal", at->url);
	put_secrets(at, 0, 1500);
	fill(at, at->store, 20000, 20100);
	put_secrets(at, 1500, 3000);
	assert_true(occurrences(log, SECRET) > 0);
	for (i = 0; i < 3000; i++)
		keys[i] = omni__int((int64_t)i * 37 % 10007);
	assert_ok(at, run(at, at->store, DELETE, keys, 3000));
	assert_int_equal(at->ops->scrub(at->store, &at->error), OMNI_OK);
	assert_int_equal(occurrences(at->url, SECRET), 0);
	assert_int_equal(occurrences(log, SECRET), 0);
	assert_int_equal(number(at, at->store, COUNT), 100);
}

static void
erasing_waits_for_a_reader(void **state)
{
	struct place *at = *state;
	struct omni__store *reader;
	struct omni__value key = omni__int(1);
	char log[1100];

	(void)snprintf(log, sizeof(log), "%s-wal", at->url);
	assert_ok(at, put(at, at->store, 1, SECRET));
	assert_ok(at, open_at(at, at->url, OMNI_MODE_EXISTING, 100,
	    &reader));
	assert_ok(at, at->ops->begin(reader, false, &at->error));
	assert_int_equal(number(at, reader, COUNT), 1);
	assert_ok(at, run(at, at->store, DELETE, &key, 1));
	assert_int_equal(at->ops->scrub(at->store, &at->error),
	    OMNI_PENDING);
	assert_int_equal(number(at, reader, COUNT), 1);
	at->ops->rollback(reader);
	assert_int_equal(at->ops->scrub(at->store, &at->error), OMNI_OK);
	assert_int_equal(occurrences(at->url, SECRET), 0);
	assert_int_equal(occurrences(log, SECRET), 0);
	at->ops->close(reader);
}

/* ---- PostgreSQL alone ----------------------------------------------- */

/* A socket that takes connections and never says a word. */
static int
silent_server(int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size),
	    0);
	*port = ntohs(address.sin_port);
	return fd;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
a_silent_server_is_left_in_time(void **state)
{
	struct place *at = *state;
	struct omni__store *store;
	int64_t start = now_ms();
	char url[128];
	int port, fd = silent_server(&port);

	(void)snprintf(url, sizeof(url),
	    "postgresql://u:geheim@127.0.0.1:%d/x", port);
	assert_int_equal(open_at(at, url, OMNI_MODE_CREATE, 400, &store),
	    OMNI_UNREACHABLE);
	/* It waited, and not for ever: the bound is far above any load. */
	assert_true(now_ms() - start >= 300);
	assert_true(now_ms() - start < 20000);
	assert_null(strstr(at->error.text, "geheim"));
	(void)close(fd);
	/* Now nobody listens at all. */
	assert_int_equal(open_at(at, url, OMNI_MODE_CREATE, 400, &store),
	    OMNI_UNREACHABLE);
}

/* Puts another host before the server's own in a URL. */
static void
with_host_before(struct place *at, int port, char *url, size_t size)
{
	const char *host = strstr(at->url, "host=");
	const char *start = strstr(at->url, "://"), *end, *path;

	assert_non_null(start);
	if (host != NULL) {
		/* postgresql:///omni?host=/dir&port=5432&... */
		const char *own = strstr(at->url, "port=");

		assert_non_null(own);
		(void)snprintf(url, size, "%.*shost=127.0.0.1,%.*sport=%d,%s",
		    (int)(host - at->url), at->url, (int)(own - host - 5),
		    host + 5, port, own + 5);
		return;
	}
	end = strchr(start + 3, '@');
	assert_non_null(end);
	path = strchr(end, '/');
	assert_non_null(path);
	(void)snprintf(url, size, "%.*s@127.0.0.1:%d,%s",
	    (int)(end - at->url), at->url, port, end + 1);
}

static void
a_silent_host_is_passed_over(void **state)
{
	struct place *at = *state;
	struct omni__store *store;
	char url[2048];
	int port, fd = silent_server(&port);

	with_host_before(at, port, url, sizeof(url));
	assert_ok(at, open_at(at, url, OMNI_MODE_EXISTING, 2000, &store));
	assert_int_equal(number(at, store, COUNT), 0);
	at->ops->close(store);
	(void)close(fd);
}

static const struct omni__sql backend = { "backend", NULL, "i",
	"SELECT pg_backend_pid()", NULL };
static const struct omni__sql terminate = { "terminate", "k:i", "i",
	"SELECT pg_terminate_backend($k::int4)", NULL };

static int64_t
backend_of(struct place *at, struct omni__store *store)
{
	assert_ok(at, at->ops->run(store, &backend, NULL, 1, &at->arena,
	    &at->result, NULL, &at->error));
	return OMNI__AT(&at->result, 0, 0)->number;
}

static void
end_backend(struct place *at, struct omni__store *other,
    struct omni__store *store)
{
	struct omni__value pid = omni__int(backend_of(at, store));

	assert_ok(at, at->ops->run(other, &terminate, &pid, 1, &at->arena,
	    &at->result, NULL, &at->error));
}

static void
a_lost_connection_is_made_again(void **state)
{
	struct place *at = *state;
	struct omni__store *other;

	assert_ok(at, open_at(at, at->url, OMNI_MODE_EXISTING, 5000,
	    &other));
	assert_ok(at, put(at, at->store, 1, "one"));
	/* Outside a transaction nobody notices. */
	end_backend(at, other, at->store);
	assert_int_equal(number(at, at->store, COUNT), 1);
	end_backend(at, other, at->store);
	assert_ok(at, put(at, at->store, 2, "two"));
	/* Within one it is to be tried again from its beginning. */
	assert_ok(at, at->ops->begin(at->store, true, &at->error));
	assert_ok(at, put(at, at->store, 3, "three"));
	end_backend(at, other, at->store);
	assert_int_equal(at->ops->commit(at->store, &at->error),
	    OMNI_UNREACHABLE);
	assert_true(at->ops->retry(at->store));
	at->ops->rollback(at->store);
	omni__error_clear(&at->error);
	assert_int_equal(number(at, at->store, COUNT), 2);
	at->ops->close(other);
}

static void
a_server_that_freezes_is_left_in_time(void **state)
{
	struct place *at = *state;
	struct omni__store *store;
	int64_t start;
	pid_t pid;

	assert_ok(at, open_at(at, at->url, OMNI_MODE_EXISTING, 500, &store));
	pid = (pid_t)backend_of(at, store);
	if (kill(pid, SIGSTOP) != 0) {
		/* Not our server's host, or not our user. */
		at->ops->close(store);
		skip();
	}
	start = now_ms();
	assert_int_equal(run(at, store, COUNT, NULL, 1), OMNI_UNREACHABLE);
	assert_true(now_ms() - start < 20000);
	assert_int_equal(kill(pid, SIGCONT), 0);
	omni__error_clear(&at->error);
	assert_int_equal(number(at, store, COUNT), 0);
	at->ops->close(store);
}

static void
a_database_without_a_store_is_said_to_be(void **state)
{
	struct place *at = *state;
	struct omni__store *store;
	char url[2048], *name;

	/* The schema of another name is empty. */
	(void)snprintf(url, sizeof(url), "%s_none", at->url);
	assert_int_equal(open_at(at, url, OMNI_MODE_EXISTING, 5000, &store),
	    OMNI_MISSING);
	(void)snprintf(url, sizeof(url), "%s", at->server);
	name = strstr(url, "/omni");
	assert_non_null(name);
	memcpy(name, "/none", 5);
	assert_int_equal(open_at(at, url, OMNI_MODE_CREATE, 5000, &store),
	    OMNI_MISSING);
	assert_int_equal(open_at(at, "postgresql://[", OMNI_MODE_CREATE, 100,
	    &store), OMNI_INVALID);
}

static void
a_table_of_that_name_may_be_anothers(void **state)
{
	struct place *at = *state;
	struct omni__store *store;

	assert_ok(at, at->ops->script(at->store,
	    "DROP TABLE omni_schema;\n"
	    "CREATE TABLE omni_schema (author TEXT);\n", &at->error));
	assert_int_equal(open_at(at, at->url, OMNI_MODE_CREATE, 5000,
	    &store), OMNI_FOREIGN);
}

static void
a_server_has_tools_of_its_own(void **state)
{
	struct place *at = *state;

	assert_int_equal(at->ops->backup(at->store, "/tmp/x", &at->error),
	    OMNI_UNSUPPORTED);
	assert_int_equal(at->ops->scrub(at->store, &at->error), OMNI_OK);
}

/* ---- choosing a store ----------------------------------------------- */

static void
a_module_must_be_one(void **state)
{
	const struct omni__store_ops *ops;
	struct omni__error error = { .status = OMNI_OK };

	(void)state;
	assert_int_equal(omni__store_open_ops("postgres://x/y", "relative.so",
	    &ops, &error), OMNI_INVALID);
	assert_int_equal(omni__store_open_ops("postgres://x/y",
	    "/none/such.so", &ops, &error), OMNI_UNSUPPORTED);
	assert_int_equal(omni__store_open_ops("postgresql", NULL, &ops,
	    &error), OMNI_OK);
	assert_ptr_equal(ops, &omni__store_sqlite);
}

/* ---- the program ---------------------------------------------------- */

#define CASE(function) { #function, function, set_up, tear_down, NULL }

static const struct CMUnitTest on_both[] = {
	CASE(many_rows_come_with_their_ordinals),
	CASE(a_limit_counts_for_each_row),
	CASE(nothing_asked_is_nothing_answered),
	CASE(values_come_back_as_they_went),
	CASE(a_long_value_comes_back_whole),
	CASE(returning_gives_the_rows_written),
	CASE(updates_and_deletes_find_their_rows),
	CASE(sums_are_numbers),
	CASE(text_is_ordered_by_its_bytes),
	CASE(quoted_words_are_not_parameters),
	CASE(a_parameter_may_be_called_as_a_column_is),
	CASE(our_own_mistakes_are_named),
	CASE(a_rollback_leaves_nothing),
	CASE(a_failed_statement_spoils_its_transaction_alone),
	CASE(a_read_transaction_is_one_snapshot),
	CASE(write_transactions_are_serialisable),
	CASE(processes_share_a_store),
	CASE(a_long_call_can_be_interrupted),
	CASE(an_interrupt_out_of_time_is_forgotten),
	CASE(a_store_is_as_it_was_left),
	CASE(a_rolled_back_schema_never_was),
	CASE(who_reads_only_cannot_write),
	CASE(upkeep_comes_to_an_end),
	CASE(every_allocation_may_fail),
};

static const struct CMUnitTest on_sqlite[] = {
	CASE(what_is_not_ours_is_left_alone),
	CASE(what_is_missing_is_said_to_be),
	CASE(a_path_is_only_a_path),
	CASE(damage_is_found),
	CASE(a_damaged_head_is_no_crash),
	CASE(a_full_disk_is_survived),
	CASE(another_writer_is_waited_for),
	CASE(the_log_does_not_grow_for_ever),
	CASE(the_last_to_close_brings_the_log_home),
	CASE(a_backup_is_one_snapshot_of_a_store_in_use),
	CASE(an_interrupted_backup_leaves_nothing),
	CASE(erased_bytes_leave_the_file_and_the_log),
	CASE(erasing_waits_for_a_reader),
	cmocka_unit_test(a_module_must_be_one),
};

static const struct CMUnitTest on_postgres[] = {
	CASE(a_silent_server_is_left_in_time),
	CASE(a_silent_host_is_passed_over),
	CASE(a_lost_connection_is_made_again),
	CASE(a_server_that_freezes_is_left_in_time),
	CASE(a_database_without_a_store_is_said_to_be),
	CASE(a_table_of_that_name_may_be_anothers),
	CASE(a_server_has_tools_of_its_own),
};

#define CASES_MAX 64

/* Each case finds the server's URL, or NULL, as its initial state. */
static int
run_cases(const char *name, const struct CMUnitTest *cases, size_t count,
    char *server)
{
	struct CMUnitTest own[CASES_MAX];
	size_t i;

	assert_true(count <= CASES_MAX);
	for (i = 0; i < count; i++) {
		own[i] = cases[i];
		own[i].initial_state = server;
	}
	return _cmocka_run_group_tests(name, own, count, NULL, NULL);
}

int
main(void)
{
	char *server = getenv("OMNI_TEST_POSTGRES");
	int failed;

	failed = run_cases("both, on SQLite", on_both, OMNI__COUNT(on_both),
	    NULL);
	failed += run_cases("SQLite", on_sqlite, OMNI__COUNT(on_sqlite), NULL);
	if (server == NULL || server[0] == '\0') {
		(void)fprintf(stderr, "OMNI_TEST_POSTGRES is not set: the "
		    "store on a server is not tested\n");
		return failed;
	}
	failed += run_cases("both, on PostgreSQL", on_both,
	    OMNI__COUNT(on_both), server);
	failed += run_cases("PostgreSQL", on_postgres,
	    OMNI__COUNT(on_postgres), server);
	return failed;
}
