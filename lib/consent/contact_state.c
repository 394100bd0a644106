/*
 * What is known of contact points, as a projection: everything that was told
 * of each, by keyed hash.  What holds is the last word, by time, on each
 * thing apart, and of suppressions on each purpose.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "consent/consent.h"

static const struct omni__sql contact_put = {
	.name = "contact_put",
	.in = "address:b happened:i fact:i what:i flag:i since:i until:i "
	    "purpose:t cause:t",
	.sql = "INSERT INTO omni_contact (address, happened, fact, what,"
	    " flag, since, until, purpose, cause)\n"
	    "SELECT $address, $happened, $fact, $what, $flag, $since,"
	    " $until, $purpose, $cause FROM p WHERE true\n"
	    "ON CONFLICT (address, happened, fact, what) DO NOTHING",
};
#define COLUMNS 9

static const struct omni__sql contact_get = {
	.name = "contact_get",
	.in = "address:b",
	.out = "iiiiiitt",
	.sql = "SELECT c.happened, c.fact, c.what, c.flag, c.since,"
	    " c.until, c.purpose, c.cause\n"
	    "FROM omni_contact c WHERE c.address = $address\n"
	    "ORDER BY c.happened, c.fact, c.what",
};

/* ---- from facts to rows --------------------------------------------- */

omni_status
omni__contact_rows_add(struct omni *db, struct omni__contact_rows *rows,
    const struct omni__contact_row *row)
{
	if (rows->count == rows->room) {
		size_t room = rows->room == 0 ? 16 : rows->room * 2;
		struct omni__contact_row *more = omni__arena_alloc(
		    &db->scratch, room * sizeof(*more));

		if (more == NULL)
			return omni__nomem(&db->error);
		if (rows->count > 0)
			memcpy(more, rows->rows, rows->count * sizeof(*more));
		rows->rows = more;
		rows->room = room;
	}
	rows->rows[rows->count++] = *row;
	return OMNI_OK;
}

/* A copy of a text of JSON, NULL for what is none. */
static omni_status
copy_text(struct omni *db, const json_t *value, const char **copy)
{
	const char *text = json_string_value(value);

	*copy = NULL;
	if (text == NULL)
		return OMNI_OK;
	*copy = omni__arena_strdup(&db->scratch, text);
	return *copy == NULL ? omni__nomem(&db->error) : OMNI_OK;
}

static int64_t
bound_of(const json_t *value)
{
	return json_is_integer(value) ? (int64_t)json_integer_value(value) :
	    OMNI_TIME_UNKNOWN;
}

/* One thing of what a fact told. */
static omni_status
add_said(struct omni *db, const json_t *root, const json_t *value,
    struct omni__contact_row row, struct omni__contact_rows *rows)
{
	omni_status status = OMNI_OK;

	if (value == NULL)
		return OMNI_OK;
	row.flag = json_is_true(value);
	if (row.what == OMNI_CONTACT_SUPPRESSED) {
		row.flag = json_is_string(value);
		status = copy_text(db, value, &row.cause);
		if (status == OMNI_OK)
			status = copy_text(db, json_object_get(root,
			    "purpose"), &row.purpose);
	}
	if (row.what == OMNI_CONTACT_VALID) {
		row.since = bound_of(json_array_get(value, 0));
		row.until = bound_of(json_array_get(value, 1));
	}
	return status == OMNI_OK ? omni__contact_rows_add(db, rows, &row) :
	    status;
}

/* Nothing was so later than it is told: a clock that runs ahead would lift
 * what comes behind it. */
static int64_t
told_time(const struct omni__fact *fact)
{
	int64_t time = omni__fact_time(fact);

	return time == fact->happened && time > fact->recorded ?
	    fact->recorded : time;
}

omni_status
omni__contact_said(struct omni *db, const struct omni__fact *fact,
    struct omni__contact_rows *rows)
{
	static const char *const members[] = {
		[OMNI_CONTACT_VERIFIED] = "verified",
		[OMNI_CONTACT_SUPPRESSED] = "suppressed",
		[OMNI_CONTACT_PRIMARY] = "primary",
		[OMNI_CONTACT_VALID] = "valid",
	};
	struct omni__contact_row row = {
		.happened = told_time(fact),
		.fact = fact->id,
		.since = OMNI_TIME_UNKNOWN,
		.until = OMNI_TIME_UNKNOWN,
	};
	const char *hex;
	json_t *root;
	omni_status status;

	if (fact->body == NULL)
		return OMNI_OK;
	status = omni__json_body(db, fact, &root);
	if (status != OMNI_OK)
		return status;
	hex = json_string_value(json_object_get(root, "address"));
	if (hex == NULL || !omni__unhex(row.address, OMNI__ID, hex))
		status = omni__fail(&db->error, OMNI_CORRUPT,
		    "fact %lld is no contact point", (long long)fact->id);
	for (row.what = OMNI_CONTACT_VERIFIED; status == OMNI_OK &&
	    row.what <= OMNI_CONTACT_VALID; row.what++)
		status = add_said(db, root, json_object_get(root,
		    members[row.what]), row, rows);
	json_decref(root);
	return status;
}

/* ---- writing -------------------------------------------------------- */

static int
compare_rows(const void *left, const void *right)
{
	const struct omni__contact_row *a = left, *b = right;
	int order = memcmp(a->address, b->address, OMNI__ID);

	if (order == 0)
		order = omni__order(a->happened, b->happened);
	if (order == 0)
		order = omni__order(a->fact, b->fact);
	return order != 0 ? order : omni__order(a->what, b->what);
}

static void
fill_row(struct omni__value *values, const struct omni__contact_row *row)
{
	values[0] = omni__blob(row->address, OMNI__ID);
	values[1] = omni__int(row->happened);
	values[2] = omni__int(row->fact);
	values[3] = omni__int(row->what);
	values[4] = omni__int(row->flag);
	values[5] = omni__int_or_null(row->since, OMNI_TIME_UNKNOWN);
	values[6] = omni__int_or_null(row->until, OMNI_TIME_UNKNOWN);
	values[7] = omni__text(row->purpose);
	values[8] = omni__text(row->cause);
}

omni_status
omni__contacts_put(struct omni *db, struct omni__contact_rows *rows)
{
	struct omni__value *in;
	size_t i;

	if (rows->count == 0)
		return OMNI_OK;
	qsort(rows->rows, rows->count, sizeof(*rows->rows), compare_rows);
	in = omni__arena_alloc(&db->scratch,
	    rows->count * COLUMNS * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < rows->count; i++)
		fill_row(in + i * COLUMNS, &rows->rows[i]);
	return omni__exec(db, &contact_put, in, rows->count);
}

/* ---- reading -------------------------------------------------------- */

static omni_status
read_rows(struct omni *db, const struct omni__view *view,
    const unsigned char (*hashes)[OMNI__ID], size_t count, int64_t most,
    struct omni__contact_row **rows, size_t *found)
{
	struct omni__value *in;
	struct omni__result result;
	omni_status status;
	size_t i;

	*found = 0;
	in = omni__arena_alloc(&db->scratch, (count + 1) * sizeof(*in));
	if (in == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count; i++)
		in[i] = omni__blob(hashes[i], OMNI__ID);
	status = omni__query(db, &contact_get, in, count, &result);
	if (status != OMNI_OK || result.count == 0)
		return status;
	*rows = omni__arena_alloc(&db->scratch,
	    result.count * sizeof(**rows));
	if (*rows == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < result.count; i++) {
		const struct omni__value *v = OMNI__AT(&result, i, 0);
		struct omni__contact_row *row = &(*rows)[*found];

		if (v[2].number > most ||
		    !omni__view_sees(view, v[1].number))
			continue;
		memcpy(row->address, hashes[result.ordinal[i]], OMNI__ID);
		row->list = result.ordinal[i];
		row->happened = v[0].number;
		row->fact = v[1].number;
		row->what = (int32_t)v[2].number;
		row->flag = (int32_t)v[3].number;
		row->since = omni__value_int(&v[4], OMNI_TIME_UNKNOWN);
		row->until = omni__value_int(&v[5], OMNI_TIME_UNKNOWN);
		row->purpose = omni__value_text(&v[6]);
		row->cause = omni__value_text(&v[7]);
		++*found;
	}
	return OMNI_OK;
}

omni_status
omni__contact_history(struct omni *db, const struct omni__view *view,
    const unsigned char (*hashes)[OMNI__ID], size_t count,
    struct omni__contact_row **rows, size_t *found)
{
	return read_rows(db, view, hashes, count, OMNI_CONTACT_VALID, rows,
	    found);
}

static const char *
purpose_of(const struct omni__contact_row *row)
{
	return row->purpose != NULL ? row->purpose : "*";
}

/* Those that stand, in *list, which has room for one more: the last word on
 * a purpose takes the place of the one before it. */
static void
settle_suppression(struct omni__suppression *list, size_t *count,
    const struct omni__contact_row *row)
{
	size_t i, kept = 0;

	for (i = 0; i < *count; i++)
		if (strcmp(list[i].purpose, purpose_of(row)) != 0)
			list[kept++] = list[i];
	if (row->flag != 0)
		list[kept++] = (struct omni__suppression){
			row->cause, purpose_of(row), row->happened, row->fact
		};
	*count = kept;
}

/* The rows of one address, oldest first; list has room for as many. */
static void
settle(struct omni__contact_state *state, struct omni__suppression *list,
    const struct omni__contact_row *rows, size_t count)
{
	size_t i;

	state->suppressions = list;
	for (i = 0; i < count; i++) {
		const struct omni__contact_row *row = &rows[i];

		switch (row->what) {
		case OMNI_CONTACT_VERIFIED:
			state->verified = row->flag != 0;
			break;
		case OMNI_CONTACT_SUPPRESSED:
			settle_suppression(list, &state->suppression_count,
			    row);
			break;
		case OMNI_CONTACT_PRIMARY:
			state->primary = row->flag != 0;
			break;
		case OMNI_CONTACT_VALID:
			state->since = row->since;
			state->until = row->until == OMNI_TIME_UNKNOWN ?
			    INT64_MAX : row->until;
			state->valid_fact = row->fact;
			break;
		case OMNI__CONTACT_SAID:
			state->said = true;
		}
	}
}
_Static_assert(OMNI_TIME_UNKNOWN == INT64_MIN, "no bound is before all");

omni_status
omni__contacts_load(struct omni *db, const struct omni__view *view,
    const unsigned char (*hashes)[OMNI__ID], size_t count,
    struct omni__contact_state *states)
{
	struct omni__suppression *list;
	struct omni__contact_row *rows;
	size_t i, n, found;
	omni_status status;

	for (i = 0; i < count; i++)
		states[i] = (struct omni__contact_state){
			.since = INT64_MIN, .until = INT64_MAX
		};
	status = read_rows(db, view, hashes, count, OMNI__CONTACT_SAID,
	    &rows, &found);
	if (status != OMNI_OK || found == 0)
		return status;
	list = omni__arena_alloc(&db->scratch, found * sizeof(*list));
	if (list == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < found; i += n) {
		for (n = 1; i + n < found &&
		    rows[i + n].list == rows[i].list; n++)
			;
		settle(&states[rows[i].list], list + i, rows + i, n);
	}
	return OMNI_OK;
}
