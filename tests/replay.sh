#!/bin/sh
# Determinism: every scenario, twice, with several compilers and optimisation levels, with and without address
# randomisation, under another locale and time zone, in a poisoned environment. Every digest equals the golden one.
set -eu
cd "$(dirname "$0")/.."
passed=0
failed=0
LOCALES=$(mktemp -d)
trap 'rm -rf "$LOCALES"' EXIT
localedef -i tr_TR -f UTF-8 "$LOCALES/tr_TR.UTF-8" 2>/dev/null || echo "replay: no locale data; the foreign locale is only named, not loaded"

one() { # name binary wrapper...
    name=$1
    shift
    for round in 1 2; do
        if QUIET=1 tests/golden.sh "$@"; then passed=$((passed + 1)); else
            failed=$((failed + 1))
            echo "not ok - $name (round $round)"
            return
        fi
    done
    echo "ok - $name"
}

for config in gcc-O0 gcc-O2 clang-O2 release; do
    make --no-print-directory -s CONFIG=$config -j"$(nproc)" all
    binary=build/$config/wspsim
    [ $config = release ] && binary=bin/wspsim
    one "$config" "$binary"
    one "$config, addresses not randomised" "$binary" setarch -R
    one "$config, Turkish locale, another time zone" "$binary" env LOCPATH="$LOCALES" LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 TZ=Asia/Kathmandu
    one "$config, poisoned environment" "$binary" env -i MALLOC_PERTURB_=165 MALLOC_ARENA_MAX=1 POSIXLY_CORRECT=1 NO_COLOR=1 TERM=dumb SQLITE_TMPDIR=/nowhere HOME=/nowhere PATH=/nowhere:/usr/bin:/bin
done
echo "replay: $passed passed, $failed failed"
[ "$failed" = 0 ]
