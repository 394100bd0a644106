/*
 * Scenarios of the store as a whole: opening, making, checking, rebuilding,
 * copying, tidying up.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scenario.h"

/* ---- opening -------------------------------------------------------- */

static int64_t
clock_of(void *user)
{
	return ((const struct harness *)user)->now;
}

/* Not cryptography: a test wants the same numbers again. */
static int32_t
random_of(void *user, void *out, size_t size)
{
	unsigned char *bytes = out;

	while (size-- > 0)
		*bytes++ = (unsigned char)harness_random(user, 256);
	return 0;
}

static void *
allocate(void *user, void *memory, size_t size)
{
	(void)user;
	if (size > 0)
		return realloc(memory, size);
	free(memory);
	return NULL;
}

static void
hear(void *user, int32_t level, const char *message)
{
	(void)user;
	(void)level;
	(void)message;
}

static omni_status
configure(omni_config *config, struct harness *h)
{
	omni_status status = omni_config_set_allocator(config, allocate, h);

	if (status == OMNI_OK)
		status = omni_config_set_clock(config, clock_of, h);
	if (status == OMNI_OK)
		status = omni_config_set_random(config, random_of, h);
	if (status == OMNI_OK)
		status = omni_config_set_log(config, hear, h);
	if (status == OMNI_OK)
		status = omni_config_set_region(config, "SE");
	if (status == OMNI_OK)
		status = omni_config_set_timeout(config, 100);
	if (status == OMNI_OK)
		status = omni_config_set_durability(config,
		    OMNI_DURABLE_FULL);
	return status;
}

static omni_status
open_at(struct harness *h, const char *url, int32_t mode)
{
	omni_config *config = omni_config_new();
	omni *db = NULL;
	omni_status status = scenario_got(config);

	if (status == OMNI_OK)
		status = configure(config, h);
	if (status == OMNI_OK)
		status = omni_config_set_mode(config, mode);
	if (status == OMNI_OK)
		status = omni_open(config, url, &db);
	if (status < 0 && db != NULL)
		status = OMNI_INTERNAL;
	if (status < 0 && *omni_config_errmsg(config) == '\0')
		status = OMNI_INTERNAL;
	if (status == OMNI_OK && (strcmp(omni_region(db), "SE") != 0 ||
	    omni_zone(db) == NULL))
		status = OMNI_INTERNAL;
	omni_config_free(config);
	omni_close(db);
	return status;
}

static omni_status
open_existing(struct harness *h, int64_t serial)
{
	(void)serial;
	return open_at(h, h->url, OMNI_MODE_EXISTING);
}

static omni_status
open_reading(struct harness *h, int64_t serial)
{
	(void)serial;
	return open_at(h, h->url, OMNI_MODE_READONLY);
}

static omni_status
open_new(struct harness *h, int64_t serial)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/new%lld.db", h->made,
	    (long long)serial);
	return open_at(h, path, OMNI_MODE_CREATE);
}

static omni_status
open_bare(struct harness *h, int64_t serial)
{
	omni *db = NULL;
	omni_status status = omni_open(NULL, h->url, &db);

	(void)serial;
	omni_close(db);
	return status;
}

/* ---- the whole store ------------------------------------------------ */

static omni_status
check(struct harness *h, int64_t serial)
{
	omni_report *report = NULL;
	omni_status status = omni_check(h->db, &report);

	(void)serial;
	if (status == OMNI_OK && omni_report_count(report) != 0)
		status = OMNI_INTERNAL;
	(void)omni_report_line(report, 0);
	omni_report_free(report);
	return scenario_want(status, OMNI_OK);
}

static omni_status
rebuild(struct harness *h, int64_t serial)
{
	(void)serial;
	return scenario_want(omni_rebuild(h->db), OMNI_OK);
}

static omni_status
backup(struct harness *h, int64_t serial)
{
	char path[300];
	omni_status status;

	(void)snprintf(path, sizeof(path), "%s/copy%lld.db", h->made,
	    (long long)serial);
	status = scenario_want(omni_backup(h->db, path), OMNI_OK);
	/* Either all of it or nothing. */
	if (status != OMNI_OK && access(path, F_OK) == 0)
		status = OMNI_INTERNAL;
	(void)unlink(path);
	return status;
}

static omni_status
maintain(struct harness *h, int64_t serial)
{
	omni_status status;
	int i;

	(void)serial;
	for (i = 0; i < 10; i++) {
		status = omni_maintain(h->db, 1000);
		if (status != OMNI_OK)
			return scenario_want(status, OMNI_DONE);
	}
	return OMNI_INTERNAL;
}

const struct scenario scenarios_whole[] = {
	{ .name = "open", .run = open_existing },
	{ .name = "open to read", .run = open_reading },
	{ .name = "open a new one", .run = open_new, .heavy = true },
	{ .name = "open as it comes", .run = open_bare },
	{ .name = "check", .run = check, .heavy = true },
	{ .name = "rebuild", .run = rebuild, .heavy = true },
	{ .name = "backup", .run = backup },
	{ .name = "maintain", .run = maintain },
};
const size_t scenarios_whole_count = OMNI__COUNT(scenarios_whole);
