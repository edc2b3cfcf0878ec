# shellcheck shell=sh disable=SC2154
# Part of run.sh: the verbs that look into records. $work/r.db holds one run of address-change.json, $work/many.db four runs.

echo "# show"
exits 0 "show addresses" show "$work/r.db" addresses
check "... the one that was added" is_line_of_out 'a     eth0       192.0.2.11/24  preferred  5ms (row 31)'
exits 0 "show addresses --at 4ms" show "$work/r.db" addresses --at 4ms
check "... before it was" [ "$(grep -c 192.0.2.11 "$out")" -eq 0 ]
exits 0 "show addresses --at 5ms: the instant is over" show "$work/r.db" addresses --at 5ms
check "... it is there" in_out 192.0.2.11/24
exits 0 "show addresses --row 30" show "$work/r.db" addresses --row 30
check "... not yet" [ "$(grep -c 192.0.2.11 "$out")" -eq 0 ]
exits 0 "show addresses --row 31" show "$work/r.db" addresses --row 31
check "... just now" in_out 192.0.2.11/24
exits 0 "show routes" show "$work/r.db" routes --host a --json
check "... as facts" is_line_of_out '{"fact":"route","host":"a","to":"192.0.2.11/32","via":"on-link","interface":"eth0","metric":256,"automatic":true,"since_ns":5000000,"row":32}'
check "... twelve at first, one more for the new address" lines_of_out 13
exits 0 "show interfaces" show "$work/r.db" interfaces
check "... two of them" lines_of_out 3
exits 0 "show pending at 4ms" show "$work/r.db" pending --at 4ms --json
check "... the client's request" is_line_of_out '{"fact":"pending","actor":"app","layer":"spi","name":"o","host":"a","thread":"app","call":"WSPIoctl","socket":"s","what":"SIO_ADDRESS_LIST_CHANGE","since_ns":1000000,"row":29}'
check "... and the stack's" in_out '"layer":"kernel","name":"1",'
exits 0 "show pending at the end" show "$work/r.db" pending
check "... none" is_line_of_out none
exits 0 "show sockets at 4ms" show "$work/r.db" sockets --at 4ms
check "... by its name and its handle" in_out '^app    s       0x100 '
exits 0 "show sockets: closed" show "$work/r.db" sockets --json
check "... an empty list has no line" out_empty
exits 0 "show threads" show "$work/r.db" threads
check "... is idle" in_out '^app    app     a     idle '
exits 0 "show links" show "$work/r.db" links
exits 0 "show events" show "$work/r.db" events
check "... all of them" lines_of_out 41
"$binary" run address-change.json --trace text 2>/dev/null | sed '$d' >"$work/trace"
check "... as the trace has them" cmp -s "$out" "$work/trace"
exits 0 "show events by time" show "$work/r.db" events --from 1ms --to 5ms
check "... both ends count" lines_of_out 13
exits 0 "show events by layer" show "$work/r.db" events --layer kernel
check "... two" lines_of_out 2
exits 0 "show events by verb" show "$work/r.db" events --verb 'route.*' --from 5ms --host a
check "... one" lines_of_out 1
exits 0 "show events by object and actor" show "$work/r.db" events --object s --actor app --json
check "... five" lines_of_out 5
exits 0 "show events of nobody" show "$work/r.db" events --actor nobody
check "... none" out_empty
exits 0 "show why" show "$work/r.db" why 36
check "... from the effect" in_out '^               36          5ms app      event.signaled   e <- 35$'
check "... to its cause" in_out '^because of     30          5ms -        address.add      /timeline/2$'
check "... and the line of the scenario" in_out '^            address-change.json:9:5 (at /timeline/2)$'
check "... which is shown" in_out '^              { "at": "5ms", "do": "address.add", "on": "a.eth0", "address": "192.0.2.11/24" },$'
exits 0 "show why --json" show "$work/r.db" why 36 --json
check "... a row a line" lines_of_out 6
check "... with the place" in_out '"place":{"file":"address-change.json","line":9,"column":5,"pointer":"/timeline/2"}}$'
exits 0 "a record of packets" run pass.json --record "$work/packets.db" --level packet
exits 0 "... shows its rows" show "$work/packets.db" events
exits 2 "show wants to know which run" show "$work/many.db" addresses
check "... says how" in_err 'say which with --run'
exits 0 "show --run 3" show "$work/many.db" addresses --run 3
exits 2 "show --run of a run that is not there" show "$work/many.db" addresses --run 5
exits 2 "show what cannot be shown" show "$work/r.db" adresses
check "... suggests" in_err 'did you mean addresses'
exits 2 "show at a time beyond the end" show "$work/r.db" addresses --at 8ms
check "... says when it ended" in_err 'run 1 ended at 7ms'
exits 2 "show after a row that is not there" show "$work/r.db" addresses --row 42
check "... says how many there are" in_err 'has 41 rows'
# A step of a file that takes its world from another one stands on the line where that file has it.
included=../../../scenarios/language/included-world.json
ws run "$included" --record "$work/included.db" --quiet
line=$(grep -n '"assert": "addresses"' "$included" | cut -d: -f1)
row=$("$binary" show "$work/included.db" events | awk '$4 == "addresses" { print $1 }')
exits 0 "show why of a step beside an included world" show "$work/included.db" why "$row"
check "... names the line of its own file" in_out "included-world.json:$line:[0-9]* (at /timeline/3)"
check "... and shows the step" in_out '"assert": "addresses", "host": "printer"'
exits 0 "... as JSON" show "$work/included.db" why "$row" --json
check "... with the same line" in_out "\"line\":$line,"
exits 0 "... and the record runs again" replay "$work/included.db"
exits 2 "show why of a row that is not there" show "$work/r.db" why 42
check "... says so" in_err 'has no row 42'
exits 2 "show why of a packet that is not there" show "$work/r.db" why p1
exits 2 "show why of no number" show "$work/r.db" why x
exits 2 "show why of nothing" show "$work/r.db" why
exits 2 "show --at and --row" show "$work/r.db" addresses --at 1ms --row 3
exits 2 "show --at no time" show "$work/r.db" addresses --at soon
exits 2 "show events at a time" show "$work/r.db" events --at 1ms
exits 2 "show events backwards" show "$work/r.db" events --from 2ms --to 1ms
exits 2 "show a state by verb" show "$work/r.db" addresses --verb address.added
exits 2 "show addresses of an actor" show "$work/r.db" addresses --actor app
exits 2 "show events of no layer" show "$work/r.db" events --layer nte
exits 2 "show one word too many" show "$work/r.db" addresses now
for bad in "$work/nothing.db" "$work/empty.db" "$work/text.db" "$work" "$work/cut.db"; do
    exits 5 "show of ${bad##*/}" show "$bad" addresses
    check "... one clear line" [ "$(wc -l <"$err")" -eq 1 ]
done

echo "# diff"
exits 0 "diff of a record and itself" diff "$work/r.db" "$work/r.db"
check "... says so" in_out '^equal '
exits 0 "diff -q" diff -q "$work/r.db" "$work/r.db"
check "... says nothing" out_empty
exits 0 "diff of two levels compares what both have" diff "$work/r.db" "$work/api.db"
check "... and names the levels" in_out '^  level      net | api$'
sed 's/192.0.2.11/192.0.2.12/' address-change.json >"$work/other.json"
exits 0 "another scenario" run "$work/other.json" --record "$work/other.db"
exits 1 "diff of runs that part" diff "$work/r.db" "$work/other.db"
check "... after how many rows" in_out '^differs    after 30 equal rows$'
check "... the one side" in_out '192.0.2.11/24 state=preferred <- 30$'
check "... the other side" in_out '192.0.2.12/24 state=preferred <- 30$'
check "... both causes" [ "$(grep -c 'because of     30 ' "$out")" -eq 2 ]
check "... both places" [ "$(grep -c 'json:9:5 (at /timeline/2)$' "$out")" -eq 2 ]
exits 1 "diff -q of runs that part" diff -q "$work/r.db" "$work/other.db"
check "... says nothing" out_empty
exits 1 "diff --json" diff --json "$work/r.db" "$work/other.db"
check "... one object" lines_of_out 1
check "... with both" in_out '^{"equal":false,"rows":30,"settings":{"scenario":.*"a":\[{"seq":31,.*"b":\[{"seq":31,'
exits 2 "diff wants to know which" diff "$work/many.db" "$work/r.db"
check "... says how" in_err 'say which with --run-a'
exits 2 "diff wants to know which of the second" diff "$work/r.db" "$work/many.db"
check "... says how" in_err 'say which with --run-b'
exits 0 "diff of runs within one record" diff "$work/many.db" "$work/many.db" --run-a 1 --run-b 2
check "... names the seeds" in_out '^  seed       1 | 2$'
exits 0 "diff --run is for both" diff "$work/many.db" "$work/many.db" --run 2
exits 2 "diff --run-b of a run that is not there" diff "$work/r.db" "$work/many.db" --run-b 9
exits 2 "diff of one" diff "$work/r.db"
exits 5 "diff with a text" diff "$work/r.db" "$work/text.db"
exits 5 "diff with what is cut off" diff "$work/cut.db" "$work/r.db"

echo "# merge"
exits 0 "merge" merge "$work/joined.db" "$work/r.db" "$work/many.db" "$work/other.db"
check "... says what" in_out 'joined.db: 6 runs of 3 records$'
check "... leaves nothing beside it" no_partial
exits 0 "... the runs are numbered anew" diff "$work/joined.db" "$work/other.db" --run-a 6
exits 0 "... each is there" diff "$work/joined.db" "$work/many.db" --run-a 5 --run-b 4
exits 0 "... and replays" replay "$work/joined.db" --run 2
cp "$work/joined.db" "$work/joined.kept"
for bad in "$work/nothing.db" "$work/empty.db" "$work/text.db" "$work" "$work/cut.db"; do
    exits 5 "merge with ${bad##*/}" merge "$work/joined.db" "$work/r.db" "$bad"
    check "... leaves the old record alone" cmp -s "$work/joined.db" "$work/joined.kept"
    check "... and nothing beside it" no_partial
done
exits 0 "merge into one of those that come in" merge -q "$work/joined.db" "$work/joined.db" "$work/r.db"
check "... says nothing" out_empty
exits 0 "... holds them all" show "$work/joined.db" addresses --run 7
exits 2 "merge of nothing" merge "$work/new.db"
exits 5 "merge where no folder is" merge "$work/no/m.db" "$work/r.db"

echo "# replay of what was recorded by something else"
exits 5 "replay with a provider that is not there" replay "$work/r.db" --provider "$work/gone.so"
if have sqlite3; then
    cp "$work/r.db" "$work/t.db"
    sqlite3 "$work/t.db" "UPDATE run SET program = 'wspsim 0.0.1', commit_id = 'feedbeef';"
    exits 0 "replay of an older record compares" replay "$work/t.db"
    check "... says what changed: the program" in_out '^changed    .*: program: wspsim 0.0.1 then, wspsim '
    check "... the commit" in_out '^changed    .*: commit: feedbeef then, '
    check "... and that it is equal" in_out '^equal '
    exits 0 "... with --json too" replay --json "$work/t.db"
    check "... says it" in_out '"changed":{"program":\["wspsim 0.0.1","wspsim '
    sqlite3 "$work/t.db" "UPDATE row SET at_ns = at_ns + 1 WHERE seq = 41;"
    exits 4 "replay of an older record that differs" replay "$work/t.db"
    check "... both" in_out '^changed    .*: program: '
    check "... and the place of what caused it" in_out 'address-change.json:11:5 (at /timeline/4)'
    sqlite3 "$work/t.db" "UPDATE run SET provider = './gone.so';"
    exits 5 "replay of a provider that is gone" replay "$work/t.db"
    check "... says how to name another" in_err '--provider names another'
    exits 4 "... another is compared" replay "$work/t.db" --provider reference
    check "... and named" in_out '^changed    .*: provider: ./gone.so then, reference now'
    cp "$work/r.db" "$work/t.db"
    sqlite3 "$work/t.db" "UPDATE run SET scenario_text = replace(scenario_text, 'wspsim/1', 'wspsim/0');"
    exits 2 "replay of a language that is no more" replay "$work/t.db"
    check "... says so" in_err 'its scenario is none to this version'
    cp "$work/api.db" "$work/t.db"
    sqlite3 "$work/t.db" "UPDATE run SET digest = '00000000000000000000000000000000';"
    exits 4 "replay where what was not recorded differs" replay "$work/t.db"
    check "... says so" in_out 'in rows that were not recorded: the record is of level api'
fi

# The commands of docs/RECORDS.md give what stands there.
if [ -f "$here/../../docs/RECORDS.md" ]; then
    (cd "$here/../.." && "$binary" run -q scenarios/01-address-change-event.json --record "$work/run.db")
    awk '/^```console$/ { on = 1; next } /^```$/ { on = 0 } on' "$here/../../docs/RECORDS.md" >"$work/documented"
    grep '^\$ wspsim ' "$work/documented" | while read -r _ _ command; do
        echo "\$ wspsim $command"
        # shellcheck disable=SC2086
        (cd "$work" && "$binary" $command)
    done >"$out" 2>"$err"
    check "docs/RECORDS.md shows what is printed" cmp -s "$out" "$work/documented"
fi
