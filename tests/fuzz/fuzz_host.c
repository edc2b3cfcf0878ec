/*
 * Any packets to a host that listens: IP, fragments, ICMP, IGMP, MLD, ARP, neighbour discovery, UDP, TCP, raw sockets. Checksums are not
 * in the way: the bytes are read as a raw socket's are, and taken for undamaged.
 *
 * Input: packets, one after the other: how (two bits what, one the family, the rest how long to wait afterwards), size, bytes.
 */
#include "fuzz/assert.h"

#include "endpoint/pair.h"

#include "net/tcp/tcp.h"
#include "net/wire/wire.h"

#define PACKETS_MOST 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void happen(const struct event *event)
{
    if (event->kind == EVENT_TCP_TIMER)
        tcp_timer(event->subject.endpoint, (unsigned)event->number);
    else
        dispatch(event);
}

static void pass_time(int64_t time_ns)
{
    struct event event = { .kind = EVENT_SCRIPT };
    engine_post(pair.engine, engine_now_ns(pair.engine) + time_ns, RANK_SCRIPT, event);
    while (engine_next(pair.engine, &event) && event.kind != EVENT_SCRIPT)
        happen(&event);
}

static void listen_everywhere(void)
{
    static const uint8_t protocols[] = { IP_PROTOCOL_ICMP, IP_PROTOCOL_IGMP, 253 };
    udp_bound("0.0.0.0", 1000);
    udp_bound("::", 1000);
    for (int i = 0; i < 2; i++) {
        kernel_endpoint stream = open_as(i ? KERNEL_IPV6 : KERNEL_IPV4, KERNEL_TCP, IP_PROTOCOL_TCP);
        ck_assert_int_eq(bind_to(stream, i ? "::" : "0.0.0.0", 80), KERNEL_OK);
        kernel_listen(stream, 5);
    }
    for (size_t i = 0; i < sizeof protocols; i++)
        bind_to(open_as(KERNEL_IPV4, KERNEL_RAW, protocols[i]), "0.0.0.0", 0);
    bind_to(open_as(KERNEL_IPV6, KERNEL_RAW, IP_PROTOCOL_ICMPV6), "::", 0);
}

/* To pc from its peer, transport header and all but the addresses from the input. */
static const char *read_transport(uint8_t family, const uint8_t *bytes, size_t size, struct packet *packet, struct wire_payload *payload)
{
    static const uint8_t protocols[] = { IP_PROTOCOL_TCP, IP_PROTOCOL_UDP, IP_PROTOCOL_ICMP, IP_PROTOCOL_ICMPV6, IP_PROTOCOL_IGMP };
    struct kernel_address from = ip(family == KERNEL_IPV4 ? "192.0.2.2" : "fe80::2"), to = ip(family == KERNEL_IPV4 ? "192.0.2.1" : "fe80::1");
    if (size < 2)
        return "too little";
    memset(packet, 0, sizeof *packet);
    packet->family = family;
    packet->protocol = protocols[bytes[0] % sizeof protocols];
    packet->hop_limit = bytes[1];
    packet->source = prefix_key_of(&from);
    packet->destination = prefix_key_of(&to);
    packet->size = ip_header_bytes(family) + (uint32_t)size - 2;
    const char *why = wire_decode_transport(bytes + 2, size - 2, WIRE_FROM_RAW_SOCKET, packet, payload);
    payload->at += 2;
    return why;
}

static void arrives(uint8_t how, const uint8_t *bytes, size_t size)
{
    struct packet *packet = packet_new(pair.net), read;
    struct wire_payload payload;
    uint8_t from[6], to[6];
    const char *why;
    switch (how & 3) {
    case 0: why = wire_decode(bytes, size, WIRE_FROM_RAW_SOCKET, &read, &payload); break;
    case 1: why = wire_decode_frame(bytes, size, from, to, &read, &payload); break;
    default: why = read_transport(how & 4 ? KERNEL_IPV6 : KERNEL_IPV4, bytes, size, &read, &payload); break;
    }
    if (why) {
        packet_free(pair.net, packet);
        return;
    }
    read.number = packet->number;
    read.flags &= (uint16_t)~PACKET_DAMAGED;
    *packet = read;
    if (payload.size) {
        packet->payload = (struct piece){ .chunk = chunk_new(pair.net, payload.size), .size = (uint32_t)payload.size };
        memcpy(packet->payload.chunk->bytes, bytes + payload.at, payload.size);
        packet->payload.chunk->used = (uint32_t)payload.size;
    }
    ip_arrive(pair.pc.eth0, packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.forwarding = size % 2;
    parameters.neighbors = size % 4 >= 2;
    pair_open_with(&parameters);
    trace_listen_packets(pair.trace, true);
    net_packets_with_bytes(pair.net, true);
    listen_everywhere();
    for (unsigned i = 0; i < PACKETS_MOST && size >= 2; i++) {
        uint8_t how = data[0];
        size_t length = data[1] < size - 2 ? data[1] : size - 2;
        struct task *former = running;
        running = NULL;
        arrives(how, data + 2, length);
        pass_time((int64_t)(how >> 3) * (how & 0x80 ? SECOND : 1000));
        running = former;
        data += 2 + length;
        size -= 2 + length;
    }
    pass_time(100 * SECOND);
    pair_close();
    return 0;
}
