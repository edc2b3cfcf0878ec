/*
 * The control codes: dispatch, documentation and inventory at once. A row for each of the 39 codes of the specification, in
 * its order; `wspsim ioctls` prints this table. Sizes are minimums in bytes on Win64 and AF_INET.
 */
#include "ioctl.h"

#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <afunix.h>
#include <qossp.h>

#define ON_TCP (ON_IP | ON_STREAM)
#define ON_UDP (ON_IP | ON_DGRAM)
#define ON_PORTS (ON_IP | ON_STREAM | ON_DGRAM)
#define ON_MESSAGES (ON_IP | ON_MESSAGE)
#define ON_RAW_IP (ON_IP | ON_RAW)
#define ON_RAW_IPV4 (ON_IPV4 | ON_RAW)
#define ON_IPV4_ANY (ON_IPV4 | ON_ANY_TYPE)
#define ON_IPV6_ANY (ON_IPV6 | ON_ANY_TYPE)
#define ON_IPV4_MESSAGES (ON_IPV4 | ON_MESSAGE)

#define at_once FALSE
#define may_pend TRUE
#define REAL(handler) IOCTL_REAL, ioctl_##handler
#define NOT_OFFERED IOCTL_NOT_OFFERED, NULL

/* Errors without their WSAE: a missing or short input, output; another family, type; what a provider says without the code. */
#define FAULT WSAEFAULT
#define INVAL WSAEINVAL
#define NOSUPP WSAEOPNOTSUPP
#define NOOPT WSAENOPROTOOPT

#define ROW(code, in, out, valid, pend, standing, shape, in_error, out_error, family, type, unsupported) \
    { (code), #code, (in), (out), (valid), (pend), standing, (shape), (in_error), (out_error), (family), (type), (unsupported) }

#define LACKS(code) ROW(code, 0, 0, ON_ALL, at_once, NOT_OFFERED, 0, FAULT, FAULT, NOSUPP, NOSUPP, NOSUPP)

static const struct ioctl_row rows[] = {
    /*  code                               in out  valid on          pends     standing                         shape                                        in      out     family  type    without */
    ROW(FIONBIO,                             4,  0, ON_ALL,           at_once,  REAL(fionbio),                   0,                                           FAULT,  FAULT,  INVAL,  INVAL,  NOSUPP),
    ROW(FIONREAD,                            0,  4, ON_ALL,           at_once,  REAL(fionread),                  0,                                           FAULT,  FAULT,  INVAL,  INVAL,  NOSUPP),
    ROW(SIOCATMARK,                          0,  4, ON_TCP,           at_once,  REAL(siocatmark),                0,                                           FAULT,  FAULT,  INVAL,  INVAL,  NOSUPP),
    ROW(SIO_ACQUIRE_PORT_RESERVATION,        4, 16, ON_PORTS,         may_pend, REAL(acquire_port_reservation),  0,                                           FAULT,  INVAL,  NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_ADDRESS_LIST_CHANGE,             0,  0, ON_ALL,           may_pend, REAL(address_list_change),       0,                                           FAULT,  FAULT,  NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_ADDRESS_LIST_QUERY,              0,  8, ON_ALL,           may_pend, REAL(address_list_query),        IN_ABSENT | OUT_BY_HANDLER,                  INVAL,  FAULT,  NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_ASSOCIATE_HANDLE,               16,  0, ON_ALL,           at_once,  REAL(associate_handle),          OF_COMPANIONS,                               FAULT,  FAULT,  INVAL,  INVAL,  NOOPT),
    ROW(SIO_ASSOCIATE_PORT_RESERVATION,      8,  0, ON_PORTS,         may_pend, REAL(associate_port_reservation), OUT_ABSENT,                                  FAULT,  INVAL,  NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_BASE_HANDLE,                     0,  8, ON_ALL,           at_once,  REAL(own_handle),                0,                                           FAULT,  FAULT,  INVAL,  INVAL,  NOSUPP),
    ROW(SIO_BSP_HANDLE,                      0,  8, ON_ALL,           at_once,  REAL(own_handle),                0,                                           FAULT,  FAULT,  INVAL,  INVAL,  NOSUPP),
    ROW(SIO_BSP_HANDLE_SELECT,               0,  8, ON_ALL,           at_once,  REAL(own_handle),                0,                                           FAULT,  FAULT,  INVAL,  INVAL,  NOSUPP),
    ROW(SIO_BSP_HANDLE_POLL,                 0,  8, ON_ALL,           at_once,  REAL(own_handle),                NO_OVERLAPPED,                               FAULT,  FAULT,  INVAL,  INVAL,  NOSUPP),
    ROW(SIO_CHK_QOS,                         4,  4, ON_ALL,           at_once,  REAL(chk_qos),                   OF_QOS,                                      FAULT,  FAULT,  INVAL,  INVAL,  NOOPT),
    ROW(SIO_ENABLE_CIRCULAR_QUEUEING,        0,  0, ON_MESSAGES,      at_once,  REAL(enable_circular_queueing),  0,                                           FAULT,  FAULT,  INVAL,  INVAL,  NOOPT),
    ROW(SIO_FIND_ROUTE,                     16,  0, ON_ALL,           may_pend, REAL(find_route),                IN_SOCKADDR | OF_ROUTES,                     FAULT,  FAULT,  INVAL,  INVAL,  NOSUPP),
    ROW(SIO_FLUSH,                           0,  0, ON_ALL,           may_pend, REAL(flush),                     0,                                           FAULT,  FAULT,  INVAL,  INVAL,  NOOPT),
    ROW(SIO_GET_BROADCAST_ADDRESS,           0, 16, ON_IPV4_MESSAGES, at_once,  REAL(get_broadcast_address),     OUT_BY_HANDLER,                              FAULT,  FAULT,  NOOPT,  INVAL,  NOOPT),
    ROW(SIO_GET_EXTENSION_FUNCTION_POINTER, 16,  8, ON_ALL,           at_once,  REAL(get_extension_function_pointer), 0,                                      FAULT,  FAULT,  INVAL,  INVAL,  NOSUPP),
    ROW(SIO_GET_GROUP_QOS,                   0, 80, ON_ALL,           may_pend, REAL(group_qos),                 BUFFERS_UNUSED,                              FAULT,  FAULT,  INVAL,  INVAL,  NOOPT),
    ROW(SIO_GET_INTERFACE_LIST,              0, 76, ON_IPV4_ANY,      may_pend, REAL(get_interface_list),        OUT_BY_HANDLER,                              FAULT,  FAULT,  INVAL,  INVAL,  NOSUPP),
    ROW(SIO_GET_INTERFACE_LIST_EX,           0, 56, ON_ALL,           at_once,  REAL(get_interface_list_ex),     OUT_BY_HANDLER,                              FAULT,  FAULT,  INVAL,  INVAL,  NOSUPP),
    ROW(SIO_GET_QOS,                         0, 80, ON_ALL,           may_pend, REAL(get_qos),                   OF_QOS | OUT_BY_HANDLER,                     FAULT,  FAULT,  INVAL,  INVAL,  NOOPT),
    ROW(SIO_IDEAL_SEND_BACKLOG_CHANGE,       0,  0, ON_TCP,           may_pend, REAL(ideal_send_backlog_change), OUT_ABSENT | BLOCKS,                         FAULT,  INVAL,  NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_IDEAL_SEND_BACKLOG_QUERY,        0,  4, ON_TCP,           at_once,  REAL(ideal_send_backlog_query),  OUT_BY_HANDLER,                              FAULT,  INVAL,  NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_KEEPALIVE_VALS,                 12,  0, ON_TCP,           at_once,  REAL(keepalive_vals),            0,                                           FAULT,  FAULT,  NOOPT,  NOOPT,  NOSUPP),
    ROW(SIO_MULTIPOINT_LOOPBACK,             4,  0, ON_MESSAGES,      at_once,  REAL(multipoint_loopback),       0,                                           FAULT,  FAULT,  NOOPT,  INVAL,  NOOPT),
    ROW(SIO_MULTICAST_SCOPE,                 4,  0, ON_MESSAGES,      at_once,  REAL(multicast_scope),           0,                                           FAULT,  FAULT,  NOOPT,  INVAL,  NOOPT),
    ROW(SIO_QUERY_RSS_SCALABILITY_INFO,      0,  1, ON_ALL,           at_once,  REAL(rss_scalability_info),      0,                                           FAULT,  INVAL,  INVAL,  INVAL,  NOSUPP),
    ROW(SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE,   0,  8, ON_ALL,           at_once,  REAL(wfp_endpoint_handle),       0,                                           FAULT,  INVAL,  INVAL,  INVAL,  NOSUPP),
    ROW(SIO_QUERY_PNP_TARGET_HANDLE,         0,  8, ON_ALL,           at_once,  REAL(own_handle),                0,                                           FAULT,  FAULT,  INVAL,  INVAL,  NOSUPP),
    ROW(SIO_RCVALL,                          4,  0, ON_RAW_IP,        at_once,  REAL(rcvall),                    IN_SHORT_INVAL,                              FAULT,  FAULT,  INVAL,  INVAL,  NOSUPP),
    ROW(SIO_RELEASE_PORT_RESERVATION,        8,  0, ON_PORTS,         may_pend, REAL(release_port_reservation),  OUT_ABSENT,                                  FAULT,  INVAL,  NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_ROUTING_INTERFACE_CHANGE,       16,  0, ON_ALL,           may_pend, REAL(routing_interface_change),  IN_SOCKADDR,                                 FAULT,  FAULT,  NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_ROUTING_INTERFACE_QUERY,        16, 16, ON_ALL,           may_pend, REAL(routing_interface_query),   IN_SOCKADDR | OUT_SOCKADDR | OUT_BY_HANDLER, FAULT,  FAULT,  NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_SET_COMPATIBILITY_MODE,          8,  0, ON_TCP,           at_once,  REAL(set_compatibility_mode),    OUT_ABSENT | IN_SHORT_INVAL,                 FAULT,  INVAL,  NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_SET_GROUP_QOS,                  80,  0, ON_ALL,           may_pend, REAL(group_qos),                 BUFFERS_UNUSED,                              FAULT,  FAULT,  INVAL,  INVAL,  NOOPT),
    ROW(SIO_SET_QOS,                        80,  0, ON_ALL,           may_pend, REAL(set_qos),                   OF_QOS,                                      FAULT,  FAULT,  INVAL,  INVAL,  NOOPT),
    ROW(SIO_TRANSLATE_HANDLE,                4,  8, ON_ALL,           at_once,  REAL(translate_handle),          OF_COMPANIONS | OUT_BY_HANDLER,              FAULT,  FAULT,  INVAL,  INVAL,  NOOPT),
    ROW(SIO_UDP_CONNRESET,                   4,  0, ON_UDP,           at_once,  REAL(udp_connreset),             0,                                           FAULT,  FAULT,  NOSUPP, NOSUPP, NOSUPP),
};

/* Codes beyond the specification (ioctls reference 2): no part of its inventory. Those that are not offered are known all the
   same, and refused as such. */
static const struct ioctl_row newer[] = {
    ROW(SIO_TCP_INFO,                4,  88, ON_TCP,     at_once, REAL(tcp_info),                               OUT_BY_HANDLER, WSAEMSGSIZE, INVAL, INVAL, INVAL, NOSUPP),
    ROW(SIO_TCP_INITIAL_RTO,         4,   0, ON_TCP,     at_once, REAL(tcp_initial_rto),                        OUT_ABSENT,  FAULT, INVAL, NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_LOOPBACK_FAST_PATH,      1,   0, ON_TCP,     at_once, REAL(loopback_fast_path),                     OUT_ABSENT,  FAULT, INVAL, NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_ADDRESS_LIST_SORT,       8,   8, ON_IPV6_ANY, at_once, REAL(address_list_sort),                     OUT_BY_HANDLER, FAULT, FAULT, NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_QUERY_RSS_PROCESSOR_INFO, 0,  8, ON_PORTS,   at_once, REAL(rss_processor_info),                     0,           FAULT, INVAL, NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_RCVALL_MCAST,            4,   0, ON_RAW_IPV4, at_once, REAL(rcvall_groups),                         IN_SHORT_INVAL, FAULT, FAULT, INVAL, INVAL, NOSUPP),
    ROW(SIO_RCVALL_IGMPMCAST,        4,   0, ON_RAW_IPV4, at_once, REAL(rcvall_groups),                         IN_SHORT_INVAL, FAULT, FAULT, INVAL, INVAL, NOSUPP),
    ROW(SIO_UDP_NETRESET,            4,   0, ON_UDP,     at_once, REAL(udp_netreset),                           0,           FAULT, FAULT, NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_TCP_SET_ACK_FREQUENCY,   1,   0, ON_TCP,     at_once, REAL(tcp_ack_frequency),                      0,           FAULT, FAULT, NOSUPP, NOSUPP, NOSUPP),
    ROW(SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER, 16, sizeof(RIO_EXTENSION_FUNCTION_TABLE), ON_ALL, at_once, REAL(get_multiple_extension_function_pointer), 0, FAULT, FAULT, INVAL, INVAL, NOSUPP),
    ROW(SIO_EXT_POLL,               32,  32, ON_ALL,     at_once, REAL(ext_poll),                               OUT_BY_HANDLER | NO_OVERLAPPED, FAULT, FAULT, INVAL, INVAL, NOSUPP),
    LACKS(SIO_QUERY_TRANSPORT_SETTING), LACKS(SIO_APPLY_TRANSPORT_SETTING), LACKS(SIO_CPU_AFFINITY), LACKS(SIO_TIMESTAMPING), LACKS(SIO_GET_TX_TIMESTAMP),
    LACKS(SIO_SET_PRIORITY_HINT), LACKS(SIO_QUERY_WFP_CONNECTION_REDIRECT_RECORDS), LACKS(SIO_QUERY_WFP_CONNECTION_REDIRECT_CONTEXT),
    LACKS(SIO_SET_WFP_CONNECTION_REDIRECT_RECORDS), LACKS(SIO_SET_MULTICAST_FILTER), LACKS(SIO_GET_MULTICAST_FILTER), LACKS(SIO_SET_SECURITY),
    LACKS(SIO_QUERY_SECURITY), LACKS(SIO_SET_PEER_TARGET_NAME), LACKS(SIO_DELETE_PEER_TARGET_NAME), LACKS(SIO_INDEX_BIND), LACKS(SIO_INDEX_MCASTIF),
    LACKS(SIO_INDEX_ADD_MCAST), LACKS(SIO_INDEX_DEL_MCAST), LACKS(SIO_RCVALL_MCAST_IF), LACKS(SIO_RCVALL_IF), LACKS(SIO_ABSORB_RTRALERT),
    LACKS(SIO_UCAST_IF), LACKS(SIO_LIMIT_BROADCASTS), LACKS(SIO_TCP_SET_ICW), LACKS(SIO_SOCKET_USAGE_NOTIFICATION), LACKS(SIO_AF_UNIX_GETPEERPID),
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
    for (size_t i = 0; i < sizeof newer / sizeof *newer; i++)
        if (newer[i].code == code) return &newer[i];
    return NULL;
}
