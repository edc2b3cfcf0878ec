/*
 * Layers: the providers of a chain. A layer finds the next one by WPUGetProviderPath, gets its WSPStartup from
 * kernel_provider_entry, and from that a table of functions as any provider gives one. What it is given are functions of this
 * file, a set for each place in a chain, so that a call from one layer to the next crosses the seam as a client's call does:
 * with its rows, and before the judge. A function of a provider's table says nothing of whose it is, hence the sets.
 */
#include <stdio.h>
#include <string.h>

#include "ws2/private.h"

unsigned layer_of_socket(const struct process *process, SOCKET s)
{
    const struct handle *handle = process->layer_count > 1 ? handle_any(process, s) : NULL;
    return handle ? catalog_level(process, handle->catalog_entry) : 0;
}

/* Whoever calls: a thread, or the process's completions. */
static struct thread *enter(unsigned level)
{
    struct thread *thread = thread_of(running);
    thread->below = level;
    return thread;
}

/* ---- the functions, each for any place ---- */

static SOCKET lower_accept(unsigned level, SOCKET s, struct sockaddr *name, LPINT size, LPCONDITIONPROC condition, DWORD_PTR data, LPINT error)
{
    return spi_accept(enter(level), &(struct spi_accept){ .s = s, .name = name, .size = size, .condition = condition, .data = data }, error);
}

static int lower_address_to_string(unsigned level, LPSOCKADDR address, DWORD size, LPWSAPROTOCOL_INFOW info, LPWSTR text, LPDWORD length, LPINT error)
{
    (void)info; /* the address says its family */
    return spi_address_to_string(enter(level), address, size, text, length, error);
}

static int lower_async_select(unsigned level, SOCKET s, HWND window, unsigned int message, LONG events, LPINT error)
{
    return spi_async_select(enter(level), s, &(struct judge_messages){ window, message, events }, error);
}

static int lower_bind(unsigned level, SOCKET s, const struct sockaddr *name, int size, LPINT error) { return spi_bind(enter(level), s, name, size, error); }
static int lower_cancel_blocking_call(unsigned level, LPINT error) { return spi_cancel_blocking_call(enter(level), error); }
static int lower_cleanup(unsigned level, LPINT error) { return spi_cleanup(enter(level), error); }
static int lower_close_socket(unsigned level, SOCKET s, LPINT error) { return spi_close(enter(level), s, error); }

static int lower_connect(unsigned level, SOCKET s, const struct sockaddr *name, int size, LPWSABUF caller, LPWSABUF callee, LPQOS own, LPQOS group, LPINT error)
{
    return spi_connect(enter(level), &(struct spi_connect){ .s = s, .name = name, .size = size, .caller = caller, .callee = callee, .qos = own, .group_qos = group }, error);
}

static int lower_duplicate_socket(unsigned level, SOCKET s, DWORD process, LPWSAPROTOCOL_INFOW info, LPINT error)
{
    return process_running()->layers[level].table.lpWSPDuplicateSocket(s, process, info, error);
}

static int lower_enum_network_events(unsigned level, SOCKET s, WSAEVENT event, LPWSANETWORKEVENTS events, LPINT error)
{
    return spi_enum_network_events(enter(level), s, event, events, error);
}

static int lower_event_select(unsigned level, SOCKET s, WSAEVENT event, LONG events, LPINT error) { return spi_event_select(enter(level), s, event, events, error); }

static BOOL lower_get_overlapped_result(unsigned level, SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD bytes, BOOL wait, LPDWORD flags, LPINT error)
{
    return spi_get_overlapped_result(enter(level), s, overlapped, bytes, wait, flags, error);
}

static int lower_get_peer_name(unsigned level, SOCKET s, struct sockaddr *name, LPINT size, LPINT error) { return spi_get_name(enter(level), s, name, size, true, error); }
static int lower_get_sock_name(unsigned level, SOCKET s, struct sockaddr *name, LPINT size, LPINT error) { return spi_get_name(enter(level), s, name, size, false, error); }

static int lower_get_sock_opt(unsigned level, SOCKET s, int of, int option, char *value, LPINT size, LPINT error)
{
    return spi_get_option(enter(level), s, of, option, value, size, error);
}

static BOOL lower_get_qos_by_name(unsigned level, SOCKET s, LPWSABUF name, LPQOS qos, LPINT error)
{
    return spi_get_qos_by_name(enter(level), s, name, qos, error);
}

static int lower_ioctl(unsigned level, SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size, LPDWORD bytes, LPWSAOVERLAPPED overlapped,
                       LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID id, LPINT error)
{
    struct spi_ioctl call = { .s = s, .code = code, .in = in, .in_size = in_size, .out = out, .out_size = out_size, .bytes = bytes, .overlapped = overlapped, .routine = routine, .id = id };
    return spi_ioctl(enter(level), &call, error);
}

static SOCKET lower_join_leaf(unsigned level, SOCKET s, const struct sockaddr *name, int size, LPWSABUF caller, LPWSABUF callee, LPQOS own, LPQOS group, DWORD flags, LPINT error)
{
    return spi_join_leaf(enter(level), &(struct spi_connect){ .s = s, .name = name, .size = size, .caller = caller, .callee = callee, .qos = own, .group_qos = group }, flags, error);
}

static int lower_listen(unsigned level, SOCKET s, int backlog, LPINT error) { return spi_listen(enter(level), s, backlog, error); }

static int lower_recv(unsigned level, SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, LPWSAOVERLAPPED overlapped,
                      LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID id, LPINT error)
{
    struct spi_transfer call = { .s = s, .receives = true, .buffers = buffers, .count = count, .bytes = bytes, .flags_out = flags, .overlapped = overlapped, .routine = routine, .id = id };
    return spi_transfer(enter(level), &call, error);
}

static int lower_recv_disconnect(unsigned level, SOCKET s, LPWSABUF data, LPINT error) { return spi_disconnect(enter(level), s, data, true, error); }

static int lower_recv_from(unsigned level, SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, struct sockaddr *from, LPINT size, LPWSAOVERLAPPED overlapped,
                           LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID id, LPINT error)
{
    struct spi_transfer call = { .s = s, .receives = true, .named = true, .buffers = buffers, .count = count, .bytes = bytes, .flags_out = flags, .name = from, .size_out = size,
                                 .overlapped = overlapped, .routine = routine, .id = id };
    return spi_transfer(enter(level), &call, error);
}

static int lower_select(unsigned level, int count, fd_set *readable, fd_set *writable, fd_set *exceptional, const PTIMEVAL timeout, LPINT error)
{
    (void)count; /* Winsock ignores it */
    return spi_select(enter(level), (fd_set *const[3]){ readable, writable, exceptional }, timeout, error);
}

static int lower_send(unsigned level, SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags, LPWSAOVERLAPPED overlapped,
                      LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID id, LPINT error)
{
    struct spi_transfer call = { .s = s, .buffers = buffers, .count = count, .bytes = bytes, .flags = flags, .overlapped = overlapped, .routine = routine, .id = id };
    return spi_transfer(enter(level), &call, error);
}

static int lower_send_disconnect(unsigned level, SOCKET s, LPWSABUF data, LPINT error) { return spi_disconnect(enter(level), s, data, false, error); }

static int lower_send_to(unsigned level, SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags, const struct sockaddr *to, int size, LPWSAOVERLAPPED overlapped,
                         LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID id, LPINT error)
{
    struct spi_transfer call = { .s = s, .named = true, .buffers = buffers, .count = count, .bytes = bytes, .flags = flags, .name = (void *)(uintptr_t)to, .size = size, .overlapped = overlapped,
                                 .routine = routine, .id = id };
    return spi_transfer(enter(level), &call, error);
}

static int lower_set_sock_opt(unsigned level, SOCKET s, int of, int option, const char *value, int size, LPINT error)
{
    return spi_set_option(enter(level), s, of, option, value, size, error);
}

static int lower_shutdown(unsigned level, SOCKET s, int how, LPINT error) { return spi_shutdown(enter(level), s, how, error); }

static SOCKET lower_socket(unsigned level, int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags, LPINT error)
{
    return spi_socket(enter(level), &(struct spi_socket){ .family = family, .type = type, .protocol = protocol, .info = info, .group = group, .flags = flags }, error);
}

static int lower_string_to_address(unsigned level, LPWSTR text, int family, LPWSAPROTOCOL_INFOW info, LPSOCKADDR address, LPINT size, LPINT error)
{
    (void)info;
    return spi_string_to_address(enter(level), text, family, address, size, error);
}

static int lower_startup(unsigned level, WORD version, LPWSPDATA data, LPWSAPROTOCOL_INFOW info, const WSPUPCALLTABLE *upcalls, LPWSPPROC_TABLE table)
{
    int error = spi_startup_layer(enter(level), version, data, info, upcalls);
    if (error == 0) layer_table(level, table);
    return error;
}

/* ---- the sets ---- */

#define A(...) (__VA_ARGS__)
/* m(level, result, name, parameters, arguments without level and parentheses) */
#define FUNCTIONS(m, n)                                                                                                                                  \
    m(n, SOCKET, accept, A(SOCKET s, struct sockaddr *a, LPINT b, LPCONDITIONPROC c, DWORD_PTR d, LPINT e), s, a, b, c, d, e)                             \
    m(n, INT, address_to_string, A(LPSOCKADDR a, DWORD b, LPWSAPROTOCOL_INFOW c, LPWSTR d, LPDWORD f, LPINT e), a, b, c, d, f, e)                         \
    m(n, int, async_select, A(SOCKET s, HWND a, unsigned int b, LONG c, LPINT e), s, a, b, c, e)                                                          \
    m(n, int, bind, A(SOCKET s, const struct sockaddr *a, int b, LPINT e), s, a, b, e)                                                                    \
    m(n, int, cancel_blocking_call, A(LPINT e), e)                                                                                                        \
    m(n, int, cleanup, A(LPINT e), e)                                                                                                                     \
    m(n, int, close_socket, A(SOCKET s, LPINT e), s, e)                                                                                                   \
    m(n, int, connect, A(SOCKET s, const struct sockaddr *a, int b, LPWSABUF c, LPWSABUF d, LPQOS f, LPQOS g, LPINT e), s, a, b, c, d, f, g, e)           \
    m(n, int, duplicate_socket, A(SOCKET s, DWORD a, LPWSAPROTOCOL_INFOW b, LPINT e), s, a, b, e)                                                         \
    m(n, int, enum_network_events, A(SOCKET s, WSAEVENT a, LPWSANETWORKEVENTS b, LPINT e), s, a, b, e)                                                    \
    m(n, int, event_select, A(SOCKET s, WSAEVENT a, LONG b, LPINT e), s, a, b, e)                                                                         \
    m(n, BOOL, get_overlapped_result, A(SOCKET s, LPWSAOVERLAPPED a, LPDWORD b, BOOL c, LPDWORD d, LPINT e), s, a, b, c, d, e)                            \
    m(n, int, get_peer_name, A(SOCKET s, struct sockaddr *a, LPINT b, LPINT e), s, a, b, e)                                                               \
    m(n, int, get_sock_name, A(SOCKET s, struct sockaddr *a, LPINT b, LPINT e), s, a, b, e)                                                               \
    m(n, int, get_sock_opt, A(SOCKET s, int a, int b, char *c, LPINT d, LPINT e), s, a, b, c, d, e)                                                       \
    m(n, BOOL, get_qos_by_name, A(SOCKET s, LPWSABUF a, LPQOS b, LPINT e), s, a, b, e)                                                                    \
    m(n, int, ioctl, A(SOCKET s, DWORD a, LPVOID b, DWORD c, LPVOID d, DWORD f, LPDWORD g, LPWSAOVERLAPPED h, LPWSAOVERLAPPED_COMPLETION_ROUTINE i, LPWSATHREADID j, LPINT e), \
      s, a, b, c, d, f, g, h, i, j, e)                                                                                                                    \
    m(n, SOCKET, join_leaf, A(SOCKET s, const struct sockaddr *a, int b, LPWSABUF c, LPWSABUF d, LPQOS f, LPQOS g, DWORD h, LPINT e), s, a, b, c, d, f, g, h, e) \
    m(n, int, listen, A(SOCKET s, int a, LPINT e), s, a, e)                                                                                               \
    m(n, int, recv, A(SOCKET s, LPWSABUF a, DWORD b, LPDWORD c, LPDWORD d, LPWSAOVERLAPPED f, LPWSAOVERLAPPED_COMPLETION_ROUTINE g, LPWSATHREADID h, LPINT e), s, a, b, c, d, f, g, h, e) \
    m(n, int, recv_disconnect, A(SOCKET s, LPWSABUF a, LPINT e), s, a, e)                                                                                 \
    m(n, int, recv_from, A(SOCKET s, LPWSABUF a, DWORD b, LPDWORD c, LPDWORD d, struct sockaddr *f, LPINT g, LPWSAOVERLAPPED h, LPWSAOVERLAPPED_COMPLETION_ROUTINE i, LPWSATHREADID j, LPINT e), \
      s, a, b, c, d, f, g, h, i, j, e)                                                                                                                    \
    m(n, int, select, A(int a, fd_set *b, fd_set *c, fd_set *d, const PTIMEVAL f, LPINT e), a, b, c, d, f, e)                                             \
    m(n, int, send, A(SOCKET s, LPWSABUF a, DWORD b, LPDWORD c, DWORD d, LPWSAOVERLAPPED f, LPWSAOVERLAPPED_COMPLETION_ROUTINE g, LPWSATHREADID h, LPINT e), s, a, b, c, d, f, g, h, e) \
    m(n, int, send_disconnect, A(SOCKET s, LPWSABUF a, LPINT e), s, a, e)                                                                                 \
    m(n, int, send_to, A(SOCKET s, LPWSABUF a, DWORD b, LPDWORD c, DWORD d, const struct sockaddr *f, int g, LPWSAOVERLAPPED h, LPWSAOVERLAPPED_COMPLETION_ROUTINE i, LPWSATHREADID j, LPINT e), \
      s, a, b, c, d, f, g, h, i, j, e)                                                                                                                    \
    m(n, int, set_sock_opt, A(SOCKET s, int a, int b, const char *c, int d, LPINT e), s, a, b, c, d, e)                                                   \
    m(n, int, shutdown, A(SOCKET s, int a, LPINT e), s, a, e)                                                                                             \
    m(n, SOCKET, socket, A(int a, int b, int c, LPWSAPROTOCOL_INFOW d, GROUP f, DWORD g, LPINT e), a, b, c, d, f, g, e)                                   \
    m(n, INT, string_to_address, A(LPWSTR a, INT b, LPWSAPROTOCOL_INFOW c, LPSOCKADDR d, LPINT f, LPINT e), a, b, c, d, f, e)

/* The members of WSPPROC_TABLE stand in this very order. */
#define DEFINE(n, result, name, parameters, ...) static result WSPAPI name##_##n parameters { return lower_##name(n, __VA_ARGS__); }
#define MEMBER(n, result, name, parameters, ...) name##_##n,
#define SET(n)                                                                                                                           \
    FUNCTIONS(DEFINE, n)                                                                                                                 \
    static int WSPAPI startup_##n(WORD v, LPWSPDATA d, LPWSAPROTOCOL_INFOW i, WSPUPCALLTABLE u, LPWSPPROC_TABLE t) { return lower_startup(n, v, d, i, &u, t); }
SET(1) SET(2) SET(3) SET(4) SET(5) SET(6)

static const WSPPROC_TABLE tables[LAYERS_MOST] = {
    { 0 }, { FUNCTIONS(MEMBER, 1) }, { FUNCTIONS(MEMBER, 2) }, { FUNCTIONS(MEMBER, 3) }, { FUNCTIONS(MEMBER, 4) }, { FUNCTIONS(MEMBER, 5) }, { FUNCTIONS(MEMBER, 6) },
};
static const LPWSPSTARTUP startups[LAYERS_MOST] = { NULL, startup_1, startup_2, startup_3, startup_4, startup_5, startup_6 };

void layer_table(unsigned level, WSPPROC_TABLE *table) { *table = tables[level]; }

/* ---- kernel.h: other providers ---- */

kernel_function *kernel_provider_entry(const uint16_t *path)
{
    const struct process *process = process_running();
    for (unsigned level = 1; level < process->layer_count; level++) {
        const char *own = layer_path(&process->layers[level]);
        size_t at = 0;
        while (own[at] && path[at] == (unsigned char)own[at]) at++;
        if (!own[at] && !path[at]) return (kernel_function *)startups[level];
    }
    return NULL;
}

const char *layer_path(const struct provider_layer *layer) { return layer->path ? layer->path : "reference"; }

/* The first is the layer's own entry in the catalogue. */
bool kernel_setting(const uint32_t *provider, size_t index, char name[KERNEL_SETTING_TEXT], char value[KERNEL_SETTING_TEXT])
{
    const struct process *process = process_running();
    unsigned level = 0;
    while (level < process->layer_count && process->layers[level].loaded.abi != provider) level++;
    if (level + 1 >= process->layer_count) return false; /* the base has none */
    const struct provider_layer *layer = &process->layers[level];
    if (index > layer->setting_count) return false;
    if (index == 0) snprintf(value, KERNEL_SETTING_TEXT, "%u", (unsigned)catalog_layer(level));
    else snprintf(value, KERNEL_SETTING_TEXT, "%s", layer->settings[index - 1].value);
    snprintf(name, KERNEL_SETTING_TEXT, "%s", index == 0 ? "entry" : layer->settings[index - 1].name);
    return true;
}
