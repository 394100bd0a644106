/*
 * Inside the identity room: a verdict on its way to become a fact.
 */
#ifndef OMNI_VERDICT_H
#define OMNI_VERDICT_H

#include "identity/identity.h"

/* The fact of a verdict, checked; its body is written to `body` and lives
 * there. */
omni_status omni__verdict_fact(struct omni *db, const struct omni_verdict *,
    struct omni__buf *body, struct omni__fact *fact);

#endif
