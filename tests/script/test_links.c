/*
 * Links in the language: each spelling of each property as the network gets it, and the steps that stand for several.
 */
#include "suite.h"
#include <stdio.h>
#include <string.h>

#include "core/engine.h"
#include "core/text.h"
#include "net/net_private.h"
#include "script/links.h"
#include "script/script.h"

static struct built {
    struct problems problems;
    struct scenario *scenario;
    struct engine *engine;
    struct trace *trace;
    struct net *net;
} built;

static void build(const char *links, const char *timeline)
{
    static char text[8192];
    snprintf(text, sizeof text,
             "{ \"format\": \"wspsim/1\", \"title\": \"t\", \"hosts\": [ { \"name\": \"a\", \"interfaces\": [ { \"name\": \"eth0\" } ] }, "
             "{ \"name\": \"b\", \"interfaces\": [ { \"name\": \"eth0\" } ] } ], %s \"timeline\": [ %s ] }", links, timeline);
    built.problems = (struct problems){ .arena = arena_new(), .file = "memory" };
    built.scenario = scenario_parse("memory", text, strlen(text), NULL, &built.problems);
    built.engine = engine_new();
    built.trace = trace_new(engine_clock(built.engine));
    built.net = net_new(built.engine, built.trace);
    if (built.scenario && world_build(built.scenario, built.net, 1, &built.problems))
        world_check_steps(built.scenario, built.net, &built.problems);
    char *problems = problems_text(&built.problems);
    ck_assert_msg(built.problems.count == 0, "%s", problems);
    free(problems);
}

static void done(void)
{
    net_free(built.net);
    trace_free(built.trace);
    engine_free(built.engine);
    arena_free(built.problems.arena);
}

static struct cable_setup leaving(const char *host)
{
    return cable_setup_of(iface_find(host_find(built.net, host), "eth0")->link);
}

/* A link with these properties; what leaves a. */
static struct cable_setup with(const char *properties)
{
    static char links[2048];
    static uint64_t packets[4];
    snprintf(links, sizeof links, "\"links\": [ { \"between\": [\"a.eth0\", \"b.eth0\"], %s } ],", properties);
    build(links, "");
    struct cable_setup setup = leaving("a");
    for (size_t i = 0; i < setup.impairments.loss.packet_count && i < 4; i++)
        packets[i] = setup.impairments.loss.packets[i];
    if (setup.impairments.loss.packet_count)
        setup.impairments.loss.packets = packets;
    done();
    return setup;
}

START_TEST(rates_times_and_sizes)
{
    ck_assert_uint_eq(with("\"rate\": \"1.5Mbps\"").link.rate_bps, 1500000);
    ck_assert_uint_eq(with("\"rate\": \"unlimited\"").link.rate_bps, LINK_UNLIMITED);
    ck_assert_int_eq(with("\"delay\": \"250us\"").link.delay_ns, 250000);
    ck_assert_uint_eq(with("\"mtu\": 9000").link.mtu_bytes, 9000);
    ck_assert_uint_eq(with("\"overhead\": 0").link.overhead_bytes, 0);
    ck_assert_uint_eq(with("\"mtu\": 0").link.overhead_bytes, LINK_OVERHEAD_ETHERNET);
}
END_TEST

START_TEST(queues)
{
    struct cable_setup setup = with("\"queue\": \"7p\"");
    ck_assert(setup.link.queue_packets == 7 && setup.link.queue_bytes == 0 && !setup.has_codel);
    setup = with("\"queue\": \"64KiB\"");
    ck_assert(setup.link.queue_packets == 0 && setup.link.queue_bytes == 65536);
    setup = with("\"queue\": 3000");
    ck_assert(setup.link.queue_packets == 0 && setup.link.queue_bytes == 3000);
    setup = with("\"queue\": \"unlimited\"");
    ck_assert(setup.link.queue_packets == 0 && setup.link.queue_bytes == 0);
    setup = with("\"queue\": \"codel\"");
    ck_assert(setup.has_codel && setup.link.queue_packets == 1000 && setup.codel.target_ns == 5000000 && setup.codel.interval_ns == 100000000 && !setup.codel.ecn);
    setup = with("\"queue\": { \"discipline\": \"codel\", \"bytes\": \"1MiB\", \"target\": \"1ms\", \"interval\": \"20ms\", \"ecn\": true }");
    ck_assert(setup.has_codel && setup.link.queue_packets == 0 && setup.link.queue_bytes == 1048576 && setup.codel.target_ns == 1000000 && setup.codel.interval_ns == 20000000 && setup.codel.ecn);
    setup = with("\"queue\": { \"discipline\": \"red\", \"bytes\": \"120KiB\" }");
    ck_assert(setup.has_red && !setup.has_codel && setup.red.least_bytes == 10240 && setup.red.most_bytes == 30720 && setup.red.weight == 9 && setup.red.probability == CHANCE_ALWAYS / 50);
    setup = with("\"queue\": { \"discipline\": \"red\", \"bytes\": 9000, \"least\": 1000, \"most\": 5000, \"probability\": \"25%\", \"weight\": 3, \"ecn\": true }");
    ck_assert(setup.red.least_bytes == 1000 && setup.red.most_bytes == 5000 && setup.red.weight == 3 && setup.red.probability == CHANCE_ALWAYS / 4 && setup.red.ecn);
    setup = with("\"queue\": { \"packets\": 5, \"bytes\": 6 }");
    ck_assert(!setup.has_codel && setup.link.queue_packets == 5 && setup.link.queue_bytes == 6);
}
END_TEST

START_TEST(losses)
{
    struct loss_setup loss = with("\"loss\": \"0.1%\"").impairments.loss;
    ck_assert(loss.model == LOSS_BERNOULLI && loss.rate.probability == 4294967 && loss.rate.correlation == 0); /* 2^32 / 1000, rounded down */
    loss = with("\"loss\": \"1/3\"").impairments.loss;
    ck_assert_uint_eq(loss.rate.probability, 1431655765);
    loss = with("\"loss\": \"100%\"").impairments.loss;
    ck_assert_uint_eq(loss.rate.probability, CHANCE_ALWAYS);
    ck_assert_int_eq(with("\"loss\": 0").impairments.loss.model, LOSS_NONE);
    ck_assert_int_eq(with("\"loss\": null").impairments.loss.model, LOSS_NONE);
    loss = with("\"loss\": { \"rate\": \"50%\", \"correlation\": \"25%\" }").impairments.loss;
    ck_assert(loss.rate.probability == CHANCE_ALWAYS / 2 && loss.rate.correlation == CHANCE_ALWAYS / 4);
    loss = with("\"loss\": { \"model\": \"gilbert\", \"p\": \"25%\", \"r\": \"50%\" }").impairments.loss;
    ck_assert(loss.model == LOSS_GILBERT && loss.chain[GILBERT_P] == CHANCE_ALWAYS / 4 && loss.chain[GILBERT_R] == CHANCE_ALWAYS / 2);
    ck_assert(loss.chain[GILBERT_BAD_LOSS] == CHANCE_ALWAYS && loss.chain[GILBERT_GOOD_LOSS] == 0);
    loss = with("\"loss\": { \"model\": \"gilbert\", \"p\": \"25%\", \"r\": \"50%\", \"1-h\": \"12.5%\", \"1-k\": \"1/1024\" }").impairments.loss;
    ck_assert(loss.chain[GILBERT_BAD_LOSS] == CHANCE_ALWAYS / 8 && loss.chain[GILBERT_GOOD_LOSS] == CHANCE_ALWAYS / 1024);
    loss = with("\"loss\": { \"model\": \"markov\", \"p13\": \"1/2\", \"p31\": \"1/4\", \"p32\": \"1/8\", \"p23\": \"1/16\", \"p14\": \"1/32\" }").impairments.loss;
    ck_assert(loss.model == LOSS_MARKOV && loss.chain[MARKOV_13] == CHANCE_ALWAYS / 2 && loss.chain[MARKOV_31] == CHANCE_ALWAYS / 4 && loss.chain[MARKOV_32] == CHANCE_ALWAYS / 8);
    ck_assert(loss.chain[MARKOV_23] == CHANCE_ALWAYS / 16 && loss.chain[MARKOV_14] == CHANCE_ALWAYS / 32);
    loss = with("\"loss\": { \"packets\": [3, 7] }").impairments.loss;
    ck_assert(loss.model == LOSS_LIST && loss.packet_count == 2 && loss.packets[0] == 3 && loss.packets[1] == 7);
}
END_TEST

START_TEST(other_impairments)
{
    struct impairments_setup setup = with("\"delay\": \"1ms\", \"duplicate\": \"1/4\", \"corrupt\": { \"rate\": \"1/8\", \"correlation\": \"50%\" }, \"reorder\": { \"rate\": \"1/2\", \"gap\": 5 }, \"jitter\": \"100us\"").impairments;
    ck_assert(setup.duplicate.probability == CHANCE_ALWAYS / 4 && setup.corrupt.probability == CHANCE_ALWAYS / 8 && setup.corrupt.correlation == CHANCE_ALWAYS / 2);
    ck_assert(setup.reorder.rate.probability == CHANCE_ALWAYS / 2 && setup.reorder.gap == 5);
    ck_assert(setup.jitter.width_ns == 100000 && setup.jitter.distribution == JITTER_UNIFORM && !setup.jitter.may_overtake);
    setup = with("\"delay\": \"1ms\", \"reorder\": \"1/2\", \"jitter\": { \"width\": \"1ms\", \"distribution\": \"pareto\", \"correlation\": \"10%\", \"may_overtake\": true }").impairments;
    ck_assert_uint_eq(setup.reorder.gap, 1);
    ck_assert(setup.jitter.distribution == JITTER_PARETO && setup.jitter.correlation == 429496729 && setup.jitter.may_overtake);
}
END_TEST

START_TEST(directions)
{
    build("\"links\": [ { \"between\": [\"b.eth0\", \"a.eth0\"], \"rate\": [\"1Mbps\", \"2Mbps\"], \"delay\": \"3ms\", \"loss\": [ { \"packets\": [1] }, 0 ] } ],", "");
    ck_assert_uint_eq(leaving("b").link.rate_bps, 1000000);
    ck_assert_uint_eq(leaving("a").link.rate_bps, 2000000);
    ck_assert(leaving("a").link.delay_ns == 3000000 && leaving("b").link.delay_ns == 3000000);
    ck_assert(leaving("b").impairments.loss.model == LOSS_LIST && leaving("a").impairments.loss.model == LOSS_NONE);
    done();
}
END_TEST

START_TEST(segments)
{
    build("\"lan\": [ { \"name\": \"office\", \"rate\": \"1Mbps\", \"delay\": \"3ms\", \"members\": [\"a.eth0\", { \"interface\": \"b.eth0\", \"rate\": \"2Mbps\" }] } ],", "");
    ck_assert(leaving("a").link.rate_bps == 1000000 && leaving("b").link.rate_bps == 2000000 && leaving("b").link.delay_ns == 3000000);
    done();
}
END_TEST

/* The steps of a timeline: "AT KIND what", one a line. */
static void steps_are(const char *timeline, const char *expected)
{
    struct text text = { 0 };
    build("\"links\": [ { \"between\": [\"a.eth0\", \"b.eth0\"] } ],", timeline);
    for (size_t i = 0; i < built.scenario->step_count; i++) {
        const struct step *step = &built.scenario->steps[i];
        ck_assert_uint_eq(step->index, i);
        text_printf(&text, "%s", i ? "\n" : "");
        for (const struct json *member = step->node->first; member; member = member->next) {
            char *words = json_write(member);
            text_printf(&text, "%s%s", member == step->node->first ? "" : " ", words);
            free(words);
        }
    }
    ck_assert_str_eq(text.bytes ? text.bytes : "", expected);
    text_free(&text);
    done();
}

START_TEST(over_a_time)
{
    steps_are("{ \"at\": \"1s\", \"do\": \"link.set\", \"from\": \"a.eth0\", \"over\": \"1s\", \"steps\": 2, \"rate\": { \"from\": \"10Mbps\", \"to\": \"1Mbps\" }, \"loss\": { \"from\": 0, \"to\": \"50%\" }, \"mtu\": { \"from\": 1500, \"to\": 1000 } }",
              "\"1s\" \"link.set\" \"a.eth0\" \"10000000bps\" \"0/4294967296\" \"1500\"\n"
              "\"1.5s\" \"link.set\" \"a.eth0\" \"5500000bps\" \"1073741824/4294967296\" \"1250\"\n"
              "\"2s\" \"link.set\" \"a.eth0\" \"1000000bps\" \"2147483648/4294967296\" \"1000\"");
}
END_TEST

START_TEST(keyframes)
{
    steps_are("{ \"do\": \"message\", \"text\": \"x\" }, { \"at\": \"1s\", \"do\": \"link.set\", \"on\": \"a.eth0\", \"keyframes\": [ { \"at\": \"0\", \"rate\": \"10Mbps\" }, { \"at\": \"250us\", \"loss\": { \"packets\": [1] } } ] }, "
              "{ \"do\": \"message\", \"text\": \"y\" }",
              "\"message\" \"x\"\n\"1s\" \"link.set\" \"a.eth0\" \"10Mbps\"\n\"1000.25ms\" \"link.set\" \"a.eth0\" {\"packets\":[1]}\n\"message\" \"y\"");
}
END_TEST

START_TEST(flaps)
{
    steps_are("{ \"at\": \"1s\", \"do\": \"flap\", \"on\": \"a.eth0\", \"down\": \"100ms\", \"up\": \"200ms\", \"count\": 2 }",
              "\"1s\" \"interface.media\" \"a.eth0\" false\n\"1.1s\" \"interface.media\" \"a.eth0\" true\n"
              "\"1.3s\" \"interface.media\" \"a.eth0\" false\n\"1.4s\" \"interface.media\" \"a.eth0\" true");
    steps_are("{ \"at\": \"0\", \"do\": \"flap\", \"on\": \"a.eth0\", \"what\": \"link\", \"down\": \"1ms\", \"up\": \"1ms\", \"count\": 1 }",
              "\"0\" \"link.cut\" \"a.eth0\"\n\"1ms\" \"link.restore\" \"a.eth0\"");
    steps_are("{ \"at\": \"0\", \"do\": \"flap\", \"on\": \"a.eth0\", \"what\": \"interface\", \"down\": \"1ms\", \"up\": \"1ms\", \"count\": 1 }",
              "\"0\" \"interface.down\" \"a.eth0\"\n\"1ms\" \"interface.up\" \"a.eth0\"");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("links");
    TCase *properties = tcase_create("properties"), *steps = tcase_create("steps");
    tcase_add_test(properties, rates_times_and_sizes);
    tcase_add_test(properties, queues);
    tcase_add_test(properties, losses);
    tcase_add_test(properties, other_impairments);
    tcase_add_test(properties, directions);
    tcase_add_test(properties, segments);
    suite_add_tcase(suite, properties);
    tcase_add_test(steps, over_a_time);
    tcase_add_test(steps, keyframes);
    tcase_add_test(steps, flaps);
    suite_add_tcase(suite, steps);
    return suite_main(suite);
}
