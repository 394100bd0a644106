/*
 * The routing room: where a message goes, and why not elsewhere.
 *
 * Data flow: the definitions are compiled once (rules.c); what is known of
 * customers is loaded a batch at a time (recipient.c); the decision is a pure
 * function of the two, of the message and of the instant (decide.c and those
 * it calls); routes are made of it (route.c), kept as facts (keep.c), or only
 * counted (many.c).
 *
 * The published order of decision: 1 the channel can carry it, 2 there is a
 * contact point, 3 it is not suppressed, 4 the customer permits it, 5 quiet
 * hours and legal windows, 6 caps, 7 rank, 8 the steps.
 */
#ifndef OMNI_ROUTING_H
#define OMNI_ROUTING_H

#include "base/zone.h"
#include "consent/consent.h"

/* ---- rules: the definitions, compiled (rules.c) --------------------- */

struct omni__purpose_rule {
	const struct omni_purpose *purpose;
	int64_t since;		/* when it was first defined */
	size_t sale;		/* index into sale_kinds; SIZE_MAX: none */
};

struct omni__window_rule {
	const struct omni_window *window;
	struct omni__hours hours;
};

/* How the population responds on a channel: a beta distribution, its
 * parameters in 1/1024. */
struct omni__prior {
	const char *channel;
	int64_t answered, unanswered;
};
/* Of channels of which nothing could be learned: stands under this name. */
#define OMNI__PRIOR_OTHERS	"*"
/* ... and when nothing was learned of any. */
#define OMNI__PRIOR_ANSWERED	(2 * 1024)
#define OMNI__PRIOR_UNANSWERED	(8 * 1024)

struct omni__rules {
	uint64_t digest;	/* of the facts that they are made of, where
				 * they hold now */
	const struct omni__purpose_rule *purposes;	/* by name */
	const struct omni_channel *const *channels;	/* by name */
	const struct omni__window_rule *windows;	/* those with hours */
	const struct omni_calendar *const *calendars;	/* by region */
	const struct omni_cap *const *caps;	/* those with a limit */
	const struct omni_wording *const *wordings;	/* by name */
	const struct omni__prior *priors;	/* by channel */
	const char *const *sale_kinds;
	size_t purpose_count, channel_count, window_count, calendar_count,
	    cap_count, wording_count, prior_count, sale_count;
	/* How far back messages count for some cap; 0: no cap. */
	int64_t cap_reach;
};

/* Those that hold now, kept by the handle until a definition changes. */
omni_status omni__rules(struct omni *db, const struct omni__rules **rules);
/* Those that a view sees; in the scratch arena. */
omni_status omni__rules_then(struct omni *db, const struct omni__view *,
    const struct omni__rules **rules);
/* NULL when it is not defined. */
const struct omni__purpose_rule *omni__rule_purpose(
    const struct omni__rules *, const char *name);
const struct omni_channel *omni__rule_channel(const struct omni__rules *,
    const char *name);
const struct omni_wording *omni__rule_wording(const struct omni__rules *,
    const char *name);
const struct omni__prior *omni__rule_prior(const struct omni__rules *,
    const char *channel);
bool omni__rule_holiday(const struct omni__rules *, const char *region,
    int64_t day);

/* ---- what is sent --------------------------------------------------- */

struct omni__message {
	const struct omni__purpose_rule *rule;
	const char *brand;	/* or NULL */
	uint64_t mark;		/* of its id; 0: it has none */
	int64_t at;		/* not before */
	int64_t expiry;		/* INT64_MAX: none */
	bool urgent;
	/* Channels that were tried before. */
	const char *const *tried;
	size_t tried_count;
};

/* ---- to whom (recipient.c, sale.c, place.c) -------------------------- */

struct omni__recipient {
	unsigned char customer[OMNI__ID];
	const struct omni__member *members;
	size_t member_count;
	/* All records of the customer of whom these are surely one; NULL where
	 * that was not asked.  Their withdrawals are among what was said. */
	const struct omni__member *whole;
	size_t whole_count;
	struct omni__points points;
	const struct omni__said *said;	/* by (happened, fact) */
	size_t said_count;
	const struct omni__sent *sent;	/* messages, by (happened, fact) */
	size_t sent_count;
	/* Letters to its postal addresses, where the purpose asks. */
	const struct omni__sent *household;
	size_t household_count;
	const struct omni__response *responses;
	size_t response_count;
	const int64_t *sales;	/* the last one at or before the instant, by
				 * rules->sale_kinds; INT64_MIN: none */
	/* Where it lives (place.c): */
	const struct omni__zone *zone;	/* never NULL */
	const char *zone_text;		/* how it is known */
	/* Where the zone is a guess: all that it may be.  Windows hold in
	 * each of them; all else goes by the guess.  NULL: it is known. */
	const struct omni__zone *const *zones;
	size_t zone_count;
	const char *region;		/* ISO 3166; never NULL */
};

/* What is to be loaded beside the points and what was said. */
struct omni__wanted {
	const struct omni__rules *rules;
	const struct omni__view *view;	/* NULL: as it is now */
	int64_t at;
	bool sure;		/* only what is surely one; but a no of the
				 * whole customer counts */
	bool sent, household, responses, sales, place;
};

/* For each: customer is given (with a view the members, too, and the whole
 * where they are surely one); all else is loaded, in the scratch arena.  One
 * round of statements for all of them. */
omni_status omni__recipients_load(struct omni *db,
    const struct omni__wanted *, struct omni__recipient *recipients,
    size_t count);

/* Of each, with its members: its sales (sale.c). */
omni_status omni__sales_load(struct omni *db, const struct omni__wanted *,
    struct omni__recipient *recipients, size_t count);

/* Zone and region of one: what the customer said, the postal address, the
 * phone, else the store's.  OMNI_MISSING when there is no zone at all. */
omni_status omni__place(struct omni *db, int64_t at,
    struct omni__recipient *);
/* The last statement of a sort (LANGUAGE, ZONE, QUIET) that was said by that
 * instant and is about a purpose, on a channel (NULL: on all of them) and for
 * a brand (NULL: for all); purpose NULL: about anything.  NULL: none. */
const struct omni__said *omni__said_last(const struct omni__said *said,
    size_t count, int32_t sort, const char *purpose,
    const struct omni_channel *channel, const char *brand, int64_t at);

/* ---- permission: a pure function (permission.c) --------------------- */

/* May this go there? */
struct omni__question {
	const struct omni__rules *rules;
	const struct omni__purpose_rule *rule;
	const struct omni_channel *channel;
	const char *brand;		/* or NULL */
	const char *region;		/* or NULL */
	const unsigned char *address;	/* OMNI__ID bytes, or NULL */
	int64_t sale;			/* the last one; INT64_MIN: none */
	int64_t at;
};

struct omni__permit {
	int32_t reason;		/* 0: yes; else OMNI_REASON_* */
	int32_t basis;		/* OMNI_BASIS_*, as it holds there */
	/* The newest yes that holds, or one that does not any more, or not
	 * yet, or not there (reason tells). */
	const struct omni__said *grant;
	/* What confirmed it, or NULL. */
	const struct omni__said *confirm;
	/* With the basis SOFT: what offered to say no, or NULL. */
	const struct omni__said *told;
	/* The newest no that no yes lifts.  With the basis contract or law
	 * it does not forbid, but puts the channel last. */
	const struct omni__said *withdrawal;
};

/*
 * The law of permission: restriction flows down, grants do not; withdrawal
 * wins.  said is sorted by (happened, fact).
 *
 * Only a later yes of the same source lifts a no, or one that was spoken in
 * sight of it, and only one whose scope lies within: another source cannot
 * know what was withdrawn, and a broad yes was no answer to a narrow no.
 * A yes whose clock cannot be believed lifts nothing.  A yes reaches a
 * purpose that was defined before it was spoken, or that it names itself.
 * Where the purpose demands it a yes counts once it is confirmed: for the
 * same scope, address and wording, in time, by a clock that can be believed,
 * and with no withdrawal between.
 *
 * A yes that binds an address counts there alone.  A no that binds one
 * reaches all who have it, wherever else they can be reached: who refuses at
 * one mailbox must not get it in the next.  It is among said for each.
 */
void omni__permission(const struct omni__said *said, size_t count,
    const struct omni__question *question, struct omni__permit *permit);
/* When a yes ends: the earliest of its own expiry, its wording's and the
 * purpose's renewal; INT64_MAX: never. */
int64_t omni__grant_end(const struct omni__said *,
    const struct omni__question *);
/* Does it stand (for the list of statements): OMNI_STANDING_*, and *by, the
 * statement that made it so, or NULL.  A no of which a yes lifted a part
 * holds, by that yes. */
int32_t omni__standing(const struct omni__said *said, size_t count,
    size_t i, const struct omni__rules *, int64_t at,
    const struct omni__said **by);

/* ---- times (window_open.c): pure ----------------------------------------- */

/* Why a message waits: a legal window, or quiet hours. */
struct omni__wait {
	const struct omni__window_rule *window;
	const struct omni__zone *zone;	/* the window's: by whose clock */
	const struct omni__said *quiet;
};
/*
 * The first instant from `from` on at which all windows that fit, wherever the
 * recipient may be, and the customer's quiet hours, let it go; INT64_MAX when
 * there is none within a year.  *wait: what held it up last, if anything did.
 */
int64_t omni__window_open(const struct omni__rules *,
    const struct omni__message *, const struct omni__recipient *,
    const struct omni_channel *channel, int64_t from,
    struct omni__wait *wait);

/* ---- caps (cap_count.c): pure --------------------------------------- */

/* What counts for the caps that bind a message, gathered once for all its
 * channels; in the arena.  NULL when out of memory. */
struct omni__counts;
struct omni__counts *omni__counts_new(struct omni__arena *,
    const struct omni__rules *, const struct omni__message *,
    const struct omni__recipient *);
/*
 * The first instant from `from` on at which no cap that defers is reached;
 * INT64_MAX when there is none, and when one that drops is reached at `from`
 * or then.  *cap: the one that held it up last, or dropped it, or NULL.
 * Messages that wait with less priority give way; this very message does not
 * count against itself.
 */
int64_t omni__cap_open(struct omni__counts *,
    const struct omni_channel *channel, int64_t from,
    const struct omni_cap **cap);

/* ---- affinity (affinity.c): pure ------------------------------------ */

/*
 * How a customer responds on a channel; numbers in 1/1024.
 *
 * Of each span of four weeks that began no later than `at` and is n spans
 * before it, n up to 26 (two years): sent += sent * w, answered +=
 * min(answered, sent) * w, where w is 1024 * 2^(-28 n / 90), rounded.
 * estimate = floor((answered + a) * 10^6 / (sent + a + b)), and population
 * the same with nothing sent.  The prior (a, b) is the channel's, else that
 * of the channel "*" (the mean of what was learned), else OMNI__PRIOR_*.
 */
#define OMNI__SPANS_COUNTED 27
struct omni__rate {
	int64_t sent, answered;		/* decayed */
	int64_t prior_answered, prior_unanswered;
	int32_t estimate, population;	/* millionths */
	bool learned;	/* the prior, of this channel */
};
void omni__affinity(const struct omni__rules *,
    const struct omni__recipient *, const char *channel, int64_t at,
    struct omni__rate *);

/* ---- the decision (decide.c, reason.c) ------------------------------ */

struct omni__candidate {
	const char *name;
	size_t order;			/* of the purpose */
	bool allowed;			/* the purpose uses it */
	const struct omni_channel *channel;	/* NULL: not defined */
	const struct omni__point *point;	/* NULL: needs none */
	const struct omni__suppression *suppression;	/* why it is shut */
	const struct omni__said *preference;	/* or NULL */
	struct omni__permit permit;
	struct omni__rate rate;		/* where behaviour decides */
	struct omni__wait wait;		/* what moved it, or shut it */
	const struct omni_cap *cap;	/* ... */
	int64_t time;			/* when it goes; of what fell: when it
					 * could, INT64_MAX: never */
	int32_t reason;			/* why it fell; 0: a step */
};

struct omni__decision {
	const struct omni__rules *rules;
	const struct omni__message *message;
	const struct omni__recipient *recipient;
	struct omni__candidate *candidates;	/* steps, then what fell */
	size_t count, steps;
	bool mandatory;		/* all refused what must be sent */
};

/* The whole decision; memory of the arena.  Only OMNI_NOMEM. */
omni_status omni__decide(struct omni__arena *, struct omni__decision *);
/* Steps 1 to 4 for one candidate (name, allowed, channel): its reason. */
int32_t omni__candidate_permitted(const struct omni__decision *,
    struct omni__candidate *);

/* What is asked of permission for a candidate at an instant: at its point. */
void omni__question_of(const struct omni__decision *,
    const struct omni__candidate *, int64_t at, struct omni__question *);

/* Texts for a step and for what fell, in the arena; NULL when out of
 * memory. */
const char *omni__step_text(struct omni__arena *,
    const struct omni__decision *, const struct omni__candidate *);
const char *omni__fall_text(struct omni__arena *,
    const struct omni__decision *, const struct omni__candidate *);
/* The fact it rests on, or that forbids it; 0: none. */
int64_t omni__candidate_fact(const struct omni__candidate *);

/* ---- routes and messages (route.c, message.c, keep.c) --------------- */

struct omni_message {
	struct omni__object object;
	struct omni__error flaw;	/* of the constructor */
	const char *purpose, *id, *brand;
	int64_t time, expiry;		/* OMNI_NOW; OMNI_TIME_UNKNOWN */
	int32_t urgent;			/* -1: as the purpose says */
};
/* Checks it and finds its purpose; *now is filled in where it says so. */
omni_status omni__message_read(struct omni *db, const struct omni__rules *,
    const struct omni_message *, struct omni__message *);

/* The object that is handed out.  What was loaded may go afterwards. */
struct omni__leg {		/* a step, or what was rejected */
	const char *channel;
	const char *address;	/* NULL: the channel needs none */
	const char *text;
	int64_t time;
	int64_t fact;
	int32_t reason;		/* 0: a step */
};
struct omni_route {
	struct omni__object object;
	char customer[OMNI_ID_SIZE];
	const char *purpose, *zone, *zone_text, *language;
	int64_t at, fact, due;
	struct omni__leg *legs;		/* the steps, then the rejected */
	size_t steps, count;
	int32_t result;
};
omni_status omni__route_new(struct omni *db, struct omni_route **);
/* Empties it, to be filled. */
void omni__route_clear(struct omni_route *);
/* Fills an empty one, or one that was filled before. */
omni_status omni__route_fill(struct omni *db, struct omni_route *,
    const struct omni__decision *);
void omni__route_kept(struct omni_route *, int64_t fact, int32_t result,
    int64_t due);

#endif
