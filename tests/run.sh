#!/bin/sh
# All tests, as `make test` runs them. Each part prints its own lines; the last line counts all.
set -u
cd "$(dirname "$0")/.."
JOBS=$(nproc)
PYTHON=/usr/bin/python3 # which knows the Debian packages
[ -x "$PYTHON" ] || PYTHON=python3
passed=0
failed=0
LOG=$(mktemp)
trap 'rm -f "$LOG"' EXIT
# A crash that a test provokes must reach our own handler; leaks count.
export ASAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:detect_stack_use_after_return=0
export UBSAN_OPTIONS=print_stacktrace=1

say() { printf '\n== %s\n' "$1"; }
count() { passed=$((passed + $1)); failed=$((failed + $2)); }
build() { make --no-print-directory -s -j"$JOBS" "$@" || { echo "tests: it does not build ($*)"; echo "tests: 0 passed, 1 failed"; exit 1; }; }

# A part whose last line says "N passed, M failed".
part() { # name command...
    say "$1"
    shift
    "$@" >"$LOG" 2>&1
    status=$?
    numbers=$(sed -n 's/.*[^0-9]\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed.*/\1 \2/p' "$LOG" | tail -n 1)
    if [ -z "$numbers" ]; then numbers=$([ $status = 0 ] && echo "1 0" || echo "0 1"); fi
    # shellcheck disable=SC2086
    set -- $numbers
    if [ $status != 0 ] && [ "$2" = 0 ]; then set -- "$1" 1; fi
    if [ "$2" != 0 ]; then cat "$LOG"; else tail -n 1 "$LOG"; fi
    count "$1" "$2"
}

say "build: release, sanitizers, clang"
build CONFIG=release all
build CONFIG=san unit
build CONFIG=clang-O2 all

say "unit tests, under ASan and UBSan"
for program in build/san/tests/*/test_*; do
    [ -x "$program" ] && [ ! -d "$program" ] || continue
    case $program in *.d | *.c) continue ;; esac
    "$program" >"$LOG" 2>&1
    status=$?
    numbers=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' "$LOG" | awk '{ c += $1; f += $2 + $3 } END { if (NR) print c - f, f }')
    if [ -z "$numbers" ] || { [ $status != 0 ] && [ "${numbers#* }" = 0 ]; }; then
        echo "${program#build/san/tests/}: exit $status"
        cat "$LOG"
        count 0 1
        continue
    fi
    [ "${numbers#* }" = 0 ] || cat "$LOG"
    grep -h '^abi:' "$LOG" || true
    printf '%-28s %s passed, %s failed\n' "${program#build/san/tests/}" "${numbers% *}" "${numbers#* }"
    count "${numbers% *}" "${numbers#* }"
done

part "headers in every order, gcc and clang" sh -c 'CC=gcc tests/abi/include_orders.sh && CC=clang tests/abi/include_orders.sh'
part "scenarios" bin/wspsim test scenarios
part "scenarios, under ASan and UBSan" build/san/wspsim test scenarios
part "golden digests: gcc -O2 with link-time optimisation" tests/golden.sh bin/wspsim
part "golden digests: clang -O2, addresses not randomised" tests/golden.sh build/clang-O2/wspsim setarch -R
part "golden digests: ASan and UBSan" tests/golden.sh build/san/wspsim
part "the seam: another provider, and providers that break the rules" tests/seam/run.sh build/san/wspsim build/san/tests/seam
part "wrong scenarios" tests/wrong/run.sh build/san/wspsim
part "command line" tests/cli/run.sh bin/wspsim
part "captures, and tshark where it is installed" tests/pcap.sh bin/wspsim build/san/tests/store/test_pcapng
part "clauses" sh -c 'said=$(tests/clauses.sh --check) || exit 1; echo "$said" | head -n 1'
part "observed behaviour" tests/observed.sh
part "the museum and its page" tests/museum.sh
part "the lessons and their page" tests/lessons.sh
part "schema: as the program prints it" sh -c 'bin/wspsim schema | cmp - scenarios/scenario.schema.json'
part "the terminal view" tests/tui/run.sh bin/wspsim
part "the manual and the completion" "$PYTHON" tests/cli/manual.py bin/wspsim
part "schema: what python3-jsonschema says of scenarios, right and wrong" "$PYTHON" tests/schema.py scenarios/scenario.schema.json
part "tidy" tests/tidy.sh

printf '\ntests: %s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
