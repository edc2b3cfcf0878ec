/*
 * ws2spi.h - the interface between the Winsock DLL and a transport provider:
 * 30 functions down, 15 upcalls and one imported function up.
 *
 * Win64 shapes on any 64-bit target, after Windows' <ws2spi.h>.  Windows says
 * `long` for two parameters (lEvent, lNetworkEvents) that are LONG here:
 * write LONG and the same provider compiles against both.
 */
#ifndef WSP_WS2SPI_H
#define WSP_WS2SPI_H

#include "winbase_types.h"
#include "winsock2.h"

#define WSPAPI

#define WSPDESCRIPTION_LEN 255

/* The status of a request in progress, in OVERLAPPED.Internal. */
#define WSS_OPERATION_IN_PROGRESS 0x00000103

/* What the provider says of itself in WSPStartup. */
typedef struct WSPData {
    WORD wVersion;
    WORD wHighVersion;
    WCHAR szDescription[WSPDESCRIPTION_LEN + 1];
} WSPDATA, *LPWSPDATA;

/* Names a thread of the client.  Copy it: the pointer dies with the call. */
typedef struct _WSATHREADID {
    HANDLE ThreadHandle;
    DWORD_PTR Reserved; /* belongs to the Winsock DLL */
} WSATHREADID, *LPWSATHREADID;

/* ---- Callbacks ------------------------------------------------------- */

/* FALSE cancels the blocking call. */
typedef BOOL (CALLBACK *LPBLOCKINGCALLBACK)(DWORD_PTR dwContext);

/* Runs in the client's thread, at its next alertable wait. */
typedef VOID (CALLBACK *LPWSPUSERAPC)(DWORD_PTR dwContext);

/* ---- The 30 functions ------------------------------------------------ */

/* Every one of them reports its error through lpErrno. */

typedef SOCKET (WSPAPI *LPWSPACCEPT)(
    SOCKET s, struct sockaddr *addr, LPINT addrlen,
    LPCONDITIONPROC lpfnCondition, DWORD_PTR dwCallbackData, LPINT lpErrno);

typedef INT (WSPAPI *LPWSPADDRESSTOSTRING)(
    LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
    LPWSAPROTOCOL_INFOW lpProtocolInfo, LPWSTR lpszAddressString,
    LPDWORD lpdwAddressStringLength, LPINT lpErrno);

typedef int (WSPAPI *LPWSPASYNCSELECT)(
    SOCKET s, HWND hWnd, unsigned int wMsg, LONG lEvent, LPINT lpErrno);

typedef int (WSPAPI *LPWSPBIND)(
    SOCKET s, const struct sockaddr *name, int namelen, LPINT lpErrno);

typedef int (WSPAPI *LPWSPCANCELBLOCKINGCALL)(LPINT lpErrno);

typedef int (WSPAPI *LPWSPCLEANUP)(LPINT lpErrno);

typedef int (WSPAPI *LPWSPCLOSESOCKET)(SOCKET s, LPINT lpErrno);

typedef int (WSPAPI *LPWSPCONNECT)(
    SOCKET s, const struct sockaddr *name, int namelen,
    LPWSABUF lpCallerData, LPWSABUF lpCalleeData, LPQOS lpSQOS,
    LPQOS lpGQOS, LPINT lpErrno);

typedef int (WSPAPI *LPWSPDUPLICATESOCKET)(
    SOCKET s, DWORD dwProcessId, LPWSAPROTOCOL_INFOW lpProtocolInfo,
    LPINT lpErrno);

typedef int (WSPAPI *LPWSPENUMNETWORKEVENTS)(
    SOCKET s, WSAEVENT hEventObject, LPWSANETWORKEVENTS lpNetworkEvents,
    LPINT lpErrno);

typedef int (WSPAPI *LPWSPEVENTSELECT)(
    SOCKET s, WSAEVENT hEventObject, LONG lNetworkEvents, LPINT lpErrno);

typedef BOOL (WSPAPI *LPWSPGETOVERLAPPEDRESULT)(
    SOCKET s, LPWSAOVERLAPPED lpOverlapped, LPDWORD lpcbTransfer,
    BOOL fWait, LPDWORD lpdwFlags, LPINT lpErrno);

typedef int (WSPAPI *LPWSPGETPEERNAME)(
    SOCKET s, struct sockaddr *name, LPINT namelen, LPINT lpErrno);

typedef int (WSPAPI *LPWSPGETSOCKNAME)(
    SOCKET s, struct sockaddr *name, LPINT namelen, LPINT lpErrno);

typedef int (WSPAPI *LPWSPGETSOCKOPT)(
    SOCKET s, int level, int optname, char *optval, LPINT optlen,
    LPINT lpErrno);

typedef BOOL (WSPAPI *LPWSPGETQOSBYNAME)(
    SOCKET s, LPWSABUF lpQOSName, LPQOS lpQOS, LPINT lpErrno);

typedef int (WSPAPI *LPWSPIOCTL)(
    SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer,
    LPVOID lpvOutBuffer, DWORD cbOutBuffer, LPDWORD lpcbBytesReturned,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId, LPINT lpErrno);

typedef SOCKET (WSPAPI *LPWSPJOINLEAF)(
    SOCKET s, const struct sockaddr *name, int namelen,
    LPWSABUF lpCallerData, LPWSABUF lpCalleeData, LPQOS lpSQOS,
    LPQOS lpGQOS, DWORD dwFlags, LPINT lpErrno);

typedef int (WSPAPI *LPWSPLISTEN)(SOCKET s, int backlog, LPINT lpErrno);

typedef int (WSPAPI *LPWSPRECV)(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId, LPINT lpErrno);

typedef int (WSPAPI *LPWSPRECVDISCONNECT)(
    SOCKET s, LPWSABUF lpInboundDisconnectData, LPINT lpErrno);

typedef int (WSPAPI *LPWSPRECVFROM)(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags, struct sockaddr *lpFrom,
    LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId, LPINT lpErrno);

typedef int (WSPAPI *LPWSPSELECT)(
    int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds,
    const PTIMEVAL timeout, LPINT lpErrno);

typedef int (WSPAPI *LPWSPSEND)(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesSent, DWORD dwFlags,
    LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId, LPINT lpErrno);

typedef int (WSPAPI *LPWSPSENDDISCONNECT)(
    SOCKET s, LPWSABUF lpOutboundDisconnectData, LPINT lpErrno);

typedef int (WSPAPI *LPWSPSENDTO)(
    SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
    LPDWORD lpNumberOfBytesSent, DWORD dwFlags,
    const struct sockaddr *lpTo, int iTolen, LPWSAOVERLAPPED lpOverlapped,
    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine,
    LPWSATHREADID lpThreadId, LPINT lpErrno);

typedef int (WSPAPI *LPWSPSETSOCKOPT)(
    SOCKET s, int level, int optname, const char *optval, int optlen,
    LPINT lpErrno);

typedef int (WSPAPI *LPWSPSHUTDOWN)(SOCKET s, int how, LPINT lpErrno);

typedef SOCKET (WSPAPI *LPWSPSOCKET)(
    int af, int type, int protocol, LPWSAPROTOCOL_INFOW lpProtocolInfo,
    GROUP g, DWORD dwFlags, LPINT lpErrno);

typedef INT (WSPAPI *LPWSPSTRINGTOADDRESS)(
    LPWSTR AddressString, INT AddressFamily,
    LPWSAPROTOCOL_INFOW lpProtocolInfo, LPSOCKADDR lpAddress,
    LPINT lpAddressLength, LPINT lpErrno);

/* Filled in by the provider; no member may be NULL. */
typedef struct _WSPPROC_TABLE {
    LPWSPACCEPT lpWSPAccept;
    LPWSPADDRESSTOSTRING lpWSPAddressToString;
    LPWSPASYNCSELECT lpWSPAsyncSelect;
    LPWSPBIND lpWSPBind;
    LPWSPCANCELBLOCKINGCALL lpWSPCancelBlockingCall;
    LPWSPCLEANUP lpWSPCleanup;
    LPWSPCLOSESOCKET lpWSPCloseSocket;
    LPWSPCONNECT lpWSPConnect;
    LPWSPDUPLICATESOCKET lpWSPDuplicateSocket;
    LPWSPENUMNETWORKEVENTS lpWSPEnumNetworkEvents;
    LPWSPEVENTSELECT lpWSPEventSelect;
    LPWSPGETOVERLAPPEDRESULT lpWSPGetOverlappedResult;
    LPWSPGETPEERNAME lpWSPGetPeerName;
    LPWSPGETSOCKNAME lpWSPGetSockName;
    LPWSPGETSOCKOPT lpWSPGetSockOpt;
    LPWSPGETQOSBYNAME lpWSPGetQOSByName;
    LPWSPIOCTL lpWSPIoctl;
    LPWSPJOINLEAF lpWSPJoinLeaf;
    LPWSPLISTEN lpWSPListen;
    LPWSPRECV lpWSPRecv;
    LPWSPRECVDISCONNECT lpWSPRecvDisconnect;
    LPWSPRECVFROM lpWSPRecvFrom;
    LPWSPSELECT lpWSPSelect;
    LPWSPSEND lpWSPSend;
    LPWSPSENDDISCONNECT lpWSPSendDisconnect;
    LPWSPSENDTO lpWSPSendTo;
    LPWSPSETSOCKOPT lpWSPSetSockOpt;
    LPWSPSHUTDOWN lpWSPShutdown;
    LPWSPSOCKET lpWSPSocket;
    LPWSPSTRINGTOADDRESS lpWSPStringToAddress;
} WSPPROC_TABLE, *LPWSPPROC_TABLE;

/* ---- The upcalls ----------------------------------------------------- */

typedef BOOL (WSPAPI *LPWPUCLOSEEVENT)(WSAEVENT hEvent, LPINT lpErrno);

typedef int (WSPAPI *LPWPUCLOSESOCKETHANDLE)(SOCKET s, LPINT lpErrno);

typedef WSAEVENT (WSPAPI *LPWPUCREATEEVENT)(LPINT lpErrno);

typedef SOCKET (WSPAPI *LPWPUCREATESOCKETHANDLE)(
    DWORD dwCatalogEntryId, DWORD_PTR dwContext, LPINT lpErrno);

typedef int (WSPAPI *LPWPUFDISSET)(SOCKET s, fd_set *fdset);

/* The length is in characters, on entry and on return. */
typedef int (WSPAPI *LPWPUGETPROVIDERPATH)(
    LPGUID lpProviderId, WCHAR *lpszProviderDllPath,
    LPINT lpProviderDllPathLen, LPINT lpErrno);

typedef SOCKET (WSPAPI *LPWPUMODIFYIFSHANDLE)(
    DWORD dwCatalogEntryId, SOCKET ProposedHandle, LPINT lpErrno);

typedef BOOL (WSPAPI *LPWPUPOSTMESSAGE)(
    HWND hWnd, UINT Msg, WPARAM wParam, LPARAM lParam);

typedef int (WSPAPI *LPWPUQUERYBLOCKINGCALLBACK)(
    DWORD dwCatalogEntryId, LPBLOCKINGCALLBACK *lplpfnCallback,
    PDWORD_PTR lpdwContext, LPINT lpErrno);

typedef int (WSPAPI *LPWPUQUERYSOCKETHANDLECONTEXT)(
    SOCKET s, PDWORD_PTR lpContext, LPINT lpErrno);

typedef int (WSPAPI *LPWPUQUEUEAPC)(
    LPWSATHREADID lpThreadId, LPWSPUSERAPC lpfnUserApc,
    DWORD_PTR dwContext, LPINT lpErrno);

typedef BOOL (WSPAPI *LPWPURESETEVENT)(WSAEVENT hEvent, LPINT lpErrno);

typedef BOOL (WSPAPI *LPWPUSETEVENT)(WSAEVENT hEvent, LPINT lpErrno);

typedef int (WSPAPI *LPWPUOPENCURRENTTHREAD)(
    LPWSATHREADID lpThreadId, LPINT lpErrno);

typedef int (WSPAPI *LPWPUCLOSETHREAD)(
    LPWSATHREADID lpThreadId, LPINT lpErrno);

/* Not in the table: exported by the Winsock DLL, imported by name. */
typedef int (WSPAPI *LPWPUCOMPLETEOVERLAPPEDREQUEST)(
    SOCKET s, LPWSAOVERLAPPED lpOverlapped, DWORD dwError,
    DWORD cbTransferred, LPINT lpErrno);

/* Filled in by the Winsock DLL. */
typedef struct _WSPUPCALLTABLE {
    LPWPUCLOSEEVENT lpWPUCloseEvent;
    LPWPUCLOSESOCKETHANDLE lpWPUCloseSocketHandle;
    LPWPUCREATEEVENT lpWPUCreateEvent;
    LPWPUCREATESOCKETHANDLE lpWPUCreateSocketHandle;
    LPWPUFDISSET lpWPUFDIsSet;
    LPWPUGETPROVIDERPATH lpWPUGetProviderPath;
    LPWPUMODIFYIFSHANDLE lpWPUModifyIFSHandle;
    LPWPUPOSTMESSAGE lpWPUPostMessage;
    LPWPUQUERYBLOCKINGCALLBACK lpWPUQueryBlockingCallback;
    LPWPUQUERYSOCKETHANDLECONTEXT lpWPUQuerySocketHandleContext;
    LPWPUQUEUEAPC lpWPUQueueApc;
    LPWPURESETEVENT lpWPUResetEvent;
    LPWPUSETEVENT lpWPUSetEvent;
    LPWPUOPENCURRENTTHREAD lpWPUOpenCurrentThread;
    LPWPUCLOSETHREAD lpWPUCloseThread;
} WSPUPCALLTABLE, *LPWSPUPCALLTABLE;

/* ---- Entry points ---------------------------------------------------- */

/* The table of upcalls is passed by value. */
typedef int (WSPAPI *LPWSPSTARTUP)(
    WORD wVersionRequested, LPWSPDATA lpWSPData,
    LPWSAPROTOCOL_INFOW lpProtocolInfo, WSPUPCALLTABLE UpcallTable,
    LPWSPPROC_TABLE lpProcTable);

/* Exported by the provider. */
int WSPAPI WSPStartup(WORD wVersionRequested, LPWSPDATA lpWSPData,
                      LPWSAPROTOCOL_INFOW lpProtocolInfo,
                      WSPUPCALLTABLE UpcallTable,
                      LPWSPPROC_TABLE lpProcTable);

/* Exported by the Winsock DLL. */
int WSPAPI WPUCompleteOverlappedRequest(SOCKET s,
                                        LPWSAOVERLAPPED lpOverlapped,
                                        DWORD dwError, DWORD cbTransferred,
                                        LPINT lpErrno);

/* Exported by the Winsock DLL: the whole catalogue, layers and chains too.
   The length is in bytes; if it is too short, WSAENOBUFS and what is needed. */
int WSPAPI WSCEnumProtocols(LPINT lpiProtocols,
                            LPWSAPROTOCOL_INFOW lpProtocolBuffer,
                            LPDWORD lpdwBufferLength, LPINT lpErrno);

/* ---- Information on installed providers ------------------------------ */

typedef enum _WSC_PROVIDER_INFO_TYPE {
    ProviderInfoLspCategories,
    ProviderInfoAudit
} WSC_PROVIDER_INFO_TYPE;

/* ProviderInfoLspCategories: a DWORD of these. */
#define LSP_SYSTEM 0x80000000U
#define LSP_INSPECTOR 0x00000001
#define LSP_REDIRECTOR 0x00000002
#define LSP_PROXY 0x00000004
#define LSP_FIREWALL 0x00000008
#define LSP_INBOUND_MODIFY 0x00000010
#define LSP_OUTBOUND_MODIFY 0x00000020
#define LSP_CRYPTO_COMPRESS 0x00000040
#define LSP_LOCAL_CACHE 0x00000080

typedef struct _WSC_PROVIDER_AUDIT_INFO {
    DWORD RecordSize; /* bytes */
    PVOID Reserved;
} WSC_PROVIDER_AUDIT_INFO;

#endif
