/*
 * Names of organisations: without the legal form, which people leave out, and
 * write in as many ways as there are lawyers.
 */
#include <string.h>

#include "text/scan.h"
#include "text/text.h"

/* In front of a name. */
static const char *const leading[] = {
	"ab", "aktiebolaget", "cv", "ooo", "oy", "pt", "sia", "uab", "zao"
};

/* Behind it. */
static const char *const forms[] = {
	"a s", "a b", "ab", "ag", "aktiebolag", "aktiebolaget",
	"aktiengesellschaft", "ans", "aps", "as", "asa", "b v", "bv", "bvba",
	"co", "company", "corp", "corporation", "doo", "eeig", "ehf", "eg",
	"ek", "enk", "eurl", "ev", "g m b h", "gbr", "gesmbh", "gmbh", "hb",
	"hf", "inc", "incorporated", "is", "kb", "kft", "kg", "kgaa", "ks",
	"l l c", "limited", "llc", "llp", "lp", "ltd", "ltda", "mbh", "nv",
	"n v", "ohg", "ood", "oop", "oy", "oyj", "plc", "publ", "pte", "pty",
	"pvt", "s a", "s a r l", "s l", "s p a", "s r l", "sa", "sarl",
	"sas", "sasu", "se", "sia", "sl", "slu", "snc", "spa", "sp zoo",
	"sp z o o", "srl", "sro", "s r o", "ug", "uab", "vof", "zoo"
};

/* Bytes of the longest form that the name ends with, its blank too; 0 when
 * nothing else would be left. */
static size_t
form_behind(const char *text, size_t size)
{
	size_t i, length, longest = 0;

	for (i = 0; i < OMNI__COUNT(forms); i++) {
		length = strlen(forms[i]) + 1;
		if (length > longest && length < size &&
		    text[size - length] == ' ' && memcmp(text + size -
		    length + 1, forms[i], length - 1) == 0)
			longest = length;
	}
	return longest;
}

static size_t
form_before(const char *text, size_t size)
{
	size_t i, length;

	for (i = 0; i < OMNI__COUNT(leading); i++) {
		length = strlen(leading[i]) + 1;
		if (length < size && text[length - 1] == ' ' &&
		    memcmp(text, leading[i], length - 1) == 0)
			return length;
	}
	return 0;
}

omni_status
omni__org_normalise(struct omni__buf *buf, const char *text, size_t size)
{
	size_t start = buf->size, from = 0, drop;
	omni_status status = omni__fold(buf, text, size);
	char *name;

	if (status == OMNI_OK)
		status = omni__words(buf, start, "'");
	if (status != OMNI_OK)
		return status;
	name = buf->bytes + start;
	size = buf->size - start;
	while ((drop = form_behind(name, size)) > 0)
		size -= drop;
	while ((drop = form_before(name + from, size - from)) > 0)
		from += drop;
	memmove(name, name + from, size - from);
	omni__scan_done(buf, name + size - from);
	return OMNI_OK;
}
