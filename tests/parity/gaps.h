/*
 * What Debian's copy of the Windows headers does not have yet and the Windows SDK does, with the SDK's values (as in
 * include/winsock, where tests/abi checks them). Included before each file of the provider by tests/parity.sh, so that the files
 * themselves stay as they are.
 */
#ifndef TESTS_PARITY_GAPS_H
#define TESTS_PARITY_GAPS_H
#include <winsock2.h>
#include <ws2spi.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <qos.h>
#include <qossp.h>
#ifndef TCP_TIMESTAMPS
#define TCP_TIMESTAMPS 10
#endif
#ifndef TCP_MAXRT
#define TCP_MAXRT 5 /* seconds */
#endif
#ifndef TCP_KEEPINTVL
#define TCP_KEEPINTVL 17 /* seconds */
#endif
#ifndef TCP_KEEPALIVE
#define TCP_KEEPALIVE 3
#endif
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE TCP_KEEPALIVE
#endif
#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT 16
#endif
#ifndef TCP_FAIL_CONNECT_ON_ICMP_ERROR
#define TCP_FAIL_CONNECT_ON_ICMP_ERROR 18
#endif
#ifndef SO_RANDOMIZE_PORT
#define SO_RANDOMIZE_PORT 0x3005
#endif
#ifndef SO_BSP_STATE
#define SO_BSP_STATE 0x1009 /* CSADDR_INFO and the addresses behind it */
#endif
#ifndef SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE
#define SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE _WSAIOR(IOC_VENDOR, 205)
#endif
#ifndef SIO_QUERY_RSS_SCALABILITY_INFO
#define SIO_QUERY_RSS_SCALABILITY_INFO _WSAIOR(IOC_VENDOR, 210)
#endif
#ifndef SIO_QUERY_PNP_TARGET_HANDLE
#define SIO_QUERY_PNP_TARGET_HANDLE SIO_QUERY_TARGET_PNP_HANDLE
#endif
#ifndef SIO_IDEAL_SEND_BACKLOG_QUERY
#define SIO_IDEAL_SEND_BACKLOG_QUERY _IOR('t', 123, ULONG) /* bytes */
#endif
#ifndef SIO_IDEAL_SEND_BACKLOG_CHANGE
#define SIO_IDEAL_SEND_BACKLOG_CHANGE _IO('t', 122)
#endif
#ifndef SIO_UDP_NETRESET
#define SIO_UDP_NETRESET _WSAIOW(IOC_VENDOR, 15)
#endif
#ifndef SIO_SET_COMPATIBILITY_MODE
#define SIO_SET_COMPATIBILITY_MODE _WSAIOW(IOC_VENDOR, 300)
#endif

#ifndef RSS_SCALABILITY_INFO
typedef struct { BOOLEAN RssEnabled; } parity_rss_scalability_info;
#define RSS_SCALABILITY_INFO parity_rss_scalability_info
#endif

#ifndef WSA_COMPATIBILITY_MODE
typedef enum { WsaBehaviorAll = 0, WsaBehaviorReceiveBuffering, WsaBehaviorAutoTuning } parity_compatibility_behavior;
typedef struct { parity_compatibility_behavior BehaviorId; ULONG TargetOsVersion; } parity_compatibility_mode;
#define WSA_COMPATIBILITY_MODE parity_compatibility_mode
#define WSA_COMPATIBILITY_BEHAVIOR_ID parity_compatibility_behavior
#endif
#endif
