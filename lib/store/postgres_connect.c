/*
 * Connections.  One host at a time and each with a deadline: libpq's own
 * walk over several hosts never leaves one that accepts and then hangs.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "store/postgres_store.h"

/* Keywords that we add, and the NULL at the end. */
#define OWN_KEYWORDS 8
#define KEYWORDS_MAX 96

/* ---- the URL -------------------------------------------------------- */

static const char *
url_value(const struct omni__store *store, const char *keyword)
{
	const PQconninfoOption *option;

	for (option = store->url; option->keyword != NULL; option++)
		if (strcmp(option->keyword, keyword) == 0)
			return option->val != NULL && option->val[0] != '\0' ?
			    option->val : NULL;
	return NULL;
}

static size_t
list_count(const char *list)
{
	size_t count = 1;

	if (list == NULL)
		return 1;
	for (; *list != '\0'; list++)
		count += *list == ',';
	return count;
}

/* The i-th of a list with commas; a list of one stands for all. */
static const char *
list_item(const char *list, size_t i, char *out, size_t size)
{
	size_t length;

	if (list == NULL)
		return NULL;
	if (list_count(list) == 1)
		i = 0;
	for (; i > 0; i--)
		list += strcspn(list, ",") + 1;
	length = strcspn(list, ",");
	if (length >= size)
		length = size - 1;
	memcpy(out, list, length);
	out[length] = '\0';
	return out;
}

omni_status
omni__postgres_parse(struct omni__store *store, const char *url,
    struct omni__error *error)
{
	char *why = NULL, line[200];
	const PQconninfoOption *option;
	size_t keywords = 0, hosts, addresses;

	store->url = PQconninfoParse(url, &why);
	if (store->url == NULL) {
		if (why == NULL)
			return omni__nomem(error);
		omni__postgres_line(line, sizeof(line), why);
		PQfreemem(why);
		return omni__fail(error, OMNI_INVALID,
		    "the URL of the database server: %s", line);
	}
	for (option = store->url; option->keyword != NULL; option++)
		keywords++;
	if (keywords + OWN_KEYWORDS > KEYWORDS_MAX)
		return omni__fail(error, OMNI_UNSUPPORTED,
		    "this libpq knows more settings than expected");
	hosts = list_count(url_value(store, "host"));
	addresses = list_count(url_value(store, "hostaddr"));
	store->hosts = hosts > addresses ? hosts : addresses;
	return OMNI_OK;
}

/* ---- one attempt ---------------------------------------------------- */

struct keywords {
	const char *names[KEYWORDS_MAX];
	const char *values[KEYWORDS_MAX];
	size_t count;
	char host[1024], address[128], port[16], patience[24];
};

static void
keyword_add(struct keywords *all, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	all->names[all->count] = name;
	all->values[all->count++] = value;
}

static bool
is_ours(const char *keyword)
{
	static const char *const ours[] = {
		"host", "hostaddr", "port", "client_encoding",
	};
	size_t i;

	for (i = 0; i < OMNI__COUNT(ours); i++)
		if (strcmp(keyword, ours[i]) == 0)
			return true;
	return false;
}

/* The URL's settings, for the host in question alone. */
static void
keywords_for(const struct omni__store *store, size_t host,
    struct keywords *all)
{
	const PQconninfoOption *option;

	all->count = 0;
	/* The first of two equal keywords would lose. */
	(void)snprintf(all->patience, sizeof(all->patience), "%ld",
	    (long)store->timeout);
	keyword_add(all, "tcp_user_timeout", all->patience);
	for (option = store->url; option->keyword != NULL; option++)
		if (!is_ours(option->keyword))
			keyword_add(all, option->keyword, option->val);
	keyword_add(all, "host", list_item(url_value(store, "host"), host,
	    all->host, sizeof(all->host)));
	keyword_add(all, "hostaddr", list_item(url_value(store, "hostaddr"),
	    host, all->address, sizeof(all->address)));
	keyword_add(all, "port", list_item(url_value(store, "port"), host,
	    all->port, sizeof(all->port)));
	keyword_add(all, "client_encoding", "UTF8");
	keyword_add(all, "fallback_application_name", "libomni");
	all->names[all->count] = NULL;
	all->values[all->count] = NULL;
}

static void
on_notice(void *user, const char *text)
{
	const struct omni__store *store = user;
	char line[300];

	omni__postgres_line(line, sizeof(line), text);
	omni__log(store->env, OMNI_LOG_NOTICE, "database server: %s", line);
}

static omni_status
connect_failed(struct omni__store *store, struct omni__error *error)
{
	const char *text = PQerrorMessage(store->conn);
	omni_status status = OMNI_UNREACHABLE;
	char line[300];

	/* No SQLSTATE is kept of a refused connection. */
	if (strstr(text, "FATAL:  database \"") != NULL &&
	    strstr(text, "does not exist") != NULL)
		status = OMNI_MISSING;
	omni__postgres_line(line, sizeof(line), text);
	omni__postgres_drop(store);
	return omni__fail(error, status, "%s", line);
}

static omni_status
connect_wait(struct omni__store *store, int64_t until,
    struct omni__error *error)
{
	PostgresPollingStatusType next = PGRES_POLLING_WRITING;
	omni_status status;
	short ready;

	while (next == PGRES_POLLING_READING ||
	    next == PGRES_POLLING_WRITING) {
		status = omni__postgres_wait(store,
		    next == PGRES_POLLING_READING ? POLLIN : POLLOUT, until,
		    &ready);
		if (status == OMNI_INTERRUPTED) {
			omni__postgres_drop(store);
			return omni__fail(error, status, "interrupted");
		}
		if (status != OMNI_OK) {
			const char *host = PQhost(store->conn);

			(void)omni__fail(error, status,
			    "the database server%s%s does not answer",
			    host != NULL ? " at " : "",
			    host != NULL ? host : "");
			omni__postgres_drop(store);
			return status;
		}
		next = PQconnectPoll(store->conn);
	}
	return next == PGRES_POLLING_OK ? OMNI_OK :
	    connect_failed(store, error);
}

static omni_status
connect_to(struct omni__store *store, size_t host, int64_t until,
    struct omni__error *error)
{
	struct keywords all;
	omni_status status;

	keywords_for(store, host, &all);
	store->conn = PQconnectStartParams(all.names, all.values, 0);
	if (store->conn == NULL)
		return omni__nomem(error);
	(void)PQsetNoticeProcessor(store->conn, on_notice, store);
	if (PQstatus(store->conn) == CONNECTION_BAD)
		return connect_failed(store, error);
	status = connect_wait(store, until, error);
	if (status != OMNI_OK)
		return status;
	if (PQsetnonblocking(store->conn, 1) != 0)
		return omni__postgres_lost(store, error);
	return OMNI_OK;
}

/* ---- the session ---------------------------------------------------- */

/*
 * Only settings that the server knows are set, and synchronous_commit only
 * where it is off: anything stronger is the server's own choice.  jit costs
 * more than our statements, and so does planning them anew for each batch:
 * every plan is a walk of the parameter rows through an index.
 */
static const char session[] =
    "SELECT set_config(s.name, v.value, false)"
    " FROM (VALUES"
    " ('lock_timeout', '%ld'),"
    " ('client_min_messages', 'warning'),"
    " ('jit', 'off'),"
    " ('plan_cache_mode', 'force_generic_plan'),"
    " ('synchronous_commit', '%s'),"
    " ('default_transaction_read_only', '%s')"
    ") AS v (name, value) JOIN pg_settings AS s ON s.name = v.name"
    " WHERE s.name <> 'synchronous_commit' OR v.value = 'off'"
    " OR s.setting = 'off'";

/* So that the server notices that we are gone; not every system can. */
static const char look_after[] =
    "SET client_connection_check_interval = '1s'";

static omni_status
set_session(struct omni__store *store, struct omni__error *error)
{
	struct omni__error ignored = { .status = OMNI_OK };
	char sql[sizeof(session) + 64];
	omni_status status;

	/* The server gives up a lock before we give up the server. */
	(void)snprintf(sql, sizeof(sql), session,
	    (long)(store->timeout - store->timeout / 8),
	    store->durability == OMNI_DURABLE_NORMAL ? "off" : "on",
	    store->mode == OMNI_MODE_READONLY ? "on" : "off");
	status = omni__postgres_exec(store, sql, NULL, error);
	if (status != OMNI_OK)
		return status;
	(void)omni__postgres_exec(store, look_after, NULL, &ignored);
	if (store->conn == NULL)
		return omni__fail(error, ignored.status, "%s", ignored.text);
	return OMNI_OK;
}

omni_status
omni__postgres_connect(struct omni__store *store, struct omni__error *error)
{
	int64_t end = omni__postgres_now() + store->timeout;
	omni_status status = OMNI_UNREACHABLE;
	size_t i;

	if (store->conn != NULL)
		return OMNI_OK;
	for (i = 0; i < store->hosts; i++) {
		size_t host = (store->host + i) % store->hosts;
		int64_t now = omni__postgres_now();

		status = connect_to(store, host,
		    now + (end - now) / (int64_t)(store->hosts - i), error);
		if (status == OMNI_OK)
			status = set_session(store, error);
		if (status == OMNI_OK) {
			store->host = host;
			omni__error_clear(error);
			break;
		}
		omni__postgres_drop(store);
		if (status == OMNI_INTERRUPTED || status == OMNI_NOMEM)
			break;
	}
	store->retriable = false;
	return status;
}

void
omni__postgres_drop(struct omni__store *store)
{
	if (store->conn == NULL)
		return;
	PQfinish(store->conn);
	store->conn = NULL;
	store->generation++;
}
