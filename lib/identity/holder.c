/*
 * The holders of identifiers, as a look-up sees them: all of them where they
 * are few; else some under each mark, so that who is seen in hundreds of ways
 * hides nobody.
 */
#include <string.h>

#include "identity/customer.h"
#include "identity/key.h"

/* So many are read at once. */
#define FEW 300
/* Of a key with more: so many under each mark. */
#define OF_A_MARK 6
/* Enough to know it for common. */
#define MARKS_COUNTED 53

static const struct omni__sql holder_few = {
	.name = "holder_few",
	.in = "hash:i limit:i",
	.out = "ib",
	.sql = "SELECT k.mark, k.record FROM omni_key k\n"
	    "WHERE k.hash = $hash\n"
	    "ORDER BY k.mark, k.record LIMIT $limit",
};

/* By leaps through the index. */
static const struct omni__sql holder_marks = {
	.name = "holder_marks",
	.in = "hash:i limit:i",
	.out = "i",
	.sql = "WITH RECURSIVE m (mark) AS (\n"
	    "  SELECT min(k.mark) FROM omni_key k WHERE k.hash = $hash\n"
	    "  UNION ALL\n"
	    "  SELECT (SELECT min(k.mark) FROM omni_key k\n"
	    "    WHERE k.hash = $hash AND k.mark > m.mark)\n"
	    "  FROM m WHERE m.mark IS NOT NULL)\n"
	    "SELECT m.mark FROM m WHERE m.mark IS NOT NULL LIMIT $limit",
};

static const struct omni__sql holder_of_mark = {
	.name = "holder_of_mark",
	.in = "hash:i mark:i limit:i",
	.out = "b",
	.sql = "SELECT k.record FROM omni_key k\n"
	    "WHERE k.hash = $hash AND k.mark = $mark\n"
	    "ORDER BY k.record LIMIT $limit",
};

/* An identifier of the person that was asked about. */
struct asked {
	struct omni__item *item;
	size_t index;		/* of the item */
	size_t rows;
	int64_t names, marks, last;
	bool large;
};

struct look {
	struct omni *db;
	struct asked asked[OMNI__ITEMS_MAX];
	size_t asked_count;
	struct omni__holder *holders;
	size_t count;
};

/* Marks come sorted. */
static void
count_mark(struct asked *asked, int64_t mark)
{
	if (mark == 0 || (asked->marks > 0 && mark == asked->last))
		return;
	asked->last = mark;
	asked->marks++;
	asked->names += mark > 0;
}

static omni_status
make_room(struct look *look, size_t more)
{
	struct omni__holder *holders;

	holders = omni__arena_alloc(&look->db->scratch,
	    (look->count + more + 1) * sizeof(*holders));
	if (holders == NULL)
		return omni__nomem(&look->db->error);
	if (look->count > 0)
		memcpy(holders, look->holders,
		    look->count * sizeof(*holders));
	look->holders = holders;
	return OMNI_OK;
}

static void
add(struct look *look, const struct asked *asked,
    const struct omni__value *record)
{
	if (record->size != OMNI__ID)
		return;
	look->holders[look->count].item = asked->index;
	look->holders[look->count++].record = record->bytes;
}

static omni_status
read_few(struct look *look)
{
	struct omni__value v[2 * OMNI__ITEMS_MAX];
	struct omni__result result;
	omni_status status;
	size_t i;

	for (i = 0; i < look->asked_count; i++) {
		v[2 * i] = omni__int((int64_t)look->asked[i].item->hash);
		v[2 * i + 1] = omni__int(FEW);
	}
	status = omni__query(look->db, &holder_few, v, look->asked_count,
	    &result);
	if (status == OMNI_OK)
		status = make_room(look, result.count);
	for (i = 0; status == OMNI_OK && i < result.count; i++)
		look->asked[result.ordinal[i]].rows++;
	for (i = 0; status == OMNI_OK && i < result.count; i++) {
		struct asked *asked = &look->asked[result.ordinal[i]];

		asked->large = asked->rows == FEW;
		if (asked->large)
			continue;
		count_mark(asked, OMNI__AT(&result, i, 0)->number);
		add(look, asked, OMNI__AT(&result, i, 1));
	}
	return status;
}

static omni_status
read_marks(struct look *look, struct asked *asked)
{
	struct omni__value in[2] = { omni__int((int64_t)asked->item->hash),
		omni__int(MARKS_COUNTED) };
	struct omni__result marks, records;
	struct omni__value *v;
	omni_status status;
	size_t i;

	status = omni__query(look->db, &holder_marks, in, 1, &marks);
	if (status != OMNI_OK)
		return status;
	v = omni__arena_alloc(&look->db->scratch,
	    (3 * marks.count + 1) * sizeof(*v));
	if (v == NULL)
		return omni__nomem(&look->db->error);
	for (i = 0; i < marks.count; i++) {
		count_mark(asked, marks.values[i].number);
		v[3 * i] = in[0];
		v[3 * i + 1] = marks.values[i];
		v[3 * i + 2] = omni__int(OF_A_MARK);
	}
	status = omni__query(look->db, &holder_of_mark, v, marks.count,
	    &records);
	if (status == OMNI_OK)
		status = make_room(look, records.count);
	for (i = 0; status == OMNI_OK && i < records.count; i++)
		add(look, asked, &records.values[i]);
	return status;
}

omni_status
omni__holders_find(struct omni *db, struct omni__person *person,
    struct omni__holder **holders, size_t *count)
{
	struct look *look = omni__arena_zero(&db->scratch, sizeof(*look));
	omni_status status;
	size_t i;

	if (look == NULL)
		return omni__nomem(&db->error);
	look->db = db;
	for (i = 0; i < person->count; i++)
		if (person->items[i].hash != 0) {
			look->asked[look->asked_count].index = i;
			look->asked[look->asked_count++].item =
			    &person->items[i];
		}
	status = read_few(look);
	for (i = 0; i < look->asked_count && status == OMNI_OK; i++) {
		struct asked *asked = &look->asked[i];

		if (asked->large)
			status = read_marks(look, asked);
		asked->item->step = omni__key_step(false,
		    asked->names, asked->marks);
	}
	*holders = look->holders;
	*count = look->count;
	return status;
}
