#!/bin/sh
# The reference provider against the real Windows headers, as Debian's MinGW has them: every file of provider/ unchanged, with all
# warnings as errors. What those headers lack stands in tests/parity/gaps.h.
#
# usage: tests/parity.sh      CC=… for another cross compiler
set -u
cd "$(dirname "$0")/.."
CC=${CC:-x86_64-w64-mingw32-gcc}
command -v "$CC" >/dev/null || { echo "parity: no $CC here (Debian: gcc-mingw-w64-x86-64-win32)" >&2; exit 2; }
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
for file in provider/*.c; do
    if "$CC" -std=c11 -D_WIN32_WINNT=0x0A00 -O2 -Wall -Wextra -Werror -Iinclude -Iprovider -include tests/parity/gaps.h -c "$file" -o "$work/$(basename "$file" .c).o" 2>"$work/said"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok $file"
        head -n 20 "$work/said"
    fi
done
# All of them together: besides kernel.h, the upcall that the DLL exports and the C library nothing may be missing.
if [ $failed = 0 ]; then
    "${CC%gcc*}ld" -r -o "$work/all.o" "$work"/*.o && "${CC%gcc*}nm" -u "$work/all.o" | awk '{ print $2 }' | sed 's/^__imp_//' | sort -u >"$work/needed"
    if grep -v -E '^(kernel_[a-z_]+|WPUCompleteOverlappedRequest|calloc|malloc|realloc|free|mem(cpy|move|set|cmp)|str[a-z]+|htons|ntohs|htonl|ntohl|WSASetLastError|WSAGetLastError|__[a-z_]+)$' "$work/needed" >"$work/foreign"; then
        failed=$((failed + 1))
        echo "not ok: the provider needs more than kernel.h, its upcalls and the C library:"
        cat "$work/foreign"
    else
        passed=$((passed + 1))
    fi
fi
echo "parity: $passed passed, $failed failed"
[ $failed = 0 ]
