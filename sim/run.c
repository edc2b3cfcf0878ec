/*
 * The run: all parts of the simulator, and the one switch over its events.
 */
#include "run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/engine.h"
#include "core/fault.h"
#include "core/text.h"
#include "core/trace_order.h"
#include "net/link/codel.h"
#include "net/link/link.h"
#include "net/net.h"
#include "net/tcp/tcp.h"
#include "net/timer.h"
#include "net/traffic/traffic.h"
#include "ws2/judge.h"
#include "ws2/ws2.h"

#define INSTANT_LIMIT ((uint64_t)10000000)
#define TIME_END_NS (INT64_MAX / 2)  /* 146 years; sums of times below it do not overflow */
#define LONG_NS INT64_C(315360000000000000) /* ten years … */
#define LONG_EVENTS ((uint64_t)100000)      /* … and so many events in which the network alone did something */
#define ROWS_KEPT ((uint64_t)4096)   /* for the rows around a failure */
#define READ_EVERY 256               /* events between two looks at the new rows */
#define ROWS_BEFORE 8
#define ROWS_AFTER 2

struct run {
    const struct run_setup *setup;
    struct engine *engine;
    struct trace *trace;
    struct net *net;
    struct ws2 *ws2;
    struct script *script;
    struct trace_cursor rows_read;
    int64_t active_ns;        /* when the script or a thread last did something */
    uint64_t idle_events;     /* since then */
    const char *stopped;      /* why it ended before its time */
    char **error;
    sigjmp_buf home;
    struct fault fault;
};

const char *run_verdict_name(enum run_verdict verdict)
{
    switch (verdict) {
    case RUN_PASS: return "pass";
    case RUN_FAIL: return "fail";
    case RUN_UNDECIDED: return "undecided";
    case RUN_ERROR: return "error";
    case RUN_KNOWN_GAP: return "known-gap";
    }
    return "";
}

/* ---- the switch: the table of contents of the simulator ---- */

static void run_event(const struct event *event)
{
    struct task *task;
    switch (event->kind) {
    case EVENT_SCRIPT: script_turn(event->subject.script); break;
    case EVENT_SETTLE: host_settle(event->subject.host); break;
    case EVENT_REQUEST:
        task = request_deliver(event->subject.request);
        if (task) thread_delivered(task);
        break;
    case EVENT_THREAD_READY: thread_resume(thread_of(event->subject.task)); break;
    case EVENT_WAIT_TIMEOUT: thread_timeout(event->subject.task); break;
    case EVENT_ADDRESS_TIMER: ifaddr_timer(event->subject.ifaddr); break;
    case EVENT_LINK:
        if (event->number) codel_event(event->subject.link); /* its wire is free */
        else link_event(event->subject.link);
        break;
    case EVENT_TCP_TIMER: tcp_timer(event->subject.endpoint, (unsigned)event->number); break;
    case EVENT_NET_TIMER: net_timer_run(event->subject.net_timer); break;
    case EVENT_TRAFFIC: traffic_event(event->subject.traffic); break;
    }
}

/* ---- rows to whoever reads along ---- */

static bool run_read_rows(struct run *run)
{
    const struct run_setup *setup = run->setup;
    uint64_t newest = *trace_newest(run->trace);
    struct trace_row row;
    if (setup->recorder && !recorder_rows(setup->recorder, run->trace, run->error)) return false;
    if (setup->capture && !pcapng_rows(setup->capture, run->trace, run->error)) return false;
    while (setup->row && trace_cursor_next(&run->rows_read, run->trace, &row)) setup->row(&row, setup->row_argument);
    if (newest > ROWS_KEPT) trace_forget_before(run->trace, newest - ROWS_KEPT);
    if (trace_newest_packet(run->trace)) trace_forget_before(run->trace, trace_newest_packet(run->trace));
    return true;
}

/* ---- the loop ---- */

/* Somebody waits for what will not come, and timers of the network go on for ever: a probe of a closed window, say. */
static bool run_is_endless(const struct run *run, int64_t next_ns)
{
    bool bounded = run->setup->until_ns != INT64_MAX && next_ns <= TIME_END_NS;
    return run->idle_events > LONG_EVENTS && next_ns - run->active_ns > LONG_NS && !bounded && !script_due(run->script);
}

static void run_note(struct run *run, enum event_kind kind)
{
    if (kind != EVENT_SCRIPT && kind != EVENT_THREAD_READY && kind != EVENT_WAIT_TIMEOUT) {
        run->idle_events++;
        return;
    }
    run->active_ns = engine_now_ns(run->engine);
    run->idle_events = 0;
}

/* Before time goes on, the script hears that the instant is over; that may bring up something more for it. */
static bool run_instant_over(struct run *run)
{
    int64_t now_ns = engine_now_ns(run->engine);
    if (engine_next_ns(run->engine) == now_ns) return true;
    trace_set_cause(run->trace, 0);
    script_instant_over(run->script);
    int64_t next_ns = engine_next_ns(run->engine);
    if (next_ns == now_ns) return true;
    if (script_finished(run->script) || next_ns == INT64_MAX) return false;
    if (next_ns > run->setup->until_ns) run->stopped = "--until was reached";
    else if (run_is_endless(run, next_ns)) run->stopped = "for ten years only the network has done something, and it would go on; --until TIME lets it";
    return !run->stopped;
}

static bool run_loop(struct run *run)
{
    struct event event;
    uint64_t limit = run->setup->instant_limit ? run->setup->instant_limit : INSTANT_LIMIT, count = 0;
    while (run_instant_over(run) && engine_next(run->engine, &event)) {
        trace_set_cause(run->trace, event.cause);
        run_note(run, event.kind);
        run_event(&event);
        if (++count % READ_EVERY == 0 && !run_read_rows(run)) return false;
        if (engine_taken_now(run->engine) <= limit) continue;
        run->stopped = "too many events at one instant";
        script_livelocked(run->script, limit);
        break;
    }
    return true;
}

/* Not strsignal: its words depend on the locale. */
static const char *signal_words(int number)
{
    switch (number) {
    case SIGSEGV: return "SIGSEGV, it used memory that is not there";
    case SIGBUS: return "SIGBUS, it used memory that is not there";
    case SIGFPE: return "SIGFPE, an impossible calculation";
    case SIGILL: return "SIGILL, an illegal instruction";
    case SIGABRT: return "SIGABRT, it gave up";
    default: return "a fault";
    }
}

static void run_crashed(struct run *run)
{
    const char *function = ws2_calling(run->ws2), *what = run->fault.exited ? "it called exit" : run->fault.stack_overflow ? "ran over its stack" : signal_words(run->fault.signal);
    char message[200];
    snprintf(message, sizeof message, "the provider crashed in %s: %s", function ? function : "a completion", what);
    ws2_crashed(run->ws2);
    script_crashed(run->script, message);
    run->stopped = "the provider crashed";
}

/* The providers' last words may be their last in another sense. */
static void run_clean(struct run *run)
{
    fault_watch(&run->home, &run->fault, ws2_fiber(run->ws2));
    if (sigsetjmp(run->home, 1) == 0) ws2_clean(run->ws2);
    else run_crashed(run);
    fault_unwatch();
}

static bool run_guarded(struct run *run)
{
    volatile bool good = true;
    fault_watch(&run->home, &run->fault, ws2_fiber(run->ws2));
    if (sigsetjmp(run->home, 1) == 0) {
        script_begin(run->script);
        good = run_loop(run);
    } else {
        run_crashed(run);
    }
    fault_unwatch();
    if (good) script_end(run->script, run->stopped);
    good = run_read_rows(run) && good;
    run_clean(run); /* after the rows were read: it leaves none */
    return good;
}

/* ---- the result ---- */

static const char *rows_around(struct arena *arena, const struct trace *trace, uint64_t seq)
{
    struct text text = { 0 };
    struct trace_row row;
    uint64_t first = seq > ROWS_BEFORE ? seq - ROWS_BEFORE : 1;
    for (uint64_t at = first; at <= seq + ROWS_AFTER; at++) {
        if (!trace_read(trace, at, &row)) continue;
        char *line = trace_row_line(&row);
        text_printf(&text, "%s %s\n", at == seq ? ">" : " ", line);
        free(line);
    }
    const char *copy = arena_text(arena, text.bytes ? text.bytes : "");
    text_free(&text);
    return copy;
}

static void result_failures(struct run *run, struct run_result *result)
{
    size_t count = script_failures(run->script);
    struct run_failure *failures = arena_take(result->arena, (count + 1) * sizeof *failures);
    for (size_t i = 0; i < count; i++) {
        const struct failure *from = script_failure(run->script, i);
        const char *pointer = from->node ? json_pointer(result->arena, from->node) : "";
        failures[i] = (struct run_failure){
            .line = from->node && !from->node->file ? from->node->line : 0, .column = from->node && !from->node->file ? from->node->column : 0, .pointer = pointer, .step = from->step ? (long)from->step->index : -1,
            .expected = from->expected ? arena_text(result->arena, from->expected) : NULL, .seen = from->seen ? arena_text(result->arena, from->seen) : NULL,
            .message = arena_text(result->arena, from->message), .at_ns = from->at_ns, .row = from->row, .undecided = from->undecided,
            .around = rows_around(result->arena, run->trace, from->row),
        };
    }
    result->failures = failures;
    result->failure_count = count;
}

static void result_verdict(const struct run *run, struct run_result *result)
{
    const char *gap = run->setup->scenario->known_gap;
    size_t decided = 0;
    for (size_t i = 0; i < result->failure_count; i++) decided += !result->failures[i].undecided;
    result->verdict = decided ? RUN_FAIL : result->failure_count ? RUN_UNDECIDED : RUN_PASS;
    if (gap && result->verdict != RUN_PASS) { result->verdict = RUN_KNOWN_GAP; return; }
    if (!gap) return;
    struct run_failure *failure = arena_take(result->arena, sizeof *failure);
    const struct json *node = json_member(run->setup->scenario->document->root, "known_gap");
    *failure = (struct run_failure){
        .line = node->name_line, .column = node->name_column, .pointer = "/known_gap", .step = -1, .message = "this scenario passes: remove known_gap", .around = ""
    };
    result->failures = failure;
    result->failure_count = 1;
    result->verdict = RUN_FAIL;
}

/* ---- building and taking down ---- */

static bool run_build(struct run *run, struct problems *problems)
{
    const struct run_setup *setup = run->setup;
    run->engine = engine_new();
    run->trace = trace_new(engine_clock(run->engine));
    check_describes(setup->seed, engine_clock(run->engine), trace_newest(run->trace));
    trace_listen_packets(run->trace, setup->packets || setup->capture);
    run->net = net_new(run->engine, run->trace);
    net_packets_with_bytes(run->net, setup->capture != NULL);
    run->ws2 = ws2_new(run->engine, run->trace, run->net);
    run->script = script_new(&(struct script_setup){ setup->scenario, run->engine, run->trace, run->net, run->ws2, setup->seed, setup->provider }, problems);
    return run->script != NULL;
}

static void run_take_down(struct run *run)
{
    ws2_free(run->ws2); /* while the network is still there for the providers' last words */
    if (run->script) script_free(run->script);
    net_free(run->net);
    trace_free(run->trace);
    check_forgets();
    engine_free(run->engine);
}

struct run_result run_scenario(const struct run_setup *setup, struct problems *problems, char **error)
{
    struct run run = { .setup = setup, .error = error };
    struct run_result result = { .verdict = RUN_ERROR, .arena = arena_new() };
    if (!run_build(&run, problems)) {
        result.environment = problems->environment;
    } else if (!run_guarded(&run)) {
        result.environment = true;
    } else {
        result.digest = trace_digest(run.trace);
        result.rows = *trace_newest(run.trace);
        result.events = engine_taken(run.engine);
        result.virtual_ns = engine_now_ns(run.engine);
        result_failures(&run, &result);
        result_verdict(&run, &result);
    }
    run_take_down(&run);
    return result;
}

void run_result_free(struct run_result *result)
{
    arena_free(result->arena);
    result->arena = NULL;
}
