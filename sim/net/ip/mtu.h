/*
 * Path MTUs that routers told (RFC 1191, RFC 8201; host-stack 1.3): learnt and asked for through ip.h, kept here per destination and
 * forgotten after path_mtu_timeout. A host that has learnt none owns nothing.
 */
#ifndef NET_IP_MTU_H
#define NET_IP_MTU_H
#include "net/ip/ip.h"

void ip_mtus_free(struct host *host);
#endif
