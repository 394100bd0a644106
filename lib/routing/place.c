/*
 * Where a recipient lives: whose clocks and whose laws hold.  What the
 * customer said, else the country of the postal address, else that of the
 * phone, else the store's.
 */
#include <string.h>

#include "routing/routing.h"

/* ---- what was said last --------------------------------------------- */

static bool
said_fits(const struct omni__said *said, const char *purpose,
    const struct omni_channel *channel, const char *brand)
{
	if (purpose == NULL)
		return true;
	if (!omni__purpose_within(purpose, said->purpose) ||
	    (said->brand != NULL && (brand == NULL ||
	    strcmp(said->brand, brand) != 0)))
		return false;
	if (said->channel != NULL)
		return channel != NULL &&
		    strcmp(said->channel, channel->head.name) == 0;
	return said->medium == 0 || (channel != NULL &&
	    said->medium == channel->medium);
}

const struct omni__said *
omni__said_last(const struct omni__said *said, size_t count, int32_t sort,
    const char *purpose, const struct omni_channel *channel,
    const char *brand, int64_t at)
{
	while (count-- > 0)
		if (said[count].said == sort && said[count].happened <= at &&
		    said_fits(&said[count], purpose, channel, brand))
			return &said[count];
	return NULL;
}

/* ---- place ---------------------------------------------------------- */

struct place {
	struct omni *db;
	struct omni__recipient *recipient;
	const char *passed;	/* what is to be told first, or "" */
};

static omni_status
settle(struct place *p, const struct omni__zone *zone, const char *text,
    const char *country, const char *more)
{
	struct omni__recipient *r = p->recipient;

	r->zone = zone;
	r->zone_text = text;
	if (*p->passed == '\0' && *country == '\0')
		return OMNI_OK;
	r->zone_text = omni__arena_printf(&p->db->scratch, "%s%s%s%s",
	    p->passed, text, country, more);
	return r->zone_text != NULL ? OMNI_OK : omni__nomem(&p->db->error);
}

/* Is a failure only that there is no such zone?  Then life goes on. */
static bool
absent(struct omni *db, omni_status status)
{
	if (status != OMNI_MISSING && status != OMNI_CORRUPT)
		return false;
	omni__error_clear(&db->error);
	return true;
}

/* NONE when the customer named no zone that is known here. */
static omni_status
by_word(struct place *p, int64_t at)
{
	const struct omni__said *said = omni__said_last(p->recipient->said,
	    p->recipient->said_count, OMNI_SAID_ZONE, NULL, NULL, NULL, at);
	const struct omni__zone *zone;
	omni_status status;

	if (said == NULL || said->value == NULL)
		return OMNI_NONE;
	status = omni__zone_find(p->db->zones, said->value, &zone,
	    &p->db->error);
	if (status == OMNI_OK)
		return settle(p, zone, "the customer named it", "", "");
	if (!absent(p->db, status))
		return status;
	p->passed = "the customer named one that this machine does not "
	    "know; ";
	return OMNI_NONE;
}

static omni_status
zones_of(struct place *p, const char *country,
    const struct omni__zone *const **zones, size_t *count)
{
	*count = 0;
	if (country == NULL)
		return OMNI_OK;
	return omni__zones_of(p->db->zones, country, zones, count,
	    &p->db->error);
}

/* A country has several zones: the store's if it is there, else the one
 * that the table has first.  A customer may forgive a wrong guess, the law
 * does not. */
static omni_status
guess(struct place *p, const char *text, const char *country,
    const struct omni__zone *const *zones, size_t count)
{
	struct omni__recipient *r = p->recipient;
	const char *more;
	size_t i = 0;

	while (i < count &&
	    strcmp(omni__zone_name(zones[i]), p->db->zone) != 0)
		i++;
	r->zones = zones;
	r->zone_count = omni__zones_apart(p->db->zones, country);
	more = omni__arena_printf(&p->db->scratch, ", which has several: a "
	    "guess, the %s; the law is kept by all %zu of its clocks",
	    i < count ? "store's" : "first", r->zone_count);
	return more == NULL ? omni__nomem(&p->db->error) :
	    settle(p, zones[i < count ? i : 0], text, country, more);
}

static const char lives[] = "the postal address lies in ";
static const char dials[] = "the phone number is of ";

static omni_status
by_country(struct place *p)
{
	const char *home = p->recipient->points.country;
	const char *phone = p->recipient->points.dialled;
	const struct omni__zone *const *at_home = NULL, *const *there = NULL;
	size_t homes, phones;
	omni_status status;

	status = zones_of(p, home, &at_home, &homes);
	if (status != OMNI_OK)
		return status;
	if (homes == 1)
		return settle(p, at_home[0], lives, home, "");
	status = zones_of(p, phone, &there, &phones);
	if (status != OMNI_OK)
		return status;
	if (phones == 1)
		return settle(p, there[0], dials, phone, "");
	if (homes > 0)
		return guess(p, lives, home, at_home, homes);
	return phones > 0 ? guess(p, dials, phone, there, phones) : OMNI_NONE;
}

static omni_status
by_store(struct place *p)
{
	struct omni *db = p->db;
	const struct omni__zone *zone;
	omni_status status;

	status = omni__zone_find(db->zones, db->zone, &zone, &db->error);
	if (status == OMNI_OK)
		return settle(p, zone, "the store's", "", "");
	if (!absent(db, status))
		return status;
	return omni__fail(&db->error, OMNI_MISSING,
	    "the store's time zone %s cannot be read: install the system's "
	    "time zones (tzdata), or tell where they are "
	    "(omni_config_set_zoneinfo)", db->zone);
}

omni_status
omni__place(struct omni *db, int64_t at, struct omni__recipient *recipient)
{
	struct place p = { db, recipient, "" };
	const struct omni__points *points = &recipient->points;
	omni_status status;

	recipient->zones = NULL;
	recipient->zone_count = 0;
	recipient->region = points->country != NULL ? points->country :
	    points->dialled != NULL ? points->dialled : db->region;
	status = by_word(&p, at);
	if (status == OMNI_NONE)
		status = by_country(&p);
	if (status == OMNI_NONE)
		status = by_store(&p);
	return status;
}
