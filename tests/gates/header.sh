# The header compiles alone, as C11 and as C++, with gcc and with clang.

status=0
for language in c c++; do
	printf '#include "omni.h"\n%s\n' \
	    "extern int nothing; int nothing = OMNI_OK;" \
	    >"$TMPDIR/header.$language"
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
	try $compiler -std=c11 "$TMPDIR/header.c"
	try $compiler -std=c2x "$TMPDIR/header.c"
done
for compiler in g++ clang++; do
	for standard in c++98 c++11 c++20; do
		try $compiler -std=$standard -Wno-long-long \
		    -x c++ "$TMPDIR/header.c++"
	done
done
exit $status
