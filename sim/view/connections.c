/*
 * TCP connections, from tcp.*, each end for itself: to follow what becomes of a socket. A connection that a peer began waits until a
 * call accepts it; they are accepted in the order in which they were established, those that broke meanwhile too.
 */
#include <string.h>

#include "view/inside.h"

static struct fact *socket_of(struct state *state, const struct fact *connection)
{
    uint32_t key[KEYS_MOST] = { connection->values[CONNECTION_ACTOR], connection->values[CONNECTION_SOCKET] };
    return key[0] ? facts_find(&state->kinds[VIEW_SOCKETS], key) : NULL;
}

/* The call that this row follows from has a socket: the connection is its. */
static void connecting(struct state *state, const struct trace_row *row, struct fact *connection)
{
    uint32_t key[KEYS_MOST] = { (uint32_t)row->cause };
    const struct fact *call = facts_find(&state->kinds[KIND_CALLS], key);
    if (!call) return;
    connection->values[CONNECTION_ACTOR] = call->values[CALL_ACTOR];
    connection->values[CONNECTION_SOCKET] = call->values[CALL_OBJECT];
    struct fact *sock = socket_of(state, connection);
    if (!sock) return;
    fact_set(sock, SOCKET_LOCAL, connection->values[CONNECTION_LOCAL], row);
    fact_set(sock, SOCKET_REMOTE, connection->values[CONNECTION_REMOTE], row);
}

void connections_fold(struct state *state, const struct trace_row *row)
{
    static const struct { const char *verb, *now; bool over; } ends[] = {
        { "tcp.connecting", "connecting", false }, { "tcp.established", "connected", false }, { "tcp.peer_closed", "peer closed", false }, { "tcp.fin_wait_2", "closing", false },
        { "tcp.time_wait", "closed", true }, { "tcp.closed", "closed", true }, { "tcp.reset", "reset", true }, { "tcp.aborted", "aborted", true }, { "tcp.refused", "refused", true },
        { "tcp.timed_out", "timed out", true }, { "tcp.abandoned", "abandoned", true },
    };
    size_t i = 0;
    while (i < sizeof ends / sizeof *ends && strcmp(row->verb, ends[i].verb) != 0) i++;
    if (i == sizeof ends / sizeof *ends) return;
    struct facts *facts = &state->kinds[KIND_CONNECTIONS];
    uint32_t key[KEYS_MOST] = { word(state, row->host), row_text(state, row, "local"), row_text(state, row, "remote") };
    struct fact *connection = facts_find(facts, key);
    if (!connection && i > 1) return;
    if (!connection) {
        connection = facts_add(facts, key, row);
        if (i == 0) connecting(state, row, connection);
        else connection->values[CONNECTION_WAITS] = word(state, "true");
    }
    connection->values[CONNECTION_STATE] = word(state, ends[i].now);
    struct fact *sock = socket_of(state, connection);
    if (sock) fact_set(sock, SOCKET_STATE, connection->values[CONNECTION_STATE], row);
    if (ends[i].over && !connection->values[CONNECTION_WAITS]) facts_remove(facts, connection);
}

/* The connection came in at the listener's address: at the very same, or at any address of its port. */
static bool came_to(const struct state *state, const struct fact *connection, const struct fact *listener)
{
    const char *at = text_at(state->texts, connection->values[CONNECTION_LOCAL]), *bound = text_at(state->texts, listener->values[SOCKET_LOCAL]);
    if (connection->values[CONNECTION_HOST] != listener->values[SOCKET_HOST] || !at || !bound) return false;
    const char *port = strrchr(at, ':'), *bound_port = strrchr(bound, ':');
    if (!port || !bound_port || strcmp(port, bound_port) != 0) return false;
    return strcmp(at, bound) == 0 || begins_with(bound, "0.0.0.0:") || begins_with(bound, "[::]:");
}

const struct fact *connection_accepted(struct state *state, const struct fact *listener, uint32_t actor, uint32_t name)
{
    struct fact *connection;
    for (size_t at = 0; (connection = facts_next(&state->kinds[KIND_CONNECTIONS], &at));) {
        if (!connection->values[CONNECTION_WAITS] || !came_to(state, connection, listener)) continue;
        connection->values[CONNECTION_WAITS] = NO_TEXT;
        connection->values[CONNECTION_ACTOR] = actor;
        connection->values[CONNECTION_SOCKET] = name;
        return connection;
    }
    return NULL;
}

void connections_of_closed(struct state *state, const struct fact *sock)
{
    uint32_t key[KEYS_MOST] = { sock->values[SOCKET_HOST], sock->values[SOCKET_LOCAL], sock->values[SOCKET_REMOTE] };
    struct fact *connection = facts_find(&state->kinds[KIND_CONNECTIONS], key);
    if (connection) connection->values[CONNECTION_ACTOR] = connection->values[CONNECTION_SOCKET] = NO_TEXT;
    if (sock->values[SOCKET_STATE] != word(state, "listening")) return;
    for (size_t at = 0; (connection = facts_next(&state->kinds[KIND_CONNECTIONS], &at));)
        if (connection->values[CONNECTION_WAITS] && came_to(state, connection, sock)) facts_remove(&state->kinds[KIND_CONNECTIONS], connection);
}
