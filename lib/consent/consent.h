/*
 * The consent room: channels, purposes, contact points, and what customers
 * said.
 */
#ifndef OMNI_CONSENT_H
#define OMNI_CONSENT_H

#include "identity/identity.h"
#include "store/define.h"

/* ---- definitions (channel.c, purpose.c, window.c, calendar.c, cap.c,
 * wording.c) ---------------------------------------------------------- */

struct omni_channel {
	struct omni__definition head;
	const char *address;
	int32_t direction, medium, confidentiality, cost, lead;
};

/* A basis that differs on a channel, in a region; NULL: all. */
struct omni__basis_on {
	const char *channel, *region;
	int32_t basis;
};

struct omni_purpose {
	struct omni__definition head;
	const char *class_name;
	const char *sale_kind;
	struct omni__names channels;
	struct omni__names bases;	/* as the body has them */
	struct omni__basis_on *basis_on;	/* ... and taken apart */
	size_t basis_count;
	int32_t basis, confidentiality, verified;
	int32_t priority, urgent, confirm, renewal, household, wait, until;
	int32_t order, sale_days;
};

struct omni_window {
	struct omni__definition head;
	const char *region, *channel, *purpose, *class_name, *hours;
};

struct omni_calendar {
	struct omni__definition head;
	struct omni__names days;	/* "2026-12-25", sorted */
};

struct omni_cap {
	struct omni__definition head;
	const char *channel, *purpose, *class_name;
	int32_t limit, sliding, period, action;
};

struct omni_wording {
	struct omni__definition head;
	const char *text;
	int64_t expiry;			/* OMNI_TIME_UNKNOWN: none */
	int32_t days;
};

extern const struct omni__sort omni__channels;
extern const struct omni__sort omni__purposes;
extern const struct omni__sort omni__windows;
extern const struct omni__sort omni__calendars;
extern const struct omni__sort omni__caps;
extern const struct omni__sort omni__wordings;

/* A century: a longer time is as good as none. */
#define OMNI__DAYS_MAX 36525
/* Two letters, which become capitals. */
omni_status omni__region_check(struct omni__error *, const char *field,
    char *code);
/* A purpose is a path without empty parts; star: or "*". */
omni_status omni__purpose_check(struct omni__error *, const char *field,
    const char *path, bool star);
/* ... or "*", as a check of a field. */
omni_status omni__purpose_tree(struct omni__error *, const char *field,
    char *path);
/* Is a purpose in the subtree of another, or the same?  "*" is the root. */
bool omni__purpose_within(const char *purpose, const char *tree);
/* The basis that holds on a channel in a region (either may be NULL). */
int32_t omni__purpose_basis(const struct omni_purpose *, const char *channel,
    const char *region);

/* ---- hours of the week (hours.c) ------------------------------------ */

/* Minutes of each day that are open, from Monday; the eighth is a public
 * holiday.  A span that passes midnight is whole, and of the day on which it
 * begins, whatever the next one is. */
#define OMNI__SPANS_MAX 8
#define OMNI__HOLIDAY 7
struct omni__hours {
	struct omni__minutes {
		int16_t from, to;	/* from < 1440, to <= 2880 */
	} spans[8][OMNI__SPANS_MAX];
	uint8_t counts[8];
	bool holidays;			/* ph is told */
};
/* "mo-fr 09:00-20:00; sa 10:00-18:00; ph off"; times without days are every
 * day; "none" is no time at all.  A later rule replaces an earlier one for
 * the days it names.  OMNI_INVALID, and the error names field. */
omni_status omni__hours_parse(struct omni__error *, const char *field,
    const char *text, struct omni__hours *);
/* Which of the eight holds on a weekday (0: Monday) that is a holiday or
 * not. */
int omni__hours_day(const struct omni__hours *, int weekday, bool holiday);

/* ---- what is seen (view.c) ------------------------------------------ */

/*
 * Everything, or what was known when a route was kept: of each writer the
 * facts up to one.  A view of NULL sees everything.
 */
struct omni__view {
	const int64_t *seen;	/* by writer number: the last seq */
	size_t count;
};
bool omni__view_sees(const struct omni__view *, int64_t fact);
/* What the running transaction sees, as JSON for a fact's body:
 * {"<writer id in hex>":seq,...}; in the scratch arena. */
omni_status omni__view_write(struct omni *db, const char **json);
struct json_t;
omni_status omni__view_read(struct omni *db, const struct json_t *,
    struct omni__view *);

/* ---- statements (statement.c, pack.c, said.c, statements.c) --------- */

/* Who said it, or NULL; borrowed. */
const struct omni_record *omni__statement_who(const struct omni_statement *);
/* The customer id it was spoken as, or NULL. */
const char *omni__statement_customer(const struct omni_statement *);
/* Checks it whole and makes its fact but for `record`.  held: the ids of the
 * records the customer has now (for one spoken as a customer), else 0.
 * Strings borrowed or in the scratch arena; errors name the field. */
omni_status omni__statement_fact(struct omni *db,
    const struct omni_statement *, const unsigned char *const *held,
    size_t count, struct omni__fact *);
omni_status omni__statement_copy(const struct omni_statement *,
    struct omni_statement **copy);

/* One that counts for a customer, as the projection keeps it.  Texts are
 * terms' and live as long as the handle, but for wording, value and seen. */
struct omni__said {
	int64_t fact;
	int64_t happened;
	int64_t expiry;		/* INT64_MAX: none */
	const char *purpose;
	const char *channel;	/* NULL: all, or those of the medium */
	const char *brand;	/* NULL: all */
	const char *source;	/* "" when the host gave none */
	const char *via;	/* or NULL */
	const char *wording;	/* or NULL */
	const char *value;	/* of quiet hours, language, zone */
	const unsigned char *address;	/* OMNI__ID bytes it binds, or NULL */
	int32_t said;		/* OMNI_SAID_* */
	int32_t rank;
	int32_t medium;		/* 0: all */
	bool doubtful;		/* its clock cannot be believed */
	bool held;		/* came by a record held, or by its address */
	uint64_t mark;		/* of a withdrawal: what is in `seen` */
	const uint64_t *seen;	/* the withdrawals that a grant knew of */
	size_t seen_count;
};

/* Whose statements, of a batch: the records and addresses of customer i are
 * ids[i] (count[i] of them); what is said of it goes to said[i]. */
struct omni__said_list {
	const unsigned char *const *ids;
	size_t count;
	struct omni__said *said;	/* by (happened, fact), each once */
	size_t size;
};
/* All statements of these records, and withdrawals that hold for one of them
 * or for one of these addresses (by omni__contact_hash).  Texts in the scratch
 * arena or of terms. */
omni_status omni__statements_load(struct omni *db, const struct omni__view *,
    struct omni__said_list *lists, size_t count);

/* The packed form of one: pack.c; *out in the scratch arena. */
omni_status omni__said_pack(struct omni *db, const struct omni__said *,
    struct omni__value *out);
omni_status omni__said_unpack(struct omni *db, const struct omni__value *,
    struct omni__said *);

/* ---- contact points (contact.c, contact_state.c, delivery.c) -------- */

/* Is this a kind of address: "email", "phone", "device", "address"? */
bool omni__contact_kind(const char *kind);
/* The keyed hash of an address; *usable is false when nothing in it points
 * anywhere. */
omni_status omni__contact_hash(struct omni *db, const char *kind,
    const char *value, unsigned char hash[OMNI__ID], bool *usable);
/* "Street 1, 211 71 Malmo" of its parts (each may be NULL or empty); *line is
 * NULL when they are no postal address; in the scratch arena.  An addressee
 * goes before it: who has gone away leaves a household behind, so that a
 * letter that came back speaks of the two together. */
struct omni__postal {
	const char *addressee;
	const char *full, *street, *number, *postcode, *city;
};
/* "Ann Lee" of a full name or of its parts, NULL when there is none. */
omni_status omni__contact_addressee(struct omni *db, const char *full,
    const char *given, const char *family, const char **name);
omni_status omni__contact_postal(struct omni *db,
    const struct omni__postal *parts, const char **line);

/* What tells a postal address or a name from another: its folded letters and
 * digits.  Of an addressed line it is the addressee's and the line's. */
omni_status omni__postal_key(struct omni *db, struct omni__buf *,
    const char *value);

/* A row of omni_contact that tells nothing but that omni_statement has one
 * under the address, too. */
#define OMNI__CONTACT_SAID	100

/* One thing told about an address: a row of omni_contact. */
struct omni__contact_row {
	unsigned char address[OMNI__ID];
	int64_t happened, fact;
	int32_t what;			/* OMNI_CONTACT_* */
	int32_t flag;			/* verified, primary, suppressed */
	int64_t since, until;		/* OMNI_TIME_UNKNOWN: no bound */
	const char *purpose;		/* of a suppression; NULL: "*" */
	const char *cause;
	uint32_t list;			/* which of the addresses asked for */
};
struct omni__contact_rows {
	struct omni__contact_row *rows;
	size_t count, room;
};

/* A suppression that stands. */
struct omni__suppression {
	const char *cause, *purpose;
	int64_t time, fact;
};
struct omni__contact_state {
	const struct omni__suppression *suppressions;
	size_t suppression_count;
	int64_t since, until;		/* INT64_MIN, INT64_MAX: no bound */
	int64_t valid_fact;
	bool verified, primary;
	bool said;		/* there are statements under it */
};
/* What holds of addresses: the last word on each thing, and on each purpose
 * that a suppression names.  Strings in the scratch arena. */
omni_status omni__contacts_load(struct omni *db, const struct omni__view *,
    const unsigned char (*hashes)[OMNI__ID], size_t count,
    struct omni__contact_state *states);

/* All rows of addresses, in their order, each by (happened, fact, what). */
omni_status omni__contact_history(struct omni *db, const struct omni__view *,
    const unsigned char (*hashes)[OMNI__ID], size_t count,
    struct omni__contact_row **rows, size_t *found);

/* The rows that CONTACT facts and results of deliveries give. */
omni_status omni__contact_rows_add(struct omni *db,
    struct omni__contact_rows *, const struct omni__contact_row *);
omni_status omni__contact_said(struct omni *db, const struct omni__fact *,
    struct omni__contact_rows *);
omni_status omni__deliveries_read(struct omni *db,
    const struct omni__fact *facts, size_t count,
    struct omni__contact_rows *);
omni_status omni__contacts_put(struct omni *db, struct omni__contact_rows *);
/* To be called before anything of these records is erased: what suppresses
 * an address on the word of one of their interactions becomes a fact of its
 * own. */
omni_status omni__deliveries_keep(struct omni *db,
    const unsigned char *const *records, size_t count);

/* ---- what became of messages (result.c, message_log.c, message_read.c) --- */

/* What an interaction tells of a message: its OMNI_RESULT_*, 0 when it is
 * about none.  kind is "mail.opened" ...; *address the kind of address that
 * such a message goes to ("email", ...), NULL when any. */
int32_t omni__result_of(const char *kind, const char **address);
/* Is it an answer of the customer? */
bool omni__result_answers(int32_t result);
/* Why an address is suppressed to which that happened, or NULL. */
const char *omni__result_cause(const char *kind);
/* Does the body of such an interaction take the suppression back: a soft
 * bounce, a letter that nobody fetched, a complaint that was none? */
omni_status omni__result_mild(struct omni *db, const struct omni__fact *,
    bool *mild);

/* A row of omni_message: a route that was kept, or a result. */
struct omni__sent {
	unsigned char record[OMNI__ID];
	int64_t happened, fact;
	uint64_t message;	/* the hash of its id, 0: none was told */
	const char *channel;	/* NULL: not told */
	const char *purpose;	/* NULL: not told */
	int32_t what;		/* OMNI_RESULT_*; 0: a route's step; or ... */
	int32_t priority;
};
#define OMNI__ROUTE_NOWHERE (-1)	/* a route without steps */
#define OMNI__ROUTE_HELD (-2)	/* ... to a customer that the record was of */
/*
 * Of INTERACTION facts that tell results, and of ROUTE facts.  Of the body
 * of a ROUTE it reads "message", and "row" of a route that has a step:
 * {"time":when it goes,"priority":of the purpose,"household":the hash of the
 * postal address, where it is a letter to a household}; its channel and
 * purpose are the fact's.
 */
omni_status omni__messages_apply(struct omni *db,
    const struct omni__fact *facts, size_t count);
/* Takes out the rows and counts of records, and all rows of routes to
 * customers that they were of; facts: those routes, to be erased after. */
omni_status omni__messages_erase(struct omni *db,
    const unsigned char *const *records, size_t count, int64_t **facts,
    size_t *fact_count);
/* The hash by which a message is known. */
uint64_t omni__message_mark(const struct omni *db, const char *id);
/* Rows of these records (or addresses) from an instant on, by (happened,
 * fact) for each list; texts are terms'. */
struct omni__sent_list {
	const unsigned char *const *ids;
	size_t count;
	struct omni__sent *sent;
	size_t size;
};
omni_status omni__sent_load(struct omni *db, const struct omni__view *,
    int64_t since, struct omni__sent_list *lists, size_t count);

/* Messages sent and answered on a channel in a span of four weeks. */
#define OMNI__SPAN (28 * OMNI__DAY)
int64_t omni__span_of(int64_t time);	/* floor(time / OMNI__SPAN) */
struct omni__response {
	const char *channel;
	int64_t span;
	int64_t sent, answered;
};
struct omni__response_list {
	const unsigned char *const *ids;
	size_t count;
	struct omni__response *responses;	/* by (channel, span) */
	size_t size;
};
omni_status omni__responses_load(struct omni *db, const struct omni__view *,
    struct omni__response_list *lists, size_t count);

/* ---- where one can be reached (reach.c, points.c) -------------------- */

/* A contact point of a customer. */
struct omni__point {
	const char *kind;	/* "email", "phone", "device", "address" */
	const char *value;	/* as a source gave it */
	const char *country;	/* ISO 3166: where it lies; or NULL */
	const char *key;	/* of a postal one: omni__postal_key */
	int64_t time;		/* of the newest record that gives it */
	int32_t records;	/* how many do */
	unsigned char hash[OMNI__ID];
	struct omni__contact_state state;
};

struct omni__points {
	struct omni__point *items;
	size_t count, room;
	const char *country;	/* ISO 3166, of the best postal address */
	const char *dialled;	/* of the best phone; or NULL */
};

/* All of a customer's, the best first within a kind: primary ones, then the
 * newest, then those that most records have; and what is known of them. */
struct omni__points_list {
	const struct omni__member *members;
	size_t count;
	struct omni__points points;
};
omni_status omni__points_load(struct omni *db, const struct omni__view *,
    struct omni__points_list *lists, size_t count);

/* Rows of RECORD facts: of each record its current version, in whatever order
 * they come; identity need not be resolved yet. */
omni_status omni__reach_apply(struct omni *db, const struct omni__fact *facts,
    size_t count);
/* Takes the rows of records that are removed or erased. */
omni_status omni__reach_erase(struct omni *db,
    const unsigned char *const *records, size_t count);

/* ---- tokens (token.c) ----------------------------------------------- */

/* What a link says; texts in the scratch arena. */
struct omni__link {
	int32_t what;			/* OMNI_TOKEN_* */
	int64_t expiry;
	unsigned char address[OMNI__ID];
	int64_t key;			/* omni__identifier_key of it */
	const char *purpose;
	const char *channel, *brand, *wording;	/* or NULL */
};
/* OMNI_INVALID when it is none of ours; MISUSE without a key. */
omni_status omni__link_read(struct omni *db, const char *text,
    struct omni__link *);
/* The statement that it becomes; held: the records of those who have the
 * address now. */
omni_status omni__link_fact(struct omni *db, const struct omni__link *,
    const char *via, const unsigned char *const *held, size_t count,
    struct omni__fact *);

/* ---- projections (consent.c) ---------------------------------------- */

/* Of STATEMENT and CONTACT facts, of RECORD and REMOVAL facts (where they can
 * be reached), of results of deliveries among INTERACTION facts (identity must
 * have been applied before), and of ROUTE facts. */
omni_status omni__consent_apply(struct omni *db,
    const struct omni__fact *facts, size_t count);
/* The ids of the statements by these records, for an erasure; takes their
 * rows out.  What suppresses an address stays, as a keyed hash, and so does
 * a withdrawal that binds an address or also holds for other records. */
omni_status omni__consent_erase(struct omni *db,
    const unsigned char *const *records, size_t count, int64_t **facts,
    size_t *fact_count);

#endif
