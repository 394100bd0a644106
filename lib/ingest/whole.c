/*
 * The store as a whole: backup, housekeeping, checking, rebuilding.
 */
#include <stdio.h>
#include <string.h>

#include "ingest/put.h"

/* ---- rebuild -------------------------------------------------------- */

static omni_status
reapply(struct omni *db, const struct omni__fact *facts, size_t count)
{
	return omni__apply_all(db, facts, count, true);
}

static omni_status
rebuild(struct omni *db)
{
	omni_status status = omni__projections_clear(db);

	if (status == OMNI_OK)
		status = omni__kinds_rebuild(db);
	if (status == OMNI_OK)
		status = omni__models_rebuild(db);
	/* Who is who is found for all together, at the end. */
	if (status == OMNI_OK)
		status = omni__bulk_begin(db);
	if (status == OMNI_OK)
		status = omni__facts_each(db, reapply);
	if (status == OMNI_OK)
		status = omni__bulk_end(db);
	omni__bulk_discard(db);
	return status;
}

static omni_status
rebuild_work(struct omni *db, void *context)
{
	struct omni__places *places;
	omni_status status = omni__changes_begin(db, &places);

	(void)context;
	if (status == OMNI_OK)
		status = rebuild(db);
	if (status == OMNI_OK)
		status = omni__changes_end(db, places);
	omni__changes_free(places);
	return status;
}

omni_status
omni_rebuild(omni *db)
{
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	return omni__leave(db, omni__transact(db, true, rebuild_work, NULL));
}

/* ---- check ---------------------------------------------------------- */

struct omni_report {
	struct omni__object object;
	const char **lines;
	size_t count, room;
};

/* A check rebuilds inside a transaction that is then taken back: this ends
 * it, and is nobody's status. */
#define TAKE_BACK (-1000)

static const char copy_projections[] =
"CREATE TABLE omni_held_record AS SELECT * FROM omni_record;\n"
"CREATE TABLE omni_held_version AS SELECT * FROM omni_version;\n"
"CREATE TABLE omni_held_key AS SELECT * FROM omni_key;\n"
"CREATE TABLE omni_held_verdict AS SELECT * FROM omni_verdict;\n"
"CREATE TABLE omni_held_review AS SELECT * FROM omni_review;\n"
"CREATE TABLE omni_held_timeline AS SELECT * FROM omni_timeline;\n"
"CREATE TABLE omni_held_reference AS SELECT * FROM omni_reference;\n"
"CREATE TABLE omni_held_usage AS SELECT * FROM omni_usage;\n"
"CREATE TABLE omni_held_setting AS SELECT * FROM omni_setting;\n"
"CREATE TABLE omni_held_definition AS SELECT * FROM omni_definition;\n"
"CREATE TABLE omni_held_statement AS SELECT * FROM omni_statement;\n"
"CREATE TABLE omni_held_contact AS SELECT * FROM omni_contact;\n"
"CREATE TABLE omni_held_reach AS SELECT * FROM omni_reach;\n"
"CREATE TABLE omni_held_message AS SELECT * FROM omni_message;\n"
"CREATE TABLE omni_held_response AS SELECT * FROM omni_response";

#define DIFFERENCE(projection) { \
	.name = "check_" projection, .in = "", .out = "i", \
	.sql = "SELECT (SELECT count(*) FROM (SELECT * FROM omni_held_" \
	    projection " EXCEPT SELECT * FROM omni_" projection ") a)\n" \
	    "+ (SELECT count(*) FROM (SELECT * FROM omni_" projection \
	    " EXCEPT SELECT * FROM omni_held_" projection ") b)" }

static const struct omni__sql differences[] = {
	DIFFERENCE("record"), DIFFERENCE("version"), DIFFERENCE("key"),
	DIFFERENCE("verdict"), DIFFERENCE("review"), DIFFERENCE("timeline"),
	DIFFERENCE("reference"), DIFFERENCE("usage"), DIFFERENCE("setting"),
	DIFFERENCE("definition"), DIFFERENCE("statement"),
	DIFFERENCE("contact"), DIFFERENCE("reach"), DIFFERENCE("message"),
	DIFFERENCE("response"),
};

static omni_status
add_line(struct omni *db, struct omni_report *report, const char *text,
    size_t size)
{
	char *copy = omni__arena_text(&report->object.arena, text, size);

	if (copy == NULL || omni__grow(&report->object.env, &report->lines,
	    &report->room, report->count + 1, sizeof(copy)) != OMNI_OK)
		return omni__nomem(&db->error);
	report->lines[report->count++] = copy;
	return OMNI_OK;
}

static omni_status
compare_projection(struct omni *db, struct omni_report *report,
    const struct omni__sql *sql)
{
	struct omni__result result;
	omni_status status;
	char line[200];
	int size;

	status = omni__query(db, sql, NULL, 1, &result);
	if (status != OMNI_OK || result.values[0].number == 0)
		return status;
	size = snprintf(line, sizeof(line),
	    "omni_%s: %lld rows differ from what the facts say",
	    sql->name + strlen("check_"),
	    (long long)result.values[0].number);
	return add_line(db, report, line, (size_t)size);
}

static omni_status
compare_work(struct omni *db, void *context)
{
	struct omni_report *report = context;
	omni_status status;
	size_t i;

	report->count = 0;
	status = db->ops->script(db->store, copy_projections, &db->error);
	if (status == OMNI_OK)
		status = rebuild(db);
	for (i = 0; i < OMNI__COUNT(differences) && status == OMNI_OK; i++)
		status = compare_projection(db, report, &differences[i]);
	return status == OMNI_OK ? TAKE_BACK : status;
}

/* Storage's own findings, a line each. */
static omni_status
check_storage(struct omni *db, struct omni_report *report)
{
	struct omni__buf lines = { .env = &db->env };
	omni_status status = db->ops->check(db->store, &lines, &db->error);
	const char *at = lines.bytes;

	if (status == OMNI_OK && lines.failed)
		status = omni__nomem(&db->error);
	while (status == OMNI_OK && at != NULL && *at != '\0') {
		size_t size = strcspn(at, "\n");

		if (size > 0)
			status = add_line(db, report, at, size);
		at += size + (at[size] == '\n');
	}
	omni__buf_free(&lines);
	return status;
}

static omni_status
check(struct omni *db, struct omni_report *report)
{
	omni_status status = OMNI_OK;

	/* A store that cannot be written to can be read through, not
	 * rebuilt. */
	if (db->mode != OMNI_MODE_READONLY)
		status = omni__transact(db, true, compare_work, report);
	if (status == TAKE_BACK) {
		omni__error_clear(&db->error);
		status = OMNI_OK;
	}
	if (status == OMNI_OK)
		status = check_storage(db, report);
	if (status == OMNI_OK && report->count > 0)
		status = omni__fail(&db->error, OMNI_CORRUPT,
		    "the check found %zu faults; the first: %.200s",
		    report->count, report->lines[0]);
	return status;
}

omni_status
omni_check(omni *db, omni_report **out)
{
	omni_status status = omni__enter(db);
	struct omni_report *report;

	if (status != OMNI_OK)
		return status;
	if (out != NULL)
		*out = NULL;
	report = omni__object_new(&db->env, sizeof(*report));
	if (report == NULL)
		return omni__leave(db, omni__nomem(&db->error));
	status = check(db, report);
	if (out != NULL && (status == OMNI_OK || status == OMNI_CORRUPT))
		*out = report;
	else
		omni_report_free(report);
	return omni__leave(db, status);
}

int32_t
omni_report_count(const omni_report *report)
{
	return report != NULL ? (int32_t)report->count : 0;
}

const char *
omni_report_line(const omni_report *report, int32_t i)
{
	if (report == NULL || i < 0 || (size_t)i >= report->count)
		return NULL;
	return report->lines[i];
}

void
omni_report_free(omni_report *report)
{
	if (report == NULL)
		return;
	omni__free(&report->object.env, report->lines);
	omni__object_free(report);
}

/* ---- backup and housekeeping ---------------------------------------- */

static const struct omni__sql retire_writers = {
	.name = "retire_writers",
	.sql = "UPDATE omni_writer SET machine = zeroblob(16)",
};

static omni_status
retire(struct omni *db, struct omni__store *copy)
{
	omni_status status;

	status = db->ops->begin(copy, true, &db->error);
	if (status == OMNI_OK)
		status = db->ops->run(copy, &retire_writers, NULL, 1,
		    &db->scratch, NULL, NULL, &db->error);
	if (status == OMNI_OK)
		status = db->ops->commit(copy, &db->error);
	if (status != OMNI_OK)
		db->ops->rollback(copy);
	return status;
}

/*
 * Whoever writes to the copy is a new writer, also when the copy is put back
 * in the place of the store and the file looks like the same one: what the
 * store got after the backup bears numbers that others may have seen.
 */
static omni_status
retire_in_copy(struct omni *db, const char *path)
{
	struct omni__store_options options = {
		.env = &db->env,
		.url = path,
		.mode = OMNI_MODE_EXISTING,
		.durability = OMNI_DURABLE_FULL,
		.timeout = 10000,
	};
	struct omni__store *copy = NULL;
	omni_status status;

	status = db->ops->open(&options, &copy, &db->error);
	if (status == OMNI_OK) {
		status = retire(db, copy);
		db->ops->close(copy);
	}
	if (status != OMNI_OK)
		(void)remove(path);
	return status;
}

omni_status
omni_backup(omni *db, const char *path)
{
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	status = omni__text_check(&db->error, "path", path);
	if (status == OMNI_OK)
		status = db->ops->backup(db->store, path, &db->error);
	if (status == OMNI_OK)
		status = retire_in_copy(db, path);
	return omni__leave(db, status);
}

omni_status
omni_maintain(omni *db, int32_t milliseconds)
{
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (milliseconds < 0)
		return omni__leave(db, omni__fail(&db->error, OMNI_INVALID,
		    "milliseconds is negative"));
	if (db->mode == OMNI_MODE_READONLY)
		return omni__leave(db, OMNI_DONE);
	status = omni__scrub(db);
	if (status == OMNI_OK)
		status = db->ops->maintain(db->store, milliseconds,
		    &db->error);
	return omni__leave(db, status);
}
