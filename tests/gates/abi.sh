# The shared object still has the ABI of the committed baseline.  Any answer
# but 0 is a difference (4 is one that abidiff calls harmless and is not).

object=$OMNI_BUILD/libomni.so.0
# Without debug information abidiff sees no types and is always content.
readelf -SW "$object" | grep -q ' \.debug_info ' || {
	echo "$object has no .debug_info"
	exit 1
}
abidiff --headers-dir2 include --drop-private-types \
    tests/gates/abi/libomni.abi "$object"
status=$?
[ $status -eq 0 ] || {
	echo "abidiff: exit status $status"
	exit 1
}
