/*
 * Definitions: what they are unless told, that they are read as they were
 * told, which version holds, how lines tell them, and the rules that are made
 * of them.
 */
#include <stdio.h>
#include <string.h>

#include "harness_store.h"
#include "routing/routing.h"

#define DAY(n) (HARNESS_NOW + ((n) - 100) * HARNESS_DAY)
#define assert_has(text, piece) assert_non_null(strstr((text), (piece)))

/* ---- what holds unless told ----------------------------------------- */

static void
channels_and_purposes_have_presets(void **state)
{
	struct harness *h = harness_of(state);
	omni_channel *channel = omni_channel_new("email");
	omni_purpose *purpose = omni_purpose_new("news");
	int round;

	for (round = 0; round < 2; round++) {
		assert_int_equal(omni_channel_direction(channel),
		    OMNI_DIRECTION_BOTH);
		assert_int_equal(omni_channel_medium(channel),
		    OMNI_MEDIUM_DIGITAL);
		assert_null(omni_channel_address(channel));
		assert_int_equal(omni_channel_lead(channel), 0);
		assert_int_equal(omni_purpose_basis(purpose),
		    OMNI_BASIS_CONSENT);
		assert_int_equal(omni_purpose_priority(purpose), 0);
		assert_int_equal(omni_purpose_urgent(purpose), 0);
		assert_int_equal(omni_purpose_confirm(purpose), 0);
		assert_int_equal(omni_purpose_renewal(purpose), 0);
		assert_int_equal(omni_purpose_household(purpose), 0);
		assert_int_equal(omni_purpose_wait(purpose), 86400);
		assert_int_equal(omni_purpose_until(purpose),
		    OMNI_RESULT_DELIVERED);
		assert_int_equal(omni_purpose_order(purpose),
		    OMNI_ORDER_BEHAVIOUR);
		assert_null(omni_purpose_sale_kind(purpose));
		assert_int_equal(omni_purpose_sale_days(purpose), 0);
		assert_int_equal(omni_purpose_basis_on(purpose, "email",
		    "SE"), OMNI_BASIS_CONSENT);
		if (round == 1)
			break;
		harness_ok(h, omni_channel_put(h->db, channel, NULL));
		harness_ok(h, omni_purpose_put(h->db, purpose, NULL));
		omni_channel_free(channel);
		omni_purpose_free(purpose);
		harness_ok(h, omni_channel_get(h->db, "email", &channel));
		harness_ok(h, omni_purpose_get(h->db, "news", &purpose));
	}
	omni_channel_free(channel);
	omni_purpose_free(purpose);
}

static void
windows_caps_and_wordings_have_presets(void **state)
{
	struct harness *h = harness_of(state);
	omni_window *window = omni_window_new("w");
	omni_cap *cap = omni_cap_new("c");
	omni_wording *wording = omni_wording_new("v1");
	int round;

	for (round = 0; round < 2; round++) {
		assert_null(omni_window_region(window));
		assert_null(omni_window_channel(window));
		assert_string_equal(omni_window_purpose(window), "*");
		assert_null(omni_window_class(window));
		assert_null(omni_window_hours(window));
		assert_null(omni_cap_channel(cap));
		assert_null(omni_cap_purpose(cap));
		assert_null(omni_cap_class(cap));
		assert_int_equal(omni_cap_limit(cap), -1);
		assert_int_equal(omni_cap_sliding(cap), 0);
		assert_int_equal(omni_cap_period(cap), OMNI_PERIOD_DAY);
		assert_int_equal(omni_cap_action(cap), OMNI_CAP_DEFER);
		assert_null(omni_wording_text(wording));
		assert_true(omni_wording_expiry(wording) ==
		    OMNI_TIME_UNKNOWN);
		assert_int_equal(omni_wording_days(wording), 0);
		if (round == 1)
			break;
		harness_ok(h, omni_window_put(h->db, window, NULL));
		harness_ok(h, omni_cap_put(h->db, cap, NULL));
		harness_ok(h, omni_wording_put(h->db, wording, NULL));
		omni_window_free(window);
		omni_cap_free(cap);
		omni_wording_free(wording);
		harness_ok(h, omni_window_get(h->db, "w", &window));
		harness_ok(h, omni_cap_get(h->db, "c", &cap));
		harness_ok(h, omni_wording_get(h->db, "v1", &wording));
	}
	omni_window_free(window);
	omni_cap_free(cap);
	omni_wording_free(wording);
}

/* ---- read as they were told ----------------------------------------- */

static void
all_that_a_purpose_says_is_read_back(void **state)
{
	struct harness *h = harness_of(state);
	omni_purpose *p = omni_purpose_new("offer/shoes");
	omni_channel *post = omni_channel_new("post");

	harness_ok(h, omni_channel_set_lead(post, 259200));
	harness_ok(h, omni_channel_put(h->db, post, NULL));
	omni_channel_free(post);
	harness_ok(h, omni_channel_get(h->db, "post", &post));
	assert_int_equal(omni_channel_lead(post), 259200);
	omni_channel_free(post);
	harness_ok(h, omni_purpose_set_priority(p, 9));
	harness_ok(h, omni_purpose_set_urgent(p, 77));
	harness_ok(h, omni_purpose_set_confirm(p, 172800));
	harness_ok(h, omni_purpose_set_renewal(p, 730));
	harness_ok(h, omni_purpose_set_household(p, 1));
	harness_ok(h, omni_purpose_set_wait(p, 0));
	harness_ok(h, omni_purpose_set_until(p, OMNI_RESULT_ANSWERED));
	harness_ok(h, omni_purpose_set_order(p, OMNI_ORDER_FIXED));
	harness_ok(h, omni_purpose_set_sale(p, "sale.completed", 365));
	harness_ok(h, omni_purpose_put(h->db, p, NULL));
	omni_purpose_free(p);
	harness_ok(h, omni_purpose_get(h->db, "offer/shoes", &p));
	assert_int_equal(omni_purpose_priority(p), 9);
	assert_int_equal(omni_purpose_urgent(p), 1);
	assert_int_equal(omni_purpose_confirm(p), 172800);
	assert_int_equal(omni_purpose_renewal(p), 730);
	assert_int_equal(omni_purpose_household(p), 1);
	assert_int_equal(omni_purpose_wait(p), 0);
	assert_int_equal(omni_purpose_until(p), OMNI_RESULT_ANSWERED);
	assert_int_equal(omni_purpose_order(p), OMNI_ORDER_FIXED);
	assert_string_equal(omni_purpose_sale_kind(p), "sale.completed");
	assert_int_equal(omni_purpose_sale_days(p), 365);
	omni_purpose_free(p);
}

static void
a_window_and_a_cap_are_read_as_they_were_told(void **state)
{
	struct harness *h = harness_of(state);
	omni_window *w = omni_window_new("sms in france");
	omni_cap *c = omni_cap_new("weekly");

	harness_ok(h, omni_window_set_region(w, "fr"));
	harness_ok(h, omni_window_set_channel(w, "sms"));
	harness_ok(h, omni_window_set_purpose(w, "offer"));
	harness_ok(h, omni_window_set_class(w, "marketing"));
	harness_ok(h, omni_window_set_hours(w, "mo-fr 08:00-20:00; ph off"));
	harness_ok(h, omni_window_put(h->db, w, NULL));
	omni_window_free(w);
	harness_ok(h, omni_window_get(h->db, "sms in france", &w));
	assert_string_equal(omni_window_name(w), "sms in france");
	assert_string_equal(omni_window_region(w), "FR");
	assert_string_equal(omni_window_channel(w), "sms");
	assert_string_equal(omni_window_purpose(w), "offer");
	assert_string_equal(omni_window_class(w), "marketing");
	assert_string_equal(omni_window_hours(w),
	    "mo-fr 08:00-20:00; ph off");
	harness_ok(h, omni_window_set_purpose(w, NULL));
	harness_ok(h, omni_window_set_hours(w, NULL));
	assert_string_equal(omni_window_purpose(w), "*");
	assert_null(omni_window_hours(w));
	omni_window_free(w);

	harness_ok(h, omni_cap_set_channel(c, "email"));
	harness_ok(h, omni_cap_set_purpose(c, "offer"));
	harness_ok(h, omni_cap_set_class(c, "marketing"));
	harness_ok(h, omni_cap_set_limit(c, 3));
	harness_ok(h, omni_cap_set_period(c, OMNI_PERIOD_MONTH));
	harness_ok(h, omni_cap_set_sliding(c, 604800));
	harness_ok(h, omni_cap_set_action(c, OMNI_CAP_DROP));
	harness_ok(h, omni_cap_put(h->db, c, NULL));
	omni_cap_free(c);
	harness_ok(h, omni_cap_get(h->db, "weekly", &c));
	assert_string_equal(omni_cap_channel(c), "email");
	assert_string_equal(omni_cap_purpose(c), "offer");
	assert_string_equal(omni_cap_class(c), "marketing");
	assert_int_equal(omni_cap_limit(c), 3);
	assert_int_equal(omni_cap_sliding(c), 604800);
	assert_int_equal(omni_cap_period(c), 0);
	assert_int_equal(omni_cap_action(c), OMNI_CAP_DROP);
	/* The last one set holds, and every purpose is no purpose. */
	harness_ok(h, omni_cap_set_period(c, OMNI_PERIOD_WEEK));
	harness_ok(h, omni_cap_set_purpose(c, "*"));
	harness_ok(h, omni_cap_put(h->db, c, NULL));
	omni_cap_free(c);
	harness_ok(h, omni_cap_get(h->db, "weekly", &c));
	assert_int_equal(omni_cap_sliding(c), 0);
	assert_int_equal(omni_cap_period(c), OMNI_PERIOD_WEEK);
	assert_null(omni_cap_purpose(c));
	omni_cap_free(c);
}

static void
a_calendar_keeps_its_days_in_order_and_once(void **state)
{
	static const char *const days[] = {
		"2026-12-25", "2024-02-29", "2026-01-01", "2026-12-25",
		"2025-06-06"
	};
	static const char *const sorted[] = {
		"2024-02-29", "2025-06-06", "2026-01-01", "2026-12-25"
	};
	struct harness *h = harness_of(state);
	omni_calendar *c = omni_calendar_new("se");
	size_t i;

	for (i = 0; i < OMNI__COUNT(days); i++)
		harness_ok(h, omni_calendar_add_day(c, days[i]));
	harness_ok(h, omni_calendar_put(h->db, c, NULL));
	omni_calendar_free(c);
	harness_ok(h, omni_calendar_get(h->db, "Se", &c));
	assert_string_equal(omni_calendar_region(c), "SE");
	assert_int_equal(omni_calendar_day_count(c), 4);
	for (i = 0; i < OMNI__COUNT(sorted); i++)
		assert_string_equal(omni_calendar_day(c, (int32_t)i),
		    sorted[i]);
	assert_null(omni_calendar_day(c, 4));
	assert_null(omni_calendar_day(c, -1));
	/* What was read can be added to. */
	harness_ok(h, omni_calendar_add_day(c, "2025-01-01"));
	assert_string_equal(omni_calendar_day(c, 1), "2025-01-01");
	omni_calendar_free(c);
}

static void
a_wording_may_have_lines(void **state)
{
	static const char *const text = "Yes, send me news.\n\n\tYour \"Läten\"";
	struct harness *h = harness_of(state);
	omni_wording *w = omni_wording_new("news 2");

	harness_ok(h, omni_wording_set_text(w, text));
	harness_ok(h, omni_wording_set_expiry(w, DAY(900)));
	harness_ok(h, omni_wording_set_days(w, 730));
	harness_ok(h, omni_wording_put(h->db, w, NULL));
	omni_wording_free(w);
	harness_ok(h, omni_wording_get(h->db, "news 2", &w));
	assert_string_equal(omni_wording_name(w), "news 2");
	assert_string_equal(omni_wording_text(w), text);
	assert_true(omni_wording_expiry(w) == DAY(900));
	assert_int_equal(omni_wording_days(w), 730);
	harness_ok(h, omni_wording_set_expiry(w, OMNI_TIME_UNKNOWN));
	assert_int_equal(omni_wording_set_text(w, "a\x01z"), OMNI_INVALID);
	assert_has(omni_wording_errmsg(w), "text");
	assert_int_equal(omni_wording_set_text(w, ""), OMNI_INVALID);
	assert_int_equal(omni_wording_set_text(w, NULL), OMNI_INVALID);
	assert_int_equal(omni_wording_set_text(w, "\xff"), OMNI_INVALID);
	assert_string_equal(omni_wording_text(w), text);
	omni_wording_free(w);
}

/* ---- the basis ------------------------------------------------------ */

static void
the_basis_that_names_most_is_strongest(void **state)
{
	static const struct {
		const char *channel, *region;
		int32_t basis;
	} cases[] = {
		{ "email", "SE", OMNI_BASIS_SOFT },
		{ "email", "se", OMNI_BASIS_SOFT },
		{ "email", "DE", OMNI_BASIS_INTEREST },
		{ "email", NULL, OMNI_BASIS_INTEREST },
		{ "sms", "SE", OMNI_BASIS_LAW },
		{ NULL, "SE", OMNI_BASIS_LAW },
		{ "sms", "DE", OMNI_BASIS_CONTRACT },
		{ NULL, NULL, OMNI_BASIS_CONTRACT },
		{ "a:b:c", NULL, OMNI_BASIS_CONSENT },
		{ "a:b", "NO", OMNI_BASIS_CONTRACT },
	};
	struct harness *h = harness_of(state);
	omni_purpose *p = omni_purpose_new("offer");
	size_t i, round;

	harness_ok(h, omni_purpose_set_basis(p, OMNI_BASIS_CONTRACT));
	harness_ok(h, omni_purpose_set_basis_on(p, "email", NULL,
	    OMNI_BASIS_LAW));
	harness_ok(h, omni_purpose_set_basis_on(p, NULL, "se",
	    OMNI_BASIS_LAW));
	harness_ok(h, omni_purpose_set_basis_on(p, "email", "Se",
	    OMNI_BASIS_SOFT));
	/* Said again it is another word on the same place. */
	harness_ok(h, omni_purpose_set_basis_on(p, "email", NULL,
	    OMNI_BASIS_INTEREST));
	harness_ok(h, omni_purpose_set_basis_on(p, "a:b:c", NULL,
	    OMNI_BASIS_CONSENT));
	for (round = 0; round < 2; round++) {
		for (i = 0; i < OMNI__COUNT(cases); i++)
			assert_int_equal(omni_purpose_basis_on(p,
			    cases[i].channel, cases[i].region),
			    cases[i].basis);
		harness_ok(h, omni_purpose_put(h->db, p, NULL));
		omni_purpose_free(p);
		harness_ok(h, omni_purpose_get(h->db, "offer", &p));
	}
	/* On all channels in all regions it is the basis. */
	harness_ok(h, omni_purpose_set_basis_on(p, NULL, NULL,
	    OMNI_BASIS_LAW));
	assert_int_equal(omni_purpose_basis(p), OMNI_BASIS_LAW);
	assert_int_equal(omni_purpose_basis_on(NULL, "a", "SE"), 0);
	assert_int_equal(omni_purpose_basis_on(p, "sms", "Sweden"),
	    OMNI_BASIS_LAW);
	omni_purpose_free(p);
}

/* ---- bad values ----------------------------------------------------- */

static void
bad_values_of_purposes_are_named(void **state)
{
	omni_purpose *p = omni_purpose_new("news");
	const struct {
		omni_status (*set)(omni_purpose *, int32_t);
		int32_t value;
		const char *field;
	} cases[] = {
		{ omni_purpose_set_basis, 6, "basis" },
		{ omni_purpose_set_priority, 10, "priority" },
		{ omni_purpose_set_priority, -1, "priority" },
		{ omni_purpose_set_confirm, -1, "confirm" },
		{ omni_purpose_set_renewal, -1, "renewal" },
		{ omni_purpose_set_renewal, 40000, "renewal" },
		{ omni_purpose_set_wait, -1, "wait" },
		{ omni_purpose_set_until, 0, "until" },
		{ omni_purpose_set_until, OMNI_RESULT_BOUNCED, "until" },
		{ omni_purpose_set_order, 0, "order" },
		{ omni_purpose_set_order, 3, "order" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < OMNI__COUNT(cases); i++) {
		assert_int_equal(cases[i].set(p, cases[i].value),
		    OMNI_INVALID);
		assert_has(omni_purpose_errmsg(p), cases[i].field);
		assert_int_equal(cases[i].set(NULL, 1), OMNI_MISUSE);
	}
	assert_int_equal(omni_purpose_set_sale(p, "sale", 0), OMNI_INVALID);
	assert_has(omni_purpose_errmsg(p), "sale_days");
	assert_int_equal(omni_purpose_set_sale(p, NULL, 5), OMNI_INVALID);
	assert_has(omni_purpose_errmsg(p), "sale_kind");
	assert_int_equal(omni_purpose_set_sale(NULL, "sale", 5),
	    OMNI_MISUSE);
	assert_int_equal(omni_purpose_set_basis_on(p, "email", "Sweden", 1),
	    OMNI_INVALID);
	assert_has(omni_purpose_errmsg(p), "region");
	assert_int_equal(omni_purpose_set_basis_on(p, "", NULL, 1),
	    OMNI_INVALID);
	assert_has(omni_purpose_errmsg(p), "channel");
	assert_int_equal(omni_purpose_set_basis_on(p, "email", NULL, 0),
	    OMNI_INVALID);
	assert_has(omni_purpose_errmsg(p), "basis");
	assert_int_equal(omni_purpose_set_basis_on(NULL, NULL, NULL, 1),
	    OMNI_MISUSE);
	omni_purpose_free(p);
}

static void
bad_values_of_windows_and_caps_are_named(void **state)
{
	struct harness *h = harness_of(state);
	omni_window *w = omni_window_new("w");
	omni_cap *c = omni_cap_new("c");
	omni_channel *channel = omni_channel_new("post");

	assert_int_equal(omni_channel_set_lead(channel, -1), OMNI_INVALID);
	assert_has(omni_channel_errmsg(channel), "lead");
	assert_int_equal(omni_window_set_region(w, "SWE"), OMNI_INVALID);
	assert_has(omni_window_errmsg(w), "region");
	assert_int_equal(omni_window_set_region(w, "5E"), OMNI_INVALID);
	assert_int_equal(omni_window_set_channel(w, ""), OMNI_INVALID);
	assert_has(omni_window_errmsg(w), "channel");
	assert_int_equal(omni_window_set_purpose(w, "offer/"), OMNI_INVALID);
	assert_has(omni_window_errmsg(w), "purpose");
	assert_int_equal(omni_window_set_class(w, "a\x02"), OMNI_INVALID);
	assert_has(omni_window_errmsg(w), "class");
	assert_int_equal(omni_window_set_hours(w, "mo-fr 25:00-26:00"),
	    OMNI_INVALID);
	assert_has(omni_window_errmsg(w), "hours");
	assert_null(omni_window_hours(w));
	assert_int_equal(omni_cap_set_limit(c, -2), OMNI_INVALID);
	assert_has(omni_cap_errmsg(c), "limit");
	assert_int_equal(omni_cap_set_sliding(c, 0), OMNI_INVALID);
	assert_has(omni_cap_errmsg(c), "sliding");
	assert_int_equal(omni_cap_set_sliding(c, 366 * 86400 + 1),
	    OMNI_INVALID);
	assert_int_equal(omni_cap_set_period(c, 4), OMNI_INVALID);
	assert_has(omni_cap_errmsg(c), "period");
	assert_int_equal(omni_cap_set_action(c, 0), OMNI_INVALID);
	assert_has(omni_cap_errmsg(c), "action");
	assert_int_equal(omni_cap_set_purpose(c, "/a"), OMNI_INVALID);
	assert_has(omni_cap_errmsg(c), "purpose");
	/* None of it stuck. */
	harness_ok(h, omni_cap_put(h->db, c, NULL));
	harness_ok(h, omni_window_put(h->db, w, NULL));
	assert_int_equal(omni_cap_limit(c), -1);
	assert_int_equal(omni_cap_period(c), OMNI_PERIOD_DAY);
	omni_channel_free(channel);
	omni_window_free(w);
	omni_cap_free(c);
}

static void
no_day_is_no_day_of_a_calendar(void **state)
{
	static const char *const bad[] = {
		"2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31",
		"2026-1-1", "20261225", "2026-12-25 ", "25.12.2026", "",
		"0000-01-01", "2026-12-00", "2026-12-3x", NULL
	};
	struct harness *h = harness_of(state);
	omni_calendar *c = omni_calendar_new("SE"), *bad_name;
	omni_calendar *none = NULL;
	size_t i;

	for (i = 0; i < OMNI__COUNT(bad); i++) {
		assert_int_equal(omni_calendar_add_day(c, bad[i]),
		    OMNI_INVALID);
		assert_has(omni_calendar_errmsg(c), "day");
	}
	assert_int_equal(omni_calendar_day_count(c), 0);
	omni_calendar_free(c);
	bad_name = omni_calendar_new("Sweden");
	harness_is(h, omni_calendar_put(h->db, bad_name, NULL),
	    OMNI_INVALID);
	assert_has(omni_errmsg(h->db), "region");
	omni_calendar_free(bad_name);
	harness_is(h, omni_calendar_get(h->db, "Sweden", &none), OMNI_NONE);
	harness_is(h, omni_calendar_get(h->db, NULL, &none), OMNI_INVALID);
}

static void
nothing_is_asked_of_no_object(void **state)
{
	(void)state;
	omni_window_free(NULL);
	omni_calendar_free(NULL);
	omni_cap_free(NULL);
	omni_wording_free(NULL);
	assert_int_equal(omni_window_set_hours(NULL, "none"), OMNI_MISUSE);
	assert_int_equal(omni_window_set_key(NULL, "a", "b"), OMNI_MISUSE);
	assert_int_equal(omni_calendar_add_day(NULL, "2026-12-25"),
	    OMNI_MISUSE);
	assert_int_equal(omni_calendar_set_time(NULL, 0), OMNI_MISUSE);
	assert_int_equal(omni_cap_set_limit(NULL, 1), OMNI_MISUSE);
	assert_int_equal(omni_cap_set_sliding(NULL, 1), OMNI_MISUSE);
	assert_int_equal(omni_cap_set_period(NULL, 1), OMNI_MISUSE);
	assert_int_equal(omni_wording_set_expiry(NULL, 0), OMNI_MISUSE);
	assert_int_equal(omni_wording_set_text(NULL, "a"), OMNI_MISUSE);
	assert_non_null(omni_window_errmsg(NULL));
	assert_non_null(omni_calendar_errmsg(NULL));
	assert_non_null(omni_cap_errmsg(NULL));
	assert_non_null(omni_wording_errmsg(NULL));
	assert_null(omni_window_name(NULL));
	assert_null(omni_calendar_region(NULL));
	assert_int_equal(omni_calendar_day_count(NULL), 0);
	assert_int_equal(omni_cap_limit(NULL), 0);
	assert_null(omni_wording_text(NULL));
	assert_true(omni_wording_expiry(NULL) == OMNI_TIME_UNKNOWN);
	assert_int_equal(omni_window_put(NULL, NULL, NULL), OMNI_MISUSE);
	assert_int_equal(omni_cap_get(NULL, "c", NULL), OMNI_MISUSE);
}

/* ---- bodies --------------------------------------------------------- */

struct one_fact {
	int64_t id;
	char body[1024];
};

static omni_status
read_one(struct omni *db, void *context)
{
	struct one_fact *one = context;
	struct omni__fact fact;
	omni_status status = omni__facts_read(db, &one->id, 1, &fact);

	if (status == OMNI_OK)
		(void)snprintf(one->body, sizeof(one->body), "%s",
		    fact.body);
	return status;
}

static void
body_is(struct harness *h, int64_t id, const char *wanted)
{
	struct one_fact one = { id, "" };

	harness_ok(h, omni__enter(h->db));
	harness_ok(h, omni__transact(h->db, false, read_one, &one));
	(void)omni__leave(h->db, OMNI_OK);
	assert_string_equal(one.body, wanted);
}

/* Or a definition with a key that is told at every start would be a conflict
 * after an upgrade. */
static void
what_was_defined_before_has_the_body_it_had(void **state)
{
	struct harness *h = harness_of(state);
	omni_channel *channel = omni_channel_new("post");
	omni_purpose *purpose = omni_purpose_new("news");
	int64_t id = 0;

	harness_ok(h, omni_channel_put(h->db, channel, &id));
	body_is(h, id, "{\"direction\":\"both\",\"medium\":\"digital\","
	    "\"address\":null,\"confidentiality\":0,\"cost\":0}");
	harness_ok(h, omni_purpose_put(h->db, purpose, &id));
	body_is(h, id, "{\"basis\":\"consent\",\"class\":null,"
	    "\"channels\":[],\"confidentiality\":0,\"verified\":0}");
	harness_ok(h, omni_channel_set_lead(channel, 1));
	harness_ok(h, omni_channel_put(h->db, channel, &id));
	body_is(h, id, "{\"direction\":\"both\",\"medium\":\"digital\","
	    "\"address\":null,\"confidentiality\":0,\"cost\":0,\"lead\":1}");
	omni_channel_free(channel);
	omni_purpose_free(purpose);
}

static void
a_definition_of_each_noun_told_twice_is_one(void **state)
{
	struct harness *h = harness_of(state);
	omni_window *w = omni_window_new("w");
	omni_calendar *c = omni_calendar_new("SE");
	int64_t first = 0, second = 0;

	harness_ok(h, omni_window_set_key(w, "setup", "w"));
	harness_ok(h, omni_window_put(h->db, w, &first));
	h->now += HARNESS_DAY;
	harness_is(h, omni_window_put(h->db, w, &second), OMNI_DUPLICATE);
	assert_true(first == second && first != 0);
	harness_ok(h, omni_window_set_hours(w, "none"));
	harness_is(h, omni_window_put(h->db, w, NULL), OMNI_CONFLICT);
	/* The same key is another noun's conflict, too. */
	harness_ok(h, omni_calendar_set_key(c, "setup", "w"));
	harness_is(h, omni_calendar_put(h->db, c, NULL), OMNI_CONFLICT);
	omni_window_free(w);
	omni_calendar_free(c);
}

/* ---- rules ---------------------------------------------------------- */

struct look {
	const struct omni__rules *rules;
	void (*check)(const struct omni__rules *);
	const struct omni__view *view;
	bool then;
};

static omni_status
look_work(struct omni *db, void *context)
{
	struct look *look = context;
	omni_status status = look->then ?
	    omni__rules_then(db, look->view, &look->rules) :
	    omni__rules(db, &look->rules);

	if (status == OMNI_OK && look->check != NULL)
		look->check(look->rules);
	return status;
}

static const struct omni__rules *
look_at(struct harness *h, struct look *look)
{
	harness_ok(h, omni__enter(h->db));
	harness_ok(h, omni__transact(h->db, false, look_work, look));
	(void)omni__leave(h->db, OMNI_OK);
	return look->rules;
}

static const struct omni__rules *
rules_of(struct harness *h)
{
	struct look look = { .rules = NULL };

	return look_at(h, &look);
}

static void
put_window(omni *db, const char *name, const char *hours, int64_t time)
{
	omni_window *w = omni_window_new(name);

	assert_int_equal(omni_window_set_hours(w, hours), OMNI_OK);
	assert_int_equal(omni_window_set_time(w, time), OMNI_OK);
	assert_int_equal(omni_window_put(db, w, NULL), OMNI_OK);
	omni_window_free(w);
}

static void
put_cap(struct harness *h, const char *name, int32_t limit, int32_t sliding,
    int32_t period)
{
	omni_cap *c = omni_cap_new(name);

	h->now += HARNESS_MINUTE;
	harness_ok(h, omni_cap_set_limit(c, limit));
	if (sliding != 0)
		harness_ok(h, omni_cap_set_sliding(c, sliding));
	if (period != 0)
		harness_ok(h, omni_cap_set_period(c, period));
	harness_ok(h, omni_cap_put(h->db, c, NULL));
	omni_cap_free(c);
}

static void
put_purpose(struct harness *h, const char *name, int64_t time,
    const char *sale)
{
	omni_purpose *p = omni_purpose_new(name);

	if (sale != NULL)
		harness_ok(h, omni_purpose_set_sale(p, sale, 30));
	harness_ok(h, omni_purpose_set_time(p, time));
	harness_ok(h, omni_purpose_put(h->db, p, NULL));
	omni_purpose_free(p);
}

static void
rules_are_made_again_only_when_a_definition_changed(void **state)
{
	struct harness *h = harness_of(state);
	const struct omni__rules *first = rules_of(h), *second;
	omni *other = harness_open(h);
	uint64_t digest = first->digest;

	assert_int_equal(first->window_count, 0);
	assert_ptr_equal(rules_of(h), first);
	put_window(h->db, "night", "08:00-21:00", DAY(1));
	second = rules_of(h);
	assert_true(second->digest != digest);
	assert_int_equal(second->window_count, 1);
	assert_string_equal(second->windows[0].window->hours,
	    "08:00-21:00");
	assert_ptr_equal(rules_of(h), second);
	/* What another handle defined is seen, too. */
	put_window(other, "night", "09:00-20:00", DAY(2));
	assert_string_equal(rules_of(h)->windows[0].window->hours,
	    "09:00-20:00");
	/* ... and one that comes late changes nothing but the sum. */
	put_window(other, "night", "10:00-11:00", DAY(1));
	assert_string_equal(rules_of(h)->windows[0].window->hours,
	    "09:00-20:00");
	/* Redefined to nothing it is gone. */
	put_window(other, "night", NULL, DAY(3));
	assert_int_equal(rules_of(h)->window_count, 0);
	omni_close(other);
}

static void
rules_leave_out_what_does_nothing_and_reach_as_far_as_a_cap(void **state)
{
	static const struct {
		const char *name;
		int32_t limit, sliding, period;
		int64_t reach;
		size_t count;
	} steps[] = {
		{ "none", -1, 0, 0, 0, 0 },
		{ "hour", 0, 3600, 0, 3600 * OMNI__SECOND, 1 },
		{ "day", 1, 0, OMNI_PERIOD_DAY, 2 * OMNI__DAY, 2 },
		{ "week", 9, 0, OMNI_PERIOD_WEEK, 8 * OMNI__DAY, 3 },
		{ "year", 9, 366 * 86400, 0, 366 * OMNI__DAY, 4 },
		{ "year", -1, 366 * 86400, 0, 8 * OMNI__DAY, 3 },
		{ "month", 4, 0, OMNI_PERIOD_MONTH, 32 * OMNI__DAY, 4 },
	};
	struct harness *h = harness_of(state);
	size_t i;

	for (i = 0; i < OMNI__COUNT(steps); i++) {
		const struct omni__rules *rules;

		put_cap(h, steps[i].name, steps[i].limit, steps[i].sliding,
		    steps[i].period);
		rules = rules_of(h);
		assert_int_equal(rules->cap_count, steps[i].count);
		assert_true(rules->cap_reach == steps[i].reach);
	}
}

static void
rules_find_by_name_and_know_when_a_purpose_was_first_defined(void **state)
{
	static const char *const names[] = {
		"offer", "news", "offer/shoes", "invoice", "a", "zz"
	};
	struct harness *h = harness_of(state);
	const struct omni__rules *rules;
	size_t i;

	for (i = 0; i < OMNI__COUNT(names); i++) {
		put_purpose(h, names[i], DAY(50), i % 2 ? "sale" : "rent");
		put_purpose(h, names[i], DAY(30 + (int)i), NULL);
		put_purpose(h, names[i], DAY(40), "sale");
	}
	rules = rules_of(h);
	assert_int_equal(rules->purpose_count, OMNI__COUNT(names));
	for (i = 0; i < OMNI__COUNT(names); i++) {
		const struct omni__purpose_rule *rule =
		    omni__rule_purpose(rules, names[i]);

		assert_non_null(rule);
		assert_string_equal(rule->purpose->head.name, names[i]);
		assert_true(rule->since == DAY(30 + (int)i));
		assert_string_equal(rules->sale_kinds[rule->sale],
		    i % 2 ? "sale" : "rent");
	}
	assert_int_equal(rules->sale_count, 2);
	assert_null(omni__rule_purpose(rules, "offers"));
	assert_null(omni__rule_purpose(rules, ""));
	assert_null(omni__rule_channel(rules, "email"));
	assert_null(omni__rule_wording(rules, "v1"));
	assert_null(omni__rule_prior(rules, "email"));
	put_purpose(h, "bare", DAY(1), NULL);
	assert_true(omni__rule_purpose(rules_of(h), "bare")->sale ==
	    SIZE_MAX);
}

static void
a_holiday_is_one_in_its_region(void **state)
{
	struct harness *h = harness_of(state);
	omni_calendar *c = omni_calendar_new("SE");
	int64_t christmas = omni__days_from_civil(2026, 12, 25);
	const struct omni__rules *rules;

	harness_ok(h, omni_calendar_add_day(c, "2026-12-25"));
	harness_ok(h, omni_calendar_add_day(c, "2026-12-26"));
	harness_ok(h, omni_calendar_add_day(c, "2027-01-01"));
	harness_ok(h, omni_calendar_put(h->db, c, NULL));
	omni_calendar_free(c);
	rules = rules_of(h);
	assert_true(omni__rule_holiday(rules, "SE", christmas));
	assert_true(omni__rule_holiday(rules, "SE", christmas + 1));
	assert_true(omni__rule_holiday(rules, "SE", christmas + 7));
	assert_false(omni__rule_holiday(rules, "SE", christmas + 2));
	assert_false(omni__rule_holiday(rules, "SE", christmas - 365));
	assert_false(omni__rule_holiday(rules, "NO", christmas));
}

static void
learned(struct harness *h, const char *body, int64_t time)
{
	struct omni__fact fact = {
		.noun = OMNI__FACT_AFFINITY, .kind = "affinity",
		.body = body, .happened = time, .timed = true
	};

	harness_ok(h, omni__enter(h->db));
	harness_ok(h, omni__fact_put(h->db, &fact, omni__definitions_apply,
	    NULL));
	(void)omni__leave(h->db, OMNI_OK);
}

static void
what_was_learned_last_is_what_is_expected(void **state)
{
	struct harness *h = harness_of(state);
	const struct omni__prior *prior;

	learned(h, "{\"channels\":[{\"channel\":\"sms\",\"answered\":1024,"
	    "\"unanswered\":9216},{\"channel\":\"email\",\"answered\":2048,"
	    "\"unanswered\":4096},{\"channel\":\"odd\",\"answered\":-1,"
	    "\"unanswered\":5}]}", DAY(5));
	assert_int_equal(rules_of(h)->prior_count, 2);
	prior = omni__rule_prior(rules_of(h), "email");
	assert_non_null(prior);
	assert_int_equal(prior->answered, 2048);
	assert_int_equal(prior->unanswered, 4096);
	assert_null(omni__rule_prior(rules_of(h), "odd"));
	learned(h, "{\"channels\":[{\"channel\":\"email\",\"answered\":7,"
	    "\"unanswered\":8}]}", DAY(9));
	learned(h, "{\"channels\":[]}", DAY(8));
	assert_int_equal(rules_of(h)->prior_count, 1);
	assert_int_equal(omni__rule_prior(rules_of(h), "email")->answered, 7);
	assert_null(omni__rule_prior(rules_of(h), "sms"));
}

static void
check_then(const struct omni__rules *rules)
{
	assert_int_equal(rules->window_count, 1);
	assert_string_equal(rules->windows[0].window->hours, "08:00-09:00");
	assert_int_equal(rules->purpose_count, 1);
	assert_true(rules->purposes[0].since == DAY(7));
}

/* Facts of one writer are dense: a view is how many there were. */
static void
rules_then_are_what_was_known_then(void **state)
{
	struct harness *h = harness_of(state);
	int64_t seen[64], i;
	struct omni__view view = { seen, OMNI__COUNT(seen) };
	struct look look = { .then = true, .view = &view,
	    .check = check_then };
	omni_purpose *p = omni_purpose_new("news");
	int64_t fact = 0;

	put_window(h->db, "night", "08:00-09:00", DAY(3));
	harness_ok(h, omni_purpose_set_time(p, DAY(7)));
	harness_ok(h, omni_purpose_put(h->db, p, &fact));
	omni_purpose_free(p);
	for (i = 0; i < 64; i++)
		seen[i] = 0;
	assert_true(fact >> OMNI__SEQ_BITS < 64);
	seen[fact >> OMNI__SEQ_BITS] = fact &
	    ((INT64_C(1) << OMNI__SEQ_BITS) - 1);
	put_window(h->db, "night", "10:00-12:00", DAY(4));
	put_window(h->db, "day", "10:00-12:00", DAY(2));
	put_purpose(h, "news", DAY(1), NULL);
	put_purpose(h, "offer", DAY(1), NULL);
	(void)look_at(h, &look);
	assert_int_equal(rules_of(h)->window_count, 2);
	assert_int_equal(rules_of(h)->purpose_count, 2);
}

static void
a_rebuild_leaves_definitions_and_their_sum_alone(void **state)
{
	struct harness *h = harness_of(state);
	const struct omni__rules *rules;
	uint64_t digest;
	int32_t i;

	for (i = 0; i < 40; i++) {
		put_window(h->db, i % 3 ? "day" : "night", i % 7 ?
		    "08:00-09:00" : NULL, DAY((i * 37) % 41));
		put_cap(h, "cap", i % 5 - 1, 0, 0);
		put_purpose(h, i % 2 ? "news" : "offer", DAY(i % 11), NULL);
	}
	digest = rules_of(h)->digest;
	assert_true(digest != 0);
	store_sound(h);
	harness_ok(h, omni_rebuild(h->db));
	rules = rules_of(h);
	assert_true(rules->digest == digest);
	assert_int_equal(rules->purpose_count, 2);
}

/* ---- lines ---------------------------------------------------------- */

static void
import_line(struct harness *h, const char *type, const char *data,
    char reason[400])
{
	static int number;
	omni_import *import = NULL;
	char line[2048];
	const char *text;
	int64_t at;
	int size = snprintf(line, sizeof(line),
	    "{\"specversion\":\"1.0\",\"id\":\"d%d\",\"source\":\"setup\","
	    "\"type\":\"%s\",\"time\":\"2025-01-01T00:00:00Z\","
	    "\"data\":%s}\n", ++number, type, data);

	assert_true(size > 0 && (size_t)size < sizeof(line));
	harness_ok(h, omni_import_new(h->db, OMNI_FORMAT_LINES, &import));
	harness_ok(h, omni_import_write(import, line, (size_t)size));
	assert_true(omni_import_finish(import) >= 0);
	reason[0] = '\0';
	if (omni_import_problem(import, &at, &text) == OMNI_OK)
		(void)snprintf(reason, 400, "%s", text);
	assert_int_equal(omni_import_stored(import), reason[0] == '\0');
	omni_import_free(import);
}

static void
told(struct harness *h, const char *type, const char *data)
{
	char reason[400];

	import_line(h, type, data, reason);
	assert_string_equal(reason, "");
}

static void
lines_define_windows_calendars_caps_and_wordings(void **state)
{
	struct harness *h = harness_of(state);
	omni_window *w = NULL;
	omni_calendar *c = NULL;
	omni_cap *cap = NULL;
	omni_wording *wording = NULL;

	told(h, "omni.window", "{\"name\":\"w\",\"region\":\"fr\","
	    "\"channel\":\"sms\",\"purpose\":\"offer\",\"class\":\"x\","
	    "\"hours\":\"mo-sa 08:00-20:00\"}");
	harness_ok(h, omni_window_get(h->db, "w", &w));
	assert_string_equal(omni_window_region(w), "FR");
	assert_string_equal(omni_window_channel(w), "sms");
	assert_string_equal(omni_window_purpose(w), "offer");
	assert_string_equal(omni_window_class(w), "x");
	assert_string_equal(omni_window_hours(w), "mo-sa 08:00-20:00");
	omni_window_free(w);
	told(h, "omni.calendar", "{\"region\":\"fr\",\"days\":"
	    "[\"2026-07-14\",\"2026-05-01\"]}");
	harness_ok(h, omni_calendar_get(h->db, "FR", &c));
	assert_int_equal(omni_calendar_day_count(c), 2);
	assert_string_equal(omni_calendar_day(c, 0), "2026-05-01");
	omni_calendar_free(c);
	told(h, "omni.cap", "{\"name\":\"c\",\"channel\":\"sms\","
	    "\"purpose\":\"*\",\"class\":\"marketing\",\"limit\":2,"
	    "\"period\":\"week\",\"action\":\"drop\"}");
	harness_ok(h, omni_cap_get(h->db, "c", &cap));
	assert_int_equal(omni_cap_limit(cap), 2);
	assert_int_equal(omni_cap_period(cap), OMNI_PERIOD_WEEK);
	assert_int_equal(omni_cap_action(cap), OMNI_CAP_DROP);
	assert_null(omni_cap_purpose(cap));
	omni_cap_free(cap);
	told(h, "omni.cap", "{\"name\":\"s\",\"limit\":2,"
	    "\"sliding\":3600,\"period\":null}");
	harness_ok(h, omni_cap_get(h->db, "s", &cap));
	assert_int_equal(omni_cap_sliding(cap), 3600);
	assert_int_equal(omni_cap_period(cap), 0);
	omni_cap_free(cap);
	told(h, "omni.wording", "{\"name\":\"v\",\"text\":\"Yes\\nplease\","
	    "\"expiry\":\"2030-01-01\",\"days\":730}");
	harness_ok(h, omni_wording_get(h->db, "v", &wording));
	assert_string_equal(omni_wording_text(wording), "Yes\nplease");
	assert_true(omni_wording_expiry(wording) ==
	    omni__days_from_civil(2030, 1, 1) * OMNI__DAY);
	assert_int_equal(omni_wording_days(wording), 730);
	omni_wording_free(wording);
}

static void
lines_define_all_of_a_purpose(void **state)
{
	struct harness *h = harness_of(state);
	omni_channel *channel = NULL;
	omni_purpose *p = NULL;

	told(h, "omni.channel", "{\"name\":\"post\",\"medium\":\"physical\","
	    "\"lead\":259200}");
	harness_ok(h, omni_channel_get(h->db, "post", &channel));
	assert_int_equal(omni_channel_lead(channel), 259200);
	omni_channel_free(channel);
	told(h, "omni.purpose", "{\"name\":\"offer\",\"basis\":\"consent\","
	    "\"channels\":[\"email\",\"sms\",\"email\"],\"verified\":true,"
	    "\"bases\":[{\"channel\":\"email\",\"region\":\"se\","
	    "\"basis\":\"soft\"},{\"region\":\"US\",\"basis\":\"interest\"}],"
	    "\"priority\":3,\"urgent\":true,\"confirm\":3600,"
	    "\"renewal\":730,\"household\":true,\"wait\":60,"
	    "\"until\":\"clicked\",\"order\":\"fixed\","
	    "\"sale\":{\"kind\":\"sale.completed\",\"days\":400}}");
	harness_ok(h, omni_purpose_get(h->db, "offer", &p));
	assert_int_equal(omni_purpose_channel_count(p), 2);
	assert_int_equal(omni_purpose_verified(p), 1);
	assert_int_equal(omni_purpose_basis_on(p, "email", "SE"),
	    OMNI_BASIS_SOFT);
	assert_int_equal(omni_purpose_basis_on(p, "sms", "US"),
	    OMNI_BASIS_INTEREST);
	assert_int_equal(omni_purpose_basis_on(p, "sms", "SE"),
	    OMNI_BASIS_CONSENT);
	assert_int_equal(omni_purpose_priority(p), 3);
	assert_int_equal(omni_purpose_urgent(p), 1);
	assert_int_equal(omni_purpose_confirm(p), 3600);
	assert_int_equal(omni_purpose_renewal(p), 730);
	assert_int_equal(omni_purpose_household(p), 1);
	assert_int_equal(omni_purpose_wait(p), 60);
	assert_int_equal(omni_purpose_until(p), OMNI_RESULT_CLICKED);
	assert_int_equal(omni_purpose_order(p), OMNI_ORDER_FIXED);
	assert_string_equal(omni_purpose_sale_kind(p), "sale.completed");
	assert_int_equal(omni_purpose_sale_days(p), 400);
	omni_purpose_free(p);
}

static void
a_bad_member_of_a_line_that_defines_is_named(void **state)
{
	static const struct {
		const char *type, *data, *member;
	} cases[] = {
		{ "omni.channel", "{\"name\":\"a\",\"lead\":-5}",
		    "data.lead" },
		{ "omni.channel", "{\"name\":\"a\",\"lead\":\"3\"}",
		    "data.lead" },
		{ "omni.channel", "{\"name\":\"a\",\"address\":\"x\"}",
		    "data.address" },
		{ "omni.channel", "{}", "data.name" },
		{ "omni.purpose", "{\"name\":\"a\",\"basis\":\"x\"}",
		    "data.basis" },
		{ "omni.purpose", "{\"name\":\"a\",\"bases\":7}",
		    "data.bases" },
		{ "omni.purpose", "{\"name\":\"a\",\"bases\":[7]}",
		    "data.bases.basis" },
		{ "omni.purpose", "{\"name\":\"a\",\"bases\":"
		    "[{\"basis\":\"law\",\"region\":\"x\"}]}",
		    "data.bases.region" },
		{ "omni.purpose", "{\"name\":\"a\",\"bases\":"
		    "[{\"basis\":\"law\",\"channel\":\"\"}]}",
		    "data.bases.channel" },
		{ "omni.purpose", "{\"name\":\"a\",\"priority\":10}",
		    "data.priority" },
		{ "omni.purpose", "{\"name\":\"a\",\"urgent\":\"yes\"}",
		    "data.urgent" },
		{ "omni.purpose", "{\"name\":\"a\",\"confirm\":1.5}",
		    "data.confirm" },
		{ "omni.purpose", "{\"name\":\"a\",\"renewal\":-1}",
		    "data.renewal" },
		{ "omni.purpose", "{\"name\":\"a\",\"wait\":-1}",
		    "data.wait" },
		{ "omni.purpose", "{\"name\":\"a\",\"until\":\"bounced\"}",
		    "data.until" },
		{ "omni.purpose", "{\"name\":\"a\",\"order\":\"random\"}",
		    "data.order" },
		{ "omni.purpose", "{\"name\":\"a\",\"sale\":\"x\"}",
		    "data.sale" },
		{ "omni.purpose", "{\"name\":\"a\",\"sale\":{\"days\":3}}",
		    "data.sale.kind" },
		{ "omni.purpose", "{\"name\":\"a\",\"sale\":"
		    "{\"kind\":\"s\",\"days\":0}}", "data.sale" },
		{ "omni.purpose", "{\"name\":\"a/\"}", "name" },
		{ "omni.window", "{\"name\":\"w\",\"hours\":\"mo 9\"}",
		    "data.hours" },
		{ "omni.window", "{\"name\":\"w\",\"region\":\"FRA\"}",
		    "data.region" },
		{ "omni.window", "{\"name\":\"w\",\"purpose\":\"/\"}",
		    "data.purpose" },
		{ "omni.window", "{\"hours\":\"none\"}", "data.name" },
		{ "omni.calendar", "{\"days\":[]}", "data.region" },
		{ "omni.calendar", "{\"region\":\"Fr4\"}", "region" },
		{ "omni.calendar", "{\"region\":\"FR\",\"days\":"
		    "[\"2026-02-30\"]}", "data.days" },
		{ "omni.calendar", "{\"region\":\"FR\",\"days\":[5]}",
		    "data.days" },
		{ "omni.cap", "{\"name\":\"c\",\"limit\":\"3\"}",
		    "data.limit" },
		{ "omni.cap", "{\"name\":\"c\",\"sliding\":0}",
		    "data.sliding" },
		{ "omni.cap", "{\"name\":\"c\",\"period\":\"year\"}",
		    "data.period" },
		{ "omni.cap", "{\"name\":\"c\",\"action\":3}",
		    "data.action" },
		{ "omni.wording", "{\"name\":\"v\",\"expiry\":\"soon\"}",
		    "data.expiry" },
		{ "omni.wording", "{\"name\":\"v\",\"days\":-1}",
		    "data.days" },
		{ "omni.wording", "{\"name\":\"v\",\"text\":7}",
		    "data.text" },
		{ "omni.kind", "{\"name\":\"k\",\"normaliser\":\"x\"}",
		    "data.normaliser" },
	};
	struct harness *h = harness_of(state);
	char reason[400];
	size_t i;

	for (i = 0; i < OMNI__COUNT(cases); i++) {
		import_line(h, cases[i].type, cases[i].data, reason);
		if (strstr(reason, cases[i].member) == NULL)
			fail_msg("%s %s: \"%s\" does not name %s",
			    cases[i].type, cases[i].data, reason,
			    cases[i].member);
	}
}

/* ---- many ----------------------------------------------------------- */

static void
a_name_with_many_versions_has_one_that_holds(void **state)
{
	struct harness *h = harness_of(state);
	omni_cap *held = NULL;
	int32_t i, best = -1;
	int64_t latest = 0;

	harness_seed(h, __func__);
	for (i = 0; i < 300; i++) {
		omni_cap *c = omni_cap_new("cap");
		int64_t time = DAY((int)harness_random(h, 90));

		harness_ok(h, omni_cap_set_limit(c, i));
		harness_ok(h, omni_cap_set_time(c, time));
		harness_ok(h, omni_cap_put(h->db, c, NULL));
		omni_cap_free(c);
		if (best < 0 || time >= latest) {
			latest = time;
			best = i;
		}
	}
	harness_ok(h, omni_cap_get(h->db, "cap", &held));
	assert_int_equal(omni_cap_limit(held), best);
	omni_cap_free(held);
	assert_int_equal(rules_of(h)->cap_count, 1);
	assert_int_equal(rules_of(h)->caps[0]->limit, best);
	store_sound(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(channels_and_purposes_have_presets),
		HARNESS_TEST(windows_caps_and_wordings_have_presets),
		HARNESS_TEST(all_that_a_purpose_says_is_read_back),
		HARNESS_TEST(a_window_and_a_cap_are_read_as_they_were_told),
		HARNESS_TEST(a_calendar_keeps_its_days_in_order_and_once),
		HARNESS_TEST(a_wording_may_have_lines),
		HARNESS_TEST(the_basis_that_names_most_is_strongest),
		cmocka_unit_test(bad_values_of_purposes_are_named),
		HARNESS_TEST(bad_values_of_windows_and_caps_are_named),
		HARNESS_TEST(no_day_is_no_day_of_a_calendar),
		cmocka_unit_test(nothing_is_asked_of_no_object),
		HARNESS_TEST(what_was_defined_before_has_the_body_it_had),
		HARNESS_TEST(a_definition_of_each_noun_told_twice_is_one),
		HARNESS_TEST(
		    rules_are_made_again_only_when_a_definition_changed),
		HARNESS_TEST(
		    rules_leave_out_what_does_nothing_and_reach_as_far_as_a_cap),
		HARNESS_TEST(
		    rules_find_by_name_and_know_when_a_purpose_was_first_defined),
		HARNESS_TEST(a_holiday_is_one_in_its_region),
		HARNESS_TEST(what_was_learned_last_is_what_is_expected),
		HARNESS_TEST(rules_then_are_what_was_known_then),
		HARNESS_TEST(
		    a_rebuild_leaves_definitions_and_their_sum_alone),
		HARNESS_TEST(
		    lines_define_windows_calendars_caps_and_wordings),
		HARNESS_TEST(lines_define_all_of_a_purpose),
		HARNESS_TEST(a_bad_member_of_a_line_that_defines_is_named),
		HARNESS_TEST(
		    a_name_with_many_versions_has_one_that_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
