# The same names everywhere: declared in the header, listed in the version
# script, described in a man page, exported by the shared object.

status=0
same()
{
	if ! diff "$TMPDIR/$1" "$TMPDIR/$2" >"$TMPDIR/diff"; then
		echo "$1 (<) and $2 (>) differ:"
		grep '^[<>]' "$TMPDIR/diff"
		status=1
	fi
}

awk -f tests/gates/names.awk include/omni.h | sort >"$TMPDIR/header"
test -s "$TMPDIR/header" || { echo "no declarations found"; exit 1; }
sed -n 's/^[[:space:]]*\(omni_[a-z0-9_]*\);$/\1/p' lib/libomni.map |
    sort >"$TMPDIR/map"
nm -D --defined-only "$OMNI_BUILD/libomni.so" |
    awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$TMPDIR/exports"
# The first name on a page may be that of its family.
for page in man/*.3; do
	sed -n '/^\.Nd/q; s/^\.Nm \(omni_[a-z0-9_]*\).*/\1/p' "$page" |
	    grep -vx "$(basename "$page" .3)"
	grep -qx "$(basename "$page" .3)" "$TMPDIR/header" &&
	    basename "$page" .3
done | sort >"$TMPDIR/names-in-man"
sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/{
    s/^\.Fo \(omni_[a-z0-9_]*\).*/\1/p
    s/^\.Fn \(omni_[a-z0-9_]*\).*/\1/p
    }' man/*.3 | sort -u >"$TMPDIR/synopses-in-man"

same header map
same header exports
same header names-in-man
same header synopses-in-man

grep -q '\*' lib/libomni.map && sed '/^\/\*/,/\*\//d' lib/libomni.map |
    grep '\*' | grep -vq '^[[:space:]]*\*;$' && {
	echo "libomni.map has a wildcard"
	status=1
}

# The module offers one function.
if [ -f "$OMNI_BUILD/libomni-postgres.so" ]; then
	offered=$(nm -D --defined-only "$OMNI_BUILD/libomni-postgres.so" |
	    awk '{ print $3 }' | sort | tr '\n' ' ')
	[ "$offered" = "omni_postgres_module " ] || {
		echo "libomni-postgres.so exports: $offered"
		status=1
	}
fi

# What is inside is named so.
nm -g --defined-only "$OMNI_BUILD/libomni.a" 2>/dev/null |
    awk 'NF == 3 && $3 !~ /^omni_/ { print $3 }' | grep . && {
	echo "libomni.a defines names that are not ours"
	status=1
}
echo "# $(wc -l <"$TMPDIR/header") calls"
exit $status
