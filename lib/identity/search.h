/*
 * Inside the identity room: whom a question may mean, best first.
 */
#ifndef OMNI_SEARCH_H
#define OMNI_SEARCH_H

#include "identity/customer.h"
#include "identity/why.h"

struct omni__match {
	unsigned char customer[OMNI__ID];
	unsigned char whole[OMNI__ID];	/* whose surely one part that is */
	size_t records;			/* that it has, up to a bound */
	int32_t weight;
	bool known;		/* named by source and key */
	int32_t needed;		/* weight from which it is certain */
	struct omni__reasons reasons;	/* where they were asked for */
};

struct omni__search {
	const struct omni_record *who;
	size_t most;		/* so many customers are weighed */
	struct omni__arena *reasons;	/* wanted, in there; or NULL */

	/* Out, in the scratch arena: */
	struct omni__match *matches;
	size_t count;
};

omni_status omni__search(struct omni *db, struct omni__search *);
/* OMNI_OK: the first is meant; OMNI_SEVERAL: it may be; OMNI_NONE. */
omni_status omni__search_outcome(const struct omni__search *);

#endif
