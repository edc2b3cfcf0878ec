/* ICMP (RFC 792, RFC 1122 3.2.2) and ICMPv6 (RFC 4443): errors about packets, and echo. */
#include "net/endpoint/endpoint.h"
#include "net/ip/ip.h"
#include "net/ip/neighbor.h"
#include "net/ip/redirect.h"
#include "net/net_private.h"

#define ICMP_HEADER_BYTES 8u
#define QUOTED_TRANSPORT_BYTES 8u

enum { ICMP_ECHO_REPLY = 0, ICMP_UNREACHABLE = 3, ICMP_REDIRECT = 5, ICMP_ECHO = 8, ICMP_EXCEEDED = 11 };
enum { ICMP6_UNREACHABLE = 1, ICMP6_TOO_BIG = 2, ICMP6_EXCEEDED = 3, ICMP6_ECHO = 128, ICMP6_ECHO_REPLY = 129, ICMP6_ND_FIRST = 133, ICMP6_ND_LAST = 137 };

struct words { uint8_t type, code; };

/* What a problem is called on the wire, and back. */
static const struct words words_v4[] = {
    [ICMP_NO_NET] = { ICMP_UNREACHABLE, 0 }, [ICMP_NO_HOST] = { ICMP_UNREACHABLE, 1 }, [ICMP_NO_PROTOCOL] = { ICMP_UNREACHABLE, 2 },
    [ICMP_NO_PORT] = { ICMP_UNREACHABLE, 3 }, [ICMP_TOO_BIG] = { ICMP_UNREACHABLE, 4 }, [ICMP_HOPS_EXCEEDED] = { ICMP_EXCEEDED, 0 },
    [ICMP_REASSEMBLY_EXCEEDED] = { ICMP_EXCEEDED, 1 },
};
static const struct words words_v6[] = {
    [ICMP_NO_NET] = { ICMP6_UNREACHABLE, 0 }, [ICMP_NO_HOST] = { ICMP6_UNREACHABLE, 3 }, [ICMP_NO_PROTOCOL] = { 4, 1 },
    [ICMP_NO_PORT] = { ICMP6_UNREACHABLE, 4 }, [ICMP_TOO_BIG] = { ICMP6_TOO_BIG, 0 }, [ICMP_HOPS_EXCEEDED] = { ICMP6_EXCEEDED, 0 },
    [ICMP_REASSEMBLY_EXCEEDED] = { ICMP6_EXCEEDED, 1 },
};
#define PROBLEMS (sizeof words_v4 / sizeof words_v4[0])

static bool problem_of(uint8_t family, const struct icmp_header *icmp, enum icmp_problem *problem)
{
    const struct words *words = family == KERNEL_IPV4 ? words_v4 : words_v6;
    for (unsigned i = 0; i < PROBLEMS; i++) {
        if (words[i].type != icmp->type || words[i].code != icmp->code)
            continue;
        *problem = (enum icmp_problem)i;
        return true;
    }
    return false;
}

static bool is_error(const struct packet *packet)
{
    enum icmp_problem problem;
    if (packet->protocol == IP_PROTOCOL_ICMPV6)
        return packet->icmp.type < 128;
    return packet->protocol == IP_PROTOCOL_ICMP && (packet->icmp.type == ICMP_REDIRECT || problem_of(KERNEL_IPV4, &packet->icmp, &problem));
}

/* RFC 1122 3.2.2, RFC 4443 2.4: not about an error, a group, a broadcast, a later fragment; not to nobody. */
static bool may_tell(const struct packet *about, enum icmp_problem problem)
{
    if (about->family == PACKET_ARP || is_error(about) || (about->flags & PACKET_LINK_BROADCAST) || key_is_unspecified(&about->source))
        return false;
    if (key_is_multicast(about->family, &about->source))
        return false;
    if (key_is_multicast(about->family, &about->destination))
        return about->family == KERNEL_IPV6 && problem == ICMP_TOO_BIG;
    return !(about->flags & PACKET_IS_FRAGMENT) || about->fragment_offset == 0;
}

static struct packet *icmp_new(struct host *host, uint8_t family, const struct prefix_key *to, uint32_t more_bytes)
{
    struct packet *packet = packet_new(host->net);
    packet->family = family;
    packet->protocol = family == KERNEL_IPV4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
    packet->destination = *to;
    packet->hop_limit = 128;
    packet->size = ip_header_bytes(family) + ICMP_HEADER_BYTES + more_bytes;
    return packet;
}

static void icmp_send(struct host *host, struct packet *packet, const struct ip_wish *wish)
{
    struct ip_path path;
    ip_path_find(host, packet->family, &packet->destination, wish, &path);
    packet->source = path.source;
    if (path.broadcast || path.multicast) /* RFC 1122 3.2.2: the source was no single host's */
        packet_free(host->net, packet);
    else
        ip_send(host, packet, &path);
}

void icmp_tell(struct host *host, struct iface *iface, const struct packet *about, enum icmp_problem problem, uint32_t mtu_bytes)
{
    (void)iface;
    if (!may_tell(about, problem))
        return;
    struct packet *packet = icmp_new(host, about->family, &about->source, ip_header_bytes(about->family) + QUOTED_TRANSPORT_BYTES);
    const struct words *words = about->family == KERNEL_IPV4 ? words_v4 : words_v6;
    packet->icmp.type = words[problem].type;
    packet->icmp.code = words[problem].code;
    packet->icmp.word = problem == ICMP_TOO_BIG ? mtu_bytes : 0;
    packet->icmp.about.source = about->source;
    packet->icmp.about.destination = about->destination;
    packet->icmp.about.source_port = about->source_port;
    packet->icmp.about.destination_port = about->destination_port;
    packet->icmp.about.protocol = about->protocol;
    packet->icmp.about.size = (uint16_t)about->size;
    if (about->protocol == IP_PROTOCOL_TCP)
        packet->icmp.about.sequence = about->tcp.sequence;
    struct ip_wish wish = { .source = about->destination, .has_source = problem == ICMP_NO_PORT || problem == ICMP_NO_PROTOCOL };
    icmp_send(host, packet, &wish);
}

static void echo_answer(struct host *host, const struct packet *request)
{
    struct packet *reply = icmp_new(host, request->family, &request->source, request->payload.size);
    reply->icmp.type = request->family == KERNEL_IPV4 ? ICMP_ECHO_REPLY : ICMP6_ECHO_REPLY;
    reply->icmp.word = request->icmp.word;
    reply->payload = request->payload;
    if (reply->payload.chunk)
        chunk_use(reply->payload.chunk);
    struct ip_wish wish = { .source = request->destination, .has_source = !key_is_multicast(request->family, &request->destination) };
    icmp_send(host, reply, &wish);
}

/* The routers of a path say how large a packet may be (RFC 1191, RFC 8201). */
static void problem_arrives(struct host *host, uint8_t family, const struct icmp_header *icmp, enum icmp_problem problem)
{
    if (problem == ICMP_TOO_BIG)
        ip_mtu_learn(host, family, &icmp->about.destination, icmp->word);
    transport_problem(host, family, icmp, problem);
}

void icmp_arrive(struct host *host, struct iface *iface, struct packet *packet)
{
    uint8_t type = packet->icmp.type, echo = packet->family == KERNEL_IPV4 ? ICMP_ECHO : ICMP6_ECHO;
    enum icmp_problem problem;
    if (packet->family == KERNEL_IPV6 && type >= ICMP6_ND_FIRST && type <= ICMP6_ND_LAST) {
        neighbor_arrive(iface, packet);
        return;
    }
    if (packet->family == KERNEL_IPV6)
        mld_arrive(iface, packet);
    if (type == echo)
        echo_answer(host, packet);
    else if (packet->family == KERNEL_IPV4 && type == ICMP_REDIRECT)
        redirect_arrive(iface, packet);
    else if (problem_of(packet->family, &packet->icmp, &problem))
        problem_arrives(host, packet->family, &packet->icmp, problem);
    packet_free(host->net, packet);
}
