/* The codes with one structure in or out: handles, scaling, port reservations, compatibility, quality of service; every error, size and
   byte-count rule of their sections, in every form of the call. */
#include "provider/case.h"

#include <qossp.h>

#define V6 .family = AF_INET6
#define STREAM .type = SOCK_STREAM
#define RAW .type = SOCK_RAW
#define PORTS "0x00018813" /* 5000 in network order, one of them */

/* ---- SIO_BSP_HANDLE, SIO_BSP_HANDLE_SELECT, SIO_QUERY_PNP_TARGET_HANDLE (1.10, 1.11, 1.30) ---- */

#define HANDLE_CASES(name)                                                                                       \
    { "no output", .code = name, .error = WSAEFAULT }, { "no output, but a size", .code = name, .out_size = 8, .error = WSAEFAULT }, \
    { "short", .code = name, .out = GOOD, .out_size = 7, .error = WSAEFAULT }, { "cut", .code = name, .out = CUT, .out_size = 8, .error = WSAEFAULT }, \
    { "unwritable", .code = name, .out = OUTSIDE, .out_size = 8, .error = WSAEFAULT }, \
    { "no byte count", .code = name, .out = GOOD, .out_size = 8, .bytes = BYTES_NULL, .error = WSAEFAULT }
static const struct io_case handles[] = { HANDLE_CASES(SIO_BSP_HANDLE), HANDLE_CASES(SIO_BSP_HANDLE_SELECT), HANDLE_CASES(SIO_QUERY_PNP_TARGET_HANDLE) };
PLAY(test_handles) { CASES(handles); }

/* ---- SIO_QUERY_RSS_SCALABILITY_INFO, SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE (1.28, 1.29) ---- */

#define RSS .code = SIO_QUERY_RSS_SCALABILITY_INFO
#define WFP .code = SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE
#define SCALES "{\"bool\":true}"
static const struct io_case numbers[] = {
    { "exactly", RSS, .out = GOOD, .out_size = 1, .count = 1, .seen = SCALES },
    { "a larger output", RSS, .out = GOOD, .out_size = 9, .count = 1, .seen = SCALES },
    { "unaligned", RSS, .out = ODD, .out_size = 1, .count = 1, .seen = SCALES },
    { "IPv6", V6, RSS, .out = GOOD, .out_size = 1, .count = 1, .seen = SCALES },
    { "on a stream", STREAM, RSS, .out = GOOD, .out_size = 1, .count = 1, .seen = SCALES },
    { "on a raw socket", RAW, RSS, .out = GOOD, .out_size = 1, .count = 1, .seen = SCALES },
    { "input not looked at", RSS, .in = OUTSIDE, .in_size = 4, .out = GOOD, .out_size = 1, .count = 1, .seen = SCALES },
    { "no output", RSS, .error = WSAEINVAL },
    { "no output, but a size", RSS, .out_size = 1, .error = WSAEINVAL },
    { "size 0", RSS, .out = GOOD, .error = WSAEINVAL },
    { "cut", RSS, .out = CUT, .out_size = 1, .error = WSAEFAULT },
    { "unwritable", RSS, .out = OUTSIDE, .out_size = 1, .error = WSAEFAULT },
    { "unbound", WFP, .out = GOOD, .out_size = 8, .error = WSAEINVAL },
    { "unbound stream", STREAM, WFP, .out = GOOD, .out_size = 8, .error = WSAEINVAL },
    { "no endpoint, no output", WFP, .error = WSAEINVAL },
    { "no endpoint, short", WFP, .out = GOOD, .out_size = 7, .error = WSAEINVAL },
    { "no endpoint, unwritable", WFP, .out = OUTSIDE, .out_size = 8, .error = WSAEFAULT },
};
PLAY(test_numbers) { CASES(numbers); }

/* ---- port reservations (1.4, 1.8, 1.32) ---- */

#define ACQUIRE .code = SIO_ACQUIRE_PORT_RESERVATION
#define ASSOCIATE .code = SIO_ASSOCIATE_PORT_RESERVATION
#define RELEASE .code = SIO_RELEASE_PORT_RESERVATION
#define TOKEN_CASES(which)                                                                                        \
    { "no input", which, .error = WSAEFAULT }, { "no input, but a size", which, .in_size = 8, .error = WSAEFAULT }, \
    { "short", which, .in = GOOD, .in_size = 7, .error = WSAEFAULT }, { "cut", which, .in = CUT, .in_size = 8, .error = WSAEFAULT }, \
    { "unreadable", which, .in = OUTSIDE, .in_size = 8, .error = WSAEFAULT }, { "token 0", which, .in = GOOD, .in_size = 8, .error = WSAEINVAL }, \
    { "token unknown", which, .in = GOOD, .value = "77", .in_size = 8, .error = WSAEINVAL }, { "an output", which, .in = GOOD, .in_size = 8, .out = GOOD, .out_size = 8, .error = WSAEINVAL }, \
    { "raw", RAW, which, .in = GOOD, .in_size = 8, .error = WSAEOPNOTSUPP }, { "raw, no input", RAW, which, .error = WSAEOPNOTSUPP }
static const struct io_case ports[] = {
    { "no input", ACQUIRE, .out = GOOD, .out_size = 16, .error = WSAEFAULT },
    { "short", ACQUIRE, .in = GOOD, .value = PORTS, .in_size = 3, .out = GOOD, .out_size = 16, .error = WSAEFAULT },
    { "unreadable", ACQUIRE, .in = OUTSIDE, .in_size = 4, .out = GOOD, .out_size = 16, .error = WSAEFAULT },
    { "no output", ACQUIRE, .in = GOOD, .value = PORTS, .in_size = 4, .error = WSAEINVAL },
    { "short output", ACQUIRE, .in = GOOD, .value = PORTS, .in_size = 4, .out = GOOD, .out_size = 15, .error = WSAEINVAL },
    { "unwritable", ACQUIRE, .in = GOOD, .value = PORTS, .in_size = 4, .out = OUTSIDE, .out_size = 16, .error = WSAEFAULT },
    { "none of them", ACQUIRE, .in = GOOD, .value = "0x00008813", .in_size = 4, .out = GOOD, .out_size = 16, .error = WSAEINVAL },
    { "beyond the last", ACQUIRE, .in = GOOD, .value = "0x0002ffff", .in_size = 4, .out = GOOD, .out_size = 16, .error = WSAEINVAL },
    { "any, too many", ACQUIRE, .in = GOOD, .value = "0x40010000", .in_size = 4, .out = GOOD, .out_size = 16, .error = WSAENOBUFS },
    { "raw", RAW, ACQUIRE, .in = GOOD, .value = PORTS, .in_size = 4, .out = GOOD, .out_size = 16, .error = WSAEOPNOTSUPP },
    TOKEN_CASES(ASSOCIATE), TOKEN_CASES(RELEASE),
};
PLAY(test_ports) { CASES(ports); }

/* ---- SIO_SET_COMPATIBILITY_MODE (1.35), and the input of SIO_RCVALL (1.31) ---- */

#define MODE STREAM, .code = SIO_SET_COMPATIBILITY_MODE
static const struct io_case modes[] = {
    { "all, before Vista", MODE, .in = GOOD, .value = "0", .in_size = 8 },
    { "auto-tuning", MODE, .in = GOOD, .value = "2", .in_size = 8 },
    { "unaligned", MODE, .in = ODD, .value = "1", .in_size = 8 },
    { "a larger input", MODE, .in = GOOD, .value = "1", .in_size = 20 },
    { "IPv6", V6, MODE, .in = GOOD, .value = "1", .in_size = 8 },
    { "another behaviour", MODE, .in = GOOD, .value = "3", .in_size = 8, .error = WSAEINVAL },
    { "a negative one", MODE, .in = GOOD, .value = "0xffffffff", .in_size = 8, .error = WSAEINVAL },
    { "no input", MODE, .in_size = 8, .error = WSAEFAULT },
    { "no input, no size", MODE, .error = WSAEFAULT },
    { "short", MODE, .in = GOOD, .in_size = 7, .error = WSAEINVAL },
    { "unreadable", MODE, .in = OUTSIDE, .in_size = 8, .error = WSAEFAULT },
    { "an output", MODE, .in = GOOD, .in_size = 8, .out = GOOD, .out_size = 4, .error = WSAEINVAL },
    { "datagrams", .code = SIO_SET_COMPATIBILITY_MODE, .in = GOOD, .in_size = 8, .error = WSAEOPNOTSUPP },
    { "capture, no input", RAW, .code = SIO_RCVALL, .in_size = 4, .error = WSAEFAULT },
    { "capture, short", RAW, .code = SIO_RCVALL, .in = GOOD, .in_size = 3, .error = WSAEINVAL },
};
PLAY(test_modes) { CASES(modes); }

/* ---- SIO_CHK_QOS, SIO_SET_QOS, SIO_GET_QOS, the group codes (1.13, 1.37, 1.22, 1.19, 1.36) ---- */

#define CHECK .code = SIO_CHK_QOS
static const struct io_case qos[] = {
    { "may send", CHECK, .in = GOOD, .value = "50001", .in_size = 4, .out = GOOD, .out_size = 4, .count = 4, .seen = "{\"ulong\":1}" },
    { "unaligned", CHECK, .in = ODD, .value = "50002", .in_size = 4, .out = ODD, .out_size = 4, .count = 4, .seen = "{\"ulong\":1}" },
    { "on a stream", STREAM, CHECK, .in = GOOD, .value = "50004", .in_size = 4, .out = GOOD, .out_size = 8, .count = 4, .seen = "{\"ulong\":1}" },
    { "below the first", CHECK, .in = GOOD, .value = "50000", .in_size = 4, .out = GOOD, .out_size = 4, .error = WSAEINVAL },
    { "above the last", CHECK, .in = GOOD, .value = "50007", .in_size = 4, .out = GOOD, .out_size = 4, .error = WSAEINVAL },
    { "no input", CHECK, .out = GOOD, .out_size = 4, .error = WSAEFAULT },
    { "short input", CHECK, .in = GOOD, .value = "50001", .in_size = 3, .out = GOOD, .out_size = 4, .error = WSAEFAULT },
    { "no output", CHECK, .in = GOOD, .value = "50001", .in_size = 4, .error = WSAEFAULT },
    { "short output", CHECK, .in = GOOD, .value = "50001", .in_size = 4, .out = GOOD, .out_size = 3, .error = WSAEFAULT },
    { "raw", RAW, CHECK, .in = GOOD, .value = "50001", .in_size = 4, .out = GOOD, .out_size = 4, .error = WSAENOPROTOOPT },
    { "set, no input", .code = SIO_SET_QOS, .error = WSAEFAULT },
    { "set, short", .code = SIO_SET_QOS, .in = GOOD, .in_size = 79, .error = WSAEFAULT },
    { "set, unreadable", .code = SIO_SET_QOS, .in = OUTSIDE, .in_size = 80, .error = WSAEFAULT },
    { "set, raw", RAW, .code = SIO_SET_QOS, .in = GOOD, .in_size = 80, .error = WSAENOPROTOOPT },
    { "get, unbound", .code = SIO_GET_QOS, .out = GOOD, .out_size = 80, .error = WSAEINVAL },
    { "get, not connected", STREAM, .code = SIO_GET_QOS, .out = GOOD, .out_size = 80, .error = WSAENOTCONN },
    { "get of a group", .code = SIO_GET_GROUP_QOS, .out = GOOD, .out_size = 80, .error = WSAENOPROTOOPT },
    { "get of a group, no output", .code = SIO_GET_GROUP_QOS, .error = WSAENOPROTOOPT },
    { "set of a group", .code = SIO_SET_GROUP_QOS, .in = GOOD, .in_size = 80, .error = WSAENOPROTOOPT },
    { "set of a group, no input", .code = SIO_SET_GROUP_QOS, .error = WSAENOPROTOOPT },
};
PLAY(test_qos) { CASES(qos); }

int main(void)
{
    Suite *suite = suite_create("provider/single structures");
    TCase *cases = tcase_create("cases");
    tcase_set_timeout(cases, 30);
    tcase_add_test(cases, test_handles);
    tcase_add_test(cases, test_numbers);
    tcase_add_test(cases, test_ports);
    tcase_add_test(cases, test_modes);
    tcase_add_test(cases, test_qos);
    suite_add_tcase(suite, cases);
    return suite_main(suite);
}
