/*
 * Redeeming a token: what the link says becomes a statement, unless it stands
 * already for everybody who has the address.
 */
#include <string.h>

#include "routing/routing.h"

/* Of an address with more holders nobody knows at once whether a no stands
 * for all of them: it is said anew. */
#define HOLDERS_MOST 300

struct redeeming {
	const char *text, *via;
	int64_t fact;
};

/* ---- does it stand? ------------------------------------------------- */

/* What is said of those who have the address: a list a customer, or one of
 * the address alone. */
struct people {
	struct omni__said_list *lists;
	size_t count;
	bool all;		/* nobody else has it */
};

static omni_status
add_ids(struct omni *db, const struct omni__members *members,
    const unsigned char *address, struct omni__said_list *list)
{
	const unsigned char **ids = omni__arena_alloc(&db->scratch,
	    (members->count + 1) * sizeof(*ids));
	size_t i;

	if (ids == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < members->count; i++)
		ids[i] = members->items[i].id;
	ids[i] = address;
	list->ids = ids;
	list->count = i + 1;
	return OMNI_OK;
}

static omni_status
find_some(struct omni *db, const struct omni__link *link,
    struct people *people)
{
	const struct omni__members none = { NULL, 0 };
	unsigned char (*customers)[OMNI__ID];
	struct omni__members *members;
	omni_status status;
	size_t i, count;

	status = omni__identifier_customers(db, link->key, HOLDERS_MOST,
	    &customers, &count, &people->all);
	if (status != OMNI_OK || !people->all)
		return status;
	people->count = count > 0 ? count : 1;
	members = omni__arena_zero(&db->scratch,
	    people->count * sizeof(*members));
	people->lists = omni__arena_zero(&db->scratch,
	    people->count * sizeof(*people->lists));
	if (members == NULL || people->lists == NULL)
		return omni__nomem(&db->error);
	if (count > 0)
		status = omni__members_of(db,
		    (const unsigned char (*)[OMNI__ID])customers, count,
		    false, members);
	for (i = 0; i < people->count && status == OMNI_OK; i++)
		status = add_ids(db, count > 0 ? &members[i] : &none,
		    link->address, &people->lists[i]);
	return status == OMNI_OK ? omni__statements_load(db, NULL,
	    people->lists, people->count) : status;
}

/* A no is the whole customer's, however the handle reads. */
static omni_status
find_people(struct omni *db, const struct omni__link *link,
    struct people *people)
{
	bool sure = db->sure;
	omni_status status;

	db->sure = false;
	status = find_some(db, link, people);
	db->sure = sure;
	return status;
}

/* Is it what a token of that kind says? */
static bool
says_same(const struct omni__said *said, const struct omni__link *link)
{
	return said->said == (link->what == OMNI_TOKEN_CONFIRM ?
	    OMNI_SAID_CONFIRM : OMNI_SAID_WITHDRAW) &&
	    said->address != NULL && said->medium == 0 &&
	    memcmp(said->address, link->address, OMNI__ID) == 0 &&
	    omni__same(said->purpose, link->purpose) &&
	    omni__same(said->channel, link->channel) &&
	    omni__same(said->brand, link->brand) &&
	    (link->what != OMNI_TOKEN_CONFIRM ||
	    omni__same(said->wording, link->wording));
}

/* Did anybody say yes or no to it after the last confirmation?  Then there
 * may be something to confirm. */
static bool
is_answered(const struct omni__said_list *list, size_t i,
    const struct omni__link *link)
{
	for (i++; i < list->size; i++) {
		const struct omni__said *later = &list->said[i];

		if ((later->said == OMNI_SAID_GRANT ||
		    later->said == OMNI_SAID_WITHDRAW) &&
		    (omni__purpose_within(later->purpose, link->purpose) ||
		    omni__purpose_within(link->purpose, later->purpose)))
			return false;
	}
	return true;
}

/* The statement that says it for the people of one list, or 0. */
static int64_t
standing_fact(const struct omni__rules *rules,
    const struct omni__said_list *list, const struct omni__link *link,
    int64_t now)
{
	const struct omni__said *by;
	size_t i;

	for (i = list->size; i-- > 0;) {
		if (!says_same(&list->said[i], link))
			continue;
		if (link->what == OMNI_TOKEN_CONFIRM)
			return is_answered(list, i, link) ?
			    list->said[i].fact : 0;
		/* Not when a yes has lifted a part of it. */
		if (omni__standing(list->said, list->size, i, rules, now,
		    &by) == OMNI_STANDING_HOLDS && by == NULL)
			return list->said[i].fact;
	}
	return 0;
}

/* *fact is 0 unless it stands for everybody. */
static omni_status
find_standing(struct omni *db, const struct omni__link *link,
    const struct people *people, int64_t now, int64_t *fact)
{
	const struct omni__rules *rules;
	omni_status status;
	size_t i;

	*fact = 0;
	if (!people->all)
		return OMNI_OK;
	status = omni__rules(db, &rules);
	for (i = 0; i < people->count && status == OMNI_OK; i++) {
		*fact = standing_fact(rules, &people->lists[i], link, now);
		if (*fact == 0)
			break;
	}
	return status;
}

/* ---- redeeming ------------------------------------------------------ */

/* Whoever has the address now said no, and has said it with another address,
 * too: it holds for all their records. */
static omni_status
say(struct omni *db, const struct omni__link *link,
    const struct people *people, const char *via, struct omni__fact *fact)
{
	const unsigned char **held;
	size_t i, k, room = 1, count = 0;

	for (i = 0; i < people->count; i++)
		room += people->lists[i].count;
	held = omni__arena_alloc(&db->scratch, room * sizeof(*held));
	if (held == NULL)
		return omni__nomem(&db->error);
	/* The last of each is the address. */
	for (i = 0; i < people->count; i++)
		for (k = 0; k + 1 < people->lists[i].count; k++)
			held[count++] = people->lists[i].ids[k];
	return omni__link_fact(db, link, via, held, count, fact);
}

static omni_status
redeem(struct omni *db, void *context)
{
	struct redeeming *r = context;
	struct people people = { NULL, 0, false };
	int64_t now = omni__clock(&db->env);
	struct omni__link link;
	struct omni__fact fact;
	omni_status status = omni__link_read(db, r->text, &link);

	if (status == OMNI_OK && now > link.expiry)
		status = omni__fail(&db->error, OMNI_EXPIRED,
		    "token: it has expired; a newer message has a newer "
		    "one");
	if (status == OMNI_OK)
		status = find_people(db, &link, &people);
	if (status == OMNI_OK)
		status = find_standing(db, &link, &people, now, &r->fact);
	if (status != OMNI_OK || r->fact != 0)
		return status == OMNI_OK ? OMNI_DUPLICATE : status;
	status = say(db, &link, &people, r->via, &fact);
	if (status == OMNI_OK)
		status = omni__facts_append(db, &fact, 1);
	if (status == OMNI_OK)
		status = omni__consent_apply(db, &fact, 1);
	if (status == OMNI_OK)
		r->fact = fact.id;
	return status;
}

omni_status
omni_token_redeem(omni *db, const char *text, const char *via,
    int64_t *fact)
{
	struct redeeming r = { text, via, 0 };
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (via != NULL)
		status = omni__text_check(&db->error, "via", via);
	if (status == OMNI_OK)
		status = omni__transact(db, true, redeem, &r);
	if (status >= 0 && fact != NULL)
		*fact = r.fact;
	return omni__leave(db, status);
}
