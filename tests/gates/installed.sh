# An installed tree is complete: a program elsewhere finds it by pkg-config,
# links it shared and static, runs; every call has its page; uninstalling
# leaves nothing behind.

root=$TMPDIR/root
prefix=/opt/omni
"$MAKE" -s BUILD="$OMNI_BUILD" PREFIX=$prefix DESTDIR="$root" install \
    >"$TMPDIR/log" 2>&1 || { tail -n 30 "$TMPDIR/log"; exit 1; }

status=0
PKG_CONFIG_PATH=$root$prefix/lib/pkgconfig
export PKG_CONFIG_PATH
# The tree is not where it will be: only our own paths move there.
omni()
{
	pkg-config "$@" omni | sed "s|$prefix|$root$prefix|g"
}
try()
{
	name=$1
	shift
	"$CC" -std=c11 -Wall -Wextra -Werror -o "$TMPDIR/$name" \
	    tests/consumer/consumer.c "$@" || return 1
	mkdir "$TMPDIR/$name.run"
	(cd "$TMPDIR/$name.run" && timeout 60 "$TMPDIR/$name")
}
# shellcheck disable=SC2046
try shared $(omni --cflags --libs) -Wl,-rpath,"$root$prefix/lib" ||
    { echo "the shared library does not serve"; status=1; }
# shellcheck disable=SC2046
try static $(omni --cflags) \
    $(omni --static --libs | sed 's|-lomni|-l:libomni.a|') ||
    { echo "the static library does not serve"; status=1; }
readelf -d "$TMPDIR/static" | grep -q 'NEEDED.*libomni' && {
	echo "the static program needs libomni.so"
	status=1
}
[ "$(omni --modversion)" = "$("$TMPDIR/shared" version)" ] || {
	echo "omni.pc and the library disagree about the version"
	status=1
}
"$root$prefix/bin/omni" -d "$TMPDIR/cli.db" init >/dev/null || {
	echo "the installed command line does not run"
	status=1
}
awk -f tests/gates/names.awk include/omni.h | while read -r name; do
	test -e "$root$prefix/share/man/man3/$name.3" ||
	    echo "no page installed for $name"
done >"$TMPDIR/pages"
cat "$TMPDIR/pages"
test -s "$TMPDIR/pages" && status=1

"$MAKE" -s BUILD="$OMNI_BUILD" PREFIX=$prefix DESTDIR="$root" uninstall
left=$(find "$root" ! -type d)
[ -z "$left" ] || { echo "left behind:"; echo "$left"; status=1; }
exit $status
