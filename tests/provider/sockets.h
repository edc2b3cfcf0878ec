/*
 * Calls on sockets as one line each, for the suites of names, transfers, options and events. Everything lies in the
 * process's memory. A call says its Winsock error, 0 for success.
 */
#ifndef TESTS_PROVIDER_SOCKETS_H
#define TESTS_PROVIDER_SOCKETS_H
#include "ws2/world.h"

#include <ntstatus.h>

/* ---- names ---- */

static inline int binds(struct thread *me, SOCKET s, const char *name)
{
    int error;
    char room[28];
    size_t size = sockaddr_parse(name, room, sizeof room);
    return spi_bind(me, s, sockaddr_at(me, name), (int)size, &error) == 0 ? 0 : error;
}

static inline int connects(struct thread *me, SOCKET s, const char *name)
{
    int error;
    char room[28];
    struct spi_connect call = { .s = s, .name = sockaddr_at(me, name), .size = (int)sockaddr_parse(name, room, sizeof room) };
    return spi_connect(me, &call, &error) == 0 ? 0 : error;
}

/* The name as text; on failure "error N". */
static inline const char *name_of(struct thread *me, SOCKET s, bool peer)
{
    char *text = block_of(me, SOCKADDR_TEXT);
    int error, *size = NEW(me, int);
    void *name = block_of(me, 128);
    *size = 128;
    if (spi_get_name(me, s, name, size, peer, &error) == 0) sockaddr_text(name, (size_t)*size, text);
    else snprintf(text, SOCKADDR_TEXT, "error %d", error);
    return text;
}
#define sock_name(me, s) name_of(me, s, false)
#define peer_name(me, s) name_of(me, s, true)
#define ck_name(seen, wanted) ck_assert_str_eq(seen, wanted)

/* ---- sends and receives ---- */

struct io {
    SOCKET s;
    const char *data;           /* sent */
    DWORD size;                 /* received at most; with data NULL */
    const char *to;             /* sendto */
    bool from;                  /* recvfrom */
    DWORD flags;
    WSAOVERLAPPED *overlapped;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    /* results */
    DWORD bytes, flags_out;
    char *room;                 /* what was received, terminated */
    const char *sender;
    void *name; int *name_size;
};

#define NOT_WRITTEN 0xBEEFu

static inline int io(struct thread *me, struct io *io)
{
    int error;
    char room[28];
    bool receives = io->data == NULL;
    WSABUF *buffer = NEW(me, WSABUF);
    DWORD *bytes = NEW(me, DWORD), *flags = NEW(me, DWORD);
    size_t length = receives ? io->size : strlen(io->data);
    char *place = block_of(me, length + 1);
    if (!receives) memcpy(place, io->data, length);
    *buffer = (WSABUF){ .len = (ULONG)length, .buf = place };
    *bytes = NOT_WRITTEN;
    *flags = io->flags;
    struct spi_transfer call = { .s = io->s, .receives = receives, .named = receives ? io->from : io->to != NULL, .buffers = buffer, .count = 1, .bytes = bytes,
                                 .flags = io->flags, .flags_out = flags, .overlapped = io->overlapped, .routine = io->routine };
    if (io->to) {
        call.name = sockaddr_at(me, io->to);
        call.size = (int)sockaddr_parse(io->to, room, sizeof room);
    }
    if (io->from) {
        io->name = call.name = block_of(me, 128);
        io->name_size = call.size_out = NEW(me, int);
        *io->name_size = 128;
    }
    int result = spi_transfer(me, &call, &error);
    memset(buffer, 0xA5, sizeof *buffer); /* the array is the provider's only until the call returns */
    io->bytes = *bytes;
    io->flags_out = *flags;
    io->room = receives ? place : NULL;
    return result == 0 ? 0 : error;
}

static inline const char *sender_of(struct thread *me, const struct io *io)
{
    char *text = block_of(me, SOCKADDR_TEXT);
    sockaddr_text(io->name, (size_t)*io->name_size, text);
    return text;
}

static inline int sends(struct thread *me, SOCKET s, const char *data) { return io(me, &(struct io){ .s = s, .data = data }); }
static inline int sends_to(struct thread *me, SOCKET s, const char *data, const char *to) { return io(me, &(struct io){ .s = s, .data = data, .to = to }); }

/* What one plain receive of at most `size` bytes gives; on failure "error N". */
static inline const char *receives(struct thread *me, SOCKET s, DWORD size)
{
    struct io call = { .s = s, .size = size };
    int error = io(me, &call);
    if (!error) return call.room;
    char *text = block_of(me, 32);
    snprintf(text, 32, "error %d", error);
    return text;
}

/* ---- overlapped ---- */

static inline WSAOVERLAPPED *with_event(struct world *world, struct thread *me)
{
    WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED);
    overlapped->hEvent = event_new(world->process, true, NULL);
    return overlapped;
}

/* The result, 0 for success; the count in *bytes. */
static inline int result_of(struct thread *me, SOCKET s, WSAOVERLAPPED *overlapped, DWORD *bytes, DWORD *flags)
{
    int error;
    DWORD *count = NEW(me, DWORD), *out = NEW(me, DWORD);
    if (!spi_get_overlapped_result(me, s, overlapped, count, FALSE, out, &error)) return error;
    if (bytes) *bytes = *count;
    if (flags) *flags = *out;
    return 0;
}

/* ---- streams ---- */

static inline SOCKET listens(struct thread *me, const char *name, bool overlapped)
{
    int error;
    SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, overlapped);
    ck_assert_int_eq(binds(me, s, name), 0);
    ck_assert_int_eq(spi_listen(me, s, SOMAXCONN, &error), 0);
    return s;
}

static inline SOCKET accepts(struct thread *me, SOCKET listener, int *error)
{
    int ignored;
    return spi_accept(me, &(struct spi_accept){ .s = listener }, error ? error : &ignored);
}

/* Two ends of a connection over loopback. */
struct pair { SOCKET listener, client, server; };

static inline struct pair pair_open(struct thread *me, bool overlapped)
{
    struct pair pair = { .listener = listens(me, "127.0.0.1:9000", overlapped), .client = open_socket(me, AF_INET, SOCK_STREAM, overlapped) };
    ck_assert_int_eq(connects(me, pair.client, "127.0.0.1:9000"), 0);
    pair.server = accepts(me, pair.listener, NULL);
    ck_assert(pair.server != INVALID_SOCKET);
    return pair;
}

static inline void pair_close(struct thread *me, const struct pair *pair)
{
    close_socket(me, pair->client);
    close_socket(me, pair->server);
    close_socket(me, pair->listener);
}

/* ---- modes, options, events ---- */

static inline void nonblocking(struct thread *me, SOCKET s, u_long on)
{
    int error;
    u_long *value = NEW(me, u_long);
    *value = on;
    ck_assert_int_eq(spi_ioctl(me, &(struct spi_ioctl){ .s = s, .code = FIONBIO, .in = value, .in_size = sizeof *value, .bytes = NEW(me, DWORD) }, &error), 0);
}

static inline int sets_option(struct thread *me, SOCKET s, int level, int name, const void *value, size_t size)
{
    int error;
    char *place = block_of(me, size);
    memcpy(place, value, size);
    return spi_set_option(me, s, level, name, place, (int)size, &error) == 0 ? 0 : error;
}

static inline int sets(struct thread *me, SOCKET s, int level, int name, DWORD value) { return sets_option(me, s, level, name, &value, sizeof value); }

/* The value; on failure minus the error. */
static inline int64_t gets(struct thread *me, SOCKET s, int level, int name)
{
    int error, *size = NEW(me, int);
    DWORD *value = NEW(me, DWORD);
    *size = sizeof *value;
    if (spi_get_option(me, s, level, name, (char *)value, size, &error) != 0) return -(int64_t)error;
    ck_assert_int_eq(*size, sizeof *value);
    return (int64_t)*value;
}

static inline HANDLE chooses(struct world *world, struct thread *me, SOCKET s, LONG mask)
{
    int error;
    HANDLE event = event_new(world->process, true, NULL);
    ck_assert_int_eq(spi_event_select(me, s, mask ? event : NULL, mask, &error), 0);
    return event;
}

/* The recorded events, and the error of one of them. */
static inline LONG recorded(struct thread *me, SOCKET s, HANDLE event, int bit, int *code)
{
    int error;
    WSANETWORKEVENTS *events = NEW(me, WSANETWORKEVENTS);
    ck_assert_int_eq(spi_enum_network_events(me, s, event, events, &error), 0);
    if (code) *code = events->iErrorCode[bit];
    return events->lNetworkEvents;
}

static inline void reset_close(struct thread *me, SOCKET s)
{
    struct linger hard = { 1, 0 };
    ck_assert_int_eq(sets_option(me, s, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
    close_socket(me, s);
}

static inline void ends(struct thread *me)
{
    int error;
    ck_assert_int_eq(spi_cleanup(me, &error), 0);
}

/* ---- a second thread in a blocking call ---- */

struct blocked { int (*call)(struct thread *thread, struct blocked *blocked); SOCKET s; DWORD size; int error; bool returned; int64_t at_ns; SOCKET accepted; const char *seen; };

static inline void blocked_body(struct thread *thread, void *argument)
{
    struct blocked *blocked = argument;
    blocked->error = blocked->call(thread, blocked);
    blocked->returned = true;
    blocked->at_ns = engine_now_ns(thread->process->ws2->engine);
}
#endif
