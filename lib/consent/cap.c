/*
 * Caps: at most so many messages to a customer.
 */
#include <string.h>

#include "consent/consent.h"

static const char *const periods[] = { "day", "week", "month" };
static const char *const actions[] = { "defer", "drop" };

enum { CHANNEL, PURPOSE, CLASS, LIMIT, SLIDING, PERIOD, ACTION, FIELDS };

#define SLIDING_MAX (366 * 86400)

/* All messages are what no purpose is named for. */
static bool
ready(struct omni__arena *arena, void *object)
{
	struct omni_cap *cap = object;

	(void)arena;
	if (cap->purpose != NULL && strcmp(cap->purpose, "*") == 0)
		cap->purpose = NULL;
	if (cap->sliding != 0)
		cap->period = 0;
	return true;
}

#define TEXT(word, field) \
	.name = word, .type = OMNI__FIELD_TEXT, .late = true, \
	.offset = offsetof(struct omni_cap, field)
#define NUMBER(field, least, most) \
	.name = #field, .type = OMNI__FIELD_NUMBER, .late = true, \
	.offset = offsetof(struct omni_cap, field), \
	.low = (least), .high = (most)

static const struct omni__field fields[] = {
	[CHANNEL] = { TEXT("channel", channel) },
	[PURPOSE] = { TEXT("purpose", purpose), .check = omni__purpose_tree },
	[CLASS] = { TEXT("class", class_name) },
	[LIMIT] = { NUMBER(limit, -1, INT32_MAX), .preset = -1 },
	[SLIDING] = { NUMBER(sliding, 1, SLIDING_MAX) },
	[PERIOD] = {
		NUMBER(period, OMNI_PERIOD_DAY, OMNI_PERIOD_MONTH),
		.words = periods,
		.preset = OMNI_PERIOD_DAY,
	},
	[ACTION] = {
		NUMBER(action, OMNI_CAP_DEFER, OMNI_CAP_DROP),
		.words = actions,
		.preset = OMNI_CAP_DEFER,
	},
};
_Static_assert(OMNI__COUNT(fields) == FIELDS, "a field without a row");
_Static_assert(OMNI__COUNT(periods) == OMNI_PERIOD_MONTH,
    "a period without a word");
_Static_assert(OMNI__COUNT(actions) == OMNI_CAP_DROP,
    "an action without a word");

const struct omni__sort omni__caps = {
	.name = "cap",
	.noun = OMNI__FACT_CAP,
	.size = sizeof(struct omni_cap),
	.fields = fields,
	.count = FIELDS,
	.ready = ready,
};

omni_cap *
omni_cap_new(const char *name)
{
	return omni__definition_new(&omni__caps, name);
}

OMNI__DEFINITION_CALLS(cap, omni__caps)

/* ---- setters -------------------------------------------------------- */

static omni_status
set_text(struct omni_cap *cap, int field, const char *value)
{
	return omni__definition_text(OMNI__HEAD(cap), &fields[field], value);
}

static omni_status
set_number(struct omni_cap *cap, int field, int32_t value)
{
	return omni__definition_number(OMNI__HEAD(cap), &fields[field],
	    value);
}

omni_status
omni_cap_set_channel(omni_cap *cap, const char *channel)
{
	return set_text(cap, CHANNEL, channel);
}

omni_status
omni_cap_set_purpose(omni_cap *cap, const char *purpose)
{
	if (purpose != NULL && strcmp(purpose, "*") == 0)
		purpose = NULL;
	return set_text(cap, PURPOSE, purpose);
}

omni_status
omni_cap_set_class(omni_cap *cap, const char *name)
{
	return set_text(cap, CLASS, name);
}

omni_status
omni_cap_set_limit(omni_cap *cap, int32_t limit)
{
	return set_number(cap, LIMIT, limit);
}

/* The last one set holds. */
omni_status
omni_cap_set_sliding(omni_cap *cap, int32_t seconds)
{
	omni_status status = set_number(cap, SLIDING, seconds);

	if (status == OMNI_OK)
		cap->period = 0;
	return status;
}

omni_status
omni_cap_set_period(omni_cap *cap, int32_t period)
{
	omni_status status = set_number(cap, PERIOD, period);

	if (status == OMNI_OK)
		cap->sliding = 0;
	return status;
}

omni_status
omni_cap_set_action(omni_cap *cap, int32_t action)
{
	return set_number(cap, ACTION, action);
}

/* ---- getters -------------------------------------------------------- */

const char *
omni_cap_name(const omni_cap *cap)
{
	return cap != NULL ? cap->head.name : NULL;
}

const char *
omni_cap_channel(const omni_cap *cap)
{
	return cap != NULL ? cap->channel : NULL;
}

const char *
omni_cap_purpose(const omni_cap *cap)
{
	return cap != NULL ? cap->purpose : NULL;
}

const char *
omni_cap_class(const omni_cap *cap)
{
	return cap != NULL ? cap->class_name : NULL;
}

int32_t
omni_cap_limit(const omni_cap *cap)
{
	return cap != NULL ? cap->limit : 0;
}

int32_t
omni_cap_sliding(const omni_cap *cap)
{
	return cap != NULL ? cap->sliding : 0;
}

int32_t
omni_cap_period(const omni_cap *cap)
{
	return cap != NULL ? cap->period : 0;
}

int32_t
omni_cap_action(const omni_cap *cap)
{
	return cap != NULL ? cap->action : 0;
}
