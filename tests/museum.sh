#!/bin/sh
# docs/MUSEUM.md, made from scenarios/museum.
#   museum.sh --write   writes the page anew
#   museum.sh           compares the page with what would be written, and looks whether each exhibit is whole: title, about and
#                       source, and a naive and a correct program that both act and say in their `about` what they see
set -eu
cd "$(dirname "$0")/.."
WHAT=museum
PAGE=docs/MUSEUM.md
. tests/page.sh

# What the page needs of a file, a line each: KEY, tab, text. Keys: title, about, source, actor NAME, acts NAME.
# Reads JSON as tokens; `path` is the member on each level, without the places in lists.
# shellcheck disable=SC2016
facts='
function plain(text) { gsub(/\\"/, "\"", text); gsub(/\\\\/, "\\", text); return text }
function value(text,    path, i) {
    for (i = 1; i <= depth; i++) if (key[i] != "") path = path "/" key[i]
    if (path == "/title" || path == "/about" || path == "/source") print substr(path, 2) "\t" plain(text)
    if (path == "/actors/name") name = text
    if (path == "/actors/about") remark = plain(text)
    if (path == "/timeline/by" && !(text in acts)) { acts[text] = 1; sub(/\/.*/, "", text); print "acts " text "\t" }
}
{
    rest = $0
    while (match(rest, /"([^"\\]|\\.)*"|[][}{:,]|[^][}{:," \t]+/)) {
        token = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        if (token == "{" || token == "[") { depth++; object[depth] = token == "{"; key[depth] = ""; wanted = object[depth] }
        else if (token == "}" || token == "]") {
            depth--
            if (depth == 2 && key[1] == "actors" && token == "}") { print "actor " name "\t" remark; name = remark = "" }
            if (object[depth]) wanted = 0
        } else if (token == ",") wanted = object[depth]
        else if (token == ":") wanted = 0
        else if (wanted) key[depth] = substr(token, 2, length(token) - 2)
        else if (substr(token, 1, 1) == "\"") value(substr(token, 2, length(token) - 2))
    }
}'

# The parts of the collection, by the first number of each.
part_of() {
    case $1 in
    0* | 10) echo 'Lost, missing and surplus notifications' ;;
    1[1-4]) echo 'Storms that the program makes itself' ;;
    1[5-9] | 2[0-3]) echo 'Routes and source addresses' ;;
    2[4-9] | 3[0-3]) echo 'Layers, base handles, ways of completion' ;;
    3[4-8]) echo 'How long an OVERLAPPED lives' ;;
    39 | 4[0-4]) echo 'Errors of UDP, readable bytes, blocking mode' ;;
    *) echo 'Send backlog, keep-alive, ports, receive-side scaling' ;;
    esac
}

# owner/repo#12 and owner/repo PR #12 become links.
links() { sed -E 's,([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+) PR #([0-9]+),[\1 PR \2](https://github.com/\1/pull/\2),g; s,([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)#([0-9]+),[\1#\2](https://github.com/\1/issues/\2),g'; }


head_of_page() {
    cat <<'END'
# The museum

Bugs that real programs had with Winsock's notifications, routes, handles and sockets, told again as scenarios that run anywhere, take no time
and end the same way every time. In each of them two programs live through the same events: the naive one does what the program in the thread
did, and its wrong outcome stands in the file as an expectation that holds; the correct one shows what to do instead. All of them, or one with
everything that happens in it:

    bin/wspsim test scenarios/museum
    bin/wspsim run scenarios/museum/01-fires-once-and-never-again.json --trace text

This page is made from the files by `make docs`; what is wrong with it is to be mended there. Numbers are those of a longer list, so some are missing.

END
}

contents() {
    former=
    for file in scenarios/museum/*.json; do
        name=$(basename "$file" .json)
        part=$(part_of "${name%%-*}")
        [ "$part" = "$former" ] || printf '\n**%s**\n\n' "$part"
        former=$part
        printf '* [%s](#n%s) %s\n' "${name%%-*}" "${name%%-*}" "$(fact "$name" title)"
    done
}

exhibits() {
    former=
    for file in scenarios/museum/*.json; do
        name=$(basename "$file" .json)
        part=$(part_of "${name%%-*}")
        [ "$part" = "$former" ] || printf '\n## %s\n' "$part"
        former=$part
        printf '\n### <a id="n%s"></a>%s. %s\n\n' "${name%%-*}" "${name%%-*}" "$(fact "$name" title)"
        printf '%s\n\n' "$(fact "$name" about)"
        printf '| program | sees |\n| --- | --- |\n'
        printf '| naive | %s |\n' "$(fact "$name" 'actor naive')"
        printf '| correct | %s |\n\n' "$(fact "$name" 'actor correct')"
        printf 'From %s.\n\n' "$(fact "$name" source | links)"
        printf '    bin/wspsim run %s --trace text\n' "$file"
    done
}

page() {
    head_of_page
    echo '## Contents'
    contents
    exhibits
}

for file in scenarios/museum/*.json; do
    name=$(basename "$file" .json)
    awk "$facts" "$file" >"$OUT/$name"
    before=$failed
    case $name in [0-9][0-9]-[a-z]*) ;; *) wrong "$file: its name does not begin with two digits and a word" ;; esac
    for what in title source 'actor naive' 'actor correct'; do
        [ -n "$(fact "$name" "$what")" ] || wrong "$file: says nothing of: $what"
    done
    [ "$(fact "$name" about | wc -c)" -ge 300 ] || wrong "$file: its \"about\" is too short for somebody who does not know the matter"
    for actor in naive correct; do grep -q "^acts $actor$tab" "$OUT/$name" || wrong "$file: the $actor program does nothing"; done
    [ "$failed" != "$before" ] || passed=$((passed + 1))
done

page >"$OUT/page"
page_done "$@"
