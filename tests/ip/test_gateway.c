/* Dead gateways (host-stack 3.7, step 4 of 3.3) and what routers say: host unreachable, redirects (3.6). */
#include "pair.h"

/* A host with two routers on one segment; behind both a server:
       pc 192.0.2.1, r1 .254, r2 .253 on the lan; r1 and r2 each with a wire to the server. */
static struct host *pc, *r1, *r2, *server;
static struct iface *pc0, *r10, *r20;

static struct host *router(const char *name, const char *prefix, const char *prefix_v6, struct segment *lan, const char *far_prefix, const char *server_prefix)
{
    struct host_parameters parameters = with_neighbors();
    parameters.forwarding = true;
    struct host *host = host_with(name, parameters);
    join(lan, wire(host, "eth0", prefix, prefix_v6), MS);
    plug(wire(host, "eth1", far_prefix, NULL), wire(server, name, server_prefix, NULL), MS, 0);
    route(iface_find(host, "eth1"), "203.0.113.0/24", server_prefix[9] == '1' ? "198.51.1.2" : "198.51.2.2", 0);
    return host;
}

static void open_routers_with(const struct host_parameters *parameters)
{
    wires_open();
    struct segment *lan = segment_new(net, "lan", SEGMENT_SWITCH);
    server = host_with("server", with_neighbors());
    give(iface_find(server, "loopback"), "203.0.113.80/32", ADDRESS_PREFERRED);
    pc = host_with("pc", *parameters);
    pc0 = wire(pc, "eth0", "192.0.2.1/24", "2001:db8::1/64");
    join(lan, pc0, MS);
    r1 = router("r1", "192.0.2.254/24", "2001:db8::254/64", lan, "198.51.1.1/24", "198.51.1.2/24");
    r2 = router("r2", "192.0.2.253/24", "2001:db8::253/64", lan, "198.51.2.1/24", "198.51.2.2/24");
    r10 = iface_find(r1, "eth0");
    r20 = iface_find(r2, "eth0");
    route(pc0, "0.0.0.0/0", "192.0.2.254", 1);
    route(pc0, "0.0.0.0/0", "192.0.2.253", 5);
    run_until(0);
    log_text();
}

static void open_routers(void)
{
    struct host_parameters parameters = with_neighbors();
    open_routers_with(&parameters);
}

static const char *next_hop_of(const char *destination)
{
    static char text[ADDRESS_TEXT];
    struct kernel_address to = at(destination);
    struct kernel_path path;
    ck_assert_int_eq(host_best_path(pc, &to, &path), KERNEL_OK);
    address_text(&path.next_hop, text);
    return text;
}

#define goes_by(destination, gateway) ck_assert_str_eq(next_hop_of(destination), gateway)

/* ---- dead gateways ---- */

START_TEST(the_next_gateway_takes_over)
{
    ck_assert(iface_media(r10, false));
    log_text();
    goes_by("203.0.113.80", "192.0.2.254");
    note(pc, "203.0.113.80", 0);
    run_until(3 * SECOND);
    ck_assert_ptr_nonnull(strstr(log_text(), "3000ms pc neighbor 192.0.2.254 incomplete>unreachable\n3000ms pc gateway.dead 192.0.2.254\n"));
    goes_by("203.0.113.80", "192.0.2.253");
    note(pc, "203.0.113.80", 0);
    run_until(4 * SECOND);
    state_is(pc0, "192.0.2.253", "reachable");
}
END_TEST

START_TEST(fails_back_when_it_answers_again)
{
    ck_assert(iface_media(r10, false));
    note(pc, "203.0.113.80", 0);
    run_until(100 * SECOND);
    ck_assert(iface_media(r10, true));
    run_until(302 * SECOND);
    goes_by("203.0.113.80", "192.0.2.253");
    state_is(pc0, "192.0.2.254", "unreachable"); /* longer than the hold: it is remembered as dead */
    log_text();
    run_until(304 * SECOND);
    log_is("303000ms pc neighbor 192.0.2.254 unreachable>incomplete\n"
           "303000ms pc > arp\n"
           "303001ms r1 neighbor 192.0.2.1 none>stale\n"
           "303001ms r1 > arp\n"
           "303002ms pc neighbor 192.0.2.254 incomplete>reachable\n"
           "303002ms pc gateway.back 192.0.2.254\n");
    goes_by("203.0.113.80", "192.0.2.254");
}
END_TEST

START_TEST(still_dead_after_another_try)
{
    ck_assert(iface_media(r10, false));
    note(pc, "203.0.113.80", 0);
    run_until(305 * SECOND);
    state_is(pc0, "192.0.2.254", "incomplete");
    goes_by("203.0.113.80", "192.0.2.253"); /* while it is being asked */
    run_until(307 * SECOND);
    state_is(pc0, "192.0.2.254", "unreachable");
    run_until(900 * SECOND);
    ck_assert(iface_media(r10, true));
    run_until(910 * SECOND); /* 3 + 300 + 3 + 300 + 3 + 300 s */
    goes_by("203.0.113.80", "192.0.2.254");
}
END_TEST

START_TEST(heard_of_before_its_time)
{
    ck_assert(iface_media(r10, false));
    note(pc, "203.0.113.80", 0);
    run_until(10 * SECOND);
    ck_assert(iface_media(r10, true));
    note(r1, "192.0.2.1", 0); /* it asks for us, so it lives */
    run_until(11 * SECOND);
    goes_by("203.0.113.80", "192.0.2.254");
}
END_TEST

START_TEST(all_dead)
{
    ck_assert(iface_media(r10, false));
    ck_assert(iface_media(r20, false));
    note(pc, "203.0.113.80", 0);
    run_until(3 * SECOND);
    note(pc, "203.0.113.80", 0);
    run_until(8 * SECOND);
    state_is(pc0, "192.0.2.254", "unreachable");
    state_is(pc0, "192.0.2.253", "unreachable");
    goes_by("203.0.113.80", "192.0.2.254"); /* one as dead as the other: the metric again */
}
END_TEST

START_TEST(routes_of_a_dead_gateway)
{
    struct kernel_address all = { .family = KERNEL_IPV4 }, via = at("192.0.2.254");
    ck_assert(iface_media(r10, false));
    note(pc, "203.0.113.80", 0);
    run_until(10 * SECOND);
    route(pc0, "203.0.113.0/24", "192.0.2.254", 1); /* a new route by a gateway that is known to be dead … */
    route(pc0, "203.0.113.0/24", "192.0.2.253", 9);
    goes_by("203.0.113.80", "192.0.2.253");
    uint64_t print = routes_print(pc, 0);
    ck_assert(route_remove(pc, &all, 0, pc0, &via));
    route(pc0, "0.0.0.0/0", "192.0.2.254", 1);
    ck_assert_uint_eq(routes_print(pc, 0), print);
    ck_assert(iface_media(r10, true));
    run_until(310 * SECOND);
    goes_by("203.0.113.80", "192.0.2.254"); /* … which shares its fate */
    ck_assert_uint_ne(routes_print(pc, 0), print);
}
END_TEST

START_TEST(without_routes_it_is_forgotten)
{
    struct kernel_address all = { .family = KERNEL_IPV4 }, via = at("192.0.2.254");
    ck_assert(iface_media(r10, false));
    note(pc, "203.0.113.80", 0);
    run_until(10 * SECOND);
    ck_assert(route_remove(pc, &all, 0, pc0, &via));
    run_until(310 * SECOND);
    state_is(pc0, "192.0.2.254", "none");
}
END_TEST

START_TEST(the_medium_revives_it)
{
    ck_assert(iface_media(r10, false));
    note(pc, "203.0.113.80", 0);
    run_until(10 * SECOND);
    log_text();
    ck_assert(iface_media(pc0, false));
    ck_assert(iface_media(pc0, true));
    goes_by("203.0.113.80", "192.0.2.254"); /* nothing is known of it any more */
    ck_assert_ptr_nonnull(strstr(log_text(), "10000ms pc gateway.back 192.0.2.254\n"));
}
END_TEST

/* ---- routers ---- */

static bool heard_by_pc(const char *text) { return strstr(log_text(), text) != NULL; }

START_TEST(a_router_says_that_a_host_is_unreachable)
{
    struct host *stranger = host_with("stranger", with_neighbors());
    struct iface *far = wire(stranger, "eth0", NULL, NULL);
    plug(wire(r1, "eth2", "198.51.3.1/24", NULL), far, MS, 0);
    note(pc, "198.51.3.7", 0);
    run_until(3100 * MS); /* an echo reply is no error: its sender is told */
    ck_assert(heard_by_pc("r1 > icmp 192.0.2.254>192.0.2.1 type 3\n"));
    note(pc, "198.51.3.7", 0); /* refused at once */
    run_until(3200 * MS);
    ck_assert(heard_by_pc("3101ms r1 > icmp 192.0.2.254>192.0.2.1 type 3\n"));
}
END_TEST

/* r2 is the nearer one, but the host has its default route by r1. */
static void make_detour(void)
{
    struct kernel_address prefix = at("203.0.113.0");
    ck_assert(route_remove(r1, &prefix, 24, NULL, NULL));
    route(r10, "203.0.113.0/24", "192.0.2.253", 0);
    route(r10, "2001:db8:99::/48", "2001:db8::253", 0);
    route(pc0, "::/0", "2001:db8::254", 0);
}

START_TEST(a_redirect_is_believed_for_ten_minutes)
{
    struct kernel_address prefix = at("203.0.113.80");
    make_detour();
    note(pc, "203.0.113.80", 0);
    run_until(SECOND);
    goes_by("203.0.113.80", "192.0.2.253");
    goes_by("203.0.113.81", "192.0.2.254"); /* the others as before */
    struct route_place place = { .iface = pc0, .prefix = &prefix, .length = 32, .next_hop = &(struct kernel_address){ .family = KERNEL_IPV4, .bytes = { 192, 0, 2, 253 } } };
    uint32_t found = route_place_find(pc, &place);
    ck_assert_uint_ne(found, ROUTE_NONE);
    ck_assert_uint_eq(route_view_of(pc, 0, found).metric, 0); /* one below the default route's */
    note(pc, "203.0.113.80", 0);
    run_until(599 * SECOND);
    goes_by("203.0.113.80", "192.0.2.253");
    run_until(601 * SECOND);
    goes_by("203.0.113.80", "192.0.2.254");
}
END_TEST

START_TEST(a_redirect_of_ipv6)
{
    make_detour();
    note(pc, "2001:db8:99::1", 0);
    run_until(SECOND);
    ck_assert(heard_by_pc("r1 > icmpv6 2001:db8::254>2001:db8::1 type 137\n"));
    goes_by("2001:db8:99::1", "2001:db8::253");
    run_until(700 * SECOND);
    goes_by("2001:db8:99::1", "2001:db8::254");
}
END_TEST

/* A redirect by hand, from r1's wire. */
static void redirect(const char *source, const char *destination, const char *gateway)
{
    struct packet *packet = message("192.0.2.1", 5, 0);
    packet->source = key(source);
    packet->icmp.code = 1;
    packet->icmp.word = key(gateway).word[0];
    packet->icmp.about.source = key("192.0.2.1");
    packet->icmp.about.destination = key(destination);
    packet->next_hop = pc0;
    link_send(r10->link, packet);
    run_until(engine_now_ns(engine) + 10 * MS);
}

START_TEST(whom_a_host_does_not_believe)
{
    redirect("192.0.2.253", "203.0.113.80", "192.0.2.250"); /* not the present next hop */
    redirect("192.0.2.254", "203.0.113.80", "198.51.100.1"); /* not on the link */
    redirect("192.0.2.254", "203.0.113.80", "192.0.2.1");    /* ourselves */
    redirect("192.0.2.254", "203.0.113.80", "224.0.0.1");
    redirect("192.0.2.254", "224.0.0.9", "192.0.2.250");
    redirect("192.0.2.254", "203.0.113.80", "0.0.0.0");
    goes_by("203.0.113.80", "192.0.2.254");
    redirect("192.0.2.254", "203.0.113.80", "192.0.2.250");
    goes_by("203.0.113.80", "192.0.2.250");
    redirect("192.0.2.250", "203.0.113.80", "192.0.2.251"); /* the new one may say more */
    goes_by("203.0.113.80", "192.0.2.251");
    pc->parameters.redirects = false;
    redirect("192.0.2.254", "203.0.113.81", "192.0.2.250");
    goes_by("203.0.113.81", "192.0.2.254");
}
END_TEST

START_TEST(routers_believe_none)
{
    pc->parameters.forwarding = true;
    redirect("192.0.2.254", "203.0.113.80", "192.0.2.250");
    goes_by("203.0.113.80", "192.0.2.254");
}
END_TEST

START_TEST(only_so_many_redirects)
{
    pc->parameters.path_cache_max = 2;
    redirect("192.0.2.254", "203.0.113.81", "192.0.2.250");
    redirect("192.0.2.254", "203.0.113.82", "192.0.2.250");
    redirect("192.0.2.254", "203.0.113.83", "192.0.2.250");
    goes_by("203.0.113.81", "192.0.2.254");
    goes_by("203.0.113.82", "192.0.2.250");
    goes_by("203.0.113.83", "192.0.2.250");
}
END_TEST

START_TEST(redirects_and_an_interface_that_goes)
{
    redirect("192.0.2.254", "203.0.113.80", "192.0.2.250");
    ck_assert(iface_down(pc0));
    ck_assert(iface_up(pc0));
    run_until(700 * SECOND);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_next_gateway_takes_over, fails_back_when_it_answers_again, still_dead_after_another_try, heard_of_before_its_time, all_dead,
        routes_of_a_dead_gateway, without_routes_it_is_forgotten, the_medium_revives_it, a_router_says_that_a_host_is_unreachable,
        a_redirect_is_believed_for_ten_minutes, a_redirect_of_ipv6, whom_a_host_does_not_believe, routers_believe_none,
        only_so_many_redirects, redirects_and_an_interface_that_goes,
    };
    Suite *suite = suite_create("gateways");
    TCase *tcase = tcase_create("gateways");
    tcase_add_checked_fixture(tcase, open_routers, close_pair);
    tests_add(tcase, tests);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
