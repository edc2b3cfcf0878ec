/* Path MTUs (host-stack 1.3, RFC 1191, RFC 8201). */
#include "wires.h"

#include "net/ip/mtu.h"

static struct host *a, *router, *b;
static struct iface *a0;

/* a - router - b: the second wire takes 1300 bytes. */
static void open_path(void)
{
    struct host_parameters plain = host_parameters_default(), forwarding = plain;
    forwarding.forwarding = true;
    wires_open();
    a = host_with("a", plain);
    router = host_with("r", forwarding);
    b = host_with("b", plain);
    a0 = wire(a, "eth0", "192.0.2.1/24", "2001:db8:1::1/64");
    plug(a0, wire(router, "eth0", "192.0.2.254/24", "2001:db8:1::254/64"), MS, 0);
    plug(wire(router, "eth1", "198.51.100.254/24", "2001:db8:2::254/64"), wire(b, "eth0", "198.51.100.1/24", "2001:db8:2::1/64"), MS, 1300);
    route(a0, "0.0.0.0/0", "192.0.2.254", 0);
    route(a0, "::/0", "2001:db8:1::254", 0);
    route(iface_find(b, "eth0"), "0.0.0.0/0", "198.51.100.254", 0);
    route(iface_find(b, "eth0"), "::/0", "2001:db8:2::254", 0);
    run_until(0);
    log_text();
}

static uint32_t mtu_to(const char *destination)
{
    struct kernel_address address = at(destination);
    struct prefix_key to = prefix_key_of(&address);
    struct ip_path path;
    ip_path_find(a, address.family, &to, NULL, &path);
    return path.mtu_bytes;
}

static void learn(const char *destination, uint32_t mtu_bytes)
{
    struct kernel_address address = at(destination);
    struct prefix_key to = prefix_key_of(&address);
    ip_mtu_learn(a, address.family, &to, mtu_bytes);
}

START_TEST(nothing_learnt_costs_nothing)
{
    ck_assert_ptr_null(a->mtus);
    ck_assert_uint_eq(mtu_to("198.51.100.1"), 1500);
    ck_assert_uint_eq(mtu_to("127.0.0.1"), 65535);
}
END_TEST

START_TEST(one_destination_each)
{
    learn("198.51.100.1", 1400);
    learn("2001:db8:2::1", 1350);
    ck_assert_uint_eq(mtu_to("198.51.100.1"), 1400);
    ck_assert_uint_eq(mtu_to("198.51.100.2"), 1500);
    ck_assert_uint_eq(mtu_to("2001:db8:2::1"), 1350);
    ck_assert_uint_eq(mtu_to("2001:db8:2::2"), 1500);
    log_is("0ms a mtu.learnt 198.51.100.1 1400\n"
           "0ms a mtu.learnt 2001:db8:2::1 1350\n");
}
END_TEST

START_TEST(not_below_the_least)
{
    learn("198.51.100.1", 100);
    learn("198.51.100.2", 0);
    learn("2001:db8:2::1", 576);
    ck_assert_uint_eq(mtu_to("198.51.100.1"), 576);
    ck_assert_uint_eq(mtu_to("198.51.100.2"), 576);
    ck_assert_uint_eq(mtu_to("2001:db8:2::1"), 1280);
    ck_assert(iface_mtu(a0, 500)); /* the interface's own may be smaller */
    ck_assert_uint_eq(mtu_to("198.51.100.1"), 500);
}
END_TEST

START_TEST(never_upwards)
{
    learn("198.51.100.1", 1000);
    learn("198.51.100.1", 1400);
    ck_assert_uint_eq(mtu_to("198.51.100.1"), 1000);
    learn("198.51.100.1", 900);
    ck_assert_uint_eq(mtu_to("198.51.100.1"), 900);
    learn("198.51.100.2", 9000);
    ck_assert_uint_eq(mtu_to("198.51.100.2"), 1500);
}
END_TEST

START_TEST(forgotten_after_ten_minutes)
{
    learn("198.51.100.1", 1000);
    run_until(100 * SECOND);
    learn("198.51.100.2", 1000);
    run_until(300 * SECOND);
    learn("198.51.100.1", 1000); /* told again: kept for longer */
    run_until(700 * SECOND - 1);
    ck_assert_uint_eq(mtu_to("198.51.100.2"), 1000);
    run_until(700 * SECOND);
    ck_assert_uint_eq(mtu_to("198.51.100.2"), 1500);
    ck_assert_uint_eq(mtu_to("198.51.100.1"), 1000);
    run_until(900 * SECOND);
    ck_assert_uint_eq(mtu_to("198.51.100.1"), 1500);
    log_is("0ms a mtu.learnt 198.51.100.1 1000\n"
           "100000ms a mtu.learnt 198.51.100.2 1000\n"
           "700000ms a mtu.forgotten 198.51.100.2 1000\n"
           "900000ms a mtu.forgotten 198.51.100.1 1000\n");
}
END_TEST

START_TEST(paths_are_found_anew)
{
    struct kernel_address address = at("198.51.100.1");
    struct prefix_key to = prefix_key_of(&address);
    struct ip_path path;
    ip_path_find(a, KERNEL_IPV4, &to, NULL, &path);
    ck_assert(ip_path_holds(a, &path));
    learn("198.51.100.1", 1000);
    ck_assert(!ip_path_holds(a, &path));
    ip_path_find(a, KERNEL_IPV4, &to, NULL, &path);
    learn("198.51.100.1", 1000); /* nothing new */
    ck_assert(ip_path_holds(a, &path));
    run_until(600 * SECOND);
    ck_assert(!ip_path_holds(a, &path));
}
END_TEST

START_TEST(only_so_many)
{
    char text[32];
    a->parameters.path_cache_max = 3;
    for (unsigned i = 1; i <= 5; i++) {
        snprintf(text, sizeof text, "198.51.100.%u", i);
        learn(text, 1000);
    }
    ck_assert_uint_eq(mtu_to("198.51.100.1"), 1500);
    ck_assert_uint_eq(mtu_to("198.51.100.2"), 1500);
    for (unsigned i = 3; i <= 5; i++) {
        snprintf(text, sizeof text, "198.51.100.%u", i);
        ck_assert_uint_eq(mtu_to(text), 1000);
    }
}
END_TEST

/* ---- end to end ---- */

START_TEST(a_router_tells_ipv4)
{
    struct packet *packet = message("198.51.100.1", 0, 1400);
    packet->flags |= PACKET_DONT_FRAGMENT;
    ck_assert_int_eq(send_packet(a, packet), KERNEL_OK);
    run_until(10 * MS);
    log_is("0ms a > icmp 192.0.2.1>198.51.100.1 type 0\n"
           "1ms r > icmp 192.0.2.254>192.0.2.1 type 3\n"
           "1ms r x icmp 192.0.2.1>198.51.100.1 type 0: too big\n"
           "2ms a mtu.learnt 198.51.100.1 1300\n");
    ck_assert_uint_eq(mtu_to("198.51.100.1"), 1300);
    packet = message("198.51.100.1", 0, 1400);
    packet->flags |= PACKET_DONT_FRAGMENT;
    ck_assert_int_eq(send_packet(a, packet), KERNEL_TOO_LONG);
    packet = message("198.51.100.1", 0, 1300 - 28);
    packet->flags |= PACKET_DONT_FRAGMENT;
    ck_assert_int_eq(send_packet(a, packet), KERNEL_OK);
    log_text();
    run_until(20 * MS);
    log_is("11ms r > icmp 192.0.2.1>198.51.100.1 type 0\n");
}
END_TEST

/* IPv6: no router cuts; afterwards the sender does. */
START_TEST(a_router_tells_ipv6)
{
    note(a, "2001:db8:2::1", 1400);
    run_until(10 * MS);
    log_is("0ms a > icmpv6 2001:db8:1::1>2001:db8:2::1 type 129\n"
           "1ms r > icmpv6 2001:db8:1::254>2001:db8:1::1 type 2\n"
           "1ms r x icmpv6 2001:db8:1::1>2001:db8:2::1 type 129: too big\n"
           "2ms a mtu.learnt 2001:db8:2::1 1300\n");
    note(a, "2001:db8:2::1", 1400);
    run_until(20 * MS);
    log_is("10ms a > icmpv6 2001:db8:1::1>2001:db8:2::1 type 129 at 0\n"
           "10ms a > icmpv6 2001:db8:1::1>2001:db8:2::1 type 129 at 1248\n"
           "11ms r > icmpv6 2001:db8:1::1>2001:db8:2::1 type 129 at 0\n"
           "11000001ns r > icmpv6 2001:db8:1::1>2001:db8:2::1 type 129 at 1248\n");
}
END_TEST

START_TEST(learnt_at_the_end_of_the_world)
{
    learn("198.51.100.1", 1000);
    learn("2001:db8:2::1", 1300);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        nothing_learnt_costs_nothing, one_destination_each, not_below_the_least, never_upwards, forgotten_after_ten_minutes,
        paths_are_found_anew, only_so_many, a_router_tells_ipv4, a_router_tells_ipv6, learnt_at_the_end_of_the_world,
    };
    Suite *suite = suite_create("path MTU");
    TCase *tcase = tcase_create("mtu");
    tcase_add_checked_fixture(tcase, open_path, wires_close);
    tests_add(tcase, tests);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
