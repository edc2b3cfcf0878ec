#!/bin/bash
# How true TCP is: goodput against round-trip time, loss and queue for NewReno and CUBIC, beside the closed formulas and ns-3.
#
#   make fidelity                      both tables; ns-3's columns come from tests/fidelity/ns3.txt
#   make fidelity NS3=run              measures ns-3 anew where its packages are installed (hours), and writes that file
#   make fidelity FAST=1               fewer points, for a look
#
# Queue: what a drop-tail queue of half, one and two bandwidth-delay products leaves. Asked for 10 flows and more: goodput within
# 0.5 % of the ceiling, the mean window within 5 % of ns-3's (packets and queue fix it), Jain's index above 0.85. Not judged:
# "starved" points, where path and queue together hold fewer than four segments a flow: no loss can be told by duplicate ACKs there,
# timeouts rule, and equal round trips lock flows out (Floyd and Jacobson's phase effects); and CUBIC's window below ten segments
# against ns-3, whose CUBIC has no Reno-friendly region.
# Loss: one flow, 1 Gbit/s so that no queue forms. Formulas in segments: NewReno W = sqrt(3 / (2 b p)) with b segments an ACK
# (Mathis et al. 1997); CUBIC W = max(1.054 (RTT / p)^0.75, sqrt(3 / (2 p))) (RFC 9438 5.1 and 4.3). Asked: NewReno 0.90 to 1.15 of
# it at 1e-4 and 1e-3, 0.70 to 0.90 at 1e-2; CUBIC 0.95 to 1.25.
set -u
cd "$(dirname "$0")/.."
P=build/release/tests/fidelity/point N=build/ns3_points KEPT=tests/fidelity/ns3.txt
NS3=${NS3:-kept} FAST=${FAST:-}
MOST_JOBS=${JOBS:-$(nproc)}
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT
touch "$KEPT"
if [ "$NS3" = run ]; then
    g++ -O2 -std=c++17 -o "$N" tests/fidelity/ns3_points.cc -lns3-core -lns3-network -lns3-internet -lns3-point-to-point -lns3-applications || exit 5
fi

# The same arguments always give the same line, so a point of ns-3 needs to be measured once.
ns3() { # flows rate rtt queue loss seconds warm control seed
    local line
    line=$(grep -F "$* : " "$KEPT" | head -1 | sed 's/.* : //')
    if [ -z "$line" ] && [ "$NS3" = run ]; then
        line=$(timeout 3600 "$N" "$@" 2>/dev/null) || line=""
        [ -n "$line" ] && echo "$* : $line" >>"$OUT/new"
    fi
    echo "${line:-- - - -}"
}

queue_point() { # control flows rate rtt half-BDPs
    local queue=$(($3 * $4 * 1000 / 8 * $5 / 2 / 1502)) seconds=60 warm=10 cycle
    [ "$queue" -lt 10 ] && queue=10
    # Shares even out over many sawteeth: one lasts about half a window of round trips.
    cycle=$((($3 * $4 * 1000 / 8 / 1502 + queue) / $2 / 2 * ($4 + $4 * $5 / 2) / 1000))
    [ "$2" -ge 10 ] && [ $((cycle * 16)) -gt 60 ] && seconds=$((cycle * 16)) && [ "$seconds" -gt 400 ] && seconds=400
    [ "$seconds" -gt 60 ] && warm=$((seconds / 4))
    local ours theirs
    ours=$($P "$2" "$3" "$4" "$queue" 0 $seconds $warm "$1" 1)
    theirs=$(ns3 "$2" "$3" "$4" "$queue" 0 $seconds $warm "$1" 1)
    echo "$1 $2 $3 $4 $5 $queue $ours $theirs"
}

loss_point() { # control rtt p
    local units seconds=400 warm=60 seed
    units=$(awk -v p="$3" 'BEGIN { printf "%.0f", p * 4294967296 }')
    for seed in 1 2 3; do $P 1 1000 "$2" 100000 "$units" $seconds $warm "$1" $seed; done | awk '{ g += $1; w += $3; t += $7 } END { printf "%.4f %.3f %.1f", g / NR, w / NR, t / NR }' >"$OUT/ours.$1.$2.$3"
    for seed in 1 2 3; do ns3 1 1000 "$2" 100000 "$3" $seconds $warm "$1" $seed; done | awk '$1 != "-" { g += $1; n++ } END { if (n) printf "%.4f", g / n; else printf "-" }' >"$OUT/theirs.$1.$2.$3"
    echo "$1 $2 $3 $(cat "$OUT/ours.$1.$2.$3") $(cat "$OUT/theirs.$1.$2.$3")"
}

many() { # runs the lines of stdin as calls, as many at once as there are processors; tells results in order, as they come
    local i=0 line
    while read -r line; do
        i=$((i + 1))
        eval "$line" >"$OUT/$(printf '%05d' $i)" &
        [ $((i % MOST_JOBS)) = 0 ] || continue
        wait
        cat "$OUT"/[0-9]*
        rm -f "$OUT"/[0-9]*
    done
    wait
    cat "$OUT"/[0-9]* 2>/dev/null
    rm -f "$OUT"/[0-9]*
}

rates="10 100 1000" rtts="10 50 100" flows="1 10 100" controls="newreno cubic" losses="0.0001 0.001 0.01"
[ -n "$FAST" ] && rates="100" rtts="50" losses="0.001"

echo "queue: K bulk flows, drop-tail"
for control in $controls; do for k in $flows; do for rate in $rates; do for rtt in $rtts; do for halves in 1 2 4; do
    echo "queue_point $control $k $rate $rtt $halves"
done; done; done; done; done | many | awk '
    BEGIN { printf "%-8s %5s %6s %5s %6s %6s | %10s %8s %7s %9s %8s %7s %5s | %10s %7s %9s  %s\n", "control", "flows", "Mbit/s", "ms", "queue", "pkts", "goodput", "/ceiling", "Jain", "window", "/ns-3", "drops", "RTOs", "ns-3", "Jain", "window", "held" }
    { ceiling = $3 * 1448 / 1502; w = $16 == "-" ? 0 : $9 / $16
      held = ""; starved = ($3 * $4 * 1000 / 8 / 1502 + $6) / $2 < 4
      if ($2 >= 10 && !starved) { if ($7 / ceiling < 0.995 || $7 / ceiling > 1.005) held = held " goodput"; if (w && (w > 1.05 || w < 0.95) && !($1 == "cubic" && $9 < 10)) held = held " window"; if ($8 <= 0.85) held = held " Jain" }
      if (!starved) { all++; good += held == "" }
      printf "%-8s %5d %6d %5d %6.1f %6d | %10.3f %8.4f %7.3f %9.2f %8s %7d %5d | %10s %7s %9s  %s\n", $1, $2, $3, $4, $5 / 2, $6, $7, $7 / ceiling, $8, $9, w ? sprintf("%.3f", w) : "-", $10, $13, $14, $15, $16, starved ? "starved" : held == "" ? "yes" : "no:" held; fflush() }
    END { printf "queue: %d of %d points held (starved ones aside)\n\n", good, all }'

echo "loss: one flow, 1 Gbit/s, an ACK for two segments, mean of three seeds"
for control in $controls; do for rtt in $rtts; do for p in $losses; do
    echo "loss_point $control $rtt $p"
done; done; done | many | awk '
    BEGIN { printf "%-8s %5s %7s | %10s %10s %7s %9s %6s | %10s %7s  %s\n", "control", "ms", "p", "goodput", "formula", "ratio", "window", "RTOs", "ns-3", "ratio", "held" }
    { rtt = $2 / 1000; p = $3; reno = sqrt(3 / (2 * ($1 == "cubic" ? 1 : 2) * p)); w = reno
      if ($1 == "cubic") { c = 1.054 * (rtt / p) ^ 0.75; if (c > w) w = c }
      f = w * 1448 * 8 / rtt / 1e6; r = $4 / f
      low = $1 == "cubic" ? 0.95 : p > 0.005 ? 0.70 : 0.90; high = $1 == "cubic" ? 1.25 : p > 0.005 ? 0.90 : 1.15
      held = r >= low && r <= high; all++; good += held
      printf "%-8s %5d %7s | %10.3f %10.3f %7.3f %9.2f %6.1f | %10s %7s  %s\n", $1, $2, $3, $4, f, r, $5, $6, $7, $7 == "-" ? "-" : sprintf("%.3f", $7 / f), held ? "yes" : "no"; fflush() }
    END { printf "loss: %d of %d points held\n", good, all }'

[ -f "$OUT/new" ] && sort -u "$KEPT" "$OUT/new" -o "$KEPT"
exit 0
