/*
 * Any bytes through every normaliser and comparator.  A text that is not
 * valid UTF-8 is outside their contract and tries the check alone; what they
 * make of the others must be valid UTF-8.  With OMNI_FUZZ_MAIN the files
 * named on the command line are run instead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

typedef omni_status (*normalise_fn)(struct omni__buf *, const char *,
    size_t);

static const normalise_fn plain[] = {
	omni__fold, omni__email_normalise, omni__email_mailbox,
	omni__code_normalise, omni__date_normalise, omni__name_normalise,
	omni__name_core, omni__street_normalise, omni__name_given,
	omni__date_comparable, omni__gender_normalise, omni__org_normalise
};

typedef omni_status (*regional_fn)(struct omni__buf *, const char *, size_t,
    const char *);

static const regional_fn regional[] = {
	omni__phone_normalise, omni__postcode_normalise
};

static const char *const regions[] = {
	NULL, "SE", "US", "AR", "BR", "IT", "RU", "GG", "XX", ""
};

static void
demand(int holds)
{
	if (!holds)
		abort();
}

static void
check_output(struct omni__buf *buf, omni_status status)
{
	demand(status == OMNI_OK || status == OMNI_NONE ||
	    status == OMNI_NOMEM);
	demand(buf->size == 0 || omni__utf8_check(buf->bytes, buf->size,
	    NULL));
	omni__buf_clear(buf);
}

static void
normalise(struct omni__buf *buf, const char *text, size_t size)
{
	size_t i, j;

	for (i = 0; i < OMNI__COUNT(plain); i++)
		check_output(buf, plain[i](buf, text, size));
	for (i = 0; i < OMNI__COUNT(regional); i++)
		for (j = 0; j < OMNI__COUNT(regions); j++)
			check_output(buf, regional[i](buf, text, size,
			    regions[j]));
}

static void
split(const char *text, size_t size)
{
	struct omni__buf part[3] = {{ .size = 0 }};
	omni_status status = omni__name_split(&part[0], &part[1], &part[2],
	    text, size);
	size_t i;

	for (i = 0; i < 3; i++) {
		check_output(&part[i], status);
		omni__buf_free(&part[i]);
	}
}

static void
demand_part(const struct omni__span *part, const char *text, size_t size)
{
	demand(part->size == 0 || (part->text >= text &&
	    part->text + part->size <= text + size));
}

/* The parts of an address lie in it. */
static void
divide(const char *text, size_t size)
{
	struct omni__address a;
	struct omni__span street, number;
	char region[3];

	demand(omni__address_split(NULL, text, size, &a) == OMNI_OK);
	demand_part(&a.street, text, size);
	demand_part(&a.extra, text, size);
	demand_part(&a.postcode, text, size);
	demand_part(&a.city, text, size);
	demand_part(&a.region, text, size);
	if (omni__street_split(text, size, &street, &number)) {
		demand(street.size > 0 && number.size > 0);
		demand_part(&street, text, size);
		demand_part(&number, text, size);
	}
	demand(omni__country_find(NULL, text, size, region) == OMNI_OK ||
	    region[0] == '\0');
}

/* The text's two halves, at the first newline or in the middle. */
static void
compare(const char *text, size_t size)
{
	const char *line = memchr(text, '\n', size), *b;
	size_t m = line != NULL ? (size_t)(line - text) : size / 2, n;
	int32_t limit = (int32_t)(size % 9), distance, alike;
	char sound[5];

	b = text + m;
	n = size - m;
	distance = omni__damerau(text, m, b, n, limit);
	demand(distance >= 0 && distance <= limit + 1);
	demand(distance == omni__damerau(b, n, text, m, limit));
	alike = omni__jaro_winkler(text, m, b, n);
	demand(alike >= 0 && alike <= 10000);
	demand(alike == omni__jaro_winkler(b, n, text, m));
	demand(omni__jaro_winkler_may(text, m, b, n,
	    omni__letters_common(omni__letters(text, m), m,
	    omni__letters(b, n), n), alike));
	demand(omni__name_related(text, m, b, n) ==
	    omni__name_related(b, n, text, m));
	omni__soundex(sound, text, size);
	demand(strlen(sound) == 0 || strlen(sound) == 4);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct omni__buf buf = { .size = 0 };
	const char *text = (const char *)bytes;
	size_t bad = size;

	if (size == 0)
		return 0;
	compare(text, size);
	(void)omni__utf8_control(text, size);
	if (!omni__utf8_check(text, size, &bad)) {
		demand(bad < size);
		return 0;
	}
	normalise(&buf, text, size);
	split(text, size);
	divide(text, size);
	omni__buf_free(&buf);
	return 0;
}

#ifdef OMNI_FUZZ_MAIN
int
main(int argc, char **argv)
{
	static uint8_t bytes[1 << 16];
	int i;

	for (i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");

		if (file == NULL) {
			perror(argv[i]);
			return 1;
		}
		(void)LLVMFuzzerTestOneInput(bytes, fread(bytes, 1,
		    sizeof(bytes), file));
		(void)fclose(file);
	}
	return 0;
}
#endif
