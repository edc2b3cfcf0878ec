/* The codes that finish at once: every error, size and byte-count rule of their sections, in every form of the call. */
#include "provider/case.h"

#define V6 .family = AF_INET6
#define STREAM .type = SOCK_STREAM
#define RAW .type = SOCK_RAW

/* ---- FIONBIO (ioctls reference 1.1) ---- */

#define NBIO .code = FIONBIO
static const struct io_case fionbio[] = {
    { "on", NBIO, .in = GOOD, .value = "1", .in_size = 4 },
    { "off", NBIO, .in = GOOD, .value = "0", .in_size = 4 },
    { "any nonzero value", NBIO, .in = GOOD, .value = "0x80000000", .in_size = 4 },
    { "unaligned", NBIO, .in = ODD, .value = "1", .in_size = 4 },
    { "a larger input", NBIO, .in = GOOD, .value = "1", .in_size = 100 },
    { "output not looked at", NBIO, .in = GOOD, .value = "1", .in_size = 4, .out = OUTSIDE, .out_size = 4 },
    { "output left alone", NBIO, .in = GOOD, .value = "1", .in_size = 4, .out = GOOD, .out_size = 16 },
    { "on IPv6", V6, NBIO, .in = GOOD, .value = "1", .in_size = 4 },
    { "on a stream", STREAM, NBIO, .in = GOOD, .value = "1", .in_size = 4 },
    { "on a raw socket", RAW, NBIO, .in = GOOD, .value = "1", .in_size = 4 },
    { "no input", NBIO, .in_size = 4, .error = WSAEFAULT },
    { "no input, no size", NBIO, .error = WSAEFAULT },
    { "short", NBIO, .in = GOOD, .value = "1", .in_size = 3, .error = WSAEFAULT },
    { "size 0", NBIO, .in = GOOD, .error = WSAEFAULT },
    { "not as long as claimed", NBIO, .in = CUT, .in_size = 4, .error = WSAEFAULT },
    { "unreadable", NBIO, .in = OUTSIDE, .in_size = 4, .error = WSAEFAULT },
    { "off, registered", NBIO, .in = GOOD, .value = "0", .in_size = 4, .selected = true, .error = WSAEINVAL },
    { "on, registered", NBIO, .in = GOOD, .value = "1", .in_size = 4, .selected = true },
    { "no byte count", NBIO, .in = GOOD, .value = "1", .in_size = 4, .bytes = BYTES_NULL, .error = WSAEFAULT },
    { "byte count cut", NBIO, .in = GOOD, .value = "1", .in_size = 4, .bytes = BYTES_CUT, .error = WSAEFAULT },
    { "byte count outside", NBIO, .in = GOOD, .value = "1", .in_size = 4, .bytes = BYTES_OUTSIDE, .error = WSAEFAULT },
};
/* proves: IOCTL-CALL-1, IOCTL-CALL-2, IOCTL-CALL-4, IOCTL-CALL-5, IOCTL-CALL-6, IOCTL-ERR-1, IOCTL-ERR-3, IOCTL-ERR-4,
           IOCTL-FIONBIO-7, READ-FIONBIO-1, READ-FIONBIO-2, READ-BYTES-1, READ-BYTES-3, READ-ORDER-8, READ-ORDER-9, READ-ORDER-10,
           READ-ORDER-11, READ-MODE-1, READ-MODE-3, SPI-OVL-5, SPI-CALL-1, IOCTL-OVL-7, IOCTL-OVL-8, IOCTL-OVL-16, IOCTL-OVL-17 */
PLAY(test_fionbio) { CASES(fionbio); }

/* ---- SIO_ADDRESS_LIST_QUERY (1.6) ---- */

#define LIST .code = SIO_ADDRESS_LIST_QUERY
#define LIST4 "{\"addresses\":[\"192.0.2.10\",\"198.51.100.10\"],\"offsets\":[40,56]}"
#define LIST6 "{\"addresses\":[\"2001:db8::10\",\"fe80::7%3\"],\"offsets\":[40,68]}"
static const struct io_case list_query[] = {
    { "exactly", LIST, .out = GOOD, .out_size = 72, .count = 72, .seen = LIST4 },
    { "a larger output", LIST, .out = GOOD, .out_size = 300, .count = 72, .seen = LIST4 },
    { "unaligned", LIST, .out = ODD, .out_size = 72, .count = 72, .seen = LIST4 },
    { "IPv6", V6, LIST, .out = GOOD, .out_size = 96, .count = 96, .seen = LIST6 },
    { "on a stream", STREAM, LIST, .out = GOOD, .out_size = 72, .count = 72, .seen = LIST4 },
    { "on a raw socket", RAW, LIST, .out = GOOD, .out_size = 72, .count = 72, .seen = LIST4 },
    { "input of size 0 not looked at", LIST, .in = OUTSIDE, .out = GOOD, .out_size = 72, .count = 72, .seen = LIST4 },
    { "one byte short", LIST, .out = GOOD, .out_size = 71, .error = WSAEFAULT, .count = 72 },
    { "only the head", LIST, .out = GOOD, .out_size = 8, .error = WSAEFAULT, .count = 72 },
    { "less than the head", LIST, .out = GOOD, .out_size = 7, .error = WSAEFAULT, .count = 72 },
    { "one byte", LIST, .out = GOOD, .out_size = 1, .error = WSAEFAULT, .count = 72 },
    { "size 0", LIST, .out = GOOD, .error = WSAEFAULT, .count = 72 },
    { "no output", LIST, .error = WSAEFAULT, .count = 72 },
    { "no output, but a size", LIST, .out_size = 300, .error = WSAEFAULT, .count = 72 },
    { "not as long as claimed", LIST, .out = CUT, .out_size = 72, .error = WSAEFAULT, .count = 72 },
    { "unwritable", LIST, .out = OUTSIDE, .out_size = 72, .error = WSAEFAULT, .count = 72 },
    { "IPv6, short", V6, LIST, .out = GOOD, .out_size = 95, .error = WSAEFAULT, .count = 96 },
    { "an input", LIST, .in = GOOD, .in_size = 1, .out = GOOD, .out_size = 72, .error = WSAEINVAL },
    { "an input size without a pointer", LIST, .in_size = 4, .out = GOOD, .out_size = 72, .error = WSAEINVAL },
    { "an input and a short output", LIST, .in = GOOD, .in_size = 1, .out = GOOD, .out_size = 8, .error = WSAEINVAL },
    { "no byte count", LIST, .out = GOOD, .out_size = 72, .bytes = BYTES_NULL, .error = WSAEFAULT },
    { "byte count outside", LIST, .out = GOOD, .out_size = 8, .bytes = BYTES_OUTSIDE, .error = WSAEFAULT },
};
/* proves: IOCTL-ADDRESS_LIST_QUERY-1, IOCTL-ADDRESS_LIST_QUERY-2, READ-ADDRESS_LIST_QUERY-1, READ-ADDRESS_LIST_QUERY-2, READ-ADDRESS_LIST_QUERY-3,
           READ-ADDRESS_LIST_QUERY-4, READ-ADDRESS_LIST_QUERY-5, IOCTL-ERR-2, IOCTL-ERR-5, READ-BYTES-2, READ-BYTES-4, IOCTL-OVL-4, NET-LIST-5 */
PLAY(test_address_list_query)
{
    give(world->eth1, "fe80::7/64");
    settle(me);
    CASES(list_query);
}

/* A list of none has 8 bytes; entries follow the order of interfaces, then of assignment. */
static const struct io_case empty_list[] = {
    { "no address", LIST, .out = GOOD, .out_size = 8, .count = 8, .seen = "{\"addresses\":[],\"offsets\":[]}" },
    { "no address, short", LIST, .out = GOOD, .out_size = 7, .error = WSAEFAULT, .count = 8 },
};
PLAY(test_empty_list)
{
    take(world->eth0, "192.0.2.10");
    take(world->eth1, "198.51.100.10");
    settle(me);
    CASES(empty_list);
}

/* ---- SIO_ROUTING_INTERFACE_QUERY (1.34) ---- */

#define ROUTE .code = SIO_ROUTING_INTERFACE_QUERY
#define TO(text) .in = GOOD, .value = text, .in_size = 16
#define TO6(text) .in = GOOD, .value = text, .in_size = 28
#define OUT16 .out = GOOD, .out_size = 16
#define FROM(text) .count = 16, .seen = "{\"sockaddr\":\"" text "\"}"
#define FROM6(text) .count = 28, .seen = "{\"sockaddr\":\"" text "\"}"
static const struct io_case route_query[] = {
    { "on the link", ROUTE, TO("192.0.2.77:99"), OUT16, FROM("192.0.2.10:0") },
    { "on the other link", ROUTE, TO("198.51.100.7:0"), OUT16, FROM("198.51.100.10:0") },
    { "far away", ROUTE, TO("203.0.113.9:0"), OUT16, FROM("192.0.2.10:0") },
    { "loopback", ROUTE, TO("127.0.0.1:0"), OUT16, FROM("127.0.0.1:0") },
    { "itself", ROUTE, TO("198.51.100.10:0"), OUT16, FROM("198.51.100.10:0") },
    { "unaligned", ROUTE, .in = ODD, .value = "198.51.100.7:0", .in_size = 16, .out = ODD, .out_size = 16, FROM("198.51.100.10:0") },
    { "larger buffers", ROUTE, .in = GOOD, .value = "198.51.100.7:0", .in_size = 128, .out = GOOD, .out_size = 128, FROM("198.51.100.10:0") },
    { "on a stream", STREAM, ROUTE, TO("198.51.100.7:0"), OUT16, FROM("198.51.100.10:0") },
    { "on a raw socket", RAW, ROUTE, TO("198.51.100.7:0"), OUT16, FROM("198.51.100.10:0") },
    { "IPv6 on the link", V6, ROUTE, TO6("[2001:db8::5]:7"), .out = GOOD, .out_size = 28, FROM6("[2001:db8::10]:0") },
    { "IPv6 link-local", V6, ROUTE, TO6("[fe80::1%3]:0"), .out = GOOD, .out_size = 28, FROM6("[fe80::7%3]:0") },
    { "IPv6 loopback", V6, ROUTE, TO6("[::1]:0"), .out = GOOD, .out_size = 28, FROM6("[::1]:0") },
    { "IPv6 unreachable", V6, ROUTE, TO6("[2001:db8:ffff::1]:0"), .out = GOOD, .out_size = 28, .error = WSAENETUNREACH },
    { "no input", ROUTE, .in_size = 16, OUT16, .error = WSAEFAULT },
    { "no input, no size", ROUTE, OUT16, .error = WSAEFAULT },
    { "short input", ROUTE, .in = GOOD, .value = "198.51.100.7:0", .in_size = 15, OUT16, .error = WSAEFAULT },
    { "input not as long as claimed", ROUTE, .in = CUT, .in_size = 16, OUT16, .error = WSAEFAULT },
    { "unreadable", ROUTE, .in = OUTSIDE, .in_size = 16, OUT16, .error = WSAEFAULT },
    { "IPv6, an IPv4 address", V6, ROUTE, TO("198.51.100.7:0"), .out = GOOD, .out_size = 28, .error = WSAEFAULT },
    { "IPv6, an IPv4 address with room", V6, ROUTE, TO6("198.51.100.7:0"), .out = GOOD, .out_size = 28, .error = WSAEAFNOSUPPORT },
    { "IPv4, an IPv6 address", ROUTE, TO6("[2001:db8::5]:0"), OUT16, .error = WSAEAFNOSUPPORT },
    { "no family", ROUTE, .in = GOOD, .in_size = 16, OUT16, .error = WSAEAFNOSUPPORT },
    { "wildcard", ROUTE, TO("0.0.0.0:0"), OUT16, .error = WSAEINVAL },
    { "wildcard with a port", ROUTE, TO("0.0.0.0:80"), OUT16, .error = WSAEINVAL },
    { "IPv6 wildcard", V6, ROUTE, TO6("[::]:0"), .out = GOOD, .out_size = 28, .error = WSAEINVAL },
    { "short output", ROUTE, TO("198.51.100.7:0"), .out = GOOD, .out_size = 15, .error = WSAEFAULT, .count = 16 },
    { "output of size 0", ROUTE, TO("198.51.100.7:0"), .out = GOOD, .error = WSAEFAULT, .count = 16 },
    { "no output", ROUTE, TO("198.51.100.7:0"), .error = WSAEFAULT, .count = 16 },
    { "no output, but a size", ROUTE, TO("198.51.100.7:0"), .out_size = 16, .error = WSAEFAULT, .count = 16 },
    { "output not as long as claimed", ROUTE, TO("198.51.100.7:0"), .out = CUT, .out_size = 16, .error = WSAEFAULT, .count = 16 },
    { "unwritable", ROUTE, TO("198.51.100.7:0"), .out = OUTSIDE, .out_size = 16, .error = WSAEFAULT, .count = 16 },
    { "IPv6, short output", V6, ROUTE, TO6("[::1]:0"), .out = GOOD, .out_size = 27, .error = WSAEFAULT, .count = 28 },
    { "unreachable and short", V6, ROUTE, TO6("[2001:db8:ffff::1]:0"), .out = GOOD, .out_size = 16, .error = WSAEFAULT, .count = 28 },
    { "no byte count", ROUTE, TO("198.51.100.7:0"), OUT16, .bytes = BYTES_NULL, .error = WSAEFAULT },
};
/* proves: IOCTL-ROUTING_INTERFACE_QUERY-1, IOCTL-ROUTING_INTERFACE_QUERY-6, IOCTL-ROUTING_INTERFACE_QUERY-7, READ-ROUTING_INTERFACE_QUERY-1,
           READ-ROUTING_INTERFACE_QUERY-2, IOCTL-ERR-7, NET-SOURCE-2, NET-LOOKUP-5 */
PLAY(test_routing_interface_query)
{
    give(world->eth1, "fe80::7/64");
    settle(me);
    CASES(route_query);
}

static const struct io_case nothing_reached[] = {
    { "everything is down", ROUTE, TO("198.51.100.7:0"), OUT16, .error = WSAENETDOWN },
    { "but loopback", ROUTE, TO("127.0.0.1:0"), OUT16, FROM("127.0.0.1:0") },
};
/* proves: IOCTL-ROUTING_INTERFACE_QUERY-8, NET-LOOKUP-6 */
PLAY(test_all_connectivity_lost)
{
    ck_assert(iface_media(world->eth0, false) && iface_media(world->eth1, false));
    settle(me);
    CASES(nothing_reached);
}

/* ---- SIO_GET_INTERFACE_LIST (1.20) ---- */

#define INTERFACES .code = SIO_GET_INTERFACE_LIST
#define ROW(address, netmask, broadcast, flags) "{\"address\":\"" address "\",\"netmask\":\"" netmask "\",\"broadcast\":\"" broadcast "\",\"flags\":[" flags "]}"
#define THREE                                                                                                         \
    "{\"interfaces\":[" ROW("127.0.0.1", "255.0.0.0", "0.0.0.0", "\"up\",\"loopback\",\"multicast\"") ","              \
    ROW("192.0.2.10", "255.255.255.0", "255.255.255.255", "\"up\",\"broadcast\",\"multicast\"") ","                    \
    ROW("198.51.100.10", "255.255.255.0", "255.255.255.255", "\"up\",\"broadcast\",\"multicast\"") "]}"
static const struct io_case interface_list[] = {
    { "exactly", INTERFACES, .out = GOOD, .out_size = 228, .count = 228, .seen = THREE },
    { "a larger output", INTERFACES, .out = GOOD, .out_size = 1000, .count = 228, .seen = THREE },
    { "unaligned", INTERFACES, .out = ODD, .out_size = 228, .count = 228, .seen = THREE },
    { "on a stream", STREAM, INTERFACES, .out = GOOD, .out_size = 228, .count = 228, .seen = THREE },
    { "on a raw socket", RAW, INTERFACES, .out = GOOD, .out_size = 228, .count = 228, .seen = THREE },
    { "input not looked at", INTERFACES, .in = OUTSIDE, .in_size = 8, .out = GOOD, .out_size = 228, .count = 228, .seen = THREE },
    { "one byte short", INTERFACES, .out = GOOD, .out_size = 227, .error = WSAEFAULT },
    { "room for two", INTERFACES, .out = GOOD, .out_size = 152, .error = WSAEFAULT },
    { "room for none", INTERFACES, .out = GOOD, .out_size = 75, .error = WSAEFAULT },
    { "size 0", INTERFACES, .out = GOOD, .error = WSAEFAULT },
    { "no output", INTERFACES, .error = WSAEFAULT },
    { "no output, but a size", INTERFACES, .out_size = 1000, .error = WSAEFAULT },
    { "not as long as claimed", INTERFACES, .out = CUT, .out_size = 228, .error = WSAEFAULT },
    { "unwritable", INTERFACES, .out = OUTSIDE, .out_size = 1000, .error = WSAEFAULT },
    { "IPv6", V6, INTERFACES, .out = GOOD, .out_size = 1000, .error = WSAEINVAL },
    { "IPv6 stream, short", V6, STREAM, INTERFACES, .error = WSAEINVAL },
    { "no byte count", INTERFACES, .out = GOOD, .out_size = 1000, .bytes = BYTES_NULL, .error = WSAEFAULT },
};
/* proves: IOCTL-GET_INTERFACE_LIST-1, IOCTL-GET_INTERFACE_LIST-2, IOCTL-GET_INTERFACE_LIST-3, IOCTL-GET_INTERFACE_LIST-4, IOCTL-GET_INTERFACE_LIST-5,
           READ-GET_INTERFACE_LIST-1, READ-GET_INTERFACE_LIST-2 */
PLAY(test_interface_list) { CASES(interface_list); }

/* ---- SIO_GET_BROADCAST_ADDRESS (1.17) ---- */

#define BROADCAST .code = SIO_GET_BROADCAST_ADDRESS
static const struct io_case broadcast[] = {
    { "exactly", BROADCAST, OUT16, FROM("255.255.255.255:0") },
    { "a larger output", BROADCAST, .out = GOOD, .out_size = 128, FROM("255.255.255.255:0") },
    { "unaligned", BROADCAST, .out = ODD, .out_size = 16, FROM("255.255.255.255:0") },
    { "on a raw socket", RAW, BROADCAST, OUT16, FROM("255.255.255.255:0") },
    { "input not looked at", BROADCAST, .in = OUTSIDE, .in_size = 4, OUT16, FROM("255.255.255.255:0") },
    { "short", BROADCAST, .out = GOOD, .out_size = 15, .error = WSAEFAULT, .count = 16 },
    { "size 0", BROADCAST, .out = GOOD, .error = WSAEFAULT, .count = 16 },
    { "no output", BROADCAST, .out_size = 16, .error = WSAEFAULT, .count = 16 },
    { "not as long as claimed", BROADCAST, .out = CUT, .out_size = 16, .error = WSAEFAULT, .count = 16 },
    { "unwritable", BROADCAST, .out = OUTSIDE, .out_size = 16, .error = WSAEFAULT, .count = 16 },
    { "IPv6", V6, BROADCAST, .out = GOOD, .out_size = 28, .error = WSAENOPROTOOPT },
    { "IPv6 stream", V6, STREAM, BROADCAST, .out = GOOD, .out_size = 28, .error = WSAENOPROTOOPT },
    { "stream", STREAM, BROADCAST, OUT16, .error = WSAEINVAL },
    { "stream, short", STREAM, BROADCAST, .error = WSAEINVAL },
    { "no byte count", BROADCAST, OUT16, .bytes = BYTES_NULL, .error = WSAEFAULT },
};
/* proves: READ-GET_BROADCAST_ADDRESS-1, READ-GET_BROADCAST_ADDRESS-2, IOCTL-ERR-8 */
PLAY(test_broadcast_address) { CASES(broadcast); }

/* ---- SIO_BASE_HANDLE (1.9): its answer differs from socket to socket, so success is looked at below ---- */

#define BASE .code = SIO_BASE_HANDLE
static const struct io_case base_handle[] = {
    { "short", BASE, .out = GOOD, .out_size = 7, .error = WSAEFAULT },
    { "size 0", BASE, .out = GOOD, .error = WSAEFAULT },
    { "no output", BASE, .out_size = 8, .error = WSAEFAULT },
    { "not as long as claimed", BASE, .out = CUT, .out_size = 8, .error = WSAEFAULT },
    { "unwritable", BASE, .out = OUTSIDE, .out_size = 8, .error = WSAEFAULT },
    { "IPv6 stream, short", V6, STREAM, BASE, .out = GOOD, .out_size = 4, .error = WSAEFAULT },
    { "no byte count", BASE, .out = GOOD, .out_size = 8, .bytes = BYTES_NULL, .error = WSAEFAULT },
};
/* proves: IOCTL-BASE_HANDLE-3 */
PLAY(test_base_handle_errors) { CASES(base_handle); }

/* proves: IOCTL-BASE_HANDLE-1 */
PLAY(test_base_handle)
{
    static const int kinds[][2] = { { AF_INET, SOCK_STREAM }, { AF_INET, SOCK_DGRAM }, { AF_INET, SOCK_RAW }, { AF_INET6, SOCK_STREAM }, { AF_INET6, SOCK_DGRAM }, { AF_INET6, SOCK_RAW } };
    start(me);
    for (size_t i = 0; i < 6; i++)
        for (int overlapped = 0; overlapped < 2; overlapped++) {
            int error;
            SOCKET s = open_socket(me, kinds[i][0], kinds[i][1], true), answer;
            char *out = block_of(me, 20);
            struct spi_ioctl call = { .s = s, .code = SIO_BASE_HANDLE, .out = out + 1, .out_size = 19, .bytes = NEW(me, DWORD) };
            WSAOVERLAPPED *o = call.overlapped = overlapped ? NEW(me, WSAOVERLAPPED) : NULL;
            hold(spi_ioctl(me, &call, &error) == 0, "kind %zu", i);
            memcpy(&answer, out + 1, sizeof answer);
            hold(answer == s && *call.bytes == 8 && out[0] == 0 && out[9] == 0, "kind %zu: another answer", i);
            if (o) hold(o->Internal == 0 && o->InternalHigh == 8, "kind %zu: the OVERLAPPED", i);
            call.s = answer;
            hold(spi_ioctl(me, &call, &error) == 0 && memcmp(&answer, out + 1, sizeof answer) == 0, "kind %zu: asked again", i);
        }
    int error;
    ck_assert_int_eq(spi_cleanup(me, &error), 0);
}

/* ---- the observed profile, where it differs ---- */

static const struct io_case observed[] = {
    { "unknown code", .code = 0xDEADBEEF, .plain = true, .error = WSAEOPNOTSUPP },
    { "FIOASYNC", .code = FIOASYNC, .plain = true, .error = WSAEOPNOTSUPP },
    { "no byte count", .code = 0xDEADBEEF, .bytes = BYTES_NULL, .error = WSAEFAULT },
    { "list", LIST, .out = GOOD, .out_size = 72, .count = 72, .seen = LIST4 },
    { "list, size 0", LIST, .out = GOOD, .error = WSAEFAULT, .count = 72 },
    { "list, no output", LIST, .error = WSAEFAULT, .count = 72 },
    { "list, the head", LIST, .out = GOOD, .out_size = 8, .error = WSAEFAULT, .count = 72 },
    { "list, less than the head", LIST, .out = GOOD, .out_size = 7, .error = WSAEINVAL },
    { "list, one byte", LIST, .out = GOOD, .out_size = 1, .error = WSAEINVAL },
    { "route", ROUTE, TO("127.0.0.1:0"), OUT16, FROM("127.0.0.1:0") },
    { "route, short input", ROUTE, .in = GOOD, .value = "127.0.0.1:0", .in_size = 15, OUT16, .error = WSAEINVAL, .count = BYTES_BEFORE },
    { "route, no input, no size", ROUTE, OUT16, .error = WSAEINVAL, .count = BYTES_BEFORE },
    { "route, no input", ROUTE, .in_size = 16, OUT16, .error = WSAEINVAL, .count = BYTES_BEFORE },
    { "route, family 0", ROUTE, .in = GOOD, .in_size = 16, OUT16, .error = WSAEAFNOSUPPORT, .count = BYTES_BEFORE },
    { "route, wildcard", ROUTE, TO("0.0.0.0:0"), OUT16, .error = WSAEINVAL, .count = BYTES_BEFORE },
    { "route, short output", ROUTE, TO("127.0.0.1:0"), .out = GOOD, .out_size = 15, .error = WSAEFAULT, .count = 16 },
    { "FIONBIO", NBIO, .in = GOOD, .value = "1", .in_size = 4 },
    { "FIONBIO, short", NBIO, .in = GOOD, .value = "1", .in_size = 3, .error = WSAEFAULT },
    { "FIONBIO, off, registered", NBIO, .in = GOOD, .value = "0", .in_size = 4, .selected = true, .error = WSAEINVAL },
    { "interfaces, short", INTERFACES, .out = GOOD, .out_size = 75, .error = WSAEFAULT },
};
PLAY_AS(KERNEL_OBSERVED, test_observed_profile) { CASES(observed); }

int main(void)
{
    Suite *suite = suite_create("provider/at once");
    TCase *cases = tcase_create("cases");
    tcase_set_timeout(cases, 30);
    tcase_add_test(cases, test_fionbio);
    tcase_add_test(cases, test_address_list_query);
    tcase_add_test(cases, test_empty_list);
    tcase_add_test(cases, test_routing_interface_query);
    tcase_add_test(cases, test_all_connectivity_lost);
    tcase_add_test(cases, test_interface_list);
    tcase_add_test(cases, test_broadcast_address);
    tcase_add_test(cases, test_base_handle_errors);
    tcase_add_test(cases, test_base_handle);
    tcase_add_test(cases, test_observed_profile);
    suite_add_tcase(suite, cases);
    return suite_main(suite);
}
