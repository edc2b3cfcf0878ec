/* Registered I/O: what its sends and receives refuse, call by call; and what is left when everything goes with results untaken. */
#include "provider/sockets.h"

#define BUFFER 100u

enum id { ID_GOOD, ID_NONE, ID_MADE_UP, ID_OTHER_KIND };
enum slice { SLICE_NONE, SLICE_GOOD, SLICE_BAD, SLICE_NOBODYS, SLICE_BEYOND, SLICE_SHORT };

struct refusal {
    const char *what;
    enum rio_function function;
    enum id rq;
    enum slice data, remote, control, flags_place;
    bool stream, context;
    ULONG count;
    DWORD flags;
    int error;
};

#define SEND .function = RIO_FUNCTION_SEND_EX, .data = SLICE_GOOD, .count = 1
#define RECEIVE .function = RIO_FUNCTION_RECEIVE_EX, .data = SLICE_GOOD, .count = 1
#define COMMIT .flags = RIO_MSG_COMMIT_ONLY
static const struct refusal refusals[] = {
    { "good", RECEIVE },
    { "good, of a stream", RECEIVE, .stream = true },
    { "all of it, of a stream", RECEIVE, .stream = true, .flags = RIO_MSG_WAITALL },
    { "no data", .function = RIO_FUNCTION_RECEIVE_EX },
    { "nothing to commit", .function = RIO_FUNCTION_SEND_EX, COMMIT },
    { "no queue", RECEIVE, .rq = ID_NONE, .error = WSAEINVAL },
    { "a queue made up", RECEIVE, .rq = ID_MADE_UP, .error = WSAEINVAL },
    { "a completion queue", SEND, .rq = ID_OTHER_KIND, .error = WSAEINVAL },
    { "no data, of a stream", .function = RIO_FUNCTION_RECEIVE_EX, .stream = true, .error = WSAEINVAL },
    { "control data of a stream", RECEIVE, .stream = true, .control = SLICE_GOOD, .error = WSAEINVAL },
    { "all of it, of datagrams", RECEIVE, .flags = RIO_MSG_WAITALL, .error = WSAEINVAL },
    { "all of it, of a send", SEND, .stream = true, .flags = RIO_MSG_WAITALL, .error = WSAEINVAL },
    { "an unknown flag", SEND, .flags = 16, .error = WSAEINVAL },
    { "two slices", .function = RIO_FUNCTION_RECEIVE_EX, .data = SLICE_GOOD, .count = 2, .error = WSAEINVAL },
    { "a slice that does not count", .function = RIO_FUNCTION_RECEIVE_EX, .data = SLICE_GOOD, .error = WSAEINVAL },
    { "a count without slice", .function = RIO_FUNCTION_RECEIVE_EX, .count = 1, .error = WSAEINVAL },
    { "a commit with data", SEND, COMMIT, .error = WSAEINVAL },
    { "a commit with a context", .function = RIO_FUNCTION_SEND_EX, COMMIT, .context = true, .error = WSAEINVAL },
    { "a commit with an address", .function = RIO_FUNCTION_SEND_EX, COMMIT, .remote = SLICE_GOOD, .error = WSAEINVAL },
    { "a commit that is deferred", .function = RIO_FUNCTION_SEND_EX, .flags = RIO_MSG_COMMIT_ONLY | RIO_MSG_DEFER, .error = WSAEINVAL },
    { "a wild slice", .function = RIO_FUNCTION_RECEIVE_EX, .data = SLICE_BAD, .count = 1, .error = WSAEFAULT },
    { "a slice of nobody's buffer", .function = RIO_FUNCTION_RECEIVE_EX, .data = SLICE_NOBODYS, .count = 1, .error = WSAEINVAL },
    { "a slice beyond the buffer", .function = RIO_FUNCTION_RECEIVE_EX, .data = SLICE_BEYOND, .count = 1, .error = WSAEFAULT },
    { "a wild address", RECEIVE, .remote = SLICE_BAD, .error = WSAEFAULT },
    { "a short address", RECEIVE, .remote = SLICE_SHORT, .error = WSAEFAULT },
    { "an address of nobody's buffer", SEND, .remote = SLICE_NOBODYS, .error = WSAEINVAL },
    { "short control data", RECEIVE, .control = SLICE_SHORT, .error = WSAEFAULT },
    { "control data without head", SEND, .control = SLICE_GOOD, .error = WSAEINVAL },
    { "short flags", RECEIVE, .flags_place = SLICE_SHORT, .error = WSAEFAULT },
};

struct rio_world { RIO_BUFFERID buffer; RIO_CQ cq; RIO_RQ datagrams, stream; SOCKET s, t; };

static uintptr_t made(struct thread *me, struct spi_rio *call)
{
    int error = 0;
    ck_assert_msg(spi_rio(me, call, &error), "function %d: error %d", call->function, error);
    return call->made;
}

static SOCKET rio_socket(struct thread *me, int type)
{
    int error;
    struct spi_socket call = { .family = AF_INET, .type = type, .flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_REGISTERED_IO };
    SOCKET s = spi_socket(me, &call, &error);
    ck_assert(s != INVALID_SOCKET);
    return s;
}

static RIO_RQ queue_of(struct thread *me, SOCKET s, RIO_CQ cq)
{
    return (RIO_RQ)made(me, &(struct spi_rio){ .function = RIO_FUNCTION_CREATE_RQ, .s = s, .receives = 8, .sends = 8, .receive_buffers = 1, .send_buffers = 1, .cq = cq, .send_cq = cq });
}

static struct rio_world rio_open(struct thread *me)
{
    struct rio_world at = { .s = rio_socket(me, SOCK_DGRAM), .t = rio_socket(me, SOCK_STREAM) };
    ck_assert_int_eq(binds(me, at.s, "127.0.0.1:7"), 0);
    at.buffer = (RIO_BUFFERID)made(me, &(struct spi_rio){ .function = RIO_FUNCTION_REGISTER, .memory = block_of(me, BUFFER), .size = BUFFER });
    at.cq = (RIO_CQ)made(me, &(struct spi_rio){ .function = RIO_FUNCTION_CREATE_CQ, .size = 64 });
    at.datagrams = queue_of(me, at.s, at.cq);
    at.stream = queue_of(me, at.t, at.cq);
    return at;
}

static RIO_BUF *slice_at(struct world *world, struct thread *me, const struct rio_world *at, enum slice slice)
{
    if (slice == SLICE_NONE) return NULL;
    if (slice == SLICE_BAD) return memory_outside(world->process);
    RIO_BUF *buffer = NEW(me, RIO_BUF);
    *buffer = (RIO_BUF){ .BufferId = at->buffer, .Offset = 40, .Length = 28 };
    if (slice == SLICE_NOBODYS) buffer->BufferId = RIO_INVALID_BUFFERID;
    if (slice == SLICE_BEYOND) buffer->Length = BUFFER - 40 + 1;
    if (slice == SLICE_SHORT) buffer->Length = 3;
    return buffer;
}

static ULONG taken(struct thread *me, RIO_CQ cq)
{
    struct spi_rio call = { .function = RIO_FUNCTION_DEQUEUE, .cq = cq, .results = block_of(me, 16 * sizeof(RIORESULT)), .room = 16 };
    made(me, &call);
    return call.taken;
}

/* What is refused leaves no result; the stream is not connected, so what is accepted there has its result at once.
   proves: SPI-RIO-3, SPI-RIO-7, SPI-RIO-8 */
PLAY(test_refusals)
{
    start(me);
    struct rio_world at = rio_open(me);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const struct refusal *c = &refusals[i];
        int error = 0;
        RIO_RQ rq = c->stream ? at.stream : at.datagrams;
        struct spi_rio call = { .function = c->function, .count = c->count, .flags = c->flags, .context = c->context ? (void *)1 : NULL,
                                .rq = c->rq == ID_NONE ? RIO_INVALID_RQ : c->rq == ID_MADE_UP ? (RIO_RQ)(uintptr_t)0xBAD0 : c->rq == ID_OTHER_KIND ? (RIO_RQ)(uintptr_t)at.cq : rq };
        call.data = slice_at(world, me, &at, c->data);
        call.remote = slice_at(world, me, &at, c->remote);
        call.control = slice_at(world, me, &at, c->control);
        call.flags_place = slice_at(world, me, &at, c->flags_place);
        bool done = spi_rio(me, &call, &error);
        ck_assert_msg(done == (c->error == 0) && (done || error == c->error), "%s: error %d", c->what, error);
        ULONG results = taken(me, at.cq);
        ck_assert_msg(results == (done && c->stream ? 1u : 0u), "%s: %u results", c->what, results);
    }
}

/* Results untaken, requests deferred and under way, a queue closed before its sockets: the last WSPCleanup ends it all.
   proves: SPI-RIO-22, SPI-RIO-23 */
PLAY(test_cleanup)
{
    start(me);
    int error;
    struct rio_world at = rio_open(me);
    RIO_BUF *data = slice_at(world, me, &at, SLICE_GOOD);
    struct spi_rio receive = { .function = RIO_FUNCTION_RECEIVE, .rq = at.datagrams, .data = data, .count = 1 }, ended = { .function = RIO_FUNCTION_RECEIVE, .rq = at.stream, .data = data, .count = 1 };
    made(me, &receive);
    receive.flags = RIO_MSG_DEFER;
    made(me, &receive);
    made(me, &ended);
    made(me, &ended);
    ck_assert_int_eq(spi_close(me, at.t, &error), 0);
    made(me, &(struct spi_rio){ .function = RIO_FUNCTION_CLOSE_CQ, .cq = at.cq });
    RIO_CQ second = (RIO_CQ)made(me, &(struct spi_rio){ .function = RIO_FUNCTION_CREATE_CQ, .size = 64 });
    SOCKET s = rio_socket(me, SOCK_STREAM);
    ended.rq = queue_of(me, s, second);
    made(me, &ended);
    ck_assert_int_eq(spi_close(me, s, &error), 0);
}

int main(void)
{
    Suite *suite = suite_create("registered io");
    TCase *tests = tcase_create("registered io");
    tcase_add_test(tests, test_refusals);
    tcase_add_test(tests, test_cleanup);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
