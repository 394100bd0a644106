/*
 * A kept route, decided again from what was known then: the records that the
 * customer held, in the versions they had, under the rules of that time.
 */
#include <string.h>

#include "routing/kept.h"

/* ---- equality ------------------------------------------------------- */

static bool
same_leg(const struct omni__leg *a, const struct omni__leg *b)
{
	if (!omni__same(a->channel, b->channel) ||
	    !omni__same(a->text, b->text) || a->fact != b->fact ||
	    a->reason != b->reason)
		return false;
	/* What was rejected has neither. */
	return a->reason != 0 || (a->time == b->time &&
	    omni__same(a->address, b->address));
}

static bool
same_route(const struct omni__kept *kept, const struct omni_route *again)
{
	size_t i;

	if (kept->steps != again->steps || kept->count != again->count ||
	    kept->message.time != again->at ||
	    !omni__same(kept->zone, again->zone) ||
	    !omni__same(kept->zone_text, again->zone_text) ||
	    !omni__same(kept->language, again->language))
		return false;
	for (i = 0; i < kept->count; i++)
		if (!same_leg(&kept->legs[i], &again->legs[i]))
			return false;
	return true;
}

/* ---- deciding again ------------------------------------------------- */

/* A record that its source took back took its words along. */
static omni_status
check_records(struct omni *db, const struct omni__kept *kept)
{
	struct omni__fact *facts;
	int64_t *ids;
	omni_status status;
	size_t i;

	ids = omni__arena_alloc(&db->scratch,
	    kept->member_count * sizeof(*ids));
	facts = omni__arena_alloc(&db->scratch,
	    kept->member_count * sizeof(*facts));
	if (ids == NULL || facts == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < kept->member_count; i++)
		ids[i] = kept->members[i].fact;
	status = omni__facts_read(db, ids, kept->member_count, facts);
	for (i = 0; i < kept->member_count && status == OMNI_OK; i++)
		if (facts[i].noun != OMNI__FACT_RECORD ||
		    facts[i].body == NULL)
			status = omni__fail(&db->error, OMNI_ERASED,
			    "a record that route %lld was decided from is "
			    "gone", (long long)kept->fact);
	return status;
}

static omni_status
decide_again(struct omni *db, const struct omni__kept *kept,
    struct omni__view *view, struct omni__round *round)
{
	struct omni__recipient *recipient;
	struct omni_message message = kept->message;
	omni_status status = omni__kept_view(db, kept, view);

	message.time = OMNI_NOW;
	if (status == OMNI_OK)
		status = omni__round_begin(db, view, &message, round);
	if (status != OMNI_OK)
		return status;
	recipient = omni__arena_zero(&db->scratch, sizeof(*recipient));
	if (recipient == NULL)
		return omni__nomem(&db->error);
	recipient->members = kept->members;
	recipient->member_count = kept->member_count;
	recipient->whole = kept->whole;
	recipient->whole_count = kept->whole_count;
	round->recipients = recipient;
	round->message.at = round->wanted.at = kept->message.time;
	round->message.tried = kept->tried;
	round->message.tried_count = kept->tried_count;
	round->wanted.sure = kept->sure;
	status = omni__round_load(db, round,
	    (const unsigned char (*)[OMNI__ID])&kept->record, 1);
	return status == OMNI_OK ? omni__round_decide(db, round, 0) : status;
}

struct replaying {
	int64_t fact;
	struct omni_route *route;
	bool same;
};

static omni_status
replay(struct omni *db, void *context)
{
	struct replaying *r = context;
	struct omni__round round;
	struct omni__kept kept;
	struct omni__view view;
	omni_status status = omni__kept_read(db, r->fact, &kept);

	if (status == OMNI_OK)
		status = check_records(db, &kept);
	if (status == OMNI_OK)
		status = decide_again(db, &kept, &view, &round);
	if (status == OMNI_OK)
		status = omni__route_fill(db, r->route, round.decisions);
	if (status == OMNI_OK)
		r->same = same_route(&kept, r->route);
	return status;
}

omni_status
omni_route_replay(omni *db, int64_t fact, int32_t *same, omni_route **route)
{
	struct replaying r = { .fact = fact };
	omni_status status;

	if (route != NULL)
		*route = NULL;
	if (same == NULL)
		return OMNI_MISUSE;
	*same = 0;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	status = omni__route_new(db, &r.route);
	if (status == OMNI_OK)
		status = omni__transact(db, false, replay, &r);
	if (status == OMNI_OK)
		*same = r.same;
	if (status == OMNI_OK && route != NULL)
		*route = r.route;
	else
		omni_route_free(r.route);
	return omni__leave(db, status);
}
