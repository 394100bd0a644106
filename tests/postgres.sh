#!/bin/sh
# Runs a command beside a PostgreSQL server that exists only as long as the
# command does: its files lie in a directory of their own, its address is in
# OMNI_TEST_POSTGRES.
#
#	tests/postgres.sh [--durable] [--tcp] command [argument ...]
#
# --durable	as in earnest: fsync on (off is faster and enough for tests)
# --tcp		the address is a loopback port; else a socket in that directory
#
# The server runs as an ordinary user, since it refuses to be root.  Its text
# order is a language's own where ICU is built in, so that a missing COLLATE
# shows.

set -u

durable=off
tcp=no
while [ $# -gt 0 ]; do
	case $1 in
	--durable) durable=on ;;
	--tcp) tcp=yes ;;
	--) shift; break ;;
	-*) echo "postgres.sh: unknown option $1" >&2; exit 2 ;;
	*) break ;;
	esac
	shift
done
if [ $# -eq 0 ]; then
	echo "usage: postgres.sh [--durable] [--tcp] command ..." >&2
	exit 2
fi

# Debian keeps the programs of each version out of the path.
bin=
for candidate in /usr/lib/postgresql/*/bin; do
	[ -x "$candidate/postgres" ] && bin=$candidate
done
if [ -z "$bin" ] && command -v initdb >/dev/null; then
	bin=$(dirname "$(command -v initdb)")
fi
if [ -z "$bin" ]; then
	echo "postgres.sh: no PostgreSQL server is installed" >&2
	exit 69
fi

# Socket names are short (107 bytes), so not below a deep TMPDIR.
dir=$(mktemp -d /tmp/omni-pg.XXXXXX) || exit 1
if [ "$(id -u)" -eq 0 ]; then
	user=nobody
	id postgres >/dev/null 2>&1 && user=postgres
	chown "$user" "$dir"
	as="setpriv --reuid=$user --regid=$(id -g "$user") --clear-groups --"
else
	as=
fi

stop() {
	trap - EXIT HUP INT TERM
	# The server may have been frozen by a test.
	pid=$(head -n 1 "$dir/db/postmaster.pid" 2>/dev/null)
	[ -n "$pid" ] && kill -CONT "$pid" 2>/dev/null
	$as "$bin/pg_ctl" -D "$dir/db" -m immediate -w -t 20 stop \
	    >/dev/null 2>&1
	rm -rf "$dir"
}
trap stop EXIT
trap 'stop; exit 130' INT
trap 'stop; exit 143' HUP TERM

fail() {
	echo "postgres.sh: $1" >&2
	cat "$dir/log" "$dir/server.log" >&2 2>/dev/null
	exit 70
}

cd "$dir" || exit 1
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "$password" >"$dir/password"
chmod 600 "$dir/password"
[ -n "$as" ] && chown "$user" "$dir/password"
order=--locale=C
if "$bin/initdb" --help | grep -q icu-locale; then
	order='--locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US'
fi
# shellcheck disable=SC2086
$as "$bin/initdb" -D "$dir/db" -U omni -E UTF8 $order -N \
    --auth-local=trust --auth-host=scram-sha-256 \
    --pwfile="$dir/password" >"$dir/log" 2>&1 || fail "initdb failed"
cat >>"$dir/db/postgresql.conf" <<END
unix_socket_directories = '$dir'
unix_socket_permissions = 0700
listen_addresses = ''
fsync = $durable
synchronous_commit = $durable
full_page_writes = $durable
max_connections = 64
shared_buffers = '256MB'
max_wal_size = '4GB'
autovacuum_naptime = '10s'
END

# A port may be taken; another is tried.
attempt=0
while :; do
	port=5432
	if [ $tcp = yes ]; then
		port=$(($(od -An -N2 -tu2 /dev/urandom) % 20000 + 20000))
		echo "listen_addresses = '127.0.0.1'" >>"$dir/db/postgresql.conf"
	fi
	$as "$bin/pg_ctl" -D "$dir/db" -w -t 30 -l "$dir/server.log" \
	    -o "-p $port" start >/dev/null 2>&1 && break
	attempt=$((attempt + 1))
	[ $tcp = yes ] && [ $attempt -lt 5 ] || fail "the server does not start"
done
$as "$bin/createdb" -h "$dir" -p "$port" -U omni omni ||
    fail "the database cannot be made"

if [ $tcp = yes ]; then
	OMNI_TEST_POSTGRES="postgresql://omni:$password@127.0.0.1:$port/omni"
else
	OMNI_TEST_POSTGRES="postgresql:///omni?host=$dir&port=$port&user=omni"
fi
export OMNI_TEST_POSTGRES
cd "$OLDPWD" || exit 1
"$@"
