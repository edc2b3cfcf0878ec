#!/bin/sh
# The same digests on another architecture and another byte order: aarch64 and s390x, cross-compiled and run under qemu.
set -eu
cd "$(dirname "$0")/.."
passed=0
failed=0
for arch in aarch64 s390x; do
    make --no-print-directory -s CONFIG=$arch -j"$(nproc)" all
    if QUIET=1 tests/golden.sh build/$arch/wspsim qemu-$arch; then
        passed=$((passed + 1))
        echo "ok - $arch: $(wc -l <tests/golden/digests.txt) digests equal"
    else
        failed=$((failed + 1))
        echo "not ok - $arch"
    fi
done
echo "replay-arch: $passed passed, $failed failed"
[ "$failed" = 0 ]
