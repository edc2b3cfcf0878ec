/*
 * A request of each kind that the endpoint group of kernel.h can accept, ready to come about or to be ended otherwise. What it
 * was given is overwritten the moment it has ended: whoever reads it afterwards reads nonsense, and whoever writes is found out.
 */
#ifndef TESTS_ENDPOINT_PROMISES_H
#define TESTS_ENDPOINT_PROMISES_H
#include "tcp/line.h"

#define POISON 0xa5
#define LARGE 5000

enum kind { CONNECTS, ACCEPTS, SENDS, RECEIVES, RECEIVES_ALL, RECEIVES_MESSAGE, WATCHES, WATCHES_BACKLOG, KINDS };
static const char *const kind_names[KINDS] = { "connect", "accept", "send", "receive", "receive all", "receive a message", "watch", "watch of the backlog" };

/* All that the stack may touch while the request is pending, and what became of it. */
struct asked {
    struct {
        struct kernel_piece piece;
        struct kernel_transfer transfer;
        struct kernel_accepted accepted;
        uint8_t bytes[LARGE];
    } given;
    enum kind kind;
    struct side *side;
    kernel_endpoint endpoint; /* it is pending on */
    kernel_endpoint other;    /* the peer's, or the listener */
    kernel_request request;
    unsigned times; /* completed */
    enum kernel_status status;
    uint64_t count;
    kernel_endpoint got; /* an accept: whom */
    uint8_t first;       /* byte received */
};

static unsigned in_call; /* kernel functions that have not returned */
#define CALL(expression) (in_call++, call_status = (expression), in_call--, call_status)
static enum kernel_status call_status;

static inline void asked_poison(struct asked *asked) { memset(&asked->given, POISON, sizeof asked->given); }

static inline bool asked_untouched(const struct asked *asked)
{
    const uint8_t *bytes = (const uint8_t *)&asked->given;
    for (size_t i = 0; i < sizeof asked->given; i++) {
        if (bytes[i] != POISON) return false;
    }
    return true;
}

static inline void asked_ends(void *cookie, enum kernel_status status, uint64_t ends_count)
{
    struct asked *asked = cookie;
    ck_assert_uint_eq(in_call, 0);
    ck_assert_ptr_eq(running, &asked->side->home);
    asked->times++;
    asked->status = status;
    asked->count = ends_count;
    asked->got = asked->given.accepted.endpoint;
    asked->first = asked->given.bytes[0];
    asked_poison(asked);
}

/* What tells how it ends may go when the call has returned. */
static inline enum kernel_status asked_with(struct asked *asked, enum kernel_status (*ask)(struct asked *, const struct kernel_how *))
{
    struct kernel_how how = { .complete = asked_ends, .cookie = asked, .request = &asked->request };
    running = &asked->side->app;
    enum kernel_status status = CALL(ask(asked, &how));
    memset(&how, POISON, sizeof how);
    return status;
}

static inline enum kernel_status ask_connect(struct asked *asked, const struct kernel_how *how)
{
    struct kernel_socket peer = name("192.0.2.2", PORT);
    enum kernel_status status = kernel_connect(asked->endpoint, &peer, how);
    memset(&peer, POISON, sizeof peer);
    return status;
}

static inline enum kernel_status ask_accept(struct asked *asked, const struct kernel_how *how) { return kernel_accept(asked->endpoint, &asked->given.accepted, how); }
static inline enum kernel_status ask_send(struct asked *asked, const struct kernel_how *how) { return kernel_send(asked->endpoint, &asked->given.transfer, how); }
static inline enum kernel_status ask_receive(struct asked *asked, const struct kernel_how *how) { return kernel_receive(asked->endpoint, &asked->given.transfer, how); }

static inline enum kernel_status ask_watch(struct asked *asked, const struct kernel_how *how)
{
    struct kernel_watch watch = { .topic = asked->kind == WATCHES ? KERNEL_TOPIC_ENDPOINT : KERNEL_TOPIC_BACKLOG, .family = KERNEL_IPV4, .endpoint = asked->endpoint, .conditions = KERNEL_READABLE };
    enum kernel_status status = kernel_watch(&watch, how->lasting, how->complete, how->cookie, how->request);
    memset(&watch, POISON, sizeof watch);
    return status == KERNEL_OK ? KERNEL_PENDING : status;
}

static inline void asked_give(struct asked *asked, size_t size, uint32_t flags)
{
    asked->given.piece = (struct kernel_piece){ asked->given.bytes, size };
    asked->given.transfer = (struct kernel_transfer){ .pieces = &asked->given.piece, .piece_count = 1, .flags = flags };
}

static inline kernel_endpoint message_endpoint(struct side *side, uint16_t port)
{
    kernel_endpoint endpoint = 0;
    struct kernel_socket local = name("0.0.0.0", port);
    running = &side->app;
    ck_assert_int_eq(kernel_endpoint_open(KERNEL_IPV4, KERNEL_UDP, 17, &endpoint), KERNEL_OK);
    ck_assert_int_eq(kernel_bind(endpoint, &local), KERNEL_OK);
    return endpoint;
}

static inline enum kernel_status message_send(struct side *side, kernel_endpoint endpoint, const char *to, uint16_t port, const char *text)
{
    char bytes[100];
    size_t size = strlen(text);
    memcpy(bytes, text, size);
    struct kernel_piece piece = { bytes, size };
    struct kernel_transfer transfer = { .pieces = &piece, .piece_count = 1, .peer = name(to, port) };
    running = &side->app;
    enum kernel_status status = CALL(kernel_send(endpoint, &transfer, NULL));
    memset(bytes, POISON, sizeof bytes); /* they were taken at the call */
    return status;
}

/* The stream that a send waits in: its buffer holds less than one of them. */
static inline void asked_send(struct asked *asked)
{
    option(asked->endpoint, KERNEL_SEND_BUFFER, LARGE / 5);
    for (unsigned taken = 0; taken < 10; taken++) {
        asked_give(asked, LARGE, 0);
        memset(asked->given.bytes, (int)taken, LARGE);
        if (asked_with(asked, ask_send) == KERNEL_PENDING) return;
        ck_assert_int_eq(call_status, KERNEL_OK);
    }
    ck_abort_msg("no send ever waits");
}

static inline void asked_begin(struct asked *asked, enum kind kind)
{
    memset(asked, 0, sizeof *asked);
    asked->kind = kind;
    asked->side = kind == CONNECTS || kind == SENDS || kind == WATCHES_BACKLOG ? &line.client : &line.server;
    switch (kind) {
    case CONNECTS:
        asked->other = listen_on(&line.server, PORT, 5);
        asked->endpoint = open_on(&line.client);
        ck_assert_int_eq(asked_with(asked, ask_connect), KERNEL_PENDING);
        break;
    case ACCEPTS:
        asked->endpoint = listen_on(&line.server, PORT, 5);
        asked->other = open_on(&line.client);
        ck_assert_int_eq(asked_with(asked, ask_accept), KERNEL_PENDING);
        break;
    case SENDS:
        connection(&asked->endpoint, &asked->other);
        asked_send(asked);
        break;
    case RECEIVES:
    case RECEIVES_ALL:
        connection(&asked->other, &asked->endpoint);
        asked_give(asked, 100, kind == RECEIVES_ALL ? KERNEL_WAIT_ALL : 0);
        ck_assert_int_eq(asked_with(asked, ask_receive), KERNEL_PENDING);
        if (kind == RECEIVES_ALL) ck_assert_int_eq(send_on(&line.client, asked->other, "some", 4), KERNEL_OK);
        run_for(SECOND);
        break;
    case RECEIVES_MESSAGE:
        asked->endpoint = message_endpoint(&line.server, 9);
        asked->other = message_endpoint(&line.client, 9);
        asked_give(asked, 100, 0);
        ck_assert_int_eq(asked_with(asked, ask_receive), KERNEL_PENDING);
        break;
    case WATCHES:
        connection(&asked->other, &asked->endpoint);
        ck_assert_int_eq(asked_with(asked, ask_watch), KERNEL_PENDING);
        break;
    case WATCHES_BACKLOG:
        connection(&asked->endpoint, &asked->other);
        ck_assert_int_eq(asked_with(asked, ask_watch), KERNEL_PENDING);
        break;
    case KINDS: break;
    }
    ck_assert_uint_eq(asked->times, 0);
}

/* What it waits for is on its way, or is there at once. */
static inline void asked_happens(const struct asked *asked)
{
    static const char hundred[100] = "x";
    struct kernel_socket server = name("192.0.2.2", PORT);
    running = &line.client.app;
    switch (asked->kind) {
    case CONNECTS:
    case SENDS: break;
    case ACCEPTS: ck_assert_int_eq(CALL(kernel_connect(asked->other, &server, NULL)), KERNEL_WOULD_BLOCK); break;
    case RECEIVES:
    case RECEIVES_ALL:
    case WATCHES: ck_assert_int_eq(CALL(send_on(&line.client, asked->other, hundred, sizeof hundred)), KERNEL_OK); break;
    case RECEIVES_MESSAGE: ck_assert_int_eq(message_send(&line.client, asked->other, "192.0.2.2", 9, "x"), KERNEL_OK); break;
    case WATCHES_BACKLOG: tcp_backlog_set(inside(asked->endpoint), 70000); break;
    case KINDS: break;
    }
}
#endif
