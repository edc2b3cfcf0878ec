/*
 * The provider catalogue of a process: the base protocols of a host, and, where layers stand above them, a chain for each base
 * protocol and an entry for each layer, as WSAPROTOCOL_INFOW (SPI reference 16). Chains stand first, as installers of layers
 * order them, so that a program gets one without knowing. It picks the entry for a socket as the DLL does; where none fits, the
 * nearest is passed on, so that the provider says what is wrong.
 */
#include <stdlib.h>
#include <string.h>

#include "ws2/decode.h"
#include "ws2/private.h"

#define ENTRY_COMMON(id, name) .dwCatalogEntryId = (id), .ProtocolChain = { .ChainLen = BASE_PROTOCOL }, .iVersion = 2, .iNetworkByteOrder = BIGENDIAN, .szProtocol = name
#define PROVIDER_ID { 0x77737073, 0x696d, 0x5265, { 'f', 'e', 'r', 'e', 'n', 'c', 'e', '1' } }
#define TCP_FLAGS (XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER | XP1_GRACEFUL_CLOSE | XP1_EXPEDITED_DATA)
#define UDP_FLAGS (XP1_CONNECTIONLESS | XP1_MESSAGE_ORIENTED | XP1_SUPPORT_BROADCAST | XP1_SUPPORT_MULTIPOINT)
#define RAW_FLAGS UDP_FLAGS
#define ENTRY(id, name, family, size, type, protocol, flags, message, extra, offset)                                                     \
    { .dwServiceFlags1 = (flags), .dwProviderFlags = (extra), .ProviderId = PROVIDER_ID, ENTRY_COMMON(id, name), .iAddressFamily = (family), \
      .iMaxSockAddr = (size), .iMinSockAddr = (size), .iSocketType = (type), .iProtocol = (protocol), .iProtocolMaxOffset = (offset), .dwMessageSize = (message) }

#define FIRST_LAYER 2001 /* ids of layers, top first */
#define FIRST_CHAIN 3001 /* ids of chains, in the order of the base protocols */

static const WSAPROTOCOL_INFOW base[] = {
    ENTRY(1001, u"wspsim TCP/IP", AF_INET, 16, SOCK_STREAM, IPPROTO_TCP, TCP_FLAGS, 0, PFL_MATCHES_PROTOCOL_ZERO, 0),
    ENTRY(1002, u"wspsim UDP/IP", AF_INET, 16, SOCK_DGRAM, IPPROTO_UDP, UDP_FLAGS, 65507, PFL_MATCHES_PROTOCOL_ZERO, 0),
    ENTRY(1003, u"wspsim RAW/IP", AF_INET, 16, SOCK_RAW, 0, RAW_FLAGS, 65535, PFL_MATCHES_PROTOCOL_ZERO | PFL_HIDDEN, 255),
    ENTRY(1004, u"wspsim TCP/IPv6", AF_INET6, 28, SOCK_STREAM, IPPROTO_TCP, TCP_FLAGS, 0, PFL_MATCHES_PROTOCOL_ZERO, 0),
    ENTRY(1005, u"wspsim UDP/IPv6", AF_INET6, 28, SOCK_DGRAM, IPPROTO_UDP, UDP_FLAGS, 65527, PFL_MATCHES_PROTOCOL_ZERO, 0),
    ENTRY(1006, u"wspsim RAW/IPv6", AF_INET6, 28, SOCK_RAW, 0, RAW_FLAGS, 65535, PFL_MATCHES_PROTOCOL_ZERO | PFL_HIDDEN, 255),
};
#define BASE_COUNT (sizeof base / sizeof *base)

/* ---- making it ---- */

static void wide(WCHAR *to, size_t room, const char *text)
{
    size_t length = 0;
    while (to[length]) length++;
    for (; *text && length + 1 < room; text++) to[length++] = (WCHAR)(unsigned char)*text;
    to[length] = 0;
}

static GUID layer_id(unsigned level)
{
    return (GUID){ 0x77737073, 0x696d, 0x4c61, { 'y', 'e', 'r', 0, 0, 0, 0, (unsigned char)(level + 1) } };
}

static WSAPROTOCOL_INFOW chain_over(const struct process *process, size_t index)
{
    WSAPROTOCOL_INFOW entry = base[index];
    unsigned count = process->layer_count;
    entry.dwCatalogEntryId = (DWORD)(FIRST_CHAIN + index);
    entry.ProviderId = layer_id(0);
    if (process->layers[0].ifs) entry.dwServiceFlags1 |= XP1_IFS_HANDLES;
    entry.ProtocolChain.ChainLen = (int)count;
    for (unsigned level = 0; level + 1 < count; level++) entry.ProtocolChain.ChainEntries[level] = FIRST_LAYER + level;
    entry.ProtocolChain.ChainEntries[count - 1] = base[index].dwCatalogEntryId;
    memset(entry.szProtocol, 0, sizeof entry.szProtocol);
    wide(entry.szProtocol, WSAPROTOCOL_LEN + 1, process->layers[0].name);
    wide(entry.szProtocol, WSAPROTOCOL_LEN + 1, " over ");
    for (size_t i = 0, at = strlen(process->layers[0].name) + 6; base[index].szProtocol[i] && at < WSAPROTOCOL_LEN; i++, at++) entry.szProtocol[at] = base[index].szProtocol[i];
    return entry;
}

/* The layer by itself: never used for a socket. */
static WSAPROTOCOL_INFOW layer_alone(const struct process *process, unsigned level)
{
    WSAPROTOCOL_INFOW entry = base[0];
    entry.dwCatalogEntryId = FIRST_LAYER + level;
    entry.ProviderId = layer_id(level);
    entry.dwProviderFlags = PFL_HIDDEN;
    entry.ProtocolChain = (WSAPROTOCOLCHAIN){ .ChainLen = LAYERED_PROTOCOL };
    if (process->layers[level].ifs) entry.dwServiceFlags1 |= XP1_IFS_HANDLES;
    memset(entry.szProtocol, 0, sizeof entry.szProtocol);
    wide(entry.szProtocol, WSAPROTOCOL_LEN + 1, process->layers[level].name);
    return entry;
}

static bool installed(const struct process *process, size_t index) { return !(base[index].iAddressFamily == AF_INET ? process->without_ipv4 : process->without_ipv6); }

void catalog_make(struct process *process)
{
    unsigned above = process->layer_count - 1;
    WSAPROTOCOL_INFOW *entry = process->catalog = memory_grow(NULL, (2 * BASE_COUNT + above) * sizeof *entry);
    for (size_t i = 0; above && i < BASE_COUNT; i++)
        if (installed(process, i)) *entry++ = chain_over(process, i);
    for (size_t i = 0; i < BASE_COUNT; i++)
        if (installed(process, i)) *entry++ = base[i];
    for (unsigned level = 0; level < above; level++) *entry++ = layer_alone(process, level);
    process->catalog_count = (size_t)(entry - process->catalog);
}

/* ---- looking into it ---- */

const WSAPROTOCOL_INFOW *catalog_entry(size_t index) { return index < BASE_COUNT ? &base[index] : NULL; }

const WSAPROTOCOL_INFOW *catalog_by_id(const struct process *process, DWORD id)
{
    for (size_t i = 0; i < process->catalog_count; i++)
        if (process->catalog[i].dwCatalogEntryId == id) return &process->catalog[i];
    return NULL;
}

const WSAPROTOCOL_INFOW *catalog_by_provider(const struct process *process, const GUID *provider)
{
    for (size_t i = 0; i < process->catalog_count; i++)
        if (memcmp(&process->catalog[i].ProviderId, provider, sizeof *provider) == 0) return &process->catalog[i];
    return NULL;
}

DWORD catalog_layer(unsigned level) { return FIRST_LAYER + level; }

unsigned catalog_level(const struct process *process, DWORD id)
{
    if (id >= base[0].dwCatalogEntryId && id < base[0].dwCatalogEntryId + BASE_COUNT) return process->layer_count - 1;
    return id >= FIRST_LAYER && id < FIRST_LAYER + process->layer_count - 1 ? id - FIRST_LAYER : 0;
}

bool catalog_has_family(const struct process *process, int family)
{
    for (size_t i = 0; i < process->catalog_count; i++)
        if (process->catalog[i].ProtocolChain.ChainLen != LAYERED_PROTOCOL && (family == 0 || process->catalog[i].iAddressFamily == family)) return true;
    return false;
}

static bool protocol_matches(const WSAPROTOCOL_INFOW *entry, int protocol)
{
    if (protocol == 0) return (entry->dwProviderFlags & PFL_MATCHES_PROTOCOL_ZERO) != 0;
    return protocol >= entry->iProtocol && protocol <= entry->iProtocol + entry->iProtocolMaxOffset;
}

const WSAPROTOCOL_INFOW *catalog_match(const struct process *process, int family, int type, int protocol)
{
    const WSAPROTOCOL_INFOW *best = &process->catalog[0];
    int best_score = -1;
    for (size_t i = 0; i < process->catalog_count; i++) {
        const WSAPROTOCOL_INFOW *entry = &process->catalog[i];
        bool family_fits = family == 0 || family == entry->iAddressFamily;
        bool type_fits = type == 0 || type == entry->iSocketType;
        int score = (family_fits ? 4 : 0) + (type_fits ? 2 : 0) + (protocol_matches(entry, protocol) ? 1 : 0);
        if (entry->ProtocolChain.ChainLen == LAYERED_PROTOCOL) continue;
        if (score > best_score) { best = entry; best_score = score; }
    }
    return best;
}

/* ---- telling of it ---- */

static struct value *entry_value(struct arena *arena, const WSAPROTOCOL_INFOW *entry)
{
    char name[WSAPROTOCOL_LEN + 1];
    size_t length = 0;
    for (; length < WSAPROTOCOL_LEN && entry->szProtocol[length]; length++) name[length] = (char)entry->szProtocol[length];
    name[length] = 0;
    return value_add(decode_protocol_info(arena, entry, sizeof *entry), "name", value_text(arena, name));
}

struct value *process_catalog(const struct process *process, struct arena *arena)
{
    struct value *list = value_new(arena, VALUE_LIST);
    for (size_t i = 0; i < process->catalog_count; i++) value_add(list, NULL, entry_value(arena, &process->catalog[i]));
    return list;
}

void catalog_rows(const struct process *process)
{
    struct trace *trace = process->ws2->trace;
    struct arena *arena = arena_new();
    for (size_t i = 0; process->layer_count > 1 && i < process->catalog_count; i++) {
        const struct value *entry = entry_value(arena, &process->catalog[i]);
        if (!trace_begin(trace, LAYER_SPI, "catalog.entry", NULL, process->name)) continue;
        value_trace(trace, "is", entry);
        trace_end(trace);
    }
    arena_free(arena);
}

/* ---- ws2spi.h: what a layer asks to find its place in its chain ---- */

int WSPAPI WSCEnumProtocols(LPINT protocols, LPWSAPROTOCOL_INFOW buffer, LPDWORD size, LPINT error)
{
    const struct process *process = process_running();
    size_t count = 0;
    DWORD room = buffer ? *size : 0, needed = 0;
    for (size_t i = 0; i < process->catalog_count; i++) {
        const int *wanted = protocols;
        while (wanted && *wanted && *wanted != process->catalog[i].iProtocol) wanted++;
        if (wanted && !*wanted) continue;
        needed += (DWORD)sizeof *buffer;
        if (needed <= room) buffer[count] = process->catalog[i];
        count++;
    }
    *size = needed;
    if (needed <= room) return (int)count;
    *error = WSAENOBUFS;
    return SOCKET_ERROR;
}
