# The tests run clean with ASan and UBSan, the ones with threads with TSan.
# A sanitized build lies beside the plain one and is only brought up to date.

status=0
with()
{
	"$MAKE" -j2 BUILD="$OMNI_BUILD" SANITIZE="$1" CFLAGS='-O1 -g' \
	    CXXFLAGS='-O1 -g' all tests \
	    >"$TMPDIR/log" 2>&1 || { tail -n 40 "$TMPDIR/log"; exit 1; }
	directory=$OMNI_BUILD/sanitize-$(echo "$1" | tr , -)
}
# Everything on SQLite; what is different on a server, there, too.
run()
{
	OMNI_BUILD=$directory tests/run.sh "$@" || status=1
}
run_on_server()
{
	test -x tests/postgres.sh || return
	OMNI_BUILD=$directory tests/postgres.sh tests/run.sh "$@" || status=1
}

ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
UBSAN_OPTIONS=print_stacktrace=1
TSAN_OPTIONS=halt_on_error=1
export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS

with address,undefined
# The one that takes as long as all others runs beside them, at every second
# point, another half each time; without sanitizers it takes all of them.
longest=$directory/tests/test_fault_memory
others=
for program in "$directory"/tests/test_*; do
	[ "$program" = "$longest" ] || others="$others $program"
done
OMNI_FAULT_STRIDE=2 OMNI_BUILD=$directory \
    tests/run.sh "$longest" >"$TMPDIR/longest" 2>&1 &
beside=$!
# shellcheck disable=SC2086
run $others
run_on_server "$directory/tests/test_store"

# The same from Python, whose interpreter needs the run time beforehand and
# leaks by design.
library=$(gcc -print-file-name=libasan.so)
interpreter=$("$PYTHON" -c 'import sys; print(sys.executable)')
if [ "$("$CC" -dumpversion)" = "$(gcc -dumpversion)" ]; then
	LD_PRELOAD=$library ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 \
	    OMNI_BUILD=$directory PYTHONDONTWRITEBYTECODE=1 \
	    timeout 300 "$interpreter" tests/python/smoke.py \
	    >"$TMPDIR/python" 2>&1 || {
		tail -n 60 "$TMPDIR/python"
		status=1
	}
fi

with thread
threaded=
for source in tests/test_*.c; do
	grep -q pthread_create "$source" &&
	    threaded="$threaded $directory/tests/$(basename "$source" .c)"
done
[ -n "$threaded" ] || { echo "no test uses threads"; exit 1; }
# shellcheck disable=SC2086
run $threaded
wait "$beside" || status=1
cat "$TMPDIR/longest"
exit $status
