#!/bin/sh
# clang-format on the lines that differ from HEAD; the rest stays as its room has it. Installs clang-format if it can.
set -eu
cd "$(dirname "$0")/.."
command -v clang-format >/dev/null || tests/deps.sh format
git diff -U0 HEAD -- '*.c' '*.h' | awk '
    /^\+\+\+ / { file = substr($2, 3); next }
    /^@@/ { split(substr($3, 2), a, ","); n = a[2] == "" ? 1 : a[2]; if (n > 0 && file != "dev/null") lines[file] = lines[file] " --lines=" a[1] ":" a[1] + n - 1 }
    END { for (f in lines) print f lines[f] }' | while read -r file ranges; do
    # shellcheck disable=SC2086
    clang-format -i $ranges "$file"
    echo "formatted $file"
done
