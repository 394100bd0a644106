#!/bin/sh
# Other resolvers beside libomni: same machine, same files, same judge.
#
#	OMNI_DATA=folder tests/bench/peers/compare.sh BUILD [set ...]
#
# BUILD has omni and bench/bench_quality.  Needs Python with venv and a
# package index; what it installs (requirements.txt) and makes goes with the
# temporary directory, unless PEERS names one to keep.  A process each; seconds
# and the processor's from its start to its customers, imports included, and
# the most memory that was resident.  Two cores used at once make `cpu` more
# than `seconds`.
set -eu

febrl=given_name=name.given,surname=name.family,street_number=address.number
febrl=$febrl,address_1=address.street,address_2=address.extra
febrl=$febrl,suburb=address.city,postcode=address.postcode
febrl=$febrl,state=address.region,date_of_birth=birth_date
febrl=$febrl,soc_sec_id=national_id

# Reads a set into the store.
load() {
	case $1 in
	historical_50k)
		map=full_name=name.full,first_name=name.given
		map=$map,surname=name.family,dob=birth_date
		map=$map,birth_place=attr.birth_place
		map=$map,postcode_fake=address.postcode,gender=gender
		map=$map,occupation=attr.occupation
		put all unique_id "$map" historical_50k ;;
	fake_1000)
		map=first_name=name.given,surname=name.family,dob=birth_date
		map=$map,city=address.city,email=email
		put all unique_id "$map" fake_1000 ;;
	febrl4)
		put a rec_id "$febrl" febrl4a
		put b rec_id "$febrl" febrl4b ;;
	*)	put all rec_id "$febrl" "$1" ;;
	esac
}
put() {
	"$build/omni" -d "$work/omni.db" import --source "$1" --key "$2" \
	    --map "$3" "$OMNI_DATA/$4.csv" >"$work/log" 2>&1
}

# compare.sh --load BUILD set directory: only that, to be measured.
if [ "${1-}" = --load ]; then
	build=$2 work=$4
	load "$3"
	exit 0
fi

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
shift
: "${OMNI_DATA:?is not set: the folder with the data sets}"
sets=${*:-historical_50k febrl3 febrl4 fake_1000}
python=${PYTHON:-python3}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT HUP TERM
venv=${PEERS:-$work/venv}
if [ ! -x "$venv/bin/python" ]; then
	"$python" -m venv "$venv"
	"$venv/bin/pip" install -q -r "$here/requirements.txt"
fi
export HOME="$work"

judge() {
	"$build/bench/bench_quality" score "$1" <"$2"
}

show() {
	printf '%-15s %-22s %8s s %8s s cpu %6s MiB\n' "$@"
}

# What a command takes, children included: "seconds cpu mib".
measured() {
	"$venv/bin/python" - "$@" <<'END'
import resource, subprocess, sys, time
start = time.monotonic()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
if done.returncode:
    sys.exit(done.stderr)
use = resource.getrusage(resource.RUSAGE_CHILDREN)
print("%.2f %.2f %d" % (time.monotonic() - start,
    use.ru_utime + use.ru_stime, use.ru_maxrss / 1024))
END
}

ours() {
	rm -f "$work"/omni.db*
	"$build/omni" -d "$work/omni.db" init --region SE >/dev/null
	# shellcheck disable=SC2046
	show "$1" "libomni, untrained" $(measured sh "$0" --load "$build" "$1" \
	    "$work")
	"$build/omni" -d "$work/omni.db" customers --csv >"$work/c.csv"
	judge "$1" "$work/c.csv"
	"$build/omni" --help 2>&1 | grep -q '^ *train' || return 0
	# shellcheck disable=SC2046
	show "$1" "  then trained" $(measured "$build/omni" \
	    -d "$work/omni.db" train)
	"$build/omni" -d "$work/omni.db" customers --csv >"$work/c.csv"
	judge "$1" "$work/c.csv"
}

theirs() {
	"$venv/bin/python" "$here/peer.py" "$1" "$2" "$OMNI_DATA" \
	    "$work/$1-$2" >"$work/said" 2>"$work/log" || {
		tail -n 3 "$work/log"
		return
	}
	grep '^{' "$work/said" | "$venv/bin/python" -c '
import json, sys
for l in map(json.loads, sys.stdin):
    print(l["threshold"], l["file"], l["seconds"], l["cpu"], l["mib"])
' >"$work/lines"
	while read -r threshold file seconds cpu mib; do
		show "$2" "$1 at $threshold" "$seconds" "$cpu" "$mib"
		judge "$2" "$file"
	done <"$work/lines"
}

for set in $sets; do
	ours "$set"
	theirs splink "$set"
	theirs goldenmatch "$set"
done
