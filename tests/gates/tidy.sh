# clang-tidy finds nothing; which checks, and why, is in .clang-tidy.

flags="-std=c11 -Iinclude -Ilib $(pkg-config --cflags sqlite3 libpq \
    libutf8proc jansson libsodium)"
# shellcheck disable=SC2086
find lib examples -name '*.c' | sort | xargs -P2 -n6 sh -c '
	clang-tidy --quiet "$@" -- '"$flags"' 2>/dev/null || {
		echo "clang-tidy is not content with one of: $*"; exit 1; }' \
    tidy >"$TMPDIR/log" 2>&1
status=$?
grep -E 'warning:|error:|not content' "$TMPDIR/log"
exit $status
