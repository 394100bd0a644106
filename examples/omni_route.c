/*
 * Commands about reaching people: what they said, and where a message goes.
 */
#include "omni_command.h"

#include <string.h>

/* ---- say ------------------------------------------------------------ */

struct said {
	int32_t what;
	int64_t rank, at, expiry;
};

static int
said_read(const struct request *request, struct said *said)
{
	const char *verb = request->words[1];
	bool ranked = strcmp(verb, "prefer") == 0;
	int result;

	*said = (struct said){
		.what = OMNI_SAID_PREFER, .rank = 1, .at = OMNI_NOW,
		.expiry = OMNI_TIME_UNKNOWN,
	};
	if (strcmp(verb, "grant") == 0)
		said->what = OMNI_SAID_GRANT;
	else if (strcmp(verb, "withdraw") == 0)
		said->what = OMNI_SAID_WITHDRAW;
	else if (!ranked) {
		complain("one says grant, withdraw or prefer N");
		return DONE_WRONG;
	}
	if (request->options[OPTION_PURPOSE] == NULL ||
	    ranked != (request->count == 3)) {
		complain("say needs --purpose, and prefer a rank");
		return DONE_WRONG;
	}
	result = option_time(request, OPTION_AT, &said->at);
	if (result == DONE_WELL)
		result = option_time(request, OPTION_EXPIRY, &said->expiry);
	if (result == DONE_WELL && ranked)
		result = parse_number(request->words[2], 1, 1000,
		    &said->rank);
	return result;
}

static omni_status
statement_fill(const struct request *request, const struct said *said,
    const omni_customer *customer, omni_statement *statement)
{
	const char *channel = request->options[OPTION_CHANNEL];
	const char *via = request->options[OPTION_VIA];
	const char *wording = request->options[OPTION_WORDING];
	omni_status status = omni_statement_set_customer(statement,
	    omni_customer_id(customer));

	if (status == OMNI_OK && channel != NULL)
		status = omni_statement_set_channel(statement, channel);
	if (status == OMNI_OK && via != NULL)
		status = omni_statement_set_via(statement, via);
	if (status == OMNI_OK && wording != NULL)
		status = omni_statement_set_wording(statement, wording);
	if (status == OMNI_OK && said->what == OMNI_SAID_PREFER)
		status = omni_statement_set_rank(statement,
		    (int32_t)said->rank);
	if (status == OMNI_OK && said->at != OMNI_NOW)
		status = omni_statement_set_time(statement, said->at);
	if (status == OMNI_OK && said->expiry != OMNI_TIME_UNKNOWN)
		status = omni_statement_set_expiry(statement, said->expiry);
	return status;
}

static int
statement_put(struct request *request, const struct said *said,
    const omni_customer *customer)
{
	omni_statement *statement = omni_statement_new(said->what,
	    request->options[OPTION_PURPOSE]);
	omni_status status;
	int result = DONE_WELL;

	if (statement == NULL) {
		complain("out of memory");
		return DONE_FAILED;
	}
	status = statement_fill(request, said, customer, statement);
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

/* ---- route ---------------------------------------------------------- */

/* "NO_CONSENT": the constant without what all have in common. */
static const char *
reason_word(const omni_route *route, int32_t i)
{
	static const char prefix[] = "OMNI_REASON_";
	const char *name = omni_reason_name(
	    omni_route_rejected_reason(route, i));

	return strncmp(name, prefix, sizeof(prefix) - 1) == 0 ?
	    name + sizeof(prefix) - 1 : name;
}

static void
route_json(const omni_route *route)
{
	int32_t i;

	printf("{\"steps\":[");
	for (i = 0; i < omni_route_step_count(route); i++) {
		json_member(i == 0 ? "{" : ",{", "channel",
		    omni_route_step_channel(route, i));
		json_member(",", "address",
		    omni_route_step_address(route, i));
		json_time(",", "at", omni_route_step_time(route, i));
		json_member(",", "text", omni_route_step_text(route, i));
		putchar('}');
	}
	printf("],\"rejected\":[");
	for (i = 0; i < omni_route_rejected_count(route); i++) {
		json_member(i == 0 ? "{" : ",{", "channel",
		    omni_route_rejected_channel(route, i));
		json_member(",", "reason", reason_word(route, i));
		json_member(",", "text", omni_route_rejected_text(route, i));
		putchar('}');
	}
	printf("]}\n");
}

/* Why goes below: it is the longest part. */
static void
step_print(const omni_route *route, int32_t i)
{
	const char *text = omni_route_step_text(route, i);

	printf("  %d. ", (int)i + 1);
	print_column(omni_route_step_channel(route, i), 6);
	print_column(omni_route_step_address(route, i), 36);
	print_time(omni_route_step_time(route, i));
	putchar('\n');
	if (text != NULL && *text != '\0') {
		printf("     because ");
		print_text(text);
		putchar('\n');
	}
}

static void
route_print(const char *purpose, const omni_route *route)
{
	int32_t i;

	printf("%s goes %s\n", purpose,
	    omni_route_step_count(route) == 0 ? "nowhere" : "to");
	for (i = 0; i < omni_route_step_count(route); i++)
		step_print(route, i);
	if (omni_route_rejected_count(route) > 0)
		printf("and not to\n");
	for (i = 0; i < omni_route_rejected_count(route); i++) {
		printf("  -  ");
		print_column(omni_route_rejected_channel(route, i), 6);
		print_column(reason_word(route, i), 12);
		print_text(omni_route_rejected_text(route, i));
		putchar('\n');
	}
}

int
command_route(struct request *request)
{
	const char *purpose = request->words[1];
	omni_customer *customer = NULL;
	omni_route *route = NULL;
	omni_status status;
	int64_t at = OMNI_NOW;
	int result = option_time(request, OPTION_AT, &at);

	if (result == DONE_WELL)
		result = customer_resolve(request, request->words[0],
		    &customer);
	if (result != DONE_WELL)
		return result;
	status = omni_route_decide(request->db, omni_customer_id(customer),
	    purpose, at, &route);
	if (status != OMNI_OK)
		result = complain_failure(request, status);
	else if (request->options[OPTION_JSON] != NULL)
		route_json(route);
	else
		route_print(purpose, route);
	omni_route_free(route);
	omni_customer_free(customer);
	return result;
}
