/* The network subsystem fails and comes back: what sockets are told, what is left of them. */
#include "provider/provider.h" /* before <check.h>, which has a macro fail */

#include "provider/sockets.h"

#define ALL FD_ALL_EVENTS

static void network(struct world *world, struct thread *me, bool up)
{
    host_stack(world->host, up);
    settle(me);
}

/* Every socket that waits for something it was not told yet. proves: SPI-EVENTS-11 */
PLAY(test_who_is_told)
{
    start(me);
    struct pair pair = pair_open(me, false);
    SOCKET idle = open_socket(me, AF_INET, SOCK_STREAM, false), unbound = open_socket(me, AF_INET, SOCK_DGRAM, false), bound = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(binds(me, bound, "127.0.0.1:7"), 0);
    const LONG close = FD_READ | FD_OOB | FD_CLOSE | FD_QOS;
    const struct { const char *what; SOCKET s; LONG mask, first, told; } rows[] = {
        { "connection", pair.client, ALL, FD_WRITE | FD_CONNECT, close }, { "accepted", pair.server, ALL, FD_WRITE, close }, { "listener", pair.listener, ALL, 0, FD_ACCEPT | FD_QOS },
        { "idle", idle, ALL, 0, FD_QOS }, { "unbound", unbound, ALL, 0, FD_READ | FD_WRITE | FD_QOS }, { "bound", bound, ALL, FD_WRITE, FD_READ | FD_QOS },
    };
    HANDLE events[sizeof rows / sizeof *rows];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        events[i] = chooses(world, me, rows[i].s, rows[i].mask);
        LONG first = recorded(me, rows[i].s, events[i], 0, NULL);
        hold(first == rows[i].first, "%s: %ld at first", rows[i].what, (long)first);
    }
    network(world, me, false);
    network(world, me, true);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int error;
        WSANETWORKEVENTS *seen = NEW(me, WSANETWORKEVENTS);
        ck_assert_int_eq(spi_enum_network_events(me, rows[i].s, events[i], seen, &error), 0);
        hold(seen->lNetworkEvents == rows[i].told, "%s: %ld", rows[i].what, (long)seen->lNetworkEvents);
        for (int bit = 0; bit < FD_MAX_EVENTS; bit++) hold(!(seen->lNetworkEvents >> bit & 1) || seen->iErrorCode[bit] == WSAENETDOWN, "%s: error of bit %d", rows[i].what, bit);
    }
    network(world, me, false); /* a lost connection has nothing to say any more, the others have */
    network(world, me, true);
    ck_assert_int_eq(recorded(me, pair.client, events[0], 0, NULL) & FD_CLOSE, 0);
    ck_assert_int_eq(recorded(me, bound, events[5], 0, NULL), FD_READ | FD_QOS);
    ends(me);
}

/* Outside the mask nothing is told, nor of what is disabled. */
PLAY(test_who_is_not_told)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    HANDLE event = chooses(world, me, s, FD_READ | FD_WRITE);
    ck_assert_int_eq(recorded(me, s, event, 0, NULL), FD_WRITE);
    ck_assert_int_eq(sends_to(me, s, "x", "127.0.0.1:7"), 0);
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, 0, NULL), FD_READ);
    network(world, me, false);
    ck_assert(!event_signalled(world->process, event));
    network(world, me, true);
    ck_assert(!event_signalled(world->process, event));
    ck_assert_str_eq(receives(me, s, 9), "x"); /* what had come stays */
    ends(me);
}

/* What comes when the network is back takes the place of the failure that nobody has fetched. */
PLAY(test_back_before_it_is_fetched)
{
    int code = 77;
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    HANDLE event = chooses(world, me, s, FD_READ);
    network(world, me, false);
    ck_assert(event_signalled(world->process, event));
    network(world, me, true);
    ck_assert_int_eq(sends_to(me, s, "x", "127.0.0.1:7"), 0);
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, FD_READ_BIT, &code), FD_READ);
    ck_assert_int_eq(code, 0);
    ends(me);
}

/* Down and up at one instant: it is told all the same, and the watch goes on. */
PLAY(test_for_no_time)
{
    int code = 77;
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    HANDLE event = chooses(world, me, s, FD_READ);
    host_stack(world->host, false);
    host_stack(world->host, true);
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, FD_READ_BIT, &code), FD_READ);
    ck_assert_int_eq(code, WSAENETDOWN);
    ck_assert_int_eq(sends_to(me, s, "x", "127.0.0.1:7"), 0);
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, FD_READ_BIT, &code), FD_READ);
    ck_assert_int_eq(code, 0);
    ends(me);
}

PLAY(test_connecting)
{
    int code = 77;
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, false);
    HANDLE event = chooses(world, me, s, FD_CONNECT | FD_WRITE);
    ck_assert_int_eq(connects(me, s, "192.0.2.77:80"), WSAEWOULDBLOCK);
    network(world, me, false);
    ck_assert(event_signalled(world->process, event));
    network(world, me, true);
    ck_assert_int_eq(recorded(me, s, event, FD_CONNECT_BIT, &code), FD_CONNECT);
    ck_assert_int_eq(code, WSAENETDOWN);
    SOCKET listener = listens(me, "127.0.0.1:9000", false);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9000"), WSAEWOULDBLOCK);
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, FD_CONNECT_BIT, &code), FD_CONNECT | FD_WRITE);
    ck_assert_int_eq(code, 0);
    close_socket(me, listener);
    ends(me);
}

/* Connections in every state: none is left, and none but those with an owner can be asked. proves: NET-STACK-1, NET-STACK-2, NET-STACK-3 */
PLAY(test_connections_end)
{
    start(me);
    struct pair pair = pair_open(me, false);
    SOCKET waiting = open_socket(me, AF_INET, SOCK_STREAM, false), orphan = open_socket(me, AF_INET, SOCK_STREAM, false), half = open_socket(me, AF_INET, SOCK_STREAM, false);
    ck_assert_int_eq(connects(me, orphan, "127.0.0.1:9000"), 0);
    settle(me);
    SOCKET other = accepts(me, pair.listener, NULL);
    ck_assert_int_eq(connects(me, half, "127.0.0.1:9000"), 0);
    settle(me);
    SOCKET end = accepts(me, pair.listener, NULL);
    int error;
    ck_assert_int_eq(spi_shutdown(me, half, SD_SEND, &error), 0);
    ck_assert_int_eq(spi_shutdown(me, end, SD_SEND, &error), 0);
    ck_assert_int_eq(sends(me, pair.server, "unread"), 0);
    close_socket(me, orphan); /* FIN_WAIT_2: nobody owns it */
    settle(me);
    ck_assert_int_eq(connects(me, waiting, "127.0.0.1:9000"), 0);
    settle(me);
    network(world, me, false);
    ck_assert_ptr_null(world->host->connections);
    network(world, me, true);
    nonblocking(me, pair.listener, 1);
    ck_assert(accepts(me, pair.listener, &error) == INVALID_SOCKET && error == WSAEWOULDBLOCK);
    const SOCKET lost[] = { pair.client, pair.server, waiting, other };
    for (size_t i = 0; i < sizeof lost / sizeof *lost; i++) {
        hold(strcmp(receives(me, lost[i], 9), "error 10050") == 0, "receive of %zu: %s", i, receives(me, lost[i], 9));
        hold(sends(me, lost[i], "x") == WSAENETDOWN, "send of %zu", i);
    }
    ck_assert_str_eq(receives(me, half, 9), ""); /* both ends had finished: in order */
    SOCKET fresh = open_socket(me, AF_INET, SOCK_STREAM, false);
    ck_assert_int_eq(connects(me, fresh, "127.0.0.1:9000"), 0);
    settle(me);
    ck_assert(accepts(me, pair.listener, NULL) != INVALID_SOCKET);
    ends(me);
}

PLAY(test_messages)
{
    int error;
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    HWND window = window_new(me, "w");
    ck_assert_int_eq(spi_async_select(me, s, &(struct judge_messages){ window, 1, FD_READ | FD_WRITE | FD_CLOSE | FD_ADDRESS_LIST_CHANGE }, &error), 0);
    struct spi_ioctl list = { .s = s, .code = SIO_ADDRESS_LIST_CHANGE, .bytes = NEW(me, DWORD) };
    ck_assert(spi_ioctl(me, &list, &error) != 0 && error == WSAEWOULDBLOCK);
    network(world, me, false);
    LONG seen = 0;
    struct window_message message;
    uint64_t number;
    while (message_take(me, window, 0, &message, &number) == WSA_WAIT_EVENT_0) {
        ck_assert_int_eq(WSAGETSELECTERROR(message.word), WSAENETDOWN);
        ck_assert_int_eq(seen & WSAGETSELECTEVENT(message.word), 0);
        seen |= WSAGETSELECTEVENT(message.word);
    }
    ck_assert_int_eq(seen, FD_READ | FD_WRITE | FD_ADDRESS_LIST_CHANGE);
    network(world, me, true);
    ends(me);
}

int main(void)
{
    Suite *suite = suite_create("network down");
    TCase *tests = tcase_create("network down");
    tcase_add_test(tests, test_who_is_told);
    tcase_add_test(tests, test_who_is_not_told);
    tcase_add_test(tests, test_back_before_it_is_fetched);
    tcase_add_test(tests, test_for_no_time);
    tcase_add_test(tests, test_connecting);
    tcase_add_test(tests, test_connections_end);
    tcase_add_test(tests, test_messages);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
