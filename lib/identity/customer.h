/*
 * Inside the identity room: making customer objects.
 */
#ifndef OMNI_CUSTOMER_H
#define OMNI_CUSTOMER_H

#include "identity/resolve.h"

/* The object for a customer's id (not an alias). */
omni_status omni__customer_build(struct omni *db,
    const unsigned char id[OMNI__ID], struct omni_customer **customer);

/* The current versions of members. */
omni_status omni__members_read(struct omni *db,
    const struct omni__member *members, size_t count,
    struct omni__fact **facts);
/* When a member was last heard of. */
int64_t omni__member_time(const struct omni__member *,
    const struct omni__fact *);
/* All that members say, by kind; with chosen (or NULL) also the indices of
 * the values that survive.  In the scratch arena. */
omni_status omni__profile_make(struct omni *db,
    const struct omni__member *members, const struct omni__fact *facts,
    size_t count, struct omni__profile **profile, size_t *size,
    size_t **chosen, size_t *chosen_count);

/* Who holds an identifier of the person that was asked about (holder.c). */
struct omni__holder {
	size_t item;
	const unsigned char *record;
};
/* Also sets the steps of the person's identifiers. */
omni_status omni__holders_find(struct omni *db, struct omni__person *person,
    struct omni__holder **holders, size_t *count);

#endif
