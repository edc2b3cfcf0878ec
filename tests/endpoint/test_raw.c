/* Raw sockets and SIO_RCVALL (host-stack 6). */
#include "pair.h"
#include "net/link/segment.h"

static void carry(void) { run_for(SECOND / 100); }

static kernel_endpoint raw_open(uint8_t protocol) { return open_as(KERNEL_IPV4, KERNEL_RAW, protocol); }

static kernel_endpoint raw_bound(uint8_t protocol, const char *address)
{
    kernel_endpoint endpoint = open_as(strchr(address, ':') ? KERNEL_IPV6 : KERNEL_IPV4, KERNEL_RAW, protocol);
    ck_assert_int_eq(bind_to(endpoint, address, 0), KERNEL_OK);
    return endpoint;
}

static size_t receive_size(kernel_endpoint endpoint)
{
    enum kernel_status status = receive_with(endpoint, sizeof got.bytes, 0);
    ck_assert_msg(status == KERNEL_OK, "%s", status_name(status));
    return got.transfer.count;
}

static uint8_t byte(size_t at) { return (uint8_t)got.bytes[at]; }

/* ---- plain ---- */

START_TEST(data_comes_with_the_header)
{
    kernel_endpoint from = raw_open(200);
    as(&pair.peer);
    kernel_endpoint all = raw_bound(200, "0.0.0.0"), own = raw_bound(200, "192.0.2.2"), another = raw_bound(201, "0.0.0.0"), home = raw_bound(200, "127.0.0.1");
    as(&pair.pc);
    ck_assert_int_eq(send_text(from, "payload", "192.0.2.2", 0), KERNEL_OK);
    carry();
    as(&pair.peer);
    ck_assert_uint_eq(receive_size(all), 27);
    ck_assert_uint_eq(byte(0), 0x45);
    ck_assert_uint_eq(byte(3), 27);
    ck_assert_uint_eq(byte(8), 128);
    ck_assert_uint_eq(byte(9), 200);
    ck_assert_mem_eq(got.bytes + 20, "payload", 7);
    ck_assert_str_eq(peer_text(), "192.0.2.1");
    ck_assert_uint_eq(got.transfer.peer.port, 0);
    ck_assert_uint_eq(receive_size(own), 27);
    expect_nothing(another);
    expect_nothing(home);
    ck_assert_int_eq(connect_to(all, "192.0.2.9", 0), KERNEL_OK);
    as(&pair.pc);
    send_text(from, "payload", "192.0.2.2", 0);
    carry();
    as(&pair.peer);
    expect_nothing(all); /* it is not its peer */
    ck_assert_uint_eq(receive_size(own), 27);
}
END_TEST

START_TEST(ipv6_comes_without)
{
    kernel_endpoint from = open_as(KERNEL_IPV6, KERNEL_RAW, 200);
    as(&pair.peer);
    kernel_endpoint to = raw_bound(200, "2001:db8::2");
    as(&pair.pc);
    ck_assert_int_eq(send_text(from, "payload", "2001:db8::2", 0), KERNEL_OK);
    carry();
    as(&pair.peer);
    ck_assert_uint_eq(receive_size(to), 7);
    ck_assert_mem_eq(got.bytes, "payload", 7);
    ck_assert_str_eq(peer_text(), "2001:db8::1");
}
END_TEST

START_TEST(a_ping)
{
    const uint8_t echo[] = { 8, 0, 0xf7, 0xfb, 0, 1, 0, 2, 0, 1 };
    uint8_t bytes[sizeof echo];
    memcpy(bytes, echo, sizeof echo);
    unsigned sum = 0x0800 + 1 + 2 + 1;
    bytes[2] = (uint8_t)(~sum >> 8);
    bytes[3] = (uint8_t)~sum;
    kernel_endpoint ping = raw_bound(1, "192.0.2.1");
    ck_assert_int_eq(send_bytes(ping, bytes, sizeof bytes, "192.0.2.2", 0), KERNEL_OK);
    carry();
    ck_assert_uint_eq(receive_size(ping), 30);
    ck_assert_uint_eq(byte(20), 0); /* the reply */
    ck_assert_uint_eq(byte(25), 1);
    ck_assert_uint_eq(byte(27), 2);
    bytes[2] ^= 1; /* a wrong checksum: nobody answers */
    ck_assert_int_eq(send_bytes(ping, bytes, sizeof bytes, "192.0.2.2", 0), KERNEL_OK);
    carry();
    expect_nothing(ping);
    ck_assert_int_eq(send_bytes(ping, bytes, 3, "192.0.2.2", 0), KERNEL_BAD_ARGUMENT);
}
END_TEST

START_TEST(udp_is_seen_too)
{
    kernel_endpoint from = udp_bound("0.0.0.0", 1000);
    as(&pair.peer);
    kernel_endpoint raw = raw_bound(17, "0.0.0.0"), to = udp_bound("0.0.0.0", 2000);
    as(&pair.pc);
    send_text(from, "both", "192.0.2.2", 2000);
    carry();
    as(&pair.peer);
    expect_text(to, "both");
    ck_assert_uint_eq(receive_size(raw), 32);
    ck_assert_uint_eq(byte(20), 1000 >> 8);
    ck_assert_mem_eq(got.bytes + 28, "both", 4);
}
END_TEST

/* A UDP datagram with its IP header, without checksums. */
static size_t with_header(uint8_t bytes[40], const char *source, const char *destination)
{
    const uint8_t fixed[] = { 0x45, 0, 0, 0, 0, 0, 0, 0, 9, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x03, 0xe8, 0x07, 0xd0, 0, 12, 0, 0, 'd', 'a', 't', 'a' };
    struct kernel_address from = ip(source), to = ip(destination);
    memcpy(bytes, fixed, sizeof fixed);
    memcpy(bytes + 12, from.bytes, 4);
    memcpy(bytes + 16, to.bytes, 4);
    return sizeof fixed;
}

START_TEST(headers_of_ones_own)
{
    uint8_t bytes[40];
    kernel_endpoint raw = raw_open(255), tcp = raw_open(6);
    set(raw, KERNEL_HEADER_INCLUDED, 1);
    as(&pair.peer);
    kernel_endpoint to = udp_bound("0.0.0.0", 2000);
    as(&pair.pc);
    size_t size = with_header(bytes, "192.0.2.1", "192.0.2.2");
    ck_assert_int_eq(send_bytes(raw, bytes, size, "192.0.2.2", 0), KERNEL_OK);
    with_header(bytes, "198.51.100.7", "192.0.2.2"); /* not an own address: client Windows drops it */
    ck_assert_int_eq(send_bytes(raw, bytes, size, "192.0.2.2", 0), KERNEL_OK);
    carry();
    as(&pair.peer);
    expect_text(to, "data");
    ck_assert_uint_eq(got.transfer.hop_limit, 9);
    ck_assert_uint_eq(got.transfer.peer.port, 1000);
    expect_nothing(to);
    as(&pair.pc);
    bytes[9] = 6;
    ck_assert_int_eq(send_bytes(raw, bytes, 10, "192.0.2.2", 0), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(bind_to(tcp, "192.0.2.1", 0), KERNEL_BAD_ARGUMENT);
}
END_TEST

START_TEST(servers_are_free)
{
    uint8_t bytes[40];
    struct host_parameters parameters = host_parameters_default();
    pair_close();
    parameters.raw_restrictions = false;
    pair_open_with(&parameters);
    kernel_endpoint raw = raw_open(255);
    set(raw, KERNEL_HEADER_INCLUDED, 1);
    as(&pair.peer);
    kernel_endpoint to = udp_bound("0.0.0.0", 2000);
    as(&pair.pc);
    size_t size = with_header(bytes, "198.51.100.7", "192.0.2.2");
    ck_assert_int_eq(send_bytes(raw, bytes, size, "192.0.2.2", 0), KERNEL_OK);
    ck_assert_int_eq(bind_to(raw_open(6), "192.0.2.1", 0), KERNEL_OK);
    carry();
    as(&pair.peer);
    expect_text(to, "data");
    ck_assert_str_eq(peer_text(), "198.51.100.7");
}
END_TEST

/* ---- SIO_RCVALL ---- */

START_TEST(who_may_capture)
{
    ck_assert_int_eq(kernel_option_set(raw_open(0), KERNEL_CAPTURE, 1), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_option_set(raw_bound(0, "0.0.0.0"), KERNEL_CAPTURE, 1), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_option_set(raw_bound(1, "192.0.2.1"), KERNEL_CAPTURE, 1), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_option_set(raw_bound(0, "192.0.2.1"), KERNEL_CAPTURE, 4), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_option_set(udp_open(), KERNEL_CAPTURE, 1), KERNEL_NOT_SUPPORTED);
    ck_assert_uint_eq(pair.pc.host->captures, 0);
    kernel_endpoint capture = raw_bound(0, "192.0.2.1"), six = raw_bound(41, "fe80::1%2");
    set(capture, KERNEL_CAPTURE, 1);
    set(capture, KERNEL_CAPTURE, 3);
    set(six, KERNEL_CAPTURE, 1);
    ck_assert_uint_eq(pair.pc.host->captures, 2);
    set(six, KERNEL_CAPTURE, 2);
    ck_assert_uint_eq(pair.pc.host->captures, 1);
    ck_assert_int_eq(kernel_endpoint_close(capture), KERNEL_OK);
    ck_assert_uint_eq(pair.pc.host->captures, 0);
}
END_TEST

START_TEST(what_is_captured)
{
    kernel_endpoint capture = raw_bound(0, "192.0.2.1"), six = raw_bound(41, "2001:db8::1"), own = udp_bound("0.0.0.0", 1000), own6 = udp_bound("::", 1000);
    set(capture, KERNEL_CAPTURE, 3);
    set(six, KERNEL_CAPTURE, 3);
    as(&pair.peer);
    kernel_endpoint other = udp_bound("0.0.0.0", 2000);
    send_text(other, "in", "192.0.2.1", 1000);
    as(&pair.pc);
    send_text(own, "out", "192.0.2.2", 2000);
    send_text(own, "stays", "127.0.0.1", 1000); /* another interface */
    send_text(own6, "six", "2001:db8::2", 2000);
    carry();
    ck_assert_uint_eq(receive_size(capture), 31); /* at the moment it is sent */
    ck_assert_mem_eq(got.bytes + 28, "out", 3);
    ck_assert_uint_eq(receive_size(capture), 30);
    ck_assert_mem_eq(got.bytes + 28, "in", 2);
    expect_nothing(capture);
    ck_assert_uint_eq(receive_size(six), 51); /* with its header */
    ck_assert_uint_eq(byte(0) >> 4, 6);
    ck_assert_uint_eq(receive_size(six), 40 + 8 + 40 + 8); /* nobody had that port */
    set(capture, KERNEL_CAPTURE, 0);
    send_text(own, "out", "192.0.2.2", 2000);
    carry();
    expect_nothing(capture);
}
END_TEST

static uint16_t word_at(size_t at) { return (uint16_t)(byte(at) << 8 | byte(at + 1)); }

START_TEST(fragments)
{
    static char bytes[3000];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    kernel_endpoint capture = raw_bound(0, "192.0.2.1"), own = udp_bound("0.0.0.0", 1000);
    set(capture, KERNEL_CAPTURE, 3);
    as(&pair.peer);
    kernel_endpoint raw = raw_bound(17, "0.0.0.0"), to = udp_bound("0.0.0.0", 2000);
    as(&pair.pc);
    ck_assert_int_eq(send_bytes(own, bytes, sizeof bytes, "192.0.2.2", 2000), KERNEL_OK);
    carry();
    static const uint16_t sizes[] = { 1500, 1500, 20 + 3008 - 2960 };
    char whole[3100];
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_eq(receive_size(capture), sizes[i]);
        ck_assert_uint_eq(word_at(2), sizes[i]);
        ck_assert_uint_eq(word_at(6), (i < 2 ? 0x2000u : 0u) | 185u * i);
        memcpy(whole + 1480 * i, got.bytes + 20, sizes[i] - 20u);
    }
    expect_nothing(capture);
    ck_assert_mem_eq(whole + 8, bytes, sizeof bytes);
    as(&pair.peer);
    ck_assert_uint_eq(receive_size(to), sizeof bytes);
    ck_assert_mem_eq(got.bytes, bytes, sizeof bytes);
    ck_assert_uint_eq(receive_size(raw), 3028); /* raw sockets get the whole */
    ck_assert_uint_eq(word_at(2), 3028);
    ck_assert_uint_eq(word_at(6), 0);
    ck_assert_mem_eq(got.bytes + 28, bytes, sizeof bytes);
}
END_TEST

START_TEST(a_long_ping)
{
    static uint8_t echo[3000] = { 8, 0, 0, 0, 0, 1, 0, 2 };
    kernel_endpoint ping = raw_bound(1, "192.0.2.1");
    for (unsigned i = 8; i < sizeof echo; i++)
        echo[i] = (uint8_t)(i * 3);
    uint32_t sum = 0;
    for (unsigned i = 0; i < sizeof echo; i += 2)
        sum += (uint32_t)echo[i] << 8 | echo[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~((sum & 0xffff) + (sum >> 16));
    echo[2] = (uint8_t)(sum >> 8);
    echo[3] = (uint8_t)sum;
    ck_assert_int_eq(send_bytes(ping, echo, sizeof echo, "192.0.2.2", 0), KERNEL_OK);
    carry();
    ck_assert_uint_eq(receive_size(ping), 3020);
    ck_assert_uint_eq(byte(20), 0);
    ck_assert_mem_eq(got.bytes + 28, echo + 8, sizeof echo - 8);
}
END_TEST

START_TEST(only_what_arrives_by_parameter)
{
    struct host_parameters parameters = host_parameters_default();
    pair_close();
    parameters.rcvall_outgoing = false;
    pair_open_with(&parameters);
    kernel_endpoint capture = raw_bound(0, "192.0.2.1"), own = udp_bound("0.0.0.0", 1000);
    set(capture, KERNEL_CAPTURE, 1);
    send_text(own, "out", "192.0.2.2", 2999);
    carry();
    ck_assert_uint_eq(receive_size(capture), 56); /* the error that came back */
    expect_nothing(capture);
}
END_TEST

/* Three on a hub, or a switch: the third one captures. */
static void three_on_a(enum segment_kind kind, struct side *third)
{
    struct host_parameters parameters = host_parameters_default();
    struct link_setup setup = link_setup_default();
    struct segment *segment = segment_new(pair.net, "lan", kind);
    side_open(third, "third", &parameters, 3);
    give(third->eth0, "192.0.2.3/24");
    pair.pc.eth0->link = pair.peer.eth0->link = NULL; /* the wire between them is still the net's */
    segment_join(segment, pair.pc.eth0, &setup);
    segment_join(segment, pair.peer.eth0, &setup);
    segment_join(segment, third->eth0, &setup);
}

START_TEST(promiscuous)
{
    struct side third;
    bool hub = _i == 0;
    three_on_a(hub ? SEGMENT_HUB : SEGMENT_SWITCH, &third);
    kernel_endpoint own = udp_bound("0.0.0.0", 1000);
    set(own, KERNEL_ALLOW_BROADCAST, 1);
    as(&pair.peer);
    kernel_endpoint to = udp_bound("0.0.0.0", 2000);
    ck_assert_int_eq(send_text(to, "here I am", "192.0.2.1", 1000), KERNEL_OK); /* a switch learns it by that */
    carry();
    as(&third);
    kernel_endpoint all = raw_bound(0, "192.0.2.3"), level = raw_bound(0, "192.0.2.3");
    set(all, KERNEL_CAPTURE, 1);
    set(level, KERNEL_CAPTURE, 3);
    as(&pair.pc);
    ck_assert_int_eq(send_text(own, "foreign", "192.0.2.2", 2000), KERNEL_OK);
    carry();
    ck_assert_int_eq(send_text(own, "everybody", "192.0.2.255", 2000), KERNEL_OK);
    carry();
    as(&pair.peer);
    expect_text(to, "foreign");
    expect_text(to, "everybody");
    as(&third);
    if (hub)
        ck_assert_uint_eq(receive_size(all), 35);
    ck_assert_uint_eq(receive_size(all), 37);
    ck_assert_uint_eq(receive_size(level), 37);
    expect_nothing(all);
    expect_nothing(level);
}
END_TEST

START_TEST(nothing_leaks)
{
    kernel_endpoint capture = raw_bound(0, "192.0.2.1"), raw = raw_bound(17, "0.0.0.0"), own = udp_bound("0.0.0.0", 1000);
    set(capture, KERNEL_CAPTURE, 1);
    set(capture, KERNEL_RECEIVE_BUFFER, 100);
    for (unsigned i = 0; i < 10; i++)
        send_text(own, "some bytes", "192.0.2.2", 2999);
    send_text(own, "home", "192.0.2.1", 1000);
    carry();
    ck_assert_int_eq(kernel_endpoint_close(capture), KERNEL_OK);
    ck_assert_int_eq(kernel_endpoint_close(raw), KERNEL_OK);
    ck_assert_int_eq(kernel_endpoint_close(own), KERNEL_OK);
    ck_assert_uint_eq(pair.net->pool.packets_live, 0);
    ck_assert_uint_eq(pair.net->pool.chunks_live, 0);
    ck_assert_uint_eq(pair.pc.host->raws, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("raw");
    TCase *tests = tcase_create("raw");
    tcase_add_checked_fixture(tests, pair_open, pair_close);
    tcase_add_test(tests, data_comes_with_the_header);
    tcase_add_test(tests, ipv6_comes_without);
    tcase_add_test(tests, a_ping);
    tcase_add_test(tests, udp_is_seen_too);
    tcase_add_test(tests, headers_of_ones_own);
    tcase_add_test(tests, servers_are_free);
    tcase_add_test(tests, who_may_capture);
    tcase_add_test(tests, what_is_captured);
    tcase_add_test(tests, fragments);
    tcase_add_test(tests, a_long_ping);
    tcase_add_test(tests, only_what_arrives_by_parameter);
    tcase_add_loop_test(tests, promiscuous, 0, 2);
    tcase_add_test(tests, nothing_leaks);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
