/*
 * Commands about kinds of features: which there are, and what they are like.
 */
#include <string.h>

#include "omni_command.h"

static const char *
rule_name(int32_t rule)
{
	switch (rule) {
	case OMNI_RULE_FREQUENT:
		return "frequent";
	case OMNI_RULE_VERIFIED:
		return "verified";
	case OMNI_RULE_SOURCE:
		return "source";
	default:
		return "recent";
	}
}

static void
kind_json(const omni_kind *kind, bool host)
{
	int32_t i;

	json_member("{", "name", omni_kind_of_name(kind));
	printf(",\"host\":%s", host ? "true" : "false");
	if (host) {
		json_member(",", "normaliser", omni_kind_normaliser(kind));
		json_member(",", "comparator", omni_kind_comparator(kind));
		printf(",\"exclusive\":%d,\"single\":%d,\"stable\":%d,"
		    "\"shared\":%d", (int)omni_kind_exclusive(kind),
		    (int)omni_kind_single(kind), (int)omni_kind_stable(kind),
		    (int)omni_kind_shared(kind));
	}
	printf(",\"identifier\":%d,\"veto\":%d",
	    (int)omni_kind_identifier(kind), (int)omni_kind_veto(kind));
	json_member(",", "rule", rule_name(omni_kind_rule(kind)));
	printf(",\"sources\":[");
	for (i = 0; i < omni_kind_source_count(kind); i++) {
		fputs(i > 0 ? "," : "", stdout);
		json_text(omni_kind_source(kind, i));
	}
	printf("]}\n");
}

static void
kind_print(const omni_kind *kind, bool host)
{
	int32_t i;

	print_column(omni_kind_of_name(kind), 20);
	print_column(omni_kind_identifier(kind) ? "identifier" :
	    "attribute", 10);
	print_column(rule_name(omni_kind_rule(kind)), 8);
	if (host)
		printf("%s, %s", omni_kind_normaliser(kind),
		    omni_kind_comparator(kind));
	else
		fputs("built-in", stdout);
	if (omni_kind_exclusive(kind))
		fputs(", exclusive", stdout);
	if (omni_kind_single(kind))
		fputs(", single", stdout);
	if (omni_kind_stable(kind))
		fputs(", stable", stdout);
	if (omni_kind_shared(kind) > 0)
		printf(", shared %d %%", (int)omni_kind_shared(kind));
	if (omni_kind_veto(kind))
		fputs(", veto", stdout);
	for (i = 0; i < omni_kind_source_count(kind); i++) {
		fputs(i > 0 ? " " : ", sources ", stdout);
		print_text(omni_kind_source(kind, i));
	}
	putchar('\n');
}

static bool
is_built_in(const char *name)
{
	const char *other;
	int32_t i;

	for (i = 0; (other = omni_kind_name(i)) != NULL; i++)
		if (strcmp(other, name) == 0)
			return true;
	return false;
}

int
command_kinds(struct request *request)
{
	omni_kinds *kinds = NULL;
	omni_status status = omni_kinds_open(request->db, &kinds);
	int32_t i;

	if (status < 0)
		return complain_failure(request, status);
	for (i = 0; i < omni_kinds_count(kinds); i++) {
		const omni_kind *kind = omni_kinds_at(kinds, i);
		bool host = !is_built_in(omni_kind_of_name(kind));

		if (request->options[OPTION_JSON] != NULL)
			kind_json(kind, host);
		else
			kind_print(kind, host);
	}
	omni_kinds_free(kinds);
	return DONE_WELL;
}
