/*
 * The provider catalogue: the base protocols that a host of the simulator offers, as WSAPROTOCOL_INFOW entries. It picks the
 * entry for a socket as the DLL does; where none fits, the nearest is passed on, so that the provider says what is wrong.
 */
#include <string.h>

#include "ws2/private.h"

#define ENTRY_COMMON(id, name) .dwCatalogEntryId = (id), .ProtocolChain = { .ChainLen = BASE_PROTOCOL }, .iVersion = 2, .iNetworkByteOrder = BIGENDIAN, .szProtocol = name
#define PROVIDER_ID { 0x77737073, 0x696d, 0x5265, { 'f', 'e', 'r', 'e', 'n', 'c', 'e', '1' } }
#define TCP_FLAGS (XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER | XP1_GRACEFUL_CLOSE | XP1_EXPEDITED_DATA)
#define UDP_FLAGS (XP1_CONNECTIONLESS | XP1_MESSAGE_ORIENTED | XP1_SUPPORT_BROADCAST | XP1_SUPPORT_MULTIPOINT)
#define RAW_FLAGS UDP_FLAGS
#define ENTRY(id, name, family, size, type, protocol, flags, message, extra, offset)                                                     \
    { .dwServiceFlags1 = (flags), .dwProviderFlags = (extra), .ProviderId = PROVIDER_ID, ENTRY_COMMON(id, name), .iAddressFamily = (family), \
      .iMaxSockAddr = (size), .iMinSockAddr = (size), .iSocketType = (type), .iProtocol = (protocol), .iProtocolMaxOffset = (offset), .dwMessageSize = (message) }

static const WSAPROTOCOL_INFOW catalog[] = {
    ENTRY(1001, u"wspsim TCP/IP", AF_INET, 16, SOCK_STREAM, IPPROTO_TCP, TCP_FLAGS, 0, PFL_MATCHES_PROTOCOL_ZERO, 0),
    ENTRY(1002, u"wspsim UDP/IP", AF_INET, 16, SOCK_DGRAM, IPPROTO_UDP, UDP_FLAGS, 65507, PFL_MATCHES_PROTOCOL_ZERO, 0),
    ENTRY(1003, u"wspsim RAW/IP", AF_INET, 16, SOCK_RAW, 0, RAW_FLAGS, 65535, PFL_MATCHES_PROTOCOL_ZERO | PFL_HIDDEN, 255),
    ENTRY(1004, u"wspsim TCP/IPv6", AF_INET6, 28, SOCK_STREAM, IPPROTO_TCP, TCP_FLAGS, 0, PFL_MATCHES_PROTOCOL_ZERO, 0),
    ENTRY(1005, u"wspsim UDP/IPv6", AF_INET6, 28, SOCK_DGRAM, IPPROTO_UDP, UDP_FLAGS, 65527, PFL_MATCHES_PROTOCOL_ZERO, 0),
    ENTRY(1006, u"wspsim RAW/IPv6", AF_INET6, 28, SOCK_RAW, 0, RAW_FLAGS, 65535, PFL_MATCHES_PROTOCOL_ZERO | PFL_HIDDEN, 255),
};
#define CATALOG_COUNT (sizeof catalog / sizeof *catalog)

const WSAPROTOCOL_INFOW *catalog_entry(size_t index) { return index < CATALOG_COUNT ? &catalog[index] : NULL; }

static bool protocol_matches(const WSAPROTOCOL_INFOW *entry, int protocol)
{
    if (protocol == 0) return (entry->dwProviderFlags & PFL_MATCHES_PROTOCOL_ZERO) != 0;
    return protocol >= entry->iProtocol && protocol <= entry->iProtocol + entry->iProtocolMaxOffset;
}

const WSAPROTOCOL_INFOW *catalog_match(int family, int type, int protocol)
{
    const WSAPROTOCOL_INFOW *best = &catalog[0];
    int best_score = -1;
    for (size_t i = 0; i < CATALOG_COUNT; i++) {
        bool family_fits = family == 0 || family == catalog[i].iAddressFamily;
        bool type_fits = type == 0 || type == catalog[i].iSocketType;
        int score = (family_fits ? 4 : 0) + (type_fits ? 2 : 0) + (protocol_matches(&catalog[i], protocol) ? 1 : 0);
        if (score > best_score) { best = &catalog[i]; best_score = score; }
    }
    return best;
}
