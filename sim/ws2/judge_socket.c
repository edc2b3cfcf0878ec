/*
 * The judge: the sockets it knows, who of their descriptors has the registration, and the messages they post.
 */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "ws2/judge_inside.h"

struct known_socket *judge_socket(const struct judge *judge, struct process *process, SOCKET s)
{
    struct socket_key key;
    struct known_socket *socket;
    memset(&key, 0, sizeof key);
    key.process = process;
    key.s = s;
    key.level = judge_level();
    HASH_FIND(hh, judge->sockets, &key, sizeof key, socket);
    return socket;
}

void judge_opened(struct judge *judge, struct process *process, SOCKET s, bool overlapped)
{
    if (judge_socket(judge, process, s)) judge_closed(judge, process, s); /* the last WSPCleanup closed it, and its value comes again */
    struct known_socket *socket = memory_take(sizeof *socket);
    socket->key.process = process;
    socket->key.s = s;
    socket->key.level = judge_level();
    socket->overlapped = overlapped;
    HASH_ADD(hh, judge->sockets, key, sizeof socket->key, socket);
}

void judge_alike(struct judge *judge, struct process *process, SOCKET s, SOCKET like)
{
    struct known_socket *socket = judge_socket(judge, process, s), *other = judge_socket(judge, process, like);
    if (!socket || !other) return;
    if (!other->kin) other->kin = ++judge->kins;
    socket->kin = other->kin;
}

static bool are_kin(const struct known_socket *a, const struct known_socket *b) { return a != b && a->kin && a->kin == b->kin && a->key.process == b->key.process; }

/* A descriptor goes: its registration stays with another; in the observed profile its requests do, too. */
static void heir_takes(struct judge *judge, struct known_socket *gone)
{
    struct known_socket *heir = gone->kin ? judge->sockets : NULL;
    struct operation *operation, *after;
    while (heir && !are_kin(heir, gone)) heir = heir->hh.next;
    if (!heir) return;
    if (gone->posts.events || gone->selected) {
        heir->posts = gone->posts;
        heir->selected = gone->selected;
    }
    if (gone->key.process->profile != KERNEL_OBSERVED) return;
    DL_FOREACH_SAFE2(gone->operations, operation, after, socket_next) {
        operation_look(judge, operation);
        DL_DELETE2(gone->operations, operation, socket_prev, socket_next);
        DL_APPEND2(heir->operations, operation, socket_prev, socket_next);
        operation->socket = heir;
    }
}

/* The last one to select has the socket's one registration. */
static void registration_goes(struct judge *judge, const struct known_socket *chosen)
{
    struct known_socket *socket, *after;
    if (!chosen->kin) return;
    HASH_ITER(hh, judge->sockets, socket, after) {
        if (!are_kin(socket, chosen)) continue;
        socket->posts = (struct judge_messages){ 0 };
        socket->selected = NULL;
    }
}

/* The descriptor of the same socket that has its registration; without one, the socket itself. */
static const struct known_socket *registered_of(const struct judge *judge, const struct known_socket *asked)
{
    const struct known_socket *socket = asked->kin && !asked->selected && !asked->posts.events ? judge->sockets : NULL;
    while (socket && !(are_kin(socket, asked) && (socket->selected || socket->posts.events))) socket = socket->hh.next;
    return socket ? socket : asked;
}

bool judge_overlapped(const struct judge *judge, struct process *process, SOCKET s)
{
    const struct known_socket *socket = judge_socket(judge, process, s);
    return socket && socket->overlapped;
}

void judge_accepted(struct judge *judge, struct process *process, SOCKET listener, SOCKET s)
{
    const struct known_socket *parent = judge_socket(judge, process, listener);
    judge_opened(judge, process, s, parent && parent->overlapped);
    if (!parent) return;
    struct known_socket *child = judge_socket(judge, process, s);
    parent = registered_of(judge, parent);
    child->selected = parent->selected;
    child->posts = parent->posts;
}

void judge_selecting(struct judge *judge, struct process *process, SOCKET s, HANDLE event)
{
    struct known_socket *socket = judge_socket(judge, process, s);
    if (!socket) return;
    socket->selecting = event;
    socket->posting = (struct judge_messages){ 0 };
}

void judge_selecting_messages(struct judge *judge, struct process *process, SOCKET s, const struct judge_messages *messages)
{
    struct known_socket *socket = judge_socket(judge, process, s);
    if (!socket) return;
    socket->selecting = NULL;
    socket->posting = *messages;
}

void judge_selected(struct judge *judge, struct process *process, SOCKET s, bool failed)
{
    struct known_socket *socket = judge_socket(judge, process, s);
    if (!socket) return;
    if (!failed) {
        registration_goes(judge, socket);
        socket->selected = socket->selecting;
        socket->posts = socket->posting;
    }
    socket->selecting = NULL;
    socket->posting = (struct judge_messages){ 0 };
}

void judge_closed(struct judge *judge, struct process *process, SOCKET s)
{
    struct known_socket *socket = judge_socket(judge, process, s);
    if (!socket) return;
    struct operation *operation;
    heir_takes(judge, socket);
    DL_FOREACH2(socket->operations, operation, socket_next) {
        operation->closed = true;
        operation->socket = NULL;
        operation_look(judge, operation);
    }
    HASH_DEL(judge->sockets, socket);
    free(socket);
}

/* ---- messages ---- */

static bool posts(const struct judge_messages *asked, const struct window_message *message)
{
    LONG event = WSAGETSELECTEVENT(message->word);
    return asked->events && asked->window == message->window && asked->message == message->message && (asked->events & event) == event && event && (event & (event - 1)) == 0;
}

/* As it asks itself, or another descriptor of the same socket did. */
static bool may_post(const struct judge *judge, const struct known_socket *asker, const struct window_message *message)
{
    const struct known_socket *socket;
    if (posts(&asker->posts, message) || posts(&asker->posting, message)) return true;
    for (socket = asker->kin ? judge->sockets : NULL; socket; socket = socket->hh.next)
        if (are_kin(socket, asker) && (posts(&socket->posts, message) || posts(&socket->posting, message))) return true;
    return false;
}

/* The socket is its process's: a message may go to a window of another. One that an accept has just made is not known yet. */
void judge_posted(struct judge *judge, struct process *process, const struct window_message *message)
{
    const struct known_socket *socket = judge_socket(judge, process, message->wide);
    if (judge_cleaned(judge, process)) verdict(judge, process, "nothing-after-cleanup", "WPUPostMessage after the last WSPCleanup");
    if (!socket && handle_at(process, message->wide, HANDLE_SOCKET)) return;
    if (socket && may_post(judge, socket, message)) return;
    verdict(judge, process, "message-as-registered", "a message was posted that %s", socket ? "the socket's registration does not ask for" : "is about no open socket");
}
