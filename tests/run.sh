#!/bin/sh
# Runs test programs one after the other, each within a time limit and in a
# scratch directory of its own, and sums up what cmocka printed.  The last
# line is "N passed, N failed" (", N skipped" when there are).
#
# usage: tests/run.sh PROGRAM...

limit=${TEST_SECONDS:-900}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

passed=0 failed=0 skipped=0

# Sums the number N of lines like "[  PASSED  ] N test(s)".
sum()
{
	awk -v word="$1" '
	    $0 ~ "^\\[ +" word " +\\] [0-9]+ test\\(s\\)" {
		sub(/^[^]]*\] */, ""); n += $1
	    }
	    END { print n + 0 }' "$log"
}

run()
{
	case $1 in
	*.py)	timeout -k 5 "$limit" "${PYTHON:-python3}" "$1" ;;
	/*)	timeout -k 5 "$limit" "$1" ;;
	*)	timeout -k 5 "$limit" "./$1" ;;
	esac
}

for program; do
	name=$(basename "$program")
	log=$scratch/$name.log
	mkdir "$scratch/$name"
	began=$(date +%s)
	TMPDIR=$scratch/$name run "$program" >"$log" 2>&1 </dev/null
	status=$?
	took=$(($(date +%s) - began))

	good=$(sum PASSED) bad=$(sum FAILED) left=$(sum SKIPPED)
	# A program without cmocka is one test.
	if [ $((good + bad + left)) -eq 0 ] && [ $status -eq 0 ]; then
		good=1
	fi
	# A crash, a time limit or a failed fixture counts, too.
	if [ $status -ne 0 ] && [ "$bad" -eq 0 ]; then
		bad=1
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
	skipped=$((skipped + left))

	if [ "$bad" -eq 0 ]; then
		echo "ok      $name: $good passed, $left skipped ($took s)"
		grep '^# ' "$log"
	else
		echo "FAILED  $name: $bad failed, exit status $status ($took s)"
		# First what failed, then how it ended.
		grep -E '^\[ +(ERROR|LINE|FAILED) |runtime error|SUMMARY:' \
		    "$log" | head -n 100 | sed 's/^/	/'
		grep -vE '^\[ +(RUN|OK|ERROR|LINE|FAILED) ' "$log" |
		    tail -n 60 | sed 's/^/	/'
	fi
	rm -rf "${scratch:?}/$name"
done

summary="$passed passed, $failed failed"
[ $skipped -eq 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
