/* Default gateways that swallow what connections send (host-stack 3.7). proves: NET-IP-24, NET-IP-25, NET-IP-26 */
#include "tcp/line.h"

#include <stdio.h>

#include "net/link/segment.h"
#include "net/ip/neighbor.h"
#include "net/net_private.h"

/* The client and three routers on one segment, the server and they on another; the server answers by the third. */
static struct iface *outer[3], *inner[3];
static const char *const gateways[] = { "192.0.2.254", "192.0.2.253", "192.0.2.252" };
static const char *const gateways_v6[] = { "2001:db8::254", "2001:db8::253", "2001:db8::252" };
static kernel_endpoint listener;

static void route_by(struct iface *iface, const char *prefix, const char *via, uint32_t metric)
{
    struct route_setup setup = { .metric = metric, .next_hop = ip(via) };
    ck_assert(prefix_parse(prefix, &setup.prefix, &setup.prefix_length));
    ck_assert(route_add(iface, &setup));
}

static void route_gone(const char *prefix, const char *via)
{
    struct kernel_address to, by = ip(via);
    unsigned length;
    ck_assert(prefix_parse(prefix, &to, &length));
    ck_assert(route_remove(line.client.host, &to, length, NULL, &by));
}

static void joins(struct segment *segment, struct iface *iface)
{
    struct cable_setup setup = { .link = link_setup_default() };
    setup.link.delay_ns = MS;
    ck_assert(cable_into(segment, iface, &setup) != NULL);
}

static void router_open(unsigned number, struct segment *near, struct segment *far)
{
    struct iface_setup setup = iface_setup_default();
    struct host_parameters parameters = host_parameters_default();
    char text[64];
    parameters.forwarding = true;
    snprintf(text, sizeof text, "r%u", number + 1);
    struct host *host = host_new(line.net, text, &parameters, 1);
    inner[number] = iface_add(host, "eth0", &setup);
    outer[number] = iface_add(host, "eth1", &setup);
    snprintf(text, sizeof text, "%s/24", gateways[number]);
    give(inner[number], text);
    snprintf(text, sizeof text, "%s/64", gateways_v6[number]);
    give(inner[number], text);
    snprintf(text, sizeof text, "198.51.100.%u/24", 254 - number);
    give(outer[number], text);
    snprintf(text, sizeof text, "2001:db8:1::%u/64", 254 - number);
    give(outer[number], text);
    joins(near, inner[number]);
    joins(far, outer[number]);
}

static void gateways_open(void)
{
    struct tcp_parameters parameters = tcp_parameters_default();
    memset(&line, 0, sizeof line);
    line.engine = engine_new();
    line.trace = trace_new(engine_clock(line.engine));
    line.net = net_new(line.engine, line.trace);
    side_open(&line.client, "client", &parameters, 1);
    side_open(&line.server, "server", &parameters, 2);
    give(line.client.eth0, "192.0.2.1/24");
    give(line.client.eth0, "2001:db8::1/64");
    give(line.server.eth0, "198.51.100.1/24");
    give(line.server.eth0, "2001:db8:1::1/64");
    struct segment *near = segment_new(line.net, "near", SEGMENT_SWITCH), *far = segment_new(line.net, "far", SEGMENT_SWITCH);
    joins(near, line.client.eth0);
    joins(far, line.server.eth0);
    for (unsigned i = 0; i < 3; i++)
        router_open(i, near, far);
    for (unsigned i = 0; i < 2; i++) {
        route_by(line.client.eth0, "0.0.0.0/0", gateways[i], 1 + i);
        route_by(line.client.eth0, "::/0", gateways_v6[i], 1 + i);
    }
    route_by(line.server.eth0, "0.0.0.0/0", "198.51.100.252", 0);
    route_by(line.server.eth0, "::/0", "2001:db8:1::252", 0);
    listener = 0;
}

static void swallows(unsigned router, bool on) { link_cut(outer[router]->link, on); }

/* ---- connections ---- */

static kernel_endpoint join_server(kernel_endpoint *there)
{
    if (!listener)
        listener = listen_on(&line.server, PORT, 100);
    kernel_endpoint here = open_on(&line.client);
    ck_assert_int_eq(connect_to(here, &line.client, "198.51.100.1", PORT, 1), KERNEL_PENDING);
    run_for(100 * MS);
    *there = accept_on(&line.server, listener);
    ck_assert(*there != 0);
    return here;
}

static const char *hop_text(uint8_t family, const struct prefix_key *hop)
{
    static char text[ADDRESS_TEXT];
    struct kernel_address address = key_address(family, hop);
    address_text(&address, text);
    return text;
}

/* By which gateway a connection sent last; by which the host would send. */
static const char *way_of(kernel_endpoint here)
{
    return hop_text(inside(here)->tuple.family, &inside(here)->path.next_hop);
}

static const char *way_to(const char *destination)
{
    struct kernel_address to = ip(destination);
    struct kernel_path path;
    ck_assert_int_eq(host_best_path(line.client.host, &to, &path), KERNEL_OK);
    struct prefix_key hop = prefix_key_of(&path.next_hop);
    return hop_text((uint8_t)to.family, &hop);
}

#define ck_way(here, gateway) ck_assert_str_eq(way_of(here), gateway)
#define ck_default(gateway) ck_assert_str_eq(way_to("203.0.113.1"), gateway)

static bool heard(kernel_endpoint there, const char *text)
{
    char room[100];
    uint64_t count = 0;
    return receive_on(&line.server, there, room, sizeof room, &count) == KERNEL_OK && count == strlen(text) && memcmp(room, text, count) == 0;
}

static void says(kernel_endpoint here, const char *text) { ck_assert_int_eq(send_on(&line.client, here, text, strlen(text)), KERNEL_OK); }

/* ---- leaving ---- */

/* After more than half of five: 0.3, 0.9 and 2.1 s by the old one, 4.5 s by the new. */
START_TEST(the_next_one)
{
    kernel_endpoint there, here = join_server(&there);
    swallows(0, true);
    says(here, "hello");
    run_for(4499 * MS);
    ck_way(here, gateways[0]);
    ck_assert(!heard(there, "hello"));
    run_for(10 * MS);
    ck_way(here, gateways[1]);
    ck_assert(heard(there, "hello"));
    ck_default(gateways[1]); /* all of its connections have left it: for IPv4 it is dead */
    ck_assert_str_eq(way_to("2001:db8:99::1"), gateways_v6[0]);
    says(here, "more");
    run_for(SECOND);
    ck_assert(heard(there, "more"));
}
END_TEST

/* Answers in between start the count anew. */
START_TEST(not_after_answers)
{
    kernel_endpoint there, here = join_server(&there);
    for (int i = 0; i < 4; i++) {
        swallows(0, true);
        says(here, "hello");
        run_for(2 * SECOND); /* two repetitions */
        swallows(0, false);
        run_for(10 * SECOND);
        ck_assert(heard(there, "hello"));
    }
    ck_way(here, gateways[0]);
    ck_default(gateways[0]);
}
END_TEST

/* Two of eight are a quarter, not more; the third is. */
START_TEST(a_quarter)
{
    kernel_endpoint here[8], there[8];
    for (int i = 0; i < 8; i++)
        here[i] = join_server(&there[i]);
    swallows(0, true);
    says(here[0], "a");
    says(here[5], "f");
    run_for(10 * SECOND);
    ck_way(here[0], gateways[1]);
    ck_way(here[5], gateways[1]);
    ck_way(here[1], gateways[0]);
    ck_assert(heard(there[0], "a") && heard(there[5], "f"));
    ck_default(gateways[0]);
    says(here[2], "c");
    run_for(10 * SECOND);
    ck_assert(heard(there[2], "c"));
    ck_default(gateways[1]);
    says(here[1], "b"); /* without trying the old one */
    run_for(10 * MS);
    ck_assert(heard(there[1], "b"));
}
END_TEST

/* Connections that go elsewhere, or have ended, do not count. */
START_TEST(whose_connections_count)
{
    kernel_endpoint here[8], there[8];
    for (int i = 0; i < 8; i++)
        here[i] = join_server(&there[i]);
    for (int i = 4; i < 8; i++)
        close_on(&line.client, here[i]);
    run_for(SECOND);
    swallows(0, true);
    says(here[0], "a");
    run_for(10 * SECOND); /* one of four */
    ck_assert(heard(there[0], "a"));
    ck_default(gateways[0]);
    close_on(&line.client, here[1]);
    swallows(0, false);
    close_on(&line.server, there[1]);
    run_for(SECOND);
    swallows(0, true);
    says(here[2], "c");
    run_for(10 * SECOND); /* two of three */
    ck_default(gateways[1]);
}
END_TEST

START_TEST(another_share)
{
    line.client.host->parameters.dgd = _i ? 100 : 0;
    kernel_endpoint there[2], here = join_server(&there[0]);
    if (!_i)
        join_server(&there[1]);
    swallows(0, true);
    says(here, "hello");
    run_for(10 * SECOND);
    ck_way(here, gateways[1]);
    ck_default(gateways[_i ? 0 : 1]);
}
END_TEST

START_TEST(there_is_no_other)
{
    route_gone("0.0.0.0/0", gateways[1]);
    kernel_endpoint there, here = join_server(&there);
    swallows(0, true);
    says(here, "hello");
    run_for(60 * SECOND);
    ck_way(here, gateways[0]);
    ck_default(gateways[0]);
    ck_assert_int_eq(state_on(&line.client, here).failure, KERNEL_ABORTED);
}
END_TEST

/* Only default gateways have a next one; who is reached by a better route stays there. */
START_TEST(a_better_route)
{
    route_by(line.client.eth0, "198.51.100.0/24", gateways[0], 1);
    kernel_endpoint there, here = join_server(&there);
    swallows(0, true);
    says(here, "hello");
    run_for(10 * SECOND);
    ck_way(here, gateways[0]);
    ck_default(gateways[0]);
}
END_TEST

/* The second swallows too: with patience the third comes next, and the first again. */
START_TEST(one_after_the_other)
{
    route_by(line.client.eth0, "0.0.0.0/0", gateways[2], 2); /* as good as the second: in the order of the table */
    line.client.host->parameters.dgd = 100;
    kernel_endpoint there, here = join_server(&there);
    option(here, KERNEL_MAX_RETRANSMISSION_S, UINT32_MAX);
    for (unsigned i = 0; i < 3; i++)
        swallows(i, true);
    says(here, "hello");
    const char *seen[4];
    static const int64_t at_ms[] = { 0, 4510, 4510 + 33600, 4510 + 33600 + 158400 };
    int64_t start = now();
    for (int i = 0; i < 4; i++) {
        run_for(start + at_ms[i] * MS - now());
        seen[i] = strcmp(way_of(here), gateways[0]) == 0 ? gateways[0] : strcmp(way_of(here), gateways[1]) == 0 ? gateways[1] : gateways[2];
    }
    ck_assert_str_eq(seen[0], gateways[0]);
    ck_assert_str_ne(seen[1], gateways[0]);
    ck_assert_str_ne(seen[2], gateways[0]);
    ck_assert_str_ne(seen[1], seen[2]);
    ck_assert_str_eq(seen[3], gateways[0]);
}
END_TEST

START_TEST(over_ipv6)
{
    running = &line.server.app;
    kernel_endpoint wide, here;
    struct kernel_socket local = name("::", 81);
    ck_assert_int_eq(kernel_endpoint_open(KERNEL_IPV6, KERNEL_TCP, 6, &wide), KERNEL_OK);
    ck_assert_int_eq(kernel_bind(wide, &local), KERNEL_OK);
    ck_assert_int_eq(kernel_listen(wide, 5), KERNEL_OK);
    running = &line.client.app;
    ck_assert_int_eq(kernel_endpoint_open(KERNEL_IPV6, KERNEL_TCP, 6, &here), KERNEL_OK);
    ck_assert_int_eq(connect_to(here, &line.client, "2001:db8:1::1", 81, 1), KERNEL_PENDING);
    run_for(100 * MS);
    kernel_endpoint there = accept_on(&line.server, wide);
    swallows(0, true);
    says(here, "hello");
    run_for(5 * SECOND);
    ck_way(here, gateways_v6[1]);
    ck_assert(heard(there, "hello"));
    ck_assert_str_eq(way_to("2001:db8:99::1"), gateways_v6[1]);
    ck_default(gateways[0]);
}
END_TEST

/* ---- trying again ---- */

/* The first gateway is dead since then. */
static kernel_endpoint die(kernel_endpoint *there)
{
    kernel_endpoint here = join_server(there);
    swallows(0, true);
    says(here, "hello");
    run_for(10 * SECOND);
    ck_assert(heard(*there, "hello"));
    ck_default(gateways[1]);
    says(here, "all is well"); /* the time-out is a short one again */
    run_for(SECOND);
    ck_assert(heard(*there, "all is well"));
    return here;
}

START_TEST(one_tries)
{
    kernel_endpoint there, other, here = die(&there), second = join_server(&other);
    swallows(0, false);
    run_for(300 * SECOND);
    ck_default(gateways[1]);
    bool first_tries = strcmp(way_of(here), gateways[0]) == 0;
    ck_assert_str_eq(way_of(first_tries ? second : here), gateways[1]);
    says(first_tries ? second : here, "x"); /* says nothing of the first gateway */
    run_for(SECOND);
    ck_default(gateways[1]);
    says(first_tries ? here : second, "y");
    run_for(SECOND);
    ck_default(gateways[0]);
    says(here, "z");
    ck_way(here, gateways[0]);
    says(second, "z");
    ck_way(second, gateways[0]);
    run_for(SECOND);
}
END_TEST

/* It still swallows: the one that tries loses 4.5 s and goes back, the others notice nothing; again after 300 s. */
START_TEST(the_trial_fails)
{
    kernel_endpoint there, here = die(&there);
    run_for(300 * SECOND);
    ck_way(here, gateways[0]);
    says(here, "again");
    run_for(4 * SECOND);
    ck_assert(!heard(there, "again"));
    kernel_endpoint other, second = join_server(&other);
    says(second, "hello");
    run_for(500 * MS);
    ck_assert(heard(other, "hello"));
    run_for(SECOND);
    ck_way(here, gateways[1]);
    ck_assert(heard(there, "again"));
    ck_default(gateways[1]);
    swallows(0, false);
    run_for(280 * SECOND);
    says(here, "x");
    says(second, "x");
    run_for(SECOND);
    ck_default(gateways[1]);
    run_for(10 * SECOND);
    says(here, "y");
    says(second, "y");
    run_for(SECOND);
    ck_default(gateways[0]);
}
END_TEST

/* Nobody is there to try when the time comes: the next connection does. */
START_TEST(a_newcomer_tries)
{
    kernel_endpoint there, here = die(&there);
    close_on(&line.client, here);
    close_on(&line.server, there);
    run_for(310 * SECOND);
    swallows(0, false);
    here = join_server(&there);
    says(here, "hello");
    ck_default(gateways[1]);
    run_for(SECOND);
    ck_assert(heard(there, "hello"));
    ck_default(gateways[0]);
}
END_TEST

/* Whoever tries may go away; the next time another does. */
START_TEST(who_tries_goes)
{
    kernel_endpoint there, here = die(&there);
    run_for(300 * SECOND);
    ck_way(here, gateways[0]);
    running = &line.client.app;
    ck_assert_int_eq(kernel_endpoint_abort(here), KERNEL_OK);
    here = join_server(&there);
    ck_way(here, gateways[1]);
    swallows(0, false);
    run_for(300 * SECOND);
    says(here, "hello");
    run_for(SECOND);
    ck_default(gateways[0]);
}
END_TEST

START_TEST(never_by_itself)
{
    line.client.host->parameters.dgd_failback_ns = 0;
    kernel_endpoint there, here = die(&there);
    swallows(0, false);
    run_for(1000 * SECOND);
    says(here, "hello");
    run_for(SECOND);
    ck_default(gateways[1]);
    ck_assert(iface_media(line.client.eth0, false)); /* afterwards nothing is known of it */
    ck_assert(iface_media(line.client.eth0, true));
    ck_default(gateways[0]);
}
END_TEST

START_TEST(its_routes_go)
{
    kernel_endpoint there, here = die(&there);
    route_gone("0.0.0.0/0", gateways[0]);
    run_for(310 * SECOND);
    ck_assert_ptr_null(line.client.host->dead_gateways);
    says(here, "hello");
    run_for(SECOND);
    ck_assert(heard(there, "hello"));
    route_by(line.client.eth0, "0.0.0.0/0", gateways[0], 0);
    ck_default(gateways[0]);
}
END_TEST

/* A gateway that has moved connections to it and then goes itself: they go by what is there. */
START_TEST(the_new_one_goes)
{
    line.client.host->parameters.dgd = 100;
    kernel_endpoint there, here = join_server(&there);
    swallows(0, true);
    says(here, "hello");
    run_for(10 * SECOND);
    ck_way(here, gateways[1]);
    swallows(0, false);
    route_gone("0.0.0.0/0", gateways[1]);
    ck_assert(heard(there, "hello"));
    says(here, "more");
    run_for(SECOND);
    ck_way(here, gateways[0]);
    ck_assert(heard(there, "more"));
}
END_TEST

/* Answered by the new one, which later swallows in its turn: it is left as patiently as the first. */
START_TEST(left_again)
{
    line.client.host->parameters.dgd = 100;
    kernel_endpoint there, here = join_server(&there);
    swallows(0, true);
    says(here, "hello");
    run_for(10 * SECOND);
    says(here, "all is well");
    run_for(SECOND);
    swallows(0, false);
    swallows(1, true);
    says(here, "more");
    run_for(4499 * MS);
    ck_way(here, gateways[1]);
    run_for(10 * MS);
    ck_way(here, gateways[0]);
}
END_TEST

/* It does not answer for itself either, and then does again: for the connections it stays dead until one has tried. */
START_TEST(dead_for_two_reasons)
{
    line.client.host->parameters.neighbors = true;
    kernel_endpoint there, here = die(&there);
    ck_assert(iface_media(inner[0], false));
    run_for(300 * SECOND); /* 311 s: on trial */
    ck_way(here, gateways[0]);
    says(here, "lost");
    run_for(20 * SECOND);
    ck_way(here, gateways[1]);
    ck_assert(heard(there, "lost"));
    struct kernel_address first = ip(gateways[0]);
    struct prefix_key hop = prefix_key_of(&first);
    ck_assert(neighbor_is_dead(line.client.eth0, KERNEL_IPV4, &hop));
    swallows(0, false);
    ck_assert(iface_media(inner[0], true));
    run_for(260 * SECOND);
    ck_default(gateways[1]);
    run_for(60 * SECOND);
    says(here, "y");
    run_for(10 * SECOND);
    ck_assert(!neighbor_is_dead(line.client.eth0, KERNEL_IPV4, &hop));
    ck_default(gateways[0]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcp: gateways");
    TCase *basics = tcase_create("gateways");
    tcase_add_checked_fixture(basics, gateways_open, line_close);
    tcase_add_test(basics, the_next_one);
    tcase_add_test(basics, not_after_answers);
    tcase_add_test(basics, a_quarter);
    tcase_add_test(basics, whose_connections_count);
    tcase_add_loop_test(basics, another_share, 0, 2);
    tcase_add_test(basics, there_is_no_other);
    tcase_add_test(basics, a_better_route);
    tcase_add_test(basics, one_after_the_other);
    tcase_add_test(basics, over_ipv6);
    tcase_add_test(basics, one_tries);
    tcase_add_test(basics, the_trial_fails);
    tcase_add_test(basics, a_newcomer_tries);
    tcase_add_test(basics, who_tries_goes);
    tcase_add_test(basics, never_by_itself);
    tcase_add_test(basics, its_routes_go);
    tcase_add_test(basics, the_new_one_goes);
    tcase_add_test(basics, left_again);
    tcase_add_test(basics, dead_for_two_reasons);
    suite_add_tcase(suite, basics);
    return suite_main(suite);
}
