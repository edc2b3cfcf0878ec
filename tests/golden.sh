#!/bin/sh
# The digests of all shipped scenarios against tests/golden/digests.txt.
#   golden.sh --write            writes the file anew from bin/wspsim
#   golden.sh BINARY [WRAPPER…]  compares; WRAPPER is put before the command (qemu, setarch, env …)
set -eu
cd "$(dirname "$0")/.."
FILE=tests/golden/digests.txt
digests() { "$@" run scenarios | awk '$1 == "pass" || $1 == "known-gap" { print $3, $2 }'; }
if [ "${1:-}" = --write ]; then
    mkdir -p tests/golden
    bin/wspsim run -q scenarios >/dev/null || { echo "golden: the scenarios do not all pass; nothing was written" >&2; exit 1; }
    digests bin/wspsim >"$FILE"
    echo "golden: $(wc -l <"$FILE") digests written"
    exit 0
fi
binary=$1
shift
out=$(mktemp)
trap 'rm -f "$out"' EXIT
digests "$@" "$binary" >"$out" || { echo "golden: the scenarios do not all pass" >&2; "$@" "$binary" run -q scenarios | head -n 40 >&2; exit 1; }
count=$(wc -l <"$FILE")
if ! cmp -s "$out" "$FILE"; then
    echo "golden: digests differ from $FILE:" >&2
    diff "$FILE" "$out" | head -n 20 >&2
    exit 1
fi
[ -n "${QUIET:-}" ] || echo "golden: $count passed, 0 failed"
