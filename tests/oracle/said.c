/*
 * What customers of a world say: by a record, as a customer, or about an
 * address alone.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "part.h"

/* ---- statements ----------------------------------------------------- */

static const char *const sources[] = { "", "till", "web" };
static const char *const languages[] = { "sv", "en-GB", "hi" };
const char *const w_brands[2] = { "Norr", "Soder" };

static void
random_scope(struct harness *h, struct o_said *s)
{
	s->purpose = draw_tree(h);
	if (!one_in(h, 3))
		s->channel = draw_channel(h);
	else if (one_in(h, 4))
		s->medium = one_in(h, 2) ? OMNI_MEDIUM_PHYSICAL :
		    OMNI_MEDIUM_DIGITAL;
	if (one_in(h, 5))
		s->brand = draw_word(h, w_brands, 2);
}

static bool
binds(int said)
{
	return said == OMNI_SAID_GRANT || said == OMNI_SAID_WITHDRAW;
}

static int
own_address(struct harness *h, const struct o_world *w, int who)
{
	int part = (int)draw(h, O_PARTS);

	return w->records[who].addresses[part];
}

static void
random_said(struct harness *h, struct o_world *w, struct o_said *s,
    int64_t now)
{
	static const int sorts[] = {
		OMNI_SAID_GRANT, OMNI_SAID_GRANT, OMNI_SAID_GRANT,
		OMNI_SAID_GRANT, OMNI_SAID_WITHDRAW, OMNI_SAID_PREFER,
		OMNI_SAID_PREFER, OMNI_SAID_QUIET, OMNI_SAID_ZONE,
		OMNI_SAID_TOLD, OMNI_SAID_LANGUAGE
	};

	memset(s, 0, sizeof(*s));
	s->said = sorts[draw(h, COUNT(sorts))];
	random_scope(h, s);
	s->source = draw_word(h, sources, COUNT(sources));
	s->who = (int)draw(h, w->record_count);
	s->address = -1;
	s->expiry = O_NEVER;
	s->time = now - (int64_t)draw(h, 40 * 48) * 30 * O_MINUTE;
	if (binds(s->said) && one_in(h, 5))
		s->address = own_address(h, w, s->who);
	if (s->said == OMNI_SAID_WITHDRAW && s->address >= 0 &&
	    one_in(h, 2))
		s->who = -1;
	else if (one_in(h, 3))
		s->as_customer = true;
	if (s->said == OMNI_SAID_GRANT) {
		s->wording = one_in(h, 2) ? NULL :
		    draw_word(h, w_wordings, W_WORDINGS);
		if (one_in(h, 5))
			s->expiry = s->time + (int64_t)(1 + draw(h, 50)) *
			    O_DAY;
	}
	if (s->said == OMNI_SAID_PREFER) {
		s->rank = 1 + (int)draw(h, 3);
		s->channel = draw_channel(h);
		s->medium = 0;
	}
	if (s->said == OMNI_SAID_ZONE) {
		s->zone = (int)draw(h, O_ZONES);
		s->purpose = "*";
		s->channel = s->brand = NULL;
		s->medium = 0;
	}
	if (s->said == OMNI_SAID_LANGUAGE) {
		s->language = draw_word(h, languages, COUNT(languages));
		s->channel = NULL;
		s->medium = 0;
	}
	if (s->said == OMNI_SAID_QUIET && !one_in(h, 5))
		draw_hours(h, &s->hours);
}

/* Says yes again to one of the last yeses, or to something near. */
static void
random_confirm(struct harness *h, const struct o_world *w, struct o_said *s)
{
	const struct o_said *g = &w->saids[draw(h, w->said_count)];

	if (g->said != OMNI_SAID_GRANT)
		return;
	*s = *g;
	s->said = OMNI_SAID_CONFIRM;
	s->expiry = O_NEVER;
	s->held = 0;
	s->seen = 0;
	s->time = g->time + (int64_t)draw(h, 120) * 3600 * O_SECOND;
	if (s->time > h->now)	/* clocks that run ahead are not believed */
		s->time = h->now;
	s->as_customer = false;
	if (one_in(h, 6))
		s->wording = draw_word(h, w_wordings, W_WORDINGS);
	if (one_in(h, 8))
		s->purpose = draw_tree(h);
	if (s->address >= 0 && one_in(h, 2))
		s->who = -1;
}

static bool
lives_at(const struct o_world *w, uint32_t members, int address)
{
	size_t i, k;

	for (i = 0; i < w->record_count; i++)
		for (k = 0; k < O_PARTS; k++)
			if ((members >> i & 1) != 0 && address >= 0 &&
			    w->records[i].addresses[k] == address)
				return true;
	return false;
}

/* What a yes as a customer is spoken in sight of: all that was withdrawn by
 * the customer's records, held for one of them, or about an address. */
static void
see(const struct o_world *w, struct o_said *s, uint32_t members)
{
	size_t i;

	for (i = 0; i < w->said_count; i++) {
		const struct o_said *no = &w->saids[i];

		if (no->said == OMNI_SAID_WITHDRAW &&
		    ((no->who >= 0 && (members >> no->who & 1) != 0) ||
		    (no->held & members) != 0 ||
		    lives_at(w, members, no->address)))
			s->seen |= UINT64_C(1) << i;
	}
}

static void
set_who(struct harness *h, const struct o_world *w, struct o_said *s,
    omni_statement *statement)
{
	omni_record *who;
	uint32_t members, surely;
	char id[OMNI_ID_SIZE];

	if (s->as_customer) {
		world_members(h, NULL, w, (size_t)s->who, &members, &surely,
		    id);
		s->who = world_oldest(h, w, id);
		if (s->said == OMNI_SAID_WITHDRAW)
			s->held = members;
		if (s->said == OMNI_SAID_GRANT)
			see(w, s, members);
		harness_ok(h, omni_statement_set_customer(statement, id));
	} else if (s->who >= 0) {
		who = omni_record_new();
		assert_int_equal(omni_record_set_source(who, "crm",
		    w->records[s->who].key), OMNI_OK);
		harness_ok(h, omni_statement_set_who(statement, who));
		omni_record_free(who);
	}
}

const char *
world_kind(const struct o_world *w, int address)
{
	return w->addresses[address].kind;
}

static void
set_value(struct harness *h, const struct o_said *s,
    omni_statement *statement)
{
	if (s->said == OMNI_SAID_QUIET)
		harness_ok(h, omni_statement_set_value(statement,
		    s->hours.given ? s->hours.text : "none"));
	if (s->said == OMNI_SAID_ZONE)
		harness_ok(h, omni_statement_set_value(statement,
		    o_zone_names[s->zone]));
	if (s->said == OMNI_SAID_LANGUAGE)
		harness_ok(h, omni_statement_set_value(statement,
		    s->language));
	if (s->rank > 0)
		harness_ok(h, omni_statement_set_rank(statement, s->rank));
	if (s->expiry != O_NEVER)
		harness_ok(h, omni_statement_set_expiry(statement,
		    s->expiry));
}

static void
put_said(struct harness *h, struct o_world *w, struct o_said *s)
{
	omni_statement *st = omni_statement_new(s->said, s->purpose);
	char key[24];

	set_who(h, w, s, st);
	if (s->channel != NULL)
		harness_ok(h, omni_statement_set_channel(st, s->channel));
	if (s->medium != 0)
		harness_ok(h, omni_statement_set_medium(st, s->medium));
	if (s->brand != NULL)
		harness_ok(h, omni_statement_set_brand(st, s->brand));
	if (s->wording != NULL)
		harness_ok(h, omni_statement_set_wording(st, s->wording));
	if (s->address >= 0)
		harness_ok(h, omni_statement_set_address(st,
		    world_kind(w, s->address),
		    w->addresses[s->address].value));
	set_value(h, s, st);
	harness_ok(h, omni_statement_set_time(st, s->time));
	(void)snprintf(key, sizeof(key), "%zu", w->said_count);
	if (s->source[0] != '\0')
		harness_ok(h, omni_statement_set_key(st, s->source, key));
	harness_ok(h, omni_statement_put(h->db, st, &s->fact));
	omni_statement_free(st);
	w->said_count++;
}

void
world_say(struct harness *h, struct o_world *w, int64_t now)
{
	struct o_said *s = &w->saids[w->said_count];

	if (w->said_count == O_SAIDS)
		return;
	random_said(h, w, s, now);
	if (w->said_count > 0 && one_in(h, 5))
		random_confirm(h, w, s);
	put_said(h, w, s);
}
