/*
 * Registered I/O: completion queues. Every request that may become a result has its place here reserved, so that no result is
 * ever lost for want of room. Who does not want to poll asks with RIONotify to be told once: by an event, or by a packet at a
 * completion port.
 */
#include <stdlib.h>
#include <string.h>

#include "rio.h"

/* ---- room, and those who count on it ---- */

BOOL rio_cq_reserve(struct rio_cq *cq, ULONG results)
{
    if (results > cq->size - cq->reserved) return FALSE;
    cq->reserved += results;
    return TRUE;
}

void rio_cq_tie(struct rio_cq *cq) { cq->ties++; }

static void cq_free(struct rio_cq *cq)
{
    if (cq->closed && cq->ties == 0) free(cq);
}

void rio_cq_untie(struct rio_cq *cq)
{
    cq->ties--;
    cq_free(cq);
}

/* ---- results ---- */

static void tell(struct rio_cq *cq)
{
    const RIO_NOTIFICATION_COMPLETION *how = &cq->notification;
    int ignored;
    cq->armed = FALSE;
    if (how->Type == RIO_EVENT_COMPLETION) cq->process->up.lpWPUSetEvent(how->Event.EventHandle, &ignored);
    else kernel_port_post(how->Iocp.IocpHandle, (uintptr_t)how->Iocp.CompletionKey, how->Iocp.Overlapped);
}

/* A queue that was closed drops what comes. */
void rio_cq_add(struct rio_request *request)
{
    struct rio_cq *cq = request->side->cq;
    request->next = NULL;
    if (cq->closed) {
        rio_request_over(request);
        return;
    }
    if (cq->last) cq->last->next = request;
    else cq->first = request;
    cq->last = request;
    if (cq->armed && !(request->flags & RIO_MSG_DONT_NOTIFY)) tell(cq);
}

static struct rio_request *take(struct rio_cq *cq)
{
    struct rio_request *request = cq->first;
    cq->first = request->next;
    if (!cq->first) cq->last = NULL;
    return request;
}

void rio_cq_close(struct rio_cq *cq)
{
    rio_unname(cq->process, cq->id);
    cq->ties++; /* the last result may take the last tie with it */
    while (cq->first) rio_request_over(take(cq));
    cq->closed = TRUE;
    rio_cq_untie(cq);
}

/* ---- the functions ---- */

static struct rio_cq *cq_enter(RIO_CQ id, int *error)
{
    struct provider_process *process = process_enter(error);
    struct rio_cq *cq = process ? rio_named(process, RIO_COMPLETIONS, (ULONG_PTR)id) : NULL;
    if (process && !cq) *error = WSAEINVAL;
    return cq;
}

static BOOL size_good(DWORD size) { return size >= 1 && size <= RIO_MAX_CQ_SIZE; }

static int notification_check(const RIO_NOTIFICATION_COMPLETION *notification)
{
    RIO_NOTIFICATION_COMPLETION how;
    if (!kernel_may_read(notification, sizeof how)) return WSAEFAULT;
    memcpy(&how, notification, sizeof how);
    if (how.Type == RIO_EVENT_COMPLETION) return how.Event.EventHandle ? 0 : WSAEINVAL;
    if (how.Type != RIO_IOCP_COMPLETION || !kernel_port(how.Iocp.IocpHandle)) return WSAEINVAL;
    return how.Iocp.Overlapped && kernel_may_write(how.Iocp.Overlapped, sizeof(OVERLAPPED)) ? 0 : WSAEINVAL;
}

RIO_CQ PASCAL rio_create_completion_queue(DWORD size, PRIO_NOTIFICATION_COMPLETION notification)
{
    int error = 0;
    struct provider_process *process = process_enter(&error);
    if (process && !size_good(size)) error = WSAEINVAL;
    else if (process && notification) error = notification_check(notification);
    struct rio_cq *cq = error == 0 ? calloc(1, sizeof *cq) : NULL;
    if (cq) {
        cq->process = process;
        cq->size = size;
        cq->notifies = notification != NULL;
        if (notification) memcpy(&cq->notification, notification, sizeof cq->notification);
        cq->id = rio_name(process, RIO_COMPLETIONS, cq);
    }
    if (cq && cq->id) return (RIO_CQ)cq->id;
    free(cq);
    WSASetLastError(error ? error : WSAENOBUFS);
    return RIO_INVALID_CQ;
}

BOOL PASCAL rio_resize_completion_queue(RIO_CQ id, DWORD size)
{
    int error = 0;
    struct rio_cq *cq = cq_enter(id, &error);
    if (cq && !size_good(size)) error = WSAEINVAL;
    else if (cq && size < cq->reserved) error = WSAETOOMANYREFS;
    else if (cq) cq->size = size;
    if (error) WSASetLastError(error);
    return error == 0;
}

VOID PASCAL rio_close_completion_queue(RIO_CQ id)
{
    int ignored;
    struct rio_cq *cq = cq_enter(id, &ignored);
    if (cq) rio_cq_close(cq);
}

ULONG PASCAL rio_dequeue_completion(RIO_CQ id, PRIORESULT results, ULONG room)
{
    int error = 0;
    ULONG count = 0;
    struct rio_cq *cq = cq_enter(id, &error);
    if (cq && room && (!results || !kernel_may_write(results, (size_t)room * sizeof *results))) error = WSAEFAULT;
    if (error) {
        WSASetLastError(error);
        return RIO_CORRUPT_CQ;
    }
    while (count < room && cq->first) {
        struct rio_request *request = take(cq);
        RIORESULT result = { .Status = request->status, .BytesTransferred = request->bytes, .SocketContext = request->rq->context, .RequestContext = request->context };
        memcpy(&results[count++], &result, sizeof result);
        rio_request_over(request);
    }
    return count;
}

/* What waits already is told at once. */
INT PASCAL rio_notify(RIO_CQ id)
{
    int error = 0, ignored;
    struct rio_cq *cq = cq_enter(id, &error);
    if (error) return error;
    if (!cq->notifies) return WSAEINVAL;
    if (cq->armed) return WSAEALREADY;
    if (cq->notification.Type == RIO_EVENT_COMPLETION && cq->notification.Event.NotifyReset)
        cq->process->up.lpWPUResetEvent(cq->notification.Event.EventHandle, &ignored);
    cq->armed = TRUE;
    if (cq->first) tell(cq);
    return 0;
}
