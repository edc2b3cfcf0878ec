#!/bin/sh
# The table of docs/OBSERVED.md against the scenarios: each case stands there at most once, with a known word; a row that
# holds, or is a known gap, names a scenario (or, below tests/, a C test) that is there, proves the case, and carries known_gap exactly if it is one;
# and each OBS- id that a scenario proves has its row. Prints what is wrong, each case that does not hold, and the counts.
set -eu
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/.."
TOTAL=341
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT
: >"$OUT/wrong"
wrong() { echo "observed: $*" | tee -a "$OUT/wrong"; }

sed -n 's/^| \([A-Z]*-[0-9]*\) | \([a-z ]*\) | \(.*\) |$/\1\t\2\t\3/p' docs/OBSERVED.md >"$OUT/rows"
cut -f 1 "$OUT/rows" | sort >"$OUT/ids"
uniq -d "$OUT/ids" | while read -r id; do wrong "$id has two rows"; done

tab=$(printf '\t')
while IFS=$tab read -r id stands text; do
    case $stands in
    'holds' | 'known gap') ;;
    'not expressed' | 'not applicable') continue ;;
    *) wrong "$id: \"$stands\" is no word of the table" ; continue ;;
    esac
    # shellcheck disable=SC2016
    file=$(printf '%s\n' "$text" | sed -n 's/^`\([^`]*\)`.*/\1/p')
    case $file in tests/*) ;; *) file=scenarios/$file ;; esac
    if [ ! -f "$file" ]; then wrong "$id: there is no $file"; continue; fi
    grep -qw "OBS-$id" "$file" || wrong "$id: $file does not prove it"
    gap=holds
    if grep -q '"known_gap"' "$file"; then gap='known gap'; fi
    [ "$gap" = "$stands" ] || wrong "$id: the table says \"$stands\", $file \"$gap\""
done <"$OUT/rows"

find scenarios -name '*.json' -exec grep -oh '"OBS-[A-Z]*-[0-9]*"' '{}' + | tr -d '"' | sed 's/^OBS-//' | sort -u >"$OUT/proven" || true
sort -u "$OUT/ids" | comm -13 - "$OUT/proven" | while read -r id; do wrong "OBS-$id is named by a scenario and has no row"; done

awk -F '\t' '$2 != "holds" { printf "  %-10s %-15s %s\n", $1, $2, $3 }' "$OUT/rows"
count() { awk -F '\t' -v word="$1" '$2 == word { n++ } END { print n + 0 }' "$OUT/rows"; }
holds=$(count holds)
gaps=$(count 'known gap')
mute=$(count 'not expressed')
outside=$(count 'not applicable')
echo "observed: $holds of $TOTAL hold, $gaps known gaps, $mute not expressed, $outside not applicable, $((TOTAL - holds - gaps - mute - outside)) without a row"
failed=$(wc -l <"$OUT/wrong")
echo "observed: $(wc -l <"$OUT/rows") passed, $failed failed"
[ "$failed" = 0 ]
