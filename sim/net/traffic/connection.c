/* One endpoint of a source or sink: accepting, receiving, sending, ending. */
#include <stdlib.h>

#include "core/arena.h"
#include "net/traffic/inside.h"

#define PATTERN_SHOWS 16u /* so many bytes of it at the beginning, and the rest is expected to follow */

/* ---- coming and going ---- */

struct connection *connection_new(struct traffic *traffic, struct endpoint *endpoint)
{
    struct connection *connection = memory_take(sizeof *connection);
    connection->endpoint = endpoint;
    connection->traffic = traffic;
    endpoint->traffic = traffic;
    endpoint->connection = connection;
    HASH_ADD_PTR(traffic->connections, endpoint, connection);
    return connection;
}

void connection_free(struct connection *connection)
{
    struct traffic *traffic = connection->traffic;
    HASH_DEL(traffic->connections, connection);
    chunk_release(traffic->net, connection->held.chunk);
    if (connection->ready) {
        struct connection **at = &traffic->ready;
        while (*at != connection)
            at = &(*at)->next_ready;
        *at = connection->next_ready;
        if (!*at)
            traffic->ready_end = at;
    }
    free(connection);
}

void connection_close(struct connection *connection, bool abort)
{
    struct endpoint *endpoint = connection->endpoint;
    endpoint->traffic = NULL;
    endpoint_disown(endpoint);
    if (endpoint->tcp)
        tcp_close(endpoint, abort);
    else
        endpoint_free(endpoint);
    connection_free(connection);
}

void connection_ready(struct connection *connection)
{
    struct traffic *traffic = connection->traffic;
    struct engine *engine = traffic->net->engine;
    if (connection->ready)
        return;
    connection->ready = true;
    connection->next_ready = NULL;
    if (!traffic->ready)
        traffic->ready_end = &traffic->ready;
    *traffic->ready_end = connection;
    traffic->ready_end = &connection->next_ready;
    struct event event = { .kind = EVENT_TRAFFIC, .cause = trace_cause(traffic->net->trace), .subject.traffic = traffic };
    if (traffic->ready_event == EVENT_NONE)
        traffic->ready_event = engine_post(engine, engine_now_ns(engine), RANK_MACHINE, event);
}

/* ---- receiving ---- */

/* The pattern, or something of somebody else's: its first bytes tell which. */
static void look_at(struct connection *connection, uint32_t phase, const struct piece *piece, bool first)
{
    struct net *net = connection->traffic->net;
    if (connection->foreign || piece->size == 0 || pattern_is(net, phase, piece))
        return;
    if (first) {
        struct piece beginning = *piece;
        if (beginning.size > PATTERN_SHOWS)
            beginning.size = PATTERN_SHOWS;
        connection->foreign = !pattern_is(net, phase, &beginning);
    }
    if (!connection->foreign)
        traffic_damaged(connection->traffic, connection->received);
}

static void received(struct connection *connection, uint32_t size)
{
    struct traffic *traffic = connection->traffic;
    connection->received += size;
    traffic->seen.received_bytes += size;
    if (traffic->setup.kind != TRAFFIC_REQUEST || traffic->asked_ns < 0)
        return;
    traffic->answered_bytes += size;
    if (traffic->setup.transport == KERNEL_UDP || traffic->answered_bytes >= traffic->setup.size)
        traffic_answered(traffic);
}

static void echo_back(struct connection *connection)
{
    struct piece *held = &connection->held;
    if (held->chunk && tcp_send_piece(connection->endpoint, held) == KERNEL_OK) {
        connection->traffic->seen.sent_bytes += held->size;
        chunk_release(connection->traffic->net, held->chunk);
        held->chunk = NULL;
    }
}

static void stream_receive(struct connection *connection)
{
    struct traffic *traffic = connection->traffic;
    bool end = false;
    while (!connection->held.chunk) {
        struct piece piece = tcp_receive_piece(connection->endpoint, TRAFFIC_PIECE_MOST, &end);
        if (piece.size == 0)
            break;
        look_at(connection, connection->phase, &piece, connection->received == 0);
        connection->phase = pattern_phase(connection->phase, piece.size);
        received(connection, piece.size);
        connection->held = piece;
        if (traffic->setup.kind == TRAFFIC_ECHO) {
            echo_back(connection);
        } else {
            chunk_release(traffic->net, piece.chunk);
            connection->held.chunk = NULL;
        }
    }
    connection->ended = connection->ended || end;
}

static void datagram_back(struct connection *connection, const struct packet *packet)
{
    struct traffic *traffic = connection->traffic;
    struct kernel_socket peer = { .address = key_address(packet->family, &packet->source), .port = packet->source_port };
    if (address_is_link_local(&peer.address))
        peer.address.scope_id = arrival_interface(packet);
    if (udp_send_piece(connection->endpoint, &packet->payload, &peer) != KERNEL_OK)
        return;
    traffic->seen.sent_bytes += packet->payload.size;
    traffic->seen.sent_messages++;
}

static void datagrams_receive(struct connection *connection)
{
    struct traffic *traffic = connection->traffic;
    struct endpoint *endpoint = connection->endpoint;
    struct packet *packet;
    while ((packet = udp_take(endpoint))) {
        uint64_t former = trace_set_cause(traffic->net->trace, packet->cause);
        traffic->seen.received_messages++;
        connection->foreign = false; /* each for itself */
        look_at(connection, 0, &packet->payload, true);
        received(connection, packet->payload.size);
        if (traffic->setup.kind == TRAFFIC_ECHO)
            datagram_back(connection, packet);
        packet_free(traffic->net, packet);
        trace_set_cause(traffic->net->trace, former);
    }
}

/* ---- sending ---- */

void connection_push(struct connection *connection)
{
    struct traffic *traffic = connection->traffic;
    while (connection->established && !connection->shut && connection->sent < connection->wanted) {
        uint64_t left = connection->wanted - connection->sent;
        struct piece piece = pattern_piece(traffic->net, connection->sent, left < TRAFFIC_PIECE_MOST ? (uint32_t)left : TRAFFIC_PIECE_MOST);
        if (tcp_send_piece(connection->endpoint, &piece) != KERNEL_OK)
            return; /* what is wrong comes as a condition */
        connection->sent += piece.size;
        traffic->seen.sent_bytes += piece.size;
    }
    if (!connection->established || connection->shut || traffic_gives_more(traffic) || connection->sent < connection->wanted || traffic->setup.kind == TRAFFIC_REQUEST)
        return;
    connection->shut = true;
    tcp_shutdown(connection->endpoint, KERNEL_SENDING);
}

/* ---- what came about ---- */

static void accept_all(struct connection *listener)
{
    struct traffic *traffic = listener->traffic;
    struct endpoint *child;
    while ((child = tcp_accept(listener->endpoint))) {
        struct connection *connection = connection_new(traffic, child);
        connection->established = true;
        traffic->seen.connections++;
        connection_ready(connection); /* something may have come before */
    }
}

static void source_look(struct connection *connection)
{
    struct traffic *traffic = connection->traffic;
    connection_push(connection);
    if (traffic->seen.done || (connection->shut && (connection->conditions & KERNEL_DRAINED))) {
        traffic_done(traffic);
        connection_close(connection, false);
    } else {
        connection->conditions &= KERNEL_DRAINED;
    }
}

static void stream_look(struct connection *connection)
{
    struct traffic *traffic = connection->traffic;
    uint32_t conditions = connection->conditions;
    if ((conditions & KERNEL_ESTABLISHED) && !connection->established) {
        connection->established = true;
        traffic_established(traffic);
    }
    echo_back(connection);
    stream_receive(connection);
    if (conditions & KERNEL_FAILED) {
        enum kernel_status status = connection->endpoint->failure;
        traffic->seen.failed++;
        connection_close(connection, true);
        traffic_failed(traffic, status);
        return;
    }
    if (traffic->setup.kind != TRAFFIC_SINK && traffic->setup.kind != TRAFFIC_ECHO) {
        source_look(connection);
        return;
    }
    connection->conditions = 0;
    if (connection->ended && !connection->held.chunk)
        connection_close(connection, false);
}

/* Bytes to take and room to fill are nothing that must wait for an event of its own: no endpoint ends by it. */
bool connection_moves(struct connection *connection, uint32_t conditions)
{
    const struct traffic *traffic = connection->traffic;
    bool sink = traffic->setup.kind == TRAFFIC_SINK;
    if (connection->ready || connection->listening)
        return false;
    if (conditions == KERNEL_READABLE && sink) {
        if (connection->endpoint->transport == KERNEL_UDP)
            datagrams_receive(connection);
        else
            stream_receive(connection);
        return !connection->ended;
    }
    if (conditions != KERNEL_WRITABLE || traffic->setup.kind != TRAFFIC_BULK || traffic->setup.bytes || traffic->stopped)
        return false;
    connection_push(connection);
    return true;
}

void connection_look(struct connection *connection)
{
    if (connection->listening) {
        connection->conditions = 0;
        accept_all(connection);
    } else if (connection->endpoint->transport == KERNEL_UDP) {
        connection->conditions = 0;
        datagrams_receive(connection);
    } else {
        stream_look(connection);
    }
}
