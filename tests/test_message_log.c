/*
 * The log of messages: what interactions tell of them, what routes leave,
 * and the counts, against a naive fold.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "harness_people.h"
#include "harness_store.h"
#include "consent/consent.h"

#define PEOPLE 4
#define ROWS 2
#define TOLD 160

/* ---- what a kind tells ---------------------------------------------- */

static void
a_kind_tells_what_became_of_a_message(void **state)
{
	static const struct {
		const char *kind, *address;
		int32_t result;
	} kinds[] = {
		{ "mail.sent", "email", OMNI_RESULT_SENT },
		{ "email.delivered", "email", OMNI_RESULT_DELIVERED },
		{ "mail.opened", "email", OMNI_RESULT_OPENED },
		{ "mail.clicked", "email", OMNI_RESULT_CLICKED },
		{ "mail.replied", "email", OMNI_RESULT_ANSWERED },
		{ "letter.posted", "address", OMNI_RESULT_SENT },
		{ "letter.returned", "address", OMNI_RESULT_RETURNED },
		{ "letter.answered", "address", OMNI_RESULT_ANSWERED },
		{ "sms.failed", "phone", OMNI_RESULT_FAILED },
		{ "sms.bounced", "phone", OMNI_RESULT_BOUNCED },
		{ "push.opened", "device", OMNI_RESULT_OPENED },
		{ "push.complained", "device", OMNI_RESULT_COMPLAINED },
		{ "call.answered", "phone", OMNI_RESULT_ANSWERED },
		{ "message.delivered", NULL, OMNI_RESULT_DELIVERED },
		{ "order.delivered", "?", 0 }, { "mail", "?", 0 },
		{ "mail.", "?", 0 }, { ".sent", "?", 0 }, { "", "?", 0 },
		{ "Mail.sent", "?", 0 }, { "mail.sent.", "?", 0 },
		{ "mails.sent", "?", 0 }, { "mail.received", "?", 0 },
		{ "a.mail.sent", "?", 0 }, { NULL, "?", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(kinds); i++) {
		const char *address = "?";

		assert_int_equal(omni__result_of(kinds[i].kind, &address),
		    kinds[i].result);
		if (kinds[i].address == NULL)
			assert_null(address);
		else
			assert_string_equal(address, kinds[i].address);
		assert_int_equal(omni__result_of(kinds[i].kind, NULL),
		    kinds[i].result);
	}
}

/* ---- what was told -------------------------------------------------- */

static const char *const channels[] = { "email", "post", "app" };
static const struct {
	const char *kind;
	int32_t result;
} kinds[] = {
	{ "mail.sent", OMNI_RESULT_SENT },
	{ "mail.sent", OMNI_RESULT_SENT },
	{ "mail.opened", OMNI_RESULT_OPENED },
	{ "sms.clicked", OMNI_RESULT_CLICKED },
	{ "mail.answered", OMNI_RESULT_ANSWERED },
	{ "mail.delivered", OMNI_RESULT_DELIVERED },
	{ "letter.returned", OMNI_RESULT_RETURNED },
	{ "order.sent", 0 },
};

struct told {
	int person, row, kind, channel, message, purpose;
	int64_t time, fact;
	bool erased;
};

static omni_interaction *
interaction_of(const struct told *t)
{
	omni_interaction *it = omni_interaction_new(channels[t->channel],
	    kinds[t->kind].kind);
	omni_record *who = people_who(t->person, t->row);
	char id[24];

	assert_non_null(it);
	assert_int_equal(omni_interaction_set_who(it, who), OMNI_OK);
	assert_int_equal(omni_interaction_set_time(it, t->time), OMNI_OK);
	assert_int_equal(omni_interaction_add_reference(it, "order", "7"),
	    OMNI_OK);
	if (t->message > 0) {
		(void)snprintf(id, sizeof(id), "m\"%d", t->message);
		assert_int_equal(omni_interaction_add_reference(it,
		    "message", id), OMNI_OK);
	}
	if (t->purpose > 0) {
		(void)snprintf(id, sizeof(id), "offer/%d", t->purpose);
		assert_int_equal(omni_interaction_add_reference(it,
		    "purpose", id), OMNI_OK);
	}
	omni_record_free(who);
	return it;
}

static void
draw(struct harness *h, struct told *t)
{
	memset(t, 0, sizeof(*t));
	t->person = (int)harness_random(h, PEOPLE);
	t->row = (int)harness_random(h, ROWS);
	t->kind = (int)harness_random(h, OMNI__COUNT(kinds));
	t->channel = (int)harness_random(h, OMNI__COUNT(channels));
	t->message = (int)harness_random(h, 4);
	t->purpose = (int)harness_random(h, 3);
	t->time = HARNESS_NOW - (int64_t)harness_random(h, 120) *
	    HARNESS_DAY;
}

/* Some by themselves, some together. */
static void
tell_all(struct harness *h, omni *other, struct told *told)
{
	omni_batch *batch = NULL;
	size_t i = 0, n, k;

	while (i < TOLD) {
		omni *db = harness_random(h, 2) ? h->db : other;

		n = 1 + harness_random(h, 30);
		if (n > TOLD - i)
			n = TOLD - i;
		assert_int_equal(omni_batch_new(db, &batch), OMNI_OK);
		for (k = 0; k < n; k++) {
			omni_interaction *it;

			draw(h, &told[i + k]);
			it = interaction_of(&told[i + k]);
			assert_int_equal(omni_batch_add_interaction(batch,
			    it), OMNI_OK);
			omni_interaction_free(it);
		}
		assert_int_equal(omni_batch_commit(batch), OMNI_OK);
		for (k = 0; k < n; k++)
			told[i + k].fact = omni_batch_fact(batch, (int)k);
		omni_batch_free(batch);
		i += n;
	}
}

/* ---- the naive fold ------------------------------------------------- */

static bool
visible(const struct told *t, const struct omni__view *view)
{
	return !t->erased && kinds[t->kind].result != 0 && (view == NULL ||
	    (t->fact & ((INT64_C(1) << 43) - 1)) <=
	    view->seen[t->fact >> 43]);
}

struct comparing {
	const struct told *told;
	const struct omni__view *view;
	int64_t since;
};

/* The next one of a person behind another, by (time, fact). */
static const struct told *
next_of(const struct comparing *c, int person, const struct told *after,
    int64_t since)
{
	const struct told *best = NULL;
	int i;

	for (i = 0; i < TOLD; i++) {
		const struct told *t = &c->told[i];

		if (t->person != person || t->time < since ||
		    !visible(t, c->view))
			continue;
		if (after != NULL && (t->time < after->time ||
		    (t->time == after->time && t->fact <= after->fact)))
			continue;
		if (best == NULL || t->time < best->time ||
		    (t->time == best->time && t->fact < best->fact))
			best = t;
	}
	return best;
}

static void
same_message(struct omni *db, const struct told *t,
    const struct omni__sent *sent)
{
	char text[24];

	assert_non_null(t);
	assert_int_equal(sent->fact, t->fact);
	assert_int_equal(sent->happened, t->time);
	assert_int_equal(sent->what, kinds[t->kind].result);
	assert_string_equal(sent->channel, channels[t->channel]);
	(void)snprintf(text, sizeof(text), "m\"%d", t->message);
	assert_true(sent->message == (t->message == 0 ? 0 :
	    omni__message_mark(db, text)));
	(void)snprintf(text, sizeof(text), "offer/%d", t->purpose);
	if (t->purpose == 0)
		assert_null(sent->purpose);
	else
		assert_string_equal(sent->purpose, text);
}

/* How many of a person lie in the place of a count. */
static int64_t
counted(const struct comparing *c, int person,
    const struct omni__response *r, bool sent)
{
	int64_t count = 0;
	int i;

	for (i = 0; i < TOLD; i++) {
		const struct told *t = &c->told[i];
		int32_t what = kinds[t->kind].result;

		if (t->person == person && visible(t, c->view) &&
		    strcmp(channels[t->channel], r->channel) == 0 &&
		    t->time >= r->span * OMNI__SPAN &&
		    t->time < (r->span + 1) * OMNI__SPAN)
			count += sent ? what == OMNI_RESULT_SENT :
			    what >= OMNI_RESULT_OPENED &&
			    what <= OMNI_RESULT_ANSWERED;
	}
	return count;
}

static void
compare_person(struct omni *db, const struct comparing *c, int person,
    const struct omni__sent_list *sent,
    const struct omni__response_list *responses)
{
	const struct told *t = NULL;
	int64_t total = 0, wanted = 0;
	size_t i;

	for (i = 0; i < sent->size; i++) {
		t = next_of(c, person, t, c->since);
		same_message(db, t, &sent->sent[i]);
	}
	assert_null(next_of(c, person, t, c->since));
	for (i = 0; i < responses->size; i++) {
		const struct omni__response *r = &responses->responses[i];

		assert_int_equal(r->sent, counted(c, person, r, true));
		assert_int_equal(r->answered, counted(c, person, r, false));
		total += r->sent + r->answered;
		if (i > 0)
			assert_true(strcmp(r[-1].channel, r->channel) < 0 ||
			    (strcmp(r[-1].channel, r->channel) == 0 &&
			    r[-1].span < r->span));
	}
	for (t = NULL; (t = next_of(c, person, t, INT64_MIN)) != NULL;)
		wanted += kinds[t->kind].result == OMNI_RESULT_SENT ||
		    omni__result_answers(kinds[t->kind].result);
	assert_int_equal(total, wanted);
}

static omni_status
compare_all(struct omni *db, void *context)
{
	const struct comparing *c = context;
	unsigned char ids[PEOPLE][ROWS][OMNI__ID];
	const unsigned char *pointers[PEOPLE][ROWS];
	struct omni__sent_list sent[PEOPLE];
	struct omni__response_list responses[PEOPLE];
	omni_status status;
	char key[32];
	int p, r;

	for (p = 0; p < PEOPLE; p++) {
		for (r = 0; r < ROWS; r++) {
			record_key(key, p, r);
			omni__record_id(db, "crm", key, ids[p][r]);
			pointers[p][r] = ids[p][r];
		}
		sent[p] = (struct omni__sent_list){
			.ids = pointers[p], .count = ROWS
		};
		responses[p] = (struct omni__response_list){
			.ids = pointers[p], .count = ROWS
		};
	}
	status = omni__sent_load(db, c->view, c->since, sent, PEOPLE);
	if (status == OMNI_OK)
		status = omni__responses_load(db, c->view, responses,
		    PEOPLE);
	for (p = 0; p < PEOPLE && status == OMNI_OK; p++)
		compare_person(db, c, p, &sent[p], &responses[p]);
	return status;
}

static void
compare(struct harness *h, const struct told *told)
{
	int64_t seqs[64];
	struct omni__view view = { seqs, 64 };
	struct comparing c = { told, NULL, INT64_MIN };
	int i, round;

	harness_ok(h, omni__transact(h->db, false, compare_all, &c));
	c.since = HARNESS_NOW - 40 * HARNESS_DAY;
	harness_ok(h, omni__transact(h->db, false, compare_all, &c));
	c.view = &view;
	for (round = 0; round < 5; round++) {
		for (i = 0; i < 64; i++)
			seqs[i] = (int64_t)harness_random(h, TOLD);
		harness_ok(h, omni__transact(h->db, false, compare_all, &c));
	}
}

static void
random_histories_agree_with_a_naive_fold(void **state)
{
	struct harness *h = harness_of(state);
	struct told *told = calloc(TOLD, sizeof(*told));
	omni *other = harness_open(h);
	char id[OMNI_ID_SIZE];
	omni_status status;
	int i;

	assert_non_null(told);
	harness_seed(h, "random_histories_agree_with_a_naive_fold");
	for (i = 0; i < PEOPLE; i++)
		people_put(h, i, ROWS);
	tell_all(h, other, told);
	compare(h, told);
	harness_ok(h, omni_rebuild(h->db));
	compare(h, told);
	people_customer(h, 1, id);
	status = omni_customer_erase(h->db, id);
	assert_true(status == OMNI_OK || status == OMNI_PENDING);
	for (i = 0; i < TOLD; i++)
		told[i].erased = told[i].person == 1;
	compare(h, told);
	store_sound(h);
	omni_close(other);
	free(told);
}

/* ---- taken back ----------------------------------------------------- */

static size_t
messages_of(struct harness *h, int person);

static void
a_complaint_that_was_none_ends_nothing(void **state)
{
	static const struct {
		const char *kind, *body;
		size_t rows;
	} told[] = {
		{ "mail.complained", "{\"complaint\":\"no\"}", 0 },
		{ "mail.complained", NULL, 1 },
		{ "mail.bounced", "{\"bounce\":\"soft\"}", 2 },
	};
	struct harness *h = harness_of(state);
	size_t i;

	people_put(h, 0, ROWS);
	for (i = 0; i < OMNI__COUNT(told); i++) {
		omni_interaction *it = omni_interaction_new("email",
		    told[i].kind);
		omni_record *who = people_who(0, 0);

		harness_ok(h, omni_interaction_set_who(it, who));
		if (told[i].body != NULL)
			harness_ok(h, omni_interaction_set_body(it,
			    told[i].body));
		harness_ok(h, omni_interaction_put(h->db, it, NULL));
		assert_int_equal(messages_of(h, 0), told[i].rows);
		omni_interaction_free(it);
		omni_record_free(who);
	}
	store_sound(h);
}

/* ---- routes --------------------------------------------------------- */

struct routing {
	int person;
	const char *body;
	int64_t fact;
	struct omni__sent sent[8];	/* copied; texts of terms */
	size_t count;
	unsigned char house[OMNI__ID];
	size_t household;
	int64_t *facts;
	size_t fact_count;
};

static void
id_of(struct omni *db, int person, unsigned char id[OMNI__ID])
{
	char key[32];

	record_key(key, person, 0);
	omni__record_id(db, "crm", key, id);
}

static omni_status
keep_route(struct omni *db, void *context)
{
	struct routing *r = context;
	unsigned char id[OMNI__ID];
	struct omni__fact fact = {
		.noun = OMNI__FACT_ROUTE, .happened = HARNESS_NOW,
		.record = id, .kind = "offer", .channel = "post",
		.body = r->body,
	};
	omni_status status;

	id_of(db, r->person, id);
	status = omni__facts_append(db, &fact, 1);
	if (status == OMNI_OK)
		status = omni__messages_apply(db, &fact, 1);
	r->fact = fact.id;
	return status;
}

static omni_status
read_routes(struct omni *db, void *context)
{
	struct routing *r = context;
	unsigned char id[OMNI__ID];
	const unsigned char *ids[] = { id, r->house };
	struct omni__sent_list lists[] = {
		{ &ids[0], 1, NULL, 0 }, { &ids[1], 1, NULL, 0 }
	};
	omni_status status;

	id_of(db, r->person, id);
	status = omni__sent_load(db, NULL, INT64_MIN, lists, 2);
	if (status != OMNI_OK)
		return status;
	r->count = lists[0].size;
	r->household = lists[1].size;
	assert_true(r->count <= OMNI__COUNT(r->sent));
	memcpy(r->sent, lists[0].sent, r->count * sizeof(*r->sent));
	return OMNI_OK;
}

static size_t
messages_of(struct harness *h, int person)
{
	struct routing r = { .person = person };

	harness_ok(h, omni__transact(h->db, false, read_routes, &r));
	return r.count;
}

static void
a_route_leaves_a_row_and_one_for_the_household(void **state)
{
	static const char house[] = "000102030405060708090a0b0c0d0e0f";
	struct harness *h = harness_of(state);
	char body[256], id[OMNI_ID_SIZE];
	struct routing r = { .person = 2, .body = body };
	omni_status status;

	people_put(h, 2, 1);
	assert_true(omni__unhex(r.house, OMNI__ID, house));
	(void)snprintf(body, sizeof(body), "{\"message\":\"m1\",\"row\":"
	    "{\"time\":%lld,\"priority\":7,\"household\":\"%s\"}}",
	    (long long)(HARNESS_NOW + HARNESS_DAY), house);
	harness_ok(h, omni__transact(h->db, true, keep_route, &r));
	harness_ok(h, omni__transact(h->db, false, read_routes, &r));
	assert_int_equal(r.count, 1);
	assert_int_equal(r.household, 1);
	assert_int_equal(r.sent[0].what, 0);
	assert_int_equal(r.sent[0].priority, 7);
	assert_int_equal(r.sent[0].fact, r.fact);
	assert_int_equal(r.sent[0].happened, HARNESS_NOW + HARNESS_DAY);
	assert_string_equal(r.sent[0].channel, "post");
	assert_string_equal(r.sent[0].purpose, "offer");
	assert_true(r.sent[0].message == omni__message_mark(h->db, "m1"));
	/* Nowhere to go: an erasure must find it all the same. */
	r.body = "{\"message\":\"m2\"}";
	harness_ok(h, omni__transact(h->db, true, keep_route, &r));
	harness_ok(h, omni__transact(h->db, false, read_routes, &r));
	assert_int_equal(r.count, 2);
	assert_int_equal(r.household, 1);
	assert_int_equal(r.sent[0].what, OMNI__ROUTE_NOWHERE);
	assert_null(r.sent[0].channel);
	store_sound(h);
	people_customer(h, 2, id);
	status = omni_customer_erase(h->db, id);
	assert_true(status == OMNI_OK || status == OMNI_PENDING);
	harness_ok(h, omni__transact(h->db, false, read_routes, &r));
	assert_int_equal(r.count, 0);
	assert_int_equal(r.household, 0);
	store_sound(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kind_tells_what_became_of_a_message),
		HARNESS_TEST(random_histories_agree_with_a_naive_fold),
		HARNESS_TEST(a_complaint_that_was_none_ends_nothing),
		HARNESS_TEST(a_route_leaves_a_row_and_one_for_the_household),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
