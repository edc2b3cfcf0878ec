/* WSPStartup, WSPCleanup and WSPSocket. */
#include "ws2/world.h"

/* A client that holds the tables itself, as the Winsock DLL does. */
struct client { WSPDATA *data; WSPPROC_TABLE *table; WSAPROTOCOL_INFOW *info; };

static struct client client_new(struct thread *me)
{
    struct client client = { NEW(me, WSPDATA), NEW(me, WSPPROC_TABLE), NEW(me, WSAPROTOCOL_INFOW) };
    *client.info = *catalog_entry(1);
    return client;
}

static int begin(const struct client *client, WORD version) { return WSPStartup(version, client->data, client->info, upcall_table(), client->table); }

static int clean_up(const struct client *client)
{
    int error = 0;
    return client->table->lpWSPCleanup(&error) == 0 ? 0 : error;
}

/* ---- versions (SPI reference 2.1), for a provider of 2.2 alone ---- */

static const struct { unsigned char major, minor; int result; } versions[] = {
    { 0, 0, WSAVERNOTSUPPORTED }, { 0, 9, WSAVERNOTSUPPORTED }, { 1, 0, WSAVERNOTSUPPORTED }, { 1, 1, WSAVERNOTSUPPORTED }, { 1, 3, WSAVERNOTSUPPORTED }, { 1, 255, WSAVERNOTSUPPORTED },
    { 2, 0, WSAVERNOTSUPPORTED }, { 2, 1, WSAVERNOTSUPPORTED }, { 2, 2, 0 }, { 2, 3, 0 }, { 2, 255, 0 }, { 3, 0, 0 }, { 3, 1, 0 }, { 255, 255, 0 },
};

/* proves: SPI-STARTUP-1, SPI-STARTUP-3, SPI-STARTUP-4, SPI-STARTUP-5, SPI-STARTUP-7 */
PLAY(test_versions)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct client client = client_new(me);
        int result = begin(&client, (WORD)(versions[i].major | versions[i].minor << 8));
        hold(result == versions[i].result, "%u.%u: %d", versions[i].major, versions[i].minor, result);
        void *entries[30];
        ck_assert_uint_eq(sizeof entries, sizeof *client.table);
        memcpy(entries, client.table, sizeof entries);
        for (size_t k = 0; k < 30; k++) hold((entries[k] != NULL) == (result == 0), "%u.%u: entry %zu", versions[i].major, versions[i].minor, k);
        if (result) {
            hold(client.data->wVersion == 0 && client.data->wHighVersion == 0, "%u.%u: refused, yet written", versions[i].major, versions[i].minor);
            continue;
        }
        hold(client.data->wVersion == 0x0202 && client.data->wHighVersion == 0x0202, "%u.%u: uses %04x", versions[i].major, versions[i].minor, (unsigned)client.data->wVersion);
        size_t length = 0;
        while (length < 256 && client.data->szDescription[length]) length++;
        hold(length > 0 && length < 256, "a description of %zu characters", length);
        ck_assert_int_eq(clean_up(&client), 0);
        ck_assert_int_eq(clean_up(&client), WSANOTINITIALISED);
    }
}

/* proves: SPI-STARTUP-6 */
PLAY(test_bad_arguments)
{
    struct client client = client_new(me);
    WSPDATA *const bad_data[] = { NULL, memory_outside(world->process), memory_block(world->process, sizeof(WSPDATA) - 1) };
    WSPPROC_TABLE *const bad_tables[] = { NULL, memory_outside(world->process), memory_block(world->process, sizeof(WSPPROC_TABLE) - 1) };
    for (size_t i = 0; i < 3; i++) {
        hold(WSPStartup(0x0202, bad_data[i], client.info, upcall_table(), client.table) == WSAEFAULT, "data %zu", i);
        hold(WSPStartup(0x0202, client.data, client.info, upcall_table(), bad_tables[i]) == WSAEFAULT, "table %zu", i);
    }
    ck_assert(client.table->lpWSPCleanup == NULL);
    host_stack(world->host, false);
    ck_assert_int_eq(begin(&client, 0x0202), WSASYSNOTREADY);
    host_stack(world->host, true);
    ck_assert_int_eq(begin(&client, 0x0202), 0);
    ck_assert_int_eq(clean_up(&client), 0);
}

/* ---- counting ---- */

static int open_by(const struct client *client, SOCKET *s)
{
    int error = 0;
    *s = client->table->lpWSPSocket(AF_INET, SOCK_DGRAM, 0, client->info, 0, WSA_FLAG_OVERLAPPED, &error);
    return *s == INVALID_SOCKET ? error : 0;
}

static int base_by(const struct client *client, struct thread *me, SOCKET s)
{
    int error = 0;
    DWORD *bytes = NEW(me, DWORD);
    return client->table->lpWSPIoctl(s, SIO_BASE_HANDLE, NULL, 0, block_of(me, 8), 8, bytes, NULL, NULL, NULL, &error) == 0 ? 0 : error;
}

static void the_other_process(struct thread *thread, void *argument)
{
    struct client *first = argument, client = client_new(thread);
    SOCKET s;
    ck_assert_int_eq(clean_up(first), WSANOTINITIALISED); /* the same code, another process */
    ck_assert_int_eq(open_by(first, &s), WSANOTINITIALISED);
    ck_assert_int_eq(begin(&client, 0x0202), 0);
    ck_assert_int_eq(open_by(&client, &s), 0);
    ck_assert_int_eq(clean_up(&client), 0);
    ck_assert_int_eq(clean_up(&client), WSANOTINITIALISED);
}

/* proves: SPI-STARTUP-9, SPI-CLEANUP-1, SPI-CLEANUP-2, SPI-CLEANUP-5, SPI-CALL-3 */
PLAY(test_counting)
{
    static struct client client;
    SOCKET s;
    client = client_new(me);
    for (int i = 0; i < 3; i++) ck_assert_int_eq(begin(&client, 0x0202), 0);
    ck_assert_int_eq(open_by(&client, &s), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(clean_up(&client), 0);
        ck_assert_int_eq(base_by(&client, me, s), 0); /* usable until the last */
    }
    world_thread(world_process(world, "other"), "other", the_other_process, &client);
    settle(me);
    ck_assert_int_eq(base_by(&client, me, s), 0);
    ck_assert_uint_eq(process_handles(world->process), 1);
    ck_assert_int_eq(clean_up(&client), 0);
    ck_assert_uint_eq(process_handles(world->process), 0);
    ck_assert_uint_eq(host_endpoints(world->host), 0);
    ck_assert_int_eq(base_by(&client, me, s), WSANOTINITIALISED);
    ck_assert_int_eq(open_by(&client, &s), WSANOTINITIALISED);
    ck_assert_int_eq(clean_up(&client), WSANOTINITIALISED);
    ck_assert_int_eq(begin(&client, 0x0202), 0);
    ck_assert_int_eq(open_by(&client, &s), 0);
    ck_assert_int_eq(base_by(&client, me, s), 0);
    ck_assert_int_eq(clean_up(&client), 0);
}

static unsigned handles_made;
static SOCKET WSPAPI counts_handles(DWORD entry, DWORD_PTR context, LPINT error)
{
    handles_made++;
    return upcall_table().lpWPUCreateSocketHandle(entry, context, error);
}

static SOCKET WSPAPI has_no_handles(DWORD entry, DWORD_PTR context, LPINT error)
{
    (void)entry;
    (void)context;
    *error = WSAENOBUFS;
    return INVALID_SOCKET;
}

/* proves: SPI-STARTUP-8 */
PLAY(test_the_upcall_table_is_copied_and_replaced)
{
    struct client client = client_new(me);
    SOCKET s;
    WSPUPCALLTABLE table = upcall_table();
    table.lpWPUCreateSocketHandle = counts_handles;
    ck_assert_int_eq(WSPStartup(0x0202, client.data, client.info, table, client.table), 0);
    memset(&table, 0, sizeof table);
    ck_assert_int_eq(open_by(&client, &s), 0);
    ck_assert_uint_eq(handles_made, 1);
    table = upcall_table();
    table.lpWPUCreateSocketHandle = has_no_handles;
    ck_assert_int_eq(WSPStartup(0x0202, client.data, client.info, table, client.table), 0);
    ck_assert_int_eq(open_by(&client, &s), WSAEMFILE);
    ck_assert_uint_eq(handles_made, 1);
    ck_assert_uint_eq(host_endpoints(world->host), 1); /* the refused one left nothing behind */
    ck_assert_int_eq(clean_up(&client), 0);
    ck_assert_int_eq(clean_up(&client), 0);
}

/* proves: SPI-CALL-4 */
PLAY(test_nothing_to_cancel)
{
    struct client client = client_new(me);
    int error = 0;
    ck_assert_int_eq(begin(&client, 0x0202), 0);
    ck_assert(client.table->lpWSPCancelBlockingCall(&error) == SOCKET_ERROR && error == WSAEINVAL);
    ck_assert_int_eq(clean_up(&client), 0);
    error = 0;
    ck_assert(client.table->lpWSPCancelBlockingCall(&error) == SOCKET_ERROR && error == WSANOTINITIALISED);
}

PLAY(test_functions_without_arguments)
{
    struct client client = client_new(me);
    SOCKET s;
    int error = 0;
    ck_assert_int_eq(begin(&client, 0x0202), 0);
    ck_assert_int_eq(open_by(&client, &s), 0);
    error = 0;
    ck_assert(client.table->lpWSPGetQOSByName(s, NULL, NULL, &error) == FALSE && error == WSAEFAULT);
    ck_assert_int_eq(client.table->lpWSPDuplicateSocket(s, 0, NULL, NULL), SOCKET_ERROR); /* without a place for the error */
    ck_assert_int_eq(clean_up(&client), 0);
}

/* ---- WSPSocket (4.29) ---- */

#define INFO FROM_PROTOCOL_INFO
#define C_ROOT WSA_FLAG_MULTIPOINT_C_ROOT
#define C_LEAF WSA_FLAG_MULTIPOINT_C_LEAF
#define D_ROOT WSA_FLAG_MULTIPOINT_D_ROOT
#define D_LEAF WSA_FLAG_MULTIPOINT_D_LEAF
/* entry: of the catalogue: 0 to 2 TCP, UDP, raw over IPv4; 3 to 5 over IPv6 */
static const struct { int family, type, protocol; size_t entry; GROUP group; DWORD flags; int error; } sockets[] = {
    { AF_INET, SOCK_STREAM, IPPROTO_TCP, 0, 0, 0, 0 },
    { AF_INET, SOCK_STREAM, 0, 0, 0, WSA_FLAG_OVERLAPPED, 0 },
    { AF_INET, SOCK_DGRAM, IPPROTO_UDP, 1, 0, 0, 0 },
    { AF_INET6, SOCK_DGRAM, 0, 4, 0, 0, 0 },
    { AF_INET, SOCK_RAW, 0, 2, 0, 0, 0 },
    { AF_INET, SOCK_RAW, IPPROTO_ICMP, 2, 0, 0, 0 },
    { AF_INET6, SOCK_RAW, 255, 5, 0, 0, 0 },
    { 0, 0, 0, 0, 0, 0, 0 },
    { INFO, INFO, INFO, 1, 0, 0, 0 },
    { INFO, INFO, INFO, 5, 0, 0, 0 },
    { 0, SOCK_STREAM, INFO, 3, 0, 0, 0 },
    { AF_INET6, 0, 0, 4, 0, 0, 0 },
    { INFO, 0, IPPROTO_UDP, 1, 0, 0, 0 },
    { 99, SOCK_STREAM, 0, 0, 0, 0, WSAEAFNOSUPPORT },
    { AF_UNIX, SOCK_STREAM, 0, 0, 0, 0, WSAEAFNOSUPPORT },
    { -2, SOCK_STREAM, 0, 0, 0, 0, WSAEAFNOSUPPORT },
    { AF_INET, 4, 0, 0, 0, 0, WSAESOCKTNOSUPPORT },
    { AF_INET, -2, 0, 0, 0, 0, WSAESOCKTNOSUPPORT },
    { AF_INET, 99, 0, 0, 0, 0, WSAESOCKTNOSUPPORT },
    { AF_INET, SOCK_STREAM, IPPROTO_UDP, 0, 0, 0, WSAEPROTOTYPE },
    { AF_INET, SOCK_DGRAM, IPPROTO_TCP, 1, 0, 0, WSAEPROTOTYPE },
    { AF_INET6, SOCK_DGRAM, INFO, 3, 0, 0, WSAEPROTOTYPE },
    { AF_INET, SOCK_STREAM, IPPROTO_ICMP, 0, 0, 0, WSAEPROTONOSUPPORT },
    { AF_INET, SOCK_DGRAM, 200, 1, 0, 0, WSAEPROTONOSUPPORT },
    { AF_INET, SOCK_RAW, 256, 2, 0, 0, WSAEPROTONOSUPPORT },
    { AF_INET, SOCK_RAW, -2, 2, 0, 0, WSAEPROTONOSUPPORT },
    { 99, 99, 999, 0, 0, 0x8000, WSAEAFNOSUPPORT },
    { AF_INET, 99, 999, 0, 0, 0x8000, WSAESOCKTNOSUPPORT },
    { AF_INET, SOCK_DGRAM, 999, 0, 0, 0x8000, WSAEPROTONOSUPPORT },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, 0x8000, WSAEINVAL },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, 0x80000000, WSAEINVAL },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, WSA_FLAG_ACCESS_SYSTEM_SECURITY | WSA_FLAG_NO_HANDLE_INHERIT | WSA_FLAG_REGISTERED_IO | WSA_FLAG_OVERLAPPED, 0 },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, C_ROOT | D_ROOT, WSAEINVAL },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, C_LEAF | D_LEAF, 0 },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, C_ROOT | D_LEAF, WSAEINVAL },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, C_LEAF | D_ROOT, WSAEINVAL },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, C_ROOT, WSAEINVAL },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, C_LEAF, WSAEINVAL },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, D_ROOT, WSAEINVAL },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, D_LEAF, WSAEINVAL },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, C_ROOT | C_LEAF, WSAEINVAL },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, C_ROOT | C_LEAF | D_ROOT, WSAEINVAL },
    { AF_INET, SOCK_DGRAM, 0, 1, 0, C_ROOT | C_LEAF | D_ROOT | D_LEAF, WSAEINVAL },
    { AF_INET, SOCK_DGRAM, 0, 1, SG_UNCONSTRAINED_GROUP, 0, 0 },
    { AF_INET, SOCK_DGRAM, 0, 1, SG_CONSTRAINED_GROUP, 0, 0 },
    { AF_INET, SOCK_DGRAM, 0, 1, 77, 0, WSAEINVAL },
};

PLAY(test_sockets)
{
    struct client client = client_new(me);
    size_t made = 0;
    ck_assert_int_eq(begin(&client, 0x0202), 0);
    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++) {
        int error = -1;
        *client.info = *catalog_entry(sockets[i].entry);
        SOCKET s = client.table->lpWSPSocket(sockets[i].family, sockets[i].type, sockets[i].protocol, client.info, sockets[i].group, sockets[i].flags, &error);
        hold((s == INVALID_SOCKET) == (sockets[i].error != 0), "row %zu: error %d", i, error);
        hold(error == (sockets[i].error ? sockets[i].error : -1), "row %zu: error %d", i, error);
        made += s != INVALID_SOCKET;
        ck_assert_uint_eq(process_handles(world->process), made);
        ck_assert_uint_eq(host_endpoints(world->host), made);
    }
    ck_assert_int_eq(clean_up(&client), 0);
}

/* What the entry says takes the place of 0 and FROM_PROTOCOL_INFO: seen in how the socket behaves. */
PLAY(test_what_the_entry_stands_for)
{
    struct client client = client_new(me);
    int error = 0;
    DWORD *bytes = NEW(me, DWORD);
    ck_assert_int_eq(begin(&client, 0x0202), 0);
    const struct { size_t entry; int broadcast; DWORD list_head; } rows[] = { { 0, WSAEINVAL, 72 }, { 1, 0, 72 }, { 2, 0, 72 }, { 3, WSAENOPROTOOPT, 52 }, { 4, WSAENOPROTOOPT, 52 }, { 5, WSAENOPROTOOPT, 52 } };
    for (size_t i = 0; i < 6; i++)
        for (int by_info = 0; by_info < 2; by_info++) {
            *client.info = *catalog_entry(rows[i].entry);
            SOCKET s = client.table->lpWSPSocket(by_info ? INFO : 0, by_info ? INFO : 0, by_info ? INFO : 0, client.info, 0, 0, &error);
            hold(s != INVALID_SOCKET, "entry %zu: %d", i, error);
            error = 0;
            client.table->lpWSPIoctl(s, SIO_GET_BROADCAST_ADDRESS, NULL, 0, block_of(me, 28), 28, bytes, NULL, NULL, NULL, &error);
            hold(error == rows[i].broadcast, "entry %zu: broadcast %d", i, error);
            client.table->lpWSPIoctl(s, SIO_ADDRESS_LIST_QUERY, NULL, 0, NULL, 0, bytes, NULL, NULL, NULL, &error);
            hold(*bytes == rows[i].list_head, "entry %zu: a list of %u bytes", i, (unsigned)*bytes);
        }
    ck_assert_int_eq(clean_up(&client), 0);
}

PLAY(test_sockets_without_a_network)
{
    struct client client = client_new(me);
    int error = 0;
    ck_assert_int_eq(begin(&client, 0x0202), 0);
    WSAPROTOCOL_INFOW *const bad[] = { NULL, memory_outside(world->process), memory_block(world->process, sizeof(WSAPROTOCOL_INFOW) - 1) };
    for (size_t i = 0; i < 3; i++) {
        error = 0;
        hold(client.table->lpWSPSocket(AF_INET, SOCK_DGRAM, 0, bad[i], 0, 0, &error) == INVALID_SOCKET && error == WSAEFAULT, "info %zu: %d", i, error);
    }
    host_stack(world->host, false);
    error = 0;
    ck_assert_uint_eq(client.table->lpWSPSocket(99, 99, 0, client.info, 0, 0, &error), INVALID_SOCKET);
    ck_assert_int_eq(error, WSAENETDOWN);
    host_stack(world->host, true);
    ck_assert_int_eq(clean_up(&client), 0);
}

int main(void)
{
    Suite *suite = suite_create("provider/startup");
    TCase *startup = tcase_create("startup"), *opening = tcase_create("sockets");
    tcase_add_test(startup, test_versions);
    tcase_add_test(startup, test_bad_arguments);
    tcase_add_test(startup, test_counting);
    tcase_add_test(startup, test_the_upcall_table_is_copied_and_replaced);
    tcase_add_test(startup, test_nothing_to_cancel);
    tcase_add_test(startup, test_functions_without_arguments);
    suite_add_tcase(suite, startup);
    tcase_add_test(opening, test_sockets);
    tcase_add_test(opening, test_what_the_entry_stands_for);
    tcase_add_test(opening, test_sockets_without_a_network);
    suite_add_tcase(suite, opening);
    return suite_main(suite);
}
