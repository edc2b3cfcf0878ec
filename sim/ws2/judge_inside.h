/*
 * What the files of the judge share: what it keeps of operations and sockets, and how a breach is told.
 */
#ifndef WS2_JUDGE_INSIDE_H
#define WS2_JUDGE_INSIDE_H
#include <uthash.h>
#include <utlist.h>

#include "ws2/crossing.h"
#include "ws2/judge.h"

enum operation_state { OPERATION_CALLED, OPERATION_PENDING, OPERATION_COMPLETE, OPERATION_REFUSED };

struct operation_key { struct process *process; const WSAOVERLAPPED *overlapped; unsigned level; };

struct operation {
    struct operation_key key;
    enum operation_state state;
    struct thread *thread;
    SOCKET s;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    HANDLE event;            /* hEvent at the call */
    const char *function;
    bool plain;              /* on a socket without the overlapped flag: the OVERLAPPED is ignored */
    bool closed, thread_ended;
    bool left;               /* the last WSPCleanup returned while it was pending */
    bool at_once;            /* the call itself returned 0 */
    bool counted; DWORD bytes; /* the byte count first seen */
    bool moves; uint64_t most; /* what its buffers hold */
    bool kept; WSAOVERLAPPED was; /* once complete: as it was seen then */
    bool freed;              /* the client released its memory while it was pending */
    bool shared;             /* the client used it again, wrote or freed it before it was over: from then on nothing about it is anybody's fault */
    unsigned completions, routines;
    uint64_t row;
    struct operation *prev, *next; /* in order of asking */
    struct known_socket *socket;   /* NULL once it is closed */
    struct operation *socket_prev, *socket_next;
    UT_hash_handle hh;
};

struct socket_key { struct process *process; SOCKET s; unsigned level; };
struct known_socket { struct socket_key key; bool overlapped; HANDLE selected, selecting; struct judge_messages posts, posting; struct operation *operations; UT_hash_handle hh;
                      uint64_t kin; }; /* descriptors of one socket in one process have the same; 0: it is the only one */

struct judge {
    struct ws2 *ws2;
    struct operation *by_key, *in_order;
    struct known_socket *sockets;
    uint64_t kins;
    struct process **cleaned; size_t cleaned_count;
    size_t pending;
    size_t suspicious; /* operations with a routine and an hEvent: without any, no set event needs a look */
    struct verdict *verdicts; size_t count, room;
};

__attribute__((format(printf, 4, 5))) void verdict(struct judge *judge, const struct process *process, const char *rule, const char *format, ...);
struct operation *operation_find(const struct judge *judge, struct process *process, const WSAOVERLAPPED *overlapped); /* of the layer called now */
struct operation *operation_of(const struct judge *judge, struct process *process, const WSAOVERLAPPED *overlapped, unsigned level);
const char *operation_label(const struct operation *operation);
void operation_look(struct judge *judge, struct operation *operation); /* has its Internal left STATUS_PENDING since the last time */
void operation_forget(struct judge *judge, struct operation *operation);
void operation_mistake(struct judge *judge, struct operation *operation, const char *what); /* of the client (judge_client.c) */
void pending_count(struct judge *judge, const struct operation *operation, int change);
unsigned judge_level(void);
bool judge_cleaned(const struct judge *judge, const struct process *process);
struct known_socket *judge_socket(const struct judge *judge, struct process *process, SOCKET s); /* NULL: it is none (judge_socket.c) */
/* The rules about functions of the client inside a call (judge_hook.c). */
void crossing_judge(struct judge *judge, const struct judge_call *call, bool failed, int error);
#endif
