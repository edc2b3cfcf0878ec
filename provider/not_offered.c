/*
 * The entry points this provider does not offer yet. Every one is there and says WSAEOPNOTSUPP, as the interface asks of a
 * provider that cannot do a thing. The file shrinks as functions become real.
 */
#include "provider.h"

/* Parameters have one letter; none is looked at. */
#define U(n) (void)n
static BOOL WSPAPI no_get_qos_by_name(SOCKET s, LPWSABUF n, LPQOS q, LPINT error) { U(n); U(q); if (sock_enter(s, error)) fail(error, WSAEOPNOTSUPP); return FALSE; }

void not_offered_fill(LPWSPPROC_TABLE table)
{
    *table = (WSPPROC_TABLE){
        .lpWSPGetQOSByName = no_get_qos_by_name,
    };
}
