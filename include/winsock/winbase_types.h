/*
 * winbase_types.h - the base types that every Winsock header stands on.
 *
 * On Windows these come from <windef.h>, <basetsd.h>, <guiddef.h>, <winnt.h>
 * and <minwinbase.h>.  The shapes are those of Win64 (LLP64) on any 64-bit
 * target: `long` has 64 bits on LP64 hosts and 32 on Windows, so no type here
 * is built on `long`.  Code that says LONG, ULONG or DWORD means 32 bits with
 * both sets of headers; code that says `long` does not.
 *
 * Differences from Windows that remain:
 *   - DWORD and UINT are one type here (uint32_t is unsigned int), on Windows
 *     they are two types of the same size;
 *   - whether plain char (CHAR) is signed is the host's choice.
 */
#ifndef WSP_WINBASE_TYPES_H
#define WSP_WINBASE_TYPES_H

#include <stddef.h>
#include <stdint.h>

_Static_assert(sizeof(void *) == 8, "Win64 shapes need 64-bit pointers");
_Static_assert(sizeof(int) == 4, "Win64 shapes need a 32-bit int");

/* Calling conventions and memory models: there is only one of each here. */
#define FAR
#define NEAR
#define PASCAL
#define CALLBACK
#define WINAPI
#define APIENTRY

#define VOID void
#define CONST const

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

/* Characters and bytes.  u"..." literals are arrays of WCHAR. */
typedef char CHAR;
typedef unsigned char UCHAR;
typedef unsigned char BYTE;
typedef BYTE BOOLEAN;
typedef uint16_t WCHAR;

/* Numbers by name.  LONG and all that is derived from it has 32 bits. */
typedef int16_t SHORT;
typedef uint16_t USHORT;
typedef uint16_t WORD;
typedef int INT;
typedef unsigned int UINT;
typedef int BOOL;
typedef int32_t LONG;
typedef uint32_t ULONG;
typedef uint32_t DWORD;
typedef int64_t LONGLONG;
typedef uint64_t ULONGLONG;

/* Numbers by width. */
typedef int8_t INT8;
typedef uint8_t UINT8;
typedef int16_t INT16;
typedef uint16_t UINT16;
typedef int32_t INT32;
typedef uint32_t UINT32;
typedef int32_t LONG32;
typedef uint32_t ULONG32;
typedef uint32_t DWORD32;
typedef int64_t INT64;
typedef uint64_t UINT64;
typedef int64_t LONG64;
typedef uint64_t ULONG64;
typedef uint64_t DWORD64;

/* Numbers of pointer width. */
typedef intptr_t INT_PTR;
typedef uintptr_t UINT_PTR;
typedef intptr_t LONG_PTR;
typedef uintptr_t ULONG_PTR;
typedef ULONG_PTR DWORD_PTR;
typedef ULONG_PTR SIZE_T;
typedef LONG_PTR SSIZE_T;
typedef UINT_PTR WPARAM;
typedef LONG_PTR LPARAM;
typedef LONG_PTR LRESULT;

/* Pointers. */
typedef void *PVOID;
typedef void *LPVOID;
typedef const void *LPCVOID;
typedef CHAR *PCHAR;
typedef CHAR *PSTR;
typedef CHAR *LPSTR;
typedef const CHAR *PCSTR;
typedef const CHAR *LPCSTR;
typedef WCHAR *PWCHAR;
typedef WCHAR *PWSTR;
typedef WCHAR *LPWSTR;
typedef const WCHAR *PCWSTR;
typedef const WCHAR *LPCWSTR;
typedef BYTE *PBYTE;
typedef BYTE *LPBYTE;
typedef UCHAR *PUCHAR;
typedef BOOLEAN *PBOOLEAN;
typedef SHORT *PSHORT;
typedef USHORT *PUSHORT;
typedef WORD *PWORD;
typedef WORD *LPWORD;
typedef INT *PINT;
typedef int *LPINT;
typedef UINT *PUINT;
typedef BOOL *PBOOL;
typedef BOOL *LPBOOL;
typedef LONG *PLONG;
typedef LONG *LPLONG;
typedef ULONG *PULONG;
typedef DWORD *PDWORD;
typedef DWORD *LPDWORD;
typedef ULONG64 *PULONG64;
typedef ULONG_PTR *PULONG_PTR;
typedef DWORD_PTR *PDWORD_PTR;
typedef SIZE_T *PSIZE_T;

/* Handles: opaque to the provider. */
typedef void *HANDLE;
typedef HANDLE *PHANDLE;
typedef HANDLE *LPHANDLE;
typedef struct HWND__ *HWND;

#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)

/* Bytes and words of larger numbers. */
#define MAKEWORD(low, high) \
    ((WORD)(((WORD)((low) & 0xff)) | ((WORD)((WORD)((high) & 0xff) << 8))))
#define MAKELONG(low, high) \
    ((LONG)(((DWORD)((low) & 0xffff)) | ((DWORD)((high) & 0xffff) << 16)))
#define LOWORD(l) ((WORD)((DWORD_PTR)(l) & 0xffff))
#define HIWORD(l) ((WORD)(((DWORD_PTR)(l) >> 16) & 0xffff))
#define LOBYTE(w) ((BYTE)((DWORD_PTR)(w) & 0xff))
#define HIBYTE(w) ((BYTE)(((DWORD_PTR)(w) >> 8) & 0xff))

/*
 * A 64-bit number and its halves.  The halves change places on big-endian
 * hosts so that LowPart is always the low half of QuadPart.
 */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define WSP_LARGE_INTEGER_HALVES LONG HighPart; DWORD LowPart;
#else
#define WSP_LARGE_INTEGER_HALVES DWORD LowPart; LONG HighPart;
#endif

typedef union _LARGE_INTEGER {
    struct { WSP_LARGE_INTEGER_HALVES };
    struct { WSP_LARGE_INTEGER_HALVES } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

#undef WSP_LARGE_INTEGER_HALVES

/* Data1 to Data3 are numbers in host order, Data4 is a string of bytes. */
typedef struct _GUID {
    ULONG Data1;
    USHORT Data2;
    USHORT Data3;
    UCHAR Data4[8];
} GUID, *PGUID, *LPGUID;
typedef const GUID *LPCGUID;

static inline BOOL wsa_guid_equal(LPCGUID a, LPCGUID b)
{
    int i;

    if (a->Data1 != b->Data1 || a->Data2 != b->Data2 || a->Data3 != b->Data3)
        return FALSE;
    for (i = 0; i < 8; i++) {
        if (a->Data4[i] != b->Data4[i])
            return FALSE;
    }
    return TRUE;
}

/* Windows takes references in C++; here both arguments are pointers. */
#define IsEqualGUID(a, b) wsa_guid_equal((a), (b))

/*
 * The request block of overlapped I/O, owned by the provider from the call
 * until the completion.  Internal holds the status, InternalHigh the number
 * of bytes; Offset and OffsetHigh are free for the provider on sockets.
 */
typedef struct _OVERLAPPED {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    union {
        struct {
            DWORD Offset;
            DWORD OffsetHigh;
        };
        PVOID Pointer;
    };
    HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;

typedef struct _PROCESSOR_NUMBER {
    WORD Group;
    BYTE Number;
    BYTE Reserved;
} PROCESSOR_NUMBER, *PPROCESSOR_NUMBER;

/* Waiting.  INFINITE is a time in milliseconds. */
#define WAIT_OBJECT_0 ((DWORD)0x00000000)
#define WAIT_IO_COMPLETION ((DWORD)0x000000C0)
#define WAIT_TIMEOUT 258U
#define WAIT_FAILED ((DWORD)0xFFFFFFFF)
#define INFINITE 0xFFFFFFFFU

/* SetFileCompletionNotificationModes. */
#define FILE_SKIP_COMPLETION_PORT_ON_SUCCESS 0x1
#define FILE_SKIP_SET_EVENT_ON_HANDLE 0x2

#endif
