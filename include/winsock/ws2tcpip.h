/*
 * ws2tcpip.h - what a TCP/IP program adds to winsock2.h.
 *
 * Win64 shapes on any 64-bit target, after Windows' <ws2tcpip.h>.  Name
 * resolution (getaddrinfo and its relatives) belongs to the Winsock DLL and
 * is not declared.
 */
#ifndef WSP_WS2TCPIP_H
#define WSP_WS2TCPIP_H

#include "winsock2.h"
#include "ws2ipdef.h"

/* Options of IPPROTO_UDP. */
#define UDP_NOCHECKSUM 1
#define UDP_SEND_MSG_SIZE 2
#define UDP_RECV_MAX_COALESCED_SIZE 3
#define UDP_COALESCED_INFO 3
#define UDP_CHECKSUM_COVERAGE 20

/* Characters of the longest address with scope and port, and terminator. */
#define INET_ADDRSTRLEN 22
#define INET6_ADDRSTRLEN 65

#endif
