/*
 * Fresh stores for tests.  A SQLite store lies in a directory of its own, a
 * PostgreSQL one in a database of its own, which the server's own client
 * makes and drops: the tests do not link libpq, as no host has to.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "harness.h"

extern char **environ;

static const unsigned char tenant_key[32] = "a tenant's key, same in all test";

/* ---- seeds ---------------------------------------------------------- */

void
harness_seed(struct harness *h, const char *test)
{
	const char *given = getenv("OMNI_TEST_SEED");
	struct timespec now;
	uint64_t seed;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	seed = given != NULL ? strtoull(given, NULL, 10) :
	    ((uint64_t)now.tv_sec * 1000003u + (uint64_t)now.tv_nsec) %
	    1000000007u;
	printf("# %s on %s: OMNI_TEST_SEED=%llu\n", test, h->engine,
	    (unsigned long long)seed);
	(void)fflush(stdout);
	h->random = seed;
}

/* splitmix64: Steele, Lea and Flood (2014). */
uint64_t
harness_random(struct harness *h, uint64_t below)
{
	uint64_t z = (h->random += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return below == 0 ? 0 : z % below;
}

/* ---- handles -------------------------------------------------------- */

static int64_t
harness_clock(void *user)
{
	return ((const struct harness *)user)->now;
}

omni *
harness_open(struct harness *h)
{
	omni_config *config = omni_config_new();
	omni_status status;
	omni *db = NULL;

	assert_non_null(config);
	assert_int_equal(omni_config_set_clock(config, harness_clock, h),
	    OMNI_OK);
	assert_int_equal(omni_config_set_tenant_key(config, tenant_key,
	    sizeof(tenant_key)), OMNI_OK);
	assert_int_equal(omni_config_set_region(config, "SE"), OMNI_OK);
	/* Tests ask for no power cuts here, and run faster so. */
	assert_int_equal(omni_config_set_durability(config,
	    OMNI_DURABLE_NORMAL), OMNI_OK);
	status = omni_open(config, h->url, &db);
	if (status != OMNI_OK)
		print_error("%s: %s\n", omni_status_name(status),
		    omni_config_errmsg(config));
	omni_config_free(config);
	assert_int_equal(status, OMNI_OK);
	return db;
}

static struct harness *
harness_new(const char *engine)
{
	struct harness *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->engine = engine;
	h->now = HARNESS_NOW;
	return h;
}

int
harness_sqlite(void **state)
{
	const char *base = getenv("TMPDIR");
	struct harness *h = harness_new("sqlite");

	(void)snprintf(h->made, sizeof(h->made), "%s/omni-XXXXXX",
	    base != NULL ? base : "/tmp");
	assert_non_null(mkdtemp(h->made));
	(void)snprintf(h->url, sizeof(h->url), "%s/store.db", h->made);
	h->db = harness_open(h);
	*state = h;
	return 0;
}

static void
empty_directory(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	char name[1024];

	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		(void)snprintf(name, sizeof(name), "%s/%s", path,
		    entry->d_name);
		(void)unlink(name);
	}
	if (directory != NULL)
		(void)closedir(directory);
}

/* ---- a server ------------------------------------------------------- */

static int
run_sql(const char *url, const char *sql)
{
	char *arguments[] = { "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1",
		"-c", NULL, NULL, NULL };
	int status = -1;
	pid_t child;

	arguments[6] = (char *)(uintptr_t)sql;
	arguments[7] = (char *)(uintptr_t)url;
	if (posix_spawnp(&child, "psql", NULL, NULL, arguments,
	    environ) != 0)
		return -1;
	if (waitpid(child, &status, 0) != child)
		return -1;
	return status;
}

/* The URL with another database in it. */
static void
name_database(struct harness *h, const char *url)
{
	const char *start = strstr(url, "//"), *end;

	assert_non_null(start);
	start = strchr(start + 2, '/');
	assert_non_null(start);
	end = strchr(start, '?');
	(void)snprintf(h->url, sizeof(h->url), "%.*s/%s%s",
	    (int)(start - url), url, h->made, end != NULL ? end : "");
}

static void
make_database(const struct harness *h)
{
	char sql[400];

	(void)snprintf(sql, sizeof(sql), "CREATE DATABASE %s", h->made);
	assert_int_equal(run_sql(getenv("OMNI_TEST_POSTGRES"), sql), 0);
}

int
harness_postgres(void **state)
{
	static unsigned serial;
	const char *url = getenv("OMNI_TEST_POSTGRES");
	struct harness *h;

	*state = NULL;
	if (url == NULL)
		return 0;	/* harness_of skips the test */
	h = harness_new("postgres");
	(void)snprintf(h->made, sizeof(h->made), "omni_test_%ld_%u",
	    (long)getpid(), ++serial);
	make_database(h);
	name_database(h, url);
	h->db = harness_open(h);
	*state = h;
	return 0;
}

static void
drop_database(const struct harness *h)
{
	char sql[400];

	(void)snprintf(sql, sizeof(sql), "DROP DATABASE %s WITH (FORCE)",
	    h->made);
	(void)run_sql(getenv("OMNI_TEST_POSTGRES"), sql);
}

void
harness_renew(struct harness *h)
{
	omni_close(h->db);
	h->db = NULL;
	if (strcmp(h->engine, "sqlite") == 0)
		empty_directory(h->made);
	else	/* a database anew would cost a checkpoint */
		assert_int_equal(run_sql(h->url, "SET client_min_messages = "
		    "warning; DROP SCHEMA public CASCADE; CREATE SCHEMA "
		    "public"), 0);
	h->db = harness_open(h);
}

int
harness_close(void **state)
{
	struct harness *h = *state;

	if (h == NULL)
		return 0;
	omni_close(h->db);
	if (strcmp(h->engine, "sqlite") == 0) {
		empty_directory(h->made);
		(void)rmdir(h->made);
	} else
		drop_database(h);
	free(h);
	*state = NULL;
	return 0;
}

void
harness_sql(const struct harness *h, const char *sql)
{
	char *message = NULL;
	sqlite3 *raw = NULL;

	if (strcmp(h->engine, "sqlite") != 0) {
		assert_int_equal(run_sql(h->url, sql), 0);
		return;
	}
	assert_int_equal(sqlite3_open(h->url, &raw), SQLITE_OK);
	if (sqlite3_exec(raw, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	assert_int_equal(sqlite3_close(raw), SQLITE_OK);
}

struct harness *
harness_of(void **state)
{
	static int told;

	if (*state == NULL) {
		if (told++ == 0)
			print_message("# without OMNI_TEST_POSTGRES the "
			    "tests on a server are skipped\n");
		skip();
	}
	return *state;
}

void
harness_is_at(const omni *db, omni_status status, omni_status wanted,
    const char *file, int line)
{
	if (status == wanted)
		return;
	print_error("%s is wanted and not %s: %s\n",
	    omni_status_name(wanted), omni_status_name(status),
	    db != NULL ? omni_errmsg(db) : "");
	_fail(file, line);
}
