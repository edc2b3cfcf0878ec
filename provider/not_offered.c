/*
 * The entry points this provider does not offer yet. Every one is there and says WSAEOPNOTSUPP, as the interface asks of a
 * provider that cannot do a thing. The file shrinks as functions become real.
 */
#include "provider.h"

/* Parameters have one letter; none is looked at. */
#define U(n) (void)n
static INT WSPAPI no_address_to_string(LPSOCKADDR a, DWORD n, LPWSAPROTOCOL_INFOW i, LPWSTR t, LPDWORD l, LPINT error) { U(a); U(n); U(i); U(t); U(l); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_async_select(SOCKET s, HWND w, unsigned int m, LONG e, LPINT error) { U(s); U(w); U(m); U(e); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_cancel_blocking_call(LPINT error) { return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_duplicate_socket(SOCKET s, DWORD p, LPWSAPROTOCOL_INFOW i, LPINT error) { U(s); U(p); U(i); return fail(error, WSAEOPNOTSUPP); }
static BOOL WSPAPI no_get_qos_by_name(SOCKET s, LPWSABUF n, LPQOS q, LPINT error) { U(s); U(n); U(q); fail(error, WSAEOPNOTSUPP); return FALSE; }
static INT WSPAPI no_string_to_address(LPWSTR t, INT f, LPWSAPROTOCOL_INFOW i, LPSOCKADDR a, LPINT n, LPINT error) { U(t); U(f); U(i); U(a); U(n); return fail(error, WSAEOPNOTSUPP); }

void not_offered_fill(LPWSPPROC_TABLE table)
{
    *table = (WSPPROC_TABLE){
        .lpWSPAddressToString = no_address_to_string, .lpWSPAsyncSelect = no_async_select, .lpWSPCancelBlockingCall = no_cancel_blocking_call,
        .lpWSPDuplicateSocket = no_duplicate_socket, .lpWSPGetQOSByName = no_get_qos_by_name, .lpWSPStringToAddress = no_string_to_address,
    };
}
