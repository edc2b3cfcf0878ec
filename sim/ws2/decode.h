/*
 * Buffers as values, in the scenario's words: {"sockaddr": "192.0.2.1:0"}, {"addresses": [...]}, {"ulong": 1}. The same
 * decoding serves the trace and the expectations. Nothing beyond the given size is read; what cannot be decoded is hex.
 */
#ifndef WS2_DECODE_H
#define WS2_DECODE_H
#include <mswsock.h>

#include "core/value.h"
#include "ws2/ws2.h"

#define SOCKADDR_TEXT 80
/* "192.0.2.1:80", "[2001:db8::1%2]:80"; "family 23, 4 bytes" for what is no whole address. */
void sockaddr_text(const void *sockaddr, size_t size, char text[SOCKADDR_TEXT]);
/* The bytes of a sockaddr_in or sockaddr_in6 from its text; 0: not an address with a port. */
size_t sockaddr_parse(const char *text, void *sockaddr, size_t room);

/* Bytes as they lie in memory on Win64 become bytes as they lie here: on a little-endian machine nothing happens. */
void decode_to_host(DWORD code, uint8_t *bytes, size_t size);

/* {"text": …} if all of it can be printed, else {"hex": …}. */
struct value *decode_payload(struct arena *arena, const void *bytes, size_t size);
/* The bytes of several buffers in a row, at most `most` of them. */
size_t decode_gather(const struct process *process, const WSABUF *buffers, DWORD count, void *bytes, size_t most);
uint64_t decode_total(const struct process *process, const WSABUF *buffers, DWORD count); /* their lengths; 0 if the array cannot be read */
/* A socket option's value: a number; {"on", "seconds"} of SO_LINGER, {"local", "peer"} of SO_BSP_STATE, an address of the two
   that name an interface in network order, {"hex"} of IPv4 groups; {"size"} of what is longer. */
struct value *decode_protocol_info(struct arena *arena, const void *bytes, size_t size); /* a WSAPROTOCOL_INFO */
struct value *decode_option(struct arena *arena, int level, int name, const void *value, size_t size);
struct value *decode_flags(struct arena *arena, DWORD flags);   /* MSG_ names, and what is left as a number */
struct value *decode_rio_flags(struct arena *arena, DWORD flags); /* likewise of RIO_MSG_ */
struct value *decode_poll_bits(struct arena *arena, SHORT bits); /* likewise of POLL */
struct value *decode_results(struct arena *arena, const RIORESULT *results, ULONG count); /* [{"status", "bytes", "socket", "request"}] */
struct value *decode_set(struct arena *arena, const struct process *process, const fd_set *set);

struct value *decode_hex(struct arena *arena, const void *bytes, size_t size);
struct value *decode_ioctl_in(struct arena *arena, const struct process *process, DWORD code, const void *in, DWORD size);
struct value *decode_qos(struct arena *arena, const uint8_t *bytes, size_t size);
struct value *decode_names(struct arena *arena, const char *bytes, size_t size); /* texts with their zeros, an empty one behind the last */
struct value *decode_tcp_info(struct arena *arena, const void *bytes, size_t size);
struct value *decode_ioctl_out(struct arena *arena, const struct process *process, DWORD code, const void *out, DWORD size);
struct value *decode_network_events(struct arena *arena, const WSANETWORKEVENTS *events); /* {"events": [...], "errors": {...}} */
struct value *decode_event_mask(struct arena *arena, LONG mask);
#endif
