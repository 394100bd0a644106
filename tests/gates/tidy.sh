# clang-tidy finds nothing; which checks, and why, is in .clang-tidy.
# error.c is what analyzer.h stands for.

flags="-std=c11 -Iinclude -Ilib -Wno-unused-function \
    -include tests/gates/analyzer.h $(pkg-config --cflags sqlite3 libpq \
    libutf8proc jansson libsodium)"
# shellcheck disable=SC2086
find lib examples -name '*.c' ! -path lib/base/error.c \
    ! -path lib/store/db.c | sort | xargs -P2 -n6 sh -c '
	clang-tidy --quiet "$@" -- '"$flags"' 2>/dev/null || {
		echo "clang-tidy is not content with one of: $*"; exit 1; }' \
    tidy >"$TMPDIR/log" 2>&1
status=$?
# shellcheck disable=SC2086
clang-tidy --quiet lib/store/db.c -- $flags -DLEAVE_IS_HERE \
    >>"$TMPDIR/log" 2>/dev/null || status=1
grep -E 'warning:|error:|not content' "$TMPDIR/log"
exit $status
