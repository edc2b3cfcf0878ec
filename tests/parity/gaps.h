/*
 * What Debian's copy of the Windows headers does not have yet and the Windows SDK does, with the SDK's values (as in
 * include/winsock, where tests/abi checks them). Included before each file of the provider by tests/parity.sh, so that the files
 * themselves stay as they are.
 */
#ifndef TESTS_PARITY_GAPS_H
#define TESTS_PARITY_GAPS_H
#include <winsock2.h>
#include <ws2spi.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <qos.h>
#include <qossp.h>
#include <afunix.h>
#ifndef TCP_TIMESTAMPS
#define TCP_TIMESTAMPS 10
#endif
#ifndef TCP_MAXRT
#define TCP_MAXRT 5 /* seconds */
#endif
#ifndef TCP_KEEPINTVL
#define TCP_KEEPINTVL 17 /* seconds */
#endif
#ifndef TCP_KEEPALIVE
#define TCP_KEEPALIVE 3
#endif
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE TCP_KEEPALIVE
#endif
#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT 16
#endif
#ifndef TCP_FAIL_CONNECT_ON_ICMP_ERROR
#define TCP_FAIL_CONNECT_ON_ICMP_ERROR 18
#endif
#ifndef SO_RANDOMIZE_PORT
#define SO_RANDOMIZE_PORT 0x3005
#endif
#ifndef SO_BSP_STATE
#define SO_BSP_STATE 0x1009 /* CSADDR_INFO and the addresses behind it */
#endif
#ifndef SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE
#define SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE _WSAIOR(IOC_VENDOR, 205)
#endif
#ifndef SIO_QUERY_RSS_SCALABILITY_INFO
#define SIO_QUERY_RSS_SCALABILITY_INFO _WSAIOR(IOC_VENDOR, 210)
#endif
#ifndef SIO_QUERY_PNP_TARGET_HANDLE
#define SIO_QUERY_PNP_TARGET_HANDLE SIO_QUERY_TARGET_PNP_HANDLE
#endif
#ifndef SIO_IDEAL_SEND_BACKLOG_QUERY
#define SIO_IDEAL_SEND_BACKLOG_QUERY _IOR('t', 123, ULONG) /* bytes */
#endif
#ifndef SIO_IDEAL_SEND_BACKLOG_CHANGE
#define SIO_IDEAL_SEND_BACKLOG_CHANGE _IO('t', 122)
#endif
#ifndef SIO_UDP_NETRESET
#define SIO_UDP_NETRESET _WSAIOW(IOC_VENDOR, 15)
#endif
#ifndef SIO_SET_COMPATIBILITY_MODE
#define SIO_SET_COMPATIBILITY_MODE _WSAIOW(IOC_VENDOR, 300)
#endif

#ifndef RSS_SCALABILITY_INFO
typedef struct { BOOLEAN RssEnabled; } parity_rss_scalability_info;
#define RSS_SCALABILITY_INFO parity_rss_scalability_info
#endif

#ifndef WSA_COMPATIBILITY_MODE
typedef enum { WsaBehaviorAll = 0, WsaBehaviorReceiveBuffering, WsaBehaviorAutoTuning } parity_compatibility_behavior;
typedef struct { parity_compatibility_behavior BehaviorId; ULONG TargetOsVersion; } parity_compatibility_mode;
#define WSA_COMPATIBILITY_MODE parity_compatibility_mode
#define WSA_COMPATIBILITY_BEHAVIOR_ID parity_compatibility_behavior
#endif

#ifndef SIO_QUERY_RSS_PROCESSOR_INFO
#define SIO_QUERY_RSS_PROCESSOR_INFO _WSAIOR(IOC_WS2, 37)
#endif
#ifndef SIO_TCP_INFO
#define SIO_TCP_INFO _WSAIORW(IOC_VENDOR, 39)
#endif
#ifndef SIO_TIMESTAMPING
#define SIO_TIMESTAMPING _WSAIOW(IOC_VENDOR, 235)
#endif
#ifndef SIO_GET_TX_TIMESTAMP
#define SIO_GET_TX_TIMESTAMP _WSAIOW(IOC_VENDOR, 234)
#endif
#ifndef SIO_QUERY_TRANSPORT_SETTING
#define SIO_QUERY_TRANSPORT_SETTING _WSAIOW(IOC_VENDOR, 20)
#endif
#ifndef SIO_APPLY_TRANSPORT_SETTING
#define SIO_APPLY_TRANSPORT_SETTING _WSAIOW(IOC_VENDOR, 19)
#endif
#ifndef SIO_SET_PRIORITY_HINT
#define SIO_SET_PRIORITY_HINT _WSAIOW(IOC_VENDOR, 24)
#endif
#ifndef SIO_QUERY_WFP_CONNECTION_REDIRECT_RECORDS
#define SIO_QUERY_WFP_CONNECTION_REDIRECT_RECORDS _WSAIOW(IOC_VENDOR, 220)
#endif
#ifndef SIO_QUERY_WFP_CONNECTION_REDIRECT_CONTEXT
#define SIO_QUERY_WFP_CONNECTION_REDIRECT_CONTEXT _WSAIOW(IOC_VENDOR, 221)
#endif
#ifndef SIO_SET_WFP_CONNECTION_REDIRECT_RECORDS
#define SIO_SET_WFP_CONNECTION_REDIRECT_RECORDS _WSAIOW(IOC_VENDOR, 222)
#endif
#ifndef SIO_SET_MULTICAST_FILTER
#define SIO_SET_MULTICAST_FILTER _IOW('t', 125, ULONG)
#endif
#ifndef SIO_GET_MULTICAST_FILTER
#define SIO_GET_MULTICAST_FILTER _IOW('t', 124, ULONG)
#endif
#ifndef SIO_SET_SECURITY
#define SIO_SET_SECURITY _WSAIOW(IOC_VENDOR, 200)
#endif
#ifndef SIO_QUERY_SECURITY
#define SIO_QUERY_SECURITY _WSAIORW(IOC_VENDOR, 201)
#endif
#ifndef SIO_SET_PEER_TARGET_NAME
#define SIO_SET_PEER_TARGET_NAME _WSAIOW(IOC_VENDOR, 202)
#endif
#ifndef SIO_DELETE_PEER_TARGET_NAME
#define SIO_DELETE_PEER_TARGET_NAME _WSAIOW(IOC_VENDOR, 203)
#endif
#ifndef SIO_INDEX_BIND
#define SIO_INDEX_BIND _WSAIOW(IOC_VENDOR, 8)
#endif
#ifndef SIO_INDEX_MCASTIF
#define SIO_INDEX_MCASTIF _WSAIOW(IOC_VENDOR, 9)
#endif
#ifndef SIO_INDEX_ADD_MCAST
#define SIO_INDEX_ADD_MCAST _WSAIOW(IOC_VENDOR, 10)
#endif
#ifndef SIO_INDEX_DEL_MCAST
#define SIO_INDEX_DEL_MCAST _WSAIOW(IOC_VENDOR, 11)
#endif
#ifndef SIO_RCVALL_MCAST_IF
#define SIO_RCVALL_MCAST_IF _WSAIOW(IOC_VENDOR, 13)
#endif
#ifndef SIO_RCVALL_IF
#define SIO_RCVALL_IF _WSAIOW(IOC_VENDOR, 14)
#endif
#ifndef SIO_ABSORB_RTRALERT
#define SIO_ABSORB_RTRALERT _WSAIOW(IOC_VENDOR, 5)
#endif
#ifndef SIO_UCAST_IF
#define SIO_UCAST_IF _WSAIOW(IOC_VENDOR, 6)
#endif
#ifndef SIO_LIMIT_BROADCASTS
#define SIO_LIMIT_BROADCASTS _WSAIOW(IOC_VENDOR, 7)
#endif
#ifndef SIO_TCP_SET_ICW
#define SIO_TCP_SET_ICW _WSAIOW(IOC_VENDOR, 22)
#endif
#ifndef SIO_SOCKET_USAGE_NOTIFICATION
#define SIO_SOCKET_USAGE_NOTIFICATION _WSAIOW(IOC_VENDOR, 204)
#endif
#ifndef SIO_AF_UNIX_GETPEERPID
#define SIO_AF_UNIX_GETPEERPID _WSAIOR(IOC_VENDOR, 256)
#endif
#ifndef SIO_CPU_AFFINITY
#define SIO_CPU_AFFINITY _WSAIOW(IOC_VENDOR, 21)
#endif

#ifndef SOCKET_PROCESSOR_AFFINITY
typedef struct { PROCESSOR_NUMBER Processor; USHORT NumaNodeId, Reserved; } parity_processor_affinity;
#define SOCKET_PROCESSOR_AFFINITY parity_processor_affinity
#endif

#ifndef TCP_INFO_v1
typedef enum {
    TCPSTATE_CLOSED, TCPSTATE_LISTEN, TCPSTATE_SYN_SENT, TCPSTATE_SYN_RCVD, TCPSTATE_ESTABLISHED, TCPSTATE_FIN_WAIT_1,
    TCPSTATE_FIN_WAIT_2, TCPSTATE_CLOSE_WAIT, TCPSTATE_CLOSING, TCPSTATE_LAST_ACK, TCPSTATE_TIME_WAIT
} TCPSTATE;
#define PARITY_TCP_INFO                                                                                                             \
    TCPSTATE State; ULONG Mss; ULONG64 ConnectionTimeMs; BOOLEAN TimestampsEnabled; ULONG RttUs, MinRttUs, BytesInFlight, Cwnd,     \
    SndWnd, RcvWnd, RcvBuf; ULONG64 BytesOut, BytesIn; ULONG BytesReordered, BytesRetrans, FastRetrans, DupAcksIn, TimeoutEpisodes; \
    UCHAR SynRetrans;
typedef struct { PARITY_TCP_INFO } parity_tcp_info_v0;
typedef struct {
    PARITY_TCP_INFO
    ULONG SndLimTransRwin, SndLimTimeRwin; ULONG64 SndLimBytesRwin; ULONG SndLimTransCwnd, SndLimTimeCwnd; ULONG64 SndLimBytesCwnd;
    ULONG SndLimTransSnd, SndLimTimeSnd; ULONG64 SndLimBytesSnd;
} parity_tcp_info_v1;
#define TCP_INFO_v0 parity_tcp_info_v0
#define TCP_INFO_v1 parity_tcp_info_v1
#endif
#ifndef SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER
#define SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER _WSAIORW(IOC_WS2, 36)
#endif

/* Registered I/O: as in include/winsock. */
#ifndef RIO_CORRUPT_CQ
typedef struct RIO_BUFFERID_t *RIO_BUFFERID, **PRIO_BUFFERID;
typedef struct RIO_CQ_t *RIO_CQ, **PRIO_CQ;
typedef struct RIO_RQ_t *RIO_RQ, **PRIO_RQ;

/* Offset and Length in bytes. */
typedef struct _RIO_BUF {
    RIO_BUFFERID BufferId;
    ULONG Offset;
    ULONG Length;
} RIO_BUF, *PRIO_BUF;

typedef struct _RIORESULT {
    LONG Status;
    ULONG BytesTransferred;
    ULONGLONG SocketContext;
    ULONGLONG RequestContext;
} RIORESULT, *PRIORESULT;

typedef struct _RIO_CMSG_BUFFER {
    ULONG TotalLength;
} RIO_CMSG_BUFFER, *PRIO_CMSG_BUFFER;

#define RIO_MSG_DONT_NOTIFY 0x00000001
#define RIO_MSG_DEFER 0x00000002
#define RIO_MSG_WAITALL 0x00000004
#define RIO_MSG_COMMIT_ONLY 0x00000008

#define RIO_INVALID_BUFFERID ((RIO_BUFFERID)(ULONG_PTR)0xFFFFFFFFU)
#define RIO_INVALID_CQ ((RIO_CQ)0)
#define RIO_INVALID_RQ ((RIO_RQ)0)

#define RIO_MAX_CQ_SIZE 0x8000000U
#define RIO_CORRUPT_CQ 0xFFFFFFFFU

/* Of SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER. */
#define WSAID_MULTIPLE_RIO \
    {0x8509e081, 0x96dd, 0x4005, \
     {0xb1, 0x65, 0x9e, 0x2e, 0xe8, 0xc7, 0x9e, 0x3f}}

typedef enum _RIO_NOTIFICATION_COMPLETION_TYPE {
    RIO_EVENT_COMPLETION = 1,
    RIO_IOCP_COMPLETION = 2
} RIO_NOTIFICATION_COMPLETION_TYPE, *PRIO_NOTIFICATION_COMPLETION_TYPE;

typedef struct _RIO_NOTIFICATION_COMPLETION {
    RIO_NOTIFICATION_COMPLETION_TYPE Type;
    union {
        struct {
            HANDLE EventHandle;
            BOOL NotifyReset;
        } Event;
        struct {
            HANDLE IocpHandle;
            PVOID CompletionKey;
            PVOID Overlapped;
        } Iocp;
    };
} RIO_NOTIFICATION_COMPLETION, *PRIO_NOTIFICATION_COMPLETION;

typedef BOOL (PASCAL FAR *LPFN_RIORECEIVE)(
    RIO_RQ SocketQueue, PRIO_BUF pData, ULONG DataBufferCount, DWORD Flags,
    PVOID RequestContext);

typedef int (PASCAL FAR *LPFN_RIORECEIVEEX)(
    RIO_RQ SocketQueue, PRIO_BUF pData, ULONG DataBufferCount,
    PRIO_BUF pLocalAddress, PRIO_BUF pRemoteAddress,
    PRIO_BUF pControlContext, PRIO_BUF pFlags, DWORD Flags,
    PVOID RequestContext);

typedef BOOL (PASCAL FAR *LPFN_RIOSEND)(
    RIO_RQ SocketQueue, PRIO_BUF pData, ULONG DataBufferCount, DWORD Flags,
    PVOID RequestContext);

typedef BOOL (PASCAL FAR *LPFN_RIOSENDEX)(
    RIO_RQ SocketQueue, PRIO_BUF pData, ULONG DataBufferCount,
    PRIO_BUF pLocalAddress, PRIO_BUF pRemoteAddress,
    PRIO_BUF pControlContext, PRIO_BUF pFlags, DWORD Flags,
    PVOID RequestContext);

typedef VOID (PASCAL FAR *LPFN_RIOCLOSECOMPLETIONQUEUE)(RIO_CQ CQ);

typedef RIO_CQ (PASCAL FAR *LPFN_RIOCREATECOMPLETIONQUEUE)(
    DWORD QueueSize, PRIO_NOTIFICATION_COMPLETION NotificationCompletion);

typedef RIO_RQ (PASCAL FAR *LPFN_RIOCREATEREQUESTQUEUE)(
    SOCKET Socket, ULONG MaxOutstandingReceive, ULONG MaxReceiveDataBuffers,
    ULONG MaxOutstandingSend, ULONG MaxSendDataBuffers, RIO_CQ ReceiveCQ,
    RIO_CQ SendCQ, PVOID SocketContext);

typedef ULONG (PASCAL FAR *LPFN_RIODEQUEUECOMPLETION)(
    RIO_CQ CQ, PRIORESULT Array, ULONG ArraySize);

typedef VOID (PASCAL FAR *LPFN_RIODEREGISTERBUFFER)(RIO_BUFFERID BufferId);

typedef INT (PASCAL FAR *LPFN_RIONOTIFY)(RIO_CQ CQ);

typedef RIO_BUFFERID (PASCAL FAR *LPFN_RIOREGISTERBUFFER)(
    PCHAR DataBuffer, DWORD DataLength);

typedef BOOL (PASCAL FAR *LPFN_RIORESIZECOMPLETIONQUEUE)(
    RIO_CQ CQ, DWORD QueueSize);

typedef BOOL (PASCAL FAR *LPFN_RIORESIZEREQUESTQUEUE)(
    RIO_RQ RQ, DWORD MaxOutstandingReceive, DWORD MaxOutstandingSend);

/* The caller sets cbSize, the provider fills in the rest. */
typedef struct _RIO_EXTENSION_FUNCTION_TABLE {
    DWORD cbSize;
    LPFN_RIORECEIVE RIOReceive;
    LPFN_RIORECEIVEEX RIOReceiveEx;
    LPFN_RIOSEND RIOSend;
    LPFN_RIOSENDEX RIOSendEx;
    LPFN_RIOCLOSECOMPLETIONQUEUE RIOCloseCompletionQueue;
    LPFN_RIOCREATECOMPLETIONQUEUE RIOCreateCompletionQueue;
    LPFN_RIOCREATEREQUESTQUEUE RIOCreateRequestQueue;
    LPFN_RIODEQUEUECOMPLETION RIODequeueCompletion;
    LPFN_RIODEREGISTERBUFFER RIODeregisterBuffer;
    LPFN_RIONOTIFY RIONotify;
    LPFN_RIOREGISTERBUFFER RIORegisterBuffer;
    LPFN_RIORESIZECOMPLETIONQUEUE RIOResizeCompletionQueue;
    LPFN_RIORESIZEREQUESTQUEUE RIOResizeRequestQueue;
} RIO_EXTENSION_FUNCTION_TABLE, *PRIO_EXTENSION_FUNCTION_TABLE;
#endif
#endif
