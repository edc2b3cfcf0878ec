/*
 * The sixteen upcalls: what a provider may ask of the Winsock DLL. Texts only.
 */
#include "cli/explain_tables.h"

#define ZERO "0, or SOCKET_ERROR"
#define IN_TABLE_OPTIONAL "optional: the system's own means do as well"

static const struct explained_upcall upcalls[] = {
    { "WPUCloseEvent", "Gives an event object back.", "event", "TRUE, or FALSE with WSA_INVALID_HANDLE", IN_TABLE_OPTIONAL, NULL },
    { "WPUCloseSocketHandle", "Gives a handle of WPUCreateSocketHandle back.", "socket", ZERO ": WSAENOTSOCK", "needed by providers without handles of the system", NULL },
    { "WPUCreateEvent", "Makes an event object that is reset by hand and not signaled.", "none", "the event, or NULL with WSA_NOT_ENOUGH_MEMORY", IN_TABLE_OPTIONAL, NULL },
    { "WPUCreateSocketHandle", "Makes a handle for a socket and ties the provider's own pointer to it.", "catalogue entry, context", "a SOCKET, or INVALID_SOCKET with WSAENOBUFS",
      "needed by providers without handles of the system", "The reference provider makes its sockets this way." },
    { "WPUFDIsSet", "Tells whether a socket is in a set.", "socket, set", "not 0 if it is", "optional", NULL },
    { "WPUGetProviderPath", "Gives the path of the next provider in a chain.", "provider's GUID, room, its length in characters", ZERO ": WSAEINVAL for an unknown GUID, WSAEFAULT for a room too small, with the length needed",
      "needed by layered providers", "The path may contain names of environment variables, not yet replaced." },
    { "WPUModifyIFSHandle", "Makes a handle of the system known; only the handle it gives back may be used.", "catalogue entry, handle", "a SOCKET, or INVALID_SOCKET with WSAEINVAL",
      "needed by providers with handles of the system", NULL },
    { "WPUPostMessage", "Posts a window message: how the events of WSPAsyncSelect arrive.", "window, message, socket, event and error", "TRUE, or FALSE", "needed for WSPAsyncSelect", NULL },
    { "WPUQueryBlockingCallback", "Gives the blocking hook of the thread; none means to wait by the system's own means.", "catalogue entry, room for function and context", ZERO ": WSAEFAULT, WSAEINVAL for an unknown entry",
      "needed before a plain call waits", "A hook that answers FALSE has cancelled the call: WSAEINTR." },
    { "WPUQuerySocketHandleContext", "Gives the pointer that was tied to a handle; the way into every function.", "socket, room for the context", ZERO ": WSAENOTSOCK for a handle of other making",
      "needed by providers without handles of the system", NULL },
    { "WPUQueueApc", "Has a function run in a thread at its next alertable wait: how completion routines are called.", "thread id, function, context", ZERO ": WSAEFAULT for a thread that is not there",
      "optional: the system's own queue does as well", "It only queues, and may be called from anywhere. A thread that ends without such a wait never runs it." },
    { "WPUResetEvent", "Makes an event object not signaled.", "event", "TRUE, or FALSE with WSA_INVALID_HANDLE", IN_TABLE_OPTIONAL, NULL },
    { "WPUSetEvent", "Makes an event object signaled.", "event", "TRUE, or FALSE with WSA_INVALID_HANDLE", IN_TABLE_OPTIONAL, NULL },
    { "WPUOpenCurrentThread", "Gives a thread id for this thread, so that it can ask for completion routines.", "room for the thread id", ZERO ": WSANOTINITIALISED, WSAEFAULT", "needed by layered providers that start requests of their own",
      "Each goes with one WPUCloseThread." },
    { "WPUCloseThread", "Gives a thread id of WPUOpenCurrentThread back.", "thread id", ZERO ": WSANOTINITIALISED, WSAEFAULT", "needed by layered providers that start requests of their own", NULL },
    { "WPUCompleteOverlappedRequest", "Ends an overlapped request that has no routine: writes the OVERLAPPED, sets its event, posts to the completion port.", "socket, OVERLAPPED, error, byte count", ZERO ": WSAEINVAL for a handle of other making",
      "needed by providers without handles of the system", "It is not in the table of upcalls: the DLL exports it by name." },
};

const struct explained_upcall *explained_upcalls(size_t *count)
{
    *count = sizeof upcalls / sizeof *upcalls;
    return upcalls;
}
