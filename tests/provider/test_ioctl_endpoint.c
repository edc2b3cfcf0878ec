/* The codes that speak of a socket's queues and its connection: FIONREAD, SIOCATMARK, SIO_FLUSH and the others. */
#include "provider/sockets.h"

/* A plain call with one number in and one out; the error, 0 for success. */
static int asks(struct thread *me, SOCKET s, DWORD code, const void *in, DWORD in_size, DWORD *out)
{
    int error;
    char *place = block_of(me, in_size);
    DWORD *room = NEW(me, DWORD), *bytes = NEW(me, DWORD);
    if (in_size) memcpy(place, in, in_size);
    struct spi_ioctl call = { .s = s, .code = code, .in = in_size ? place : NULL, .in_size = in_size, .out = out ? room : NULL, .out_size = out ? sizeof *room : 0, .bytes = bytes };
    int result = spi_ioctl(me, &call, &error);
    if (out) *out = *room;
    return result == 0 ? 0 : error;
}

static DWORD number(struct thread *me, SOCKET s, DWORD code)
{
    DWORD value = 0xA5A5A5A5;
    ck_assert_int_eq(asks(me, s, code, NULL, 0, &value), 0);
    return value;
}

static int tells(struct thread *me, SOCKET s, DWORD code, DWORD value) { return asks(me, s, code, &value, sizeof value, NULL); }

/* proves: IOCTL-FIONREAD-1, IOCTL-FIONREAD-2, IOCTL-FIONREAD-3, READ-FIONREAD-1 */
PLAY(test_fionread)
{
    start(me);
    struct pair pair = pair_open(me, false);
    SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, false), d = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_uint_eq(number(me, s, FIONREAD), 0);
    ck_assert_uint_eq(number(me, d, FIONREAD), 0);
    ck_assert_uint_eq(number(me, pair.listener, FIONREAD), 0);
    ck_assert_int_eq(sends(me, pair.client, "hello"), 0);
    settle(me);
    ck_assert_uint_eq(number(me, pair.server, FIONREAD), 5);
    ck_assert_str_eq(receives(me, pair.server, 2), "he");
    ck_assert_uint_eq(number(me, pair.server, FIONREAD), 3);
    ck_assert_int_eq(binds(me, d, "127.0.0.1:7"), 0);
    SOCKET other = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(sends_to(me, other, "four", "127.0.0.1:7"), 0);
    ck_assert_int_eq(sends_to(me, other, "three", "127.0.0.1:7"), 0);
    settle(me);
    ck_assert_uint_eq(number(me, d, FIONREAD), 9); /* all of them, not the first */
    ends(me);
}

/* proves: IOCTL-SIOCATMARK-1, IOCTL-SIOCATMARK-3, IOCTL-SIOCATMARK-4, IOCTL-SIOCATMARK-5, READ-FIONREAD-2, READ-FIONREAD-3, READ-FIONREAD-4, SPI-RECV-12 */
PLAY(test_urgent)
{
    DWORD out;
    start(me);
    struct pair pair = pair_open(me, false);
    ck_assert_int_eq(asks(me, open_socket(me, AF_INET, SOCK_DGRAM, false), SIOCATMARK, NULL, 0, &out), WSAEINVAL);
    ck_assert_uint_eq(number(me, open_socket(me, AF_INET, SOCK_STREAM, false), SIOCATMARK), 1);
    ck_assert_uint_eq(number(me, pair.server, SIOCATMARK), 1);
    struct io urgent = { .s = pair.server, .size = 1, .flags = MSG_OOB };
    ck_assert_int_eq(io(me, &urgent), WSAEINVAL);
    ck_assert_int_eq(sends(me, pair.client, "data"), 0);
    settle(me);
    ck_assert_uint_eq(number(me, pair.server, SIOCATMARK), 1);
    ck_assert_int_eq(io(me, &(struct io){ .s = pair.client, .data = "!", .flags = MSG_OOB }), 0);
    nap(me, SECOND);
    ck_assert_uint_eq(number(me, pair.server, SIOCATMARK), 0);
    ck_assert_uint_eq(number(me, pair.server, FIONREAD), 4); /* held apart, not counted */
    ck_assert_int_eq(sends(me, pair.client, "more"), 0);
    nap(me, SECOND);
    ck_assert_str_eq(receives(me, pair.server, 100), "data"); /* up to where the urgent byte was */
    ck_assert_int_eq(io(me, &urgent), 0);
    ck_assert_str_eq(urgent.room, "!");
    ck_assert_uint_eq(urgent.flags_out, MSG_OOB);
    ck_assert_uint_eq(number(me, pair.server, SIOCATMARK), 1);
    ck_assert_str_eq(receives(me, pair.server, 100), "more");
    ck_assert_int_eq(sets(me, pair.server, SOL_SOCKET, SO_OOBINLINE, 1), 0);
    ck_assert_int_eq(io(me, &(struct io){ .s = pair.client, .data = "ab", .flags = MSG_OOB }), 0);
    nap(me, SECOND);
    ck_assert_uint_eq(number(me, pair.server, FIONREAD), 2); /* it counts */
    ck_assert_uint_eq(number(me, pair.server, SIOCATMARK), 0); /* and waits, behind another */
    ck_assert_str_eq(receives(me, pair.server, 100), "a");
    ck_assert_str_eq(receives(me, pair.server, 100), "b");
    ck_assert_uint_eq(number(me, pair.server, SIOCATMARK), 1);
    ends(me);
}

/* proves: IOCTL-ENABLE_CIRCULAR_QUEUEING-1, IOCTL-ENABLE_CIRCULAR_QUEUEING-2, IOCTL-ENABLE_CIRCULAR_QUEUEING-3, READ-ENABLE_CIRCULAR_QUEUEING-1 */
PLAY(test_circular_queueing)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false), t = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(asks(me, open_socket(me, AF_INET, SOCK_STREAM, false), SIO_ENABLE_CIRCULAR_QUEUEING, NULL, 0, NULL), WSAEINVAL);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    ck_assert_int_eq(sets(me, s, SOL_SOCKET, SO_RCVBUF, 8), 0);
    nonblocking(me, s, 1);
    for (int on = 0; on < 2; on++) {
        if (on) ck_assert_int_eq(asks(me, s, SIO_ENABLE_CIRCULAR_QUEUEING, NULL, 0, NULL), 0);
        static const char *const messages[] = { "one ", "two ", "tri ", "four" };
        for (size_t i = 0; i < 4; i++) ck_assert_int_eq(sends_to(me, t, messages[i], "127.0.0.1:7"), 0);
        settle(me);
        ck_assert_str_eq(receives(me, s, 10), on ? "tri " : "one ");
        ck_assert_str_eq(receives(me, s, 10), on ? "four" : "two ");
        ck_assert_str_eq(receives(me, s, 10), "error 10035");
    }
    ends(me);
}

/* proves: IOCTL-FLUSH-1, IOCTL-FLUSH-2, READ-FLUSH-1, READ-FLUSH-2 */
PLAY(test_flush)
{
    enum { CALLS = 8, SIZE = 400000 };
    static char letters[CALLS][SIZE + 1];
    struct io calls[CALLS];
    DWORD bytes = 0;
    uint64_t seen = 0;
    start(me);
    struct pair pair = pair_open(me, true);
    for (int i = 0; i < CALLS; i++) {
        memset(letters[i], 'a' + i, SIZE);
        calls[i] = (struct io){ .s = pair.client, .data = letters[i], .overlapped = with_event(world, me) };
        int error = io(me, &calls[i]);
        ck_assert(error == 0 || error == WSA_IO_PENDING);
    }
    nap(me, SECOND); /* the peer's window is full now */
    struct io receive = { .s = pair.client, .size = 1, .overlapped = with_event(world, me) };
    ck_assert_int_eq(io(me, &receive), WSA_IO_PENDING);
    ck_assert_int_eq(asks(me, pair.client, SIO_FLUSH, NULL, 0, NULL), 0);
    settle(me);
    ck_assert_int_eq(result_of(me, pair.client, calls[CALLS - 1].overlapped, NULL, NULL), WSA_OPERATION_ABORTED);
    ck_assert_uint_eq(calls[CALLS - 1].overlapped->InternalHigh, 0);
    ck_assert_int_eq(result_of(me, pair.client, receive.overlapped, NULL, NULL), WSA_IO_INCOMPLETE); /* of sends only */
    ck_assert_int_eq(sends(me, pair.client, "END"), 0); /* the stream goes on, without a gap */
    nonblocking(me, pair.server, 1);
    bool over = false;
    for (int i = 0; i < 1000 && !over; i++) {
        struct io part = { .s = pair.server, .size = 100000 };
        if (io(me, &part) == 0) seen += part.bytes;
        over = part.bytes != NOT_WRITTEN && part.bytes >= 3 && memcmp(part.room + part.bytes - 3, "END", 3) == 0;
        nap(me, 10 * MILLISECOND);
    }
    ck_assert(over);
    for (int i = 0; i < CALLS; i++) {
        int error = result_of(me, pair.client, calls[i].overlapped, &bytes, NULL);
        ck_assert(error == 0 || error == WSA_OPERATION_ABORTED);
    }
    ck_assert_uint_lt(seen, (uint64_t)CALLS * SIZE);
    ck_assert_int_eq(asks(me, open_socket(me, AF_INET, SOCK_DGRAM, false), SIO_FLUSH, NULL, 0, NULL), 0);
    ck_assert_int_eq(asks(me, open_socket(me, AF_INET, SOCK_STREAM, false), SIO_FLUSH, NULL, 0, NULL), 0);
    pair_close(me, &pair);
    ends(me);
}

PLAY_AS(KERNEL_OBSERVED, test_flush_on_windows)
{
    start(me);
    ck_assert_int_eq(asks(me, open_socket(me, AF_INET, SOCK_STREAM, false), SIO_FLUSH, NULL, 0, NULL), WSAEOPNOTSUPP);
    ends(me);
}

/* ---- the ideal send backlog ---- */

static int asks_for_change(struct thread *me, SOCKET s, WSAOVERLAPPED *overlapped, DWORD out_size)
{
    int error;
    struct spi_ioctl call = { .s = s, .code = SIO_IDEAL_SEND_BACKLOG_CHANGE, .out = out_size ? block_of(me, out_size) : NULL, .out_size = out_size, .bytes = NEW(me, DWORD), .overlapped = overlapped };
    return spi_ioctl(me, &call, &error) == 0 ? 0 : error;
}

static int waits_for_change(struct thread *thread, struct blocked *blocked) { return asks_for_change(thread, blocked->s, NULL, 0); }

/* proves: READ-IDEAL_SEND_BACKLOG-1, READ-IDEAL_SEND_BACKLOG-2, READ-IDEAL_SEND_BACKLOG-3, READ-IDEAL_SEND_BACKLOG-4, READ-IDEAL_SEND_BACKLOG-5, READ-IDEAL_SEND_BACKLOG-6 */
PLAY(test_backlog)
{
    static struct blocked blocked;
    int error;
    DWORD out;
    start(me);
    struct pair pair = pair_open(me, true);
    SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, false), d = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(asks(me, d, SIO_IDEAL_SEND_BACKLOG_QUERY, NULL, 0, &out), WSAEOPNOTSUPP);
    ck_assert_int_eq(asks(me, s, SIO_IDEAL_SEND_BACKLOG_QUERY, NULL, 0, &out), WSAENOTCONN);
    ck_assert_int_eq(asks_for_change(me, d, NULL, 0), WSAEOPNOTSUPP);
    ck_assert_int_eq(asks_for_change(me, s, NULL, 0), WSAENOTCONN);
    ck_assert_int_eq(asks_for_change(me, s, NULL, 4), WSAEINVAL);
    ck_assert_uint_eq(number(me, pair.client, SIO_IDEAL_SEND_BACKLOG_QUERY), 65536);
    struct spi_ioctl call = { .s = pair.client, .code = SIO_IDEAL_SEND_BACKLOG_QUERY, .out = block_of(me, 3), .out_size = 3, .bytes = NEW(me, DWORD) };
    *call.bytes = 77;
    ck_assert(spi_ioctl(me, &call, &error) != 0 && error == WSAEINVAL && *call.bytes == 0);
    call.out_size = 4;
    ck_assert(spi_ioctl(me, &call, &error) != 0 && error == WSAEFAULT);
    call.out = NULL;
    ck_assert(spi_ioctl(me, &call, &error) != 0 && error == WSAEFAULT);
    call.out_size = 0;
    ck_assert(spi_ioctl(me, &call, &error) != 0 && error == WSAEINVAL);
    nonblocking(me, pair.client, 1);
    WSAOVERLAPPED *first = with_event(world, me), *second = with_event(world, me);
    ck_assert_int_eq(asks_for_change(me, pair.client, first, 0), WSA_IO_PENDING);
    ck_assert_int_eq(asks_for_change(me, pair.client, second, 0), WSA_OPERATION_ABORTED);
    ck_assert_int_eq(asks_for_change(me, pair.client, NULL, 0), WSAEINTR);
    nonblocking(me, pair.server, 1);
    blocked = (struct blocked){ .call = waits_for_change, .s = pair.server };
    world_thread(world->process, "app/waits", blocked_body, &blocked);
    settle(me);
    ck_assert(!blocked.returned && result_of(me, pair.client, first, NULL, NULL) == WSA_IO_INCOMPLETE); /* it blocks although the socket does not */
    ck_assert_int_eq(spi_shutdown(me, pair.client, SD_SEND, &error), 0);
    ck_assert_int_eq(spi_shutdown(me, pair.server, SD_SEND, &error), 0);
    settle(me);
    ck_assert_int_eq(result_of(me, pair.client, first, NULL, NULL), WSA_OPERATION_ABORTED);
    ck_assert(blocked.returned && blocked.error == WSAEINTR);
    ck_assert_int_eq(asks(me, pair.client, SIO_IDEAL_SEND_BACKLOG_QUERY, NULL, 0, &out), WSA_OPERATION_ABORTED);
    ends(me);
}

/* ---- what is set ---- */

/* proves: IOCTL-KEEPALIVE_VALS-1, IOCTL-KEEPALIVE_VALS-2, IOCTL-KEEPALIVE_VALS-3, IOCTL-KEEPALIVE_VALS-4, READ-KEEPALIVE_VALS-1, READ-KEEPALIVE_VALS-2 */
PLAY(test_keepalive)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, false);
    struct tcp_keepalive values = { 1, 10000, 2000 };
    ck_assert_int_eq(asks(me, open_socket(me, AF_INET, SOCK_DGRAM, false), SIO_KEEPALIVE_VALS, &values, sizeof values, NULL), WSAENOPROTOOPT);
    ck_assert_int_eq(asks(me, s, SIO_KEEPALIVE_VALS, &values, 11, NULL), WSAEFAULT);
    ck_assert_int_eq(asks(me, s, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL), 0);
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_KEEPALIVE), 1);
    ck_assert_int_eq(gets(me, s, IPPROTO_TCP, TCP_KEEPIDLE), 10);
    ck_assert_int_eq(gets(me, s, IPPROTO_TCP, TCP_KEEPINTVL), 2);
    values.onoff = 0;
    values.keepalivetime = 77;
    ck_assert_int_eq(asks(me, s, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL), 0);
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_KEEPALIVE), 0);
    ck_assert_int_eq(gets(me, s, IPPROTO_TCP, TCP_KEEPIDLE), 10); /* off leaves the times alone */
    values = (struct tcp_keepalive){ 1, 0, 0 };
    ck_assert_int_eq(asks(me, s, SIO_KEEPALIVE_VALS, &values, sizeof values, NULL), 0);
    ck_assert_int_eq(gets(me, s, IPPROTO_TCP, TCP_KEEPIDLE), 7200);
    ck_assert_int_eq(gets(me, s, IPPROTO_TCP, TCP_KEEPINTVL), 1);
    ends(me);
}

/* proves: READ-MULTICAST-1, READ-MULTICAST-3, READ-UDP_CONNRESET-1, READ-UDP_CONNRESET-2, READ-UDP_CONNRESET-3 */
PLAY(test_datagram_switches)
{
    start(me);
    SOCKET d = open_socket(me, AF_INET, SOCK_DGRAM, false), s = open_socket(me, AF_INET, SOCK_STREAM, false);
    ck_assert_int_eq(tells(me, s, SIO_MULTIPOINT_LOOPBACK, 0), WSAEINVAL);
    ck_assert_int_eq(tells(me, s, SIO_MULTICAST_SCOPE, 0), WSAEINVAL);
    ck_assert_int_eq(tells(me, s, SIO_UDP_CONNRESET, 0), WSAEOPNOTSUPP);
    ck_assert_int_eq(tells(me, d, SIO_MULTIPOINT_LOOPBACK, 0), 0);
    ck_assert_int_eq(gets(me, d, IPPROTO_IP, IP_MULTICAST_LOOP), 0);
    ck_assert_int_eq(tells(me, d, SIO_MULTICAST_SCOPE, 32), 0);
    ck_assert_int_eq(gets(me, d, IPPROTO_IP, IP_MULTICAST_TTL), 32);
    ck_assert_int_eq(tells(me, d, SIO_MULTICAST_SCOPE, 256), WSAEINVAL);
    ck_assert_int_eq(tells(me, d, SIO_MULTICAST_SCOPE, (DWORD)-1), WSAEINVAL);
    nonblocking(me, d, 1);
    ck_assert_int_eq(sends_to(me, d, "x", "127.0.0.1:9"), 0);
    settle(me);
    ck_assert_int_eq(tells(me, d, SIO_UDP_CONNRESET, FALSE), 0); /* drops what was not told yet */
    ck_assert_str_eq(receives(me, d, 1), "error 10035");
    ck_assert_int_eq(sends_to(me, d, "x", "127.0.0.1:9"), 0);
    settle(me);
    ck_assert_str_eq(receives(me, d, 1), "error 10035");
    ck_assert_int_eq(tells(me, d, SIO_UDP_CONNRESET, TRUE), 0);
    ck_assert_int_eq(sends_to(me, d, "x", "127.0.0.1:9"), 0);
    settle(me);
    ck_assert_str_eq(receives(me, d, 1), "error 10054");
    ends(me);
}

static SOCKET open_raw(struct thread *me, int protocol)
{
    int error;
    SOCKET s = spi_socket(me, &(struct spi_socket){ .family = AF_INET, .type = SOCK_RAW, .protocol = protocol }, &error);
    ck_assert(s != INVALID_SOCKET);
    return s;
}

/* proves: IOCTL-RCVALL-1, IOCTL-RCVALL-2, IOCTL-RCVALL-5, READ-RCVALL-1, READ-RCVALL-3 */
PLAY(test_rcvall)
{
    start(me);
    SOCKET raw = open_raw(me, IPPROTO_IP), icmp = open_raw(me, IPPROTO_ICMP), d = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(tells(me, d, SIO_RCVALL, RCVALL_ON), WSAEINVAL);
    ck_assert_int_eq(tells(me, icmp, SIO_RCVALL, RCVALL_ON), WSAEINVAL);
    ck_assert_int_eq(tells(me, raw, SIO_RCVALL, RCVALL_ON), WSAEINVAL); /* unbound */
    DWORD on = RCVALL_ON;
    ck_assert_int_eq(asks(me, raw, SIO_RCVALL, &on, 3, NULL), WSAEINVAL);
    ck_assert_int_eq(binds(me, raw, "127.0.0.1:0"), 0);
    ck_assert_int_eq(tells(me, raw, SIO_RCVALL, 4), WSAEINVAL);
    ck_assert_int_eq(tells(me, raw, SIO_RCVALL, RCVALL_ON), 0);
    nonblocking(me, raw, 1);
    ck_assert_int_eq(sends_to(me, d, "seen", "127.0.0.1:53"), 0);
    settle(me);
    struct io call = { .s = raw, .size = 100 };
    ck_assert_int_eq(io(me, &call), 0);
    ck_assert_uint_eq(call.bytes, 20 + 8 + 4);
    ck_assert_int_eq(call.room[0], 0x45);
    ck_assert_mem_eq(call.room + 28, "seen", 4);
    ck_assert_int_eq(tells(me, raw, SIO_RCVALL, RCVALL_OFF), 0);
    while (io(me, &call) == 0) {} /* it was seen twice, leaving and arriving, and so was the answer */
    ck_assert_int_eq(sends_to(me, d, "not seen", "127.0.0.1:53"), 0);
    settle(me);
    ck_assert_int_eq(io(me, &call), WSAEWOULDBLOCK);
    ends(me);
}

int main(void)
{
    Suite *suite = suite_create("ioctl_endpoint");
    TCase *tests = tcase_create("ioctl_endpoint");
    tcase_add_test(tests, test_fionread);
    tcase_add_test(tests, test_urgent);
    tcase_add_test(tests, test_circular_queueing);
    tcase_add_test(tests, test_flush);
    tcase_add_test(tests, test_flush_on_windows);
    tcase_add_test(tests, test_backlog);
    tcase_add_test(tests, test_keepalive);
    tcase_add_test(tests, test_datagram_switches);
    tcase_add_test(tests, test_rcvall);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
