/*
 * Audiences: whom a message is for, customer by customer.
 */
#include <string.h>

#include "routing/tally.h"

omni_audience *
omni_audience_new(void)
{
	return omni__object_new(NULL, sizeof(omni_audience));
}

void
omni_audience_free(omni_audience *audience)
{
	if (audience == NULL)
		return;
	omni__free(&audience->object.env, audience->ids);
	omni__object_free(audience);
}

omni_status
omni_audience_add(omni_audience *audience, const char *customer)
{
	unsigned char id[OMNI__ID];
	omni_status status;

	if (audience == NULL)
		return OMNI_MISUSE;
	omni__error_clear(&audience->object.error);
	status = omni__id_parse(&audience->object.error, "customer",
	    customer, id);
	if (status != OMNI_OK)
		return status;
	if (omni__grow(&audience->object.env, &audience->ids,
	    &audience->room, audience->count + 1, sizeof(*audience->ids)) !=
	    OMNI_OK)
		return omni__nomem(&audience->object.error);
	memcpy(audience->ids[audience->count++], id, OMNI__ID);
	return OMNI_OK;
}

int64_t
omni_audience_count(const omni_audience *audience)
{
	return audience != NULL ? (int64_t)audience->count : 0;
}

const char *
omni_audience_errmsg(const omni_audience *audience)
{
	if (audience == NULL)
		return "the audience is NULL";
	return audience->object.error.text[0] != '\0' ?
	    audience->object.error.text : "no error";
}
