/*
 * kernel.h: all that a service provider may ask of the machine it runs on.
 *
 * Plain functions, no Winsock types. The reference provider uses nothing else besides the Winsock headers, the upcalls it is
 * given and malloc; another provider may use as much of it as it likes. Six promises:
 *
 *   1. Data is copied out; no pointer into the simulator crosses.
 *   2. complete(cookie, status, count) comes from the event loop only, never from inside a kernel_ call.
 *   3. An accepted cookie is completed exactly once, or, after its cancel returned, never.
 *   4. No Winsock type, constant or error appears here; translation is the provider's work.
 *   5. Nothing but kernel_wait lets time pass.
 *   6. A request accepted inside an SPI call belongs to the calling thread and its OVERLAPPED; the thread's exit (and
 *      cancelio) completes it with KERNEL_CANCELLED, so the provider needs no other word of either. A `lasting` watch belongs to the process.
 *
 * Completions run with the asker's process current and no thread. All functions may be called from an SPI call (the calling
 * thread is current) and from a completion; kernel_wait needs a thread.
 */
#ifndef KERNEL_H
#define KERNEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A provider that uses this header exports `const uint32_t wspsim_kernel_abi = KERNEL_ABI;`; the loader checks it. */
#define KERNEL_ABI 1u

enum kernel_status {
    KERNEL_OK,
    KERNEL_CANCELLED,          /* the request was given up: its thread ended, or somebody cancelled it */
    KERNEL_TIMED_OUT,
    KERNEL_STACK_DOWN,         /* the network subsystem of this host has failed */
    KERNEL_NET_UNREACHABLE,    /* no route */
    KERNEL_NET_DOWN,           /* no interface but loopback is connected: all connectivity is lost */
    KERNEL_NOT_SUPPORTED,      /* the stack does not do this (no function says so yet) */
    KERNEL_NO_RESOURCES,       /* (no function says so yet) */
    KERNEL_BAD_HANDLE,         /* no such endpoint, event or request */
    KERNEL_BAD_ARGUMENT,
    KERNEL_INTERRUPTED,        /* a wait was ended from outside before what it waited for */
};

/* ---- who am I, and when ---------------------------------------------------------------------------------------------- */

enum kernel_profile { KERNEL_DOCUMENTED, KERNEL_OBSERVED }; /* obey the documents, or do as Windows was seen to do */

struct kernel_who {
    uint32_t process_id;
    uint32_t thread_id;           /* 0 inside a completion */
    enum kernel_profile profile;  /* of the process */
};

void kernel_current(struct kernel_who *who);
int64_t kernel_now_ns(void); /* virtual time from the start of the run */

/* One pointer per process and loaded provider, NULL at first: the home of what the provider keeps of a process. `provider` is
   the address of the provider's own wspsim_kernel_abi. The memory behind the pointer is the provider's. */
void *kernel_slot_get(const uint32_t *provider);
void kernel_slot_set(const uint32_t *provider, void *pointer);

/* ---- is this memory the caller's ------------------------------------------------------------------------------------- */

/* True if all of [start, start + size) may be read (written) by the current process; a size of 0 asks for a pointer that is
   not in the forbidden first 64 KiB. Never faults. */
bool kernel_may_read(const void *start, size_t size_bytes);
bool kernel_may_write(void *start, size_t size_bytes);

/* ---- tables, copied out ---------------------------------------------------------------------------------------------- */

enum kernel_family { KERNEL_IPV4 = 4, KERNEL_IPV6 = 6 };

struct kernel_address {
    uint8_t family;     /* enum kernel_family */
    uint8_t bytes[16];  /* network order; IPv4 uses the first four, the rest is zero */
    uint32_t scope_id;  /* IPv6 link-local: the interface index; otherwise 0 */
};

enum kernel_interface_flag {
    KERNEL_INTERFACE_UP = 1, KERNEL_INTERFACE_BROADCAST = 2, KERNEL_INTERFACE_LOOPBACK = 4,
    KERNEL_INTERFACE_POINT_TO_POINT = 8, KERNEL_INTERFACE_MULTICAST = 16,
};

struct kernel_interface_address {
    struct kernel_address address;
    struct kernel_address broadcast; /* directed or limited as the host is set up; zero bytes, the family too, where there is none (point-to-point, loopback, /31, /32) */
    uint8_t prefix_length;
    uint8_t flags;                   /* enum kernel_interface_flag */
    uint32_t interface_index;
};

struct kernel_path {
    struct kernel_address source;   /* the local address a packet to the destination would bear */
    struct kernel_address next_hop; /* the destination itself when it is on the link */
    uint32_t interface_index;
    uint32_t mtu_bytes;
};

/* KERNEL_OK, or KERNEL_STACK_DOWN when the host's network subsystem has failed. */
enum kernel_status kernel_stack_state(void);

/* The addresses of the family a client can bind to, in list order. Copies at most `room`; *count is how many there are. */
enum kernel_status kernel_local_addresses(enum kernel_family family, struct kernel_address *addresses, size_t room, size_t *count);

/* One row for each IPv4 unicast address on the configured interfaces, loopback included. As above. */
enum kernel_status kernel_interface_addresses(struct kernel_interface_address *rows, size_t room, size_t *count);

/* How this host would reach the destination now: KERNEL_OK, KERNEL_NET_UNREACHABLE, KERNEL_NET_DOWN, KERNEL_STACK_DOWN;
   KERNEL_BAD_ARGUMENT for a family that is none. */
enum kernel_status kernel_best_path(const struct kernel_address *destination, struct kernel_path *path);

/* ---- tell me once ---------------------------------------------------------------------------------------------------- */

typedef uint64_t kernel_request; /* names an accepted request; never used twice; 0 names none */

/* status: KERNEL_OK, KERNEL_CANCELLED, KERNEL_STACK_DOWN or the result the topic defines. count: bytes; 0 for the two topics below. */
typedef void kernel_complete(void *cookie, enum kernel_status status, uint64_t count);

enum kernel_topic {
    KERNEL_TOPIC_ADDRESSES, /* the list of kernel_local_addresses(family) has become another set */
    KERNEL_TOPIC_PATH,      /* kernel_best_path(destination) has another source or another error; the unspecified address
                               stands for any routing change of the family. Completes with the new result's status. */
};

struct kernel_watch {
    enum kernel_topic topic;
    enum kernel_family family;
    struct kernel_address destination; /* KERNEL_TOPIC_PATH */
};

/* Completes at the first change after this call. Accepts any number of watches; one change completes every watch it
   concerns, in the order of asking. A watch kept for a socket rather than for a call (`lasting`) does not belong to the
   calling thread: the thread's exit leaves it. KERNEL_OK, KERNEL_STACK_DOWN, KERNEL_BAD_ARGUMENT (topic, family, no function). */
enum kernel_status kernel_watch(const struct kernel_watch *watch, bool lasting, kernel_complete *complete, void *cookie, kernel_request *request);

/* Gives the request up: it will not be completed any more; whoever waits for it in kernel_wait gets KERNEL_CANCELLED.
   KERNEL_BAD_HANDLE if it was completed or cancelled before. */
enum kernel_status kernel_cancel(kernel_request request);

/* ---- endpoints: the stack's view of a socket ------------------------------------------------------------------------- */

enum kernel_transport { KERNEL_TCP = 6, KERNEL_UDP = 17, KERNEL_RAW = 255 };

typedef uint64_t kernel_endpoint; /* never used twice; 0 names none */

/* KERNEL_OK, KERNEL_STACK_DOWN, KERNEL_BAD_ARGUMENT (family, transport); closing: KERNEL_OK, KERNEL_BAD_HANDLE. */

enum kernel_status kernel_endpoint_open(enum kernel_family family, enum kernel_transport transport, uint8_t protocol, kernel_endpoint *endpoint);
enum kernel_status kernel_endpoint_close(kernel_endpoint endpoint);

/* ---- waiting: the one call that may take simulated time -------------------------------------------------------------- */

#define KERNEL_FOREVER INT64_MAX

/* Exactly one of request and event. */
struct kernel_wait {
    kernel_request request; /* until this request has completed (its completion has run), or 0 */
    void *event;            /* until this event object is signalled, or NULL */
    int64_t timeout_ns;     /* KERNEL_FOREVER: no limit */
};

/* Parks the calling thread. KERNEL_OK: what it waited for has happened. KERNEL_CANCELLED: the request was given up.
   KERNEL_TIMED_OUT, KERNEL_BAD_HANDLE, KERNEL_INTERRUPTED; KERNEL_BAD_ARGUMENT from a completion, for a negative time, or
   if not exactly one thing is waited for. Asynchronous procedure calls do not run meanwhile. */
enum kernel_status kernel_wait(const struct kernel_wait *wait);

/* Ends the kernel_wait of a thread of this process with KERNEL_INTERRUPTED. KERNEL_BAD_HANDLE if that thread is not in one. */
enum kernel_status kernel_interrupt(uint32_t thread_id);
#endif
