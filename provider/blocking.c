/*
 * Blocking (SPI reference 8): functions of the client that the provider calls on the client's thread, and the wait of a call
 * that cannot finish at once, in which the thread's blocking hook is asked.
 *
 * The hook is asked when the wait begins, and again after 1 ms, after 2 ms more, after 4 ms more and so on: a client that
 * lets no time pass in its hook must not stop time, and one that waits for ever must not be asked for ever.
 */
#include "provider.h"

#define FIRST_PAUSE_NS INT64_C(1000000)

/* ---- functions of the client ---- */

BOOL callback_runs(const struct provider_process *process)
{
    struct kernel_who who;
    if (!process->callbacks) return FALSE;
    kernel_current(&who);
    const struct callback *callback = process->callbacks;
    while (callback && callback->thread_id != who.thread_id) callback = callback->next;
    return callback != NULL;
}

void callback_begin(struct provider_process *process, struct callback *callback)
{
    struct kernel_who who;
    kernel_current(&who);
    callback->thread_id = who.thread_id;
    callback->next = process->callbacks;
    process->callbacks = callback;
}

/* The process's record is looked for anew: another thread may have cleaned up meanwhile, and even started again. */
BOOL callback_over(struct callback *callback)
{
    struct provider_process *process = kernel_slot_get(&wspsim_kernel_abi);
    struct callback **link = process ? &process->callbacks : NULL;
    while (link && *link && *link != callback) link = &(*link)->next;
    if (!link || !*link) return FALSE;
    *link = callback->next;
    return TRUE;
}

/* ---- the blocking hook ---- */

struct hook { LPBLOCKINGCALLBACK function; DWORD_PTR context; };

/* One hook serves all entries of the catalogue: it is the thread's. */
static BOOL hook_find(const struct provider_process *process, struct hook *hook)
{
    int ignored;
    *hook = (struct hook){ NULL, 0 };
    if (!process->protocols) return FALSE;
    DWORD entry = process->protocols->info.dwCatalogEntryId;
    return process->up.lpWPUQueryBlockingCallback(entry, &hook->function, &hook->context, &ignored) == 0 && hook->function;
}

enum answer { GOES_ON, CANCELLED, GONE };

static enum answer hook_ask(struct provider_process *process, const struct hook *hook, const kernel_request *request)
{
    struct callback callback = { .hook = TRUE, .request = request };
    callback_begin(process, &callback);
    BOOL goes_on = hook->function(hook->context);
    if (!callback_over(&callback)) return GONE;
    return goes_on && !callback.cancelled ? GOES_ON : CANCELLED;
}

/* ---- waiting ---- */

static enum kernel_status wait_for(const kernel_request *request, const struct kernel_wait *wait, int64_t timeout_ns)
{
    struct kernel_wait one = *wait;
    if (request && *request == 0) return KERNEL_OK; /* it has ended while something else ran on this thread */
    one.timeout_ns = timeout_ns;
    return kernel_wait(&one);
}

enum kernel_status blocking_wait(struct provider_process *process, const kernel_request *request, const struct kernel_wait *wait)
{
    struct hook hook;
    int64_t now_ns = kernel_now_ns(), until_ns = wait->timeout_ns < KERNEL_FOREVER - now_ns ? now_ns + wait->timeout_ns : KERNEL_FOREVER;
    if (!hook_find(process, &hook)) return kernel_wait(wait);
    for (int64_t pause_ns = FIRST_PAUSE_NS;; pause_ns = pause_ns < KERNEL_FOREVER / 2 ? 2 * pause_ns : KERNEL_FOREVER) {
        enum answer answer = hook_ask(process, &hook, request);
        if (answer == GONE) return KERNEL_CANCELLED;
        now_ns = kernel_now_ns();
        int64_t left_ns = until_ns == KERNEL_FOREVER ? KERNEL_FOREVER : until_ns > now_ns ? until_ns - now_ns : 0;
        BOOL last = answer == CANCELLED || left_ns <= pause_ns;
        enum kernel_status status = wait_for(request, wait, answer == CANCELLED ? 0 : last ? left_ns : pause_ns);
        if (status != KERNEL_TIMED_OUT) return status; /* what has ended by now has ended, also if it was cancelled at this instant */
        if (last) return answer == CANCELLED ? KERNEL_INTERRUPTED : KERNEL_TIMED_OUT;
    }
}
