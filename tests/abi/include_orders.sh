#!/bin/sh
# include_orders.sh - compiles include_orders.c in every order, and with every
# header of include/winsock in front.
#
# usage: [CC=...] include_orders.sh
#
# Nothing is written; CC may be a compiler with flags of its own.

set -eu

here=$(dirname "$0")
headers=$here/../../include/winsock
flags="-std=c11 -Wall -Wextra -Wpedantic -Werror -Wconversion"
tried=0
failed=0

try() {
    tried=$((tried + 1))
    # CC and the flags are lists of words.
    # shellcheck disable=SC2086
    if ! ${CC:-cc} $flags "-I$headers" -fsyntax-only "$@" \
        "$here/include_orders.c"; then
        echo "include_orders: failed: $*" >&2
        failed=$((failed + 1))
    fi
}

for order in 1 2 3 4 5 6; do
    try -D_POSIX_C_SOURCE=200809L "-DORDER=$order"
    # The host's headers declare more names with these.
    try -D_DEFAULT_SOURCE "-DORDER=$order"
    try -D_GNU_SOURCE "-DORDER=$order"
done
for header in "$headers"/*.h; do
    try -D_POSIX_C_SOURCE=200809L "-DHEADER=<$(basename "$header")>"
done

echo "include_orders: $tried compilations, $failed failed"
[ "$failed" -eq 0 ]
