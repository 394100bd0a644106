# What a kiosk has to load: the stripped library stays under 600 KiB, and
# libpq comes only with its module.

status=0
strip -o "$TMPDIR/stripped" "$OMNI_BUILD/libomni.so" || exit 1
size=$(wc -c <"$TMPDIR/stripped")
echo "# libomni.so stripped: $size bytes"
[ "$size" -lt 614400 ] || { echo "too big: $size bytes"; status=1; }

needed=$(readelf -d "$OMNI_BUILD/libomni.so" |
    sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
echo "# needs" $needed
for library in $needed; do
	case $library in
	libc.* | libm.* | ld-linux* | libsqlite3.* | libutf8proc.* | \
	libjansson.* | libsodium.* | libcsv.* | libdl.* | libpthread.*) ;;
	*)	echo "libomni.so needs $library"
		status=1 ;;
	esac
done
readelf -d "$OMNI_BUILD/libomni.so" | grep -q 'SONAME.*\[libomni\.so\.0\]' || {
	echo "the SONAME is not libomni.so.0"
	status=1
}
# Full RELRO, and no executable stack.
readelf -d "$OMNI_BUILD/libomni.so" | grep -q 'BIND_NOW\|FLAGS.*NOW' || {
	echo "libomni.so binds lazily"
	status=1
}
readelf -lW "$OMNI_BUILD/libomni.so" | grep 'GNU_STACK' | grep -q 'RWE' && {
	echo "libomni.so has an executable stack"
	status=1
}
exit $status
