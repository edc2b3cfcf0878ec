/*
 * Quality of service in the language. A rate is in bits a second like every rate there, and the flow's in bytes: only whole bytes
 * can be said, so that nothing is rounded.
 */
#include "script/qos_steps.h"

#include <string.h>

#include "core/text.h"
#include "net/endpoint/endpoint.h"
#include "net/qos/flowspec.h"
#include "net/qos/flow.h"
#include "script/asserts_net.h"
#include "script/inside.h"
#include "script/traffic_steps.h"

#define OPEN KERNEL_FLOW_UNSPECIFIED

static const struct member flow_members[] = {
    { "service", TYPE_TEXT, false, "\"best_effort\", \"controlled_load\", \"guaranteed\", \"network_control\", \"qualitative\" or \"general\"; \"none\" ends the direction, \"no_change\" keeps it" }, { "rate", TYPE_TEXT, false, "of tokens" }, { "bucket", TYPE_SIZE, false, "bytes of the token bucket; the interface's MTU without it" }, { "peak", TYPE_TEXT, false, "the highest rate, or \"infinite\"; unspecified without it" }, { "latency", TYPE_TIME, false, "whole microseconds: the longest that packets of a guaranteed flow may be under way" },
    { "max_message", TYPE_SIZE, false, "bytes of the largest IP packet; the interface's MTU without it" }, { "least_policed", TYPE_SIZE, false, "bytes that a smaller packet counts for; 64 without it" }, { 0 },
};

static const char *const excess_words[] = { "borrow", "shape", "discard", "borrow_plus", "by_service" }; /* as enum kernel_excess */
static const char *const result_words[] = { "ok", "pending", "refused", "bad_service", "bad_flow", "bad", "unsupported" };
#define COUNT_OF(list) (sizeof(list) / sizeof *(list))

/* ---- words and numbers ---- */

static bool word_check(struct problems *problems, const struct json *value, const char *const *words, size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++)
        if (is_text(value, words[i])) return true;
    const char *near = nearest_word(value->text, words, count);
    if (near) problem_at(problems, value, "there is no %s \"%s\"; did you mean \"%s\"?", what, value->text, near);
    else problem_at(problems, value, "there is no %s \"%s\"", what, value->text);
    return false;
}

static size_t word_index(const struct json *value, const char *const *words, size_t count)
{
    size_t i = 0;
    while (i + 1 < count && !is_text(value, words[i])) i++;
    return i;
}

static void service_read(struct problems *problems, const struct json *value, uint32_t *service)
{
    const char *words[KERNEL_SERVICE_QUALITATIVE + 1];
    size_t count = 0;
    for (uint32_t i = 0; i <= KERNEL_SERVICE_QUALITATIVE; i++) {
        const char *name = flowspec_service_name(i);
        if (is_text(value, name)) *service = i;
        if (strcmp(name, "other") != 0) words[count++] = name;
    }
    word_check(problems, value, words, count, "service");
}

/* "1Mbps", "infinite", "unspecified". */
static void rate_read(struct problems *problems, const struct json *value, uint32_t *rate)
{
    uint64_t bps;
    if (is_text(value, "infinite")) *rate = KERNEL_FLOW_INFINITE;
    else if (is_text(value, "unspecified")) *rate = OPEN;
    else if (!rate_parse(value->text, &bps)) problem_at(problems, value, "expected a rate such as \"100Mbps\", \"infinite\" or \"unspecified\"");
    else if (bps % 8) problem_at(problems, value, "%s is not a whole number of bytes a second", value->text);
    else if (bps / 8 >= KERNEL_FLOW_INFINITE) problem_at(problems, value, "%s is too much: at most 34359738344bps, or \"infinite\"", value->text);
    else *rate = (uint32_t)(bps / 8);
}

static void number_read(struct problems *problems, const struct json *value, const char *unit, uint64_t number, uint32_t *into)
{
    if (number >= OPEN) problem_at(problems, value, "%s is too much: at most %u %s", value->text, (unsigned)(OPEN - 1), unit);
    else *into = (uint32_t)number;
}

static void latency_read(struct problems *problems, const struct json *value, uint32_t *latency_us)
{
    int64_t ns = read_time(value);
    if (ns % 1000) problem_at(problems, value, "a latency is in whole microseconds");
    else number_read(problems, value, "microseconds", (uint64_t)ns / 1000, latency_us);
}

/* What the object names; the rest of the flow stays. */
static void flow_read(struct problems *problems, const struct json *object, struct kernel_flow *flow)
{
    const struct json *value;
    if ((value = json_member(object, "service"))) service_read(problems, value, &flow->service);
    if ((value = json_member(object, "rate"))) rate_read(problems, value, &flow->token_rate);
    if ((value = json_member(object, "peak"))) rate_read(problems, value, &flow->peak_rate);
    if ((value = json_member(object, "latency"))) latency_read(problems, value, &flow->latency_us);
    if ((value = json_member(object, "bucket"))) number_read(problems, value, "bytes", read_size(value), &flow->bucket_size);
    if ((value = json_member(object, "max_message"))) number_read(problems, value, "bytes", read_size(value), &flow->max_message);
    if ((value = json_member(object, "least_policed"))) number_read(problems, value, "bytes", read_size(value), &flow->least_policed);
}

/* A direction: as above, with the right members and something to say. */
static void direction_read(struct loading *load, const struct json *object, bool wish, struct kernel_flow *flow)
{
    static const struct member *const tables[] = { flow_members, NULL };
    if (!load_members(load, object, tables, "a flow")) return;
    if (wish && !json_member(object, "service")) problem_at(load->problems, object, "a flow needs a \"service\"");
    else if (!object->first) problem_at(load->problems, object, "an empty flow expects nothing");
    flow_read(load->problems, object, flow);
}

static bool truth_of(const struct json *object, const char *name, bool otherwise)
{
    const struct json *value = json_member(object, name);
    return value ? read_bool(value) : otherwise;
}

/* All that the step says. */
static void wish_read(struct loading *load, const struct json *node, struct kernel_qos *qos)
{
    const struct kernel_flow open = { OPEN, OPEN, OPEN, OPEN, OPEN, KERNEL_SERVICE_NO_CHANGE, OPEN, OPEN };
    const struct json *sending = json_member(node, "sending"), *receiving = json_member(node, "receiving"), *excess = json_member(node, "excess");
    const struct json *shaping = json_member(node, "shaping_rate"), *destination = json_member(node, "destination");
    *qos = (struct kernel_qos){ .sending = open, .receiving = open, .excess = KERNEL_EXCESS_BY_SERVICE };
    qos->no_signalling = !truth_of(node, "signalling", true);
    qos->no_traffic_control = !truth_of(node, "traffic_control", true);
    qos->confirm = truth_of(node, "confirm", false);
    if (sending) direction_read(load, sending, true, &qos->sending);
    if (receiving) direction_read(load, receiving, true, &qos->receiving);
    if (excess && word_check(load->problems, excess, excess_words, COUNT_OF(excess_words), "excess")) qos->excess = (enum kernel_excess)word_index(excess, excess_words, COUNT_OF(excess_words));
    if (shaping) rate_read(load->problems, shaping, &qos->shaping_rate);
    if (shaping && !qos->shaping_rate) problem_at(load->problems, shaping, "nothing would ever leave; without \"shaping_rate\" the flow's own rate holds");
    if (destination && !socket_parse(destination->text, &qos->destination)) problem_at(load->problems, destination, "\"%s\" is not an address with a port, such as \"192.0.2.1:9000\"", destination->text);
}

/* The same as a typed value. NULL for the problems: there are none. */
void qos_wish_read(struct problems *problems, const struct json *object, struct kernel_qos *qos)
{
    static const struct member members[] = {
        { "sending", TYPE_OBJECT, false, "the flow of what it sends; the direction stays as it is without it" }, { "receiving", TYPE_OBJECT, false, "the flow that it wishes to receive; the direction stays as it is without it" }, { "excess", TYPE_TEXT, false, "of packets beyond the flow: \"shape\", \"discard\", \"borrow\", \"borrow_plus\" or \"by_service\" (without it)" }, { "signalling", TYPE_BOOL, false, "false: nobody is told and nothing is reserved; true without it" },
        { "traffic_control", TYPE_BOOL, false, "false: its packets are neither held nor marked; true without it" }, { "confirm", TYPE_BOOL, false, "true: the receiver hears of its reservation; false without it" }, { "shaping_rate", TYPE_TEXT, false, "the rate of the bucket; the flow's without it" }, { "destination", TYPE_TEXT, false, "whom an unconnected sender means, as \"192.0.2.1:9000\"; its peer without it" }, { 0 },
    };
    static const struct member *const tables[] = { members, NULL };
    struct problems none = { 0 };
    struct loading load = { .problems = problems ? problems : &none };
    if (load_members(&load, object, tables, "a quality of service")) wish_read(&load, object, qos);
}

/* ---- before the run ---- */

static void family_rule(struct loading *load, const struct step *step)
{
    const struct json *family = json_member(step->node, "family");
    if (family && !json_member(step->node, "traffic")) problem_at_name(load->problems, family, "\"family\" says which endpoint of a sink of UDP is meant: say \"traffic\"");
}

static void set_rules(struct loading *load, const struct step *step)
{
    static const char *const settings[] = { "sending", "receiving", "excess", "signalling", "traffic_control", "confirm", "shaping_rate", "destination" };
    const struct json *result = json_member(step->node, "result");
    struct kernel_qos qos;
    size_t count = 0;
    connection_rules(load, step);
    family_rule(load, step);
    wish_read(load, step->node, &qos);
    for (size_t i = 0; i < COUNT_OF(settings); i++) count += json_member(step->node, settings[i]) != NULL;
    if (!count) problem_at(load->problems, step->node, "`qos.set` asks for nothing: say \"sending\" or \"receiving\"");
    if (result) word_check(load->problems, result, result_words, COUNT_OF(result_words), "result");
}

static void assert_rules(struct loading *load, const struct step *step)
{
    static const char *const states[] = { "none", "offering", "offered", "asking", "refusing", "reserved", "releasing", "leaving", "lost" };
    const struct json *sending = json_member(step->node, "sending"), *receiving = json_member(step->node, "receiving"), *news = json_member(step->node, "news");
    const struct json *allowed = json_member(step->node, "allowed_rate"), *reservation = json_member(step->node, "reservation");
    const char *words[KERNEL_QOS_BAD_SERVICE];
    struct kernel_flow flow;
    uint32_t rate;
    for (unsigned i = 0; i < COUNT_OF(words); i++) words[i] = qos_news_name((enum kernel_qos_news)i); /* what is refused as it stands is no news */
    if (sending) direction_read(load, sending, false, &flow);
    if (receiving) direction_read(load, receiving, false, &flow);
    if (news) word_check(load->problems, news, words, COUNT_OF(words), "news");
    if (reservation) word_check(load->problems, reservation, states, COUNT_OF(states), "state of a reservation");
    if (allowed) rate_read(load->problems, allowed, &rate);
    family_rule(load, step);
    net_assert_rules(load, step);
}

void qos_rules(struct loading *load, const struct step *step)
{
    if (step->kind->class == STEP_ASSERT) assert_rules(load, step);
    else set_rules(load, step);
}

/* ---- in the run ---- */

static const char *result_of(enum kernel_status status, enum kernel_qos_news news)
{
    switch (status) {
    case KERNEL_OK: return "ok";
    case KERNEL_PENDING: return "pending";
    case KERNEL_NO_RESOURCES: return "refused";
    case KERNEL_BAD_ARGUMENT: return news == KERNEL_QOS_NOTHING ? "bad" : qos_news_name(news);
    case KERNEL_NOT_SUPPORTED: return "unsupported";
    default: return status_name(status);
    }
}

void qos_step_run(struct script *script, const struct step *step)
{
    struct problems problems = { .arena = script->arena, .file = script->setup.scenario->file };
    struct loading load = { .problems = &problems };
    struct endpoint *endpoint = step_connection(script, step);
    const struct json *expected = script_member(script, step, "result");
    struct kernel_qos qos;
    enum kernel_qos_news news;
    if (!endpoint) return;
    wish_read(&load, step->node, &qos);
    check(problems.count == 0); /* it was read before */
    enum kernel_status status = qos_set(endpoint, &qos, &news);
    const char *seen = result_of(status, news);
    bool holds = status == KERNEL_OK || status == KERNEL_PENDING, any_bad = is_text(expected, "bad") && status == KERNEL_BAD_ARGUMENT;
    if (expected ? !is_text(expected, seen) && !any_bad : !holds)
        fail_step(script, step, expected, expected ? json_words(script, expected) : NULL, quoted(script, seen), expected ? "another result" : "the stack refuses this flow");
}

/* ---- what holds ---- */

static const char *rate_words(struct script *script, uint32_t rate)
{
    if (rate == OPEN) return "\"unspecified\"";
    return rate == KERNEL_FLOW_INFINITE ? "\"infinite\"" : arena_printf(script->arena, "\"%llubps\"", (unsigned long long)rate * 8);
}

static const char *flow_words(struct script *script, const struct kernel_flow *flow)
{
    if (!flowspec_carries(flow)) return "{ \"service\": \"none\" }";
    const char *latency = flow->latency_us == OPEN ? "" : arena_printf(script->arena, ", \"latency\": \"%uus\"", (unsigned)flow->latency_us);
    return arena_printf(script->arena, "{ \"service\": \"%s\", \"rate\": %s, \"bucket\": %u, \"peak\": %s%s, \"max_message\": %u, \"least_policed\": %u }", flowspec_service_name(flow->service),
                        rate_words(script, flow->token_rate), (unsigned)flow->bucket_size, rate_words(script, flow->peak_rate), latency, (unsigned)flow->max_message, (unsigned)flow->least_policed);
}

static void flow_expect(struct script *script, const struct step *step, const char *name, const struct kernel_flow *seen)
{
    struct problems problems = { .arena = script->arena };
    const struct json *expected = script_member(script, step, name);
    struct kernel_flow flow = *seen;
    if (!expected) return;
    flow_read(&problems, expected, &flow);
    bool same = flow.service == seen->service && flow.token_rate == seen->token_rate && flow.bucket_size == seen->bucket_size && flow.peak_rate == seen->peak_rate &&
                flow.latency_us == seen->latency_us && flow.max_message == seen->max_message && flow.least_policed == seen->least_policed;
    if (!same) fail_step(script, step, expected, json_words(script, expected), flow_words(script, seen), "another flow: \"%s\"", name);
}

static void word_expect(struct script *script, const struct step *step, const char *name, const char *seen)
{
    const struct json *expected = script_member(script, step, name);
    if (expected && !is_text(expected, seen)) fail_step(script, step, expected, json_words(script, expected), quoted(script, seen), "it is otherwise: \"%s\"", name);
}

void qos_assert_run(struct script *script, const struct step *step)
{
    struct problems problems = { .arena = script->arena };
    const struct json *allowed = script_member(script, step, "allowed_rate");
    const struct endpoint *endpoint = step_connection(script, step);
    uint32_t rate = 0;
    if (!endpoint) return;
    struct qos_view seen = qos_view(endpoint);
    word_expect(script, step, "news", qos_news_name(seen.news));
    word_expect(script, step, "reservation", seen.reservation);
    flow_expect(script, step, "sending", &seen.qos.sending);
    flow_expect(script, step, "receiving", &seen.qos.receiving);
    if (allowed) rate_read(&problems, allowed, &rate);
    if (allowed && rate != seen.allowed_rate) fail_step(script, step, allowed, json_words(script, allowed), rate_words(script, seen.allowed_rate), "another rate is allowed");
    number_expect(script, step, "kept", seen.kept);
    number_expect(script, step, "conforming", seen.conforming);
    number_expect(script, step, "exceeding", seen.exceeding);
    number_expect(script, step, "lost", seen.lost);
}
