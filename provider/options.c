/*
 * WSPGetSockOpt and WSPSetSockOpt (SPI reference 4.15, 4.27): the checks in their order, and the values that the kernel or a
 * bit of the sock keeps. The options are in option_table.c, those that need code in option_own.c and option_group.c.
 */
#include "options.h"

#include <string.h>

uint32_t option_number(const struct option_call *call)
{
    uint32_t number = 0;
    if (call->in_size == 0) return 0;
    memcpy(&number, call->in, call->in_size < sizeof number ? call->in_size : sizeof number);
    if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ && call->in_size < sizeof number) number >>= 8 * (sizeof number - call->in_size);
    return number;
}

int option_give(struct option_call *call, uint32_t number)
{
    uint8_t byte = (uint8_t)number;
    BOOL whole = call->out_size >= sizeof number;
    if (whole) memcpy(call->out, &number, sizeof number);
    else memcpy(call->out, &byte, sizeof byte);
    call->size = whole ? sizeof number : sizeof byte;
    return 0;
}

/* What an option's value can be is the kernel's to say, and that the transport has none of it. */
static int error_of_option(enum kernel_status status)
{
    return status == KERNEL_NOT_SUPPORTED ? WSAENOPROTOOPT : error_of_kernel(status);
}

static int through(struct option_call *call)
{
    const struct option_row *row = call->row;
    uint64_t value;
    if (call->setting) {
        value = row->kind == OPTION_TRUTH ? option_number(call) != 0 : (uint64_t)option_number(call) * row->scale;
        return error_of_option(kernel_option_set(call->sock->endpoint, (enum kernel_option)row->kernel, value));
    }
    enum kernel_status status = kernel_option_get(call->sock->endpoint, (enum kernel_option)row->kernel, &value);
    if (status != KERNEL_OK) return error_of_option(status);
    return option_give(call, (uint32_t)(row->kind == OPTION_TRUTH ? value != 0 : value / row->scale));
}

static int flag(struct option_call *call)
{
    DWORD *flags = &call->sock->shared->options.flags;
    if (!call->setting) return option_give(call, (*flags & call->row->flag) != 0);
    *flags = option_number(call) ? *flags | call->row->flag : *flags & ~call->row->flag;
    return 0;
}

static unsigned place_of(const struct sock *sock)
{
    unsigned type = sock->type == SOCK_STREAM ? OPTION_STREAM : sock->type == SOCK_DGRAM ? OPTION_DGRAM : OPTION_RAW;
    return type | (sock->family == AF_INET6 ? OPTION_IPV6 : OPTION_IPV4);
}

/* The least size: the documents want the whole value, Windows takes less of some (observed behaviour OPT-10, OPT-12): of a truth
   value nothing at all, which is FALSE. */
static DWORD least(const struct option_call *call)
{
    const struct option_row *row = call->row;
    if (!observed()) return row->size;
    if (row->kind == OPTION_TRUTH) return call->setting ? 0 : 1;
    return call->setting && row->level == IPPROTO_IP && row->name == IP_MULTICAST_TTL ? 1 : row->size;
}

/* The truth values that Windows gives as one byte, however much room there is (observed behaviour OPT-11). */
static BOOL is_byte(const struct option_row *row)
{
    switch (row->level) {
    case SOL_SOCKET: return row->name == SO_KEEPALIVE || row->name == SO_DONTROUTE;
    case IPPROTO_TCP: return row->name == TCP_NODELAY;
    case IPPROTO_IPV6: return row->name == IPV6_V6ONLY;
    default: return FALSE;
    }
}

static int check_option(const struct option_call *call, int level)
{
    const struct option_row *row = call->row;
    unsigned place = place_of(call->sock);
    if (!option_level_known(call->sock, level)) return WSAEINVAL;
    if (!row) return WSAENOPROTOOPT;
    if (!(row->access & OPTION_GET) && !call->setting) return WSAENOPROTOOPT;
    if ((row->on & place) != place) return row->type_error;
    return !(row->access & OPTION_SET) && call->setting ? WSAENOPROTOOPT : 0;
}

static int option_run(struct option_call *call)
{
    if (call->row->handler) return call->row->handler(call);
    return call->row->kernel >= 0 ? through(call) : flag(call);
}

int WSPAPI provider_get_sock_opt(SOCKET s, int level, int name, char *value, LPINT size, LPINT error)
{
    struct option_call call = { .sock = sock_enter(s, error), .row = option_find(level, name), .out = value };
    int room;
    if (!call.sock) return SOCKET_ERROR;
    if (!kernel_may_write(size, sizeof room)) return fail(error, WSAEFAULT);
    memcpy(&room, size, sizeof room);
    if (room < 0 || !value || !kernel_may_write(value, (size_t)room)) return fail(error, WSAEFAULT);
    call.out_size = (DWORD)room;
    int result = check_option(&call, level);
    if (result == 0) {
        call.size = call.row->size;
        BOOL fits = call.out_size >= least(&call);
        if (fits && observed() && is_byte(call.row)) call.out_size = 1;
        result = fits ? option_run(&call) : WSAEFAULT;
    }
    room = (int)call.size; /* also what it would take */
    if (result == 0 || (result == WSAEFAULT && call.size)) memcpy(size, &room, sizeof room);
    return result ? fail(error, result) : 0;
}

int WSPAPI provider_set_sock_opt(SOCKET s, int level, int name, const char *value, int size, LPINT error)
{
    struct option_call call = { .sock = sock_enter(s, error), .row = option_find(level, name), .setting = TRUE, .in = value };
    if (!call.sock) return SOCKET_ERROR;
    BOOL valueless = call.row && call.row->size == 0 && size == 0; /* SO_UPDATE_CONNECT_CONTEXT */
    if (!valueless && (size < 0 || !value || !kernel_may_read(value, (size_t)size))) return fail(error, WSAEFAULT);
    call.in_size = (DWORD)size;
    int result = check_option(&call, level);
    if (result == 0) result = call.in_size < least(&call) ? WSAEFAULT : option_run(&call);
    return result ? fail(error, result) : 0;
}
