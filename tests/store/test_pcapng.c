/*
 * Captures: the file block by block, comments, drops, what happens to files that are in the way. A sample with every kind of packet is
 * kept under the name in WSPSIM_SAMPLE, for tests/pcap.sh and tshark.
 */
#include <sys/resource.h>
#include <signal.h>

#include "capture.h"

/* ---- tests ---- */

START_TEST(packets_and_calls)
{
    uint64_t call = call_row("WSPSend", "s", NULL);
    now_ns = 5;
    packet_row("packet.sent", "a", "eth0", 1, NULL, (const uint8_t *)"0123", 4);
    return_row("WSPSend", "s", call, "0");
    return_row("WSPIoctl", "s", call_row("WSPIoctl", "s", "FIONREAD"), "WSAENOTSOCK");
    return_row("WSPSocket", "", call_row("WSPSocket", "", NULL), "0");
    now_ns = 8;
    packet_row("packet.arrived", "b", "wlan0", 1, NULL, (const uint8_t *)"01234", 5);
    return_row("WSPRecv", "s", 0, "0");
    capture();
    blocks_are("packet 1 at 5 size 4 'app WSPSend s' out\n"
               "packet 2 at 8 size 5 'app WSPSend s returns 0' 'app WSPIoctl s FIONREAD returns WSAENOTSOCK' 'app WSPSocket returns 0' in\n"
               "statistics 'app WSPRecv s returns 0'\n");
}
END_TEST

/* A thousand calls without a packet are no comment anybody reads. */
START_TEST(many_calls)
{
    for (int i = 0; i < 250; i++)
        return_row("WSPIoctl", "s", call_row("WSPIoctl", "s", NULL), "0");
    packet_row("packet.sent", "a", "eth0", 1, NULL, (const uint8_t *)"0", 1);
    capture();
    char *got = blocks();
    ck_assert_ptr_nonnull(strstr(got, "'and 150 calls more' out\n"));
    free(got);
}
END_TEST

START_TEST(drops)
{
    const uint8_t *frame = (const uint8_t *)"abc";
    packet_row("packet.sent", "a", "eth0", 1, NULL, frame, 3);
    packet_row("packet.dropped", "a", "eth0", 1, "queue full", frame, 3);
    packet_row("packet.sent", "a", "eth0", 2, NULL, frame, 3);
    packet_row("packet.sent", "a", "eth0", 3, NULL, frame, 3);
    now_ns = 1000000;
    packet_row("packet.arrived", "b", "wlan0", 3, NULL, frame, 3);
    packet_row("packet.dropped", "b", "", 3, "no such port", NULL, 0);
    packet_row("packet.sent", "a", "loopback", 4, NULL, frame, 3);
    packet_row("packet.arrived", "a", "loopback", 4, NULL, frame, 3);
    packet_row("packet.dropped", "a", "loopback", 4, "hop limit", frame, 3);
    packet_row("packet.dropped", "a", "eth0", 2, "link cut", frame, 3);
    call_row("WSPSend", "s", NULL);
    packet_row("packet.dropped", "a", "eth0", 5, "nothing plugged in", frame, 3); /* nobody saw it before */
    packet_row("packet.dropped", "a", "", 6, "no route", NULL, 0);
    packet_row("packet.sent", "a", "eth0", 7, NULL, frame, 3);
    packet_row("packet.dropped", "a", "", 8, "no route", NULL, 0);
    capture();
    blocks_are("packet 1 at 0 size 3 'dropped: queue full' out\npacket 1 at 0 size 3 'dropped 1ms later: link cut' out\npacket 1 at 0 size 3 out\n"
               "packet 2 at 1000000 size 3 'dropped: no such port' in\npacket 0 at 1000000 size 3 out\npacket 0 at 1000000 size 3 'dropped: hop limit' in\n"
               "packet 1 at 1000000 size 3 'dropped: nothing plugged in' unknown\n"
               "packet 1 at 1000000 size 3 'a: packet 6, udp from 192.0.2.1:5 to 192.0.2.2:7, dropped: no route' 'app WSPSend s' out\n"
               "statistics 'a: packet 8, udp from 192.0.2.1:5 to 192.0.2.2:7, dropped: no route'\n");
}
END_TEST

START_TEST(no_packets)
{
    capture();
    blocks_are("");
}
END_TEST

/* An interface that comes again under its name may be of another type. */
START_TEST(interface_again)
{
    interface_row("b", "ppp0", "ethernet");
    packet_row("packet.sent", "b", "ppp0", 1, NULL, (const uint8_t *)"0123", 4);
    capture();
    char *got = blocks();
    ck_assert_ptr_nonnull(strstr(got, "interface 1 'b.ppp0'\n"));
    ck_assert_ptr_nonnull(strstr(got, "packet 4 at 0 size 4 out\n"));
    free(got);
}
END_TEST

/* Many rows in pieces and let go: the same bytes. */
START_TEST(in_pieces)
{
    static uint8_t whole[1 << 20];
    size_t whole_size = 0;
    for (int round = 0; round < 2; round++) {
        struct trace *mine = trace;
        if (round == 1) {
            trace_free(mine);
            begin();
        }
        struct pcapng *pcapng = pcapng_open(path, &why);
        must(pcapng != NULL);
        for (unsigned i = 0; i < 5000; i++) {
            uint8_t frame[64];
            memset(frame, (int)(i & 0xff), sizeof frame);
            now_ns = i * 1000;
            if (i % 7 == 0)
                return_row("WSPSend", "s", call_row("WSPSend", "s", NULL), "0");
            packet_row("packet.sent", "a", "eth0", i, NULL, frame, i % 64 + 1);
            if (i % 11 == 0)
                packet_row("packet.dropped", "a", "eth0", i < 300 ? i : i - 300, "CoDel", frame, i % 64 + 1);
            if (round == 1 && i % 97 == 0) {
                holds(pcapng_rows(pcapng, trace, &why));
                trace_forget_before(trace, *trace_newest(trace));
                trace_forget_before(trace, trace_newest_packet(trace));
            }
        }
        holds(pcapng_rows(pcapng, trace, &why));
        holds(pcapng_close(pcapng, &why));
        read_file(path);
        if (round == 0)
            memcpy(whole, file, whole_size = file_size);
    }
    ck_assert_uint_eq(file_size, whole_size);
    ck_assert_mem_eq(file, whole, whole_size);
}
END_TEST

/* ---- files ---- */

static void capture_refused(const char *name, const char *word)
{
    char *error = NULL;
    ck_assert_ptr_null(pcapng_open(name, &error));
    ck_assert_msg(error != NULL && strstr(error, word) != NULL, "wanted \"%s\", got: %s", word, error);
    free(error);
}

START_TEST(files_in_the_way)
{
    char *error = NULL;
    capture_refused("", "needs a file name");
    capture_refused(folder, "is a directory");
    capture_refused("/dev/null", "not a regular file");
    capture_refused("/no/such/folder/x", "cannot create");
    put_file(path, "{\"title\":", 9);
    capture_refused(path, "is not a capture");
    put_file(path, "", 0);
    struct pcapng *first = pcapng_open(path, &error);
    ck_assert_ptr_nonnull(first);
    capture_refused(path, "by another process");
    pcapng_abandon(first);
    ck_assert(!exists(partial));
    capture();
    capture(); /* a capture replaces a capture */
    first = pcapng_open(path, &error);
    unlink(partial);
    ck_assert(!pcapng_close(first, &error));
    ck_assert_ptr_nonnull(strstr(error, "was removed or replaced"));
    free(error);
    read_file(path); /* the good one is still there */
    pcapng_abandon(NULL);
}
END_TEST

/* A disk that is full leaves the former capture as it was. */
START_TEST(full_disk)
{
    char *error = NULL;
    capture();
    read_file(path);
    size_t good = file_size;
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {100000, 100000};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct pcapng *pcapng = pcapng_open(path, &error);
    static const uint8_t frame[1500];
    bool held = true;
    for (int i = 0; i < 200; i++) {
        packet_row("packet.sent", "a", "eth0", (uint64_t)i, NULL, frame, sizeof frame);
        packet_row("packet.dropped", "a", "eth0", (uint64_t)i, "lost", frame, _i ? sizeof frame : 0);
        if (held && !pcapng_rows(pcapng, trace, &error)) {
            held = false;
            ck_assert_ptr_nonnull(strstr(error, "cannot write the capture"));
            free(error);
        }
    }
    ck_assert(!held);
    ck_assert(!pcapng_close(pcapng, &error));
    ck_assert_ptr_nonnull(strstr(error, "cannot write the capture"));
    free(error);
    ck_assert(!exists(partial));
    read_file(path);
    ck_assert_uint_eq(file_size, good);
}
END_TEST

/* ---- the sample ---- */

static union { struct chunk chunk; uint8_t room[sizeof(struct chunk) + 20000]; } store;

static struct piece payload(const void *bytes, size_t size)
{
    memcpy(store.chunk.bytes, bytes, size);
    return (struct piece){&store.chunk, 0, (uint32_t)size};
}

static struct packet packet_of(uint8_t family, uint8_t protocol)
{
    struct packet packet = {.family = family, .protocol = protocol, .hop_limit = 64, .source_port = 49152, .destination_port = 9};
    if (family == KERNEL_IPV4) {
        packet.source.word[0] = 0xc0000201;
        packet.destination.word[0] = 0xc0000202;
    } else {
        packet.source = (struct prefix_key){{0x20010db8, 0, 0, 1}};
        packet.destination = (struct prefix_key){{0x20010db8, 0, 0, 2}};
    }
    return packet;
}

/* Over Ethernet, and without it. */
static void passes(const struct packet *packet)
{
    static const uint8_t from[6] = {2, 0, 0, 0, 0, 1}, to[6] = {2, 0, 0, 0, 0, 2};
    static uint8_t frame[20000];
    size_t size = wire_encode_frame(packet, from, to, frame, sizeof frame);
    ck_assert_uint_gt(size, 0);
    now_ns += 1000;
    packet_row("packet.sent", "a", "eth0", ++number, NULL, frame, size);
    if (packet->family == PACKET_ARP)
        return;
    size = wire_encode(packet, frame, sizeof frame);
    packet_row("packet.arrived", "b", "ppp0", number, NULL, frame, size);
}

static void pass_datagrams(uint8_t family)
{
    static uint8_t data[9000];
    struct packet packet = packet_of(family, IP_PROTOCOL_UDP);
    passes(&packet);
    packet.payload = payload("hello", 5);
    passes(&packet);
    packet.payload = payload(data, sizeof data);
    packet.flags = PACKET_IS_FRAGMENT;
    uint32_t whole = sizeof data + UDP_HEADER_BYTES;
    packet.whole_size = ip_header_bytes(family) + whole;
    packet.identification = 77;
    for (uint32_t at = 0; at < whole; at += 1480) {
        struct packet part = packet;
        uint32_t last = at + 1480 < whole ? at + 1480 : whole;
        part.flags |= (uint16_t)(last < whole ? PACKET_MORE_FRAGMENTS : 0);
        part.fragment_offset = (uint16_t)at;
        part.size = wire_ip_bytes(&part) + last - at;
        passes(&part);
    }
}

static void pass_stream(uint8_t family)
{
    struct packet packet = packet_of(family, IP_PROTOCOL_TCP), back = packet;
    back.source = packet.destination, back.destination = packet.source;
    back.source_port = 9, back.destination_port = 49152;
    packet.tcp = (struct tcp_header){.sequence = 1000, .flags = TCP_SYN, .window = 64240, .options = 15, .mss = 1460, .scale = 8, .timestamp = 5};
    passes(&packet);
    back.tcp = (struct tcp_header){.sequence = 9000, .acknowledgment = 1001, .flags = TCP_SYN | TCP_ACK, .window = 64240, .options = 15, .mss = 1460, .scale = 8, .timestamp = 7, .timestamp_echo = 5};
    passes(&back);
    packet.tcp = (struct tcp_header){.sequence = 1001, .acknowledgment = 9001, .flags = TCP_ACK | TCP_PSH, .window = 512, .options = TCP_OPTION_TIMESTAMPS, .timestamp = 8, .timestamp_echo = 7};
    packet.payload = payload("hello", 5);
    passes(&packet);
    back.tcp = (struct tcp_header){.sequence = 9001, .acknowledgment = 1001, .flags = TCP_ACK, .window = 512, .options = TCP_OPTION_TIMESTAMPS, .timestamp = 8, .timestamp_echo = 7, .sack_count = 2, .sack = {{1004, 1006}, {2000, 3000}}};
    passes(&back);
}

static void pass_icmp(uint8_t family)
{
    struct packet packet = packet_of(family, family == KERNEL_IPV4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6);
    packet.icmp = (struct icmp_header){.type = family == KERNEL_IPV4 ? 8 : 128, .word = 0x00010001};
    packet.payload = payload("abcdefgh", 8);
    passes(&packet);
    static const uint8_t quoted[] = {IP_PROTOCOL_UDP, IP_PROTOCOL_TCP, IP_PROTOCOL_ICMP, IP_PROTOCOL_ICMPV6};
    packet.payload = (struct piece){0};
    for (size_t i = 0; i < 3; i++) {
        packet.icmp = (struct icmp_header){.type = family == KERNEL_IPV4 ? 3 : 1, .code = family == KERNEL_IPV4 ? 3 : 4};
        packet.icmp.about.source = packet.destination;
        packet.icmp.about.destination = packet.source;
        packet.icmp.about.protocol = quoted[i == 2 && family == KERNEL_IPV6 ? 3 : i];
        packet.icmp.about.source_port = 9;
        packet.icmp.about.destination_port = 10;
        for (packet.size = 0; packet.size < 300; packet.size += 60) {
            passes(&packet);
            packet.icmp.about.size = 1500;
            passes(&packet);
            packet.icmp.about.size = 0;
        }
    }
}

static void pass_groups(void)
{
    static const uint8_t igmp[] = {0x22, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, 0xe1, 0, 0, 9}, mld[] = {4, 0, 0, 0, 0xff, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};
    static const uint8_t arp[] = {0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2};
    static const uint8_t solicitation[] = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 1, 2, 0, 0, 0, 0, 1};
    struct packet packet = packet_of(KERNEL_IPV4, IP_PROTOCOL_IGMP);
    packet.flags = PACKET_ROUTER_ALERT;
    packet.hop_limit = 1;
    packet.destination.word[0] = 0xe0000016;
    packet.payload = payload(igmp, sizeof igmp);
    passes(&packet);
    packet = packet_of(KERNEL_IPV6, IP_PROTOCOL_ICMPV6);
    packet.flags = PACKET_ROUTER_ALERT;
    packet.hop_limit = 1;
    packet.source = (struct prefix_key){{0xfe800000, 0, 0, 1}};
    packet.destination = (struct prefix_key){{0xff020000, 0, 0, 0x16}};
    packet.icmp = (struct icmp_header){.type = 143, .word = 1};
    packet.payload = payload(mld, sizeof mld);
    passes(&packet);
    packet.flags = 0;
    packet.hop_limit = 255;
    packet.destination = (struct prefix_key){{0xff020000, 0, 1, 0xff000002}};
    packet.icmp = (struct icmp_header){.type = 135};
    packet.payload = payload(solicitation, sizeof solicitation);
    passes(&packet);
    packet = (struct packet){.family = PACKET_ARP, .payload = payload(arp, sizeof arp)};
    passes(&packet);
}

START_TEST(sample)
{
    const char *name = getenv("WSPSIM_SAMPLE");
    for (int i = 0; i < 2; i++) {
        uint8_t family = i ? KERNEL_IPV6 : KERNEL_IPV4;
        return_row("WSPSendTo", "s", call_row("WSPSendTo", "s", NULL), "0");
        pass_datagrams(family);
        pass_stream(family);
        packet_row("packet.dropped", "b", "ppp0", number, "receive buffer full", (const uint8_t *)"", 0);
        pass_icmp(family);
    }
    pass_groups();
    capture();
    char *got = blocks();
    ck_assert_ptr_nonnull(strstr(got, "'dropped: receive buffer full' in\n"));
    free(got);
    if (name)
        put_file(name, file, file_size);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pcapng");
    TCase *tests = tcase_create("pcapng");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, packets_and_calls);
    tcase_add_test(tests, many_calls);
    tcase_add_test(tests, drops);
    tcase_add_test(tests, no_packets);
    tcase_add_test(tests, interface_again);
    tcase_add_test(tests, in_pieces);
    tcase_add_test(tests, files_in_the_way);
    tcase_add_loop_test(tests, full_disk, 0, 2);
    tcase_add_test(tests, sample);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
