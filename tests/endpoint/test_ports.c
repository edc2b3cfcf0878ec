/* Who may bind beside whom, dynamic ports, reservations (host-stack 4.8). */
#include "pair.h"

/* ---- the conflict table, as in Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE ---- */

enum kind { DEFAULT_W, DEFAULT_S, REUSE_W, REUSE_S, EXCLUSIVE_W, EXCLUSIVE_S, KINDS };
static const char *const kinds[KINDS] = { "default *", "default", "reuse *", "reuse", "exclusive *", "exclusive" };
static const char *const one_user[KINDS][KINDS] = {
    { "USE", "ok", "ACC", "ok", "USE", "ok" },
    { "ok", "USE", "ok", "ACC", "USE", "USE" },
    { "USE", "ok", "ok", "ok", "USE", "ok" },
    { "ok", "USE", "ok", "ok", "USE", "USE" },
    { "USE", "ACC", "ACC", "ACC", "USE", "ACC" },
    { "ok", "USE", "ok", "ACC", "USE", "USE" },
};
static const char *const two_users[KINDS][KINDS] = {
    { "USE", "ACC", "ACC", "ACC", "USE", "ACC" },
    { "ok", "USE", "ok", "ACC", "USE", "USE" },
    { "USE", "ACC", "ok", "ok", "USE", "ACC" },
    { "ok", "USE", "ok", "ok", "USE", "USE" },
    { "USE", "ACC", "ACC", "ACC", "USE", "ACC" },
    { "ok", "USE", "ok", "ACC", "USE", "USE" },
};

static kernel_endpoint of_kind(enum kernel_transport transport, enum kernel_family family, enum kind kind)
{
    kernel_endpoint endpoint = open_as(family, transport, 0);
    if (kind == REUSE_W || kind == REUSE_S)
        set(endpoint, KERNEL_REUSE_ADDRESS, 1);
    if (kind == EXCLUSIVE_W || kind == EXCLUSIVE_S)
        set(endpoint, KERNEL_EXCLUSIVE_ADDRESS, 1);
    return endpoint;
}

static const char *where(enum kernel_family family, enum kind kind)
{
    if (kind % 2 == 0)
        return family == KERNEL_IPV4 ? "0.0.0.0" : "::";
    return family == KERNEL_IPV4 ? "192.0.2.1" : "2001:db8::1";
}

static const char *short_status(enum kernel_status status)
{
    return status == KERNEL_OK ? "ok" : status == KERNEL_ADDRESS_IN_USE ? "USE" : status == KERNEL_ADDRESS_EXCLUSIVE ? "ACC" : status_name(status);
}

static void table_holds(enum kernel_transport transport, enum kernel_family family, const char *const table[KINDS][KINDS], struct task *second_asker)
{
    for (unsigned first = 0; first < KINDS; first++) {
        for (unsigned second = 0; second < KINDS; second++) {
            kernel_endpoint a = of_kind(transport, family, first);
            ck_assert_int_eq(bind_to(a, where(family, first), 5000), KERNEL_OK);
            running = second_asker;
            kernel_endpoint b = of_kind(transport, family, second);
            const char *found = short_status(bind_to(b, where(family, second), 5000));
            ck_assert_msg(strcmp(found, table[first][second]) == 0, "%s, then %s: %s instead of %s", kinds[first], kinds[second], found, table[first][second]);
            ck_assert_int_eq(kernel_endpoint_close(b), KERNEL_OK);
            as(&pair.pc);
            ck_assert_int_eq(kernel_endpoint_close(a), KERNEL_OK);
        }
    }
}

START_TEST(conflicts_of_datagrams) { table_holds(KERNEL_UDP, _i ? KERNEL_IPV6 : KERNEL_IPV4, one_user, &pair.pc.app); }
END_TEST

START_TEST(conflicts_of_streams) { table_holds(KERNEL_TCP, _i ? KERNEL_IPV6 : KERNEL_IPV4, one_user, &pair.pc.app); }
END_TEST

/* Another process of the same user meets no other conflicts. */
START_TEST(conflicts_between_processes) { table_holds(KERNEL_UDP, _i ? KERNEL_IPV6 : KERNEL_IPV4, one_user, &pair.pc.other); }
END_TEST

START_TEST(conflicts_between_users)
{
    pair.pc.other.user = 1;
    table_holds(_i & 1 ? KERNEL_TCP : KERNEL_UDP, _i & 2 ? KERNEL_IPV6 : KERNEL_IPV4, two_users, &pair.pc.other);
}
END_TEST

/* proves: NET-PORT-14. A wildcard of both families is in the way of another user's address of either. */
START_TEST(both_families_between_users)
{
    kernel_endpoint both = udp6_open();
    set(both, KERNEL_IPV6_ONLY, 0);
    ck_assert_int_eq(bind_to(both, "::", 5000), KERNEL_OK);
    pair.pc.other.user = 1;
    running = &pair.pc.other;
    ck_assert_int_eq(bind_to(udp_open(), "192.0.2.1", 5000), KERNEL_ADDRESS_EXCLUSIVE);
    ck_assert_int_eq(bind_to(udp6_open(), "2001:db8::1", 5000), KERNEL_ADDRESS_EXCLUSIVE);
    as(&pair.pc);
    ck_assert_int_eq(bind_to(udp_open(), "192.0.2.1", 5000), KERNEL_OK);
}
END_TEST

/* The user is the process's that opened the endpoint, not of who binds it. */
START_TEST(who_opened_it_is_the_user)
{
    kernel_endpoint second = udp_open();
    udp_bound("0.0.0.0", 5000);
    pair.pc.other.user = 1;
    running = &pair.pc.other;
    ck_assert_int_eq(bind_to(second, "192.0.2.1", 5000), KERNEL_OK);
}
END_TEST

START_TEST(what_never_conflicts)
{
    give(pair.pc.eth0, "192.0.2.77/24");
    udp_bound("192.0.2.1", 5000);
    udp_bound("192.0.2.77", 5000); /* another address */
    udp_bound("127.0.0.1", 5000);
    udp_bound("192.0.2.1", 5001); /* another port */
    udp_bound("::", 5000); /* another family: it is IPv6 only by default */
    ck_assert_int_eq(bind_to(open_as(KERNEL_IPV4, KERNEL_TCP, 6), "192.0.2.1", 5000), KERNEL_OK); /* another protocol */
}
END_TEST

START_TEST(both_families_at_once)
{
    kernel_endpoint both = udp6_open(), again = udp6_open(), mapped = udp6_open();
    set(both, KERNEL_IPV6_ONLY, 0);
    set(mapped, KERNEL_IPV6_ONLY, 0);
    kernel_endpoint four = udp_bound("0.0.0.0", 5000);
    ck_assert_int_eq(bind_to(both, "::", 5000), KERNEL_ADDRESS_IN_USE);
    ck_assert_int_eq(kernel_endpoint_close(four), KERNEL_OK);
    ck_assert_int_eq(bind_to(both, "::", 5000), KERNEL_OK);
    ck_assert_int_eq(bind_to(udp_open(), "0.0.0.0", 5000), KERNEL_ADDRESS_IN_USE);
    ck_assert_int_eq(bind_to(again, "::", 5000), KERNEL_ADDRESS_IN_USE);
    ck_assert_int_eq(bind_to(mapped, "::ffff:192.0.2.1", 5000), KERNEL_OK); /* specific beside a wildcard */
    ck_assert_int_eq(bind_to(udp_open(), "192.0.2.1", 5000), KERNEL_ADDRESS_IN_USE); /* the mapped one has it */
    ck_assert_int_eq(bind_to(udp6_open(), "::ffff:192.0.2.1", 5001), KERNEL_ADDRESS_NOT_LOCAL); /* IPv6 only */
}
END_TEST

START_TEST(addresses_to_bind_to)
{
    ck_assert_int_eq(bind_to(udp_open(), "192.0.2.2", 0), KERNEL_ADDRESS_NOT_LOCAL);
    ck_assert_int_eq(bind_to(udp_open(), "::1", 0), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(bind_to(udp6_open(), "fe80::1", 0), KERNEL_ADDRESS_NOT_LOCAL); /* on which interface? */
    ck_assert_int_eq(bind_to(udp6_open(), "fe80::1%2", 0), KERNEL_OK);
    ck_assert_int_eq(bind_to(udp6_open(), "fe80::1%1", 0), KERNEL_ADDRESS_NOT_LOCAL);
    ck_assert_int_eq(bind_to(udp_open(), "127.0.0.1", 0), KERNEL_OK);
    ck_assert_int_eq(bind_to(udp_open(), "224.1.2.3", 0), KERNEL_OK);
    ck_assert_int_eq(bind_to(udp_open(), "255.255.255.255", 0), KERNEL_OK);
    ck_assert_int_eq(bind_to(udp_open(), "192.0.2.255", 0), KERNEL_OK);
    ck_assert_int_eq(bind_to(open_as(KERNEL_IPV4, KERNEL_TCP, 6), "224.1.2.3", 0), KERNEL_ADDRESS_NOT_LOCAL);
    ck_assert_int_eq(bind_to(open_as(KERNEL_IPV4, KERNEL_TCP, 6), "192.0.2.255", 0), KERNEL_ADDRESS_NOT_LOCAL);
    kernel_endpoint twice = udp_bound("192.0.2.1", 0);
    ck_assert_int_eq(bind_to(twice, "192.0.2.1", 0), KERNEL_BAD_ARGUMENT);
    struct kernel_address address = ip("192.0.2.1");
    ck_assert(ifaddr_state(pair.pc.eth0, &address, ADDRESS_DEPRECATED));
    udp_bound("192.0.2.1", 0); /* deprecated ones still serve */
    ck_assert(ifaddr_state(pair.pc.eth0, &address, ADDRESS_TENTATIVE));
    ck_assert_int_eq(bind_to(udp_open(), "192.0.2.1", 0), KERNEL_ADDRESS_NOT_LOCAL);
}
END_TEST

START_TEST(dynamic_ports_in_order)
{
    ck_assert_uint_eq(port_of(udp_bound("0.0.0.0", 0)), 49152);
    kernel_endpoint second = udp_bound("192.0.2.1", 0);
    ck_assert_uint_eq(port_of(second), 49153);
    ck_assert_uint_eq(port_of(udp_bound("::", 0)), 49154); /* one cursor for both families */
    udp_bound("0.0.0.0", 49155);
    ck_assert_int_eq(kernel_endpoint_close(second), KERNEL_OK);
    ck_assert_uint_eq(port_of(udp_bound("0.0.0.0", 0)), 49156); /* the cursor does not go back */
    kernel_endpoint stream = open_as(KERNEL_IPV4, KERNEL_TCP, 6);
    ck_assert_int_eq(bind_to(stream, "0.0.0.0", 0), KERNEL_OK);
    ck_assert_uint_eq(port_of(stream), 49152);
}
END_TEST

START_TEST(every_dynamic_port_is_taken)
{
    struct host_parameters parameters = host_parameters_default();
    pair_close();
    parameters.ephemeral_start = 60000;
    parameters.ephemeral_count = 600; /* over three pages of the table */
    pair_open_with(&parameters);
    kernel_endpoint some = 0;
    for (unsigned i = 0; i < 600; i++) {
        kernel_endpoint endpoint = udp_bound("0.0.0.0", 0);
        ck_assert_uint_eq(port_of(endpoint), 60000 + i);
        if (i == 301)
            some = endpoint;
    }
    ck_assert_int_eq(bind_to(udp_open(), "0.0.0.0", 0), KERNEL_NO_PORTS);
    kernel_endpoint implicit = udp_open();
    ck_assert_int_eq(send_text(implicit, "x", "192.0.2.2", 1), KERNEL_NO_RESOURCES);
    ck_assert_int_eq(connect_to(implicit, "192.0.2.2", 1), KERNEL_NO_RESOURCES);
    ck_assert_int_eq(kernel_endpoint_close(some), KERNEL_OK);
    ck_assert_int_eq(send_text(implicit, "x", "192.0.2.2", 1), KERNEL_OK);
    ck_assert_uint_eq(port_of(implicit), 60301);
}
END_TEST

START_TEST(random_ports)
{
    uint16_t seen[4];
    for (unsigned i = 0; i < 4; i++) {
        kernel_endpoint endpoint = udp_open();
        set(endpoint, KERNEL_RANDOM_PORT, 1);
        ck_assert_int_eq(bind_to(endpoint, "0.0.0.0", 0), KERNEL_OK);
        seen[i] = port_of(endpoint);
        ck_assert_uint_ge(seen[i], 49152);
    }
    ck_assert(seen[1] != seen[0] + 1 || seen[2] != seen[1] + 1);
    ck_assert_uint_eq(port_of(udp_bound("0.0.0.0", 0)), 49152); /* the cursor stands where it stood */
    struct random_stream stream = random_stream(1, "port:pc");
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(seen[i], 49152 + random_below(&stream, 16384));
}
END_TEST

START_TEST(an_exclusive_port_stays_taken_while_a_child_lives)
{
    kernel_endpoint listener = open_as(KERNEL_IPV4, KERNEL_TCP, 6), next = open_as(KERNEL_IPV4, KERNEL_TCP, 6);
    set(listener, KERNEL_EXCLUSIVE_ADDRESS, 1);
    ck_assert_int_eq(bind_to(listener, "0.0.0.0", 80), KERNEL_OK);
    struct endpoint *child = endpoint_new(pair.pc.host, KERNEL_IPV4, KERNEL_TCP, 6, &pair.pc.home);
    port_share(child, inside(listener));
    ck_assert_int_eq(kernel_endpoint_close(listener), KERNEL_OK);
    ck_assert_int_eq(bind_to(next, "0.0.0.0", 80), KERNEL_ADDRESS_IN_USE);
    endpoint_free(child);
    ck_assert_int_eq(bind_to(next, "0.0.0.0", 80), KERNEL_OK);
    child = endpoint_new(pair.pc.host, KERNEL_IPV4, KERNEL_TCP, 6, &pair.pc.home);
    port_share(child, inside(next));
    ck_assert_int_eq(kernel_endpoint_close(next), KERNEL_OK);
    ck_assert_int_eq(bind_to(open_as(KERNEL_IPV4, KERNEL_TCP, 6), "0.0.0.0", 80), KERNEL_OK); /* not exclusive: a server restarts */
}
END_TEST

/* ---- reservations (READ-PORT_RESERVATION) ---- */

static enum kernel_status reserve(kernel_endpoint endpoint, struct kernel_port_block *block, uint16_t start, uint16_t count)
{
    *block = (struct kernel_port_block){ .start = start, .count = count };
    return kernel_ports_reserve(KERNEL_UDP, endpoint, block);
}

START_TEST(reserving)
{
    struct kernel_port_block block, more;
    kernel_endpoint owner = udp_open();
    udp_bound("0.0.0.0", 49153);
    ck_assert_int_eq(reserve(owner, &block, 0, 0), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(reserve(owner, &block, 65530, 7), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(reserve(owner, &block, 49150, 4), KERNEL_ADDRESS_IN_USE);
    ck_assert_int_eq(reserve(owner, &block, 0, 4), KERNEL_OK);
    ck_assert_uint_eq(block.start, 49154);
    ck_assert_uint_ne(block.token, 0);
    ck_assert_int_eq(reserve(owner, &more, 0, 1), KERNEL_OK);
    ck_assert_uint_eq(more.start, 49152);
    ck_assert_int_eq(reserve(owner, &more, 49157, 2), KERNEL_ADDRESS_IN_USE);
    ck_assert_int_eq(reserve(owner, &more, 0, 16384), KERNEL_NO_PORTS);
    ck_assert_int_eq(reserve(owner, &more, 65530, 6), KERNEL_OK);
    ck_assert_uint_eq(port_of(udp_bound("0.0.0.0", 0)), 49158); /* never handed out */
    ck_assert_int_eq(bind_to(udp_open(), "0.0.0.0", 49155), KERNEL_ADDRESS_EXCLUSIVE);
    ck_assert_int_eq(bind_to(open_as(KERNEL_IPV4, KERNEL_TCP, 6), "0.0.0.0", 49155), KERNEL_OK);
    ck_assert_int_eq(kernel_ports_reserve(KERNEL_RAW, open_as(KERNEL_IPV4, KERNEL_RAW, 1), &more), KERNEL_NOT_SUPPORTED);
}
END_TEST

START_TEST(using_a_reservation)
{
    struct kernel_port_block block;
    kernel_endpoint owner = udp_open(), first = udp_open(), second = udp_open(), third = udp_open(), stream = open_as(KERNEL_IPV4, KERNEL_TCP, 6);
    ck_assert_int_eq(reserve(owner, &block, 7000, 2), KERNEL_OK);
    ck_assert_int_eq(kernel_ports_associate(first, 0), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_ports_associate(first, block.token + 1), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_ports_associate(stream, block.token), KERNEL_BAD_ARGUMENT); /* the other transport's */
    running = &pair.pc.other;
    ck_assert_int_eq(kernel_ports_associate(first, block.token), KERNEL_DENIED);
    ck_assert_int_eq(kernel_ports_release(KERNEL_UDP, &block), KERNEL_DENIED);
    as(&pair.pc);
    ck_assert_int_eq(kernel_ports_associate(first, block.token), KERNEL_OK);
    ck_assert_int_eq(kernel_ports_associate(second, block.token), KERNEL_OK);
    ck_assert_int_eq(kernel_ports_associate(third, block.token), KERNEL_OK);
    ck_assert_int_eq(bind_to(second, "0.0.0.0", 7002), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(bind_to(second, "0.0.0.0", 7000), KERNEL_OK);
    ck_assert_int_eq(kernel_ports_associate(second, block.token), KERNEL_BAD_ARGUMENT); /* bound */
    ck_assert_int_eq(bind_to(first, "0.0.0.0", 0), KERNEL_OK);
    ck_assert_uint_eq(port_of(first), 7001);
    ck_assert_int_eq(bind_to(third, "0.0.0.0", 0), KERNEL_ADDRESS_IN_USE);
    ck_assert_int_eq(kernel_endpoint_close(second), KERNEL_OK);
    ck_assert_int_eq(kernel_ports_release(KERNEL_UDP, &block), KERNEL_OK);
    ck_assert_int_eq(kernel_ports_release(KERNEL_UDP, &block), KERNEL_BAD_ARGUMENT);
    ck_assert_uint_eq(port_of(first), 7001); /* bound stays bound */
    udp_bound("0.0.0.0", 7000);
}
END_TEST

START_TEST(a_reservation_ends_with_its_endpoint)
{
    struct kernel_port_block block;
    kernel_endpoint owner = udp_open();
    ck_assert_int_eq(reserve(owner, &block, 7000, 2), KERNEL_OK);
    ck_assert_int_eq(kernel_endpoint_close(owner), KERNEL_OK);
    udp_bound("0.0.0.0", 7000);
    ck_assert_int_eq(kernel_ports_associate(udp_open(), block.token), KERNEL_BAD_ARGUMENT);
}
END_TEST

START_TEST(persistent_reservations)
{
    struct kernel_port_block block = { .start = 0 };
    udp_bound("0.0.0.0", 6999);
    ck_assert(!host_reserve_ports(pair.pc.host, KERNEL_UDP, 6999, 2, &block.token));
    ck_assert_str_eq(net_why(pair.net), "UDP port 6999 of host \"pc\" is in use or reserved");
    ck_assert(!host_reserve_ports(pair.pc.host, KERNEL_UDP, 0, 2, &block.token));
    ck_assert(host_reserve_ports(pair.pc.host, KERNEL_UDP, 7000, 2, &block.token));
    running = &pair.pc.other;
    kernel_endpoint any = udp_open();
    ck_assert_int_eq(kernel_ports_associate(any, block.token), KERNEL_OK);
    ck_assert_int_eq(bind_to(any, "0.0.0.0", 0), KERNEL_OK);
    ck_assert_uint_eq(port_of(any), 7000);
    ck_assert_int_eq(kernel_ports_release(KERNEL_UDP, &block), KERNEL_BAD_ARGUMENT); /* a run-time one is meant */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ports");
    TCase *tests = tcase_create("ports");
    tcase_add_checked_fixture(tests, pair_open, pair_close);
    tcase_add_loop_test(tests, conflicts_of_datagrams, 0, 2);
    tcase_add_loop_test(tests, conflicts_of_streams, 0, 2);
    tcase_add_loop_test(tests, conflicts_between_processes, 0, 2);
    tcase_add_loop_test(tests, conflicts_between_users, 0, 4);
    tcase_add_test(tests, both_families_between_users);
    tcase_add_test(tests, who_opened_it_is_the_user);
    tcase_add_test(tests, what_never_conflicts);
    tcase_add_test(tests, both_families_at_once);
    tcase_add_test(tests, addresses_to_bind_to);
    tcase_add_test(tests, dynamic_ports_in_order);
    tcase_add_test(tests, every_dynamic_port_is_taken);
    tcase_add_test(tests, random_ports);
    tcase_add_test(tests, an_exclusive_port_stays_taken_while_a_child_lives);
    tcase_add_test(tests, reserving);
    tcase_add_test(tests, using_a_reservation);
    tcase_add_test(tests, a_reservation_ends_with_its_endpoint);
    tcase_add_test(tests, persistent_reservations);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
