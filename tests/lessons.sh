#!/bin/sh
# docs/LESSONS.md, made from scenarios/lessons.
#   lessons.sh --write   writes the page anew
#   lessons.sh           compares the page with what would be written, and looks whether each lesson is whole: title, narrative, and
#                        one question with its answer, at a step that expects something
set -eu
cd "$(dirname "$0")/.."
WHAT=lessons
PAGE=docs/LESSONS.md
. tests/page.sh

head_of_page() {
    cat <<'END'
# Lessons

A course in Winsock's control codes and notifications, in reading order, from the code itself to what lies between a program and the network.
Each lesson is a scenario of one screen: a story, what happens step by step, and a question. Predict the answer before you unfold it; nothing
in it is a matter of belief, since the file states it as an expectation and the run fails if it is wrong. Change a file and run it to ask questions of your own.

    bin/wspsim test scenarios/lessons
    bin/wspsim run scenarios/lessons/01-what-is-in-a-code.json --trace text

How to read a step: when; who (a program, or one of its threads as program/thread, or the network by itself); what is called with what; behind
the arrow what must come of it, `0` being success. `sees` is what a program is told, `assert` a look at the world, and `#` a remark. The whole
language is in [SCENARIOS.md](SCENARIOS.md); what went wrong in real programs for want of these lessons is in [MUSEUM.md](MUSEUM.md).

This page is made from the files by `make docs`; what is wrong with it is to be mended there.

## Contents

END
}

expected=1
for file in scenarios/lessons/*.json; do
    name=$(basename "$file" .json)
    awk -v facts=1 -f tests/lessons.awk "$file" >"$OUT/$name"
    before=$failed
    case $name in "$(printf %02d $expected)"-[a-z]*) ;; *) wrong "$file: its name should begin with $(printf %02d $expected)" ;; esac
    expected=$((expected + 1))
    [ -n "$(fact "$name" title)" ] || wrong "$file: it has no title"
    [ "$(fact "$name" about | wc -c)" -ge 500 ] || wrong "$file: its \"about\" is too short for a newcomer"
    [ "$(fact "$name" questions)" = 1 ] || wrong "$file: it has $(fact "$name" questions) questions, and needs one"
    [ "$(fact "$name" answered)" = 1 ] || wrong "$file: the answer does not stand beside the question"
    [ "$(fact "$name" proven)" = 1 ] || wrong "$file: the step with the question expects nothing"
    [ "$(fact "$name" steps)" -le 30 ] || wrong "$file: more than 30 steps"
    [ "$failed" != "$before" ] || passed=$((passed + 1))
done
[ "$expected" -gt 15 ] || wrong "there are only $((expected - 1)) lessons"

{
    head_of_page
    for file in scenarios/lessons/*.json; do
        name=$(basename "$file" .json)
        number=${name%%-*}
        printf '%s. [%s](#n%s)\n' "${number#0}" "$(fact "$name" title)" "$number"
    done
    for file in scenarios/lessons/*.json; do
        name=$(basename "$file" .json)
        awk -v file="$file" -v number="${name%%-*}" -f tests/lessons.awk "$file"
    done
} >"$OUT/page"
page_done "$@"
