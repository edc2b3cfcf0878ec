/*
 * A service provider that crashes before it has started.
 */
#include <winsock2.h>
#include <ws2spi.h>

#include <stdint.h>

int WSPAPI WSPStartup(WORD requested, LPWSPDATA data, LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    volatile uintptr_t address = 0x1000; /* no process has memory there */
    (void)requested, (void)data, (void)info, (void)upcalls, (void)table;
    return *(volatile const int *)address;
}
