/*
 * Socket options: the row an option has in the table, and the call a handler works on.
 */
#ifndef PROVIDER_OPTIONS_H
#define PROVIDER_OPTIONS_H
#include "provider.h"

/* A value is built in `room` and copied out; one that is longer has a handler of its own. */
struct option_call {
    struct sock *sock;
    const struct option_row *row;
    BOOL setting;
    const char *in;             /* set: the value, `in_size` bytes of the client's */
    DWORD in_size;
    char *out;                  /* get: where it goes, `out_size` bytes */
    DWORD out_size;
    DWORD size;                 /* result of a get: bytes written */
};

/* 0 or a Winsock error. */
typedef int option_handler(struct option_call *call);

enum option_on {
    OPTION_STREAM = 1, OPTION_DGRAM = 2, OPTION_RAW = 4, OPTION_IPV4 = 8, OPTION_IPV6 = 16,
    OPTION_MESSAGES = OPTION_DGRAM | OPTION_RAW, OPTION_EVERY = OPTION_STREAM | OPTION_MESSAGES,
};
enum option_access { OPTION_GET = 1, OPTION_SET = 2, OPTION_BOTH = 3 };
enum option_kind {
    OPTION_NUMBER,  /* 4 bytes */
    OPTION_TRUTH,   /* BOOL: any nonzero is TRUE, and reads back 1 */
    OPTION_BYTES,   /* its handler knows the size; `size` is the least */
};

struct option_row {
    int level, name;
    unsigned on;                /* enum option_on: the types that have it */
    int type_error;             /* what the others say (SPI reference 11.3) */
    enum option_access access;
    enum option_kind kind;
    DWORD size;
    int kernel;                 /* enum kernel_option, -1: not the kernel's */
    DWORD flag;                 /* enum sock_flag, 0: none */
    uint32_t scale;             /* the kernel's unit in the option's: 1000 for seconds kept in milliseconds */
    option_handler *handler;    /* NULL: kernel or flag do it */
};

const struct option_row *option_find(int level, int name);
BOOL option_level_known(const struct sock *sock, int level);

/* ---- handlers ---- */
option_handler option_accepting, option_broadcast, option_connect_time, option_dontlinger, option_dontroute, option_error, option_exclusive, option_keepalive, option_linger, option_open_type;
option_handler option_protocol_info_wide, option_protocol_info_narrow, option_bsp_state, option_receive_timeout, option_send_timeout, option_reuse, option_type;
option_handler option_accept_context, option_connect_context, option_bsd_urgent, option_group_id, option_group_priority;
option_handler option_none, option_refused, option_mtu_discover, option_protection_level, option_unicast_interface, option_multicast_interface;
option_handler option_membership, option_source_membership, option_membership6, option_zero;

/* Between a value of 4 bytes and a number. */
uint32_t option_number(const struct option_call *call);
int option_give(struct option_call *call, uint32_t number);
#endif
