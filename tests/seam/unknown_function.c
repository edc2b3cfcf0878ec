/*
 * A service provider that wants a kernel function this simulator does not have.
 */
#include "small_provider.h"

const uint32_t wspsim_kernel_abi = KERNEL_ABI;

int kernel_from_tomorrow(void);

int WSPAPI WSPStartup(WORD requested, LPWSPDATA data, LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    (void)requested, (void)data, (void)info, (void)upcalls, (void)table;
    return kernel_from_tomorrow();
}
