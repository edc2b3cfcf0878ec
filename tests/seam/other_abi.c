/*
 * A service provider made for another version of kernel.h: the loader must see that before it calls anything.
 */
#include <winsock2.h>
#include <ws2spi.h>

#include <stdlib.h>

#include "kernel.h"

extern const uint32_t wspsim_kernel_abi;
const uint32_t wspsim_kernel_abi = KERNEL_ABI + 1;

int WSPAPI WSPStartup(WORD requested, LPWSPDATA data, LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    (void)requested, (void)data, (void)info, (void)upcalls, (void)table;
    abort();
}
