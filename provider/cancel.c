/*
 * WSPCancelBlockingCall (SPI reference 4.5 and 8). This provider waits by native means and calls no blocking hook, so the
 * thread that calls has never a blocked call of its own to cancel. It may call from a condition function too, where every
 * other function is WSAEINPROGRESS: what was asked of WSPAccept is at its end there, and goes on as the function says.
 */
#include "provider.h"

int WSPAPI provider_cancel_blocking_call(LPINT error)
{
    if (!kernel_slot_get(&wspsim_kernel_abi)) return fail(error, WSANOTINITIALISED);
    return fail(error, kernel_stack_state() == KERNEL_OK ? WSAEINVAL : WSAENETDOWN);
}
