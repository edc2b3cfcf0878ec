/*
 * SIO_GET_EXTENSION_FUNCTION_POINTER (ioctls reference 1.18) and SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER (2.2): which
 * functions there are beyond the interface.
 */
#include <string.h>

#include "ext.h"
#include "ioctl.h"
#include "rio.h"

/* Pointers of all kinds have one size; as data they are only copied. */
union function {
    LPFN_ACCEPTEX accept;
    LPFN_CONNECTEX connect;
    LPFN_DISCONNECTEX disconnect;
    LPFN_GETACCEPTEXSOCKADDRS names;
    LPFN_TRANSMITFILE file;
    LPFN_TRANSMITPACKETS packets;
    LPFN_WSARECVMSG receive;
    LPFN_WSASENDMSG send;
};

static const struct { GUID id; union function function; } table[] = {
    { WSAID_ACCEPTEX, { .accept = ext_accept } },
    { WSAID_CONNECTEX, { .connect = ext_connect } },
    { WSAID_DISCONNECTEX, { .disconnect = ext_disconnect } },
    { WSAID_GETACCEPTEXSOCKADDRS, { .names = ext_accept_names } },
    { WSAID_TRANSMITFILE, { .file = ext_transmit_file } },
    { WSAID_TRANSMITPACKETS, { .packets = ext_transmit_packets } },
    { WSAID_WSARECVMSG, { .receive = ext_receive_message } },
    { WSAID_WSASENDMSG, { .send = ext_send_message } },
};

int ioctl_get_extension_function_pointer(struct ioctl_call *call)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (memcmp(call->in, &table[i].id, sizeof table[i].id) != 0) continue;
        memcpy(call->out, &table[i].function, sizeof table[i].function);
        call->count = sizeof table[i].function;
        return 0;
    }
    return WSAEINVAL;
}

int ioctl_get_multiple_extension_function_pointer(struct ioctl_call *call)
{
    static const GUID registered_io = WSAID_MULTIPLE_RIO;
    RIO_EXTENSION_FUNCTION_TABLE functions = {
        sizeof functions, rio_receive, rio_receive_ex, rio_send, rio_send_ex, rio_close_completion_queue, rio_create_completion_queue,
        rio_create_request_queue, rio_dequeue_completion, rio_deregister_buffer, rio_notify, rio_register_buffer, rio_resize_completion_queue,
        rio_resize_request_queue,
    };
    if (memcmp(call->in, &registered_io, sizeof registered_io) != 0) return WSAEINVAL;
    int error = ioctl_output(call, sizeof functions);
    if (error == 0) memcpy(call->out, &functions, sizeof functions);
    return error;
}
