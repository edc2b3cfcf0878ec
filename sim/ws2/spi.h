/*
 * The seam: every SPI call a client makes goes through here. Each is traced (a row for the call, one for the return), judged,
 * and made on the calling thread with its OVERLAPPED known to the kernel. Arguments are passed on as they are, bad ones too.
 * All functions return what the provider returned; *error is the value it left in *lpErrno (untouched: SPI_ERROR_UNSET).
 */
#ifndef WS2_SPI_H
#define WS2_SPI_H
#include <mswsock.h>

#include "ws2/ws2.h"

struct judge_messages; /* judge.h */

#define SPI_ERROR_UNSET (-559038737)

int spi_startup(struct thread *thread, WORD version, WSPDATA *data);  /* returns the error itself */
/* A layer starts the one below it, which thread->below names. */
int spi_startup_layer(struct thread *thread, WORD version, WSPDATA *data, WSAPROTOCOL_INFOW *info, const WSPUPCALLTABLE *upcalls);
int spi_cleanup(struct thread *thread, int *error);
bool spi_started(const struct process *process);

struct spi_socket {
    int family, type, protocol; DWORD flags; bool from_protocol_info;
    DWORD entry;                 /* of the catalogue: 0 for the one that matches */
    WSAPROTOCOL_INFOW *info;     /* a layer's call passes its own, a client's that of WSPDuplicateSocket */
    bool overlapped; SOCKET like; /* of the latter: whether its socket is, and a handle of it in this process (0: none), whose port it shares */
    GROUP group;
};
SOCKET spi_socket(struct thread *thread, const struct spi_socket *call, int *error);
/* The client's: of an entry that is none WSAEINVAL, and of a layer's own handle the DLL asks what it depends on. */
SOCKET spi_client_socket(struct thread *thread, const struct spi_socket *call, int *error);
int spi_duplicate(struct thread *thread, SOCKET s, DWORD process_id, WSAPROTOCOL_INFOW *info, int *error);
int spi_close(struct thread *thread, SOCKET s, int *error);
int spi_async_select(struct thread *thread, SOCKET s, const struct judge_messages *messages, int *error);
int spi_event_select(struct thread *thread, SOCKET s, HANDLE event, LONG events, int *error);
int spi_enum_network_events(struct thread *thread, SOCKET s, HANDLE event, WSANETWORKEVENTS *events, int *error);
BOOL spi_get_overlapped_result(struct thread *thread, SOCKET s, WSAOVERLAPPED *overlapped, DWORD *bytes, BOOL wait, DWORD *flags, int *error);

struct spi_ioctl {
    SOCKET s;
    DWORD code;
    void *in; DWORD in_size;
    void *out; DWORD out_size;
    DWORD *bytes;
    WSAOVERLAPPED *overlapped;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    WSATHREADID *id;             /* NULL: the calling thread's; a layer passes what it was given */
};
int spi_ioctl(struct thread *thread, const struct spi_ioctl *call, int *error);

/* ---- names and connections (spi_socket.c) ---- */
int spi_bind(struct thread *thread, SOCKET s, const void *name, int size, int *error);
int spi_get_name(struct thread *thread, SOCKET s, void *name, int *size, bool peer, int *error); /* WSPGetSockName, WSPGetPeerName */
struct spi_connect { SOCKET s; const void *name; int size; WSABUF *caller, *callee; QOS *qos, *group_qos; };
int spi_connect(struct thread *thread, const struct spi_connect *call, int *error);
SOCKET spi_join_leaf(struct thread *thread, const struct spi_connect *call, DWORD flags, int *error);
int spi_cancel_blocking_call(struct thread *thread, int *error);
int spi_listen(struct thread *thread, SOCKET s, int backlog, int *error);
struct spi_accept { SOCKET s; void *name; int *size; LPCONDITIONPROC condition; DWORD_PTR data; };
SOCKET spi_accept(struct thread *thread, const struct spi_accept *call, int *error);
int spi_shutdown(struct thread *thread, SOCKET s, int how, int *error);
int spi_disconnect(struct thread *thread, SOCKET s, WSABUF *data, bool receiving, int *error); /* WSPRecvDisconnect, WSPSendDisconnect */
/* Condition functions of the scenario (hook.c): each says the same to everybody, and leaves a row. CF_ACCEPT, CF_REJECT, CF_DEFER; NULL: none such.
   dwCallbackData is 0, or points to what the client does in it. */
struct condition_inside { void (*run)(struct thread *thread, void *argument); void *argument; };
LPCONDITIONPROC condition_pointer(int answer);

/* ---- sends and receives (spi_transfer.c) ---- */
struct spi_transfer {
    SOCKET s;
    bool receives, named;        /* named: WSPSendTo, WSPRecvFrom */
    WSABUF *buffers; DWORD count;
    DWORD *bytes;
    DWORD flags;                 /* of a send */
    DWORD *flags_out;            /* of a receive */
    void *name; int size;        /* to whom */
    int *size_out;               /* from whom: `name` and this */
    WSAOVERLAPPED *overlapped;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    WSATHREADID *id;             /* as above */
};
int spi_transfer(struct thread *thread, const struct spi_transfer *call, int *error);

/* ---- options (spi_option.c) and WSPSelect (spi_select.c) ---- */
int spi_get_option(struct thread *thread, SOCKET s, int level, int name, char *value, int *size, int *error);
int spi_set_option(struct thread *thread, SOCKET s, int level, int name, const char *value, int size, int *error);
int spi_select(struct thread *thread, fd_set *const sets[3], struct timeval *timeout, int *error); /* how many, or SOCKET_ERROR */
int spi_client_select(struct thread *thread, fd_set *const sets[3], struct timeval *timeout, int *error); /* the client's: on the sockets that serve it */
/* WSAPoll, which is the DLL's: it asks the provider that serves the first socket by SIO_EXT_POLL. A negative time is for ever. How many
   are ready, or SOCKET_ERROR (spi_poll.c). */
int spi_client_poll(struct thread *thread, WSAPOLLFD *fds, ULONG count, INT timeout_ms, int *error);

/* ---- qualities of service by name (spi_qos.c) ---- */
bool spi_get_qos_by_name(struct thread *thread, SOCKET s, WSABUF *name, QOS *qos, int *error);

/* ---- addresses as texts (spi_address.c) ---- */
int spi_address_to_string(struct thread *thread, void *address, DWORD size, WCHAR *text, DWORD *length, int *error);
int spi_string_to_address(struct thread *thread, WCHAR *text, int family, void *address, int *size, int *error);

/* ---- extension functions (spi_ext.c) ---- */
enum extension_function { EXTENSION_ACCEPT, EXTENSION_CONNECT, EXTENSION_DISCONNECT, EXTENSION_NAMES, EXTENSION_FILE, EXTENSION_PACKETS, EXTENSION_RECEIVE, EXTENSION_SEND, EXTENSIONS };

/* One call; each function takes what is its own. They are called by the pointer the client has, which it asks for if it has
   none yet; *error is the thread's last error. */
struct spi_extension {
    enum extension_function function;
    SOCKET s, accept;            /* AcceptEx: listener, and the fresh socket */
    const void *name; int size;  /* ConnectEx: to whom */
    void *buffer;                /* ConnectEx: first data; AcceptEx and GetAcceptExSockaddrs: the buffer */
    DWORD length, local, remote; /* of it: data, areas of the names */
    WSAMSG *message;
    TRANSMIT_FILE_BUFFERS *ends; HANDLE file;
    TRANSMIT_PACKETS_ELEMENT *elements; DWORD count;
    DWORD per_send, flags, reserved;
    DWORD *bytes;
    WSAOVERLAPPED *overlapped;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    struct sockaddr **names[2]; int *sizes[2]; /* GetAcceptExSockaddrs: local, remote */
};
bool spi_extension(struct thread *thread, const struct spi_extension *call, int *error); /* whether it succeeded */
void extension_known(struct process *process, const void *id, const void *pointer);       /* a control code gave this pointer */

/* ---- Registered I/O (spi_rio.c) ---- */
enum rio_function {
    RIO_FUNCTION_REGISTER, RIO_FUNCTION_DEREGISTER, RIO_FUNCTION_CREATE_CQ, RIO_FUNCTION_RESIZE_CQ, RIO_FUNCTION_CLOSE_CQ, RIO_FUNCTION_DEQUEUE, RIO_FUNCTION_NOTIFY,
    RIO_FUNCTION_CREATE_RQ, RIO_FUNCTION_RESIZE_RQ, RIO_FUNCTION_SEND, RIO_FUNCTION_SEND_EX, RIO_FUNCTION_RECEIVE, RIO_FUNCTION_RECEIVE_EX, RIO_FUNCTIONS,
};

/* One call; each function takes what is its own. Ids are the provider's and mean nothing to anybody else: rows name what they
   stand for as the client does. The pointers are asked for with the open socket of the lowest handle, if it has none yet. */
struct spi_rio {
    enum rio_function function;
    const char *object;          /* what it works on, for the rows */
    SOCKET s;                    /* RIOCreateRequestQueue */
    char *memory; DWORD size;    /* a buffer's; a completion queue's size */
    RIO_BUFFERID buffer;
    RIO_CQ cq, send_cq;          /* cq: of receives, of RIOCreateRequestQueue */
    RIO_RQ rq;
    RIO_NOTIFICATION_COMPLETION *notification;
    ULONG receives, sends, receive_buffers, send_buffers;
    RIO_BUF *data, *local, *remote, *control, *flags_place; ULONG count;
    DWORD flags;
    void *context;               /* of a socket, of a request */
    RIORESULT *results; ULONG room;
    uintptr_t made;              /* result: the id */
    ULONG taken;                 /* result of RIODequeueCompletion */
};
bool spi_rio(struct thread *thread, struct spi_rio *call, int *error); /* whether it succeeded */
void rio_known(struct process *process, const void *id, const void *table); /* a control code gave these pointers */

/* Is OVERLAPPED.Internal still STATUS_PENDING; what Winsock error does it stand for (structures reference, 12.4). */
bool overlapped_pending(const WSAOVERLAPPED *overlapped);
int overlapped_error(const WSAOVERLAPPED *overlapped);
#endif
