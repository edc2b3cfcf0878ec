/* WSPSelect. */
#include "provider/sockets.h"

/* Sets as texts of letters: a socket's letter stands for it. */
struct choice { SOCKET a, b, c; };

static fd_set *set_of(struct thread *me, const struct choice *choice, const char *letters)
{
    if (!letters) return NULL;
    size_t count = strlen(letters);
    fd_set *set = block_of(me, offsetof(fd_set, fd_array) + count * sizeof(SOCKET));
    set->fd_count = (u_int)count;
    for (size_t i = 0; i < count; i++) set->fd_array[i] = letters[i] == 'a' ? choice->a : letters[i] == 'b' ? choice->b : letters[i] == 'c' ? choice->c : INVALID_SOCKET;
    return set;
}

static const char *letters_of(struct thread *me, const struct choice *choice, const fd_set *set)
{
    char *text = block_of(me, 16);
    for (u_int i = 0; set && i < set->fd_count; i++) text[i] = set->fd_array[i] == choice->a ? 'a' : set->fd_array[i] == choice->b ? 'b' : 'c';
    return text;
}

/* "2 a|a|": how many, and what is left in each set; "error N". A time below 0: for ever. */
static const char *chosen(struct thread *me, const struct choice *choice, const char *read, const char *write, const char *except, int64_t ms)
{
    char *text = block_of(me, 64);
    int error;
    fd_set *sets[3] = { set_of(me, choice, read), set_of(me, choice, write), set_of(me, choice, except) };
    struct timeval *time = NEW(me, struct timeval);
    *time = (struct timeval){ (LONG)(ms / 1000), (LONG)(ms % 1000 * 1000) };
    int count = spi_select(me, sets, ms < 0 ? NULL : time, &error);
    if (count < 0) snprintf(text, 64, "error %d", error);
    else snprintf(text, 64, "%d %s|%s|%s", count, letters_of(me, choice, sets[0]), letters_of(me, choice, sets[1]), letters_of(me, choice, sets[2]));
    return text;
}
#define ck_chosen(read, write, except, ms, wanted) ck_assert_str_eq(chosen(me, &choice, read, write, except, ms), wanted)

/* proves: SPI-SELECT-2, SPI-SELECT-6 */
PLAY(test_arguments)
{
    int error;
    start(me);
    struct choice choice = { open_socket(me, AF_INET, SOCK_STREAM, false), open_socket(me, AF_INET, SOCK_STREAM, false), INVALID_SOCKET };
    fd_set *const bad[3] = { memory_outside(world->process), NULL, NULL }, *const cut[3] = { block_of(me, 12), NULL, NULL };
    cut[0]->fd_count = 1;
    ck_chosen("ab", "ab", "ab", 0, "0 ||");
    ck_chosen(NULL, NULL, NULL, 0, "error 10022");
    ck_chosen("", "", "", 0, "error 10022");
    ck_chosen("ac", NULL, NULL, 0, "error 10038");
    ck_chosen("a", NULL, NULL, 0, "0 ||");
    ck_assert(spi_select(me, bad, NULL, &error) < 0 && error == WSAEFAULT);
    ck_assert(spi_select(me, cut, NULL, &error) < 0 && error == WSAEFAULT);
    struct timeval *time = NEW(me, struct timeval);
    *time = (struct timeval){ -1, 0 };
    fd_set *const good[3] = { set_of(me, &choice, "a"), NULL, NULL };
    ck_assert(spi_select(me, good, time, &error) < 0 && error == WSAEINVAL && good[0]->fd_count == 1);
    ck_assert(spi_select(me, good, memory_outside(world->process), &error) < 0 && error == WSAEFAULT);
    close_socket(me, choice.b);
    fd_set *const closed[3] = { set_of(me, &choice, "ab"), NULL, set_of(me, &choice, "ab") }; /* left as they were: OBS-SEL-20 */
    ck_assert(spi_select(me, closed, NULL, &error) < 0 && error == WSAENOTSOCK && closed[0]->fd_count == 2 && closed[2]->fd_count == 2);
    ck_assert_uint_eq(process_handles(world->process), 1);
    ends(me);
}

/* proves: SPI-SELECT-1, SPI-SELECT-3, SPI-SELECT-4, SPI-SELECT-5, SPI-SELECT-7, SPI-EVENTS-9 */
PLAY(test_what_is_ready)
{
    start(me);
    SOCKET listener = listens(me, "127.0.0.1:9000", false), s = open_socket(me, AF_INET, SOCK_STREAM, false), d = open_socket(me, AF_INET, SOCK_DGRAM, false);
    struct choice choice = { listener, s, d };
    ck_chosen("abc", "abc", "abc", 0, "1 |c|"); /* a datagram socket may always send */
    nonblocking(me, s, 1);
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9"), WSAEWOULDBLOCK);
    ck_chosen("b", "b", "b", 10000, "1 ||b");
    ck_chosen("b", "b", "b", 0, "1 ||b"); /* as long as no attempt succeeds */
    ck_assert_int_eq(connects(me, s, "127.0.0.1:9000"), WSAEWOULDBLOCK);
    ck_chosen(NULL, "b", "b", 1000, "1 |b|");
    ck_chosen("a", "a", "a", 1000, "1 a||");
    SOCKET server = accepts(me, listener, NULL);
    HANDLE event = chooses(world, me, server, FD_READ);
    ck_chosen("a", NULL, NULL, 100, "0 ||");
    choice.c = server;
    ck_assert_int_eq(sends(me, s, "data"), 0);
    ck_chosen("abc", "abc", "abc", 1000, "2 |bc|");
    ck_chosen("c", NULL, NULL, 1000, "1 c||");
    ck_chosen("c", "c", "c", 0, "2 c|c|"); /* counts twice */
    ck_assert_int_eq(recorded(me, server, event, 0, NULL), FD_READ);
    ck_assert_str_eq(receives(me, server, 10), "data");
    ck_assert_int_eq(io(me, &(struct io){ .s = s, .data = "!", .flags = MSG_OOB }), 0);
    ck_chosen("c", NULL, "c", 1000, "1 ||c");
    struct io urgent = { .s = server, .size = 1, .flags = MSG_OOB };
    ck_assert_int_eq(io(me, &urgent), 0);
    ck_chosen("c", NULL, "c", 10, "0 ||");
    reset_close(me, s);
    choice.b = listener;
    ck_chosen("c", NULL, NULL, 1000, "1 c||");
    ends(me);
}

/* One set given twice is one set: OBS-SEL-05, OBS-SEL-06, OBS-SEL-07. */
PLAY(test_one_set_twice)
{
    int error;
    start(me);
    struct pair pair = pair_open(me, false);
    struct choice choice = { pair.client, pair.server, pair.listener };
    fd_set *set = set_of(me, &choice, "a");
    ck_assert_int_eq(spi_select(me, (fd_set *[3]){ set, set, NULL }, NULL, &error), 1);
    ck_assert_str_eq(letters_of(me, &choice, set), "a");
    set = set_of(me, &choice, "abc");
    ck_assert_int_eq(spi_select(me, (fd_set *[3]){ set, set, NULL }, NULL, &error), 2);
    ck_assert_str_eq(letters_of(me, &choice, set), "ab");
    set = set_of(me, &choice, "c");
    struct timeval *time = NEW(me, struct timeval);
    ck_assert_int_eq(spi_select(me, (fd_set *[3]){ set, set, set }, time, &error), 0);
    ck_assert_uint_eq(set->fd_count, 0);
    nonblocking(me, pair.client, 1);
    while (sends(me, pair.client, "more than nothing, until neither side has room for it") == 0) settle(me);
    set = set_of(me, &choice, "ab");
    ck_assert_int_eq(spi_select(me, (fd_set *[3]){ set, set, NULL }, NULL, &error), 1);
    ck_assert_str_eq(letters_of(me, &choice, set), "b");
    ends(me);
}

struct selector { struct choice choice; const char *seen; int64_t ms; };
static struct selector selector;

static int selects(struct thread *thread, struct blocked *blocked)
{
    (void)blocked;
    selector.seen = chosen(thread, &selector.choice, "ab", NULL, "c", selector.ms);
    return 0;
}

static struct blocked *waits(struct world *world, struct thread *me, struct choice choice, int64_t ms)
{
    static struct blocked blocked;
    selector = (struct selector){ .choice = choice, .ms = ms };
    blocked = (struct blocked){ .call = selects };
    world_thread(world->process, "app/selector", blocked_body, &blocked);
    settle(me);
    return &blocked;
}

PLAY(test_waiting)
{
    start(me);
    struct choice choice = { open_socket(me, AF_INET, SOCK_DGRAM, false), open_socket(me, AF_INET, SOCK_DGRAM, false), open_socket(me, AF_INET, SOCK_DGRAM, false) };
    ck_assert_int_eq(binds(me, choice.b, "127.0.0.1:7"), 0);
    struct blocked *blocked = waits(world, me, choice, -1);
    nap(me, SECOND);
    ck_assert(!blocked->returned);
    ck_assert_int_eq(sends_to(me, choice.c, "x", "127.0.0.1:7"), 0);
    settle(me);
    ck_assert(blocked->returned);
    ck_assert_str_eq(selector.seen, "1 b||");
    ck_assert_uint_eq(process_handles(world->process), 3); /* its event is closed */
    int64_t before_ns = engine_now_ns(world->engine);
    ck_assert_str_eq(receives(me, choice.b, 1), "x");
    ck_chosen("ab", NULL, "c", 1250, "0 ||");
    ck_assert_int_eq(engine_now_ns(world->engine) - before_ns, 1250 * MILLISECOND);
    ends(me);
}

PLAY(test_closed_meanwhile)
{
    start(me);
    struct choice choice = { open_socket(me, AF_INET, SOCK_DGRAM, false), open_socket(me, AF_INET, SOCK_DGRAM, false), open_socket(me, AF_INET, SOCK_DGRAM, false) };
    struct blocked *blocked = waits(world, me, choice, 5000);
    close_socket(me, choice.a);
    settle(me);
    ck_assert(blocked->returned);
    ck_assert_str_eq(selector.seen, "error 10038");
    ends(me);
}

PLAY_AS(KERNEL_OBSERVED, test_closed_meanwhile_on_windows)
{
    start(me);
    struct choice choice = { open_socket(me, AF_INET, SOCK_DGRAM, false), open_socket(me, AF_INET, SOCK_DGRAM, false), open_socket(me, AF_INET, SOCK_DGRAM, false) };
    struct blocked *blocked = waits(world, me, choice, 5000);
    close_socket(me, choice.a);
    settle(me);
    ck_assert(blocked->returned);
    ck_assert_str_eq(selector.seen, "1 a||");
    blocked = waits(world, me, (struct choice){ choice.b, choice.b, choice.c }, 5000);
    close_socket(me, choice.c);
    settle(me);
    ck_assert(blocked->returned);
    ck_assert_str_eq(selector.seen, "error 10038");
    ends(me);
}

/* The last cleanup ends the wait and leaves nothing behind. */
PLAY(test_cleanup_meanwhile)
{
    start(me);
    struct choice choice = { open_socket(me, AF_INET, SOCK_DGRAM, false), open_socket(me, AF_INET, SOCK_DGRAM, false), open_socket(me, AF_INET, SOCK_DGRAM, false) };
    struct blocked *blocked = waits(world, me, choice, -1);
    ends(me);
    settle(me);
    ck_assert(blocked->returned);
    ck_assert_str_eq(selector.seen, "error 10004");
    ck_assert_uint_eq(process_handles(world->process), 0);
}

int main(void)
{
    Suite *suite = suite_create("select");
    TCase *tests = tcase_create("select");
    tcase_add_test(tests, test_arguments);
    tcase_add_test(tests, test_what_is_ready);
    tcase_add_test(tests, test_one_set_twice);
    tcase_add_test(tests, test_waiting);
    tcase_add_test(tests, test_closed_meanwhile);
    tcase_add_test(tests, test_closed_meanwhile_on_windows);
    tcase_add_test(tests, test_cleanup_meanwhile);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
