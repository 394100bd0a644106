/*
 * Commands about many: a message to everybody or to a list, what customers
 * permit, and how they respond.
 */
#include "omni_command.h"

#include <string.h>

/* ---- whom ----------------------------------------------------------- */

static int
line_add(omni_audience *audience, char *line)
{
	size_t size = strcspn(line, "\r\n");

	line[size] = '\0';
	if (size == 0)
		return DONE_WELL;
	if (omni_audience_add(audience, line) == OMNI_OK)
		return DONE_WELL;
	complain("%s", omni_audience_errmsg(audience));
	return DONE_WRONG;
}

/* Ids, one a line; "-" is standard input. */
static int
list_read(const char *path, omni_audience *audience)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char line[256];
	int result = DONE_WELL;

	if (file == NULL) {
		complain("%s cannot be read", path);
		return DONE_WRONG;
	}
	while (result == DONE_WELL &&
	    fgets(line, sizeof(line), file) != NULL)
		result = line_add(audience, line);
	if (result == DONE_WELL && ferror(file)) {
		complain("%s cannot be read", path);
		result = DONE_FAILED;
	}
	if (file != stdin)
		(void)fclose(file);
	return result;
}

static int
audience_read(const struct request *request, omni_audience **audience)
{
	const char *path = request->options[OPTION_LIST];

	*audience = NULL;
	if (path == NULL)
		return DONE_WELL;
	*audience = omni_audience_new();
	if (*audience == NULL) {
		complain("out of memory");
		return DONE_FAILED;
	}
	return list_read(path, *audience);
}

/* ---- routes --------------------------------------------------------- */

static void
totals_json(const omni_routes *routes)
{
	int32_t i;

	json_number("{", "decided", omni_routes_decided(routes));
	json_number(",", "nowhere", omni_routes_nowhere(routes));
	printf(",\"totals\":[");
	for (i = 0; i < omni_routes_total_count(routes); i++) {
		int32_t reason = omni_routes_total_reason(routes, i);

		json_member(i == 0 ? "{" : ",{", "channel",
		    omni_routes_total_channel(routes, i));
		json_member(",", "reason", reason == 0 ? NULL :
		    reason_word(reason));
		json_number(",", "number",
		    omni_routes_total_number(routes, i));
		putchar('}');
	}
	printf("]}\n");
}

static void
totals_print(const char *purpose, const omni_routes *routes)
{
	int32_t i, reason;

	printf("%s: %lld decided, %lld go nowhere\n", purpose,
	    (long long)omni_routes_decided(routes),
	    (long long)omni_routes_nowhere(routes));
	for (i = 0; i < omni_routes_total_count(routes); i++) {
		reason = omni_routes_total_reason(routes, i);
		printf("%10lld  ",
		    (long long)omni_routes_total_number(routes, i));
		print_column(omni_routes_total_channel(routes, i), 8);
		if (reason == 0)
			printf("first step\n");
		else {
			print_column(reason_word(reason), 16);
			printf("%s\n", omni_reason_text(reason));
		}
	}
}

static int
routes_run(struct request *request, const omni_message *message,
    const omni_audience *audience)
{
	omni_routes *routes = NULL;
	omni_status status = omni_route_many(request->db, message, audience,
	    request->options[OPTION_PUT] != NULL, &routes);
	int result = DONE_WELL;

	if (status == OMNI_OK)
		status = omni_routes_run(routes);
	if (status < 0)
		result = complain_failure(request, status);
	else if (request->options[OPTION_JSON] != NULL)
		totals_json(routes);
	else
		totals_print(request->words[0], routes);
	omni_routes_free(routes);
	return result;
}

int
command_routes(struct request *request)
{
	omni_message *message = NULL;
	omni_audience *audience = NULL;
	int result = message_read(request, request->words[0], &message);

	if (result == DONE_WELL)
		result = audience_read(request, &audience);
	if (result == DONE_WELL)
		result = routes_run(request, message, audience);
	omni_audience_free(audience);
	omni_message_free(message);
	return result;
}

/* ---- permissions ---------------------------------------------------- */

static void
permission_json(const omni_permissions *p, bool one)
{
	int32_t reason = omni_permissions_reason(p);

	json_member("{", "purpose", omni_permissions_purpose(p));
	json_member(",", "channel", omni_permissions_channel(p));
	printf(",\"permitted\":%s", reason == 0 ? "true" : "false");
	json_member(",", "reason", reason == 0 ? NULL : reason_word(reason));
	if (one) {
		json_member(",", "text", omni_permissions_text(p));
		json_number(",", "fact", omni_permissions_fact(p));
	} else
		json_number(",", "number", omni_permissions_number(p));
	printf("}\n");
}

static void
permission_print(const omni_permissions *p, bool one)
{
	int32_t reason = omni_permissions_reason(p);
	const char *text = one ? omni_permissions_text(p) : NULL;

	print_column(omni_permissions_purpose(p), 16);
	print_column(omni_permissions_channel(p), 8);
	if (!one)
		printf("%10lld  ", (long long)omni_permissions_number(p));
	print_column(reason == 0 ? "yes" : reason_word(reason), 16);
	if (text != NULL)
		print_text(text);
	putchar('\n');
}

static int
permissions_print(struct request *request, const char *customer)
{
	omni_permissions *permissions = NULL;
	int64_t at = OMNI_NOW;
	omni_status status;
	int result = option_time(request, OPTION_AT, &at);

	if (result != DONE_WELL)
		return result;
	status = omni_permissions_open(request->db, customer, at,
	    &permissions);
	while (status == OMNI_OK &&
	    (status = omni_permissions_next(permissions)) == OMNI_OK)
		if (request->options[OPTION_JSON] != NULL)
			permission_json(permissions, customer != NULL);
		else
			permission_print(permissions, customer != NULL);
	if (status != OMNI_DONE)
		result = complain_failure(request, status);
	omni_permissions_free(permissions);
	return result;
}

int
command_permissions(struct request *request)
{
	omni_customer *customer = NULL;
	int result;

	if (request->count == 0)
		return permissions_print(request, NULL);
	result = customer_resolve(request, request->words[0], &customer);
	if (result == DONE_WELL)
		result = permissions_print(request,
		    omni_customer_id(customer));
	omni_customer_free(customer);
	return result;
}

/* ---- affinity ------------------------------------------------------- */

static void
affinity_json(const omni_affinity *a)
{
	json_member("{", "channel", omni_affinity_channel(a));
	printf(",\"sent\":%.3f,\"answered\":%.3f,\"rate\":%.6f,"
	    "\"population\":%.6f,\"strength\":%.3f}\n",
	    (double)omni_affinity_sent(a) / 1000,
	    (double)omni_affinity_answered(a) / 1000,
	    omni_affinity_rate(a) / 1e6, omni_affinity_prior(a) / 1e6,
	    (double)omni_affinity_strength(a) / 1000);
}

/* Nothing was learned: omni_affinity(3). */
static int
is_assumed(const omni_affinity *a)
{
	return omni_affinity_prior(a) == 200000 &&
	    omni_affinity_strength(a) == 10000;
}

static void
affinity_print(const omni_affinity *a)
{
	print_column(omni_affinity_channel(a), 8);
	printf("%5.1f %%  answered %.1f of %.1f messages; %s %.1f %%, which "
	    "counts as %.1f messages\n",
	    omni_affinity_rate(a) / 1e4,
	    (double)omni_affinity_answered(a) / 1000,
	    (double)omni_affinity_sent(a) / 1000,
	    is_assumed(a) ? "nothing was learned yet of all customers, "
	    "assumed are" : "all customers",
	    omni_affinity_prior(a) / 1e4,
	    (double)omni_affinity_strength(a) / 1000);
}

static int
affinities_print(struct request *request, const char *customer)
{
	omni_affinity *affinity = NULL;
	int64_t at = OMNI_NOW;
	omni_status status;
	int result = option_time(request, OPTION_AT, &at);

	if (result != DONE_WELL)
		return result;
	status = omni_affinity_open(request->db, customer, at, &affinity);
	while (status == OMNI_OK &&
	    (status = omni_affinity_next(affinity)) == OMNI_OK)
		if (request->options[OPTION_JSON] != NULL)
			affinity_json(affinity);
		else
			affinity_print(affinity);
	if (status != OMNI_DONE)
		result = complain_failure(request, status);
	omni_affinity_free(affinity);
	return result;
}

int
command_affinity(struct request *request)
{
	omni_customer *customer = NULL;
	int result = customer_resolve(request, request->words[0], &customer);

	if (result == DONE_WELL)
		result = affinities_print(request,
		    omni_customer_id(customer));
	omni_customer_free(customer);
	return result;
}

int
command_learn(struct request *request)
{
	int64_t fact = 0;
	omni_status status = omni_affinity_learn(request->db, &fact);

	if (status < 0)
		return complain_failure(request, status);
	if (status == OMNI_NONE) {
		complain("nobody answered any message yet: nothing to learn");
		return DONE_NONE;
	}
	printf("learned: %lld\n", (long long)fact);
	return DONE_WELL;
}
