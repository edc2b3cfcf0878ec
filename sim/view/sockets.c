/*
 * Sockets, from the returns of SPI calls: what was asked stands in the call that is still open when its return is folded. A socket
 * is known by the name its step gave it (rows call it so from then on), else by its handle. What TCP does to it comes from
 * connections.c.
 */
#include <string.h>

#include "view/inside.h"

struct done { struct state *state; const struct trace_row *row; const struct fact *call; struct fact *sock; /* of the call's object; NULL: not known */ };

static struct fact *socket_find(struct state *state, uint32_t actor, uint32_t name)
{
    uint32_t key[KEYS_MOST] = { actor, name };
    return name ? facts_find(&state->kinds[VIEW_SOCKETS], key) : NULL;
}

static void set(const struct done *done, unsigned column, uint32_t value)
{
    if (done->sock) fact_set(done->sock, column, value, done->row);
}

static void set_word(const struct done *done, unsigned column, const char *value) { set(done, column, word(done->state, value)); }

/* ---- coming and going ---- */

static void close_one(struct state *state, struct fact *sock)
{
    connections_of_closed(state, sock);
    facts_remove(&state->kinds[VIEW_SOCKETS], sock);
}

/* The socket that a call gave. A layer below may have made it under its handle: then it gets the name its client uses. */
static struct fact *socket_made(const struct done *done)
{
    struct state *state = done->state;
    uint32_t handle = row_text(state, done->row, "socket"), actor = done->call->values[CALL_ACTOR], name = done->call->values[CALL_AS] ? done->call->values[CALL_AS] : handle;
    if (!handle) return NULL;
    struct fact *below = socket_find(state, actor, handle), *former = name == handle ? NULL : socket_find(state, actor, name);
    if (below && name == handle) return below;
    struct fact copy = below ? *below : (struct fact){ .values = { 0 } };
    if (former) close_one(state, former);
    if (below) facts_remove(&state->kinds[VIEW_SOCKETS], below);
    uint32_t key[KEYS_MOST] = { actor, name };
    struct fact *sock = facts_add(&state->kinds[VIEW_SOCKETS], key, done->row);
    if (below) {
        memcpy(sock->values + SOCKET_HANDLE, copy.values + SOCKET_HANDLE, (COLUMNS_MOST - SOCKET_HANDLE) * sizeof *sock->values);
        return sock;
    }
    sock->values[SOCKET_HANDLE] = handle;
    sock->values[SOCKET_HOST] = word(state, done->row->host);
    sock->values[SOCKET_STATE] = word(state, "open");
    sock->values[SOCKET_BLOCKING] = word(state, "true");
    return sock;
}

static const struct fact *token_find(struct state *state, uint32_t token)
{
    const struct fact *sock;
    for (size_t at = 0; token && (sock = facts_next(&state->kinds[VIEW_SOCKETS], &at));)
        if (sock->values[SOCKET_TOKEN] == token) return sock;
    return NULL;
}

static void inherit(struct fact *sock, const uint32_t from[COLUMNS_MOST])
{
    static const unsigned columns[] = { SOCKET_FAMILY, SOCKET_TYPE, SOCKET_PROTOCOL, SOCKET_LOCAL, SOCKET_BLOCKING, SOCKET_EVENTS, SOCKET_TELLS };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) sock->values[columns[i]] = from[columns[i]];
}

static void opened(const struct done *done)
{
    uint32_t token = done->call->values[CALL_TOKEN] ? done->call->values[CALL_TOKEN] : row_text(done->state, done->row, "token");
    struct fact *sock = socket_made(done);
    if (!sock) return;
    sock->values[SOCKET_FAMILY] = done->call->values[CALL_FAMILY];
    sock->values[SOCKET_TYPE] = done->call->values[CALL_TYPE];
    sock->values[SOCKET_PROTOCOL] = done->call->values[CALL_PROTOCOL];
    const struct fact *source = token_find(done->state, token);
    if (!source) return;
    inherit(sock, source->values); /* descriptors of one socket */
    sock->values[SOCKET_STATE] = source->values[SOCKET_STATE];
    sock->values[SOCKET_REMOTE] = source->values[SOCKET_REMOTE];
}

/* ---- accepting ---- */

/* Of calls within calls, the innermost takes the connection; the outer one then hears of the same. */
static void tell_outer(const struct done *done, uint32_t name)
{
    uint32_t key[KEYS_MOST] = { done->call->values[CALL_OUTER] };
    struct fact *outer = key[0] ? facts_find(&done->state->kinds[KIND_CALLS], key) : NULL;
    if (outer && outer->values[CALL_VERB] == done->call->values[CALL_VERB]) outer->values[CALL_ACCEPT] = name;
}

static void take_connection(const struct done *done, struct fact *sock)
{
    const struct fact *taken = done->sock ? connection_accepted(done->state, done->sock, sock->values[SOCKET_ACTOR], sock->values[SOCKET_NAME]) : NULL;
    if (!taken) return;
    fact_set(sock, SOCKET_LOCAL, taken->values[CONNECTION_LOCAL], done->row);
    fact_set(sock, SOCKET_REMOTE, taken->values[CONNECTION_REMOTE], done->row);
    fact_set(sock, SOCKET_STATE, taken->values[CONNECTION_STATE], done->row);
}

static void accepted(struct done *done)
{
    struct state *state = done->state;
    uint32_t from = row_text(state, done->row, "from"), inner = done->call->values[CALL_ACCEPT], listener[COLUMNS_MOST] = { 0 };
    if (done->sock) memcpy(listener, done->sock->values, sizeof listener);
    struct fact *below = inner ? socket_find(state, done->call->values[CALL_ACTOR], inner) : NULL;
    uint32_t local = below ? below->values[SOCKET_LOCAL] : NO_TEXT, remote = below ? below->values[SOCKET_REMOTE] : NO_TEXT;
    struct fact *sock = socket_made(done);
    if (!sock) return;
    done->sock = socket_find(state, done->call->values[CALL_ACTOR], done->call->values[CALL_OBJECT]); /* the table may have moved */
    inherit(sock, listener);
    sock->values[SOCKET_STATE] = word(state, "connected");
    if (!inner) take_connection(done, sock);
    else if (local) sock->values[SOCKET_LOCAL] = local;
    if (inner && remote) sock->values[SOCKET_REMOTE] = remote;
    if (from) sock->values[SOCKET_REMOTE] = from;
    tell_outer(done, sock->values[SOCKET_NAME]);
}

/* It was the head of the queue that broke, or was turned away. */
static void not_accepted(const struct done *done)
{
    bool taken = row_says(done->row, "returns", "WSAECONNRESET") || row_says(done->row, "returns", "WSAECONNREFUSED");
    if (taken && done->sock && !done->call->values[CALL_ACCEPT]) connection_accepted(done->state, done->sock, NO_TEXT, NO_TEXT);
}

/* AcceptEx: at once, or when its OVERLAPPED ends. */
static void accept_ex(struct state *state, const struct trace_row *row, uint32_t actor, uint32_t listener, uint32_t name)
{
    struct done done = { .state = state, .row = row, .sock = socket_find(state, actor, listener) };
    struct fact *sock = socket_find(state, actor, name);
    if (!sock) return;
    fact_set(sock, SOCKET_STATE, word(state, "connected"), row);
    take_connection(&done, sock);
}

/* ---- what calls do ---- */

static void bound(const struct done *done) { set(done, SOCKET_LOCAL, done->call->values[CALL_NAME_OF]); set_word(done, SOCKET_STATE, "bound"); }
static void listening(const struct done *done) { set_word(done, SOCKET_STATE, "listening"); }
static void named(const struct done *done) { set(done, SOCKET_LOCAL, row_text(done->state, done->row, "name")); }
static void peer_named(const struct done *done) { set(done, SOCKET_REMOTE, row_text(done->state, done->row, "name")); }
static void duplicated(const struct done *done) { set(done, SOCKET_TOKEN, row_text(done->state, done->row, "token")); }

static void connected(const struct done *done)
{
    set(done, SOCKET_REMOTE, done->call->values[CALL_TO]);
    set_word(done, SOCKET_STATE, done->call->values[CALL_TO] ? "connected" : "open");
}

static void disconnected(const struct done *done)
{
    if (done->sock) connections_of_closed(done->state, done->sock);
    set(done, SOCKET_REMOTE, NO_TEXT);
    set_word(done, SOCKET_STATE, "open");
}

static void shut(const struct done *done)
{
    uint32_t how = done->call->values[CALL_HOW], before = done->sock ? done->sock->values[SOCKET_SHUTDOWN] : NO_TEXT;
    set(done, SOCKET_SHUTDOWN, before && before != how ? word(done->state, "both") : how);
}

static void selected(const struct done *done)
{
    set(done, SOCKET_EVENTS, done->call->values[CALL_EVENTS]);
    set(done, SOCKET_TELLS, done->call->values[CALL_EVENTS] ? done->call->values[CALL_TELLS] : NO_TEXT);
    set_word(done, SOCKET_BLOCKING, "false");
}

static void controlled(const struct done *done)
{
    struct state *state = done->state;
    uint32_t gave = row_inner(state, done->row, "out", "socket"), as = done->call->values[CALL_AS], actor = done->call->values[CALL_ACTOR];
    if (done->call->values[CALL_CODE] == word(state, "FIONBIO") && done->call->values[CALL_ULONG])
        set_word(done, SOCKET_BLOCKING, done->call->values[CALL_ULONG] == word(state, "0") ? "true" : "false");
    struct fact *below = gave && as && as != gave ? socket_find(state, actor, gave) : NULL;
    if (!below || !begins_with(text_at(state->texts, gave), "0x")) return; /* it has a name of its own */
    uint32_t key[KEYS_MOST] = { actor, as };
    struct fact copy = *below, *former = facts_find(&state->kinds[VIEW_SOCKETS], key);
    if (former) close_one(state, former);
    facts_remove(&state->kinds[VIEW_SOCKETS], below);
    struct fact *sock = facts_add(&state->kinds[VIEW_SOCKETS], key, done->row);
    memcpy(sock->values + SOCKET_HANDLE, copy.values + SOCKET_HANDLE, (COLUMNS_MOST - SOCKET_HANDLE) * sizeof *sock->values);
}

static void returned(struct done *done)
{
    static const struct { const char *verb; void (*fold)(const struct done *done); } calls[] = {
        { "WSPSocket", opened }, { "WSPBind", bound }, { "WSPListen", listening }, { "WSPConnect", connected }, { "ConnectEx", connected }, { "WSPShutdown", shut },
        { "WSPGetSockName", named }, { "WSPGetPeerName", peer_named }, { "WSPIoctl", controlled }, { "WSPEventSelect", selected }, { "WSPAsyncSelect", selected },
        { "WSPDuplicateSocket", duplicated }, { "DisconnectEx", disconnected },
    };
    const char *verb = done->row->verb;
    bool good = row_says(done->row, "returns", "0");
    if (strcmp(verb, "WSPAccept") == 0 && !good) not_accepted(done);
    if (!good) return;
    if (strcmp(verb, "WSPAccept") == 0) accepted(done);
    else if (strcmp(verb, "WSPJoinLeaf") == 0) socket_made(done);
    else if (strcmp(verb, "AcceptEx") == 0) accept_ex(done->state, done->row, done->call->values[CALL_ACTOR], done->call->values[CALL_OBJECT], done->call->values[CALL_ACCEPT]);
    else if (strcmp(verb, "WSPCloseSocket") == 0 && done->sock) close_one(done->state, done->sock);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strcmp(verb, calls[i].verb) == 0) calls[i].fold(done);
}

/* An OVERLAPPED of AcceptEx ended; the request itself goes afterwards (pending.c). */
static void completed(struct state *state, const struct trace_row *row)
{
    uint64_t error = 1;
    uint32_t actor = word(state, row->actor), key[KEYS_MOST] = { actor, word(state, "spi"), row_text(state, row, "overlapped") };
    const struct fact *pending = facts_find(&state->kinds[VIEW_PENDING], key);
    if (!pending || !pending->values[PENDING_ACCEPT] || !(row_number(row, "error", &error) ? error == 0 : row_says(row, "error", "0"))) return;
    accept_ex(state, row, actor, pending->values[PENDING_SOCKET], pending->values[PENDING_ACCEPT]);
}

void sockets_fold(struct state *state, const struct trace_row *row)
{
    if (row->layer == LAYER_UPCALL && strcmp(row->verb, "WPUCloseSocketHandle") == 0) {
        struct fact *sock = socket_find(state, word(state, row->actor), word(state, row->object));
        if (sock) close_one(state, sock);
    } else if (row->layer == LAYER_UPCALL && (strcmp(row->verb, "WPUCompleteOverlappedRequest") == 0 || strcmp(row->verb, "routine.completed") == 0)) {
        completed(state, row);
    }
    if (row->layer != LAYER_SPI) return;
    const struct fact *call = call_returned(state, row);
    if (!call) return;
    struct done done = { .state = state, .row = row, .call = call, .sock = socket_find(state, call->values[CALL_ACTOR], call->values[CALL_OBJECT]) };
    returned(&done);
}
