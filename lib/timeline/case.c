/*
 * Cases: what the statuses of a reference add up to, folded in the order in
 * which things happened, so that what comes late lands where it belongs.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "timeline/interaction.h"

struct omni_case {
	struct omni__object object;
	const char *state;
	int64_t time;
	int32_t changes;
	const char **channels;
	size_t count;
	const char *customer;
};

/* ---- statements ----------------------------------------------------- */

#define REFERENCE_IN "type:t key:t"
#define OF_REFERENCE "WHERE r.type = $type AND r.key = $key\n"

static const struct omni__sql case_counts = {
	.name = "case_counts",
	.in = REFERENCE_IN,
	.out = "ii",
	.sql = "SELECT count(*), count(r.status) FROM omni_reference r\n"
	    OF_REFERENCE,
};

static const struct omni__sql case_state = {
	.name = "case_state",
	.in = REFERENCE_IN,
	.out = "it",
	.sql = "SELECT r.happened, r.status FROM omni_reference r\n"
	    OF_REFERENCE "AND r.status IS NOT NULL\n"
	    "ORDER BY r.happened DESC, r.fact DESC LIMIT 1",
};

static const struct omni__sql case_channels = {
	.name = "case_channels",
	.in = REFERENCE_IN,
	.out = "i",
	.sql = "SELECT DISTINCT f.channel FROM omni_reference r\n"
	    "JOIN omni_fact f ON f.id = r.fact\n"
	    OF_REFERENCE "AND f.channel IS NOT NULL",
};

static const struct omni__sql case_records = {
	.name = "case_records",
	.in = REFERENCE_IN " happened:i fact:i most:i",
	.out = "iib",
	.sql = "SELECT r.happened, r.fact, f.record FROM omni_reference r\n"
	    "JOIN omni_fact f ON f.id = r.fact\n"
	    OF_REFERENCE "AND f.record IS NOT NULL\n"
	    "AND (r.happened, r.fact) < ($happened, $fact)\n"
	    "ORDER BY r.happened DESC, r.fact DESC LIMIT $most",
};

/* ---- state ---------------------------------------------------------- */

static omni_status
read_state(struct omni *db, struct omni_case *c,
    const struct omni__value *reference)
{
	struct omni__result result;
	omni_status status;

	status = omni__query(db, &case_state, reference, 1, &result);
	if (status != OMNI_OK || result.count == 0)
		return status;
	c->time = result.values[0].number;
	c->state = omni__arena_text(&c->object.arena, result.values[1].bytes,
	    result.values[1].size);
	return c->state != NULL ? OMNI_OK : omni__nomem(&db->error);
}

/* ---- channels ------------------------------------------------------- */

/* Is a channel defined as one that only goes out? */
static omni_status
outbound(struct omni *db, const char *name, bool *out)
{
	struct omni__fact fact;
	const char *direction;
	json_t *body;
	omni_status status;
	int64_t id;

	*out = false;
	status = omni__definition_find(db, OMNI__FACT_CHANNEL, name, &id);
	if (status != OMNI_OK || id == 0)
		return status;
	status = omni__facts_read(db, &id, 1, &fact);
	if (status != OMNI_OK || fact.body == NULL)
		return status;
	status = omni__json_body(db, &fact, &body);
	if (status != OMNI_OK)
		return status;
	direction = json_string_value(json_object_get(body, "direction"));
	*out = direction != NULL && strcmp(direction, "out") == 0;
	json_decref(body);
	return OMNI_OK;
}

static int
by_name(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

static omni_status
add_channel(struct omni *db, struct omni_case *c, int64_t term)
{
	const char *name, *copy;
	omni_status status;
	bool out = false;

	status = omni__term_text(db, term, &name);
	if (status == OMNI_OK)
		status = outbound(db, name, &out);
	if (status != OMNI_OK || out)
		return status;
	copy = omni__arena_strdup(&c->object.arena, name);
	if (copy == NULL)
		return omni__nomem(&db->error);
	c->channels[c->count++] = copy;
	return OMNI_OK;
}

static omni_status
read_channels(struct omni *db, struct omni_case *c,
    const struct omni__value *reference)
{
	struct omni__result result;
	omni_status status;
	size_t i;

	status = omni__query(db, &case_channels, reference, 1, &result);
	if (status != OMNI_OK || result.count == 0)
		return status;
	c->channels = omni__arena_alloc(&c->object.arena,
	    result.count * sizeof(*c->channels));
	if (c->channels == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result.count && status == OMNI_OK; i++)
		status = add_channel(db, c, result.values[i].number);
	if (status == OMNI_OK && c->count > 1)
		qsort(c->channels, c->count, sizeof(*c->channels), by_name);
	return status;
}

/* ---- the customer --------------------------------------------------- */

#define PAGE 16

/* The first of these records, newest first, that somebody has. */
static omni_status
first_customer(struct omni *db, struct omni_case *c,
    const struct omni__result *page)
{
	static const unsigned char nobody[OMNI__ID];
	unsigned char customers[PAGE][OMNI__ID];
	const unsigned char *records[PAGE];
	char hex[OMNI_ID_SIZE];
	omni_status status;
	size_t i;

	for (i = 0; i < page->count; i++)
		records[i] = OMNI__AT(page, i, 2)->bytes;
	status = omni__customers_of(db, records, page->count, customers);
	if (status != OMNI_OK)
		return status;
	for (i = 0; i < page->count; i++)
		if (memcmp(customers[i], nobody, OMNI__ID) != 0)
			break;
	if (i == page->count)
		return OMNI_OK;
	omni__hex(hex, customers[i], OMNI__ID);
	c->customer = omni__arena_strdup(&c->object.arena, hex);
	return c->customer != NULL ? OMNI_OK : omni__nomem(&db->error);
}

static omni_status
read_customer(struct omni *db, struct omni_case *c,
    const struct omni__value *reference)
{
	struct omni__value in[5] = {
		reference[0], reference[1], omni__int(INT64_MAX),
		omni__int(0), omni__int(PAGE)
	};
	struct omni__result page;
	omni_status status;

	do {
		status = omni__query(db, &case_records, in, 1, &page);
		if (status != OMNI_OK || page.count == 0)
			return status;
		status = first_customer(db, c, &page);
		in[2] = *OMNI__AT(&page, page.count - 1, 0);
		in[3] = *OMNI__AT(&page, page.count - 1, 1);
	} while (status == OMNI_OK && c->customer == NULL &&
	    page.count == PAGE);
	return status;
}

/* ---- the case ------------------------------------------------------- */

struct get {
	const char *type, *key;
	struct omni_case *made;
};

static omni_status
read_case(struct omni *db, struct omni_case *c,
    const struct omni__value *reference)
{
	omni_status status = read_state(db, c, reference);

	if (status == OMNI_OK)
		status = read_channels(db, c, reference);
	if (status == OMNI_OK)
		status = read_customer(db, c, reference);
	return status;
}

static omni_status
get(struct omni *db, void *context)
{
	struct get *get = context;
	const struct omni__value reference[2] = {
		omni__text(get->type), omni__text(get->key)
	};
	struct omni__result counts;
	struct omni_case *c;
	omni_status status;

	omni_case_free(get->made);
	get->made = NULL;
	status = omni__query(db, &case_counts, reference, 1, &counts);
	if (status != OMNI_OK || counts.count == 0 ||
	    counts.values[0].number == 0)
		return status;
	c = omni__object_new(&db->env, sizeof(*c));
	if (c == NULL)
		return omni__nomem(&db->error);
	get->made = c;
	c->time = OMNI_TIME_UNKNOWN;
	c->changes = counts.values[1].number > INT32_MAX ? INT32_MAX :
	    (int32_t)counts.values[1].number;
	return read_case(db, c, reference);
}

omni_status
omni_case_get(omni *db, const char *type, const char *key, omni_case **out)
{
	struct get context = { type, key, NULL };
	omni_status status;

	if (out == NULL)
		return OMNI_MISUSE;
	*out = NULL;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	status = omni__name_check(&db->error, "reference type", type);
	if (status == OMNI_OK)
		status = omni__name_check(&db->error, "reference key", key);
	if (status == OMNI_OK)
		status = omni__transact(db, false, get, &context);
	if (status == OMNI_OK && context.made == NULL)
		status = OMNI_NONE;
	if (status == OMNI_OK)
		*out = context.made;
	else
		omni_case_free(context.made);
	return omni__leave(db, status);
}

const char *
omni_case_state(const omni_case *c)
{
	return c != NULL ? c->state : NULL;
}

int64_t
omni_case_time(const omni_case *c)
{
	return c != NULL ? c->time : OMNI_TIME_UNKNOWN;
}

int32_t
omni_case_changes(const omni_case *c)
{
	return c != NULL ? c->changes : 0;
}

int32_t
omni_case_channel_count(const omni_case *c)
{
	return c != NULL ? (int32_t)c->count : 0;
}

const char *
omni_case_channel(const omni_case *c, int32_t i)
{
	if (c == NULL || i < 0 || (size_t)i >= c->count)
		return NULL;
	return c->channels[i];
}

const char *
omni_case_customer(const omni_case *c)
{
	return c != NULL ? c->customer : NULL;
}

void
omni_case_free(omni_case *c)
{
	omni__object_free(c);
}
