/* Packets as trace rows: sent by an interface, arrived at one, dropped somewhere. Nothing is computed while nobody listens. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "net/ip/ip.h"
#include "net/net_private.h"
#include "net/rss/rss.h"
#include "net/wire/wire.h"

#define SOCKET_TEXT (ADDRESS_TEXT + 10)

void net_packets_with_bytes(struct net *net, bool wanted)
{
    net->packets_with_bytes = wanted;
}

/* ---- texts ---- */

static const char *protocol_text(const struct packet *packet, char text[8])
{
    if (packet->family == PACKET_ARP)
        return "arp";
    switch (packet->protocol) {
    case IP_PROTOCOL_ICMP: return "icmp";
    case IP_PROTOCOL_IGMP: return "igmp";
    case IP_PROTOCOL_TCP: return "tcp";
    case IP_PROTOCOL_UDP: return "udp";
    case IP_PROTOCOL_ICMPV6: return "icmpv6";
    default: snprintf(text, 8, "%u", (unsigned)packet->protocol); return text;
    }
}

static bool has_ports(const struct packet *packet)
{
    return packet->protocol == IP_PROTOCOL_TCP || packet->protocol == IP_PROTOCOL_UDP;
}

/* "192.0.2.1:80", "[2001:db8::1]:80"; without ports the address alone. */
static void field_socket(struct trace *trace, const char *name, const struct packet *packet, const struct prefix_key *key, uint16_t port)
{
    struct kernel_address address = key_address(packet->family, key);
    char bare[ADDRESS_TEXT], text[SOCKET_TEXT];
    address_text(&address, bare);
    if (has_ports(packet))
        snprintf(text, sizeof text, packet->family == KERNEL_IPV6 ? "[%s]:%u" : "%s:%u", bare, (unsigned)port);
    trace_text(trace, name, has_ports(packet) ? text : bare);
}

static void field_flags(struct trace *trace, uint8_t flags)
{
    static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR" };
    static const uint8_t order[] = { TCP_SYN, TCP_FIN, TCP_RST, TCP_PSH, TCP_ACK, TCP_URG, TCP_ECE, TCP_CWR };
    char text[40] = "";
    for (size_t i = 0; i < sizeof order; i++) {
        if (!(flags & order[i]))
            continue;
        size_t bit = 0;
        while (order[i] >> bit != 1)
            bit++;
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s", length ? "," : "", names[bit]);
    }
    trace_text(trace, "flags", text);
}

static void fields_tcp(struct trace *trace, const struct packet *packet)
{
    const struct tcp_header *header = &packet->tcp;
    field_flags(trace, header->flags);
    trace_uint(trace, "seq", header->sequence);
    if (header->flags & TCP_ACK)
        trace_uint(trace, "ack", header->acknowledgment);
    trace_uint(trace, "window", header->window);
    if (header->flags & TCP_URG)
        trace_uint(trace, "urgent", header->urgent);
    if (header->sack_count) {
        trace_list(trace, "sack");
        for (unsigned i = 0; i < header->sack_count && i < TCP_SACK_MOST; i++) {
            char text[24];
            snprintf(text, sizeof text, "%" PRIu32 "-%" PRIu32, header->sack[i].left, header->sack[i].right);
            trace_text(trace, "", text);
        }
        trace_close(trace);
    }
}

/* ---- frames ---- */

static bool has_frames(const struct iface *iface)
{
    return iface->type == IFACE_ETHERNET || iface->type == IFACE_WIFI;
}

static const uint8_t *frame_to(const struct iface *iface, const struct packet *packet, bool arrived, uint8_t group[6])
{
    static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    if (packet->family != PACKET_ARP && key_is_multicast(packet->family, &packet->destination)) {
        wire_group_mac(packet->family, &packet->destination, group);
        return group;
    }
    if (packet->flags & PACKET_LINK_BROADCAST)
        return everybody;
    if (packet->next_hop)
        return packet->next_hop->mac;
    if (arrived)
        return iface->mac;
    return iface->link && iface->link->to ? iface->link->to->mac : everybody;
}

/* On the heap: a sending thread's stack is small. */
static void field_frame(struct trace *trace, const struct iface *iface, const struct packet *packet, bool arrived)
{
    static const uint8_t nobody[6];
    uint8_t group[6];
    size_t room = wire_size(packet) + WIRE_ETHERNET_BYTES, size;
    uint8_t *bytes = memory_grow(NULL, room);
    if (has_frames(iface)) {
        bool known = memcmp(packet->sender_mac, nobody, 6) != 0;
        size = wire_encode_frame(packet, known ? packet->sender_mac : iface->mac, frame_to(iface, packet, arrived, group), bytes, room);
    } else {
        size = wire_encode(packet, bytes, room);
    }
    if (size)
        trace_bytes(trace, "frame", bytes, size);
    free(bytes);
}

/* ---- rows ---- */

/* `after` is the newest row of the other layers: packet rows are numbered on their own, and this tells their place among all. */
static bool row_begin(const struct host *host, const struct iface *iface, const struct packet *packet, const char *verb)
{
    struct trace *trace = host->net->trace;
    if (!trace_begin(trace, LAYER_PACKET, verb, host->name, iface ? iface->name : ""))
        return false;
    char text[8];
    trace_uint(trace, "after", *trace_newest(trace));
    trace_uint(trace, "number", packet->number);
    trace_uint(trace, "size", packet->size);
    trace_text(trace, "protocol", protocol_text(packet, text));
    if (packet->family == PACKET_ARP)
        return true;
    field_socket(trace, "source", packet, &packet->source, packet->source_port);
    field_socket(trace, "destination", packet, &packet->destination, packet->destination_port);
    if (packet->flags & PACKET_IS_FRAGMENT) {
        trace_uint(trace, "fragment", packet->fragment_offset);
        trace_bool(trace, "more", packet->flags & PACKET_MORE_FRAGMENTS);
    }
    if (packet->protocol == IP_PROTOCOL_TCP && (!(packet->flags & PACKET_IS_FRAGMENT) || packet->whole_size))
        fields_tcp(trace, packet);
    if (packet->protocol == IP_PROTOCOL_ICMP || packet->protocol == IP_PROTOCOL_ICMPV6) {
        trace_uint(trace, "type", packet->icmp.type);
        trace_uint(trace, "code", packet->icmp.code);
    }
    trace_uint(trace, "payload", packet->payload.chunk ? packet->payload.size : 0);
    return true;
}

void row_packet_sent(const struct iface *iface, struct packet *packet)
{
    if (!row_begin(iface->host, iface, packet, "packet.sent"))
        return;
    if (iface->host->net->packets_with_bytes) {
        memcpy(packet->sender_mac, iface->mac, sizeof packet->sender_mac);
        field_frame(iface->host->net->trace, iface, packet, false);
    }
    trace_end(iface->host->net->trace);
}

void row_packet_arrived(const struct iface *iface, const struct packet *packet)
{
    if (!row_begin(iface->host, iface, packet, "packet.arrived"))
        return;
    rss_packet_fields(iface->host->net->trace, iface, packet);
    if (iface->host->net->packets_with_bytes)
        field_frame(iface->host->net->trace, iface, packet, true);
    trace_end(iface->host->net->trace);
}

/* What an interface that listens to everything sees of others' frames. */
void row_packet_overheard(const struct iface *iface, const struct packet *packet)
{
    if (!row_begin(iface->host, iface, packet, "packet.overheard"))
        return;
    if (iface->host->net->packets_with_bytes)
        field_frame(iface->host->net->trace, iface, packet, false);
    trace_end(iface->host->net->trace);
}

void row_packet_dropped(const struct host *host, const struct iface *iface, const struct packet *packet, enum drop_reason reason)
{
    struct trace *trace = host->net->trace;
    if (!row_begin(host, iface, packet, "packet.dropped"))
        return;
    trace_text(trace, "reason", drop_reason_name(reason));
    if (iface && host->net->packets_with_bytes)
        field_frame(trace, iface, packet, false);
    trace_end(trace);
}
