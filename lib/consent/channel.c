/*
 * Channels: where customer and organisation meet.
 */
#include "consent/consent.h"

static const char *const directions[] = { "in", "out", "both" };
static const char *const media[] = { "digital", "physical" };

enum { DIRECTION, MEDIUM, ADDRESS, CONFIDENTIALITY, COST, LEAD, FIELDS };

static omni_status
check_address(struct omni__error *error, const char *field, char *kind)
{
	if (omni__contact_kind(kind))
		return OMNI_OK;
	return omni__fail(error, OMNI_UNDEFINED, "%s is none that a message "
	    "goes to: it is email, phone, device or address", field);
}

#define NUMBER(field, least, most) \
	.name = #field, .type = OMNI__FIELD_NUMBER, \
	.offset = offsetof(struct omni_channel, field), \
	.low = (least), .high = (most)

static const struct omni__field fields[] = {
	[DIRECTION] = {
		NUMBER(direction, OMNI_DIRECTION_IN, OMNI_DIRECTION_BOTH),
		.words = directions,
		.preset = OMNI_DIRECTION_BOTH,
	},
	[MEDIUM] = {
		NUMBER(medium, OMNI_MEDIUM_DIGITAL, OMNI_MEDIUM_PHYSICAL),
		.words = media,
		.preset = OMNI_MEDIUM_DIGITAL,
	},
	[ADDRESS] = {
		.name = "address",
		.type = OMNI__FIELD_TEXT,
		.offset = offsetof(struct omni_channel, address),
		.check = check_address,
	},
	[CONFIDENTIALITY] = { NUMBER(confidentiality, 0, 9) },
	[COST] = { NUMBER(cost, 0, INT32_MAX) },
	[LEAD] = { NUMBER(lead, 0, INT32_MAX), .late = true },
};
_Static_assert(OMNI__COUNT(fields) == FIELDS, "a field without a row");
_Static_assert(OMNI__COUNT(directions) == OMNI_DIRECTION_BOTH,
    "a direction without a word");
_Static_assert(OMNI__COUNT(media) == OMNI_MEDIUM_PHYSICAL,
    "a medium without a word");

const struct omni__sort omni__channels = {
	.name = "channel",
	.noun = OMNI__FACT_CHANNEL,
	.size = sizeof(struct omni_channel),
	.fields = fields,
	.count = FIELDS,
};

omni_channel *
omni_channel_new(const char *name)
{
	return omni__definition_new(&omni__channels, name);
}

OMNI__DEFINITION_CALLS(channel, omni__channels)

/* ---- setters -------------------------------------------------------- */

static omni_status
set_number(struct omni_channel *channel, int field, int32_t value)
{
	return omni__definition_number(OMNI__HEAD(channel), &fields[field],
	    value);
}

omni_status
omni_channel_set_direction(omni_channel *channel, int32_t direction)
{
	return set_number(channel, DIRECTION, direction);
}

omni_status
omni_channel_set_medium(omni_channel *channel, int32_t medium)
{
	return set_number(channel, MEDIUM, medium);
}

omni_status
omni_channel_set_confidentiality(omni_channel *channel, int32_t level)
{
	return set_number(channel, CONFIDENTIALITY, level);
}

omni_status
omni_channel_set_cost(omni_channel *channel, int32_t cost)
{
	return set_number(channel, COST, cost);
}

omni_status
omni_channel_set_lead(omni_channel *channel, int32_t seconds)
{
	return set_number(channel, LEAD, seconds);
}

omni_status
omni_channel_set_address(omni_channel *channel, const char *kind)
{
	struct omni__field field = fields[ADDRESS];

	field.name = "kind";
	return omni__definition_text(OMNI__HEAD(channel), &field,
	    kind != NULL ? kind : "");
}

/* ---- getters -------------------------------------------------------- */

const char *
omni_channel_name(const omni_channel *channel)
{
	return channel != NULL ? channel->head.name : NULL;
}

int32_t
omni_channel_direction(const omni_channel *channel)
{
	return channel != NULL ? channel->direction : 0;
}

int32_t
omni_channel_medium(const omni_channel *channel)
{
	return channel != NULL ? channel->medium : 0;
}

const char *
omni_channel_address(const omni_channel *channel)
{
	return channel != NULL ? channel->address : NULL;
}

int32_t
omni_channel_confidentiality(const omni_channel *channel)
{
	return channel != NULL ? channel->confidentiality : 0;
}

int32_t
omni_channel_cost(const omni_channel *channel)
{
	return channel != NULL ? channel->cost : 0;
}

int32_t
omni_channel_lead(const omni_channel *channel)
{
	return channel != NULL ? channel->lead : 0;
}
