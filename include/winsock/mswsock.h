/*
 * mswsock.h - Microsoft's extensions of Winsock: options, and the functions
 * one gets with SIO_GET_EXTENSION_FUNCTION_POINTER.
 *
 * Win64 shapes on any 64-bit target, after Windows' <mswsock.h>.
 */
#ifndef WSP_MSWSOCK_H
#define WSP_MSWSOCK_H

#include "mswsockdef.h"
#include "winbase_types.h"
#include "winsock2.h"

/* ---- Options --------------------------------------------------------- */

#define SO_CONNDATA 0x7000
#define SO_CONNOPT 0x7001
#define SO_DISCDATA 0x7002
#define SO_DISCOPT 0x7003
#define SO_CONNDATALEN 0x7004
#define SO_CONNOPTLEN 0x7005
#define SO_DISCDATALEN 0x7006
#define SO_DISCOPTLEN 0x7007
#define SO_OPENTYPE 0x7008
#define SO_MAXDG 0x7009
#define SO_MAXPATHDG 0x700A
#define SO_UPDATE_ACCEPT_CONTEXT 0x700B
#define SO_CONNECT_TIME 0x700C /* seconds; all ones = not connected */
#define SO_UPDATE_CONNECT_CONTEXT 0x7010

/* Values of SO_OPENTYPE. */
#define SO_SYNCHRONOUS_ALERT 0x10
#define SO_SYNCHRONOUS_NONALERT 0x20

/* Of IPPROTO_TCP. */
#define TCP_BSDURGENT 0x7000

/* ---- Flags ----------------------------------------------------------- */

/* TransmitFile */
#define TF_DISCONNECT 0x01
#define TF_REUSE_SOCKET 0x02
#define TF_WRITE_BEHIND 0x04
#define TF_USE_DEFAULT_WORKER 0x00
#define TF_USE_SYSTEM_THREAD 0x10
#define TF_USE_KERNEL_APC 0x20

/* TransmitPackets */
#define TP_DISCONNECT TF_DISCONNECT
#define TP_REUSE_SOCKET TF_REUSE_SOCKET
#define TP_USE_DEFAULT_WORKER TF_USE_DEFAULT_WORKER
#define TP_USE_SYSTEM_THREAD TF_USE_SYSTEM_THREAD
#define TP_USE_KERNEL_APC TF_USE_KERNEL_APC

/* TRANSMIT_PACKETS_ELEMENT.dwElFlags */
#define TP_ELEMENT_MEMORY 1
#define TP_ELEMENT_FILE 2
#define TP_ELEMENT_EOP 4

/* DisconnectEx */
#define DE_REUSE_SOCKET TF_REUSE_SOCKET

/* ---- Structures ------------------------------------------------------ */

/* What is sent before and after the file; the memory is the caller's. */
typedef struct _TRANSMIT_FILE_BUFFERS {
    LPVOID Head;
    DWORD HeadLength;
    LPVOID Tail;
    DWORD TailLength;
} TRANSMIT_FILE_BUFFERS, *PTRANSMIT_FILE_BUFFERS, *LPTRANSMIT_FILE_BUFFERS;

/* The flags say whether the file or the memory holds. */
typedef struct _TRANSMIT_PACKETS_ELEMENT {
    ULONG dwElFlags;
    ULONG cLength; /* bytes; 0 = the rest of the file */
    union {
        struct {
            LARGE_INTEGER nFileOffset;
            HANDLE hFile;
        };
        PVOID pBuffer;
    };
} TRANSMIT_PACKETS_ELEMENT, *PTRANSMIT_PACKETS_ELEMENT,
    *LPTRANSMIT_PACKETS_ELEMENT;

/* ---- Extension functions --------------------------------------------- */

#define WSAID_TRANSMITFILE \
    {0xb5367df0, 0xcbac, 0x11cf, \
     {0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}}

typedef BOOL (PASCAL FAR *LPFN_TRANSMITFILE)(
    SOCKET hSocket, HANDLE hFile, DWORD nNumberOfBytesToWrite,
    DWORD nNumberOfBytesPerSend, LPOVERLAPPED lpOverlapped,
    LPTRANSMIT_FILE_BUFFERS lpTransmitBuffers, DWORD dwReserved);

#define WSAID_ACCEPTEX \
    {0xb5367df1, 0xcbac, 0x11cf, \
     {0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}}

typedef BOOL (PASCAL FAR *LPFN_ACCEPTEX)(
    SOCKET sListenSocket, SOCKET sAcceptSocket, PVOID lpOutputBuffer,
    DWORD dwReceiveDataLength, DWORD dwLocalAddressLength,
    DWORD dwRemoteAddressLength, LPDWORD lpdwBytesReceived,
    LPOVERLAPPED lpOverlapped);

#define WSAID_GETACCEPTEXSOCKADDRS \
    {0xb5367df2, 0xcbac, 0x11cf, \
     {0x95, 0xca, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}}

typedef VOID (PASCAL FAR *LPFN_GETACCEPTEXSOCKADDRS)(
    PVOID lpOutputBuffer, DWORD dwReceiveDataLength,
    DWORD dwLocalAddressLength, DWORD dwRemoteAddressLength,
    struct sockaddr **LocalSockaddr, LPINT LocalSockaddrLength,
    struct sockaddr **RemoteSockaddr, LPINT RemoteSockaddrLength);

#define WSAID_TRANSMITPACKETS \
    {0xd9689da0, 0x1f90, 0x11d3, \
     {0x99, 0x71, 0x00, 0xc0, 0x4f, 0x68, 0xc8, 0x76}}

typedef BOOL (PASCAL FAR *LPFN_TRANSMITPACKETS)(
    SOCKET hSocket, LPTRANSMIT_PACKETS_ELEMENT lpPacketArray,
    DWORD nElementCount, DWORD nSendSize, LPOVERLAPPED lpOverlapped,
    DWORD dwFlags);

#define WSAID_CONNECTEX \
    {0x25a207b9, 0xddf3, 0x4660, \
     {0x8e, 0xe9, 0x76, 0xe5, 0x8c, 0x74, 0x06, 0x3e}}

typedef BOOL (PASCAL FAR *LPFN_CONNECTEX)(
    SOCKET s, const struct sockaddr *name, int namelen, PVOID lpSendBuffer,
    DWORD dwSendDataLength, LPDWORD lpdwBytesSent,
    LPOVERLAPPED lpOverlapped);

#define WSAID_DISCONNECTEX \
    {0x7fda2e11, 0x8630, 0x436f, \
     {0xa0, 0x31, 0xf5, 0x36, 0xa6, 0xee, 0xc1, 0x57}}

typedef BOOL (PASCAL FAR *LPFN_DISCONNECTEX)(
    SOCKET s, LPOVERLAPPED lpOverlapped, DWORD dwFlags, DWORD dwReserved);

#define WSAID_WSARECVMSG \
    {0xf689d7c8, 0x6f1f, 0x436b, \
     {0x8a, 0x53, 0xe5, 0x4f, 0xe3, 0x51, 0xc3, 0x22}}

typedef INT (PASCAL FAR *LPFN_WSARECVMSG)(
    SOCKET s, LPWSAMSG lpMsg, LPDWORD lpdwNumberOfBytesRecvd,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

#define WSAID_WSASENDMSG \
    {0xa441e712, 0x754f, 0x43ca, \
     {0x84, 0xa7, 0x0d, 0xee, 0x44, 0xcf, 0x60, 0x6d}}

typedef INT (PASCAL FAR *LPFN_WSASENDMSG)(
    SOCKET s, LPWSAMSG lpMsg, DWORD dwFlags, LPDWORD lpNumberOfBytesSent,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

#define WSAID_WSAPOLL \
    {0x18c76f85, 0xdc66, 0x4964, \
     {0x97, 0x2e, 0x23, 0xc2, 0x72, 0x38, 0x31, 0x2b}}

typedef INT (PASCAL FAR *LPFN_WSAPOLL)(
    LPWSAPOLLFD fdarray, ULONG nfds, INT timeout);

/* ---- Registered I/O -------------------------------------------------- */

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
