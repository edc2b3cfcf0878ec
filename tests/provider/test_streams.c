/* Streams: connect, listen, accept, send, receive, shutdown and close. */
#include "provider/sockets.h"

/* proves: SPI-CONNECT-1, SPI-CONNECT-3, SPI-CONNECT-5, SPI-ACCEPT-1, SPI-ACCEPT-4, SPI-RECV-3, SPI-RECV-4, SPI-SEND-3 */
PLAY(test_journey)
{
    start(me);
    struct pair pair = pair_open(me, false);
    ck_name(peer_name(me, pair.client), "127.0.0.1:9000");
    ck_name(sock_name(me, pair.client), "127.0.0.1:49152");
    ck_name(peer_name(me, pair.server), "127.0.0.1:49152");
    ck_name(sock_name(me, pair.server), "127.0.0.1:9000");
    ck_assert_int_eq(connects(me, pair.client, "127.0.0.1:9000"), WSAEISCONN);
    ck_assert_int_eq(connects(me, pair.server, "127.0.0.1:9000"), WSAEISCONN);
    ck_assert_int_eq(connects(me, pair.listener, "127.0.0.1:9000"), WSAEINVAL);
    ck_assert_int_eq(sends(me, pair.client, "hello"), 0);
    ck_assert_str_eq(receives(me, pair.server, 2), "he");
    ck_assert_str_eq(receives(me, pair.server, 100), "llo");
    ck_assert_int_eq(sends_to(me, pair.server, "world", "0.0.0.0:0"), 0); /* a stream does not look at the address */
    struct io call = { .s = pair.client, .size = 10, .from = true };
    ck_assert_int_eq(io(me, &call), 0);
    ck_assert_str_eq(call.room, "world");
    ck_assert_int_eq(*call.name_size, 128); /* nor write one */
    int error;
    ck_assert_int_eq(spi_shutdown(me, pair.client, SD_SEND, &error), 0);
    ck_assert_str_eq(receives(me, pair.server, 10), "");
    ck_assert_str_eq(receives(me, pair.server, 10), "");
    ck_assert_int_eq(sends(me, pair.server, "late"), 0);
    ck_assert_str_eq(receives(me, pair.client, 10), "late");
    pair_close(me, &pair);
    ends(me);
}

/* proves: SPI-SEND-1, SPI-RECV-8, SPI-LISTEN-1, SPI-LISTEN-2, SPI-LISTEN-3, SPI-ACCEPT-6, SPI-SHUTDOWN-1 */
PLAY(test_states)
{
    int error;
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, false), d = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(sends(me, s, "x"), WSAENOTCONN);
    ck_assert_str_eq(receives(me, s, 1), "error 10057");
    ck_assert(spi_shutdown(me, s, SD_SEND, &error) != 0 && error == WSAENOTCONN);
    ck_assert(spi_shutdown(me, s, 3, &error) != 0 && error == WSAEINVAL);
    ck_assert(spi_shutdown(me, s, -1, &error) != 0 && error == WSAEINVAL);
    ck_assert(spi_listen(me, s, 5, &error) != 0 && error == WSAEINVAL);
    ck_assert(spi_listen(me, d, 5, &error) != 0 && error == WSAEOPNOTSUPP);
    ck_assert(accepts(me, s, &error) == INVALID_SOCKET && error == WSAEINVAL);
    ck_assert(accepts(me, d, &error) == INVALID_SOCKET && error == WSAEOPNOTSUPP);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:9000"), 0);
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_ACCEPTCONN), 0);
    ck_assert_int_eq(spi_listen(me, s, 0, &error), 0);
    ck_assert_int_eq(spi_listen(me, s, -300, &error), 0); /* SOMAXCONN_HINT(300) */
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_ACCEPTCONN), 1);
    ck_assert(spi_shutdown(me, s, SD_SEND, &error) != 0 && error == WSAENOTCONN);
    ck_assert_int_eq(connects(me, d, "127.0.0.1:9000"), 0);
    SOCKET c = open_socket(me, AF_INET, SOCK_STREAM, false);
    ck_assert_int_eq(connects(me, c, "127.0.0.1:0"), WSAEADDRNOTAVAIL);
    ck_assert_int_eq(connects(me, c, "0.0.0.0:9000"), WSAEADDRNOTAVAIL);
    ck_assert_int_eq(connects(me, c, "127.0.0.1:9000"), 0);
    ck_assert(spi_listen(me, c, 5, &error) != 0 && error == WSAEISCONN);
    ends(me);
}

/* proves: SPI-SEND-2, SPI-RECV-10, SPI-SHUTDOWN-2 */
PLAY(test_shutdown)
{
    int error;
    start(me);
    struct pair pair = pair_open(me, false);
    ck_assert_int_eq(spi_shutdown(me, pair.client, SD_SEND, &error), 0);
    ck_assert_int_eq(spi_shutdown(me, pair.client, SD_SEND, &error), 0);
    ck_assert_int_eq(sends(me, pair.client, "x"), WSAESHUTDOWN);
    settle(me);
    ck_assert_int_eq(spi_shutdown(me, pair.server, SD_RECEIVE, &error), 0);
    ck_assert_str_eq(receives(me, pair.server, 1), "error 10058");
    ck_assert_int_eq(spi_shutdown(me, pair.server, SD_BOTH, &error), 0);
    ck_assert_int_eq(sends(me, pair.server, "x"), WSAESHUTDOWN);
    ck_assert_str_eq(receives(me, pair.client, 1), "");
    pair_close(me, &pair);
    ends(me);
}

PLAY(test_disconnect)
{
    int error;
    start(me);
    struct pair pair = pair_open(me, false);
    WSABUF *data = NEW(me, WSABUF);
    *data = (WSABUF){ 4, block_of(me, 4) };
    ck_assert(spi_disconnect(me, pair.client, data, false, &error) != 0 && error == WSAENOPROTOOPT);
    ck_assert(spi_disconnect(me, pair.client, memory_outside(world->process), true, &error) != 0 && error == WSAEFAULT);
    data->len = 0;
    ck_assert_int_eq(spi_disconnect(me, pair.client, data, false, &error), 0);
    ck_assert_int_eq(sends(me, pair.client, "x"), WSAESHUTDOWN);
    ck_assert_str_eq(receives(me, pair.server, 1), "");
    ck_assert_int_eq(spi_disconnect(me, pair.server, NULL, true, &error), 0);
    ck_assert_str_eq(receives(me, pair.server, 1), "error 10058");
    pair_close(me, &pair);
    ends(me);
}

/* ---- nonblocking ---- */

/* proves: SPI-CONNECT-2, SPI-ACCEPT-2, SPI-CONNECT-4 */
PLAY(test_nonblocking)
{
    int error;
    start(me);
    SOCKET listener = listens(me, "127.0.0.1:9000", false), s = open_socket(me, AF_INET, SOCK_STREAM, false);
    nonblocking(me, listener, 1);
    nonblocking(me, s, 1);
    ck_assert(accepts(me, listener, &error) == INVALID_SOCKET && error == WSAEWOULDBLOCK);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9"), WSAEWOULDBLOCK);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9"), WSAEALREADY);
    ck_assert_int_eq(sends(me, s, "x"), WSAENOTCONN);
    ck_assert_str_eq(receives(me, s, 1), "error 10057");
    nap(me, 10 * SECOND);
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_ERROR), WSAECONNREFUSED);
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_ERROR), 0);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9000"), WSAEWOULDBLOCK);
    settle(me);
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_ERROR), 0);
    SOCKET server = accepts(me, listener, &error);
    ck_assert(server != INVALID_SOCKET);
    ck_assert_str_eq(receives(me, server, 1), "error 10035"); /* it has the listener's mode */
    ck_assert_str_eq(receives(me, s, 1), "error 10035");
    ck_assert_int_eq(sends(me, s, "go"), 0);
    settle(me);
    ck_assert_str_eq(receives(me, server, 10), "go");
    ends(me);
}

static int connects_refused(struct thread *thread, struct blocked *blocked) { return connects(thread, blocked->s, "127.0.0.1:9"); }

PLAY(test_refused)
{
    static struct blocked blocked;
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, false);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9"), WSAECONNREFUSED);
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_ERROR), 0); /* the caller was told */
    SOCKET listener = listens(me, "127.0.0.1:9000", false);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9000"), 0);
    blocked = (struct blocked){ .call = connects_refused, .s = open_socket(me, AF_INET, SOCK_STREAM, false) };
    world_thread(world->process, "app/second", blocked_body, &blocked);
    nap(me, 100 * MILLISECOND);
    ck_assert(!blocked.returned);
    close_socket(me, blocked.s); /* under the call */
    settle(me);
    ck_assert(blocked.returned && blocked.error == WSAEINTR);
    close_socket(me, listener);
    ends(me);
}

/* How many connects a listener takes that nobody accepts from. */
static int backlog_of(struct world *world, struct thread *me, const char *name, uint32_t longest, int backlog)
{
    SOCKET listener = open_socket(me, AF_INET, SOCK_STREAM, false);
    int error, count = 0;
    world->host->parameters.tcp.somaxconn = longest;
    world->host->parameters.tcp.syn_rst_retries = 0;
    ck_assert_int_eq(binds(me, listener, name), 0);
    ck_assert_int_eq(spi_listen(me, listener, backlog, &error), 0);
    while (connects(me, open_socket(me, AF_INET, SOCK_STREAM, false), name) == 0) count++;
    close_socket(me, listener);
    return count;
}

/* The host says what the longest backlog is, and nobody before it. proves: NET-TCP-56 */
PLAY(test_backlog)
{
    start(me);
    ck_assert_int_eq(backlog_of(world, me, "127.0.0.1:9000", 200, SOMAXCONN), 200);
    ck_assert_int_eq(backlog_of(world, me, "127.0.0.1:9001", 250, SOMAXCONN), 250);
    ck_assert_int_eq(backlog_of(world, me, "127.0.0.1:9002", 250, 230), 230);
    ck_assert_int_eq(backlog_of(world, me, "127.0.0.1:9003", 250, -240), 240); /* SOMAXCONN_HINT(240) */
    ck_assert_int_eq(backlog_of(world, me, "127.0.0.1:9004", 250, -5), 200);
    ck_assert_int_eq(backlog_of(world, me, "127.0.0.1:9005", 3, SOMAXCONN), 3);
    ends(me);
}

/* ---- accepting ---- */

static int accepts_blocked(struct thread *thread, struct blocked *blocked)
{
    int error = 0;
    blocked->accepted = accepts(thread, blocked->s, &error);
    return blocked->accepted == INVALID_SOCKET ? error : 0;
}

PLAY(test_accept_waits)
{
    static struct blocked first, second;
    start(me);
    SOCKET listener = listens(me, "127.0.0.1:9000", false), s = open_socket(me, AF_INET, SOCK_STREAM, false);
    first = second = (struct blocked){ .call = accepts_blocked, .s = listener };
    world_thread(world->process, "app/first", blocked_body, &first);
    world_thread(world->process, "app/second", blocked_body, &second);
    settle(me);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9000"), 0);
    settle(me);
    ck_assert(first.returned && !first.error && !second.returned);
    close_socket(me, listener);
    settle(me);
    ck_assert(second.returned && second.error == WSAEINTR);
    ends(me);
}

/* proves: SPI-ACCEPT-3 */
PLAY(test_accept_inherits)
{
    start(me);
    SOCKET listener = listens(me, "127.0.0.1:9000", true), s = open_socket(me, AF_INET, SOCK_STREAM, false);
    struct linger linger = { 1, 555 };
    ck_assert_int_eq(sets(me, listener, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    ck_assert_int_eq(sets(me, listener, SOL_SOCKET, SO_OOBINLINE, 1), 0);
    ck_assert_int_eq(sets(me, listener, SOL_SOCKET, SO_RCVBUF, 0x123), 0);
    ck_assert_int_eq(sets(me, listener, SOL_SOCKET, SO_RCVTIMEO, 0x124), 0);
    ck_assert_int_eq(sets(me, listener, SOL_SOCKET, SO_SNDTIMEO, 0x125), 0);
    ck_assert_int_eq(sets(me, listener, IPPROTO_TCP, TCP_NODELAY, 1), 0);
    ck_assert_int_eq(sets_option(me, listener, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9000"), 0);
    SOCKET c = accepts(me, listener, NULL);
    ck_assert_int_eq(gets(me, c, SOL_SOCKET, SO_KEEPALIVE), 1);
    ck_assert_int_eq(gets(me, c, SOL_SOCKET, SO_OOBINLINE), 1);
    ck_assert_int_eq(gets(me, c, SOL_SOCKET, SO_RCVBUF), 0x123);
    ck_assert_int_eq(gets(me, c, SOL_SOCKET, SO_RCVTIMEO), 0x124);
    ck_assert_int_eq(gets(me, c, SOL_SOCKET, SO_SNDTIMEO), 0x125);
    ck_assert_int_eq(gets(me, c, IPPROTO_TCP, TCP_NODELAY), 1);
    ck_assert_int_eq(gets(me, c, SOL_SOCKET, SO_LINGER), 1 | 555 << 16);
    ck_assert_int_eq(gets(me, c, SOL_SOCKET, SO_ACCEPTCONN), 0);
    struct io call = { .s = c, .size = 1, .overlapped = with_event(world, me) };
    ck_assert_int_eq(io(me, &call), WSA_IO_PENDING);
    ends(me);
}

struct met { struct thread *me; SOCKET s; int inside; char from[SOCKADDR_TEXT]; int answer; };

static int CALLBACK meets(LPWSABUF caller, LPWSABUF caller_data, LPQOS qos, LPQOS group_qos, LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR data)
{
    struct met *met = (struct met *)data;
    ck_assert(!caller_data && !qos && !group_qos && callee && !callee_data && group);
    sockaddr_text(caller->buf, caller->len, met->from);
    met->inside = binds(met->me, met->s, "127.0.0.1:0");
    return met->answer;
}

/* proves: SPI-ACCEPT-5 */
PLAY(test_condition)
{
    static struct met met;
    int error;
    start(me);
    SOCKET listener = listens(me, "127.0.0.1:9000", false), s = open_socket(me, AF_INET, SOCK_STREAM, false), other;
    nonblocking(me, listener, 1);
    met = (struct met){ .me = me, .s = s, .answer = CF_DEFER };
    struct spi_accept call = { .s = listener, .name = block_of(me, 16), .size = NEW(me, int), .condition = meets, .data = (DWORD_PTR)&met };
    *call.size = 16;
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9000"), 0);
    settle(me);
    ck_assert(spi_accept(me, &call, &error) == INVALID_SOCKET && error == WSATRY_AGAIN);
    ck_assert_str_eq(met.from, "127.0.0.1:49152");
    ck_assert_int_eq(met.inside, WSAEINPROGRESS);
    met.answer = 77;
    ck_assert(spi_accept(me, &call, &error) == INVALID_SOCKET && error == WSAEINVAL);
    met.answer = CF_ACCEPT;
    ck_assert((other = spi_accept(me, &call, &error)) != INVALID_SOCKET);
    ck_name(peer_name(me, other), "127.0.0.1:49152");
    s = open_socket(me, AF_INET, SOCK_STREAM, false);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9000"), 0);
    settle(me);
    met.answer = CF_REJECT;
    ck_assert(spi_accept(me, &call, &error) == INVALID_SOCKET && error == WSAECONNREFUSED);
    settle(me);
    ck_assert_str_eq(receives(me, s, 1), "error 10054");
    ck_assert(spi_accept(me, &call, &error) == INVALID_SOCKET && error == WSAEWOULDBLOCK);
    *call.size = 15;
    ck_assert(spi_accept(me, &call, &error) == INVALID_SOCKET && error == WSAEFAULT);
    s = open_socket(me, AF_INET, SOCK_STREAM, false);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9000"), 0);
    settle(me);
    met.answer = CF_DEFER;
    *call.size = 16;
    ck_assert(spi_accept(me, &call, &error) == INVALID_SOCKET && error == WSATRY_AGAIN);
    ends(me); /* what is deferred goes with its listener */
}

/* With SO_CONDITIONAL_ACCEPT nothing is answered before somebody accepts. */
PLAY(test_conditional)
{
    int error;
    start(me);
    SOCKET listener = open_socket(me, AF_INET, SOCK_STREAM, false), s = open_socket(me, AF_INET, SOCK_STREAM, false), c;
    ck_assert_int_eq(sets(me, listener, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, 1), 0);
    ck_assert_int_eq(binds(me, listener, "127.0.0.1:9000"), 0);
    ck_assert_int_eq(spi_listen(me, listener, 5, &error), 0);
    nonblocking(me, s, 1);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9000"), WSAEWOULDBLOCK);
    settle(me);
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_CONNECT_TIME), 0xFFFFFFFF);
    struct spi_accept call = { .s = listener, .condition = condition_pointer(CF_REJECT) };
    ck_assert(spi_accept(me, &call, &error) == INVALID_SOCKET && error == WSAECONNREFUSED);
    nap(me, SECOND); /* it tries again */
    call.condition = condition_pointer(CF_DEFER);
    ck_assert(spi_accept(me, &call, &error) == INVALID_SOCKET && error == WSATRY_AGAIN);
    ck_assert_int_eq(gets(me, s, SOL_SOCKET, SO_CONNECT_TIME), 0xFFFFFFFF);
    call.condition = condition_pointer(CF_ACCEPT);
    ck_assert((c = spi_accept(me, &call, &error)) != INVALID_SOCKET);
    ck_assert_int_eq(sends(me, c, "welcome"), 0); /* the call has seen the handshake through */
    settle(me);
    ck_assert_str_eq(receives(me, s, 10), "welcome");
    ends(me);
}

/* ---- overlapped ---- */

/* proves: SPI-RECV-5, SPI-RECV-13 */
PLAY(test_overlapped)
{
    DWORD bytes = 0;
    start(me);
    struct pair pair = pair_open(me, true);
    struct io first = { .s = pair.server, .size = 4, .overlapped = with_event(world, me) }, second = { .s = pair.server, .size = 4, .overlapped = with_event(world, me) };
    struct io all = { .s = pair.server, .size = 6, .flags = MSG_WAITALL, .overlapped = NEW(me, WSAOVERLAPPED), .routine = routine_pointer(1) };
    ck_assert_int_eq(io(me, &first), WSA_IO_PENDING);
    ck_assert_int_eq(io(me, &second), WSA_IO_PENDING);
    ck_assert_int_eq(io(me, &all), WSA_IO_PENDING);
    ck_assert_int_eq(sends(me, pair.client, "aaaabbbbcc"), 0);
    settle(me);
    ck_assert_int_eq(result_of(me, pair.server, first.overlapped, &bytes, NULL), 0);
    ck_assert(bytes == 4 && strcmp(first.room, "aaaa") == 0);
    ck_assert_int_eq(result_of(me, pair.server, second.overlapped, &bytes, NULL), 0);
    ck_assert(bytes == 4 && strcmp(second.room, "bbbb") == 0);
    ck_assert_int_eq(result_of(me, pair.server, all.overlapped, &bytes, NULL), WSA_IO_INCOMPLETE);
    ck_assert_int_eq(sends(me, pair.client, "dddd"), 0);
    nap(me, SECOND); /* Nagle holds it until the former is acknowledged */
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert(all.overlapped->InternalHigh == 6 && strcmp(all.room, "ccdddd") == 0);
    ck_assert_int_eq(io(me, &first), WSA_IO_PENDING);
    reset_close(me, pair.client);
    settle(me);
    ck_assert_int_eq(result_of(me, pair.server, first.overlapped, &bytes, NULL), WSAECONNRESET);
    ck_assert_uint_eq((uint32_t)first.overlapped->Internal, (uint32_t)STATUS_CONNECTION_RESET);
    ck_assert_int_eq(io(me, &first), WSAECONNRESET); /* at once: nothing completes */
    ck_assert_int_eq(sends(me, pair.server, "x"), WSAECONNRESET);
    ends(me);
}

PLAY_AS(KERNEL_OBSERVED, test_close_as_windows)
{
    start(me);
    struct pair pair = pair_open(me, true);
    struct io call = { .s = pair.server, .size = 4, .overlapped = with_event(world, me) };
    ck_assert_int_eq(io(me, &call), WSA_IO_PENDING);
    close_socket(me, pair.server);
    ck_assert_uint_eq((uint32_t)call.overlapped->Internal, (uint32_t)STATUS_CONNECTION_ABORTED);
    ends(me);
}

/* ---- closing ---- */

static int closes(struct thread *thread, struct blocked *blocked)
{
    int error;
    return spi_close(thread, blocked->s, &error) == 0 ? 0 : error;
}

/* proves: SPI-CLOSE-1, SPI-CLOSE-2 */
PLAY(test_linger)
{
    static struct blocked blocked;
    int error;
    struct linger soft = { 1, 5 };
    start(me);
    struct pair pair = pair_open(me, false);
    ck_assert_int_eq(sets_option(me, pair.client, SOL_SOCKET, SO_LINGER, &soft, sizeof soft), 0);
    ck_assert_int_eq(sends(me, pair.client, "bye"), 0);
    nonblocking(me, pair.client, 1);
    ck_assert(spi_close(me, pair.client, &error) != 0 && error == WSAEWOULDBLOCK);
    ck_assert_int_eq(gets(me, pair.client, SOL_SOCKET, SO_TYPE), SOCK_STREAM); /* it is still there */
    settle(me);
    ck_assert_str_eq(receives(me, pair.server, 10), "bye");
    ck_assert_int_eq(spi_close(me, pair.client, &error), 0);
    close_socket(me, pair.server);
    close_socket(me, pair.listener);

    pair = pair_open(me, false);
    ck_assert_int_eq(sets_option(me, pair.client, SOL_SOCKET, SO_LINGER, &soft, sizeof soft), 0);
    ck_assert_int_eq(sends(me, pair.client, "bye"), 0);
    int64_t before_ns = engine_now_ns(world->engine);
    blocked = (struct blocked){ .call = closes, .s = pair.client };
    world_thread(world->process, "app/closer", blocked_body, &blocked);
    settle(me);
    ck_assert(blocked.returned && blocked.error == 0 && blocked.at_ns > before_ns); /* when all is acknowledged */
    ck_assert_str_eq(receives(me, pair.server, 10), "bye");
    ck_assert_str_eq(receives(me, pair.server, 10), "");
    ends(me);
}

PLAY(test_hard_close)
{
    start(me);
    struct pair pair = pair_open(me, false);
    ck_assert_int_eq(sends(me, pair.client, "lost"), 0);
    reset_close(me, pair.client);
    settle(me);
    ck_assert_str_eq(receives(me, pair.server, 10), "error 10054");
    close_socket(me, pair.server);
    ends(me);
}

PLAY(test_wait_all)
{
    start(me);
    struct pair pair = pair_open(me, false);
    struct io call = { .s = pair.server, .size = 10, .flags = MSG_WAITALL };
    ck_assert_int_eq(sets(me, pair.server, SOL_SOCKET, SO_RCVTIMEO, 100), 0);
    ck_assert_int_eq(sends(me, pair.client, "some"), 0);
    ck_assert_int_eq(io(me, &call), 0); /* the time is over: what there is */
    ck_assert_str_eq(call.room, "some");
    ck_assert_uint_eq(call.bytes, 4);
    ck_assert_int_eq(io(me, &call), WSAETIMEDOUT);
    nonblocking(me, pair.server, 1);
    ck_assert_int_eq(io(me, &call), WSAEOPNOTSUPP);
    pair_close(me, &pair);
    ends(me);
}

/* proves: SPI-SEND-9 */
PLAY(test_send_timeout)
{
    start(me);
    struct pair pair = pair_open(me, false);
    ck_assert_int_eq(sets(me, pair.client, SOL_SOCKET, SO_SNDTIMEO, 200), 0);
    char *big = block_of(me, 1000001);
    memset(big, 'x', 1000000);
    int error = 0;
    for (int i = 0; i < 8 && error == 0; i++) error = sends(me, pair.client, big); /* nobody reads */
    ck_assert_int_eq(error, WSAETIMEDOUT);
    ends(me);
}

int main(void)
{
    Suite *suite = suite_create("streams");
    TCase *tests = tcase_create("streams");
    tcase_add_test(tests, test_journey);
    tcase_add_test(tests, test_states);
    tcase_add_test(tests, test_shutdown);
    tcase_add_test(tests, test_disconnect);
    tcase_add_test(tests, test_nonblocking);
    tcase_add_test(tests, test_refused);
    tcase_add_test(tests, test_backlog);
    tcase_add_test(tests, test_accept_waits);
    tcase_add_test(tests, test_accept_inherits);
    tcase_add_test(tests, test_condition);
    tcase_add_test(tests, test_conditional);
    tcase_add_test(tests, test_overlapped);
    tcase_add_test(tests, test_close_as_windows);
    tcase_add_test(tests, test_linger);
    tcase_add_test(tests, test_hard_close);
    tcase_add_test(tests, test_wait_all);
    tcase_add_test(tests, test_send_timeout);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
