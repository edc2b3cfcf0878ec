/* Names and datagrams: bind, getsockname, connect, sendto and recvfrom in every mode. */
#include "provider/sockets.h"

/* proves: SPI-BIND-1, SPI-BIND-2, SPI-BIND-4, SPI-NAME-1, SPI-NAME-2 */
PLAY(test_bind)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false), t = open_socket(me, AF_INET, SOCK_STREAM, false);
    ck_name(sock_name(me, s), "error 10022");
    ck_assert_int_eq(binds(me, s, "203.0.113.1:0"), WSAEADDRNOTAVAIL);
    ck_assert_int_eq(binds(me, s, "0.0.0.0:0"), 0);
    ck_name(sock_name(me, s), "0.0.0.0:49152");
    ck_assert_int_eq(binds(me, s, "0.0.0.0:0"), WSAEINVAL);
    ck_assert_int_eq(connects(me, s, "192.0.2.99:53"), 0);
    ck_name(sock_name(me, s), "192.0.2.10:49152");
    ck_assert_int_eq(binds(me, t, "192.0.2.10:80"), 0);
    ck_name(sock_name(me, t), "192.0.2.10:80");
    ck_assert_int_eq(binds(me, open_socket(me, AF_INET, SOCK_STREAM, false), "192.0.2.10:80"), WSAEADDRINUSE);
    SOCKET six = open_socket(me, AF_INET6, SOCK_DGRAM, false);
    ck_assert_int_eq(binds(me, six, "[2001:db8::10]:53"), 0);
    ck_name(sock_name(me, six), "[2001:db8::10]:53");
    ends(me);
}

static int binds_raw(struct thread *me, SOCKET s, const void *name, int size)
{
    int error;
    return spi_bind(me, s, name, size, &error) == 0 ? 0 : error;
}

/* proves: SPI-BIND-3 */
PLAY(test_bind_arguments)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    struct sockaddr_in *other = sockaddr_at(me, "192.0.2.10:5");
    other->sin_family = 0xdead;
    ck_assert_int_eq(binds_raw(me, s, NULL, 0), WSAEFAULT);
    ck_assert_int_eq(binds_raw(me, s, NULL, 16), WSAEFAULT);
    ck_assert_int_eq(binds_raw(me, s, sockaddr_at(me, "192.0.2.10:5"), 0), WSAEFAULT);
    ck_assert_int_eq(binds_raw(me, s, sockaddr_at(me, "192.0.2.10:5"), 15), WSAEFAULT);
    ck_assert_int_eq(binds_raw(me, s, sockaddr_at(me, "192.0.2.10:5"), -1), WSAEFAULT);
    ck_assert_int_eq(binds_raw(me, s, memory_outside(world->process), 16), WSAEFAULT);
    ck_assert_int_eq(binds_raw(me, s, block_of(me, 15), 16), WSAEFAULT);
    ck_assert_int_eq(binds_raw(me, s, other, 16), WSAEFAULT);
    ck_assert_int_eq(binds_raw(me, INVALID_SOCKET, NULL, 0), WSAENOTSOCK);
    ck_name(sock_name(me, s), "error 10022");
    ends(me);
}

PLAY_AS(KERNEL_OBSERVED, test_bind_as_windows)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    struct sockaddr_in *other = sockaddr_at(me, "192.0.2.10:5");
    int error;
    other->sin_family = 0xdead;
    ck_assert_int_eq(sends(me, s, "x"), WSAENOTCONN); /* though it is not bound */
    ck_assert_int_eq(binds_raw(me, s, other, 16), WSAEAFNOSUPPORT);
    ck_assert(spi_get_name(me, s, NULL, NULL, true, &error) != 0 && error == WSAENOTCONN); /* the state before the pointers */
    ends(me);
}

/* proves: SPI-NAME-3, SPI-NAME-4 */
PLAY(test_names)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    int error, *size = NEW(me, int);
    ck_name(peer_name(me, s), "error 10057");
    ck_assert_int_eq(connects(me, s, "192.0.2.99:53"), 0);
    ck_name(peer_name(me, s), "192.0.2.99:53");
    *size = 15;
    ck_assert(spi_get_name(me, s, block_of(me, 16), size, true, &error) != 0 && error == WSAEFAULT && *size == 15);
    ck_assert(spi_get_name(me, s, NULL, size, true, &error) != 0 && error == WSAEFAULT);
    *size = 16;
    ck_assert(spi_get_name(me, s, block_of(me, 15), size, false, &error) != 0 && error == WSAEFAULT && *size == 16);
    ck_assert(spi_get_name(me, s, block_of(me, 16), NULL, false, &error) != 0 && error == WSAEFAULT);
    ck_assert(spi_get_name(me, s, block_of(me, 16), size, false, &error) == 0 && *size == 16);
    ends(me);
}

/* ---- blocking and nonblocking ---- */

static int receives_from(struct thread *thread, struct blocked *blocked)
{
    struct io call = { .s = blocked->s, .size = blocked->size, .from = true };
    int error = io(thread, &call);
    blocked->seen = error ? "" : call.room;
    return error;
}

/* proves: SPI-RECV-1, SPI-RECV-9, SPI-SEND-3 */
PLAY(test_blocking)
{
    static struct blocked blocked;
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false), t = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    blocked = (struct blocked){ .call = receives_from, .s = s, .size = 100 };
    world_thread(world->process, "app/receiver", blocked_body, &blocked);
    nap(me, 5 * MILLISECOND);
    ck_assert(!blocked.returned);
    ck_assert_int_eq(sends_to(me, t, "hello", "127.0.0.1:7"), 0);
    settle(me);
    ck_assert(blocked.returned && blocked.error == 0);
    ck_assert_str_eq(blocked.seen, "hello");
    ck_assert_int_eq(sends_to(me, t, "again", "127.0.0.1:7"), 0);
    ck_assert_int_eq(sends_to(me, t, "", "127.0.0.1:7"), 0); /* an empty message is one */
    settle(me);
    struct io call = { .s = s, .size = 100, .from = true };
    ck_assert_int_eq(io(me, &call), 0);
    ck_assert_str_eq(call.room, "again");
    ck_assert_uint_eq(call.bytes, 5);
    ck_assert_str_eq(sender_of(me, &call), "127.0.0.1:49152");
    ck_assert_int_eq(*call.name_size, 16);
    ck_assert_int_eq(io(me, &call), 0);
    ck_assert_uint_eq(call.bytes, 0);
    ends(me);
}

/* proves: SPI-RECV-2, SPI-RECV-6, SPI-RECV-7, SPI-SEND-5, SPI-SEND-10 */
PLAY(test_nonblocking)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false), t = open_socket(me, AF_INET, SOCK_DGRAM, false);
    nonblocking(me, s, 1);
    ck_assert_str_eq(receives(me, s, 10), "error 10022"); /* not bound */
    ck_assert_int_eq(sends(me, s, "x"), WSAEINVAL);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    struct io call = { .s = s, .size = 10 };
    ck_assert_int_eq(io(me, &call), WSAEWOULDBLOCK);
    ck_assert_uint_eq(call.bytes, NOT_WRITTEN);
    ck_assert_int_eq(sends(me, s, "x"), WSAENOTCONN);
    ck_assert_int_eq(sends_to(me, t, "hello", "127.0.0.1:7"), 0);
    settle(me);
    call.flags = MSG_PEEK;
    ck_assert_int_eq(io(me, &call), 0);
    ck_assert_str_eq(call.room, "hello");
    ck_assert_str_eq(receives(me, s, 10), "hello");
    ck_assert_str_eq(receives(me, s, 10), "error 10035");
    ends(me);
}

/* proves: SPI-SEND-6, SPI-SEND-7, SPI-SEND-8 */
PLAY(test_send_arguments)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false), six = open_socket(me, AF_INET6, SOCK_DGRAM, false);
    int error;
    ck_assert_int_eq(sends_to(me, s, "x", "192.0.2.99:0"), WSAEADDRNOTAVAIL);
    ck_assert_int_eq(sends_to(me, s, "x", "0.0.0.0:53"), WSAEADDRNOTAVAIL);
    ck_assert_int_eq(sends_to(me, s, "x", "[2001:db8::1]:53"), WSAEAFNOSUPPORT);
    ck_assert_int_eq(sends_to(me, six, "x", "192.0.2.99:53"), WSAEFAULT); /* 16 bytes are too short */
    ck_assert_int_eq(sends_to(me, s, "x", "255.255.255.255:53"), WSAEACCES);
    ck_assert_int_eq(io(me, &(struct io){ .s = s, .data = "x", .to = "192.0.2.99:53", .flags = MSG_OOB }), WSAEOPNOTSUPP);
    ck_assert_int_eq(io(me, &(struct io){ .s = s, .data = "x", .to = "192.0.2.99:53", .flags = MSG_PARTIAL }), WSAEOPNOTSUPP);
    ck_assert_int_eq(io(me, &(struct io){ .s = s, .data = "x", .to = "192.0.2.99:53", .flags = 0x4000 }), WSAEINVAL);
    ck_assert_int_eq(io(me, &(struct io){ .s = s, .data = "x", .to = "192.0.2.99:53", .flags = MSG_DONTROUTE }), 0);
    struct spi_transfer call = { .s = s, .named = true, .buffers = NEW(me, WSABUF), .count = 1, .bytes = NEW(me, DWORD) };
    SOCKET fresh = call.s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert(spi_transfer(me, &call, &error) != 0 && error == WSAEDESTADDRREQ);
    ck_assert_int_eq(connects(me, fresh, "192.0.2.99:53"), 0);
    ck_assert_int_eq(spi_transfer(me, &call, &error), 0); /* to its peer */
    char *big = block_of(me, 65509);
    memset(big, 'x', 65508);
    ck_assert_int_eq(sends(me, fresh, big), WSAEMSGSIZE);
    big[65507] = 0;
    ck_assert_int_eq(sends(me, fresh, big), 0);
    ends(me);
}

/* The order of the checks: pointers, then what the socket can do, then values, then state. */
PLAY(test_transfer_pointers)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, true);
    int error;
    WSABUF *good = NEW(me, WSABUF), *bad = NEW(me, WSABUF);
    *good = (WSABUF){ 4, block_of(me, 4) };
    *bad = (WSABUF){ 5, block_of(me, 4) };
    DWORD *bytes = NEW(me, DWORD), *flags = NEW(me, DWORD);
    WSAOVERLAPPED *overlapped = with_event(world, me);
    const struct { const char *what; WSABUF *buffers; DWORD count; DWORD *bytes, *flags; WSAOVERLAPPED *overlapped; int error; } cases[] = {
        { "no array", NULL, 1, bytes, flags, NULL, WSAEFAULT }, { "an array outside", memory_outside(world->process), 1, bytes, flags, NULL, WSAEFAULT },
        { "an array too short", good, 2, bytes, flags, NULL, WSAEFAULT }, { "a buffer too short", bad, 1, bytes, flags, NULL, WSAEFAULT },
        { "no count", good, 1, NULL, flags, NULL, WSAEFAULT }, { "no flags", good, 1, bytes, NULL, NULL, WSAEFAULT },
        { "an OVERLAPPED outside", good, 1, bytes, flags, memory_outside(world->process), WSAEFAULT }, { "unbound", good, 1, bytes, flags, NULL, WSAEINVAL },
        { "unbound, overlapped", good, 1, NULL, flags, overlapped, WSAEINVAL }, { "count outside, overlapped", good, 1, memory_outside(world->process), flags, overlapped, WSAEFAULT },
        { "no buffers at all, overlapped", NULL, 0, bytes, flags, overlapped, WSAEINVAL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct spi_transfer call = { .s = s, .receives = true, .buffers = cases[i].buffers, .count = cases[i].count, .bytes = cases[i].bytes, .flags_out = cases[i].flags, .overlapped = cases[i].overlapped };
        hold(spi_transfer(me, &call, &error) != 0 && error == cases[i].error, "%s: %d", cases[i].what, error);
    }
    ck_assert(overlapped->Internal == 0 && thread_apcs(me) == 0);
    ck_assert_int_eq(io(me, &(struct io){ .s = s, .size = 4, .flags = MSG_PEEK, .overlapped = overlapped }), WSAEINVAL); /* plain calls only */
    ck_assert_int_eq(io(me, &(struct io){ .s = s, .size = 4, .flags = MSG_WAITALL }), WSAEOPNOTSUPP);
    ck_assert_int_eq(io(me, &(struct io){ .s = s, .size = 4, .flags = MSG_OOB }), WSAEOPNOTSUPP);
    ends(me);
}

/* Too long for the room: the beginning is there, the rest is lost. */
PLAY(test_message_cut)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, true), t = open_socket(me, AF_INET, SOCK_DGRAM, false);
    DWORD bytes = 0;
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    ck_assert_int_eq(sends_to(me, t, "123456789", "127.0.0.1:7"), 0);
    settle(me);
    struct io call = { .s = s, .size = 6, .from = true };
    ck_assert_int_eq(io(me, &call), WSAEMSGSIZE);
    ck_assert_str_eq(call.room, "123456");
    ck_assert(call.bytes == 6 && call.flags_out == MSG_PARTIAL);
    ck_assert_str_eq(sender_of(me, &call), "127.0.0.1:49152");
    call.overlapped = with_event(world, me);
    ck_assert_int_eq(io(me, &call), WSA_IO_PENDING);
    ck_assert_int_eq(sends_to(me, t, "abcdefghi", "127.0.0.1:7"), 0);
    settle(me);
    ck_assert_int_eq(result_of(me, s, call.overlapped, &bytes, NULL), WSAEMSGSIZE);
    ck_assert(call.overlapped->InternalHigh == 6 && (uint32_t)call.overlapped->Internal == (uint32_t)STATUS_BUFFER_OVERFLOW);
    ck_assert_str_eq(call.room, "abcdef");
    ends(me);
}

/* ---- overlapped ---- */

/* proves: SPI-RECV-15, SPI-SEND-4 */
PLAY(test_overlapped)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, true), t = open_socket(me, AF_INET, SOCK_DGRAM, true);
    DWORD bytes;
    unsigned runs;
    (void)runs;
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    struct io call = { .s = s, .size = 100, .from = true, .overlapped = with_event(world, me) }, second = call;
    second.overlapped = NEW(me, WSAOVERLAPPED);
    second.routine = routine_pointer(3);
    ck_assert_int_eq(io(me, &call), WSA_IO_PENDING);
    ck_assert_int_eq(io(me, &second), WSA_IO_PENDING);
    ck_assert_int_eq(result_of(me, s, call.overlapped, &bytes, NULL), WSA_IO_INCOMPLETE);
    struct io send = { .s = t, .data = "first", .to = "127.0.0.1:7", .overlapped = with_event(world, me) };
    ck_assert_int_eq(io(me, &send), 0); /* at once, and told all the same */
    ck_assert(send.bytes == 5 && event_signalled(world->process, send.overlapped->hEvent));
    ck_assert_int_eq(sends_to(me, t, "second!", "127.0.0.1:7"), 0);
    settle(me);
    ck_assert(event_signalled(world->process, call.overlapped->hEvent));
    ck_assert_int_eq(result_of(me, s, call.overlapped, &bytes, NULL), 0);
    ck_assert(bytes == 5 && strcmp(call.room, "first") == 0);
    ck_assert_str_eq(sender_of(me, &call), "127.0.0.1:49152");
    ck_assert_uint_eq(thread_apcs(me), 1);
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert(second.overlapped->InternalHigh == 7 && strcmp(second.room, "second!") == 0);
    ck_assert_int_eq(sends_to(me, t, "third", "127.0.0.1:7"), 0); /* waits in the queue: the receive finds it */
    settle(me);
    ck_assert_int_eq(io(me, &second), 0);
    ck_assert(second.bytes == 5 && thread_apcs(me) == 1);
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ends(me);
}

/* proves: SPI-RECV-14, SPI-CLOSE-3 */
PLAY(test_close_under_calls)
{
    static struct blocked blocked;
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, true);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    struct io call = { .s = s, .size = 10, .overlapped = with_event(world, me) };
    ck_assert_int_eq(io(me, &call), WSA_IO_PENDING);
    blocked = (struct blocked){ .call = receives_from, .s = s, .size = 10 };
    world_thread(world->process, "app/receiver", blocked_body, &blocked);
    settle(me);
    close_socket(me, s);
    ck_assert_uint_eq((uint32_t)call.overlapped->Internal, (uint32_t)STATUS_CANCELLED);
    settle(me);
    ck_assert(blocked.returned && blocked.error == WSAEINTR);
    ends(me);
}

/* proves: SPI-RECV-11 */
PLAY(test_receive_timeout)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, true);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    ck_assert_int_eq(sets(me, s, SOL_SOCKET, SO_RCVTIMEO, 100), 0);
    int64_t before_ns = engine_now_ns(world->engine);
    struct io call = { .s = s, .size = 10 };
    ck_assert_int_eq(io(me, &call), WSAETIMEDOUT);
    ck_assert_uint_eq(call.bytes, NOT_WRITTEN);
    ck_assert_int_eq(engine_now_ns(world->engine) - before_ns, 100 * MILLISECOND);
    call.overlapped = with_event(world, me);
    ck_assert_int_eq(io(me, &call), WSA_IO_PENDING);
    nap(me, 200 * MILLISECOND);
    ck_assert_int_eq(result_of(me, s, call.overlapped, NULL, NULL), WSA_IO_INCOMPLETE);
    ends(me);
}

static int sends_late(struct thread *thread, struct blocked *blocked)
{
    nap(thread, 100 * MILLISECOND - 1000); /* loopback takes a microsecond */
    return sends_to(thread, blocked->s, "just in time", "127.0.0.1:7");
}

/* What arrives at the very instant at which the time is over is not lost. */
PLAY(test_at_the_last_instant)
{
    static struct blocked blocked;
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    ck_assert_int_eq(sets(me, s, SOL_SOCKET, SO_RCVTIMEO, 100), 0);
    blocked = (struct blocked){ .call = sends_late, .s = open_socket(me, AF_INET, SOCK_DGRAM, false) };
    world_thread(world->process, "app/sender", blocked_body, &blocked);
    struct io call = { .s = s, .size = 100, .from = true };
    int64_t before_ns = engine_now_ns(world->engine);
    int error = io(me, &call);
    ck_assert_int_eq(engine_now_ns(world->engine) - before_ns, 100 * MILLISECOND);
    if (error) {
        ck_assert_int_eq(error, WSAETIMEDOUT);
        ck_assert_int_eq(io(me, &call), 0); /* the next receive has it */
    }
    ck_assert_str_eq(call.room, "just in time");
    ck_assert_str_eq(sender_of(me, &call), "127.0.0.1:49152");
    ends(me);
}

/* ---- connected ---- */

/* proves: SPI-CONNECT-7, SPI-CONNECT-8, SPI-CONNECT-9, IOCTL-UDP_CONNRESET-1, IOCTL-UDP_CONNRESET-2 */
PLAY(test_connected)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false), t = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(connects(me, s, "[2001:db8::1]:53"), WSAEAFNOSUPPORT);
    ck_assert_int_eq(connects(me, s, "255.255.255.255:53"), WSAEACCES);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:0"), WSAEADDRNOTAVAIL);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:7"), 0);
    ck_name(sock_name(me, s), "127.0.0.1:49152");
    ck_assert_int_eq(binds(me, t, "127.0.0.1:7"), 0);
    ck_assert_int_eq(sends(me, s, "ping"), 0);
    settle(me);
    ck_assert_str_eq(receives(me, t, 10), "ping");
    close_socket(me, t);
    nonblocking(me, s, 1);
    ck_assert_int_eq(sends(me, s, "nobody"), 0);
    settle(me);
    ck_assert_str_eq(receives(me, s, 10), "error 10054"); /* the port is closed now */
    ck_assert_str_eq(receives(me, s, 10), "error 10035"); /* one receive for one message */
    ck_assert_int_eq(connects(me, s, "0.0.0.0:0"), 0);
    ck_name(peer_name(me, s), "error 10057");
    ck_assert_int_eq(sends(me, s, "x"), WSAENOTCONN);
    ck_assert_str_eq(receives(me, s, 10), "error 10057"); /* dissolved */
    ends(me);
}

int main(void)
{
    Suite *suite = suite_create("datagrams");
    TCase *tests = tcase_create("datagrams");
    tcase_add_test(tests, test_bind);
    tcase_add_test(tests, test_bind_arguments);
    tcase_add_test(tests, test_bind_as_windows);
    tcase_add_test(tests, test_names);
    tcase_add_test(tests, test_blocking);
    tcase_add_test(tests, test_nonblocking);
    tcase_add_test(tests, test_send_arguments);
    tcase_add_test(tests, test_transfer_pointers);
    tcase_add_test(tests, test_message_cut);
    tcase_add_test(tests, test_overlapped);
    tcase_add_test(tests, test_close_under_calls);
    tcase_add_test(tests, test_receive_timeout);
    tcase_add_test(tests, test_at_the_last_instant);
    tcase_add_test(tests, test_connected);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
