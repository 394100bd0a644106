/*
 * Tokens: what a link says, signed, so that who clicks it need not log in.
 *
 * Bytes in base64url: a version, what it is, when it expires, eight random
 * ones, the keyed hash of the address and the key under which identity finds
 * its holders, four names with their lengths, and a code over all of it.
 * The code is keyed BLAKE2b of 128 bits: a forger can but guess, and asks the
 * host for each guess.  Its key is made of the host's secret and the tenant's
 * key, so that no other store's token is taken for one of ours.
 */
#define _POSIX_C_SOURCE 200809L
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "consent/statement.h"

#define VERSION 1
#define CODE OMNI__ID			/* bytes of the code */
#define NONCE 8
#define HEAD (2 + 8 + NONCE + OMNI__ID + 8)
/* A link must stay short. */
#define NAME_MOST 255
#define NAMES 4
#define MOST (HEAD + NAMES * (1 + NAME_MOST) + CODE)
#define TEXT_MOST ((MOST + 2) / 3 * 4)

#define LIFE (90 * OMNI__DAY)
/* RFC 5322, without CR LF. */
#define LINE_MOST 998

struct omni_token {
	struct omni__object object;
	struct omni__error flaw;	/* of the constructor, for the make */
	const char *kind, *value;
	const char *purpose, *channel, *brand, *wording;
	int64_t expiry;
	int32_t what;
};

/* ---- the object ----------------------------------------------------- */

static omni_status
set_name(struct omni_token *token, const char *field, const char *name,
    const char **place)
{
	if (token == NULL)
		return OMNI_MISUSE;
	if (name == NULL) {
		*place = NULL;
		return OMNI_OK;
	}
	if (strnlen(name, NAME_MOST + 1) > NAME_MOST)
		return omni__fail(&token->object.error, OMNI_INVALID,
		    "%s is longer than %d bytes: a link must stay short",
		    field, NAME_MOST);
	return omni__object_text(&token->object, field, name, place);
}

omni_token *
omni_token_new(int32_t what, const char *purpose)
{
	struct omni_token *token = omni__object_new(NULL, sizeof(*token));
	struct omni__error *error;
	omni_status status;

	if (token == NULL)
		return NULL;
	error = &token->object.error;
	token->what = what;
	token->expiry = OMNI_TIME_UNKNOWN;
	if (what != OMNI_TOKEN_UNSUBSCRIBE && what != OMNI_TOKEN_CONFIRM)
		status = omni__fail(error, OMNI_INVALID,
		    "what is %d: it is %d or %d", what,
		    OMNI_TOKEN_UNSUBSCRIBE, OMNI_TOKEN_CONFIRM);
	else
		status = omni__purpose_check(error, "purpose", purpose,
		    true);
	if (status == OMNI_OK)
		status = set_name(token, "purpose", purpose,
		    &token->purpose);
	if (status == OMNI_NOMEM) {
		omni__object_free(token);
		return NULL;
	}
	token->flaw = *error;
	return token;
}

void
omni_token_free(omni_token *token)
{
	omni__object_free(token);
}

omni_status
omni_token_set_address(omni_token *token, const char *kind,
    const char *value)
{
	const char *kind_copy, *value_copy;
	struct omni__error *error;
	omni_status status;

	if (token == NULL)
		return OMNI_MISUSE;
	error = &token->object.error;
	status = omni__object_text(&token->object, "kind", kind, &kind_copy);
	if (status == OMNI_OK && !omni__contact_kind(kind))
		status = omni__fail(error, OMNI_INVALID,
		    "kind is no address: it is email, phone, device or "
		    "address");
	if (status == OMNI_OK)
		status = omni__object_text(&token->object, "value", value,
		    &value_copy);
	if (status != OMNI_OK)
		return status;
	token->kind = kind_copy;
	token->value = value_copy;
	return OMNI_OK;
}

omni_status
omni_token_set_channel(omni_token *token, const char *channel)
{
	return set_name(token, "channel", channel,
	    token != NULL ? &token->channel : NULL);
}

omni_status
omni_token_set_brand(omni_token *token, const char *brand)
{
	return set_name(token, "brand", brand,
	    token != NULL ? &token->brand : NULL);
}

omni_status
omni_token_set_wording(omni_token *token, const char *wording)
{
	return set_name(token, "wording", wording,
	    token != NULL ? &token->wording : NULL);
}

omni_status
omni_token_set_expiry(omni_token *token, int64_t time)
{
	omni_status status;

	if (token == NULL)
		return OMNI_MISUSE;
	status = omni__time_check(&token->object.error, "expiry", time);
	if (status == OMNI_OK && time == OMNI_NOW)
		status = omni__fail(&token->object.error, OMNI_INVALID,
		    "expiry is now: it would be worth nothing");
	if (status == OMNI_OK)
		token->expiry = time;
	return status;
}

const char *
omni_token_errmsg(const omni_token *token)
{
	if (token == NULL)
		return "the token is NULL";
	return token->object.error.text[0] != '\0' ?
	    token->object.error.text : "no error";
}

/* ---- the code ------------------------------------------------------- */

_Static_assert(sizeof(((struct omni *)0)->tenant_key) == 32,
    "a key of keyed BLAKE2b");

static void
sign(const struct omni *db, const unsigned char *bytes, size_t size,
    unsigned char code[CODE])
{
	static const unsigned char domain[] = "omni token 1";
	crypto_generichash_state state;
	unsigned char key[32];

	(void)crypto_generichash_init(&state, db->tenant_key,
	    sizeof(db->tenant_key), sizeof(key));
	(void)crypto_generichash_update(&state, domain, sizeof(domain));
	(void)crypto_generichash_update(&state, db->token_key,
	    db->token_key_size);
	(void)crypto_generichash_final(&state, key, sizeof(key));
	omni__hash_id(key, code, bytes, size);
	omni__wipe(key, sizeof(key));
	omni__wipe(&state, sizeof(state));
}

static omni_status
check_key(struct omni *db)
{
	return db->token_key != NULL ? OMNI_OK : omni__fail(&db->error,
	    OMNI_MISUSE, "this handle has no token key: "
	    "omni_config_set_token_key gives it one before the store is "
	    "opened");
}

/* ---- making --------------------------------------------------------- */

static omni_status
check(struct omni *db, const struct omni_token *token, int64_t now)
{
	if (token == NULL)
		return omni__fail(&db->error, OMNI_MISUSE,
		    "the token is NULL");
	if (token->purpose == NULL)
		return omni__fail(&db->error, token->flaw.status,
		    "token: %s", token->flaw.text);
	if (token->value == NULL)
		return omni__fail(&db->error, OMNI_INVALID,
		    "address: where the link is sent is missing");
	if (token->expiry != OMNI_TIME_UNKNOWN && token->expiry < now)
		return omni__fail(&db->error, OMNI_INVALID,
		    "expiry lies in the past");
	return check_key(db);
}

static unsigned char *
add_name(unsigned char *out, const char *name)
{
	size_t size = name != NULL ? strlen(name) : 0;

	*out++ = (unsigned char)size;
	if (size > 0)
		memcpy(out, name, size);
	return out + size;
}

struct making {
	const struct omni_token *token;
	int64_t expiry;
	unsigned char bytes[MOST];
	size_t size;
};

/* The names in the order in which they stand in the bytes. */
static unsigned char *
add_names(unsigned char *out, const struct omni_token *token)
{
	out = add_name(out, token->purpose);
	out = add_name(out, token->channel);
	out = add_name(out, token->brand);
	return add_name(out, token->wording);
}

static omni_status
write_bytes(struct omni *db, void *context)
{
	struct making *m = context;
	const struct omni_token *token = m->token;
	unsigned char *at = m->bytes;
	int64_t key = 0;
	bool usable = false;
	omni_status status;

	*at++ = VERSION;
	*at++ = (unsigned char)token->what;
	omni__bytes_put(at, m->expiry);
	at += 8;
	status = omni__random(&db->env, at, NONCE);
	if (status != OMNI_OK)
		return omni__fail(&db->error, status,
		    "the random source gave no bytes for the token");
	at += NONCE;
	status = omni__contact_hash(db, token->kind, token->value, at,
	    &usable);
	if (status == OMNI_OK && !usable)
		return omni__fail(&db->error, OMNI_INVALID,
		    "address: value is no %s that a message could go to",
		    token->kind);
	if (status == OMNI_OK)
		status = omni__identifier_key(db, token->kind, token->value,
		    &key);
	if (status != OMNI_OK)
		return status;
	omni__bytes_put(at + OMNI__ID, key);
	at = add_names(at + OMNI__ID + 8, token);
	m->size = (size_t)(at - m->bytes) + CODE;
	sign(db, m->bytes, m->size - CODE, at);
	return OMNI_OK;
}

/* In text, which has room for TEXT_MOST + 1. */
static omni_status
make_text(struct omni *db, const struct omni_token *token, char *text)
{
	struct making m = { .token = token };
	int64_t now = omni__clock(&db->env);
	omni_status status = check(db, token, now);

	if (status != OMNI_OK)
		return status;
	m.expiry = token->expiry == OMNI_TIME_UNKNOWN ? now + LIFE :
	    token->expiry;
	status = omni__transact(db, false, write_bytes, &m);
	if (status == OMNI_OK)
		(void)sodium_bin2base64(text, TEXT_MOST + 1, m.bytes, m.size,
		    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return status;
}

omni_status
omni_token_make(omni *db, const omni_token *token, char **out)
{
	char text[TEXT_MOST + 1];
	omni_status status;

	if (out != NULL)
		*out = NULL;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	if (out == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "text is NULL"));
	status = make_text(db, token, text);
	if (status == OMNI_OK &&
	    (*out = omni__text_new(&db->env, text, strlen(text))) == NULL)
		status = omni__nomem(&db->error);
	return omni__leave(db, status);
}

/* ---- header lines --------------------------------------------------- */

/* Nothing that ends the line, or the address between < and >. */
static omni_status
check_link(struct omni *db, const char *field, const char *link)
{
	const char *c;

	for (c = link; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || *c == '<' || *c == '>' ||
		    *c == '"')
			return omni__fail(&db->error, OMNI_INVALID,
			    "%s holds a character that cannot stand in a "
			    "header line, at byte %zu", field,
			    (size_t)(c - link));
	return OMNI_OK;
}

static omni_status
check_url(struct omni *db, const char *url)
{
	static const char scheme[] = "https://";
	size_t size = sizeof(scheme) - 1;
	omni_status status = omni__text_check(&db->error, "url", url);

	if (status != OMNI_OK)
		return status;
	if (strncasecmp(url, scheme, size) != 0 || url[size] == '\0' ||
	    strchr("/?#:@", url[size]) != NULL)
		return omni__fail(&db->error, OMNI_INVALID,
		    "url is no https address: RFC 8058 allows no other");
	if (strchr(url, '#') != NULL)
		return omni__fail(&db->error, OMNI_INVALID,
		    "url has a fragment, which is never sent");
	return check_link(db, "url", url);
}

static omni_status
check_mailto(struct omni *db, const char *mailto)
{
	const char *at;
	omni_status status = omni__text_check(&db->error, "mailto", mailto);

	if (status != OMNI_OK)
		return status;
	at = strchr(mailto, '@');
	if (at == NULL || at == mailto || at[1] == '\0' ||
	    strpbrk(mailto, ":?#&,") != NULL)
		return omni__fail(&db->error, OMNI_INVALID,
		    "mailto is no plain e-mail address");
	return check_link(db, "mailto", mailto);
}

static omni_status
write_lines(struct omni *db, struct omni__buf *lines, const char *text,
    const char *url, const char *mailto)
{
	static const char name[] = "List-Unsubscribe: <";
	static const char query[] = " <mailto:?subject=>";
	size_t size = strlen(text);

	/* A comma goes on when there are two. */
	if (sizeof(name) + strlen(url) + size + (mailto != NULL) >
	    LINE_MOST || (mailto != NULL &&
	    sizeof(query) - 1 + strlen(mailto) + size > LINE_MOST))
		return omni__fail(&db->error, OMNI_INVALID,
		    "url, mailto or the token's names are too long: a header "
		    "line has at most %d bytes", LINE_MOST);
	omni__buf_printf(lines, "%s%s%s>", name, url, text);
	if (mailto != NULL)
		omni__buf_printf(lines, ",\r\n <mailto:%s?subject=%s>",
		    mailto, text);
	omni__buf_str(lines, "\r\n"
	    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
	return lines->failed ? omni__nomem(&db->error) : OMNI_OK;
}

static omni_status
make_lines(struct omni *db, const struct omni_token *token, const char *url,
    const char *mailto, struct omni__buf *lines)
{
	char text[TEXT_MOST + 1];
	omni_status status = check_url(db, url);

	if (status == OMNI_OK && mailto != NULL)
		status = check_mailto(db, mailto);
	if (status == OMNI_OK)
		status = make_text(db, token, text);
	if (status == OMNI_OK && token->what != OMNI_TOKEN_UNSUBSCRIBE)
		status = omni__fail(&db->error, OMNI_INVALID,
		    "token: only one to unsubscribe goes into a header");
	return status == OMNI_OK ? write_lines(db, lines, text, url,
	    mailto) : status;
}

omni_status
omni_token_headers(omni *db, const omni_token *token, const char *url,
    const char *mailto, char **out)
{
	struct omni__buf lines = { .env = NULL };
	omni_status status;

	if (out != NULL)
		*out = NULL;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	if (out == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "lines is NULL"));
	lines.env = &db->env;
	status = make_lines(db, token, url, mailto, &lines);
	if (status == OMNI_OK && (*out = omni__text_new(&db->env,
	    lines.bytes, lines.size)) == NULL)
		status = omni__nomem(&db->error);
	omni__buf_free(&lines);
	return omni__leave(db, status);
}

/* ---- reading -------------------------------------------------------- */

static omni_status
is_none(struct omni *db)
{
	return omni__fail(&db->error, OMNI_INVALID,
	    "token: it is none of this store's, or was changed");
}

/* Takes a name off *at; NULL for an empty one. */
static bool
take_name(struct omni__arena *arena, const unsigned char **at,
    const unsigned char *end, const char **name, bool *failed)
{
	size_t size;

	*name = NULL;
	if (*at == end)
		return false;
	size = *(*at)++;
	if (size > (size_t)(end - *at))
		return false;
	if (size > 0) {
		*name = omni__arena_text(arena, (const char *)*at, size);
		*failed = *failed || *name == NULL;
	}
	*at += size;
	return true;
}

static omni_status
take_bytes(struct omni *db, const unsigned char *bytes, size_t size,
    struct omni__link *link)
{
	const unsigned char *at = bytes, *end = bytes + size;
	const char **const names[NAMES] = {
		&link->purpose, &link->channel, &link->brand,
		&link->wording
	};
	bool failed = false;
	size_t i;

	if (at[0] != VERSION)
		return is_none(db);
	link->what = at[1];
	link->expiry = omni__bytes_get(at + 2);
	at += 2 + 8 + NONCE;
	memcpy(link->address, at, OMNI__ID);
	link->key = omni__bytes_get(at + OMNI__ID);
	at += OMNI__ID + 8;
	for (i = 0; i < NAMES; i++)
		if (!take_name(&db->scratch, &at, end, names[i], &failed))
			return is_none(db);
	if (failed)
		return omni__nomem(&db->error);
	return at == end && link->purpose != NULL &&
	    (link->what == OMNI_TOKEN_UNSUBSCRIBE ||
	    link->what == OMNI_TOKEN_CONFIRM) ? OMNI_OK : is_none(db);
}

/* libsodium takes two characters beyond ASCII for - and _. */
static bool
is_base64url(const char *text, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_";

	return size <= TEXT_MOST && strspn(text, digits) == size;
}

omni_status
omni__link_read(struct omni *db, const char *text,
    struct omni__link *link)
{
	unsigned char bytes[MOST], code[CODE];
	omni_status status = check_key(db);
	size_t size, length;

	memset(link, 0, sizeof(*link));
	if (status != OMNI_OK)
		return status;
	if (text == NULL)
		return omni__fail(&db->error, OMNI_INVALID, "token is NULL");
	length = strnlen(text, TEXT_MOST + 1);
	if (!is_base64url(text, length) ||
	    sodium_base642bin(bytes, sizeof(bytes), text, length, NULL,
	    &size, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    size < HEAD + NAMES + CODE)
		return is_none(db);
	sign(db, bytes, size - CODE, code);
	if (sodium_memcmp(code, bytes + size - CODE, CODE) != 0)
		return is_none(db);
	return take_bytes(db, bytes, size - CODE, link);
}

omni_status
omni__link_fact(struct omni *db, const struct omni__link *link,
    const char *via, const unsigned char *const *held, size_t count,
    struct omni__fact *fact)
{
	struct omni_statement said = {
		.said = link->what == OMNI_TOKEN_CONFIRM ?
		    OMNI_SAID_CONFIRM : OMNI_SAID_WITHDRAW,
		.purpose = link->purpose,
		.channel = link->channel,
		.brand = link->brand,
		.wording = link->wording,
		.via = via,
		.bound = link->address,
		.evidence = "a link that was sent to the address",
		.expiry = OMNI_TIME_UNKNOWN,
		.time = OMNI_NOW,
	};

	return omni__statement_fact(db, &said, held, count, fact);
}
