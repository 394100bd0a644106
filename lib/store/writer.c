/*
 * A writer is a leased sequence of one open handle.  (writer, seq) names a
 * fact, so a writer must never be used by two at once, nor go on from an old
 * copy of the store: a lease has a token, and belongs to the machine and the
 * file it was made on.
 *
 * Stamps are a hybrid logical clock (Kulkarni et al. 2014) whose logical
 * part is folded into the microseconds: greater than all that this writer
 * knows, else the wall clock.
 */
#include <string.h>

#include "store/writer.h"

#define LEASE (10 * 60 * OMNI__SECOND)

/* A clock outside of these years is wrong, whatever it says. */
#define CLOCK_MIN (INT64_C(1767225600) * OMNI__SECOND)	/* 2026 */
#define CLOCK_MAX (INT64_C(3345148800) * OMNI__SECOND)	/* 2076 */

static const struct omni__sql writer_free = {
	.name = "writer_free",
	.in = "machine:b now:i",
	.out = "iiii",
	.sql = "SELECT w.number, w.seq, w.stamp, w.feed FROM omni_writer w\n"
	    "WHERE w.machine = $machine AND w.lease < $now\n"
	    "ORDER BY w.number LIMIT 1",
};

static const struct omni__sql writer_stamp = {
	.name = "writer_stamp",
	.out = "i",
	.sql = "SELECT coalesce(max(w.stamp), 0) FROM omni_writer w",
};

static const struct omni__sql writer_add = {
	.name = "writer_add",
	.in = "id:b machine:b token:i lease:i",
	.out = "i",
	.sql = "INSERT INTO omni_writer (number, id, machine, token, lease,"
	    " seq, stamp, feed)\n"
	    "SELECT (SELECT coalesce(max(w.number), 0) + 1"
	    " FROM omni_writer w), $id, $machine, $token, $lease, 0, 0, 0\n"
	    "FROM p WHERE true\n"
	    "RETURNING number",
};

static const struct omni__sql writer_claim = {
	.name = "writer_claim",
	.in = "number:i token:i lease:i",
	.sql = "UPDATE omni_writer SET token = $token, lease = $lease\n"
	    "FROM p WHERE number = $number",
};

static const struct omni__sql writer_save = {
	.name = "writer_save",
	.in = "number:i token:i seq:i next:i stamp:i feed:i lease:i",
	.sql = "UPDATE omni_writer SET seq = $next, stamp = $stamp,"
	    " feed = $feed, lease = $lease\n"
	    "FROM p WHERE number = $number AND token = $token"
	    " AND omni_writer.seq = $seq",
};

static const struct omni__sql writer_check = {
	.name = "writer_check",
	.in = "number:i",
	.out = "iii",
	.sql = "SELECT w.token, w.seq, w.feed FROM omni_writer w\n"
	    "WHERE w.number = $number",
};

/* A write, so that it waits for whoever is still at that row: the commit
 * whose answer got lost may just be going on. */
static const struct omni__sql writer_seq = {
	.name = "writer_seq",
	.in = "number:i",
	.out = "iii",
	.sql = "UPDATE omni_writer SET lease = omni_writer.lease\n"
	    "FROM p WHERE number = $number\n"
	    "RETURNING omni_writer.token, omni_writer.seq, omni_writer.feed",
};

/* Takes the number of a writer that may be new, so as to wait likewise; what
 * is left of it belongs to no machine. */
static const struct omni__sql writer_hold = {
	.name = "writer_hold",
	.in = "number:i none:b",
	.sql = "INSERT INTO omni_writer (number, id, machine, token, lease,"
	    " seq, stamp, feed)\n"
	    "SELECT $number, $none, $none, 0, 0, 0, 0, 0 FROM p WHERE true\n"
	    "ON CONFLICT (number) DO NOTHING",
};

static const struct omni__sql writer_return = {
	.name = "writer_return",
	.in = "number:i token:i",
	.sql = "UPDATE omni_writer SET lease = 0\n"
	    "FROM p WHERE number = $number AND token = $token",
};

static bool
clock_plausible(int64_t now)
{
	return now >= CLOCK_MIN && now < CLOCK_MAX;
}

static void
use(struct omni__writer *writer, int64_t number, int64_t token, int64_t seq,
    int64_t stamp, int64_t feed)
{
	writer->fresh = writer->checked = true;
	writer->number = number;
	writer->token = token;
	writer->seq = writer->next = seq;
	writer->stamp = writer->next_stamp = stamp;
	writer->feed = writer->next_feed = feed;
}

static omni_status
claim(struct omni *db, int64_t now, int64_t token,
    const struct omni__value *row, int64_t newest)
{
	struct omni__value in[3] = {
		row[0], omni__int(token), omni__int(now + LEASE)
	};
	omni_status status = omni__exec(db, &writer_claim, in, 1);

	if (status == OMNI_OK)
		use(&db->writer, row[0].number, token, row[1].number, newest,
		    row[3].number);
	return status;
}

static omni_status
mint(struct omni *db, int64_t now, int64_t token,
    const unsigned char machine[16], int64_t newest)
{
	struct omni__value in[4];
	struct omni__result result;
	unsigned char id[8];
	omni_status status;

	if (omni__random(&db->env, id, sizeof(id)) != OMNI_OK)
		return omni__fail(&db->error, OMNI_IO,
		    "the random source failed");
	in[0] = omni__blob(id, sizeof(id));
	in[1] = omni__blob(machine, 16);
	in[2] = omni__int(token);
	in[3] = omni__int(now + LEASE);
	status = omni__query(db, &writer_add, in, 1, &result);
	if (status != OMNI_OK)
		return status;
	if (result.values[0].number >= INT64_C(1) << 20)
		return omni__fail(&db->error, OMNI_FULL,
		    "the store has had all the writers it can number");
	use(&db->writer, result.values[0].number, token, 0, newest, 0);
	return OMNI_OK;
}

static omni_status
lease(struct omni *db)
{
	unsigned char machine[16];
	struct omni__value in[2];
	struct omni__result result;
	int64_t now = omni__clock(&db->env), token = 0, newest;
	omni_status status;

	status = db->ops->identity(db->store, machine, &db->error);
	if (status != OMNI_OK)
		return status;
	if (omni__random(&db->env, &token, sizeof(token)) != OMNI_OK)
		return omni__fail(&db->error, OMNI_IO,
		    "the random source failed");
	status = omni__query(db, &writer_stamp, NULL, 1, &result);
	if (status != OMNI_OK)
		return status;
	newest = result.values[0].number;
	in[0] = omni__blob(machine, sizeof(machine));
	in[1] = omni__int(now);
	status = omni__query(db, &writer_free, in, 1, &result);
	if (status != OMNI_OK)
		return status;
	if (result.count > 0)
		return claim(db, now, token, result.values, newest);
	return mint(db, now, token, machine, newest);
}

void
omni__writer_begin(struct omni *db)
{
	struct omni__writer *writer = &db->writer;

	if (writer->fresh || writer->lost)
		memset(writer, 0, sizeof(*writer));
	writer->checked = false;
	writer->next = writer->seq;
	writer->next_stamp = writer->stamp;
	writer->next_feed = writer->feed;
}

/*
 * A handle that was idle may have lost its writer to another, who went on
 * numbering: then it needs a new one before it numbers anything.
 */
static omni_status
check_lease(struct omni *db)
{
	struct omni__writer *writer = &db->writer;
	struct omni__value in = omni__int(writer->number);
	const struct omni__value *row;
	struct omni__result result;
	omni_status status;

	if (writer->number == 0 || writer->checked)
		return OMNI_OK;
	status = omni__query(db, &writer_check, &in, 1, &result);
	if (status != OMNI_OK)
		return status;
	row = result.values;
	if (result.count == 1 && row[0].number == writer->token &&
	    row[1].number == writer->seq && row[2].number == writer->feed)
		writer->checked = true;
	else
		memset(writer, 0, sizeof(*writer));
	return OMNI_OK;
}

omni_status
omni__writer_take(struct omni *db, size_t count, int64_t *first)
{
	struct omni__writer *writer = &db->writer;
	omni_status status = check_lease(db);

	if (status != OMNI_OK)
		return status;
	if (writer->number == 0) {
		status = lease(db);
		if (status != OMNI_OK) {
			memset(writer, 0, sizeof(*writer));
			return status;
		}
	}
	if ((uint64_t)count >> 40 != 0 ||
	    (writer->next + (int64_t)count) >> OMNI__SEQ_BITS != 0)
		return omni__fail(&db->error, OMNI_FULL,
		    "the writer has numbered all the facts it can");
	*first = (writer->number << OMNI__SEQ_BITS) + writer->next + 1;
	writer->next += (int64_t)count;
	return OMNI_OK;
}

int64_t
omni__writer_stamp(struct omni *db, int64_t now)
{
	struct omni__writer *writer = &db->writer;

	/* An impossible clock does not drag the stamps along. */
	if (clock_plausible(now) && now > writer->next_stamp)
		writer->next_stamp = now;
	else
		writer->next_stamp++;
	return writer->next_stamp;
}

int64_t
omni__writer_feed(struct omni *db)
{
	return ++db->writer.next_feed;
}

omni_status
omni__writer_save(struct omni *db)
{
	struct omni__writer *writer = &db->writer;
	struct omni__value in[7];
	int64_t changes;
	omni_status status;

	if (writer->next == writer->seq && writer->next_feed == writer->feed)
		return OMNI_OK;
	in[0] = omni__int(writer->number);
	in[1] = omni__int(writer->token);
	in[2] = omni__int(writer->seq);
	in[3] = omni__int(writer->next);
	in[4] = omni__int(writer->next_stamp);
	in[5] = omni__int(writer->next_feed);
	in[6] = omni__int(omni__clock(&db->env) + LEASE);
	status = omni__exec_count(db, &writer_save, in, 1, &changes);
	if (status != OMNI_OK || changes == 1)
		return status;
	/* The lease ran out and somebody took it: start over with another. */
	writer->lost = true;
	return omni__fail(&db->error, OMNI_BUSY,
	    "the lease of this handle's writer ended; try again");
}

void
omni__writer_committed(struct omni *db)
{
	struct omni__writer *writer = &db->writer;

	writer->seq = writer->next;
	writer->stamp = writer->next_stamp;
	writer->feed = writer->next_feed;
	writer->fresh = false;
}

omni_status
omni__writer_landed(struct omni *db, bool *landed)
{
	static const unsigned char none[16] = { 0 };
	struct omni__writer *writer = &db->writer;
	struct omni__value in[2] = {
		omni__int(writer->number), omni__blob(none, sizeof(none))
	};
	struct omni__result result;
	omni_status status = OMNI_OK;

	*landed = false;
	/* Nothing was numbered: doing it again is harmless. */
	if (writer->number == 0 || (writer->next == writer->seq &&
	    writer->next_feed == writer->feed))
		return OMNI_OK;
	if (writer->fresh)
		status = omni__exec(db, &writer_hold, in, 1);
	if (status == OMNI_OK)
		status = omni__query(db, &writer_seq, in, 1, &result);
	if (status != OMNI_OK)
		return status;
	*landed = result.count == 1 &&
	    result.values[0].number == writer->token &&
	    result.values[1].number == writer->next &&
	    result.values[2].number == writer->next_feed;
	return OMNI_OK;
}

void
omni__writer_doubt(struct omni *db)
{
	memset(&db->writer, 0, sizeof(db->writer));
}

void
omni__writer_return(struct omni *db)
{
	struct omni__writer *writer = &db->writer;
	struct omni__value in[2] = {
		omni__int(writer->number), omni__int(writer->token)
	};

	if (writer->number == 0)
		return;
	omni__arena_reset(&db->scratch);
	(void)omni__exec(db, &writer_return, in, 1);
}
