# The numbers of the header never change: no tool that reads debug information
# sees a renumbered #define.  A program prints all of them; the list beside
# it is what has been promised.  `make refresh-baselines` accepts new ones.

sh tests/gates/abi/constants >"$TMPDIR/constants" || exit 1
echo "# $(wc -l <"$TMPDIR/constants") constants"
diff tests/gates/abi/constants.txt "$TMPDIR/constants"
