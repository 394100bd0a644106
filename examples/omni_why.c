/*
 * Commands about why two records are, or are not, one person.
 */
#include "omni_command.h"

#include <stdlib.h>
#include <string.h>

struct pair {
	char *sources[2];
	const char *keys[2];
};

static int
pair_read(char **words, struct pair *pair)
{
	int i, result = DONE_WELL;

	pair->sources[0] = pair->sources[1] = NULL;
	for (i = 0; i < 2 && result == DONE_WELL; i++)
		result = word_split(words[i], "SOURCE:KEY",
		    &pair->sources[i], &pair->keys[i]);
	return result;
}

static void
pair_free(struct pair *pair)
{
	free(pair->sources[0]);
	free(pair->sources[1]);
}

/* ---- why ------------------------------------------------------------ */

void
explanation_json(const char *before, const omni_explanation *why)
{
	int32_t i;

	printf("%s\"features\":[", before);
	for (i = 0; i < omni_explanation_count(why); i++) {
		json_member(i == 0 ? "{" : ",{", "kind",
		    omni_explanation_kind(why, i));
		json_member(",", "left", omni_explanation_left(why, i));
		json_member(",", "right", omni_explanation_right(why, i));
		json_member(",", "level", omni_explanation_level(why, i));
		printf(",\"strangers\":%.3f,\"relatives\":%.3f}",
		    omni_explanation_strangers(why, i),
		    omni_explanation_relatives(why, i));
	}
	printf("]");
}

static void
why_json(const omni_explanation *why)
{
	printf("{\"same\":%s,\"weight\":%.3f,\"probability\":%.6f,"
	    "\"threshold\":%.3f",
	    omni_explanation_same(why) != 0 ? "true" : "false",
	    omni_explanation_weight(why), omni_explanation_probability(why),
	    omni_explanation_threshold(why));
	json_member(",", "text", omni_explanation_text(why));
	explanation_json(",", why);
	printf("}\n");
}

static void
widen(int *width, const char *text)
{
	if (text != NULL && text_width(text) > *width)
		*width = text_width(text);
}

void
explanation_print(const omni_explanation *why, const char *left_name,
    const char *right_name)
{
	int32_t i, count = omni_explanation_count(why);
	int left = text_width(left_name), right = text_width(right_name);

	for (i = 0; i < count; i++) {
		widen(&left, omni_explanation_left(why, i));
		widen(&right, omni_explanation_right(why, i));
	}
	printf("  ");
	print_column("feature", 16);
	print_column(left_name, left);
	print_column(right_name, right);
	printf("level      strangers  relatives\n");
	for (i = 0; i < count; i++) {
		printf("  ");
		print_column(omni_explanation_kind(why, i), 16);
		print_column(omni_explanation_left(why, i), left);
		print_column(omni_explanation_right(why, i), right);
		print_column(omni_explanation_level(why, i), 9);
		printf("%9.2f  %9.2f\n", omni_explanation_strangers(why, i),
		    omni_explanation_relatives(why, i));
	}
}

static void
why_print(const omni_explanation *why)
{
	printf("%s\n\n", omni_explanation_text(why));
	explanation_print(why, "left", "right");
	printf("\n%.2f bits, probability %.6f; two records join from %.2f "
	    "bits.\n", omni_explanation_weight(why),
	    omni_explanation_probability(why),
	    omni_explanation_threshold(why));
	printf("They are %s now.\n", omni_explanation_same(why) != 0 ?
	    "one customer" : "two customers");
}

/* ---- a customer's joins --------------------------------------------- */

static const char *
how_name(int32_t how)
{
	switch (how) {
	case OMNI_JOINED_EQUAL:
		return "equal";
	case OMNI_JOINED_VERDICT:
		return "verdict";
	default:
		return "evidence";
	}
}

static void
join_json(const omni_joins *joins, int32_t i)
{
	json_member("{", "older", omni_joins_older(joins, i));
	json_member(",", "younger", omni_joins_younger(joins, i));
	json_member(",", "how", how_name(omni_joins_how(joins, i)));
	if (omni_joins_verdict(joins, i) != 0)
		printf(",\"verdict\":%lld",
		    (long long)omni_joins_verdict(joins, i));
	printf(",\"weight\":%.3f,\"sure\":%s}\n",
	    omni_joins_weight(joins, i),
	    omni_joins_sure(joins, i) != 0 ? "true" : "false");
}

static void
join_print(const omni_joins *joins, int32_t i)
{
	printf("%s  %s  %7.2f bits  %-6s  %s", omni_joins_older(joins, i),
	    omni_joins_younger(joins, i), omni_joins_weight(joins, i),
	    omni_joins_sure(joins, i) != 0 ? "sure" : "unsure",
	    how_name(omni_joins_how(joins, i)));
	if (omni_joins_verdict(joins, i) != 0)
		printf(" %lld", (long long)omni_joins_verdict(joins, i));
	putchar('\n');
}

static int
why_customer(struct request *request)
{
	omni_customer *customer = NULL;
	omni_joins *joins = NULL;
	omni_status status;
	int32_t i;
	int result = customer_resolve(request, request->words[0], &customer);

	if (result != DONE_WELL)
		return result;
	status = omni_why_customer(request->db, omni_customer_id(customer),
	    &joins);
	if (status != OMNI_OK)
		result = complain_failure(request, status);
	for (i = 0; i < omni_joins_count(joins); i++)
		if (request->options[OPTION_JSON] != NULL)
			join_json(joins, i);
		else
			join_print(joins, i);
	omni_joins_free(joins);
	omni_customer_free(customer);
	return result;
}

/* ---- the command ---------------------------------------------------- */

/* Two records, or two customers by their ids. */
static omni_status
why_two(struct request *request, int *result, omni_explanation **why)
{
	omni_status status = OMNI_OK;
	struct pair pair;

	if (is_id(request->words[0]) && is_id(request->words[1]))
		return omni_why_customers(request->db, request->words[0],
		    request->words[1], why);
	*result = pair_read(request->words, &pair);
	if (*result == DONE_WELL)
		status = omni_why(request->db, pair.sources[0], pair.keys[0],
		    pair.sources[1], pair.keys[1], why);
	pair_free(&pair);
	return status;
}

int
command_why(struct request *request)
{
	omni_explanation *why = NULL;
	omni_status status;
	int result = DONE_WELL;

	if (request->count == 1)
		return why_customer(request);
	status = why_two(request, &result, &why);
	if (result != DONE_WELL)
		return result;
	if (status == OMNI_NONE) {
		complain("one of the two is not there");
		result = DONE_NONE;
	} else if (status != OMNI_OK)
		result = complain_failure(request, status);
	else if (request->options[OPTION_JSON] != NULL)
		why_json(why);
	else
		why_print(why);
	omni_explanation_free(why);
	return result;
}
