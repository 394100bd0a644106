# No function of the library is longer than 100 lines; prints how long they
# are.  A definition begins with its name in the first column and ends with a
# brace there.

awk '
    FNR == 1 { name = "" }
    /^[a-z_][a-z0-9_]*\(/ && !/;$/ { name = $0; sub(/\(.*/, "", name) }
    /^\{/ && name != "" { start = FNR }
    /^\}/ && start {
	length_ = FNR - start + 1
	print length_, FILENAME ":" start, name
	start = 0; name = ""
    }' lib/*/*.c | sort -n >"$TMPDIR/lengths"
count=$(wc -l <"$TMPDIR/lengths")
[ "$count" -gt 0 ] || { echo "no functions found"; exit 1; }
at()
{
	sed -n "$(((count * $1 + 99) / 100))p" "$TMPDIR/lengths" | cut -d' ' -f1
}
echo "# $count functions: median $(at 50), 90th percentile $(at 90), longest" \
    "$(tail -n 1 "$TMPDIR/lengths")"
long=$(awk '$1 > 100' "$TMPDIR/lengths")
[ -z "$long" ] || { echo "too long:"; echo "$long"; exit 1; }
