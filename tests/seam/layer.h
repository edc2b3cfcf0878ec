/*
 * What the two sample layers share: how a layered provider finds the next one, starts it and learns how it is to behave. It uses
 * the Winsock headers, kernel.h and what a layer uses elsewhere: WPUGetProviderPath and WSCEnumProtocols.
 *
 * Settings (a scenario's "settings" of the layer; one that is not known fails its WSPStartup with WSAEINVAL):
 *   a control code's name   "pass" (to the next layer; the default), "own" (answers the handle it gave out), "refuse"
 *                           (WSAEOPNOTSUPP), "crash", or the name of an error
 *   "socket"                "pass", "garbage" (WSPSocket gives a handle that is none), "crash", "silent" (fails and does not say why), or the name of an error
 *   "recv"                  "pass", "pending" (a receive that ended at once is said to be WSA_IO_PENDING), or the name of an error
 *   "getprotocolinfo"       "chain" (SO_PROTOCOL_INFO tells of the chain; the default), "pass" (of the next layer)
 *
 * Whoever includes it defines WSPStartup and `const uint32_t wspsim_kernel_abi`.
 */
#ifndef SEAM_LAYER_H
#define SEAM_LAYER_H
#include <winsock2.h>
#include <ws2spi.h>
#include <mswsock.h>
#include <ws2tcpip.h>
#include <mstcpip.h>

#include <stdlib.h>
#include <string.h>

#include "kernel.h"

extern const uint32_t wspsim_kernel_abi;

enum layer_way { LAYER_PASS, LAYER_OWN, LAYER_FAIL, LAYER_GARBAGE, LAYER_CRASH, LAYER_PENDING, LAYER_SILENT };
struct layer_behaviour { enum layer_way way; int error; };

enum layer_subject {
    LAYER_BASE_HANDLE, LAYER_BSP_HANDLE, LAYER_BSP_SELECT, LAYER_BSP_POLL, LAYER_PNP_TARGET, LAYER_FLUSH, LAYER_CIRCULAR, LAYER_EXTENSION, LAYER_BACKLOG_QUERY,
    LAYER_ADDRESS_CHANGE, LAYER_CODES, LAYER_SOCKET = LAYER_CODES, LAYER_RECV, LAYER_PROTOCOL_INFO, LAYER_SUBJECTS,
};

struct layer_process {
    WSPUPCALLTABLE up;
    unsigned startups;
    DWORD entry;                    /* our own in the catalogue */
    WSAPROTOCOL_INFOW *catalog; int catalog_count;
    WSPPROC_TABLE next;             /* the next layer, or the base */
    struct layer_behaviour behaviour[LAYER_SUBJECTS];
    struct layer_socket *sockets;   /* nonifs_layer.c */
    struct layer_operation *operations;
    WSAEVENT wake;
};

static const struct { const char *name; DWORD code; } layer_names[LAYER_SUBJECTS] = {
    [LAYER_BASE_HANDLE] = { "SIO_BASE_HANDLE", SIO_BASE_HANDLE },
    [LAYER_BSP_HANDLE] = { "SIO_BSP_HANDLE", SIO_BSP_HANDLE },
    [LAYER_BSP_SELECT] = { "SIO_BSP_HANDLE_SELECT", SIO_BSP_HANDLE_SELECT },
    [LAYER_BSP_POLL] = { "SIO_BSP_HANDLE_POLL", SIO_BSP_HANDLE_POLL },
    [LAYER_PNP_TARGET] = { "SIO_QUERY_PNP_TARGET_HANDLE", SIO_QUERY_TARGET_PNP_HANDLE },
    [LAYER_FLUSH] = { "SIO_FLUSH", SIO_FLUSH },
    [LAYER_CIRCULAR] = { "SIO_ENABLE_CIRCULAR_QUEUEING", SIO_ENABLE_CIRCULAR_QUEUEING },
    [LAYER_EXTENSION] = { "SIO_GET_EXTENSION_FUNCTION_POINTER", SIO_GET_EXTENSION_FUNCTION_POINTER },
    [LAYER_BACKLOG_QUERY] = { "SIO_IDEAL_SEND_BACKLOG_QUERY", SIO_IDEAL_SEND_BACKLOG_QUERY },
    [LAYER_ADDRESS_CHANGE] = { "SIO_ADDRESS_LIST_CHANGE", SIO_ADDRESS_LIST_CHANGE },
    [LAYER_SOCKET] = { "socket", 0 },
    [LAYER_RECV] = { "recv", 0 },
    [LAYER_PROTOCOL_INFO] = { "getprotocolinfo", 0 },
};

static inline int layer_fail(LPINT error, int value)
{
    *error = value;
    return SOCKET_ERROR;
}

static inline struct layer_process *layer_get(void) { return kernel_slot_get(&wspsim_kernel_abi); }

/* ---- settings ---- */

static inline BOOL layer_word(const char *value, struct layer_behaviour *behaviour)
{
    static const struct { const char *word; struct layer_behaviour behaviour; } words[] = {
        { "pass", { LAYER_PASS, 0 } }, { "chain", { LAYER_OWN, 0 } }, { "own", { LAYER_OWN, 0 } }, { "refuse", { LAYER_FAIL, WSAEOPNOTSUPP } }, { "garbage", { LAYER_GARBAGE, 0 } },
        { "crash", { LAYER_CRASH, 0 } }, { "pending", { LAYER_PENDING, 0 } }, { "silent", { LAYER_SILENT, 0 } }, { "WSAEOPNOTSUPP", { LAYER_FAIL, WSAEOPNOTSUPP } }, { "WSAENOPROTOOPT", { LAYER_FAIL, WSAENOPROTOOPT } },
        { "WSAEINVAL", { LAYER_FAIL, WSAEINVAL } }, { "WSAEFAULT", { LAYER_FAIL, WSAEFAULT } }, { "WSAEACCES", { LAYER_FAIL, WSAEACCES } }, { "WSAENOBUFS", { LAYER_FAIL, WSAENOBUFS } },
        { "WSAENETDOWN", { LAYER_FAIL, WSAENETDOWN } },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i].word, value) != 0) continue;
        *behaviour = words[i].behaviour;
        return TRUE;
    }
    return FALSE;
}

static inline BOOL layer_setting(struct layer_process *process, const char *name, const char *value)
{
    if (strcmp(name, "entry") == 0) {
        process->entry = 0;
        for (; *value; value++) process->entry = process->entry * 10 + (DWORD)(*value - '0');
        return TRUE;
    }
    for (size_t i = 0; i < LAYER_SUBJECTS; i++)
        if (strcmp(layer_names[i].name, name) == 0) return layer_word(value, &process->behaviour[i]);
    return FALSE;
}

static inline BOOL layer_settings(struct layer_process *process)
{
    char name[KERNEL_SETTING_TEXT], value[KERNEL_SETTING_TEXT];
    process->behaviour[LAYER_PROTOCOL_INFO].way = LAYER_OWN;
    for (size_t i = 0; kernel_setting(&wspsim_kernel_abi, i, name, value); i++)
        if (!layer_setting(process, name, value)) return FALSE;
    return TRUE;
}

static inline void layer_crash(void)
{
    volatile uintptr_t at = 16; /* whatever the compiler knows of it */
    volatile int *nowhere = (volatile int *)at;
    *nowhere = 1;
}

/* How the code is to be answered; unknown codes are passed on (SPI reference 16). */
static inline struct layer_behaviour layer_code(const struct layer_process *process, DWORD code)
{
    for (size_t i = 0; i < LAYER_CODES; i++)
        if (layer_names[i].code == code) {
            if (process->behaviour[i].way == LAYER_CRASH) layer_crash();
            return process->behaviour[i];
        }
    return (struct layer_behaviour){ LAYER_PASS, 0 };
}

/* ---- the catalogue ---- */

static inline const WSAPROTOCOL_INFOW *layer_entry(const struct layer_process *process, DWORD id)
{
    for (int i = 0; i < process->catalog_count; i++)
        if (process->catalog[i].dwCatalogEntryId == id) return &process->catalog[i];
    return NULL;
}

/* The entry below us in this chain; NULL: we are not in it, or at its end. */
static inline const WSAPROTOCOL_INFOW *layer_below(const struct layer_process *process, const WSAPROTOCOL_INFOW *chain)
{
    for (int i = 0; i + 1 < chain->ProtocolChain.ChainLen; i++)
        if (chain->ProtocolChain.ChainEntries[i] == process->entry) return layer_entry(process, chain->ProtocolChain.ChainEntries[i + 1]);
    return NULL;
}

/* What the next one is started with, and given for a socket: the chain's entry unchanged if it is a layer, the base's own if it
   is the base (SPI reference 2.1). */
static inline const WSAPROTOCOL_INFOW *layer_info_below(const struct layer_process *process, const WSAPROTOCOL_INFOW *chain)
{
    const WSAPROTOCOL_INFOW *below = layer_below(process, chain);
    return below && below->ProtocolChain.ChainLen == LAYERED_PROTOCOL ? chain : below;
}

/* The chain of ours that ends in this base entry. */
static inline const WSAPROTOCOL_INFOW *layer_chain_over(const struct layer_process *process, DWORD base)
{
    for (int i = 0; i < process->catalog_count; i++) {
        const WSAPROTOCOL_INFOW *chain = &process->catalog[i];
        int length = chain->ProtocolChain.ChainLen;
        if (length > 1 && chain->ProtocolChain.ChainEntries[length - 1] == base && layer_below(process, chain)) return chain;
    }
    return NULL;
}

static inline BOOL layer_catalog(struct layer_process *process)
{
    DWORD size = 0;
    int error;
    WSCEnumProtocols(NULL, NULL, &size, &error);
    process->catalog = malloc(size);
    process->catalog_count = process->catalog ? WSCEnumProtocols(NULL, process->catalog, &size, &error) : 0;
    return process->catalog_count > 0;
}

/* ---- starting and ending ---- */

static inline LPWSPSTARTUP layer_next_startup(const struct layer_process *process, const WSAPROTOCOL_INFOW *below)
{
    WCHAR path[512];
    int length = (int)(sizeof path / sizeof *path), error;
    GUID id = below->ProviderId;
    if (process->up.lpWPUGetProviderPath(&id, path, &length, &error) != 0) return NULL;
    return (LPWSPSTARTUP)kernel_provider_entry(path);
}

static inline int layer_start_next(struct layer_process *process, WORD requested, LPWSPDATA data, const WSAPROTOCOL_INFOW *chain)
{
    const WSAPROTOCOL_INFOW *below = layer_below(process, chain);
    LPWSPSTARTUP startup = below ? layer_next_startup(process, below) : NULL;
    if (!startup) return WSASYSNOTREADY;
    WSAPROTOCOL_INFOW info = *layer_info_below(process, chain);
    return startup(requested, data, &info, process->up, &process->next);
}

static inline void layer_free(struct layer_process *process)
{
    kernel_slot_set(&wspsim_kernel_abi, NULL);
    free(process->catalog);
    free(process);
}

/* 0: process->next is there. The next one is started once, however often we are. */
static inline int layer_startup(WORD requested, LPWSPDATA data, const WSAPROTOCOL_INFOW *chain, const WSPUPCALLTABLE *upcalls)
{
    struct layer_process *process = layer_get();
    if (process) {
        process->startups++;
        memset(data, 0, sizeof *data);
        data->wVersion = data->wHighVersion = MAKEWORD(2, 2);
        return 0;
    }
    process = calloc(1, sizeof *process);
    if (!process) return WSAEPROCLIM;
    kernel_slot_set(&wspsim_kernel_abi, process);
    process->up = *upcalls;
    process->startups = 1;
    int error = !layer_settings(process) ? WSAEINVAL : !layer_catalog(process) ? WSASYSNOTREADY : layer_start_next(process, requested, data, chain);
    if (error != 0) layer_free(process);
    return error;
}

/* ---- what both do with a call ---- */

/* TRUE: WSPSocket is answered already. */
static inline BOOL layer_socket_misbehaves(const struct layer_process *process, SOCKET *s, LPINT error)
{
    struct layer_behaviour behaviour = process->behaviour[LAYER_SOCKET];
    *s = INVALID_SOCKET;
    if (behaviour.way == LAYER_CRASH) layer_crash();
    if (behaviour.way == LAYER_GARBAGE) *s = 0xBAD;
    if (behaviour.way == LAYER_FAIL) *error = behaviour.error;
    return behaviour.way != LAYER_PASS;
}

/* A handle as a control code's answer. */
static inline int layer_answer_handle(SOCKET own, LPVOID out, DWORD out_size, LPDWORD bytes, LPINT error)
{
    if (!out || out_size < sizeof own || !kernel_may_write(out, sizeof own) || !kernel_may_write(bytes, sizeof *bytes)) return layer_fail(error, WSAEFAULT);
    memcpy(out, &own, sizeof own);
    *bytes = sizeof own;
    return 0;
}

/* SO_PROTOCOL_INFO of the next one, made that of the chain. */
static inline void layer_protocol_info(const struct layer_process *process, int option, char *value, int size)
{
    WSAPROTOCOL_INFOA narrow;
    WSAPROTOCOL_INFOW base;
    if (process->behaviour[LAYER_PROTOCOL_INFO].way != LAYER_OWN || (option != SO_PROTOCOL_INFOW && option != SO_PROTOCOL_INFOA)) return;
    if (size < (int)(option == SO_PROTOCOL_INFOW ? sizeof base : sizeof narrow)) return;
    memcpy(&narrow, value, offsetof(WSAPROTOCOL_INFOA, szProtocol)); /* both begin alike */
    const WSAPROTOCOL_INFOW *chain = layer_chain_over(process, narrow.dwCatalogEntryId);
    if (chain) memcpy(value, chain, option == SO_PROTOCOL_INFOW ? sizeof *chain : offsetof(WSAPROTOCOL_INFOA, szProtocol));
}
#endif
