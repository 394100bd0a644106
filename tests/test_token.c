/*
 * Tokens: one click takes back a yes or confirms one, for the address that
 * got the link, and nobody makes one but the host.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "harness_record.h"
#include "harness_store.h"
#include "consent/consent.h"

#define ANN "ann@example.com"
#define AT(n) (HARNESS_NOW - 400 * HARNESS_DAY + (n) * HARNESS_DAY)

#define assert_has(text, piece) \
	assert_true((text) != NULL && strstr((text), (piece)) != NULL)

static const char secret[] = "a secret of the host's, long enough for all";
static const unsigned char tenant[32] = "a tenant's key, same in all test";

/* ---- handles with a key --------------------------------------------- */

static int64_t
clock_of(void *user)
{
	return ((const struct harness *)user)->now;
}

static omni *
open_with(struct harness *h, const void *key, const char *url)
{
	omni_config *config = omni_config_new();
	omni *db = NULL;

	assert_non_null(config);
	assert_int_equal(omni_config_set_clock(config, clock_of, h),
	    OMNI_OK);
	assert_int_equal(omni_config_set_tenant_key(config, tenant, 32),
	    OMNI_OK);
	assert_int_equal(omni_config_set_region(config, "SE"), OMNI_OK);
	assert_int_equal(omni_config_set_durability(config,
	    OMNI_DURABLE_NORMAL), OMNI_OK);
	if (key != NULL)
		assert_int_equal(omni_config_set_token_key(config, key,
		    sizeof(secret)), OMNI_OK);
	assert_int_equal(omni_open(config, url, &db), OMNI_OK);
	omni_config_free(config);
	return db;
}

/* The harness' store, by a handle that can sign. */
static struct harness *
signer_of(void **state)
{
	struct harness *h = harness_of(state);

	omni_close(h->db);
	h->db = open_with(h, secret, h->url);
	return h;
}

/* ---- making --------------------------------------------------------- */

static omni_token *
token_to(int32_t what, const char *purpose, const char *kind,
    const char *value)
{
	omni_token *token = omni_token_new(what, purpose);

	assert_non_null(token);
	assert_int_equal(omni_token_set_address(token, kind, value),
	    OMNI_OK);
	return token;
}

static char *
text_of(struct harness *h, omni_token *token)
{
	char *text = NULL;

	harness_ok(h, omni_token_make(h->db, token, &text));
	assert_non_null(text);
	omni_token_free(token);
	return text;
}

static char *
unsubscribe(struct harness *h, const char *purpose)
{
	return text_of(h, token_to(OMNI_TOKEN_UNSUBSCRIBE, purpose, "email",
	    ANN));
}

static void
a_token_is_short_and_holds_no_address(void **state)
{
	struct harness *h = signer_of(state);
	omni_token *token = token_to(OMNI_TOKEN_UNSUBSCRIBE,
	    "offer/shoes/running", "email", "anna.maria@example.com");
	char *text, *other = NULL;

	harness_ok(h, omni_token_set_channel(token, "email"));
	harness_ok(h, omni_token_set_brand(token, "Northwind"));
	harness_ok(h, omni_token_set_wording(token, "2026-03 letter"));
	harness_ok(h, omni_token_make(h->db, token, &other));
	text = text_of(h, token);
	assert_in_range(strlen(text), 80, 200);
	assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh"
	    "ijklmnopqrstuvwxyz0123456789-_"), strlen(text));
	/* Two of the same are not alike: nobody can tell whose it is. */
	assert_string_not_equal(text, other);
	omni_text_free(text);
	omni_text_free(other);
}

static void
without_a_key_there_are_no_tokens(void **state)
{
	struct harness *h = harness_of(state);
	omni_token *token = token_to(OMNI_TOKEN_UNSUBSCRIBE, "offer",
	    "email", ANN);
	omni_config *config = omni_config_new();
	char *text = NULL;

	harness_is(h, omni_token_make(h->db, token, &text), OMNI_MISUSE);
	assert_has(omni_errmsg(h->db), "omni_config_set_token_key");
	assert_null(text);
	harness_is(h, omni_token_headers(h->db, token, "https://e.example/",
	    NULL, &text), OMNI_MISUSE);
	harness_is(h, omni_token_redeem(h->db, "abc", NULL, NULL),
	    OMNI_MISUSE);
	omni_token_free(token);
	assert_int_equal(omni_config_set_token_key(config, secret, 31),
	    OMNI_INVALID);
	assert_has(omni_config_errmsg(config), "32");
	assert_int_equal(omni_config_set_token_key(config, secret, 4096),
	    OMNI_INVALID);
	assert_int_equal(omni_config_set_token_key(config, NULL, 32),
	    OMNI_INVALID);
	assert_int_equal(omni_config_set_token_key(NULL, secret, 32),
	    OMNI_MISUSE);
	assert_int_equal(omni_config_set_token_key(config, secret, 32),
	    OMNI_OK);
	assert_int_equal(omni_config_set_token_key(config, secret, 33),
	    OMNI_OK);
	omni_config_free(config);
}

static void
make_refused(struct harness *h, omni_token *token, omni_status status,
    const char *piece)
{
	char *text = NULL;

	harness_is(h, omni_token_make(h->db, token, &text), status);
	assert_has(omni_errmsg(h->db), piece);
	assert_null(text);
	omni_token_free(token);
}

static void
a_token_that_says_nothing_clear_is_refused(void **state)
{
	struct harness *h = signer_of(state);
	char name[300];
	omni_token *token;

	memset(name, 'x', sizeof(name));
	name[256] = '\0';
	make_refused(h, omni_token_new(0, "offer"), OMNI_INVALID, "what");
	make_refused(h, omni_token_new(3, "offer"), OMNI_INVALID, "what");
	make_refused(h, omni_token_new(1, "offer//"), OMNI_INVALID,
	    "purpose");
	make_refused(h, omni_token_new(1, NULL), OMNI_INVALID, "purpose");
	make_refused(h, omni_token_new(1, name), OMNI_INVALID, "purpose");
	make_refused(h, omni_token_new(1, "offer"), OMNI_INVALID,
	    "address");
	make_refused(h, token_to(1, "offer", "email", "nothing"),
	    OMNI_INVALID, "address");
	make_refused(h, NULL, OMNI_MISUSE, "NULL");
	token = token_to(1, "offer", "email", ANN);
	assert_int_equal(omni_token_set_address(token, "street", "x"),
	    OMNI_INVALID);
	assert_has(omni_token_errmsg(token), "kind");
	assert_int_equal(omni_token_set_address(token, "email", NULL),
	    OMNI_INVALID);
	assert_int_equal(omni_token_set_channel(token, name), OMNI_INVALID);
	assert_has(omni_token_errmsg(token), "channel");
	assert_int_equal(omni_token_set_brand(token, "a\nb"), OMNI_INVALID);
	assert_int_equal(omni_token_set_wording(token, ""), OMNI_INVALID);
	assert_int_equal(omni_token_set_expiry(token, OMNI_NOW),
	    OMNI_INVALID);
	assert_int_equal(omni_token_set_expiry(token, INT64_MAX - 1),
	    OMNI_INVALID);
	assert_has(omni_token_errmsg(token), "expiry");
	harness_is(h, omni_token_make(h->db, token, NULL), OMNI_MISUSE);
	harness_ok(h, omni_token_set_expiry(token, h->now - 1));
	make_refused(h, token, OMNI_INVALID, "expiry");
	assert_int_equal(omni_token_set_address(NULL, "email", ANN),
	    OMNI_MISUSE);
	assert_int_equal(omni_token_set_channel(NULL, "a"), OMNI_MISUSE);
	assert_int_equal(omni_token_set_brand(NULL, "a"), OMNI_MISUSE);
	assert_int_equal(omni_token_set_wording(NULL, "a"), OMNI_MISUSE);
	assert_int_equal(omni_token_set_expiry(NULL, 0), OMNI_MISUSE);
	assert_non_null(omni_token_errmsg(NULL));
	omni_token_free(NULL);
}

/* The longest names that there may be. */
static void
a_token_with_long_names_is_read_back(void **state)
{
	struct harness *h = signer_of(state);
	char name[256];
	omni_token *token;
	char *text;

	memset(name, 'y', sizeof(name));
	name[255] = '\0';
	token = token_to(OMNI_TOKEN_UNSUBSCRIBE, name, "email", ANN);
	harness_ok(h, omni_token_set_channel(token, name));
	harness_ok(h, omni_token_set_brand(token, name));
	harness_ok(h, omni_token_set_wording(token, name));
	text = text_of(h, token);
	assert_in_range(strlen(text), 1400, 1500);
	harness_ok(h, omni_token_redeem(h->db, text, NULL, NULL));
	harness_is(h, omni_token_redeem(h->db, text, NULL, NULL),
	    OMNI_DUPLICATE);
	omni_text_free(text);
}

/* ---- header lines --------------------------------------------------- */

static void
the_header_lines_are_those_of_the_rfc(void **state)
{
	static const char first[] =
	    "List-Unsubscribe: <https://shop.example/out?t=";
	static const char middle[] = ">,\r\n <mailto:out@shop.example?subject=";
	static const char last[] = ">\r\n"
	    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
	struct harness *h = signer_of(state);
	omni_token *token = token_to(OMNI_TOKEN_UNSUBSCRIBE, "offer",
	    "email", ANN);
	char *lines = NULL, token_text[600];
	const char *end;
	size_t size;

	harness_ok(h, omni_token_headers(h->db, token,
	    "https://shop.example/out?t=", "out@shop.example", &lines));
	assert_memory_equal(lines, first, sizeof(first) - 1);
	end = strchr(lines, '>');
	size = (size_t)(end - lines) - (sizeof(first) - 1);
	assert_in_range(size, 50, 500);
	memcpy(token_text, lines + sizeof(first) - 1, size);
	token_text[size] = '\0';
	assert_memory_equal(end, middle, sizeof(middle) - 1);
	/* The same token in both. */
	assert_memory_equal(end + sizeof(middle) - 1, token_text, size);
	assert_string_equal(end + sizeof(middle) - 1 + size, last);
	harness_ok(h, omni_token_redeem(h->db, token_text, NULL, NULL));
	omni_text_free(lines);
	harness_ok(h, omni_token_headers(h->db, token, "https://e.example/",
	    NULL, &lines));
	assert_null(strstr(lines, "mailto"));
	assert_string_equal(strchr(lines, '>'), last);
	omni_text_free(lines);
	omni_token_free(token);
}

static void
lines_refused(struct harness *h, const omni_token *token, const char *url,
    const char *mailto, const char *piece)
{
	char *lines = NULL;

	harness_is(h, omni_token_headers(h->db, token, url, mailto, &lines),
	    OMNI_INVALID);
	assert_has(omni_errmsg(h->db), piece);
	assert_null(lines);
}

static void
what_would_break_a_header_is_refused(void **state)
{
	static const char *const urls[] = {
		"http://shop.example/", "https://", "https:///x", "shop",
		"mailto:a@b.example", "https://a.example/ b",
		"https://a.example/\r\nBcc: x", "https://a.example/>",
		"https://a.example/<", "https://a.example/#x",
		"https://a.example/\xc3\xa5", "https://?x", "", NULL,
	};
	static const char *const mailtos[] = {
		"nobody", "@a.example", "a@", "a@b.example?subject=x",
		"a@b.example>", "a b@c.example", "a@b.example\r\nX: y", "",
	};
	struct harness *h = signer_of(state);
	omni_token *token = token_to(OMNI_TOKEN_UNSUBSCRIBE, "offer",
	    "email", ANN);
	char url[1200] = "https://a.example/", *lines = NULL;
	size_t i;

	for (i = 0; i < OMNI__COUNT(urls); i++)
		lines_refused(h, token, urls[i], NULL, "url");
	for (i = 0; i < OMNI__COUNT(mailtos); i++)
		lines_refused(h, token, "https://a.example/", mailtos[i],
		    "mailto");
	memset(url + strlen(url), 'x', sizeof(url) - strlen(url) - 1);
	lines_refused(h, token, url, NULL, "998");
	harness_is(h, omni_token_headers(h->db, token, "https://a.example/",
	    NULL, NULL), OMNI_MISUSE);
	/* As long as it may be, and a byte longer. */
	url[18] = '\0';
	harness_ok(h, omni_token_headers(h->db, token, url, NULL, &lines));
	i = 998 - (size_t)(strstr(lines, "\r\n") - lines);
	omni_text_free(lines);
	memset(url + 18, 'x', i + 1);
	url[18 + i] = '\0';
	harness_ok(h, omni_token_headers(h->db, token, url, NULL, &lines));
	assert_int_equal(strstr(lines, "\r\n") - lines, 998);
	omni_text_free(lines);
	url[18 + i] = 'x';
	url[19 + i] = '\0';
	lines_refused(h, token, url, NULL, "998");
	omni_token_free(token);
	token = token_to(OMNI_TOKEN_CONFIRM, "offer", "email", ANN);
	lines_refused(h, token, "https://a.example/", NULL, "unsubscribe");
	omni_token_free(token);
}

/* ---- what it says --------------------------------------------------- */

/* How the statement of a fact stands for a row's customer; 0: not there. */
static int32_t
standing(struct harness *h, const char *key, int64_t fact)
{
	omni_statements *list = NULL;
	int32_t found = 0;

	harness_ok(h, omni_statements_open(h->db, customer_of(h, key).text,
	    NULL, &list));
	while (omni_statements_next(list) == OMNI_OK)
		if (omni_statements_fact(list) == fact)
			found = omni_statements_standing(list);
	omni_statements_free(list);
	return found;
}

static int64_t
redeem(struct harness *h, const char *text, omni_status wanted)
{
	int64_t fact = 0;

	harness_is(h, omni_token_redeem(h->db, text, NULL, &fact), wanted);
	assert_true(fact != 0);
	h->now += HARNESS_MINUTE;
	return fact;
}

static int64_t
say(struct harness *h, int32_t said, const char *purpose, int64_t time)
{
	omni_statement *s = omni_statement_new(said, purpose);
	omni_record *who = make(NULL, OMNI_TIME_UNKNOWN, "email", ANN, NULL);
	int64_t fact = 0;

	harness_ok(h, omni_statement_set_who(s, who));
	harness_ok(h, omni_statement_set_time(s, time));
	harness_ok(h, omni_statement_put(h->db, s, &fact));
	omni_statement_free(s);
	omni_record_free(who);
	return fact;
}

static void
put_ann(struct harness *h, const char *key)
{
	put(h, key, AT(0), "name.full", "Ann Ek", "email", ANN,
	    "birth_date", "1970-01-02", NULL);
}

static void
one_click_says_no(void **state)
{
	struct harness *h = signer_of(state);
	omni_token *token = token_to(OMNI_TOKEN_UNSUBSCRIBE, "offer/shoes",
	    "email", ANN);
	omni_statements *list = NULL;
	int64_t fact = 0;
	char *text;

	put_ann(h, "1");
	harness_ok(h, omni_token_set_channel(token, "email"));
	harness_ok(h, omni_token_set_brand(token, "Northwind"));
	text = text_of(h, token);
	harness_ok(h, omni_token_redeem(h->db, text, "web", &fact));
	harness_ok(h, omni_statements_open(h->db, customer_of(h, "1").text,
	    NULL, &list));
	harness_ok(h, omni_statements_next(list));
	assert_int_equal(omni_statements_fact(list), fact);
	assert_int_equal(omni_statements_said(list), OMNI_SAID_WITHDRAW);
	assert_string_equal(omni_statements_purpose(list), "offer/shoes");
	assert_string_equal(omni_statements_channel(list), "email");
	assert_string_equal(omni_statements_brand(list), "Northwind");
	assert_string_equal(omni_statements_via(list), "web");
	assert_non_null(omni_statements_evidence(list));
	assert_true(omni_statements_time(list) == h->now);
	assert_int_equal(omni_statements_standing(list),
	    OMNI_STANDING_HOLDS);
	assert_int_equal(omni_statements_next(list), OMNI_DONE);
	omni_statements_free(list);
	harness_is(h, omni_token_redeem(h->db, text, "a\nb", NULL),
	    OMNI_INVALID);
	assert_has(omni_errmsg(h->db), "via");
	omni_text_free(text);
	store_sound(h);
}

static void
another_click_says_it_only_when_it_was_lifted(void **state)
{
	struct harness *h = signer_of(state);
	char *text, *other, *wider;
	int64_t first, second;

	put_ann(h, "1");
	text = unsubscribe(h, "offer");
	other = unsubscribe(h, "offer");
	wider = unsubscribe(h, "*");
	first = redeem(h, text, OMNI_OK);
	assert_int_equal(redeem(h, text, OMNI_DUPLICATE), first);
	/* The link of the next mail says the same. */
	assert_int_equal(redeem(h, other, OMNI_DUPLICATE), first);
	/* A yes that was spoken before, or to less, lifts nothing. */
	(void)say(h, OMNI_SAID_GRANT, "offer", h->now - 90 * HARNESS_MINUTE);
	assert_int_equal(redeem(h, text, OMNI_DUPLICATE), first);
	(void)say(h, OMNI_SAID_GRANT, "news", h->now);
	h->now += HARNESS_MINUTE;
	assert_int_equal(redeem(h, text, OMNI_DUPLICATE), first);
	(void)say(h, OMNI_SAID_GRANT, "offer", h->now);
	h->now += HARNESS_MINUTE;
	assert_int_equal(standing(h, "1", first), OMNI_STANDING_LIFTED);
	second = redeem(h, text, OMNI_OK);
	assert_true(second != first);
	assert_int_equal(standing(h, "1", second), OMNI_STANDING_HOLDS);
	assert_int_equal(redeem(h, text, OMNI_DUPLICATE), second);
	(void)redeem(h, wider, OMNI_OK);
	omni_text_free(text);
	omni_text_free(other);
	omni_text_free(wider);
	store_sound(h);
}

/* The yes of one of them lifts it for that one: the next click is a no for
 * both. */
static void
a_shared_address_says_no_for_all_who_have_it(void **state)
{
	struct harness *h = signer_of(state);
	omni_statement *s;
	char *text;
	int64_t no;

	put_ann(h, "1");
	put(h, "2", AT(0), "name.full", "Bo Al", "email", ANN,
	    "birth_date", "1988-05-06", NULL);
	assert_false(one(h, "1", "2"));
	text = unsubscribe(h, "offer");
	no = redeem(h, text, OMNI_OK);
	assert_int_equal(standing(h, "1", no), OMNI_STANDING_HOLDS);
	assert_int_equal(standing(h, "2", no), OMNI_STANDING_HOLDS);
	s = omni_statement_new(OMNI_SAID_GRANT, "offer");
	harness_ok(h, omni_statement_set_customer(s,
	    customer_of(h, "2").text));
	harness_ok(h, omni_statement_put(h->db, s, NULL));
	omni_statement_free(s);
	h->now += HARNESS_MINUTE;
	assert_int_equal(standing(h, "1", no), OMNI_STANDING_HOLDS);
	assert_int_equal(standing(h, "2", no), OMNI_STANDING_LIFTED);
	no = redeem(h, text, OMNI_OK);
	assert_int_equal(standing(h, "1", no), OMNI_STANDING_HOLDS);
	assert_int_equal(standing(h, "2", no), OMNI_STANDING_HOLDS);
	assert_int_equal(redeem(h, text, OMNI_DUPLICATE) != 0, 1);
	omni_text_free(text);
}

/* Nobody is known by it yet, or any more. */
static void
an_address_without_a_holder_says_no_once(void **state)
{
	struct harness *h = signer_of(state);
	char *text = unsubscribe(h, "offer");
	int64_t no = redeem(h, text, OMNI_OK);

	assert_int_equal(redeem(h, text, OMNI_DUPLICATE), no);
	put_ann(h, "1");
	assert_int_equal(standing(h, "1", no), OMNI_STANDING_HOLDS);
	omni_text_free(text);
	store_sound(h);
}

/* Whose a house or a device is cannot be found by its hash. */
static void
of_other_addresses_each_click_is_a_statement(void **state)
{
	struct harness *h = signer_of(state);
	char *text = text_of(h, token_to(OMNI_TOKEN_UNSUBSCRIBE, "offer",
	    "address", "Ann Ek, Storgatan 1, 211 71 Malmö"));
	int64_t no = redeem(h, text, OMNI_OK);

	assert_true(redeem(h, text, OMNI_OK) != no);
	omni_text_free(text);
	text = text_of(h, token_to(OMNI_TOKEN_UNSUBSCRIBE, "offer", "phone",
	    "070-123 45 67"));
	no = redeem(h, text, OMNI_OK);
	assert_int_equal(redeem(h, text, OMNI_DUPLICATE), no);
	omni_text_free(text);
}

static void
a_no_stays_with_who_moves_to_another_address(void **state)
{
	struct harness *h = signer_of(state);
	char *text = unsubscribe(h, "offer");
	int64_t no;

	put_ann(h, "1");
	no = redeem(h, text, OMNI_OK);
	h->now += HARNESS_MINUTE;
	put(h, "1", h->now, "name.full", "Ann Lee", "email",
	    "else@example.com", NULL);
	assert_int_equal(standing(h, "1", no), OMNI_STANDING_HOLDS);
	/* And it is still the address'. */
	put(h, "3", h->now, "name.full", "Cy Ek", "email", ANN, NULL);
	assert_int_equal(standing(h, "3", no), OMNI_STANDING_HOLDS);
	store_sound(h);
	omni_text_free(text);
}

static void
a_no_survives_merge_split_and_erasure(void **state)
{
	struct harness *h = signer_of(state);
	char *text = unsubscribe(h, "offer");
	omni_status status;
	int64_t no;

	put_ann(h, "1");
	put(h, "2", AT(0), "name.full", "Bo Al", "phone", "0701234567",
	    "birth_date", "1988-05-06", NULL);
	no = redeem(h, text, OMNI_OK);
	rule(h, OMNI_VERDICT_SAME, "1", "2");
	assert_int_equal(standing(h, "2", no), OMNI_STANDING_HOLDS);
	assert_int_equal(redeem(h, text, OMNI_DUPLICATE), no);
	rule(h, OMNI_VERDICT_DIFFERENT, "1", "2");
	assert_int_equal(standing(h, "1", no), OMNI_STANDING_HOLDS);
	assert_int_equal(standing(h, "2", no), 0);
	status = omni_customer_erase(h->db, customer_of(h, "1").text);
	assert_true(status == OMNI_OK || status == OMNI_PENDING);
	assert_int_equal(redeem(h, text, OMNI_DUPLICATE), no);
	store_sound(h);
	harness_ok(h, omni_rebuild(h->db));
	put(h, "3", h->now + 1, "name.full", "Cy Ek", "email", ANN, NULL);
	assert_int_equal(standing(h, "3", no), OMNI_STANDING_HOLDS);
	omni_text_free(text);
}

/* ---- random yeses and clicks ---------------------------------------- */

static const char *const random_purposes[] = { "*", "offer", "offer/shoes" };

/* By a row, in whose name is left open, or as the customer. */
static void
say_yes(struct harness *h, const char *key, const char *purpose)
{
	omni_statement *s = omni_statement_new(OMNI_SAID_GRANT, purpose);
	omni_record *who = omni_record_new();
	char name[32];

	if (harness_random(h, 2)) {
		harness_ok(h, omni_statement_set_customer(s,
		    customer_of(h, key).text));
	} else {
		harness_ok(h, omni_record_set_source(who, "crm", key));
		harness_ok(h, omni_statement_set_who(s, who));
	}
	if (harness_random(h, 3) == 0) {
		(void)snprintf(name, sizeof(name), "%lld",
		    (long long)h->now);
		harness_ok(h, omni_statement_set_key(s, "web", name));
	}
	if (harness_random(h, 4) == 0)
		harness_ok(h, omni_statement_set_expiry(s, h->now +
		    (int64_t)harness_random(h, 20) * HARNESS_MINUTE));
	harness_ok(h, omni_statement_put(h->db, s, NULL));
	omni_record_free(who);
	omni_statement_free(s);
}

/* Does a no of the address stand for that row's customer, all of it? */
static bool
is_out(struct harness *h, const char *key, const char *purpose)
{
	omni_statements *list = NULL;
	bool out = false;

	harness_ok(h, omni_statements_open(h->db, customer_of(h, key).text,
	    NULL, &list));
	while (omni_statements_next(list) == OMNI_OK)
		out = out || (omni_statements_said(list) ==
		    OMNI_SAID_WITHDRAW &&
		    strcmp(omni_statements_purpose(list), purpose) == 0 &&
		    omni_statements_standing(list) == OMNI_STANDING_HOLDS &&
		    omni_statements_by(list) == 0);
	omni_statements_free(list);
	return out;
}

static void
after_a_click_it_stands_for_everybody(void **state)
{
	struct harness *h = signer_of(state);
	static const char *const keys[] = { "1", "2", "3" };
	char *texts[OMNI__COUNT(random_purposes)];
	size_t i, p, k;

	harness_seed(h, "after_a_click_it_stands_for_everybody");
	put_ann(h, "1");
	put(h, "2", AT(0), "name.full", "Bo Al", "email", ANN,
	    "birth_date", "1988-05-06", NULL);
	put(h, "3", AT(0), "name.full", "Cy Dahl", "email", ANN,
	    "birth_date", "1999-09-09", NULL);
	for (p = 0; p < OMNI__COUNT(texts); p++)
		texts[p] = unsubscribe(h, random_purposes[p]);
	for (i = 0; i < 60; i++) {
		const char *purpose;
		bool all = true;

		p = harness_random(h, OMNI__COUNT(texts));
		purpose = random_purposes[p];
		h->now += HARNESS_MINUTE;
		if (i == 40)
			rule(h, OMNI_VERDICT_SAME, "2", "3");
		if (harness_random(h, 3) > 0) {
			say_yes(h, keys[harness_random(h, 3)], purpose);
			continue;
		}
		for (k = 0; k < OMNI__COUNT(keys); k++)
			all = all && is_out(h, keys[k], purpose);
		harness_is(h, omni_token_redeem(h->db, texts[p], NULL,
		    NULL), all ? OMNI_DUPLICATE : OMNI_OK);
		for (k = 0; k < OMNI__COUNT(keys); k++)
			assert_true(is_out(h, keys[k], purpose));
	}
	for (p = 0; p < OMNI__COUNT(texts); p++)
		omni_text_free(texts[p]);
	store_sound(h);
}

/* ---- double opt-in -------------------------------------------------- */

static int64_t
ask(struct harness *h, const char *wording)
{
	omni_statement *s = omni_statement_new(OMNI_SAID_GRANT, "news");
	omni_record *who = make(NULL, OMNI_TIME_UNKNOWN, "email", ANN, NULL);
	int64_t fact = 0;

	harness_ok(h, omni_statement_set_who(s, who));
	harness_ok(h, omni_statement_set_address(s, "email", ANN));
	harness_ok(h, omni_statement_set_wording(s, wording));
	harness_ok(h, omni_statement_put(h->db, s, &fact));
	omni_statement_free(s);
	omni_record_free(who);
	h->now += HARNESS_MINUTE;
	return fact;
}

static void
one_click_confirms_a_yes(void **state)
{
	struct harness *h = signer_of(state);
	omni_purpose *purpose = omni_purpose_new("news");
	omni_token *token;
	char *text, *other;
	int64_t yes, confirmed;

	harness_ok(h, omni_purpose_set_basis(purpose, OMNI_BASIS_CONSENT));
	harness_ok(h, omni_purpose_set_confirm(purpose, 86400));
	harness_ok(h, omni_purpose_set_time(purpose, AT(0)));
	harness_ok(h, omni_purpose_put(h->db, purpose, NULL));
	omni_purpose_free(purpose);
	put_ann(h, "1");
	yes = ask(h, "v1");
	assert_int_equal(standing(h, "1", yes), OMNI_STANDING_PENDING);
	token = token_to(OMNI_TOKEN_CONFIRM, "news", "email", ANN);
	harness_ok(h, omni_token_set_wording(token, "v2"));
	other = text_of(h, token);
	(void)redeem(h, other, OMNI_OK);
	assert_int_equal(standing(h, "1", yes), OMNI_STANDING_PENDING);
	token = token_to(OMNI_TOKEN_CONFIRM, "news", "email", ANN);
	harness_ok(h, omni_token_set_wording(token, "v1"));
	text = text_of(h, token);
	confirmed = redeem(h, text, OMNI_OK);
	assert_int_equal(standing(h, "1", yes), OMNI_STANDING_HOLDS);
	assert_int_equal(redeem(h, text, OMNI_DUPLICATE), confirmed);
	/* Asked again after a no: there is something to confirm. */
	(void)say(h, OMNI_SAID_WITHDRAW, "news", h->now);
	h->now += HARNESS_MINUTE;
	yes = ask(h, "v1");
	assert_int_not_equal(standing(h, "1", yes), OMNI_STANDING_HOLDS);
	assert_true(redeem(h, text, OMNI_OK) != confirmed);
	assert_int_equal(standing(h, "1", yes), OMNI_STANDING_HOLDS);
	omni_text_free(text);
	omni_text_free(other);
	store_sound(h);
}

/* ---- nobody else makes one ------------------------------------------ */

static void
refused(struct harness *h, const char *text)
{
	int64_t fact = -7;

	harness_is(h, omni_token_redeem(h->db, text, NULL, &fact),
	    OMNI_INVALID);
	assert_int_equal(fact, -7);
}

static void
every_changed_bit_is_found(void **state)
{
	struct harness *h = signer_of(state);
	char *text = NULL;
	size_t size, i;
	int bit;

	/* One with every sort of digit. */
	while (text == NULL || strpbrk(text, "-") == NULL ||
	    strpbrk(text, "_") == NULL) {
		omni_text_free(text);
		text = unsubscribe(h, "offer");
	}
	size = strlen(text);
	for (i = 0; i < size; i++)
		for (bit = 0; bit < 8; bit++) {
			text[i] = (char)(text[i] ^ 1 << bit);
			refused(h, text);
			text[i] = (char)(text[i] ^ 1 << bit);
		}
	(void)redeem(h, text, OMNI_OK);
	omni_text_free(text);
}

static void
a_part_of_a_token_is_none_and_neither_is_more(void **state)
{
	struct harness *h = signer_of(state);
	char *text = unsubscribe(h, "offer"), longer[1024];
	size_t size = strlen(text);

	(void)snprintf(longer, sizeof(longer), "%s=", text);
	refused(h, longer);
	(void)snprintf(longer, sizeof(longer), "%sA", text);
	refused(h, longer);
	(void)snprintf(longer, sizeof(longer), "%sAAAA", text);
	refused(h, longer);
	(void)snprintf(longer, sizeof(longer), " %s", text);
	refused(h, longer);
	(void)snprintf(longer, sizeof(longer), "%s%s", text, text);
	refused(h, longer);
	while (size-- > 0) {
		text[size] = '\0';
		refused(h, text);
	}
	refused(h, NULL);
	omni_text_free(text);
	text = malloc(200000);
	assert_non_null(text);
	memset(text, 'A', 200000);
	text[199999] = '\0';
	refused(h, text);
	free(text);
}

static void
no_bytes_are_a_token_by_chance(void **state)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh"
	    "ijklmnopqrstuvwxyz0123456789-_";
	struct harness *h = signer_of(state);
	char text[600];
	int i;

	harness_seed(h, "no_bytes_are_a_token_by_chance");
	for (i = 0; i < 2000; i++) {
		size_t size = harness_random(h, sizeof(text)), k;

		for (k = 0; k < size; k++)
			text[k] = i % 2 == 0 ?
			    digits[harness_random(h, 64)] :
			    (char)(1 + harness_random(h, 255));
		text[size] = '\0';
		refused(h, text);
	}
}

static void
another_key_or_store_makes_no_token_of_ours(void **state)
{
	static const char another[sizeof(secret)] =
	    "a secret of the host's, long enough for alL";
	struct harness *h = signer_of(state), *far = NULL;
	char *text = unsubscribe(h, "offer"), *theirs = NULL;
	void *fresh = NULL;
	omni_config *config = omni_config_new();
	unsigned char key[32] = "the key of another tenant ......";
	omni_token *token = token_to(OMNI_TOKEN_UNSUBSCRIBE, "offer",
	    "email", ANN);
	omni *db;

	db = open_with(h, another, h->url);
	assert_int_equal(omni_token_redeem(db, text, NULL, NULL),
	    OMNI_INVALID);
	omni_close(db);
	/* The same secret, and another tenant. */
	assert_int_equal(harness_sqlite(&fresh), 0);
	far = fresh;
	omni_close(far->db);
	far->db = NULL;
	(void)snprintf(far->url, sizeof(far->url), "%s/far.db", far->made);
	assert_int_equal(omni_config_set_tenant_key(config, key, 32),
	    OMNI_OK);
	assert_int_equal(omni_config_set_token_key(config, secret,
	    sizeof(secret)), OMNI_OK);
	assert_int_equal(omni_config_set_clock(config, clock_of, h),
	    OMNI_OK);
	assert_int_equal(omni_open(config, far->url, &far->db), OMNI_OK);
	omni_config_free(config);
	refused(far, text);
	harness_ok(far, omni_token_make(far->db, token, &theirs));
	refused(h, theirs);
	(void)redeem(h, text, OMNI_OK);
	harness_ok(far, omni_token_redeem(far->db, theirs, NULL, NULL));
	assert_int_equal(harness_close(&fresh), 0);
	omni_token_free(token);
	omni_text_free(text);
	omni_text_free(theirs);
}

static void
it_is_worth_nothing_after_its_time(void **state)
{
	struct harness *h = signer_of(state);
	omni_token *token = token_to(OMNI_TOKEN_UNSUBSCRIBE, "offer",
	    "email", ANN);
	char *text, *lasting;
	int64_t made = h->now;

	lasting = unsubscribe(h, "news");
	harness_ok(h, omni_token_set_expiry(token, h->now + 5));
	text = text_of(h, token);
	h->now += 6;
	harness_is(h, omni_token_redeem(h->db, text, NULL, NULL),
	    OMNI_EXPIRED);
	assert_has(omni_errmsg(h->db), "expired");
	h->now -= 1;
	harness_ok(h, omni_token_redeem(h->db, text, NULL, NULL));
	h->now = made + 90 * HARNESS_DAY + 1;
	harness_is(h, omni_token_redeem(h->db, lasting, NULL, NULL),
	    OMNI_EXPIRED);
	h->now--;
	harness_ok(h, omni_token_redeem(h->db, lasting, NULL, NULL));
	/* Also what stands already: the link tells nobody. */
	h->now++;
	harness_is(h, omni_token_redeem(h->db, lasting, NULL, NULL),
	    OMNI_EXPIRED);
	omni_text_free(text);
	omni_text_free(lasting);
}

/* ---- at the same time ----------------------------------------------- */

struct clicker {
	pthread_t thread;
	omni *db;
	const char *text;
	omni_status status;
	int64_t fact;
};

static void *
click(void *argument)
{
	struct clicker *c = argument;

	c->status = omni_token_redeem(c->db, c->text, NULL, &c->fact);
	return NULL;
}

static void
clicked_by_two_it_is_said_once(void **state)
{
	struct harness *h = signer_of(state);
	struct clicker clickers[2];
	char purpose[16], *text;
	int i, k, said;

	put_ann(h, "1");
	for (k = 0; k < 2; k++)
		clickers[k].db = open_with(h, secret, h->url);
	for (i = 0; i < 20; i++) {
		(void)snprintf(purpose, sizeof(purpose), "p%d", i);
		text = unsubscribe(h, purpose);
		for (k = said = 0; k < 2; k++) {
			clickers[k].text = text;
			assert_int_equal(pthread_create(&clickers[k].thread,
			    NULL, click, &clickers[k]), 0);
		}
		for (k = 0; k < 2; k++) {
			(void)pthread_join(clickers[k].thread, NULL);
			said += clickers[k].status == OMNI_OK;
			assert_true(clickers[k].status == OMNI_OK ||
			    clickers[k].status == OMNI_DUPLICATE);
		}
		assert_int_equal(said, 1);
		assert_int_equal(clickers[0].fact, clickers[1].fact);
		omni_text_free(text);
	}
	for (k = 0; k < 2; k++)
		omni_close(clickers[k].db);
	store_sound(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(a_token_is_short_and_holds_no_address),
		HARNESS_TEST(without_a_key_there_are_no_tokens),
		HARNESS_TEST(a_token_that_says_nothing_clear_is_refused),
		HARNESS_TEST(a_token_with_long_names_is_read_back),
		HARNESS_TEST(the_header_lines_are_those_of_the_rfc),
		HARNESS_TEST(what_would_break_a_header_is_refused),
		HARNESS_TEST(one_click_says_no),
		HARNESS_TEST(another_click_says_it_only_when_it_was_lifted),
		HARNESS_TEST(a_shared_address_says_no_for_all_who_have_it),
		HARNESS_TEST(an_address_without_a_holder_says_no_once),
		HARNESS_TEST(of_other_addresses_each_click_is_a_statement),
		HARNESS_TEST(a_no_stays_with_who_moves_to_another_address),
		HARNESS_TEST(a_no_survives_merge_split_and_erasure),
		HARNESS_TEST(after_a_click_it_stands_for_everybody),
		HARNESS_TEST(one_click_confirms_a_yes),
		HARNESS_TEST(every_changed_bit_is_found),
		HARNESS_TEST(a_part_of_a_token_is_none_and_neither_is_more),
		HARNESS_TEST(no_bytes_are_a_token_by_chance),
		HARNESS_TEST(another_key_or_store_makes_no_token_of_ours),
		HARNESS_TEST(it_is_worth_nothing_after_its_time),
		HARNESS_TEST(clicked_by_two_it_is_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
