/*
 * The seam: every SPI call a client makes goes through here. Each is traced (a row for the call, one for the return), judged,
 * and made on the calling thread with its OVERLAPPED known to the kernel. Arguments are passed on as they are, bad ones too.
 * All functions return what the provider returned; *error is the value it left in *lpErrno (untouched: SPI_ERROR_UNSET).
 */
#ifndef WS2_SPI_H
#define WS2_SPI_H
#include "ws2/ws2.h"

#define SPI_ERROR_UNSET (-559038737)

int spi_startup(struct thread *thread, WORD version, WSPDATA *data);  /* returns the error itself */
int spi_cleanup(struct thread *thread, int *error);
bool spi_started(const struct process *process);

struct spi_socket { int family, type, protocol; DWORD flags; bool from_protocol_info; };
SOCKET spi_socket(struct thread *thread, const struct spi_socket *call, int *error);
int spi_close(struct thread *thread, SOCKET s, int *error);
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
};
int spi_ioctl(struct thread *thread, const struct spi_ioctl *call, int *error);

/* Is OVERLAPPED.Internal still STATUS_PENDING; what Winsock error does it stand for (structures reference, 12.4). */
bool overlapped_pending(const WSAOVERLAPPED *overlapped);
int overlapped_error(const WSAOVERLAPPED *overlapped);
#endif
