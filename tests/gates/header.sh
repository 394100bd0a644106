# Each header compiles alone, as C11 and as C++, with gcc and with clang.

status=0
for header in include/*.h; do
	name=$(basename "$header" .h)
	for language in c c++; do
		printf '#include "%s.h"\n%s\n' "$name" \
		    "extern int nothing; int nothing = OMNI_OK;" \
		    >"$TMPDIR/$name.$language"
	done
done
try()
{
	if command -v "$1" >/dev/null; then
		"$@" -Werror -Wall -Wextra -pedantic -Wconversion -Iinclude \
		    -fsyntax-only || status=1
	else
		echo "# no $1"
	fi
}
for compiler in gcc clang; do
	try $compiler -std=c11 "$TMPDIR"/*.c
	try $compiler -std=c2x "$TMPDIR"/*.c
done
for compiler in g++ clang++; do
	for standard in c++98 c++11 c++20; do
		try $compiler -std=$standard -Wno-long-long \
		    -x c++ "$TMPDIR"/*.c++
	done
done
exit $status
