/* What of a packet is hashed (host-stack 8.1), and where the packet lands. */
#include "net/endpoint/endpoint.h"
#include "net/ip/packet.h"
#include "net/net_private.h"
#include "net/rss/rss.h"

/* The bits of one family: addresses alone, with TCP's ports, with UDP's. */
struct hash_bits { uint32_t addresses, tcp, udp; };

static struct hash_bits bits_of(uint8_t family)
{
    if (family == KERNEL_IPV4)
        return (struct hash_bits){ RSS_IPV4, RSS_TCP_IPV4, RSS_UDP_IPV4 };
    if (family == KERNEL_IPV6)
        return (struct hash_bits){ RSS_IPV6 | RSS_IPV6_EX, RSS_TCP_IPV6 | RSS_TCP_IPV6_EX, RSS_UDP_IPV6 | RSS_UDP_IPV6_EX };
    return (struct hash_bits){ 0, 0, 0 }; /* ARP */
}

/* A packet as the hash sees it: in the order of the wire, source first. */
struct hash_input {
    const struct prefix_key *source, *destination;
    uint16_t source_port, destination_port;
    uint8_t family, protocol;
    bool fragment;
};

/* The type that applies: its plain bit where that is switched on, else its _EX bit; 0: not hashed. */
static uint32_t type_of(const struct hash_input *input, uint32_t enabled, bool *ports)
{
    struct hash_bits bits = bits_of(input->family);
    uint32_t transport = input->fragment ? 0 : input->protocol == IP_PROTOCOL_TCP ? bits.tcp : input->protocol == IP_PROTOCOL_UDP ? bits.udp : 0;
    *ports = (transport & enabled) != 0;
    uint32_t type = (*ports ? transport : bits.addresses) & enabled;
    return type & (~type + 1); /* the lowest of at most two */
}

static uint32_t hash_of(const struct toeplitz *toeplitz, const struct hash_input *input, bool ports)
{
    size_t words = input->family == KERNEL_IPV4 ? 1 : 4;
    uint32_t hash = 0;
    for (size_t i = 0; i < words; i++)
        hash ^= toeplitz_word(toeplitz, 4 * i, input->source->word[i]) ^ toeplitz_word(toeplitz, 4 * (words + i), input->destination->word[i]);
    if (ports)
        hash ^= toeplitz_word(toeplitz, 8 * words, (uint32_t)input->source_port << 16 | input->destination_port);
    return hash;
}

static bool place_of(const struct iface *iface, const struct hash_input *input, struct rss_place *place)
{
    *place = (struct rss_place){ .processor = { 0, 0 } };
    struct rss *rss = rss_active(iface) ? rss_of(iface) : NULL;
    if (!rss)
        return false;
    bool ports;
    unsigned index = rss->eligible[0]; /* the default processor */
    place->hash_type = type_of(input, rss->setup.hash_types, &ports);
    if (place->hash_type) {
        place->hash = hash_of(rss_toeplitz(rss), input, ports);
        place->entry = (uint16_t)(place->hash & (rss->setup.entries - 1u));
        index = rss->table[place->entry];
    }
    place->processor = processor_at(index);
    place->node = processor_node(iface->host, place->processor);
    return true;
}

bool rss_processor(const struct iface *iface, const struct packet *packet, struct rss_place *place)
{
    struct hash_input input = {
        .source = &packet->source, .destination = &packet->destination, .source_port = packet->source_port,
        .destination_port = packet->destination_port, .family = packet->family, .protocol = packet->protocol,
        .fragment = (packet->flags & PACKET_IS_FRAGMENT) != 0,
    };
    return place_of(iface, &input, place);
}

bool rss_tuple_processor(const struct iface *iface, const struct tuple *tuple, struct rss_place *place)
{
    struct hash_input input = {
        .source = &tuple->remote, .destination = &tuple->local, .source_port = tuple->remote_port,
        .destination_port = tuple->local_port, .family = tuple->family, .protocol = tuple->protocol,
    };
    return place_of(iface, &input, place);
}

/* ---- rows ---- */

static void place_fields(struct trace *trace, const struct rss_place *place)
{
    char text[PROCESSOR_TEXT];
    trace_text(trace, "processor", processor_text(place->processor, text));
    if (place->hash_type)
        trace_uint(trace, "hash", place->hash);
}

void rss_packet_fields(struct trace *trace, const struct iface *iface, const struct packet *packet)
{
    struct rss_place place;
    if (rss_processor(iface, packet, &place))
        place_fields(trace, &place);
}

void rss_tuple_fields(struct trace *trace, const struct iface *iface, const struct tuple *tuple)
{
    struct rss_place place;
    if (rss_tuple_processor(iface, tuple, &place))
        place_fields(trace, &place);
}
