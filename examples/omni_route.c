/*
 * Commands about one message to one customer: where it goes, what comes next
 * when that fails, and whether a decision comes out the same again.
 */
#include "omni_command.h"

#include <string.h>

/* By OMNI_RESULT_*. */
static const char *const results[] = {
	"nothing yet", "sent", "delivered", "opened", "clicked", "answered",
	"bounced", "complained", "returned", "failed"
};
#define RESULTS ((int32_t)(sizeof(results) / sizeof(results[0])))

/* ---- the message ---------------------------------------------------- */

static omni_status
message_fill(const struct request *request, omni_message *message,
    int64_t at, int64_t expiry)
{
	const char *id = request->options[OPTION_MESSAGE];
	const char *brand = request->options[OPTION_BRAND];
	omni_status status = OMNI_OK;

	if (id != NULL)
		status = omni_message_set_id(message, id);
	if (status == OMNI_OK && brand != NULL)
		status = omni_message_set_brand(message, brand);
	if (status == OMNI_OK && at != OMNI_NOW)
		status = omni_message_set_time(message, at);
	if (status == OMNI_OK && expiry != OMNI_TIME_UNKNOWN)
		status = omni_message_set_expiry(message, expiry);
	if (status == OMNI_OK && request->options[OPTION_URGENT] != NULL)
		status = omni_message_set_urgent(message, 1);
	return status;
}

int
message_read(const struct request *request, const char *purpose,
    omni_message **message)
{
	int64_t at = OMNI_NOW, expiry = OMNI_TIME_UNKNOWN;
	omni_status status;
	int result = option_time(request, OPTION_AT, &at);

	*message = NULL;
	if (result == DONE_WELL)
		result = option_time(request, OPTION_EXPIRY, &expiry);
	if (result != DONE_WELL)
		return result;
	*message = omni_message_new(purpose);
	if (*message == NULL) {
		complain("out of memory");
		return DONE_FAILED;
	}
	status = message_fill(request, *message, at, expiry);
	if (status == OMNI_OK)
		return DONE_WELL;
	complain("%s", omni_message_errmsg(*message));
	return exit_of(status);
}

/* ---- a route for programs -------------------------------------------- */

static void
step_json(const omni_route *route, int32_t i)
{
	json_member(i == 0 ? "{" : ",{", "channel",
	    omni_route_step_channel(route, i));
	json_member(",", "address", omni_route_step_address(route, i));
	json_time(",", "at", omni_route_step_time(route, i));
	json_member(",", "text", omni_route_step_text(route, i));
	json_number(",", "fact", omni_route_step_fact(route, i));
	putchar('}');
}

static void
rejected_json(const omni_route *route, int32_t i)
{
	json_member(i == 0 ? "{" : ",{", "channel",
	    omni_route_rejected_channel(route, i));
	json_member(",", "reason",
	    reason_word(omni_route_rejected_reason(route, i)));
	json_member(",", "text", omni_route_rejected_text(route, i));
	json_number(",", "fact", omni_route_rejected_fact(route, i));
	putchar('}');
}

static void
kept_json(const omni_route *route)
{
	if (omni_route_fact(route) == 0)
		return;
	json_number(",", "route", omni_route_fact(route));
	json_member(",", "result", word_of(results, RESULTS,
	    omni_route_result(route)));
	json_time(",", "due", omni_route_due(route));
}

static void
route_json(const omni_route *route)
{
	int32_t i;

	printf("{\"steps\":[");
	for (i = 0; i < omni_route_step_count(route); i++)
		step_json(route, i);
	printf("],\"rejected\":[");
	for (i = 0; i < omni_route_rejected_count(route); i++)
		rejected_json(route, i);
	json_member("],", "customer", omni_route_customer(route));
	json_member(",", "purpose", omni_route_purpose(route));
	json_time(",", "time", omni_route_time(route));
	json_member(",", "zone", omni_route_zone(route));
	json_member(",", "zone_text", omni_route_zone_text(route));
	json_member(",", "language", omni_route_language(route));
	kept_json(route);
	printf("}\n");
}

/* ---- a route for people ---------------------------------------------- */

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

/* "times are for Europe/London: the store's" */
static void
zone_print(const omni_route *route)
{
	const char *text = omni_route_zone_text(route);

	printf("their time is that of %s", omni_route_zone(route));
	if (text != NULL && *text != '\0') {
		printf(": ");
		print_text(text);
	}
	if (omni_route_language(route) != NULL) {
		printf("; their language is ");
		print_text(omni_route_language(route));
	}
	putchar('\n');
}

static void
kept_print(const omni_route *route)
{
	if (omni_route_fact(route) == 0)
		return;
	printf("kept as route %lld: %s", (long long)omni_route_fact(route),
	    word_of(results, RESULTS, omni_route_result(route)));
	if (omni_route_due(route) != OMNI_TIME_UNKNOWN) {
		printf("; the next step is due at ");
		print_time(omni_route_due(route));
	}
	putchar('\n');
}

static void
route_print(const omni_route *route)
{
	int32_t i;

	printf("%s goes %s\n", omni_route_purpose(route),
	    omni_route_step_count(route) == 0 ? "nowhere" : "to");
	for (i = 0; i < omni_route_step_count(route); i++)
		step_print(route, i);
	if (omni_route_rejected_count(route) > 0)
		printf("and not to\n");
	for (i = 0; i < omni_route_rejected_count(route); i++) {
		printf("  -  ");
		print_column(omni_route_rejected_channel(route, i), 6);
		print_column(reason_word(omni_route_rejected_reason(route,
		    i)), 12);
		print_text(omni_route_rejected_text(route, i));
		putchar('\n');
	}
	zone_print(route);
	kept_print(route);
}

static void
route_show(const struct request *request, const omni_route *route)
{
	if (request->options[OPTION_JSON] != NULL)
		route_json(route);
	else
		route_print(route);
}

/* ---- route ---------------------------------------------------------- */

static int
route_decide(struct request *request, const omni_customer *customer,
    const omni_message *message)
{
	const char *id = omni_customer_id(customer);
	omni_route *route = NULL;
	omni_status status;
	int result = DONE_WELL;

	status = request->options[OPTION_PUT] != NULL ?
	    omni_route_put(request->db, id, message, &route) :
	    omni_route_try(request->db, id, message, &route);
	if (status < 0 || route == NULL)
		result = complain_failure(request, status);
	else
		route_show(request, route);
	if (status == OMNI_DUPLICATE)
		complain("the message was routed before; this is how");
	omni_route_free(route);
	return result;
}

int
command_route(struct request *request)
{
	omni_customer *customer = NULL;
	omni_message *message = NULL;
	int result = message_read(request, request->words[1], &message);

	if (result == DONE_WELL)
		result = customer_resolve(request, request->words[0],
		    &customer);
	if (result == DONE_WELL)
		result = route_decide(request, customer, message);
	omni_message_free(message);
	omni_customer_free(customer);
	return result;
}

/* ---- next and replay ------------------------------------------------- */

static int
fact_read(const struct request *request, int64_t *fact)
{
	return parse_number(request->words[0], 1, INT64_MAX, fact);
}

int
command_next(struct request *request)
{
	omni_route *route = NULL;
	int64_t fact, at = OMNI_NOW;
	omni_status status;
	int result = fact_read(request, &fact);

	if (result == DONE_WELL)
		result = option_time(request, OPTION_AT, &at);
	if (result != DONE_WELL)
		return result;
	status = omni_route_next(request->db, fact, at, &route);
	if (status == OMNI_DONE)
		complain("it arrived: nothing is left to do");
	else if (status == OMNI_PENDING)
		complain("not due yet; this is what runs");
	else if (status != OMNI_OK)
		result = complain_failure(request, status);
	if (route != NULL)
		route_show(request, route);
	omni_route_free(route);
	return result;
}

int
command_replay(struct request *request)
{
	omni_route *route = NULL;
	omni_status status;
	int64_t fact;
	int32_t same = 0;
	int result = fact_read(request, &fact);

	if (result != DONE_WELL)
		return result;
	status = omni_route_replay(request->db, fact, &same, &route);
	if (status != OMNI_OK)
		result = complain_failure(request, status);
	else
		route_show(request, route);
	if (status == OMNI_OK && same == 0) {
		complain("it comes out otherwise than it was kept");
		result = DONE_NONE;
	} else if (status == OMNI_OK && request->options[OPTION_JSON] == NULL)
		printf("the same as it was kept\n");
	omni_route_free(route);
	return result;
}
