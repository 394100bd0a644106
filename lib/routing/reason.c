/*
 * Why: the names of reasons, and the sentence that names the witness of a
 * step or of a refusal, and every number that decided.
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

/* ---- words ---------------------------------------------------------- */

static void
add_number(struct omni__buf *buf, int64_t number)
{
	char digits[24];
	size_t i = sizeof(digits);
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	do {
		digits[--i] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		digits[--i] = '-';
	omni__buf_add(buf, digits + i, sizeof(digits) - i);
}

/* Tenths as "8.1" or "8". */
static void
add_tenths(struct omni__buf *buf, int64_t tenths)
{
	add_number(buf, tenths / 10);
	if (tenths % 10 != 0) {
		omni__buf_char(buf, '.');
		add_number(buf, tenths % 10);
	}
}

static void
add_time(struct omni__buf *buf, const char *before, int64_t time)
{
	char iso[OMNI_TIME_SIZE];

	if (omni_time_format(time, iso, sizeof(iso)) != OMNI_OK)
		return;
	omni__buf_str(buf, before);
	omni__buf_str(buf, iso);
}

static void
add_words(struct omni__buf *buf, const char *before, const char *words,
    const char *after)
{
	omni__buf_str(buf, before);
	omni__buf_str(buf, words);
	omni__buf_str(buf, after);
}

/* "90 seconds", "2 hours", "1 day": the largest unit that is exact. */
static void
add_span(struct omni__buf *buf, int64_t seconds)
{
	static const struct {
		const char *word;
		int64_t seconds;
	} units[] = {
		{ " day", 86400 }, { " hour", 3600 }, { " minute", 60 },
		{ " second", 1 },
	};
	size_t i = 0;

	while (seconds % units[i].seconds != 0)
		i++;
	add_number(buf, seconds / units[i].seconds);
	omni__buf_str(buf, units[i].word);
	if (seconds / units[i].seconds != 1)
		omni__buf_char(buf, 's');
}

/* ---- what was said -------------------------------------------------- */

/* " on 2025-01-01T10:00:00Z via web, wording "A"" */
static void
add_witness(struct omni__buf *buf, const struct omni__said *said)
{
	add_time(buf, " on ", said->happened);
	if (said->via != NULL)
		add_words(buf, " via ", said->via, "");
	if (said->wording != NULL)
		add_words(buf, ", wording \"", said->wording, "\"");
}

static void
add_scope(struct omni__buf *buf, const struct omni__said *said)
{
	static const char *const media[] = {
		[0] = " by any channel",
		[OMNI_MEDIUM_DIGITAL] = " by any digital channel",
		[OMNI_MEDIUM_PHYSICAL] = " by any physical channel",
	};

	add_words(buf, " to ", strcmp(said->purpose, "*") == 0 ?
	    "everything" : said->purpose, "");
	if (said->channel != NULL)
		add_words(buf, " by ", said->channel, "");
	else if ((size_t)said->medium < OMNI__COUNT(media))
		omni__buf_str(buf, media[said->medium]);
	if (said->brand != NULL)
		add_words(buf, " for ", said->brand, "");
	if (said->address != NULL)
		omni__buf_str(buf, said->said == OMNI_SAID_WITHDRAW ?
		    ", for all who have the address" : " at one address");
}

static void
add_said(struct omni__buf *buf, const char *words,
    const struct omni__said *said)
{
	omni__buf_str(buf, words);
	add_scope(buf, said);
	add_witness(buf, said);
}

static const char *
finish(struct omni__arena *arena, struct omni__buf *buf)
{
	const char *text = buf->failed ? NULL :
	    omni__arena_text(arena, buf->bytes, buf->size);

	omni__buf_free(buf);
	return text;
}

/* ---- what a step rests on ------------------------------------------- */

static void
add_sale(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	struct omni__question q;

	omni__question_of(d, c, c->time, &q);
	add_time(buf, "soft opt-in: a sale on ", q.sale);
	if (c->permit.told == NULL)
		return;
	omni__buf_str(buf, "; the customer was told how to say no");
	add_witness(buf, c->permit.told);
	omni__buf_str(buf, " and did not");
}

/* A yes is asked for, or spares a sale. */
static bool
rests_on_grant(const struct omni__permit *permit)
{
	return permit->grant != NULL &&
	    (permit->basis == OMNI_BASIS_CONSENT ||
	    permit->basis == OMNI_BASIS_SOFT);
}

static void
add_basis(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	static const char *const rests_on[] = {
		[OMNI_BASIS_CONSENT] = "the customer said yes",
		[OMNI_BASIS_INTEREST] =
		    "legitimate interest, and the customer did not object",
		[OMNI_BASIS_CONTRACT] = "the contract needs it",
		[OMNI_BASIS_LAW] = "the law demands it",
		[OMNI_BASIS_SOFT] = "the customer said yes",
	};
	const struct omni__permit *permit = &c->permit;

	if (permit->basis == OMNI_BASIS_SOFT && permit->grant == NULL) {
		add_sale(buf, d, c);
		return;
	}
	omni__buf_str(buf, rests_on[permit->basis]);
	if (!rests_on_grant(permit))
		return;
	add_scope(buf, permit->grant);
	add_witness(buf, permit->grant);
	if (permit->confirm != NULL)
		add_time(buf, ", confirmed on ", permit->confirm->happened);
}

static void
add_objection(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__said *no)
{
	if (d->mandatory)
		omni__buf_str(buf,
		    "; the customer refused every channel, this one");
	else {
		omni__buf_str(buf,
		    "; a last resort, since the customer said no");
		add_scope(buf, no);
	}
	add_witness(buf, no);
}

/* Of millionths, to a tenth of a per cent. */
static void
add_percent(struct omni__buf *buf, const char *before, int32_t millionths)
{
	omni__buf_str(buf, before);
	add_tenths(buf, (millionths + 500) / 1000);
	omni__buf_str(buf, " %");
}

/* How all customers respond there: nobody said so where it was not
 * learned. */
static void
add_population(struct omni__buf *buf, const struct omni__rate *rate)
{
	if (rate->learned) {
		add_percent(buf, ", all customers answer ", rate->population);
		return;
	}
	add_percent(buf, "; nothing was learned yet of all customers, ",
	    rate->population);
	omni__buf_str(buf, " is assumed");
}

static void
add_rate(struct omni__buf *buf, const struct omni__rate *rate)
{
	if (rate->sent == 0)
		omni__buf_str(buf, "; no message there yet to go by");
	else {
		omni__buf_str(buf, "; answered ");
		add_tenths(buf, (rate->answered * 10 + 512) / 1024);
		omni__buf_str(buf, " of ");
		add_tenths(buf, (rate->sent * 10 + 512) / 1024);
		add_percent(buf, " messages there (decayed), estimated ",
		    rate->estimate);
	}
	add_population(buf, rate);
}

static void
add_rank(struct omni__buf *buf, const struct omni__candidate *c)
{
	if (c->preference != NULL) {
		omni__buf_str(buf, "; ranked ");
		add_number(buf, c->preference->rank);
		omni__buf_str(buf, " by the customer");
		add_witness(buf, c->preference);
		return;
	}
	if (c->rate.prior_answered + c->rate.prior_unanswered > 0)
		add_rate(buf, &c->rate);
	omni__buf_str(buf, "; number ");
	add_number(buf, (int64_t)c->order + 1);
	omni__buf_str(buf, " of the purpose's channels");
}

/* ---- times ---------------------------------------------------------- */

static void
add_cap(struct omni__buf *buf, const struct omni_cap *cap)
{
	static const char *const periods[] = {
		[OMNI_PERIOD_DAY] = " a day",
		[OMNI_PERIOD_WEEK] = " a week",
		[OMNI_PERIOD_MONTH] = " a month",
	};

	add_words(buf, "cap \"", cap->head.name, "\" of ");
	add_number(buf, cap->limit);
	if (cap->sliding != 0) {
		omni__buf_str(buf, " in ");
		add_span(buf, cap->sliding);
	} else if ((size_t)cap->period < OMNI__COUNT(periods) &&
	    periods[cap->period] != NULL)
		omni__buf_str(buf, periods[cap->period]);
	omni__buf_str(buf, " is reached");
}

/* Where the zone is a guess, by which clock it was shut to the last. */
static void
add_window(struct omni__buf *buf, const struct omni__recipient *r,
    const struct omni__wait *wait)
{
	add_words(buf, "window \"", wait->window->window->head.name, "\"");
	if (r->zones != NULL)
		add_words(buf, " in ", omni__zone_name(wait->zone), "");
}

/* What held it up last: "quiet hours 22:00-07:00 since ..., Asia/Tokyo (...)".
 */
static void
add_hold(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	const struct omni__recipient *r = d->recipient;

	if (c->cap != NULL)
		add_cap(buf, c->cap);
	else if (c->wait.quiet != NULL) {
		omni__buf_str(buf, "quiet hours");
		if (c->wait.quiet->value != NULL)
			add_words(buf, " ", c->wait.quiet->value, "");
		add_time(buf, " since ", c->wait.quiet->happened);
	} else if (c->wait.window != NULL)
		add_window(buf, r, &c->wait);
	add_words(buf, ", ", omni__zone_name(r->zone), "");
	if (r->zone_text != NULL)
		add_words(buf, " (", r->zone_text, ")");
}

static bool
held(const struct omni__candidate *c)
{
	return c->cap != NULL || c->wait.quiet != NULL ||
	    c->wait.window != NULL;
}

/* Of a step behind the first, which stands before it in the list. */
static void
add_after(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	int32_t wait = d->message->rule->purpose->wait;

	if (wait == 0 || d->steps < 2 || c <= d->candidates ||
	    c >= d->candidates + d->steps)
		return;
	omni__buf_str(buf, "; ");
	add_span(buf, wait);
	add_words(buf, " after ", c[-1].name, "");
}

static void
add_wait(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	add_after(buf, d, c);
	if (!held(c))
		return;
	add_time(buf, "; waits until ", c->time);
	omni__buf_str(buf, ": ");
	add_hold(buf, d, c);
}

const char *
omni__step_text(struct omni__arena *arena, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	struct omni__buf buf = { .env = arena->env };

	if (d->mandatory)
		omni__buf_str(&buf, "MANDATORY: ");
	add_basis(&buf, d, c);
	if (c->permit.withdrawal != NULL)
		add_objection(&buf, d, c->permit.withdrawal);
	add_rank(&buf, c);
	add_wait(&buf, d, c);
	return finish(arena, &buf);
}

/* ---- why not -------------------------------------------------------- */

typedef void (*say_fn)(struct omni__buf *, const struct omni__decision *,
    const struct omni__candidate *);

static void
say_refused(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	(void)d;
	add_said(buf, "the customer said no", c->permit.withdrawal);
	if (c->reason == OMNI_REASON_OBJECTED_LAST)
		omni__buf_str(buf, "; the purpose's default takes what "
		    "must be sent");
}

static void
say_confidential(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	omni__buf_str(buf, ": ");
	add_number(buf, c->channel->confidentiality);
	omni__buf_str(buf, ", and the purpose asks for ");
	add_number(buf, d->message->rule->purpose->confidentiality);
}

static void
say_address(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	(void)d;
	if (c->reason == OMNI_REASON_NO_ADDRESS)
		add_words(buf, ": the customer has no ", c->channel->address,
		    "");
	else if (c->point == NULL)
		omni__buf_str(buf, ": the channel has none");
}

static void
say_suppressed(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	const struct omni__suppression *shut = c->suppression;

	(void)d;
	add_words(buf, ": ", shut->cause, "");
	add_time(buf, " on ", shut->time);
	if (shut->purpose != NULL && strcmp(shut->purpose, "*") != 0)
		add_words(buf, ", for ", shut->purpose, "");
}

static void
say_valid(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	const struct omni__contact_state *state = &c->point->state;

	(void)d;
	if (state->since != INT64_MIN)
		add_time(buf, ", from ", state->since);
	if (state->until != INT64_MAX)
		add_time(buf, ", until ", state->until);
}

static void
say_no_consent(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	add_words(buf, " to ", d->message->rule->purpose->head.name, "");
	add_words(buf, " by ", c->name, "");
	if (d->message->brand != NULL)
		add_words(buf, " for ", d->message->brand, "");
}

static void
say_expired(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	struct omni__question question;

	omni__question_of(d, c, d->message->at, &question);
	add_time(buf, " on ", omni__grant_end(c->permit.grant, &question));
	omni__buf_str(buf, "; the customer said yes");
	add_witness(buf, c->permit.grant);
	if (c->time > d->message->at && c->time != INT64_MAX)
		add_time(buf, "; it could not go before ", c->time);
}

static void
say_granted(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	int32_t confirm = d->message->rule->purpose->confirm;

	if (c->permit.grant == NULL)
		return;
	omni__buf_str(buf, ": the customer said yes");
	add_witness(buf, c->permit.grant);
	if (c->reason != OMNI_REASON_NOT_CONFIRMED)
		return;
	omni__buf_str(buf, ", and has to say so again within ");
	add_span(buf, confirm);
}

static void
say_no_sale(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	const struct omni_purpose *purpose = d->message->rule->purpose;
	struct omni__question q;

	omni__question_of(d, c, d->message->at, &q);
	if (q.sale == INT64_MIN) {
		omni__buf_str(buf, ": there was none");
		return;
	}
	add_time(buf, ": the last one was on ", q.sale);
	omni__buf_str(buf, " and speaks for ");
	add_span(buf, (int64_t)purpose->sale_days * 86400);
	if (c->permit.told == NULL)
		omni__buf_str(buf,
		    ", but the customer was not told how to say no");
}

static void
say_late(struct omni__buf *buf, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	omni__buf_str(buf, ": ");
	if (held(c))
		add_hold(buf, d, c);
	if (c->time == INT64_MAX) {
		omni__buf_str(buf, c->cap == NULL ?
		    "; it does not open within a year" :
		    "; what is too many is not sent");
		return;
	}
	add_time(buf, held(c) ? "; it would come on " : "on ",
	    c->time + c->channel->lead * OMNI__SECOND);
	if (d->message->expiry != INT64_MAX)
		add_time(buf, ", and is worth nothing after ",
		    d->message->expiry);
}

/* What a reason's text goes on with; whole: it is all there is to say. */
static const struct {
	int32_t reason;
	bool whole;
	say_fn say;
} particulars[] = {
	{ OMNI_REASON_NOT_CONFIDENTIAL, false, say_confidential },
	{ OMNI_REASON_NO_ADDRESS, false, say_address },
	{ OMNI_REASON_NOT_VERIFIED, false, say_address },
	{ OMNI_REASON_SUPPRESSED, false, say_suppressed },
	{ OMNI_REASON_NOT_VALID, false, say_valid },
	{ OMNI_REASON_WITHDRAWN, true, say_refused },
	{ OMNI_REASON_NO_CONSENT, false, say_no_consent },
	{ OMNI_REASON_EXPIRED, false, say_expired },
	{ OMNI_REASON_OBJECTED_LAST, true, say_refused },
	{ OMNI_REASON_NOT_CONFIRMED, false, say_granted },
	{ OMNI_REASON_OTHER_ADDRESS, false, say_granted },
	{ OMNI_REASON_NO_SALE, false, say_no_sale },
	{ OMNI_REASON_QUIET, false, say_late },
	{ OMNI_REASON_LATE, false, say_late },
	{ OMNI_REASON_CAPPED, false, say_late },
};

const char *
omni__fall_text(struct omni__arena *arena, const struct omni__decision *d,
    const struct omni__candidate *c)
{
	struct omni__buf buf = { .env = arena->env };
	size_t i = 0;

	while (i < OMNI__COUNT(particulars) &&
	    particulars[i].reason != c->reason)
		i++;
	if (i == OMNI__COUNT(particulars) || !particulars[i].whole)
		omni__buf_str(&buf, omni_reason_text(c->reason));
	if (i < OMNI__COUNT(particulars))
		particulars[i].say(&buf, d, c);
	return finish(arena, &buf);
}

/* ---- facts ---------------------------------------------------------- */

static int64_t
fact_of(const struct omni__said *said)
{
	return said != NULL ? said->fact : 0;
}

int64_t
omni__candidate_fact(const struct omni__candidate *c)
{
	switch (c->reason) {
	case 0:
		return fact_of(rests_on_grant(&c->permit) ?
		    c->permit.grant : c->permit.told);
	case OMNI_REASON_WITHDRAWN:
	case OMNI_REASON_OBJECTED_LAST:
		return fact_of(c->permit.withdrawal);
	case OMNI_REASON_EXPIRED:
	case OMNI_REASON_NOT_CONFIRMED:
	case OMNI_REASON_OTHER_ADDRESS:
		return fact_of(c->permit.grant);
	case OMNI_REASON_SUPPRESSED:
		return c->suppression->fact;
	case OMNI_REASON_NOT_VALID:
		return c->point->state.valid_fact;
	case OMNI_REASON_QUIET:
		return fact_of(c->wait.quiet);
	default:
		return 0;
	}
}
