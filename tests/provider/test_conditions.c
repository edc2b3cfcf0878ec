/* FD_READ, FD_WRITE, FD_OOB, FD_ACCEPT, FD_CONNECT and FD_CLOSE: when each is recorded, and what enables it again. */
#include "provider/sockets.h"

#define ALL FD_ALL_EVENTS
#define NONE 0

/* proves: SPI-EVENTS-1, SPI-EVENTS-2, SPI-EVENTSELECT-9 */
PLAY(test_read)
{
    start(me);
    struct pair pair = pair_open(me, true);
    HANDLE event = chooses(world, me, pair.server, FD_READ);
    ck_assert(!event_signalled(world->process, event));
    ck_assert_int_eq(sends(me, pair.client, "0123456789"), 0);
    settle(me);
    ck_assert(event_signalled(world->process, event));
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_READ);
    ck_assert(!event_signalled(world->process, event));
    ck_assert_int_eq(sends(me, pair.client, "more"), 0);
    nap(me, SECOND);
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), NONE); /* told once */
    ck_assert_str_eq(receives(me, pair.server, 2), "01");
    ck_assert(event_signalled(world->process, event)); /* something is left */
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_READ);
    struct io peek = { .s = pair.server, .size = 2, .flags = MSG_PEEK };
    ck_assert_int_eq(io(me, &peek), 0); /* looking enables too */
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_READ);
    struct io overlapped = { .s = pair.server, .size = 8, .overlapped = with_event(world, me) };
    ck_assert_int_eq(io(me, &overlapped), 0);
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_READ);
    ck_assert_str_eq(receives(me, pair.server, 100), "more");
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), NONE);
    ck_assert_int_eq(io(me, &(struct io){ .s = pair.server, .data = "x", .flags = MSG_PARTIAL }), WSAEOPNOTSUPP);
    ck_assert_str_eq(receives(me, pair.server, 1), "error 10035"); /* a call that fails enables as well */
    ck_assert_int_eq(sends(me, pair.client, "!"), 0);
    nap(me, SECOND);
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_READ);
    HANDLE again = chooses(world, me, pair.server, FD_READ | FD_CLOSE); /* what holds is reported anew */
    ck_assert_int_eq(recorded(me, pair.server, again, 0, NULL), FD_READ);
    chooses(world, me, pair.server, 0);
    ck_assert_int_eq(sends(me, pair.client, "!"), 0);
    nap(me, SECOND);
    again = chooses(world, me, pair.server, FD_READ);
    ck_assert_int_eq(recorded(me, pair.server, again, 0, NULL), FD_READ);
    ends(me);
}

/* What goes straight into a pending receive is no news. */
PLAY(test_read_into_a_pending_receive)
{
    start(me);
    struct pair pair = pair_open(me, true);
    HANDLE event = chooses(world, me, pair.server, FD_READ);
    struct io call = { .s = pair.server, .size = 1, .overlapped = with_event(world, me) };
    ck_assert_int_eq(io(me, &call), WSA_IO_PENDING);
    ck_assert_int_eq(sends(me, pair.client, "a"), 0);
    settle(me);
    ck_assert(event_signalled(world->process, call.overlapped->hEvent) && !event_signalled(world->process, event));
    ck_assert_int_eq(sends(me, pair.client, "b"), 0);
    nap(me, SECOND);
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_READ);
    ends(me);
}

PLAY(test_read_of_messages)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false), t = open_socket(me, AF_INET, SOCK_DGRAM, false);
    HANDLE event = chooses(world, me, s, FD_READ | FD_WRITE);
    ck_assert_int_eq(recorded(me, s, event, 0, NULL), NONE);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:7"), 0);
    ck_assert_int_eq(recorded(me, s, event, 0, NULL), FD_WRITE);
    ck_assert_int_eq(sends_to(me, t, "a", "127.0.0.1:7"), 0);
    ck_assert_int_eq(sends_to(me, t, "", "127.0.0.1:7"), 0);
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, 0, NULL), FD_READ);
    ck_assert_str_eq(receives(me, s, 10), "a");
    ck_assert_int_eq(recorded(me, s, event, 0, NULL), FD_READ); /* an empty message is one */
    ck_assert_str_eq(receives(me, s, 10), "");
    ck_assert_int_eq(recorded(me, s, event, 0, NULL), NONE);
    ck_assert_int_eq(sends_to(me, s, "x", "127.0.0.1:9"), 0);
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, 0, NULL), FD_READ); /* an error that a receive would tell */
    ck_assert_str_eq(receives(me, s, 10), "error 10054");
    ends(me);
}

/* proves: SPI-EVENTS-4, SPI-EVENTS-8, SPI-EVENTS-3 */
PLAY(test_connect)
{
    int code = 77;
    start(me);
    SOCKET listener = listens(me, "127.0.0.1:9000", false), s = open_socket(me, AF_INET, SOCK_STREAM, false);
    HANDLE event = chooses(world, me, s, ALL);
    ck_assert_int_eq(recorded(me, s, event, 0, NULL), NONE);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9"), WSAEWOULDBLOCK);
    ck_assert(!event_signalled(world->process, event));
    nap(me, 10 * SECOND);
    ck_assert_int_eq(recorded(me, s, event, FD_CONNECT_BIT, &code), FD_CONNECT);
    ck_assert_int_eq(code, WSAECONNREFUSED);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9000"), WSAEWOULDBLOCK);
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, FD_CONNECT_BIT, &code), FD_CONNECT | FD_WRITE);
    ck_assert_int_eq(code, 0);
    ck_assert_int_eq(sends(me, s, "hello"), 0);
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, 0, NULL), NONE); /* a send that went enables nothing */
    SOCKET server = accepts(me, listener, NULL);
    HANDLE other = chooses(world, me, server, ALL);
    ck_assert_int_eq(recorded(me, server, other, 0, NULL), FD_READ | FD_WRITE);
    ends(me);
}

/* proves: SPI-EVENTS-3 */
PLAY(test_write_after_wouldblock)
{
    int error = 0;
    start(me);
    struct pair pair = pair_open(me, false);
    HANDLE event = chooses(world, me, pair.client, FD_WRITE);
    ck_assert_int_eq(recorded(me, pair.client, event, 0, NULL), FD_WRITE);
    char *big = block_of(me, 100001);
    memset(big, 'x', 100000);
    for (int i = 0; i < 100 && !error; i++) error = sends(me, pair.client, big);
    ck_assert_int_eq(error, WSAEWOULDBLOCK);
    nap(me, SECOND);
    ck_assert_int_eq(recorded(me, pair.client, event, 0, NULL), NONE);
    nonblocking(me, pair.server, 1);
    for (int i = 0; i < 100; i++) {
        receives(me, pair.server, 100000);
        nap(me, 100 * MILLISECOND);
    }
    ck_assert_int_eq(recorded(me, pair.client, event, 0, NULL), FD_WRITE);
    ck_assert_int_eq(sends(me, pair.client, "x"), 0);
    ck_assert_int_eq(recorded(me, pair.client, event, 0, NULL), NONE);
    ends(me);
}

/* proves: SPI-ACCEPT-8 */
PLAY(test_accept)
{
    int error;
    start(me);
    SOCKET listener = listens(me, "127.0.0.1:9000", false);
    HANDLE event = chooses(world, me, listener, FD_ACCEPT);
    for (int i = 0; i < 3; i++) ck_assert_int_eq(connects(me, open_socket(me, AF_INET, SOCK_STREAM, false), "127.0.0.1:9000"), 0);
    settle(me);
    ck_assert_int_eq(recorded(me, listener, event, 0, NULL), FD_ACCEPT);
    ck_assert_int_eq(recorded(me, listener, event, 0, NULL), NONE);
    struct spi_accept defers = { .s = listener, .condition = condition_pointer(CF_DEFER) };
    ck_assert(spi_accept(me, &defers, &error) == INVALID_SOCKET && error == WSATRY_AGAIN);
    ck_assert_int_eq(recorded(me, listener, event, 0, NULL), NONE); /* deferred: silence */
    ck_assert(accepts(me, listener, NULL) != INVALID_SOCKET);
    ck_assert_int_eq(recorded(me, listener, event, 0, NULL), FD_ACCEPT);
    ck_assert(accepts(me, listener, NULL) != INVALID_SOCKET);
    ck_assert_int_eq(recorded(me, listener, event, 0, NULL), FD_ACCEPT);
    ck_assert(accepts(me, listener, NULL) != INVALID_SOCKET);
    ck_assert_int_eq(recorded(me, listener, event, 0, NULL), NONE);
    ck_assert(accepts(me, listener, &error) == INVALID_SOCKET && error == WSAEWOULDBLOCK);
    ends(me);
}

/* proves: SPI-EVENTS-5 */
PLAY(test_close_after_the_data)
{
    int code = 77, error;
    start(me);
    struct pair pair = pair_open(me, false);
    HANDLE event = chooses(world, me, pair.server, FD_READ | FD_CLOSE);
    ck_assert_int_eq(sends(me, pair.client, "bye"), 0);
    ck_assert_int_eq(spi_shutdown(me, pair.client, SD_SEND, &error), 0);
    settle(me);
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_READ);
    ck_assert_str_eq(receives(me, pair.server, 2), "by");
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_READ);
    ck_assert_str_eq(receives(me, pair.server, 2), "e");
    ck_assert_int_eq(recorded(me, pair.server, event, FD_CLOSE_BIT, &code), FD_CLOSE);
    ck_assert_int_eq(code, 0);
    ck_assert_str_eq(receives(me, pair.server, 2), "");
    close_socket(me, pair.client);
    settle(me);
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), NONE); /* once */
    HANDLE late = chooses(world, me, pair.server, FD_CLOSE);
    ck_assert_int_eq(recorded(me, pair.server, late, 0, NULL), FD_CLOSE);
    ends(me);
}

static void reset_under(struct world *world, struct thread *me, int wanted)
{
    int code = 77;
    start(me);
    struct pair pair = pair_open(me, false);
    HANDLE event = chooses(world, me, pair.server, FD_READ | FD_CLOSE | FD_CONNECT);
    reset_close(me, pair.client);
    settle(me);
    ck_assert_int_eq(recorded(me, pair.server, event, FD_CLOSE_BIT, &code), FD_CLOSE);
    ck_assert_int_eq(code, wanted);
    ck_assert_str_eq(receives(me, pair.server, 2), "error 10054");
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), NONE);
    ends(me);
}

/* proves: SPI-EVENTS-6 */
PLAY(test_reset) { reset_under(world, me, WSAECONNRESET); }
PLAY_AS(KERNEL_OBSERVED, test_reset_as_windows) { reset_under(world, me, WSAECONNABORTED); }

/* proves: SPI-EVENTS-7 */
PLAY(test_urgent)
{
    start(me);
    struct pair pair = pair_open(me, false);
    HANDLE event = chooses(world, me, pair.server, FD_READ | FD_OOB);
    ck_assert_int_eq(io(me, &(struct io){ .s = pair.client, .data = "!", .flags = MSG_OOB }), 0);
    settle(me);
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_OOB);
    struct io call = { .s = pair.server, .size = 1, .flags = MSG_OOB };
    ck_assert_int_eq(io(me, &call), 0);
    ck_assert_str_eq(call.room, "!");
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), NONE);
    ck_assert_int_eq(sets(me, pair.server, SOL_SOCKET, SO_OOBINLINE, 1), 0);
    ck_assert_int_eq(io(me, &(struct io){ .s = pair.client, .data = "?", .flags = MSG_OOB }), 0);
    nap(me, SECOND);
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_READ);
    ck_assert_int_eq(io(me, &call), WSAEINVAL);
    ck_assert_str_eq(receives(me, pair.server, 1), "?");
    ends(me);
}

/* ---- as Windows was seen to do ---- */

PLAY_AS(KERNEL_OBSERVED, test_windows)
{
    int error;
    start(me);
    struct pair pair = pair_open(me, false);
    HANDLE event = chooses(world, me, pair.server, FD_READ | FD_WRITE | FD_CLOSE);
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_WRITE);
    ck_assert_int_eq(sends(me, pair.client, "12345"), 0);
    settle(me);
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_READ);
    event = chooses(world, me, pair.server, FD_READ | FD_WRITE | FD_CLOSE); /* what was reported is not reported again */
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), NONE);
    ck_assert_int_eq(sends(me, pair.client, "6"), 0); /* but new data is news */
    nap(me, SECOND);
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_READ);
    ck_assert_int_eq(spi_shutdown(me, pair.client, SD_SEND, &error), 0);
    settle(me);
    ck_assert_int_eq(recorded(me, pair.server, event, 0, NULL), FD_CLOSE); /* although data waits */
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    event = chooses(world, me, s, ALL);
    ck_assert_int_eq(recorded(me, s, event, 0, NULL), NONE);
    ends(me);
}

PLAY(test_nothing_after_the_end)
{
    start(me);
    struct pair pair = pair_open(me, false);
    HANDLE event = chooses(world, me, pair.server, FD_READ | FD_CLOSE);
    close_socket(me, pair.server);
    ck_assert_int_eq(sends(me, pair.client, "late"), 0);
    close_socket(me, pair.client);
    settle(me);
    ck_assert(!event_signalled(world->process, event));
    ends(me);
}

int main(void)
{
    Suite *suite = suite_create("conditions");
    TCase *tests = tcase_create("conditions");
    tcase_add_test(tests, test_read);
    tcase_add_test(tests, test_read_into_a_pending_receive);
    tcase_add_test(tests, test_read_of_messages);
    tcase_add_test(tests, test_connect);
    tcase_add_test(tests, test_write_after_wouldblock);
    tcase_add_test(tests, test_accept);
    tcase_add_test(tests, test_close_after_the_data);
    tcase_add_test(tests, test_reset);
    tcase_add_test(tests, test_reset_as_windows);
    tcase_add_test(tests, test_urgent);
    tcase_add_test(tests, test_windows);
    tcase_add_test(tests, test_nothing_after_the_end);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
