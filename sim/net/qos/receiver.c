/* Who at the end of the way is meant by a sender. */
#include <string.h>

#include "net/qos/session.h"

/* Datagrams: bound to the destination, or to all; connected to the sender, or to nobody. */
static bool hears(const struct endpoint *endpoint, const struct tuple *sender)
{
    bool wild = key_is_unspecified(&endpoint->tuple.local), alone = endpoint->tuple.remote_port == 0;
    if (!wild && (endpoint->tuple.family != sender->family || !key_equal(&endpoint->tuple.local, &sender->remote)))
        return false;
    if (wild && endpoint->family != sender->family && (endpoint->family != KERNEL_IPV6 || endpoint->option[KERNEL_IPV6_ONLY]))
        return false;
    return alone || (endpoint->tuple.remote_port == sender->local_port && key_equal(&endpoint->tuple.remote, &sender->local));
}

struct endpoint *session_receiver(const struct session *session)
{
    const struct tuple *sender = &session->tuple;
    const struct host *host = session->way.end;
    if (sender->protocol == IP_PROTOCOL_TCP) {
        struct tuple tuple;
        memset(&tuple, 0, sizeof tuple);
        tuple.local = sender->remote;
        tuple.remote = sender->local;
        tuple.local_port = sender->remote_port;
        tuple.remote_port = sender->local_port;
        tuple.family = sender->family;
        tuple.protocol = sender->protocol;
        return tuple_find(host, &tuple);
    }
    struct endpoint *endpoint = port_first(host, sender->protocol, sender->remote_port);
    while (endpoint && !hears(endpoint, sender))
        endpoint = endpoint->port_next;
    return endpoint;
}
