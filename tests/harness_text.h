/*
 * What the tests of the text room share: normalisers as a table, and cases of
 * what they make of a text.
 */
#ifndef HARNESS_TEXT_H
#define HARNESS_TEXT_H

#include "text/text.h"

typedef omni_status (*normalise_fn)(struct omni__buf *, const char *,
    size_t);

/* Those that want a region, in one. */
omni_status phone_se(struct omni__buf *, const char *, size_t);
omni_status phone_us(struct omni__buf *, const char *, size_t);
omni_status phone_anywhere(struct omni__buf *, const char *, size_t);
omni_status postcode_se(struct omni__buf *, const char *, size_t);
omni_status postcode_us(struct omni__buf *, const char *, size_t);

struct normaliser {
	const char *name;
	normalise_fn run;
};

extern const struct normaliser normalisers[];
extern const size_t normaliser_count;

/* want is NULL where nothing usable is in the text. */
struct text_case {
	const char *text, *want;
};

void check_case(normalise_fn, const struct text_case *);
void check_cases(normalise_fn, const struct text_case *, size_t count);

#define CHECK(run, cases) check_cases(run, cases, OMNI__COUNT(cases))

#endif
