/*
 * Channels: where customer and organisation meet.
 */
#include "consent/consent.h"

static const char *const directions[] = { "in", "out", "both" };
static const char *const media[] = { "digital", "physical" };

enum { DIRECTION, MEDIUM, ADDRESS, CONFIDENTIALITY, COST, FIELDS };

static const struct omni__field fields[] = {
	[DIRECTION] = {
		.name = "direction",
		.type = OMNI__FIELD_NUMBER,
		.offset = offsetof(struct omni_channel, direction),
		.low = OMNI_DIRECTION_IN,
		.high = OMNI_DIRECTION_BOTH,
		.words = directions,
	},
	[MEDIUM] = {
		.name = "medium",
		.type = OMNI__FIELD_NUMBER,
		.offset = offsetof(struct omni_channel, medium),
		.low = OMNI_MEDIUM_DIGITAL,
		.high = OMNI_MEDIUM_PHYSICAL,
		.words = media,
	},
	[ADDRESS] = {
		.name = "address",
		.type = OMNI__FIELD_TEXT,
		.offset = offsetof(struct omni_channel, address),
	},
	[CONFIDENTIALITY] = {
		.name = "confidentiality",
		.type = OMNI__FIELD_NUMBER,
		.offset = offsetof(struct omni_channel, confidentiality),
		.low = 0,
		.high = 9,
	},
	[COST] = {
		.name = "cost",
		.type = OMNI__FIELD_NUMBER,
		.offset = offsetof(struct omni_channel, cost),
		.low = 0,
		.high = INT32_MAX,
	},
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
	struct omni_channel *channel = omni__definition_new(&omni__channels,
	    name);

	if (channel != NULL) {
		channel->direction = OMNI_DIRECTION_BOTH;
		channel->medium = OMNI_MEDIUM_DIGITAL;
	}
	return channel;
}

void
omni_channel_free(omni_channel *channel)
{
	omni__object_free(channel);
}

/* ---- setters -------------------------------------------------------- */

static omni_status
set_number(struct omni_channel *channel, int field, int32_t value)
{
	if (channel == NULL)
		return OMNI_MISUSE;
	return omni__definition_number(&channel->head, &fields[field],
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
omni_channel_set_address(omni_channel *channel, const char *kind)
{
	const char *copy;
	omni_status status;

	if (channel == NULL)
		return OMNI_MISUSE;
	status = omni__object_text(&channel->head.object, "kind", kind,
	    &copy);
	if (status != OMNI_OK)
		return status;
	if (!omni__contact_kind(kind))
		return omni__fail(&channel->head.object.error,
		    OMNI_UNDEFINED, "kind is no address: it is email, phone, "
		    "device or address");
	channel->address = copy;
	return OMNI_OK;
}

omni_status
omni_channel_set_key(omni_channel *channel, const char *source,
    const char *key)
{
	if (channel == NULL)
		return OMNI_MISUSE;
	return omni__definition_key(&channel->head, source, key);
}

omni_status
omni_channel_set_time(omni_channel *channel, int64_t time)
{
	if (channel == NULL)
		return OMNI_MISUSE;
	return omni__definition_time(&channel->head, time);
}

const char *
omni_channel_errmsg(const omni_channel *channel)
{
	return omni__definition_errmsg(
	    channel != NULL ? &channel->head : NULL, "the channel is NULL");
}

/* ---- put and get ---------------------------------------------------- */

omni_status
omni_channel_put(omni *db, const omni_channel *channel, int64_t *fact)
{
	return omni__definition_put(db,
	    channel != NULL ? &channel->head : NULL, &omni__channels,
	    omni__definitions_apply, fact);
}

omni_status
omni_channel_get(omni *db, const char *name, omni_channel **channel)
{
	return omni__definition_get(db, &omni__channels, name, channel);
}

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
