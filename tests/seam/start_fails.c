/*
 * A service provider that does not want to start.
 */
#include <winsock2.h>
#include <ws2spi.h>

int WSPAPI WSPStartup(WORD requested, LPWSPDATA data, LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    (void)requested, (void)data, (void)info, (void)upcalls, (void)table;
    return WSASYSNOTREADY;
}
