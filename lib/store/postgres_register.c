/*
 * For static builds, where nothing is loaded: the program itself says that
 * it brings the server's store along.
 */
#include "omni_postgres.h"
#include "store/postgres_store.h"

/* Weak: in the loadable module the registry is not there, nor needed. */
#pragma weak omni__store_register

omni_status
omni_postgres_register(void)
{
	if (omni__store_register == NULL)
		return OMNI_UNSUPPORTED;
	omni__store_register(&omni__store_postgres);
	return OMNI_OK;
}
