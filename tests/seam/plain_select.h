/*
 * plain.c's select: it looks; if nothing is ready it watches every socket of the sets, waits for one event that each watch sets,
 * gives up the watches and looks again.
 */
#ifndef SEAM_PLAIN_SELECT_H
#define SEAM_PLAIN_SELECT_H
#include "plain_words.h"

enum { PLAIN_READ, PLAIN_WRITE, PLAIN_EXCEPT, PLAIN_SETS };

struct plain_look {
    SOCKET handle;
    int set;
    kernel_endpoint endpoint;
    enum kernel_family family;
    kernel_request watch;
    WSAEVENT event;
};
struct plain_looks {
    struct plain_look look[PLAIN_SETS * SMALL_SOCKETS];
    size_t count;
};

/* 0, or the error. */
static inline int plain_set_read(struct plain_looks *looks, int set, fd_set *sockets)
{
    int error = 0;
    u_int count = 0;
    if (sockets == NULL) return 0;
    if (!kernel_may_write(sockets, sizeof count)) return WSAEFAULT;
    memcpy(&count, sockets, sizeof count);
    if (count > SMALL_SOCKETS) return WSAENOBUFS;
    for (u_int i = 0; i < count; i++) {
        SOCKET handle;
        if (!kernel_may_write(sockets, offsetof(fd_set, fd_array) + (i + 1) * sizeof handle)) return WSAEFAULT;
        memcpy(&handle, (const char *)sockets + offsetof(fd_set, fd_array) + i * sizeof handle, sizeof handle);
        const struct small_socket *socket = small_socket_find(handle, &error);
        if (socket == NULL) return error;
        looks->look[looks->count++] = (struct plain_look){ .handle = handle, .set = set, .endpoint = socket->endpoint, .family = socket->family };
    }
    return 0;
}

static const uint32_t plain_wanted[PLAIN_SETS] = { KERNEL_READABLE | KERNEL_ACCEPTABLE | KERNEL_PEER_CLOSED, KERNEL_WRITABLE, KERNEL_URGENT | KERNEL_FAILED };

static inline BOOL plain_ready(const struct plain_look *look)
{
    struct kernel_state state;
    return kernel_state(look->endpoint, &state) == KERNEL_OK && (state.conditions & plain_wanted[look->set]) != 0;
}

static inline int plain_ready_count(const struct plain_looks *looks)
{
    int count = 0;
    for (size_t i = 0; i < looks->count; i++) count += plain_ready(&looks->look[i]) ? 1 : 0;
    return count;
}

/* Closed while the call waited: names of endpoints are never used twice, so the old one leads nowhere. */
static inline BOOL plain_gone(const struct plain_looks *looks)
{
    struct kernel_state state;
    for (size_t i = 0; i < looks->count; i++)
        if (kernel_state(looks->look[i].endpoint, &state) == KERNEL_BAD_HANDLE) return TRUE;
    return FALSE;
}

static inline void plain_happened(void *cookie, enum kernel_status status, uint64_t count)
{
    struct plain_look *look = cookie;
    struct small_process *process = small_process_get();
    int ignored;
    (void)status, (void)count;
    look->watch = 0;
    if (process != NULL) process->up.lpWPUSetEvent(look->event, &ignored);
}

/* The request of a watch is used up by its completion; the others are taken back before the looks go out of scope. */
static inline enum kernel_status plain_select_wait(struct plain_looks *looks, int64_t timeout_ns)
{
    struct small_process *process = small_process_get();
    int ignored;
    WSAEVENT event = process->up.lpWPUCreateEvent(&ignored);
    if (event == NULL) return KERNEL_NO_RESOURCES;
    enum kernel_status status = KERNEL_OK;
    for (size_t i = 0; status == KERNEL_OK && i < looks->count; i++) {
        struct plain_look *look = &looks->look[i];
        const struct kernel_watch watch = { .topic = KERNEL_TOPIC_ENDPOINT, .family = look->family, .endpoint = look->endpoint, .conditions = plain_wanted[look->set] };
        look->event = event;
        status = kernel_watch(&watch, false, plain_happened, look, &look->watch);
    }
    if (status == KERNEL_OK) status = kernel_wait(&(struct kernel_wait){ .event = event, .timeout_ns = timeout_ns });
    for (size_t i = 0; i < looks->count; i++)
        if (looks->look[i].watch != 0) kernel_cancel(looks->look[i].watch);
    if (small_process_get() != NULL) small_process_get()->up.lpWPUCloseEvent(event, &ignored);
    return status == KERNEL_TIMED_OUT ? KERNEL_OK : status;
}

static inline void plain_set_write(const struct plain_looks *looks, int set, fd_set *sockets)
{
    u_int count = 0;
    if (sockets == NULL) return;
    for (size_t i = 0; i < looks->count; i++) {
        if (looks->look[i].set != set || !plain_ready(&looks->look[i])) continue;
        memcpy((char *)sockets + offsetof(fd_set, fd_array) + count++ * sizeof(SOCKET), &looks->look[i].handle, sizeof(SOCKET));
    }
    memcpy(sockets, &count, sizeof count);
}

static inline int WSPAPI plain_select(int ignored, fd_set *readable, fd_set *writable, fd_set *exceptional, const PTIMEVAL timeout, LPINT error)
{
    struct plain_looks looks = { .count = 0 };
    fd_set *const sets[PLAIN_SETS] = { readable, writable, exceptional };
    int64_t timeout_ns = timeout == NULL ? KERNEL_FOREVER : (timeout->tv_sec * INT64_C(1000000) + timeout->tv_usec) * 1000;
    (void)ignored;
    for (int set = 0; set < PLAIN_SETS; set++) {
        int wrong = plain_set_read(&looks, set, sets[set]);
        if (wrong != 0) return small_fail(error, wrong);
    }
    if (looks.count == 0) return small_fail(error, WSAEINVAL);
    if (plain_ready_count(&looks) == 0 && timeout_ns > 0) {
        enum kernel_status status = plain_select_wait(&looks, timeout_ns);
        if (status != KERNEL_OK) return plain_result(status, error);
        if (plain_gone(&looks)) return small_fail(error, WSAENOTSOCK);
    }
    for (int set = 0; set < PLAIN_SETS; set++) plain_set_write(&looks, set, sets[set]);
    return plain_ready_count(&looks);
}
#endif
