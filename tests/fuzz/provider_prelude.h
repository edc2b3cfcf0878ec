/*
 * Where fuzz_provider.c may begin: with sockets that have come a long way already, since chance alone seldom gets so far. The first
 * thread makes them; a bit of the input asks for each.
 *
 *   0, 1  a listener at 127.0.0.1:9000, and a datagram socket at the same place
 *   2, 3  a connection, both its ends
 *   4, 5  datagram sockets that are connected with each other, with request queues of Registered I/O
 *   6     a stream that an AcceptEx may fill
 */
#ifndef TESTS_FUZZ_PROVIDER_PRELUDE_H
#define TESTS_FUZZ_PROVIDER_PRELUDE_H
#include "fuzz/provider_rio.h"

enum { BEGIN_LISTENS = 1, BEGIN_CONNECTED = 2, BEGIN_RIO = 4, BEGIN_MESSAGES = 8 };

static inline SOCKET made(struct thread *me, int type, DWORD flags, const char *local)
{
    int error;
    struct spi_socket call = { .family = AF_INET, .type = type, .flags = WSA_FLAG_OVERLAPPED | flags };
    SOCKET s = spi_socket(me, &call, &error);
    if (local) spi_bind(me, s, sockaddr_at(me, local), 16, &error);
    return s;
}

static inline void pair_make(struct thread *me)
{
    int error;
    fuzz.s[2] = made(me, SOCK_STREAM, 0, NULL);
    spi_connect(me, &(struct spi_connect){ .s = fuzz.s[2], .name = sockaddr_at(me, "127.0.0.1:9000"), .size = 16 }, &error);
    fuzz.s[3] = spi_accept(me, &(struct spi_accept){ .s = fuzz.s[0] }, &error);
}

static inline uintptr_t queue_make(struct thread *me, struct spi_rio call)
{
    int error;
    call.object = "";
    return spi_rio(me, &call, &error) ? call.made : 0;
}

static inline void rio_make(struct thread *me)
{
    int error;
    fuzz.s[4] = made(me, SOCK_DGRAM, WSA_FLAG_REGISTERED_IO, "127.0.0.1:9004");
    fuzz.s[5] = made(me, SOCK_DGRAM, WSA_FLAG_REGISTERED_IO, "127.0.0.1:9005");
    spi_connect(me, &(struct spi_connect){ .s = fuzz.s[4], .name = sockaddr_at(me, "127.0.0.1:9005"), .size = 16 }, &error);
    spi_connect(me, &(struct spi_connect){ .s = fuzz.s[5], .name = sockaddr_at(me, "127.0.0.1:9004"), .size = 16 }, &error);
    for (unsigned i = 0; i < 2; i++) {
        rio.buffers[i] = queue_make(me, (struct spi_rio){ .function = RIO_FUNCTION_REGISTER, .memory = block_of(me, BUFFER_BYTES), .size = BUFFER_BYTES });
        rio.completion[i] = queue_make(me, (struct spi_rio){ .function = RIO_FUNCTION_CREATE_CQ, .size = 16, .notification = a_notification(me, byte()) });
    }
    for (unsigned i = 0; i < 2; i++)
        rio.request[i] = queue_make(me, (struct spi_rio){ .function = RIO_FUNCTION_CREATE_RQ, .s = fuzz.s[4 + i], .receives = 4, .sends = 4, .receive_buffers = 1, .send_buffers = 1,
                                                          .cq = (RIO_CQ)rio.completion[i], .send_cq = (RIO_CQ)rio.completion[0], .context = (void *)(uintptr_t)i });
}

static inline void prelude(struct thread *me)
{
    unsigned how = byte();
    int error;
    if (how & BEGIN_RIO) rio_make(me);
    if (!(how & BEGIN_LISTENS)) return;
    fuzz.s[0] = made(me, SOCK_STREAM, 0, "127.0.0.1:9000");
    fuzz.s[1] = made(me, SOCK_DGRAM, 0, "127.0.0.1:9000");
    fuzz.s[6] = made(me, SOCK_STREAM, 0, NULL);
    spi_listen(me, fuzz.s[0], 5, &error);
    if (how & BEGIN_CONNECTED) pair_make(me);
    if (!(how & BEGIN_MESSAGES)) return;
    int *on = NEW(me, int);
    *on = 1;
    for (int option = 0; option < 32; option++) spi_set_option(me, fuzz.s[1], IPPROTO_IP, option, (char *)on, sizeof *on, &error);
}
#endif
