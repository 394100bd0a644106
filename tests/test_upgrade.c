/*
 * Opening a store that an older release wrote: it becomes what this one would
 * have made of the same facts, once, whatever interrupts it.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "harness_store.h"
#include "routing/routing.h"
#include "schema_1.h"

/* ---- SQL for either engine ------------------------------------------ */

static void
replace(struct omni__buf *out, const char *from, const char *to)
{
	struct omni__buf made = { .env = NULL };
	const char *at = out->bytes, *next;

	for (; (next = strstr(at, from)) != NULL; at = next + strlen(from)) {
		omni__buf_add(&made, at, (size_t)(next - at));
		omni__buf_str(&made, to);
	}
	omni__buf_str(&made, at);
	omni__buf_free(out);
	*out = made;
	assert_false(out->failed);
}

/* A server's words for what is written for SQLite. */
static void
run(const struct harness *h, struct omni__buf *sql)
{
	static const char *const words[][2] = {
		{ "INTEGER", "BIGINT" }, { "BLOB", "BYTEA" },
		{ ") STRICT, WITHOUT ROWID", ")" }, { ") STRICT", ")" },
		{ "X'", "'\\x" },
	};
	size_t i;

	for (i = 0; !store_embedded(h) && i < OMNI__COUNT(words); i++)
		replace(sql, words[i][0], words[i][1]);
	harness_sql(h, sql->bytes);
	omni__buf_free(sql);
}

static void
add_version(const struct harness *h, struct omni__buf *sql, int version)
{
	if (store_embedded(h))
		omni__buf_printf(sql, "PRAGMA user_version = %d;\n", version);
	else
		omni__buf_printf(sql, "UPDATE omni_schema SET version = %d;\n",
		    version);
}

/* The tables that step 2 makes, and those that it makes anew. */
static const char drop_new[] =
"DROP TABLE omni_definition;\nDROP TABLE omni_statement;\n"
"DROP TABLE omni_contact;\nDROP TABLE omni_reach;\n"
"DROP TABLE omni_message;\nDROP TABLE omni_response;\n";
static const char drop_old[] =
"DROP TABLE omni_meta;\nDROP TABLE omni_term;\nDROP TABLE omni_writer;\n"
"DROP TABLE omni_fact;\nDROP TABLE omni_host_key;\n"
"DROP TABLE omni_tombstone;\nDROP TABLE omni_feed;\n"
"DROP TABLE omni_alias;\nDROP TABLE omni_record;\n"
"DROP TABLE omni_version;\nDROP TABLE omni_key;\n"
"DROP TABLE omni_verdict;\nDROP TABLE omni_review;\n"
"DROP TABLE omni_timeline;\nDROP TABLE omni_reference;\n"
"DROP TABLE omni_usage;\nDROP TABLE omni_setting;\n";

static void
shut(struct harness *h)
{
	omni_close(h->db);
	h->db = NULL;
}

/* The store that the old release wrote, in the place of the fresh one. */
static void
old_store(struct harness *h)
{
	struct omni__buf sql = { .env = NULL };
	size_t i;

	shut(h);
	omni__buf_str(&sql, drop_new);
	omni__buf_str(&sql, drop_old);
	for (i = 0; i < OMNI__COUNT(schema_1); i++)
		omni__buf_str(&sql, schema_1[i]);
	add_version(h, &sql, 1);
	run(h, &sql);
	/* After what is in it. */
	h->now = HARNESS_NOW + 2 * YEAR;
}

/* Takes step 2 back: what it made goes, what it dropped comes, empty. */
static void
downgrade(struct harness *h)
{
	static const char *const tables[] = {
		"CREATE TABLE omni_definition", "CREATE TABLE omni_statement",
		"CREATE TABLE omni_contact",
	};
	struct omni__buf sql = { .env = NULL };
	size_t i, k;

	shut(h);
	omni__buf_str(&sql, drop_new);
	for (i = 0; i < OMNI__COUNT(schema_1); i++)
		for (k = 0; k < OMNI__COUNT(tables); k++)
			if (strncmp(schema_1[i], tables[k],
			    strlen(tables[k])) == 0)
				omni__buf_str(&sql, schema_1[i]);
	add_version(h, &sql, 1);
	run(h, &sql);
}

/* ---- opening -------------------------------------------------------- */

static int64_t
the_clock(void *user)
{
	return ((const struct harness *)user)->now;
}

/* With the key that the store has, and memory that may run out. */
static omni_status
open_as(struct harness *h, int32_t mode, omni_allocate_fn allocate,
    void *user, char *error, size_t size)
{
	omni_config *config = omni_config_new();
	omni_status status;

	assert_non_null(config);
	harness_ok(h, omni_config_set_clock(config, the_clock, h));
	harness_ok(h, omni_config_set_mode(config, mode));
	harness_ok(h, omni_config_set_durability(config,
	    OMNI_DURABLE_NORMAL));
	if (allocate != NULL)
		harness_ok(h, omni_config_set_allocator(config, allocate,
		    user));
	status = omni_open(config, h->url, &h->db);
	(void)snprintf(error, size, "%s", omni_config_errmsg(config));
	omni_config_free(config);
	return status;
}

static void
open_again(struct harness *h)
{
	char error[400];
	omni_status status = open_as(h, OMNI_MODE_EXISTING, NULL, NULL, error,
	    sizeof(error));

	if (status != OMNI_OK)
		fail_msg("%s: %s", omni_status_name(status), error);
}

/* ---- rows ----------------------------------------------------------- */

#define DUMP(table, types, columns, order) \
	&(const struct omni__sql){ .name = "test_" table, .in = "", \
	    .out = (types), .sql = "SELECT " columns " FROM omni_" table \
	    " ORDER BY " order }
static const struct omni__sql *const dumps[] = {
	DUMP("definition", "iiii", "noun, name, happened, fact",
	    "noun, name, happened, fact"),
	DUMP("statement", "bib", "record, fact, pack", "record, fact"),
	DUMP("contact", "biiiiiitt", "address, happened, fact, what, flag,"
	    " since, until, purpose, cause",
	    "address, happened, fact, what"),
	DUMP("reach", "biiib", "record, happened, content, fact, pack",
	    "record"),
	DUMP("message", "biiiiiii", "record, happened, fact, what, channel,"
	    " purpose, message, priority", "record, happened, fact"),
	DUMP("response", "biiii", "record, channel, span, sent, answered",
	    "record, channel, span"),
};

static void
add_value(struct omni__buf *out, const struct omni__value *value)
{
	char hex[2 * 4096 + 1];

	if (value->type == OMNI__INT)
		omni__buf_printf(out, " %lld", (long long)value->number);
	else if (value->type == OMNI__NULL)
		omni__buf_str(out, " -");
	else {
		assert_true(value->size <= 4096);
		omni__hex(hex, value->bytes, value->size);
		omni__buf_printf(out, " %s", hex);
	}
}

/* All rows, to be freed; how many of each table. */
static char *
dump(struct harness *h, size_t counts[OMNI__COUNT(dumps)])
{
	struct omni__buf out = { .env = NULL };
	struct omni__result result;
	size_t i, row, c;
	char *text;

	harness_ok(h, omni__enter(h->db));
	for (i = 0; i < OMNI__COUNT(dumps); i++) {
		harness_ok(h, omni__query(h->db, dumps[i], NULL, 1,
		    &result));
		omni__buf_printf(&out, "%s\n", dumps[i]->name);
		for (row = 0; row < result.count; row++) {
			for (c = 0; c < result.columns; c++)
				add_value(&out, OMNI__AT(&result, row, c));
			omni__buf_char(&out, '\n');
		}
		counts[i] = result.count;
	}
	(void)omni__leave(h->db, OMNI_OK);
	assert_false(out.failed);
	text = strdup(out.bytes);
	omni__buf_free(&out);
	assert_non_null(text);
	return text;
}

static const struct omni__sql unfilled = {
	.name = "test_unfilled",
	.in = "",
	.out = "i",
	.sql = "SELECT count(*) FROM omni_meta WHERE name = 'unfilled'",
};

static int64_t
to_fill(struct harness *h)
{
	struct omni__result result;
	int64_t count;

	harness_ok(h, omni__enter(h->db));
	harness_ok(h, omni__query(h->db, &unfilled, NULL, 1, &result));
	count = result.values[0].number;
	(void)omni__leave(h->db, OMNI_OK);
	return count;
}

/* Nothing is left to do, and a rebuild would make no other rows. */
static void
is_as_if_made_here(struct harness *h)
{
	size_t counts[OMNI__COUNT(dumps)], again[OMNI__COUNT(dumps)], i;
	char *before = dump(h, counts), *after;

	for (i = 0; i < OMNI__COUNT(dumps); i++)
		if (counts[i] == 0)
			fail_msg("no row in %s", dumps[i]->name);
	assert_int_equal(to_fill(h), 0);
	store_sound(h);
	harness_ok(h, omni_rebuild(h->db));
	after = dump(h, again);
	assert_string_equal(after, before);
	free(before);
	free(after);
}

/* ---- an old store --------------------------------------------------- */

static void
definitions_are_those_that_held(struct harness *h)
{
	omni_channel *channel = NULL;
	omni_purpose *purpose = NULL;
	omni_kind *kind = NULL;

	harness_ok(h, omni_channel_get(h->db, "sms", &channel));
	assert_int_equal(omni_channel_cost(channel), 7);
	harness_ok(h, omni_purpose_get(h->db, "offer", &purpose));
	assert_int_equal(omni_purpose_basis(purpose), OMNI_BASIS_CONSENT);
	assert_string_equal(omni_purpose_channel(purpose, 0), "sms");
	assert_int_equal(omni_purpose_wait(purpose), 86400);
	harness_ok(h, omni_kind_get(h->db, "member_no", &kind));
	omni_channel_free(channel);
	omni_purpose_free(purpose);
	omni_kind_free(kind);
}

static void
an_old_store_becomes_what_would_be_made_of_its_facts(void **state)
{
	struct harness *h = harness_of(state);

	old_store(h);
	open_again(h);
	definitions_are_those_that_held(h);
	is_as_if_made_here(h);
	/* ... and stays so. */
	shut(h);
	open_again(h);
	is_as_if_made_here(h);
}

static void
what_an_old_store_knows_routes_as_before(void **state)
{
	struct harness *h = harness_of(state);
	omni_record *who = omni_record_new();
	omni_customer *customer = NULL;
	omni_route *route = NULL;
	int32_t i, refused = 0;

	old_store(h);
	open_again(h);
	harness_ok(h, omni_record_add(who, "email", "bo@example.com"));
	harness_ok(h, omni_customer_find(h->db, who, &customer));
	/* He said no to offers, and yes to shoes afterwards at the same
	 * desk, on e-mail. */
	harness_ok(h, omni_route_decide(h->db, omni_customer_id(customer),
	    "offer/shoes", OMNI_NOW, &route));
	assert_int_equal(omni_route_step_count(route), 1);
	assert_string_equal(omni_route_step_channel(route, 0), "email");
	omni_route_free(route);
	harness_ok(h, omni_route_decide(h->db, omni_customer_id(customer),
	    "offer", OMNI_NOW, &route));
	assert_int_equal(omni_route_step_count(route), 0);
	for (i = 0; i < omni_route_rejected_count(route); i++)
		refused += omni_route_rejected_reason(route, i) ==
		    OMNI_REASON_WITHDRAWN;
	assert_int_equal(refused, 1);
	omni_route_free(route);
	omni_customer_free(customer);
	omni_record_free(who);
}

static void
what_only_reads_does_not_read_what_is_not_filled(void **state)
{
	struct harness *h = harness_of(state);
	struct omni__buf sql = { .env = NULL };
	char error[400];

	old_store(h);
	assert_int_equal(open_as(h, OMNI_MODE_READONLY, NULL, NULL, error,
	    sizeof(error)), OMNI_READONLY);
	assert_non_null(strstr(error, "schema"));
	open_again(h);
	shut(h);
	/* As whoever took the step leaves it, who died before filling. */
	omni__buf_str(&sql, "DELETE FROM omni_definition;\n"
	    "DELETE FROM omni_statement;\nDELETE FROM omni_contact;\n"
	    "DELETE FROM omni_reach;\nDELETE FROM omni_message;\n"
	    "DELETE FROM omni_response;\nINSERT INTO omni_meta (name, value) "
	    "VALUES ('unfilled', X'32');\n");
	run(h, &sql);
	assert_int_equal(open_as(h, OMNI_MODE_READONLY, NULL, NULL, error,
	    sizeof(error)), OMNI_READONLY);
	assert_non_null(strstr(error, "filled"));
	assert_null(h->db);
	open_again(h);
	is_as_if_made_here(h);
	shut(h);
	assert_int_equal(open_as(h, OMNI_MODE_READONLY, NULL, NULL, error,
	    sizeof(error)), OMNI_OK);
	definitions_are_those_that_held(h);
}

/* ---- two at once ---------------------------------------------------- */

struct opener {
	struct harness h;
	omni_status status;
	char error[400];
};

static void *
open_one(void *user)
{
	struct opener *opener = user;

	opener->status = open_as(&opener->h, OMNI_MODE_EXISTING, NULL, NULL,
	    opener->error, sizeof(opener->error));
	return NULL;
}

static void
who_open_an_old_store_at_once_fill_it_once(void **state)
{
	struct harness *h = harness_of(state);
	struct opener openers[3];
	pthread_t threads[OMNI__COUNT(openers)];
	size_t i;

	old_store(h);
	for (i = 0; i < OMNI__COUNT(openers); i++) {
		openers[i].h = *h;
		assert_int_equal(pthread_create(&threads[i], NULL, open_one,
		    &openers[i]), 0);
	}
	for (i = 0; i < OMNI__COUNT(openers); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (i = 0; i < OMNI__COUNT(openers); i++) {
		if (openers[i].status != OMNI_OK)
			fail_msg("%s: %s", omni_status_name(
			    openers[i].status), openers[i].error);
		definitions_are_those_that_held(&openers[i].h);
		omni_close(openers[i].h.db);
	}
	open_again(h);
	is_as_if_made_here(h);
}

/* ---- memory that runs out ------------------------------------------- */

struct rations {
	long left;
	bool denied;
};

static void *
ration(void *user, void *memory, size_t size)
{
	struct rations *rations = user;

	if (size == 0) {
		free(memory);
		return NULL;
	}
	if (rations->left-- <= 0) {
		rations->denied = true;
		return NULL;
	}
	return realloc(memory, size);
}

static void
an_upgrade_that_runs_out_of_memory_is_done_by_the_next(void **state)
{
	struct harness *h = harness_of(state);
	struct rations rations = { 0, true };
	omni_status status = OMNI_NOMEM;
	char error[400];
	long most, failed = 0;

	old_store(h);
	for (most = 1; rations.denied; most += 1 + most / 30) {
		rations.left = most;
		rations.denied = false;
		status = open_as(h, OMNI_MODE_EXISTING, ration, &rations,
		    error, sizeof(error));
		if (rations.denied && status != OMNI_OK) {
			if (status != OMNI_NOMEM)
				fail_msg("%s: %s", omni_status_name(status),
				    error);
			failed++;
		}
		if (status == OMNI_OK)
			break;
		assert_null(h->db);
	}
	assert_int_equal(status, OMNI_OK);
	assert_true(failed > 10);
	/* The handle must not outlive its memory. */
	rations.left = 1 << 30;
	is_as_if_made_here(h);
	shut(h);
}

/* ---- a store of ours, taken back ------------------------------------ */

static void
say(struct harness *h, const char *mail, int32_t said, const char *purpose)
{
	omni_record *who = omni_record_new();
	omni_statement *s = omni_statement_new(said, purpose);

	harness_ok(h, omni_record_add(who, "email", mail));
	harness_ok(h, omni_statement_set_who(s, who));
	harness_ok(h, omni_statement_put(h->db, s, NULL));
	omni_statement_free(s);
	omni_record_free(who);
}

static void
tell(struct harness *h, const char *mail, const char *kind)
{
	omni_record *who = omni_record_new();
	omni_interaction *it = omni_interaction_new("email", kind);

	harness_ok(h, omni_record_add(who, "email", mail));
	harness_ok(h, omni_interaction_set_who(it, who));
	harness_ok(h, omni_interaction_put(h->db, it, NULL));
	omni_interaction_free(it);
	omni_record_free(who);
}

static void
define(struct harness *h)
{
	omni_window *window = omni_window_new("night");
	omni_calendar *calendar = omni_calendar_new("SE");
	omni_cap *cap = omni_cap_new("cap");
	omni_wording *wording = omni_wording_new("v1");
	omni_channel *channel = omni_channel_new("email");
	omni_purpose *purpose = omni_purpose_new("news");

	harness_ok(h, omni_window_set_hours(window, "08:00-21:00"));
	harness_ok(h, omni_cap_set_limit(cap, 3));
	harness_ok(h, omni_calendar_add_day(calendar, "2025-12-25"));
	harness_ok(h, omni_wording_set_text(wording, "Yes!"));
	harness_ok(h, omni_channel_set_address(channel, "email"));
	harness_ok(h, omni_purpose_add_channel(purpose, "email"));
	harness_ok(h, omni_window_put(h->db, window, NULL));
	harness_ok(h, omni_calendar_put(h->db, calendar, NULL));
	harness_ok(h, omni_cap_put(h->db, cap, NULL));
	harness_ok(h, omni_wording_put(h->db, wording, NULL));
	harness_ok(h, omni_channel_put(h->db, channel, NULL));
	harness_ok(h, omni_purpose_put(h->db, purpose, NULL));
	omni_window_free(window);
	omni_calendar_free(calendar);
	omni_cap_free(cap);
	omni_wording_free(wording);
	omni_channel_free(channel);
	omni_purpose_free(purpose);
}

static void
what_was_made_here_comes_back_equal(void **state)
{
	static const char *const kinds[] = {
		"mail.sent", "mail.delivered", "mail.opened", "mail.bounced",
		"mail.complained", "web.visited"
	};
	struct harness *h = harness_of(state);
	size_t counts[OMNI__COUNT(dumps)];
	char *before, *after, mail[40];
	int i;

	harness_seed(h, __func__);
	rows_put(h, 60, 20);
	define(h);
	for (i = 0; i < 120; i++) {
		h->now += (int64_t)harness_random(h, 5) * HARNESS_DAY;
		(void)snprintf(mail, sizeof(mail), "person%d@example.com",
		    (int)harness_random(h, 20));
		if (harness_random(h, 2) == 0)
			say(h, mail, OMNI_SAID_GRANT +
			    (int32_t)harness_random(h, 2),
			    harness_random(h, 2) ? "news" : "*");
		else
			tell(h, mail, kinds[harness_random(h,
			    OMNI__COUNT(kinds))]);
	}
	before = dump(h, counts);
	downgrade(h);
	h->db = harness_open(h);
	after = dump(h, counts);
	assert_string_equal(after, before);
	is_as_if_made_here(h);
	free(before);
	free(after);
}

static void
a_new_store_has_nothing_to_fill(void **state)
{
	struct harness *h = harness_of(state);

	assert_int_equal(to_fill(h), 0);
	downgrade(h);
	h->db = harness_open(h);
	assert_int_equal(to_fill(h), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(
		    an_old_store_becomes_what_would_be_made_of_its_facts),
		HARNESS_TEST(what_an_old_store_knows_routes_as_before),
		HARNESS_TEST(
		    what_only_reads_does_not_read_what_is_not_filled),
		HARNESS_TEST(who_open_an_old_store_at_once_fill_it_once),
		HARNESS_TEST(
		    an_upgrade_that_runs_out_of_memory_is_done_by_the_next),
		HARNESS_TEST(what_was_made_here_comes_back_equal),
		HARNESS_TEST(a_new_store_has_nothing_to_fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
