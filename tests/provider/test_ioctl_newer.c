/* The codes after the specification (ioctls reference 2): errors, sizes and byte counts, in every form of the call. */
#include "provider/case.h"

#define V6 .family = AF_INET6
#define STREAM .type = SOCK_STREAM
#define RAW .type = SOCK_RAW

#define INFO .code = SIO_TCP_INFO, STREAM
#define NOTHING_YET                                                                                                                                            \
    "{\"tcp_info\":{\"state\":\"closed\",\"timestamps\":false,\"mss\":0,\"connected_ms\":0,\"rtt_us\":0,\"min_rtt_us\":0,\"in_flight\":0,\"cwnd\":0,\"send_window\":0," \
    "\"receive_window\":0,\"receive_buffer\":65536,\"bytes_out\":0,\"bytes_in\":0,\"bytes_reordered\":0,\"bytes_retrans\":0,\"fast_retrans\":0,\"dup_acks_in\":0,"    \
    "\"timeout_episodes\":0,\"syn_retrans\":0"
#define NO_LIMIT "{\"times\":0,\"ms\":0,\"bytes\":0}"
static const struct io_case info[] = {
    { "version 0", INFO, .in = GOOD, .value = "0", .in_size = 4, .out = GOOD, .out_size = 88, .count = 88, .seen = NOTHING_YET "}}" },
    { "version 0, a larger output", INFO, .in = ODD, .value = "0", .in_size = 4, .out = ODD, .out_size = 136, .count = 88, .seen = NOTHING_YET "}}" },
    { "version 1", INFO, .in = GOOD, .value = "1", .in_size = 4, .out = GOOD, .out_size = 136, .count = 136,
      .seen = NOTHING_YET ",\"limited\":{\"receiver\":" NO_LIMIT ",\"congestion\":" NO_LIMIT ",\"sender\":" NO_LIMIT "}}}" },
    { "on IPv6", V6, INFO, .in = GOOD, .value = "0", .in_size = 4, .out = GOOD, .out_size = 88, .count = 88, .seen = NOTHING_YET "}}" },
    { "version 2", INFO, .in = GOOD, .value = "2", .in_size = 4, .out = GOOD, .out_size = 200, .error = WSAEINVAL },
    { "no input", INFO, .out = GOOD, .out_size = 88, .error = WSAEMSGSIZE },
    { "no input, but a size", INFO, .in_size = 4, .out = GOOD, .out_size = 88, .error = WSAEMSGSIZE },
    { "short input", INFO, .in = GOOD, .value = "0", .in_size = 3, .out = GOOD, .out_size = 88, .error = WSAEMSGSIZE },
    { "long input", INFO, .in = GOOD, .value = "0", .in_size = 5, .out = GOOD, .out_size = 88, .error = WSAEMSGSIZE },
    { "unreadable", INFO, .in = OUTSIDE, .in_size = 4, .out = GOOD, .out_size = 88, .error = WSAEFAULT },
    { "short output", INFO, .in = GOOD, .value = "0", .in_size = 4, .out = GOOD, .out_size = 87, .error = WSAEINVAL },
    { "short output of version 1", INFO, .in = GOOD, .value = "1", .in_size = 4, .out = GOOD, .out_size = 135, .error = WSAEINVAL },
    { "no output", INFO, .in = GOOD, .value = "0", .in_size = 4, .out_size = 88, .error = WSAEINVAL },
    { "output cut", INFO, .in = GOOD, .value = "0", .in_size = 4, .out = CUT, .out_size = 88, .error = WSAEFAULT },
    { "a datagram socket", .code = SIO_TCP_INFO, .in = GOOD, .value = "0", .in_size = 4, .out = GOOD, .out_size = 88, .error = WSAEINVAL },
};
/* proves: READ-NEWER-2, READ-NEWER-3 */
PLAY(test_tcp_info) { CASES(info); }

#define RTO .code = SIO_TCP_INITIAL_RTO
#define FREQUENCY .code = SIO_TCP_SET_ACK_FREQUENCY
#define FAST .code = SIO_LOOPBACK_FAST_PATH
#define NETRESET .code = SIO_UDP_NETRESET
static const struct io_case settings[] = {
    { "initial RTO", STREAM, RTO, .in = GOOD, .value = "0x010200", .in_size = 4 },
    { "initial RTO, defaults", STREAM, RTO, .in = GOOD, .value = "0", .in_size = 4 },
    { "initial RTO, nothing to change", STREAM, RTO, .in = GOOD, .value = "0xffffff", .in_size = 4 },
    { "initial RTO, short", STREAM, RTO, .in = GOOD, .in_size = 3, .error = WSAEFAULT },
    { "initial RTO, no input", STREAM, RTO, .in_size = 4, .error = WSAEFAULT },
    { "initial RTO, cut", STREAM, RTO, .in = CUT, .in_size = 4, .error = WSAEFAULT },
    { "initial RTO, an output", STREAM, RTO, .in = GOOD, .in_size = 4, .out = GOOD, .out_size = 1, .error = WSAEINVAL },
    { "initial RTO of datagrams", RTO, .in = GOOD, .in_size = 4, .error = WSAEOPNOTSUPP },
    { "ACK frequency", STREAM, FREQUENCY, .in = GOOD, .value = "1", .in_size = 1 },
    { "ACK frequency 0", STREAM, FREQUENCY, .in = GOOD, .value = "0", .in_size = 1, .error = WSAEINVAL },
    { "ACK frequency, no input", STREAM, FREQUENCY, .error = WSAEFAULT },
    { "ACK frequency of datagrams", FREQUENCY, .in = GOOD, .value = "1", .in_size = 1, .error = WSAEOPNOTSUPP },
    { "fast path", STREAM, FAST, .in = GOOD, .value = "1", .in_size = 4 },
    { "fast path, one byte", STREAM, FAST, .in = GOOD, .value = "1", .in_size = 1 },
    { "fast path, an output", STREAM, FAST, .in = GOOD, .value = "1", .in_size = 4, .out = GOOD, .out_size = 4, .error = WSAEINVAL },
    { "fast path, no input", STREAM, FAST, .in_size = 4, .error = WSAEFAULT },
    { "fast path of raw sockets", RAW, FAST, .in = GOOD, .value = "1", .in_size = 4, .error = WSAEOPNOTSUPP },
    { "hop limit reports", NETRESET, .in = GOOD, .value = "0", .in_size = 4 },
    { "hop limit reports, short", NETRESET, .in = GOOD, .value = "0", .in_size = 3, .error = WSAEFAULT },
    { "hop limit reports of streams", STREAM, NETRESET, .in = GOOD, .value = "0", .in_size = 4, .error = WSAEOPNOTSUPP },
};
/* proves: READ-NEWER-4, READ-NEWER-5, READ-NEWER-9 */
PLAY(test_settings) { CASES(settings); }

#define PROCESSOR .code = SIO_QUERY_RSS_PROCESSOR_INFO
static const struct io_case processor[] = {
    { "a stream without connection", STREAM, PROCESSOR, .out = GOOD, .out_size = 8, .error = WSAENOTCONN },
    { "datagrams without peer", PROCESSOR, .out = GOOD, .out_size = 8, .error = WSAENOTCONN },
    { "short output", PROCESSOR, .out = GOOD, .out_size = 7, .error = WSAEINVAL },
    { "no output", PROCESSOR, .out_size = 8, .error = WSAEINVAL },
    { "output cut", PROCESSOR, .out = CUT, .out_size = 8, .error = WSAEFAULT },
};
/* proves: READ-NEWER-8 */
PLAY(test_processor) { CASES(processor); }

#define SORT V6, .code = SIO_ADDRESS_LIST_SORT
static const struct io_case sorting[] = {
    { "an empty list", SORT, .in = GOOD, .in_size = 8, .out = GOOD, .out_size = 8, .count = 8, .seen = "{\"addresses\":[],\"offsets\":[]}" },
    { "an empty list in a larger buffer", SORT, .in = GOOD, .in_size = 100, .out = GOOD, .out_size = 100, .count = 8, .seen = "{\"addresses\":[],\"offsets\":[]}" },
    { "short output", SORT, .in = GOOD, .in_size = 8, .out = GOOD, .out_size = 7, .error = WSAEFAULT, .count = 8 },
    { "no output", SORT, .in = GOOD, .in_size = 8, .error = WSAEFAULT, .count = 8 },
    { "no input", SORT, .out = GOOD, .out_size = 8, .error = WSAEFAULT },
    { "short input", SORT, .in = GOOD, .in_size = 7, .out = GOOD, .out_size = 8, .error = WSAEFAULT },
    { "more entries than bytes", SORT, .in = GOOD, .value = "1", .in_size = 8, .out = GOOD, .out_size = 100, .error = WSAEINVAL },
    { "a negative count", SORT, .in = GOOD, .value = "0xffffffff", .in_size = 8, .out = GOOD, .out_size = 100, .error = WSAEINVAL },
    { "an entry without length", SORT, .in = GOOD, .value = "1", .in_size = 24, .out = GOOD, .out_size = 100, .error = WSAEINVAL },
    { "IPv4", .code = SIO_ADDRESS_LIST_SORT, .in = GOOD, .in_size = 8, .out = GOOD, .out_size = 8, .error = WSAEOPNOTSUPP },
};
/* proves: READ-NEWER-6, READ-NEWER-7 */
PLAY(test_sorting) { CASES(sorting); }

static const struct io_case refused[] = {
    { "captures of groups, a datagram socket", .code = SIO_RCVALL_MCAST, .in = GOOD, .value = "1", .in_size = 4, .error = WSAEINVAL },
    { "captures of groups, IPv6", V6, RAW, .code = SIO_RCVALL_MCAST, .in = GOOD, .value = "1", .in_size = 4, .error = WSAEINVAL },
    { "captures of groups, another protocol", RAW, .code = SIO_RCVALL_IGMPMCAST, .in = GOOD, .value = "1", .in_size = 4, .error = WSAEINVAL },
    { "captures of groups, short", RAW, .code = SIO_RCVALL_IGMPMCAST, .in = GOOD, .value = "1", .in_size = 3, .error = WSAEINVAL },
    { "captures of groups, no input", RAW, .code = SIO_RCVALL_IGMPMCAST, .error = WSAEFAULT },
    { "time stamps", .code = 0x980000EB, .in = OUTSIDE, .in_size = 8, .error = WSAEOPNOTSUPP },
    { "a filter of sources", .code = SIO_SET_MULTICAST_FILTER, .in = GOOD, .in_size = 20, .error = WSAEOPNOTSUPP },
    { "reserved", .code = 0x8800001A, .error = WSAEINVAL },
};
/* proves: READ-NEWER-1, READ-NEWER-11 */
PLAY(test_refused) { CASES(refused); }

int main(void)
{
    Suite *suite = suite_create("provider/newer codes");
    TCase *cases = tcase_create("cases");
    tcase_set_timeout(cases, 30);
    tcase_add_test(cases, test_tcp_info);
    tcase_add_test(cases, test_settings);
    tcase_add_test(cases, test_processor);
    tcase_add_test(cases, test_sorting);
    tcase_add_test(cases, test_refused);
    suite_add_tcase(suite, cases);
    return suite_main(suite);
}
