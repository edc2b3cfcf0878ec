#!/bin/bash
# The marks: wspsim's benchmarks beside the yardsticks, in one run on one machine, taken in turn; medians.
#   BENCH=folder-of-the-yardsticks [ROUNDS=5] marks.sh
set -u
cd "$(dirname "$0")/.."
BENCH=${BENCH:?say BENCH=folder of the yardsticks} ROUNDS=${ROUNDS:-5}
Y=$PWD/build/yardsticks
mkdir -p "$Y"
for part in w1-events w2-tcp w3-udp w4-routes w5-record w6-switch; do make -s -C "$BENCH/$part" B="$Y/$part" >/dev/null 2>&1; done
for part in w2-tcp w3-udp; do make -s -C "$BENCH/$part" B="$Y/$part" ns3 >/dev/null 2>&1; done # where ns-3's packages are installed
RAW=$(mktemp)
trap 'rm -f "$RAW"' EXIT
put() { printf '%s\t%s\n' "$1" "$2" >>"$RAW"; }
turn() { # N mode dist ops
    put "events $2 $3 N=$1 yardstick" "$("$Y/w1-events/w1_rwheel9" "$1" "$2" "$3" "$4" | grep -oE '[0-9.]+ ns/ev' | cut -d' ' -f1)"
    ours "events:$2 $3 N=$1"
}
ours() { bin/wspsim bench "$@" --json | sed -n 's/.*"bench":"\([^"]*\)","case":"\([^"]*\)","value":\([^,]*\),.*/\1 \2\t\3/p' >>"$RAW"; }
hops() { grep -oE 'pkt-hops(/s)? [0-9]+( \([0-9]+/s\))?' <<<"$1" | grep -oE '[0-9]+' | tail -1; }
bulk() { # flows rate seconds ns3-seconds
    put "tcp flows=$1 rate=$2M proto" "$(hops "$("$Y/w2-tcp/proto_tcp" "$1" "$2" 40 "$3")")"
    ours "tcp:flows=$1 rate=$2M"
    [ "$round" -gt 2 ] && return
    [ -x "$Y/w2-tcp/ns3_dumbbell" ] && put "tcp flows=$1 rate=$2M ns3" "$(hops "$("$Y/w2-tcp/ns3_dumbbell" --flows="$1" --rate="$2" --rtt=40 --time="$4")")"
    command -v ns >/dev/null && put "tcp flows=$1 rate=$2M ns2" "$(cd "$BENCH/w2-tcp" && hops "$(ns ns2_dumbbell.tcl "$1" "$2" 40 "$3" reno 2>/dev/null | grep ns2)")"
}
chain() { # links packets routes
    put "udp links=$1 routes=$3 proto" "$(hops "$("$Y/w3-udp/proto_chain" "$1" "$2" "$3")")"
    ours "udp:links=$1 routes=$3"
    [ "$round" -le 2 ] && [ "$3" = 0 ] && [ -x "$Y/w3-udp/ns3_chain" ] && put "udp links=$1 routes=$3 ns3" "$(hops "$("$Y/w3-udp/ns3_chain" --hops="$1" --packets=40000)")"
}
recording() { # the yardstick has its own five rounds of all its variants, a minute; on the same file system
    [ "$round" -gt 1 ] || put "record yardstick" "$("$Y/w5-record/rec" "${TMPDIR:-/tmp}" 1e6 | awk '/NOMUTEX, virtual table/ { print $(NF - 3) }')"
    ours record
}
for round in $(seq "$ROUNDS"); do
    chain 1 2e6 0; chain 5 4e5 0; chain 10 2e5 0; chain 5 4e5 10000
    bulk 1 100 30 10; bulk 10 100 30 10; bulk 100 100 30 4; bulk 10 1000 6 1; bulk 100 1000 6 1
    [ "${ONLY:-}" = net ] && continue
    turn 1e3 hold exp 5e6; turn 1e5 hold exp 4e6; turn 1e6 hold exp 4e6; turn 1e7 hold exp 5e6
    turn 1e3 hold mix 3e6; turn 1e6 hold mix 3e6; turn 1e5 hold ties 3e6
    for mode in cancel rearm; do turn 1e3 $mode exp 3e6; turn 1e5 $mode exp 3e6; turn 1e6 $mode exp 2e6; done
    turn 1e3 cancel mix 2e6; turn 1e5 cancel mix 2e6
    put "flap R=1e6 W=1e5 yardstick" "$("$Y/w4-routes/flap" 1e6 1e5 range 1e6 | grep -oE '[0-9]+ flaps/s' | cut -d' ' -f1)"
    [ "$round" -gt 2 ] || ours fibers ioctl flap
    [ "$round" -gt 2 ] || recording
done
sort -s -t$'\t' -k1,1 "$RAW" | awk -F'\t' '
    function flush(   a, b, x) {
        if (!n) return
        for (a = 2; a <= n; a++) { x = s[a]; for (b = a - 1; b >= 1 && s[b] > x; b--) s[b + 1] = s[b]; s[b + 1] = x }
        m[key] = n % 2 ? s[(n + 1) / 2] : (s[n / 2] + s[n / 2 + 1]) / 2; n = 0
    }
    $1 != key { flush(); key = $1 }
    { s[++n] = $2 + 0 }
    END {
        flush()
        for (k in m) if (sub(/ yardstick$/, "", k)) {}
        printf "%-44s %12s %12s %8s  %s\n", "mark", "wspsim", "yardstick", "ratio", "asked"
        split("links=1 routes=0,links=5 routes=0,links=10 routes=0,links=5 routes=10000", rows, ",")
        for (i = 1; i in rows; i++) { k = "udp " rows[i]; n3 = m[k " ns3"]
            printf "%-44s %7.2f M/s %7.2f M/s %8.2f  >= 0.3    ns-3 %s >= 60\n", k, m[k] / 1e6, m[k " proto"] / 1e6, m[k] / m[k " proto"], n3 ? sprintf("%.0fx", m[k] / n3) : "-" }
        printf "%-44s %12s %12s %8.2f  >= 0.9\n", "udp: 10,000 routes a node against none", "", "", m["udp links=5 routes=10000"] / m["udp links=5 routes=0"]
        split("flows=1 rate=100M,flows=10 rate=100M,flows=100 rate=100M,flows=10 rate=1000M,flows=100 rate=1000M", rows, ",")
        for (i = 1; i in rows; i++) { k = "tcp " rows[i]; n3 = m[k " ns3"]; n2 = m[k " ns2"]
            printf "%-44s %7.2f M/s %7.2f M/s %8.2f  >= 0.3    ns-3 %s >= 60, ns-2 %s >= 3\n", k, m[k] / 1e6, m[k " proto"] / 1e6, m[k] / m[k " proto"], n3 ? sprintf("%.0fx", m[k] / n3) : "-", n2 ? sprintf("%.1fx", m[k] / n2) : "-" }
        printf "%-44s %8.0f x\n", "tcp: ten flows at 100 Mbit/s, virtual time   >= 300", m["tcp flows=10 rate=100M speed"]
        printf "%-44s %8.1f MiB\n", "tcp: 100 flows at 1 Gbit/s, peak memory       <= 60", m["tcp flows=100 rate=1000M peak"]
        if (!("events hold exp N=1e3" in m)) exit
        split("hold exp N=1e3,hold exp N=1e5,hold exp N=1e6,hold exp N=1e7,hold mix N=1e3,hold mix N=1e6,hold ties N=1e5,cancel exp N=1e3,cancel exp N=1e5,cancel exp N=1e6,cancel mix N=1e3,cancel mix N=1e5,rearm exp N=1e3,rearm exp N=1e5,rearm exp N=1e6", rows, ",")
        for (i = 1; i in rows; i++) { k = "events " rows[i]; o = m[k]; y = m[k " yardstick"]; printf "%-44s %9.1f ns %9.1f ns %8.2f  >= 0.6\n", k, o, y, o ? y / o : 0 }
        printf "%-44s %9.1f ns %12s %8.2f  <= 2.5\n", "events hold exp: 1e6 against 1e3", m["events hold exp N=1e6"], "", m["events hold exp N=1e6"] / m["events hold exp N=1e3"]
        b = "fibers blocking call (park, event, wake)"; w = "fibers swapcontext (glibc)"; f = "fibers ring of 2"
        printf "%-44s %9.1f ns %12s %8s  <= 60 ns\n", "a blocking call", m[b], "", ""
        printf "%-44s %9.1f ns %9.1f ns %8.1f  >= 20\n", "a switch beside swapcontext", m[f], m[w], m[w] / m[f]
        q = "ioctl routing query R=1000000"
        printf "%-44s %9.1f ns %12s %8s  <= 1000 ns\n", "SIO_ROUTING_INTERFACE_QUERY, 1e6 routes", m[q], "", ""
        printf "%-44s %9.1f ns\n", "  with every row traced", m[q " traced"]
        k = "flap flap R=1e6 W=1e5"; y = m["flap R=1e6 W=1e5 yardstick"]; s3 = m["flap flap R=1e6 W=1e3"]
        printf "%-44s %7.0f k/s %7.0f k/s %8.2f  >= 0.4\n", "flaps, 1e6 routes, 1e5 watches", m[k] / 1000, y / 1000, m[k] / y
        r = m["record yardstick"]
        printf "%-44s %7.2f M/s %7.2f M/s %8.2f  >= 0.5\n", "recording packets", m["record packets"] / 1e6, r / 1e6, m["record packets"] / r
        printf "%-44s %7.2f M/s %7.2f M/s %8.2f\n", "recording rows of two fields", m["record rows"] / 1e6, r / 1e6, m["record rows"] / r
        printf "%-44s %12s %12s %8.2f  <= 2\n", "a flap with 1e5 watches against 1e3", "", "", s3 / m[k]
    }'
