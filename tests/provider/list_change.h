/*
 * What the suites of requests under way share: a request for the next change of the address list, and such a change.
 */
#ifndef TESTS_PROVIDER_LIST_CHANGE_H
#define TESTS_PROVIDER_LIST_CHANGE_H
#include "provider/case.h"

/* The error, 0 for success. */
static inline int list_change(struct thread *me, SOCKET s, WSAOVERLAPPED *overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    int error;
    struct spi_ioctl call = { .s = s, .code = SIO_ADDRESS_LIST_CHANGE, .bytes = NEW(me, DWORD), .overlapped = overlapped, .routine = routine };
    return spi_ioctl(me, &call, &error) == 0 ? 0 : error;
}

/* One more address on eth0, told to whoever waits for it. */
static inline void change(struct world *world, struct thread *me)
{
    static int next = 20;
    char prefix[40];
    snprintf(prefix, sizeof prefix, "192.0.2.%d/24", next++);
    give(world->eth0, prefix);
    settle(me);
}
#endif
