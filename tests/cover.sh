#!/bin/sh
# Line coverage of sim/ and provider/ by the unit tests and scenarios, by gcov alone.
set -eu
cd "$(dirname "$0")/.."
make --no-print-directory -s -j"$(nproc)" CONFIG=cover unit
find build/cover -name '*.gcda' -delete
for program in build/cover/tests/*/test_*; do
    case $program in *.d | *.c | *.gcno | *.gcda) continue ;; esac
    [ -f "$program" ] && { "$program" >/dev/null 2>&1 || echo "cover: $program fails" >&2; }
done
build/cover/wspsim test -q scenarios >/dev/null
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT
find "$PWD/build/cover/sim" "$PWD/build/cover/provider" -name '*.gcda' >"$OUT/list"
(cd "$OUT" && xargs gcov -n <list 2>/dev/null) | awk '
    /^File / { gsub(/\x27/, "", $2); file = $2 }
    /^Lines executed:/ && file ~ /^(sim|provider)\// { split($0, a, /[:% ]+/); n = $NF; hit += a[3] * n / 100; all += n; printf "%6.1f %%  %5d lines  %s\n", a[3], n, file; file = "" }
    END { printf "%6.1f %%  %5d lines  all\n", all ? 100 * hit / all : 0, all }' | sort -k5
