/*
 * Opening: what a step of the schema left empty is filled by the rooms that
 * know how.
 */
#include "ingest/put.h"

/* Of step 2: all that consent and routing read.  Who is who stays as it was
 * found, and definitions come first, for what leans on them. */
static omni_status
fill(struct omni *db, void *context)
{
	omni_status status = omni__definitions_rebuild(db);

	(void)context;
	return status == OMNI_OK ?
	    omni__facts_each(db, omni__consent_apply) : status;
}

omni_status
omni_open(omni_config *config, const char *url, omni **db)
{
	return omni__open(config, url, fill, db);
}
