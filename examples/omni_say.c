/*
 * Commands about what customers say: to note it, and to show it as proof.
 */
#include "omni_command.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(list) ((int32_t)(sizeof(list) / sizeof((list)[0])))

/* By OMNI_SAID_*. */
static const char *const saids[] = {
	NULL, "grant", "withdraw", "prefer", "confirm", "quiet", "language",
	"zone", "told"
};

/* By OMNI_STANDING_*. */
static const char *const standings[] = {
	NULL, "holds", "lifted", "withdrawn", "expired", "pending", "replaced"
};

static const char *const media[] = { NULL, "digital", "physical" };

/* ---- say ------------------------------------------------------------ */

struct said {
	int32_t what;
	const char *value;	/* the word behind the verb, or NULL */
	int64_t rank, at, expiry;
};

static bool
has_value(int32_t what)
{
	return what == OMNI_SAID_QUIET || what == OMNI_SAID_LANGUAGE ||
	    what == OMNI_SAID_ZONE;
}

static int
verb_read(const struct request *request, struct said *said)
{
	const char *verb = request->words[1];
	bool more;

	for (said->what = 1; said->what < COUNT(saids); said->what++)
		if (strcmp(verb, saids[said->what]) == 0)
			break;
	if (said->what == COUNT(saids)) {
		complain("one says grant, withdraw, confirm, told, prefer N, "
		    "quiet HOURS, language TAG or zone NAME");
		return DONE_WRONG;
	}
	more = said->what == OMNI_SAID_PREFER || has_value(said->what);
	if (more != (request->count == 3)) {
		complain("%s %s", verb, more ? "needs a word behind it" :
		    "takes no word behind it");
		return DONE_WRONG;
	}
	/* Quiet hours and languages are for everything unless told. */
	if (request->options[OPTION_PURPOSE] == NULL &&
	    !has_value(said->what)) {
		complain("%s needs --purpose", verb);
		return DONE_WRONG;
	}
	if (has_value(said->what))
		said->value = request->words[2];
	return DONE_WELL;
}

static int
said_read(const struct request *request, struct said *said)
{
	int result;

	*said = (struct said){
		.at = OMNI_NOW, .expiry = OMNI_TIME_UNKNOWN,
	};
	result = verb_read(request, said);
	if (result == DONE_WELL)
		result = option_time(request, OPTION_AT, &said->at);
	if (result == DONE_WELL)
		result = option_time(request, OPTION_EXPIRY, &said->expiry);
	if (result == DONE_WELL && said->what == OMNI_SAID_PREFER)
		result = parse_number(request->words[2], 1, 1000,
		    &said->rank);
	return result;
}

/* Options that are texts of the statement, each by its setter. */
static omni_status
texts_fill(const struct request *request, omni_statement *statement)
{
	static const struct {
		enum option option;
		omni_status (*set)(omni_statement *, const char *);
	} texts[] = {
		{ OPTION_CHANNEL, omni_statement_set_channel },
		{ OPTION_BRAND, omni_statement_set_brand },
		{ OPTION_VIA, omni_statement_set_via },
		{ OPTION_WORDING, omni_statement_set_wording },
		{ OPTION_EVIDENCE, omni_statement_set_evidence },
	};
	omni_status status = OMNI_OK;
	int32_t i;

	for (i = 0; i < COUNT(texts) && status == OMNI_OK; i++)
		if (request->options[texts[i].option] != NULL)
			status = texts[i].set(statement,
			    request->options[texts[i].option]);
	return status;
}

static omni_status
rest_fill(const struct request *request, const struct said *said,
    omni_statement *statement)
{
	const char *medium = request->options[OPTION_MEDIUM];
	omni_status status = OMNI_OK;

	if (medium != NULL)
		status = omni_statement_set_medium(statement,
		    medium_of(medium));
	if (status == OMNI_OK && said->value != NULL)
		status = omni_statement_set_value(statement, said->value);
	if (status == OMNI_OK && said->what == OMNI_SAID_PREFER)
		status = omni_statement_set_rank(statement,
		    (int32_t)said->rank);
	if (status == OMNI_OK && said->at != OMNI_NOW)
		status = omni_statement_set_time(statement, said->at);
	if (status == OMNI_OK && said->expiry != OMNI_TIME_UNKNOWN)
		status = omni_statement_set_expiry(statement, said->expiry);
	return status;
}

/* "email=ann@shop.example" */
static omni_status
address_fill(const struct request *request, omni_statement *statement)
{
	const char *word = request->options[OPTION_ADDRESS], *equals;
	char kind[32];

	if (word == NULL)
		return OMNI_OK;
	equals = strchr(word, '=');
	if (equals == NULL || (size_t)(equals - word) >= sizeof(kind))
		return omni_statement_set_address(statement, word, "");
	memcpy(kind, word, (size_t)(equals - word));
	kind[equals - word] = '\0';
	return omni_statement_set_address(statement, kind, equals + 1);
}

static int
statement_put(struct request *request, const struct said *said,
    const omni_customer *customer)
{
	const char *purpose = request->options[OPTION_PURPOSE];
	omni_statement *statement = omni_statement_new(said->what,
	    purpose == NULL ? "*" : purpose);
	omni_status status;
	int result = DONE_WELL;

	if (statement == NULL) {
		complain("out of memory");
		return DONE_FAILED;
	}
	status = omni_statement_set_customer(statement,
	    omni_customer_id(customer));
	if (status == OMNI_OK)
		status = texts_fill(request, statement);
	if (status == OMNI_OK)
		status = address_fill(request, statement);
	if (status == OMNI_OK)
		status = rest_fill(request, said, statement);
	if (status != OMNI_OK) {
		complain("%s", omni_statement_errmsg(statement));
		result = exit_of(status);
	} else {
		status = omni_statement_put(request->db, statement, NULL);
		if (status < 0)
			result = complain_failure(request, status);
		else
			printf("noted\n");
	}
	omni_statement_free(statement);
	return result;
}

int
command_say(struct request *request)
{
	omni_customer *customer = NULL;
	struct said said;
	int result = said_read(request, &said);

	if (result == DONE_WELL)
		result = customer_resolve(request, request->words[0],
		    &customer);
	if (result == DONE_WELL)
		result = statement_put(request, &said, customer);
	omni_customer_free(customer);
	return result;
}

/* ---- statements ----------------------------------------------------- */

static const char *
said_word(const omni_statements *s)
{
	return word_of(saids, COUNT(saids), omni_statements_said(s));
}

static const char *
standing_word(const omni_statements *s)
{
	return word_of(standings, COUNT(standings),
	    omni_statements_standing(s));
}

static const char *
medium_word(const omni_statements *s)
{
	int32_t medium = omni_statements_medium(s);

	return medium == 0 ? NULL : word_of(media, COUNT(media), medium);
}

static void
statement_json(const omni_statements *s)
{
	json_number("{", "fact", omni_statements_fact(s));
	json_time(",", "time", omni_statements_time(s));
	json_time(",", "recorded", omni_statements_recorded(s));
	json_member(",", "said", said_word(s));
	json_member(",", "purpose", omni_statements_purpose(s));
	json_member(",", "channel", omni_statements_channel(s));
	json_member(",", "medium", medium_word(s));
	json_member(",", "brand", omni_statements_brand(s));
	json_number(",", "rank", omni_statements_rank(s));
	json_member(",", "value", omni_statements_value(s));
	json_member(",", "via", omni_statements_via(s));
	json_member(",", "source", omni_statements_source(s));
	json_member(",", "wording", omni_statements_wording(s));
	json_member(",", "wording_text", omni_statements_wording_text(s));
	json_member(",", "evidence", omni_statements_evidence(s));
	json_time(",", "expiry", omni_statements_expiry(s));
	json_member(",", "standing", standing_word(s));
	json_number(",", "by", omni_statements_by(s));
	printf("}\n");
}

static void
part_print(const char *before, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	fputs(before, stdout);
	print_text(text);
}

/* What proves it goes below: it is the longest part. */
static void
statement_print(const omni_statements *s)
{
	const char *where = omni_statements_channel(s);
	const char *value = omni_statements_value(s);

	print_time(omni_statements_time(s));
	printf("  ");
	print_column(said_word(s), 8);
	print_column(omni_statements_purpose(s), 12);
	if (where == NULL)
		where = medium_word(s);
	print_column(where == NULL ? "everywhere" : where, 10);
	printf("%s", standing_word(s));
	if (omni_statements_by(s) != 0)
		printf(", by %lld", (long long)omni_statements_by(s));
	if (omni_statements_rank(s) > 0)
		printf("; as number %d", (int)omni_statements_rank(s));
	part_print("; ", value);
	part_print("; brand ", omni_statements_brand(s));
	printf("\n     %lld", (long long)omni_statements_fact(s));
	part_print(", via ", omni_statements_via(s));
	part_print(", told by ", omni_statements_source(s));
	part_print(", wording ", omni_statements_wording(s));
	part_print(": ", omni_statements_wording_text(s));
	part_print("; evidence: ", omni_statements_evidence(s));
	putchar('\n');
}

static int
statements_print(struct request *request, const char *customer)
{
	omni_statements *statements = NULL;
	omni_status status = omni_statements_open(request->db, customer,
	    request->options[OPTION_PURPOSE], &statements);

	if (status != OMNI_OK)
		return complain_failure(request, status);
	while ((status = omni_statements_next(statements)) == OMNI_OK)
		if (request->options[OPTION_JSON] != NULL)
			statement_json(statements);
		else
			statement_print(statements);
	omni_statements_free(statements);
	return status < 0 ? complain_failure(request, status) : DONE_WELL;
}

int
command_statements(struct request *request)
{
	omni_customer *customer = NULL;
	int result = customer_resolve(request, request->words[0], &customer);

	if (result == DONE_WELL)
		result = statements_print(request,
		    omni_customer_id(customer));
	omni_customer_free(customer);
	return result;
}
