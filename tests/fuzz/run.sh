#!/bin/sh
# The fuzz targets under clang's libFuzzer, ASan and UBSan: the inputs of corpus-NAME first, then new ones for SECONDS each. An input
# that crashes is left in build/fuzz.   run.sh [SECONDS]
set -u
cd "$(dirname "$0")/../.."
SECONDS_EACH=${1:-20}
passed=0
failed=0
echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long s); int LLVMFuzzerTestOneInput(const char *d, unsigned long s) { return !d && s; }' |
    clang -fsanitize=fuzzer -x c - -o /dev/null 2>/dev/null || { echo "fuzz: skipped, no clang with libFuzzer here: 0 passed, 0 failed"; exit 0; }
make --no-print-directory -s -j"$(nproc)" CONFIG=fuzz fuzz-programs || { echo "fuzz: it does not build: 0 passed, 1 failed"; exit 1; }
for program in build/fuzz/tests/fuzz/fuzz_*; do
    [ -x "$program" ] || continue
    name=${program##*/fuzz_}
    corpus=build/fuzz/corpus-$name
    mkdir -p "$corpus"
    if ASAN_OPTIONS=detect_stack_use_after_return=0 "$program" -max_total_time="$SECONDS_EACH" -timeout=20 -rss_limit_mb=4096 -artifact_prefix="build/fuzz/$name-" \
        -print_final_stats=1 "$corpus" "tests/fuzz/corpus-$name" >"build/fuzz/$name.log" 2>&1; then
        echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$name.log") inputs"
        passed=$((passed + 1))
    else
        echo "$name: failed"
        tail -n 40 "build/fuzz/$name.log"
        failed=$((failed + 1))
    fi
done
echo "fuzz: $passed passed, $failed failed"
[ "$failed" = 0 ]
