/*
 * Whom a few features may mean: ranked, with reasons.
 */
#include "omni_command.h"

#include <string.h>

/* As many as fit a screen, unless the user wants more. */
#define LISTED 20

/* A name and a way to reach them, enough to tell candidates apart. */
void
customer_brief(const omni_customer *customer)
{
	static const char *const kinds[] = {
		"name.given", "name.family", "email", "phone",
	};
	const char *full = omni_customer_value(customer, "name.full");
	const char *value;
	size_t i;

	if (full != NULL &&
	    omni_customer_value(customer, "name.given") == NULL) {
		printf("  ");
		print_text(full);
	}
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		value = omni_customer_value(customer, kinds[i]);
		if (value == NULL)
			continue;
		fputs(i == 1 ? " " : "  ", stdout);
		print_text(value);
	}
}

static void
match_json(const struct request *request, const omni_matches *matches,
    int32_t i, const omni_explanation *why)
{
	json_member("{", "customer", omni_matches_customer(matches, i));
	printf(",\"probability\":%.6f,\"weight\":%.3f,\"certain\":%s",
	    omni_matches_probability(matches, i),
	    omni_matches_weight(matches, i),
	    omni_matches_certain(matches, i) != 0 ? "true" : "false");
	if (request->options[OPTION_WHY] != NULL)
		explanation_json(",", why);
	printf("}\n");
}

static int
match_print(struct request *request, const omni_matches *matches, int32_t i,
    const omni_explanation *why)
{
	const char *id = omni_matches_customer(matches, i);
	omni_customer *customer = NULL;
	omni_status status = omni_customer_get(request->db, id, &customer);

	if (status < 0)
		return complain_failure(request, status);
	printf("%s  %.4f", id, omni_matches_probability(matches, i));
	if (customer != NULL)
		customer_brief(customer);
	printf("\n");
	if (why != NULL) {
		explanation_print(why, "asked", "held");
		printf("\n");
	}
	omni_customer_free(customer);
	return DONE_WELL;
}

static int
match_show(struct request *request, const omni_matches *matches, int32_t i)
{
	omni_explanation *why = NULL;
	omni_status status = OMNI_OK;
	int result = DONE_WELL;

	if (request->options[OPTION_WHY] != NULL)
		status = omni_matches_why(matches, i, &why);
	if (status < 0)
		return complain_failure(request, status);
	if (request->options[OPTION_JSON] != NULL)
		match_json(request, matches, i, why);
	else
		result = match_print(request, matches, i, why);
	omni_explanation_free(why);
	return result;
}

static int
matches_show(struct request *request, const omni_record *who, int64_t most)
{
	omni_matches *matches = NULL;
	omni_status status = omni_customer_search(request->db, who, &matches);
	int result = DONE_WELL;
	int32_t i;

	if (status < 0)
		result = complain_question(request, status);
	else if (omni_matches_count(matches) == 0) {
		complain("nobody fits");
		result = DONE_NONE;
	}
	for (i = 0; i < omni_matches_count(matches) && i < most &&
	    result == DONE_WELL; i++)
		result = match_show(request, matches, i);
	omni_matches_free(matches);
	return result;
}

int
command_find(struct request *request)
{
	const char *limit = request->options[OPTION_LIMIT];
	omni_record *who = omni_record_new();
	int64_t most = LISTED;
	int i, result = DONE_WELL;

	if (who == NULL) {
		complain("out of memory");
		return DONE_FAILED;
	}
	if (limit != NULL)
		result = parse_number(limit, 1, INT64_MAX, &most);
	for (i = 0; i < request->count && result == DONE_WELL; i++)
		result = record_add_word(who, request->words[i]);
	if (result == DONE_WELL)
		result = matches_show(request, who, most);
	omni_record_free(who);
	return result;
}
