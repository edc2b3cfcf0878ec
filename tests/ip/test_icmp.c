/* ICMP and ICMPv6 (RFC 792, RFC 1122 3.2.2, RFC 4443): echoes, errors, and what no error may be about. */
#include "wires.h"

static struct host *a, *router, *b;
static struct iface *a0, *b0;

/* a - router - b; the second wire takes 1300 bytes. */
static void open_path(void)
{
    struct host_parameters plain = host_parameters_default(), forwarding = plain;
    forwarding.forwarding = true;
    wires_open();
    a = host_with("a", plain);
    router = host_with("r", forwarding);
    b = host_with("b", plain);
    a0 = wire(a, "eth0", "192.0.2.1/24", "2001:db8:1::1/64");
    b0 = wire(b, "eth0", "198.51.100.1/24", "2001:db8:2::1/64");
    plug(a0, wire(router, "eth0", "192.0.2.254/24", "2001:db8:1::254/64"), MS, 0);
    plug(wire(router, "eth1", "198.51.100.254/24", "2001:db8:2::254/64"), b0, MS, 1300);
    route(a0, "0.0.0.0/0", "192.0.2.254", 0);
    route(a0, "::/0", "2001:db8:1::254", 0);
    route(b0, "0.0.0.0/0", "198.51.100.254", 0);
    route(b0, "::/0", "2001:db8:2::254", 0);
    run_until(0);
    log_text();
}

static struct packet *datagram(const char *to, uint8_t protocol, uint32_t size)
{
    struct packet *packet = message(to, 0, size);
    memset(&packet->icmp, 0, sizeof packet->icmp);
    packet->protocol = protocol;
    packet->source_port = 5000;
    packet->destination_port = 9;
    return packet;
}

/* ---- echo ---- */

START_TEST(echo)
{
    ping(a, "198.51.100.1", 56);
    ping(a, "2001:db8:2::1", 56);
    run_until(10 * MS);
    log_is("0ms a > icmp 192.0.2.1>198.51.100.1 type 8\n"
           "0ms a > icmpv6 2001:db8:1::1>2001:db8:2::1 type 128\n"
           "1ms r > icmp 192.0.2.1>198.51.100.1 type 8\n"
           "1000001ns r > icmpv6 2001:db8:1::1>2001:db8:2::1 type 128\n"
           "2ms b > icmp 198.51.100.1>192.0.2.1 type 0\n"
           "2000001ns b > icmpv6 2001:db8:2::1>2001:db8:1::1 type 129\n"
           "3ms r > icmp 198.51.100.1>192.0.2.1 type 0\n"
           "3000001ns r > icmpv6 2001:db8:2::1>2001:db8:1::1 type 129\n");
    ck_assert_uint_eq(net->pool.packets_live + net->pool.chunks_live, 0);
}
END_TEST

/* Identifier, number and data come back; from the address that was asked. */
START_TEST(echoes_say_the_same)
{
    give(b0, "198.51.100.77/24", ADDRESS_PREFERRED);
    struct packet *packet = message("198.51.100.77", 8, 100);
    const uint8_t *bytes = piece_bytes(&packet->payload);
    packet->icmp.word = 0x12340007;
    send_packet(a, packet);
    run_until(2 * MS);
    const struct packet *reply = b0->link->head;
    ck_assert_ptr_nonnull(reply);
    ck_assert_uint_eq(reply->icmp.word, 0x12340007);
    ck_assert_ptr_eq(piece_bytes(&reply->payload), bytes);
    ck_assert_uint_eq(reply->payload.size, 100);
    ck_assert_uint_eq(reply->size, 20 + 8 + 100);
    struct prefix_key asked = key("198.51.100.77");
    ck_assert(key_equal(&reply->source, &asked));
}
END_TEST

START_TEST(echo_of_the_host_itself)
{
    ping(a, "192.0.2.1", 0);
    ping(a, "127.0.0.1", 0);
    run_until(10 * MS);
    ck_assert_uint_eq(a->loopback->counters.packets, 4);
    ck_assert_uint_eq(a0->link->counters.packets, 0);
}
END_TEST

START_TEST(broadcasts_are_not_answered)
{
    ping(b, "198.51.100.255", 0);
    ping(b, "255.255.255.255", 0);
    run_until(10 * MS);
    ck_assert_ptr_null(strstr(log_text(), "r > icmp"));
}
END_TEST

/* Two interfaces have fe80::/64; the answer leaves where the question came in. */
START_TEST(link_local_echo)
{
    struct iface *b1 = wire(b, "eth1", "fe80::b/64", NULL);
    struct host *c = host_with("c", host_parameters_default());
    struct iface *c0 = wire(c, "eth0", "fe80::c/64", NULL);
    give(b0, "fe80::bb/64", ADDRESS_PREFERRED);
    plug(b1, c0, MS, 0);
    run_until(0);
    log_text();
    ping(c, "fe80::b", 0);
    run_until(10 * MS);
    ck_assert_uint_eq(b1->link->counters.packets, 1);
    ck_assert_uint_eq(b0->link->counters.packets, 0);
    struct packet *packet = datagram("fe80::b", 253, 0);
    send_packet(c, packet);
    run_until(20 * MS);
    ck_assert_uint_eq(b1->link->counters.packets, 2); /* the error, too */
}
END_TEST

/* ---- errors ---- */

/* The newest packet that `iface` sent, while it is still on its way. */
static const struct icmp_header *error_from(const struct iface *iface)
{
    ck_assert_ptr_nonnull(iface->link->head);
    return &iface->link->head->icmp;
}

static void about_is(const struct icmp_header *icmp, const char *source, const char *destination, uint8_t protocol)
{
    struct prefix_key from = key(source), to = key(destination);
    ck_assert(key_equal(&icmp->about.source, &from));
    ck_assert(key_equal(&icmp->about.destination, &to));
    ck_assert_uint_eq(icmp->about.protocol, protocol);
}

START_TEST(no_such_port)
{
    send_packet(a, datagram("198.51.100.1", IP_PROTOCOL_UDP, 10));
    send_packet(a, datagram("2001:db8:2::1", IP_PROTOCOL_UDP, 10));
    run_until(2 * MS + 1); /* the second is there 1 ns after the first */
    const struct icmp_header *icmp = error_from(b0);
    ck_assert_uint_eq(icmp->type, 3);
    ck_assert_uint_eq(icmp->code, 3);
    about_is(icmp, "192.0.2.1", "198.51.100.1", IP_PROTOCOL_UDP);
    ck_assert_uint_eq(icmp->about.source_port, 5000);
    ck_assert_uint_eq(icmp->about.destination_port, 9);
    icmp = &b0->link->head->next->icmp;
    ck_assert_uint_eq(icmp->type, 1);
    ck_assert_uint_eq(icmp->code, 4);
}
END_TEST

START_TEST(no_such_protocol)
{
    send_packet(a, datagram("198.51.100.1", 253, 10));
    send_packet(a, datagram("2001:db8:2::1", 253, 10));
    run_until(2 * MS + 1);
    ck_assert_uint_eq(error_from(b0)->type, 3);
    ck_assert_uint_eq(error_from(b0)->code, 2);
    ck_assert_uint_eq(b0->link->head->next->icmp.type, 4); /* RFC 8200 4: an unknown next header is a parameter problem */
    ck_assert_uint_eq(b0->link->head->next->icmp.code, 1);
}
END_TEST

static void with_hops(const char *to, uint8_t hops)
{
    struct packet *packet = datagram(to, IP_PROTOCOL_UDP, 10);
    packet->hop_limit = hops;
    send_packet(a, packet);
    run_until(engine_now_ns(engine) + MS);
}

START_TEST(too_many_hops)
{
    const struct iface *r0 = iface_find(router, "eth0");
    with_hops("198.51.100.1", 1);
    ck_assert_uint_eq(error_from(r0)->type, 11);
    ck_assert_uint_eq(error_from(r0)->code, 0);
    with_hops("2001:db8:2::1", 1);
    ck_assert_uint_eq(error_from(r0)->type, 3);
    log_text();
    with_hops("198.51.100.1", 2); /* reaches it */
    run_until(10 * MS);
    ck_assert_ptr_nonnull(strstr(log_text(), "b > icmp 198.51.100.1>192.0.2.1 type 3\n"));
    with_hops("192.0.2.254", 1); /* the router itself */
    ck_assert_uint_eq(error_from(r0)->type, 3);
}
END_TEST

START_TEST(too_big)
{
    struct packet *packet = datagram("198.51.100.1", IP_PROTOCOL_UDP, 1400);
    packet->flags |= PACKET_DONT_FRAGMENT;
    send_packet(a, packet);
    run_until(MS);
    const struct icmp_header *icmp = error_from(iface_find(router, "eth0"));
    ck_assert_uint_eq(icmp->type, 3);
    ck_assert_uint_eq(icmp->code, 4);
    ck_assert_uint_eq(icmp->word, 1300);
    send_packet(a, datagram("2001:db8:2::1", IP_PROTOCOL_UDP, 1400));
    run_until(2 * MS);
    icmp = error_from(iface_find(router, "eth0"));
    ck_assert_uint_eq(icmp->type, 2);
    ck_assert_uint_eq(icmp->word, 1300);
}
END_TEST

START_TEST(no_route)
{
    send_packet(a, datagram("203.0.113.9", IP_PROTOCOL_UDP, 10));
    run_until(MS);
    ck_assert_uint_eq(error_from(iface_find(router, "eth0"))->type, 3);
    ck_assert_uint_eq(error_from(iface_find(router, "eth0"))->code, 0);
    ck_assert_ptr_nonnull(strstr(log_text(), "r x udp 192.0.2.1:5000>203.0.113.9:9: no route\n"));
}
END_TEST

/* ---- what no error is about ---- */

static const enum icmp_problem problems[] = { ICMP_NO_NET, ICMP_NO_HOST, ICMP_NO_PROTOCOL, ICMP_NO_PORT, ICMP_HOPS_EXCEEDED, ICMP_REASSEMBLY_EXCEEDED };

/* As if the router had a problem with this packet of a. */
static void nothing_about(struct packet *packet)
{
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        icmp_tell(router, iface_find(router, "eth0"), packet, problems[i], 0);
    packet_free(net, packet);
    run_until(engine_now_ns(engine) + 10 * MS);
    ck_assert_ptr_null(strstr(log_text(), " > "));
}

static struct packet *from_a(const char *to, uint8_t protocol)
{
    struct packet *packet = datagram(to, protocol, 100);
    packet->source = packet->family == KERNEL_IPV4 ? key("192.0.2.1") : key("2001:db8:1::1");
    return packet;
}

START_TEST(never_about_errors)
{
    static const uint8_t types_v4[] = { 3, 11 }, types_v6[] = { 1, 2, 3, 4, 127 };
    for (size_t i = 0; i < sizeof types_v4; i++) {
        struct packet *packet = from_a("198.51.100.1", IP_PROTOCOL_ICMP);
        packet->icmp.type = types_v4[i];
        nothing_about(packet);
    }
    for (size_t i = 0; i < sizeof types_v6; i++) {
        struct packet *packet = from_a("2001:db8:2::1", IP_PROTOCOL_ICMPV6);
        packet->icmp.type = types_v6[i];
        nothing_about(packet);
    }
    struct packet *redirect = from_a("198.51.100.1", IP_PROTOCOL_ICMP);
    redirect->icmp.type = 5;
    nothing_about(redirect);
}
END_TEST

START_TEST(but_about_echoes)
{
    struct packet *packet = from_a("198.51.100.1", IP_PROTOCOL_ICMP);
    packet->icmp.type = 8;
    icmp_tell(router, iface_find(router, "eth0"), packet, ICMP_NO_HOST, 0);
    packet_free(net, packet);
    log_is("0ms r > icmp 192.0.2.254>192.0.2.1 type 3\n");
}
END_TEST

START_TEST(never_about_groups_and_broadcasts)
{
    nothing_about(from_a("224.0.0.9", IP_PROTOCOL_UDP));
    nothing_about(from_a("ff02::9", IP_PROTOCOL_UDP));
    struct packet *packet = from_a("198.51.100.1", IP_PROTOCOL_UDP);
    packet->flags |= PACKET_LINK_BROADCAST;
    nothing_about(packet);
}
END_TEST

START_TEST(never_to_nobody_or_many)
{
    static const char *const sources[] = { "0.0.0.0", "224.0.0.5", "255.255.255.255", "192.0.2.255" };
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        struct packet *packet = from_a("198.51.100.1", IP_PROTOCOL_UDP);
        packet->source = key(sources[i]);
        nothing_about(packet);
    }
    struct packet *packet = from_a("2001:db8:2::1", IP_PROTOCOL_UDP);
    packet->source = key("::");
    nothing_about(packet);
}
END_TEST

START_TEST(only_about_first_fragments)
{
    struct packet *packet = from_a("198.51.100.1", IP_PROTOCOL_UDP);
    packet->flags |= PACKET_IS_FRAGMENT | PACKET_MORE_FRAGMENTS;
    packet->fragment_offset = 1480;
    nothing_about(packet);
    packet = from_a("198.51.100.1", IP_PROTOCOL_UDP);
    packet->flags |= PACKET_IS_FRAGMENT | PACKET_MORE_FRAGMENTS;
    icmp_tell(router, iface_find(router, "eth0"), packet, ICMP_HOPS_EXCEEDED, 0);
    packet_free(net, packet);
    ck_assert_ptr_nonnull(strstr(log_text(), "r > icmp 192.0.2.254>192.0.2.1 type 11\n"));
}
END_TEST

/* RFC 4443 2.4 (e.3): path MTUs of groups are learnt, too. */
START_TEST(too_big_for_a_group)
{
    struct packet *packet = from_a("ff0e::9", IP_PROTOCOL_UDP);
    icmp_tell(router, iface_find(router, "eth0"), packet, ICMP_TOO_BIG, 1300);
    packet_free(net, packet);
    log_is("0ms r > icmpv6 2001:db8:1::254>2001:db8:1::1 type 2\n");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        echo, echoes_say_the_same, echo_of_the_host_itself, broadcasts_are_not_answered, link_local_echo, no_such_port, no_such_protocol,
        too_many_hops, too_big, no_route, never_about_errors, but_about_echoes, never_about_groups_and_broadcasts, never_to_nobody_or_many,
        only_about_first_fragments, too_big_for_a_group,
    };
    Suite *suite = suite_create("icmp");
    TCase *tcase = tcase_create("icmp");
    tcase_add_checked_fixture(tcase, open_path, wires_close);
    tests_add(tcase, tests);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
