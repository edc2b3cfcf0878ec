/*
 * Control codes: the row a code has in the table, the call a handler works on, and the handlers by family.
 */
#ifndef PROVIDER_IOCTL_H
#define PROVIDER_IOCTL_H
#include <winsock2.h>
#include <ws2spi.h>

#include "kernel.h"

struct sock;

/* What is left to do when the wait of a code is over: writes the output, says how long it is, and the error. */
typedef int ioctl_late(struct sock *sock, void *out, DWORD out_size, DWORD *count);

struct ioctl_call {
    struct sock *sock;
    const struct ioctl_row *row;
    const void *in;
    DWORD in_size;
    void *out;
    DWORD out_size;
    BOOL observed;              /* do as Windows was seen to do, where that differs */
    DWORD count;                /* result: bytes in the output, or the size it would take */
    struct kernel_watch watch;  /* result of a handler that returns IOCTL_PENDS: what to wait for */
    LONG event_bit;             /* and the network event it arms */
    ioctl_late *late;           /* and what is to be done then, NULL: nothing */
    BOOL plain;                 /* no OVERLAPPED: whatever ends the wait is WSAEINTR where the code says so */
};

#define IOCTL_PENDS (-1) /* "cannot finish now" */

/* 0, a Winsock error, or IOCTL_PENDS. Buffers are checked against the row before; handlers compute and touch nothing else. */
typedef int ioctl_handler(struct ioctl_call *call);

enum ioctl_standing { IOCTL_NOT_OFFERED, IOCTL_REAL };

enum ioctl_valid {
    ON_IPV4 = 1, ON_IPV6 = 2, ON_STREAM = 4, ON_DGRAM = 8, ON_RAW = 16,
    ON_IP = ON_IPV4 | ON_IPV6, ON_ANY_TYPE = ON_STREAM | ON_DGRAM | ON_RAW, ON_ALL = ON_IP | ON_ANY_TYPE,
    ON_MESSAGE = ON_DGRAM | ON_RAW,
};

enum ioctl_shape {
    IN_SOCKADDR = 1,    /* the input is a sockaddr: 16 bytes on AF_INET, 28 on AF_INET6 */
    OUT_SOCKADDR = 2,   /* so is the output */
    IN_ABSENT = 4,      /* cbInBuffer must be 0 */
    OUT_ABSENT = 8,     /* cbOutBuffer must be 0 */
    OUT_BY_HANDLER = 16, /* the size it takes depends on the answer, or a value is checked before it: the handler looks */
    NO_OVERLAPPED = 32, /* lpOverlapped must be NULL */
    BLOCKS = 64,        /* a plain call waits, whatever the socket's mode */
    OF_QOS = 128,       /* a host without quality of service does not offer it */
    BUFFERS_UNUSED = 256, /* reserved: refused before the buffers are looked at */
    OF_ROUTES = 1024,   /* a host without route discovery does not offer it */
    OF_COMPANIONS = 2048, /* one without companion interfaces neither */
    IN_SHORT_INVAL = 512, /* an input that is too short is WSAEINVAL, one that is not there in_error */
};

struct ioctl_row {
    DWORD code;
    const char *name;
    DWORD in_min, out_min;      /* bytes on Win64 and AF_INET; for lists the part that is always there */
    unsigned valid_on;          /* enum ioctl_valid */
    BOOL may_pend;
    enum ioctl_standing standing;
    ioctl_handler *handler;     /* NULL: not offered */
    unsigned shape;             /* enum ioctl_shape */
    int in_error, out_error;    /* for a missing or short buffer */
    int family_error, type_error; /* for a socket it does not fit */
    int unsupported;            /* what a provider says that does not offer the code */
};

const struct ioctl_row *ioctl_table(size_t *count);
const struct ioctl_row *ioctl_find(DWORD code); /* NULL: unknown */

/* What a handler says of an output it checks itself: 0 if `size` bytes fit, else WSAEFAULT; call->count becomes the size. */
int ioctl_output(struct ioctl_call *call, DWORD size);

/* A SOCKET_ADDRESS_LIST that holds its addresses (ioctl_address.c): its size, and how it is written. */
typedef void address_writer(const struct kernel_address *address, void *out);
size_t address_list_size(size_t count, size_t address_size);
void address_list_write(void *out, const struct kernel_address *addresses, size_t count, size_t address_size, address_writer *write);

/* What the observed profile asks besides (ioctl_observed.c). */
int ioctl_observed_refusal(const struct ioctl_call *call);
BOOL ioctl_observed_late(const struct ioctl_call *call, int result);
BOOL ioctl_observed_uncounted(const struct ioctl_call *call, int result);

ioctl_handler ioctl_fionbio, ioctl_fionread, ioctl_siocatmark;
ioctl_handler ioctl_address_list_query, ioctl_address_list_change;
ioctl_handler ioctl_routing_interface_query, ioctl_routing_interface_change, ioctl_find_route;
ioctl_handler ioctl_associate_handle, ioctl_translate_handle;
ioctl_handler ioctl_get_interface_list, ioctl_get_interface_list_ex, ioctl_get_broadcast_address;
ioctl_handler ioctl_own_handle, ioctl_wfp_endpoint_handle;
ioctl_handler ioctl_enable_circular_queueing, ioctl_flush;
ioctl_handler ioctl_ideal_send_backlog_query, ioctl_ideal_send_backlog_change;
ioctl_handler ioctl_keepalive_vals, ioctl_multipoint_loopback, ioctl_multicast_scope, ioctl_rcvall, ioctl_rcvall_groups, ioctl_udp_connreset, ioctl_udp_netreset;
ioctl_handler ioctl_set_compatibility_mode;
ioctl_handler ioctl_acquire_port_reservation, ioctl_associate_port_reservation, ioctl_release_port_reservation;
ioctl_handler ioctl_rss_scalability_info, ioctl_get_extension_function_pointer, ioctl_get_multiple_extension_function_pointer;
ioctl_handler ioctl_tcp_info, ioctl_tcp_initial_rto, ioctl_tcp_ack_frequency, ioctl_loopback_fast_path, ioctl_rss_processor_info, ioctl_address_list_sort, ioctl_ext_poll;
ioctl_handler ioctl_chk_qos, ioctl_get_qos, ioctl_set_qos, ioctl_group_qos;
#endif
