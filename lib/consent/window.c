/*
 * Windows: when the law, or the house, lets messages go.
 */
#include "consent/consent.h"

enum { REGION, CHANNEL, PURPOSE, CLASS, HOURS, FIELDS };

static omni_status
check_hours(struct omni__error *error, const char *field, char *text)
{
	struct omni__hours hours;

	return omni__hours_parse(error, field, text, &hours);
}

#define TEXT(word, field) \
	.name = word, .type = OMNI__FIELD_TEXT, .late = true, \
	.offset = offsetof(struct omni_window, field)

static const struct omni__field fields[] = {
	[REGION] = { TEXT("region", region), .check = omni__region_check },
	[CHANNEL] = { TEXT("channel", channel) },
	[PURPOSE] = {
		TEXT("purpose", purpose), .text = "*",
		.check = omni__purpose_tree
	},
	[CLASS] = { TEXT("class", class_name) },
	[HOURS] = { TEXT("hours", hours), .check = check_hours },
};
_Static_assert(OMNI__COUNT(fields) == FIELDS, "a field without a row");

const struct omni__sort omni__windows = {
	.name = "window",
	.noun = OMNI__FACT_WINDOW,
	.size = sizeof(struct omni_window),
	.fields = fields,
	.count = FIELDS,
};

omni_window *
omni_window_new(const char *name)
{
	return omni__definition_new(&omni__windows, name);
}

OMNI__DEFINITION_CALLS(window, omni__windows)

/* ---- setters -------------------------------------------------------- */

static omni_status
set_text(struct omni_window *window, int field, const char *value)
{
	return omni__definition_text(OMNI__HEAD(window), &fields[field],
	    value);
}

omni_status
omni_window_set_region(omni_window *window, const char *region)
{
	return set_text(window, REGION, region);
}

omni_status
omni_window_set_channel(omni_window *window, const char *channel)
{
	return set_text(window, CHANNEL, channel);
}

omni_status
omni_window_set_purpose(omni_window *window, const char *purpose)
{
	return set_text(window, PURPOSE, purpose);
}

omni_status
omni_window_set_class(omni_window *window, const char *name)
{
	return set_text(window, CLASS, name);
}

omni_status
omni_window_set_hours(omni_window *window, const char *hours)
{
	return set_text(window, HOURS, hours);
}

/* ---- getters -------------------------------------------------------- */

const char *
omni_window_name(const omni_window *window)
{
	return window != NULL ? window->head.name : NULL;
}

const char *
omni_window_region(const omni_window *window)
{
	return window != NULL ? window->region : NULL;
}

const char *
omni_window_channel(const omni_window *window)
{
	return window != NULL ? window->channel : NULL;
}

const char *
omni_window_purpose(const omni_window *window)
{
	return window != NULL ? window->purpose : NULL;
}

const char *
omni_window_class(const omni_window *window)
{
	return window != NULL ? window->class_name : NULL;
}

const char *
omni_window_hours(const omni_window *window)
{
	return window != NULL ? window->hours : NULL;
}
