/*
 * Rows of many records at once.  Who goes through everybody asks page by page
 * for records that lie side by side: those are read in one go, and only what
 * lies elsewhere is looked up.
 */
#include <string.h>

#include "store/db.h"

/* Fewer are looked up. */
#define FEW 64

struct near {
	struct omni *db;
	const struct omni__value *in;
	size_t rows, params;
	struct omni__result along;	/* in one go; a record, then columns */
	struct omni__result apart;	/* looked up */
	/* Of each row of parameters: where it begins in one of the two. */
	size_t *from, *count;
	bool *inside;
};

void
omni__stretch_set(struct omni *db, const unsigned char *from,
    const unsigned char *to)
{
	db->stretch.holds = from != NULL;
	if (from == NULL)
		return;
	memcpy(db->stretch.from, from, OMNI__ID);
	memcpy(db->stretch.to, to, OMNI__ID);
}

static const void *
record_of(const struct near *n, size_t row)
{
	return n->in[row * n->params].bytes;
}

static size_t
find_inside(struct near *n)
{
	const struct omni__stretch *s = &n->db->stretch;
	size_t i, inside = 0;

	for (i = 0; i < n->rows; i++) {
		n->inside[i] = n->in[i * n->params].size == OMNI__ID &&
		    memcmp(record_of(n, i), s->from, OMNI__ID) >= 0 &&
		    memcmp(record_of(n, i), s->to, OMNI__ID) <= 0;
		inside += n->inside[i];
	}
	return inside;
}

/* ---- reading -------------------------------------------------------- */

/* What else is asked is the same for all. */
static omni_status
read_along(struct near *n, const struct omni__sql *along)
{
	struct omni__value in[OMNI__PARAMS_MAX];

	in[0] = omni__blob(n->db->stretch.from, OMNI__ID);
	in[1] = omni__blob(n->db->stretch.to, OMNI__ID);
	memcpy(in + 2, n->in + 1, (n->params - 1) * sizeof(*in));
	return omni__query(n->db, along, in, 1, &n->along);
}

static omni_status
read_apart(struct near *n, const struct omni__sql *point)
{
	struct omni__value *in = omni__arena_alloc(&n->db->scratch,
	    (n->rows * n->params + 1) * sizeof(*in));
	size_t i, k = 0;

	if (in == NULL)
		return omni__nomem(&n->db->error);
	for (i = 0; i < n->rows; i++)
		if (!n->inside[i])
			memcpy(in + n->params * k++, n->in + n->params * i,
			    n->params * sizeof(*in));
	return omni__query(n->db, point, in, k, &n->apart);
}

/* ---- putting together ----------------------------------------------- */

/* The first row of a record, or of one behind it. */
static size_t
find_record(const struct omni__result *along, const void *record)
{
	size_t low = 0, high = along->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(OMNI__AT(along, middle, 0)->bytes, record,
		    OMNI__ID) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t
find_rows(struct near *n)
{
	size_t i, at = 0, k = 0, total = 0;

	for (i = 0; i < n->rows; i++) {
		const struct omni__result *r = &n->along;
		size_t from, to;

		if (n->inside[i]) {
			from = to = find_record(r, record_of(n, i));
			while (to < r->count && memcmp(OMNI__AT(r, to,
			    0)->bytes, record_of(n, i), OMNI__ID) == 0)
				to++;
		} else {
			from = to = at;
			while (to < n->apart.count &&
			    n->apart.ordinal[to] == k)
				to++;
			at = to;
			k++;
		}
		n->from[i] = from;
		n->count[i] = to - from;
		total += to - from;
	}
	return total;
}

static omni_status
put_together(struct near *n, size_t columns, struct omni__result *result)
{
	size_t total = find_rows(n), i, k;

	result->count = 0;
	result->columns = columns;
	result->values = omni__arena_alloc(&n->db->scratch,
	    (total * columns + 1) * sizeof(*result->values));
	result->ordinal = omni__arena_alloc(&n->db->scratch,
	    (total + 1) * sizeof(*result->ordinal));
	if (result->values == NULL || result->ordinal == NULL)
		return omni__nomem(&n->db->error);
	for (i = 0; i < n->rows; i++)
		for (k = 0; k < n->count[i]; k++) {
			const struct omni__value *v = n->inside[i] ?
			    OMNI__AT(&n->along, n->from[i] + k, 1) :
			    OMNI__AT(&n->apart, n->from[i] + k, 0);

			memcpy(OMNI__AT(result, result->count, 0), v,
			    columns * sizeof(*v));
			result->ordinal[result->count++] = (uint32_t)i;
		}
	return OMNI_OK;
}

omni_status
omni__query_records(struct omni *db, const struct omni__sql *point,
    const struct omni__sql *along, const struct omni__value *in, size_t rows,
    size_t params, struct omni__result *result)
{
	struct near n = { .db = db, .in = in, .rows = rows,
	    .params = params };
	omni_status status;

	if (!db->stretch.holds || rows < FEW)
		return omni__query(db, point, in, rows, result);
	n.inside = omni__arena_alloc(&db->scratch, rows * sizeof(*n.inside));
	n.from = omni__arena_alloc(&db->scratch, rows * sizeof(*n.from));
	n.count = omni__arena_alloc(&db->scratch, rows * sizeof(*n.count));
	if (n.inside == NULL || n.from == NULL || n.count == NULL)
		return omni__nomem(&db->error);
	if (find_inside(&n) < FEW)
		return omni__query(db, point, in, rows, result);
	status = read_along(&n, along);
	if (status == OMNI_OK)
		status = read_apart(&n, point);
	return status == OMNI_OK ? put_together(&n, strlen(point->out),
	    result) : status;
}
