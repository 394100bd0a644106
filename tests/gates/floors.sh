# The house stands: a room includes only its own header and those of rooms
# below it, and one file of a store alone knows its engine.

status=0
say()
{
	echo "$*"
	status=1
}

# What may be included from each room, beside the room itself.  Rooms on one
# floor have an order, too, so that no two lean on each other: a store checks
# texts; a timeline and a consent are somebody's.
below()
{
	case $1 in
	base)	;;
	text)	echo base ;;
	store)	echo base text ;;
	identity)
		echo base text store ;;
	timeline | consent)
		echo base text store identity ;;
	routing | insight | ingest)
		echo base text store identity timeline consent ;;
	*)	echo "none" ;;
	esac
}

for file in lib/*/*.[ch]; do
	room=${file#lib/}
	room=${room%%/*}
	[ "$(below "$room")" != none ] ||
	    say "lib/$room: no such room; give it a floor in tests/gates"
	allowed=" $room $(below "$room") "
	for other in $(sed -n \
	    's|^#[[:space:]]*include[[:space:]]*"\([a-z_]*\)/.*|\1|p' "$file"); do
		case $allowed in
		*" $other "*) ;;
		*)	say "$file includes $other/, which is not below $room/" ;;
		esac
	done
done

only()
{
	header=$1
	pattern=$2
	for file in $(grep -lE "#[[:space:]]*include[[:space:]]*[<\"]$header" \
	    lib/*/*.[ch] include/*.h examples/*.c 2>/dev/null); do
		echo "$file" | grep -qE "$pattern" ||
		    say "$file includes $header"
	done
}
only sqlite3.h '^lib/store/(store_sqlite\.[ch]|sqlite_[a-z_]+\.[ch])$'
only libpq-fe.h '^lib/store/(store_postgres\.[ch]|postgres_[a-z_]+\.[ch])$'

# The command line and the examples are customers like any other.
for file in examples/*.c; do
	grep -HnE '#[[:space:]]*include[[:space:]]*"(base|text|store|identity|timeline|consent|routing|insight|ingest)/' \
	    "$file" && status=1
done

# A library says nothing by itself and never ends its host.
if grep -nE '(^|[^_[:alnum:]])(printf|fprintf|puts|perror|exit|_exit|abort|setlocale|signal)[[:space:]]*\(' \
    lib/*/*.c | grep -vE '^[^:]*:[0-9]+:[[:space:]]*(/?\*|//)'; then
	say "libomni must not print, end the program or touch its settings"
fi
exit $status
