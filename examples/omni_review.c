/*
 * Commands for stewards: what to look at, what they decide, what was decided.
 */
#include "omni_command.h"

#include <stdlib.h>
#include <string.h>

/* The limit, or "no limit". */
static int
limit_read(const struct request *request, int64_t *limit)
{
	*limit = INT64_MAX;
	if (request->options[OPTION_LIMIT] == NULL)
		return DONE_WELL;
	return parse_number(request->options[OPTION_LIMIT], 1, INT64_MAX,
	    limit);
}

/* ---- review --------------------------------------------------------- */

static void
review_print(const omni_review *review, bool json)
{
	if (json) {
		json_member("{", "customer", omni_review_customer(review));
		json_member(",", "other", omni_review_other(review));
		printf(",\"weight\":%.3f,\"probability\":%.6f}\n",
		    omni_review_weight(review),
		    omni_review_probability(review));
		return;
	}
	printf("%s  %s  %7.2f bits  %.6f\n", omni_review_customer(review),
	    omni_review_other(review), omni_review_weight(review),
	    omni_review_probability(review));
}

int
command_review(struct request *request)
{
	bool json = request->options[OPTION_JSON] != NULL;
	omni_review *review = NULL;
	omni_status status;
	int64_t left;
	int result = limit_read(request, &left);

	if (result != DONE_WELL)
		return result;
	status = omni_review_open(request->db,
	    request->options[OPTION_UNSURE] != NULL ? OMNI_REVIEW_UNSURE :
	    OMNI_REVIEW_POSSIBLE, &review);
	while (status == OMNI_OK && left-- > 0 &&
	    (status = omni_review_next(review)) == OMNI_OK)
		review_print(review, json);
	omni_review_free(review);
	return status < 0 ? complain_failure(request, status) : DONE_WELL;
}

/* ---- verdicts ------------------------------------------------------- */

static const char *
state_name(int32_t state)
{
	switch (state) {
	case OMNI_VERDICT_IN_FORCE:
		return "in force";
	case OMNI_VERDICT_CONTRADICTED:
		return "contradicted";
	default:
		return "dormant";
	}
}

static const char *
what_name(int32_t what)
{
	return what == OMNI_VERDICT_SAME ? "same" : "different";
}

static void
verdicts_json(const omni_verdicts *list)
{
	int32_t i;

	printf("{\"fact\":%lld", (long long)omni_verdicts_fact(list));
	json_member(",", "what", what_name(omni_verdicts_what(list)));
	json_member(",", "state", state_name(omni_verdicts_state(list)));
	if (omni_verdicts_against(list) != 0)
		printf(",\"against\":%lld",
		    (long long)omni_verdicts_against(list));
	printf(",\"outdated\":%s", omni_verdicts_outdated(list) != 0 ?
	    "true" : "false");
	json_time(",", "time", omni_verdicts_time(list));
	json_member(",", "author", omni_verdicts_author(list));
	json_member(",", "reason", omni_verdicts_reason(list));
	printf(",\"records\":[");
	for (i = 0; i < omni_verdicts_count(list); i++) {
		printf("%s{\"side\":%d", i == 0 ? "" : ",",
		    omni_verdicts_side(list, i));
		json_member(",", "id", omni_verdicts_record_id(list, i));
		json_member(",", "source", omni_verdicts_source(list, i));
		json_member(",", "key", omni_verdicts_key(list, i));
		putchar('}');
	}
	printf("]}\n");
}

static void
named_print(const omni_verdicts *list, int32_t i)
{
	if (omni_verdicts_key(list, i) == NULL) {
		printf(" %s", omni_verdicts_record_id(list, i));
		return;
	}
	putchar(' ');
	print_text(omni_verdicts_source(list, i));
	putchar(':');
	print_text(omni_verdicts_key(list, i));
}

static void
verdicts_print(const omni_verdicts *list)
{
	int32_t i, side = 0;

	print_time(omni_verdicts_time(list));
	printf("  ");
	print_column(state_name(omni_verdicts_state(list)), 12);
	printf("%lld  %s", (long long)omni_verdicts_fact(list),
	    what_name(omni_verdicts_what(list)));
	for (i = 0; i < omni_verdicts_count(list); i++) {
		if (omni_verdicts_side(list, i) != side)
			printf(" |");
		side = omni_verdicts_side(list, i);
		named_print(list, i);
	}
	if (omni_verdicts_against(list) != 0)
		printf("  against %lld",
		    (long long)omni_verdicts_against(list));
	if (omni_verdicts_outdated(list) != 0)
		printf("  (older than a record)");
	if (omni_verdicts_author(list) != NULL) {
		printf("  ");
		print_text(omni_verdicts_author(list));
	}
	if (omni_verdicts_reason(list) != NULL) {
		printf(": ");
		print_text(omni_verdicts_reason(list));
	}
	putchar('\n');
}

int
command_verdicts(struct request *request)
{
	bool json = request->options[OPTION_JSON] != NULL;
	omni_verdicts *list = NULL;
	omni_status status;
	int64_t left;
	int result = limit_read(request, &left);

	if (result != DONE_WELL)
		return result;
	status = omni_verdicts_open(request->db, &list);
	while (status == OMNI_OK && left-- > 0 &&
	    (status = omni_verdicts_next(list)) == OMNI_OK) {
		if (json)
			verdicts_json(list);
		else
			verdicts_print(list);
	}
	omni_verdicts_free(list);
	return status < 0 ? complain_failure(request, status) : DONE_WELL;
}

/* ---- a verdict ------------------------------------------------------ */

/* SOURCE:KEY, or the id of a customer, who stands for all its records. */
static int
side_add(struct request *request, omni_verdict *verdict, int32_t side,
    const char *word)
{
	const char *key;
	omni_status status;
	char *source;
	int result;

	if (is_id(word)) {
		status = omni_verdict_add_customer(request->db, verdict,
		    side, word);
		if (status == OMNI_NONE) {
			complain("%s: no such customer", word);
			return DONE_NONE;
		}
		return status == OMNI_OK ? DONE_WELL :
		    complain_failure(request, status);
	}
	result = word_split(word, "SOURCE:KEY or a customer's id", &source,
	    &key);
	if (result == DONE_WELL) {
		status = omni_verdict_add(verdict, side, source, key);
		if (status != OMNI_OK) {
			complain("%s", omni_status_text(status));
			result = exit_of(status);
		}
	}
	free(source);
	return result;
}

static int
verdict_fill(struct request *request, omni_verdict *verdict, int32_t what)
{
	const char *author = request->options[OPTION_AUTHOR];
	const char *reason = request->options[OPTION_REASON];
	omni_status status = OMNI_OK;
	int result;

	result = side_add(request, verdict, 0, request->words[1]);
	if (result == DONE_WELL)
		result = side_add(request, verdict,
		    what == OMNI_VERDICT_DIFFERENT, request->words[2]);
	if (result != DONE_WELL)
		return result;
	if (author != NULL)
		status = omni_verdict_set_author(verdict, author);
	if (status == OMNI_OK && reason != NULL)
		status = omni_verdict_set_reason(verdict, reason);
	if (status != OMNI_OK)
		complain("%s", omni_status_text(status));
	return exit_of(status);
}

static void
preview_print(const omni_preview *preview, int32_t i, bool json)
{
	const char *change = change_name(omni_preview_change(preview, i));

	if (json) {
		json_member("{", "change", change);
		json_member(",", "customer",
		    omni_preview_customer(preview, i));
		json_member(",", "other", omni_preview_other(preview, i));
		printf("}\n");
		return;
	}
	print_column(change, 8);
	printf("%s", omni_preview_customer(preview, i));
	if (omni_preview_other(preview, i) != NULL)
		printf("  %s", omni_preview_other(preview, i));
	putchar('\n');
}

static int
verdict_try(struct request *request, const omni_verdict *verdict)
{
	bool json = request->options[OPTION_JSON] != NULL;
	omni_preview *preview = NULL;
	omni_status status = omni_verdict_preview(request->db, verdict,
	    &preview);
	int32_t i;

	if (status != OMNI_OK)
		return complain_failure(request, status);
	for (i = 0; i < omni_preview_count(preview); i++)
		preview_print(preview, i, json);
	if (omni_preview_count(preview) == 0 && !json)
		printf("nothing would change\n");
	omni_preview_free(preview);
	return DONE_WELL;
}

static int
verdict_put(struct request *request, const omni_verdict *verdict)
{
	omni_status status = omni_verdict_put(request->db, verdict, NULL);

	if (status < 0 || status == OMNI_NONE)
		return complain_failure(request, status);
	printf("noted\n");
	return DONE_WELL;
}

int
command_verdict(struct request *request)
{
	omni_verdict *verdict;
	int32_t what;
	int result;

	if (strcmp(request->words[0], "same") == 0)
		what = OMNI_VERDICT_SAME;
	else if (strcmp(request->words[0], "different") == 0)
		what = OMNI_VERDICT_DIFFERENT;
	else {
		complain("a verdict is same or different");
		return DONE_WRONG;
	}
	verdict = omni_verdict_new(what);
	if (verdict == NULL) {
		complain("out of memory");
		return DONE_FAILED;
	}
	result = verdict_fill(request, verdict, what);
	if (result == DONE_WELL)
		result = request->options[OPTION_DRY_RUN] != NULL ?
		    verdict_try(request, verdict) :
		    verdict_put(request, verdict);
	omni_verdict_free(verdict);
	return result;
}
