# Every page is clean mdoc, and what it says agrees with the header: the
# prototypes word by word, the tables of statuses and reasons row by row.

status=0
pages=$(ls man/*.[13]) || exit 1
# shellcheck disable=SC2086
mandoc -T lint -W warning $pages || status=1
"$PYTHON" tests/gates/man_agrees.py include/omni.h man/*.3 || status=1

# What an example needs is on the page that the reader holds.
for page in man/*.3; do
	for section in NAME LIBRARY SYNOPSIS DESCRIPTION 'RETURN VALUES' \
	    EXAMPLES ERRORS 'SEE ALSO' CAVEATS; do
		grep -q "^\\.Sh $section\$" "$page" || {
			echo "$page: no $section"
			status=1
		}
	done
done
for page in man/*.[13]; do
	grep -E '^\.Xr omni' "$page" | while read -r _ name section _; do
		cat "man/"*".$section" | grep -qE "^\\.Nm $name( |\$)" ||
		    echo "$page: refers to $name($section), which is not there"
	done
done | tee "$TMPDIR/lost"
test -s "$TMPDIR/lost" && status=1

# The command line's own list of commands and options is in its page.
"$OMNI_BUILD/omni" --help >"$TMPDIR/help" 2>&1
commands=$(sed -n 's/^    \([a-z][a-z]*\)\( .*\)*$/\1/p' "$TMPDIR/help")
[ -n "$commands" ] || { echo "omni --help lists no command"; status=1; }
for command in $commands; do
	grep -qE "^\.It Cm $command( |\$)" man/omni.1 ||
	    { echo "omni(1) lacks the command $command"; status=1; }
done
for option in $(grep -oE -- '--[a-z]+(-[a-z]+)*' "$TMPDIR/help" | sort -u); do
	grep -qE "Fl ${option#-}( |\$)" man/omni.1 ||
	    { echo "omni(1) lacks the option $option"; status=1; }
done
exit $status
