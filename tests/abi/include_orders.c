/*
 * include_orders.c - the Winsock headers among the host's headers.
 *
 * Compiling is the test.  ORDER picks one of several orders of inclusion; the
 * functions below then use names of both sides.  HEADER, if defined, is
 * included before anything else: every header must stand alone.
 * include_orders.sh goes through all of them.
 */
#ifdef HEADER
#include HEADER
#endif

#ifndef ORDER
#define ORDER 1
#endif

#if ORDER == 1 /* the host first */
#include <stdint.h>
#include <stddef.h>
#include <string.h>
#include <stdlib.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/types.h>
#include <time.h>
#include <signal.h>
#include <winsock2.h>
#include <ws2spi.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <qossp.h>
#include <ntstatus.h>
#elif ORDER == 2 /* Winsock first */
#include <winsock2.h>
#include <ws2spi.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <qossp.h>
#include <ntstatus.h>
#include <stdint.h>
#include <stddef.h>
#include <string.h>
#include <stdlib.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/types.h>
#include <time.h>
#include <signal.h>
#elif ORDER == 3 /* Winsock backwards, the host in between */
#include <signal.h>
#include <ntstatus.h>
#include <time.h>
#include <qossp.h>
#include <sys/types.h>
#include <mstcpip.h>
#include <unistd.h>
#include <mswsock.h>
#include <stdio.h>
#include <ws2tcpip.h>
#include <stdlib.h>
#include <ws2spi.h>
#include <string.h>
#include <stddef.h>
#include <stdint.h>
#elif ORDER == 4 /* the parts before the whole */
#include <time.h>
#include <in6addr.h>
#include <inaddr.h>
#include <qos.h>
#include <ws2def.h>
#include <ws2ipdef.h>
#include <signal.h>
#include <mswsockdef.h>
#include <winsock2.h>
#include <unistd.h>
#include <stdlib.h>
#include <mstcpip.h>
#include <qossp.h>
#include <ws2tcpip.h>
#include <ws2spi.h>
#include <mswsock.h>
#include <ntstatus.h>
#include <string.h>
#include <stdio.h>
#elif ORDER == 5 /* the host's own fd_set and timeval first */
#include <sys/select.h>
#include <sys/time.h>
#include <sys/resource.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ws2tcpip.h>
#include <ws2spi.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <qossp.h>
#include <ntstatus.h>
#include <unistd.h>
#include <signal.h>
#include <time.h>
#elif ORDER == 6 /* and afterwards */
#include <mswsock.h>
#include <ws2spi.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <qossp.h>
#include <ntstatus.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <time.h>
#include <signal.h>
#include <unistd.h>
#include <string.h>
#include <stdlib.h>
#include <stdio.h>
#else
#error "no such ORDER"
#endif

/* Once more: include guards. */
#include <winsock2.h>
#include <ws2spi.h>
#include <ws2def.h>
#include <ws2tcpip.h>
#include <ws2ipdef.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <qos.h>

_Static_assert(sizeof(fd_set) == 520, "fd_set is Winsock's");
_Static_assert(sizeof(struct fd_set) == 520, "struct fd_set is Winsock's");
_Static_assert(sizeof(struct timeval) == 8, "struct timeval is Winsock's");
_Static_assert(sizeof(TIMEVAL) == 8, "TIMEVAL is Winsock's");
_Static_assert(sizeof(u_long) == 4, "u_long has 32 bits");
_Static_assert(FD_SETSIZE == 64, "FD_SETSIZE is Winsock's");
_Static_assert(FIONREAD == 0x4004667FU, "FIONREAD is Winsock's");

int use_both_sides(SOCKET s, WSPPROC_TABLE *table);

int use_both_sides(SOCKET s, WSPPROC_TABLE *table)
{
    struct timeval limit = {1, 500000};
    struct timespec now = {0, 0};
    struct sockaddr_in name;
    struct sigaction action;
    SOCKADDR_IN6 name6;
    sigset_t signals;
    fd_set readable;
    u_long value = 1;
    int error = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)sigemptyset(&signals);
    memset(&action, 0, sizeof(action));
    action.sa_handler = SIG_DFL;

    memset(&name, 0, sizeof(name));
    name.sin_family = AF_INET;
    name.sin_port = htons(80);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memset(&name6, 0, sizeof(name6));
    name6.sin6_family = AF_INET6;
    name6.sin6_addr.s6_addr[15] = 1;
    name6.sin6_scope_id = 2;

    FD_ZERO(&readable);
    FD_SET(s, &readable);
    if (!FD_ISSET(s, &readable))
        return SOCKET_ERROR;
    FD_CLR(s, &readable);

    if (table->lpWSPBind(s, (struct sockaddr *)&name, (int)sizeof(name),
                         &error) == SOCKET_ERROR)
        return error;
    if (timerisset(&limit))
        return table->lpWSPSelect(0, &readable, NULL, NULL, &limit, &error);
    (void)fprintf(stderr, "%ld %u\n", (long)now.tv_sec, (unsigned)value);
    return (int)getpid();
}
