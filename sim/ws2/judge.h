/*
 * The judge watches the seam and knows the rules every provider must keep, whoever wrote it (scenario-language, at_end):
 *   - an accepted operation completes at most once, and exactly once if its socket was closed while its thread lived;
 *   - nothing completes that was not accepted, nothing after the last WSPCleanup;
 *   - the client's OVERLAPPED stays as it is once its operation is complete;
 *   - a routine runs on the thread that asked, inside an alertable wait, with its own OVERLAPPED;
 *   - no event is set for an operation with a routine;
 *   - the byte count is the same in every place where it appears (not asked of the `observed` profile at once-completed calls);
 *   - a send or receive moves no more than its buffers hold;
 *   - a message is posted only to the window and with the number that its socket, still open, is registered with, one event each;
 *   - a blocking hook or condition function runs on the thread whose call is in progress, a hook for no call that has an OVERLAPPED to
 *     complete; what is called from inside says WSAEINPROGRESS; a call that its hook ended asks it no more and lets no time pass;
 *   - a failed call says why (*lpErrno), and only WSA_IO_PENDING starts an operation.
 * What a client does to an OVERLAPPED that the provider still owns (uses it again, writes it, frees it) is a row `client.mistake`;
 * from then on nobody is blamed for that OVERLAPPED.
 * "Completes" means that OVERLAPPED.Internal leaves STATUS_PENDING, as seen when the seam is crossed.
 */
#ifndef WS2_JUDGE_H
#define WS2_JUDGE_H
#include "ws2/ws2.h"

struct judge;

struct verdict { const char *rule; char *message; uint64_t row; int64_t at_ns; const char *actor; };

struct judge *judge_new(struct ws2 *ws2);
void judge_free(struct judge *judge);

/* ---- told by the seam ---- */
struct judge_messages { HWND window; UINT message; LONG events; }; /* what WSPAsyncSelect asks for; events 0: nothing */
struct judge_call { struct thread *thread; const char *function; SOCKET s; WSAOVERLAPPED *overlapped; LPWSAOVERLAPPED_COMPLETION_ROUTINE routine; const DWORD *bytes;
                    bool moves; uint64_t most; /* a send or receive: no more bytes than this */ };
void judge_called(struct judge *judge, const struct judge_call *call);   /* before: the OVERLAPPED may be used again from now on */
void judge_returned(struct judge *judge, const struct judge_call *call, bool failed, int error);
void judge_selecting(struct judge *judge, struct process *process, SOCKET s, HANDLE event); /* before: it may set the event at once */
void judge_selected(struct judge *judge, struct process *process, SOCKET s, bool failed);
void judge_selecting_messages(struct judge *judge, struct process *process, SOCKET s, const struct judge_messages *messages); /* before too; then judge_selected */
void judge_posted(struct judge *judge, struct process *process, const struct window_message *message);  /* WPUPostMessage */
/* Another descriptor of a socket: which of them speaks for a registration is the provider's to choose. */
void judge_alike(struct judge *judge, struct process *process, SOCKET s, SOCKET like);
void judge_opened(struct judge *judge, struct process *process, SOCKET s, bool overlapped);     /* WSPSocket gave it out */
void judge_accepted(struct judge *judge, struct process *process, SOCKET listener, SOCKET s);   /* WSPAccept did: with the listener's properties */
bool judge_overlapped(const struct judge *judge, struct process *process, SOCKET s);              /* was it opened with the overlapped flag */
void judge_closed(struct judge *judge, struct process *process, SOCKET s);
void judge_cleaned_up(struct judge *judge, struct process *process);     /* the last WSPCleanup returned */
void judge_layer_cleaned_up(struct judge *judge, struct process *process, unsigned level); /* one of a layer below */
void judge_client_touches(struct judge *judge, struct process *process, const WSAOVERLAPPED *overlapped, bool frees); /* before: the client writes or frees it by itself */
void judge_completes(struct judge *judge, struct process *process, const WSAOVERLAPPED *overlapped);     /* WPUCompleteOverlappedRequest */
void judge_completed(struct judge *judge, struct process *process, const WSAOVERLAPPED *overlapped);     /* and it is done */
void judge_event_set(struct judge *judge, struct process *process, HANDLE event);                        /* WPUSetEvent */
struct judge_routine { struct thread *thread; LPWSAOVERLAPPED_COMPLETION_ROUTINE routine; const WSAOVERLAPPED *overlapped; DWORD error, bytes; };
void judge_routine(struct judge *judge, struct process *process, const struct judge_routine *call);
void judge_result(struct judge *judge, struct thread *thread, const WSAOVERLAPPED *overlapped, DWORD bytes); /* WSPGetOverlappedResult gave TRUE */
void judge_thread_ended(struct judge *judge, const struct thread *thread);
/* A provider calls a function of the client on this thread (NULL: on none). False: it must not run. */
bool judge_asked(struct judge *judge, struct process *process, struct thread *thread, const char *what);
bool judge_hook_asked(struct judge *judge, struct process *process, struct thread *thread, DWORD_PTR context);
void judge_hook_answered(struct judge *judge, struct thread *thread, bool goes_on);
void judge_cancelled(struct judge *judge, struct thread *thread); /* WSPCancelBlockingCall succeeded: the call around it is to end */

/* ---- asked at the end ---- */
void judge_ends(struct judge *judge);                       /* the run is over: closed sockets' operations must be complete */
size_t judge_pending(struct judge *judge);                  /* accepted and not complete */
size_t judge_verdicts(const struct judge *judge);
const struct verdict *judge_verdict(const struct judge *judge, size_t index);
#endif
