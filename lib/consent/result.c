/*
 * What interactions tell of messages: "mail.opened" is the first word, how a
 * message went, and the second, what became of it.
 */
#include <string.h>

#include <jansson.h>

#include "consent/consent.h"

/* How messages go, to which kind of address, and whether what happens to one
 * speaks of the address: who does not take a call may take the next. */
static const struct way {
	const char *word, *address;
	bool tells;
} ways[] = {
	{ "mail", "email", true },
	{ "email", "email", true },
	{ "letter", "address", true },
	{ "sms", "phone", true },
	{ "push", "device", true },
	{ "call", "phone", false },
	{ "message", NULL, false },
};

/* What becomes of them; cause: of the suppression that it is; unless: the
 * word under `member` of the body that takes it back. */
static const struct end {
	const char *word;
	int32_t result;
	const char *cause, *member, *unless;
} ends[] = {
	{ "sent", OMNI_RESULT_SENT, NULL, NULL, NULL },
	{ "posted", OMNI_RESULT_SENT, NULL, NULL, NULL },
	{ "delivered", OMNI_RESULT_DELIVERED, NULL, NULL, NULL },
	{ "opened", OMNI_RESULT_OPENED, NULL, NULL, NULL },
	{ "clicked", OMNI_RESULT_CLICKED, NULL, NULL, NULL },
	{ "answered", OMNI_RESULT_ANSWERED, NULL, NULL, NULL },
	{ "replied", OMNI_RESULT_ANSWERED, NULL, NULL, NULL },
	{ "bounced", OMNI_RESULT_BOUNCED, "bounce", "bounce", "soft" },
	{ "complained", OMNI_RESULT_COMPLAINED, "complaint", "complaint",
	    "no" },
	{ "returned", OMNI_RESULT_RETURNED, "gone away", "cause",
	    "unclaimed" },
	{ "failed", OMNI_RESULT_FAILED, NULL, NULL, NULL },
};

/* NULL when it tells of no message. */
static const struct end *
end_of(const char *kind, const struct way **way)
{
	const char *dot = kind != NULL ? strchr(kind, '.') : NULL;
	size_t size = dot != NULL ? (size_t)(dot - kind) : 0, i, k;

	for (i = 0; dot != NULL && i < OMNI__COUNT(ways); i++) {
		if (strlen(ways[i].word) != size ||
		    memcmp(ways[i].word, kind, size) != 0)
			continue;
		*way = &ways[i];
		for (k = 0; k < OMNI__COUNT(ends); k++)
			if (strcmp(ends[k].word, dot + 1) == 0)
				return &ends[k];
	}
	return NULL;
}

int32_t
omni__result_of(const char *kind, const char **address)
{
	const struct way *way;
	const struct end *end = end_of(kind, &way);

	if (end == NULL)
		return 0;
	if (address != NULL)
		*address = way->address;
	return end->result;
}

bool
omni__result_answers(int32_t result)
{
	return result == OMNI_RESULT_OPENED ||
	    result == OMNI_RESULT_CLICKED || result == OMNI_RESULT_ANSWERED;
}

const char *
omni__result_cause(const char *kind)
{
	const struct way *way;
	const struct end *end = end_of(kind, &way);

	return end != NULL && way->tells ? end->cause : NULL;
}

/* The body is the host's own and may be any JSON. */
omni_status
omni__result_mild(struct omni *db, const struct omni__fact *fact, bool *mild)
{
	const struct way *way;
	const struct end *end = end_of(fact->kind, &way);
	struct omni__json_problem problem;
	json_t *root;
	const char *word;

	*mild = false;
	if (end == NULL || end->member == NULL || fact->body == NULL)
		return OMNI_OK;
	if (omni__json_read(fact->body, strlen(fact->body),
	    JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, &root,
	    &problem) == OMNI_NOMEM)
		return omni__nomem(&db->error);
	word = json_string_value(json_object_get(root, end->member));
	*mild = word != NULL && strcmp(word, end->unless) == 0;
	json_decref(root);
	return OMNI_OK;
}
