/*
 * sdkddkver.h - version numbers of Windows.
 *
 * Values as in Windows' <sdkddkver.h>.  A provider meets them in
 * WSA_COMPATIBILITY_MODE.TargetOsVersion (see mswsock.h).
 */
#ifndef WSP_SDKDDKVER_H
#define WSP_SDKDDKVER_H

#define NTDDI_WIN2K 0x05000000
#define NTDDI_WINXP 0x05010000
#define NTDDI_WS03 0x05020000
#define NTDDI_LONGHORN 0x06000000
#define NTDDI_VISTA NTDDI_LONGHORN
#define NTDDI_WIN7 0x06010000
#define NTDDI_WIN8 0x06020000
#define NTDDI_WINBLUE 0x06030000
#define NTDDI_WIN10 0x0A000000
#define NTDDI_WIN10_RS2 0x0A000003
#define NTDDI_WIN10_RS3 0x0A000004
#define NTDDI_WIN10_RS5 0x0A000006
#define NTDDI_WIN10_VB 0x0A000008
#define NTDDI_WIN10_FE 0x0A00000A

#endif
