/*
 * Assertions about links, built-in traffic and connections. A number may be exact, or from "least" to "most".
 */
#include <string.h>

#include "core/text.h"
#include "net/endpoint/endpoint.h"
#include "net/link/cable.h"
#include "net/tcp/tcp.h"
#include "net/traffic/traffic.h"
#include "script/asserts_net.h"
#include "script/inside.h"
#include "script/traffic_steps.h"

/* ---- numbers ---- */

static bool number_of(const struct json *value, uint64_t *number)
{
    int64_t ns;
    if (json_uint(value, number)) return true;
    if (value->type != JSON_TEXT) return false;
    if (time_parse(value->text, &ns)) { *number = (uint64_t)ns; return true; }
    return number_parse(value->text, number) || size_parse(value->text, number) || rate_parse(value->text, number);
}

static bool range_check(struct problems *problems, const struct json *value)
{
    static const struct member table[] = { { "least", TYPE_ANY, false, "not less than this" }, { "most", TYPE_ANY, false, "not more than this" }, { 0 } };
    static const struct member *const tables[] = { table, NULL };
    struct loading load = { .problems = problems };
    uint64_t number;
    if (value->type != JSON_OBJECT) {
        if (number_of(value, &number)) return true;
        problem_at(problems, value, "expected a number, a size, a time, a rate, or { \"least\": …, \"most\": … }");
        return false;
    }
    if (!load_members(&load, value, tables, "a range")) return false;
    if (!value->first) problem_at(problems, value, "a range without ends expects nothing");
    for (const struct json *end = value->first; end; end = end->next)
        if (!number_of(end, &number)) problem_at(problems, end, "expected a number, a size, a time or a rate");
    return problems->count == 0;
}

void number_expect(struct script *script, const struct step *step, const char *name, uint64_t seen)
{
    const struct json *expected = script_member(script, step, name), *least = json_member(expected, "least"), *most = json_member(expected, "most");
    uint64_t number = 0;
    if (!expected) return;
    bool range = expected->type == JSON_OBJECT, good = range || (number_of(expected, &number) && number == seen);
    if (least && number_of(least, &number)) good = good && seen >= number;
    if (most && number_of(most, &number)) good = good && seen <= number;
    if (!good) fail_step(script, step, expected, json_words(script, expected), arena_printf(script->arena, "%llu", (unsigned long long)seen), "another number: \"%s\"", name);
}

static void truth_expect(struct script *script, const struct step *step, const char *name, bool seen)
{
    const struct json *expected = script_member(script, step, name);
    if (expected && read_bool(expected) != seen) fail_step(script, step, expected, json_words(script, expected), seen ? "true" : "false", "it is %s\"%s\"", seen ? "" : "not ", name);
}

/* ---- before the run ---- */

void net_assert_rules(struct loading *load, const struct step *step)
{
    static const char *const names[] = { "traffic", "from", "actor", "socket", "host", "to", "family", "state", "done", "damaged_bytes", "cut" };
    size_t expected = 0;
    for (const struct member *member = step->kind->members; member->name; member++) {
        const struct json *value = json_member(step->node, member->name);
        bool naming = false;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) naming = naming || strcmp(names[i], member->name) == 0;
        if (value && (member->type == TYPE_BOOL || !naming || strcmp(member->name, "state") == 0)) expected++;
        if (value && member->type == TYPE_ANY) range_check(load->problems, value);
    }
    if (!expected) problem_at(load->problems, step->node, "`%s` asserts nothing: say a number", step->kind->name);
    if (step->kind->number == ASSERT_TCP || step->kind->number == ASSERT_QOS) connection_rules(load, step);
}

/* ---- at the run ---- */

static void assert_link(struct script *script, const struct step *step)
{
    const struct json *from = script_member(script, step, "from");
    const struct iface *iface = step_interface(script, from->text);
    if (!iface || !cable_of(iface)) { fail_step(script, step, from, NULL, NULL, "nothing is plugged into %s now", from->text); return; }
    const struct json *egress = script_member(script, step, "egress");
    const struct link *link = egress && read_bool(egress) ? cable_port_of(cable_of(iface)) : cable_link(cable_of(iface), iface);
    if (!link) { fail_step(script, step, egress, NULL, NULL, "%s has no port with a queue of its own: say \"egress\": true in \"lan\"", from->text); return; }
    const struct link_counters *seen = &link->counters;
    number_expect(script, step, "packets", seen->packets);
    number_expect(script, step, "bytes", seen->bytes);
    number_expect(script, step, "lost", seen->dropped_loss);
    number_expect(script, step, "queue_full", seen->dropped_full);
    number_expect(script, step, "dropped", seen->dropped_other);
    number_expect(script, step, "duplicated", seen->duplicated);
    number_expect(script, step, "reordered", seen->reordered);
    number_expect(script, step, "damaged", seen->damaged);
    number_expect(script, step, "reserved", link->reserved_bps);
    truth_expect(script, step, "cut", link->cut);
}

static void assert_traffic(struct script *script, const struct step *step)
{
    const struct json *name = script_member(script, step, "traffic");
    const struct traffic *traffic = traffic_find(script->setup.net, name->text);
    if (!traffic) { fail_step(script, step, name, NULL, NULL, "this traffic has not begun"); return; }
    struct traffic_view seen = traffic_view(traffic);
    number_expect(script, step, "sent", seen.sent_bytes);
    number_expect(script, step, "received", seen.received_bytes);
    number_expect(script, step, "sent_messages", seen.sent_messages);
    number_expect(script, step, "received_messages", seen.received_messages);
    number_expect(script, step, "lost", seen.lost);
    number_expect(script, step, "connections", seen.connections);
    number_expect(script, step, "failed", seen.failed);
    number_expect(script, step, "rtt_least", (uint64_t)seen.rtt_least_ns);
    number_expect(script, step, "rtt_most", (uint64_t)seen.rtt_most_ns);
    truth_expect(script, step, "done", seen.done);
    truth_expect(script, step, "damaged", seen.damaged);
}

static void assert_tcp(struct script *script, const struct step *step)
{
    const struct json *state = script_member(script, step, "state");
    const struct endpoint *endpoint = step_connection(script, step);
    struct tcp_view seen;
    if (!endpoint) return;
    if (!tcp_view(endpoint, &seen)) { fail_step(script, step, NULL, NULL, NULL, "this is no TCP connection"); return; }
    if (state && !is_text(state, seen.state)) fail_step(script, step, state, json_words(script, state), quoted(script, seen.state), "the connection is in another state");
    number_expect(script, step, "mss", seen.mss);
    number_expect(script, step, "cwnd", seen.cwnd);
    number_expect(script, step, "ssthresh", seen.ssthresh);
    number_expect(script, step, "rto", (uint64_t)seen.rto_ms * 1000000);
    number_expect(script, step, "srtt", (uint64_t)seen.srtt_ns);
    number_expect(script, step, "retransmitted", seen.retransmitted);
    number_expect(script, step, "timeouts", seen.timeouts);
    number_expect(script, step, "fast_recoveries", seen.fast_recoveries);
    number_expect(script, step, "backlog", seen.backlog_bytes);
}

void net_assert_run(struct script *script, const struct step *step)
{
    if (step->kind->number == ASSERT_LINK) assert_link(script, step);
    else if (step->kind->number == ASSERT_TRAFFIC) assert_traffic(script, step);
    else assert_tcp(script, step);
}
