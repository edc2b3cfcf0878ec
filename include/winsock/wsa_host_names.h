/*
 * wsa_host_names.h - Winsock names that the host's C library also uses.
 *
 * This header has no counterpart on Windows; winsock2.h includes it.  It
 * makes `fd_set`, `struct timeval` and `u_long` mean the Winsock types even
 * in a file that has included, or will include, the host's own headers.
 *
 * How: the POSIX headers that define these names are read first, so their
 * include guards keep them from being read again below the renames, and every
 * declaration of the C library that mentions them has been seen with the
 * host's meaning.  Only then are the names turned, by macro, into names of our
 * own.  The order of inclusion in the user's file therefore does not matter.
 *
 * What to know:
 *   - a file that has included winsock2.h can no longer name the host's
 *     fd_set or struct timeval; keep such code in a file of its own;
 *   - other host headers that mention struct timeval (<utmpx.h>,
 *     <sys/timex.h>) must come before winsock2.h;
 *   - the host's network headers and <poll.h> define other things under the
 *     same names (struct sockaddr, POLLIN and so on) and do not fit into one
 *     file with these headers at all.
 */
#ifndef WSP_WSA_HOST_NAMES_H
#define WSP_WSA_HOST_NAMES_H

#if defined(_SYS_SOCKET_H) || defined(_NETINET_IN_H) || \
    defined(_ARPA_INET_H) || defined(_NETDB_H) || defined(_SYS_POLL_H)
#error "winsock2.h does not fit into one file with the host's network headers"
#endif

#if defined(__unix__) || defined(__linux__) || defined(__APPLE__)
#include <sys/types.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/resource.h>
#include <time.h>
#endif

#include "winbase_types.h"

/* The set of sockets and its operations: winsock2.h defines them anew. */
#undef FD_SETSIZE
#undef FD_SET
#undef FD_CLR
#undef FD_ISSET
#undef FD_ZERO
#define fd_set wsa_fd_set

/* Two 32-bit members on Windows, two 64-bit members on LP64 hosts. */
#undef timerisset
#undef timercmp
#undef timerclear
#define timeval wsa_timeval

/* 32 bits on Windows, 64 on LP64 hosts. */
#define u_long wsa_u_long
typedef ULONG wsa_u_long;

/* These are the same on both sides; C11 allows to say it twice. */
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;

/* Macros of some hosts; functions in winsock2.h. */
#undef htons
#undef htonl
#undef ntohs
#undef ntohl

#endif
