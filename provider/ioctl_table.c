/*
 * The control codes: dispatch, documentation and inventory at once. A row for each of the 39 codes of the specification, in
 * its order; `wspsim ioctls` prints this table. Sizes are minimums in bytes on Win64 and AF_INET.
 */
#include "ioctl.h"

#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <qossp.h>

#define CODE(code) (code), #code
#define REAL(handler) IOCTL_REAL, (handler)
#define NOT_YET IOCTL_NOT_YET, NULL

static const struct ioctl_row rows[] = {
    /* code                                      in  out valid on          pends  standing                                      shape                                      in_error    out_error   family_error     type_error     unsupported */
    { CODE(FIONBIO),                              4,   0, ON_ALL,            FALSE, REAL(ioctl_fionbio),                          0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(FIONREAD),                             0,   4, ON_ALL,            FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIOCATMARK),                           0,   4, ON_IP | ON_STREAM, FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIO_ACQUIRE_PORT_RESERVATION),         4,  16, ON_IP | ON_STREAM | ON_DGRAM, TRUE, NOT_YET,                            0,                                         WSAEFAULT, WSAEINVAL, WSAEOPNOTSUPP,   WSAEOPNOTSUPP, WSAEOPNOTSUPP },
    { CODE(SIO_ADDRESS_LIST_CHANGE),              0,   0, ON_ALL,            TRUE,  REAL(ioctl_address_list_change),              0,                                         WSAEFAULT, WSAEFAULT, WSAEOPNOTSUPP,   WSAEOPNOTSUPP, WSAEOPNOTSUPP },
    { CODE(SIO_ADDRESS_LIST_QUERY),               0,   8, ON_ALL,            TRUE,  REAL(ioctl_address_list_query),               IN_ABSENT | OUT_BY_HANDLER,                WSAEINVAL, WSAEFAULT, WSAEOPNOTSUPP,   WSAEOPNOTSUPP, WSAEOPNOTSUPP },
    { CODE(SIO_ASSOCIATE_HANDLE),                16,   0, ON_ALL,            FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAENOPROTOOPT },
    { CODE(SIO_ASSOCIATE_PORT_RESERVATION),       8,   0, ON_IP | ON_STREAM | ON_DGRAM, TRUE, NOT_YET,                            OUT_ABSENT,                                WSAEFAULT, WSAEINVAL, WSAEOPNOTSUPP,   WSAEOPNOTSUPP, WSAEOPNOTSUPP },
    { CODE(SIO_BASE_HANDLE),                      0,   8, ON_ALL,            FALSE, REAL(ioctl_base_handle),                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIO_BSP_HANDLE),                       0,   8, ON_ALL,            FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIO_BSP_HANDLE_SELECT),                0,   8, ON_ALL,            FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIO_BSP_HANDLE_POLL),                  0,   8, ON_ALL,            FALSE, NOT_YET,                                      NO_OVERLAPPED,                             WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIO_CHK_QOS),                          4,   4, ON_ALL,            FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAENOPROTOOPT },
    { CODE(SIO_ENABLE_CIRCULAR_QUEUEING),         0,   0, ON_IP | ON_MESSAGE, FALSE, NOT_YET,                                     0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAENOPROTOOPT },
    { CODE(SIO_FIND_ROUTE),                      16,   0, ON_ALL,            TRUE,  NOT_YET,                                      IN_SOCKADDR,                               WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIO_FLUSH),                            0,   0, ON_ALL,            TRUE,  NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAENOPROTOOPT },
    { CODE(SIO_GET_BROADCAST_ADDRESS),            0,  16, ON_IPV4 | ON_MESSAGE, FALSE, REAL(ioctl_get_broadcast_address),         OUT_BY_HANDLER,                            WSAEFAULT, WSAEFAULT, WSAENOPROTOOPT,  WSAEINVAL,     WSAENOPROTOOPT },
    { CODE(SIO_GET_EXTENSION_FUNCTION_POINTER),  16,   8, ON_ALL,            FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIO_GET_GROUP_QOS),                    0,  80, ON_ALL,            TRUE,  NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAENOPROTOOPT },
    { CODE(SIO_GET_INTERFACE_LIST),               0,  76, ON_IPV4 | ON_ANY_TYPE, TRUE, REAL(ioctl_get_interface_list),            OUT_BY_HANDLER,                            WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIO_GET_INTERFACE_LIST_EX),            0,  56, ON_ALL,            FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIO_GET_QOS),                          0,  80, ON_ALL,            TRUE,  NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAENOPROTOOPT },
    { CODE(SIO_IDEAL_SEND_BACKLOG_CHANGE),        0,   0, ON_IP | ON_STREAM, TRUE,  NOT_YET,                                      OUT_ABSENT,                                WSAEFAULT, WSAEINVAL, WSAEOPNOTSUPP,   WSAEOPNOTSUPP, WSAEOPNOTSUPP },
    { CODE(SIO_IDEAL_SEND_BACKLOG_QUERY),         0,   4, ON_IP | ON_STREAM, FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEINVAL, WSAEOPNOTSUPP,   WSAEOPNOTSUPP, WSAEOPNOTSUPP },
    { CODE(SIO_KEEPALIVE_VALS),                  12,   0, ON_IP | ON_STREAM, FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAENOPROTOOPT,  WSAENOPROTOOPT, WSAEOPNOTSUPP },
    { CODE(SIO_MULTIPOINT_LOOPBACK),              4,   0, ON_IP | ON_MESSAGE, FALSE, NOT_YET,                                     0,                                         WSAEFAULT, WSAEFAULT, WSAENOPROTOOPT,  WSAEINVAL,     WSAENOPROTOOPT },
    { CODE(SIO_MULTICAST_SCOPE),                  4,   0, ON_IP | ON_MESSAGE, FALSE, NOT_YET,                                     0,                                         WSAEFAULT, WSAEFAULT, WSAENOPROTOOPT,  WSAEINVAL,     WSAENOPROTOOPT },
    { CODE(SIO_QUERY_RSS_SCALABILITY_INFO),       0,   1, ON_ALL,            FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEINVAL, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE),    0,   8, ON_ALL,            FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEINVAL, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIO_QUERY_PNP_TARGET_HANDLE),          0,   8, ON_ALL,            FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIO_RCVALL),                           4,   0, ON_IP | ON_RAW,    FALSE, NOT_YET,                                      0,                                         WSAEINVAL, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAEOPNOTSUPP },
    { CODE(SIO_RELEASE_PORT_RESERVATION),         8,   0, ON_IP | ON_STREAM | ON_DGRAM, TRUE, NOT_YET,                            OUT_ABSENT,                                WSAEFAULT, WSAEINVAL, WSAEOPNOTSUPP,   WSAEOPNOTSUPP, WSAEOPNOTSUPP },
    { CODE(SIO_ROUTING_INTERFACE_CHANGE),        16,   0, ON_ALL,            TRUE,  REAL(ioctl_routing_interface_change),         IN_SOCKADDR,                               WSAEFAULT, WSAEFAULT, WSAEOPNOTSUPP,   WSAEOPNOTSUPP, WSAEOPNOTSUPP },
    { CODE(SIO_ROUTING_INTERFACE_QUERY),         16,  16, ON_ALL,            TRUE,  REAL(ioctl_routing_interface_query),          IN_SOCKADDR | OUT_SOCKADDR | OUT_BY_HANDLER, WSAEFAULT, WSAEFAULT, WSAEOPNOTSUPP, WSAEOPNOTSUPP, WSAEOPNOTSUPP },
    { CODE(SIO_SET_COMPATIBILITY_MODE),           8,   0, ON_IP | ON_STREAM, FALSE, NOT_YET,                                      OUT_ABSENT,                                WSAEINVAL, WSAEINVAL, WSAEOPNOTSUPP,   WSAEOPNOTSUPP, WSAEOPNOTSUPP },
    { CODE(SIO_SET_GROUP_QOS),                   80,   0, ON_ALL,            TRUE,  NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAENOPROTOOPT },
    { CODE(SIO_SET_QOS),                         80,   0, ON_ALL,            TRUE,  NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAENOPROTOOPT },
    { CODE(SIO_TRANSLATE_HANDLE),                 4,   8, ON_ALL,            FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEINVAL,       WSAEINVAL,     WSAENOPROTOOPT },
    { CODE(SIO_UDP_CONNRESET),                    4,   0, ON_IP | ON_DGRAM,  FALSE, NOT_YET,                                      0,                                         WSAEFAULT, WSAEFAULT, WSAEOPNOTSUPP,   WSAEOPNOTSUPP, WSAEOPNOTSUPP },
};

const struct ioctl_row *ioctl_table(size_t *count)
{
    *count = sizeof rows / sizeof *rows;
    return rows;
}

const struct ioctl_row *ioctl_find(DWORD code)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].code == code) return &rows[i];
    return NULL;
}
