/*
 * Records in a line, and whose they are.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness_record.h"

/* ---- records -------------------------------------------------------- */

static omni_record *
make_list(const char *key, int64_t time, va_list features)
{
	omni_record *record = omni_record_new();
	const char *kind;

	assert_non_null(record);
	if (key != NULL)
		assert_int_equal(omni_record_set_source(record, "crm", key),
		    OMNI_OK);
	assert_int_equal(omni_record_set_time(record, time), OMNI_OK);
	while ((kind = va_arg(features, const char *)) != NULL)
		assert_int_equal(omni_record_add(record, kind,
		    va_arg(features, const char *)), OMNI_OK);
	return record;
}

omni_record *
make(const char *key, int64_t time, ...)
{
	omni_record *record;
	va_list features;

	va_start(features, time);
	record = make_list(key, time, features);
	va_end(features);
	return record;
}

void
put(struct harness *h, const char *key, int64_t time, ...)
{
	omni_record *record;
	va_list features;

	va_start(features, time);
	record = make_list(key, time, features);
	va_end(features);
	harness_ok(h, omni_record_put(h->db, record, NULL));
	omni_record_free(record);
}

void
name_of(char out[NAME_SIZE], uint64_t n)
{
	static const char *const syllables[20] = {
		"ba", "del", "fir", "go", "hul", "jan", "kem", "lo", "mirt",
		"nu", "par", "quen", "ros", "sti", "tov", "ul", "vack", "wen",
		"xi", "zor"
	};

	/* Neighbours differ in all three. */
	n = n % 8000 * 3367 % 8000;
	(void)snprintf(out, NAME_SIZE, "%s%s%s", syllables[n % 20],
	    syllables[n / 20 % 20], syllables[n / 400]);
}

/* ---- customers ------------------------------------------------------ */

static struct id
id_of(const omni_customer *customer)
{
	struct id id;

	assert_int_equal(strlen(omni_customer_id(customer)),
	    OMNI_ID_SIZE - 1);
	memcpy(id.text, omni_customer_id(customer), OMNI_ID_SIZE);
	return id;
}

struct id
customer_of(struct harness *h, const char *key)
{
	omni_customer *customer = NULL;
	struct id id;

	harness_ok(h, omni_customer_of(h->db, "crm", key, &customer));
	id = id_of(customer);
	omni_customer_free(customer);
	return id;
}

struct id
record_of(struct harness *h, const char *key)
{
	omni_customer *customer = NULL;
	struct id id = { "" };
	int32_t i;

	harness_ok(h, omni_customer_of(h->db, "crm", key, &customer));
	for (i = 0; i < omni_customer_record_count(customer); i++) {
		const char *held = omni_customer_record_key(customer, i);

		if (held != NULL && strcmp(held, key) == 0)
			memcpy(id.text, omni_customer_record_id(customer, i),
			    OMNI_ID_SIZE);
	}
	omni_customer_free(customer);
	assert_int_equal(strlen(id.text), OMNI_ID_SIZE - 1);
	return id;
}

bool
one(struct harness *h, const char *a, const char *b)
{
	struct id left = customer_of(h, a), right = customer_of(h, b);

	return strcmp(left.text, right.text) == 0;
}

struct id
leads_to(struct harness *h, struct id id)
{
	omni_customer *customer = NULL;
	struct id now;

	harness_ok(h, omni_customer_get(h->db, id.text, &customer));
	now = id_of(customer);
	omni_customer_free(customer);
	return now;
}

void
same_id(struct id left, struct id right)
{
	assert_string_equal(left.text, right.text);
}

omni_status
find(struct harness *h, omni_record *who, struct id *id)
{
	omni_customer *customer = NULL;
	omni_status status = omni_customer_find(h->db, who, &customer);

	if (status == OMNI_OK)
		*id = id_of(customer);
	else
		assert_null(customer);
	omni_customer_free(customer);
	omni_record_free(who);
	return status;
}

/* ---- stewards --------------------------------------------------------- */

void
put_strangers(struct harness *h)
{
	put(h, "a", YEARS(3), "email", "a@mail.example", "name.given",
	    "Anna", NULL);
	put(h, "b", YEARS(2), "email", "b@mail.example", "name.given",
	    "Bertil", NULL);
}

void
rule(struct harness *h, int32_t what, const char *a, const char *b)
{
	omni_verdict *verdict = omni_verdict_new(what);

	assert_non_null(verdict);
	harness_ok(h, omni_verdict_add(verdict, 0, "crm", a));
	harness_ok(h, omni_verdict_add(verdict,
	    what == OMNI_VERDICT_DIFFERENT, "crm", b));
	h->now += HARNESS_MINUTE;
	harness_ok(h, omni_verdict_put(h->db, verdict, NULL));
	omni_verdict_free(verdict);
}
