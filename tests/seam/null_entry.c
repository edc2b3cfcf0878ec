/*
 * A service provider whose table of entry points has a hole, which the interface forbids.
 */
#include "small_provider.h"

const uint32_t wspsim_kernel_abi = KERNEL_ABI;

int WSPAPI WSPStartup(WORD requested, LPWSPDATA data, LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    (void)info;
    return small_startup(requested, data, &upcalls, table, NULL);
}
