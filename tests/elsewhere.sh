#!/bin/sh
# The same bits elsewhere: resolves the sample and made-up people on other
# machines (arm64, and s390x, which keeps its bytes the other way round) under
# qemu, and with other compilers here, and compares what each prints.
#
# usage: elsewhere.sh BUILD [RECORDS]	(`make elsewhere`)
#
# Needs qemu-user-static, gcc-aarch64-linux-gnu, gcc-s390x-linux-gnu and, in
# OMNI_ROOTS (BUILD/roots), the foreign libraries:
#
#	dpkg --add-architecture arm64; dpkg --add-architecture s390x
#	apt-get update; cd BUILD/roots/arm64 (s390x)
#	apt-get download libsqlite3-dev:arm64 libutf8proc-dev:arm64 \
#	    libjansson-dev:arm64 libsodium-dev:arm64 libcsv-dev:arm64
#	for p in *.deb; do dpkg-deb -x $p .; done
#
# A machine for which something is missing is skipped with a word.

set -eu

build=$1
records=${2:-3000}
roots=${OMNI_ROOTS:-$build/roots}
out=$build/elsewhere
tree=$(cd "$(dirname "$0")/.." && pwd)
cd "$tree"
mkdir -p "$out"

# What speaks to servers stays out: this is about what is computed.
sources=$(ls lib/*/*.c | grep -v '/postgres_\|/store_postgres')
sources="$sources tests/elsewhere.c tests/harness_sheet.c"

people=key:updated:name=name.full,given=name.given,family=name.family
people=$people,birth=birth_date,street=address.street
people=$people,postcode=address.postcode,city=address.city,email=email
people=$people,phone=phone
crm=first_name=name.given,last_name=name.family,born=birth_date,email=email
crm=$crm,phone=phone,street=address.street,postcode=address.postcode
crm=$crm,town=address.city
card=card=loyalty,first_name=name.given,last_name=name.family,phone=phone
card=$card,email=email
shop=account=account,name=name.full,email=email,phone=phone

"$build/bench/bench_people" "$records" 7 webshop >"$out/webshop.csv"
"$build/bench/bench_people" "$records" 7 crm >"$out/crm.csv"

# resolve NAME PROGRAM...: what it prints goes to NAME.txt.
resolve() {
	name=$1
	shift
	{
		"$@" "$out/$name.db" "webshop:$people:$out/webshop.csv" \
		    "crm:$people:$out/crm.csv"
		"$@" "$out/$name.db" \
		    "crm:customer_no:changed:$crm:examples/sample/crm.csv" \
		    "loyalty:card:joined:$card:examples/sample/loyalty.csv" \
		    "shop:account:registered:$shop:examples/sample/webshop.csv"
	} >"$out/$name.txt"
	rm -f "$out/$name.db" "$out/$name.db-wal" "$out/$name.db-shm"
}

# make NAME COMPILER FLAGS...
make_one() {
	name=$1
	shift
	# shellcheck disable=SC2086
	"$@" -std=c11 -D_GNU_SOURCE -Iinclude -Ilib -Itests -w \
	    -o "$out/$name" $sources $libs
}

failed=0
compare() {
	if cmp -s "$out/here.txt" "$out/$1.txt"; then
		echo "$1: the same"
	else
		echo "$1: DIFFERS"
		diff "$out/here.txt" "$out/$1.txt" || :
		failed=1
	fi
}

libs="-lsqlite3 -lutf8proc -ljansson -lsodium -lcsv -lm -ldl -lpthread"
make_one here gcc -O2
resolve here "$out/here"
sed 's/^/here, gcc -O2: /' "$out/here.txt"
make_one plain gcc -O0
resolve plain "$out/plain"
compare plain
if command -v clang >/dev/null; then
	make_one clang clang -O3
	resolve clang "$out/clang"
	compare clang
else
	echo "clang: not installed, skipped"
fi

# other ARCHITECTURE TRIPLET QEMU
other() {
	root=$roots/$1
	if ! command -v "$2-gcc" >/dev/null || ! command -v "$3" >/dev/null ||
	    ! [ -e "$root/usr/lib/$2/libsqlite3.a" ]; then
		echo "$1: no compiler, qemu or libraries, skipped"
		return
	fi
	make_one "$1" "$2-gcc" -O2 -static -I"$root/usr/include" \
	    -L"$root/usr/lib/$2"
	resolve "$1" "$3" "$out/$1"
	compare "$1"
}
other arm64 aarch64-linux-gnu qemu-aarch64-static
other s390x s390x-linux-gnu qemu-s390x-static
exit $failed
