#!/bin/sh
# Captures: the same run makes the same bytes, the same digest and verdict as without; tshark, where it is installed, reads every
# capture without a word and finds every checksum right.
# proves: NET-CAPTURE-1, NET-CAPTURE-2, NET-CAPTURE-3, NET-CAPTURE-4
#
# usage: tests/pcap.sh BINARY [SAMPLE-PROGRAM]      SAMPLE-PROGRAM: build/*/tests/store/test_pcapng, for a capture with every kind of packet
set -u
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/.."
binary=$1
[ -x "$binary" ] || { echo "usage: tests/pcap.sh BINARY [SAMPLE-PROGRAM]" >&2; exit 2; }
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

check() { # what holds, then a command
    name=$1
    shift
    if "$@" >"$work/said" 2>&1; then passed=$((passed + 1)); return; fi
    failed=$((failed + 1))
    echo "not ok - $name"
    head -n 12 "$work/said" | sed 's/^/#   /'
}

# Whatever tshark says of a capture beyond its packets. As root it warns of that.
tshark_complains() { # capture
    tshark -n -r "$1" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE -V >"$work/packets" 2>"$work/errors"
    status=$?
    grep -v '^Running as user "root"' "$work/errors"
    [ $status = 0 ] || echo "tshark: exit $status"
    grep -n -i -e 'malformed' -e 'status: bad' -e 'bad checksum' -e 'checksum: .*incorrect' -e 'Expert Info (Error/' "$work/packets"
}
tshark_likes() { # capture
    complaints=$(tshark_complains "$1")
    [ -z "$complaints" ] || { echo "$complaints"; false; }
}
tshark_counts() { # capture, how many it has at least
    [ "$(tshark -n -r "$1" -T fields -e frame.number 2>/dev/null | wc -l)" -ge "$2" ]
}
field() { tshark -n -r "$1" -T fields -e "$2" 2>/dev/null | grep -q -e "$3"; }

have_tshark=no
if command -v tshark >/dev/null 2>&1; then have_tshark=yes; else echo "skipped - no tshark here"; fi

captures=0
packets=0
for scenario in $(find scenarios tests/pcap -name '*.json' | sort); do
    "$binary" run --json "$scenario" >"$work/plain.json" 2>/dev/null
    case $? in 2 | 5 | 6) continue ;; esac
    captures=$((captures + 1))
    "$binary" run --json "$scenario" --pcap "$work/a.pcapng" --level packet --trace text --trace-file "$work/trace" >"$work/a.json" 2>/dev/null
    check "$scenario: the same run, captured or not" cmp "$work/plain.json" "$work/a.json"
    count=$(grep -c -e ' packet\.sent ' -e ' packet\.arrived ' -e ' packet\.overheard ' "$work/trace")
    [ "$count" -gt 0 ] || continue
    packets=$((packets + count))
    "$binary" run -q "$scenario" --pcap "$work/b.pcapng" >/dev/null 2>&1
    check "$scenario: the same capture, byte for byte" cmp "$work/a.pcapng" "$work/b.pcapng"
    [ $have_tshark = yes ] || continue
    [ -n "${ALL:-}" ] || [ $((captures % 8)) = 0 ] || continue # it takes a second each: `make pcap` lets it read them all
    check "$scenario: tshark finds nothing wrong" tshark_likes "$work/a.pcapng"
    check "$scenario: all packets are there" tshark_counts "$work/a.pcapng" "$count"
done
check "some packets were captured" [ "$packets" -gt 0 ]

# A full disk: exit 5, the former capture stays, nothing is left beside it.
no_room() {
    echo "exit $code"
    cat "$work/errors"
    [ "$code" -eq 5 ] && grep -q 'cannot write the capture' "$work/errors" && cmp "$work/a.pcapng" "$work/full.pcapng" && [ -z "$(find "$work" -name '*.partial*')" ]
}
"$binary" run -q tests/pcap/lan.json --pcap "$work/a.pcapng" >/dev/null 2>&1
cp "$work/a.pcapng" "$work/full.pcapng"
(
    trap '' XFSZ
    ulimit -f 200 2>/dev/null || exit 5
    "$binary" run -q tests/pcap/router.json --pcap "$work/full.pcapng" >/dev/null 2>"$work/errors"
)
code=$?
check "a full disk" no_room

if [ $# -ge 2 ]; then
    WSPSIM_SAMPLE=$work/sample.pcapng "$2" >/dev/null
    check "the sample of every kind of packet" [ -s "$work/sample.pcapng" ]
    if [ $have_tshark = yes ]; then
        check "... tshark finds nothing wrong" tshark_likes "$work/sample.pcapng"
        check "... all packets" tshark_counts "$work/sample.pcapng" 100
        check "... interfaces have their names" field "$work/sample.pcapng" frame.interface_name '^b.ppp0$'
        check "... nanoseconds" field "$work/sample.pcapng" frame.time_epoch '^0\.000001000$'
        check "... the call before a packet" field "$work/sample.pcapng" frame.comment 'app WSPSendTo s returns 0'
        check "... why a packet was dropped" field "$work/sample.pcapng" frame.comment 'dropped: receive buffer full'
    fi
fi

echo "pcap: $captures scenarios, $packets packets"
echo "pcap: $passed passed, $failed failed"
[ "$failed" = 0 ]
