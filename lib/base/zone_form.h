/*
 * What a time zone is made of, for the files zone*.c alone.
 */
#ifndef OMNI_ZONE_FORM_H
#define OMNI_ZONE_FORM_H

#include "base/zone.h"

/* Gregorian dates and weekdays come again after 400 years. */
#define OMNI__ERA (146097 * OMNI__DAY)

/* Changes before 1970 and behind 2103 are searched for; those between by
 * spans of 2^44 microseconds, some 203 days, in which there are a few. */
#define OMNI__ZONE_SHIFT 44
#define OMNI__ZONE_SPANS 240
#define OMNI__ZONE_CHANGES 20000

/*
 * Changes of the offset, each to another one.  Those that a rule tells are
 * written out for an era and a bit, so that there is one way to look up; what
 * lies behind it is looked up an era, or several, before.
 */
struct omni__zone {
	const char *name;
	const int64_t *times;
	const int32_t *offsets;	/* one more: the first holds before */
	size_t count;
	int32_t eastmost;	/* the greatest offset */
	bool ruled;		/* a rule tells the future ... */
	bool always;		/* ... and the past */
	int64_t since;		/* ... from here on; the era begins */
	/* How many changes there were before each span. */
	uint16_t spans[OMNI__ZONE_SPANS];
};

/* The day and the second at which summer time begins or ends. */
struct omni__zone_turn {
	char sort;		/* 'J': 1 to 365 without 29 February, 'N': 0
				 * to 365 with it, 'M': a weekday of a week */
	int32_t day, week, month;
	int32_t second;
};

/* A POSIX TZ string. */
struct omni__zone_rule {
	int32_t winter, summer;	/* seconds east */
	bool turns;		/* there is a summer */
	struct omni__zone_turn begin, end;
};

/* All of the text must be one. */
bool omni__zone_rule_parse(const char *text, size_t size,
    struct omni__zone_rule *);
/* When summer time begins and ends in a year: microseconds. */
void omni__zone_rule_year(const struct omni__zone_rule *, int64_t year,
    int64_t *begin, int64_t *end);

/* A zone while it is made; in memory of the set's arena. */
struct omni__zone_draft {
	struct omni__arena *arena;
	int64_t *times;
	int32_t *offsets;
	size_t count;
	int64_t last;		/* of what was told, changes or not */
};
/* Room for so many changes and for those of a rule (or NULL), and what holds
 * before all of them; false: out of memory. */
bool omni__zone_draft_begin(struct omni__zone_draft *, size_t count,
    const struct omni__zone_rule *, int32_t offset);
/* The offset from that instant on; what changes nothing is left out.  Times
 * must not fall. */
void omni__zone_draft_add(struct omni__zone_draft *, int64_t time,
    int32_t offset);
/* What a rule tells of all that comes after the last change; of all time when
 * none was told.  False: out of memory. */
bool omni__zone_draft_rule(struct omni__zone_draft *,
    const struct omni__zone_rule *, struct omni__zone *);
/* The zone takes what was drafted. */
void omni__zone_draft_end(const struct omni__zone_draft *,
    struct omni__zone *);

/* A TZif file's bytes: OMNI_CORRUPT, *flaw tells, or OMNI_NOMEM. */
omni_status omni__zone_file(struct omni__arena *, const unsigned char *bytes,
    size_t size, struct omni__zone *, const char **flaw);

#endif
