/* Socket options: what each type of socket has, what it says, and the arguments. */
#include "provider/sockets.h"

#define BAD(error) (-(int64_t)(error))
enum { TCP, UDP, RAW, TYPES };
static const int types[TYPES] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW };

static SOCKET open_raw(struct thread *me, int family)
{
    int error;
    SOCKET s = spi_socket(me, &(struct spi_socket){ .family = family, .type = SOCK_RAW, .protocol = IPPROTO_ICMP }, &error);
    ck_assert(s != INVALID_SOCKET);
    return s;
}

static SOCKET open_type(struct thread *me, int family, int type) { return types[type] == SOCK_RAW ? open_raw(me, family) : open_socket(me, family, types[type], false); }

/* What a get says on a fresh socket of IPv4 (SPI reference 11.1 to 11.3). */
#define ANY INT64_MIN /* it is there, with whatever value */
static const struct { int level, name; const char *what; int64_t seen[TYPES]; } fresh[] = {
#define ROW(level, name, tcp, udp, raw) { level, name, #name, { tcp, udp, raw } }
    ROW(SOL_SOCKET, SO_ACCEPTCONN, 0, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(SOL_SOCKET, SO_BROADCAST, 0, 0, 0),
    ROW(SOL_SOCKET, SO_CONDITIONAL_ACCEPT, 0, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(SOL_SOCKET, SO_CONNECT_TIME, 0xFFFFFFFF, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(SOL_SOCKET, SO_DEBUG, 0, 0, 0),
    ROW(SOL_SOCKET, SO_DONTLINGER, 1, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(SOL_SOCKET, SO_DONTROUTE, 0, 0, 0),
    ROW(SOL_SOCKET, SO_ERROR, 0, 0, 0),
    ROW(SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 0, 0, 0),
    ROW(SOL_SOCKET, SO_GROUP_ID, 0, 0, 0),
    ROW(SOL_SOCKET, SO_KEEPALIVE, 0, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(SOL_SOCKET, SO_LINGER, 0, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(SOL_SOCKET, SO_MAX_MSG_SIZE, BAD(WSAENOPROTOOPT), 65507, ANY),
    ROW(SOL_SOCKET, SO_OOBINLINE, 0, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(SOL_SOCKET, SO_RCVBUF, 65536, 65536, 65536),
    ROW(SOL_SOCKET, SO_SNDBUF, 65536, 65536, 65536),
    ROW(SOL_SOCKET, SO_RCVTIMEO, 0, 0, 0),
    ROW(SOL_SOCKET, SO_SNDTIMEO, 0, 0, 0),
    ROW(SOL_SOCKET, SO_REUSEADDR, 0, 0, 0),
    ROW(SOL_SOCKET, SO_TYPE, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW),
    ROW(SOL_SOCKET, SO_RCVLOWAT, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(SOL_SOCKET, SO_SNDLOWAT, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(SOL_SOCKET, SO_USELOOPBACK, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(IPPROTO_TCP, TCP_NODELAY, 0, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(IPPROTO_TCP, TCP_KEEPIDLE, 7200, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(IPPROTO_TCP, TCP_KEEPINTVL, 1, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(IPPROTO_TCP, TCP_KEEPCNT, 10, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(IPPROTO_TCP, TCP_EXPEDITED_1122, 0, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(IPPROTO_TCP, TCP_BSDURGENT, 1, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(IPPROTO_UDP, UDP_NOCHECKSUM, BAD(WSAENOPROTOOPT), 0, BAD(WSAENOPROTOOPT)),
    ROW(IPPROTO_IP, IP_TOS, 0, 0, 0),
    ROW(IPPROTO_IP, IP_TTL, 128, 128, 128),
    ROW(IPPROTO_IP, IP_DONTFRAGMENT, 1, 0, 0),
    ROW(IPPROTO_IP, IP_UNICAST_IF, 0, 0, 0),
    ROW(IPPROTO_IP, IP_IFLIST, 0, 0, 0),
    ROW(IPPROTO_IP, IP_USER_MTU, ANY, ANY, ANY),
    ROW(IPPROTO_IP, IP_HDRINCL, BAD(WSAEINVAL), BAD(WSAEINVAL), 0),
    ROW(IPPROTO_IP, IP_MULTICAST_IF, BAD(WSAEINVAL), 0, 0),
    ROW(IPPROTO_IP, IP_MULTICAST_TTL, BAD(WSAEINVAL), 1, 1),
    ROW(IPPROTO_IP, IP_MULTICAST_LOOP, BAD(WSAEINVAL), 1, 1),
    ROW(IPPROTO_IP, IP_ADD_MEMBERSHIP, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(IPPROTO_IP, IP_DROP_MEMBERSHIP, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(IPPROTO_IP, IP_PKTINFO, BAD(WSAEINVAL), 0, 0),
    ROW(IPPROTO_IP, IP_RECVTTL, BAD(WSAEINVAL), 0, 0),
    ROW(IPPROTO_IP, IP_RECVTOS, BAD(WSAEINVAL), 0, 0),
    ROW(IPPROTO_IP, IP_RECEIVE_BROADCAST, BAD(WSAEINVAL), ANY, ANY),
    ROW(IPPROTO_IP, IP_RECVIF, BAD(WSAEINVAL), 0, 0),
    ROW(IPPROTO_IP, IP_RECVDSTADDR, BAD(WSAEINVAL), 0, 0),
    ROW(IPPROTO_IP, IP_ECN, BAD(WSAEINVAL), 0, 0),
    ROW(IPPROTO_IP, IP_ORIGINAL_ARRIVAL_IF, BAD(WSAEINVAL), 0, 0),
    ROW(IPPROTO_IP, IP_RECVERR, BAD(WSAEINVAL), 0, BAD(WSAEINVAL)),
    ROW(IPPROTO_IP, IP_MTU, BAD(WSAENOTCONN), BAD(WSAENOTCONN), BAD(WSAENOTCONN)),
    ROW(IPPROTO_IP, IP_MTU_DISCOVER, ANY, ANY, ANY),
    ROW(IPPROTO_IP, IP_GET_IFLIST, BAD(WSAEINVAL), BAD(WSAEINVAL), BAD(WSAEINVAL)),
    ROW(IPPROTO_IP, -1, BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT), BAD(WSAENOPROTOOPT)),
    ROW(IPPROTO_IPV6, IPV6_V6ONLY, BAD(WSAEINVAL), BAD(WSAEINVAL), BAD(WSAEINVAL)),
    ROW(0x8000, 1, BAD(WSAEINVAL), BAD(WSAEINVAL), BAD(WSAEINVAL)),
    ROW(-1, 1, BAD(WSAEINVAL), BAD(WSAEINVAL), BAD(WSAEINVAL)),
};

/* proves: SPI-OPTION-2, SPI-OPTION-5, SPI-OPTION-8, SPI-OPTION-9, SPI-OPTION-10 */
PLAY(test_fresh)
{
    start(me);
    for (int type = 0; type < TYPES; type++) {
        SOCKET s = open_type(me, AF_INET, type);
        for (size_t i = 0; i < sizeof fresh / sizeof *fresh; i++) {
            int64_t seen = gets(me, s, fresh[i].level, fresh[i].name), wanted = fresh[i].seen[type];
            hold(wanted == ANY ? seen >= 0 : seen == wanted, "%s on type %d: %lld", fresh[i].what, types[type], (long long)seen);
        }
    }
    ends(me);
}

PLAY(test_ipv6)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET6, SOCK_DGRAM, false), t = open_socket(me, AF_INET6, SOCK_STREAM, false);
    ck_assert_int_eq(gets(me, t, IPPROTO_IPV6, IPV6_V6ONLY), 1);
    ck_assert_int_eq(gets(me, s, IPPROTO_IPV6, IPV6_UNICAST_HOPS), 128);
    ck_assert_int_eq(gets(me, s, IPPROTO_IPV6, IPV6_MULTICAST_HOPS), 1);
    ck_assert_int_eq(gets(me, t, IPPROTO_IPV6, IPV6_MULTICAST_HOPS), BAD(WSAEINVAL));
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_DONTROUTE), BAD(WSAENOPROTOOPT));
    ck_assert_int_eq(gets(me, s, IPPROTO_IP, IP_TTL), BAD(WSAEINVAL));
    ck_assert_int_eq(gets(me, s, IPPROTO_UDP, UDP_NOCHECKSUM), BAD(WSAENOPROTOOPT));
    ck_assert_int_eq(gets(me, s, IPPROTO_IPV6, IPV6_PROTECTION_LEVEL), 0xFFFFFFFF);
    ck_assert_int_eq(sets(me, s, IPPROTO_IPV6, IPV6_PROTECTION_LEVEL, 10), 0);
    ck_assert_int_eq(gets(me, s, IPPROTO_IPV6, IPV6_PROTECTION_LEVEL), 10);
    ends(me);
}

/* proves: SPI-OPTION-1, SPI-OPTION-6, SPI-OPTION-7 */
PLAY(test_setting)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, false), d = open_socket(me, AF_INET, SOCK_DGRAM, false);
    static const struct { int level, name; DWORD value; int64_t after; } values[] = {
        { SOL_SOCKET, SO_RCVBUF, 4096, 4096 }, { SOL_SOCKET, SO_RCVBUF, 0, 0 }, { SOL_SOCKET, SO_SNDBUF, 4096, 4096 }, { SOL_SOCKET, SO_RCVTIMEO, 63000, 63000 },
        { SOL_SOCKET, SO_SNDTIMEO, 997000, 997000 }, { SOL_SOCKET, SO_KEEPALIVE, 77, 1 }, { SOL_SOCKET, SO_OOBINLINE, 0x100, 1 }, { SOL_SOCKET, SO_DEBUG, 5, 1 },
        { SOL_SOCKET, SO_DEBUG, 0, 0 }, { IPPROTO_TCP, TCP_NODELAY, 2, 1 }, { IPPROTO_TCP, TCP_KEEPIDLE, 3600, 3600 }, { IPPROTO_TCP, TCP_KEEPCNT, 5, 5 },
        { IPPROTO_TCP, TCP_KEEPINTVL, 5, 5 }, { IPPROTO_TCP, TCP_EXPEDITED_1122, 1, 1 }, { IPPROTO_TCP, TCP_BSDURGENT, 1, 1 }, { IPPROTO_IP, IP_TTL, 5, 5 },
        { IPPROTO_IP, IP_DONTFRAGMENT, 0xdead, 1 }, { IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT, IP_PMTUDISC_DONT },
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        hold(sets(me, s, values[i].level, values[i].name, values[i].value) == 0, "row %zu", i);
        hold(gets(me, s, values[i].level, values[i].name) == values[i].after, "row %zu: %lld", i, (long long)gets(me, s, values[i].level, values[i].name));
    }
    ck_assert_int_eq(gets(me, s, IPPROTO_TCP, TCP_EXPEDITED_1122), 0); /* the other of the two modes */
    static const int only_read[] = { SO_ACCEPTCONN, SO_ERROR, SO_TYPE, SO_CONNECT_TIME };
    for (size_t i = 0; i < 4; i++) hold(sets(me, s, SOL_SOCKET, only_read[i], 1) == WSAENOPROTOOPT, "option %x", (unsigned)only_read[i]);
    ck_assert_int_eq(sets(me, s, IPPROTO_IP, IP_MTU_DISCOVER, 0), WSAEINVAL);
    ck_assert_int_eq(sets(me, s, IPPROTO_IP, IP_TTL, 256), WSAEINVAL);
    ck_assert_int_eq(sets(me, d, SOL_SOCKET, SO_REUSEADDR, 1), 0);
    ck_assert_int_eq(sets(me, d, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), WSAEINVAL);
    ck_assert_int_eq(sets(me, d, SOL_SOCKET, SO_REUSEADDR, 0), 0);
    ck_assert_int_eq(sets(me, d, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), 0);
    ck_assert_int_eq(sets(me, d, SOL_SOCKET, SO_REUSEADDR, 1), WSAEINVAL);
    static const struct linger lingers[] = { { 0, 0 }, { 0, 73 }, { 1, 0 }, { 5, 189 } };
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(sets_option(me, s, SOL_SOCKET, SO_LINGER, &lingers[i], sizeof lingers[i]), 0);
        hold(gets(me, s, SOL_SOCKET, SO_LINGER) == (lingers[i].l_onoff != 0) + (lingers[i].l_linger << 16), "linger %zu", i);
        hold(gets(me, s, SOL_SOCKET, SO_DONTLINGER) == !lingers[i].l_onoff, "linger %zu", i);
    }
    ck_assert_int_eq(sets(me, s, SOL_SOCKET, SO_DONTLINGER, 1), 0);
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_LINGER), 189 << 16);
    ends(me);
}

/* proves: SPI-OPTION-3 */
PLAY(test_arguments)
{
    int error, *size = NEW(me, int);
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, false);
    char *value = block_of(me, 8), *outside = memory_outside(world->process);
    ck_assert(spi_set_option(me, s, SOL_SOCKET, SO_KEEPALIVE, NULL, 4, &error) != 0 && error == WSAEFAULT);
    ck_assert(spi_set_option(me, s, SOL_SOCKET, SO_KEEPALIVE, outside, 4, &error) != 0 && error == WSAEFAULT);
    ck_assert(spi_set_option(me, s, SOL_SOCKET, SO_KEEPALIVE, value, 3, &error) != 0 && error == WSAEFAULT);
    ck_assert(spi_set_option(me, s, SOL_SOCKET, SO_KEEPALIVE, value, -1, &error) != 0 && error == WSAEFAULT);
    ck_assert(spi_set_option(me, s, SOL_SOCKET, SO_LINGER, value, 3, &error) != 0 && error == WSAEFAULT);
    ck_assert_int_eq(spi_set_option(me, s, SOL_SOCKET, SO_KEEPALIVE, value, 8, &error), 0);
    const struct { char *value; int *size; int given; } gets[] = { { NULL, size, 4 }, { outside, size, 4 }, { value, NULL, 4 }, { value, size, 3 }, { value, size, 0 }, { value, size, -4 }, { value, size, 9 } };
    for (size_t i = 0; i < sizeof gets / sizeof *gets; i++) {
        *size = gets[i].given;
        hold(spi_get_option(me, s, SOL_SOCKET, SO_ERROR, gets[i].value, gets[i].size, &error) != 0 && error == WSAEFAULT, "get %zu", i);
    }
    *size = 8;
    ck_assert(spi_get_option(me, s, SOL_SOCKET, SO_TYPE, value, size, &error) == 0 && *size == 4);
    *size = 100;
    char *info = block_of(me, 2000);
    ck_assert(spi_get_option(me, s, SOL_SOCKET, SO_PROTOCOL_INFOW, info, size, &error) != 0 && error == WSAEFAULT && *size == sizeof(WSAPROTOCOL_INFOW));
    ck_assert(spi_get_option(me, s, SOL_SOCKET, SO_PROTOCOL_INFOW, info, size, &error) == 0 && *size == sizeof(WSAPROTOCOL_INFOW));
    ck_assert_int_eq(((WSAPROTOCOL_INFOW *)(void *)info)->iSocketType, SOCK_STREAM);
    *size = 2000;
    ck_assert(spi_get_option(me, s, SOL_SOCKET, SO_PROTOCOL_INFOA, info, size, &error) == 0 && *size == sizeof(WSAPROTOCOL_INFOA));
    ck_assert_int_eq(((WSAPROTOCOL_INFOA *)(void *)info)->iProtocol, IPPROTO_TCP);
    ck_assert_int_eq(binds(me, s, "192.0.2.10:80"), 0);
    *size = 2000;
    ck_assert(spi_get_option(me, s, SOL_SOCKET, SO_BSP_STATE, info, size, &error) == 0 && *size == (int)sizeof(CSADDR_INFO) + 32);
    const CSADDR_INFO *state = (const CSADDR_INFO *)(const void *)info;
    char text[SOCKADDR_TEXT];
    sockaddr_text(state->LocalAddr.lpSockaddr, (size_t)state->LocalAddr.iSockaddrLength, text);
    ck_assert_str_eq(text, "192.0.2.10:80");
    ck_assert(spi_get_option(me, INVALID_SOCKET, SOL_SOCKET, SO_TYPE, NULL, NULL, &error) != 0 && error == WSAENOTSOCK);
    ends(me);
}

PLAY_AS(KERNEL_OBSERVED, test_windows)
{
    int error, *size = NEW(me, int);
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, false);
    char *value = block_of(me, 8);
    *value = 1;
    ck_assert_int_eq(spi_set_option(me, s, SOL_SOCKET, SO_OOBINLINE, value, 1, &error), 0);
    *size = 2;
    ck_assert(spi_get_option(me, s, SOL_SOCKET, SO_OOBINLINE, value, size, &error) == 0 && *size == 1 && *value == 1);
    ends(me);
}

/* proves: SPI-OPTION-4 */
PLAY(test_of_a_connection)
{
    start(me);
    struct pair pair = pair_open(me, false);
    ck_assert_int_eq(gets(me, pair.client, SOL_SOCKET, SO_CONNECT_TIME), 0);
    nap(me, 3 * SECOND);
    ck_assert_int_eq(gets(me, pair.server, SOL_SOCKET, SO_CONNECT_TIME), 3);
    ck_assert_int_gt(gets(me, pair.client, IPPROTO_IP, IP_MTU), 1000);
    reset_close(me, pair.client);
    settle(me);
    ck_assert_int_eq(sets(me, pair.server, SOL_SOCKET, SO_KEEPALIVE, 1), WSAENOTCONN);
    SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, false);
    nonblocking(me, s, 1);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9"), WSAEWOULDBLOCK);
    ck_assert_int_eq(sets(me, s, SOL_SOCKET, SO_KEEPALIVE, 1), WSAEINVAL);
    nap(me, 10 * SECOND);
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_ERROR), WSAECONNREFUSED);
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_ERROR), 0);
    ends(me);
}

PLAY(test_groups)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false), t = open_socket(me, AF_INET, SOCK_STREAM, false);
    IP_MREQ request = { 0 };
    struct kernel_address group = at("239.1.2.3"), own = at("198.51.100.10"), foreign = at("198.51.100.99");
    memcpy(&request.imr_multiaddr, group.bytes, 4);
    memcpy(&request.imr_interface, own.bytes, 4);
    ck_assert_int_eq(binds(me, s, "0.0.0.0:5000"), 0);
    ck_assert_int_eq(sets_option(me, s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request), 0);
    ck_assert_int_eq(sets_option(me, s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request), WSAEADDRNOTAVAIL);
    ck_assert_int_eq(sets_option(me, s, IPPROTO_IP, IP_MULTICAST_IF, own.bytes, 4), 0);
    DWORD kept;
    memcpy(&kept, own.bytes, 4);
    ck_assert_int_eq(gets(me, s, IPPROTO_IP, IP_MULTICAST_IF), (int64_t)kept); /* as it was set */
    ck_assert_int_eq(sets_option(me, s, IPPROTO_IP, IP_MULTICAST_IF, foreign.bytes, 4), WSAEADDRNOTAVAIL);
    ck_assert_int_eq(sends_to(me, s, "all", "239.1.2.3:5000"), 0);
    settle(me);
    ck_assert_str_eq(receives(me, s, 10), "all");
    ck_assert_int_eq(sets(me, s, IPPROTO_IP, IP_MULTICAST_LOOP, 0), 0);
    ck_assert_int_eq(sends_to(me, s, "not me", "239.1.2.3:5000"), 0);
    settle(me);
    nonblocking(me, s, 1);
    ck_assert_str_eq(receives(me, s, 10), "error 10035");
    ck_assert_int_eq(sets_option(me, s, IPPROTO_IP, IP_DROP_MEMBERSHIP, &request, sizeof request), 0);
    ck_assert_int_eq(sets_option(me, s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, 7), WSAEFAULT);
    ck_assert_int_eq(sets_option(me, t, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request), WSAENOPROTOOPT);
    ends(me);
}

PLAY(test_join_leaf)
{
    int error;
    start(me);
    SOCKET plain = open_socket(me, AF_INET, SOCK_DGRAM, false);
    SOCKET leaf = spi_socket(me, &(struct spi_socket){ .family = AF_INET, .type = SOCK_DGRAM, .flags = WSA_FLAG_MULTIPOINT_C_LEAF | WSA_FLAG_MULTIPOINT_D_LEAF }, &error);
    struct spi_connect call = { .s = plain, .name = sockaddr_at(me, "239.1.2.3:5000"), .size = 16 };
    ck_assert(spi_join_leaf(me, &call, JL_BOTH, &error) == INVALID_SOCKET && error == WSAEINVAL); /* without multipoint flags */
    call.s = leaf;
    ck_assert(spi_join_leaf(me, &call, 3, &error) == INVALID_SOCKET && error == WSAEINVAL);
    ck_assert_int_eq(binds(me, leaf, "0.0.0.0:5000"), 0);
    HANDLE event = chooses(world, me, leaf, FD_CONNECT);
    ck_assert_uint_eq(spi_join_leaf(me, &call, JL_BOTH, &error), leaf);
    ck_assert_int_eq(recorded(me, leaf, event, 0, NULL), FD_CONNECT);
    ck_assert_int_eq(sends_to(me, plain, "to all", "239.1.2.3:5000"), 0);
    settle(me);
    ck_assert_str_eq(receives(me, leaf, 10), "to all");
    call.name = sockaddr_at(me, "192.0.2.99:5000");
    ck_assert(spi_join_leaf(me, &call, JL_BOTH, &error) == INVALID_SOCKET && error == WSAEADDRNOTAVAIL);
    ends(me);
}

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *tests = tcase_create("options");
    tcase_add_test(tests, test_fresh);
    tcase_add_test(tests, test_ipv6);
    tcase_add_test(tests, test_setting);
    tcase_add_test(tests, test_arguments);
    tcase_add_test(tests, test_windows);
    tcase_add_test(tests, test_of_a_connection);
    tcase_add_test(tests, test_groups);
    tcase_add_test(tests, test_join_leaf);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
