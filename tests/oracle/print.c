/*
 * A world in words, for who looks for a difference.
 */
#define _GNU_SOURCE
#include <stdio.h>

#include "world.h"

static const char *
when(int64_t time)
{
	static char texts[8][OMNI_TIME_SIZE];
	static int next;
	char *text = texts[next++ % 8];

	if (time == O_NEVER || time == OMNI_TIME_UNKNOWN ||
	    omni_time_format(time, text, OMNI_TIME_SIZE) != OMNI_OK)
		return "-";
	return text;
}

static const char *
or_dash(const char *text)
{
	return text == NULL ? "-" : text;
}

static void
print_purposes(const struct o_world *w)
{
	size_t i, k;

	for (i = 0; i < w->purpose_count; i++) {
		const struct o_purpose *p = &w->purposes[i];

		printf("purpose %s since %s basis %d class %s conf %d "
		    "verified %d prio %d urgent %d confirm %lld renewal %d "
		    "house %d wait %lld order %d sale %s %d:", p->name,
		    when(p->since), p->basis, or_dash(p->class_name),
		    p->confidentiality, p->verified, p->priority, p->urgent,
		    (long long)p->confirm, p->renewal, p->household,
		    (long long)p->wait, p->behaviour, p->sale_kind,
		    p->sale_days);
		for (k = 0; k < p->order_count; k++)
			printf(" %s", p->order[k]);
		for (k = 0; k < p->basis_count; k++)
			printf(" [%s %s %d]", or_dash(p->bases[k].channel),
			    or_dash(p->bases[k].region), p->bases[k].basis);
		printf("\n");
	}
}

static void
print_rules(const struct o_world *w)
{
	size_t i;

	for (i = 0; i < w->channel_count; i++)
		printf("channel %s conf %d cost %d lead %d%s\n",
		    w->channels[i].name, w->channels[i].confidentiality,
		    w->channels[i].cost, w->channels[i].lead,
		    w->channels[i].defined ? "" : " UNDEFINED");
	print_purposes(w);
	for (i = 0; i < w->window_count; i++)
		printf("window %s %s %s %s: %s\n",
		    or_dash(w->windows[i].region),
		    or_dash(w->windows[i].channel),
		    or_dash(w->windows[i].purpose),
		    or_dash(w->windows[i].class_name),
		    w->windows[i].hours.text);
	for (i = 0; i < w->cap_count; i++)
		printf("cap %s %s %s %s: %d in %lld s or period %d, "
		    "action %d\n", w->caps[i].name,
		    or_dash(w->caps[i].channel), or_dash(w->caps[i].purpose),
		    or_dash(w->caps[i].class_name), w->caps[i].limit,
		    (long long)w->caps[i].sliding, w->caps[i].period,
		    w->caps[i].action);
	for (i = 0; i < w->wording_count; i++)
		printf("wording %s until %s, %d days\n", w->wordings[i].name,
		    when(w->wordings[i].expiry), w->wordings[i].days);
	for (i = 0; i < w->holiday_count; i++)
		printf("holiday %s\n", when(w->holidays[i] * O_DAY));
}

static void
print_saids(const struct o_world *w)
{
	static const char *const saids[] = { "", "GRANT", "WITHDRAW",
		"PREFER", "CONFIRM", "QUIET", "LANGUAGE", "ZONE", "TOLD" };
	size_t i;

	for (i = 0; i < w->said_count; i++) {
		const struct o_said *s = &w->saids[i];

		printf("said %zu %s %s by %s medium %d brand %s who %d "
		    "address %d at %s until %s source '%s' wording %s "
		    "rank %d held %x seen %llx value '%s' zone %d "
		    "fact %lld\n", i, saids[s->said], s->purpose,
		    or_dash(s->channel), s->medium, or_dash(s->brand),
		    s->who, s->address, when(s->time), when(s->expiry),
		    s->source, or_dash(s->wording), s->rank, s->held,
		    (unsigned long long)s->seen, s->hours.text, s->zone,
		    (long long)s->fact);
	}
}

void
world_print(const struct o_world *w)
{
	size_t i;

	print_rules(w);
	for (i = 0; i < w->record_count; i++)
		printf("record %zu at %s: %d %d %d %d\n", i,
		    when(w->records[i].time), w->records[i].addresses[0],
		    w->records[i].addresses[1], w->records[i].addresses[2],
		    w->records[i].addresses[3]);
	for (i = 0; i < w->address_count; i++)
		printf("address %zu %s %s\n", i, w->addresses[i].kind,
		    w->addresses[i].value);
	print_saids(w);
	for (i = 0; i < w->told_count; i++)
		printf("told address %d what %d flag %d purpose %s cause %s "
		    "from %s until %s at %s fact %lld\n", w->told[i].address,
		    w->told[i].what, w->told[i].flag, w->told[i].purpose,
		    or_dash(w->told[i].cause), when(w->told[i].from),
		    when(w->told[i].until), when(w->told[i].time),
		    (long long)w->told[i].fact);
	for (i = 0; i < w->sent_count; i++)
		printf("sent to %d address %d by %s for %s message %d what "
		    "%d priority %d at %s\n", w->sent[i].record,
		    w->sent[i].address, or_dash(w->sent[i].channel),
		    or_dash(w->sent[i].purpose), w->sent[i].message,
		    w->sent[i].what, w->sent[i].priority,
		    when(w->sent[i].time));
	for (i = 0; i < w->sale_count; i++)
		printf("sale %d %s at %s\n", w->sales[i].record,
		    w->sales[i].kind, when(w->sales[i].time));
}
