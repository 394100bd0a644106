/*
 * Talking to the server without ever waiting for longer than was allowed,
 * or after an interrupt.
 *
 * Both end the connection: asking the server to cancel (PQcancel) waits for
 * it without limit, which is what must not happen.  The server looks after
 * its client once a second while it works and gives up when that has gone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "store/postgres_store.h"

int64_t
omni__postgres_now(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

omni_status
omni__postgres_wait(struct omni__store *store, short events, int64_t until,
    short *ready)
{
	struct pollfd at[2] = {
		{ .fd = PQsocket(store->conn), .events = events },
		{ .fd = store->wake, .events = POLLIN },
	};
	uint64_t woken;
	int count;

	do {
		int64_t left = until - omni__postgres_now();

		if (atomic_load(&store->interrupted))
			return OMNI_INTERRUPTED;
		if (left <= 0)
			return OMNI_UNREACHABLE;
		count = poll(at, 2, left > 60000 ? 60000 : (int)left);
		/* A late sign of an interrupt that was taken back. */
		if (count > 0 && at[1].revents != 0 &&
		    !atomic_load(&store->interrupted))
			(void)!read(store->wake, &woken, sizeof(woken));
	} while (count == 0 || (count < 0 && errno == EINTR) ||
	    (count > 0 && at[0].revents == 0));
	*ready = at[0].revents;
	/* An error on the socket is libpq's to find by reading. */
	return OMNI_OK;
}

/* Why a wait ended, as an error; the connection is no more. */
static omni_status
give_up(struct omni__store *store, omni_status why, int32_t patience,
    struct omni__error *error)
{
	omni__postgres_drop(store);
	if (why == OMNI_INTERRUPTED)
		return omni__fail(error, OMNI_INTERRUPTED, "interrupted");
	/* Another host may answer. */
	store->retriable = store->hosts > 1;
	store->host = (store->host + 1) % store->hosts;
	return omni__fail(error, OMNI_UNREACHABLE,
	    "the database server has not answered for %ld milliseconds",
	    (long)patience);
}

/* Sends what is left and reads until a result can be taken. */
static omni_status
pump(struct omni__store *store, int32_t patience, struct omni__error *error)
{
	int64_t until = omni__postgres_now() + patience;
	int unsent = PQflush(store->conn);

	while (unsent > 0 || (unsent == 0 && PQisBusy(store->conn))) {
		short ready = 0;
		omni_status status = omni__postgres_wait(store,
		    unsent > 0 ? POLLIN | POLLOUT : POLLIN, until, &ready);

		if (status != OMNI_OK)
			return give_up(store, status, patience, error);
		if ((ready & ~POLLOUT) != 0) {
			if (!PQconsumeInput(store->conn))
				return omni__postgres_lost(store, error);
			until = omni__postgres_now() + patience;
		}
		if (unsent > 0)
			unsent = PQflush(store->conn);
	}
	if (unsent < 0)
		return omni__postgres_lost(store, error);
	return OMNI_OK;
}

static bool
failed(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
}

omni_status
omni__postgres_answer(struct omni__store *store, int32_t patience,
    PGresult **out, struct omni__error *error)
{
	PGresult *kept = NULL, *result;
	omni_status status;

	*out = NULL;
	for (;;) {
		status = pump(store, patience, error);
		if (status != OMNI_OK)
			break;
		result = PQgetResult(store->conn);
		if (result == NULL)
			break;
		if (kept != NULL && failed(kept))
			PQclear(result);
		else {
			PQclear(kept);
			kept = result;
		}
	}
	if (status == OMNI_OK && kept == NULL)
		status = omni__postgres_lost(store, error);
	else if (status == OMNI_OK && failed(kept))
		status = omni__postgres_fail(store, kept, error);
	if (status != OMNI_OK) {
		PQclear(kept);
		return status;
	}
	*out = kept;
	return OMNI_OK;
}

omni_status
omni__postgres_exec(struct omni__store *store, const char *sql,
    PGresult **out, struct omni__error *error)
{
	PGresult *result;
	omni_status status;

	if (store->conn == NULL || !PQsendQuery(store->conn, sql))
		return omni__postgres_lost(store, error);
	status = omni__postgres_answer(store, store->timeout, &result, error);
	if (out != NULL)
		*out = result;
	else
		PQclear(result);
	return status;
}
