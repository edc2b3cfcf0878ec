/*
 * The entry points this provider does not offer yet. Every one is there and says WSAEOPNOTSUPP, as the interface asks of a
 * provider that cannot do a thing. The file shrinks as functions become real.
 */
#include "provider.h"

/* Parameters have one letter; none is looked at. */
#define U(n) (void)n
static SOCKET WSPAPI no_accept(SOCKET s, struct sockaddr *a, LPINT n, LPCONDITIONPROC f, DWORD_PTR d, LPINT error) { U(s); U(a); U(n); U(f); U(d); fail(error, WSAEOPNOTSUPP); return INVALID_SOCKET; }
static INT WSPAPI no_address_to_string(LPSOCKADDR a, DWORD n, LPWSAPROTOCOL_INFOW i, LPWSTR t, LPDWORD l, LPINT error) { U(a); U(n); U(i); U(t); U(l); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_async_select(SOCKET s, HWND w, unsigned int m, LONG e, LPINT error) { U(s); U(w); U(m); U(e); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_bind(SOCKET s, const struct sockaddr *a, int n, LPINT error) { U(s); U(a); U(n); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_cancel_blocking_call(LPINT error) { return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_connect(SOCKET s, const struct sockaddr *a, int n, LPWSABUF r, LPWSABUF e, LPQOS q, LPQOS g, LPINT error) { U(s); U(a); U(n); U(r); U(e); U(q); U(g); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_duplicate_socket(SOCKET s, DWORD p, LPWSAPROTOCOL_INFOW i, LPINT error) { U(s); U(p); U(i); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_get_peer_name(SOCKET s, struct sockaddr *a, LPINT n, LPINT error) { U(s); U(a); U(n); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_get_sock_name(SOCKET s, struct sockaddr *a, LPINT n, LPINT error) { U(s); U(a); U(n); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_get_sock_opt(SOCKET s, int l, int o, char *v, LPINT n, LPINT error) { U(s); U(l); U(o); U(v); U(n); return fail(error, WSAEOPNOTSUPP); }
static BOOL WSPAPI no_get_qos_by_name(SOCKET s, LPWSABUF n, LPQOS q, LPINT error) { U(s); U(n); U(q); fail(error, WSAEOPNOTSUPP); return FALSE; }
static SOCKET WSPAPI no_join_leaf(SOCKET s, const struct sockaddr *a, int n, LPWSABUF r, LPWSABUF e, LPQOS q, LPQOS g, DWORD f, LPINT error) { U(s); U(a); U(n); U(r); U(e); U(q); U(g); U(f); fail(error, WSAEOPNOTSUPP); return INVALID_SOCKET; }
static int WSPAPI no_listen(SOCKET s, int b, LPINT error) { U(s); U(b); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_recv(SOCKET s, LPWSABUF b, DWORD c, LPDWORD n, LPDWORD f, LPWSAOVERLAPPED o, LPWSAOVERLAPPED_COMPLETION_ROUTINE r, LPWSATHREADID t, LPINT error) { U(s); U(b); U(c); U(n); U(f); U(o); U(r); U(t); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_recv_disconnect(SOCKET s, LPWSABUF b, LPINT error) { U(s); U(b); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_recv_from(SOCKET s, LPWSABUF b, DWORD c, LPDWORD n, LPDWORD f, struct sockaddr *a, LPINT l, LPWSAOVERLAPPED o, LPWSAOVERLAPPED_COMPLETION_ROUTINE r, LPWSATHREADID t, LPINT error) { U(s); U(b); U(c); U(n); U(f); U(a); U(l); U(o); U(r); U(t); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_select(int n, fd_set *r, fd_set *w, fd_set *e, const PTIMEVAL t, LPINT error) { U(n); U(r); U(w); U(e); U(t); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_send(SOCKET s, LPWSABUF b, DWORD c, LPDWORD n, DWORD f, LPWSAOVERLAPPED o, LPWSAOVERLAPPED_COMPLETION_ROUTINE r, LPWSATHREADID t, LPINT error) { U(s); U(b); U(c); U(n); U(f); U(o); U(r); U(t); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_send_disconnect(SOCKET s, LPWSABUF b, LPINT error) { U(s); U(b); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_send_to(SOCKET s, LPWSABUF b, DWORD c, LPDWORD n, DWORD f, const struct sockaddr *a, int l, LPWSAOVERLAPPED o, LPWSAOVERLAPPED_COMPLETION_ROUTINE r, LPWSATHREADID t, LPINT error) { U(s); U(b); U(c); U(n); U(f); U(a); U(l); U(o); U(r); U(t); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_set_sock_opt(SOCKET s, int l, int o, const char *v, int n, LPINT error) { U(s); U(l); U(o); U(v); U(n); return fail(error, WSAEOPNOTSUPP); }
static int WSPAPI no_shutdown(SOCKET s, int h, LPINT error) { U(s); U(h); return fail(error, WSAEOPNOTSUPP); }
static INT WSPAPI no_string_to_address(LPWSTR t, INT f, LPWSAPROTOCOL_INFOW i, LPSOCKADDR a, LPINT n, LPINT error) { U(t); U(f); U(i); U(a); U(n); return fail(error, WSAEOPNOTSUPP); }

void not_offered_fill(LPWSPPROC_TABLE table)
{
    *table = (WSPPROC_TABLE){
        .lpWSPAccept = no_accept, .lpWSPAddressToString = no_address_to_string, .lpWSPAsyncSelect = no_async_select, .lpWSPBind = no_bind,
        .lpWSPCancelBlockingCall = no_cancel_blocking_call, .lpWSPConnect = no_connect, .lpWSPDuplicateSocket = no_duplicate_socket,
        .lpWSPGetPeerName = no_get_peer_name, .lpWSPGetSockName = no_get_sock_name, .lpWSPGetSockOpt = no_get_sock_opt,
        .lpWSPGetQOSByName = no_get_qos_by_name, .lpWSPJoinLeaf = no_join_leaf, .lpWSPListen = no_listen, .lpWSPRecv = no_recv,
        .lpWSPRecvDisconnect = no_recv_disconnect, .lpWSPRecvFrom = no_recv_from, .lpWSPSelect = no_select, .lpWSPSend = no_send,
        .lpWSPSendDisconnect = no_send_disconnect, .lpWSPSendTo = no_send_to, .lpWSPSetSockOpt = no_set_sock_opt, .lpWSPShutdown = no_shutdown,
        .lpWSPStringToAddress = no_string_to_address,
    };
}
