/*
 * The level at which a handle reads customers: as the evidence has it, or only
 * what of them is surely one person.
 */
#include "identity/identity.h"

omni_status
omni_set_sure(omni *db, int32_t sure)
{
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	db->sure = sure != 0;
	return omni__leave(db, OMNI_OK);
}
