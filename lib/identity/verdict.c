/*
 * omni_verdict: what a steward decided about who is who.
 */
#include <string.h>

#include "identity/verdict.h"

#define MEMBERS_MAX 1000

struct named {
	int32_t side;
	const char *source, *key;	/* or: */
	unsigned char id[OMNI__ID];
};

struct omni_verdict {
	struct omni__object object;
	int32_t what;
	struct named *members;
	size_t count, room;
	const char *author, *reason;
	int64_t time;
};

omni_verdict *
omni_verdict_new(int32_t what)
{
	struct omni_verdict *verdict;

	verdict = omni__object_new(NULL, sizeof(*verdict));
	if (verdict != NULL) {
		verdict->what = what;
		verdict->time = OMNI_NOW;
	}
	return verdict;
}

void
omni_verdict_free(omni_verdict *verdict)
{
	if (verdict == NULL)
		return;
	omni__free(&verdict->object.env, verdict->members);
	omni__object_free(verdict);
}

static omni_status
add(struct omni_verdict *verdict, const struct named *member)
{
	struct omni__error *error = &verdict->object.error;

	if (member->side != 0 && (member->side != 1 ||
	    verdict->what != OMNI_VERDICT_DIFFERENT))
		return omni__fail(error, OMNI_INVALID,
		    "side is %d: 0, or 1 of a verdict \"different\"",
		    member->side);
	if (verdict->count == MEMBERS_MAX)
		return omni__fail(error, OMNI_INVALID,
		    "a verdict names at most %d records", MEMBERS_MAX);
	if (omni__grow(&verdict->object.env, &verdict->members,
	    &verdict->room, verdict->count + 1, sizeof(*member)) != OMNI_OK)
		return omni__nomem(error);
	verdict->members[verdict->count++] = *member;
	return OMNI_OK;
}

omni_status
omni_verdict_add(omni_verdict *verdict, int32_t side, const char *source,
    const char *key)
{
	struct named member = { .side = side };
	omni_status status;

	if (verdict == NULL)
		return OMNI_MISUSE;
	status = omni__object_text(&verdict->object, "source", source,
	    &member.source);
	if (status == OMNI_OK)
		status = omni__object_text(&verdict->object, "key", key,
		    &member.key);
	return status == OMNI_OK ? add(verdict, &member) : status;
}

omni_status
omni_verdict_add_id(omni_verdict *verdict, int32_t side,
    const char *record_id)
{
	struct named member = { .side = side };
	omni_status status;

	if (verdict == NULL)
		return OMNI_MISUSE;
	status = omni__id_parse(&verdict->object.error, "record_id",
	    record_id, member.id);
	return status == OMNI_OK ? add(verdict, &member) : status;
}

struct find_members {
	unsigned char id[OMNI__ID];
	struct omni__member *members;	/* in the scratch arena */
	size_t count;
};

static omni_status
find_members(struct omni *db, void *context)
{
	struct find_members *find = context;
	unsigned char customer[OMNI__ID];
	omni_status status;
	bool found;

	status = omni__customer_lookup(db, find->id, customer, &found);
	if (status != OMNI_OK || !found)
		return status != OMNI_OK ? status : OMNI_NONE;
	return omni__customer_members(db, customer, &find->members,
	    &find->count);
}

static omni_status
add_all(struct omni_verdict *verdict, int32_t side,
    const struct find_members *find)
{
	struct named member = { .side = side };
	omni_status status = OMNI_OK;
	size_t i, before = verdict->count;

	for (i = 0; i < find->count && status == OMNI_OK; i++) {
		memcpy(member.id, find->members[i].id, OMNI__ID);
		status = add(verdict, &member);
	}
	if (status != OMNI_OK)
		verdict->count = before;
	return status;
}

omni_status
omni_verdict_add_customer(omni *db, omni_verdict *verdict, int32_t side,
    const char *customer)
{
	struct find_members find = { .count = 0 };
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (verdict == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "verdict is NULL"));
	status = omni__id_parse(&db->error, "customer", customer, find.id);
	if (status == OMNI_OK)
		status = omni__transact(db, false, find_members, &find);
	if (status == OMNI_OK)
		status = add_all(verdict, side, &find);
	if (status < 0)
		(void)omni__fail_once(&db->error, status, "%s",
		    verdict->object.error.text);
	return omni__leave(db, status);
}

omni_status
omni_verdict_set_author(omni_verdict *verdict, const char *author)
{
	if (verdict == NULL)
		return OMNI_MISUSE;
	return omni__object_text(&verdict->object, "author", author,
	    &verdict->author);
}

omni_status
omni_verdict_set_reason(omni_verdict *verdict, const char *reason)
{
	if (verdict == NULL)
		return OMNI_MISUSE;
	return omni__object_text(&verdict->object, "reason", reason,
	    &verdict->reason);
}

omni_status
omni_verdict_set_time(omni_verdict *verdict, int64_t time)
{
	omni_status status;

	if (verdict == NULL)
		return OMNI_MISUSE;
	status = omni__time_check(&verdict->object.error, "time", time);
	if (status == OMNI_OK)
		verdict->time = time;
	return status;
}

/* ---- putting -------------------------------------------------------- */

static void
identify(struct omni *db, const struct named *member,
    unsigned char id[OMNI__ID])
{
	if (member->source != NULL)
		omni__record_id(db, member->source, member->key, id);
	else
		memcpy(id, member->id, OMNI__ID);
}

static void
write_side(struct omni *db, const struct omni_verdict *verdict, int32_t side,
    struct omni__buf *buf)
{
	const char *comma = "";
	size_t i;

	omni__buf_char(buf, '[');
	for (i = 0; i < verdict->count; i++) {
		const struct named *member = &verdict->members[i];
		unsigned char id[OMNI__ID];
		char hex[OMNI_ID_SIZE];

		if (member->side != side)
			continue;
		identify(db, member, id);
		omni__hex(hex, id, OMNI__ID);
		omni__buf_printf(buf, "%s\"%s\"", comma, hex);
		comma = ",";
	}
	omni__buf_char(buf, ']');
}

static void
write_body(struct omni *db, const struct omni_verdict *verdict,
    struct omni__buf *buf)
{
	omni__buf_printf(buf, "{\"what\":\"%s\",\"a\":",
	    verdict->what == OMNI_VERDICT_SAME ? "same" : "different");
	write_side(db, verdict, 0, buf);
	omni__buf_str(buf, ",\"b\":");
	write_side(db, verdict, 1, buf);
	omni__buf_str(buf, ",\"author\":");
	omni__buf_json(buf, verdict->author);
	omni__buf_str(buf, ",\"reason\":");
	omni__buf_json(buf, verdict->reason);
	omni__buf_char(buf, '}');
}

/* Nobody is somebody else. */
static omni_status
check_sides(struct omni *db, const struct omni_verdict *verdict)
{
	struct omni__map left = { .arena = &db->scratch };
	unsigned char (*ids)[OMNI__ID];
	size_t i;
	bool found;

	ids = omni__arena_alloc(&db->scratch,
	    verdict->count * sizeof(*ids));
	if (ids == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < verdict->count; i++) {
		identify(db, &verdict->members[i], ids[i]);
		if (verdict->members[i].side == 0 && omni__map_put(&left,
		    ids[i], OMNI__ID, i, &found) == NULL)
			return omni__nomem(&db->error);
	}
	for (i = 0; i < verdict->count; i++)
		if (verdict->members[i].side == 1 &&
		    omni__map_get(&left, ids[i], OMNI__ID) != NULL)
			return omni__fail(&db->error, OMNI_INVALID,
			    "side: a record is named on both sides");
	return OMNI_OK;
}

static omni_status
check(struct omni *db, const struct omni_verdict *verdict)
{
	size_t i, sides[2] = { 0, 0 };

	if (verdict->what != OMNI_VERDICT_SAME &&
	    verdict->what != OMNI_VERDICT_DIFFERENT)
		return omni__fail(&db->error, OMNI_INVALID,
		    "what is %d: it is neither OMNI_VERDICT_SAME nor "
		    "OMNI_VERDICT_DIFFERENT", verdict->what);
	for (i = 0; i < verdict->count; i++)
		sides[verdict->members[i].side]++;
	if (verdict->what == OMNI_VERDICT_SAME ? sides[0] < 2 :
	    sides[0] < 1 || sides[1] < 1)
		return omni__fail(&db->error, OMNI_INVALID,
		    "a verdict names two records at least (one on each "
		    "side, if different)");
	return check_sides(db, verdict);
}

omni_status
omni__verdict_fact(struct omni *db, const struct omni_verdict *verdict,
    struct omni__buf *body, struct omni__fact *fact)
{
	omni_status status = check(db, verdict);

	if (status != OMNI_OK)
		return status;
	write_body(db, verdict, body);
	memset(fact, 0, sizeof(*fact));
	fact->noun = OMNI__FACT_VERDICT;
	fact->body = body->bytes;
	fact->timed = verdict->time != OMNI_NOW;
	fact->happened = fact->timed ? verdict->time :
	    omni__clock(&db->env);
	return body->failed ? omni__nomem(&db->error) : OMNI_OK;
}

static omni_status
put(struct omni *db, const struct omni_verdict *verdict, int64_t *id)
{
	struct omni__buf body = { .env = &db->env };
	struct omni__fact fact;
	omni_status status;

	status = omni__verdict_fact(db, verdict, &body, &fact);
	if (status == OMNI_OK)
		status = omni__fact_put(db, &fact, omni__identity_apply, id);
	omni__buf_free(&body);
	return status;
}

omni_status
omni_verdict_put(omni *db, const omni_verdict *verdict, int64_t *fact)
{
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (verdict == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "verdict is NULL"));
	return omni__leave(db, put(db, verdict, fact));
}
