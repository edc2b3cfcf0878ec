/*
 * afunix.h - local sockets.
 *
 * Win64 shapes on any 64-bit target, after Windows' <afunix.h>.
 */
#ifndef WSP_AFUNIX_H
#define WSP_AFUNIX_H

#include "winbase_types.h"
#include "ws2def.h"

#define UNIX_PATH_MAX 108

typedef struct sockaddr_un {
    ADDRESS_FAMILY sun_family;
    char sun_path[UNIX_PATH_MAX];
} SOCKADDR_UN, *PSOCKADDR_UN;

#define SIO_AF_UNIX_GETPEERPID _WSAIOR(IOC_VENDOR, 256)

#endif
