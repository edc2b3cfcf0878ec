/* Known packets as bytes: examples of RFCs where there are some, else made by hand and held against tshark. */
#include "wire_case.h"

#include "net/wire/checksum.h"

START_TEST(checksum_of_rfc_1071)
{
    static const uint8_t example[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
    ck_assert_uint_eq(checksum_of(checksum_add(0, example, 8)), 0x220d); /* section 3: the sum is ddf2 */
    ck_assert_uint_eq(checksum_of(checksum_add(checksum_add(0, example, 4), example + 4, 4)), 0x220d);
    ck_assert_uint_eq(checksum_of(checksum_add(0, example, 7)), (uint16_t)~0xdcfb); /* odd: as if a zero followed */
    ck_assert_uint_eq(checksum_of(0), 0xffff);
}
END_TEST

START_TEST(udp)
{
    struct packet packet = packet_of(KERNEL_IPV4, IP_PROTOCOL_UDP);
    packet.payload = piece_at(0, "hello", 5);
    packet.flags = PACKET_DONT_FRAGMENT;
    packet.identification = 0x1234;
    encodes_as(&packet, "45000021 12344000 4011 3c5c c0000201 c6336407  c0000050000d 0f75 68656c6c6f");
    packet.flags = PACKET_NO_CHECKSUM;
    packet.traffic_class = 0xb9;
    encodes_as(&packet, "45b90021 12340000 4011 7ba3 c0000201 c6336407  c0000050000d 0000 68656c6c6f");
    packet = packet_of(KERNEL_IPV6, IP_PROTOCOL_UDP);
    packet.flow_label = 0xabcde;
    packet.traffic_class = 0x12;
    encodes_as(&packet, "612abcde 0008 11 40 20010db8000000000000000000000001 20010db8000000000000ffff80000002  c0000050 0008 6418");
}
END_TEST

/* A sum of 0xffff is sent as it is, not as 0, which would mean that there is none (RFC 768). */
START_TEST(udp_checksum_is_never_zero)
{
    struct packet packet = packet_of(KERNEL_IPV4, IP_PROTOCOL_UDP);
    wire_encode(&packet, bytes, ROOM);
    uint8_t word[2] = { bytes[26], bytes[27] }; /* as payload it makes the sum 0xffff, but for the two lengths */
    unsigned value = (unsigned)(word[0] << 8 | word[1]) - 4;
    word[0] = (uint8_t)(value >> 8), word[1] = (uint8_t)value;
    packet.payload = piece_at(0, word, 2);
    wire_encode(&packet, bytes, ROOM);
    ck_assert(bytes[26] == 0xff && bytes[27] == 0xff);
}
END_TEST

START_TEST(tcp)
{
    struct packet packet = packet_of(KERNEL_IPV4, IP_PROTOCOL_TCP);
    packet.tcp = (struct tcp_header){ .sequence = 0x01020304, .flags = TCP_SYN, .window = 64240, .options = TCP_OPTION_MSS | TCP_OPTION_SCALE | TCP_OPTION_SACK_PERMITTED, .mss = 1460, .scale = 8 };
    ck_assert_uint_eq(tcp_header_bytes(&packet.tcp), 32);
    encodes_as(&packet, "45000034 00000000 4006 8e88 c0000201 c6336407  c0000050 01020304 00000000 8002 faf0 be91 0000  020405b4 030308 0402 010101");
    packet.tcp = (struct tcp_header){ .sequence = 5, .acknowledgment = 6, .flags = TCP_ACK | TCP_URG | TCP_PSH, .window = 1, .urgent = 2, .options = TCP_OPTION_TIMESTAMPS, .timestamp = 0x11223344,
                                      .timestamp_echo = 0x55667788, .sack_count = 4, .sack = { { 1, 2 }, { 3, 4 }, { 5, 6 }, { 7, 8 } } };
    ck_assert_uint_eq(tcp_header_bytes(&packet.tcp), 56); /* three blocks: the fourth has no room beside timestamps */
    packet.payload = piece_at(0, "x", 1);
    encodes_as(&packet, "4500004d 00000000 4006 8e6f c0000201 c6336407  c0000050 00000005 00000006 e038 0001 dc5d 0002  080a1122334455667788 051a"
                        " 0000000100000002 0000000300000004 0000000500000006  78");
}
END_TEST

START_TEST(tcp_option_sizes)
{
    struct tcp_header header = { 0 };
    ck_assert_uint_eq(tcp_header_bytes(&header), 20);
    static const struct { uint8_t options, sack; uint32_t size; } rows[] = {
        { TCP_OPTION_MSS, 0, 24 }, { TCP_OPTION_SCALE, 0, 24 }, { TCP_OPTION_SACK_PERMITTED, 0, 24 }, { TCP_OPTION_TIMESTAMPS, 0, 32 },
        { TCP_OPTION_MSS | TCP_OPTION_SCALE | TCP_OPTION_SACK_PERMITTED | TCP_OPTION_TIMESTAMPS, 0, 40 }, { 0, 1, 32 }, { 0, 4, 56 },
        { TCP_OPTION_TIMESTAMPS, 1, 40 }, { TCP_OPTION_TIMESTAMPS, 3, 56 }, { TCP_OPTION_TIMESTAMPS, 4, 56 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        header.options = rows[i].options;
        header.sack_count = rows[i].sack;
        ck_assert_uint_eq(tcp_header_bytes(&header), rows[i].size);
    }
}
END_TEST

START_TEST(icmp_echo)
{
    struct packet packet = packet_of(KERNEL_IPV4, IP_PROTOCOL_ICMP);
    packet.icmp = (struct icmp_header){ .type = 8, .word = 0x00010002 };
    packet.payload = piece_at(0, "abc", 3);
    encodes_as(&packet, "4500001f 00000000 4001 8ea2 c0000201 c6336407  0800 339a 00010002 616263");
    packet = packet_of(KERNEL_IPV6, IP_PROTOCOL_ICMPV6);
    packet.icmp.type = 128;
    encodes_as(&packet, "60000000 0008 3a40 20010db8000000000000000000000001 20010db8000000000000ffff80000002  8000 a447 00000000");
}
END_TEST

START_TEST(icmp_errors_quote)
{
    struct packet packet = packet_of(KERNEL_IPV4, IP_PROTOCOL_ICMP), about = packet_of(KERNEL_IPV4, IP_PROTOCOL_UDP);
    packet.icmp = (struct icmp_header){ .type = 3, .code = 4, .word = 1400 };
    packet.icmp.about.source = about.source;
    packet.icmp.about.destination = about.destination;
    packet.icmp.about.protocol = IP_PROTOCOL_UDP;
    packet.icmp.about.source_port = 7;
    packet.icmp.about.destination_port = 9;
    encodes_as(&packet, "45000038 00000000 4001 8e89 c0000201 c6336407  0304 f76b 00000578  4500001c 00000000 4011 8e95 c0000201 c6336407 0007000900080000");
    packet.size = 60; /* four bytes of it were quoted: they are shown as zeros, and lengths agree */
    encodes_as(&packet, "4500003c 00000000 4001 8e85 c0000201 c6336407  0304 f767 00000578  45000020 00000000 4011 8e91 c0000201 c6336407 00070009000c0000 00000000");
    packet.icmp.about.protocol = IP_PROTOCOL_TCP;
    packet.icmp.about.sequence = 0x01020304;
    packet.size = 56;
    encodes_as(&packet, "45000038 00000000 4001 8e89 c0000201 c6336407  0304 f36d 00000578  45000028 00000000 4006 8e94 c0000201 c6336407 0007000901020304");
}
END_TEST

START_TEST(router_alerts)
{
    struct packet packet = packet_of(KERNEL_IPV4, IP_PROTOCOL_IGMP);
    uint8_t report[16];
    packet.flags = PACKET_ROUTER_ALERT;
    packet.hop_limit = 1;
    packet.destination.word[0] = 0xe0000016;
    packet.payload = piece_at(0, report, unhex("2200 ffff 00000001 04000000 e0000001", report)); /* the checksum is made anew */
    ck_assert_uint_eq(wire_ip_bytes(&packet), 24);
    encodes_as(&packet, "46000028 00000000 0102 82b8 c0000201 e0000016 94040000  2200 f9fc 00000001 04000000 e0000001");
    packet = packet_of(KERNEL_IPV6, IP_PROTOCOL_ICMPV6);
    packet.flags = PACKET_ROUTER_ALERT;
    packet.icmp.type = 143;
    ck_assert_uint_eq(wire_ip_bytes(&packet), 48);
    encodes_as(&packet, "60000000 0010 0040 20010db8000000000000000000000001 20010db8000000000000ffff80000002  3a00050200000100  8f00 9547 00000000");
}
END_TEST

START_TEST(frames)
{
    static const uint8_t from[6] = { 2, 0, 0, 0, 0, 1 }, to[6] = { 2, 0, 0, 0, 0, 2 };
    struct packet packet = packet_of(KERNEL_IPV4, 253), back;
    struct wire_payload payload;
    uint8_t mac[6], mac2[6];
    packet.payload = piece_at(0, "?", 1);
    size_t size = wire_encode_frame(&packet, from, to, bytes, ROOM);
    ck_assert_uint_eq(size, 35);
    ck_assert_mem_eq(bytes, "\2\0\0\0\0\2\2\0\0\0\0\1\x08\0\x45", 15);
    ck_assert_uint_eq(wire_encode_frame(&packet, from, to, bytes, 34), 0);
    ck_assert_uint_eq(wire_encode_frame(&packet, from, to, bytes, 13), 0);
    memset(bytes + size, 0, 60 - size);
    ck_assert_ptr_null(wire_decode_frame(bytes, 60, mac, mac2, &back, &payload)); /* padded */
    ck_assert(back.size == 21 && payload.at == 34 && payload.size == 1 && memcmp(mac, from, 6) == 0 && memcmp(mac2, to, 6) == 0);
    ck_assert_ptr_null(wire_decode_frame(bytes, 35, mac, mac2, &back, &payload));
    ck_assert_ptr_nonnull(wire_decode_frame(bytes, 61, mac, mac2, &back, &payload));
    struct packet arp = { .family = PACKET_ARP };
    uint8_t message[28];
    arp.payload = piece_at(0, message, unhex("0001080006040001 020000000001 c0000201 000000000000 c0000202", message));
    size = wire_encode_frame(&arp, from, to, bytes, ROOM);
    ck_assert_uint_eq(size, 42);
    ck_assert_uint_eq(bytes[13], 6);
    ck_assert_ptr_null(wire_decode_frame(bytes, size, mac, mac2, &back, &payload));
    ck_assert(back.family == PACKET_ARP && payload.at == 14 && payload.size == 28);
    ck_assert_ptr_nonnull(wire_decode_frame(bytes, 41, mac, mac2, &back, &payload));
    struct prefix_key group = { { 0xefffff01, 0, 0, 0xff0000fb } };
    wire_group_mac(KERNEL_IPV4, &group, mac);
    ck_assert_mem_eq(mac, "\x01\x00\x5e\x7f\xff\x01", 6);
    wire_group_mac(KERNEL_IPV6, &group, mac);
    ck_assert_mem_eq(mac, "\x33\x33\xff\x00\x00\xfb", 6);
}
END_TEST

/* ---- fragments ---- */

/* A datagram in fragments of `most` bytes: put together they are the datagram. */
static void fragments_of(const struct packet *whole, uint32_t most)
{
    static uint8_t datagram[ROOM];
    size_t size = wire_encode(whole, datagram, ROOM), start = ip_header_bytes(whole->family);
    uint32_t whole_bytes = (uint32_t)(size - start);
    for (uint32_t at = 0; at < whole_bytes; at += most) {
        struct packet part = *whole;
        uint32_t end = at + most < whole_bytes ? at + most : whole_bytes;
        part.flags |= (uint16_t)(PACKET_IS_FRAGMENT | (end < whole_bytes ? PACKET_MORE_FRAGMENTS : 0));
        part.fragment_offset = (uint16_t)at;
        part.identification = 0xdeadbeef;
        part.whole_size = (uint32_t)size;
        uint32_t header = wire_ip_bytes(&part);
        part.size = header + end - at;
        ck_assert_uint_eq(header, whole->family == KERNEL_IPV4 ? 20 : 48);
        size_t made = wire_encode(&part, bytes, ROOM);
        ck_assert_uint_eq(made, header + end - at);
        ck_assert_mem_eq(bytes + header, datagram + start + at, end - at);
        struct packet back;
        struct wire_payload found;
        ck_assert_ptr_null(wire_decode(bytes, made, WIRE_STRICT, &back, &found));
        ck_assert(back.fragment_offset == at && back.flags == part.flags && back.whole_size == 0 && found.at == header && found.size == end - at);
        ck_assert_uint_eq(back.identification, whole->family == KERNEL_IPV4 ? 0xbeef : 0xdeadbeef);
        ck_assert_uint_eq(back.source_port, at == 0 ? whole->source_port : 0);
    }
}

START_TEST(fragments)
{
    static uint8_t data[9000];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7 + i / 256);
    for (int family = 0; family < 2; family++) {
        struct packet packet = packet_of(family ? KERNEL_IPV6 : KERNEL_IPV4, IP_PROTOCOL_UDP);
        packet.payload = piece_at(100, data, sizeof data);
        fragments_of(&packet, 1480);
        fragments_of(&packet, 8); /* the first holds the header alone */
        packet.payload.size = 1;
        fragments_of(&packet, 8);
    }
}
END_TEST

START_TEST(no_room)
{
    struct packet packet = packet_of(KERNEL_IPV4, IP_PROTOCOL_UDP);
    packet.payload = piece_at(0, "hello", 5);
    for (size_t room = 0; room < 33; room++)
        ck_assert_uint_eq(wire_encode(&packet, bytes, room), 0);
    ck_assert_uint_eq(wire_encode(&packet, bytes, 33), 33);
    packet.payload.size = 65508; /* one more than IPv4 can carry */
    ck_assert_uint_eq(wire_encode(&packet, bytes, ROOM), 0);
    packet.payload.size = 65507;
    ck_assert_uint_eq(wire_encode(&packet, bytes, ROOM), 65535);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wire_encode");
    TCase *tests = tcase_create("encode");
    tcase_add_test(tests, checksum_of_rfc_1071);
    tcase_add_test(tests, udp);
    tcase_add_test(tests, udp_checksum_is_never_zero);
    tcase_add_test(tests, tcp);
    tcase_add_test(tests, tcp_option_sizes);
    tcase_add_test(tests, icmp_echo);
    tcase_add_test(tests, icmp_errors_quote);
    tcase_add_test(tests, router_alerts);
    tcase_add_test(tests, frames);
    tcase_add_test(tests, fragments);
    tcase_add_test(tests, no_room);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
