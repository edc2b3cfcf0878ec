/*
 * Route discovery (host-stack 3.6): what a host keeps of a destination is discarded, the route looked up anew, and its next hop asked,
 * where next hops are resolved. Watches of the topic KERNEL_TOPIC_ROUTE hang on the neighbour that is being asked.
 */
#ifndef NET_IP_DISCOVERY_H
#define NET_IP_DISCOVERY_H

struct neighbor;
struct request;

void discovery_enter(struct request *request);
void discovery_leave(struct request *request);
void discovery_end(struct neighbor *neighbor); /* it is not asked any more: all its watches complete */
#endif
