/* The strict reader: what it takes comes back byte for byte, what it refuses it refuses with a word, and it never looks beyond the end. */
#include "wire_case.h"

#include "net/wire/checksum.h"

static uint8_t again[ROOM], data[3000];

/* ---- random packets ---- */

static void random_tcp(struct packet *packet)
{
    struct tcp_header *header = &packet->tcp;
    *header = (struct tcp_header){ .sequence = random_below(UINT32_MAX), .acknowledgment = random_below(UINT32_MAX), .window = (uint16_t)random_below(65536), .flags = (uint8_t)random_below(256) };
    header->urgent = (uint16_t)random_below(65536);
    header->options = (uint8_t)random_below(16);
    if (header->options & TCP_OPTION_MSS)
        header->mss = (uint16_t)random_below(65536);
    if (header->options & TCP_OPTION_SCALE)
        header->scale = (uint8_t)random_below(15);
    if (header->options & TCP_OPTION_TIMESTAMPS)
        header->timestamp = random_below(UINT32_MAX), header->timestamp_echo = random_below(UINT32_MAX);
    header->sack_count = (uint8_t)random_below(header->options ? 3 : 5);
    for (unsigned i = 0; i < header->sack_count; i++)
        header->sack[i].left = random_below(UINT32_MAX), header->sack[i].right = random_below(UINT32_MAX);
}

static struct packet random_packet(void)
{
    static const uint8_t protocols[] = { IP_PROTOCOL_TCP, IP_PROTOCOL_UDP, IP_PROTOCOL_ICMP, IP_PROTOCOL_IGMP, 253 };
    uint8_t family = random_below(2) ? KERNEL_IPV6 : KERNEL_IPV4, protocol = protocols[random_below(5)];
    if (protocol == IP_PROTOCOL_ICMP && family == KERNEL_IPV6)
        protocol = IP_PROTOCOL_ICMPV6;
    struct packet packet = packet_of(family, protocol);
    for (unsigned w = 0; w < (family == KERNEL_IPV4 ? 1u : 4u); w++)
        packet.source.word[w] = random_below(UINT32_MAX), packet.destination.word[w] = random_below(UINT32_MAX);
    packet.hop_limit = (uint8_t)random_below(256);
    packet.traffic_class = (uint8_t)random_below(256);
    packet.source_port = (uint16_t)random_below(65536);
    packet.destination_port = (uint16_t)random_below(65536);
    packet.flags = random_below(4) ? 0 : PACKET_ROUTER_ALERT;
    if (family == KERNEL_IPV6)
        packet.flow_label = random_below(1 << 20);
    else
        packet.identification = random_below(65536), packet.flags |= random_below(2) ? PACKET_DONT_FRAGMENT : 0;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)random_below(256);
    uint32_t size = protocol == IP_PROTOCOL_IGMP ? 8 + random_below(100) : random_below(2) ? random_below(20) : random_below(sizeof data);
    if (size)
        packet.payload = piece_at(random_below(50), data, size);
    if (protocol == IP_PROTOCOL_TCP)
        random_tcp(&packet);
    if (protocol == IP_PROTOCOL_UDP && family == KERNEL_IPV4 && random_below(4) == 0)
        packet.flags |= PACKET_NO_CHECKSUM;
    if (protocol == IP_PROTOCOL_ICMP || protocol == IP_PROTOCOL_ICMPV6) {
        packet.icmp = (struct icmp_header){ .type = protocol == IP_PROTOCOL_ICMP ? 8 : (uint8_t)(128 + random_below(30)), .word = random_below(UINT32_MAX) };
        if (random_below(3) == 0) {
            static const uint8_t quoted[] = { IP_PROTOCOL_TCP, IP_PROTOCOL_UDP, IP_PROTOCOL_ICMP, 253 };
            packet.icmp.type = protocol == IP_PROTOCOL_ICMP ? 3 : 1;
            packet.payload = (struct piece){ 0 };
            packet.size = random_below(300);
            packet.icmp.about.source = packet.destination;
            packet.icmp.about.destination = packet.source;
            packet.icmp.about.protocol = quoted[random_below(4)];
            packet.icmp.about.source_port = (uint16_t)random_below(65536);
            packet.icmp.about.sequence = random_below(UINT32_MAX);
        }
    }
    return packet;
}

static void same_record(const struct packet *a, const struct packet *b)
{
    ck_assert(a->family == b->family && a->protocol == b->protocol && a->hop_limit == b->hop_limit && a->traffic_class == b->traffic_class);
    ck_assert(a->flags == b->flags && a->identification == b->identification && a->flow_label == b->flow_label);
    ck_assert(key_equal(&a->source, &b->source) && key_equal(&a->destination, &b->destination));
    if (a->protocol == IP_PROTOCOL_TCP || a->protocol == IP_PROTOCOL_UDP)
        ck_assert(a->source_port == b->source_port && a->destination_port == b->destination_port);
    if (a->protocol == IP_PROTOCOL_TCP)
        ck_assert_mem_eq(&a->tcp, &b->tcp, sizeof a->tcp);
    if (a->protocol == IP_PROTOCOL_ICMP || a->protocol == IP_PROTOCOL_ICMPV6)
        ck_assert(a->icmp.type == b->icmp.type && a->icmp.code == b->icmp.code && a->icmp.word == b->icmp.word);
}

START_TEST(round_trips)
{
    random_state = 20260101;
    for (int i = 0; i < 5000; i++) {
        struct packet packet = random_packet(), back;
        size_t size = wire_encode(&packet, bytes, ROOM);
        ck_assert_uint_ne(size, 0);
        const char *why = decode(bytes, size, WIRE_STRICT, &back);
        ck_assert_msg(why == NULL, "packet %d: %s", i, why);
        ck_assert_uint_eq(back.size, size);
        same_record(&packet, &back);
        ck_assert_uint_eq(wire_encode(&back, again, ROOM), size);
        ck_assert_mem_eq(bytes, again, size);
    }
}
END_TEST

/* Whoever reads an error finds whom it is about. */
START_TEST(quotes_are_read)
{
    for (int family = 0; family < 2; family++) {
        struct packet packet = packet_of(family ? KERNEL_IPV6 : KERNEL_IPV4, family ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP), back;
        packet.icmp = (struct icmp_header){ .type = family ? 1 : 3, .code = 3 };
        packet.icmp.about.source = packet.destination;
        packet.icmp.about.destination = packet.source;
        packet.icmp.about.protocol = IP_PROTOCOL_TCP;
        packet.icmp.about.source_port = 7;
        packet.icmp.about.destination_port = 9;
        packet.icmp.about.sequence = 0xfedcba98;
        packet.icmp.about.size = 1500;
        packet.size = 200;
        size_t size = wire_encode(&packet, bytes, ROOM);
        ck_assert_uint_eq(size, 200);
        ck_assert_ptr_null(decode(bytes, size, WIRE_STRICT, &back));
        ck_assert_mem_eq(&packet.icmp.about, &back.icmp.about, sizeof back.icmp.about);
    }
}
END_TEST

/* ---- refusals ---- */

START_TEST(truncated)
{
    random_state = 7;
    for (int i = 0; i < 200; i++) {
        struct packet packet = random_packet(), back;
        size_t size = wire_encode(&packet, bytes, ROOM);
        for (size_t cut = 0; cut < size; cut++) {
            ck_assert_ptr_nonnull(decode(bytes, cut, WIRE_STRICT, &back));
            decode(bytes, cut, WIRE_FROM_RAW_SOCKET, &back);
        }
        bytes[size] = 0;
        ck_assert_ptr_nonnull(decode(bytes, size + 1, WIRE_STRICT, &back));
    }
}
END_TEST

/* A wrong byte is found wherever a checksum covers it; nowhere does it lead beyond the end. */
START_TEST(damaged)
{
    random_state = 11;
    for (int i = 0; i < 300; i++) {
        struct packet packet = random_packet(), back;
        size_t size = wire_encode(&packet, bytes, ROOM);
        bool covered = !(packet.flags & PACKET_NO_CHECKSUM) && packet.protocol != 253;
        for (int j = 0; j < 40; j++) {
            size_t at = random_below((uint32_t)size);
            uint8_t was = bytes[at];
            bytes[at] = (uint8_t)(was ^ (1u << random_below(8)));
            const char *why = decode(bytes, size, WIRE_STRICT, &back);
            if (covered && packet.family == KERNEL_IPV4 && at != 9)
                ck_assert_msg(why != NULL, "packet %d: byte %zu was changed, and nobody saw it", i, at);
            decode(bytes, size, WIRE_FROM_RAW_SOCKET, &back);
            bytes[at] = was;
        }
    }
}
END_TEST

/* Makes the IPv4 header's checksum right again, so that what is behind it is looked at. */
static void mend(void)
{
    size_t header = (size_t)(bytes[0] & 15) * 4;
    bytes[10] = bytes[11] = 0;
    uint16_t checksum = checksum_of(checksum_add(0, bytes, header));
    bytes[10] = (uint8_t)(checksum >> 8), bytes[11] = (uint8_t)checksum;
}

static size_t ipv4(uint8_t protocol, const char *rest)
{
    struct packet packet = packet_of(KERNEL_IPV4, protocol);
    packet.payload.size = 0;
    size_t size = wire_encode(&packet, bytes, ROOM);
    size = 20 + unhex(rest, bytes + 20);
    bytes[2] = (uint8_t)(size >> 8), bytes[3] = (uint8_t)size;
    mend();
    return size;
}

START_TEST(ipv4_refused)
{
    refuses(bytes, 0, "no bytes");
    refuses((const uint8_t *)"\x55", 1, "version");
    size_t size = ipv4(253, "00000000");
    ck_assert_ptr_null(decode(bytes, size, WIRE_STRICT, &(struct packet){ 0 }));
    refuses(bytes, 19, "cut short");
    refuses(bytes, 23, "length");
    bytes[8]++;
    refuses(bytes, size, "checksum");
    bytes[0] = 0x44;
    refuses(bytes, size, "shorter than 20");
    bytes[0] = 0x4f;
    refuses(bytes, size, "cut short");
    bytes[0] = 0x45, bytes[6] = 0x80;
    mend();
    refuses(bytes, size, "reserved");
    bytes[6] = 0x20;
    mend();
    refuses(bytes, size, "multiple of 8");
    bytes[6] = 0x1f, bytes[7] = 0xff;
    mend();
    ck_assert_ptr_null(decode(bytes, size, WIRE_STRICT, &(struct packet){ 0 })); /* the last 4 bytes of the largest */
    size = ipv4(253, "0000000000000000");
    bytes[6] = 0x1f, bytes[7] = 0xff;
    mend();
    refuses(bytes, size, "largest");
    static const struct { const char *options, *word; } rows[] = {
        { "01010100", NULL }, { "00ffffff", NULL }, { "94040000", NULL }, { "01940300", "does not know" }, { "94050000", "beyond" }, { "94000000", "beyond" }, { "01010194", "beyond" }, { "83040000", "does not know" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size = ipv4(253, rows[i].options);
        bytes[0] = 0x46;
        mend();
        if (rows[i].word)
            refuses(bytes, size, rows[i].word);
        else
            ck_assert_ptr_null(decode(bytes, size, WIRE_STRICT, &(struct packet){ 0 }));
    }
}
END_TEST

START_TEST(transports_refused)
{
    static const struct { uint8_t protocol; const char *rest, *word; } rows[] = {
        { IP_PROTOCOL_TCP, "0050005000000000000000005010ffff000000", "cut short" },
        { IP_PROTOCOL_TCP, "0050005000000000000000004010ffff00000000", "shorter than 20" },
        { IP_PROTOCOL_TCP, "0050005000000000000000006010ffff00000000", "longer than the segment" },
        { IP_PROTOCOL_TCP, "0050005000000000000000005010ffff00000000", "checksum" },
        { IP_PROTOCOL_TCP, "0050005000000000000000006010ffff0000000002030000", "length its kind" },
        { IP_PROTOCOL_TCP, "0050005000000000000000006010ffff0000000002050000", "beyond the header" },
        { IP_PROTOCOL_TCP, "0050005000000000000000006010ffff0000000001010102", "beyond the header" },
        { IP_PROTOCOL_TCP, "0050005000000000000000006010ffff00000000fe000000", "beyond the header" },
        { IP_PROTOCOL_TCP, "0050005000000000000000006010ffff0000000005020000", "length its kind" },
        { IP_PROTOCOL_TCP, "0050005000000000000000007010ffff000000000508000000000000", "length its kind" },
        { IP_PROTOCOL_TCP, "0050005000000000000000006010ffff0000000008040000", "length its kind" },
        { IP_PROTOCOL_TCP, "0050005000000000000000006010ffff0000000003040000", "length its kind" },
        { IP_PROTOCOL_TCP, "0050005000000000000000006010ffff0000000004030000", "length its kind" },
        { IP_PROTOCOL_TCP, "0050005000000000000000006010ffff00000000fe0400ff", "checksum" },
        { IP_PROTOCOL_UDP, "00500050000700", "cut short" },
        { IP_PROTOCOL_UDP, "0050005000090000", "length" },
        { IP_PROTOCOL_UDP, "0050005000070000", "length" },
        { IP_PROTOCOL_UDP, "0050005000080001", "checksum" },
        { IP_PROTOCOL_ICMP, "08000000000000", "cut short" },
        { IP_PROTOCOL_ICMP, "0800000000000000", "checksum" },
        { IP_PROTOCOL_ICMP, "0300fcff00000000", "quotes no IP" },
        { IP_PROTOCOL_ICMP, "030000000000000060000000000000000000000000000000000000000000000000000000", "quotes no IP" },
        { IP_PROTOCOL_ICMP, "030000000000000044000000000000000000000000000000000000000000000000000000", "quotes no IP" },
        { IP_PROTOCOL_ICMP, "0300000000000000450000000000000000000000000000000000000000000000000000", "too little" },
        { IP_PROTOCOL_ICMP, "030000000000000046000000000000000000000000000000000000000000000000000000", "too little" },
        { IP_PROTOCOL_ICMPV6, "8000000000000000", "belongs to IPv6" },
        { IP_PROTOCOL_IGMP, "11000000000000", "cut short" },
        { IP_PROTOCOL_IGMP, "1100000000000000", "checksum" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t size = ipv4(rows[i].protocol, rows[i].rest);
        refuses(bytes, size, rows[i].word);
    }
}
END_TEST

static size_t ipv6(uint8_t protocol, const char *rest)
{
    struct packet packet = packet_of(KERNEL_IPV6, protocol);
    size_t size = wire_encode(&packet, bytes, 0); /* no room: only the header below is wanted */
    packet.protocol = 253;
    size = wire_encode(&packet, bytes, ROOM) + unhex(rest, bytes + 40);
    bytes[5] = (uint8_t)(size - 40);
    bytes[6] = protocol;
    return size;
}

START_TEST(ipv6_refused)
{
    static const struct { uint8_t next; const char *rest, *word; } rows[] = {
        { 0, "fd000100010000", "cut short" }, { 0, "fd010100010000ff", "cut short" }, { 0, "fd00010400000000", NULL }, { 0, "fd00010500000000", "beyond" },
        { 0, "fd00000000000001", "beyond" }, { 0, "fd00050300000000", "wrong length" }, { 0, "fd00c00400000000", "does not know" }, { 0, "fd003e0400000000", NULL },
        { 0, "0000010400000000", "wrong place" }, { 43, "fd00000000000000", "does not know" }, { 44, "fd0000000000", "cut short" },
        { 44, "fd000001000000010102030405060708", NULL }, { 44, "fd0000010000000101020304050607", "multiple of 8" }, { 44, "fd00000000000001", NULL },
        { 44, "2c00000000000001fd00000000000001", "wrong place" }, { 17, "0050005000080000", "checksum" }, { 1, "0800000000000000", "belongs to IPv4" },
        { 44, "fd00fff8000000010102030405060708", "largest" }, { 58, "0100000000000000", "quotes no IP" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t size = ipv6(rows[i].next, rows[i].rest);
        struct packet back;
        if (rows[i].word)
            refuses(bytes, size, rows[i].word);
        else
            ck_assert_msg(decode(bytes, size, WIRE_STRICT, &back) == NULL, "%s", rows[i].rest);
    }
    size_t size = ipv6(253, "00");
    refuses(bytes, 39, "cut short");
    refuses(bytes, size - 1, "length");
}
END_TEST

/* An atomic fragment (RFC 6946) is a whole datagram, checksum and all. */
START_TEST(atomic_fragment)
{
    struct packet packet = packet_of(KERNEL_IPV6, IP_PROTOCOL_UDP), back;
    packet.flags = PACKET_IS_FRAGMENT;
    packet.identification = 77;
    packet.payload = piece_at(0, "hello", 5);
    packet.whole_size = 53;
    packet.size = 61;
    size_t size = wire_encode(&packet, bytes, ROOM);
    ck_assert_uint_eq(size, 61);
    ck_assert_ptr_null(decode(bytes, size, WIRE_STRICT, &back));
    ck_assert(back.whole_size == 53 && back.source_port == packet.source_port && back.payload.size == 5);
    ck_assert_uint_eq(wire_encode(&back, again, ROOM), size);
    ck_assert_mem_eq(bytes, again, size);
    bytes[size - 1] ^= 1;
    refuses(bytes, size, "checksum");
}
END_TEST

/* A sender who makes the header himself leaves length and checksum to the stack; a wrong checksum of his own is his. */
START_TEST(from_raw_sockets)
{
    struct packet packet = packet_of(KERNEL_IPV4, IP_PROTOCOL_UDP), back;
    packet.payload = piece_at(0, "hello", 5);
    size_t size = wire_encode(&packet, bytes, ROOM);
    memset(bytes + 2, 0, 2), memset(bytes + 10, 0, 2);
    refuses(bytes, size, "length");
    ck_assert_ptr_null(decode(bytes, size, WIRE_FROM_RAW_SOCKET, &back));
    ck_assert(back.payload.size == 5 && !(back.flags & PACKET_DAMAGED));
    bytes[30] ^= 1;
    ck_assert_ptr_null(decode(bytes, size, WIRE_FROM_RAW_SOCKET, &back));
    ck_assert(back.flags & PACKET_DAMAGED);
}
END_TEST

/* NOPs wherever they stand, kinds that nobody knows, an end before the end. */
START_TEST(tcp_options_of_others)
{
    size_t size = ipv4(IP_PROTOCOL_TCP, "0050005000000000000000009010ffff00000000 01fd0301 01020405 b4030308 00ffffff");
    struct packet back;
    ck_assert_ptr_null(decode(bytes, size, WIRE_FROM_RAW_SOCKET, &back));
    ck_assert(back.tcp.options == (TCP_OPTION_MSS | TCP_OPTION_SCALE) && back.tcp.mss == 1460 && back.tcp.scale == 8);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wire_decode");
    TCase *tests = tcase_create("decode");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, round_trips);
    tcase_add_test(tests, quotes_are_read);
    tcase_add_test(tests, truncated);
    tcase_add_test(tests, damaged);
    tcase_add_test(tests, ipv4_refused);
    tcase_add_test(tests, transports_refused);
    tcase_add_test(tests, ipv6_refused);
    tcase_add_test(tests, atomic_fragment);
    tcase_add_test(tests, from_raw_sockets);
    tcase_add_test(tests, tcp_options_of_others);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
