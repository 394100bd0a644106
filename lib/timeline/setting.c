/*
 * Settings: one value per customer and name, on all channels at once.
 */
#define _POSIX_C_SOURCE 200809L
#include <string.h>

#include "text/text.h"
#include "timeline/interaction.h"

/* ---- writing -------------------------------------------------------- */

/* Any text, lines and all. */
static omni_status
check_value(struct omni__error *error, const char *value)
{
	size_t size = strnlen(value, OMNI_TEXT_MAX + 1), bad;

	if (size > OMNI_TEXT_MAX)
		return omni__fail(error, OMNI_INVALID,
		    "value is longer than %d bytes", OMNI_TEXT_MAX);
	if (!omni__utf8_check(value, size, &bad))
		return omni__fail(error, OMNI_INVALID,
		    "value is not UTF-8 at byte %zu", bad);
	return OMNI_OK;
}

static omni_status
write_value(struct omni *db, const char *value, const char **body)
{
	struct omni__buf buf = { .env = &db->env };

	omni__buf_json(&buf, value);
	*body = buf.failed ? NULL : omni__arena_text(&db->scratch, buf.bytes,
	    buf.size);
	omni__buf_free(&buf);
	return *body != NULL ? OMNI_OK : omni__nomem(&db->error);
}

omni_status
omni__setting_fact(struct omni *db, const char *name, const char *value,
    int64_t time, struct omni__fact *fact)
{
	omni_status status;

	memset(fact, 0, sizeof(*fact));
	status = omni__name_check(&db->error, "name", name);
	if (status == OMNI_OK)
		status = omni__time_check(&db->error, "time", time);
	if (status == OMNI_OK && value != NULL)
		status = check_value(&db->error, value);
	if (status != OMNI_OK)
		return status;
	fact->noun = OMNI__FACT_SETTING;
	fact->timed = time != OMNI_NOW && time != OMNI_TIME_UNKNOWN;
	fact->happened = fact->timed ? time : omni__clock(&db->env);
	fact->kind = name;
	return value == NULL ? OMNI_OK : write_value(db, value, &fact->body);
}

/* ---- reading -------------------------------------------------------- */

static const struct omni__sql setting_get = {
	.name = "setting_get",
	.in = "record:b name:i",
	.out = "iit",
	.sql = "SELECT s.happened, s.fact, s.value FROM omni_setting s\n"
	    "WHERE s.record = $record AND s.name = $name",
};

struct get {
	unsigned char customer[OMNI__ID];
	const char *name;
	char *value;
};

/* The last of what the customer's records say, or NULL. */
static const struct omni__value *
newest(const struct omni__result *result)
{
	const struct omni__value *best = NULL;
	size_t i;

	for (i = 0; i < result->count; i++) {
		const struct omni__value *row = OMNI__AT(result, i, 0);

		if (best == NULL || row[0].number > best[0].number ||
		    (row[0].number == best[0].number &&
		    row[1].number > best[1].number))
			best = row;
	}
	return best;
}

static omni_status
find_rows(struct omni *db, const struct omni__member *members, size_t count,
    int64_t name, struct omni__result *result)
{
	struct omni__value *in;
	size_t i;

	in = omni__arena_alloc(&db->scratch, 2 * count * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++) {
		in[2 * i] = omni__blob(members[i].id, OMNI__ID);
		in[2 * i + 1] = omni__int(name);
	}
	return omni__query(db, &setting_get, in, count, result);
}

static omni_status
get(struct omni *db, void *context)
{
	struct get *get = context;
	unsigned char customer[OMNI__ID];
	struct omni__member *members;
	struct omni__result result;
	const struct omni__value *row;
	omni_status status;
	int64_t name;
	size_t count;
	bool found;

	omni_text_free(get->value);
	get->value = NULL;
	status = omni__customer_lookup(db, get->customer, customer, &found);
	if (status != OMNI_OK || !found)
		return status;
	status = omni__term_find(db, get->name, &name);
	if (status != OMNI_OK || name == 0)
		return status;
	status = omni__customer_members(db, customer, &members, &count);
	if (status == OMNI_OK)
		status = find_rows(db, members, count, name, &result);
	if (status != OMNI_OK)
		return status;
	row = newest(&result);
	if (row == NULL || row[2].type == OMNI__NULL)
		return OMNI_OK;
	get->value = omni__text_new(&db->env, row[2].bytes,
	    row[2].size);
	return get->value != NULL ? OMNI_OK : omni__nomem(&db->error);
}

omni_status
omni_setting_get(omni *db, const char *customer, const char *name,
    char **value)
{
	struct get context = { .name = name };
	omni_status status;

	if (value == NULL)
		return OMNI_MISUSE;
	*value = NULL;
	status = omni__enter(db);
	if (status != OMNI_OK)
		return status;
	status = omni__id_parse(&db->error, "customer", customer,
	    context.customer);
	if (status == OMNI_OK)
		status = omni__name_check(&db->error, "name", name);
	if (status == OMNI_OK)
		status = omni__transact(db, false, get, &context);
	if (status == OMNI_OK && context.value == NULL)
		status = OMNI_NONE;
	if (status == OMNI_OK)
		*value = context.value;
	else
		omni_text_free(context.value);
	return omni__leave(db, status);
}
