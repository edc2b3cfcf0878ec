#!/bin/bash
# The terminal view: keys in, screen out, byte for byte; and in a real terminal, where tmux is installed.   run.sh WSPSIM [--write]
set -u
cd "$(dirname "$0")/../.."
binary=$PWD/${1#"$PWD"/}
passed=0 failed=0
work=$(mktemp -d)
trap 'tmux -L "$socket" kill-server 2>/dev/null; rm -rf "$work"' EXIT
socket=wspsim-test-$$ count=0
ok() { passed=$((passed + 1)); }
not_ok() { failed=$((failed + 1)); echo "not ok - $*"; }
check() { local what=$1; shift; if "$@"; then ok; else not_ok "$what"; fi; }

# ---- screens ----
while read -r name size file keys; do
    case $name in '' | '#'*) continue ;; esac
    flags=() wanted=tests/tui/screens/$name.txt
    case $name in *ascii*) flags=(--ascii) ;; esac
    "$binary" tui "$file" --keys "$keys" --size "$size" "${flags[@]}" >"$work/raw" 2>"$work/err" || not_ok "$name: $(cat "$work/err")"
    sed 's/written   by .*/written   by …/' "$work/raw" >"$work/screen"
    if [ "${2:-}" = --write ]; then cp "$work/screen" "$wanted"; fi
    if cmp -s "$work/screen" "$wanted"; then ok; else not_ok "$name ($size, keys $keys)"; diff "$wanted" "$work/screen" | head -20; fi
    check "$name: as many lines as the screen has" [ "$(wc -l <"$work/screen")" -eq "${size#*x}" ]
    case $name in *ascii*) check "$name: ASCII" [ -z "$(LC_ALL=C tr -d '\n -~' <"$work/screen")" ] ;; esac
done <tests/tui/cases.txt
for screen in tests/tui/screens/*.txt; do grep -q "^$(basename "$screen" .txt) " tests/tui/cases.txt || not_ok "$screen belongs to no case"; done

# ---- two runs ----
sed 's/"at": "5ms",\( *\)"do": "address.add"/"at": "4ms",\1"do": "address.add"/' scenarios/01-address-change-event.json >"$work/other.json"
"$binary" run scenarios/01-address-change-event.json --record "$work/a.db" >/dev/null
"$binary" run "$work/other.json" --record "$work/b.db" >/dev/null
"$binary" run scenarios/01-address-change-event.json "$work/other.json" --record "$work/two.db" >/dev/null
shows() { # what, words on the screen, arguments…
    local what=$1 words=$2
    shift 2
    "$binary" tui "$@" --size 120x40 >"$work/screen" 2>"$work/err"
    grep -q -- "$words" "$work/screen" && ok || not_ok "$what: $(head -4 "$work/screen" "$work/err")"
}
shows "two records that part" "29 rows are equal; here the runs part" "$work/a.db" "$work/b.db" --keys 7
shows "... both sides of it" "30 *5ms.*30 *4ms" "$work/a.db" "$work/b.db" --keys 7
shows "... Enter leads there" "row 30 of 47" "$work/a.db" "$work/b.db" --keys '7<Enter>'
shows "two records that are equal" "all 47 rows are equal" "$work/a.db" "$work/a.db" --keys 7
shows "nothing to compare with" "nothing to compare with" "$work/a.db" --keys 7
shows "another record that is none" "cannot read" "$work/a.db" "$work/no.db" --keys 7
shows "a record of two runs" "^\*   1  pass.*seed 1" "$work/two.db" --keys ''
shows "... one is chosen" "fail  row" "$work/two.db" --keys '<Down><Enter>'
shows "... it begins at what failed" "expectation.failed" "$work/two.db" --keys '<Down><Enter>'
shows "... compared with the other" "29 rows are equal" "$work/two.db" --keys '<Enter>7'
shows "... and the other with the one" "29 rows are equal" "$work/two.db" --keys '<Enter>78<Down><Enter>7'

# ---- what is asked wrongly ----
refused() { # what, code, words in the message, arguments…
    local what=$1 code=$2 words=$3
    shift 3
    "$binary" tui "$@" >"$work/out" 2>"$work/err" </dev/null
    [ $? = "$code" ] && grep -q "$words" "$work/err" && ok || not_ok "$what: $(cat "$work/err")"
}
refused "no terminal" 5 "no terminal" scenarios/01-address-change-event.json
refused "an unknown key" 5 'no key "<Wrong>"' scenarios/01-address-change-event.json --keys 'jj<Wrong>'
refused "a size that is none" 2 "80x24" scenarios/01-address-change-event.json --keys j --size 80
refused "a file that is not there" 5 "nowhere.json" nowhere.json --keys j
echo '{ "format": "wspsim/1" ' >"$work/half.json"
refused "a scenario cut off" 2 "half.json:2" "$work/half.json" --keys j
head -c 5000 /dev/zero >"$work/zero.db"
refused "neither scenario nor record" 2 "zero.db" "$work/zero.db" --keys j

# ---- a terminal ----
if command -v tmux >/dev/null; then
    export LC_ALL=C.UTF-8 TMUX=
    mux() { tmux -L "$socket" "$@"; }
    screen() { mux capture-pane -p -t t; }
    waits() { # until the screen has this
        for _ in $(seq 100); do screen | grep -q -- "$1" && return 0; sleep 0.1; done
        return 1
    }
    start() { # columns rows, command
        tmux -L "$socket" kill-server 2>/dev/null
        socket=wspsim-test-$$-$((count += 1)) # one that is going away would still be found under its name
        mux -f /dev/null new-session -d -s t -x "$1" -y "$2" "env PS1='shell> ' bash --norc -i" && waits 'shell>' && mux send-keys -t t "$3" Enter
    }
    "$binary" run scenarios/01-address-change-event.json --record "$work/r.db" --level packet >/dev/null
    start 80 24 "stty -g >$work/before; $binary tui $work/r.db; code=\$?; stty -g >$work/after; echo ended \$code"
    check "it opens" waits 'An added address\|1timeline'
    check "it is drawn whole" waits '^? help'
    "$binary" tui "$work/r.db" --keys '' >"$work/plain"
    screen >"$work/screen"
    check "as the same keys print it" cmp -s "$work/plain" "$work/screen"
    mux send-keys -t t -H 1b 5b 4d 20 3b 21 1b 5b 4d 23 3b 21 # the mouse, on the name of a view
    check "a click chooses a view" waits 'causes*, this row'
    mux send-keys -t t 1
    check "a digit chooses a view" waits 'WSPStartup'
    mux send-keys -t t -H 1b 5b 4d 20 2a 24 1b 5b 4d 23 2a 24 # and on the third row
    check "a click chooses a row" waits ' 17/47'
    mux send-keys -t t g 2 1 Enter
    mux send-keys -t t c Enter
    check "keys arrive" waits '3 causes, this row, 2 effects'
    mux send-keys -t t Escape
    check "Esc leads back" waits 'request.completed'
    mux send-keys -t t Down Down Up PageDown Home
    check "arrows and pages" waits ' 1/'
    mux resize-window -t t -x 120 -y 40
    check "a larger window" waits 'row 1 of'
    "$binary" tui "$work/r.db" --keys '<Home>' --size 120x40 >"$work/plain"
    mux resize-window -t t -x 20 -y 5
    sleep 0.3
    mux resize-window -t t -x 80 -y 24
    check "back to the old size" waits '^? help'
    mux send-keys -t t q
    check "q ends it" waits 'ended 0'
    check "the screen is the shell's again" bash -c "! tmux -L \$0 capture-pane -p -t t | grep -q '1timeline'" "$socket"
    check "the terminal's settings are those of before" cmp -s "$work/before" "$work/after"
    for signal in SEGV TERM; do
        start 80 24 "stty -g >$work/before; $binary tui $work/r.db; code=\$?; stty -g >$work/after; echo ended \$code"
        check "it opens again" waits '^? help'
        pkill -"$signal" -f "tui $work/r.db"
        check "SIG$signal ends it" waits 'ended [1-9]'
        check "... the terminal's settings are those of before" cmp -s "$work/before" "$work/after"
        check "... the screen is the shell's" bash -c "! tmux -L \$0 capture-pane -p -t t | grep -q '1timeline'" "$socket"
    done
    start 80 24 "NO_COLOR=1 $binary tui $work/r.db"
    check "without colours" waits '^? help'
    check "... none" bash -c "! tmux -L \$0 capture-pane -e -p -t t | grep -q $'\033\\[3[1-8]'" "$socket"
    mux send-keys -t t q
    start 80 24 "$binary tui $work/r.db"
    check "with colours" waits '^? help'
    check "... some" bash -c "tmux -L \$0 capture-pane -e -p -t t | grep -q $'\033\\[[0-9;]*3[1-8]'" "$socket"
    mux send-keys -t t q
    for term in vt100 xterm-256color xterm-direct linux ansi; do
        infocmp "$term" >/dev/null 2>&1 || continue # not every terminal is described on every machine
        start 80 24 "TERM=$term $binary tui $work/r.db; echo ended \$?"
        check "TERM=$term" waits '1timeline'
        mux send-keys -t t q
        check "TERM=$term ends" waits 'ended 0'
    done
    start 80 24 "TERM=nonsense $binary tui $work/r.db; echo ended \$?"
    check "an unknown terminal is told" waits 'does not know a terminal "nonsense"'
else
    echo "no tmux here: the terminal itself is not tried"
fi
echo "tui: $passed passed, $failed failed"
[ "$failed" = 0 ]
