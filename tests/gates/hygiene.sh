# What the repository must not hold: paths of somebody's machine, binaries,
# blanks at the end of a line, things left for later.

status=0
command -v git >/dev/null && git rev-parse --git-dir >/dev/null 2>&1 ||
    { echo "not a git checkout"; exit 77; }

bad()
{
	[ -z "$2" ] || { echo "$1:"; echo "$2"; status=1; }
}
bad "paths of a machine" "$(git grep -nIE \
    '(^|[^[:alnum:]_.])/(home|root|work|Users)/' -- \
    ':!tests/gates/hygiene.sh')"
bad "binary files" "$(git ls-files -z | xargs -0 -r grep -LIz . -- \
    2>/dev/null | while read -r f; do
	test -s "$f" && ! echo "$f" | grep -q '^tests/fuzz/corpus/' &&
	    echo "$f"; done)"
bad "left for later" "$(git grep -nIE '\b(TODO|FIXME|XXX)\b' -- \
    lib include examples tests man ':!tests/gates/hygiene.sh')"
bad "blanks at the end" "$(git grep -nIE '[[:blank:]]+$' -- \
    '*.c' '*.h' '*.sh' '*.py' '*.[13]' Makefile | head -n 20)"
# Not every awk counts characters; what follows a character's first byte is
# left out instead.
bad "lines over 80 columns" "$(git ls-files 'lib/*.[ch]' 'include/*.h' \
    'examples/*.c' | grep -v '_table\.h$' | while read -r f; do
	LC_ALL=C tr -d '\200-\277' <"$f" | expand | LC_ALL=C awk -v f="$f" \
	    'length($0) > 80 { print f ":" FNR }'; done | head -n 20)"
bad "no comment at its head" "$(git ls-files 'lib/*.[ch]' 'include/*.h' \
    'examples/*.c' 'tests/*.c' | while read -r f; do
	head -n 1 "$f" | grep -q '^/\*' || echo "$f"; done)"
exit $status
