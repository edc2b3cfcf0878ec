# A page made from scenarios, which lessons.sh and museum.sh read this for. Sets up a folder OUT for what is found out of each
# file, counts what passed and failed, and at the end writes the page or compares it.
#
# shellcheck shell=sh
# Wants: WHAT, the name in messages; PAGE, the file. To be read by `.`, from the root of the tree.
LC_ALL=C
export LC_ALL
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT
tab=$(printf '\t')
passed=0
failed=0
wrong() { echo "$WHAT: $*"; failed=$((failed + 1)); }

# The text under a key that was found out of a file.
fact() { sed -n "s/^$2$tab//p" "$OUT/$1" | head -n 1; }

# Writes OUT/page to PAGE, or looks whether it is there already; then the end.
page_done() { # the script's arguments
    if [ "${1:-}" = --write ]; then
        [ "$failed" = 0 ] || exit 1
        cp "$OUT/page" "$PAGE"
        echo "$WHAT: $passed scenarios in $PAGE"
        exit 0
    fi
    if cmp -s "$OUT/page" "$PAGE"; then
        passed=$((passed + 1))
    else
        wrong "$PAGE is not what the scenarios say (make docs):"
        diff "$PAGE" "$OUT/page" | head -n 10
    fi
    echo "$WHAT: $passed passed, $failed failed"
    [ "$failed" = 0 ]
    exit
}
