/*
 * Random worlds.  Each thing that happens is put into the library and into
 * the arrays at once; what a fact depends on when it is put (which records
 * were a customer's, what was withdrawn before) is asked before.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "part.h"

/* ---- records -------------------------------------------------------- */

static const struct o_address all_addresses[] = {
	{ "email", "alma@post.example", NULL },
	{ "email", "bo@post.example", NULL },
	{ "email", "cleo@post.example", NULL },
	{ "phone", "+46701740605", "SE" },
	{ "phone", "+919876543210", "IN" },
	{ "phone", "+46701740606", "SE" },
	{ "device", "device-one", NULL },
	{ "device", "device-two", NULL },
	{ "address", "Storgatan 1, 211 43 Malmo", NULL },
	{ "address", "Kungsgatan 5, 411 19 Goteborg, Sweden", "SE" },
	{ "address", "12 MG Road, Bengaluru 560001, India", "IN" },
	{ "address", "350 Fifth Avenue, New York, NY 10118, United States",
	    "US" },
};
/* Where each kind begins in that list, and how many there are. */
static const size_t kind_at[O_PARTS + 1] = { 0, 3, 6, 8, 12 };
static const char *const kinds[] = { "email", "phone", "device",
	"address.full" };

static void
add_feature(struct harness *h, omni_record *record, const char *kind,
    const char *value)
{
	(void)h;
	assert_int_equal(omni_record_add(record, kind, value), OMNI_OK);
}

static void
put_version(struct harness *h, const struct o_world *w,
    const struct o_record *r)
{
	omni_record *record = omni_record_new();
	size_t i;

	assert_non_null(record);
	assert_int_equal(omni_record_set_source(record, "crm", r->key),
	    OMNI_OK);
	assert_int_equal(omni_record_set_time(record, r->time), OMNI_OK);
	add_feature(h, record, "name.given", r->given);
	add_feature(h, record, "name.family", r->family);
	if (r->born[0] != '\0')
		add_feature(h, record, "birth_date", r->born);
	for (i = 0; i < O_PARTS; i++)
		if (r->addresses[i] >= 0)
			add_feature(h, record, kinds[i],
			    w->addresses[r->addresses[i]].value);
	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
}

static void
random_addresses(struct harness *h, struct o_record *r)
{
	size_t i;

	for (i = 0; i < O_PARTS; i++)
		r->addresses[i] = one_in(h, 6) ? -1 : (int)(kind_at[i] +
		    draw(h, kind_at[i + 1] - kind_at[i]));
}

static void
put_records(struct harness *h, struct o_world *w, int64_t now)
{
	static const char *const given[] = { "Alma", "Bertil", "Cleopatra",
		"Dagobert", "Eskil" };
	static const char *const family[] = { "Andersson", "Bonaparte",
		"Czerny", "Dostojevski" };
	size_t count = 2 + draw(h, 6), i;

	for (i = 0; i < count; i++) {
		struct o_record *r = &w->records[w->record_count++];

		memset(r, 0, sizeof(*r));
		(void)snprintf(r->key, sizeof(r->key), "r%d", (int)i);
		strcpy(r->given, draw_word(h, given, COUNT(given)));
		strcpy(r->family, draw_word(h, family, COUNT(family)));
		if (!one_in(h, 3))
			(void)snprintf(r->born, sizeof(r->born),
			    "19%02zu-0%zu-1%zu", 40 + draw(h, 60),
			    1 + draw(h, 9), draw(h, 10));
		r->time = now - (int64_t)(100 + draw(h, 5)) * O_DAY;
		r->there = true;
		random_addresses(h, r);
		put_version(h, w, r);
	}
}

/* ---- who is one ----------------------------------------------------- */

static uint32_t
records_of(const struct o_world *w, const omni_customer *customer)
{
	uint32_t set = 0;
	int32_t i;
	size_t k;

	for (i = 0; i < omni_customer_record_count(customer); i++) {
		const char *key = omni_customer_record_key(customer, i);

		for (k = 0; key != NULL && k < w->record_count; k++)
			if (strcmp(w->records[k].key, key) == 0)
				set |= UINT32_C(1) << k;
	}
	return set;
}

void
world_members(struct harness *h, omni *sure, const struct o_world *w,
    size_t record, uint32_t *members, uint32_t *surely,
    char id[OMNI_ID_SIZE])
{
	omni_customer *customer = NULL;

	harness_ok(h, omni_customer_of(h->db, "crm", w->records[record].key,
	    &customer));
	*members = records_of(w, customer);
	(void)snprintf(id, OMNI_ID_SIZE, "%s", omni_customer_id(customer));
	omni_customer_free(customer);
	if (sure == NULL)
		return;
	harness_is_at(sure, omni_customer_get(sure, id, &customer), OMNI_OK,
	    __FILE__, __LINE__);
	*surely = records_of(w, customer);
	omni_customer_free(customer);
}

/* The record by which a customer is called. */
int
world_oldest(struct harness *h, const struct o_world *w, const char *id)
{
	omni_customer *customer = NULL;
	int32_t i;
	int found = -1;
	size_t k;

	harness_ok(h, omni_customer_get(h->db, id, &customer));
	for (i = 0; i < omni_customer_record_count(customer); i++)
		for (k = 0; k < w->record_count; k++)
			if (strcmp(omni_customer_record_id(customer, i),
			    id) == 0 && strcmp(w->records[k].key,
			    omni_customer_record_key(customer, i)) == 0)
				found = (int)k;
	omni_customer_free(customer);
	assert_true(found >= 0);
	return found;
}

/* ---- addresses ------------------------------------------------------ */

static void
set_told(struct harness *h, const struct o_told *t, omni_contact *contact)
{
	if (t->what == OMNI_CONTACT_VERIFIED)
		harness_ok(h, omni_contact_set_verified(contact, t->flag));
	else if (t->what == OMNI_CONTACT_PRIMARY)
		harness_ok(h, omni_contact_set_primary(contact, t->flag));
	else if (t->what == OMNI_CONTACT_VALID)
		harness_ok(h, omni_contact_set_valid(contact, t->from,
		    t->until));
	else {
		harness_ok(h, omni_contact_set_suppressed(contact, t->cause));
		harness_ok(h, omni_contact_set_purpose(contact, t->purpose));
	}
}

static void
tell(struct harness *h, struct o_world *w, int64_t now)
{
	struct o_told *t = &w->told[w->told_count];
	omni_contact *contact;

	if (w->told_count == O_TOLD)
		return;
	memset(t, 0, sizeof(*t));
	w->told_count++;
	t->address = (int)draw(h, w->address_count);
	t->what = OMNI_CONTACT_VERIFIED + (int)draw(h, 4);
	t->flag = !one_in(h, 4);
	t->purpose = draw_tree(h);
	t->cause = one_in(h, 3) ? NULL : "gone away";
	t->from = one_in(h, 2) ? OMNI_TIME_UNKNOWN :
	    now - (int64_t)draw(h, 10) * O_DAY;
	t->until = one_in(h, 2) ? OMNI_TIME_UNKNOWN :
	    now + (int64_t)draw(h, 200) * 3600 * O_SECOND;
	t->time = now - (int64_t)draw(h, 40 * 48) * 30 * O_MINUTE;
	contact = omni_contact_new(world_kind(w, t->address),
	    w->addresses[t->address].value);
	set_told(h, t, contact);
	harness_ok(h, omni_contact_set_time(contact, t->time));
	harness_ok(h, omni_contact_put(h->db, contact, &t->fact));
	omni_contact_free(contact);
}

/* ---- messages and sales --------------------------------------------- */

static omni_interaction *
interaction(struct harness *h, const struct o_world *w, int record,
    const char *channel, const char *kind, int64_t time)
{
	omni_interaction *it = omni_interaction_new(channel, kind);
	omni_record *who = omni_record_new();

	assert_int_equal(omni_record_set_source(who, "crm",
	    w->records[record].key), OMNI_OK);
	harness_ok(h, omni_interaction_set_who(it, who));
	harness_ok(h, omni_interaction_set_time(it, time));
	omni_record_free(who);
	return it;
}

/* On that channel, in the word for its messages. */
static const char *
result_kind(const char *channel, int what)
{
	static const char *const sent[] = { "mail.sent", "sms.sent",
		"letter.posted", "push.sent", "call.sent", "message.sent" };
	static const char *const opened[] = { "email.opened", "sms.answered",
		"letter.answered", "push.opened", "call.answered",
		"message.clicked" };
	size_t i;

	for (i = 0; i < W_OUTBOUND; i++)
		if (strcmp(w_channels[i].name, channel) == 0)
			break;
	return what == OMNI_RESULT_SENT ? sent[i] : opened[i];
}

static void
set_message(struct harness *h, omni_interaction *it, const struct o_sent *s)
{
	char id[16];

	if (s->purpose != NULL)
		harness_ok(h, omni_interaction_add_reference(it, "purpose",
		    s->purpose));
	if (s->message == 0)
		return;
	(void)snprintf(id, sizeof(id), "m%d", s->message);
	harness_ok(h, omni_interaction_add_reference(it, "message", id));
}

static void
send_to(struct harness *h, struct o_world *w, int64_t now)
{
	struct o_sent *s = &w->sent[w->sent_count];
	omni_interaction *it;

	if (w->sent_count == O_SENT)
		return;
	memset(s, 0, sizeof(*s));
	w->sent_count++;
	s->record = (int)draw(h, w->record_count);
	s->address = -1;
	s->channel = w_channels[draw(h, W_OUTBOUND)].name;
	s->what = one_in(h, 3) ? OMNI_RESULT_OPENED : OMNI_RESULT_SENT;
	s->purpose = one_in(h, 5) ? NULL : draw_purpose(h);
	s->message = one_in(h, 2) ? 1000 + (int)w->sent_count : 0;
	s->time = now - (int64_t)draw(h, one_in(h, 2) ? 3 * 1440 :
	    60 * 1440) * O_MINUTE;
	it = interaction(h, w, s->record, s->channel,
	    result_kind(s->channel, s->what), s->time);
	set_message(h, it, s);
	harness_ok(h, omni_interaction_put(h->db, it, NULL));
	omni_interaction_free(it);
}

static void
sell(struct harness *h, struct o_world *w, int64_t now)
{
	struct o_sale *s = &w->sales[w->sale_count];
	omni_interaction *it;

	if (w->sale_count == O_MANY)
		return;
	w->sale_count++;
	s->record = (int)draw(h, w->record_count);
	s->kind = one_in(h, 2) ? "order.placed" : "order.paid";
	s->time = now + O_DAY - (int64_t)draw(h, 50 * 24) * 60 * O_MINUTE;
	it = interaction(h, w, s->record, "store", s->kind, s->time);
	harness_ok(h, omni_interaction_put(h->db, it, NULL));
	omni_interaction_free(it);
}

/* What a kept route leaves behind: a letter to a household is known by its
 * address, too. */
static void
keep(struct harness *h, const struct o_world *w, const omni_route *kept,
    const struct o_message *m, struct o_sent *s)
{
	const char *channel = omni_route_step_channel(kept, 0);
	const char *address = omni_route_step_address(kept, 0);
	bool household = false, physical = false;
	size_t i;

	memset(s, 0, sizeof(*s));
	s->record = world_oldest(h, w, omni_route_customer(kept));
	s->address = -1;
	s->purpose = m->purpose;
	s->message = m->id;
	s->time = omni_route_step_time(kept, 0);
	for (i = 0; i < w->channel_count; i++)
		if (strcmp(w->channels[i].name, channel) == 0) {
			s->channel = w->channels[i].name;
			physical = w->channels[i].medium ==
			    OMNI_MEDIUM_PHYSICAL;
		}
	for (i = 0; i < w->purpose_count; i++)
		if (strcmp(w->purposes[i].name, m->purpose) == 0) {
			s->priority = w->purposes[i].priority;
			household = w->purposes[i].household != 0;
		}
	for (i = 0; i < w->address_count && household && physical; i++)
		if (strcmp(w->addresses[i].value, address) == 0)
			s->address = (int)i;
}

/* A message is routed, and the route kept. */
static void
route(struct harness *h, struct o_world *w, int64_t now)
{
	struct o_message m;
	omni_message *message;
	omni_route *kept = NULL;
	uint32_t members, surely;
	char id[OMNI_ID_SIZE];
	omni_status status;

	if (w->sent_count == O_SENT || w->kept_count == O_SENT)
		return;
	world_members(h, NULL, w, draw(h, w->record_count), &members,
	    &surely, id);
	world_message(h, w, now, &m, &message);
	status = omni_route_put(h->db, id, message, &kept);
	if (status != OMNI_DUPLICATE)
		harness_ok(h, status);
	omni_message_free(message);
	if (status == OMNI_OK)
		w->kept[w->kept_count++] = omni_route_fact(kept);
	if (status == OMNI_OK && omni_route_step_count(kept) > 0)
		keep(h, w, kept, &m, &w->sent[w->sent_count++]);
	omni_route_free(kept);
}

/* ---- stewards and registers ------------------------------------------ */

static void
judge(struct harness *h, const struct o_world *w)
{
	omni_verdict *verdict;
	int32_t what = one_in(h, 3) ? OMNI_VERDICT_DIFFERENT :
	    OMNI_VERDICT_SAME;
	size_t a = draw(h, w->record_count), b = draw(h, w->record_count);

	if (a == b)
		return;
	verdict = omni_verdict_new(what);
	harness_ok(h, omni_verdict_add(verdict, 0, "crm",
	    w->records[a].key));
	harness_ok(h, omni_verdict_add(verdict,
	    what == OMNI_VERDICT_DIFFERENT, "crm", w->records[b].key));
	harness_ok(h, omni_verdict_put(h->db, verdict, NULL));
	omni_verdict_free(verdict);
}

static void
move(struct harness *h, struct o_world *w, int64_t now)
{
	struct o_record *r = &w->records[draw(h, w->record_count)];
	/* No two versions at one instant: their contents would decide. */
	int64_t time = now - (int64_t)draw(h, 90 * 24) * 60 * O_MINUTE +
	    h->now % (60 * O_MINUTE);
	struct o_record old = *r;

	random_addresses(h, &old);
	old.time = time;
	put_version(h, w, &old);
	if (time > r->time)
		*r = old;
}

/* ---- all ------------------------------------------------------------ */

int64_t
world_begin(struct harness *h, struct o_world *w)
{
	/* Clocks change in Europe and in America; Monday; a year's end. */
	static const int dates[][3] = {
		{ 2025, 3, 30 }, { 2025, 10, 26 }, { 2025, 3, 9 },
		{ 2025, 11, 2 }, { 2025, 6, 2 }, { 2025, 12, 31 },
		{ 2024, 3, 31 }, { 2024, 2, 29 }
	};
	const int *date = dates[draw(h, COUNT(dates))];
	int64_t now = o_days(date[0], date[1], date[2]) * O_DAY +
	    (int64_t)draw(h, 1440) * O_MINUTE;

	memset(w, 0, sizeof(*w));
	h->now = now + O_DAY;
	w->region = "SE";
	w->zone = O_UTC;
	memcpy(w->addresses, all_addresses, sizeof(all_addresses));
	w->address_count = COUNT(all_addresses);
	define_rules(h, w, now);
	put_records(h, w, now);
	return now;
}

void
world_go_on(struct harness *h, struct o_world *w, int64_t now, int deeds)
{
	int i;

	for (i = 0; i < deeds; i++) {
		h->now += O_SECOND;
		switch (draw(h, 16)) {
		case 0:
		case 1:
			judge(h, w);
			break;
		case 2:
			move(h, w, now);
			break;
		case 3:
			sell(h, w, now);
			break;
		case 4:
		case 5:
			tell(h, w, now);
			break;
		case 6:
		case 7:
		case 8:
			send_to(h, w, now);
			break;
		case 9:
		case 10:
			route(h, w, now);
			break;
		default:
			world_say(h, w, now);
			break;
		}
	}
}

void
world_message(struct harness *h, const struct o_world *w, int64_t now,
    struct o_message *m, omni_message **message)
{
	char id[16];

	memset(m, 0, sizeof(*m));
	m->purpose = w->purposes[draw(h, w->purpose_count)].name;
	m->brand = one_in(h, 3) ? draw_word(h, w_brands, 2) : NULL;
	m->id = one_in(h, 3) ? 1 + (int)draw(h, 6) : 0;
	m->at = now - O_DAY + (int64_t)draw(h, 8 * 1440) * O_MINUTE +
	    (one_in(h, 2) ? (int64_t)draw(h, 60000000) : 0);
	m->expiry = one_in(h, 3) ? m->at + (int64_t)draw(h, 6 * 24) * 60 *
	    O_MINUTE : O_NEVER;
	m->urgent = one_in(h, 5) ? (int)draw(h, 2) : -1;
	*message = omni_message_new(m->purpose);
	assert_non_null(*message);
	harness_ok(h, omni_message_set_time(*message, m->at));
	if (m->brand != NULL)
		harness_ok(h, omni_message_set_brand(*message, m->brand));
	if (m->expiry != O_NEVER)
		harness_ok(h, omni_message_set_expiry(*message, m->expiry));
	if (m->urgent >= 0)
		harness_ok(h, omni_message_set_urgent(*message, m->urgent));
	if (m->id == 0)
		return;
	(void)snprintf(id, sizeof(id), "m%d", m->id);
	harness_ok(h, omni_message_set_id(*message, id));
}
