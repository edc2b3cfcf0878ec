/*
 * ws2def.h - families, protocols, options, control codes and the structures
 * shared by every layer of Winsock.
 *
 * Win64 shapes on any 64-bit target, after Windows' <ws2def.h>.
 */
#ifndef WSP_WS2DEF_H
#define WSP_WS2DEF_H

#include "inaddr.h"
#include "winbase_types.h"

/* ---- Address families ------------------------------------------------ */

typedef USHORT ADDRESS_FAMILY;

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_IMPLINK 3
#define AF_PUP 4
#define AF_CHAOS 5
#define AF_NS 6
#define AF_IPX AF_NS
#define AF_ISO 7
#define AF_OSI AF_ISO
#define AF_ECMA 8
#define AF_DATAKIT 9
#define AF_CCITT 10
#define AF_SNA 11
#define AF_DECnet 12
#define AF_DLI 13
#define AF_LAT 14
#define AF_HYLINK 15
#define AF_APPLETALK 16
#define AF_NETBIOS 17
#define AF_VOICEVIEW 18
#define AF_FIREFOX 19
#define AF_UNKNOWN1 20
#define AF_BAN 21
#define AF_ATM 22
#define AF_INET6 23
#define AF_CLUSTER 24
#define AF_12844 25
#define AF_IRDA 26
#define AF_NETDES 28
#define AF_TCNPROCESS 29
#define AF_TCNMESSAGE 30
#define AF_ICLFXBM 31
#define AF_BTH 32
#define AF_MAX 33 /* differs between versions of the headers; do not test */

/* ---- Socket types ---------------------------------------------------- */

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_RDM 4
#define SOCK_SEQPACKET 5

/* ---- Protocols ------------------------------------------------------- */

#define IPPROTO_IP 0

typedef enum {
    IPPROTO_HOPOPTS = 0,
    IPPROTO_ICMP = 1,
    IPPROTO_IGMP = 2,
    IPPROTO_GGP = 3,
    IPPROTO_IPV4 = 4,
    IPPROTO_ST = 5,
    IPPROTO_TCP = 6,
    IPPROTO_CBT = 7,
    IPPROTO_EGP = 8,
    IPPROTO_IGP = 9,
    IPPROTO_PUP = 12,
    IPPROTO_UDP = 17,
    IPPROTO_IDP = 22,
    IPPROTO_RDP = 27,
    IPPROTO_IPV6 = 41,
    IPPROTO_ROUTING = 43,
    IPPROTO_FRAGMENT = 44,
    IPPROTO_ESP = 50,
    IPPROTO_AH = 51,
    IPPROTO_ICMPV6 = 58,
    IPPROTO_NONE = 59,
    IPPROTO_DSTOPTS = 60,
    IPPROTO_ND = 77,
    IPPROTO_ICLFXBM = 78,
    IPPROTO_PIM = 103,
    IPPROTO_PGM = 113,
    IPPROTO_L2TP = 115,
    IPPROTO_SCTP = 132,
    IPPROTO_RAW = 255,
    IPPROTO_MAX = 256
} IPPROTO, *PIPROTO;

/* ---- Socket options of SOL_SOCKET ------------------------------------ */

#define SOL_SOCKET 0xffff

#define SO_DEBUG 0x0001
#define SO_ACCEPTCONN 0x0002
#define SO_REUSEADDR 0x0004
#define SO_KEEPALIVE 0x0008
#define SO_DONTROUTE 0x0010
#define SO_BROADCAST 0x0020
#define SO_USELOOPBACK 0x0040
#define SO_LINGER 0x0080
#define SO_OOBINLINE 0x0100
#define SO_DONTLINGER ((int)(~SO_LINGER))
#define SO_EXCLUSIVEADDRUSE ((int)(~SO_REUSEADDR))

#define SO_SNDBUF 0x1001
#define SO_RCVBUF 0x1002
#define SO_SNDLOWAT 0x1003
#define SO_RCVLOWAT 0x1004
#define SO_SNDTIMEO 0x1005 /* milliseconds, int */
#define SO_RCVTIMEO 0x1006 /* milliseconds, int */
#define SO_ERROR 0x1007
#define SO_TYPE 0x1008
#define SO_BSP_STATE 0x1009 /* CSADDR_INFO and the addresses behind it */

#define SO_GROUP_ID 0x2001
#define SO_GROUP_PRIORITY 0x2002
#define SO_MAX_MSG_SIZE 0x2003

#define SO_CONDITIONAL_ACCEPT 0x3002
#define SO_PAUSE_ACCEPT 0x3003
#define SO_COMPARTMENT_ID 0x3004
#define SO_RANDOMIZE_PORT 0x3005
#define SO_PORT_SCALABILITY 0x3006
#define SO_REUSE_UNICASTPORT 0x3007
#define SO_REUSE_MULTICASTPORT 0x3008
#define SO_ORIGINAL_DST 0x300F

#define TCP_NODELAY 0x0001

/* ---- Control codes --------------------------------------------------- */

/*
 * Bits 31 and 30 say that there is input and output, bit 29 that there is
 * neither, bits 28-27 the kind of the code.  Dispatch on the whole number:
 * in many codes the bits do not match the buffers.
 */
#define IOCPARM_MASK 0x7fU
#define IOC_VOID 0x20000000U
#define IOC_OUT 0x40000000U
#define IOC_IN 0x80000000U
#define IOC_INOUT (IOC_IN | IOC_OUT)

#define IOC_UNIX 0x00000000U
#define IOC_WS2 0x08000000U
#define IOC_PROTOCOL 0x10000000U
#define IOC_VENDOR 0x18000000U

/* Codes of Winsock: x is the kind, y the number. */
#define _WSAIO(x, y) (IOC_VOID | (x) | (y))
#define _WSAIOR(x, y) (IOC_OUT | (x) | (y))
#define _WSAIOW(x, y) (IOC_IN | (x) | (y))
#define _WSAIORW(x, y) (IOC_INOUT | (x) | (y))

/* Codes in the style of Unix: x is a letter, t the type of the parameter. */
#undef _IO
#undef _IOR
#undef _IOW
#define _IO(x, y) (IOC_VOID | ((ULONG)(x) << 8) | (y))
#define _IOR(x, y, t) \
    (IOC_OUT | (((ULONG)sizeof(t) & IOCPARM_MASK) << 16) | \
     ((ULONG)(x) << 8) | (y))
#define _IOW(x, y, t) \
    (IOC_IN | (((ULONG)sizeof(t) & IOCPARM_MASK) << 16) | \
     ((ULONG)(x) << 8) | (y))

#define SIO_ASSOCIATE_HANDLE _WSAIOW(IOC_WS2, 1)
#define SIO_ENABLE_CIRCULAR_QUEUEING _WSAIO(IOC_WS2, 2)
#define SIO_FIND_ROUTE _WSAIOR(IOC_WS2, 3)
#define SIO_FLUSH _WSAIO(IOC_WS2, 4)
#define SIO_GET_BROADCAST_ADDRESS _WSAIOR(IOC_WS2, 5)
#define SIO_GET_EXTENSION_FUNCTION_POINTER _WSAIORW(IOC_WS2, 6)
#define SIO_GET_QOS _WSAIORW(IOC_WS2, 7)
#define SIO_GET_GROUP_QOS _WSAIORW(IOC_WS2, 8)
#define SIO_MULTIPOINT_LOOPBACK _WSAIOW(IOC_WS2, 9)
#define SIO_MULTICAST_SCOPE _WSAIOW(IOC_WS2, 10)
#define SIO_SET_QOS _WSAIOW(IOC_WS2, 11)
#define SIO_SET_GROUP_QOS _WSAIOW(IOC_WS2, 12)
#define SIO_TRANSLATE_HANDLE _WSAIORW(IOC_WS2, 13)
#define SIO_ROUTING_INTERFACE_QUERY _WSAIORW(IOC_WS2, 20)
#define SIO_ROUTING_INTERFACE_CHANGE _WSAIOW(IOC_WS2, 21)
#define SIO_ADDRESS_LIST_QUERY _WSAIOR(IOC_WS2, 22)
#define SIO_ADDRESS_LIST_CHANGE _WSAIO(IOC_WS2, 23)
#define SIO_QUERY_TARGET_PNP_HANDLE _WSAIOR(IOC_WS2, 24)
#define SIO_QUERY_PNP_TARGET_HANDLE SIO_QUERY_TARGET_PNP_HANDLE
#define SIO_NSP_NOTIFY_CHANGE _WSAIOW(IOC_WS2, 25)
#define SIO_ADDRESS_LIST_SORT _WSAIORW(IOC_WS2, 25)
#define SIO_RESERVED_1 _WSAIOW(IOC_WS2, 26)
#define SIO_RESERVED_2 _WSAIOW(IOC_WS2, 33)
#define SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER _WSAIORW(IOC_WS2, 36)
#define SIO_QUERY_RSS_PROCESSOR_INFO _WSAIOR(IOC_WS2, 37)

/* Output of SIO_QUERY_RSS_PROCESSOR_INFO. */
typedef struct _SOCKET_PROCESSOR_AFFINITY {
    PROCESSOR_NUMBER Processor;
    USHORT NumaNodeId;
    USHORT Reserved;
} SOCKET_PROCESSOR_AFFINITY, *PSOCKET_PROCESSOR_AFFINITY;

/* ---- Addresses ------------------------------------------------------- */

/* Host byte order: use htonl() before storing one in an address. */
#define INADDR_ANY ((ULONG)0x00000000)
#define INADDR_LOOPBACK 0x7f000001U
#define INADDR_BROADCAST ((ULONG)0xffffffff)
#define INADDR_NONE 0xffffffffU
#define ADDR_ANY INADDR_ANY

/* Classes of addresses in host byte order. */
#define IN_CLASSA(i) (((ULONG)(i) & 0x80000000U) == 0)
#define IN_CLASSA_NET 0xff000000U
#define IN_CLASSA_NSHIFT 24
#define IN_CLASSA_HOST 0x00ffffffU
#define IN_CLASSB(i) (((ULONG)(i) & 0xc0000000U) == 0x80000000U)
#define IN_CLASSB_NET 0xffff0000U
#define IN_CLASSB_NSHIFT 16
#define IN_CLASSB_HOST 0x0000ffffU
#define IN_CLASSC(i) (((ULONG)(i) & 0xe0000000U) == 0xc0000000U)
#define IN_CLASSC_NET 0xffffff00U
#define IN_CLASSC_NSHIFT 8
#define IN_CLASSC_HOST 0x000000ffU
#define IN_CLASSD(i) (((ULONG)(i) & 0xf0000000U) == 0xe0000000U)
#define IN_MULTICAST(i) IN_CLASSD(i)

typedef struct sockaddr {
    ADDRESS_FAMILY sa_family;
    CHAR sa_data[14];
} SOCKADDR, *PSOCKADDR, *LPSOCKADDR;

/* Port and address in network byte order. */
typedef struct sockaddr_in {
    ADDRESS_FAMILY sin_family;
    USHORT sin_port;
    struct in_addr sin_addr;
    CHAR sin_zero[8];
} SOCKADDR_IN, *PSOCKADDR_IN, *LPSOCKADDR_IN;

/* Room for an address of any family; 128 bytes, 8-byte aligned. */
typedef struct sockaddr_storage {
    ADDRESS_FAMILY ss_family;
    CHAR __ss_pad1[6];
    INT64 __ss_align;
    CHAR __ss_pad2[112];
} SOCKADDR_STORAGE, *PSOCKADDR_STORAGE, *LPSOCKADDR_STORAGE;

typedef struct _SOCKET_ADDRESS {
    LPSOCKADDR lpSockaddr;
    INT iSockaddrLength; /* bytes */
} SOCKET_ADDRESS, *PSOCKET_ADDRESS, *LPSOCKET_ADDRESS;

/*
 * iAddressCount entries, with the addresses they point to behind them in the
 * same buffer.
 */
typedef struct _SOCKET_ADDRESS_LIST {
    INT iAddressCount;
    SOCKET_ADDRESS Address[1];
} SOCKET_ADDRESS_LIST, *PSOCKET_ADDRESS_LIST, *LPSOCKET_ADDRESS_LIST;

/* Bytes of a list of n entries, without the addresses behind it. */
#define SIZEOF_SOCKET_ADDRESS_LIST(n) \
    (offsetof(SOCKET_ADDRESS_LIST, Address) + (n) * sizeof(SOCKET_ADDRESS))

typedef struct _CSADDR_INFO {
    SOCKET_ADDRESS LocalAddr;
    SOCKET_ADDRESS RemoteAddr;
    INT iSocketType;
    INT iProtocol;
} CSADDR_INFO, *PCSADDR_INFO, *LPCSADDR_INFO;

typedef enum {
    ScopeLevelInterface = 1,
    ScopeLevelLink = 2,
    ScopeLevelSubnet = 3,
    ScopeLevelAdmin = 4,
    ScopeLevelSite = 5,
    ScopeLevelOrganization = 8,
    ScopeLevelGlobal = 14,
    ScopeLevelCount = 16
} SCOPE_LEVEL;

/* Zone is the low 28 bits of Value, Level the high 4, on every host. */
typedef struct {
    union {
        struct {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
            ULONG Level : 4;
            ULONG Zone : 28;
#else
            ULONG Zone : 28;
            ULONG Level : 4;
#endif
        };
        ULONG Value;
    };
} SCOPE_ID, *PSCOPE_ID;

/* ---- Buffers and messages -------------------------------------------- */

/* The length comes first, unlike iovec.  The memory is the caller's. */
typedef struct _WSABUF {
    ULONG len; /* bytes */
    CHAR *buf;
} WSABUF, *LPWSABUF;

typedef struct _WSAMSG {
    LPSOCKADDR name;
    INT namelen; /* bytes */
    LPWSABUF lpBuffers;
    DWORD dwBufferCount;
    WSABUF Control; /* a sequence of WSACMSGHDR, each with its data */
    DWORD dwFlags;
} WSAMSG, *PWSAMSG, *LPWSAMSG;

/* Bits of WSAMSG.dwFlags, and of receive flags where they make sense. */
#define MSG_TRUNC 0x0100
#define MSG_CTRUNC 0x0200
#define MSG_BCAST 0x0400
#define MSG_MCAST 0x0800
#define MSG_ERRQUEUE 0x1000

/* cmsg_len counts header, padding and data in bytes. */
typedef struct _WSACMSGHDR {
    SIZE_T cmsg_len;
    INT cmsg_level;
    INT cmsg_type;
} WSACMSGHDR, *PWSACMSGHDR, *LPWSACMSGHDR;
typedef WSACMSGHDR CMSGHDR, *PCMSGHDR;

/* Headers and data lie on 8-byte boundaries (MAX_NATURAL_ALIGNMENT). */
#define WSA_CMSGHDR_ALIGN(length) (((SIZE_T)(length) + 7U) & ~(SIZE_T)7U)
#define WSA_CMSGDATA_ALIGN(length) (((SIZE_T)(length) + 7U) & ~(SIZE_T)7U)

/* Bytes of a header with `length` bytes of data: with end padding or not. */
#define WSA_CMSG_SPACE(length) \
    (WSA_CMSGDATA_ALIGN(sizeof(WSACMSGHDR) + WSA_CMSGHDR_ALIGN(length)))
#define WSA_CMSG_LEN(length) \
    (WSA_CMSGDATA_ALIGN(sizeof(WSACMSGHDR)) + (SIZE_T)(length))

static inline LPWSACMSGHDR wsa_cmsg_first(const WSAMSG *msg)
{
    if (msg->Control.buf == NULL || msg->Control.len < sizeof(WSACMSGHDR))
        return NULL;
    return (LPWSACMSGHDR)(void *)msg->Control.buf;
}

/* The header after `hdr`, or NULL if what is left does not hold one. */
static inline LPWSACMSGHDR wsa_cmsg_next(const WSAMSG *msg, LPWSACMSGHDR hdr)
{
    SIZE_T used, step;

    if (hdr == NULL)
        return wsa_cmsg_first(msg);
    used = (SIZE_T)((CHAR *)(void *)hdr - msg->Control.buf);
    if (hdr->cmsg_len < sizeof(WSACMSGHDR) ||
        hdr->cmsg_len > (SIZE_T)msg->Control.len - used)
        return NULL;
    step = WSA_CMSGHDR_ALIGN(hdr->cmsg_len);
    if (used + step + sizeof(WSACMSGHDR) > (SIZE_T)msg->Control.len)
        return NULL;
    return (LPWSACMSGHDR)(void *)(msg->Control.buf + used + step);
}

#define WSA_CMSG_FIRSTHDR(msg) wsa_cmsg_first(msg)
#define WSA_CMSG_NXTHDR(msg, cmsg) wsa_cmsg_next((msg), (cmsg))
#define WSA_CMSG_DATA(cmsg) \
    ((UCHAR *)(cmsg) + WSA_CMSGDATA_ALIGN(sizeof(WSACMSGHDR)))

#endif
