/*
 * libomni-postgres, linked statically: one call, before the first omni_open
 * of a "postgresql://" URL.  Programs that use the shared libraries do not
 * need it: the module is found and opened by itself.
 */
#ifndef OMNI_POSTGRES_H
#define OMNI_POSTGRES_H

#include "omni.h"

#ifdef __cplusplus
extern "C" {
#endif

omni_status omni_postgres_register(void);

#ifdef __cplusplus
}
#endif

#endif
