/*
 * Fuzzing what comes back from outside: links that somebody clicked, rows of
 * statements as a disk may give them, and the texts of statements, messages
 * and addresses.  The first byte chooses.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consent/consent.h"
#include "store/db.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static char directory[] = "/tmp/omni-fuzz-XXXXXX";
static char path[sizeof(directory) + 16];
static omni *db;

static void
must(bool fine)
{
	if (!fine)
		abort();
}

static void
store_remove(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[sizeof(path) + 8];
	size_t i;

	omni_close(db);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)remove(name);
	}
	(void)remove(directory);
}

static void
store_make(void)
{
	static const unsigned char secret[32] = "the fuzzer must not guess it";
	omni_config *config = omni_config_new();
	omni_purpose *news = omni_purpose_new("news");

	must(config != NULL && news != NULL && mkdtemp(directory) != NULL);
	(void)snprintf(path, sizeof(path), "%s/store.db", directory);
	must(omni_config_set_durability(config, OMNI_DURABLE_NORMAL) ==
	    OMNI_OK);
	must(omni_config_set_token_key(config, secret, sizeof(secret)) ==
	    OMNI_OK);
	must(omni_open(config, path, &db) == OMNI_OK);
	must(omni_purpose_put(db, news, NULL) == OMNI_OK);
	omni_purpose_free(news);
	omni_config_free(config);
	(void)atexit(store_remove);
}

/* ---- links ----------------------------------------------------------- */

/* Nobody but the library makes one. */
static void
click(const char *text)
{
	omni_status status = omni_token_redeem(db, text, NULL, NULL);

	must(status == OMNI_INVALID || status == OMNI_MISUSE);
}

/* Any names give a token that is taken, and nothing else than it. */
static void
make(char *text, uint8_t damage)
{
	omni_token *token = omni_token_new(OMNI_TOKEN_UNSUBSCRIBE, text);
	char *made = NULL, *lines = NULL;
	omni_status status;

	must(token != NULL);
	if (omni_token_set_address(token, "email", "a@b.example") ==
	    OMNI_OK && omni_token_set_brand(token, text) == OMNI_OK &&
	    omni_token_make(db, token, &made) == OMNI_OK) {
		status = omni_token_redeem(db, made, NULL, NULL);
		must(status == OMNI_OK || status == OMNI_DUPLICATE);
		made[damage % strlen(made)] ^= 1;
		must(omni_token_redeem(db, made, NULL, NULL) < 0);
	}
	(void)omni_token_headers(db, token, text, NULL, &lines);
	(void)omni_token_headers(db, token, "https://a.example/", text,
	    &lines);
	omni_text_free(lines);
	omni_text_free(made);
	omni_token_free(token);
}

/* ---- rows ------------------------------------------------------------ */

/* What can be read is written, and read as the same. */
static void
unpack(const uint8_t *bytes, size_t size)
{
	const struct omni__value row = omni__blob(bytes, size);
	struct omni__said said, again;
	struct omni__value once, twice;
	omni_status status;

	must(omni__enter(db) == OMNI_OK);
	status = omni__said_unpack(db, &row, &said);
	if (status == OMNI_OK) {
		must(omni__said_pack(db, &said, &once) == OMNI_OK);
		must(omni__said_unpack(db, &once, &again) == OMNI_OK);
		must(omni__said_pack(db, &again, &twice) == OMNI_OK);
		must(once.size == twice.size && memcmp(once.bytes,
		    twice.bytes, once.size) == 0);
		must(said.happened == again.happened &&
		    said.expiry == again.expiry && said.said == again.said &&
		    said.seen_count == again.seen_count);
	} else
		must(status == OMNI_CORRUPT || status == OMNI_NOMEM);
	(void)omni__leave(db, status);
}

/* ---- texts ----------------------------------------------------------- */

static void
say(int32_t said, const char *text)
{
	omni_statement *s = omni_statement_new(said, "news");
	omni_record *who = omni_record_new();

	must(s != NULL && who != NULL);
	must(omni_record_add(who, "email", "a@b.example") == OMNI_OK);
	must(omni_statement_set_who(s, who) == OMNI_OK);
	if (omni_statement_set_value(s, text) == OMNI_OK)
		(void)omni_statement_put(db, s, NULL);
	if (omni_statement_set_brand(s, text) == OMNI_OK &&
	    omni_statement_set_evidence(s, text) == OMNI_OK &&
	    omni_statement_set_address(s, "phone", text) == OMNI_OK)
		(void)omni_statement_put(db, s, NULL);
	omni_record_free(who);
	omni_statement_free(s);
}

/* The customer who speaks above. */
static void
route(const char *text)
{
	omni_message *m = omni_message_new(text);
	omni_record *who = omni_record_new();
	omni_customer *customer = NULL;
	omni_route *route = NULL;

	must(m != NULL && who != NULL);
	must(omni_record_add(who, "email", "a@b.example") == OMNI_OK);
	(void)omni_message_set_id(m, text);
	(void)omni_message_set_brand(m, text);
	if (omni_customer_find(db, who, &customer) == OMNI_OK)
		(void)omni_route_try(db, omni_customer_id(customer), m,
		    &route);
	omni_route_free(route);
	omni_customer_free(customer);
	omni_record_free(who);
	omni_message_free(m);
}

static void
address(const char *text)
{
	omni_contact *c = omni_contact_new("address", text);
	omni_contacts *list = NULL;

	must(c != NULL);
	if (omni_contact_set_suppressed(c, text) == OMNI_OK)
		(void)omni_contact_put(db, c, NULL);
	if (omni_contacts_open(db, "address", text, &list) == OMNI_OK)
		while (omni_contacts_next(list) == OMNI_OK)
			must(omni_contacts_what(list) != 0);
	omni_contacts_free(list);
	omni_contact_free(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text;

	if (size == 0 || (text = malloc(size)) == NULL)
		return 0;
	if (db == NULL)
		store_make();
	memcpy(text, bytes + 1, size - 1);
	text[size - 1] = '\0';
	switch (*bytes % 6) {
	case 0:
		unpack(bytes + 1, size - 1);
		break;
	case 1:
		click(text);
		break;
	case 2:
		make(text, *bytes);
		break;
	case 3:
		say(1 + *bytes / 6 % OMNI_SAID_TOLD, text);
		break;
	case 4:
		route(text);
		break;
	default:
		address(text);
		break;
	}
	free(text);
	return 0;
}
