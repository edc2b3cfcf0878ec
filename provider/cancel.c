/*
 * WSPCancelBlockingCall (SPI reference 4.5 and 8): ends the blocked call of the thread that calls. That thread is inside its
 * blocking hook, or in a routine that runs in the call's alertable wait; anywhere else it has no such call. It may call from a
 * condition function too, where every other function is WSAEINPROGRESS: what WSPAccept had to wait for is at its end there,
 * and the call goes on as the function says.
 */
#include "provider.h"

static int cancel(struct provider_process *process)
{
    struct kernel_who who;
    kernel_current(&who);
    struct callback *callback = process->callbacks;
    while (callback && callback->thread_id != who.thread_id) callback = callback->next;
    if (!callback) return kernel_interrupt(who.thread_id) == KERNEL_OK ? 0 : WSAEINVAL;
    if (!callback->hook || (callback->request && *callback->request == 0)) return WSAEINVAL; /* or what it waited for has ended meanwhile */
    callback->cancelled = TRUE;
    return 0;
}

int WSPAPI provider_cancel_blocking_call(LPINT error)
{
    struct provider_process *process = kernel_slot_get(&wspsim_kernel_abi);
    if (!process) return fail(error, WSANOTINITIALISED);
    int result = kernel_stack_state() == KERNEL_OK ? cancel(process) : WSAENETDOWN;
    return result ? fail(error, result) : 0;
}
