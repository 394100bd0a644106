/*
 * Wordings: the words to which customers say yes, by the name of their
 * version.
 */
#include <string.h>

#include "consent/consent.h"

enum { WORDS, EXPIRY, DAYS, FIELDS };

static const struct omni__field fields[] = {
	[WORDS] = {
		.name = "text",
		.type = OMNI__FIELD_TEXT,
		.offset = offsetof(struct omni_wording, text),
		.late = true,
		.lines = true,
	},
	[EXPIRY] = {
		.name = "expiry",
		.type = OMNI__FIELD_TIME,
		.offset = offsetof(struct omni_wording, expiry),
		.late = true,
	},
	[DAYS] = {
		.name = "days",
		.type = OMNI__FIELD_NUMBER,
		.offset = offsetof(struct omni_wording, days),
		.high = OMNI__DAYS_MAX,
		.late = true,
	},
};
_Static_assert(OMNI__COUNT(fields) == FIELDS, "a field without a row");

const struct omni__sort omni__wordings = {
	.name = "wording",
	.noun = OMNI__FACT_WORDING,
	.size = sizeof(struct omni_wording),
	.fields = fields,
	.count = FIELDS,
};

omni_wording *
omni_wording_new(const char *name)
{
	return omni__definition_new(&omni__wordings, name);
}

OMNI__DEFINITION_CALLS(wording, omni__wordings)

omni_status
omni_wording_set_text(omni_wording *wording, const char *text)
{
	return omni__definition_text(OMNI__HEAD(wording), &fields[WORDS],
	    text != NULL ? text : "");
}

omni_status
omni_wording_set_expiry(omni_wording *wording, int64_t time)
{
	return omni__definition_instant(OMNI__HEAD(wording), &fields[EXPIRY],
	    time);
}

omni_status
omni_wording_set_days(omni_wording *wording, int32_t days)
{
	return omni__definition_number(OMNI__HEAD(wording), &fields[DAYS],
	    days);
}

const char *
omni_wording_name(const omni_wording *wording)
{
	return wording != NULL ? wording->head.name : NULL;
}

const char *
omni_wording_text(const omni_wording *wording)
{
	return wording != NULL ? wording->text : NULL;
}

int64_t
omni_wording_expiry(const omni_wording *wording)
{
	return wording != NULL ? wording->expiry : OMNI_TIME_UNKNOWN;
}

int32_t
omni_wording_days(const omni_wording *wording)
{
	return wording != NULL ? wording->days : 0;
}
