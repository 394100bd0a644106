/*
 * A network that hangs up: a thread that stands between libomni and the
 * server, hands on what comes, and cuts the line at the n-th piece in either
 * direction, before it, within it or just behind it.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fault.h"

#define LINES 8

/* Only the proxy's thread touches what is not atomic. */
static struct {
	atomic_bool running, armed, for_good, fired;
	atomic_ullong at, count;
	pthread_t thread;
	int listener;
	in_port_t port;
	union {
		struct sockaddr any;
		struct sockaddr_un local;
		struct sockaddr_in remote;
	} server;
	socklen_t server_size;
	int ends[LINES][2];		/* the client's and the server's */
} proxy;

/* ---- cutting -------------------------------------------------------- */

static bool
down(void)
{
	return atomic_load(&proxy.armed) && atomic_load(&proxy.for_good) &&
	    atomic_load(&proxy.fired);
}

/* Is this the piece? */
static bool
cuts(unsigned long long *at)
{
	if (!atomic_load(&proxy.armed) || atomic_load(&proxy.fired))
		return false;
	*at = atomic_load(&proxy.at);
	if (atomic_fetch_add(&proxy.count, 1) + 1 != *at)
		return false;
	atomic_store(&proxy.fired, true);
	return true;
}

static void
hang_up(int line)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (proxy.ends[line][i] != -1)
			(void)close(proxy.ends[line][i]);
		proxy.ends[line][i] = -1;
	}
}

static void
hang_up_all(void)
{
	int i;

	for (i = 0; i < LINES; i++)
		hang_up(i);
}

/* ---- handing on ----------------------------------------------------- */

static void
send_all(int to, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(to, bytes, size, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		bytes += sent;
		size -= (size_t)sent;
	}
}

static void
hand_on(int line, int from)
{
	char bytes[65536];
	unsigned long long at;
	ssize_t size = recv(proxy.ends[line][from], bytes, sizeof(bytes), 0);

	if (size <= 0) {
		hang_up(line);
		return;
	}
	if (!cuts(&at)) {
		send_all(proxy.ends[line][1 - from], bytes, (size_t)size);
		return;
	}
	/* What arrived may count although its answer never comes. */
	send_all(proxy.ends[line][1 - from], bytes,
	    (size_t)size * (at % 3) / 2);
	if (atomic_load(&proxy.for_good))
		hang_up_all();
	else
		hang_up(line);
}

static void
take_call(void)
{
	int client = accept4(proxy.listener, NULL, NULL, SOCK_CLOEXEC), i;

	for (i = 0; i < LINES && proxy.ends[i][0] != -1; i++)
		;
	if (client == -1)
		return;
	if (i == LINES || down()) {
		(void)close(client);
		return;
	}
	proxy.ends[i][0] = client;
	proxy.ends[i][1] = socket(proxy.server.any.sa_family,
	    SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (proxy.ends[i][1] == -1 || connect(proxy.ends[i][1],
	    &proxy.server.any, proxy.server_size) != 0)
		hang_up(i);
}

static void *
run(void *unused)
{
	struct pollfd polled[1 + 2 * LINES];
	int i, end;

	(void)unused;
	while (atomic_load(&proxy.running)) {
		polled[0] = (struct pollfd){ proxy.listener, POLLIN, 0 };
		for (i = 0; i < 2 * LINES; i++)
			polled[1 + i] = (struct pollfd){
			    proxy.ends[i / 2][i % 2], POLLIN, 0 };
		if (poll(polled, 1 + 2 * LINES, 50) <= 0)
			continue;
		for (i = 0; i < LINES; i++)
			for (end = 0; end < 2; end++)
				if (polled[1 + 2 * i + end].revents != 0 &&
				    proxy.ends[i][end] != -1)
					hand_on(i, end);
		if (polled[0].revents != 0)
			take_call();
	}
	hang_up_all();
	return NULL;
}

/* ---- where the server is -------------------------------------------- */

/* The value of a parameter of the URL; "" without. */
static void
url_value(const char *url, const char *name, char *out, size_t size)
{
	const char *at = strstr(url, name);

	out[0] = '\0';
	if (at != NULL)
		(void)snprintf(out, size, "%.*s",
		    (int)strcspn(at + strlen(name), "&"), at + strlen(name));
}

/* "postgresql://USER@HOST:PORT/NAME", HOST being this machine. */
static void
server_by_port(struct harness *h)
{
	char *at = strchr(h->url, '@'), *colon, *slash, rest[300];

	assert_non_null(at);
	colon = strchr(at, ':');
	assert_non_null(colon);
	slash = strchr(colon, '/');
	assert_non_null(slash);
	proxy.server.remote.sin_family = AF_INET;
	proxy.server.remote.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	proxy.server.remote.sin_port = htons((uint16_t)strtoul(colon + 1,
	    NULL, 10));
	proxy.server_size = sizeof(proxy.server.remote);
	(void)snprintf(rest, sizeof(rest), "%s", slash);
	(void)snprintf(at, sizeof(h->url) - (size_t)(at - h->url),
	    "@127.0.0.1:%u%s", (unsigned)ntohs(proxy.port), rest);
}

/* "postgresql:///NAME?host=DIRECTORY&port=PORT&user=USER". */
static void
server_by_socket(struct harness *h)
{
	char directory[80], port[16], user[64], name[256];

	url_value(h->url, "host=", directory, sizeof(directory));
	url_value(h->url, "port=", port, sizeof(port));
	url_value(h->url, "user=", user, sizeof(user));
	assert_true(directory[0] != '\0' && port[0] != '\0');
	proxy.server.local.sun_family = AF_UNIX;
	(void)snprintf(proxy.server.local.sun_path,
	    sizeof(proxy.server.local.sun_path), "%s/.s.PGSQL.%s", directory,
	    port);
	proxy.server_size = sizeof(proxy.server.local);
	(void)snprintf(name, sizeof(name), "%s", h->made);
	(void)snprintf(h->url, sizeof(h->url),
	    "postgresql://%s@127.0.0.1:%u/%s", user,
	    (unsigned)ntohs(proxy.port), name);
}

static void
listen_somewhere(void)
{
	struct sockaddr_in own = { .sin_family = AF_INET };
	socklen_t size = sizeof(own);

	own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	proxy.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(proxy.listener != -1);
	assert_int_equal(bind(proxy.listener, (struct sockaddr *)(void *)&own,
	    sizeof(own)), 0);
	assert_int_equal(listen(proxy.listener, LINES), 0);
	assert_int_equal(getsockname(proxy.listener,
	    (struct sockaddr *)(void *)&own, &size), 0);
	proxy.port = own.sin_port;
}

void
fault_network_insert(struct harness *h)
{
	memset(proxy.ends, 0xff, sizeof(proxy.ends));
	listen_somewhere();
	if (strstr(h->url, "host=") != NULL)
		server_by_socket(h);
	else
		server_by_port(h);
	atomic_store(&proxy.running, true);
	assert_int_equal(pthread_create(&proxy.thread, NULL, run, NULL), 0);
}

void
fault_network_remove(void)
{
	if (!atomic_exchange(&proxy.running, false))
		return;
	(void)pthread_join(proxy.thread, NULL);
	(void)close(proxy.listener);
}

/* ---- the faults ----------------------------------------------------- */

static void
arm(uint64_t n, bool for_good)
{
	atomic_store(&proxy.at, n);
	atomic_store(&proxy.count, 0);
	atomic_store(&proxy.for_good, for_good);
	atomic_store(&proxy.fired, false);
	atomic_store(&proxy.armed, true);
}

static void
arm_once(uint64_t n)
{
	arm(n, false);
}

static void
arm_gone(uint64_t n)
{
	arm(n, true);
}

static bool
disarm(void)
{
	atomic_store(&proxy.armed, false);
	return atomic_load(&proxy.fired);
}

static bool
fits(omni_status status)
{
	return status == OMNI_UNREACHABLE;
}

const struct fault fault_network_once = {
	.name = "the line is cut", .arm = arm_once, .disarm = disarm,
	.fits = fits, .uncertain = true,
};

const struct fault fault_network_gone = {
	.name = "the line stays cut", .arm = arm_gone, .disarm = disarm,
	.fits = fits, .uncertain = true,
};
