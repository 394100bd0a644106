/*
 * Commands about addresses: what is known of one, and the tokens that a link
 * in a mail to it carries.
 */
#include "omni_command.h"

#include <string.h>

/* ---- to tell -------------------------------------------------------- */

static omni_status
valid_set(const struct request *request, omni_contact *contact, bool *wrong)
{
	int64_t bounds[2] = { OMNI_TIME_UNKNOWN, OMNI_TIME_UNKNOWN };
	int i;

	for (i = 0; i < 2; i++) {
		const char *word = request->words[3 + i];

		if (strcmp(word, "-") == 0 ||
		    omni_time_parse(word, &bounds[i]) == OMNI_OK)
			continue;
		complain("%s is not an ISO 8601 time", word);
		*wrong = true;
		return OMNI_INVALID;
	}
	return omni_contact_set_valid(contact, bounds[0], bounds[1]);
}

/* What can be told, and how many words go with it. */
static const struct {
	const char *word;
	int more;
} told[] = {
	{ "verified", 0 }, { "unverified", 0 }, { "suppressed", 1 },
	{ "lifted", 0 }, { "primary", 0 }, { "secondary", 0 }, { "valid", 2 },
};
enum { VERIFIED, UNVERIFIED, SUPPRESSED, LIFTED, PRIMARY, SECONDARY, VALID,
	TOLD };

static int
told_find(const struct request *request)
{
	int i;

	for (i = 0; i < TOLD; i++)
		if (strcmp(told[i].word, request->words[2]) == 0)
			break;
	if (i < TOLD && request->count == 3 + told[i].more)
		return i;
	complain("of an address one tells verified, unverified, suppressed "
	    "CAUSE, lifted, primary, secondary or valid FROM UNTIL");
	return -1;
}

static omni_status
told_set(const struct request *request, omni_contact *contact, int what,
    bool *wrong)
{
	switch (what) {
	case VERIFIED:
	case UNVERIFIED:
		return omni_contact_set_verified(contact, what == VERIFIED);
	case SUPPRESSED:
		return omni_contact_set_suppressed(contact,
		    request->words[3]);
	case LIFTED:
		return omni_contact_set_suppressed(contact, NULL);
	case VALID:
		return valid_set(request, contact, wrong);
	default:
		return omni_contact_set_primary(contact, what == PRIMARY);
	}
}

static int
contact_put(struct request *request, omni_contact *contact, int what)
{
	const char *purpose = request->options[OPTION_PURPOSE];
	int64_t at = OMNI_NOW;
	bool wrong = false;
	omni_status status;
	int result = option_time(request, OPTION_AT, &at);

	if (result != DONE_WELL)
		return result;
	status = told_set(request, contact, what, &wrong);
	if (status == OMNI_OK && purpose != NULL)
		status = omni_contact_set_purpose(contact, purpose);
	if (status == OMNI_OK && at != OMNI_NOW)
		status = omni_contact_set_time(contact, at);
	if (status != OMNI_OK) {
		if (!wrong)
			complain("%s", omni_contact_errmsg(contact));
		return exit_of(status);
	}
	status = omni_contact_put(request->db, contact, NULL);
	if (status < 0)
		return complain_failure(request, status);
	printf("noted\n");
	return DONE_WELL;
}

/* ---- to read -------------------------------------------------------- */

static void
contact_json(const omni_contacts *c)
{
	static const char *const words[] = { NULL, "verified", "suppressed",
		"primary", "valid" };
	int32_t what = omni_contacts_what(c);

	json_number("{", "fact", omni_contacts_fact(c));
	json_time(",", "time", omni_contacts_time(c));
	json_member(",", "what", word_of(words, 5, what));
	if (what == OMNI_CONTACT_VERIFIED || what == OMNI_CONTACT_PRIMARY)
		printf(",\"is\":%s", omni_contacts_flag(c) ? "true" :
		    "false");
	if (what == OMNI_CONTACT_SUPPRESSED) {
		json_member(",", "cause", omni_contacts_cause(c));
		json_member(",", "purpose", omni_contacts_purpose(c));
	}
	if (what == OMNI_CONTACT_VALID) {
		json_time(",", "from", omni_contacts_from(c));
		json_time(",", "until", omni_contacts_until(c));
	}
	printf("}\n");
}

static void
suppression_print(const omni_contacts *c)
{
	const char *cause = omni_contacts_cause(c);
	const char *purpose = omni_contacts_purpose(c);

	printf(cause == NULL ? "no longer suppressed" : "suppressed");
	if (purpose != NULL && strcmp(purpose, "*") != 0) {
		printf(" for ");
		print_text(purpose);
	}
	if (cause == NULL)
		return;
	printf(": ");
	print_text(cause);
}

static void
contact_print(const omni_contacts *c)
{
	bool flag = omni_contacts_flag(c) != 0;

	print_time(omni_contacts_time(c));
	printf("  ");
	switch (omni_contacts_what(c)) {
	case OMNI_CONTACT_VERIFIED:
		printf(flag ? "verified" : "not verified");
		break;
	case OMNI_CONTACT_PRIMARY:
		printf(flag ? "comes first" : "comes as the others do");
		break;
	case OMNI_CONTACT_VALID:
		printf("valid from ");
		print_time(omni_contacts_from(c));
		printf(" until ");
		print_time(omni_contacts_until(c));
		break;
	default:
		suppression_print(c);
		break;
	}
	printf("  (%lld)\n", (long long)omni_contacts_fact(c));
}

static int
contact_list(struct request *request)
{
	omni_contacts *contacts = NULL;
	omni_status status = omni_contacts_open(request->db,
	    request->words[0], request->words[1], &contacts);

	if (status != OMNI_OK)
		return complain_failure(request, status);
	while ((status = omni_contacts_next(contacts)) == OMNI_OK)
		if (request->options[OPTION_JSON] != NULL)
			contact_json(contacts);
		else
			contact_print(contacts);
	omni_contacts_free(contacts);
	return status < 0 ? complain_failure(request, status) : DONE_WELL;
}

int
command_contact(struct request *request)
{
	omni_contact *contact;
	int what, result;

	if (request->count == 2)
		return contact_list(request);
	what = told_find(request);
	if (what < 0)
		return DONE_WRONG;
	contact = omni_contact_new(request->words[0], request->words[1]);
	if (contact == NULL) {
		complain("out of memory");
		return DONE_FAILED;
	}
	result = contact_put(request, contact, what);
	omni_contact_free(contact);
	return result;
}

/* ---- tokens --------------------------------------------------------- */

static int
key_missing(const struct request *request)
{
	if (request->options[OPTION_KEY_FILE] != NULL)
		return DONE_WELL;
	complain("--key-file tells the secret that signs tokens, 32 bytes or "
	    "more");
	return DONE_WRONG;
}

static omni_status
token_fill(const struct request *request, omni_token *token, int64_t expiry)
{
	static const struct {
		enum option option;
		omni_status (*set)(omni_token *, const char *);
	} texts[] = {
		{ OPTION_CHANNEL, omni_token_set_channel },
		{ OPTION_BRAND, omni_token_set_brand },
		{ OPTION_WORDING, omni_token_set_wording },
	};
	omni_status status = omni_token_set_address(token, request->words[1],
	    request->words[2]);
	size_t i;

	for (i = 0; i < 3 && status == OMNI_OK; i++)
		if (request->options[texts[i].option] != NULL)
			status = texts[i].set(token,
			    request->options[texts[i].option]);
	if (status == OMNI_OK && expiry != OMNI_TIME_UNKNOWN)
		status = omni_token_set_expiry(token, expiry);
	return status;
}

static int
token_print(struct request *request, const omni_token *token)
{
	const char *url = request->options[OPTION_URL];
	omni_status status;
	char *text = NULL;

	status = url == NULL ? omni_token_make(request->db, token, &text) :
	    omni_token_headers(request->db, token, url,
	    request->options[OPTION_MAILTO], &text);
	if (status != OMNI_OK)
		return complain_failure(request, status);
	fputs(text, stdout);
	if (url == NULL)
		putchar('\n');
	omni_text_free(text);
	return DONE_WELL;
}

static int
token_make(struct request *request, int32_t what)
{
	omni_token *token = omni_token_new(what,
	    request->options[OPTION_PURPOSE]);
	int64_t expiry = OMNI_TIME_UNKNOWN;
	omni_status status;
	int result = option_time(request, OPTION_EXPIRY, &expiry);

	if (token == NULL) {
		complain("out of memory");
		return DONE_FAILED;
	}
	if (result == DONE_WELL) {
		status = token_fill(request, token, expiry);
		if (status != OMNI_OK) {
			complain("%s", omni_token_errmsg(token));
			result = exit_of(status);
		}
	}
	if (result == DONE_WELL)
		result = token_print(request, token);
	omni_token_free(token);
	return result;
}

int
command_token(struct request *request)
{
	const char *word = request->words[0];
	int32_t what = strcmp(word, "unsubscribe") == 0 ?
	    OMNI_TOKEN_UNSUBSCRIBE : strcmp(word, "confirm") == 0 ?
	    OMNI_TOKEN_CONFIRM : 0;
	int result = key_missing(request);

	if (result == DONE_WELL && (what == 0 ||
	    request->options[OPTION_PURPOSE] == NULL)) {
		complain("a token is to unsubscribe or to confirm, and for a "
		    "--purpose");
		result = DONE_WRONG;
	}
	return result == DONE_WELL ? token_make(request, what) : result;
}

int
command_redeem(struct request *request)
{
	omni_status status;
	int64_t fact = 0;
	int result = key_missing(request);

	if (result != DONE_WELL)
		return result;
	status = omni_token_redeem(request->db, request->words[0],
	    request->options[OPTION_VIA], &fact);
	if (status < 0)
		return complain_failure(request, status);
	printf(status == OMNI_DUPLICATE ? "it stands already: %lld\n" :
	    "noted: %lld\n", (long long)fact);
	return DONE_WELL;
}
