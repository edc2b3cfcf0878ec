#!/bin/sh
# tests/clauses.sh [--check] [DIR…]
#
# Holds the clauses of docs/REQUIREMENTS.md against what the scenarios and the C tests say they prove:
#
#   *.json below DIR (default: scenarios/)   "proves": ["ID", "ID"], on one line or several
#   *.c, *.h and *.sh below tests/           a comment with  proves: ID, ID  (a trailing comma goes on in the next line)
#
# Observed cases (OBS-…) stand in docs/OBSERVED.md; tests/observed.sh looks after them.
# A scenario with a "known_gap" cannot pass yet, so it names its clauses but does not prove them.
# Prints the counts and each unproven clause, and exits 0. With --check it exits 1 when an id is named that does
# not exist, or is defined twice. Exits 2 when it cannot do its work.

set -eu
LC_ALL=C
export LC_ALL

usage() {
    echo "usage: tests/clauses.sh [--check] [DIR...]" >&2
    exit 2
}

check=0
while [ $# -gt 0 ]; do
    case $1 in
        --check) check=1; shift ;;
        --) shift; break ;;
        -*) usage ;;
        *) break ;;
    esac
done
for argument in "$@"; do
    case $argument in
        -*) usage ;;
    esac
done

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
requirements=$root/docs/REQUIREMENTS.md
if [ ! -r "$requirements" ]; then
    echo "clauses.sh: cannot read $requirements" >&2
    exit 2
fi

# Each of the next three programs prints records of tab-separated fields:
#   D id line text     a clause is defined
#   P id file          a file proves it
#   G id file          a file with a known gap names it
# and E stands for a reader that failed.

# shellcheck disable=SC2016
defined='
/^\| *(IOCTL|SPI|READ|NET)-/ {
    line = $0
    sub(/^\| */, "", line)
    bar = index(line, "|")
    id = substr(line, 1, bar - 1)
    text = substr(line, bar + 1)
    sub(/ *$/, "", id)
    sub(/^ */, "", text)
    sub(/ *\| *\r?$/, "", text)
    gsub(/\t/, " ", text)
    printf "D\t%s\t%d\t%s\n", id, FNR, text
}'

# Reads JSON as tokens, so that line breaks do not matter and text inside other strings is not taken for a list.
# shellcheck disable=SC2016
named_in_json='
function flush(    i) {
    for (i = 1; i <= count; i++) printf "%s\t%s\t%s\n", gap ? "G" : "P", named[i], file
    count = gap = listing = 0
    last = key = ""
}
FNR == 1 { flush(); file = FILENAME }
{
    rest = $0
    while (match(rest, /"([^"\\]|\\.)*"|[][}{:,]/)) {
        token = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        if (token == ":") {
            key = last
            last = ""
        } else if (substr(token, 1, 1) == "\"") {
            last = substr(token, 2, length(token) - 2)
            if (listing) named[++count] = last
            else if (key == "known_gap" && last != "") gap = 1
            key = (listing ? key : "")
        } else {
            if (token == "[" && key == "proves") listing = 1
            else if (token == "]") listing = 0
            key = last = ""
        }
    }
}
END { flush() }'

# Reads the comments of C. Only words of the form PREFIX-… are taken, so prose after "proves:" does no harm.
# shellcheck disable=SC2016
named_in_c='
function comment(text) {
    while (1) {
        if (!open) {
            if (!match(text, /proves:/)) return
            text = substr(text, RSTART + RLENGTH)
        }
        open = 0
        sub(/^[ \t*\/]+/, "", text)
        if (text ~ /^\r?$/) { open = 1; return }
        while (match(text, /^[A-Z]+-[A-Za-z0-9_-]*/)) {
            printf "P\t%s\t%s\n", substr(text, 1, RLENGTH), FILENAME
            text = substr(text, RLENGTH + 1)
            sub(/^[ \t]+/, "", text)
            if (substr(text, 1, 1) != ",") break
            text = substr(text, 2)
            sub(/^[ \t\r]+/, "", text)
            if (text == "") { open = 1; return }
        }
    }
}
FNR == 1 { inside = open = 0 }
FILENAME ~ /[.]sh$/ {
    if (sub(/^# /, "")) comment($0)
    next
}
{
    rest = $0
    seen = 0
    while (1) {
        if (inside) {
            seen = 1
            end = index(rest, "*/")
            if (!end) { comment(rest); break }
            comment(substr(rest, 1, end - 1))
            rest = substr(rest, end + 2)
            inside = open = 0
        } else if (match(rest, /"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047|\/\/|\/\*/)) {
            token = substr(rest, RSTART, RLENGTH)
            rest = substr(rest, RSTART + RLENGTH)
            if (token == "//") { seen = 1; comment(rest); break }
            if (token == "/*") inside = 1
        } else {
            break
        }
    }
    if (!seen) open = 0
}'

# shellcheck disable=SC2016
report='
BEGIN { FS = "\t" }
function short(file) {
    return index(file, root "/") == 1 ? substr(file, length(root) + 2) : file
}
$1 == "E" { failed = 1; next }
$2 ~ /^OBS-/ { next }
$1 == "D" {
    if ($2 in text) problem[++problems] = "docs/REQUIREMENTS.md:" $3 ": " $2 " is defined twice"
    else order[++total] = $2
    text[$2] = $4
    next
}
!($2 in text) {
    if (!(($2, $3) in told)) problem[++problems] = short($3) ": names " $2 ", which is no clause"
    told[$2, $3] = 1
    next
}
$1 == "P" { proven[$2] = 1; next }
$1 == "G" { if (!($2 in gap)) gap[$2] = short($3) }
END {
    if (failed) {
        print "clauses.sh: not everything could be read" > "/dev/stderr"
        exit 2
    }
    if (total == 0) {
        print "clauses.sh: docs/REQUIREMENTS.md holds no clause" > "/dev/stderr"
        exit 2
    }
    for (i = 1; i <= total; i++) {
        if (order[i] in proven) done++
        else if (order[i] in gap) waiting++
    }
    printf "%d clauses, %d proven, %d unproven", total, done, total - done
    if (waiting) printf " (%d of them named by a scenario with a known gap)", waiting
    print ""
    for (i = 1; i <= total; i++) {
        id = order[i]
        if (id in proven) continue
        printf "  %-40s %s%s\n", id, text[id], (id in gap) ? " [known gap: " gap[id] "]" : ""
    }
    for (i = 1; i <= problems; i++) print problem[i] > "/dev/stderr"
    exit (check && problems) ? 1 : 0
}'

if [ $# -eq 0 ]; then
    set -- "$root/scenarios"
fi

{
    awk "$defined" "$requirements" || echo E
    for place in "$@"; do
        # An absolute or ./ path is never taken for an option or an awk assignment.
        case $place in
            /*) ;;
            *) place=./$place ;;
        esac
        if [ -e "$place" ]; then
            find "$place" -type f -name '*.json' -exec awk "$named_in_json" '{}' + || echo E
        elif [ "$place" != "$root/scenarios" ]; then
            echo "clauses.sh: no such directory: $place" >&2
        fi
    done
    find "$root/tests" -type f \( -name '*.[ch]' -o -name '*.sh' \) -exec awk "$named_in_c" '{}' + || echo E
} | awk -v check="$check" -v root="$root" "$report"
