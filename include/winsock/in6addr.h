/*
 * in6addr.h - the IPv6 address.
 *
 * Win64 shape on any 64-bit target, after Windows' <in6addr.h>.  The words,
 * too, are in network byte order in memory.
 */
#ifndef WSP_IN6ADDR_H
#define WSP_IN6ADDR_H

#include "winbase_types.h"

typedef struct in6_addr {
    union {
        UCHAR Byte[16];
        USHORT Word[8];
    } u;
} IN6_ADDR, *PIN6_ADDR, *LPIN6_ADDR;

#define in_addr6 in6_addr

/* Member names of BSD, as macros like on Windows. */
#define _S6_un u
#define _S6_u8 Byte
#define s6_addr _S6_un._S6_u8
#define s6_bytes u.Byte
#define s6_words u.Word

#endif
