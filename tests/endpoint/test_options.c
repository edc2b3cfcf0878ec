/* Options: for whom, from what to what, when (spi reference 11). */
#include "pair.h"
#include "net/rss/rss.h"

static kernel_endpoint tcp, udp, raw, six;

static void open_all(void)
{
    pair_open();
    tcp = open_as(KERNEL_IPV4, KERNEL_TCP, 6);
    udp = udp_open();
    raw = open_as(KERNEL_IPV4, KERNEL_RAW, 1);
    six = udp6_open();
}

static uint64_t get(kernel_endpoint endpoint, enum kernel_option option)
{
    uint64_t value = 99;
    ck_assert_int_eq(kernel_option_get(endpoint, option, &value), KERNEL_OK);
    return value;
}

START_TEST(defaults)
{
    static const struct { enum kernel_option option; uint64_t of_tcp, of_udp, of_raw; } rows[] = { /* 99: not for it */
        { KERNEL_SEND_BUFFER, 65536, 65536, 65536 }, { KERNEL_RECEIVE_BUFFER, 65536, 65536, 65536 }, { KERNEL_REUSE_ADDRESS, 0, 0, 0 },
        { KERNEL_EXCLUSIVE_ADDRESS, 0, 0, 0 }, { KERNEL_RANDOM_PORT, 0, 0, 99 }, { KERNEL_ALLOW_BROADCAST, 99, 0, 0 },
        { KERNEL_RECEIVE_BROADCAST, 99, 1, 1 }, { KERNEL_HOP_LIMIT, 128, 128, 128 }, { KERNEL_TRAFFIC_CLASS, 0, 0, 0 },
        { KERNEL_DONT_FRAGMENT, 1, 0, 0 }, { KERNEL_UNICAST_INTERFACE, 0, 0, 0 }, { KERNEL_MULTICAST_INTERFACE, 99, 0, 0 },
        { KERNEL_MULTICAST_HOP_LIMIT, 99, 1, 1 }, { KERNEL_MULTICAST_LOOP, 99, 1, 1 }, { KERNEL_CIRCULAR_QUEUE, 99, 0, 0 },
        { KERNEL_TELL_PORT_UNREACHABLE, 99, 1, 99 }, { KERNEL_TELL_HOPS_EXCEEDED, 99, 1, 99 }, { KERNEL_NO_CHECKSUM, 99, 0, 99 },
        { KERNEL_HEADER_INCLUDED, 99, 99, 0 }, { KERNEL_CAPTURE, 99, 99, 0 }, { KERNEL_NO_DELAY, 0, 99, 99 }, { KERNEL_URGENT_INLINE, 0, 99, 99 },
        { KERNEL_KEEPALIVE, 0, 99, 99 }, { KERNEL_KEEPALIVE_IDLE_MS, 7200000, 99, 99 }, { KERNEL_KEEPALIVE_INTERVAL_MS, 1000, 99, 99 },
        { KERNEL_KEEPALIVE_PROBES, 10, 99, 99 }, { KERNEL_INITIAL_RTT_MS, 1000, 99, 99 }, { KERNEL_SYN_RETRIES, 4, 99, 99 },
        { KERNEL_CONDITIONAL_ACCEPT, 0, 99, 99 }, { KERNEL_COMPATIBILITY, 0, 99, 99 }, { KERNEL_MAX_MESSAGE, 99, 65507, 65467 },
    };
    const kernel_endpoint endpoints[] = { tcp, udp, raw };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint64_t wanted[] = { rows[i].of_tcp, rows[i].of_udp, rows[i].of_raw };
        for (unsigned k = 0; k < 3; k++) {
            uint64_t value;
            enum kernel_status status = kernel_option_get(endpoints[k], rows[i].option, &value);
            ck_assert_msg(status == (wanted[k] == 99 ? KERNEL_NOT_SUPPORTED : KERNEL_OK), "option %d of %u: %s", rows[i].option, k, status_name(status));
            ck_assert_uint_eq(value, wanted[k] == 99 ? 0 : wanted[k]);
        }
    }
    ck_assert_uint_eq(get(six, KERNEL_IPV6_ONLY), 1);
    ck_assert_uint_eq(get(six, KERNEL_MAX_MESSAGE), 65527);
}
END_TEST

START_TEST(values)
{
    static const struct { enum kernel_option option; uint64_t value; enum kernel_status status; uint64_t then; } rows[] = {
        { KERNEL_ALLOW_BROADCAST, 77, KERNEL_OK, 1 }, { KERNEL_ALLOW_BROADCAST, 0, KERNEL_OK, 0 }, { KERNEL_HOP_LIMIT, 0, KERNEL_BAD_ARGUMENT, 128 },
        { KERNEL_HOP_LIMIT, 256, KERNEL_BAD_ARGUMENT, 128 }, { KERNEL_HOP_LIMIT, 255, KERNEL_OK, 255 }, { KERNEL_MULTICAST_HOP_LIMIT, 0, KERNEL_OK, 0 },
        { KERNEL_MULTICAST_HOP_LIMIT, 256, KERNEL_BAD_ARGUMENT, 0 }, { KERNEL_RECEIVE_BUFFER, 0, KERNEL_OK, 0 },
        { KERNEL_RECEIVE_BUFFER, UINT64_C(1) << 31, KERNEL_BAD_ARGUMENT, 0 }, { KERNEL_TRAFFIC_CLASS, 255, KERNEL_OK, 255 },
        { KERNEL_UNICAST_INTERFACE, 2, KERNEL_OK, 2 }, { KERNEL_UNICAST_INTERFACE, 9, KERNEL_BAD_ARGUMENT, 2 },
        { KERNEL_UNICAST_INTERFACE, 0, KERNEL_OK, 0 }, { KERNEL_MULTICAST_INTERFACE, 3, KERNEL_BAD_ARGUMENT, 0 },
        { KERNEL_MAX_MESSAGE, 1, KERNEL_BAD_ARGUMENT, 65507 }, { KERNEL_NO_CHECKSUM, 1, KERNEL_OK, 1 },
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum kernel_status status = kernel_option_set(udp, rows[i].option, rows[i].value);
        ck_assert_msg(status == rows[i].status, "row %u: %s", i, status_name(status));
        ck_assert_uint_eq(get(udp, rows[i].option), rows[i].then);
    }
    ck_assert_int_eq(kernel_option_set(six, KERNEL_NO_CHECKSUM, 1), KERNEL_NOT_SUPPORTED);
    ck_assert_int_eq(kernel_option_set(udp, KERNEL_IPV6_ONLY, 1), KERNEL_NOT_SUPPORTED);
    ck_assert_int_eq(kernel_option_set(udp, KERNEL_NO_DELAY, 1), KERNEL_NOT_SUPPORTED);
    ck_assert_int_eq(kernel_option_set(udp, (enum kernel_option)200, 1), KERNEL_NOT_SUPPORTED);
    ck_assert_int_eq(kernel_option_set(12345, KERNEL_NO_DELAY, 1), KERNEL_BAD_HANDLE);
    ck_assert(option_given(inside(udp), KERNEL_HOP_LIMIT));
    ck_assert(!option_given(inside(udp), KERNEL_DONT_FRAGMENT));
}
END_TEST

START_TEST(too_late)
{
    set(udp, KERNEL_EXCLUSIVE_ADDRESS, 1);
    ck_assert_int_eq(kernel_option_set(udp, KERNEL_REUSE_ADDRESS, 1), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_option_set(udp, KERNEL_REUSE_ADDRESS, 0), KERNEL_OK);
    set(udp, KERNEL_EXCLUSIVE_ADDRESS, 0);
    set(udp, KERNEL_REUSE_ADDRESS, 1);
    ck_assert_int_eq(kernel_option_set(udp, KERNEL_EXCLUSIVE_ADDRESS, 1), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(bind_to(udp, "0.0.0.0", 0), KERNEL_OK);
    ck_assert_int_eq(kernel_option_set(udp, KERNEL_REUSE_ADDRESS, 0), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_option_set(udp, KERNEL_RANDOM_PORT, 1), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(bind_to(six, "::", 0), KERNEL_OK);
    ck_assert_int_eq(kernel_option_set(six, KERNEL_IPV6_ONLY, 0), KERNEL_BAD_ARGUMENT);
}
END_TEST

START_TEST(of_connected_ones)
{
    uint64_t value;
    ck_assert_int_eq(kernel_option_get(udp, KERNEL_PATH_MTU, &value), KERNEL_NOT_CONNECTED);
    ck_assert_int_eq(kernel_option_get(udp, KERNEL_PROCESSOR, &value), KERNEL_NOT_CONNECTED);
    ck_assert_int_eq(connect_to(udp, "192.0.2.2", 1), KERNEL_OK);
    ck_assert_uint_eq(get(udp, KERNEL_PATH_MTU), 1500);
    ck_assert(iface_mtu(pair.pc.eth0, 1280));
    struct rss_place place;
    rss_tuple_processor(pair.pc.eth0, &inside(udp)->tuple, &place);
    ck_assert_uint_eq(get(udp, KERNEL_PROCESSOR), (unsigned)place.processor.group << 16 | place.processor.number);
    ck_assert_uint_eq(get(udp, KERNEL_PATH_MTU), 1280);
}
END_TEST

START_TEST(parameters_of_the_host)
{
    struct host_parameters parameters = host_parameters_default();
    pair_close();
    parameters.mcast_scope = 7;
    parameters.mcast_loop = false;
    parameters.udp_connreset = false;
    parameters.udp_netreset = false;
    parameters.udp_receive_buffer = 8192;
    parameters.udp_sendto_connected = false;
    parameters.hop_limit = 64;
    pair_open_with(&parameters);
    udp = udp_open();
    ck_assert_uint_eq(get(udp, KERNEL_MULTICAST_HOP_LIMIT), 7);
    ck_assert_uint_eq(get(udp, KERNEL_MULTICAST_LOOP), 0);
    ck_assert_uint_eq(get(udp, KERNEL_TELL_PORT_UNREACHABLE), 0);
    ck_assert_uint_eq(get(udp, KERNEL_TELL_HOPS_EXCEEDED), 0);
    ck_assert_uint_eq(get(udp, KERNEL_RECEIVE_BUFFER), 8192);
    ck_assert_uint_eq(get(udp, KERNEL_HOP_LIMIT), 64);
    ck_assert_int_eq(connect_to(udp, "192.0.2.2", 1), KERNEL_OK);
    ck_assert_int_eq(send_text(udp, "x", "192.0.2.2", 2), KERNEL_IS_CONNECTED);
}
END_TEST

START_TEST(the_interface_of_unicasts)
{
    struct iface_setup setup = iface_setup_default();
    struct iface *eth1 = iface_add(pair.pc.host, "eth1", &setup);
    give(eth1, "198.51.100.1/24");
    struct route_setup by_eth1 = { .prefix = ip("192.0.2.0"), .prefix_length = 24, .next_hop = ip("198.51.100.9"), .metric = 1 };
    ck_assert(route_add(eth1, &by_eth1)); /* the better one, of metric 1 */
    struct kernel_socket local;
    ck_assert_int_eq(connect_to(udp, "192.0.2.9", 1), KERNEL_OK);
    ck_assert_int_eq(kernel_local(udp, &local), KERNEL_OK);
    ck_assert_uint_eq(local.address.bytes[0], 198);
    kernel_endpoint other = udp_open();
    set(other, KERNEL_UNICAST_INTERFACE, 2);
    ck_assert_int_eq(connect_to(other, "192.0.2.9", 1), KERNEL_OK);
    ck_assert_int_eq(kernel_local(other, &local), KERNEL_OK);
    ck_assert_uint_eq(local.address.bytes[0], 192);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *tests = tcase_create("options");
    tcase_add_checked_fixture(tests, open_all, pair_close);
    tcase_add_test(tests, defaults);
    tcase_add_test(tests, values);
    tcase_add_test(tests, too_late);
    tcase_add_test(tests, of_connected_ones);
    tcase_add_test(tests, parameters_of_the_host);
    tcase_add_test(tests, the_interface_of_unicasts);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
