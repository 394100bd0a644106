/*
 * Customers as the other rooms and the host see them: by any id, with their
 * records and their profile.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/customer.h"

/* ---- ids ------------------------------------------------------------ */

static const struct omni__sql customer_of = {
	.name = "customer_of",
	.in = "id:b sure:i",
	.out = "b",
	.sql = "SELECT CASE $sure WHEN 0 THEN r.customer"
	    " ELSE coalesce(r.sure, r.customer) END\n"
	    "FROM omni_record r WHERE r.id = $id",
};

static const struct omni__sql alias_of = {
	.name = "alias_of",
	.in = "id:b",
	.out = "b",
	.sql = "SELECT a.leads FROM omni_alias a WHERE a.id = $id",
};

omni_status
omni__id_parse(struct omni__error *error, const char *field,
    const char *text, unsigned char id[OMNI__ID])
{
	if (text == NULL)
		return omni__fail(error, OMNI_INVALID, "%s is NULL", field);
	if (!omni__unhex(id, OMNI__ID, text))
		return omni__fail(error, OMNI_INVALID,
		    "%s is not an id of 32 hexadecimal digits", field);
	return OMNI_OK;
}

/* An id that was merged away many times leads on and on; no circle can
 * arise, but a damaged table must not hang a till. */
#define LEADS_MAX 1000

omni_status
omni__customer_lookup(struct omni *db, const unsigned char id[OMNI__ID],
    unsigned char customer[OMNI__ID], bool *found)
{
	unsigned char at[OMNI__ID];
	struct omni__result result;
	struct omni__value in[2] = { omni__null(), omni__int(db->sure) };
	omni_status status;
	int i;

	*found = false;
	memcpy(at, id, OMNI__ID);
	for (i = 0; i < LEADS_MAX; i++) {
		in[0] = omni__blob(at, OMNI__ID);
		status = omni__query(db, &customer_of, in, 1, &result);
		if (status != OMNI_OK)
			return status;
		if (result.count > 0 && result.values[0].size == OMNI__ID) {
			memcpy(customer, result.values[0].bytes, OMNI__ID);
			*found = true;
			return OMNI_OK;
		}
		status = omni__query(db, &alias_of, in, 1, &result);
		if (status != OMNI_OK || result.count == 0 ||
		    result.values[0].size != OMNI__ID)
			return status;
		memcpy(at, result.values[0].bytes, OMNI__ID);
	}
	return omni__fail(&db->error, OMNI_CORRUPT,
	    "the aliases of ids run in a circle");
}

omni_status
omni__customers_of(struct omni *db, const unsigned char *const *records,
    size_t count, unsigned char (*customers)[OMNI__ID])
{
	struct omni__value *in;
	struct omni__result result;
	omni_status status;
	size_t i;

	if (count == 0)
		return OMNI_OK;
	memset(customers, 0, count * OMNI__ID);
	in = omni__arena_alloc(&db->scratch, 2 * count * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		in[2 * i] = omni__blob(records[i], OMNI__ID);
		in[2 * i + 1] = omni__int(db->sure);
	}
	status = omni__query(db, &customer_of, in, count, &result);
	for (i = 0; status == OMNI_OK && i < result.count; i++)
		if (OMNI__AT(&result, i, 0)->size == OMNI__ID)
			memcpy(customers[result.ordinal[i]],
			    OMNI__AT(&result, i, 0)->bytes, OMNI__ID);
	return status;
}

/* ---- members -------------------------------------------------------- */

omni_status
omni__customer_members(struct omni *db,
    const unsigned char customer[OMNI__ID], struct omni__member **members,
    size_t *count)
{
	struct omni__members list = { NULL, 0 };
	unsigned char ids[1][OMNI__ID];
	omni_status status;

	memcpy(ids[0], customer, OMNI__ID);
	status = omni__members_of(db, (const unsigned char (*)[OMNI__ID])ids,
	    1, db->sure, &list);
	*members = list.items;
	*count = list.count;
	return status;
}

omni_status
omni__customer_whole(struct omni *db, const unsigned char id[OMNI__ID],
    struct omni__member **members, size_t *count)
{
	unsigned char customer[OMNI__ID];
	omni_status status;
	bool found, sure = db->sure;

	*count = 0;
	db->sure = false;
	status = omni__customer_lookup(db, id, customer, &found);
	if (status == OMNI_OK && found)
		status = omni__customer_members(db, customer, members,
		    count);
	db->sure = sure;
	return status;
}

/* ---- the object ----------------------------------------------------- */

struct held_record {
	char id[OMNI_ID_SIZE];
	const char *source, *key;
	int64_t time;
};

struct omni_customer {
	struct omni__object object;
	char id[OMNI_ID_SIZE];
	struct held_record *records;
	size_t record_count;
	struct omni__profile *features;
	size_t feature_count;
	size_t *chosen;			/* features that survive */
	size_t chosen_count;
};

/* NULL stays NULL; false when out of memory. */
static bool
copy_text(struct omni__arena *arena, const char *text, const char **copy)
{
	*copy = NULL;
	if (text == NULL)
		return true;
	*copy = omni__arena_strdup(arena, text);
	return *copy != NULL;
}

static bool
copy_records(struct omni_customer *c, const struct omni__member *members,
    const struct omni__fact *facts, size_t count)
{
	struct omni__arena *arena = &c->object.arena;
	size_t i;

	c->records = omni__arena_zero(arena,
	    (count + 1) * sizeof(*c->records));
	if (c->records == NULL)
		return false;
	for (i = 0; i < count; i++) {
		struct held_record *record = &c->records[i];

		omni__hex(record->id, members[i].id, OMNI__ID);
		record->time = omni__member_time(&members[i], &facts[i]);
		if (!copy_text(arena, facts[i].source, &record->source) ||
		    !copy_text(arena, facts[i].key, &record->key))
			return false;
	}
	c->record_count = count;
	return true;
}

static bool
copy_features(struct omni_customer *c, const struct omni__profile *profile,
    size_t size)
{
	struct omni__arena *arena = &c->object.arena;
	size_t i;

	c->features = omni__arena_zero(arena,
	    (size + 1) * sizeof(*c->features));
	if (c->features == NULL)
		return false;
	for (i = 0; i < size; i++) {
		c->features[i] = profile[i];
		if (!copy_text(arena, profile[i].kind,
		    &c->features[i].kind) ||
		    !copy_text(arena, profile[i].value,
		    &c->features[i].value))
			return false;
		c->features[i].normal = NULL;
		c->features[i].said = omni__arena_copy(arena,
		    profile[i].said, (size_t)profile[i].records *
		    sizeof(*profile[i].said));
		if (c->features[i].said == NULL)
			return false;
	}
	c->feature_count = size;
	return true;
}

omni_status
omni__customer_build(struct omni *db, const unsigned char id[OMNI__ID],
    struct omni_customer **out)
{
	struct omni_customer *c;
	struct omni__member *members;
	struct omni__fact *facts;
	struct omni__profile *profile;
	size_t count, size, *chosen, chosen_count;
	omni_status status;

	status = omni__customer_members(db, id, &members, &count);
	if (status == OMNI_OK)
		status = omni__members_read(db, members, count, &facts);
	if (status == OMNI_OK)
		status = omni__profile_make(db, members, facts, count,
		    &profile, &size, &chosen, &chosen_count);
	if (status != OMNI_OK)
		return status;
	c = omni__object_new(&db->env, sizeof(*c));
	if (c == NULL)
		return omni__nomem(&db->error);
	omni__hex(c->id, id, OMNI__ID);
	c->chosen_count = chosen_count;
	c->chosen = omni__arena_copy(&c->object.arena, chosen,
	    (chosen_count + 1) * sizeof(*chosen));
	if (c->chosen == NULL || !copy_records(c, members, facts, count) ||
	    !copy_features(c, profile, size)) {
		omni_customer_free(c);
		return omni__nomem(&db->error);
	}
	*out = c;
	return OMNI_OK;
}

struct get {
	unsigned char id[OMNI__ID];
	bool record;	/* the id is a record's that must be there */
	struct omni_customer *customer;
};

/* The customer of a record that is there. */
static omni_status
holder_of(struct omni *db, const unsigned char id[OMNI__ID],
    unsigned char customer[OMNI__ID], bool *found)
{
	static const unsigned char none[OMNI__ID];
	unsigned char list[1][OMNI__ID];
	omni_status status = omni__customers_of(db, &id, 1, list);

	*found = status == OMNI_OK && memcmp(list[0], none, OMNI__ID) != 0;
	memcpy(customer, list[0], OMNI__ID);
	return status;
}

static omni_status
get(struct omni *db, void *context)
{
	struct get *g = context;
	unsigned char customer[OMNI__ID];
	omni_status status;
	bool found;

	omni_customer_free(g->customer);
	g->customer = NULL;
	status = g->record ? holder_of(db, g->id, customer, &found) :
	    omni__customer_lookup(db, g->id, customer, &found);
	if (status != OMNI_OK)
		return status;
	return found ? omni__customer_build(db, customer, &g->customer) :
	    OMNI_NONE;
}

static omni_status
get_by_id(struct omni *db, struct get *g, struct omni_customer **out)
{
	omni_status status = omni__transact(db, false, get, g);

	if (status == OMNI_OK)
		*out = g->customer;
	else
		omni_customer_free(g->customer);
	return status;
}

omni_status
omni_customer_get(omni *db, const char *id, omni_customer **customer)
{
	omni_status status = omni__enter(db);
	struct get g = { .customer = NULL };

	if (status != OMNI_OK)
		return status;
	if (customer == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "customer is NULL"));
	*customer = NULL;
	status = omni__id_parse(&db->error, "id", id, g.id);
	if (status == OMNI_OK)
		status = get_by_id(db, &g, customer);
	return omni__leave(db, status);
}

omni_status
omni_customer_of(omni *db, const char *source, const char *key,
    omni_customer **customer)
{
	omni_status status = omni__enter(db);
	struct get g = { .customer = NULL };

	if (status != OMNI_OK)
		return status;
	if (customer == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "customer is NULL"));
	*customer = NULL;
	status = omni__text_check(&db->error, "source", source);
	if (status == OMNI_OK)
		status = omni__text_check(&db->error, "key", key);
	if (status == OMNI_OK) {
		omni__record_id(db, source, key, g.id);
		g.record = true;
		status = get_by_id(db, &g, customer);
	}
	return omni__leave(db, status);
}

void
omni_customer_free(omni_customer *customer)
{
	omni__object_free(customer);
}

const char *
omni_customer_id(const omni_customer *customer)
{
	return customer != NULL ? customer->id : NULL;
}

int32_t
omni_customer_record_count(const omni_customer *customer)
{
	return customer != NULL ? (int32_t)customer->record_count : 0;
}

static const struct held_record *
record_at(const omni_customer *customer, int32_t i)
{
	if (customer == NULL || i < 0 || (size_t)i >= customer->record_count)
		return NULL;
	return &customer->records[i];
}

const char *
omni_customer_record_id(const omni_customer *customer, int32_t i)
{
	const struct held_record *record = record_at(customer, i);

	return record != NULL ? record->id : NULL;
}

const char *
omni_customer_record_source(const omni_customer *customer, int32_t i)
{
	const struct held_record *record = record_at(customer, i);

	return record != NULL ? record->source : NULL;
}

const char *
omni_customer_record_key(const omni_customer *customer, int32_t i)
{
	const struct held_record *record = record_at(customer, i);

	return record != NULL ? record->key : NULL;
}

int64_t
omni_customer_record_time(const omni_customer *customer, int32_t i)
{
	const struct held_record *record = record_at(customer, i);

	return record != NULL ? record->time : OMNI_TIME_UNKNOWN;
}

int32_t
omni_customer_feature_count(const omni_customer *customer)
{
	return customer != NULL ? (int32_t)customer->feature_count : 0;
}

static const struct omni__profile *
feature_at(const omni_customer *customer, int32_t i)
{
	if (customer == NULL || i < 0 ||
	    (size_t)i >= customer->feature_count)
		return NULL;
	return &customer->features[i];
}

const char *
omni_customer_feature_kind(const omni_customer *customer, int32_t i)
{
	const struct omni__profile *feature = feature_at(customer, i);

	return feature != NULL ? feature->kind : NULL;
}

const char *
omni_customer_feature_value(const omni_customer *customer, int32_t i)
{
	const struct omni__profile *feature = feature_at(customer, i);

	return feature != NULL ? feature->value : NULL;
}

int32_t
omni_customer_feature_records(const omni_customer *customer, int32_t i)
{
	const struct omni__profile *feature = feature_at(customer, i);

	return feature != NULL ? feature->records : 0;
}

int64_t
omni_customer_feature_time(const omni_customer *customer, int32_t i)
{
	const struct omni__profile *feature = feature_at(customer, i);

	return feature != NULL ? feature->time : OMNI_TIME_UNKNOWN;
}

int32_t
omni_customer_feature_verified(const omni_customer *customer, int32_t i)
{
	const struct omni__profile *feature = feature_at(customer, i);

	return feature != NULL && feature->verified;
}

int32_t
omni_customer_feature_record(const omni_customer *customer, int32_t i,
    int32_t n)
{
	const struct omni__profile *feature = feature_at(customer, i);

	if (feature == NULL || n < 0 || n >= feature->records)
		return -1;
	return (int32_t)feature->said[n];
}

int32_t
omni_customer_attribute_count(const omni_customer *customer)
{
	return customer != NULL ? (int32_t)customer->chosen_count : 0;
}

int32_t
omni_customer_attribute(const omni_customer *customer, int32_t i)
{
	if (customer == NULL || i < 0 || (size_t)i >= customer->chosen_count)
		return -1;
	return (int32_t)customer->chosen[i];
}

const char *
omni_customer_value(const omni_customer *customer, const char *kind)
{
	size_t i;

	if (customer == NULL || kind == NULL)
		return NULL;
	for (i = 0; i < customer->chosen_count; i++) {
		const struct omni__profile *feature =
		    &customer->features[customer->chosen[i]];

		if (strcmp(feature->kind, kind) == 0)
			return feature->value;
	}
	return NULL;
}
