/* Blocking hooks, WSPCancelBlockingCall, WSAEINPROGRESS, and what arrives at the instant at which a call ends early. */
#include "provider/sockets.h"

/* ---- a hook ---- */

struct hook {
    struct thread *me;
    const WSPPROC_TABLE *table;
    SOCKET s;
    unsigned asked;
    unsigned stops;             /* answers FALSE when it is asked the so many-th time; 0: never */
    unsigned cancels;           /* calls WSPCancelBlockingCall then */
    int64_t naps_ns;            /* each time it is asked */
    int cancel_error;
    int64_t asked_ns[8];        /* when */
    void (*inside)(struct hook *hook);
};

static bool hook_body(struct thread *thread, void *argument)
{
    struct hook *hook = argument;
    int error;
    if (hook->asked < 8) hook->asked_ns[hook->asked] = engine_now_ns(thread->process->ws2->engine);
    hook->asked++;
    if (hook->inside) hook->inside(hook);
    if (hook->naps_ns) nap(thread, hook->naps_ns);
    if (hook->asked == hook->cancels) hook->cancel_error = spi_cancel_blocking_call(thread, &error) == 0 ? 0 : error;
    return hook->asked != hook->stops;
}

static void hooked(struct hook *hook, struct thread *me)
{
    hook->me = me;
    hook->table = &me->process->layers[0].table;
    thread_hook(me, hook_body, hook);
}

static int64_t now(const struct thread *me) { return engine_now_ns(me->process->ws2->engine); }

/* ---- WSAEINPROGRESS comes first, whatever the arguments ---- */

#define REFUSES(name, call) \
    do { \
        int e = 0; \
        (void)(call); \
        hold(e == WSAEINPROGRESS, name " says %d", e); \
    } while (0)

static void names_and_ends_refuse(const WSPPROC_TABLE *t, SOCKET s)
{
    REFUSES("WSPAddressToString", t->lpWSPAddressToString(NULL, 0, NULL, NULL, NULL, &e));
    REFUSES("WSPStringToAddress", t->lpWSPStringToAddress(NULL, 0, NULL, NULL, NULL, &e));
    REFUSES("WSPBind", t->lpWSPBind(s, NULL, 0, &e));
    REFUSES("WSPGetSockName", t->lpWSPGetSockName(s, NULL, NULL, &e));
    REFUSES("WSPGetPeerName", t->lpWSPGetPeerName(s, NULL, NULL, &e));
    REFUSES("WSPConnect", t->lpWSPConnect(s, NULL, 0, NULL, NULL, NULL, NULL, &e));
    REFUSES("WSPJoinLeaf", t->lpWSPJoinLeaf(s, NULL, 0, NULL, NULL, NULL, NULL, 0, &e));
    REFUSES("WSPListen", t->lpWSPListen(s, 0, &e));
    REFUSES("WSPAccept", t->lpWSPAccept(s, NULL, NULL, NULL, 0, &e));
    REFUSES("WSPShutdown", t->lpWSPShutdown(s, 7, &e));
    REFUSES("WSPSendDisconnect", t->lpWSPSendDisconnect(s, NULL, &e));
    REFUSES("WSPRecvDisconnect", t->lpWSPRecvDisconnect(s, NULL, &e));
    REFUSES("WSPCloseSocket", t->lpWSPCloseSocket(s, &e));
    REFUSES("WSPCleanup", t->lpWSPCleanup(&e));
}

static void transfers_and_options_refuse(const WSPPROC_TABLE *t, SOCKET s)
{
    REFUSES("WSPSend", t->lpWSPSend(s, NULL, 1, NULL, 0, NULL, NULL, NULL, &e));
    REFUSES("WSPSendTo", t->lpWSPSendTo(s, NULL, 1, NULL, 0, NULL, 0, NULL, NULL, NULL, &e));
    REFUSES("WSPRecv", t->lpWSPRecv(s, NULL, 1, NULL, NULL, NULL, NULL, NULL, &e));
    REFUSES("WSPRecvFrom", t->lpWSPRecvFrom(s, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &e));
    REFUSES("WSPSelect", t->lpWSPSelect(0, NULL, NULL, NULL, NULL, &e));
    REFUSES("WSPGetSockOpt", t->lpWSPGetSockOpt(s, SOL_SOCKET, SO_TYPE, NULL, NULL, &e));
    REFUSES("WSPSetSockOpt", t->lpWSPSetSockOpt(s, SOL_SOCKET, SO_TYPE, NULL, 0, &e));
    REFUSES("WSPEventSelect", t->lpWSPEventSelect(s, NULL, -1, &e));
    REFUSES("WSPAsyncSelect", t->lpWSPAsyncSelect(s, NULL, 0, -1, &e));
    REFUSES("WSPEnumNetworkEvents", t->lpWSPEnumNetworkEvents(s, NULL, NULL, &e));
    REFUSES("WSPGetOverlappedResult", t->lpWSPGetOverlappedResult(s, NULL, NULL, TRUE, NULL, &e));
    REFUSES("WSPDuplicateSocket", t->lpWSPDuplicateSocket(s, 0, NULL, &e));
    REFUSES("WSPGetQOSByName", t->lpWSPGetQOSByName(s, NULL, NULL, &e));
    REFUSES("WSPSocket", t->lpWSPSocket(-7, -7, -7, NULL, 7, 0xFFFFFFFF, &e));
}

static void codes_refuse(struct hook *hook, SOCKET s)
{
    size_t count;
    const struct name *codes = names_table(NAMES_IOCTL, &count);
    DWORD *bytes = NEW(hook->me, DWORD);
    ck_assert_uint_gt(count, 38);
    for (size_t i = 0; i <= count; i++) {
        int e = 0;
        DWORD code = i < count ? (DWORD)codes[i].value : 0xDEADBEEFu;
        *bytes = 7;
        hook->table->lpWSPIoctl(s, code, NULL, 0, NULL, 0, bytes, NULL, NULL, NULL, &e);
        hold(e == WSAEINPROGRESS && *bytes == 0, "%s says %d, %u bytes", i < count ? codes[i].name : "an unknown code", e, (unsigned)*bytes);
    }
}

static void everything_refuses(struct hook *hook)
{
    const SOCKET sockets[] = { hook->s, 4711, INVALID_SOCKET };
    struct host *host = hook->me->process->host;
    for (int down = 0; down < 2; down++) {
        if (down) host_stack(host, false);
        for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++) {
            names_and_ends_refuse(hook->table, sockets[i]);
            transfers_and_options_refuse(hook->table, sockets[i]);
            codes_refuse(hook, sockets[i]);
        }
        WSPPROC_TABLE table;
        ck_assert_int_eq(hook->me->process->layers[0].loaded.startup(MAKEWORD(2, 2), NEW(hook->me, WSPDATA), NULL, upcall_table(), &table), WSAEINPROGRESS);
        if (down) host_stack(host, true);
    }
}

/* proves: SPI-CALL-2, IOCTL-ERR-9, READ-ORDER-1 */
PLAY(test_everything_refuses_in_a_hook)
{
    struct hook hook = { .inside = everything_refuses, .stops = 7 };
    start(me);
    hook.s = open_socket(me, AF_INET, SOCK_DGRAM, true);
    ck_assert_int_eq(binds(me, hook.s, "127.0.0.1:9000"), 0);
    hooked(&hook, me);
    ck_assert_str_eq(receives(me, hook.s, 10), "error 10050"); /* the network failed in the hook */
    ck_assert_uint_eq(hook.asked, 1);
    ends(me);
}

static int CALLBACK condition(LPWSABUF caller, LPWSABUF caller_data, LPQOS qos, LPQOS group_qos, LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR data)
{
    struct hook *hook = (struct hook *)data;
    int error = 0;
    ck_assert(caller && caller->len == 16 && callee && callee->len == 16 && !caller_data && !qos && !group_qos && !callee_data && group && *group == 0);
    names_and_ends_refuse(hook->table, hook->s);
    transfers_and_options_refuse(hook->table, 4711);
    codes_refuse(hook, hook->s);
    ck_assert(hook->table->lpWSPCancelBlockingCall(&error) == SOCKET_ERROR && error == WSAEINVAL); /* WSPAccept waits no more */
    *group = (GROUP)hook->stops;
    return (int)hook->cancels;
}

/* proves: SPI-CALL-2, SPI-ACCEPT-5 */
PLAY(test_condition_functions)
{
    static const struct { int answer; GROUP group; int error; } cases[] = {
        { CF_DEFER, 0, WSATRY_AGAIN }, { 3, 0, WSAEINVAL }, { -1, 0, WSAEINVAL }, { CF_ACCEPT, 3, WSAEINVAL }, { CF_ACCEPT, 0x80000000u, WSAEINVAL },
        { CF_DEFER, 3, WSATRY_AGAIN }, { CF_REJECT, 3, WSAECONNREFUSED },
        { CF_ACCEPT, 0, 0 }, { CF_ACCEPT, SG_UNCONSTRAINED_GROUP, 0 }, { CF_ACCEPT, SG_CONSTRAINED_GROUP, 0 },
    };
    start(me);
    SOCKET listener = listens(me, "127.0.0.1:9000", false), client = open_socket(me, AF_INET, SOCK_STREAM, false);
    struct hook hook = { .me = me, .table = &me->process->layers[0].table, .s = listener };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int error;
        if (i == 0 || cases[i - 1].error == 0 || cases[i - 1].error == WSAECONNREFUSED) { /* else it still waits */
            close_socket(me, client);
            client = open_socket(me, AF_INET, SOCK_STREAM, false);
            ck_assert_int_eq(connects(me, client, "127.0.0.1:9000"), 0);
        }
        hook.cancels = (unsigned)cases[i].answer;
        hook.stops = cases[i].group;
        SOCKET s = spi_accept(me, &(struct spi_accept){ .s = listener, .condition = condition, .data = (DWORD_PTR)&hook }, &error);
        hold((s == INVALID_SOCKET) == (cases[i].error != 0) && (s != INVALID_SOCKET || error == cases[i].error), "case %zu: error %d", i, error);
        if (s != INVALID_SOCKET) close_socket(me, s);
    }
    ends(me);
}

/* ---- which calls ask, and how they end ---- */

/* Everything that can block, on a socket made for it. */
struct blocker { const char *name; int (*call)(struct thread *me, struct blocker *blocker); SOCKET s, other, third; };

static int does_receive(struct thread *me, struct blocker *b) { return io(me, &(struct io){ .s = b->s, .size = 10 }); }
static int does_receive_from(struct thread *me, struct blocker *b) { return io(me, &(struct io){ .s = b->s, .size = 10, .from = true }); }
static int does_accept(struct thread *me, struct blocker *b)
{
    int error;
    return accepts(me, b->third, &error) == INVALID_SOCKET ? error : 0;
}
static int does_accept_if(struct thread *me, struct blocker *b)
{
    int error;
    return spi_accept(me, &(struct spi_accept){ .s = b->third, .condition = condition_pointer(CF_ACCEPT) }, &error) == INVALID_SOCKET ? error : 0;
}
static int does_connect(struct thread *me, struct blocker *b)
{
    (void)b;
    SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, false);
    return connects(me, s, "203.0.113.1:9");
}
static int does_select(struct thread *me, struct blocker *b)
{
    int error;
    fd_set *set = NEW(me, fd_set);
    fd_set *const sets[3] = { set, NULL, NULL };
    FD_SET(b->s, set);
    int count = spi_select(me, sets, NULL, &error);
    return count < 0 ? error : 0;
}
static int does_ioctl(struct thread *me, struct blocker *b)
{
    int error;
    return spi_ioctl(me, &(struct spi_ioctl){ .s = b->s, .code = SIO_ADDRESS_LIST_CHANGE, .bytes = NEW(me, DWORD) }, &error) == 0 ? 0 : error;
}

static struct blocker blockers[] = {
    { .name = "WSPRecv", .call = does_receive },    { .name = "WSPRecvFrom", .call = does_receive_from },
    { .name = "WSPAccept", .call = does_accept },   { .name = "WSPAccept with a condition", .call = does_accept_if },
    { .name = "WSPConnect", .call = does_connect }, { .name = "WSPSelect", .call = does_select },
    { .name = "WSPIoctl", .call = does_ioctl },
};
#define BLOCKERS (sizeof blockers / sizeof *blockers)

/* proves: SPI-BLOCK-1, SPI-BLOCK-2, SPI-BLOCK-3, SPI-BLOCK-4, READ-MODE-5 */
PLAY(test_a_hook_ends_every_call)
{
    static const int64_t pauses_ms[] = { 0, 1, 3, 7, 15 };
    for (size_t i = 0; i < BLOCKERS; i++)
        for (unsigned cancels = 0; cancels < 2; cancels++) {
            struct blocker *b = &blockers[i];
            struct hook hook = { .stops = cancels ? 0 : 5, .cancels = cancels ? 5 : 0, .cancel_error = -1 };
            start(me);
            b->third = listens(me, "127.0.0.1:9000", false);
            b->s = open_socket(me, AF_INET, SOCK_DGRAM, false);
            ck_assert_int_eq(binds(me, b->s, "127.0.0.1:9001"), 0);
            int64_t start_ns = now(me);
            hooked(&hook, me);
            int error = b->call(me, b);
            hold(error == WSAEINTR && now(me) == start_ns + 15 * MILLISECOND && hook.asked == 5, "%s: error %d, asked %u times", b->name, error, hook.asked);
            for (unsigned k = 0; k < 5; k++) hold(hook.asked_ns[k] == start_ns + pauses_ms[k] * MILLISECOND, "%s: asked at another time", b->name);
            hold(!cancels || hook.cancel_error == 0, "%s: cancelling says %d", b->name, hook.cancel_error);
            thread_hook(me, NULL, NULL);
            SOCKET c = open_socket(me, AF_INET, SOCK_STREAM, false); /* accept and select have harmed nothing */
            ck_assert_int_eq(connects(me, c, "127.0.0.1:9000"), 0);
            ck_assert(accepts(me, b->third, &error) != INVALID_SOCKET);
            ck_assert_int_eq(sends_to(me, b->s, "x", "127.0.0.1:9001"), 0);
            if (b->call == does_select) ck_assert_int_eq(does_select(me, b), 0);
            settle(me);
            ends(me);
        }
}

/* proves: SPI-BLOCK-1 */
PLAY(test_nothing_asks_that_does_not_block)
{
    struct hook hook = { .stops = 1 };
    int error;
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, true);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:9000"), 0);
    ck_assert_int_eq(sends_to(me, s, "word", "127.0.0.1:9000"), 0);
    settle(me);
    hooked(&hook, me);
    ck_assert_str_eq(receives(me, s, 10), "word"); /* at once */
    WSAOVERLAPPED *overlapped = with_event(world, me);
    ck_assert_int_eq(io(me, &(struct io){ .s = s, .size = 10, .overlapped = overlapped }), WSA_IO_PENDING);
    fd_set *set = NEW(me, fd_set);
    fd_set *const sets[3] = { set, NULL, NULL };
    struct timeval *zero = NEW(me, struct timeval);
    FD_SET(s, set);
    ck_assert_int_eq(spi_select(me, sets, zero, &error), 0);
    struct hook never = { .me = me };
    nonblocking(me, s, 1);
    ck_assert_int_eq(io(me, &(struct io){ .s = s, .size = 10 }), WSAEWOULDBLOCK);
    (void)never;
    ck_assert_uint_eq(hook.asked, 0);
    ends(me);
}

/* ---- what has ended by then has ended ---- */

struct sender { const char *data; int64_t at_ns; SOCKET s; };

static void sends_then(struct thread *thread, void *argument)
{
    struct sender *sender = argument;
    nap(thread, sender->at_ns);
    ck_assert_int_eq(sends_to(thread, sender->s, sender->data, "127.0.0.1:9000"), 0);
}

/* proves: SPI-BLOCK-3, SPI-BLOCK-5 */
PLAY(test_a_result_in_the_hook_counts)
{
    static const struct { const char *data; int64_t naps_ns; unsigned stops, cancels; int cancel_error; } cases[] = {
        { "word", 5 * MILLISECOND, 1, 0, -1 }, { "word", 5 * MILLISECOND, 0, 1, WSAEINVAL }, { "", 5 * MILLISECOND, 1, 0, -1 }, { "", 5 * MILLISECOND, 0, 1, WSAEINVAL },
    };
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false), other = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:9000"), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hook hook = { .naps_ns = cases[i].naps_ns, .stops = cases[i].stops, .cancels = cases[i].cancels, .cancel_error = -1 };
        struct sender sender = { cases[i].data, 2 * MILLISECOND, other };
        struct io call = { .s = s, .size = 10 };
        int64_t start_ns = now(me);
        hooked(&hook, me);
        world_thread(world->process, "sender", sends_then, &sender);
        ck_assert_int_eq(io(me, &call), 0);
        ck_assert_str_eq(call.room, cases[i].data);
        ck_assert_uint_eq(call.bytes, strlen(cases[i].data));
        ck_assert_int_eq(now(me), start_ns + 5 * MILLISECOND); /* no sooner than the hook */
        ck_assert_int_eq(hook.cancel_error, cases[i].cancel_error);
    }
    ends(me);
}

/* When the call begins at t the datagram, sent at t + 2 ms, arrives some microseconds later: the time is over at that very instant. */
/* proves: SPI-BLOCK-5 */
PLAY(test_nothing_is_lost_at_the_last_instant)
{
    int64_t way_ns = 0;
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false), other = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:9000"), 0);
    for (int pass = 0; pass < 2; pass++)
        for (int empty = 0; empty < 2; empty++) {
            struct hook hook = { .naps_ns = pass ? 2 * MILLISECOND + way_ns : 0, .stops = pass ? 1 : 0 };
            struct sender sender = { empty ? "" : "word", 2 * MILLISECOND, other };
            struct io call = { .s = s, .size = 10 };
            thread_hook(me, NULL, NULL);
            if (pass) hooked(&hook, me);
            int64_t start_ns = now(me);
            world_thread(world->process, "sender", sends_then, &sender);
            hold(io(me, &call) == 0 && call.bytes == strlen(sender.data), "pass %d, empty %d", pass, empty);
            way_ns = now(me) - start_ns - 2 * MILLISECOND;
        }
    thread_hook(me, NULL, NULL);
    ends(me);
}

/* ---- the process goes while a hook runs ---- */

static void cleans_up(struct thread *thread, void *argument)
{
    int error;
    (void)argument;
    nap(thread, 2 * MILLISECOND);
    ck_assert_int_eq(spi_cleanup(thread, &error), 0);
}

static void closes(struct thread *thread, void *argument)
{
    nap(thread, 2 * MILLISECOND);
    close_socket(thread, *(const SOCKET *)argument);
}

PLAY(test_the_end_of_everything_in_a_hook)
{
    for (size_t i = 0; i < BLOCKERS; i++) {
        struct blocker *b = &blockers[i];
        struct hook hook = { .naps_ns = 5 * MILLISECOND };
        start(me);
        b->third = listens(me, "127.0.0.1:9000", false);
        b->s = open_socket(me, AF_INET, SOCK_DGRAM, false);
        ck_assert_int_eq(binds(me, b->s, "127.0.0.1:9001"), 0);
        hooked(&hook, me);
        world_thread(world->process, "cleaner", cleans_up, NULL);
        int error = b->call(me, b);
        hold(error == (b->call == does_ioctl ? WSA_OPERATION_ABORTED : WSAEINTR), "%s: error %d", b->name, error);
        thread_hook(me, NULL, NULL);
    }
    struct hook hook = { .naps_ns = 5 * MILLISECOND };
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(binds(me, s, "127.0.0.1:9001"), 0);
    hooked(&hook, me);
    world_thread(world->process, "closer", closes, &s);
    ck_assert_str_eq(receives(me, s, 10), "error 10004");
    ends(me);
}

int main(void)
{
    Suite *suite = suite_create("blocking");
    TCase *tests = tcase_create("blocking");
    tcase_add_test(tests, test_everything_refuses_in_a_hook);
    tcase_add_test(tests, test_condition_functions);
    tcase_add_test(tests, test_a_hook_ends_every_call);
    tcase_add_test(tests, test_nothing_asks_that_does_not_block);
    tcase_add_test(tests, test_a_result_in_the_hook_counts);
    tcase_add_test(tests, test_nothing_is_lost_at_the_last_instant);
    tcase_add_test(tests, test_the_end_of_everything_in_a_hook);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
