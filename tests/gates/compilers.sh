# Both compilers build everything, the tests included, without a warning.

status=0
for compiler in gcc clang; do
	command -v $compiler >/dev/null || { echo "no $compiler"; exit 1; }
	"$MAKE" -j2 CC=$compiler CFLAGS='-O2 -Werror' \
	    BUILD="$TMPDIR/$compiler" all tests benches \
	    >"$TMPDIR/log" 2>&1 || {
		grep -E 'error:|warning:|\*\*\*' "$TMPDIR/log" | head -n 60
		status=1
	}
done
exit $status
