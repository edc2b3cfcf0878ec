/*
 * The extension functions: what they share. They are functions of the API and no entry points of the interface: they tell an
 * error with WSASetLastError, and have no thread identifier but the one they ask for.
 */
#ifndef PROVIDER_EXT_H
#define PROVIDER_EXT_H
#include "provider.h"

/* What a request of an extension function needs to go on after its first step. It lives as long as the request. */
struct extension {
    struct sock *fresh;         /* AcceptEx: the socket that is to have the connection */
    struct kernel_accepted accepted;
    struct kernel_transfer transfer;
    struct kernel_piece piece;  /* ConnectEx, AcceptEx: of the transfer */
    char *out;                  /* AcceptEx: the buffer */
    DWORD receive_length, local_length, remote_length;
    DWORD flags;                /* TF_DISCONNECT, TF_REUSE_SOCKET */
    struct run *run;            /* TransmitFile, TransmitPackets: what is left to send; it goes with the request */
};

/* ---- what is sent in several parts (ext_run.c) ---- */

#define TRANSMIT_MOST 0x7FFFFFFEu /* bytes of one call */

struct part {
    struct kernel_piece memory;
    HANDLE file;                /* NULL: it is of memory */
    uint64_t offset;            /* or KERNEL_FILE_POSITION */
    DWORD left;
    BOOL whole;                 /* to the end of the file */
    BOOL ends;                  /* a datagram ends behind it */
};

/* One block of memory, for free(). */
struct run {
    size_t count, next;         /* parts, and the first that is not all taken */
    uint64_t total;             /* bytes that are asked for, but for whole files */
    uint64_t done, sending;     /* bytes sent, and those of `transfer` */
    int error;                  /* a file had less: behind what it had */
    BOOL begun, datagrams;
    struct kernel_transfer transfer;
    struct part *parts;
    struct kernel_piece *pieces;
    char *bytes;                /* of files */
};

struct run *run_new(size_t parts, BOOL files);      /* files: there may be some; NULL: no memory */
int run_memory(struct run *run, void *bytes, DWORD size, BOOL ends);                         /* 0, WSAEFAULT, WSAEINVAL (too much) */
int run_file(struct run *run, HANDLE file, uint64_t offset, DWORD size, BOOL ends);          /* size 0: to its end; 0, WSA_INVALID_HANDLE, WSAEINVAL */
BOOL run_gather(struct run *run);                   /* the next send into `transfer`; FALSE: there is none, look at `error` */

/* Entering: the socket, or NULL and the last error is set. An OVERLAPPED says STATUS_PENDING before anything is judged (observed
   behaviour, pattern 5); *overlapped becomes NULL where the socket ignores it. */
struct sock *ext_enter(SOCKET s, LPOVERLAPPED *overlapped);
BOOL ext_answer(int error); /* 0: TRUE; else it is the last error, and FALSE */
struct pending *ext_pending(struct sock *sock, LPOVERLAPPED overlapped); /* a request with its extension; NULL: no memory */
/* The end of a call whose request is accepted: finished at once, or under way (WSA_IO_PENDING). */
int ext_over(struct pending *pending, int error, DWORD count, LPDWORD bytes);
int ext_end(struct sock *sock, LPOVERLAPPED overlapped, DWORD flags); /* DisconnectEx, checked: the Winsock error */
int ext_reuse(struct sock *sock);       /* the connection is left to itself, and the socket as good as new */

void ext_give_up(struct sock *sock);    /* a ConnectEx was cancelled: the attempt ends, and the socket is bound as before */

/* ---- control data (ext_message.c) ---- */
enum { MESSAGE_WISHES = 3 };
struct message_wish { enum kernel_option option; BOOL given; uint64_t value, former; };
/* What the records ask for holds until message_wishes_end, which is called in any case. FALSE: they ask for what cannot be. */
BOOL message_wishes(const struct sock *sock, const WSABUF *control, struct message_wish wishes[MESSAGE_WISHES]);
void message_wishes_end(const struct sock *sock, const struct message_wish wishes[MESSAGE_WISHES]);
DWORD message_flags(const struct kernel_transfer *came); /* MSG_ values of what was received */

BOOL PASCAL ext_connect(SOCKET s, const struct sockaddr *name, int size, PVOID data, DWORD length, LPDWORD bytes, LPOVERLAPPED overlapped);
BOOL PASCAL ext_accept(SOCKET listener, SOCKET s, PVOID out, DWORD receive_length, DWORD local_length, DWORD remote_length, LPDWORD bytes, LPOVERLAPPED overlapped);
VOID PASCAL ext_accept_names(PVOID out, DWORD receive_length, DWORD local_length, DWORD remote_length, struct sockaddr **local, LPINT local_size, struct sockaddr **remote, LPINT remote_size);
BOOL PASCAL ext_disconnect(SOCKET s, LPOVERLAPPED overlapped, DWORD flags, DWORD reserved);
BOOL PASCAL ext_transmit_file(SOCKET s, HANDLE file, DWORD count, DWORD per_send, LPOVERLAPPED overlapped, LPTRANSMIT_FILE_BUFFERS buffers, DWORD flags);
BOOL PASCAL ext_transmit_packets(SOCKET s, LPTRANSMIT_PACKETS_ELEMENT elements, DWORD count, DWORD per_send, LPOVERLAPPED overlapped, DWORD flags);
INT PASCAL ext_receive_message(SOCKET s, LPWSAMSG message, LPDWORD bytes, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);
INT PASCAL ext_send_message(SOCKET s, LPWSAMSG message, DWORD flags, LPDWORD bytes, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);
#endif
