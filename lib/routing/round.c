/*
 * A round of decisions: one message, and as many customers as are loaded
 * together.
 */
#include <string.h>

#include "routing/kept.h"

/* What a decision of a message needs. */
static void
wanted_for(const struct omni *db, const struct omni__rules *rules,
    const struct omni__message *message, struct omni__wanted *wanted)
{
	const struct omni_purpose *purpose = message->rule->purpose;
	bool household = purpose->household != 0 && message->mark != 0;

	*wanted = (struct omni__wanted){
		.rules = rules,
		.at = message->at,
		.sure = db->sure || purpose->confidentiality > 0,
		/* A letter of its own is no reason against it. */
		.sent = rules->cap_reach > 0 || household,
		.household = household,
		.responses = purpose->order == OMNI_ORDER_BEHAVIOUR,
		.sales = message->rule->sale != SIZE_MAX,
		.place = true,
	};
}

omni_status
omni__round_begin(struct omni *db, const struct omni__view *view,
    const struct omni_message *message, struct omni__round *round)
{
	omni_status status;

	memset(round, 0, sizeof(*round));
	status = view == NULL ? omni__rules(db, &round->rules) :
	    omni__rules_then(db, view, &round->rules);
	if (status == OMNI_OK)
		status = omni__message_read(db, round->rules, message,
		    &round->message);
	if (status != OMNI_OK)
		return status;
	wanted_for(db, round->rules, &round->message, &round->wanted);
	round->wanted.view = view;
	return OMNI_OK;
}

omni_status
omni__round_load(struct omni *db, struct omni__round *round,
    const unsigned char (*customers)[OMNI__ID], size_t count)
{
	struct omni__arena *scratch = &db->scratch;
	size_t i;

	if (round->wanted.view == NULL)
		round->recipients = omni__arena_zero(scratch,
		    (count + 1) * sizeof(*round->recipients));
	round->decisions = omni__arena_zero(scratch,
	    (count + 1) * sizeof(*round->decisions));
	if (round->recipients == NULL || round->decisions == NULL)
		return omni__nomem(&db->error);
	round->count = count;
	for (i = 0; i < count; i++) {
		memcpy(round->recipients[i].customer, customers[i], OMNI__ID);
		round->decisions[i] = (struct omni__decision){
			.rules = round->rules,
			.message = &round->message,
			.recipient = &round->recipients[i],
		};
	}
	return omni__recipients_load(db, &round->wanted, round->recipients,
	    count);
}

omni_status
omni__round_decide(struct omni *db, struct omni__round *round, size_t i)
{
	return omni__decide(&db->scratch, &round->decisions[i]) == OMNI_OK ?
	    OMNI_OK : omni__nomem(&db->error);
}
