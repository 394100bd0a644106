# The small tests run clean under valgrind, which sees what a sanitizer of
# our own code does not: bytes never written that reach the disk, and what
# the libraries below do with our memory.

status=0 count=0
for name in test_text test_likeness test_phone test_consent; do
	program=$OMNI_BUILD/tests/$name
	test -x "$program" || continue
	timeout 300 valgrind -q --leak-check=full --error-exitcode=99 \
	    --errors-for-leak-kinds=definite --trace-children=no \
	    "$program" >"$TMPDIR/log" 2>&1 || {
		echo "$name: exit status $?"
		grep -E '^==|FAILED|ERROR' "$TMPDIR/log" | head -n 60
		status=1
	}
	count=$((count + 1))
done
# The whole library once, from the outside.
for page in omni omni_batch omni_route; do
	awk -f tests/gates/example.awk "man/$page.3" >"$TMPDIR/$page.c"
	"$CC" -g -std=c11 -Iinclude -o "$TMPDIR/$page" "$TMPDIR/$page.c" \
	    -L"$OMNI_BUILD" -lomni -Wl,-rpath,"$OMNI_BUILD" || exit 1
	mkdir "$TMPDIR/$page.run"
	(cd "$TMPDIR/$page.run" && timeout 300 valgrind -q --leak-check=full \
	    --error-exitcode=99 --errors-for-leak-kinds=definite \
	    "$TMPDIR/$page") >"$TMPDIR/log" 2>&1 || {
		echo "$page(3), example: exit status $?"
		grep '^==' "$TMPDIR/log" | head -n 60
		status=1
	}
	count=$((count + 1))
done
echo "# $count programs"
exit $status
