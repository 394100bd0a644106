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

int
command_why(struct request *request)
{
	struct pair pair;
	omni_explanation *why = NULL;
	omni_status status;
	int result = pair_read(request->words, &pair);

	if (result != DONE_WELL)
		goto out;
	status = omni_why(request->db, pair.sources[0], pair.keys[0],
	    pair.sources[1], pair.keys[1], &why);
	if (status == OMNI_NONE) {
		complain("one of the records is not there");
		result = DONE_NONE;
	} else if (status != OMNI_OK)
		result = complain_failure(request, status);
	else if (request->options[OPTION_JSON] != NULL)
		why_json(why);
	else
		why_print(why);
out:
	omni_explanation_free(why);
	pair_free(&pair);
	return result;
}
