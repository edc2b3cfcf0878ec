/*
 * inaddr.h - the IPv4 address.
 *
 * Win64 shape on any 64-bit target, after Windows' <inaddr.h>.  The address
 * lies in memory in network byte order whatever the host: S_addr is what
 * htonl() returns.
 */
#ifndef WSP_INADDR_H
#define WSP_INADDR_H

#include "winbase_types.h"

typedef struct in_addr {
    union {
        struct {
            UCHAR s_b1, s_b2, s_b3, s_b4;
        } S_un_b;
        struct {
            USHORT s_w1, s_w2;
        } S_un_w;
        ULONG S_addr;
    } S_un;
} IN_ADDR, *PIN_ADDR, *LPIN_ADDR;

/* Member names of BSD, as macros like on Windows. */
#define s_addr S_un.S_addr
#define s_net S_un.S_un_b.s_b1
#define s_host S_un.S_un_b.s_b2
#define s_lh S_un.S_un_b.s_b3
#define s_impno S_un.S_un_b.s_b4
#define s_imp S_un.S_un_w.s_w2

#endif
