/*
 * The decision once more, written from the design alone: plain arrays, naive
 * loops, a calendar of its own.  It shares nothing with the library, which
 * test_oracle.c compares with it.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define O_SECOND INT64_C(1000000)
#define O_MINUTE (60 * O_SECOND)
#define O_DAY (1440 * O_MINUTE)
#define O_NEVER INT64_MAX

/* ---- the calendar --------------------------------------------------- */

enum o_zone {
	O_UTC, O_STOCKHOLM, O_NEW_YORK, O_KOLKATA,
	/* The other clocks of the United States. */
	O_CHICAGO, O_DENVER, O_PHOENIX, O_LOS_ANGELES, O_ANCHORAGE, O_ADAK,
	O_HONOLULU
};
/* Those that have a name here, the first. */
#define O_ZONES 4
extern const char *const o_zone_names[O_ZONES];

/* Seconds east of Greenwich. */
int64_t o_offset(enum o_zone, int64_t time);
/* Local days since 1970-01-01, and the minute of that day. */
int64_t o_local_day(enum o_zone, int64_t time);
int o_local_minute(enum o_zone, int64_t time);
int64_t o_days(int year, int month, int day);
void o_date(int64_t days, int *year, int *month, int *day);
/* 0 is Monday. */
int o_weekday(int64_t days);

/* ---- what there is -------------------------------------------------- */

/* In steps of five minutes, to the end of the next day, into which hours may
 * reach; the eighth day is a holiday. */
#define O_SLOTS 288
struct o_hours {
	bool given, holidays;
	bool open[8][2 * O_SLOTS];
	char text[160];
};

struct o_channel {
	const char *name, *address;	/* address: a kind, or NULL */
	int direction, medium, confidentiality, cost, lead;
	bool defined;
};

#define O_ORDER_MAX 8
struct o_purpose {
	const char *name, *class_name, *sale_kind;
	const char *order[O_ORDER_MAX];
	size_t order_count;
	struct o_basis {
		const char *channel, *region;
		int basis;
	} bases[4];
	size_t basis_count;
	int basis, confidentiality, verified, priority, urgent;
	int64_t confirm;	/* seconds */
	int renewal, sale_days;	/* days */
	int household, until, behaviour;
	int64_t wait;		/* seconds */
	int64_t since;		/* first defined */
};

struct o_window {
	const char *name, *region, *channel, *purpose, *class_name;
	struct o_hours hours;
};

struct o_cap {
	const char *name, *channel, *purpose, *class_name;
	int limit, period, action;	/* period 0: sliding */
	int64_t sliding;		/* seconds */
};

struct o_wording {
	const char *name;
	int64_t expiry;		/* O_NEVER: none */
	int days;		/* 0: for ever */
};

/* An address that records may share. */
struct o_address {
	const char *kind;
	char value[96];
	const char *country;	/* NULL: it tells none */
};

#define O_PARTS 4
struct o_record {
	char key[16];
	char given[24], family[24], born[12];
	int64_t time;		/* of its current version */
	int addresses[O_PARTS];	/* -1: none */
	bool there;
};

struct o_said {
	int said;
	const char *purpose, *channel, *brand, *source, *wording;
	int medium, rank;
	int who;		/* a record; -1: the address alone */
	int address;		/* -1: binds none */
	uint32_t held;		/* records, of a no as a customer */
	uint64_t seen;		/* statements, of a yes as a customer */
	int64_t time, expiry;	/* expiry O_NEVER: none */
	int64_t fact;
	struct o_hours hours;	/* QUIET */
	int zone;		/* ZONE */
	const char *language;	/* LANGUAGE */
	bool as_customer;
};

/* Told of an address. */
struct o_told {
	int address, what, flag;
	const char *purpose, *cause;	/* SUPPRESSED; cause NULL lifts */
	int64_t from, until;
	int64_t time, fact;
};

/* A message that a record got, or what became of it. */
struct o_sent {
	int record;		/* -1: only the household's */
	int address;		/* postal, of a household's letter; -1 */
	const char *channel, *purpose;	/* may be NULL */
	int message;		/* 0: without an id */
	int what;		/* 0: a kept step; OMNI_RESULT_* */
	int priority;
	int64_t time;
};

struct o_sale {
	int record;
	const char *kind;
	int64_t time;
};

struct o_prior {
	const char *channel;
	double answered, unanswered;
};

#define O_RECORDS 12
#define O_SAIDS 60
#define O_TOLD 24
#define O_SENT 120
#define O_MANY 12

struct o_world {
	struct o_channel channels[O_MANY];
	struct o_purpose purposes[O_MANY];
	struct o_window windows[O_MANY];
	struct o_cap caps[O_MANY];
	struct o_wording wordings[O_MANY];
	struct o_address addresses[16];
	struct o_record records[O_RECORDS];
	struct o_said saids[O_SAIDS];
	struct o_told told[O_TOLD];
	struct o_sent sent[O_SENT];
	struct o_sale sales[O_MANY];
	int64_t holidays[4];	/* of region "SE", as days */
	int64_t kept[O_SENT];	/* routes, as facts */
	size_t channel_count, purpose_count, window_count, cap_count;
	size_t wording_count, address_count, record_count, said_count;
	size_t told_count, sent_count, sale_count, holiday_count, kept_count;
	const char *region;	/* the store's */
	enum o_zone zone;
};

/* ---- what is asked, and what comes out ------------------------------ */

struct o_message {
	const char *purpose, *brand;
	int id;			/* 0: none */
	int64_t at, expiry;	/* expiry O_NEVER: none */
	int urgent;		/* -1: as the purpose says */
};

struct o_place {
	const char *channel;
	int address;		/* -1: none */
	int reason;		/* 0: a step */
	int64_t time;		/* of a step */
	int64_t fact;		/* what it rests on or falls by; 0 */
};

struct o_route {
	struct o_place places[O_SAIDS];	/* steps, then what fell */
	size_t steps, count;
	enum o_zone zone;
	const char *language;	/* or NULL */
	bool close;		/* estimates too near each other to tell */
};

/* members and sure: records of the customer as bits, all and those surely
 * one. */
void o_decide(const struct o_world *, uint32_t members, uint32_t sure,
    const struct o_message *, struct o_route *);
/* Steps 1 to 4 on one channel that the purpose has: the reason, or 0. */
int o_permitted(const struct o_world *, uint32_t members, uint32_t sure,
    const char *purpose, const char *channel, int64_t at);
/* The customer's estimate of being answered there. */
double o_estimate(const struct o_world *, uint32_t members,
    const char *channel, int64_t at);

#endif
