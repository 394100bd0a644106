# The programs in the EXAMPLES of the pages compile without a warning and run
# to the end in an empty directory.

status=0 count=0
for page in man/*.3; do
	name=$(basename "$page" .3)
	awk -f tests/gates/example.awk "$page" >"$TMPDIR/$name.c"
	grep -q '^main(' "$TMPDIR/$name.c" || {
		echo "$page: no program in EXAMPLES"
		status=1
		continue
	}
	"$CC" -std=c11 -Wall -Wextra -Wpedantic -Werror -Iinclude \
	    -o "$TMPDIR/$name" "$TMPDIR/$name.c" -L"$OMNI_BUILD" -lomni \
	    -Wl,-rpath,"$OMNI_BUILD" || {
		echo "$page: the example does not compile"
		status=1
		continue
	}
	mkdir "$TMPDIR/$name.run"
	(cd "$TMPDIR/$name.run" && timeout 60 "../$name") \
	    >"$TMPDIR/$name.out" 2>&1 || {
		echo "$page: the example failed:"
		cat "$TMPDIR/$name.out"
		status=1
	}
	count=$((count + 1))
done
echo "# $count programs"
[ $count -gt 0 ] && exit $status
