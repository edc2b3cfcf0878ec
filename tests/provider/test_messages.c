/* WSPAsyncSelect: which messages are posted, in which order, with which error. */
#include "provider/provider.h" /* before <check.h>, which has a macro fail */

#include "provider/sockets.h"

#define ALL (FD_ALL_EVENTS)
#define MESSAGE 0x401u

static int asks(struct thread *me, SOCKET s, HWND window, LONG mask)
{
    int error;
    return spi_async_select(me, s, &(struct judge_messages){ window, MESSAGE, mask }, &error) == 0 ? 0 : error;
}

/* All that waits, "READ WRITE CLOSE=10054", of this socket and with our number; "?" for any other. */
static const char *posted(struct thread *me, SOCKET s)
{
    static const char *const names[FD_MAX_EVENTS] = { "READ", "WRITE", "OOB", "ACCEPT", "CONNECT", "CLOSE", "QOS", "GROUP_QOS", "ROUTE", "ADDRESSES" };
    char *text = block_of(me, LOG_ROOM);
    struct window_message message;
    uint64_t number;
    size_t length = 0;
    while (message_take(me, NULL, 0, &message, &number) == WSA_WAIT_EVENT_0) {
        int bit = 0, error = WSAGETSELECTERROR(message.word);
        while (bit < FD_MAX_EVENTS && WSAGETSELECTEVENT(message.word) != 1 << bit) bit++;
        bool good = bit < FD_MAX_EVENTS && message.wide == s && message.message == MESSAGE;
        length += (size_t)snprintf(text + length, LOG_ROOM - length, error ? "%s%s=%d" : "%s%s", length ? " " : "", good ? names[bit] : "?", error);
    }
    return text;
}
#define ck_posted(me, s, wanted) ck_assert_str_eq(posted(me, s), wanted)

/* proves: SPI-EVENTSELECT-4, SPI-EVENTSELECT-10 */
PLAY(test_arguments)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    HWND window = window_new(me, "w"), gone = window_new(me, "gone");
    ck_assert(window_destroy(me, gone));
    HWND const bad[] = { NULL, (HWND)(uintptr_t)1, (HWND)s, (HWND)event_new(world->process, true, NULL), gone };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hold(asks(me, s, bad[i], FD_READ) == WSAEINVAL, "window %zu", i);
        hold(asks(me, s, bad[i], 0) == 0, "window %zu with mask 0", i);
    }
    for (int bit = 0; bit < 32; bit++) {
        LONG mask = (LONG)(1u << bit);
        hold(asks(me, s, window, mask) == (bit < FD_MAX_EVENTS ? 0 : WSAEINVAL), "bit %d", bit);
        hold(asks(me, s, window, mask | FD_READ) == (bit < FD_MAX_EVENTS ? 0 : WSAEINVAL), "bit %d and FD_READ", bit);
    }
    ck_assert_int_eq(asks(me, s, window, -1), WSAEINVAL);
    ck_assert_int_eq(asks(me, INVALID_SOCKET, window, FD_READ), WSAENOTSOCK);
    host_stack(world->host, false);
    ck_assert_int_eq(asks(me, s, window, FD_READ), WSAENETDOWN);
    ck_assert_int_eq(asks(me, INVALID_SOCKET, window, FD_READ), WSAENOTSOCK);
    ends(me);
}

/* A refused call changes nothing of the registration before. */
PLAY(test_refused_changes_nothing)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    HWND window = window_new(me, "w");
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    ck_assert_int_eq(asks(me, s, window, FD_READ), 0);
    ck_assert_int_eq(asks(me, s, NULL, FD_WRITE), WSAEINVAL);
    ck_posted(me, s, "");
    ck_assert_int_eq(sends_to(me, s, "a", "127.0.0.1:7"), 0);
    settle(me);
    ck_posted(me, s, "READ");
    ends(me);
}

/* A stream from its beginning to its end: what is posted, and what enables it again. proves: SPI-EVENTSELECT-7, SPI-EVENTSELECT-9, SPI-EVENTSELECT-11 */
static void stream(struct world *world, struct thread *me, const char *again, const char *reset)
{
    start(me);
    SOCKET listener = listens(me, "127.0.0.1:9000", false), s = open_socket(me, AF_INET, SOCK_STREAM, false);
    HWND window = window_new(me, "w");
    ck_assert_int_eq(asks(me, listener, window, ALL), 0);
    ck_assert_int_eq(asks(me, s, window, ALL), 0);
    ck_posted(me, s, "");
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9000"), WSAEWOULDBLOCK);
    settle(me);
    ck_assert_int_eq(asks(me, listener, NULL, 0), 0);
    const char *both = posted(me, s);
    hold(strcmp(both, "? CONNECT WRITE") == 0 || strcmp(both, "CONNECT WRITE ?") == 0, "%s", both); /* the listener's among them */
    ck_assert_int_eq(asks(me, s, window, ALL), 0);
    ck_posted(me, s, again);
    SOCKET server = accepts(me, listener, NULL);
    ck_assert_int_eq(sends(me, s, "hello"), 0);
    settle(me);
    ck_posted(me, s, "");
    ck_assert_int_eq(asks(me, server, window, ALL), 0);
    ck_posted(me, server, "READ WRITE");
    ck_assert_int_eq(asks(me, server, window, FD_READ), 0);
    ck_posted(me, server, "READ");
    ck_assert_str_eq(receives(me, server, 2), "he");
    ck_posted(me, server, "READ");
    ck_assert_str_eq(receives(me, server, 10), "llo");
    ck_posted(me, server, "");
    ck_assert_str_eq(receives(me, server, 10), "error 10035");
    ck_posted(me, server, "");
    ck_assert_int_eq(asks(me, server, window, FD_READ | FD_CLOSE), 0);
    reset_close(me, s);
    settle(me);
    ck_posted(me, server, reset);
    ck_assert_int_eq(asks(me, server, window, FD_READ | FD_CLOSE), 0);
    ck_posted(me, server, reset);
    ends(me);
    (void)world;
}

PLAY(test_stream) { stream(world, me, "CONNECT WRITE", "CLOSE=10054"); }
PLAY_AS(KERNEL_OBSERVED, test_stream_as_windows) { stream(world, me, "WRITE", "CLOSE=10053"); }

PLAY(test_connect_fails)
{
    static const struct { const char *to, *seen; } rows[] = { { "127.0.0.1:9", "CONNECT=10061" }, { "192.0.2.77:80", "CONNECT=10060" } };
    start(me);
    HWND window = window_new(me, "w");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, false);
        ck_assert_int_eq(asks(me, s, window, ALL), 0);
        ck_assert_int_eq(connects(me, s, rows[i].to), WSAEWOULDBLOCK);
        nap(me, 60 * SECOND);
        ck_posted(me, s, rows[i].seen);
    }
    ends(me);
}

/* proves: SPI-EVENTSELECT-12 */
PLAY(test_accepted)
{
    start(me);
    SOCKET listener = listens(me, "127.0.0.1:9000", false), s = open_socket(me, AF_INET, SOCK_STREAM, false);
    HWND window = window_new(me, "w");
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9000"), 0);
    ck_assert_int_eq(asks(me, listener, window, FD_ACCEPT | FD_READ | FD_CLOSE), 0);
    settle(me);
    ck_posted(me, listener, "ACCEPT");
    SOCKET server = accepts(me, listener, NULL);
    ck_assert_int_eq(sends(me, s, "x"), 0);
    settle(me);
    ck_posted(me, server, "READ");
    close_socket(me, s);
    settle(me);
    ck_posted(me, server, ""); /* not before the data was read */
    ck_assert_str_eq(receives(me, server, 9), "x");
    ck_posted(me, server, "CLOSE");
    ends(me);
}

/* proves: SPI-EVENTSELECT-8, SPI-EVENTSELECT-13 */
PLAY(test_after_the_end)
{
    start(me);
    struct pair pair = pair_open(me, false);
    HWND window = window_new(me, "w"), other = window_new(me, "v");
    ck_assert_int_eq(asks(me, pair.server, window, ALL), 0);
    SOCKET closed = pair.server;
    close_socket(me, closed);
    settle(me);
    ck_posted(me, closed, "WRITE");
    ck_assert_int_eq(asks(me, pair.client, other, FD_WRITE | FD_CLOSE), 0);
    ck_assert(window_destroy(me, other));
    ck_posted(me, pair.client, "");
    ck_assert_str_eq(receives(me, pair.client, 10), "");
    close_socket(me, pair.client);
    ends(me);
}

/* The last WSPCleanup ends it all without a message. proves: SPI-CLEANUP-3 */
PLAY(test_cleaned_up)
{
    start(me);
    struct pair pair = pair_open(me, false);
    HWND window = window_new(me, "w");
    ck_assert_int_eq(asks(me, pair.client, window, FD_READ | FD_CLOSE | FD_ADDRESS_LIST_CHANGE), 0);
    int error;
    struct spi_ioctl arm = { .s = pair.client, .code = SIO_ADDRESS_LIST_CHANGE, .bytes = NEW(me, DWORD) };
    ck_assert(spi_ioctl(me, &arm, &error) != 0 && error == WSAEWOULDBLOCK);
    ends(me);
    give(world->eth0, "192.0.2.11/24");
    nap(me, SECOND);
    ck_posted(me, pair.client, "");
}

/* Edges of control codes: each destination or list armed since the last message makes one. */
PLAY(test_edges)
{
    int error;
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    HWND window = window_new(me, "w");
    struct spi_ioctl list = { .s = s, .code = SIO_ADDRESS_LIST_CHANGE, .bytes = NEW(me, DWORD) };
    struct spi_ioctl route = { .s = s, .code = SIO_ROUTING_INTERFACE_CHANGE, .in = sockaddr_at(me, "203.0.113.1:0"), .in_size = 16, .bytes = NEW(me, DWORD) };
    ck_assert_int_eq(asks(me, s, window, FD_ADDRESS_LIST_CHANGE | FD_ROUTING_INTERFACE_CHANGE), 0);
    for (int round = 0; round < 3; round++) {
        ck_assert(spi_ioctl(me, &list, &error) != 0 && error == WSAEWOULDBLOCK);
        ck_assert(spi_ioctl(me, &route, &error) != 0 && error == WSAEWOULDBLOCK);
        give(world->eth0, "192.0.2.11/24");
        settle(me);
        ck_posted(me, s, "ADDRESSES");
        if (round < 2) lead(world->eth1, "203.0.113.0/24", "198.51.100.1"); else lead_no_more(world, "0.0.0.0/0");
        take(world->eth0, "192.0.2.11");
        settle(me);
        ck_posted(me, s, round < 2 ? "ROUTE" : "ROUTE=10051");
        if (round < 2) lead_no_more(world, "203.0.113.0/24");
        settle(me);
        ck_posted(me, s, "");
    }
    ends(me);
}

PLAY_AS(KERNEL_OBSERVED, test_datagrams_as_windows)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    HWND window = window_new(me, "w");
    ck_assert_int_eq(asks(me, s, window, ALL), 0);
    ck_posted(me, s, "WRITE"); /* unbound */
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    ck_posted(me, s, "");
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(sends_to(me, s, "a", "127.0.0.1:7"), 0);
        settle(me);
        ck_posted(me, s, i == 0 ? "READ" : ""); /* a message does not come anew for more data */
    }
    ends(me);
}

int main(void)
{
    Suite *suite = suite_create("messages");
    TCase *tests = tcase_create("messages");
    tcase_add_test(tests, test_arguments);
    tcase_add_test(tests, test_refused_changes_nothing);
    tcase_add_test(tests, test_stream);
    tcase_add_test(tests, test_stream_as_windows);
    tcase_add_test(tests, test_connect_fails);
    tcase_add_test(tests, test_accepted);
    tcase_add_test(tests, test_after_the_end);
    tcase_add_test(tests, test_cleaned_up);
    tcase_add_test(tests, test_edges);
    tcase_add_test(tests, test_datagrams_as_windows);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
