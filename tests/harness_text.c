/*
 * The text room's normalisers and how their cases are tried.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness_text.h"

omni_status
phone_se(struct omni__buf *buf, const char *text, size_t size)
{
	return omni__phone_normalise(buf, text, size, "SE");
}

omni_status
phone_us(struct omni__buf *buf, const char *text, size_t size)
{
	return omni__phone_normalise(buf, text, size, "US");
}

omni_status
phone_anywhere(struct omni__buf *buf, const char *text, size_t size)
{
	return omni__phone_normalise(buf, text, size, NULL);
}

omni_status
postcode_se(struct omni__buf *buf, const char *text, size_t size)
{
	return omni__postcode_normalise(buf, text, size, "SE");
}

omni_status
postcode_us(struct omni__buf *buf, const char *text, size_t size)
{
	return omni__postcode_normalise(buf, text, size, "US");
}

const struct normaliser normalisers[] = {
	{ "fold", omni__fold }, { "email", omni__email_normalise },
	{ "mailbox", omni__email_mailbox }, { "phone_se", phone_se },
	{ "phone_us", phone_us }, { "phone_anywhere", phone_anywhere },
	{ "code", omni__code_normalise }, { "date", omni__date_normalise },
	{ "name", omni__name_normalise }, { "core", omni__name_core },
	{ "postcode_se", postcode_se }, { "postcode_us", postcode_us },
	{ "street", omni__street_normalise }, { "given", omni__name_given },
	{ "comparable", omni__date_comparable },
	{ "gender", omni__gender_normalise }, { "org", omni__org_normalise }
};

const size_t normaliser_count = OMNI__COUNT(normalisers);

/* Input goes through a copy without a NUL behind it, so that memory checkers
 * see who reads on; output goes behind what is there already. */
void
check_case(normalise_fn run, const struct text_case *c)
{
	struct omni__buf buf = { .size = 0 };
	size_t size = strlen(c->text);
	char *copy = malloc(size > 0 ? size : 1);
	omni_status status;

	assert_non_null(copy);
	memcpy(copy, c->text, size);
	omni__buf_str(&buf, "|");
	status = run(&buf, copy, size);
	if (c->want == NULL && status != OMNI_NONE)
		fail_msg("\"%s\" is \"%s\", not nothing", c->text, buf.bytes);
	if (c->want == NULL)
		assert_string_equal(buf.bytes, "|");
	else if (status != OMNI_OK || strcmp(buf.bytes + 1, c->want) != 0)
		fail_msg("\"%s\" is \"%s\" (%d), not \"%s\"", c->text,
		    buf.bytes, (int)status, c->want);
	omni__buf_free(&buf);
	free(copy);
}

void
check_cases(normalise_fn run, const struct text_case *cases, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		check_case(run, &cases[i]);
}
