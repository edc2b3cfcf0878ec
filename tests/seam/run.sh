#!/bin/sh
# tests/seam/run.sh BINARY SO_DIR
#
# The proof of the seam. Providers that are not the reference provider (SO_DIR/*.so, one of each tests/seam/*.c) are loaded
# into BINARY: a polite one that must look just like the reference, a plain one that serves sockets through kernel.h alone, one
# that breaks each rule the judge knows, and some that crash or cannot be loaded. One line a case, `ok` or `not ok`; exits 1 if any failed, 2 when it cannot do its work.

set -eu
LC_ALL=C
export LC_ALL

if [ $# -ne 2 ] || [ ! -x "$1" ] || [ ! -d "$2" ]; then
    echo "usage: tests/seam/run.sh BINARY SO_DIR" >&2
    exit 2
fi
binary=$1
objects=$2
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Faults belong to the simulator's own handler; what a crash or a faulty provider leaves behind is no leak of ours.
ASAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:allow_user_segv_handler=1:detect_leaks=0
export ASAN_OPTIONS

passed=0
failed=0

# verdict NAME PROBLEM: one line for the case; an empty problem is a success.
verdict() {
    if [ -z "$2" ]; then
        passed=$((passed + 1))
        echo "ok $1"
        return
    fi
    failed=$((failed + 1))
    echo "not ok $1: $2"
    sed 's/^/    /' "$work/out"
}

# run FILE PROVIDER OPTION...: leaves the output in $work/out and the exit code in $code. PROVIDER may be `reference`.
run() {
    scenario=$1
    provider=$2
    shift 2
    [ "$provider" = reference ] || set -- "$@" --provider "$provider"
    code=0
    "$binary" run "$scenario" "$@" >"$work/out" 2>&1 || code=$?
}

# ends NAME CODE WORDS SCENARIO PROVIDER: the run ends with this code, and says these words.
ends() {
    run "$here/$4.json" "$5"
    problem=
    [ "$code" -eq "$2" ] || problem="exit code $code, not $2"
    grep -qF -- "$3" "$work/out" || problem="${problem:+$problem; }it does not say: $3"
    verdict "$1" "$problem"
}

# breaks RULE [VARIANT]: exactly this rule is named, and nothing else fails.
breaks() {
    name=break-$1${2:+-$2}
    run "$here/$name.json" "$objects/breaker.so" --json
    problem=
    [ "$code" -eq 1 ] || problem="exit code $code, not 1"
    tr ',' '\n' <"$work/out" | sed -n 's/^"message":"\([^"]*\).*/\1/p' | sed 's/^\(rule [a-z-]*\):.*/\1/' | sort -u >"$work/named"
    [ "$(cat "$work/named")" = "rule $1" ] || problem="${problem:+$problem; }it names: $(tr '\n' ',' <"$work/named")"
    verdict "$name" "$problem"
}

# same NAME SCENARIO PROVIDER PROVIDER: both runs pass, with the same digest.
same() {
    problem=
    run "$here/$2.json" "$3" --json
    [ "$code" -eq 0 ] || problem="the first run ends with exit code $code"
    first=$(sed -n 's/.*"digest":"\([0-9a-f]*\)".*/\1/p' "$work/out")
    run "$here/$2.json" "$4" --json
    [ "$code" -eq 0 ] || problem="${problem:+$problem; }the second run ends with exit code $code"
    second=$(sed -n 's/.*"digest":"\([0-9a-f]*\)".*/\1/p' "$work/out")
    [ -n "$first" ] && [ "$first" = "$second" ] || problem="${problem:+$problem; }the digests are \"$first\" and \"$second\""
    verdict "$1" "$problem"
}

# together NAME SCENARIO: the actors bring their own providers, which the scenario names without their folder.
together() {
    sed "s|\"provider\": \"|&$objects/|" "$here/$2.json" >"$work/$2.json"
    run "$work/$2.json" reference
    problem=
    [ "$code" -eq 0 ] || problem="exit code $code, not 0"
    verdict "$1" "$problem"
}

# shows NAME PROVIDER: the trace names every call and upcall of common-ground.
shows() {
    run "$here/common-ground.json" "$2" --trace text
    problem=
    for verb in WSPStartup WSPSocket WSPIoctl WSPCloseSocket WSPCleanup WPUCreateSocketHandle WPUCloseSocketHandle WPUResetEvent \
        WPUCompleteOverlappedRequest kernel.watch kernel.cancel request.completed event.signaled; do
        grep -q " $verb " "$work/out" || problem="${problem:+$problem; }no row says $verb"
    done
    verdict "$1" "$problem"
}

# Only what a provider may use is there for it. A sanitizer's own symbols, and the C library's, are not ours.
look_at_exports() {
    problem=
    nm -D --defined-only "$binary" >"$work/out"
    if grep -q ' __asan_init' "$work/out"; then
        echo "# exports are not looked at: a sanitizer's runtime is linked in"
        return
    fi
    awk '{ print $3 }' "$work/out" | grep -Ev '@|^kernel_[a-z_]+$|^WPUCompleteOverlappedRequest$|^WSA[GS]etLastError$|^WSCEnumProtocols$|^__(asan|ubsan|sanitizer|lsan)_' >"$work/named" || true
    [ ! -s "$work/named" ] || problem="it also exports $(tr '\n' ' ' <"$work/named")"
    verdict "the binary exports kernel_*, WPUCompleteOverlappedRequest and the last error alone" "$problem"
}

# The second providers are made of the Winsock headers, kernel.h and what lies here: nothing of the simulator's or the
# reference provider's inside.
look_at_headers() {
    problem=
    cat "$objects"/plain.d "$objects"/polite.d | tr ' ' '\n' | grep '\.[ch]$' >"$work/out" || problem="no dependencies were written"
    grep -vE '^(include|tests/seam)/' "$work/out" >"$work/named" || true
    [ ! -s "$work/named" ] || problem="they include $(tr '\n' ' ' <"$work/named")"
    verdict "the second providers include public headers alone" "$problem"
}

# Every rule that stands in the judge has a scenario that breaks it, and every scenario of that kind is run.
look_at_rules() {
    problem=
    : >"$work/out"
    sed -n 's/.*verdict([^"]*"\([a-z-]*\)", .*/\1/p' "$here"/../../sim/ws2/judge*.c | sort -u >"$work/rules"
    [ -s "$work/rules" ] || problem="no rule was found in sim/ws2/judge*.c"
    while read -r rule; do
        [ -f "$here/break-$rule.json" ] || problem="${problem:+$problem; }nothing breaks $rule"
    done <"$work/rules"
    set -- "$here"/break-*.json
    [ $# -eq "$broken" ] || problem="${problem:+$problem; }$# scenarios break a rule, $broken were run"
    verdict "every rule of the judge is broken once" "$problem"
}

# ---- a polite provider ----
look_at_exports
ends "the polite provider serves what it offers and refuses the rest" 0 pass polite "$objects/polite.so"
same "the polite provider: twice the same digest" common-ground "$objects/polite.so" "$objects/polite.so"
same "the reference provider: twice the same digest" common-ground reference reference
same "polite and reference provider: the same digest" common-ground "$objects/polite.so" reference
same "a provider that breaks no rule is like the reference provider" breaker-behaves "$objects/breaker.so" reference
together "three providers in one run" three-providers
shows "the trace names the polite provider's calls and upcalls" "$objects/polite.so"
shows "the trace names the reference provider's calls and upcalls" reference

# ---- a provider of sockets ----
look_at_headers
for name in datagrams streams endings; do
    ends "the plain provider: sockets-$name" 0 pass "sockets-$name" "$objects/plain.so"
    ends "the reference provider: sockets-$name" 0 pass "sockets-$name" reference
done
same "the plain provider: twice the same digest" sockets-endings "$objects/plain.so" "$objects/plain.so"
same "plain and reference provider: the same digest of a connection" sockets-streams "$objects/plain.so" reference
together "two providers speak with each other" sockets-two-providers
while read -r name; do
    ends "the plain provider: $name" 0 pass "../../scenarios/net/$name" "$objects/plain.so"
done <<'SHIPPED'
sockets/blocked-accept-and-connect
sockets/closed-under-a-select
sockets/empty-receive
sockets/listener-closes
sockets/network-down
sockets/select
sockets/wait-for-all
tcp/black-hole
tcp/echo
tcp/half-close
tcp/simultaneous-close
tcp/simultaneous-open
udp/connected
udp/echo-blocking
udp/fionread-is-the-total
udp/peek
udp/too-small-a-buffer
SHIPPED

# ---- a rule, and what breaks it ----
broken=0
while read -r rule variant; do
    broken=$((broken + 1))
    breaks "$rule" "$variant"
done <<'RULES'
completes-once
completes-once by-routine
hands-off-when-complete
close-completes
close-completes with-routine
nothing-unasked
nothing-unasked by-routine
nothing-unasked inside-the-call
nothing-after-cleanup
nothing-after-cleanup by-routine
nothing-after-cleanup in-the-overlapped
routine-on-its-thread
routine-on-its-thread on-no-thread
routine-in-alertable-wait
own-routine
own-routine own-overlapped
no-event-with-routine
no-event-with-routine by-set-event
byte-counts-agree
byte-counts-agree in-result
byte-counts-agree at-once
within-the-buffers
callback-in-its-call
own-hook
hook-is-obeyed
hook-is-obeyed at-once
hook-only-where-it-blocks
callback-refuses-calls
message-as-registered
failure-says-why
failure-says-why with-zero
pending-needs-overlapped
refused-never-completes
at-once-is-complete
status-before-routine
one-result
one-result in-result
result-after-completion
RULES
look_at_rules
ends "what Windows is known to do breaks no rule in the observed profile" 0 pass observed-byte-counts "$objects/breaker.so"

# ---- crashes ----
ends "a crash in WSPStartup" 1 "the provider crashed in WSPStartup: SIGSEGV" starts "$objects/start_crashes.so"
ends "a wild pointer in a call" 1 "the provider crashed in WSPIoctl: SIGSEGV" crash-wild-pointer "$objects/breaker.so"
ends "a stack overflow" 1 "the provider crashed in WSPIoctl: ran over its stack" crash-stack-overflow "$objects/breaker.so"
ends "exit()" 1 "the provider crashed in WSPIoctl: it called exit" crash-exit "$objects/breaker.so"
ends "abort()" 1 "the provider crashed in WSPIoctl: SIGABRT" crash-abort "$objects/breaker.so"
ends "a crash in a completion" 1 "the provider crashed in a completion: SIGSEGV" crash-in-completion "$objects/breaker.so"
ends "a crash on the way to a routine" 1 "the provider crashed in a completion: SIGSEGV" crash-in-routine "$objects/breaker.so"
ends "a crash in WSPCloseSocket" 1 "the provider crashed in WSPCloseSocket: SIGSEGV" crash-in-close "$objects/breaker.so"
ends "a crash in WSPCleanup" 1 "the provider crashed in WSPCleanup: SIGSEGV" crash-in-cleanup "$objects/breaker.so"

ends "a crash in the WSPCleanup that ends the run" 1 "the provider crashed in WSPCleanup: SIGSEGV" crash-at-the-end "$objects/breaker.so"

# ---- layers ----
ends "a layer that crashes" 1 "the provider crashed in WSPSocket: SIGSEGV" layer-crashes reference
ends "a layer that crashes below another" 1 "the provider crashed in WSPSocket: SIGSEGV" layer-crashes-below reference
ends "the DLL asks a layer's own handle for its target" 1 "the provider crashed in WSPIoctl: SIGSEGV" layer-asked-for-pnp-target reference
ends "a setting that the layer does not know" 1 "WSPStartup failed for the actor app" layer-unknown-setting reference
ends "a layer that is not there" 5 "absent_layer.so cannot be used" layer-absent reference
ends "a rule is broken between two layers" 1 "WSPSocket failed and left *lpErrno untouched" layer-judged-below reference
ends "a layer over another base provider" 0 pass layer-over-a-polite-base "$objects/polite.so"

# ---- providers that cannot be used ----
ends "a table with a hole" 1 "WSAEINVALIDPROCTABLE" starts "$objects/null_entry.so"
ends "a WSPStartup that fails" 1 "WSPStartup failed for the actor app" starts "$objects/start_fails.so"
ends "another version of kernel.h" 5 "it was built against another version of kernel.h" starts "$objects/other_abi.so"
ends "no WSPStartup" 5 "it exports no WSPStartup" starts "$objects/no_startup.so"
ends "a kernel function that is not there" 5 "kernel_from_tomorrow" starts "$objects/unknown_function.so"
ends "a file that is no shared object" 5 "cannot be used" starts "$here/starts.json"
ends "a file that is not there" 5 "cannot be used" starts "$objects/absent.so"

echo "seam: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
