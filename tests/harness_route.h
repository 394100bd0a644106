/*
 * A house that sends: its channels and purposes, what its customers say and
 * what becomes of its messages.
 */
#ifndef HARNESS_ROUTE_H
#define HARNESS_ROUTE_H

#include "harness_record.h"

/*
 * Channels email, sms, post, app and store (takes none).  Purposes: news
 * (interest: email, sms, post), offer and offer/shoes (consent: the same),
 * bill (contract: email, post), letter (interest: post, one a household),
 * result (contract, confidential: app, post).
 */
void house_make(struct harness *);
void define_purpose(struct harness *, omni_purpose *);
omni_purpose *purpose_like(struct harness *, const char *name, int32_t basis,
    const char *const *channels);
/* Mornings in the zone of each, or hours that are told. */
void define_window(struct harness *, const char *name, const char *hours);
void define_cap(struct harness *, const char *name, const char *channel,
    int32_t limit);

/* A person with an e-mail address, a phone and a street, all her own. */
void put_person(struct harness *, const char *key, const char *name);
/* ... who lives in one house with others. */
void put_neighbour(struct harness *, const char *key, const char *name,
    const char *house);

/* Said now by a row of crm; channel, value and purpose may be NULL. */
void say(struct harness *, const char *key, int32_t said,
    const char *purpose, const char *channel, const char *value);
/* Told now of a message. */
void tell(struct harness *, const char *key, const char *kind,
    const char *channel, const char *message);

/* id may be NULL. */
omni_message *message_of(const char *purpose, const char *id);
/* Keeps one; the route is to be freed. */
omni_route *keep_route(struct harness *, const char *key,
    const char *purpose, const char *id, omni_status wanted);
/* All that a route tells but for its fact and what became of it, to be
 * freed. */
char *route_text(const omni_route *);
void same_route(const omni_route *, const omni_route *);
/* It comes out the same. */
void replays(struct harness *, int64_t fact);

#endif
