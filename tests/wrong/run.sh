#!/bin/sh
# Wrong scenarios: `wspsim check` refuses each of them with exit code 2 and exactly the lines that stand beside it.
#
# usage: tests/wrong/run.sh BINARY [NUMBER…]
#
# NNN-name.json is the scenario; NNN-name.expect holds what stderr must be, with FILE in the place of the path, and HERE in that of
# the folder where another file is named. A NUMBER
# (the NNN) checks only that one. The last line is "wrong: N passed, M failed"; the exit code is 1 if one failed, else 0.
set -u
LC_ALL=C
export LC_ALL

if [ $# -lt 1 ]; then
    echo "usage: $0 BINARY [NUMBER...]" >&2
    exit 2
fi
binary=$1
shift
case $binary in
*/*) ;;
*) binary=./$binary ;;
esac
if [ ! -x "$binary" ]; then
    echo "$0: $binary cannot be run" >&2
    exit 2
fi
here=$(dirname "$0")
room=$(mktemp -d) || exit 5
trap 'rm -rf "$room"' EXIT
trap 'exit 130' HUP INT TERM

# A check takes milliseconds; one that takes 20 seconds hangs.
limit=
if command -v timeout >/dev/null 2>&1; then limit='timeout 20'; fi

passed=0
failed=0

fail() { # name, why
    failed=$((failed + 1))
    echo "not ok $1: $2"
}

wanted() { # name, numbers
    name=$1
    shift
    [ $# -eq 0 ] && return 0
    for number; do
        [ "${name%%-*}" = "$number" ] && return 0
    done
    return 1
}

one() { # path of the scenario
    name=$(basename "$1" .json)
    expect=$here/$name.expect
    if [ ! -f "$expect" ]; then
        fail "$name" "$name.expect is missing"
        return
    fi
    # shellcheck disable=SC2086 # two words or none
    $limit "$binary" check "$1" >"$room/out" 2>"$room/err" </dev/null
    code=$?
    # The path is taken off as it stands, so that no character in it means something.
    awk -v path="$1" -v here="$here/" '
        index($0, path) == 1 { $0 = "FILE" substr($0, length(path) + 1) }
        at = index($0, here) { $0 = substr($0, 1, at - 1) "HERE/" substr($0, at + length(here)) }
        { print }' "$room/err" >"$room/seen"
    if [ "$code" -ne 2 ]; then
        fail "$name" "exit code $code, expected 2"
        sed 's/^/    /' "$room/seen"
    elif [ -s "$room/out" ]; then
        fail "$name" "something stands on standard output"
        sed 's/^/    /' "$room/out"
    elif ! cmp -s "$expect" "$room/seen"; then
        fail "$name" "other messages (- expected, + seen)"
        diff "$expect" "$room/seen" | sed -n 's/^</    -/p; s/^>/    +/p'
    else
        passed=$((passed + 1))
    fi
}

for path in "$here"/*.json; do
    wanted "$(basename "$path")" "$@" && one "$path"
done
for expect in "$here"/*.expect; do
    name=$(basename "$expect" .expect)
    [ -f "$here/$name.json" ] || fail "$name" "$name.json is missing"
done

echo "wrong: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
