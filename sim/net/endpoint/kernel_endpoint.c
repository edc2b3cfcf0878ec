/* The endpoint group of kernel.h: finds the endpoint, asks its transport, and accepts the request where the answer takes time. */
#include "core/check.h"
#include "net/endpoint/endpoint.h"
#include "net/tcp/tcp.h"

static struct host *here(void)
{
    check(running && running->host);
    return running->host;
}

/* NULL: *status says why. */
static struct endpoint *enter(kernel_endpoint id, enum kernel_status *status)
{
    struct host *host = here();
    struct endpoint *endpoint = endpoint_find(host->net, id);
    bool mine = endpoint && endpoint->host == host && !endpoint->traffic;
    *status = !mine ? KERNEL_BAD_HANDLE : host->stack_down ? KERNEL_STACK_DOWN : KERNEL_OK;
    return *status == KERNEL_OK ? endpoint : NULL;
}

/* The same for what needs buffers. */
static struct endpoint *enter_to_keep(kernel_endpoint id, enum kernel_status *status)
{
    struct endpoint *endpoint = enter(id, status);
    if (!endpoint || !host_starved(endpoint->host))
        return endpoint;
    *status = KERNEL_NO_RESOURCES;
    return NULL;
}

static bool is_stream(const struct endpoint *endpoint) { return endpoint->transport == KERNEL_TCP; }
static bool may_pend(const struct kernel_how *how) { return how && how->complete; }

/* ---- opening ---- */

static bool kind_valid(enum kernel_family family, enum kernel_transport transport)
{
    return (family == KERNEL_IPV4 || family == KERNEL_IPV6) && (transport == KERNEL_TCP || transport == KERNEL_UDP || transport == KERNEL_RAW);
}

enum kernel_status kernel_endpoint_open(enum kernel_family family, enum kernel_transport transport, uint8_t protocol, kernel_endpoint *id)
{
    struct host *host = here();
    if (!kind_valid(family, transport))
        return KERNEL_BAD_ARGUMENT;
    if (host->stack_down)
        return KERNEL_STACK_DOWN;
    if (host_starved(host))
        return KERNEL_NO_RESOURCES;
    *id = endpoint_new(host, (uint8_t)family, (uint8_t)transport, protocol, task_process(running))->id;
    return KERNEL_OK;
}

/* ---- names ---- */

enum kernel_status kernel_bind(kernel_endpoint id, const struct kernel_socket *local)
{
    enum kernel_status status;
    struct endpoint *endpoint = enter_to_keep(id, &status);
    if (!endpoint)
        return status;
    if (endpoint->bound || local->address.family != endpoint->family)
        return KERNEL_BAD_ARGUMENT;
    return port_bind(endpoint, local);
}

/* An IPv6 socket that speaks to an IPv4 peer has mapped addresses (RFC 4291 2.5.5.2). */
static struct kernel_address address_told(const struct endpoint *endpoint, const struct prefix_key *key)
{
    struct kernel_address address = key_address(endpoint->tuple.family, key);
    if (endpoint->family == endpoint->tuple.family)
        return address;
    struct kernel_address mapped = { .family = KERNEL_IPV6 };
    if (!address_is_unspecified(&address)) {
        mapped.bytes[10] = mapped.bytes[11] = 0xff;
        for (unsigned i = 0; i < 4; i++)
            mapped.bytes[12 + i] = address.bytes[i];
    }
    return mapped;
}

static struct kernel_socket end_told(const struct endpoint *endpoint, const struct prefix_key *key, uint16_t port)
{
    struct kernel_socket end = { .address = address_told(endpoint, key), .port = port };
    end.address.scope_id = address_is_link_local(&end.address) ? endpoint->scope : 0;
    return end;
}

enum kernel_status kernel_local(kernel_endpoint id, struct kernel_socket *local)
{
    enum kernel_status status;
    const struct endpoint *endpoint = enter(id, &status);
    if (!endpoint)
        return status;
    if (!endpoint->bound)
        return KERNEL_BAD_ARGUMENT;
    *local = end_told(endpoint, &endpoint->tuple.local, endpoint->tuple.local_port);
    return KERNEL_OK;
}

enum kernel_status kernel_peer(kernel_endpoint id, struct kernel_socket *peer)
{
    enum kernel_status status;
    const struct endpoint *endpoint = enter(id, &status);
    if (!endpoint)
        return status;
    if (!endpoint->connected)
        return KERNEL_NOT_CONNECTED;
    *peer = end_told(endpoint, &endpoint->tuple.remote, endpoint->tuple.remote_port);
    return KERNEL_OK;
}

/* ---- connections ---- */

static enum kernel_status connect_stream(struct endpoint *endpoint, const struct kernel_socket *peer, const struct kernel_how *how)
{
    if (endpoint->listening)
        return KERNEL_BAD_ARGUMENT;
    if (endpoint->connected)
        return KERNEL_IS_CONNECTED;
    if (endpoint->connecting || tcp_is_connecting(endpoint))
        return KERNEL_IN_PROGRESS;
    if (peer->port == 0 || address_is_unspecified(&peer->address) || address_is_multicast(&peer->address))
        return KERNEL_ADDRESS_NOT_LOCAL;
    enum kernel_status status = endpoint->bound ? KERNEL_OK : port_bind_dynamic(endpoint);
    if (status == KERNEL_OK)
        status = tcp_connect(endpoint, peer);
    if (status != KERNEL_PENDING)
        return status;
    if (!may_pend(how))
        return KERNEL_WOULD_BLOCK;
    transfer_pend(endpoint, REQUEST_CONNECT, NULL, how);
    return KERNEL_PENDING;
}

enum kernel_status kernel_connect(kernel_endpoint id, const struct kernel_socket *peer, const struct kernel_how *how)
{
    enum kernel_status status;
    struct endpoint *endpoint = enter_to_keep(id, &status);
    if (!endpoint)
        return status;
    if (peer->address.family != endpoint->family)
        return KERNEL_BAD_ARGUMENT;
    return is_stream(endpoint) ? connect_stream(endpoint, peer, how) : datagram_connect(endpoint, peer);
}

enum kernel_status kernel_listen(kernel_endpoint id, uint32_t backlog)
{
    enum kernel_status status;
    struct endpoint *endpoint = enter_to_keep(id, &status);
    if (!endpoint)
        return status;
    if (!is_stream(endpoint))
        return KERNEL_NOT_SUPPORTED;
    if (!endpoint->bound)
        return KERNEL_BAD_ARGUMENT;
    if (endpoint->connected || tcp_is_connecting(endpoint))
        return KERNEL_IS_CONNECTED;
    return tcp_listen(endpoint, backlog ? backlog : 1);
}

static void accepted_fill(struct kernel_accepted *accepted, struct endpoint *child, struct task *process)
{
    child->process = process;
    child->holds = 1;
    accepted->endpoint = child->id;
    accepted->peer = end_told(child, &child->tuple.remote, child->tuple.remote_port);
}

void transfer_accepts(struct endpoint *listener)
{
    while (listener->accepting) {
        struct endpoint *child = tcp_accept(listener);
        if (!child)
            return;
        accepted_fill(listener->accepting->moves.accepted, child, listener->accepting->completions);
        transfer_end(listener->accepting, KERNEL_OK, 0);
    }
}

enum kernel_status kernel_accept(kernel_endpoint id, struct kernel_accepted *accepted, const struct kernel_how *how)
{
    enum kernel_status status;
    struct endpoint *endpoint = enter_to_keep(id, &status);
    if (!endpoint)
        return status;
    if (!is_stream(endpoint))
        return KERNEL_NOT_SUPPORTED;
    if (!endpoint->listening)
        return KERNEL_BAD_ARGUMENT;
    struct endpoint *child = tcp_accept(endpoint);
    if (child) {
        accepted_fill(accepted, child, task_process(running));
        return KERNEL_OK;
    }
    if (!may_pend(how))
        return KERNEL_WOULD_BLOCK;
    transfer_pend(endpoint, REQUEST_ACCEPT, NULL, how)->moves.accepted = accepted;
    return KERNEL_PENDING;
}

/* The head of a listener's queue; NULL: *status says why not. */
static struct endpoint *head_of(kernel_endpoint id, struct endpoint **listener, enum kernel_status *status)
{
    struct endpoint *endpoint = *listener = enter(id, status);
    if (!endpoint)
        return NULL;
    struct endpoint *head = is_stream(endpoint) && endpoint->listening ? tcp_accept_look(endpoint) : NULL;
    if (!head)
        *status = !is_stream(endpoint) ? KERNEL_NOT_SUPPORTED : endpoint->listening ? KERNEL_WOULD_BLOCK : KERNEL_BAD_ARGUMENT;
    return head;
}

enum kernel_status kernel_accept_look(kernel_endpoint id, struct kernel_socket *peer, struct kernel_socket *local)
{
    enum kernel_status status;
    struct endpoint *listener, *head = head_of(id, &listener, &status);
    if (!head)
        return status;
    *peer = end_told(head, &head->tuple.remote, head->tuple.remote_port);
    *local = end_told(head, &head->tuple.local, head->tuple.local_port);
    return KERNEL_OK;
}

enum kernel_status kernel_accept_refuse(kernel_endpoint id)
{
    enum kernel_status status;
    struct endpoint *listener;
    if (!head_of(id, &listener, &status))
        return status;
    tcp_accept_refuse(listener);
    return KERNEL_OK;
}

/* ---- moving bytes ---- */

static enum kernel_status send_stream(struct endpoint *endpoint, struct kernel_transfer *transfer, const struct kernel_how *how)
{
    enum kernel_status status = tcp_send(endpoint, transfer, may_pend(how));
    if (status == KERNEL_PENDING)
        tcp_send_pends(endpoint, transfer_pend(endpoint, REQUEST_SEND, transfer, how));
    return status;
}

enum kernel_status kernel_send(kernel_endpoint id, struct kernel_transfer *transfer, const struct kernel_how *how)
{
    enum kernel_status status;
    struct endpoint *endpoint = enter_to_keep(id, &status);
    transfer->count = 0;
    if (!endpoint)
        return status;
    if (endpoint->shut_sending)
        return KERNEL_SHUT_DOWN;
    return is_stream(endpoint) ? send_stream(endpoint, transfer, how) : datagram_send(endpoint, transfer);
}

static enum kernel_status receive_now(struct endpoint *endpoint, struct kernel_transfer *transfer)
{
    if (is_stream(endpoint))
        return tcp_receive(endpoint, transfer);
    return endpoint->bound ? datagram_receive(endpoint, transfer) : KERNEL_BAD_ARGUMENT;
}

/* An earlier receive that is still pending comes first. */
enum kernel_status kernel_receive(kernel_endpoint id, struct kernel_transfer *transfer, const struct kernel_how *how)
{
    enum kernel_status status;
    struct endpoint *endpoint = enter(id, &status);
    transfer->count = 0;
    if (!endpoint)
        return status;
    if (endpoint->shut_receiving)
        return KERNEL_SHUT_DOWN;
    status = endpoint->receiving && !(transfer->flags & KERNEL_OUT_OF_BAND) ? KERNEL_WOULD_BLOCK : receive_now(endpoint, transfer);
    if (status != KERNEL_WOULD_BLOCK || !may_pend(how))
        return status;
    transfer_pend(endpoint, REQUEST_RECEIVE, transfer, how);
    if (is_stream(endpoint))
        tcp_receive_pends(endpoint);
    return KERNEL_PENDING;
}

void transfer_receives(struct endpoint *endpoint)
{
    while (endpoint->receiving) {
        struct kernel_transfer *transfer = endpoint->receiving->moves.transfer;
        enum kernel_status status = receive_now(endpoint, transfer);
        if (status == KERNEL_WOULD_BLOCK)
            return;
        transfer_end(endpoint->receiving, status, transfer->count);
    }
}

/* A datagram is never kept: it goes to IP at the call. */
enum kernel_status kernel_send_flush(kernel_endpoint id)
{
    enum kernel_status status;
    struct endpoint *endpoint = enter(id, &status);
    if (endpoint && is_stream(endpoint))
        tcp_flush(endpoint);
    return status;
}

enum kernel_status kernel_shutdown(kernel_endpoint id, uint32_t directions)
{
    enum kernel_status status;
    struct endpoint *endpoint = enter(id, &status);
    if (!endpoint)
        return status;
    if (is_stream(endpoint) && !endpoint->connected)
        return KERNEL_NOT_CONNECTED;
    if (directions & KERNEL_RECEIVING)
        endpoint->shut_receiving = true;
    if (is_stream(endpoint))
        status = tcp_shutdown(endpoint, directions);
    if (directions & KERNEL_SENDING)
        endpoint->shut_sending = true;
    return status;
}

enum kernel_status kernel_state(kernel_endpoint id, struct kernel_state *state)
{
    enum kernel_status status;
    const struct endpoint *endpoint = enter(id, &status);
    *state = (struct kernel_state){ .failure = KERNEL_OK };
    if (!endpoint)
        return status;
    if (is_stream(endpoint))
        tcp_state(endpoint, state);
    else
        datagram_state(endpoint, state);
    return KERNEL_OK;
}

enum kernel_status kernel_tcp_info(kernel_endpoint id, struct kernel_tcp_info *info)
{
    enum kernel_status status;
    const struct endpoint *endpoint = enter(id, &status);
    *info = (struct kernel_tcp_info){ .stage = KERNEL_TCP_CLOSED };
    if (!endpoint)
        return status;
    if (!is_stream(endpoint))
        return KERNEL_NOT_SUPPORTED;
    tcp_info(endpoint, info);
    return KERNEL_OK;
}

enum kernel_status kernel_membership(kernel_endpoint id, enum kernel_membership change, const struct kernel_group *group)
{
    enum kernel_status status;
    struct endpoint *endpoint = enter(id, &status);
    if (!endpoint)
        return status;
    return is_stream(endpoint) ? KERNEL_NOT_SUPPORTED : group_change(endpoint, change, group);
}
