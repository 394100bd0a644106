/*
 * Fuzzing what tells time: any bytes as a file of a time zone, as a POSIX
 * rule and as hours of the week.  What is read can be asked anything, and
 * answers as its header says.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone_form.h"
#include "consent/consent.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(bool fine)
{
	if (!fine)
		abort();
}

static void
ask(const struct omni__zone *zone)
{
	int64_t time = -2 * OMNI__ERA, next;
	struct omni__local local;
	int i;

	for (i = 0; i < 100 && time < INT64_MAX; i++, time = next) {
		local = omni__zone_local(zone, time);
		must(local.clock >= 0 && local.clock < OMNI__DAY);
		/* The first instant with that local time, or later. */
		must(omni__zone_instant(zone, local) <= time);
		next = omni__zone_next(zone, time);
		must(next > time);
		must(omni__zone_offset(zone, next - 1) ==
		    omni__zone_offset(zone, time));
	}
}

static void
as_file(struct omni__arena *arena, const uint8_t *bytes, size_t size)
{
	struct omni__zone zone = { 0 };
	const char *flaw = NULL;

	if (omni__zone_file(arena, bytes, size, &zone, &flaw) == OMNI_OK)
		ask(&zone);
	else
		must(flaw != NULL);
}

static void
as_rule(struct omni__arena *arena, const uint8_t *bytes, size_t size)
{
	struct omni__zone_draft draft = { .arena = arena };
	struct omni__zone_rule rule;
	struct omni__zone zone = { 0 };

	if (!omni__zone_rule_parse((const char *)bytes, size, &rule) ||
	    !omni__zone_draft_begin(&draft, 0, &rule, rule.winter) ||
	    !omni__zone_draft_rule(&draft, &rule, &zone))
		return;
	omni__zone_draft_end(&draft, &zone);
	ask(&zone);
}

static void
as_hours(struct omni__arena *arena, const uint8_t *bytes, size_t size)
{
	const char *text = omni__arena_text(arena, (const char *)bytes, size);
	struct omni__error error;
	struct omni__hours hours;
	int day, i;

	if (text == NULL || omni__hours_parse(&error, "hours", text,
	    &hours) != OMNI_OK)
		return;
	for (day = 0; day < 8; day++) {
		must(hours.counts[day] <= OMNI__SPANS_MAX);
		for (i = 0; i < hours.counts[day]; i++)
			must(hours.spans[day][i].from >= 0 &&
			    hours.spans[day][i].from < 1440 &&
			    hours.spans[day][i].from <
			    hours.spans[day][i].to &&
			    hours.spans[day][i].to <= 2880);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct omni__arena arena = { .env = &omni__env_default };

	as_file(&arena, bytes, size);
	as_rule(&arena, bytes, size);
	as_hours(&arena, bytes, size);
	omni__arena_free(&arena);
	return 0;
}
