#!/bin/sh
# The walls of the house: who includes whom, what the provider may need, what the binary exports, how long things may be,
# where floating point is allowed. Prints what is wrong; the last line counts.
set -u
cd "$(dirname "$0")/.."
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT
: >"$OUT/wrong"
wrong() { echo "tidy: $*" | tee -a "$OUT/wrong"; }
checks=0

# Which headers a folder may reach, as the compiler sees it (outside libraries are looked at below).
may() { # folder allowed-regex
    for file in "$1"/*.c "$1"/*/*.c; do
        [ -f "$file" ] || continue
        checks=$((checks + 1))
        gcc -std=c11 -D_POSIX_C_SOURCE=200809L -I. -Isim -Iinclude -Iinclude/winsock -MM "$file" | tr -d '\\' | tr ' ' '\n' | grep '\.h$' | sort -u | grep -vE "^($2)" | while read -r header; do
            wrong "$file may not include $header"
        done
    done
}
may provider 'include/|provider/'
may sim/core 'sim/core/'
may sim/net 'sim/core/|sim/net/|include/kernel\.h'
may sim/ws2 'sim/core/|sim/ws2/|sim/net/(net|address|tcp/parameters)\.h|include/'
may sim/script 'sim/core/|sim/net/|sim/ws2/|sim/script/|include/'
may sim/store 'sim/core/|sim/store/'
may sim/view 'sim/core/|sim/store/read\.h|sim/view/'
may tui 'tui/|sim/core/|sim/store/read\.h|sim/view/view\.h|sim/script/(json|pointer|form)\.h'
may sim/cli 'sim/|include/|tui/tui\.h|provider/(ioctl|provider)\.h'

# Outside libraries live in one room each.
lives() { # header-regex allowed-regex
    checks=$((checks + 1))
    grep -lE "#include <($1)>" -r sim provider include tui 2>/dev/null | grep -vE "^($2)" | while read -r file; do wrong "$file may not use the library of <$1>"; done
}
lives 'cjson/.*' 'sim/script/'
lives 'sqlite3.h' 'sim/store/'
lives 'ncurses.h|curses.h' 'tui/'
lives 'xxhash.h|Random123/.*' 'sim/core/|sim/store/labels.c'

# The provider's objects need nothing but the kernel, one DLL export and a little of the C library, and hold no writable data.
for file in provider/*.c; do
    checks=$((checks + 1))
    object=$OUT/$(basename "$file" .c).o
    gcc -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -Iinclude -Iinclude/winsock -c "$file" -o "$object" || wrong "$file does not compile"
    size -A "$object" | awk '($1 ~ /^\.(data|bss)($|\.)/ && $1 !~ /\.rel\.ro/) && $2 > 0 { print $1 }' | while read -r section; do wrong "$file holds writable data ($section)"; done
done
nm --defined-only "$OUT"/*.o | awk 'NF == 3 { print $3 }' | sort -u >"$OUT/own"
nm -u "$OUT"/*.o | awk 'NF == 2 && $1 == "U" { print $2 }' | sort -u | grep -vxFf "$OUT/own" |
    grep -vE '^(kernel_[a-z_]+|WPUCompleteOverlappedRequest|WSASetLastError|mem(cpy|set|cmp|move)|malloc|calloc|free|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail)$' | while read -r symbol; do wrong "the provider needs $symbol"; done

# What the binary shows to a loaded provider.
if [ -x bin/wspsim ]; then
    checks=$((checks + 1))
    nm -D --defined-only bin/wspsim | awk '{ print $3 }' | grep -vE '^(kernel_[a-z_]+|WPUCompleteOverlappedRequest|WSA[GS]etLastError|WSCEnumProtocols)$' | while read -r symbol; do wrong "the binary exports $symbol"; done
fi

# Files of at most 500 lines (tables of words may be longer), functions of at most 60.
for file in sim/*.[ch] sim/*/*.[ch] sim/*/*/*.[ch] provider/*.[ch] include/*.h tui/*.[ch]; do
    [ -f "$file" ] || continue
    checks=$((checks + 1))
    lines=$(wc -l <"$file")
    case $file in sim/cli/explain_*) ;; *) [ "$lines" -le 500 ] || wrong "$file has $lines lines" ;; esac
    awk -v file="$file" '/^[a-zA-Z].*\)$/ { name = $0; start = NR } /^\{/ { open = NR } /^\}/ { if (open && NR - start > 61) print "tidy: " file ":" start ": a function of " NR - start " lines"; open = 0 }' "$file" | tee -a "$OUT/wrong"
done

# No floating point in what a run computes.
checks=$((checks + 1))
grep -nE '(^|[ (*])(double|float)( \*?[a-z_]+[;,=)[ ]|\))' -r sim provider include/kernel.h --include='*.[ch]' | grep -v '^sim/bench/' | grep -v '\"[^\"]*\(double\|float\)' | while read -r line; do wrong "floating point: $line"; done

failed=$(wc -l <"$OUT/wrong")
passed=$((checks - failed))
[ "$passed" -ge 0 ] || passed=0
echo "tidy: $passed passed, $failed failed"
[ "$failed" = 0 ]
