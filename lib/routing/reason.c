/*
 * Why: the names of reasons, and the sentence that names the witness of a
 * step or of a refusal.
 */
#include <string.h>

#include "routing/routing.h"

/* ---- names ---------------------------------------------------------- */

struct reason {
	int32_t number;
	const char *name, *text;
};

static const struct reason reasons[] = {
#define REASON(word, value, meaning) { value, "OMNI_REASON_" #word, meaning },
	OMNI_REASON_MAP(REASON)
#undef REASON
};

static const struct reason *
find_reason(int32_t number)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(reasons); i++)
		if (reasons[i].number == number)
			return &reasons[i];
	return NULL;
}

const char *
omni_reason_name(int32_t reason)
{
	const struct reason *found = find_reason(reason);

	return found != NULL ? found->name : "OMNI_REASON_?";
}

const char *
omni_reason_text(int32_t reason)
{
	const struct reason *found = find_reason(reason);

	return found != NULL ? found->text : "unknown reason";
}

/* ---- sentences ------------------------------------------------------ */

static void
add_time(struct omni__buf *buf, const char *before, int64_t time)
{
	char iso[OMNI_TIME_SIZE];

	if (omni_time_format(time, iso, sizeof(iso)) == OMNI_OK)
		omni__buf_printf(buf, "%s%s", before, iso);
}

/* " on 2025-01-01T10:00:00Z via web, wording "A"" */
static void
add_witness(struct omni__buf *buf, const struct omni__said *said)
{
	add_time(buf, " on ", said->happened);
	if (said->via != NULL)
		omni__buf_printf(buf, " via %s", said->via);
	if (said->wording != NULL)
		omni__buf_printf(buf, ", wording \"%s\"", said->wording);
}

static void
add_scope(struct omni__buf *buf, const struct omni__said *said)
{
	omni__buf_printf(buf, " to %s", strcmp(said->purpose, "*") == 0 ?
	    "everything" : said->purpose);
	if (said->channel != NULL)
		omni__buf_printf(buf, " by %s", said->channel);
	else
		omni__buf_str(buf, " by any channel");
}

static const char *
finish(const struct omni__decision *d, struct omni__buf *buf)
{
	const char *text = buf->failed ? NULL :
	    omni__arena_text(&d->db->scratch, buf->bytes, buf->size);

	omni__buf_free(buf);
	return text;
}

static void
add_basis(struct omni__buf *buf, int32_t basis,
    const struct omni__permit *permit)
{
	static const char *const rests_on[] = {
		[OMNI_BASIS_CONSENT] = "the customer said yes",
		[OMNI_BASIS_INTEREST] = "legitimate interest",
		[OMNI_BASIS_CONTRACT] = "the contract needs it",
		[OMNI_BASIS_LAW] = "the law demands it",
	};

	omni__buf_str(buf, rests_on[basis]);
	if (basis == OMNI_BASIS_CONSENT && permit->grant != NULL) {
		add_scope(buf, permit->grant);
		add_witness(buf, permit->grant);
	} else if (basis == OMNI_BASIS_INTEREST)
		omni__buf_str(buf, ", and the customer did not object");
}

static void
add_rank(struct omni__buf *buf, const struct omni__candidate *c)
{
	if (c->preference != NULL) {
		omni__buf_printf(buf, "; ranked %d by the customer",
		    c->preference->rank);
		add_witness(buf, c->preference);
	} else
		omni__buf_printf(buf, "; number %zu of the purpose's "
		    "channels", c->order + 1);
}

const char *
omni__step_text(const struct omni__decision *d,
    const struct omni__candidate *c, bool mandatory)
{
	struct omni__buf buf = { .env = &d->db->env };
	const struct omni__said *no = c->permit.withdrawal;

	if (mandatory)
		omni__buf_str(&buf, "MANDATORY: ");
	add_basis(&buf, d->purpose->basis, &c->permit);
	if (no != NULL) {
		omni__buf_str(&buf, mandatory ?
		    "; the customer refused every channel, this one" :
		    "; a last resort, since the customer said no");
		if (!mandatory)
			add_scope(&buf, no);
		add_witness(&buf, no);
	}
	add_rank(&buf, c);
	return finish(d, &buf);
}

static void
add_refusal(struct omni__buf *buf, const struct omni__said *no)
{
	omni__buf_str(buf, "the customer said no");
	add_scope(buf, no);
	add_witness(buf, no);
}

static void
add_particulars(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	switch (c->reason) {
	case OMNI_REASON_NOT_CONFIDENTIAL:
		omni__buf_printf(buf, ": %d, and the purpose asks for %d",
		    c->channel->confidentiality,
		    d->purpose->confidentiality);
		break;
	case OMNI_REASON_NO_ADDRESS:
		omni__buf_printf(buf, ": the customer has no %s",
		    c->channel->address);
		break;
	case OMNI_REASON_SUPPRESSED:
		omni__buf_printf(buf, ": %s", c->point->state.suppressed);
		add_time(buf, " on ", c->point->state.since);
		break;
	case OMNI_REASON_EXPIRED:
		add_time(buf, " on ", c->permit.grant->expiry);
		omni__buf_str(buf, "; the customer said yes");
		add_witness(buf, c->permit.grant);
		break;
	case OMNI_REASON_NO_CONSENT:
		omni__buf_printf(buf, " to %s by %s", d->purpose->head.name,
		    c->name);
		break;
	default:
		break;
	}
}

const char *
omni__fall_text(const struct omni__decision *d,
    const struct omni__candidate *c)
{
	struct omni__buf buf = { .env = &d->db->env };

	if (c->reason == OMNI_REASON_WITHDRAWN)
		add_refusal(&buf, c->permit.withdrawal);
	else if (c->reason == OMNI_REASON_OBJECTED_LAST) {
		add_refusal(&buf, c->permit.withdrawal);
		omni__buf_str(&buf, "; the purpose's default takes what "
		    "must be sent");
	} else {
		omni__buf_str(&buf, omni_reason_text(c->reason));
		add_particulars(&buf, d, c);
	}
	return finish(d, &buf);
}
