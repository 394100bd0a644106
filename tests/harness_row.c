/*
 * Rows of any source, with their features.
 */
#include <stdio.h>

#include "harness_row.h"

omni_record *
record_with(const char *const *features)
{
	omni_record *record = omni_record_new();

	assert_non_null(record);
	for (; *features != NULL; features += 2)
		assert_int_equal(omni_record_add(record, features[0],
		    features[1]), OMNI_OK);
	return record;
}

void
put_record(struct harness *h, const char *source, const char *key,
    int64_t time, const char *const *features)
{
	omni_record *record = record_with(features);

	harness_ok(h, omni_record_set_source(record, source, key));
	harness_ok(h, omni_record_set_time(record, time));
	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
}

const char *
whose(struct harness *h, const char *source, const char *key, char *out)
{
	omni_customer *customer = NULL;

	harness_ok(h, omni_customer_of(h->db, source, key, &customer));
	(void)snprintf(out, OMNI_ID_SIZE, "%s", omni_customer_id(customer));
	omni_customer_free(customer);
	return out;
}
