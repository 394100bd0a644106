#!/bin/sh
# Tells the story of one customer from the shipped sample.  Works in a
# directory of its own and leaves nothing behind.
#
# usage: examples/demo.sh [OMNI]      (the program; $OMNI, or build/omni)

here=$(cd "$(dirname "$0")" && pwd) || exit 1
omni=${1:-${OMNI:-$here/../build/omni}}
case $omni in
/*) ;;
*) omni=$PWD/$omni ;;
esac
[ -x "$omni" ] || { echo "demo: $omni is not there: make all" >&2; exit 1; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$here/sample" || exit 1

say()
{
	printf '\n# %s\n' "$@"
}

# Shows a command as one would type it, then runs it.  Rejected lines (exit
# status 3) are part of the story; anything else that fails ends it.
omni()
{
	printf '$ omni -d shop.db'
	for word; do
		case $word in
		*[\ \']*)	printf ' "%s"' "$word" ;;
		*)		printf ' %s' "$word" ;;
		esac
	done
	printf '\n'
	"$omni" -d "$work/shop.db" "$@" 2>&1
	status=$?
	[ $status -eq 0 ] || [ $status -eq 3 ] || {
		echo "demo: exit status $status" >&2
		exit 1
	}
}

say 'A homeware shop: tills, a web shop, an app, a call centre, e-mail, post.'
omni init --region GB --zone Europe/London

say 'Three registers know people, each under its own number ...'
omni import --source crm --key customer_no --time changed \
    --map first_name=name.given,last_name=name.family,born=birth_date,email=email,phone=phone,street=address.street,postcode=address.postcode,town=address.city \
    crm.csv
omni import --source webshop --key account --time registered \
    --map account=account,name=name.full,email=email,phone=phone webshop.csv
omni import --source loyalty --key card --time joined \
    --map card=loyalty,first_name=name.given,last_name=name.family,phone=phone,email=email \
    loyalty.csv

say '... and eight systems tell what happened.  Bad lines are named, good ones kept.'
omni import setup.jsonl till.jsonl web.jsonl app.jsonl call.jsonl \
    mail.jsonl post.jsonl consent.jsonl

say 'The same again changes nothing.'
omni import web.jsonl

say 'What agreement is worth here is learned from the records themselves.'
omni train

say 'Somebody rings: "my number is 07700 900160".  Who is it?'
omni show phone=07700900160

say 'Without the number her name, misheard, and her birth date do; and why.'
omni find name.full="Meave O'Connell" birth_date=1979-11-02 --why

say 'What happened, on whichever channel: four of them, and letters and mail.'
omni timeline phone=07700900160 --limit 15

say 'Her last order began in the app, was asked about by phone and ended in the shop.'
omni case order:T9001

say '... and what is sent to them is answered by some.'
omni learn

say 'She asked for invoices on paper.'
omni route phone=07700900160 invoice --at 2025-06-02T09:00:00Z

say 'She said yes to the newsletter, by e-mail and by nothing else.'
omni route phone=07700900160 news --at 2025-06-02T09:00:00Z

say 'At night she wants to be left alone: the same message waits, and says why.'
omni say phone=07700900160 --via app --at 2025-05-20T08:00:00Z \
    quiet 22:00-07:00
omni route phone=07700900160 news --at 2025-06-02T22:30:00Z

say 'A receipt is routed, and the route kept: it is sent once.'
omni route phone=07700900160 receipt --at 2025-06-03T09:00:00Z --put \
    --message R7781
route=$("$omni" -d "$work/shop.db" route phone=07700900160 receipt --put \
    --message R7781 2>&1 | sed -n 's/^kept as route \([0-9]*\).*/\1/p')

say 'The mailer tells that it came back.  All is asked again, and the next step taken.'
omni import bounce.jsonl
omni next "$route" --at 2025-06-03T09:30:00Z

say 'Why the first decision was right then: again, from what was known then.'
omni replay "$route"

say 'What may be sent to her where, for a preference centre to draw.'
omni permissions phone=07700900160

say 'And what she said: the proof.'
omni statements phone=07700900160

say 'Why are the web shop'"'"'s K1060 and the card 6330607 one person?'
omni why webshop:K1060 loyalty:6330607

say 'What she is shown herself is only what is surely hers.'
id=$("$omni" -d "$work/shop.db" find phone=07700900160 |
    sed -n "1s/ .*//p")
omni timeline --sure "$id" --limit 3

say 'Where the evidence does not settle it, a person can: may these be one?'
omni review --limit 3

say 'The shop she chose in the app is known everywhere.'
omni setting loyalty=6330607 shop

say 'And the store is sound.'
omni check
