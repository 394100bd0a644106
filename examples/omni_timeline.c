/*
 * Commands about what happened: a customer's timeline, the story and state
 * of one reference, settings.
 */
#include "omni_command.h"

#include <stdlib.h>
#include <string.h>

/* ---- one interaction ------------------------------------------------ */

/* "type:key" */
static void
reference_json(const char *before, const omni_interaction *item, int32_t i)
{
	printf("%s\"", before);
	json_escaped(omni_interaction_reference_type(item, i));
	putchar(':');
	json_escaped(omni_interaction_reference_key(item, i));
	putchar('"');
}

static void
references_json(const omni_interaction *item)
{
	int32_t i, count = omni_interaction_reference_count(item);
	const char *status, *before = "";

	printf(",\"refs\":[");
	for (i = 0; i < count; i++)
		reference_json(i == 0 ? "" : ",", item, i);
	printf("],\"status\":{");
	for (i = 0; i < count; i++) {
		status = omni_interaction_reference_status(item, i);
		if (status == NULL)
			continue;
		reference_json(before, item, i);
		putchar(':');
		json_text(status);
		before = ",";
	}
	putchar('}');
}

static void
interaction_json(const omni_interaction *item)
{
	printf("{\"fact\":%lld", (long long)omni_interaction_fact(item));
	json_member(",", "source", omni_interaction_source(item));
	json_member(",", "id", omni_interaction_key(item));
	json_time(",", "time", omni_interaction_time(item));
	json_member(",", "channel", omni_interaction_channel(item));
	json_member(",", "kind", omni_interaction_kind(item));
	references_json(item);
	json_value(",", "body", omni_interaction_body(item));
	printf("}\n");
}

/* "order:8841 placed" */
static void
reference_print(const omni_interaction *item, int32_t i)
{
	const char *status = omni_interaction_reference_status(item, i);

	fputs(i == 0 ? "" : ", ", stdout);
	print_text(omni_interaction_reference_type(item, i));
	putchar(':');
	print_text(omni_interaction_reference_key(item, i));
	if (status != NULL) {
		putchar(' ');
		print_text(status);
	}
}

static void
interaction_print(const omni_interaction *item)
{
	const char *body = omni_interaction_body(item);
	int32_t i;

	print_time(omni_interaction_time(item));
	printf("  ");
	print_column(omni_interaction_channel(item), 6);
	print_column(omni_interaction_kind(item), 15);
	for (i = 0; i < omni_interaction_reference_count(item); i++)
		reference_print(item, i);
	if (body != NULL) {
		fputs(i > 0 ? "  " : "", stdout);
		print_text(body);
	}
	if (omni_interaction_time_doubtful(item) != 0)
		printf("  (doubtful time)");
	printf("\n");
}

static int
items_print(const struct request *request, omni_timeline *timeline)
{
	const omni_interaction *item;
	omni_status status;

	while ((status = omni_timeline_next(timeline, &item)) == OMNI_OK)
		if (request->options[OPTION_JSON] != NULL)
			interaction_json(item);
		else
			interaction_print(item);
	if (status >= 0)
		return DONE_WELL;
	complain("%s", omni_timeline_errmsg(timeline));
	return exit_of(status);
}

/* ---- timeline ------------------------------------------------------- */

static int
filter_times(const struct request *request, omni_filter *filter)
{
	int64_t since = OMNI_TIME_UNKNOWN, until = OMNI_TIME_UNKNOWN;
	omni_status status = OMNI_OK;
	int result = option_time(request, OPTION_SINCE, &since);

	if (result == DONE_WELL)
		result = option_time(request, OPTION_UNTIL, &until);
	if (result != DONE_WELL)
		return result;
	if (since != OMNI_TIME_UNKNOWN)
		status = omni_filter_set_since(filter, since);
	if (status == OMNI_OK && until != OMNI_TIME_UNKNOWN)
		status = omni_filter_set_until(filter, until);
	if (status == OMNI_OK)
		return DONE_WELL;
	complain("%s", omni_filter_errmsg(filter));
	return exit_of(status);
}

static int
filter_rest(const struct request *request, omni_filter *filter)
{
	const char *channel = request->options[OPTION_CHANNEL];
	const char *kind = request->options[OPTION_KIND];
	const char *limit = request->options[OPTION_LIMIT];
	omni_status status = OMNI_OK;
	int64_t most = 0;
	int result = DONE_WELL;

	if (limit != NULL)
		result = parse_number(limit, 1, INT64_MAX, &most);
	if (result != DONE_WELL)
		return result;
	if (channel != NULL)
		status = omni_filter_set_channel(filter, channel);
	if (status == OMNI_OK && kind != NULL)
		status = omni_filter_set_kind(filter, kind);
	if (status == OMNI_OK && most > 0)
		status = omni_filter_set_limit(filter, most);
	if (status == OMNI_OK && request->options[OPTION_OLDEST] != NULL)
		status = omni_filter_set_oldest(filter, 1);
	if (status == OMNI_OK)
		return DONE_WELL;
	complain("%s", omni_filter_errmsg(filter));
	return exit_of(status);
}

static int
timeline_print(struct request *request, const omni_customer *customer,
    const omni_filter *filter)
{
	omni_timeline *timeline = NULL;
	omni_status status = omni_timeline_open(request->db,
	    omni_customer_id(customer), filter, &timeline);
	int result;

	if (status != OMNI_OK)
		return complain_failure(request, status);
	result = items_print(request, timeline);
	omni_timeline_free(timeline);
	return result;
}

int
command_timeline(struct request *request)
{
	omni_customer *customer = NULL;
	omni_filter *filter = omni_filter_new();
	int result = DONE_FAILED;

	if (filter == NULL)
		complain("out of memory");
	else
		result = filter_times(request, filter);
	if (result == DONE_WELL)
		result = filter_rest(request, filter);
	if (result == DONE_WELL)
		result = customer_resolve(request, request->words[0],
		    &customer);
	if (result == DONE_WELL)
		result = timeline_print(request, customer, filter);
	omni_customer_free(customer);
	omni_filter_free(filter);
	return result;
}

/* ---- case ----------------------------------------------------------- */

static void
case_json(const char *ref, const omni_case *c)
{
	int32_t i;

	json_member("{", "ref", ref);
	json_member(",", "state", omni_case_state(c));
	printf(",\"channels\":[");
	for (i = 0; i < omni_case_channel_count(c); i++) {
		fputs(i == 0 ? "" : ",", stdout);
		json_text(omni_case_channel(c, i));
	}
	printf("],\"changes\":%d", (int)omni_case_changes(c));
	json_time(",", "time", omni_case_time(c));
	json_member(",", "customer", omni_case_customer(c));
	printf("}\n");
}

static void
case_print(const char *ref, const omni_case *c)
{
	const char *state = omni_case_state(c);
	const char *customer = omni_case_customer(c);
	int32_t i;

	printf("%s: %s", ref, state == NULL ? "no status" : state);
	if (state != NULL) {
		printf(" since ");
		print_time(omni_case_time(c));
	}
	printf("\nstatus changes: %d; channels:", (int)omni_case_changes(c));
	for (i = 0; i < omni_case_channel_count(c); i++)
		printf("%s %s", i == 0 ? "" : ",", omni_case_channel(c, i));
	printf("\ncustomer: %s\n\n", customer == NULL ? "unknown" : customer);
}

static int
story_print(struct request *request, const char *type, const char *key)
{
	omni_timeline *story = NULL;
	omni_filter *filter = omni_filter_new();
	omni_status status = OMNI_NOMEM;
	int result;

	if (filter != NULL)
		status = omni_filter_set_oldest(filter, 1);
	if (status == OMNI_OK)
		status = omni_story_open(request->db, type, key, filter,
		    &story);
	if (status == OMNI_OK)
		result = items_print(request, story);
	else
		result = complain_failure(request, status);
	omni_timeline_free(story);
	omni_filter_free(filter);
	return result;
}

int
command_case(struct request *request)
{
	const char *ref = request->words[0], *key;
	omni_case *c = NULL;
	omni_status status;
	char *type;
	int result = word_split(ref, "TYPE:KEY", &type, &key);

	if (result != DONE_WELL)
		return result;
	status = omni_case_get(request->db, type, key, &c);
	if (status == OMNI_NONE) {
		complain("%s: nothing refers to it", ref);
		result = DONE_NONE;
	} else if (status != OMNI_OK) {
		result = complain_failure(request, status);
	} else if (request->options[OPTION_JSON] != NULL) {
		case_json(ref, c);
	} else {
		case_print(ref, c);
		result = story_print(request, type, key);
	}
	omni_case_free(c);
	free(type);
	return result;
}

/* ---- setting -------------------------------------------------------- */

static int
setting_show(struct request *request)
{
	omni_customer *customer = NULL;
	omni_status status;
	char *text = NULL;
	int result = customer_resolve(request, request->words[0], &customer);

	if (result != DONE_WELL)
		return result;
	status = omni_setting_get(request->db, omni_customer_id(customer),
	    request->words[1], &text);
	if (status == OMNI_OK)
		printf("%s\n", text);
	else if (status == OMNI_NONE) {
		complain("%s is not set", request->words[1]);
		result = DONE_NONE;
	} else
		result = complain_failure(request, status);
	omni_text_free(text);
	omni_customer_free(customer);
	return result;
}

int
command_setting(struct request *request)
{
	omni_record *who;
	omni_status status;
	int64_t at = OMNI_NOW;
	int result;

	if (request->count == 2)
		return setting_show(request);
	result = option_time(request, OPTION_AT, &at);
	if (result != DONE_WELL)
		return result;
	who = omni_record_new();
	if (who == NULL) {
		complain("out of memory");
		return DONE_FAILED;
	}
	result = record_add_word(who, request->words[0]);
	if (result == DONE_WELL) {
		status = omni_setting_put(request->db, who, request->words[1],
		    request->words[2], at, NULL);
		if (status < 0)
			result = complain_failure(request, status);
		else
			printf("noted\n");
	}
	omni_record_free(who);
	return result;
}
