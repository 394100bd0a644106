/*
 * Time zones, read from the system's TZif files (RFC 8536) with their POSIX
 * footers, or given as a POSIX TZ string.  A zone is read once and kept by
 * whoever holds the set.
 */
#ifndef OMNI_ZONE_H
#define OMNI_ZONE_H

#include "base/base.h"

#define OMNI__ZONEINFO "/usr/share/zoneinfo"

struct omni__zone;	/* one zone, for ever the same */
struct omni__zones;	/* those that were read, by name */

/* folder is copied.  NULL when out of memory. */
struct omni__zones *omni__zones_new(const struct omni__env *,
    const char *folder);
void omni__zones_free(struct omni__zones *);
/* "Europe/Stockholm", "UTC" or "CET-1CEST,M3.5.0,M10.5.0/3".  OMNI_MISSING
 * when there is no such zone here, CORRUPT for a damaged file, NOMEM; the
 * error names it.  Lives as long as the set. */
omni_status omni__zone_find(struct omni__zones *, const char *name,
    const struct omni__zone **zone, struct omni__error *);
const char *omni__zone_name(const struct omni__zone *);

/* Seconds east of Greenwich at that instant. */
int32_t omni__zone_offset(const struct omni__zone *, int64_t time);
/* When the offset next changes after that instant; INT64_MAX: never. */
int64_t omni__zone_next(const struct omni__zone *, int64_t time);
/* A local time: days since 1970-01-01, and microseconds in the day. */
struct omni__local {
	int64_t day, clock;
};
struct omni__local omni__zone_local(const struct omni__zone *, int64_t time);
/* The first instant whose local time is that or later: in a gap the end of
 * the gap, in an overlap the earlier of the two. */
int64_t omni__zone_instant(const struct omni__zone *,
    struct omni__local local);

/* Where a country's clocks stand, from zone.tab of the folder: the zones of
 * an ISO 3166 code, in *list (borrowed, as long as the set); 0 when it is
 * unknown.  Names that cannot be read are left out; of zones that all have
 * told the same time since 2020 the first stands for all.  In the order of the
 * table, but those that tell what one before them tells stand last. */
omni_status omni__zones_of(struct omni__zones *, const char *code,
    const struct omni__zone *const **list, size_t *count,
    struct omni__error *);
/* How many of the zones that it found, the first ones, tell different times. */
size_t omni__zones_apart(const struct omni__zones *, const char *code);

#endif
